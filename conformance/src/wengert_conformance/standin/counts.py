"""What the stand-in counts."""

from __future__ import annotations

from collections import Counter

from wengert_conformance.standin import cuda


class Transfers(Counter[str]):
    """How often values went from the device to the host, by what took them there. During a capture none can."""

    def __setitem__(self, word: str, number: int) -> None:
        if cuda.capturing() is not None:
            raise RuntimeError("cudaErrorStreamCaptureUnsupported: operation not permitted when stream is capturing")
        super().__setitem__(word, number)


transfers = Transfers()
#: How often kernels of elements and of rows ran, by name: ufuncs, operators, and those that the backend makes.
launches: Counter[str] = Counter()
