"""The toy backends, registered for the core's own tests: no array library is needed."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest
import wengert
from wengert.backends import registry
from wengert.graph.task import live_places
from wengert.testing import toy_devices
from wengert.testing.toy import toy_spec


@pytest.fixture(params=[True, False], ids=["toy", "toy-immutable"])
def toy(request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a toy backend, in use while the test runs; once mutable, once immutable."""
    spec = toy_spec(mutable=request.param)
    registry.register(spec)
    with registry.use_backend(spec.name):
        yield spec.name
    registry.unregister(spec.name)


@pytest.fixture
def mutable_toy() -> Iterator[str]:
    """The name of the toy backend whose arrays can be written, in use while the test runs."""
    spec = toy_spec(mutable=True)
    registry.register(spec)
    with registry.use_backend(spec.name):
        yield spec.name
    registry.unregister(spec.name)


@pytest.fixture
def cuda() -> Iterator[Any]:
    """`wengert.cuda` on the toy with two devices; no stream and no place stays behind."""
    registry.register(toy_devices.toy_cuda_spec())
    toy_devices.log.clear()
    yield wengert.cuda
    assert (wengert.cuda.current_device(), wengert.cuda.current_stream()) == (0, wengert.cuda.default_stream())
    registry.unregister("toy-cuda")
    gc.collect()
    assert live_places == {}  # later passes pay for nothing
