"""The kernels that the CuPy backend makes give on the stand-in what the composites give, and are few.

The tests run in programs of their own, because the stand-in takes the place of the modules `cupy` and `cupyx`.
"""

from __future__ import annotations

import subprocess
import sys

FORMULAS = """
import numpy
from wengert_conformance.standin import install, launches
from wengert_conformance.standin.formulas import cases
install()
import cupy
from wengert.backends.standard import fused as composites
from wengert_cupy.kernels.fused import FUSION, definition
from wengert.backends.tracing import Untraceable
from wengert_cupy.namespace import make_backend
xp, generator, compared = make_backend().xp, numpy.random.default_rng(0), 0

def results(function, formula, arrays, numbers, into):
    with numpy.errstate(all="ignore"):
        found = function(formula, tuple(arrays), numbers, into=into)
    return [one.get() for one in (found if isinstance(found, tuple) else (found,))]

for case in cases():
    if all(case.booleans):
        continue
    try:
        definition(case.formula, ["bool" if x else "float32" for x in case.booleans], case.numbers, case.into)
    except Untraceable:
        continue
    for dtype, tolerance in (("float16", 2e-3), ("float32", 2e-5), ("float64", 1e-12)):
        for shape in ((3, 4), (), (0, 2)):
            given = [generator.standard_normal(shape).astype(dtype) for _ in case.booleans]
            if shape == (3, 4):
                given[0] = numpy.asfortranarray(given[0])  # strided
                if len(given) > 1 and not case.into:
                    given[-1] = given[-1][:1]  # stretched
            given = [x > 0 if is_bool else x for x, is_bool in zip(given, case.booleans)]
            wide = [x.astype("float32") if x.dtype == "float16" else x for x in given]
            launches.clear()
            found = results(FUSION.fused, case.formula, map(cupy.array, given), case.numbers, case.into)
            assert list(launches.values()) == [1] and next(iter(launches)).startswith("wengert_"), case.name
            compared += 1
            composite = lambda *args, **keywords: composites.fused(xp, *args, **keywords)
            expected = results(composite, case.formula, map(cupy.array, wide), case.numbers, case.into)
            for one, other in zip(found, expected, strict=True):
                assert one.dtype == dtype and one.shape == numpy.broadcast_shapes(*[x.shape for x in given]), case.name
                with numpy.errstate(all="ignore"):
                    other = numpy.broadcast_to(other, one.shape).astype(dtype)
                    numpy.testing.assert_allclose(one, other, tolerance, tolerance, err_msg=case.name)
assert compared > 2000, compared
"""

ROWS = """
import numpy
from wengert_conformance.standin import install, launches
install()
import cupy
from wengert.backends.standard import fused, reduction
from wengert_cupy.namespace import make_backend
xp, generator = make_backend().xp, numpy.random.default_rng(0)

def compared(name, *arrays, kernels=1, **keywords):
    composite, dtype = getattr(fused, name, None) or getattr(reduction, name), arrays[0].dtype
    tolerance = {"float16": 4e-3, "float32": 5e-5, "float64": 1e-12}[dtype.name]
    wide = [x.astype("float32") if x.dtype == "float16" else x for x in arrays]
    launches.clear()
    found = getattr(xp, name)(*map(on_device, arrays), **keywords)
    assert sum(count for kernel, count in launches.items() if kernel.startswith("wengert_")) == kernels, name
    expected = composite(xp, *map(on_device, wide), **keywords)
    for one, other in zip(*((x if isinstance(x, tuple) else (x,)) for x in (found, expected)), strict=True):
        assert one.dtype == dtype
        numpy.testing.assert_allclose(one.get(), other.get().astype(dtype), tolerance, tolerance, err_msg=name)

def on_device(array):
    return cupy.array(array, order="F" if array.flags.f_contiguous else "C")

for dtype in ("float16", "float32", "float64"):
    def drawn(*shape, order="C"):
        return numpy.asarray(generator.standard_normal(shape).astype(dtype), order=order)
    for shape, order in (((3, 5), "C"), ((3, 5), "F"), ((2, 3, 1, 4), "C"), ((1,), "C"), ((70, 300), "C")):
        for axis in range(len(shape)):
            x, g = drawn(*shape, order=order), drawn(*shape)
            for name in ("softmax", "log_softmax"):
                compared(name, x, axis=axis)
                compared(f"{name}_pullback", g, x, axis=axis)
            compared("logsumexp", x, axis=axis, keepdims=axis == 0)
    for shape, axes in (((4, 6), (1,)), ((2, 3, 4, 5), (0, 2, 3)), ((2, 3, 4, 5), (2, 3)), ((7,), (0,))):
        x, kept = drawn(*shape), tuple(1 if d in axes else n for d, n in enumerate(shape))
        compared("standardize", x, axis=axes, eps=0.125)
        compared("standardize_pullback", drawn(*shape), x, drawn(*kept), abs(drawn(*kept)) + 1, axis=axes)
    compared("logsumexp", drawn(2, 3, 4), axis=(0, 2), keepdims=False)
    x, target = drawn(6, 4), numpy.array([0, 3, 1, 1, 2, 3])
    compared("class_loss", x, target)
    compared("class_loss_pullback", drawn(6), x, target)
    # not for a kernel: no elements, few long rows, axes in three stretches
    compared("softmax", drawn(0, 3), axis=1, kernels=0)
    compared("logsumexp", drawn(1 << 16), axis=0, keepdims=False, kernels=0)
    compared("logsumexp", drawn(2, 2, 2, 2, 2), axis=(0, 2, 4), keepdims=False, kernels=0)
"""

