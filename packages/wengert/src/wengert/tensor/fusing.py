"""Floor 5: what the fast path runs on raw arrays: a rule written out, or the same rule as one kernel of the backend.

The rule of an elementwise operation that takes several kernels goes as a whole to `xp.fused` of a space that fuses;
which it is the written text asks at each call.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from wengert.rule.kinds import Elementwise, scaled
from wengert.rule.primitive import Primitive, Rule
from wengert.tensor.general import Operation
from wengert.tensor.written import Probe, text_of, written_out

_STEP = re.compile(r"\(kernel := |\(-| (?:[-+*/<>]|\*\*|<=|>=) ")


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
    if not primitive.elementwise or primitive.optional or not is_compound(written):
        return text
    return _either("forward", data, statics, "space", text)


def pull_text(primitive: Primitive, name: str, environment: dict[str, Any], fusing: bool) -> str:
    """The expression for the cotangent of one input, from `g` and what was kept under the names that its rule asks; ""
    where there is no rule. With `fusing` it is for raw arrays."""
    partial = primitive.pulled_by_partial(name) if isinstance(primitive, Elementwise) else None
    if partial is not None:
        text = written_out(partial.function, "xp", *partial.asks)
        if isinstance(text, (int, float)):
            if text == 0:
                return "xp.zeros_like(g)"
            return "g" if text == 1 else "(kernel := xp.negative)(g)" if text == -1 else f"g * {text!r}"
        call = text or _call(partial, f"partial_{name}", environment)
        written = None if text is None else f"(kernel := xp.multiply)(g, {text})"
        text = f"(kernel := xp.multiply)(g, {call})"
        return _fusable(primitive, name, environment, written, text) if fusing else text
    rule = primitive.rules.get(name)
    if rule is None:
        return ""
    may_be_none = any(
        ask in primitive.optional for ask in rule.asks
    )  # "is None" of a probe would be written out wrongly
    written = None if may_be_none else written_out(rule.function, "xp", "g", *rule.asks)
    text = written or _call(rule, f"vjp_{name}", environment, "g, ")
    return _fusable(primitive, name, environment, written, text) if fusing else text


def is_compound(text: str | None) -> bool:
    """Whether what is written out takes more than one kernel, as what cannot be written out (None) does."""
    return text is None or len(_STEP.findall(text)) > 1


def _fusable(primitive: Primitive, name: str, environment: dict[str, Any], written: str | None, text: str) -> str:
    """`text`, and before it the way through one kernel where there is one that is worth it."""
    found = way_back(primitive, name) if is_compound(written) else None
    if found is None:
        return text
    environment[f"formula_{name}"], arrays, statics = found
    return _either(f"formula_{name}", ["g", *arrays], statics, "self.space", text)


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


def _either(formula: str, arrays: Sequence[str], statics: Sequence[str], space: str, text: str) -> str:
    numbers = f"{{{', '.join(f'{name!r}: {name}' for name in statics)}}}"
    call = f"{space}.xp.fused({formula}, ({', '.join(arrays)},), {numbers})"
    return f"({call} if {space}.fuses else {text})"


def _call(rule: Rule, name: str, environment: dict[str, Any], leading: str = "") -> str:
    environment[name] = rule.function
    return f"{name}(xp, {leading}{', '.join(rule.asks)})"


def _keywords(names: Sequence[str]) -> str:
    return "".join(f"{name}={name}, " for name in names)
