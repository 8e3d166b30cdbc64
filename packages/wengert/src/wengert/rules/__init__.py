"""Floor 2: the rules, one declaration for each primitive and nothing else, written against a namespace `xp`.

Given a backend's namespace and raw arrays a rule runs at the library's own speed; given the namespace of Tensors it
records, and higher orders come of themselves. In rules `g` is a cotangent, `t` a tangent, `out` the result.
"""

from wengert.rules import (
    activation,
    arithmetic,
    attention,
    comparison,
    complex,
    convolution,
    exponential,
    fourier,
    indexing,
    linalg,
    loss,
    movement,
    normalization,
    random,
    reduction,
    special,
    strides,
    trigonometric,
)

#: All families of rules, where a primitive is looked for by name.
FAMILIES = (
    activation,
    arithmetic,
    attention,
    comparison,
    complex,
    convolution,
    exponential,
    fourier,
    indexing,
    linalg,
    loss,
    movement,
    normalization,
    random,
    reduction,
    special,
    strides,
    trigonometric,
)
