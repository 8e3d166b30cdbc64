"""Signals, with torch.signal's names."""

from __future__ import annotations

from wengert.signal import windows

__all__ = ["windows"]
