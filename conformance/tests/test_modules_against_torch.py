"""Modules with torch's parameters give torch's outputs, gradients, buffers and text; mistakes give torch's errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
import wengert
from wengert_conformance.layers import LAYERS, Build, close, converted, flat, ours


@pytest.fixture(params=["numpy", "torch", "strict"])
def _backend(request: pytest.FixtureRequest) -> Iterator[None]:
    """New tensors live in one backend after the other."""
    with wengert.use_backend(request.param):
        yield


@pytest.mark.usefixtures("_backend")
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_with_torchs_parameters(name: str) -> None:
    build, make_inputs = LAYERS[name]
    torch.manual_seed(0)
    inputs = make_inputs()
    theirs, mine = build(torch.nn), build(wengert.nn)
    assert repr(mine) == repr(theirs)
    if inputs[0].dtype is torch.float64 or name.startswith("Embedding"):
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
