"""What the examples share: arguments, the choice of a backend, a progress bar and initial parameters."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PIP_NAMES = {"wengert": "'wengert[numpy]'", "sklearn": "scikit-learn"}


@contextmanager
def pip_command_if_missing() -> Iterator[None]:
    """Imports inside this block end with the pip command to type where a package is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        raise SystemExit(
            f"error: the package {package!r} is not installed. Run: pip install {PIP_NAMES.get(package, package)}"
        ) from error


with pip_command_if_missing():
    import wengert
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from threadpoolctl import threadpool_limits
    from wengert import nn


def whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    """A type for argparse: an integer between two bounds."""

    def convert(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = lowest - 1
        if not lowest <= value <= highest:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {lowest} to {highest}")
        return value

    return convert


def picture_path(text: str) -> Path:
    """A type for argparse: a path that a PNG file can be written to."""
    path = Path(text)
    if path.suffix.lower() != ".png":
        raise argparse.ArgumentTypeError(f"{text!r} does not end in .png")
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"the folder {str(path.parent)!r} does not exist")
    if path.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is a folder")
    return path


def argument_parser(description: str) -> argparse.ArgumentParser:
    """A parser with the arguments that every example has."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--backend", default="numpy", help="numpy, torch, cupy or another that is installed")
    parser.add_argument("--seed", type=whole_number(0, 2**32 - 1), default=0, help="the same seed, the same result")
    return parser


@contextmanager
def chosen_backend(parser: argparse.ArgumentParser, name: str) -> Iterator[None]:
    """New tensors in this block live in the backend `name`; if it cannot be used, the program ends with the reason,
    on one line: how to call the program is not in question.

    Products run on one thread: matrices as small as these are done before a second thread has started, and where the
    machine has other work the threads wait for each other.
    """
    try:
        with wengert.use_backend(name):
            wengert.zeros(1)
    except (RuntimeError, ImportError) as error:
        reason = " ".join(str(error).split())
        parser.exit(2, f"{parser.prog}: error: argument --backend: {name!r} cannot be used: {reason}\n")
    with wengert.use_backend(name), threadpool_limits(1):
        yield


@contextmanager
def progress_bar(description: str, total: int) -> Iterator[Callable[[str], None]]:
    """Gives a function to call once per step with a few words on how it goes."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[status]}"),
    )
    with Progress(*columns) as progress:
        task = progress.add_task(description, total=total, status="")
        yield lambda status: progress.update(task, advance=1, status=status)


def begin(module: nn.Module) -> None:
    """For `Module.apply`: weights whose outputs have about the variance of their inputs after a relu (He et al., 2015),
    biases of zero."""
    if isinstance(module, (nn.Linear, nn.Conv2d)):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        if module.bias is not None:
            nn.init.zeros_(module.bias)
