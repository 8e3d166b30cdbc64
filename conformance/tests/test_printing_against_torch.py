"""Prints of generated tensors, compared with torch's own, character for character."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import prod
from typing import Any

import pytest
import torch
import wengert
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.autograd import forward_ad
from wengert.protocol.dtypes import DType
from wengert.tensor.printing import get_printoptions, set_printoptions

# torch's own forward mode loads its decompositions through torch.jit.script, which warns once per process.
pytestmark = pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated:DeprecationWarning")

EXACT = [torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.uint16, torch.uint32]
REAL = [torch.float16, torch.bfloat16, torch.float32, torch.float64]
COMPLEX = [torch.complex64, torch.complex128]
EXAMPLES = 2000


@pytest.fixture(autouse=True, scope="module")
def torchs_dtype_names() -> Iterator[None]:
    """Our dtypes under torch's names: "wengert.float64" is two characters longer and would move line breaks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DType, "__repr__", lambda self: f"torch.{self.name}")
        yield


@contextmanager
def print_options(**options: Any) -> Iterator[None]:
    """The same options in both libraries, torch's defaults afterwards."""
    try:
        torch.set_printoptions(**options)
        set_printoptions(**options)
        yield
    finally:
        torch.set_printoptions(profile="default")
        set_printoptions(profile="default")


def ours(tensor: torch.Tensor) -> Any:
    """`tensor` as one of wengert's, of the same elements, strides and history."""
    primal, tangent = forward_ad.unpack_dual(tensor)
    raw = primal.detach()
    result = wengert.as_tensor(raw, backend="torch" if raw.dtype == torch.bfloat16 else "numpy")
    if tensor.requires_grad:
        result.requires_grad_()
        result = result if tensor.is_leaf else result.clone()
    return result if tangent is None else wengert.autograd.forward_ad.make_dual(result, ours(tangent))


shapes = st.lists(st.integers(0, 9) | st.integers(1, 3), max_size=5).map(tuple).filter(lambda shape: prod(shape) <= 300)
floats = st.one_of(
    st.floats(width=16),
    st.floats(width=32),
    st.floats(),
    st.floats(-10, 10),
    st.floats(1e-5, 1e-3),
    st.integers(-2000, 2000).map(float),
    st.integers(-9, 9).map(lambda exponent: 10.0**exponent),
    st.sampled_from([0.0, -0.0, float("inf"), float("-inf"), float("nan"), 1e8, 1e8 + 1, 1e-4, 1000.0, 0.5, 5e-324]),
)


@st.composite
def tensors(draw: st.DrawFn) -> torch.Tensor:
    """A shape filled at random from a few drawn values, so that one draw decides on notation and width."""
    shape, dtype = draw(shapes), draw(st.sampled_from([*EXACT, *REAL, *REAL, *REAL, *COMPLEX]))
    if dtype == torch.bool:
        pool: list[Any] = draw(st.lists(st.booleans(), min_size=1, max_size=2))
    elif dtype in EXACT:
        bounds = torch.iinfo(dtype)
        element = st.integers(bounds.min, bounds.max) | st.integers(0, 9)
        pool = draw(st.lists(element, min_size=1, max_size=4))
    else:
        kind = draw(st.sampled_from([floats, st.integers(-50, 50).map(float), st.floats(-10, 10)]))
        element = st.builds(complex, kind, kind) if dtype in COMPLEX else kind
        pool = draw(st.lists(element, min_size=1, max_size=6))
    choose = random.Random(draw(st.integers(0, 2**16)))
    tensor = torch.tensor([choose.choice(pool) for _ in range(prod(shape))], dtype=dtype).reshape(shape)
    return draw(st.sampled_from(VIEWS))(tensor)


def every_other(tensor: torch.Tensor) -> torch.Tensor:
    return tensor[..., ::2] if tensor.ndim else tensor


VIEWS: list[Callable[[torch.Tensor], torch.Tensor]] = [
    lambda tensor: tensor,
    lambda tensor: tensor,
    lambda tensor: tensor.mT if tensor.ndim > 1 else tensor,
    every_other,
    lambda tensor: tensor.expand(2, *tensor.shape),
]


