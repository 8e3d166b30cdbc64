"""Floor 5: the slotted base of Tensor, the cell that knows the concrete classes, and making tensors from raw arrays."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Any, ClassVar, cast
from weakref import ref

from wengert.graph.ends import accumulator, end_nowhere
from wengert.graph.hooks import Hooks
from wengert.graph.modes import InferenceCell, fresh_version, is_grad_enabled
from wengert.graph.node import Node
from wengert.protocol.backend import Backend, Space
from wengert.protocol.dtypes import DType
from wengert.protocol.shapes import Shape


class _Concrete:
    """The concrete tensor classes, filled in by the floor that defines them."""

    tensor: ClassVar[type[TensorBase]]
    classes: ClassVar[set[type]] = set()


class _Views:
    """How a view gets its next node, filled in by `view.py`."""

    refreshed: ClassVar[Callable[[TensorBase], Any]]


def set_refreshed(function: Callable[[TensorBase], Any]) -> None:
    """Say what gives a view whose memory was written its next `node`."""
    _Views.refreshed = staticmethod(function)


class TensorBase:
    """An array with a place on the tape.

    `array` is the raw array, `shape` a plain tuple, `space` the backend, device and dtype. `node` says where a gradient
    goes: None (needs none), a Node (the operation that made this tensor), or for a leaf that requires grad a weak
    reference to its AccumulateGrad node, dead until the leaf is used. `version` is the cell that counts in-place
    writes, shared with all that share the memory; None until there is a first write or view. The slots after these five
    are set only where they are used, so that making a tensor stays cheap; there is no `__init__` for the same reason.
    """

    __slots__ = (
        "__weakref__",
        "_grad",
        "_hooks",
        "_post_accumulate_hooks",
        "_tangent",
        "_view",
        "array",
        "node",
        "shape",
        "space",
        "version",
    )

    array: Any
    shape: Shape
    space: Space
    node: Any
    version: list[Any] | None
    _grad: TensorBase | None
    _hooks: Hooks | None
    _post_accumulate_hooks: Hooks | None
    _view: Any
    _tangent: Any

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__slots__" not in cls.__dict__:
            raise TypeError(f"{cls.__name__}: a tensor class declares __slots__ (an empty one will do)")
        if cls.__name__ == "Tensor":
            _Concrete.tensor = cls
        if not cls.__name__.endswith("Methods"):
            _Concrete.classes.add(cls)

    def settle(self) -> None:
        """If this is a view whose memory was written, go on from its base, or be refused."""
        history_of(self)

    # what the engine asks of a leaf

    def accumulate_grad(self, g: Any, owned: bool, tools: Any) -> None:
        """Add the cotangent `g`, None if it is undefined, to the gradient; `owned` says that nobody else holds it."""
        if self.node is None:  # it does not require grad any more
            return
        if g is not None:
            space = self.space
            with _changing:
                grad = self._grad
                if tools.recording:
                    xp = tools.namespace(space)
                    self._grad = xp.copy(g) if grad is None else xp.add(grad, g)
                elif grad is None:
                    self._grad = make(space, space.xp.asarray(g) if owned else space.xp.copy(g))
                else:
                    xp = space.xp
                    grad.array = xp.asarray(xp.add_into(grad.array, g))
                    bump_version(grad)
        hooks = self._post_accumulate_hooks
        if hooks:
            for hook in [*hooks.values()]:
                answer = hook(self)
                if answer is not None:
                    raise TypeError(f"expected Variable, but hook returned '{type(answer).__name__}'")

    def tensor_hooks(self) -> Hooks | None:
        """The hooks of a leaf, None if there are none; those of other tensors are kept by their node."""
        return getattr(self, "_hooks", None)

    def fill_slots(self) -> None:
        """Fill the slots that the end of a tape looks at."""
        for slot in ("_grad", "_hooks", "_post_accumulate_hooks"):
            if not hasattr(self, slot):
                setattr(self, slot, None)

    def post_accumulate_hooks(self) -> Hooks | None:
        """The hooks that are called when the `.grad` of a leaf was added to, None if there are none."""
        return getattr(self, "_post_accumulate_hooks", None)


#: Held while something that threads share is changed: a `.grad`, the node of a leaf, a version cell.
_changing = RLock()


def gradient_of(tensor: TensorBase) -> TensorBase | None:
    """The accumulated gradient, None if there is none."""
    try:
        return tensor._grad  # pyright: ignore[reportPrivateUsage]  # the slot of this floor's own class
    except AttributeError:
        return None


def concrete_classes() -> set[type]:
    """The classes whose instances take the fast path: the set itself, which grows as classes are defined."""
    return _Concrete.classes


def tensor_class() -> Any:
    """The class Tensor."""
    return _Concrete.tensor


class _Gone:
    """What a dead weak reference pointed at."""


#: What `node` is for a leaf that requires grad and has not been used yet: a weak reference to nothing.
UNUSED_LEAF: ref[Any] = ref(_Gone())
#: What `node` is for a view that requires grad because its base does, though no gradient goes from it to there.
SEVERED: ref[Any] = ref(_Gone(), lambda _: None)  # with a callback each reference is an object of its own
#: What `node` is for a view whose memory was written since its node was made; the next one is made when it is needed.
STALE: ref[Any] = ref(_Gone(), lambda _: None)


def history_of(tensor: TensorBase) -> Any:
    """The node of the operation that made this tensor, as its memory is now; None for a leaf."""
    node = tensor.node
    if node is STALE:
        node = _Views.refreshed(tensor)
    return None if node.__class__ is ref else node


def is_leaf(tensor: TensorBase) -> bool:
    """Whether no recorded operation made this tensor."""
    return history_of(tensor) is None


def was_leaf(tensor: TensorBase) -> bool:
    """`is_leaf`, but for a view whose memory was written, whether it was one before."""
    if tensor.node is not STALE:
        return is_leaf(tensor)
    found = tensor._view  # pyright: ignore[reportPrivateUsage]  # the slot of this floor's own class
    return len(found) > 3 and (found[3] is None or found[3].__class__ is ref)


def edge_of(tensor: TensorBase) -> Node | None:
    """The node that a gradient of this tensor goes to."""
    node = tensor.node
    if node.__class__ is ref:
        found = node()
        return new_accumulator(tensor) if found is None else found
    return node


def new_accumulator(leaf: TensorBase) -> Node | None:
    """The end node of a leaf that had none alive; the leaf holds it weakly, the graph strongly.

    A view comes here too if its `node` is a mark: it gets its next node, or None where no gradient goes."""
    with _changing:  # another thread may have made it just now
        mark = leaf.node
        if mark is STALE or mark is SEVERED:
            found = _Views.refreshed(leaf) if mark is STALE else None
            if found is None:
                end_nowhere()
            return found
        found = mark() if mark.__class__ is ref else mark
        if found is None:
            found = accumulator(leaf)
            try:  # they are filled from now on, so that no pass needs to ask whether they are
                _ = leaf._grad, leaf._hooks, leaf._post_accumulate_hooks  # pyright: ignore[reportPrivateUsage]  # this class's own
            except AttributeError:
                leaf.fill_slots()
        return found


def make(space: Space, data: Any, node: Any = None) -> Any:
    """A Tensor of a raw array in a known space."""
    out = _Concrete.tensor()
    shape = tuple(data.shape)
    out.array, out.shape, out.space, out.node = data, shape and (_SHAPES.get(shape) or _known(shape)), space, node
    out.version = None if is_grad_enabled().__class__ is bool else fresh_version()
    return out


#: Shapes of tensors that were made here: two that are one object are known to be equal without a look inside.
_SHAPES: dict[Shape, Shape] = {}


def _known(shape: Shape) -> Shape:
    if len(_SHAPES) >= 1024:
        _SHAPES.clear()
    return _SHAPES.setdefault(shape, shape)


def wrap(backend: Backend, data: Any, requires_grad: bool = False) -> Any:
    """A leaf Tensor of a raw array whose dtype and device are looked up."""
    space = backend.space_of(data)
    if requires_grad:
        require_inexact(space.dtype)
    return make(space, data, UNUSED_LEAF if requires_grad else None)


def require_inexact(dtype: DType, which: str = "Only Tensors of floating point and complex dtype") -> None:
    """RuntimeError, which begins with `which`, unless a tensor of this dtype can require grad."""
    if not dtype.is_inexact:
        raise RuntimeError(f"{which} can require gradients; got {dtype!r}. Convert it first: t.to(wengert.float32).")


def version_cell(tensor: TensorBase) -> list[Any]:
    """The version cell of `tensor`, made now if there was none; a node that keeps the tensor as its output learns of
    it."""
    cell = tensor.version
    if cell is None:
        with _changing:
            cell = tensor.version
            if cell is None:
                cell = tensor.version = [0]
                node = tensor.node
                if node is not None and node.__class__ is not ref and "out" in getattr(node, "kept_by", ()):
                    if node.cell_out is None:
                        node.cell_out = cell
                    else:  # the tensor is that output, unpacked
                        cell = tensor.version = node.cell_out
    return cell


def moved_result(node: Any, tensor: TensorBase) -> None:
    """The result that `node` made lies in the memory of `tensor` now: a later write there makes what it kept stale."""
    if "out" in getattr(node, "kept_by", ()):
        cell = node.cell_out = version_cell(tensor)
        node.version_out = cell[0]


def bump_version(tensor: TensorBase, line: tuple[str, int] | None = None) -> None:
    """Count an in-place write to the memory of `tensor`, made at a `line` of a file; its views are to get new nodes."""
    cell = tensor.version
    if cell is None:
        cell = version_cell(tensor)
    if cell.__class__ is InferenceCell:
        return
    cell[0] += 1
    size = len(cell)
    if line is not None:
        if size > 1:
            cell[1] = line
        else:
            cell.append(line)
    if size > SHARED:
        mark_views(cell)


#: How many entries a version cell has, less one, where memory is shared: `[count, line, references, limit]`.
SHARED = 3


def mark_views(cell: list[Any]) -> None:
    """Mark the live views on the memory of a version cell: their histories go another way now."""
    live: list[Any] = []
    for reference in cell[2]:
        view = reference()
        if view is None:
            continue
        live.append(reference)
        found, node = getattr(view, "_view", None), view.node
        if found is None or node is STALE:
            continue
        is_leaf_or_none = node is None or node.__class__ is ref
        if found[0].node is not None or not is_leaf_or_none:
            view.node = STALE
        if len(found) == 3 and (found[2] or is_leaf_or_none or cast(Node, node).extra is not None):
            # The node is named where it is refused; a retained gradient goes on from it.
            view._view = (*found, node)
    cell[2][:] = live
