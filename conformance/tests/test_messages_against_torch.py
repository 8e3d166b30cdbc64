"""Error classes and messages of indexing, views and in-place operations: what torch says is in what Wengert says."""

from __future__ import annotations

import warnings
from types import ModuleType
from typing import Any

import numpy
import pytest
import torch
import wengert

#: Statements that both refuse. `x` is a float matrix of 3 rows and 4 columns, `v` five integers, `s` a number, `b`
#: three booleans, `c` two complex numbers, `leaf` a matrix that requires grad; `T` is the library.
STATEMENTS = """
x[3]
x[-4]
x[0,4]
x[0,0,0]
x[0,...,0,0]
s[0]
s[0,0]
x[1.0]
x['a']
x[::-1]
x[::0]
x[T.tensor([3])]
x[T.tensor([0]), T.tensor([4])]
x[T.tensor([0,1]), T.tensor([0,1,2])]
x[T.tensor([1.])]
x[b, b]
x[T.ones(2, dtype=T.bool)]
x[T.ones(3,3, dtype=T.bool)]
x[[0,3]]
x[np.array([5])]
x[{1}]
x[None, 'a']
x[1.5:2]
x['a':2]
x[T.tensor([0.5]):]
x[T.tensor([0,1]):]
x[3] = 1
x[0, 4] = 1
x[0] = T.ones(3)
x[:, 0] = T.ones(2)
x[b] = T.ones(3)
x[b] = T.ones(3, 4)
x[T.tensor([0,1])] = T.ones(3, 4)
x[T.tensor([3])] = 1.
x[T.tensor([0])] = T.ones(1,4,dtype=T.float64)
x[0] = 'a'
x[0] = None
x[0] = [1,2,3,4]
x[0] = 1j
leaf[0] = 1
leaf.add_(1)
leaf[0].add_(1)
leaf.zero_()
leaf.view(-1)[0] = 1
leaf.unbind()[0].add_(1)
leaf.clone().unbind()[0].add_(1)
leaf.clone().split(2)[0].add_(1)
v.add_(1.5)
v.mul_(1j)
v.div_(2)
v.sqrt_()
v.add_(T.ones(5))
x.add_(T.ones(2,3,4))
x.add_(T.ones(5))
x.mul_('a')
x.copy_(T.ones(5))
x.fill_(T.ones(2))
x.fill_('a')
x.fill_(1j)
x.clamp_()
x.clamp_(min='a')
b.clamp_(0)
b.neg_()
b.sub_(b)
b.cumsum_(0)
x.cumsum_(2)
x.index_add_(0, T.tensor([3]), T.ones(1,4))
x.index_add_(0, T.tensor([0,1]), T.ones(1,4))
x.index_add_(0, T.tensor([0.]), T.ones(1,4))
x.index_copy_(0, T.tensor([3]), T.ones(1,4))
x.index_copy_(0, T.tensor([0]), T.ones(1,3))
x.index_fill_(0, T.tensor([3]), 1.)
x.index_fill_(0, T.tensor([0]), T.ones(2))
x.index_fill_(0, T.tensor([0.]), 1.)
x.index_put_((T.tensor([3]),), T.tensor(1.))
x.index_put_((T.tensor([0]),), T.tensor(1))
x.index_put_(T.tensor([0]), T.tensor(1.))
x.scatter_(0, T.tensor([[3]]), 1.)
x.scatter_(0, T.tensor([0]), 1.)
x.scatter_(0, T.tensor([[0.]]), 1.)
x.scatter_(2, T.tensor([[0]]), 1.)
x.scatter_add_(0, T.tensor([[0]]), T.ones(1,1,dtype=T.float64))
x.scatter_reduce_(0, T.tensor([[0]]), T.ones(1,1), 'bad')
x.masked_fill_(T.ones(3,4), 1.)
x.masked_fill_(T.ones(5,dtype=T.bool), 1.)
x.masked_fill_(x > 0, T.ones(2))
x.masked_scatter_(x > 0, T.ones(2))
x.masked_scatter_(x > 0, T.ones(12, dtype=T.float64))
x.put_(T.tensor([12]), T.tensor([1.]))
x.put_(T.tensor([0, 1]), T.tensor([1.]))
x.put_(T.tensor([0]), T.tensor([1]))
x.take(T.tensor([12]))
x.gather(0, T.tensor([[3]]))
x.gather(0, T.tensor([0]))
x.gather(0, T.tensor([[0.]]))
x.index_select(0, T.tensor([3]))
x.index_select(0, T.tensor([[0]]))
x.index_select(2, T.tensor([0]))
x.expand(2,3,4).add_(1)
x[:, :1].expand(3,4)[0] = 1
x.view(5)
x.t().view(-1)
x.narrow(0, 2, 2)
x.narrow(0, 4, 1)
x.select(0, 3)
x.select(2, 0)
s.select(0, 0)
x.as_strided((20,), (1,))
x.as_strided((2,), (-1,))
x.unfold(0, 4, 1)
x.unfold(0, 2, 0)
x.diagonal(0, 0, 0)
x.transpose(0, 2)
x.permute(0)
x.permute(0, 0)
x.unsqueeze(3)
x.squeeze(2)
x.split(0)
x.split([1,1])
x.split(-1)
x.chunk(0)
x.tensor_split(0)
x.unbind(2)
x.hsplit(3)
s.unbind()
x.view_as_real()
T.view_as_real(x)
T.view_as_complex(x[:, :3])
x.imag
leaf.numpy()
int(x)
bool(x)
len(s)
iter(s)
'a' in x
x.item()
x.requires_grad_('a')
v.requires_grad_()
leaf.clone().requires_grad_(False)
leaf.grad = 1
leaf.grad = T.ones(2)
leaf.grad = T.ones(3,4,dtype=T.float64)
leaf.resize_(2)
x.t_().t_().t().unsqueeze_(5)
x.squeeze_(4)
x.transpose_(0, 3)
x.swapaxes_(0, 3)
x.swapdims_(0, 3)
leaf[0].detach_()
leaf.unbind()[0].detach_()
x.random_(5, 2)
x.uniform_(2, 1)
x.normal_(0, -1)
x.exponential_(-1)
x.bernoulli_(2.)
x.geometric_(0)
x.cauchy_(0, -1)
x.log_normal_(0, -1)
v.normal_()
v.uniform_()
T.tensor([1,2]).exponential_()
x.lerp_(T.ones(3,4), 'a')
x.addcmul_(v, v)
x.addmm_(x, x)
x.pow_('a')
v.pow_(-1)
v.floor_divide_(0)
v.remainder_(0)
v.fmod_(0)
x.bitwise_and_(1)
v.exp_()
c.floor_()
c.sign_()
c.clamp_(0)
c.abs_()
x.renorm_(2, 0, -1)
x.sort(3)
T.sin_(3)
T.sin_(leaf)
del x[0]
x.dtype = 1
x.is_leaf = 1
x.device = 1
x.grad_fn = 1
x.data = 3
v.mT
v.H
x.unflatten(0, (2,2))
x.unflatten(0, ())
x.movedim(0, 2)
x.movedim((0,1), (0,))
x.expand(2, 2)
x.expand(4)
x.repeat(2)
x.broadcast_to((4, 4))
x.flatten(1, 0)
x.roll(1, 2)
x.flip(2)
x.flip(0, 0)
x.rot90(1, (0, 0))
T.cat([])
T.cat([x, v])
T.stack([x, v])
T.cat([x, 3])
x.take_along_dim(v, 0)
x.type(3)
x.put_(T.tensor([0.]), T.tensor([1.]))
x.index_reduce_(0, T.tensor([0]), T.ones(1,4), 'bad')
v.fill_diagonal_(1)
T.ones(2,3,4).fill_diagonal_(1)
x.index_fill_(0, 0, 1)
x.masked_fill_(3, 1)
x += 'a'
x += None
x += [1]
x -= b
v /= 2
v //= 0
v **= -1
x @= x
b += 1
b -= 1
b -= b
c.abs_()
v.div_(v)
del x[0]
T.sin_()
leaf.apply_(abs)
T.as_strided_scatter(x, s, (2,), (1,))
""".strip().splitlines()

