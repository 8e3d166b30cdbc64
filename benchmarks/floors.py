"""What the rest of the floors is measured with: the least tape that Python can hold, and two nets by hand in NumPy.

The bare tape checks nothing: no dtype, no shape, no version, no mode, no hooks, one kind of number. What it takes over
NumPy is what two objects and two function calls for an operation cost in Python.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from benchmarks.program import Array, Arrays, Size


class Number:
    """A value on the bare tape."""

    __slots__ = ("array", "node")

    def __mul__(self, other: Number) -> Number:
        out = Number()
        out.array = self.array * other.array
        node = out.node = Product()
        node.e0, node.e1, node.x, node.y = self.node, other.node, self, other
        return out

    def __add__(self, other: Number) -> Number:
        out = Number()
        out.array = self.array + other.array
        node = out.node = Total()
        node.e0, node.e1 = self.node, other.node
        return out


class Product:
    __slots__ = ("e0", "e1", "x", "y")

    def pull(self, g: Any) -> Any:
        return self.e0, g * self.y.array, self.e1, g * self.x.array


class Total:
    __slots__ = ("e0", "e1")

    def pull(self, g: Any) -> Any:
        return self.e0, g, self.e1, g


class Leaf:
    """Where a path ends; its gradient is added up in place."""

    __slots__ = ("grad",)


def leaf(array: Array) -> Number:
    number = Number()
    number.array, number.node = array, Leaf()
    number.node.grad = None
    return number


def walk(node: Any, g: Any) -> None:
    """Backward along a chain whose second operands are leaves."""
    while node.__class__ is not Leaf:
        node, g, end, other = node.pull(g)
        if end.grad is None:
            end.grad = numpy.array(other)
        else:
            end.grad += other
    node.grad = g


def tiny_chain(arrays: Arrays, size: Size) -> Arrays:
    x, w, b = (leaf(arrays[name]) for name in "xwb")
    y = x
    for _ in range(size["times"]):
        y = y * w + b
    walk(y.node, numpy.ones_like(y.array))
    gradients = {f"{name}.grad": number.node.grad for name, number in (("x", x), ("w", w), ("b", b))}
    return {"loss": y.array.sum(), **gradients}


def deep_graph(arrays: Arrays, size: Size) -> Arrays:
    x, w = leaf(arrays["x"]), leaf(arrays["w"])
    y = x
    for _ in range(size["nodes"]):
        y = y * w
    walk(y.node, numpy.ones_like(y.array))
    return {"loss": y.array, "x.grad": x.node.grad, "w.grad": w.node.grad}


def long_short_term_memory(arrays: Arrays, size: Size) -> Arrays:
    """W5 by hand: the input's product for all steps at once, and the weights' gradients too."""
    x, w_input, width = arrays["x"], arrays["w_input"], size["hidden"]
    steps, batch = size["steps"], size["batch"]
    entering = (x.reshape(steps * batch, width) @ w_input + arrays["b"]).reshape(steps, batch, 4 * width)
    last, hidden, gates_grad = _cells(entering.__getitem__, arrays["w_hidden"], steps, batch, width, None)
    flat = gates_grad.reshape(steps * batch, 4 * width)
    return {
        "loss": (last * last).mean(),
        "w_input.grad": x.reshape(steps * batch, width).T @ flat,
        "w_hidden.grad": hidden[:steps].reshape(steps * batch, width).T @ flat,
        "b.grad": flat.sum(axis=0),
    }


def long_short_term_memory_in_the_loop(arrays: Arrays, size: Size) -> Arrays:
    """W5 by hand with every product where the program has it: in its step."""
    x, w_input, b, width = arrays["x"], arrays["w_input"], arrays["b"], size["hidden"]
    found = {name: numpy.zeros_like(arrays[name.removesuffix(".grad")]) for name in GRADIENTS_OF_W5}

    def entering(step: int) -> Array:
        return x[step] @ w_input + b

    def leaving(step: int, hidden: Array, part: Array) -> None:
        found["w_input.grad"] += x[step].T @ part
        found["w_hidden.grad"] += hidden.T @ part
        found["b.grad"] += part.sum(axis=0)

    last, _, _ = _cells(entering, arrays["w_hidden"], size["steps"], size["batch"], width, leaving)
    return {"loss": (last * last).mean(), **found}


GRADIENTS_OF_W5 = ("w_input.grad", "w_hidden.grad", "b.grad")


def _cells(
    entering: Callable[[int], Array],
    w_hidden: Array,
    steps: int,
    batch: int,
    width: int,
    leaving: Callable[[int, Array, Array], None] | None,
) -> tuple[Array, Array, Array]:
    """The last hidden state, all of them, and the gradients of the gates of all steps, each shown to `leaving`."""
    hidden = numpy.zeros((steps + 1, batch, width), w_hidden.dtype)
    cells = numpy.zeros_like(hidden)
    kept = []
    for step in range(steps):
        gates = hidden[step] @ w_hidden
        gates += entering(step)
        enter, forget, leave = (sigmoid(gates[:, at * width : (at + 1) * width]) for at in (0, 1, 3))
        candidate = numpy.tanh(gates[:, 2 * width : 3 * width])
        cells[step + 1] = forget * cells[step] + enter * candidate
        shown = numpy.tanh(cells[step + 1])
        numpy.multiply(leave, shown, out=hidden[step + 1])
        kept.append((enter, forget, candidate, leave, shown))
    last = hidden[steps]
    gates_grad = numpy.empty((steps, batch, 4 * width), w_hidden.dtype)
    g, g_cell = last * (2 / last.size), numpy.zeros_like(last)
    for step in reversed(range(steps)):
        enter, forget, candidate, leave, shown = kept[step]
        g_cell += g * leave * (1 - shown * shown)
        part = gates_grad[step]
        part[:, :width] = g_cell * candidate * enter * (1 - enter)
        part[:, width : 2 * width] = g_cell * cells[step] * forget * (1 - forget)
        part[:, 2 * width : 3 * width] = g_cell * enter * (1 - candidate * candidate)
        part[:, 3 * width :] = g * shown * leave * (1 - leave)
        g_cell *= forget
        g = part @ w_hidden.T
        if leaving is not None:
            leaving(step, hidden[step], part)
    return last, hidden, gates_grad


def sigmoid(x: Array) -> Array:
    y = numpy.exp(-x)
    y += 1
    return numpy.reciprocal(y, out=y)


def convolutional_net(arrays: Arrays, size: Size) -> Arrays:
    """W7 by hand: each convolution is one product with the windows laid out as rows."""
    label, batch = arrays["label"], size["batch"]
    y, kept = arrays["x"], []
    for layer in "12":
        w, b = arrays[f"w{layer}"], arrays[f"b{layer}"]
        windows = numpy.lib.stride_tricks.sliding_window_view(y, (3, 3), axis=(2, 3))
        n, _, rows, columns = windows.shape[:4]
        columns_of = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * rows * columns, -1)
        z = columns_of @ w.reshape(len(w), -1).T
        z += b
        numpy.maximum(z, 0, out=z)
        z = z.reshape(n, rows, columns, len(w))[:, : rows // 2 * 2, : columns // 2 * 2]
        blocks = z.reshape(n, rows // 2, 2, columns // 2, 2, len(w))
        pooled = blocks.max(axis=(2, 4))
        kept.append((columns_of, blocks, pooled, y.shape, (n, rows, columns, len(w))))
        y = pooled.transpose(0, 3, 1, 2)
    flat = y.reshape(batch, -1)
    scores = flat @ arrays["w3"].T + arrays["b3"]
    scores -= scores.max(axis=1, keepdims=True)
    share = numpy.exp(scores)
    total = share.sum(axis=1, keepdims=True)
    at = numpy.arange(batch)
    found: Arrays = {"loss": (numpy.log(total[:, 0]) - scores[at, label]).mean()}
    g = share / total
    g[at, label] -= 1
    g /= batch
    found["w3.grad"], found["b3.grad"] = g.T @ flat, g.sum(axis=0)
    g = (g @ arrays["w3"]).reshape(y.shape)
    for layer, (columns_of, blocks, pooled, shape, whole) in zip("21", reversed(kept), strict=True):
        w = arrays[f"w{layer}"]
        wide = pooled[:, :, None, :, None]
        spread = g.transpose(0, 2, 3, 1)[:, :, None, :, None] * ((blocks == wide) & (wide > 0))
        rows_of = numpy.zeros(whole, spread.dtype)  # what pooling left over gets nothing
        rows_of[:, : 2 * spread.shape[1], : 2 * spread.shape[3]] = spread.reshape(
            whole[0], 2 * spread.shape[1], 2 * spread.shape[3], len(w)
        )
        rows_of = rows_of.reshape(-1, len(w))
        found[f"w{layer}.grad"] = (rows_of.T @ columns_of).reshape(w.shape)
        found[f"b{layer}.grad"] = rows_of.sum(axis=0)
        if layer == "2":
            g = folded(rows_of @ w.reshape(len(w), -1), shape)
    return found


def folded(columns_of: Array, shape: tuple[int, ...]) -> Array:
    """The windows' gradients added up where they came from."""
    n, channels, height, width = shape
    rows, columns = height - 2, width - 2
    parts = columns_of.reshape(n, rows, columns, channels, 3, 3).transpose(4, 5, 0, 3, 1, 2)
    out = numpy.zeros(shape, columns_of.dtype)
    for i in range(3):
        for j in range(3):
            out[:, :, i : i + rows, j : j + columns] += parts[i, j]
    return out
