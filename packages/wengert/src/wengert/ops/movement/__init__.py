"""Floor 6: moving elements without changing them: shapes, axes, order, joining and splitting."""

from wengert.ops.movement.axes import (
    flip,
    fliplr,
    flipud,
    movedim,
    permute,
    roll,
    rot90,
    swapaxes,
    t,
    transpose,
)
from wengert.ops.movement.joining import broadcast_tensors, cat, column_stack, dstack, hstack, meshgrid, stack, vstack
from wengert.ops.movement.matrices import diag, diag_embed, diagflat, diagonal, tril, triu
from wengert.ops.movement.methods import MovementMethods
from wengert.ops.movement.repeating import broadcast_shapes, repeat_interleave, tile
from wengert.ops.movement.shaping import clone, flatten, ravel, reshape, squeeze, unflatten, unsqueeze
from wengert.ops.movement.splitting import (
    chunk,
    dsplit,
    hsplit,
    narrow,
    narrow_copy,
    select,
    split,
    split_with_sizes,
    tensor_split,
    unbind,
    unsafe_chunk,
    unsafe_split,
    vsplit,
)
from wengert.ops.movement.stretching import atleast_1d, atleast_2d, atleast_3d, broadcast_to
from wengert.ops.movement.strides import as_strided

concat = concatenate = cat
moveaxis = movedim
row_stack = vstack
swapdims = swapaxes

__all__ = [
    "MovementMethods", "as_strided", "atleast_1d", "atleast_2d", "atleast_3d", "broadcast_shapes",
    "broadcast_tensors", "broadcast_to", "cat", "chunk", "clone", "column_stack", "concat", "concatenate", "diag",
    "diag_embed", "diagflat", "diagonal", "dsplit", "dstack", "flatten", "flip", "fliplr", "flipud", "hsplit",
    "hstack", "meshgrid", "moveaxis", "movedim", "narrow", "narrow_copy", "permute", "ravel", "repeat_interleave",
    "reshape", "roll", "rot90", "row_stack", "select", "split", "split_with_sizes", "squeeze", "stack", "swapaxes",
    "swapdims", "t", "tensor_split", "tile", "transpose", "tril", "triu", "unbind", "unflatten", "unsafe_chunk",
    "unsafe_split", "unsqueeze", "vsplit", "vstack",
]  # fmt: skip
