"""Floor 7: the rarer losses as modules: margins and likelihoods."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from wengert.api.modules.bending import PairwiseDistance
from wengert.api.modules.loss import Loss
from wengert.api.modules.module import Module
from wengert.ops.loss import likelihood, margins


class PoissonNLLLoss(Loss):
    """How surprised Poisson distributions are by counts. Source: torch.nn.PoissonNLLLoss."""

    function = staticmethod(likelihood.poisson_nll_loss)
    log_input: bool = True
    full: bool = False
    size_average: bool | None = None
    eps: float = 1e-8
    reduce: bool | None = None
    reduction: str = "mean"


class GaussianNLLLoss(Loss):
    """How surprised normal distributions are by values. Source: torch.nn.GaussianNLLLoss."""

    function = staticmethod(likelihood.gaussian_nll_loss)
    full: bool = field(default=False, kw_only=True)
    eps: float = field(default=1e-6, kw_only=True)
    reduction: str = field(default="mean", kw_only=True)


class SoftMarginLoss(Loss):
    """The logistic loss of two classes, 1 and -1. Source: torch.nn.SoftMarginLoss."""

    function = staticmethod(margins.soft_margin_loss)
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"


class MarginRankingLoss(Loss):
    """How far a score fails to be above another. Source: torch.nn.MarginRankingLoss."""

    function = staticmethod(margins.margin_ranking_loss)
    margin: float = 0.0
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"


class HingeEmbeddingLoss(Loss):
    """A distance where the target is 1, what it lacks of the margin where it is -1.

    Source: torch.nn.HingeEmbeddingLoss.
    """

    function = staticmethod(margins.hinge_embedding_loss)
    margin: float = 1.0
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"


class CosineEmbeddingLoss(Loss):
    """The same by the cosine between two vectors. Source: torch.nn.CosineEmbeddingLoss."""

    function = staticmethod(margins.cosine_embedding_loss)
    margin: float = 0.0
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"


class TripletMarginLoss(Loss):
    """How far an anchor fails to be nearer to its like than to another. Source: torch.nn.TripletMarginLoss."""

    function = staticmethod(margins.triplet_margin_loss)
    margin: float = 1.0
    p: float = 2.0
    eps: float = 1e-6
    swap: bool = False
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"


class MultiMarginLoss(Loss):
    """How far other classes come near the right one. Source: torch.nn.MultiMarginLoss."""

    function = staticmethod(margins.multi_margin_loss)
    p: int = 1
    margin: float = 1.0
    weight: Any = None
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"


class MultiLabelMarginLoss(Loss):
    """The same where several classes are right. Source: torch.nn.MultiLabelMarginLoss."""

    function = staticmethod(margins.multilabel_margin_loss)
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"


class MultiLabelSoftMarginLoss(Loss):
    """The mean logistic loss of all classes. Source: torch.nn.MultiLabelSoftMarginLoss."""

    function = staticmethod(margins.multilabel_soft_margin_loss)
    weight: Any = None
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"


class TripletMarginWithDistanceLoss(Module):
    """How much a wrong partner is nearer than the right one, by a distance of one's own.

    Source: torch.nn.TripletMarginWithDistanceLoss.
    """

    def __init__(
        self, *, distance_function: Any = None, margin: float = 1.0, swap: bool = False, reduction: str = "mean"
    ) -> None:
        super().__init__()
        if margin <= 0:
            raise ValueError(
                f"TripletMarginWithDistanceLoss: expected margin to be greater than 0, got {margin} instead"
            )
        self.distance_function = PairwiseDistance() if distance_function is None else distance_function
        self.margin, self.swap, self.reduction = margin, swap, reduction

    def forward(self, anchor: Any, positive: Any, negative: Any) -> Any:
        return margins.triplet_margin_with_distance_loss(
            anchor, positive, negative, distance_function=self.distance_function, margin=self.margin, swap=self.swap,
            reduction=self.reduction,
        )  # fmt: skip
