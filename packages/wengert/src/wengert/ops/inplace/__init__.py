"""Floor 6: in-place functions, methods and operators."""

from wengert.ops.inplace.methods import InplaceMethods

__all__ = ["InplaceMethods"]
