"""Floor 6: the in-place methods and operators of a Tensor.

An in-place form follows from its operation; here stands which operations torch gives one. A test compares with torch.
"""

from __future__ import annotations

import operator
from typing import Any, cast

from wengert.extras import Late
from wengert.ops import activation, arithmetic, comparison, exponential, indexing, linalg, logic, movement, reduction
from wengert.ops import complex as complexes
from wengert.ops import special as specials
from wengert.ops import trigonometric as trigonometry
from wengert.ops.arithmetic import is_operand
from wengert.ops.inplace import applying
from wengert.ops.inplace.assignment import delitem, setitem
from wengert.ops.inplace.comparing import in_place_test
from wengert.ops.inplace.filling import copy_, fill_, fill_diagonal_, zero_
from wengert.ops.inplace.refusing import refusing_booleans, refusing_complex
from wengert.ops.inplace.turning import in_place_view, resize_, resize_as_
from wengert.ops.random import filling
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.inplace import Function, in_place, in_place_by

#: The in-place operators as functions; the stubs of Python leave them without types.
_OPERATOR = cast(Any, operator)


def _as_operator(method: Function) -> Function:
    """An in-place method as the method behind an operator: NotImplemented for strangers."""

    def operator_method(self: Any, other: Any) -> Any:
        return method(self, other) if is_operand(other) else NotImplemented

    return operator_method


