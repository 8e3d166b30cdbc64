"""The engine: backward, autograd.grad, grad modes, leaves, accumulation, and what is refused."""

from __future__ import annotations

from wengert_conformance.scenarios.family import Family, raised

engine = Family("engine")
outcome = engine.outcome


@outcome
def the_tutorial(library):
    x = library.ones(2, 2, requires_grad=True)
    y = x + 2
    z = y * y * 3
    out = z.mean()
    out.backward()
    return [repr(x), repr(y), repr(z), repr(out), x.grad, type(y.grad_fn).__name__]


@outcome
def control_flow_decides_the_graph(library):
    x = library.tensor([0.5, 1.5, -1.0], requires_grad=True)
    y = x * 2
    while y.data.norm() < 1000:
        y = y * 2
    y.backward(library.tensor([0.1, 1.0, 0.0001]))
    return [y, x.grad]


@outcome
def gradients_accumulate(library):
    x = library.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    first = x.grad.clone()
    (3 * x).sum().backward()
    return [first, x.grad]


@outcome
def gradients_accumulate_in_place(library):
    x = library.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    held = x.grad
    (x * x).sum().backward()
    return [held is x.grad, held]


@outcome
def a_gradient_can_be_set_and_removed(library):
    x = library.tensor([1.0, 2.0], requires_grad=True)
    x.grad = library.tensor([5.0, 6.0])
    x.sum().backward()
    seen = [x.grad.clone()]
    x.grad = None
    x.sum().backward()
    return [*seen, x.grad]


@outcome
def a_gradient_of_the_wrong_shape_is_refused(library):
    x = library.tensor([1.0, 2.0], requires_grad=True)

    def assign(value):
        x.grad = value

    return [
        raised(lambda: assign(library.ones(3)), "attempting to assign a gradient of size '[3]' to a tensor of size '[2]'"),
        raised(lambda: assign(library.ones(2, dtype=library.float64)), "attempting to assign a gradient with dtype 'double'"),
        raised(lambda: assign(5), "assigned grad expected to be a Tensor or None"),
        x.grad is None,
    ]


@outcome
def a_diamond(library):
    x = library.tensor(3.0, requires_grad=True)
    y = x * x
    z = y.sin() + y.cos() * y
    z.backward()
    return x.grad


@outcome
def several_roots(library):
    x = library.tensor([1.0, 2.0], requires_grad=True)
    library.autograd.backward([x.sum(), (x * x).sum()])
    first = x.grad.clone()
    a, b = x * 2, x.sum()
    return [first, library.autograd.grad([a, b], [x], [library.ones(2), library.tensor(3.0)])[0]]


@outcome
def a_leaf_that_is_a_root(library):
    x = library.tensor(2.0, requires_grad=True)
    x.backward()
    return x.grad


@outcome
def backward_twice_needs_retain_graph(library):
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    return [x.grad, raised(lambda: y.backward(), "Trying to backward through the graph a second time")]


@outcome
def backward_twice_through_a_sum_is_allowed(library):
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x.sum()
    y.backward()
    y.backward()
    return x.grad


@outcome
def a_vector_needs_a_gradient(library):
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    return [
        raised(lambda: y.backward(), "grad can be implicitly created only for scalar outputs"),
        raised(lambda: y.backward(library.ones(3)), "Mismatch in shape"),
        raised(lambda: library.autograd.grad(y, x), "grad can be implicitly created only for scalar outputs"),
    ]


@outcome
def a_tensor_without_a_graph_is_refused(library):
    phrase = "element 0 of tensors does not require grad and does not have a grad_fn"
    x = library.ones(2, requires_grad=True)
    return [
        raised(lambda: library.ones(2).sum().backward(), phrase),
        raised(lambda: x.detach().sum().backward(), phrase),
        raised(lambda: library.autograd.grad(library.ones(1).sum(), x), phrase),
    ]


@outcome
def unused_inputs(library):
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
def grad_leaves_the_grad_attribute_alone(library):
    x = library.tensor([1.0, 2.0], requires_grad=True)
    (gradient,) = library.autograd.grad((x**3).sum(), x)
    return [gradient, x.grad is None, gradient.requires_grad]


@outcome
def the_gradient_of_an_intermediate(library):
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    z = (y * y).sum()
    return [library.autograd.grad(z, y)[0], y.is_leaf, x.is_leaf]


@outcome
def retained_gradients(library):
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    y.retain_grad()
    (y * y).sum().backward()
    return [y.grad, x.grad, y.retains_grad, x.retains_grad]


@outcome
def backward_into_chosen_inputs(library):
    x = library.tensor([1.0], requires_grad=True)
    w = library.tensor([2.0], requires_grad=True)
    (x * w).sum().backward(inputs=[w])
    return [x.grad is None, w.grad]


@outcome
def a_third_derivative(library):
    x = library.tensor(2.0, requires_grad=True)
    y = x**4
    (first,) = library.autograd.grad(y, x, create_graph=True)
    (second,) = library.autograd.grad(first, x, create_graph=True)
    (third,) = library.autograd.grad(second, x)
    return [first, second, third]


@outcome
def backward_with_create_graph(library):
    x = library.tensor([1.0, 2.0], requires_grad=True)
    (first,) = library.autograd.grad((x.exp() * x).sum(), x, create_graph=True)
    (first * first).sum().backward()
    return [first.requires_grad, x.grad]


