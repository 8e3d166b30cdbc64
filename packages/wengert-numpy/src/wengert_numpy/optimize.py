"""A bridge to `scipy.optimize.minimize`: it gets gradients and Hessian products that are exact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import wengert
from wengert import func
from wengert.extras import optional
from wengert.transforms.trees import flatten, unflatten

Function = Callable[..., Any]

_WITHOUT_GRADIENT = frozenset({"nelder-mead", "powell", "cobyla", "cobyqa"})
_WITH_PRODUCTS = frozenset({"newton-cg", "trust-ncg", "trust-krylov", "trust-constr"})
_WITH_HESSIAN = frozenset({"dogleg", "trust-exact"})


def minimize(
    fun: Function,
    x0: Any,
    args: tuple[Any, ...] = (),
    method: str | None = None,
    *,
    bounds: Any = None,
    constraints: Any = (),
    tol: float | None = None,
    callback: Function | None = None,
    options: dict[str, Any] | None = None,
) -> Any:
    """The x at which `fun(x, *args)`, a number, is least, by SciPy's `minimize` and its methods.

    `x0` is a tensor or tensors nested in any way; `fun`, `callback` and functions of constraints get x alike, and so
    is `x` in the result. SciPy sees one vector in double precision, in the order of the nesting: so are `bounds` and
    the matrices of linear constraints. What a method asks for is given by automatic differentiation: the gradient
    (`jac`), products with the Hessian (`hessp`) or all of it, and the Jacobian of constraints that bring none.

    Returns: SciPy's OptimizeResult, with `x` and `jac` as tensors without history.
    Errors: ImportError with the command that installs SciPy; ValueError where `x0` holds something else than tensors of
    floating-point numbers; RuntimeError where `fun` does not return a tensor of no axes.
    Source: scipy.optimize.minimize.

    >>> import wengert
    >>> from wengert_numpy import minimize
    >>> def rosenbrock(x):
    ...     return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()
    >>> minimize(rosenbrock, wengert.zeros(3, dtype=wengert.float64), method="trust-ncg").x
    tensor([1.0000, 1.0000, 1.0000], dtype=wengert.float64)
    """
    scipy = optional("scipy.optimize", "scipy")
    unknowns = _Unknowns(x0)
    leaves = unknowns.leaves

    def of_leaves(*inner: Any) -> Any:
        return fun(unknowns.nested(inner), *args)

    numbers = tuple(range(len(leaves)))
    gradient, both = func.grad(of_leaves, numbers), func.grad_and_value(of_leaves, numbers)

    def value_and_gradient(x: Any) -> tuple[float, Any]:
        gradients, value = both(*unknowns.tensors(x))
        return value.item(), unknowns.vector(gradients)

    def product(x: Any, direction: Any) -> Any:
        return unknowns.vector(func.jvp(gradient, unknowns.tensors(x), unknowns.tensors(direction))[1])

    def value_of(x: Any) -> float:
        return fun(unknowns.nested(unknowns.tensors(x)), *args).item()

    def hessian(x: Any) -> Any:
        return np.stack([product(x, direction) for direction in np.eye(x.size)])

    def called_back(x: Any, *state: Any) -> Any:
        return callback(unknowns.nested(unknowns.tensors(x)), *state) if callback is not None else None

    name = "" if method is None else method.lower()
    has_gradient = name not in _WITHOUT_GRADIENT
    found = scipy.minimize(
        value_and_gradient if has_gradient else value_of,
        unknowns.vector(leaves),
        method=method,
        jac=True if has_gradient else None,
        hessp=product if name in _WITH_PRODUCTS else None,
        hess=hessian if name in _WITH_HESSIAN else None,
        bounds=bounds,
        constraints=_constraints(scipy, constraints, unknowns),
        tol=tol,
        callback=None if callback is None else called_back,
        options=options,
    )
    found.x = unknowns.nested(unknowns.tensors(found.x))
    if np.shape(found.get("jac")) == (unknowns.size,):
        found.jac = unknowns.nested(unknowns.tensors(found.jac))
    return found


class _Unknowns:
    """Nested tensors as one vector in double precision, and back."""

    def __init__(self, x0: Any) -> None:
        given, self._structure = flatten(x0)
        for leaf in given:
            if not isinstance(leaf, wengert.Tensor) or not leaf.is_floating_point():
                arrived = leaf.dtype if isinstance(leaf, wengert.Tensor) else type(leaf)
                raise ValueError(f"minimize: x0 holds {arrived}; expected tensors of floating-point numbers.")
        self.leaves: list[Any] = [leaf.detach() for leaf in given]
        self.size = sum(leaf.numel() for leaf in self.leaves)

    def vector(self, tensors: Sequence[Any]) -> Any:
        """The elements of tensors that are shaped as the unknowns."""
        parts = [tensor.detach().cpu().numpy().astype(np.float64).reshape(-1) for tensor in tensors]
        return np.concatenate(parts)

    def tensors(self, x: Any) -> tuple[Any, ...]:
        """A vector as tensors like the leaves."""
        parts = np.split(np.array(x), np.cumsum([leaf.numel() for leaf in self.leaves])[:-1])
        return tuple([leaf.new_tensor(part).reshape(leaf.shape) for leaf, part in zip(self.leaves, parts, strict=True)])

    def nested(self, tensors: Sequence[Any]) -> Any:
        """Tensors like the leaves, nested as the user nests them."""
        return unflatten(tensors, self._structure)


def _constraints(scipy: Any, constraints: Any, unknowns: _Unknowns) -> Any:
    """Constraints whose functions take a vector; those that bring no Jacobian get one."""
    if isinstance(constraints, (list, tuple)):
        return [_constraints(scipy, constraint, unknowns) for constraint in constraints]
    if isinstance(constraints, dict):
        args = constraints.get("args", ())
        values, jacobian = _of_vector(lambda x: constraints["fun"](x, *args), unknowns)
        own = constraints.get("jac")
        if own is not None:
            jacobian = _of_vector(lambda x: own(x, *args), unknowns)[0]
        return {"type": constraints["type"], "fun": values, "jac": jacobian}
    if isinstance(constraints, scipy.NonlinearConstraint):
        values, jacobian = _of_vector(constraints.fun, unknowns)
        if callable(constraints.jac):
            jacobian = _of_vector(constraints.jac, unknowns)[0]
        return scipy.NonlinearConstraint(
            values, constraints.lb, constraints.ub, jacobian, constraints.hess, constraints.keep_feasible
        )
    return constraints


def _of_vector(fun: Function, unknowns: _Unknowns) -> tuple[Function, Function]:
    """A function of tensors as one of a vector, and its Jacobian: a row for each element of the result."""

    def values(x: Any) -> Any:
        found = fun(unknowns.nested(unknowns.tensors(x)))
        return found.detach().cpu().numpy() if isinstance(found, wengert.Tensor) else found

    def jacobian(x: Any) -> Any:
        def of_leaves(*inner: Any) -> Any:
            return fun(unknowns.nested(inner))

        blocks = func.jacrev(of_leaves, tuple(range(len(unknowns.leaves))))(*unknowns.tensors(x))
        parts = [
            block.detach().cpu().numpy().reshape(-1, leaf.numel())
            for block, leaf in zip(blocks, unknowns.leaves, strict=True)
        ]
        return np.concatenate(parts, axis=1)

    return values, jacobian
