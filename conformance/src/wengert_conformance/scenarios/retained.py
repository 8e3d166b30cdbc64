"""Retained gradients, hooks on several tensors, callbacks, passes that hooks run."""

from __future__ import annotations

from typing import Any

from wengert_conformance.needs import VIEWS
from wengert_conformance.scenarios.family import Family, raised

retained = Family("retained")
outcome, needs = retained.outcome, retained.needs


@outcome
def hooks_on_a_tensor_written_later(library: Any) -> Any:
    x, log = library.tensor([1.0, 2.0], requires_grad=True), []
    y = x * 1
    y.retain_grad()
    y.register_hook(lambda g: log.append(("before", g.tolist())))
    y.mul_(3)
    y.register_hook(lambda g: log.append(("after", g.tolist())))
    y.sum().backward()
    return [log, y.grad, y.retains_grad, x.grad]


@needs(VIEWS)
@outcome
def retained_gradients_of_views_and_bases(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x * 1
    view = y[:1]
    y.retain_grad()
    view.retain_grad()
    y.mul_(3)
    (y.sum() + view.sum()).backward()
    return [y.retains_grad, view.retains_grad, y.grad, view.grad, x.grad]


@needs(VIEWS)
@outcome
def a_base_written_through_a_view_retains(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x * 1
    y.retain_grad()
    y[:1].mul_(5)
    (y * y).sum().backward()
    return [y.retains_grad, y.grad, x.grad]


@outcome
def retained_gradients_are_new_each_time(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x * 1
    y.retain_grad()
    y.retain_grad()
    total = y.sum()
    total.backward(retain_graph=True)
    held = y.grad
    total.backward()
    x.retain_grad()
    return [held, y.grad, held is y.grad, x.retains_grad]


@outcome
def retained_outputs(library: Any) -> Any:
    x = library.tensor([1.0, 2.0, 3.0], requires_grad=True)
    parts = (x * 1).unbind(0)
    for part in parts:
        part.retain_grad()
    (parts[0] * 2 + parts[2] * 3).backward()
    return [[part.grad for part in (parts[0], parts[2])], x.grad]


@outcome
def a_hook_on_all_of_several(library: Any) -> Any:
    x, w, unused = (library.ones(2, requires_grad=True) for _ in range(3))
    log: list[Any] = []
    handle = library.autograd.graph.register_multi_grad_hook((x, w, unused), lambda grads: log.append(list(grads)))
    for _ in range(2):
        (x * 2 + w * 3).sum().backward()
    handle.remove()
    (x * 2 + w).sum().backward()
    return log


@outcome
def a_hook_on_any_of_several(library: Any) -> Any:
    x, w = library.ones(2, requires_grad=True), library.ones(2, requires_grad=True)
    log: list[Any] = []
    hook = library.autograd.graph.register_multi_grad_hook
    handle = hook((x, w, library.ones(1)), lambda grad: log.append(grad), mode="any")
    for _ in range(2):
        (x * 2 + w * 2).sum().backward()
    handle.remove()
    (x * 2).sum().backward()
    return [log, raised(lambda: hook((x,), print, mode="x"), "Expects mode to be one of ('all', 'any') but got x")]


@outcome
def a_hook_on_all_of_what_is_computed(library: Any) -> Any:
    x, w = library.ones(2, requires_grad=True), library.ones(2, requires_grad=True)
    y, z = x * 2, w * 3
    log: list[Any] = []
    library.autograd.graph.register_multi_grad_hook((y, z), lambda grads: log.append(list(grads)))
    (y + z).sum().backward(inputs=[w], retain_graph=True)
    library.autograd.grad((y * z).sum(), [y])
    (y * z).sum().backward()
    return log


@outcome
def callbacks_at_the_end(library: Any) -> Any:
    x, log = library.ones(2, requires_grad=True), []
    queue = library.autograd.Variable._execution_engine.queue_callback

    def hook(gradient):
        queue(lambda: log.append(("end", x.grad is not None)))
        log.append("hook")

    y = x * 2
    y.register_hook(hook)
    y.sum().backward()
    phrase = "Final callbacks can only be installed during backward pass."
    return [log, raised(lambda: queue(lambda: None), phrase)]


@outcome
def a_hook_runs_backward(library: Any) -> Any:
    x, w = library.tensor([2.0], requires_grad=True), library.tensor([3.0], requires_grad=True)

    def hook(gradient):
        with library.enable_grad():
            (w * w).sum().backward()
        return gradient * w.grad

    y = x * x
    y.register_hook(hook)
    y.sum().backward()
    return [x.grad, w.grad]
