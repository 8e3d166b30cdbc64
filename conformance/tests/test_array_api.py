"""`wengert.xp` against `array_api_strict`: every name, every signature, every promotion."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from itertools import product
from typing import Any

import array_api_strict as strict
import numpy as np
import pytest
import wengert
import wengert.xp

xp = wengert.tensor(0.0, backend="numpy").__array_namespace__()

#: What array_api_strict has beyond the standard.
NOT_OURS = {
    "ArrayAPIStrictFlags", "Device", "ModuleType", "get_array_api_strict_flags", "set_array_api_strict_flags",
    "reset_array_api_strict_flags",
}  # fmt: skip
#: What ours has beyond it: torch's half precisions, and the parts that array_api_strict loads when asked.
ONLY_OURS = {"float16", "bfloat16", "complex32", "linalg", "fft", "special"}
DTYPES = (
    "bool",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "int8",
    "int16",
    "int32",
    "int64",
    "float32",
    "float64",
    "complex64",
    "complex128",
)
PARTS = {"": (xp, strict), "linalg": (xp.linalg, strict.linalg), "fft": (xp.fft, strict.fft)}


def public(part: str) -> set[str]:
    names = dir(strict) if not part else getattr(strict, part).__all__
    return {name for name in names if not name.startswith("_")} - NOT_OURS


def test_the_names_are_the_standards() -> None:
    assert set(dir(xp)) - ONLY_OURS == public("")
    assert set(dir(wengert.xp)) == set(dir(xp))
    for part in ("linalg", "fft"):
        assert {name for name in dir(getattr(xp, part)) if not name.startswith("_")} == public(part)


FUNCTIONS = [(part, name) for part in PARTS for name in sorted(public(part)) if callable(getattr(PARTS[part][1], name))]
FUNCTIONS = [(part, name) for part, name in FUNCTIONS if name not in DTYPES]


@pytest.mark.parametrize(("part", "name"), FUNCTIONS)
def test_the_signature_is_the_standards(part: str, name: str) -> None:
    ours, theirs = [signature(getattr(library, name)) for library in PARTS[part]]
    assert ours == theirs


def signature(function: Callable[..., Any]) -> list[tuple[str, Any, Any]]:
    parameters = inspect.signature(function).parameters.values()
    return [(p.name, p.kind, None if "UNDEF" in repr(p.default) else p.default) for p in parameters]


def test_the_version_and_the_inspection() -> None:
    assert xp.__array_api_version__ == "2024.12"
    info = xp.__array_namespace_info__()
    assert info.default_device() in info.devices()
    assert info.default_dtypes()["indexing"] is wengert.int64
    for kind in ("bool", "signed integer", "unsigned integer", "integral", "real floating", "complex floating", None):
        theirs = strict.__array_namespace_info__().dtypes(kind=kind)
        assert set(info.dtypes(kind=kind)) - ONLY_OURS == set(theirs) - NOT_OURS
    assert set(info.capabilities()) == set(strict.__array_namespace_info__().capabilities())
    with pytest.raises(ValueError, match="api_version '2099'"):
        wengert.tensor(0.0).__array_namespace__(api_version="2099")


# --- promotion --------------------------------------------------------------------------------------------------------


def outcome(library: Any, name: str, *operands: Any) -> str | None:
    """The name of the result's dtype; None where the library refuses."""
    try:
        with np.errstate(all="ignore"):
            result = getattr(library, name)(*operands)
    except (TypeError, RuntimeError, NotImplementedError, ValueError, OverflowError):
        return None
    return strict_name(result.dtype)


def strict_name(dtype: Any) -> str:
    return str(dtype).rpartition(".")[2]


def made(library: Any, shape: tuple[int, ...], dtype: str) -> Any:
    return library.ones(shape, dtype=getattr(library, dtype))


