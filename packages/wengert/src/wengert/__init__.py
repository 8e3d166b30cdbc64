"""Torch's autograd API over any array library."""

__version__ = "0.1.0"
