"""User-defined operations: `autograd.Function` in both styles."""

from __future__ import annotations

from typing import Any

from wengert_conformance.scenarios.family import Family, raised

function = Family("function")
outcome = function.outcome


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


@outcome
def forward_with_ctx(library: Any) -> Any:
    x = library.tensor([0.0, 1.0], requires_grad=True)
    y = scaled_exponential(library).apply(x, 2.0)
    y.sum().backward()
    return [y, x.grad, type(y.grad_fn).__name__, y.grad_fn.name()]


@outcome
def setup_context_apart(library: Any) -> Any:
    class Square(library.autograd.Function):
        @staticmethod
        def forward(x):
            return x * x

        @staticmethod
        def setup_context(ctx, inputs, output):
            (x,) = inputs
            ctx.save_for_backward(x)

        @staticmethod
        def backward(ctx, gradient):
            (x,) = ctx.saved_tensors
            return 2 * x * gradient

    x = library.tensor([1.0, 3.0], requires_grad=True)
    Square.apply(x).sum().backward()
    return x.grad


@outcome
def a_second_derivative(library: Any) -> Any:
    class Cube(library.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, gradient):
            (x,) = ctx.saved_tensors
            return 3 * x**2 * gradient

    x = library.tensor([1.0, 2.0], requires_grad=True)
    (first,) = library.autograd.grad(Cube.apply(x).sum(), x, create_graph=True)
    (second,) = library.autograd.grad(first.sum(), x)
    return [first, second]


@outcome
def several_inputs_and_outputs(library: Any) -> Any:
    seen = []

    class Both(library.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            ctx.save_for_backward(a, b)
            return a * b, a + b

        @staticmethod
        def backward(ctx, product, total):
            a, b = ctx.saved_tensors
            seen.append(ctx.needs_input_grad)
            return product * b + total, product * a + total

    a = library.tensor([1.0, 2.0], requires_grad=True)
    b = library.tensor([3.0, 4.0])
    product, total = Both.apply(a, b)
    (product * 2 + total).sum().backward()
    return [a.grad, b.grad is None, list(seen[0]), product.grad_fn is total.grad_fn, total.output_nr]


@outcome
def undefined_gradients_become_zeros(library: Any) -> Any:
    seen = []

    class Pair(library.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2, x * 3

        @staticmethod
        def backward(ctx, first, second):
            seen.extend([first.clone(), second.clone()])
            return first * 2 + second * 3

    x = library.tensor([1.0, 2.0], requires_grad=True)
    Pair.apply(x)[0].sum().backward()
    return [x.grad, *seen]


@outcome
def undefined_gradients_stay_none_on_request(library: Any) -> Any:
    seen = []

    class Pair(library.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(False)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx, first, second):
            seen.extend([first is None, second is None])
            return second * 3

    x = library.tensor([1.0, 2.0], requires_grad=True)
    Pair.apply(x)[1].sum().backward()
    return [x.grad, seen]


@outcome
def outputs_without_gradients(library: Any) -> Any:
    class SortOfMaximum(library.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            position = x.argmax()
            ctx.mark_non_differentiable(position)
            ctx.save_for_backward(position)
            ctx.size = x.numel()
            return x.max(), position

        @staticmethod
        def backward(ctx, gradient, _):
            (position,) = ctx.saved_tensors
            return library.nn.functional.one_hot(position, ctx.size) * gradient

    x = library.tensor([1.0, 5.0, 2.0], requires_grad=True)
    value, position = SortOfMaximum.apply(x)
    value.backward()
    return [value, position, position.requires_grad, x.grad]


@outcome
def a_dirty_input(library: Any) -> Any:
    class DoubleInPlace(library.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            return x.mul_(2)

        @staticmethod
        def backward(ctx, gradient):
            return gradient * 2

    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    z = DoubleInPlace.apply(y)
    z.sum().backward()
    return [z is y, z, x.grad]


@outcome
def none_for_an_input(library: Any) -> Any:
    class IgnoresItsSecondInput(library.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            return x * 2

        @staticmethod
        def backward(ctx, gradient):
            return gradient * 2, None

    x = library.tensor([1.0], requires_grad=True)
    y = library.tensor([1.0], requires_grad=True)
    IgnoresItsSecondInput.apply(x, y).sum().backward()
    return [x.grad, y.grad is None]


@outcome
def nothing_is_recorded_inside_forward(library: Any) -> Any:
    seen = []

    class Probe(library.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            seen.append([library.is_grad_enabled(), (x * 2).requires_grad])
            return x * 2

        @staticmethod
        def backward(ctx, gradient):
            seen.append([library.is_grad_enabled()])
            return gradient * 2

    x = library.tensor([1.0], requires_grad=True)
    Probe.apply(x).sum().backward()
    return [seen, Probe.apply(x.detach()).requires_grad]


@outcome
def refused_functions(library: Any) -> Any:
    class TooFewGradients(library.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            return x * y

        @staticmethod
        def backward(ctx, gradient):
            return gradient

    class WrongShape(library.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, gradient):
            return library.ones(7)

    class WithoutBackward(library.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

    x = library.ones(2, requires_grad=True)
    return [
        raised(
            lambda: TooFewGradients.apply(x, x).sum().backward(),
            "returned an incorrect number of gradients (expected 2, got 1)",
        ),
        raised(lambda: WrongShape.apply(x).sum().backward(), "returned an invalid gradient at index 0"),
        raised(
            lambda: WithoutBackward.apply(x).sum().backward(), "You must implement either the backward or vjp method"
        ),
    ]


@outcome
def saved_tensors_are_freed(library: Any) -> Any:
    x = library.tensor([0.0, 1.0], requires_grad=True)
    y = scaled_exponential(library).apply(x, 2.0).sum()
    y.backward()
    return raised(lambda: y.backward(), "Trying to backward through the graph a second time")
