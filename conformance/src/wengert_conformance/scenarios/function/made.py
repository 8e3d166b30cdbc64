"""The family of `autograd.Function`, and what its scenarios share."""

from __future__ import annotations

from typing import Any

from wengert_conformance.scenarios.family import Family

function = Family("function")
outcome, needs = function.outcome, function.needs


def made(library: Any, forward: Any, backward: Any = lambda ctx, *g: g[0], **others: Any) -> Any:
    """A subclass of Function of these static methods and flags."""
    methods = {"forward": forward, "backward": backward, **others}
    members = {name: staticmethod(value) if callable(value) else value for name, value in methods.items()}
    return type("Made", (library.autograd.Function,), members)


def two(library: Any) -> Any:
    return library.tensor([1.0, 2.0], requires_grad=True)


def doubled(ctx: Any, x: Any) -> Any:
    ctx.mark_dirty(x)
    return x.mul_(2)


def scaled_exponential(library: Any) -> Any:
    class ScaledExponential(library.autograd.Function):
        @staticmethod
        def forward(ctx, x, scale):
            result = (x * scale).exp()
            ctx.save_for_backward(result)
            ctx.scale = scale
            return result

        @staticmethod
        def backward(ctx, gradient):
            (result,) = ctx.saved_tensors
            return gradient * result * ctx.scale, None

    return ScaledExponential
