"""Floor 6: running sums and normalizations of the elements that a mask chooses."""

from __future__ import annotations

from math import inf
from typing import Any

from wengert.ops import exponential, normalization, reduction
from wengert.ops.arithmetic import div, maximum
from wengert.ops.masked.filling import Dims, axes_of, cast, dtype_of_sums, filled, lowest
from wengert.ops.masked.reducing import norm
from wengert.ops.normalization.softmax import softmin as _softmin
from wengert.protocol.dtypes import DType
from wengert.tensor.base import TensorBase as Tensor


def _whole(input: Any, dtype: DType | None) -> Any:
    return cast(input, dtype if dtype is not None else dtype_of_sums(input))


def cumsum(input: Tensor, dim: Any, *, dtype: DType | None = None, mask: Tensor | None = None) -> Tensor:
    """`wengert.cumsum` in which an element where `mask` is False adds nothing. Derivative: that of `cumsum`.

    Source: torch.masked.cumsum.

    >>> wengert.masked.cumsum(tensor([1, 2, 4]), 0, mask=tensor([True, False, True]))
    tensor([1, 1, 5])
    """
    return reduction.cumsum(_whole(filled("cumsum", input, mask, 0), dtype), dim)


def cumprod(input: Tensor, dim: Any, *, dtype: DType | None = None, mask: Tensor | None = None) -> Tensor:
    """`wengert.cumprod` in which an element where `mask` is False counts as 1. Derivative: that of `cumprod`.

    Source: torch.masked.cumprod.

    >>> wengert.masked.cumprod(tensor([3, 2, 4]), 0, mask=tensor([True, False, True]))
    tensor([ 3,  3, 12])
    """
    return reduction.cumprod(_whole(filled("cumprod", input, mask, 1), dtype), dim)


def softmax(input: Tensor, dim: Any, *, dtype: DType | None = None, mask: Tensor | None = None) -> Tensor:
    """`softmax` over the elements where `mask` is True, 0 elsewhere. Derivative: that of `softmax`.

    Source: torch.masked.softmax.

    >>> wengert.masked.softmax(tensor([0., 9., 0.]), 0, mask=tensor([True, False, True]))
    tensor([0.5000, 0.0000, 0.5000])
    """
    return normalization.softmax(cast(filled("softmax", input, mask, -inf), dtype), dim)


def log_softmax(input: Tensor, dim: Any, *, dtype: DType | None = None, mask: Tensor | None = None) -> Tensor:
    """`log_softmax` over the elements where `mask` is True, -inf elsewhere. Derivative: that of `log_softmax`.

    Source: torch.masked.log_softmax.

    >>> wengert.masked.log_softmax(tensor([0., 0.]), 0, mask=tensor([True, True]))
    tensor([-0.6931, -0.6931])
    """
    return normalization.log_softmax(cast(filled("log_softmax", input, mask, -inf), dtype), dim)


def softmin(input: Tensor, dim: Any, *, dtype: DType | None = None, mask: Tensor | None = None) -> Tensor:
    """`softmin` over the elements where `mask` is True, 0 elsewhere. Derivative: that of `softmin`.

    Source: torch.masked.softmin.

    >>> wengert.masked.softmin(tensor([0., 9., 0.]), 0, mask=tensor([True, False, True]))
    tensor([0.5000, 0.0000, 0.5000])
    """
    return _softmin(cast(filled("softmin", input, mask, inf), dtype), dim)


def normalize(
    input: Tensor, ord: float, dim: Any, *, eps: float = 1e-12, dtype: DType | None = None, mask: Tensor | None = None
) -> Tensor:
    """The elements where `mask` is True over their norm of order `ord`, which is at least `eps`; 0 elsewhere.

    Derivative: that of `norm` and division. Source: torch.masked.normalize.

    >>> wengert.masked.normalize(tensor([3., 9., 4.]), 2.0, 0, mask=tensor([True, False, True]))
    tensor([0.6000, 0.0000, 0.8000])
    """
    x = cast(filled("normalize", input, mask, 0.0), dtype)
    size: Any = norm(input, ord, dim, keepdim=True, dtype=dtype, mask=mask)
    return div(x, maximum(size, size.new_tensor(eps)))


def logsumexp(
    input: Tensor, dim: Dims = None, *, keepdim: Any = False, dtype: DType | None = None, mask: Tensor | None = None
) -> Tensor:
    """`wengert.logsumexp` of the elements where `mask` is True; -inf of none. Derivative: that of `logsumexp`.

    Source: torch.masked.logsumexp.

    >>> wengert.masked.logsumexp(tensor([0., 9., 0.]), 0, mask=tensor([True, False, True]))
    tensor(0.6931)
    """
    x = cast(filled("logsumexp", input, mask, lowest(input)), dtype)
    axes = tuple(range(len(x.shape))) if dim is None else axes_of(dim)
    return cast(reduction.logsumexp(x, axes, bool(keepdim)), dtype or x.space.dtype)


def logaddexp(
    input: Tensor,
    other: Tensor,
    *,
    dtype: DType | None = None,
    input_mask: Tensor | None = None,
    other_mask: Tensor | None = None,
) -> Tensor:
    """`wengert.logaddexp` in which an element where its mask is False adds nothing. Derivative: that of `logaddexp`.

    Source: torch.masked.logaddexp.

    >>> wengert.masked.logaddexp(tensor([0.]), tensor([5.]), other_mask=tensor([False]))
    tensor([0.])
    """
    first, second = filled("logaddexp", input, input_mask, -inf), filled("logaddexp", other, other_mask, -inf)
    return cast(exponential.logaddexp(first, second), dtype)
