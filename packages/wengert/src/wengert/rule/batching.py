"""Floor 1: an operation on arrays that carry one more axis, the first: what follows from its declaration.

elementwise            the operands are lined up behind the new axis
along axes             every axis is one further on
reducing a loss        the losses of all elements, then a reduction of all axes but the first
over matrices          the axes before the last ones are a batch already (`core`)
anything else          a rule of its own, `@op.batch`; without one the operation runs once for each element

A rule gets the arrays with their new axis; `shared` names those that have none, being the same for all. A rule that
does not ask for `shared` gets those stretched. `again(*inputs, **statics)` runs the same operation once more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import nan, prod
from typing import Any

from wengert.protocol.shapes import Shape
from wengert.rule.primitive import Primitive
from wengert.rule.signature import names_of

#: How an operation runs on a batch: (xp, again, size, arrays, shared, statics) -> the result, the new axis first.
BatchRule = Callable[[Any, Callable[..., Any], int, Sequence[Any], Sequence[bool], dict[str, Any]], Any]

_AXES = frozenset({"axis", "axis1", "axis2", "axes"})
_derived: dict[Primitive, BatchRule | None] = {}


def batch_rule(primitive: Primitive) -> BatchRule | None:
    """The rule of `primitive` for a batch, its own or what follows from its declaration; None if there is none."""
    found = _derived.get(primitive, _derived)
    if found is _derived:
        found = _derived[primitive] = _rule(primitive)
    return found  # pyright: ignore[reportReturnType]  # the dictionary itself stands for an absent entry


def _rule(primitive: Primitive) -> BatchRule | None:
    if primitive.batch_rule is not None:
        return _bound(primitive, primitive.batch_rule)
    if primitive.elementwise or getattr(primitive, "is_elementwise", False):
        return _elementwise
    if primitive.core is not None:
        return _over_matrices(primitive.core)
    if _AXES & set(primitive.statics):
        return _along_axes(primitive)
    return _reducing if "reduction" in primitive.statics else None


def _elementwise(
    xp: Any, again: Callable[..., Any], size: int, arrays: Sequence[Any], shared: Sequence[bool], statics: Any
) -> Any:
    return again(*_lined_up(xp, arrays, shared), **statics)


def _lined_up(xp: Any, arrays: Sequence[Any], shared: Sequence[bool]) -> list[Any]:
    ranks = [len(x.shape) - (not same) if hasattr(x, "shape") else 0 for x, same in zip(arrays, shared, strict=True)]
    rank = max(ranks)
    return [
        x if same or own == rank else lined_up(xp, x, rank) for x, same, own in zip(arrays, shared, ranks, strict=True)
    ]


def _reducing(
    xp: Any, again: Callable[..., Any], size: int, arrays: Sequence[Any], shared: Sequence[bool], statics: Any
) -> Any:
    losses = again(*_lined_up(xp, arrays, shared), **statics | {"reduction": "none"})
    return reduced_losses(xp, losses, statics["reduction"])


def _along_axes(primitive: Primitive) -> BatchRule:
    several, may_be_scalar = len(primitive.inputs) > 1 or primitive.variadic, not primitive.variadic

    def rule(
        xp: Any, again: Callable[..., Any], size: int, arrays: Sequence[Any], shared: Sequence[bool], statics: Any
    ) -> Any:
        if several:
            arrays = [
                stretched(xp, x, size) if same and x is not None else x for x, same in zip(arrays, shared, strict=True)
            ]
        ranks = [len(x.shape) - 1 for x in arrays if x is not None]
        is_scalar = may_be_scalar and not any(ranks)
        if is_scalar:
            arrays = [x if x is None else xp.reshape(x, (*x.shape, 1)) for x in arrays]
        further = {
            name: value if name not in _AXES else _further(value, ranks[0]) if not is_scalar else _only(value)
            for name, value in statics.items()
        }
        out = again(*arrays, **further)
        return xp.reshape(out, out.shape[:1]) if is_scalar and len(out.shape) > 1 else out

    return rule


def _only(axis: Any) -> Any:
    """The axis that a scalar was given."""
    return 1 if axis.__class__ is int else (1,)


def _further(axis: Any, rank: int) -> Any:
    """`axis`, one axis, several or None for all, behind the new one."""
    if axis is None:
        return tuple(range(1, rank + 1))
    if axis.__class__ is int:
        return axis + 1 if axis >= 0 else axis  # counted from the end it stays
    return tuple([d + 1 if d >= 0 else d for d in axis])


def _over_matrices(core: Sequence[int]) -> BatchRule:
    def rule(
        xp: Any, again: Callable[..., Any], size: int, arrays: Sequence[Any], shared: Sequence[bool], statics: Any
    ) -> Any:
        leading = [
            0 if x is None else len(x.shape) - (not same) - own
            for x, same, own in zip(arrays, shared, core, strict=True)
        ]
        rank = max(leading)
        lined = [
            x if same or lead == rank else lined_up(xp, x, rank + own)
            for x, same, own, lead in zip(arrays, shared, core, leading, strict=True)
        ]
        return again(*lined, **statics)

    return rule


def _bound(primitive: Primitive, function: Callable[..., Any]) -> BatchRule:
    """An explicit rule, given what it asks for by name."""
    names = frozenset(names_of(function))
    stretches, statics_asked = "shared" not in names, tuple([name for name in primitive.statics if name in names])

    def rule(
        xp: Any, again: Callable[..., Any], size: int, arrays: Sequence[Any], shared: Sequence[bool], statics: Any
    ) -> Any:
        if stretches:
            arrays = [
                stretched(xp, x, size) if same and x is not None else x for x, same in zip(arrays, shared, strict=True)
            ]
        given: dict[str, Any] = {name: x for name, x in zip(primitive.inputs, arrays, strict=False) if name in names}
        given.update({name: statics.get(name, primitive.defaults.get(name)) for name in statics_asked})
        if "xp" in names:
            given["xp"] = xp
        if "batch_size" in names:
            given["batch_size"] = size
        if "again" in names:
            given["again"] = again
        if not stretches:
            given["shared"] = {name for name, same in zip(primitive.inputs, shared, strict=False) if same}
        return function(**given)

    return rule


# --- what rules are made of -------------------------------------------------------------------------------------------


def lined_up(xp: Any, x: Any, rank: int) -> Any:
    """`x` with axes of size 1 behind its first, so that `rank` axes follow that."""
    shape: Shape = x.shape
    missing = rank + 1 - len(shape)
    return x if missing <= 0 else xp.reshape(x, (shape[0], *(1,) * missing, *shape[1:]))


def stretched(xp: Any, x: Any, size: int) -> Any:
    """`x`, the same for all, with the new axis."""
    return xp.broadcast_to(x, (size, *x.shape))


def folded(xp: Any, x: Any) -> Any:
    """The new axis and the one behind it as one."""
    shape: Shape = x.shape
    return xp.reshape(x, (shape[0] * shape[1], *shape[2:]))


def unfolded(xp: Any, x: Any, size: int) -> Any:
    """The inverse of `folded`."""
    shape: Shape = x.shape
    return xp.reshape(x, (size, shape[0] // size if size else 0, *shape[1:]))


def reduced_losses(xp: Any, losses: Any, reduction: str) -> Any:
    """The losses of all elements reduced over all axes but the first."""
    axes = tuple(range(1, len(losses.shape)))
    if reduction == "none" or not axes:
        return losses
    total = xp.sum(losses, axis=axes)
    return total if reduction == "sum" else total / (prod(losses.shape[1:]) or nan)
