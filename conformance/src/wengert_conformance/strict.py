"""The backend `strict`: array_api_strict and nothing else.

It is made of the array API standard and the core's defaults alone, without one kernel of its own, and so shows whether the
protocol asks for more than it says.
"""

from __future__ import annotations

import importlib.util

