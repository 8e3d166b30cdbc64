"""The backward engine on the toy backend: values, order, hooks, what is kept and what is refused."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from weakref import ref

import pytest
import wengert
from wengert.graph import ends, task

pytestmark = pytest.mark.usefixtures("toy")


def leaf(values: object) -> wengert.Tensor:
    return wengert.tensor(values, requires_grad=True)


def test_a_chain() -> None:
    x = leaf([1.0, 2.0])
    (x * x * 3).sum().backward()
    assert x.grad.tolist() == [6.0, 12.0]


def test_leaves_get_gradients_of_their_own() -> None:
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    (x + y).sum().backward()
    assert x.grad is not y.grad
    with wengert.no_grad():
        x.grad.mul_(5.0)
    assert y.grad.tolist() == [1.0, 1.0]


def test_a_given_gradient_is_not_taken_over() -> None:
    x, g = leaf([1.0, 2.0]), wengert.tensor([1.0, 1.0])
    (x + 0.0).backward(g)
    (x + 0.0).backward(g)
    assert (x.grad.tolist(), g.tolist()) == ([2.0, 2.0], [1.0, 1.0])


def test_broadcasting_is_undone_in_both_directions() -> None:
    x, y = leaf([[1.0], [2.0]]), leaf([3.0, 4.0, 5.0])
    (x * y).sum().backward()
    assert x.grad.tolist() == [[12.0], [12.0]]
    assert y.grad.tolist() == [3.0, 3.0, 3.0]


def test_a_diamond_runs_each_node_once() -> None:
    x = leaf(2.0)
    y = x * x
    runs: list[object] = []
    y.grad_fn.register_hook(lambda inputs, outputs: runs.append(1))
    (y * y + y).backward()
    assert (x.grad.item(), runs) == (36.0, [1])


def test_leaves_are_ready_before_older_nodes_run() -> None:
    x, w = leaf(2.0), leaf(3.0)
    order: list[str] = []
    y = x * x
    y.register_hook(lambda g: order.append("y"))
    w.register_hook(lambda g: order.append("w"))
    (y * w).backward()
    assert order == ["w", "y"]


def test_hooks_run_in_order_and_may_replace_the_gradient() -> None:
    x = leaf(3.0)
    y = x * 2
    y.register_hook(lambda g: g * 10)
    handle = y.register_hook(lambda g: g + 1)
    y.retain_grad()
    (y * 1).backward(retain_graph=True)
    assert (x.grad.item(), y.grad.item()) == (22.0, 11.0)
    handle.remove()
    x.grad = None
    (y * 1).backward()
    assert x.grad.item() == 20.0


def test_a_second_backward_is_refused() -> None:
    y = leaf(3.0) * leaf(2.0)
    y.backward()
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        y.backward()


def test_a_kept_value_that_was_written_is_refused(mutable_toy: str) -> None:
    x = leaf([3.0])
    y = x * 2
    z = y * y
    with wengert.no_grad():
        y.add_(1.0)
    with pytest.raises(RuntimeError, match=r"modified by an inplace operation.*MulBackward0.*test_engine\.py"):
        z.sum().backward()


def test_a_kept_result_that_was_written_is_refused(mutable_toy: str) -> None:
    x = leaf([3.0])
    y = x.exp()
    with wengert.no_grad():
        y.add_(1.0)
    with pytest.raises(RuntimeError, match=r"modified by an inplace operation.*ExpBackward0"):
        y.sum().backward()


def test_only_what_is_needed_is_kept() -> None:
    x = leaf([1.0, 2.0]) * 1
    gone = ref(x)
    y = x * wengert.tensor([3.0, 4.0])
    del x
    assert gone() is None
    y.sum().backward()


def test_the_graph_stays_usable_after_an_exception() -> None:
    x = leaf(3.0)
    y = x * x
    handle = y.register_hook(lambda g: 1 / 0)
    z = y * 2
    with pytest.raises(ZeroDivisionError):
        z.backward(retain_graph=True)
    assert wengert.is_grad_enabled()
    handle.remove()
    z.backward()
    assert x.grad.item() == 12.0


def test_backward_inside_a_hook() -> None:
    x, w = leaf(3.0), leaf(5.0)
    y = x * x

    def inner(g: wengert.Tensor) -> None:
        with wengert.enable_grad():
            (w * w).backward()

    y.register_hook(inner)
    (y * 2).backward()
    assert (x.grad.item(), w.grad.item()) == (12.0, 10.0)


def test_nodes_off_the_path_do_not_run() -> None:
    x, w = leaf(3.0), leaf(5.0)
    y = w * w
    y.register_hook(lambda g: pytest.fail("this node leads to no input"))
    (g,) = wengert.autograd.grad(x * y, x)
    assert g.item() == 25.0
    assert w.grad is None


def test_an_unused_input() -> None:
    x, w = leaf(3.0), leaf(5.0)
    with pytest.raises(RuntimeError, match="not have been used in the graph"):
        wengert.autograd.grad(x * 2, [x, w])
    assert wengert.autograd.grad(x * 2, [x, w], allow_unused=True)[1] is None
    assert wengert.autograd.grad(x * 2, [x, w], materialize_grads=True)[1].item() == 0.0


def test_the_third_derivative() -> None:
    x = leaf(2.0)
    y = x * x * x * x
    for expected in (32.0, 48.0, 48.0):
        (y,) = wengert.autograd.grad(y, x, create_graph=True)
        assert y.item() == expected


def test_an_undefined_gradient_passes() -> None:
    class Cut(wengert.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return None

    x = leaf(3.0)
    y = x * x
    Cut.apply(y).backward()
    assert x.grad is None


def test_threads_share_a_leaf() -> None:
    x = leaf(1.0)

    def work() -> None:
        with wengert.use_backend(x.space.backend.name):
            for _ in range(50):
                (x * 2).backward()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert x.grad.item() == 400.0


def test_what_an_operation_computed_becomes_the_gradient_itself() -> None:
    """No copy is made of what the backend computed where nobody else can hold it."""
    x, w = leaf([1.0, 2.0]), wengert.tensor([3.0, 4.0])
    y, copied, g = (x * w).sin(), x + 0.0, wengert.ones(2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(x.space.xp, "copy", lambda array: pytest.fail("copied"))
        y.backward(g)
        x.grad = None
        with pytest.raises(pytest.fail.Exception, match="copied"):
            copied.backward(g)  # the gradient that was given is its caller's


def test_no_gradient_shares_its_memory() -> None:
    x, y, z = leaf([1.0, 2.0]), leaf([3.0, 4.0]), leaf([[5.0, 6.0]])
    ((x + y) + z.reshape(2)).sum().backward()
    grads = [x.grad, y.grad, z.grad]
    for grad in grads:
        before = [other.tolist() for other in grads if other is not grad]
        grad.mul_(7.0)
        assert [other.tolist() for other in grads if other is not grad] == before


def test_gradients_of_nothing() -> None:
    x = leaf([1.0])
    assert wengert.autograd.grad([], [x], [], allow_unused=True) == (None,)
    with pytest.raises(RuntimeError, match="appears to not have been used in the graph"):
        wengert.autograd.grad([], [x], [])


def test_every_node_requires_grad() -> None:
    x = leaf([1.0])
    node = (x * 2).grad_fn
    assert node.requires_grad
    assert node.next_functions[0][0].requires_grad


def test_a_warning_of_cycles_comes_once_in_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wengert.api.autograd._Said.of_cycles", False)
    x = leaf([1.0])
    with pytest.warns(UserWarning, match="will create a reference cycle"):
        (x * x).backward(create_graph=True)
    x.grad = None
    (x * x).backward(create_graph=True)  # a warning would be an error
    x.grad = None


def test_threads_of_a_backward_are_a_setting() -> None:
    from_before = wengert.autograd.is_multithreading_enabled()
    with wengert.autograd.set_multithreading_enabled(False):
        assert not wengert.autograd.is_multithreading_enabled()
    assert from_before
    assert wengert.autograd.is_multithreading_enabled()


def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with each pass that had to look where the ways of its tape lead."""
    looks: list[int] = []
    look = task._all_lead
    monkeypatch.setattr(task, "_all_lead", lambda *given: looks.append(1) or look(*given))
    return looks


