"""Floor 6: the indexing methods of a Tensor."""

from __future__ import annotations

from wengert.ops.indexing import along, placing, positions, reading, scattering, searching, sorting, writing
from wengert.tensor.base import TensorBase as Tensor


class IndexingMethods(Tensor):
    """The methods that select and write elements."""

    __slots__ = ()

    __getitem__ = reading.getitem
    masked_select = reading.masked_select
    nonzero = reading.nonzero
    argwhere = reading.argwhere
    index_select = along.index_select
    gather = along.gather
    take = along.take
    take_along_dim = along.take_along_dim
    index_add = scattering.index_add
    index_copy = scattering.index_copy
    index_fill = scattering.index_fill
    scatter = scattering.scatter
    scatter_add = scattering.scatter_add
    index_put = writing.index_put
    masked_scatter = writing.masked_scatter
    index_reduce, scatter_reduce, put = placing.index_reduce, placing.scatter_reduce, placing.put
    diagonal_scatter, as_strided_scatter = placing.diagonal_scatter, placing.as_strided_scatter
    select_scatter = writing.select_scatter
    slice_scatter = writing.slice_scatter
    sort = sorting.sort
    msort = sorting.msort
    argsort = sorting.argsort
    topk = sorting.topk
    unique = searching.unique
    unique_consecutive, nonzero_static = searching.unique_consecutive, positions.nonzero_static