#: Where the whole message has what only one of the two knows: the part that is shared.
SHARED = {
    "x[0] = 'a'": "can't assign a str to a",
    "x[0] = None": "can't assign a NoneType to a",
    "x[0] = [1,2,3,4]": "can't assign a list to a",
    "x.mul_('a')": "argument 'other' (position",
    "x.fill_('a')": "fill_() received an invalid combination of arguments - got (str)",
    "x.clamp_(min='a')": "clamp",
    "b.clamp_(0)": "result type Long can't be cast to the desired output type",
    "x.index_put_(T.tensor([0]), T.tensor(1.))": "argument 'indices' (position 1) must be tuple of Tensors, not Tensor",
    "x.masked_scatter_(x > 0, T.ones(12, dtype=T.float64))": "expected self and source to have same dtypes but got",
    "leaf.grad = T.ones(3,4,dtype=T.float64)": "grad_dtype 'Float'. The gradient must match the tensor's grad_dtype",
    "T.tensor([1,2]).exponential_()": "dtype must be a floating point but you specified",
    "x.lerp_(T.ones(3,4), 'a')": "received an invalid combination of arguments - got",
    "x.pow_('a')": "pow",
    "x.dtype = 1": "dtype",
    "x.is_leaf = 1": "is_leaf",
    "x.device = 1": "device",
    "x.grad_fn = 1": "grad_fn",
    "x.expand(4)": "the number of sizes provided (1) must be greater or equal to the number of dimensions",
    "x.index_fill_(0, 0, 1)": "index_fill_()",
    "x.masked_fill_(3, 1)": "masked_fill",
}


def names(library: ModuleType) -> dict[str, Any]:
    return {
        "T": library,
        "np": numpy,
        "x": library.arange(12.0).reshape(3, 4),
        "v": library.arange(5),
        "s": library.tensor(2.0),
        "b": library.tensor([True, False, True]),
        "c": library.ones(2, dtype=library.complex64),
        "leaf": library.ones(3, 4, requires_grad=True),
    }


def refusal(library: ModuleType, statement: str) -> Exception:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(statement, names(library))
        except Exception as error:
            return error
    raise AssertionError(f"{library.__name__} takes {statement}")


@pytest.mark.parametrize("statement", STATEMENTS)
def test_both_refuse_in_the_same_words(statement: str) -> None:
    theirs, ours = refusal(torch, statement), refusal(wengert, statement)
    assert isinstance(ours, type(theirs))
    whole = str(theirs).partition("\n")[0].rstrip(".")
    words = SHARED.get(statement, whole)
    assert words in whole
    assert words in str(ours)


def test_the_table_of_shared_parts_is_used() -> None:
    assert set(SHARED) <= set(STATEMENTS)
