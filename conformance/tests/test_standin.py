"""The stand-in for CuPy refuses what CuPy refuses, and on it a training step takes nothing to the host.

The tests run in a program of their own, because the stand-in takes the place of the modules `cupy` and `cupyx`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from wengert_conformance.standin import names

BACKEND = Path(__file__).parents[2] / "packages" / "wengert-cupy" / "src"

REFUSALS = """
import numpy, pytest
from wengert_conformance.standin import install, ndarray, transfers
install()
import cupy
x = cupy.asarray([1.0, 2.0, 3.0])
with pytest.raises(TypeError, match="Implicit conversion to a NumPy array is not allowed"):
    numpy.asarray(x)
for mixed in (lambda: x + numpy.ones(3), lambda: cupy.add(x, numpy.ones(3)), lambda: cupy.sum(numpy.ones(3))):
    with pytest.raises(TypeError, match="Unsupported type"):
        mixed()
for name in ("vecdot", "trapezoid_rule"):
    with pytest.raises(AttributeError):
        getattr(cupy, name)
with pytest.raises(AttributeError, match="newbyteorder"):
    x.newbyteorder
with pytest.raises(TypeError, match="where"):
    cupy.sum(x, where=x > 1)
with pytest.raises(TypeError, match="complex"):
    __import__("cupyx.scipy.special").scipy.special.expit(x * 1j)
with pytest.raises(NotImplementedError, match="at"):
    cupy.divide.at(x, cupy.asarray([0]), 2.0)
with pytest.raises(NotImplementedError, match="accumulate"):
    cupy.maximum.accumulate(x)
assert isinstance(x.sum(), ndarray) and isinstance(x[0], ndarray) and x.sum().shape == ()
assert x[0].base is x and x[1:].base is x and (x + 1).base is None
x[0:1][0] = 5.0
assert x.get().tolist() == [5.0, 2.0, 3.0]
cupy.add.at(x, cupy.asarray([0, 0]), 1.0)
transfers.clear()
assert float(x[0]) == 7.0 and bool(x[0] > 6) and int(x[1]) == 2 and x[1].item() == 2.0
x[x > 2.5]
cupy.nonzero(x)
cupy.asnumpy(x)
assert dict(transfers) == {"float": 1, "bool": 1, "int": 1, "item": 1, "mask": 1, "nonzero": 1, "asnumpy": 1}
assert numpy.isnan(cupy.linalg.inv(cupy.zeros((2, 2))).get()).all()
"""

TRAINING = """
from wengert_conformance.standin import install, transfers
install()
import wengert
from wengert import nn, optim
from wengert.nn import functional as F
with wengert.use_backend("cupy"):
    layers = [nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(27, 8)]
    layers += [nn.Dropout(), nn.LayerNorm(8), nn.Linear(8, 4)]
    model = nn.Sequential(*layers)
    images, labels = wengert.randn(6, 1, 8, 8), wengert.tensor([0, 1, 2, 3, 0, 1])
    table, attention = nn.Embedding(4, 8), nn.MultiheadAttention(8, 2, batch_first=True)
    parameters = [*model.parameters(), *table.parameters(), *attention.parameters()]
    methods = [optim.SGD(parameters, 0.1, momentum=0.9), optim.Adam(parameters), optim.AdamW(parameters)]
    for method in [*methods, optim.RMSprop(parameters)]:
        transfers.clear()
        for _ in range(2):
            method.zero_grad()
            words = table(labels)[None]
            loss = F.cross_entropy(model(images), labels) + attention(words, words, words)[0].square().mean()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            method.step()
        assert not transfers, (type(method).__name__, dict(transfers))
    assert loss.item() > 0 and sum(transfers.values()) == 1
    assert all(parameter.grad.is_cuda for parameter in model.parameters())
"""

COMMAND = """
from wengert_conformance.standin import install
install()
from wengert.__main__ import main
assert main([]) == 0
"""


DEVICES = """
import pytest
from wengert_conformance.standin import cuda as machine, install, transfers
install(devices=2)
import cupy, wengert
from wengert import cuda, nn, optim
from wengert.nn import functional as F
here = cupy.zeros(2)
with pytest.raises(ValueError, match="array device = 0 while current = 1"), cupy.cuda.Device(1):
    here + 1
assert cuda.device_count() == 2
layers = [nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(108, 8), nn.LayerNorm(8)]
model = nn.Sequential(*layers).to("cuda:1")
images, labels = wengert.randn(6, 1, 8, 8, device="cuda:1"), wengert.tensor([0, 1, 2, 3, 0, 1], device="cuda:1")
for method in (optim.SGD(model.parameters(), 0.1, momentum=0.9), optim.AdamW(model.parameters())):
    machine.ran.clear(), transfers.clear()
    for _ in range(2):
        method.zero_grad()
        F.cross_entropy(F.dropout(model(images)), labels).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        method.step()
    assert set(machine.ran) == {(1, 0)} and not transfers, (machine.ran, transfers)
