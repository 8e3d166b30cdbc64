"""The workloads in jax, eagerly: each operation is dispatched by itself, nothing is compiled as a whole.

The arrays are put on jax's device at the first step and stay there. A step ends when all that it computed is there.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy
from jax.scipy.special import erf

from benchmarks.program import Array, Arrays, Size

Loss = Callable[[Arrays, Size], Array]


def held(arrays: Arrays) -> Arrays:
    """`arrays` itself, with jax's arrays in place of NumPy's."""
    for name, array in arrays.items():
        if isinstance(array, (numpy.ndarray, numpy.generic)):
            arrays[name] = jnp.asarray(array)
    return arrays


def step_of(loss: Loss, constant: tuple[str, ...] = ()) -> Callable[[Arrays, Size], Arrays]:
    """A step: the loss, and its gradient in each array but the constant ones."""

    def step(arrays: Arrays, size: Size) -> Arrays:
        held(arrays)
        fixed = {name: arrays[name] for name in constant}
        free = {name: array for name, array in arrays.items() if name not in fixed}
        value, gradients = jax.value_and_grad(lambda parameters: loss({**fixed, **parameters}, size))(free)
        found = {"loss": value} | {f"{name}.grad": gradient for name, gradient in gradients.items()}
        return jax.block_until_ready(found)

    return step


def tiny_chain(p: Arrays, size: Size) -> Array:
    y, w, b = p["x"], p["w"], p["b"]
    for _ in range(size["times"]):
        y = y * w + b
    return jnp.sum(y)


def cross_entropy(y: Array, label: Array) -> Array:
    y = y - jax.lax.stop_gradient(jnp.max(y, axis=1, keepdims=True))
    return jnp.mean(jnp.log(jnp.sum(jnp.exp(y), axis=1)) - y[jnp.arange(len(label)), label])


def perceptron_loss(p: Arrays, size: Size) -> Array:
    y, last = p["x"], len(size["widths"]) - 1
    for layer in range(1, last + 1):
        y = y @ p[f"w{layer}"].T + p[f"b{layer}"]
        if layer < last:
            y = jnp.maximum(y, 0)
    return cross_entropy(y, p["label"])


def multilayer_perceptron(arrays: Arrays, size: Size) -> Arrays:
    found = step_of(perceptron_loss, ("x", "label"))(arrays, size)
    for name in arrays:
        if name not in ("x", "label"):
            arrays[name] = found[f"{name} after"] = arrays[name] - size["rate"] * found[f"{name}.grad"]
    return jax.block_until_ready(found)


def large_elementwise(p: Arrays, size: Size) -> Array:
    x = p["x"]
    return jnp.mean(jnp.tanh(x * p["w"] + p["b"]) * jax.nn.sigmoid(x) + jnp.exp(-x * x))


def transformer_block(p: Arrays, size: Size) -> Array:
    batch, sequence, width, heads = size["batch"], size["sequence"], size["width"], size["heads"]
    depth = width // heads

    def linear(x: Array, layer: str) -> Array:
        return x @ p[f"{layer}_w"].T + p[f"{layer}_b"]

    def norm(x: Array, layer: str) -> Array:
        centred = x - jnp.mean(x, axis=-1, keepdims=True)
        variance = jnp.mean(centred * centred, axis=-1, keepdims=True)
        return centred / jnp.sqrt(variance + 1e-5) * p[f"{layer}_w"] + p[f"{layer}_b"]

    def gelu(x: Array) -> Array:
        if size["gelu"] == "tanh":
            return 0.5 * x * (1 + jnp.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))
        return 0.5 * x * (1 + erf(x * math.sqrt(0.5)))

    x = p["x"]
    qkv = linear(norm(x, "norm1"), "qkv").reshape(batch, sequence, 3, heads, depth)
    query, key, value = jnp.transpose(qkv, (2, 0, 3, 1, 4))
    scores = query @ jnp.swapaxes(key, -2, -1) * (1 / math.sqrt(depth))
    share = jnp.exp(scores - jax.lax.stop_gradient(jnp.max(scores, axis=-1, keepdims=True)))
    share = share / jnp.sum(share, axis=-1, keepdims=True)
    mixed = jnp.swapaxes(share @ value, 1, 2).reshape(batch, sequence, width)
    x = x + linear(mixed, "mix")
    x = x + linear(gelu(linear(norm(x, "norm2"), "up")), "down")
    return jnp.mean(x * x)


def long_short_term_memory(p: Arrays, size: Size) -> Array:
    x = p["x"]
    hidden = cell = jnp.zeros((size["batch"], size["hidden"]), x.dtype)
    for step in range(size["steps"]):
        gates = x[step] @ p["w_input"] + hidden @ p["w_hidden"] + p["b"]
        enter, forget, candidate, leave = jnp.split(gates, 4, 1)
        cell = jax.nn.sigmoid(forget) * cell + jax.nn.sigmoid(enter) * jnp.tanh(candidate)
        hidden = jax.nn.sigmoid(leave) * jnp.tanh(cell)
    return jnp.mean(hidden * hidden)


def deep_graph(p: Arrays, size: Size) -> Array:
    y, w = p["x"], p["w"]
    for _ in range(size["nodes"]):
        y = y * w
    return y


def convolutional_net(p: Arrays, size: Size) -> Array:
    y = p["x"]
    for layer in ("1", "2"):
        y = jax.lax.conv_general_dilated(y, p[f"w{layer}"], (1, 1), "VALID", dimension_numbers=("NCHW", "OIHW", "NCHW"))
        y = jnp.maximum(y + p[f"b{layer}"][:, None, None], 0)
        y = jax.lax.reduce_window(y, -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
    return cross_entropy(y.reshape(size["batch"], -1) @ p["w3"].T + p["b3"], p["label"])


def hessian_vector_product(arrays: Arrays, size: Size) -> Arrays:
    p = held(arrays)
    names = [f"{kind}{layer}" for layer in (1, 2, 3) for kind in "wb"]

    def loss(q: Arrays) -> Array:
        y = jnp.tanh(p["x"] @ q["w1"].T + q["b1"])
        y = jnp.tanh(y @ q["w2"].T + q["b2"])
        error = y @ q["w3"].T + q["b3"] - p["target"]
        return jnp.mean(error * error)

    def product(q: Arrays) -> tuple[Array, Arrays]:
        value, gradients = jax.value_and_grad(loss)(q)
        found = {"loss": value} | {f"{name}.grad": gradients[name] for name in names}
        return sum(jnp.sum(gradients[name] * p[f"v_{name}"]) for name in names), found

    products, found = jax.grad(product, has_aux=True)({name: p[name] for name in names})
    return jax.block_until_ready(found | {f"{name}.hvp": products[name] for name in names})


STEPS: dict[str, Callable[[Arrays, Size], Arrays]] = {
    "W1": step_of(tiny_chain),
    "W2": multilayer_perceptron,
    "W3": step_of(large_elementwise),
    "W4": step_of(transformer_block),
    "W5": step_of(long_short_term_memory, ("x",)),
    "W6": step_of(deep_graph),
    "W7": step_of(convolutional_net, ("x", "label")),
    "W8": hessian_vector_product,
}
