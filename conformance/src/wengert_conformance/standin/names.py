"""What the installed CuPy has: a table of its names and signatures, from which the stand-in knows what to refuse.

`python -m wengert_conformance.standin.names` writes the table; with `--check` it compares the stored one with the
installed CuPy instead, and resolves each name that the CuPy backend uses. CuPy can be imported without a GPU. What of
it cannot, because it needs cuBLAS, is read from its files.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

TABLE = Path(__file__).with_name("names.json")
MODULES = (
    *("cupy", "cupy.linalg", "cupy.fft", "cupy.random", "cupy.lib.stride_tricks", "cupy.cuda", "cupy.cuda.runtime"),
    *("cupy._core._routines_linalg", "cupyx", "cupyx.scipy.special"),
)
UNIMPORTABLE = ("cupyx.scipy.linalg",)  # without cuBLAS
CLASSES = (
    *("cupy.ndarray", "cupy.random.Generator", "cupy.cuda.Device", "cupy.cuda.Stream", "cupy.cuda.Event"),
    *("cupy.cuda.MemoryPool", "cupy.cuda.MemoryHook", "cupy.cuda.Graph", "cupy.flatiter"),
)


def table() -> dict[str, Any]:
    """The names of the installed CuPy, by module and by class, each with its signature where that can be known."""
    cupy: Any = importlib.import_module("cupy")
    classes = {name: dict(sorted(_of_class(_found(name)))) for name in CLASSES}  # first: some are made when asked for
    modules = {name: dict(sorted(_of_module(importlib.import_module(name), cupy))) for name in MODULES}
    modules |= {name: dict(sorted(_of_files(name, cupy))) for name in UNIMPORTABLE}
    return {"version": cupy.__version__, "modules": modules, "classes": classes}


def stored() -> dict[str, Any]:
    """The table in the repository."""
    found: dict[str, Any] = json.loads(TABLE.read_text("utf-8"))
    return found


def _found(name: str) -> Any:
    module, _, inside = name.rpartition(".")
    return getattr(importlib.import_module(module), inside)


def _of_module(module: ModuleType, cupy: Any) -> Iterator[tuple[str, Any]]:
    for name in dir(module):
        if name.startswith("_") or name == "annotations":
            continue
        found: Any = getattr(module, name)
        if isinstance(found, ModuleType):
            yield name, ["module"]
        elif isinstance(found, cupy.ufunc):
            keywords = _in_docstring(found) or ""
            complex_too = any("D" in loop.partition("->")[0] for loop in found.types)
            yield name, ["ufunc", keywords, found._scatter_op is not None, complex_too]
        elif inspect.isclass(found):
            yield name, ["class", found.__module__.partition(".")[0]]
        elif callable(found):
            yield name, ["function", _signature(found)]
        else:
            yield name, ["value"]


def _of_class(kind: type) -> Iterator[tuple[str, Any]]:
    for name in dir(kind):
        found = getattr(kind, name)
        special = name.startswith("__") and name.endswith("__") and hasattr(object, name)
        if not special and not (name.startswith("_") and not name.startswith("__")):
            yield name, _signature(found, bound=True) if callable(found) else None


def _of_files(name: str, cupy: Any) -> Iterator[tuple[str, Any]]:
    """The functions that a package imports from its files, as these define them."""
    root = Path(cupy.__file__).parents[1]
    for statement in ast.parse((root / name.replace(".", "/") / "__init__.py").read_text("utf-8")).body:
        if not isinstance(statement, ast.ImportFrom) or statement.module is None:
            continue
        path = root / f"{statement.module.replace('.', '/')}.py"
        defined = ast.parse(path.read_text("utf-8")).body if path.exists() else []
        for alias in statement.names:
            for function in defined:
                if isinstance(function, ast.FunctionDef) and function.name == alias.name:
                    yield alias.name, ["function", _parameters(ast.unparse(function.args))]


def _signature(found: Any, bound: bool = False) -> str | None:
    """The parameters of a function, each default as None; None where nobody tells them."""
    try:
        text = str(inspect.signature(found)).rpartition(" -> ")[0] or str(inspect.signature(found))
        parameters = _parameters(text[1:-1])
    except (ValueError, TypeError):
        parameters = _in_docstring(found)
    if parameters is None or not bound:
        return parameters
    return re.sub(r"^self(, )?", "", parameters)


def _in_docstring(found: Any) -> str | None:
    match = re.match(r"[\w.]+\((.*?)\)( ->.*)?$", (found.__doc__ or "").strip().partition("\n")[0].replace("\\*", "*"))
    return None if match is None else _parameters(match[1])


def _parameters(text: str) -> str | None:
    """A list of parameters with annotations dropped and None for each default."""
    try:
        arguments = ast.parse(f"def f({text}): ...").body[0].args  # pyright: ignore[reportAttributeAccessIssue]  # a function
    except SyntaxError:
        return None
    for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]:
        if argument is not None:
            argument.annotation = None
    nothing = ast.Constant(None)
    arguments.defaults = [nothing] * len(arguments.defaults)
    arguments.kw_defaults = [None if default is None else nothing for default in arguments.kw_defaults]
    return ast.unparse(arguments)


def used_names(root: Path) -> set[str]:
    """The names of `cupy` and `cupyx` that the files under `root` use, written out from the module on."""
    found: set[str] = set()
    for path in sorted(root.rglob("*.py")):
        tree, aliases = ast.parse(path.read_text("utf-8")), dict[str, str]()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    first = alias.name.partition(".")[0]
                    aliases[alias.asname or first] = alias.name if alias.asname else first
            elif isinstance(node, ast.ImportFrom) and node.module:
                aliases |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("cupyx."):
                found.add(node.value)
        for node in ast.walk(tree):
            name = _dotted(node, aliases)
            if name is not None and name.partition(".")[0] in ("cupy", "cupyx"):
                found.add(name)
    return found


def _dotted(node: ast.AST, aliases: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return aliases.get(node.id)
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value, aliases)
        return None if inner is None else f"{inner}.{node.attr}"
    return None


def unresolved(names: set[str], known: dict[str, Any]) -> list[str]:
    """Those of `names` that the table does not know, as a module, or as a name in one or in a class."""
    modules, classes = known["modules"], known["classes"]
    packages = {name[:at] for name in modules for at in [*(m.start() for m in re.finditer(r"\.", name)), len(name)]}

    def is_known(name: str) -> bool:
        inner, _, last = name.rpartition(".")
        return name in packages or last in modules.get(inner, ()) or last in classes.get(inner, ())

    def belongs_to_known(name: str) -> bool:
        """Whether it is an attribute of an object whose attributes are in no table, as a ufunc's `at`."""
        inner = name.rpartition(".")[0]
        return inner not in packages and inner not in classes and is_known(inner)

    return sorted(name for name in names if not is_known(name) and not belongs_to_known(name))


def binder(parameters: str) -> Callable[..., None]:
    """A function of these parameters that does nothing: it refuses calls that do not fit."""
    if parameters not in _BINDERS:
        _BINDERS[parameters] = eval(f"lambda {parameters}: None")
    return _BINDERS[parameters]


_BINDERS: dict[str, Callable[..., None]] = {}


def main(arguments: list[str] | None = None) -> int:
    """Write the table, or compare it; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="compare the stored table with the installed CuPy")
    parser.add_argument("--uses", type=Path, action="append", default=[], help="a folder whose use of CuPy is resolved")
    options = parser.parse_args(arguments)
    found = table()
    missing = unresolved({name for folder in options.uses for name in used_names(folder)}, found)
    for name in missing:
        print(f"CuPy {found['version']} has no {name}")
    if not options.check:
        TABLE.write_text(json.dumps(found, indent=0, sort_keys=True) + "\n", "utf-8")
        return len(missing) > 0
    changed = found != stored()
    if changed:
        print(f"the stored table is not that of CuPy {found['version']}: write it anew, and run conformance on it")
    return bool(missing or changed)


if __name__ == "__main__":
    sys.exit(main())
