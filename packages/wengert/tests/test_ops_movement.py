"""Movement on the toy backend: argument forms, node names, gradients of first and second order, refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import wengert
from wengert import tensor

pytestmark = pytest.mark.usefixtures("toy")
ROWS = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]


def matrix() -> Any:
    return tensor(ROWS, dtype=wengert.float64, requires_grad=True)


def gradients(function: Callable[[Any], Any]) -> tuple[Any, Any]:
    """The gradient of sum(f(x)^3), and that of the sum of its square, which goes through every rule twice."""
    x = matrix()
    y = function(x)
    (first,) = wengert.autograd.grad((y * y * y).sum(), x, create_graph=True)
    (second,) = wengert.autograd.grad((first * first).sum(), x)
    return first.tolist(), second.tolist()


def expected(counts: list[list[int]]) -> tuple[Any, Any]:
    """What `gradients` gives where each element of x stands so many times in f(x)."""
    rows = list(zip(ROWS, counts, strict=True))
    first = [[3 * n * v**2 for v, n in zip(row, ns, strict=True)] for row, ns in rows]
    second = [[36 * n**2 * v**3 for v, n in zip(row, ns, strict=True)] for row, ns in rows]
    return first, second


ONCE = [[1, 1, 1], [1, 1, 1]]


@pytest.mark.parametrize(
    ("function", "counts"),
    [
        (lambda x: x.reshape(3, -1), ONCE),
        (lambda x: x.t().reshape(6), ONCE),
        (lambda x: x.permute(1, 0).flip(0), ONCE),
        (lambda x: x.unsqueeze(1).expand(2, 2, 3), [[2, 2, 2], [2, 2, 2]]),
        (lambda x: x.squeeze(0).unflatten(1, (3, 1)), ONCE),
        (lambda x: x.roll(1).roll((1, -1), (0, 1)), ONCE),
        (lambda x: x.repeat(2, 1, 2), [[4, 4, 4], [4, 4, 4]]),
        (lambda x: x.repeat_interleave(tensor([0, 2]), dim=0), [[0, 0, 0], [2, 2, 2]]),
        (lambda x: wengert.cat([x, x[:1]], 0), [[2, 2, 2], [1, 1, 1]]),
        (lambda x: wengert.stack([x, x], -1), [[2, 2, 2], [2, 2, 2]]),
        (lambda x: x.split(2, 1)[0], [[1, 1, 0], [1, 1, 0]]),
        (lambda x: wengert.cat(x.split([1, 2], 1)[::-1], 1), ONCE),
        (lambda x: x.unbind(1)[1], [[0, 1, 0], [0, 1, 0]]),
        (lambda x: wengert.stack([x.unbind(0)[1], x.unbind(0)[1]]), [[0, 0, 0], [2, 2, 2]]),
        (lambda x: x.tril(), [[1, 0, 0], [1, 1, 0]]),
        (lambda x: x.triu(1), [[0, 1, 1], [0, 0, 1]]),
        (lambda x: x.diagonal(1), [[0, 1, 0], [0, 0, 1]]),
        (lambda x: x.diagonal(-1), [[0, 0, 0], [1, 0, 0]]),
        (lambda x: x.diag_embed(1, 0, 2), ONCE),
        (lambda x: x.unfold(1, 2, 1), [[1, 2, 1], [1, 2, 1]]),
        (lambda x: x.narrow(1, -2, 1), [[0, 1, 0], [0, 1, 0]]),
        (lambda x: x.select(1, -1), [[0, 0, 1], [0, 0, 1]]),
    ],
)
def test_each_element_gets_the_gradients_of_its_places(function: Callable[[Any], Any], counts: list[list[int]]) -> None:
    assert gradients(function) == expected(counts)


@pytest.mark.parametrize(
    ("function", "node"),
    [
        (lambda x: x.view(6), "ViewBackward0"), (lambda x: x.T, "PermuteBackward0"), (lambda x: x.t(), "TBackward0"),
        (lambda x: x.mT, "TransposeBackward0"), (lambda x: x.expand(2, 3), "ExpandBackward0"),
        (lambda x: x.squeeze(), "SqueezeBackward0"), (lambda x: x.squeeze(0), "SqueezeBackward1"),
        (lambda x: x.squeeze((0, 1)), "SqueezeBackward2"), (lambda x: x.unsqueeze(0), "UnsqueezeBackward0"),
        (lambda x: x.chunk(2)[1], "SplitBackward0"), (lambda x: x.split([1, 1])[0], "SplitWithSizesBackward0"),
        (lambda x: x.unbind()[0], "UnbindBackward0"), (lambda x: x.tile(2), "RepeatBackward0"),
        (lambda x: wengert.hstack([x, x]), "CatBackward0"), (lambda x: x.movedim(0, 1), "PermuteBackward0"),
    ],
)  # fmt: skip
def test_nodes_are_called_as_in_torch(function: Callable[[Any], Any], node: str) -> None:
    assert function(matrix()).grad_fn.name() == node


def test_the_outputs_of_a_split_share_one_node() -> None:
    parts = matrix().split([1, 1, 1], dim=1)
    assert len({id(part.grad_fn) for part in parts}) == 1
    assert [part.output_nr for part in parts] == [0, 1, 2]


def test_sizes_come_one_by_one_or_in_one_sequence() -> None:
    x = matrix()
    for wanted in ((3, 2), ((3, 2),), ([3, 2],), (-1, 2)):
        assert x.reshape(*wanted).tolist() == x.view(*wanted).tolist() == [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    assert x.permute((1, 0)).shape == x.permute(1, 0).shape == (3, 2)


def test_cat_leaves_out_legacy_empty_tensors_and_promotes() -> None:
    joined = wengert.cat([tensor([]), tensor([[1, 2]]), tensor([[3.5, 4.5]], dtype=wengert.float64)])
    assert joined.tolist() == [[1.0, 2.0], [3.5, 4.5]]
    assert joined.dtype is wengert.float64


@pytest.mark.parametrize(
    ("function", "error", "words"),
    [
        (lambda x: x.reshape(4), RuntimeError, r"shape '\[4\]' is invalid for input of size 6"),
        (lambda x: x.view(-1, -1), RuntimeError, "only one dimension can be inferred"),
        (lambda x: x.permute(0), RuntimeError, "number of dimensions in the tensor input does not match"),
        (lambda x: x.permute(0, 0), RuntimeError, "duplicate dims are not allowed"),
        (lambda x: x.transpose(0, 2), IndexError, "Dimension out of range"),
        (lambda x: x.expand(2, 4), RuntimeError, r"expanded size of the tensor \(4\) must match the existing size"),
        (lambda x: x.flatten(1, 0), RuntimeError, "start_dim cannot come after end_dim"),
        (lambda x: wengert.cat([]), ValueError, "expected a non-empty list of Tensors"),
        (lambda x: wengert.cat([x, x.t()]), RuntimeError, "Sizes of tensors must match except in dimension 0"),
        (lambda x: wengert.stack([x, x.t()]), RuntimeError, "stack expects each tensor to be equal size"),
        (lambda x: x.split([1, 2]), RuntimeError, "split_sizes to sum exactly to 2"),
        (lambda x: x.chunk(0), RuntimeError, "chunk expects `chunks` to be greater than 0"),
        (lambda x: x.narrow(0, 1, 2), RuntimeError, r"start \(1\) \+ length \(2\) exceeds dimension size \(2\)"),
        (lambda x: x.narrow(0, wengert.tensor([0]), 1), RuntimeError, "start must be an 0-dim integral Tensor"),
        (lambda x: x.roll(()), RuntimeError, "`shifts` required"),
        (lambda x: wengert.vstack([]), RuntimeError, "vstack expects a non-empty TensorList"),
        (lambda x: x.repeat(2), RuntimeError, "Number of dimensions of repeat dims can not be smaller"),
        (lambda x: x.diagonal(0, 0, 0), RuntimeError, "diagonal dimensions cannot be identical"),
    ],
)  # fmt: skip
def test_refusals_speak_as_torch_does(function: Callable[[Any], Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        function(matrix())
