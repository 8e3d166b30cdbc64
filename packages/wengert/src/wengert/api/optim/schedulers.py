"""Floor 7: schedulers of the learning rate that go on from the rate before, so that several can be chained."""

from __future__ import annotations

import math
import warnings
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from wengert.api.optim.optimizer import Optimizer


class LRScheduler:
    """Sets the learning rates of an optimizer's groups, once when it is made and once at each `step`.

    A subclass defines `get_lr`, the next rates from the current ones, and may define `rate_at`, a rate from the number
    of the epoch alone. Source: torch.optim.lr_scheduler.LRScheduler.
    """

    def __init__(self, optimizer: Any, last_epoch: int = -1) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
        self.optimizer = optimizer
        for number, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{number}] when resuming scheduler with "
                    "last_epoch >= 0"
                )
        self.base_lrs: list[Any] = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._step_count = 0
        self._last_lr: list[Any] = []
        self._begin()

    def _begin(self) -> None:
        """The step that every scheduler takes when it is made."""
        self._step_count = 0
        self.step()

    def state_dict(self) -> dict[str, Any]:
        """All that it remembers but the optimizer."""
        return {name: value for name, value in self.__dict__.items() if name != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        self.__dict__.update(state_dict)

    def get_last_lr(self) -> list[Any]:
        """The rates that were set last."""
        return self._last_lr

    def get_lr(self) -> list[Any]:
        """The next rates; for a subclass to define."""
        raise NotImplementedError(type(self).__name__)

    def rate_at(self, base: Any) -> Any:
        """The rate at `last_epoch` of a group that began at `base`."""
        raise NotImplementedError(type(self).__name__)

    def current(self) -> list[Any]:
        """The rates as they are."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def step(self, epoch: int | None = None) -> None:
        """Set the rates of the next epoch, or of `epoch`."""
        if self._step_count == 1 and not self.optimizer.has_stepped:
            warnings.warn(
                "Detected call of `lr_scheduler.step()` before `optimizer.step()`. Call them in the opposite order, or "
                "the first value of the learning rate schedule is skipped.",
                UserWarning,
                stacklevel=2,
            )
        self._step_count += 1
        has_formula = type(self).rate_at is not LRScheduler.rate_at
        if epoch is None:
            self.last_epoch += 1
            rates = self.get_lr()
        else:
            self.last_epoch = epoch
            rates = [self.rate_at(base) for base in self.base_lrs] if has_formula else self.get_lr()
        self._set(rates)

    def _set(self, rates: Iterable[Any]) -> None:
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
        self._last_lr = self.current()


def for_each(value: Any, count: int) -> list[Any]:
    """A list as it is, anything else once for each of `count` groups."""
    return list(cast(Sequence[Any], value)) if isinstance(value, (list, tuple)) else [value] * count


class _Functions(LRScheduler):
    """A scheduler by functions of the epoch, one for all groups or one for each."""

    def __init__(self, optimizer: Any, lr_lambda: Any, last_epoch: int = -1) -> None:
        count = len(optimizer.param_groups)
        given: list[Callable[[int], float]] = for_each(lr_lambda, count)
        if len(given) != count:
            raise ValueError(f"Expected {count} lr_lambdas, but got {len(given)}")
        self.lr_lambdas = given
        super().__init__(optimizer, last_epoch)

    def state_dict(self) -> dict[str, Any]:
        """All that it remembers but the optimizer and the functions."""
        return {name: value for name, value in super().state_dict().items() if name != "lr_lambdas"}


class LambdaLR(_Functions):
    """The first rate times a function of the epoch. Source: torch.optim.lr_scheduler.LambdaLR.

    >>> optimizer = wengert.optim.SGD([ones(1, requires_grad=True)], lr=1.0)
    >>> wengert.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 0.5 ** (epoch + 1)).get_last_lr()
    [0.5]
    """

    def get_lr(self) -> list[Any]:
        return [base * f(self.last_epoch) for base, f in zip(self.base_lrs, self.lr_lambdas, strict=True)]


class MultiplicativeLR(_Functions):
    """The last rate times a function of the epoch. Source: torch.optim.lr_scheduler.MultiplicativeLR."""

    def get_lr(self) -> list[Any]:
        rates = self.current()
        if self.last_epoch <= 0:
            return rates
        return [rate * f(self.last_epoch) for rate, f in zip(rates, self.lr_lambdas, strict=True)]


class StepLR(LRScheduler):
    """The rate times `gamma` each `step_size` epochs. Source: torch.optim.lr_scheduler.StepLR."""

    def __init__(self, optimizer: Any, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        unchanged = self.last_epoch == 0 or self.last_epoch % self.step_size
        return [rate if unchanged else rate * self.gamma for rate in self.current()]

    def rate_at(self, base: Any) -> Any:
        return base * self.gamma ** (self.last_epoch // self.step_size)


class MultiStepLR(LRScheduler):
    """The rate times `gamma` at each of the `milestones`. Source: torch.optim.lr_scheduler.MultiStepLR."""

    def __init__(self, optimizer: Any, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.milestones, self.gamma = Counter(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        times = self.milestones[self.last_epoch]
        return [rate * self.gamma**times if times else rate for rate in self.current()]

    def rate_at(self, base: Any) -> Any:
        return base * self.gamma ** bisect_right(sorted(self.milestones.elements()), self.last_epoch)


class ConstantLR(LRScheduler):
    """The rate times `factor` for the first `total_iters` epochs. Source: torch.optim.lr_scheduler.ConstantLR."""

    def __init__(self, optimizer: Any, factor: float = 1.0 / 3, total_iters: int = 5, last_epoch: int = -1) -> None:
        if not 0 <= factor <= 1.0:
            raise ValueError("Constant multiplicative factor expected to be between 0 and 1.")
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        change = (
            self.factor if self.last_epoch == 0 else 1.0 / self.factor if self.last_epoch == self.total_iters else 1
        )
        return [rate * change for rate in self.current()]

    def rate_at(self, base: Any) -> Any:
        return base * (self.factor + (self.last_epoch >= self.total_iters) * (1 - self.factor))


class LinearLR(LRScheduler):
    """From `start_factor` to `end_factor` of the rate in `total_iters` epochs.

    Source: torch.optim.lr_scheduler.LinearLR.
    """

    def __init__(
        self,
        optimizer: Any,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0 < start_factor <= 1.0:
            raise ValueError("Starting multiplicative factor expected to be greater than 0 and less or equal to 1.")
        if not 0 <= end_factor <= 1.0:
            raise ValueError("Ending multiplicative factor expected to be between 0 and 1.")
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        if self.last_epoch == 0:
            return [rate * self.start_factor for rate in self.current()]
        if self.last_epoch > self.total_iters:
            return self.current()
        whole = self.end_factor - self.start_factor
        change = 1.0 + whole / (self.total_iters * self.start_factor + (self.last_epoch - 1) * whole)
        return [rate * change for rate in self.current()]

    def rate_at(self, base: Any) -> Any:
        share = min(self.total_iters, self.last_epoch) / self.total_iters
        return base * (self.start_factor + (self.end_factor - self.start_factor) * share)


class ExponentialLR(LRScheduler):
    """The rate times `gamma` at each epoch. Source: torch.optim.lr_scheduler.ExponentialLR."""

    def __init__(self, optimizer: Any, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        return [rate * self.gamma if self.last_epoch else rate for rate in self.current()]

    def rate_at(self, base: Any) -> Any:
        return base * self.gamma**self.last_epoch


class PolynomialLR(LRScheduler):
    """The rate falls to 0 in `total_iters` epochs, by a power. Source: torch.optim.lr_scheduler.PolynomialLR."""

    def __init__(self, optimizer: Any, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        if self.last_epoch == 0 or self.last_epoch > self.total_iters:
            return self.current()
        left, before = (1.0 - epoch / self.total_iters for epoch in (self.last_epoch, self.last_epoch - 1))
        return [rate * (left / before) ** self.power for rate in self.current()]

    def rate_at(self, base: Any) -> Any:
        return base * (1.0 - min(self.total_iters, self.last_epoch) / self.total_iters) ** self.power


class CosineAnnealingLR(LRScheduler):
    """The rate falls to `eta_min` along half a cosine of `T_max` epochs, and rises again.

    Source: torch.optim.lr_scheduler.CosineAnnealingLR; Loshchilov, Hutter, 2017.
    """

    def __init__(self, optimizer: Any, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:  # torch's name
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def _height(self, epoch: int) -> float:
        return 1 + math.cos(math.pi * epoch / self.T_max)

    def get_lr(self) -> list[Any]:
        rates, low, epoch = self.current(), self.eta_min, self.last_epoch
        if epoch == 0:
            return rates
        if self._step_count == 1:
            return [low + (rate - low) * self._height(epoch) / 2 for rate in rates]
        if (epoch - 1 - self.T_max) % (2 * self.T_max) == 0:  # from the bottom there is no ratio
            rise = (1 - math.cos(math.pi / self.T_max)) / 2
            return [rate + (base - low) * rise for base, rate in zip(self.base_lrs, rates, strict=True)]
        change = self._height(epoch) / self._height(epoch - 1)
        return [change * (rate - low) + low for rate in rates]

    def rate_at(self, base: Any) -> Any:
        return self.eta_min + (base - self.eta_min) * self._height(self.last_epoch) / 2


class SequentialLR(LRScheduler):
    """One scheduler after the other, changing at the `milestones`. Source: torch.optim.lr_scheduler.SequentialLR."""

    def __init__(self, optimizer: Any, schedulers: list[Any], milestones: list[int], last_epoch: int = -1) -> None:
        if not schedulers:
            raise ValueError("SequentialLR expects at least one scheduler, but got no scheduler.")
        for number, scheduler in enumerate(schedulers):
            if scheduler.optimizer is not optimizer:
                raise ValueError(
                    "SequentialLR expects all schedulers to belong to the same optimizer, but got scheduler "
                    f"{type(scheduler).__name__} at index {number} with another one."
                )
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(
                "Sequential Schedulers expects number of schedulers provided to be one more than the number of "
                f"milestone points, but got number of schedulers {len(schedulers)} and the number of milestones to be "
                f"equal to {len(milestones)}"
            )
        self.optimizer, self._schedulers, self._milestones = optimizer, schedulers, milestones
        self.last_epoch = last_epoch + 1
        for group in optimizer.param_groups:  # undo what all of them did when they were made
            group["lr"] = group["initial_lr"]
        for scheduler in schedulers:
            scheduler.last_epoch -= 1
        schedulers[0]._begin()
        self._last_lr = schedulers[0].get_last_lr()

    def step(self, epoch: int | None = None) -> None:
        """Set the rates of the next epoch."""
        self.last_epoch += 1
        number = bisect_right(self._milestones, self.last_epoch)
        begins = number > 0 and self._milestones[number - 1] == self.last_epoch
        scheduler = self._schedulers[number]
        scheduler.step(*([0] if begins else []))
        self._last_lr = scheduler.get_last_lr()

    def state_dict(self) -> dict[str, Any]:
        """All that it and its schedulers remember."""
        own = {name: value for name, value in super().state_dict().items() if name != "_schedulers"}
        return {**own, "_schedulers": [scheduler.state_dict() for scheduler in self._schedulers]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        self.__dict__.update({name: value for name, value in state_dict.items() if name != "_schedulers"})
        for scheduler, state in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            scheduler.load_state_dict(state)