ELEMENTWISE = [
    name
    for part, name in FUNCTIONS
    if not part and list(inspect.signature(getattr(xp, name)).parameters) in (["x"], ["x1", "x2"])
]
BINARY = [name for name in ELEMENTWISE if "x2" in inspect.signature(getattr(xp, name)).parameters]
UNARY = [name for name in ELEMENTWISE if name not in BINARY and not name.startswith(("unique", "nonzero", "matrix"))]


def mixable(one: str, other: str) -> bool:
    """Whether the standard says what these two promote to."""
    try:
        strict.result_type(getattr(strict, one), getattr(strict, other))
    except TypeError:
        return False
    return True


MIXABLE = [pair for pair in product(DTYPES, DTYPES) if mixable(*pair)]
#: array_api_strict lets a complex number stand beside a real array in these; the standard has them for reals only.
REAL_ONLY = {"greater", "greater_equal", "less", "less_equal", "maximum", "minimum"}


@pytest.mark.parametrize("name", BINARY)
def test_two_arrays_promote_as_the_standard_says(name: str) -> None:
    shapes = [((3,), (3,)), ((3,), ()), ((), (3,))] if name != "matmul" else [((3,), (3,))]
    for (first, second), (one, other) in product(shapes, MIXABLE):
        theirs = outcome(strict, name, made(strict, first, one), made(strict, second, other))
        if theirs is not None and theirs not in NOT_OURS:
            assert outcome(xp, name, made(xp, first, one), made(xp, second, other)) == theirs, (one, other, first)


@pytest.mark.parametrize("name", [name for name in BINARY if name != "matmul"])
def test_an_array_and_a_number_promote_as_the_standard_says(name: str) -> None:
    for dtype, number, is_reversed in product(DTYPES, (True, 1, 1.0, 1j), (False, True)):
        if number == 1j and name in REAL_ONLY:
            continue
        operands = [(library, made(library, (2,), dtype)) for library in (xp, strict)]
        ours, theirs = [
            outcome(library, name, *((number, x) if is_reversed else (x, number))) for library, x in operands
        ]
        if theirs is not None and theirs not in NOT_OURS:
            assert ours == theirs, (dtype, number)


@pytest.mark.parametrize("name", UNARY)
def test_one_array_gives_the_standards_dtype(name: str) -> None:
    for dtype in DTYPES:
        theirs = outcome(strict, name, made(strict, (2,), dtype))
        if theirs is not None and theirs not in NOT_OURS:
            assert outcome(xp, name, made(xp, (2,), dtype)) == theirs, dtype


def test_result_type_and_can_cast_and_isdtype() -> None:
    for one, other in product(DTYPES, DTYPES):
        ours, theirs = [[getattr(library, name) for name in (one, other)] for library in (xp, strict)]
        assert xp.can_cast(*ours) == strict.can_cast(*theirs)
        if (one, other) in MIXABLE and (expected := strict_name(strict.result_type(*theirs))) not in NOT_OURS:
            assert xp.result_type(*ours).name == expected
    kinds = ("bool", "signed integer", "unsigned integer", "integral", "real floating", "complex floating", "numeric")
    for dtype, kind in product(DTYPES, (*kinds, kinds[:2])):
        assert xp.isdtype(getattr(xp, dtype), kind) == strict.isdtype(getattr(strict, dtype), kind)
    with pytest.raises(ValueError, match="isdtype: got kind 'float'"):
        xp.isdtype(xp.float32, "float")
    with pytest.raises(ValueError, match="at least one array or dtype"):
        xp.result_type(1.0)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
def test_finfo(dtype: str) -> None:
    ours, theirs = xp.finfo(getattr(xp, dtype)), strict.finfo(getattr(strict, dtype))
    for name in ("bits", "eps", "max", "min", "smallest_normal"):
        assert getattr(ours, name) == getattr(theirs, name)
    assert ours.dtype.name == strict_name(theirs.dtype)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int64"])
def test_iinfo(dtype: str) -> None:
    ours, theirs = xp.iinfo(xp.ones(1, dtype=getattr(xp, dtype))), strict.iinfo(getattr(strict, dtype))
    assert (ours.bits, ours.max, ours.min) == (theirs.bits, theirs.max, theirs.min)
