"""Floor 1: one differentiable operation, its forward and the rules hung on it.

The parameter names of a rule say what the tape keeps for it. Besides `xp`, `g` (cotangent) and `t` (tangent) a rule may
name: an input (keeps that array), `out` (keeps the result), `x_shape` (keeps only the shape of the input `x`),
`x_dtype` (keeps only its dtype) and the static arguments. Names are checked when the rule is declared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from wengert.rule.refusals import Refusal
from wengert.rule.signature import names_of, parameters_of

Function = Callable[..., Any]
#: A rule, whatever it asks for. Spelled out by length so that the parameters of a lambda are typed too.
Formula = (
    Callable[[Any], Any]
    | Callable[[Any, Any], Any]
    | Callable[[Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any, Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any, Any, Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any, Any, Any, Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any, Any, Any, Any, Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any, Any, Any, Any, Any, Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any, Any, Any, Any, Any, Any, Any, Any, Any], Any]
)
Kept = Callable[[str], Any]  # gives what the tape kept under a name


_GIVEN = ("xp", "g", "t", "wanted")  # what a rule is given besides what it asks for


class Rule:
    """A rule and the names it asks for, in order."""

    __slots__ = ("asks", "function")

    def __init__(self, function: Function, asks: tuple[str, ...]) -> None:
        self.function, self.asks = function, asks


class Primitive:
    """An operation declared with `vjp` and `jvp`: the general kind.

    `forward(xp, x, y, ..., *, static)`: the positional parameters are the inputs, always arrays (or None where the
    parameter's default is None); keyword-only ones are static Python values. One `*arrays` parameter makes it variadic.
    """

    kind: ClassVar[str] = "general"
    elementwise: ClassVar[bool] = False

    def __init__(self, forward: Function, *, floating: bool = False, outputs: tuple[str, ...] = ()) -> None:
        parameters = parameters_of(forward)
        self.forward, self.name, self.__doc__ = forward, forward.__name__.rstrip("_"), forward.__doc__
        self.variadic = parameters.variadic is not None
        self.inputs = (parameters.variadic,) if parameters.variadic else parameters.positional[1:]
        self.optional = frozenset(name for name in self.inputs if name in parameters.defaults)
        self.statics, self.defaults = parameters.keyword_only, parameters.defaults
        self.floating = floating  # integers are converted to the default floating dtype first
        self.outputs = outputs  # the names of several outputs, one name for any number of them; empty for a single one
        self.constants: frozenset[str] = frozenset()  # inputs that carry no gradient: indices, masks
        self.rules: dict[str, Rule] = {}
        self.joint_rule: Rule | None = None  # for all inputs at once
        #: The way back to an input as one operation, of the cotangent and of what the rule asks for: what a pass that
        #: records real numbers puts on the tape, where it is declared, and not the steps of the rule.
        self.backs: dict[str, Primitive] = {}
        self.forward_rule: Rule | None = None
        self.batch_rule: Function | None = None
        self.core: tuple[int, ...] | None = None  # of each input the last axes that it is about; others are a batch
        self.refusal: Refusal | None = None  # which dtypes it refuses
        self.keeps_dtype = True  # the result has the dtype that the forward runs in, where that is a real one
        self.fresh = True  # each gradient is a new array that nobody else holds
        self.places = False  # a rule may return Placed instead of an array

    def vjp(self, *names: str) -> Callable[[Formula], Function]:
        """Hang on `rule(xp, g, ...)`, which gives the cotangent of each input in `names`."""

        def hang(function: Formula) -> Function:
            for name in names:
                if name not in self.inputs:
                    raise TypeError(f"{self.name}: vjp({name!r}) names no input; the inputs are {self.inputs}")
                self.rules[name] = Rule(function, self.asks_of(function))
            return function

        return hang

    def vjp_of_all(self, function: Function) -> Function:
        """Hang on `rule(xp, g, wanted, ...)`, which gives the cotangents of all inputs at once, for an operation whose
        rules would compute much in common; `wanted` says of each input whether its cotangent is asked for."""
        self.joint_rule = Rule(function, self.asks_of(function))
        return function

    def jvp(self, function: Formula) -> Function:
        """Hang on `rule(xp, t, ...)`, which gives the tangent of the output from that of the (only) moving input."""
        self.forward_rule = Rule(function, self.asks_of(function))
        return function

    def batch(self, function: Function) -> Function:
        """Hang on a rule for arrays that carry one more axis, the first, where `rule/batching.py` derives none."""
        for name in names_of(function):
            if (
                name not in self.inputs
                and name not in self.statics
                and name not in ("xp", "batch_size", "shared", "again")
            ):
                raise TypeError(
                    f"{self.name}: rule {function.__name__!r} asks for {name!r}; it may ask for "
                    f"{['xp', 'batch_size', 'shared', 'again', *self.inputs, *self.statics]}"
                )
        self.batch_rule = function
        return function

    def without_gradient(self, *names: str) -> None:
        """Say that the inputs in `names` carry no gradient."""
        self.constants = self.constants | frozenset(names)

    def asks_of(self, function: Function) -> tuple[str, ...]:
        """The names that `function` asks the tape for; TypeError if one cannot be had."""
        inputs, outputs = self.inputs, self.outputs
        asks: list[str] = []
        for name in names_of(function):
            if name in inputs or name in self.statics or name == "out" or name in outputs:
                asks.append(name)
            elif name not in _GIVEN and not ((name[:2] == "t_" and name[2:] in inputs) or name[2:] in outputs):
                stem, _, what = name.rpartition("_")
                if stem not in inputs or what not in ("shape", "dtype"):
                    shapes = [f"{name}_{what}" for name in inputs for what in ("shape", "dtype")]
                    raise TypeError(
                        f"{self.name}: rule {function.__name__!r} asks for {name!r}; it may ask for "
                        f"{[*inputs, 'out', *outputs, *self.statics, *shapes]}"
                    )
                asks.append(name)
        return tuple(asks)

    # What the graph and the transforms call; the kinds override the derivation.

    def differentiable(self, name: str) -> bool:
        """Whether a gradient can flow to the input called `name`."""
        return name not in self.constants

    def asks(self, name: str) -> tuple[str, ...]:
        """What must be kept so that the cotangent of input `name` can be computed."""
        rule = self.joint_rule or self.rules.get(name)
        return () if rule is None else rule.asks

    def pullbacks(
        self, xp: Any, wanted: Sequence[bool], g: Any, kept: Kept, backs: Mapping[str, Function]
    ) -> Sequence[Any]:
        """The cotangents of the inputs that are `wanted`, None for the others; those in `backs` by what stands there
        in place of the rule."""
        rule = self.joint_rule
        if rule is not None:
            return rule.function(xp, g, tuple(wanted), *[kept(ask) for ask in rule.asks])
        return [
            None
            if not each
            else backs[name](g, *[kept(ask) for ask in self.asks(name)])
            if name in backs
            else self.pullback(xp, name, g, kept)
            for name, each in zip(self.inputs, wanted, strict=True)
        ]

    def pullback(self, xp: Any, name: str, g: Any, kept: Kept) -> Any:
        """The cotangent of input `name`; with several outputs `g.values` holds theirs, None where undefined."""
        rule = self.rules.get(name)
        if rule is None:
            raise NotImplementedError(f"derivative for {self.name} with respect to {name!r} is not implemented")
        cotangents = g.values if self.outputs else [g]
        if len(self.outputs) == 1:
            cotangents = [cotangents]
        return rule.function(xp, *cotangents, *[kept(ask) for ask in rule.asks])

    def pushforward(self, xp: Any, tangents: Sequence[Any], kept: Kept) -> Any:
        """The tangent of the output from those of the inputs (None: zero)."""
        rule = self.forward_rule
        if rule is None:
            raise NotImplementedError(
                f"Trying to use forward AD with {self.name} that does not support it because it has not been "
                f"implemented yet; add a rule with @{self.name}.jvp"
            )
        if len(self.inputs) - len(self.constants) == 1 and "t" in parameters_of(rule.function).names:
            (t,) = (t for t in tangents if t is not None)
            return rule.function(xp, t, *[kept(ask) for ask in rule.asks])
        named = {f"t_{name}": t for name, t in zip(self.inputs, tangents, strict=True) if name not in self.constants}
        return rule.function(xp, **named, **{ask: kept(ask) for ask in rule.asks})

    def __repr__(self) -> str:
        return f"<{self.kind} operation {self.name!r}>"
