"""A stand-in for CuPy over NumPy, on which the CuPy backend is checked where there is no GPU.

`install` puts modules named `cupy` and `cupyx` among the imported ones. They have the names and the signatures of the
real CuPy (`names.py`, `names.json`) and refuse all others; their arrays refuse to become NumPy arrays and to mix with
them, are never NumPy scalars, and count each time that a value goes to the host. What they compute is NumPy's.

It shows that the backend asks for nothing that CuPy has not, and what the kernels compute that it makes; whether their
code compiles and does the same is for `compiled.py`. It shows nothing of streams or speed.
"""

from __future__ import annotations

from wengert_conformance.standin.arrays import ndarray
from wengert_conformance.standin.counts import launches, transfers
from wengert_conformance.standin.modules import install

__all__ = ["install", "launches", "ndarray", "transfers"]
