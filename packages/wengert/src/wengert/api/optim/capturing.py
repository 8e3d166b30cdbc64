"""Floor 7: steps of optimisers inside of a CUDA graph, where what changes from step to step has to be on the device."""

from __future__ import annotations

import warnings
from typing import Any

from wengert.api.accelerator.devices import is_available
from wengert.api.accelerator.graphs import is_current_stream_capturing
from wengert.graph.task import live_places
from wengert.ops.creation import zeros

Group = dict[str, Any]


def is_on_device(group: Group, parameter: Any) -> bool:
    """Whether the steps of a parameter are counted where it is: `capturable`, and reading them would wait."""
    return group.get("capturable", False) and not parameter.space.is_readable


def no_steps_on_device(parameter: Any) -> Any:
    """The count of steps at the beginning, beside the parameter."""
    return zeros((), device=parameter.space.device, backend=parameter.space.backend.name)


def check_capture(groups: list[Group], name: str, may_warn: bool) -> bool:
    """RuntimeError for a step that a graph would repeat as it is, count and all; whether a warning was given that
    `capturable` has no use outside of a capture."""
    is_capturable = all(group["capturable"] for group in groups)
    if live_places and not is_capturable and is_current_stream_capturing():  # a capture is on a stream that was chosen
        raise RuntimeError(
            f"Attempting CUDA graph capture of step() for an instance of {name} but param_groups' capturable is False."
        )
    if not may_warn or not is_capturable or not is_available() or is_current_stream_capturing():
        return False
    warnings.warn(
        "This instance was constructed with capturable=True or some of all the param_groups came with capturable=True, "
        "but step() is running without CUDA graph capture. If you never intend to graph-capture this instance, "
        "capturable=True can impair performance, and you should set capturable=False.",
        stacklevel=4,
    )
    return True


def adam_step(group: Group, parameter: Any, mean: Any, square: Any, step: Any) -> None:
    """The last part of Adam's update with the bias of both means undone by numbers on the device."""
    mean_decay, square_decay = group["betas"]
    downward = (group["lr"] / (1 - mean_decay**step)).neg()
    correction = (1 - square_decay**step).sqrt()
    size = (square.sqrt() / (correction * downward)).add_(group["eps"] / downward)
    parameter.addcdiv_(mean, size)
