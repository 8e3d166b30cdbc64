"""Floor 6: the nonlinear functions of neural networks, one node each."""

from __future__ import annotations

from wengert.extras import Late
from wengert.ops.arguments import AnyTensor
from wengert.ops.arithmetic import clamp
from wengert.ops.arithmetic.operands import checked
from wengert.protocol.dtypes import INTEGER
from wengert.rules import activation as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.inplace import in_place
from wengert.tensor.operation import direct, kernel

_leaky_relu = kernel(rules.leaky_relu, "LeakyReluBackward0", x="self")
_elu = kernel(rules.elu, "EluBackward0", x="self")
_hardtanh = kernel(rules.hardtanh, "HardtanhBackward0", x="self")
_gelu = kernel(rules.gelu, "GeluBackward0", x="self")
_gelu_tanh = kernel(rules.gelu_tanh, "GeluBackward0", x="self")
_softplus = kernel(rules.softplus, "SoftplusBackward0", x="self")


@direct(rules.relu, "ReluBackward0", out="result")
def relu(input: Tensor) -> Tensor:
    """`input` where it is positive, else 0; nan stays.

    Shapes: kept. Dtype: kept. Derivative: g where the result is not 0, else 0.
    Errors: NotImplementedError for booleans and complex numbers.
    Source: torch.relu; Nair and Hinton, 2010.

    >>> relu(tensor([-1., 2.]))
    tensor([0., 2.])
    """
    ...


@direct(rules.silu, "SiluBackward0", x="self")
def silu(input: Tensor) -> Tensor:
    """`input` times its `sigmoid`.

    Shapes: kept. Dtype: kept. Derivative: g -> g * s * (1 + input * (1 - s)) with s = sigmoid(input).
    Errors: NotImplementedError for integers and complex numbers.
    Source: torch.nn.functional.silu; Elfwing, Uchibe and Doya, 2017.

    >>> silu(tensor([0., 1.]))
    tensor([0.0000, 0.7311])
    """
    ...


@direct(rules.logsigmoid, "LogSigmoidBackward0", x="self")
def logsigmoid(input: Tensor) -> Tensor:
    """The logarithm of `sigmoid`, without forming it.

    Shapes: kept. Dtype: kept. Derivative: g -> g * sigmoid(-input).
    Errors: NotImplementedError for integers and complex numbers.
    Source: torch.nn.functional.logsigmoid.

    >>> logsigmoid(tensor([0., -100.]))
    tensor([  -0.6931, -100.0000])
    """
    ...


def gelu(input: Tensor, *, approximate: str = "none") -> Tensor:
    """`input` times the normal distribution's share below it; by a formula with tanh if `approximate` is "tanh".

    Shapes: kept. Dtype: kept.
    Derivative: g -> g * (share + input * density); that of the formula for "tanh".
    Errors: RuntimeError for another `approximate`; NotImplementedError for integers and complex numbers.
    Source: torch.nn.functional.gelu; Hendrycks and Gimpel, 2016.

    >>> gelu(tensor([-1., 1.]))
    tensor([-0.1587,  0.8413])
    """
    if approximate == "none":
        return _gelu(input)
    if approximate != "tanh":
        raise RuntimeError(f"approximate argument must be either none or tanh, got {approximate!r}.")
    return _gelu_tanh(input)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """`input` where it is positive, else `negative_slope` times `input`.

    Shapes: kept. Dtype: kept. Derivative: g where `input` is positive, else negative_slope * g.
    Errors: NotImplementedError for integers and complex numbers.
    Source: torch.nn.functional.leaky_relu; Maas, Hannun and Ng, 2013.

    >>> leaky_relu(tensor([-1., 2.]), 0.1)
    tensor([-0.1000,  2.0000])
    """
    return leaky_relu_(input, negative_slope) if inplace else _leaky_relu(input, negative_slope)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """`input` where it is positive, else `alpha` * (exp(input) - 1).

    Shapes: kept. Dtype: kept. Derivative: g where `input` is positive, else alpha * exp(input) * g.
    Errors: NotImplementedError for integers and complex numbers.
    Source: torch.nn.functional.elu; Clevert, Unterthiner and Hochreiter, 2015.

    >>> elu(tensor([-1., 2.]))
    tensor([-0.6321,  2.0000])
    """
    return elu_(input, alpha) if inplace else _elu(input, alpha)


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """`input` between `min_val` and `max_val`, the nearer of these outside.

    Shapes: kept. Dtype: kept. Derivative: g strictly between the bounds, else 0.
    Errors: ValueError if min_val is above max_val; NotImplementedError for booleans and complex numbers.
    Source: torch.nn.functional.hardtanh.

    >>> hardtanh(tensor([-2., 0.5]))
    tensor([-1.0000,  0.5000])
    """
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    if inplace:
        return hardtanh_(input, min_val, max_val)
    if checked("hardtanh", "input", input).space.dtype.category == INTEGER:
        return clamp(input, int(min_val), int(max_val))
    return _hardtanh(input, min_val, max_val)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """`relu`, at most 6: `hardtanh` between 0 and 6. Source: torch.nn.functional.relu6.

    >>> relu6(tensor([-1., 2., 7.]))
    tensor([0., 2., 6.])
    """
    return hardtanh(input, 0.0, 6.0, inplace)


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """log(1 + exp(beta * input)) / beta; `input` itself where beta * input is above `threshold`.

    Shapes: kept. Dtype: kept. Derivative: g -> g * sigmoid(beta * input).
    Errors: NotImplementedError for integers and complex numbers. Source: torch.nn.functional.softplus.

    >>> softplus(tensor([0., 1.]))
    tensor([0.6931, 1.3133])
    """
    return _softplus(input, beta, threshold)


def functional_relu(input: Tensor, inplace: bool = False) -> Tensor:
    """`relu` as nn.functional has it: with `inplace` it is written into `input`. Source: torch.nn.functional.relu.

    >>> wengert.nn.functional.relu(tensor([-1., 2.]))
    tensor([0., 2.])
    """
    return relu_(input) if inplace else relu(input)


def functional_silu(input: AnyTensor, inplace: bool = False) -> Tensor:
    """`input` times its `sigmoid`; with `inplace` it is written into `input`.

    Shapes: kept. Dtype: kept. Derivative: g -> g * s * (1 + input * (1 - s)) with s = sigmoid(input).
    Errors: NotImplementedError for integers.
    Source: torch.nn.functional.silu; Elfwing, Uchibe and Doya, 2017.

    >>> wengert.nn.functional.silu(tensor([0., 1.]))
    tensor([0.0000, 0.7311])
    """
    if checked("silu", "input", input).space.dtype.is_complex:
        return input.mul_(input.sigmoid()) if inplace else input * input.sigmoid()
    return silu_(input) if inplace else silu(input)


leaky_relu_, elu_, hardtanh_, relu_, silu_ = in_place(leaky_relu, elu, hardtanh, relu, silu)


class ActivationMethods(Tensor):
    """The methods of a Tensor for activations."""

    __slots__ = ()

    relu = relu
    prelu = Late("wengert.ops.activation.piecewise:prelu")
    hardshrink = Late("wengert.ops.activation.piecewise:hardshrink")
