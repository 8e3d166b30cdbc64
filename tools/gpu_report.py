"""What gpu_check.py found, as Markdown for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

#: The most that our time may be of torch's on a GPU, and the microseconds that an operation with its backward may cost.
TARGETS = {"W2": 1.3, "W3": 0.8, "W4": 1.3, "W5": 1.3, "W8": 1.3}
LAUNCH_TARGET = 12.0


def markdown(report: dict[str, Any]) -> str:
    """The whole report: where and when, how each part went, what each found, what is wrong."""
    lines = [f"# The check of the backend {report['backend']}", ""]
    lines += ["| part | state | seconds | limit |", "|---|---|---|---|"]
    lines += [f"| {p['part']} | {p['state']} | {p['seconds']:.1f} | {p['limit']:.0f} |" for p in report["parts"]]
    for part in report["parts"]:
        lines += ["", f"## {part['part']}", ""]
        lines += list(_SECTIONS[part["part"]](part["found"])) if part["found"] else []
        if part["reason"]:
            lines += ["", f"{part['state']}:", "", "```text", part["reason"], "```"]
    return "\n".join(lines) + "\n"


def _machine(found: dict[str, Any]) -> Iterator[str]:
    yield from (f"* {name}: {found[name]}" for name in ("date", "commit", "processor", "cores", "system", "python"))
    yield f"* GPU, driver, memory: {'; '.join(found['gpus']) or 'none: no NVIDIA driver here'}"
    yield f"* torch: {found['torch']}"
    yield f"* versions: {', '.join(f'{name} {version}' for name, version in found['versions'].items())}"
    yield f"* wengert lies in {found['installed_at']}"
    yield from (f"* {line}" for line in found["doctor"]["notes"])


def _workloads(found: dict[str, Any]) -> Iterator[str]:
    if "note" in found:
        yield from (found["note"] + ".", "")
    if "rows" not in found:
        return
    yield f"Forward and backward, by {found['clock']}: medians. The ratio is to torch's time: median (quartiles)."
    yield ""
    yield from ("| work | unit | wengert | torch | ratio | target |", "|---|---|---|---|---|---|")
    for row in found["rows"]:
        torch = f"{row['torch']:.4g}" if "torch" in row else "-"
        ratio = "{1:.2f} ({0:.2f}-{2:.2f})".format(*row["ratio"]) if "ratio" in row else "-"
        ours = f"{row['workload']} {row['title']} | {row['unit']} | {row['wengert']:.4g}"
        yield f"| {ours} | {torch} | {ratio} | {_target(row, found['clock'])} |"
    yield ""
    yield from (f"* {row['workload']}: {row['size']}" for row in found["rows"])


def _target(row: dict[str, Any], clock: str) -> str:
    """The target of a workload and whether it is met; targets are for a GPU."""
    target = TARGETS.get(row["workload"])
    if target is None or "ratio" not in row or clock != "CUDA events":
        return ""
    return f"{target} {'met' if row['ratio'][1] <= target else 'missed'}"


def _overhead(found: dict[str, Any]) -> Iterator[str]:
    if "rows" not in found:
        return
    yield "Microseconds of the host for one operation on 4 numbers, while the device works on its own."
    yield ""
    columns = [name for name in found["rows"][0] if name != "operation"]
    yield f"| operation | {' | '.join(columns)} |"
    yield "|---" * (len(columns) + 1) + "|"
    for row in found["rows"]:
        yield f"| {row['operation']} | {' | '.join(f'{row[name]:.2f}' for name in columns)} |"
    yield from ("", f"On a GPU an operation with its backward may cost {LAUNCH_TARGET:g}.")
    if "cupy_multiply" in found:
        yield from ("", f"CuPy's own `x * x` alone: {found['cupy_multiply']:.2f}.")


def _leak(found: dict[str, Any]) -> Iterator[str]:
    for name, grown in found.items():
        pool = grown["pool_bytes_grown"]
        told = "no memory pool" if pool is None else f"{pool:+d} bytes in the pool"
        yield f"* {name}: {grown['steps']} training steps, {grown['objects']:+d} Python objects, {told}"


def _examples(found: dict[str, Any]) -> Iterator[str]:
    return (f"* {name}: {run['seconds']} s; {run['says']}" for name, run in found.items())


def _suite(found: dict[str, Any]) -> Iterator[str]:
    if "tests" in found:
        yield (
            f"{found['tests']} tests: {found['passed']} passed, "
            f"{found['expected_failures']} failed as the ledger expects, {found['failed']} failed."
        )


_SECTIONS: dict[str, Callable[[dict[str, Any]], Iterator[str]]] = {
    "machine": _machine,
    "workloads": _workloads,
    "overhead": _overhead,
    "leak": _leak,
    "examples": _examples,
    "tests": _suite,
    "conformance": _suite,
}
