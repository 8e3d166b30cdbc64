"""A case: one call on a library module, its inputs as plain values, and the results that torch gives for each check."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from wengert_conformance.values import COMPLEX, Values, build, leaves, materialise


@dataclass(frozen=True, slots=True)
class Case:
    """One call. `target` names it ("mul", "nn.functional.gelu", "Tensor.view"), or `function` is a scenario's own.

    `expected` maps a check's name to what torch gives, as plain values. With `with_numbers=False` only dtypes and
    shapes are compared. `needs` names what a backend must have for the case to apply (see `needs.py`).
    """

    name: str
    family: str
    dtype: str = ""
    sample: int | None = None
    arguments: tuple[Any, ...] = ()
    keywords: Mapping[str, Any] = field(default_factory=dict[str, Any])
    target: str = ""
    function: Callable[..., Any] | None = None
    with_numbers: bool = True
    expected: Mapping[str, Any] = field(default_factory=dict[str, Any])
    needs: tuple[str, ...] = ()

    def identifier(self, check: str) -> str:
        """The readable id of one test, such as `mul-float64-grad-3`."""
        parts = [self.name, self.dtype, check, "" if self.sample is None else str(self.sample)]
        return "-".join(part for part in parts if part)

    def leaf_values(self) -> list[Values]:
        """The tensors that gradients flow to."""
        return leaves(self.arguments) + leaves(dict(self.keywords))

    def leaf_tensors(self, library: ModuleType, *, requires_grad: bool) -> list[Any]:
        return [build(library, values, requires_grad=requires_grad) for values in self.leaf_values()]

    def call(self, library: ModuleType, leaf_tensors: Sequence[Any]) -> Any:
        """Make the call on `library`, with `leaf_tensors` where the differentiable inputs stand."""
        remaining = iter(leaf_tensors)
        arguments = materialise(self.arguments, library, remaining)
        keywords = materialise(dict(self.keywords), library, remaining)
        if self.function is not None:
            return self.function(library, *arguments, **keywords)
        function = resolve(library, self.target)
        if is_in_place(self.target):
            return function(arguments[0].clone(), *arguments[1:], **keywords)
        return function(*arguments, **keywords)

    def direction(self, purpose: str, index: int, values: Values) -> Values:
        """Random numbers of the dtype and shape of `values`, the same on every machine: a cotangent or a tangent."""
        source = random.Random(f"{self.name}/{self.dtype}/{self.sample}/{purpose}/{index}")

        def draw() -> float:
            return source.randrange(-31, 32) / 16

        count = 1
        for size in values.shape:
            count *= size
        is_complex = values.dtype in COMPLEX
        numbers = tuple(complex(draw(), draw()) if is_complex else draw() for _ in range(count))
        return Values(values.dtype, values.shape, numbers)


def is_in_place(target: str) -> bool:
    """Whether a target writes into its first argument: it then gets a clone, since a leaf cannot be written."""
    return target.endswith("_") and not target.endswith("__")


def resolve(library: ModuleType, target: str) -> Callable[..., Any]:
    """The function that a dotted name means on `library`."""
    found: Any = library
    for part in target.split("."):
        found = getattr(found, part)
    return found
