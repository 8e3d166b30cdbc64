"""Floor 2: the batching rules that a kind does not give, by family.

They are hung on the primitives by importing this package, which vmap does at its first use: `import wengert` need not
pay for them. Here `xp` is the namespace of Tensors, in which every primitive has a name.
"""

from wengert.rules.batched import (
    choice,
    convolution,
    indexing,
    linalg,
    loss,
    movement,
    normalization,
    reduction,
    strides,
)

__all__ = ["choice", "convolution", "indexing", "linalg", "loss", "movement", "normalization", "reduction", "strides"]
