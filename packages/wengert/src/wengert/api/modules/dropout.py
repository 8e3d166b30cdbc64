"""Floor 7: dropout as modules."""

from __future__ import annotations

from typing import Any

from wengert.api.modules.thin import Thin
from wengert.ops.attention import dropout
from wengert.ops.creation import full
from wengert.ops.dropout import feature_alpha_dropout

# What a SELU gives far below zero, and AlphaDropout in the place of an element.
_LOWEST = -1.7580993408473766


class Dropout(Thin):
    """In training, elements set to zero with probability `p`, the others divided by 1 - p. Source: torch.nn.Dropout.

    >>> nn.Dropout().eval()(ones(3))
    tensor([1., 1., 1.])
    """

    function = staticmethod(dropout)
    p: float = 0.5
    inplace: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.p <= 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {self.p}")
        super().__post_init__()

    def forward(self, *args: Any) -> Any:
        return self.function(*args, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class _ChannelDropout(Dropout):
    """Dropout of whole channels."""

    def forward(self, *args: Any) -> Any:
        (input,) = args
        if not self.training or not self.p:
            return input
        channels = (*input.shape[: -self.axes], *(1,) * self.axes)
        mask = dropout(full(channels, 1.0, dtype=input.dtype, device=input.device), self.p)
        return input.mul_(mask) if self.inplace else input * mask

    axes = 1


class Dropout1d(_ChannelDropout):
    """In training, whole channels of series set to zero. Source: torch.nn.Dropout1d; Tompson et al., 2015."""


class Dropout2d(_ChannelDropout):
    """In training, whole channels of images set to zero. Source: torch.nn.Dropout2d."""

    axes = 2


class Dropout3d(_ChannelDropout):
    """In training, whole channels of volumes set to zero. Source: torch.nn.Dropout3d."""

    axes = 3


class AlphaDropout(Dropout):
    """Dropout that keeps mean and variance of what a SELU gives.

    Source: torch.nn.AlphaDropout; Klambauer et al., "Self-Normalizing Neural Networks", 2017.
    """

    def forward(self, *args: Any) -> Any:
        (input,) = args
        if not self.training or not self.p:
            return input
        kept = full(input.shape, 1.0, dtype=input.dtype, device=input.device).bernoulli_(1 - self.p)
        scale = 0.0 if self.p == 1 else ((1 - self.p) * (1 + self.p * _LOWEST**2)) ** -0.5
        shift = ((1 - kept) - self.p) * (_LOWEST * scale)
        return input.mul_(kept * scale).add_(shift) if self.inplace else input * (kept * scale) + shift


class FeatureAlphaDropout(Dropout):
    """`AlphaDropout` of whole channels. Source: torch.nn.FeatureAlphaDropout."""

    function = staticmethod(feature_alpha_dropout)
