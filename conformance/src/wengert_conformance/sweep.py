"""Torch's whole operator database against a backend, live: each entry under each column that applies to it.

What applies is decided by the database's own flags and dtypes. Left out are sparse and quantised layouts, torch's
internal names, and the duplicates that copy (`permute_copy`). A cell of the matrix is one test: an entry passes a
column if each of its samples does. This module imports torch and its database; only the tests of the sweep import it.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from types import ModuleType
from typing import Any

import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.opinfo.core import ErrorInput, OpInfo, SampleInput

from wengert_conformance.cases import Case, resolve
from wengert_conformance.checks import CHECKS, differences
from wengert_conformance.database import (
    Unsuitable,
    entry_name,
    plain_sample,
    samples_of,
    seed,
    signature,
    spread,
    target_of,
)
from wengert_conformance.operators import WITHOUT_NUMBERS
from wengert_conformance.values import name_of_dtype, tensors

#: Samples of one cell: enough for each option, few enough for a run of minutes.
SAMPLES = {"forward": 12, "errors": 20}
SAMPLES_OF_OTHERS = 5
REAL_CHECKS = ("forward", "grad", "gradgrad", "jvp")
COLUMNS = (
    "exists",
    *REAL_CHECKS,
    *(f"complex {check}" for check in REAL_CHECKS),
    *("method", "inplace", "operator", "dtypes", "out", "errors"),
)
OTHER_DTYPES = (torch.float32, torch.int64, torch.bool)


def _copied(name: str) -> Callable[..., Any]:
    return lambda library, x, *rest, **options: getattr(x.clone(), name)(*rest, **options)


def _swapped(name: str) -> Callable[..., Any]:
    return lambda library, x, n, **options: resolve(library, name)(n, x, **options)


#: How an entry is called where the database's own call is not that of a public function with the sample's arguments.
CALLS: dict[str, Callable[..., Any]] = {
    **{name: _copied(f"{name}_") for name in ("cauchy", "exponential", "geometric", "log_normal", "uniform")},
    "normal.in_place": _copied("normal_"),
    **{name: _copied(name) for name in ("resize_", "resize_as_", "zero_")},
    "special.polygamma": _swapped("special.polygamma"),
    "slice": lambda library, x, dim=0, start=None, end=None, step=1: x[
        (slice(None),) * (dim % x.ndim) + (slice(start, end, step),)
    ],
    "linalg.lstsq.grad_oriented": lambda library, a, b, driver: library.linalg.lstsq(a, b, driver=driver)[:2],
    "linalg.pinv.singular": lambda library, a, b: library.linalg.pinv(a @ b.mT),
    "nn.functional.multi_head_attention_forward": lambda library, *given, **options: (  # without dropout
        library.nn.functional.multi_head_attention_forward(*given[:10], 0.0, *given[11:], **options)
    ),
}


def _triangular(call: Callable[..., Any], x: Any, *rest: Any, upper: bool = False, **options: Any) -> Any:
    """A call on one triangle of a matrix, with ones on its diagonal."""
    with_ones = x - x.tril().triu() + x.detach().new_ones(x.shape).tril().triu()
    return call(with_ones.triu() if upper else with_ones.tril(), *rest, upper, **options)


#: What takes the place of a wrapper of the database that calls functions of torch.
WRAPPERS: dict[str, Callable[..., Any]] = {"gradcheck_wrapper_triangular_input_real_positive_diagonal": _triangular}
#: Keywords that hold an object of torch's own, which the call has a default for.
OBJECTS = ("distance_function", "options")
LARGEST = 20000
RANDOM = WITHOUT_NUMBERS | {
    *("cauchy", "exponential", "geometric", "log_normal", "uniform", "normal", "bernoulli", "multinomial", "rand"),
    *("nn.functional.dropout2d", "nn.functional.dropout3d", "nn.functional.alpha_dropout", "nn.functional.rrelu"),
    *("nn.functional.feature_alpha_dropout", "svd_lowrank", "pca_lowrank", "randn", "randint", "empty_permuted"),
    *("nn.functional.fractional_max_pool2d", "nn.functional.fractional_max_pool3d", "new_empty_strided"),
    *("empty_strided", "resize_", "resize_as_"),
}


def left_out(entry: OpInfo) -> str | None:
    """Why an entry is no part of the sweep; None if it is."""
    words = entry.name.split(".")
    if words[0] == "sparse" or "sparse" in entry.name:
        return "sparse layouts"
    if any(word.startswith("_") and not word.startswith("__") for word in words) or words[0] == "torch":
        return "torch's internal names"
    if entry.name.startswith("jiterator_"):
        return "kernels compiled for a GPU"
    if entry.name in ("max_pool2d_with_indices_backward", "native_dropout_backward"):
        return "torch's internal names"
    if entry.name.endswith("_copy") and entry.name not in ("index_copy", "narrow_copy"):
        return "duplicates that copy"
    if not entry.supported_dtypes("cpu"):
        return "no dtype on the CPU"
    return None


@cache
def entries() -> dict[str, OpInfo]:
    """The entries of the sweep by name."""
    return {entry_name(entry): entry for entry in op_db if left_out(entry) is None}


def columns_of(entry: OpInfo) -> Iterator[str]:
    """The columns that apply to an entry."""
    yield "exists"
    for prefix, dtype in (("", torch.float64), ("complex ", torch.complex128)):
        if dtype not in entry.supported_dtypes("cpu"):
            continue
        yield f"{prefix}forward"
        if entry.supports_autograd and entry.name not in RANDOM and dtype in entry.supported_backward_dtypes("cpu"):
            yield f"{prefix}grad"
            if entry.supports_gradgrad:
                yield f"{prefix}gradgrad"
            if entry.supports_forward_ad:
                yield f"{prefix}jvp"
    if callable(entry.method_variant) and hasattr(torch.Tensor, entry.name):
        yield "method"
    if callable(entry.inplace_variant) and hasattr(torch.Tensor, f"{entry.name}_"):
        yield "inplace"
    if callable(entry.operator_variant):
        yield "operator"
    if set(OTHER_DTYPES) & entry.supported_dtypes("cpu"):
        yield "dtypes"
    if entry.supports_out and not target_of(entry).startswith("Tensor."):
        yield "out"
    if entry.error_inputs_func is not None:
        yield "errors"


def first_dtype(entry: OpInfo) -> torch.dtype:
    """The dtype that the forms of an entry are compared in."""
    found = entry.supported_dtypes("cpu")
    order = (torch.float64, torch.float32, torch.int64, torch.bool, torch.complex128)
    return next((dtype for dtype in order if dtype in found), next(iter(found)))


def call_of(entry: OpInfo) -> Callable[..., Any]:
    """The call that a sample of the entry means, on any library."""
    call = CALLS.get(entry_name(entry)) or CALLS.get(entry.name)
    if call is not None:
        return call
    target = target_of(entry)
    if not callable(resolve(torch, target)):  # a property
        return lambda library, x: getattr(x, entry.name)
    return lambda library, *arguments, **options: resolve(library, target)(*arguments, **options)


def plain(sample: SampleInput, entry: OpInfo) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments and keywords of a sample as plain values."""
    for name in OBJECTS:
        sample.kwargs.pop(name, None)
    return plain_sample(sample, entry.name, Counter(), digits=None, largest=LARGEST)


