"""Arithmetic: ties and kinks, scalars, promotion, operators, in-place forms."""

from __future__ import annotations

import math
from typing import Any

from wengert_conformance.scenarios.family import FIRST_ORDER, Family, of, raised

arithmetic = Family("arithmetic")
differentiable, forward, outcome = arithmetic.differentiable, arithmetic.forward, arithmetic.outcome

TIED = [1.0, 2.0, 3.0, -1.0]
TIES = [1.0, 5.0, 3.0, -2.0]
KINKS = [-1.5, -1.0, 0.0, 0.5, 1.0, 2.5]


@differentiable(x=TIED, y=TIES)
def maximum_of_ties(library: Any, x: Any, y: Any) -> Any:
    return library.maximum(x, y)


@differentiable(x=TIED, y=TIES)
def minimum_of_ties(library: Any, x: Any, y: Any) -> Any:
    return library.minimum(x, y)


@differentiable(x=TIED, y=TIES)
def fmax_of_ties(library: Any, x: Any, y: Any) -> Any:
    return library.fmax(x, y)


@differentiable(x=TIED, y=TIES)
def fmin_of_ties(library: Any, x: Any, y: Any) -> Any:
    return library.fmin(x, y)


@differentiable(x=[math.nan, 1.0, math.nan, 2.0], y=[1.0, math.nan, math.nan, 3.0])
def maximum_of_nan(library: Any, x: Any, y: Any) -> Any:
    return library.maximum(x, y)


@differentiable(x=[math.nan, 1.0, math.nan, 2.0], y=[1.0, math.nan, math.nan, 3.0])
def fmax_of_nan(library: Any, x: Any, y: Any) -> Any:
    return library.fmax(x, y)


@differentiable(x=KINKS)
def clamp_at_its_bounds(library: Any, x: Any) -> Any:
    return library.clamp(x, -1.0, 1.0)


@differentiable(x=KINKS)
def clamp_below_only(library: Any, x: Any) -> Any:
    return library.clamp(x, min=0.5)


@differentiable(x=KINKS)
def clamp_above_only(library: Any, x: Any) -> Any:
    return x.clamp(max=0.5)


@differentiable(x=[1.0, 2.0, 3.0], low=[1.0, 2.5, 0.0], high=[4.0, 3.0, 3.0])
def clamp_by_tensors(library: Any, x: Any, low: Any, high: Any) -> Any:
    return library.clamp(x, low, high)


@differentiable(x=[1.0, 2.0, 3.0], low=[1.0, 2.5, 0.0])
def clamp_min_by_a_tensor(library: Any, x: Any, low: Any) -> Any:
    return library.clamp_min(x, low)


@differentiable(x=[1.0, math.nan, 3.0])
def clamp_keeps_nan(library: Any, x: Any) -> Any:
    return library.clamp(x, 0.0, 2.0)


@differentiable(x=KINKS)
def abs_at_zero(library: Any, x: Any) -> Any:
    return abs(x)


@differentiable(x=KINKS)
def sign_has_zero_gradient(library: Any, x: Any) -> Any:
    return library.sign(x)


@differentiable(x=[0.5, 1.5, 2.5, -0.5, -1.5, 2.4])
def round_half_to_even(library: Any, x: Any) -> Any:
    return library.round(x)


@differentiable(x=[-1.7, 1.7, 0.0, 2.0])
def floor_ceil_trunc(library: Any, x: Any) -> Any:
    return library.floor(x), library.ceil(x), library.trunc(x)


@differentiable(x=[math.nan, math.inf, -math.inf, 1.0])
def nan_to_num_with_values(library: Any, x: Any) -> Any:
    return library.nan_to_num(x, nan=5.0, posinf=6.0, neginf=-6.0)


@differentiable(x=[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], y=[2.0, 3.0, 4.0])
def broadcast_of_rows(library: Any, x: Any, y: Any) -> Any:
    return x * y + y


@differentiable(x=[[1.0], [2.0]], y=[[3.0, 4.0, 5.0]])
def broadcast_both_ways(library: Any, x: Any, y: Any) -> Any:
    return x * y - x / y


@differentiable(x=2.0, y=[[3.0, 4.0], [5.0, 6.0]])
def broadcast_of_a_scalar_tensor(library: Any, x: Any, y: Any) -> Any:
    return x * y


@differentiable(x=of("float64", [], shape=(0, 3), differentiable=True), y=[1.0, 2.0, 3.0])
def broadcast_with_an_empty_tensor(library: Any, x: Any, y: Any) -> Any:
    return x + y


@differentiable(x=[1.0, 2.0, 3.0])
def the_same_tensor_twice(library: Any, x: Any) -> Any:
    return x * x + x


@differentiable(x=[1.0, 2.0, 3.0])
def scalars_on_the_right(library: Any, x: Any) -> Any:
    return (x + 2) * 3 - 1 / 4


@differentiable(x=[1.0, 2.0, 3.0])
def scalars_on_the_left(library: Any, x: Any) -> Any:
    return 2 + 3 * x, 1 - x, 6 / x, 2**x


@differentiable(x=[1.0, 2.0, 3.0], y=[0.5, 2.0, -1.0])
def operators(library: Any, x: Any, y: Any) -> Any:
    return x + y, x - y, x * y, x / y, x**y, -x


@differentiable(x=[7.0, -7.0, 7.5], y=[2.0, 2.0, -2.0])
def remainder_and_fmod(library: Any, x: Any, y: Any) -> Any:
    return x % y, library.fmod(x, y), library.remainder(x, y)


