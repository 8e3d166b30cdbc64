"""Calling a module with other tensors, and stacking the tensors of several, by torch's interface of modules alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import wengert
from wengert import vmap
from wengert.func import functional_call, grad, stack_module_state

pytestmark = pytest.mark.usefixtures("toy")


class Affine:
    """y = weight * x + bias + shift, with `again` tied to `weight`, in two levels of modules."""

    def __init__(self, scale: float = 1.0) -> None:
        self.training = True
        self.inner = Inner(scale)
        self._parameters = {"again": self.inner._parameters["weight"]}
        self._buffers = {"shift": wengert.tensor(10.0)}

    def named_parameters(self, remove_duplicate: bool = True) -> Iterator[tuple[str, Any]]:
        if not remove_duplicate:
            yield "again", self._parameters["again"]
        for name, tensor in self.inner._parameters.items():
            yield f"inner.{name}", tensor

    def named_buffers(self, remove_duplicate: bool = True) -> Iterator[tuple[str, Any]]:
        yield from self._buffers.items()

    def __call__(self, x: Any, times: float = 1.0) -> Any:
        return (self.inner(x) + self._buffers["shift"]) * times


class Inner:
    def __init__(self, scale: float) -> None:
        self._parameters = {
            "weight": wengert.tensor([scale, scale], requires_grad=True),
            "bias": wengert.tensor(0.5, requires_grad=True),
        }

    def __call__(self, x: Any) -> Any:
        return (self._parameters["weight"] * x).sum() + self._parameters["bias"]


def test_other_tensors_for_one_call() -> None:
    module, x = Affine(), wengert.tensor([1.0, 2.0])
    own = module.inner._parameters["weight"]
    other = {"inner.weight": wengert.tensor([2.0, 3.0])}
    assert functional_call(module, other, x).item() == 18.5
    assert functional_call(module, (other, {"shift": wengert.tensor(0.0)}), (x,), {"times": 2.0}).item() == 17.0
    assert module.inner._parameters["weight"] is own
    assert module(x).item() == 13.5


def test_tied_tensors() -> None:
    module, x = Affine(), wengert.tensor([1.0, 2.0])
    other = {"again": wengert.tensor([0.0, 0.0])}
    assert functional_call(module, other, x).item() == 10.5
    assert functional_call(module, other, x, tie_weights=False).item() == 13.5
    with pytest.raises(ValueError, match=r"multiple values for keys \['again', 'inner.weight'\], which are tied"):
        functional_call(module, {**other, "inner.weight": wengert.tensor([1.0, 1.0])}, x)


def test_an_exception_leaves_the_module_as_it_was() -> None:
    module = Affine()
    own = module.inner._parameters["weight"]
    with pytest.raises(RuntimeError, match="size"):
        functional_call(module, {"inner.weight": wengert.ones(3)}, wengert.ones(2))
    assert module.inner._parameters["weight"] is own


def test_gradients_of_each_sample_of_a_module() -> None:
    module = Affine()
    parameters = {name: tensor.detach() for name, tensor in module.named_parameters()}
    samples = wengert.tensor([[1.0, 2.0], [3.0, 4.0]])
    found = vmap(grad(lambda p, x: functional_call(module, p, x) ** 2), in_dims=(None, 0))(parameters, samples)
    assert found["inner.weight"].tolist() == [[27.0, 54.0], [105.0, 140.0]]
    assert found["inner.bias"].tolist() == [27.0, 35.0]


def test_an_ensemble() -> None:
    models = [Affine(1.0), Affine(2.0), Affine(3.0)]
    parameters, buffers = stack_module_state(models)
    assert parameters["inner.weight"].shape == (3, 2)
    assert parameters["inner.weight"].requires_grad
    assert parameters["inner.weight"].is_leaf
    assert not buffers["shift"].requires_grad
    x = wengert.tensor([1.0, 2.0])
    found = vmap(lambda p, b: functional_call(models[0], (p, b), x))(parameters, buffers)
    assert found.tolist() == [13.5, 16.5, 19.5]


def _evaluating() -> Any:
    module = Affine()
    module.training = False
    return module


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: functional_call(Affine(), [1], ()), ValueError, "parameter_and_buffer_dicts to be dictionaries"),
        (lambda: functional_call(Affine(), ({"a": 1}, {"a": 1}), ()), ValueError, "appeared in multiple dictionaries"),
        (lambda: functional_call(Affine(), {"inner.bias": 3}, ()), TypeError, "3 is not an instance of"),
        (lambda: functional_call(Affine(), {"q.b": wengert.ones(1)}, ()), AttributeError, "has no attribute `q`"),
        (lambda: functional_call(Affine(), {"z": wengert.ones(1)}, (), strict=True), RuntimeError, "Unexpected key"),
        (lambda: functional_call(Affine(), {}, (), strict=True), RuntimeError, r"Missing key\(s\): 'again', 'inner"),
        (lambda: stack_module_state([]), RuntimeError, "Expected at least one model, got 0"),
        (lambda: stack_module_state([Affine(), _evaluating()]), RuntimeError, "the same training/eval mode"),
    ],
)
def test_refusals(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
