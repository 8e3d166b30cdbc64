"""Floor 7: normalisation over the batch, over channels, over the last axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from wengert.api.modules import initialization as init
from wengert.api.modules.module import Module
from wengert.api.modules.parameter import Parameter
from wengert.ops.creation import empty, ones, tensor, zeros
from wengert.ops.normalization import batch_norm, group_norm, layer_norm, rms_norm
from wengert.protocol.dtypes import int64


class _Tracking(Module):
    """Channels with an affine map, and running statistics if they are tracked."""

    _version = 2
    #: How many axes the input may have, and how that is said.
    ranks: ClassVar[tuple[int, ...]]
    expected: ClassVar[str]

    def __init__(
        self,
        num_features: int,
        eps: float,
        momentum: float | None,
        affine: bool,
        track: bool,
        device: Any,
        dtype: Any,
        bias: bool,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track
        self.weight: Any
        self.bias: Any
        self.running_mean: Any
        self.running_var: Any
        self.num_batches_tracked: Any
        _add_affine(self, (num_features,), affine, affine and bias, device, dtype)
        self.register_buffer("running_mean", zeros(num_features, device=device, dtype=dtype) if track else None)
        self.register_buffer("running_var", ones(num_features, device=device, dtype=dtype) if track else None)
        self.register_buffer("num_batches_tracked", tensor(0, dtype=int64, device=device) if track else None)

    def reset_running_stats(self) -> None:
        """Forget the running statistics."""
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Start anew: no effect yet, no statistics."""
        self.reset_running_stats()
        _reset_affine(self)

    def _check(self, input: Any) -> None:
        if len(input.shape) not in self.ranks:
            raise ValueError(f"expected {self.expected} input (got {len(input.shape)}D input)")

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class _BatchNorm(_Tracking):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias)

    def forward(self, input: Any) -> Any:
        self._check(input)
        moved = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:  # a mean of all batches
                moved = 1.0 / float(self.num_batches_tracked)
        by_batch = self.training or (self.running_mean is None and self.running_var is None)
        kept = not self.training or self.track_running_stats
        mean, variance = (self.running_mean, self.running_var) if kept else (None, None)
        return batch_norm(input, mean, variance, self.weight, self.bias, by_batch, moved, self.eps)


class BatchNorm1d(_BatchNorm):
    """Each channel less its mean over the batch, divided by its deviation. Source: torch.nn.BatchNorm1d.

    >>> nn.BatchNorm1d(2)
    BatchNorm1d(2, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
    """

    ranks, expected = (2, 3), "2D or 3D"


class BatchNorm2d(_BatchNorm):
    """The same for images. Source: torch.nn.BatchNorm2d."""

    ranks, expected = (4,), "4D"


class BatchNorm3d(_BatchNorm):
    """The same for volumes. Source: torch.nn.BatchNorm3d."""

    ranks, expected = (5,), "5D"


class _InstanceNorm(_Tracking):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias)

    def forward(self, input: Any) -> Any:
        self._check(input)
        shape: tuple[int, ...] = input.shape
        batched = len(shape) == self.ranks[-1]
        x = input if batched else input.unsqueeze(0)
        count = x.shape[0]
        out: Any
        by_sample = self.training or not self.track_running_stats
        if not by_sample:
            mean, variance = self.running_mean, self.running_var
            out = batch_norm(x, mean, variance, self.weight, self.bias, False, 0.0, self.eps)
            return out.reshape(shape)
        mean, variance, weight, bias = (
            None if t is None else t.repeat(count)
            for t in (self.running_mean, self.running_var, self.weight, self.bias)
        )
        channels = x.reshape(1, count * x.shape[1], *x.shape[2:])  # each channel of each sample is one of its own
        out = batch_norm(channels, mean, variance, weight, bias, True, self.momentum or 0.0, self.eps)
        if mean is not None and variance is not None:
            self.running_mean.copy_(mean.reshape(count, -1).mean(0))
            self.running_var.copy_(variance.reshape(count, -1).mean(0))
        return out.reshape(shape)


class InstanceNorm1d(_InstanceNorm):
    """Each channel of each sample less its mean, divided by its deviation. Source: torch.nn.InstanceNorm1d."""

    ranks, expected = (2, 3), "2D or 3D"


class InstanceNorm2d(_InstanceNorm):
    """The same for images. Source: torch.nn.InstanceNorm2d."""

    ranks, expected = (3, 4), "3D or 4D"


class InstanceNorm3d(_InstanceNorm):
    """The same for volumes. Source: torch.nn.InstanceNorm3d."""

    ranks, expected = (4, 5), "4D or 5D"


class GroupNorm(Module):
    """Groups of channels of each sample less their mean, divided by their deviation. Source: torch.nn.GroupNorm.

    >>> nn.GroupNorm(2, 4)
    GroupNorm(2, 4, eps=1e-05, affine=True, bias=True)
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self.weight: Any
        self.bias: Any
        _add_affine(self, (num_channels,), affine, affine and bias, device, dtype)

    def reset_parameters(self) -> None:
        """Start anew, without effect."""
        _reset_affine(self)

    def forward(self, input: Any) -> Any:
        return group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class LayerNorm(Module):
    """The last axes less their mean, divided by their deviation. Source: torch.nn.LayerNorm.

    >>> nn.LayerNorm(3)
    LayerNorm((3,), eps=1e-05, elementwise_affine=True, bias=True)
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _as_shape(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.weight: Any
        self.bias: Any
        _add_affine(self, self.normalized_shape, elementwise_affine, elementwise_affine and bias, device, dtype)

    def reset_parameters(self) -> None:
        """Start anew, without effect."""
        _reset_affine(self)

    def forward(self, input: Any) -> Any:
        return layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(Module):
    """The last axes divided by the root of their mean square. Source: torch.nn.RMSNorm."""

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _as_shape(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        made = Parameter(ones(*self.normalized_shape, device=device, dtype=dtype)) if elementwise_affine else None
        self.weight: Any
        self.register_parameter("weight", made)

    def reset_parameters(self) -> None:
        """Start anew, without effect."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, input: Any) -> Any:
        return rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


def _as_shape(shape: int | Sequence[int]) -> tuple[int, ...]:
    return (shape,) if isinstance(shape, int) else tuple(shape)


def _add_affine(module: Module, shape: tuple[int, ...], weight: bool, bias: bool, device: Any, dtype: Any) -> None:
    for name, wanted in (("weight", weight), ("bias", bias)):
        module.register_parameter(name, Parameter(empty(*shape, device=device, dtype=dtype)) if wanted else None)
    _reset_affine(module)


def _reset_affine(module: Any) -> None:
    if module.weight is not None:
        init.ones_(module.weight)
    if module.bias is not None:
        init.zeros_(module.bias)
