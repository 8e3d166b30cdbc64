"""Floor 7: anomaly mode: where in the forward a node was recorded that fails, or makes a nan, in backward."""

from __future__ import annotations

import sys
import traceback
import warnings
from collections.abc import Callable
from typing import Any

from wengert.graph.engine import returned
from wengert.graph.hooks import EMPTY
from wengert.graph.modes import change_mode, current_mode
from wengert.graph.node import Node
from wengert.graph.task import current_task
from wengert.rule.placed import Placed

_PACKAGE = __name__.partition(".")[0]
_TRACEBACK, _PARENT = "traceback_", "parent_"


class Anomaly:
    """What anomaly mode does: notes the traceback of each node that is recorded, and watches backward."""

    def __init__(self, check_nan: bool) -> None:
        self.check_nan = check_nan

    def note(self, node: Node) -> None:
        """Keep where `node` was recorded, and which node's backward recorded it."""
        metadata = node.metadata
        metadata[_TRACEBACK] = _user_stack()
        task = current_task()
        if task is not None and task.node is not None:
            metadata[_PARENT] = task.node

    def watch(self, step: Callable[..., Any]) -> Callable[..., Any]:
        """`step` of a backward, with an eye on what it raises and returns."""

        def watched(task: Any, node: Node, g: Any, producer: Any) -> Any:
            before, task.node = task.node, node
            try:
                result = step(task, node, g, producer)
                if self.check_nan:
                    _check(node, result, task.tools)
            except Exception:
                _report(node)
                raise
            finally:
                task.node = before
            return result

        return watched


def _user_stack() -> list[str]:
    """The lines of the traceback up to the user's call."""
    frame = sys._getframe(2)  # pyright: ignore[reportPrivateUsage]  # there is no public way that leaves our own frames out
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == _PACKAGE:
        frame = frame.f_back
    return traceback.format_stack(frame)


def _check(node: Node, result: Any, tools: Any) -> None:
    """RuntimeError if a gradient that `node` returned has a nan."""
    values = dict(enumerate(returned(node, result)))
    for shown, (position, edge) in enumerate(node.shown_edges()):
        value = values.get(position)
        if value is None or edge is None:
            continue
        value = value.g if value.__class__ is Placed else value
        array, xp = (value.array if tools.recording else value), edge.space.xp
        if edge.space.dtype.is_inexact and bool(xp.any(xp.isnan(array))):
            raise RuntimeError(f"Function '{node.name()}' returned nan values in its {shown}th output.")


def _report(node: Node) -> None:
    """Warn where `node`, whose backward failed, was recorded, and in which backwards, if it was in one."""
    metadata = EMPTY.metadata if node.extra is None else node.extra.metadata
    if _TRACEBACK not in metadata:
        _warn(
            f"Error detected in {node.name()}. No forward pass information available. Enable detect anomaly during "
            "forward pass for more information."
        )
        return
    lines = "".join(metadata[_TRACEBACK])
    _warn(f"Error detected in {node.name()}. Traceback of forward call that caused the error:\n{lines}")
    parent = metadata.get(_PARENT)
    while parent is not None:
        held = EMPTY.metadata if parent.extra is None else parent.extra.metadata
        if _TRACEBACK not in held:
            _warn(
                f"\n\nPrevious calculation was induced by {parent.name()}. No forward pass information available. "
                "Enable detect anomaly during forward pass for more information."
            )
            return
        lines = "".join(held[_TRACEBACK])
        _warn(
            f"\n\nPrevious calculation was induced by {parent.name()}. Traceback of forward call that induced the "
            f"previous calculation:\n{lines}"
        )
        parent = held.get(_PARENT)


def _warn(message: str) -> None:
    warnings.warn(message, UserWarning, stacklevel=2)


def _current() -> Anomaly | None:
    for noted in current_mode().noting:
        owner = getattr(noted, "__self__", None)
        if isinstance(owner, Anomaly):
            return owner
    return None


def _set(anomaly: Anomaly | None) -> None:
    """Let `anomaly`, None for none, take the place of the one that watches now."""
    mode, old = current_mode(), _current()
    noting = tuple([noted for noted in mode.noting if old is None or noted != old.note])
    watching = tuple([watch for watch in mode.watching if old is None or watch != old.watch])
    if anomaly is not None:
        noting, watching = (*noting, anomaly.note), (*watching, anomaly.watch)
    change_mode(noting=noting, watching=watching)


def is_anomaly_enabled() -> bool:
    """Whether anomaly mode is on."""
    return _current() is not None


def is_anomaly_check_nan_enabled() -> bool:
    """Whether anomaly mode, if it is on, looks for nan."""
    anomaly = _current()
    return anomaly is None or anomaly.check_nan


def set_anomaly_enabled(enabled: bool, check_nan: bool = True) -> None:
    """Switch anomaly mode on or off."""
    _set(Anomaly(check_nan) if enabled else None)


class detect_anomaly:  # torch's name
    """Say, when backward fails or makes a nan, which line of the forward it came from. For debugging: it is slow.

    A context manager. What is recorded inside remembers its line; what runs backward inside is watched. With
    `check_nan` a gradient with a nan raises.

    Errors: RuntimeError for a nan, naming the node.
    Source: torch.autograd.detect_anomaly.

    >>> x = tensor(0., requires_grad=True)
    >>> with set_detect_anomaly(True):
    ...     y = (x.sqrt() * 0).sum()
    >>> "traceback_" in y.grad_fn.metadata
    True
    """

    def __init__(self, check_nan: bool = True) -> None:
        self.check_nan = check_nan
        self.prev = _current()
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for "
            "debugging.",
            UserWarning,
            stacklevel=2,
        )

    def __enter__(self) -> None:
        _set(Anomaly(self.check_nan))

    def __exit__(self, *details: object) -> None:
        _set(self.prev)


class set_detect_anomaly:  # torch's name
    """Switch anomaly mode on or off, at once; as a context manager, restore it at exit.

    Source: torch.autograd.set_detect_anomaly.

    >>> with set_detect_anomaly(True):
    ...     is_anomaly_enabled()
    True
    >>> is_anomaly_enabled()
    False
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self.prev = _current()
        _set(Anomaly(check_nan) if mode else None)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *details: object) -> None:
        _set(self.prev)
