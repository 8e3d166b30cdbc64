"""Reads the ```pycon blocks of a page and runs them as one session at the Python prompt."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
from pathlib import Path
from typing import Any

_BLOCK = re.compile(r"^```pycon\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_ADDRESS = re.compile(r"\b0x[0-9a-f]+\b")


def examples_of(page: Path) -> list[doctest.Example]:
    """The examples of all blocks in order; each knows the line of the page that it stands on."""
    text = page.read_text(encoding="utf-8")
    parser = doctest.DocTestParser()
    found: list[doctest.Example] = []
    for block in _BLOCK.finditer(text):
        first_line = text.count("\n", 0, block.start(1))
        for example in parser.get_examples(block[1], str(page)):
            example.lineno += first_line + 1
            found.append(example)
    return found


def shown(example: doctest.Example, names: dict[str, Any]) -> str:
    """What the prompt prints for `example`, run in `names`, with the addresses of objects masked."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(example.source, f"<line {example.lineno}>", "single"), names)
    return _ADDRESS.sub("0x...", output.getvalue())
