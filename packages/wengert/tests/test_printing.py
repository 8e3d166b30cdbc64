"""Golden prints: each expected text was printed by torch 2.13 from the same values."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from inline_snapshot import snapshot
from wengert.tensor.printing import format_tensor, get_printoptions, set_printoptions, tensor_suffixes


@dataclass(frozen=True)
class Kind:
    is_floating_point: bool = False
    is_complex: bool = False


FLOAT = Kind(is_floating_point=True)
COMPLEX = Kind(is_complex=True)
EXACT = Kind()
INFINITY = float("inf")
NAN = float("nan")


@pytest.fixture(autouse=True)
def default_options() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    set_printoptions(profile="default")
    yield
    set_printoptions(profile="default")


def box(values: Any, key: tuple[slice, ...]) -> Any:
    return [box(row, key[1:]) for row in values[key[0]]] if key else values


def printed(values: Any, kind: Kind, *suffixes: str, prefix: str = "tensor(") -> str:
    shape: list[int] = []
    row = values
    while isinstance(row, list):
        shape.append(len(row))  # pyright: ignore[reportUnknownArgumentType]
        row = row[0] if row else None  # pyright: ignore[reportUnknownVariableType]
    return format_tensor(lambda key: box(values, key), tuple(shape), kind, suffixes, prefix=prefix)


def grid(*shape: int, start: int = 0) -> Any:
    if not shape:
        return start
    stride = 1
    for size in shape[1:]:
        stride *= size
    return [grid(*shape[1:], start=start + row * stride) for row in range(shape[0])]


def test_tutorial() -> None:
    assert printed([[1.0, 1.0], [1.0, 1.0]], FLOAT, "requires_grad=True") == snapshot("""\
tensor([[1., 1.],
        [1., 1.]], requires_grad=True)\
""")
    assert printed([[3.0, 3.0], [3.0, 3.0]], FLOAT, "grad_fn=<AddBackward0>") == snapshot("""\
tensor([[3., 3.],
        [3., 3.]], grad_fn=<AddBackward0>)\
""")
    assert printed(27.0, FLOAT, "grad_fn=<MeanBackward0>") == snapshot("tensor(27., grad_fn=<MeanBackward0>)")
    assert printed([[4.5, 4.5], [4.5, 4.5]], FLOAT) == snapshot("""\
tensor([[4.5000, 4.5000],
        [4.5000, 4.5000]])\
