"""Floor 7: gradients held within bounds, and parameters as one vector."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from wengert.api.modes import no_grad
from wengert.ops.creation import tensor
from wengert.ops.linalg.norms import vector_norm
from wengert.ops.movement import cat, stack
from wengert.tensor.base import TensorBase, gradient_of


def _gradients(parameters: Any) -> list[Any]:
    listed = [parameters] if isinstance(parameters, TensorBase) else list(parameters)
    return [gradient for gradient in map(gradient_of, listed) if gradient is not None]


@no_grad()
def get_total_norm(
    tensors: Any, norm_type: float = 2.0, error_if_nonfinite: bool = False, foreach: bool | None = None
) -> Any:
    """The norm of all elements of all tensors. `foreach` has no effect here.

    Errors: RuntimeError with `error_if_nonfinite` for a norm that is not finite.
    Source: torch.nn.utils.get_total_norm.
    """
    listed = [tensors] if isinstance(tensors, TensorBase) else list(tensors)
    if not listed:
        return tensor(0.0)
    total: Any = vector_norm(stack([vector_norm(each, norm_type) for each in listed]), norm_type)
    if error_if_nonfinite and not math.isfinite(total):
        raise RuntimeError(
            f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, so it cannot be "
            "clipped. To disable this error and scale the gradients by the non-finite norm anyway, set "
            "`error_if_nonfinite=False`"
        )
    return total


@no_grad()
def clip_grad_norm_(
    parameters: Any,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Any:
    """Scale the gradients, in place, so that their norm all together is `max_norm` at most; returns what it was.

    Source: torch.nn.utils.clip_grad_norm_.

    >>> x = tensor([3., 4.], requires_grad=True)
    >>> (x * x / 2).sum().backward()
    >>> nn.utils.clip_grad_norm_([x], 1.)
    tensor(5.)
    >>> x.grad
    tensor([0.6000, 0.8000])
    """
    gradients = _gradients(parameters)
    total = get_total_norm(gradients, norm_type, error_if_nonfinite)
    factor = (max_norm / (total + 1e-6)).clamp(max=1.0)
    for gradient in gradients:
        gradient.mul_(factor.to(gradient.device))
    return total


@no_grad()
def clip_grad_value_(parameters: Any, clip_value: float, foreach: bool | None = None) -> None:
    """Hold each element of the gradients between -`clip_value` and `clip_value`, in place.

    Source: torch.nn.utils.clip_grad_value_.
    """
    for gradient in _gradients(parameters):
        gradient.clamp_(-float(clip_value), float(clip_value))


def parameters_to_vector(parameters: Iterable[Any]) -> Any:
    """All elements of the parameters in one vector. Source: torch.nn.utils.parameters_to_vector.

    >>> nn.utils.parameters_to_vector([ones(2), zeros(1, 1)])
    tensor([1., 1., 0.])
    """
    return cat([parameter.reshape(-1) for parameter in parameters])


def vector_to_parameters(vec: Any, parameters: Iterable[Any]) -> None:
    """Give the parameters the elements of one vector. Source: torch.nn.utils.vector_to_parameters.

    Errors: TypeError if `vec` is no tensor.
    """
    if not isinstance(vec, TensorBase):
        raise TypeError(f"expected wengert.Tensor, but got: {type(vec).__name__}")
    vector: Any = vec
    start = 0
    for parameter in parameters:
        count = parameter.numel()
        parameter.data = vector[start : start + count].view_as(parameter).data
        start += count
