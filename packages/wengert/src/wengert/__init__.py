"""Torch's autograd API over any array library.

`import wengert` loads no array library and no plugin; the first tensor does. Names, semantics, errors and printouts are
torch's; `docs/explanation/differences-from-torch.md` lists the differences that are wanted.
"""

# One line for each name would be five hundred lines.
# fmt: off
from typing import TYPE_CHECKING

from wengert import autograd, nn, random
from wengert.api.modes import (
    enable_grad, inference_mode, is_grad_enabled, is_inference, is_inference_mode_enabled, no_grad, set_grad_enabled,
)
from wengert.api.tensor import Tensor
from wengert.backends.registry import use_backend
from wengert.extras import deferred
from wengert.ops.activation import relu
from wengert.ops.activation.basic import relu_
from wengert.ops.arithmetic import (
    abs, absolute, add, addcdiv, addcmul, arctan2, atan2, ceil, clamp, clamp_max, clamp_min, clip, copysign,
    deg2rad, div, divide, fix, float_power, floor, floor_divide, fmax, fmin, fmod, frac, frexp, gcd, heaviside,
    hypot, lcm, ldexp, lerp, logaddexp2, maximum, minimum, mul, multiply, nan_to_num, neg, negative, nextafter,
    positive, pow, rad2deg, reciprocal, remainder, round, rsqrt, rsub, sgn, sign, sqrt, square, sub, subtract,
    true_divide, trunc,
)
from wengert.ops.classification import isneginf, isposinf, isreal
from wengert.ops.comparison import (
    allclose, bitwise_and, bitwise_left_shift, bitwise_not, bitwise_or, bitwise_right_shift, bitwise_xor, eq, equal, ge,
    greater, greater_equal, gt, isclose, isfinite, isinf, isnan, le, less, less_equal, logical_and, logical_not,
    logical_or, logical_xor, lt, masked_fill, ne, not_equal, signbit, where,
)
from wengert.ops.complex import (
    adjoint, angle, complex, conj, conj_physical, imag, polar, real, resolve_conj, resolve_neg, view_as_complex,
    view_as_real,
)
from wengert.ops.conversion import (
    can_cast, finfo, iinfo, is_complex, is_conj, is_floating_point, is_neg, is_nonzero, is_same_size, is_tensor, numel,
    promote_types, result_type,
)
from wengert.ops.convolution import constant_pad_nd, conv1d, conv2d, conv3d
from wengert.ops.creation import (
    arange, as_tensor, asarray, device, empty, empty_like, empty_permuted, empty_strided, eye, from_dlpack,
    from_numpy, full, full_like,
    get_default_device, linspace, logspace, ones, ones_like, scalar_tensor, set_default_device, tensor, zeros,
    zeros_like,
)
from wengert.ops.exponential import erf, erfc, exp, exp2, expm1, log, log1p, log2, log10, logaddexp, sigmoid
from wengert.ops.indexing import (
    argsort, argwhere, as_strided_scatter, bucketize, diagonal_scatter, gather, index_add, index_copy, index_fill,
    index_put,
    index_reduce, index_select, isin, masked_scatter, masked_select, msort, nonzero, nonzero_static, put, scatter,
    scatter_add, scatter_reduce, searchsorted, select_scatter, slice_scatter, sort, take, take_along_dim, topk,
    tril_indices, triu_indices, unique, unique_consecutive, unravel_index,
)
from wengert.ops.inplace.filling import fill
from wengert.ops.linalg import addmm, addmv, baddbmm, bmm, dot, einsum, inner, matmul, mm, mv, outer, tensordot, trace
from wengert.ops.movement import (
    as_strided, atleast_1d, atleast_2d, atleast_3d, broadcast_shapes, broadcast_tensors, broadcast_to, cat, chunk,
    clone, column_stack, concat, concatenate, diag, diag_embed, diagflat, diagonal, dsplit, dstack, flatten, flip,
    fliplr, flipud, hsplit, hstack, meshgrid, moveaxis, movedim, narrow, narrow_copy, permute, ravel,
    repeat_interleave, reshape, roll, rot90, row_stack, select, split, split_with_sizes, squeeze, stack, swapaxes,
    swapdims, t, tensor_split, tile, transpose, tril, triu, unbind, unflatten, unsafe_chunk, unsafe_split,
    unsqueeze, vsplit, vstack,
)
from wengert.ops.normalization import group_norm, layer_norm, log_softmax, rms_norm, softmax
from wengert.ops.forms import public_form, public_forms
from wengert.ops.pooling import avg_pool1d, max_pool1d, max_pool2d, max_pool3d
from wengert.ops.random import (
    Generator, bernoulli, binomial, get_rng_state, initial_seed, manual_seed, multinomial, normal, poisson, rand,
    rand_like, randint, randint_like, randn, randn_like, randperm, seed, set_rng_state,
)
from wengert.ops.reduction import (
    all, amax, amin, aminmax, any, argmax, argmin, bincount, count_nonzero, cummax, cummin, cumprod, cumsum, diff,
    gradient, hash_tensor, histc, histogram, histogramdd, kthvalue, logcumsumexp, logsumexp, max, mean, median, min,
    mode, nanmean, nanmedian, nanquantile, nansum, prod, quantile, std, std_mean, sum, var, var_mean,
)
from wengert.ops.special import digamma, erfinv, i0, igamma, igammac, lgamma, logit, mvlgamma, polygamma, sinc, xlogy
from wengert.ops.trigonometric import (
    acos, acosh, arccos, arccosh, arcsin, arcsinh, arctan, arctanh, asin, asinh, atan, atanh, cos, cosh, sin, sinh, tan,
    tanh,
)
from wengert.protocol.dtypes import DType as dtype
from wengert.protocol.dtypes import (
    bfloat16, complex32, complex64, complex128, float16, float32, float64, get_default_dtype, int8, int16, int32, int64,
    set_default_dtype, uint8, uint16, uint32, uint64,
)
from wengert.protocol.dtypes import bool_ as bool
from wengert.tensor.printing import get_printoptions, set_printoptions

