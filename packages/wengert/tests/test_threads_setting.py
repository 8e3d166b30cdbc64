"""How many threads a backend may use."""

from __future__ import annotations

import pytest
import wengert
from wengert.backends import threads


@pytest.fixture(autouse=True)
def nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_chosen", 0)


def test_what_is_set_is_found() -> None:
    wengert.set_num_threads(3)
    assert wengert.get_num_threads() == 3


@pytest.mark.parametrize(("found", "expected"), [("5", 5), (" 4,2", 4), ("0", None), ("many", None), ("", None)])
def test_the_environment_says_it_where_nothing_was_set(
    found: str, expected: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda process: {0, 1, 2}, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", found)
    assert wengert.get_num_threads() == (expected or 3)


def test_without_an_affinity_all_cores_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    for cores, expected in ((6, 6), (None, 1)):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        assert wengert.get_num_threads() == expected


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (0, "expects a positive integer"),
        (-2, "expects a positive integer"),
        (1.0, "expects an int, but got float"),
        (True, "expects an int, but got bool"),
        (None, "expects an int, but got NoneType"),
    ],
)
def test_what_is_no_count_is_refused(wrong: object, words: str) -> None:
    wengert.set_num_threads(2)
    with pytest.raises(RuntimeError, match=words):
        wengert.set_num_threads(wrong)  # pyright: ignore[reportArgumentType]  # the point
    assert wengert.get_num_threads() == 2
