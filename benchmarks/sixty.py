"""The sixty operations that `operations.py` times: each is bound to a library and to leaves of so many elements."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy

from benchmarks.one_operation import Operation
from benchmarks.program import Tensor


class Leaves:
    """Makes the operands of one operation on one library, always the same numbers, and remembers the leaves."""

    def __init__(self, library: ModuleType, elements: int) -> None:
        self.library, self.elements = library, elements
        self.random = numpy.random.default_rng(0)
        self.tensors: list[Tensor] = []
        rows = 2 ** math.floor(math.log2(math.sqrt(elements)))
        #: Two sides whose product is near `elements`: (2, 4), (16, 62), (512, 1953).
        self.rows, self.columns = rows, elements // rows

    def __call__(self, *shape: int, low: float = 0.5, high: float = 1.5) -> Tensor:
        values = (low + (high - low) * self.random.random(shape or (self.elements,))).astype(numpy.float32)
        leaf = self.library.tensor(values, requires_grad=True)
        self.tensors.append(leaf)
        return leaf

    def matrix(self, low: float = -2.0, high: float = 2.0) -> Tensor:
        return self(self.rows, self.columns, low=low, high=high)

    def integers(self, high: int, *shape: int) -> Tensor:
        return self.library.tensor(self.random.integers(0, high, shape))

    def channels(self) -> tuple[Tensor, int]:
        """Images (n, 8, side, side), or (1, 2, 2, 2) at the smallest size; and how many channels they have."""
        batch, channels, side = {8: (1, 2, 2), 1_000: (2, 8, 8)}.get(self.elements, (16, 8, 88))
        return self(batch, channels, side, side, low=-1.0), channels


Maker = Callable[[Any, Any, Leaves], Operation]
OPERATIONS: dict[str, Maker] = {}


def operation(name: str) -> Callable[[Maker], Maker]:
    """Puts a maker on the list: given a library, its `nn.functional` and leaves, it binds the operation."""

    def put(maker: Maker) -> Maker:
        OPERATIONS[name] = maker
        return maker

    return put


def _pointwise(name: str, low: float, high: float, functional: bool = False) -> None:
    def maker(m: Any, f: Any, leaf: Leaves) -> Operation:
        x, function = leaf(low=low, high=high), getattr(f if functional else m, name)
        return lambda: function(x)

    OPERATIONS[name] = maker


def _over_matrix(name: str, function: Callable[[Any, Any, Tensor], Tensor]) -> None:
    def maker(m: Any, f: Any, leaf: Leaves) -> Operation:
        x = leaf.matrix()
        return lambda: function(m, f, x)

    OPERATIONS[name] = maker


def _binary(name: str, function: Callable[[Any, Tensor, Tensor], Tensor]) -> None:
    def maker(m: Any, f: Any, leaf: Leaves) -> Operation:
        x, y = leaf(), leaf()
        return lambda: function(m, x, y)

    OPERATIONS[name] = maker


_binary("add", lambda m, x, y: x + y)
_binary("mul", lambda m, x, y: x * y)
_binary("div", lambda m, x, y: x / y)
_binary("maximum", lambda m, x, y: m.maximum(x, y))
_binary("pow", lambda m, x, y: x**y)
_binary("dot", lambda m, x, y: m.dot(x, y))
for _name, _low, _high in (
    ("abs", -1, 1), ("square", -1, 1), ("sqrt", 0.5, 2), ("exp", -1, 1), ("log", 0.5, 2),
    ("sin", -3, 3), ("tanh", -3, 3), ("sigmoid", -3, 3), ("erf", -2, 2),
):  # fmt: skip
    _pointwise(_name, _low, _high)
for _name in ("relu", "gelu", "silu", "softplus", "leaky_relu"):
    _pointwise(_name, -3, 3, functional=True)
_over_matrix("mul by scalar", lambda m, f, x: x * 2.0)
_over_matrix("pow 3", lambda m, f, x: x**3)
_over_matrix("clamp", lambda m, f, x: x.clamp(-1.0, 1.0))
_over_matrix("sum", lambda m, f, x: x.sum())
_over_matrix("sum dim", lambda m, f, x: x.sum(1))
_over_matrix("mean", lambda m, f, x: x.mean())
_over_matrix("var dim", lambda m, f, x: x.var(1))
_over_matrix("amax dim", lambda m, f, x: x.amax(1))
_over_matrix("max dim", lambda m, f, x: x.max(1)[0])
_over_matrix("logsumexp", lambda m, f, x: x.logsumexp(1))
_over_matrix("norm", lambda m, f, x: m.linalg.vector_norm(x))
_over_matrix("softmax", lambda m, f, x: f.softmax(x, dim=-1))
_over_matrix("log_softmax", lambda m, f, x: f.log_softmax(x, dim=-1))
_over_matrix("cumsum", lambda m, f, x: x.cumsum(1))
_over_matrix("sort", lambda m, f, x: x.sort(dim=1, stable=True)[0])
_over_matrix("transpose, contiguous", lambda m, f, x: x.t().contiguous())
_over_matrix("reshape", lambda m, f, x: x.reshape(-1))
_over_matrix("slice", lambda m, f, x: x[:, 1:])
_over_matrix("flip", lambda m, f, x: x.flip(1))
_over_matrix("pad", lambda m, f, x: f.pad(x, (1, 1)))
_over_matrix("repeat", lambda m, f, x: x.repeat(2, 1))
_over_matrix("tril", lambda m, f, x: x.tril())


@operation("add a row")
def _add_row(m: Any, f: Any, leaf: Leaves) -> Operation:
    x, y = leaf.matrix(), leaf(leaf.columns)
    return lambda: x + y


@operation("where")
def _where(m: Any, f: Any, leaf: Leaves) -> Operation:
    x, y = leaf(low=-1), leaf(low=-1)
    mask = x.detach() > 0
    return lambda: m.where(mask, x, y)


@operation("masked_fill")
def _masked_fill(m: Any, f: Any, leaf: Leaves) -> Operation:
    x = leaf(low=-1)
    mask = x.detach() > 0
    return lambda: x.masked_fill(mask, 0.0)


@operation("cat")
def _cat(m: Any, f: Any, leaf: Leaves) -> Operation:
    x, y = leaf.matrix(), leaf.matrix()
    return lambda: m.cat([x, y], 1)


@operation("stack")
def _stack(m: Any, f: Any, leaf: Leaves) -> Operation:
    x, y = leaf.matrix(), leaf.matrix()
    return lambda: m.stack([x, y])


@operation("gather")
def _gather(m: Any, f: Any, leaf: Leaves) -> Operation:
    x, index = leaf.matrix(), leaf.integers(leaf.columns, leaf.rows, leaf.columns)
    return lambda: x.gather(1, index)


@operation("index_select")
def _index_select(m: Any, f: Any, leaf: Leaves) -> Operation:
    x, index = leaf.matrix(), leaf.integers(leaf.rows, leaf.rows)
    return lambda: x.index_select(0, index)


@operation("embedding")
def _embedding(m: Any, f: Any, leaf: Leaves) -> Operation:
    weight, index = leaf.matrix(), leaf.integers(leaf.rows, leaf.rows)
    return lambda: f.embedding(index, weight)


@operation("matmul")
def _matmul(m: Any, f: Any, leaf: Leaves) -> Operation:
    x, y = leaf.matrix(), leaf(leaf.columns, leaf.rows)
    return lambda: x @ y


@operation("bmm")
def _bmm(m: Any, f: Any, leaf: Leaves) -> Operation:
    side = {8: 2, 1_000: 11}.get(leaf.elements, 125)
    count = max(1, leaf.elements // side**2)
    x, y = leaf(count, side, side), leaf(count, side, side)
    return lambda: m.bmm(x, y)


@operation("linear")
def _linear(m: Any, f: Any, leaf: Leaves) -> Operation:
    x, weight, bias = leaf.matrix(), leaf(leaf.rows, leaf.columns), leaf(leaf.rows)
    return lambda: f.linear(x, weight, bias)


@operation("cross_entropy")
def _cross_entropy(m: Any, f: Any, leaf: Leaves) -> Operation:
    x, label = leaf.matrix(), leaf.integers(leaf.columns, leaf.rows)
    return lambda: f.cross_entropy(x, label)


@operation("mse_loss")
def _mse_loss(m: Any, f: Any, leaf: Leaves) -> Operation:
    x, y = leaf(), leaf()
    return lambda: f.mse_loss(x, y)


@operation("layer_norm")
def _layer_norm(m: Any, f: Any, leaf: Leaves) -> Operation:
    x, weight, bias = leaf.matrix(), leaf(leaf.columns), leaf(leaf.columns)
    return lambda: f.layer_norm(x, (leaf.columns,), weight, bias)


@operation("batch_norm")
def _batch_norm(m: Any, f: Any, leaf: Leaves) -> Operation:
    x, channels = leaf.channels()
    weight, bias = leaf(channels), leaf(channels)
    return lambda: f.batch_norm(x, None, None, weight, bias, training=True)


@operation("conv2d")
def _conv2d(m: Any, f: Any, leaf: Leaves) -> Operation:
    x, channels = leaf.channels()
    weight, bias = leaf(channels, channels, 3, 3), leaf(channels)
    return lambda: f.conv2d(x, weight, bias, padding=1)


@operation("max_pool2d")
def _max_pool2d(m: Any, f: Any, leaf: Leaves) -> Operation:
    x, _ = leaf.channels()
    return lambda: f.max_pool2d(x, 2)


@operation("attention")
def _attention(m: Any, f: Any, leaf: Leaves) -> Operation:
    shape = {8: (1, 1, 2, 4), 1_000: (1, 2, 16, 32)}.get(leaf.elements, (4, 8, 256, 128))
    query, key, value = leaf(*shape), leaf(*shape), leaf(*shape)
    return lambda: f.scaled_dot_product_attention(query, key, value)
