"""Hooks on tensors."""

from __future__ import annotations

from typing import Any

from wengert_conformance.scenarios.family import Family, raised

hooks = Family("hooks")
outcome = hooks.outcome


@outcome
def a_hook_sees_the_gradient(library: Any) -> Any:
    seen = []
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    y.register_hook(lambda gradient: seen.append(gradient.clone()))
    (y * y).sum().backward()
    return [seen, x.grad]


@outcome
def a_hook_replaces_the_gradient(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    y.register_hook(lambda gradient: gradient * 10)
    y.sum().backward()
    return x.grad


@outcome
def a_hook_on_a_leaf(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    x.register_hook(lambda gradient: gradient + 1)
    (x * 2).sum().backward()
    (x * 2).sum().backward()
    return x.grad


@outcome
def hooks_run_in_order(library: Any) -> Any:
    order = []
    x = library.tensor([1.0], requires_grad=True)
    y = x * 1
    for name in ("first", "second", "third"):

        def hook(gradient, name=name):
            order.append((name, gradient.item()))
            return gradient * 2

        y.register_hook(hook)
    y.sum().backward()
    return [order, x.grad]


@outcome
def a_hook_can_be_removed(library: Any) -> Any:
    x = library.tensor([1.0], requires_grad=True)
    handle = x.register_hook(lambda gradient: gradient * 100)
    x.sum().backward()
    handle.remove()
    handle.remove()
    x.sum().backward()
    return x.grad


@outcome
def a_hook_sees_the_sum_of_all_uses(library: Any) -> Any:
    seen = []
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x * 1
    y.register_hook(lambda gradient: seen.append(gradient.clone()))
    (y * 2 + y * 3).sum().backward()
    return seen


@outcome
def retained_gradients_come_after_hooks(library: Any) -> Any:
    x = library.tensor([1.0], requires_grad=True)
    y = x * 2
    y.retain_grad()
    y.register_hook(lambda gradient: gradient * 5)
    (y * 3).sum().backward()
    return [y.grad, x.grad]


@outcome
def hooks_run_under_autograd_grad(library: Any) -> Any:
    x = library.tensor([1.0], requires_grad=True)
    x.register_hook(lambda gradient: gradient * 7)
    y = x * 2
    y.register_hook(lambda gradient: gradient + 1)
    return list(library.autograd.grad(y.sum(), [x], retain_graph=True)) + list(library.autograd.grad(y.sum(), [y]))


@outcome
def a_hook_under_create_graph(library: Any) -> Any:
    x = library.tensor([2.0], requires_grad=True)
    y = x * x
    y.register_hook(lambda gradient: gradient * x)
    (first,) = library.autograd.grad(y.sum(), x, create_graph=True)
    return [first, library.autograd.grad(first.sum(), x)[0]]


@outcome
def an_error_in_a_hook_is_passed_on(library: Any) -> Any:
    x = library.tensor([1.0], requires_grad=True)

    def hook(gradient):
        raise ValueError("from the hook")

    x.register_hook(hook)
    return [raised(lambda: x.sum().backward(), "from the hook"), x.grad is None]


@outcome
def refused_hooks(library: Any) -> Any:
    x = library.ones(2, requires_grad=True)

    def wrong_type():
        y = x * 2
        y.register_hook(lambda gradient: 5)
        y.sum().backward()

    def wrong_shape():
        y = x * 2
        y.register_hook(lambda gradient: library.ones(3))
        y.sum().backward()

    return [
        raised(
            lambda: library.ones(2).register_hook(print),
            "cannot register a hook on a tensor that doesn't require gradient",
        ),
        raised(wrong_type, "expected Variable, but hook returned 'int'"),
        raised(wrong_shape, "has changed the size of value"),
    ]
