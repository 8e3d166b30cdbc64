"""Creation: dtypes that follow from data, ranges, random numbers, printing."""

from __future__ import annotations

from typing import Any

from wengert_conformance.scenarios.family import WITHOUT_NODE_NAMES, Family, of, raised

creation = Family("creation")
forward, outcome, differentiable = creation.forward, creation.outcome, creation.differentiable


@outcome
def dtypes_that_follow_from_data(library: Any) -> Any:
    data = [1, 1.5, True, 1j, [1, 2.5], [True, 1], [], [[1], [2]], [1, 2j]]
    return [library.tensor(value) for value in data]


@outcome
def ranges(library: Any) -> Any:
    return [
        library.arange(5),
        library.arange(1, 10, 3),
        library.arange(0.0, 1.0, 0.25),
        library.arange(5, 0, -2),
        library.arange(3, dtype=library.float64),
        library.linspace(0, 1, 5),
        library.linspace(2, -2, 3, dtype=library.float64),
        library.linspace(1, 5, 1),
        library.eye(3),
        library.eye(2, 3, dtype=library.int64),
    ]


@outcome
def filled_tensors(library: Any) -> Any:
    return [
        library.zeros(2, 3),
        library.zeros((2,)),
        library.zeros([1, 2], dtype=library.int32),
        library.ones(2, dtype=library.bool),
        library.full((2, 2), 7),
        library.full((2,), 0.5),
        library.full((1,), True),
        library.zeros(()),
        library.ones(0, 3),
    ]


@forward(x=of("float32", [[1.0, 2.0]]), i=[1, 2])
def tensors_like_others(library: Any, x: Any, i: Any) -> Any:
    return [
        library.zeros_like(x),
        library.ones_like(i),
        library.full_like(x, 3),
        library.zeros_like(x, dtype=library.int64),
        library.full_like(i, 2.0, dtype=library.float64),
    ]


@outcome
def shapes_and_dtypes_of_random_tensors(library: Any) -> Any:
    x = library.zeros(2, 3)
    results = [
        library.rand(2, 3),
        library.randn((4,)),
        library.randint(0, 5, (2, 2)),
        library.randint(3, (2,)),
        library.randperm(5),
        library.rand_like(x),
        library.randn_like(x, dtype=library.float64),
        library.randint_like(x, 4),
        library.rand(2, dtype=library.float64),
    ]
    return [(str(result.dtype).rpartition(".")[2], tuple(result.shape)) for result in results]


@outcome
def random_numbers_are_where_they_belong(library: Any) -> Any:
    library.manual_seed(1)
    uniform, normal = library.rand(5000), library.randn(5000)
    integers = library.randint(-3, 4, (2000,))
    return [
        bool((uniform >= 0).all()) and bool((uniform < 1).all()),
        abs(uniform.mean().item() - 0.5) < 0.03,
        abs(normal.mean().item()) < 0.08,
        abs(normal.std().item() - 1) < 0.08,
        sorted(set(integers.tolist())),
        sorted(library.randperm(20).tolist()) == list(range(20)),
    ]


@outcome
def the_same_seed_gives_the_same_numbers(library: Any) -> Any:
    def draw():
        return [library.rand(3), library.randn(3), library.randint(0, 100, (3,)), library.randperm(6)]

    library.manual_seed(7)
    first = draw()
    library.manual_seed(7)
    second = draw()
    third = draw()
    return [
        all(library.equal(one, other) for one, other in zip(first, second, strict=True)),
        library.equal(second[0], third[0]),
    ]


@outcome
def generators_are_independent(library: Any) -> Any:
    one, other = library.Generator(), library.Generator()
    one.manual_seed(3)
    other.manual_seed(3)
    first = library.rand(4, generator=one)
    library.rand(10)
    second = library.rand(4, generator=other)
    return [library.equal(first, second), library.equal(first, library.rand(4, generator=one))]


@outcome
def requires_grad_at_creation(library: Any) -> Any:
    tensors = [
        library.zeros(2, requires_grad=True),
        library.tensor([1.0], requires_grad=True),
        library.ones(2),
        library.rand(2, requires_grad=True),
        library.arange(3.0, requires_grad=True),
        library.ones_like(library.ones(2, requires_grad=True)),
    ]
    return [(tensor.requires_grad, tensor.is_leaf, tensor.grad_fn is None, tensor.grad is None) for tensor in tensors]


@outcome
def only_floats_require_grad(library: Any) -> Any:
    phrase = "Only Tensors of floating point and complex dtype can require gradients"
    return [
        raised(lambda: library.tensor([1], requires_grad=True), phrase),
        raised(lambda: library.zeros(2, dtype=library.bool, requires_grad=True), phrase),
        raised(lambda: library.tensor([1, 2]).requires_grad_(), "can require gradients"),
    ]


@outcome
def refused_creation(library: Any) -> Any:
    return [
        raised(lambda: library.zeros(-1), "Dimension size must be non-negative"),
        raised(lambda: library.tensor([[1, 2], [3]]), "expected sequence of length 2 at dim 1 (got 1)"),
        raised(lambda: library.tensor("text"), "invalid data type 'str'"),
        raised(lambda: library.arange(0, 5, -1), "upper bound and lower bound inconsistent with step sign"),
        raised(lambda: library.arange(0, 5, 0), "step must be nonzero"),
        raised(lambda: library.full((2,), 1 + 2j, dtype=library.float32), "without overflow"),
    ]


@outcome
def values_as_python_objects(library: Any) -> Any:
    x = library.tensor([[1.5, 2.0], [3.0, 4.0]])
    return [
        x.tolist(),
        x[0, 0].item(),
        library.tensor(3).item(),
        library.tensor(True).item(),
        float(x[0, 1]),
        int(library.tensor(7)),
        library.tensor(2).tolist(),
        raised(lambda: x.item(), "cannot be converted to Scalar"),
    ]


@outcome
def printing(library: Any) -> Any:
    x = library.tensor([[1.0, 2.5], [-3.0, 4.0]], requires_grad=True)
    return [
        repr(library.tensor([1, 2, 3])),
        repr(library.tensor(1.5)),
        repr(library.tensor([True, False])),
        repr(x),
        repr(x.detach()),
        repr(library.zeros(2, 0)),
        repr(library.tensor([1.0, 1e10])),
        repr(library.tensor([0.1, float("nan"), float("inf")])),
        repr(library.tensor([1.0], dtype=library.float64)).replace(f"{library.__name__}.", ""),
        repr(library.arange(2000)),
        repr((x * 2).sum()),
        str(library.ones(2, 2)),
    ]


@differentiable(x=[1.0, 2.0], checks=WITHOUT_NODE_NAMES)
def conversions_carry_gradients(library: Any, x: Any) -> Any:
    return x.to(library.float32).to(library.float64) * 2, x.clone(), x.float().double()


@outcome
def the_default_dtype_can_be_set(library: Any) -> Any:
    before = library.get_default_dtype()
    library.set_default_dtype(library.float64)
    try:
        seen = [library.ones(1), library.tensor([0.5]), library.arange(1.5), library.tensor([1, 2]) / 2]
    finally:
        library.set_default_dtype(before)
    return [*seen, library.ones(1), before]
