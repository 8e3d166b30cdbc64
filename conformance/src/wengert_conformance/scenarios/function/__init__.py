"""User-defined operations: `autograd.Function`."""

from wengert_conformance.scenarios.function import backward, outputs, tangents
from wengert_conformance.scenarios.function.made import function

__all__ = ["backward", "function", "outputs", "tangents"]
