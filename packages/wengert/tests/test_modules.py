"""Modules: what they own, walk over, save, convert and print; hooks; copies."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
import wengert
from wengert import nn
from wengert.func import functional_call, grad, stack_module_state, vmap

pytestmark = pytest.mark.usefixtures("toy")


class Net(nn.Module):
    """Two linear maps with a relu between them, and a count of calls."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
        self.last = nn.Linear(3, 1, bias=False)
        self.calls = nn.Buffer(wengert.tensor(0.0), persistent=False)

    def forward(self, x: Any, *, scale: float = 1.0) -> Any:
        self.calls.add_(1)
        return self.last(self.inner(x)) * scale


def net() -> Net:
    """With 0.5 for each weight and 0 for each bias."""
    made = Net()
    for name, parameter in made.named_parameters():
        nn.init.constant_(parameter, 0.0 if name.endswith("bias") else 0.5)
    return made


def refusal(call: Callable[[], Any]) -> str:
    with pytest.raises(Exception) as found:  # noqa: PT011  # the class is compared too
        call()
    return f"{found.type.__name__}: {found.value.args[0]}"


def test_a_parameter_has_the_memory_of_its_tensor_and_stays_on_the_fast_path() -> None:
    tensor = wengert.tensor([1.0, 2.0])
    parameter = nn.Parameter(tensor)
    assert isinstance(parameter, wengert.Tensor)
    assert parameter.requires_grad
    assert parameter.is_leaf
    assert not parameter.__dict__
    assert repr(parameter) == "Parameter containing:\ntensor([1., 2.], requires_grad=True)"
    assert type(parameter.data) is type(parameter.detach()) is type(parameter * 2) is wengert.Tensor
    assert nn.Parameter(tensor, requires_grad=False).requires_grad is False
    assert nn.Parameter().shape == (0,)
    assert refusal(lambda: nn.Parameter([1.0])).startswith("TypeError: Parameter: got data of type list")
    with pytest.raises(RuntimeError, match="Only Tensors of floating point"):
        nn.Parameter(wengert.tensor([1]))


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_copies_are_parameters_and_buffers_too(duplicate: Callable[[Any], Any]) -> None:
    module = net()
    other = duplicate(module)
    assert other.last.weight is not module.last.weight
    assert type(other.last.weight) is nn.Parameter
    assert other.last.weight.requires_grad
    assert other.last.weight.tolist() == module.last.weight.tolist()
    assert type(other.calls) is nn.Buffer
    assert "calls" not in other.state_dict()
    with wengert.no_grad():
        other.last.weight.zero_()
    assert module.last.weight.tolist() == [[0.5] * 3]


def test_walking() -> None:
    module = net()
    module.again = module.last
    assert [name for name, _ in module.named_parameters()] == ["inner.0.weight", "inner.0.bias", "last.weight"]
    several = [name for name, _ in module.named_parameters(remove_duplicate=False)]
    assert several == ["inner.0.weight", "inner.0.bias", "last.weight", "again.weight"]
    assert [name for name, _ in module.named_parameters("net", recurse=False)] == []
    assert [name for name, _ in module.named_buffers()] == ["calls"]
    assert [name for name, _ in module.named_modules()] == ["", "inner", "inner.0", "inner.1", "last"]
    assert [name for name, _ in module.named_children()] == ["inner", "last"]
    assert module.get_submodule("inner.1") is module.inner[1]
    assert module.get_submodule("") is module
    assert module.get_parameter("inner.0.bias") is module.inner[0].bias
    assert module.get_buffer("calls") is module.calls
    assert {"inner", "calls", "forward"} <= set(dir(module))


def test_assignment_files_by_kind() -> None:
    module = nn.Module()
    module.a = wengert.ones(1)
    assert module.a is module.__dict__["a"]
    module.a = nn.Parameter(wengert.ones(1))
    assert list(module._parameters) == ["a"]
    module.a = nn.ReLU()
    assert (list(module._parameters), list(module._modules)) == ([], ["a"])
    module.a = nn.Buffer(wengert.ones(1))
    assert (list(module._modules), list(module._buffers)) == ([], ["a"])
    module.a = wengert.zeros(1)
    assert module._buffers["a"].tolist() == [0.0]
    module.a = None
    assert module.a is None
    assert module.state_dict() == {}
    del module.a
    assert not hasattr(module, "a")


