"""The programs around the workloads: rounds and quantiles, the table and its JSON, the counts. No time is asserted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import deep_chain, import_time, one_operation, run, views
from benchmarks.calls import count_calls
from benchmarks.program import load_library
from benchmarks.timing import ALL_THREADS, Spread, limited_to, measure, quantile, ratios


def test_quantiles_lie_between_neighbours_in_proportion() -> None:
    assert [quantile([4.0, 1.0, 3.0, 2.0], fraction) for fraction in (0, 0.5, 0.9, 1)] == [1, 2.5, 3.7, 4]
    assert Spread.of([2.0]) == Spread(2, 2, 2, 2)


def test_ratios_pair_the_rounds() -> None:
    assert ratios([1.0, 6.0], [2.0, 3.0]) == [0.5, 2.0]


def test_rounds_are_interleaved_and_turn() -> None:
    order: list[str] = []
    ticks = iter(range(1000))
    steps = {"a": lambda: order.append("a"), "b": lambda: order.append("b")}
    seconds = measure(steps, 3, lambda: next(ticks), shortest=0.0)
    assert order == [*"aabb", *"ab", *"ba", *"ab"]  # two steps each to calibrate, then three rounds
    assert seconds == {"a": [1, 1, 1], "b": [1, 1, 1]}


def test_a_subject_may_have_a_clock_of_its_own() -> None:
    ticks, slow = iter(range(1000)), iter(range(0, 10_000, 10))
    steps = {"a": lambda: None, "b": lambda: None}
    clocks = {"b": lambda: next(slow)}
    assert measure(steps, 2, lambda: next(ticks), clocks=clocks, shortest=0.0) == {"a": [1, 1], "b": [10, 10]}


def test_threads_are_limited_and_given_back() -> None:
    libraries = [load_library("torch"), load_library("wengert")]
    before = [library.get_num_threads() for library in libraries]
    with limited_to(1):
        assert [library.get_num_threads() for library in libraries] == [1, 1]
    assert [library.get_num_threads() for library in libraries] == before
    assert ALL_THREADS.threads >= 1


def test_calls_are_counted_by_kind_and_function() -> None:
    def called() -> int:
        return len(())

    calls = count_calls(lambda: [called() for _ in range(3)])
    assert calls.c == 3
    assert [count for name, count in calls.by_function.items() if "called" in name] == [3]
    assert calls.python >= 4


def test_a_run_prints_a_table_and_writes_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "times.json"
    arguments = ["W1", "W6", "--tiny", "--repeats", "2", "--threads", "1", "--peers", "numpy", "autograd"]
    assert run.main([*arguments, "--json", str(file)]) == 0
    printed = capsys.readouterr().out
    assert all(word in printed for word in ("W1 forward", "wengert", "torch", "autograd", "calls per operation"))
    report = json.loads(file.read_text())
    assert {(row["workload"], row["part"], row["subject"]) for row in report["rows"]} == {
        *(("W1", "step", side) for side in ("wengert", "torch", "numpy", "autograd")),
        *(("W1", "forward", side) for side in ("wengert", "torch")),
        *(("W6", "step", side) for side in ("wengert", "torch", "autograd")),
    }
    assert all(len(row["rounds"]) == 2 for row in report["rows"])
    assert report["problems"] == []
    assert report["calls_per_operation"]["python"] > 0
    assert {row["target"] for row in report["rows"] if row["subject"] == "wengert"} == {0.3, 0.5, None}
    assert {"date", "commit", "processor", "cores", "python", "versions", "thread_pools"} <= report["machine"].keys()


def test_peers_can_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["W1", "--tiny", "--repeats", "1", "--threads", "1", "--peers"]) == 0
    assert "autograd" not in capsys.readouterr().out


def test_a_slow_peer_does_less_of_w6_and_is_compared_per_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(run.REDUCED, ("W6", "autograd"), {"nodes": 10})
    workload, torch = run.WORKLOADS["W6"], load_library("torch")
    subjects = run.subjects_of(workload, {"torch": torch}, workload.tiny, 0, ["autograd"])
    assert [(subject.name, subject.size["nodes"]) for subject in subjects] == [("torch", 50), ("autograd", 10)]
    assert run.check(workload, subjects, torch, 0) == []


def test_an_unknown_workload_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run.main(["W9"])
    assert "known are W1" in capsys.readouterr().err


def test_a_size_that_no_workload_has_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run.main(["W6", "--set", "node=7"])
    assert "a NAME of nodes" in capsys.readouterr().err


def test_sizes_can_be_overridden() -> None:
    assert run.overridden({"nodes": 5, "gelu": "none"}, ["nodes=7", "gelu=tanh", "other=1"]) == {
        "nodes": 7,
        "gelu": "tanh",
    }


def test_a_deep_chain_survives_in_a_process_of_its_own() -> None:
    found = deep_chain.survives("wengert", 1000)
    assert found["survived"], found
    assert found["nodes"] == 1000


def test_import_time_counts_the_modules_that_are_added() -> None:
    found = import_time.measure_import("inspect", repeats=1)
    assert found.unwanted == ["inspect"]
    assert "inspect" in import_time.loaded_modules("inspect")


@pytest.mark.parametrize("library", ["wengert", "torch"])
def test_each_single_operation_fills_its_leaves(library: str) -> None:
    module = load_library(library)
    for name, (operation, leaves) in one_operation.operations(module, 4).items():
        one_operation.both(operation, leaves, module)()
        assert all(leaf.grad is not None for leaf in leaves), name


def test_views_print_a_row_for_each(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["views", "select", "unbind", "--repeats", "1"])
    assert views.main() == 0
    printed = capsys.readouterr().out
    assert [name in printed for name in ("select", "unbind", "narrow")] == [True, True, False]


def test_each_view_is_one_on_both_libraries() -> None:
    for name in ("wengert", "torch"):
        for view, make in views.views(load_library(name)).items():
            made = make()
            first = made[0] if isinstance(made, tuple) else made
            assert first._is_view() == (view != "mul"), view
