"""Wrong calls: what each function of torch's operator database does with arguments that do not fit.

The first sample of an entry is a call that is right. One argument at a time is then replaced by one of another class,
rank, dtype or range; a keyword that no function has is added; an argument is left out or added. Torch and the library
must both refuse, with errors of one class, or both accept. This module imports torch and its database.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from math import isfinite
from types import ModuleType
from typing import Any, NamedTuple

import torch
from torch.testing._internal.opinfo.core import OpInfo

from wengert_conformance.database import Unsuitable, entry_name, samples_of, seed, target_of
from wengert_conformance.sweep import call_of, entries, first_dtype
from wengert_conformance.sweep.entries import plain
from wengert_conformance.values import Values, materialise

#: Torch writes past the end of memory for pivots that are none.
UNSAFE = ("lu_unpack",)
#: Without a counterpart on the backend: NumPy has no complex numbers of half precision.
ABSENT = ("chalf",)
NOTHING = "nothing"
LARGEST = 3000
DTYPES = {"bool": bool, "int64": int, "float32": float, "float64": float, "complex128": complex}
NO_TENSORS = ([1], "abc", None, 2.5, True)
IN_PLACE_OF: dict[type, tuple[Any, ...]] = {
    bool: (None, "abc", 2),
    int: (7, -7, 1.5, "abc", None, True, [0], [7]),
    float: ("abc", None, 1j),
    tuple: (7, 1.5, "abc", None),
    list: (7, 1.5, "abc", None),
}
OTHERS = (7, "abc")
#: What torch's functions in Python run into, where ours look at the argument: both refuse.
RUN_INTO = (AttributeError, AssertionError)


class Call(NamedTuple):
    """A wrong call: what is wrong with it, and its arguments."""

    label: str
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]


class Difference(NamedTuple):
    """What torch and the library do with a call: the classes of their errors, or "nothing"."""

    entry: str
    label: str
    theirs: str
    ours: str
    words: str

    @property
    def kind(self) -> str:
        return f"{self.entry} {self.theirs} -> {self.ours}"


def probed() -> dict[str, OpInfo]:
    """The entries whose wrong calls are compared: not the methods that only Python itself calls."""
    return {
        name: entry
        for name, entry in entries().items()
        if not name.startswith("__") and entry.name not in (*UNSAFE, *ABSENT)
    }


def differences(name: str, library: ModuleType, as_method: bool = False) -> list[Difference]:
    """The wrong calls of an entry, or of its method, that the library answers otherwise than torch does."""
    entry = probed()[name]
    call, found = method_of(entry) if as_method else call_of(entry), list[Difference]()
    is_method = as_method or target_of(entry).startswith("Tensor.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for wrong in wrong_calls(entry):
            if (is_method and wrong.label in METHODS_WITHOUT_SELF) or (as_method and wrong.label.startswith("0: ")):
                continue
            theirs, ours = answer(call, torch, wrong), answer(call, library, wrong)
            if not alike(theirs, ours):
                words = f"torch: {str(theirs)[:120]!r}; here: {str(ours)[:120]!r}"
                found.append(Difference(name, wrong.label, class_of(theirs), class_of(ours), words))
    return found


def with_methods() -> list[str]:
    """The entries that torch has a method of the same name for, besides a function."""
    return [
        name
        for name, entry in probed().items()
        if hasattr(torch.Tensor, entry.name) and not target_of(entry).startswith("Tensor.")
    ]


def method_of(entry: OpInfo) -> Callable[..., Any]:
    """The entry's method as a call of a library."""

    def call(library: ModuleType, tensor: Any, *arguments: Any, **keywords: Any) -> Any:
        return getattr(tensor, entry.name)(*arguments, **keywords)

    return call


def answer(call: Any, library: ModuleType, wrong: Call) -> Exception | None:
    """The error that a call raises, None if it raises none."""
    try:
        arguments = materialise(wrong.arguments, library, iter(()))
        call(library, *arguments, **materialise(wrong.keywords, library, iter(())))
    except Exception as error:
        return error
    return None


def alike(theirs: Exception | None, ours: Exception | None) -> bool:
    if theirs is None or ours is None:
        return theirs is ours
    return (
        isinstance(ours, type(theirs))
        or type(ours).__name__ == type(theirs).__name__
        or (isinstance(theirs, RUN_INTO) and isinstance(ours, TypeError))
    )


def class_of(error: Exception | None) -> str:
    return NOTHING if error is None else type(error).__name__


def wrong_calls(entry: OpInfo) -> Iterator[Call]:
    """The entry's first sample with one thing wrong."""
    first = first_sample(entry)
    if first is None:
        return
    arguments, keywords = first
    for position, argument in enumerate(arguments):
        for label, other in replacements(argument):
            yield Call(f"{position}: {label}", (*arguments[:position], other, *arguments[position + 1 :]), keywords)
    for name, argument in keywords.items():
        for label, other in replacements(argument):
            yield Call(f"{name}: {label}", arguments, {**keywords, name: other})
    yield Call("unknown keyword", arguments, {**keywords, "nonsense": 1})
    yield Call("one more", (*arguments, None), keywords)
    yield Call("many more", (*arguments, *[1] * 12), keywords)
    yield Call("first missing", arguments[1:], keywords)
    if "dim" not in keywords:
        yield Call("dim: 7", arguments, {**keywords, "dim": 7})
        yield Call("dim: 'abc'", arguments, {**keywords, "dim": "abc"})


#: Wrong calls of a method without its tensor are calls of another object's method.
METHODS_WITHOUT_SELF = frozenset(["first missing", *[f"0: {value!r}" for value in NO_TENSORS]])


def first_sample(entry: OpInfo) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    """The arguments and keywords of the first suitable sample whose tensors all have elements."""
    dtype = first_dtype(entry)
    seed(f"{entry_name(entry)}-{dtype}")
    for sample in samples_of(entry, dtype, requires_grad=False):
        try:
            arguments, keywords = plain(sample, entry)
        except Unsuitable:
            continue
        sizes = [len(value.numbers or ()) for value in arguments if isinstance(value, Values)]
        if all(0 < size <= LARGEST for size in sizes):
            return arguments, keywords
    return None


def replacements(argument: Any) -> Iterator[tuple[str, Any]]:
    """What stands in an argument's place, each with what is wrong with it."""
    if isinstance(argument, Values):
        yield from ((repr(value), value) for value in NO_TENSORS)
        numbers = argument.numbers or ()
        yield "0-d", Values(argument.dtype, (), numbers[:1])
        yield "1 axis more", Values(argument.dtype, (1, *argument.shape), numbers)
        yield "2 axes more", Values(argument.dtype, (1, 1, *argument.shape), numbers)
        for dtype, kind in DTYPES.items():
            if dtype != argument.dtype:
                yield dtype, Values(dtype, argument.shape, tuple(converted(number, kind) for number in numbers))
        return
    for value in IN_PLACE_OF.get(type(argument), OTHERS):
        yield repr(value), value
    if isinstance(argument, (tuple, list)):
        yield "()", ()
        yield "all 7", (7,) * max(1, len(argument))
        yield "1 longer", (0,) * (len(argument) + 1)


def converted(number: Any, kind: Any) -> Any:
    """A number as one of another kind; what no integer can be becomes 0."""
    real = number.real if isinstance(number, complex) and kind is not complex else number
    if kind is int and not (isfinite(real) and abs(real) < 1e9):
        return 0
    return kind(real)


__all__ = ["Difference", "differences", "probed"]
