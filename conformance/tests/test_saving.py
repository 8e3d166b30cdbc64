"""What `save` writes, `load` reads back on every backend, and safetensors reads it for torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
import wengert

DTYPES = [wengert.float64, wengert.float32, wengert.float16, wengert.int64, wengert.int8, wengert.uint8, wengert.bool]


@pytest.mark.parametrize("backend", ["numpy", "torch", "strict"])
def test_a_state_dict_goes_and_comes_back(backend: str, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    with wengert.use_backend(backend):
        net = wengert.nn.Sequential(wengert.nn.Linear(3, 2), wengert.nn.BatchNorm1d(2))
        wengert.save(net.state_dict(), path)
        other = wengert.nn.Sequential(wengert.nn.Linear(3, 2), wengert.nn.BatchNorm1d(2))
        other.load_state_dict(wengert.load(path))
        assert other[0].weight.tolist() == net[0].weight.tolist()
        assert wengert.load(path)["1.num_batches_tracked"].dtype is wengert.int64
        assert next(iter(wengert.load(path).values())).device.backend == backend
    theirs = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    theirs.load_state_dict(safetensors.torch.load_file(path))
    assert theirs[0].weight.tolist() == net[0].weight.tolist()


def test_what_torch_wrote(tmp_path: Path) -> None:
    path = str(tmp_path / "model.safetensors")
    safetensors.torch.save_file({"w": torch.tensor([[1.0, 2.0]]).t().contiguous(), "n": torch.tensor(3)}, path)
    found = wengert.load(path, backend="torch")
    assert (found["w"].tolist(), found["n"].item(), found["n"].device.backend) == ([[1.0], [2.0]], 3, "torch")


@pytest.mark.parametrize("dtype", DTYPES, ids=repr)
def test_dtypes_shapes_and_histories(dtype: Any, tmp_path: Path) -> None:
    path = tmp_path / "tensors"
    kept = {"a": wengert.tensor([[0, 1], [1, 0]], dtype=dtype), "t": wengert.zeros(3, 2, dtype=dtype).t()}
    wengert.save({**kept, "g": wengert.ones(2, requires_grad=True) * 2, "v": kept["a"][0]}, path, metadata={"by": "us"})
    found = wengert.load(path)
    assert found["a"].dtype is dtype
    assert found["a"].tolist() == kept["a"].tolist()
    assert found["t"].shape == (2, 3)
    assert (found["g"].tolist(), found["g"].requires_grad) == ([2.0, 2.0], False)
    assert found["v"].tolist() == kept["a"][0].tolist()


def test_only_tensors_by_name(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="save: got Linear; expected a dictionary of tensors"):
        wengert.save(wengert.nn.Linear(1, 1), tmp_path / "file")
    with pytest.raises(TypeError, match="save: got int at 'a'; expected tensors by name"):
        wengert.save({"a": 3}, tmp_path / "file")
