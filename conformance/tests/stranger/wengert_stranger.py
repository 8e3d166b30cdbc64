"""A backend as a stranger would write it: NumPy arrays that nothing may write to."""

import numpy
from pluggy import HookimplMarker
from wengert.backends.standard import complete
from wengert.protocol import dtypes
from wengert.protocol.backend import Backend, BackendSpec, Capabilities

NATIVE = {dtype: numpy.dtype(dtype.name) for dtype in dtypes.ALL if dtype is not dtypes.bfloat16}


def load():
    xp = complete(
        numpy,
        {"errstate": lambda: numpy.errstate(all="ignore")},
        dtypes=NATIVE,
        array_type=numpy.ndarray,
        mutable=False,
        views=False,
        returns_scalars=True,
    )
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
