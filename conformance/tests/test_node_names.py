"""`grad_fn.name()` of each differentiable entry of torch's database is torch's, or the difference has its reason."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest
import torch
import wengert
from torch.testing._internal.opinfo.core import OpInfo
from wengert_conformance.checks.node_name import node_name
from wengert_conformance.sweep import call_of, columns_of, entries, plain_cases

SAMPLES = 3
#: Where the name of the last node differs for at least one of the first samples, by the reason.
SEVERAL = "one node in torch, several from elementary functions here: the last of these has its own name"
COMPOSED = "torch composes it too, of other functions: its last node is a view or a copy that has no counterpart"
FUSED = "one node of one name here; torch fuses it for four axes, composes it for others, dropout and a moving mask"
NUMBERED = "torch numbers the overload for a number apart, or its other implementation of the same"


def listed(reason: str, names: str) -> dict[str, str]:
    """The same reason for each name."""
    return dict.fromkeys(names.split(), reason)


NAMES = {
    **listed(
        SEVERAL,
        """
        addbmm addr block_diag cdist cholesky_inverse cholesky_solve cross cummax cummin dist grid_sampler_2d
        grid_sampler_3d linalg.cross linalg.householder_product linalg.lstsq linalg.lstsq.grad_oriented
        linalg.lu_solve linalg.vecdot lu_solve matrix_exp narrow_copy native_group_norm
        nn.functional.adaptive_avg_pool2d nn.functional.adaptive_avg_pool3d nn.functional.adaptive_max_pool2d
        nn.functional.adaptive_max_pool3d nn.functional.channel_shuffle nn.functional.conv_transpose1d
        nn.functional.conv_transpose2d nn.functional.conv_transpose3d nn.functional.ctc_loss
        nn.functional.embedding_bag nn.functional.grid_sample nn.functional.interpolate.area
        nn.functional.interpolate.bicubic nn.functional.interpolate.bilinear nn.functional.interpolate.linear
        nn.functional.interpolate.nearest nn.functional.interpolate.nearest-exact
        nn.functional.interpolate.trilinear nn.functional.max_unpool2d nn.functional.max_unpool2d.grad
        nn.functional.max_unpool3d nn.functional.max_unpool3d.grad nn.functional.multi_margin_loss
        nn.functional.multilabel_margin_loss nn.functional.pdist nn.functional.pixel_shuffle
        nn.functional.pixel_unshuffle nn.functional.soft_margin_loss nn.functional.unfold
        nn.functional.upsample_bilinear nn.functional.upsample_nearest ormqr renorm triangular_solve vdot
        """,
    ),
    **listed(
        COMPOSED,
        """
        combinations cov diff einsum istft kron linalg.cond linalg.matrix_power
        linalg.tensorinv masked.prod masked.sum nanquantile nn.functional.adaptive_avg_pool1d
        nn.functional.adaptive_max_pool1d nn.functional.conv1d nn.functional.conv2d nn.functional.conv3d
        nn.functional.max_unpool1d nn.functional.max_unpool1d.grad nn.functional.pad.circular
        quantile stft sum_to_size
        """,
    ),
    **listed(FUSED, "nn.functional.scaled_dot_product_attention"),
    **listed(
        NUMBERED,
        """
        __rsub__ cumulative_trapezoid nn.functional.pairwise_distance special.ndtr trapezoid trapz
        """,
    ),
}


def differentiable() -> dict[str, OpInfo]:
    """The entries whose gradients NumPy has: not those to complex numbers of half precision."""
    return {
        name: entry
        for name, entry in entries().items()
        if {"grad", "complex grad"} & {*columns_of(entry)} and name != "chalf"
    }


def differences(entry: OpInfo) -> Iterator[str]:
    """Which names differ from torch's."""
    for column, dtype in (("grad", torch.float64), ("complex grad", torch.complex128)):
        if column in columns_of(entry):
            for case in plain_cases(entry, dtype, call_of(entry), SAMPLES, True):
                try:
                    theirs = node_name(torch, case)
                except RuntimeError:  # torch refuses the sample
                    continue
                ours = node_name(wengert, case)
                if theirs != ours:
                    yield f"{case.identifier('name')}: torch {theirs}, here {ours}"


@pytest.mark.parametrize("name", differentiable())
def test_the_name_of_the_last_node_is_torchs(name: str) -> None:
    with wengert.use_backend("numpy"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own, of older functions
        found = list(differences(entries()[name]))
    assert bool(found) == (name in NAMES), found


def test_each_line_is_of_an_entry_that_there_is() -> None:
    assert NAMES.keys() <= differentiable().keys()
