"""The stand-in's kernels, worked out with NumPy, all elements at once.

An elementwise kernel's C++ is read. Of a raw kernel only the comment above it is: there the kernels of
`wengert_cupy.kernels.rows` say what their code, which is made of the same words, computes; `compiled.py` runs the code.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy

from wengert_conformance.standin import cuda
from wengert_conformance.standin.arrays import host, keep, ndarray
from wengert_conformance.standin.counts import launches
from wengert_conformance.standin.expressions import value_of

_STATEMENT = re.compile(r"(?:const (R|bool) )?(\w+) = ([^=].*)")
_TYPES = {"float": numpy.float32, "double": numpy.float64}


def _launch(name: str, arguments: tuple[Any, ...], run: Callable[[], None]) -> None:
    launches[name] += 1
    cuda.launched(*[x for x in arguments if isinstance(x, ndarray)])
    run()
    keep(run)


class ElementwiseKernel:
    """A kernel whose body is a list of statements: `typedef float R`, `const R t = ...`, and `y = ...` for an output.

    Dtypes are named, none is a placeholder. Errors: TypeError for an array of another dtype.
    """

    def __init__(self, in_params: str, out_params: str, operation: str, name: str = "kernel") -> None:
        self.name = name
        self._inputs, self._outputs = ([tuple(p.split()) for p in text.split(", ")] for text in (in_params, out_params))
        self._statements = [line.strip() for line in operation.split(";") if line.strip()]

    def __call__(self, *arguments: Any) -> Any:
        count = len(self._inputs)
        if len(arguments) not in (count, count + len(self._outputs)):
            raise TypeError(f"{self.name}: wrong number of arguments: {len(arguments)}")
        for (dtype, name), argument in zip([*self._inputs, *self._outputs], arguments, strict=False):
            if isinstance(argument, ndarray) and argument.dtype != dtype:
                raise TypeError(f"{self.name}: type is mismatched: {name} is {argument.dtype}, not {dtype}")
        given = [numpy.asarray(host(x), dtype) for (dtype, _), x in zip(self._inputs, arguments, strict=False)]
        shape = numpy.broadcast_shapes(*[array.shape for array in given])
        outs = arguments[count:] or [ndarray(shape, dtype) for dtype, _ in self._outputs]
        for out in outs:
            if out.shape != shape:
                raise ValueError(f"{self.name}: out shape is mismatched: {out.shape}, not {shape}")

        def run() -> None:
            values = {name: array for (_, name), array in zip(self._inputs, given, strict=True)}
            self._run(values)
            for out, (_, name) in zip(outs, self._outputs, strict=True):
                with numpy.errstate(all="ignore"):
                    host(out)[...] = values[name]

        _launch(self.name, (*arguments, *outs), run)
        return outs[0] if len(outs) == 1 else tuple(outs)

    def _run(self, values: dict[str, Any]) -> None:
        real: Any = None
        for statement in self._statements:
            if statement.startswith("typedef "):
                real = _TYPES[statement.split()[1]]
                values["R"] = lambda number, real=real: numpy.asarray(number, real)
                continue
            match = _STATEMENT.fullmatch(statement)
            if match is None:
                raise SyntaxError(f"{self.name}: the stand-in cannot read {statement!r}")
            found = value_of(match[3], values)
            values[match[2]] = found if match[1] is None else numpy.asarray(found, real if match[1] == "R" else bool)


class RawKernel:
    """A kernel over rows, from the comment above its code. Its arguments are those that `rows.source` tells of.

    Errors: TypeError for an array that is not dense or of another dtype, ValueError for a launch that leaves rows out.
    """

    def __init__(self, code: str, name: str) -> None:
        if f"void {name}(" not in code:
            raise ValueError(f"the code has no kernel {name}")
        comment = [line[3:] for line in code.splitlines() if line.startswith("// ")]
        words = dict(line.split(": ", 1) for line in comment if ": " in line.partition(" = ")[0])
        self.name = name
        self._words = {key: value.split() for key, value in words.items()}
        self._steps = [line.partition(" = ")[::2] for line in comment if " = " in line]

    def __call__(self, grid: tuple[int, ...], block: tuple[int, ...], args: tuple[Any, ...]) -> None:
        words, dtype = self._words, self.name.rpartition("_")[2]
        names = [n for key in ("each", "row", "classes", "each gives", "row gives") for n in words[key]]
        arrays, rest = dict(zip(names, args, strict=False)), args[len(names) :]
        for name, array in arrays.items():
            expected = "int64" if name in words["classes"] else dtype
            if not isinstance(array, ndarray) or not array.flags.c_contiguous or array.dtype != expected:
                raise TypeError(f"{self.name}: {name} is no dense array of {expected}")
        numbers = dict(zip(words["numbers"], rest, strict=False))
        rows = rest[len(numbers)]
        along, across = block
        if grid[0] * across < rows or along & (along - 1) or along * across > 1024:
            raise ValueError(f"{self.name}: {rows} rows cannot be worked on by {grid} blocks of {block} threads")
        _launch(self.name, args, lambda: self._run(arrays, numbers, rest[len(numbers) :]))

    def _run(self, arrays: dict[str, Any], numbers: dict[str, float], layout: tuple[int, ...]) -> None:
        words, (rows, width, step, up, down, inner, far, near) = self._words, layout
        i, j = numpy.arange(rows)[:, None], numpy.arange(width)
        at = i // step * up + i % step * down + j // inner * far + j % inner * near
        real = _TYPES[words["R"][0]]
        values: dict[str, Any] = {"j": j, "R": lambda number: numpy.asarray(number, real), "n": real(width)}
        values |= {name: real(number) for name, number in numbers.items()}
        flat = {name: host(array).reshape(-1) for name, array in arrays.items()}
        values |= {name: flat[name][at].astype(real) for name in words["each"]}
        values |= {name: flat[name][:rows, None].astype(real) for name in words["row"]}
        values |= {name: flat[name][:rows, None] for name in words["classes"]}
        for name, text in self._steps:
            reduction = re.fullmatch(r"(max|sum)\((.*)\)", text)
            found = value_of(reduction[2] if reduction else text, values)
            if reduction:
                found = getattr(numpy, reduction[1])(numpy.broadcast_to(found, at.shape), axis=1, keepdims=True)
            values[name] = numpy.asarray(found, real)
        with numpy.errstate(all="ignore"):
            for name in words["each gives"]:
                flat[name][at] = values[name]
            for name in words["row gives"]:
                flat[name][:] = values[name][:, 0]
