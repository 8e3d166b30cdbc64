"""Floor 0: the errors that more than one floor raises, each with its words in one place."""

from __future__ import annotations


class BackendError(RuntimeError):
    """A backend is unknown, absent, broken or of another protocol version, or two backends or devices met."""


class NoBackendError(ImportError):
    """No backend is installed that could make the tensor asked for."""


class LinAlgError(RuntimeError):
    """A matrix is singular, not positive-definite, or an iteration over it found no end."""
