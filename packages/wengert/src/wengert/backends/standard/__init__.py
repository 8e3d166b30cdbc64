"""Floor 3: a whole namespace of kernels from any array library, with a default for everything that is not required.

A backend calls `complete` once, when it is loaded:

    xp = complete(                                # a library that follows the array API standard
        array_api_strict,
        {"tolist": lambda x: ..., "gammaln": ...},
        dtypes={dtypes.float32: array_api_strict.float32, ...},
        array_type=type(array_api_strict.asarray(0)),
    )
    xp = complete(                                # one that does not: kernels with at least the names of `Required`
        None,
        MyKernels(),
        dtypes={dtypes.float32: "float32", ...},
        array_type=MyArray,
    )

For each name of the protocol the first of these is taken: the backend's own kernel, as it is; the library's function if
the name is one of the standard's, adapted where the standard promises less than the protocol asks (`adapters.py`); the
default, one of the functions in the modules beside this one. A default's first parameter is the finished namespace, so
that a faster kernel is used inside all other defaults too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from types import FunctionType, ModuleType
from typing import Any, cast

from wengert.backends.standard import (
    adapters,
    bessel,
    convolution,
    creation,
    elementwise,
    fourier,
    fused,
    host,
    indexing,
    linalg,
    movement,
    numbers,
    orthogonal,
    reduction,
    special,
    trigonometric,
    zeta,
)
from wengert.backends.standard.facts import Facts, Kernels
from wengert.protocol.dtypes import DType
from wengert.protocol.extensions import Extensions
from wengert.protocol.namespace import Namespace, Required

_FAMILIES = (
    *(creation, elementwise, numbers, trigonometric, movement, indexing, reduction, fused, convolution, host),
    *(special, zeta, bessel, orthogonal, linalg, fourier),
)


def complete(
    library: Any,
    kernels: Any = None,
    *,
    dtypes: Mapping[DType, Any],
    array_type: type,
    mutable: bool = True,
    views: bool = True,
    advanced_keys: bool = False,
    returns_scalars: bool = False,
    omit: Collection[str] = (),
    device_of: Callable[[Any], Any] = lambda x: getattr(x, "device", None),
) -> Namespace:
    """The namespace that offers every name of the protocol, on the arrays of one library.

    `library` is a namespace of the array API standard, or None. Only the standard's names are taken from it, never
    those of our extensions, because a library may use such a word for something else.
    `kernels` is what the backend writes itself: a mapping from the protocol's names to functions, or an object with
    such attributes. It wins over the library. A mapping with a name that the protocol lacks is refused.
    `dtypes` and `array_type` are those of `Backend`.
    `mutable` says that `x[key] = value` writes x for a key of integers, slices and Ellipsis; `views` that slices,
    permutations and reshapes may share memory.
    `advanced_keys` says that `x[key]` (and `x[key] = value` where mutable) takes integer and boolean arrays too, with
    NumPy's meaning; without it such keys are worked out by positions.
    `returns_scalars` says that functions of the library may return scalars that are no arrays (NumPy's do): results of
    library functions and of defaults are then turned into arrays, those of `kernels` are left alone.
    `omit` names functions of the library that are not the standard's: a kernel or the default is used instead.
    `device_of` gives what `asarray(..., device=)` takes to make an array beside a given one.

    The result is an object with plain attributes; TypeError if a required function is missing. Beside the protocol's
    names it has `facts`, what is told here, for the defaults' use.
    """
    facts = Facts(dtypes, array_type, mutable, views, advanced_keys, device_of, library)
    namespace = StandardNamespace(getattr(library, "__name__", None) or array_type.__name__, facts)
    xp = cast(Kernels, namespace)
    names, required, extensions = names_of(Namespace), names_of(Required), names_of(Extensions)
    own = _kernels_of(kernels, names)
    defaults = {name: function for family in _FAMILIES for name, function in _functions_of(family).items()}
    wrap: Callable[[Callable[..., Any]], Callable[..., Any]] = (
        partial(_as_arrays, xp) if returns_scalars else lambda function: function
    )

    missing: list[str] = []
    for name in sorted(names):
        standard = None if name in extensions or name in omit else getattr(library, name, None)
        if name in own:
            function = own[name]
        elif name in adapters.BEYOND_THE_STANDARD and library is not None:
            function = wrap(partial(adapters.BEYOND_THE_STANDARD[name], xp))
        elif standard is not None:
            function = wrap(adapters.adapted(xp, name, standard))
        elif name in required:
            missing.append(name)
            continue
        else:
            function = wrap(partial(defaults[name], xp))
        vars(namespace)[name] = function
    if missing:
        raise TypeError(f"complete: {namespace!r} lacks the required {', '.join(missing)}; pass them in `kernels`.")

    if not advanced_keys:
        xp.getitem = partial(indexing.getitem, xp, xp.getitem)
    return xp


class StandardNamespace:
    """The kernels of one backend as plain attributes."""

    facts: Facts

    def __init__(self, name: str, facts: Facts) -> None:
        self.__name__ = name
        self.facts = facts

    def __repr__(self) -> str:
        return f"<wengert namespace over {self.__name__}>"


def names_of(protocol: type[Any]) -> frozenset[str]:
    """The public names that a protocol declares, as methods or as annotations."""
    return frozenset(
        name
        for part in protocol.__mro__
        if part is not object
        for name in (*getattr(part, "__annotations__", {}), *vars(part))
        if not name.startswith("_")
    )


def _kernels_of(kernels: Any, names: frozenset[str]) -> dict[str, Any]:
    if kernels is None:
        return {}
    if not isinstance(kernels, Mapping):
        return {name: getattr(kernels, name) for name in names if hasattr(kernels, name)}
    own = dict(cast(Mapping[str, Any], kernels))
    unknown = sorted(own.keys() - names)
    if unknown:
        raise TypeError(
            f"complete: the protocol has no kernel {', '.join(unknown)}; its names are in wengert.protocol."
        )
    return own


def _functions_of(module: ModuleType) -> dict[str, FunctionType]:
    """The public functions that `module` itself defines: its defaults."""
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, FunctionType) and value.__module__ == module.__name__ and not name.startswith("_")
    }


def _as_arrays(xp: Kernels, function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` with each result that is not yet an array made one; tuples and other results pass."""
    array_type, dtypes = xp.facts.array_type, xp.facts.dtype_by_native

    def returning_arrays(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        if isinstance(result, array_type) or getattr(result, "dtype", None) not in dtypes:
            return result
        return xp.asarray(result)

    return returning_arrays
