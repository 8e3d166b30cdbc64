"""`wengert.xp` against `array_api_strict` in values, on arrays that hypothesis makes through `wengert.xp` itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import array_api_strict as strict
import hypothesis.strategies as st
import numpy as np
import pytest
import wengert
from hypothesis import HealthCheck, assume, given, settings
from hypothesis.extra.array_api import make_strategies_namespace

xp = wengert.tensor(0.0, backend="numpy").__array_namespace__()
arrays = make_strategies_namespace(xp, api_version="2024.12")

Call = Callable[..., Any]
FEW = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))

ELEMENTS: dict[str, Any] = {
    "b": st.booleans(),
    "i": st.integers(-4, 4),
    "f": st.integers(-32, 32).map(lambda n: n / 8),
    "c": st.tuples(st.integers(-32, 32), st.integers(-32, 32)).map(lambda pair: complex(*pair) / 8),
    "p": st.integers(1, 32).map(lambda n: n / 8),  # positive
    "n": st.integers(0, 4),  # not negative
}
ELEMENTS["u"] = ELEMENTS["o"] = ELEMENTS["f"].map(lambda x: x / 4.5)  # inside (-1, 1)
DTYPES = {
    "b": ("bool",), "i": ("int8", "int64"), "n": ("uint8", "int64"), "f": ("float32", "float64"),
    "c": ("complex64", "complex128"), "p": ("float32", "float64"), "u": ("float64",),
}  # fmt: skip


def arrays_of(kind: str, shape: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(DTYPES[kind]).flatmap(lambda dtype: arrays.arrays(dtype, shape, elements=ELEMENTS[kind]))


def shapes(least: int = 0) -> st.SearchStrategy[tuple[int, ...]]:
    return arrays.array_shapes(min_dims=least, max_dims=3, max_side=4)


@st.composite
def operands(draw: st.DrawFn, kinds: str, least: int) -> list[Any]:
    """Arrays of these kinds whose shapes broadcast."""
    found = draw(arrays.mutually_broadcastable_shapes(len(kinds), min_dims=least, max_dims=3, max_side=4))
    return [draw(arrays_of(kind, shape)) for kind, shape in zip(kinds, found.input_shapes, strict=True)]


def as_strict(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(as_strict(part) for part in value)
    return strict.asarray(value.numpy()) if isinstance(value, wengert.Tensor) else value


def same(ours: Any, theirs: Any) -> None:
    """Equal in structure, dtype and shape, and in values to rounding."""
    if isinstance(theirs, tuple) and not isinstance(ours, wengert.Tensor):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            same(one, other)
    elif hasattr(theirs, "dtype"):
        dtype = str(theirs.dtype).rpartition(".")[2]
        expected = np.from_dlpack(theirs)
        assert ours.dtype.name == dtype
        assert ours.shape == expected.shape
        rounding = 1e-4 if dtype in ("float32", "complex64") else 1e-10
        np.testing.assert_allclose(ours.numpy(), expected, rtol=rounding, atol=rounding)
    else:
        assert ours == theirs


def compared(call: Call, *values: Any) -> None:
    """Both libraries agree, or the standard's refuses; what it refuses is not drawn often enough to hide much."""
    try:
        with np.errstate(all="ignore"):
            theirs = call(strict, *as_strict(values))
    except (TypeError, ValueError, IndexError):
        assume(False)
    same(call(xp, *values), theirs)


