"""Threads that share parameters compute exactly what one thread does; the program that measures memory runs."""

from __future__ import annotations

import pytest

from benchmarks import memory, threads


def test_threads_share_parameters() -> None:
    found = threads.stress(0, rounds=5)
    assert found == {"threads": 8, "passes": 120, "wrong": 0}


def test_a_wrong_pass_would_be_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads.numpy, "array_equal", lambda *arrays: False)
    assert threads.stress(0, rounds=1)["wrong"] > 8


def test_memory_of_both_libraries(capsys: pytest.CaptureFixture[str]) -> None:
    assert memory.main(["W2", "--tiny", "--steps", "1"]) == 0
    assert capsys.readouterr().out.startswith("W2: wengert ")
    found = memory.measure_here("wengert", "W2", 1, tiny=True)
    assert found["peak"] >= found["kept"]
