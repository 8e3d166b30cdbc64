"""Floor 0: what a backend declares (`BackendSpec`), what it is once loaded (`Backend`), and where a tensor lives
(`Space`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from wengert.protocol.dtypes import DType, bool_, complex32, complex64, int64
from wengert.protocol.guarded import Guard, GuardedNamespace
from wengert.protocol.namespace import Namespace

PROTOCOL_VERSION = 1


class BackendSpec:
    """What a plugin says of its backend before anything heavy is imported.

    `load` imports the array library and returns the `Backend`; it raises ImportError or RuntimeError, with the reason,
    where that cannot be. `owns` tells from a type alone whether its instances are this backend's arrays. `device_types`
    are the words before the colon of a device ("cpu", "cuda"); among the backends that have a device type the one of
    highest `priority` is its default. `install` is the command that installs the backend, `device_module` the name of
    the module through which its devices are managed (`protocol/accelerator.py`).
    """

    __slots__ = (
        "device_module",
        "device_types",
        "install",
        "load",
        "name",
        "owns",
        "priority",
        "protocol_version",
        "version",
    )

    def __init__(
        self,
        name: str,
        device_types: tuple[str, ...],
        load: Callable[[], Backend],
        owns: Callable[[type], bool],
        priority: int = 0,
        protocol_version: int = PROTOCOL_VERSION,
        install: str = "",
        version: Callable[[], str] = lambda: "",
        device_module: str | None = None,
    ) -> None:
        self.name, self.device_types, self.load, self.owns = name, device_types, load, owns
        self.priority, self.protocol_version, self.install = priority, protocol_version, install
        self.version, self.device_module = version, device_module

    def __repr__(self) -> str:
        return f"BackendSpec(name={self.name!r}, device_types={self.device_types}, priority={self.priority})"


class Capabilities:
    """What a backend can. The core asks these claims, never the library's name.

    `mutable`: arrays can be written. `views`: slices, permutations and reshapes share memory. `complex`: has complex
    dtypes. `lazy`: values may not be read while recording. `synchronous`: reading a value costs nothing. `fuses`:
    from how many elements on its `fused` is faster than the kernels of a formula one after the other, 0 if never.
    `recycles`: `fused` can write over an array that is spared. `defers`: from how many elements on a cotangent may wait
    as a formula for the next rule, so that `fused` works out both at once, 0 if never. `has_scalars`: indexing an array
    of no axes with `()` gives a number of the library's own, with which Python's operators are much faster.
    """

    __slots__ = ("complex", "defers", "fuses", "has_scalars", "lazy", "mutable", "recycles", "synchronous", "views")

    def __init__(
        self,
        mutable: bool = True,
        views: bool = True,
        complex: bool = True,
        lazy: bool = False,
        synchronous: bool = True,
        fuses: int = 0,
        recycles: bool = False,
        defers: int = 0,
        has_scalars: bool = False,
    ) -> None:
        self.mutable, self.views, self.complex, self.lazy, self.synchronous = mutable, views, complex, lazy, synchronous
        self.fuses, self.recycles, self.defers, self.has_scalars = fuses, recycles, defers, has_scalars

    def __repr__(self) -> str:
        return f"Capabilities({', '.join(f'{name}={getattr(self, name)}' for name in self.__slots__)})"


class Backend:
    """A loaded backend: its kernels, and how its library's dtypes and devices correspond to ours."""

    __slots__ = (
        "_dtype_by_native",
        "_guarded",
        "_spaces",
        "array_type",
        "capabilities",
        "device_of",
        "devices",
        "dtype_of",
        "dtypes",
        "guard",
        "lifted",
        "name",
        "namespaces",
        "native_device",
        "standard",
        "xp",
    )

    def __init__(
        self,
        name: str,
        xp: Namespace,
        array_type: type,
        dtypes: Mapping[DType, Any],
        capabilities: Capabilities | None = None,
        devices: Callable[[], Sequence[str]] = lambda: ("cpu",),
        device_of: Callable[[Any], str] = lambda array: "cpu",
        native_device: Callable[[str], Any] = lambda device: None,
        dtype_of: Callable[[Any], DType | None] | None = None,
        namespaces: Mapping[DType, Namespace] | None = None,
        guard: Callable[[str], Guard | None] = lambda device: None,
    ) -> None:
        """`devices` names the current one first. `namespaces` gives dtypes that the library does not compute in by
        itself kernels of their own. `guard` gives for a device what makes a function run there, None where the library
        does so by itself, or has one device only."""
        self.name, self.xp, self.array_type, self.dtypes = name, xp, array_type, dtypes
        self.capabilities = Capabilities() if capabilities is None else capabilities
        self.devices, self.device_of, self.native_device, self.dtype_of = devices, device_of, native_device, dtype_of
        self.namespaces: Mapping[DType, Namespace] = {} if namespaces is None else namespaces
        self.guard = guard
        self._guarded: dict[tuple[str, int], Any] = {}
        self.lifted: Any = None  # the same namespace over Tensors, put here by the floor that makes it
        self.standard: Any = None  # the array API standard's namespace over Tensors, likewise
        self._dtype_by_native: dict[Any, DType] = {native: dtype for dtype, native in dtypes.items()}
        self._spaces: dict[tuple[str, DType], Space] = {}

    def space(self, device: str, dtype: DType) -> Space:
        """The one `Space` of this backend for `device` and `dtype`; TypeError where the library has no such dtype."""
        found = self._spaces.get((device, dtype))
        if found is None:
            if dtype not in self.dtypes:
                raise TypeError(
                    f"{dtype} does not exist on backend {self.name!r}; it has {', '.join(d.name for d in self.dtypes)}."
                )
            found = self._spaces[device, dtype] = Space(self, device, dtype)
            found.boolean, found.index = self.space(device, bool_), self.space(device, int64)
        return found

    def namespace(self, device: str, dtype: DType, guard: Guard | None) -> Namespace:
        """The kernels for arrays of `dtype` on `device`."""
        plain = self.namespaces.get(dtype, self.xp)
        if guard is None:
            return plain
        found = self._guarded.get((device, id(plain)))
        if found is None:
            found = self._guarded[device, id(plain)] = cast(Namespace, GuardedNamespace(plain, guard))
        return found

    def nearest(self, dtype: DType) -> DType:
        """What promotion to `dtype` gives here: complex64 for complex32, which few libraries have; else `dtype`."""
        return complex64 if dtype is complex32 and dtype not in self.dtypes else dtype

    def space_of(self, array: Any) -> Space:
        """The space that a raw array of this backend belongs to."""
        dtype = self.dtype_of(array) if self.dtype_of is not None else self._dtype_by_native.get(array.dtype)
        if dtype is None:
            raise TypeError(
                f"an array of dtype {array.dtype} cannot become a tensor; the supported dtypes of backend "
                f"{self.name!r} are: {', '.join(d.name for d in self.dtypes)}."
            )
        return self.space(self.device_of(array), dtype)

    def __repr__(self) -> str:
        return f"<wengert backend {self.name!r}>"


