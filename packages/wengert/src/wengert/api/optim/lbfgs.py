"""Floor 7: the quasi-Newton method of Broyden, Fletcher, Goldfarb and Shanno with limited memory."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from wengert.api.modes import enable_grad, no_grad
from wengert.api.optim.optimizer import Optimizer, check
from wengert.ops.movement import cat
from wengert.tensor.base import gradient_of


class Point(NamedTuple):
    """A place on the line that is searched: how far, the loss there, its gradient, and its slope along the line."""

    t: Any
    loss: float
    gradient: Any
    slope: Any


class LBFGS(Optimizer):
    """Newton's direction from the last few changes of the gradient; a step may ask `closure` for the loss many times.

    `line_search_fn` is None, for steps of length `lr`, or "strong_wolfe".
    Errors: ValueError for several groups of parameters.
    Source: torch.optim.LBFGS; Nocedal, Wright, "Numerical Optimization", chapters 3 and 7.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        check("learning rate", lr, lr >= 0.0)
        super().__init__(
            params,
            {
                "lr": lr, "max_iter": max_iter, "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
                "tolerance_grad": tolerance_grad, "tolerance_change": tolerance_change, "history_size": history_size,
                "line_search_fn": line_search_fn,
            },
        )  # fmt: skip
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")
        self._params: list[Any] = self.param_groups[0]["params"]

    def _gradient(self) -> Any:
        found: list[Any] = []
        for parameter in self._params:
            gradient: Any = gradient_of(parameter)
            found.append((parameter.detach() * 0 if gradient is None else gradient).reshape(-1))
        return cat(found)

    def _move(self, t: Any, direction: Any) -> None:
        start = 0
        for parameter in self._params:
            count = parameter.numel()
            parameter.add_(direction[start : start + count].view_as(parameter), alpha=float(t))
            start += count

    @no_grad()
    def step(self, closure: Any) -> Any:
        """Move all parameters, by several iterations; returns the loss before the first.

        `closure` clears the gradients, computes the loss and its gradients, and returns the loss.
        """
        evaluate = enable_grad()(closure)
        group, state = self.param_groups[0], self.state[self._params[0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        first = evaluate()
        loss, gradient = float(first), self._gradient()
        state["func_evals"] += 1
        evaluations = 1
        if gradient.abs().max() <= group["tolerance_grad"]:
            return first
        for iteration in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            direction = self._direction(state, gradient, group["history_size"])
            is_first = state["n_iter"] == 1
            t = min(1.0, 1.0 / float(gradient.abs().sum())) * group["lr"] if is_first else group["lr"]
            state.update(d=direction, t=t, prev_flat_grad=gradient.clone(), prev_loss=loss)
            slope = gradient.dot(direction)
            if slope > -group["tolerance_change"]:
                break
            before, asked = loss, 0
            if group["line_search_fn"] is not None:
                if group["line_search_fn"] != "strong_wolfe":
                    raise RuntimeError("only 'strong_wolfe' is supported")
                found, asked = self._search(
                    evaluate, t, direction, Point(0.0, loss, gradient, slope), group["max_eval"] - evaluations
                )
                loss, gradient, t = found.loss, found.gradient, found.t
                state["t"] = t
                self._move(t, direction)
            else:
                self._move(t, direction)
                if iteration != group["max_iter"]:
                    loss, gradient, asked = float(evaluate()), self._gradient(), 1
            evaluations += asked
            state["func_evals"] += asked
            if (
                evaluations >= group["max_eval"]
                or gradient.abs().max() <= group["tolerance_grad"]
                or (direction * t).abs().max() <= group["tolerance_change"]
                or abs(loss - before) < group["tolerance_change"]
            ):
                break
        return first

    def _direction(self, state: dict[str, Any], gradient: Any, history_size: int) -> Any:
        """Minus the gradient times the inverse Hessian that the last steps tell of."""
        if state["n_iter"] == 1:
            state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
            return -gradient
        changes, steps, inverses = state["old_dirs"], state["old_stps"], state["ro"]
        change, step = gradient - state["prev_flat_grad"], state["d"] * state["t"]
        curvature = change.dot(step)
        if curvature > 1e-10:
            if len(changes) == history_size:
                for entries in (changes, steps, inverses):
                    entries.pop(0)
            changes.append(change)
            steps.append(step)
            inverses.append(1.0 / curvature)
            state["H_diag"] = curvature / change.dot(change)
        history = list(zip(changes, steps, inverses, strict=True))
        weights: list[Any] = []
        direction = -gradient
        for change, step, inverse in reversed(history):
            weights.append(step.dot(direction) * inverse)
            direction = direction - change * weights[-1]
        direction = direction * state["H_diag"]
        for (change, step, inverse), weight in zip(history, reversed(weights), strict=True):
            direction = direction + step * (weight - change.dot(direction) * inverse)
        return direction

    def _search(
        self, evaluate: Callable[[], Any], t: Any, direction: Any, start: Point, most: int
    ) -> tuple[Point, int]:
        initial = [parameter.clone() for parameter in self._params]

        def at(t: Any) -> Point:
            self._move(t, direction)
            loss, gradient = float(evaluate()), self._gradient()
            for parameter, value in zip(self._params, initial, strict=True):
                parameter.copy_(value)
            return Point(t, loss, gradient, gradient.dot(direction))

        return strong_wolfe(at, t, start, float(direction.abs().max()), most)


def strong_wolfe(
    at: Callable[[Any], Point],
    t: Any,
    start: Point,
    size: float,
    most: int = 25,
    decrease: float = 1e-4,
    curvature: float = 0.9,
    tolerance: float = 1e-9,
) -> tuple[Point, int]:
    """A point on a line where the loss has fallen and the slope has flattened enough, and how often it was asked for.

    `t` is the first guess, `start` the point at 0, `size` the largest element of the direction,
    `most` how often the guess may be bettered.
    Source: Nocedal, Wright, algorithms 3.5 and 3.6; cubic interpolation.
    """

    def falls_too_little(point: Point) -> bool:
        return point.loss > start.loss + decrease * point.t * start.slope

    def is_flat(point: Point) -> bool:
        return abs(point.slope) <= -curvature * start.slope

    earlier, point, tried, asked = start, at(t), 0, 1
    bracket = [start, point]
    while tried < most:
        bracket = [earlier, point]
        if falls_too_little(point) or (tried > 1 and point.loss >= earlier.loss):
            break
        if is_flat(point):
            return point, asked
        if point.slope >= 0:
            break
        bounds = point.t + 0.01 * (point.t - earlier.t), point.t * 10
        t = _cubic_minimum(earlier, point, bounds)
        earlier, point = point, at(t)
        asked, tried = asked + 1, tried + 1
    if tried == most:
        bracket = [start, point]

    stalled = False
    low, high = (0, 1) if bracket[0].loss <= bracket[1].loss else (1, 0)
    while tried < most and abs(bracket[1].t - bracket[0].t) * size >= tolerance:
        left, right = sorted((bracket[0].t, bracket[1].t))
        t = _cubic_minimum(bracket[0], bracket[1], (left, right))
        margin = 0.1 * (right - left)
        if min(right - t, t - left) < margin:  # too near an end: at the second time it is moved away
            if stalled or t >= right or t <= left:
                t = right - margin if abs(t - right) < abs(t - left) else left + margin
                stalled = False
            else:
                stalled = True
        else:
            stalled = False
        point = at(t)
        asked, tried = asked + 1, tried + 1
        if falls_too_little(point) or point.loss >= bracket[low].loss:
            bracket[high] = point
            low, high = (0, 1) if bracket[0].loss <= bracket[1].loss else (1, 0)
            continue
        done = is_flat(point)
        if not done and point.slope * (bracket[high].t - bracket[low].t) >= 0:
            bracket[high] = bracket[low]
        bracket[low] = point
        if done:
            break
    return bracket[low], asked


def _cubic_minimum(one: Point, other: Point, bounds: tuple[Any, Any]) -> Any:
    """Where the cubic through two points and their slopes is least, within bounds; the middle if it has no minimum."""
    first = one.slope + other.slope - 3 * (one.loss - other.loss) / (one.t - other.t)
    square = float(first**2 - one.slope * other.slope)
    if square < 0:
        return (bounds[0] + bounds[1]) / 2.0
    root = math.sqrt(square)
    left, right = (one, other) if one.t <= other.t else (other, one)
    share = (right.slope + root - first) / (right.slope - left.slope + 2 * root)
    return min(max(float(right.t - (right.t - left.t) * share), bounds[0]), bounds[1])
