"""Floor 3: indexing keys, made explicit. What is decided here depends on shapes alone, never on an array's values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from wengert.protocol.shapes import Shape


def is_basic(key: Any) -> bool:
    """Whether `key` holds only integers, slices, None and Ellipsis."""
    return all(is_basic_entry(entry) for entry in entries_of(key))


def entries_of(key: Any) -> tuple[Any, ...]:
    """The entries of a key, which may be a single one."""
    return cast("tuple[Any, ...]", key) if isinstance(key, tuple) else (key,)


def is_basic_entry(entry: Any) -> bool:
    """Whether one entry of a key is an integer, a slice, None or Ellipsis."""
    return entry is None or entry is Ellipsis or isinstance(entry, (int, slice))


def whole_key(key: Any, shape: Shape, axes_of_array: Callable[[Any], int] = lambda entry: 1) -> tuple[Any, ...]:
    """`key` with an entry for each axis of `shape`.

    Ellipsis and missing axes become slices; slices get numbers within their axis. `axes_of_array` says how many axes an
    array in the key stands for. IndexError where the key names more axes than there are.
    """
    entries = entries_of(key)
    counts = [axes_of_array(entry) if not is_basic_entry(entry) else _axes_of(entry) for entry in entries]
    used = sum(counts)
    if used > len(shape):
        raise IndexError(f"too many indices for tensor of dimension {len(shape)}")
    rest = (slice(None),) * (len(shape) - used)
    place = next((i for i, entry in enumerate(entries) if entry is Ellipsis), len(entries))
    explicit: list[Any] = []
    axis = 0
    for entry, count in zip(
        (*entries[:place], *rest, *entries[place + 1 :]),
        (*counts[:place], *(1 for _ in rest), *counts[place + 1 :]),
        strict=True,
    ):
        explicit.append(_within(cast("slice[Any]", entry), shape[axis]) if isinstance(entry, slice) else entry)
        axis += count
    return tuple(explicit)


def _axes_of(entry: Any) -> int:
    return 0 if entry is None or entry is Ellipsis else 1


def _within(entry: slice[Any], n: int) -> slice:
    span = range(*entry.indices(n))
    return slice(span.start, span.stop, span.step) if len(span) else slice(0, 0, 1)


def basic_shape(key: tuple[Any, ...], shape: Shape) -> Shape:
    """The shape of `x[key]` for an x of `shape` and a whole, basic key."""
    result: list[int] = []
    axis = 0
    for entry in key:
        if entry is None:
            result.append(1)
            continue
        if isinstance(entry, slice):
            result.append(len(range(*entry.indices(shape[axis]))))
        axis += 1
    return tuple(result)


def spans(key: tuple[Any, ...], shape: Shape) -> list[range]:
    """For each axis of an array of `shape`, the positions that a whole, basic key takes from it."""
    taken: list[range] = []
    for entry in key:
        if entry is not None:
            n = shape[len(taken)]
            if isinstance(entry, slice):
                taken.append(range(*entry.indices(n)))
            else:
                first = entry + n if entry < 0 else entry
                if not 0 <= first < n:
                    raise IndexError(f"index {entry} is out of bounds for dimension {len(taken)} with size {n}")
                taken.append(range(first, first + 1))
    return taken
