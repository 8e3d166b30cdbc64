"""The modules of torch.nn that are compared, what they are built from and given. Only tests import it, with torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import wengert
import wengert.nn.functional

Build = Callable[[Any], Any]


def ours(tensor: torch.Tensor) -> Any:
    found = wengert.tensor(tensor.detach().tolist(), dtype=getattr(wengert, str(tensor.dtype).removeprefix("torch.")))
    return found.reshape(tensor.shape).requires_grad_(tensor.requires_grad)


def converted(state: dict[str, torch.Tensor]) -> dict[str, Any]:
    return {name: ours(tensor) for name, tensor in state.items()}


def close(found: Any, expected: torch.Tensor) -> None:
    assert tuple(found.shape) == tuple(expected.shape)
    torch.testing.assert_close(
        torch.tensor(found.tolist(), dtype=expected.dtype).reshape(expected.shape), expected.detach()
    )


def flat(value: Any) -> list[Any]:
    """The tensors in nested tuples."""
    if isinstance(value, tuple):
        return [tensor for part in value for tensor in flat(part)]
    return [] if value is None else [value]


def drawn(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)


def numbers(highest: int, *shape: int) -> torch.Tensor:
    return torch.randint(highest, shape)


def signs(*shape: int) -> torch.Tensor:
    return numbers(2, *shape).double() * 2 - 1


def samples(nn: Any, axes: int) -> Any:
    found = torch.linspace(0.1, 0.9, 2 * axes, dtype=torch.float64).reshape(1, 2, axes)
    return found if nn is torch.nn else ours(found)


def nn_mask(size: int) -> torch.Tensor:
    return torch.nn.Transformer.generate_square_subsequent_mask(size, dtype=torch.float64)


#: What is built from the namespace `nn`, and what the inputs are made of.
LAYERS: dict[str, tuple[Build, Callable[[], tuple[torch.Tensor, ...]]]] = {
    "Linear": (lambda nn: nn.Linear(3, 2), lambda: (drawn(4, 3),)),
    "Linear without bias": (lambda nn: nn.Linear(3, 2, bias=False), lambda: (drawn(3),)),
    "Bilinear": (lambda nn: nn.Bilinear(3, 2, 4), lambda: (drawn(5, 3), drawn(5, 2))),
    "Identity": (lambda nn: nn.Identity(7, unused=True), lambda: (drawn(2),)),
    "Embedding": (lambda nn: nn.Embedding(5, 3, padding_idx=-4), lambda: (numbers(5, 2, 4),)),
    "Conv1d": (lambda nn: nn.Conv1d(4, 6, 3, stride=2, padding=1, groups=2), lambda: (drawn(2, 4, 7),)),
    "Conv1d circular": (
        lambda nn: nn.Conv1d(2, 3, 3, padding="same", padding_mode="circular", bias=False),
        lambda: (drawn(1, 2, 6),),
    ),
    "Conv2d": (lambda nn: nn.Conv2d(2, 3, (3, 2), dilation=2), lambda: (drawn(2, 2, 7, 6),)),
    "Conv2d reflect": (
        lambda nn: nn.Conv2d(1, 1, 3, padding=(1, 2), padding_mode="reflect"), lambda: (drawn(1, 1, 4, 5),),
    ),
    "BatchNorm1d": (lambda nn: nn.BatchNorm1d(3), lambda: (drawn(5, 3),)),
    "BatchNorm1d in use": (lambda nn: nn.BatchNorm1d(3).eval(), lambda: (drawn(5, 3, 2),)),
    "BatchNorm2d with a mean of all": (lambda nn: nn.BatchNorm2d(2, momentum=None), lambda: (drawn(3, 2, 2, 2),)),
    "BatchNorm3d without a track": (
        lambda nn: nn.BatchNorm3d(2, track_running_stats=False, affine=False).eval(),
        lambda: (drawn(2, 2, 2, 2, 1),),
    ),
    "BatchNorm1d without bias": (lambda nn: nn.BatchNorm1d(3, bias=False), lambda: (drawn(5, 3),)),
    "InstanceNorm1d": (lambda nn: nn.InstanceNorm1d(3), lambda: (drawn(3, 4),)),
    "InstanceNorm2d": (
        lambda nn: nn.InstanceNorm2d(3, affine=True, track_running_stats=True), lambda: (drawn(2, 3, 2, 3),),
    ),
    "InstanceNorm2d in use": (
        lambda nn: nn.InstanceNorm2d(3, affine=True, track_running_stats=True).eval(), lambda: (drawn(2, 3, 2, 3),),
    ),
    "InstanceNorm3d": (lambda nn: nn.InstanceNorm3d(2), lambda: (drawn(2, 2, 2, 2, 2),)),
    "LayerNorm": (lambda nn: nn.LayerNorm((3, 2)), lambda: (drawn(4, 3, 2),)),
    "LayerNorm without bias": (lambda nn: nn.LayerNorm(3, bias=False), lambda: (drawn(4, 3),)),
    "RMSNorm": (lambda nn: nn.RMSNorm(3), lambda: (drawn(4, 3),)),
    "GroupNorm": (lambda nn: nn.GroupNorm(2, 4), lambda: (drawn(3, 4, 2),)),
    "Dropout in use": (lambda nn: nn.Dropout(0.9).eval(), lambda: (drawn(3),)),
    "Flatten": (lambda nn: nn.Flatten(), lambda: (drawn(2, 3, 2),)),
    "Unflatten": (lambda nn: nn.Unflatten(1, (3, 2)), lambda: (drawn(2, 6),)),
    "MaxPool1d": (lambda nn: nn.MaxPool1d(2), lambda: (drawn(1, 2, 5),)),
    "MaxPool2d": (lambda nn: nn.MaxPool2d((2, 3), stride=1, ceil_mode=True), lambda: (drawn(1, 2, 5, 5),)),
    "AvgPool1d": (lambda nn: nn.AvgPool1d(3, stride=2, padding=1), lambda: (drawn(1, 2, 5),)),
    "AvgPool2d": (lambda nn: nn.AvgPool2d(2), lambda: (drawn(1, 2, 4, 5),)),
    "RNNCell": (lambda nn: nn.RNNCell(3, 2, nonlinearity="relu"), lambda: (drawn(4, 3), drawn(4, 2))),
    "LSTMCell": (lambda nn: nn.LSTMCell(3, 2, bias=False), lambda: (drawn(4, 3),)),
    "GRUCell": (lambda nn: nn.GRUCell(3, 2), lambda: (drawn(3), drawn(2))),
    "RNN": (lambda nn: nn.RNN(3, 2, nonlinearity="relu", num_layers=2), lambda: (drawn(4, 2, 3),)),
    "LSTM": (
        lambda nn: nn.LSTM(3, 4, 2, bidirectional=True, proj_size=2, batch_first=True), lambda: (drawn(2, 4, 3),),
    ),
    "LSTM without a batch": (lambda nn: nn.LSTM(3, 2, bias=False), lambda: (drawn(4, 3),)),
    "GRU": (lambda nn: nn.GRU(3, 2, bidirectional=True), lambda: (drawn(4, 2, 3), drawn(2, 2, 2))),
    "MultiheadAttention": (
        lambda nn: nn.MultiheadAttention(4, 2), lambda: (drawn(3, 2, 4), drawn(5, 2, 4), drawn(5, 2, 4)),
    ),
    "MultiheadAttention with other widths": (
        lambda nn: nn.MultiheadAttention(4, 2, kdim=3, vdim=2, batch_first=True, add_bias_kv=True, add_zero_attn=True),
        lambda: (drawn(2, 3, 4), drawn(2, 5, 3), drawn(2, 5, 2)),
    ),
    "MultiheadAttention with a mask": (
        lambda nn: nn.MultiheadAttention(4, 2, bias=False),
        lambda: (drawn(3, 2, 4), drawn(3, 2, 4), drawn(3, 2, 4), torch.tensor([[False] * 3, [False, False, True]])),
    ),
    "MSELoss": (lambda nn: nn.MSELoss(reduction="sum"), lambda: (drawn(3), drawn(3))),
    "L1Loss": (lambda nn: nn.L1Loss(), lambda: (drawn(3), drawn(3))),
    "SmoothL1Loss": (lambda nn: nn.SmoothL1Loss(beta=0.5), lambda: (drawn(3), drawn(3))),
    "HuberLoss": (lambda nn: nn.HuberLoss(delta=0.5), lambda: (drawn(3), drawn(3))),
    "KLDivLoss": (lambda nn: nn.KLDivLoss(reduction="batchmean", log_target=True), lambda: (drawn(3, 2), drawn(3, 2))),
    "BCELoss": (lambda nn: nn.BCELoss(), lambda: (torch.rand(3, requires_grad=True), torch.rand(3))),
    "BCEWithLogitsLoss": (lambda nn: nn.BCEWithLogitsLoss(), lambda: (drawn(3), torch.rand(3, dtype=torch.float64))),
    "NLLLoss": (lambda nn: nn.NLLLoss(ignore_index=1), lambda: (drawn(4, 3), torch.tensor([0, 1, 2, 0]))),
    "CrossEntropyLoss": (lambda nn: nn.CrossEntropyLoss(label_smoothing=0.1), lambda: (drawn(4, 3), numbers(3, 4))),
    "PoissonNLLLoss": (lambda nn: nn.PoissonNLLLoss(), lambda: (drawn(3), drawn(3).detach().abs())),
    "GaussianNLLLoss": (
        lambda nn: nn.GaussianNLLLoss(full=True), lambda: (drawn(3), drawn(3), drawn(3).detach().abs()),
    ),
    "SoftMarginLoss": (lambda nn: nn.SoftMarginLoss(), lambda: (drawn(3), signs(3))),
    "MarginRankingLoss": (lambda nn: nn.MarginRankingLoss(0.5), lambda: (drawn(3), drawn(3), signs(3))),
    "HingeEmbeddingLoss": (lambda nn: nn.HingeEmbeddingLoss(), lambda: (drawn(3), signs(3))),
    "CosineEmbeddingLoss": (lambda nn: nn.CosineEmbeddingLoss(0.1), lambda: (drawn(3, 2), drawn(3, 2), signs(3))),
    "TripletMarginLoss": (lambda nn: nn.TripletMarginLoss(swap=True), lambda: (drawn(3, 2), drawn(3, 2), drawn(3, 2))),
    "MultiMarginLoss": (lambda nn: nn.MultiMarginLoss(margin=0.5), lambda: (drawn(4, 3), numbers(3, 4))),
    "MultiLabelMarginLoss": (lambda nn: nn.MultiLabelMarginLoss(), lambda: (drawn(3), torch.tensor([2, 0, -1]))),
    "MultiLabelSoftMarginLoss": (
        lambda nn: nn.MultiLabelSoftMarginLoss(), lambda: (drawn(2, 3), numbers(2, 2, 3).double()),
    ),
    "CosineSimilarity": (lambda nn: nn.CosineSimilarity(), lambda: (drawn(3, 4), drawn(3, 4))),
    "PairwiseDistance": (lambda nn: nn.PairwiseDistance(keepdim=True), lambda: (drawn(3, 4), drawn(3, 4))),
    "Softmax2d": (lambda nn: nn.Softmax2d(), lambda: (drawn(2, 3, 2, 2),)),
    "PReLU": (lambda nn: nn.PReLU(4, init=0.5), lambda: (drawn(3, 4),)),
    "RReLU in use": (lambda nn: nn.RReLU(0.25, 0.5).eval(), lambda: (drawn(3, 4),)),
    "ConstantPad1d": (lambda nn: nn.ConstantPad1d((1, 2), 3.5), lambda: (drawn(2, 3),)),
    "ZeroPad2d": (lambda nn: nn.ZeroPad2d(1), lambda: (drawn(2, 3, 3),)),
    "ReflectionPad2d": (lambda nn: nn.ReflectionPad2d((1, 0, 2, 1)), lambda: (drawn(1, 2, 3, 3),)),
    "ReplicationPad3d": (lambda nn: nn.ReplicationPad3d(1), lambda: (drawn(1, 1, 2, 2, 2),)),
    "CircularPad1d": (lambda nn: nn.CircularPad1d(2), lambda: (drawn(1, 2, 3),)),
    "Dropout2d in use": (lambda nn: nn.Dropout2d(0.2).eval(), lambda: (drawn(1, 2, 3, 3),)),
    "Dropout1d in use": (lambda nn: nn.Dropout1d(0.2).eval(), lambda: (drawn(1, 2, 3),)),
    "Dropout3d in use": (lambda nn: nn.Dropout3d(0.2).eval(), lambda: (drawn(1, 2, 1, 2, 1),)),
    "AlphaDropout in use": (lambda nn: nn.AlphaDropout(0.2).eval(), lambda: (drawn(2, 3),)),
    "Sequential": (
        lambda nn: nn.Sequential(nn.Linear(3, 4), nn.ReLU(inplace=True), nn.BatchNorm1d(4), nn.ELU(inplace=True)),
        lambda: (drawn(5, 3),),
    ),
    **{
        name: (lambda nn, name=name, options=options: getattr(nn, name)(**options), lambda: (drawn(3, 4),))
        for name, options in {
            "ReLU": {}, "ReLU6": {}, "Sigmoid": {}, "Tanh": {}, "SiLU": {}, "LogSigmoid": {},
            "GELU": {"approximate": "tanh"}, "ELU": {"alpha": 0.5}, "LeakyReLU": {"negative_slope": 0.2},
            "CELU": {"alpha": 0.5}, "SELU": {}, "Mish": {}, "Hardswish": {}, "Hardsigmoid": {}, "Hardshrink": {},
            "Softshrink": {"lambd": 0.2}, "Softsign": {}, "Tanhshrink": {},
            "Threshold": {"threshold": 0.1, "value": 2.0}, "GLU": {"dim": 1},
            "Hardtanh": {"min_val": -0.5}, "Softplus": {"beta": 2.0},
            "Softmax": {"dim": 0}, "LogSoftmax": {"dim": 1}, "Softmin": {"dim": 1},
        }.items()
    },
    "Conv3d": (lambda nn: nn.Conv3d(2, 4, (2, 1, 2), groups=2, padding=1), lambda: (drawn(1, 2, 3, 2, 3),)),
    "ConvTranspose1d": (
        lambda nn: nn.ConvTranspose1d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2),
        lambda: (drawn(2, 4, 5),),
    ),
    "ConvTranspose2d": (
        lambda nn: nn.ConvTranspose2d(2, 3, (3, 2), dilation=2, bias=False), lambda: (drawn(2, 2, 3, 4),),
    ),
    "ConvTranspose3d": (lambda nn: nn.ConvTranspose3d(1, 2, 2, stride=2), lambda: (drawn(1, 1, 2, 2, 2),)),
    "MaxPool3d": (lambda nn: nn.MaxPool3d(2, stride=1, padding=1), lambda: (drawn(1, 2, 3, 3, 3),)),
    "AvgPool3d": (lambda nn: nn.AvgPool3d(2, divisor_override=3), lambda: (drawn(1, 2, 4, 4, 4),)),
    **{
        f"Adaptive{kind}Pool{axes}d": (
            lambda nn, name=f"Adaptive{kind}Pool{axes}d": getattr(nn, name)(2),
            lambda axes=axes: (drawn(1, 2, *(5, 4, 3)[:axes]),),
        )
        for kind in ("Avg", "Max")
        for axes in (1, 2, 3)
    },
    "AdaptiveMaxPool2d with one size kept": (lambda nn: nn.AdaptiveMaxPool2d((2, None)), lambda: (drawn(1, 2, 5, 4),)),
    "LPPool1d": (lambda nn: nn.LPPool1d(2, 3, ceil_mode=True), lambda: (drawn(1, 2, 7),)),
    "LPPool2d": (lambda nn: nn.LPPool2d(2, 2, stride=1), lambda: (drawn(1, 2, 4, 3),)),
    "LPPool3d": (lambda nn: nn.LPPool3d(2, 2), lambda: (drawn(1, 1, 2, 4, 2),)),
    "MaxUnpool1d": (lambda nn: nn.MaxUnpool1d(2), lambda: (drawn(1, 2, 2), torch.tensor([[[0, 3], [1, 2]]]))),
    "MaxUnpool2d": (lambda nn: nn.MaxUnpool2d(2, 2), lambda: (drawn(1, 1, 1, 2), torch.tensor([[[[1, 6]]]]))),
    "MaxUnpool3d": (lambda nn: nn.MaxUnpool3d((1, 2, 1)), lambda: (drawn(1, 1, 1, 1, 2), torch.tensor([[[[[2, 1]]]]]))),
    "FractionalMaxPool2d": (
        lambda nn: nn.FractionalMaxPool2d(2, output_size=(2, 3), _random_samples=samples(nn, 2)),
        lambda: (drawn(1, 2, 5, 6),),
    ),
    "FractionalMaxPool3d": (
        lambda nn: nn.FractionalMaxPool3d(2, output_ratio=0.5, _random_samples=samples(nn, 3)),
        lambda: (drawn(1, 2, 4, 5, 4),),
    ),
    "EmbeddingBag": (lambda nn: nn.EmbeddingBag(5, 3, padding_idx=-4), lambda: (numbers(5, 2, 4),)),
    "EmbeddingBag of a sum": (
        lambda nn: nn.EmbeddingBag(5, 3, mode="sum", include_last_offset=True),
        lambda: (numbers(5, 6), torch.tensor([0, 2, 6]), drawn(6)),
    ),
    "Fold": (lambda nn: nn.Fold((3, 4), 2), lambda: (drawn(1, 8, 6),)),
    "Unfold": (lambda nn: nn.Unfold((2, 3), padding=1, stride=2), lambda: (drawn(1, 2, 4, 5),)),
    "PixelShuffle": (lambda nn: nn.PixelShuffle(2), lambda: (drawn(1, 8, 2, 3),)),
    "PixelUnshuffle": (lambda nn: nn.PixelUnshuffle(2), lambda: (drawn(1, 2, 4, 6),)),
    "ChannelShuffle": (lambda nn: nn.ChannelShuffle(2), lambda: (drawn(1, 6, 2, 2),)),
    "Upsample": (lambda nn: nn.Upsample(scale_factor=(2, 3)), lambda: (drawn(1, 2, 2, 2),)),
    "Upsample to a size": (
        lambda nn: nn.Upsample(5, mode="linear", align_corners=True), lambda: (drawn(1, 2, 3),),
    ),
    "UpsamplingNearest2d": (lambda nn: nn.UpsamplingNearest2d(3), lambda: (drawn(1, 2, 2, 2),)),
    "UpsamplingBilinear2d": (lambda nn: nn.UpsamplingBilinear2d(scale_factor=2), lambda: (drawn(1, 2, 2, 3),)),
    "LocalResponseNorm": (lambda nn: nn.LocalResponseNorm(3, k=2.0), lambda: (drawn(1, 4, 3),)),
    "FeatureAlphaDropout in use": (lambda nn: nn.FeatureAlphaDropout(0.2).eval(), lambda: (drawn(2, 3, 2),)),
    "TripletMarginWithDistanceLoss": (
        lambda nn: nn.TripletMarginWithDistanceLoss(swap=True, margin=0.5),
        lambda: (drawn(3, 2), drawn(3, 2), drawn(3, 2)),
    ),
    "TransformerEncoderLayer": (
        lambda nn: nn.TransformerEncoderLayer(4, 2, 5, 0.0, batch_first=True), lambda: (drawn(2, 3, 4),),
    ),
    "TransformerEncoderLayer normed first": (
        lambda nn: nn.TransformerEncoderLayer(4, 2, 5, 0.0, "gelu", norm_first=True, bias=False),
        lambda: (drawn(3, 2, 4), torch.tensor([[False, True, True], [False, False, True], [False] * 3])),
    ),
    "TransformerDecoderLayer": (
        lambda nn: nn.TransformerDecoderLayer(4, 2, 5, 0.0), lambda: (drawn(3, 2, 4), drawn(5, 2, 4)),
    ),
    "TransformerEncoder": (
        lambda nn: nn.TransformerEncoder(
            nn.TransformerEncoderLayer(4, 2, 5, 0.0, batch_first=True), 2, nn.LayerNorm(4)
        ),
        lambda: (drawn(2, 3, 4),),
    ),
    "TransformerDecoder": (
        lambda nn: nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, 5, 0.0, norm_first=True), 2),
        lambda: (drawn(3, 2, 4), drawn(5, 2, 4), nn_mask(3)),
    ),
    "Transformer": (
        lambda nn: nn.Transformer(4, 2, 1, 2, 5, 0.0, batch_first=True),
        lambda: (drawn(2, 3, 4), drawn(2, 2, 4), nn_mask(3), nn_mask(2)),
    ),
}  # fmt: skip