#: Elementwise functions and the kinds of their operands, each letter a run.
ELEMENTWISE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("abs", "positive", "negative", "square", "round"), ("i", "f", "c")),
    **dict.fromkeys(("ceil", "floor", "trunc"), ("i", "f")),
    **dict.fromkeys(("sign",), ("i", "f", "c")),
    **dict.fromkeys(("sin", "cos", "exp", "expm1", "sinh", "cosh", "tanh", "asinh", "tan"), ("f", "c")),
    **dict.fromkeys(("log", "log2", "log10", "sqrt", "reciprocal"), ("p",)),
    **dict.fromkeys(("asin", "acos", "atanh", "log1p"), ("u",)),
    **dict.fromkeys(("conj", "real", "imag"), ("c",)),
    **dict.fromkeys(("isfinite", "isinf", "isnan"), ("i", "f", "c")),
    "atan": ("f",), "acosh": ("p",), "signbit": ("f",), "logical_not": ("b",), "bitwise_invert": ("b", "i"),
    **dict.fromkeys(("add", "multiply", "subtract"), ("ii", "ff", "cc", "fc")),
    **dict.fromkeys(("equal", "not_equal"), ("bb", "ii", "ff", "cc")),
    **dict.fromkeys(("less", "less_equal", "greater", "greater_equal", "maximum", "minimum"), ("ii", "ff")),
    **dict.fromkeys(("bitwise_and", "bitwise_or", "bitwise_xor"), ("bb", "ii")),
    **dict.fromkeys(("bitwise_left_shift", "bitwise_right_shift"), ("in",)),
    **dict.fromkeys(("logical_and", "logical_or", "logical_xor"), ("bb",)),
    **dict.fromkeys(("atan2", "copysign", "hypot", "logaddexp", "nextafter"), ("ff",)),
    **dict.fromkeys(("divide", "floor_divide", "remainder"), ("fp",)),
    "pow": ("pf", "nn"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "kinds"), [(name, kinds) for name, runs in ELEMENTWISE.items() for kinds in runs])
@FEW
@given(data=st.data())
def test_elementwise(name: str, kinds: str, data: st.DataObject) -> None:
    compared(lambda library, *xs: getattr(library, name)(*xs), *data.draw(operands(kinds, 0)))