if TYPE_CHECKING:
    from wengert import cuda, fft, func, linalg, masked, optim, signal, special, utils
    from wengert.api.accelerator.precision import get_float32_matmul_precision, set_float32_matmul_precision
    from wengert.api.anomaly import is_anomaly_check_nan_enabled, is_anomaly_enabled, set_anomaly_enabled
    from wengert.api.functions import (
        abs_, acos_, acosh_, addmv_, arccos_, arccosh_, arcsin_, arcsinh_, arctan_, arctanh_, as_strided_,
        asin_, asinh_, atan_, atanh_, ceil_, clamp_, clamp_max_, clamp_min_, clip_, conj_physical_, cos_,
        cosh_, deg2rad_, detach, detach_, erf_, erfc_, exp2_, exp_, expm1_, fill_, fix_, floor_, frac_, gcd_,
        get_device, i0_, index_put_, is_signed, lcm_, ldexp_, log10_, log1p_, log2_, log_, logit_,
        nan_to_num_, neg_, negative_, rad2deg_, reciprocal_, resize_as_, round_, rsqrt_, sigmoid_,
        sin_, sinc_, sinh_, sqrt_, square_, tan_, tanh_, trunc_, xlogy_, zero_,
    )
    from wengert.api.saving import load, save
    from wengert.backends.threads import get_num_threads, set_num_threads
    from wengert.func import vmap
    from wengert.protocol.layouts import contiguous_format, layout, memory_format, preserve_format, strided
    from wengert.ops.fourier.short_time import istft, stft
    from wengert.ops.fourier.windows import (
        bartlett_window, blackman_window, hamming_window, hann_window, kaiser_window,
    )
    from wengert.ops.linalg.assembling import addbmm, addr, block_diag, cartesian_prod, combinations, ger, kron, vdot
    from wengert.ops.linalg.distances import cdist, cumulative_trapezoid, dist, renorm, trapezoid, trapz
    from wengert.ops.linalg.factored import cholesky_inverse, cholesky_solve, lu, triangular_solve
    from wengert.ops.linalg.lowrank import pca_lowrank, svd_lowrank
    from wengert.ops.linalg.powers import chain_matmul, matrix_exp, matrix_power
    from wengert.ops.linalg.reflections import geqrf, ormqr
    from wengert.ops.linalg.statistics import corrcoef, cov
    from wengert.ops.linalg.assembling import cross_of_tensor as cross
    from wengert.ops.linalg.assembling import vander_of_vector as vander
    from wengert.ops.linalg.factored import lu_solve_of_tensor as lu_solve
    from wengert.ops.linalg.reflections import householder_product as orgqr
    from wengert.ops.linalg.determinants import det, logdet
    from wengert.ops.linalg.factors import lu_unpack
    from wengert.ops.linalg.older import cholesky, norm, qr, slogdet, svd
    from wengert.ops.linalg.pseudo import pinverse
    from wengert.ops.linalg.solving import inverse
    from wengert.ops.activation.piecewise import hardshrink, prelu, rrelu, rrelu_, threshold, threshold_
    from wengert.ops.activation.smooth import celu, celu_, selu, selu_
    from wengert.ops.similarity import cosine_similarity, pairwise_distance, pdist
    from wengert.ops.convolution.transposed import conv_transpose1d, conv_transpose2d, conv_transpose3d
    from wengert.ops.pooling.adaptive import adaptive_avg_pool1d
    from wengert.ops.normalization.statistics import native_batch_norm, native_group_norm, native_layer_norm
    from wengert.ops.rearranging import channel_shuffle, pixel_shuffle, pixel_unshuffle
    from wengert.ops.bags import bilinear
    from wengert.ops.dropout import alpha_dropout, feature_alpha_dropout
    from wengert.ops.sampling import grid_sampler_2d, grid_sampler_3d

