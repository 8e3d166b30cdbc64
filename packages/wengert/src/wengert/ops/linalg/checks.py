"""Floor 6: what products refuse, in torch's words."""

from __future__ import annotations

from math import prod
from typing import Any, NoReturn

from wengert.ops.arguments import spoken
from wengert.protocol.dtypes import DType, bool_
from wengert.protocol.shapes import Shape
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import raise_not_tensor

_IN_C = {
    "bool": "bool", "uint8": "unsigned char", "int8": "signed char", "int16": "short int", "int32": "int",
    "int64": "long int", "float16": "c10::Half", "bfloat16": "c10::BFloat16", "float32": "float", "float64": "double",
    "complex64": "c10::complex<float>", "complex128": "c10::complex<double>", "complex32": "c10::complex<c10::Half>",
    "uint16": "unsigned short", "uint32": "unsigned int", "uint64": "unsigned long",
}  # fmt: skip


def row_count(shape: Shape) -> int:
    """How many rows there are when all axes but the last are folded into one."""
    return prod(shape[:-1])


def times(shape: Shape) -> str:
    """A shape as torch's messages about products write it: 2x3."""
    return "x".join(str(n) for n in shape)


def require_tensors(name: str, **operands: Any) -> None:
    """TypeError unless all operands are tensors."""
    for argument, operand in operands.items():
        if not isinstance(operand, Tensor):
            raise_not_tensor(name, argument, operand)


def check_operands(name: str, **operands: Any) -> None:
    """Tensors, of one dtype that has products."""
    require_tensors(name, **operands)
    check_dtypes(name, *operands.values())


def check_dtypes(name: str, *operands: Tensor) -> None:
    """RuntimeError unless all dtypes are one; NotImplementedError for bool."""
    first = operands[0].space.dtype
    for operand in operands[1:]:
        if operand.space.dtype is not first:
            raise_dtypes(name, first, operand.space.dtype)
    if first is bool_:
        kernel = "dot" if name == "dot" else "addmm_impl_cpu_"
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{spoken(first)}'. Convert it first: t.to(int64).")


def raise_dtypes(name: str, first: DType, second: DType) -> NoReturn:
    """The refusal of two dtypes in one product."""
    if name == "dot":
        raise RuntimeError(
            f"dot : expected both vectors to have same dtype, but found {spoken(first)} and {spoken(second)}. "
            f"Convert one of them: t.to({first!r})."
        )
    if name == "bmm":
        raise RuntimeError(
            f"expected scalar type {spoken(first)} but found {spoken(second)}. Convert one of them: t.to({first!r})."
        )
    raise RuntimeError(
        f"expected m1 and m2 to have the same dtype, but got: {_IN_C[first.name]} != {_IN_C[second.name]}. "
        f"Convert one of them: t.to({first!r})."
    )


def raise_mismatch(first: Shape, second: Shape) -> NoReturn:
    """The refusal of two matrices."""
    raise RuntimeError(
        f"mat1 and mat2 shapes cannot be multiplied ({times(first)} and {times(second)}): the columns of the first "
        "must be as many as the rows of the second."
    )


def check_dot(x: Shape, y: Shape) -> None:
    """RuntimeError unless two vectors have one size."""
    if x != y:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{x[0]}] and src [{y[0]}] to have the same number of elements, "
            f"but got {x[0]} and {y[0]} elements respectively"
        )


def check_matrix_vector(x: Shape, y: Shape) -> None:
    """RuntimeError unless a matrix has as many columns as a vector has elements."""
    if x[1] != y[0]:
        raise RuntimeError(f"size mismatch, got input ({x[0]}), mat ({times(x)}), vec ({y[0]})")


def check_batches(x: Shape, y: Shape) -> None:
    """RuntimeError unless two batches of matrices can be multiplied one by one."""
    for which, shape in (("batch1", x), ("batch2", y)):
        if len(shape) != 3:
            raise RuntimeError(f"{which} must be a 3D tensor, got shape {shape}")
    if (x[0], x[2]) != y[:2]:
        raise_batch_mismatch(x[0], x[2], y[0], y[1])


def raise_batch_mismatch(batch: int, inner: int, found_batch: int, found_inner: int) -> NoReturn:
    """The refusal of two batches of matrices."""
    raise RuntimeError(
        f"Expected size for first two dimensions of batch2 tensor to be: [{batch}, {inner}] but got: "
        f"[{found_batch}, {found_inner}]."
    )


def check_expands(shape: Shape, target: Shape) -> None:
    """RuntimeError unless `shape` broadcasts to `target`."""
    lead = len(target) - len(shape)
    if lead < 0:
        raise RuntimeError(
            f"expand(size={list(target)}): the number of sizes provided ({len(target)}) must be greater or equal to "
            f"the number of dimensions in the tensor ({len(shape)})"
        )
    for d, n in enumerate(shape):
        if n not in (1, target[lead + d]):
            raise RuntimeError(
                f"The expanded size of the tensor ({target[lead + d]}) must match the existing size ({n}) at "
                f"non-singleton dimension {lead + d}.  Target sizes: {list(target)}.  Tensor sizes: {list(shape)}"
            )
