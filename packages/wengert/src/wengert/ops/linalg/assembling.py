"""Floor 6: products of vectors, and matrices and vectors put together, made of simpler functions."""

from __future__ import annotations

from itertools import combinations as choices
from itertools import combinations_with_replacement as choices_with_repeats
from typing import Any

from wengert.ops.arguments import AnyTensor, spoken
from wengert.ops.arithmetic import add, mul, sub
from wengert.ops.complex import conj
from wengert.ops.linalg.affine import addmm
from wengert.ops.linalg.checks import check_expands, raise_dtypes
from wengert.ops.linalg.matrices import check_dtype, check_same_dtype, require_tensor
from wengert.ops.linalg.products import dot, outer
from wengert.ops.movement import broadcast_to, cat, diagonal, meshgrid, permute, reshape, roll, stack
from wengert.ops.reduction import cumprod, sum
from wengert.protocol.dtypes import BOOL, bool_, int64
from wengert.protocol.shapes import broadcast_shapes, normalize_axis
from wengert.rule.refusals import refuse
from wengert.tensor.base import TensorBase as Tensor

Number = int | float | complex


def cross(input: AnyTensor, other: AnyTensor, *, dim: int = -1) -> Tensor:
    """The cross product of vectors of three along `dim`.

    Shapes: both of as many dimensions, 3 along `dim`; they broadcast. Dtype: by torch's promotion.
    Derivative: g -> other x g, g x input, conjugated.
    Errors: RuntimeError unless the sizes fit.
    Source: torch.linalg.cross.

    >>> wengert.linalg.cross(tensor([1., 0., 0.]), tensor([0., 1., 0.]))
    tensor([0., 0., 1.])
    """
    require_tensor("linalg.cross", "input", input)
    require_tensor("linalg.cross", "other", other, 2)
    if len(input.shape) != len(other.shape):
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    here, there = input.space.dtype, other.space.dtype
    if here is not there:
        raise RuntimeError(f"linalg.cross: expected scalar type {here.spoken} but found {there.spoken}")
    refuse("cross", here, BOOL)
    axis = normalize_axis(dim, len(input.shape))
    if input.shape[axis] != 3 or other.shape[axis] != 3:
        raise RuntimeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {input.shape[axis]} and {other.shape[axis]}"
        )
    shape = broadcast_shapes(input.shape, other.shape)
    x, y = broadcast_to(input, shape), broadcast_to(other, shape)
    return sub(mul(roll(x, -1, axis), roll(y, -2, axis)), mul(roll(x, -2, axis), roll(y, -1, axis)))


def cross_of_tensor(input: AnyTensor, other: AnyTensor, dim: int | None = None) -> Tensor:
    """`linalg.cross` along `dim`, unless given the first dimension of size 3."""
    require_tensor("cross", "input", input)
    if dim is None:
        if 3 not in input.shape:
            raise RuntimeError("no dimension of size 3 in input")
        return cross(input, other, dim=input.shape.index(3))
    return cross(input, other, dim=dim)


def vecdot(x: AnyTensor, y: AnyTensor, *, dim: int = -1) -> Tensor:
    """The sum of conj(x) y along `dim`.

    Shapes: they broadcast; `dim` goes. Dtype: that of both.
    Derivative: g -> conj(g) y, g x.
    Errors: RuntimeError unless the dtypes are one, floating or complex.
    Source: torch.linalg.vecdot.

    >>> wengert.linalg.vecdot(tensor([[1., 2.], [3., 4.]]), tensor([1., 1.]))
    tensor([3., 7.])
    """
    require_tensor("linalg.vecdot", "x", x)
    require_tensor("linalg.vecdot", "y", y, 2)
    check_dtype("linalg.vecdot", x.space.dtype, "vecdot")
    check_same_dtype("linalg.vecdot", x, y, "x", "y")
    return sum(mul(conj(x), y), dim)


def vdot(input: AnyTensor, other: AnyTensor) -> Tensor:
    """The sum of conj(input) other, of two vectors.

    Shapes: (n,) (n,) -> (). Dtype: that of both.
    Derivative: g -> conj(g) other, g input.
    Errors: RuntimeError unless both are 1-d and of one size and dtype.
    Source: torch.vdot.

    >>> vdot(tensor([1., 2.]), tensor([3., 4.]))
    tensor(11.)
    """
    require_tensor("vdot", "self", input)
    return dot(conj(input), other)


def ger(input: AnyTensor, vec2: AnyTensor) -> Tensor:
    """`outer` under its older name. Source: torch.ger."""
    return outer(input, vec2)


