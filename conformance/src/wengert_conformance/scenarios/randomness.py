"""Random numbers: generators and their states, the shapes and dtypes of samples, refusals."""

from __future__ import annotations

import copy
import pickle
from typing import Any

from wengert_conformance.scenarios.family import FIRST_ORDER, Family, of, raised

randomness = Family("randomness")
outcome, differentiable = randomness.outcome, randomness.differentiable


@outcome
def states_lead_back(library: Any) -> Any:
    own = library.Generator().manual_seed(3)
    state = own.get_state()
    first = library.rand(4, generator=own)
    clone = own.clone_state()
    own.set_state(state)
    again = library.rand(4, generator=own)
    state = library.get_rng_state()
    one = library.randn(4)
    library.set_rng_state(state)
    return [
        library.equal(first, again),
        library.equal(library.rand(4, generator=own), library.rand(4, generator=clone)),
        library.equal(one, library.randn(4)),
        own.initial_seed(),
    ]


@outcome
def copies_of_generators_go_on_alike(library: Any) -> Any:
    own = library.Generator().manual_seed(5)
    library.rand(3, generator=own)
    other = pickle.loads(pickle.dumps(own))
    return [library.equal(library.rand(4, generator=own), library.rand(4, generator=other)), other.initial_seed()]


@outcome
def seeds(library: Any) -> Any:
    seen: list[Any] = []
    for seed in (0, 7, -1, 2**63, 2**64 - 1):
        library.manual_seed(seed)
        seen += [str(library.initial_seed()), str(library.Generator().manual_seed(seed).initial_seed())]
    generator = library.manual_seed(4)
    return [
        *seen,
        type(generator).__name__,
        isinstance(library.seed(), int),
        isinstance(library.Generator().seed(), int),
        library.Generator().initial_seed(),
        str(library.Generator().device),
        copy.deepcopy(library.float64) is library.float64,
        raised(lambda: library.Generator().manual_seed("a"), "manual_seed expected a long, but got str"),
        raised(lambda: library.Generator().manual_seed(2.5), "manual_seed expected a long, but got float"),
        raised(lambda: library.manual_seed(2**65), "Overflow when unpacking long long"),
        raised(lambda: library.Generator().set_state(3), "got int"),
    ]


@outcome
def forked_generators(library: Any) -> Any:
    library.manual_seed(1)
    with library.random.fork_rng():
        inside = library.rand(3)
        library.manual_seed(99)
    after = library.rand(3)
    with library.random.fork_rng(enabled=False):
        moved = library.rand(3)
    return [library.equal(inside, after), library.equal(moved, after), library.random.initial_seed()]


@outcome
def shapes_and_dtypes_of_samples(library: Any) -> Any:
    x, wide = library.full((2, 3), 0.5), library.full((2,), 0.5, dtype=library.float64)
    samples = [
        library.rand((2, 3)),
        library.rand(2, dtype=library.float64),
        library.randn(size=(2,)),
        library.randint(5, (2,)),
        library.randint(low=1, high=5, size=(2,), dtype=library.float32),
        library.randint(0, 2, (2,), dtype=library.bool),
        library.randperm(4, dtype=library.int32),
        library.randperm(0),
        library.normal(0.0, 1.0, (2,)),
        library.normal(x, 1.0),
        library.normal(2.0, wide),
        library.normal(library.zeros(2, 1), library.ones(3)),
        library.bernoulli(x),
        library.bernoulli(library.zeros(2, dtype=library.int64), 0.5),
        library.multinomial(x, 2),
        library.multinomial(wide, 5, replacement=True),
        library.multinomial(library.ones(0, 3), 1),
        library.poisson(wide),
        library.binomial(x, x),
        library.rand_like(wide),
        library.randn_like(x, dtype=library.float64),
        library.randint_like(wide, 1, 3),
    ]
    return [(str(t.dtype).rpartition(".")[2], tuple(t.shape), t.requires_grad) for t in samples]


