"""Floor 7: the usual activations and changes of shape as modules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from wengert.api.modules.thin import Thin
from wengert.ops.activation import elu, gelu, hardtanh, leaky_relu, logsigmoid, relu6, softplus
from wengert.ops.activation.basic import functional_relu, functional_silu
from wengert.ops.exponential import sigmoid
from wengert.ops.movement import flatten, unflatten
from wengert.ops.normalization import functional_log_softmax, functional_softmax, softmin
from wengert.ops.trigonometric import tanh


class ReLU(Thin):
    """What is positive, else zero. Source: torch.nn.ReLU.

    >>> nn.ReLU()(tensor([-1., 2.]))
    tensor([0., 2.])
    """

    function = staticmethod(functional_relu)
    inplace: bool = False


class ReLU6(Thin):
    """The same, and at most 6. Source: torch.nn.ReLU6."""

    function = staticmethod(relu6)
    inplace: bool = False


class Sigmoid(Thin):
    """1 / (1 + exp(-x)). Source: torch.nn.Sigmoid."""

    function = staticmethod(sigmoid)


class Tanh(Thin):
    """The hyperbolic tangent. Source: torch.nn.Tanh."""

    function = staticmethod(tanh)


class SiLU(Thin):
    """x sigmoid(x). Source: torch.nn.SiLU."""

    function = staticmethod(functional_silu)
    inplace: bool = False


class LogSigmoid(Thin):
    """The logarithm of the sigmoid. Source: torch.nn.LogSigmoid."""

    function = staticmethod(logsigmoid)


class GELU(Thin):
    """x times the normal distribution function of x. Source: torch.nn.GELU."""

    function = staticmethod(gelu)
    approximate: str = "none"


class ELU(Thin):
    """x where it is positive, else alpha (exp(x) - 1). Source: torch.nn.ELU.

    >>> nn.ELU(alpha=0.5)
    ELU(alpha=0.5)
    """

    function = staticmethod(elu)
    alpha: float = 1.0
    inplace: bool = False


class LeakyReLU(Thin):
    """x where it is positive, else a small multiple of it. Source: torch.nn.LeakyReLU."""

    function = staticmethod(leaky_relu)
    negative_slope: float = 0.01
    inplace: bool = False


class Hardtanh(Thin):
    """x held between two bounds. Source: torch.nn.Hardtanh."""

    function = staticmethod(hardtanh)
    min_val: float = -1.0
    max_val: float = 1.0
    inplace: bool = False


class Softplus(Thin):
    """log(1 + exp(beta x)) / beta. Source: torch.nn.Softplus."""

    function = staticmethod(softplus)
    beta: float = 1.0
    threshold: float = 20.0


class Softmax(Thin):
    """Exponentials that add to 1 along `dim`. Source: torch.nn.Softmax."""

    function = staticmethod(functional_softmax)
    dim: int | None = None


class LogSoftmax(Thin):
    """Their logarithms. Source: torch.nn.LogSoftmax."""

    function = staticmethod(functional_log_softmax)
    dim: int | None = None


class Softmin(Thin):
    """Exponentials of the negative input that add to 1 along `dim`. Source: torch.nn.Softmin."""

    function = staticmethod(softmin)
    dim: int | None = None


class Flatten(Thin):
    """Several axes made one. Source: torch.nn.Flatten.

    >>> nn.Flatten()(ones(2, 3, 4)).shape
    (2, 12)
    """

    function = staticmethod(flatten)
    start_dim: int = 1
    end_dim: int = -1


class Unflatten(Thin):
    """One axis made several. Source: torch.nn.Unflatten."""

    function = staticmethod(unflatten)
    dim: int
    unflattened_size: Sequence[int]

    def __post_init__(self) -> None:
        if not isinstance(self.unflattened_size, Sequence):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
            kind = type(cast(Any, self.unflattened_size)).__name__
            raise TypeError(f"unflattened_size must be a tuple of ints, but found type {kind}")
        super().__post_init__()

    def options(self) -> dict[str, Any]:
        return {"dim": self.dim, "sizes": self.unflattened_size}
