"""Each fused operation beside what it is made of, for the tests of a backend.

for pair in PAIRS.values():
    leaves = pair.leaves(backend)
    for found, expected in zip(orders(backend, pair.fused, leaves), orders(backend, pair.composite, leaves)):
        assert found == pytest.approx(expected)
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from wengert.api import autograd
from wengert.nn import functional
from wengert.ops import composites
from wengert.ops.xp import namespace_of
from wengert.protocol import dtypes
from wengert.protocol.backend import Backend
from wengert.rule.primitive import Formula
from wengert.tensor.base import wrap


@dataclass(frozen=True, slots=True)
class Pair:
    """An operation and its composite, both functions of a namespace of Tensors and of tensors of the given shapes."""

    fused: Formula
    composite: Formula
    shapes: Sequence[tuple[int, ...]]

    def leaves(self, backend: Backend) -> list[Any]:
        """Tensors of random numbers in double precision that require grad."""
        return [numbers(backend, *shape, seed=position) for position, shape in enumerate(self.shapes)]


def numbers(backend: Backend, *shape: int, seed: int = 0) -> Any:
    """A tensor of random numbers between -2 and 2, the same for the same shape and seed."""
    draw = random.Random(f"{shape} {seed}")
    values = [draw.uniform(-2, 2) for _ in range(math.prod(shape))]
    xp = backend.xp
    array = xp.asarray(values, dtype=backend.dtypes[dtypes.float64], device=backend.native_device(backend.devices()[0]))
    return wrap(backend, xp.reshape(array, shape), True)


def orders(backend: Backend, function: Callable[..., Any], leaves: Sequence[Any]) -> list[Any]:
    """The value, the gradients, and the gradients of the sum of the gradients' squares, each as a list."""
    out = function(namespace_of(backend), *leaves)
    first: Sequence[Any] = autograd.grad([(out * out).sum()], leaves, create_graph=True)
    total: Any = sum([(g * g).sum() for g in first])
    second = autograd.grad([total], leaves, allow_unused=True, materialize_grads=True)
    return [t.space.xp.tolist(t.space.xp.reshape(t.array, (math.prod(t.shape),))) for t in (out, *first, *second)]


def _of_integers(xp: Any, values: Any) -> Any:
    return xp.asarray(values, dtype=dtypes.int64)


def _hiding(xp: Any, values: Any) -> Any:
    """A mask as a floating one, -inf where `values` is 0."""
    seen = _of_integers(xp, values) > 0
    return xp.where(seen, xp.zeros((), dtype=dtypes.float64), xp.full((), -math.inf, dtype=dtypes.float64))


def _attention(**options: Any) -> Formula:
    def attend(xp: Any, query: Any, key: Any, value: Any, mask: Any = None) -> Any:
        return functional.scaled_dot_product_attention(query, key, value, mask, **options)

    return attend


def _repeated(xp: Any, x: Any, times: int) -> Any:
    """Each head of x, axis -3, several times."""
    *lead, heads, length, width = x.shape
    stretched = xp.broadcast_to(xp.expand_dims(x, axis=-3), (*lead, heads, times, length, width))
    return xp.reshape(stretched, (*lead, heads * times, length, width))


_MASK = [[1, 0, 1], [0, 0, 0]]  # the second query sees nothing
_CAUSAL = [[1, 0, 0], [1, 1, 0]]
_HEADS = [(2, 2, 2, 4), (2, 2, 3, 4), (2, 2, 3, 5)]

