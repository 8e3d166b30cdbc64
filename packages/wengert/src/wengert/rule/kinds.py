"""Floor 1: the kinds. Each derives most rules from the little that its declaration says.

elementwise   one partial derivative per input    -> vjp, jvp, un-broadcasting, casts, conjugation
linear        the transpose                       -> vjp; the jvp is the operation itself
bilinear      two pullbacks                       -> vjp; the jvp by the product rule
general       vjp and jvp                         (class Primitive)
predicate     nothing: the result carries no gradient
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self, overload

from wengert.protocol.shapes import Shape
from wengert.rule.primitive import Formula, Function, Kept, Primitive, Rule


class Elementwise(Primitive):
    """out[i] = f(x[i], y[i], ...): declared by its partial derivatives.

    The partial of a holomorphic f is its complex derivative. One that is not holomorphic (abs) says how a cotangent and
    a tangent pass with `vjp` and `jvp` instead; a `vjp` beside a partial is a faster way to the same. Partials see
    operands of one dtype, broadcast against each other.
    """

    kind: ClassVar[str] = "elementwise"
    elementwise: ClassVar[bool] = True

    def __init__(self, forward: Function, **options: Any) -> None:
        super().__init__(forward, **options)
        self.partial: dict[str, Rule] = {}

    def partials(self, **functions: Formula) -> Self:
        """Declare d out / d input for each input named; returns the operation."""
        for name, function in functions.items():
            if name not in self.inputs:
                raise TypeError(f"{self.name}: partials({name}=...) names no input; the inputs are {self.inputs}")
            self.partial[name] = Rule(function, self.asks_of(function))
        return self

    def second(self, function: Callable[[Any, Any], Any]) -> Self:
        """Declare the derivative of the partial of the only input by the only value that it asks for.

        With it a pass that records real numbers puts the way back on the tape as one operation, not as the steps of its
        formula."""
        ((name, partial),) = self.partial.items()
        slope: Function = partial.function

        def pullback(xp: Any, cotangent: Any, point: Any) -> Any:
            return xp.multiply(cotangent, slope(xp, point))

        def by_cotangent(xp: Any, point: Any) -> Any:
            return slope(xp, point)

        def by_point(xp: Any, cotangent: Any, point: Any) -> Any:
            return xp.multiply(cotangent, function(xp, point))

        back = self.backs[name] = Elementwise(pullback).partials(cotangent=by_cotangent, point=by_point)
        back.name = f"{self.name}_pullback"
        return self

    def asks(self, name: str) -> tuple[str, ...]:
        partial = self.pulled_by_partial(name)
        return super().asks(name) if partial is None else partial.asks

    def pulled_by_partial(self, name: str) -> Rule | None:
        """The partial that the vjp of input `name` comes from; None where a vjp of its own is hung on."""
        return None if name in self.rules else self.partial.get(name)

    def pullback(self, xp: Any, name: str, g: Any, kept: Kept) -> Any:
        partial = self.pulled_by_partial(name)
        if partial is None:
            return super().pullback(xp, name, g, kept)
        slope = partial.function(xp, *[kept(ask) for ask in partial.asks])
        return scaled(xp, g, slope if is_number(slope) else xp.conj(slope))

    def pushforward(self, xp: Any, tangents: Sequence[Any], kept: Kept) -> Any:
        if self.forward_rule is not None or not self.partial:
            return super().pushforward(xp, tangents, kept)
        terms: list[Any] = []
        for name, t in zip(self.inputs, tangents, strict=True):
            if t is not None:
                partial = self.partial[name]
                terms.append(scaled(xp, t, partial.function(xp, *[kept(ask) for ask in partial.asks])))
        return total(xp, terms)


class Linear(Primitive):
    """Jointly linear in its inputs: only the transpose is written. A missing tangent is a zero of the input's shape."""

    kind: ClassVar[str] = "linear"

    def transpose(self, function: Function) -> Function:
        """Hang on `rule(xp, g, ...)`: the transpose in the first input, or in all inputs of a variadic operation."""
        return self.vjp(self.inputs[0])(function)

    def pushforward(self, xp: Any, tangents: Sequence[Any], kept: Kept) -> Any:
        if self.forward_rule is not None:
            return super().pushforward(xp, tangents, kept)
        arrays = [
            t if t is not None else kept(name) if name in self.constants else xp.zeros_like(kept(name))
            for name, t in zip(self.inputs * len(tangents) if self.variadic else self.inputs, tangents, strict=False)
        ]
        return self.forward(xp, *arrays, **{name: kept(name) for name in self.statics})


