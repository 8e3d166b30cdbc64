"""`out=`: which functions take it, and what they refuse, as torch does."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import pytest
import torch
import wengert
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.opinfo.core import OpInfo
from wengert_conformance.cases import resolve
from wengert_conformance.sweep import first_dtype, left_out
from wengert_conformance.sweep.cells import has

#: What the database has no samples of, or none that can be written into empty tensors.
APART = {"where", "polygamma", "special.polygamma", "chain_matmul", "fft.fftfreq", "fft.rfftfreq", "rand", "randperm"}
APART |= {"special.gammainc", "special.gammaincc", "slogdet"}
MODULES = ("", "fft.", "linalg.", "special.")


def takes_out(function: Callable[..., Any], entry: OpInfo) -> bool:
    """Whether torch's function takes `out=` beside one of the first samples of the database."""
    for sample in islice(entry.sample_inputs("cpu", first_dtype(entry)), 8):
        arguments = (sample.input, *sample.args)
        try:
            result = function(*arguments, **sample.kwargs)
        except (RuntimeError, TypeError):
            continue
        several = isinstance(result, (tuple, list))
        parts = tuple(result) if several else (result,)
        if not all(isinstance(part, torch.Tensor) for part in parts):
            return False
        places = tuple(torch.empty_like(part) for part in parts)
        try:
            function(*arguments, **sample.kwargs, out=places if several else places[0])
        except (RuntimeError, TypeError):  # this signature has none
            continue
        return True
    return False


@pytest.mark.filterwarnings("ignore")  # of torch's older functions
def test_the_functions_with_out_are_torchs() -> None:
    found, wanted = set(), {name for name in APART if has(wengert, name)}
    for entry in op_db:
        for name in {entry.name, *(alias.name for alias in entry.aliases)} - APART:
            prefix = name[: name.rfind(".") + 1]
            if prefix not in MODULES or left_out(entry) or not has(wengert, name) or not has(torch, name):
                continue
            if callable(resolve(torch, name)) and takes_out(resolve(torch, name), entry):
                wanted.add(name)
    for prefix in MODULES:
        module = resolve(wengert, prefix[:-1]) if prefix else wengert
        found |= {f"{prefix}{name}" for name in module._WITH_OUT.split()}
    assert found == wanted


def refused(call: Callable[[Any], Any]) -> list[tuple[type, str]]:
    """How torch and the library refuse a call."""
    found = []
    for library in (torch, wengert):
        with pytest.raises((RuntimeError, TypeError)) as caught:
            call(library)
        found.append((caught.type, str(caught.value).partition(". ")[0]))
    return found


@pytest.mark.parametrize(
    "call",
    [
        lambda t: t.exp(t.ones(2), out=t.empty(2, dtype=t.int64)),
        lambda t: t.exp(t.ones(2, requires_grad=True), out=t.empty(2)),
        lambda t: t.cumsum(t.ones(2), 0, out=t.empty(2, requires_grad=True)),
        lambda t: t.exp(t.ones(2), out=3),
        lambda t: t.max(t.ones(2), 0, out=(t.empty(0),)),
        lambda t: t.zeros(2, dtype=t.float64, out=t.empty(0)),
    ],
)
def test_refusals(call: Callable[[Any], Any]) -> None:
    theirs, ours = refused(call)
    assert ours[0] is theirs[0]
    assert ours[1].rstrip(".") == theirs[1].rstrip(".")


def test_nothing_is_written_where_one_of_several_does_not_fit() -> None:
    values, indices = wengert.zeros(()), wengert.zeros((), dtype=wengert.bool)
    with pytest.raises(RuntimeError, match="Expected out tensor to have dtype long int, but got bool instead"):
        wengert.max(wengert.ones(2), 0, out=(values, indices))
    assert values.item() == 0.0


def test_a_tensor_that_held_something_is_resized_with_a_warning() -> None:
    out = wengert.zeros(3)
    with pytest.warns(UserWarning, match=r"resized since it had shape \[3\]"):
        assert wengert.exp(wengert.zeros(2), out=out) is out
    assert out.tolist() == [1.0, 1.0]


def test_views_are_written_and_versions_counted() -> None:
    whole = wengert.zeros(4)
    wengert.add(wengert.ones(2), 1, out=whole[1:3])
    assert whole.tolist() == [0.0, 2.0, 2.0, 0.0]
    assert whole._version == 1


def test_methods_take_no_out_and_numpys_sum_passes_none() -> None:
    with pytest.raises(TypeError, match="out"):
        wengert.ones(2).sum(out=wengert.zeros(()))
    assert wengert.ones(2).sum(axis=None, out=None).item() == 2.0
