"""The NumPy backend of Wengert, and a bridge to SciPy's optimizers."""

from typing import TYPE_CHECKING

from wengert.extras import deferred

if TYPE_CHECKING:
    from wengert_numpy.optimize import minimize

__version__ = "0.1.0"
__all__ = ["minimize"]

__getattr__ = deferred(__name__, {"minimize": "wengert_numpy.optimize:minimize"})
