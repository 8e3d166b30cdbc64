"""The cases of the kernels that make, move, index and reduce arrays; `CASES` is these and the elementwise ones."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from wengert.protocol.extensions import Layout
from wengert.protocol.namespace import Namespace
from wengert.testing.drawing_cases import DRAWING
from wengert.testing.kernels import ELEMENTWISE, Bench, KernelCase
from wengert.testing.layer_cases import LAYERS
from wengert.testing.matrix_cases import CASES as MATRICES
from wengert.testing.special_cases import SPECIAL

Run = Callable[[Namespace, Bench], Any]
_MATRIX = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
_MIXED = [[3.0, -1.0, 2.0], [0.5, 4.0, 4.0]]
_ROW = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


def _case(
    kernel: str, run: Run, expected: Any, result: str = "same", is_complex: bool = True, is_floating: bool = True
) -> KernelCase:
    return KernelCase(kernel, run, expected, result, is_complex, is_floating)


def _ordered(kernel: str, run: Run, expected: Any, result: str = "same") -> KernelCase:
    return KernelCase(kernel, run, expected, result, False)


def _exp_over_sum(row: list[float]) -> list[float]:
    total = sum(math.exp(value) for value in row)
    return [math.exp(value) / total for value in row]


def _log_sum(row: list[float]) -> float:
    return math.log(sum(math.exp(value) for value in row))


def _made(name: str, *arguments: Any) -> Run:
    return lambda xp, b: getattr(xp, name)(*arguments, dtype=b.native, device=b.device)


def _on(name: str, values: Any, *arguments: Any, **keywords: Any) -> Run:
    return lambda xp, b: getattr(xp, name)(b.floating(values), *arguments, **keywords)


def _told(layout: Layout | None) -> list[int]:
    """What a dense matrix lies like, where the library tells; the address is its own."""
    return [3, 1, 0, 6] if layout is None else [*layout.stride, layout.offset, layout.length]


def _written(xp: Namespace, b: Bench, key: Any, value: Any) -> Any:
    return xp.setitem(b.floating(_MATRIX), key, value)


_MAKING = (
    _case("asarray", lambda xp, b: b.floating(_MATRIX), _MATRIX),
    _case("asarray", lambda xp, b: b.floating(2.5), 2.5),
    _case("arange", _made("arange", 1, 7, 2), [1.0, 3.0, 5.0], is_complex=False),
    _case("linspace", _made("linspace", 0, 1, 5), [0.0, 0.25, 0.5, 0.75, 1.0], is_complex=False),
    _case("eye", _made("eye", 2, 3), [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
    _case("full", _made("full", (2,), 3.5), [3.5, 3.5]),
    _case("ones", _made("ones", (2, 1)), [[1.0], [1.0]]),
    _case("zeros", _made("zeros", (2, 1)), [[0.0], [0.0]]),
    _case("empty", lambda xp, b: xp.zeros_like(xp.empty((2, 2), dtype=b.native, device=b.device)), [[0.0] * 2] * 2),
    _case("zeros_like", _on("zeros_like", _MATRIX), [[0.0] * 3] * 2),
    _case("ones_like", _on("ones_like", _MATRIX), [[1.0] * 3] * 2),
    _case("full_like", _on("full_like", _MATRIX, 2.5), [[2.5] * 3] * 2),
    _case("astype", lambda xp, b: xp.astype(b.integers([1, 2]), b.native), [1.0, 2.0]),
    _case("astype", lambda xp, b: xp.astype(b.floating([1.0, -2.0]), b.integers(0).dtype), [1, -2], "int64"),
    _case("astype", lambda xp, b: xp.astype(b.floating([0.0, 0.5]), b.booleans(True).dtype), [False, True], "bool"),
    _case("tolist", lambda xp, b: b.floating(xp.tolist(b.floating(_MATRIX))), _MATRIX),
    _case("copy", _on("copy", _MATRIX), _MATRIX),
    _case(
        "contiguous",
        lambda xp, b: xp.contiguous(xp.matrix_transpose(b.floating(_MATRIX))),
        [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]],
    ),
    _case("contiguous", _on("contiguous", 1.5), 1.5),
    _case(
        "complex",
        lambda xp, b: xp.real(xp.complex(xp.real(b.floating([1.0, -math.inf])), xp.real(b.floating([2.0, 0.0])))),
        [1.0, -math.inf],
        "real",
        is_floating=False,
    ),
    _case("tril", _on("tril", [[1.0, 2.0], [3.0, 4.0]], k=0), [[1.0, 0.0], [3.0, 4.0]]),
    _case("triu", _on("triu", [[1.0, 2.0], [3.0, 4.0]], k=1), [[0.0, 2.0], [0.0, 0.0]]),
)

_MOVING = (
    _case("reshape", _on("reshape", _MATRIX, (3, 2)), [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
    _case("permute_dims", _on("permute_dims", _MATRIX, (1, 0)), [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]),
    _case("matrix_transpose", _on("matrix_transpose", _MATRIX), [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]),
    _case("broadcast_to", _on("broadcast_to", [[1.0], [2.0]], (2, 2, 2)), [[[1.0, 1.0], [2.0, 2.0]]] * 2),
    _case("broadcast_to", _on("broadcast_to", 1.5, (2, 1)), [[1.5], [1.5]]),
    _case(
        "broadcast_to",
        lambda xp, b: xp.broadcast_to(xp.matrix_transpose(b.floating([[1.0, 2.0]])), (2, 2)),
        [[1.0, 1.0], [2.0, 2.0]],
    ),
    _case("expand_dims", _on("expand_dims", [1.0, 2.0], axis=1), [[1.0], [2.0]]),
    _case("expand_dims", _on("expand_dims", [1.0, 2.0], axis=-1), [[1.0], [2.0]]),
    _case("squeeze", _on("squeeze", [[[1.0], [2.0]]], (0, 2)), [1.0, 2.0]),
    _case("squeeze", _on("squeeze", [[1.0, 2.0]], 0), [1.0, 2.0]),
    _case("concat", lambda xp, b: xp.concat([b.floating([[1.0]]), b.floating([[2.0]])], axis=1), [[1.0, 2.0]]),
    _case(
        "stack",
        lambda xp, b: xp.stack([b.floating([1.0, 2.0]), b.floating([3.0, 4.0])], axis=1),
        [[1.0, 3.0], [2.0, 4.0]],
    ),
    _case("flip", _on("flip", _MATRIX, axis=(0, 1)), [[6.0, 5.0, 4.0], [3.0, 2.0, 1.0]]),
    _case("flip", _on("flip", _MATRIX, axis=1), [[3.0, 2.0, 1.0], [6.0, 5.0, 4.0]]),
    _case("roll", _on("roll", _MATRIX, 1, axis=1), [[3.0, 1.0, 2.0], [6.0, 4.0, 5.0]]),
    _case("roll", _on("roll", _MATRIX, (1, -1), axis=(0, 1)), [[5.0, 6.0, 4.0], [2.0, 3.0, 1.0]]),
    _case("diagonal", _on("diagonal", _MATRIX, offset=1, axis1=0, axis2=1), [2.0, 6.0]),
    _case("diagonal", _on("diagonal", _MATRIX, offset=-1, axis1=0, axis2=1), [4.0]),
    _case("windows", _on("windows", _ROW, axis=0, size=3, step=2), [[0.0, 1.0, 2.0], [2.0, 3.0, 4.0]]),
    _case("windows", _on("windows", _MATRIX, axis=0, size=2, step=1), [[[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]]),
    _case("overlap_add", _on("overlap_add", _MATRIX, axis=0, step=2, length=6), [1.0, 2.0, 7.0, 5.0, 6.0, 0.0]),
    _case("overlap_add", _on("overlap_add", _MATRIX, axis=0, step=3, length=6), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
)

_BY_STRIDES = (
    _case("strided", _on("strided", _ROW, size=(2, 2), stride=(1, 2), offset=1), [[1.0, 3.0], [2.0, 4.0]]),
    _case(
        "strided_add",
        _on("strided_add", _MATRIX, size=(2, 3), stride=(1, 1), offset=1, length=6),
        [0.0, 1.0, 6.0, 8.0, 6.0, 0.0],
    ),
    _case("view_as_real", lambda xp, b: xp.view_as_real(b.floating([1 + 2j])), [[1.0, 2.0]], "real", is_floating=False),
    _case(
        "view_as_complex",
        lambda xp, b: xp.view_as_complex(xp.view_as_real(b.floating([1 + 2j]))),
        [1 + 2j],
        is_floating=False,
    ),
    _case("reinterpret", lambda xp, b: xp.reinterpret(b.floating(_MATRIX), b.floating(0.0).dtype), _MATRIX),
    _case("is_dense", lambda xp, b: b.booleans(xp.is_dense(b.floating(_MATRIX))), True, "bool"),
    _case("layout", lambda xp, b: b.integers(_told(xp.layout(b.floating(_MATRIX)))), [3, 1, 0, 6], "int64"),
)

_INDEXING = (
    _case("getitem", lambda xp, b: xp.getitem(b.floating(_MATRIX), (1, slice(0, 3, 2))), [4.0, 6.0]),
    _case("getitem", lambda xp, b: xp.getitem(b.floating(_MATRIX), (1, 2)), 6.0),
    _case("getitem", lambda xp, b: xp.getitem(b.floating(_MATRIX), (..., None, 0)), [[1.0], [4.0]]),
    _case(
        "getitem",
        lambda xp, b: xp.getitem(b.floating(_MATRIX), (b.integers([1, 0, 1]),)),
        [_MATRIX[1], _MATRIX[0], _MATRIX[1]],
    ),
    _case(
        "getitem",
        lambda xp, b: xp.getitem(b.floating(_MATRIX), (slice(None), b.booleans([True, False, True]))),
        [[1.0, 3.0], [4.0, 6.0]],
    ),
    _case(
        "getitem", lambda xp, b: xp.getitem(b.floating(_MATRIX), (b.integers([1, 0]), b.integers([2, 2]))), [6.0, 3.0]
    ),
    _case(
        "setitem", lambda xp, b: _written(xp, b, (0, slice(1, 3)), b.floating(7.0)), [[1.0, 7.0, 7.0], [4.0, 5.0, 6.0]]
    ),
    _case(
        "setitem",
        lambda xp, b: _written(xp, b, (b.integers([1]), b.integers([0])), b.floating([7.0])),
        [[1.0, 2.0, 3.0], [7.0, 5.0, 6.0]],
    ),
    _case(
        "scatter_add",
        lambda xp, b: xp.scatter_add(
            b.floating([[0.0, 1.0]] * 2), (b.integers([1, 1]),), b.floating([[1.0, 2.0], [3.0, 4.0]])
        ),
        [[0.0, 1.0], [4.0, 7.0]],
    ),
    _case(
        "scatter_add",
        lambda xp, b: xp.scatter_add(b.floating(_MATRIX), (slice(None), b.integers([2, 2])), b.floating(1.0)),
        [[1.0, 2.0, 5.0], [4.0, 5.0, 8.0]],
    ),
    _case(
        "combine_at",
        lambda xp, b: xp.combine_at(
            b.floating(_MATRIX),
            b.floating([[2.0, 3.0, 9.0]] * 2),
            b.integers([[0, 1, 0], [0, 0, 0]]),
            axis=0,
            rows=False,
            how="prod",
        ),
        [[4.0, 6.0, 243.0], [4.0, 15.0, 6.0]],
    ),
    _ordered(
        "combine_at",
        lambda xp, b: xp.combine_at(
            b.floating(_MATRIX), b.floating([[9.0, 0.0]] * 2), b.integers([2, 0]), axis=1, rows=True, how="amax"
        ),
        [[1.0, 2.0, 9.0], [4.0, 5.0, 9.0]],
    ),
    _case(
        "add_at",
        lambda xp, b: xp.add_at(
            b.floating(_MATRIX), (b.integers([0, 0, 1]), b.integers([1, 1, 2])), b.floating([1.0, 2.0, 4.0])
        ),
        [[1.0, 5.0, 3.0], [4.0, 5.0, 10.0]],
    ),
    _case(
        "add_at",
        lambda xp, b: xp.add_at(b.floating(_MATRIX), (slice(0, 2), 1), b.floating([1.0, 2.0])),
        [[1.0, 3.0, 3.0], [4.0, 7.0, 6.0]],
    ),
    _case(
        "add_at",
        lambda xp, b: xp.add_at(b.floating(_MATRIX), (b.booleans([False, True]),), b.floating(1.0)),
        [[1.0, 2.0, 3.0], [5.0, 6.0, 7.0]],
    ),
    _case(
        "add_at",
        lambda xp, b: xp.add_at(b.floating(_MATRIX), (0, ..., b.integers([2, 2])), b.floating(1.0)),
        [[1.0, 2.0, 5.0], [4.0, 5.0, 6.0]],
    ),
    _case("take", lambda xp, b: xp.take(b.floating(_MATRIX), b.integers([2, 0]), axis=1), [[3.0, 1.0], [6.0, 4.0]]),
    _case(
        "take_along_axis",
        lambda xp, b: xp.take_along_axis(b.floating(_MATRIX), b.integers([[2], [0]]), axis=1),
        [[3.0], [4.0]],
    ),
    _case("nonzero", _on("nonzero", [[0.0, 2.0], [3.0, 0.0]]), ([0, 1], [1, 0]), "int64"),
)

_REDUCING = (
    _case("sum", _on("sum", _MATRIX), 21.0),
    _case("sum", _on("sum", _MATRIX, axis=(0,), keepdims=True), [[5.0, 7.0, 9.0]]),
    _case("sum", _on("sum", _MATRIX, axis=1), [6.0, 15.0]),
    _case("prod", _on("prod", _MATRIX, axis=(0, 1)), 720.0),
    _case("prod", _on("prod", _MATRIX, axis=0, keepdims=True), [[4.0, 10.0, 18.0]]),
    _ordered("max", _on("max", _MIXED), 4.0),
    _ordered("max", _on("max", _MIXED, axis=(1,), keepdims=True), [[3.0], [4.0]]),
    _ordered("max", _on("max", [1.0, math.nan]), math.nan),
    _ordered("min", _on("min", _MIXED, axis=0), [0.5, -1.0, 2.0]),
    _ordered("min", _on("min", [1.0, math.nan]), math.nan),
    _ordered("argmax", _on("argmax", _MIXED, axis=1), [0, 1], "int64"),
    _ordered("argmax", _on("argmax", _MIXED, axis=1, keepdims=True), [[0], [1]], "int64"),
    _ordered("argmin", _on("argmin", _MIXED, axis=0), [1, 0, 0], "int64"),
    _case("any", _on("any", [[0.0, 0.0], [0.0, 1.0]], axis=1), [False, True], "bool"),
    _case("all", _on("all", [[1.0, 1.0], [0.0, 1.0]], axis=(1,), keepdims=True), [[True], [False]], "bool"),
    _case("cumulative_sum", _on("cumulative_sum", _MATRIX, axis=1), [[1.0, 3.0, 6.0], [4.0, 9.0, 15.0]]),
    _case("cumulative_prod", _on("cumulative_prod", _MATRIX, axis=0), [[1.0, 2.0, 3.0], [4.0, 10.0, 18.0]]),
    _ordered("sort", _on("sort", _MIXED, axis=-1), [[-1.0, 2.0, 3.0], [0.5, 4.0, 4.0]]),
    _ordered("sort", _on("sort", _MIXED, axis=1, descending=True), [[3.0, 2.0, -1.0], [4.0, 4.0, 0.5]]),
    _ordered("argsort", _on("argsort", _MIXED, axis=1), [[1, 2, 0], [0, 1, 2]], "int64"),
    _ordered("argsort", _on("argsort", _MIXED, axis=1, descending=True), [[0, 2, 1], [1, 2, 0]], "int64"),
    _ordered(
        "searchsorted",
        lambda xp, b: xp.searchsorted(b.floating(_ROW), b.floating([2.0, 2.5]), side="left"),
        [2, 3],
        "int64",
    ),
    _ordered(
        "searchsorted", lambda xp, b: xp.searchsorted(b.floating(_ROW), b.floating([2.0]), side="right"), [3], "int64"
    ),
    _case("gemm", lambda xp, b: xp.gemm(b.floating([[1.0, 2.0]]), b.floating([[3.0], [4.0]])), [[11.0]]),
    _case(
        "gemm",
        lambda xp, b: xp.gemm(b.floating([[1.0], [2.0]]), b.floating([[3.0, 4.0]]), transpose_x=True, transpose_y=True),
        [[11.0]],
    ),
    _case("matmul", lambda xp, b: xp.matmul(b.floating(_MATRIX), b.floating([[1.0], [0.0], [2.0]])), [[7.0], [16.0]]),
    _case("matmul", lambda xp, b: xp.matmul(b.floating(_MATRIX), b.floating([1.0, 0.0, 2.0])), [7.0, 16.0]),
    _case(
        "matmul",
        lambda xp, b: xp.matmul(b.floating([_MATRIX] * 2), b.floating([[1.0], [0.0], [2.0]])),
        [[[7.0], [16.0]]] * 2,
    ),
    _case("matmul", lambda xp, b: xp.matmul(b.floating([1.0, 2.0]), b.floating([3.0, 4.0])), 11.0),
    _ordered("softmax", _on("softmax", _MIXED, axis=-1), [_exp_over_sum(row) for row in _MIXED]),
    _ordered("softmax", _on("softmax", [[1e4], [-1e4]], axis=0), [[1.0], [0.0]]),
    _ordered("log_softmax", _on("log_softmax", _MIXED, axis=1), [[v - _log_sum(row) for v in row] for row in _MIXED]),
    _ordered("logsumexp", _on("logsumexp", _MIXED, axis=1, keepdims=False), [_log_sum(row) for row in _MIXED]),
    _ordered("logsumexp", _on("logsumexp", _MIXED, axis=(0, 1), keepdims=True), [[_log_sum(_MIXED[0] + _MIXED[1])]]),
    _ordered("logsumexp", _on("logsumexp", [-math.inf, -math.inf], axis=0, keepdims=False), -math.inf),
)


def _quiet(xp: Namespace, b: Bench) -> Any:
    with xp.errstate():
        return b.booleans(xp.tolist(xp.isfinite(xp.divide(b.floating([1.0]), b.floating([0.0])))))


_ASKING = (
    _case("errstate", _quiet, [False], "bool"),
    _ordered(
        "asnumpy", lambda xp, b: b.booleans(xp.asnumpy(b.integers([[1, 2, 3]] * 2)).shape == (2, 3)), True, "bool"
    ),
    _case("can_view", lambda xp, b: b.booleans(xp.can_view(b.floating(_MATRIX), (3, 2))), True, "bool"),
    _case("overlap", lambda xp, b: b.integers(xp.overlap(b.floating(_MATRIX), b.floating(_MATRIX))), 0, "int64"),
    _case("is_overlapping", lambda xp, b: b.booleans(xp.is_overlapping(b.floating(_MATRIX))), False, "bool"),
    _case(
        "shares_memory",
        lambda xp, b: b.booleans(xp.shares_memory(b.floating(_MATRIX), b.floating(_MATRIX))),
        False,
        "bool",
    ),
)

CASES: tuple[KernelCase, ...] = (
    *ELEMENTWISE,
    *_MAKING,
    *_MOVING,
    *_BY_STRIDES,
    *_INDEXING,
    *_REDUCING,
    *LAYERS,
    *MATRICES,
    *SPECIAL,
    *DRAWING,
    *_ASKING,
)
