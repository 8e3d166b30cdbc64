"""ARCHITECTURE.md and the decisions name files and symbols; each of them exists. Sources are read, not imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CORE = ROOT / "packages/wengert/src/wengert"
ARCHITECTURE = ROOT / "ARCHITECTURE.md"
DECISIONS = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
# `path/file.py::Symbol.member`, `path/file.py`, `path/file.md` or `folder/` in backquotes
REFERENCE = re.compile(r"`(?P<path>[\w./-]+(?:/|\.py|\.md|\.toml))(?:::(?P<symbol>[\w.]+))?`")

#: What the path from `x * y` to `x.grad` passes: the page may say more, never less.
ON_THE_PATH = {
    "ArithmeticMethods.__mul__",
    "operator",
    "recorder",
    "multiply",
    "record",
    "OperationNode",
    "new_accumulator",
    "_careful",
    "Tensor.backward",
    "run",
    "_pull_source",
    "TensorBase.accumulate_grad",
    "Tensor.grad",
}


def references(page: Path) -> list[tuple[str, str | None]]:
    """Path and symbol of each reference on a page."""
    text = page.read_text(encoding="utf-8")
    return list(dict.fromkeys((found["path"], found["symbol"]) for found in REFERENCE.finditer(text)))


def defined_in(body: list[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    """The names that statements bind, with the statement that binds each."""
    for statement in body:
        match statement:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, statement
            case ast.Assign(targets=targets):
                for target in targets:
                    yield from ((node.id, statement) for node in ast.walk(target) if isinstance(node, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name, statement
            case _:
                pass


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def problem(path: str, symbol: str | None) -> str | None:
    """What is wrong with a reference; None if it leads somewhere."""
    place = next((base / path for base in (CORE, ROOT) if (base / path).exists()), None)
    if place is None:
        return f"{path} does not exist"
    body: list[ast.stmt] = [] if symbol is None else parsed(place).body
    for name in [] if symbol is None else symbol.split("."):
        found = dict(defined_in(body)).get(name)
        if found is None:
            return f"{path} defines no {symbol}"
        body = found.body if isinstance(found, ast.ClassDef) else []
    return None


@pytest.mark.parametrize("page", [ARCHITECTURE, *DECISIONS], ids=lambda page: page.name)
def test_references_lead_somewhere(page: Path) -> None:
    assert [found for reference in references(page) if (found := problem(*reference))] == []


def test_the_path_from_the_operator_to_the_gradient_is_complete() -> None:
    named = references(ARCHITECTURE)
    assert {symbol for _, symbol in named} >= ON_THE_PATH
    assert len(named) > 50


def test_decisions_have_the_four_parts() -> None:
    assert len(DECISIONS) >= 3
    parts = ("Goal", "Non-goals", "Choice", "Price")
    texts = {page.name: page.read_text(encoding="utf-8") for page in DECISIONS}
    assert [(name, part) for name, text in texts.items() for part in parts if f"**{part}.**" not in text] == []


@pytest.mark.parametrize(
    ("path", "symbol", "wrong"),
    [
        ("graph/engine.py", "run", None),
        ("tensor/base.py", "TensorBase.__slots__", None),
        ("tensor/base.py", "UNUSED_LEAF", None),
        ("graph/absent.py", None, "graph/absent.py does not exist"),
        ("graph/engine.py", "absent", "graph/engine.py defines no absent"),
        ("tensor/base.py", "TensorBase.absent", "tensor/base.py defines no TensorBase.absent"),
        ("tensor/base.py", "make.inside", "tensor/base.py defines no make.inside"),
    ],
)
def test_what_is_absent_is_noticed(path: str, symbol: str | None, wrong: str | None) -> None:
    assert problem(path, symbol) == wrong


def test_references_are_read_from_backquotes() -> None:
    found = {match[0] for match in REFERENCE.finditer("`a/b.py::C.d` and `a/b.py`, `folder/`, `x.grad`, a/c.py")}
    assert found == {"`a/b.py::C.d`", "`a/b.py`", "`folder/`"}
