"""The engine: backward, autograd.grad, forward mode, accumulation, and what is refused."""

from __future__ import annotations

from typing import Any

from wengert_conformance.scenarios.family import Family, raised

engine = Family("engine")
outcome = engine.outcome


@outcome
def the_tutorial(library: Any) -> Any:
    x = library.ones(2, 2, requires_grad=True)
    y = x + 2
    z = y * y * 3
    out = z.mean()
    out.backward()
    return [repr(x), repr(y), repr(z), repr(out), x.grad, type(y.grad_fn).__name__]


@outcome
def control_flow_decides_the_graph(library: Any) -> Any:
    x = library.tensor([0.5, 1.5, -1.0], requires_grad=True)
    y = x * 2
    while y.data.norm() < 1000:
        y = y * 2
    y.backward(library.tensor([0.1, 1.0, 0.0001]))
    return [y, x.grad]


@outcome
def gradients_accumulate(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    first = x.grad.clone()
    (3 * x).sum().backward()
    return [first, x.grad]


@outcome
def gradients_accumulate_in_place(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    held = x.grad
    (x * x).sum().backward()
    return [held is x.grad, held]


@outcome
def a_diamond(library: Any) -> Any:
    x = library.tensor(3.0, requires_grad=True)
    y = x * x
    z = y.sin() + y.cos() * y
    z.backward()
    return x.grad


@outcome
def several_roots(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    library.autograd.backward([x.sum(), (x * x).sum()])
    first = x.grad.clone()
    a, b = x * 2, x.sum()
    return [first, library.autograd.grad([a, b], [x], [library.ones(2), library.tensor(3.0)])[0]]


@outcome
def a_leaf_that_is_a_root(library: Any) -> Any:
    x = library.tensor(2.0, requires_grad=True)
    x.backward()
    return x.grad


@outcome
def backward_twice_needs_retain_graph(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    return [x.grad, raised(lambda: y.backward(), "Trying to backward through the graph a second time")]


@outcome
def backward_twice_through_a_sum_is_allowed(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x.sum()
    y.backward()
    y.backward()
    return x.grad


@outcome
def a_vector_needs_a_gradient(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    return [
        raised(lambda: y.backward(), "grad can be implicitly created only for scalar outputs"),
        raised(lambda: y.backward(library.ones(3)), "Mismatch in shape"),
        raised(lambda: library.autograd.grad(y, x), "grad can be implicitly created only for scalar outputs"),
    ]


@outcome
def a_tensor_without_a_graph_is_refused(library: Any) -> Any:
    phrase = "element 0 of tensors does not require grad and does not have a grad_fn"
    x = library.ones(2, requires_grad=True)
    return [
        raised(lambda: library.ones(2).sum().backward(), phrase),
        raised(lambda: x.detach().sum().backward(), phrase),
        raised(lambda: library.autograd.grad(library.ones(1).sum(), x), phrase),
    ]


@outcome
def unused_inputs(library: Any) -> Any:
    x = library.tensor([1.0], requires_grad=True)
    unused = library.tensor([2.0], requires_grad=True)
    grad = library.autograd.grad
    return [
        raised(
            lambda: grad((x * 2).sum(), [x, unused]),
            "The differentiated Tensor at index 1 appears to not have been used in the graph",
        ),
        list(grad((x * 2).sum(), [x, unused], allow_unused=True)),
        list(grad((x * 2).sum(), [x, unused], materialize_grads=True)),
        raised(lambda: grad((x * 2).sum(), library.ones(1)), "One of the differentiated Tensors does not require grad"),
    ]


@outcome
def grad_leaves_the_grad_attribute_alone(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    (gradient,) = library.autograd.grad((x**3).sum(), x)
    return [gradient, x.grad is None, gradient.requires_grad]


@outcome
def the_gradient_of_an_intermediate(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    z = (y * y).sum()
    return [library.autograd.grad(z, y)[0], y.is_leaf, x.is_leaf]


@outcome
def retained_gradients(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    y.retain_grad()
    (y * y).sum().backward()
    return [y.grad, x.grad, y.retains_grad, x.retains_grad]


@outcome
def backward_into_chosen_inputs(library: Any) -> Any:
    x = library.tensor([1.0], requires_grad=True)
    w = library.tensor([2.0], requires_grad=True)
    (x * w).sum().backward(inputs=[w])
    return [x.grad is None, w.grad]


@outcome
def a_third_derivative(library: Any) -> Any:
    x = library.tensor(2.0, requires_grad=True)
    y = x**4
    (first,) = library.autograd.grad(y, x, create_graph=True)
    (second,) = library.autograd.grad(first, x, create_graph=True)
    (third,) = library.autograd.grad(second, x)
    return [first, second, third]


@outcome
def backward_with_create_graph(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    (first,) = library.autograd.grad((x.exp() * x).sum(), x, create_graph=True)
    (first * first).sum().backward()
    return [first.requires_grad, x.grad]


@outcome
def a_hessian_vector_product(library: Any) -> Any:
    x = library.tensor([0.5, -1.0, 2.0], requires_grad=True)
    v = library.tensor([1.0, 0.0, -1.0])
    y = (x.sin() * x.prod()).sum()
    (gradient,) = library.autograd.grad(y, x, create_graph=True)
    (product,) = library.autograd.grad(gradient, x, v)
    return product


@outcome
def graphs_are_readable(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = (x * 2).sum()
    node = y.grad_fn
    product = node.next_functions[0][0]
    leaf = product.next_functions[0][0]
    return [node.name(), product.name(), type(leaf).__name__, leaf.variable is x, len(node.next_functions)]


@outcome
def training_a_line(library: Any) -> Any:
    inputs = library.tensor([[0.0], [1.0], [2.0], [3.0]])
    targets = inputs * 2 - 1
    weight = library.zeros(1, 1, requires_grad=True)
    bias = library.zeros(1, requires_grad=True)
    losses = []
    for _ in range(20):
        loss = library.nn.functional.mse_loss(library.nn.functional.linear(inputs, weight, bias), targets)
        weight.grad = bias.grad = None
        loss.backward()
        with library.no_grad():
            weight -= 0.1 * weight.grad
            bias -= 0.1 * bias.grad
        losses.append(loss.detach())
    return [weight, bias, library.stack(losses)]


@outcome
def an_error_leaves_the_graph_usable(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    first = raised(lambda: y.backward(library.ones(5)), "Mismatch in shape")
    y.backward(library.ones(2))
    return [first, x.grad]


@outcome
def a_deep_chain(library: Any) -> Any:
    x = library.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(3000):
        y = y + x
    y.backward()
    return x.grad


@outcome
def dual_tensors(library: Any) -> Any:
    forward_ad = library.autograd.forward_ad
    x, tangent = library.tensor([1.0, 2.0]), library.tensor([0.5, -1.0])
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(x, tangent)
        result = forward_ad.unpack_dual(dual.sin() * dual)
        primal, derivative = result.primal, result.tangent
        constant = forward_ad.unpack_dual(x * 2).tangent
    after = forward_ad.unpack_dual
    return [primal, derivative, constant is None, callable(after)]


@outcome
def forward_over_reverse(library: Any) -> Any:
    forward_ad = library.autograd.forward_ad
    x, tangent = library.tensor([1.0, 2.0], requires_grad=True), library.tensor([0.5, -1.0])
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(x, tangent)
        (gradient,) = library.autograd.grad((dual**3).sum(), dual, create_graph=True)
        unpacked = forward_ad.unpack_dual(gradient)
        return [unpacked.primal.detach(), unpacked.tangent.detach()]


@outcome
def reverse_over_forward(library: Any) -> Any:
    forward_ad = library.autograd.forward_ad
    x, tangent = library.tensor([1.0, 2.0], requires_grad=True), library.tensor([0.5, -1.0])
    with forward_ad.dual_level():
        derivative = forward_ad.unpack_dual((forward_ad.make_dual(x, tangent) ** 3).sum()).tangent
        (gradient,) = library.autograd.grad(derivative, x)
    return gradient
