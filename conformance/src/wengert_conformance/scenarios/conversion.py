"""Conversions and what a tensor tells of itself: dtypes, `to`, Python's protocols, copies, attributes, refusals."""

from __future__ import annotations

from operator import index
from typing import Any

from wengert_conformance.scenarios.family import WITHOUT_NODE_NAMES, Family, of, raised

conversion = Family("conversion")
forward, outcome, differentiable, needs = (
    conversion.forward,
    conversion.outcome,
    conversion.differentiable,
    conversion.needs,
)


@forward(x=of("float64", [-1.5, 0.0, 2.7]), i=[-2, 0, 3], b=[True, False, True])
def every_dtype_becomes_every_other(library: Any, x: Any, i: Any, b: Any) -> Any:
    names = ("bool", "uint8", "int8", "int16", "int32", "int64", "float32", "float64", "complex64", "complex128")
    whole = [t.to(getattr(library, name)) for t in (i, b) for name in names]
    return [*whole, *(x.to(getattr(library, name)) for name in names if name != "uint8")]


@forward(x=of("float32", [1.5, 2.5]), i=[1, 2])
def the_forms_of_to(library: Any, x: Any, i: Any) -> Any:
    results = [
        x.to(library.float64),
        x.to(dtype=library.float64),
        x.to("cpu"),
        x.to(library.device("cpu"), library.int64),
        x.to("cpu", dtype=library.int32),
        x.to(i),
        x.to(library.float64, False, True),
        x.type(library.int64),
        x.type("torch.DoubleTensor"),
        x.type_as(i),
        x.double(),
        x.int(),
        x.long(),
        x.short(),
        x.char(),
        x.byte(),
        x.bool(),
        x.cfloat(),
        i.float(),
        x.cpu(),
    ]
    itself = [
        x.to(library.float32) is x,
        x.to("cpu") is x,
        x.float() is x,
        x.cpu() is x,
        x.to(x) is x,
        x.to(library.float32, copy=True) is x,
        x.type(library.float32) is x,
    ]
    return [*results, itself, x.type().rpartition(".")[2]]


@outcome
def refused_conversions(library: Any) -> Any:
    x = library.ones(2)
    return [
        raised(lambda: x.to("nope"), "device type at start of device string: nope"),
        raised(lambda: x.to(library.float64, "cpu"), "received an invalid combination of arguments"),
        raised(lambda: x.to([1]), "received an invalid combination of arguments"),
        raised(lambda: x.type("torch.FooTensor"), "invalid type"),
        raised(lambda: x.type(5), "dtype must be a type, str, or dtype object"),
        raised(lambda: x.type_as(3), "argument 'other' (position 1) must be Tensor, not int"),
        raised(lambda: library.dtype(), "cannot create"),
        raised(lambda: library.int64.to_complex(), "Unknown Complex ScalarType for Long"),
        raised(lambda: library.finfo(library.int32), "requires a floating point input type"),
        raised(lambda: library.iinfo(library.float32), "requires an integer input type"),
        raised(lambda: library.set_default_dtype(library.int64), "only floating-point types are supported"),
        raised(lambda: library.set_default_dtype(3), "only floating-point types are supported"),
        raised(lambda: library.promote_types(3, library.int8), "must be"),
        raised(lambda: library.result_type("a", 1), "received an invalid combination of arguments"),
    ]


@differentiable(x=[1.5, -2.0], checks=WITHOUT_NODE_NAMES)
def conversions_carry_gradients_back(library: Any, x: Any) -> Any:
    return [
        x.to(library.float32),
        x.to(library.complex128) * (1 + 2j),
        x.to("cpu", copy=True),
        x.type_as(library.ones(1)).double(),
        x.cdouble().real,
    ]


@differentiable(x=[[1.0, 2.0], [3.0, 4.0]], checks=WITHOUT_NODE_NAMES)
def iteration_carries_gradients(library: Any, x: Any) -> Any:
    first, second = x
    return [first * second, *(row.sum() for row in x), reversed(x)[0]]


