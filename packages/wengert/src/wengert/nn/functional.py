"""Public: torch.nn.functional's names. The rarer ones are imported at first use."""

from typing import TYPE_CHECKING

from wengert.extras import deferred
from wengert.ops.activation import (
    elu,
    gelu,
    hardtanh,
    leaky_relu,
    logsigmoid,
    relu6,
    sigmoid,
    softplus,
    tanh,
)
from wengert.ops.activation.basic import elu_, hardtanh_, leaky_relu_, relu_
from wengert.ops.activation.basic import functional_relu as relu
from wengert.ops.activation.basic import functional_silu as silu
from wengert.ops.attention import dropout, scaled_dot_product_attention
from wengert.ops.convolution import conv1d, conv2d, conv3d, pad
from wengert.ops.forms import public_form, public_forms
from wengert.ops.indexing.along import embedding, one_hot
from wengert.ops.linalg import linear
from wengert.ops.loss import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    huber_loss,
    kl_div,
    l1_loss,
    mse_loss,
    nll_loss,
    smooth_l1_loss,
)
from wengert.ops.normalization import batch_norm, group_norm, layer_norm, normalize, rms_norm, softmin
from wengert.ops.normalization import functional_log_softmax as log_softmax
from wengert.ops.normalization import functional_softmax as softmax
from wengert.ops.pooling import avg_pool1d, avg_pool2d, avg_pool3d, max_pool1d, max_pool2d, max_pool3d

if TYPE_CHECKING:
    from wengert.ops.activation.piecewise import (
        hardshrink,
        hardsigmoid,
        hardswish,
        prelu,
        rrelu,
        rrelu_,
        softshrink,
        tanhshrink,
        threshold,
        threshold_,
    )
    from wengert.ops.activation.smooth import celu, celu_, glu, gumbel_softmax, mish, selu, selu_, softsign
    from wengert.ops.bags import bilinear, embedding_bag
    from wengert.ops.convolution.transposed import conv_transpose1d, conv_transpose2d, conv_transpose3d
    from wengert.ops.dropout import alpha_dropout, dropout1d, dropout2d, dropout3d, feature_alpha_dropout
    from wengert.ops.loss.likelihood import gaussian_nll_loss, linear_cross_entropy, poisson_nll_loss
    from wengert.ops.loss.margins import (
        cosine_embedding_loss,
        hinge_embedding_loss,
        margin_ranking_loss,
        multi_margin_loss,
        multilabel_margin_loss,
        multilabel_soft_margin_loss,
        soft_margin_loss,
        triplet_margin_loss,
        triplet_margin_with_distance_loss,
    )
    from wengert.ops.loss.sequences import ctc_loss
    from wengert.ops.multihead import multi_head_attention_forward
    from wengert.ops.normalization.statistics import instance_norm, local_response_norm
    from wengert.ops.pooling.adaptive import (
        adaptive_avg_pool1d,
        adaptive_avg_pool2d,
        adaptive_avg_pool3d,
        adaptive_max_pool1d,
        adaptive_max_pool2d,
        adaptive_max_pool3d,
    )
    from wengert.ops.pooling.unpooling import (
        fractional_max_pool2d,
        fractional_max_pool3d,
        lp_pool1d,
        lp_pool2d,
        lp_pool3d,
        max_unpool1d,
        max_unpool2d,
        max_unpool3d,
    )
    from wengert.ops.rearranging import channel_shuffle, fold, pixel_shuffle, pixel_unshuffle, unfold
    from wengert.ops.resampling import interpolate, upsample, upsample_bilinear, upsample_nearest
    from wengert.ops.sampling import affine_grid, grid_sample
    from wengert.ops.similarity import cosine_similarity, pairwise_distance, pdist

