"""What a Function keeps, for how long, and the hooks on it."""

from __future__ import annotations

from typing import Any

from wengert_conformance.scenarios.family import raised
from wengert_conformance.scenarios.function.made import made, outcome, scaled_exponential, two


@outcome
def saved_tensors_are_freed(library: Any) -> Any:
    x = library.tensor([0.0, 1.0], requires_grad=True)
    y = scaled_exponential(library).apply(x, 2.0).sum()
    y.backward()
    return raised(lambda: y.backward(), "Trying to backward through the graph a second time")


@outcome
def what_is_kept_and_freed(library: Any) -> Any:
    seen = []

    def forward(ctx, x):
        ctx.save_for_backward(x, None, x * 3)
        seen.append(len(ctx.saved_tensors))
        return x * 2

    def backward(ctx, g):
        seen.append([ctx.saved_tensors[0] is x, ctx.saved_tensors[1], ctx.saved_tensors[2]])
        return g * 2

    x = two(library)
    y = made(library, forward, backward).apply(x)
    y.sum().backward()
    once = made(
        library,
        lambda ctx, x: ctx.save_for_backward(x) or x * 2,
        lambda ctx, g: (ctx.saved_tensors, ctx.saved_tensors, g)[2],
        clear_saved_tensors_on_access=True,
    )
    nothing = made(library, lambda ctx, x: x * 2).apply(x).sum()
    nothing.backward()
    nothing.backward()
    return [
        seen,
        raised(lambda: y.grad_fn.saved_tensors, "directly access saved tensors after they have already been freed"),
        raised(lambda: once.apply(x).sum().backward(), "saved_tensors can only be accessed once"),
        x.grad,
    ]


@outcome
def hooks_on_what_is_kept(library: Any) -> Any:
    def forward(ctx, x):
        y = x * 2
        ctx.save_for_backward(x, None, y)
        return y

    keeping = made(library, forward, lambda ctx, g: g * ctx.saved_tensors[0])
    x = two(library)
    y = keeping.apply(x)
    raw = y.grad_fn._raw_saved_tensors
    raw[0].register_hooks(lambda t: t * 10, lambda t: t)
    raw[2].register_hooks(lambda t: t * 1, lambda t: t)
    again = y.grad_fn.saved_tensors[2]
    y.sum().backward()
    with library.autograd.graph.saved_tensors_hooks(lambda t: t * 5, lambda t: t):
        z = keeping.apply(x)
    z.sum().backward()
    return [
        x.grad,
        again.requires_grad,
        raised(lambda: raw[0].register_hooks(lambda t: t, lambda t: t), "whose hooks have already been set"),
        raised(
            lambda: keeping.apply(x).grad_fn._raw_saved_tensors[1].register_hooks(lambda t: t, lambda t: t),
            "Calling register_hooks on a saved tensor with value None is forbidden",
        ),
        raised(lambda: y.grad_fn._raw_saved_tensors, "Trying to backward through the graph a second time"),
    ]
