"""Floor 7: methods of Tensor that are functions too, without more to say: `wengert.sin_(t)` is `t.sin_()`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wengert.api.tensor import Tensor

#: Their names, all of torch's too.
NAMES = frozenset(
    {
        *(
            "abs_",
            "acos_",
            "acosh_",
            "addmv_",
            "arccos_",
            "arccosh_",
            "arcsin_",
            "arcsinh_",
            "arctan_",
            "arctanh_",
            "as_strided_",
            "asin_",
            "asinh_",
            "atan_",
            "atanh_",
            "ceil_",
            "clamp_",
            "clamp_max_",
            "clamp_min_",
            "clip_",
            "conj_physical_",
            "cos_",
            "cosh_",
            "deg2rad_",
            "detach_",
            "erf_",
            "erfc_",
            "exp2_",
            "exp_",
            "expm1_",
            "fill_",
            "fix_",
            "floor_",
            "frac_",
            "gcd_",
            "i0_",
            "index_put_",
            "lcm_",
            "ldexp_",
            "log10_",
            "log1p_",
            "log2_",
            "log_",
            "logit_",
            "nan_to_num_",
            "neg_",
            "negative_",
            "rad2deg_",
            "reciprocal_",
            "resize_as_",
            "round_",
            "rsqrt_",
            "sigmoid_",
            "sin_",
            "sinc_",
            "sinh_",
            "sqrt_",
            "square_",
            "tan_",
            "tanh_",
            "trunc_",
            "xlogy_",
            "zero_",
            "detach",
            "get_device",
            "is_signed",
        ),
    }
)


def __getattr__(name: str) -> Callable[..., Any]:
    if name not in NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = _function(name)
    return found


def _function(name: str) -> Callable[..., Any]:
    method = getattr(Tensor, name)

    def function(*args: Any, **keywords: Any) -> Any:
        if args:
            input, *rest = args
        elif "input" in keywords:
            input, rest = keywords.pop("input"), []
        else:
            raise TypeError(f'{name}() missing 1 required positional arguments: "input"')
        if not isinstance(input, Tensor):
            raise TypeError(f"{name}(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}")
        return method(input, *rest, **keywords)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The method `{name}` of `input`. Source: torch.{name}."
    return function
