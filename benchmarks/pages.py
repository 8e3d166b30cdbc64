"""The page of results: measures all that docs/performance.md shows, and writes its tables and charts.

python -m benchmarks.pages --measure     runs everything (about ten minutes), then writes the page
python -m benchmarks.pages               writes the page from the results that are there
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import charts, memory

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE, RESULTS = DOCS / "performance.md", DOCS / "performance"
OF_MEMORY = ("W2", "W3", "W4", "W5", "W7")
COMMANDS: dict[str, list[str]] = {
    "workloads": ["-m", "benchmarks", "--json"],
    "operations": ["-m", "benchmarks.operations", "--json"],
    "scaling": ["-m", "benchmarks.scaling", "--json"],
}
Report = dict[str, Any]


def measure(folder: Path) -> None:
    """Run the programs, each in a process of its own, one after the other."""
    for name, command in COMMANDS.items():
        path = folder / f"{name}.json"
        subprocess.run([sys.executable, *command, str(path)], check=True)
        report = json.loads(path.read_text())
        for row in report.get("rows", ()):
            row.pop("rounds", None)
        path.write_text(json.dumps(report, indent=1) + "\n")
    peaks = {name: {side: memory.measure(side, name, 3)["peak"] for side in memory.LIBRARIES} for name in OF_MEMORY}
    (folder / "memory.json").write_text(json.dumps(peaks, indent=1) + "\n")


def read(folder: Path) -> dict[str, Report]:
    """The results by the name of their file."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}


def machine(reports: dict[str, Report]) -> str:
    facts = reports["workloads"]["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items() if version)
    where = f"{facts['processor']}, {facts['cores']} cores; Python {facts['python']}, {versions}"
    return f"{where}; {facts['date'][:16]} UTC, commit {facts['commit']}."


def workloads(reports: dict[str, Report]) -> str:
    """Each side's ratio to torch, median and quartiles, under each setting."""
    rows = reports["workloads"]["rows"]
    settings = list(dict.fromkeys(row["setting"] for row in rows))
    lines = [["", "side", *[text for s in settings for text in (f"{s}", "/ torch", "target")]]]
    found = {(row["workload"], row["part"], row["subject"], row["setting"]): row for row in rows}
    keys = sorted({key[:3] for key in found}, key=[key[:3] for key in found].index)
    for workload, part, subject in keys:
        cells = [workload if part == "step" else f"{workload}, {part}", subject]
        for setting in settings:
            row = found.get((workload, part, subject, setting))
            if row is None:  # not every side runs under every setting
                cells += ["", "", ""]
                continue
            ratio, target = row["ratio"], row["target"]
            quartiles = f"{ratio['first_quartile']:.2f}-{ratio['third_quartile']:.2f}"
            cells += [
                f"{row['time']['median']:.3g} {row['unit']}",
                "1" if subject == "torch" else f"{ratio['median']:.2f} ({quartiles})",
                "" if target is None else f"{target:.2f} {'met' if ratio['median'] <= target else 'missed'}",
            ]
        lines.append(cells)
    return _table(lines)


def operations(reports: dict[str, Report]) -> str:
    """The median ratio of the operations at each size, and those furthest behind."""
    rows = reports["operations"]["rows"]
    lines = [["elements", "setting", "median of the ratios", "the ten furthest behind"]]
    for elements, setting in dict.fromkeys((row["elements"], row["setting"]) for row in rows):
        chosen = [r for r in rows if (r["elements"], r["setting"]) == (elements, setting)]
        chosen.sort(key=lambda r: -r["ratio"]["median"])
        ratios = sorted(r["ratio"]["median"] for r in chosen)
        middle = (ratios[len(ratios) // 2] + ratios[(len(ratios) - 1) // 2]) / 2
        worst = ", ".join(f"{r['operation']} {r['ratio']['median']:.2f}" for r in chosen[:10])
        lines.append([f"{elements:,}", setting, f"{middle:.2f}", worst])
    return _table(lines)


def scaling(reports: dict[str, Report]) -> str:
    """Nanoseconds for each node and element."""
    lines = [["", "of", "wengert", "torch"]]
    for kind in ("nodes", "elements"):
        sides = reports["scaling"][kind]
        for count in sides["wengert"]:
            each = [f"{sides[side][count] / int(count) * 1e9:,.3g} ns" for side in ("wengert", "torch")]
            lines.append([f"each of {int(count):,}", kind, *each])
    return _table(lines)


def peaks(reports: dict[str, Report]) -> str:
    """Peak memory of a step above what stood there before."""
    lines = [["", "wengert", "torch", "ratio"]]
    for name, sides in reports["memory"].items():
        ours, theirs = sides["wengert"], sides["torch"]
        lines.append([name, f"{ours / 1e6:.1f} MB", f"{theirs / 1e6:.1f} MB", f"{ours / theirs:.2f}"])
    return _table(lines)


PARTS: dict[str, Callable[[dict[str, Report]], str]] = {
    "machine": machine,
    "workloads": workloads,
    "operations": operations,
    "scaling": scaling,
    "memory": peaks,
}


def _table(lines: list[list[str]]) -> str:
    head, *rest = [f"| {' | '.join(line)} |" for line in lines]
    return "\n".join([head, f"|{'---|' * len(lines[0])}", *rest])


def filled(text: str, reports: dict[str, Report]) -> str:
    """The page with each part between its two comments as the results have it."""
    for name, part in PARTS.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        text, count = pattern.subn(lambda found, part=part: f"{found[1]}\n{part(reports)}\n\n{found[2]}", text)
        if count != 1:
            raise ValueError(f"{PAGE.name}: expected one place for {name!r}, found {count}")
    return text


def main(argv: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.pages", description="Writes docs/performance.md.")
    parser.add_argument("--measure", action="store_true", help="measure first")
    options = parser.parse_args(argv)
    if options.measure:
        measure(RESULTS)
    reports = read(RESULTS)
    PAGE.write_text(filled(PAGE.read_text(), reports))
    charts.draw(reports, RESULTS)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
