"""The PyTorch backend of Wengert."""

__version__ = "0.1.0"
