"""Floor 6: the Fourier transforms of stretches of a signal, one after the other, and back."""

from __future__ import annotations

from math import sqrt
from typing import Any

from wengert.ops.arguments import AnyTensor
from wengert.ops.arithmetic import div, mul
from wengert.ops.complex import view_as_real
from wengert.ops.convolution import pad
from wengert.ops.fourier.one_axis import fft, ifft, irfft, rfft
from wengert.ops.linalg.matrices import require_tensor
from wengert.ops.movement import narrow, reshape, transpose
from wengert.ops.movement.matrices import unfold
from wengert.protocol.warned import warn_user
from wengert.rules import movement as rules
from wengert.tensor.base import TensorBase as Tensor
from wengert.tensor.operation import kernel

_overlap_add = kernel(rules.overlap_add)


def stft(
    input: AnyTensor,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: AnyTensor = None,
    center: bool = True,
    pad_mode: str = "reflect",
    normalized: bool = False,
    onesided: bool | None = None,
    return_complex: bool | None = None,
    align_to_window: bool | None = None,
) -> Tensor:
    """The `fft` of each stretch of `n_fft` samples, `hop_length` (n_fft // 4) apart, multiplied by `window`.

    `center` adds half a stretch at both ends first, as `pad_mode` says. A window shorter than `n_fft` stands in the
    middle. `onesided` (unless something is complex) keeps n_fft // 2 + 1 frequencies; `normalized` divides by the root
    of `n_fft`. Not `return_complex`: the parts are in a last dimension.
    Shapes: (m,) or (b, m) -> (frequencies, stretches), or (b, ...). Dtype: the complex one of `input`.
    Derivative: that of the transform, each stretch added back to its place.
    Errors: RuntimeError unless the sizes fit; without `return_complex` for real input.
    Source: torch.stft.

    >>> stft(ones(8), 4, window=ones(4), return_complex=True).shape
    (3, 9)
    """
    require_tensor("stft", "input", input)
    dtype = input.space.dtype
    hop = n_fft // 4 if hop_length is None else hop_length
    length = n_fft if win_length is None else win_length
    is_complex = dtype.is_complex or (window is not None and window.space.dtype.is_complex)
    if return_complex is None and not is_complex:
        raise RuntimeError(
            "stft requires the return_complex parameter be given for real inputs, and will further require that "
            "return_complex=True in a future PyTorch release."
        )
    if align_to_window is not None and center:
        raise RuntimeError("stft align_to_window should only be set when center = false")
    x = reshape(input, (1, -1)) if len(input.shape) == 1 else input
    if len(x.shape) != 2:
        raise RuntimeError(_said("stft", input, n_fft, hop, length, "expected a 1D or 2D tensor"))
    if not dtype.is_inexact:
        raise RuntimeError(
            _said("stft", input, n_fft, hop, length, "expected a tensor of floating point or complex values")
        )
    if center:
        half = n_fft // 2
        x = reshape(pad(reshape(x, (x.shape[0], 1, x.shape[1])), (half, half), pad_mode), (x.shape[0], -1))
    count = x.shape[1]
    if n_fft <= 0 or n_fft > count:
        raise RuntimeError(
            _said("stft", input, n_fft, hop, length, f"expected 0 < n_fft < {count}, but got n_fft={n_fft}")
        )
    if hop <= 0:
        raise RuntimeError(
            _said("stft", input, n_fft, hop, length, f"expected hop_length > 0, but got hop_length={hop}")
        )
    if length <= 0 or length > n_fft:
        raise RuntimeError(
            _said("stft", input, n_fft, hop, length, f"expected 0 < win_length <= n_fft, but got win_length={length}")
        )
    if window is not None and window.shape != (length,):
        raise RuntimeError(
            _said(
                "stft", input, n_fft, hop, length,
                f"expected a 1D window tensor of size equal to win_length={length}, but got window with size "
                f"{list(window.shape)}",
            )
        )  # fmt: skip
    if onesided and is_complex:
        raise RuntimeError("Cannot have onesided output if window or input is complex")
    frames: Any = unfold(x, 1, n_fft, hop)
    fitted = _fitted(window, length, n_fft, input)
    if fitted is not None:
        frames = mul(frames, fitted)
    half_is_enough = not is_complex if onesided is None else onesided
    norm = "ortho" if normalized else None
    found: Any = transpose((rfft if half_is_enough else fft)(frames, None, -1, norm), 1, 2)
    if len(input.shape) == 1:
        found = reshape(found, found.shape[1:])
    return found if return_complex or (return_complex is None and is_complex) else view_as_real(found)


def _said(name: str, input: Any, n_fft: int, hop: int, length: int, refusal: str) -> str:
    return (
        f"{name}(input of shape {tuple(input.shape)}, n_fft={n_fft}, hop_length={hop}, win_length={length}) : {refusal}"
    )


