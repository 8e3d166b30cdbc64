"""Train a small convolutional net on the digits of digits.py: another model, all else the same.

    python conv_digits.py --backend torch --seed 3

The picture is conv_digits.png.
"""

from __future__ import annotations

from collections.abc import Sequence

from digits import Result, run
from training import begin, pip_command_if_missing

with pip_command_if_missing():
    from wengert import nn


def convolutional_net() -> nn.Module:
    return nn.Sequential(
        nn.Unflatten(1, (1, 8, 8)),
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(),
        nn.Linear(32 * 4 * 4, 10),
    ).apply(begin)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> Result:
    name = "A small convolutional net"
    return run(name, __file__, convolutional_net, arguments, epochs=20, learning_rate=3e-3)


if __name__ == "__main__":
    main()
