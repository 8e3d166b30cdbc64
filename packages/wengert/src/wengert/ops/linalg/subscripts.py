"""Floor 6: the language of einsum. A subscript is a number: 0 to 25 for A to Z, 26 to 51 for a to z."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

#: The subscript that stands for any number of dimensions; those that it covers are numbered from here on.
ELLIPSIS = 52

Subscripts = tuple[int, ...]


class Equation:
    """The subscripts of each operand and of the output."""

    __slots__ = ("inputs", "output")

    def __init__(self, inputs: tuple[Subscripts, ...], output: Subscripts) -> None:
        self.inputs, self.output = inputs, output


def letter(subscript: int) -> str:
    """The letter of a subscript."""
    return _LETTERS[subscript] if subscript < ELLIPSIS else "..."


@lru_cache(maxsize=1024)
def parsed(equation: str) -> Equation:
    """What an equation says; RuntimeError in torch's words where it says nothing."""
    inputs: list[list[int]] = [[]]
    current, is_output, position = inputs[0], False, 0
    output: list[int] | None = None
    while position < len(equation):
        character = equation[position]
        if character == ".":
            where = "the output" if is_output else f"operand {len(inputs) - 1}"
            if ELLIPSIS in current:
                raise RuntimeError(f"einsum(): found '.' for {where} for which an ellipsis was already found")
            if equation[position : position + 3] != "...":
                raise RuntimeError(f"einsum(): found '.' for {where} that is not part of any ellipsis")
            current.append(ELLIPSIS)
            position += 2
        elif character == "," and not is_output:
            inputs.append([])
            current = inputs[-1]
        elif equation[position : position + 2] == "->" and not is_output:
            output = current = []
            is_output = True
            position += 1
        elif character in _LETTERS:
            current.append(_LETTERS.index(character))
        elif character != " ":
            raise RuntimeError(
                f"einsum(): invalid subscript given at index {position} in the equation string, "
                "subscripts must be in [a-zA-Z]"
            )
        position += 1
    return _completed(tuple(tuple(labels) for labels in inputs), None if output is None else tuple(output))


def read_sublists(inputs: Sequence[Any], output: Any) -> Equation:
    """What the lists of the sublist form say."""
    wanted = None if output is None else _numbers(output)
    return _completed(tuple(_numbers(labels) for labels in inputs), wanted)


def _numbers(labels: Any) -> Subscripts:
    result: list[int] = []
    for label in labels:
        if label is Ellipsis:
            result.append(ELLIPSIS)
        elif isinstance(label, int) and 0 <= label < ELLIPSIS:
            result.append(label)
        else:
            raise ValueError("einsum(): subscript in subscript list is not within the valid range [0, 52)")
    return tuple(result)


def _completed(inputs: tuple[Subscripts, ...], output: Subscripts | None) -> Equation:
    """With the implicit output where none was given, and a given one checked."""
    used = [label for labels in inputs for label in labels]
    if output is None:
        once = sorted(label for label in set(used) if label != ELLIPSIS and used.count(label) == 1)
        return Equation(inputs, (*((ELLIPSIS,) if ELLIPSIS in used else ()), *once))
    for label in output:
        if output.count(label) > 1:
            raise RuntimeError(f"einsum(): output subscript {letter(label)} appears more than once in the output")
        if label != ELLIPSIS and label not in used:
            raise RuntimeError(
                f"einsum(): output subscript {letter(label)} does not appear in the equation for any input operand"
            )
    return Equation(inputs, output)