@outcome
def tensors_as_python_numbers(library: Any) -> Any:
    one, several = library.tensor([[2.5]]), library.ones(2)
    return [
        [float(one), int(one), complex(one), bool(one), one.item()],
        [index(library.tensor(3)), [1, 2, 3][library.tensor(1)], list(range(library.tensor(2)))],
        [bool(library.tensor(float("nan"))), bool(library.tensor(0.0)), bool(library.tensor(1j))],
        raised(lambda: bool(several), "Boolean value of Tensor with more than one value is ambiguous"),
        raised(lambda: bool(library.ones(0)), "Boolean value of Tensor with no values is ambiguous"),
        raised(lambda: float(several), "only one element tensors can be converted to Python scalars"),
        raised(lambda: int(library.tensor(1 + 2j)), "without overflow"),
        raised(lambda: several.item(), "a Tensor with 2 elements cannot be converted to Scalar"),
        raised(lambda: index(one), "only integer tensors of a single element can be converted to an index"),
        raised(lambda: index(library.tensor([1, 2])), "only integer tensors of a single element"),
        raised(lambda: len(library.tensor(1.0)), "len() of a 0-d tensor"),
        raised(lambda: iter(library.tensor(1.0)), "iteration over a 0-d tensor"),
        [len(several), several.tolist(), library.ones(2, 0).tolist(), library.tensor(True).tolist()],
    ]


@outcome
def tensors_as_text(library: Any) -> Any:
    return [
        f"{library.tensor(3.14159):.2f}",
        f"{library.tensor(7):5d}",
        f"{library.tensor(1.5)}",
        f"{library.ones(2)}",
        f"{library.tensor(True)}",
        f"{library.tensor(1.5, requires_grad=True):.1f}",
        raised(lambda: f"{library.ones(2):.2f}", "unsupported format string passed to Tensor.__format__"),
    ]


@outcome
def what_is_contained(library: Any) -> Any:
    x = library.tensor([1, 2])
    return [
        2 in x,
        2.0 in x,
        5 in x,
        library.tensor(1) in x,
        raised(lambda: "a" in x, "Tensor.__contains__ only supports Tensor or scalar"),
        raised(lambda: None in x, "Tensor.__contains__ only supports Tensor or scalar"),
    ]


@outcome
def what_a_tensor_tells(library: Any) -> Any:
    x = library.ones(2, 3, dtype=library.float64)
    return [
        [x.dim(), x.ndimension(), x.ndim, x.numel(), x.nelement(), x.element_size(), x.itemsize, x.nbytes],
        [x.size(1), x.size(-1), x.size(dim=0), tuple(x.size()), x.is_same_size(library.ones(2, 3)), x.get_device()],
        [x.is_floating_point(), x.is_complex(), x.is_signed(), x.byte().is_signed(), x.bool().is_signed()],
        [x.is_cuda, x.is_cpu, x.is_sparse, x.is_quantized, x.is_meta, x.is_conj(), x.is_neg(), x.is_pinned()],
        [x.is_set_to(x), x.is_set_to(x.clone()), hash(x) == hash(x), {x: 1}[x], x.name],
        [library.is_tensor(x), library.is_tensor(3), library.numel(x), library.is_nonzero(library.tensor(2))],
        [str(x.device), x.device.type, x.device.index, x.is_contiguous(), x.storage_offset()],
        raised(lambda: x.size(5), "Dimension out of range"),
        raised(lambda: library.tensor(1.0).size(0), "Dimension specified as 0 but tensor has no dimensions"),
        raised(lambda: x.is_same_size(3), "argument 'other' (position 1) must be Tensor, not int"),
        raised(lambda: library.numel(3), "must be Tensor, not int"),
    ]


@outcome
def what_dtypes_tell(library: Any) -> Any:
    seen: list[Any] = []
    for name in ("float16", "bfloat16", "float32", "float64", "complex64"):
        info = library.finfo(getattr(library, name))
        seen += [
            [info.bits, info.eps, info.max, info.min, info.tiny, info.smallest_normal, info.resolution, info.dtype]
        ]
    for name in ("uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64"):
        info = library.iinfo(getattr(library, name))
        seen += [[info.bits, str(info.max), info.min, info.dtype, repr(info)]]
    seen += [[library.float is library.float32, library.half is library.float16, library.chalf is library.complex32]]
    seen += [
        library.promote_types(library.int8, library.uint8),
        library.float16.to_complex(),
        library.cdouble.to_real(),
    ]
    seen += [library.finfo(library.float32) == library.finfo(library.complex64), library.float32.abbr]
    seen += [[library.can_cast(library.float32, library.int64), library.can_cast(library.int8, library.uint8)]]
    return seen


