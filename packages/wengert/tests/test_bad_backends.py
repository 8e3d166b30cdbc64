"""Mixed or absent backends and devices, and plugins that fail: a clear error, and nothing is changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import wengert
from wengert.backends import registry
from wengert.protocol.backend import PROTOCOL_VERSION, Backend, BackendSpec
from wengert.protocol.errors import BackendError
from wengert.testing.toy import toy_spec


def leaf(values: object) -> Any:
    return wengert.tensor(values, requires_grad=True)


def spec(name: str, load: Callable[[], Backend], **more: Any) -> BackendSpec:
    return BackendSpec(name, ("cpu", "toy"), load, lambda kind: False, -1, **more)


def load_with_devices() -> Backend:
    """A toy with two devices more; its arrays do not say where they are, so tensors are placed by hand."""
    toy = toy_spec().load()
    devices = ("cpu", "toy:0", "toy:1")
    return Backend("toy-devices", toy.xp, toy.array_type, toy.dtypes, toy.capabilities, devices=lambda: devices)


@pytest.fixture(autouse=True)
def backends() -> Iterator[None]:
    specs = [toy_spec(), toy_spec(mutable=False), spec("toy-devices", load_with_devices)]
    for made in specs:
        registry.register(made)
    with registry.use_backend("toy"):
        yield
    for made in specs:
        registry.unregister(made.name)


def elsewhere(values: object, device: str) -> Any:
    """A tensor on a device of toy-devices."""
    tensor = wengert.tensor(values, backend="toy-devices")
    tensor.space = tensor.space.backend.space(device, tensor.dtype)
    return tensor


def test_two_backends() -> None:
    x, y = leaf([1.0]), wengert.tensor([2.0], backend="toy-immutable")
    with pytest.raises(
        BackendError,
        match=r"expected all tensors to be on the same backend, but found backends 'toy' \(device cpu\) and "
        r"'toy-immutable' \(device cpu\). Move one of them: t.to\(backend='toy'\)",
    ):
        x * y
    assert (x * y.to(backend="toy")).tolist() == [2.0]


@pytest.mark.parametrize(
    "mixed",
    [
        lambda x, y: x + y,
        lambda x, y: y - x,
        lambda x, y: x @ y,
        lambda x, y: x > y,
        lambda x, y: wengert.cat([x, y]),
        lambda x, y: wengert.where(x > 0, x, y),
        lambda x, y: wengert.addcmul(x, x, y),
        lambda x, y: x.data.add_(y),
        lambda x, y: (x * 1).mul_(y),
    ],
)
def test_two_backends_in_every_kind_of_operation(mixed: Callable[[Any, Any], Any]) -> None:
    x, y = leaf([1.0, 2.0]), wengert.tensor([2.0, 3.0], backend="toy-immutable")
    with pytest.raises(RuntimeError, match="expected all tensors to be on the same backend, but found backends"):
        mixed(x, y)
    assert (x.tolist(), y.tolist(), x._version, y._version) == ([1.0, 2.0], [2.0, 3.0], 0, 0)


def test_a_gradient_of_another_backend() -> None:
    x = leaf([1.0])
    with pytest.raises(BackendError, match=r"grad_tensors.0. is on backend 'toy-immutable' and its output on 'toy'"):
        (x * 2).backward(wengert.tensor([1.0], backend="toy-immutable"))
    with pytest.raises(BackendError, match="assigned grad has data on another backend: 'toy-immutable'"):
        x.grad = wengert.tensor([1.0], backend="toy-immutable")
    assert x.grad is None


def test_two_devices() -> None:
    x, y = elsewhere([1.0], "cpu"), elsewhere([2.0], "toy:1")
    words = r"Expected all tensors to be on the same device, but found at least two devices, cpu and toy:1! Move one"
    with pytest.raises(RuntimeError, match=words):
        x * y
    assert (x.tolist(), x._version) == ([1.0], 0)


def test_a_gradient_on_another_device() -> None:
    x = elsewhere([1.0], "toy:0").requires_grad_()
    with pytest.raises(RuntimeError, match=r"assigned grad has data located on a different device: toy:1 for .* toy:0"):
        x.grad = elsewhere([1.0], "toy:1")
    assert x.grad is None


def test_a_device_that_is_absent() -> None:
    with pytest.raises(RuntimeError, match="device 'toy:7' is absent"):
        wengert.tensor([1.0], device="toy:7")
    with pytest.raises(RuntimeError, match="at start of device string: tpu"):
        wengert.tensor([1.0], device="tpu")


def test_an_unknown_backend() -> None:
    words = re.escape("unknown backend 'plum'; installed are: ")
    with pytest.raises(BackendError, match=words), registry.use_backend("plum"):
        pytest.fail("entered")
    with pytest.raises(BackendError, match=words):
        wengert.tensor([1.0], backend="plum")
    with pytest.raises(BackendError, match=words):
        wengert.ones(2).to(backend="plum")
    assert wengert.ones(1).space.backend.name == "toy"


def test_a_plugin_that_fails_to_load_leaves_the_others_alone() -> None:
    def load() -> Any:
        raise ModuleNotFoundError("No module named 'plums'")

    registry.register(spec("plum", load, install="pip install plums"))
    try:
        with pytest.raises(BackendError, match=r"'plum' is unavailable: .*No module named 'plums'.*pip install plums"):
            wengert.tensor([1.0], backend="plum")
        assert wengert.tensor([1.0]).tolist() == [1.0]
    finally:
        registry.unregister("plum")


def test_a_plugin_of_another_protocol_version() -> None:
    registry.register(spec("future", toy_spec().load, protocol_version=PROTOCOL_VERSION + 1))
    try:
        words = f"'future' follows version {PROTOCOL_VERSION + 1} .* this wengert version {PROTOCOL_VERSION}"
        with pytest.raises(BackendError, match=words):
            wengert.tensor([1.0], backend="future")
    finally:
        registry.unregister("future")
