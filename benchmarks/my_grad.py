"""The workloads in mygrad, which runs on NumPy too. It has no second derivatives (W8) and no erf (W4's exact GELU)."""

from __future__ import annotations

from collections.abc import Callable

import mygrad
import numpy
from mygrad.nnet.activations import relu, sigmoid
from mygrad.nnet.layers import conv_nd, max_pool
from mygrad.nnet.losses import softmax_crossentropy

from benchmarks.program import Array, Arrays, Size, Tensor

Loss = Callable[[Arrays, Size], Tensor]


def step_of(loss: Loss, constant: tuple[str, ...] = ()) -> Callable[[Arrays, Size], Arrays]:
    """A step: the loss, and its gradient in each array but the constant ones. Tensors are made at the first step."""

    def step(arrays: Arrays, size: Size) -> Arrays:
        for name, array in arrays.items():
            if name not in constant and not isinstance(array, mygrad.Tensor):
                arrays[name] = mygrad.tensor(array)
        value = loss(arrays, size)
        value.backward()
        found = {"loss": value.data}
        return found | {f"{name}.grad": tensor.grad for name, tensor in arrays.items() if name not in constant}

    return step


def tiny_chain(p: Arrays, size: Size) -> Tensor:
    y, w, b = p["x"], p["w"], p["b"]
    for _ in range(size["times"]):
        y = y * w + b
    return mygrad.sum(y)


def perceptron_loss(p: Arrays, size: Size) -> Tensor:
    y, last = p["x"], len(size["widths"]) - 1
    for layer in range(1, last + 1):
        y = mygrad.matmul(y, p[f"w{layer}"].T) + p[f"b{layer}"]
        if layer < last:
            y = relu(y)
    return softmax_crossentropy(y, p["label"])


def multilayer_perceptron(arrays: Arrays, size: Size) -> Arrays:
    found = step_of(perceptron_loss, ("x", "label"))(arrays, size)
    for name, tensor in arrays.items():
        if name not in ("x", "label"):
            tensor.data -= size["rate"] * tensor.grad
            found[f"{name} after"] = tensor.data
    return found


def large_elementwise(p: Arrays, size: Size) -> Tensor:
    x = p["x"]
    return mygrad.mean(mygrad.tanh(x * p["w"] + p["b"]) * sigmoid(x) + mygrad.exp(-x * x))


def long_short_term_memory(p: Arrays, size: Size) -> Tensor:
    x, width = p["x"], size["hidden"]
    hidden = cell = numpy.zeros((size["batch"], width), x.dtype)
    for step in range(size["steps"]):
        gates = mygrad.matmul(x[step], p["w_input"]) + mygrad.matmul(hidden, p["w_hidden"]) + p["b"]
        enter, forget = gates[:, :width], gates[:, width : 2 * width]
        candidate, leave = gates[:, 2 * width : 3 * width], gates[:, 3 * width :]
        cell = sigmoid(forget) * cell + sigmoid(enter) * mygrad.tanh(candidate)
        hidden = sigmoid(leave) * mygrad.tanh(cell)
    return mygrad.mean(hidden * hidden)


def deep_graph(p: Arrays, size: Size) -> Tensor:
    y, w = p["x"], p["w"]
    for _ in range(size["nodes"]):
        y = y * w
    return y


def convolutional_net(p: Arrays, size: Size) -> Tensor:
    y: Array = p["x"]
    for layer in ("1", "2"):
        y = conv_nd(y, p[f"w{layer}"], stride=1) + mygrad.reshape(p[f"b{layer}"], (1, -1, 1, 1))
        even = y.shape[-1] // 2 * 2  # a row that fills no window is refused, not left out
        y = max_pool(relu(y[:, :, :even, :even]), (2, 2), 2)
    y = mygrad.matmul(mygrad.reshape(y, (size["batch"], -1)), p["w3"].T) + p["b3"]
    return softmax_crossentropy(y, p["label"])


STEPS: dict[str, Callable[[Arrays, Size], Arrays]] = {
    "W1": step_of(tiny_chain),
    "W2": multilayer_perceptron,
    "W3": step_of(large_elementwise),
    "W5": step_of(long_short_term_memory, ("x",)),
    "W6": step_of(deep_graph),
    "W7": step_of(convolutional_net, ("x", "label")),
}
