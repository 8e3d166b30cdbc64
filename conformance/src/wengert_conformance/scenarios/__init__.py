"""Our own cases, one file for each family: a name, a function on a library module, and plain inputs.

Where torch's operator database says nothing (ties, zeros, empty and 0-d tensors, mixed dtypes, the engine, hooks,
`Function`), a scenario does. The same function runs on torch, when the store is written, and on Wengert.
"""

from __future__ import annotations

from collections.abc import Iterator

from wengert_conformance.scenarios.anomaly import anomaly
from wengert_conformance.scenarios.arithmetic import arithmetic
from wengert_conformance.scenarios.checkpoint import checkpoint
from wengert_conformance.scenarios.comparison import comparison
from wengert_conformance.scenarios.convolution import convolution
from wengert_conformance.scenarios.copies import conversion
from wengert_conformance.scenarios.creation import creation
from wengert_conformance.scenarios.engine import engine
from wengert_conformance.scenarios.exponential import exponential
from wengert_conformance.scenarios.family import Family, Scenario
from wengert_conformance.scenarios.function import function
from wengert_conformance.scenarios.gradcheck import gradcheck
from wengert_conformance.scenarios.hooks import hooks
from wengert_conformance.scenarios.indexing import indexing
from wengert_conformance.scenarios.inplace import inplace
from wengert_conformance.scenarios.leaves import leaves
from wengert_conformance.scenarios.linalg import linalg
from wengert_conformance.scenarios.modes import modes
from wengert_conformance.scenarios.movement import movement
from wengert_conformance.scenarios.normalization import normalization
from wengert_conformance.scenarios.passes import passes
from wengert_conformance.scenarios.randomness import randomness
from wengert_conformance.scenarios.reduction import reduction
from wengert_conformance.scenarios.retained import retained
from wengert_conformance.scenarios.saved import saved
from wengert_conformance.scenarios.trigonometric import trigonometric
from wengert_conformance.scenarios.views import views

ALL_FAMILIES: tuple[Family, ...] = (
    *(arithmetic, exponential, trigonometric, comparison, reduction, movement, indexing, linalg, normalization),
    *(inplace, convolution, creation, engine, leaves, function, gradcheck, checkpoint, hooks),
    *(conversion, randomness),
    *(passes, retained, modes, saved, anomaly, views),
)


def all_scenarios() -> Iterator[Scenario]:
    """Every scenario of this package."""
    for family in ALL_FAMILIES:
        yield from family.scenarios.values()


__all__ = ["ALL_FAMILIES", "Family", "Scenario", "all_scenarios"]
