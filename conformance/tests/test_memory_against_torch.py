"""What tensors share, carry and are laid out like, on both libraries: copies, the user's attributes, strides."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
import torch
import wengert

LIBRARIES = (torch, wengert)


def both(function: Callable[[ModuleType], Any]) -> None:
    theirs, ours = [function(library) for library in LIBRARIES]
    assert ours == theirs


@pytest.mark.parametrize("turned", [copy.copy, lambda t: pickle.loads(pickle.dumps(t))])
def test_attributes_of_the_user_go_with_a_copy(turned: Callable[[Any], Any]) -> None:
    for library in LIBRARIES:
        x = library.nn.Parameter(library.ones(2))
        x.notes = ["mine"]
        made = turned(x)
        assert made.notes == ["mine"]
        assert (made.notes is x.notes) == (turned is copy.copy)
        assert not hasattr(x * 1, "notes")
        assert not hasattr(x[:1], "notes")


def test_a_method_may_be_covered_by_an_attribute() -> None:
    for library in LIBRARIES:
        x = library.nn.Parameter(library.ones(2))
        x.sum = 3
        assert x.sum == 3


def several_views(library: ModuleType) -> Any:
    whole = library.arange(12.0).reshape(3, 4)
    made = copy.deepcopy({"first": whole[1], "all": whole, "turned": whole.t()[1:], "alone": whole.clone()})
    made["first"].mul_(10)
    made["turned"][0, 0] = -1
    return [made[name].tolist() for name in made], [made[name].stride() for name in made], whole.tolist()


def test_deepcopy_of_tensors_on_one_memory_share_one_copy() -> None:
    both(several_views)


def test_deepcopies_share_versions_and_are_leaves() -> None:
    def facts(library: ModuleType) -> Any:
        whole = library.ones(4)
        part, again = copy.deepcopy([whole[:2], whole])
        part.add_(1)
        return again.tolist(), again._version, part.is_leaf, part.data_ptr() == again.data_ptr(), whole.tolist()

    both(facts)


def test_strided_creation() -> None:
    def facts(library: ModuleType) -> Any:
        made = [
            library.empty_strided((2, 3), (1, 2)),
            library.empty_strided((2, 3), (0, 1), dtype=library.int32),
            library.empty_permuted((2, 3, 4), (2, 0, 1)),
            library.ones(1, dtype=library.float64).new_empty_strided((3, 2), (4, 1)),
        ]
        return [(tuple(t.shape), t.stride(), str(t.dtype).partition(".")[2], t._is_view()) for t in made]

    both(facts)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda library: library.empty_strided((2, 3), (1,)),
        lambda library: library.empty_strided((2,), (-1,)),
        lambda library: library.empty_strided((-2,), (1,)),
        lambda library: library.empty_permuted((2, 3), (0, 0)),
        lambda library: library.empty_permuted((2, 3), (0,)),
        lambda library: library.empty_permuted((2, 3), (0, 2)),
    ],
)
def test_strided_creation_refuses(wrong: Callable[[ModuleType], Any]) -> None:
    with pytest.raises(RuntimeError):
        wrong(torch)
    with pytest.raises(RuntimeError):
        wrong(wengert)


@pytest.mark.parametrize("turned", [False, True])
def test_as_strided_scatter(turned: bool) -> None:
    """Values and names; torch's gradient to the first tensor is that of the elements which are overwritten."""

    def facts(library: ModuleType) -> Any:
        whole = library.arange(9.0).reshape(3, 3)
        x = whole.t()[1:] if turned else whole
        x, source = x.detach().requires_grad_(not turned), library.tensor([[10.0, 20.0], [30.0, 40.0]])
        out = library.as_strided_scatter(x, source, (2, 2), (1, 3), 2)
        return out.tolist(), None if turned else out.grad_fn.name()

    both(facts)


@pytest.mark.parametrize("turned", [False, True])
def test_derivatives_of_as_strided_scatter(turned: bool) -> None:
    whole = wengert.arange(9.0, dtype=wengert.float64, requires_grad=True)
    source = wengert.ones(2, 2, dtype=wengert.float64, requires_grad=True)

    def written(whole: wengert.Tensor, source: wengert.Tensor) -> wengert.Tensor:
        x = whole.reshape(3, 3).t()[1:] if turned else whole.reshape(3, 3)
        return wengert.as_strided_scatter(x, source, (2, 2), (1, 3), 2) ** 3

    assert wengert.autograd.gradcheck(written, (whole, source))
    assert wengert.autograd.gradgradcheck(written, (whole, source))


def test_python_functions_in_place() -> None:
    def facts(library: ModuleType) -> Any:
        x, y = library.arange(4.0).reshape(2, 2), library.ones(2)
        x.apply_(lambda a: a + 1)
        x.t().map_(y, lambda a, b: a * 2 - b)
        x.map2_(x.clone(), y, lambda a, b, c: a + b + c)
        return x.tolist()

    both(facts)


WRITTEN = [
    name for name in dir(torch) if name.endswith("_") and not name.startswith("_") and hasattr(wengert.Tensor, name)
]
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "addmv_": ([[1.0, 2.0], [0.0, 1.0]], [1.0, 1.0]), "clamp_max_": (1,), "clamp_min_": (1,), "clamp_": (0, 1),
    "clip_": (0, 1), "fill_": (3,), "ldexp_": ([1, 2],), "xlogy_": ([1.0, 2.0],), "resize_as_": ([1.0],),
    "as_strided_": ((1,), (1,)), "gcd_": ([2, 4],), "lcm_": ([2, 4],),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in WRITTEN if name != "index_put_"])
def test_in_place_methods_are_functions_too(name: str) -> None:
    def facts(library: ModuleType) -> Any:
        x = library.tensor([4, 6]) if name in ("gcd_", "lcm_") else library.tensor([0.25, 0.5])
        given = [library.tensor(arg) if isinstance(arg, list) else arg for arg in ARGUMENTS.get(name, ())]
        result = getattr(library, name)(x, *given)
        return result is x, [f"{value:.4f}" for value in x.tolist()]

    both(facts)


def test_every_in_place_function_of_torch_is_one_here() -> None:
    assert [name for name in WRITTEN if not hasattr(wengert, name)] == []
