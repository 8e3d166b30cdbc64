"""Graphs are freed by reference counting alone, whatever their nodes look like and however deep they are."""

from __future__ import annotations

import gc
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from typing import Any
from weakref import ref

import pytest
import wengert


class Doubled(wengert.autograd.Function):
    """Keeps an input, its output and an attribute."""

    @staticmethod
    def forward(ctx, x):
        y = x * 2
        ctx.save_for_backward(x, y)
        ctx.factor = 2
        return y

    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved_tensors
        return g * ctx.factor + 0 * x + 0 * y


class Both(wengert.autograd.Function):
    """Has two outputs and keeps one."""

    @staticmethod
    def forward(x):
        return x * 2, x * 3

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output[0])

    @staticmethod
    def backward(ctx, first, second):
        (kept,) = ctx.saved_tensors
        return first * 2 + second * 3 + 0 * kept


def unary(x: Any) -> Any:
    return x.exp().tanh().reshape((4,))


def binary(x: Any) -> Any:
    return (x * x.sin()) / (x + 1.0)


def three_inputs(x: Any) -> Any:
    return wengert.addcmul(x, x * 2, x.exp())


def any_number(x: Any) -> Any:
    return wengert.cat([x, x * 2, wengert.stack([x, x])[0]])


def mixed_dtypes(x: Any) -> Any:
    return (x.to(wengert.float64) * x) ** x


def pieces(x: Any) -> Any:
    first, second = (x * 1).unbind(0)
    return first * second


def some_pieces_are_unused(x: Any) -> Any:
    return (x * 1).split(1, 1)[1] * 2


def two_results(x: Any) -> Any:
    values, _ = (x * 1).max(1)
    return values * values


def indexing(x: Any) -> Any:
    return x[1:] * x[0] * x[wengert.tensor([0, 0])]


def written_by_users(x: Any) -> Any:
    first, second = Both.apply(Doubled.apply(x))
    return first * second


def with_hooks(x: Any) -> Any:
    y = x * x
    y.register_hook(lambda g: g * 2)
    y.retain_grad()
    y.grad_fn.register_prehook(lambda grads: None)
    return y * 2


def written_in_place(x: Any) -> Any:
    y = x * 1
    y.mul_(x)
    y.sin_()
    y[0] = x[1]
    y += y
    return y.exp_()


BUILDERS = [
    unary, binary, three_inputs, any_number, mixed_dtypes, pieces, some_pieces_are_unused, two_results, indexing,
    written_by_users, with_hooks, written_in_place,
]  # fmt: skip


def nodes_of(tensor: Any) -> set[Any]:
    found: set[Any] = set()
    todo = [tensor.grad_fn]
    while todo:
        node = todo.pop()
        if node is not None and node not in found:
            found.add(node)
            todo += [behind for behind, _ in node.next_functions]
    return found


def once(out: Any, x: Any) -> list[Any]:
    (out * out).sum().backward()
    return [x.grad]


def kept(out: Any, x: Any) -> list[Any]:
    (out * out).sum().backward(retain_graph=True)
    return [x.grad]


def never(out: Any, x: Any) -> list[Any]:
    return []


def twice(out: Any, x: Any) -> list[Any]:
    (g,) = wengert.autograd.grad((out * out).sum(), x, create_graph=True)
    (g * g).sum().backward()
    return [g, x.grad]


def refused(out: Any, x: Any) -> list[Any]:
    total = (out * out).sum()
    total.backward()
    with pytest.raises(RuntimeError, match="a second time"):
        total.backward()
    return [total]


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector", "mutable_toy")
@pytest.mark.parametrize("walk", [once, kept, never, twice, refused])
@pytest.mark.parametrize("build", BUILDERS)
def test_a_graph_is_freed_without_the_collector(
    build: Callable[[Any], Any], walk: Callable[[Any, Any], list[Any]]
) -> None:
    def step() -> list[ref[Any]]:
        x = wengert.tensor([[0.5, 1.0], [1.5, 2.0]], requires_grad=True)
        out = build(x)
        nodes = nodes_of(out)
        assert len(nodes) >= 2
        return [ref(held) for held in [x, out, *nodes, *walk(out, x)]]

    assert [held() for held in step() if held() is not None] == []


@pytest.mark.usefixtures("no_collector", "mutable_toy")
def test_a_cycle_would_be_seen() -> None:
    x = wengert.tensor([1.0], requires_grad=True)
    y = x * x
    y.grad_fn.metadata["result"] = y
    held = ref(y.grad_fn)
    del y
    assert held() is not None
    held().metadata.clear()
    assert held() is None


def test_a_million_nodes_run_backward_and_are_freed() -> None:
    program = """
        import gc
        from weakref import ref
        import wengert
        from wengert.backends import registry
        from wengert.testing.toy import toy_spec
        gc.disable()
        registry.register(toy_spec())
        with registry.use_backend("toy") as toy:
            toy.xp.negative = lambda array: array  # only the depth is of interest
            x = wengert.tensor(1.0, requires_grad=True)
            y = -x
            first = ref(y.grad_fn)
            for _ in range(999_999):
                y = -y
            y.backward()
            assert x.grad.item() == 1.0
            assert first() is not None
            del y
            assert first() is None
        print("freed")
    """
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "freed\n", "")
