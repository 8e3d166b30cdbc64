"""Floor 2: rounding, signs and neighbours, and functions of two coordinates."""

from __future__ import annotations

from collections.abc import Sequence

from wengert.protocol.array import Array
from wengert.protocol.dtypes import BOOL, COMPLEX, INTEGER, DType
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import elementwise
from wengert.rule.refusals import Refusal, refusing, refusing_all_whole, refusing_operands, unsupported


@elementwise
def floor(xp: Namespace, x: Array) -> Array:
    return xp.floor(x)


@elementwise
def ceil(xp: Namespace, x: Array) -> Array:
    return xp.ceil(x)


@elementwise
def trunc(xp: Namespace, x: Array) -> Array:
    return xp.trunc(x)


@elementwise
def round(xp: Namespace, x: Array) -> Array:
    return xp.round(x)


@elementwise(floating=True)
def round_decimals(xp: Namespace, x: Array, *, scale: float) -> Array:
    return xp.divide(xp.round(x * scale), xp.full_like(x, scale))


@elementwise(floating=True)
def round_tens(xp: Namespace, x: Array, *, scale: float) -> Array:
    return xp.round(xp.divide(x, xp.full_like(x, scale))) * scale


def _refusal_of(name: str) -> Refusal:
    """Booleans and complex numbers cannot be rounded."""

    def refusal(dtypes: Sequence[DType], compute: DType) -> Exception | None:
        if compute.category == COMPLEX and name != "round":
            return NotImplementedError(f"{name} is not supported for complex inputs")
        return unsupported(f"{name}_vml_cpu", compute) if compute.category in (BOOL, COMPLEX) else None

    return refusal


for _step in (floor, ceil, trunc, round, round_decimals, round_tens):
    _step.partials(x=lambda xp: 0)
    _step.refusal = _refusal_of(_step.name)

round_decimals.refusal = round_tens.refusal = refusing_operands("round_cpu", 0, 1, 3)


@elementwise(floating=True)
def copysign(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.copysign(x, y)


copysign.partials(x=lambda xp, x, out: xp.multiply(xp.sign(x), xp.sign(out)), y=lambda xp: 0)
copysign.refusal = refusing("copysign_cpu", COMPLEX)


@elementwise
def nextafter(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.nextafter(x, y)


nextafter.partials(
    x=lambda xp, x, y: xp.where(xp.equal(x, y), xp.zeros_like(x), xp.ones_like(x)), y=lambda xp: 0
)  # zero to both where they are equal: as in torch
nextafter.refusal = refusing("nextafter_cpu", BOOL, INTEGER, COMPLEX)


@elementwise(floating=True)
def hypot(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.hypot(x, y)


hypot.partials(x=lambda xp, x, out: xp.divide(x, out), y=lambda xp, y, out: xp.divide(y, out))
hypot.refusal = refusing_all_whole("hypot_cpu", COMPLEX)


@elementwise(floating=True)
def atan2(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.atan2(x, y)


def _over_square(xp: Namespace, part: Array, x: Array, y: Array) -> Array:
    """part / (x^2 + y^2), 0 at the origin."""
    size = xp.add(x * x, y * y)
    zero = xp.equal(size, xp.zeros_like(size))
    return xp.masked(xp.divide(part, xp.where(zero, xp.ones_like(size), size)), xp.logical_not(zero))


atan2.partials(x=lambda xp, x, y: _over_square(xp, y, x, y), y=lambda xp, x, y: _over_square(xp, xp.negative(x), x, y))


@atan2.jvp
def atan2_jvp(xp: Namespace, t_x: Array | None, t_y: Array | None, x: Array, y: Array) -> Array:
    """nan at the origin, where the gradient is 0: both as in torch."""
    terms = [] if t_x is None else [xp.multiply(t_x, y)]
    if t_y is not None:
        terms.append(xp.negative(xp.multiply(t_y, x)))
    return xp.divide(terms[0] if len(terms) == 1 else xp.add(terms[0], terms[1]), xp.add(x * x, y * y))


atan2.refusal = refusing("atan2_cpu", COMPLEX)
