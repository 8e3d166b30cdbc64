"""Bad input: torch's exception class and phrase, what arrived, the fix; and nothing is changed before the error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import wengert

pytestmark = pytest.mark.usefixtures("mutable_toy")


def leaf(values: object) -> Any:
    return wengert.tensor(values, requires_grad=True)


SIZES = r"The size of tensor a \(2\) must match the size of tensor b \(3\) at non-singleton dimension 0: shapes \(2,\) "


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: x + wengert.ones(3), SIZES),
        (lambda x: wengert.where(x > 0, x, wengert.ones(3)), SIZES),
        (lambda x: x == wengert.ones(3), SIZES),
        (lambda x: x.expand(3), r"The expanded size of the tensor \(3\) must match the existing size \(2\)"),
        (lambda x: x.reshape(3), r"shape '\[3\]' is invalid for input of size 2"),
        (lambda x: x.reshape(1, 2) @ x.reshape(1, 2), r"mat1 and mat2 shapes cannot be multiplied \(1x2 and 1x2\)"),
        (
            lambda x: wengert.cat([x.reshape(1, 2), wengert.ones(1, 3)]),
            "Sizes of tensors must match except in dimension 0",
        ),
        (lambda x: wengert.stack([x, wengert.ones(3)]), r"stack expects each tensor to be equal size"),
        (lambda x: x.sum(2), r"Dimension out of range \(expected to be in range of \[-1, 0\], but got 2\)"),
        (lambda x: x[5], "index 5 is out of bounds for dimension 0 with size 2"),
    ],
)
def test_shapes_that_do_not_fit(function: Callable[[Any], Any], words: str) -> None:
    with pytest.raises((RuntimeError, IndexError), match=words):
        function(leaf([1.0, 2.0]))


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (lambda x: x.add_(wengert.ones(3)), SIZES),
        (lambda x: x.copy_(wengert.ones(3)), SIZES),
        (lambda x: x.mul_(wengert.ones(2, 2)), r"output with shape \[2\] doesn't match the broadcast shape \[2, 2\]"),
        (lambda x: x.copy_(wengert.ones(2, 2)), r"output with shape \[2\] doesn't match the broadcast shape \[2, 2\]"),
        (lambda x: x.fill_(wengert.ones(2)), "fill_ only supports 0-dimension value tensor but got tensor with 1"),
        (lambda x: x.__setitem__(5, 1.0), "index 5 is out of bounds for dimension 0 with size 2"),
        (lambda x: x.__setitem__(slice(0, 1), wengert.ones(3)), "expanded size of the tensor|shape mismatch"),
        (lambda x: x.to(wengert.int64).mul_(1.5), "result type Float can't be cast to the desired output type Long"),
    ],
)
def test_a_write_that_does_not_fit_changes_nothing(write: Callable[[Any], Any], words: str) -> None:
    for requires_grad in (False, True):
        x = wengert.tensor([1.0, 2.0], requires_grad=requires_grad) * 1
        with pytest.raises((RuntimeError, IndexError), match=words):
            write(x)
        assert (x.tolist(), x._version) == ([1.0, 2.0], 0)
        assert not requires_grad or x.grad_fn.name() == "MulBackward0"


@pytest.mark.parametrize(
    "write",
    [
        lambda x: x.add_(1.0),
        lambda x: x.zero_(),
        lambda x: x.copy_(wengert.ones(2)),
        lambda x: x.__setitem__(0, 3.0),
        lambda x: x.__iadd__(1.0),
    ],
)
def test_a_leaf_that_requires_grad_is_not_written(write: Callable[[Any], Any]) -> None:
    x = leaf([1.0, 2.0])
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad is being used in an in-place operation"):
        write(x)
    assert (x.tolist(), x._version, x.is_leaf) == ([1.0, 2.0], 0, True)


# gradients and graphs


def test_a_gradient_of_the_wrong_shape() -> None:
    x = leaf([1.0, 2.0])
    y = x * 2
    words = r"Mismatch in shape: grad_output\[0\] has a shape of .*\[3\].* and output\[0\] has a shape of .*\[2\]"
    with pytest.raises(RuntimeError, match=words):
        y.backward(wengert.ones(3))
    with pytest.raises(RuntimeError, match=words):
        wengert.autograd.grad(y, x, wengert.ones(3))
    with pytest.raises(RuntimeError, match="grad can be implicitly created only for scalar outputs"):
        y.backward()
    with pytest.raises(RuntimeError, match="got 2 tensors and 1 gradients"):
        wengert.autograd.backward([y, y], [wengert.ones(2)])
    with pytest.raises(
        RuntimeError, match=r"attempting to assign a gradient of size '\[3\]' to a tensor of size '\[2\]'"
    ):
        x.grad = wengert.ones(3)
    with pytest.raises(TypeError, match="assigned grad expected to be a Tensor or None but got grad of type float"):
        x.grad = 1.0
    assert x.grad is None
    y.backward(wengert.ones(2))
    assert x.grad.tolist() == [2.0, 2.0]


def test_a_gradient_of_the_wrong_shape_among_several_runs_nothing() -> None:
    x = leaf([1.0, 2.0])
    first, second = x * x, x * 3
    with pytest.raises(RuntimeError, match=r"grad_output\[1\]"):
        wengert.autograd.backward([first, second], [wengert.ones(2), wengert.ones(3)])
    assert x.grad is None
    first.sum().backward()
    assert x.grad.tolist() == [2.0, 4.0]


def test_backward_twice() -> None:
    x = leaf(3.0)
    y = x * x
    y.backward()
    with pytest.raises(
        RuntimeError, match=r"backward through the graph a second time.*MulBackward0.*retain_graph=True"
    ):
        y.backward()
    assert x.grad.item() == 6.0


def test_backward_without_a_graph() -> None:
    words = "element 0 of tensors does not require grad and does not have a grad_fn"
    x, plain = leaf(3.0), wengert.tensor(1.0)
    with pytest.raises(RuntimeError, match=words):
        plain.backward()
    with pytest.raises(RuntimeError, match=words):
        wengert.autograd.grad(plain, x)
    with wengert.no_grad():
        y = x * x
    with pytest.raises(RuntimeError, match=words):
        y.backward()
    with pytest.raises(RuntimeError, match="element 1 of tensors does not require grad"):
        wengert.autograd.backward([x * x, plain])
    with pytest.raises(RuntimeError, match="One of the differentiated Tensors does not require grad"):
        wengert.autograd.grad(x * x, plain)
    assert x.grad is None


def test_inputs_of_backward() -> None:
    x = leaf(3.0)
    with pytest.raises(RuntimeError, match="`inputs` argument to `backward\\(\\)` cannot be empty"):
        (x * x).backward(inputs=[])
    with pytest.raises(RuntimeError, match="all inputs have to be Tensors or GradientEdges, but got float"):
        wengert.autograd.grad(x * x, [3.0])
    assert x.grad is None


def test_only_inexact_tensors_require_grad() -> None:
    words = "Only Tensors of floating point and complex dtype can require gradients; got wengert.int64"
    with pytest.raises(RuntimeError, match=words):
        wengert.tensor([1, 2], requires_grad=True)
    x = wengert.tensor([1, 2])
    with pytest.raises(RuntimeError, match="only Tensors of floating point dtype can require gradients"):
        x.requires_grad_()
    with pytest.raises(RuntimeError, match="only Tensors of floating point and complex dtype can require gradients"):
        x.requires_grad = True
    assert not x.requires_grad


def test_what_only_a_tensor_with_a_history_can() -> None:
    x, plain = leaf([1.0]), wengert.tensor([1.0])
    with pytest.raises(RuntimeError, match="can't retain_grad on Tensor that has requires_grad=False"):
        plain.retain_grad()
    with pytest.raises(RuntimeError, match="cannot register a hook on a tensor that doesn't require gradient"):
        plain.register_hook(print)
    with pytest.raises(RuntimeError, match="you can only change requires_grad flags of leaf variables"):
        (x * 2).requires_grad_(False)


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (lambda g: g[:1], RuntimeError, "hook '<lambda>' has changed the size of value"),
        (lambda g: g.to(wengert.float64), RuntimeError, "hook '<lambda>' has changed the type of value"),
        (lambda g: 3.0, TypeError, "expected Variable, but hook returned 'float'"),
    ],
)
def test_what_a_hook_may_not_return(answer: Callable[[Any], Any], error: type[Exception], words: str) -> None:
    x = leaf([1.0, 2.0])
    y = x * 2
    y.register_hook(answer)
    with pytest.raises(error, match=words):
        y.sum().backward()
    assert x.grad is None


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x: x + "a", r"unsupported operand type\(s\) for \+: 'Tensor' and 'str'"),
        (lambda x: wengert.add(x, None), r"add\(\): argument 'other' \(position 2\) must be Tensor, not NoneType"),
        (lambda x: wengert.exp(3.0), r"exp\(\): argument 'input' \(position 1\) must be Tensor, not float"),
        (lambda x: wengert.t([1.0]), r"t\(\): argument 'input' \(position 1\) must be Tensor, not list"),
        (lambda x: wengert.fft.fft("a"), r"fft_fft\(\): argument 'input' \(position 1\) must be Tensor, not str"),
        (lambda x: wengert.atan2(x, 2), r"atan2\(\): argument 'other' \(position 2\) must be Tensor, not int"),
        (lambda x: wengert.atan2(2, x), r"atan2\(\): argument 'input' \(position 1\) must be Tensor, not int"),
        (lambda x: wengert.eq(2, x), r"eq\(\) received an invalid combination of arguments - got \(int, Tensor\)"),
        (lambda x: wengert.Tensor.__add__(2, x), r"add\(\): argument 'self' must be Tensor, not int"),
        (lambda x: wengert.chunk(x, True), r"chunk\(\): argument 'chunks' \(position 2\) must be int, not bool"),
        (lambda x: wengert.svd(x, some=None), r"svd\(\): argument 'some' must be bool, not NoneType"),
        (lambda x: wengert.hsplit(x, "a"), r"hsplit\(\) received an invalid combination of arguments - got \(Ten"),
        (lambda x: x.data.__setitem__(1.5, 1.0), "only integers, slices"),
    ],
)
def test_what_is_no_tensor(call: Callable[[Any], Any], words: str) -> None:
    with pytest.raises((TypeError, IndexError), match=words):
        call(leaf([1.0, 2.0]))


# backends


@pytest.mark.parametrize(
    "call",
    [
        lambda x: wengert.nn.functional.softmax(x),
        lambda x: wengert.sum(x, out=wengert.ones(3)),
        lambda x: wengert.tensor(x),
        lambda x: wengert.Tensor.var(x[:1]),
    ],
)
def test_a_warning_is_of_the_line_that_called(call: Callable[[Any], Any]) -> None:
    with pytest.warns(UserWarning, match=".") as caught:
        call(wengert.ones(2))
    assert [warning.filename for warning in caught] == [__file__]
