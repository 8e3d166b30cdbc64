"""Floor 6: what may stand between the brackets of `x[...]`, made explicit.

As in torch a key works in two steps. First integers, slices, None and Ellipsis apply, from left to right, and make a
view; then the arrays index what that leaves. All refusals are made here; backends see checked keys, no index of which
is negative.
"""

from __future__ import annotations

from operator import index
from typing import Any, NoReturn

from wengert.backends.registry import backend_of
from wengert.protocol.dtypes import bool_, int32, int64, uint8
from wengert.protocol.shapes import Shape, broadcast_all
from wengert.protocol.warned import warn_user
from wengert.rules.indexing import ARRAY, filled
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make, wrap

WHOLE = slice(None)


class Key:
    """A key in its two steps, each None where there is nothing to do."""

    __slots__ = ("arrays", "basic", "is_mask", "kind", "pattern")

    def __init__(
        self,
        basic: tuple[Any, ...] | None,  # of the shape that the tensor has
        kind: str,  # what torch calls the last basic entry: "Select", "Slice", "Unsqueeze", or "Alias" for none
        pattern: tuple[Any, ...] | None,  # of what the basic part leaves: slices, and ARRAY for each of `arrays`
        arrays: tuple[Any, ...],
        is_mask: bool = False,  # whether there is one array, a mask of the tensor's own axes
    ) -> None:
        self.basic, self.kind, self.pattern, self.arrays, self.is_mask = basic, kind, pattern, arrays, is_mask

    def raw(self) -> tuple[Any, ...] | None:
        """The second step as the backend takes it."""
        return None if self.pattern is None else filled(self.pattern, *[array.array for array in self.arrays])


def normalized_key(tensor: Tensor, key: Any) -> Key:
    """`key` checked against the shape of `tensor`; IndexError, TypeError or ValueError in torch's words."""
    entries = _entries(tensor, key)
    shape = tensor.shape
    ndim = len(shape)
    used = 0
    for entry in entries:
        if entry is not None and entry is not Ellipsis and entry.__class__ is not bool:
            used += _axes_of(entry) if isinstance(entry, Tensor) else 1
    if used > ndim:
        first = next(
            entry for entry in entries if entry is not None and entry is not Ellipsis and entry.__class__ is not bool
        )
        if not ndim and isinstance(first, slice):
            raise IndexError("slice() cannot be applied to a 0-dim tensor.")
        if not ndim and isinstance(first, int) and len(entries) == 1:
            raise IndexError(
                "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to "
                "convert a 0-dim "
                "tensor to a number"
            )
        raise IndexError(f"too many indices for tensor of dimension {ndim}")
    basic: list[Any] = []
    pattern: list[Any] = []
    arrays: list[Any] = []
    view: list[int] = []  # the sizes that the basic part leaves
    masks: list[tuple[Any, int]] = []
    bounded: list[tuple[int, int, int]] = []
    indexed = 0  # how many axes the arrays so far index, which is how torch's messages count them
    axis, kind, rest, had_ellipsis = 0, "", ndim - used, False
    for number, entry in enumerate(entries):
        if entry is None:
            basic.append(None)
            pattern.append(WHOLE)
            view.append(1)
            kind = "Unsqueeze"
        elif entry is Ellipsis:
            if had_ellipsis:
                if rest and any(later is not Ellipsis for later in entries[number + 1 :]):
                    raise IndexError(f"Dimension out of range: a second Ellipsis goes past the last of {ndim} axes")
                continue
            basic += [WHOLE] * rest
            pattern += [WHOLE] * rest
            view += shape[axis : axis + rest]
            axis, had_ellipsis = axis + rest, True
        elif entry.__class__ is int:
            basic.append(_within(entry, number, shape[axis]))  # torch's message counts the entries
            axis, kind = axis + 1, "Select"
        elif entry.__class__ is slice:
            part, literal = slice_within(entry, shape[axis])
            basic.append(part)
            pattern.append(WHOLE)
            view.append(len(range(*part.indices(shape[axis]))))
            if not literal or (kind == "" and key.__class__ is slice):
                kind = "Slice"
            axis += 1
        elif entry.__class__ is bool or (not entry.shape and entry.space.dtype is bool_):
            basic.append(None)
            pattern.append(ARRAY)
            arrays.append(_one_truth(tensor, entry))
            view.append(1)
            indexed += 1
            kind = "Unsqueeze"
        elif entry.space.dtype is bool_:
            masks.append((entry, len(view)))
            view += shape[axis : axis + len(entry.shape)]
            basic += [WHOLE] * len(entry.shape)
            pattern.append(ARRAY)
            arrays.append(entry)
            indexed += len(entry.shape)
            axis += len(entry.shape)
        else:
            basic.append(WHOLE)
            pattern.append(ARRAY)
            bounded.append((len(arrays), shape[axis], indexed))
            arrays.append(entry)
            view.append(shape[axis])
            indexed += 1
            axis += 1
    for mask, place in masks:
        _check_mask(mask, (*view, *shape[axis:]), place)
    _check_broadcast(arrays)
    if not any(0 in array.shape for array in arrays if array.space.dtype is not bool_):
        for slot, n, number in bounded:
            arrays[slot] = checked_index(arrays[slot], n, number, IndexError)
    identity = all(entry.__class__ is slice and entry == WHOLE for entry in basic)
    if arrays:
        while pattern and pattern[-1] is not ARRAY:
            pattern.pop()
        is_mask = len(arrays) == 1 and len(masks) == 1
        return Key(None if identity else tuple(basic), kind, tuple(pattern), tuple(arrays), is_mask)
    if identity and kind != "Slice":
        return Key((...,), "Alias", None, ())
    return Key(tuple(basic), kind or "Alias", None, ())


