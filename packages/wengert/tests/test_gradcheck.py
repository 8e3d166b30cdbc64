"""gradcheck and gradgradcheck pass what is right and catch each kind of wrong rule, declared or in a Function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import wengert
from wengert.autograd import gradcheck, gradgradcheck
from wengert.autograd.gradcheck import GradcheckError
from wengert.rule.kinds import elementwise, general
from wengert.rule.primitive import Primitive
from wengert.tensor.operation import kernel

pytestmark = pytest.mark.usefixtures("toy")
Function = wengert.autograd.Function
both_modes = pytest.mark.parametrize("fast_mode", [False, True], ids=["slow", "fast"])


def real(*values: float) -> Any:
    return wengert.tensor([*(values or (0.3, -0.7, 1.1))], dtype=wengert.float64, requires_grad=True)


def custom(forward: Callable[..., Any], backward: Callable[..., Any], **others: Any) -> Callable[..., Any]:
    """`apply` of a Function in which forward keeps its arguments; backward gets them after the gradient."""

    def keep(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.save_for_backward(*inputs)

    methods = {
        "forward": forward,
        "setup_context": keep,
        "backward": lambda ctx, g: backward(g, *ctx.saved_tensors),
        **others,
    }
    return type("Custom", (Function,), {name: staticmethod(method) for name, method in methods.items()}).apply


# what is right passes


@both_modes
@pytest.mark.parametrize(
    "function",
    [
        lambda x: x * x.sin(),
        lambda x: (x * 2, x.exp().sum()),
        lambda x: x.reshape(1, -1) * x.reshape(-1, 1),
        lambda x: x.sum() * wengert.ones(2, dtype=wengert.float64),
    ],
)
def test_right_derivatives_pass(function: Callable[..., Any], fast_mode: bool) -> None:
    assert gradcheck(function, real(), fast_mode=fast_mode, check_forward_ad=True)
    assert gradgradcheck(function, real(), fast_mode=fast_mode, check_fwd_over_rev=True)


def test_only_inputs_that_require_grad_are_checked() -> None:
    wrong = custom(lambda x: x * 2, lambda g, x: g * 3)
    assert gradcheck(lambda x, y: x * wrong(y), (real(), real().detach()))
    with pytest.raises(GradcheckError, match="for output 1 with respect to input 1"):
        gradcheck(lambda x, y: (x * 2, wrong(y)), (real(), real()))


# what is wrong is caught, in a Function

WRONG_FUNCTIONS = {
    "sign": custom(lambda x: x.sin(), lambda g, x: -g * x.cos()),
    "factor": custom(lambda x: x * x, lambda g, x: g * x),
    "broadcasting": custom(lambda x: x.reshape(1, 3) * wengert.ones(2, 3, dtype=wengert.float64), lambda g, x: g[0]),
    "tie": custom(lambda x: wengert.maximum(x, x * 1), lambda g, x: g * 0.5),
    "cross terms": custom(lambda x: x.cumsum(0), lambda g, x: g),
}


@both_modes
@pytest.mark.parametrize("name", WRONG_FUNCTIONS)
def test_wrong_functions_are_caught(name: str, fast_mode: bool) -> None:
    with pytest.raises(GradcheckError, match="Jacobian mismatch for output 0 with respect to input 0"):
        gradcheck(WRONG_FUNCTIONS[name], real(), fast_mode=fast_mode)
    assert not gradcheck(WRONG_FUNCTIONS[name], real(), fast_mode=fast_mode, raise_exception=False)


@both_modes
def test_a_wrong_jvp_is_caught(fast_mode: bool) -> None:
    wrong = custom(lambda x: x * 2, lambda g, x: g * 2, jvp=lambda ctx, t: t * 3)
    assert gradcheck(wrong, real(), fast_mode=fast_mode)
    with pytest.raises(GradcheckError, match="Jacobian computed with forward mode mismatch for output 0"):
        gradcheck(wrong, real(), fast_mode=fast_mode, check_forward_ad=True)


@both_modes
def test_a_detached_second_order_is_caught(fast_mode: bool) -> None:
    wrong = custom(lambda x: x * x * x, lambda g, x: 3 * g * x.detach() ** 2)
    assert gradcheck(wrong, real(), fast_mode=fast_mode)
    with pytest.raises(GradcheckError, match="Jacobian mismatch for output 0 with respect to input 0"):
        gradgradcheck(wrong, real(), fast_mode=fast_mode)


# what is wrong is caught, in a declaration


@elementwise
def doubled_square(xp, x):
    return xp.multiply(x, x)


@elementwise
def total_of_two(xp, x, y):
    return xp.add(x, y)


@elementwise
def larger(xp, x, y):
    return xp.maximum(x, y)


def wrong_sign() -> Primitive:
    return doubled_square.partials(x=lambda xp, x: -2 * x)


def missing_sum() -> Primitive:
    @general
    def scaled_by(xp, x, y):
        return xp.multiply(x, y)

    scaled_by.vjp("x")(lambda xp, g, y: g * y)
    scaled_by.vjp("y")(lambda xp, g, x: xp.reshape((g * x)[0], (1,)))
    return scaled_by


def dropped_tie_factor() -> Primitive:
    return larger.partials(x=lambda xp, x, y: xp.astype(x >= y, x.dtype), y=lambda xp, x, y: xp.astype(y >= x, x.dtype))


def test_wrong_declarations_are_caught() -> None:
    assert not gradcheck(kernel(wrong_sign()), real(), raise_exception=False)
    assert not gradcheck(kernel(missing_sum()), (real(), real(0.5)), raise_exception=False)
    tied = kernel(dropped_tie_factor())
    assert not gradcheck(lambda x: tied(x, x.clone()), real(), raise_exception=False)


def test_a_declaration_that_detaches_is_caught() -> None:
    @general
    def cubed(xp, x):
        return x * x * x

    cubed.vjp("x")(lambda xp, g, x: g * 3 * (xp.round(x * 1e10) * 1e-10) * (xp.round(x * 1e10) * 1e-10))
    assert gradcheck(kernel(cubed), real())
    with pytest.raises(GradcheckError, match="Jacobian mismatch"):
        gradgradcheck(kernel(cubed), real())


# the message


def test_the_message_shows_both_jacobians() -> None:
    wrong = custom(lambda x: x * 2, lambda g, x: g * 3)
    with pytest.raises(GradcheckError) as caught:
        gradcheck(wrong, real(0.5, 0.25))
    assert str(caught.value) == (
        "Jacobian mismatch for output 0 with respect to input 0,\n"
        "numerical:tensor([[2.0000, 0.0000],\n        [0.0000, 2.0000]], dtype=wengert.float64)\n"
        "analytical:tensor([[3., 0.],\n        [0., 3.]], dtype=wengert.float64)\n"
    )
    with pytest.raises(GradcheckError, match=r"The max per-element difference \(slow mode\) is: 1\.0000"):
        gradcheck(wrong, real(0.5, 0.25), fast_mode=True)


def test_fast_mode_says_where_slow_mode_would_pass() -> None:
    def differences(x: Any) -> Any:
        return 1000 * (x[0] - x[1]) * wengert.tensor([1.0, -1.0], dtype=wengert.float64)

    def a_little_off(g: Any, x: Any) -> Any:
        return 1000 * (g[0] - g[1]) * wengert.tensor([1.0, -1.0], dtype=wengert.float64) + 0.9 * g.sum()

    assert gradcheck(custom(differences, a_little_off), real(0.5, 0.25))
    with pytest.raises(GradcheckError, match="Fast gradcheck failed but element-wise differences are small"):
        gradcheck(custom(differences, a_little_off), real(0.5, 0.25), fast_mode=True)


# conduct


def test_a_backward_that_differs_from_call_to_call_is_caught() -> None:
    calls: list[None] = []

    def backward(g: Any, x: Any) -> Any:
        calls.append(None)
        return g * (2 + 1e-8 * len(calls))

    wandering = custom(lambda x: x * 2, backward)
    with pytest.raises(GradcheckError, match="Backward is not reentrant"):
        gradcheck(wandering, real())
    assert gradcheck(wandering, real(), nondet_tol=1e-4)


def test_a_gradient_that_is_not_linear_is_caught() -> None:
    with pytest.raises(GradcheckError, match="backward not multiplied by grad_output"):
        gradcheck(custom(lambda x: x * 2, lambda g, x: g * 2 + 1e-9), real())
    assert gradcheck(
        custom(lambda x: x * 2, lambda g, x: g * 2 + 1e-9), real(), masked=True, check_undefined_grad=False
    )


def undefined(answer: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def forward(ctx: Any, x: Any) -> Any:
        ctx.set_materialize_grads(False)
        return x * 2, x * 3

    def backward(ctx: Any, g: Any, h: Any) -> Any:
        if g is None and h is None:
            return answer(g, h)
        return (0 if g is None else g * 2) + (0 if h is None else h * 3)

    return type("Undefined", (Function,), {"forward": staticmethod(forward), "backward": staticmethod(backward)}).apply


def test_undefined_gradients_are_checked() -> None:
    def refuse(g: Any, h: Any) -> Any:
        raise RuntimeError("no gradient")

    assert gradcheck(undefined(lambda g, h: None), real())
    with (
        pytest.warns(UserWarning, match="check_undefined_grad"),
        pytest.raises(GradcheckError, match="Expected all input grads to be undefined or zero when all output grads"),
    ):
        gradcheck(undefined(lambda g, h: wengert.ones(3, dtype=wengert.float64)), real())
    with (
        pytest.warns(UserWarning, match="check_undefined_grad"),
        pytest.raises(GradcheckError, match="Expected backward function to handle undefined output grads"),
    ):
        gradcheck(undefined(refuse), real())
    assert gradcheck(undefined(refuse), real(), check_undefined_grad=False)


def test_absent_tangents_are_checked() -> None:
    def forward(ctx: Any, x: Any, y: Any) -> Any:
        ctx.set_materialize_grads(False)
        return x + y

    def jvp(ctx: Any, t: Any, u: Any) -> Any:
        return t * 5 if u is None else u * 5 if t is None else t + u

    methods = {"forward": forward, "backward": lambda ctx, g: (g, g), "jvp": jvp}
    wrong = type("Wrong", (Function,), {name: staticmethod(method) for name, method in methods.items()}).apply
    with pytest.raises(GradcheckError):
        gradcheck(wrong, (real(), real()), check_forward_ad=True)


def test_a_result_without_gradient_must_not_move() -> None:
    assert gradcheck(lambda x: wengert.ones(2, dtype=wengert.float64), real())
    with pytest.raises(GradcheckError, match="Numerical gradient for function expected to be zero"):
        gradcheck(lambda x: x.detach() * 2, real())


def test_batched_tangents_are_checked() -> None:
    assert gradcheck(lambda x: (x.sin() * x, x.sum()), real(), check_forward_ad=True, check_batched_forward_grad=True)


# refusals


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"check_backward_ad": False}, "Expected at least one of check_forward_ad or check_backward_ad to be True"),
        (
            {"check_backward_ad": False, "check_forward_ad": True, "check_batched_grad": True},
            "Setting check_batched_grad=True requires check_backward_ad to be True",
        ),
        ({"check_batched_forward_grad": True}, "Setting check_batched_forward_grad=True requires check_forward_ad"),
    ],
)
def test_contradictory_options_are_refused(options: dict[str, bool], words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        gradcheck(lambda x: x * 2, real(), **options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"check_rev_over_rev": False}, "Expected at least one of check_fwd_over_rev or check_rev_over_rev"),
        ({"check_rev_over_rev": False, "check_fwd_over_rev": True}, "Setting check_undefined_grad=True requires"),
        (
            {
                "check_rev_over_rev": False,
                "check_fwd_over_rev": True,
                "check_undefined_grad": False,
                "check_batched_grad": True,
            },
            "Setting check_batched_grad=True requires check_rev_over_rev",
        ),
    ],
)
def test_contradictory_options_of_the_second_order_are_refused(options: dict[str, bool], words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        gradgradcheck(lambda x: x * 2, real(), **options)


def test_inputs_are_refused() -> None:
    with pytest.raises(ValueError, match="gradcheck expects at least one input tensor to require gradient"):
        gradcheck(lambda x: x, wengert.ones(2))
    with (
        pytest.warns(UserWarning, match="Input #0 requires gradient and is not a double precision floating point"),
        pytest.raises(GradcheckError, match="Jacobian mismatch"),
    ):
        gradcheck(lambda x: x * 3.3, wengert.tensor([0.1, 777.0], requires_grad=True), fast_mode=True)
    with pytest.raises(AssertionError, match="Expected `func` to return outputs with the same shape when inputs are"):
        gradcheck(lambda x: x[x > 0.3], real(0.3, 1.0))


def test_given_cotangents_are_used() -> None:
    x, c = real(), wengert.ones(3, dtype=wengert.float64, requires_grad=True)
    assert gradgradcheck(lambda x: x * x, x, c)
    assert gradgradcheck(lambda x: x * x, x, [c.detach()])
    assert gradgradcheck(lambda x: x * x, x, gen_non_contig_grad_outputs=True)
