"""Floor 5: the steps from a base to a view of it, and what restricts writing the view.

The slot `_view` of a view is a plain tuple, which costs a tenth of an object: the base, the chain of steps, what
restricts in-place writes; a fourth entry, on a view whose memory was written, is the node that it had. A
chain is `(the chain before, the record function of the last step, its static arguments)`, None for no step; it holds no
tensor, so that nodes may keep it.
"""

from __future__ import annotations

from typing import Any, NoReturn
from weakref import ref

from wengert.tensor.base import TensorBase

Found = tuple[Any, ...]  # what the slot `_view` holds
Chain = tuple[Any, ...]

#: What restricts in-place writes to a view. Any but the first is inherited by views of the view.
FREE, SEVERAL, IN_FUNCTION, WITHOUT_GRAD, IN_INFERENCE = range(5)


def steps(chain: Chain | None) -> list[tuple[Any, tuple[Any, ...]]]:
    """The record functions from the base to the view, each with its static arguments."""
    found: list[tuple[Any, tuple[Any, ...]]] = []
    while chain is not None:
        chain, record, statics = chain
        found.append((record, statics))
    return found[::-1]


def replayed(chain: Chain | None, base: Any) -> Any:
    """The view that a chain tells of, made of `base`, a tensor shaped like the first one."""
    for record, statics in steps(chain):
        base = record(base, *statics)
    return base


def raise_restricted(tensor: TensorBase, found: Found, written: str) -> NoReturn:
    """Refuse a write to a restricted view, or the use of one after its memory was written, in torch's words."""
    made = found[2]
    node = found[3] if len(found) > 3 else tensor.node
    node = None if node.__class__ is ref else node
    start = "A view was created in"
    if node is not None:
        source, number = node.destination()
        start = f"Output {number} of {source.name().removesuffix('0').removesuffix('Backward')} is a view"
    if made == IN_INFERENCE:
        start = start if node is None else f"{start} of a view which was created in"
        start = f"{start} inference mode and {written} modified inplace in normal mode."
    elif made == WITHOUT_GRAD or node is None:
        start = start if node is None else f"{start} of a view which was created in"
        start = f"{start} no_grad mode and {written} modified inplace with grad mode enabled."
    else:
        start = f"{start} and {written} modified inplace."
    raise RuntimeError(f"{start} {_REASONS[made]}")


_BOTH = (
    "Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both "
    "the view and the inplace either both inside the {0} block (if you don't want the inplace to be tracked) or both "
    "outside (if you want the inplace to be tracked)."
)
_REASONS = {
    SEVERAL: "This view is the output of a function that returns multiple views. Such functions do not allow the "
    "output views to be modified inplace. You should replace the inplace operation by an out-of-place one.",
    IN_FUNCTION: "This view was created inside a custom Function (or because an input was returned as-is) and the "
    "autograd logic to handle view+inplace would override the custom backward associated with the custom Function, "
    "leading to incorrect gradients. This behavior is forbidden. You can fix this by cloning the output of the custom "
    "Function.",
    WITHOUT_GRAD: _BOTH.format("no_grad"),
    IN_INFERENCE: _BOTH.format("inference_mode"),
}
