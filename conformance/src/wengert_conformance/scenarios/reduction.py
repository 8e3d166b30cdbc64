"""Reductions: ties, zeros, empty and 0-d tensors, several dims, several results."""

from __future__ import annotations

import math
from typing import Any

from wengert_conformance.scenarios.family import FIRST_ORDER, Family, of, raised

reduction = Family("reduction")
differentiable, forward, outcome = reduction.differentiable, reduction.forward, reduction.outcome

TIED = [[1.0, 3.0, 3.0], [2.0, 2.0, 0.0]]
CUBE = [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 9.0]]]
EMPTY = of("float64", [], shape=(0, 3), differentiable=True)


@differentiable(x=TIED)
def amax_shares_ties(library: Any, x: Any) -> Any:
    return library.amax(x, dim=1), library.amin(x, dim=1), x.amax()


@differentiable(x=TIED)
def max_of_all_shares_ties(library: Any, x: Any) -> Any:
    return x.max(), x.min()


@differentiable(x=[[1.0, 3.0, 2.0], [2.0, 5.0, 0.0]])
def max_along_a_dim_gives_indices(library: Any, x: Any) -> Any:
    values, indices = x.max(dim=1)
    return values, indices, x.min(dim=0, keepdim=True).values


@differentiable(x=[[1.0, 3.0, 3.0], [2.0, 2.0, 0.0]])
def max_along_a_dim_takes_the_first_tie(library: Any, x: Any) -> Any:
    return library.max(x, 1)


@differentiable(x=[1.0, 4.0], y=[3.0, 2.0])
def max_of_two_tensors(library: Any, x: Any, y: Any) -> Any:
    return library.max(x, y), library.min(x, y)


@differentiable(x=[1.0, math.nan, 3.0], checks=FIRST_ORDER)
def extremes_of_nan(library: Any, x: Any) -> Any:
    return x.max(), x.min(), x.amax()


@differentiable(x=CUBE)
def sum_over_several_dims(library: Any, x: Any) -> Any:
    return x.sum(dim=(0, 2)), x.sum(dim=1, keepdim=True), x.sum(), x.sum(-1)


@differentiable(x=CUBE)
def mean_over_several_dims(library: Any, x: Any) -> Any:
    return x.mean(dim=(0, 2)), x.mean(dim=1, keepdim=True), x.mean()


@differentiable(x=CUBE)
def an_empty_tuple_of_dims_means_all(library: Any, x: Any) -> Any:
    return x.sum(dim=()), x.mean(dim=()), x.amax(dim=())


@differentiable(x=3.0)
def a_scalar_tensor_accepts_dim_zero(library: Any, x: Any) -> Any:
    return x.sum(dim=0), x.mean(dim=-1), x.amax(dim=0), x.cumsum(0), x.softmax(0), x.max(0).values


@differentiable(x=[[1.0, 0.0, 3.0], [0.0, 0.0, 2.0], [1.0, 2.0, 3.0]])
def prod_with_zeros(library: Any, x: Any) -> Any:
    return x.prod(dim=1), x.prod(), x.prod(0, keepdim=True)


@differentiable(x=[1.0, 0.0, 3.0, 0.0], checks=FIRST_ORDER)
def cumprod_with_zeros(library: Any, x: Any) -> Any:
    return x.cumprod(0)


@differentiable(x=CUBE)
def cumsum_along_each_dim(library: Any, x: Any) -> Any:
    return x.cumsum(0), x.cumsum(1), x.cumsum(-1)


@differentiable(x=CUBE)
def variance_and_deviation(library: Any, x: Any) -> Any:
    return x.var(), x.std(dim=0), x.var(dim=(0, 1), correction=0), x.std(1, keepdim=True), x.var(dim=2, unbiased=False)


@differentiable(x=[2.0, 2.0, 2.0], checks=FIRST_ORDER)
def deviation_of_equal_values(library: Any, x: Any) -> Any:
    return x.std(), x.var()


@differentiable(x=[[3.0, 4.0], [0.0, 0.0]], checks=FIRST_ORDER)
def norm_of_a_zero_row(library: Any, x: Any) -> Any:
    return x.norm(dim=1), x.norm(), x.norm(p=1, dim=0)


@differentiable(x=[[3.0, -4.0], [1.0, 2.0]])
def norms_of_several_orders(library: Any, x: Any) -> Any:
    return library.norm(x, p=1), library.norm(x, p=3, dim=1), library.norm(x, p=math.inf, dim=0)


@differentiable(x=EMPTY)
def sums_of_nothing(library: Any, x: Any) -> Any:
    return x.sum(), x.sum(0), x.prod(), x.prod(1), x.norm()


@forward(x=EMPTY)
def other_reductions_of_nothing(library: Any, x: Any) -> Any:
    return [x.mean(), x.amax(1), x.all(), x.any(), x.cumsum(0), x.argmax(1)]


@forward(x=[[1, 2], [3, 4]], b=[True, True, False], s=of("uint8", [200, 100]))
def reductions_of_integers(library: Any, x: Any, b: Any, s: Any) -> Any:
    return [
        x.sum(),
        x.prod(),
        x.cumsum(0),
        b.sum(),
        s.sum(),
        x.max(),
        x.amin(1),
        x.sum(dtype=library.float32),
        b.all(),
        b.any(),
    ]


@forward(x=[[1.0, 5.0, 5.0], [math.nan, 2.0, 7.0]])
def positions_of_extremes(library: Any, x: Any) -> Any:
    return [x.argmax(), x.argmin(), x.argmax(dim=1), x.argmin(1, keepdim=True), library.argmax(x[:1], keepdim=True)]


@forward(x=[[True, False], [True, True]])
def all_and_any_along_dims(library: Any, x: Any) -> Any:
    return [x.all(), x.any(), x.all(dim=0), x.any(1, keepdim=True), library.all(x), library.any(x)]


@outcome
def refused_reductions(library: Any) -> Any:
    x = library.ones(2, 3)
    empty = library.zeros(0, 3)
    return [
        raised(lambda: x.sum(2), "Dimension out of range (expected to be in range of [-2, 1], but got 2)"),
        raised(lambda: x.sum((0, 0)), "appears multiple times in the list of dims"),
        raised(lambda: empty.max(), "numel() == 0"),
        raised(lambda: empty.argmax(), "Expected reduction dim to be specified for input.numel() == 0"),
        raised(lambda: empty.amax(), "Expected reduction dim to be specified for input.numel() == 0"),
    ]
