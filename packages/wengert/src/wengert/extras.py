"""Optional libraries, each named with the extra that installs it. Nothing else in the core imports one."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def optional(module: str, extra: str) -> Any:
    """The imported `module`; ImportError with the command that installs it where it is absent.

    >>> optional("math", "numpy").sqrt(4.0)
    2.0
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0]:
            raise
        raise ImportError(f"{module} is not installed. Run: python -m pip install 'wengert[{extra}]'") from error
