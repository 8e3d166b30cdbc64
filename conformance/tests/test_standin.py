"""The stand-in for CuPy refuses what CuPy refuses, and on it a training step takes nothing to the host.

The tests run in a program of their own, because the stand-in takes the place of the modules `cupy` and `cupyx`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from wengert_conformance.standin import names

BACKEND = Path(__file__).parents[2] / "packages" / "wengert-cupy" / "src"

REFUSALS = """
import numpy, pytest
from wengert_conformance.standin import install, ndarray, transfers
install()
import cupy
x = cupy.asarray([1.0, 2.0, 3.0])
with pytest.raises(TypeError, match="Implicit conversion to a NumPy array is not allowed"):
    numpy.asarray(x)
for mixed in (lambda: x + numpy.ones(3), lambda: cupy.add(x, numpy.ones(3)), lambda: cupy.sum(numpy.ones(3))):
    with pytest.raises(TypeError, match="Unsupported type"):
        mixed()
for name in ("vecdot", "trapezoid_rule"):
    with pytest.raises(AttributeError):
        getattr(cupy, name)
with pytest.raises(AttributeError, match="newbyteorder"):
    x.newbyteorder
with pytest.raises(TypeError, match="where"):
    cupy.sum(x, where=x > 1)
with pytest.raises(TypeError, match="complex"):
    __import__("cupyx.scipy.special").scipy.special.expit(x * 1j)
with pytest.raises(NotImplementedError, match="at"):
    cupy.divide.at(x, cupy.asarray([0]), 2.0)
with pytest.raises(NotImplementedError, match="accumulate"):
    cupy.maximum.accumulate(x)
assert isinstance(x.sum(), ndarray) and isinstance(x[0], ndarray) and x.sum().shape == ()
assert x[0].base is x and x[1:].base is x and (x + 1).base is None
x[0:1][0] = 5.0
assert x.get().tolist() == [5.0, 2.0, 3.0]
cupy.add.at(x, cupy.asarray([0, 0]), 1.0)
transfers.clear()
assert float(x[0]) == 7.0 and bool(x[0] > 6) and int(x[1]) == 2 and x[1].item() == 2.0
x[x > 2.5]
cupy.nonzero(x)
cupy.asnumpy(x)
assert dict(transfers) == {"float": 1, "bool": 1, "int": 1, "item": 1, "mask": 1, "nonzero": 1, "asnumpy": 1}
assert numpy.isnan(cupy.linalg.inv(cupy.zeros((2, 2))).get()).all()
"""

TRAINING = """
from wengert_conformance.standin import install, transfers
install()
import wengert
from wengert import nn, optim
from wengert.nn import functional as F
with wengert.use_backend("cupy"):
    layers = [nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(27, 8)]
    layers += [nn.Dropout(), nn.LayerNorm(8), nn.Linear(8, 4)]
    model = nn.Sequential(*layers)
    images, labels = wengert.randn(6, 1, 8, 8), wengert.tensor([0, 1, 2, 3, 0, 1])
    table, attention = nn.Embedding(4, 8), nn.MultiheadAttention(8, 2, batch_first=True)
    parameters = [*model.parameters(), *table.parameters(), *attention.parameters()]
    methods = [optim.SGD(parameters, 0.1, momentum=0.9), optim.Adam(parameters), optim.AdamW(parameters)]
    for method in [*methods, optim.RMSprop(parameters)]:
        transfers.clear()
        for _ in range(2):
            method.zero_grad()
            words = table(labels)[None]
            loss = F.cross_entropy(model(images), labels) + attention(words, words, words)[0].square().mean()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            method.step()
        assert not transfers, (type(method).__name__, dict(transfers))
    assert loss.item() > 0 and sum(transfers.values()) == 1
    assert all(parameter.grad.is_cuda for parameter in model.parameters())
"""

COMMAND = """
from wengert_conformance.standin import install
install()
from wengert.__main__ import main
assert main([]) == 0
"""


def run(program: str) -> str:
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_standin_refuses_what_cupy_refuses() -> None:
    run(REFUSALS)


def test_a_training_step_takes_nothing_to_the_host() -> None:
    run(TRAINING)


def test_the_command_shows_driver_runtime_and_devices_with_their_memory() -> None:
    lines = run(COMMAND).splitlines()
    assert "cupy: driver for CUDA 13.0, CUDA runtime 13.0" in lines
    assert "cupy: cuda:0 is stand-in, compute capability 0.0, 16.0 GiB" in lines
    assert any(line.startswith("cupy ") and line.split()[-2:] == ["available", "cuda:0"] for line in lines)


def test_the_backend_uses_names_that_cupy_has() -> None:
    used = names.used_names(BACKEND)
    assert {"cupy.add", "cupy.linalg.svd", "cupyx.scipy.linalg", "cupy.cuda.Device"} <= used
    assert names.unresolved(used, names.stored()) == []
    assert names.unresolved({"cupy.vecdot", "cupyx.scipy.special.mathieu_a"}, names.stored()) == [
        "cupy.vecdot",
        "cupyx.scipy.special.mathieu_a",
    ]
