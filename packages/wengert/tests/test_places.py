"""Devices, streams, events and graphs by torch's names, and backward on the streams of the forward.

The backend is the toy on two devices: a kernel there refuses arrays of another device, and values that another stream
need not have written yet.
"""

import subprocess
import sys
import threading

import pytest
import wengert
from wengert.backends import registry
from wengert.graph.modes import is_grad_enabled
from wengert.protocol.accelerator import Accelerator
from wengert.testing import toy_devices


def leaf(*values, device="cuda"):
    return wengert.tensor([float(value) for value in values], device=device, requires_grad=True)


def waits():
    return [entry[1].number for entry in toy_devices.log if entry[0] == "wait"]


# --- names ------------------------------------------------------------------------------------------------------------

WITHOUT = """
import pytest, wengert
from wengert import cuda
assert not cuda.is_available() and cuda.device_count() == 0 and not cuda.is_current_stream_capturing()
assert cuda.memory_allocated() == cuda.memory_reserved() == cuda.max_memory_allocated() == 0
cuda.manual_seed(1), cuda.manual_seed_all(1), cuda.empty_cache(), cuda.set_device(-1)
with cuda.stream(None), cuda.device(-1):
    pass
needing = [cuda.current_device, cuda.current_stream, cuda.default_stream, cuda.synchronize, cuda.Stream, cuda.Event]
needing += [cuda.CUDAGraph, cuda.get_device_name, cuda.get_device_properties, cuda.mem_get_info]
needing += [cuda.reset_peak_memory_stats, cuda.graph_pool_handle, lambda: cuda.set_device(0), lambda: cuda.device(None)]
needing += [lambda: cuda.device(0).__enter__()]
for function in needing:
    with pytest.raises(RuntimeError, match="CUDA is not available: .* pip install .wengert.cuda12"):
        function()
with pytest.raises(ValueError, match="Expected a cuda device, but got: cpu"):
    cuda.set_device("cpu")
wengert.set_float32_matmul_precision("high")
assert wengert.get_float32_matmul_precision() == "high"
"""


def test_without_cuda_only_what_needs_a_device_raises(monkeypatch):
    monkeypatch.setenv("WENGERT_DISABLE_BACKENDS", "cupy")
    subprocess.run([sys.executable, "-W", "error", "-c", WITHOUT], check=True)


ALONE = """
import pytest, wengert
from wengert.backends import registry
from wengert.protocol.errors import NoBackendError
from wengert.testing import toy_devices
registry.register(toy_devices.toy_cuda_spec())
x = wengert.ones(2, device="cuda", requires_grad=True)
method = wengert.optim.Adam([x])
wengert.utils.checkpoint.checkpoint(lambda v: v.exp(), x, use_reentrant=False).sum().backward()
method.step()
for device in (None, "cpu"):
    with pytest.raises(NoBackendError):
        wengert.ones(2, device=device)
"""


def test_a_device_needs_no_library_for_the_cpu(monkeypatch):
    monkeypatch.setenv("WENGERT_DISABLE_BACKENDS", "numpy torch strict stranger cupy")
    monkeypatch.delenv("WENGERT_BACKEND", raising=False)
    subprocess.run([sys.executable, "-W", "error", "-c", ALONE], check=True)


def test_a_backend_whose_devices_cannot_be_used_says_why(monkeypatch):
    def refused(kind):
        raise RuntimeError("backend 'x' is unavailable: install it with: pip install x.")

    monkeypatch.setattr(registry, "device_module", refused)
    with pytest.raises(RuntimeError, match=r"^CUDA is not available: backend 'x' is unavailable: .* pip install x\.$"):
        wengert.cuda.current_device()


def test_the_toy_device_module_has_what_the_protocol_names():
    wanted = {name for name in vars(Accelerator) if not name.startswith("_")}
    assert len(wanted) > 30
    assert {name for name in wanted if not callable(getattr(toy_devices, name, None))} == set()


def test_cuda_means_the_current_device(cuda):
    assert cuda.is_available()
    assert cuda.device_count() == 2
    assert leaf(1).device.index == 0
    with cuda.device(1) as chosen:
        assert (chosen.idx, cuda.current_device(), leaf(1).device.index) == (1, 1, 1)
        with cuda.device("cuda:0"), cuda.device(None), cuda.device("cuda"):
            assert leaf(1).device.index == 0
        assert wengert.zeros(2, device="cuda").to("cuda:0").cuda().device.index == 1
        with cuda.device_of(leaf(1, device="cuda:0")), cuda.device_of(None):
            assert cuda.current_device() == 0
    assert cuda.current_device() == 0
    cuda.set_device(wengert.device("cuda:1"))
    assert leaf(1).device.index == 1
    cuda.set_device(0)
    for index in (2, 7):
        with pytest.raises(RuntimeError, match=f"invalid device ordinal {index}"):
            cuda.set_device(index)
    for wrong in (cuda.synchronize, cuda.set_device, cuda.Stream, cuda.device):
        with pytest.raises(ValueError, match="Expected a cuda device, but got: cpu"):
            wrong("cpu")


