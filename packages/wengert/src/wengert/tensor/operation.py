"""Floor 5: from a declared primitive to functions that users and rules call.

`direct` turns a primitive into a public function: the decorated function gives name, signature, defaults and docstring,
the primitive does the work. `kernel` gives the same with the rule's own signature, for functions that prepare arguments
first and for the namespace of Tensors. `operator` makes the form that Python's operators need.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from wengert.protocol.dtypes import DType
from wengert.rule.primitive import Primitive
from wengert.rule.signature import Parameters, parameters_of
from wengert.tensor.general import Operation
from wengert.tensor.rebasing import KEEPS_NAME
from wengert.tensor.record import record
from wengert.tensor.specialize import Declared, recorder

Function = Callable[..., Any]

#: For each primitive the first record function made for it, in the rule's own signature: what rules reach through `xp`.
KERNELS: dict[Primitive, Function] = {}
_DIRECT: dict[Function, tuple[Operation, Declared]] = {}


def kernel(primitive: Primitive, node_name: str = "", **saved_names: str) -> Function:
    """A function `f(*inputs, **statics)` that records `primitive` under `node_name`; `saved_names` maps our names of
    kept values to torch's (`x="self"`)."""
    operation = Operation(primitive, node_name, saved_names)
    declared = _with_rule_signature(primitive) if not primitive.variadic else None
    if declared is None:

        def variadic(*arrays: Any, **statics: Any) -> Any:
            return record(operation, arrays, statics)

        return KERNELS.setdefault(primitive, variadic)
    function = recorder(operation, declared)
    KERNELS.setdefault(primitive, function)
    _DIRECT[function] = operation, declared
    return function


def way_back(primitive: Primitive, node_name: str, **saved_names: str) -> Function:
    """A function like that of `kernel` for the way back of an operation, which rules do not find through `xp`."""
    return recorder(Operation(primitive, node_name, saved_names), _with_rule_signature(primitive))


def view_kernel(primitive: Primitive, node_name: str, keeps_name: bool = False, **saved_names: str) -> Function:
    """A function like that of `kernel` for a primitive of one input whose result shares its memory: the result is
    tracked as a view. With `keeps_name`, a later write leaves the view the node's name (`rebasing.py`)."""
    operation, declared = Operation(primitive, node_name, saved_names), _with_rule_signature(primitive)
    function = recorder(operation, declared, is_view=True)
    if primitive not in KERNELS:
        kernel(primitive, node_name, **saved_names)  # rules, whose results nobody writes, track nothing
    _DIRECT[function] = operation, declared
    if keeps_name:
        KEEPS_NAME.add(function)
    return function


def direct(primitive: Primitive, node_name: str = "", **saved_names: str) -> Callable[[Function], Function]:
    """Make the decorated function, whose body is `...`, the record function of `primitive`."""

    def bind(declared: Function) -> Function:
        operation = Operation(primitive, node_name, saved_names)
        look = _as_declared(declared)
        if not node_name:
            operation.function = look.name
        operation.arguments = look.parameters.names[: len(primitive.inputs)]
        operation.tensors_only = tuple(
            [at for at, name in enumerate(operation.arguments) if look.annotations.get(name) == "Tensor"]
        )
        function = recorder(operation, look)
        _DIRECT[function] = operation, look
        if primitive not in KERNELS:
            kernel(primitive, node_name, **saved_names)
        return function

    return bind


def in_dtype(dtype: DType, function: Function, *inputs: Any, **statics: Any) -> Any:
    """What `function`, made by `direct` or `kernel`, gives for its inputs converted to `dtype`, recorded as one
    node."""
    return record(_DIRECT[function][0], inputs, statics, dtype)


def is_declared(function: Function) -> bool:
    """Whether `function` was made here, and looks at its operands itself."""
    return function in _DIRECT


def operation_of(function: Function) -> Operation:
    """What `function`, made by `direct`, `kernel` or `view_kernel`, records."""
    return _DIRECT[function][0]


def operator(function: Function) -> Function:
    """`function`, made by `direct` or `kernel`, as the method behind an operator: NotImplemented for strangers."""
    operation, declared = _DIRECT[function]
    return recorder(operation, declared, on_stranger=NotImplemented)


def with_out(function: Function, into: Callable[[Any, tuple[Any, ...]], Any]) -> Function | None:
    """`function`, made by `direct`, with a keyword `out` more; a call that gives it is `into(out, arguments)`. None for
    a function of another kind."""
    operation, declared = _DIRECT.get(function, (None, None))
    if operation is None or declared is None:
        return None
    look = declared.parameters
    keywords, defaults = (*look.keyword_only, "out"), {**look.defaults, "out": None}
    parameters = Parameters(look.positional, None, keywords, defaults)
    annotations = {**declared.annotations, "out": "Tensor | None"}
    return recorder(operation, Declared(declared.name, parameters, declared.doc, annotations, __name__), into=into)


def _as_declared(function: Function) -> Declared:
    python = cast(Any, function)
    return Declared(
        python.__name__, parameters_of(function), python.__doc__, python.__annotations__, python.__module__, function
    )


def _with_rule_signature(primitive: Primitive) -> Declared:
    """The look of the primitive's forward less `xp`; the statics may be passed by position too."""
    names = (*primitive.inputs, *primitive.statics)
    parameters = Parameters(names, None, (), primitive.defaults)
    with_default = [name in primitive.defaults for name in names]
    if with_default != sorted(with_default):
        raise TypeError(f"{primitive.name}: a parameter without default follows one with a default")
    return Declared(primitive.name, parameters, primitive.__doc__, {}, __name__)
