"""Implicit derivatives of what a solver found: both modes, any order, by the args alone."""

from __future__ import annotations

from typing import Any

import pytest
import wengert
from wengert.api.func import implicit, linear_solve
from wengert.autograd import gradcheck, gradgradcheck
from wengert.func import custom_fixed_point, custom_root, grad, hessian, jacfwd, jacrev, jvp, vmap

pytestmark = pytest.mark.usefixtures("toy")


def newton(x: Any, a: Any) -> Any:
    for _ in range(20):
        x = (x + a / x) / 2
    return x


def number(value: float) -> Any:
    return wengert.tensor(value, dtype=wengert.float64)


def square_root(a: Any) -> Any:
    return custom_root(lambda x, a: x**2 - a, newton)(number(1.0), a)


def test_each_mode_and_order() -> None:
    a, one = number(4.0), number(1.0)
    first, second, third = pytest.approx(1 / 4), pytest.approx(-1 / 32), pytest.approx(3 / 256)
    assert square_root(a).item() == 2.0
    assert grad(square_root)(a).item() == first
    assert grad(grad(square_root))(a).item() == second
    assert grad(grad(grad(square_root)))(a).item() == third

    def pushed(a: Any) -> Any:
        return jvp(square_root, (a,), (one,))[1]

    assert pushed(a).item() == first
    assert jvp(pushed, (a,), (one,))[1].item() == second
    assert grad(pushed)(a).item() == second
    assert jvp(grad(square_root), (a,), (one,))[1].item() == second
    assert (jacrev(square_root)(a).item(), jacfwd(square_root)(a).item()) == (first, first)
    assert hessian(square_root)(a).item() == second


def mixed(x: Any, y: Any, given: Any) -> Any:
    """A residual that is linear in neither x nor y."""
    return {"x": x * 3 + y.sum() ** 2 - given["a"], "y": y**3 + y + x * given["b"]}


def residual(unknown: Any, given: Any) -> Any:
    return mixed(unknown["x"], unknown["y"], given)


def solver(unknown: Any, given: Any) -> Any:
    """One after the other: y by Newton's method."""
    x, y = unknown["x"], unknown["y"]
    for _ in range(25):
        x = (given["a"] - y.sum() ** 2) / 3
        y = y - (y**3 + y + x * given["b"]) / (3 * y**2 + 1)
    return {"x": x, "y": y}


def joined(tree: Any) -> Any:
    return wengert.cat([tree["x"], tree["y"]])


def of_parts(a: Any, b: Any) -> Any:
    zeros = {"x": a * 0, "y": b * 0}
    return joined(custom_root(residual, solver)(zeros, {"a": a, "b": b, "name": "no tensor"}))


@pytest.mark.parametrize("unknowns", [128, 0], ids=["elimination", "gmres"])
def test_nested_unknowns_and_arguments(unknowns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear_solve, "_SMALL", unknowns)
    a, b = wengert.tensor([0.4], dtype=wengert.float64), wengert.tensor([0.3, -0.5], dtype=wengert.float64)
    leaves = (a.requires_grad_(), b.requires_grad_())
    assert gradcheck(of_parts, leaves, fast_mode=True, check_forward_ad=True)
    assert gradgradcheck(of_parts, leaves, fast_mode=True, check_fwd_over_rev=True)


def test_a_linear_solver_of_the_user() -> None:
    calls = []

    def diagonal(product: Any, b: Any) -> Any:
        calls.append(1)
        return b / product(wengert.ones_like(b))

    def roots(a: Any) -> Any:
        return custom_root(lambda x, a: x**2 - a, newton, diagonal)(wengert.ones_like(a), a).sum()

    a = wengert.tensor([4.0, 9.0], dtype=wengert.float64)
    assert grad(roots)(a).tolist() == [0.25, pytest.approx(1 / 6)]
    assert grad(lambda a: grad(roots)(a).sum())(a).tolist() == [pytest.approx(-1 / 32), pytest.approx(-1 / 108)]
    assert len(calls) == 4


def test_fixed_points() -> None:
    def repeated(x: Any, a: Any) -> Any:
        for _ in range(100):
            x = (a * x).cos()
        return x

    fixed = custom_fixed_point(lambda x, a: (a * x).cos(), repeated)
    one = number(1.0)
    x = repeated(one, one).item()
    slope = -x * (1 - x**2) ** 0.5 / (1 + (1 - x**2) ** 0.5)
    assert grad(lambda a: fixed(one, a))(one).item() == pytest.approx(slope)


def test_the_solver_sees_no_history_and_initial_has_no_derivative() -> None:
    seen = []

    def solver(x: Any, a: Any) -> Any:
        seen.append((x.requires_grad, a.requires_grad))
        return newton(x, a)

    root = custom_root(lambda x, a: x**2 - a, solver)
    first, a = number(1.0).requires_grad_(), number(4.0).requires_grad_()
    root(first, a).backward()
    assert (first.grad, a.grad.item(), seen) == (None, 0.25, [(False, False)])
    assert not root(first, a.detach()).requires_grad


def test_refusals() -> None:
    a = number(4.0)
    captured = custom_root(lambda x: x**2 - a, lambda x: x)
    a.requires_grad_()
    with pytest.raises(RuntimeError, match="captures a tensor that is being differentiated"):
        captured(number(2.0))
    with pytest.raises(RuntimeError, match="captures a tensor that is being differentiated"):
        jvp(lambda b: custom_root(lambda x: x**2 - b, lambda x: x)(number(2.0)), (a.detach(),), (number(1.0),))
    with pytest.raises(ValueError, match="a residual nested as"):
        custom_root(lambda x, a: x.reshape(1), newton)(number(1.0), a)
    with pytest.raises(ValueError, match="a residual nested as"):
        custom_fixed_point(lambda x, a: {"x": x}, newton)(number(1.0), a)
    with pytest.raises(RuntimeError, match="along the batch of a vmap"):
        vmap(grad(square_root))(wengert.ones(2, dtype=wengert.float64))
    with pytest.raises(RuntimeError, match="along the batch of a vmap"):
        grad(lambda b: vmap(square_root)(b).sum())(wengert.ones(2, dtype=wengert.float64))
    assert vmap(square_root)(wengert.ones(2, dtype=wengert.float64) * 4).tolist() == [2.0, 2.0]


def test_gmres(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear_solve, "_KEPT", 7)
    size = 12
    matrix = wengert.eye(size, dtype=wengert.float64) * 3
    matrix = matrix + wengert.arange(size * size, dtype=wengert.float64).reshape(size, size).sin() * 0.1
    b = wengert.arange(size, dtype=wengert.float64)
    (y,) = linear_solve.gmres(lambda parts: [matrix @ parts[0]], [b])
    assert (matrix @ y - b).abs().max().item() < 1e-8
    (zero,) = linear_solve.gmres(lambda parts: parts, [b * 0])
    assert zero.tolist() == [0.0] * size
    with pytest.raises(RuntimeError, match="GMRES left a residual"):
        linear_solve.gmres(lambda parts: [parts[0] * 0], [b])


def test_names_are_imported_late() -> None:
    assert wengert.func.custom_root is implicit.custom_root
