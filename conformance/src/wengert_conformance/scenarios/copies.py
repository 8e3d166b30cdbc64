"""Copies of tensors: deep, shallow, pickled, and as NumPy's arrays. They belong to the family `conversion`."""

from __future__ import annotations

import copy
import pickle
from typing import Any

from wengert_conformance.needs import VIEWS
from wengert_conformance.scenarios.conversion import conversion, needs, outcome
from wengert_conformance.scenarios.family import raised


@outcome
def deep_copies(library: Any) -> Any:
    x = library.tensor([1.0, 2.0], requires_grad=True)
    x.grad = library.tensor([3.0, 4.0])
    y = copy.deepcopy(x)
    one, other = copy.deepcopy([x, x])
    with library.no_grad():
        y.add_(1)
    return [
        [x.detach(), y.detach(), y.grad, y.requires_grad, y.is_leaf, y.grad is x.grad, one is other],
        raised(lambda: copy.deepcopy(x * 2), "Only Tensors created explicitly by the user"),
        copy.deepcopy(x.detach()[:1]),
        copy.deepcopy(library.float32) is library.float32,
    ]


@needs(VIEWS)
@outcome
def shallow_copies_share_memory(library: Any) -> Any:
    x = library.tensor([1.0, 2.0])
    y = copy.copy(x)
    y.add_(1)
    z = copy.copy(library.ones(2, requires_grad=True) * 2)
    return [y is x, x, z.requires_grad, z.is_leaf]


@outcome
def pickled_tensors(library: Any) -> Any:
    x = library.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    kept = [pickle.loads(pickle.dumps(x, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
    again = [pickle.loads(pickle.dumps(t)) for t in (x.detach()[1], (x * 2), library.tensor(True), library.ones(0, 2))]
    tensors = [*kept, *again, pickle.loads(pickle.dumps(x.detach().to(library.complex64)))]
    return [
        *[(t.detach(), t.requires_grad, t.is_leaf) for t in tensors],
        pickle.loads(pickle.dumps(library.float64)),
        str(pickle.loads(pickle.dumps(library.device("cpu")))),
    ]


@outcome
def numpy_arrays_and_back(library: Any) -> Any:
    x = library.tensor([[1.0, 2.0], [3.0, 4.0]])
    array = x.numpy()
    leaf = library.ones(2, requires_grad=True)
    again = library.from_numpy(array * 2)
    return [
        [array.tolist(), str(array.dtype), leaf.numpy(force=True).tolist(), again],
        [library.as_tensor(array), library.tensor(array[0]), library.asarray(array, dtype=library.float64)],
        raised(lambda: leaf.numpy(), "Can't call numpy() on Tensor that requires grad"),
        raised(lambda: (leaf * 2).numpy(), "Can't call numpy() on Tensor that requires grad"),
        raised(lambda: array.dtype.type.__base__ and library.from_numpy([1.0]), "expected np.ndarray (got list)"),
        raised(lambda: library.from_dlpack(leaf), "Can't export tensors that require gradient"),
        raised(lambda: leaf.__dlpack__(), "Can't export tensors that require gradient"),
        raised(lambda: library.from_dlpack([1]), "from_dlpack received an invalid capsule"),
        raised(lambda: library.asarray([1, 2], copy=False), "can't alias arbitrary sequence into a tensor"),
        raised(lambda: library.asarray(x, copy=False, dtype=library.float64), "can't alias tensor with"),
        library.from_dlpack(x),
    ]


__all__ = ["conversion"]
