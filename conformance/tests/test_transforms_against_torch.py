"""Transforms of functions composed to depth three agree with torch.func, on NumPy and on torch arrays."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
import wengert
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from wengert_conformance.checks.comparison import differences
from wengert_conformance.values import read

torch: Any = importlib.import_module("torch")
SIZE = 2

Function = Callable[[Any], Any]


def steps(library: ModuleType) -> dict[str, Function]:
    """Functions from a vector to a vector of the same size."""
    fixed = library.tensor([0.5, -1.5], dtype=library.float64)
    matrix = library.tensor([[0.3, -0.7], [1.1, 0.2]], dtype=library.float64)

    def written(x: Any) -> Any:
        y = x.clone()
        y[0] = x[1] * x[0]
        y.mul_(x)
        return y

    def viewed(x: Any) -> Any:
        y = (x * x).clone()
        y.view(1, SIZE)[0, 1:].add_(x[:1])
        return y

    return {
        "sin": library.sin,
        "square": lambda x: x * x,
        "product": lambda x: matrix @ x,
        "shifted": lambda x: x * fixed + x.sum(),
        "softmax": lambda x: library.softmax(x, 0) * x,
        "picked": lambda x: library.stack([x[1], x[0] * x[1]]),
        "relu": lambda x: library.relu(x) + library.exp(-x),
        "scaled": lambda x: x / ((x * x).sum() + 1),
        "scan": lambda x: library.cumsum(x.flip(0), 0),
        "chosen": lambda x: library.where(x > 0, x * x, library.tanh(x)),
        "written": written,
        "viewed": viewed,
    }


def composed(library: ModuleType, program: list[str]) -> Function:
    table = steps(library)

    def run(x: Any) -> Any:
        for name in program:
            x = table[name](x)
        return x

    return run


def transformed(library: ModuleType, func: ModuleType, transforms: list[str], f: Function) -> Function:
    """Each transform takes a function from a vector to a vector to another one."""
    direction = library.tensor([1.0, -2.0], dtype=library.float64)
    rows = library.tensor([[1.0, 0.5], [-0.5, 2.0]], dtype=library.float64)

    def through(name: str, g: Function) -> Function:
        if name == "grad":
            return lambda x: func.grad(lambda z: (g(z) * direction).sum())(x)
        if name == "jvp":
            return lambda x: func.jvp(g, (x,), (direction,))[1]
        if name == "vjp":
            return lambda x: func.vjp(g, x)[1](direction)[0]
        if name == "jacrev":
            return lambda x: func.jacrev(g)(x).sum(0)
        if name == "jacfwd":
            return lambda x: func.jacfwd(g)(x).sum(0)
        if name == "vmap":
            return lambda x: func.vmap(lambda row: g(row * x))(rows).sum(0)
        return lambda x: func.vmap(lambda number: (g(x * number) * number).sum())(x)  # "vmap over numbers"

    for name in transforms:
        f = through(name, f)
    return f


NAMES = ["grad", "jvp", "vjp", "jacrev", "jacfwd", "vmap", "vmap over numbers"]
PROGRAMS = st.lists(st.sampled_from(sorted(steps(torch))), min_size=1, max_size=3)
NUMBERS = st.lists(st.sampled_from([-1.25, -0.5, 0.25, 0.75, 1.5]), min_size=SIZE, max_size=SIZE)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@settings(max_examples=40, deadline=None, derandomize=True)
@given(transforms=st.lists(st.sampled_from(NAMES), min_size=1, max_size=3), program=PROGRAMS, numbers=NUMBERS)
def test_compositions(backend: str, transforms: list[str], program: list[str], numbers: list[float]) -> None:
    func: Any = importlib.import_module("torch.func")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own forward mode warns of its compiler
        try:
            expected = transformed(torch, func, transforms, composed(torch, program))(
                torch.tensor(numbers, dtype=torch.float64)
            )
        except RuntimeError:  # torch cannot write what is batched into a tangent that is not
            reject()
    with wengert.use_backend(backend):
        found = transformed(wengert, wengert.func, transforms, composed(wengert, program))(
            wengert.tensor(numbers, dtype=wengert.float64)
        )
        assert differences(read(expected), read(found)) == []
        assert found.requires_grad is expected.requires_grad