options = st.fixed_dictionaries(
    {},
    optional={
        "precision": st.integers(0, 12),
        "threshold": st.integers(0, 60),
        "edgeitems": st.integers(0, 4),
        "linewidth": st.integers(0, 130),
        "profile": st.sampled_from(["default", "short", "full"]),
        "sci_mode": st.booleans(),
    },
)


def test_prints_as_torch() -> None:
    compared: list[tuple[torch.dtype, str]] = []

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(tensor=tensors(), options=options, history=st.sampled_from(["none", "leaf", "node", "dual"]))
    def prints_as_torch(tensor: torch.Tensor, options: dict[str, Any], history: str) -> None:
        differentiable = tensor.dtype.is_floating_point or tensor.dtype.is_complex
        with print_options(**options), forward_ad.dual_level(), wengert.autograd.forward_ad.dual_level():
            if differentiable and history == "dual":
                tensor = forward_ad.make_dual(tensor.clone(), torch.ones_like(tensor).clone())
            elif differentiable and history != "none":
                tensor = tensor.detach().requires_grad_(True)
                tensor = tensor if history == "leaf" else tensor.clone()
            assert repr(ours(tensor)) == repr(tensor)
        compared.append((tensor.dtype, history if differentiable else "none"))

    prints_as_torch()
    assert len(compared) >= EXAMPLES
    # not each pair: which are drawn is left to chance, and the rarest are drawn four times in 2,000
    assert {dtype for dtype, _ in compared} == {*EXACT, *REAL, *COMPLEX}
    assert {history for _, history in compared} == {"none", "leaf", "node", "dual"}


@pytest.mark.parametrize("dtype", [*EXACT, *REAL, *COMPLEX], ids=str)
@pytest.mark.parametrize(
    "shape", [(1000,), (1001,), (40, 40), (3, 2000), (7, 11, 17), (300, 2, 2, 2), (2,) * 10], ids=str
)
def test_threshold_of_the_defaults(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    tensor = (torch.arange(prod(shape)) % 97).to(dtype).reshape(shape)
    assert repr(ours(tensor)) == repr(tensor)


@pytest.mark.parametrize("default", REAL, ids=str)
@pytest.mark.parametrize("shape", [(), (2,), (0,), (0, 3), (2, 0)], ids=str)
def test_the_default_dtype_goes_unsaid(default: torch.dtype, shape: tuple[int, ...]) -> None:
    before = torch.get_default_dtype()
    try:
        torch.set_default_dtype(default)
        wengert.set_default_dtype(wengert.as_tensor(torch.ones(1, dtype=default), backend="torch").dtype)
        for dtype in (*EXACT, *REAL, *COMPLEX):
            tensor = torch.ones(shape, dtype=dtype)
            assert repr(ours(tensor)) == repr(tensor)
    finally:
        torch.set_default_dtype(before)
        wengert.set_default_dtype(wengert.float32)


@pytest.mark.parametrize("linewidth", range(20, 90))
def test_suffixes_wrap_where_torch_wraps_them(linewidth: int) -> None:
    with print_options(linewidth=linewidth), forward_ad.dual_level(), wengert.autograd.forward_ad.dual_level():
        leaf = torch.ones(2, 2, dtype=torch.float16, requires_grad=True)
        dual = forward_ad.make_dual(leaf.detach(), torch.full((2, 2), 0.5, dtype=torch.float16))
        for tensor in (leaf, leaf.clone(), dual, torch.ones(0, 3, 4, dtype=torch.float64, requires_grad=True)):
            assert repr(ours(tensor)) == repr(tensor)


def test_options_agree() -> None:
    names = {"precision": 3, "threshold": 7, "edgeitems": 2, "linewidth": 50}
    calls: list[dict[str, Any]] = [
        {},
        names,
        {"sci_mode": True},
        {"precision": 5},
        {"profile": "short"},
        {"profile": "full", "edgeitems": 1},
        {"profile": "unknown"},
        {"profile": "default"},
    ]
    try:
        for call in calls:
            torch.set_printoptions(**call)
            set_printoptions(**call)
            assert get_printoptions() == torch._tensor_str.get_printoptions()  # pyright: ignore[reportPrivateUsage]
    finally:
        torch.set_printoptions(profile="default")
        set_printoptions(profile="default")
