"""Backward on several devices and streams: each node runs where its forward ran."""

import pytest
import wengert
from wengert import nn, optim
from wengert.graph.hooks import EMPTY
from wengert.graph.modes import is_grad_enabled
from wengert.testing import toy_devices
from wengert.utils.checkpoint import checkpoint


def leaf(*values, device="cuda"):
    return wengert.tensor([float(value) for value in values], device=device, requires_grad=True)


def waits():
    return [entry[1].number for entry in toy_devices.log if entry[0] == "wait"]


class Spy(wengert.autograd.Function):
    """x; backward says on which stream it runs, and what was waited for there."""

    streams: list = []  # noqa: RUF012  # each test clears it
    seen: list = []  # noqa: RUF012  # likewise

    @staticmethod
    def forward(ctx, x):
        return x.clone()

    @staticmethod
    def backward(ctx, g):
        Spy.streams.append(wengert.cuda.current_stream())
        Spy.seen.append(dict(Spy.streams[-1].raw.seen))
        return g


@pytest.fixture
def spy():
    Spy.streams.clear()
    Spy.seen.clear()
    return Spy.apply


def stepped(x):
    where = {"device": str(x.device)}
    model = nn.Sequential(nn.Linear(3, 4, **where), nn.LayerNorm(4, **where), nn.Tanh(), nn.Linear(4, 2, **where))
    method = optim.AdamW(model.parameters())
    nn.functional.cross_entropy(model(x[None]), wengert.tensor([1], device=x.device)).backward()
    method.step()


