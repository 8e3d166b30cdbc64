"""Trigonometric and hyperbolic functions: kinks, origins, identities."""

from __future__ import annotations

import math
from typing import Any

from wengert_conformance.scenarios.family import FIRST_ORDER, Family

trigonometric = Family("trigonometric")
differentiable, forward = trigonometric.differentiable, trigonometric.forward


@differentiable(y=[0.0, 1.0, -1.0, 0.0], x=[0.0, 0.0, 0.0, -1.0], checks=FIRST_ORDER)
def atan2_on_the_axes(library: Any, y: Any, x: Any) -> Any:
    return library.atan2(y, x)


@differentiable(x=[3.0, 0.0, 1.0], y=[4.0, 2.0, 0.0])
def hypot_of_sides(library: Any, x: Any, y: Any) -> Any:
    return library.hypot(x, y)


@differentiable(x=[0.0], y=[0.0], checks=FIRST_ORDER)
def hypot_at_the_origin(library: Any, x: Any, y: Any) -> Any:
    return library.hypot(x, y)


@differentiable(x=[-1.0, 0.0, 1.0], checks=FIRST_ORDER)
def inverses_at_their_ends(library: Any, x: Any) -> Any:
    return library.asin(x), library.acos(x), library.atanh(x), library.acosh(x)


@differentiable(x=[0.1, -0.7, 1.3])
def sine_squared_plus_cosine_squared(library: Any, x: Any) -> Any:
    return x.sin() ** 2 + x.cos() ** 2


@differentiable(x=[0.1, -0.7, 1.3])
def hyperbolic_functions(library: Any, x: Any) -> Any:
    return library.sinh(x), library.cosh(x), library.tanh(x), library.asinh(x), library.atan(x), library.tan(x)


@differentiable(x=[0.5, -0.25])
def inverse_of_inverse(library: Any, x: Any) -> Any:
    return library.sin(library.asin(x)), library.tanh(library.atanh(x))


@forward(x=[0.0, math.pi, math.inf, math.nan])
def values_at_infinity(library: Any, x: Any) -> Any:
    return [library.atan(x), library.cosh(x), library.sinh(x), library.asinh(x), library.acosh(x)]
