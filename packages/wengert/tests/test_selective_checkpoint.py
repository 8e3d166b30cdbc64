"""Selective checkpointing on the toy backend: what is kept is not computed again, and recorded as if it were."""

from __future__ import annotations

import gc
from functools import partial
from typing import Any
from weakref import ref

import pytest
import wengert
from wengert.utils.checkpoint import CheckpointPolicy, checkpoint, create_selective_checkpoint_contexts

pytestmark = pytest.mark.usefixtures("toy")


def leaf(*values: float) -> wengert.Tensor:
    return wengert.tensor(values, requires_grad=True)


def keeping(function: Any, kept: Any, *args: Any, **options: Any) -> Any:
    contexts = partial(create_selective_checkpoint_contexts, kept)
    return checkpoint(function, *args, use_reentrant=False, context_fn=contexts, **options)


def chain(x: Any) -> Any:
    return x.sin().exp().cos() * x


@pytest.mark.parametrize(("kept", "runs"), [([], 2), (["exp"], 1), (["sin", "exp", "cos", "mul"], 1)])
def test_what_is_kept_is_not_computed_again(monkeypatch: pytest.MonkeyPatch, kept: list[str], runs: int) -> None:
    x, plain = leaf(1.0, 2.0), leaf(1.0, 2.0)
    xp, seen = x.space.xp, []
    exp = xp.exp
    monkeypatch.setattr(xp, "exp", lambda array: seen.append(1) or exp(array))
    keeping(chain, kept, x).sum().backward()
    assert len(seen) == runs
    chain(plain).sum().backward()
    assert x.grad.tolist() == plain.grad.tolist()


def test_a_policy_sees_each_operation_on_the_inputs() -> None:
    seen: list[tuple[str, Any, int]] = []

    def policy(ctx: Any, op: str, *args: Any, **kwargs: Any) -> CheckpointPolicy:
        seen.append((op, ctx.op_output.tolist(), len(args)))
        (args[0] + 1).sum()  # operations of the policy are its own
        return CheckpointPolicy.PREFER_SAVE if op == "add" else CheckpointPolicy.MUST_RECOMPUTE

    x, w = leaf(1.0, 2.0), leaf(3.0, 4.0)
    keeping(lambda x: (x + (w + 1)) * 2, policy, x).sum().backward()
    assert seen == [("add", [5.0, 7.0], 2), ("mul", [10.0, 14.0], 2)]
    assert (x.grad.tolist(), w.grad.tolist()) == ([2.0, 2.0], [2.0, 2.0])


def test_results_are_tensors_like_others() -> None:
    x = leaf(1.0, 2.0)
    same, parts = keeping(lambda x, scale: (x, {"a": [x.exp() * scale]}), ["exp"], x, scale=leaf(2.0, 2.0))
    assert same is x
    assert parts["a"][0].space is x.space


def test_a_kept_result_that_was_written_is_refused() -> None:
    def written(x: Any) -> Any:
        return (x * 2.0).mul_(3.0).exp()

    result = keeping(written, ["mul"], leaf(0.1))
    with pytest.raises(RuntimeError, match="cached during selective activation checkpoint has been mutated"):
        result.backward()


def test_what_was_kept_is_used_once() -> None:
    result = keeping(chain, ["exp"], leaf(1.0))
    result.backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="Trying to backward an extra time"):
        result.backward()


def test_another_second_run_is_refused() -> None:
    runs: list[int] = []

    def differing(x: Any) -> Any:
        runs.append(1)
        return x.exp() if len(runs) == 1 else x.tanh()

    result = keeping(differing, [], leaf(1.0))
    with pytest.raises(RuntimeError, match="encountered during backward but not found in storage"):
        result.backward()


@pytest.mark.parametrize(
    ("kept", "error", "phrase"),
    [
        (3, TypeError, "must be either a function or a list of ops"),
        ([wengert.exp], ValueError, "Expected op in `op_list`"),
    ],
)
def test_policies_that_are_refused(kept: Any, error: type[Exception], phrase: str) -> None:
    with pytest.raises(error, match=phrase):
        create_selective_checkpoint_contexts(kept)


def test_inside_and_around_transforms() -> None:
    x = wengert.tensor([[0.5, 0.6]])
    plain = wengert.func.grad(lambda x: chain(x).sum())(x)
    assert wengert.func.grad(lambda x: keeping(chain, ["exp"], x).sum())(x).tolist() == plain.tolist()
    assert wengert.func.vmap(lambda row: keeping(chain, ["exp"], row))(x).tolist() == chain(x).tolist()
    inner = wengert.tensor([[0.5, 0.6]], requires_grad=True)
    keeping(lambda x: wengert.func.vmap(chain)(x).sum(), ["exp"], inner).backward()
    assert inner.grad.tolist() == plain.tolist()


def test_nothing_is_left_behind() -> None:
    """Counting of references alone frees the call and what was kept."""
    gc.disable()
    try:
        result = keeping(chain, ["exp"], leaf(1.0))
        node = ref(result.grad_fn)
        result.backward()
        del result
        assert node() is None
    finally:
        gc.enable()
