"""Floor 7: poolings to a given size, of powers, at random places, and the way back, as modules."""

from __future__ import annotations

from typing import Any, ClassVar

from wengert.api.modules.module import Module
from wengert.api.modules.thin import Thin
from wengert.ops.pooling import adaptive, unpooling


class _AdaptiveAvgPool(Thin):
    output_size: Any


class AdaptiveAvgPool1d(_AdaptiveAvgPool):
    """Means over as many regions of one axis as are asked for. Source: torch.nn.AdaptiveAvgPool1d."""

    function = staticmethod(adaptive.adaptive_avg_pool1d)


class AdaptiveAvgPool2d(_AdaptiveAvgPool):
    """Means over as many regions of two axes as are asked for. Source: torch.nn.AdaptiveAvgPool2d.

    >>> nn.AdaptiveAvgPool2d(1)(ones(1, 2, 3, 3)).shape
    (1, 2, 1, 1)
    """

    function = staticmethod(adaptive.adaptive_avg_pool2d)


class AdaptiveAvgPool3d(_AdaptiveAvgPool):
    """Means over as many regions of three axes as are asked for. Source: torch.nn.AdaptiveAvgPool3d."""

    function = staticmethod(adaptive.adaptive_avg_pool3d)


class _AdaptiveMaxPool(Thin):
    silent = ("return_indices",)
    output_size: Any
    return_indices: bool = False


class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    """The greatest of as many regions of one axis as are asked for. Source: torch.nn.AdaptiveMaxPool1d."""

    function = staticmethod(adaptive.adaptive_max_pool1d)


class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    """The greatest of as many regions of two axes as are asked for. Source: torch.nn.AdaptiveMaxPool2d."""

    function = staticmethod(adaptive.adaptive_max_pool2d)


class AdaptiveMaxPool3d(_AdaptiveMaxPool):
    """The greatest of as many regions of three axes as are asked for. Source: torch.nn.AdaptiveMaxPool3d."""

    function = staticmethod(adaptive.adaptive_max_pool3d)


class _PowerPool(Thin):
    norm_type: float
    kernel_size: Any
    stride: Any = None
    ceil_mode: bool = False

    def options(self) -> dict[str, Any]:
        return super().options() | {"norm_type": float(self.norm_type)}


class LPPool1d(_PowerPool):
    """The p-norm of each window along one axis. Source: torch.nn.LPPool1d."""

    function = staticmethod(unpooling.lp_pool1d)


class LPPool2d(_PowerPool):
    """The p-norm of each window over two axes. Source: torch.nn.LPPool2d."""

    function = staticmethod(unpooling.lp_pool2d)


class LPPool3d(_PowerPool):
    """The p-norm of each window over three axes. Source: torch.nn.LPPool3d."""

    function = staticmethod(unpooling.lp_pool3d)


class _MaxUnpool(Thin):
    axes: ClassVar[int]
    kernel_size: Any
    stride: Any = None
    padding: Any = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        given = (self.kernel_size, self.kernel_size if self.stride is None else self.stride, self.padding)
        each = [(size,) * self.axes if isinstance(size, int) else tuple(size) for size in given]
        self.kernel_size, self.stride, self.padding = each

    def forward(self, input: Any, indices: Any, output_size: Any = None) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]  # the inputs have names
        return self.function(input, indices, self.kernel_size, self.stride, self.padding, output_size)


class MaxUnpool1d(_MaxUnpool):
    """Elements back to where `MaxPool1d` took them from, zeros elsewhere. Source: torch.nn.MaxUnpool1d."""

    axes, function = 1, staticmethod(unpooling.max_unpool1d)


class MaxUnpool2d(_MaxUnpool):
    """Elements back to where `MaxPool2d` took them from, zeros elsewhere. Source: torch.nn.MaxUnpool2d."""

    axes, function = 2, staticmethod(unpooling.max_unpool2d)


class MaxUnpool3d(_MaxUnpool):
    """Elements back to where `MaxPool3d` took them from, zeros elsewhere. Source: torch.nn.MaxUnpool3d."""

    axes, function = 3, staticmethod(unpooling.max_unpool3d)


class _FractionalMaxPool(Module):
    axes: ClassVar[int]
    function: ClassVar[Any]

    def __init__(
        self,
        kernel_size: Any,
        output_size: Any = None,
        output_ratio: Any = None,
        return_indices: bool = False,
        _random_samples: Any = None,
    ) -> None:
        super().__init__()
        self.kernel_size, self.output_size, self.output_ratio = map(
            self._each, (kernel_size, output_size, output_ratio)
        )
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        name = type(self).__name__
        if output_size is None and output_ratio is None:
            raise ValueError(f"{name} requires specifying either an output size, or a pooling ratio")
        if output_size is not None and output_ratio is not None:
            raise ValueError("only one of output_size and output_ratio may be specified")
        if output_ratio is not None and not all(0 < ratio < 1 for ratio in self.output_ratio):
            raise ValueError(f"output_ratio must be between 0 and 1 (got {output_ratio})")

    def _each(self, value: Any) -> Any:
        return (value,) * self.axes if isinstance(value, (int, float)) else value

    def forward(self, input: Any) -> Any:
        return type(self).function(
            input, self.kernel_size, self.output_size, self.output_ratio, self.return_indices, self._random_samples
        )


class FractionalMaxPool2d(_FractionalMaxPool):
    """The greatest of windows at random places over two axes. Source: torch.nn.FractionalMaxPool2d; Graham, 2014."""

    axes, function = 2, staticmethod(unpooling.fractional_max_pool2d)


class FractionalMaxPool3d(_FractionalMaxPool):
    """The greatest of windows at random places over three axes. Source: torch.nn.FractionalMaxPool3d."""

    axes, function = 3, staticmethod(unpooling.fractional_max_pool3d)
