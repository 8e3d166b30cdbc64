"""What the autograd API refuses: for each row of a table torch's class of error, and the phrase that people search for.

Rows are calls; torch runs them live. Wengert's message may go on where torch's ends.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
import torch
import torch.autograd.functional
import torch.utils.checkpoint
import wengert

#: So much of torch's message is to be found in Wengert's, if its first sentence is that long.
PHRASE = 40
ERRORS = (RuntimeError, TypeError, ValueError, IndexError, AssertionError, AttributeError, NotImplementedError)


def leaf(m: Any, *values: float) -> Any:
    return m.tensor(values or (1.0, 2.0), requires_grad=True)


def double(m: Any) -> Any:
    return m.ones(2, dtype=m.float64, requires_grad=True)


def two(m: Any, fwd: Any = None, bwd: Any = None, **more: Any) -> Any:
    """A Function that doubles, with other parts."""
    parts = {"forward": fwd or (lambda ctx, x: x * 2), "backward": bwd or (lambda ctx, g: g * 2), **more}
    return type("Two", (m.autograd.Function,), {name: staticmethod(part) for name, part in parts.items()})


def run(parts: dict[str, Any], m: Any) -> None:
    two(m, **parts).apply(leaf(m)).sum().backward()


def once(m: Any) -> None:
    x = leaf(m)
    function = two(m, bwd=m.autograd.function.once_differentiable(lambda ctx, g: g * 2))
    (g,) = m.autograd.grad((function.apply(x) ** 2).sum(), x, create_graph=True)
    g.sum().backward()


def dual(m: Any, function: Callable[[Any], Any], primal: Any = None, tangent: Any = None) -> Any:
    forward_ad = m.autograd.forward_ad
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(m.ones(2) if primal is None else primal, m.ones(2) if tangent is None else tangent)
        return function(dual)


def inference(m: Any) -> Any:
    with m.inference_mode():
        return m.ones(2)


def disabled(m: Any) -> None:
    graph = m.autograd.graph
    with graph.disable_saved_tensors_hooks("not here"), graph.saved_tensors_hooks(lambda t: t, lambda t: t):
        pass


def packed(m: Any, pack: Any, unpack: Any) -> None:
    with m.autograd.graph.saved_tensors_hooks(pack, unpack):
        y = leaf(m).exp().sum()
    y.backward()


def anomaly(m: Any) -> None:
    with m.autograd.detect_anomaly():
        (leaf(m, 0.0) * 0).sqrt().sum().backward()


def groups_nested(m: Any) -> None:
    with m.utils.checkpoint.GraphExecGroup(), m.utils.checkpoint.GraphExecGroup():
        pass


def differs(m: Any) -> None:
    runs: list[int] = []

    def function(x: Any) -> Any:
        runs.append(1)
        return x.exp() if len(runs) == 1 else x * 1

    m.utils.checkpoint.checkpoint(function, leaf(m), use_reentrant=False).sum().backward()


ROWS: dict[str, Callable[[Any], Any]] = {
    # engine
    "backward_of_plain": lambda m: m.ones(1).backward(),
    "backward_of_vector": lambda m: (leaf(m) * 2).backward(),
    "backward_complex": lambda m: (m.tensor(1j, requires_grad=True) * 2).backward(),
    "backward_twice": lambda m: (lambda y: (y.backward(), y.backward()))((leaf(m) ** 2).sum()),
    "backward_wrong_shape": lambda m: (leaf(m) * 2).backward(m.ones(3)),
    "backward_wrong_type": lambda m: (leaf(m) * 2).backward([1.0, 2.0]),
    "backward_number": lambda m: m.autograd.backward(leaf(m).sum(), 1.0),
    "backward_int_cotangent": lambda m: m.autograd.backward(leaf(m) * 2, m.ones(2, dtype=m.complex64)),
    "backward_empty_inputs": lambda m: leaf(m).sum().backward(inputs=[]),
    "backward_inputs_not_tensor": lambda m: leaf(m).sum().backward(inputs=[3]),
    "backward_inputs_no_grad": lambda m: leaf(m).sum().backward(inputs=[m.ones(1)]),
    "backward_few_gradients": lambda m: m.autograd.backward([leaf(m) * 2, leaf(m) * 2], [m.ones(2)]),
    "backward_not_tensor": lambda m: m.autograd.backward(3.0),
    "backward_both_names": lambda m: m.autograd.backward(leaf(m).sum(), m.tensor(1.0), grad_variables=m.tensor(1.0)),
    "grad_unused": lambda m: m.autograd.grad(leaf(m).sum(), leaf(m)),
    "grad_input_plain": lambda m: m.autograd.grad(leaf(m).sum(), m.ones(2)),
    "grad_no_inputs": lambda m: m.autograd.grad(leaf(m).sum(), []),
    "grad_materialize_contradiction": lambda m: m.autograd.grad(
        leaf(m).sum(), leaf(m), materialize_grads=True, allow_unused=False
    ),
    "grad_of_plain": lambda m: m.autograd.grad(m.ones(1), leaf(m)),
    "grad_batched_shape": lambda m: (lambda x: m.autograd.grad(x * 2, x, m.ones(3, 5), is_grads_batched=True))(leaf(m)),
    "grad_batched_number": lambda m: (lambda x: m.autograd.grad(x * 2, x, m.tensor(1.0), is_grads_batched=True))(
        leaf(m)
    ),
    "grad_outputs_none_vector": lambda m: (lambda x: m.autograd.grad(x * 2, x))(leaf(m)),
    "grad_strings": lambda m: m.autograd.grad("y", "x"),
    "grad_input_number": lambda m: m.autograd.grad(leaf(m).sum(), [2]),
    "after_mutation": lambda m: (lambda x: (lambda y: (lambda z: (y.add_(1), z.backward()))((y * y).sum()))(x * 1))(
        leaf(m)
    ),
    "edge_of_plain": lambda m: m.autograd.graph.get_gradient_edge(m.ones(1)),
    "saved_freed": lambda m: (lambda y: (y.sum().backward(), y.grad_fn._saved_result))(leaf(m).exp()),
    # leaves
    "int_requires_grad": lambda m: m.tensor([1], requires_grad=True),
    "nonleaf_requires_grad_off": lambda m: (leaf(m) * 2).requires_grad_(False),
    "nonleaf_requires_grad_set": lambda m: setattr(leaf(m) * 2, "requires_grad", False),
    "grad_wrong_shape": lambda m: setattr(leaf(m), "grad", m.ones(3)),
    "grad_wrong_type": lambda m: setattr(leaf(m), "grad", 3),
    "grad_itself": lambda m: (lambda x: setattr(x, "grad", x))(leaf(m)),
    "grad_wrong_dtype": lambda m: setattr(leaf(m), "grad", m.ones(2, dtype=m.float64)),
    "retain_grad_plain": lambda m: m.ones(1).retain_grad(),
    "numpy_of_leaf": lambda m: leaf(m).numpy(),
    "write_leaf": lambda m: leaf(m).add_(1),
    "write_view_of_leaf": lambda m: leaf(m)[0].add_(1),
    "detach_view": lambda m: leaf(m)[:1].detach_(),
    "deepcopy_nonleaf": lambda m: deepcopy(leaf(m) * 2),
    "set_grad_enabled_type": lambda m: m.set_grad_enabled(1),
    # hooks
    "hook_on_plain": lambda m: m.ones(1).register_hook(print),
    "hook_returns_number": lambda m: (lambda x: (x.register_hook(lambda g: 3), x.sum().backward()))(leaf(m)),
    "hook_changes_shape": lambda m: (lambda x: (x.register_hook(lambda g: m.ones(5)), x.sum().backward()))(leaf(m)),
    "node_hook_returns_list": lambda m: (lambda y: (y.grad_fn.register_hook(lambda a, b: [1]), y.backward()))(
        leaf(m).sum()
    ),
    "node_hook_count": lambda m: (lambda y: (y.grad_fn.register_hook(lambda a, b: (None, None)), y.backward()))(
        leaf(m).sum()
    ),
    "prehook_count": lambda m: (lambda y: (y.grad_fn.register_prehook(lambda b: (None, None)), y.backward()))(
        leaf(m).sum()
    ),
    "post_acc_on_nonleaf": lambda m: (leaf(m) * 2).register_post_accumulate_grad_hook(print),
    "post_acc_on_plain": lambda m: m.ones(1).register_post_accumulate_grad_hook(print),
    "post_acc_returns": lambda m: (lambda x: (x.register_post_accumulate_grad_hook(lambda p: 3), x.sum().backward()))(
        leaf(m)
    ),
    "multi_grad_mode": lambda m: m.autograd.graph.register_multi_grad_hook([leaf(m)], print, mode="some"),
    "multi_grad_plain": lambda m: m.autograd.graph.register_multi_grad_hook([m.ones(1)], print),
    "node_call_count": lambda m: (leaf(m) * 2).grad_fn(),
    "node_call_type": lambda m: (leaf(m) * 2).grad_fn(3),
    # Function
    "function_count": lambda m: run({"bwd": lambda ctx, g: (g, g)}, m),
    "function_none_missing": lambda m: run({"bwd": lambda ctx, g: 3}, m),
    "function_shape": lambda m: run({"bwd": lambda ctx, g: m.ones(5)}, m),
    "function_call_instance": lambda m: two(m).forward(3),
    "function_no_forward": lambda m: type("N", (m.autograd.Function,), {}).apply(leaf(m)),
    "function_no_backward": lambda m: (
        type("N", (m.autograd.Function,), {"forward": staticmethod(lambda ctx, x: x * 2)})
        .apply(leaf(m))
        .sum()
        .backward()
    ),
    "function_both": lambda m: run({"vjp": lambda ctx, g: g}, m),
    "function_output_type": lambda m: run({"fwd": lambda ctx, x: "a"}, m),
    "function_saved_number": lambda m: run({"fwd": lambda ctx, x: (ctx.save_for_backward(3), x * 2)[1]}, m),
    "function_dirty_number": lambda m: run({"fwd": lambda ctx, x: (ctx.mark_dirty(3), x * 2)[1]}, m),
    "function_dirty_not_returned": lambda m: (
        lambda x: two(m, fwd=lambda ctx, x: (ctx.mark_dirty(x), x * 2)[1]).apply(x * 1)
    )(leaf(m)),
    "function_nondiff_number": lambda m: run({"fwd": lambda ctx, x: (ctx.mark_non_differentiable(3), x * 2)[1]}, m),
    "function_instance_forward": lambda m: type(
        "N", (m.autograd.Function,), {"forward": lambda self, x: x * 2, "backward": lambda self, g: g}
    )()(leaf(m)),
    "function_gradient_for_number": lambda m: (
        two(m, fwd=lambda ctx, x, n: x * n, bwd=lambda ctx, g: (g, g)).apply(leaf(m), 2).sum().backward()
    ),
    "function_no_jvp": lambda m: dual(m, lambda x: two(m).apply(x)),
    "function_no_vmap": lambda m: m.func.vmap(two(m).apply)(m.ones(3)),
    "function_once_twice": lambda m: once(m),
    # forward
    "dual_outside": lambda m: m.autograd.forward_ad.make_dual(m.ones(1), m.ones(1)),
    "dual_shape": lambda m: dual(m, lambda d: d, m.ones(2), m.ones(3)),
    "dual_int": lambda m: dual(m, lambda d: d, m.ones(2, dtype=m.int64), m.ones(2)),
    "dual_int_tangent": lambda m: dual(m, lambda d: d, m.ones(2), m.ones(2, dtype=m.int64)),
    "exit_level": lambda m: m.autograd.forward_ad.exit_dual_level(),
    "nested_level": lambda m: dual(m, lambda d: dual(m, lambda e: e)),
    # modes and saved
    "write_inference": lambda m: inference(m).add_(1),
    "inference_saved": lambda m: leaf(m) * inference(m),
    "inference_requires_grad": lambda m: inference(m).requires_grad_(),
    "hooks_disabled": disabled,
    "unpack_number_hook": lambda m: packed(m, lambda t: t, lambda t: 3),
    "anomaly_nan": anomaly,
    # functional
    "jacobian_type": lambda m: m.autograd.functional.jacobian(lambda x: x, 3),
    "jacobian_output": lambda m: m.autograd.functional.jacobian(lambda x: 3, m.ones(2)),
    "jacobian_strict": lambda m: m.autograd.functional.jacobian(lambda x: m.ones(2), m.ones(2), strict=True),
    "jacobian_strict_vectorize": lambda m: m.autograd.functional.jacobian(
        lambda x: x, m.ones(2), strict=True, vectorize=True
    ),
    "jacobian_strategy": lambda m: m.autograd.functional.jacobian(lambda x: x, m.ones(2), strategy="sideways"),
    "jacobian_forward_novec": lambda m: m.autograd.functional.jacobian(lambda x: x, m.ones(2), strategy="forward-mode"),
    "hessian_vector": lambda m: m.autograd.functional.hessian(lambda x: x, m.ones(2)),
    "vjp_no_v": lambda m: m.autograd.functional.vjp(lambda x: x, m.ones(2)),
    "vjp_shape": lambda m: m.autograd.functional.vjp(lambda x: x, m.ones(2), m.ones(3)),
    "jvp_no_v": lambda m: m.autograd.functional.jvp(lambda x: x, m.ones(2)),
    "hvp_no_v": lambda m: m.autograd.functional.hvp(lambda x: x.sum(), m.ones(2)),
    "vhp_vector": lambda m: m.autograd.functional.vhp(lambda x: x, m.ones(2), m.ones(2)),
    "vhp_type": lambda m: m.autograd.functional.vhp(lambda x: x.sum(), m.ones(2), 3),
    # checkpoint
    "checkpoint_kwargs": lambda m: m.utils.checkpoint.checkpoint(lambda x: x, leaf(m), use_reentrant=True, foo=1),
    "checkpoint_debug_reentrant": lambda m: m.utils.checkpoint.checkpoint(
        lambda x: x, leaf(m), use_reentrant=True, debug=True
    ),
    "checkpoint_check": lambda m: m.utils.checkpoint.checkpoint(
        lambda x: x, leaf(m), use_reentrant=False, determinism_check="all"
    ),
    "checkpoint_seq_kwargs": lambda m: m.utils.checkpoint.checkpoint_sequential(
        [lambda x: x], 1, leaf(m), use_reentrant=False, foo=1
    ),
    "checkpoint_reentrant_grad": lambda m: (
        lambda x: m.autograd.grad(m.utils.checkpoint.checkpoint(lambda x: x.exp(), x, use_reentrant=True).sum(), x)
    )(leaf(m)),
    "checkpoint_differs": differs,
    "checkpoint_group_nested": groups_nested,
    "checkpoint_detach_type": lambda m: m.utils.checkpoint.detach_variable(3),
    # gradcheck
    "gradcheck_no_grad": lambda m: m.autograd.gradcheck(m.sin, m.ones(2)),
    "gradcheck_nothing": lambda m: m.autograd.gradcheck(m.sin, double(m), check_backward_ad=False),
    "gradcheck_wrong": lambda m: m.autograd.gradcheck(lambda x: x * x.detach(), double(m)),
    "gradcheck_wrong_fast": lambda m: m.autograd.gradcheck(lambda x: x * x.detach(), double(m), fast_mode=True),
    "gradcheck_batched_forward": lambda m: m.autograd.gradcheck(m.sin, double(m), check_batched_forward_grad=True),
    "gradcheck_expanded": lambda m: m.autograd.gradcheck(m.sin, m.ones(1, dtype=m.float64).expand(2).requires_grad_()),
    "gradcheck_output_plain": lambda m: m.autograd.gradcheck(lambda x: x.detach(), double(m)),
    "gradgradcheck_wrong": lambda m: m.autograd.gradgradcheck(lambda x: x * x * x.detach(), double(m)),
    "gradgradcheck_options": lambda m: m.autograd.gradgradcheck(m.sin, double(m), check_rev_over_rev=False),
}


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with wengert.use_backend("numpy"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def refused(row: Callable[[Any], Any], library: Any) -> tuple[str, str]:
    """The class and the message of what a row raises, without what the libraries call themselves and their shapes."""
    with pytest.raises(ERRORS) as caught:
        row(library)
    message = re.sub(r"torch\.Size\((\[.*?\])\)", r"\1", str(caught.value)).lower()
    for own in ("torch.utils.checkpoint: ", "torch.", "checkpoint: ", "wengert."):
        message = message.replace(own, "")
    return caught.type.__name__, " ".join(message.split())


@pytest.mark.parametrize("name", ROWS)
def test_an_error_is_torchs(name: str) -> None:
    (expected, message), (found, ours) = (refused(ROWS[name], library) for library in (torch, wengert))
    assert found == expected
    assert message[:PHRASE].split(". ")[0] in ours
