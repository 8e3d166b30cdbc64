"""Views: shared memory, histories through writes, restrictions, strides."""

from __future__ import annotations

from typing import Any

from wengert_conformance.needs import STRIDES, VIEWS
from wengert_conformance.scenarios.family import WITHOUT_NODE_NAMES, Family, raised

views = Family("views")
differentiable, outcome, needs = views.differentiable, views.outcome, views.needs

MATRIX = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
COMPLEX = [[1 + 2j, 3 - 1j], [0.5j, 2 + 0j]]
SQUARE = [[1.0, 2.0], [3.0, 4.0]]


def made(library: Any) -> Any:
    """A tensor with a history."""
    return library.tensor(MATRIX, requires_grad=True) * 1


def histories(*tensors: Any) -> list[Any]:
    """What made each tensor, and what lies behind that."""
    return [
        [type(t.grad_fn).__name__, [None if n is None else type(n).__name__ for n, _ in t.grad_fn.next_functions]]
        for t in tensors
    ]


@differentiable(x=MATRIX)
def conjugate_transposes_of_real_matrices(library: Any, x: Any) -> Any:
    return x.H, x.mH, x.adjoint(), library.adjoint(x), x.mT


@differentiable(x=COMPLEX)
def conjugate_transposes_of_complex_matrices(library: Any, x: Any) -> Any:
    return x.H, x.mH, x.adjoint()


@differentiable(x=COMPLEX, checks=WITHOUT_NODE_NAMES)
def complex_numbers_as_real_ones(library: Any, x: Any) -> Any:
    parts = library.view_as_real(x)
    return parts * 2, x.real * 3, x.imag, library.view_as_complex(parts * parts)


@differentiable(x=MATRIX)
def by_strides(library: Any, x: Any) -> Any:
    return x.as_strided((2, 2), (1, 2)), x.as_strided((2, 2), (1, 1), 2), library.as_strided(x, (3,), (0,), 1)


@needs(STRIDES)
@differentiable(x=MATRIX)
def by_strides_of_a_transpose(library: Any, x: Any) -> Any:
    return x.t().as_strided((2, 3), (2, 1)), x[:, 1:].as_strided((2,), (1,)), x.t()[1].as_strided((1,), (1,), 4)


@needs(VIEWS)
@differentiable(x=MATRIX, y=[7.0, 8.0], checks=WITHOUT_NODE_NAMES)
def a_write_through_views_of_views(library: Any, x: Any, y: Any) -> Any:
    base = x * 2
    flat = base.view(-1)
    row = base[1]
    base.t()[:2, 0].mul_(y)
    flat[3:].view(3, 1).add_(row.detach().unsqueeze(1))
    return base * base, flat * 3, row.exp()


@needs(VIEWS, STRIDES)
@differentiable(x=COMPLEX, y=SQUARE, checks=WITHOUT_NODE_NAMES)
def a_write_through_the_real_part(library: Any, x: Any, y: Any) -> Any:
    base = x * 1
    base.real.mul_(y)
    base.imag[0].zero_()
    return base * base


@needs(VIEWS)
@outcome
def histories_after_writes(library: Any) -> Any:
    base = made(library)
    row, flat = base[0], base.view(-1)
    factor = library.ones(3, requires_grad=True)
    row.mul_(factor)
    seen = histories(base, row, flat)
    base.zero_()
    seen += histories(base, row)
    with library.no_grad():
        flat.add_(1.0)
    return [*seen, *histories(base, flat), base._version, row._is_view(), base._base is None]


@needs(VIEWS, STRIDES)
@outcome
def histories_of_complex_views(library: Any) -> Any:
    base = library.tensor(COMPLEX, requires_grad=True) * 1
    parts, real, both = library.view_as_real(base), base.real, library.view_as_complex(library.view_as_real(base))
    first = real[0]
    base.mul_(2.0)
    return histories(base, parts, real, both, first)


@needs(STRIDES)
@outcome
def which_functions_make_views(library: Any) -> Any:
    x = made(library)
    made_of = [
        *(x[...], x[0], x[:, 1:], x[None], x.view(6), x.reshape(6), x.flatten(), x.ravel(), x.unflatten(1, (3, 1))),
        *(x.t(), x.T, x.mT, x.permute(1, 0), x.transpose(0, 1), x.swapaxes(0, 1), x.movedim(0, 1), x.moveaxis(0, 0)),
        *(x.expand(2, 3), x.expand_as(x), x.broadcast_to((1, 2, 3)), x.squeeze(), x.squeeze((0, 1)), x.unsqueeze(0)),
        *(x.select(0, 1), x.narrow(1, 0, 2), x.diagonal(), x.unfold(1, 2, 1), x.as_strided((2,), (1,)), x.view_as(x)),
        *(x.split(1)[0], x.chunk(2)[1], x.unbind(1)[2], x.tensor_split(2)[0], x.hsplit(3)[0], x.vsplit(2)[1]),
        *(x.t().reshape(3, 1, 2), x.t().reshape(6), x.detach(), x.contiguous(), x.clone(), x.view(library.float32)),
    ]
    return [[t._is_view(), t._base is x, None if t.grad_fn is None else type(t.grad_fn).__name__] for t in made_of]


