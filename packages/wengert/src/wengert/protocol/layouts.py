"""Floor 0: torch's words for how a tensor is stored and in which order its elements lie."""

from __future__ import annotations

from typing import Any, Final


class layout:
    """How a tensor stores its elements. There is one, `strided`. Source: torch.layout."""

    def __repr__(self) -> str:
        return "wengert.strided"


class memory_format:
    """The order in which a new tensor's elements lie in memory. Source: torch.memory_format."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"wengert.{self._name}"


strided: Final = layout()
contiguous_format: Final = memory_format("contiguous_format")
preserve_format: Final = memory_format("preserve_format")


def is_row_major(word: Any, function: str) -> bool:
    """Whether `word`, the `memory_format` that `function` was given, asks for row-major order.

    Errors: TypeError for what is no memory format."""
    if word is None or word is preserve_format:
        return False
    if word is not contiguous_format:
        raise TypeError(
            f"{function}(): argument 'memory_format' must be wengert.contiguous_format or wengert.preserve_format, not "
            f"{word!r}"
        )
    return True
