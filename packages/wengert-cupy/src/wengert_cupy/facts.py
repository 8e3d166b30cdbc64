"""What CuPy says of this machine: the driver, the CUDA runtime and the devices. Nothing here needs a GPU.

`cupy` is passed in, because this module is imported with the plugin, where CuPy may not be installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def version_text(number: int) -> str:
    """CUDA's 13020 as 13.2."""
    return f"{number // 1000}.{number % 1000 // 10}"


def versions(cupy: Any) -> str:
    """The newest CUDA that the driver runs, and the CUDA that CuPy was built with."""
    driver = cupy.cuda.runtime.driverGetVersion()
    runtime = version_text(cupy.cuda.runtime.runtimeGetVersion())
    return f"{f'driver for CUDA {version_text(driver)}' if driver else 'no CUDA driver'}, CUDA runtime {runtime}"


def why_unavailable(cupy: Any) -> str:
    """Why `cupy.is_available()` is False."""
    driver, runtime = cupy.cuda.runtime.driverGetVersion(), cupy.cuda.runtime.runtimeGetVersion()
    if not driver:
        return "no CUDA driver was found; check with: nvidia-smi"
    if driver // 1000 < runtime // 1000:
        older, newer = driver // 1000, runtime // 1000
        return (
            f"the driver runs CUDA {version_text(driver)} and this CuPy needs CUDA {newer}; update the driver, or "
            f'uninstall CuPy and run: pip install "wengert[cuda{older}]"'
        )
    return "the driver finds no NVIDIA GPU; check with: nvidia-smi, and the variable CUDA_VISIBLE_DEVICES"


def lines(cupy: Any) -> Iterator[str]:
    """The lines of `python -m wengert`: the versions, then each device with its memory, or why there is none."""
    yield f"cupy: {versions(cupy)}"
    if not cupy.is_available():
        yield f"cupy: no device: {why_unavailable(cupy)}"
        return
    for index in range(cupy.cuda.runtime.getDeviceCount()):
        found = cupy.cuda.runtime.getDeviceProperties(index)
        capability = f"compute capability {found['major']}.{found['minor']}"
        yield f"cupy: cuda:{index} is {found['name'].decode()}, {capability}, {found['totalGlobalMem'] / 2**30:.1f} GiB"
