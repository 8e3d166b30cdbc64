"""The NumPy kernels against plain Python, and what they promise of memory, warnings and dtypes."""

import subprocess
import sys
import threading

import numpy as np
import pytest
from wengert.backends.standard import complete, names_of
from wengert.protocol import dtypes
from wengert.protocol.backend import Backend
from wengert.protocol.namespace import Namespace
from wengert.testing.kernel_cases import CASES
from wengert_numpy.kernels import fused, quiet, special
from wengert_numpy.namespace import DTYPES, KERNELS, dtype_of, make_backend
from wengert_numpy.plugin import owns, wengert_backend

BACKEND = make_backend()
XP = BACKEND.xp
WITHOUT_SCIPY = Backend(
    name="numpy-minimal",
    xp=complete(
        np,
        {name: kernel for name, kernel in KERNELS.items() if name not in special.kernels},
        dtypes=DTYPES,
        array_type=np.ndarray,
        advanced_keys=True,
        returns_scalars=True,
    ),
    array_type=np.ndarray,
    dtypes={dtype: native for dtype, native in DTYPES.items() if dtype is not dtypes.bfloat16},
    dtype_of=dtype_of,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kernel)
def test_kernel_against_plain_python(case):
    for dtype in case.dtypes_on(BACKEND):
        case.check(BACKEND, dtype)


@pytest.mark.parametrize("case", [c for c in CASES if c.kernel in special.kernels], ids=lambda case: case.kernel)
def test_special_function_without_scipy(case):
    for dtype in case.dtypes_on(WITHOUT_SCIPY):
        case.check(WITHOUT_SCIPY, dtype)


def test_every_kernel_is_ours_and_has_a_case():
    # NumPy runs a formula kernel by kernel, and the recurrence of a polynomial as fast as SciPy's own.
    from_the_core = {"fused", "orthogonal"}
    assert {case.kernel for case in CASES} == names_of(Namespace) == set(KERNELS) | from_the_core


# memory


# long arrays take other ways than short ones


def test_long_erf_in_single_precision():
    x = np.concatenate([np.linspace(-6, 6, 20001), 10.0 ** np.linspace(-30, 0, 2000), [np.inf, -np.inf]])
    x = x.astype(np.float32)
    expected = special._scipy_erf(x.astype(np.float64))
    out = XP.erf(x)
    assert out.dtype == np.float32
    assert np.max(np.abs(out - expected) / np.maximum(np.abs(expected), 1e-38)) < 5e-7
    assert np.isnan(XP.erf(np.full(5000, np.nan, np.float32))).all()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex64])
def test_long_sigmoid(dtype):
    x = np.linspace(-8, 8, 5000).astype(dtype)
    out = XP.expit(x)
    assert out.dtype == dtype
    wide = x.astype(np.complex128)
    assert np.allclose(out, 1 / (1 + np.exp(-wide)), rtol=2e-3 if dtype == np.float16 else 1e-6, atol=0)


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("offset", [0, 300, -300])
def test_softmax_in_blocks(axis, dtype, offset):
    x = np.random.default_rng(0).standard_normal((3000, 70)).astype(dtype)
    x[0, 1:] = -np.inf
    tolerance = {np.float16: 2e-3, np.float32: 2e-6}[dtype]
    x += dtype(offset)
    wide = np.exp(x.astype(np.float64) - offset)
    expected = wide / wide.sum(axis, keepdims=True)
    assert x.size > 2 * fused._LONG
    out, log_out = XP.softmax(x, axis=axis), XP.log_softmax(x, axis=axis)
    assert out.dtype == log_out.dtype == dtype
    assert np.allclose(out, expected, rtol=tolerance, atol=tolerance)
    with np.errstate(divide="ignore"):
        assert np.allclose(log_out, np.log(expected), rtol=tolerance, atol=tolerance)


def test_softmax_of_a_row_of_minus_infinity_is_nan():
    x = np.zeros((100, 100), np.float32)
    x[3] = -np.inf
    out = XP.softmax(x, axis=1)
    assert np.isnan(out[3]).all()
    assert np.allclose(np.delete(out, 3, 0), 0.01)


