"""Floor 3: device strings. "cpu", "cuda" and "cuda:1" are a device type and, where it matters, an index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_KNOWN = ("cpu", "cuda")


def parse_device(device: str, known: Iterable[str] = ()) -> tuple[str, int | None]:
    """The type and the index of a device string; RuntimeError in torch's words for anything else.

    >>> parse_device("cuda:1")
    ('cuda', 1)
    """
    if not device:
        raise RuntimeError("Device string must not be empty; write for instance 'cpu' or 'cuda:0'.")
    types = (*_KNOWN, *sorted(set(known) - set(_KNOWN)))
    kind, colon, number = device.partition(":")
    if kind not in types:
        raise RuntimeError(f"Expected one of {', '.join(types)} device type at start of device string: {device}")
    is_index = number.isascii() and number.isdigit() and (number == "0" or number[0] != "0")
    if colon and not is_index:
        raise RuntimeError(f"Invalid device string: {device!r}; write for instance 'cpu' or 'cuda:0'.")
    return kind, int(number) if colon else None


def pick_device(kind: str, index: int | None, present: Sequence[str]) -> str | None:
    """The entry of `present` meant by a type and an index, None if absent. A type alone means the first one of it,
    which a backend makes the current one."""
    if index is None or kind == "cpu":
        return next((name for name in present if name.partition(":")[0] == kind), None)
    wanted = f"{kind}:{index}"
    return wanted if wanted in present else None
