"""Finds the parameters of a differential equation from noisy measurements: predators and prey (Lotka and Volterra).

    python adjoint_ode.py

SciPy solves the equation and knows nothing of derivatives. The gradient comes from the adjoint equation, which is
solved backwards in time and needs products with the derivatives of the right-hand side (Pontryagin 1962; Chen et al.
2018). It costs about one more solution, however many parameters there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from training import argument_parser, chosen_backend, pip_command_if_missing

with pip_command_if_missing():
    import numpy as np
    import wengert
    from scipy.integrate import solve_ivp
    from wengert.autograd import Function
    from wengert.autograd.function import once_differentiable
    from wengert_numpy import minimize

Field = Callable[[float, wengert.Tensor, wengert.Tensor], wengert.Tensor]

TRUE_PARAMETERS = (1.1, 0.4, 0.4, 0.1)
FIRST_STATE = (10.0, 5.0)
NOISE = 0.1
TOLERANCE = 1e-6  # of each solution


class Fit(NamedTuple):
    """What was found, how far it is from the measurements, and how often the equation was solved."""

    parameters: list[float]
    loss: float
    evaluations: int


def integrated(slope: Callable[[float, Any], Any], state: Any, times: Sequence[float]) -> Any:
    """SciPy's solution at `times`, which begin with that of `state`; forwards or backwards."""
    found = solve_ivp(
        slope, (times[0], times[-1]), state, t_eval=times, method="DOP853", rtol=TOLERANCE, atol=TOLERANCE
    )
    if not found.success:
        raise RuntimeError(f"the equation could not be solved: {found.message}")
    return found.y.T


class Trajectory(Function):
    """The states at `times`, a row for each, of dy/dt = field(t, y, parameters) from the state `first` on."""

    @staticmethod
    def forward(field: Field, times: Sequence[float], first: Any, parameters: Any) -> Any:
        first, parameters = first.detach(), parameters.detach()

        def slope(t: float, state: Any) -> Any:
            return field(t, first.new_tensor(state), parameters).numpy(force=True)

        return first.new_tensor(integrated(slope, first.numpy(force=True), times))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        ctx.field, ctx.times, _, parameters = inputs
        ctx.save_for_backward(output, parameters)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, cotangents: Any) -> Any:
        """From the last time to the first: the state y, the adjoint a of it, and what the parameters have received.

        da/dt = -a df/dy and dq/dt = -a df/dparameters; at each of the times the cotangent of that state joins a. The
        state starts anew from what forward kept, so that its error cannot grow.
        """
        states, parameters = (kept.detach() for kept in ctx.saved_tensors)
        size = states.shape[1]

        def slope(t: float, joined: Any) -> Any:
            y, a = states.new_tensor(joined[:size]), states.new_tensor(joined[size : 2 * size])
            value, pull = wengert.func.vjp(lambda y, p: ctx.field(t, y, p), y, parameters)
            by_state, by_parameters = pull(a)
            return np.concatenate(
                [value.numpy(force=True), -by_state.numpy(force=True), -by_parameters.numpy(force=True)]
            )

        adjoint, received = cotangents[-1].numpy(force=True), np.zeros(len(parameters))
        for later in range(len(ctx.times) - 1, 0, -1):
            joined = np.concatenate([states[later].numpy(force=True), adjoint, received])
            joined = integrated(slope, joined, (ctx.times[later], ctx.times[later - 1]))[-1]
            adjoint = joined[size : 2 * size] + cotangents[later - 1].numpy(force=True)
            received = joined[2 * size :]
        return None, None, states.new_tensor(adjoint), states.new_tensor(received)


def solution(field: Field, times: Sequence[float], first: Any, parameters: Any) -> Any:
    """The states at `times`, differentiable by the first state and by the parameters."""
    return Trajectory.apply(field, times, first, parameters)


def predators_and_prey(t: float, state: Any, parameters: Any) -> Any:
    """Prey multiply and are eaten; predators starve, and multiply as they eat."""
    prey, predators = state.unbind()
    births, eaten, deaths, fed = parameters.unbind()
    return wengert.stack([births * prey - eaten * prey * predators, fed * prey * predators - deaths * predators])


def fit(times: Sequence[float], measured: Any, guess: Any) -> Fit:
    """The first state and the parameters for which the solution lies nearest to what was measured."""

    def loss(unknown: dict[str, Any]) -> Any:
        found = solution(predators_and_prey, times, unknown["first"], unknown["parameters"].exp())
        return ((found - measured) ** 2).mean()

    unknown = {"first": measured[0], "parameters": guess.log()}  # logarithms keep the parameters positive
    found = minimize(loss, unknown, method="L-BFGS-B", tol=1e-6)
    return Fit(found.x["parameters"].exp().tolist(), found.fun, found.nfev)


def main(arguments: list[str] | None = None) -> Fit:
    parser = argument_parser("Finds the parameters of a differential equation by its adjoint.")
    options = parser.parse_args(arguments)
    with chosen_backend(parser, options.backend):
        wengert.manual_seed(options.seed)
        times = [0.5 * step for step in range(11)]
        true, first = (wengert.tensor(values, dtype=wengert.float64) for values in (TRUE_PARAMETERS, FIRST_STATE))
        states = solution(predators_and_prey, times, first, true)
        measured = states + NOISE * wengert.randn(*states.shape, dtype=wengert.float64)
        found = fit(times, measured, true * wengert.tensor([1.1, 0.9, 1.1, 0.9], dtype=wengert.float64))
    names = ("births", "eaten", "deaths", "fed")
    for name, truth, value in zip(names, TRUE_PARAMETERS, found.parameters, strict=True):
        print(f"{name:7} {value:.4f} (true: {truth})")
    print(f"mean square {found.loss:.4f} (noise: {NOISE**2:.4f}) after {found.evaluations} gradients")
    return found


if __name__ == "__main__":
    main()
