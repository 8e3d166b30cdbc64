"""Floor 6: orthogonal polynomials, torch's families of them."""

from __future__ import annotations

from typing import Any

from wengert.ops.arithmetic.operands import is_operand
from wengert.protocol.dtypes import COMPLEX
from wengert.rule.refusals import unsupported
from wengert.rules import special as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import raise_not_tensor
from wengert.tensor.operation import kernel

Number = bool | int | float | complex

_orthogonal = kernel(rules.orthogonal, "SpecialPolynomialBackward0")


def _polynomial(family: str, x: Any, n: Any) -> Any:
    for position, (name, operand) in enumerate((("x", x), ("n", n)), start=1):
        if not is_operand(operand):
            raise_not_tensor(f"special_{family}", name, operand, position)
        if isinstance(operand, Tensor) and operand.space.dtype.category == COMPLEX:
            raise unsupported(f"{family}_cpu", operand.space.dtype)
    if not isinstance(x, Tensor) and not isinstance(n, Tensor):
        raise_not_tensor(f"special_{family}", "x", x)
    return _orthogonal(x, n, family)


def chebyshev_polynomial_t(x: Tensor | Number, n: Tensor | Number) -> Tensor:
    """The Chebyshev polynomial of the first kind of degree `n`; 0 for a negative degree.

    Shapes: any two that broadcast; either may be a number. Derivative: none, backward raises.
    Source: torch.special.chebyshev_polynomial_t; DLMF 18.9.

    >>> chebyshev_polynomial_t(tensor([0.5, 2.0]), 2)
    tensor([-0.5000,  7.0000])
    """
    return _polynomial("chebyshev_polynomial_t", x, n)


def chebyshev_polynomial_u(x: Tensor | Number, n: Tensor | Number) -> Tensor:
    """The Chebyshev polynomial of the second kind of degree `n`; 0 for a negative degree.

    Shapes: any two that broadcast; either may be a number. Derivative: none, backward raises.
    Source: torch.special.chebyshev_polynomial_u; DLMF 18.9.

    >>> chebyshev_polynomial_u(tensor([0.5, 2.0]), 2)
    tensor([ 0., 15.])
    """
    return _polynomial("chebyshev_polynomial_u", x, n)


def chebyshev_polynomial_v(x: Tensor | Number, n: Tensor | Number) -> Tensor:
    """The Chebyshev polynomial of the third kind of degree `n`; 0 for a negative degree.

    Shapes: any two that broadcast; either may be a number. Derivative: none, backward raises.
    Source: torch.special.chebyshev_polynomial_v; DLMF 18.9.

    >>> chebyshev_polynomial_v(tensor([0.5, 2.0]), 2)
    tensor([-1., 11.])
    """
    return _polynomial("chebyshev_polynomial_v", x, n)


def chebyshev_polynomial_w(x: Tensor | Number, n: Tensor | Number) -> Tensor:
    """The Chebyshev polynomial of the fourth kind of degree `n`; 0 for a negative degree.

    Shapes: any two that broadcast; either may be a number. Derivative: none, backward raises.
    Source: torch.special.chebyshev_polynomial_w; DLMF 18.9.

    >>> chebyshev_polynomial_w(tensor([0.5, 2.0]), 2)
    tensor([ 1., 19.])
    """
    return _polynomial("chebyshev_polynomial_w", x, n)


def hermite_polynomial_h(x: Tensor | Number, n: Tensor | Number) -> Tensor:
    """The physicist's Hermite polynomial of degree `n`; 0 for a negative degree.

    Shapes: any two that broadcast; either may be a number. Derivative: none, backward raises.
    Source: torch.special.hermite_polynomial_h; DLMF 18.9.

    >>> hermite_polynomial_h(tensor([0.5, 2.0]), 2)
    tensor([-1., 14.])
    """
    return _polynomial("hermite_polynomial_h", x, n)


