"""Grad mode and inference mode: what they record, how they nest, what inference tensors refuse."""

from __future__ import annotations

import warnings
from typing import Any

from wengert_conformance.needs import VIEWS
from wengert_conformance.scenarios.family import Family, raised

modes = Family("modes")
outcome, needs = modes.outcome, modes.needs

SAVED = "Inference tensors cannot be saved for backward."
WRITTEN = "Inplace update to inference tensor outside InferenceMode is not allowed."


@outcome
def inference_mode_records_nothing(library: Any) -> Any:
    x, n = library.tensor([1.0, 2.0], requires_grad=True), library.ones(2)
    with library.inference_mode() as entered:
        y, compared, view, detached = x * 2, n > 1, n[:1], n.detach()
        joined, larger, parts = library.cat([n, n]), n.max(0)[0], n.unbind(0)
        made = [library.ones(2), library.tensor([1.0]), library.rand(2), n.clone(), n.to(library.float64), n * 2]
        return [
            entered,
            (library.is_grad_enabled(), library.is_inference_mode_enabled()),
            (y.requires_grad, y.is_inference(), x.is_inference()),
            [t.is_inference() for t in (compared, view, detached, joined, larger, *parts, n.t(), *made)],
        ]


@outcome
def inference_mode_can_be_left_inside(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    seen = []
    with library.inference_mode():
        with library.inference_mode(False):
            y = x * 2
            seen.append((library.is_grad_enabled(), library.is_inference_mode_enabled(), y.requires_grad))
            seen.append(y.is_inference())
        with library.enable_grad():
            z = x * 2
            seen.append((library.is_grad_enabled(), z.requires_grad, z.is_inference()))
    with library.no_grad():
        with library.inference_mode(False):
            seen.append(library.is_grad_enabled())
        seen.append(library.is_grad_enabled())
    return seen


@outcome
def an_inference_tensor_outside(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    with library.inference_mode():
        i = library.ones(2)
    (x + i).sum().backward()
    return [
        raised(lambda: i.add_(1), WRITTEN),
        raised(lambda: i.zero_(), WRITTEN),
        raised(lambda: i[0:1].add_(1), WRITTEN),
        raised(lambda: i.copy_(library.ones(2)), WRITTEN),
        raised(lambda: i.__setitem__(0, 1.0), WRITTEN),
        raised(
            lambda: i.requires_grad_(), "Setting requires_grad=True on inference tensor outside InferenceMode is not"
        ),
        raised(lambda: i._version, "Inference tensors do not track version counter."),
        raised(lambda: x * i, SAVED),
        [t.is_inference() for t in (i.detach(), i.clone(), i * 2, i[:1], i.view(2, 1))],
        (i * 2).requires_grad,
        x.grad,
        (x * i.clone()).detach(),
    ]


@needs(VIEWS)
@outcome
def an_inference_tensor_inside(library: Any) -> Any:
    n = library.ones(2)
    with library.inference_mode():
        i = library.ones(2)
        i.add_(1)
        i[0] = 5.0
        n.add_(1)
        view = n[:1]
        view.mul_(3)
        leaf = library.ones(2, requires_grad=True)
        seen = [leaf.requires_grad, leaf.is_inference(), (leaf * 2).requires_grad]
        i.requires_grad_()
    return [*seen, i.requires_grad, i.detach().clone(), n, n._version]


@outcome
def an_inference_tensor_is_not_saved_by_a_function(library: Any) -> Any:
    class Times(library.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            ctx.save_for_backward(y)
            return x * y

        @staticmethod
        def backward(ctx, g):
            return g * ctx.saved_tensors[0], None

    x = library.ones(2, requires_grad=True)
    with library.inference_mode():
        i = library.ones(2)
        inside = Times.apply(x, i)
    return [raised(lambda: Times.apply(x, i), SAVED), inside.requires_grad, inside.is_inference()]


@outcome
def backward_inside_inference_mode(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    with library.inference_mode():
        refused = raised(lambda: (x * 1).sum().backward(), "element 0 of tensors does not require grad")
        y.backward()
    return [refused, x.grad, x.grad.is_inference()]


@outcome
def inference_mode_decorates(library: Any) -> Any:
    x = library.ones(2, requires_grad=True)

    @library.inference_mode
    def bare(value):
        return (value * 2).is_inference()

    @library.inference_mode()
    def called(value):
        return (value * 2).is_inference()

    @library.inference_mode(mode=False)
    def off(value):
        return (value * 2).is_inference()

    return [bare(x), called(x), off(x), library.is_grad_enabled()]


@outcome
def managers_give_nothing(library: Any) -> Any:
    with library.no_grad() as first, library.enable_grad() as second, library.set_grad_enabled(False) as third:
        return [first, second, third, library.is_grad_enabled()]


@outcome
def set_grad_enabled_takes_a_bool(library: Any) -> Any:
    phrase = "set_grad_enabled(): argument 'enabled'"
    return [raised(lambda: library.set_grad_enabled(5), phrase), library.is_grad_enabled()]


@outcome
def a_decorated_class(library: Any) -> Any:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")

        @library.no_grad()
        class Model:
            def __init__(self):
                self.mode = library.is_grad_enabled()

    return [Model().mode, [(w.category.__name__, "Decorating classes is deprecated" in str(w.message)) for w in caught]]


@outcome
def generators_keep_the_callers_mode(library: Any) -> Any:
    @library.no_grad()
    def inner():
        got = yield library.is_grad_enabled()
        with library.enable_grad():
            yield (got, library.is_grad_enabled())
        yield library.is_grad_enabled()
        return "end"

    steps = inner()
    seen = [next(steps), library.is_grad_enabled(), steps.send("sent"), library.is_grad_enabled(), next(steps)]
    try:
        next(steps)
    except StopIteration as stop:
        seen.append(stop.value)
    return [*seen, library.is_grad_enabled()]


@needs(VIEWS)
@outcome
def a_view_made_in_inference_mode(library: Any) -> Any:
    n = library.ones(2)
    with library.inference_mode():
        view = n[:1]
    view.add_(4.0)
    return [n, view, n._version]


@outcome
def a_view_of_a_leaf_made_in_inference_mode(library: Any) -> Any:
    x = library.ones(2, requires_grad=True)
    with library.inference_mode():
        view = x[:1]
    phrase = "A view was created in inference mode and is being modified inplace in normal mode"
    return [view.requires_grad, view.is_inference(), raised(lambda: view.add_(1.0), phrase), x.detach()]


@outcome
def modes_in_torchs_modules(library: Any) -> Any:
    grad_mode = library.autograd.grad_mode
    return [
        grad_mode.no_grad is library.no_grad,
        grad_mode.inference_mode is library.inference_mode,
        library.autograd.anomaly_mode.detect_anomaly is library.autograd.detect_anomaly,
    ]
