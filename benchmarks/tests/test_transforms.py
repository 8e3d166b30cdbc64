"""The programs of `benchmarks/transforms.py` compute the same in each way, and the same as torch."""

from __future__ import annotations

import importlib
from typing import Any

import numpy
import wengert

from benchmarks.transforms import jacobians, samples
from benchmarks.workloads import MultilayerPerceptron


def test_gradients_of_each_sample_have_the_gradient_of_the_batch_as_mean() -> None:
    steps = samples(wengert, dict(MultilayerPerceptron.tiny))
    whole, each = steps["gradient of the batch"](), steps["gradients of each sample"]()
    for one, several in zip(whole, each.values(), strict=True):
        numpy.testing.assert_allclose(several.mean(0).numpy(), one.numpy(), rtol=1e-4, atol=1e-6)


def test_jacobians_agree() -> None:
    torch: Any = importlib.import_module("torch")
    steps = jacobians(wengert, rows=5, columns=3)
    loop, at_once = steps["Jacobian by a loop"](), steps["Jacobian by vmap"]()
    numpy.testing.assert_allclose(loop.numpy(), at_once.numpy(), rtol=1e-5)
    numpy.testing.assert_allclose(
        at_once.numpy(), jacobians(torch, rows=5, columns=3)["Jacobian by vmap"]().numpy(), rtol=1e-5
    )
