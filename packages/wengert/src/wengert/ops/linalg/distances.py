"""Floor 6: distances, rows of bounded norm, areas under curves, covariances."""

from __future__ import annotations

from typing import Any

from wengert.ops.arguments import AnyTensor, spoken
from wengert.ops.arithmetic import add, div, mul, sub
from wengert.ops.comparison import where
from wengert.ops.linalg.matrices import require_tensor
from wengert.ops.linalg.norms import vector_norm
from wengert.ops.movement import narrow, reshape
from wengert.ops.reduction import cumsum, sum
from wengert.protocol.dtypes import bool_
from wengert.protocol.shapes import broadcast_shapes, normalize_axis
from wengert.tensor.base import TensorBase as Tensor


def dist(input: AnyTensor, other: AnyTensor, p: float = 2) -> Tensor:
    """The p-norm of input - other, taken as one vector.

    Shapes: they broadcast -> (). Dtype: the real one of both.
    Derivative: that of the norm, 0 where both are equal.
    Errors: RuntimeError for bool and integers.
    Source: torch.dist.

    >>> dist(tensor([1., 2.]), tensor([4., 6.]))
    tensor(5.)
    """
    require_tensor("dist", "input", input)
    require_tensor("dist", "other", other, 2)
    difference: Any = sub(input, other)
    if not difference.space.dtype.is_inexact:
        raise RuntimeError(
            "norm(): input dtype should be either floating point or complex. Got "
            f"{spoken(difference.space.dtype)} instead."
        )
    return vector_norm(difference, p)


def cdist(
    x1: AnyTensor, x2: AnyTensor, p: float = 2.0, compute_mode: str = "use_mm_for_euclid_dist_if_necessary"
) -> Tensor:
    """The p-norm of the difference of each row of `x1` and each row of `x2`.

    Shapes: (..., n, d), (..., m, d) -> (..., n, m), the batches broadcast. Dtype: that of both.
    `compute_mode` chooses torch's way to the same; here it is always by differences.
    Derivative: that of the norm, 0 where two rows are equal.
    Errors: RuntimeError unless both hold rows of one length and floating dtype; for a negative `p`.
    Source: torch.cdist.

    >>> cdist(tensor([[0., 0.]]), tensor([[3., 4.], [0., 1.]]))
    tensor([[5., 1.]])
    """
    modes = (
        "use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist",
    )  # fmt: skip
    if compute_mode not in modes:
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    for position, (name, x) in enumerate((("x1", x1), ("x2", x2)), 1):
        require_tensor("cdist", name, x, position)
    for number, x in ((1, x1), (2, x2)):
        if len(x.shape) < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, X{number} got: {len(x.shape)}D")
    for number, x in ((1, x1), (2, x2)):
        if not x.space.dtype.is_floating_point:
            raise RuntimeError(f"cdist only supports floating-point dtypes, X{number} got: {spoken(x.space.dtype)}")
    if x1.shape[-1] != x2.shape[-1]:
        raise RuntimeError(f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}")
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")
    if x1.space.dtype is not x2.space.dtype:
        raise RuntimeError(f"expected scalar type {spoken(x1.space.dtype)} but found {spoken(x2.space.dtype)}")
    n, m, d = x1.shape[-2], x2.shape[-2], x1.shape[-1]
    batch = broadcast_shapes(x1.shape[:-2], x2.shape[:-2])
    if d == 0 or 0 in (*batch, n, m):
        first, second = reshape(sum(x1, -1), (*x1.shape[:-1], 1)), reshape(sum(x2, -1), (*x2.shape[:-2], 1, m))
        return mul(sub(first, second), 0)
    apart = sub(reshape(x1, (*x1.shape[:-2], n, 1, d)), reshape(x2, (*x2.shape[:-2], 1, m, d)))
    found: Any = vector_norm(apart, p, -1)
    return found if p else add(found, mul(sum(apart, -1), 0))  # a gradient of zeros, as torch has it


def renorm(input: AnyTensor, p: float, dim: int, maxnorm: float) -> Tensor:
    """`input` with each part along `dim` whose p-norm exceeds `maxnorm` scaled down to it.

    Shapes, dtype: those of `input`.
    Derivative: that of the scaling.
    Errors: RuntimeError unless `p` is positive and `maxnorm` not negative; for less than two dimensions.
    Source: torch.renorm.

    >>> renorm(tensor([[3., 4.], [0., 1.]]), 2, 0, 1.)
    tensor([[0.6000, 0.8000],
            [0.0000, 1.0000]])
    """
    require_tensor("renorm", "input", input)
    if isinstance(p, complex):
        raise RuntimeError("renorm: p must be real-valued")
    if not p > 0:
        raise RuntimeError("renorm: non-positive-norm not supported")
    if isinstance(maxnorm, complex):
        raise RuntimeError("renorm: maxnorm must be real-valued")
    if maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm}")
    ndim = len(input.shape)
    if ndim < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {ndim} dimensions")
    axis = normalize_axis(dim, ndim)
    norms: Any = vector_norm(input, p, tuple(d for d in range(ndim) if d != axis), keepdim=True)
    scale: Any = maxnorm / (norms + 1e-7)
    return mul(input, where(norms > maxnorm, scale, 1.0))


