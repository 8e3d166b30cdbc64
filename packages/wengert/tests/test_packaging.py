"""The distributions as a user meets them: versions, wheels, extras, installation in a fresh environment."""

import ast
import email
import importlib.util
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = {
    "wengert": ROOT / "packages/wengert",
    "wengert-numpy": ROOT / "packages/wengert-numpy",
    "wengert-cupy": ROOT / "packages/wengert-cupy",
    "wengert-torch": ROOT / "packages/wengert-torch",
    "wengert-conformance": ROOT / "conformance",
}
SIBLING = re.compile(r"wengert(-\w+)?(\[[\w,-]+\])?(?P<range>[<>=!~].*)?$")


def project(name: str) -> dict[str, object]:
    return tomllib.loads((FOLDERS[name] / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def version_literal(name: str) -> object:
    module = FOLDERS[name] / "src" / name.replace("-", "_") / "__init__.py"
    for statement in ast.parse(module.read_text(encoding="utf-8")).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="__version__")], value=ast.Constant(value=value)):
                return value
    return None


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the five wheels, built once."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    run([*command, "--wheel-dir", str(folder), *map(str, FOLDERS.values())])
    return folder


@pytest.fixture
def fresh_environment(tmp_path: Path) -> Callable[..., Path]:
    """Makes an environment with what pip installs for the arguments given, and returns its interpreter."""

    def make(*arguments: str) -> Path:
        builder = venv.EnvBuilder(with_pip=False)
        builder.create(tmp_path / "environment")
        python = Path(builder.ensure_directories(tmp_path / "environment").env_exe)
        run([sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", *arguments])
        return python

    return make


def run(command: list[str], *, status: int = 0) -> str:
    """Both streams of a command that must end with this status, away from the checkout."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(sys.prefix))
    output = done.stdout + done.stderr
    assert done.returncode == status, f"{command} ended with {done.returncode}:\n{output}"
    return output


def test_one_version_in_all_distributions() -> None:
    declared = {name: project(name)["version"] for name in FOLDERS}
    literal = {name: version_literal(name) for name in FOLDERS}
    assert literal == declared
    assert len(set(declared.values())) == 1, declared


def test_changelog_has_the_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{project('wengert')['version']}]" in changelog


@pytest.mark.parametrize("name", FOLDERS)
def test_siblings_are_required_by_the_range_of_this_version(name: str) -> None:
    major, minor, _ = (int(part) for part in str(project(name)["version"]).split("."))
    extras = project(name).get("optional-dependencies", {})
    requirements = [*project(name)["dependencies"], *(item for extra in extras.values() for item in extra)]
    ranges = {found["range"] for item in requirements if (found := SIBLING.fullmatch(item))}
    assert ranges == {f">={major}.{minor},<{major}.{minor + 1}"}


@pytest.mark.parametrize("name", FOLDERS)
def test_distributions_share_their_common_fields(name: str) -> None:
    keys = ("requires-python", "license", "license-files", "authors", "keywords")
    assert [project(name)[key] for key in keys] == [project("wengert")[key] for key in keys]
    assert (FOLDERS[name] / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


@pytest.mark.parametrize("name", ["wengert-numpy", "wengert-cupy", "wengert-torch"])
def test_a_plugin_is_named_by_its_entry_point(name: str) -> None:
    package = name.replace("-", "_")
    assert project(name)["entry-points"]["wengert"] == {name.removeprefix("wengert-"): f"{package}.plugin"}
    assert (FOLDERS[name] / "src" / package / "plugin.py").is_file()


def test_extras_of_the_core() -> None:
    extras = project("wengert")["optional-dependencies"]
    named = {extra: [item.split(">=")[0] for item in items] for extra, items in extras.items()}
    assert named == {
        "numpy": ["wengert-numpy[scipy]"],
        "numpy-minimal": ["wengert-numpy"],
        "torch": ["wengert-torch"],
        "cuda12": ["wengert-cupy[cuda12]"],
        "cuda13": ["wengert-cupy[cuda13]"],
        "safetensors": ["safetensors", "numpy"],
    }
    assert [item.split(">=")[0] for item in project("wengert")["dependencies"]] == ["pluggy"]


@pytest.mark.parametrize("name", FOLDERS)
def test_wheel_holds_the_package_and_nothing_else(wheels: Path, name: str) -> None:
    package = name.replace("-", "_")
    (wheel,) = wheels.glob(f"{package}-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata_name,) = (entry for entry in names if entry.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(archive.read(metadata_name))
    tops = {entry.split("/")[0] for entry in names}
    assert tops == {package, metadata_name.split("/")[0]}
    assert f"{package}/py.typed" in names
    assert any(entry.endswith("/licenses/LICENSE") for entry in names)
    assert not [entry for entry in names if "__pycache__" in entry]
    assert metadata["License-Expression"] == "BSD-3-Clause"
    assert metadata["Requires-Python"] == ">=3.11"
    if name != "wengert-conformance":
        assert wheel.stat().st_size < 1_000_000


def test_core_alone_imports_and_names_the_command_that_installs_a_backend(
    fresh_environment: Callable[..., Path],
) -> None:
    python = fresh_environment(str(FOLDERS["wengert"]))
    run([str(python), "-c", "import wengert"])
    output = run([str(python), "-c", "import wengert; wengert.ones(2)"], status=1)
    assert 'pip install "wengert[numpy]"' in output.splitlines()[-1], output


def test_extra_installs_from_built_wheels(wheels: Path, fresh_environment: Callable[..., Path]) -> None:
    python = fresh_environment("--find-links", str(wheels), "wengert[numpy]")
    assert run([str(python), "-c", "import wengert; print(wengert.ones(2) + 1)"]) == "tensor([2., 2.])\n"
    # SciPy came with the extra.
    run([str(python), "-c", "import scipy.special"])


def test_import_loads_no_array_library_and_nothing_slow() -> None:
    program = "import sys; before = set(sys.modules); import wengert; print(*sorted(set(sys.modules) - before))"
    loaded = set(run([sys.executable, "-c", program]).split())
    assert "wengert" in loaded
    libraries = {"numpy", "scipy", "cupy", "torch", "array_api_compat"}
    slow = {"pluggy", "inspect", "dataclasses", "importlib.metadata"}
    assert not loaded & (libraries | slow)
    late = ("wengert_", "wengert.testing", "wengert.backends.standard")
    assert not [name for name in loaded if name.startswith(late)]


def readme_commands() -> list[str]:
    location = ROOT / ".ci" / "readme_command.py"
    specification = importlib.util.spec_from_file_location("readme_command", location)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module.commands((ROOT / "README.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("index", [0, 1])
def test_readme_commands_are_one_line_of_shell_that_needs_python_alone(index: int) -> None:
    command = readme_commands()[index]
    run(["bash", "-n", "-c", command])
    assert command.startswith("python3 -m venv .venv && .venv/bin/python -m pip install ")
    for path in re.findall(r"(?<=[\s'])\.?/?(?:packages|examples)/[\w./-]+", command):
        assert (ROOT / path).exists(), path


def test_readme_commands_run_the_main_job_and_the_sessions() -> None:
    job, check = readme_commands()[:2]
    assert job.endswith(".venv/bin/python examples/digits.py")
    assert check.endswith(".venv/bin/python -m nox")
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    needed = {re.split(r"[<>=]", requirement)[0] for requirement in groups["examples"]}
    assert needed <= set(job.split())


def test_torch_is_pinned_in_one_place() -> None:
    pins = [
        path.name
        for path in [ROOT / "constraints.txt", ROOT / "noxfile.py", *ROOT.glob("**/pyproject.toml")]
        if not {".venv", ".nox"} & set(path.parts) and re.search(r"torch==", path.read_text(encoding="utf-8"))
    ]
    assert pins == ["constraints.txt"]
