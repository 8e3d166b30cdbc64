"""Which entries of torch's operator database the sweep has, and which columns apply to each.

The database's own flags and dtypes decide. Left out are sparse and quantised layouts, torch's internal names, and the
duplicates that copy (`permute_copy`).
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.opinfo.core import OpInfo, SampleInput

from wengert_conformance.cases import Case
from wengert_conformance.database import Unsuitable, entry_name, plain_sample, seed, target_of
from wengert_conformance.ledger import DATABASE
from wengert_conformance.operators import WITHOUT_NUMBERS
from wengert_conformance.sweep.calls import call_of

REAL_CHECKS = ("forward", "grad", "gradgrad", "jvp")
COLUMNS = (
    "exists",
    *REAL_CHECKS,
    *(f"complex {check}" for check in REAL_CHECKS),
    *("method", "inplace", "operator", "dtypes", "out", "errors"),
)
LARGEST = 20000
#: Keywords that hold an object of torch's own, which the call has a default for.
OBJECTS = ("distance_function", "options")
OTHER_DTYPES = (torch.float32, torch.int64, torch.bool)
RANDOM = WITHOUT_NUMBERS | {
    *("cauchy", "exponential", "geometric", "log_normal", "uniform", "normal", "bernoulli", "multinomial", "rand"),
    *("nn.functional.dropout2d", "nn.functional.dropout3d", "nn.functional.alpha_dropout", "nn.functional.rrelu"),
    *("nn.functional.feature_alpha_dropout", "randn", "randint", "empty_permuted"),
    *("nn.functional.fractional_max_pool2d", "nn.functional.fractional_max_pool3d", "new_empty_strided"),
    *("empty_strided", "resize_", "resize_as_"),
}


#: What the database's flags claim and torch itself does not give.
NOT_GIVEN = {
    ("equal", "out"): "torch refuses each sample",
    ("histogramdd", "out"): "torch refuses each sample",
    ("nn.functional.ctc_loss", "gradgrad"): "torch refuses each sample",
    ("svd_lowrank", "complex gradgrad"): "it varies with torch's random start by more than rounding",
    ("pca_lowrank", "complex gradgrad"): "it varies with torch's random start by more than rounding",
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


def columns_of(entry: OpInfo) -> list[str]:
    """The columns that apply to an entry."""
    return [column for column in _claimed(entry) if (entry.name, column) not in NOT_GIVEN]


def _claimed(entry: OpInfo) -> Iterator[str]:
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
    if callable(entry.inplace_variant) and (hasattr(torch.Tensor, f"{entry.name}_") or takes_inplace(entry)):
        yield "inplace"
    if callable(entry.operator_variant):
        yield "operator"
    if set(OTHER_DTYPES) & entry.supported_dtypes("cpu"):
        yield "dtypes"
    if entry.supports_out and not target_of(entry).startswith("Tensor."):
        yield "out"
    if error_cases(entry_name(entry)):
        yield "errors"


@cache
def error_cases(name: str) -> list[tuple[Case, BaseException, str]]:
    """The calls that the database says torch refuses and that torch does refuse, of those that plain values can make:
    not of another layout, device or overlapping memory. With each, what torch raises and what it must say."""
    entry, found = entries()[name], list[tuple[Case, BaseException, str]]()
    if entry.error_inputs_func is None:
        return found
    seed(f"{name}-errors")
    for error_input in entry.error_inputs("cpu"):
        try:
            arguments, options = plain(error_input.sample_input, entry)
        except Unsuitable:
            continue
        case = Case(name, "database", arguments=arguments, keywords=options, function=call_of(entry))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                case.call(torch, case.leaf_tensors(torch, requires_grad=True))
            except Exception as error:
                found.append((case, error, error_input.error_regex))
    return found


def plain(sample: SampleInput, entry: OpInfo) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments and keywords of a sample as plain values."""
    for name in OBJECTS:
        sample.kwargs.pop(name, None)
    return plain_sample(sample, entry.name, Counter(), digits=None, largest=LARGEST)


def takes_inplace(entry: OpInfo) -> bool:
    """Whether the operation is written in place by `inplace=True`, as functions of `nn.functional` are."""
    return entry.name.startswith("nn.functional.")


def identifier(name: str, column: str) -> str:
    """The id of a cell's test."""
    return f"{DATABASE}{name}-{column.replace(' ', '_')}"


def first_dtype(entry: OpInfo) -> torch.dtype:
    """The dtype that the forms of an entry are compared in."""
    found = entry.supported_dtypes("cpu")
    order = (torch.float64, torch.float32, torch.int64, torch.bool, torch.complex128)
    return next((dtype for dtype in order if dtype in found), next(iter(found)))


def family_of(entry: OpInfo) -> str:
    """Where torch has the operation: `Tensor`, `linalg`, `nn.functional`; `torch` for its own functions."""
    return target_of(entry).rpartition(".")[0] or "torch"
