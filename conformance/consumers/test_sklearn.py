"""scikit-learn on tensors that require grad: an exact gradient or an exception, never a lost history."""

from __future__ import annotations

from functools import cache

import pytest
from outcomes import CONSTANT, EXACT, RAISES, UNDEFINED, outcome
from sklearn_calls import CALLS

BY_NAME = {name: (function, inputs) for name, function, inputs in CALLS}
#: scikit-learn divides by zero there and overwrites what comes of it; the gradient that passes is nan, in torch too.
NAN = {"preprocessing.StandardScaler", "preprocessing.StandardScaler inverse"}


@cache
def found(name: str) -> str:
    function, inputs = BY_NAME[name]
    return outcome(function, *inputs)


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(CALLS)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_gradient_is_exact_or_refused(name: str) -> None:
    word = found(name).partition(":")[0]
    assert (word == UNDEFINED) == (name in NAN), found(name)
    assert word in (EXACT, RAISES, CONSTANT, UNDEFINED), found(name)


def test_how_many_are_differentiated() -> None:
    exact = [name for name in BY_NAME if found(name) == EXACT]
    assert len(exact) >= 48, exact
    assert len(BY_NAME) >= 100