""")


def test_scalars() -> None:
    assert [
        printed(value, FLOAT) for value in (0.0, -0.0, 1.0, 0.1, 1e-5, 123456789.0, 1234.5, -INFINITY, NAN)
    ] == snapshot(
        [
            "tensor(0.)",
            "tensor(-0.)",
            "tensor(1.)",
            "tensor(0.1000)",
            "tensor(1.0000e-05)",
            "tensor(1.2346e+08)",
            "tensor(1234.5000)",
            "tensor(-inf)",
            "tensor(nan)",
        ]
    )
    assert [printed(value, EXACT) for value in (0, -7, True, False)] == snapshot(
        ["tensor(0)", "tensor(-7)", "tensor(True)", "tensor(False)"]
    )
    assert [
        printed(value, COMPLEX) for value in (1 + 2j, 0.5 - 1j, complex(0.0, -0.0), complex(NAN, INFINITY))
    ] == snapshot(["tensor(1.+2.j)", "tensor(0.5000-1.j)", "tensor(0.-0.j)", "tensor(nan+infj)"])


def test_floats_without_fractions_end_in_a_point() -> None:
    assert printed([1.0, -20.0, 0.0, -0.0], FLOAT) == snapshot("tensor([  1., -20.,   0.,  -0.])")
    assert printed([1.0, NAN, INFINITY, -INFINITY], FLOAT) == snapshot("tensor([1., nan, inf, -inf])")
    assert printed([0.0, NAN, -INFINITY], FLOAT) == snapshot("tensor([0., nan, -inf])")


def test_fractions_have_the_chosen_precision() -> None:
    assert printed([0.1, -2.25, 100.0, 0.0, -0.0, NAN, -INFINITY], FLOAT) == snapshot(
        "tensor([  0.1000,  -2.2500, 100.0000,   0.0000,  -0.0000,      nan,     -inf])"
    )
    set_printoptions(precision=7)
    assert printed([0.1, -2.25], FLOAT) == snapshot("tensor([ 0.1000000, -2.2500000])")
    set_printoptions(precision=0)
    assert printed([0.1, -2.25], FLOAT) == snapshot("tensor([ 0, -2])")


@pytest.mark.parametrize(
    ("values", "scientific"),
    [
        ([1.5, 1500.0], False),
        ([1.5, 1500.5], True),
        ([1.0, 1001.0], True),
        ([1.0e8], False),
        ([1.0e8 + 1], True),
        ([0.0001], False),
        ([0.00009], True),
        ([1.0e308, 1.0e-308], True),
        ([0.0, 1.0, INFINITY, NAN], False),
    ],
)
def test_range_decides_on_scientific_notation(values: list[float], scientific: bool) -> None:
    assert ("e" in printed(values, FLOAT).removeprefix("tensor(")) is scientific


def test_scientific_notation() -> None:
    assert printed([0.0, -1.0e-7, 123.456, NAN, INFINITY], FLOAT) == snapshot(
        "tensor([ 0.0000e+00, -1.0000e-07,  1.2346e+02,         nan,         inf])"
    )
    set_printoptions(sci_mode=False)
    assert printed([1.0e-7, 123.456], FLOAT) == snapshot("tensor([  0.0000, 123.4560])")
    set_printoptions(sci_mode=True, precision=2)
    assert printed([1.0, 2.0, 0.0], FLOAT) == snapshot("tensor([1.00e+00, 2.00e+00, 0.00e+00])")
    assert printed([0.0, NAN], FLOAT) == snapshot("tensor([0., nan])")
    set_printoptions(precision=2)
    assert printed([1.0, 2.0], FLOAT) == snapshot("tensor([1., 2.])")


def test_integers_and_booleans_are_aligned() -> None:
    assert printed([[1, -20], [300, 4]], EXACT) == snapshot("""\
tensor([[  1, -20],
        [300,   4]])\
""")
    assert printed([[True, False], [True, True]], EXACT) == snapshot("""\
tensor([[ True, False],
        [ True,  True]])\
""")
    assert printed([2**63 - 1, -(2**63)], EXACT) == snapshot("tensor([ 9223372036854775807, -9223372036854775808])")


def test_complex_parts_are_aligned_each_for_itself() -> None:
    assert printed([1 + 2j, -10.5 - 3j, 0j], COMPLEX) == snapshot("tensor([  1.0000+2.j, -10.5000-3.j,   0.0000+0.j])")
    assert printed([[1e-6 + 1j, 1 - 1e6j], [complex(NAN, -INFINITY), complex(-0.0, -0.0)]], COMPLEX) == snapshot("""\
tensor([[1.0000e-06+1.0000e+00j, 1.0000e+00-1.0000e+06j],
        [       nan-infj, -0.0000e+00-0.0000e+00j]])\
""")


def test_complex_rows_wrap_without_counting_the_sign() -> None:
    set_printoptions(linewidth=7 + 2 * 15)  # an element counts 15 characters with its ", ", though it takes 16
    assert printed([0.5 + 0.5j] * 3, COMPLEX) == snapshot("""\
tensor([0.5000+0.5000j, 0.5000+0.5000j,
        0.5000+0.5000j])\
""")
    set_printoptions(linewidth=7 + 2 * 15 - 1)
    assert printed([0.5 + 0.5j] * 3, COMPLEX) == snapshot("""\
tensor([0.5000+0.5000j,
        0.5000+0.5000j,
        0.5000+0.5000j])\
