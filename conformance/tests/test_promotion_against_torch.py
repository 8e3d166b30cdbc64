"""Result dtypes, and the classes of refusals, of every function of two and three operands, against live torch.

All pairs of dtypes meet in all ranks: with dimensions, 0-d, a Python number. Two things differ on purpose: functions
that torch gives tensors alone take numbers, too, and complex32 is complex64 where a library has none.
"""

import itertools
import operator
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from types import ModuleType
from typing import Any

import pytest
import torch
import wengert
from wengert.backends.registry import get_backend
from wengert.protocol import dtypes

BACKENDS = ("numpy", "torch", "strict")
NAMES = (
    *("bool", "uint8", "int8", "int16", "int32", "int64"),
    *("float16", "bfloat16", "float32", "float64", "complex64", "complex128"),
)
NUMBERS: dict[str, Any] = {"bool": True, "int64": 1, "float64": 1.5, "complex128": 1 + 2j}
NUMBER = 2  # the rank of a Python number; 0 and 1 are those of tensors with dimensions and 0-d ones

BINARY = (
    *("add", "sub", "mul", "div", "floor_divide", "remainder", "fmod", "pow", "rsub", "maximum", "minimum", "fmax"),
    *("fmin", "atan2", "hypot", "logaddexp", "eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or"),
    *("logical_xor", "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift"),
    *("isclose", "clamp_min", "clamp_max"),
)
OPERATORS = (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and_", "or_", "xor", "lshift", "rshift"),
    *("eq", "ne", "lt", "le", "gt", "ge"),
)
TERNARY = ("addcmul", "addcdiv", "lerp", "clamp")
TERNARY_NAMES = ("bool", "uint8", "int64", "float16", "float32", "float64", "complex64")

Kind = tuple[str, int]


def kinds(names: tuple[str, ...]) -> list[Kind]:
    return [(name, rank) for name in names for rank in (0, 1)]


def operand(library: ModuleType, kind: Kind) -> Any:
    name, rank = kind
    if rank == NUMBER:
        return NUMBERS[name]
    dtype = getattr(library, name)
    return library.ones(2, dtype=dtype) if rank == 0 else library.ones((), dtype=dtype)


def outcome(library: ModuleType, function: Callable[..., Any], operands: tuple[Kind, ...]) -> str:
    """The result's dtype, or the class of the error."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = function(*[operand(library, kind) for kind in operands])
    except Exception as error:
        return type(error).__name__
    return str(result.dtype).rpartition(".")[2]


def function_of(library: ModuleType, name: str) -> Callable[..., Any]:
    if name == "where":
        return lambda x, y: library.where(library.ones(2, dtype=library.bool), x, y)
    return getattr(operator, name[1:]) if name.startswith(".") else getattr(library, name)


@cache
def expected(name: str, operands: tuple[Kind, ...]) -> str:
    return outcome(torch, function_of(torch, name), operands)


def combinations(name: str) -> Iterator[tuple[Kind, ...]]:
    if name in TERNARY:
        yield from itertools.product(kinds(TERNARY_NAMES), repeat=3)
    else:
        everything = [*kinds(NAMES), *((number, NUMBER) for number in NUMBERS)]
        pairs = itertools.product(everything, repeat=2)
        yield from (pair for pair in pairs if any(rank != NUMBER for _, rank in pair))


def is_half_complex(operands: tuple[Kind, ...]) -> bool:
    ranks: tuple[list[dtypes.DType], ...] = ([], [], [])
    for name, rank in operands:
        ranks[rank].append(dtypes.scalar_dtype(NUMBERS[name]) if rank == NUMBER else dtypes.named(name))
    return dtypes.result_dtype(*ranks) is dtypes.complex32


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", [*BINARY, "where", *(f".{name}" for name in OPERATORS), *TERNARY])
def test_promotion(name: str, backend: str) -> None:
    known = {dtype.name for dtype in get_backend(backend).dtypes}
    function = function_of(wengert, name)
    wrong: list[str] = []
    count = 0
    with wengert.use_backend(backend):
        for operands in combinations(name):
            if not {dtype for dtype, rank in operands if rank != NUMBER} <= known:
                continue
            theirs = expected(name, operands)
            if theirs == "TypeError" and any(rank == NUMBER for _, rank in operands):
                continue
            if is_half_complex(operands):
                if theirs != "complex32":  # torch has few functions for it
                    continue
                theirs = theirs if theirs in known else "complex64"
            ours = outcome(wengert, function, operands)
            count += 1
            if ours != theirs:
                wrong.append(f"{name}{operands}: torch {theirs}, wengert {ours}")
    assert wrong == []
    assert count > 300


NEW = ("uint16", "uint32", "uint64", "complex32")


@pytest.mark.parametrize("first", [*NAMES, *NEW])
@pytest.mark.parametrize("second", [*NAMES, *NEW])
def test_promote_types_and_can_cast(first: str, second: str) -> None:
    theirs, ours = [[getattr(library, name) for name in (first, second)] for library in (torch, wengert)]
    assert wengert.can_cast(*ours) is torch.can_cast(*theirs)
    try:
        wanted = str(torch.promote_types(*theirs)).rpartition(".")[2]
    except RuntimeError:  # torch leaves the wide unsigned integers out; ours follow the array API
        return
    assert wengert.promote_types(*ours).name == wanted


@pytest.mark.parametrize("name", [*NAMES, *NEW])
def test_what_dtypes_tell(name: str) -> None:
    def told(library: ModuleType) -> list[Any]:
        dtype = getattr(library, name)
        limits: list[Any] = []
        for kind in (library.finfo, library.iinfo):
            try:
                found = kind(dtype)
            except TypeError:
                limits.append(None)
            else:
                fields = ("bits", "min", "max", "dtype", "eps", "tiny", "smallest_normal", "resolution")
                limits += [repr(found), [getattr(found, field, None) for field in fields]]
        try:
            partners = [str(dtype.to_complex()), str(dtype.to_real())]
        except RuntimeError:
            partners = []
        flags = [dtype.is_floating_point, dtype.is_complex, dtype.is_signed, dtype.itemsize, dtype.abbr]
        return [limits, [partner.rpartition(".")[2] for partner in partners], flags]

    assert told(wengert) == told(torch)
