"""The page on saving memory prints what it says."""

from __future__ import annotations

from pathlib import Path

from sessions import examples_of, shown

PAGE = Path(__file__).parents[1] / "how-to" / "save-memory.md"


def test_session() -> None:
    examples = examples_of(PAGE)
    names = {"__name__": "__main__"}
    assert len(examples) > 25
    assert [(e.lineno, shown(e, names)) for e in examples] == [(e.lineno, e.want) for e in examples]
