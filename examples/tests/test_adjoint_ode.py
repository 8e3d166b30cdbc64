"""adjoint_ode.py: its gradient is that of differences, and it finds the parameters."""

import adjoint_ode
import pytest
import wengert
from wengert.autograd import gradcheck


def test_the_gradient_is_that_of_differences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adjoint_ode, "TOLERANCE", 1e-10)
    first = wengert.tensor([2.0, 1.0], dtype=wengert.float64, requires_grad=True)
    parameters = wengert.tensor([1.1, 0.4, 0.4, 0.1], dtype=wengert.float64, requires_grad=True)

    def states(first: wengert.Tensor, parameters: wengert.Tensor) -> wengert.Tensor:
        return adjoint_ode.solution(adjoint_ode.predators_and_prey, [0.0, 0.4, 1.0], first, parameters)

    assert gradcheck(states, (first, parameters), atol=1e-6)


def test_a_linear_equation_has_the_gradient_that_is_known() -> None:
    rate = wengert.tensor([0.5], dtype=wengert.float64, requires_grad=True)
    first = wengert.ones(1, dtype=wengert.float64)
    states = adjoint_ode.solution(lambda t, y, p: -p * y, [0.0, 1.0, 2.0], first, rate)
    states[-1].sum().backward()
    assert states[-1].item() == pytest.approx(wengert.tensor(-1.0).exp().item())
    assert rate.grad.item() == pytest.approx(-2 * states[-1].item())


def test_it_finds_the_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    found = adjoint_ode.main(["--seed", "1"])
    assert found.parameters == pytest.approx(adjoint_ode.TRUE_PARAMETERS, rel=0.1)
    assert found.loss < 2 * adjoint_ode.NOISE**2
    assert "births" in capsys.readouterr().out
