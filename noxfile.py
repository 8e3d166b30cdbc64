"""The sessions that check Wengert. `nox` runs what CI runs, a session on each processor; `nox -l` lists all,
`nox -R -s lint` runs one and keeps its environment.

`nox -t numpy` runs what concerns one backend. Whatever follows `--` is given to pytest.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nox

ROOT = Path(__file__).parent
PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
# torch is large: the tests that compare with it live run on this Python, the others use the stored results.
FIRST = PYTHONS[0]

CORE = "./packages/wengert"
NUMPY = "./packages/wengert-numpy[scipy]"
CUPY = "./packages/wengert-cupy"
TORCH = "./packages/wengert-torch"
CONFORMANCE = "./conformance"
#: Sessions that run side by side, where there are as many processors: each may take two gigabytes.
MOST = 4
#: What stands after `--` where the support matrix is to be written.
REPORT = ["--report"]

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "virtualenv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False


def group(*names: str) -> tuple[str, ...]:
    """The requirements of dependency groups of pyproject.toml."""
    return tuple(nox.project.dependency_groups(PROJECT, *names))


def install(session: nox.Session, *requirements: str) -> None:
    """Install with plain pip under the constraints; our own distributions from their folders, editable.

    What builds these is installed once, not once for each of them, and of torch's modules only those are compiled that
    are imported.
    """
    arguments: list[str] = []
    for requirement in requirements:
        arguments += ["-e", requirement] if requirement.startswith("./") else [requirement]
    if "-e" in arguments:
        session.install(*group("editable"))
        arguments = ["--no-build-isolation", *arguments]
    session.install("-c", "constraints.txt", "--no-compile", *arguments)


def run_pytest(session: nox.Session, *arguments: str) -> None:
    """Run pytest with the arguments given after `--`; a selection may leave a folder without a test."""
    session.run("pytest", *arguments, *session.posargs, success_codes=[0, 5] if session.posargs else [0])


def installed_pythons() -> list[str]:
    """The versions of PYTHONS that this machine has."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    if "PYENV_VERSION" not in os.environ and versions.is_dir():
        # pyenv puts one command per version on PATH, and each fails until its version is named.
        named = [path.name for path in sorted(versions.iterdir()) if re.match(r"3\.\d+\.\d+$", path.name)]
        current = "{}.{}.{}".format(*sys.version_info[:3])
        os.environ["PYENV_VERSION"] = ":".join(sorted(named, key=lambda name: name != current))
    return [version for version in PYTHONS if _runs(version)]


def _runs(version: str) -> bool:
    if version == "{}.{}".format(*sys.version_info[:2]):
        return True
    command = shutil.which(f"python{version}")
    return command is not None and subprocess.run([command, "-c", ""], capture_output=True, check=False).returncode == 0


def cuda_major(session: nox.Session) -> str:
    """The major version of CUDA that the driver of this machine supports; ends the session where there is none."""
    command = shutil.which("nvidia-smi")
    report = subprocess.run([command], capture_output=True, text=True, check=False).stdout if command else ""
    found = re.search(r"CUDA (?:UMD )?Version: (\d+)", report)
    if found is None:
        session.error("no NVIDIA GPU here: nvidia-smi reports none, and CuPy needs one")
    return found[1]


@nox.session(python=PYTHONS, tags=["ci"])
def tests(session: nox.Session) -> None:
    """Unit tests: the core alone on the toy backend, then the plugins and the examples in docstrings."""
    install(session, CORE, *group("test"))
    absent = "import importlib.util as u; assert not [n for n in ('numpy', 'torch', 'cupy') if u.find_spec(n)]"
    session.run("python", "-c", absent)
    run_pytest(session, "packages/wengert/tests")
    distributions = [CORE, NUMPY, CUPY, CONFORMANCE]
    folders = ["packages/wengert-numpy/tests", "packages/wengert-cupy/tests"]
    if session.python == FIRST:
        distributions += [f"{CONFORMANCE}[strict]", TORCH, *group("reference", "bench", "consumers")]
        folders += ["packages/wengert-torch/tests", "conformance/tests", "benchmarks/tests"]
    install(session, *distributions)
    run_pytest(session, *folders)
    run_pytest(session, "--doctest-modules", "packages/wengert/src")


def backends(*names: str) -> list[nox.param]:
    """Parameters of a session, so that `nox -s "conformance(backend=numpy)"` and `nox -t numpy` select."""
    return [nox.param(name, id=f"backend={name}", tags=[name] if name == "cupy" else [name, "ci"]) for name in names]


