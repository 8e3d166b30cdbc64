"""Floor 6: generators of random numbers, and the default one of each backend and device."""

from __future__ import annotations

import collections.abc
import copy
import os
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

from wengert.backends.registry import get_backend
from wengert.ops.placement import Device, device_of, place_for
from wengert.ops.placement import device as device_class
from wengert.protocol import dtypes
from wengert.protocol.backend import Backend, Space
from wengert.protocol.errors import NoBackendError
from wengert.tensor.base import TensorBase
from wengert.tensor.level import check_random, running

_FIRST_SEED = 67280421310721  # what torch gives a generator that nobody has seeded
_LARGEST = 1 << 64


class GeneratorState:
    """The state of a generator at one moment, for `set_state`."""

    __slots__ = ("backend", "raw", "seed")

    def __init__(self, backend: str, raw: Any, seed: int) -> None:
        self.backend, self.raw, self.seed = backend, raw, seed


class Generator:
    """A source of random numbers with a state of its own, on one device.

    The same seed gives the same numbers on the same backend and device; two backends draw different ones.
    Source: torch.Generator; `backend` is ours, and the state is an object, not a tensor of bytes.

    >>> one, other = Generator().manual_seed(3), Generator().manual_seed(3)
    >>> rand(4, generator=one).tolist() == rand(4, generator=other).tolist()
    True
    """

    __slots__ = ("_backend", "_place", "_raw", "_seed")

    def __init__(self, device: Device = "cpu", *, backend: str | None = None) -> None:
        found, place = place_for("Generator", device, backend)
        self._set_up(found, place, _FIRST_SEED)

    def _set_up(self, backend: Backend, place: str, seed: int) -> None:
        self._backend, self._place = backend, place
        self._start(seed)

    def _start(self, seed: int) -> None:
        self._seed = seed
        self._raw: Any = self._backend.xp.generator(seed, device=self._backend.native_device(self._place))

    @property
    def device(self) -> device_class:
        """Where the numbers are drawn."""
        return device_of(self._backend.space(self._place, dtypes.float32))

    def manual_seed(self, seed: int) -> Generator:
        """Start over at `seed`, an integer from -2**63 to 2**64 - 1; returns self."""
        if not hasattr(seed, "__index__"):
            raise RuntimeError(f"manual_seed expected a long, but got {type(seed).__name__}")
        self._start(checked_seed(seed))
        return self

    def seed(self) -> int:
        """Start over at a seed that the operating system gives; returns it."""
        seed = fresh_seed()
        self._start(seed)
        return seed

    def initial_seed(self) -> int:
        """The seed that the generator started at."""
        return self._seed

    def get_state(self) -> GeneratorState:
        """The state now."""
        return GeneratorState(self._backend.name, copy.deepcopy(self._raw), self._seed)

    def set_state(self, state: GeneratorState) -> None:
        """Go back to a state that `get_state` gave, of a generator on the same backend."""
        if not isinstance(state, GeneratorState):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
            raise TypeError(f"set_state: got {type(state).__name__}; expected what get_state() returned.")
        if state.backend != self._backend.name:
            raise RuntimeError(
                f"set_state: the state is of backend {state.backend!r}; expected {self._backend.name!r}. "
                "Take it from a generator on this backend."
            )
        self._raw, self._seed = copy.deepcopy(state.raw), state.seed

    def clone_state(self) -> Generator:
        """Another generator in the same state."""
        other = Generator.__new__(Generator)
        other._backend, other._place, other._seed = self._backend, self._place, self._seed
        other._raw = copy.deepcopy(self._raw)
        return other

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self._backend.name, self._place, self._seed, self._raw)

    def raw_for(self, space: Space) -> Any:
        """The library's generator, to draw in `space`; RuntimeError if that lies elsewhere."""
        if self._backend is not space.backend:
            raise RuntimeError(
                f"the generator is on backend {self._backend.name!r}, the numbers are wanted on "
                f"{space.backend.name!r}. Make it there: Generator(backend={space.backend.name!r})."
            )
        if self._place != space.device:
            kind, found = space.device.partition(":")[0], self._place.partition(":")[0]
            raise RuntimeError(
                f"Expected a '{kind}' device type for generator but found '{found}': it is on {self._place}, "
                f"the numbers are wanted on {space.device}. Make it there: Generator({space.device!r})."
            )
        return self._raw


def _restored(backend: str, place: str, seed: int, raw: Any) -> Generator:
    """The generator that was pickled."""
    found = Generator.__new__(Generator)
    found._backend, found._place, found._seed, found._raw = get_backend(backend), place, seed, raw  # pyright: ignore[reportPrivateUsage]  # this module's class
    return found


