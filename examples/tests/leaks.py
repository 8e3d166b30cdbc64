"""Does memory stay flat while an example trains, with the cycle collector off?

    python examples/tests/leaks.py --steps 10000

Each example takes its own training step, on small random data. What is held is compared with what was held after some
steps: Python objects that can be part of a cycle (tensors and nodes among them), and the most memory of the process.
"""

from __future__ import annotations

import argparse
import gc
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import charlm
import conv_digits
import digits
import wengert
import wengert.nn.functional as F
from wengert import nn, optim

Step = Callable[[], None]


class Growth(NamedTuple):
    """What is there more at the end than after the first steps."""

    objects: int
    peak: int  # in KiB on Linux


def classifier_step(model: nn.Module) -> Step:
    """One step of `digits.py` or `conv_digits.py`."""
    optimizer = optim.Adam(model.parameters())
    images, labels = wengert.rand(4, 64), wengert.randint(0, 10, (4,))

    def step() -> None:
        optimizer.zero_grad()
        F.cross_entropy(model(images), labels).backward()
        optimizer.step()

    return step


def language_step() -> Step:
    """One step of `charlm.py`."""
    model = charlm.Transformer(5)
    optimizer = optim.Adam(model.parameters())
    text = wengert.randint(0, 5, (80,))

    def step() -> None:
        optimizer.zero_grad()
        charlm.loss_at(model, text, wengert.randint(0, 80 - charlm.CONTEXT, (2,))).backward()
        optimizer.step()

    return step


EXAMPLES: dict[str, Callable[[], Step]] = {
    "digits": lambda: classifier_step(digits.perceptron()),
    "conv_digits": lambda: classifier_step(conv_digits.convolutional_net()),
    "charlm": language_step,
}


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def growth(step: Step, steps: int, before: int = 20) -> Growth:
    """How memory grew over `steps` steps without the collector, after `before` of them."""
    for number in range(1100):  # a thousand Python numbers are remembered as constants; from there on it stays flat
        _ = wengert.ones(1) * (number + 0.25)
    for _ in range(before):
        step()
    gc.collect()
    gc.disable()
    try:
        step()
        objects, peak = len(gc.get_objects()), _peak()
        for _ in range(steps):
            step()
        return Growth(len(gc.get_objects()) - objects, _peak() - peak)
    finally:
        gc.enable()


def main() -> int:
    parser = argparse.ArgumentParser(description="Memory of the examples while they train, without the collector.")
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("examples", nargs="*", help=f"of {', '.join(EXAMPLES)}; default: all")
    options = parser.parse_args()
    worst = 0
    for name in options.examples or EXAMPLES:
        found = growth(EXAMPLES[name](), options.steps)
        print(f"{name}: {options.steps} steps, {found.objects:+d} objects, {found.peak:+d} KiB")
        worst = max(worst, found.objects, found.peak // 100)
    return 1 if worst > 100 else 0


if __name__ == "__main__":
    raise SystemExit(main())
