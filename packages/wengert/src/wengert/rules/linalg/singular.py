"""Floor 2: singular values and vectors, and the pseudo-inverse."""

from __future__ import annotations

from wengert.protocol.array import Array
from wengert.protocol.namespace import Namespace
from wengert.protocol.shapes import broadcast_all
from wengert.rule.kinds import general
from wengert.rules.linalg.matrices import (
    adjoint,
    as_column,
    as_row,
    columns,
    defined,
    diagonal_of,
    diagonal_part,
    gaps,
    in_dtype_of,
    off_diagonal,
    on_diagonal,
    rows,
    skew,
    sum_of,
)
from wengert.rules.linalg.spectra import refuse_phase


@general(outputs=("left", "values", "right"))
def svd(xp: Namespace, x: Array, *, full: bool = False) -> tuple[Array, Array, Array]:
    """U, S, V^H with x = U diag(S) V^H; the vectors beyond the values, where `full`, have no gradient."""
    return xp.svd(x, full=full)


@svd.vjp("x")
def svd_vjp(
    xp: Namespace,
    g_left: Array | None,
    g_values: Array | None,
    g_right: Array | None,
    left: Array,
    values: Array,
    right: Array,
) -> Array:
    k, m, n = values.shape[-1], left.shape[-2], right.shape[-1]
    left, right = columns(xp, left, 0, k), rows(xp, right, 0, k)
    size = in_dtype_of(xp, values, left)
    apart = gaps(xp, xp.multiply(values, values), left)
    inner: Array = on_diagonal(xp, defined(xp, g_values, values), left)
    outer: Array | None = None
    spin: Array | None = None  # what a turn of the phases changes
    if g_left is not None:
        of_left = columns(xp, g_left, 0, k)
        spin = turned = xp.matmul(adjoint(xp, left), of_left)
        off = xp.divide(off_diagonal(xp, skew(xp, turned)), apart)
        inner = xp.add(inner, xp.multiply(off, as_row(xp, size)))
        phase = diagonal_part(xp, skew(xp, turned)) * 0.5
        inner = xp.add(inner, xp.divide(phase, as_row(xp, size)))
        if m > k:
            outside = xp.subtract(of_left, xp.matmul(left, turned))
            outer = xp.matmul(xp.divide(outside, as_row(xp, size)), right)
    if g_right is not None:
        of_right = rows(xp, g_right, 0, k)
        turned = xp.matmul(right, adjoint(xp, of_right))
        spin = sum_of(xp, spin, turned)
        off = xp.divide(off_diagonal(xp, skew(xp, turned)), apart)
        inner = xp.add(inner, xp.multiply(off, as_column(xp, size)))
        if n > k:
            outside = xp.subtract(of_right, xp.matmul(adjoint(xp, turned), right))
            outer = sum_of(xp, outer, xp.matmul(left, xp.divide(outside, as_column(xp, size))))
    if spin is not None:
        refuse_phase(xp, "svd_backward", "singular vectors", spin)
    whole = xp.matmul(xp.matmul(left, inner), right)
    return whole if outer is None else xp.add(whole, outer)


@svd.jvp
def svd_jvp(xp: Namespace, t: Array, left: Array, values: Array, right: Array) -> tuple[Array, Array, Array]:
    k, m, n = values.shape[-1], left.shape[-2], right.shape[-1]
    if k == 0:
        return xp.zeros_like(left), xp.zeros_like(values), xp.zeros_like(right)
    if left.shape[-1] > k or right.shape[-2] > k:
        return _with_further_vectors_still(xp, t, left, values, right)
    size = in_dtype_of(xp, values, left)
    across, down = as_row(xp, size), as_column(xp, size)
    apart = gaps(xp, xp.multiply(values, values), left)
    half = xp.matmul(adjoint(xp, left), t)
    inner = xp.matmul(half, adjoint(xp, right))
    other = adjoint(xp, inner)
    spin = xp.divide(diagonal_part(xp, skew(xp, inner)) * 0.25, across)
    turn_left = xp.divide(xp.add(xp.multiply(inner, across), xp.multiply(down, other)), apart)
    turn_right = xp.divide(xp.add(xp.multiply(down, inner), xp.multiply(other, across)), apart)
    t_left = xp.matmul(left, xp.add(off_diagonal(xp, turn_left), spin))
    t_right = xp.matmul(adjoint(xp, xp.subtract(off_diagonal(xp, turn_right), spin)), right)
    if m > k:
        along = xp.matmul(t, adjoint(xp, right))
        t_left = xp.add(t_left, xp.divide(xp.subtract(along, xp.matmul(left, inner)), across))
    if n > k:
        t_right = xp.add(t_right, xp.divide(xp.subtract(half, xp.matmul(inner, right)), down))
    return t_left, xp.real(diagonal_of(xp, inner)), t_right


