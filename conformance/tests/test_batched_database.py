"""Every entry of torch's operator database inside of vmap against a loop, for each choice of axes that carry the batch.

The batch of a tensor is the tensor and what follows from it: its numbers in another order, or larger, or once more the
same, the first of these that the operation takes. What torch refuses to batch may be refused; what runs once for each
element says so.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
import torch
import wengert
from torch.testing._internal.opinfo.core import OpInfo
from wengert_conformance.cases import Case
from wengert_conformance.checks.batched import marked
from wengert_conformance.checks.comparison import differences
from wengert_conformance.database import target_of
from wengert_conformance.sweep.calls import call_of
from wengert_conformance.sweep.cells import has, plain_cases
from wengert_conformance.sweep.entries import RANDOM, entries, first_dtype
from wengert_conformance.values import INEXACT, Values, build, read, tensors

SIZE = 3
SAMPLES = 4

#: What runs once for each element of the batch, with a warning: none belongs to what ordinary models need.
LOOPED = {
    "argwhere": "how many rows there are depends on the numbers",
    "bincount": "how many bins there are depends on the numbers",
    "hash_tensor": "the bits of its numbers are read, which no tensor shows; torch loops too",
    "histc": "the range of the bins may be that of the numbers",
    "histogram": "the range of the bins may be that of the numbers",
    "histogramdd": "the range of the bins may be that of the numbers",
    "nonzero_static": "which rows are filled depends on the numbers",
}
LARGEST_SHARE = 0.05

#: What torch refuses, too, for some or all choices of axes.
REFUSED = {
    **dict.fromkeys(("item", "equal", "allclose"), "a Python value of numbers that differ"),
    **dict.fromkeys(("nonzero", "unique", "unique_consecutive", "masked_select"), "a shape that depends on numbers"),
    "index_put": "masks that differ along the batch",
    **dict.fromkeys(("narrow", "tensor_split"), "sizes given as tensors that differ"),
    "nn.functional.one_hot": "the number of classes is counted",
    **dict.fromkeys(
        ("native_batch_norm", "nn.functional.batch_norm", "nn.functional.instance_norm"),
        "running statistics that all elements share cannot be written for each",
    ),
    **dict.fromkeys(
        ("nn.functional.embedding", "nn.functional.embedding_bag"),
        "weights that all elements share are rescaled in place",
    ),
    "view_as_complex": "the pairs must lie together in memory",
}

#: What is made of numbers alone.
WITHOUT_TENSORS = {
    *("arange", "linspace", "logspace", "ones", "zeros", "full", "eye", "scalar_tensor", "triu_indices"),
    *("tril_indices", "broadcast_shapes"),
    *(f"signal.windows.{name}" for name in ("hamming", "hann", "bartlett", "blackman", "cosine", "exponential")),
    *(f"signal.windows.{name}" for name in ("gaussian", "kaiser", "general_cosine", "general_hamming", "nuttall")),
}

#: Not compared: the elements do not exist by themselves, or nothing is the same twice.
LEFT_OUT = RANDOM | {
    "chalf",  # no such dtype
    "empty_like",  # not written
    "new_empty",
}
#: Reads the memory beyond one element, so that elements of an axis that is not the first are not what select gives.
OF_MEMORY = ("as_strided", "as_strided.partial_views", "as_strided_scatter")
OF_SORTED = ("searchsorted", "bucketize")


def _rotated(values: Values, by: int) -> tuple[Any, ...]:
    numbers = values.numbers or ()
    return numbers[by:] + numbers[:by]


def _scaled(values: Values, by: int) -> tuple[Any, ...]:
    return tuple(n * (1 + by / 4) if values.dtype in INEXACT else n for n in values.numbers or ())


def _shifted(values: Values, by: int) -> tuple[Any, ...]:
    return tuple(n + by for n in values.numbers or ())


def _same(values: Values, by: int) -> tuple[Any, ...]:
    return values.numbers or ()


def _ways(name: str) -> tuple[Callable[[Values, int], tuple[Any, ...]], ...]:
    return (_shifted,) if name in OF_SORTED else (_rotated, _scaled, _same)


def _patterns(given: list[Values], name: str) -> list[tuple[int | None, ...]]:
    """in_dims: all first, each tensor alone, all but each, all last, all in the middle."""
    count = len(given)
    found: list[tuple[int | None, ...]] = [(0,) * count]
    for position in range(count):
        found.append(tuple(0 if d == position else None for d in range(count)))
        found.append(tuple(None if d == position else 0 for d in range(count)))
    if name not in OF_MEMORY:
        found += [(-1,) * count, tuple(-(len(values.shape) // 2) - 1 for values in given)]
    return [dims for dims in dict.fromkeys(found) if any(dim is not None for dim in dims)]


def _given(library: ModuleType, values: Values, dim: int | None, way: Callable[[Values, int], Any]) -> Any:
    if dim is None:
        return build(library, values)
    elements = [build(library, Values(values.dtype, values.shape, way(values, by))) for by in range(SIZE)]
    return library.stack(elements, dim)


def _at_once(library: ModuleType, case: Case, dims: tuple[int | None, ...], inputs: list[Any]) -> tuple[Any, ...]:
    """What vmap gives, its axis first."""

    def call(*elements: Any) -> tuple[Any, ...]:
        return tuple(tensors(case.call(library, elements), library))

    return library.func.vmap(call, in_dims=dims, randomness="same")(*inputs)


def _one_by_one(case: Case, dims: tuple[int | None, ...], inputs: list[Any]) -> list[list[Any]]:
    found = [
        tensors(
            case.call(
                wengert,
                [t.clone() if d is None else t.select(d, n).clone() for t, d in zip(inputs, dims, strict=True)],
            ),
            wengert,
        )
        for n in range(SIZE)
    ]
    if any([t.shape for t in one] != [t.shape for t in found[0]] for one in found):
        raise ValueError("the elements differ in shape")
    return found


def _is_refused_by_torch(
    case: Case, given: list[Values], dims: tuple[int | None, ...], way: Callable[[Values, int], Any]
) -> bool:
    inputs = [_given(torch, values, dim, way) for values, dim in zip(given, dims, strict=True)]
    try:
        _at_once(torch, case, dims, inputs)
    except (RuntimeError, ValueError):
        return True
    return False


def _outcomes(name: str, entry: OpInfo) -> Iterator[str]:
    """For each sample and pattern "" where batch and loop agree, "looped", "refused" or a line that says what is wrong;
    nothing where the elements by themselves are refused."""
    dtype = torch.float64 if torch.float64 in entry.supported_dtypes("cpu") else first_dtype(entry)
    for case in plain_cases(entry, dtype, call_of(entry), SAMPLES, False):
        whole = replace(case, arguments=marked(case.arguments), keywords=marked(dict(case.keywords)))
        given = whole.leaf_values()
        for dims in _patterns(given, name) if given else []:
            yield from _outcome(name, whole, given, dims)


def _outcome(name: str, case: Case, given: list[Values], dims: tuple[int | None, ...]) -> Iterator[str]:
    for way in _ways(name):
        inputs = [_given(wengert, values, dim, way) for values, dim in zip(given, dims, strict=True)]
        try:
            expected = _one_by_one(case, dims, inputs)
        except (RuntimeError, ValueError, TypeError, IndexError, AttributeError):
            continue
        break
    else:
        return
    where = f"{[values.shape for values in given]}, in_dims={dims}, {dict(case.keywords)}"[:300]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = _at_once(wengert, case, dims, inputs)
        except RuntimeError as error:
            refused = name in REFUSED and _is_refused_by_torch(case, given, dims, way)
            yield "refused" if refused else f"{where}: {type(error).__name__}: {error}"
            return
    lines = [
        line
        for number, results in enumerate(expected)
        for one, other in zip(results, found, strict=True)
        for line in differences(read(one), read(other.select(0, number)), f"{where}, element {number}")
    ]
    performance = [str(warning.message) for warning in caught if "performance drop" in str(warning.message)]
    yield from lines or ["looped" if any(f"rule for {case.name}" in text for text in performance) else ""]
    if performance and name not in LOOPED:
        yield f"{where}: {performance[0]}"


ENTRIES = {
    name: entry
    for name, entry in entries().items()
    if entry.name not in LEFT_OUT and name not in LEFT_OUT and has(wengert, target_of(entry))
}


@pytest.mark.parametrize("name", ENTRIES)
def test_batch_against_loop(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of samples that torch itself warns of
        outcomes = list(_outcomes(name, ENTRIES[name]))
    assert outcomes or name in WITHOUT_TENSORS
    assert [line for line in outcomes if line not in ("", "looped", "refused")] == []
    assert ("looped" in outcomes) == (name in LOOPED)
    assert ("refused" in outcomes) == (name in REFUSED)


@pytest.mark.parametrize("name", sorted(WITHOUT_TENSORS))
def test_creation_takes_no_tensor(name: str) -> None:
    assert list(_outcomes(name, ENTRIES[name])) == []


def test_few_loop() -> None:
    assert set(LOOPED) <= set(ENTRIES)
    assert len(LOOPED) <= LARGEST_SHARE * len(ENTRIES)
