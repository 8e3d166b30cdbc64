"""The CuPy plugin says what it is and, where it cannot be used, why. No GPU is needed here."""

import re
import sys
from types import SimpleNamespace

import pytest
from wengert_cupy import plugin


def test_the_spec_needs_no_cupy(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)  # importing it raises ModuleNotFoundError
    spec = plugin.wengert_backend()
    assert (spec.name, spec.device_types) == ("cupy", ("cuda",))
    with pytest.raises(
        ImportError, match=r"CuPy is not installed; install it with: .*wengert\[cuda12\].*wengert\[cuda13\]"
    ):
        spec.load()


def cupy_of(driver, runtime):
    """A CuPy that finds no device, as the real one does with this driver."""
    found = SimpleNamespace(driverGetVersion=lambda: driver, runtimeGetVersion=lambda: runtime)
    return SimpleNamespace(__version__="14.2.0", is_available=lambda: False, cuda=SimpleNamespace(runtime=found))


WITHOUT_GPU = [
    (0, 13020, "no CUDA driver, CUDA runtime 13.2", "no CUDA driver was found; check with: nvidia-smi"),
    (
        12080,
        13020,
        "driver for CUDA 12.8, CUDA runtime 13.2",
        'the driver runs CUDA 12.8 and this CuPy needs CUDA 13; .*"wengert\\[cuda12\\]"',
    ),
    (13000, 13020, "driver for CUDA 13.0, CUDA runtime 13.2", "the driver finds no NVIDIA GPU; .*CUDA_VISIBLE_DEVICES"),
]


@pytest.mark.parametrize(("driver", "runtime", "versions", "reason"), WITHOUT_GPU)
def test_without_a_gpu_the_reason_is_told(monkeypatch, driver, runtime, versions, reason):
    monkeypatch.setitem(sys.modules, "cupy", cupy_of(driver, runtime))
    with pytest.raises(RuntimeError, match=f"CuPy 14.2.0 is installed without a GPU that it can use: {reason}"):
        plugin.load()
    told, why = plugin.wengert_doctor()
    assert told == f"cupy: {versions}"
    assert re.match(f"cupy: no device: {reason}", why)


def test_without_cupy_the_doctor_has_nothing_to_tell(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    assert list(plugin.wengert_doctor()) == []


def test_owns_by_type():
    array = type("ndarray", (), {"__module__": "cupy"})
    assert plugin.owns(array)
    assert not plugin.owns(type("ndarray", (), {"__module__": "numpy"}))


def test_two_wheels_over_each_other_are_told(monkeypatch):
    monkeypatch.setattr(
        plugin, "version", lambda name: {"cupy-cuda12x": "13.4", "cupy-cuda13x": "14.2"}.get(name, "14.2")
    )
    monkeypatch.setitem(sys.modules, "cupy", None)
    monkeypatch.setattr(plugin, "WHEELS", ("cupy-cuda12x", "cupy-cuda13x"))
    (line,) = plugin.wengert_doctor()
    assert "cupy-cuda12x 13.4 and cupy-cuda13x 14.2 both own the folder cupy/" in line
    monkeypatch.setattr(plugin, "WHEELS", ("cupy-cuda12x",))
    assert list(plugin.wengert_doctor()) == []
