"""vmap: axes, nesting, structures, randomness, writing in place, what is refused, derivatives from outside."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import wengert
from wengert import vmap

pytestmark = pytest.mark.usefixtures("toy")

Pair = namedtuple("Pair", "first second")


@dataclass
class Both:
    first: Any
    second: Any


def rows() -> Any:
    return wengert.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


# where the batch lies


def test_the_function_sees_one_element() -> None:
    seen: list[Any] = []
    result = vmap(lambda x: seen.append(x.shape) or x.sum())(rows())
    assert (seen, result.tolist()) == ([(3,)], [6.0, 15.0])


def test_axes_may_be_counted_from_the_end() -> None:
    assert vmap(lambda x: x * 2, in_dims=-1, out_dims=-1)(rows()).tolist() == (rows() * 2).tolist()
    assert vmap(lambda x: x, out_dims=1)(rows()).shape == (3, 2)


def test_an_argument_may_be_shared() -> None:
    weights = wengert.tensor([1.0, 0.0, 2.0])
    assert vmap(wengert.dot, in_dims=(0, None))(rows(), weights).tolist() == [7.0, 16.0]


def test_nested_batches() -> None:
    x, y = wengert.tensor([1.0, 2.0]), wengert.tensor([10.0, 20.0, 30.0])
    outer = vmap(vmap(wengert.mul, in_dims=(None, 0)), in_dims=(0, None))
    assert outer(x, y).tolist() == [[10.0, 20.0, 30.0], [20.0, 40.0, 60.0]]


@pytest.mark.parametrize(
    ("tree", "in_dims"),
    [
        ("tuple", ((0, None),)),
        ("list", ([0, None],)),
        ("dict", ({"first": 0, "second": None},)),
        ("named tuple", (Pair(0, None),)),
        ("dataclass", (Both(0, None),)),
    ],
    ids=str,
)
def test_structures(tree: str, in_dims: Any) -> None:
    x, y = wengert.tensor([1.0, 2.0]), wengert.tensor(3.0)
    made: dict[str, tuple[Any, Callable[[Any], Any]]] = {
        "tuple": ((x, y), tuple),
        "list": ([x, y], tuple),
        "dict": ({"first": x, "second": y}, lambda d: tuple(d.values())),
        "named tuple": (Pair(x, y), tuple),
        "dataclass": (Both(x, y), lambda b: (b.first, b.second)),
    }
    argument, parts = made[tree]
    result = vmap(lambda t: (type(t) is type(argument), parts(t)[0] * parts(t)[1]), in_dims, (None, 0))(argument)
    assert (result[0], result[1].tolist()) == (True, [3.0, 6.0])


def test_results_keep_their_structure() -> None:
    result = vmap(lambda x: {"twice": x * 2, "both": Pair(x, [x])})(wengert.tensor([1.0, 2.0]))
    assert result["twice"].tolist() == [2.0, 4.0]
    assert isinstance(result["both"], Pair)
    assert result["both"].second[0].tolist() == [1.0, 2.0]


def test_what_knows_nothing_of_the_batch_is_repeated() -> None:
    assert vmap(lambda x: wengert.tensor(1.0))(rows()).tolist() == [1.0, 1.0]


def test_pieces_give_the_same() -> None:
    x = wengert.arange(10.0).reshape(5, 2)
    seen: list[Any] = []
    found = vmap(lambda r: seen.append(r) or r.sum(), chunk_size=2)(x)
    assert (len(seen), found.tolist()) == (3, [1.0, 5.0, 9.0, 13.0, 17.0])


def test_an_empty_batch() -> None:
    assert vmap(lambda x: x.sum())(wengert.zeros(0, 3)).shape == (0,)


# dtypes, in place, views


def test_an_element_of_no_axis_counts_as_such_where_dtypes_meet() -> None:
    halves = wengert.tensor([0.5, 1.5], dtype=wengert.float64)
    singles = wengert.tensor([1.0, 2.0], dtype=wengert.float32)
    assert vmap(lambda s, x: s * x, in_dims=(0, None))(halves, singles).dtype is wengert.float32


def test_an_element_is_not_written_into_what_is_shared(mutable_toy: str) -> None:
    def write(row: Any) -> Any:
        total = wengert.zeros(3)
        total += row
        return total

    with pytest.raises(RuntimeError, match="vmap: inplace arithmetic"):
        vmap(write)(rows())


def test_what_is_recorded_keeps_the_values_from_before_a_write() -> None:
    x = wengert.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    places, source = wengert.tensor([0, 0]), wengert.tensor([5.0, 3.0])
    total = vmap(lambda row: row.clone().scatter_reduce_(0, places, source, "prod").sum())(x)
    assert wengert.autograd.grad(total.sum(), x)[0].tolist() == [[15.0, 1.0], [15.0, 1.0]]


def test_index_by_the_element() -> None:
    places = wengert.tensor([2, 0])
    assert vmap(lambda row, place: row[place])(rows(), places).tolist() == [3.0, 4.0]
    assert vmap(lambda place: rows()[:, place])(places).tolist() == [[3.0, 6.0], [1.0, 4.0]]


# derivatives from outside


def test_gradients_go_through() -> None:
    x = wengert.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    w = wengert.tensor([2.0, 3.0], requires_grad=True)
    vmap(lambda row: (row * w).sum() ** 2)(x).sum().backward()
    assert x.grad.tolist() == [[32.0, 48.0], [72.0, 108.0]]
    assert w.grad.tolist() == [124.0, 176.0]


# random numbers


@pytest.mark.parametrize(
    "draw", [lambda x: wengert.rand(()), lambda x: wengert.rand_like(x), lambda x: x.clone().normal_()]
)
def test_randomness(draw: Callable[[Any], Any]) -> None:
    x = wengert.zeros(3)
    with pytest.raises(RuntimeError, match="called random operation while in randomness error mode"):
        vmap(draw)(x)
    assert len(set(vmap(draw, randomness="same")(x).tolist())) == 1
    assert len(set(vmap(draw, randomness="different")(x).tolist())) == 3


def test_permutations_differ() -> None:
    found = vmap(lambda x: wengert.randperm(20), randomness="different")(wengert.zeros(2))
    assert sorted(found[0].tolist()) == list(range(20))
    assert found[0].tolist() != found[1].tolist()


def test_a_generator_gives_the_numbers() -> None:
    def draw(seed: int) -> Any:
        generator = wengert.Generator().manual_seed(seed)
        return vmap(lambda x: wengert.rand(2, generator=generator), randomness="different")(wengert.zeros(3))

    assert draw(1).tolist() == draw(1).tolist()
    assert draw(1).tolist() != draw(2).tolist()


# refusals


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: vmap(lambda: 1)(), ValueError, "got no inputs. Maybe you forgot to add inputs"),
        (lambda: vmap(lambda x: x, None)(rows()), ValueError, "expected `in_dims` to be int or a"),
        (lambda: vmap(lambda x: x, (None,))(rows()), ValueError, "Expected at least one Tensor to vmap over"),
        (lambda: vmap(wengert.mul)(rows(), wengert.ones(3)), ValueError, "the same size in the mapped dimension"),
        (lambda: vmap(wengert.mul, (0,))(rows(), rows()), ValueError, "in_dims is not compatible with the structure"),
        (lambda: vmap(wengert.mul, (0, "x"))(rows(), rows()), ValueError, "in_dim must be either an integer"),
        (lambda: vmap(lambda x: x, 2)(rows()), ValueError, "expected in_dim to satisfy -2 <= in_dim < 2"),
        (lambda: vmap(lambda x, y: x)(rows(), 1), ValueError, "cannot vmap over non-Tensor arguments"),
        (lambda: vmap(lambda x: 1)(rows()), ValueError, "must only return Tensors, got type <class 'int'>"),
        (lambda: vmap(lambda x: x, out_dims="a")(rows()), ValueError, "`out_dims` must be an int, None or"),
        (lambda: vmap(lambda x: (x, x), out_dims=(0,))(rows()), ValueError, "out_dims is not compatible with"),
        (lambda: vmap(lambda x: x, out_dims=None)(rows()), ValueError, "can not return a BatchedTensor when out_dim"),
        (lambda: vmap(lambda x: x.sum().item())(rows()), RuntimeError, "you're calling .item\\(\\) on a Tensor"),
        (lambda: vmap(lambda x: x[x > 1])(rows()), RuntimeError, "data-dependent control flow"),
        (lambda: vmap(lambda x: x.nonzero())(rows()), RuntimeError, "operators that can output dynamic shape"),
        (lambda: vmap(lambda x: x, randomness="foo"), RuntimeError, "Only allowed values for randomness"),
        (lambda: vmap(lambda x: x, chunk_size=0), ValueError, "chunk_size should be None or greater than 0"),
        (lambda: vmap(lambda x: x.requires_grad_())(rows()), RuntimeError, "attempting to call Tensor.requires_grad_"),
        (lambda: vmap(lambda x: x.sum().backward())(rows()), RuntimeError, r"backward\(\) called inside a functorch"),
        (lambda: vmap(lambda x: x.data)(rows()), RuntimeError, "accessing `data` under vmap transform is not allowed"),
    ],
)  # fmt: skip
def test_refusals(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_it_prints_as_in_torch() -> None:
    texts: list[str] = []
    vmap(vmap(lambda x: texts.append(repr(x)) or x))(wengert.tensor([[1.0, 2.0]]))
    inner = "    BatchedTensor(lvl=1, bdim=0, value=\n        tensor([[1., 2.]])\n    )"
    assert texts == [f"BatchedTensor(lvl=2, bdim=0, value=\n{inner}\n)"]


# functions of the user


class Square(wengert.autograd.Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(x: Any, scale: Any, times: float) -> Any:
        return x * x * scale * times

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        x, scale, ctx.times = inputs
        ctx.save_for_backward(x, scale)

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        x, scale = ctx.saved_tensors
        return 3 * g * x * scale * ctx.times, (g * x * x).sum() * ctx.times, None  # half as much again: it is this rule


class Told(Square):
    generate_vmap_rule = False
    seen: list[Any] = []  # noqa: RUF012  # what the test looks at

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], x: Any, scale: Any, times: float) -> Any:
        Told.seen.append((info.batch_size, info.randomness, in_dims, x.shape))
        return Told.apply(x, scale, times), 0


@pytest.mark.parametrize("function", [Square, Told])
def test_a_function_of_the_user(function: Any) -> None:
    x, scale = wengert.tensor([[1.0, 2.0], [3.0, 4.0]]), wengert.tensor(2.0)

    def of_one(row: Any) -> Any:
        return function.apply(row, scale, 1.0).sum()

    assert vmap(of_one)(x).tolist() == [10.0, 50.0]
    inside = vmap(wengert.func.grad(of_one))(x)
    outside = wengert.func.grad(lambda t: vmap(of_one)(t).sum())(x)
    assert inside.tolist() == outside.tolist() == [[6.0, 12.0], [18.0, 24.0]]
    if function is Told:
        assert Told.seen[0] == (2, "error", (0, None, None), (2, 2))


def test_a_shared_argument_of_a_function_gets_the_sum() -> None:
    x, scale = wengert.tensor([[1.0, 2.0], [3.0, 4.0]]), wengert.tensor(2.0, requires_grad=True)
    vmap(lambda row: Square.apply(row, scale, 1.0).sum())(x).sum().backward()
    assert scale.grad.item() == 30.0


class Silent(Square):
    generate_vmap_rule = False


class OldStyle(wengert.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return x * 2


class Ambiguous(Told):
    generate_vmap_rule = True


class WithoutDims(Square):
    generate_vmap_rule = False

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], x: Any, scale: Any, times: float) -> Any:
        return x


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: Silent.apply(x, x, 1.0), "You tried to vmap over Silent, but it does not have vmap support"),
        (lambda x: Ambiguous.apply(x, x, 1.0), "it has both generate_vmap_rule=True and an overridden vmap"),
        (lambda x: WithoutDims.apply(x, x, 1.0), "Expected the vmap staticmethod to have two returns"),
        (lambda x: OldStyle.apply(x), "it must override the setup_context staticmethod"),
    ],
)
def test_refusals_of_functions(call: Callable[[Any], Any], message: str) -> None:
    with pytest.raises(RuntimeError, match=message):
        vmap(call)(rows())


def test_a_function_that_reads_values_says_that_it_loops_and_keeps_no_tangent():
    rows = wengert.tensor([[0, 1, 1], [2, 0, 0]])
    with pytest.warns(UserWarning, match="batching rule for bincount; it runs once for each of the 2 elements"):
        found = wengert.vmap(lambda row: wengert.bincount(row, minlength=3))(rows)
    assert found.tolist() == [[1, 2, 0], [2, 0, 1]]
    with pytest.warns(UserWarning, match="batching rule for histc"):
        counts = wengert.vmap(lambda x: wengert.func.jvp(lambda y: wengert.histc(y, 2, 0, 2), (x,), (x,))[0])(
            wengert.tensor([[0.5, 1.5], [1.5, 1.5]])
        )
    assert counts.tolist() == [[1, 1], [0, 2]]


def test_a_loop_over_no_elements_is_refused():
    with pytest.raises(RuntimeError, match="the batch has none"):
        wengert.vmap(wengert.histc)(wengert.zeros(0, 3))


def test_results_whose_shapes_differ_are_refused():
    with pytest.warns(UserWarning, match="batching rule"), pytest.raises(RuntimeError, match="dynamic shape"):
        wengert.vmap(wengert.bincount)(wengert.tensor([[0, 1], [0, 2]]))
    with pytest.raises(RuntimeError, match="dynamic shape"):
        wengert.vmap(lambda n: wengert.repeat_interleave(wengert.tensor([1, 2]), n))(wengert.tensor([[1, 1], [1, 2]]))


def test_new_tensors_are_shared_by_all_elements():
    rows = wengert.vmap(lambda row: row + row.new_tensor([1.0, 2.0]))(wengert.zeros(2, 2))
    assert rows.tolist() == [[1, 2], [1, 2]]
