"""array-api-extra and array-api-compat on tensors that require grad."""

from __future__ import annotations

from typing import Any

import array_api_compat
import array_api_extra as xpx
import numpy as np
import pytest
import wengert
from outcomes import EXACT, outcome

X = [0.3, 1.7, 0.9, 2.6, 1.2, 0.55, 1.95]
M = [[0.5, 1.5, 0.2], [1.1, 0.3, 2.2], [0.8, 1.9, 1.3], [2.1, 0.6, 0.4]]


def space(x: Any) -> Any:
    return array_api_compat.array_namespace(x)


@pytest.mark.parametrize(
    ("call", "inputs"),
    [
        (lambda x: xpx.atleast_nd(x, ndim=3), (X,)),
        (lambda m: xpx.cov(m), (M,)),
        (lambda x: xpx.create_diagonal(x, offset=1), (X,)),
        (lambda x: xpx.expand_dims(x, axis=(0, 2)), (X,)),
        (lambda m: xpx.kron(m, m), (M,)),
        (lambda m: xpx.pad(m, 1, constant_values=0.5), (M,)),
        (lambda x: xpx.sinc(x), (X,)),
        (lambda x: xpx.at(x)[1:3].set(0.0, copy=True) * x, (X,)),
        (lambda x: xpx.at(x)[1:3].multiply(3.0, copy=True), (X,)),
        (lambda x: xpx.at(x)[x > 1].add(x[x > 1], copy=True), (X,)),
        (lambda x: xpx.apply_where(x > 1, x, lambda t: t**2, lambda t: 3 * t), (X,)),
        (lambda x: xpx.partition(x, 2), (X,)),
        (lambda x: xpx.setdiff1d(x, x[:2]), (X,)),
        (lambda x: xpx.union1d(x, x[:2]), (X,)),
    ],
)
def test_gradient(call: Any, inputs: Any) -> None:
    assert outcome(call, *inputs) == EXACT


def test_predicates_and_counts() -> None:
    x = wengert.tensor(X, requires_grad=True)
    assert xpx.nunique(x).item() == 7
    assert xpx.isclose(x, x + 1e-12).all()
    assert xpx.argpartition(x, 2)[0].item() == 0
    assert xpx.one_hot(wengert.tensor([0, 2]), 3).tolist() == [[1, 0, 0], [0, 0, 1]]


def test_array_api_compat_knows_our_tensors() -> None:
    x = wengert.tensor(M, requires_grad=True)
    xp = array_api_compat.array_namespace(x, x * 2)
    assert xp is x.__array_namespace__()
    assert array_api_compat.is_array_api_obj(x)
    assert array_api_compat.device(x) == x.device
    assert array_api_compat.to_device(x, "cpu") is x
    assert array_api_compat.size(x) == 12
    assert not array_api_compat.is_numpy_array(x)
    assert array_api_compat.is_writeable_array(x)
    with pytest.raises(TypeError, match="Multiple namespaces"):
        array_api_compat.array_namespace(x, np.zeros(2))


def test_asarray_keeps_the_graph() -> None:
    x = wengert.tensor(X, requires_grad=True)
    xp = x.__array_namespace__()
    assert xp.asarray(x) is x
    assert xp.asarray(x, copy=True).requires_grad
    assert xp.asarray([x[0], 1.0, x[1]]).requires_grad
    assert xp.asarray(x, dtype=xp.float32).requires_grad
    assert xp.full((2,), x[0]).requires_grad
    assert xp.full_like(x, x[0]).requires_grad
    assert xp.linspace(x[0], 3.0, 4).requires_grad
    for export in (np.asarray, np.from_dlpack):
        with pytest.raises((RuntimeError, BufferError), match="detach"):
            export(x)
    with pytest.warns(UserWarning, match="requires_grad=True to a scalar"):
        float(x[0])
