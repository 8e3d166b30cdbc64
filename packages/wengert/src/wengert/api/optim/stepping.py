"""Floor 7: the steps of optimisers as formulas, for backends that run a formula as one kernel.

The methods in `descent.py` say the same by writes in place, in torch's order of operations, which is faster where each
operation is a kernel of its own. Versions count one write to each tensor here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from wengert.graph.modes import is_grad_enabled
from wengert.protocol.namespace import Namespace
from wengert.tensor.base import TensorBase, bump_version
from wengert.tensor.view import check_writable


def in_one(formula: Callable[..., Any], written: Sequence[Any], gradient: Any, **numbers: float | str | bool) -> bool:
    """Run `formula(xp, *written, gradient, **numbers)`, whose results are written into `written`, as one kernel; False
    where that cannot be, and nothing was done."""
    space, shape = written[0].space, written[0].shape
    if not 0 < space.fuses <= written[0].array.size or is_grad_enabled() is not False:
        return False
    for tensor in (*written[1:], gradient):
        if not isinstance(tensor, TensorBase) or tensor.space is not space or tensor.shape != shape:
            return False
    for tensor in written:
        check_writable(tensor)
    arrays = (*[tensor.array for tensor in written], gradient.array)
    for tensor, array in zip(written, space.xp.fused(formula, arrays, numbers, into=len(written)), strict=True):
        tensor.array = array
        bump_version(tensor)
    return True


def descent(xp: Namespace, parameter: Any, gradient: Any, *, rate: float, decay: float, kind: str) -> Any:
    """Against the gradient; `kind` "coupled" adds to it that of the penalty on the parameter's square."""
    step = gradient + parameter * decay if kind == "coupled" else gradient
    return (parameter - step * rate,)


def momentum(
    xp: Namespace,
    parameter: Any,
    buffer: Any,
    gradient: Any,
    *,
    rate: float,
    decay: float,
    momentum: float,
    share: float,
    kind: str,
    nesterov: bool,
) -> Any:
    """The same along a running sum of gradients, of each of which it takes a share."""
    step = gradient + parameter * decay if kind == "coupled" else gradient
    buffer = buffer * momentum + step * share
    step = step + buffer * momentum if nesterov else buffer
    return parameter - step * rate, buffer


def adam(
    xp: Namespace,
    parameter: Any,
    mean: Any,
    square: Any,
    *others: Any,
    rate: float,
    decay: float,
    mean_share: float,
    square_decay: float,
    square_share: float,
    eps: float,
    correction: float,
    kind: str,
) -> Any:
    """By running means of the gradient and of its square, or the largest square so far; the rate and the correction
    undo their bias towards zero. `kind` "decoupled" scales the parameter by `decay`."""
    *largest, gradient = others
    if kind == "decoupled":
        parameter = parameter * decay
    elif kind == "coupled":
        gradient = gradient + parameter * decay
    mean = mean + (gradient - mean) * mean_share
    square = square * square_decay + gradient * gradient * square_share
    largest = [xp.maximum(one, square) for one in largest]
    size = xp.sqrt(largest[0] if largest else square) / correction + eps
    return parameter - mean / size * rate, mean, square, *largest
