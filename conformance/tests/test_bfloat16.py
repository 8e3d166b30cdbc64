"""bfloat16 on NumPy, which has it from ml_dtypes, against torch's own: values, gradients, memory."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import wengert

VALUES = [[0.5, -1.25, 3.0], [2.0, 0.75, -0.375]]
FUNCTIONS: dict[str, Callable[[Any, Any], Any]] = {
    "numbers": lambda library, x: (x * 2.5 + 1) / 3 - 0.1,
    "powers": lambda library, x: x**3 + library.exp(x),
    "products": lambda library, x: x @ x.T,
    "totals": lambda library, x: x.sum(1) * x.mean(0).sum(),
    "softmax": lambda library, x: library.softmax(x, 1),
    "mixed": lambda library, x: x * library.tensor(2, dtype=library.int64) + library.ones(3, dtype=library.bool),
    "choices": lambda library, x: library.where(x > 0, library.sin(x), library.tanh(x)),
    "positions": lambda library, x: library.cat([x[:, 1:], x[0, 1].reshape(1, 1).expand(2, 1)], 1) * 3,
    "variance": lambda library, x: x.var(1),
}


def tensor(library: Any, *, requires_grad: bool = False) -> Any:
    return library.tensor(VALUES, dtype=library.bfloat16, requires_grad=requires_grad)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_and_gradients(name: str) -> None:
    seen: list[list[Any]] = []
    for library in (torch, wengert):
        x = tensor(library, requires_grad=True)
        result = FUNCTIONS[name](library, x)
        result.sum().backward()
        (again,) = library.autograd.grad(FUNCTIONS[name](library, x).sum(), x, create_graph=True)
        parts = [result, x.grad, again]
        assert {str(part.dtype).rpartition(".")[2] for part in parts} == {"bfloat16"}
        seen.append([part.detach().float().numpy() for part in parts])
    for theirs, ours in zip(*seen, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2**-7, atol=2**-7)


def test_views_share_memory() -> None:
    x = tensor(wengert)
    x.T[0].mul_(2)
    x[1, 2] = 7
    assert x.tolist() == [[1.0, -1.25, 3.0], [4.0, 0.75, 7.0]]


def test_it_converts_and_moves() -> None:
    x = tensor(wengert)
    assert x.to(backend="torch").to(backend="numpy").tolist() == x.float().bfloat16().tolist() == VALUES
    assert wengert.tensor([1.00390625]).bfloat16().item() == 1.0
    with pytest.raises(TypeError, match="Got unsupported ScalarType BFloat16"):
        x.numpy()


def test_random_numbers_stay_below_one() -> None:
    wengert.manual_seed(0)
    drawn = wengert.rand(4000, dtype=wengert.bfloat16)
    assert drawn.max().item() < 1
    assert abs(drawn.float().mean().item() - 0.5) < 0.05