FEW_KERNELS = """
import numpy
from wengert_conformance.standin import install, launches
install()
import wengert
from wengert import optim
from wengert.nn import functional as F

def ran(function):
    launches.clear()
    result = function()
    return result, {name.removeprefix("wengert_"): count for name, count in launches.items()}

with wengert.use_backend("cupy"):
    x, g = wengert.randn(4, 3, requires_grad=True), wengert.randn(4, 3)
    for name, function in {
        "silu": F.silu, "mish": F.mish, "softplus": F.softplus, "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    }.items():
        y, forward = ran(lambda: function(x))
        _, back = ran(lambda: wengert.autograd.grad(y, x, g))
        assert (forward, back) == ({name: 1}, {f"{name}_vjp_x": 1}), (forward, back)
    y, forward = ran(lambda: F.softmax(x, 1))
    assert forward == {"softmax_float32": 1} and ran(lambda: wengert.autograd.grad(y, x, g))[1] == {
        "softmax_pullback_float32": 1
    }
    loss, forward = ran(lambda: F.cross_entropy(x, wengert.tensor([0, 2, 1, 1]), reduction="none"))
    assert forward["class_loss_float32"] == 1, forward
    # A pass that records gives slopes of slopes all the same.
    (slope,) = wengert.autograd.grad(F.silu(x).sum(), x, create_graph=True)
    (second,) = wengert.autograd.grad(slope.sum(), x)
    z = x.detach().tolist()
    with wengert.use_backend("numpy"):
        own = wengert.tensor(z, requires_grad=True)
        (slope,) = wengert.autograd.grad(F.silu(own).sum(), own, create_graph=True)
        numpy.testing.assert_allclose(second.tolist(), wengert.autograd.grad(slope.sum(), own)[0].tolist(), 1e-5, 1e-6)

METHODS = {
    "plain": lambda p: optim.SGD(p, 0.1), "decayed": lambda p: optim.SGD(p, 0.1, weight_decay=0.1),
    "momentum": lambda p: optim.SGD(p, 0.1, momentum=0.9, weight_decay=0.1, dampening=0.25),
    "nesterov": lambda p: optim.SGD(p, 0.1, momentum=0.9, nesterov=True, maximize=True),
    "adam": optim.Adam, "adam, decayed": lambda p: optim.Adam(p, weight_decay=0.1),
    "amsgrad": lambda p: optim.Adam(p, amsgrad=True), "adamw": optim.AdamW,
    "adamw, steep": lambda p: optim.AdamW(p, betas=(0.3, 0.9), amsgrad=True),
}
for name, make in METHODS.items():
    reached = []
    for backend in ("numpy", "cupy"):
        with wengert.use_backend(backend):
            weights = wengert.tensor([[-1.0, 0.5, 2.0], [0.25, 0.0, 1.0]], requires_grad=True)
            scale = wengert.tensor(1.5, requires_grad=True)
            method = make([weights, scale])
            for _ in range(4):
                method.zero_grad()
                (weights.pow(3).sum() * scale).backward()
                _, step = ran(method.step)
            reached.append(weights.detach().reshape(-1).tolist() + [scale.item()])
    step.pop("negative", None)  # maximize
    assert list(step.values()) == [2] and list(step)[0] in ("descent", "momentum", "adam"), (name, step)
    numpy.testing.assert_allclose(*reached, 1e-5, 1e-6, err_msg=name)
    assert weights._version == 4 and not scale.grad.requires_grad
"""


def run(program: str) -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_formula_as_one_kernel_gives_what_the_composite_gives() -> None:
    run(FORMULAS)


def test_a_kernel_over_rows_gives_what_the_composite_gives() -> None:
    run(ROWS)


def test_rules_and_optimisers_take_one_kernel_each() -> None:
    run(FEW_KERNELS)
