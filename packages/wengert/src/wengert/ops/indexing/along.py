"""Floor 6: picking by positions along one axis, or in memory order."""

from __future__ import annotations

from math import prod
from typing import Any

from wengert.ops.arguments import spoken
from wengert.ops.arithmetic.operands import checked
from wengert.ops.indexing.keys import checked_index
from wengert.protocol.dtypes import int32, int64
from wengert.protocol.shapes import broadcast_shapes, normalize_axis
from wengert.rules import indexing as rules
from wengert.rules import movement
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import bump_version, make
from wengert.tensor.level import depth_of
from wengert.tensor.operation import kernel

_index_select = kernel(rules.take, "IndexSelectBackward0", x="self", indices="index", axis="dim")
_index_select_scalar = kernel(rules.take_flat, "IndexSelectBackward0", x="self", indices="index")
_gather = kernel(rules.gather, "GatherBackward0", x="self", indices="index", axis="dim")
_take = kernel(rules.take_flat, "TakeBackward0", x="self", indices="index")
_embedding = kernel(rules.embedding, "EmbeddingBackward0", padding="padding_idx")
_reshape = kernel(movement.reshape, "ViewBackward0", x="self")
_expand = kernel(movement.broadcast_to, "ExpandBackward0", x="self")


def require_integers(index: Any, message: str, error: type[Exception] = RuntimeError) -> None:
    """`error` unless `index` is a Tensor of int32 or int64."""
    checked(message.partition("(")[0], "index", index)
    if index.space.dtype is not int64 and index.space.dtype is not int32:
        raise error(message)


def index_select(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """Rows of `input` picked along `dim` by `index`, repeats allowed.

    Shapes: input (..., n, ...), index (k,) of integers in [0, n) -> (..., k, ...).
    Dtype: that of `input`. Device: that of `input`; `index` must share it.
    Derivative: g -> scatter_add(g, dim, index); linear in `input`, none for `index`.
    Errors: IndexError if an index is out of range; RuntimeError if `index` is not of an integer dtype.
    Source: torch.index_select; the derivative is the transpose of a gather.

    >>> index_select(tensor([[1., 2.], [3., 4.]]), 0, tensor([1, 1]))
    tensor([[3., 4.],
            [3., 4.]])
    """
    require_integers(index, "index_select(): Expected dtype int32 or int64 for index")
    axis = normalize_axis(dim, len(input.shape))
    if len(index.shape) > 1:
        raise IndexError("index_select(): Index is supposed to be a vector")
    n = input.shape[axis] if input.shape else 1
    places = checked_index(as_vector(index), n, axis, IndexError, False, "index out of range in self")
    if not input.shape:
        if places.shape[0] != 1:
            raise RuntimeError(f"index_select(): Index to scalar can have only 1 value, got {places.shape[0]} value(s)")
        return _index_select_scalar(input, make(places.space, places.space.xp.reshape(places.array, ())))
    return _index_select(input, places, axis)


def as_vector(index: Any) -> Any:
    """A 0-d index as a vector of one element."""
    return index if index.shape else make(index.space, index.space.xp.reshape(index.array, (1,)))


def check_along(name: str, input: Tensor, axis: int, index: Tensor, what: str = "input") -> None:
    """RuntimeError unless `index` has the axes of `input` and is no longer than it, but along `axis`."""
    if len(index.shape or (1,)) != len(input.shape or (1,)):
        raise RuntimeError(f"Index tensor must have the same number of dimensions as {what} tensor")
    for d, (n, m) in enumerate(zip(input.shape, index.shape, strict=False)):
        if d != axis and m > n:
            shapes = (
                f"index {list(index.shape)} to be no larger than self {list(input.shape)} apart from dimension {axis}"
            )
            raise RuntimeError(
                f"Size does not match at dimension {d} expected {shapes}" if name == "gather" else f"Expected {shapes}"
            )


def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False) -> Tensor:
    """The elements of `input` that `index` names along `dim`: out[i][j] = input[index[i][j]][j] for `dim` 0.

    Shapes: `index` has the axes of `input` and is no longer, but along `dim`; the result has its shape.
    Dtype: that of `input`. Derivative: g -> scatter_add of g into zeros; none for `index`.
    Errors: RuntimeError if an index is out of bounds, not an integer, or the shapes do not fit. Source: torch.gather.

    >>> gather(tensor([[1., 2.], [3., 4.]]), 1, tensor([[0], [1]]))
    tensor([[1.],
            [4.]])
    """
    axis = normalize_axis(dim, len(input.shape))
    if 0 in checked("gather", "index", index).shape:
        space = index.space.index
        return _gather(input, make(space, space.xp.astype(index.array, space.native)), axis)
    require_integers(index, "gather(): Expected dtype int32/int64 for index")
    check_along("gather", input, axis, index)
    n = input.shape[axis] if input.shape else 1
    places = checked_index(index, n, axis, RuntimeError, allow_negative=False)
    return _gather(input, places, axis)


