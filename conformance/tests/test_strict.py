"""The backend `strict` is found, loads, and says what it lacks."""

from __future__ import annotations

import sys

import pytest
import wengert
from wengert.backends.registry import states
from wengert_conformance import strict


def test_strict_is_registered() -> None:
    state = next(state for state in states() if state.name == "strict")
    assert (state.state, state.devices) == ("available", ("cpu",))


def test_strict_has_nothing_of_its_own() -> None:
    backend = strict.load()
    assert backend.array_type.__module__.startswith("array_api_strict")
    assert {"float16", "bfloat16", "complex32"}.isdisjoint(dtype.name for dtype in backend.dtypes)


def test_strict_owns_its_arrays_only() -> None:
    backend = strict.load()
    assert strict.owns(backend.array_type)
    assert not strict.owns(list)


def test_strict_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "array_api_strict", None)
    with pytest.raises(ImportError, match=r'pip install "wengert-conformance\[strict\]"'):
        strict.load()


def test_a_recorded_write_of_one_element_is_not_lost() -> None:
    with wengert.use_backend("strict"):
        y = wengert.tensor([1.0, 2.0], requires_grad=True) * 1
        y[0] = 5.0
        assert y.tolist() == [5.0, 2.0]
