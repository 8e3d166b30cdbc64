"""Floor 6: what the losses have in common in their arguments."""

from __future__ import annotations

from typing import Any

from wengert.ops.reduction import mean, sum
from wengert.protocol.warned import warn_user
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operands import raise_not_tensor


def check_reduction(reduction: str) -> None:
    """ValueError for an unknown word."""
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction; expected 'mean', 'sum' or 'none'.")


def reduction_of(size_average: bool | None, reduce: bool | None) -> str:
    """The reduction that torch's two old arguments mean."""
    size_average, reduce = (True if flag is None else flag for flag in (size_average, reduce))
    reduction = "none" if not reduce else "mean" if size_average else "sum"
    warn_user(f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.")
    return reduction


def require_tensors(name: str, **values: Any) -> None:
    """TypeError for a value that is no Tensor."""
    for argument, value in values.items():
        if not isinstance(value, Tensor):
            raise_not_tensor(name, argument, value)


def reduced(losses: Any, reduction: str) -> Any:
    """The losses, their sum or their mean."""
    return losses if reduction == "none" else sum(losses) if reduction == "sum" else mean(losses)
