"""Floor 3: device strings. "cpu", "cuda" and "cuda:1" are a device type and, where it matters, an index."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_KNOWN = ("cpu", "cuda")
_FORM = re.compile(r"([a-z_]+)(?::(0|[1-9][0-9]*))?")


def parse_device(device: str, known: Iterable[str] = ()) -> tuple[str, int | None]:
    """The type and the index of a device string; RuntimeError in torch's words for anything else.

    >>> parse_device("cuda:1")
    ('cuda', 1)
    """
    if not device:
        raise RuntimeError("Device string must not be empty; write for instance 'cpu' or 'cuda:0'.")
    types = (*_KNOWN, *sorted(set(known) - set(_KNOWN)))
    if device.partition(":")[0] not in types:
        raise RuntimeError(f"Expected one of {', '.join(types)} device type at start of device string: {device}")
    found = _FORM.fullmatch(device)
    if found is None:
        raise RuntimeError(f"Invalid device string: {device!r}; write for instance 'cpu' or 'cuda:0'.")
    return found[1], None if found[2] is None else int(found[2])


def pick_device(kind: str, index: int | None, present: Sequence[str]) -> str | None:
    """The entry of `present` meant by a type and an index, None if absent. A type alone means its first device."""
    if kind == "cpu":
        return "cpu" if "cpu" in present else None
    wanted = f"{kind}:{index or 0}"
    return wanted if wanted in present else None
