"""The rules for source files that no tool checks: argued ignores, imports at the top, names of modules, length."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SOURCES = sorted([*ROOT.glob("packages/*/src/**/*.py"), *ROOT.glob("conformance/src/**/*.py")])
CORE = ROOT / "packages/wengert/src/wengert"
# The reason follows after two spaces, or stands in the comment line above.
ARGUED_IGNORE = re.compile(r"#\s*(pyright: ignore\[[\w, ]+\]|noqa: [A-Z]+\d+(, ?[A-Z]+\d+)*)(?P<reason>.*)")
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
LATE_IMPORTS = {CORE / "backends/plugins.py", CORE / "extras.py"}


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


def ignores(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line number, line and the line above, for each comment that silences a tool."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if re.search(r"#\s*(pyright:|type:\s*ignore|noqa|ruff:)", line):
            yield number + 1, line, lines[number - 1].strip() if number else ""


@pytest.mark.parametrize("path", SOURCES, ids=label)
def test_each_ignore_names_its_rule_and_reason(path: Path) -> None:
    for number, line, above in ignores(path):
        found = ARGUED_IGNORE.search(line)
        assert found, f"{label(path)}:{number}: {line.strip()}; expected one rule on one line, not a file-level ignore"
        assert found["reason"].strip(" -:#") or above.startswith("#"), f"{label(path)}:{number}: no reason is given"


@pytest.mark.parametrize("path", SOURCES, ids=label)
def test_imports_stand_at_the_top_and_name_what_they_import(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not [node.lineno for node in imports if any(alias.name == "*" for alias in node.names)]
    if path.is_relative_to(CORE) and path not in LATE_IMPORTS:
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        inside = {id(child) for function in functions for child in ast.walk(function)}
        assert not [node.lineno for node in imports if id(node) in inside]


def test_no_module_has_an_empty_name() -> None:
    """`wengert.utils` and `wengert.nn.utils` are torch's public places: there are names in them, and no code."""
    public = [*(CORE / "utils").glob("**/*.py"), CORE / "nn/utils.py"]
    named = [path for path in SOURCES if EMPTY_NAMES & {path.stem, *path.parts}]
    assert len(SOURCES) > 10
    assert [label(path) for path in named if path not in public] == []
    for path in public:
        code = ast.parse(path.read_text(encoding="utf-8")).body
        assert all(isinstance(line, ast.Expr | ast.ImportFrom | ast.Assign) for line in code), label(path)


@pytest.mark.parametrize("path", SOURCES, ids=label)
def test_file_is_short(path: Path) -> None:
    """350 lines is the limit of rules and operations; elsewhere the slack keeps a small change from forcing a split."""
    strict = path.is_relative_to(CORE / "rules") or path.is_relative_to(CORE / "ops")
    assert len(path.read_text(encoding="utf-8").splitlines()) <= (350 if strict else 400)