PAIRS: dict[str, Pair] = {
    "softmax": Pair(
        lambda xp, x: functional.softmax(x, 1),
        lambda xp, x: composites.softmax(xp, x, 1),
        [(2, 3)],
    ),
    "log_softmax": Pair(
        lambda xp, x: functional.log_softmax(x, 0),
        lambda xp, x: composites.log_softmax(xp, x, 0),
        [(2, 3)],
    ),
    "cross_entropy": Pair(
        lambda xp, x: functional.cross_entropy(x, _of_integers(xp, [1, 0, 3])),
        lambda xp, x: composites.cross_entropy(xp, x, _of_integers(xp, [1, 0, 3])),
        [(3, 4)],
    ),
    "layer_norm": Pair(
        lambda xp, x, weight, bias: functional.layer_norm(x, (3,), weight, bias, 0.1),
        lambda xp, x, weight, bias: composites.standardized(xp, x, weight, bias, (1,), 0.1),
        [(2, 3), (3,), (3,)],
    ),
    "group_norm": Pair(
        lambda xp, x, weight, bias: functional.group_norm(x, 2, weight, bias, 0.1),
        lambda xp, x, weight, bias: xp.reshape(
            composites.standardized(
                xp,
                xp.reshape(x, (2, 2, 2, 3)),
                xp.reshape(weight, (1, 2, 2, 1)),
                xp.reshape(bias, (1, 2, 2, 1)),
                (2, 3),
                0.1,
            ),
            x.shape,
        ),
        [(2, 4, 3), (4,), (4,)],
    ),
    "batch_norm": Pair(
        lambda xp, x, weight, bias: functional.batch_norm(x, None, None, weight, bias, True, eps=0.1),
        lambda xp, x, weight, bias: composites.standardized(
            xp, x, xp.reshape(weight, (1, 3, 1)), xp.reshape(bias, (1, 3, 1)), (0, 2), 0.1
        ),
        [(2, 3, 2), (3,), (3,)],
    ),
    "gelu": Pair(lambda xp, x: functional.gelu(x), composites.gelu, [(2, 3)]),
    "gelu, tanh": Pair(lambda xp, x: functional.gelu(x, approximate="tanh"), composites.gelu_tanh, [(2, 3)]),
    "silu": Pair(lambda xp, x: functional.silu(x), composites.silu, [(2, 3)]),
    "mse_loss": Pair(
        lambda xp, x, y: functional.mse_loss(x, y),
        composites.mse_loss,
        [(2, 3), (2, 3)],
    ),
    "attention": Pair(
        _attention(),
        lambda xp, q, k, v: composites.attention(xp, q, k, v, None, 0.5),
        _HEADS,
    ),
    "attention of matrices": Pair(
        _attention(scale=-0.3),
        lambda xp, q, k, v: composites.attention(xp, q, k, v, None, -0.3),
        [(2, 4), (3, 4), (3, 1)],
    ),
    "attention with other axes": Pair(
        _attention(),
        lambda xp, q, k, v: composites.attention(xp, q, k, v, None, 0.5),
        [(2, 4), (2, 1, 3, 4), (3, 3, 2)],
    ),
    "attention with a boolean mask": Pair(
        lambda xp, q, k, v: functional.scaled_dot_product_attention(q, k, v, _of_integers(xp, _MASK) > 0),
        lambda xp, q, k, v: composites.attention(xp, q, k, v, _hiding(xp, _MASK), 0.5),
        _HEADS,
    ),
    "attention with a floating mask": Pair(
        lambda xp, q, k, v, mask: functional.scaled_dot_product_attention(q, k, v, mask + _hiding(xp, _MASK)),
        lambda xp, q, k, v, mask: composites.attention(xp, q, k, v, xp.add(mask, _hiding(xp, _MASK)), 0.5),
        [*_HEADS, (2, 1, 2, 3)],
    ),
    "attention with a mask of keys": Pair(
        _attention(scale=0.0),
        lambda xp, q, k, v, mask: composites.attention(xp, q, k, v, xp.reshape(mask, (1, 3)), 0.0),
        [*_HEADS, (3,)],
    ),
    "attention to what came before": Pair(
        _attention(is_causal=True),
        lambda xp, q, k, v: composites.attention(xp, q, k, v, _hiding(xp, _CAUSAL), 0.5),
        _HEADS,
    ),
    "attention of groups of heads": Pair(
        _attention(enable_gqa=True),
        lambda xp, q, k, v, mask: composites.attention(xp, q, _repeated(xp, k, 2), _repeated(xp, v, 2), mask, 0.5),
        [(2, 4, 2, 4), (2, 2, 3, 4), (2, 2, 3, 5), (4, 2, 3)],
    ),
    "conv2d": Pair(
        lambda xp, x, w: functional.conv2d(x, w, stride=(1, 2)),
        lambda xp, x, w: composites.convolve(xp, x, w, (1, 2)),
        [(2, 2, 3, 4), (2, 2, 2, 2)],
    ),
    "conv1d with a bias": Pair(
        lambda xp, x, w, bias: functional.conv1d(x, w, bias),
        lambda xp, x, w, bias: xp.add(composites.convolve(xp, x, w, (1,)), xp.reshape(bias, (2, 1))),
        [(2, 2, 4), (2, 2, 3), (2,)],
    ),
    "max_pool2d": Pair(
        lambda xp, x: functional.max_pool2d(x, (2, 1), (1, 2)),
        lambda xp, x: composites.pooled(xp, x, (2, 1), (1, 2), "max"),
        [(2, 2, 3, 4)],
    ),
    "avg_pool2d": Pair(
        lambda xp, x: functional.avg_pool2d(x, (2, 3), (1, 1)),
        lambda xp, x: composites.pooled(xp, x, (2, 3), (1, 1), "mean"),
        [(2, 2, 3, 4)],
    ),
    "embedding": Pair(
        lambda xp, weight: functional.embedding(_of_integers(xp, [[1, 0], [3, 1]]), weight),
        lambda xp, weight: composites.embedding(xp, _of_integers(xp, [[1, 0], [3, 1]]), weight),
        [(4, 2)],
    ),
}
