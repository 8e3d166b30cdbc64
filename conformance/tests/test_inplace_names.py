"""Each method of torch's that writes in place, for every operation that Wengert has."""

from __future__ import annotations

import operator

import pytest
import torch
import wengert


def written_names() -> list[str]:
    names = [name for name in dir(torch.Tensor) if name.endswith("_") and not name.startswith("_")]
    return [name for name in names if hasattr(wengert.Tensor, name[:-1]) or hasattr(wengert, name[:-1])]


@pytest.mark.parametrize("name", written_names())
def test_an_operation_has_its_in_place_form(name: str) -> None:
    assert hasattr(wengert.Tensor, name)


@pytest.mark.parametrize(
    "name", [name for name in dir(operator) if name[0] == "i" and hasattr(torch.Tensor, f"__{name}__")]
)
def test_an_operator_is_there(name: str) -> None:
    assert hasattr(wengert.Tensor, f"__{name}__")
