"""Writing the elements of a batch in place, through views, where arrays share memory."""

from __future__ import annotations

from typing import Any

import wengert
from wengert import vmap


def test_writing_an_element_writes_the_batch() -> None:
    x = wengert.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])

    def write(row: Any) -> Any:
        row[0] = 7.0
        row.view(3)[1:].mul_(2)
        return row.sum()

    assert vmap(write)(x).tolist() == [17.0, 29.0]
    assert x.tolist() == [[7.0, 4.0, 6.0], [7.0, 10.0, 12.0]]


def test_gradients_go_through_writes_and_views() -> None:
    x = wengert.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)

    def squares(row: Any) -> Any:
        copied = row.clone()
        copied[0:1].mul_(row[1])
        return (copied * copied).sum()

    vmap(squares)(x).sum().backward()
    assert x.grad.tolist() == [[8.0, 8.0], [96.0, 80.0]]