@nox.session(python=FIRST)
@nox.parametrize("backend", backends("numpy", "torch", "strict", "cupy-standin", "cupy-standin-away", "cupy"))
def conformance(session: nox.Session, backend: str) -> None:
    """Every operation of one backend against the installed torch, and all of torch's operator database.

    `nox -s conformance -- --report` writes docs/reference/support-matrix.md and its JSON, which a run else compares.
    """
    run_conformance(session, backend, *group("reference"))


@nox.session(python=PYTHONS[1:])
@nox.parametrize("backend", backends("numpy", "torch", "strict"))
def conformance_stored(session: nox.Session, backend: str) -> None:
    """Every operation of one backend against the stored results of torch, on the later Pythons."""
    run_conformance(session, backend)


def run_conformance(session: nox.Session, backend: str, *reference: str) -> None:
    """Install one backend with the suite and run it."""
    if backend == "cupy":
        distributions = [CONFORMANCE, f"{CUPY}[cuda{cuda_major(session)}]"]
    else:
        distributions = {
            "numpy": [CONFORMANCE, NUMPY],
            "torch": [CONFORMANCE, TORCH],
            "strict": [f"{CONFORMANCE}[strict]"],
            "cupy-standin": [CONFORMANCE, CUPY, NUMPY],  # the CuPy backend on a stand-in for CuPy that NumPy computes
            "cupy-standin-away": [CONFORMANCE, CUPY, NUMPY],  # the same on a device that is not the current one
        }[backend]
    install(session, CORE, *distributions, *group("test"), *reference)
    if session.posargs != REPORT:
        run_pytest(session, "--pyargs", "wengert_conformance", f"--wengert-backend={backend}")
    if reference and "cupy" not in backend and session.posargs in ([], REPORT):
        session.run("python", "-m", "wengert_conformance.matrix", f"--backend={backend}", *session.posargs)


@nox.session(python=FIRST, tags=["ci"])
def cupy_names(session: nox.Session) -> None:
    """The names and signatures of CuPy that the backend uses, in the real CuPy, and its kernels, compiled by NVRTC and,
    where they run over rows, run by g++. None of this needs a GPU.

    `nox -s cupy_names -- --write` writes the table from which the stand-in knows CuPy.
    """
    install(session, CORE, NUMPY, CONFORMANCE, f"{CUPY}[cuda13]", *group("nvrtc"))
    command = ["-m", "wengert_conformance.standin.names", "--uses", "packages/wengert-cupy/src"]
    session.run("python", *command, *([] if session.posargs == ["--write"] else ["--check"]))
    session.run("python", "-m", "wengert_conformance.standin.compiled")