def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """The elements of `input` that `indices` names along `dim`, the other axes of the two broadcast.

    Without `dim` the input is flattened first.

    Derivative: g -> scatter_add of g into zeros; none for `indices`.
    Errors: RuntimeError for other numbers of axes or indices that are not int64. Source: torch.take_along_dim.

    >>> take_along_dim(tensor([[3., 1.], [2., 4.]]), tensor([[1], [0]]), 1)
    tensor([[1.],
            [2.]])
    """
    checked("take_along_dim", "indices", indices)
    if indices.space.dtype is not int64:
        raise RuntimeError(
            f"torch.take_along_dim(): dtype of indices should be Long but got {spoken(indices.space.dtype)}"
        )
    if dim is None:
        return gather(_reshape(input, (-1,)), 0, make(indices.space, indices.space.xp.reshape(indices.array, (-1,))))
    axis = normalize_axis(dim, len(input.shape))
    if len(input.shape) != len(indices.shape):
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{len(input.shape)} dimensions for input, and {len(indices.shape)} dimensions for indices"
        )
    n = input.shape[axis]
    others = broadcast_shapes(
        (*input.shape[:axis], 1, *input.shape[axis + 1 :]), (*indices.shape[:axis], 1, *indices.shape[axis + 1 :])
    )
    wanted, places = (
        (*others[:axis], n, *others[axis + 1 :]),
        (*others[:axis], indices.shape[axis], *others[axis + 1 :]),
    )
    xp = indices.space.xp
    within = checked_index(indices, n, axis, RuntimeError)
    index = within if within.shape == places else make(indices.space, xp.broadcast_to(within.array, places))
    return _gather(input if input.shape == wanted else _expand(input, wanted), index, axis)


def take(input: Tensor, index: Tensor) -> Tensor:
    """The elements of `input` at positions in memory order, in the shape of `index`.

    Derivative: g -> scatter_add of g into zeros; none for `index`.
    Errors: IndexError if a position is out of range; RuntimeError if `index` is not int64. Source: torch.take.

    >>> take(tensor([[1., 2.], [3., 4.]]), tensor([0, 3]))
    tensor([1., 4.])
    """
    checked("take", "index", index)
    if index.space.dtype is not int64:
        raise RuntimeError(f"take(): Expected a long tensor for index, but got {spoken(index.space.dtype)}")
    count = count_of(input)
    if not count and 0 not in index.shape:
        raise IndexError("take(): tried to take from an empty tensor")
    return _take(input, flat_positions(index, count))


def count_of(tensor: Tensor) -> int:
    """How many elements a tensor has."""
    return prod(tensor.shape)