""")


def test_nested_brackets() -> None:
    assert printed(grid(2, 2, 3), EXACT) == snapshot("""\
tensor([[[ 0,  1,  2],
         [ 3,  4,  5]],

        [[ 6,  7,  8],
         [ 9, 10, 11]]])\
""")
    assert printed(grid(2, 1, 2, 2), EXACT) == snapshot("""\
tensor([[[[0, 1],
          [2, 3]]],


        [[[4, 5],
          [6, 7]]]])\
""")
    assert printed([[[[[1]]]]], EXACT) == snapshot("tensor([[[[[1]]]]])")


def test_long_rows_wrap() -> None:
    assert printed(grid(30), EXACT) == snapshot("""\
tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,
        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29])\
""")
    set_printoptions(linewidth=24)
    assert printed([[index / 4 for index in range(5)]], FLOAT, "dtype=wengert.float64") == snapshot("""\
tensor([[0.0000, 0.2500,
         0.5000, 0.7500,
         1.0000]],
       dtype=wengert.float64)\
""")
    set_printoptions(linewidth=0)
    assert printed([1, 2], EXACT, "requires_grad=True", "tangent=3") == snapshot("""\
tensor([1,
        2],
       requires_grad=True,
       tangent=3)\
""")


def test_long_tensors_are_shortened() -> None:
    assert printed(grid(1000), EXACT).count(",") == 999
    assert printed(grid(1001), EXACT) == snapshot("tensor([   0,    1,    2,  ...,  998,  999, 1000])")
    set_printoptions(threshold=5, edgeitems=1)
    assert printed(grid(2, 3), EXACT) == snapshot("""\
tensor([[0,  ..., 2],
        [3,  ..., 5]])\
""")
    assert printed(grid(3, 2, 3), EXACT) == snapshot("""\
tensor([[[ 0,  ...,  2],
         [ 3,  ...,  5]],

        ...,

        [[12,  ..., 14],
         [15,  ..., 17]]])\
""")
    set_printoptions(edgeitems=2)
    assert printed([[0.25] * 5 + [1.0e6] + [0.5] * 5] * 5, FLOAT) == snapshot("""\
tensor([[0.2500, 0.2500,  ..., 0.5000, 0.5000],
        [0.2500, 0.2500,  ..., 0.5000, 0.5000],
        ...,
        [0.2500, 0.2500,  ..., 0.5000, 0.5000],
        [0.2500, 0.2500,  ..., 0.5000, 0.5000]])\
""")
    set_printoptions(profile="full")
    assert "..." not in printed(grid(3001), EXACT)


def test_only_the_shown_values_are_read() -> None:
    keys: list[tuple[slice, ...]] = []

    def read(key: tuple[slice, ...]) -> Any:
        keys.append(key)
        return [[[0] * (key[2].stop - key[2].start)] * (key[1].stop - key[1].start)] * (key[0].stop - key[0].start)

    format_tensor(read, (10**6, 4, 10**6), EXACT)
    first, last = slice(0, 3), slice(10**6 - 3, 10**6)
    assert keys == [(rows, slice(0, 4), columns) for rows in (first, last) for columns in (first, last)]
    keys.clear()
    format_tensor(read, (2, 3, 4), EXACT)
    assert keys == [(slice(0, 2), slice(0, 3), slice(0, 4))]
    keys.clear()
    assert format_tensor(read, (0, 3, 4), EXACT) == "tensor([])"
    set_printoptions(edgeitems=0)
    assert format_tensor(read, (10, 10, 11), EXACT) == "tensor([...])"
    assert keys == []


def test_suffixes_wrap() -> None:
    long = "grad_fn=<" + "Long" * 12 + "Backward0>"
    assert printed([1.5, 2.5], FLOAT, "dtype=wengert.float64", long) == snapshot("""\
