"""Floor 6: pooling over windows."""

from wengert.ops.pooling.average import avg_pool1d, avg_pool2d, avg_pool3d
from wengert.ops.pooling.maximum import max_pool1d, max_pool2d, max_pool3d

__all__ = ["avg_pool1d", "avg_pool2d", "avg_pool3d", "max_pool1d", "max_pool2d", "max_pool3d"]
