"""Which operations the suite takes from torch's operator database, by family, and what it leaves aside and why."""

from __future__ import annotations

FAMILIES: dict[str, tuple[str, ...]] = {
    "arithmetic": (
        *("add", "sub", "mul", "div", "true_divide", "floor_divide", "remainder", "fmod", "pow", "neg", "abs", "sign"),
        *("square", "reciprocal", "floor", "ceil", "trunc", "round", "maximum", "minimum", "fmax", "fmin", "lerp"),
        *("addcmul", "addcdiv", "clamp", "clamp_min", "clamp_max", "nan_to_num"),
        *("copysign", "nextafter", "signbit"),
        *("rsub", "positive", "sgn", "__radd__", "__rmul__", "__rmod__"),
        *("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not", "bitwise_left_shift", "bitwise_right_shift"),
        *("frac", "ldexp", "deg2rad", "rad2deg", "logaddexp2", "heaviside", "gcd", "lcm", "frexp", "float_power"),
        *("__rand__", "__ror__", "__rxor__", "real", "imag", "conj", "angle", "polar", "complex"),
    ),
    "exponential": (
        *("exp", "exp2", "expm1", "log", "log1p", "log2", "log10", "sqrt", "rsqrt", "sigmoid", "erf", "erfc"),
        *("logsumexp", "logaddexp"),
    ),
    "trigonometric": (
        *("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "atan2"),
        *("hypot",),
    ),
    "special": (
        *("digamma", "lgamma", "erfinv", "logit", "xlogy", "sinc", "i0", "mvlgamma", "polygamma"),
        *("special.entr", "special.erfcx", "special.i0e", "special.i1", "special.i1e", "special.log_ndtr"),
        *("special.ndtri", "special.xlog1py"),
        *("special.modified_bessel_k0", "special.legendre_polynomial_p"),
    ),
    "comparison": (
        *("eq", "ne", "lt", "le", "gt", "ge", "isnan", "isinf", "isfinite", "isclose", "allclose", "equal"),
        *("logical_and", "logical_or", "logical_not", "logical_xor", "where", "masked_fill"),
    ),
    "reduction": (
        *("sum", "mean", "prod", "max", "min", "amax", "amin", "var", "std", "argmax", "argmin", "norm"),
        *("cumsum", "cumprod", "diff", "all", "any"),
        "nanmean",
        *("nansum", "var_mean", "std_mean", "aminmax", "count_nonzero", "topk", "sort", "msort", "argsort"),
    ),
    "movement": (
        *("reshape", "view", "permute", "transpose", "t", "movedim", "expand", "expand_as", "broadcast_to", "squeeze"),
        *("unsqueeze", "flatten", "cat", "stack", "split", "chunk", "unbind", "flip", "roll", "tril", "triu"),
        *("diagonal", "rot90"),
        *("diag", "diag_embed", "diagflat", "fliplr", "flipud", "meshgrid", "narrow", "ravel", "reshape_as", "view_as"),
        *("atleast_1d", "atleast_2d", "atleast_3d", "unflatten", "unfold", "repeat", "tile", "repeat_interleave"),
        *("hstack", "vstack", "dstack", "column_stack", "hsplit", "vsplit", "dsplit", "split_with_sizes"),
        *("tensor_split", "broadcast_tensors", "clone", "contiguous"),
    ),
    "indexing": (
        *("__getitem__", "gather", "index_select", "take_along_dim", "index_add", "scatter", "scatter_add"),
        *("masked_select", "index_put", "nonzero"),
        *("searchsorted", "bucketize", "isin", "unique"),
        *("masked_scatter", "select", "select_scatter", "index_fill", "index_copy", "take", "argwhere"),
        *("put", "index_reduce", "scatter_reduce", "diagonal_scatter"),
    ),
    "linalg": (
        *("matmul", "mm", "bmm", "mv", "dot", "outer", "addmm", "einsum", "addmv", "baddbmm", "inner", "tensordot"),
        *("trace", "__rmatmul__"),
    ),
    "activation": (
        *("nn.functional.relu", "nn.functional.gelu", "nn.functional.silu", "nn.functional.softplus"),
        *("nn.functional.leaky_relu", "nn.functional.elu", "softmax", "log_softmax"),
        *(
            "nn.functional.softmin",
            "nn.functional.glu",
            "nn.functional.logsigmoid",
            "nn.functional.hardtanh",
            "nn.functional.relu6",
        ),
    ),
    "normalization": (
        *("nn.functional.layer_norm", "nn.functional.linear", "nn.functional.embedding", "nn.functional.normalize"),
        *("nn.functional.group_norm", "nn.functional.rms_norm", "nn.functional.batch_norm"),
    ),
    "loss": (
        *("nn.functional.cross_entropy", "nn.functional.nll_loss", "nn.functional.mse_loss", "nn.functional.l1_loss"),
        *("nn.functional.binary_cross_entropy_with_logits",),
        *("nn.functional.binary_cross_entropy", "nn.functional.smooth_l1_loss", "nn.functional.huber_loss"),
        *("nn.functional.kl_div",),
    ),
    "convolution": (
        *("nn.functional.conv1d", "nn.functional.conv2d", "nn.functional.max_pool2d", "nn.functional.avg_pool2d"),
        *("nn.functional.pad", "nn.functional.one_hot", "nn.functional.scaled_dot_product_attention"),
        *("nn.functional.dropout",),
        *("nn.functional.max_pool1d", "nn.functional.avg_pool1d"),
    ),
    "creation": (
        *("zeros", "ones", "full", "empty", "eye", "arange", "linspace", "zeros_like", "ones_like", "full_like"),
        *("empty_like", "rand_like", "randn", "randn_like", "randint", "randint_like"),
        *("logspace", "new_zeros", "new_ones", "new_empty", "new_full", "scalar_tensor", "item"),
        *("bool", "byte", "char", "short", "int", "long", "half", "float", "double", "cfloat", "cdouble"),
    ),
}

#: The family of all methods that write in place, each with samples of the operation without underscore.
IN_PLACE = "inplace"
IN_PLACE_SAMPLES = {"float64": 2, "int64": 1, "bool": 1, "complex128": 1}

COMPLEX_FAMILIES = frozenset({"arithmetic", "exponential", "trigonometric", "movement", "indexing", "linalg"})
COMPLEX_OPERATORS = frozenset({"sinc", "sum", "mean", "prod", "cumsum", "eq", "ne", "where", "masked_fill"})

EXCLUDED: dict[str, str] = {
    "bmm.triton_optimized": "a duplicate of bmm for torch's compiler",
    "addmm.decomposed": "a Python decomposition of addmm, not a function of its own",
    "nn.functional.silu.complex": "complex activations are outside the complex operations of the suite",
    "nn.functional.batch_norm.without_cudnn": "a sample for one of torch's GPU kernels",
    "norm.nuc": "the nuclear norm belongs to the matrix decompositions",
    "linspace.tensor_overload": "end points given as tensors are for torch's compiler",
}

EXCLUDED_DTYPES: dict[tuple[str, str], str] = {
    ("topk", "int64"): "which of several equal numbers comes first is torch's own choice",
}

# The database calls some operations with its arguments in an order of its own: where the public ones stand in a sample.
ARGUMENT_ORDER: dict[str, tuple[int, ...]] = {
    "polygamma": (1, 0),
    "where": (1, 0, 2),
    "einsum": (1, 0),
    "nn.functional.embedding": (1, 0),
    "nn.functional.embedding_bag": (1, 0),
}

# Results that are random or left unwritten: dtype and shape are compared, numbers are not.
WITHOUT_NUMBERS = frozenset(
    {
        *("empty", "empty_like", "new_empty", "rand_like", "randn", "randn_like", "randint", "randint_like"),
        "nn.functional.dropout",
    }
)

# Argument values that choose nothing between Wengert and torch. A sample that passes one is used without it.
DROPPED_ARGUMENTS = {
    "device": "the backend is chosen by --wengert-backend",
    "layout": "there is one layout",
    "memory_format": "memory formats other than the contiguous one are torch's own",
    "pin_memory": "pinned memory is torch's own",
}

# torch composes these of others; some samples end in a node of the composition (a view, a squeeze, a clone), not of the
# function. The node's name is compared where it is one of these.
OWN_NODES: dict[str, frozenset[str]] = {
    "matmul": frozenset({"MmBackward0", "MvBackward0", "DotBackward0", "BmmBackward0"}),
    "einsum": frozenset(),
    "diff": frozenset({"SubBackward0"}),
    "real": frozenset({"RealBackward0"}),
    "imag": frozenset({"ImagBackward0"}),
    "nn.functional.linear": frozenset({"AddmmBackward0", "MmBackward0"}),
    "nn.functional.cross_entropy": frozenset({"NllLossBackward0", "NllLoss2DBackward0"}),
    "nn.functional.nll_loss": frozenset({"NllLossBackward0", "NllLoss2DBackward0"}),
    "nn.functional.conv1d": frozenset({"ConvolutionBackward0"}),
    "nn.functional.conv2d": frozenset({"ConvolutionBackward0"}),
    "nn.functional.pad.circular": frozenset(),
    "nn.functional.scaled_dot_product_attention": frozenset(),
}
COMPOSED = "the last node belongs to torch's composition of the function"

SAMPLES_PER_DTYPE = {"float64": 4, "float32": 2, "int64": 2, "bool": 1, "complex128": 2}
LARGEST_TENSOR = 512
LARGEST_ELEMENTWISE = 64
