"""What the examples in docstrings find in scope: the public names, by themselves and in their modules."""

from __future__ import annotations

import builtins
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _examples(request: pytest.FixtureRequest) -> None:
    """Put the public names into an example's scope; tests of other kinds get nothing."""
    if not isinstance(request.node, pytest.DoctestItem):
        return
    import wengert
    from wengert.autograd import forward_ad
    from wengert.nn import functional

    scope: dict[str, Any] = {"wengert": wengert}
    for module in (functional, forward_ad, wengert.special, wengert.autograd.graph, wengert.autograd, wengert):
        scope |= {name: getattr(module, name) for name in module.__all__}
    scope |= {name: getattr(builtins, name) for name in ("bool", "float", "int")}  # examples say float("nan")
    names = request.node.dtest.globs
    # What the package itself defines is found with the package's names, where those three are dtypes.
    names |= {name: value for name, value in scope.items() if name not in names or value in (bool, float, int)}
