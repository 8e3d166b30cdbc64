"""What backward gets, gives and keeps."""

from __future__ import annotations

from typing import Any

from wengert_conformance.scenarios.family import raised
from wengert_conformance.scenarios.function.made import made, outcome, scaled_exponential, two


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
def vjp_in_place_of_backward(library: Any) -> Any:
    x = two(library)
    made(library, lambda ctx, x: x * 2, library.autograd.Function.backward, vjp=lambda ctx, g: g * 7).apply(
        x
    ).sum().backward()
    both = made(library, lambda ctx, x: x * 2, vjp=lambda ctx, g: g)
    return [
        x.grad,
        raised(
            lambda: both.apply(x).sum().backward(),
            "Implementing both 'backward' and 'vjp' for a custom Function is not allowed",
        ),
    ]


@outcome
def gradients_are_fitted(library: Any) -> Any:
    found = []
    for answer in (
        lambda ctx, g: library.ones(3, 2),
        lambda ctx, g: g.to(library.float64),
        lambda ctx, g: library.ones(2, dtype=library.int64),
        lambda ctx, g: (g, None, None),
    ):
        x = two(library)
        made(library, lambda ctx, x: x * 2, answer).apply(x).sum().backward()
        found.append(x.grad)
    return found


@outcome
def refused_gradients(library: Any) -> Any:
    def wrong(answer: Any, *more: Any) -> Any:
        return lambda: made(library, lambda ctx, x, *rest: x * 2, answer).apply(two(library), *more).sum().backward()

    return [
        raised(wrong(lambda ctx, g: [g]), "expected Variable or None (got list)"),
        raised(
            wrong(lambda ctx, g: (g, g), 3),
            "function MadeBackward returned a gradient different than None at position 2, but the corresponding "
            "forward input was not a Variable",
        ),
        raised(wrong(lambda ctx, g: ()), "returned an incorrect number of gradients (expected 1, got 0)"),
        raised(wrong(lambda ctx, g: library.ones(1)), "got [1] but expected shape compatible with [2]"),
        raised(
            wrong(lambda ctx, g: library.ones(2, dtype=library.complex64)),
            "(input_is_complex == grad_is_complex) to be true, but got false",
        ),
    ]


@outcome
def undefined_gradients_reach_a_function(library: Any) -> Any:
    seen = []
    x = two(library)
    y = made(library, lambda ctx, x: x * 2, lambda ctx, g: seen.append(g) or g * 2).apply(x)
    made(library, lambda ctx, x: x * 2, lambda ctx, g: None).apply(y).sum().backward()
    return [seen, x.grad]


@outcome
def boxed_gradients(library: Any) -> Any:
    seen = []

    def backward(ctx, gradients):
        seen.append([type(gradients).__name__, len(gradients)])
        return gradients.pop() * 3 + gradients.pop() * 2

    x = two(library)
    boxed = made(library, lambda ctx, x: (x * 2, x * 3), backward, boxed_grads_call=True)
    boxed.apply(x)[0].sum().backward()
    return [seen, x.grad]


@outcome
def backward_that_is_not_differentiated(library: Any) -> Any:
    once = library.autograd.function.once_differentiable

    class Scale(library.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        @once
        def backward(ctx, gradient):
            return gradient * 2

    x, w = two(library), library.tensor([1.0, 1.0], requires_grad=True)
    (g,) = library.autograd.grad(Scale.apply(x), x, w, create_graph=True)
    return [
        g,
        g.requires_grad,
        raised(
            lambda: g.sum().backward(),
            "trying to differentiate twice a function that was marked with @once_differentiable",
        ),
    ]
