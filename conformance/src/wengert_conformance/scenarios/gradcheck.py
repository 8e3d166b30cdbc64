"""Gradients checked against finite differences: what passes, what is caught, and in which words."""

from __future__ import annotations

from typing import Any

from wengert_conformance.needs import STRIDES
from wengert_conformance.scenarios.family import Family, raised

gradcheck = Family("gradcheck")
outcome, needs = gradcheck.outcome, gradcheck.needs


def real(library: Any) -> Any:
    return library.tensor([0.3, -0.7], dtype=library.float64, requires_grad=True)


def complex_(library: Any) -> Any:
    return library.tensor([0.3 + 1j, -0.7 + 0.2j], dtype=library.complex128, requires_grad=True)


def custom(library: Any, forward: Any, backward: Any, **others: Any) -> Any:
    """`apply` of a Function whose backward gets the arguments of forward after the gradient."""

    def keep(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    methods = {"forward": forward, "setup_context": keep, **others}
    methods["backward"] = lambda ctx, g: backward(g, *ctx.saved_tensors)
    members = {name: staticmethod(method) for name, method in methods.items()}
    return type("Custom", (library.autograd.Function,), members).apply


@outcome
def right_derivatives_pass(library: Any) -> Any:
    check, again = library.autograd.gradcheck, library.autograd.gradgradcheck
    x, z = real(library), complex_(library)

    def mixed(x, z):
        return x * z, (z * z.conj()).real * x, x.sin()

    return [
        [check(mixed, (x, z), check_forward_ad=True, fast_mode=fast) for fast in (False, True)],
        [again(mixed, (x, z), check_fwd_over_rev=True, fast_mode=fast) for fast in (False, True)],
        check(lambda x: x.sin(), x),
        check(lambda x: x.sin(), [x]),
        check(lambda x: library.ones(2, dtype=library.float64), x),
        again(lambda x: x * x, x, library.ones(2, dtype=library.float64, requires_grad=True)),
        again(lambda x: x * x, x, gen_non_contig_grad_outputs=True),
    ]


@outcome
def wrong_derivatives_are_caught(library: Any) -> Any:
    check, x, z = library.autograd.gradcheck, real(library), complex_(library)
    sign = custom(library, lambda x: x.sin(), lambda g, x: -g * x.cos())
    conjugate = custom(library, lambda z: z * z, lambda g, z: g * 2 * z)
    tangent = custom(library, lambda x: x * 2, lambda g, x: g * 2, jvp=lambda ctx, t: t * 3)
    detached = custom(library, lambda x: x * x * x, lambda g, x: 3 * g * x.detach() ** 2)
    first = "Jacobian mismatch for output 0 with respect to input 0,\nnumerical:tensor([["
    forward = "Jacobian computed with forward mode mismatch for output 0 with respect to input 0,\nnumerical:"
    return [
        raised(lambda: check(sign, x), first),
        raised(lambda: check(sign, x, fast_mode=True), "The max per-element difference (slow mode) is:"),
        check(sign, x, raise_exception=False),
        raised(lambda: check(conjugate, z), f"While considering the imaginary part of complex outputs only, {first}"),
        raised(lambda: check(conjugate, z, fast_mode=True), "While considering the imaginary part of complex outputs"),
        raised(lambda: check(tangent, x, check_forward_ad=True), forward),
        raised(
            lambda: check(tangent, z, check_forward_ad=True, check_backward_ad=False),
            f"While considering the imaginary part of complex inputs only, {forward}",
        ),
        check(detached, x),
        raised(lambda: library.autograd.gradgradcheck(detached, x), first),
        raised(
            lambda: check(lambda x, y: (x * 2, sign(y)), (x, real(library))), "for output 1 with respect to input 1,"
        ),
    ]


@outcome
def the_message(library: Any) -> Any:
    wrong = custom(library, lambda x: x * 2, lambda g, x: g * 3)
    try:
        library.autograd.gradcheck(wrong, library.tensor([0.5, 0.25], dtype=library.float64, requires_grad=True))
    except RuntimeError as error:
        return str(error).replace("torch.", "wengert.")


@outcome
def conduct_is_checked(library: Any) -> Any:
    check, x, calls = library.autograd.gradcheck, real(library), []
    wandering = custom(library, lambda x: x * 2, lambda g, x: calls.append(None) or g * (2 + 1e-8 * len(calls)))
    affine = custom(library, lambda x: x * 2, lambda g, x: g * 2 + 1e-9)
    return [
        raised(lambda: check(wandering, x), "Backward is not reentrant, i.e., running backward with same input"),
        check(wandering, x, nondet_tol=1e-4),
        raised(lambda: check(affine, x), "backward not multiplied by grad_output"),
        check(affine, x, masked=True, check_undefined_grad=False),
        raised(lambda: check(lambda x: x.detach() * 2, x), "Numerical gradient for function expected to be zero"),
        raised(
            lambda: check(lambda x: x[x > 0.3], x),
            "Expected `func` to return outputs with the same shape when inputs are perturbed",
        ),
    ]


@outcome
def refusals(library: Any) -> Any:
    check, again, x = library.autograd.gradcheck, library.autograd.gradgradcheck, real(library)

    def same(x):
        return x * 1

    return [
        raised(lambda: check(same, x, check_backward_ad=False), "Expected at least one of check_forward_ad or"),
        raised(
            lambda: check(same, x, check_backward_ad=False, check_forward_ad=True, check_batched_grad=True),
            "Setting check_batched_grad=True requires check_backward_ad to be True",
        ),
        raised(lambda: check(same, x, check_batched_forward_grad=True), "requires check_forward_ad to be True"),
        raised(lambda: again(same, x, check_rev_over_rev=False), "Expected at least one of check_fwd_over_rev or"),
        raised(
            lambda: again(same, x, check_rev_over_rev=False, check_fwd_over_rev=True),
            "Setting check_undefined_grad=True requires check_rev_over_rev to be True",
        ),
        raised(lambda: check(same, library.ones(2)), "gradcheck expects at least one input tensor to require gradient"),
    ]


@needs(STRIDES)
@outcome
def an_expanded_input(library: Any) -> Any:
    x = library.ones(1, dtype=library.float64).expand(3).requires_grad_()
    return raised(
        lambda: library.autograd.gradcheck(lambda x: x * 1, x),
        "The 0th input has a dimension with stride 0. gradcheck only supports inputs that are non-overlapping",
    )
