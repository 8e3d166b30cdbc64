"""Forward mode through functions of the user."""

from __future__ import annotations

from typing import Any

from wengert_conformance.needs import VIEWS
from wengert_conformance.scenarios.family import raised
from wengert_conformance.scenarios.function.made import made, needs, outcome, two


def pushed(library: Any, function: Any, *args: Any) -> Any:
    """Tangents of the outputs, for arguments whose tangents are ten times themselves."""
    forward_ad = library.autograd.forward_ad
    with forward_ad.dual_level():
        duals = [forward_ad.make_dual(a, a.detach() * 10) if library.is_tensor(a) else a for a in args]
        output = function.apply(*duals)
        outputs = output if isinstance(output, tuple) else (output,)
        return [forward_ad.unpack_dual(o).tangent if library.is_tensor(o) else o for o in outputs]


@outcome
def forward_mode(library: Any) -> Any:
    forward_ad = library.autograd.forward_ad
    seen = []

    def forward(ctx, x, n):
        seen.append([forward_ad.unpack_dual(x).tangent, library.is_grad_enabled()])
        ctx.save_for_forward(x)
        ctx.n = n
        return x**n, x.argmax(), "word"

    def jvp(ctx, t, _):
        (x,) = ctx.saved_tensors
        seen.append([library.is_grad_enabled(), forward_ad.unpack_dual(x).tangent])
        return ctx.n * x ** (ctx.n - 1) * t, None, None

    power = made(library, forward, jvp=jvp)
    return [pushed(library, power, library.tensor([1.0, 2.0]), 3), seen]


@outcome
def forward_mode_with_absent_tangents(library: Any) -> Any:
    forward_ad = library.autograd.forward_ad
    seen = []

    def jvp(ctx, t, u):
        seen.append(u)
        return t * 2

    def unmaterialized(ctx, x, y):
        ctx.set_materialize_grads(False)
        return x * 2 + y

    x, y = library.tensor([1.0, 2.0]), library.tensor([3.0, 4.0])
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(x, x)
        found = [
            forward_ad.unpack_dual(made(library, forward, jvp=jvp).apply(dual, y)).tangent
            for forward in (lambda ctx, x, y: x * 2 + y, unmaterialized)
        ]
    return [found, seen]


@outcome
def forward_over_reverse_and_reverse_over_forward(library: Any) -> Any:
    forward_ad = library.autograd.forward_ad

    def keep(ctx, inputs, output):
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)

    cube = made(
        library,
        lambda x: x**3,
        lambda ctx, g: g * 3 * ctx.saved_tensors[0] ** 2,
        setup_context=keep,
        jvp=lambda ctx, t: 3 * ctx.saved_tensors[0] ** 2 * t,
    )
    x, t = two(library), library.tensor([5.0, 6.0], requires_grad=True)
    with forward_ad.dual_level():
        y = cube.apply(forward_ad.make_dual(x, t))
        reverse = library.autograd.grad(forward_ad.unpack_dual(y).tangent.sum(), [x, t])
    with forward_ad.dual_level():
        y = cube.apply(forward_ad.make_dual(x, t))
        (g,) = library.autograd.grad(y.sum(), x, create_graph=True)
        tangent = forward_ad.unpack_dual(g).tangent
    return [reverse, tangent]


@needs(VIEWS)
@outcome
def forward_mode_refused(library: Any) -> Any:
    x = library.tensor([1.0, 2.0])

    def wrong(jvp: Any, forward: Any = lambda ctx, x: x * 2) -> Any:
        return lambda: pushed(library, made(library, forward, jvp=jvp), x.clone())

    def in_place(ctx, x):
        ctx.mark_dirty(x)
        return x.mul_(2)

    number = "Function's jvp returned an invalid number of forward gradients"
    return [
        raised(
            lambda: pushed(library, made(library, lambda ctx, x: x * 2), x),
            "You must implement the jvp function for custom autograd.Function to use it with forward mode AD.",
        ),
        raised(wrong(lambda ctx, t: 3.0), "expected Variable or None (got float) for grad output 0."),
        raised(wrong(lambda ctx, t: (t, t)), f"{number} (expected 1 but got 2)"),
        raised(wrong(lambda ctx, t: t, lambda ctx, x: (x * 2, x)), f"{number} (expected 2 but got 1)"),
        raised(
            wrong(lambda ctx, t: library.ones(3)),
            "Trying to set a forward gradient that has a different size than that of the original Tensor",
        ),
        raised(
            wrong(lambda ctx, t: (t, t[0]), lambda ctx, x: (x * 2, x.argmax())),
            "Function's jvp returned a gradient at position 1, but  the corresponding forward output is not a "
            "differentiable Tensor",
        ),
        raised(
            wrong(lambda ctx, t: t * 1, lambda ctx, x: x),
            "A custom Function's forward is returning a view (or an input as-is) but the jvp is not returning a view.",
        ),
        raised(
            wrong(lambda ctx, t: t * 2, in_place),
            "An inplace custom Function is not modifying the forward mode gradients inplace.",
        ),
        pushed(library, made(library, in_place, jvp=lambda ctx, t: t.mul_(2)), x.clone()),
        pushed(library, made(library, lambda ctx, x: x, jvp=lambda ctx, t: t.view_as(t)), x),
    ]