def test_refusals_of_what_is_no_part() -> None:
    module = nn.Linear(1, 1)
    tensor = wengert.ones(1)
    told = {
        "TypeError: cannot assign 'int' as parameter 'weight' (nn.Parameter or None expected)": lambda: setattr(
            module, "weight", 3
        ),
        "TypeError: cannot assign 'int' object to buffer 'b' (Tensor or None required)": lambda: module.register_buffer(
            "b", 3
        ),
        "TypeError: int is not a Module subclass": lambda: module.add_module("x", 3),
        "KeyError: attribute 'weight' already exists": lambda: module.register_buffer("weight", tensor),
        'KeyError: parameter name can\'t contain "."': lambda: module.register_parameter("a.b", None),
        'KeyError: buffer name can\'t be empty string ""': lambda: module.register_buffer("", None),
        "TypeError: module name should be a string. Got int": lambda: module.add_module(3, module),
        "AttributeError: 'Linear' object has no attribute 'nope'": lambda: module.nope,
        "AttributeError: Linear has no attribute `x`": lambda: module.get_submodule("x"),
        "AttributeError: `weight` is not an nn.Module": lambda: module.get_submodule("weight"),
        "AttributeError: `weight` is not a buffer": lambda: module.get_buffer("weight"),
        'NotImplementedError: Module [Module] is missing the required "forward" function': lambda: nn.Module()(1),
        "ValueError: training mode is expected to be boolean": lambda: module.train(3),
        "IndexError: index 5 is out of range": lambda: nn.Sequential(module)[5],
    }
    for message, call in told.items():
        assert refusal(call) == message
    with pytest.raises(ValueError, match="Cannot assign non-leaf Tensor to parameter 'w'"):
        module.w = module_of_history()


def module_of_history() -> Any:
    """A Parameter that was written with a history."""
    parameter = nn.Parameter(wengert.ones(1), requires_grad=False)
    return parameter.mul_(wengert.ones(1, requires_grad=True))


def test_nothing_is_assigned_before_the_constructor() -> None:
    class Early(nn.Module):
        def __init__(self, value: Any) -> None:
            self.value = value

    for value, kind in [(nn.Parameter(wengert.ones(1)), "parameters"), (nn.ReLU(), "module")]:
        with pytest.raises(AttributeError, match=rf"cannot assign {kind} before Module.__init__\(\) call"):
            Early(value)


def test_saving_and_loading() -> None:
    one, other = net(), Net()
    kept = one.state_dict()
    assert list(kept) == ["inner.0.weight", "inner.0.bias", "last.weight"]
    assert not kept["last.weight"].requires_grad
    weight = other.last.weight
    other.load_state_dict(kept)
    assert other.last.weight is weight
    assert weight.tolist() == [[0.5] * 3]
    other.load_state_dict(kept, assign=True)
    assert type(other.last.weight) is nn.Parameter
    assert other.last.weight.requires_grad


def test_loading_tells_all_that_does_not_fit() -> None:
    module = net()
    wrong = {"last.weight": wengert.ones(2, 3), "inner.0.bias": 3, "more": wengert.ones(1), "last.deep.w": 3}
    with pytest.raises(RuntimeError) as found:
        module.load_state_dict(wrong)
    assert str(found.value).split("\n\t") == [
        "Error(s) in loading state_dict for Net:",
        'Missing key(s) in state_dict: "inner.0.weight". ',
        'Unexpected key(s) in state_dict: "more", "last.deep.w". ',
        (
            'While copying the parameter named "inner.0.bias", expected wengert.Tensor or Tensor-like object from '
            "checkpoint but received <class 'int'>"
        ),
        (
            "size mismatch for last.weight: copying a param with shape (2, 3) from checkpoint, the shape in current "
            "model is (1, 3)."
        ),
    ]
    found_keys = module.load_state_dict({"more": wengert.ones(1)}, strict=False)
    assert found_keys.unexpected_keys == ["more"]
    assert "last.weight" in found_keys.missing_keys
    with pytest.raises(TypeError, match="Expected state_dict to be dict-like"):
        module.load_state_dict(3)


def test_modes_gradients_and_dtypes() -> None:
    module = net()
    assert module.eval() is module
    assert not module.inner[1].training
    assert module.train().inner[1].training
    module(wengert.ones(1, 2)).sum().backward()
    assert module.last.weight.grad is not None
    module.zero_grad(set_to_none=False)
    assert module.last.weight.grad.tolist() == [[0.0] * 3]
    module.double()
    assert module.last.weight.dtype is module.last.weight.grad.dtype is module.calls.dtype is wengert.float64
    assert type(module.last.weight) is nn.Parameter
    module.to(wengert.float32).zero_grad()
    assert module.last.weight.grad is None
    assert module.last.weight.dtype is wengert.float32
    module.requires_grad_(False)
    assert not module(wengert.ones(1, 2)).requires_grad
    with pytest.raises(TypeError, match="only accepts floating point or complex dtypes"):
        module.to(wengert.int32)


