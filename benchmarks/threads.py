"""Do threads that share parameters compute what one thread computes, bit for bit? Runs for a while and says so.

python -m benchmarks.threads --seconds 60
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from typing import Any

import numpy
import wengert

COUNT = 8


def loss_of(parameters: dict[str, Any], inputs: Any) -> Any:
    """A small network; all numbers are small integers, so that sums in any order are exact."""
    hidden = (inputs @ parameters["first"] + parameters["bias"]).relu()
    return ((hidden @ parameters["second"]) * parameters["scale"]).sum()


def parameters() -> dict[str, Any]:
    random = numpy.random.default_rng(0)
    shapes = {"first": (6, 8), "bias": (8,), "second": (8, 3), "scale": (3,)}
    return {
        name: wengert.tensor(random.integers(-3, 4, shape).astype("float64"), requires_grad=True)
        for name, shape in shapes.items()
    }


def stress(seconds: float, rounds: int | None = None) -> dict[str, int]:
    """Threads use shared parameters in every way for `seconds`, or so many rounds each: backward on graphs of their
    own, `autograd.grad`, one graph that all walk, hooks and modes. Returns how many passes there were and how many
    went wrong."""
    shared = parameters()
    random = numpy.random.default_rng(1)
    inputs = [wengert.tensor(random.integers(-3, 4, (5, 6)).astype("float64")) for _ in range(COUNT)]
    names = list(shared)
    expected = [
        [g.numpy().copy() for g in wengert.autograd.grad(loss_of(shared, x), list(shared.values()))] for x in inputs
    ]
    common = loss_of(shared, inputs[0])
    passes, wrong = [0] * COUNT, [0] * COUNT
    hooked = [0] * COUNT
    stop = time.monotonic() + seconds

    def agree(index: int, gradients: Any) -> None:
        pairs = zip(gradients, expected[index], strict=True)
        wrong[index] += not all(numpy.array_equal(g.numpy(), e) for g, e in pairs)

    def work(index: int) -> None:
        leaves = list(shared.values())
        done = 0
        while done < rounds if rounds is not None else time.monotonic() < stop:
            loss = loss_of(shared, inputs[index])
            loss.register_hook(lambda g: hooked.__setitem__(index, hooked[index] + 1))
            loss.backward()
            agree(index, wengert.autograd.grad(loss_of(shared, inputs[index]), leaves))
            agree(0, wengert.autograd.grad(common, leaves, retain_graph=True))
            with wengert.no_grad():
                wrong[index] += loss_of(shared, inputs[index]).requires_grad
            done += 1
        passes[index] = done

    threads = [threading.Thread(target=work, args=(index,)) for index in range(COUNT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for position, name in enumerate(names):
        total = sum(count * expected[index][position] for index, count in enumerate(passes))
        wrong[0] += not numpy.array_equal(shared[name].grad.numpy(), total)
    wrong[0] += hooked != passes
    return {"threads": COUNT, "passes": 3 * sum(passes), "wrong": sum(wrong)}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.threads", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    found = stress(parser.parse_args(argv).seconds)
    print(found)
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