def _entries(tensor: Tensor, key: Any) -> list[Any]:
    """The entries of `key`: None, Ellipsis, bool, int, slice, or Tensors of booleans or integers with axes."""
    if not isinstance(key, tuple):
        key = tuple(_unpacked(key)) if isinstance(key, list) and _stands_for_tuple(key) else (key,)  # pyright: ignore[reportUnknownArgumentType]  # any
    return [_entry(tensor, entry) for entry in key]  # pyright: ignore[reportUnknownVariableType]  # each is checked


def _stands_for_tuple(key: list[Any]) -> bool:
    return len(key) < 32 and any(
        entry is None or entry is Ellipsis or isinstance(entry, slice) or _is_sequence(entry) for entry in key
    )


def _is_sequence(entry: Any) -> bool:
    return hasattr(entry, "__len__") and hasattr(entry, "__getitem__") and not isinstance(entry, dict)


def _unpacked(key: list[Any]) -> list[Any]:
    warn_user(
        "Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed in pytorch 2.9; "
        "use "
        "x[tuple(seq)] instead of x[seq].",
        UserWarning,
    )
    return key


def _entry(tensor: Tensor, entry: Any) -> Any:
    kind = entry.__class__
    if kind is int or kind is slice or entry is None or entry is Ellipsis or kind is bool:
        return entry
    if isinstance(entry, Tensor):
        return _index_tensor(entry)
    if isinstance(entry, (list, tuple, range)):
        return _index_tensor(_from_sequence(tensor, list(entry)))  # pyright: ignore[reportUnknownArgumentType]  # any
    if isinstance(entry, str):
        raise TypeError("new(): invalid data type 'str'")
    if backend_of(entry) is not None and hasattr(entry, "__setitem__"):  # an array, no scalar of its library
        return _index_tensor(_from_array(tensor, entry))
    try:
        return index(entry)
    except TypeError:
        pass
    raise IndexError(
        "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
        f"(got {type(entry).__name__})"
    )


def _index_tensor(entry: Any) -> Any:
    dtype = entry.space.dtype
    if dtype is uint8:
        warn_user(
            "indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.",
            UserWarning,
        )
        space = entry.space.boolean
        return make(space, entry.space.xp.astype(entry.array, space.native))
    if dtype is not int64 and dtype is not int32 and dtype is not bool_:
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    if not entry.shape and dtype is not bool_ and entry.space.is_readable:
        return int(entry.space.xp.tolist(entry.array))
    return entry


def _from_sequence(tensor: Tensor, entry: list[Any]) -> Any:
    kinds: set[type] = set()
    numbers = _numbers(entry, kinds)
    space = tensor.space.boolean if kinds == {bool} else tensor.space.index
    return make(space, space.xp.asarray(numbers, dtype=space.native, device=space.native_device))


def _numbers(entry: Any, kinds: set[type]) -> Any:
    """The numbers in nested sequences as booleans and integers, whose classes are added to `kinds`."""
    if isinstance(entry, (list, tuple, range)):
        return [_numbers(item, kinds) for item in entry]  # pyright: ignore[reportUnknownVariableType]  # any
    if isinstance(entry, str):
        raise TypeError("new(): invalid data type 'str'")
    if getattr(entry, "shape", ()):
        return _numbers(entry.tolist(), kinds)
    number = entry if isinstance(entry, bool) else int(entry)
    kinds.add(type(number))
    return number


