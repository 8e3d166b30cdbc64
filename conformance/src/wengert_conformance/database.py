"""Cases from torch's operator database. Needs torch and expecttest; only the store imports this module."""

from __future__ import annotations

import random
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy
import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.opinfo.core import OpInfo, SampleInput, UnaryUfuncInfo

from wengert_conformance.cases import Case
from wengert_conformance.checks import CHECKS
from wengert_conformance.operators import (
    ARGUMENT_ORDER,
    COMPLEX_FAMILIES,
    COMPLEX_OPERATORS,
    DROPPED_ARGUMENTS,
    EXCLUDED,
    EXCLUDED_DTYPES,
    FAMILIES,
    IN_PLACE,
    IN_PLACE_SAMPLES,
    LARGEST_ELEMENTWISE,
    LARGEST_TENSOR,
    SAMPLES_PER_DTYPE,
    WITHOUT_NUMBERS,
)
from wengert_conformance.values import COMPLEX, INEXACT, DTypeName, Values, name_of_dtype, read, rounded

INPUT_DIGITS = dict.fromkeys(INEXACT, 5)


class Unsuitable(Exception):
    """A sample that cannot become a case, with the reason as its message."""


def entry_name(entry: OpInfo) -> str:
    """`div.floor_rounding`: the operation's name and the variant's."""
    return f"{entry.name}.{entry.variant_test_name}" if entry.variant_test_name else entry.name


def target_of(entry: OpInfo) -> str:
    """Where the operation is found: a function under torch's dotted name, else the Tensor method of that name."""
    found: Any = torch
    for part in entry.name.split("."):
        found = getattr(found, part, None)
    return entry.name if callable(found) else f"Tensor.{entry.name}"


def family_entries(family: str) -> Iterator[OpInfo]:
    """The database's entries for a family, in the family's order, without the excluded ones."""
    for name in FAMILIES[family]:
        entries = [entry for entry in op_db if entry.name == name]
        if not entries:
            raise LookupError(f"torch {torch.__version__} has no entry {name!r} in its operator database")
        yield from (entry for entry in entries if entry_name(entry) not in EXCLUDED)


def plain_argument(value: Any, filtered: Counter[str], largest: int = LARGEST_TENSOR) -> Any:
    """An argument of a sample as a plain value."""
    if isinstance(value, torch.Tensor):
        if value.is_meta:
            raise Unsuitable("tensors without memory have no counterpart")
        if value.layout != torch.strided:
            raise Unsuitable("sparse tensors have no counterpart")
        if value.numel() > largest:
            raise Unsuitable(f"a tensor of more than {largest} numbers")
        if not value.is_contiguous():
            filtered["a tensor that is not contiguous was made so"] += 1
        values = read(value.resolve_conj().resolve_neg())
        return Values(values.dtype, values.shape, values.numbers, value.requires_grad)
    if isinstance(value, torch.dtype):
        return DTypeName(name_of_dtype(value))
    if isinstance(value, tuple):
        return tuple(plain_argument(part, filtered, largest) for part in value)
    if isinstance(value, list):
        return [plain_argument(part, filtered, largest) for part in value]
    if isinstance(value, numpy.generic):
        return value.item()
    if value is None or value is Ellipsis or isinstance(value, (bool, int, float, complex, str, slice)):
        return value
    raise Unsuitable(f"an argument of type {type(value).__name__}")


