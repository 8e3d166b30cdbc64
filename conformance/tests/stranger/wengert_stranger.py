"""A backend as a stranger would write it: NumPy arrays that nothing may write to."""

import numpy
from pluggy import HookimplMarker
from wengert.backends.standard import complete
from wengert.protocol import dtypes
from wengert.protocol.backend import Backend, BackendSpec, Capabilities

NATIVE = {dtype: numpy.dtype(dtype.name) for dtype in dtypes.ALL if hasattr(numpy, dtype.name)}


def argsort(x, *, axis=-1, descending=False, stable=True):
    """The standard's: stable, and descending on request. NumPy's is neither."""
    if not descending:
        return numpy.argsort(x, axis=axis, stable=True)
    order = numpy.argsort(numpy.flip(x, axis), axis=axis, stable=True)
    return numpy.flip(x.shape[axis] - 1 - order, axis)


def quiet(kernel):
    """The kernel without NumPy's warnings at singular points."""
    return numpy.errstate(all="ignore")(kernel)


def load():
    xp = complete(
        numpy,
        {"argsort": argsort, "errstate": lambda: numpy.errstate(all="ignore")},
        dtypes=NATIVE,
        array_type=numpy.ndarray,
        mutable=False,
        views=False,
        returns_scalars=True,
        omit={"sort"},  # NumPy's cannot descend
    )
    kernels = vars(xp)
    kernels |= {name: quiet(kernel) for name, kernel in kernels.items() if callable(kernel) and name != "errstate"}
    return Backend(
        name="stranger",
        xp=xp,
        array_type=numpy.ndarray,
        dtypes=NATIVE,
        capabilities=Capabilities(mutable=False, views=False),
        device_of=lambda array: "cpu",
    )


@HookimplMarker("wengert")
def wengert_backend():
    return BackendSpec(
        name="stranger",
        device_types=("cpu",),
        load=load,
        owns=lambda kind: kind is numpy.ndarray,
        version=lambda: "0.0.1",
        install="pip install wengert-stranger",
    )
