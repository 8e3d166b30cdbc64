"""The eight workloads, each written once against a `library`: wengert or torch, or any module with their names."""

from __future__ import annotations

import math
from types import ModuleType

import numpy

from benchmarks.program import Array, Arrays, Size, Tensor, Tensors, Workload, sizes, to_array


def normal(random: numpy.random.Generator, *shape: int, scale: float = 1.0) -> Array:
    return numpy.asarray(random.standard_normal(shape) * scale, dtype=numpy.float32)


def weights(random: numpy.random.Generator, *shape: int) -> Array:
    """Weights of a linear layer (outputs, inputs), scaled to keep variances near one."""
    return normal(random, *shape, scale=1 / math.sqrt(math.prod(shape[1:])))


class TinyChain(Workload):
    name = "W1"
    title = "tiny chain: 100 times y*w + b on 4 numbers"
    unit = "us/op"
    targets = (0.30, 0.30)
    repeats = 60
    size = sizes(length=4, times=100)
    tiny = sizes(length=4, times=3)
    forward_row = True

    def arrays(self, random: numpy.random.Generator, size: Size) -> Arrays:
        length = size["length"]
        return {
            "x": normal(random, length),
            "w": numpy.asarray(0.9 + 0.1 * random.random(length), dtype=numpy.float32),
            "b": normal(random, length, scale=0.1),
        }

    def forward(self, library: ModuleType, tensors: Tensors, size: Size) -> Tensor:
        y, w, b = tensors["x"], tensors["w"], tensors["b"]
        for _ in range(size["times"]):
            y = y * w + b
        return y.sum()

    def scale(self, size: Size) -> float:
        return 1e6 / (2 * size["times"])


class MultilayerPerceptron(Workload):
    name = "W2"
    title = "MLP step: 784-256-128-10, batch 64, SGD by hand"
    targets = (0.75, 0.80)
    repeats = 40
    size = sizes(batch=64, widths=(784, 256, 128, 10), rate=0.01)
    tiny = sizes(batch=5, widths=(12, 7, 6, 4), rate=0.01)
    constant = ("x", "label")

    def arrays(self, random: numpy.random.Generator, size: Size) -> Arrays:
        widths = size["widths"]
        arrays = {
            "x": normal(random, size["batch"], widths[0]),
            "label": random.integers(0, widths[-1], size["batch"]),
        }
        for layer in range(1, len(widths)):
            arrays[f"w{layer}"] = weights(random, widths[layer], widths[layer - 1])
            arrays[f"b{layer}"] = normal(random, widths[layer], scale=0.1)
        return arrays

    def forward(self, library: ModuleType, tensors: Tensors, size: Size) -> Tensor:
        functional = library.nn.functional
        y = tensors["x"]
        last = len(size["widths"]) - 1
        for layer in range(1, last + 1):
            y = functional.linear(y, tensors[f"w{layer}"], tensors[f"b{layer}"])
            if layer < last:
                y = functional.relu(y)
        return functional.cross_entropy(y, tensors["label"])

    def step(self, library: ModuleType, tensors: Tensors, size: Size) -> Tensors:
        outputs = super().step(library, tensors, size)
        rate = size["rate"]
        with library.no_grad():
            for name, tensor in tensors.items():
                if name not in self.constant:
                    tensor -= rate * tensor.grad
        return outputs

    def results(self, tensors: Tensors, outputs: Tensors) -> Arrays:
        found = super().results(tensors, outputs)
        updated = {f"{name} after": to_array(tensors[name]) for name in tensors if name not in self.constant}
        return found | updated


class LargeElementwise(Workload):
    name = "W3"
    title = "large elementwise: tanh(x*w + b)*sigmoid(x) + exp(-x*x), 4M numbers"
    targets = (0.60, 0.90)
    repeats = 15
    size = sizes(length=1 << 22)
    tiny = sizes(length=9)

    def arrays(self, random: numpy.random.Generator, size: Size) -> Arrays:
        return {name: normal(random, size["length"]) for name in "xwb"}

    def forward(self, library: ModuleType, tensors: Tensors, size: Size) -> Tensor:
        x, w, b = tensors["x"], tensors["w"], tensors["b"]
        return (library.tanh(x * w + b) * library.sigmoid(x) + library.exp(-x * x)).mean()


