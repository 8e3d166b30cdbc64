"""Floor 6: arithmetic functions, operators and methods."""

from __future__ import annotations

from wengert.ops.arithmetic import basic, choice, division, parts, power, rounding
from wengert.ops.arithmetic.basic import add, addcmul, lerp, mul, neg, positive, rsub, sub
from wengert.ops.arithmetic.basic import filled as filled
from wengert.ops.arithmetic.basic import filled_by_tensor as filled_by_tensor
from wengert.ops.arithmetic.basic import replaced as replaced
from wengert.ops.arithmetic.basic import zeroed as zeroed
from wengert.ops.arithmetic.choice import clamp, clamp_max, clamp_min, fmax, fmin, maximum, minimum, nan_to_num
from wengert.ops.arithmetic.division import addcdiv, div, floor_divide, fmod, reciprocal, remainder, true_divide
from wengert.ops.arithmetic.operands import is_operand as is_operand
from wengert.ops.arithmetic.operands import number_like as number_like
from wengert.ops.arithmetic.parts import (
    deg2rad,
    frac,
    frexp,
    gcd,
    heaviside,
    lcm,
    ldexp,
    logaddexp2,
    rad2deg,
)
from wengert.ops.arithmetic.power import abs, float_power, pow, rsqrt, sgn, sign, sqrt, square
from wengert.ops.arithmetic.rounding import atan2, ceil, copysign, floor, hypot, nextafter, round, trunc
from wengert.tensor.base import TensorBase as Tensor

subtract, multiply, divide, negative, absolute, fix = sub, mul, div, neg, abs, trunc
clip, arctan2 = clamp, atan2


class ArithmeticMethods(Tensor):
    """The arithmetic methods and operators of a Tensor."""

    __slots__ = ()

    add, sub, rsub, mul, neg, positive, lerp = (
        basic.add,
        basic.sub,
        basic.rsub,
        basic.mul,
        basic.neg,
        basic.positive,
        basic.lerp,
    )
    subtract, multiply, negative, addcmul = basic.sub, basic.mul, basic.neg, basic.addcmul
    div, divide, true_divide, floor_divide = division.div, division.div, division.true_divide, division.floor_divide
    remainder, fmod, reciprocal, addcdiv = division.remainder, division.fmod, division.reciprocal, division.addcdiv
    pow, square, sqrt, rsqrt = power.pow, power.square, power.sqrt, power.rsqrt
    abs, absolute, sign, sgn = power.abs, power.abs, power.sign, power.sgn
    maximum, minimum, fmax, fmin = choice.maximum, choice.minimum, choice.fmax, choice.fmin
    clamp, clip, clamp_min, clamp_max = choice.clamp, choice.clamp, choice.clamp_min, choice.clamp_max
    nan_to_num = choice.nan_to_num
    floor, ceil, trunc, fix, round = rounding.floor, rounding.ceil, rounding.trunc, rounding.trunc, rounding.round
    copysign, nextafter = rounding.copysign, rounding.nextafter
    frac, ldexp, frexp = parts.frac, parts.ldexp, parts.frexp
    deg2rad, rad2deg, logaddexp2, heaviside = parts.deg2rad, parts.rad2deg, parts.logaddexp2, parts.heaviside
    gcd, lcm, float_power = parts.gcd, parts.lcm, power.float_power
    hypot, atan2, arctan2 = rounding.hypot, rounding.atan2, rounding.atan2

    __add__ = __radd__ = basic.add_operator
    __sub__, __rsub__ = basic.sub_operator, basic.rsub_operator
    __mul__ = __rmul__ = basic.mul_operator
    __truediv__ = division.truediv_operator
    __rtruediv__ = __rdiv__ = division.rtruediv_operator
    __floordiv__, __rfloordiv__ = division.floordiv_operator, division.rfloordiv_operator
    __mod__, __rmod__ = division.mod_operator, division.rmod_operator
    __pow__, __rpow__ = power.pow_operator, power.rpow_operator
    __neg__, __pos__, __abs__ = basic.neg, basic.positive, power.abs


__all__ = [
    "abs",
    "absolute",
    "add",
    "addcdiv",
    "addcmul",
    "arctan2",
    "atan2",
    "ceil",
    "clamp",
    "clamp_max",
    "clamp_min",
    "clip",
    "copysign",
    "deg2rad",
    "div",
    "divide",
    "fix",
    "float_power",
    "floor",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "frac",
    "frexp",
    "gcd",
    "heaviside",
    "hypot",
    "lcm",
    "ldexp",
    "lerp",
    "logaddexp2",
    "maximum",
    "minimum",
    "mul",
    "multiply",
    "nan_to_num",
    "neg",
    "negative",
    "nextafter",
    "positive",
    "pow",
    "rad2deg",
    "reciprocal",
    "remainder",
    "round",
    "rsqrt",
    "rsub",
    "sgn",
    "sign",
    "sqrt",
    "square",
    "sub",
    "subtract",
    "true_divide",
    "trunc",
]
