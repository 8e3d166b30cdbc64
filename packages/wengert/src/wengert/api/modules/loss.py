"""Floor 7: losses as modules."""

from __future__ import annotations

from typing import Any

from wengert.api.modules.thin import Thin
from wengert.ops import loss
from wengert.ops.loss.sequences import ctc_loss


class Loss(Thin):
    """A function of an input and a target; the tensors among its options are buffers."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("weight", "pos_weight"):
            if name in self.__dict__:
                self.register_buffer(name, self.__dict__.pop(name))

    def extra_repr(self) -> str:
        return ""


class L1Loss(Loss):
    """The absolute difference. Source: torch.nn.L1Loss."""

    function = staticmethod(loss.l1_loss)
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"


class MSELoss(Loss):
    """The squared difference. Source: torch.nn.MSELoss.

    >>> nn.MSELoss()(tensor([1., 2.]), tensor([1., 4.]))
    tensor(2.)
    """

    function = staticmethod(loss.mse_loss)
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"


class SmoothL1Loss(Loss):
    """Squared where the difference is below `beta`, else absolute. Source: torch.nn.SmoothL1Loss."""

    function = staticmethod(loss.smooth_l1_loss)
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"
    beta: float = 1.0


class HuberLoss(Loss):
    """Squared where the difference is below `delta`, else `delta` times absolute. Source: torch.nn.HuberLoss."""

    function = staticmethod(loss.huber_loss)
    reduction: str = "mean"
    delta: float = 1.0


class KLDivLoss(Loss):
    """The divergence of Kullback and Leibler from the target. Source: torch.nn.KLDivLoss."""

    function = staticmethod(loss.kl_div)
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"
    log_target: bool = False


class BCELoss(Loss):
    """Cross entropy of probabilities of two classes. Source: torch.nn.BCELoss."""

    function = staticmethod(loss.binary_cross_entropy)
    weight: Any = None
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"


class BCEWithLogitsLoss(Loss):
    """Cross entropy of two classes, from scores. Source: torch.nn.BCEWithLogitsLoss."""

    function = staticmethod(loss.binary_cross_entropy_with_logits)
    weight: Any = None
    size_average: bool | None = None
    reduce: bool | None = None
    reduction: str = "mean"
    pos_weight: Any = None


class NLLLoss(Loss):
    """The negative log probability of the right class. Source: torch.nn.NLLLoss."""

    function = staticmethod(loss.nll_loss)
    weight: Any = None
    size_average: bool | None = None
    ignore_index: int = -100
    reduce: bool | None = None
    reduction: str = "mean"


class CrossEntropyLoss(Loss):
    """Cross entropy of many classes, from scores. Source: torch.nn.CrossEntropyLoss.

    >>> nn.CrossEntropyLoss()(zeros(1, 2), tensor([0]))
    tensor(0.6931)
    """

    function = staticmethod(loss.cross_entropy)
    weight: Any = None
    size_average: bool | None = None
    ignore_index: int = -100
    reduce: bool | None = None
    reduction: str = "mean"
    label_smoothing: float = 0.0


class CTCLoss(Loss):
    """-log of the probability of labels whose places in a sequence are not known. Source: torch.nn.CTCLoss."""

    function = staticmethod(ctc_loss)
    blank: int = 0
    reduction: str = "mean"
    zero_infinity: bool = False
