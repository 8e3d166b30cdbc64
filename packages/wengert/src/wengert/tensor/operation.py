"""Floor 5: from a declared primitive to functions that users and rules call.

`direct` turns a primitive into a public function: the decorated function gives name, signature, defaults and docstring, the
primitive does the work. `kernel` gives the same with the rule's own signature, for functions that prepare arguments first
and for the namespace of Tensors. `operator` makes the form that Python's operators need.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, signature
from types import FunctionType
from typing import Any, cast

from wengert.rule.primitive import Primitive
from wengert.tensor.record import Operation
from wengert.tensor.specialize import recorder

Function = Callable[..., Any]

#: For each primitive the first record function made for it, in the rule's own signature: what rules reach through `xp`.
KERNELS: dict[Primitive, Function] = {}
_DIRECT: dict[Function, tuple[Operation, FunctionType]] = {}


def kernel(primitive: Primitive, node_name: str = "", **saved_names: str) -> Function:
    """A function `f(*inputs, **statics)` that records `primitive` under `node_name`; `saved_names` maps our names of
    kept values to torch's (`x="self"`)."""
    operation = Operation(primitive, node_name, saved_names)
    declared = _with_rule_signature(primitive) if not primitive.variadic else None
    if declared is None:
        KERNELS.setdefault(primitive, operation)
        return operation
    function = recorder(operation, declared)
    KERNELS.setdefault(primitive, function)
    _DIRECT[function] = operation, declared
    return function


def direct(primitive: Primitive, node_name: str = "", **saved_names: str) -> Callable[[Function], Function]:
    """Make the decorated function, whose body is `...`, the record function of `primitive`."""

    def bind(declared: Function) -> Function:
        operation = Operation(primitive, node_name, saved_names)
        function = recorder(operation, cast(FunctionType, declared))
        _DIRECT[function] = operation, cast(FunctionType, declared)
        if primitive not in KERNELS:
            kernel(primitive, node_name, **saved_names)
        return function

    return bind


def operator(function: Function) -> Function:
    """`function`, made by `direct` or `kernel`, as the method behind an operator: NotImplemented for strangers."""
    operation, declared = _DIRECT[function]
    return recorder(operation, declared, on_stranger=NotImplemented)


def _with_rule_signature(primitive: Primitive) -> FunctionType:
    """A function with the parameters of the primitive's forward less `xp`; the statics may be passed by position too."""
    parameters = list(signature(primitive.forward).parameters.values())[1:]

    def declared() -> Any:
        """See the primitive."""

    declared.__name__ = declared.__qualname__ = primitive.name
    declared.__doc__ = primitive.__doc__
    positional = [p.replace(kind=Parameter.POSITIONAL_OR_KEYWORD, annotation=Parameter.empty) for p in parameters]
    with_default = [p.default is not Parameter.empty for p in positional]
    if with_default != sorted(with_default):
        raise TypeError(f"{primitive.name}: a parameter without default follows one with a default")
    declared.__defaults__ = tuple(p.default for p in positional if p.default is not Parameter.empty)
    cast(Any, declared).__signature__ = signature(primitive.forward).replace(parameters=positional, return_annotation=Parameter.empty)
    return declared
