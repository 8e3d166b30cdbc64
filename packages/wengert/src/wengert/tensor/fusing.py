"""Floor 5: what the fast path runs on raw arrays: a rule written out, or the same rule as one kernel of the backend.

The rule of an elementwise operation that takes several kernels goes as a whole to `xp.fused` of a space that fuses;
which it is, by the number of elements, the written text asks at each call. On the way back a space that recycles may
write the result over a cotangent that only the engine holds, and one that defers leaves the formula to the next rule
(`Pending`) where that can go on from it. Where arrays of no axes are slow beside the library's own
numbers, what Python's operators can say is said with those.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from wengert.rule.kinds import Elementwise, scaled
from wengert.rule.pending import Pending
from wengert.rule.primitive import Primitive, Rule
from wengert.tensor.general import Operation
from wengert.tensor.written import Operators, Probe, text_of, written_out

_STEP = re.compile(r"\(kernel := |\(-| (?:[-+*/<>]|\*\*|<=|>=) ")
KERNEL = re.compile(r"\(kernel := xp\.(\w+)\)")  # how a text calls a kernel of the namespace
#: Kernels that take no longer than a product.
_QUICK = frozenset(
    {"abs", "add", "divide", "equal", "greater", "greater_equal", "isfinite", "isnan", "less", "less_equal"}
    | {"logical_and", "logical_not", "logical_or", "masked", "maximum", "minimum", "multiply", "negative"}
    | {"not_equal", "reciprocal", "sign", "sqrt", "square", "subtract"}
)
_MANY = 8  # steps that another kernel is worth


def forward_text(operation: Operation, public: dict[str, str], statics: Sequence[str]) -> str:
    """The expression for the result; `public` gives what the written function calls the inputs."""
    primitive = operation.primitive
    data = [
        f"None if {public[n]} is None else {public[n]}.array" if n in primitive.optional else f"{public[n]}.array"
        for n in primitive.inputs
    ]
    written = None
    if not primitive.optional:
        try:
            probes = {name: Probe(name) for name in statics}
            written = text_of(primitive.forward(Probe("xp"), *[Probe(text) for text in data], **probes))
        except Exception:  # not a single expression: call it
            pass
    text = written or f"forward(xp, {', '.join(f'({text})' for text in data)}, {_keywords(statics)})"
    if not primitive.elementwise or primitive.optional:
        return text
    point = _of_numbers(primitive.forward, data, statics)
    if point is not None:
        text = f"({text} if shape or not space.has_scalars else {point})"
    if not is_compound(written):
        return text
    call = _fused("forward", data, statics, "space")
    return f"({call} if (fuses := space.fuses) and {data[0]}.size >= fuses else {text})"


def size_tests(texts: Iterable[str]) -> list[str]:
    """The statements that texts of `pull_text` need before them: how long g is."""
    if not any("is_long" in text for text in texts):
        return []
    return [
        "is_long = is_point = False",
        "fuses = self.space.fuses",
        "if fuses and not 1 < g.size < fuses:",
        "    is_long = g.size >= fuses",
        "    is_point = self.space.has_scalars and not g.shape",
    ]


class Way(NamedTuple):
    """What the text of a pull on raw arrays says of the way back to one input: the name of its edge, and when nobody
    needs g any more: now (`spare`), and even after the other edges' cotangents are worked out (`sole`)."""

    edge: str
    spare: str
    sole: str


def pull_text(primitive: Primitive, name: str, environment: dict[str, Any], way: Way | None) -> str:
    """The expression for the cotangent of one input, from `g` and what was kept under the names that its rule asks; ""
    where there is no rule. There is no `way` for Tensors."""
    partial = primitive.pulled_by_partial(name) if isinstance(primitive, Elementwise) else None
    if partial is not None:
        text = written_out(partial.function, "xp", *partial.asks)
        if isinstance(text, (int, float)):
            if text in (0, 1):
                return "g" if text else "xp.zeros_like(g)"
            text = written = "(kernel := xp.negative)(g)" if text == -1 else f"g * {text!r}"
        else:
            call = text or _call(partial, f"partial_{name}", environment)
            written = None if text is None else f"(kernel := xp.multiply)(g, {text})"
            text = f"(kernel := xp.multiply)(g, {call})"
        return _fusable(primitive, name, environment, written, text, way)
    rule = primitive.rules.get(name)
    if rule is None:
        return ""
    may_be_none = any(
        ask in primitive.optional for ask in rule.asks
    )  # "is None" of a probe would be written out wrongly
    written = None if may_be_none else written_out(rule.function, "xp", "g", *rule.asks)
    text = written or _call(rule, f"vjp_{name}", environment, "g, ")
    return _fusable(primitive, name, environment, written, text, way)


