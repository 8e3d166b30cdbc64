"""einops, through its functions for the array API, on tensors that require grad."""

from __future__ import annotations

import numpy as np
import pytest
from einops import array_api as einops
from outcomes import EXACT, outcome

M = np.linspace(0.3, 2.9, 24).reshape(2, 3, 4)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: einops.rearrange(x, "a b c -> c (a b)"),
        lambda x: einops.rearrange(x, "a b (c d) -> (d a) b c", d=2),
        lambda x: einops.reduce(x, "a b c -> b", "sum"),
        lambda x: einops.reduce(x, "a b (c d) -> a d", "mean", d=2),
        lambda x: einops.reduce(x, "a b c -> a", "max"),
        lambda x: einops.reduce(x, "a b c -> c", "min"),
        lambda x: einops.reduce(x, "a b c -> a c", "prod"),
        lambda x: einops.repeat(x, "a b c -> a (b r) c", r=2),
        lambda x: einops.pack([x, x[..., 0]], "a b *")[0],
        lambda x: einops.unpack(x, [(1,), (3,)], "a b *")[1],
    ],
)
def test_gradient(call: object) -> None:
    assert outcome(call, M) == EXACT
