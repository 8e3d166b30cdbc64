"""Floor 7: padding as modules."""

from __future__ import annotations

from typing import Any, ClassVar

from wengert.api.modules.thin import Thin
from wengert.ops.convolution import pad


class _Padding(Thin):
    """Elements around the last axes: `padding` on all sides, or (before, after) of each axis, the last axis first."""

    axes: ClassVar[int]
    mode: ClassVar[str] = "constant"
    padding: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.padding, int):
            self.padding = (self.padding,) * (2 * self.axes)

    def forward(self, *args: Any) -> Any:
        return pad(args[0], self.padding, self.mode, getattr(self, "value", None))

    def extra_repr(self) -> str:
        return str(self.padding)


class _ConstantPad(_Padding):
    value: float

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_ConstantPad):
    """One value around the input, over one axis. Source: torch.nn.ConstantPad1d."""

    axes = 1


class ConstantPad2d(_ConstantPad):
    """One value around the input, over two axes. Source: torch.nn.ConstantPad2d."""

    axes = 2


class ConstantPad3d(_ConstantPad):
    """One value around the input, over three axes. Source: torch.nn.ConstantPad3d."""

    axes = 3


class ZeroPad1d(_Padding):
    """Zeros around the input, over one axis. Source: torch.nn.ZeroPad1d."""

    axes = 1


class ZeroPad2d(_Padding):
    """Zeros around the input, over two axes. Source: torch.nn.ZeroPad2d."""

    axes = 2


class ZeroPad3d(_Padding):
    """Zeros around the input, over three axes. Source: torch.nn.ZeroPad3d."""

    axes = 3


class ReflectionPad1d(_Padding):
    """The mirror image around the input, over one axis. Source: torch.nn.ReflectionPad1d."""

    axes, mode = 1, "reflect"


class ReflectionPad2d(_Padding):
    """The mirror image around the input, over two axes. Source: torch.nn.ReflectionPad2d."""

    axes, mode = 2, "reflect"


class ReflectionPad3d(_Padding):
    """The mirror image around the input, over three axes. Source: torch.nn.ReflectionPad3d."""

    axes, mode = 3, "reflect"


class ReplicationPad1d(_Padding):
    """The value of the edge around the input, over one axis. Source: torch.nn.ReplicationPad1d."""

    axes, mode = 1, "replicate"


class ReplicationPad2d(_Padding):
    """The value of the edge around the input, over two axes. Source: torch.nn.ReplicationPad2d."""

    axes, mode = 2, "replicate"


class ReplicationPad3d(_Padding):
    """The value of the edge around the input, over three axes. Source: torch.nn.ReplicationPad3d."""

    axes, mode = 3, "replicate"


class CircularPad1d(_Padding):
    """The other end around the input, over one axis. Source: torch.nn.CircularPad1d."""

    axes, mode = 1, "circular"


class CircularPad2d(_Padding):
    """The other end around the input, over two axes. Source: torch.nn.CircularPad2d."""

    axes, mode = 2, "circular"


class CircularPad3d(_Padding):
    """The other end around the input, over three axes. Source: torch.nn.CircularPad3d."""

    axes, mode = 3, "circular"
