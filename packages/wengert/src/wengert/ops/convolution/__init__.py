"""Floor 6: convolution and padding."""

from wengert.ops.convolution.correlation import conv1d, conv2d, conv3d, per_axis
from wengert.ops.convolution.padding import constant_pad_nd, pad

__all__ = ["constant_pad_nd", "conv1d", "conv2d", "conv3d", "pad", "per_axis"]