@forward(x=[7.0, -7.0, 7.5, 1.0], y=[2.0, 2.0, -2.0, 0.1])
def floor_division_of_floats(library: Any, x: Any, y: Any) -> Any:
    return x // y, library.floor_divide(x, y)


@forward(x=[7, -7, 8], y=[2, 2, -3])
def integer_division(library: Any, x: Any, y: Any) -> Any:
    return x // y, x % y, x / y, library.div(x, y, rounding_mode="trunc"), library.div(x, y, rounding_mode="floor")


@differentiable(x=[1.0, 2.0], y=[3.0, 5.0])
def add_and_sub_with_alpha(library: Any, x: Any, y: Any) -> Any:
    return library.add(x, y, alpha=2), library.sub(x, y, alpha=3)


@differentiable(x=[0.0, 1.0, 2.0, -2.0])
def pow_by_integers(library: Any, x: Any) -> Any:
    return x**2, x**3, x**0, x**1


@differentiable(x=[0.5, 1.0, 2.0])
def pow_by_fractions(library: Any, x: Any) -> Any:
    return x**0.5, x**-1, x**2.5


@differentiable(x=[0.0, 0.0, 2.0], y=[0.0, 2.0, 0.0], checks=FIRST_ORDER)
def pow_at_zero(library: Any, x: Any, y: Any) -> Any:
    return library.pow(x, y)


@differentiable(y=[0.0, 1.0, 2.0])
def pow_of_a_scalar(library: Any, y: Any) -> Any:
    return library.pow(2.0, y)


@differentiable(x=[1.0, 2.0], y=[3.0, 4.0])
def lerp_by_a_number(library: Any, x: Any, y: Any) -> Any:
    return library.lerp(x, y, 0.25)


@differentiable(x=[1.0, 2.0], y=[3.0, 4.0], z=[0.5, 2.0])
def addcmul_and_addcdiv(library: Any, x: Any, y: Any, z: Any) -> Any:
    return library.addcmul(x, y, z, value=2), library.addcdiv(x, y, z, value=-1)


@differentiable(x=[1 + 2j, -0.5 + 1j], y=[2 - 1j, 1j])
def complex_products(library: Any, x: Any, y: Any) -> Any:
    return x * y, x / y, x - y


@differentiable(x=[3 + 4j, -1 + 1j])
def complex_abs(library: Any, x: Any) -> Any:
    return abs(x)


@differentiable(x=[3 + 4j, -1 + 1j], y=[2.0, 3.0])
def complex_with_real(library: Any, x: Any, y: Any) -> Any:
    return x * y


@forward(
    i=[1, 2],
    b=[True, False],
    f=of("float32", [0.5, 1.5]),
    h=of("float16", [0.5, 1.5]),
    d=of("float64", 2.0),
    s=of("int32", [3, 4]),
)
def promotion(library: Any, i: Any, b: Any, f: Any, h: Any, d: Any, s: Any) -> Any:
    return [i + f, i * 2.5, b + 1, b + b, f * d, h + f, s + i, i / i, i + d, b * 2.0, s * 2, h * 3]


@forward(i=[1, 2], c=of("complex64", [1 + 1j, 2.0]), f=of("float32", [1.0, 2.0]), z=of("complex128", 2 + 1j))
def promotion_to_complex(library: Any, i: Any, c: Any, f: Any, z: Any) -> Any:
    return [i * c, f * c, f * z, f * 1j, i + 1j]


@forward(i=[4, 9])
def float_functions_of_integers(library: Any, i: Any) -> Any:
    return [
        library.sqrt(i),
        library.exp(i),
        library.sin(i),
        library.reciprocal(i),
        library.sigmoid(i),
        i.mean(dtype=library.float32),
    ]


@differentiable(f=of("float32", [1.0, 2.0], differentiable=True), d=of("float64", [3.0, 4.0], differentiable=True))
def gradients_have_the_dtype_of_their_input(library: Any, f: Any, d: Any) -> Any:
    return f * d


@outcome
def in_place_arithmetic(library: Any) -> Any:
    seen = []
    x = library.tensor([1.0, 2.0, 3.0])
    same = x
    x += 1
    x *= 2
    x -= library.tensor([1.0, 1.0, 1.0])
    x /= 2
    seen.append([x, same is x])
    x.add_(3)
    x.sub_(1).mul_(2).div_(4)
    seen.append(x)
    x.fill_(7.0)
    seen.append(x.clone())
    x.zero_()
    seen.append(x.clone())
    x.copy_(library.tensor([4, 5, 6]))
    seen.append(x)
    return seen


@differentiable(x=[1.0, 2.0, 3.0], y=[2.0, 2.0, 4.0])
def in_place_on_a_result(library: Any, x: Any, y: Any) -> Any:
    z = x * 2
    z.mul_(y)
    z.add_(x)
    return z


@outcome
def refused_arithmetic(library: Any) -> Any:
    x = library.tensor([1.0, 2.0, 3.0])
    flags = library.tensor([True, False])
    integers = library.tensor([1, 2])
    return [
        raised(lambda: x + library.ones(2), "must match the size of tensor b"),
        raised(lambda: flags - flags, "Subtraction, the `-` operator, with two bool tensors is not supported"),
        raised(lambda: integers // 0, "ZeroDivisionError"),
        raised(lambda: integers**-1, "Integers to negative integer powers are not allowed"),
        raised(lambda: integers.mean(), "could not infer output dtype"),
        raised(lambda: -flags, "Negation, the `-` operator, on a bool tensor is not supported"),
    ]