class Space:
    """Backend, device and dtype of a tensor, interned: two tensors mix without conversion if their spaces are one
    object.

    `xp` is the namespace that operations on the tensor go to, `native` and `native_device` are the library's own
    objects. `scalars` keeps Python numbers already turned into 0-d tensors of this space.
    """

    __slots__ = (
        "backend",
        "boolean",
        "defers",
        "device",
        "dtype",
        "fuses",
        "guard",
        "has_scalars",
        "index",
        "is_plain",
        "is_plain_floating",
        "is_readable",
        "native",
        "native_device",
        "owner",
        "plain",
        "recycles",
        "rounds",
        "scalars",
        "writes_raw",
        "xp",
    )

    backend: Backend
    xp: Namespace
    guard: Guard | None  # makes a function run on this device, where there are several
    device: str
    dtype: DType
    fuses: int  # from how many elements on compound formulas go to `xp.fused`; 0 if never
    has_scalars: bool  # an array of no axes is best computed with as a number of the library's own
    native: Any
    native_device: Any
    is_plain: bool  # real numbers: operations may take the fast path
    is_plain_floating: bool
    is_readable: bool  # values may be read, for checks, at no cost
    boolean: Space  # the same place with dtype bool
    index: Space  # the same place with dtype int64
    plain: Space  # this space without tangents
    defers: int  # from how many elements on a cotangent may wait as a formula; 0 if never
    recycles: bool  # `xp.fused` can write over an array that is spared
    owner: Any  # what the engine's sums on it are said to come from
    rounds: bool  # its kernels are the dtype's own, which round: the library's operators may leave the dtype
    scalars: dict[Any, Any]
    writes_raw: bool  # a write in place that nobody needs to know of is one kernel on the array as it lies

    def __init__(self, backend: Backend, device: str, dtype: DType) -> None:
        self.backend, self.device, self.dtype = backend, device, dtype
        self.guard = guard = backend.guard(device)
        self.xp = backend.namespace(device, dtype, guard)
        self.rounds = dtype in backend.namespaces
        self.native, self.native_device = backend.dtypes[dtype], backend.native_device(device)
        is_direct = guard is None and not self.rounds
        self.is_plain = not dtype.is_complex and dtype is not bool_ and is_direct
        self.is_plain_floating = dtype.is_floating_point and is_direct
        self.is_readable = backend.capabilities.synchronous
        claims = backend.capabilities
        self.writes_raw = dtype.is_inexact and claims.mutable and claims.views and type(self) is Space and guard is None
        is_direct = self.is_plain_floating and type(self) is Space
        self.fuses, self.defers = (claims.fuses, claims.defers) if is_direct else (0, 0)
        self.recycles, self.has_scalars = claims.recycles, claims.has_scalars and is_direct
        self.scalars = {}
        self.owner = None
        self.plain = self

    def of(self, dtype: DType) -> Space:
        """The space on the same device with another dtype, or the nearest to it."""
        return self.backend.space(self.device, self.backend.nearest(dtype))

    def __repr__(self) -> str:
        return f"Space({self.backend.name}, {self.device}, {self.dtype.name})"