tensor([1.5000, 2.5000], dtype=wengert.float64,
       grad_fn=<LongLongLongLongLongLongLongLongLongLongLongLongBackward0>)\
""")
    assert printed([1.5, 2.5], FLOAT, long, "tangent=tensor([1., 1.])") == snapshot("""\
tensor([1.5000, 2.5000],
       grad_fn=<LongLongLongLongLongLongLongLongLongLongLongLongBackward0>,
       tangent=tensor([1., 1.]))\
""")
    assert printed([[1.5], [2.5]], FLOAT, "requires_grad=True", prefix="Parameter(") == snapshot("""\
Parameter([[1.5000],
           [2.5000]], requires_grad=True)\
""")


@pytest.mark.parametrize(("width", "wraps"), [(40, False), (39, True)])
def test_a_suffix_wraps_two_characters_before_the_line_is_full(width: int, wraps: bool) -> None:
    set_printoptions(linewidth=width)
    text = printed(
        [1.5], FLOAT, "requires_grad=True", "a"
    )  # "tensor([1.5000], requires_grad=True, a)" has 39 characters
    assert ("\n" in text) is wraps


def test_suffix_order() -> None:
    assert tensor_suffixes(
        (0, 3),
        "wengert.float64",
        dtype_is_default=False,
        dtype_is_implied=False,
        device="cuda:0",
        grad_fn="MulBackward0",
        requires_grad=True,
        tangent="tensor([], size=(0, 3))",
    ) == snapshot(
        [
            "device='cuda:0'",
            "size=(0, 3)",
            "dtype=wengert.float64",
            "grad_fn=<MulBackward0>",
            "tangent=tensor([], size=(0, 3))",
        ]
    )


@pytest.mark.parametrize(
    ("shape", "is_default", "is_implied", "expected"),
    [
        ((2,), True, True, []),
        ((2,), False, True, []),
        ((2,), False, False, ["dtype=wengert.x"]),
        ((0,), True, True, []),
        ((0,), False, True, ["dtype=wengert.x"]),
        ((0, 3), True, True, ["size=(0, 3)"]),
        ((), False, True, []),
    ],
)
def test_dtype_is_named_where_the_values_do_not_tell(
    shape: tuple[int, ...], is_default: bool, is_implied: bool, expected: list[str]
) -> None:
    assert tensor_suffixes(shape, "wengert.x", dtype_is_default=is_default, dtype_is_implied=is_implied) == expected


def test_size_is_named_where_no_edges_are_shown() -> None:
    set_printoptions(edgeitems=0)
    for shape, size in (((), "size=()"), ((2,), "size=(2,)"), ((2, 0), "size=(2, 0)")):
        assert tensor_suffixes(shape, "", dtype_is_default=True, dtype_is_implied=True) == [size]
    assert tensor_suffixes((0,), "", dtype_is_default=True, dtype_is_implied=True) == []


def test_options() -> None:
    defaults = {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80, "sci_mode": None}
    assert get_printoptions() == defaults
    set_printoptions(precision=2, sci_mode=True)
    assert get_printoptions() == defaults | {"precision": 2, "sci_mode": True}
    set_printoptions(linewidth=60)
    assert get_printoptions() == defaults | {"precision": 2, "linewidth": 60}
    set_printoptions(profile="short", edgeitems=5)
    assert get_printoptions() == defaults | {"precision": 2, "edgeitems": 5}
    set_printoptions(profile="full")
    assert get_printoptions() == defaults | {"threshold": INFINITY}
    set_printoptions(**defaults)
    assert get_printoptions() == defaults


@pytest.mark.parametrize("name", ["precision", "edgeitems"])
def test_negative_options_are_refused_and_change_nothing(name: str) -> None:
    before = get_printoptions()
    with pytest.raises(ValueError, match=rf"set_printoptions: {name}=-1; expected 0 or more"):
        set_printoptions(**{"linewidth": 5, name: -1})
    assert get_printoptions() == before
