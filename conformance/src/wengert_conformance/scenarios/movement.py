"""Movement: shapes that follow from others, views, splits, joins."""

from __future__ import annotations

from typing import Any

from wengert_conformance.needs import STRIDES, VIEWS
from wengert_conformance.scenarios.family import WITHOUT_NODE_NAMES, Family, of, raised

movement = Family("movement")
differentiable, forward, outcome, needs = movement.differentiable, movement.forward, movement.outcome, movement.needs

MATRIX = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
CUBE = [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]
EMPTY = of("float64", [], shape=(0, 3), differentiable=True)


@differentiable(x=MATRIX)
def reshape_with_an_inferred_size(library: Any, x: Any) -> Any:
    return x.reshape(3, -1), x.reshape((6,)), x.view(-1), library.reshape(x, (1, 2, 3))


@differentiable(x=MATRIX, checks=WITHOUT_NODE_NAMES)
def reshape_of_a_transpose(library: Any, x: Any) -> Any:
    return x.t().reshape(-1), x.transpose(0, 1).reshape(2, 3)


@differentiable(x=CUBE)
def permutations(library: Any, x: Any) -> Any:
    return x.permute(2, 0, 1), library.permute(x, (1, 2, 0)), x.transpose(-1, 0), library.movedim(x, 0, -1)


@differentiable(x=MATRIX)
def transpose_of_a_matrix(library: Any, x: Any) -> Any:
    return x.t(), x.T, x.mT


@differentiable(x=[[1.0], [2.0]])
def expansions(library: Any, x: Any) -> Any:
    return x.expand(2, 3), x.expand(4, -1, 2), x.expand_as(library.ones(2, 2)), library.broadcast_to(x, (2, 5))


@differentiable(x=[[[1.0], [2.0]]])
def squeezing(library: Any, x: Any) -> Any:
    return x.squeeze(), x.squeeze(0), x.squeeze(1), x.squeeze((0, 2)), x.unsqueeze(-1), x.unsqueeze(1)


@differentiable(x=CUBE)
def flattening(library: Any, x: Any) -> Any:
    return x.flatten(), x.flatten(1), x.flatten(0, 1), library.flatten(x, start_dim=-2)


@differentiable(x=5.0)
def flattening_a_scalar(library: Any, x: Any) -> Any:
    return x.flatten(), x.reshape(1, 1), x.unsqueeze(0), x.expand(3)


@differentiable(x=MATRIX, y=[[7.0, 8.0, 9.0]])
def joining(library: Any, x: Any, y: Any) -> Any:
    return library.cat([x, y]), library.cat((y, x, y), dim=0), library.stack([x, x], dim=1), library.stack([y, y], -1)


@differentiable(x=MATRIX, y=of("float64", [], shape=(0,), differentiable=True))
def joining_a_legacy_empty_tensor(library: Any, x: Any, y: Any) -> Any:
    return library.cat([x, y], dim=1)


@differentiable(x=of("float32", [1.0], differentiable=True), y=of("float64", [2.0], differentiable=True))
def joining_mixed_dtypes(library: Any, x: Any, y: Any) -> Any:
    return library.cat([x, y])


@differentiable(x=MATRIX)
def splitting(library: Any, x: Any) -> Any:
    return x.split(2, dim=1), x.split([1, 2], dim=1), x.chunk(2, dim=1), x.unbind(0), x.unbind(dim=1)


@differentiable(x=MATRIX)
def one_part_of_a_split(library: Any, x: Any) -> Any:
    return x.split(2, dim=1)[1] * 2


@differentiable(x=MATRIX)
def flips_and_rolls(library: Any, x: Any) -> Any:
    return x.flip(0), x.flip((0, 1)), x.roll(1), x.roll((1, -1), (0, 1)), library.roll(x, 4, 1)


@differentiable(x=MATRIX)
def triangles(library: Any, x: Any) -> Any:
    return x.tril(), x.triu(), x.tril(-1), x.triu(1)


@differentiable(x=CUBE)
def diagonals(library: Any, x: Any) -> Any:
    return x.diagonal(), x.diagonal(1), library.diagonal(x, 0, 1, 2), x.diagonal(dim1=0, dim2=2, offset=-1)


@differentiable(x=EMPTY)
def movement_of_nothing(library: Any, x: Any) -> Any:
    return x.reshape(3, 0), x.t(), x.flip(1), library.cat([x, x]), x.unsqueeze(0), x.expand(2, 0, 3)


@differentiable(x=MATRIX)
def iteration_and_unpacking(library: Any, x: Any) -> Any:
    first, second = x
    return first * second, [row.sum() for row in x]


@needs(VIEWS)
@outcome
def views_share_memory(library: Any) -> Any:
    x = library.zeros(2, 3)
    row, flat, turned = x[0], x.view(-1), x.t()
    x[0, 1] = 5.0
    flat[5] = 7.0
    return [row, flat, turned, x]


@needs(STRIDES)
@outcome
def shapes_and_sizes(library: Any) -> Any:
    x = library.zeros(2, 3, 4)
    return [
        tuple(x.shape),
        tuple(x.size()),
        x.size(-1),
        x.dim(),
        x.ndim,
        x.numel(),
        len(x),
        x.shape == (2, 3, 4),
        x.stride(),
        x.is_contiguous(),
        x.transpose(0, 1).is_contiguous(),
    ]


@needs(STRIDES)
@outcome
def refused_movement(library: Any) -> Any:
    x = library.ones(2, 3)
    return [
        raised(lambda: x.reshape(4, 2), "shape '[4, 2]' is invalid for input of size 6"),
        raised(lambda: x.view(-1, -1), "only one dimension can be inferred"),
        raised(lambda: x.t().view(6), "view size is not compatible with input tensor's size and stride"),
        raised(lambda: x.permute(0), "number of dimensions in the tensor input does not match"),
        raised(lambda: x.expand(2, 4), "The expanded size of the tensor (4) must match the existing size (3)"),
        raised(lambda: x.transpose(0, 2), "Dimension out of range (expected to be in range of [-2, 1], but got 2)"),
        raised(lambda: library.cat([x, library.ones(2, 2)]), "Sizes of tensors must match except in dimension 0"),
        raised(lambda: library.stack([x, library.ones(3, 2)]), "stack expects each tensor to be equal size"),
        raised(lambda: library.zeros(2, 2, 2).t(), "t() expects a tensor with <= 2 dimensions"),
    ]
