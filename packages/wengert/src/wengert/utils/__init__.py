"""Tools beside the core, in torch's place."""

from wengert.utils import checkpoint

__all__ = ["checkpoint"]
