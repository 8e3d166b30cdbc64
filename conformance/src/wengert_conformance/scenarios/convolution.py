"""Convolution, pooling, padding, attention and dropout."""

from __future__ import annotations

from typing import Any

from wengert_conformance.scenarios.family import WITHOUT_NODE_NAMES, Family, raised

convolution = Family("convolution")
differentiable, forward, outcome = convolution.differentiable, convolution.forward, convolution.outcome

IMAGE = [[[[float((7 * row + 3 * column) % 11) for column in range(5)] for row in range(4)]]]
CHANNELS = [
    [[[float((5 * channel + 3 * row + column) % 7) for column in range(4)] for row in range(4)] for channel in range(4)]
]
KERNEL = [[[[1.0, -1.0], [0.5, 2.0]]], [[[0.0, 1.0], [3.0, -0.5]]]]
QUERY = [[[1.0, 0.0], [0.5, 2.0], [-1.0, 1.0]]]
KEY = [[[0.0, 1.0], [2.0, 1.0], [1.0, 1.0]]]
VALUE = [[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]]


@differentiable(x=IMAGE, w=KERNEL, b=[1.0, -1.0])
def conv2d_plain(library: Any, x: Any, w: Any, b: Any) -> Any:
    return library.nn.functional.conv2d(x, w, b)


@differentiable(x=IMAGE, w=KERNEL)
def conv2d_with_stride_and_padding(library: Any, x: Any, w: Any) -> Any:
    return library.nn.functional.conv2d(x, w, stride=2, padding=1)


@differentiable(x=IMAGE, w=KERNEL)
def conv2d_with_dilation(library: Any, x: Any, w: Any) -> Any:
    return library.nn.functional.conv2d(x, w, dilation=(1, 2), stride=(2, 1))


@differentiable(x=IMAGE, w=KERNEL)
def conv2d_with_named_padding(library: Any, x: Any, w: Any) -> Any:
    return library.nn.functional.conv2d(x, w, padding="same"), library.nn.functional.conv2d(x, w, padding="valid")


@differentiable(x=CHANNELS, w=[[[[1.0, 2.0]], [[0.5, -1.0]]]] * 4)
def conv2d_in_groups(library: Any, x: Any, w: Any) -> Any:
    return library.nn.functional.conv2d(x, w, groups=2)


@differentiable(x=[[1.0, 2.0, 3.0, 4.0, 5.0]], w=[[[1.0, -1.0, 0.5]]], checks=WITHOUT_NODE_NAMES)
def conv1d_without_a_batch(library: Any, x: Any, w: Any) -> Any:
    return library.nn.functional.conv1d(x, w, padding=1)


@differentiable(x=IMAGE, checks=WITHOUT_NODE_NAMES)
def max_pool_shifts(library: Any, x: Any) -> Any:
    functional = library.nn.functional
    return functional.max_pool2d(x, 2), functional.max_pool2d(x, (2, 3), stride=1, padding=(1, 1))


@differentiable(x=[[[[1.0, 1.0], [1.0, 1.0]]]])
def max_pool_takes_the_first_tie(library: Any, x: Any) -> Any:
    return library.nn.functional.max_pool2d(x, 2)


@differentiable(x=IMAGE)
def avg_pool_counts(library: Any, x: Any) -> Any:
    functional = library.nn.functional
    return (
        functional.avg_pool2d(x, 2),
        functional.avg_pool2d(x, 3, stride=2, padding=1),
        functional.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False),
        functional.avg_pool2d(x, 2, ceil_mode=True),
    )


@differentiable(x=[[1.0, 2.0], [3.0, 4.0]], checks=WITHOUT_NODE_NAMES)
def padding_with_a_constant(library: Any, x: Any) -> Any:
    functional = library.nn.functional
    return functional.pad(x, (1, 2)), functional.pad(x, (1, 0, 0, 1), value=9.0), functional.pad(x, (-1, 1))


@forward(x=[[0, 2], [1, 0]])
def one_hot_classes(library: Any, x: Any) -> Any:
    return library.nn.functional.one_hot(x), library.nn.functional.one_hot(x, num_classes=5)


@differentiable(query=QUERY, key=KEY, value=VALUE, checks=WITHOUT_NODE_NAMES)
def attention(library: Any, query: Any, key: Any, value: Any) -> Any:
    return library.nn.functional.scaled_dot_product_attention(query, key, value)


@differentiable(query=QUERY, key=KEY, value=VALUE, checks=("forward", "grad"))
def attention_that_is_causal(library: Any, query: Any, key: Any, value: Any) -> Any:
    return library.nn.functional.scaled_dot_product_attention(query, key, value, is_causal=True)


@differentiable(
    query=QUERY,
    key=KEY,
    value=VALUE,
    mask=[[True, False, True], [True, True, True], [False, True, False]],
    checks=("forward", "grad"),
)
def attention_with_a_mask(library: Any, query: Any, key: Any, value: Any, mask: Any) -> Any:
    return library.nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=mask, scale=0.5)


@differentiable(x=[1.0, 2.0, 3.0], checks=WITHOUT_NODE_NAMES)
def dropout_of_nothing_and_of_everything(library: Any, x: Any) -> Any:
    functional = library.nn.functional
    return (
        functional.dropout(x, 0.5, training=False) * 2,
        functional.dropout(x, 1.0) * 2,
        functional.dropout(x, 0.0) * 2,
    )


@outcome
def dropout_keeps_its_mask_and_scale(library: Any) -> Any:
    library.manual_seed(0)
    x = library.ones(200, 50, requires_grad=True)
    y = library.nn.functional.dropout(x, 0.25)
    y.sum().backward()
    kept = (y != 0).to(library.float64).mean().item()
    levels = sorted({round(value, 5) for row in y.detach().tolist() for value in row})
    return [0.73 < kept < 0.77, levels, library.equal(x.grad, y.detach())]


@outcome
def refused_convolutions(library: Any) -> Any:
    functional = library.nn.functional
    image = library.ones(1, 2, 4, 4)
    return [
        raised(
            lambda: functional.conv2d(image, library.ones(3, 1, 2, 2)), "expected input[1, 2, 4, 4] to have 1 channels"
        ),
        raised(
            lambda: functional.conv2d(image, library.ones(3, 2, 5, 5)),
            "Kernel size can't be greater than actual input size",
        ),
        raised(lambda: functional.dropout(image, 1.5), "dropout probability has to be between 0 and 1"),
        raised(lambda: functional.max_pool2d(image, 2, padding=3), "pad should be at most half of"),
    ]
