"""Floor 7: `custom_root` and `custom_fixed_point`: derivatives of what a solver found, whatever the solver did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn, cast

from wengert.api.func.forward import jvp
from wengert.api.func.linear_solve import Leaves, Solver, eliminated, gmres, is_small
from wengert.api.func.reverse import pullback, require_tensors
from wengert.api.function import Function
from wengert.graph.modes import set_grad_mode
from wengert.tensor.base import TensorBase
from wengert.transforms.dual import DualSpace, primal_at
from wengert.transforms.trees import Structure, flatten, map_leaves, unflatten

Tree = Any  # nested tensors
Residual = Callable[..., Leaves]  # residual(x, *variables), on leaves


def custom_root(
    residual: Callable[..., Tree], solver: Callable[..., Tree], linear_solve: Callable[..., Tree] | None = None
) -> Callable[..., Tree]:
    """The function that runs `solver` to find where `residual` is zero, with derivatives by the implicit function
    theorem.

    `solver(initial, *args)` gives x with `residual(x, *args)` zero; x and the residual are nested and shaped alike. The
    result of `root(initial, *args)` has derivatives by `args`, in both modes and of any order, and none by `initial`.
    The solver gets tensors without history, is not differentiated, and may leave the library. Each derivative solves
    one linear system of the size of x: by `linear_solve(product, b)`, which gives y with `product(y) = b`, or else by
    elimination where x is small, by GMRES, which needs products alone, where it is not.

    Derivative: t -> -A^-1 (dF/dargs t), with A = dF/dx at the root, which must not be singular.
    Errors: ValueError where the residual is not nested and shaped as x; RuntimeError where it captures a tensor that is
    differentiated, where the linear system is not solved, and inside of vmap, where `args` are differentiated.
    Source: Blondel et al. (2022), Efficient and modular implicit differentiation.

    >>> import wengert
    >>> def newton(x, a):
    ...     for _ in range(20):
    ...         x = (x + a / x) / 2
    ...     return x
    >>> root = wengert.func.custom_root(lambda x, a: x ** 2 - a, newton)
    >>> wengert.func.grad(lambda a: root(tensor(1.), a))(tensor(4.))
    tensor(0.2500)
    """

    def root(initial: Tree, *args: Any) -> Tree:
        given, theirs = flatten(args)
        moving = [isinstance(leaf, TensorBase) and leaf.space.dtype.is_inexact for leaf in given]
        found, structure = flatten(_without_history(solver, (initial, *args)))
        require_tensors(found, "custom_root: Expected the solver to return only tensors, got ")

        def flat_residual(x: Leaves, *variables: Any) -> Leaves:
            rest = iter(variables)
            whole = [next(rest) if moves else leaf for leaf, moves in zip(given, moving, strict=True)]
            values, shape = flatten(residual(unflatten(x, structure), *unflatten(whole, theirs)))
            _require_alike(values, shape, x, structure)
            return tuple(values)

        variables = [leaf for leaf, moves in zip(given, moving, strict=True) if moves]
        _require_arguments(flat_residual, found, variables)
        solve = None if linear_solve is None else _on_leaves(linear_solve, structure)
        return unflatten(rooted(flat_residual, found, variables, solve), structure)

    return root


def _on_leaves(linear_solve: Callable[..., Tree], structure: Structure) -> Solver:
    """The user's solver, which gets and gives nested tensors, as one of leaves."""

    def solve(product: Callable[[Leaves], Leaves], b: Leaves) -> Leaves:
        def nested(y: Tree) -> Tree:
            return unflatten(product(tuple(flatten(y)[0])), structure)

        return flatten(linear_solve(nested, unflatten(b, structure)))[0]

    return solve


def custom_fixed_point(
    step: Callable[..., Tree], solver: Callable[..., Tree], linear_solve: Callable[..., Tree] | None = None
) -> Callable[..., Tree]:
    """The function that runs `solver` to find x with `step(x, *args) = x`, with derivatives by the implicit function
    theorem; see `custom_root`.

    Derivative: t -> (1 - dstep/dx)^-1 (dstep/dargs t). Errors: those of `custom_root`.
    Source: Christianson (1994), Reverse accumulation and attractive fixed points.

    >>> import wengert
    >>> def repeated(x, a):
    ...     for _ in range(60):
    ...         x = (a * x).cos()
    ...     return x
    >>> fixed = wengert.func.custom_fixed_point(lambda x, a: (a * x).cos(), repeated)
    >>> wengert.func.grad(lambda a: fixed(tensor(1.), a))(tensor(1.))
    tensor(-0.2975)
    """

    def residual(x: Tree, *args: Any) -> Tree:
        now, structure = flatten(x)
        then, theirs = flatten(step(x, *args))
        _require_alike(then, theirs, now, structure)
        return unflatten([old - new for old, new in zip(now, then, strict=True)], structure)

    return custom_root(residual, solver, linear_solve)


def rooted(residual: Residual, x: Leaves, variables: Leaves, linear_solve: Solver | None) -> Leaves:
    """The root `x` of `residual(x, *variables)`, with its derivatives by the variables."""
    x = tuple(map(_plain, x))
    if not any(map(_moves, variables)):
        return x
    return _Root.apply(_Problem(residual, x, linear_solve), *variables)