@outcome
def samples_that_are_certain(library: Any) -> Any:
    return [
        library.bernoulli(library.tensor([0.0, 1.0])),
        library.multinomial(library.tensor([0.0, 1.0]), 1),
        library.multinomial(library.tensor([[0.0, 1.0], [1.0, 0.0]]), 3, True),
        library.normal(library.tensor([1.0, 2.0]), 0.0),
        library.poisson(library.zeros(2)),
        library.binomial(library.tensor([5.0, 3.0]), library.tensor([[1.0], [0.0]])),
        library.randint(3, 4, (2,)),
    ]


@differentiable(x=of("float64", [0.0, 1.0], differentiable=True), checks=FIRST_ORDER)
def samples_have_gradients_of_zero(library: Any, x: Any) -> Any:
    return library.bernoulli(x), library.poisson(x * 0), library.normal(x, 0.0)


@outcome
def refused_samples(library: Any) -> Any:
    x, whole = library.zeros(2), library.zeros(2, dtype=library.int64)
    halves = library.full((2,), 0.5, dtype=library.float64)
    return [
        raised(lambda: library.rand(2, dtype=library.int64), "not implemented for 'Long'"),
        raised(lambda: library.rand(-1), "Trying to create tensor with negative dimension -1: [-1]"),
        raised(lambda: library.randint(5, 3, (2,)), "random_ expects 'from' to be less than 'to'"),
        raised(lambda: library.randint(0, 300, (2,), dtype=library.uint8), "is out of bounds for"),
        raised(lambda: library.randint(0, 5, (2,), dtype=library.complex64), "check_random_bounds handles only"),
        raised(lambda: library.randint(0, 5, (2,), requires_grad=True), "can require gradients"),
        raised(lambda: library.randperm(-1), "negative dimension -1"),
        raised(lambda: library.randperm(5, dtype=library.bool), "\"randperm\" not implemented for 'Bool'"),
        raised(lambda: library.normal(0.0, 1.0), "received an invalid combination of arguments"),
        raised(lambda: library.normal(x, 1.0, (2,)), "received an invalid combination of arguments"),
        raised(lambda: library.normal(x, -1.0), "normal expects std >= 0.0, but found std -1"),
        raised(lambda: library.normal(x, x - 1), "normal expects all elements of std >= 0.0"),
        raised(lambda: library.bernoulli(whole), "not implemented for 'Long'"),
        raised(lambda: library.bernoulli(x + 2), "Expected p_in >= 0 && p_in <= 1"),
        raised(lambda: library.bernoulli(x, 1.5), "bernoulli_ expects p to be in [0, 1], but got p=1.5"),
        raised(lambda: library.bernoulli(3), "argument 'input' (position 1) must be Tensor, not int"),
        raised(lambda: library.multinomial(x, 1), "invalid multinomial distribution"),
        raised(lambda: library.multinomial(x + 1, 3), "cannot sample n_sample > prob_dist.size(-1)"),
        raised(lambda: library.multinomial(x - 1, 1), "probability tensor contains either `inf`, `nan` or element < 0"),
        raised(lambda: library.multinomial(whole, 1), "multinomial only supports floating-point dtypes"),
        raised(lambda: library.multinomial(library.ones(1, 1, 1), 1), "prob_dist must be 1 or 2 dim"),
        raised(lambda: library.multinomial(x, 0), "cannot sample n_sample <= 0 samples"),
        raised(lambda: library.poisson(x - 1), "invalid Poisson rate, expected rate to be non-negative"),
        raised(lambda: library.poisson(whole), "\"poisson_cpu\" not implemented for 'Long'"),
        raised(lambda: library.binomial(whole, x), "binomial only supports floating-point dtypes for count, got: Long"),
        raised(lambda: library.binomial(x, halves), "Found dtype Double but expected Float"),
    ]
