"""Cotangents that wait as formulas: what the engine makes of them, on the toy, where each may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import wengert
from wengert.rule import pending
from wengert.rule.pending import Pending, values


@pytest.fixture
def leaves(mutable_toy: str, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Three leaves of two numbers, on a space whose cotangents may wait from one number on."""
    found = [wengert.tensor([0.5 + at, -1.5], requires_grad=True, dtype=wengert.float64) for at in range(3)]
    monkeypatch.setattr(found[0].space, "fuses", 1)
    monkeypatch.setattr(found[0].space, "defers", 1)
    return found


@pytest.fixture
def taken(leaves: list[Any], monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many arrays each formula took that was worked out."""
    found: list[int] = []
    fused = leaves[0].space.xp.fused

    def counted(formula: Any, arrays: tuple[Any, ...], numbers: Any, /, **options: Any) -> Any:
        found.append(len(arrays))
        return fused(formula, arrays, numbers, **options)

    monkeypatch.setattr(leaves[0].space.xp, "fused", counted)
    return found


PROGRAMS: dict[str, tuple[Callable[..., Any], list[int]]] = {
    "all leaves in one": (lambda x, y, z: (x * y + z).tanh(), [4]),  # g, tanh, x and y
    "a sum goes on": (lambda x, y, z: (x * y + y * x).tanh() * z, [5]),
    "its value for two where it takes long": (lambda x, y, z: (x * y).tanh().exp() * z, [4, 2, 3]),
    "a node that hands it on to one that does not take it": (lambda x, y, z: (x + y.cumsum(0)).tanh() * z, [3, 2]),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_formulas(name: str, leaves: list[Any], taken: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    program, expected = PROGRAMS[name]
    found = wengert.autograd.grad(program(*leaves).sum(), leaves, allow_unused=True)
    assert taken == expected
    monkeypatch.setattr(leaves[0].space, "defers", 0)
    monkeypatch.setattr(leaves[0].space, "fuses", 0)
    for one, other in zip(found, wengert.autograd.grad(program(*leaves).sum(), leaves, allow_unused=True)):
        assert one.tolist() == pytest.approx(other.tolist(), rel=1e-14)


def _waiting(leaves: list[Any], formula: Callable[..., Any], *which: int, steps: int = 1) -> Pending:
    return Pending(leaves[0].space, formula, tuple([leaves[at].array for at in which]), False, steps)


def _product(xp: Any, x: Any, y: Any) -> Any:
    return xp.multiply(x, y)


def test_those_that_share_arrays_are_worked_out_together(leaves: list[Any], taken: list[int]) -> None:
    pairs = [(0, 1), (2, 2), (1, 0)]
    found = values([_waiting(leaves, _product, *pair) for pair in pairs])
    lists = [leaf.tolist() for leaf in leaves]
    assert [leaves[0].space.xp.tolist(array) for array in found] == [
        [one * other for one, other in zip(lists[i], lists[j])] for i, j in pairs
    ]
    assert taken == [2, 2]


def test_a_formula_that_takes_too_much_is_worked_out(leaves: list[Any], taken: list[int]) -> None:
    long = _waiting(leaves, _product, 0, 1, steps=pending._LONGEST)
    assert long.followed_by(_product, [leaves[2].array], 1).steps == 1
    assert not isinstance(long.plus(long), Pending)
    assert not isinstance(long.for_two(), Pending)
    assert taken == [2, 2, 3, 2]
    short = _waiting(leaves, _product, 0, 1)
    assert short.for_two() is short
