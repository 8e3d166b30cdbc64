"""The recipe for a backend: its session prints what it says, and the plugin that it shows is a working one."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest
import wengert
from sessions import examples_of, shown
from wengert.backends import registry

RECIPE = Path(__file__).parents[1] / "how-to" / "add-a-backend.md"


def included() -> list[Path]:
    """The files that the page shows."""
    paths = re.findall(r"^```\{literalinclude\} (\S+)$", RECIPE.read_text(encoding="utf-8"), re.MULTILINE)
    return [(RECIPE.parent / path).resolve() for path in paths]


@pytest.fixture
def _no_backends_left_over() -> Iterator[None]:
    yield
    for name in ("lists", "toy", "stranger"):
        registry.unregister(name)


@pytest.mark.usefixtures("_no_backends_left_over")
def test_session() -> None:
    examples = examples_of(RECIPE)
    names = {"__name__": "__main__"}
    assert len(examples) > 30
    assert [(e.lineno, shown(e, names)) for e in examples] == [(e.lineno, e.want) for e in examples]


@pytest.mark.usefixtures("_no_backends_left_over")
def test_the_plugin_that_is_shown_works() -> None:
    (plugin,) = [path for path in included() if path.suffix == ".py"]
    registry.register(runpy.run_path(str(plugin))["wengert_backend"]())
    with wengert.use_backend("stranger"):
        x = wengert.tensor([1.0, 2.0], requires_grad=True)
        (x * x).sum().backward()
    assert x.grad is not None
    assert (x.device.backend, x.grad.tolist()) == ("stranger", [2.0, 4.0])


def test_every_fence_is_run_or_shows_a_file() -> None:
    text = RECIPE.read_text(encoding="utf-8")
    fences = {line for line in text.splitlines() if line.startswith("```")}
    assert {fence for fence in fences if "literalinclude" not in fence} == {"```pycon", "```sh", "```"}
    assert [path for path in included() if not path.is_file()] == []
    assert len(included()) == 2
