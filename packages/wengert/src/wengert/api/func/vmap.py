"""Floor 7: `vmap`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, cast

from wengert.ops.movement import cat, movedim, split
from wengert.protocol.shapes import Shape
from wengert.tensor.base import TensorBase
from wengert.tensor.level import running
from wengert.transforms.batched import BatchLevel
from wengert.transforms.trees import Structure, flatten, spread, unflatten

Function = Callable[..., Any]


def vmap(
    func: Function,
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Function:
    """A function that runs `func` on all elements of a batch at once: `func` sees one element.

    `in_dims` says along which axis of each argument the batch lies, None for an argument that all elements share; it
    may be nested like the arguments. `out_dims` says where the results carry it. `randomness` says whether random
    operations are refused ("error"), give each element the same ("same") or different numbers ("different"). With
    `chunk_size` the batch is computed in pieces of that size. Keyword arguments are shared.

    Shapes: an argument of shape (n, ...) is seen as (...); a result (...) becomes (n, ...).
    Derivative: that of `func`, element by element; it may be taken inside or outside.
    Errors: ValueError where `in_dims` or `out_dims` do not fit, where sizes differ, where a result is no Tensor;
    RuntimeError where `func` reads a value, branches on one, or writes an element into what all elements share.
    Source: torch.vmap.

    >>> import wengert
    >>> wengert.vmap(wengert.dot)(tensor([[1., 2.], [3., 4.]]), tensor([[1., 1.], [2., 0.]]))
    tensor([3., 6.])
    """
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")

    @wraps(func)
    def batched(*args: Any, **keywords: Any) -> Any:
        leaves, dims, structure, size = _checked_inputs(func, in_dims, args)
        if chunk_size is None or size <= chunk_size:
            results, shape, _ = _run(func, out_dims, randomness, size, leaves, dims, structure, keywords)
            return unflatten(results, shape)
        return _in_chunks(func, out_dims, randomness, size, chunk_size, leaves, dims, structure, keywords)

    return batched


def name_of(func: Any) -> str:
    """What errors call a function."""
    return getattr(func, "__name__", None) or repr(func)


def _checked_inputs(func: Function, in_dims: Any, args: tuple[Any, ...]) -> tuple[list[Any], list[Any], Structure, int]:
    """The leaves of the arguments, the axis of the batch in each (None for none), their nesting, and the size."""
    name = name_of(func)
    if not isinstance(in_dims, (int, tuple)):
        raise ValueError(
            f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): expected `in_dims` to be int or a (potentially nested) "
            f"tuple matching the structure of inputs, got: {type(in_dims)}."
        )
    if not args:
        raise ValueError(
            f"vmap({name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a "
            "function with no inputs. The latter is unsupported."
        )
    where = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>)"
    leaves, structure = flatten(args)
    dims = spread(cast(Any, in_dims), structure)
    if dims is None:
        raise ValueError(
            f"{where}: in_dims is not compatible with the structure of `inputs`. in_dims has structure "
            f"{flatten(in_dims)[1]} but inputs has structure {structure}."
        )
    sizes: list[Any] = []
    for position, (leaf, dim) in enumerate(zip(leaves, dims, strict=True)):
        if dim is None:
            continue
        if not isinstance(dim, int) or isinstance(dim, bool):
            raise ValueError(
                f"{where}: Got in_dim={dim} for an input but in_dim must be either an integer dimension or None."
            )
        if not isinstance(leaf, TensorBase):
            raise ValueError(
                f"{where}: Got in_dim={dim} for an input but the input is of type {type(leaf)}. We cannot vmap over "
                "non-Tensor arguments, please use None as the respective in_dim"
            )
        ndim = len(leaf.shape)
        if not -ndim <= dim < ndim:
            raise ValueError(
                f"{where}: Got in_dim={dim} for some input, but that input is a Tensor of dimensionality {ndim} so "
                f"expected in_dim to satisfy -{ndim} <= in_dim < {ndim}."
            )
        dims[position] = dim + ndim if dim < 0 else dim
        sizes.append(leaf.shape[dims[position]])
    if not sizes:
        raise ValueError("vmap: Expected at least one Tensor to vmap over")
    if any(size != sizes[0] for size in sizes):
        raise ValueError(
            f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes} for the "
            "mapped dimension"
        )
    return leaves, dims, structure, sizes[0]


def _run(
    func: Function,
    out_dims: Any,
    randomness: str,
    size: int,
    leaves: Sequence[Any],
    dims: Sequence[Any],
    structure: Structure,
    keywords: dict[str, Any],
) -> tuple[list[Any], Structure, list[Any]]:
    """The results for one batch with its axis where `out_dims` says, their nesting, and that axis in each."""
    level = BatchLevel(size, randomness)
    outer = running.get()
    running.set((*outer, level))
    try:
        elements = [
            leaf if dim is None else level.tensor(leaf if dim == 0 else movedim(leaf, dim, 0), True)
            for leaf, dim in zip(leaves, dims, strict=True)
        ]
        outputs, shape = flatten(func(*unflatten(elements, structure), **keywords))
        places = _checked_outputs(func, out_dims, level, outputs, shape)
        results = [_result(func, level, out, place) for out, place in zip(outputs, places, strict=True)]
    finally:
        level.end()
        running.set(outer)
    return results, shape, places


def _checked_outputs(
    func: Function, out_dims: Any, level: BatchLevel, outputs: Sequence[Any], structure: Structure
) -> list[Any]:
    name = name_of(func)
    if not all(dim is None or (isinstance(dim, int) and not isinstance(dim, bool)) for dim in flatten(out_dims)[0]):
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims}): `out_dims` must be an int, None or a python collection of ints "
            "representing where in the outputs the vmapped dimension should appear."
        )
    places = spread(out_dims, structure)
    if places is None:
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of "
            f"`outputs`. out_dims has structure {flatten(out_dims)[1]} but outputs has structure {structure}."
        )
    for out, place in zip(outputs, places, strict=True):
        if not isinstance(out, TensorBase) and place is not None:
            raise ValueError(
                f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(out)}. Did you mean to set "
                "out_dims= to None for output?"
            )
    return places


def _result(func: Function, level: BatchLevel, out: Any, place: int | None) -> Any:
    if place is None:
        if isinstance(out, TensorBase) and level.has_axis(out):
            name = name_of(func)
            raise ValueError(f"vmap({name}, ...): `{name}` can not return a BatchedTensor when out_dim is None")
        return level.shared(out) if isinstance(out, TensorBase) else out
    whole = level.whole(out)
    return whole if place == 0 else movedim(whole, 0, place)


def _in_chunks(
    func: Function,
    out_dims: Any,
    randomness: str,
    size: int,
    chunk_size: int,
    leaves: Sequence[Any],
    dims: Sequence[Any],
    structure: Structure,
    keywords: dict[str, Any],
) -> Any:
    sizes: Shape = (*(chunk_size,) * (size // chunk_size), *((size % chunk_size,) if size % chunk_size else ()))
    pieces = [
        [leaf] * len(sizes) if dim is None else split(leaf, list(sizes), dim)
        for leaf, dim in zip(leaves, dims, strict=True)
    ]
    runs = [
        _run(func, out_dims, randomness, count, [piece[number] for piece in pieces], dims, structure, keywords)
        for number, count in enumerate(sizes)
    ]
    _, shape, places = runs[0]
    results = [
        parts[0] if place is None else cat(parts, place)
        for place, parts in zip(places, zip(*(results for results, _, _ in runs), strict=True), strict=True)
    ]
    return unflatten(results, shape)