def flat_positions(index: Any, count: int) -> Any:
    """The positions in memory order that `index` names, none negative; IndexError for one that is out of range."""
    try:
        return checked_index(index, count, 0, IndexError)
    except IndexError as error:
        wrong = str(error).split()[1]
        raise IndexError(f"out of range: tried to access index {wrong} on a tensor of {count} elements.") from None


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """Rows of the table `weight` that the integers in `input` name.

    Shapes: input (...), weight (n, m) -> (..., m). Dtype: that of `weight`.
    Derivative: g -> rows of g added up at their places, but none at `padding_idx`; none for `input`.
    With `max_norm` the rows that are named are first scaled down in place to that norm, of order `norm_type`.
    `scale_grad_by_freq` divides the gradient of a row by how often it is named. Gradients are dense whatever `sparse`
    says.
    Errors: IndexError if a number is not in [0, n); RuntimeError if `input` is not of integers.
    Source: torch.nn.functional.embedding.

    >>> embedding(tensor([1, 0]), tensor([[1., 2.], [3., 4.]]))
    tensor([[3., 4.],
            [1., 2.]])
    """
    n = weight.shape[0] if weight.shape else 0
    if padding_idx is not None:
        if not -n <= padding_idx < n:
            raise AssertionError("Padding_idx must be within num_embeddings")
        padding_idx += n if padding_idx < 0 else 0
    if len(weight.shape) != 2:
        raise RuntimeError("'weight' must be 2-D")
    require_integers(
        input,
        "embedding(): Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, "
        "Int; but got "
        f"{spoken(checked('embedding', 'input', input).space.dtype)} instead",
    )
    places = checked_index(input, n, 0, IndexError, False, "index out of range in self")
    if max_norm is not None and 0 not in places.shape:
        _renormalize(weight, places, max_norm, norm_type)
    return _embedding(weight, places, padding_idx, scale_grad_by_freq)


def _renormalize(weight: Tensor, places: Any, max_norm: float, norm_type: float) -> None:
    """Scale the rows of `weight` that are longer than `max_norm` down to it, in place and unrecorded."""
    space = weight.space
    if depth_of(places.space) > depth_of(space):
        places.space.plain.write(weight, places)  # is refused: elements of a batch would write what they share
    xp = space.xp
    index = xp.reshape(places.array, (-1,))
    rows = xp.take(weight.array, index, axis=0)
    length = xp.pow(xp.sum(xp.pow(xp.abs(rows), norm_type), axis=(1,), keepdims=True), 1 / norm_type)
    limit = xp.full_like(length, max_norm)
    shrunk = xp.multiply(rows, xp.divide(limit, xp.add(length, 1e-7)))
    weight.array = xp.setitem(weight.array, (index,), xp.where(xp.less(limit, length), shrunk, rows))
    bump_version(weight)


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """For each integer of `tensor` a vector of zeros with a one at its place.

    Shapes: (...) -> (..., num_classes); -1 means one more than the largest. Dtype: int64. Derivative: none.
    Errors: RuntimeError if an integer is negative or not below `num_classes`. Source: torch.nn.functional.one_hot.

    >>> one_hot(tensor([0, 2]))
    tensor([[1, 0, 0],
            [0, 0, 1]])
    """
    checked("one_hot", "tensor", tensor)
    space = tensor.space
    xp = space.xp
    if space.dtype is not int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if 0 in tensor.shape:
        if num_classes <= 0:
            raise RuntimeError("Can not infer total number of classes from empty tensor.")
    elif num_classes == -1 or space.is_readable:
        low, high = int(xp.tolist(xp.min(tensor.array))), int(xp.tolist(xp.max(tensor.array)))
        if low < 0:
            raise RuntimeError("Class values must be non-negative.")
        if num_classes == -1:
            num_classes = high + 1
        if high >= num_classes:
            raise RuntimeError("Class values must be smaller than num_classes.")
    classes = xp.arange(0, num_classes, 1, dtype=space.native, device=space.native_device)
    return make(space, xp.astype(xp.equal(xp.expand_dims(tensor.array, axis=len(tensor.shape)), classes), space.native))
