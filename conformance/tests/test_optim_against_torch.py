"""Optimisers and schedulers go torch's way: parameters, state and rates agree after each of twenty steps."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
import wengert

STEPS = 20
TARGET = [[1.0, -2.0, 0.5], [0.3, 4.0, -1.0]]
START = [[0.5, 0.25, -1.5], [2.0, 1.0, 3.0]]


@pytest.fixture(params=["numpy", "torch", "strict"])
def _backend(request: pytest.FixtureRequest) -> Iterator[None]:
    with wengert.use_backend(request.param):
        yield


def started(library: Any) -> tuple[list[Any], Callable[[], Any]]:
    """Two parameters, and a loss that depends on both, with curvature that changes."""
    x = library.tensor(START, dtype=library.float64, requires_grad=True)
    y = library.tensor([1.5, -0.5], dtype=library.float64, requires_grad=True)
    target = library.tensor(TARGET, dtype=library.float64)

    def loss() -> Any:
        return ((x - target) ** 2).sum() + (x.sum(1) * y).tanh().sum() + (y**4).sum()

    return [x, y], loss


def close(found: Any, expected: Any) -> None:
    """The same numbers in the same places of nested containers."""
    if isinstance(expected, torch.Tensor):
        assert str(found.dtype) == str(expected.dtype).replace("torch", "wengert")
        torch.testing.assert_close(torch.tensor(found.tolist(), dtype=expected.dtype), expected.detach())
    elif isinstance(expected, dict):
        assert list(found) == list(expected)
        for key, value in expected.items():
            close(found[key], value)
    elif isinstance(expected, (list, tuple)):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            close(one, other)
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)
    else:
        assert found == expected


OPTIMIZERS: dict[str, tuple[str, dict[str, Any]]] = {
    "SGD": ("SGD", {"lr": 0.01}),
    "SGD with momentum": ("SGD", {"lr": 0.01, "momentum": 0.9, "dampening": 0.1, "weight_decay": 0.05}),
    "SGD after Nesterov": ("SGD", {"lr": 0.01, "momentum": 0.8, "nesterov": True}),
    "SGD upwards": ("SGD", {"lr": 0.001, "maximize": True, "weight_decay": 0.1}),
    "Adam": ("Adam", {"lr": 0.1}),
    "Adam with all": ("Adam", {"lr": 0.1, "betas": (0.8, 0.9), "weight_decay": 0.1, "amsgrad": True, "maximize": True}),
    "AdamW": ("AdamW", {"lr": 0.1}),
    "AdamW with amsgrad": ("AdamW", {"lr": 0.1, "amsgrad": True, "weight_decay": 0.2}),
    "Adagrad": ("Adagrad", {"lr": 0.3, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.2}),
    "RMSprop": ("RMSprop", {"lr": 0.05}),
    "RMSprop with all": ("RMSprop", {"lr": 0.05, "momentum": 0.5, "centered": True, "weight_decay": 0.1}),
}


@pytest.mark.usefixtures("_backend")
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_method_step_by_step(name: str) -> None:
    kind, options = OPTIMIZERS[name]
    (theirs, their_loss), (mine, my_loss) = started(torch), started(wengert)
    groups = [{"lr": 0.02}, {}]
    expected = getattr(torch.optim, kind)(
        [{"params": [p], **g} for p, g in zip(theirs, groups, strict=True)], **options
    )
    found = getattr(wengert.optim, kind)([{"params": [p], **g} for p, g in zip(mine, groups, strict=True)], **options)
    assert repr(found) == repr(expected)
    for _ in range(STEPS):
        for optimizer, loss in ((expected, their_loss), (found, my_loss)):
            optimizer.zero_grad()
            loss().backward()
            optimizer.step()
        close([p.detach() for p in mine], [p.detach() for p in theirs])
    close(found.state_dict(), expected.state_dict())
    assert [p._version for p in mine] == [p._version for p in theirs]


LBFGS: dict[str, dict[str, Any]] = {
    "plain": {"lr": 0.05, "max_iter": 3, "history_size": 4},
    "strong Wolfe": {"max_iter": 4, "line_search_fn": "strong_wolfe"},
    "a wild first guess": {
        "lr": 500.0,
        "max_iter": 4,
        "max_eval": 30,
        "line_search_fn": "strong_wolfe",
        "history_size": 2,
    },
    "a wild first guess and few evaluations": {"lr": 20.0, "max_iter": 4, "line_search_fn": "strong_wolfe"},
    "a shy first guess": {"lr": 0.02, "max_iter": 4, "max_eval": 40, "line_search_fn": "strong_wolfe"},
}


@pytest.mark.usefixtures("_backend")
@pytest.mark.parametrize("name", LBFGS)
def test_lbfgs_step_by_step(name: str) -> None:
    (theirs, their_loss), (mine, my_loss) = started(torch), started(wengert)
    expected, found = torch.optim.LBFGS(theirs, **LBFGS[name]), wengert.optim.LBFGS(mine, **LBFGS[name])
    assert repr(found) == repr(expected)

    def closure(optimizer: Any, loss: Callable[[], Any]) -> Callable[[], Any]:
        def evaluate() -> Any:
            optimizer.zero_grad()
            value = loss()
            value.backward()
            return value

        return evaluate

    for _ in range(8):
        first = expected.step(closure(expected, their_loss))
        assert found.step(closure(found, my_loss)).item() == pytest.approx(first.item(), rel=1e-6)
        for one, other in zip(mine, theirs, strict=True):
            torch.testing.assert_close(
                torch.tensor(one.tolist(), dtype=other.dtype), other.detach(), rtol=1e-5, atol=1e-7
            )
    for counted in ("n_iter", "func_evals"):
        assert found.state_dict()["state"][0][counted] == expected.state_dict()["state"][0][counted]


Make = Callable[[Any, Any], Any]

SCHEDULERS: dict[str, Make] = {
    "StepLR": lambda s, o: s.StepLR(o, 4, gamma=0.5),
    "MultiStepLR": lambda s, o: s.MultiStepLR(o, [3, 7, 7], gamma=0.5),
    "ConstantLR": lambda s, o: s.ConstantLR(o, factor=0.25, total_iters=6),
    "LinearLR": lambda s, o: s.LinearLR(o, start_factor=0.2, end_factor=0.9, total_iters=7),
    "ExponentialLR": lambda s, o: s.ExponentialLR(o, 0.9),
    "PolynomialLR": lambda s, o: s.PolynomialLR(o, total_iters=9, power=2.0),
    "CosineAnnealingLR": lambda s, o: s.CosineAnnealingLR(o, 6, eta_min=0.001),
    "CosineAnnealingWarmRestarts": lambda s, o: s.CosineAnnealingWarmRestarts(o, 3, T_mult=2, eta_min=0.001),
    "LambdaLR": lambda s, o: s.LambdaLR(o, [lambda epoch: 1 / (epoch + 1), lambda epoch: 0.9**epoch]),
    "MultiplicativeLR": lambda s, o: s.MultiplicativeLR(o, lambda epoch: 0.95),
    "OneCycleLR": lambda s, o: s.OneCycleLR(o, [0.5, 1.0], total_steps=STEPS + 1),
    "OneCycleLR in three phases": lambda s, o: s.OneCycleLR(
        o, 0.5, epochs=7, steps_per_epoch=3, anneal_strategy="linear", three_phase=True, pct_start=0.4
    ),
    "CyclicLR": lambda s, o: s.CyclicLR(o, [0.1, 0.2], 0.5, step_size_up=3, step_size_down=4),
    "CyclicLR halved": lambda s, o: s.CyclicLR(o, 0.1, 0.5, step_size_up=2, mode="triangular2", base_momentum=0.7),
    "CyclicLR falling": lambda s, o: s.CyclicLR(o, 0.1, 0.5, 3, mode="exp_range", gamma=0.9, cycle_momentum=False),
    "CyclicLR by a function": lambda s, o: s.CyclicLR(
        o, 0.1, 0.5, 3, scale_fn=lambda x: 1 / (x + 1), scale_mode="iterations"
    ),
    "ChainedScheduler": lambda s, o: s.ChainedScheduler(
        [s.ConstantLR(o, factor=0.1, total_iters=2), s.ExponentialLR(o, gamma=0.9)], optimizer=o
    ),
    "SequentialLR": lambda s, o: s.SequentialLR(
        o,
        [
            s.LinearLR(o, start_factor=0.1, total_iters=4),
            s.CosineAnnealingLR(o, 8),
            s.ExponentialLR(o, 0.5),
            s.StepLR(o, 2),
        ],
        [5, 12, 16],
    ),
}


def stepped(library: Any, kind: str, make: Make) -> tuple[Any, Any]:
    groups = [{"params": [library.ones(1, requires_grad=True)], "lr": rate} for rate in (0.1, 0.4)]
    optimizer = getattr(library.optim, kind)(groups, **({"momentum": 0.5} if kind == "SGD" else {}))
    return optimizer, make(library.optim.lr_scheduler, optimizer)


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
@pytest.mark.parametrize("name", SCHEDULERS)
def test_a_schedule_step_by_step(name: str, kind: str) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The epoch parameter in", category=UserWarning)  # torch by itself
        (theirs, expected), (mine, found) = (stepped(lib, kind, SCHEDULERS[name]) for lib in (torch, wengert))
        for number in range(STEPS):
            for group, other in zip(mine.param_groups, theirs.param_groups, strict=True):
                close(
                    {k: v for k, v in group.items() if k != "params"}, {k: v for k, v in other.items() if k != "params"}
                )
            close(found.get_last_lr(), expected.get_last_lr())
            assert getattr(found, "last_epoch", None) == getattr(expected, "last_epoch", None)  # a chain has none
            for optimizer, scheduler in ((theirs, expected), (mine, found)):
                optimizer.step()
                scheduler.step()
            if number == STEPS // 2:  # going on from what was saved changes nothing
                kept, groups = found.state_dict(), mine.state_dict()
                found = SCHEDULERS[name](wengert.optim.lr_scheduler, mine)
                found.load_state_dict(kept)
                mine.load_state_dict(groups)


@pytest.mark.parametrize(
    "options",
    [
        {"patience": 1, "factor": 0.5},
        {"patience": 0, "mode": "max", "cooldown": 2, "threshold_mode": "abs", "threshold": 0.5, "min_lr": [0.02, 0.1]},
        {"patience": 1, "mode": "max"},
    ],
)
def test_waiting_for_a_plateau(options: dict[str, Any]) -> None:
    made = [stepped(lib, "SGD", lambda s, o: s.ReduceLROnPlateau(o, **options)) for lib in (torch, wengert)]
    for metric in [3.0, 2.0, 2.0, 2.1, 2.2, 1.0, 1.0, 1.0, 1.0, 1.5, 1.5, 1.5, 0.9, 4.0, 4.0, 4.2, 4.2, 5.0, 5.0, 5.0]:
        for optimizer, scheduler in made:
            optimizer.step()
            scheduler.step(metric)
        rates = [[group["lr"] for group in optimizer.param_groups] for optimizer, _ in made]
        assert rates[1] == pytest.approx(rates[0])
        assert made[1][1].num_bad_epochs == made[0][1].num_bad_epochs


MISTAKES: dict[str, Callable[[Any, Any], Any]] = {
    "none": lambda lib, p: lib.optim.SGD([]),
    "no tensor": lambda lib, p: lib.optim.SGD([3]),
    "rate": lambda lib, p: lib.optim.SGD([p], lr=-1),
    "momentum": lambda lib, p: lib.optim.SGD([p], momentum=-1),
    "decay": lambda lib, p: lib.optim.Adam([p], weight_decay=-1),
    "Nesterov": lambda lib, p: lib.optim.SGD([p], nesterov=True),
    "history": lambda lib, p: lib.optim.SGD([p * 2]),
    "betas": lambda lib, p: lib.optim.Adam([p], betas=(0.5, 1)),
    "set": lambda lib, p: lib.optim.SGD([{"params": {p}}]),
    "two groups": lambda lib, p: lib.optim.SGD([{"params": [p]}, {"params": [p]}]),
    "no dict": lambda lib, p: lib.optim.SGD([p]).add_param_group(3),
    "groups of LBFGS": lambda lib, p: lib.optim.LBFGS([{"params": [p]}, {"params": []}]),
    "saved groups": lambda lib, p: lib.optim.SGD([p]).load_state_dict({"state": {}, "param_groups": []}),
    "saved sizes": lambda lib, p: lib.optim.SGD([p]).load_state_dict(
        {"state": {}, "param_groups": [{"params": [1, 2]}]}
    ),
    "no optimizer": lambda lib, p: lib.optim.lr_scheduler.StepLR(3, 1),
    "start factor": lambda lib, p: lib.optim.lr_scheduler.LinearLR(lib.optim.SGD([p]), start_factor=0),
    "functions": lambda lib, p: lib.optim.lr_scheduler.LambdaLR(lib.optim.SGD([p]), [1, 2]),
    "factor": lambda lib, p: lib.optim.lr_scheduler.ReduceLROnPlateau(lib.optim.SGD([p]), factor=2),
    "steps": lambda lib, p: lib.optim.lr_scheduler.OneCycleLR(lib.optim.SGD([p]), 1),
    "a cycle of no kind": lambda lib, p: lib.optim.lr_scheduler.CyclicLR(lib.optim.SGD([p]), 0.1, 0.2, mode="square"),
    "a cycle without momentum": lambda lib, p: lib.optim.lr_scheduler.CyclicLR(lib.optim.Adagrad([p]), 0.1, 0.2),
    "no chain": lambda lib, p: lib.optim.lr_scheduler.ChainedScheduler([]),
    "a chain with a plateau": lambda lib, p: lib.optim.lr_scheduler.ChainedScheduler(
        [lib.optim.lr_scheduler.ReduceLROnPlateau(lib.optim.SGD([p]))]
    ),
    "milestones": lambda lib, p: lib.optim.lr_scheduler.SequentialLR(lib.optim.SGD([p]), [], []),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_gets_torchs_error(name: str) -> None:
    told: list[tuple[type[BaseException], str]] = []
    for library in (torch, wengert):
        with pytest.raises(Exception) as found:  # noqa: PT011  # the class is compared
            MISTAKES[name](library, library.ones(2, requires_grad=True))
        told.append((found.type, str(found.value)))
    assert told[1] == told[0]
