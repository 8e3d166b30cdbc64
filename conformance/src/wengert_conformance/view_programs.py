"""Programs of views, writes in place and backwards, made from kinds and numbers and run on two libraries side by side.

The number of a step says on which of the tensors that there are it works, and how. Whatever a step does, gives or
raises is told in plain values, so that two libraries can be compared. `through_view` says whether a view was written
and its base read later.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from math import prod
from typing import Any

MOST = 14  # tensors in a program
Kind = Callable[["Program", Any, "Numbers"], Any]


class Numbers:
    """The choices of one step, taken off a number."""

    def __init__(self, number: int) -> None:
        self.number = number

    def below(self, n: int) -> int:
        """One of 0, ..., n - 1."""
        self.number, choice = divmod(self.number, n)
        return choice

    def of(self, choices: Any) -> Any:
        """One of `choices`."""
        return choices[self.below(len(choices))]


class Program:
    """A run on one library: its tensors, and what was seen."""

    def __init__(self, library: Any) -> None:
        self.library = library
        double = {"dtype": library.float64}
        x = library.tensor([[1.0, -2.0, 3.0, 0.5], [4.0, 0.25, -1.5, 2.0]], requires_grad=True, **double)
        w = library.tensor([0.5, 2.0, -1.0, 3.0], requires_grad=True, **double)
        z = library.tensor([[1 + 2j, 0.5 - 1j], [-1j, 2 + 0j]], requires_grad=True, dtype=library.complex128)
        plain = library.tensor([[3.0, 1.0, 2.0, 5.0], [1.0, 2.0, 0.5, 4.0]], **double)
        self.leaves = [x, w, z]
        self.tensors = [x, w, z, plain, x * 1, w * 2, z * 1]
        self.memories = {id(tensor): number for number, tensor in enumerate(self.tensors)}
        self.through_view = False
        self._written_bases: list[Any] = []

    def step(self, kind: Kind, number: int) -> tuple[str, Any]:
        """Take one step of a kind: what it is called, and what it gave or raised."""
        choose = Numbers(number)
        at = len(self.tensors) - 1 - choose.below(len(self.tensors))  # the newest first
        name, outcome = f"{kind.__name__} t{at}", None
        try:
            outcome = kind(self, self.tensors[at], choose)
        except Exception as error:
            outcome = type(error).__name__, phrase(str(error))
        return name, outcome

    def keep(self, tensor: Any, source: Any = None) -> Any:
        """Put a new tensor where later steps find it; `source` is what it has its memory from."""
        if len(self.tensors) < MOST and all(tensor is not other for other in self.tensors):
            self.memories[id(tensor)] = self.memories[id(source)] if source is not None else len(self.memories)
            self.tensors.append(tensor)
        return told(self, tensor)

    def is_apart(self, tensor: Any, other: Any) -> bool:
        """Whether two tensors lie in memories of their own, and both are complex or neither."""
        first, second = (self.memories[id(t)] for t in (tensor, other))
        return first != second and other.is_complex() == tensor.is_complex()

    def mode(self, choose: Numbers) -> Any:
        """`no_grad` in one case of five."""
        return self.library.no_grad() if not choose.below(5) else nullcontext()

    def wrote(self, tensor: Any) -> None:
        """Remember that a view was written."""
        if tensor._base is not None:
            self._written_bases.append(tensor._base)

    def saw(self, tensor: Any) -> None:
        """Remember that a tensor was read."""
        self.through_view = self.through_view or any(tensor is base for base in self._written_bases)

    def everything(self) -> list[Any]:
        """All tensors and gradients, at the end."""
        found: list[Any] = []
        for tensor in self.tensors:
            try:
                found.append(told(self, tensor))
            except Exception as error:
                found.append((type(error).__name__, phrase(str(error))))
        return [*found, [None if leaf.grad is None else leaf.grad.tolist() for leaf in self.leaves]]


def told(program: Program, tensor: Any) -> list[Any]:
    """What can be seen of a tensor."""
    program.saw(tensor)
    base = next((n for n, other in enumerate(program.tensors) if other is tensor._base), None)
    facts = [tuple(tensor.shape), tensor.requires_grad, tensor._version, tensor._is_view(), base]
    values = tensor.detach().tolist()
    try:
        made = tensor.grad_fn
        history = [tensor.is_leaf, tensor.output_nr, node_name(made)]
        if history[-1] in ("CopySlices", "AsStridedBackward0"):  # elsewhere one of our nodes may stand for several
            history += [(node_name(node), number) for node, number in made.next_functions]
    except RuntimeError as error:
        history = [phrase(str(error))]
    return [facts, values, history]


def node_name(node: Any) -> str | None:
    """What a node is called."""
    return None if node is None else type(node).__name__


def phrase(message: str) -> str:
    """The part of a message that one would search for."""
    return re.split(r"[.:;\[(]", message)[0].strip()


# --- views ------------------------------------------------------------------------------------------------------------


def views_of(tensor: Any) -> list[Callable[[Any], Any]]:
    """The views that can be made of a tensor of this shape."""
    shape, found = tuple(tensor.shape), list(VIEWS)
    if shape and shape[0] > 0:
        found += [lambda t: t[0], lambda t: t[-1], lambda t: t.select(-1, -1), lambda t: t[..., :1]]
        found += [lambda t: t.narrow(0, 0, 1), lambda t: t.unfold(0, 1, 1), lambda t: t[:1]]
    if shape and shape[-1] > 1:
        found += [lambda t: t[..., 1:], lambda t: t[..., ::2], lambda t: t.narrow(-1, 1, 1), lambda t: t[..., None, 1]]
    if len(shape) == 2:
        found += [lambda t: t.t(), lambda t: t.T, lambda t: t.mT, lambda t: t.diagonal(), lambda t: t[:, 0]]
        found += [lambda t: t.permute(1, 0), lambda t: t.swapaxes(0, 1), lambda t: t[1:, 0]]
    if prod(shape) > 1:
        found += [lambda t: t.view(-1), lambda t: t.reshape(-1), lambda t: t.flatten(), lambda t: t.ravel()]
        found.append(lambda t: t.view(*shape, 1))
    if shape and not prod(shape) % 2:
        found.append(lambda t: t.reshape(2, prod(shape) // 2))
    return found


VIEWS: tuple[Callable[[Any], Any], ...] = (
    lambda t: t[...],
    lambda t: t[None],
    lambda t: t.unsqueeze(-1),
    lambda t: t.squeeze(),
    lambda t: t.view(t.shape),
    lambda t: t.view_as(t),
    lambda t: t.expand(t.shape),
    lambda t: t.expand(2, *t.shape),
)


def view(program: Program, tensor: Any, choose: Numbers) -> Any:
    """A view of one tensor, with or without recording."""
    make = choose.of(views_of(tensor))
    with program.mode(choose):
        return program.keep(make(tensor), tensor)


def view_of_a_part(program: Program, tensor: Any, choose: Numbers) -> Any:
    """One of several views that one function makes."""
    if not tensor.shape:
        raise ValueError("it has no parts")
    functions = [lambda t: t.unbind(0), lambda t: t.split(1), lambda t: t.chunk(2), lambda t: t.tensor_split(2)]
    functions += [lambda t: t.split([1, t.shape[0] - 1]), lambda t: tuple(t)]
    function = choose.of(functions)
    with program.mode(choose):
        return program.keep(function(tensor)[-1 if choose.below(2) else 0], tensor)


def complex_view(program: Program, tensor: Any, choose: Numbers) -> Any:
    """Parts of complex numbers, and complex numbers of parts."""
    library = program.library
    functions = [library.real, library.imag, library.view_as_real] if tensor.is_complex() else [library.view_as_complex]
    return program.keep(choose.of(functions)(tensor), tensor)


def strided_view(program: Program, tensor: Any, choose: Numbers) -> Any:
    """A view by strides, inside the memory of the tensor or not."""
    if 0 in tensor.shape:
        raise ValueError("where nothing lies is the library's own matter")
    size, stride = choose.of([((2,), (1,)), ((2, 2), (2, 1)), ((1,), (3,)), ((3, 3), (3, 1))])
    reach = sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if not tensor.is_contiguous() or (reach >= tensor.numel() and tensor._base is not None):
        raise ValueError("torch drops the gradient of what a view has from outside of its source")
    return program.keep(tensor.as_strided(size, stride), tensor)


# --- writes -----------------------------------------------------------------------------------------------------------

FILLS: tuple[Callable[[Any], Any], ...] = (lambda t: t.zero_(), lambda t: t.fill_(0.5))
WRITES: tuple[Callable[[Any], Any], ...] = (
    lambda t: t.mul_(2.0),
    lambda t: t.add_(1.0),
    *FILLS,
    lambda t: t.neg_(),
    lambda t: t.mul_(t),
    lambda t: t.sin_(),
    lambda t: t.__setitem__(..., 3.0),
)


def write(program: Program, tensor: Any, choose: Numbers) -> Any:
    """A write of numbers."""
    views = [t for t in program.tensors if t._base is not None and all(t._base is not x for x in program.leaves)]
    if views and choose.below(3):
        tensor = views[-1 - choose.below(len(views))]
    make = choose.of(WRITES)
    if make in FILLS and is_stretched(tensor):
        raise ValueError("torch has no gradient of it")
    with program.mode(choose):
        make(tensor)
    program.wrote(tensor)
    return told(program, tensor)


def write_item(program: Program, tensor: Any, choose: Numbers) -> Any:
    """A write of a number or a tensor at an index."""
    key = choose.of([0, -1, slice(None), slice(0, 1), (..., 0), None, ...] if tensor.shape else [None, ...])
    shape = tensor.detach()[key].shape
    fitting = [t for t in program.tensors if (t.shape == shape or not t.shape) and program.is_apart(t, tensor)]
    value = choose.of([2.0, *fitting])
    with program.mode(choose):
        tensor[key] = value
    program.wrote(tensor)
    return told(program, tensor)


def write_tensor(program: Program, tensor: Any, choose: Numbers) -> Any:
    """A write of another tensor."""
    others = [t for t in program.tensors if (t.shape == tensor.shape or not t.shape) and program.is_apart(t, tensor)]
    others.append(tensor)
    other = choose.of(others)
    make = choose.of([lambda t: t.mul_(other), lambda t: t.add_(other), lambda t: t.copy_(other)])
    if other is tensor and is_stretched(tensor):
        raise ValueError("torch has no gradient of it")
    with program.mode(choose):
        make(tensor)
    program.wrote(tensor)
    return told(program, tensor)


# --- the rest ---------------------------------------------------------------------------------------------------------


def compute(program: Program, tensor: Any, choose: Numbers) -> Any:
    """A new tensor from one or two."""
    others = [t for t in program.tensors if t.shape == tensor.shape]
    other = choose.of(others)
    if is_stretched(tensor) or is_stretched(other) or steps(tensor) != steps(other):
        raise ValueError("the libraries lay such results out each in its own way")
    return program.keep(choose.of([lambda: tensor * other, lambda: tensor * 3, lambda: tensor.clone()])())


def is_stretched(tensor: Any) -> bool:
    """Whether several indices mean one element."""
    return 0 in steps(tensor)


def steps(tensor: Any) -> list[int]:
    """The strides of the axes along which there is more than one element."""
    return [step for n, step in zip(tensor.shape, tensor.stride(), strict=True) if n > 1 and tensor.numel()]


def detach(program: Program, tensor: Any, choose: Numbers) -> Any:
    """The same memory without the history."""
    return program.keep(tensor.detach(), tensor)


def require_grad(program: Program, tensor: Any, choose: Numbers) -> Any:
    """A change of whether a leaf requires grad."""
    if any(tensor is leaf for leaf in program.leaves):
        raise ValueError("these stay as they are")
    tensor.requires_grad_(bool(choose.below(3)))
    return told(program, tensor)


def read(program: Program, tensor: Any, choose: Numbers) -> Any:
    """A look at a tensor and its base."""
    seen = [told(program, tensor)]
    return [*seen, told(program, tensor._base)] if tensor._base is not None else seen


def loss_of(tensor: Any) -> Any:
    """A number that depends on a tensor."""
    if tensor.is_complex():
        tensor = tensor.abs()
    return (tensor * tensor).sum()


def gradient(program: Program, tensor: Any, choose: Numbers) -> Any:
    """The gradient of a number by the leaves, and in one case of three the gradient of that."""
    grad, twice = program.library.autograd.grad, not choose.below(3)
    first = grad(loss_of(tensor), program.leaves, allow_unused=True, retain_graph=True, create_graph=twice)
    seen = [None if g is None else g.tolist() for g in first]
    moving = [g for g in first if g is not None and g.requires_grad]
    if twice and moving:
        total = loss_of(moving[0])
        second = grad(total, program.leaves, allow_unused=True, retain_graph=True) if total.requires_grad else []
        seen += [None if g is None else g.tolist() for g in second]
    return seen


def backward(program: Program, tensor: Any, choose: Numbers) -> Any:
    """A backward that fills `.grad` and frees the graph, or keeps it."""
    try:
        loss_of(tensor).backward(retain_graph=bool(choose.below(2)))
    except RuntimeError:  # how far it came is the library's own matter
        for leaf in program.leaves:
            leaf.grad = None
        raise
    return [None if leaf.grad is None else leaf.grad.tolist() for leaf in program.leaves]


KINDS: tuple[Kind, ...] = (
    *(view, write, view, write, view, write, view, write_tensor, view, write_item, read),
    *(view_of_a_part, complex_view, strided_view, detach, compute, require_grad, gradient, backward),
)


def differences(first: Any, second: Any, path: str = "") -> Iterator[str]:
    """Where two tellings differ; numbers may differ by rounding."""
    if isinstance(first, (list, tuple)) and isinstance(second, (list, tuple)) and len(first) == len(second):
        for n, (one, other) in enumerate(zip(first, second, strict=True)):
            yield from differences(one, other, f"{path}[{n}]")
    elif isinstance(first, (float, complex)) and isinstance(second, (float, complex)):
        if not (abs(first - second) <= 1e-9 * max(1.0, abs(first)) or str(first) == str(second)):
            yield f"{path}: {first!r}, {second!r}"
    elif isinstance(first, str) and isinstance(second, str):
        if first not in second:
            yield f"{path}: {first!r}, {second!r}"
    elif first != second:
        yield f"{path}: {first!r}, {second!r}"
