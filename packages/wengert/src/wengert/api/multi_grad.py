"""Floor 7: hooks on several tensors at once, and callbacks at the end of a backward."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any
from weakref import ref

from wengert.graph.hooks import Hooks, RemovableHandle
from wengert.graph.task import Task, current_task
from wengert.tensor.base import TensorBase, edge_of, is_leaf


class MultiHandle(RemovableHandle):
    """The handles of one hook on several tensors."""

    __slots__ = ("handles",)

    def __init__(self, handles: tuple[RemovableHandle, ...]) -> None:
        super().__init__(Hooks())
        self.handles = handles

    def remove(self) -> None:
        """Take the hook away from all of the tensors."""
        for handle in self.handles:
            handle.remove()


def register_multi_grad_hook(tensors: Sequence[Any], fn: Callable[[Any], None], *, mode: str = "all") -> MultiHandle:
    """Call `fn` in each backward once the gradients of all `tensors` that it computes are there, with the list of them
    (None for the others); in mode "any", with the first one.

    Errors: ValueError for another mode.
    Source: torch.autograd.graph.register_multi_grad_hook.

    >>> x, y = tensor(1., requires_grad=True), tensor(2., requires_grad=True)
    >>> handle = register_multi_grad_hook([x, y], print)
    >>> (x * y).backward()
    [tensor(2.), tensor(1.)]
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    if mode == "any":
        first = _First(fn)
        return MultiHandle(tuple([t.register_hook(first) for t in tensors if t.requires_grad]))
    together = _Together(tensors, fn)
    return MultiHandle(tuple([t.register_hook(together.hook(index)) for index, t in enumerate(tensors)]))


class _First:
    """Calls a function with the first gradient of each backward."""

    def __init__(self, fn: Callable[[Any], None]) -> None:
        self.fn, self.lock = fn, Lock()
        self.last = -1

    def __call__(self, gradient: Any) -> None:
        number = _task().id
        with self.lock:
            again, self.last = self.last == number, number
        if not again:
            self.fn(gradient)


class _Together:
    """Gathers the gradients of each backward."""

    def __init__(self, tensors: Sequence[TensorBase], fn: Callable[[Any], None]) -> None:
        self.fn, self.lock = fn, Lock()
        self.places: list[ref[Any]] = []  # nodes, and leaves, whose node is another in each graph; not kept alive
        for tensor in tensors:
            edge = edge_of(tensor)
            if edge is None:
                raise AssertionError("Expected gradient function to be set: a tensor does not require grad")
            self.places.append(ref(tensor if is_leaf(tensor) else edge.destination()[0]))
        self.gathered: dict[int, tuple[list[Any], list[int]]] = {}  # by backward: gradients, and how many are missing

    def hook(self, index: int) -> Callable[[Any], None]:
        """The hook of one tensor."""

        def gather(gradient: Any) -> None:
            task = _task()
            with self.lock:
                found = self.gathered.get(task.id)
                if found is None:
                    expected = sum(_comes(place(), task) for place in self.places)
                    found = self.gathered[task.id] = [None] * len(self.places), [expected]
                gradients, missing = found
                gradients[index] = gradient
                missing[0] -= 1
                if missing[0]:
                    return
                del self.gathered[task.id]
            self.fn(gradients)

        return gather


def _comes(held: Any, task: Task) -> bool:
    """Whether `task` brings a gradient to a node or a leaf."""
    node = edge_of(held) if isinstance(held, TensorBase) else held
    return node is not None and task.will_run(node)


def _task() -> Task:
    task = current_task()
    if task is None:
        raise AssertionError("expected this hook to be called inside a backward call")
    return task


class ExecutionEngine:
    """The engine as torch's users reach it: `Variable._execution_engine`."""

    def queue_callback(self, callback: Callable[[], object]) -> None:
        """Call `callback` at the end of the backward that is running.

        Errors: RuntimeError outside of a backward.
        """
        task = current_task()
        if task is None:
            raise RuntimeError("Final callbacks can only be installed during backward pass.")
        task.callbacks.append(callback)


class _VariableMeta(type):
    """Makes every tensor an instance of Variable."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, TensorBase)


class Variable(metaclass=_VariableMeta):
    """What tensors with a history were once called: `Variable(x)` is x, and each tensor is an instance.

    Source: torch.autograd.Variable.

    >>> isinstance(ones(2), Variable)
    True
    """

    _execution_engine = ExecutionEngine()

    def __new__(cls, data: Any, requires_grad: bool = False, volatile: Any = None) -> Any:
        """The tensor `data`, detached; with `requires_grad` a leaf that requires grad."""
        return data.detach().requires_grad_(requires_grad)
