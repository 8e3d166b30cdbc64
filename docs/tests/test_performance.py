"""The page on performance prints what it says."""

from __future__ import annotations

import re
from pathlib import Path

from sessions import examples_of, shown

PAGE = Path(__file__).parents[1] / "explanation" / "performance.md"


def test_session() -> None:
    examples = examples_of(PAGE)
    names = {"__name__": "__main__"}
    assert len(examples) == 8
    assert [(e.lineno, shown(e, names)) for e in examples] == [(e.lineno, e.want) for e in examples]


def test_every_block_is_run() -> None:
    fences = re.findall(r"^```.*$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(fences) == {"```pycon", "```"}
