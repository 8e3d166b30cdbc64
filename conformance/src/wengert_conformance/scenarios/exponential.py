"""Exponentials, logarithms and their kin at the points where they are hard."""

from __future__ import annotations

import math
from typing import Any

from wengert_conformance.scenarios.family import FIRST_ORDER, Family

exponential = Family("exponential")
differentiable, forward = exponential.differentiable, exponential.forward

LARGE = [-1000.0, -50.0, -1e-10, 0.0, 1e-10, 50.0, 1000.0]


@differentiable(x=LARGE, checks=FIRST_ORDER)
def sigmoid_far_out(library: Any, x: Any) -> Any:
    return library.sigmoid(x)


@differentiable(x=[-1e-10, 0.0, 1e-10, 3.0])
def expm1_and_log1p_near_zero(library: Any, x: Any) -> Any:
    return library.expm1(x), library.log1p(x)


@differentiable(x=[0.0, 1.0, 4.0], checks=FIRST_ORDER)
def sqrt_at_zero(library: Any, x: Any) -> Any:
    return library.sqrt(x)


@differentiable(x=[-1.0, 0.0, 1.0], checks=FIRST_ORDER)
def log_at_and_below_zero(library: Any, x: Any) -> Any:
    return library.log(x)


@differentiable(x=[0.5, 1.0, 8.0])
def logarithms(library: Any, x: Any) -> Any:
    return library.log2(x), library.log10(x), library.log(x), x.log()


@differentiable(x=[-2.0, 0.0, 3.0])
def powers_of_two_and_e(library: Any, x: Any) -> Any:
    return library.exp2(x), library.exp(x), x.exp()


@differentiable(x=[0.25, 1.0, 9.0])
def roots_and_reciprocals(library: Any, x: Any) -> Any:
    return library.rsqrt(x), library.reciprocal(x), library.square(x), x.sqrt()


@differentiable(x=[-3.0, -0.5, 0.0, 0.5, 3.0])
def error_functions(library: Any, x: Any) -> Any:
    return library.erf(x), library.erfc(x)


@differentiable(x=[[1.0, 2.0, 3.0], [1000.0, 1000.0, -1000.0]])
def logsumexp_of_large_values(library: Any, x: Any) -> Any:
    return library.logsumexp(x, dim=1)


@differentiable(x=[[-math.inf, 0.0], [1.0, math.inf]], checks=("forward",))
def logsumexp_of_infinities(library: Any, x: Any) -> Any:
    return library.logsumexp(x, dim=1), library.logsumexp(x, dim=0, keepdim=True)


@differentiable(x=[0.5, 1.0, 2.0])
def a_long_composition(library: Any, x: Any) -> Any:
    return library.log(library.exp(x) + library.sqrt(x)) * library.sigmoid(-x)


@forward(x=[-math.inf, math.inf, math.nan])
def values_at_infinity(library: Any, x: Any) -> Any:
    return [library.exp(x), library.expm1(x), library.sigmoid(x), library.erf(x), library.erfc(x), library.tanh(x)]
