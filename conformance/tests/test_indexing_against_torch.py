"""Random keys of every kind, read and written, on Wengert and on torch: values, gradients, node names, errors."""

from __future__ import annotations

import builtins
import warnings
from math import prod
from types import ModuleType
from typing import Any

import numpy
import pytest
import torch
import wengert
from hypothesis import given, settings
from hypothesis import strategies as st

CASES = settings(max_examples=1000, deadline=None, derandomize=True, database=None)
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

sizes = st.integers(0, 3)
shapes = st.lists(sizes, max_size=4).map(tuple)
bounds = st.none() | st.integers(-4, 4)


@st.composite
def slices(draw: st.DrawFn) -> slice:
    return slice(draw(bounds), draw(bounds), draw(st.sampled_from([None, None, None, 1, 2, 3])))


@st.composite
def nested(draw: st.DrawFn, elements: Any, shape: tuple[int, ...]) -> Any:
    if not shape:
        return draw(elements)
    return [draw(nested(elements, shape[1:])) for _ in range(shape[0])]


@st.composite
def arrays(draw: st.DrawFn, limit: int) -> tuple[str, Any, tuple[int, ...], str]:
    """How an index array comes (as a tensor, a NumPy array or a list), its numbers, shape and dtype."""
    form = draw(st.sampled_from(["tensor", "tensor", "tensor", "numpy", "list"]))
    shape = draw(st.sampled_from([(), (0,), (1,), (2,), (2,), (3,), (1, 2), (2, 1), (2, 2)]))
    kind = draw(st.sampled_from(["int64", "int64", "int64", "int32", "bool", "uint8", "float32"]))
    if kind in ("bool", "uint8") and len(shape) != 1:
        form = "tensor"  # torch counts a mask that is no tensor as one axis
    low = draw(st.sampled_from([-limit, 0]))
    numbers = st.booleans() if kind == "bool" else st.integers(0 if kind == "uint8" else low, max(limit - 1, 0))
    return form, draw(nested(numbers, shape)), shape, kind


@st.composite
def masks(draw: st.DrawFn, shape: tuple[int, ...]) -> tuple[str, Any, tuple[int, ...], str]:
    """A boolean array of the shape of what it stands for, seldom of another."""
    count = draw(st.integers(0, min(2, len(shape))))
    fits = shape[:count] if draw(st.integers(0, 9)) else (2,) * count
    form = draw(st.sampled_from(["tensor", "numpy"])) if count == 1 else "tensor"  # torch counts an array as one axis
    return form, draw(nested(st.booleans(), fits)), fits, "bool"


@st.composite
def keys(draw: st.DrawFn, shape: tuple[int, ...]) -> Any:
    """A key as a recipe that `made` turns into one for a library."""
    entries: list[Any] = []
    axis = 0
    had_ellipsis = False
    for _ in range(draw(st.integers(0, 4))):
        n = shape[axis] if axis < len(shape) else draw(st.integers(0, 2))
        kind = draw(st.sampled_from(["int", "slice", "slice", "none", "ellipsis", "array", "array", "mask", "bool"]))
        if axis >= len(shape) and draw(st.integers(0, 5)) and kind not in ("none", "bool"):
            continue
        if kind == "int":
            entries.append(draw(st.integers(-n, max(n - 1, 0)) if draw(st.integers(0, 9)) else st.integers(-5, 5)))
            axis += 1
        elif kind == "slice":
            entries.append(draw(slices()))
            axis += 1
        elif kind == "none":
            entries.append(None)
        elif kind == "ellipsis":
            if not had_ellipsis or not draw(st.integers(0, 9)):
                entries.append(...)
            had_ellipsis = True
        elif kind == "array":
            entries.append(draw(arrays(n)))
            axis += 1
        elif kind == "mask":
            entry = draw(masks(shape[axis:]))
            entries.append(entry)
            axis += len(entry[2])
        else:
            entries.append(draw(st.booleans()))
    if len(entries) == 1 and draw(st.booleans()):
        return entries[0]
    return entries


def made(library: ModuleType, recipe: Any) -> Any:
    """The key that a recipe means on a library."""
    if isinstance(recipe, list):
        return tuple(made(library, entry) for entry in recipe)
    if not isinstance(recipe, tuple):
        return recipe
    form, data, shape, dtype = recipe
    if form == "list":
        return data
    array = numpy.asarray(data, dtype=dtype).reshape(shape)
    return array if form == "numpy" else library.tensor(data, dtype=getattr(library, dtype)).reshape(shape)


def leaf(library: ModuleType, shape: tuple[int, ...], start: float = 0.0) -> Any:
    return (library.arange(float(prod(shape)), dtype=library.float64) + start).reshape(shape).requires_grad_(True)


def listed(tensor: Any) -> Any:
    return None if tensor is None else (tuple(tensor.shape), tensor.tolist())


def outcome(library: ModuleType, run: Any) -> Any:
    """What a run gives, or the built-in class of its error."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return run(library)
    except Exception as error:
        return next(cls for cls in type(error).__mro__ if cls.__module__ == builtins.__name__).__name__, str(error)


def agree(run: Any) -> None:
    ours, theirs = outcome(wengert, run), outcome(torch, run)
    if isinstance(theirs[1], str):
        assert ours[0] == theirs[0], (ours, theirs)
    else:
        assert ours == theirs


@CASES
@given(st.data())
def test_reading(data: st.DataObject) -> None:
    shape = data.draw(shapes)
    recipe = data.draw(keys(shape))

    def run(library: ModuleType) -> Any:
        x = leaf(library, shape)
        y = x[made(library, recipe)]
        weights = leaf(library, tuple(y.shape), 1.0).detach().requires_grad_(True)
        (first,) = library.autograd.grad((y * weights).sum(), x, create_graph=True)
        second = library.autograd.grad((first * first).sum(), weights)[0]
        return listed(y), listed(first), listed(second), type(y.grad_fn).__name__

    agree(run)


@CASES
@given(st.data())
def test_writing(data: st.DataObject) -> None:
    shape = data.draw(shapes)
    recipe = data.draw(keys(shape))
    form = data.draw(st.sampled_from(["number", "scalar", "whole", "broadcast", "ones", "other dtype"]))

    def run(library: ModuleType) -> Any:
        x = leaf(library, shape)
        key = made(library, recipe)
        target = tuple(x.detach()[key].shape)
        if form == "broadcast":
            target = target[1:]
        elif form == "ones":
            target = (1, *(1 for _ in target))
        value = 7.0 if form == "number" else leaf(library, () if form == "scalar" else target, 100.0)
        if form == "other dtype":
            value = value.to(library.float32)
        y = x * 1
        before = y._version
        y[key] = value
        sources = [x] if form in ("number", "other dtype") else [x, value]
        weights = leaf(library, shape, 1.0).detach()
        gradients = library.autograd.grad((y * weights).sum(), sources, allow_unused=True)
        return listed(y), [listed(g) for g in gradients], type(y.grad_fn).__name__, y._version - before

    agree(run)
