"""Floor 7: a checkpointed call that keeps its inputs and, in the place of what it would save, how to compute it again.

Hooks on saved tensors put a `Holder` in the place of each tensor that the call saves. When backward asks for the first
of them, the call is run again, under hooks that hand each tensor to the holder of the same number; it is stopped as
soon as the last has its own. Holders are filled anew for each backward pass.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any
from weakref import ref

from wengert.api.saved import saved_tensors_hooks
from wengert.graph.modes import change_mode, current_mode, set_grad_mode
from wengert.graph.saved import raise_stale, version_of, written_at
from wengert.graph.task import current_task
from wengert.tensor.base import TensorBase
from wengert.tensor.packing import Packed, innermost_hooks
from wengert.tensor.view import user_line


class CheckpointError(RuntimeError):
    """A call that was checkpointed did something else when it was run again."""


class GraphExecGroup:
    """A context manager: backward passes inside compute each checkpointed call again at most once between them.

    The passes must not need the same saved tensors. Of no effect on reentrant checkpoints.

    Source: torch.utils.checkpoint.GraphExecGroup.
    """

    def __enter__(self) -> GraphExecGroup:
        if _group.get() is not None:
            raise RuntimeError(f"GraphExecGroup contexts cannot be nested. Already inside group {_group.get()}")
        _group.set(self)
        return self

    def __exit__(self, *details: object) -> None:
        _group.set(None)


_group: ContextVar[GraphExecGroup | None] = ContextVar("wengert_checkpoint_group", default=None)


class Holder:
    """Stands for one saved tensor; has it, for each backward pass, between recomputation and use."""

    __slots__ = ("__weakref__", "values")

    def __init__(self) -> None:
        self.values: dict[Any, Any] = {}


class _Input:
    """A tensor that a checkpointed call was given, itself saved through the hooks around the call."""

    __slots__ = ("packed", "space", "tensor", "version")

    def __init__(self, tensor: TensorBase) -> None:
        pair = innermost_hooks()
        self.space = tensor.space
        self.packed = None if pair is None else Packed(tensor, pair)
        self.tensor = tensor if pair is None else None
        self.version = version_of(tensor)

    def name(self) -> str:
        return "checkpoint"

    def unpacked(self) -> Any:
        tensor = self.tensor
        if tensor is None:
            return None if self.packed is None else self.packed.unpacked()
        if version_of(tensor) != self.version:
            found, line = version_of(tensor), written_at(tensor.version)
            raise_stale(self, "input", tensor.shape, found, self.version, line)
        return tensor


class _Enough(BaseException):  # no error, and not to be caught by the user's handlers of errors
    """All that a frame needs has been computed again."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.frame = frame


