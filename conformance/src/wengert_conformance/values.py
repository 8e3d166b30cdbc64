"""Plain values: what a tensor, an argument or a result looks like outside every array library, and in the store.

A tensor becomes `Values`: the dtype's name, the shape, and its numbers in a flat list. Everything else (numbers,
strings, lists, tuples, slices, dtypes) stays itself or gets a small wrapper, and all of it turns into JSON and back.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

FLOATS = frozenset({"float16", "bfloat16", "float32", "float64"})
COMPLEX = frozenset({"complex64", "complex128"})
INEXACT = FLOATS | COMPLEX


@dataclass(frozen=True, slots=True)
class Values:
    """A tensor without a library. `numbers` is None where only dtype and shape are promised (`empty`, `rand`).

    `differentiable` marks a tensor that gradients flow to: a leaf of the case.
    """

    dtype: str
    shape: tuple[int, ...]
    numbers: tuple[Any, ...] | None
    differentiable: bool = False


@dataclass(frozen=True, slots=True)
class DTypeName:
    """A dtype passed as an argument or returned as a result."""

    name: str


def name_of_dtype(dtype: object) -> str:
    """`float32` from `torch.float32` or `wengert.float32`."""
    return str(dtype).rpartition(".")[2]


def is_tensor(value: object, library: ModuleType) -> bool:
    return isinstance(value, library.Tensor)


def flatten(nested: Any, dimensions: int) -> Iterator[Any]:
    """The numbers of nested lists with `dimensions` levels, in row-major order."""
    if dimensions == 0:
        yield nested
    else:
        for part in nested:
            yield from flatten(part, dimensions - 1)


def nest(numbers: tuple[Any, ...], shape: tuple[int, ...]) -> Any:
    """Nested lists of `shape`: the inverse of `flatten`."""
    if not shape:
        return numbers[0]
    step = math.prod(shape[1:])
    return [nest(numbers[start * step : (start + 1) * step], shape[1:]) for start in range(shape[0])]


def read(tensor: Any, *, with_numbers: bool = True) -> Values:
    """The values of a tensor of any library."""
    shape = tuple(int(size) for size in tensor.shape)
    dtype = name_of_dtype(tensor.dtype)
    if not with_numbers:
        return Values(dtype, shape, None)
    detached = tensor.detach()
    if hasattr(detached, "_is_zerotensor") and detached._is_zerotensor():
        detached = detached.clone()  # torch's zeros without storage
    return Values(dtype, shape, tuple(flatten(detached.tolist(), len(shape))))


def build(library: ModuleType, values: Values, *, requires_grad: bool = False) -> Any:
    """A tensor of `library` with these values."""
    dtype = getattr(library, values.dtype)
    if values.numbers is None:
        raise ValueError("values without numbers describe a result, not an input")
    if not values.numbers:
        return library.zeros(values.shape, dtype=dtype, requires_grad=requires_grad)
    return library.tensor(nest(values.numbers, values.shape), dtype=dtype, requires_grad=requires_grad)


def record(value: Any, library: ModuleType, *, with_numbers: bool = True) -> Any:
    """A result as plain values: tensors become `Values`, named tuples become tuples, dtypes their names."""
    if is_tensor(value, library):
        return read(value, with_numbers=with_numbers)
    if isinstance(value, library.dtype):
        return DTypeName(name_of_dtype(value))
    if isinstance(value, tuple):
        return tuple(record(part, library, with_numbers=with_numbers) for part in value)
    if isinstance(value, list):
        return [record(part, library, with_numbers=with_numbers) for part in value]
    if isinstance(value, dict):
        return {str(key): record(part, library, with_numbers=with_numbers) for key, part in value.items()}
    if value is None or value is Ellipsis or isinstance(value, (bool, int, float, complex, str, slice)):
        return value
    raise TypeError(f"a case returned {type(value).__name__}; it may return tensors, plain values and lists of them")


def tensors(value: Any, library: ModuleType) -> list[Any]:
    """The tensors inside a result, left to right."""
    if is_tensor(value, library):
        return [value]
    if isinstance(value, (tuple, list)):
        return [tensor for part in value for tensor in tensors(part, library)]
    return []


def leaves(plain: Any) -> list[Values]:
    """The differentiable tensors inside plain arguments, left to right."""
    if isinstance(plain, Values):
        return [plain] if plain.differentiable else []
    if isinstance(plain, (tuple, list)):
        return [leaf for part in plain for leaf in leaves(part)]
    if isinstance(plain, dict):
        return [leaf for part in plain.values() for leaf in leaves(part)]
    return []


def materialise(plain: Any, library: ModuleType, leaf_tensors: Iterator[Any]) -> Any:
    """Plain arguments as arguments of `library`; each differentiable tensor is the next of `leaf_tensors`."""
    if isinstance(plain, Values):
        return next(leaf_tensors) if plain.differentiable else build(library, plain)
    if isinstance(plain, DTypeName):
        return getattr(library, plain.name)
    if isinstance(plain, (tuple, list)):
        return type(plain)(materialise(part, library, leaf_tensors) for part in plain)
    if isinstance(plain, dict):
        return {key: materialise(part, library, leaf_tensors) for key, part in plain.items()}
    return plain


def _number_to_json(number: Any) -> Any:
    return [number.real, number.imag] if isinstance(number, complex) else number


def to_json(plain: Any) -> Any:
    """Plain values as JSON; what JSON lacks is an object with one telling key."""
    if isinstance(plain, Values):
        numbers = None if plain.numbers is None else [_number_to_json(number) for number in plain.numbers]
        return {"tensor": [plain.dtype, list(plain.shape), numbers, int(plain.differentiable)]}
    if isinstance(plain, DTypeName):
        return {"dtype": plain.name}
    if isinstance(plain, tuple):
        return {"tuple": [to_json(part) for part in plain]}
    if isinstance(plain, list):
        return [to_json(part) for part in plain]
    if isinstance(plain, dict):
        return {"dict": {key: to_json(part) for key, part in plain.items()}}
    if isinstance(plain, slice):
        return {"slice": [plain.start, plain.stop, plain.step]}
    if plain is Ellipsis:
        return {"ellipsis": True}
    if isinstance(plain, complex):
        return {"complex": [plain.real, plain.imag]}
    return plain


def from_json(stored: Any) -> Any:
    """The inverse of `to_json`."""
    if isinstance(stored, list):
        return [from_json(part) for part in stored]
    if not isinstance(stored, dict):
        return stored
    ((kind, content),) = stored.items()
    match kind:
        case "tensor":
            dtype, shape, numbers, differentiable = content
            if numbers is not None:
                numbers = tuple(complex(*number) for number in numbers) if dtype in COMPLEX else tuple(numbers)
            return Values(dtype, tuple(shape), numbers, bool(differentiable))
        case "dtype":
            return DTypeName(content)
        case "tuple":
            return tuple(from_json(part) for part in content)
        case "dict":
            return {key: from_json(part) for key, part in content.items()}
        case "slice":
            return slice(*content)
        case "ellipsis":
            return Ellipsis
        case "complex":
            return complex(*content)
        case _:
            raise ValueError(f"the store holds a value of unknown kind {kind!r}; it was written by another version")


def shortened(number: Any, digits: int) -> Any:
    """A number with so many significant decimal digits."""
    if isinstance(number, complex):
        return complex(shortened(number.real, digits), shortened(number.imag, digits))
    return float(f"{number:.{digits}g}") if isinstance(number, float) else number


def rounded(plain: Any, digits_by_dtype: Mapping[str, int]) -> Any:
    """The same values with the numbers of each inexact tensor at the significant decimal digits of its dtype."""

    if isinstance(plain, Values):
        if plain.numbers is None or plain.dtype not in INEXACT:
            return plain
        digits = digits_by_dtype[plain.dtype]
        return Values(
            plain.dtype, plain.shape, tuple(shortened(number, digits) for number in plain.numbers), plain.differentiable
        )
    if isinstance(plain, (tuple, list)):
        return type(plain)(rounded(part, digits_by_dtype) for part in plain)
    if isinstance(plain, dict):
        return {key: rounded(part, digits_by_dtype) for key, part in plain.items()}
    return plain
