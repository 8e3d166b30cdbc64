"""Whether the CuPy backend's kernels are C++ that compiles, and that means what the stand-in takes it to mean.

`python -m wengert_conformance.standin.compiled` needs the real CuPy, NVRTC and g++, and no GPU. NVRTC compiles every
kernel to PTX, the elementwise ones inside of the code that CuPy writes around them. g++ compiles the kernels over rows
for the processor, where each thread of a block is a thread: their results are compared with those of the stand-in,
which knows their comment alone.
"""

from __future__ import annotations

import ctypes
import importlib
import itertools
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy

from wengert_conformance.standin.arrays import ndarray
from wengert_conformance.standin.formulas import cases
from wengert_conformance.standin.kernels import RawKernel

DTYPES = ("float16", "float32", "float64")
ARCHITECTURE = "compute_75"  # the oldest that CUDA 13 knows

_PROCESSOR = r"""
#include <barrier>
#include <bit>
#include <cmath>
#include <memory>
#include <thread>
#include <vector>
using namespace std;
struct Place { int x, y; };
thread_local Place threadIdx, blockIdx;
static Place blockDim;
static unique_ptr<barrier<>> together;
#define __device__
#define __global__
#define __shared__ static
static void __syncthreads() { together->arrive_and_wait(); }
static float __int_as_float(unsigned bits) { return bit_cast<float>(bits); }
template <class Kernel> static void run(int blocks, int along, int across, Kernel kernel) {
    blockDim = {along, across};
    together = make_unique<barrier<>>(along * across);
    for (int block = 0; block < blocks; ++block) {
        vector<thread> threads;
        for (int y = 0; y < across; ++y) for (int x = 0; x < along; ++x) threads.emplace_back([=] {
            threadIdx = {x, y};
            blockIdx = {block, 0};
            kernel();
        });
        for (auto& one : threads) one.join();
    }
}
"""
_HALF = """
inline R read(D x) { return R(bit_cast<_Float16>(x)); }
inline D kept(R x) { return bit_cast<D>(_Float16(x)); }
"""


def elementwise_sources() -> Iterator[tuple[str, str]]:
    """A name and the code that CuPy compiles, for each elementwise kernel and dtype."""
    cupy: Any = importlib.import_module("cupy")
    kernel: Any = importlib.import_module("cupy._core._kernel")
    indexer: Any = importlib.import_module("cupy._core._carray").Indexer
    scalar: Any = importlib.import_module("cupy._core._scalar").CScalar
    backend: Any = importlib.import_module("wengert_cupy.kernels.fused")
    untraceable: Any = importlib.import_module("wengert.backends.tracing").Untraceable
    for number, case in enumerate(cases()):
        for dtype in DTYPES:
            if all(case.booleans):
                continue
            kinds = ["bool" if is_bool else dtype for is_bool in case.booleans]
            try:
                inputs, outputs, body, name = backend.definition(case.formula, kinds, case.numbers, case.into)
            except untraceable:
                continue
            made = cupy.ElementwiseKernel(inputs, outputs, body, f"{name}_{number}_{dtype}")
            infos = [
                kernel._ArgInfo(2, indexer, None, 2, True, True)
                if one.dtype is None
                else kernel._ArgInfo(3, scalar, one.dtype, 0, True, True)
                if one.name.startswith("p")
                else kernel._ArgInfo(1, cupy.ndarray, one.dtype, 2, False, True)
                for one in made.params
            ]
            yield (
                case.name,
                kernel._get_elementwise_kernel_code(
                    tuple(infos), kernel._TypeMap(()), made.params, made.operation, made.name, made.preamble
                ),
            )


def row_sources() -> Iterator[tuple[str, str, str]]:
    """Program, dtype and code of each kernel over rows."""
    rows: Any = importlib.import_module("wengert_cupy.kernels.rows")
    for program, dtype in itertools.product(rows.PROGRAMS, DTYPES):
        yield program, dtype, rows.source(program, dtype)


def compile_with_nvrtc() -> tuple[int, list[str]]:
    """How many kernels were compiled, and what NVRTC says of those that are wrong."""
    core: Any = importlib.import_module("cupy._core.core")
    nvrtc: Any = importlib.import_module("cupy_backends.cuda.libs.nvrtc")
    cuda = next(p for place in sys.path for p in Path(place).glob("nvidia/cu*/include/cuda_fp16.h")).parent
    ours = Path(core.__file__).parent / "include"
    options = [f"-arch={ARCHITECTURE}", "-std=c++17", "--device-as-default-execution-space", f"-I{ours}", f"-I{cuda}"]
    options += [f"-I{folder}" for folder in sorted((ours / "cupy" / "_cccl").iterdir()) if folder.is_dir()]
    head = "#include <cupy/complex.cuh>\n#include <cupy/carray.cuh>\n"
    sources = [(name, head + code, options) for name, code in elementwise_sources()]
    # All at once is fast; one by one tells which is wrong.
    together = head + "\n".join(code.removeprefix(head) for _, code, _ in sources)
    raw = [(f"{program} of {dtype}", code, options[:2]) for program, dtype, code in row_sources()]
    wrong = [*_errors(nvrtc, [("all", together, options)]), *_errors(nvrtc, raw)]
    if wrong and wrong[0].startswith("all:"):
        wrong = [*_errors(nvrtc, sources), *wrong[1:]]
    return len(sources) + len(raw), wrong


