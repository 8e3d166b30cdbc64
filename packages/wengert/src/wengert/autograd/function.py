"""Functions whose forward and backward the user writes, with torch's names."""

from wengert.api.function import Function, FunctionCtx, once_differentiable

__all__ = ["Function", "FunctionCtx", "once_differentiable"]
