"""Floor 7: the class `Function` and its `apply`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, cast
from warnings import warn

from wengert.api.function.node import BackwardCFunction
from wengert.api.function.results import Call, results
from wengert.api.function.tangents import level_of, push
from wengert.extras import deferred
from wengert.graph.modes import is_grad_enabled, set_grad_mode
from wengert.tensor.base import TensorBase
from wengert.tensor.level import running
from wengert.transforms.dual import tangent_of


class FunctionMeta(type):
    """Makes the class of nodes that goes with each subclass of `Function`, called after it: `Exp`, `ExpBackward`."""

    _backward_cls: type[BackwardCFunction]

    def __init__(cls, name: str, bases: tuple[type, ...], members: dict[str, Any]) -> None:
        super().__init__(name, bases, members)
        own = {"__slots__": (), "__module__": "wengert.autograd.function", "function": cls}
        cls._backward_cls = type(members.get("_node_name", f"{name}Backward"), (BackwardCFunction,), own)

    def new_node(cls) -> BackwardCFunction:
        """The node of one call."""
        return cls._backward_cls()


class Function(metaclass=FunctionMeta):
    """Subclass it with static methods `forward` and `backward` (and `setup_context`); call it by `apply`.

    Either `forward(ctx, *args)`, or `forward(*args)` with `setup_context(ctx, inputs, output)`. `backward(ctx, *grads)`
    may be called `vjp`; it gets one gradient for each output and returns one for each argument of forward, None where
    there is none. `jvp(ctx, *tangents)` does the same for forward mode, from arguments to outputs.

    Source: torch.autograd.Function.

    >>> class Exp(Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         y = x.exp()
    ...         ctx.save_for_backward(y)
    ...         return y
    ...
    ...     @staticmethod
    ...     def backward(ctx, g):
    ...         (y,) = ctx.saved_tensors
    ...         return g * y
    >>> x = tensor([0., 1.], requires_grad=True)
    >>> Exp.apply(x).sum().backward()
    >>> x.grad
    tensor([1.0000, 2.7183])
    """

    #: Let go of a kept tensor when backward first reads `ctx.saved_tensors`, not when it ends.
    clear_saved_tensors_on_access: ClassVar[bool] = False
    #: Give backward its gradients as one list, which it may empty as it goes.
    boxed_grads_call: ClassVar[bool] = False
    #: Derive the rule for `vmap` from forward, backward and jvp.
    generate_vmap_rule: ClassVar[bool] = False

    def __init__(self, *args: Any, **keywords: Any) -> None:
        warn(
            f"{type(self)} should not be instantiated. Methods on autograd functions are all static, so you should "
            "invoke them on the class itself. Instantiating an autograd function will raise an error in a future "
            "version.",
            DeprecationWarning,
            stacklevel=2,
        )

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd "
            f"function with static forward method: {type(self).__name__}.apply(...)."
        )

    @staticmethod
    def forward(*args: Any, **keywords: Any) -> Any:
        """Compute the result."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Put what backward needs into ctx, where forward takes none."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Give the gradients of the arguments from those of the outputs."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    vjp = backward

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        """Give the tangents of the outputs from those of the arguments."""
        raise NotImplementedError(
            "You must implement the jvp function for custom autograd.Function to use it with forward mode AD."
        )

    @staticmethod
    def vmap(info: Any, in_dims: tuple[int | None, ...], *args: Any) -> Any:
        """Give (output, out_dims) for arguments that carry a batch at `in_dims`."""
        raise NotImplementedError(
            "To use autograd.Function with vmap, you must either override the vmap staticmethod or set "
            "generate_vmap_rule=True."
        )

    @classmethod
    def gradient_rule(cls) -> Callable[..., Any]:
        """The user's backward, under the name that was chosen for it."""
        if cls.backward is not Function.backward and cls.vjp is not Function.vjp:
            raise RuntimeError(
                "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should only "
                "implement one of them."
            )
        return cls.backward if cls.vjp is Function.vjp else cls.vjp

    @classmethod
    def apply(cls, *args: Any, **keywords: Any) -> Any:
        """Run forward, and record it if an argument requires grad. Tensors inside lists or dictionaries get no
        gradient."""
        two_steps = cls.setup_context is not Function.setup_context
        if keywords or two_steps:
            args = tuple(_bound(cls.forward, args, keywords, two_steps))
        batch = _batch_of(args, two_steps) if running.get() else None
        if batch is not None:
            args = _late("in_level")(batch, args)
            if all(arg.node is None for arg in args if isinstance(arg, TensorBase)):
                return _late("forward_of_batch")(cls, batch, args)
        call = Call(cls.new_node(), args, two_steps)
        level = level_of(args)
        tangents = [None if t is None or level is None else tangent_of(t) for t in call.tensors]
        previous = set_grad_mode(batch is not None and bool(is_grad_enabled()))
        try:
            if level is not None:
                level.alive = False  # forward works on plain values
            if batch is not None:
                output = _late("forward_of_batch")(cls, batch, args)
            else:
                output = cls.forward(*args) if two_steps else cls.forward(call.ctx, *args)
            if two_steps:
                cls.setup_context(call.ctx, args, output)
        finally:
            set_grad_mode(previous)
            if level is not None:
                level.alive = True
        outputs = list(cast(Sequence[Any], output)) if isinstance(output, tuple) else [output]
        finished = results(call, outputs)
        if level is not None:
            push(call, level, tangents, outputs, finished)
        call.ctx.forget()
        return tuple(finished) if isinstance(output, tuple) else finished[0]


#: What a Function inside of vmap needs, imported at its first use.
_late = deferred(
    __name__,
    {name: f"wengert.api.function.batched:{name}" for name in ("batch_of", "forward_of_batch", "in_level")},
)


def _batch_of(args: tuple[Any, ...], two_steps: bool) -> Any:
    """The innermost vmap that an argument carries a batch of, None for none; inside of transforms forward takes no
    ctx."""
    if not two_steps:
        raise RuntimeError(
            "In order to use an autograd.Function with functorch transforms (vmap, grad, jvp, jacrev, ...), it must "
            "override the setup_context staticmethod."
        )
    return _late("batch_of")(args)


class InplaceFunction(Function):
    """Here for programs that name it; subclass `Function`."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace


def _bound(forward: Callable[..., Any], args: tuple[Any, ...], keywords: dict[str, Any], two_steps: bool) -> list[Any]:
    """The arguments of `apply` by their positions in `forward`. What is left to its default is there too if it comes
    before another, or if there is a `setup_context`, which sees all."""
    code = getattr(forward, "__code__", None)
    names = () if code is None else code.co_varnames[0 if two_steps else 1 : code.co_argcount]
    defaults: tuple[Any, ...] = getattr(forward, "__defaults__", None) or ()
    optional = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
    whole, rest = list(args), dict(keywords)
    for name in names[len(args) :]:
        if not rest and not two_steps:
            break
        if name not in rest and name not in optional:
            raise TypeError(f"forward() missing a required argument: {name!r}")
        whole.append(rest.pop(name) if name in rest else optional[name])
    for name in rest:
        what = "multiple values for" if name in names else "an unexpected keyword"
        raise TypeError(f"forward() got {what} argument {name!r}")
    return whole
