"""The recipe for an operation: its session prints what it says, and the parts of files that it shows are there."""

from __future__ import annotations

import re
from pathlib import Path

from sessions import examples_of, shown

RECIPE = Path(__file__).parents[1] / "how-to" / "add-an-op.md"


def test_session() -> None:
    examples = examples_of(RECIPE)
    names = {"__name__": "__main__"}
    assert len(examples) > 15
    assert [(e.lineno, shown(e, names)) for e in examples] == [(e.lineno, e.want) for e in examples]


def test_what_is_shown_of_files_is_there() -> None:
    page, every_line = RECIPE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    blocks = re.findall(r"^```\{literalinclude\} (\S+)\n(.*?)^```$", page, every_line)
    assert len(blocks) == 6
    for path, options in blocks:
        text = (RECIPE.parent / path).read_text("utf-8")
        found = re.findall(r'^:(?:start-at|end-at): "(.*)"$', options, re.MULTILINE)
        found += [f"def {name}(" for name in re.findall(r"^:pyobject: (\w+)$", options, re.MULTILINE)]
        assert found
        assert [part for part in found if part.replace('\\"', '"') not in text] == []
