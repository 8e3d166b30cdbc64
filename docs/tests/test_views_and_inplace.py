"""The page on views prints what it says, on both backends and with torch in Wengert's place."""

from __future__ import annotations

import doctest
from pathlib import Path
from typing import Any

import pytest
import wengert
from sessions import examples_of, shown

PAGE = Path(__file__).parents[1] / "explanation" / "views-and-inplace.md"


def printed(example: doctest.Example, names: dict[str, Any]) -> str:
    """What the prompt prints, or the error that it ends with."""
    try:
        return shown(example, names)
    except RuntimeError as error:
        return f"Traceback (most recent call last):\nRuntimeError: {error}\n"


def mismatches(examples: list[doctest.Example], names: dict[str, Any]) -> list[tuple[int, str, str]]:
    checker = doctest.OutputChecker()
    flags = doctest.ELLIPSIS
    results = [(example, printed(example, names)) for example in examples]
    return [(e.lineno, e.want, got) for e, got in results if not checker.check_output(e.want, got, flags)]


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_the_page(backend: str) -> None:
    examples = examples_of(PAGE)
    assert len(examples) > 25
    with wengert.use_backend(backend):
        assert mismatches(examples, {"__name__": "__main__"}) == []


def test_the_page_with_torch_in_place_of_wengert() -> None:
    examples = examples_of(PAGE)
    assert examples[0].source == "import wengert\n"
    examples[0].source = "import torch as wengert\n"
    assert mismatches(examples, {"__name__": "__main__"}) == []
