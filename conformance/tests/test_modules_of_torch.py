"""Which of torch.nn's classes are here and compared, which are left out and why; first values, mistakes."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch
import wengert
from wengert_conformance.layers import LAYERS, Build

#: torch.nn's classes that have no counterpart.
LEFT_OUT = {
    **dict.fromkeys(
        (
            *(
                f"Lazy{name}{axes}d"
                for name in ("BatchNorm", "Conv", "ConvTranspose", "InstanceNorm")
                for axes in "123"
            ),
            "LazyLinear",
        ),
        "shapes that are found at the first call make parameters that do not exist before",
    ),
    **dict.fromkeys(("DataParallel", "SyncBatchNorm"), "several devices at once"),
    **dict.fromkeys(("Container", "NLLLoss2d", "CrossMapLRN2d"), "older names that torch keeps for old programs"),
    "RNNCellBase": "a base class of torch's own",
    "AdaptiveLogSoftmaxWithLoss": "a softmax for vocabularies of GPUs' sizes",
    "LinearCrossEntropyLoss": "a fused kernel that torch has added as a prototype",
}


def classes(nn: Any) -> set[str]:
    """The names of the modules of a namespace."""
    found = {name: getattr(nn, name) for name in (dir(nn) if nn is torch.nn else nn.__all__)}
    return {name for name, value in found.items() if inspect.isclass(value) and issubclass(value, nn.Module)}


def test_every_class_of_torch_is_here_or_left_out_with_a_reason() -> None:
    assert sorted(classes(torch.nn) - classes(wengert.nn) - set(LEFT_OUT)) == []
    assert sorted(set(LEFT_OUT) & classes(wengert.nn)) == []
    assert sorted(set(LEFT_OUT) - classes(torch.nn)) == []
    assert sorted(classes(wengert.nn) - classes(torch.nn)) == []


def test_every_class_is_compared() -> None:
    """By a layer of its name in the table, or by what is beneath it."""
    elsewhere = {"Module", "ModuleDict", "ModuleList", "ParameterDict", "ParameterList", "RNNBase", "CTCLoss"}
    padding = {name for name in classes(wengert.nn) if "Pad" in name}
    compared = {name.split()[0] for name in LAYERS} | elsewhere | padding
    assert sorted(classes(wengert.nn) - compared) == []


def test_initial_parameters_have_torchs_bounds() -> None:
    for build in (
        lambda nn: nn.ConvTranspose2d(30, 40, 5),
        lambda nn: nn.Conv3d(30, 20, 3),
        lambda nn: nn.EmbeddingBag(90, 80),
    ):
        torch.manual_seed(0)
        wengert.manual_seed(0)
        theirs, mine = build(torch.nn), build(wengert.nn)
        for one, other in zip(mine.parameters(), theirs.parameters(), strict=True):
            assert one.shape == tuple(other.shape)
            assert one.std().item() == pytest.approx(other.std().item(), rel=0.2)
            assert one.abs().max().item() == pytest.approx(other.abs().max().item(), rel=0.2)


MISTAKES: dict[str, Build] = {
    "padding mode": lambda nn: nn.ConvTranspose1d(1, 1, 1, padding_mode="reflect"),
    "no size": lambda nn: nn.FractionalMaxPool2d(2),
    "two sizes": lambda nn: nn.FractionalMaxPool2d(2, 2, 0.5),
    "a ratio": lambda nn: nn.FractionalMaxPool2d(2, output_ratio=1.5),
    "padding index": lambda nn: nn.EmbeddingBag(3, 2, padding_idx=3),
    "a margin": lambda nn: nn.TripletMarginWithDistanceLoss(margin=0.0),
    "activation": lambda nn: nn.TransformerEncoderLayer(4, 2, activation="tanh"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_gets_torchs_error(name: str) -> None:
    told: list[tuple[type[BaseException], str]] = []
    for nn in (torch.nn, wengert.nn):
        with pytest.raises(Exception) as found:  # noqa: PT011  # the class is compared
            MISTAKES[name](nn)
        told.append((found.type, str(found.value)))
    assert told[1] == told[0]


@pytest.mark.parametrize("size", [(4,), (1, 6, 4), (5,), (9,), (3, 3)])
def test_a_transposed_convolution_to_a_size(size: tuple[int, ...]) -> None:
    told: list[Any] = []
    for library in (torch, wengert):
        layer = library.nn.ConvTranspose1d(2, 6, 2, stride=2)
        try:
            told.append(tuple(layer(library.ones(1, 2, 2), output_size=size).shape))
        except ValueError as error:
            told.append(str(error).split(" (for an input of")[0])
    assert told[1] == told[0]


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_ctc_loss(reduction: str) -> None:
    """By the gradient of what goes into log_softmax: torch's rule for the logarithms themselves takes them for its
    results."""
    torch.manual_seed(0)
    logits, lengths, counts = torch.randn(6, 2, 4, dtype=torch.float64).tolist(), [6, 5], [3, 2]
    found: list[Any] = []
    for library in (torch, wengert):
        x = library.tensor(logits, dtype=library.float64, requires_grad=True)
        layer = library.nn.CTCLoss(blank=1, reduction=reduction)
        losses = layer(
            library.log_softmax(x, -1),
            library.tensor([[0, 2, 3], [2, 2, 0]]),
            library.tensor(lengths),
            library.tensor(counts),
        )
        losses.sum().backward()
        found.append((repr(layer), torch.tensor(losses.tolist()), torch.tensor(x.grad.tolist())))
    assert found[1][0] == found[0][0]
    for one, other in zip(found[1][1:], found[0][1:], strict=True):
        torch.testing.assert_close(one, other)
