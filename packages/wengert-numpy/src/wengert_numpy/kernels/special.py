"""Special functions. They come from SciPy where it is installed, which the first call imports.

SciPy works through an array number by number; long arrays of single precision take vectorised ways here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from wengert_numpy.kernels import blocks, quiet

HAS_ERF = find_spec("scipy") is not None
_FLOAT16, _FLOAT32 = np.dtype(np.float16), np.dtype(np.float32)
_LONG = 2048  # elements from which the start of several ufuncs no longer matters
LONG_ERF = 2 * _LONG
BLOCK = 1 << 15  # elements that stay in the cache


@cache
def _library() -> Any:
    return import_module("scipy.special")


def _from_scipy(name: str) -> Callable[..., Any]:
    """SciPy's function `name`, with the result in the dtype of its arguments."""

    def kernel(x: Any, /, *others: Any) -> Any:
        out = quiet.call(getattr(_library(), name), x, *others)
        return out if out.dtype == x.dtype else np.asarray(out).astype(x.dtype)

    kernel.__name__ = kernel.__qualname__ = name
    return kernel


_scipy_expit, _scipy_erf = _from_scipy("expit"), _from_scipy("erf")


def expit(x: Any, /) -> Any:
    """`1 / (1 + exp(-x))`; exp overflows to inf where the result is 0."""
    if HAS_ERF and x.size < _LONG and x.dtype.kind == "f":
        return _scipy_expit(x)
    if x.dtype == _FLOAT16:
        return quiet.call(expit_into, x.astype(_FLOAT32)).astype(_FLOAT16)
    if x.size >= blocks.VERY_LONG:
        return blocks.unary(expit_into, x)
    return quiet.call(expit_into, x)


def expit_into(x: Any, out: Any = None) -> Any:
    """`expit` by ufuncs, which serve long arrays."""
    out = np.asarray(np.negative(x, out=out))
    np.exp(out, out)
    np.add(out, 1, out)
    return np.reciprocal(out, out)


def erf(x: Any, /) -> Any:
    """The error function; in single precision to 5 units in the last place where `x` is long."""
    if x.dtype == _FLOAT32 and x.size >= LONG_ERF:
        return quiet.call(_long_erf, x)
    return _scipy_erf(x)


def _long_erf(x: Any) -> Any:
    """erf(x) = tanh(x * r(x * x)) with a rational r, fitted to atanh(erf(x)) / x on [0, 4]: relative error 4e-9."""
    out = np.empty(x.shape, x.dtype)
    flat, flat_out = x.reshape(-1), out.reshape(-1)
    square = np.empty(min(BLOCK, flat.size), x.dtype)
    below = np.empty_like(square)
    for start in range(0, flat.size, BLOCK):
        part = flat[start : start + BLOCK]
        erf_of_block(part, flat_out[start : start + BLOCK], square[: part.size], below[: part.size])
    return out


def erf_of_block(part: Any, out: Any, u: Any, v: Any) -> None:
    """The error function of a block in single precision, into `out`; `u` and `v` are written over."""
    np.multiply(part, part, u)
    np.minimum(u, 16, out=u)  # from 4 on erf is 1 in single precision
    _polynomial(u, _ABOVE, out)
    np.multiply(out, part, out)
    _polynomial(u, _BELOW, v)
    np.divide(out, v, out)
    np.tanh(out, out)


_ABOVE = (1.12837917, 0.27980668, 0.04264648, 0.00217827)  # coefficients, constant first
_BELOW = (1.0, 0.156892448, 0.0236898726, 0.000324922753)


def _polynomial(u: Any, coefficients: tuple[float, ...], out: Any) -> None:
    np.multiply(u, coefficients[-1], out)
    for coefficient in coefficients[-2:0:-1]:
        np.add(out, coefficient, out)
        np.multiply(out, u, out)
    np.add(out, coefficients[0], out)


def airy(x: Any, /) -> Any:
    """The Airy function Ai."""
    return np.asarray(quiet.call(_library().airy, x)[0]).astype(x.dtype, copy=False)


_SAME = (
    *("erfc", "erfcx", "erfinv", "ndtri", "gammaln", "digamma", "zeta", "gammainc", "gammaincc", "i0e", "i1e"),
    "betainc",
    *("j0", "j1", "y0", "y1", "k0e", "k1e"),
)
_ORDERS = re.compile(r"[jyk]\d")

kernels: dict[str, Any] = {
    "expit": expit,
    "frexp": np.frexp,
    "gcd": np.gcd,
    "lcm": np.lcm,
}
if HAS_ERF:
    kernels |= {f"bessel_{name}" if _ORDERS.match(name) else name: _from_scipy(name) for name in _SAME}
    kernels |= {"airy": airy, "erf": erf}
