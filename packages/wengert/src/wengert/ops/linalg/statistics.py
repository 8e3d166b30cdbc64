"""Floor 6: covariances and correlations."""

from __future__ import annotations

from typing import Any

from wengert.ops.arguments import AnyTensor, spoken
from wengert.ops.arithmetic import clamp, div, mul, sqrt, sub
from wengert.ops.complex import complex, conj, imag, real
from wengert.ops.linalg.matrices import require_tensor
from wengert.ops.linalg.products import matmul
from wengert.ops.movement import diagonal, reshape, squeeze, transpose
from wengert.ops.reduction import sum
from wengert.protocol.dtypes import bool_
from wengert.tensor.base import TensorBase as Tensor


def cov(input: AnyTensor, *, correction: int = 1, fweights: AnyTensor = None, aweights: AnyTensor = None) -> Tensor:
    """The covariances of variables, one in each row, from observations, one in each column.

    `fweights` says how often each was observed, `aweights` how much each counts.
    Shapes: (n, m) -> (n, n); (m,) -> (). Dtype: that of `input`, the default one for integers.
    Derivative: that of means and products.
    Errors: RuntimeError for more than two dimensions, bool, and weights that do not fit or are negative.
    Source: torch.cov.

    >>> cov(tensor([[0., 2.], [2., 0.]]))
    tensor([[ 2., -2.],
            [-2.,  2.]])
    """
    require_tensor("cov", "self", input)
    if len(input.shape) > 2:
        raise RuntimeError(
            f"cov(): expected input to have two or fewer dimensions but got an input with {len(input.shape)} dimensions"
        )
    if input.space.dtype is bool_:
        raise RuntimeError("cov(): bool dtype is not supported for input")
    x = input if len(input.shape) == 2 else reshape(input, (1, -1))
    count = x.shape[1]
    weights = _weights(count, fweights, aweights)
    norm: Any = max(count - correction, 0)
    if weights is None:
        average = div(sum(x, 1, True), count)
    else:
        total: Any = weights.sum()
        _refuse_zero(total)
        average = div(sum(mul(x, weights), 1, True), total)
        if aweights is None or correction == 0:
            norm = total - correction
        else:
            norm = total - correction * (weights * aweights).sum() / total
        norm = clamp(norm, min=0)
    centred: Any = sub(x, average)
    weighted = centred if weights is None else mul(centred, weights)
    found = div(matmul(weighted, conj(transpose(centred, 0, 1))), float(norm) if weights is None else norm)
    return squeeze(squeeze(found, 0), 0) if found.shape == (1, 1) else found


def _weights(count: int, fweights: Any, aweights: Any) -> Any:
    """The product of both, checked; None where neither is given."""
    for name, weights, wanted, kind in (
        ("fweights", fweights, False, "integral"), ("aweights", aweights, True, "floating point"),
    ):  # fmt: skip
        if weights is None:
            continue
        if len(weights.shape) > 1:
            raise RuntimeError(
                f"cov(): expected {name} to have one or fewer dimensions but got {name} with {len(weights.shape)} "
                "dimensions"
            )
        dtype = weights.space.dtype
        if dtype.is_floating_point is not wanted or dtype.is_complex or dtype is bool_:
            raise RuntimeError(f"cov(): expected {name} to have {kind} dtype but got {name} with {spoken(dtype)} dtype")
        found = weights.shape[0] if weights.shape else 1
        if found != count:
            raise RuntimeError(
                f"cov(): expected {name} to have the same numel as there are observations in the input but got "
                f"{found} != {count}"
            )
        space = weights.space.plain
        if space.is_readable and count and space.xp.tolist(space.xp.any(weights.array < 0)):
            raise RuntimeError(f"cov(): {name} cannot be negative")
    if fweights is None or aweights is None:
        return aweights if fweights is None else fweights
    return mul(fweights, aweights)


def _refuse_zero(total: Any) -> None:
    space = total.space.plain
    if space.is_readable and space.xp.tolist(total.array) == 0:
        raise RuntimeError("cov(): weights sum to zero, can't be normalized")


def corrcoef(input: AnyTensor) -> Tensor:
    """The correlations of variables, one in each row: covariances over the product of standard deviations.

    Shapes: (n, m) -> (n, n); (m,) -> (). Dtype: that of `input`, the default one for integers.
    Derivative: that of `cov` and the quotients; none where a value was cut to [-1, 1].
    Errors: RuntimeError for more than two dimensions.
    Source: torch.corrcoef.

    >>> corrcoef(tensor([[0., 2.], [2., 0.]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    require_tensor("corrcoef", "self", input)
    if len(input.shape) > 2:
        raise RuntimeError(
            "corrcoef(): expected input to have two or fewer dimensions but got an input with "
            f"{len(input.shape)} dimensions"
        )
    found: Any = cov(input)
    if not found.shape:
        return div(found, found)
    spread = sqrt(diagonal(found, 0, 0, 1))
    out: Any = div(div(found, reshape(spread, (-1, 1))), reshape(spread, (1, -1)))
    if out.space.dtype.is_complex:
        return complex(clamp(real(out), -1, 1), clamp(imag(out), -1, 1))
    return clamp(out, -1, 1)
