"""The bridge to scipy.optimize.minimize."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
import wengert
from scipy.optimize import LinearConstraint, NonlinearConstraint, OptimizeResult
from wengert_numpy import minimize


def rosenbrock(x: Any) -> Any:
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def start() -> Any:
    return wengert.tensor([-1.2, 1.0, 0.5], dtype=wengert.float64)


METHODS = [
    "Newton-CG",
    "trust-ncg",
    "L-BFGS-B",
    "BFGS",
    "CG",
    "SLSQP",
    "trust-krylov",
    "trust-constr",
    "trust-exact",
    None,
]


@pytest.mark.parametrize("method", METHODS)
def test_rosenbrock(method: str | None) -> None:
    found = minimize(rosenbrock, start(), method=method, tol=1e-8)
    assert isinstance(found, OptimizeResult)
    assert found.success
    np.testing.assert_allclose(found.x, 1, atol=2e-4)
    assert (found.x.requires_grad, found.x.dtype) == (False, wengert.float64)
    assert isinstance(found.fun, float)


def test_products_with_the_hessian_are_used() -> None:
    found = minimize(rosenbrock, start(), method="Newton-CG")
    assert found.nhev > 0
    assert found.jac.shape == (3,)


@pytest.mark.parametrize("method", ["dogleg", "TNC"])
def test_a_convex_function(method: str) -> None:
    found = minimize(lambda x: ((x - 1) ** 2 + (x - 1) ** 4).sum(), start(), method=method)
    np.testing.assert_allclose(found.x, 1, atol=1e-4)


def test_a_method_without_derivatives_is_given_none() -> None:
    found = minimize(lambda x: ((x - 3) ** 2).sum(), wengert.zeros(2), method="Nelder-Mead")
    np.testing.assert_allclose(found.x, 3, atol=1e-3)
    assert found.x.dtype is wengert.float32


def test_nested_unknowns_with_arguments_and_a_callback() -> None:
    def distance(x: Any, target: Any) -> Any:
        return ((x["a"] - target) ** 2).sum() + (x["b"][0] - x["a"].sum()) ** 2

    seen = []
    first = {"a": wengert.zeros(2, 2, dtype=wengert.float64), "b": (wengert.tensor(1.0),)}
    target = wengert.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=wengert.float64)
    found = minimize(distance, first, (target,), "trust-ncg", callback=lambda x: seen.append(x["a"].shape))
    np.testing.assert_allclose(found.x["a"], target, rtol=1e-5)
    assert found.x["b"][0].item() == pytest.approx(10, rel=1e-5)
    assert (found.x["b"][0].dtype, found.jac["a"].shape, set(seen)) == (wengert.float32, (2, 2), {(2, 2)})


def test_bounds() -> None:
    found = minimize(rosenbrock, start(), method="L-BFGS-B", bounds=[(None, 0.5)] * 3)
    assert found.x.max().item() <= 0.5


@pytest.mark.parametrize(
    ("method", "constraint"),
    [
        ("SLSQP", {"type": "eq", "fun": lambda x: x.sum() - 1}),
        ("SLSQP", {"type": "eq", "fun": lambda x, total: x.sum() - total, "args": (1,), "jac": lambda x, _: x * 0 + 1}),
        ("trust-constr", NonlinearConstraint(lambda x: (x**2).sum(), 0, 1 / 3)),
        ("trust-constr", LinearConstraint(np.ones((1, 3)), 1, 1)),
    ],
    ids=["dictionary", "dictionary with all", "nonlinear", "linear"],
)
def test_constraints(method: str, constraint: Any) -> None:
    found = minimize(lambda x: ((x - 1) ** 2).sum(), start(), method=method, constraints=[constraint])
    np.testing.assert_allclose(found.x, 1 / 3, atol=1e-4)


def test_refusals() -> None:
    with pytest.raises(ValueError, match="expected tensors of floating-point numbers"):
        minimize(rosenbrock, wengert.tensor([1, 2]))
    with pytest.raises(ValueError, match="expected tensors of floating-point numbers"):
        minimize(rosenbrock, [1.0, 2.0])
    with pytest.raises(RuntimeError, match="Expected f\\(\\*args\\) to return a scalar Tensor"):
        minimize(lambda x: x, start())


class NoSciPy:
    def find_spec(self, name: str, path: Any, target: Any = None) -> None:
        if name == "scipy":
            raise ModuleNotFoundError("No module named 'scipy'", name=name)


def test_without_scipy_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("scipy", "scipy.optimize"):
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [NoSciPy(), *sys.meta_path])
    with pytest.raises(ImportError, match=r"pip install 'wengert\[scipy\]'"):
        minimize(rosenbrock, start())