def test_forward_hooks() -> None:
    module, seen = net(), []
    module.register_forward_pre_hook(lambda m, args: seen.append("second"))
    module.register_forward_pre_hook(lambda m, args: seen.append("first"), prepend=True)
    doubled = module.register_forward_pre_hook(lambda m, args, kwargs: (args, {"scale": 2.0}), with_kwargs=True)
    added = module.register_forward_hook(lambda m, args, kwargs, out: out + kwargs["scale"], with_kwargs=True)
    x = wengert.ones(1, 2)
    assert module(x).item() == 2 * 1.5 + 2
    assert seen == ["first", "second"]
    doubled.remove()
    added.remove()
    assert module(x).item() == 1.5
    module.register_forward_hook(lambda m, args, out: seen.append(out), always_call=True)
    with pytest.raises(TypeError):
        module(x, unknown=1)
    assert seen[-1] is None


def test_backward_hooks_see_and_replace() -> None:
    module, seen = nn.Linear(2, 1, bias=False), []
    nn.init.constant_(module.weight, 3.0)

    def hook(found: Any, grad_input: Any, grad_output: Any) -> Any:
        seen.append((found, grad_input[0].tolist(), grad_output[0].tolist()))
        return (grad_input[0] * 10,)

    handle = module.register_full_backward_hook(hook)
    module.register_full_backward_pre_hook(lambda m, grad_output: (grad_output[0] * 2,))
    x = wengert.ones(1, 2, requires_grad=True)
    module(x).sum().backward()
    assert seen == [(module, [[6.0, 6.0]], [[2.0]])]
    assert x.grad.tolist() == [[60.0, 60.0]]
    assert module.weight.grad.tolist() == [[2.0, 2.0]]
    handle.remove()
    module.register_full_backward_hook(lambda m, grad_input, grad_output: seen.append(grad_input))
    module(wengert.ones(1, 2)).sum().backward()
    assert seen[-1] == (None,)


def test_containers() -> None:
    layers = nn.ModuleList([nn.Linear(1, 1), nn.Linear(1, 1), nn.ReLU()])
    layers.insert(0, nn.Tanh())
    assert [type(layer).__name__ for layer in layers] == ["Tanh", "Linear", "Linear", "ReLU"]
    assert type(layers.pop(0)) is nn.Tanh
    assert len(layers[1:]) == 2
    assert repr(layers[:2]).splitlines()[1] == "  (0-1): 2 x Linear(in_features=1, out_features=1, bias=True)"
    sequence = nn.Sequential({"a": nn.ReLU()}).append(nn.Tanh())
    assert list(sequence._modules) == ["a", "1"]
    assert len(sequence * 2) == len(sequence + sequence) == 4
    named = nn.ModuleDict({"a": nn.ReLU(), "b": nn.Tanh()})
    assert ("a" in named, len(named), type(named.pop("b"))) == (True, 2, nn.Tanh)
    listed = nn.ParameterList([wengert.ones(1), wengert.zeros(2)])
    assert [name for name, _ in listed.named_parameters()] == ["0", "1"]
    assert listed[-1].tolist() == [0.0, 0.0]
    mapped = nn.ParameterDict({"w": wengert.ones(1)})
    assert (list(mapped.keys()), mapped["w"].requires_grad, mapped.get("q")) == (["w"], True, None)


def test_calls_with_other_parameters() -> None:
    module, x = net(), wengert.ones(3, 2)
    parameters = {name: tensor.detach() for name, tensor in module.named_parameters()}
    per_sample = vmap(grad(lambda p, one: functional_call(module, p, one).sum()), in_dims=(None, 0))(parameters, x)
    assert per_sample["last.weight"].tolist() == [[[1.0] * 3]] * 3
    stacked, _ = stack_module_state([net(), net()])
    outputs = vmap(lambda p: functional_call(module, p, x[0]))(stacked)
    assert outputs.tolist() == [[1.5], [1.5]]


def test_norms_and_vectors() -> None:
    x, y = wengert.tensor([3.0], requires_grad=True), wengert.tensor([[4.0]], requires_grad=True)
    (x * x / 2 + y.sum() ** 2 / 2).sum().backward()
    assert nn.utils.clip_grad_norm_([x, y], 2.5).item() == 5.0
    assert x.grad.item() == pytest.approx(1.5)
    nn.utils.clip_grad_value_(y, 1.0)
    assert y.grad.item() == 1.0
    vector = nn.utils.parameters_to_vector([x, y])
    nn.utils.vector_to_parameters(vector * 2, [x, y])
    assert (x.tolist(), y.tolist()) == ([6.0], [[8.0]])
    assert x.is_leaf
