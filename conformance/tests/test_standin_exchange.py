"""CuPy's arrays and our tensors have one memory in both directions; shown on the stand-in, in a program of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
import wengert

SHARED = """
from wengert_conformance.standin import install, transfers
install()
import cupy, numpy, pytest, wengert

class Foreign:
    "An array of a library without a plugin, as numba's: it could also become NumPy's, by way of the host."
    def __init__(self, memory): self.__cuda_array_interface__ = memory.__cuda_array_interface__
    def __array__(self, *_, **__): raise AssertionError("the way to the host was taken")

class Exporting:
    "Another, as jax's."
    def __init__(self, memory): self.memory = memory
    def __dlpack__(self, **options): return self.memory.__dlpack__(**options)
    def __dlpack_device__(self): return self.memory.__dlpack_device__()

TAKERS = {
    "as_tensor": wengert.as_tensor,
    "asarray": wengert.asarray,
    "from_dlpack": wengert.from_dlpack,
    "as_tensor of an interface": lambda x: wengert.as_tensor(Foreign(x)),
    "asarray of an interface": lambda x: wengert.asarray(Foreign(x)),
    "from_dlpack of an export": lambda x: wengert.from_dlpack(Exporting(x)),
}
for name, take in TAKERS.items():
    theirs = cupy.zeros(3)
    ours = take(theirs)
    theirs[0], ours[1] = 7.0, 5.0
    assert ours.tolist() == theirs.tolist() == [7, 5, 0], name
    assert (ours.device.type, ours.device.backend, ours.dtype) == ("cuda", "cupy", wengert.float64)
assert wengert.tensor(Foreign(theirs)).array.data.ptr != theirs.data.ptr  # a copy, as torch.tensor makes

GIVERS = {
    "array": lambda t: t.array,
    "cupy.asarray": cupy.asarray,
    "cupy.from_dlpack": cupy.from_dlpack,
    "an interface": lambda t: cupy.asarray(Foreign(t)),
}
for name, give in GIVERS.items():
    ours = wengert.zeros(3, 2, device="cuda").T[:, 1:]
    theirs = give(ours)
    ours[0, 0], theirs[1, 0] = 7.0, 5.0
    assert ours.tolist() == theirs.tolist() == [[7, 0], [5, 0]], name
    assert theirs.strides == (4, 8)
assert not any(transfer != "tolist" for transfer in transfers), transfers

# another backend on the same device
from wengert.backends.registry import register
from wengert.protocol.backend import BackendSpec
from wengert_cupy.namespace import make_backend
twin = make_backend()
twin.name = "twin"
register(BackendSpec(name="twin", device_types=("twin",), load=lambda: twin, owns=lambda kind: False))
transfers.clear()
x = wengert.zeros(3, device="cuda", requires_grad=True)
y = x.to(backend="twin")
assert (y.device.backend, y.array.data.ptr) == ("twin", x.array.data.ptr)
y.square().sum().backward()
assert x.grad.device.backend == "cupy" and not transfers, transfers
assert y.detach().to(wengert.float64, backend="cupy").dtype == wengert.float64 and not transfers

described = wengert.ones(2, device="cuda").__cuda_array_interface__
assert (described["shape"], described["typestr"], described["strides"], described["version"]) == ((2,), "<f4", None, 3)
x = wengert.ones(2, device="cuda", requires_grad=True)
with pytest.raises(RuntimeError, match="on Variable that requires grad"):
    cupy.asarray(x)
with pytest.raises(BufferError, match="use tensor.detach"):
    cupy.from_dlpack(x)
(cupy.asarray(x.detach())[0:1])[...] = 3.0
assert x.tolist() == [3, 1]
y = wengert.from_dlpack(cupy.ones(2)).requires_grad_()
(y * cupy.asarray([2.0, 3.0])).sum().backward()
assert isinstance(y.grad.array, cupy.ndarray) and y.grad.tolist() == [2, 3]
"""


def test_memory_is_shared_in_both_directions() -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", SHARED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize("requires_grad", [False, True])
def test_tensors_on_the_cpu_have_no_cuda_interface(backend: str, requires_grad: bool) -> None:
    ours = wengert.ones(2, backend=backend, requires_grad=requires_grad)
    theirs = torch.ones(2, requires_grad=requires_grad)
    messages = []
    for tensor in (ours, theirs):
        with pytest.raises(AttributeError) as refused:
            _ = tensor.__cuda_array_interface__
        messages.append(str(refused.value))
    assert messages[0].replace("wengert.", "torch.") == messages[1]
    assert not hasattr(ours, "__cuda_array_interface__")


def test_what_lies_on_a_gpu_needs_cupy(monkeypatch: pytest.MonkeyPatch) -> None:
    class OnGpu:
        __cuda_array_interface__ = {"shape": (2,), "typestr": "<f4", "data": (0, False), "version": 3}  # noqa: RUF012

    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(ImportError, match=r"cupy is not installed. Run: python -m pip install 'wengert\[cuda12\]'"):
        wengert.asarray(OnGpu())
