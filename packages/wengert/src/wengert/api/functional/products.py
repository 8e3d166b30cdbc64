"""Floor 7: `vjp`, `jvp`, `vhp` and `hvp`: Jacobians and Hessians times a vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.api.functional.arguments import (
    as_tuple,
    connected,
    disconnected,
    filled,
    given_or_one,
    gradients,
    number_of,
    outputs_of,
    require_grad,
    single,
)
from wengert.api.modes import set_grad_enabled
from wengert.graph.modes import is_grad_enabled
from wengert.ops.xp import namespace_of

Function = Callable[..., Any]


def vjp(func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """The output of `func` and the vector `v` times its Jacobian.

    Shapes: v as the output (it may be left out where that is one number); the product as the inputs.
    Errors: RuntimeError if `v` does not fit; with `strict` if the output does not depend on an input.
    Source: torch.autograd.functional.vjp.

    >>> vjp(lambda x: x ** 2, tensor([1., 2.]), tensor([1., 1.]))
    (tensor([1., 4.]), tensor([2., 4.]))
    """
    with set_grad_enabled(True):
        is_tuple, given = as_tuple(inputs, "inputs", "vjp")
        variables = connected(given, create_graph)
        several, outputs = outputs_of(func(*variables), "vjp", strict)
        vector = given_or_one(v, outputs, several, create_graph, "vjp", "the user-provided function returns")
    with set_grad_enabled(create_graph or bool(is_grad_enabled())):
        found = gradients(outputs, variables, vector, create_graph=create_graph)
        product = filled(found, variables, strict, create_graph, "back")
    return single(disconnected(outputs, create_graph), several), single(disconnected(product, create_graph), is_tuple)


def jvp(func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """The output of `func` and its Jacobian times the vector `v`, by two passes back.

    Shapes: v as the inputs (it may be left out where these are one number); the product as the output.
    Errors: RuntimeError if `v` does not fit; with `strict` if an output does not depend on the inputs.
    Source: torch.autograd.functional.jvp.

    >>> jvp(lambda x: x ** 2, tensor([1., 2.]), tensor([1., 0.]))
    (tensor([1., 4.]), tensor([2., 0.]))
    """
    with set_grad_enabled(True):
        _, given = as_tuple(inputs, "inputs", "jvp")
        variables = connected(given, create_graph)
        vector = given_or_one(
            v, given, isinstance(inputs, tuple), create_graph, "jvp", "the input to the user-provided function is"
        )
        several, outputs = outputs_of(func(*variables), "jvp", strict)
        cotangents = [namespace_of(out.space.backend).zeros_like(out).requires_grad_() for out in outputs]
        pulled = gradients(outputs, variables, cotangents, create_graph=True)
        require_grad(pulled, "grad_inputs", strict)
        found = gradients(pulled, cotangents, vector, create_graph=create_graph)
        product = filled(found, outputs, strict, create_graph, "back_trick")
    return single(disconnected(outputs, create_graph), several), single(disconnected(product, create_graph), several)


def vhp(func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """The value of `func`, one number, and the vector `v` times its Hessian.

    Shapes: v and the product as the inputs.
    Errors: RuntimeError if `func` does not return one number, if `v` does not fit; with `strict` if a derivative does
    not depend on an input.
    Source: torch.autograd.functional.vhp.

    >>> vhp(lambda x: (x ** 3).sum(), tensor([1., 2.]), tensor([1., 1.]))
    (tensor(9.), tensor([ 6., 12.]))
    """
    with set_grad_enabled(True):
        is_tuple, given = as_tuple(inputs, "inputs", "vhp")
        variables = connected(given, create_graph)
        vector = given_or_one(v, given, is_tuple, create_graph, "vhp", "the input to the user-provided function is")
        value = number_of(func(*variables), "vhp", strict)
        slope = gradients((value,), variables, None, create_graph=True)
        require_grad(slope, "jacobian", strict)
    with set_grad_enabled(create_graph or bool(is_grad_enabled())):
        found = gradients(slope, variables, vector, create_graph=create_graph)
        product = filled(found, variables, strict, create_graph, "double_back")
    return disconnected(value, create_graph), single(disconnected(product, create_graph), is_tuple)


def hvp(func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """The value of `func`, one number, and its Hessian times the vector `v`, by two passes back; see `vhp`, which costs
    less.

    Errors: those of `vhp`. Source: torch.autograd.functional.hvp.

    >>> hvp(lambda x: (x ** 3).sum(), tensor([1., 2.]), tensor([1., 1.]))
    (tensor(9.), tensor([ 6., 12.]))
    """
    with set_grad_enabled(True):
        is_tuple, given = as_tuple(inputs, "inputs", "hvp")
        variables = connected(given, create_graph)
        vector = given_or_one(v, given, is_tuple, create_graph, "hvp", "the input to the user-provided function is")
        value = number_of(func(*variables), "hvp", strict)
        slope = gradients((value,), variables, None, create_graph=True)
        require_grad(slope, "jacobian", strict)
        directions = [namespace_of(t.space.backend).zeros_like(t).requires_grad_() for t in variables]
        turned = gradients(slope, variables, directions, create_graph=True)
        found = gradients(turned, directions, vector, create_graph=create_graph)
        product = filled(found, variables, strict, create_graph, "double_back_trick")
    return disconnected(value, create_graph), single(disconnected(product, create_graph), is_tuple)


__all__ = ["hvp", "jvp", "vhp", "vjp"]
