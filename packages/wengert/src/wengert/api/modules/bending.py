"""Floor 7: the rarer activations as modules."""

from __future__ import annotations

from typing import Any

from wengert.api.modules.module import Module
from wengert.api.modules.parameter import Parameter
from wengert.api.modules.thin import Thin
from wengert.ops.activation.piecewise import (
    hardshrink,
    hardsigmoid,
    hardswish,
    prelu,
    rrelu,
    softshrink,
    tanhshrink,
    threshold,
)
from wengert.ops.activation.smooth import celu, glu, mish, selu, softsign
from wengert.ops.creation import full
from wengert.ops.normalization import softmax
from wengert.ops.similarity import cosine_similarity, pairwise_distance


class CELU(Thin):
    """x where it is positive, else alpha (exp(x / alpha) - 1). Source: torch.nn.CELU."""

    function = staticmethod(celu)
    alpha: float = 1.0
    inplace: bool = False


class SELU(Thin):
    """A scaled ELU that keeps mean and variance. Source: torch.nn.SELU."""

    function = staticmethod(selu)
    inplace: bool = False


class Mish(Thin):
    """x tanh(softplus(x)). Source: torch.nn.Mish."""

    function = staticmethod(mish)
    inplace: bool = False


class Hardswish(Thin):
    """x times a sigmoid of straight lines. Source: torch.nn.Hardswish."""

    function = staticmethod(hardswish)
    inplace: bool = False


class Hardsigmoid(Thin):
    """A sigmoid of straight lines. Source: torch.nn.Hardsigmoid."""

    function = staticmethod(hardsigmoid)
    inplace: bool = False


class _Shrink(Thin):
    lambd: float = 0.5

    def extra_repr(self) -> str:
        return str(self.lambd)


class Hardshrink(_Shrink):
    """x where it is farther from 0 than `lambd`, else 0. Source: torch.nn.Hardshrink."""

    function = staticmethod(hardshrink)


class Softshrink(_Shrink):
    """x moved towards 0 by `lambd`. Source: torch.nn.Softshrink."""

    function = staticmethod(softshrink)


class Softsign(Thin):
    """x / (1 + |x|). Source: torch.nn.Softsign."""

    function = staticmethod(softsign)


class Tanhshrink(Thin):
    """x - tanh(x). Source: torch.nn.Tanhshrink."""

    function = staticmethod(tanhshrink)


class Threshold(Thin):
    """x where it is above `threshold`, else `value`. Source: torch.nn.Threshold."""

    function = staticmethod(threshold)
    threshold: float
    value: float
    inplace: bool = False


class GLU(Thin):
    """One half of the input times the sigmoid of the other. Source: torch.nn.GLU.

    >>> nn.GLU()(tensor([2., 0.]))
    tensor([1.])
    """

    function = staticmethod(glu)
    dim: int = -1


class RReLU(Thin):
    """A leaky relu whose slope is drawn in training. Source: torch.nn.RReLU."""

    function = staticmethod(rrelu)
    lower: float = 1.0 / 8
    upper: float = 1.0 / 3
    inplace: bool = False

    def options(self) -> dict[str, Any]:
        return {**super().options(), "training": self.training}


class PReLU(Module):
    """A leaky relu whose slope is learnt. Source: torch.nn.PReLU; He et al., 2015."""

    def __init__(self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None) -> None:
        super().__init__()
        self.num_parameters, self.init = num_parameters, init
        self.weight = Parameter(full((num_parameters,), init, device=device, dtype=dtype))

    def forward(self, input: Any) -> Any:
        return prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


class Softmax2d(Module):
    """Exponentials that add to 1 over the channels of each pixel. Source: torch.nn.Softmax2d."""

    def forward(self, input: Any) -> Any:
        if len(input.shape) not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {len(input.shape)}D instead")
        return softmax(input, -3)


class CosineSimilarity(Thin):
    """The cosine of the angle between vectors. Source: torch.nn.CosineSimilarity."""

    function = staticmethod(cosine_similarity)
    silent = ("dim", "eps")
    dim: int = 1
    eps: float = 1e-8


class PairwiseDistance(Thin):
    """The distance between vectors. Source: torch.nn.PairwiseDistance."""

    function = staticmethod(pairwise_distance)
    silent = ("p", "eps", "keepdim")
    p: float = 2.0
    eps: float = 1e-6
    keepdim: bool = False
