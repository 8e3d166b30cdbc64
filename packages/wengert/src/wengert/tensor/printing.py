"""How a tensor is printed: torch's rules, character for character.

Floor F5. This module knows shapes, dtypes and plain Python values; it knows no Tensor and no array library. The caller
passes a function that reads a box of the array, so that of a long tensor only the shown corners are fetched.

A print is made in three steps: fetch the values that will be shown, find one column format that fits them all, lay them
out in brackets. The suffixes (`dtype=...`, `grad_fn=<...>`) come after.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

__all__ = [
    "PrintOptions",
    "Read",
    "format_tensor",
    "get_printoptions",
    "set_printoptions",
    "tensor_suffixes",
]

Read = Callable[[tuple[slice, ...]], Any]
"""Takes one slice per axis and returns the values of that box: nested lists of Python numbers; a bare number if 0-d."""


class ElementKind(Protocol):
    """What printing asks of a dtype."""

    @property
    def is_floating_point(self) -> bool: ...

    @property
    def is_complex(self) -> bool: ...


# ---------------------------------------------------------------------------------------------------- options


class PrintOptions:
    """The settings of `set_printoptions`."""

    __slots__ = ("edgeitems", "linewidth", "precision", "sci_mode", "threshold")

    def __init__(
        self,
        precision: int = 4,
        threshold: float = 1000,
        edgeitems: int = 3,
        linewidth: int = 80,
        sci_mode: bool | None = None,
    ) -> None:
        self.precision, self.threshold, self.edgeitems = precision, threshold, edgeitems
        self.linewidth, self.sci_mode = linewidth, sci_mode

    def as_dict(self) -> dict[str, Any]:
        """The settings by name, in torch's order."""
        return {
            "precision": self.precision,
            "threshold": self.threshold,
            "edgeitems": self.edgeitems,
            "linewidth": self.linewidth,
            "sci_mode": self.sci_mode,
        }


PROFILES: dict[str, dict[str, Any]] = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}