class Frame:
    """One checkpointed call."""

    def __init__(
        self, run: Callable[..., object], inputs: Sequence[Any], early_stop: bool, described: Callable[[Any], object]
    ) -> None:
        self.run, self.early_stop, self.described = run, early_stop, described
        self.inputs = [_Input(value) if isinstance(value, TensorBase) else value for value in inputs]
        self.holders: list[ref[Holder]] = []
        self.descriptions: list[object] = []
        self.is_done = False  # the first run is over
        self.differs = False  # a backward inside the first run needed more than that had saved so far
        self.passes: set[Any] = set()  # for which it was run again
        self.logs: tuple[Log, Log] | None = None

    def pack(self, tensor: Any) -> Holder:
        holder = Holder()
        self.holders.append(ref(holder))
        self.descriptions.append(self.described(tensor))
        return holder

    def unpack(self, holder: Holder) -> Any:
        try:
            return self._value_of(holder)
        except CheckpointError as error:
            if self.logs is None:
                raise
            raise CheckpointError(_both(*self.logs, error)) from error

    def _value_of(self, holder: Holder) -> Any:
        task = current_task()
        key = _group.get() or (object() if task is None else task.id)
        if key not in self.passes:
            self._run_again(key)
        value = holder.values.get(key)
        if value is None:
            raise CheckpointError(
                "checkpoint: Unpack is being triggered for a tensor that was already unpacked once. "
                + ("" if _group.get() is None else _OVERLAP)
                + "If you are calling ctx.saved_tensors in backward, make sure to do so only once."
            )
        holder.values[key] = None
        return value

    def _run_again(self, key: Any) -> None:
        count = 0

        def pack(tensor: Any) -> Any:
            nonlocal count
            count += 1
            return self._fill(count, key, tensor.detach())

        inputs = [value.unpacked() if isinstance(value, _Input) else value for value in self.inputs]
        previous = set_grad_mode(True)
        try:
            with saved_tensors_hooks(pack, _same):
                self.run(*inputs)
        except _Enough as enough:
            if enough.frame is not self:
                raise
        finally:
            set_grad_mode(previous)
        self.passes.add(key)
        if not self.differs:
            self._check(count, key)

    def _fill(self, count: int, key: Any, tensor: Any) -> Any:
        """Hand the tensor saved as number `count` of this run to its holder."""
        if count > len(self.holders):
            if self.is_done:
                raise CheckpointError(
                    "checkpoint: trying to save more tensors during recomputation than during the original forward "
                    f"pass. {_TIP}"
                )
            self.differs = True
            return tensor
        holder = self.holders[count - 1]()
        if holder is not None:
            holder.values[key] = tensor
        if self.early_stop and count == len(self.holders):
            raise _Enough(self)
        return tensor

    def _check(self, count: int, key: Any) -> None:
        """Compare what was saved now with what was saved then."""
        if count != len(self.holders):
            raise CheckpointError(
                "checkpoint: A different number of tensors was saved during the original forward and recomputation.\n"
                f"Number of tensors saved during forward: {len(self.holders)}\n"
                f"Number of tensors saved during recomputation: {count}.\n{_TIP}"
            )
        different = ""
        for number, (reference, then) in enumerate(zip(self.holders, self.descriptions, strict=True)):
            holder = reference()
            now = then if holder is None else self.described(holder.values[key])
            if now != then:
                different += f"tensor at position {number}:\nsaved metadata: {then}\nrecomputed metadata: {now}\n"
        if different:
            raise CheckpointError(
                "checkpoint: Recomputed values for the following tensors have different metadata than during the "
                f"forward pass.\n{different}{_TIP}"
            )


_TIP = (
    "Tip: pass debug=True to checkpoint(), or wrap the code in set_checkpoint_debug_enabled(True), to see the "
    "operations of both runs."
)
_OVERLAP = (
    "Performing two backward calls that overlap (i.e. require the same saved activation in order to compute gradients) "
    "is not allowed while under the GraphExecGroup context. "
)


def _same(value: Any) -> Any:
    return value


class Log:
    """A list of the operations that are recorded under `noting`, each with the line of the user's code."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def _note(self, node: Any) -> None:
        self.lines.append(f"{node.name()}, recorded at {':'.join(map(str, user_line()))}")

    @contextmanager
    def noting(self) -> Generator[None]:
        """Note what is recorded."""
        mode = current_mode()
        self.lines.clear()
        change_mode(noting=(*mode.noting, self._note))
        try:
            yield
        finally:
            change_mode(noting=mode.noting)

    def contexts(self, other: Log) -> tuple[AbstractContextManager[None], AbstractContextManager[None]]:
        """The two that `context_fn` gives."""
        return self.noting(), other.noting()


def _both(first: Log, second: Log, error: CheckpointError) -> str:
    text = "checkpoint: An error happened while unpacking tensors; dumping logs of latest computation\n"
    for name, log in (("the original forward", first), ("the recomputation, up to the error", second)):
        text += f"\nOperations of {name}:\n" + "".join(f"  {line}\n" for line in log.lines)
    return f"{text}\n{error}"