def addr(input: AnyTensor, vec1: AnyTensor, vec2: AnyTensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
    """`beta * input + alpha * outer(vec1, vec2)`; with a `beta` of 0 `input` does not matter, not even its nan.

    Shapes: input broadcasts to (n, m); (n,), (m,) -> (n, m). Dtype: by torch's promotion.
    Derivative: g -> beta g, alpha g conj(vec2), alpha g^T conj(vec1).
    Errors: RuntimeError if the shapes do not fit.
    Source: torch.addr.

    >>> addr(zeros(2, 2), tensor([1., 2.]), tensor([1., 10.]))
    tensor([[ 1., 10.],
            [ 2., 20.]])
    """
    for position, (name, value) in enumerate((("input", input), ("vec1", vec1), ("vec2", vec2)), 1):
        require_tensor("addr", name, value, position)
    for name, value in (("vec1", vec1), ("vec2", vec2)):
        if len(value.shape) != 1:
            raise RuntimeError(f"addr: Expected 1-D argument {name}, but got {len(value.shape)}-D")
    check_expands(input.shape, (vec1.shape[0], vec2.shape[0]))
    dtypes = [value.space.dtype for value in (input, vec1, vec2)]
    if all(not dtype.is_inexact for dtype in dtypes):
        for name, factor in (("beta", beta), ("alpha", alpha)):
            if isinstance(factor, float):
                raise RuntimeError(f"For integral input tensors, argument {name} must not be a floating point number.")
    if all(dtype is bool_ for dtype in dtypes):
        found: Any = outer(vec1, vec2) if alpha else mul(outer(vec1, vec2), False)
        return found | broadcast_to(input, found.shape) if beta else found
    product = outer(vec1, vec2)
    product = product if alpha == 1 else mul(product, alpha)
    if beta == 0:
        return add(mul(broadcast_to(input.detach().new_zeros(()), product.shape), 0), product)
    return add(input if beta == 1 else mul(input, beta), product)


def addbmm(input: AnyTensor, batch1: AnyTensor, batch2: AnyTensor, *, beta: Number = 1, alpha: Number = 1) -> Tensor:
    """`beta * input + alpha * (the sum of all batch1 @ batch2)`; with a `beta` of 0 `input` does not matter.

    Shapes: input broadcasts to (m, k); (b, m, n) (b, n, k) -> (m, k). Dtype: that of all.
    Derivative: g -> beta g, alpha g batch2^H, alpha batch1^H g.
    Errors: RuntimeError if the shapes do not fit or if the dtypes differ.
    Source: torch.addbmm.

    >>> addbmm(zeros(1, 1), tensor([[[1.]], [[2.]]]), tensor([[[3.]], [[4.]]]))
    tensor([[11.]])
    """
    for position, (name, value) in enumerate((("input", input), ("batch1", batch1), ("batch2", batch2)), 1):
        require_tensor("addbmm", name, value, position)
    for name, value in (("batch1", batch1), ("batch2", batch2)):
        if len(value.shape) != 3:
            raise RuntimeError(f"{name} must be a 3D tensor, got shape {value.shape}")
    b, m, n = batch1.shape
    if batch2.shape[0] != b:
        raise RuntimeError(f"batch1 and batch2 must have same number of batches, got {b} and {batch2.shape[0]}")
    if batch2.shape[1] != n:
        raise RuntimeError(f"Incompatible matrix sizes for bmm ({m}x{n} and {batch2.shape[1]}x{batch2.shape[2]})")
    for value in (batch1, batch2):
        if value.space.dtype is not input.space.dtype:
            raise_dtypes("addbmm", input.space.dtype, value.space.dtype)
    side_by_side = reshape(permute(batch1, (1, 0, 2)), (m, b * n))
    return addmm(input, side_by_side, reshape(batch2, (b * n, batch2.shape[2])), beta=beta, alpha=alpha)


def kron(input: AnyTensor, other: AnyTensor) -> Tensor:
    """The Kronecker product: each element of `input` times all of `other`.

    Shapes: (m, ...) (n, ...) -> (m n, ...), the shorter shape filled up with ones in front.
    Dtype: by torch's promotion.
    Derivative: that of the products.
    Source: torch.kron.

    >>> kron(tensor([1., 10.]), tensor([1., 2.]))
    tensor([ 1.,  2., 10., 20.])
    """
    require_tensor("kron", "self", input)
    require_tensor("kron", "other", other, 2)
    ndim = max(len(input.shape), len(other.shape))
    first = (1,) * (ndim - len(input.shape)) + input.shape
    second = (1,) * (ndim - len(other.shape)) + other.shape
    x = reshape(input, tuple(n for size in first for n in (size, 1)))
    y = reshape(other, tuple(n for size in second for n in (1, size)))
    return reshape(mul(x, y), tuple(m * n for m, n in zip(first, second, strict=True)))


def block_diag(*tensors: Any) -> Tensor:
    """The matrices one after the other down the diagonal, zeros elsewhere; a vector is a row.

    Shapes: (m, n)... -> (the sum of all m, the sum of all n). Dtype: by torch's promotion.
    Derivative: g -> the block of each.
    Errors: RuntimeError for a tensor of more than two dimensions.
    Source: torch.block_diag.

    >>> block_diag(tensor([[1.]]), tensor([2., 3.]))
    tensor([[1., 0., 0.],
            [0., 2., 3.]])
    """
    for number, tensor in enumerate(tensors):
        require_tensor("block_diag", "tensors", tensor, number + 1)
        if len(tensor.shape) > 2:
            raise RuntimeError(
                f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input {number} has "
                f"{len(tensor.shape)} dimensions"
            )
    if not tensors:
        raise RuntimeError("block_diag(): expected at least one tensor")
    blocks: list[Any] = [reshape(t, (1,) * (2 - len(t.shape)) + t.shape) for t in tensors]
    total, before = 0, 0
    for block in blocks:
        total += block.shape[1]
    rows: list[Any] = []
    for block in blocks:
        m, n = block.shape
        parts: list[Any] = [block]
        if before:
            parts = [block.detach().new_zeros((m, before)), *parts]
        if total - before - n:
            parts = [*parts, block.detach().new_zeros((m, total - before - n))]
        rows.append(parts[0] if len(parts) == 1 else cat(parts, 1))
        before += n
    return cat(rows, 0)


def cartesian_prod(*tensors: Any) -> Tensor:
    """All choices of one element of each vector, one in each row.

    Shapes: (n,)... -> (the product of all n, how many), or (n,) for one vector. Dtype: that of all.
    Derivative: g -> its sum over the rows that hold an element.
    Errors: RuntimeError unless all are 1-d and of one dtype.
    Source: torch.cartesian_prod.

    >>> cartesian_prod(tensor([1, 2]), tensor([5, 6]))
    tensor([[1, 5],
            [1, 6],
            [2, 5],
            [2, 6]])
    """
    for number, tensor in enumerate(tensors):
        require_tensor("cartesian_prod", "tensors", tensor, number + 1)
        if len(tensor.shape) != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {list(tensor.shape)}")
    if len(tensors) == 1:
        return tensors[0]
    grids = meshgrid(*tensors, indexing="ij")
    return stack([reshape(grid, (-1,)) for grid in grids], 1)


def combinations(input: AnyTensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """All choices of `r` elements of a vector, in the order of their places, one in each row.

    Shapes: (n,) -> (how many choices, r); (0,) for `r` 0. Dtype: that of `input`.
    Derivative: g -> its sum over the places that hold an element.
    Errors: RuntimeError unless `input` is 1-d and `r` not negative.
    Source: torch.combinations.

    >>> combinations(tensor([1, 2, 3]))
    tensor([[1, 2],
            [1, 3],
            [2, 3]])
    """
    require_tensor("combinations", "self", input)
    if len(input.shape) != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(input.shape)}")
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        return input.detach().new_empty((0,))
    found = (choices_with_repeats if with_replacement else choices)(range(input.shape[0]), r)
    places = [place for choice in found for place in choice]
    index = input.detach().new_zeros((0,), dtype=int64) if not places else input.new_tensor(places, dtype=int64)
    return reshape(input[index], (len(places) // r, r))


def vander(x: AnyTensor, N: int | None = None) -> Tensor:
    """The powers 0 to `N` - 1 of each element, n of them unless given: one row for each.

    Shapes: (..., n) -> (..., n, N). Dtype: that of `x`.
    Derivative: that of running products.
    Errors: RuntimeError for bool, a number, or `N` below 2.
    Source: torch.linalg.vander.

    >>> wengert.linalg.vander(tensor([2, 3]), N=3)
    tensor([[1, 2, 4],
            [1, 3, 9]])
    """
    require_tensor("linalg.vander", "x", x)
    if x.space.dtype is bool_:
        raise RuntimeError(
            f"linalg.vander supports floating point, complex, and integer tensors, but got {spoken(x.space.dtype)}"
        )
    count = N if N is not None else x.shape[-1] if x.shape else 0
    if count < 2:
        raise RuntimeError("N must be greater than 1.")
    if not x.shape:
        return vander(reshape(x, (1,)), N)
    ones = x.detach().new_ones((*x.shape, 1))
    powers = cumprod(broadcast_to(reshape(x, (*x.shape, 1)), (*x.shape, count - 1)), -1)
    return cat((ones, powers), -1)


def vander_of_vector(x: AnyTensor, N: int | None = None, increasing: bool = False) -> Tensor:
    """The powers of each element of a vector, the highest first unless `increasing`. Source: torch.vander."""
    require_tensor("vander", "x", x)
    if len(x.shape) != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    count = x.shape[0] if N is None else N
    wide = x.to(int64) if not x.space.dtype.is_inexact else x
    powers: Any = vander(wide, max(count, 2)) if x.shape[0] else wide.new_zeros((0, max(count, 2)))
    powers = powers[:, :count]
    return powers if increasing else powers.flip(1)


def matrix_diagonal(A: AnyTensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """The diagonals of the last two dimensions: a view. Source: torch.linalg.diagonal.

    >>> wengert.linalg.diagonal(tensor([[1, 2], [3, 4]]))
    tensor([1, 4])
    """
    return diagonal(A, offset, dim1, dim2)
