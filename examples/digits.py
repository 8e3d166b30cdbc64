"""Train a multilayer perceptron on the 1,797 handwritten digits that scikit-learn ships.

    python digits.py --backend torch --seed 3

One fifth of the images is held out for testing. The loss curve and the wrongly read digits are drawn into digits.png.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from training import (
    argument_parser,
    begin,
    chosen_backend,
    picture_path,
    pip_command_if_missing,
    progress_bar,
    whole_number,
)

with pip_command_if_missing():
    import wengert
    import wengert.nn.functional as F
    from matplotlib.figure import Figure
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split
    from wengert import nn, optim

BATCH_SIZE = 64

MakeModel = Callable[[], nn.Module]  # the model gives one score per class for each image


class Split(NamedTuple):
    train_images: wengert.Tensor
    test_images: wengert.Tensor
    train_labels: wengert.Tensor
    test_labels: wengert.Tensor


class Result(NamedTuple):
    accuracy: float
    losses: list[float]  # of every batch
    epoch_losses: list[float]  # their mean over each epoch
    predictions: list[int]


def load_split() -> Split:
    """Images of shape (n, 64) with values in [0, 1], and their labels. The split is the same for every seed."""
    digits = load_digits()
    arrays = train_test_split(digits.data / 16, digits.target, test_size=0.2, stratify=digits.target, random_state=0)
    train_images, test_images, train_labels, test_labels = arrays
    return Split(
        wengert.tensor(train_images, dtype=wengert.float32),
        wengert.tensor(test_images, dtype=wengert.float32),
        wengert.tensor(train_labels, dtype=wengert.int64),
        wengert.tensor(test_labels, dtype=wengert.int64),
    )


def perceptron() -> nn.Module:
    return nn.Sequential(
        nn.Linear(64, 256), nn.ReLU(), nn.Dropout(),
        nn.Linear(256, 256), nn.ReLU(), nn.Dropout(),
        nn.Linear(256, 10),
    ).apply(begin)  # fmt: skip


def train(model: nn.Module, split: Split, epochs: int, learning_rate: float) -> Result:
    """Fit `model` to the training images, then read the test images."""
    count = len(split.train_labels)
    batches = math.ceil(count / BATCH_SIZE)
    steps = epochs * batches
    optimizer = optim.Adam(model.parameters(), learning_rate)
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    losses: list[float] = []
    with progress_bar("training", steps) as advance:
        for _ in range(epochs):
            order = wengert.randperm(count)
            for start in range(0, count, BATCH_SIZE):
                batch = order[start : start + BATCH_SIZE]
                loss = F.cross_entropy(model(split.train_images[batch]), split.train_labels[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
                losses.append(loss.item())
                advance(f"loss {losses[-1]:.3f}")
    with wengert.no_grad():
        predictions = model.eval()(split.test_images).argmax(1)
        accuracy = (predictions == split.test_labels).to(wengert.float32).mean().item()
    epoch_losses = [sum(losses[start : start + batches]) / batches for start in range(0, steps, batches)]
    return Result(accuracy, losses, epoch_losses, predictions.tolist())


def save_picture(path: Path, title: str, result: Result, split: Split) -> None:
    """The loss of every batch with its mean per epoch on the left, wrongly read test digits on the right."""
    figure = Figure(figsize=(11, 4.8), layout="constrained")
    figure.suptitle(f"{title}: {result.accuracy:.2%} of {len(split.test_labels)} test digits read correctly")
    left, right = figure.subfigures(1, 2, wspace=0.04)

    epochs = range(len(result.epoch_losses))
    batches_per_epoch = len(result.losses) / len(epochs)
    curve = left.subplots()
    positions = [step / batches_per_epoch for step in range(len(result.losses))]
    curve.plot(positions, result.losses, color="#9ecae1", linewidth=0.6, label="each batch")
    middles = [epoch + 0.5 for epoch in epochs]
    curve.plot(middles, result.epoch_losses, color="#08519c", marker=".", label="mean of an epoch")
    curve.set(xlabel="epoch", ylabel="cross entropy in training", yscale="log")
    curve.grid(alpha=0.3)
    curve.legend()

    labels = split.test_labels.tolist()
    wrong = [i for i, (guess, label) in enumerate(zip(result.predictions, labels, strict=True)) if guess != label]
    shown = wrong[:16]
    right.suptitle(f"{len(shown)} of {len(wrong)} wrong digits (read as / in truth)", fontsize="medium")
    columns = max(1, math.ceil(math.sqrt(len(shown))))
    rows = max(1, math.ceil(len(shown) / columns))
    for index, axes in enumerate(right.subplots(rows, columns, squeeze=False).flat):
        axes.axis("off")
        if index < len(shown):
            image = split.test_images[shown[index]].reshape(8, 8).tolist()
            axes.imshow(image, cmap="gray_r", vmin=0, vmax=1)
            axes.set_title(f"{result.predictions[shown[index]]} / {labels[shown[index]]}", color="#a50f15")
    figure.savefig(path, dpi=120)


def run(
    description: str,
    script: str,
    make_model: MakeModel,
    arguments: Sequence[str] | None,
    *,
    epochs: int,
    learning_rate: float,
) -> Result:
    """The program: read the arguments, train, draw, and say how it went."""
    started = time.perf_counter()
    parser = argument_parser(description)
    parser.add_argument("--epochs", type=whole_number(1, 10_000), default=epochs, help="passes over the images")
    picture = Path(script).with_suffix(".png")
    parser.add_argument("--output", type=picture_path, default=picture, help="where the picture goes")
    options = parser.parse_args(arguments)
    with chosen_backend(parser, options.backend):
        wengert.manual_seed(options.seed)
        split = load_split()
        result = train(make_model(), split, options.epochs, learning_rate)
        save_picture(options.output, f"{description}, {options.backend}, seed {options.seed}", result, split)
    seconds = time.perf_counter() - started
    final_loss = result.epoch_losses[-1]
    print(f"test accuracy {result.accuracy:.2%}, final loss {final_loss:.4f}, {seconds:.1f} s; see {options.output}")
    return result


def main(arguments: Sequence[str] | None = None) -> Result:
    name = "A multilayer perceptron"
    return run(name, __file__, perceptron, arguments, epochs=60, learning_rate=5e-3)


if __name__ == "__main__":
    main()
