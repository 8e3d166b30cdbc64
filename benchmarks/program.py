"""What a workload is, how it runs on one library, and when two sides agree.

A `library` is wengert or torch, or any module with their names. A workload says which arrays it needs, computes a loss
from tensors of the library, and takes one step: forward and backward. `Program` binds a workload to one library and to
its own copies of the arrays.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping
from types import MappingProxyType, ModuleType
from typing import Any

import numpy

Array = Any  # a NumPy array or a NumPy scalar
Arrays = dict[str, Array]
Tensor = Any  # a tensor of whichever library the workload runs on
Tensors = dict[str, Tensor]
Size = Mapping[str, Any]


def load_library(name: str) -> ModuleType:
    """The module `name`, with its `nn.functional` imported."""
    library = importlib.import_module(name)
    importlib.import_module(f"{name}.nn.functional")
    return library


def sizes(**values: Any) -> Size:
    """The numbers that a workload's shapes and loops are made of, by name."""
    return MappingProxyType(values)


class Workload:
    """A named piece of work: arrays in, a loss and gradients out."""

    name: str
    title: str
    unit: str = "ms"
    repeats: int = 20  # rounds of timing, if the command line says nothing
    targets: tuple[float, float]  # the most that wengert's time may be of torch's: one thread, CPU; all threads, wall
    size: Size
    tiny: Size
    constant: tuple[str, ...] = ()  # arrays that take no gradient
    forward_row: bool = False  # whether forward alone has a row of its own in the table
    collect: bool = False  # whether the cycle collector runs (untimed) before each repeat

    def arrays(self, random: numpy.random.Generator, size: Size) -> Arrays:
        raise NotImplementedError

    def forward(self, library: ModuleType, tensors: Tensors, size: Size) -> Tensor:
        raise NotImplementedError

    def step(self, library: ModuleType, tensors: Tensors, size: Size) -> Tensors:
        """Forward and backward; the loss, and the gradients by the names of what they belong to."""
        for tensor in tensors.values():
            tensor.grad = None
        loss = self.forward(library, tensors, size)
        loss.backward()
        return {"loss": loss}

    def results(self, tensors: Tensors, outputs: Tensors) -> Arrays:
        """What a step computed, as NumPy arrays: its outputs and the gradients it left."""
        found = {name: to_array(tensor) for name, tensor in outputs.items()}
        for name, tensor in tensors.items():
            if tensor.grad is not None:
                found[f"{name}.grad"] = to_array(tensor.grad)
        return found

    def scale(self, size: Size) -> float:
        """What to multiply the seconds of a step by to arrive at `unit`."""
        return 1e3


def to_array(tensor: Tensor) -> Array:
    """A copy, so that later steps leave it alone."""
    return numpy.array(tensor.detach().cpu().numpy())


class Program:
    """A workload on one library, holding tensors made from copies of `arrays`."""

    def __init__(self, workload: Workload, library: ModuleType, arrays: Arrays, size: Size) -> None:
        self.workload = workload
        self.library = library
        self.size = size
        self.tensors: Tensors = {
            name: library.tensor(array, requires_grad=name not in workload.constant) for name, array in arrays.items()
        }

    def forward(self) -> None:
        self.workload.forward(self.library, self.tensors, self.size)

    def step(self) -> None:
        self.workload.step(self.library, self.tensors, self.size)

    def results(self) -> Arrays:
        """Takes one step and returns all that it computed."""
        outputs = self.workload.step(self.library, self.tensors, self.size)
        return self.workload.results(self.tensors, outputs)


def disagreements(expected: Arrays, found: Arrays, tolerance: float = 1e-3) -> dict[str, float]:
    """The results that differ by more than `tolerance` of their largest element, with that difference; {} is agreement.

    A result that one side alone has, or whose shape differs, counts as infinitely far off.
    """
    far = dict.fromkeys(expected.keys() ^ found.keys(), math.inf)
    for name in expected.keys() & found.keys():
        error = relative_error(expected[name], found[name])
        if not error <= tolerance:
            far[name] = error
    return far


def relative_error(expected: Array, found: Array) -> float:
    expected, found = numpy.asarray(expected, numpy.float64), numpy.asarray(found, numpy.float64)
    if expected.shape != found.shape:
        return math.inf
    largest = float(numpy.max(numpy.abs(expected)))
    return float(numpy.max(numpy.abs(expected - found))) / max(largest, 1e-30)
