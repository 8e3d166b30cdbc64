"""Random tensors on the toy backend: seeds, generators, ranges, refusals."""

from __future__ import annotations

from typing import Any

import pytest
import wengert
from wengert.ops.random.draws import bernoulli_mask, random_fill

pytestmark = pytest.mark.usefixtures("toy")


def drawn() -> list[Any]:
    made = [wengert.rand(3), wengert.randn(3), wengert.randint(0, 100, (3,)), wengert.randperm(6)]
    return [t.tolist() for t in made]


def test_a_seed_decides_what_follows() -> None:
    wengert.manual_seed(7)
    first = drawn()
    wengert.manual_seed(7)
    assert drawn() == first
    assert drawn() != first
    assert wengert.initial_seed() == 7


def test_generators_are_apart() -> None:
    one, other = wengert.Generator().manual_seed(3), wengert.Generator().manual_seed(3)
    first = wengert.rand(4, generator=one).tolist()
    wengert.rand(10)
    assert wengert.rand(4, generator=other).tolist() == first
    state = one.get_state()
    following = wengert.rand(4, generator=one).tolist()
    assert following != first
    one.set_state(state)
    assert wengert.rand(4, generator=one).tolist() == following
    assert one.initial_seed() == 3
    assert wengert.Generator().manual_seed(-1).initial_seed() == 2**64 - 1


def test_numbers_lie_where_they_belong() -> None:
    assert all(0 <= value < 1 for value in wengert.rand(200).tolist())
    assert set(wengert.randint(-1, 2, (200,)).tolist()) == {-1, 0, 1}
    assert sorted(wengert.randperm(9).tolist()) == list(range(9))
    assert wengert.randint(3, (2, 2)).dtype is wengert.int64
    assert wengert.randint(3, (2,), dtype=wengert.float32).dtype is wengert.float32
    assert wengert.bernoulli(wengert.tensor([0.0, 1.0])).tolist() == [0.0, 1.0]
    assert wengert.normal(wengert.tensor([1.0, 2.0]), 0.0).tolist() == [1.0, 2.0]
    assert set(wengert.multinomial(wengert.tensor([0.0, 1.0, 2.0]), 2).tolist()) == {1, 2}
    assert set(wengert.multinomial(wengert.tensor([0.0, 1.0, 0.0]), 5, True).tolist()) == {1}


def test_samples_pass_a_gradient_of_zero() -> None:
    p = wengert.tensor([0.0, 1.0], requires_grad=True)
    sample = wengert.bernoulli(p)
    assert sample.grad_fn.name() == "BernoulliBackward0"
    sample.backward(wengert.ones(2))
    assert p.grad.tolist() == [0.0, 0.0]


def test_mask_and_fill_give_raw_arrays() -> None:
    x = wengert.zeros(50)
    mask = bernoulli_mask(x.space, (3,), 1.0)
    assert x.space.xp.tolist(mask) == [True, True, True]
    filled = x.space.xp.tolist(random_fill(x, "uniform", 2.0, 3.0))
    assert all(2 <= value <= 3 for value in filled)
    assert len(set(filled)) > 1
    assert x.space.xp.tolist(random_fill(x, "integers", 4, 5)) == [4.0] * 50


@pytest.mark.parametrize(
    ("draw", "error", "phrase"),
    [
        (lambda: wengert.rand(2, dtype=wengert.int64), NotImplementedError, "not implemented for 'Long'"),
        (lambda: wengert.rand(-1), RuntimeError, "negative dimension -1"),
        (
            lambda: wengert.randint(5, 5, (2,)),
            RuntimeError,
            "expects 'from' to be less than 'to', but got from=5 >= to=5",
        ),
        (lambda: wengert.randint(0, 300, (2,), dtype=wengert.uint8), RuntimeError, "to - 1 is out of bounds"),
        (lambda: wengert.randint(0, 5, 2), TypeError, "randint() received an invalid combination of arguments"),
        (lambda: wengert.randperm(2.5), TypeError, "argument 'n' (position 1) must be int, not float"),
        (lambda: wengert.normal(0.0, -1.0, (2,)), RuntimeError, "normal expects std >= 0.0"),
        (lambda: wengert.bernoulli(wengert.tensor([1.5])), RuntimeError, "Expected p_in >= 0 && p_in <= 1"),
        (lambda: wengert.multinomial(wengert.ones(3), 4), RuntimeError, "without replacement"),
        (lambda: wengert.multinomial(wengert.zeros(3), 1), RuntimeError, "sum of probabilities <= 0"),
        (lambda: wengert.manual_seed(2**64), ValueError, "Overflow when unpacking long long"),
        (lambda: wengert.rand(2, generator=3), TypeError, "argument 'generator' must be wengert.Generator, not int"),
    ],
)
def test_refused(draw: Any, error: type[Exception], phrase: str) -> None:
    with pytest.raises(error) as caught:
        draw()
    assert phrase in str(caught.value)
