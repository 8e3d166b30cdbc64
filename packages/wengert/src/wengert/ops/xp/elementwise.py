"""Floor 6: the elementwise functions of the array API standard, over Tensors.

They are torch's functions with the standard's promotion: there a 0-d array counts like any other, while in torch it
yields to one with dimensions. A pair of kinds that the standard leaves open, integers with floats, is torch's too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.ops import arithmetic, comparison, complex, exponential, trigonometric
from wengert.ops.conversion.moving import to
from wengert.ops.movement import broadcast_tensors, clone
from wengert.protocol.dtypes import DType, promote_types, result_dtype, scalar_dtype
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import is_leaf

Function = Callable[..., Any]


def common_dtype(*operands: Any) -> DType | None:
    """The dtype in which the tensors among `operands` meet, numbers left aside; None without a tensor."""
    result: DType | None = None
    for operand in operands:
        if isinstance(operand, Tensor):
            dtype = operand.space.dtype
            result = dtype if result is None else promote_types(result, dtype)
    return result


def promoted(*operands: Any) -> list[Any]:
    """The operands with each tensor in the dtype in which they meet; numbers stay."""
    dtype = common_dtype(*operands)
    return [x if not isinstance(x, Tensor) or x.space.dtype is dtype else to(x, dtype) for x in operands]


def written_freely(result: Any) -> Any:
    """`result` on memory that no node needs. Consumers of the standard write into what they have computed, and what a
    node keeps of its own result (sqrt, exp, max) must not change."""
    node = result.node
    if node is None or is_leaf(result):
        return result
    kept = getattr(node, "kept_outputs", None) or node.kept_by
    return clone(result) if "out" in kept else result


def _unary(name: str, function: Function, source: str) -> Function:
    def apply(x: Any, /) -> Any:
        return written_freely(function(x))

    return _named(apply, name, source)


def _binary(name: str, function: Function, source: str) -> Function:
    def apply(x1: Any, x2: Any, /) -> Any:
        if isinstance(x1, Tensor) and isinstance(x2, Tensor) and x1.space.dtype is not x2.space.dtype:
            x1, x2 = promoted(x1, x2)
        return written_freely(function(x1, x2))

    return _named(apply, name, source)


def _named(function: Function, name: str, source: str) -> Function:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`{name}` of {source}, recorded; a 0-d array counts in promotion like any other."
    return function


def on_tensors(function: Function) -> Function:
    """A function of two tensors that takes a number for either of them, as an array beside the other."""

    def apply(x1: Any, x2: Any) -> Any:
        beside = x1 if isinstance(x1, Tensor) else x2
        return function(*[array_beside(beside, x) for x in (x1, x2)])

    return apply


def array_beside(beside: Any, value: Any) -> Any:
    """`value`, if it is a number, as a 0-d tensor on the device of `beside`, in the dtype in which the two meet."""
    if isinstance(value, Tensor):
        return value
    dtype = result_dtype([beside.space.dtype], (), [scalar_dtype(value)])
    return beside.new_full((), value, dtype=dtype)


def _round(x: Any) -> Any:
    return _of_parts(arithmetic.round, x)


def _of_parts(function: Function, x: Any) -> Any:
    """`function` of the real and of the imaginary part."""
    if not (isinstance(x, Tensor) and x.space.dtype.is_complex):
        return function(x)
    return complex.complex(function(complex.real(x)), function(complex.imag(x)))


def _conj(x: Any) -> Any:
    return complex.conj(x)


def _positive(x: Any) -> Any:
    return clone(x)


_UNARY: dict[str, Function] = {
    "abs": arithmetic.abs,
    "acos": trigonometric.acos,
    "acosh": trigonometric.acosh,
    "asin": trigonometric.asin,
    "asinh": trigonometric.asinh,
    "atan": trigonometric.atan,
    "atanh": trigonometric.atanh,
    "bitwise_invert": comparison.bitwise_not,
    "ceil": arithmetic.ceil,
    "conj": _conj,
    "cos": trigonometric.cos,
    "cosh": trigonometric.cosh,
    "exp": exponential.exp,
    "expm1": exponential.expm1,
    "floor": arithmetic.floor,
    "imag": complex.imag,
    "isfinite": comparison.isfinite,
    "isinf": comparison.isinf,
    "isnan": comparison.isnan,
    "log": exponential.log,
    "log10": exponential.log10,
    "log1p": exponential.log1p,
    "log2": exponential.log2,
    "logical_not": comparison.logical_not,
    "negative": arithmetic.neg,
    "positive": _positive,
    "real": complex.real,
    "reciprocal": arithmetic.reciprocal,
    "round": _round,
    "sign": arithmetic.sgn,
    "signbit": comparison.signbit,
    "sin": trigonometric.sin,
    "sinh": trigonometric.sinh,
    "sqrt": arithmetic.sqrt,
    "square": arithmetic.square,
    "tan": trigonometric.tan,
    "tanh": trigonometric.tanh,
    "trunc": arithmetic.trunc,
}

_BINARY: dict[str, Function] = {
    "add": arithmetic.add,
    "atan2": on_tensors(arithmetic.atan2),
    "bitwise_and": comparison.bitwise_and,
    "bitwise_left_shift": comparison.bitwise_left_shift,
    "bitwise_or": comparison.bitwise_or,
    "bitwise_right_shift": comparison.bitwise_right_shift,
    "bitwise_xor": comparison.bitwise_xor,
    "copysign": arithmetic.copysign,
    "divide": arithmetic.div,
    "equal": on_tensors(comparison.eq),
    "floor_divide": arithmetic.floor_divide,
    "greater": on_tensors(comparison.gt),
    "greater_equal": on_tensors(comparison.ge),
    "hypot": on_tensors(arithmetic.hypot),
    "less": on_tensors(comparison.lt),
    "less_equal": on_tensors(comparison.le),
    "logaddexp": on_tensors(exponential.logaddexp),
    "logical_and": on_tensors(comparison.logical_and),
    "logical_or": on_tensors(comparison.logical_or),
    "logical_xor": on_tensors(comparison.logical_xor),
    "maximum": on_tensors(arithmetic.maximum),
    "minimum": on_tensors(arithmetic.minimum),
    "multiply": arithmetic.mul,
    "nextafter": on_tensors(arithmetic.nextafter),
    "not_equal": on_tensors(comparison.ne),
    "pow": arithmetic.pow,
    "remainder": arithmetic.remainder,
    "subtract": arithmetic.sub,
}


def clip(x: Any, /, min: Any = None, max: Any = None) -> Any:
    """`clip` of the array API standard: `x` kept between `min` and `max`, which broadcast; in the dtype of `x`.

    Derivative: g -> g where `x` lies between; to the bounds where they were taken.
    """
    low, high = [to(b, x.space.dtype) if isinstance(b, Tensor) else b for b in (min, max)]
    if low is None and high is None:
        return clone(x)
    if isinstance(low, Tensor) or isinstance(high, Tensor):
        low, high = [None if b is None else array_beside(x, b) for b in (low, high)]
        x = broadcast_tensors(x, *(b for b in (low, high) if b is not None))[0]
    return arithmetic.clamp(x, low, high)


def as_functions(unary: dict[str, Function], binary: dict[str, Function], source: str) -> dict[str, Function]:
    """The functions of one and of two arrays, with the signatures and the promotion of the standard."""
    ones = {name: _unary(name, function, source) for name, function in unary.items()}
    return ones | {name: _binary(name, function, source) for name, function in binary.items()}


FUNCTIONS: dict[str, Function] = {**as_functions(_UNARY, _BINARY, "the array API standard"), "clip": clip}
