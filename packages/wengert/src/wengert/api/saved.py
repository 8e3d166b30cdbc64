"""Floor 7: tools for the tensors that are saved for backward."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import Any, cast
from weakref import WeakKeyDictionary, WeakSet

from wengert.graph.modes import InferenceCell, change_mode, current_mode
from wengert.tensor.base import TensorBase, bump_version, version_cell
from wengert.tensor.packing import check_hooks


class saved_tensors_hooks:  # torch's name
    """Keep `pack_hook(tensor)` in the place of each tensor saved inside; `unpack_hook` of it gives the tensor back.

    A context manager. The innermost pair counts. Both hooks run without recording what they do to a saved tensor.

    Errors: TypeError if a hook cannot be called or `unpack_hook` returns no Tensor; RuntimeError if `pack_hook` writes
    its argument, or inside `disable_saved_tensors_hooks`.
    Source: torch.autograd.graph.saved_tensors_hooks.

    >>> x = tensor([1., 2.], requires_grad=True)
    >>> with saved_tensors_hooks(lambda t: t.tolist(), lambda values: tensor(values)):
    ...     y = x * x
    >>> y.grad_fn._raw_saved_self.data
    [1.0, 2.0]
    >>> y.sum().backward()
    >>> x.grad
    tensor([2., 4.])
    """

    def __init__(self, pack_hook: Callable[[Any], Any], unpack_hook: Callable[[Any], Any]) -> None:
        self.pack_hook, self.unpack_hook = pack_hook, unpack_hook

    def __enter__(self) -> None:
        mode = current_mode()
        check_hooks(self.pack_hook, self.unpack_hook, "saved_tensors_hooks")
        if mode.unpackable is not None:
            raise RuntimeError(mode.unpackable)
        change_mode(packing=(*mode.packing, (self.pack_hook, self.unpack_hook)))

    def __exit__(self, *details: object) -> None:
        change_mode(packing=current_mode().packing[:-1])


class save_on_cpu(saved_tensors_hooks):  # torch's name
    """Keep what is saved inside on the CPU, and bring it back to its device when backward needs it.

    A context manager. `pin_memory` and `device_type` are accepted for torch's sake.

    Source: torch.autograd.graph.save_on_cpu.

    >>> x = tensor([1., 2.], requires_grad=True)
    >>> with save_on_cpu():
    ...     y = (x * x).sum()
    >>> y.backward()
    >>> x.grad
    tensor([2., 4.])
    """

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(_to_cpu, _from_cpu)


def _to_cpu(tensor: Any) -> tuple[Any, Any]:
    return tensor.device, tensor.cpu()


def _from_cpu(packed: tuple[Any, Any]) -> Any:
    device, tensor = packed
    return tensor.to(device)


@contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Generator[None]:
    """Refuse hooks on saved tensors inside, with RuntimeError and this message. A context manager and a decorator.

    Source: torch.autograd.graph.disable_saved_tensors_hooks.

    >>> with disable_saved_tensors_hooks("not here"):
    ...     with save_on_cpu():
    ...         pass
    Traceback (most recent call last):
    RuntimeError: not here
    """
    mode = current_mode()
    if mode.packing:
        raise RuntimeError(error_message)
    change_mode(unpackable=error_message)
    try:
        yield
    finally:
        change_mode(unpackable=mode.unpackable)


def increment_version(tensor: TensorBase | Iterable[TensorBase]) -> None:
    """Count a write to a tensor, or to several, that was made behind the library's back.

    Errors: RuntimeError for what is no Tensor.
    Source: torch.autograd.graph.increment_version.

    >>> x = ones(2)
    >>> increment_version(x)
    >>> x._version
    1
    """
    if isinstance(tensor, TensorBase):
        tensor = [tensor]
    if not isinstance(tensor, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
        raise RuntimeError("increment_version expect a Iterable[Tensor] as input")
    for each in tensor:
        if not isinstance(each, TensorBase):  # pyright: ignore[reportUnnecessaryIsInstance]  # likewise
            raise RuntimeError("increment_version expects each element of the iterable to be a tensor")
        if each.version.__class__ is not InferenceCell:
            bump_version(each)


class _Handle:
    """Stands for one saved tensor."""

    __slots__ = ("__weakref__",)


class MutationContext:
    """What `allow_mutation_on_saved_tensors` gives: the saved tensors, and clones of those that were written since."""

    def __init__(self) -> None:
        self.tensors: WeakKeyDictionary[_Handle, Any] = WeakKeyDictionary()
        self.by_memory: dict[int, tuple[Any, WeakSet[_Handle]]] = {}  # the cell keeps its number from being used again
        self.active = True

    def pack(self, tensor: Any) -> _Handle:
        """Remember `tensor`, and on whose memory it is."""
        handle, cell = _Handle(), version_cell(tensor)
        self.tensors[handle] = tensor
        self.by_memory.setdefault(id(cell), (cell, WeakSet()))[1].add(handle)
        return handle

    def unpack(self, handle: _Handle) -> Any:
        """The tensor as it was when it was saved."""
        if not self.active:
            raise AssertionError(
                "Trying to backward outside of the 'allow_mutation_on_saved_tensors' context in which the graph was "
                "originally recorded."
            )
        return self.tensors[handle]

    def before_write(self, tensor: TensorBase) -> None:
        """Clone what is saved on the memory that is about to be written."""
        _, handles = self.by_memory.pop(id(tensor.version), (None, ()))
        for handle in handles:
            self.tensors[handle] = self.tensors[handle].detach().clone()

    def clear(self) -> None:
        """Let go of all that is saved."""
        self.active = False
        self.tensors.clear()
        self.by_memory.clear()


@contextmanager
def allow_mutation_on_saved_tensors() -> Generator[MutationContext]:
    """Let tensors that were saved for backward be written: they are cloned first. Backward comes inside, too.

    A context manager. It cannot be nested.

    Source: torch.autograd.graph.allow_mutation_on_saved_tensors.

    >>> x = tensor([1., 2.], requires_grad=True)
    >>> with allow_mutation_on_saved_tensors():
    ...     y = x * 1
    ...     z = (y * y).sum()
    ...     _ = y.zero_()
    ...     z.backward()
    >>> x.grad
    tensor([2., 4.])
    """
    mode, context = current_mode(), MutationContext()
    if any(isinstance(getattr(notice, "__self__", None), MutationContext) for notice in mode.writing):
        raise RuntimeError("allow_mutation_on_saved_tensors contexts cannot be nested")
    with saved_tensors_hooks(context.pack, context.unpack):
        change_mode(writing=(*mode.writing, cast(Any, context.before_write)))
        try:
            yield context
        finally:
            change_mode(writing=mode.writing)
            context.clear()
