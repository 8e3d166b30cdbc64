"""SciPy on tensors that require grad: an exact gradient or an exception, never a result whose history is lost."""

from __future__ import annotations

import inspect
import warnings
from functools import cache

import numpy as np
import pytest
import wengert
from outcomes import CONSTANT, EXACT, RAISES, UNDEFINED, outcome
from scipy import special
from scipy_calls import CALLS

xp = wengert.tensor(0.0, backend="numpy").__array_namespace__()

BY_NAME = {name: (function, inputs) for name, function, inputs in CALLS}
#: SciPy divides by zero there and overwrites what comes of it; the gradient that passes is nan, in torch too.
NAN = {"stats.tvar limits"}


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
    assert len(exact) >= 190, exact
    assert len(BY_NAME) >= 360


GRID = np.asarray([-2.5, -1.75, -0.5, 0.0, 0.3, 1.0, 2.7, 5.0, 20.0])
INSIDE = {"logit", "ndtri", "erfinv"}


@pytest.mark.parametrize(
    "name",
    [name for name in vars(xp.special) if name[0] != "_" and name not in ("betainc", "multigammaln", "polygamma")],
)
def test_a_special_function_has_scipys_values(name: str) -> None:
    function = getattr(special, name)
    arity = len(inspect.signature(getattr(xp.special, name)).parameters)
    first, second = np.meshgrid(GRID / 25 if name in INSIDE else GRID, GRID)
    inputs = [first, second][:arity]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = function(*inputs)
        found = function(*[wengert.tensor(x) for x in inputs])
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-8, atol=1e-12)
