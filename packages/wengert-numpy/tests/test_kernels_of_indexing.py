"""NumPy's kernels of indexing, views and movement."""

import numpy as np
import pytest
from wengert_numpy.kernels import indexing
from wengert_numpy.namespace import make_backend

BACKEND = make_backend()


XP = BACKEND.xp


def test_getitem_of_one_element_is_a_view():
    x = np.arange(4.0)
    part = XP.getitem(x, (2,))
    part[...] = 9
    assert x[2] == 9
    assert part.shape == ()


def test_setitem_and_add_at_return_what_they_wrote():
    x = np.zeros(3)
    assert XP.setitem(x, (0,), 1.0) is x
    assert XP.add_at(x, (np.array([1, 1]),), 2.0) is x
    assert x.tolist() == [1, 4, 0]


def test_scatter_add_leaves_its_argument_alone():
    x = np.zeros(3)
    assert XP.scatter_add(x, (slice(0, 2),), 1.0).tolist() == [1, 1, 0]
    assert x.tolist() == [0, 0, 0]


def test_add_into_writes_where_there_is_memory():
    x = np.ones(3)
    assert XP.add_into(x, np.ones(3)) is x
    assert x.tolist() == [2, 2, 2]
    assert XP.add_into(np.float32(1), np.float32(2)) == 3


@pytest.mark.parametrize("shape", [(), (3,), (1, 3), (2, 1), (2, 3)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_broadcast_to_is_a_view_like_numpys(shape, order):
    x = np.asarray(np.arange(np.prod(shape, dtype=int)).reshape(shape), order=order)
    out = XP.broadcast_to(x, (4, 2, 3))
    assert np.array_equal(out, np.broadcast_to(x, (4, 2, 3)))
    assert np.shares_memory(out, x)
    assert XP.is_overlapping(out)


@pytest.mark.parametrize("wrong", [(4,), (1, 4), (3, 2), ()])
def test_broadcast_to_refuses_a_shape_that_does_not_fit(wrong):
    with pytest.raises(ValueError, match=r"broadcast|more dimensions"):
        XP.broadcast_to(np.zeros((2, 3)), wrong)


def test_views_can_be_written_where_the_array_can():
    x = np.zeros((3, 3))
    XP.diagonal(x, offset=0, axis1=0, axis2=1)[...] = 1
    XP.windows(x, axis=1, size=1, step=2)[...] += 2
    assert x.tolist() == [[3, 0, 2], [2, 1, 2], [2, 0, 3]]
    x.flags.writeable = False
    assert not XP.diagonal(x, offset=0, axis1=0, axis2=1).flags.writeable


def test_sharing_and_overlap():
    x = np.zeros((4, 4))
    assert XP.shares_memory(x, x[1:, 2])
    assert not XP.shares_memory(x[:2], x[2:])
    assert not XP.is_overlapping(x[::2])
    assert not XP.is_overlapping(np.broadcast_to(x, (1, 4, 4)))


def test_copy_keeps_zero_dimensions():
    x = np.array(1.5)
    copy = XP.copy(x)
    copy[...] = 2
    assert (float(x), copy.shape, XP.contiguous(x).shape) == (1.5, (), ())


@pytest.mark.parametrize("shape", [(40, 300), (7, 3, 50)])
def test_add_at_of_many_rows(shape):
    random = np.random.default_rng(0)
    x = random.standard_normal(shape)
    index = random.integers(-shape[0], shape[0], (500,))
    value = random.standard_normal((500, *shape[1:]))
    expected = x.copy()
    np.add.at(expected, (index,), value)
    assert np.allclose(indexing.add_at(x.copy(), (index,), value), expected, rtol=1e-13, atol=1e-13)
    turned = np.asfortranarray(x)
    assert np.allclose(indexing.add_at(turned, (index,), value), expected, rtol=1e-13, atol=1e-13)


def test_add_at_refuses_an_index_out_of_range_and_writes_nothing():
    x = np.zeros((3, 2))
    with pytest.raises(IndexError, match="out of range for an axis of size 3"):
        XP.add_at(x, (np.array([0, 3]),), 1.0)
    assert not x.any()


@pytest.mark.parametrize("shape", [(24,), (4, 6), (2, 3, 4), (6, 2, 2), (1, 24, 1), (3, 8)])
@pytest.mark.parametrize(
    "x",
    [
        np.zeros((2, 3, 4)), np.zeros((4, 3, 2)).T, np.zeros((3, 2, 4)).swapaxes(0, 1), np.zeros((2, 3, 8))[..., ::2],
        np.broadcast_to(np.zeros((3, 4)), (2, 3, 4)), np.broadcast_to(0.0, (2, 3, 4)), np.zeros((2, 1, 3, 4))[:, 0],
    ],
    ids=lambda x: str(x.strides),
)  # fmt: skip
def test_can_view_says_what_numpy_does(x, shape):
    assert XP.can_view(x, shape) == np.shares_memory(x, x.reshape(shape))


@pytest.mark.parametrize(
    ("old", "new"), [((), (2,)), ((3,), (2, 3)), ((1, 3), (4, 3)), ((2, 1), (2, 5)), ((1,), (0,)), ((0,), (2, 0))]
)
def test_broadcast_to_by_strides(old, new):
    x = np.random.default_rng(0).standard_normal(old)
    np.testing.assert_array_equal(XP.broadcast_to(np.asarray(x), new), np.broadcast_to(x, new))


@pytest.mark.parametrize(("old", "new"), [((3,), (2,)), ((3,), (2, 4)), ((2, 3), (3, 3))])
def test_broadcast_to_what_does_not_fit(old, new):
    with pytest.raises(ValueError, match="broadcast"):
        XP.broadcast_to(np.zeros(old), new)


@pytest.mark.parametrize("shape", [(6000,), (5, 1200), (60, 7, 20), (70, 80, 1)], ids=str)
def test_take_along_axis_of_many_is_numpys(shape):
    random = np.random.default_rng(0)
    x = random.random(shape)
    for axis, size in enumerate(shape):
        indices = random.integers(-size, size, (*shape[:axis], 5000, *shape[axis + 1 :]))
        expected = np.take_along_axis(x, indices, axis)
        assert (XP.take_along_axis(x, indices, axis=axis) == expected).all()
        indices[(0,) * len(shape)] = size
        with pytest.raises(IndexError, match="out of"):
            XP.take_along_axis(x, indices, axis=axis)


@pytest.mark.parametrize("rest", [(), (3,), (300,)], ids=["single", "narrow", "wide"])
def test_add_at_of_many_is_numpys(rest):
    random = np.random.default_rng(0)
    first, second = random.integers(-4, 4, 5000), random.integers(-7, 7, 5000)
    value = random.integers(0, 9, (5000, *rest)).astype(float)
    expected = np.zeros((4, 7, *rest))
    np.add.at(expected, (first, second), value)
    assert (XP.add_at(np.zeros_like(expected), (first, second), value) == expected).all()
    assert (XP.add_at(np.zeros_like(expected), (first, second), 1.0).sum()) == 5000 * np.prod(rest, dtype=int)
