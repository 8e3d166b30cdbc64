"""Floor 0: the namespace of kernels, `xp`.

The names are those of the Python array API standard, with its meaning (axis, keepdims, no implicit promotion between
kinds). `Required` comes first: these a backend must bring. `Namespace` goes on with what it gets in return: each of
those has a default in `backends/standard/`, written with the required ones, and may be replaced by a faster kernel.

Arguments that the core always passes by keyword stand after the star. A dtype is the library's own object, a device
too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from wengert.protocol.array import Array
from wengert.protocol.extensions import Extensions, Protocol
from wengert.protocol.shapes import Shape

Unary = Callable[[Any], Any]
Binary = Callable[[Any, Any], Any]


class Required(Protocol):
    """The functions that every backend must have. `tests/test_toy.py` holds the toy backend to exactly these."""

    # making and converting
    asarray: Callable[..., Any]  # asarray(nested lists or scalar or array, *, dtype, device, copy)
    astype: Callable[..., Any]  # astype(x, dtype); a complex number keeps its real part
    tolist: Unary  # nested Python lists, a Python scalar for 0-d

    # moving
    def reshape(self, x: Any, /, shape: Shape) -> Any: ...
    def permute_dims(self, x: Any, /, axes: Shape) -> Any: ...
    def broadcast_to(self, x: Any, /, shape: Shape) -> Any: ...
    def concat(self, arrays: Sequence[Any], /, *, axis: int) -> Any: ...
    def take(self, x: Any, indices: Any, /, *, axis: int) -> Any: ...  # 1-d integer indices, none negative
    def getitem(self, x: Any, key: Any, /) -> Any: ...  # a tuple of integers, slices (steps > 0), None, Ellipsis

    # elementwise, on operands of one dtype that broadcast; the second of two may be a Python number of its kind
    add: Binary
    subtract: Binary
    multiply: Binary
    divide: Binary
    pow: Binary
    remainder: Binary  # the sign of the divisor
    negative: Unary
    abs: Unary
    floor: Unary
    sqrt: Unary
    exp: Unary
    log: Unary
    expm1: Unary
    log1p: Unary
    sin: Unary
    cos: Unary
    atan: Unary
    tanh: Unary
    equal: Binary
    less: Binary
    logical_and: Binary
    logical_not: Unary
    bitwise_and: Binary
    bitwise_xor: Binary

    def where(self, condition: Any, x: Any, y: Any, /) -> Any: ...

    # reducing, over a tuple of axes or all (None)
    def sum(self, x: Any, /, *, axis: int | Shape | None = None, keepdims: bool = False) -> Any: ...
    def prod(self, x: Any, /, *, axis: int | Shape | None = None, keepdims: bool = False) -> Any: ...
    def max(self, x: Any, /, *, axis: int | Shape | None = None, keepdims: bool = False) -> Any: ...
    def argmax(self, x: Any, /, *, axis: int, keepdims: bool = False) -> Any: ...  # int64
    def cumulative_sum(self, x: Any, /, *, axis: int) -> Any: ...
    def argsort(self, x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Any: ...
    def nonzero(self, x: Any, /) -> tuple[Any, ...]: ...
    def matmul(self, x: Any, y: Any, /) -> Any: ...  # 1-d operands and broadcast batches included


class Namespace(Required, Extensions, Protocol):
    """All that a rule may call: the required functions, the rest of the standard, and our extensions."""

    # making
    zeros: Callable[..., Any]  # (shape, *, dtype, device)
    ones: Callable[..., Any]
    full: Callable[..., Any]  # (shape, value, *, dtype, device)
    empty: Callable[..., Any]
    zeros_like: Unary
    ones_like: Unary
    full_like: Callable[..., Any]  # (x, value)
    arange: Callable[..., Any]  # (start, stop, step, *, dtype, device)
    linspace: Callable[..., Any]  # (start, stop, num, *, dtype, device)
    eye: Callable[..., Any]  # (rows, columns, *, dtype, device)
    tril: Callable[..., Any]  # (x, *, k)
    triu: Callable[..., Any]

    # elementwise
    positive: Unary
    reciprocal: Unary
    square: Unary
    sign: Unary
    ceil: Unary
    trunc: Unary
    round: Unary  # half to even
    log2: Unary
    log10: Unary
    logaddexp: Binary
    tan: Unary
    asin: Unary
    acos: Unary
    atan2: Binary
    sinh: Unary
    cosh: Unary
    asinh: Unary
    acosh: Unary
    atanh: Unary
    hypot: Binary
    copysign: Binary
    nextafter: Binary  # the neighbour of the first in the direction of the second
    signbit: Unary
    floor_divide: Binary
    maximum: Binary  # NaN wins
    minimum: Binary
    isnan: Unary
    isinf: Unary
    isfinite: Unary
    not_equal: Binary
    less_equal: Binary
    greater: Binary
    greater_equal: Binary
    logical_or: Binary
    logical_xor: Binary
    bitwise_or: Binary
    bitwise_invert: Unary
    bitwise_left_shift: Binary
    bitwise_right_shift: Binary
    real: Unary
    imag: Unary
    conj: Unary  # x itself where x is real

    # moving
    def expand_dims(self, x: Any, /, *, axis: int) -> Any: ...
    def squeeze(self, x: Any, /, axis: int | Shape) -> Any: ...
    def stack(self, arrays: Sequence[Any], /, *, axis: int = 0) -> Any: ...
    def flip(self, x: Any, /, *, axis: int | Shape) -> Any: ...
    def roll(self, x: Any, /, shift: int | Shape, *, axis: int | Shape) -> Any: ...
    def matrix_transpose(self, x: Any, /) -> Any: ...
    def take_along_axis(self, x: Any, indices: Any, /, *, axis: int) -> Any: ...

    # reducing and searching
    def min(self, x: Any, /, *, axis: int | Shape | None = None, keepdims: bool = False) -> Any: ...
    def argmin(self, x: Any, /, *, axis: int, keepdims: bool = False) -> Any: ...
    def any(self, x: Any, /, *, axis: int | Shape | None = None, keepdims: bool = False) -> Any: ...
    def all(self, x: Any, /, *, axis: int | Shape | None = None, keepdims: bool = False) -> Any: ...
    def cumulative_prod(self, x: Any, /, *, axis: int) -> Any: ...
    def sort(self, x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Any: ...
    def searchsorted(self, sorted_values: Any, values: Any, /, *, side: str = "left") -> Any: ...


__all__ = ["Array", "Binary", "Namespace", "Required", "Unary"]
