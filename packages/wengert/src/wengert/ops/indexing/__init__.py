"""Floor 6: selecting elements by keys and positions, and writing them."""

from wengert.ops.indexing.along import embedding, gather, index_select, one_hot, take, take_along_dim
from wengert.ops.indexing.keys import Key, normalized_key
from wengert.ops.indexing.methods import IndexingMethods
from wengert.ops.indexing.placing import as_strided_scatter, diagonal_scatter, index_reduce, put, scatter_reduce
from wengert.ops.indexing.positions import nonzero_static, tril_indices, triu_indices, unravel_index
from wengert.ops.indexing.reading import argwhere, getitem, masked_select, nonzero
from wengert.ops.indexing.scattering import index_add, index_copy, index_fill, scatter, scatter_add
from wengert.ops.indexing.searching import bucketize, isin, searchsorted, unique, unique_consecutive
from wengert.ops.indexing.sorting import argsort, msort, sort, topk
from wengert.ops.indexing.writing import (
    assigned,
    index_put,
    masked_scatter,
    select_scatter,
    slice_scatter,
    with_added_item,
    with_item,
    write_item,
)

__all__ = [
    "IndexingMethods", "argsort", "argwhere", "as_strided_scatter", "bucketize", "diagonal_scatter", "gather",
    "index_add", "index_copy",
    "index_fill", "index_put", "index_reduce", "index_select", "isin", "masked_scatter", "masked_select", "msort",
    "nonzero", "nonzero_static", "put", "scatter", "scatter_add", "scatter_reduce", "searchsorted",
    "select_scatter", "slice_scatter", "sort", "take", "take_along_dim", "topk", "tril_indices", "triu_indices",
    "unique", "unique_consecutive", "unravel_index",
]  # fmt: skip

#: What the floors above use besides the functions of torch's names.
INTERNAL = (Key, assigned, embedding, getitem, normalized_key, one_hot, with_added_item, with_item, write_item)
