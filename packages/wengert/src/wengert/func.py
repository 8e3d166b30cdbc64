"""Transforms of functions, with torch's names."""

from wengert.api.func.vmap import vmap

__all__ = ["vmap"]