class _Defaults:
    """The default generators made so far, and the seed that later ones start at; None for one of their own."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.generators: dict[tuple[str, str], Generator] = {}
        self.seed: int | None = None

    def of(self, backend: Backend, place: str) -> Generator:
        found = self.generators.get((backend.name, place))
        if found is None or found._backend is not backend:  # pyright: ignore[reportPrivateUsage]  # this module's class
            with self.lock:
                made = Generator.__new__(Generator)
                made._set_up(backend, place, fresh_seed() if self.seed is None else self.seed)  # pyright: ignore[reportPrivateUsage]  # likewise
                found = self.generators[backend.name, place] = made
        return found

    def start_all(self, seed: int) -> None:
        with self.lock:
            self.seed = seed
            for generator in self.generators.values():
                generator.manual_seed(seed)


_defaults = _Defaults()


def checked_seed(seed: Any) -> int:
    """`seed` as an integer below 2**64; negative ones count from there. ValueError out of range."""
    number = int(seed)
    if not -(_LARGEST >> 1) <= number < _LARGEST:
        raise ValueError(f"Overflow when unpacking long long: seed {number}; expected -2**63 to 2**64 - 1.")
    return number % _LARGEST


def fresh_seed() -> int:
    """A seed from the operating system."""
    return int.from_bytes(os.urandom(8), "little") >> 1


def raw_generator(space: Space, generator: Generator | None) -> Any:
    """The library's generator to draw with in `space`: the one given, or the default one there."""
    if running.get():
        check_random(space)
    if generator is None:
        return _defaults.of(space.backend, space.device).raw_for(space)
    if not isinstance(generator, Generator):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
        raise TypeError(f"argument 'generator' must be wengert.Generator, not {type(generator).__name__}")
    return generator.raw_for(space)


def default_generator(device: Device = None, *, backend: str | None = None) -> Generator:
    """The generator that functions use on a device when none is given to them."""
    return _defaults.of(*place_for("default_generator", device, backend))


def manual_seed(seed: int) -> Generator:
    """Start the default generators of all backends and devices over at `seed`; returns the one of the default device.

    Errors: ValueError if `seed` is no integer from -2**63 to 2**64 - 1. Source: torch.manual_seed.

    >>> _ = manual_seed(0)
    >>> first = rand(3)
    >>> _ = manual_seed(0)
    >>> (rand(3) == first).tolist()
    [True, True, True]
    """
    _defaults.start_all(checked_seed(seed))
    return default_generator()


def seed() -> int:
    """Start the default generators over at a seed that the operating system gives; returns it. Source: torch.seed."""
    number = fresh_seed()
    _defaults.start_all(number)
    return number


def initial_seed() -> int:
    """The seed that the default generator of the default device started at. Source: torch.initial_seed.

    >>> _ = manual_seed(5)
    >>> initial_seed()
    5
    """
    return default_generator().initial_seed()


@contextmanager
def fork_rng(
    devices: Any = None, enabled: bool = True, _caller: str = "", _devices_kw: str = "", device_type: str | None = None
) -> collections.abc.Generator[None]:
    """Put the default generators back, after the block, to where they were before; `enabled=False` does nothing.

    `devices` and `device_type` are accepted for torch's sake: the generators of all devices are put back.
    Source: torch.random.fork_rng.

    >>> _ = manual_seed(0)
    >>> with random.fork_rng():
    ...     first = rand(3)
    >>> (rand(3) == first).tolist()
    [True, True, True]
    """
    if not enabled:
        yield
        return
    before, seed = default_states(()), _defaults.seed
    try:
        yield
    finally:
        _defaults.seed = seed
        for generator, state in before.items():
            generator.set_state(state)


def get_rng_state() -> GeneratorState:
    """The state of the default generator of the default device. Source: torch.get_rng_state."""
    return default_generator().get_state()


def set_rng_state(new_state: GeneratorState) -> None:
    """Go back to a state that `get_rng_state` gave. Source: torch.set_rng_state."""
    default_generator().set_state(new_state)


def default_states(values: collections.abc.Iterable[Any]) -> dict[Generator, GeneratorState]:
    """The states of the default generators made so far, and of those beside the tensors among `values`."""
    for value in values:
        if isinstance(value, TensorBase):
            _defaults.of(value.space.backend, value.space.device)
    with suppress(NoBackendError):  # a library for a device alone has no default one
        default_generator()
    return {generator: generator.get_state() for generator in list(_defaults.generators.values())}


@contextmanager
def from_states(
    states: collections.abc.Mapping[Generator, GeneratorState] | None,
) -> collections.abc.Generator[None]:
    """Let the default generators start from `states` inside, and go on from where they were afterwards; None changes
    nothing."""
    with fork_rng(enabled=states is not None):
        for generator, state in (states or {}).items():
            generator.set_state(state)
        yield
