"""Floor 2: the parts of complex numbers, and complex numbers from their parts.

A gradient by z of a real function is d/dRe z + i d/dIm z, as in torch.
"""

from __future__ import annotations

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import elementwise, linear


@elementwise
def real_part(xp: Namespace, x: Array) -> Array:
    return xp.real(x)


real_part.vjp("x")(lambda xp, g: xp.complex(g, xp.zeros_like(g)))
real_part.jvp(lambda xp, t: xp.real(t))


@elementwise
def imag(xp: Namespace, x: Array) -> Array:
    return xp.imag(x)


imag.vjp("x")(lambda xp, g: xp.complex(xp.zeros_like(g), g))
imag.jvp(lambda xp, t: xp.imag(t))


@linear
def view_as_real(xp: Namespace, x: Array) -> Array:
    return xp.view_as_real(x)


@view_as_real.transpose
def view_as_real_transpose(xp: Namespace, g: Array) -> Array:
    return xp.view_as_complex(g)


view_as_real.keeps_dtype = view_as_real.fresh = False


@linear
def view_as_complex(xp: Namespace, x: Array) -> Array:
    return xp.view_as_complex(x)


@view_as_complex.transpose
def view_as_complex_transpose(xp: Namespace, g: Array) -> Array:
    return xp.view_as_real(g)


view_as_complex.keeps_dtype = view_as_complex.fresh = False


@elementwise
def conjugate(xp: Namespace, x: Array) -> Array:
    return xp.conj(x)


conjugate.vjp("x")(lambda xp, g: xp.conj(g))
conjugate.jvp(lambda xp, t: xp.conj(t))
conjugate.fresh = False


@elementwise
def angle(xp: Namespace, x: Array) -> Array:
    return xp.atan2(xp.imag(x), xp.real(x))


@angle.vjp("x")
def angle_vjp(xp: Namespace, g: Array, x: Array) -> Array:
    """g i x / |x|^2, 0 at 0."""
    return xp.multiply(g, _turn(xp, x))


@angle.jvp
def angle_jvp(xp: Namespace, t: Array, x: Array) -> Array:
    return xp.real(xp.multiply(t, xp.conj(_turn(xp, x))))


def _turn(xp: Namespace, x: Array) -> Array:
    real, imag = xp.real(x), xp.imag(x)
    size = xp.add(xp.multiply(real, real), xp.multiply(imag, imag))
    zero = xp.equal(size, xp.zeros_like(size))
    inverse = xp.masked(xp.reciprocal(xp.where(zero, xp.ones_like(size), size)), xp.logical_not(zero))
    return xp.complex(-xp.multiply(imag, inverse), xp.multiply(real, inverse))


@elementwise(floating=True)
def angle_of_real(xp: Namespace, x: Array) -> Array:
    half_turn = xp.atan2(xp.zeros_like(x), x)
    return xp.where(xp.isnan(x), x, xp.where(x < 0, half_turn, xp.zeros_like(x)))


angle_of_real.partials(x=lambda xp: 0)


@elementwise
def complex_(xp: Namespace, real: Array, imag: Array) -> Array:
    return xp.complex(real, imag)


complex_.keeps_dtype = False
complex_.vjp("real")(lambda xp, g: xp.real(g))
complex_.vjp("imag")(lambda xp, g: xp.imag(g))
complex_.fresh = False


@complex_.jvp
def complex_jvp(xp: Namespace, t_real: Array | None, t_imag: Array | None, real: Array, imag: Array) -> Array:
    return xp.complex(
        xp.zeros_like(real) if t_real is None else t_real, xp.zeros_like(imag) if t_imag is None else t_imag
    )


@elementwise(floating=True)
def polar(xp: Namespace, size: Array, phase: Array) -> Array:
    return xp.complex(xp.multiply(size, xp.cos(phase)), xp.multiply(size, xp.sin(phase)))


polar.keeps_dtype = False


@polar.vjp("size")
def polar_vjp_size(xp: Namespace, g: Array, phase: Array) -> Array:
    return xp.add(xp.multiply(xp.real(g), xp.cos(phase)), xp.multiply(xp.imag(g), xp.sin(phase)))


@polar.vjp("phase")
def polar_vjp_phase(xp: Namespace, g: Array, size: Array, phase: Array) -> Array:
    across = xp.subtract(xp.multiply(xp.imag(g), xp.cos(phase)), xp.multiply(xp.real(g), xp.sin(phase)))
    return xp.multiply(size, across)


@polar.jvp
def polar_jvp(xp: Namespace, t_size: Array | None, t_phase: Array | None, size: Array, phase: Array) -> Array:
    cos, sin = xp.cos(phase), xp.sin(phase)
    outwards = xp.zeros_like(phase) if t_size is None else t_size
    around = xp.zeros_like(phase) if t_phase is None else xp.multiply(size, t_phase)
    return xp.complex(
        xp.subtract(xp.multiply(outwards, cos), xp.multiply(around, sin)),
        xp.add(xp.multiply(outwards, sin), xp.multiply(around, cos)),
    )
