"""Floor 7: images made larger, taken apart and put together, as modules."""

from __future__ import annotations

from typing import Any

from wengert.api.modules.thin import Thin
from wengert.ops import rearranging
from wengert.ops.normalization.statistics import local_response_norm
from wengert.ops.resampling import interpolate


class Fold(Thin):
    """Columns added up to an image, from the windows that they are. Source: torch.nn.Fold."""

    function = staticmethod(rearranging.fold)
    output_size: Any
    kernel_size: Any
    dilation: Any = 1
    padding: Any = 0
    stride: Any = 1


class Unfold(Thin):
    """The windows of an image as columns. Source: torch.nn.Unfold.

    >>> nn.Unfold(2)(ones(1, 1, 3, 3)).shape
    (1, 4, 4)
    """

    function = staticmethod(rearranging.unfold)
    kernel_size: Any
    dilation: Any = 1
    padding: Any = 0
    stride: Any = 1


class PixelShuffle(Thin):
    """Channels made into pixels between the pixels. Source: torch.nn.PixelShuffle; Shi and others, 2016."""

    function = staticmethod(rearranging.pixel_shuffle)
    upscale_factor: int


class PixelUnshuffle(Thin):
    """Pixels made into channels: the inverse of `PixelShuffle`. Source: torch.nn.PixelUnshuffle."""

    function = staticmethod(rearranging.pixel_unshuffle)
    downscale_factor: int


class ChannelShuffle(Thin):
    """Channels of several groups, one of each in turn. Source: torch.nn.ChannelShuffle."""

    function = staticmethod(rearranging.channel_shuffle)
    groups: int


class Upsample(Thin):
    """An image resampled to a size or by a factor. Source: torch.nn.Upsample.

    >>> nn.Upsample(scale_factor=2)(ones(1, 1, 2, 2)).shape
    (1, 1, 4, 4)
    """

    function = staticmethod(interpolate)
    size: Any = None
    scale_factor: Any = None
    mode: str = "nearest"
    align_corners: bool | None = None
    recompute_scale_factor: bool | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        factor = self.scale_factor
        if isinstance(factor, tuple):
            self.scale_factor = tuple(map(float, factor))  # pyright: ignore[reportUnknownArgumentType]  # a user's numbers
        elif factor:
            self.scale_factor = float(factor)

    def extra_repr(self) -> str:
        sized = f"size={self.size!r}" if self.scale_factor is None else f"scale_factor={self.scale_factor!r}"
        return f"{sized}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """`Upsample` by the nearest pixel. Source: torch.nn.UpsamplingNearest2d."""

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor)


class UpsamplingBilinear2d(Upsample):
    """`Upsample` by straight lines between pixels, corners on corners. Source: torch.nn.UpsamplingBilinear2d."""

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, "bilinear", True)


class LocalResponseNorm(Thin):
    """Each channel over a power of the mean square of those around it. Source: torch.nn.LocalResponseNorm."""

    function = staticmethod(local_response_norm)
    size: int
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
