"""Floor 2: the greater and the smaller of two, bounds, replacements. At ties the gradient goes where torch sends it."""

from __future__ import annotations

from wengert.protocol.array import Array
from wengert.protocol.dtypes import BOOL, COMPLEX
from wengert.protocol.namespace import Namespace
from wengert.rule.kinds import elementwise
from wengert.rule.refusals import refusing, refusing_complex

Number = bool | int | float


def _shared(xp: Namespace, g: Array, lower: Array, higher: Array) -> Array:
    """g where `lower` loses not against `higher`, half of it at a tie; nan loses to nothing."""
    wins_or_ties, wins = xp.logical_not(lower < higher), xp.logical_not(lower <= higher)
    return xp.add(xp.masked(g, wins_or_ties), xp.masked(g, wins)) * 0.5


@elementwise
def maximum(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.maximum(x, y)


maximum.vjp("x")(lambda xp, g, x, y: _shared(xp, g, x, y))
maximum.vjp("y")(lambda xp, g, x, y: _shared(xp, g, y, x))
maximum.partials(
    x=lambda xp, x, y: _shared(xp, xp.ones_like(x), x, y), y=lambda xp, x, y: _shared(xp, xp.ones_like(y), y, x)
)
maximum.refusal = refusing_complex("maximum not implemented for complex tensors.", RuntimeError)


def _half_at_ties(xp: Namespace, x: Array, y: Array, wins: Array) -> Array:
    """The share of x in the tangent: nan leaves it to y."""
    won = xp.where(wins, xp.ones_like(x), xp.zeros_like(x))
    return xp.where(xp.equal(x, y), xp.full_like(x, 0.5), won)


def _blend(xp: Namespace, t_x: Array | None, t_y: Array | None, share: Array) -> Array:
    """`share` of the one tangent and the rest of the other."""
    if t_x is None or t_y is None:
        return xp.multiply(t_x, share) if t_x is not None else xp.multiply(t_y, 1 - share)
    return xp.add(t_y, xp.multiply(share, xp.subtract(t_x, t_y)))


@elementwise
def minimum(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.minimum(x, y)


minimum.vjp("x")(lambda xp, g, x, y: _shared(xp, g, y, x))
minimum.vjp("y")(lambda xp, g, x, y: _shared(xp, g, x, y))
minimum.partials(
    x=lambda xp, x, y: _shared(xp, xp.ones_like(x), y, x), y=lambda xp, x, y: _shared(xp, xp.ones_like(y), x, y)
)
maximum.jvp(lambda xp, t_x, t_y, x, y: _blend(xp, t_x, t_y, _half_at_ties(xp, x, y, x > y)))
minimum.jvp(lambda xp, t_x, t_y, x, y: _blend(xp, t_x, t_y, _half_at_ties(xp, x, y, x < y)))
minimum.refusal = refusing_complex("minimum not implemented for complex tensors.", RuntimeError)


def _first_is_greater(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.logical_or(xp.greater_equal(x, y), xp.isnan(y))


def _first_is_smaller(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.logical_or(xp.less_equal(x, y), xp.isnan(y))


def _taken(xp: Namespace, x: Array, y: Array, wins: Array) -> Array:
    """The share of x in the tangent of fmax and fmin; torch leaves a tie to y in fmax and to x in fmin."""
    return xp.where(xp.logical_or(wins, xp.isnan(y)), xp.ones_like(x), xp.zeros_like(x))


@elementwise
def fmax(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.where(_first_is_greater(xp, x, y), x, y)


fmax.partials(
    x=lambda xp, x, y: xp.masked(xp.ones_like(x), _first_is_greater(xp, x, y)),
    y=lambda xp, x, y: xp.masked(xp.ones_like(y), xp.logical_not(_first_is_greater(xp, x, y))),
)
fmax.vjp("x")(lambda xp, g, x, y: xp.masked(g, _first_is_greater(xp, x, y)))
fmax.vjp("y")(lambda xp, g, x, y: xp.masked(g, xp.logical_not(_first_is_greater(xp, x, y))))
fmax.jvp(lambda xp, t_x, t_y, x, y: _blend(xp, t_x, t_y, _taken(xp, x, y, x > y)))
fmax.refusal = refusing_complex("fmax not implemented for complex tensors.", RuntimeError)


@elementwise
def fmin(xp: Namespace, x: Array, y: Array) -> Array:
    return xp.where(_first_is_smaller(xp, x, y), x, y)


fmin.partials(
    x=lambda xp, x, y: xp.masked(xp.ones_like(x), _first_is_smaller(xp, x, y)),
    y=lambda xp, x, y: xp.masked(xp.ones_like(y), xp.logical_not(_first_is_smaller(xp, x, y))),
)
fmin.vjp("x")(lambda xp, g, x, y: xp.masked(g, _first_is_smaller(xp, x, y)))
fmin.vjp("y")(lambda xp, g, x, y: xp.masked(g, xp.logical_not(_first_is_smaller(xp, x, y))))
fmin.jvp(lambda xp, t_x, t_y, x, y: _blend(xp, t_x, t_y, _taken(xp, x, y, x <= y)))
fmin.refusal = refusing_complex("fmin not implemented for complex tensors.", RuntimeError)


# --- bounds that are numbers ------------------------------------------------------------------------------------------

_NO_COMPLEX = refusing_complex("clamp is not supported for complex types")


@elementwise
def clamp(xp: Namespace, x: Array, *, min: Number, max: Number) -> Array:
    return xp.minimum(xp.maximum(x, min), max)


clamp.vjp("x")(lambda xp, g, x, min, max: xp.masked(g, xp.logical_and(x >= min, x <= max)))
clamp.jvp(lambda xp, t, x, min, max: xp.masked(t, xp.logical_and(x >= min, x <= max)))


@elementwise
def clamp_min(xp: Namespace, x: Array, *, min: Number) -> Array:
    return xp.maximum(x, min)


clamp_min.vjp("x")(lambda xp, g, x, min: xp.masked(g, x >= min))
clamp_min.jvp(lambda xp, t, x, min: xp.masked(t, x >= min))


@elementwise
def clamp_max(xp: Namespace, x: Array, *, max: Number) -> Array:
    return xp.minimum(x, max)


clamp_max.vjp("x")(lambda xp, g, x, max: xp.masked(g, x <= max))
clamp_max.jvp(lambda xp, t, x, max: xp.masked(t, x <= max))


# --- bounds that are tensors ------------------------------------------------------------------------------------------


@elementwise
def clamp_between(xp: Namespace, x: Array, low: Array, high: Array) -> Array:
    return xp.minimum(xp.maximum(x, low), high)


clamp_between.vjp("x")(lambda xp, g, x, low, high: xp.masked(g, _inside(xp, x, low, high)))
clamp_between.vjp("low")(lambda xp, g, x, low, high: xp.masked(g, _below(xp, x, low, high)))
clamp_between.vjp("high")(lambda xp, g, x, low, high: xp.masked(g, _above(xp, x, low, high)))
clamp_between.partials(
    x=lambda xp, x, low, high: xp.masked(xp.ones_like(x), _inside(xp, x, low, high)),
    low=lambda xp, x, low, high: xp.masked(xp.ones_like(x), _below(xp, x, low, high)),
    high=lambda xp, x, low, high: xp.masked(xp.ones_like(x), _above(xp, x, low, high)),
)


def _inside(xp: Namespace, x: Array, low: Array, high: Array) -> Array:
    return xp.logical_and(x >= low, x <= high)


def _below(xp: Namespace, x: Array, low: Array, high: Array) -> Array:
    return xp.logical_and(low < high, x < low)


def _above(xp: Namespace, x: Array, low: Array, high: Array) -> Array:
    return xp.logical_or(x > high, high < low)


@elementwise
def clamp_low(xp: Namespace, x: Array, low: Array) -> Array:
    return xp.maximum(x, low)


clamp_low.vjp("x")(lambda xp, g, x, low: xp.masked(g, x >= low))
clamp_low.vjp("low")(lambda xp, g, x, low: xp.masked(g, x < low))
clamp_low.partials(
    x=lambda xp, x, low: xp.masked(xp.ones_like(x), x >= low),
    low=lambda xp, x, low: xp.masked(xp.ones_like(x), x < low),
)


@elementwise
def clamp_high(xp: Namespace, x: Array, high: Array) -> Array:
    return xp.minimum(x, high)


clamp_high.vjp("x")(lambda xp, g, x, high: xp.masked(g, x <= high))
clamp_high.vjp("high")(lambda xp, g, x, high: xp.masked(g, x > high))
clamp_high.partials(
    x=lambda xp, x, high: xp.masked(xp.ones_like(x), x <= high),
    high=lambda xp, x, high: xp.masked(xp.ones_like(x), x > high),
)

for _clamp in (clamp, clamp_min, clamp_max, clamp_between, clamp_low, clamp_high):
    _clamp.refusal = _NO_COMPLEX
_NO_BOOL = refusing("clamp_cpu", BOOL)
clamp_between.refusal = lambda dtypes, compute: _NO_COMPLEX(dtypes, compute) or _NO_BOOL(dtypes, compute)


# --- replacements -----------------------------------------------------------------------------------------------------


@elementwise
def nan_to_num(xp: Namespace, x: Array, *, nan: float, posinf: float, neginf: float) -> Array:
    infinite = xp.isinf(x)
    bounded = xp.where(infinite, xp.where(x > 0, xp.full_like(x, posinf), xp.full_like(x, neginf)), x)
    return xp.where(xp.isnan(x), xp.full_like(x, nan), bounded)


nan_to_num.vjp("x")(lambda xp, g, x: xp.masked(g, xp.isfinite(x)))
nan_to_num.jvp(lambda xp, t, x: xp.masked(t, xp.isfinite(x)))
nan_to_num.refusal = refusing("nan_to_num", BOOL, COMPLEX)