class _Problem:
    """A residual, a root of it, and how to solve linear systems."""

    __slots__ = ("linear_solve", "residual", "x")

    def __init__(self, residual: Residual, x: Leaves, linear_solve: Solver | None) -> None:
        self.residual, self.x, self.linear_solve = residual, x, linear_solve

    def solved(self, product: Callable[..., Leaves], b: Leaves, x: Leaves, variables: Leaves) -> Leaves:
        """y with `product(y, x, variables) = b`, as a function of all that this depends on.

        Elimination is differentiated as it is. What another solver finds is in its turn a root, of product - b.
        """
        if self.linear_solve is None and is_small(b):
            return eliminated(lambda y: product(y, x, variables), b)
        count, rest = len(x), (*x, *variables, *b)

        def residual(y: Leaves, *given: Any) -> Leaves:
            parts = zip(product(y, given[:count], given[count : -len(b)]), given[-len(b) :], strict=True)
            return tuple([part - its for part, its in parts])

        def solver(*given: Any) -> Leaves:
            return (self.linear_solve or gmres)(
                lambda y: product(y, given[:count], given[count : -len(b)]), given[-len(b) :]
            )

        return rooted(residual, _without_history(solver, rest), rest, self.linear_solve)


class _Root(Function):
    """The root as a function of the variables: 0 = dF/dx dx + dF/dvariables dvariables."""

    @staticmethod
    def forward(problem: _Problem, *variables: Any) -> Leaves:
        outer = [primal_at(None, variable) for variable in variables]  # the level whose tangents are pushed is off
        if any(isinstance(variable.space, DualSpace) for variable in outer):
            return _Root.apply(problem, *outer)
        return tuple([leaf.clone() for leaf in problem.x])

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Leaves) -> None:
        ctx.problem, ctx.count = inputs[0], len(output)
        ctx.save_for_backward(*output, *inputs[1:])
        ctx.save_for_forward(*output, *inputs[1:])

    @staticmethod
    def backward(ctx: Any, *cotangents: Any) -> tuple[Any, ...]:
        residual = ctx.problem.residual
        x, variables = ctx.saved_tensors[: ctx.count], ctx.saved_tensors[ctx.count :]

        def product(y: Leaves, x: Leaves, variables: Leaves) -> Leaves:
            return pullback(lambda *inner: residual(inner, *variables), tuple(x))[1](tuple(y))

        solution = ctx.problem.solved(product, cotangents, x, variables)
        pull = pullback(lambda *inner: residual(x, *inner), variables)[1]
        return (None, *pull(tuple([-part for part in solution])))

    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Leaves:
        residual = ctx.problem.residual
        x, variables = ctx.saved_tensors[: ctx.count], ctx.saved_tensors[ctx.count :]

        def product(y: Leaves, x: Leaves, variables: Leaves) -> Leaves:
            return jvp(lambda *inner: residual(inner, *variables), tuple(x), tuple(y))[1]

        pushed = jvp(lambda *inner: residual(x, *inner), tuple(variables), tangents[1:])[1]
        return tuple([-part for part in ctx.problem.solved(product, pushed, x, variables)])

    @staticmethod
    def vmap(info: Any, in_dims: Any, *args: Any) -> Any:
        _raise_batched()


def _raise_batched() -> NoReturn:
    raise RuntimeError(
        "custom_root: arguments that differ along the batch of a vmap and are differentiated; expected ones that are "
        "not. Call it for each element of the batch."
    )


def _require_alike(values: Sequence[Any], structure: Structure, x: Sequence[Any], expected: Structure) -> None:
    shapes, wanted = ([getattr(leaf, "shape", None) for leaf in leaves] for leaves in (values, x))
    if structure != expected or shapes != wanted:
        raise ValueError(
            f"custom_root: a residual nested as {structure} of shapes {shapes}; expected it as x is: {expected} of "
            f"shapes {wanted}."
        )


def _require_arguments(residual: Residual, x: Leaves, variables: Leaves) -> None:
    """RuntimeError where the residual depends on something with a history that is no argument of it."""
    plain = list(map(_plain, variables))
    if any(map(_moves, plain)):  # the batch that they stand for is differentiated
        _raise_batched()
    mode = set_grad_mode(True)
    try:
        values = residual(tuple(map(_plain, x)), *plain)
    finally:
        set_grad_mode(mode)
    if any(map(_moves, values)):
        raise RuntimeError(
            "custom_root: the function captures a tensor that is being differentiated, whose gradient would be lost; "
            "expected all such tensors as arguments. Pass it behind `initial`."
        )


def _without_history(solver: Callable[..., Tree], args: Tree) -> Tree:
    """What `solver` finds, none of which is recorded."""
    mode = set_grad_mode(False)
    try:
        return solver(*map_leaves(_plain, args))
    finally:
        set_grad_mode(mode)


def _plain(leaf: Any) -> Any:
    """A tensor without its history and without tangents."""
    return cast(Any, leaf).detach() if isinstance(leaf, TensorBase) else leaf


def _moves(tensor: Any) -> bool:
    """Whether a derivative can be asked of `tensor`, or of the batch that it stands for."""
    while isinstance(tensor, TensorBase):
        if tensor.node is not None or isinstance(tensor.space, DualSpace):
            return True
        tensor = getattr(tensor.array, "value", None)
    return False
