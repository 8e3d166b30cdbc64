"""Floor 7: drawings of a graph: as DOT, Mermaid, text and SVG."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from typing import Any, NamedTuple

from wengert.api.inspection import Place, in_words, reached, saved_by, shapes_behind
from wengert.graph.node import AccumulateGrad, Node
from wengert.protocol.shapes import Shape
from wengert.tensor.base import TensorBase

Names = Mapping[str, TensorBase] | None


class _Box(NamedTuple):
    """A node as it is drawn."""

    title: str
    detail: str
    is_leaf: bool


class _Picture:
    """What all drawings show: boxes in order, and arrows between their numbers with the shapes that pass."""

    def __init__(self, tensor: TensorBase, names: Names) -> None:
        self.nodes = reached(tensor)
        self.numbers = {node: number for number, node in enumerate(self.nodes)}
        self.shapes: dict[Place, Shape] = shapes_behind(tensor, self.nodes)
        self.root = self.shape_text(self.nodes[0], 0)
        called = {id(named): name for name, named in (names or {}).items()}
        self.boxes = [self._box(node, called) for node in self.nodes]
        self.arrows = [
            (self.numbers[node], self.numbers[behind], self.shape_text(behind, index))
            for node in self.nodes
            for behind, index in node.next_functions
            if behind is not None
        ]

    def shape_text(self, node: Node, index: int) -> str:
        """The shape of an output, "?" where it is not known."""
        shape = self.shapes.get((node, index))
        return "?" if shape is None else str(shape)

    def _box(self, node: Node, called: dict[int, str]) -> _Box:
        if isinstance(node, AccumulateGrad):
            shape, name = self.shape_text(node, 0), called.get(id(node.variable), "")
            return _Box(name or node.name(), f"{shape} {node.space.dtype.name}", True)
        saved = sum(kept.nbytes for kept in saved_by(node))
        return _Box(node.name(), f"saved {in_words(saved)}" if saved else "", False)


def to_dot(tensor: TensorBase, names: Names = None) -> str:
    """The graph behind `tensor` in the language of Graphviz: what each node keeps, and the shapes that pass.

    `names` are leaves by the names that they are to have. Source: the DOT language, graphviz.org.

    >>> x = ones(2, requires_grad=True)
    >>> print(to_dot((x * x).sum(), {"x": x}))
    digraph {
        node [shape=box, fontname=monospace]
        n0 [label="SumBackward0"]
        n1 [label="MulBackward0\\nsaved 16 B"]
        n2 [label="x\\n(2,) float32", style=filled, fillcolor=lightblue]
        n0 -> n1 [label="(2,)"]
        n1 -> n2 [label="(2,)"]
        n1 -> n2 [label="(2,)"]
    }
    """
    picture = _Picture(tensor, names)
    lines = ["digraph {", "    node [shape=box, fontname=monospace]"]
    for number, box in enumerate(picture.boxes):
        label = "\\n".join(_quoted(part) for part in (box.title, box.detail) if part)
        color = ", style=filled, fillcolor=lightblue" if box.is_leaf else ""
        lines.append(f'    n{number} [label="{label}"{color}]')
    lines += [f'    n{start} -> n{end} [label="{shape}"]' for start, end, shape in picture.arrows]
    return "\n".join([*lines, "}"])


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def to_mermaid(tensor: TensorBase, names: Names = None) -> str:
    """The same as a Mermaid flowchart, which many pages of documentation draw.

    Source: mermaid.js.org.

    >>> x = ones(2, requires_grad=True)
    >>> print(to_mermaid(x.exp(), {"x": x}))
    flowchart TD
        n0["ExpBackward0<br>saved 8 B"]
        n1(["x<br>(2,) float32"])
        n0 -->|"(2,)"| n1
    """
    picture = _Picture(tensor, names)
    lines = ["flowchart TD"]
    for number, box in enumerate(picture.boxes):
        label = "<br>".join(part.replace('"', "#quot;") for part in (box.title, box.detail) if part)
        lines.append(f'    n{number}(["{label}"])' if box.is_leaf else f'    n{number}["{label}"]')
    lines += [f'    n{start} -->|"{shape}"| n{end}' for start, end, shape in picture.arrows]
    return "\n".join(lines)


def tree(tensor: TensorBase, names: Names = None) -> str:
    """The same as text, one line for each edge; what was shown before is shown by its number.

    >>> x, y = ones(2, requires_grad=True), ones(2, requires_grad=True)
    >>> print(tree((x * y + x).sum(), {"x": x, "y": y}))
    #0 SumBackward0 ()
    └─ #1 AddBackward0 (2,)
       ├─ #2 MulBackward0 (2,), saved 16 B
       │  ├─ #3 x (2,) float32
       │  └─ #4 y (2,) float32
       └─ #3 again
    """
    picture = _Picture(tensor, names)
    lines: list[str] = []
    numbers: dict[Node, int] = {}  # in the order in which they are shown
    todo: list[tuple[Node, str, str, str]] = [(picture.nodes[0], picture.root, "", "")]  # node, shape, margin, branch
    while todo:
        node, shape, margin, branch = todo.pop()
        if node in numbers:
            lines.append(f"{margin}{branch}#{numbers[node]} again")
            continue
        number = numbers[node] = len(numbers)
        box = picture.boxes[picture.numbers[node]]
        detail = f" {box.detail}" if box.is_leaf else f" {shape}" + (f", {box.detail}" if box.detail else "")
        lines.append(f"{margin}{branch}#{number} {box.title}{detail}")
        below = margin + {"": "", "├─ ": "│  ", "└─ ": "   "}[branch]
        children = [(behind, index) for behind, index in node.next_functions if behind is not None]
        for place, (behind, index) in reversed(list(enumerate(children))):
            last = place == len(children) - 1
            todo.append((behind, picture.shape_text(behind, index), below, "└─ " if last else "├─ "))
    return "\n".join(lines)


def to_svg(tensor: TensorBase, names: Names = None) -> str:
    """The same as an SVG image, drawn by Graphviz' program `dot`.

    Errors: FileNotFoundError if `dot` is not installed.
    """
    program = shutil.which("dot")
    if program is None:
        raise FileNotFoundError(
            "to_svg: the program `dot` is not on the path. Install Graphviz (graphviz.org), or use to_mermaid or tree."
        )
    drawn: Any = subprocess.run(
        [program, "-Tsvg"], input=to_dot(tensor, names), capture_output=True, text=True, check=True
    )
    return drawn.stdout
