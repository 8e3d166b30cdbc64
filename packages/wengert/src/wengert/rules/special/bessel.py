"""Floor 2: Bessel functions, the Airy function, and orthogonal polynomials."""

from __future__ import annotations

from wengert.protocol.array import Array
from wengert.protocol.dtypes import COMPLEX
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import elementwise
from wengert.rule.refusals import refusing


@elementwise(floating=True)
def i0(xp: Namespace, x: Array) -> Array:
    return _i0(xp, x)


@elementwise(floating=True)
def i1(xp: Namespace, x: Array) -> Array:
    return _i1(xp, x)


@elementwise(floating=True)
def i0e(xp: Namespace, x: Array) -> Array:
    return xp.i0e(x)


@elementwise(floating=True)
def i1e(xp: Namespace, x: Array) -> Array:
    return xp.i1e(x)


def _i0(xp: Namespace, x: Array) -> Array:
    return xp.multiply(xp.i0e(x), xp.exp(xp.abs(x)))


def _i1(xp: Namespace, x: Array) -> Array:
    return xp.multiply(xp.i1e(x), xp.exp(xp.abs(x)))


def _over(xp: Namespace, value: Array, x: Array, at_zero: float) -> Array:
    """value / x, and what it tends to at 0."""
    is_zero = xp.equal(x, xp.zeros_like(x))
    return xp.where(is_zero, xp.full_like(x, at_zero), xp.divide(value, xp.where(is_zero, xp.ones_like(x), x)))


i0.partials(x=lambda xp, x: _i1(xp, x))
i1.partials(x=lambda xp, x, out: xp.subtract(_i0(xp, x), _over(xp, out, x, 0.5)))
i0e.partials(x=lambda xp, x, out: xp.subtract(xp.i1e(x), xp.multiply(xp.sign(x), out)))
i1e.partials(x=lambda xp, x, out: xp.subtract(xp.i0e(x), xp.add(xp.multiply(out, xp.sign(x)), _over(xp, out, x, 0.5))))
i0.refusal, i1.refusal = refusing("i0_vml_cpu", COMPLEX), refusing("i1_cpu", COMPLEX)
i0e.refusal, i1e.refusal = refusing("i0e_cpu", COMPLEX), refusing("i1e_cpu", COMPLEX)


@elementwise(floating=True)
def modified_bessel_i0(xp: Namespace, x: Array) -> Array:
    return _i0(xp, x)


@elementwise(floating=True)
def modified_bessel_i1(xp: Namespace, x: Array) -> Array:
    return _i1(xp, x)


modified_bessel_i0.partial, modified_bessel_i1.partial = i0.partial, i1.partial


@elementwise(floating=True)
def bessel_j0(xp: Namespace, x: Array) -> Array:
    return xp.bessel_j0(x)


@elementwise(floating=True)
def bessel_j1(xp: Namespace, x: Array) -> Array:
    return xp.bessel_j1(x)


@elementwise(floating=True)
def bessel_y0(xp: Namespace, x: Array) -> Array:
    return xp.bessel_y0(x)


@elementwise(floating=True)
def bessel_y1(xp: Namespace, x: Array) -> Array:
    return xp.bessel_y1(x)


bessel_j0.partials(x=lambda xp, x: xp.negative(xp.bessel_j1(x)))
bessel_j1.partials(x=lambda xp, x, out: xp.subtract(xp.bessel_j0(x), _over(xp, out, x, 0.5)))
bessel_y0.partials(x=lambda xp, x: xp.negative(xp.bessel_y1(x)))
bessel_y1.partials(x=lambda xp, x, out: xp.subtract(xp.bessel_y0(x), xp.divide(out, x)))


@elementwise(floating=True)
def scaled_modified_bessel_k0(xp: Namespace, x: Array) -> Array:
    return xp.bessel_k0e(x)


@elementwise(floating=True)
def scaled_modified_bessel_k1(xp: Namespace, x: Array) -> Array:
    return xp.bessel_k1e(x)


@elementwise(floating=True)
def modified_bessel_k0(xp: Namespace, x: Array) -> Array:
    return _unscaled(xp, xp.bessel_k0e(x), x)


@elementwise(floating=True)
def modified_bessel_k1(xp: Namespace, x: Array) -> Array:
    return _unscaled(xp, xp.bessel_k1e(x), x)


def _unscaled(xp: Namespace, value: Array, x: Array) -> Array:
    return xp.multiply(value, xp.exp(xp.negative(x)))


scaled_modified_bessel_k0.partials(x=lambda xp, x, out: xp.subtract(out, xp.bessel_k1e(x)))
scaled_modified_bessel_k1.partials(
    x=lambda xp, x, out: xp.subtract(xp.subtract(out, xp.bessel_k0e(x)), xp.divide(out, x))
)
modified_bessel_k0.partials(x=lambda xp, x: xp.negative(_unscaled(xp, xp.bessel_k1e(x), x)))
modified_bessel_k1.partials(
    x=lambda xp, x, out: xp.negative(xp.add(_unscaled(xp, xp.bessel_k0e(x), x), xp.divide(out, x)))
)


@elementwise(floating=True)
def spherical_bessel_j0(xp: Namespace, x: Array) -> Array:
    return _over(xp, xp.sin(x), x, 1.0)


spherical_bessel_j0.partials(x=lambda xp, x, out: _over(xp, xp.subtract(xp.cos(x), out), x, 0.0))


@elementwise(floating=True)
def airy_ai(xp: Namespace, x: Array) -> Array:
    return xp.airy(x)


@elementwise(floating=True)
def orthogonal(xp: Namespace, x: Array, y: Array, *, family: str) -> Array:
    """The polynomial of degree y of a family, at x."""
    return xp.orthogonal(x, y, family=family)


for _function in (
    *(bessel_j0, bessel_j1, bessel_y0, bessel_y1, modified_bessel_i0, modified_bessel_i1, modified_bessel_k0),
    *(modified_bessel_k1, scaled_modified_bessel_k0, scaled_modified_bessel_k1, spherical_bessel_j0, airy_ai),
):
    _function.refusal = refusing(f"{_function.name}_cpu", COMPLEX)
