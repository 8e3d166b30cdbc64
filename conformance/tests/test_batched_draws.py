"""Random operations inside of vmap: in each mode of randomness, with and without a generator, of tensors that carry the
batch and of those that do not: what is refused in which words, which shapes come out, what elements share."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
import torch
import wengert

Draw = Callable[[ModuleType, Any, dict[str, Any]], Any]

DRAWS: dict[str, Draw] = {
    "rand": lambda library, x, options: library.rand(3, 40, **options),
    "randn": lambda library, x, options: library.randn(3, 40, **options),
    "randint": lambda library, x, options: library.randint(0, 1000, (3, 40), **options),
    "randperm": lambda library, x, options: library.randperm(40, **options),
    "normal": lambda library, x, options: library.normal(x, x.abs() + 1, **options),
    "normal of a mean": lambda library, x, options: library.normal(x, 2.0, **options),
    "normal of a deviation": lambda library, x, options: library.normal(2.0, x.abs() + 1, **options),
    "normal of a size": lambda library, x, options: library.normal(0.0, 1.0, (3, 40), **options),
    "bernoulli": lambda library, x, options: library.bernoulli(x * 0 + 0.5, **options),
    "bernoulli of a number": lambda library, x, options: library.bernoulli(x, 0.5, **options),
    "multinomial": lambda library, x, options: library.multinomial(x.abs() + 0.1, 20, True, **options),
    "multinomial once each": lambda library, x, options: library.multinomial(x.abs() + 0.1, 5, **options),
    "poisson": lambda library, x, options: library.poisson(x.abs() + 4, **options),
    "binomial": lambda library, x, options: library.binomial(x * 0 + 50.0, x * 0 + 0.5, **options),
}
IN_PLACE: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("uniform_", "normal_", "random_", "exponential_", "bernoulli_", "cauchy_", "log_normal_"), ()),
    "geometric_": (0.1,),
}
#: Those that take no generator.
WITHOUT_GENERATOR: dict[str, Draw] = {
    "rand_like": lambda library, x, options: library.rand_like(x),
    "randn_like": lambda library, x, options: library.randn_like(x),
    "randint_like": lambda library, x, options: library.randint_like(x, 0, 1000),
    "dropout": lambda library, x, options: library.nn.functional.dropout(x + 1),
    "dropout in place": lambda library, x, options: library.nn.functional.dropout(x.clone() + 1, inplace=True),
    "alpha_dropout": lambda library, x, options: library.nn.functional.alpha_dropout(x + 1, training=True),
    "dropout1d": lambda library, x, options: library.nn.functional.dropout1d((x + 1)[None].repeat(1, 20, 1)),
    "bernoulli_ of a tensor": lambda library, x, options: x.clone().bernoulli_(x * 0 + 0.5),
}


def _written(name: str, arguments: tuple[Any, ...], copied: bool) -> Draw:
    def draw(library: ModuleType, x: Any, options: dict[str, Any]) -> Any:
        return getattr(x.clone() if copied else x, name)(*arguments, **options)

    return draw


for _name, _arguments in IN_PLACE.items():
    DRAWS[_name] = _written(_name, _arguments, copied=True)
    DRAWS[f"{_name} of what is given"] = _written(_name, _arguments, copied=False)

CASES = [
    *((name, draw, given) for name, draw in DRAWS.items() for given in (False, True)),
    *((name, draw, False) for name, draw in WITHOUT_GENERATOR.items()),
]


def outcome(library: ModuleType, draw: Draw, given: bool, randomness: str, carries: bool) -> Any:
    """The beginning of the refusal; or the shape, and whether the elements are all the same."""
    generator: Any = library.Generator()
    generator.manual_seed(3)
    options = {"generator": generator} if given else {}

    def element(x: Any, position: Any) -> Any:
        return draw(library, x, options) + 0 * position

    x = library.rand(4, 3, 40) if carries else library.rand(3, 40)
    try:
        found = library.func.vmap(element, (0 if carries else None, 0), randomness=randomness)(x, library.zeros(4))
    except RuntimeError as error:
        return str(error)[:75]
    return tuple(found.shape), bool((found[0] == found[1]).all())


@pytest.mark.parametrize("carries", [True, False])
@pytest.mark.parametrize("randomness", ["error", "same", "different"])
@pytest.mark.parametrize(("name", "draw", "given"), CASES, ids=[f"{name}-{given}" for name, _, given in CASES])
def test_draws(name: str, draw: Draw, given: bool, randomness: str, carries: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns where it runs once for each element
        expected = outcome(torch, draw, given, randomness, carries)
    assert outcome(wengert, draw, given, randomness, carries) == expected
