"""Optimisers on the toy backend: groups, hooks, closures, saving; and that nothing of this is imported with wengert."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from typing import Any

import pytest
import wengert
from wengert import nn, optim

pytestmark = pytest.mark.usefixtures("toy")

KINDS = ["SGD", "Adam", "AdamW", "Adagrad", "RMSprop"]


def leaf(value: float = 4.0) -> Any:
    return wengert.tensor([value], requires_grad=True)


def stepped(optimizer: Any, parameter: Any, steps: int = 1) -> Any:
    for _ in range(steps):
        optimizer.zero_grad()
        (parameter * parameter).sum().backward()
        optimizer.step()
    return parameter


@pytest.mark.parametrize("kind", KINDS)
def test_a_parameter_moves_down_and_stays_a_leaf(kind: str) -> None:
    parameter = nn.Parameter(wengert.tensor([4.0]))
    stepped(getattr(optim, kind)([parameter], lr=0.05), parameter, 5)
    assert 0 < parameter.item() < 4
    assert parameter.is_leaf
    assert parameter.grad is not None


@pytest.mark.parametrize("kind", KINDS)
def test_going_on_from_what_was_saved_changes_nothing(kind: str) -> None:
    one, other = leaf(), leaf()
    first = getattr(optim, kind)([one], lr=0.1)
    stepped(first, one, 3)
    other.data = one.detach().clone()
    second = getattr(optim, kind)([other], lr=7.0)
    second.load_state_dict(pickle.loads(pickle.dumps(first.state_dict())))
    assert second.param_groups[0]["lr"] == 0.1
    stepped(first, one, 3)
    stepped(second, other, 3)
    assert other.tolist() == one.tolist()


def test_lbfgs_finds_a_minimum() -> None:
    parameter = leaf()
    optimizer = optim.LBFGS([parameter], line_search_fn="strong_wolfe")

    def closure() -> Any:
        optimizer.zero_grad()
        loss = ((parameter - 1) ** 4).sum() + parameter.sum() ** 2
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 97.0
    assert 4 * (parameter.item() - 1) ** 3 + 2 * parameter.item() == pytest.approx(0.0, abs=1e-4)


def test_groups_have_options_of_their_own() -> None:
    slow, fast = leaf(), leaf()
    optimizer = optim.SGD([{"params": slow, "lr": 0.01}, {"params": [("fast", fast)]}], lr=0.1)
    assert optimizer.param_groups[1]["param_names"] == ["fast"]
    (slow + fast).sum().backward()
    optimizer.step()
    assert (slow.item(), fast.item()) == (pytest.approx(3.99), pytest.approx(3.9))
    late = leaf()
    optimizer.add_param_group({"params": [late]})
    stepped(optimizer, late)
    assert late.item() == pytest.approx(3.2)


def test_a_parameter_without_a_gradient_stays() -> None:
    used, unused = leaf(), leaf()
    stepped(optim.Adam([used, unused], weight_decay=0.1), used)
    assert unused.item() == 4.0


def test_gradients_are_forgotten_or_filled_with_zeros() -> None:
    parameter = leaf()
    optimizer = optim.SGD([parameter])
    (parameter * 2).sum().backward()
    optimizer.zero_grad(set_to_none=False)
    assert parameter.grad.tolist() == [0.0]
    optimizer.zero_grad()
    assert parameter.grad is None


def test_a_closure_runs_with_gradients_and_its_loss_comes_back() -> None:
    parameter = leaf()

    def closure() -> Any:
        loss = (parameter * parameter).sum()
        loss.backward()
        return loss

    with wengert.no_grad():
        assert optim.SGD([parameter], lr=0.1).step(closure).item() == 16.0
    assert parameter.item() == pytest.approx(3.2)


def test_hooks_around_a_step() -> None:
    parameter, seen = leaf(), []
    optimizer = optim.SGD([parameter], lr=0.1)
    optimizer.register_step_pre_hook(lambda o, args, kwargs: seen.append("before"))
    handle = optimizer.register_step_post_hook(lambda o, args, kwargs: seen.append("after"))
    stepped(optimizer, parameter)
    assert seen == ["before", "after"]
    handle.remove()
    stepped(optimizer, parameter)
    assert seen == ["before", "after", "before"]


def test_a_method_of_ones_own() -> None:
    class Signs(optim.Optimizer):
        def __init__(self, params: Any, lr: float) -> None:
            super().__init__(params, {"lr": lr})

        def update(self, group: Any, parameter: Any, gradient: Any, state: Any) -> None:
            state["count"] = state.get("count", 0) + 1
            parameter.sub_(gradient.sign(), alpha=group["lr"])

    parameter = leaf()
    optimizer = Signs([parameter], 0.5)
    assert stepped(optimizer, parameter, 3).item() == 2.5
    assert optimizer.state[parameter] == {"count": 3}


def test_a_scheduler_before_the_first_step_warns() -> None:
    scheduler = optim.lr_scheduler.StepLR(optim.SGD([leaf()]), 2)
    with pytest.warns(UserWarning, match=r"Detected call of `lr_scheduler.step\(\)` before `optimizer.step\(\)`"):
        scheduler.step()


def test_duplicates_warn() -> None:
    parameter = leaf()
    with pytest.warns(UserWarning, match="optimizer contains a parameter group with duplicate parameters"):
        optim.SGD([parameter, parameter])


def test_a_training_that_ends_on_a_copy() -> None:
    net = nn.Linear(1, 1)
    twin = copy.deepcopy(net)
    optimizer = optim.AdamW(twin.parameters(), lr=0.1)
    twin(wengert.ones(1, 1)).sum().backward()
    optimizer.step()
    assert twin.weight.item() != net.weight.item()
    assert net.weight.grad is None


def test_import_loads_neither_modules_nor_optimisers() -> None:
    program = "import sys, wengert; print(*[m for m in sys.modules if 'api.modules' in m or 'optim' in m])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