assert all(parameter.grad.device == wengert.device("cuda:1") for parameter in model.parameters())
with cuda.device(1):
    assert cuda.current_device() == wengert.zeros(2, device="cuda").device.index == 1
    stream = cuda.Stream()
x = wengert.ones(3, device="cuda", requires_grad=True)
with cuda.stream(stream):
    y = x.to("cuda:1").exp()
machine.ran.clear()
(y.to("cuda:0") * 2).sum().backward()
assert machine.ran[1, stream.cuda_stream] > 0 and machine.ran[0, 0] > 0
assert x.grad.device.index == 0 and wengert.allclose(x.grad, 2 * x.exp())
gradient = wengert.func.grad(lambda v: v.sin().prod())(wengert.ones(3, device="cuda:1"))
assert gradient.device.index == 1
"""

STREAMS = """
from wengert_conformance.standin import cuda as machine, install, transfers
install()
import wengert
from wengert import cuda, nn
model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).to("cuda")
images = wengert.randn(5, 3, device="cuda")
stream, default = cuda.Stream(), cuda.current_stream()
assert stream != default and default == cuda.default_stream() and default.cuda_stream == 0
stream.wait_stream(default)
machine.ran.clear()
with cuda.stream(stream):
    hidden = model(images)
assert set(machine.ran) == {(0, stream.cuda_stream)}
default.wait_stream(stream)
loss = hidden.square().mean()
for each in (machine.ran, machine.waited, transfers):
    each.clear()
loss.backward()
forward = sum(machine.ran.values())
assert set(machine.ran) == {(0, 0), (0, stream.cuda_stream)}
assert machine.ran[0, stream.cuda_stream] > machine.ran[0, 0]  # all of the model ran on its stream
assert set(machine.waited) == {0, stream.cuda_stream} and not transfers
assert all(parameter.grad is not None for parameter in model.parameters())
assert cuda.current_stream() == default
start, end = cuda.Event(enable_timing=True), cuda.Event(enable_timing=True)
start.record(), end.record(), end.synchronize()
assert start.query() and start.elapsed_time(end) == 0.0 and start.cuda_event != end.cuda_event
"""

MEMORY = """
import pytest
from wengert_conformance.standin import cuda as machine, install
install(counts_memory=True)
import cupy, wengert
from wengert import cuda
before = cuda.memory_allocated()
assert cuda.max_memory_allocated() == before  # counted from here on
x = wengert.zeros(256, device="cuda")
assert cuda.memory_allocated() == before + 1024
y = [wengert.ones(512, device="cuda") for _ in range(3)]
del y
cuda.synchronize()
assert cuda.memory_allocated() == before + 1024
assert cuda.max_memory_allocated() >= before + 1024 + 3 * 2048
cuda.reset_peak_memory_stats()
assert cuda.max_memory_allocated() == before + 1024
assert cuda.memory_reserved() >= before + 1024 + 3 * 2048
cuda.empty_cache()
assert cuda.memory_reserved() == before + 1024
assert cuda.mem_get_info("cuda:0") == (1 << 34, 1 << 34)
assert (cuda.get_device_name(), cuda.get_device_capability()) == ("stand-in", (0, 0))
assert cuda.get_device_properties(0).warp_size == 32
with pytest.raises(RuntimeError, match="invalid device ordinal 1"):
    cuda.Stream(1)
wengert.set_float32_matmul_precision("high")
assert machine.System.compute_type == 1  # an old GPU has one precision
machine.System.capability = 9, 0
for precision, compute_type in (("high", 7), ("highest", 1), ("medium", 7)):
    wengert.set_float32_matmul_precision(precision)
    assert machine.System.compute_type == compute_type
"""

GRAPHS = """
import copy, pytest
from wengert_conformance.standin import install, transfers
install()
import wengert
from wengert import cuda, nn, optim
model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).to("cuda")
plain = copy.deepcopy(model)
batches = [wengert.randn(5, 3, device="cuda") for _ in range(4)]

def step(model, method, images):
    method.zero_grad(set_to_none=False)
    loss = model(images).square().mean()
    loss.backward()
    method.step()
    return loss

def method_of(model):
    return optim.SGD(model.parameters(), 0.1, momentum=0.9)

method, images, stream = method_of(model), batches[0].clone(), cuda.Stream()
with cuda.stream(stream):
    step(model, method, images)  # kernels are compiled, gradients and momenta are made
cuda.current_stream().wait_stream(stream)
captured = cuda.CUDAGraph()
kept = {name: value.clone() for name, value in model.state_dict().items()}
momenta = [method.state[p]["momentum_buffer"].clone() for p in model.parameters()]
transfers.clear()
with cuda.graph(captured, stream=stream):
    loss = step(model, method, images)
