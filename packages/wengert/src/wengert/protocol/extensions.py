"""Floor 0: the functions beyond the array API standard. All have a default in `backends/standard/`.

A key is a tuple with an entry for each leading axis: an integer, a slice with a positive step, None, Ellipsis, a
boolean array or an integer array (no value negative). `getitem` of such a key follows NumPy's and torch's advanced
indexing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, NamedTuple

from wengert.protocol.shapes import Shape

if TYPE_CHECKING:
    from typing import Protocol as Protocol
else:
    Protocol = object  # nothing asks at run time, and to make a Protocol of so many members takes milliseconds


class Layout(NamedTuple):
    """Where an array lies: all numbers are of elements, but the address of the first one."""

    stride: Shape
    offset: int  # from the beginning of the memory
    address: int
    length: int  # of the memory


class Extensions(Protocol):
    """Indexing, special functions, matrices, transforms, random numbers, windows and what the engine asks for."""

    # indexing and writing; each returns the array written: x itself where arrays are mutable, else a new one
    def setitem(self, x: Any, key: Any, value: Any, /) -> Any: ...
    def scatter_add(self, x: Any, key: Any, value: Any, /) -> Any: ...  # out of place: x + value at key, repeats add up
    def combine_at(self, x: Any, source: Any, indices: Any, /, *, axis: int, rows: bool, how: str) -> Any: ...
    # out of place: x multiplied with `source` ("prod"), or the larger ("amax") or smaller ("amin") of the two, where
    # `indices` points along the axis: a vector that names `rows` of it, or an array of the shape of `source`
    def add_into(self, x: Any, y: Any, /) -> Any: ...  # x + y, into x's memory where that can be
    def add_at(self, x: Any, key: Any, value: Any, /) -> Any: ...  # x with value added at key, into x where that can be

    # structure
    def copy(self, x: Any, /) -> Any: ...
    def contiguous(self, x: Any, /) -> Any: ...
    def diagonal(self, x: Any, /, *, offset: int, axis1: int, axis2: int) -> Any: ...  # a view where there are views
    def windows(self, x: Any, /, *, axis: int, size: int, step: int) -> Any: ...  # the window is the last axis
    def overlap_add(self, x: Any, /, *, axis: int, step: int, length: int) -> Any: ...  # the transpose of windows
    def strided(self, x: Any, /, *, size: Shape, stride: Shape, offset: int) -> Any: ...  # of the memory that x lies in
    def strided_add(  # the transpose of strided, for a dense vector of `length` elements
        self, g: Any, /, *, size: Shape, stride: Shape, offset: int, length: int
    ) -> Any: ...
    def view_as_real(self, x: Any, /) -> Any: ...  # the parts of complex numbers as a last axis of 2
    def view_as_complex(self, x: Any, /) -> Any: ...  # and back; a view where that can be
    def reinterpret(self, x: Any, dtype: Any, /) -> Any: ...  # the same bytes read as another dtype
    def complex(self, real: Any, imag: Any, /) -> Any: ...
    def fmod(self, x: Any, y: Any, /) -> Any: ...  # the sign of the dividend

    def masked(self, x: Any, mask: Any, /) -> Any: ...  # x where the mask is, else 0, whatever x is there

    # special functions
    expit: Callable[[Any], Any]
    erf: Callable[[Any], Any]
    erfc: Callable[[Any], Any]
    erfinv: Callable[[Any], Any]
    gammaln: Callable[[Any], Any]
    digamma: Callable[[Any], Any]
    erfcx: Callable[[Any], Any]
    ndtri: Callable[[Any], Any]
    i0e: Callable[[Any], Any]
    i1e: Callable[[Any], Any]
    bessel_j0: Callable[[Any], Any]
    bessel_j1: Callable[[Any], Any]
    bessel_y0: Callable[[Any], Any]
    bessel_y1: Callable[[Any], Any]
    bessel_k0e: Callable[[Any], Any]
    bessel_k1e: Callable[[Any], Any]
    airy: Callable[[Any], Any]
    zeta: Callable[[Any, Any], Any]
    gammainc: Callable[[Any, Any], Any]
    gammaincc: Callable[[Any, Any], Any]
    betainc: Callable[[Any, Any, Any], Any]  # of a, b, x: the incomplete beta function up to x, over the whole one

    def orthogonal(self, x: Any, n: Any, /, *, family: str) -> Any: ...  # a polynomial of degree n, by torch's name

    # the parts of numbers
    def frexp(self, x: Any, /) -> tuple[Any, Any]: ...  # mantissa and exponent (int32)

    gcd: Callable[[Any, Any], Any]
    lcm: Callable[[Any, Any], Any]

    # matrices, in batches; `info` is int32, one number for each matrix, 0 where all went well, and nothing is raised
    def gemm(self, x: Any, y: Any, /, *, transpose_x: bool = False, transpose_y: bool = False) -> Any: ...  # a product
    def cholesky(self, x: Any, /) -> tuple[Any, Any]: ...  # lower triangle; info: the first minor that is not positive
    def lu_factor(self, x: Any, /) -> tuple[Any, Any, Any]: ...  # both triangles, int32 pivots from 1, info: first zero
    def solve(self, x: Any, y: Any, /) -> tuple[Any, Any]: ...  # matrices y; batches broadcast; info as lu_factor's
    def solve_triangular(self, x: Any, y: Any, /, *, upper: bool, unit: bool) -> Any: ...  # reads that triangle of x
    def ldl_factor(self, x: Any, /, *, hermitian: bool) -> tuple[Any, Any, Any]: ...  # as LAPACK's sytrf; info likewise
    def ldl_solve(self, x: Any, pivots: Any, y: Any, /, *, hermitian: bool) -> Any: ...
    def det(self, x: Any, /) -> Any: ...
    def slogdet(self, x: Any, /) -> tuple[Any, Any]: ...  # sign (or phase) and log of the size
    def qr(self, x: Any, /, *, complete: bool) -> tuple[Any, Any]: ...
    def eigh(self, x: Any, /) -> tuple[Any, Any]: ...  # reads the lower triangle; values in ascending order
    def eig(self, x: Any, /) -> tuple[Any, Any]: ...  # complex values and vectors
    def svd(self, x: Any, /, *, full: bool) -> tuple[Any, Any, Any]: ...  # U, S, V^H

    # Fourier transforms; norm is "backward", "forward" or "ortho"
    def fftn(self, x: Any, /, *, axes: Shape, norm: str) -> Any: ...  # of complex arrays
    def ifftn(self, x: Any, /, *, axes: Shape, norm: str) -> Any: ...
    def rfftn(self, x: Any, /, *, axes: Shape, norm: str) -> Any: ...  # of real arrays: half of the last of the axes
    def irfftn(self, x: Any, /, *, size: int, axes: Shape, norm: str) -> Any: ...  # real, `size` along the last axis

    # random numbers; a generator is whatever `generator` returns
    def generator(self, seed: int | None, /, *, device: Any = None) -> Any: ...
    def uniform(self, generator: Any, shape: Shape, /, *, dtype: Any, device: Any) -> Any: ...  # [0, 1)
    def normal(self, generator: Any, shape: Shape, /, *, dtype: Any, device: Any) -> Any: ...
    def integers(self, generator: Any, low: int, high: int, shape: Shape, /, *, dtype: Any, device: Any) -> Any: ...
    def permutation(self, generator: Any, n: int, /, *, dtype: Any, device: Any) -> Any: ...
    def poisson(self, generator: Any, rate: Any, /) -> Any: ...  # in the dtype of `rate`
    def binomial(self, generator: Any, count: Any, prob: Any, /) -> Any: ...  # count and prob of one shape and dtype

    # the way out
    def asnumpy(self, x: Any, /) -> Any: ...
    def require(self, condition: Any, message: str, /) -> None: ...  # RuntimeError unless all hold; nothing if lazy
    def errstate(self) -> AbstractContextManager[Any]: ...  # silences warnings at singular points
    def shares_memory(self, x: Any, y: Any, /) -> bool: ...  # may say True for True, never False for shared
    def can_view(self, x: Any, shape: Shape, /) -> bool: ...  # whether `reshape` shares the memory of x
    def overlap(self, x: Any, y: Any, /) -> int: ...  # of arrays without gaps: 1 the same memory, 2 part of it; else 0
    def is_overlapping(self, x: Any, /) -> bool: ...  # several indices at one address, as in a broadcast view
    def is_dense(self, x: Any, /) -> bool: ...  # the elements lie one after the other, in the order of reading
    def layout(self, x: Any, /) -> Layout | None: ...  # None where the library does not tell

    # fused kernels; each default is the composite
    def fused(
        self,
        formula: Any,
        arrays: tuple[Any, ...],
        numbers: dict[str, Any],
        /,
        *,
        into: int = 0,
        spare: bool = False,
    ) -> Any: ...

    # formula(xp, *arrays, **numbers), elementwise in real arrays that broadcast, all of one dtype but for booleans; a
    # tuple of new arrays where the formula gives a tuple.
    # With `into` its results, a tuple of that many, are written into the first arrays; with `spare` nobody needs the
    # first array any more, and it may be written over. The core asks where `fuses` is. A formula may be made of
    # several, and is then equal, with the same hash, to another made of the same.
    gelu: Callable[[Any], Any]
    gelu_slope: Callable[[Any], Any]  # its derivative

    def softmax(self, x: Any, /, *, axis: int) -> Any: ...
    def log_softmax(self, x: Any, /, *, axis: int) -> Any: ...
    def logsumexp(self, x: Any, /, *, axis: int | Shape, keepdims: bool) -> Any: ...
    def softmax_pullback(self, g: Any, out: Any, /, *, axis: int) -> Any: ...  # out (g - sum(g out))
    def log_softmax_pullback(self, g: Any, out: Any, /, *, axis: int) -> Any: ...  # g - exp(out) sum(g)
    def attention(  # softmax(query key^T scale + bias) value, broadcasting; zeros for a row of -inf in the bias
        self, query: Any, key: Any, value: Any, bias: Any | None, /, *, scale: float
    ) -> Any: ...
    def attention_pullback(  # the cotangents of the four that are wanted, in the shapes that they broadcast to, or None
        self, g: Any, query: Any, key: Any, value: Any, bias: Any | None, /, *, scale: float, wanted: tuple[bool, ...]
    ) -> tuple[Any, Any, Any, Any]: ...
    def class_loss(self, x: Any, target: Any, /) -> Any: ...  # (n, classes), (n,) -> (n,): -log_softmax(x)[target]
    def class_loss_pullback(self, g: Any, x: Any, target: Any, /) -> Any: ...  # (softmax(x) - one_hot(target)) g
    def standardize(self, x: Any, /, *, axis: Shape, eps: float) -> tuple[Any, Any, Any]: ...  # and mean, rstd
    def standardize_pullback(self, g: Any, x: Any, mean: Any, rstd: Any, /, *, axis: Shape) -> Any: ...

    # windows over the axes after the first two (batch, channels); sizes and steps hold a number for each such axis
    def pad(self, x: Any, /, *, widths: tuple[Shape, ...], value: float) -> Any: ...  # (before, after); < 0 cuts
    def convolve(self, x: Any, w: Any, /, *, step: Shape, padding: Shape, dilation: Shape, groups: int) -> Any: ...
    def convolve_input(  # the transpose of convolve in x; `shape` is x's
        self, g: Any, w: Any, /, *, shape: Shape, step: Shape, padding: Shape, dilation: Shape, groups: int
    ) -> Any: ...
    def convolve_weight(  # the transpose of convolve in w; `shape` is w's
        self, g: Any, x: Any, /, *, shape: Shape, step: Shape, padding: Shape, dilation: Shape, groups: int
    ) -> Any: ...
    def max_pool(  # values, and where in its plane (the axes after the first two, flat) each was found
        self, x: Any, /, *, size: Shape, step: Shape, padding: Shape, dilation: Shape, output: Shape
    ) -> tuple[Any, Any]: ...
    def plane_gather(self, x: Any, positions: Any, /) -> Any: ...  # the elements of each plane at flat positions in it
    def plane_scatter(self, g: Any, positions: Any, /, *, shape: Shape) -> Any: ...  # its transpose; repeats add up
    def pool_sum(self, x: Any, /, *, size: Shape, step: Shape, padding: Shape, output: Shape) -> Any: ...
    def pool_spread(  # the transpose of pool_sum; `shape` is x's
        self, g: Any, /, *, shape: Shape, size: Shape, step: Shape, padding: Shape
    ) -> Any: ...
