"""Floor 5: what operands may meet in one operation, and what they become: backend, device, dtype, Python numbers."""

from __future__ import annotations

from collections.abc import Sequence
from math import copysign, isfinite
from typing import Any, NoReturn, cast

from wengert.protocol.backend import Space
from wengert.protocol.dtypes import DType, get_default_dtype, result_dtype, scalar_dtype
from wengert.protocol.errors import BackendError
from wengert.rule.kinds import Predicate
from wengert.tensor.base import TensorBase, make
from wengert.tensor.general import Operation

NUMBERS = (bool, int, float, complex)
REAL_NUMBERS = (bool, int, float)


def compute_dtype(operation: Operation, names: Sequence[str], args: Sequence[Any]) -> DType:
    """The dtype that the forward runs in; torch's refusals where operands may not mix."""
    primitive = operation.primitive
    mixing = [
        arg
        for name, arg in zip(names, args, strict=True)
        if arg is not None and (name not in primitive.constants or isinstance(primitive, Predicate))
    ]
    ranked = [
        (a.space.dtype, 0 if a.shape else 1) if isinstance(a, TensorBase) else (scalar_dtype(a), 2) for a in mixing
    ]
    if not ranked:
        ranked = [(a.space.dtype, 0) for a in args if isinstance(a, TensorBase)]
    dtype = result_dtype(*[[dtype for dtype, rank in ranked if rank == wanted] for wanted in range(3)])
    if primitive.floating and not dtype.is_inexact:
        return get_default_dtype()
    promotes = primitive.elementwise or primitive.variadic or isinstance(primitive, Predicate)
    if not promotes:
        for other, rank in ranked:
            if rank != 2 and other is not dtype:
                found = ", ".join(d.name for d, _ in ranked)
                raise RuntimeError(
                    f"{operation.name}: expected tensors to have the same dtype, but got: {found}. "
                    f"Convert one of them, for example with .to({dtype!r})."
                )
    return dtype


def common_place(operation: Operation, args: Sequence[Any]) -> Space:
    """The space of the operand that decides backend and device; an error names both where two of them meet."""
    first: TensorBase | None = None
    for position, arg in enumerate(args):
        if isinstance(arg, TensorBase):
            if first is None:
                first = arg
            elif arg.space.backend is not first.space.backend or arg.space.device != first.space.device:
                first = _reconcile(operation.name, first, arg)
        elif arg is not None and (not isinstance(arg, NUMBERS) or position in operation.tensors_only):
            refuse_operand(operation, args, position)
    if first is None:
        position = next((position for position, arg in enumerate(args) if arg is not None), 0)
        refuse_operand(operation, args, position)
    return first.space.plain


def refuse_operand(operation: Operation, args: Sequence[Any], position: int) -> NoReturn:
    """TypeError for the operand at `position`: in torch's words for several signatures, if some inputs may be
    numbers."""
    if operation.tensors_only and len(operation.tensors_only) < len(operation.primitive.inputs):
        raise_combination(operation.name, *args)
    raise_not_tensor(operation.name, operation.argument(position), args[position], position + 1)


def _reconcile(name: str, first: TensorBase, other: TensorBase) -> TensorBase:
    here, there = first.space, other.space
    if here.backend is not there.backend:
        raise BackendError(
            f"{name}: expected all tensors to be on the same backend, but found backends {here.backend.name!r} "
            f"(device {here.device}) and {there.backend.name!r} (device {there.device}). "
            f"Move one of them: t.to(backend={here.backend.name!r})."
        )
    if not other.shape and there.device == "cpu":
        return first
    if not first.shape and here.device == "cpu":
        return other
    raise RuntimeError(
        f"{name}: Expected all tensors to be on the same device, but found at least two devices, {here.device} and "
        f"{there.device}! Move one of them: t.to({here.device!r})."
    )


def raise_not_tensor(name: str, argument: str, value: Any, position: int | None = None) -> NoReturn:
    """TypeError for an argument that should have been a Tensor."""
    place = "" if position is None else f" (position {position})"
    hint = "" if value is None else " Make it one: wengert.as_tensor(x)."
    raise TypeError(f"{name}(): argument {argument!r}{place} must be Tensor, not {type(value).__name__}.{hint}")


def raise_combination(name: str, *arguments: Any) -> NoReturn:
    """TypeError in torch's words for arguments that fit no signature."""
    found = ", ".join([type(argument).__name__ for argument in arguments])
    raise TypeError(f"{name}() received an invalid combination of arguments - got ({found}); see help({name}).")


#: What torch's messages about numbers call a dtype: the name of its type in C++.
_IN_C = {
    "uint8": "uint8_t", "int8": "int8_t", "int16": "int16_t", "int32": "int", "int64": "int64_t",
    "float16": "c10::Half", "bfloat16": "c10::BFloat16", "float32": "float", "float64": "double",
    "complex64": "c10::complex<float>", "complex128": "c10::complex<double>",
}  # fmt: skip


def overflow(dtype: DType) -> RuntimeError:
    """The error for a number that `dtype` cannot hold."""
    return RuntimeError(f"value cannot be converted to type {spoken_in_c(dtype)} without overflow")


def spoken_in_c(dtype: DType) -> str:
    """What torch's messages about numbers call `dtype`."""
    return _IN_C.get(dtype.name, dtype.name)


def number(space: Space, value: Any) -> Any:
    """A Python number as a 0-d tensor of `space`, remembered so that a constant in a loop is made once."""
    is_zero = not value and value.__class__ in REAL_NUMBERS and copysign(1.0, value) > 0
    key = "zero" if is_zero else value  # 0.0 and -0.0 would be one key
    found = space.scalars.get(key)
    if found is None:
        if value.__class__ not in NUMBERS:
            value = _plain_number(value)
        if space.dtype.category < 2 and value.__class__ is float and not isfinite(value):
            raise overflow(space.dtype)
        with space.xp.errstate():  # a number beyond the dtype becomes inf, quietly
            data = space.xp.asarray(_within(space.dtype, value), dtype=space.native, device=space.native_device)
        found = make(space, data)
        found.version = None  # a constant belongs to no mode
        if (is_zero or (value and value == value)) and len(space.scalars) < 1024:  # no -0.0, no nan
            space.scalars[key] = found
    return found


def _plain_number(value: Any) -> Any:
    """A number of a class derived from Python's, as NumPy's float64, as the number it is; TypeError for others."""
    for kind in cast(tuple[Any, ...], NUMBERS):
        if isinstance(value, kind):
            return kind(value)
    raise TypeError(
        f"got {type(value).__name__}; expected a Tensor or a Python number. Make it a Tensor: wengert.as_tensor(x)."
    )


def _within(dtype: DType, value: Any) -> Any:
    """`value` wrapped around as torch does where it does not fit the integers of `dtype`."""
    if dtype.is_floating_point and isinstance(value, int):
        return float(value)
    if dtype.category != 1 or not isinstance(value, int):
        return value
    span = 1 << (8 * dtype.itemsize)
    low = -(span >> 1) if dtype.is_signed else 0
    return (int(value) - low) % span + low