class InplaceMethods(Tensor):
    """The in-place methods and operators of a Tensor."""

    __slots__ = ()

    add_ = in_place_by(arithmetic.add, arithmetic.add, into_memory=_OPERATOR.iadd)
    sub_ = in_place_by(arithmetic.sub, arithmetic.sub, into_memory=_OPERATOR.isub)
    mul_ = in_place_by(arithmetic.mul, arithmetic.mul, into_memory=_OPERATOR.imul)
    div_ = in_place_by(arithmetic.div, arithmetic.div, into_memory=_OPERATOR.itruediv)
    subtract_, multiply_, divide_, true_divide_ = sub_, mul_, div_, in_place(arithmetic.true_divide)
    floor_divide_, remainder_, fmod_ = in_place(arithmetic.floor_divide, arithmetic.remainder, arithmetic.fmod)
    pow_, square_, sqrt_, rsqrt_ = in_place(arithmetic.pow, arithmetic.square, arithmetic.sqrt, arithmetic.rsqrt)
    neg_, sign_, sgn_ = in_place(arithmetic.neg, arithmetic.sign, arithmetic.sgn)
    abs_ = in_place_by(arithmetic.abs, refusing_complex)
    negative_, absolute_ = neg_, abs_
    reciprocal_, lerp_, nan_to_num_ = in_place(arithmetic.reciprocal, arithmetic.lerp, arithmetic.nan_to_num)
    addcmul_, addcdiv_ = in_place(arithmetic.addcmul, arithmetic.addcdiv)
    clamp_, clamp_min_, clamp_max_ = in_place(arithmetic.clamp, arithmetic.clamp_min, arithmetic.clamp_max)
    clip_ = clamp_
    floor_, ceil_, trunc_, round_ = in_place(arithmetic.floor, arithmetic.ceil, arithmetic.trunc, arithmetic.round)
    fix_ = trunc_
    hypot_, atan2_ = in_place(arithmetic.hypot, arithmetic.atan2)
    copysign_, nextafter_ = in_place(arithmetic.copysign, arithmetic.nextafter)
    arctan2_ = atan2_

    frac_, ldexp_ = in_place(arithmetic.frac, arithmetic.ldexp)
    deg2rad_, rad2deg_, heaviside_ = in_place(arithmetic.deg2rad, arithmetic.rad2deg, arithmetic.heaviside)
    gcd_, lcm_, float_power_ = in_place(arithmetic.gcd, arithmetic.lcm, arithmetic.float_power)
    lgamma_, digamma_, igamma_, igammac_ = in_place(
        specials.lgamma, specials.digamma, specials.igamma, specials.igammac
    )
    polygamma_, mvlgamma_ = in_place(specials.SpecialMethods.polygamma, specials.mvlgamma)
    erfinv_, logit_, sinc_, xlogy_, i0_ = in_place(
        specials.erfinv, specials.logit, specials.sinc, specials.xlogy, specials.i0
    )

    exp_, exp2_, expm1_ = in_place(exponential.exp, exponential.exp2, exponential.expm1)
    log_, log2_, log10_ = in_place(exponential.log, exponential.log2, exponential.log10)
    log1p_, sigmoid_ = in_place(exponential.log1p, exponential.sigmoid)
    erf_, erfc_ = in_place(exponential.erf, exponential.erfc)
    sin_, cos_, tan_ = in_place(trigonometry.sin, trigonometry.cos, trigonometry.tan)
    asin_, acos_, atan_ = arcsin_, arccos_, arctan_ = in_place(trigonometry.asin, trigonometry.acos, trigonometry.atan)
    sinh_, cosh_, tanh_ = in_place(trigonometry.sinh, trigonometry.cosh, trigonometry.tanh)
    asinh_, acosh_, atanh_ = in_place(trigonometry.asinh, trigonometry.acosh, trigonometry.atanh)
    arcsinh_, arccosh_, arctanh_ = asinh_, acosh_, atanh_
    relu_ = in_place(activation.relu)

    eq_, ne_, lt_ = in_place_test(comparison.eq, comparison.ne, comparison.lt)
    le_, gt_, ge_ = in_place_test(comparison.le, comparison.gt, comparison.ge)
    not_equal_, less_, less_equal_, greater_, greater_equal_ = ne_, lt_, le_, gt_, ge_
    logical_and_, logical_or_ = in_place_test(logic.logical_and, logic.logical_or)
    logical_xor_, logical_not_ = in_place_test(logic.logical_xor, logic.logical_not)
    bitwise_and_, bitwise_or_ = in_place(logic.bitwise_and, logic.bitwise_or)
    bitwise_xor_, bitwise_not_ = in_place(logic.bitwise_xor, logic.bitwise_not)
    bitwise_left_shift_, bitwise_right_shift_ = in_place(logic.bitwise_left_shift, logic.bitwise_right_shift)

    cumsum_ = in_place_by(reduction.cumsum, refusing_booleans(reduction.cumsum))
    cumprod_ = in_place_by(reduction.cumprod, refusing_booleans(reduction.cumprod))
    tril_, triu_ = in_place(movement.tril, movement.triu)
    addmm_, addmv_, baddbmm_ = in_place(linalg.addmm, linalg.addmv, linalg.baddbmm)
    addbmm_ = Late("wengert.ops.linalg.inplace:addbmm_")
    addr_ = Late("wengert.ops.linalg.inplace:addr_")
    renorm_ = Late("wengert.ops.linalg.inplace:renorm_")

    masked_fill_ = in_place(comparison.masked_fill)
    masked_scatter_ = in_place(indexing.masked_scatter)
    index_add_, index_copy_ = in_place(indexing.index_add, indexing.index_copy, apart=True)
    index_fill_ = in_place(indexing.index_fill)
    index_put_ = in_place(indexing.index_put, apart=True)
    scatter_, scatter_add_ = in_place(indexing.scatter, indexing.scatter_add, apart=True)

    uniform_, normal_, log_normal_ = filling.uniform_, filling.normal_, filling.log_normal_
    exponential_, cauchy_, geometric_ = filling.exponential_, filling.cauchy_, filling.geometric_
    bernoulli_, random_ = filling.bernoulli_, filling.random_
    scatter_reduce_, index_reduce_ = in_place(indexing.scatter_reduce, indexing.index_reduce, apart=True)
    put_ = in_place(indexing.put, apart=True)

    t_, transpose_, unsqueeze_ = in_place_view(movement.t, movement.transpose, movement.unsqueeze)
    squeeze_, as_strided_ = in_place_view(movement.squeeze, movement.as_strided)
    swapaxes_ = swapdims_ = transpose_
    resize_, resize_as_ = resize_, resize_as_

    conj_physical_ = in_place(complexes.conj_physical)
    zero_, fill_, copy_, fill_diagonal_ = zero_, fill_, copy_, fill_diagonal_

    apply_, map_, map2_ = applying.apply_, applying.map_, applying.map2_

    __setitem__, __delitem__ = setitem, delitem
    __iadd__ = in_place_by(arithmetic.add, arithmetic.add, into_memory=_OPERATOR.iadd, takes=is_operand)
    __isub__ = in_place_by(arithmetic.sub, arithmetic.sub, into_memory=_OPERATOR.isub, takes=is_operand)
    __imul__ = in_place_by(arithmetic.mul, arithmetic.mul, into_memory=_OPERATOR.imul, takes=is_operand)
    __itruediv__ = in_place_by(arithmetic.div, arithmetic.div, into_memory=_OPERATOR.itruediv, takes=is_operand)
    __ifloordiv__, __imod__ = _as_operator(floor_divide_), _as_operator(remainder_)
    __ipow__ = _as_operator(pow_)
    __iand__, __ior__, __ixor__ = _as_operator(bitwise_and_), _as_operator(bitwise_or_), _as_operator(bitwise_xor_)
    __ilshift__, __irshift__ = _as_operator(bitwise_left_shift_), _as_operator(bitwise_right_shift_)