def later(
    node: Any, edge: Any, formula: Callable[..., Any], arrays: tuple[Any, ...], spare: bool, sole: bool, steps: int
) -> Any:
    """What `formula`, of so many `steps`, makes of g, the first of the arrays, and the others: now, or by the node that
    `edge` leads to."""
    space, g = node.space, arrays[0]
    waits = edge.takes_pending and 0 < space.defers <= g.size and node.shapes is None
    if g.__class__ is Pending:
        found = g.followed_by(formula, arrays[1:], steps)
    elif waits:
        found = Pending(space, formula, arrays, spare and sole, steps)
    elif steps == 1 and not (spare and space.recycles):  # one kernel gains only by the memory that is spare
        return formula(space.xp, *arrays)
    else:
        return space.xp.fused(formula, arrays, {}, spare=spare)
    if not waits:
        return found.value()
    return _handed_on(edge, found) if edge.hands_on else found


def _handed_on(node: Any, g: Pending) -> Any:
    """`g`, worked out unless all edges of a node that hands it on as it is take it as it is."""
    edges = [edge for edge in node.edge_nodes() if edge is not None]
    if node.shapes is not None or any(edge.hands_on or not edge.takes_pending for edge in edges):
        return g.value()
    return g.for_two() if len(edges) > 1 else g


def is_compound(text: str | None) -> bool:
    """Whether what is written out takes more than one kernel, as what cannot be written out (None) does."""
    return text is None or len(_STEP.findall(text)) > 1


def steps_of(text: str | None) -> int:
    """How many steps what is written out takes, where one is worth a product; many if it cannot be written out."""
    if text is None:
        return _MANY
    dear = [name for name in KERNEL.findall(text) if name not in _QUICK]
    return len(_STEP.findall(text)) + len(dear) * _MANY


def _fusable(
    primitive: Primitive, name: str, environment: dict[str, Any], written: str | None, text: str, way: Way | None
) -> str:
    """`text`, and before it the way through one kernel where there is one that is worth it."""
    found = None if way is None or written == "g" else way_back(primitive, name)
    if way is None or found is None:
        return text
    environment[f"formula_{name}"], arrays, statics = found
    condition = "is_long"
    if not statics:
        environment["later"] = later
        given = f"(g, {', '.join(arrays)})" if arrays else "(g,)"
        call = f"later(self, {way.edge}, formula_{name}, {given}, {way.spare}, {way.sole}, {steps_of(written)})"
    else:
        call = _fused(f"formula_{name}", ["g", *arrays], statics, "self.space", f", spare={way.spare}")
        if not is_compound(written):
            condition = f"is_long and self.space.recycles and {way.spare}"
    point = _of_numbers(environment[f"formula_{name}"], ["g", *arrays], statics)
    return f"({call} if {condition} else {f'{point} if is_point else ' if point else ''}{text})"


def way_back(primitive: Primitive, name: str) -> tuple[Callable[..., Any], list[str], list[str]] | None:
    """The way back to the input `name` as a formula `f(xp, g, *arrays, **statics)`, with the names of what it takes;
    None where the rule asks for more than the arrays and statics of an elementwise operation."""
    if not isinstance(primitive, Elementwise):
        return None
    partial = primitive.pulled_by_partial(name)
    rule = partial or primitive.rules.get(name)
    if rule is None:
        return None
    asks, function, statics = rule.asks, rule.function, primitive.statics
    arrays = [ask for ask in asks if ask not in statics]
    if not all(ask == "out" or (ask in primitive.inputs and ask not in primitive.optional) for ask in arrays):
        return None

    def formula(xp: Any, g: Any, *arrays: Any, **numbers: Any) -> Any:
        given = iter(arrays)
        values = [numbers[ask] if ask in statics else next(given) for ask in asks]
        return scaled(xp, g, function(xp, *values)) if partial else function(xp, g, *values)

    formula.__name__ = f"{primitive.name}_vjp_{name}"
    return formula, arrays, [ask for ask in asks if ask in statics]


def _of_numbers(formula: Callable[..., Any], arrays: Sequence[str], statics: Sequence[str]) -> str | None:
    """The expression for a formula of arrays of no axes with the library's own numbers in their place; None where it
    takes more than operators."""
    return None if statics else written_out(formula, Operators(), *[f"{array}[()]" for array in arrays])


def _fused(formula: str, arrays: Sequence[str], statics: Sequence[str], space: str, spare: str = "") -> str:
    numbers = f"{{{', '.join(f'{name!r}: {name}' for name in statics)}}}"
    return f"{space}.xp.fused({formula}, ({', '.join(arrays)},), {numbers}{spare})"


def _call(rule: Rule, name: str, environment: dict[str, Any], leading: str = "") -> str:
    environment[name] = rule.function
    return f"{name}(xp, {leading}{', '.join(rule.asks)})"


def _keywords(names: Sequence[str]) -> str:
    return "".join(f"{name}={name}, " for name in names)
