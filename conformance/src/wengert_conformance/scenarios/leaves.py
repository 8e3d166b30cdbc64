"""Leaves and what becomes of them: grad modes, `.grad`, `.data`, detaching, versions, writes in place."""

from __future__ import annotations

from typing import Any

from wengert_conformance.needs import VIEWS
from wengert_conformance.scenarios.family import Family, raised

leaves = Family("leaves")
outcome, needs = leaves.outcome, leaves.needs


@outcome
def a_gradient_can_be_set_and_removed(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    x.grad = library.tensor([5.0, 6.0])
    x.sum().backward()
    seen = [x.grad.clone()]
    x.grad = None
    x.sum().backward()
    return [*seen, x.grad]


@outcome
def a_gradient_of_the_wrong_shape_is_refused(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)

    def assign(value):
        x.grad = value

    return [
        raised(
            lambda: assign(library.ones(3)), "attempting to assign a gradient of size '[3]' to a tensor of size '[2]'"
        ),
        raised(
            lambda: assign(library.ones(2, dtype=library.float64)),
            "attempting to assign a gradient with dtype",
        ),
        raised(lambda: assign(5), "assigned grad expected to be a Tensor or None"),
        x.grad is None,
    ]


@outcome
def grad_modes(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    seen = [library.is_grad_enabled()]
    with library.no_grad():
        seen += [library.is_grad_enabled(), (x**2).requires_grad, (x * 2).is_leaf]
        with library.enable_grad():
            seen += [library.is_grad_enabled(), (x**2).requires_grad]
        seen += [library.is_grad_enabled()]
    with library.set_grad_enabled(False):
        seen += [(x + 1).requires_grad]
    seen += [library.is_grad_enabled(), (x**2).requires_grad]
    return seen


@outcome
def grad_modes_as_decorators(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)

    @library.no_grad()
    def without(value):
        return value * 2

    @library.enable_grad()
    def with_gradients(value):
        return value * 2

    seen = [without(x).requires_grad, without.__name__]
    with library.no_grad():
        seen += [with_gradients(x).requires_grad]
    return seen


@outcome
def grad_mode_is_restored_after_an_error(library: Any) -> Any:
    def fail():
        with library.no_grad():
            raise ValueError("stop")

    return [raised(fail, "stop"), library.is_grad_enabled()]


@outcome
def grad_mode_set_as_a_function(library: Any) -> Any:
    library.set_grad_enabled(False)
    seen = [library.is_grad_enabled()]
    library.set_grad_enabled(True)
    return [*seen, library.is_grad_enabled()]


@outcome
def detached_tensors(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x.detach()
    z = (x * 2).detach()
    return [y.requires_grad, y.is_leaf, y.grad_fn is None, z.requires_grad, y, library.equal(x, y)]


@outcome
def a_detached_factor_is_a_constant(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    (x * x.detach()).sum().backward()
    return x.grad


@outcome
def what_is_a_leaf(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    constant = library.ones(2)
    y = x * 2
    return [(t.is_leaf, t.requires_grad, t.grad_fn is None) for t in (x, constant, y, constant * 2, y.detach())]


@outcome
def requires_grad_is_switched_in_place(library: Any) -> Any:
    a = library.tensor([2.0, 3.0])
    seen = [a.requires_grad, (a * a).requires_grad]
    seen += [a.requires_grad_(True) is a, (a * a).sum().grad_fn.name(), a.requires_grad]
    a.requires_grad_(False)
    return [*seen, a.requires_grad]


@outcome
def only_a_leaf_can_stop_requiring_grad(library: Any) -> Any:
    x = library.ones(2, requires_grad=True)
    phrase = "you can only change requires_grad flags of leaf variables"
    return raised(lambda: (x * 2).requires_grad_(False), phrase)


@outcome
def in_place_on_a_leaf_is_refused(library: Any) -> Any:
    x = library.ones(2, requires_grad=True)
    phrase = "a leaf Variable that requires grad is being used in an in-place operation."
    seen = [raised(lambda: x.add_(1), phrase), x.detach().clone()]
    with library.no_grad():
        x.add_(1)
    return [*seen, x.detach(), x.requires_grad, x.is_leaf]


@outcome
def a_saved_tensor_that_changed_is_refused(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    z = y * y
    y.add_(1)
    phrase = "one of the variables needed for gradient computation has been modified by an inplace operation"
    return raised(lambda: z.sum().backward(), phrase)


@outcome
def versions_count_writes(library: Any) -> Any:
    x = library.ones(3)
    seen = [x._version]
    x.add_(1)
    x.mul_(2)
    seen += [x._version]
    x[0] = 5.0
    return [*seen, x._version, x.detach()._version]


@outcome
def a_gradient_shares_memory_with_nothing(library: Any) -> Any:
    x = library.ones(3, requires_grad=True)
    y = library.ones(3, requires_grad=True)
    (x + y).sum().backward()
    x.grad.add_(5)
    return [x.grad, y.grad]


@needs(VIEWS)
@outcome
def the_data_can_be_written(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    x.data = library.tensor([3.0, 4.0])
    seen = [x.detach().clone(), x.requires_grad, x.is_leaf]
    x.data.mul_(2)
    return [*seen, x.detach(), x._version]


@outcome
def numpy_of_a_tensor_that_requires_grad_is_refused(library: Any) -> Any:
    x = library.ones(2, requires_grad=True)
    return raised(lambda: x.numpy(), "Can't call numpy() on Tensor that requires grad")
