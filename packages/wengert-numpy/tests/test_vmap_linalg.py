"""Linear algebra of a batch by vmap: values, gradients, and the refusal of a singular matrix, named by its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import wengert
from wengert import linalg, vmap
from wengert.func import grad


@pytest.fixture(autouse=True)
def _on_numpy() -> Iterator[None]:
    with wengert.use_backend("numpy"):
        yield


def matrices() -> Any:
    return wengert.tensor([[[4.0, 1.0], [1.0, 3.0]], [[2.0, 0.5], [0.5, 5.0]]], dtype=wengert.float64)


@pytest.mark.parametrize(
    "function",
    [
        linalg.det, linalg.inv, linalg.cholesky, linalg.svdvals, linalg.eigvalsh, linalg.pinv,
        lambda a: linalg.qr(a)[1], lambda a: linalg.slogdet(a)[1], lambda a: linalg.lu(a)[2],
        lambda a: linalg.solve(a, a[0]), lambda a: linalg.solve(a, a @ a), lambda a: wengert.fft.fft(a).abs(),
    ],
)  # fmt: skip
def test_a_batch_is_its_elements(function: Callable[[Any], Any]) -> None:
    def number(a: Any) -> Any:
        return (function(a) ** 2).sum()

    for f in (function, grad(number)):
        together, each = vmap(f)(matrices()), wengert.stack([f(a) for a in matrices()])
        assert wengert.allclose(together, each)


def test_a_singular_matrix_is_refused() -> None:
    singular = matrices()
    singular[1] = 1.0
    with pytest.raises(RuntimeError, match="Batch element 1"):
        vmap(linalg.inv)(singular)