class _Current:
    """The options in force, in one place."""

    options = PrintOptions()


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Choose how tensors are printed, for the whole process.

    `precision` is the number of digits after the point; `threshold` the number of elements above which a tensor is
    shortened; `edgeitems` how many elements then stay at each end of an axis; `linewidth` the characters of a line;
    `profile` one of "default", "short", "full", applied before the others; `sci_mode` turns scientific notation on or
    off. What is None stays as it is, except `sci_mode`: every call sets it, and None lets the values decide.

    Errors: ValueError if `precision` or `edgeitems` is negative. An unknown profile changes nothing.
    Source: torch.set_printoptions.

    >>> set_printoptions(precision=2, edgeitems=1, threshold=5)
    >>> get_printoptions()
    {'precision': 2, 'threshold': 5, 'edgeitems': 1, 'linewidth': 80, 'sci_mode': None}
    >>> set_printoptions(profile="default")
    """
    for name, value in (("precision", precision), ("edgeitems", edgeitems)):
        if value is not None and value < 0:
            raise ValueError(f"set_printoptions: {name}={value}; expected 0 or more.")
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    changes = PROFILES.get(profile, {}) if profile is not None else {}
    changes = changes | {name: value for name, value in given.items() if value is not None}
    # One assignment of a new object: a print running in another thread sees the old options or the new, no mixture.
    settings: dict[str, Any] = _Current.options.as_dict() | changes | {"sci_mode": sci_mode}
    _Current.options = PrintOptions(**settings)


def get_printoptions() -> dict[str, Any]:
    """The print options as keywords for `set_printoptions`.

    >>> get_printoptions()["precision"]
    4
    """
    return _Current.options.as_dict()


# ---------------------------------------------------------------------------------------------------- columns


class _RealColumn:
    """One way to write all elements of a real tensor, right-aligned in `width` characters."""

    __slots__ = ("pointed", "spec", "width")

    def __init__(self, spec: str, width: int, pointed: bool = False) -> None:
        self.spec, self.width = spec, width
        self.pointed = pointed  # a float without a fraction: "1."

    def write(self, value: Any) -> str:
        text = format(value, self.spec)
        if self.pointed and math.isfinite(value):
            text += "."
        return text.rjust(self.width)


class _ComplexColumn:
    """A column for the real parts, a sign, a column for the imaginary parts, and "j"."""

    __slots__ = ("imaginary", "real")

    def __init__(self, real: _RealColumn, imaginary: _RealColumn) -> None:
        self.real, self.imaginary = real, imaginary

    @property
    def width(self) -> int:
        return self.real.width + self.imaginary.width + 1  # the sign is not counted, as in torch

    def write(self, value: Any) -> str:
        imaginary = self.imaginary.write(value.imag).lstrip()
        sign = "" if imaginary.startswith("-") else "+"
        return f"{self.real.write(value.real)}{sign}{imaginary}j"


def _exact_column(values: Iterable[Any]) -> _RealColumn:
    """For integers and booleans: each as Python writes it."""
    return _RealColumn("", max((len(format(value)) for value in values), default=1))


def _float_column(values: Iterable[float], options: PrintOptions) -> _RealColumn:
    """For floats. Zeros, infinities and NaNs have no say, neither in the notation nor in the width."""
    telling = [value for value in values if value != 0 and math.isfinite(value)]
    if not telling:
        return _RealColumn(".0f", 1, pointed=True)
    scientific = _wants_scientific(telling) if options.sci_mode is None else options.sci_mode
    pointed = not scientific and all(float(value).is_integer() for value in telling)
    spec = ".0f" if pointed else f".{options.precision}{'e' if scientific else 'f'}"
    width = max(len(format(value, spec)) for value in telling)
    return _RealColumn(spec, width + pointed, pointed)


def _wants_scientific(values: Sequence[float]) -> bool:
    smallest = min(abs(value) for value in values)
    largest = max(abs(value) for value in values)
    return largest / smallest > 1000.0 or largest > 1.0e8 or smallest < 1.0e-4


def _column_for(values: Sequence[Any], dtype: ElementKind, options: PrintOptions) -> _RealColumn | _ComplexColumn:
    if dtype.is_complex:
        return _ComplexColumn(
            _float_column((value.real for value in values), options),
            _float_column((value.imag for value in values), options),
        )
    return _float_column(values, options) if dtype.is_floating_point else _exact_column(values)


# ---------------------------------------------------------------------------------------------------- values


def _fetch(read: Read, shape: tuple[int, ...], shortened: Sequence[bool], edgeitems: int) -> Any:
    """The values that will be shown, as one nested list: of each shortened axis, both edges joined."""

    def collect(axis: int, key: tuple[slice, ...]) -> Any:
        if axis == len(shape):
            return read(key)
        size = shape[axis]
        if not shortened[axis]:
            return collect(axis + 1, (*key, slice(0, size)))
        first = collect(axis + 1, (*key, slice(0, edgeitems)))
        last = collect(axis + 1, (*key, slice(size - edgeitems, size)))
        return _concatenate(first, last, axis)

    return collect(0, ())


def _concatenate(first: list[Any], last: list[Any], depth: int) -> list[Any]:
    if depth == 0:
        return first + last
    return [_concatenate(above, below, depth - 1) for above, below in zip(first, last, strict=True)]


def _elements(values: Any, dimensions: int) -> Iterator[Any]:
    if dimensions == 0:
        yield values
    else:
        for row in values:
            yield from _elements(row, dimensions - 1)


# ---------------------------------------------------------------------------------------------------- layout


class _Layout:
    """Brackets, indents and line breaks around values that `column` writes."""

    __slots__ = ("column", "options", "shortened")

    def __init__(self, column: _RealColumn | _ComplexColumn, shortened: Sequence[bool], options: PrintOptions) -> None:
        self.column, self.shortened, self.options = column, shortened, options

    def write(self, values: Any, axis: int, indent: int) -> str:
        remaining = len(self.shortened) - axis
        if remaining == 0:
            return self.column.write(values)
        if remaining == 1:
            return self._write_row(values, axis, indent)
        blocks = [self.write(row, axis + 1, indent + 1) for row in values]
        self._mark_gap(blocks, axis, "...")
        separator = "," + "\n" * (remaining - 1) + " " * (indent + 1)
        return "[" + separator.join(blocks) + "]"

    def _write_row(self, values: Sequence[Any], axis: int, indent: int) -> str:
        texts = [self.column.write(value) for value in values]
        self._mark_gap(texts, axis, " ...")
        per_line = max(1, math.floor((self.options.linewidth - indent) / (self.column.width + len(", "))))
        lines = [", ".join(texts[start : start + per_line]) for start in range(0, len(texts), per_line)]
        return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"

    def _mark_gap(self, texts: list[str], axis: int, mark: str) -> None:
        if self.shortened[axis]:
            texts.insert(self.options.edgeitems, mark)


def _contents(read: Read, shape: tuple[int, ...], dtype: ElementKind, indent: int, options: PrintOptions) -> str:
    if 0 in shape:
        return "[]"
    edgeitems = options.edgeitems
    long = math.prod(shape) > options.threshold
    if long and shape and edgeitems == 0:
        return "[...]"
    shortened = [long and size > 2 * edgeitems for size in shape]
    values = _fetch(read, shape, shortened, edgeitems)
    column = _column_for(list(_elements(values, len(shape))), dtype, options)
    return _Layout(column, shortened, options).write(values, 0, indent)


# ---------------------------------------------------------------------------------------------------- suffixes


def tensor_suffixes(
    shape: tuple[int, ...],
    dtype: str,
    *,
    dtype_is_default: bool,
    dtype_is_implied: bool,
    device: str | None = None,
    grad_fn: str | None = None,
    requires_grad: bool = False,
    tangent: str | None = None,
) -> list[str]:
    """What torch writes after the values of a tensor, in its order, leaving out what the values tell by themselves.

    `dtype` is the name to print. `dtype_is_default` says that it is the default dtype; `dtype_is_implied` that the
    values show it: the default dtype and its complex partner, int64, bool. An empty tensor has no values to tell, so
    there only the default dtype goes unsaid. `device` is None for the default device; `grad_fn` is the node's name;
    `tangent` is the tangent as an f-string shows it, which for a 0-d tensor is a bare number.

    >>> tensor_suffixes((0, 3), "wengert.int64", dtype_is_default=False, dtype_is_implied=True)
    ['size=(0, 3)', 'dtype=wengert.int64']
    """
    empty = 0 in shape
    suffixes: list[str] = []
    if device is not None:
        suffixes.append(f"device='{device}'")
    if (empty and len(shape) != 1) or (not empty and _Current.options.edgeitems == 0):
        suffixes.append(f"size={shape}")
    if not (dtype_is_default if empty else dtype_is_implied):
        suffixes.append(f"dtype={dtype}")
    if grad_fn is not None:
        suffixes.append(f"grad_fn=<{grad_fn}>")
    elif requires_grad:
        suffixes.append("requires_grad=True")
    if tangent is not None:
        suffixes.append(f"tangent={tangent}")
    return suffixes


def _append_suffixes(text: str, suffixes: Sequence[str], indent: int, linewidth: int) -> str:
    # torch counts two characters more than the last line of the values has; where the lines break depends on it.
    used = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if used + len(suffix) + len(", ") > linewidth:
            text += ",\n" + " " * indent + suffix
            used = indent + len(suffix)
        else:
            text += ", " + suffix
            used += len(suffix) + len(", ")
    return text + ")"


def format_tensor(
    read: Read,
    shape: tuple[int, ...],
    dtype: ElementKind,
    suffixes: Sequence[str] = (),
    *,
    prefix: str = "tensor(",
) -> str:
    """The printed form of the tensor whose values `read` gives.

    `read` is asked only for what is shown: the whole of a short tensor, the corners of a long one, nothing of an empty
    one. `suffixes` follow the values (see `tensor_suffixes`) and wrap with them at the line width.

    Source: the behaviour of torch 2.13's `repr`.

    >>> from types import SimpleNamespace
    >>> float64 = SimpleNamespace(is_floating_point=True, is_complex=False)
    >>> print(format_tensor(lambda key: [[1.0, 2.5], [3.0, 4.0]], (2, 2), float64, ["dtype=wengert.float64"]))
    tensor([[1.0000, 2.5000],
            [3.0000, 4.0000]], dtype=wengert.float64)
    """
    options = _Current.options
    text = prefix + _contents(read, shape, dtype, len(prefix), options)
    return _append_suffixes(text, suffixes, len(prefix), options.linewidth)