def test_what_a_device_tells(cuda):
    found = cuda.get_device_properties("cuda:1")
    assert (found.name, cuda.get_device_name(1), cuda.get_device_capability()) == ("Toy 1", "Toy 1", (1, 2))
    assert repr(found).startswith("_CudaDeviceProperties(name='Toy 1', major=1, minor=2, total_memory=1024MB")
    with pytest.raises(AttributeError, match="no attribute 'colour'"):
        _ = found.colour
    assert cuda.mem_get_info() == (1 << 29, 1 << 30)
    assert (cuda.memory_allocated(), cuda.memory_reserved(1), cuda.max_memory_allocated("cuda:1")) == (100, 201, 151)
    cuda.reset_peak_memory_stats(1)
    cuda.empty_cache()
    with cuda.device(1):
        cuda.synchronize()
    assert toy_devices.log == [("reset_peak_memory_stats", 1), ("empty_cache",), ("synchronize", 1)]


def test_seeds_of_one_device_and_of_all(cuda):
    def drawn():
        return [wengert.rand(3, device=f"cuda:{index}").tolist() for index in range(2)]

    cuda.manual_seed_all(3)
    first = drawn()
    cuda.manual_seed_all(3)
    assert drawn() == first
    with cuda.device(1):
        cuda.manual_seed(3)
    again = drawn()
    assert again[1] == first[1]
    assert again[0] != first[0]
    with pytest.raises(ValueError, match="seed"):
        cuda.manual_seed(1 << 64)


def test_precision_of_products_is_told_to_the_devices(cuda):
    assert wengert.get_float32_matmul_precision() == "highest"
    wengert.set_float32_matmul_precision("medium")
    with pytest.warns(UserWarning, match="low is not one of 'highest', 'high', or 'medium'"):
        wengert.set_float32_matmul_precision("low")
    assert wengert.get_float32_matmul_precision() == "medium"
    wengert.set_float32_matmul_precision("highest")
    assert toy_devices.log == [("precision", "medium"), ("precision", "highest")]
    with pytest.raises(RuntimeError, match="expects a str, but got NoneType"):
        wengert.set_float32_matmul_precision(None)


# --- streams and events -----------------------------------------------------------------------------------------------


def test_a_stream_is_current_inside_its_block_with_its_device(cuda):
    one, other, away = cuda.Stream(), cuda.Stream(priority=-1), cuda.Stream("cuda:1")
    assert len({one, other, away, cuda.default_stream(), cuda.default_stream(1)}) == 5
    assert repr(away) == f"<wengert.cuda.Stream device=cuda:1 cuda_stream={away.cuda_stream:#x}>"
    assert (away.device, one.query(), one.__cuda_stream__()) == (wengert.device("cuda:1"), True, (0, one.cuda_stream))
    with cuda.stream(one):
        with cuda.stream(away):
            assert (cuda.current_device(), cuda.current_stream(), cuda.current_stream(0)) == (1, away, one)
            with cuda.stream(other), cuda.stream(None):
                assert (cuda.current_device(), cuda.current_stream()) == (0, other)
            assert cuda.current_stream(0) == one
        assert (cuda.current_device(), cuda.current_stream()) == (0, one)
        assert cuda.current_stream(1) == cuda.default_stream(1)
    assert is_grad_enabled() is True  # nothing stays that would take operations off their short path


def test_each_thread_has_its_own_stream(cuda):
    seen = []
    with cuda.stream(cuda.Stream()):
        thread = threading.Thread(target=lambda: seen.append(cuda.current_stream()))
        thread.start()
        thread.join()
    assert seen == [cuda.default_stream()]


def test_events_are_made_on_the_device_that_records_them(cuda):
    start, end, plain = cuda.Event(enable_timing=True), cuda.Event(True), cuda.Event()
    assert (start.device, start.cuda_event, start.query()) == (None, 0, True)
    start.synchronize(), start.wait()
    with pytest.raises(ValueError, match="must be recorded before"):
        start.elapsed_time(end)
    with cuda.device(1):
        start.record()
        leaf(1) + 1
        end.record()
    assert (start.device, repr(start)) == (
        wengert.device("cuda:1"),
        f"<wengert.cuda.Event {start.cuda_event:#x}>",
    )
    assert start.elapsed_time(end) > 0
    with pytest.raises(ValueError, match="enable_timing=True"):
        start.elapsed_time(plain)
    with pytest.raises(RuntimeError, match="Event device 1 does not match recording stream's device 0"):
        start.record()
    stream = cuda.Stream()
    stream.wait_event(end)
    assert stream.record_event(plain) is plain
    assert waits() == [stream.cuda_stream]
    stream.synchronize(), plain.synchronize()


def test_the_toy_refuses_what_a_device_would_run_too_early(cuda):
    stream = cuda.Stream()
    x = leaf(1)
    with cuda.stream(stream), pytest.raises(RuntimeError, match="need not have written"):
        x.exp()
    array = leaf(1, device="cuda:1").array
    with pytest.raises(RuntimeError, match="device 0 is current where 1 is needed"):
        array * 2


# --- several devices --------------------------------------------------------------------------------------------------


# --- backward on the streams of the forward ---------------------------------------------------------------------------


# --- graphs -----------------------------------------------------------------------------------------------------------
