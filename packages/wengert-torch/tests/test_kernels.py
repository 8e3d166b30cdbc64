"""The torch kernels against plain Python, and what they promise of memory and dtypes."""

import subprocess
import sys

import pytest
import torch
from wengert.backends.standard import names_of
from wengert.protocol import dtypes
from wengert.protocol.namespace import Namespace
from wengert.testing.kernel_cases import CASES
from wengert_torch.kernels import indexing
from wengert_torch.namespace import KERNELS, make_backend
from wengert_torch.plugin import owns, wengert_backend

BACKEND = make_backend()
XP = BACKEND.xp


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kernel)
def test_kernel_against_plain_python(case):
    for dtype in case.dtypes_on(BACKEND):
        case.check(BACKEND, dtype)


def test_every_kernel_is_ours():
    # torch has no betainc, and what is made of other kernels is the same everywhere: the defaults
    assert set(KERNELS) == names_of(Namespace) - {"betainc", "fused", "gemm"}


def test_python_numbers_stand_beside_tensors():
    x = torch.tensor([1.0, 3.0], dtype=torch.float16)
    assert XP.maximum(x, 2).tolist() == [2, 3]
    assert XP.divide(1, x).dtype is torch.float16
    assert XP.less(torch.tensor([2, 3]), 2.5).tolist() == [True, False]


def test_a_reduction_over_no_axis_is_a_copy():
    x = torch.tensor([1.0, 2.0])
    for name in ("sum", "prod", "max", "min"):
        out = getattr(XP, name)(x, axis=())
        assert out.tolist() == [1, 2]
        assert out is not x
    assert XP.any(x, axis=()).tolist() == [True, True]
    for name in ("sum", "prod", "max", "min"):
        assert getattr(XP, name)(torch.tensor(2.0)).tolist() == 2


def test_views_and_copies():
    x = torch.zeros(3, 3)
    XP.diagonal(x, offset=0, axis1=0, axis2=1).fill_(1)
    XP.windows(x, axis=1, size=1, step=2).add_(2)
    assert x.tolist() == [[3, 0, 2], [2, 1, 2], [2, 0, 3]]
    assert XP.setitem(x, (0, 0), 5.0) is x
    assert XP.add_into(x, x) is x
    assert XP.scatter_add(x, (torch.tensor([0]),), 1.0) is not x


def test_conj_does_not_write_through():
    x = torch.tensor([1 + 2j])
    XP.conj(x).zero_()
    assert x.tolist() == [1 + 2j]


def test_sharing_and_overlap():
    x = torch.zeros(4, 4)
    assert XP.shares_memory(x, x[1:, 2])
    assert not XP.shares_memory(x[:2], x[2:])
    assert not XP.shares_memory(x, x[:0])
    assert XP.is_overlapping(XP.broadcast_to(x, (2, 4, 4)))
    assert not XP.is_overlapping(XP.broadcast_to(x, (1, 4, 4)))


@pytest.mark.parametrize(
    "key",
    [
        (torch.tensor([0, 1, 0]), slice(None), torch.tensor([2, 2, 2])),
        (slice(0, 2), torch.tensor([1, 1]), slice(0, 3, 2)),
        (..., torch.tensor([3, 3])),
        (None, torch.tensor([[True, False, True], [False, True, False]])),
        (torch.tensor([True, False]), ..., torch.tensor([1])),
    ],
)
def test_add_at_adds_repeats_once_each(key):
    value = torch.ones(())
    expected = torch.zeros(2, 3, 4)
    positions = torch.arange(24).reshape(2, 3, 4)[key].reshape(-1)
    for position in positions:
        expected.view(-1)[position] += 1
    assert torch.equal(indexing.add_at(torch.zeros(2, 3, 4), key, value), expected)


def test_overlap_add_is_the_transpose_of_windows():
    x, y = torch.rand(3, 11, dtype=torch.float64), torch.rand(3, 4, 5, dtype=torch.float64)
    windows = XP.windows(x, axis=1, size=5, step=2)
    back = XP.overlap_add(y, axis=1, step=2, length=11)
    assert torch.allclose((windows * y).sum(), (x * back).sum())


def test_numpy_arrays_that_torch_cannot_share_are_copied():
    numpy = pytest.importorskip("numpy")
    backwards = numpy.arange(3.0)[::-1]
    fixed = numpy.arange(3.0)
    fixed.flags.writeable = False
    assert XP.asarray(backwards).tolist() == [2, 1, 0]
    XP.asarray(fixed).zero_()
    assert fixed.tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match=r"asarray: .* cannot be shared"):
        XP.asarray(backwards, copy=False)
    shared = numpy.arange(3.0)
    XP.asarray(shared).zero_()
    assert shared.tolist() == [0, 0, 0]


def test_a_tensor_of_torchs_own_graph_is_refused():
    with pytest.raises(RuntimeError, match="its gradient would be lost"):
        XP.asarray(torch.ones(1, requires_grad=True))


def test_a_sparse_tensor_is_refused():
    with pytest.raises(TypeError, match="to_dense"):
        BACKEND.space_of(torch.ones(1).to_sparse())


def test_dtypes_and_devices():
    space = BACKEND.space_of(torch.zeros(1, dtype=torch.bfloat16))
    assert (space.dtype, space.device) == (dtypes.bfloat16, "cpu")
    with pytest.raises(TypeError, match="cannot become a tensor"):
        BACKEND.space_of(torch.zeros(1, dtype=torch.float8_e5m2))
    with pytest.raises(RuntimeError, match=r"detach\(\) it first"):
        BACKEND.space_of(torch.zeros(1, requires_grad=True))
    assert BACKEND.devices()[0] == "cpu"


def test_casting_complex_to_real_is_silent():
    assert XP.astype(torch.tensor([1 + 2j]), torch.float32).tolist() == [1]
    assert XP.astype(torch.tensor([2j]), torch.bool).tolist() == [True]


def test_owns_by_type():
    assert owns(torch.Tensor)
    assert owns(torch.nn.Parameter)
    assert not owns(list)


def test_the_plugin_imports_no_torch():
    code = "import sys, wengert_torch.plugin as p; p.wengert_backend(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert wengert_backend().version() == torch.__version__
