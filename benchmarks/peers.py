"""The same workloads by the other peers: NumPy with derivatives written by hand, HIPS autograd, mygrad, eager jax.

Each function takes a workload's arrays and size, does one step, and returns what `Program.results` returns for it, so
that agreement is checked by name. W2 updates the arrays it is given in place.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
from collections.abc import Callable

import numpy

from benchmarks import checked_tape, floors, hips
from benchmarks.program import Array, Arrays, Size

try:
    from scipy.special import erf
except ImportError as error:
    raise ImportError("benchmarks: the NumPy side of W4 needs SciPy's erf. pip install scipy") from error

Step = Callable[[Arrays, Size], Arrays]


def tiny_chain(arrays: Arrays, size: Size) -> Arrays:
    """W1 as someone would write it who needs only this function's gradient."""
    y, w, b = arrays["x"], arrays["w"], arrays["b"]
    kept = []
    for _ in range(size["times"]):
        kept.append(y)
        y = y * w + b
    g = numpy.ones_like(y)
    w_grad, b_grad = numpy.zeros_like(w), numpy.zeros_like(b)
    for before in reversed(kept):
        b_grad += g
        w_grad += g * before
        g = g * w
    return {"loss": numpy.add.reduce(y), "x.grad": g, "w.grad": w_grad, "b.grad": b_grad}


def multilayer_perceptron(arrays: Arrays, size: Size) -> Arrays:
    label, last = arrays["label"], len(size["widths"]) - 1
    rows = numpy.arange(label.shape[0])
    kept, y = [], arrays["x"]
    for layer in range(1, last + 1):
        kept.append(y)
        y = y @ arrays[f"w{layer}"].T
        y += arrays[f"b{layer}"]
        if layer < last:
            numpy.maximum(y, 0, out=y)
    y -= y.max(axis=1, keepdims=True)
    picked = y[rows, label]
    numpy.exp(y, out=y)
    total = y.sum(axis=1, keepdims=True)
    found = {"loss": (numpy.log(total[:, 0]) - picked).mean()}
    y /= total
    y[rows, label] -= 1
    y /= label.shape[0]
    g = y
    for layer in range(last, 0, -1):
        weight, bias = arrays[f"w{layer}"], arrays[f"b{layer}"]
        found[f"w{layer}.grad"] = g.T @ kept[layer - 1]
        found[f"b{layer}.grad"] = g.sum(axis=0)
        if layer > 1:
            g = g @ weight
            g *= kept[layer - 1] > 0
        weight -= size["rate"] * found[f"w{layer}.grad"]
        bias -= size["rate"] * found[f"b{layer}.grad"]
        found[f"w{layer} after"], found[f"b{layer} after"] = weight, bias
    return found


def large_elementwise(arrays: Arrays, size: Size) -> Arrays:
    return elementwise_block(arrays["x"], arrays["w"], arrays["b"], size["length"])


def large_elementwise_blocked(arrays: Arrays, size: Size, block: int = 1 << 15) -> Arrays:
    """The same on pieces that stay in the second-level cache."""
    x, w, b, length = arrays["x"], arrays["w"], arrays["b"], size["length"]
    loss, gradients = 0.0, {f"{name}.grad": numpy.empty_like(arrays[name]) for name in "xwb"}
    for start in range(0, length, block):
        piece = slice(start, start + block)
        found = elementwise_block(x[piece], w[piece], b[piece], length)
        loss += float(found["loss"])
        for name, gradient in gradients.items():
            gradient[piece] = found[name]
    return {"loss": numpy.float32(loss), **gradients}


def elementwise_block(x: Array, w: Array, b: Array, length: int) -> Arrays:
    """W3 on one piece of its arrays; `length` is that of the whole."""
    hyperbolic = x * w
    hyperbolic += b
    numpy.tanh(hyperbolic, out=hyperbolic)
    logistic = numpy.negative(x)
    numpy.exp(logistic, out=logistic)
    logistic += 1
    numpy.reciprocal(logistic, out=logistic)
    bell = x * x
    numpy.negative(bell, out=bell)
    numpy.exp(bell, out=bell)
    product = hyperbolic * logistic
    loss = (product.sum() + bell.sum()) / length
    # d product / d x through the logistic: product * (1 - logistic); d bell / d x: -2 x bell
    x_grad = 1 - logistic
    x_grad *= product
    bell *= x
    bell *= 2
    x_grad -= bell
    b_grad = numpy.multiply(hyperbolic, hyperbolic, out=hyperbolic)
    numpy.subtract(1, b_grad, out=b_grad)
    b_grad *= logistic
    b_grad *= 1 / length
    x_grad *= 1 / length
    w_grad = b_grad * x
    numpy.multiply(b_grad, w, out=product)
    x_grad += product
    return {"loss": loss, "x.grad": x_grad, "w.grad": w_grad, "b.grad": b_grad}


