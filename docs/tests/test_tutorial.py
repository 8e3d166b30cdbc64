"""The tutorial prints what it says, on each backend that is installed and with torch in Wengert's place."""

from __future__ import annotations

import doctest
from pathlib import Path
from typing import Any

import pytest
import wengert
from sessions import examples_of, shown
from wengert.backends.registry import states

TUTORIAL = Path(__file__).parents[1] / "tutorial" / "autograd.md"
BACKENDS = [state.name for state in states() if state.state == "available"]


def transcript(examples: list[doctest.Example], names: dict[str, Any]) -> list[tuple[int, str]]:
    return [(example.lineno, shown(example, names)) for example in examples]


def expected(examples: list[doctest.Example]) -> list[tuple[int, str]]:
    return [(example.lineno, example.want) for example in examples]


def test_both_backends_of_this_repository_are_run() -> None:
    assert {"numpy", "torch"} <= set(BACKENDS)


@pytest.mark.parametrize("backend", BACKENDS)
def test_tutorial(backend: str) -> None:
    examples = examples_of(TUTORIAL)
    assert len(examples) > 100
    with wengert.use_backend(backend):
        assert transcript(examples, {"__name__": "__main__"}) == expected(examples)


def test_tutorial_with_torch_in_place_of_wengert() -> None:
    examples = examples_of(TUTORIAL)
    assert examples[0].source == "import wengert\n"
    examples[0].source = "import torch as wengert\n"
    assert transcript(examples, {"__name__": "__main__"}) == expected(examples)


def test_every_block_is_a_session() -> None:
    """No code on the page escapes the tests: each fence opens a block of examples, and each of them is found."""
    text = TUTORIAL.read_text(encoding="utf-8")
    fences = [line for line in text.splitlines() if line.startswith("```")]
    assert set(fences) == {"```pycon", "```"}
    prompts = [line for line in text.splitlines() if line.startswith(">>> ")]
    assert len(prompts) == len(examples_of(TUTORIAL))
