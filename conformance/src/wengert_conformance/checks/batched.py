"""vmap: for each choice of tensors that carry a batch, the call on the batch at once against one call for each element.

The batch of a tensor is the tensor and rotations of its numbers, so that every element is as good an argument as the
first. The elements are the expectation, so that nothing of torch is stored.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from types import ModuleType
from typing import Any

from wengert_conformance.cases import Case
from wengert_conformance.checks.comparison import differences
from wengert_conformance.values import Values, build, read, tensors

SIZE = 3
MOST_CHOICES = 7
OF_SORTED = {"searchsorted", "bucketize"}  # rotated numbers would be out of order
WRITES_ITS_INPUTS = {"nn.functional.batch_norm"}
# A mask that differs along the batch would select a different number of elements for each.
INDEXED_BY_MASKS = {"__getitem__", "index_put", "index_put_", "masked_select"}


def batched(library: ModuleType, case: Case) -> list[str]:
    """What differs between the batch and its elements, by the choice of tensors that carry one; empty where nothing
    does."""
    whole = replace(case, arguments=marked(case.arguments), keywords=marked(dict(case.keywords)))
    given = whole.leaf_values()
    if case.keywords.get("sorter") is not None:
        return []  # neither rotated nor shifted would it sort
    may_carry = [not (case.name in INDEXED_BY_MASKS and values.dtype == "bool") for values in given]
    choices = [
        choice
        for choice in _choices(len(given))
        if all(may or not carries for may, carries in zip(may_carry, choice, strict=True))
    ]
    return [line for choice in choices for line in _differences(library, whole, given, choice)]


def _differences(library: ModuleType, case: Case, given: list[Values], choice: tuple[bool, ...]) -> list[str]:
    dims = [
        position % (len(values.shape) + 1) if carries else None
        for position, (values, carries) in enumerate(zip(given, choice, strict=True))
    ]
    shifted = case.name in OF_SORTED
    inputs = [
        build(library, values) if dim is None else batch(library, values, dim, shifted)
        for values, dim in zip(given, dims, strict=True)
    ]
    expected = [
        called(library, case, [t if d is None else t.select(d, n) for t, d in zip(inputs, dims, strict=True)])
        for n in range(SIZE)
    ]
    try:
        at_once = library.vmap(lambda *elements: called(library, case, elements), in_dims=tuple(dims))(*inputs)
    except RuntimeError as error:
        if str(error).startswith("vmap: inplace") and not all(choice):
            return []  # it writes running statistics that all elements share
        raise
    axes = f"in_dims={tuple(dims)}"
    return [
        line
        for number, results in enumerate(expected)
        for index, (one, other) in enumerate(zip(results, at_once, strict=True))
        for line in differences(read(one), read(other.select(0, number)), f"{axes}, element {number}, result {index}")
    ]


def _choices(count: int) -> list[tuple[bool, ...]]:
    """Which tensors carry a batch: every choice among a few, each alone and all together among many."""
    choices = [choice for choice in product((True, False), repeat=count) if any(choice)]
    if len(choices) <= MOST_CHOICES:
        return choices
    return [(True,) * count, *(tuple(d == position for d in range(count)) for position in range(count))]


def marked(plain: Any) -> Any:
    """The same arguments with every tensor as a leaf of the case."""
    if isinstance(plain, Values):
        return replace(plain, differentiable=True)
    if isinstance(plain, (tuple, list)):
        return type(plain)(marked(part) for part in plain)
    if isinstance(plain, dict):
        return {key: marked(part) for key, part in plain.items()}
    return plain


def batch(library: ModuleType, values: Values, dim: int, shifted: bool) -> Any:
    numbers = values.numbers or ()
    elements = [tuple(n + k for n in numbers) if shifted else numbers[k:] + numbers[:k] for k in range(SIZE)]
    return library.stack([build(library, Values(values.dtype, values.shape, one)) for one in elements], dim)


def called(library: ModuleType, case: Case, given: Any) -> list[Any]:
    if case.name in WRITES_ITS_INPUTS:
        given = [tensor.clone() for tensor in given]  # which may be views, that not every backend can write
    return tensors(case.call(library, given), library)
