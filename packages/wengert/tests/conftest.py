"""The toy backends, registered for the core's own tests: no array library is needed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from wengert.backends import registry
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
