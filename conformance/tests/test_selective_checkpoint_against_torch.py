"""Selective checkpointing beside torch's: what a policy is shown, the gradients, and what is refused."""

from __future__ import annotations

import warnings
from functools import partial
from typing import Any

import numpy
import pytest
import torch
import torch.utils.checkpoint
import wengert

KEPT = ("mm", "exp", "select")


@pytest.fixture(autouse=True)
def _numpy() -> Any:
    with wengert.use_backend("numpy"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def layers(x: Any, y: Any) -> Any:
    h = (x @ y).sin().exp() * y + 1
    return (h.tanh() * h[0]).sum(0)


def written(x: Any, y: Any) -> Any:
    h = x * 1.0
    h[0].mul_(y[0])
    return h.exp()


def name_of(op: Any) -> str:
    return str(op).removeprefix("aten.").partition(".")[0]


def run(library: Any, function: Any, kept: tuple[str, ...] = KEPT) -> tuple[list[str], list[Any], Any]:
    """The operations that a policy is shown, the gradients, and the result."""
    seen: list[str] = []
    tools = library.utils.checkpoint

    def policy(ctx: Any, op: Any, *args: Any, **kwargs: Any) -> Any:
        seen.append(name_of(op))
        return tools.CheckpointPolicy.MUST_SAVE if seen[-1] in kept else tools.CheckpointPolicy.PREFER_RECOMPUTE

    x, y = (library.tensor([[a, 0.2], [0.3, 0.4]], dtype=library.float64, requires_grad=True) for a in (0.1, 0.5))
    contexts = partial(tools.create_selective_checkpoint_contexts, policy)
    result = tools.checkpoint(function, x, y, use_reentrant=False, context_fn=contexts)
    result.sum().backward(retain_graph=True)
    return seen, [x.grad.tolist(), y.grad.tolist()], result


def test_a_policy_is_shown_what_torchs_is() -> None:
    assert run(wengert, layers)[0] == run(torch, layers)[0]


@pytest.mark.parametrize("function", [layers, written])
def test_gradients_are_those_of_the_plain_call(function: Any) -> None:
    for kept in ((), KEPT):
        _, gradients, _ = run(wengert, function, kept)
        x, y = (torch.tensor([[a, 0.2], [0.3, 0.4]], dtype=torch.float64, requires_grad=True) for a in (0.1, 0.5))
        function(x, y).sum().backward()
        for found, leaf in zip(gradients, (x, y), strict=True):
            assert numpy.allclose(found, leaf.grad.tolist(), rtol=1e-12, atol=0)


def test_a_second_backward_is_refused_as_in_torch() -> None:
    for library in (torch, wengert):
        result = run(library, layers)[2]
        with pytest.raises(RuntimeError, match="Trying to backward an extra time"):
            result.sum().backward()


def test_a_kept_result_that_was_written_is_refused_as_in_torch() -> None:
    for library in (torch, wengert):
        with pytest.raises(RuntimeError, match="cached during selective activation checkpoint has been mutated"):
            run(library, lambda x, y: (x @ y).mul_(y).exp(), ("mm",))
