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


@outcome
def every_hook_in_order(library: Any) -> Any:
    log: list[Any] = []
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    leaf = y.grad_fn.next_functions[0][0]
    y.retain_grad()
    y.register_hook(lambda g: log.append("y first"))
    y.grad_fn.register_prehook(lambda grads: log.append(("before the product", len(grads), y.grad is None)))
    y.grad_fn.register_hook(lambda inputs, outputs: log.append(("after the product", len(inputs), len(outputs))))
    y.register_hook(lambda g: (log.append("y second"), g * 2)[1])
    x.register_hook(lambda g: log.append(("x", g.tolist())))
    leaf.register_prehook(lambda grads: log.append(("before the leaf", x.grad is None)))
    leaf.register_hook(lambda inputs, outputs: log.append(("after the leaf", inputs, len(outputs))))
    x.register_post_accumulate_grad_hook(lambda leaf: log.append(("accumulated", leaf.grad.tolist())))
    y.sum().backward()
    return [log, y.grad, x.grad]


@outcome
def hooks_of_several_outputs_in_order(library: Any) -> Any:
    log: list[Any] = []

    def told(name):
        return lambda g: log.append((name, None if g is None else g.item()))

    x = library.tensor([1.0, 2.0], requires_grad=True)
    first, second = (x * 1).unbind(0)
    second.register_hook(told("second"))
    first.register_hook(told("first"))
    second.register_hook(told("second again"))
    first.grad_fn.register_prehook(lambda grads: log.append([None if g is None else g.item() for g in grads]))
    (first * 2).backward(retain_graph=True)
    (first + second).backward()
    return [log, x.grad]


@outcome
def an_undefined_gradient_reaches_every_hook(library: Any) -> Any:
    class Cut(library.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return None

    log: list[Any] = []
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    leaf = y.grad_fn.next_functions[0][0]
    y.register_hook(lambda g: log.append(("y", g)))
    y.retain_grad()
    y.grad_fn.register_prehook(lambda grads: log.append(("before", grads)))
    y.grad_fn.register_hook(lambda inputs, outputs: log.append(("after", inputs, outputs)))
    x.register_hook(lambda g: log.append(("x", g)))
    leaf.register_hook(lambda inputs, outputs: log.append(("leaf", inputs, outputs)))
    x.register_post_accumulate_grad_hook(lambda leaf: log.append(("accumulated", leaf.grad)))
    Cut.apply(y).sum().backward()
    return [log, x.grad, y.grad]


@outcome
def hooks_of_nodes_replace_gradients(library: Any) -> Any:
    def gradient(hook, before):
        x = library.tensor([1.0, 2.0], requires_grad=True)
        node = (y := x * x).grad_fn
        (node.register_prehook if before else node.register_hook)(hook)
        y.sum().backward()
        return x.grad

    ones = library.ones(2)
    return [
        gradient(lambda grads: (3 * grads[0],), True),
        gradient(lambda grads: (None,), True),
        gradient(lambda inputs, outputs: (ones, 2 * ones), False),
        gradient(lambda inputs, outputs: (None, ones), False),
        gradient(lambda inputs, outputs: (inputs[0], outputs[0]), False),
    ]


@outcome
def hooks_of_nodes_are_checked(library: Any) -> Any:
    def refusal(answer, before, phrase):
        x = library.tensor([1.0, 2.0], requires_grad=True)
        node = (y := x * x).grad_fn
        (node.register_prehook if before else node.register_hook)(lambda *arguments: answer)
        return [raised(lambda: y.sum().backward(), phrase), x.grad]

    one, three = library.ones(2), library.ones(3)
    return [
        refusal(one, True, "expected tuple, but hook returned 'Tensor'"),
        refusal([one], True, "expected tuple, but hook returned 'list'"),
        refusal((one, one), True, "has returned an incorrect number of values (got 2, but expected 1)"),
        refusal((5,), True, "expected Variable, but hook returned 'int'"),
        refusal(one, False, "expected tuple, but hook returned 'Tensor'"),
        refusal((one,), False, "has returned an incorrect number of values (got 1, but expected 2)"),
        refusal((three, one), False, "has changed the size of value"),
        refusal((one.double(), one), False, "has changed the type of value"),
        refusal((5, 5), False, "expected Variable, but hook returned 'int'"),
    ]


@outcome
def hooks_of_tensors_are_checked(library: Any) -> Any:
    class Cut(library.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return None

    def refusal(hook, phrase, after=lambda y: y):
        x = library.tensor([1.0, 2.0], requires_grad=True)
        y = x * x
        y.register_hook(hook)
        return raised(lambda: after(y).sum().backward(), phrase)

    x = library.tensor([1.0, 2.0], requires_grad=True)
    x.register_post_accumulate_grad_hook(lambda leaf: 5)
    return [
        refusal(lambda g: g.double(), "has changed the type of value"),
        refusal(lambda g: library.ones(1), "has changed the size of value"),
        refusal(lambda g: (g,), "expected Variable, but hook returned 'tuple'"),
        refusal(lambda g: library.ones(2), "can't replace a None gradient with a non-None value", Cut.apply),
        raised(lambda: x.sum().backward(), "expected Variable, but hook returned 'int'"),
        raised(lambda: (x * 1).register_post_accumulate_grad_hook(print), "cannot be registered on non-leaf tensors"),
        raised(lambda: library.ones(2).register_post_accumulate_grad_hook(print), "a tensor that doesn't require grad"),
        raised(lambda: library.ones(2).retain_grad(), "can't retain_grad on Tensor that has requires_grad=False"),
    ]


@outcome
def handles(library: Any) -> Any:
    x, log = library.tensor([1.0], requires_grad=True), []
    with x.register_hook(lambda g: log.append("inside")) as handle:
        x.sum().backward()
    x.sum().backward()
    y = x * 2
    first, second = y.register_hook(lambda g: log.append("first")), y.register_hook(lambda g: log.append("second"))
    first.remove()
    y.sum().backward()
    del y
    second.remove()
    after = x.register_post_accumulate_grad_hook(lambda leaf: log.append("accumulated"))
    x.sum().backward()
    after.remove()
    x.sum().backward()
    return [log, second.id - first.id, type(handle).__name__]


@outcome
def a_hook_that_removes_itself(library: Any) -> Any:
    x, log = library.tensor([1.0], requires_grad=True), []

    def once(gradient):
        log.append("once")
        handle.remove()

    handle = x.register_hook(once)
    x.register_hook(lambda g: log.append("always"))
    x.sum().backward()
    x.sum().backward()
    return log
