"""Checkpointing: gradients, what runs again, and what is refused."""

from __future__ import annotations

import importlib
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

from wengert_conformance.scenarios.family import Family, raised

checkpoint = Family("checkpoint")
outcome = checkpoint.outcome


def tools(library: Any) -> Any:
    return importlib.import_module(f"{library.__name__}.utils.checkpoint")


def two(library: Any) -> Any:
    return library.tensor([0.5, 1.5], requires_grad=True)


@outcome
def gradients(library: Any) -> Any:
    found = []
    for reentrant in (True, False):
        x = two(library)
        y = tools(library).checkpoint(lambda x: x.sin().exp(), x, use_reentrant=reentrant)
        y.sum().backward()
        found.append([y, x.grad, type(y.grad_fn).__name__])
    return found


@outcome
def what_the_recorded_variant_can(library: Any) -> Any:
    x, w = two(library), library.tensor([2.0, 3.0], requires_grad=True)
    y = tools(library).checkpoint(
        lambda given, factor: given["x"].exp() * w * factor, {"x": x}, factor=2, use_reentrant=False
    )
    first = library.autograd.grad(y.sum(), [x, w], create_graph=True)
    z = tools(library).checkpoint(lambda x: (x.sin(), x * 2), x, use_reentrant=False)
    z[1].sum().backward(inputs=[x])
    return [first, library.autograd.grad(first[0].sum(), [x, w]), x.grad]


@outcome
def calls_inside_calls(library: Any) -> Any:
    found = []
    for reentrant in (True, False):
        ran = []

        def inner(x, ran=ran):
            ran.append("inner")
            return x.sin().exp()

        def outer(x, ran=ran, inner=inner, reentrant=reentrant):
            ran.append("outer")
            return tools(library).checkpoint(inner, x.cos(), use_reentrant=reentrant).tanh()

        x = two(library)
        tools(library).checkpoint(outer, x, use_reentrant=reentrant).sum().backward()
        found.append([ran, x.grad])
    return found


@outcome
def stopping_early(library: Any) -> Any:
    found = []
    for choice in (None, True, False):
        ran = []

        def function(x, ran=ran):
            for name in "abc":
                ran.append(name)
                x = x.exp() if name == "a" else x + 1
            return x

        context = nullcontext() if choice is None else tools(library).set_checkpoint_early_stop(choice)
        x = two(library)
        with context:
            y = tools(library).checkpoint(function, x, use_reentrant=False)
        y.sum().backward()
        found.append([ran, x.grad])
    return found


@outcome
def contexts_of_both_runs(library: Any) -> Any:
    log = []

    @contextmanager
    def noted(name):
        log.append(name)
        yield

    x = two(library)
    tools(library).checkpoint(
        lambda x: x.sin().exp(), x, use_reentrant=False, context_fn=lambda: (noted("first"), noted("second"))
    ).sum().backward()
    return [log, x.grad]


@outcome
def random_numbers(library: Any) -> Any:
    found = []
    for reentrant in (True, False):
        for preserve in (True, False):
            x = library.ones(50, requires_grad=True)
            y = tools(library).checkpoint(
                lambda x: x * library.rand(50), x, use_reentrant=reentrant, preserve_rng_state=preserve
            )
            y.sum().backward()
            found.append(bool((x.grad == y).all()))
    return found


@outcome
def backward_inside(library: Any) -> Any:
    def function(x):
        (g,) = library.autograd.grad(x.sin().cos().sum(), x)
        return x.cos() * g

    x = two(library)
    tools(library).checkpoint(function, x, use_reentrant=False).sum().backward()
    return x.grad


@outcome
def second_runs_that_differ(library: Any) -> Any:
    def differing(*functions: Any, **options: Any) -> Any:
        remaining = iter(functions)
        y = tools(library).checkpoint(lambda x: next(remaining)(x), two(library), use_reentrant=False, **options)
        return lambda: y.sum().backward()

    shorter = (lambda x: x.exp().sum(), lambda x: x[:1].exp().sum())
    with tools(library).set_checkpoint_debug_enabled(True):
        inside = differing(*shorter)
    return [
        raised(
            differing(lambda x: x.sin().exp(), lambda x: x.sin()),
            "A different number of tensors was saved during the original forward and recomputation.\nNumber of tensors "
            "saved during forward: 2\nNumber of tensors saved during recomputation: 1.",
        ),
        raised(differing(*shorter), "Recomputed values for the following tensors have different metadata than during"),
        raised(differing(*shorter, debug=True), "dumping logs of latest computation"),
        raised(inside, "dumping logs of latest computation"),
        raised(
            differing(lambda x: x.sin(), lambda x: x.sin().exp(), early_stop=False),
            "trying to save more tensors during recomputation than during the original forward pass.",
        ),
        differing(*shorter, determinism_check="none")(),
    ]


@outcome
def refusals(library: Any) -> Any:
    check, x = tools(library).checkpoint, two(library)

    def same(x):
        return x.exp()

    @contextmanager
    def quiet():
        with suppress(ZeroDivisionError):
            yield

    def contexts():
        return quiet(), quiet()

    twice = check(same, x, use_reentrant=True).sum()
    twice.backward()
    return [
        raised(
            lambda: check(same, x, use_reentrant=False, determinism_check="x"), "determinism_check should be one of"
        ),
        raised(
            lambda: check(same, x, use_reentrant=False, debug=True, context_fn=contexts),
            "debug=True is incompatible with non-default context_fn",
        ),
        raised(
            lambda: check(same, x, use_reentrant=True, debug=True),
            "Passing `context_fn` or `debug` is only supported when use_reentrant=False.",
        ),
        raised(lambda: check(same, x, use_reentrant=True, other=1), "Unexpected keyword arguments: other"),
        raised(
            lambda: check(lambda x: 1 / 0, x, use_reentrant=False, context_fn=contexts),
            "the forward context provided by context_fn suppressed an exception raised during the checkpointed forward",
        ),
        raised(
            lambda: library.autograd.grad(check(same, x, use_reentrant=True).sum(), x),
            "is incompatible with .grad() or passing an `inputs` parameter to .backward()",
        ),
        raised(
            lambda: check(lambda x: x.detach(), x, use_reentrant=True).sum().backward(),
            "none of output has requires_grad=True, this checkpoint() is not necessary",
        ),
        raised(lambda: twice.backward(), "Trying to backward through the graph a second time"),
    ]


@outcome
def chains(library: Any) -> Any:
    steps = [lambda x: x.sin(), lambda x: x.exp(), lambda x: x.cos(), lambda x: x * x, lambda x: x.tanh()]
    found = []
    for reentrant in (True, False):
        for segments in (1, 2, 5):
            x = two(library)
            tools(library).checkpoint_sequential(steps, segments, x, use_reentrant=reentrant).sum().backward()
            found.append(x.grad)
    call = tools(library).checkpoint_sequential
    return [
        found,
        raised(
            lambda: call(steps, 2, two(library), use_reentrant=False, other=1), "Unexpected keyword arguments: other"
        ),
        raised(lambda: call(steps, 9, two(library), use_reentrant=False), "range() arg 3 must not be zero"),
    ]
