"""Floor 4: the two ways in which a saved value can be unusable, and the errors that say so.

A node keeps an input as the tensor itself with the version it had, and an output as its raw array with the version cell
that the first in-place write will make (an output kept as a tensor would be a reference cycle).
"""

from __future__ import annotations

from typing import Any, NoReturn


def raise_freed(node: Any) -> NoReturn:
    """The values that `node` kept are gone: this is a second backward."""
    raise RuntimeError(
        "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
        "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
        f"It was {node.name()} that had none left. Specify retain_graph=True if you need to backward through the graph "
        "a second time or if you need to access saved tensors after calling backward."
    )


def raise_stale(
    node: Any, what: str, shape: tuple[int, ...], found: int, expected: int, line: str | None = None
) -> NoReturn:
    """A value that `node` kept was written after it was recorded."""
    raise RuntimeError(
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"[{node.space.dtype!r} {list(shape)}], kept by {node.name()} as {what!r}, is at version {found}; "
        f"expected version {expected} instead. "
        + (f"The write was at {line}. " if line else "")
        + "Hint: write to a clone, or write before the value is used."
    )


def version_of(tensor: Any) -> int:
    """How often the memory of `tensor` was written in place; its cell is made at the first write or view."""
    cell = tensor.version
    return 0 if cell is None else cell[0]


class _Freed:
    """What is kept in place of a tensor that was let go: looks written, so that no check more than that one is
    needed."""

    version = (-1,)
    data = shape = None


FREED: Any = _Freed()


def check_version(node: Any, name: str, tensor: Any) -> None:
    """Refuse `tensor`, kept by `node` under `name`, if it is gone or was written. A version that was 0 was not
    noted."""
    if tensor is FREED:
        raise_freed(node)
    found, version = version_of(tensor), getattr(node, f"version_{name}", 0)
    if found != version:
        tensor.settle()
        raise_stale(node, name, tensor.shape, found, version, written_at(tensor.version))


def checked_output(node: Any, name: str, data: Any, cell: list[Any] | None) -> Any:
    """`data`, the output that `node` kept under `name`, if it is still there and as it was."""
    if data is None:
        raise_freed(node)
    if cell is not None and cell[0] != (expected := getattr(node, "version_out", 0)):
        raise_stale(node, name, tuple(data.shape), cell[0], expected, written_at(cell))
    return data


def written_at(cell: list[Any] | None) -> str | None:
    """The line of the user's code that last wrote the memory behind a version cell."""
    line = cell[1] if cell is not None and len(cell) > 1 else None
    return None if line is None else "{}:{}".format(*line)
