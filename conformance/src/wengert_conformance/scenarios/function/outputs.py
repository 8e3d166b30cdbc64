"""What forward takes and returns: views, inputs given back or written, values that are no tensors."""

from __future__ import annotations

from typing import Any

from wengert_conformance.needs import VIEWS
from wengert_conformance.scenarios.family import raised
from wengert_conformance.scenarios.function.made import doubled, made, needs, outcome, two


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
def arguments_by_keyword_and_default(library: Any) -> Any:
    seen = []

    def setup(ctx, inputs, output):
        seen.append(len(inputs))

    x, y = two(library), two(library)
    scaled = made(library, lambda ctx, x, y=None, n=2: x * y * n, lambda ctx, g: (g, g * 2))
    scaled.apply(y=y, x=x).sum().backward()
    with_setup = made(library, lambda x, n=3: x * n, lambda ctx, g: (g * 3, None), setup_context=setup)
    with_setup.apply(x).sum().backward()
    return [
        x.grad,
        y.grad,
        seen,
        raised(lambda: scaled.apply(x, q=1), "forward() got an unexpected keyword argument 'q'"),
        raised(lambda: with_setup.apply(), "missing a required argument: 'x'"),
    ]


@outcome
def what_forward_may_return(library: Any) -> Any:
    x = two(library)
    several = made(library, lambda ctx, x: (x * 2, "word", None, [x * 3])).apply(x)
    alone = made(library, lambda ctx, x: [x * 2]).apply(x)
    return [
        several[0].requires_grad,
        several[1:3],
        several[3][0].requires_grad,
        alone[0].requires_grad,
        made(library, lambda ctx, x: 3).apply(x),
        len(made(library, lambda ctx, x: (x * 2,)).apply(x)),
        len(made(library, lambda ctx, x: ()).apply(x)),
    ]


@outcome
def inputs_returned_as_they_are(library: Any) -> Any:
    x = two(library)
    y = made(library, lambda ctx, x: x, lambda ctx, g: g * 5).apply(x)
    y.sum().backward()
    plain = library.ones(2)
    alone = made(library, lambda ctx, x: x).apply(plain)
    beside = made(library, lambda ctx, x, y: (x, y * 2)).apply(plain, x)[0]
    first, second = made(library, lambda ctx, x: (x, x), lambda ctx, g, h: g * 5 + h).apply(x)
    return [
        [y is x, y._is_view(), y._base is x, x.is_leaf, x.grad],
        [alone is plain, alone.requires_grad, alone._is_view()],
        [beside is plain, beside.requires_grad, plain.requires_grad],
        [first is second, first.output_nr, second.output_nr],
    ]


@outcome
def outputs_marked_non_differentiable(library: Any) -> Any:
    def forward(ctx, x):
        ctx.mark_non_differentiable(x)
        return x

    x = two(library)
    y = x * 1
    z = made(library, forward).apply(y)
    return [z is y, z.requires_grad, y.requires_grad, z._is_view()]


@needs(VIEWS)
@outcome
def views_returned(library: Any) -> Any:
    bypassed = "the autograd logic to handle view+inplace would override the custom backward"
    several = "This view is the output of a function that returns multiple views."
    one = made(library, lambda ctx, x: x[:1], lambda ctx, g: library.cat([g, g * 0]))
    both = made(library, lambda ctx, x: (x[:1], x[1:]), lambda ctx, g, h: library.cat([g, h]))
    x = two(library)
    z = x * 1
    y = one.apply(z)
    y.sum().backward()
    return [
        [y._is_view(), y._base is z, x.grad],
        raised(lambda: y.mul_(2), bypassed),
        raised(lambda: made(library, lambda ctx, x: x).apply(z).mul_(2), bypassed),
        raised(lambda: made(library, lambda ctx, x: (x * 2)[:1]).apply(z).mul_(2), bypassed),
        raised(lambda: both.apply(z)[0].mul_(2), several),
        one.apply(library.ones(2)).mul_(2),
    ]


@needs(VIEWS)
@outcome
def dirty_inputs_refused(library: Any) -> Any:
    def unreturned(ctx, x):
        ctx.mark_dirty(x)
        return x * 2

    def both(ctx, x):
        ctx.mark_dirty(x)
        return x.mul_(2), x * 1

    def strange(ctx, x):
        ctx.mark_dirty(3)
        return x * 2

    in_place = made(library, doubled, lambda ctx, g: g * 2)
    return [
        raised(lambda: in_place.apply(two(library)), "a leaf Variable that requires grad has been used in an in-place"),
        raised(lambda: in_place.apply(two(library)[:1]), "a view of a leaf Variable that requires grad is being used"),
        raised(lambda: in_place.apply((two(library) * 1).unbind()[0]), "Output 0 of Unbind"),
        raised(
            lambda: made(library, unreturned).apply(two(library) * 1),
            "Some elements marked as dirty during the forward method were not returned as output.",
        ),
        raised(
            lambda: made(library, both).apply((two(library) * 1)[:1]),
            "If your Function modifies inplace an input that is a view of another Tensor, your Function cannot return "
            "more than one Tensor.",
        ),
        raised(lambda: made(library, strange).apply(two(library)), "mark_dirty can only accept variables"),
    ]


@needs(VIEWS)
@outcome
def dirty_views_and_others(library: Any) -> Any:
    def both(ctx, x):
        ctx.mark_dirty(x)
        return x.mul_(2), x * 3

    x = two(library)
    y = x * 1
    view = y[:1]
    written = made(library, doubled, lambda ctx, g: g * 2).apply(view)
    y.sum().backward()
    w = two(library)
    z = w * 1
    first, second = made(library, both, lambda ctx, g, h: g * 2 + h * 6).apply(z)
    (first + second).sum().backward()
    plain = library.ones(2)
    same = made(library, doubled).apply(plain)
    return [
        [written is view, type(y.grad_fn).__name__, y._version, y, x.grad],
        [first is z, w.grad, z._version],
        [same is plain, plain, plain._version, plain.requires_grad],
    ]


@outcome
def an_input_kept_and_returned(library: Any) -> Any:
    def keep(ctx, inputs, output):
        ctx.save_for_backward(inputs[0])

    x = two(library)
    return [
        raised(
            lambda: made(library, lambda x: x, setup_context=keep).apply(x),
            "input that has been returned as-is as output is being saved for backward",
        ),
        made(library, lambda x: x.view_as(x), setup_context=keep).apply(x).requires_grad,
    ]


@outcome
def misuse_of_the_class(library: Any) -> Any:
    x = two(library)
    empty = type("Empty", (library.autograd.Function,), {})

    def keep_a_number(ctx, x):
        ctx.save_for_backward(x, 3)
        return x * 2

    def push_a_number(ctx, x):
        ctx.save_for_forward(3)
        return x * 2

    return [
        raised(lambda: empty.apply(x), "You must implement the forward function for custom autograd.Function."),
        raised(
            lambda: made(library, keep_a_number).apply(x),
            "save_for_backward can only save variables, but argument 1 is of type int",
        ),
        raised(lambda: made(library, push_a_number).apply(x), "save_for_forward expects all arguments to be tensors"),
        [
            empty._backward_cls.__name__,
            issubclass(library.autograd.function.InplaceFunction, library.autograd.Function),
        ],
    ]
