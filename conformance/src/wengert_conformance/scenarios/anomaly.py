"""Anomaly mode: what it warns of, what it raises, and when it is on."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from wengert_conformance.scenarios.family import Family, raised

anomaly = Family("anomaly")
outcome = anomaly.outcome


def warned(call: Callable[[], Any], *phrases: str) -> list[Any]:
    """What `call` gives, and of each warning its class and the phrases that it has."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = call()
    return [result, [(w.category.__name__, [phrase for phrase in phrases if phrase in str(w.message)]) for w in caught]]


FAILED = "Error detected in SqrtBackward0. Traceback of forward call that caused the error:"
LINE = "a_line_to_be_found = x.sqrt()"


@outcome
def a_nan_is_found(library: Any) -> Any:
    def step():
        with library.autograd.detect_anomaly():
            x = library.tensor([-1.0, 2.0], requires_grad=True)
            a_line_to_be_found = x.sqrt()
            return raised(
                lambda: (a_line_to_be_found * 2).sum().backward(),
                "Function 'SqrtBackward0' returned nan values in its 0th output.",
            )

    return warned(step, "Anomaly Detection has been enabled. This mode will increase the runtime", FAILED, LINE)


@outcome
def nan_is_let_pass(library: Any) -> Any:
    x = library.tensor([-1.0, 2.0], requires_grad=True)

    def step():
        with library.autograd.detect_anomaly(check_nan=False):
            x.sqrt().sum().backward()

    return [*warned(step, "Anomaly Detection has been enabled."), x.grad]


@outcome
def an_error_in_a_hook(library: Any) -> Any:
    def fail(gradient):
        raise ValueError("from the hook")

    def step():
        with library.autograd.set_detect_anomaly(True):
            x = library.tensor([1.0, 2.0], requires_grad=True)
            a_line_to_be_found = x.sqrt()
            a_line_to_be_found.register_hook(fail)
            return raised(lambda: a_line_to_be_found.sum().backward(), "from the hook")

    return warned(step, FAILED, LINE)


@outcome
def an_error_in_a_function(library: Any) -> Any:
    class Broken(library.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            raise ValueError("from the function")

    def step():
        with library.autograd.set_detect_anomaly(True):
            x = library.tensor([1.0, 2.0], requires_grad=True)
            y = Broken.apply(x)
            return raised(lambda: y.sum().backward(), "from the function")

    return warned(step, "Error detected in BrokenBackward. Traceback", "y = Broken.apply(x)")


@outcome
def a_forward_outside(library: Any) -> Any:
    x = library.tensor([-1.0, 2.0], requires_grad=True)
    y = x.sqrt()

    def step():
        with library.autograd.set_detect_anomaly(True):
            return raised(lambda: y.sum().backward(), "returned nan values in its 0th output.")

    return warned(
        step,
        "Error detected in SqrtBackward0. No forward pass information available. Enable detect anomaly during forward "
        "pass for more information.",
    )


@outcome
def a_backward_of_a_backward(library: Any) -> Any:
    class Inner(library.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            raise ValueError("second order")

    class Outer(library.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * Inner.apply(ctx.saved_tensors[0])

    def step():
        with library.autograd.set_detect_anomaly(True):
            x = library.tensor([1.0, 2.0], requires_grad=True)
            y = Outer.apply(x)
            (g,) = library.autograd.grad(y.sum(), x, create_graph=True)
            return raised(lambda: g.sum().backward(), "second order")

    return warned(
        step,
        "Error detected in InnerBackward.",
        "g * Inner.apply(ctx.saved_tensors[0])",
        "Previous calculation was induced by OuterBackward. Traceback of forward call that induced the previous",
        "y = Outer.apply(x)",
    )


@outcome
def when_it_is_on(library: Any) -> Any:
    seen = [(library.is_anomaly_enabled(), library.is_anomaly_check_nan_enabled())]
    with library.autograd.set_detect_anomaly(True, check_nan=False):
        seen.append((library.is_anomaly_enabled(), library.is_anomaly_check_nan_enabled()))
        with library.autograd.set_detect_anomaly(False):
            seen.append(library.is_anomaly_enabled())
        seen.append(library.is_anomaly_enabled())
    library.autograd.set_detect_anomaly(True)
    seen.append(library.is_anomaly_enabled())
    library.autograd.set_detect_anomaly(False)
    return [*seen, library.is_anomaly_enabled()]


@outcome
def nodes_know_their_lines(library: Any) -> Any:
    x = library.ones(2, requires_grad=True)
    with library.autograd.set_detect_anomaly(True):
        y = x * 3
    return [sorted(y.grad_fn.metadata), "y = x * 3" in y.grad_fn.metadata["traceback_"][-1], (x * 2).grad_fn.metadata]