def plain_cases(entry: OpInfo, dtype: torch.dtype, call: Callable[..., Any], count: int, grad: bool) -> list[Case]:
    """Cases of the entry's samples that differ in more than their numbers."""
    distinct: dict[str, Case] = {}
    refusals: Counter[str] = Counter()
    for sample in seeded_samples(entry, dtype, grad):
        try:
            arguments, options = plain(sample, entry)
        except Unsuitable as reason:
            refusals[str(reason)] += 1
            continue
        name, process = entry_name(entry), sample.output_process_fn_grad
        case = Case(
            name=name,
            family="database",
            dtype=name_of_dtype(dtype),
            sample=len(distinct),
            arguments=arguments,
            keywords=options,
            function=_processed(call, process, _wrapper(entry) if grad else None),
            with_numbers=entry.name not in RANDOM,
        )
        distinct.setdefault(signature((arguments, options)), case)
    if not distinct and refusals:
        raise LookupError(f"no sample of {entry_name(entry)} is suitable: {dict(refusals)}")
    return spread(list(distinct.values()), count)


def _wrapper(entry: OpInfo) -> Any:
    """What the database puts around the call so that its inputs are symmetric; those of masked ones and of triangular
    ones need torch."""
    needs_torch = entry.name.startswith("masked.") or "triangular" in getattr(entry.gradcheck_wrapper, "__name__", "")
    return None if needs_torch else entry.gradcheck_wrapper


def _processed(call: Callable[..., Any], process: Callable[[Any], Any], wrapper: Any) -> Callable[..., Any]:
    """The call with what the database does around it: symmetric inputs, and results without their free phase."""

    wrapper = WRAPPERS.get(getattr(wrapper, "__name__", ""), wrapper)

    def function(library: ModuleType, *arguments: Any, **options: Any) -> Any:
        def inner(*arguments: Any, **options: Any) -> Any:
            return call(library, *arguments, **options)

        return process(inner(*arguments, **options) if wrapper is None else wrapper(inner, *arguments, **options))

    return function


