"""Floor 6: nested structures: tuples, lists, dicts, named tuples and dataclasses, and the leaves in them."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any, cast


class Structure:
    """How leaves are nested: `kind` is the class of a container or None for a leaf, `keys` what names its parts."""

    __slots__ = ("default", "keys", "kind", "parts")

    def __init__(
        self,
        kind: type | None = None,
        keys: tuple[Any, ...] = (),
        parts: tuple[Structure, ...] = (),
        default: Any = None,
    ) -> None:
        self.kind, self.keys, self.parts, self.default = kind, keys, parts, default

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Structure):
            return NotImplemented
        return self.kind is other.kind and self.keys == other.keys and self.parts == other.parts

    __hash__ = None  # pyright: ignore[reportAssignmentType]  # compared, never looked up

    @property
    def count(self) -> int:
        """The number of leaves."""
        return 1 if self.kind is None else sum(part.count for part in self.parts)

    def __repr__(self) -> str:
        if self.kind is None:
            return "*"
        named = self.keys != tuple(range(len(self.parts)))
        parts = [f"{key}={part!r}" if named else repr(part) for key, part in zip(self.keys, self.parts, strict=True)]
        return f"{self.kind.__name__}({', '.join(parts)})"


LEAF = Structure()


def _opened(tree: Any) -> tuple[tuple[Any, ...], list[Any]] | None:
    """The keys and the parts of a container; None for a leaf."""
    kind: Any = tree.__class__
    if kind is tuple or kind is list:
        return tuple(range(len(tree))), list(tree)
    if kind is dict or kind is OrderedDict or kind is defaultdict:
        return tuple(tree), list(tree.values())
    if isinstance(tree, tuple) and hasattr(kind, "_fields"):
        return kind._fields, list(cast(tuple[Any, ...], tree))
    if is_dataclass(kind):
        names = tuple(field.name for field in fields(kind) if field.init)
        return names, [getattr(cast(Any, tree), name) for name in names]
    return None


def flatten(tree: Any) -> tuple[list[Any], Structure]:
    """The leaves of `tree` in order, and how they are nested.

    >>> flatten({"a": 1, "b": (2, [3])})
    ([1, 2, 3], dict(a=*, b=tuple(*, list(*))))
    """
    leaves: list[Any] = []
    return leaves, _flatten_into(leaves, tree)


def _flatten_into(leaves: list[Any], tree: Any) -> Structure:
    opened = _opened(tree)
    if opened is None:
        leaves.append(tree)
        return LEAF
    keys, parts = opened
    kind: Any = tree.__class__
    default = tree.default_factory if kind is defaultdict else None
    return Structure(kind, keys, tuple(_flatten_into(leaves, part) for part in parts), default)


def unflatten(leaves: Sequence[Any], structure: Structure) -> Any:
    """The tree of `structure` with these leaves.

    >>> unflatten([1, 2, 3], flatten({"a": 0, "b": (0, [0])})[1])
    {'a': 1, 'b': (2, [3])}
    """
    remaining = iter(leaves)
    return _build(remaining, structure)


def _build(remaining: Any, structure: Structure) -> Any:
    kind: Any = structure.kind
    if kind is None:
        return next(remaining)
    parts = [_build(remaining, part) for part in structure.parts]
    if kind is tuple or kind is list:
        return cast(Any, kind)(parts)
    named = dict(zip(structure.keys, parts, strict=True))
    if kind is dict or kind is OrderedDict:
        return cast(Any, kind)(named)
    return cast(Any, kind)(structure.default, named) if kind is defaultdict else kind(**named)


def spread(prefix: Any, structure: Structure) -> list[Any] | None:
    """A leaf of `prefix` for each leaf of `structure`, where a leaf of `prefix` may stand for a whole part; None if the
    two do not fit.

    >>> spread((0, None), flatten((1, [2, 3]))[1])
    [0, None, None]
    """
    opened = _opened(prefix)
    if opened is None:
        return [prefix] * structure.count
    if structure.kind is not prefix.__class__ or structure.keys != opened[0]:
        return None
    found: list[Any] = []
    for part, inner in zip(opened[1], structure.parts, strict=True):
        leaves = spread(part, inner)
        if leaves is None:
            return None
        found += leaves
    return found


def map_leaves(function: Any, tree: Any) -> Any:
    """`tree` with `function(leaf)` in the place of each leaf."""
    leaves, structure = flatten(tree)
    return unflatten([function(leaf) for leaf in leaves], structure)