@outcome
def restricted_writes(library: Any) -> Any:
    base, leaf = made(library), library.tensor(MATRIX, requires_grad=True)
    with library.no_grad():
        hidden, view_of_leaf = base[0], leaf[0]
    parts = base.unbind(0)
    several = "is a view and is being modified inplace. This view is the output of a function that returns multiple"
    return [
        raised(lambda: leaf.add_(1.0), "a leaf Variable that requires grad is being used in an in-place operation."),
        raised(lambda: leaf[0].add_(1.0), "a view of a leaf Variable that requires grad is being used in an in-place"),
        raised(lambda: view_of_leaf.add_(1.0), "A view was created in no_grad mode and is being modified inplace with"),
        raised(lambda: hidden.add_(1.0), "A view was created in no_grad mode and is being modified inplace with grad"),
        raised(lambda: hidden[:2].add_(1.0), "Output 0 of Slice is a view of a view which was created in no_grad mode"),
        raised(lambda: parts[1].add_(1.0), f"Output 1 of Unbind {several}"),
        raised(lambda: parts[1].view(-1).add_(1.0), f"Output 0 of View {several}"),
        raised(lambda: base.split([1, 1])[0].add_(1.0), f"Output 0 of SplitWithSizes {several}"),
        raised(lambda: base[0].detach_(), "Can't detach views in-place"),
        [base.tolist(), base._version, hidden.requires_grad, hidden.is_leaf],
    ]


@needs(VIEWS)
@outcome
def restricted_use(library: Any) -> Any:
    base = made(library)
    with library.no_grad():
        hidden = base[0]
    part = base.chunk(2)[1]
    base.mul_(2.0)
    return [
        raised(lambda: part * 2, "Output 1 of Split is a view and its base or another view of its base has been"),
        raised(lambda: part.grad_fn, "Output 1 of Split is a view and its base or another view of its base has been"),
        raised(lambda: hidden * 2, "A view was created in no_grad mode and its base or another view of its base has"),
        [part.tolist(), part.requires_grad],
    ]


@outcome
def views_and_requires_grad(library: Any) -> Any:
    base = library.zeros(2, 3)
    view = base[0]
    base.requires_grad_()
    followed = [view.requires_grad, view.is_leaf, (view * 2).requires_grad]
    base.requires_grad_(False)
    followed.append(view.requires_grad)
    own = base[1].requires_grad_()
    (own * 2).sum().backward()
    return [*followed, own.is_leaf, own.grad, base.requires_grad]


@needs(VIEWS, STRIDES)
@outcome
def writes_to_stretched_tensors(library: Any) -> Any:
    wide = library.zeros(2).expand(3, 2)
    phrase = "unsupported operation: more than one element of the written-to tensor refers to a single memory location"
    refused = [raised(lambda: wide.add_(1.0), phrase), raised(lambda: wide.copy_(library.ones(3, 2)), phrase)]
    wide[0, 1] = 5.0
    wide[1] = 7.0 * library.ones(2)
    return [*refused, wide, wide.fill_(2.0)]


@needs(STRIDES)
@outcome
def strides_and_memory(library: Any) -> Any:
    x = library.tensor(MATRIX)
    several = [
        x,
        x.t(),
        x[1],
        x[:, ::2],
        x.expand(2, 2, 3),
        x.view(3, 2),
        x.diagonal(),
        x.unfold(1, 2, 1),
        x[:, 1:].t(),
    ]
    told = [[t.stride(), t.storage_offset(), t.is_contiguous(), t.data_ptr() - x.data_ptr()] for t in several]
    return [*told, x.stride(1), x.t().is_set_to(x), x.view(2, 3).is_set_to(x)]


@needs(VIEWS, STRIDES)
@outcome
def bytes_as_another_dtype(library: Any) -> Any:
    x = library.tensor([[1.0, -2.0], [0.5, 3.0]])
    bits = x.view(library.int32)
    x[0, 0] = 2.0
    return [
        *(bits, x.view(library.int16), x.view(library.int64), x.view(dtype=library.uint8).shape, bits._version),
        raised(lambda: x.t().view(library.float64), "self.stride(-1) must be 1 to view Float as Double"),
        raised(lambda: x[:, :1].view(library.float64), "self.size(-1) must be divisible by 2 to view Float as Double"),
        raised(lambda: x[0, 0].view(library.float64), "self.dim() cannot be 0 to view Float as Double"),
    ]


