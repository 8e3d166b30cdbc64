"""Train a small convolutional net on the digits of digits.py: another model, all else the same.

    python conv_digits.py --backend torch --seed 3

The picture is conv_digits.png.
"""

from __future__ import annotations

from collections.abc import Sequence

from digits import Parameters, Result, run
from training import pip_command_if_missing, random_parameter, zero_parameter

with pip_command_if_missing():
    import wengert
    import wengert.nn.functional as F


def initial_parameters() -> Parameters:
    return [
        random_parameter(16, 1, 3, 3), zero_parameter(16),
        random_parameter(32, 16, 3, 3), zero_parameter(32),
        random_parameter(10, 32 * 4 * 4), zero_parameter(10),
    ]  # fmt: skip


def convolutional_net(parameters: Parameters, images: wengert.Tensor, training: bool) -> wengert.Tensor:
    weight1, bias1, weight2, bias2, weight3, bias3 = parameters
    planes = images.reshape(-1, 1, 8, 8)
    planes = F.relu(F.conv2d(planes, weight1, bias1, padding=1))
    planes = F.relu(F.conv2d(planes, weight2, bias2, padding=1))
    features = F.max_pool2d(planes, 2).flatten(1)
    return F.linear(F.dropout(features, 0.5, training), weight3, bias3)


def main(arguments: Sequence[str] | None = None) -> Result:
    name = "A small convolutional net"
    return run(name, __file__, convolutional_net, initial_parameters, arguments, epochs=20, learning_rate=3e-3)


if __name__ == "__main__":
    main()
