"""The peak of the memory in use, which CuPy's pool does not keep."""

from __future__ import annotations

from typing import Any

import cupy


class Peaks(cupy.cuda.MemoryHook):
    """The peaks by device, counted from the first question on: CuPy calls a hook at every allocation, in the thread
    that entered it."""

    name = "wengert peaks"

    def __init__(self) -> None:
        self._used: dict[int, int] = {}
        self._peak: dict[int, int] = {}

    def of(self, index: int, used: int) -> int:
        """The peak of a device in which `used` bytes are in use now."""
        if index not in self._peak:
            self.reset(index, used)
        self._used[index] = used
        self._peak[index] = max(self._peak[index], used)
        return self._peak[index]

    def reset(self, index: int, used: int) -> None:
        """Begin anew at `used` bytes."""
        if not self._peak:
            self.__enter__()
        self._used[index] = self._peak[index] = used

    def malloc_postprocess(self, **told: Any) -> None:
        """Memory was given out."""
        index = told["device_id"]
        if index in self._used and told["mem_ptr"]:
            self._used[index] += told["mem_size"]
            self._peak[index] = max(self._peak[index], self._used[index])

    def free_postprocess(self, **told: Any) -> None:
        """Memory came back."""
        index = told["device_id"]
        if index in self._used:
            self._used[index] -= told["mem_size"]
