"""Torch's whole operator database against a backend, live: each entry under each column that applies to it.

A cell of the matrix is one test: an entry passes a column if each of its samples does, and if there is one. This folder
imports torch and its database; only the sweep, the support matrix and their tests import it.
"""

from __future__ import annotations

from wengert_conformance.sweep.calls import call_of
from wengert_conformance.sweep.cells import Verdict, plain_cases, verdict
from wengert_conformance.sweep.entries import COLUMNS, columns_of, entries, family_of, first_dtype, identifier, left_out

__all__ = [
    "COLUMNS",
    "Verdict",
    "call_of",
    "columns_of",
    "entries",
    "family_of",
    "first_dtype",
    "identifier",
    "left_out",
    "plain_cases",
    "verdict",
]