class TransformerBlock(Workload):
    name = "W4"
    title = "transformer block: batch 8, sequence 128, width 256, 8 heads"
    targets = (0.95, 1.00)
    repeats = 15
    size = sizes(batch=8, sequence=128, width=256, heads=8, gelu="none")
    tiny = sizes(batch=2, sequence=5, width=8, heads=2, gelu="none")

    def arrays(self, random: numpy.random.Generator, size: Size) -> Arrays:
        width = size["width"]
        arrays = {"x": normal(random, size["batch"], size["sequence"], width)}
        for norm in ("norm1", "norm2"):
            arrays[f"{norm}_w"] = 1 + normal(random, width, scale=0.1)
            arrays[f"{norm}_b"] = normal(random, width, scale=0.1)
        layers = {"qkv": (3 * width, width), "mix": (width, width), "up": (4 * width, width)}
        layers["down"] = (width, 4 * width)
        for layer, (outputs, inputs) in layers.items():
            arrays[f"{layer}_w"] = weights(random, outputs, inputs)
            arrays[f"{layer}_b"] = normal(random, outputs, scale=0.1)
        return arrays

    def forward(self, library: ModuleType, tensors: Tensors, size: Size) -> Tensor:
        functional, p = library.nn.functional, tensors
        batch, sequence, width, heads = size["batch"], size["sequence"], size["width"], size["heads"]
        depth = width // heads
        x = p["x"]
        y = functional.layer_norm(x, (width,), p["norm1_w"], p["norm1_b"])
        qkv = functional.linear(y, p["qkv_w"], p["qkv_b"]).reshape(batch, sequence, 3, heads, depth)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        scores = query @ key.transpose(-2, -1) * (1 / math.sqrt(depth))
        mixed = functional.softmax(scores, dim=-1) @ value
        mixed = mixed.transpose(1, 2).reshape(batch, sequence, width)
        x = x + functional.linear(mixed, p["mix_w"], p["mix_b"])
        y = functional.layer_norm(x, (width,), p["norm2_w"], p["norm2_b"])
        y = functional.gelu(functional.linear(y, p["up_w"], p["up_b"]), approximate=size["gelu"])
        x = x + functional.linear(y, p["down_w"], p["down_b"])
        return (x * x).mean()


class LongShortTermMemory(Workload):
    name = "W5"
    title = "LSTM cell over 100 steps: batch 32, hidden 128"
    targets = (0.70, 0.75)
    repeats = 15
    size = sizes(steps=100, batch=32, hidden=128)
    tiny = sizes(steps=3, batch=2, hidden=4)
    constant = ("x",)

    def arrays(self, random: numpy.random.Generator, size: Size) -> Arrays:
        hidden = size["hidden"]
        return {
            "x": normal(random, size["steps"], size["batch"], hidden),
            "w_input": weights(random, hidden, 4 * hidden),
            "w_hidden": weights(random, hidden, 4 * hidden),
            "b": normal(random, 4 * hidden, scale=0.1),
        }

    def forward(self, library: ModuleType, tensors: Tensors, size: Size) -> Tensor:
        x, w_input, w_hidden, b = tensors["x"], tensors["w_input"], tensors["w_hidden"], tensors["b"]
        hidden = library.zeros(size["batch"], size["hidden"])
        cell = library.zeros(size["batch"], size["hidden"])
        for step in range(size["steps"]):
            gates = x[step] @ w_input + hidden @ w_hidden + b
            enter, forget, candidate, leave = gates.chunk(4, 1)
            cell = library.sigmoid(forget) * cell + library.sigmoid(enter) * library.tanh(candidate)
            hidden = library.sigmoid(leave) * library.tanh(cell)
        return (hidden * hidden).mean()


class DeepGraph(Workload):
    name = "W6"
    title = "deep graph: a chain of 200,000 products of 0-d tensors"
    targets = (0.50, 0.50)
    unit = "us/node"
    repeats = 5
    size = sizes(nodes=200_000)
    tiny = sizes(nodes=50)
    collect = True

    def arrays(self, random: numpy.random.Generator, size: Size) -> Arrays:
        return {"x": numpy.asarray(1.5, dtype=numpy.float32), "w": numpy.asarray(1.0, dtype=numpy.float32)}

    def forward(self, library: ModuleType, tensors: Tensors, size: Size) -> Tensor:
        y, w = tensors["x"], tensors["w"]
        for _ in range(size["nodes"]):
            y = y * w
        return y

    def scale(self, size: Size) -> float:
        return 1e6 / size["nodes"]