def _with_further_vectors_still(
    xp: Namespace, t: Array, left: Array, values: Array, right: Array
) -> tuple[Array, Array, Array]:
    """The tangents where there are more vectors than values: any basis of their space will do, so they stay."""
    k, rows = values.shape[-1], (slice(None),)
    more_left = xp.zeros_like(xp.getitem(left, (..., slice(k, None))))
    more_right = xp.zeros_like(xp.getitem(right, (..., slice(k, None), *rows)))
    left, right = xp.getitem(left, (..., slice(0, k))), xp.getitem(right, (..., slice(0, k), *rows))
    t_left, t_values, t_right = svd_jvp(xp, t, left, values, right)
    return xp.concat([t_left, more_left], axis=-1), t_values, xp.concat([t_right, more_right], axis=-2)


@general
def pinv(xp: Namespace, x: Array, atol: Array, rtol: Array, *, hermitian: bool = False) -> Array:
    """The pseudo-inverse; singular values up to atol or rtol times the largest count as 0."""
    if 0 in x.shape[-2:]:
        batch = broadcast_all([x.shape[:-2], atol.shape, rtol.shape])
        return xp.broadcast_to(xp.matrix_transpose(x), (*batch, x.shape[-1], x.shape[-2]))
    if hermitian:
        values, right = xp.eigh(x)
        left, sizes = right, xp.abs(values)
    else:
        left, values, right = xp.svd(x, full=False)
        right, sizes = adjoint(xp, right), values
    counts = exceeding(xp, sizes, atol, rtol)
    inverse = xp.masked(xp.reciprocal(xp.where(counts, values, xp.ones_like(values))), counts)
    return xp.matmul(xp.multiply(right, as_row(xp, in_dtype_of(xp, inverse, left))), adjoint(xp, left))


pinv.without_gradient("atol", "rtol")


def exceeding(xp: Namespace, sizes: Array, atol: Array, rtol: Array) -> Array:
    """Which sizes exceed atol and rtol times the largest of them; both bounds hold a number for each matrix."""
    bounds = [in_dtype_of(xp, xp.reshape(bound, (*bound.shape, 1)), sizes) for bound in (atol, rtol)]
    relative = xp.multiply(bounds[1], xp.max(sizes, axis=(-1,), keepdims=True))
    return xp.greater(sizes, xp.maximum(xp.add(bounds[0], xp.zeros_like(relative)), relative))


@pinv.vjp("x")
def pinv_vjp(xp: Namespace, g: Array, x: Array, out: Array) -> Array:
    """-Y^H g Y^H + (1 - x Y) g^H Y Y^H + Y^H Y g^H (1 - Y x), at constant rank, for Y the pseudo-inverse of x."""
    turned, g_turned = adjoint(xp, out), adjoint(xp, g)
    first = xp.matmul(xp.matmul(g_turned, out), turned)
    last = xp.matmul(xp.matmul(turned, out), g_turned)
    result = xp.negative(xp.matmul(xp.matmul(turned, g), turned))
    result = xp.add(result, xp.subtract(first, xp.matmul(x, xp.matmul(out, first))))
    return xp.add(result, xp.subtract(last, xp.matmul(xp.matmul(last, out), x)))


@pinv.jvp
def pinv_jvp(xp: Namespace, t: Array, x: Array, out: Array) -> Array:
    turned, t_turned = adjoint(xp, out), adjoint(xp, t)
    first = xp.matmul(xp.matmul(out, turned), t_turned)
    last = xp.matmul(xp.matmul(t_turned, turned), out)
    result = xp.negative(xp.matmul(xp.matmul(out, t), out))
    result = xp.add(result, xp.subtract(first, xp.matmul(xp.matmul(first, x), out)))
    return xp.add(result, xp.subtract(last, xp.matmul(out, xp.matmul(x, last))))
