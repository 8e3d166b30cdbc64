"""Plain values: their way through JSON, and what counts as a difference."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from wengert_conformance.checks.comparison import differences
from wengert_conformance.values import DTypeName, Values, flatten, from_json, nest, rounded, to_json


def of(*numbers: Any, dtype: str = "float64") -> Values:
    return Values(dtype, (len(numbers),), numbers)


@pytest.mark.parametrize(
    "plain",
    [
        of(1.0, -2.5),
        of(1 + 2j, 3j, dtype="complex128"),
        Values("bool", (1, 2), (True, False)),
        Values("float32", (0, 3), (), differentiable=True),
        Values("float32", (2,), None),
        DTypeName("int64"),
        (1, [2.5, (None, "text")], True),
        {"a": (1,), "b": slice(None, 3, 2)},
        slice(1, None, None),
        Ellipsis,
        1 + 2j,
        math.inf,
    ],
    ids=repr,
)
def test_plain_values_survive_json(plain: Any) -> None:
    assert from_json(to_json(plain)) == plain


def test_an_unknown_kind_in_the_store_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown kind 'quaternion'"):
        from_json({"quaternion": [1, 2, 3, 4]})


def test_nest_is_the_inverse_of_flatten() -> None:
    nested = [[[1, 2], [3, 4], [5, 6]]]
    numbers = tuple(flatten(nested, 3))
    assert numbers == (1, 2, 3, 4, 5, 6)
    assert nest(numbers, (1, 3, 2)) == nested
    assert nest((7,), ()) == 7


def test_rounding_keeps_integers_and_infinities() -> None:
    digits = {"float64": 3, "complex128": 2}
    assert rounded(of(1.23456, math.inf), digits) == of(1.23, math.inf)
    assert rounded(of(12345, dtype="int64"), digits) == of(12345, dtype="int64")
    assert rounded([of(1.23456 + 2.3456j, dtype="complex128"), 1.23456], digits) == [
        of(1.2 + 2.3j, dtype="complex128"),
        1.23456,
    ]


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (of(1.0, 2.0), of(1.0 + 1e-12, 2.0)),
        (of(1.0, dtype="float32"), of(1.00002, dtype="float32")),
        (of(math.nan, math.inf), of(math.nan, math.inf)),
        (of(0.0), of(-0.0)),
        (of(complex(math.nan, 1), dtype="complex128"), of(complex(math.nan, 1), dtype="complex128")),
        (Values("float32", (2,), None), of(5.0, 6.0, dtype="float32")),
        (0.1, 0.1 + 1e-9),
        ([None, "AddBackward0"], [None, "AddBackward0"]),
    ],
    ids=repr,
)
def test_what_counts_as_equal(expected: Any, found: Any) -> None:
    assert differences(expected, found) == []


@pytest.mark.parametrize(
    ("expected", "found", "words"),
    [
        (of(1.0, 2.0), of(1.0, 2.1), "1 of 2 numbers differ, the first at flat position 1: expected 2.0, found 2.1"),
        (of(1.0), of(1.0 + 1e-6), "numbers differ"),
        (of(math.nan), of(1.0), "numbers differ"),
        (of(math.inf), of(-math.inf), "numbers differ"),
        (of(1e300), of(math.inf), "numbers differ"),
        (of(1 + 1j, dtype="complex128"), of(1 - 1j, dtype="complex128"), "numbers differ"),
        (of(1, dtype="int64"), of(2, dtype="int64"), "numbers differ"),
        (of(1, dtype="int64"), of(1.0, dtype="int64"), "numbers differ"),
        (of(1.0), of(1.0, dtype="float32"), "expected dtype float64, found float32"),
        (of(1.0), of(1.0, 1.0), r"expected shape \(1,\), found \(2,\)"),
        (of(0.0), None, "expected a tensor of dtype float64, found None"),
        (None, of(0.0), "expected None, found Values"),
        ([1, 2], (1, 2), "expected a list"),
        ([1, 2], [1], "expected 2 values, found 1"),
        ({"a": 1}, {"b": 1}, r"expected the keys \['a'\]"),
        (True, 1, "expected True, found 1"),
        ("MulBackward0", "AddBackward0", "expected 'MulBackward0', found 'AddBackward0'"),
    ],
)
def test_what_counts_as_a_difference(expected: Any, found: Any, words: str) -> None:
    (line,) = differences([expected], [found])
    assert line.startswith("result[0]: ")
    assert re.search(words, line)
