"""Floor 2: arithmetic. Sources of the sub-gradients at ties and zeros: torch's, measured."""

from wengert.rules.arithmetic.basic import (
    add,
    add_scaled,
    addcdiv,
    addcmul,
    divide,
    divide_floor,
    divide_trunc,
    divide_whole,
    floor_divide,
    fmod,
    lerp,
    lerp_between,
    multiply,
    negative,
    reciprocal,
    remainder,
    replaced,
    reverse_subtract,
    subtract,
)
from wengert.rules.arithmetic.choice import (
    clamp,
    clamp_between,
    clamp_high,
    clamp_low,
    clamp_max,
    clamp_min,
    fmax,
    fmin,
    maximum,
    minimum,
    nan_to_num,
)
from wengert.rules.arithmetic.power import (
    abs,
    direction,
    power,
    power_from,
    power_of,
    power_of_integers,
    rsqrt,
    sign,
    sqrt,
    square,
)
from wengert.rules.arithmetic.rounding import atan2, ceil, floor, hypot, round, round_decimals, round_tens, trunc

__all__ = [
    "abs", "add", "add_scaled", "addcdiv", "addcmul", "atan2", "ceil", "clamp", "clamp_between", "clamp_high", "clamp_low",
    "clamp_max", "clamp_min", "direction", "divide", "divide_floor", "divide_trunc", "divide_whole", "floor", "floor_divide",
    "fmax", "fmin", "fmod", "hypot", "lerp", "lerp_between", "maximum", "minimum", "multiply", "nan_to_num", "negative",
    "power", "power_from", "power_of", "power_of_integers", "reciprocal", "remainder", "replaced", "reverse_subtract", "round", "round_decimals",
    "round_tens", "rsqrt", "sign", "sqrt", "square", "subtract", "trunc",
]  # fmt: skip