@outcome
def a_hessian_vector_product(library):
    x = library.tensor([0.5, -1.0, 2.0], requires_grad=True)
    v = library.tensor([1.0, 0.0, -1.0])
    y = (x.sin() * x.prod()).sum()
    (gradient,) = library.autograd.grad(y, x, create_graph=True)
    (product,) = library.autograd.grad(gradient, x, v)
    return product


@outcome
def grad_modes(library):
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
def grad_modes_as_decorators(library):
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
def grad_mode_is_restored_after_an_error(library):
    def fail():
        with library.no_grad():
            raise ValueError("stop")

    return [raised(fail, "stop"), library.is_grad_enabled()]


@outcome
def grad_mode_set_as_a_function(library):
    library.set_grad_enabled(False)
    seen = [library.is_grad_enabled()]
    library.set_grad_enabled(True)
    return [*seen, library.is_grad_enabled()]


@outcome
def detached_tensors(library):
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x.detach()
    z = (x * 2).detach()
    return [y.requires_grad, y.is_leaf, y.grad_fn is None, z.requires_grad, y, library.equal(x, y)]


@outcome
def a_detached_factor_is_a_constant(library):
    x = library.tensor([1.0, 2.0], requires_grad=True)
    (x * x.detach()).sum().backward()
    return x.grad


@outcome
def leaves(library):
    x = library.tensor([1.0, 2.0], requires_grad=True)
    constant = library.ones(2)
    y = x * 2
    return [(t.is_leaf, t.requires_grad, t.grad_fn is None) for t in (x, constant, y, constant * 2, y.detach())]


@outcome
def requires_grad_is_switched_in_place(library):
    a = library.tensor([2.0, 3.0])
    seen = [a.requires_grad, (a * a).requires_grad]
    seen += [a.requires_grad_(True) is a, (a * a).sum().grad_fn.name(), a.requires_grad]
    a.requires_grad_(False)
    return [*seen, a.requires_grad]


@outcome
def only_a_leaf_can_stop_requiring_grad(library):
    x = library.ones(2, requires_grad=True)
    phrase = "you can only change requires_grad flags of leaf variables"
    return raised(lambda: (x * 2).requires_grad_(False), phrase)


@outcome
def in_place_on_a_leaf_is_refused(library):
    x = library.ones(2, requires_grad=True)
    phrase = "a leaf Variable that requires grad is being used in an in-place operation."
    seen = [raised(lambda: x.add_(1), phrase), x.detach().clone()]
    with library.no_grad():
        x.add_(1)
    return [*seen, x.detach(), x.requires_grad, x.is_leaf]


@outcome
def a_saved_tensor_that_changed_is_refused(library):
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    z = y * y
    y.add_(1)
    phrase = "one of the variables needed for gradient computation has been modified by an inplace operation"
    return raised(lambda: z.sum().backward(), phrase)


@outcome
def versions_count_writes(library):
    x = library.ones(3)
    seen = [x._version]
    x.add_(1)
    x.mul_(2)
    seen += [x._version]
    x[0] = 5.0
    return [*seen, x._version, x.detach()._version]


@outcome
def a_gradient_shares_memory_with_nothing(library):
    x = library.ones(3, requires_grad=True)
    y = library.ones(3, requires_grad=True)
    (x + y).sum().backward()
    x.grad.add_(5)
    return [x.grad, y.grad]


@outcome
def the_data_can_be_written(library):
    x = library.tensor([1.0, 2.0], requires_grad=True)
    x.data = library.tensor([3.0, 4.0])
    seen = [x.detach().clone(), x.requires_grad, x.is_leaf]
    x.data.mul_(2)
    return [*seen, x.detach(), x._version]


@outcome
def graphs_are_readable(library):
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = (x * 2).sum()
    node = y.grad_fn
    product = node.next_functions[0][0]
    leaf = product.next_functions[0][0]
    return [node.name(), product.name(), leaf.name(), leaf.variable is x, len(node.next_functions)]


@outcome
def training_a_line(library):
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
def an_error_leaves_the_graph_usable(library):
    x = library.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    first = raised(lambda: y.backward(library.ones(5)), "Mismatch in shape")
    y.backward(library.ones(2))
    return [first, x.grad]


@outcome
def a_deep_chain(library):
    x = library.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(3000):
        y = y + x
    y.backward()
    return x.grad


@outcome
def numpy_of_a_tensor_that_requires_grad_is_refused(library):
    x = library.ones(2, requires_grad=True)
    return raised(lambda: x.numpy(), "Can't call numpy() on Tensor that requires grad")


@outcome
def dual_tensors(library):
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
def forward_over_reverse(library):
    forward_ad = library.autograd.forward_ad
    x, tangent = library.tensor([1.0, 2.0], requires_grad=True), library.tensor([0.5, -1.0])
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(x, tangent)
        (gradient,) = library.autograd.grad((dual**3).sum(), dual, create_graph=True)
        unpacked = forward_ad.unpack_dual(gradient)
        return [unpacked.primal.detach(), unpacked.tangent.detach()]


@outcome
def reverse_over_forward(library):
    forward_ad = library.autograd.forward_ad
    x, tangent = library.tensor([1.0, 2.0], requires_grad=True), library.tensor([0.5, -1.0])
    with forward_ad.dual_level():
        derivative = forward_ad.unpack_dual((forward_ad.make_dual(x, tangent) ** 3).sum()).tangent
        (gradient,) = library.autograd.grad(derivative, x)
    return gradient