#: Everything else: the kinds of the operands, the least number of axes, and calls.
CALLS: dict[str, tuple[str, int, tuple[Call, ...]]] = {
    "where": ("bff", 0, (lambda xp, c, x, y: xp.where(c, x, y),)),
    "clip": ("fff", 0, (
        lambda xp, x, y, z: xp.clip(x, -1.0, 2.0),
        lambda xp, x, y, z: xp.clip(x, None, 1),
        lambda xp, x, y, z: xp.clip(x),
        lambda xp, x, y, z: xp.clip(x, xp.astype(xp.minimum(y, z), x.dtype), xp.astype(xp.maximum(y, z), x.dtype)),
    )),
    # statistical
    **{
        name: ("f", 1, (
            lambda xp, x, name=name: getattr(xp, name)(x),
            lambda xp, x, name=name: getattr(xp, name)(x, axis=0, keepdims=True),
            lambda xp, x, name=name: getattr(xp, name)(x, axis=(-1,)),
            lambda xp, x, name=name: getattr(xp, name)(x, axis=()),
            lambda xp, x, name=name: getattr(xp, name)(x, axis=tuple(range(x.ndim)), keepdims=True),
        ))
        for name in ("sum", "prod", "mean", "max", "min", "std", "var", "all", "any", "count_nonzero")
    },
    "var correction": ("f", 1, (
        lambda xp, x: xp.var(x, axis=0, correction=-1),
        lambda xp, x: xp.std(x, correction=-2),
    )),
    "sum of unsigned": ("n", 0, (lambda xp, x: xp.sum(x), lambda xp, x: xp.prod(x))),
    "sum of integers": ("i", 0, (lambda xp, x: xp.sum(x), lambda xp, x: xp.prod(x, dtype=xp.float64))),
    "cumulative_sum": ("f", 1, (
        lambda xp, x: xp.cumulative_sum(x, axis=0),
        lambda xp, x: xp.cumulative_sum(x, axis=-1, include_initial=True, dtype=xp.float64),
    )),
    "cumulative_prod": ("i", 1, (
        lambda xp, x: xp.cumulative_prod(x, axis=0),
        lambda xp, x: xp.cumulative_prod(x, axis=-1, include_initial=True),
    )),
    # searching, sorting, sets
    "argmax": ("i", 1, (lambda xp, x: xp.argmax(x), lambda xp, x: xp.argmin(x, axis=0, keepdims=True))),
    "argmin": ("f", 1, (lambda xp, x: xp.argmin(x), lambda xp, x: xp.argmax(x, axis=-1))),
    "nonzero": ("i", 1, (lambda xp, x: xp.nonzero(x),)),
    "searchsorted": ("ff", 1, (
        lambda xp, x, y: xp.searchsorted(xp.sort(xp.reshape(x, (-1,))), y),
        lambda xp, x, y: xp.searchsorted(xp.sort(xp.reshape(x, (-1,))), y, side="right"),
        lambda xp, x, y: xp.searchsorted(
            xp.reshape(x, (-1,)), y, sorter=xp.argsort(xp.reshape(x, (-1,)))
        ),
    )),
    "sort": ("f", 1, (lambda xp, x: xp.sort(x), lambda xp, x: xp.sort(x, axis=0, descending=True))),
    "argsort": ("i", 1, (lambda xp, x: xp.argsort(x), lambda xp, x: xp.argsort(x, axis=0, stable=True))),
    "unique_all": ("i", 0, (lambda xp, x: tuple(xp.unique_all(x)),)),
    "unique_counts": ("f", 0, (lambda xp, x: tuple(xp.unique_counts(x)),)),
    "unique_inverse": ("c", 0, (lambda xp, x: tuple(xp.unique_inverse(x)),)),
    "unique_values": ("b", 0, (lambda xp, x: xp.unique_values(x),)),
    "isin": ("ii", 0, (lambda xp, x, y: xp.isin(x, y), lambda xp, x, y: xp.isin(x, 2))),
    "diff": ("f", 1, (
        lambda xp, x: xp.diff(x),
        lambda xp, x: xp.diff(x, axis=0, n=2, prepend=x, append=x),
    )),
    # indexing
    "take": ("fn", 1, (
        lambda xp, x, i: xp.take(x, xp.reshape(xp.astype(i, xp.int64) % x.shape[-1], (-1,)), axis=-1),
        lambda xp, x, i: xp.take(xp.reshape(x, (-1,)), xp.asarray([0, -1])),
    )),
    "take_along_axis": ("f", 1, (lambda xp, x: xp.take_along_axis(x, xp.argsort(x, axis=0), axis=0),)),
    # shapes and axes
    "reshape": ("f", 0, (lambda xp, x: xp.reshape(x, (-1,)), lambda xp, x: xp.reshape(x, x.shape, copy=True))),
    "expand_dims": ("f", 0, (lambda xp, x: xp.expand_dims(x, 0), lambda xp, x: xp.expand_dims(x, axis=-1))),
    "squeeze": ("f", 0, (lambda xp, x: xp.squeeze(xp.expand_dims(x, axis=0), axis=0),)),
    "permute_dims": ("f", 0, (lambda xp, x: xp.permute_dims(x, tuple(reversed(range(x.ndim)))),)),
    "moveaxis": ("f", 2, (lambda xp, x: xp.moveaxis(x, 0, -1), lambda xp, x: xp.moveaxis(x, (0, 1), (1, 0)))),
    "matrix_transpose": ("f", 2, (lambda xp, x: xp.matrix_transpose(x),)),
    "flip": ("f", 1, (lambda xp, x: xp.flip(x), lambda xp, x: xp.flip(x, axis=-1))),
    "roll": ("f", 1, (
        lambda xp, x: xp.roll(x, 1),
        lambda xp, x: xp.roll(x, -2, axis=0),
        lambda xp, x: xp.roll(x, (1, 2), axis=(0, -1)),
    )),
    "broadcast_to": ("f", 0, (lambda xp, x: xp.broadcast_to(x, (2, *x.shape)),)),
    "broadcast_arrays": ("fi", 0, (lambda xp, x, y: tuple(xp.broadcast_arrays(x, y)),)),
    "broadcast_shapes": ("fi", 0, (lambda xp, x, y: xp.broadcast_shapes(x.shape, y.shape),)),
    "concat": ("f", 1, (
        lambda xp, x: xp.concat([x, xp.astype(x, xp.float64)], axis=-1),
        lambda xp, x: xp.concat((x, x), axis=None),
    )),
    "stack": ("f", 0, (lambda xp, x: xp.stack([x, x], axis=-1),)),
    "unstack": ("f", 1, (lambda xp, x: xp.unstack(x), lambda xp, x: xp.unstack(x, axis=-1))),
    "repeat": ("f", 1, (
        lambda xp, x: xp.repeat(x, 2),
        lambda xp, x: xp.repeat(x, xp.asarray([2] * x.shape[0]), axis=0),
    )),
    "tile": ("f", 1, (lambda xp, x: xp.tile(x, (2, 1, 2)), lambda xp, x: xp.tile(x, (2,)))),
    "meshgrid": ("f", 1, (
        lambda xp, x: tuple(xp.meshgrid(xp.reshape(x, (-1,)), xp.asarray([1.0], dtype=x.dtype))),
        lambda xp, x: tuple(xp.meshgrid(xp.reshape(x, (-1,)), indexing="ij")),
    )),
    "tril": ("f", 2, (lambda xp, x: xp.tril(x), lambda xp, x: xp.tril(x, k=1))),
    "triu": ("f", 2, (lambda xp, x: xp.triu(x, k=-1),)),
    # products
    "matmul": ("f", 2, (lambda xp, x: xp.matmul(x, xp.matrix_transpose(x)),)),
    "tensordot": ("f", 1, (lambda xp, x: xp.tensordot(x, x, axes=x.ndim), lambda xp, x: xp.tensordot(x, x, axes=0))),
    "vecdot": ("cf", 1, (lambda xp, x, y: xp.vecdot(*xp.broadcast_arrays(x, y), axis=-1),)),
    "linalg": ("f", 2, (
        lambda xp, x: xp.linalg.trace(x, offset=1),
        lambda xp, x: xp.linalg.diagonal(x, offset=-1),
        lambda xp, x: xp.linalg.vector_norm(x),
        lambda xp, x: xp.linalg.vector_norm(x, axis=(0, 1), keepdims=True, ord=1),
        lambda xp, x: xp.linalg.matrix_norm(x),
        lambda xp, x: xp.linalg.outer(xp.reshape(x, (-1,)), xp.reshape(x, (-1,))),
        lambda xp, x: xp.linalg.cross(xp.stack([x, 2 * x, x * x], axis=-1), xp.stack([x, x, 1 - x], axis=-1)),
        lambda xp, x: xp.linalg.tensordot(x, x, axes=((0,), (0,))),
        lambda xp, x: xp.linalg.vecdot(x, x),
        lambda xp, x: xp.linalg.matmul(x, xp.linalg.matrix_transpose(x)),
    )),
    "linalg of matrices": ("f", 2, (
        lambda xp, x: xp.linalg.det(regular(xp, x)),
        lambda xp, x: xp.linalg.inv(regular(xp, x)),
        lambda xp, x: tuple(xp.linalg.slogdet(regular(xp, x))),
        lambda xp, x: xp.linalg.cholesky(regular(xp, x)),
        lambda xp, x: xp.linalg.cholesky(regular(xp, x), upper=True),
        lambda xp, x: xp.linalg.solve(regular(xp, x), x),
        lambda xp, x: xp.linalg.solve(regular(xp, x), x[..., 0] if x.ndim == 2 else x),
        lambda xp, x: xp.linalg.matrix_power(regular(xp, x), 2),
        lambda xp, x: xp.linalg.eigvalsh(regular(xp, x)),
        lambda xp, x: rebuilt(xp, *xp.linalg.eigh(regular(xp, x))),
        lambda xp, x: xp.linalg.matmul(*xp.linalg.qr(x)),
        lambda xp, x: xp.linalg.qr(x, mode="complete").Q.shape,
        lambda xp, x: xp.linalg.svdvals(x),
        lambda xp, x: xp.linalg.svd(x, full_matrices=False).S,
        lambda xp, x: xp.linalg.svd(x).U.shape,
        lambda xp, x: xp.linalg.matrix_rank(regular(xp, x)),
        lambda xp, x: xp.linalg.pinv(regular(xp, x)),
        lambda xp, x: xp.linalg.matrix_norm(x, ord=1),
        lambda xp, x: xp.linalg.matrix_norm(x, ord="nuc", keepdims=True),
    )),
    # creation
    "like": ("f", 0, (
        lambda xp, x: xp.zeros_like(x),
        lambda xp, x: xp.ones_like(x, dtype=xp.int8),
        lambda xp, x: xp.full_like(x, 2),
        lambda xp, x: xp.empty_like(x).shape,
        lambda xp, x: xp.asarray(x, copy=True),
        lambda xp, x: xp.astype(x, xp.int64),
        lambda xp, x: xp.from_dlpack(x),
    )),
    # dtypes
    "inspection": ("fi", 0, (
        lambda xp, x, y: xp.isdtype(x.dtype, "real floating"),
        lambda xp, x, y: xp.can_cast(x, xp.float64),
        lambda xp, x, y: xp.finfo(x.dtype).eps == xp.finfo(x).eps,
        lambda xp, x, y: xp.iinfo(y).max,
        lambda xp, x, y: xp.result_type(x, xp.float32, 1.0) == x.dtype,
    )),
    "fft": ("c", 1, (
        lambda xp, x: xp.fft.fft(wide(xp, x)),
        lambda xp, x: xp.fft.ifft(wide(xp, x), n=3, axis=0, norm="ortho"),
        lambda xp, x: xp.fft.fftn(wide(xp, x)),
        lambda xp, x: xp.fft.ifftn(wide(xp, x), norm="forward"),
        lambda xp, x: xp.fft.rfft(xp.real(wide(xp, x))),
        lambda xp, x: xp.fft.irfft(wide(xp, x), n=4),
        lambda xp, x: xp.fft.rfftn(xp.real(wide(xp, x))),
        lambda xp, x: xp.fft.irfftn(wide(xp, x), s=(4,), axes=(-1,)),
        lambda xp, x: xp.fft.hfft(wide(xp, x), n=4),
        lambda xp, x: xp.fft.ihfft(xp.real(wide(xp, x))),
        lambda xp, x: xp.fft.fftshift(x),
        lambda xp, x: xp.fft.ifftshift(x, axes=0),
        lambda xp, x: xp.fft.fftfreq(5, d=0.5, dtype=xp.float64),
        lambda xp, x: xp.fft.rfftfreq(4, dtype=xp.float64),
    )),
}  # fmt: skip


