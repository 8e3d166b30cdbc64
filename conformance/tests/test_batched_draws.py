"""Samples whose parameters are tensors, inside of vmap: what may be, in which shapes, and what torch says otherwise."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
import torch
import wengert

PAIRS = [(randomness, given) for randomness in ("error", "same", "different") for given in (0, None)]


def outcome(library: ModuleType, name: str, randomness: str, given: int | None) -> Any:
    def draw(position: Any, parameter: Any) -> Any:
        arguments = (parameter,) if name == "poisson" else (parameter * 4, parameter / 8)
        return getattr(library, name)(*arguments) + position * 0

    parameter = library.full((3, 40), 5.0) if given == 0 else library.full((40,), 5.0)
    try:
        drawn = library.func.vmap(draw, in_dims=(0, given), randomness=randomness)(library.zeros(3), parameter)
    except RuntimeError as error:
        return str(error)[:60]
    return tuple(drawn.shape), bool((drawn[0] == drawn[1]).all())


@pytest.mark.parametrize(("randomness", "given"), PAIRS)
@pytest.mark.parametrize("name", ["poisson", "binomial"])
def test_draws_with_parameters(name: str, randomness: str, given: int | None) -> None:
    assert outcome(wengert, name, randomness, given) == outcome(torch, name, randomness, given)