# What is imported at its first use, by the module that has it.
_LATE = {
    "activation.piecewise": (
        "hardshrink",
        "hardsigmoid",
        "hardswish",
        "prelu",
        "rrelu",
        "rrelu_",
        "softshrink",
        "tanhshrink",
        "threshold",
        "threshold_",
    ),
    "activation.smooth": (
        "celu",
        "celu_",
        "glu",
        "gumbel_softmax",
        "mish",
        "selu",
        "selu_",
        "softsign",
    ),
    "bags": (
        "bilinear",
        "embedding_bag",
    ),
    "convolution.transposed": (
        "conv_transpose1d",
        "conv_transpose2d",
        "conv_transpose3d",
    ),
    "dropout": (
        "alpha_dropout",
        "dropout1d",
        "dropout2d",
        "dropout3d",
        "feature_alpha_dropout",
    ),
    "loss.likelihood": (
        "gaussian_nll_loss",
        "linear_cross_entropy",
        "poisson_nll_loss",
    ),
    "loss.margins": (
        "cosine_embedding_loss",
        "hinge_embedding_loss",
        "margin_ranking_loss",
        "multi_margin_loss",
        "multilabel_margin_loss",
        "multilabel_soft_margin_loss",
        "soft_margin_loss",
        "triplet_margin_loss",
        "triplet_margin_with_distance_loss",
    ),
    "loss.sequences": ("ctc_loss",),
    "multihead": ("multi_head_attention_forward",),
    "normalization.statistics": (
        "instance_norm",
        "local_response_norm",
    ),
    "pooling.adaptive": (
        "adaptive_avg_pool1d",
        "adaptive_avg_pool2d",
        "adaptive_avg_pool3d",
        "adaptive_max_pool1d",
        "adaptive_max_pool2d",
        "adaptive_max_pool3d",
    ),
    "pooling.unpooling": (
        "fractional_max_pool2d",
        "fractional_max_pool3d",
        "lp_pool1d",
        "lp_pool2d",
        "lp_pool3d",
        "max_unpool1d",
        "max_unpool2d",
        "max_unpool3d",
    ),
    "rearranging": (
        "channel_shuffle",
        "fold",
        "pixel_shuffle",
        "pixel_unshuffle",
        "unfold",
    ),
    "resampling": (
        "interpolate",
        "upsample",
        "upsample_bilinear",
        "upsample_nearest",
    ),
    "sampling": (
        "affine_grid",
        "grid_sample",
    ),
    "similarity": (
        "cosine_similarity",
        "pairwise_distance",
        "pdist",
    ),
}
#: The functions that take `out=`.
_WITH_OUT = "avg_pool2d avg_pool3d gelu hardshrink linear logsigmoid normalize softplus softshrink"
globals().update(public_forms(globals(), _WITH_OUT))
__getattr__ = deferred(
    __name__,
    {name: f"wengert.ops.{module}:{name}" for module, names in _LATE.items() for name in names},
    public_form(__name__, _WITH_OUT),
)

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "affine_grid",
    "alpha_dropout",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "batch_norm",
    "bilinear",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "celu",
    "celu_",
    "channel_shuffle",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "cosine_embedding_loss",
    "cosine_similarity",
    "cross_entropy",
    "ctc_loss",
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "elu",
    "elu_",
    "embedding",
    "embedding_bag",
    "feature_alpha_dropout",
    "fold",
    "fractional_max_pool2d",
    "fractional_max_pool3d",
    "gaussian_nll_loss",
    "gelu",
    "glu",
    "grid_sample",
    "group_norm",
    "gumbel_softmax",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hardtanh_",
    "hinge_embedding_loss",
    "huber_loss",
    "instance_norm",
    "interpolate",
    "kl_div",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "leaky_relu_",
    "linear",
    "linear_cross_entropy",
    "local_response_norm",
    "log_softmax",
    "logsigmoid",
    "lp_pool1d",
    "lp_pool2d",
    "lp_pool3d",
    "margin_ranking_loss",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
    "mish",
    "mse_loss",
    "multi_head_attention_forward",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "nll_loss",
    "normalize",
    "one_hot",
    "pad",
    "pairwise_distance",
    "pdist",
    "pixel_shuffle",
    "pixel_unshuffle",
    "poisson_nll_loss",
    "prelu",
    "relu",
    "relu6",
    "relu_",
    "rms_norm",
    "rrelu",
    "rrelu_",
    "scaled_dot_product_attention",
    "selu",
    "selu_",
    "sigmoid",
    "silu",
    "smooth_l1_loss",
    "soft_margin_loss",
    "softmax",
    "softmin",
    "softplus",
    "softshrink",
    "softsign",
    "tanh",
    "tanhshrink",
    "threshold",
    "threshold_",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
    "unfold",
    "upsample",
    "upsample_bilinear",
    "upsample_nearest",
]