assert not transfers
with pytest.raises(RuntimeError, match="not permitted when stream is capturing"), cuda.graph(cuda.CUDAGraph()):
    loss.item()
model.load_state_dict(kept)  # the stand-in did the work that it captured
for p, momentum in zip(model.parameters(), momenta):
    method.state[p]["momentum_buffer"].copy_(momentum)
losses = []
for batch in batches[1:]:
    images.copy_(batch)
    captured.replay()
    losses.append(loss.item())
other = method_of(plain)
expected = [step(plain, other, batch).item() for batch in batches][1:]
assert losses == pytest.approx(expected)
for ours, theirs in zip(model.parameters(), plain.parameters()):
    assert wengert.allclose(ours, theirs) and wengert.allclose(ours.grad, theirs.grad)
"""

CAPTURABLE = """
import pytest
from wengert_conformance.standin import install, transfers
install()
import wengert
from wengert import cuda, nn, optim
weights = [wengert.tensor([1.0, -2.0, 3.0], device="cuda", requires_grad=True) for _ in range(2)]

def step(method, weight):
    method.zero_grad()
    (weight**2).sum().backward()
    method.step()

def captured_step(method, weight, stream):
    graph, before = cuda.CUDAGraph(), {}
    with cuda.stream(stream):
        step(method, weight)
    cuda.current_stream().wait_stream(stream)
    state = method.state[weight]
    kept = [weight.detach().clone(), *(value.clone() for value in state.values())]
    with cuda.graph(graph, stream=stream):
        step(method, weight)
    with wengert.no_grad():  # the stand-in did the work that it captured
        for value, was in zip([weight, *state.values()], kept):
            value.copy_(was)
    return graph

stream = cuda.Stream()
for kind in (optim.Adam, optim.AdamW, optim.RMSprop):
    method = kind([weights[0]], lr=0.1)
    step(method, weights[0])
    with pytest.raises(RuntimeError, match=f"graph capture of step.. for an instance of {kind.__name__} but param_gro"):
        with cuda.graph(cuda.CUDAGraph(), stream=stream):
            step(method, weights[0])
for make in (
    lambda w, **more: optim.Adam([w], lr=0.1, weight_decay=0.1, amsgrad=True, **more),
    lambda w, **more: optim.AdamW([w], lr=wengert.tensor(0.1, device="cuda"), **more),
    lambda w, **more: optim.RMSprop([w], lr=0.1, momentum=0.5, centered=True, **more),
):
    with wengert.no_grad():
        weights[1].copy_(weights[0])
    ours, plain = make(weights[0], capturable=True), make(weights[1])
    with pytest.warns(UserWarning, match="without CUDA graph capture"):
        graph = captured_step(ours, weights[0], stream)
    transfers.clear()
    for _ in range(3):
        graph.replay()
    assert not transfers
    for _ in range(4):
        step(plain, weights[1])
    assert ours.state[weights[0]]["step"].item() == 4.0 and ours.state[weights[0]]["step"].is_cuda
    assert wengert.allclose(*weights, rtol=1e-3), weights  # corrections in single precision, as torch makes them
    again = make(weights[0], capturable=True)
    again.load_state_dict(ours.state_dict())
    assert again.state[weights[0]]["step"].is_cuda
"""


def run(program: str) -> str:
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_standin_refuses_what_cupy_refuses() -> None:
    run(REFUSALS)


def test_a_training_step_takes_nothing_to_the_host() -> None:
    run(TRAINING)


def test_the_command_shows_driver_runtime_and_devices_with_their_memory() -> None:
    lines = run(COMMAND).splitlines()
    assert "cupy: driver for CUDA 13.0, CUDA runtime 13.0" in lines
    assert "cupy: cuda:0 is stand-in, compute capability 0.0, 16.0 GiB" in lines
    assert any(line.startswith("cupy ") and line.split()[-2:] == ["available", "cuda:0"] for line in lines)


def test_operations_run_on_the_device_of_their_operands() -> None:
    run(DEVICES)


def test_backward_runs_on_the_stream_of_its_forward() -> None:
    run(STREAMS)


def test_memory_and_settings_are_those_of_the_device() -> None:
    run(MEMORY)


def test_a_training_step_is_captured_once_and_replayed() -> None:
    run(GRAPHS)


def test_steps_of_optimisers_are_captured_where_they_count_on_the_device() -> None:
    run(CAPTURABLE)


def test_the_backend_uses_names_that_cupy_has() -> None:
    used = names.used_names(BACKEND)
    assert {"cupy.add", "cupy.linalg.svd", "cupyx.scipy.linalg", "cupy.cuda.Device"} <= used
    assert names.unresolved(used, names.stored()) == []
    assert names.unresolved({"cupy.vecdot", "cupyx.scipy.special.mathieu_a"}, names.stored()) == [
        "cupy.vecdot",
        "cupyx.scipy.special.mathieu_a",
    ]
