"""The pages about transforms of functions print what they say, on each backend of this repository."""

from __future__ import annotations

from pathlib import Path

import pytest
import wengert
from sessions import examples_of, shown

HOW_TO = Path(__file__).parents[1] / "how-to"
PAGES = ("take-gradients-of-each-sample", "run-an-ensemble", "compute-jacobians-and-hessians")


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize("page", PAGES)
def test_page(page: str, backend: str) -> None:
    examples = examples_of(HOW_TO / f"{page}.md")
    assert len(examples) > 10
    names = {"__name__": "__main__"}
    with wengert.use_backend(backend):
        found = [(example.lineno, shown(example, names)) for example in examples]
    assert found == [(example.lineno, example.want.replace("<BLANKLINE>", "")) for example in examples]
