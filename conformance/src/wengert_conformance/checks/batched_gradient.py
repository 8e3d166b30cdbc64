"""vmap and derivatives: the gradients of each element of a batch, taken outside of vmap and inside, against a loop."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType
from typing import Any

from wengert_conformance.cases import Case
from wengert_conformance.checks.batched import OF_SORTED, SIZE, batch, called, marked
from wengert_conformance.checks.comparison import differences
from wengert_conformance.values import INEXACT, read


def batched_gradient(library: ModuleType, case: Case) -> list[str]:
    """What differs between the gradients of the batch and those of its elements; empty where nothing does."""
    whole = replace(case, arguments=marked(case.arguments), keywords=marked(dict(case.keywords)))
    given = whole.leaf_values()
    moving = tuple(position for position, values in enumerate(given) if values.dtype in INEXACT)
    inputs = [batch(library, values, 0, case.name in OF_SORTED) for values in given]

    def number(*elements: Any) -> Any:
        """The squares of all results, added up."""
        results = [result for result in called(library, whole, elements) if result.dtype.is_floating_point]
        return sum([(result * result).sum() for result in results], library.zeros((), dtype=library.float64))

    leaves = [t.clone().requires_grad_() if d in moving else t for d, t in enumerate(inputs)]
    total = library.vmap(number)(*leaves)
    if not total.requires_grad:
        return []
    outside = library.autograd.grad(total.sum(), [leaves[d] for d in moving], allow_unused=True)
    inside = library.vmap(library.func.grad(number, argnums=moving))(*inputs)
    lines: list[str] = []
    for position in range(SIZE):
        element = [t[position].clone().requires_grad_() if d in moving else t[position] for d, t in enumerate(inputs)]
        expected = library.autograd.grad(number(*element), [element[d] for d in moving], allow_unused=True)
        for where, found in (("outside", outside), ("inside", inside)):
            for d, one, other in zip(moving, expected, found, strict=True):
                if one is not None and other is not None:
                    place = f"{where}, element {position}, input {d}"
                    lines += differences(read(one), read(other[position]), place)
                elif one is not None:
                    lines.append(f"{where}, element {position}, input {d}: expected a gradient, found None")
    return lines
