"""The formulas that the core may give to a backend as one kernel: elementwise rules both ways, and optimisers."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

#: A value for a static argument, by its annotation.
_SAMPLES: dict[str, Any] = {"float": 0.75, "int": 2, "bool": True, "float | None": 0.25}


class Case(NamedTuple):
    """A formula with what it takes: arrays, of which some hold truth values, and numbers; the first `into` arrays are
    written."""

    name: str
    formula: Callable[..., Any]
    booleans: tuple[bool, ...]
    numbers: dict[str, Any]
    into: int = 0


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _of_rules()
    yield from _of_optimisers()


def _of_rules() -> Iterator[Case]:
    rules: Any = importlib.import_module("wengert.rules")
    elementwise: Any = importlib.import_module("wengert.rule.kinds").Elementwise
    way_back: Any = importlib.import_module("wengert.tensor.fusing").way_back
    seen = set[int]()
    for found in sorted(pkgutil.walk_packages(rules.__path__, "wengert.rules."), key=lambda module: module.name):
        for primitive in vars(importlib.import_module(found.name)).values():
            if not isinstance(primitive, elementwise) or primitive.optional or id(primitive) in seen:
                continue
            seen.add(id(primitive))
            words = inspect.get_annotations(primitive.forward)
            samples = {name: _SAMPLES[words[name]] for name in primitive.statics if words.get(name) in _SAMPLES}
            if len(samples) < len(primitive.statics):
                continue
            is_bool = {name: name in primitive.constants for name in primitive.inputs}
            yield Case(primitive.name, primitive.forward, tuple(is_bool.values()), samples)
            for name in primitive.inputs:
                back = None if is_bool[name] else way_back(primitive, name)
                if back is not None:
                    formula, arrays, statics = back
                    booleans = (False, *[is_bool.get(array, False) for array in arrays])
                    yield Case(formula.__name__, formula, booleans, {static: samples[static] for static in statics})


def _of_optimisers() -> Iterator[Case]:
    stepping: Any = importlib.import_module("wengert.api.optim.stepping")
    common = {"rate": 0.125, "decay": 0.25}
    for kind in ("none", "coupled"):
        yield Case("descent", stepping.descent, (False,) * 2, {**common, "kind": kind}, 1)
        for nesterov in (False, True):
            own = {"momentum": 0.5, "share": 0.75, "kind": kind, "nesterov": nesterov}
            yield Case("momentum", stepping.momentum, (False,) * 3, {**common, **own}, 2)
    shares = {"mean_share": 0.25, "square_decay": 0.5, "square_share": 0.5, "eps": 1e-3, "correction": 0.75}
    for kind in ("none", "coupled", "decoupled"):
        for written in (3, 4):  # with the largest square so far
            yield Case("adam", stepping.adam, (False,) * (written + 1), {**common, **shares, "kind": kind}, written)
