"""Modules with torch's parameters give torch's outputs, gradients, buffers and text; mistakes give torch's errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
import wengert
import wengert.nn.functional

Build = Callable[[Any], Any]


@pytest.fixture(params=["numpy", "torch", "strict"])
def _backend(request: pytest.FixtureRequest) -> Iterator[None]:
    """New tensors live in one backend after the other."""
    with wengert.use_backend(request.param):
        yield


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
}  # fmt: skip


@pytest.mark.usefixtures("_backend")
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_with_torchs_parameters(name: str) -> None:
    build, make_inputs = LAYERS[name]
    torch.manual_seed(0)
    inputs = make_inputs()
    theirs, mine = build(torch.nn), build(wengert.nn)
    assert repr(mine) == repr(theirs)
    if inputs[0].dtype is torch.float64 or name == "Embedding":
        theirs.double()
        mine.double()
    assert repr(mine.load_state_dict(converted(theirs.state_dict()))) == "<All keys matched successfully>"
    assert mine.training is theirs.training

    given = [ours(tensor) for tensor in inputs]

    expected, found = flat(theirs(*inputs)), flat(mine(*given))
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        close(one, other)
    weights = [torch.randn(tensor.shape, dtype=tensor.dtype) for tensor in expected]
    sum((tensor * weight).sum() for tensor, weight in zip(expected, weights, strict=True)).backward()
    sum((tensor * ours(weight)).sum() for tensor, weight in zip(found, weights, strict=True)).backward()
    assert [key for key, _ in mine.named_parameters()] == [key for key, _ in theirs.named_parameters()]
    pairs = [*zip(given, inputs, strict=True), *zip(mine.parameters(), theirs.parameters(), strict=True)]
    for one, other in pairs:
        assert (one.grad is None) is (other.grad is None)
        if other.grad is not None:
            close(one.grad, other.grad)
    after = mine.state_dict()
    assert list(after) == list(theirs.state_dict())
    for key, tensor in theirs.state_dict().items():
        close(after[key], tensor)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_a_write_to_shared_memory_is_seen_and_counted_by_both(backend: str) -> None:
    with wengert.use_backend(backend):
        tensor = wengert.tensor([1.0, 2.0])
        parameter = wengert.nn.Parameter(tensor)
        tensor.add_(1)
        assert (parameter._version, parameter.tolist()) == (1, [2.0, 3.0])
        module = wengert.nn.Linear(2, 1)
        kept = module.state_dict()
        wengert.nn.init.zeros_(module.weight)
        assert kept["weight"].tolist() == [[0.0, 0.0]]


MISTAKES: dict[str, Build] = {
    "a dot in a name": lambda nn: nn.Linear(1, 1).add_module("a.b", nn.ReLU()),
    "features": lambda nn: nn.GroupNorm(3, 4),
    "groups": lambda nn: nn.Conv1d(3, 4, 1, groups=2),
    "a stride with same": lambda nn: nn.Conv2d(3, 4, 1, padding="same", stride=2),
    "rate": lambda nn: nn.Dropout(1.5),
    "nonlinearity": lambda nn: nn.RNN(1, 1, nonlinearity="cosine"),
    "projection": lambda nn: nn.LSTM(1, 2, proj_size=2),
    "a projection without a cell": lambda nn: nn.GRU(1, 2, proj_size=1),
    "layers": lambda nn: nn.GRU(1, 2, 0),
    "heads": lambda nn: nn.MultiheadAttention(4, 3),
    "padding index": lambda nn: nn.Embedding(3, 2, padding_idx=3),
    "no list": lambda nn: nn.ModuleList().extend(3),
    "no pairs": lambda nn: nn.ModuleDict().update(3),
    "a factor": lambda nn: nn.Sequential(nn.ReLU()) * 0,
    "fans": lambda nn: nn.init.kaiming_uniform_(nn.Parameter().data),
    "gain": lambda nn: nn.init.calculate_gain("cosine"),
    "unflattened": lambda nn: nn.Unflatten(1, 3.0),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_gets_torchs_error(name: str) -> None:
    told: list[tuple[type[BaseException], str]] = []
    for nn in (torch.nn, wengert.nn):
        with pytest.raises(Exception) as found:  # noqa: PT011  # the class is compared
            MISTAKES[name](nn)
        told.append(
            (found.type, str(found.value).replace("torch.nn.modules.container", "wengert.api.modules.containers"))
        )
    assert told[1] == told[0]


INITIALIZERS: dict[str, Callable[[Any, Any], Any]] = {
    "xavier_uniform_": lambda init, w: init.xavier_uniform_(w, gain=2.0),
    "xavier_normal_": lambda init, w: init.xavier_normal_(w),
    "kaiming_uniform_": lambda init, w: init.kaiming_uniform_(w, a=0.5, mode="fan_out"),
    "kaiming_normal_": lambda init, w: init.kaiming_normal_(w, nonlinearity="relu"),
    "trunc_normal_": lambda init, w: init.trunc_normal_(w, mean=0.5, std=0.7, a=-0.5, b=1.0),
    "uniform_": lambda init, w: init.uniform_(w, -1.0, 2.0),
    "sparse_": lambda init, w: init.sparse_(w, 0.3, std=2.0),
}


@pytest.mark.parametrize("name", INITIALIZERS)
def test_initial_values_have_torchs_spread(name: str) -> None:
    """Bounds, mean and deviation of many draws agree."""
    torch.manual_seed(0)
    wengert.manual_seed(0)
    theirs = INITIALIZERS[name](torch.nn.init, torch.empty(300, 200)).tolist()
    mine = INITIALIZERS[name](wengert.nn.init, wengert.empty(300, 200)).tolist()
    one, other = torch.tensor(mine), torch.tensor(theirs)
    assert one.std().item() == pytest.approx(other.std().item(), rel=0.03)
    assert one.mean().item() == pytest.approx(other.mean().item(), abs=0.03 * other.std().item())
    if "uniform" in name or "trunc" in name:
        assert one.max().item() == pytest.approx(other.max().item(), rel=0.1)
    assert (one == 0).float().mean().item() == pytest.approx((other == 0).float().mean().item(), abs=1e-3)


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (2, 3, 2)])
def test_orthogonal_rows_or_columns(shape: tuple[int, ...]) -> None:
    matrix = torch.tensor(wengert.nn.init.orthogonal_(wengert.empty(*shape), gain=2.0).tolist()).flatten(1)
    small = matrix @ matrix.t() if matrix.shape[0] <= matrix.shape[1] else matrix.t() @ matrix
    torch.testing.assert_close(small, 4 * torch.eye(len(small)), atol=1e-5, rtol=1e-5)


def test_identities() -> None:
    for name, shape in (("eye_", (2, 3)), ("dirac_", (4, 2, 3))):
        theirs = getattr(torch.nn.init, name)(torch.empty(shape))
        close(getattr(wengert.nn.init, name)(wengert.empty(*shape)), theirs)