class ConvolutionalNet(Workload):
    name = "W7"
    title = "conv net: batch 32 of 1x28x28, two 3x3 convolutions, pooling, linear"
    targets = (1.5, 2.0)
    repeats = 15
    size = sizes(batch=32, side=28, channels=(1, 16, 32), classes=10)
    tiny = sizes(batch=2, side=12, channels=(1, 2, 3), classes=4)
    constant = ("x", "label")

    def arrays(self, random: numpy.random.Generator, size: Size) -> Arrays:
        first, second, third = size["channels"]
        side = ((size["side"] - 2) // 2 - 2) // 2
        return {
            "x": normal(random, size["batch"], first, size["side"], size["side"]),
            "label": random.integers(0, size["classes"], size["batch"]),
            "w1": weights(random, second, first, 3, 3),
            "b1": normal(random, second, scale=0.1),
            "w2": weights(random, third, second, 3, 3),
            "b2": normal(random, third, scale=0.1),
            "w3": weights(random, size["classes"], third * side * side),
            "b3": normal(random, size["classes"], scale=0.1),
        }

    def forward(self, library: ModuleType, tensors: Tensors, size: Size) -> Tensor:
        functional, p = library.nn.functional, tensors
        y = functional.max_pool2d(functional.relu(functional.conv2d(p["x"], p["w1"], p["b1"])), 2)
        y = functional.max_pool2d(functional.relu(functional.conv2d(y, p["w2"], p["b2"])), 2)
        y = functional.linear(y.reshape(size["batch"], -1), p["w3"], p["b3"])
        return functional.cross_entropy(y, p["label"])


class HessianVectorProduct(Workload):
    name = "W8"
    title = "Hessian-vector product of an MLP loss by double backward"
    targets = (0.55, 0.60)
    repeats = 40
    size = sizes(batch=64, widths=(32, 64, 64, 10))
    tiny = sizes(batch=4, widths=(3, 5, 4, 2))
    constant = ("x", "target", "v_w1", "v_b1", "v_w2", "v_b2", "v_w3", "v_b3")
    parameters = ("w1", "b1", "w2", "b2", "w3", "b3")

    def arrays(self, random: numpy.random.Generator, size: Size) -> Arrays:
        widths = size["widths"]
        arrays = {"x": normal(random, size["batch"], widths[0]), "target": normal(random, size["batch"], widths[-1])}
        for layer in range(1, len(widths)):
            arrays[f"w{layer}"] = weights(random, widths[layer], widths[layer - 1])
            arrays[f"b{layer}"] = normal(random, widths[layer], scale=0.1)
        for name in self.parameters:
            arrays[f"v_{name}"] = normal(random, *arrays[name].shape)
        return arrays

    def forward(self, library: ModuleType, tensors: Tensors, size: Size) -> Tensor:
        functional, p = library.nn.functional, tensors
        y = library.tanh(functional.linear(p["x"], p["w1"], p["b1"]))
        y = library.tanh(functional.linear(y, p["w2"], p["b2"]))
        return functional.mse_loss(functional.linear(y, p["w3"], p["b3"]), p["target"])

    def step(self, library: ModuleType, tensors: Tensors, size: Size) -> Tensors:
        parameters = [tensors[name] for name in self.parameters]
        loss = self.forward(library, tensors, size)
        gradients = library.autograd.grad(loss, parameters, create_graph=True)
        product = sum(
            (gradient * tensors[f"v_{name}"]).sum() for name, gradient in zip(self.parameters, gradients, strict=True)
        )
        products = library.autograd.grad(product, parameters)
        outputs = {"loss": loss}
        for name, gradient, hessian_vector in zip(self.parameters, gradients, products, strict=True):
            outputs[f"{name}.grad"] = gradient
            outputs[f"{name}.hvp"] = hessian_vector
        return outputs


WORKLOADS: dict[str, Workload] = {
    workload.name: workload
    for workload in (
        TinyChain(),
        MultilayerPerceptron(),
        LargeElementwise(),
        TransformerBlock(),
        LongShortTermMemory(),
        DeepGraph(),
        ConvolutionalNet(),
        HessianVectorProduct(),
    )
}
