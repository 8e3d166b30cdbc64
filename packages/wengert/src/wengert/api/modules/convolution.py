"""Floor 7: convolutions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, cast

from wengert.api.modules import initialization as init
from wengert.api.modules.linear import draw_bias
from wengert.api.modules.module import Module
from wengert.api.modules.parameter import Parameter
from wengert.ops.convolution import conv1d, conv2d, conv3d, pad
from wengert.ops.convolution.transposed import conv_transpose1d, conv_transpose2d, conv_transpose3d
from wengert.ops.creation import empty

_MODES = ("zeros", "reflect", "replicate", "circular")


class Convolution(Module):
    """What the convolutions share. A subclass says over how many axes it goes, and with which function."""

    axes: ClassVar[int]
    function: ClassVar[Callable[..., Any]]
    transposed: ClassVar[bool] = False

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any,
        padding: Any,
        dilation: Any,
        output_padding: Any,
        groups: int,
        bias: bool,
        padding_mode: str,
        device: Any,
        dtype: Any,
    ) -> None:
        super().__init__()
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        if in_channels % groups:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups:
            raise ValueError("out_channels must be divisible by groups")
        if isinstance(padding, str) and padding not in ("same", "valid"):
            raise ValueError(f"Invalid padding string {padding!r}, should be one of {{'same', 'valid'}}")
        if padding == "same" and set(self._each(stride)) != {1}:
            raise ValueError("padding='same' is not supported for strided convolutions")
        if padding_mode not in _MODES:
            raise ValueError(f"padding_mode must be one of {set(_MODES)}, but got padding_mode='{padding_mode}'")
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride, self.dilation = map(self._each, (kernel_size, stride, dilation))
        self.padding: Any = padding if isinstance(padding, str) else self._each(padding)
        self.output_padding, self.padding_mode = self._each(output_padding), padding_mode
        first, second = (in_channels, out_channels) if self.transposed else (out_channels, in_channels)
        self.weight = Parameter(empty(first, second // groups, *self.kernel_size, device=device, dtype=dtype))
        self.bias: Any
        self.register_parameter("bias", Parameter(empty(out_channels, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def _each(self, value: Any) -> tuple[int, ...]:
        return tuple(cast(Sequence[int], value)) if isinstance(value, Sequence) else (value,) * self.axes

    def reset_parameters(self) -> None:
        """Draw new parameters."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        draw_bias(self.bias, self.weight)

    def extra_repr(self) -> str:
        words = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"]
        if self.padding != (0,) * self.axes:
            words.append(f"padding={self.padding}")
        if self.dilation != (1,) * self.axes:
            words.append(f"dilation={self.dilation}")
        if self.output_padding != (0,) * self.axes:
            words.append(f"output_padding={self.output_padding}")
        if self.groups != 1:
            words.append(f"groups={self.groups}")
        if self.bias is None:
            words.append("bias=False")
        if self.padding_mode != "zeros":
            words.append(f"padding_mode={self.padding_mode}")
        return ", ".join(words)


class _Forward(Convolution):
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, 0, groups, bias, padding_mode,
            device, dtype,
        )  # fmt: skip

    def forward(self, input: Any) -> Any:
        padding = self.padding
        if self.padding_mode != "zeros":
            input, padding = pad(input, self._margins(), mode=self.padding_mode), 0
        return type(self).function(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def _margins(self) -> list[int]:
        """How much is added before and after each axis, the last axis first."""
        margins: list[int] = []
        for axis in reversed(range(self.axes)):
            if self.padding == "same":
                total = self.dilation[axis] * (self.kernel_size[axis] - 1)
                margins += [total // 2, total - total // 2]
            else:
                margins += [0 if self.padding == "valid" else self.padding[axis]] * 2
        return margins


class Conv1d(_Forward):
    """A convolution along one axis. Source: torch.nn.Conv1d.

    >>> nn.Conv1d(2, 3, 5)(ones(1, 2, 8)).shape
    (1, 3, 4)
    """

    axes, function = 1, staticmethod(conv1d)


class Conv2d(_Forward):
    """A convolution over two axes. Source: torch.nn.Conv2d.

    >>> nn.Conv2d(2, 3, 3, padding=1)
    Conv2d(2, 3, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    """

    axes, function = 2, staticmethod(conv2d)


class Conv3d(_Forward):
    """A convolution over three axes. Source: torch.nn.Conv3d."""

    axes, function = 3, staticmethod(conv3d)


class _Transposed(Convolution):
    transposed = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, output_padding, groups, bias,
            padding_mode, device, dtype,
        )  # fmt: skip

    def forward(self, input: Any, output_size: Any = None) -> Any:
        output_padding = self.output_padding if output_size is None else self._reaching(input.shape, output_size)
        return type(self).function(
            input, self.weight, self.bias, self.stride, self.padding, output_padding, self.groups, self.dilation
        )

    def _reaching(self, shape: tuple[int, ...], output_size: Any) -> tuple[int, ...]:
        """What is added behind each axis so that the result has `output_size`."""
        wanted, lead = output_size, len(shape) - self.axes
        if len(wanted) == len(shape):
            wanted = wanted[lead:]
        if len(wanted) != self.axes:
            raise ValueError(
                f"ConvTranspose{self.axes}D: for {len(shape)}D input, output_size must have {self.axes} or "
                f"{len(shape)} elements (got {len(output_size)})"
            )
        each = zip(shape[lead:], self.kernel_size, self.stride, self.padding, self.dilation, strict=True)
        least = [(n - 1) * step - 2 * margin + apart * (size - 1) + 1 for n, size, step, margin, apart in each]
        most = [low + step - 1 for low, step in zip(least, self.stride, strict=True)]
        if any(not low <= n <= high for n, low, high in zip(wanted, least, most, strict=True)):
            raise ValueError(
                f"requested an output size of {wanted}, but valid sizes range from {least} to {most} (for an input of "
                f"{list(shape[2:])})"
            )
        return tuple(n - low for n, low in zip(wanted, least, strict=True))


class ConvTranspose1d(_Transposed):
    """The transpose of a convolution along one axis. Source: torch.nn.ConvTranspose1d.

    >>> nn.ConvTranspose1d(2, 3, 4, stride=2)(ones(1, 2, 3)).shape
    (1, 3, 8)
    """

    axes, function = 1, staticmethod(conv_transpose1d)


class ConvTranspose2d(_Transposed):
    """The transpose of a convolution over two axes. Source: torch.nn.ConvTranspose2d."""

    axes, function = 2, staticmethod(conv_transpose2d)


class ConvTranspose3d(_Transposed):
    """The transpose of a convolution over three axes. Source: torch.nn.ConvTranspose3d."""

    axes, function = 3, staticmethod(conv_transpose3d)