def transformer_block(arrays: Arrays, size: Size) -> Arrays:
    p, found = arrays, {}
    batch, sequence, width, heads = size["batch"], size["sequence"], size["width"], size["heads"]
    depth, rows = width // heads, batch * sequence
    factor = 1 / math.sqrt(depth)
    x = p["x"].reshape(rows, width)

    y1, centred1, inverse1 = layer_norm(x, p["norm1_w"], p["norm1_b"])
    qkv = (y1 @ p["qkv_w"].T + p["qkv_b"]).reshape(batch, sequence, 3, heads, depth)
    query, key, value = qkv.transpose(2, 0, 3, 1, 4)
    share = query @ key.swapaxes(-2, -1)
    share *= factor
    share -= share.max(axis=-1, keepdims=True)
    numpy.exp(share, out=share)
    share /= share.sum(axis=-1, keepdims=True)
    mixed = (share @ value).swapaxes(1, 2).reshape(rows, width)
    middle = x + (mixed @ p["mix_w"].T + p["mix_b"])
    y2, centred2, inverse2 = layer_norm(middle, p["norm2_w"], p["norm2_b"])
    wide = y2 @ p["up_w"].T + p["up_b"]
    bent, slope = gelu(wide, size["gelu"])
    out = middle + (bent @ p["down_w"].T + p["down_b"])
    found["loss"] = numpy.vdot(out, out) / out.size

    g = out * (2 / out.size)
    found["down_w.grad"], found["down_b.grad"] = g.T @ bent, g.sum(axis=0)
    g_wide = g @ p["down_w"]
    g_wide *= slope
    found["up_w.grad"], found["up_b.grad"] = g_wide.T @ y2, g_wide.sum(axis=0)
    back, weight_grad, bias_grad = layer_norm_pull(g_wide @ p["up_w"], centred2, inverse2, p["norm2_w"])
    found["norm2_w.grad"], found["norm2_b.grad"] = weight_grad, bias_grad
    g += back
    found["mix_w.grad"], found["mix_b.grad"] = g.T @ mixed, g.sum(axis=0)
    g_mixed = (g @ p["mix_w"]).reshape(batch, sequence, heads, depth).swapaxes(1, 2)
    g_qkv = numpy.empty((batch, sequence, 3, heads, depth), numpy.float32)
    g_query, g_key, g_value = g_qkv.transpose(2, 0, 3, 1, 4)
    g_value[...] = share.swapaxes(-2, -1) @ g_mixed
    g_share = g_mixed @ value.swapaxes(-2, -1)
    g_share *= share
    g_share -= share * g_share.sum(axis=-1, keepdims=True)
    g_share *= factor
    g_query[...] = g_share @ key
    g_key[...] = g_share.swapaxes(-2, -1) @ query
    g_qkv = g_qkv.reshape(rows, 3 * width)
    found["qkv_w.grad"], found["qkv_b.grad"] = g_qkv.T @ y1, g_qkv.sum(axis=0)
    back, weight_grad, bias_grad = layer_norm_pull(g_qkv @ p["qkv_w"], centred1, inverse1, p["norm1_w"])
    found["norm1_w.grad"], found["norm1_b.grad"] = weight_grad, bias_grad
    g += back
    found["x.grad"] = g.reshape(batch, sequence, width)
    return found


def layer_norm(x: Array, weight: Array, bias: Array) -> tuple[Array, Array, Array]:
    """The normalized rows, scaled and shifted; the normalized rows; one over their standard deviations."""
    normalized = x - x.mean(axis=1, keepdims=True)
    inverse = 1 / numpy.sqrt(numpy.einsum("ij,ij->i", normalized, normalized) / x.shape[1] + 1e-5)[:, None]
    inverse = inverse.astype(x.dtype)
    normalized *= inverse
    return normalized * weight + bias, normalized, inverse


def layer_norm_pull(g: Array, normalized: Array, inverse: Array, weight: Array) -> tuple[Array, Array, Array]:
    weight_grad, bias_grad = numpy.einsum("ij,ij->j", g, normalized), g.sum(axis=0)
    g = g * weight
    shift = g.mean(axis=1, keepdims=True)
    tilt = numpy.einsum("ij,ij->i", g, normalized)[:, None] / g.shape[1]
    g -= shift
    g -= normalized * tilt
    g *= inverse
    return g, weight_grad, bias_grad