# What is imported at its first use: modules, and names by the module that has them.
_LATE_MODULES = ("cuda", "fft", "func", "linalg", "masked", "optim", "signal", "special", "utils")
_LATE = {
    "api.accelerator.precision": ("get_float32_matmul_precision", "set_float32_matmul_precision"),
    "backends.threads": ("get_num_threads", "set_num_threads"),
    "api.anomaly": ("is_anomaly_check_nan_enabled", "is_anomaly_enabled", "set_anomaly_enabled"),
    "api.functions": (
        "abs_", "acos_", "acosh_", "addmv_", "arccos_", "arccosh_", "arcsin_", "arcsinh_", "arctan_",
        "arctanh_", "as_strided_", "asin_", "asinh_", "atan_", "atanh_", "ceil_", "clamp_", "clamp_max_",
        "clamp_min_", "clip_", "conj_physical_", "cos_", "cosh_", "deg2rad_", "detach", "detach_", "erf_",
        "erfc_", "exp2_", "exp_", "expm1_", "fill_", "fix_", "floor_", "frac_", "gcd_", "get_device", "i0_",
        "index_put_", "is_signed", "lcm_", "ldexp_", "log10_", "log1p_", "log2_", "log_", "logit_",
        "nan_to_num_", "neg_", "negative_", "rad2deg_", "reciprocal_", "resize_as_", "round_",
        "rsqrt_", "sigmoid_", "sin_", "sinc_", "sinh_", "sqrt_", "square_", "tan_", "tanh_", "trunc_",
        "xlogy_", "zero_",
    ),
    "api.saving": ("load", "save"),
    "func": ("vmap",),
    "protocol.layouts": ("contiguous_format", "layout", "memory_format", "preserve_format", "strided"),
    "ops.fourier.short_time": ("istft", "stft"),
    "ops.fourier.windows": ("bartlett_window", "blackman_window", "hamming_window", "hann_window", "kaiser_window"),
    "ops.linalg.assembling": ("addbmm", "addr", "block_diag", "cartesian_prod", "combinations", "ger", "kron", "vdot",),
    "ops.linalg.distances": ("cdist", "cumulative_trapezoid", "dist", "renorm", "trapezoid", "trapz",),
    "ops.linalg.factored": ("cholesky_inverse", "cholesky_solve", "lu", "triangular_solve",),
    "ops.linalg.lowrank": ("pca_lowrank", "svd_lowrank",),
    "ops.linalg.powers": ("chain_matmul", "matrix_exp", "matrix_power"),
    "ops.linalg.statistics": ("corrcoef", "cov",),
    "ops.linalg.determinants": ("det", "logdet"),
    "ops.linalg.factors": ("lu_unpack",),
    "ops.linalg.older": ("cholesky", "norm", "qr", "slogdet", "svd"),
    "ops.linalg.pseudo": ("pinverse",),
    "ops.linalg.reflections": ("geqrf", "ormqr"),
    "ops.linalg.solving": ("inverse",),
    "ops.activation.piecewise": ("hardshrink", "prelu", "rrelu", "rrelu_", "threshold", "threshold_",),
    "ops.activation.smooth": ("celu", "celu_", "selu", "selu_",),
    "ops.similarity": ("cosine_similarity", "pairwise_distance", "pdist",),
    "ops.convolution.transposed": ("conv_transpose1d", "conv_transpose2d", "conv_transpose3d",),
    "ops.pooling.adaptive": ("adaptive_avg_pool1d",),
    "ops.normalization.statistics": ("native_batch_norm", "native_group_norm", "native_layer_norm",),
    "ops.rearranging": ("channel_shuffle", "pixel_shuffle", "pixel_unshuffle",),
    "ops.bags": ("bilinear",),
    "ops.dropout": ("alpha_dropout", "feature_alpha_dropout",),
    "ops.sampling": ("grid_sampler_2d", "grid_sampler_3d",),
}
_LATE_UNDER_OTHER_NAMES = {
    "cross": "wengert.ops.linalg.assembling:cross_of_tensor",
    "vander": "wengert.ops.linalg.assembling:vander_of_vector",
    "lu_solve": "wengert.ops.linalg.factored:lu_solve_of_tensor",
    "orgqr": "wengert.ops.linalg.reflections:householder_product",
}
# The functions that take `out=`.
_WITH_OUT = """
    abs absolute acos acosh add addbmm addcdiv addcmul addmm addmv addr all amax amin aminmax angle any arange
    arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax argmin argsort asin asinh atan atan2 atanh baddbmm
    bernoulli bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor bmm bucketize
    cat ceil chain_matmul cholesky cholesky_inverse cholesky_solve clamp clamp_max clamp_min clip column_stack
    complex concat concatenate conj_physical copysign cos cosh cross cummax cummin cumprod cumsum deg2rad diag diff
    digamma div divide dot dstack empty eq erf erfc erfinv exp exp2 expm1 eye fix float_power floor floor_divide
    fmax fmin fmod frac frexp full gather gcd ge geqrf ger greater greater_equal gt hash_tensor heaviside histc
    histogram hstack hypot i0 igamma igammac index_add index_copy index_reduce index_select inner inverse isin
    isneginf isposinf kron kthvalue lcm ldexp le lerp less less_equal lgamma linspace log log10 log1p log2
    log_softmax logaddexp logaddexp2 logcumsumexp logical_and logical_not logical_or logical_xor logit logspace
    logsumexp lt lu lu_solve lu_unpack masked_select matmul matrix_power max maximum mean median min minimum mm mode
    msort mul multinomial multiply mv mvlgamma nan_to_num nanmean nanmedian nanquantile nansum narrow_copy
    native_batch_norm ne neg negative nextafter nonzero nonzero_static norm normal not_equal ones orgqr ormqr outer
    polar polygamma pow prod qr quantile rad2deg rand randint randn randperm reciprocal remainder renorm round
    row_stack rsqrt scatter scatter_add scatter_reduce searchsorted sgn sigmoid sign signbit sin sinc sinh
    slice_scatter slogdet softmax sort sqrt square stack std sub subtract sum svd take take_along_dim tan tanh
    tensordot topk triangular_solve tril triu true_divide trunc var vdot vstack where xlogy zeros
"""
globals().update(public_forms(globals(), _WITH_OUT))
__getattr__ = deferred(
    __name__,
    _LATE_UNDER_OTHER_NAMES
    | {module: f"wengert.{module}" for module in _LATE_MODULES}
    | {name: f"wengert.{module}:{name}" for module, names in _LATE.items() for name in names},
    public_form(__name__, _WITH_OUT),
)

