"""Floor 5: levels: the regions of the transforms (vmap, forward mode, grad), nested as they were entered.

A tensor inside a level lies in a space of that level, over the space that it would lie in outside. Depths are given
once and grow, so the space of the greatest depth is the innermost; that is what keeps derivatives of different levels
apart.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from itertools import count
from typing import Any
from warnings import warn

from wengert.protocol.backend import Space
from wengert.protocol.shapes import Shape

_next_depth = count(1).__next__


class Level:
    """One region of a transform; what belongs to it is meaningless once it has ended."""

    __slots__ = ("alive", "depth", "spaces")

    def __init__(self) -> None:
        self.alive = True
        self.depth = _next_depth()
        self.spaces: dict[Space, Any] = {}

    def end(self) -> None:
        """Say that this level has ended, and let go of its spaces: they refer to it."""
        self.alive = False
        self.spaces.clear()

    def random_space(self, space: Space) -> Space:
        """Where random numbers for `space` are drawn inside of this level."""
        return space

    def check_random(self, shared: bool = False) -> None:
        """Refuse random operations, where this level does; `shared`: that write what all elements of a batch share."""


class LevelSpace(Space):
    """The space of a level over the space `below`."""

    __slots__ = ("below", "depth", "level", "root")

    level: Any
    below: Space
    depth: int
    root: Space  # below all levels

    def __init__(self, below: Space, level: Level) -> None:
        super().__init__(below.backend, below.device, below.dtype)
        self.below, self.level, self.depth = below, level, level.depth
        self.root = root_of(below)
        self.is_plain = self.is_plain_floating = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.below!r}, depth {self.depth})"


def root_of(space: Space) -> Space:
    """The space below all levels."""
    return space.root if isinstance(space, LevelSpace) else space


def depth_of(space: Space) -> int:
    """How deep a space lies; 0 outside all levels."""
    return space.depth if isinstance(space, LevelSpace) else 0


def inner_space(*spaces: Space) -> Space:
    """The innermost of these spaces, without tangents: its namespace takes the arrays of all."""
    return max([space.plain for space in spaces], key=depth_of)


def is_inside(*tensors: Any) -> bool:
    """Whether one of these tensors stands for an element of a batch, so that its values cannot be read."""
    return isinstance(inner_space(*[tensor.space for tensor in tensors]), LevelSpace)


def beside(tensor: Any, shape: Shape, create: Callable[[Shape], Any]) -> Any:
    """What `create` makes in `shape`, one for each element of the batches that `tensor` carries: what differs from
    element to element can be written into it."""
    space = tensor.space.plain
    if not isinstance(space, LevelSpace):
        return create(shape)
    array = tensor.array
    if not array.has_axis:
        return beside(array.value, shape, create)
    level = space.level
    return level.tensor(beside(array.value, (level.size, *shape), create), True)


def agreed(operation: str, tensor: Any) -> Any:
    """The one number in `tensor`, which has no axes: one that all elements of all batches agree on.

    RuntimeError in torch's words where they do not: what depends on it would differ from element to element.
    """
    while isinstance(tensor.space.plain, LevelSpace):
        tensor = tensor.space.plain.level.whole(tensor)
    values = tensor.flatten().tolist()
    if any(value != values[0] for value in values):
        raise RuntimeError(
            "vmap: We do not support batching operators that can output dynamic shape. Attempted to vmap over "
            f"{operation}, whose result would differ in shape from one element of the batch to the next."
        )
    return values[0]


def warn_of_loop(operation: str, size: int) -> None:
    """UserWarning that an operation runs once for each element of a batch."""
    if not size:
        raise RuntimeError(
            f"vmap: {operation} runs once for each element of the batch, and the batch has none, so that the shape of "
            "the result is not known."
        )
    warn(
        f"There is a performance drop because we have not yet implemented the batching rule for {operation}; it runs "
        f"once for each of the {size} elements of the batch.",
        UserWarning,
        stacklevel=3,
    )


def random_space(space: Space) -> Space:
    """The space that random numbers for `space` are drawn in: inside of vmap that of its elements."""
    for level in running.get():
        if level.depth > depth_of(space):
            space = level.random_space(space)
    return space


def check_random(space: Space) -> None:
    """Refuse to draw for a tensor that all elements of a batch share, unless they may share the numbers, too."""
    for level in running.get():
        if level.depth > depth_of(space):
            level.check_random(shared=True)


#: The levels of the transforms of functions (vmap, grad, jvp) that are running, the innermost last.
running: ContextVar[tuple[Any, ...]] = ContextVar("wengert_levels", default=())
