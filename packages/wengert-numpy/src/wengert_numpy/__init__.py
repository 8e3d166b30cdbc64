"""The NumPy backend of Wengert, a bridge to SciPy's optimizers, and what keeps freed memory for the next step."""

from typing import TYPE_CHECKING

from wengert.extras import deferred

if TYPE_CHECKING:
    from wengert_numpy.memory import keep_freed_memory
    from wengert_numpy.optimize import minimize

__version__ = "0.1.0"
__all__ = ["keep_freed_memory", "minimize"]

__getattr__ = deferred(
    __name__,
    {"keep_freed_memory": "wengert_numpy.memory:keep_freed_memory", "minimize": "wengert_numpy.optimize:minimize"},
)
