"""Floor 7: the derivative of a function at one point, by central differences, by backward and by forward mode.

All derivatives are real. A complex input is perturbed along its real and along its imaginary part; a complex output is
taken apart for backward. A derivative is a matrix with a row for each direction of the input and a column for each
covector of the output: all unit vectors, or in fast mode a generic one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple, cast

from wengert.api.autograd import grad
from wengert.api.forward_ad import dual_level, make_dual, unpack_dual
from wengert.ops.comparison import allclose
from wengert.ops.complex import imag, real
from wengert.ops.conversion import promote_types
from wengert.ops.creation import eye, tensor, zeros_like
from wengert.ops.movement import stack
from wengert.tensor.base import TensorBase


class GradcheckError(RuntimeError):
    """Derivatives that do not agree, or a backward that misbehaves."""


def as_tuple(values: Any) -> tuple[Any, ...]:
    """What a function took or returned, as a tuple."""
    return tuple(cast(Sequence[Any], values)) if isinstance(values, (tuple, list)) else (values,)


def generic(like: Any, seed: int, signed: bool = False) -> Any:
    """A tensor shaped like `like` with no special relation between its values: those of an irrational rotation, in
    (0, 1), or in (-1, 1) if `signed`. Complex ones have both parts."""
    count, complex_ = like.numel(), like.is_complex()
    values = [(0.6180339887498949 * (n + 1) + 0.4142135623730951 * seed) % 1.0 for n in range(2 * count)]
    if signed:
        values = [2 * value - 1 for value in values]
    numbers: list[Any] = [complex(*pair) for pair in zip(values, values[count:], strict=False)]
    chosen = numbers if complex_ else values[:count]
    return tensor(chosen, dtype=like.dtype, device=like.device).reshape(like.shape)


class Check(NamedTuple):
    """A function, the point to check it at, and how."""

    func: Callable[..., Any]
    inputs: tuple[Any, ...]
    eps: float
    atol: float
    rtol: float
    nondet_tol: float
    check_grad_dtypes: bool
    fast: bool

    def moving(self) -> list[int]:
        """The positions of the inputs that are checked."""
        return [n for n, t in enumerate(self.inputs) if isinstance(t, TensorBase) and t.node is not None]

    def points(self) -> list[Any]:
        """The inputs that are checked."""
        return [self.inputs[position] for position in self.moving()]

    def outputs(self) -> list[Any]:
        """The outputs that require grad."""
        return [output for output in as_tuple(self.func(*self.inputs)) if output.requires_grad]

    def probes(self, like: Any, seed: int) -> list[Any]:
        """Real directions for a tensor: one for each element, or a generic one."""
        flat: Any = real(like.detach()) if like.is_complex() else like.detach()
        if not self.fast:
            return [row.reshape(like.shape) for row in eye(flat.numel(), dtype=flat.dtype, device=flat.device)]
        u = generic(flat, seed)
        return [u / (u * u).sum().sqrt()]

    def difference(self, position: int, u: Any) -> list[Any]:
        """The derivative of every output as one input moves along `u`, flat."""
        before, after = self._moved(position, -self.eps * u), self._moved(position, self.eps * u)
        for a, b in zip(before, after, strict=True):
            for what, first, second in (("shape", a.shape, b.shape), ("dtype", a.dtype, b.dtype)):
                if first != second:
                    raise AssertionError(
                        f"Expected `func` to return outputs with the same {what} when inputs are perturbed by "
                        f"{self.eps}, but got: {what}s {first} and {second}, for input {position}."
                    )
        return [((b - a) / (2 * self.eps)).reshape(-1) for a, b in zip(before, after, strict=True)]

    def _moved(self, position: int, step: Any) -> list[Any]:
        args = list(self.inputs)
        args[position] = (args[position].detach() + step).requires_grad_()
        return [output.detach() for output in as_tuple(self.func(*args))]

    def pushed(self, position: int, u: Any) -> list[Any]:
        """The same by forward mode."""
        args = [cast(Any, arg).detach() if isinstance(arg, TensorBase) else arg for arg in self.inputs]
        with dual_level():
            args[position] = make_dual(args[position], u)
            unpacked = [unpack_dual(output) for output in as_tuple(self.func(*args))]
        return [(zeros_like(y) if t is None else t).detach().reshape(-1) for y, t in unpacked]

    def pulled(self, output: Any, v: Any) -> list[Any]:
        """The gradients of one output by the inputs that are checked; zeros where there is none."""
        points = self.points()
        found = grad(output, points, v, retain_graph=True, allow_unused=True)
        for x, g in zip(points, found, strict=True):
            if g is not None and g.shape != x.shape:
                raise GradcheckError("Analytical gradient has incorrect size")
            if g is not None and g.dtype != x.dtype and self.check_grad_dtypes:
                raise GradcheckError("Gradient has dtype mismatch")
        return [zeros_like(x).detach() if g is None else g for x, g in zip(points, found, strict=True)]


class Pair(NamedTuple):
    """The derivative of one output by one input, found in two ways; the tolerance grows with `scale`."""

    output: int
    input: int
    analytical: Any
    numerical: Any
    scale: float


def compare_reverse(check: Check) -> None:
    """Backward against central differences."""
    if not any(output.is_complex() for output in as_tuple(check.func(*check.inputs))):
        _compare(check, _reverse, "Jacobian mismatch")
        return
    for name, part in (("imaginary", imag), ("real", real)):
        of_part = check._replace(func=_part_of_outputs(check.func, part))
        _compare(of_part, _reverse, f"While considering the {name} part of complex outputs only, Jacobian mismatch")


def compare_forward(check: Check) -> None:
    """Forward mode against central differences."""
    what = "Jacobian computed with forward mode mismatch"
    if not any(point.is_complex() for point in check.points()):
        _compare(check, _forward, what)
        return
    for name, part in (("imaginary", 1j), ("real", 1 + 0j)):
        of_part = partial(_forward, part=part)
        _compare(check, of_part, f"While considering the {name} part of complex inputs only, {what}")


def _part_of_outputs(func: Callable[..., Any], part: Callable[[Any], Any]) -> Callable[..., Any]:
    def taken(*args: Any) -> tuple[Any, ...]:
        return tuple(part(output) if output.is_complex() else output for output in as_tuple(func(*args)))

    return taken


def _reverse(check: Check) -> Iterator[Pair]:
    """Rows belong to directions of the input, columns to covectors of the output, which is real."""
    numerical: list[list[Any]] = []  # by input, then by output
    for position in check.moving():
        rows = [_both_parts(check, position, u) for u in check.probes(check.inputs[position], position)]
        numerical.append([stack(row) for row in zip(*rows, strict=True)])
    whole = as_tuple(check.func(*check.inputs))
    kept = [index for index, output in enumerate(whole) if output.requires_grad]
    if not kept and any((matrix != 0).any() for matrices in numerical for matrix in matrices):
        raise GradcheckError("Numerical gradient for function expected to be zero")
    for number, index in enumerate(kept):
        covectors = check.probes(whole[index], -1 - index)
        columns = [check.pulled(whole[index], v) for v in covectors]
        _check_repeats(check, columns, [check.pulled(whole[index], v) for v in covectors])
        for place, point in enumerate(check.points()):
            a, n, scale = stack([column[place].reshape(-1) for column in columns], 1), numerical[place][index], 1.0
            if check.fast:
                (u,), (v,) = check.probes(point, check.moving()[place]), covectors
                a = (a * u.reshape(-1, 1)).sum(0)
                n, scale = (n * v.reshape(-1)).sum(1), float(u.sum()) * float(v.sum())
            yield Pair(number, place, a, n, scale)


def _both_parts(check: Check, position: int, u: Any) -> list[Any]:
    """The derivative by a complex number is that by its real part and, times i, that by its imaginary part."""
    along = check.difference(position, u)
    if not check.inputs[position].is_complex():
        return along
    return [x + 1j * y for x, y in zip(along, check.difference(position, 1j * u), strict=True)]


def _forward(check: Check, part: complex = 1) -> Iterator[Pair]:
    whole = as_tuple(check.func(*check.inputs))
    kept = [index for index, output in enumerate(whole) if output.requires_grad]
    for place, position in enumerate(check.moving()):
        probes = check.probes(check.inputs[position], position)
        steps = [part * u for u in probes] if check.inputs[position].is_complex() else probes
        numerical = [check.difference(position, step) for step in steps]
        analytical = [check.pushed(position, step) for step in steps]
        for number, index in enumerate(kept):
            a, n = stack([row[index] for row in analytical]), stack([row[index] for row in numerical])
            yield Pair(number, place, a, n, float(probes[0].sum()) if check.fast else 1.0)


def _check_repeats(check: Check, first: Sequence[Sequence[Any]], second: Sequence[Sequence[Any]]) -> None:
    for one, other in zip(first, second, strict=True):
        for a, b in zip(one, other, strict=True):
            if a.numel() and float((a - b).abs().max()) > check.nondet_tol:
                raise GradcheckError(
                    "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times "
                    f"gives different values. The tolerance for nondeterminism was {check.nondet_tol}; pass nondet_tol "
                    "where that is expected."
                )


def _compare(check: Check, pairs: Callable[[Check], Iterator[Pair]], what: str) -> None:
    for pair in pairs(check):
        if _agree(pair, check):
            continue
        message = (
            f"{what} for output {pair.output} with respect to input {pair.input},\n"
            f"numerical:{pair.numerical}\nanalytical:{pair.analytical}\n"
        )
        raise GradcheckError(message + _whole(check, pairs, pair) if check.fast else message)


def _agree(pair: Pair, check: Check) -> bool:
    dtype = promote_types(pair.analytical.dtype, pair.numerical.dtype)
    return allclose(pair.analytical.to(dtype), pair.numerical.to(dtype), check.rtol, check.atol * pair.scale)


def _whole(check: Check, pairs: Callable[[Check], Iterator[Pair]], failed: Pair) -> str:
    """For a message of fast mode: the whole Jacobians of the pair that failed."""
    slow = check._replace(fast=False)
    pair = next(p for p in pairs(slow) if (p.output, p.input) == (failed.output, failed.input))
    largest = (pair.analytical - pair.numerical).abs().max()
    found = (
        f"\nThese are projections, as fast mode compares them. The whole Jacobians:\n\nNumerical:\n{pair.numerical}\n"
        f"Analytical:\n{pair.analytical}\n\nThe max per-element difference (slow mode) is: {largest}.\n"
    )
    if _agree(pair, slow):
        found += "Fast gradcheck failed but element-wise differences are small: fast_mode=False would pass.\n"
    return found
