"""Floor 0: warnings, at the line of the user's code that led to them."""

from __future__ import annotations

import sys
from warnings import warn

_PACKAGE = __name__.partition(".")[0]


def warn_user(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn of the innermost line outside this package."""
    frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]  # there is no public way that costs less than a traceback
    level = 2
    while frame.f_back is not None and frame.f_back.f_globals.get("__name__", "").partition(".")[0] == _PACKAGE:
        frame, level = frame.f_back, level + 1
    warn(message, category, stacklevel=level + 1)
