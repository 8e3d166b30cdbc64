"""A stand-in for CuPy over NumPy, on which the CuPy backend is checked where there is no GPU.

`install` puts modules named `cupy` and `cupyx` among the imported ones. They have the names and the signatures of the
real CuPy (`names.py`, `names.json`) and refuse all others; their arrays refuse to become NumPy arrays and to mix with
them, are never NumPy scalars, and count each time that a value goes to the host. What they compute is NumPy's.

It shows that the backend asks for nothing that CuPy has not. It shows nothing of kernels, streams or speed.
"""

from __future__ import annotations

from wengert_conformance.standin.arrays import ndarray, transfers
from wengert_conformance.standin.modules import install

__all__ = ["install", "ndarray", "transfers"]
