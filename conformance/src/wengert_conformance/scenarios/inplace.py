"""Writing in place: what is refused and leaves everything as it was, what operands may share memory, how histories go
on, what is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert_conformance.needs import STRIDES, VIEWS
from wengert_conformance.scenarios.family import WITHOUT_NODE_NAMES, Family, raised

inplace = Family("inplace")
outcome, differentiable, needs = inplace.outcome, inplace.differentiable, inplace.needs

OVERLAP = "some elements of the input tensor and the written-to tensor refer to a single memory location"
INTERNAL = "more than one element of the written-to tensor refers to a single memory location"
CANNOT_CAST = "can't be cast to the desired output type"
STRETCHED = "doesn't match the broadcast shape"


def untouched(target: Any, call: Callable[[], Any], phrase: str) -> Any:
    """What a call raises, and whether it has left data, version and graph of its target as they were."""
    before, version, node = target.detach().clone(), target._version, target.grad_fn
    seen = raised(call, phrase)
    same = bool((target.detach() == before).all()) and target.shape == before.shape
    return [seen, same, target._version == version, target.grad_fn is node]


@outcome
def a_result_that_does_not_fit_is_refused(library: Any) -> Any:
    whole, flags = library.tensor([1, 2, 3]), library.tensor([True, False, True])
    numbers, one = library.tensor([1.0, 2.0, 3.0]), library.tensor([1.0])
    return [
        untouched(whole, lambda: whole.add_(0.5), CANNOT_CAST),
        untouched(whole, lambda: whole.div_(2), CANNOT_CAST),
        untouched(whole, lambda: whole.sqrt_(), CANNOT_CAST),
        untouched(whole, lambda: whole.mul_(numbers), CANNOT_CAST),
        untouched(whole, lambda: whole.clamp_(0.5), CANNOT_CAST),
        untouched(flags, lambda: flags.add_(1), CANNOT_CAST),
        untouched(numbers, lambda: numbers.add_(1j), CANNOT_CAST),
        untouched(one, lambda: one.add_(numbers), STRETCHED),
        untouched(one, lambda: one.masked_fill_(flags, 2.0), STRETCHED),
        untouched(numbers, lambda: numbers.add_(library.ones(2)), "must match the size of tensor b"),
        untouched(whole, lambda: whole.fill_(float("inf")), "without overflow"),
        untouched(numbers, lambda: numbers.fill_(numbers), "fill_ only supports 0-dimension value tensor"),
        untouched(numbers, lambda: numbers.masked_fill_(numbers, 2), "only supports boolean masks"),
        untouched(numbers, lambda: numbers.copy_(library.ones(2)), "must match the size of tensor b"),
        untouched(numbers, lambda: numbers.fill_diagonal_(1), "dimensions must larger than 1"),
        untouched(numbers, lambda: numbers.squeeze_(4), "Dimension out of range"),
    ]


@outcome
def every_refusal_of_a_leaf_comes_before_the_write(library: Any) -> Any:
    x = library.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    index, mask = library.tensor([0]), x.detach() > 2
    rows = library.ones(1, 2)
    writes: list[Callable[[], Any]] = [
        *(lambda: x.add_(1), lambda: x.mul_(x), lambda: x.zero_(), lambda: x.fill_(1.0), lambda: x.copy_(rows)),
        *(lambda: x.sin_(), lambda: x.relu_(), lambda: x.eq_(1), lambda: x.cumsum_(0)),
        *(lambda: x.masked_fill_(mask, 0.0), lambda: x.masked_scatter_(mask, rows), lambda: x.tril_()),
        *(lambda: x.index_add_(0, index, rows), lambda: x.index_copy_(0, index, rows), lambda: x.t_()),
        *(lambda: x.index_fill_(0, index, 0.0), lambda: x.index_put_((index,), rows), lambda: x.unsqueeze_(0)),
        *(lambda: x.scatter_(0, index[None], rows), lambda: x.scatter_add_(0, index[None], rows)),
        *(lambda: x.put_(index, rows[0, :1]), lambda: x.scatter_reduce_(0, index[None], rows, "sum")),
        *(
            lambda: x.normal_(),
            lambda: x.uniform_(),
            lambda: x.bernoulli_(),
            lambda: x.random_(),
            lambda: x.addmm_(x, x),
        ),
        *(lambda: x.exponential_(), lambda: x.cauchy_(), lambda: x.geometric_(0.5), lambda: x.log_normal_()),
        *(lambda: x.fill_diagonal_(1.0), lambda: x.__setitem__(0, 1.0), lambda: x.__setitem__(mask, 1.0)),
        *(lambda: x.__iadd__(1), lambda: x.__ipow__(2), lambda: x.floor_divide_(2), lambda: x.addmm_(x, x)),
    ]
    return [untouched(x, write, "a ") for write in writes]


@needs(VIEWS, STRIDES)
@outcome
def operands_that_overlap_are_refused(library: Any) -> Any:
    x, m, i = library.arange(6.0), library.arange(9.0).reshape(3, 3), library.tensor([0, 1, 2])
    return [
        untouched(x, lambda: x[1:].add_(x[:-1]), OVERLAP),
        untouched(x, lambda: x[1:].copy_(x[:-1]), OVERLAP),
        untouched(x, lambda: x.__setitem__(slice(1, None), x[:-1]), OVERLAP),
        untouched(x, lambda: x.mul_(x[0]), OVERLAP),
        untouched(x, lambda: x[:3].index_add_(0, i, x[:3]), OVERLAP),
        untouched(x, lambda: x[:3].scatter_(0, i, x[1:4]), OVERLAP),
        untouched(x, lambda: x[:3].put_(i, x[:3]), OVERLAP),
        untouched(x, lambda: x.__setitem__(i, x[:3]), OVERLAP),
        untouched(m, lambda: m.add_(m.t()), OVERLAP),
        untouched(m, lambda: m.__setitem__(slice(None), m.t()), OVERLAP),
    ]


@needs(VIEWS)
@outcome
def operands_that_may_share_memory(library: Any) -> Any:
    x, m, y = library.arange(6.0), library.arange(9.0).reshape(3, 3), library.arange(6.0)
    x.add_(x)
    x.copy_(x)
    x[:].sub_(1)
    x[:3] = x[0]
    m[0].add_(m[:, 0])
    m[0] = m[:, 0]
    y[0] = y[0]
    y.fill_(y[2])
    return [x, m, y]


@needs(STRIDES)
@outcome
def expanded_tensors(library: Any) -> Any:
    x = library.tensor([1.0]).expand(3)
    ones = library.ones(3)
    return [
        raised(lambda: x.add_(1), INTERNAL),
        raised(lambda: x.copy_(ones), INTERNAL),
        raised(lambda: x.normal_(), INTERNAL),
        x.zero_(),
        x.fill_(2.0),
    ]


@outcome
def dtypes_of_what_is_written(library: Any) -> Any:
    whole, numbers = library.tensor([1, 2, 3]), library.tensor([1.0, 2.0, 3.0])
    return [
        whole.clone().eq_(2),
        numbers.clone().eq_(2),
        numbers.clone().logical_and_(library.tensor([1.0, 0.0, 1.0])),
        whole.clone().fill_(2.5),
        whole.to(library.int32).add_(whole),
        numbers.clone().mul_(numbers.double()),
        whole.clone().masked_fill_(whole > 1, 2.5),
        whole.to(library.int32).cumsum_(0),
        whole.clone().copy_(numbers + 0.5),
        numbers.clone().copy_(whole),
    ]


@outcome
def names_of_what_wrote(library: Any) -> Any:
    def written(write: Callable[[Any], Any], shape: tuple[int, ...] = (2, 3)) -> Any:
        y = library.ones(shape, requires_grad=True) * 1
        write(y)
        return [type(y.grad_fn).__name__, y._version, tuple(y.shape)]

    index = library.tensor([[0, 1, 0]])
    return [
        written(lambda y: y.eq_(1)),
        written(lambda y: y.lt_(library.ones(3))),
        written(lambda y: y.fill_diagonal_(1.0)),
        written(lambda y: y.t_()),
        written(lambda y: y.transpose_(0, 1)),
        written(lambda y: y.unsqueeze_(0)),
        written(lambda y: y.squeeze_()),
        written(lambda y: y.squeeze_(0), (1, 3)),
        written(lambda y: y.normal_()),
        written(lambda y: y.uniform_()),
        written(lambda y: y.random_(5)),
        written(lambda y: y.bernoulli_(0.5)),
        written(lambda y: y.exponential_()),
        written(lambda y: y.scatter_reduce_(0, index, library.ones(1, 3), "amax")),
        written(lambda y: y.put_(index[0], library.ones(3), accumulate=True)),
        written(lambda y: y.mul_(library.ones(3, dtype=library.float64))),
        written(lambda y: y.copy_(library.ones(3, dtype=library.float64))),
    ]


@outcome
def random_fills_are_checked(library: Any) -> Any:
    x, whole = library.ones(3), library.ones(3, dtype=library.int64)
    return [
        untouched(x, lambda: x.normal_(0, -1), "normal expects std >= 0.0, but found std"),
        untouched(x, lambda: x.uniform_(1, 0), "uniform_ expects to return a [from, to) range"),
        untouched(x, lambda: x.uniform_(0, 1e39), "to is out of bounds for"),
        untouched(x, lambda: x.bernoulli_(2), "bernoulli_ expects p to be in [0, 1]"),
        untouched(x, lambda: x.bernoulli_(library.ones(2)), "must match the existing size (2)"),
        untouched(x, lambda: x.random_(5, 3), "random_ expects 'from' to be less than 'to'"),
        untouched(x, lambda: x.exponential_(0), "exponential_ expects lambda > 0.0"),
        untouched(x, lambda: x.cauchy_(0, 0), "cauchy_ expects sigma > 0.0"),
        untouched(x, lambda: x.geometric_(1), "geometric_ expects p to be in (0, 1)"),
        untouched(x, lambda: x.log_normal_(0, -1), "log_normal_ expects std > 0.0"),
        untouched(whole, lambda: whole.normal_(), '"normal_kernel_cpu" not implemented for'),
        untouched(whole, lambda: whole.uniform_(), '"check_uniform_bounds" not implemented for'),
        untouched(whole, lambda: whole.exponential_(), "is a continuous probability distribution"),
        untouched(whole, lambda: whole.log_normal_(), '"log_normal_cpu" not implemented for'),
    ]


@needs(VIEWS)
@outcome
def what_was_kept_and_then_written_is_refused(library: Any) -> Any:
    phrase = "one of the variables needed for gradient computation has been modified by an inplace operation"

    def after(use: Callable[[Any], Any], *, keeps: bool) -> Any:
        x = library.tensor([1.0, 2.0], requires_grad=True)
        y = x * 2
        z = use(y)
        y.add_(1)
        if keeps:
            return raised(lambda: z.sum().backward(), phrase)
        z.sum().backward()
        return x.grad

    other = library.tensor([3.0, 4.0])
    keeping = (lambda y: y * y, lambda y: y.sin(), lambda y: y.pow(2), lambda y: y.mul_(y), lambda y: y.exp_())
    free = (lambda y: y * 3.0, lambda y: y * other, lambda y: y + y, lambda y: y[0], lambda y: y / other)
    return [*(after(use, keeps=True) for use in keeping), *(after(use, keeps=False) for use in free)]


@differentiable(x=[[1.0, 2.0], [3.0, 4.0]], y=[[5.0, 6.0], [7.0, 8.0]])
def writes_in_a_row(library: Any, x: Any, y: Any) -> Any:
    z = x * 2
    z.mul_(y).sin_()
    z[0] = y[1]
    z.t_()
    z += x
    z.masked_fill_(z.detach() > 5, 1.0)
    return z


@differentiable(x=[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], value=2.5, checks=WITHOUT_NODE_NAMES)
def a_diagonal_is_filled(library: Any, x: Any, value: Any) -> Any:
    y = x * 1
    y.fill_diagonal_(2.0)
    return y, (x * 1).index_fill_(1, library.tensor([0, 0]), value)
