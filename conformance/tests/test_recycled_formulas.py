"""NumPy's formulas, whose steps are written over arrays that are no longer needed, whole or in blocks that threads
share, give what the composites give."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from wengert.backends.standard import fused as composites
from wengert_conformance.standin.formulas import cases
from wengert_numpy.kernels import blocks, formulas, special
from wengert_numpy.namespace import make_backend

XP = make_backend().xp
CASES = [case for case in cases() if not all(case.booleans)]


SPARED = [case for case in CASES if not case.into and not case.booleans[0]]


@pytest.fixture(autouse=True, params=["whole", "in blocks", "in blocks, two threads"])
def in_blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether formulas run in blocks, of five numbers of twelve."""
    monkeypatch.setattr(special, "_LONG", 0)  # `expit` by ufuncs everywhere
    if request.param == "whole":
        return False
    monkeypatch.setattr(blocks, "VERY_LONG", 1)
    monkeypatch.setattr(blocks, "BLOCK", 5)
    monkeypatch.setattr("wengert.backends.threads._chosen", 1 + (request.param != "in blocks"))
    return True


def operands(case: Any, dtype: str, stretched: bool, in_blocks: bool) -> list[Any]:
    generator = numpy.random.default_rng(0)
    given = [generator.standard_normal((3, 4)).astype(dtype) for _ in case.booleans]
    if not in_blocks:
        given[0] = numpy.asfortranarray(given[0])
    if stretched and not case.into:
        given[-1] = numpy.broadcast_to(given[-1][:1, :1], (3, 4))  # as the cotangent of a mean is
    return [x > 0 if is_bool else x for x, is_bool in zip(given, case.booleans, strict=True)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_results_are_those_of_the_composites(dtype: str, in_blocks: bool) -> None:
    planned = 0
    for case in CASES:
        for stretched in (False, True):
            given, plain, before = (operands(case, dtype, stretched, in_blocks) for _ in range(3))
            if formulas._made(case.formula, [x.dtype for x in given], case.numbers, case.into, False) is None:
                continue
            planned += 1
            with numpy.errstate(all="ignore"):
                found = formulas.FUSION.fused(case.formula, tuple(given), case.numbers, into=case.into)
                expected = composites.fused(XP, case.formula, tuple(plain), case.numbers, into=case.into)
            if not case.into:
                found, expected = (found,), (expected,)
            for at, (one, other) in enumerate(zip(found, expected, strict=True)):
                assert one.dtype == other.dtype, case.name
                numpy.testing.assert_array_equal(one, other, err_msg=case.name)
                assert not case.into or one is given[at], case.name
            for x, y in zip(given[case.into :], before[case.into :], strict=True):
                numpy.testing.assert_array_equal(x, y, err_msg=case.name)  # what is not written stays
    assert planned > 400, planned


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_first_array_is_written_over_where_it_is_spared(dtype: str, in_blocks: bool) -> None:
    taken = 0
    for case in SPARED:
        given, plain = operands(case, dtype, False, in_blocks), operands(case, dtype, False, in_blocks)
        if formulas._made(case.formula, [x.dtype for x in given], case.numbers, 0, True) is None:
            continue
        given[0] = given[0].copy()  # memory of its own
        with numpy.errstate(all="ignore"):
            found = formulas.FUSION.fused(case.formula, tuple(given), case.numbers, spare=True)
            expected = composites.fused(XP, case.formula, tuple(plain), case.numbers)
        numpy.testing.assert_array_equal(found, expected, err_msg=case.name)
        taken += found is given[0]
        for x, y in zip(given[1:], plain[1:], strict=True):
            numpy.testing.assert_array_equal(x, y, err_msg=case.name)
    assert taken > 60, taken


def test_a_view_is_not_written_over() -> None:
    base = numpy.ones((2, 3))
    assert formulas.FUSION.fused(lambda xp, x: xp.exp(x), (base[0],), {}, spare=True) is not base
    assert base.tolist() == [[1.0] * 3] * 2


def test_operands_that_share_memory_are_read_before_they_are_written() -> None:
    def formula(xp: Any, x: Any, y: Any) -> Any:
        doubled = x * 2
        return doubled, y + 1

    x = numpy.arange(4.0)
    y = x[1:]
    formulas.FUSION._plans.clear()
    first, second = formulas.FUSION.fused(formula, (x[:3], y), {}, into=2)
    assert y is second
    assert second.tolist() == [2.0, 3.0, 4.0]
    assert first.tolist() == [0.0, 2.0, 3.0]
    assert formulas.FUSION._plans == {}


def test_results_that_change_places_do_not_meet() -> None:
    def crossed(xp: Any, x: Any, y: Any) -> Any:
        return y + 1, x * 2

    x, y = numpy.arange(12.0), numpy.arange(12.0) + 100
    first, second = formulas.FUSION.fused(crossed, (x, y), {}, into=2)
    assert (first is x, second is y) == (True, True)
    assert first.tolist() == [at + 101.0 for at in range(12)]
    assert second.tolist() == [at * 2.0 for at in range(12)]


def test_numbers_that_change_at_each_step_need_no_new_plan() -> None:
    def formula(xp: Any, x: Any, *, rate: float, kind: str) -> Any:
        return (x * rate + 1 if kind == "more" else x * rate,)

    formulas.FUSION._plans.clear()
    for step in range(1, 5):
        x = numpy.ones(3)
        (found,) = formulas.FUSION.fused(formula, (x,), {"rate": 1 / step, "kind": "more"}, into=1)
        assert found is x
        assert found.tolist() == [1 / step + 1] * 3
    assert len(formulas.FUSION._plans) == 1
