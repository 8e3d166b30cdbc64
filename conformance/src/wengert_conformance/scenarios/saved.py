"""Tools for saved tensors: hooks that pack them, on whole regions and on single ones, and writes after saving."""

from __future__ import annotations

from typing import Any

from wengert_conformance.needs import VIEWS
from wengert_conformance.scenarios.family import Family, raised

saved = Family("saved")
outcome, needs = saved.outcome, saved.needs


@outcome
def hooks_pack_and_unpack(library: Any) -> Any:
    x, log = library.tensor([1.0, 2.0], requires_grad=True), []

    def pack(value):
        log.append(("pack", value is x, library.is_grad_enabled(), tuple(value.shape)))
        return value.detach().clone()

    def unpack(value):
        log.append(("unpack", library.is_grad_enabled()))
        return value

    with library.autograd.graph.saved_tensors_hooks(pack, unpack):
        y = (x * x).exp()
    y.sum().backward(retain_graph=True)
    first = x.grad.clone()
    (second,) = library.autograd.grad(y.sum(), x, create_graph=True)
    (third,) = library.autograd.grad(second.sum(), x)
    return [log[:6], len(log) > 6, first, second, third]


@outcome
def the_innermost_hooks_count(library: Any) -> Any:
    x, log = library.tensor([1.0, 2.0], requires_grad=True), []

    def named(name):
        return library.autograd.graph.saved_tensors_hooks(lambda value: (log.append(name), value)[1], lambda v: v)

    with named("outer"):
        with named("inner"):
            with library.no_grad(), library.enable_grad():
                x.exp()
            x.sin()
        x.tanh()
    x.exp()
    return log


@outcome
def scalars_are_not_packed(library: Any) -> Any:
    x, log = library.tensor([1.0, 2.0], requires_grad=True), []
    with library.autograd.graph.saved_tensors_hooks(lambda value: log.append(1) or value, lambda value: value):
        y = (x * 3.0 + 1).sum() / 2
    y.backward()
    return [log, x.grad]


@outcome
def packed_to_plain_data(library: Any) -> Any:
    x = library.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    hooks = library.autograd.graph.saved_tensors_hooks(lambda value: value.tolist(), lambda data: library.tensor(data))
    with hooks:
        y = (x @ x).softmax(1)[:, 0].sum()
    y.backward()
    return x.grad


