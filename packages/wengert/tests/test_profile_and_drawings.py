"""The profile of a backward and the drawings of a graph."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import wengert
from wengert.autograd.graph import to_dot, to_mermaid, to_svg, tree
from wengert.autograd.profiler import profile

pytestmark = pytest.mark.usefixtures("toy")


def leaf(value: Any) -> Any:
    return wengert.tensor(value, requires_grad=True)


class Both(wengert.autograd.Function):
    """Has two outputs, keeps one, and must not be run for a drawing."""

    @staticmethod
    def forward(ctx, x, factor):
        y = x * 2
        ctx.save_for_backward(y)
        return y, x.sum()

    @staticmethod
    def backward(ctx, g, h):
        raise AssertionError("a drawing runs no function of the user")


def everything() -> tuple[Any, Any, Any]:
    x, w = leaf([[1.0, 2.0], [3.0, 4.0]]), leaf([1.0, 2.0])
    doubled, total = Both.apply((x @ x) * w, 3)
    first, second = doubled.unbind(0)
    y = wengert.cat([first, second.exp(), x[0]]).reshape(3, 2).sum(1)
    y[0] = total
    return x, w, y.to(wengert.float64).sum()


def test_a_text_of_everything() -> None:
    x, w, y = everything()
    drawn = tree(y, {"x": x, "w": w})
    assert "?" not in drawn
    assert "BothBackward" in drawn
    assert "x (2, 2) float32" in drawn
    assert drawn.count("x (2, 2)") == 1
    assert " again" in drawn


def test_all_drawings_have_the_same_boxes_and_arrows() -> None:
    x, _, y = everything()
    dot, mermaid, text = to_dot(y, {"x": x}), to_mermaid(y, {"x": x}), tree(y, {"x": x})
    arrows = dot.count(" -> ")
    assert (mermaid.count("-->"), len(text.splitlines()) - 1) == (arrows, arrows)
    assert dot.count("[label=") - arrows == text.count("#") - text.count("again")


def test_a_graph_that_was_freed_is_drawn() -> None:
    x = leaf([[1.0, 2.0]])
    y = (x @ x.t()).sum()
    y.backward()
    assert "#1 MmBackward0 (1, 1)\n" in tree(y)
    assert "saved" not in tree(y)


def test_a_deep_graph_is_drawn() -> None:
    x = leaf(1.0)
    y = x
    for _ in range(3000):
        y = -y
    assert len(tree(y).splitlines()) == 3001


def test_what_has_no_graph_is_refused() -> None:
    with pytest.raises(RuntimeError, match="there is no graph behind it"):
        tree(wengert.ones(2))


def test_an_image_needs_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    y = leaf([1.0]).exp()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="Install Graphviz"):
        to_svg(y)
    program = tmp_path / "dot"
    program.write_text(f'#!{shutil.which("sh", path="/usr/bin:/bin")}\nread line; echo "<svg>$line $1</svg>"\n')
    program.chmod(0o755)
    assert to_svg(y) == "<svg>digraph { -Tsvg</svg>\n"


def test_a_profile_counts_what_ran() -> None:
    x = leaf([1.0, 2.0])
    with profile() as costs:
        (x * x * x).sum().backward()
    (x * x).sum().backward()
    assert [cost.name for cost in costs.nodes] == [
        "SumBackward0", "MulBackward0", "MulBackward0", "AccumulateGrad",
    ]  # fmt: skip
    averages = {cost.name: cost for cost in costs.key_averages()}
    assert (averages["MulBackward0"].calls, averages["MulBackward0"].saved) == (2, 32)
    assert all(cost.time > 0 for cost in costs.nodes)
    assert x.grad.tolist() == [5.0, 16.0]


def test_a_profile_as_a_table_and_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    x = leaf([1.0, 2.0])
    with profile(memory=True) as costs:
        (x.exp() * x).sum().backward()
    lines = costs.table(sort_by="saved", row_limit=2).splitlines()
    assert lines[0].split() == ["node", "calls", "time", "per", "call", "gradients", "saved", "allocated", "peak"]
    assert (len(lines), lines[2].split()[0]) == (4, "MulBackward0")
    assert str(costs).splitlines()[0].split() == lines[0].split()
    costs.export_json(tmp_path / "costs.json")
    read = json.loads((tmp_path / "costs.json").read_text())
    assert [entry["name"] for entry in read] == [cost.name for cost in costs.nodes]
    costs.export_chrome_trace(tmp_path / "trace.json")
    assert len(json.loads((tmp_path / "trace.json").read_text())["traceEvents"]) == len(costs.nodes)
    costs.show()
    assert "MulBackward0" in capsys.readouterr().out
    with pytest.raises(ValueError, match="sort_by='name'; expected one of time"):
        costs.table(sort_by="name")


def test_a_profile_of_a_recorded_pass_inside_another() -> None:
    class Inner(wengert.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * 1

        @staticmethod
        def backward(ctx, g):
            with wengert.enable_grad():
                inner = ctx.saved_tensors[0].detach().requires_grad_()
                (inner.exp() * g).sum().backward()
            return inner.grad

    x = leaf([1.0, 2.0])
    with profile() as costs, wengert.autograd.set_detect_anomaly(True):
        wengert.autograd.grad(Inner.apply(x).sum(), x)
    assert {"InnerBackward", "ExpBackward0", "MulBackward0"} <= {cost.name for cost in costs.nodes}
    whole = sum(cost.time for cost in costs.nodes)
    assert whole < 2 * max(cost.start + cost.time for cost in costs.nodes)