def wide(xp: Any, x: Any) -> Any:
    return xp.astype(x, xp.complex128)


def regular(xp: Any, x: Any) -> Any:
    """A positive definite matrix made of `x`."""
    x = xp.astype(x, xp.float64)
    return xp.matmul(x, xp.matrix_transpose(x)) + 2 * xp.eye(x.shape[-2], dtype=xp.float64)


def rebuilt(xp: Any, values: Any, vectors: Any) -> Any:
    return xp.matmul(vectors * xp.expand_dims(values, axis=-2), xp.matrix_transpose(vectors))


@pytest.mark.parametrize(
    ("name", "number"), [(name, number) for name, case in CALLS.items() for number in range(len(case[2]))]
)
@FEW
@given(data=st.data())
def test_calls(name: str, number: int, data: st.DataObject) -> None:
    kinds, least, calls = CALLS[name]
    compared(calls[number], *data.draw(operands(kinds, least)))


@pytest.mark.parametrize(
    "call",
    [
        lambda xp: xp.arange(5),
        lambda xp: xp.arange(1.0, 3.0, 0.25, dtype=xp.float64),
        lambda xp: xp.arange(5, 1),
        lambda xp: xp.arange(5, 1, -2),
        lambda xp: xp.linspace(0.0, 1.0, 5, dtype=xp.float64),
        lambda xp: xp.linspace(0.0, 1.0, 4, dtype=xp.float64, endpoint=False),
        lambda xp: xp.eye(3, 4, k=1, dtype=xp.float64),
        lambda xp: xp.eye(3, k=-1, dtype=xp.int64),
        lambda xp: xp.eye(2, k=5, dtype=xp.int64),
        lambda xp: xp.zeros((2, 3), dtype=xp.int32),
        lambda xp: xp.ones(3, dtype=xp.bool),
        lambda xp: xp.full((2,), 3),
        lambda xp: xp.full(2, 1.5, dtype=xp.float64),
        lambda xp: xp.empty((2, 3)).shape,
        lambda xp: xp.asarray([[1, 2], [3, 4]]),
        lambda xp: xp.asarray(2.5, dtype=xp.float64),
        lambda xp: (xp.pi, xp.e, xp.inf, xp.newaxis),
    ],
)
def test_creation(call: Call) -> None:
    same(call(xp), call(strict))


def test_every_function_is_compared() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    for library, prefix in ((strict, "xp."), (strict.linalg, "linalg."), (strict.fft, "fft.")):
        names = dir(library) if library is strict else library.__all__
        for name in names:
            if name.startswith("_"):
                continue
            if callable(getattr(library, name)) and hasattr(
                xp if library is strict else getattr(xp, prefix[:-1]), name
            ):
                assert name in ELEMENTWISE or f"{prefix}{name}" in source or f'"{name}"' in source, name
