"""The workloads in HIPS autograd (the package `autograd`), through its NumPy wrapper."""

from __future__ import annotations

import math
from collections.abc import Callable

import autograd.numpy as anp
from autograd import grad, value_and_grad
from autograd.scipy.special import erf

from benchmarks.program import Array, Arrays, Size

Loss = Callable[[Arrays], Array]


def loss_and_gradients(loss: Loss, arrays: Arrays, constant: tuple[str, ...] = ()) -> Arrays:
    """One step: the loss, and its gradient in each array but the constant ones."""
    held = {name: arrays[name] for name in constant}
    free = {name: array for name, array in arrays.items() if name not in held}
    value, gradients = value_and_grad(lambda parameters: loss({**held, **parameters}))(free)
    return {"loss": value} | {f"{name}.grad": gradient for name, gradient in gradients.items()}


def tiny_chain(arrays: Arrays, size: Size) -> Arrays:
    def loss(p: Arrays) -> Array:
        y, w, b = p["x"], p["w"], p["b"]
        for _ in range(size["times"]):
            y = y * w + b
        return anp.sum(y)

    return loss_and_gradients(loss, arrays)


def multilayer_perceptron(arrays: Arrays, size: Size) -> Arrays:
    last = len(size["widths"]) - 1

    def loss(p: Arrays) -> Array:
        y = p["x"]
        for layer in range(1, last + 1):
            y = anp.dot(y, p[f"w{layer}"].T) + p[f"b{layer}"]
            if layer < last:
                y = anp.maximum(y, 0)
        y = y - anp.max(y, axis=1, keepdims=True)
        picked = y[anp.arange(len(p["label"])), p["label"]]
        return anp.mean(anp.log(anp.sum(anp.exp(y), axis=1)) - picked)

    found = loss_and_gradients(loss, arrays, ("x", "label"))
    for name, array in arrays.items():
        if name not in ("x", "label"):
            array -= size["rate"] * found[f"{name}.grad"]
            found[f"{name} after"] = array
    return found


def large_elementwise(arrays: Arrays, size: Size) -> Arrays:
    def loss(p: Arrays) -> Array:
        x = p["x"]
        return anp.mean(anp.tanh(x * p["w"] + p["b"]) * (1 / (1 + anp.exp(-x))) + anp.exp(-x * x))

    return loss_and_gradients(loss, arrays)


def transformer_block(arrays: Arrays, size: Size) -> Arrays:
    batch, sequence, width, heads = size["batch"], size["sequence"], size["width"], size["heads"]
    depth = width // heads
    half = arrays["x"].dtype.type(0.5)

    def linear(x: Array, p: Arrays, layer: str) -> Array:
        return anp.dot(x, p[f"{layer}_w"].T) + p[f"{layer}_b"]

    def norm(x: Array, p: Arrays, layer: str) -> Array:
        centred = x - anp.mean(x, axis=1, keepdims=True)
        variance = anp.mean(centred * centred, axis=1, keepdims=True)
        return centred / anp.sqrt(variance + 1e-5) * p[f"{layer}_w"] + p[f"{layer}_b"]

    def gelu(x: Array) -> Array:
        if size["gelu"] == "tanh":
            return half * x * (1 + anp.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))
        return half * x * (1 + erf(x * math.sqrt(0.5)))

    def loss(p: Arrays) -> Array:
        x = anp.reshape(p["x"], (batch * sequence, width))
        qkv = anp.reshape(linear(norm(x, p, "norm1"), p, "qkv"), (batch, sequence, 3, heads, depth))
        qkv = anp.transpose(qkv, (2, 0, 3, 1, 4))
        query, key, value = qkv[0], qkv[1], qkv[2]
        scores = anp.matmul(query, anp.swapaxes(key, -2, -1)) * (1 / math.sqrt(depth))
        share = anp.exp(scores - anp.max(scores, axis=-1, keepdims=True))
        share = share / anp.sum(share, axis=-1, keepdims=True)
        mixed = anp.reshape(anp.swapaxes(anp.matmul(share, value), 1, 2), (batch * sequence, width))
        x = x + linear(mixed, p, "mix")
        x = x + linear(gelu(linear(norm(x, p, "norm2"), p, "up")), p, "down")
        return anp.mean(x * x)

    return loss_and_gradients(loss, arrays)


def long_short_term_memory(arrays: Arrays, size: Size) -> Arrays:
    width = size["hidden"]

    def sigmoid(x: Array) -> Array:
        return 1 / (1 + anp.exp(-x))

    def loss(p: Arrays) -> Array:
        x = p["x"]
        hidden = cell = anp.zeros((size["batch"], width), dtype=x.dtype)
        for step in range(size["steps"]):
            gates = anp.dot(x[step], p["w_input"]) + anp.dot(hidden, p["w_hidden"]) + p["b"]
            enter, forget = gates[:, :width], gates[:, width : 2 * width]
            candidate, leave = gates[:, 2 * width : 3 * width], gates[:, 3 * width :]
            cell = sigmoid(forget) * cell + sigmoid(enter) * anp.tanh(candidate)
            hidden = sigmoid(leave) * anp.tanh(cell)
        return anp.mean(hidden * hidden)

    return loss_and_gradients(loss, arrays, ("x",))


def deep_graph(arrays: Arrays, size: Size) -> Arrays:
    def loss(p: Arrays) -> Array:
        y, w = p["x"], p["w"]
        for _ in range(size["nodes"]):
            y = y * w
        return y

    return loss_and_gradients(loss, arrays)


def hessian_vector_product(arrays: Arrays, size: Size) -> Arrays:
    names = [f"{kind}{layer}" for layer in (1, 2, 3) for kind in "wb"]
    x, target = arrays["x"], arrays["target"]

    def loss(p: Arrays) -> Array:
        y = anp.tanh(anp.dot(x, p["w1"].T) + p["b1"])
        y = anp.tanh(anp.dot(y, p["w2"].T) + p["b2"])
        error = anp.dot(y, p["w3"].T) + p["b3"] - target
        return anp.mean(error * error)

    found: Arrays = {}

    def product(p: Arrays) -> Array:
        value, gradients = value_and_grad(loss)(p)
        found["loss"] = getattr(value, "_value", value)
        for name in names:
            found[f"{name}.grad"] = getattr(gradients[name], "_value", gradients[name])
        return sum(anp.sum(gradients[name] * arrays[f"v_{name}"]) for name in names)

    products = grad(product)({name: arrays[name] for name in names})
    return found | {f"{name}.hvp": products[name] for name in names}
