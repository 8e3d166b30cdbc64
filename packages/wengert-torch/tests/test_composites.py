"""Fused operations against their composites on torch's own kernels."""

from __future__ import annotations

import numpy as np
import pytest
from wengert.testing.fused import PAIRS, orders
from wengert_torch.namespace import make_backend


@pytest.mark.parametrize("name", PAIRS)
def test_fused_is_its_composite(name: str) -> None:
    backend, pair = make_backend(), PAIRS[name]
    leaves = pair.leaves(backend)
    one, other = (orders(backend, function, leaves) for function in (pair.fused, pair.composite))
    for found, expected in zip(one, other, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
