"""SciPy, scikit-learn, einops and array-api-extra on our tensors, in a process of their own.

SciPy reads SCIPY_ARRAY_API when it is imported, which other tests do without it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "consumers"


def test_consumers_of_the_array_api() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(FOLDER)]
    environment = os.environ | {"SCIPY_ARRAY_API": "1"}
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout[-6000:] + finished.stderr[-2000:]
