"""Floor 6: losses that ask for a margin: between classes, between the members of a pair, between distances."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from wengert.ops.activation import logsigmoid
from wengert.ops.arguments import AnyTensor
from wengert.ops.arithmetic import clamp_min, minimum
from wengert.ops.comparison import where
from wengert.ops.exponential import logaddexp
from wengert.ops.loss.arguments import check_reduction, reduced, reduction_of, require_tensors
from wengert.ops.similarity import pairwise_distance
from wengert.protocol.dtypes import BOOL, INTEGER, int64
from wengert.protocol.shapes import Shape
from wengert.rule.refusals import refuse
from wengert.tensor.base import TensorBase as Tensor

Distance = Callable[[Any, Any], Any]


def _reduction(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    if size_average is not None or reduce is not None:
        return reduction_of(size_average, reduce)
    check_reduction(reduction)
    return reduction


def soft_margin_loss(
    input: AnyTensor,
    target: AnyTensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """log(1 + exp(-target input)) for targets 1 and -1.

    Shapes: two that broadcast -> (), or their shape with reduction="none". Dtype: by torch's promotion.
    Derivative: g -> -g target sigmoid(-target input) / n. Errors: ValueError for an unknown reduction.
    Source: torch.nn.functional.soft_margin_loss.

    >>> wengert.nn.functional.soft_margin_loss(tensor([0.]), tensor([1.]))
    tensor(0.6931)
    """
    require_tensors("soft_margin_loss", input=input, target=target)
    reduction = _reduction(size_average, reduce, reduction)
    scores = -(input * target)
    return reduced(logaddexp(scores, scores * 0.0), reduction)


def margin_ranking_loss(
    input1: AnyTensor,
    input2: AnyTensor,
    target: AnyTensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """max(0, -target (input1 - input2) + margin): a target of 1 wants the first to rank higher, -1 the second.

    Shapes: three of one number of axes that broadcast -> (), or their shape with reduction="none".
    Dtype: by torch's promotion. Derivative: g -> -g target / n and its negative where the loss is positive.
    Errors: RuntimeError if the numbers of axes differ; ValueError for an unknown reduction.
    Source: torch.nn.functional.margin_ranking_loss.

    >>> wengert.nn.functional.margin_ranking_loss(tensor([1.]), tensor([3.]), tensor([1.]))
    tensor(2.)
    """
    require_tensors("margin_ranking_loss", input1=input1, input2=input2, target=target)
    reduction = _reduction(size_average, reduce, reduction)
    if not len(input1.shape) == len(input2.shape) == len(target.shape):
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: "
            f"{list(input1.shape)}, input2: {list(input2.shape)}, target: {list(target.shape)} "
        )
    return reduced(clamp_min(-target * (input1 - input2) + margin, 0), reduction)


def hinge_embedding_loss(
    input: AnyTensor,
    target: AnyTensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """`input`, a distance, where the target is 1; max(0, margin - input) where it is -1.

    Shapes: two that broadcast -> (), or their shape with reduction="none". Dtype: by torch's promotion.
    Derivative: g -> g / n, or -g / n below the margin. Errors: ValueError for an unknown reduction.
    Source: torch.nn.functional.hinge_embedding_loss.

    >>> wengert.nn.functional.hinge_embedding_loss(tensor([0.5, 0.5]), tensor([1., -1.]))
    tensor(0.5000)
    """
    require_tensors("hinge_embedding_loss", input=input, target=target)
    reduction = _reduction(size_average, reduce, reduction)
    zeros = input * 0.0
    apart = where(target != 1, clamp_min(margin - input, 0), zeros)
    return reduced(apart + where(target != -1, input, zeros), reduction)


def cosine_embedding_loss(
    input1: AnyTensor,
    input2: AnyTensor,
    target: AnyTensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """1 less the cosine of the two vectors where the target is 1; max(0, cosine - margin) where it is -1.

    Shapes: inputs (n, m) and target (n,), or inputs (m,) and target () -> (), or that of target with reduction="none".
    Dtype: by torch's promotion. Derivative: of the composite of products, sums and root.
    Errors: RuntimeError if the shapes do not fit; ValueError for an unknown reduction.
    Source: torch.nn.functional.cosine_embedding_loss.

    >>> wengert.nn.functional.cosine_embedding_loss(tensor([1., 0.]), tensor([0., 1.]), tensor(1.))
    tensor(1.)
    """
    require_tensors("cosine_embedding_loss", input1=input1, input2=input2, target=target)
    reduction = _reduction(size_average, reduce, reduction)
    ndim = len(target.shape)
    if ndim > 1:
        raise RuntimeError(
            "0D or 1D target tensor expected, multi-target not supported: cosine_embedding_loss got target "
            f"{list(target.shape)}"
        )
    if ndim + 1 != len(input1.shape) or ndim + 1 != len(input2.shape):
        raise RuntimeError(
            f"{ndim}D target tensor expects {ndim + 1}D input tensors, but found inputs with sizes "
            f"{list(input1.shape)} and {list(input2.shape)}."
        )
    squares = [(x * x).sum(ndim) + 1e-12 for x in (input1, input2)]
    cosine = (input1 * input2).sum(ndim) / (squares[0] * squares[1]).sqrt()
    zeros = cosine * 0.0
    losses = where(target == 1, 1 - cosine, zeros) + where(target == -1, clamp_min(cosine - margin, 0), zeros)
    return reduced(losses, reduction)


def triplet_margin_loss(
    anchor: AnyTensor,
    positive: AnyTensor,
    negative: AnyTensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """max(0, margin + the distance from `anchor` to `positive` less that to `negative`).

    With `swap`, the distance between positive and negative counts instead of the last where it is less.
    Shapes: three of one number of axes, (..., n) -> (), or (...) with reduction="none". Dtype: by torch's promotion.
    Derivative: of the composite of `pairwise_distance`. Errors: RuntimeError if the numbers of axes differ;
    ValueError for a margin that is not positive or an unknown reduction.
    Source: torch.nn.functional.triplet_margin_loss; Balntas and others, 2016.

    >>> wengert.nn.functional.triplet_margin_loss(tensor([[0.]]), tensor([[1.]]), tensor([[3.]]), margin=3.)
    tensor(1.)
    """
    require_tensors("triplet_margin_loss", anchor=anchor, positive=positive, negative=negative)
    reduction = _reduction(size_average, reduce, reduction)
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    shapes = [x.shape for x in (anchor, positive, negative)]
    if len({len(shape) for shape in shapes}) > 1:
        _raise_unlike(shapes)
    return _triplet(lambda x, y: pairwise_distance(x, y, p, eps), anchor, positive, negative, margin, swap, reduction)


def triplet_margin_with_distance_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    *,
    distance_function: Distance | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Any:
    """`triplet_margin_loss` with a distance of one's own; `pairwise_distance` unless it is given.

    Shapes, Dtype, Derivative, Errors: as `triplet_margin_loss`.
    Source: torch.nn.functional.triplet_margin_with_distance_loss.

    >>> near, far = tensor([[1.]]), tensor([[3.]])
    >>> wengert.nn.functional.triplet_margin_with_distance_loss(tensor([[0.]]), near, far, margin=3.)
    tensor(1.)
    """
    require_tensors("triplet_margin_with_distance_loss", anchor=anchor, positive=positive, negative=negative)
    check_reduction(reduction)
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    if not len(anchor.shape) == len(positive.shape) == len(negative.shape):
        _raise_unlike([anchor.shape, positive.shape, negative.shape])
    return _triplet(distance_function or pairwise_distance, anchor, positive, negative, margin, swap, reduction)


def _raise_unlike(shapes: list[Shape]) -> NoReturn:
    one, two, three = (f"{len(shape)}D" for shape in shapes)
    raise RuntimeError(
        "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
        f"anchor {one}, positive {two}, and negative {three} inputs"
    )


def _triplet(
    distance: Distance, anchor: Tensor, positive: Tensor, negative: Tensor, margin: float, swap: bool, reduction: str
) -> Any:
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = minimum(far, distance(positive, negative))
    return reduced(clamp_min(margin + near - far, 0), reduction)


def multi_margin_loss(
    input: AnyTensor,
    target: AnyTensor,
    p: int = 1,
    margin: float = 1.0,
    weight: AnyTensor = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """For each other class max(0, margin - score of the target + its score)^p, added up and over the number of classes.

    Shapes: input (n, classes) or (classes,), target (n,) or (), weight (classes,) -> (), or that of target with
    reduction="none". Dtype: that of `input`. Derivative: of the composite of gather, clamp and power.
    Errors: ValueError for p other than 1 and 2; RuntimeError if the shapes do not fit.
    Source: torch.nn.functional.multi_margin_loss; Crammer and Singer, 2001.

    >>> wengert.nn.functional.multi_margin_loss(tensor([[0., 1.]]), tensor([0]))
    tensor(1.)
    """
    require_tensors("multi_margin_loss", input=input, target=target)
    refuse("multi_margin_loss_cpu_kernel", input.space.dtype, BOOL, INTEGER)
    reduction = _reduction(size_average, reduce, reduction)
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if weight is not None and len(weight.shape) != 1:
        raise ValueError("weight must be one-dimensional")
    shape = input.shape
    if len(shape) > 2 or (len(shape) == 2 and not shape[1]) or (len(shape) == 1 and not shape[0]):
        raise RuntimeError(
            f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: {list(shape)}"
        )
    samples, classes = shape if len(shape) == 2 else (1, *(shape or (1,)))
    if len(target.shape) > 1 or (target.shape or (1,))[0] != samples:
        raise RuntimeError(
            "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch "
            f"size). Expected target size [{samples}], but got {list(target.shape)}. Input has shape {list(shape)}."
        )
    if weight is not None and weight.shape != (classes,):
        raise RuntimeError(f"inconsistent weight size, expected {classes} but got {list(weight.shape)}")
    if target.space.dtype is not int64:
        raise RuntimeError(f"expected scalar type Long but found {target.space.dtype.spoken}")
    rows, places = input.reshape((samples, classes)), target.reshape((samples, 1))
    losses: Any = clamp_min(margin - rows.gather(1, places) + rows, 0)
    losses = losses if p == 1 else losses * losses
    if weight is not None:
        losses = losses * weight[places]
    own = rows.new_tensor(list(range(classes)), dtype=int64) == places
    losses = losses.masked_fill(own, 0).sum(1) / classes
    return reduced(losses if target.shape and len(shape) == 2 else losses.reshape(target.shape), reduction)


def multilabel_margin_loss(
    input: AnyTensor,
    target: AnyTensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """For each pair of a true and another class max(0, 1 - score of the first + score of the second), over the classes.

    A row of `target` lists the true classes up to the first -1.
    Shapes: input and target (n, classes), (classes,) or () -> (), or (n,) with reduction="none". Dtype: that of
    `input`. Derivative: of the composite of gather, clamp and sum.
    Errors: RuntimeError if the shapes do not fit; ValueError for an unknown reduction.
    Source: torch.nn.functional.multilabel_margin_loss.

    >>> wengert.nn.functional.multilabel_margin_loss(tensor([0., 1.]), tensor([0, -1]))
    tensor(1.)
    """
    require_tensors("multilabel_margin_loss", input=input, target=target)
    refuse("multilabel_margin_loss_forward_out_frame", input.space.dtype, BOOL, INTEGER)
    reduction = _reduction(size_average, reduce, reduction)
    shape = input.shape
    if len(shape) > 2 or not (shape or (1,))[-1]:
        raise RuntimeError(
            f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: {list(shape)}"
        )
    if target.shape != shape and (target.shape or (1,)) != (shape or (1,)):
        raise RuntimeError(f"inconsistent target size: {list(target.shape)} for input of size: {list(shape)}")
    samples, classes = shape if len(shape) == 2 else (1, *(shape or (1,)))
    rows, labels = input.reshape((samples, classes)), target.reshape((samples, classes))
    listed = (labels < 0).cumsum(1) == 0
    places = labels.masked_fill(~listed, 0)
    is_true = (labels * 0).scatter_add(1, places, listed.to(int64)) > 0
    gaps: Any = clamp_min(1 - rows.gather(1, places).unsqueeze(2) + rows.unsqueeze(1), 0)
    counted = listed.unsqueeze(2) & ~is_true.unsqueeze(1)
    losses = gaps.masked_fill(~counted, 0).sum((1, 2)) / classes
    return reduced(losses if len(shape) == 2 else losses.reshape(()), reduction)


def multilabel_soft_margin_loss(
    input: Any,
    target: Any,
    weight: Any = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Any:
    """`binary_cross_entropy_with_logits` of each class, weighted, and their mean along the last axis.

    Shapes: input and target (..., classes), weight (classes,) -> (), or (...) with reduction="none".
    Dtype: by torch's promotion. Derivative: g -> g (sigmoid(input) - target) / n.
    Errors: ValueError for an unknown reduction. Source: torch.nn.functional.multilabel_soft_margin_loss.

    >>> wengert.nn.functional.multilabel_soft_margin_loss(tensor([0., 0.]), tensor([1., 0.]))
    tensor(0.6931)
    """
    require_tensors("multilabel_soft_margin_loss", input=input, target=target)
    reduction = _reduction(size_average, reduce, reduction)
    losses = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    if weight is not None:
        losses = losses * weight
    return reduced(losses.sum(-1) / input.shape[-1], reduction)
