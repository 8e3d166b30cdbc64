"""Floor 1: a cotangent that lies in one place of an array and is zero elsewhere."""

from __future__ import annotations

from typing import Any


class Placed:
    """What the transpose of a selection returns: zero but for `g` at `key`, in an array of `shape`.

    The engine adds it into the whole cotangent in place where it runs on raw arrays, and by `scatter_add` where it
    records. A primitive whose rules return it says so with `places = True`.
    """

    __slots__ = ("g", "key", "shape")

    def __init__(self, key: Any, g: Any, shape: tuple[int, ...]) -> None:
        self.key, self.g, self.shape = key, g, shape