class Bilinear(Primitive):
    """Linear in each of two inputs: the product rule gives the jvp."""

    kind: ClassVar[str] = "bilinear"

    def pushforward(self, xp: Any, tangents: Sequence[Any], kept: Kept) -> Any:
        statics = {name: kept(name) for name in self.statics}
        terms: list[Any] = []
        for position, t in enumerate(tangents):
            if t is not None:
                arrays = [t if other == position else kept(name) for other, name in enumerate(self.inputs)]
                terms.append(self.forward(xp, *arrays, **statics))
        return total(xp, terms)


class Predicate(Primitive):
    """A result that carries no gradient: comparisons, positions, tests. `result` is "bool" or "index" (int64)."""

    kind: ClassVar[str] = "predicate"

    def __init__(self, forward: Function, *, elementwise: bool = False, result: str = "bool") -> None:
        super().__init__(forward)
        self.is_elementwise, self.result = elementwise, result
        self.constants = frozenset(self.inputs)


def sum_to(xp: Any, g: Any, shape: Shape) -> Any:
    """The transpose of broadcasting: add up the axes along which an array of `shape` was stretched."""
    given: Shape = g.shape
    if given == shape:
        return g
    lead = len(given) - len(shape)
    axes = tuple(range(lead)) + tuple(lead + d for d, n in enumerate(shape) if n == 1 != given[lead + d])
    return xp.reshape(xp.sum(g, axis=axes, keepdims=True), shape)


def scaled(xp: Any, g: Any, slope: Any) -> Any:
    """`g` times `slope`, where a slope may be a plain number; 1 costs nothing."""
    if is_number(slope):
        if slope == 0:
            return xp.zeros_like(g)
        return g if slope == 1 else xp.negative(g) if slope == -1 else g * slope
    return xp.multiply(g, slope)


def is_number(slope: Any) -> bool:
    """Whether a partial is a plain number, the same everywhere."""
    return slope.__class__ is int or slope.__class__ is float


def total(xp: Any, terms: Sequence[Any]) -> Any:
    """The sum of one or more terms that broadcast."""
    result = terms[0]
    for term in terms[1:]:
        result = xp.add(result, term)
    return result


@overload
def elementwise(forward: Function, /) -> Elementwise: ...
@overload
def elementwise(*, floating: bool = ...) -> Callable[[Function], Elementwise]: ...
def elementwise(forward: Function | None = None, /, **options: Any) -> Any:
    """Declare an elementwise operation; `floating` converts integers to the default floating dtype first."""

    def declare(function: Function) -> Elementwise:
        return Elementwise(function, **options)

    return declare if forward is None else declare(forward)


@overload
def linear(forward: Function, /) -> Linear: ...
@overload
def linear(*, outputs: tuple[str, ...]) -> Callable[[Function], Linear]: ...
def linear(forward: Function | None = None, /, **options: Any) -> Any:
    """Declare an operation jointly linear in its inputs; `outputs` names several outputs, one name any number of
    them."""

    def declare(function: Function) -> Linear:
        return Linear(function, **options)

    return declare if forward is None else declare(forward)


def bilinear(forward: Function, /) -> Bilinear:
    """Declare an operation linear in each of its two inputs."""
    return Bilinear(forward)


@overload
def general(forward: Function, /) -> Primitive: ...
@overload
def general(*, outputs: tuple[str, ...]) -> Callable[[Function], Primitive]: ...
def general(forward: Function | None = None, /, **options: Any) -> Any:
    """Declare an operation with a vjp and a jvp of its own; `outputs` names several outputs."""

    def declare(function: Function) -> Primitive:
        return Primitive(function, **options)

    return declare if forward is None else declare(forward)


def predicate(forward: Function, /) -> Predicate:
    """Declare an elementwise test, whose result is boolean."""
    return Predicate(forward, elementwise=True)


def position(forward: Function, /) -> Predicate:
    """Declare an operation whose result is positions (int64)."""
    return Predicate(forward, result="index")
