"""The CuPy plugin says what it is and, where it cannot be used, why. No GPU is needed here."""

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


def test_without_a_gpu_the_reason_is_told(monkeypatch):
    fake = SimpleNamespace(__version__="14.2.0", is_available=lambda: False)
    monkeypatch.setitem(sys.modules, "cupy", fake)
    with pytest.raises(RuntimeError, match=r"CuPy 14.2.0 is installed, but cupy.is_available\(\) is False"):
        plugin.load()


def test_owns_by_type():
    array = type("ndarray", (), {"__module__": "cupy"})
    assert plugin.owns(array)
    assert not plugin.owns(type("ndarray", (), {"__module__": "numpy"}))


def test_two_wheels_over_each_other_are_told(monkeypatch):
    monkeypatch.setattr(
        plugin, "version", lambda name: {"cupy-cuda12x": "13.4", "cupy-cuda13x": "14.2"}.get(name, "14.2")
    )
    monkeypatch.setattr(plugin, "WHEELS", ("cupy-cuda12x", "cupy-cuda13x"))
    (line,) = plugin.wengert_doctor()
    assert "cupy-cuda12x 13.4 and cupy-cuda13x 14.2 both own the folder cupy/" in line
    monkeypatch.setattr(plugin, "WHEELS", ("cupy-cuda12x",))
    assert list(plugin.wengert_doctor()) == []
