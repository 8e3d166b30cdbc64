"""Floor 6: the movement methods of a Tensor."""

from __future__ import annotations

from wengert.ops.movement import axes, matrices, repeating, shaping, splitting, stretching, strides
from wengert.tensor.base import TensorBase as Tensor


class MovementMethods(Tensor):
    """The methods that give the elements of a tensor another shape or order."""

    __slots__ = ()

    reshape = shaping.reshape_method
    view = shaping.view
    view_as = shaping.view_as
    reshape_as = shaping.reshape_as
    ravel = shaping.ravel
    flatten = shaping.flatten
    unflatten = shaping.unflatten
    unsqueeze = shaping.unsqueeze
    squeeze = shaping.squeeze
    expand = stretching.expand
    expand_as = stretching.expand_as
    broadcast_to = stretching.broadcast_to
    clone = shaping.clone
    contiguous = shaping.contiguous
    permute = axes.permute_method
    transpose = axes.transpose
    swapaxes = axes.transpose
    swapdims = axes.transpose
    movedim = axes.movedim
    moveaxis = axes.movedim
    t = axes.t
    T = property(axes.reversed_axes)
    mT = property(axes.matrix_transpose)
    flip = axes.flip_method
    fliplr = axes.fliplr
    flipud = axes.flipud
    roll = axes.roll
    rot90 = axes.rot90
    sum_to_size = repeating.sum_to_size
    repeat = repeating.repeat
    tile = repeating.tile_method
    repeat_interleave = repeating.repeat_interleave
    tril = matrices.tril
    triu = matrices.triu
    diagonal = matrices.diagonal
    diag = matrices.diag
    diag_embed = matrices.diag_embed
    diagflat = matrices.diagflat
    unfold = matrices.unfold
    as_strided = strides.as_strided
    split = splitting.split
    split_with_sizes = splitting.split_with_sizes
    chunk = splitting.chunk
    unbind = splitting.unbind
    tensor_split = splitting.tensor_split
    hsplit = splitting.hsplit
    vsplit = splitting.vsplit
    dsplit = splitting.dsplit
    narrow = splitting.narrow
    narrow_copy, unsafe_split, unsafe_chunk = splitting.narrow_copy, splitting.unsafe_split, splitting.unsafe_chunk
    select = splitting.select
