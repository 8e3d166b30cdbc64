"""The charts of docs/performance.md: bars of ratios to torch, and time against nodes and elements."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

Report = dict[str, Any]
COLOURS = {"wengert": "#1b6ca8", "torch": "#d1495b", "2 threads": "#8ab6d6"}


def draw(reports: dict[str, Report], folder: Path) -> list[Path]:
    """Write the charts, the same bytes for the same results."""
    found = []
    with mpl.rc_context({"svg.hashsalt": "wengert", "svg.fonttype": "none", "font.family": "sans-serif"}):
        for name, figure in (("ratios", ratios(reports)), ("scaling", scaling(reports))):
            path = folder / f"{name}.svg"
            figure.savefig(path, metadata={"Date": None})
            path.write_text("\n".join(line.rstrip() for line in path.read_text().splitlines()) + "\n")
            found.append(path)
    return found


def ratios(reports: dict[str, Report]) -> Figure:
    """Our time over torch's, W1 to W8, with quartiles and targets."""
    rows = [r for r in reports["workloads"]["rows"] if (r["subject"], r["part"]) == ("wengert", "step")]
    settings = list(dict.fromkeys(row["setting"] for row in rows))
    names = list(dict.fromkeys(row["workload"] for row in rows))
    figure = Figure(figsize=(8, 3.4), layout="constrained")
    axes = figure.add_subplot()
    width = 0.8 / len(settings)
    for at, setting in enumerate(settings):
        chosen = [next(r for r in rows if (r["workload"], r["setting"]) == (name, setting)) for name in names]
        places = [n + (at - (len(settings) - 1) / 2) * width for n in range(len(names))]
        medians = [r["ratio"]["median"] for r in chosen]
        below = [r["ratio"]["median"] - r["ratio"]["first_quartile"] for r in chosen]
        above = [r["ratio"]["third_quartile"] - r["ratio"]["median"] for r in chosen]
        colour = list(COLOURS.values())[0 if at == 0 else 2]
        axes.bar(places, medians, width * 0.92, yerr=[below, above], capsize=2, label=setting, color=colour)
        for place, row in zip(places, chosen, strict=True):
            axes.plot([place - width / 2, place + width / 2], [row["target"]] * 2, color="black", linewidth=1.2)
    axes.plot([], [], color="black", linewidth=1.2, label="target")
    axes.axhline(1, color=COLOURS["torch"], linewidth=1, linestyle="--", label="torch")
    axes.set_xticks(range(len(names)), names)
    axes.set_ylabel("our time / torch's")
    axes.legend(fontsize=8, ncols=4)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def scaling(reports: dict[str, Report]) -> Figure:
    """Seconds of a step against nodes, and against elements, on logarithmic axes."""
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    for at, kind in enumerate(("nodes", "elements")):
        axes = figure.add_subplot(1, 2, at + 1)
        for side, found in reports["scaling"][kind].items():
            counts = [int(count) for count in found]
            axes.loglog(counts, list(found.values()), marker="o", markersize=4, label=side, color=COLOURS[side])
        axes.set_xlabel(kind)
        axes.set_ylabel("s, forward and backward")
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(fontsize=8)
    return figure