@pytest.fixture
def no_other_ends() -> Iterator[None]:
    """Without what other tests left alive."""
    gc.collect()
    others = set(ends._ends)
    ends._ends.clear()
    yield
    ends._ends.update(end for end in others if end() is not None)


@pytest.mark.usefixtures("no_other_ends")
def test_a_pass_for_all_leaves_does_not_look_where_its_ways_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = asked(monkeypatch)
    x, y = leaf(2.0), leaf(3.0)
    out = x * y + x
    assert [g.item() for g in wengert.autograd.grad(out, [x, y], retain_graph=True)] == [4.0, 2.0]
    assert looks == []
    assert wengert.autograd.grad(out, [y], retain_graph=True)[0].item() == 2.0
    assert looks == [1]
    z = leaf(1.0)
    other = z * z
    wengert.autograd.grad(out, [x, y])
    assert looks == [1, 1]  # there is a tape that ends elsewhere
    del other
    out = x * y
    wengert.autograd.grad(out, [x, y])
    assert looks == [1, 1]
    del out
    assert len(ends._ends) == 0


def test_ends_in_a_cycle_are_forgotten_with_it() -> None:
    gc.collect()
    before = len(ends._ends)
    x = leaf(2.0)
    x.grad = x * x  # whose tape ends at x, which holds it
    held = ref(x)
    del x
    gc.collect()
    assert held() is None
    assert len(ends._ends) == before


def test_what_leads_to_no_target_does_not_run_although_it_ends_inside_of_a_transform() -> None:
    x, runs = leaf(3.0), list[object]()

    def inner(entered: wengert.Tensor) -> wengert.Tensor:
        aside = entered * 2
        aside.register_hook(runs.append)
        (g,) = wengert.autograd.grad(aside * x, [x], retain_graph=True)
        assert runs == []
        return entered * g.detach()

    assert wengert.func.grad(inner)(wengert.tensor(1.0)).item() == 2.0


@pytest.mark.usefixtures("no_other_ends")
def test_a_node_that_leads_nowhere_does_not_run_for_a_leaf() -> None:
    base, x, runs = leaf([1.0, 2.0]), leaf([3.0, 4.0]), list[object]()
    with wengert.no_grad():
        part = base[:]
    aside = part * 2  # requires grad, as its base does, though no gradient goes from it to there
    aside.grad_fn.register_hook(lambda inputs, outputs: runs.append(1))
    (g,) = wengert.autograd.grad((aside + x).sum(), [x])
    assert (g.tolist(), runs) == ([1.0, 1.0], [])