def _errors(nvrtc: Any, sources: list[tuple[str, str, list[str]]]) -> Iterator[str]:
    for name, code, options in sources:
        program = nvrtc.createProgram(code, "kernel.cu", (), ())
        try:
            nvrtc.compileProgram(program, options)
        except nvrtc.NVRTCError:
            yield f"{name}: {nvrtc.getProgramLog(program)}"
        else:
            assert ".entry" in str(nvrtc.getPTX(program)), name
        nvrtc.destroyProgram(program)


def library_of_rows() -> ctypes.CDLL:
    """All kernels over rows, compiled by g++: `launch_NAME(blocks, along, across, arguments...)` each."""
    parts = [_PROCESSOR]
    for program, dtype, code in row_sources():
        found = re.search(r"void (\w+)\((.*)\) \{", code)
        assert found is not None, program
        name, parameters = found[1], found[2]
        words = ", ".join(re.findall(r"(\w+)(?:,|$)", parameters))
        half = _HALF if dtype == "float16" else ""
        code = code.replace("template <R", half + "template <R", 1)
        launch = f'extern "C" void launch_{name}(int blocks, int along, int across, {parameters})'
        call = f"run(blocks, along, across, [=] {{ {name}({words}); }});"
        parts.append(f"namespace of_{name} {{\n{code}\n{launch} {{ {call} }}\n}}\n#undef LOWEST\n")
    folder = Path(tempfile.mkdtemp())
    (folder / "rows.cpp").write_text("\n".join(parts))
    command = ["g++", "-std=c++20", "-O1", "-pthread", "-shared", "-fPIC", "-o", "rows.so", "rows.cpp"]
    subprocess.run(command, cwd=folder, check=True)
    return ctypes.CDLL(str(folder / "rows.so"))


#: Rows, width, step, up, down, inner, far, near; blocks; threads: along a row, across rows, in two stretches both ways.
LAUNCHES = (
    ((5, 7, 5, 0, 7, 7, 0, 1), 2, (4, 4)),
    ((3, 1, 3, 0, 1, 1, 0, 0), 1, (1, 8)),
    ((1, 67, 1, 0, 0, 67, 0, 1), 1, (32, 1)),
    ((12, 5, 4, 20, 1, 5, 0, 4), 3, (1, 4)),
    ((3, 8, 3, 0, 4, 4, 12, 1), 3, (2, 1)),
)


def compare_rows() -> list[str]:
    """The kernels over rows whose code does not do what their comment says."""
    rows: Any = importlib.import_module("wengert_cupy.kernels.rows")
    library, generator, wrong = library_of_rows(), numpy.random.default_rng(0), list[str]()
    for (program, dtype, code), (layout, blocks, threads) in itertools.product(list(row_sources()), LAUNCHES):
        spec, name, (count, width) = rows.PROGRAMS[program], rows.name_of(program, dtype), layout[:2]
        size = count * width
        given = [generator.standard_normal(size).astype(dtype) for _ in spec.each.split()]
        given += [(generator.random(count) + 0.5).astype(dtype) for _ in spec.row.split()]
        given += [generator.integers(0, width, count) for _ in spec.classes.split()]
        if program in ("softmax", "logsumexp"):
            given[0][:1] = -numpy.inf
        results = [[numpy.zeros(size, dtype) for _ in spec.gives.split()] for _ in range(2)]
        for one in results:
            one.extend(numpy.zeros(count, dtype) for _ in spec.row_gives.split())
        numbers = [0.25 for _ in spec.numbers.split()]
        standin = [ndarray.of(array) for array in (*given, *results[0])]
        RawKernel(code, name)((blocks,), threads, (*standin, *numbers, *layout))
        pointers = [ctypes.c_void_p(array.ctypes.data) for array in (*given, *results[1])]
        rest = [*map(ctypes.c_double, numbers), *map(ctypes.c_longlong, layout)]
        getattr(library, f"launch_{name}")(blocks, *threads, *pointers, *rest)
        tolerance = {"float16": 2e-3, "float32": 2e-6, "float64": 1e-14}[dtype] * 8
        for expected, found in zip(*results, strict=True):
            if not numpy.allclose(found, expected, tolerance, tolerance, equal_nan=True):
                wrong.append(f"{name} {layout}: {found[:8]} is not {expected[:8]}")
    return wrong


def main() -> int:
    """Compile and compare; the exit status."""
    count, wrong = compile_with_nvrtc()
    wrong += compare_rows()
    print("\n".join([*wrong, f"{count} kernels compiled, {len(wrong)} complaints"]))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
