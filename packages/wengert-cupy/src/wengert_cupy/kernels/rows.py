"""Kernels that reduce rows and then use the results on each element of the row, written from a table of expressions.

A program is a list of steps. `m = max(x)` and `s = sum(...)` run over the row, `y = ...` for an output `each` is of one
element, and every other step is one number of the row. One block of threads works on some rows at a time: the threads
along x share a row, so that a row is read once for each round of reductions and once for the outputs.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

#: How numbers of a dtype lie in memory, and the type in which they are computed.
STORED = {"float16": ("unsigned short", "float"), "float32": ("float", "float"), "float64": ("double", "double")}
THREADS = 1024  # at most, in a block


class Program(NamedTuple):
    """What a kernel takes and gives (for each element; for each row; as one number), and its steps."""

    steps: str
    each: str = "x"
    gives: str = "y"
    row: str = ""
    row_gives: str = ""
    numbers: str = ""
    classes: str = ""  # one integer for each row, compared with the place `j` in the row


_EXPONENTIALS = "m = max(x); s = sum(exp(x - m))"
PROGRAMS = {
    "softmax": Program(f"{_EXPONENTIALS}; y = exp(x - m) / s"),
    "log_softmax": Program(f"{_EXPONENTIALS}; l = log(s); y = x - m - l"),
    "logsumexp": Program(
        "m = max(x); c = m - m == R(0) ? m : R(0); s = sum(exp(x - c)); z = log(s) + c", gives="", row_gives="z"
    ),
    "softmax_pullback": Program("s = sum(g * x); y = x * (g - s)", each="g x"),
    "log_softmax_pullback": Program("s = sum(g); y = g - exp(x) * s", each="g x"),
    "class_loss": Program(
        f"{_EXPONENTIALS}; o = sum(j == target ? x : R(0)); z = log(s) - (o - m)",
        gives="", row_gives="z", classes="target",
    ),
    "class_loss_pullback": Program(
        f"{_EXPONENTIALS}; y = (exp(x - m) / s - (j == target ? R(1) : R(0))) * g", row="g", classes="target"
    ),
    "standardize": Program(
        "s = sum(x); mean = s / n; v = sum((x - mean) * (x - mean)); rstd = R(1) / sqrt(v / n + eps); "
        "y = (x - mean) * rstd",
        row_gives="mean rstd", numbers="eps",
    ),
    "standardize_pullback": Program(
        "s = sum(g); v = sum(g * (x - mean)); a = s / n; b = v * rstd * rstd / n; y = (g - a - (x - mean) * b) * rstd",
        each="g x", row="mean rstd",
    ),
}  # fmt: skip

_HELPERS = """
typedef {stored} D;
typedef {computed} R;
#define LOWEST R(__int_as_float(0xff800000))
__device__ inline R larger(R a, R b) {{ return a != a || a > b ? a : b; }}
__device__ inline R total(R a, R b) {{ return a + b; }}
{half}
template <R (*joined)(R, R)> __device__ inline R over_row(R value, R* shared) {{
    const int first = threadIdx.y * blockDim.x, own = first + threadIdx.x;
    shared[own] = value;
    __syncthreads();
    for (int reach = blockDim.x / 2; reach > 0; reach /= 2) {{
        if (threadIdx.x < reach) shared[own] = joined(shared[own], shared[own + reach]);
        __syncthreads();
    }}
    value = shared[first];
    __syncthreads();
    return value;
}}
"""
_PLAIN = "__device__ inline R read(D x) { return x; }\n__device__ inline D kept(R x) { return x; }"
_HALF = """#ifdef __CUDACC__
__device__ inline R read(D x) { R y; asm("cvt.f32.f16 %0, %1;" : "=f"(y) : "h"(x)); return y; }
__device__ inline D kept(R x) { D y; asm("cvt.rn.f16.f32 %0, %1;" : "=h"(y) : "f"(x)); return y; }
#endif"""
_AT = "const int at = base + j / inner * far + j % inner * near;"


def name_of(program: str, dtype: str) -> str:
    """What the kernel is called."""
    return f"wengert_{program}_{dtype}"