@outcome
def result_types_by_rank(library: Any) -> Any:
    one = library.tensor(2.0, dtype=library.float64)
    return [
        library.result_type(library.ones(2), one),
        library.result_type(library.ones(2, dtype=library.int32), 1.5),
        library.result_type(library.ones(2, dtype=library.int32), True),
        library.result_type(library.ones(2, dtype=library.uint8), library.tensor(2)),
        library.result_type(1, one),
        library.result_type(library.ones(2), 1j),
        library.result_type(1, 1.5),
    ]


@outcome
def the_rules_of_requires_grad(library: Any) -> Any:
    x, y = library.ones(2), library.ones(2, requires_grad=True) * 2

    def switch(tensor: Any, value: Any) -> Any:
        tensor.requires_grad = value

    x.requires_grad = True
    return [
        x.requires_grad,
        y.requires_grad_().requires_grad,
        raised(lambda: switch(x, 1), "requires_grad must be a bool"),
        raised(lambda: switch(x, None), "requires_grad must be a bool"),
        raised(lambda: x.requires_grad_(1), "must be bool, not int"),
        raised(lambda: switch(y, True), "you can only change requires_grad flags of leaf variables."),
        raised(lambda: switch(y, False), "you can only change requires_grad flags of leaf variables."),
        raised(lambda: switch(library.tensor([1]), True), "can require gradients"),
        raised(lambda: setattr(x, "is_leaf", True), ""),
    ]


@outcome
def the_rules_of_grad(library: Any) -> Any:
    x = library.ones(2, requires_grad=True)
    x.grad = library.tensor([1.0, 2.0])
    seen: list[Any] = [x.grad.clone()]
    del x.grad
    seen += [x.grad]
    plain = library.ones(2)
    plain.grad = library.ones(2)
    return [
        *seen,
        plain.grad,
        raised(lambda: setattr(x, "grad", x), "can't assign Variable as its own grad"),
        raised(lambda: setattr(x, "grad", [1.0, 1.0]), "assigned grad expected to be a Tensor or None"),
        raised(lambda: setattr(x, "grad", library.ones(2, 1)), "attempting to assign a gradient of size '[2, 1]'"),
        x.grad,
    ]


@outcome
def the_data_can_be_exchanged(library: Any) -> Any:
    x = library.ones(2, requires_grad=True)
    x.data = library.tensor([5.0, 6.0, 7.0])
    (x * 2).sum().backward()
    plain = library.ones(2)
    plain.data = library.tensor([1.0], dtype=library.float64)
    wide = library.ones(2, requires_grad=True)
    wide.data = wide.data.double()
    (wide * 3).sum().backward()
    return [
        [x.detach(), x.grad, plain, wide.grad],
        raised(lambda: setattr(x, "data", 5), "Variable data has to be a tensor, but got int"),
        raised(lambda: setattr(x, "data", library.tensor([1, 2])), "must be floating point or complex dtype"),
    ]


@forward(x=of("float32", [1.0, 2.0]), i=[1, 2])
def new_tensors_beside_one(library: Any, x: Any, i: Any) -> Any:
    return [
        x.new_tensor([1, 2]),
        x.new_tensor([1, 2], dtype=library.int64),
        x.new_zeros(2, 3),
        x.new_zeros((2,), dtype=library.bool),
        x.new_ones(2),
        x.new_full((2,), 3),
        i.new_full((2,), 3),
        tuple(x.new_empty((0, 2)).shape),
        x.new_zeros(1, requires_grad=True).requires_grad,
    ]


@outcome
def devices(library: Any) -> Any:
    device = library.device
    before = str(library.get_default_device())
    library.set_default_device("cpu")
    chosen = [str(library.get_default_device()), str(library.ones(1).device)]
    library.set_default_device(None)
    with device("cpu") as place:
        inside = [str(place), str(library.zeros(1).device)]
    return [
        [before, chosen, inside],
        [
            repr(device("cpu")),
            repr(device("cuda:1")),
            repr(device("cuda", 1)),
            str(device("cuda", 0)),
            device("cpu").index,
        ],
        [device("cpu") == device("cpu"), device("cuda") == device("cuda:0"), device("cpu") == "cpu"],
        raised(lambda: device("nope"), "device type at start of device string: nope"),
        raised(lambda: device("cuda:01"), "Invalid device string"),
        raised(lambda: device("cuda:0", 0), "type (string) must not include an index"),
    ]
