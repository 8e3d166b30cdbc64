"""What transforms cost: gradients of each sample of W2's network, and a Jacobian of 100 rows, beside torch.func and the
loop. `python -m benchmarks.transforms` prints the least time of several runs, in milliseconds."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy

from benchmarks.workloads import MultilayerPerceptron

REPEATS = 15


def least(step: Callable[[], object], repeats: int = REPEATS) -> float:
    """Milliseconds of the fastest of several runs, after two that are not counted."""
    times: list[float] = []
    for number in range(repeats + 2):
        start = time.perf_counter()
        step()
        if number >= 2:
            times.append(time.perf_counter() - start)
    return 1e3 * min(times)


def tensors_of(library: ModuleType, size: dict[str, Any]) -> dict[str, Any]:
    """The tensors of W2 on a library."""
    arrays = MultilayerPerceptron().arrays(numpy.random.default_rng(0), size)  # pyright: ignore[reportArgumentType]  # a size
    return {name: library.from_numpy(array.copy()) for name, array in arrays.items()}


def samples(library: ModuleType, size: dict[str, Any]) -> dict[str, Callable[[], Any]]:
    """The gradient of the batch by `autograd.grad`, and the gradients of each sample by `vmap(grad(...))`."""
    func, functional = importlib.import_module(f"{library.__name__}.func"), library.nn.functional
    tensors = tensors_of(library, size)
    parameters = {name: tensor for name, tensor in tensors.items() if name[0] in "wb"}
    last = len(size["widths"]) - 1

    def loss(p: dict[str, Any], x: Any, label: Any) -> Any:
        for layer in range(1, last + 1):
            x = functional.linear(x, p[f"w{layer}"], p[f"b{layer}"])
            x = functional.relu(x) if layer < last else x
        return functional.cross_entropy(x, label)

    def of_the_batch() -> Any:
        leaves = {name: tensor.detach().requires_grad_() for name, tensor in parameters.items()}
        return library.autograd.grad(loss(leaves, tensors["x"], tensors["label"]), list(leaves.values()))

    of_each = func.vmap(func.grad(loss), in_dims=(None, 0, 0))
    return {
        "gradient of the batch": of_the_batch,
        "gradients of each sample": lambda: of_each(parameters, tensors["x"], tensors["label"]),
    }


def jacobians(library: ModuleType, rows: int = 100, columns: int = 50) -> dict[str, Callable[[], Any]]:
    """A Jacobian by a loop over its rows, and by `jacrev`."""
    func = importlib.import_module(f"{library.__name__}.func")
    random = numpy.random.default_rng(0)
    matrix = library.from_numpy(numpy.asarray(random.standard_normal((rows, columns)), dtype=numpy.float32))
    point = library.from_numpy(numpy.asarray(random.standard_normal(columns), dtype=numpy.float32))

    def function(x: Any) -> Any:
        return library.tanh(matrix @ x)

    def by_loop() -> Any:
        x = point.detach().requires_grad_()
        out = function(x)
        return library.stack([library.autograd.grad(out[row], x, retain_graph=True)[0] for row in range(rows)])

    at_once = func.jacrev(function)
    return {"Jacobian by a loop": by_loop, "Jacobian by vmap": lambda: at_once(point)}


def main() -> None:
    torch: Any = importlib.import_module("torch")
    torch.set_num_threads(1)
    libraries: list[ModuleType] = [importlib.import_module("wengert"), torch]
    size = dict(MultilayerPerceptron.size)
    print(f"{'':28}{'wengert':>10}{'torch':>10}   ms")
    found: dict[str, list[float]] = {}
    for library in libraries:
        for name, step in {**samples(library, size), **jacobians(library)}.items():
            found.setdefault(name, []).append(least(step))
    for name, times in found.items():
        print(f"{name:28}{times[0]:10.3f}{times[1]:10.3f}")


if __name__ == "__main__":
    main()