@cache
def source(program: str, dtype: str) -> str:
    """The CUDA C++ of a program for one dtype, below a comment that says what it computes.

    Its arguments: the arrays for each element, those for each row, the results in the same order, the numbers; then
    `rows`, the row's length `width`, and where element j of row i lies: at `i / step * up + i % step * down +
    j / inner * far + j % inner * near`.
    """
    spec, (stored, computed) = PROGRAMS[program], STORED[dtype]
    words = {"each": spec.each, "row": spec.row, "classes": spec.classes, "each gives": spec.gives}
    words |= {"row gives": spec.row_gives, "numbers": spec.numbers, "R": computed}
    comment = [*(f"// {key}: {value}" for key, value in words.items()), *(f"// {s}" for s in spec.steps.split("; "))]
    parameters = [f"const D* {name}_" for name in (*spec.each.split(), *spec.row.split())]
    parameters += [f"const long long* {name}_" for name in spec.classes.split()]
    parameters += [f"D* {name}_" for name in (*spec.gives.split(), *spec.row_gives.split())]
    parameters += [f"double {name}_" for name in spec.numbers.split()]
    parameters += [f"long long {name}_" for name in LAYOUT]
    lines = [f'extern "C" __global__ void {name_of(program, dtype)}({", ".join(parameters)}) {{']
    lines += [f"    const int {name} = {name}_;" for name in LAYOUT]
    lines += [
        f"    __shared__ R shared[{THREADS}];",
        "    const int row = blockIdx.x * blockDim.y + threadIdx.y, base = row / step * up + row % step * down;",
        "    const bool lives = row < rows;",
        "    const R n = width;",
        *(f"    const R {name} = {name}_;" for name in spec.numbers.split()),
        *(f"    const R {name} = lives ? read({name}_[row]) : R(0);" for name in spec.row.split()),
        *(f"    const long long {name} = lives ? {name}_[row] : 0;" for name in spec.classes.split()),
        *_body(spec),
        "}",
    ]
    helpers = _HELPERS.format(stored=stored, computed=computed, half=_HALF if dtype == "float16" else _PLAIN)
    return "\n".join([*comment, helpers, *lines, ""])


#: The integers that follow the arrays and numbers.
LAYOUT = ("rows", "width", "step", "up", "down", "inner", "far", "near")
_REDUCTION = re.compile(r"(max|sum)\((.*)\)")


def _body(spec: Program) -> list[str]:
    """The steps as statements: reductions that need not wait for each other share a loop."""
    lines, pending, at_each = list[str](), dict[str, tuple[str, str]](), list[str]()
    steps = [step.partition(" = ")[::2] for step in spec.steps.split("; ")]

    def reduce_pending() -> None:
        lines.extend(_reductions(spec, pending))
        pending.clear()

    for name, text in steps:
        if name in spec.gives.split():
            at_each.append(f"{name}_[at] = kept({text});")
            continue
        reduction = _REDUCTION.fullmatch(text)
        if pending and (reduction is None or set(re.findall(r"\w+", text)) & pending.keys()):
            reduce_pending()
        if reduction:
            pending[name] = (reduction[1], reduction[2])
        else:
            lines.append(f"    const R {name} = {text};")
    reduce_pending()
    if at_each:
        lines += _loop(spec, at_each)
    results = [f"    if (lives && threadIdx.x == 0) {name}_[row] = kept({name});" for name in spec.row_gives.split()]
    return [*lines, *results]


def _reductions(spec: Program, reductions: dict[str, tuple[str, str]]) -> list[str]:
    joined = {name: "larger" if how == "max" else "total" for name, (how, _) in reductions.items()}
    starts = [f"    R {name} = {'LOWEST' if joined[name] == 'larger' else 'R(0)'};" for name in reductions]
    inside = [f"{name} = {joined[name]}({name}, {text});" for name, (_, text) in reductions.items()]
    ends = [f"    {name} = over_row<{joined[name]}>({name}, shared);" for name in reductions]
    return [*starts, *_loop(spec, inside), *ends] if reductions else []


def _loop(spec: Program, inside: list[str]) -> list[str]:
    used = set(re.findall(r"\w+", " ".join(inside)))
    reads = [f"const R {name} = read({name}_[at]);" for name in spec.each.split() if name in used]
    head = "    if (lives) for (int j = threadIdx.x; j < width; j += blockDim.x) {"
    return [head, *(f"        {line}" for line in [_AT, *reads, *inside]), "    }"]