def _from_array(tensor: Tensor, entry: Any) -> Any:
    """An array of any library as a tensor beside `tensor`."""
    owner = backend_of(entry)
    if owner is None:
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got "
            f"{type(entry).__name__})"
        )
    found = wrap(owner, entry)
    if found.space.dtype is not bool_ and found.space.dtype is not uint8:
        found = make(found.space.index, owner.xp.astype(entry, found.space.index.native))
    if found.space.backend is tensor.space.backend:
        return found
    space = tensor.space.of(found.space.dtype)
    listed = owner.xp.tolist(found.array)
    return make(space, space.xp.asarray(listed, dtype=space.native, device=space.native_device))


def _axes_of(entry: Tensor) -> int:
    return len(entry.shape) if entry.space.dtype is bool_ else 1


def _within(entry: int, place: int, n: int) -> int:
    if not -n <= entry < n:
        raise_out_of_bounds(entry, place, n)
    return entry + n if entry < 0 else entry


def raise_out_of_bounds(entry: int, axis: int, n: int) -> NoReturn:
    """The error for an integer that is no index of an axis of size `n`."""
    if not -(1 << 63) <= entry < 1 << 63:
        raise ValueError("Overflow when unpacking long long")
    raise IndexError(f"index {entry} is out of bounds for dimension {axis} with size {n}")


def slice_within(entry: slice, n: int) -> tuple[slice, bool]:
    """The slice with numbers inside its axis, and whether it was written as the whole of it, from 0 on."""
    step = entry.step
    if step is not None and step.__class__ is not int:
        if not hasattr(step, "__index__"):
            raise TypeError("slice indices must be integers or None or have an __index__ method")
        step = index(step)
    if step is not None and step <= 0:
        raise ValueError("slice step cannot be zero" if step == 0 else "step must be greater than zero")
    start, stop, step = slice(entry.start, entry.stop, step).indices(n)
    if start == 0 and stop == n and step == 1:
        from_start = entry.start is None or index(entry.start) == 0
        return WHOLE, from_start and (entry.stop is None or index(entry.stop) >= 0)
    return slice(start, max(start, stop), step), False


def _one_truth(tensor: Tensor, entry: Any) -> Any:
    """A bool, or a 0-d tensor of one, as a mask of one element."""
    space = tensor.space.boolean
    array = (
        entry.array
        if isinstance(entry, Tensor)
        else space.xp.asarray([entry], dtype=space.native, device=space.native_device)
    )
    return make(space, space.xp.reshape(array, (1,)))


def _check_mask(mask: Tensor, shape: Shape, place: int) -> None:
    """IndexError unless the axes of `mask` are those of a tensor of `shape` from `place` on."""
    for d, (n, m) in enumerate(zip(mask.shape, shape[place:], strict=False)):
        if n != m:
            raise IndexError(
                f"The shape of the mask {list(mask.shape)} at index {d} does not match the shape of the indexed tensor "
                f"{list(shape)} at index {place + d}"
            )


def _check_broadcast(arrays: list[Any]) -> None:
    shapes = [array.shape for array in arrays if array.space.dtype is not bool_]
    if len(shapes) > 1:
        try:
            broadcast_all(shapes)
        except RuntimeError:
            raise IndexError(
                "shape mismatch: indexing tensors could not be broadcast together with shapes "
                + ", ".join(str(list(shape)) for shape in shapes)
            ) from None


def checked_index(
    entry: Any, n: int, axis: int, error: type[Exception], allow_negative: bool = True, message: str | None = None,
    prefix: str = "",
) -> Any:  # fmt: skip
    """The index tensor `entry` for an axis of size `n`, without negative numbers; `error` for one out of bounds.

    Bounds are looked at where reading a value costs nothing (`synchronous`); elsewhere they are the caller's duty.
    """
    space = entry.space
    xp = space.xp
    if 0 in entry.shape:
        return entry
    if space.is_readable:
        low, high = extremes(xp, entry)
        if high >= n or low < (-n if allow_negative else 0):
            wrong = high if high >= n else low
            raise error(message or f"{prefix}index {wrong} is out of bounds for dimension {axis} with size {n}")
        if low >= 0:
            return entry
    elif not allow_negative:
        return entry
    array = entry.array
    size = xp.full_like(array, n)
    return make(space, xp.where(xp.less(array, xp.zeros_like(array)), xp.add(array, size), array))


def extremes(xp: Any, entry: Any) -> tuple[int, int]:
    """The smallest and the largest number; of a short vector in Python, which takes a tenth of two reductions."""
    if len(entry.shape) == 1 and entry.shape[0] <= 64:
        numbers = xp.tolist(entry.array)
        return min(numbers), max(numbers)
    return int(xp.tolist(xp.min(entry.array))), int(xp.tolist(xp.max(entry.array)))
