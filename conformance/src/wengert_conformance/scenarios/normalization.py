"""Activations, normalisation, linear layers, embeddings and losses."""

from __future__ import annotations

from typing import Any

from wengert_conformance.scenarios.family import FIRST_ORDER, WITHOUT_NODE_NAMES, Family, of, raised

normalization = Family("normalization")
differentiable, forward, outcome = normalization.differentiable, normalization.forward, normalization.outcome

KINKS = [-2.0, -1.0, 0.0, 0.5, 3.0]
LOGITS = [[1.0, 2.0, 0.5], [1000.0, -1000.0, 0.0]]
BATCH = [[1.0, 2.0, 4.0], [-1.0, 0.5, 0.0]]


@differentiable(x=KINKS, checks=FIRST_ORDER)
def activations_at_their_kinks(library: Any, x: Any) -> Any:
    functional = library.nn.functional
    return functional.relu(x), functional.leaky_relu(x, 0.2), functional.elu(x), functional.elu(x, alpha=0.5), x.relu()


@differentiable(x=KINKS)
def smooth_activations(library: Any, x: Any) -> Any:
    functional = library.nn.functional
    return functional.gelu(x), functional.gelu(x, approximate="tanh"), functional.silu(x), functional.softplus(x, 2.0)


@differentiable(x=[-100.0, -15.0, 0.0, 15.0, 25.0, 100.0], checks=FIRST_ORDER)
def softplus_past_its_threshold(library: Any, x: Any) -> Any:
    return library.nn.functional.softplus(x), library.nn.functional.softplus(x, beta=2.0, threshold=10.0)


@differentiable(x=LOGITS)
def softmax_of_large_values(library: Any, x: Any) -> Any:
    return library.softmax(x, dim=1), library.log_softmax(x, dim=1), x.softmax(0), library.nn.functional.softmax(x, -1)


@forward(x=[[1, 2], [3, 4]])
def softmax_with_a_dtype(library: Any, x: Any) -> Any:
    return library.softmax(x, 1, dtype=library.float64), library.log_softmax(x, 0, dtype=library.float32)


@differentiable(x=BATCH, weight=[1.0, 2.0, 0.5], bias=[0.0, 1.0, -1.0])
def layer_norm_with_weight_and_bias(library: Any, x: Any, weight: Any, bias: Any) -> Any:
    return library.nn.functional.layer_norm(x, (3,), weight, bias)


@differentiable(x=BATCH)
def layer_norm_alone(library: Any, x: Any) -> Any:
    return library.nn.functional.layer_norm(x, (3,)), library.nn.functional.layer_norm(x, (2, 3), eps=1e-3)


@differentiable(x=BATCH, weight=[[1.0, 0.0, 2.0], [0.5, 1.0, -1.0]], bias=[1.0, -1.0], checks=WITHOUT_NODE_NAMES)
def linear_layers(library: Any, x: Any, weight: Any, bias: Any) -> Any:
    functional = library.nn.functional
    return functional.linear(x, weight, bias), functional.linear(x, weight), functional.linear(x[0], weight, bias)


@differentiable(index=[[0, 2], [2, 1]], weight=[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
def embedding_rows(library: Any, index: Any, weight: Any) -> Any:
    return library.nn.functional.embedding(index, weight), library.nn.functional.embedding(index[0], weight)


@differentiable(index=[0, 2, 1, 2], weight=[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
def embedding_with_padding(library: Any, index: Any, weight: Any) -> Any:
    return library.nn.functional.embedding(index, weight, padding_idx=2)


@differentiable(x=LOGITS, target=[1, 0])
def cross_entropy_of_classes(library: Any, x: Any, target: Any) -> Any:
    functional = library.nn.functional
    return functional.cross_entropy(x, target), functional.cross_entropy(x, target, reduction="none")


@differentiable(x=BATCH, target=[2, -100], weight=of("float64", [1.0, 2.0, 0.5]))
def cross_entropy_with_weights_and_an_ignored_class(library: Any, x: Any, target: Any, weight: Any) -> Any:
    functional = library.nn.functional
    return functional.cross_entropy(x, target, weight), functional.cross_entropy(x, target, weight, reduction="sum")


@differentiable(x=BATCH, target=[2, 0], checks=WITHOUT_NODE_NAMES)
def cross_entropy_with_smoothing(library: Any, x: Any, target: Any) -> Any:
    return library.nn.functional.cross_entropy(x, target, label_smoothing=0.1)


@differentiable(x=BATCH, target=[[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]], checks=WITHOUT_NODE_NAMES)
def cross_entropy_of_probabilities(library: Any, x: Any, target: Any) -> Any:
    return library.nn.functional.cross_entropy(x, target)


@differentiable(x=BATCH, target=[2, 0])
def nll_loss_of_log_softmax(library: Any, x: Any, target: Any) -> Any:
    functional = library.nn.functional
    return functional.nll_loss(functional.log_softmax(x, 1), target, reduction="sum")


@differentiable(x=BATCH, y=[[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]])
def squared_and_absolute_losses(library: Any, x: Any, y: Any) -> Any:
    functional = library.nn.functional
    losses = [functional.mse_loss(x, y), functional.l1_loss(x, y)]
    losses += [functional.mse_loss(x, y, reduction="sum"), functional.l1_loss(x, y, reduction="none")]
    return losses


@differentiable(x=[-100.0, -1.0, 0.0, 2.0, 100.0], y=of("float64", [0.0, 1.0, 0.5, 0.0, 1.0]))
def binary_cross_entropy_far_out(library: Any, x: Any, y: Any) -> Any:
    functional = library.nn.functional
    return functional.binary_cross_entropy_with_logits(x, y, reduction="none")


@outcome
def refused_losses_and_layers(library: Any) -> Any:
    functional = library.nn.functional
    return [
        raised(lambda: functional.nll_loss(library.ones(2, 3), library.tensor([0, 3])), "is out of bounds"),
        raised(lambda: functional.linear(library.ones(2, 3), library.ones(4, 2)), "shapes cannot be multiplied"),
        raised(lambda: functional.layer_norm(library.ones(2, 3), (2,)), "expected input with shape"),
        raised(lambda: functional.embedding(library.tensor([3]), library.ones(3, 2)), "index out of range in self"),
        raised(
            lambda: functional.mse_loss(library.ones(2), library.ones(2), reduction="avg"), "avg is not a valid value"
        ),
    ]