@outcome
def wrong_hooks(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)

    def trial(pack, unpack):
        def attempt():
            with library.autograd.graph.saved_tensors_hooks(pack, unpack):
                y = (x.exp() * x).sum()
            y.backward()

        return attempt

    return [
        raised(trial(1, 2), "incompatible function arguments"),
        raised(trial(lambda v: v.add_(1), lambda v: v), "A saved tensor pack hook is modifying its input in place."),
        raised(
            trial(lambda v: v, lambda v: 5),
            "Output of saved tensor unpack_hook expected to be a Tensor but got result of type int",
        ),
        raised(trial(lambda v: v, lambda v: None), "expected to be a Tensor but got result of type NoneType"),
        raised(trial(lambda v: 1 // 0, lambda v: v), "division"),
        raised(trial(lambda v: v, lambda v: 1 // 0), "division"),
    ]


@outcome
def what_was_packed_may_be_written(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x * 1
    with library.autograd.graph.saved_tensors_hooks(lambda v: v.clone(), lambda v: v):
        z = (y * y).sum()
    y.add_(1)
    z.backward()
    return x.grad


@outcome
def functions_are_packed_too(library: Any) -> Any:
    class Square(library.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x * x
            ctx.save_for_backward(x, y)
            return y

        @staticmethod
        def backward(ctx, g):
            x, y = ctx.saved_tensors
            return g * 2 * x + 0 * y

    x, log = library.tensor([1.0, 2.0], requires_grad=True), []

    def pack(value):
        log.append("pack")
        return [value.detach().clone()]

    with library.autograd.graph.saved_tensors_hooks(pack, lambda value: value[0]):
        y = Square.apply(x)
    y.sum().backward()
    return [log, x.grad]


@outcome
def saved_on_the_cpu(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    with library.autograd.graph.save_on_cpu():
        y = (x.tanh() * x).sum()
    y.backward()
    return x.grad


@outcome
def hooks_can_be_refused(library: Any) -> Any:
    graph = library.autograd.graph

    def hooks():
        return graph.saved_tensors_hooks(lambda v: v, lambda v: v)

    def inside():
        with graph.disable_saved_tensors_hooks("not here"), hooks():
            pass

    def around():
        with hooks(), graph.disable_saved_tensors_hooks("not here"):
            pass

    def nested():
        with graph.disable_saved_tensors_hooks("outer"):
            with graph.disable_saved_tensors_hooks("inner"):
                pass
            with hooks():
                pass

    results = [raised(inside, "not here"), raised(around, "not here"), raised(nested, "outer")]
    with hooks():
        pass
    return results


@outcome
def one_saved_value_has_hooks(library: Any) -> Any:
    x, log = library.tensor([1.0, 2.0], requires_grad=True), []
    y = x * x
    raw = y.grad_fn._raw_saved_self

    def pack(value):
        log.append(("pack", value.requires_grad, library.is_grad_enabled()))
        return value.tolist()

    def unpack(data):
        log.append("unpack")
        return library.tensor(data)

    raw.register_hooks(pack, unpack)
    again = raised(lambda: raw.register_hooks(pack, unpack), "whose hooks have already been set")
    kept = y.grad_fn._raw_saved_self.data
    y.sum().backward()
    freed = raised(
        lambda: y.grad_fn._raw_saved_other.register_hooks(pack, unpack),
        "Calling register_hooks on a saved tensor after it has been freed",
    )
    return [log, again, kept, x.grad, freed]


@outcome
def a_saved_result_has_hooks(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x.exp()
    y.grad_fn._raw_saved_result.register_hooks(lambda v: (v.requires_grad, v * 2), lambda pair: pair[1] / 2)
    packed = y.grad_fn._raw_saved_result.data
    (first,) = library.autograd.grad(y.sum(), x, create_graph=True)
    (second,) = library.autograd.grad(first.sum(), x)
    return [packed[0], packed[1], first, second]


@outcome
def wrong_hooks_on_one_saved_value(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)

    def raw():
        return (x * x).grad_fn._raw_saved_self

    return [
        raised(lambda: raw().register_hooks(1, 2), "incompatible function arguments"),
        raised(lambda: raw().register_hooks(lambda v: v.add_(1), lambda v: v), "pack hook is modifying its input"),
    ]


@outcome
def saved_tensors_may_be_mutated(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    with library.autograd.graph.allow_mutation_on_saved_tensors():
        y = x * 1
        z = (y * y).sum() + y.exp().sum()
        y.sin_()
        y[0] = 0.0
        z.backward()
    return [x.grad, y]


@needs(VIEWS)
@outcome
def a_view_of_a_saved_tensor_may_be_mutated(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    with library.autograd.graph.allow_mutation_on_saved_tensors():
        y = x * 1
        z = (y * y).sum()
        with library.no_grad():
            y[:1].zero_()
        z.backward()
    return x.grad


@outcome
def mutation_is_allowed_inside_only(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    allow = library.autograd.graph.allow_mutation_on_saved_tensors

    def outside():
        with allow():
            y = x * 1
            z = (y * y).sum()
        z.backward()

    def nested():
        with allow(), allow():
            pass

    return [
        raised(outside, "Trying to backward outside of the 'allow_mutation_on_saved_tensors' context"),
        raised(nested, "allow_mutation_on_saved_tensors contexts cannot be nested"),
    ]


@outcome
def versions_are_incremented(library: Any) -> Any:
    increment = library.autograd.graph.increment_version
    x = library.ones(2)
    increment(x)
    increment([x, x])
    return [
        x._version,
        raised(lambda: increment(5), "increment_version expect a Iterable[Tensor] as input"),
        raised(lambda: increment([5]), "increment_version expects each element of the iterable to be a tensor"),
    ]
