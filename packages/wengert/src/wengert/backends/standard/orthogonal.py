"""Floor 3: orthogonal polynomials by their three-term recurrences."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from wengert.backends.standard.facts import Kernels, constant, together

#: For each family the polynomial of degree 1, and the next one from x, k, that of degree k and that of degree k - 1.
_Step = Callable[[Any, int, Any, Any], Any]
_First = Callable[[Any], Any]
_RECURRENCES: dict[str, tuple[_First, _Step]] = {
    "chebyshev_polynomial_t": (lambda x: x, lambda x, k, p, before: 2 * x * p - before),
    "chebyshev_polynomial_u": (lambda x: 2 * x, lambda x, k, p, before: 2 * x * p - before),
    "chebyshev_polynomial_v": (lambda x: 2 * x - 1, lambda x, k, p, before: 2 * x * p - before),
    "chebyshev_polynomial_w": (lambda x: 2 * x + 1, lambda x, k, p, before: 2 * x * p - before),
    "hermite_polynomial_h": (lambda x: 2 * x, lambda x, k, p, before: 2 * x * p - 2 * k * before),
    "hermite_polynomial_he": (lambda x: x, lambda x, k, p, before: x * p - k * before),
    "laguerre_polynomial_l": (lambda x: 1 - x, lambda x, k, p, before: ((2 * k + 1 - x) * p - k * before) / (k + 1)),
    "legendre_polynomial_p": (lambda x: x, lambda x, k, p, before: ((2 * k + 1) * x * p - k * before) / (k + 1)),
}


def orthogonal(xp: Kernels, x: Any, n: Any, /, *, family: str) -> Any:
    """The polynomial of degree n at x, 0 for a negative degree; `family` is torch's name of it."""
    if family.startswith("shifted_"):
        x, family = 2 * x - 1, family.removeprefix("shifted_")
    first, step = _RECURRENCES[family]
    x, n = together(xp, x, xp.trunc(n))
    highest = int(xp.tolist(xp.max(n, axis=None))) if math.prod(n.shape) else 0
    zero, one = constant(xp, x, 0), constant(xp, x, 1)
    result = xp.where(xp.less(n, zero), zero, one)
    before, current = xp.ones_like(x), first(x)
    for degree in range(1, highest + 1):
        result = xp.where(xp.equal(n, constant(xp, x, degree)), current, result)
        before, current = current, step(x, degree, current, before)
    return result