PROGRAMS = {
    "reverse": lambda x: (x * x.exp() + 2).sum().backward(),
    "operators of rules": lambda x: wengert.lerp(x, 2 * x, 0.3).reciprocal().sum().backward(),
    "again": lambda x: wengert.autograd.grad(wengert.autograd.grad((x**3).sum(), x, create_graph=True)[0].sum(), x),
    "forward": lambda x: wengert.func.jvp(lambda v: v.tanh() * v, (x.detach(),), (wengert.ones_like(x),)),
    "vmap": lambda x: wengert.vmap(lambda v: v * v.exp())(x.detach()),
    "jacobian": lambda x: wengert.func.jacrev(lambda v: v.cumsum(0).sin())(x.detach()),
    "in place": lambda x: (x * 1).mul_(2).add_(x).sum().backward(),
    "keys": lambda x: (x[1:] * x[:-1] + x[wengert.tensor([0, 1], device=x.device)]).sum().backward(),
    "writing": lambda x: x.detach().clone().__setitem__(0, 5.0),
    "parts": lambda x: sum(part.prod() for part in x.split(2)).backward(),
    "checkpoint": lambda x: checkpoint(lambda v: v.exp().sin(), x, use_reentrant=False).sum().backward(),
    "training": stepped,
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_operations_run_on_the_device_of_their_operands(cuda, program):
    program(leaf(1, 2, 3, device="cuda:1"))
    with cuda.device(1):
        program(leaf(1, 2, 3, device="cuda:0"))


def test_a_gradient_goes_back_to_the_device_that_its_tensor_is_on(cuda):
    here, there = leaf(1, 2), leaf(3, 4, device="cuda:1")
    moved = here.exp().to("cuda:1") * there
    moved.to("cuda:0").sin().sum().backward()
    assert (here.grad.device.index, there.grad.device.index) == (0, 1)


def test_a_node_runs_on_the_stream_of_its_forward(cuda, spy):
    stream, x = cuda.Stream(), leaf(1, 2)
    stream.wait_stream(cuda.current_stream())
    with cuda.stream(stream):
        y = spy(x) * 3
    cuda.current_stream().wait_stream(stream)
    z = spy(y).sum()
    toy_devices.log.clear()
    z.backward()
    assert Spy.streams == [cuda.default_stream(), stream]
    assert waits() == [stream.cuda_stream, stream.cuda_stream, cuda.default_stream().cuda_stream]
    assert x.grad.tolist() == [3.0, 3.0]  # read on the caller's stream, which has waited


def test_backward_inside_the_block_waits_for_nothing(cuda, spy):
    stream = cuda.Stream()
    with cuda.stream(stream):
        x = leaf(1, 2)
        loss = spy(x).exp().sum()
        toy_devices.log.clear()
        loss.backward()
    assert Spy.streams == [stream]
    assert waits() == []


def test_streams_of_branches_run_beside_each_other(cuda, spy):
    first, second, caller, x = cuda.Stream(), cuda.Stream(), cuda.current_stream(), leaf(1, 2)
    branches = []
    for stream in (first, second):
        stream.wait_stream(caller)
        with cuda.stream(stream):
            branches.append(spy(x.exp()).sin())
        caller.wait_stream(stream)
    loss = (branches[0] * branches[1]).sum()
    forward = second.raw.seen[second.raw.number]
    toy_devices.log.clear()
    loss.backward()
    assert Spy.streams == [second, first]  # the newest node first
    assert Spy.seen[1].get(second.raw.number, 0) <= forward  # the other branch was not waited for
    assert [entry for entry in toy_devices.log if entry[0] == "freed while read"] == []
    x.grad.tolist()
    expected = wengert.tensor([1.0, 2.0], device="cuda", requires_grad=True)
    (expected.exp().sin() ** 2).sum().backward()
    assert wengert.allclose(x.grad, expected.grad)


def test_sums_of_gradients_from_several_streams_are_ordered(cuda):
    streams, caller, x = [cuda.Stream() for _ in range(3)], cuda.current_stream(), leaf(1, 2, 3)
    middle, total = x * 2, []
    for stream in streams:
        stream.wait_stream(caller)
        with cuda.stream(stream):
            parts = middle.split(2)
            total.append(parts[0].prod() * middle.sum() + x.sum())
        caller.wait_stream(stream)
    loss = sum(total)
    toy_devices.log.clear()
    for _ in range(2):  # into None, then into a gradient
        loss.backward(retain_graph=True)
    assert [entry for entry in toy_devices.log if entry[0] == "freed while read"] == []
    plain = leaf(1, 2, 3)
    for _ in range(6):
        halves = (plain * 2).split(2)
        (halves[0].prod() * (plain * 2).sum() + plain.sum()).backward()
    assert wengert.allclose(x.grad, plain.grad)


def test_streams_of_two_devices(cuda, spy):
    away = cuda.Stream(1)
    x = leaf(1, 2)
    moved = x.to("cuda:1")
    away.wait_stream(cuda.current_stream(1))
    with cuda.stream(away):
        y = spy(moved.exp()) * moved
        nodes = [(leaf(1, device="cuda:0") * 1).grad_fn, y.grad_fn]
    cuda.current_stream(1).wait_stream(away)
    z = spy(y).to("cuda:0")
    z.sum().backward()
    assert Spy.streams == [cuda.default_stream(1), away]
    assert [node.extra is not None and node.extra.place.stream == away for node in nodes] == [False, True]
    x.grad.tolist()


def test_nodes_recorded_by_a_backward_keep_its_streams(cuda, spy):
    stream, x = cuda.Stream(), leaf(1, 2)
    stream.wait_stream(cuda.current_stream())
    with cuda.stream(stream):
        y = (spy(x) ** 3).exp()
    cuda.current_stream().wait_stream(stream)
    (gradient,) = wengert.autograd.grad(y.sum(), x, create_graph=True)
    assert is_grad_enabled() is True
    gradient.sum().backward()
    assert set(Spy.streams) == {stream}
    x.grad.tolist()


def test_hooks_and_targets_see_values_that_are_there(cuda):
    stream, x, seen = cuda.Stream(), leaf(1, 2), []
    stream.wait_stream(cuda.current_stream())
    with cuda.stream(stream):
        y = x.exp()
        y.register_hook(lambda g: seen.append((cuda.current_stream(), (g * 2).tolist())))
        y.retain_grad()
        x.register_hook(lambda g: g * 2)
        x.register_post_accumulate_grad_hook(lambda leaf: seen.append(leaf.grad.tolist()))
        z = y.sin()
    cuda.current_stream().wait_stream(stream)
    loss = (z * z).sum()
    (found,) = wengert.autograd.grad(loss, y, retain_graph=True)
    y.grad = None
    loss.backward()
    assert [entry[0] for entry in seen[:2]] == [stream, stream]
    assert seen[2] == x.grad.tolist()
    assert wengert.equal(found, y.grad)


@pytest.mark.parametrize("reentrant", [False, True])
def test_passes_within_passes_run_on_the_stream_of_their_forward(cuda, spy, reentrant):
    stream, x = cuda.Stream(), leaf(1, 2)
    stream.wait_stream(cuda.current_stream())
    with cuda.stream(stream):
        y = checkpoint(lambda v: spy(v.exp()).sin(), x, use_reentrant=reentrant)
    cuda.current_stream().wait_stream(stream)
    y.sum().backward()
    assert Spy.streams == [stream]
    x.grad.tolist()


def test_passes_deep_within_passes_keep_the_caller_s_stream(cuda):
    class Deep(wengert.autograd.Function):
        @staticmethod
        def forward(ctx, x, depth):
            ctx.depth = depth
            return x.clone()

        @staticmethod
        def backward(ctx, g):
            with wengert.enable_grad():
                inner = g.detach().requires_grad_()
                if ctx.depth:
                    Deep.apply(inner, ctx.depth - 1).sum().backward()
                return (g if inner.grad is None else inner.grad), None

    stream = cuda.Stream()
    with cuda.stream(stream):
        x = leaf(1, 2)
        Deep.apply(x, 120).sum().backward()
        assert x.grad.tolist() == [1.0, 1.0]
    assert x.grad.array.home is stream.raw


def test_an_error_in_backward_leaves_the_caller_where_it_was(cuda):
    stream, x = cuda.Stream(), leaf(1, 2)
    stream.wait_stream(cuda.current_stream())
    with cuda.stream(stream):
        y = x.exp()
        y.register_hook(lambda g: 1 / 0)
    cuda.current_stream().wait_stream(stream)
    with pytest.raises(ZeroDivisionError):
        (y * 2).sum().backward()
    assert cuda.current_stream() == cuda.default_stream()


def test_outside_of_blocks_nodes_keep_nothing(cuda):
    with cuda.stream(cuda.Stream()):
        marked = leaf(1).exp()
    plain = leaf(1).exp()
    assert marked.grad_fn.extra.place is not None
    assert plain.grad_fn.extra is None
    assert EMPTY.place is None
    toy_devices.log.clear()
    plain.sum().backward()
    assert waits() == []


def test_a_training_step_is_captured_and_replayed(cuda):
    w = leaf(1, 2)
    captured = cuda.CUDAGraph()
    with pytest.raises(RuntimeError, match="replay without a preceding successful capture"):
        captured.replay()
    with pytest.raises(RuntimeError, match="must be captured on a non-default stream"):
        captured.capture_begin()
    side = cuda.Stream()
    side.wait_stream(cuda.current_stream())
    toy_devices.log.clear()
    with cuda.graph(captured, stream=side):
        assert cuda.is_current_stream_capturing()
        (w * w).sum().backward()
    assert not cuda.is_current_stream_capturing()
    captured.replay()
    pool = captured.pool()
    assert [entry for entry in toy_devices.log if entry[0] != "wait"] == [
        ("synchronize", 0),
        ("empty_cache",),
        ("begin_capture", side.raw, pool),
        ("end_capture", side.raw),
        ("launch", pool, cuda.default_stream().raw),
    ]
    assert waits() == []  # a wait for what is outside would spoil the capture
    with pytest.raises(RuntimeError, match="already owns a captured graph"), cuda.graph(captured):
        pass
    captured.reset()
    with pytest.raises(RuntimeError, match="pool"):
        captured.pool()
    shared = cuda.graph_pool_handle()
    with cuda.graph(captured, pool=shared):
        pass
    assert captured.pool() is shared
    with pytest.raises(RuntimeError, match=r"capture_end\(\) called before"):
        captured.capture_end()
    with (
        pytest.raises(RuntimeError, match="Unknown capture error mode"),
        cuda.graph(cuda.CUDAGraph(), None, None, "no"),
    ):
        pass
