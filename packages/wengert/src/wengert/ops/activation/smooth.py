"""Floor 6: activations made of exponentials, and those that let one half of their input gate the other."""

from __future__ import annotations

from typing import Any

from wengert.ops.arguments import AnyTensor, one_axis
from wengert.ops.arithmetic.operands import checked
from wengert.ops.normalization import softmax
from wengert.ops.random.draws import exponential
from wengert.protocol.dtypes import BOOL, INTEGER
from wengert.rule.refusals import refuse
from wengert.rules import activation as rules
from wengert.rules.activation import pieces
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.base import make
from wengert.tensor.inplace import in_place
from wengert.tensor.level import random_space
from wengert.tensor.operation import kernel

_glu = kernel(rules.glu, "GluBackward0", x="self", axis="dim")
_celu = kernel(pieces.celu, "CeluBackward0", x="self")
_selu = kernel(pieces.selu, "EluBackward0", x="self")
_mish = kernel(pieces.mish, "MishBackward0", x="self")


def glu(input: AnyTensor, dim: int = -1) -> Any:
    """The first half of `input` along `dim` times the `sigmoid` of the second.

    Shapes: input (..., 2 n, ...) -> (..., n, ...). Dtype: kept.
    Derivative: with halves a, b and s = sigmoid(b): g -> g s, and g a s (1 - s).
    Errors: RuntimeError if the axis has an odd size or `input` has no axis.
    Source: torch.nn.functional.glu; Dauphin and others, "Gated Convolutional Networks", 2016.

    >>> wengert.nn.functional.glu(tensor([2., 0.]))
    tensor([1.])
    """
    shape = checked("glu", "input", input).shape
    if not shape:
        raise RuntimeError("glu does not support 0-dimensional tensors")
    refuse("glu_cpu", input.space.dtype, BOOL, INTEGER)
    axis = one_axis("glu", dim, len(shape))
    if shape[axis] % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {axis} is size {shape[axis]}")
    return _glu(input, axis)


def celu(input: AnyTensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """`input` where it is positive, else alpha (exp(input / alpha) - 1): an `elu` without a kink.

    Shapes: kept. Dtype: kept. Derivative: g where `input` is positive, else g exp(input / alpha).
    Errors: RuntimeError for an alpha of 0. Source: torch.nn.functional.celu; Barron, 2017.

    >>> celu(tensor([-1., 2.]))
    tensor([-0.6321,  2.0000])
    """
    if inplace:
        return celu_(input, alpha)
    checked("celu", "input", input)
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    return _celu(input, alpha)


def selu(input: AnyTensor, inplace: bool = False) -> Tensor:
    """An `elu` with the two constants that keep mean 0 and variance 1.

    Shapes: kept. Dtype: kept. Derivative: as `elu`, times the scale 1.0507.
    Errors: as `elu`. Source: torch.nn.functional.selu; Klambauer and others, "Self-Normalizing Neural Networks", 2017.

    >>> selu(tensor([-1., 1.]))
    tensor([-1.1113,  1.0507])
    """
    if inplace:
        return selu_(input)
    return _selu(input)


def mish(input: AnyTensor, inplace: bool = False) -> Tensor:
    """`input` times the hyperbolic tangent of its `softplus`.

    Shapes: kept. Dtype: kept. Derivative: by the product rule. Errors: as `softplus`.
    Source: torch.nn.functional.mish; Misra, 2019.

    >>> wengert.nn.functional.mish(tensor([0., 1.]))
    tensor([0.0000, 0.8651])
    """
    return mish_(input) if inplace else _mish(input)


def softsign(input: Any) -> Tensor:
    """`input` over one more than its size. Derivative: g / (1 + |input|)^2. Source: torch.nn.functional.softsign.

    >>> wengert.nn.functional.softsign(tensor([-1., 3.]))
    tensor([-0.5000,  0.7500])
    """
    return input / (checked("softsign", "input", input).abs() + 1)


def gumbel_softmax(logits: Any, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1) -> Tensor:
    """A random class for each vector along `dim`, drawn as softmax(logits) says, softened by the temperature `tau`.

    With `hard` the result is one-hot, while its gradient is that of the soft one. `eps` has no effect, as in torch.
    Shapes: kept. Dtype: kept. Derivative: that of softmax((logits + noise) / tau).
    Errors: IndexError if there is no axis `dim`.
    Source: torch.nn.functional.gumbel_softmax; Jang, Gu and Poole, 2016; Maddison, Mnih and Teh, 2016.

    >>> wengert.nn.functional.gumbel_softmax(tensor([0., 1000.]), hard=True)
    tensor([0., 1.])
    """
    space = random_space(checked("gumbel_softmax", "logits", logits).space)
    noise = -make(space, exponential(space, logits.shape)).log()
    soft: Any = softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    index = soft.max(dim, keepdim=True)[1]
    return soft.detach().mul(0).scatter(dim, index, 1.0) - soft.detach() + soft


celu_, selu_, mish_ = in_place(celu, selu, mish)
