"""Floor 7: which arguments of a function are differentiated."""

from __future__ import annotations

from typing import Any

Argnums = int | tuple[int, ...]


def chosen(argnums: Argnums, args: tuple[Any, ...]) -> tuple[tuple[int, ...], tuple[Any, ...]]:
    """The positions that `argnums` means and the arguments there; RuntimeError in torch's words for what it cannot."""
    if not isinstance(argnums, (int, tuple)):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
        raise RuntimeError(f"argnums must be int or Tuple[int, ...], got: {type(argnums)}")
    numbers = (argnums,) if isinstance(argnums, int) else argnums
    if not numbers:
        raise RuntimeError("argnums must be non-empty")
    places: list[int] = []
    for number in numbers:
        if not isinstance(number, int):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
            raise RuntimeError(f"argnums must be int or Tuple[int, ...], got: {type(number)} as an entry")
        if not -len(args) <= number < len(args):
            raise RuntimeError(f"Got argnum={number}, but only {len(args)} positional inputs")
        places.append(number % len(args))
    if len(set(places)) != len(places):
        raise RuntimeError(f"argnums elements must be unique, got {argnums}")
    return tuple(places), tuple([args[place] for place in places])


def replaced(args: tuple[Any, ...], places: tuple[int, ...], values: Any) -> tuple[Any, ...]:
    """`args` with `values` at `places`."""
    new = list(args)
    for place, value in zip(places, values, strict=True):
        new[place] = value
    return tuple(new)


def with_aux(result: Any, has_aux: bool, where: str) -> tuple[Any, Any]:
    """The output of a function and what it returned besides."""
    if not has_aux:
        return result, None
    if not isinstance(result, tuple) or len(result) != 2:  # pyright: ignore[reportUnknownArgumentType]  # any tuple
        raise RuntimeError(f"{where}: output of function f should be a tuple: (output, aux) if has_aux is True")
    return result  # pyright: ignore[reportUnknownVariableType]  # likewise
