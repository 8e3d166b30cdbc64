"""Floor 3: flat values folded into nested lists, the form in which every library takes them."""

from __future__ import annotations

from typing import Any

from wengert.protocol.shapes import Shape


def nested(values: list[Any], shape: Shape) -> Any:
    """A flat list as lists within lists, the last axis innermost; the value itself for no axis."""
    if not shape:
        return values[0]
    if len(shape) == 1:
        return values
    step = len(values) // shape[0] if shape[0] else 0
    return [nested(values[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])]
