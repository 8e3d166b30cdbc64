"""Backward passes with every option: edges, inputs, roots, nodes by hand, passes within passes."""

from __future__ import annotations

import warnings
from typing import Any

from wengert_conformance.scenarios.family import Family, raised

passes = Family("passes")
outcome = passes.outcome


@outcome
def edges_in_place_of_tensors(library: Any) -> Any:
    graph, grad = library.autograd.graph, library.autograd.grad
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y, z = x * x, (x * x).sum()
    edge = graph.get_gradient_edge(y)
    first = grad(y.sum(), edge, retain_graph=True)[0]
    second = grad(edge, x, library.ones(2))[0]
    third = grad(graph.get_gradient_edge(z), graph.get_gradient_edge(x))[0]
    library.autograd.backward(graph.get_gradient_edge((x * x).sum()), inputs=graph.get_gradient_edge(x))
    parts = (x * 1).unbind(0)
    fourth = grad(parts[0] * parts[1], graph.get_gradient_edge(parts[1]))[0]
    part_edge = graph.get_gradient_edge(parts[1])
    return [
        (edge.node is y.grad_fn, edge.output_nr, part_edge.output_nr, edge._fields),
        [first, second, third, fourth, x.grad],
        raised(lambda: graph.get_gradient_edge(library.ones(1)), "It is not possible to get the gradient edge"),
        raised(lambda: grad(graph.get_gradient_edge(x * x), x), "grad can be implicitly created only for scalar"),
        raised(lambda: grad(graph.get_gradient_edge(x * x), x, library.ones(3)), "Mismatch in shape"),
        raised(
            lambda: grad(x.sum(), [graph.get_gradient_edge(x * 2)], materialize_grads=True),
            "materialize_grads cannot be used when the given input is a GradientEdge",
        ),
    ]


@outcome
def inputs_of_backward_that_are_no_leaves(library: Any) -> Any:
    x, log = library.tensor([1.0, 2.0], requires_grad=True), []
    y = x * x
    y.register_hook(lambda g: log.append("y"))
    x.register_post_accumulate_grad_hook(lambda leaf: log.append("accumulated"))
    z = (y * 2).sum()
    z.backward(inputs=[y], retain_graph=True)
    seen = [y.retains_grad, y.grad, x.grad is None, list(log)]
    z.backward(inputs=[y, x])
    unused = library.ones(2, requires_grad=True)
    (x * x).sum().backward(inputs=[unused])
    return [*seen, y.grad, x.grad, log, unused.grad]


