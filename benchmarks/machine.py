"""Where a measurement was made: the machine, the libraries, the moment."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import threadpoolctl

DISTRIBUTIONS = ("wengert", "wengert-numpy", "wengert-torch", "torch", "numpy", "scipy", "autograd", "mygrad", "jax")


def available_cores() -> int:
    """The cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processor() -> str:
    """The processor's own name, where the system tells it."""
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def version_of(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def commit() -> str | None:
    """The commit that was measured, with a + where files differ from it; None outside of a clone."""
    here = Path(__file__).parent
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--abbrev=10", "--exclude=*", "--dirty=+"],
            cwd=here, capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return None
    return found.stdout.strip()


def facts() -> dict[str, Any]:
    """All of it, ready for JSON. Thread pools are those of the libraries imported so far."""
    pools = threadpoolctl.threadpool_info()
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "processor": processor(),
        "cores": available_cores(),
        "system": platform.platform(),
        "python": sys.version.split()[0],
        "backend": os.environ.get("WENGERT_BACKEND", "default"),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "versions": {name: version_of(name) for name in DISTRIBUTIONS},
        "thread_pools": [
            {key: pool.get(key) for key in ("internal_api", "version", "num_threads", "architecture")} for pool in pools
        ],
    }
