"""Floor 7: selective checkpointing: the results of some operations are kept for the second run of a checkpointed call.

The inputs of the call enter a level of their own, whose space sees each operation on them, and on what came of them.
In the first run a policy says which results are kept; in the second run these are taken in the place of computing
them, and recorded as if they had been computed. What lies on none of the inputs is not seen: it is computed again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, cast
from weakref import ref

from wengert.graph.saved import version_of
from wengert.protocol.backend import Space
from wengert.protocol.dtypes import DType
from wengert.rule.kinds import Predicate
from wengert.tensor.base import TensorBase, edge_of, make, version_cell
from wengert.tensor.general import Operation
from wengert.tensor.level import Level, LevelSpace
from wengert.tensor.record import record_as, record_plain
from wengert.tensor.view import as_alias
from wengert.transforms.trees import map_leaves


class CheckpointPolicy(Enum):
    """What a policy of `create_selective_checkpoint_contexts` says of a result.

    `*_SAVE`: it is kept, and not computed again; `*_RECOMPUTE`: it is computed again; `*_CPU_OFFLOAD`: as `*_SAVE`,
    where it is. MUST and PREFER mean the same here.

    Source: torch.utils.checkpoint.CheckpointPolicy.
    """

    MUST_SAVE = 0
    PREFER_SAVE = 1
    MUST_RECOMPUTE = 2
    PREFER_RECOMPUTE = 3
    MUST_CPU_OFFLOAD = 4
    PREFER_CPU_OFFLOAD = 5


_AGAIN = (CheckpointPolicy.MUST_RECOMPUTE, CheckpointPolicy.PREFER_RECOMPUTE)


class SelectiveCheckpointContext:
    """What a policy is told of an operation besides its name and arguments: `op_output`, its result.

    Source: torch.utils.checkpoint.SelectiveCheckpointContext.
    """

    def __init__(self, *, is_recompute: bool, op_output: Any = None) -> None:
        self.is_recompute = is_recompute
        self.op_output = op_output


Policy = Callable[..., Any]
Key = tuple[str, int]  # the name of an operation, and its how manieth call it is
_USED: Any = object()


class Kept:
    """The results of one call, with the state of their memory."""

    __slots__ = ("cells", "tensors", "versions")

    def __init__(self, outs: Sequence[Any]) -> None:
        self.tensors = [make(out.space.plain, out.array) for out in outs]  # without a history
        self.cells = [version_cell(out) for out in outs]
        self.versions = [version_of(out) for out in outs]

    def arrays(self, may_be_written: bool) -> list[Any]:
        """The raw arrays; RuntimeError if one was written since."""
        if not may_be_written and any(cell[0] != then for cell, then in zip(self.cells, self.versions, strict=True)):
            raise RuntimeError(
                "Tensor cached during selective activation checkpoint has been mutated. Write to a clone, or pass "
                "allow_cache_entry_mutation=True."
            )
        return [tensor.array for tensor in self.tensors]


class Region:
    """A context manager for one of the two runs: inside, `entered` puts the inputs where operations are seen."""

    def __init__(self, storage: dict[Key, Kept | None], policy: Policy | None, may_be_written: bool) -> None:
        self.storage, self.policy, self.may_be_written = storage, policy, may_be_written
        self.calls: Counter[str] = Counter()
        self.level: _Seen | None = None
        self.seen: list[ref[Any]] = []  # what lies in the level
        self.sources: dict[int, tuple[Any, Any, Any]] = {}

    def __enter__(self) -> Region:
        self.level = _Seen(self)
        self.calls.clear()
        return self

    def __exit__(self, *details: object) -> None:
        """Let all that came of the inputs be tensors like others."""
        for reference in self.seen:
            tensor = reference()
            if tensor is not None and isinstance(tensor.space, _SeenSpace):
                tensor.space = tensor.space.below
        self.seen.clear()
        self.sources.clear()
        if self.level is not None:
            self.level.end()
        self.level = None

    def entered(self, arguments: Sequence[Any]) -> list[Any]:
        """`arguments`, the tensors among them in the level."""
        return [self._inside(argument) for argument in arguments]

    def left(self, result: Any) -> Any:
        """`result`, an argument that was returned as it is being itself again."""

        def itself(leaf: Any) -> Any:
            found = self.sources.get(id(leaf))
            return leaf if found is None else found[1]

        return map_leaves(itself, result)

    def _inside(self, argument: Any) -> Any:
        if not isinstance(argument, TensorBase) or argument.space.__class__ is not Space:
            return argument
        edge = edge_of(argument)
        node = ref(edge) if edge is not None and argument.node.__class__ is ref else edge
        alias = as_alias(make(argument.space, argument.array, node), argument)
        self.sources[id(alias)] = alias, argument, edge  # which hold what `alias` refers to weakly
        return self.mark(alias)

    def mark(self, tensor: Any) -> Any:
        """`tensor` in the level."""
        if self.level is not None and tensor.space.__class__ is Space:
            tensor.space, tensor._tangent = self.level.space(tensor.space), None
            self.seen.append(ref(tensor))
        return tensor

    def run(
        self,
        operation: Operation,
        args: Sequence[Any],
        outside: Sequence[Any],
        statics: dict[str, Any],
        compute: DType | None,
    ) -> Any:
        """The result of an operation on what lies in the level: computed, or as it was kept. `outside` are `args` as a
        policy sees them."""
        name = operation.name
        key = name, self.calls[name]
        self.calls[name] += 1
        if self.policy is not None:
            result = record_plain(operation, args, statics, compute)
            outs: Sequence[Any] = result if operation.primitive.outputs else (result,)
            said = self.policy(
                SelectiveCheckpointContext(is_recompute=False, op_output=result), name, *outside, **statics
            )
            is_kept = said if isinstance(said, bool) else said not in _AGAIN
            self.storage[key] = Kept(outs) if is_kept and not _is_view(outs, args) else None
            return result
        if key not in self.storage:
            raise RuntimeError(f"{name} invocation index {key[1]} encountered during backward but not found in storage")
        kept = self.storage[key]
        if kept is _USED:
            raise RuntimeError(
                "Trying to backward an extra time. You are only allowed to backward once on any region computed under "
                "selective activation checkpoint."
            )
        if kept is None:
            return record_plain(operation, args, statics, compute)
        self.storage[key] = _USED
        return record_plain(operation, args, statics, compute, kept.arrays(self.may_be_written))


def called(context: Any, function: Callable[..., Any], args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """`function(*args, **keywords)` inside of `context`, which sees its operations if it is a `Region`."""
    if not isinstance(context, Region):
        return function(*args, **keywords)
    given = context.entered([*args, *keywords.values()])
    named = dict(zip(keywords, given[len(args) :], strict=True))
    return context.left(function(*given[: len(args)], **named))


def _is_view(outs: Sequence[Any], args: Sequence[Any]) -> bool:
    """Whether a result lies in the memory of an argument: it costs nothing to make it again."""
    shares = outs[0].space.plain.xp.shares_memory
    return any(isinstance(arg, TensorBase) and shares(out.array, arg.array) for out in outs for arg in args)


class _Seen(Level):
    """The level of one run."""

    __slots__ = ("region",)

    def __init__(self, region: Region) -> None:
        super().__init__()
        self.region = region

    def space(self, below: Space) -> _SeenSpace:
        found = self.spaces.get(below)
        if found is None:
            found = self.spaces[below] = _SeenSpace(below, self)
        return found


class _SeenSpace(LevelSpace):
    """Where the inputs of the call and what came of them live: like the space below, but operations are seen."""

    __slots__ = ()

    def __init__(self, below: Space, level: _Seen) -> None:
        super().__init__(below, level)
        self.xp, self.native, self.native_device = below.xp, below.native, below.native_device
        self.boolean, self.index, self.is_readable = below.boolean, below.index, below.is_readable
        self.plain = below.plain

    def of(self, dtype: Any) -> Space:
        return self.plain.of(dtype)

    def interpret(
        self,
        operation: Operation,
        args: Sequence[Any],
        statics: dict[str, Any],
        compute: DType | None = None,
        originals: Sequence[Any] | None = None,
    ) -> Any:
        originals = args if originals is None else originals
        outside = [_below(arg, self.level) for arg in args]
        region: Region = self.level.region
        is_plain = all(not isinstance(arg, TensorBase) or arg.space.__class__ is Space for arg in outside)
        if not is_plain or not self.level.alive:
            return record_as(operation, outside, statics, compute, originals)
        result = region.run(operation, originals, outside, statics, compute)
        if isinstance(operation.primitive, Predicate):
            return result
        for out in result if operation.primitive.outputs else (result,):
            region.mark(out)
        return result

    def viewed(self, out: Any, source: Any, record: Any, statics: Any) -> None:
        """Nothing more than views of the space below."""

    def written(self, tensor: Any, result: Any) -> None:
        """What is written stays where it was."""


def _below(arg: Any, level: Level) -> Any:
    if not isinstance(arg, TensorBase) or getattr(arg.space, "level", None) is not level:
        return arg
    out: Any = make(cast(Any, arg.space).below, arg.array, edge_of(arg))
    out.version = arg.version
    return out


def create_selective_checkpoint_contexts(
    policy_fn_or_list: Policy | list[str], allow_cache_entry_mutation: bool = False
) -> tuple[Region, Region]:
    """The two context managers of a `context_fn` that keeps some results for the second run.

    `policy_fn(ctx, op, *args, **kwargs)` is called with each operation of the first run on the inputs of the call, or
    on what came of them: `op` is its name, such as "mm" or "exp"; it returns a `CheckpointPolicy`. A list holds the
    names of operations whose results are kept.

    Errors: TypeError for what is neither; ValueError for a list of other things than names. In backward RuntimeError
    where the second run has other operations, where a kept result was written (with `allow_cache_entry_mutation` it is
    taken as it is), and for a second backward.
    Source: torch.utils.checkpoint.create_selective_checkpoint_contexts.

    >>> from functools import partial
    >>> from wengert.utils.checkpoint import checkpoint, create_selective_checkpoint_contexts
    >>> x = tensor([1., 2.], requires_grad=True)
    >>> contexts = partial(create_selective_checkpoint_contexts, ["exp"])
    >>> checkpoint(lambda x: x.sin().exp(), x, use_reentrant=False, context_fn=contexts).sum().backward()
    >>> x.grad
    tensor([ 1.2534, -1.0331])
    """
    if isinstance(policy_fn_or_list, list):
        names = cast(list[Any], policy_fn_or_list)
        for name in names:
            if not isinstance(name, str):
                raise ValueError(
                    f"Expected op in `op_list` to be the name of an operation but got: {name} of type {type(name)}."
                )

        def policy(ctx: SelectiveCheckpointContext, op: str, *args: Any, **kwargs: Any) -> bool:
            return op in names

    elif callable(policy_fn_or_list):
        policy = policy_fn_or_list
    else:
        raise TypeError("policy_fn_or_list must be either a function or a list of ops.")
    storage: dict[Key, Kept | None] = {}
    return Region(storage, policy, False), Region(storage, None, allow_cache_entry_mutation)


__all__ = [
    "CheckpointPolicy",
    "SelectiveCheckpointContext",
    "called",
    "create_selective_checkpoint_contexts",
]
