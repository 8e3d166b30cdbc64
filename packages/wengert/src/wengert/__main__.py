"""`python -m wengert` shows versions, backends, devices and reasons; `python -m wengert backends` the backends alone.

Both take `--json`. This module stands above the registry and knows no array library.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from wengert import __version__
from wengert.backends.registry import default_backend, doctor, states
from wengert.backends.states import BackendState
from wengert.protocol.backend import PROTOCOL_VERSION
from wengert.protocol.errors import BackendError, NoBackendError

_HEAD = ("backend", "version", "protocol", "state", "devices", "reason")


def main(arguments: Sequence[str]) -> int:
    """Print what was asked for; 0, or 1 if no backend can be used."""
    parser = argparse.ArgumentParser(
        prog="python -m wengert", description="Shows versions, backends, devices and reasons."
    )
    parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON")
    commands = parser.add_subparsers(dest="command")
    backends = commands.add_parser("backends", help="the backends alone")
    backends.add_argument("--json", action="store_true", dest="as_json", default=argparse.SUPPRESS, help="print JSON")
    asked = parser.parse_args(arguments)

    found = states()
    if asked.command == "backends":
        print(json.dumps([state.as_dict() for state in found], indent=2) if asked.as_json else _table(found))
    else:
        report = _report(found)
        print(json.dumps(report, indent=2) if asked.as_json else _text(report, found))
    return 0 if any(state.state == "available" for state in found) else 1


def _report(found: Sequence[BackendState]) -> dict[str, Any]:
    return {
        "wengert": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "pluggy": _version("pluggy"),
        "protocol": PROTOCOL_VERSION,
        "default": _default(),
        "backends": [state.as_dict() for state in found],
        "notes": list(doctor()),
    }


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"


def _default() -> str:
    try:
        return default_backend().name
    except (BackendError, NoBackendError) as error:
        return f"none: {error}"


def _text(report: dict[str, Any], found: Sequence[BackendState]) -> str:
    facts = [(name, report[name]) for name in ("wengert", "python", "platform", "pluggy", "protocol", "default")]
    width = max(len(name) for name, _ in facts) + 2
    lines = [f"{name:<{width}}{value}" for name, value in facts]
    return "\n".join([*lines, "", _table(found), *(["", *report["notes"]] if report["notes"] else [])])


def _table(found: Sequence[BackendState]) -> str:
    if not found:
        return 'no backend is installed; install the default one with: pip install "wengert[numpy]"'
    rows = [_HEAD, *(_row(state) for state in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD) - 1)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    )


def _row(state: BackendState) -> tuple[str, ...]:
    protocol = "-" if state.protocol is None else str(state.protocol)
    return (state.name, state.version or "-", protocol, state.state, ", ".join(state.devices) or "-", state.reason)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
