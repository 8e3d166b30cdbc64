"""Floor 7: tensors by name in a file, in the format of safetensors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from wengert.extras import optional
from wengert.ops.conversion.moving import from_host, to_host
from wengert.ops.placement import Device, place_for
from wengert.protocol import dtypes
from wengert.tensor.base import TensorBase, make


def save(obj: Mapping[str, Any], f: Any, *, metadata: Mapping[str, str] | None = None) -> None:
    """Write tensors by name, such as a `state_dict`, to the file `f` in the format of safetensors.

    Each tensor is written whole; gradients and histories stay behind. `metadata` is text by name.
    Errors: TypeError for what is no dictionary of tensors; ImportError if safetensors is not installed.
    Source: torch.save for the name; the format is https://github.com/huggingface/safetensors, which other libraries
    read too.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     wengert.save({"w": tensor([1., 2.])}, f"{folder}/model.safetensors")
    ...     wengert.load(f"{folder}/model.safetensors")
    {'w': tensor([1., 2.])}
    """
    if not isinstance(obj, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
        raise TypeError(f"save: got {type(obj).__name__}; expected a dictionary of tensors, such as a state_dict.")
    for name, tensor in obj.items():
        if not isinstance(name, str) or not isinstance(tensor, TensorBase):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
            raise TypeError(
                f"save: got {type(tensor).__name__} at {name!r}; expected tensors by name. "
                "Pass the state_dict of a module."
            )
    library = optional("safetensors.numpy", "safetensors")
    numpy = optional("numpy", "safetensors")
    arrays = {name: numpy.ascontiguousarray(_array(tensor)) for name, tensor in obj.items()}
    library.save_file(arrays, Path(f), dict(metadata) if metadata is not None else None)


def _array(tensor: Any) -> Any:
    space = tensor.space.plain
    return to_host(space, tensor.array)


def load(f: Any, *, device: Device = None, backend: str | None = None) -> dict[str, Any]:
    """The tensors by name of a safetensors file, as `save` and other libraries write it.

    They are made in the default backend unless `device` or `backend` say otherwise.
    Errors: ImportError if safetensors is not installed. Source: torch.load for the name.
    """
    library = optional("safetensors.numpy", "safetensors")
    found, place = place_for("load", device, backend)
    loaded = cast(dict[str, Any], library.load_file(Path(f)))
    made: dict[str, Any] = {}
    for name, array in loaded.items():
        space = found.space(
            place, getattr(dtypes, f"{array.dtype}_" if str(array.dtype) == "bool" else str(array.dtype))
        )
        made[name] = make(space, space.xp.copy(from_host(space, array)))
    return made
