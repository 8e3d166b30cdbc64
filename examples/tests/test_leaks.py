"""Training leaves nothing behind: each example's step frees what it made by reference counting alone."""

from __future__ import annotations

import pytest
import wengert
from leaks import EXAMPLES, growth


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_memory_stays_flat(name: str, backend: str) -> None:
    with wengert.use_backend(backend):
        found = growth(EXAMPLES[name](), 80)
    assert found.objects < 80


def test_a_leak_would_be_seen() -> None:
    held: list[wengert.Tensor] = []
    x = wengert.ones(2, requires_grad=True)
    assert growth(lambda: held.append(x * x), 80).objects >= 80