__version__ = "0.1.0"

half, float, double = float16, float32, float64
chalf, cfloat, cdouble = complex32, complex64, complex128
short, int, long = int16, int32, int64

__all__ = [
    # creation
    "arange", "as_tensor", "asarray", "device", "empty", "empty_like", "empty_permuted", "empty_strided", "eye",
    "from_dlpack", "from_numpy", "full",
    "full_like", "get_default_device", "linspace", "logspace", "ones", "ones_like", "scalar_tensor",
    "set_default_device", "tensor", "zeros", "zeros_like",
    # random
    "Generator", "bernoulli", "binomial", "get_rng_state", "initial_seed", "manual_seed", "multinomial", "normal",
    "poisson", "rand", "rand_like", "randint", "randint_like", "randn", "randn_like", "randperm", "seed",
    "set_rng_state",
    # arithmetic
    "abs", "absolute", "add", "addcdiv", "addcmul", "arctan2", "atan2", "ceil", "clamp", "clamp_max", "clamp_min",
    "clip", "copysign", "deg2rad", "div", "divide", "fix", "float_power", "floor", "floor_divide", "fmax", "fmin",
    "fmod", "frac", "frexp", "gcd", "heaviside", "hypot", "lcm", "ldexp", "lerp", "logaddexp2", "maximum",
    "minimum", "mul", "multiply", "nan_to_num", "neg", "negative", "nextafter", "positive", "pow", "rad2deg",
    "reciprocal", "remainder", "round", "rsqrt", "rsub", "sgn", "sign", "sqrt", "square", "sub", "subtract",
    "true_divide", "trunc",
    # exponential
    "erf", "erfc", "exp", "exp2", "expm1", "log", "log10", "log1p", "log2", "logaddexp", "sigmoid",
    # special
    "digamma", "erfinv", "i0", "igamma", "igammac", "lgamma", "logit", "mvlgamma", "polygamma", "sinc", "xlogy",
    # trigonometric
    "acos", "acosh", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "asin", "asinh", "atan",
    "atanh", "cos", "cosh", "sin", "sinh", "tan", "tanh",
    # activation and similarity
    "celu", "celu_", "cosine_similarity", "hardshrink", "pairwise_distance", "pdist", "prelu", "relu", "relu_", "rrelu",
    "rrelu_", "selu", "selu_", "threshold", "threshold_",
    # comparison
    "allclose", "bitwise_and", "bitwise_left_shift", "bitwise_not", "bitwise_or", "bitwise_right_shift",
    "bitwise_xor", "eq", "equal", "ge", "greater", "greater_equal", "gt", "isclose", "isfinite", "isinf", "isnan",
    "isneginf", "isposinf", "isreal", "le", "less", "less_equal", "logical_and", "logical_not", "logical_or",
    "logical_xor", "lt", "masked_fill", "ne", "not_equal", "signbit", "where",
    # complex
    "adjoint", "angle", "complex", "conj", "conj_physical", "imag", "polar", "real", "resolve_conj", "resolve_neg",
    "view_as_complex", "view_as_real",
    # reduction
    "all", "amax", "amin", "aminmax", "any", "argmax", "argmin", "bincount", "count_nonzero", "cummax", "cummin",
    "cumprod", "cumsum", "diff", "gradient", "hash_tensor", "histc", "histogram", "histogramdd", "kthvalue",
    "logcumsumexp", "logsumexp", "max", "mean", "median", "min", "mode", "nanmean", "nanmedian", "nanquantile",
    "nansum", "prod", "quantile", "std", "std_mean", "sum", "var", "var_mean",
    # linalg
    "addbmm", "addmm", "addmv", "addr", "baddbmm", "block_diag", "bmm", "cartesian_prod", "cdist", "chain_matmul",
    "cholesky", "cholesky_inverse", "cholesky_solve", "combinations", "corrcoef", "cov", "cross",
    "cumulative_trapezoid", "det", "dist", "dot", "einsum", "fft", "geqrf", "ger", "inner", "inverse", "kron", "linalg",
    "logdet", "lu", "lu_solve", "lu_unpack", "matmul", "matrix_exp", "matrix_power", "mm", "mv", "norm", "orgqr",
    "ormqr", "outer", "pca_lowrank", "pinverse", "qr", "renorm", "slogdet", "svd", "svd_lowrank", "tensordot",
    "trace", "trapezoid", "trapz", "triangular_solve", "vander", "vdot",
    # fourier
    "bartlett_window", "blackman_window", "hamming_window", "hann_window", "istft", "kaiser_window", "signal", "stft",
    # movement
    "as_strided", "atleast_1d", "atleast_2d", "atleast_3d", "broadcast_shapes", "broadcast_tensors", "broadcast_to",
    "cat", "chunk", "clone", "column_stack", "concat", "concatenate", "diag", "diag_embed", "diagflat", "diagonal",
    "dsplit", "dstack", "flatten", "flip", "fliplr", "flipud", "hsplit", "hstack", "meshgrid", "moveaxis",
    "movedim", "narrow", "narrow_copy", "permute", "ravel", "repeat_interleave", "reshape", "roll", "rot90",
    "row_stack", "select", "split", "split_with_sizes", "squeeze", "stack", "swapaxes", "swapdims", "t",
    "tensor_split", "tile", "transpose", "tril", "triu", "unbind", "unflatten", "unsafe_chunk", "unsafe_split",
    "unsqueeze", "vsplit", "vstack",
    # indexing
    "argsort", "argwhere", "as_strided_scatter", "bucketize", "diagonal_scatter", "fill", "gather", "index_add",
    "index_copy",
    "index_fill", "index_put", "index_reduce", "index_select", "isin", "masked_scatter", "masked_select", "msort",
    "nonzero", "nonzero_static", "put", "scatter", "scatter_add", "scatter_reduce", "searchsorted",
    "select_scatter", "slice_scatter", "sort", "take", "take_along_dim", "topk", "tril_indices", "triu_indices",
    "unique", "unique_consecutive", "unravel_index",
    # normalization
    "group_norm", "layer_norm", "log_softmax", "native_batch_norm", "native_group_norm", "native_layer_norm",
    "rms_norm", "softmax",
    # convolution
    "constant_pad_nd", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d",
    # pooling
    "adaptive_avg_pool1d", "avg_pool1d", "max_pool1d", "max_pool2d", "max_pool3d",
    # layers
    "alpha_dropout", "bilinear", "channel_shuffle", "feature_alpha_dropout", "grid_sampler_2d", "grid_sampler_3d",
    "pixel_shuffle", "pixel_unshuffle",
    # conversion
    "can_cast", "finfo", "iinfo", "is_complex", "is_conj", "is_floating_point", "is_neg", "is_nonzero", "is_same_size",
    "is_tensor", "numel", "promote_types", "result_type",
    # autograd, dtypes and settings
    "Tensor", "autograd", "bfloat16", "bool", "cdouble", "cfloat", "chalf", "complex128", "complex32", "complex64",
    "double", "dtype", "enable_grad", "float", "float16", "float32", "float64", "get_default_dtype", "get_printoptions",
    "half", "inference_mode", "int", "int16", "int32", "int64", "int8", "is_anomaly_check_nan_enabled",
    "is_anomaly_enabled", "is_grad_enabled", "is_inference", "is_inference_mode_enabled", "long", "masked", "nn",
    "no_grad",
    "random", "set_anomaly_enabled", "set_default_dtype", "set_grad_enabled", "set_printoptions", "short", "special",
    "uint16", "uint32", "uint64", "uint8", "use_backend",
    # methods that are functions too
    "abs_", "acos_", "acosh_", "addmv_", "arccos_", "arccosh_", "arcsin_", "arcsinh_", "arctan_", "arctanh_",
    "as_strided_", "asin_", "asinh_", "atan_", "atanh_", "ceil_", "clamp_", "clamp_max_", "clamp_min_",
    "clip_", "conj_physical_", "cos_", "cosh_", "deg2rad_", "detach", "detach_", "erf_", "erfc_", "exp2_",
    "exp_", "expm1_", "fill_", "fix_", "floor_", "frac_", "gcd_", "get_device", "i0_", "index_put_",
    "is_signed", "lcm_", "ldexp_", "log10_", "log1p_", "log2_", "log_", "logit_", "nan_to_num_", "neg_",
    "negative_", "rad2deg_", "reciprocal_", "resize_as_", "round_", "rsqrt_", "sigmoid_", "sin_",
    "sinc_", "sinh_", "sqrt_", "square_", "tan_", "tanh_", "trunc_", "xlogy_", "zero_",
    # transforms of functions
    "func", "optim", "utils", "vmap",
    # devices
    "cuda", "get_float32_matmul_precision", "get_num_threads", "set_float32_matmul_precision", "set_num_threads",
    # saving, and how tensors are stored
    "contiguous_format", "layout", "load", "memory_format", "preserve_format", "save", "strided",
]
# fmt: on