@outcome
def refused_inputs(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    grad, backward = library.autograd.grad, library.autograd.backward
    y = (x * x).sum()
    return [
        raised(lambda: y.backward(inputs=[]), "`inputs` argument to `backward()` cannot be empty."),
        raised(lambda: y.backward(inputs=[library.ones(1)]), "can't retain_grad on Tensor that has requires_grad=Fal"),
        raised(lambda: backward(y, inputs=[5]), "all inputs have to be Tensors or GradientEdges, but got int"),
        raised(lambda: grad(y, []), "`inputs` argument to `grad()` cannot be empty."),
        raised(lambda: grad(y, [5]), "all inputs have to be Tensors or GradientEdges, but got int"),
        raised(lambda: grad(y, x, [1]), "gradients can be either Tensors or None, but got int"),
        raised(lambda: grad([y, y], x, [None]), "got 2 tensors and 1 gradients"),
        raised(lambda: grad(y, x, materialize_grads=True, allow_unused=False), "Expected allow_unused to be True"),
        raised(lambda: grad(y, library.ones(2)), "One of the differentiated Tensors does not require grad"),
        raised(lambda: grad([y, library.ones(1)], x, allow_unused=True), "element 1 of tensors does not require grad"),
        x.grad,
    ]


@outcome
def complex_roots(library: Any) -> Any:
    c = library.ones(1, dtype=library.complex64, requires_grad=True)
    x = library.ones(1, requires_grad=True)
    phrase = "For complex Tensors, both grad_output and output are required to have the same dtype."
    return [
        raised(lambda: (c * 2).sum().backward(), "grad can be implicitly created only for real scalar outputs"),
        raised(lambda: library.autograd.grad(c * 2, c, library.ones(1)), phrase),
        raised(lambda: library.autograd.grad(x * 2, x, library.ones(1, dtype=library.complex64)), phrase),
    ]


@outcome
def roots_given_twice(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    grad = library.autograd.grad
    results = [*grad((y, y), x, retain_graph=True), *grad(y, (x, x), retain_graph=True), *grad(y, y, retain_graph=True)]
    results += grad([y, x], [x, y], [None, library.ones(2)], retain_graph=True)
    results += grad(x, x, library.tensor([3.0, 4.0]))
    results += grad(y, {"a": x}, retain_graph=True).values()
    library.autograd.backward([y, y])
    return [results, x.grad]


@outcome
def cotangents_are_recorded_where_asked(library: Any) -> Any:
    x, g = library.tensor([1.0, 2.0], requires_grad=True), library.ones(2, requires_grad=True)
    grad = library.autograd.grad
    (plain,) = grad(x * x, x, g)
    (recorded,) = grad(x * x, x, g, create_graph=True)
    return [plain.requires_grad, recorded.requires_grad, *grad(recorded.sum(), [x, g])]


@outcome
def materialized_zeros(library: Any) -> Any:
    x, w = library.ones(2, requires_grad=True), library.ones(3, requires_grad=True)
    grad = library.autograd.grad
    first = grad(x.sum(), [x, w], materialize_grads=True)
    second = grad(x.sum(), [x, w], create_graph=True, materialize_grads=True)
    return [*first, *second, [g.requires_grad for g in (*first, *second)]]


@outcome
def nodes_called_by_hand(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    both = y.grad_fn(library.ones(2))
    leaf = y.grad_fn.next_functions[0][0]
    with library.no_grad():
        plain = y.grad_fn(library.ones(2))
    ended = leaf(library.tensor([5.0, 6.0]))
    part = (x * 1).unbind(0)[0].grad_fn
    return [
        [g.requires_grad for g in (*both, *plain)],
        *both,
        y.sum().grad_fn(library.tensor(2.0)),
        ended,
        x.grad,
        y.grad_fn(None),
        part(library.tensor(3.0), None),
        raised(lambda: y.grad_fn(), "expected 1 arguments, got 0 instead"),
        raised(lambda: part(library.tensor(3.0)), "expected 2 arguments, got 1 instead"),
        raised(lambda: y.grad_fn(5), "argument 0 is not a Variable"),
    ]


@outcome
def nodes_are_nodes(library: Any) -> Any:
    node_class = library.autograd.graph.Node
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    z = y + 1
    y.grad_fn.metadata["mine"] = 5
    return [
        [isinstance(thing, node_class) for thing in (y.grad_fn, y.grad_fn.next_functions[0][0], 5)],
        raised(lambda: node_class(), "Can't instantiate abstract class Node"),
        y.grad_fn.metadata,
        z.grad_fn._sequence_nr() > y.grad_fn._sequence_nr(),
        y.grad_fn is y.grad_fn,
        z.grad_fn.next_functions[0][0] is y.grad_fn,
        sorted(name for name in dir(y.grad_fn) if name.startswith(("_saved", "_raw_saved"))),
        [isinstance(thing, library.autograd.Variable) for thing in (x, 5)],
    ]


@outcome
def gradients_share_no_memory(library: Any) -> Any:
    a, b = (library.tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    (a + b).sum().backward()
    a.grad.add_(1)
    seen = [a.grad.clone(), b.grad.clone()]
    g = library.ones(2)
    a.grad = None
    a.backward(g)
    a.grad.add_(1)
    held: list[Any] = []
    b.grad = None
    b.register_hook(held.append)
    (b * 2).sum().backward()
    b.grad.add_(1)
    return [*seen, g, held[0], held[0] is b.grad]


@outcome
def an_existing_gradient_is_added_to_in_place(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    x.grad = held = library.ones(2)
    (x * 2).sum().backward()
    version = held._version
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (x * x).sum().backward(create_graph=True)
    return [held, held is x.grad, version, x.grad.requires_grad]


@outcome
def a_warning_of_cycles(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        (x * x).sum().backward(create_graph=True)
        first = x.grad
        library.autograd.backward((x * x).sum(), grad_variables=library.tensor(1.0))
        library.autograd.grad(x.sum(), x, only_inputs=False)
    kinds = [
        w.category.__name__ for w in caught if "create_graph=True" not in str(w.message)
    ]  # torch warns of that once
    x.grad = None
    return [first.requires_grad, kinds]


@outcome
def a_gradient_looked_for_on_a_non_leaf(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        seen = [(x * 1).grad, x.grad, library.ones(1).grad]
    phrase = "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed."
    return [seen, [(w.category.__name__, phrase in str(w.message)) for w in caught]]


@outcome
def undefined_gradients_are_passed_on(library: Any) -> Any:
    seen: list[Any] = []

    class Cut(library.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return None

    class Watch(library.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            seen.append(g)
            return g

    x, w = library.ones(2, requires_grad=True), library.ones(2, requires_grad=True)
    Cut.apply(Watch.apply(x).exp()).sum().backward()
    first = x.grad
    (Cut.apply(w * 3) + w).sum().backward()
    return [seen, first, w.grad]


@outcome
def passes_within_passes(library: Any) -> Any:
    class Deeper(library.autograd.Function):
        @staticmethod
        def forward(ctx, x, depth):
            ctx.depth = depth
            ctx.save_for_backward(x)
            return x * 1

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            with library.enable_grad():
                inner = x.detach().requires_grad_()
                y = Deeper.apply(inner, ctx.depth - 1) if ctx.depth else inner * 2
            y.backward(g)
            return inner.grad, None

    x = library.tensor([3.0], requires_grad=True)
    Deeper.apply(x, 2000).backward()
    return x.grad


@outcome
def ways_back_of_one_node(library: Any) -> Any:
    grad, mse_loss = library.autograd.grad, library.nn.functional.mse_loss
    found: list[Any] = []
    for reduction in ("mean", "sum", "none"):
        x = library.tensor([1.0, -2.0, 0.5], requires_grad=True)
        y = library.tensor([0.25, 1.0, 2.0], requires_grad=True)
        w = library.tensor(1.5, requires_grad=True)
        loss = (mse_loss(x, y, reduction=reduction) * w).sum()
        slope, _ = grad(loss, [x, y], create_graph=True)
        node = slope.grad_fn
        found += [
            type(node).__name__,
            [sorted(name for name in dir(node) if name.startswith("_saved"))],
            [type(behind).__name__ for behind, _ in node.next_functions],
            grad((slope**3).sum(), [x, y, w], create_graph=True),
        ]
        found += grad(found[-1][0].sum(), [x, y, w])
        (alone,) = grad((mse_loss(x, y, reduction=reduction) * w).sum(), x, create_graph=True)
        found += [type(alone.grad_fn).__name__, *grad(alone.sum(), w)]
    for function in (library.tanh, library.sigmoid):
        x = library.tensor([0.5, -1.0], requires_grad=True)
        (slope,) = grad(function(x).sum(), x, create_graph=True)
        (second,) = grad(slope.sum(), x, create_graph=True)
        found += [type(slope.grad_fn).__name__, second, *grad(second.sum(), x)]
        y = function(x)
        y.register_hook(lambda g: None)
        (slope,) = grad(y.sum(), x, create_graph=True)
        found += [type(slope.grad_fn).__name__, *grad(slope.sum(), x)]
    return found
