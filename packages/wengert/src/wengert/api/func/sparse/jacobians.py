"""Floor 7: `sparse_jacobian` and `sparse_hessian`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from math import prod
from typing import Any

from wengert.api.func.arguments import Argnums, chosen, replaced
from wengert.api.func.forward import jvp
from wengert.api.func.reverse import grad, pullback, require_tensors
from wengert.api.func.sparse.colouring import colour_count
from wengert.api.func.sparse.pattern import SparseMatrix
from wengert.api.func.sparse.plan import Plan, of_fewest, of_star, planned
from wengert.api.func.vmap import vmap
from wengert.ops.xp import namespace_of
from wengert.tensor.base import make
from wengert.tensor.level import root_of
from wengert.transforms.trees import flatten, unflatten

Function = Callable[..., Any]
_AT_ONCE = 2**22  # elements of the directions that one vmap takes


def sparse_jacobian(
    func: Function, argnums: Argnums = 0, *, pattern: Any = None, by: str = "auto", chunk_size: int | None = None
) -> Function:
    """The function that gives the Jacobian of `func` as a sparse matrix, at the price of few derivatives.

    Where it may not be zero is found by following which elements depend on which, whatever their values; or say it with
    `pattern`: an earlier result, a sparse matrix of SciPy, or a pair of rows and columns. Columns that meet in no row
    share a colour and a forward derivative (`by="column"`), or rows that meet in no column a backward one (`by="row"`);
    "auto" takes what needs fewer. A banded matrix needs as many as its band is wide. All colours are taken at once by
    vmap, `chunk_size` of them at a time. The values can be differentiated again.

    Shapes: a matrix (elements of the output, elements of the arguments), both in the order of their nesting.
    Errors: those of `jvp` and `vjp`; ValueError where `pattern` has another shape or `by` is none of the three.
    Source: Coleman and Moré (1983), Estimation of sparse Jacobian matrices and graph coloring problems.

    >>> import wengert
    >>> found = wengert.func.sparse_jacobian(lambda x: x[1:] * x[:-1])(tensor([1., 2., 3.]))
    >>> found.values, found.rows, found.columns, found.shape
    (tensor([2., 1., 3., 2.]), tensor([0, 0, 1, 1]), tensor([0, 1, 1, 2]), (2, 3))
    """
    if by not in ("auto", "column", "row"):
        raise ValueError(f"sparse_jacobian: by={by!r}; expected 'auto', 'column' or 'row'.")

    remembered: dict[tuple[int, int], Plan] = {}

    @wraps(func)
    def jacobian(*args: Any, **keywords: Any) -> SparseMatrix:
        places, selected = chosen(argnums, args)
        require_tensors(flatten(selected)[0], "sparse_jacobian: Expected all inputs to be tensors, got ")

        def of_selected(*inner: Any) -> Any:
            return func(*replaced(args, places, inner), **keywords)

        plan = planned(of_selected, selected, pattern, lambda found: of_fewest(found, by), remembered)
        products = (_pulled if plan.by_row else _pushed)(of_selected, selected, plan.colours, chunk_size)
        return _matrix(products, plan)

    return jacobian


def sparse_hessian(
    func: Function, argnums: Argnums = 0, *, pattern: Any = None, chunk_size: int | None = None
) -> Function:
    """The function that gives the second derivative of `func`, which returns one number, as a sparse matrix.

    Where it may not be zero is found from the gradient of `func`, or given by `pattern`; see `sparse_jacobian`.
    As the matrix is symmetric, a star colouring needs fewer products than one of columns: two for an arrow.

    Shapes: a matrix (elements of the arguments, the same). Derivative: the third one of `func`.
    Errors: those of `grad` and `jvp`; ValueError where `pattern` has another shape.
    Source: Gebremedhin, Manne and Pothen (2005), What color is your Jacobian? Graph coloring for computing derivatives.

    >>> import wengert
    >>> found = wengert.func.sparse_hessian(lambda x: (x[1:] * x[:-1] ** 2).sum())(tensor([1., 2., 3.]))
    >>> found.values, found.rows, found.columns
    (tensor([4., 2., 2., 6., 4., 4.]), tensor([0, 0, 1, 1, 1, 2]), tensor([0, 1, 0, 1, 2, 1]))
    """

    remembered: dict[tuple[int, int], Plan] = {}

    @wraps(func)
    def hessian(*args: Any, **keywords: Any) -> SparseMatrix:
        places, selected = chosen(argnums, args)
        numbers = tuple(range(len(places)))
        gradient = grad(lambda *inner: func(*replaced(args, places, inner), **keywords), numbers)
        plan = planned(gradient, selected, pattern, of_star, remembered)
        return _matrix(_pushed(gradient, selected, plan.colours, chunk_size), plan)

    return hessian


# --- one derivative for each colour -----------------------------------------------------------------------------------


def _pushed(func: Function, arguments: Any, colours: Sequence[int], chunk_size: int | None) -> Any:
    """The product of the Jacobian with the sum of all columns of a colour, as a row for each colour."""
    leaves, structure = flatten(arguments)

    def push(*directions: Any) -> Any:
        return _flat(flatten(jvp(func, arguments, unflatten(directions, structure))[1])[0])

    return _each(push, leaves, colours, chunk_size)


def _pulled(func: Function, arguments: Any, colours: Sequence[int], chunk_size: int | None) -> Any:
    """The same for the transpose: sums of rows."""
    output, pull = pullback(func, arguments)
    leaves, structure = flatten(output)

    def pull_flat(*cotangents: Any) -> Any:
        return _flat(flatten(pull(unflatten(cotangents, structure)))[0])

    return _each(pull_flat, leaves, colours, chunk_size)


def _each(product: Function, like: Sequence[Any], colours: Sequence[int], chunk_size: int | None) -> Any:
    """`product` of the indicator of each colour, whose elements are those of the tensors `like` in order."""
    seeds = _seeds(like, colours)
    size = chunk_size or max(_AT_ONCE // max(len(colours), 1), 1)
    try:
        return vmap(product, chunk_size=size)(*seeds)
    except RuntimeError as error:
        if "vmap" not in str(error):
            raise
    xp: Any = namespace_of(like[0].space.backend)  # one after the other, where vmap refuses what the function does
    count = max(colour_count(colours), 1)
    return xp.stack([product(*[xp.getitem(seed, (i,)) for seed in seeds]) for i in range(count)], axis=0)


def _seeds(like: Sequence[Any], colours: Sequence[int]) -> list[Any]:
    """For each tensor a batch of its shape, one for each colour: 1 where the element has the colour, else 0."""
    seeds: list[Any] = []
    start, count = 0, max(colour_count(colours), 1)
    for t in like:
        xp: Any = namespace_of(t.space.backend)
        size = prod(t.shape)
        own = _integers(t, colours[start : start + size])
        alike = xp.equal(xp.reshape(_integers(t, range(count)), (count, 1)), xp.reshape(own, (1, size)))
        seeds.append(xp.reshape(xp.astype(alike, t.space.dtype), (count, *t.shape)))
        start += size
    return seeds


def _flat(tensors: Sequence[Any]) -> Any:
    xp: Any = namespace_of(tensors[0].space.backend)
    flat = [xp.reshape(t, (prod(t.shape),)) for t in tensors]
    return flat[0] if len(flat) == 1 else xp.concat(flat, axis=0)


def _matrix(products: Any, plan: Plan) -> SparseMatrix:
    """The elements, each from its place in the products."""
    height, width = shape = (len(plan.rows), plan.width)
    if products.shape[1] != (width if plan.by_row else height):
        raise ValueError(
            f"sparse_jacobian: a pattern of shape {shape} for an output of {products.shape[1]} elements; expected as "
            "many rows."
        )
    xp: Any = namespace_of(products.space.backend)
    flat = xp.reshape(products, (prod(products.shape),))
    rows = [row for row, columns in enumerate(plan.rows) for _ in columns]
    columns = [column for columns in plan.rows for column in columns]
    values = xp.take_flat(flat, _integers(flat, plan.places))
    return SparseMatrix(values, _integers(flat, rows), _integers(flat, columns), shape)


def _integers(like: Any, numbers: Sequence[int]) -> Any:
    """Whole numbers as a tensor in the place of `like`, outside of all transforms."""
    space = root_of(like.space.plain).index
    return make(space, space.xp.asarray(list(numbers), dtype=space.native, device=space.native_device))
