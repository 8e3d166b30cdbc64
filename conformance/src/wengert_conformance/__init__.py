"""The conformance suite for Wengert backends."""

__version__ = "0.1.0"