def _fitted(window: Any, length: int, n_fft: int, input: Any) -> Any:
    """The window in the middle of `n_fft` places; None for ones everywhere."""
    if length == n_fft:
        return window
    if window is None:
        real = input.space.dtype.to_real()
        window = input.detach().new_ones((length,), dtype=real)
    left = (n_fft - length) // 2
    return pad(window, (left, n_fft - length - left))


def istft(
    input: AnyTensor,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: AnyTensor = None,
    center: bool = True,
    normalized: bool = False,
    onesided: bool | None = None,
    length: int | None = None,
    return_complex: bool = False,
) -> Tensor:
    """The signal whose `stft` with the same arguments is nearest to `input`, of `length` samples if that is given.

    Shapes: (frequencies, stretches) or (b, frequencies, stretches) -> (m,) or (b, m). Dtype: the real one of `input`,
    or its own with `return_complex`.
    Derivative: that of the transform and of the sums where stretches overlap.
    Errors: RuntimeError unless the sizes fit, and where the windows leave a sample without weight.
    Source: torch.istft; D. Griffin and J. Lim, "Signal estimation from modified short-time Fourier transform" (1984).

    >>> istft(stft(ones(8), 4, window=ones(4), return_complex=True), 4, window=ones(4))
    tensor([1., 1., 1., 1., 1., 1., 1., 1.])
    """
    require_tensor("istft", "input", input)
    hop = n_fft // 4 if hop_length is None else hop_length
    width = n_fft if win_length is None else win_length
    dtype = input.space.dtype
    if not dtype.is_complex:
        raise RuntimeError(
            "istft requires a complex-valued input tensor matching the output from stft with return_complex=True."
        )

    def said(refusal: str) -> str:
        return _said("istft", input, n_fft, hop, width, refusal)

    if 0 in input.shape:
        raise RuntimeError(said("input tensor cannot be empty."))
    if len(input.shape) not in (2, 3):
        raise RuntimeError(said(f"expected a tensor with 2 or 3 dimensions, but got {len(input.shape)}"))
    is_complex = window is not None and window.space.dtype.is_complex
    half = not (is_complex or (onesided is None and input.shape[-2] == n_fft != n_fft // 2 + 1))
    half = half if onesided is None else onesided
    if (return_complex and half) or (is_complex and half):
        raise RuntimeError("Cannot have onesided output if window or input is complex")
    if half and input.shape[-2] != n_fft // 2 + 1:
        raise RuntimeError(
            said(
                "expected the frequency dimension (3rd to the last) of the input tensor to match n_fft / 2 + 1 when "
                f"onesided=True, but got {input.shape[-2]}"
            )
        )
    if not half and input.shape[-2] != n_fft:
        raise RuntimeError(
            said(
                "expected the frequency dimension (3rd to the last) of the input tensor to match n_fft when "
                f"onesided=False, but got {input.shape[-2]}"
            )
        )
    if not 0 < hop <= width:
        raise RuntimeError(said("expected 0 < hop_length <= win_length"))
    if not 0 < width <= n_fft:
        raise RuntimeError(said("expected 0 < win_length <= n_fft"))
    if window is not None and window.shape != (width,):
        raise RuntimeError(said(f"Invalid window shape. window has to be 1D and length of `win_length`={width}"))
    x = input if len(input.shape) == 3 else reshape(input, (1, *input.shape))
    spectrum: Any = transpose(x, 1, 2)
    if normalized:
        spectrum = mul(spectrum, sqrt(n_fft))
    if not half and not return_complex:
        spectrum = narrow(spectrum, 2, 0, n_fft // 2 + 1)
    frames: Any = ifft(spectrum, None, -1) if return_complex else irfft(spectrum, n_fft, -1)
    fitted = _fitted(window, width, n_fft, input)
    weights: Any = input.detach().new_ones((n_fft,), dtype=dtype.to_real()) if fitted is None else fitted
    if fitted is not None:
        frames = mul(frames, fitted)
    total = n_fft + hop * (x.shape[2] - 1)
    squares = mul(weights, weights).expand((1, x.shape[2], n_fft))
    signal: Any = _overlap_add(frames, 1, hop, total)
    envelope: Any = _overlap_add(squares, 1, hop, total)
    start = n_fft // 2 if center else 0
    stop = total - n_fft // 2 if center else total
    wanted = stop if length is None else start + length
    end = min(wanted, total)
    signal, envelope = (narrow(part, 1, start, end - start) for part in (signal, envelope))
    space = envelope.space.plain
    if space.is_readable and not space.xp.tolist(space.xp.all(space.xp.greater(space.xp.abs(envelope.array), 1e-11))):
        raise RuntimeError(said("window overlap add min: 1"))
    found: Any = div(signal, envelope)
    if wanted > total:
        warn_user(
            "The length of signal is shorter than the length parameter. Result is being padded with zeros in the tail.",
        )
        found = pad(found, (0, wanted - total))
    return found if len(input.shape) == 3 else reshape(found, found.shape[1:])