def trapezoid(y: AnyTensor, x: AnyTensor = None, *, dx: Any = None, dim: int = -1) -> Tensor:
    """The area under a curve of samples `y` along `dim`, by trapezia; `x` says where they are, or `dx` how far apart.

    Shapes: (..., n, ...) -> (..., ...). Dtype: that of `y` and `x`, the default one for integers.
    Derivative: that of the sum.
    Errors: RuntimeError for bool, and unless there is a place for each sample.
    Source: torch.trapezoid.

    >>> trapezoid(tensor([1., 2., 3.]))
    tensor(4.)
    """
    _check_samples("trapezoid", y, x, dx)
    axis = _axis(y, dim)
    if y.shape[axis] == 0:
        return sum(y.to(_floating(y)) if not y.space.dtype.is_inexact else y, axis)
    pairs = _pairs(y, axis)
    if x is None:
        whole: Any = sub(sum(y, axis), div(add(_at(y, axis, 0), _at(y, axis, -1)), 2))
        return mul(whole, 1 if dx is None else dx)
    return div(sum(mul(_steps("trapezoid", y, x, axis), pairs), axis), 2.0)


def trapz(y: AnyTensor, x: AnyTensor = None, *, dx: Any = None, dim: int = -1) -> Tensor:
    """`trapezoid` under its older name. Source: torch.trapz.

    >>> trapz(tensor([1., 2., 3.]), dx=2)
    tensor(8.)
    """
    return trapezoid(y, x, dx=dx, dim=dim)


def cumulative_trapezoid(y: AnyTensor, x: AnyTensor = None, *, dx: Any = None, dim: int = -1) -> Tensor:
    """The area under a curve up to each sample after the first; see `trapezoid`.

    Shapes: (..., n, ...) -> (..., n - 1, ...). Dtype, errors: those of `trapezoid`.
    Derivative: that of the running sums.
    Source: torch.cumulative_trapezoid.

    >>> cumulative_trapezoid(tensor([1., 2., 3.]))
    tensor([1.5000, 4.0000])
    """
    _check_samples("cumulative_trapezoid", y, x, dx)
    axis = _axis(y, dim)
    if y.shape[axis] == 0:
        return y
    pairs = _pairs(y, axis)
    if x is None:
        return cumsum(mul(div(pairs, 2), 1 if dx is None else dx), axis)
    return div(cumsum(mul(_steps("trapezoid", y, x, axis), pairs), axis), 2.0)


def _check_samples(name: str, y: Any, x: Any, dx: Any) -> None:
    require_tensor(name, "y", y)
    if x is not None and dx is not None:
        raise TypeError(f"{name}() received an invalid combination of arguments: give x or dx, not both.")
    if y.space.dtype is bool_:
        raise RuntimeError(f"{name}: received a bool input for `y`, but bool is not supported")
    if x is not None and x.space.dtype is bool_:
        raise RuntimeError(f"{name}: received a bool input for `x`, but bool is not supported")


def _axis(y: Any, dim: int) -> int:
    if not y.shape:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return normalize_axis(dim, len(y.shape))


def _floating(y: Any) -> Any:
    return div(y.detach().new_ones(()), 1).space.dtype


def _at(y: Any, axis: int, place: int) -> Any:
    return y.select(axis, place)


def _pairs(y: Any, axis: int) -> Any:
    n = y.shape[axis]
    return add(narrow(y, axis, 0, n - 1), narrow(y, axis, 1, n - 1))


def _steps(name: str, y: Any, x: Any, axis: int) -> Any:
    """How far apart the samples are, in a shape that broadcasts with theirs."""
    if len(x.shape) == 1:
        if x.shape[0] != y.shape[axis]:
            raise RuntimeError(f"{name}: There must be one `x` value for each sample point")
        x = reshape(x, tuple(x.shape[0] if d == axis else 1 for d in range(len(y.shape))))
    n = x.shape[axis]
    return sub(narrow(x, axis, 1, n - 1), narrow(x, axis, 0, n - 1))
