"""Indexing: every kind of key, repeated positions, assignments."""

from __future__ import annotations

from typing import Any

from wengert_conformance.scenarios.family import WITHOUT_NODE_NAMES, Family, raised

indexing = Family("indexing")
differentiable, forward, outcome = indexing.differentiable, indexing.forward, indexing.outcome

MATRIX = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
CUBE = [[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[7.0, 8.0], [9.0, 10.0], [11.0, 12.0]]]


@differentiable(x=MATRIX)
def integers_and_slices(library: Any, x: Any) -> Any:
    return x[0], x[-1, 1:], x[:, ::2], x[..., 0], x[None, :, 1], x[1, 2]


@differentiable(x=MATRIX, index=[1, 0, 1])
def a_tensor_of_integers(library: Any, x: Any, index: Any) -> Any:
    return x[index], x[:, index], x[index, index]


@differentiable(x=MATRIX)
def a_list_of_integers(library: Any, x: Any) -> Any:
    return x[[0, 0, 1]], x[:, [2, -1]], x[[0, 1], [2, 0]]


@differentiable(x=CUBE, index=[0, 1, 1])
def indices_apart_from_each_other(library: Any, x: Any, index: Any) -> Any:
    return x[index, :, index], x[:, index, 0], x[index, 1:, [0, 1, 0]]


@differentiable(x=CUBE, rows=[[0], [1]], columns=[[2, 0]])
def indices_that_broadcast(library: Any, x: Any, rows: Any, columns: Any) -> Any:
    return x[rows, columns]


@differentiable(x=MATRIX, mask=[[True, False, True], [False, False, True]])
def a_boolean_mask(library: Any, x: Any, mask: Any) -> Any:
    return x[mask], library.masked_select(x, mask)


@differentiable(x=MATRIX, mask=[True, False])
def a_boolean_mask_of_rows(library: Any, x: Any, mask: Any) -> Any:
    return x[mask], x[mask, 1]


@differentiable(x=MATRIX)
def a_mask_that_is_computed(library: Any, x: Any) -> Any:
    return x[x > 2.5]


@differentiable(x=[1.0, 2.0, 3.0], index=[[0, 2, 2, 1]])
def an_index_of_higher_rank(library: Any, x: Any, index: Any) -> Any:
    return x[index]


@differentiable(x=MATRIX, index=[[0, 0], [2, 1]])
def gathering(library: Any, x: Any, index: Any) -> Any:
    return library.gather(x, 1, index), library.take_along_dim(x, index, dim=1)


@differentiable(x=MATRIX, index=[1, 1, 0])
def selecting_rows(library: Any, x: Any, index: Any) -> Any:
    return library.index_select(x, 0, index), x.index_select(1, index)


@differentiable(x=MATRIX, index=[0, 2, 0], source=[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
def adding_at_repeated_positions(library: Any, x: Any, index: Any, source: Any) -> Any:
    return x.index_add(1, index, source), library.index_add(x, 1, index, source, alpha=2)


@differentiable(x=MATRIX, index=[[0, 0, 1], [2, 2, 2]], source=[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
def scatter_adds_repeats(library: Any, x: Any, index: Any, source: Any) -> Any:
    return library.scatter_add(x, 1, index, source), x.scatter_add(1, index, source)


@differentiable(x=MATRIX, index=[[2, 0], [1, 2]], source=[[10.0, 20.0], [30.0, 40.0]])
def scatter_of_a_tensor(library: Any, x: Any, index: Any, source: Any) -> Any:
    return library.scatter(x, 1, index, source)


@differentiable(x=MATRIX, index=[[2, 0], [1, 2]])
def scatter_of_a_number(library: Any, x: Any, index: Any) -> Any:
    return x.scatter(1, index, 9.0)


@differentiable(x=MATRIX, rows=[0, 1], columns=[2, 0], value=[10.0, 20.0])
def index_put_overwrites(library: Any, x: Any, rows: Any, columns: Any, value: Any) -> Any:
    return x.index_put((rows, columns), value)


@differentiable(x=MATRIX, rows=[0, 0], columns=[2, 2], value=[10.0, 20.0])
def index_put_accumulates(library: Any, x: Any, rows: Any, columns: Any, value: Any) -> Any:
    return x.index_put((rows, columns), value, accumulate=True)


@differentiable(x=MATRIX, value=[7.0, 8.0, 9.0], checks=WITHOUT_NODE_NAMES)
def assignment_to_a_row(library: Any, x: Any, value: Any) -> Any:
    y = x * 2
    y[0] = value
    return y


@differentiable(x=MATRIX, value=7.0, checks=WITHOUT_NODE_NAMES)
def assignment_by_a_mask(library: Any, x: Any, value: Any) -> Any:
    y = x * 2
    y[x > 3] = value
    return y


@differentiable(x=MATRIX, index=[1, 0], checks=WITHOUT_NODE_NAMES)
def assignment_by_a_tensor(library: Any, x: Any, index: Any) -> Any:
    y = x * 2
    y[:, index] = 0.0
    y[index, 2] += 1
    return y


@outcome
def assignment_without_gradients(library: Any) -> Any:
    x = library.zeros(3, 4)
    x[1] = 1.0
    x[:, 2] = library.tensor([5.0, 6.0, 7.0])
    x[0, 0] = 9
    x[..., -1] = 2.5
    x[library.tensor([0, 2]), 1] = -1.0
    x[x == 1] = 3.0
    x[1:, :2] = library.ones(2, 1) * 8
    return x


@forward(x=[[0, 1, 0], [2, 0, 3]])
def positions_of_nonzero(library: Any, x: Any) -> Any:
    return [library.nonzero(x), x.nonzero(as_tuple=True), (x > 5).nonzero()]


@forward(x=MATRIX)
def empty_selections(library: Any, x: Any) -> Any:
    return [x[:0], x[:, 3:], x[library.zeros(0, dtype=library.int64)], x[x > 100], x[2:]]


@outcome
def refused_indices(library: Any) -> Any:
    x = library.ones(2, 3)
    return [
        raised(lambda: x[2], "index 2 is out of bounds for dimension 0 with size 2"),
        raised(lambda: x[None, 5], "index 5 is out of bounds for dimension 1 with size 2"),
        raised(lambda: x[0, ..., None, 7], "index 7 is out of bounds for dimension 3 with size 3"),
        raised(lambda: x[0, 0, 0], "too many indices for tensor of dimension 2"),
        raised(lambda: x[::-1], "step must be greater than zero"),
        raised(lambda: x[library.tensor([5])], "out of bounds"),
        raised(lambda: x[library.ones(2, 2, dtype=library.bool)], "does not match the shape of the indexed tensor"),
        raised(lambda: x.gather(1, library.tensor([[7]])), "out of bounds"),
        raised(lambda: x.index_select(0, library.tensor([2])), "out of range"),
        raised(lambda: x[library.tensor([0.5])], "tensors used as indices must be"),
    ]
