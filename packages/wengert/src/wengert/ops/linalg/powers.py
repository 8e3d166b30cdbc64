"""Floor 6: powers and exponentials of matrices, chains of products, products of reflections."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, factorial, log2
from typing import Any

from wengert.ops.arguments import AnyTensor
from wengert.ops.linalg.matrices import check_square, require_tensor
from wengert.ops.linalg.products import matmul
from wengert.ops.linalg.solving import inv
from wengert.ops.movement import clone, reshape
from wengert.protocol.dtypes import DType
from wengert.tensor.base import TensorBase as Tensor


def matrix_power(A: AnyTensor, n: Any) -> Tensor:
    """`n` equal square matrices multiplied, for each matrix; the inverse of that for a negative `n`.

    Shapes: (..., n, n) -> (..., n, n). Dtype: that of `A`.
    Derivative: that of the products and the inverse.
    Errors: RuntimeError unless the matrices are square; LinAlgError if one is singular and `n` negative.
    Source: torch.linalg.matrix_power.

    >>> matrix_power(tensor([[1., 1.], [0., 1.]]), 3)
    tensor([[1., 3.],
            [0., 1.]])
    """
    require_tensor("linalg.matrix_power", "input", A)
    if not isinstance(n, int) or isinstance(n, bool):
        raise TypeError(f"linalg_matrix_power(): argument 'n' (position 2) must be int, not {type(n).__name__}")
    if len(A.shape) < 2:
        raise RuntimeError("linalg.matrix_power: The input tensor A must have at least 2 dimensions.")
    if A.shape[-1] != A.shape[-2]:
        raise RuntimeError(
            f"linalg.matrix_power: A must be batches of square matrices, but they are {A.shape[-2]} by {A.shape[-1]} "
            "matrices"
        )
    if n < 0:
        inverse = inv(A)
        return inverse if n == -1 else matrix_power(inverse, -n)
    if n == 0:
        out: Any = clone(A)
        return out.copy_(A.detach().new_ones(A.shape[-2:]).tril().triu())
    if n == 1:
        return clone(A)
    half = n // 2
    square = A if half == 1 else matrix_power(A, half)
    whole = matmul(square, square)
    return matmul(whole, A) if n % 2 else whole


_TERMS = {4: 8, 8: 18}  # of the series, by the bytes of a real number: enough for a norm of 1/2
_NARROW = 4


def matrix_exp(A: AnyTensor) -> Tensor:
    """The exponential of each square matrix: the sum of A^k / k!.

    By scaling and squaring: the series of A / 2^s, whose norm is at most a half, squared s times.
    Shapes: (..., n, n) -> (..., n, n). Dtype: that of `A`.
    Derivative: that of the sums and products.
    Errors: RuntimeError unless `A` holds square matrices of floating or complex numbers.
    Source: torch.linalg.matrix_exp; C. Moler and C. Van Loan, "Nineteen dubious ways" (2003).

    >>> matrix_exp(tensor([[0., 1.], [0., 0.]]))
    tensor([[1., 1.],
            [0., 1.]])
    """
    check_square("linalg.matrix_exp", A, kernel="matrix_exp")
    if 0 in A.shape:
        return clone(A)
    dtype: DType = A.space.dtype.to_real()
    steps = _squarings(A)
    scaled: Any = A * 0.5**steps if steps else A
    identity = A.detach().new_ones(A.shape[-2:]).tril().triu()
    count = _TERMS[max(dtype.itemsize, _NARROW)]
    out: Any = scaled * (1 / factorial(count)) + identity * (1 / factorial(count - 1))
    for k in range(count - 2, -1, -1):
        out = matmul(scaled, out) + identity * (1 / factorial(k))
    for _ in range(steps):
        out = matmul(out, out)
    return out


def _squarings(A: Any) -> int:
    """How often to halve until the largest sum over a column is at most a half; 10 where reading a value would wait."""
    space = A.space.plain
    if not space.is_readable:
        return 10
    xp = space.xp
    norm = xp.tolist(xp.max(xp.sum(xp.abs(A.array), axis=(-2,)), axis=None))
    return max(0, ceil(log2(norm * 2))) if 0 < norm < float("inf") else 0


def multi_dot(tensors: Sequence[Any]) -> Tensor:
    """The product of a chain of matrices in the order that costs least; the first and the last may be vectors.

    Shapes: (n0, n1) (n1, n2) ... -> (n0, nk). Dtype: that of all.
    Derivative: that of the products.
    Errors: RuntimeError for less than two, or where shapes or dtypes do not fit.
    Source: torch.linalg.multi_dot.

    >>> wengert.linalg.multi_dot([tensor([1., 2.]), eye(2), tensor([3., 4.])])
    tensor(11.)
    """
    chain = list(tensors)
    if len(chain) < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {len(chain)}")
    last = len(chain) - 1
    for number, tensor in enumerate(chain):
        require_tensor("linalg.multi_dot", "tensors", tensor)
        ndim = len(tensor.shape)
        if number in (0, last) and ndim not in (1, 2):
            which = "first" if number == 0 else "last"
            raise RuntimeError(f"multi_dot(): the {which} tensor must be 1D or 2D but got {ndim}D")
        if number not in (0, last) and ndim != 2:
            raise RuntimeError(f"multi_dot(): tensor {number} must be 2D but got {ndim}D")
        if tensor.space.dtype is not chain[0].space.dtype:
            raise RuntimeError(
                f"multi_dot(): all tensors must have be the same dtype but tensor 0 is {_in_c(chain[0])} and tensor "
                f"{number} {_in_c(tensor)}"
            )
    shape = (*chain[0].shape[:-1], *chain[-1].shape[1:])
    if len(chain[0].shape) == 1:
        chain[0] = reshape(chain[0], (1, -1))
    if len(chain[-1].shape) == 1:
        chain[-1] = reshape(chain[-1], (-1, 1))
    for number in range(last):
        left, right = chain[number].shape, chain[number + 1].shape
        if left[1] != right[0]:
            raise RuntimeError(
                f"multi_dot(): tensors {number} and {number + 1} with shapes {list(left)} and {list(right)} cannot be "
                "multiplied"
            )
    return reshape(_multiplied(chain, _splits([x.shape[0] for x in chain] + [chain[-1].shape[1]]), 0, last), shape)


def _in_c(tensor: Any) -> str:
    name: str = tensor.space.dtype.name
    return {"float32": "float", "float64": "double", "float16": "c10::Half"}.get(name, name)


def _splits(sizes: Sequence[int]) -> dict[tuple[int, int], int]:
    """Where to split each part of a chain so that the fewest multiplications are made."""
    count = len(sizes) - 1
    cost = {(i, i): 0 for i in range(count)}
    split: dict[tuple[int, int], int] = {}
    for length in range(1, count):
        for i in range(count - length):
            j = i + length
            costs = {k: cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1] for k in range(i, j)}
            split[i, j] = min(costs, key=costs.__getitem__)
            cost[i, j] = costs[split[i, j]]
    return split


def _multiplied(chain: Sequence[Any], split: dict[tuple[int, int], int], i: int, j: int) -> Any:
    if i == j:
        return chain[i]
    k = split[i, j]
    return matmul(_multiplied(chain, split, i, k), _multiplied(chain, split, k + 1, j))


def chain_matmul(*matrices: Any) -> Tensor:
    """`linalg.multi_dot` under its older name. Source: torch.chain_matmul.

    >>> chain_matmul(eye(2), eye(2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    return clone(matrices[0]) if len(matrices) == 1 else multi_dot(matrices)
