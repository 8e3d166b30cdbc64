"""Floor 6: sums of products over named dimensions: einsum, and tensordot and inner, which are cases of it."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, cast

from wengert.ops.arithmetic import mul
from wengert.ops.linalg.affine import linear
from wengert.ops.linalg.checks import raise_dtypes, require_tensors, row_count
from wengert.ops.linalg.products import matmul
from wengert.ops.linalg.subscripts import ELLIPSIS, Equation, letter, parsed, read_sublists
from wengert.ops.movement import diagonal, permute, reshape
from wengert.ops.reduction import sum
from wengert.protocol.shapes import Shape, broadcast_shapes, normalize_axis
from wengert.tensor.base import TensorBase as Tensor

Labels = tuple[int, ...]


def einsum(*args: Any) -> Tensor:
    """Sum of products of the operands over the subscripts that the output leaves out.

    `einsum("ij,jk->ik", x, y)` is a matrix product. Subscripts are letters; `...` stands for any dimensions, which
    broadcast; without `->` the output has the subscripts that occur once, in alphabetical order, capitals first. A
    subscript twice in one operand takes the diagonal.
    The sublist form gives numbers from 0 to 51: `einsum(x, [0, 1], y, [1, 2], [0, 2])`.
    Pairs are contracted from left to right.
    Shapes: as the equation says. Dtype: that of all operands.
    Derivative: that of the products it is made of.
    Errors: RuntimeError if equation and operands do not fit; ValueError without operands or for a number out of range.
    Source: torch.einsum.

    >>> einsum("ij,j->i", tensor([[1., 2.], [3., 4.]]), tensor([1., 1.]))
    tensor([3., 7.])
    """
    equation, operands = _read(args)
    for number, operand in enumerate(operands):
        if not isinstance(operand, Tensor):
            raise TypeError(
                f"einsum(): expected Tensor as element {number} in argument 1, but got {type(operand).__name__}"
            )
        if operand.space.dtype is not operands[0].space.dtype:
            raise_dtypes("bmm", operands[0].space.dtype, operand.space.dtype)
    labels, output = _labelled(equation, [operand.shape for operand in operands])
    terms = [_without_repeats(operand, own, n) for n, (operand, own) in enumerate(zip(operands, labels, strict=True))]
    _check_sizes(terms)
    x, own = terms[0]
    for position, (y, others) in enumerate(terms[1:], 2):
        needed = {*output, *(label for _, later in terms[position:] for label in later)}
        x, own = _contracted(x, own, y, others, needed)
    if gone := tuple(d for d, label in enumerate(own) if label not in output):
        x, own = sum(x, gone), tuple(label for label in own if label in output)
    return _permuted(x, tuple(own.index(label) for label in output))


def _read(args: tuple[Any, ...]) -> tuple[Equation, Sequence[Any]]:
    """Equation and operands of either form."""
    if len(args) < 2:
        raise ValueError(
            "einsum(): must specify the equation string and at least one operand, or at least one operand and its "
            "subscripts list"
        )
    if isinstance(args[0], str):
        operands = args[1:]
        if len(args) == 2 and isinstance(args[1], (list, tuple)):
            operands = cast(Sequence[Any], args[1])
        equation = parsed(args[0])
    else:
        equation, operands = (
            read_sublists(args[1::2], args[-1] if len(args) % 2 else None),
            args[0 : len(args) // 2 * 2 : 2],
        )
    if len(operands) != len(equation.inputs):
        relation = "fewer" if len(operands) < len(equation.inputs) else "more"
        raise RuntimeError(f"einsum(): {relation} operands were provided than specified in the equation")
    return equation, operands


def _labelled(equation: Equation, shapes: Sequence[Shape]) -> tuple[list[Labels], Labels]:
    """A label for each dimension of each operand and of the output; those under an ellipsis count from the last one."""
    covered: list[int] = []
    for number, (subscripts, shape) in enumerate(zip(equation.inputs, shapes, strict=True)):
        named = len(subscripts) - subscripts.count(ELLIPSIS)
        if named > len(shape) or (named < len(shape) and ELLIPSIS not in subscripts):
            more = "more than" if ELLIPSIS in subscripts else "not equal to"
            what = "" if ELLIPSIS in subscripts else " and no ellipsis was given"
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({named}) "
                + ("is " + more if what == "" else "does not match")
                + f" the number of dimensions ({len(shape)}) for operand {number}{what}"
            )
        covered.append(len(shape) - named)
    widest = max([0, *(n for n, subscripts in zip(covered, equation.inputs, strict=True) if ELLIPSIS in subscripts)])

    def spread(subscripts: Labels, count: int) -> Labels:
        under = range(ELLIPSIS + widest - count, ELLIPSIS + widest)
        return tuple([n for label in subscripts for n in (under if label == ELLIPSIS else (label,))])

    labels = [spread(subscripts, count) for subscripts, count in zip(equation.inputs, covered, strict=True)]
    return labels, spread(equation.output, widest)


def _without_repeats(x: Tensor, labels: Labels, number: int) -> tuple[Tensor, Labels]:
    """The diagonal over each pair of dimensions that carry one label."""
    while len(set(labels)) < len(labels):
        second = next(d for d, label in enumerate(labels) if label in labels[:d])
        first = labels.index(labels[second])
        if x.shape[first] != x.shape[second]:
            raise RuntimeError(
                f"einsum(): subscript {letter(labels[second])} is repeated for operand {number} but the sizes don't "
                f"match, {x.shape[second]} != {x.shape[first]}"
            )
        label = labels[second]
        x = diagonal(x, 0, first, second)
        labels = (*(n for d, n in enumerate(labels) if d not in (first, second)), label)
    return x, labels


def _check_sizes(terms: Sequence[tuple[Tensor, Labels]]) -> None:
    seen: dict[int, int] = {}
    for number, (x, labels) in enumerate(terms):
        for d, label in enumerate(labels):
            size, before = x.shape[d], seen.get(label, 1)
            if size != 1 != before != size:
                if label >= ELLIPSIS:
                    raise RuntimeError(
                        f"einsum(): dimension {label - ELLIPSIS} covered by ellipsis in operand {number} has size "
                        f"{size} which does not broadcast with previously seen ellipsis with size {before} for the "
                        "respective dimension"
                    )
                raise RuntimeError(
                    f"einsum(): subscript {letter(label)} has size {size} for operand {number} which does not "
                    f"broadcast with previously seen size {before}"
                )
            seen[label] = size if before == 1 else before


def _contracted(x: Tensor, x_labels: Labels, y: Tensor, y_labels: Labels, needed: set[int]) -> tuple[Tensor, Labels]:
    """Two operands as one, summed over the labels that nothing needs later: one matrix product wherever it can be."""
    x, x_labels = _summed_alone(x, x_labels, y, y_labels, needed)
    y, y_labels = _summed_alone(y, y_labels, x, x_labels, needed)
    batch = tuple(label for label in x_labels if label in y_labels and label in needed)
    within = tuple(label for label in x_labels if label in y_labels and label not in needed)
    left = tuple(label for label in x_labels if label not in y_labels)
    right = tuple(label for label in y_labels if label not in x_labels)
    x = _permuted(x, tuple(x_labels.index(label) for label in (*batch, *left, *within)))
    y = _permuted(y, tuple(y_labels.index(label) for label in (*batch, *within, *right)))
    b, k = len(batch), len(within)
    rows, columns, labels = x.shape[b : b + len(left)], y.shape[b + k :], (*batch, *left, *right)
    if not within:
        x = _reshaped(x, (*x.shape, *(1,) * len(right)))
        return mul(x, _reshaped(y, (*y.shape[:b], *(1,) * len(left), *columns))), labels
    if batch and not left and not right:
        return sum(mul(x, y), tuple(range(b, b + k))), labels
    count = prod(y.shape[b : b + k])
    first = _reshaped(x, (*x.shape[:b], *((prod(rows),) if left or batch else ()), count))
    second = _reshaped(y, (*y.shape[:b], count, *((prod(columns),) if right or batch else ())))
    product = matmul(first, second)
    return reshape(product, (*broadcast_shapes(x.shape[:b], y.shape[:b]), *rows, *columns)), labels


def _summed_alone(x: Tensor, labels: Labels, other: Tensor, others: Labels, needed: set[int]) -> tuple[Tensor, Labels]:
    """`x` summed over the labels that only it has, or that the other has at size 1, and that nothing needs later."""
    alone = tuple(d for d, label in enumerate(labels) if label not in needed and label not in others)
    stretched = tuple(
        d
        for d, label in enumerate(labels)
        if label not in needed and label in others and other.shape[others.index(label)] != x.shape[d] != 1
    )
    if stretched:
        x = sum(x, stretched, True)
    if alone:
        x, labels = sum(x, alone), tuple(label for d, label in enumerate(labels) if d not in alone)
    return x, labels


def _permuted(x: Tensor, order: Shape) -> Tensor:
    return x if order == tuple(range(len(order))) else permute(x, order)


def _reshaped(x: Tensor, shape: Shape) -> Tensor:
    return x if x.shape == shape else reshape(x, shape)


def tensordot(a: Tensor, b: Tensor, dims: Any = 2) -> Tensor:
    """Sum of products over pairs of dimensions: the last `dims` of `a` with the first of `b`, or two lists of them.

    Shapes: the dimensions of `a` that are left, then those of `b`. Dtype: that of both.
    Derivative: that of the matrix product it is.
    Errors: RuntimeError if the sizes do not match or a dimension is named twice; IndexError if one is out of range.
    Source: torch.tensordot.

    >>> tensordot(tensor([[1., 2.], [3., 4.]]), tensor([1., 1.]), 1)
    tensor([3., 7.])
    """
    require_tensors("tensordot", a=a, b=b)
    if isinstance(dims, Tensor):
        dims = dims.space.xp.tolist(dims.array)
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > min(len(a.shape), len(b.shape)):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        dims = list(range(-dims, 0)), list(range(dims))
    firsts, seconds = [[axes] if isinstance(axes, int) else list(axes) for axes in dims]
    if len(firsts) != len(seconds):
        raise RuntimeError("both dimension lists should have same length")
    x_labels, y_labels = list(range(len(a.shape))), list(range(len(a.shape), len(a.shape) + len(b.shape)))
    taken: set[tuple[int, int]] = set()
    for first, second in zip(firsts, seconds, strict=True):
        i, j = normalize_axis(first, len(a.shape)), normalize_axis(second, len(b.shape))
        if a.shape[i] != b.shape[j] and 1 not in (a.shape[i], b.shape[j]):
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {a.shape[i]} in dim {first} and second has "
                f"size {b.shape[j]} in dim {second}"
            )
        if (0, i) in taken or (1, j) in taken:
            raise RuntimeError(f"dim {i if (0, i) in taken else j} appears multiple times in the list of dims")
        taken |= {(0, i), (1, j)}
        y_labels[j] = i
    if a.space.dtype is not b.space.dtype:
        raise_dtypes("tensordot", a.space.dtype, b.space.dtype)
    needed = {label for label in (*x_labels, *y_labels) if (label in x_labels) != (label in y_labels)}
    return _contracted(a, tuple(x_labels), b, tuple(y_labels), needed)[0]


def inner(input: Tensor, other: Tensor) -> Tensor:
    """Sums of products over the last dimension of both.

    Shapes: (..., n) (___, n) -> (..., ___); a 0-d operand multiplies. Dtype: that of both.
    Derivative: that of the matrix product it is.
    Errors: RuntimeError if the last sizes differ.
    Source: torch.inner.

    >>> inner(tensor([[1., 2.], [3., 4.]]), tensor([1., 1.]))
    tensor([3., 7.])
    """
    require_tensors("inner", input=input, other=other)
    x, y = input.shape, other.shape
    if not x or not y:
        return mul(input, other)
    if x[-1] != y[-1]:
        raise RuntimeError(
            f"inner() the last dimension must match on both input tensors but got shapes {list(x)} and {list(y)}"
        )
    rows, columns = reshape(input, (row_count(x), x[-1])), reshape(other, (row_count(y), y[-1]))
    return reshape(linear(rows, columns), (*x[:-1], *y[:-1]))


__all__ = ["einsum", "inner", "tensordot"]
