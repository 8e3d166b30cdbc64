"""Floor 7: `Function`: operations whose forward and backward the user writes.

`definition.py` has the class that is subclassed and its `apply`; `context.py` what `ctx` offers; `node.py` the node on
the tape, which is the ctx; `results.py` what becomes of the tensors that forward returns; `tangents.py` forward mode.
"""

from wengert.api.function.context import FunctionCtx
from wengert.api.function.definition import Function, FunctionMeta, InplaceFunction
from wengert.api.function.node import BackwardCFunction
from wengert.api.function.once import once_differentiable

__all__ = ["BackwardCFunction", "Function", "FunctionCtx", "FunctionMeta", "InplaceFunction", "once_differentiable"]