@nox.session(python=FIRST, tags=["ci"])
def lint(session: nox.Session) -> None:
    """Style: ruff's rules and its format."""
    install(session, *group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session(python=FIRST, tags=["ci"])
def types(session: nox.Session) -> None:
    """Types of the core: pyright strict."""
    install(session, CORE, *group("types"))
    session.run("pyright", *session.posargs)


@nox.session(python=FIRST, tags=["ci"])
def floors(session: nox.Session) -> None:
    """Imports go down only, and the core imports no array library."""
    install(session, *group("floors"))
    install(session, "--no-deps", CORE, NUMPY, CUPY, TORCH)
    session.run("lint-imports", "--no-cache")


@nox.session(python=FIRST, tags=["ci"])
def docs(session: nox.Session) -> None:
    """The documentation: built with warnings as errors, each example run on each backend and with torch."""
    install(session, CORE, NUMPY, CUPY, TORCH, CONFORMANCE, *group("test", "reference", "docs", "consumers"))
    session.run("sphinx-build", "-W", "--keep-going", "-q", "-b", "html", "docs", "docs/_build/html")
    run_pytest(session, "docs")


@nox.session(python=FIRST, tags=["ci"])
def examples(session: nox.Session) -> None:
    """The tests of the examples, which run each of them on NumPy and on torch, and of the tools that run them."""
    install(session, CORE, NUMPY, CUPY, TORCH, CONFORMANCE, *group("test", "reference", "examples"))
    run_pytest(session, "examples", "tools")


@nox.session(python=FIRST, tags=["ci"])
def demo(session: nox.Session) -> None:
    """The main job: a network trained on real digits."""
    install(session, CORE, NUMPY, *group("examples"))
    session.run("python", "examples/digits.py", *session.posargs)


@nox.session(python=FIRST, tags=["ci"])
def minimums(session: nox.Session) -> None:
    """The lowest versions that our distributions allow."""
    lowest = Path(session.create_tmp()) / "minimums.txt"
    lowest.write_text("\n".join(lowest_versions("packages/wengert", "packages/wengert-numpy")) + "\n")
    session.install("-c", str(lowest), "-e", CORE, "-e", NUMPY, "-e", CONFORMANCE, *group("test"))
    run_pytest(session, "packages/wengert-numpy/tests")
    run_pytest(session, "--pyargs", "wengert_conformance", "--wengert-backend=numpy")


def lowest_versions(*folders: str) -> list[str]:
    """`name==version` for each lower bound that the distributions in these folders declare on others."""
    pins: list[str] = []
    for folder in folders:
        project = nox.project.load_toml(ROOT / folder / "pyproject.toml")["project"]
        extras = project.get("optional-dependencies", {}).values()
        for requirement in [*project["dependencies"], *(item for extra in extras for item in extra)]:
            bound = re.match(r"([\w-]+)>=([\d.]+)$", requirement)
            if bound:
                pins.append(f"{bound[1]}=={bound[2]}")
    return pins


@nox.session(python=FIRST)
def bench(session: nox.Session) -> None:
    """All that docs/performance.md shows, measured and written; with words after `--`, the workloads alone."""
    install(session, CORE, NUMPY, TORCH, *group("reference", "bench", "peers"))
    program = ["benchmarks", *session.posargs] if session.posargs else ["benchmarks.pages", "--measure"]
    session.run("python", "-m", *program)


@nox.session(python=FIRST)
def gpu_wheels(session: nox.Session) -> None:
    """The wheels that tools/gpu_check.py takes to a machine without a network, into dist/gpu."""
    build_wheels(session, Path("dist/gpu").resolve())


def build_wheels(session: nox.Session, folder: Path) -> None:
    """Wheels of our distributions, and of what they need that a machine with CuPy, torch and pytest may lack."""
    session.install(*group("wheels"))
    for distribution in (CORE, NUMPY.partition("[")[0], CUPY, CONFORMANCE):
        with session.chdir(distribution):
            session.run("python", "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder))
    needs = ["array-api-compat", "pluggy"]
    session.run(
        "python", "-m", "pip", "download", "-q", "-c", "constraints.txt", "--no-deps", "-d", str(folder), *needs
    )


@nox.session(python=FIRST)
def gpu(session: nox.Session) -> None:
    """What needs an NVIDIA GPU: builds the wheels, then runs tools/gpu_check.py; the report is in dist/gpu-report."""
    cuda = cuda_major(session)
    wheels = Path(session.create_tmp()) / "wheels"
    build_wheels(session, wheels)
    session.install("-c", "constraints.txt", f"cupy-cuda{cuda}x", "scipy", *group("test", "reference", "examples"))
    options = session.posargs or ["--out", "dist/gpu-report"]
    session.run("python", "tools/gpu_check.py", "--wheels", str(wheels), *options)


@nox.session(python=False)
def ci(session: nox.Session) -> None:
    """All that CI runs, side by side; what a session wrote is shown when it ends."""
    environment = {**os.environ, "PYTEST_ADDOPTS": "-p no:cacheprovider"}  # one cache, which they would all write

    def run(name: str) -> tuple[str, bool]:
        start = time.monotonic()
        command = [sys.executable, "-m", "nox", "-s", name]
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        sys.stdout.write(done.stdout.decode(errors="replace"))
        sys.stdout.flush()
        return f"{name} took {time.monotonic() - start:.0f} s", done.returncode == 0

    with ThreadPoolExecutor(min(os.cpu_count() or 1, MOST)) as pool:
        results = list(pool.map(run, SESSIONS))
    for line, passed in results:
        session.log(f"* {line} and {'passed' if passed else 'FAILED'}")
    if not all(passed for _, passed in results):
        session.error("not all sessions passed")


def default_sessions() -> list[str]:
    """What CI runs, on the Pythons that are here; torch itself is installed for the first of them only."""
    found = installed_pythons()
    sessions = [f"tests-{version}" for version in found]
    later = [version for version in found if version != FIRST]
    sessions += [f"conformance_stored-{v}(backend={name})" for v in later for name in ("numpy", "strict")]
    if FIRST not in found:
        return sessions
    sessions = ["lint", "floors", "types", *sessions]
    sessions += [
        f"conformance(backend={name})" for name in ("numpy", "torch", "strict", "cupy-standin", "cupy-standin-away")
    ]
    return [*sessions, "cupy_names", "docs", "examples", "demo", "minimums"]


SESSIONS = default_sessions()
nox.options.sessions = ["ci"]
