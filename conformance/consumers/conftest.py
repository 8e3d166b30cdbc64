"""The consumers of the array API are tested in a process of their own: SciPy reads SCIPY_ARRAY_API when it is imported.

`conformance/tests/test_consumers.py` starts it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if "scipy" in sys.modules and os.environ.get("SCIPY_ARRAY_API") != "1":
    raise pytest.UsageError("SciPy is imported already; run these tests alone, with SCIPY_ARRAY_API=1.")
os.environ["SCIPY_ARRAY_API"] = "1"
sys.path.insert(0, str(Path(__file__).parent))  # the modules beside this one


@pytest.fixture(autouse=True, scope="session")
def _double_precision() -> Iterator[None]:
    import wengert

    before = wengert.get_default_dtype()
    wengert.set_default_dtype(wengert.float64)
    yield
    wengert.set_default_dtype(before)
