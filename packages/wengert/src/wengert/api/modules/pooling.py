"""Floor 7: pooling and padding as modules."""

from __future__ import annotations

from typing import Any

from wengert.api.modules.thin import Thin
from wengert.ops.pooling import avg_pool1d, avg_pool2d, avg_pool3d, max_pool1d, max_pool2d, max_pool3d


class _MaxPool(Thin):
    silent = ("return_indices",)
    kernel_size: Any
    stride: Any = None
    padding: Any = 0
    dilation: Any = 1
    return_indices: bool = False
    ceil_mode: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.stride is None:
            self.stride = self.kernel_size


class MaxPool1d(_MaxPool):
    """The greatest of each window along one axis. Source: torch.nn.MaxPool1d."""

    function = staticmethod(max_pool1d)


class MaxPool2d(_MaxPool):
    """The greatest of each window over two axes. Source: torch.nn.MaxPool2d.

    >>> nn.MaxPool2d(2)(ones(1, 4, 4)).shape
    (1, 2, 2)
    """

    function = staticmethod(max_pool2d)


class MaxPool3d(_MaxPool):
    """The greatest of each window over three axes. Source: torch.nn.MaxPool3d."""

    function = staticmethod(max_pool3d)


class AvgPool1d(Thin):
    """The mean of each window along one axis. Source: torch.nn.AvgPool1d."""

    function = staticmethod(avg_pool1d)
    silent = ("ceil_mode", "count_include_pad")
    kernel_size: Any
    stride: Any = None
    padding: Any = 0
    ceil_mode: bool = False
    count_include_pad: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        stride = self.kernel_size if self.stride is None else self.stride
        one = ((size,) if isinstance(size, int) else size for size in (self.kernel_size, stride, self.padding))
        self.kernel_size, self.stride, self.padding = one


class _AvgPool(Thin):
    silent = ("ceil_mode", "count_include_pad", "divisor_override")
    kernel_size: Any
    stride: Any = None
    padding: Any = 0
    ceil_mode: bool = False
    count_include_pad: bool = True
    divisor_override: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.stride is None:
            self.stride = self.kernel_size


class AvgPool2d(_AvgPool):
    """The mean of each window over two axes. Source: torch.nn.AvgPool2d."""

    function = staticmethod(avg_pool2d)


class AvgPool3d(_AvgPool):
    """The mean of each window over three axes. Source: torch.nn.AvgPool3d."""

    function = staticmethod(avg_pool3d)