def hermite_polynomial_he(x: Tensor | Number, n: Tensor | Number) -> Tensor:
    """The probabilist's Hermite polynomial of degree `n`; 0 for a negative degree.

    Shapes: any two that broadcast; either may be a number. Derivative: none, backward raises.
    Source: torch.special.hermite_polynomial_he; DLMF 18.9.

    >>> hermite_polynomial_he(tensor([0.5, 2.0]), 2)
    tensor([-0.7500,  3.0000])
    """
    return _polynomial("hermite_polynomial_he", x, n)


def laguerre_polynomial_l(x: Tensor | Number, n: Tensor | Number) -> Tensor:
    """The Laguerre polynomial of degree `n`; 0 for a negative degree.

    Shapes: any two that broadcast; either may be a number. Derivative: none, backward raises.
    Source: torch.special.laguerre_polynomial_l; DLMF 18.9.

    >>> laguerre_polynomial_l(tensor([0.5, 2.0]), 2)
    tensor([ 0.1250, -1.0000])
    """
    return _polynomial("laguerre_polynomial_l", x, n)


def legendre_polynomial_p(x: Tensor | Number, n: Tensor | Number) -> Tensor:
    """The Legendre polynomial of degree `n`; 0 for a negative degree.

    Shapes: any two that broadcast; either may be a number. Derivative: none, backward raises.
    Source: torch.special.legendre_polynomial_p; DLMF 18.9.

    >>> legendre_polynomial_p(tensor([0.5, 2.0]), 2)
    tensor([-0.1250,  5.5000])
    """
    return _polynomial("legendre_polynomial_p", x, n)


def shifted_chebyshev_polynomial_t(x: Tensor | Number, n: Tensor | Number) -> Tensor:
    """The Chebyshev polynomial of the first kind of degree `n` at 2 x - 1; 0 for a negative degree.

    Shapes: any two that broadcast; either may be a number. Derivative: none, backward raises.
    Source: torch.special.shifted_chebyshev_polynomial_t; DLMF 18.9.

    >>> shifted_chebyshev_polynomial_t(tensor([0.5, 2.0]), 2)
    tensor([-1., 17.])
    """
    return _polynomial("shifted_chebyshev_polynomial_t", x, n)


def shifted_chebyshev_polynomial_u(x: Tensor | Number, n: Tensor | Number) -> Tensor:
    """The Chebyshev polynomial of the second kind of degree `n` at 2 x - 1; 0 for a negative degree.

    Shapes: any two that broadcast; either may be a number. Derivative: none, backward raises.
    Source: torch.special.shifted_chebyshev_polynomial_u; DLMF 18.9.

    >>> shifted_chebyshev_polynomial_u(tensor([0.5, 2.0]), 2)
    tensor([-1., 35.])
    """
    return _polynomial("shifted_chebyshev_polynomial_u", x, n)


def shifted_chebyshev_polynomial_v(x: Tensor | Number, n: Tensor | Number) -> Tensor:
    """The Chebyshev polynomial of the third kind of degree `n` at 2 x - 1; 0 for a negative degree.

    Shapes: any two that broadcast; either may be a number. Derivative: none, backward raises.
    Source: torch.special.shifted_chebyshev_polynomial_v; DLMF 18.9.

    >>> shifted_chebyshev_polynomial_v(tensor([0.5, 2.0]), 2)
    tensor([-1., 29.])
    """
    return _polynomial("shifted_chebyshev_polynomial_v", x, n)


def shifted_chebyshev_polynomial_w(x: Tensor | Number, n: Tensor | Number) -> Tensor:
    """The Chebyshev polynomial of the fourth kind of degree `n` at 2 x - 1; 0 for a negative degree.

    Shapes: any two that broadcast; either may be a number. Derivative: none, backward raises.
    Source: torch.special.shifted_chebyshev_polynomial_w; DLMF 18.9.

    >>> shifted_chebyshev_polynomial_w(tensor([0.5, 2.0]), 2)
    tensor([-1., 41.])
    """
    return _polynomial("shifted_chebyshev_polynomial_w", x, n)
