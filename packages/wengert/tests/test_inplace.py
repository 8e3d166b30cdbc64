"""In-place operations on the toy: how histories go on, what is kept from before, and memory that cannot be shared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import wengert
from wengert.backends import registry
from wengert.testing.toy import toy_spec

pytestmark = pytest.mark.usefixtures("toy")


def leaf(values: object) -> Any:
    return wengert.tensor(values, requires_grad=True)


@pytest.mark.parametrize(
    ("write", "dx", "dw"),
    [
        (lambda y, w: y.mul_(w), [3.0, 4.0], [1.0, 2.0]),
        (lambda y, w: y.div_(w), [1 / 3, 0.25], [-1 / 9, -0.125]),
        (lambda y, w: y.pow_(w), [3.0, 32.0], [0.0, 16 * 0.6931472]),
        (lambda y, w: y.addcmul_(w, w), [1.0, 1.0], [6.0, 8.0]),
        (lambda y, w: y.lerp_(w, 0.25), [0.75, 0.75], [0.25, 0.25]),
        (lambda y, w: y.square_(), [2.0, 4.0], None),
        (lambda y, w: y.sin_(), [0.5403023, -0.4161468], None),
        (lambda y, w: y.exp_(), [2.7182817, 7.389056], None),
        (lambda y, w: y.sqrt_(), [0.5, 0.3535534], None),
        (lambda y, w: y.reciprocal_(), [-1.0, -0.25], None),
        (lambda y, w: y.clamp_(1.5), [0.0, 1.0], None),
        (lambda y, w: y.add_(y), [2.0, 2.0], None),
        (lambda y, w: y.copy_(w), [0.0, 0.0], [1.0, 1.0]),
        (lambda y, w: y.fill_(w[0]), [0.0, 0.0], [2.0, 0.0]),
        (lambda y, w: y.zero_(), [0.0, 0.0], None),
        (lambda y, w: y.mul_(w).mul_(w), [9.0, 16.0], [6.0, 16.0]),
        (lambda y, w: y.__imul__(w).__iadd__(1.0), [3.0, 4.0], [1.0, 2.0]),
        (lambda y, w: y.__setitem__(0, w[1]), [0.0, 1.0], [0.0, 1.0]),
    ],
)
def test_derivatives_at_the_values_from_before_the_write(
    write: Callable[[Any, Any], Any], dx: list[float], dw: list[float] | None
) -> None:
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    y = x * 1
    before = y
    write(y, w)
    assert y is before
    y.sum().backward()
    assert x.grad.tolist() == pytest.approx(dx, rel=1e-6)
    assert (w.grad is None) if dw is None else w.grad.tolist() == pytest.approx(dw, rel=1e-6)


@pytest.mark.parametrize(
    ("write", "name"),
    [
        (lambda y: y.mul_(2.0), "MulBackward0"),
        (lambda y: y.zero_(), "ZeroBackward0"),
        (lambda y: y.fill_(2.0), "FillBackward2"),
        (lambda y: y.fill_(wengert.tensor(2.0)), "FillBackward3"),
        (lambda y: y.copy_(wengert.ones(2)), "CopyBackwards"),
        (lambda y: y.__setitem__(0, 1.0), "CopySlices"),
        (lambda y: y.__setitem__(slice(1, 2), wengert.ones(1)), "CopySlices"),
        (lambda y: y.__setitem__(slice(None), wengert.ones(2)), "CopyBackwards"),
        (lambda y: y.__setitem__(..., 1.0), "FillBackward3"),
        (lambda y: y.__setitem__(wengert.tensor([1, 0]), 1.0), "IndexPutBackward0"),
        (lambda y: y.__setitem__(y > 1.5, 1.0), "IndexPutBackward0"),
    ],
)
def test_nodes_are_named_as_torchs(write: Callable[[Any], Any], name: str) -> None:
    y = leaf([1.0, 2.0]) * 1
    write(y)
    assert type(y.grad_fn).__name__ == name
    assert y._version == 1


def test_a_tensor_times_itself_is_refused_at_backward() -> None:
    y = leaf([1.0, 2.0]) * 1
    y.mul_(y)
    assert y.tolist() == [1.0, 4.0]
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


@pytest.mark.parametrize(
    "write", [lambda y: y.exp_(), lambda y: y.sqrt_(), lambda y: y.tanh_(), lambda y: y.sigmoid_()]
)
def test_a_kept_result_is_watched_where_it_was_written(write: Callable[[Any], Any]) -> None:
    y = leaf([1.0, 2.0]) * 1
    write(y)
    y.add_(1.0)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


def test_what_others_kept_is_watched() -> None:
    y = leaf([1.0, 2.0]) * 1
    z = y * y
    y.mul_(2.0)
    with pytest.raises(RuntimeError, match=r"is at version 1; expected version 0.*test_inplace\.py"):
        z.sum().backward()


def test_versions_count_writes() -> None:
    x = wengert.ones(2)
    assert x._version == 0
    x.add_(1.0)
    x[0] = 5.0
    x += 1.0
    x.zero_()
    assert x._version == 4


def test_a_plain_tensor_joins_a_history() -> None:
    x, y = leaf([1.0, 2.0]), wengert.zeros(2)
    y.add_(x)
    assert (y.requires_grad, y.is_leaf) == (True, False)
    y.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]


def test_integers_are_written() -> None:
    x = wengert.tensor([1, 2, 3])
    x.mul_(2).add_(wengert.tensor([1, 1, 1]))
    x[0] = 9
    assert (x.tolist(), x.dtype) == ([9, 5, 7], wengert.int64)


def test_a_wider_operand_is_converted_to_what_it_is_written_into() -> None:
    x, w = leaf([1.0, 2.0]), wengert.tensor([2.0, 4.0], dtype=wengert.float64)
    y = x * 1
    y.mul_(w)
    assert y.dtype is wengert.float32
    y.sum().backward()
    assert (x.grad.tolist(), x.grad.dtype) == ([2.0, 4.0], wengert.float32)


WITHOUT_SHARING = "in-place operation on a view, or on a tensor with views or aliases, cannot be on backend 'toy"


@pytest.mark.parametrize("view", [lambda x: x[0], lambda x: x.reshape(2, 2).T, lambda x: x.unbind(0)[0]])
def test_without_shared_memory_a_view_is_not_written(view: Callable[[Any], Any]) -> None:
    x = wengert.ones(2, 2)
    v = view(x)
    for tensor in (x, v):
        with pytest.raises(RuntimeError, match=WITHOUT_SHARING):
            tensor.add_(1.0)
        with pytest.raises(RuntimeError, match=WITHOUT_SHARING):
            tensor[0] = 5.0
        assert tensor._version == 0
    assert x.tolist() == [[1.0, 1.0], [1.0, 1.0]]
    del v, tensor
    x.add_(1.0)
    assert x.sum().item() == 8.0


def test_without_shared_memory_an_alias_is_not_written() -> None:
    x = wengert.ones(2)
    y = x.detach()
    with pytest.raises(RuntimeError, match=WITHOUT_SHARING):
        y.add_(1.0)
    assert (x.tolist(), y.tolist()) == ([1.0, 1.0], [1.0, 1.0])


# what a node kept, read by hand


def test_kept_values_have_torchs_names() -> None:
    x, y = leaf([[1.0, 2.0], [3.0, 4.0]]), leaf([[5.0, 6.0], [7.0, 8.0]])
    product = (x * y).grad_fn
    assert product._saved_self is x
    assert product._saved_other is y
    assert (x * 2).grad_fn._saved_self is None
    assert (x * 2).grad_fn._saved_other.item() == 2.0
    total = x.sum(1, keepdim=True).grad_fn
    assert (total._saved_dim, total._saved_keepdim, total._saved_self_sym_sizes) == ((1,), True, (2, 2))
    assert (x**3).grad_fn._saved_exponent == 3
    assert x.T.grad_fn.name() in ("TransposeBackward0", "PermuteBackward0", "TBackward0")
    assert wengert.cat([x, y], 1).grad_fn._saved_dim == 1
    assert "_saved_other" in dir(product)


def test_a_kept_result_is_a_tensor_with_the_node_behind_it() -> None:
    y = leaf([1.0, 2.0]).exp()
    kept = y.grad_fn._saved_result
    assert kept.tolist() == y.tolist()
    assert kept.grad_fn is y.grad_fn
    values, _ = leaf([[1.0, 2.0]]).max(1)
    assert values.grad_fn._saved_dim == 1


def test_a_kept_value_is_gone_after_backward() -> None:
    x = leaf([1.0, 2.0])
    y, z = x * x, x.exp()
    (y + z).sum().backward()
    with pytest.raises(RuntimeError, match="directly access saved tensors after they have already been freed"):
        _ = y.grad_fn._saved_self
    with pytest.raises(RuntimeError, match="directly access saved tensors after they have already been freed"):
        _ = z.grad_fn._saved_result
    with pytest.raises(AttributeError, match="'MulBackward0' object has no attribute '_saved_nothing'"):
        _ = y.grad_fn._saved_nothing


def test_next_functions_are_those_of_inputs_that_have_gradients() -> None:
    x, index = leaf([[1.0, 2.0]]), wengert.tensor([[1]])
    assert len(x.gather(1, index).grad_fn.next_functions) == 1
    assert len(wengert.where(x > 1, x, x).grad_fn.next_functions) == 2
    assert len(wengert.cat([x, x, x]).grad_fn.next_functions) == 3
    assert (x * 2).grad_fn.next_functions[1] == (None, 0)


IN_PLACE = sorted(name for name in dir(wengert.Tensor) if name.endswith("_") and not name.startswith("_"))
NO_WRITES = {"requires_grad_", "detach_"}


@pytest.mark.parametrize("name", [name for name in IN_PLACE if name not in NO_WRITES])
def test_a_call_that_makes_no_sense_leaves_everything_as_it_was(name: str) -> None:
    x = wengert.tensor([[1.0, 2.0], [3.0, 4.0]])
    y = x * 1
    node, data = y.grad_fn, y.tolist()
    with pytest.raises((TypeError, RuntimeError, IndexError, ValueError, AttributeError)):
        getattr(y, name)(object(), object(), object(), object(), object(), object())
    assert (y.tolist(), y._version, y.grad_fn) == (data, 0, node)


@pytest.mark.parametrize(
    "write",
    [
        lambda x: x.add_(1.0),
        lambda x: x.zero_(),
        lambda x: x.fill_(2.0),
        lambda x: x.normal_(),
        lambda x: x.eq_(1.0),
        lambda x: x.fill_diagonal_(0.0),
        lambda x: x.scatter_add_(0, wengert.tensor([[0, 0]]), wengert.ones(1, 2)),
        lambda x: x.__setitem__((0, 1), 9.0),
        lambda x: x.__setitem__(x > 2.0, 0.0),
        lambda x: x.t_(),
    ],
)
def test_arrays_that_cannot_be_written_are_exchanged(write: Callable[[Any], Any]) -> None:
    spec = toy_spec(mutable=False)
    registry.register(spec)
    with registry.use_backend(spec.name):
        x = wengert.tensor([[1.0, 2.0], [3.0, 4.0]])
        array, data = x.array, x.tolist()
        write(x)
        assert x.array is not array
        assert (array.tolist() if hasattr(array, "tolist") else x.space.xp.tolist(array)) == data
        assert x._version == 1
        alias, view = x.detach(), x[:2]
        for tensor in (x, alias, view):
            with pytest.raises(RuntimeError, match="cannot be on backend"):
                write(tensor)
    registry.unregister(spec.name)
