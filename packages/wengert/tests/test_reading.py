"""No value of an array is read while an operation is recorded or run backward: what a lazy or a GPU backend needs.

Each primitive of the rules is reached by a public function, with bool, int, float and tolist of arrays forbidden. Left
out are the primitives of complex numbers and of strides, which the toy has not, and functions whose shapes depend on
data: masks as keys, nonzero, masked_select.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import wengert
from wengert.backends import registry
from wengert.nn import functional
from wengert.rule.kinds import Predicate
from wengert.rule.primitive import Primitive
from wengert.rules import FAMILIES
from wengert.testing.toy import forbid_reading, toy_spec

Case = Callable[[Any], Any]
NAMES = [(family, name) for family in FAMILIES for name in {*vars(family), *getattr(family, "__all__", ())}]
DECLARED = [getattr(family, name) for family, name in NAMES]
PRIMITIVES = {value.name: value for value in DECLARED if isinstance(value, Primitive)}
COMPLEX = {
    "acosh_complex", "angle", "complex", "conjugate", "direction", "imag", "logaddexp_complex", "polar", "real_part",
    "view_as_complex", "view_as_real",
}  # fmt: skip
TRANSFORMS = {"fftn", "ifftn", "irfftn", "rfftn"}
#: Worked out by NumPy on the host where the library has none.
ITERATIONS = {"det_at_singular", "ldl_factor", "ldl_solve", "eig", "eigh", "pinv", "qr", "svd"}
NEEDS_VIEWS = {"contiguous"}
#: The recurrence of a polynomial runs as far as the highest degree, which it reads.
READS = {"counted", "orthogonal"}
#: Of integers and booleans, besides the predicates.
WITHOUT_NODES = {
    "bitwise_and", "bitwise_invert", "bitwise_left_shift", "bitwise_or", "bitwise_right_shift", "bitwise_xor",
    "airy_ai", "divide_whole", "floor_divide", "gcd", "heaviside", "lcm", "power_of_integers",
}  # fmt: skip

#: By the name of the primitive that it reaches. `t` has x, y, z: (2, 3); v: (3,); m: (3, 2); b: booleans and
#: n: integers, (2, 3); p: positions, (2,); image: (1, 1, 4, 4); window: (1, 1, 2, 2); one: (1,).
CASES: dict[str, Case] = {
    # in place
    "overwritten": lambda t: (t.x * 1).fill_(2.0) * t.y,
    # by strides
    "as_strided": lambda t: t.x.as_strided((2, 2), (1, 2), 1),
    "strided": lambda t: t.x.as_strided((2, 2), (1, 2), 1),
    "strided_add": lambda t: t.x.as_strided((2, 2), (1, 2), 1),
    # activation
    "elu": lambda t: functional.elu(t.x),
    "gelu": lambda t: functional.gelu(t.x),
    "gelu_slope": lambda t: functional.gelu(t.x),
    "gelu_tanh": lambda t: functional.gelu(t.x, approximate="tanh"),
    "glu": lambda t: functional.glu(t.m),
    "hardtanh": lambda t: functional.hardtanh(t.x, 0.0, 0.5),
    "leaky_relu": lambda t: functional.leaky_relu(t.x),
    "logsigmoid": lambda t: functional.logsigmoid(t.x),
    "relu": lambda t: t.x.relu(),
    "silu": lambda t: functional.silu(t.x),
    "softplus": lambda t: functional.softplus(t.x),
    # complex
    "angle_of_real": lambda t: wengert.angle(t.x),
    # arithmetic
    "abs": lambda t: t.x.abs(),
    "add": lambda t: t.x + t.v,
    "add_scaled": lambda t: wengert.add(t.x, t.y, alpha=3),
    "addcdiv": lambda t: wengert.addcdiv(t.x, t.y, t.z, value=2),
    "addcmul": lambda t: wengert.addcmul(t.x, t.y, t.z, value=2),
    "atan2": lambda t: wengert.atan2(t.x, t.y),
    "ceil": lambda t: t.x.ceil(),
    "clamp": lambda t: t.x.clamp(0.3, 0.6),
    "clamp_between": lambda t: t.x.clamp(t.v, t.y),
    "clamp_high": lambda t: t.x.clamp(max=t.y),
    "clamp_low": lambda t: t.x.clamp(min=t.y),
    "clamp_max": lambda t: t.x.clamp(max=0.5),
    "clamp_min": lambda t: t.x.clamp(min=0.5),
    "copysign": lambda t: wengert.copysign(t.x, t.y - 0.5),
    "deg2rad": lambda t: t.x.deg2rad(),
    "divide": lambda t: t.x / t.v,
    "divide_floor": lambda t: wengert.div(t.x, t.y, rounding_mode="floor"),
    "divide_trunc": lambda t: wengert.div(t.x, t.y, rounding_mode="trunc"),
    "divide_whole": lambda t: wengert.div(t.n, t.n + 1, rounding_mode="trunc"),
    "floor": lambda t: t.x.floor(),
    "floor_divide": lambda t: t.n // 2,
    "fmax": lambda t: wengert.fmax(t.x, t.y),
    "fmin": lambda t: wengert.fmin(t.x, t.y),
    "fmod": lambda t: wengert.fmod(t.x, t.y),
    "frac": lambda t: t.x.frac(),
    "frexp": lambda t: wengert.frexp(t.x)[0],
    "gcd": lambda t: wengert.gcd(t.n, t.n + 1),
    "heaviside": lambda t: wengert.heaviside(t.x.detach(), t.y.detach()),
    "hypot": lambda t: wengert.hypot(t.x, t.y),
    "lcm": lambda t: wengert.lcm(t.n, t.n + 1),
    "ldexp": lambda t: wengert.ldexp(t.x, t.y),
    "lerp": lambda t: wengert.lerp(t.x, t.y, 0.3),
    "lerp_between": lambda t: wengert.lerp(t.x, t.y, t.z),
    "logaddexp2": lambda t: wengert.logaddexp2(t.x, t.y),
    "maximum": lambda t: wengert.maximum(t.x, t.y),
    "minimum": lambda t: wengert.minimum(t.x, t.y),
    "multiply": lambda t: t.x * t.v,
    "nan_to_num": lambda t: t.x.nan_to_num(),
    "negative": lambda t: -t.x,
    "nextafter": lambda t: wengert.nextafter(t.x, t.y),
    "power": lambda t: t.x**t.y,
    "power_from": lambda t: 2**t.x,
    "power_of": lambda t: t.x**3,
    "power_of_integers": lambda t: t.n ** (t.n * t.n),
    "rad2deg": lambda t: t.x.rad2deg(),
    "reciprocal": lambda t: t.x.reciprocal(),
    "remainder": lambda t: t.x % t.y,
    "replaced": lambda t: (t.x * 1).copy_(t.y),
    "reverse_subtract": lambda t: 1 - t.x,
    "round": lambda t: t.x.round(),
    "round_decimals": lambda t: t.x.round(decimals=1),
    "round_tens": lambda t: t.x.round(decimals=-1),
    "rsqrt": lambda t: t.x.rsqrt(),
    "sign": lambda t: t.x.sign(),
    "sqrt": lambda t: t.x.sqrt(),
    "square": lambda t: t.x.square(),
    "subtract": lambda t: t.x - t.v,
    "trunc": lambda t: t.x.trunc(),
    # comparison
    "bitwise_and": lambda t: t.n & 3,
    "bitwise_invert": lambda t: ~t.b,
    "bitwise_left_shift": lambda t: t.n << 1,
    "bitwise_or": lambda t: t.b | t.b,
    "bitwise_right_shift": lambda t: t.n >> 1,
    "bitwise_xor": lambda t: t.n ^ t.n,
    "masked": lambda t: t.x.masked_fill(t.b, 0.0),
    "masked_fill": lambda t: t.x.masked_fill(t.b, t.y[0, 0]),
    "where": lambda t: wengert.where(t.b, t.x, t.y),
    "equal": lambda t: t.x == t.y,
    "greater": lambda t: t.x > t.y,
    "greater_equal": lambda t: t.x >= 0.5,
    "isclose": lambda t: wengert.isclose(t.x, t.y),
    "isfinite": lambda t: t.x.isfinite(),
    "isinf": lambda t: t.x.isinf(),
    "isnan": lambda t: t.x.isnan(),
    "signbit": lambda t: t.x.signbit(),
    "less": lambda t: t.x < t.y,
    "less_equal": lambda t: t.x <= t.y,
    "logical_and": lambda t: wengert.logical_and(t.b, t.n),
    "logical_not": lambda t: wengert.logical_not(t.x),
    "logical_or": lambda t: wengert.logical_or(t.b, t.b),
    "logical_xor": lambda t: wengert.logical_xor(t.b, t.b),
    "not_equal": lambda t: t.x != t.y,
    # convolution
    "avg_pool": lambda t: functional.avg_pool2d(t.image, 2),
    "convolve": lambda t: functional.conv2d(t.image, t.window),
    "convolve_biased": lambda t: functional.conv2d(t.image, t.window, t.one),
    "convolve_input": lambda t: functional.conv2d(t.image, t.window),
    "convolve_weight": lambda t: functional.conv2d(t.image, t.window),
    "max_pool": lambda t: functional.max_pool2d(t.image, 2),
    "pad": lambda t: functional.pad(t.x, (1, 1)),
    "pad_from_within": lambda t: functional.pad(t.image, (1, 1, 1, 1), mode="reflect"),
    "plane_gather": lambda t: functional.max_pool2d(t.image, 2),
    "plane_scatter": lambda t: functional.max_pool2d(t.image, 2),
    "pool_spread": lambda t: functional.avg_pool2d(t.image, 2),
    "pool_sum": lambda t: functional.avg_pool2d(t.image, 2),
    # exponential
    "erf": lambda t: t.x.erf(),
    "erfc": lambda t: t.x.erfc(),
    "exp": lambda t: t.x.exp(),
    "exp2": lambda t: t.x.exp2(),
    "expit": lambda t: t.x.sigmoid(),
    "expm1": lambda t: t.x.expm1(),
    "log": lambda t: t.x.log(),
    "log10": lambda t: t.x.log10(),
    "log1p": lambda t: t.x.log1p(),
    "log2": lambda t: t.x.log2(),
    "logaddexp": lambda t: wengert.logaddexp(t.x, t.y),
    # indexing
    "accumulate": lambda t: t.x.index_add(0, t.p, t.y),
    "embedding": lambda t: functional.embedding(t.p, t.m),
    "gather": lambda t: t.x.gather(1, t.n % 3),
    "getitem": lambda t: t.x[:, 1:],
    "index": lambda t: t.m[t.p],
    "put": lambda t: t.x.index_put((t.p,), t.y),
    "put_flat": lambda t: t.x.put(t.p, t.y[:, 0]),
    "diagonal_put": lambda t: t.x.diagonal_scatter(t.x[0, :2]),
    "combine_at": lambda t: t.x.scatter_reduce(1, t.n % 3, t.y, "prod"),
    "reduce_at": lambda t: t.x.scatter_reduce(1, t.n % 3, t.y, "mean"),
    "scatter": lambda t: t.x.scatter(1, t.n % 3, t.y),
    "scatter_add_along": lambda t: t.x.scatter_add(1, t.n % 3, t.y),
    "take": lambda t: t.x.index_select(0, t.p),
    "take_flat": lambda t: t.x.take(t.p),
    "argsort": lambda t: t.x.argsort(1),
    "searchsorted": lambda t: wengert.searchsorted(t.v, t.x),
    # linalg
    "cholesky": lambda t: wengert.linalg.cholesky(t.x @ t.x.mT),
    "det": lambda t: wengert.linalg.det(t.x[:, :2]),
    "inverse": lambda t: wengert.linalg.inv(t.x[:, :2]),
    "lu": lambda t: wengert.linalg.lu(t.x).U,
    "lu_factor": lambda t: wengert.linalg.lu_factor(t.m).LU,
    "lu_unpacked": lambda t: wengert.lu_unpack(t.x, t.n[0, :2].int() + 1).U,
    "slogdet": lambda t: wengert.linalg.slogdet(t.x[:, :2]).logabsdet,
    "solve": lambda t: wengert.linalg.solve(t.x[:, :2], t.y),
    "solve_triangular": lambda t: wengert.linalg.solve_triangular(t.x[:, :2], t.y, upper=True),
    "add_product": lambda t: wengert.addmm(t.x[:, :2], t.y, t.m),
    "linear": lambda t: functional.linear(t.x, t.y, t.m[0]),
    "gemm": lambda t: t.x @ t.y.T,  # in its gradients
    "matmul": lambda t: t.x @ t.m,
    "trace": lambda t: t.x.trace(),
    # loss
    "binary_cross_entropy": lambda t: functional.binary_cross_entropy(t.x, t.y.detach()),
    "binary_cross_entropy_with_logits": lambda t: functional.binary_cross_entropy_with_logits(t.x, t.y),
    "class_loss_pullback": lambda t: functional.cross_entropy(t.x, t.p),
    "cross_entropy": lambda t: functional.cross_entropy(t.x, t.p),
    "huber_loss": lambda t: functional.huber_loss(t.x, t.y),
    "mse_loss": lambda t: functional.mse_loss(t.x, t.y),
    "nll_loss": lambda t: functional.nll_loss(t.x, t.p),
    "smooth_l1_loss": lambda t: functional.smooth_l1_loss(t.x, t.y),
    # movement
    "astype": lambda t: t.x.to(wengert.float64),
    "broadcast_to": lambda t: t.v.expand(2, 3),
    "concat": lambda t: wengert.cat([t.x, t.y]),
    "copy": lambda t: t.x.clone(),
    "diag_embed": lambda t: t.x.diag_embed(),
    "diagonal": lambda t: t.x.diagonal(),
    "flip": lambda t: t.x.flip(0),
    "overlap_add": lambda t: t.x.unfold(1, 2, 1),
    "permute_dims": lambda t: t.x.T,
    "reshape": lambda t: t.x.reshape(3, 2),
    "roll": lambda t: t.x.roll(1, 0),
    "split": lambda t: t.x.split(1, 1)[0],
    "stack": lambda t: wengert.stack([t.x, t.y]),
    "tile": lambda t: t.x.repeat(2, 1),
    "tril": lambda t: t.x.tril(),
    "triu": lambda t: t.x.triu(),
    "unbind": lambda t: t.x.unbind(1)[1],
    "windows": lambda t: t.x.unfold(1, 2, 1),
    "attention": lambda t: functional.scaled_dot_product_attention(t.x, t.y, t.z),
    # normalization
    "log_softmax": lambda t: t.x.log_softmax(1),
    "log_softmax_of_one": lambda t: t.x[0, 0].log_softmax(0),
    "log_softmax_pullback": lambda t: t.x.log_softmax(1),
    "softmax": lambda t: t.x.softmax(1),
    "softmax_of_one": lambda t: t.x[0, 0].softmax(0),
    "softmax_pullback": lambda t: t.x.softmax(1),
    "standardize_pullback": lambda t: functional.layer_norm(t.x, (3,), t.v, t.v),
    "standardized": lambda t: functional.layer_norm(t.x, (3,), t.v, t.v),
    "restandardized": lambda t: functional.batch_norm(t.x, t.v.detach(), t.v.detach() + 1, t.v, t.v),
    # random
    "sampled": lambda t: wengert.bernoulli(t.x),
    "sampled_between": lambda t: wengert.normal(t.x, t.y),
    # reduction
    "amax": lambda t: t.x.amax(1),
    "amin": lambda t: t.x.amin(1),
    "cumprod": lambda t: t.x.cumprod(1),
    "cumsum": lambda t: t.x.cumsum(1),
    "largest": lambda t: t.x.max(),
    "logsumexp": lambda t: t.x.logsumexp(1),
    "mean": lambda t: t.x.mean(0),
    "nansum": lambda t: t.x.nansum(0),
    "picked": lambda t: t.x.max(1)[0],
    "prod": lambda t: t.x.prod(1),
    "smallest": lambda t: t.x.min(),
    "std": lambda t: t.x.std(0),
    "sum": lambda t: t.x.sum(0),
    "var": lambda t: t.x.var(0),
    "vector_norm": lambda t: t.x.norm(),
    "all": lambda t: t.b.all(),
    "any": lambda t: t.b.any(1),
    "argmax": lambda t: t.x.argmax(1),
    "argmin": lambda t: t.x.argmin(),
    "is_true": lambda t: t.x.all(),
    # order
    "logcumsumexp": lambda t: t.x.logcumsumexp(1),
    "median": lambda t: t.x.median(),
    "median_place": lambda t: t.x.median(1).values,
    "mode_place": lambda t: t.x.mode(1).values,
    "running_largest": lambda t: t.x.cummax(1).values,
    "running_smallest": lambda t: t.x.cummin(1).values,
    "rot90": lambda t: t.x.rot90(1, (0, 1)),
    # special
    **{
        name: lambda t, name=name: getattr(wengert.special, name)(t.x)
        for name in (
            *("digamma", "erfinv", "erfcx", "ndtri", "log_ndtr", "entr", "sinc", "i0", "i1", "i0e", "i1e"),
            *("bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1", "modified_bessel_i0", "modified_bessel_i1"),
            *("modified_bessel_k0", "modified_bessel_k1", "scaled_modified_bessel_k0", "scaled_modified_bessel_k1"),
            "spherical_bessel_j0",
        )
    },
    "airy_ai": lambda t: wengert.special.airy_ai(t.x.detach()),
    "gammainc": lambda t: wengert.igamma(t.v.detach(), t.x),
    "betainc": lambda t: t.x.__array_namespace__().special.betainc(t.v.detach(), t.v.detach(), t.x),
    "gammaincc": lambda t: wengert.igammac(t.v.detach(), t.x),
    "lgamma": lambda t: t.x.lgamma(),
    "logit": lambda t: t.x.logit(),
    "mvlgamma": lambda t: (t.x + 2).mvlgamma(3),
    "polygamma": lambda t: t.x.polygamma(2),
    "xlog1py": lambda t: wengert.special.xlog1py(t.x, t.y),
    "xlogy": lambda t: wengert.xlogy(t.x, t.y),
    "zeta": lambda t: wengert.special.zeta(2.0, t.x),
    # trigonometric
    "acos": lambda t: t.x.acos(),
    "acosh": lambda t: (t.x + 2).acosh(),
    "asin": lambda t: t.x.asin(),
    "asinh": lambda t: t.x.asinh(),
    "atan": lambda t: t.x.atan(),
    "atanh": lambda t: t.x.atanh(),
    "cos": lambda t: t.x.cos(),
    "cosh": lambda t: t.x.cosh(),
    "sin": lambda t: t.x.sin(),
    "sinh": lambda t: t.x.sinh(),
    "tan": lambda t: t.x.tan(),
    "tanh": lambda t: t.x.tanh(),
}

#: More than one form: composites and functions that are likely to look at values.
MORE: dict[str, Case] = {
    "cross_entropy of shares": lambda t: functional.cross_entropy(t.x, t.y.softmax(1), label_smoothing=0.1),
    "einsum": lambda t: wengert.einsum("ij,jk->ik", t.x, t.m),
    "minimum of a row": lambda t: t.x.min(0)[0],
    "median of sorted": lambda t: t.x.sort(1)[0][:, 1],
    "topk": lambda t: t.x.topk(2, 1)[0],
    "dropout": lambda t: functional.dropout(t.x, 0.5),
    "attention with a mask": lambda t: functional.scaled_dot_product_attention(t.x, t.y, t.z, t.x[:, :2] > 0.3),
    "attention with dropout": lambda t: functional.scaled_dot_product_attention(t.x, t.y, t.z, dropout_p=0.5),
    "one_hot": lambda t: functional.one_hot(t.p, 3) * t.x,
    "an element by a tensor": lambda t: t.x[t.p[0]],
    "a row by tensors": lambda t: t.x[:, t.p],
    "take_along_dim": lambda t: t.x.take_along_dim(t.n % 3, 1),
    "masked_fill by where": lambda t: wengert.where(t.x > 0.5, t.x, 0.0),
    "norm of rows": lambda t: t.x.norm(dim=1),
    "power of a 0-d tensor": lambda t: t.x ** t.y[0, 0],
    "mixed dtypes": lambda t: t.x * t.v.to(wengert.float64),
    "0-d and integers": lambda t: t.x * t.n + t.y[0, 0],
    "in place": lambda t: (t.x * 1).mul_(t.y).add_(1.0).sqrt_(),
    "an element written": lambda t: written(t.x * 1, 0, t.v),
    "elements written by positions": lambda t: written(t.x * 1, t.p, t.y),
}


IMAGE = [[0.1, 0.8, 0.3, 0.4], [0.5, 0.2, 0.7, 0.6], [0.9, 0.15, 0.35, 0.45], [0.55, 0.25, 0.65, 0.85]]


def written(tensor: Any, key: Any, value: Any) -> Any:
    tensor[key] = value
    return tensor


@pytest.fixture(params=[True, False], ids=["mutable", "immutable"])
def tensors(request: pytest.FixtureRequest) -> Iterator[Any]:
    spec = toy_spec(mutable=request.param, readable=False)
    registry.register(spec)

    def leaf(values: object) -> Any:
        return wengert.tensor(values, requires_grad=True)

    with registry.use_backend(spec.name):
        yield SimpleNamespace(
            x=leaf([[0.2, 0.55, 0.4], [0.75, 0.3, 0.9]]),
            y=leaf([[0.6, 0.35, 0.8], [0.45, 0.5, 0.7]]),
            z=leaf([[0.3, 0.5, 0.15], [0.65, 0.85, 0.25]]),
            v=leaf([0.4, 0.2, 0.6]),
            m=leaf([[0.1, 0.5], [0.3, 0.7], [0.9, 0.2]]),
            b=wengert.tensor([[True, False, True], [False, True, False]]),
            n=wengert.tensor([[0, 1, 2], [2, 1, 0]]),
            p=wengert.tensor([1, 0]),
            image=leaf([[IMAGE]]),
            window=leaf([[[[0.2, 0.4], [0.1, 0.3]]]]),
            one=leaf([0.5]),
        )
    registry.unregister(spec.name)


def nodes_behind(tensors: Any) -> set[Any]:
    found: set[Any] = set()
    todo = [tensor.grad_fn for tensor in tensors]
    while todo:
        node = todo.pop()
        if node is not None and node not in found:
            found.add(node)
            todo += [behind for behind, _ in node.next_functions]
    return found


def run_twice(case: Case, tensors: Any) -> set[str]:
    """Forward, backward recorded, backward again, with reading forbidden; the primitives that left nodes."""
    leaves = [value for value in vars(tensors).values() if value.requires_grad]
    with forbid_reading():
        out = case(tensors)
        outs = [out]
        if out.requires_grad:
            first = wengert.autograd.grad(out.exp().sum(), leaves, create_graph=True, allow_unused=True)
            outs += [g for g in first if g is not None and g.requires_grad]
            again = sum((g * g).sum() for g in outs[1:]) if outs[1:] else out.sum()
            outs += [again]
            second = wengert.autograd.grad(again, leaves, create_graph=True, allow_unused=True)
            outs += [g for g in second if g is not None and g.requires_grad]
    return {node.primitive.name for node in nodes_behind(outs) if hasattr(type(node), "primitive")}


def test_every_primitive_has_a_case() -> None:
    assert set(CASES) == set(PRIMITIVES) - COMPLEX - TRANSFORMS - ITERATIONS - NEEDS_VIEWS - READS


@pytest.mark.parametrize("name", CASES)
def test_a_primitive_reads_no_value(name: str, tensors: Any) -> None:
    leaves_a_node = name not in WITHOUT_NODES and not isinstance(PRIMITIVES[name], Predicate)
    assert (name in run_twice(CASES[name], tensors)) == leaves_a_node


@pytest.mark.parametrize("name", MORE)
def test_what_is_made_of_them_reads_no_value(name: str, tensors: Any) -> None:
    assert run_twice(MORE[name], tensors)


def test_a_reader_would_be_seen(tensors: Any) -> None:
    with pytest.raises(RuntimeError, match="a value of an array was read where that is forbidden"):
        run_twice(lambda t: t.x if t.x.sum() > 0 else t.y, tensors)