def test_half_precision_is_summed_in_single():
    x = np.ones((4096, 2), np.float16)
    assert XP.sum(x, axis=0).tolist() == [4096, 4096]
    assert XP.cumulative_sum(x, axis=0)[-1].tolist() == [4096, 4096]


# warnings


def test_singular_points_are_silent_in_every_thread(recwarn):
    zero, out = np.zeros(3), []

    def work():
        for _ in range(200):
            out.append(XP.log(zero)[0] == -np.inf and np.isnan(XP.divide(zero, zero))[0])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(out) == 800
    assert all(out)
    assert not recwarn.list


def test_a_ufunc_inside_a_silent_ufunc_is_silent():
    assert quiet.call(lambda: XP.log(np.zeros(1))[0]) == -np.inf


def test_the_callers_error_state_stays():
    XP.log(np.zeros(1))
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        np.log(np.zeros(1))


def test_casts_are_silent():
    assert XP.astype(np.array([np.nan, 1e300]), np.dtype(np.float32)).tolist()[1] == np.inf
    assert XP.astype(np.array([1 + 2j]), np.dtype(np.float64)).tolist() == [1]
    assert XP.astype(np.array([2j]), np.dtype(np.bool_)).tolist() == [True]


# random numbers


def test_half_precision_stays_below_one():
    out = XP.uniform(XP.generator(0), (20000,), dtype=np.dtype(np.float16), device=None)
    assert out.max() < 1


def test_complex_normal_has_variance_one():
    out = XP.normal(XP.generator(0), (20000,), dtype=np.dtype(np.complex64), device=None)
    assert abs(np.var(out) - 1) < 0.03
    assert abs(np.var(out.real) - 0.5) < 0.02


# dtypes


def test_a_second_name_of_int64_is_int64():
    assert dtype_of(np.zeros(1, np.longlong)) is dtypes.int64


@pytest.mark.parametrize(
    ("array", "error", "words"),
    [
        (
            np.array([object()]),
            TypeError,
            "can't convert np.ndarray of type numpy.object_. The only supported types are",
        ),
        (np.array(["a"]), TypeError, "can't convert np.ndarray of type numpy.str_"),
        (np.zeros(1, "M8[s]"), TypeError, "can't convert np.ndarray of type numpy.datetime64"),
        (np.zeros(1, ">f4"), ValueError, "given numpy array has byte order different from the native byte order"),
    ],
)
def test_dtypes_that_torch_refuses_too(array, error, words):
    with pytest.raises(error, match=words):
        BACKEND.space_of(array)


def test_owns_by_type():
    assert owns(np.ndarray)
    assert owns(np.float64)
    assert owns(np.ma.MaskedArray)
    assert not owns(list)


def test_the_plugin_imports_no_numpy():
    code = "import sys, wengert_numpy.plugin as p; p.wengert_backend(); assert 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert wengert_backend().version() == np.__version__


# short ways


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [0, (0,), (0, 1), (1,), (2,), 2, (1, 2), (0, 2)])
def test_sum_by_product_is_the_sum(axis, keepdims):
    x = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    for array in (x, np.asfortranarray(x), x[:, ::2]):
        found = XP.sum(array, axis=axis, keepdims=keepdims)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, array.sum(axis, keepdims=keepdims))


def test_products_and_sums_overflow_without_a_warning():
    large = np.full((2, 2), 3e38, np.float32)
    assert np.isinf(XP.sum(large, axis=(0,))).all()
    assert np.isinf(XP.sum(large, axis=(1,))).all()
    assert np.isinf(XP.matmul(large, large)).all()


@pytest.mark.parametrize("classes", [1, 32, 33])
def test_class_loss_on_columns_and_on_rows(classes):
    x = np.random.default_rng(0).standard_normal((5, classes)) * 50
    target = np.arange(5) % classes
    weights = np.exp(x - x.max(1, keepdims=True))
    shares = weights / weights.sum(1, keepdims=True)
    np.testing.assert_allclose(XP.class_loss(x, target), -np.log(shares[np.arange(5), target]), atol=1e-12)
    g = np.arange(1.0, 6.0)
    wanted = (shares - np.eye(classes)[target]) * g[:, None]
    found = XP.class_loss_pullback(g, x, target)
    assert found.flags.c_contiguous
    np.testing.assert_allclose(found, wanted, atol=1e-12)
