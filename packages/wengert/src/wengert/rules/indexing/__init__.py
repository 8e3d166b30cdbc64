"""Floor 2: selecting elements and writing them back: by keys, along an axis, and reduced where several meet."""

from wengert.rules.indexing.along import (
    argsort,
    diagonal_put,
    embedding,
    gather,
    key_along,
    put_flat,
    scatter,
    scatter_add_along,
    searchsorted,
    take,
    take_flat,
)
from wengert.rules.indexing.keys import ARRAY, accumulate, filled, getitem, index, put
from wengert.rules.indexing.reducing import combine_at, reduce_at

__all__ = [
    "ARRAY", "accumulate", "argsort", "combine_at", "diagonal_put", "embedding", "filled", "gather", "getitem",
    "index", "key_along", "put", "put_flat", "reduce_at", "scatter", "scatter_add_along", "searchsorted", "take",
    "take_flat",
]  # fmt: skip
