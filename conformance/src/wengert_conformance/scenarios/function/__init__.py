"""User-defined operations: `autograd.Function`."""

from wengert_conformance.scenarios.function import backward, kept, outputs, tangents
from wengert_conformance.scenarios.function.made import function

__all__ = ["backward", "function", "kept", "outputs", "tangents"]