def plain_sample(
    sample: SampleInput,
    operation: str,
    filtered: Counter[str],
    digits: Mapping[str, int] | None = INPUT_DIGITS,
    largest: int = LARGEST_TENSOR,
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments and keywords of a sample as plain values, their numbers rounded to `digits` if these are given."""
    keywords = dict(sample.kwargs)
    if keywords.get("dropout_p"):
        raise Unsuitable("a random result")
    for name in list(keywords):
        if name in DROPPED_ARGUMENTS:
            if keywords[name] not in (None, "cpu", torch.strided, False):
                filtered[f"{name}: {DROPPED_ARGUMENTS[name]}"] += 1
            del keywords[name]
    positional = (sample.input, *sample.args)
    order = ARGUMENT_ORDER.get(operation, ())
    positional = (*(positional[index] for index in order), *positional[len(order) :])
    arguments = tuple(plain_argument(value, filtered, largest) for value in positional)
    plain_keywords = {name: plain_argument(value, filtered, largest) for name, value in keywords.items()}
    if digits is None:
        return arguments, plain_keywords
    return rounded(arguments, digits), rounded(plain_keywords, digits)


def samples_of(entry: OpInfo, dtype: torch.dtype, *, requires_grad: bool) -> Iterator[SampleInput]:
    """The samples of an entry; large ones of an elementwise function are cut to a corner, a 0-d and an empty tensor."""
    for sample in entry.sample_inputs("cpu", dtype, requires_grad=requires_grad):
        if not isinstance(entry, UnaryUfuncInfo) or sample.input.numel() <= LARGEST_ELEMENTWISE:
            yield sample
            continue
        whole = sample.input.detach()
        corner = whole[(slice(4),) * whole.ndim]
        for part in (corner, whole.flatten()[5], corner[:0]):
            value = part.clone().requires_grad_(requires_grad)
            yield SampleInput(value, args=sample.args, kwargs=sample.kwargs)


def signature(plain: Any) -> str:
    """What tells samples apart beside their numbers: shapes, structure, options."""
    if isinstance(plain, Values):
        return f"{plain.dtype}{plain.shape}"
    if isinstance(plain, (tuple, list)):
        return f"({', '.join(signature(part) for part in plain)})"
    if isinstance(plain, dict):
        return f"({', '.join(f'{key}={signature(part)}' for key, part in plain.items())})"
    return repr(plain)


def spread(candidates: list[Any], count: int) -> list[Any]:
    """`count` of the candidates, evenly spaced, the first and the last among them."""
    if len(candidates) <= count:
        return candidates
    if count == 1:
        return candidates[:1]
    return [candidates[round(index * (len(candidates) - 1) / (count - 1))] for index in range(count)]


def seed(text: str) -> None:
    """Make the samples of an entry the same in every run."""
    number = zlib.crc32(text.encode())
    torch.manual_seed(number)
    random.seed(number)
    numpy.random.seed(number)


def dtypes_of(entry: OpInfo, family: str) -> Iterable[torch.dtype]:
    """The dtypes of the suite that torch has for the entry."""
    for name in SAMPLES_PER_DTYPE:
        in_scope = name not in COMPLEX or family in COMPLEX_FAMILIES or entry.name in COMPLEX_OPERATORS
        dtype = getattr(torch, name)
        in_scope = in_scope and (entry_name(entry), name) not in EXCLUDED_DTYPES
        if in_scope and dtype in entry.supported_dtypes("cpu"):
            yield dtype


def entry_cases(entry: OpInfo, family: str, filtered: Counter[str]) -> Iterator[tuple[Case, tuple[str, ...]]]:
    """The cases of one entry without results, each with the names of the checks that apply to it."""
    name = entry_name(entry)
    for dtype in dtypes_of(entry, family):
        dtype_name = name_of_dtype(dtype)
        differentiable = (
            dtype_name in ("float64", "complex128")
            and entry.supports_autograd
            and entry.name not in WITHOUT_NUMBERS
            and dtype in entry.supported_backward_dtypes("cpu")
        )
        seed(f"{name}-{dtype_name}")
        distinct: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {}
        for sample in samples_of(entry, dtype, requires_grad=differentiable):
            try:
                arguments, keywords = plain_sample(sample, entry.name, filtered)
            except Unsuitable as reason:
                filtered[str(reason)] += 1
                continue
            distinct.setdefault(signature((arguments, keywords)), (arguments, keywords))
        checks = ["forward"]
        if differentiable:
            checks += ["grad", "backward", "grad_fn"]
            checks += ["gradgrad"] * entry.supports_gradgrad + ["jvp"] * entry.supports_forward_ad
        for index, (arguments, keywords) in enumerate(spread(list(distinct.values()), SAMPLES_PER_DTYPE[dtype_name])):
            case = Case(
                name=name,
                family=family,
                dtype=dtype_name,
                sample=index,
                arguments=arguments,
                keywords=keywords,
                target=target_of(entry),
                with_numbers=entry.name not in WITHOUT_NUMBERS,
            )
            yield case, tuple(checks)


def refusal(check: str, case: Case) -> str | None:
    """What torch says if it refuses a check of a case."""
    try:
        CHECKS[check](torch, case)
    except RuntimeError as error:
        return f"{case.target}: {str(error).splitlines()[0][:100]}"
    return None


def in_place_entries() -> Iterator[tuple[str, OpInfo]]:
    """The families and entries of all operations that have a method that writes the result into its first argument."""
    for family in FAMILIES:
        for entry in family_entries(family):
            if hasattr(torch.Tensor, f"{entry.name}_") and entry.name not in ARGUMENT_ORDER:
                yield family, entry


def in_place_name(entry: OpInfo) -> str:
    """`div_.floor_rounding`: the method's name and the variant's."""
    return f"{entry.name}_{entry_name(entry).removeprefix(entry.name)}"


def in_place_cases(filtered: Counter[str]) -> Iterator[tuple[Case, tuple[str, ...]]]:
    """The samples of all operations, for the methods that write the result into their first argument."""
    for family, entry in in_place_entries():
        taken: Counter[str] = Counter()
        target = f"Tensor.{entry.name}_"
        for case, checks in entry_cases(entry, family, Counter()):
            if taken[case.dtype] == IN_PLACE_SAMPLES.get(case.dtype, 0):
                continue
            case = replace(case, name=in_place_name(entry), family=IN_PLACE, target=target)
            refusals = [refusal(check, case) for check in ("forward", "grad") if check in checks]
            filtered.update(words for words in refusals if words)
            if refusals[0]:
                continue
            taken[case.dtype] += 1
            yield case, ("forward",) if any(refusals) else checks


def database_cases(family: str, filtered: Counter[str]) -> Iterator[tuple[Case, tuple[str, ...]]]:
    """The cases of a family without results; `filtered` counts what was left aside, by reason."""
    if family == IN_PLACE:
        yield from in_place_cases(filtered)
        return
    for entry in family_entries(family):
        found = list(entry_cases(entry, family, filtered))
        if not found:
            raise LookupError(f"no sample of {entry_name(entry)!r} is suitable")
        yield from found