def gelu(x: Array, approximate: str) -> tuple[Array, Array]:
    """The function and its derivative."""
    if approximate == "tanh":
        square = x * x
        inner = numpy.tanh(math.sqrt(2 / math.pi) * x * (1 + 0.044715 * square))
        half = 0.5 * (1 + inner)
        inner *= inner
        slope = half + 0.5 * x * (1 - inner) * (math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * square))
        return x * half, slope
    below = erf(x * math.sqrt(0.5))
    below += 1
    below *= 0.5
    slope = x * x
    slope *= -0.5
    numpy.exp(slope, out=slope)
    slope *= x
    slope *= 1 / math.sqrt(2 * math.pi)
    slope += below
    return x * below, slope


def hessian_vector_product(arrays: Arrays, size: Size) -> Arrays:
    """W8 as the R-operator writes it: each line of the forward and of the backward, and its derivative along v."""
    p, x = arrays, arrays["x"]
    v = {name: arrays[f"v_{name}"] for name in ("w1", "b1", "w2", "b2", "w3", "b3")}
    y1 = numpy.tanh(x @ p["w1"].T + p["b1"])
    y2 = numpy.tanh(y1 @ p["w2"].T + p["b2"])
    error = y2 @ p["w3"].T + p["b3"] - p["target"]
    slope1, slope2 = 1 - y1 * y1, 1 - y2 * y2
    along1 = slope1 * (x @ v["w1"].T + v["b1"])
    along2 = slope2 * (along1 @ p["w2"].T + y1 @ v["w2"].T + v["b2"])
    found = {"loss": numpy.vdot(error, error) / error.size}

    g3 = error * (2 / error.size)
    h3 = (along2 @ p["w3"].T + y2 @ v["w3"].T + v["b3"]) * (2 / error.size)
    g_y2, h_y2 = g3 @ p["w3"], h3 @ p["w3"] + g3 @ v["w3"]
    g2, h2 = g_y2 * slope2, h_y2 * slope2 - 2 * g_y2 * y2 * along2
    g_y1, h_y1 = g2 @ p["w2"], h2 @ p["w2"] + g2 @ v["w2"]
    g1, h1 = g_y1 * slope1, h_y1 * slope1 - 2 * g_y1 * y1 * along1
    found["w1.grad"], found["w1.hvp"] = g1.T @ x, h1.T @ x
    found["w2.grad"], found["w2.hvp"] = g2.T @ y1, h2.T @ y1 + g2.T @ along1
    found["w3.grad"], found["w3.hvp"] = g3.T @ y2, h3.T @ y2 + g3.T @ along2
    for layer, g, h in ((1, g1, h1), (2, g2, h2), (3, g3, h3)):
        found[f"b{layer}.grad"], found[f"b{layer}.hvp"] = g.sum(axis=0), h.sum(axis=0)
    return found


PEERS: dict[str, dict[str, Step]] = {
    "W1": {
        "numpy": tiny_chain,
        "bare tape": floors.tiny_chain,
        "checked tape": checked_tape.tiny_chain,
        "autograd": hips.tiny_chain,
    },
    "W2": {"numpy": multilayer_perceptron, "autograd": hips.multilayer_perceptron},
    "W3": {
        "numpy": large_elementwise,
        "numpy blocked": large_elementwise_blocked,
        "autograd": hips.large_elementwise,
    },
    "W4": {"numpy": transformer_block, "autograd": hips.transformer_block},
    "W5": {
        "numpy": floors.long_short_term_memory,
        "numpy in the loop": floors.long_short_term_memory_in_the_loop,
        "autograd": hips.long_short_term_memory,
    },
    "W6": {"bare tape": floors.deep_graph, "checked tape": checked_tape.deep_graph, "autograd": hips.deep_graph},
    "W7": {"numpy": floors.convolutional_net},
    "W8": {"numpy": hessian_vector_product, "autograd": hips.hessian_vector_product},
}
#: Peers that take part where they are installed.
_OPTIONAL = {"mygrad": "benchmarks.my_grad", "jax": "benchmarks.jax_eager"}
for _package, _module in _OPTIONAL.items():
    if importlib.util.find_spec(_package) is not None:
        for _workload, _step in importlib.import_module(_module).STEPS.items():
            PEERS[_workload][_package] = _step

NAMES = ("numpy", "numpy blocked", "numpy in the loop", "bare tape", "checked tape", "autograd", *_OPTIONAL)
#: Peers that would take minutes over a workload do less of it, and are compared per unit.
REDUCED: dict[tuple[str, str], dict[str, int]] = {
    ("W6", name): {"nodes": nodes} for name, nodes in (("autograd", 20_000), ("mygrad", 2_000), ("jax", 2_000))
}
#: Peers that compute in threads of their own, whose time the calling thread's clock does not count.
THREADED = frozenset({"jax"})
