"""What a node shows of what it kept, `_saved_*`, against torch's, over the suite's entries of the operator database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
import torch
import wengert
from torch.testing._internal.opinfo.core import OpInfo
from wengert_conformance.cases import Case
from wengert_conformance.database import Unsuitable, entry_name, family_entries, plain_sample, samples_of, target_of
from wengert_conformance.operators import FAMILIES, WITHOUT_NUMBERS

#: Tensors that torch keeps and Wengert has no need of, or keeps in the form that its rule needs, by node.
NOT_NEEDED: dict[str, set[str]] = {
    "DivBackward2": {"other", "self"},
    "SgnBackward0": {"result", "self"},
    "AngleBackward0": {"self"},
    "PolarBackward0": {"result"},
    "ComplexBackward0": {"imag", "real"},
    "ProdBackward0": {"result"},
    "ProdBackward1": {"result"},
    "VarMeanBackward0": {"self"},
    "StdMeanBackward0": {"result0", "self"},
    "AminmaxBackward0": {"max", "min"},
    "FrexpBackward0": {"exponent"},
    "ErfinvBackward0": {"self"},
    "SpecialLogNdtrBackward0": {"result"},
    "IndexBackward0": {"indices"},
    "GatherBackward0": {"self"},
    "IndexAddBackward0": {"index", "source"},
    "MaskedSelectBackward0": {"self"},
    "IndexPutBackward0": {"indices"},
    "IndexFillBackward0": {"index"},
    "IndexFillBackward1": {"index"},
    "IndexCopyBackward0": {"index", "source"},
    "TakeBackward0": {"self"},
    "PutBackward0": {"source"},
    "LogSigmoidBackward0": {"buffer"},
    "NativeLayerNormBackward0": {"bias"},
    "NativeBatchNormBackward0": {"result1", "result2", "running_mean", "running_var"},
    "ScaledDotProductFlashAttentionForCpuBackward0": {"logsumexp", "output"},
    "NllLossBackward0": {"total_weight"},
    "NllLoss2DBackward0": {"total_weight"},
    "MaxPool2DWithIndicesBackward0": {"self"},
    "AvgPool2DBackward0": {"self"},
    "ReflectionPad1DBackward0": {"self"},
    "ReplicationPad1DBackward0": {"self"},
    "ReplicationPad2DBackward0": {"self"},
}
#: Tensors that torch does not show under that name, by node: of several results the one that is kept, the arrays of an
#: index one by one, and what is kept by one node where torch has several.
MORE: dict[str, set[str]] = {
    "StdMeanBackward0": {"result"},
    "AminmaxBackward0": {"result"},
    "ErfinvBackward0": {"result"},
    "FrexpBackward0": {"mantissa"},
    "IndexBackward0": {"first"},
    "IndexPutBackward0": {"first"},
    "SqueezeBackward4": {"mat2", "self"},
    "ViewBackward0": {"mat1", "mat2"},
    "NativeBatchNormBackward0": {"mean", "rstd"},
    "SqueezeBackward1": {"result1"},
}
#: Arguments and shapes that Wengert shows and torch does not: by node, and by any.
ARGUMENTS: dict[str, set[str]] = {
    "RoundBackward1": {"scale"},
    "NanToNumBackward0": {"nan", "neginf", "posinf"},
    "SelectScatterBackward0": {"first"},
    "NativeLayerNormBackward0": {"dim", "eps"},
    "NativeGroupNormBackward0": {"dim"},
    "NativeBatchNormBackward0": {"dim"},
    "SqueezeBackward1": {"dilation", "padding"},
}
ANY = {"self_sym_sizes", "dim", "keepdim"}

ENTRIES = [
    entry
    for family in FAMILIES
    for entry in family_entries(family)
    if entry.supports_autograd and torch.float64 in entry.supported_backward_dtypes("cpu")
]


def cases(entry: OpInfo) -> Iterator[Case]:
    """Three samples."""
    found = 0
    for sample in samples_of(entry, torch.float64, requires_grad=True):
        try:
            arguments, keywords = plain_sample(sample, entry.name, Counter())
        except Unsuitable:
            continue
        yield Case(entry_name(entry), "", arguments=arguments, keywords=keywords, target=target_of(entry))
        found += 1
        if found == 3:
            return


def nodes(library: ModuleType, case: Case) -> list[Any]:
    result = case.call(library, case.leaf_tensors(library, requires_grad=True))
    results = result if isinstance(result, (tuple, list)) else [result]
    return [each.grad_fn for each in results if getattr(each, "grad_fn", None) is not None]


def shown(library: ModuleType, node: Any) -> tuple[set[str], set[str]]:
    """The names of the tensors that a node keeps, and of everything that it has a name for."""
    names = {name.removeprefix("_saved_") for name in dir(node) if name.startswith("_saved_")}

    def is_tensor(value: Any) -> bool:
        return isinstance(value, library.Tensor) or (
            isinstance(value, tuple) and bool(value) and isinstance(value[0], library.Tensor)
        )

    return {name for name in names if is_tensor(getattr(node, f"_saved_{name}"))}, names


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.name not in WITHOUT_NUMBERS], ids=entry_name)
def test_what_is_kept_has_torchs_names(entry: OpInfo) -> None:
    for case in cases(entry):
        for theirs, ours in zip(nodes(torch, case), nodes(wengert, case), strict=False):
            name = theirs.name()
            if ours.name() != name:
                continue  # torch composes it of others
            their_tensors, their_names = shown(torch, theirs)
            our_tensors, our_names = shown(wengert, ours)
            assert their_tensors - our_tensors <= NOT_NEEDED.get(name, set())
            assert our_tensors - their_tensors <= MORE.get(name, set())
            assert our_names - our_tensors - their_names - ANY <= ARGUMENTS.get(name, set())


#: Expressions of `x`, which requires grad, of `c`, which does not, and of `n`, integers.
EXPRESSIONS = (
    "x + 1", "x - c", "x * 2", "x * c", "c * x", "x / 2", "x / c", "c / x", "x ** 2", "2 ** x", "x.exp()", "x.tanh()",
    "x.sin()", "x.sqrt()", "x.sum()", "x.mean()", "x.relu()", "x @ c", "c @ x", "x @ x", "x.sigmoid()", "-x", "x.log()",
    "x[0]", "x[n]", "x.masked_fill(c > 0, 1.0)", "x.softmax(0)", "x.maximum(c)", "x.addcmul(c, c)", "x.clone()",
    "x.gather(0, n)", "x.atan2(c)", "x.abs()", "x.lerp(c, 0.5)", "x.cumsum(0)", "x.prod()", "x.norm()", "x.t()",
)  # fmt: skip


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_constant_operand_saves_nothing_of_the_other(expression: str) -> None:
    """Nothing is kept that torch does not keep: where one operand needs no gradient, the other is let go."""

    def kept(library: ModuleType) -> set[str]:
        x = library.tensor([1.0, 2.0], requires_grad=True)
        c, n = library.tensor([3.0, -1.0]), library.tensor([1, 0])
        node = eval(expression, {"x": x, "c": c, "n": n}).grad_fn
        return shown(library, node)[0] - {"first", "indices"}

    assert kept(wengert) <= kept(torch)
