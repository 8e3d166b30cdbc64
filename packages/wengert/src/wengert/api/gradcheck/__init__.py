"""Floor 7: gradients checked against finite differences.

`jacobians.py` computes the derivative of a function in each way and compares; `conduct.py` checks how backward behaves
beyond its values: undefined cotangents, linearity in them, batches of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from warnings import warn

from wengert.api.autograd import grad
from wengert.api.gradcheck import conduct
from wengert.api.gradcheck.jacobians import Check, GradcheckError, as_tuple, compare_forward, compare_reverse, generic
from wengert.tensor.base import TensorBase

Tensors = TensorBase | Sequence[Any]


def gradcheck(
    func: Callable[..., Any],
    inputs: Tensors,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Whether the derivatives of `func` at `inputs` agree with central differences of step `eps`.

    Each input that requires grad is checked, in double precision. `fast_mode` compares one generic projection of each
    Jacobian in place of the whole. A complex input counts as two real ones, and so does a complex output.

    Errors: GradcheckError with both Jacobians where they differ (False with `raise_exception=False`); ValueError if no
    input requires grad; AssertionError for options that ask for nothing or contradict each other.
    Source: torch.autograd.gradcheck.

    >>> x = tensor([0.5, 1.5], dtype=wengert.float64, requires_grad=True)
    >>> gradcheck(wengert.sin, x)
    True
    >>> gradcheck(lambda x: x * x.detach(), x, raise_exception=False)
    False
    """
    if not (check_forward_ad or check_backward_ad):
        raise AssertionError("Expected at least one of check_forward_ad or check_backward_ad to be True")
    if check_batched_grad and not check_backward_ad:
        raise AssertionError("Setting check_batched_grad=True requires check_backward_ad to be True")
    if check_batched_forward_grad and not check_forward_ad:
        raise AssertionError("Setting check_batched_forward_grad=True requires check_forward_ad to be True")
    points = as_tuple(inputs)
    _check_inputs(points)
    check = Check(func, points, eps, atol, rtol, nondet_tol, check_grad_dtypes, fast_mode)
    try:
        if check_backward_ad:
            compare_reverse(check)
        if check_forward_ad:
            compare_forward(check)
            if check_undefined_grad:
                conduct.check_undefined_tangents(check)
            if check_batched_forward_grad:
                conduct.check_batched_tangents(check)
        if check_backward_ad:
            if check_batched_grad:
                conduct.check_batched_cotangents(check)
            conduct.check_linearity(check, bool(masked))
            if check_undefined_grad:
                conduct.check_undefined_cotangents(check)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Tensors,
    grad_outputs: Tensors | None = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """Whether the second derivatives of `func` agree with central differences of the first.

    The gradient of `func` is checked by `gradcheck` as a function of `inputs` and of `grad_outputs`, which are made up
    where they are not given.

    Errors: those of `gradcheck`.
    Source: torch.autograd.gradgradcheck.

    >>> x = tensor([0.5, 1.5], dtype=wengert.float64, requires_grad=True)
    >>> gradgradcheck(wengert.sin, x)
    True
    """
    if not (check_fwd_over_rev or check_rev_over_rev):
        raise AssertionError("Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True")
    if check_undefined_grad and not check_rev_over_rev:
        raise AssertionError("Setting check_undefined_grad=True requires check_rev_over_rev to be True")
    if check_batched_grad and not check_rev_over_rev:
        raise AssertionError("Setting check_batched_grad=True requires check_rev_over_rev to be True")
    points = as_tuple(inputs)
    if grad_outputs is None:
        outputs = [o for o in as_tuple(func(*points)) if o.requires_grad]
        cotangents = tuple(_cotangent(o, gen_non_contig_grad_outputs) for o in outputs)
    else:
        cotangents = as_tuple(grad_outputs)
    moving = [isinstance(point, TensorBase) and point.node is not None for point in (*points, *cotangents)]

    def gradient(*args: Any) -> tuple[Any, ...]:
        whole = [arg.requires_grad_() if moves else arg for arg, moves in zip(args, moving, strict=True)]
        given = whole[: len(points)]
        outputs = [o for o in as_tuple(func(*given)) if o.requires_grad]
        wanted = [arg for arg, moves in zip(given, moving, strict=False) if moves]
        grads = grad(outputs, wanted, whole[len(points) :], create_graph=True, allow_unused=True)
        return tuple(g for g in grads if g is not None)

    return gradcheck(
        gradient,
        points + cotangents,
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        check_batched_grad=check_batched_grad,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
        fast_mode=fast_mode,
        masked=masked,
    )


def _check_inputs(inputs: tuple[Any, ...]) -> None:
    moving = [(n, t) for n, t in enumerate(inputs) if isinstance(t, TensorBase) and t.node is not None]
    if not moving:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True."
        )
    for position, tensor in moving:
        if tensor.space.dtype.name not in ("float64", "complex128"):
            warn(
                f"Input #{position} requires gradient and is not a double precision floating point or complex. This "
                "check will likely fail if all the inputs are not of double precision floating point or complex.",
                stacklevel=3,
            )
        if tensor.space.xp.is_overlapping(tensor.array):
            raise RuntimeError(
                f"The {position}th input has a dimension with stride 0. gradcheck only supports inputs that are "
                "non-overlapping to be able to compute the numerical gradients correctly. You should call .contiguous "
                "on the input before passing it to gradcheck."
            )


def _cotangent(output: Any, stretched: bool) -> Any:
    """A cotangent for `output`, which requires grad; if `stretched`, not contiguous in memory."""
    if not stretched or not output.shape:
        return generic(output, 1, signed=True).requires_grad_()
    wide = generic(output.expand(2, *output.shape), 1, signed=True)
    return wide.moveaxis(0, -1)[..., 0].detach().requires_grad_()


__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]
