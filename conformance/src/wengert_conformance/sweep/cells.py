"""A cell of the matrix: the cases of one entry under one column, and what comes of them."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from types import ModuleType
from typing import Any

import torch
from torch.testing._internal.opinfo.core import OpInfo

from wengert_conformance.cases import Case, resolve
from wengert_conformance.checks import CHECKS, differences
from wengert_conformance.database import Unsuitable, entry_name, samples_of, seed, signature, spread
from wengert_conformance.sweep.calls import call_of, inplace_of, method_of, operator, processed, with_out, wrapper_of
from wengert_conformance.sweep.entries import (
    OTHER_DTYPES,
    RANDOM,
    REAL_CHECKS,
    entries,
    error_cases,
    first_dtype,
    plain,
    takes_inplace,
)
from wengert_conformance.values import name_of_dtype

#: Samples of one cell: enough for each option, few enough for a run of minutes.
SAMPLES = {"forward": 100, "dtypes": 20, "out": 20}
SAMPLES_OF_OTHERS = 40
#: The seed of each comparison. `svd_lowrank` starts from random vectors, and one start in some thousands is so nearly
#: singular that second derivatives lose half their digits.
START = 0
#: What torch raises where it refuses a sample, which then says nothing.
REFUSALS = (RuntimeError, NotImplementedError, TypeError, ValueError, IndexError)


@dataclass(slots=True)
class Verdict:
    """What came of a cell: how many comparisons were made, and what is wrong, one line each."""

    compared: int = 0
    problems: list[str] = field(default_factory=list[str])

    def add(self, found: list[str] | None) -> None:
        """Count a comparison; None is one that torch did not allow."""
        if found is not None:
            self.compared += 1
            self.problems += found


def verdict(entry: OpInfo, column: str, library: ModuleType) -> Verdict:
    """What comes of one cell."""
    total = Verdict()
    if column == "exists":
        for name in names_of(entry):
            total.add([] if has(library, name) else [f"{name} does not exist"])
    elif column == "errors":
        for case, error, regex in error_cases(entry_name(entry)):
            total.add(error_problems(case, error, regex, library))
    else:
        for case, check in cases(entry, column):
            total.add(case_problems(case, check, library))
    return total


def has(library: ModuleType, target: str) -> bool:
    """Whether a library has what a dotted name means."""
    try:
        resolve(library, target)
    except AttributeError:
        return False
    return True


def names_of(entry: OpInfo) -> list[str]:
    """Where torch has the operation: as a function and as a method, in place too, under its name and its aliases."""
    words = [name.removeprefix("torch.") for name in (entry.name, *(alias.name for alias in entry.aliases))]
    places = [place for word in words for place in (word, f"Tensor.{word}", f"Tensor.{word}_")]
    return [place for place in places if has(torch, place)] or ["Tensor.__getitem__"]


@lru_cache(maxsize=8)
def samples(name: str, dtype: torch.dtype, grad: bool) -> list[tuple[tuple[Any, ...], dict[str, Any], Any]]:
    """An entry's samples that differ in more than their numbers, the same in every run: arguments, keywords and what
    the database does with the result."""
    entry = entries()[name]
    distinct: dict[str, tuple[tuple[Any, ...], dict[str, Any], Any]] = {}
    refusals: Counter[str] = Counter()
    seed(f"{name}-{dtype}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the database's own calls of older functions
        found = list(samples_of(entry, dtype, requires_grad=grad))
    for sample in found:
        try:
            arguments, options = plain(sample, entry)
        except Unsuitable as reason:
            refusals[str(reason)] += 1
            continue
        distinct.setdefault(signature((arguments, options)), (arguments, options, sample.output_process_fn_grad))
    if not distinct and refusals:
        raise LookupError(f"no sample of {name} is suitable: {dict(refusals)}")
    return list(distinct.values())


def plain_cases(entry: OpInfo, dtype: torch.dtype, call: Callable[..., Any], count: int, grad: bool) -> list[Case]:
    """`count` cases of the entry's samples."""
    wrapper = wrapper_of(entry) if grad else None
    numbered = list(enumerate(samples(entry_name(entry), dtype, grad)))
    return [
        Case(
            name=entry_name(entry),
            family="database",
            dtype=name_of_dtype(dtype),
            sample=number,
            arguments=arguments,
            keywords=options,
            function=processed(call, process, wrapper),
            with_numbers=entry.name not in RANDOM,
        )
        for number, (arguments, options, process) in spread(numbered, count)
    ]


def cases(entry: OpInfo, column: str) -> Iterator[tuple[Case, str]]:
    """The cases of one cell, each with the name of its check."""
    check = column.removeprefix("complex ")
    count = SAMPLES.get(check, SAMPLES_OF_OTHERS)
    dtype = torch.complex128 if column.startswith("complex ") else first_dtype(entry)
    if check in REAL_CHECKS:
        for case in plain_cases(entry, dtype, call_of(entry), count, check != "forward"):
            yield case, check
    elif column == "dtypes":
        for other in OTHER_DTYPES:
            if other in entry.supported_dtypes("cpu"):
                yield from ((case, "forward") for case in plain_cases(entry, other, call_of(entry), count, False))
    elif column == "inplace":
        grad = entry.supports_autograd and entry.supports_inplace_autograd and entry.name not in RANDOM
        call = inplace_of(entry) if takes_inplace(entry) else method_of(entry, "_")
        for case in plain_cases(entry, dtype, call, count, grad):
            yield case, "forward"
            if grad:
                yield case, "grad"
    elif column == "method":
        for case in plain_cases(entry, dtype, method_of(entry), count, False):
            yield case, "forward"
    elif column == "operator":
        for case in plain_cases(entry, dtype, operator(entry.operator_variant), count, False):
            yield case, "forward"
    elif column == "out":
        for case in plain_cases(entry, dtype, with_out(call_of(entry)), count, False):
            yield case, "forward"


def case_problems(case: Case, check: str, library: ModuleType) -> list[str] | None:
    """How a check of a case differs from torch's; None where torch itself refuses the case."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(START)
        try:
            expected = CHECKS[check](torch, case)
        except REFUSALS:
            return None
        where = case.identifier(check)
        library.manual_seed(START)
        try:
            found = CHECKS[check](library, case)
        except Exception as error:
            return [
                f"{where}: {type(error).__name__}: {str(error)[:300]}; {signature((case.arguments, case.keywords))}"
            ]
    if check == "gradgrad" and expected is None and found is not None and not any(any(v.numbers) for v in found):
        return []  # an undefined second gradient and one of zeros mean the same, in `second_gradient` too
    lines = differences(expected, found, where)
    return [f"{line}; {signature((case.arguments, case.keywords))}" for line in lines]


def error_problems(case: Case, theirs: BaseException, regex: str, library: ModuleType) -> list[str]:
    """Whether the library refuses a call with torch's class and words."""
    called = signature((case.arguments, case.keywords))
    shown = f"{called}: torch says {type(theirs).__name__}: {str(theirs)[:200]!r}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            case.call(library, case.leaf_tensors(library, requires_grad=True))
        except Exception as error:
            named = type(theirs).__name__ if isinstance(theirs, torch.linalg.LinAlgError) else None
            of_its_class = isinstance(error, type(theirs)) or type(error).__name__ == named
            if of_its_class and re.search(regex, str(error)):
                return []
            return [f"{shown}; found {type(error).__name__}: {str(error)[:200]!r}"]
    return [f"{shown}; found no error"]
