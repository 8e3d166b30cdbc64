"""Floor 1: which dtypes an operation refuses, in torch's words.

A primitive's `refusal(dtypes, compute)` gets the operands' dtypes and the one that the operation would run in, and
returns the error to raise, or None. It is not asked on the fast path, which no booleans and no complex numbers take: an
operation that refuses integers is declared `floating`, so that they do not take it either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wengert.protocol.dtypes import BOOL, COMPLEX, INTEGER, DType

Refusal = Callable[[Sequence[DType], DType], Exception | None]


def unsupported(name: str, dtype: DType) -> NotImplementedError:
    """The error for an operation that `dtype` does not have."""
    return NotImplementedError(
        f'"{name}" not implemented for {dtype.spoken!r}; convert the tensor first with .to(dtype).'
    )


def refuse(name: str, dtype: DType, *categories: int) -> None:
    """NotImplementedError for an operation that dtypes of `categories` do not have."""
    if dtype.category in categories:
        raise unsupported(name, dtype)


def refusing(name: str, *categories: int) -> Refusal:
    """Refuses to run in a dtype of one of `categories`."""

    def refusal(dtypes: Sequence[DType], compute: DType) -> Exception | None:
        return unsupported(name, compute) if compute.category in categories else None

    return refusal


def refusing_operands(name: str, *categories: int) -> Refusal:
    """Refuses when the first operand's dtype is of one of `categories`, whatever the operation would run in."""

    def refusal(dtypes: Sequence[DType], compute: DType) -> Exception | None:
        return unsupported(name, dtypes[0]) if dtypes[0].category in categories else None

    return refusal


def refusing_all_whole(name: str, *categories: int) -> Refusal:
    """Refuses to run in a dtype of one of `categories`, and operands that are all whole numbers or booleans."""

    def refusal(dtypes: Sequence[DType], compute: DType) -> Exception | None:
        if all(dtype.category < 2 for dtype in dtypes):
            return unsupported(name, max(dtypes, key=lambda dtype: dtype.category))
        return unsupported(name, compute) if compute.category in categories else None

    return refusal


def refusing_complex(message: str, error: type[RuntimeError] = NotImplementedError) -> Refusal:
    """Refuses complex numbers with `message`."""

    def refusal(dtypes: Sequence[DType], compute: DType) -> Exception | None:
        return error(message) if compute.category == COMPLEX else None

    return refusal


def refusing_bool_difference(dtypes: Sequence[DType], compute: DType) -> Exception | None:
    """Refuses a difference with booleans."""
    count = sum(dtype.category == BOOL for dtype in dtypes)
    if count == 2:
        return RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. "
            "Use the `^` or `logical_xor()` operator instead."
        )
    if count:
        return RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, "
            "use the `~` or `logical_not()` operator instead."
        )
    return None


def refusing_bool_negation(dtypes: Sequence[DType], compute: DType) -> Exception | None:
    """Refuses the negative of a boolean."""
    if compute.category != BOOL:
        return None
    return RuntimeError(
        "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the "
        "`~` or `logical_not()` operator instead."
    )


def refusing_mixed(names: Sequence[str]) -> Refusal:
    """Refuses operands (called `names`) of several dtypes, and whole numbers."""

    def refusal(dtypes: Sequence[DType], compute: DType) -> Exception | None:
        for name, dtype in zip(names, dtypes, strict=True):
            if dtype is not dtypes[0]:
                return RuntimeError(f"expected dtype {dtypes[0].name} for `{name}` but got dtype {dtype.name}")
        return unsupported("lerp", dtypes[0]) if dtypes[0].category in (BOOL, INTEGER) else None

    return refusal