@needs(STRIDES)
@outcome
def refused_views(library: Any) -> Any:
    x, half = library.ones(2, 3), library.ones(3, 3)
    return [
        raised(lambda: x.as_strided((3, 3), (3, 1)), "setStorage: sizes [3, 3], strides [3, 1], storage offset 0"),
        raised(lambda: x.as_strided((3,), (-1,)), "as_strided: Negative strides are not supported at the moment"),
        raised(lambda: x.as_strided((3,), (1, 1)), "mismatch in length of strides and shape"),
        raised(lambda: x.as_strided((1,), (1,), -1), "invalid storage offset -1"),
        raised(lambda: library.view_as_real(x), "view_as_real is only supported for complex tensors"),
        raised(lambda: library.view_as_complex(x), "Tensor must have a last dimension of size 2"),
        raised(lambda: library.view_as_complex(x.t()), "Tensor must have a last dimension with stride 1"),
        raised(
            lambda: library.view_as_complex(half[:, 1:]), "Tensor must have a stride divisible by 2 for all but last"
        ),
        raised(lambda: library.ones(3).mH, "tensor.mH is only supported on matrices or batches of matrices. Got 1-D"),
        raised(lambda: library.ones(2, 2, 2).H, "tensor.H is only supported on matrices (2-D tensors). Got 3-D tensor"),
        raised(lambda: library.ones(3).adjoint(), "tensor.adjoint() is only supported on matrices or batches of"),
        raised(lambda: x.view(), "view() received an invalid combination of arguments"),
        raised(lambda: x.view(2.0), "view() received an invalid combination of arguments"),
    ]


@needs(STRIDES)
@differentiable(x=MATRIX, y=SQUARE, checks=WITHOUT_NODE_NAMES)
def gradients_that_lie_otherwise_than_the_base(library: Any, x: Any, y: Any) -> Any:
    base, turned = y * 1, (x * x).t().sin()
    first = base.t().diagonal()[0]
    base.view(-1).mul_(2.0)
    turned.t().view(-1)[1:3].mul_(3.0)
    return first * first, turned


@differentiable(x=[0.5, 2.0], checks=WITHOUT_NODE_NAMES)
def one_complex_number_of_two_parts(library: Any, x: Any) -> Any:
    number = library.view_as_complex(x * 1)
    return number.abs(), (number * number).real, (number * number).imag


@needs(STRIDES)
@outcome
def complex_numbers_of_one_row(library: Any) -> Any:
    row = library.tensor([1.0, 2.0, 3.0, 4.0])
    wrong = raised(lambda: library.view_as_complex(row.as_strided((2, 2), (1, 1))), "divisible by 2")
    return library.view_as_complex(row.as_strided((1, 2), (1, 1))).tolist(), wrong


@needs(VIEWS)
@outcome
def a_second_backward_through_a_written_base(library: Any) -> Any:
    base = made(library)
    base[0].add_(1.0)
    (base * 2).sum().backward()
    return raised(lambda: (base * 2).sum().backward(), "Trying to backward through the graph a second time")


@needs(VIEWS)
@outcome
def a_written_view_whose_base_requires_grad_later(library: Any) -> Any:
    found = []
    for mode in (library.no_grad, library.enable_grad):
        base = library.tensor(MATRIX)
        with mode():
            view = base[0]
        view.mul_(2.0)
        view.requires_grad_()
        base.requires_grad_()
        found.append(
            raised(lambda view=view: view.grad_fn, "no_grad mode") if mode is library.no_grad else histories(view)
        )
    return found


@needs(STRIDES)
@outcome
def orders_in_memory(library: Any) -> Any:
    turned = library.tensor(MATRIX).t()
    rows, kept = library.contiguous_format, library.preserve_format
    copies = [turned.clone(), turned.clone(memory_format=rows), library.clone(turned, memory_format=kept)]
    copies += [turned.contiguous(memory_format=rows), turned.to(library.float64), turned.double(memory_format=rows)]
    copies += [turned.to(library.float32, memory_format=rows), library.zeros_like(turned, memory_format=rows)]
    wrong = [
        raised(lambda: turned.contiguous(memory_format=kept), "preserve memory format is unsupported"),
        raised(lambda: turned.clone(memory_format=3), "argument 'memory_format' must be"),
    ]
    return [(copy.is_contiguous(memory_format=rows), copy.stride()) for copy in copies], wrong, repr(rows)[-17:]