def seeded_samples(entry: OpInfo, dtype: torch.dtype, grad: bool) -> list[SampleInput]:
    """The database's samples, the same in every run."""
    seed(f"{entry_name(entry)}-{dtype}")
    return list(samples_of(entry, dtype, requires_grad=grad))


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
                yield from ((case, "forward") for case in plain_cases(entry, other, call_of(entry), 3, False))
    elif column == "inplace":
        grad = entry.supports_autograd and entry.supports_inplace_autograd and entry.name not in RANDOM
        for case in plain_cases(entry, dtype, _form(f"Tensor.{entry.name}_", copied=True), count, grad):
            yield case, "forward"
            if grad:
                yield case, "grad"
    elif column == "method":
        for case in plain_cases(entry, dtype, _form(f"Tensor.{entry.name}"), count, False):
            yield case, "forward"
    elif column == "operator":
        for case in plain_cases(entry, dtype, _operator(entry.operator_variant), count, False):
            yield case, "forward"
    elif column == "out":
        for case in plain_cases(entry, dtype, _with_out(call_of(entry)), 3, False):
            yield case, "forward"


def _form(target: str, copied: bool = False) -> Callable[..., Any]:
    """A call of a method, on a copy of its tensor where the method writes it."""

    def function(library: ModuleType, x: Any, *arguments: Any, **options: Any) -> Any:
        return resolve(library, target)(x.clone() if copied else x, *arguments, **options)

    return function


def _operator(variant: Callable[..., Any]) -> Callable[..., Any]:
    return lambda library, *arguments, **options: variant(*arguments, **options)


def _with_out(call: Callable[..., Any]) -> Callable[..., Any]:
    """The call into tensors given as `out=`, which must be what it returns."""

    def function(library: ModuleType, *arguments: Any, **options: Any) -> Any:
        usual = call(library, *arguments, **options)
        several = isinstance(usual, (tuple, list))
        places = [library.empty_like(part) for part in tensors(usual, library)]
        found = call(library, *arguments, **options, out=tuple(places) if several else places[0])
        if any(one is not other for one, other in zip(tensors(found, library), places, strict=True)):
            raise AssertionError("what comes back is not what was given as out=")
        return found

    return function


def problems(entry: OpInfo, column: str, library: ModuleType) -> list[str]:
    """What is wrong in one cell; empty where it passes."""
    if column == "exists":
        places = [target_of(entry), f"Tensor.{entry.name}_"]
        place = next((place for place in places if has(torch, place)), "Tensor.__getitem__")
        return [] if has(library, place) else [f"{place} does not exist"]
    if column == "errors":
        return [line for error_input in error_inputs(entry) for line in error_problems(entry, error_input, library)]
    return [line for case, check in cases(entry, column) for line in case_problems(case, check, library)]


def has(library: ModuleType, target: str) -> bool:
    """Whether a library has what a dotted name means."""
    try:
        resolve(library, target)
    except AttributeError:
        return False
    return True


def case_problems(case: Case, check: str, library: ModuleType) -> list[str]:
    """How a check of a case differs from torch's; a case that torch itself refuses says nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            expected = CHECKS[check](torch, case)
        except (RuntimeError, NotImplementedError, TypeError, ValueError, IndexError):
            return []
        where = case.identifier(check)
        try:
            found = CHECKS[check](library, case)
        except Exception as error:
            return [
                f"{where}: {type(error).__name__}: {str(error)[:300]}; {signature((case.arguments, case.keywords))}"
            ]
    lines = differences(expected, found, where)
    return [f"{line}; {signature((case.arguments, case.keywords))}" for line in lines]


def error_inputs(entry: OpInfo) -> list[ErrorInput]:
    """The calls that the database says torch refuses, those of them that it does refuse and that can be made here."""
    seed(f"{entry_name(entry)}-errors")
    return list(entry.error_inputs("cpu"))


def error_problems(entry: OpInfo, error_input: ErrorInput, library: ModuleType) -> list[str]:
    """Whether the library refuses a call with torch's class and words."""
    sample = error_input.sample_input
    try:
        arguments, options = plain(sample, entry)
    except Unsuitable:
        return []
    case = Case(entry_name(entry), "database", arguments=arguments, keywords=options, function=call_of(entry))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            case.call(torch, case.leaf_tensors(torch, requires_grad=True))
        except Exception as error:
            theirs = error
        else:
            return []  # refused for what a plain sample cannot hold: a layout, an overlap
        shown = f"{signature((arguments, options))}: torch says {type(theirs).__name__}: {str(theirs)[:200]!r}"
        try:
            case.call(library, case.leaf_tensors(library, requires_grad=True))
        except Exception as error:
            named = type(theirs).__name__ if isinstance(theirs, torch.linalg.LinAlgError) else None
            of_its_class = isinstance(error, type(theirs)) or type(error).__name__ == named
            if of_its_class and re.search(error_input.error_regex, str(error)):
                return []
            return [f"{shown}; found {type(error).__name__}: {str(error)[:200]!r}"]
    return [f"{shown}; found no error"]


__all__ = ["COLUMNS", "cases", "columns_of", "entries", "problems"]
