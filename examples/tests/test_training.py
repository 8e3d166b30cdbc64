"""What the examples share: arguments and their errors, missing packages, and first values."""

import os
import subprocess
import sys
from pathlib import Path

import charlm
import conv_digits
import digits
import pytest
import training
import wengert

EXAMPLES = Path(digits.__file__).parent


@pytest.mark.parametrize(
    ("example", "arguments", "message"),
    [
        (digits, ["--backend", "abacus"], "argument --backend: 'abacus' cannot be used: "),
        (conv_digits, ["--backend", "abacus"], "argument --backend: 'abacus' cannot be used: "),
        (charlm, ["--backend", "abacus"], "argument --backend: 'abacus' cannot be used: "),
        (digits, ["--epochs", "0"], "argument --epochs: '0' is not a whole number from 1 to 10000"),
        (digits, ["--epochs", "1.5"], "argument --epochs: '1.5' is not a whole number from 1 to 10000"),
        (digits, ["--seed", "-1"], "argument --seed: '-1' is not a whole number from 0 to 4294967295"),
        (charlm, ["--steps", "many"], "argument --steps: 'many' is not a whole number from 1 to 1000000"),
        (digits, ["--output", "digits.jpg"], "argument --output: 'digits.jpg' does not end in .png"),
        (digits, ["--output", "no/such/folder.png"], "argument --output: the folder 'no/such' does not exist"),
        (digits, ["--width", "3"], "unrecognized arguments: --width 3"),
    ],
)
def test_a_bad_argument_ends_with_one_line_that_names_it(
    example, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        example.main(arguments)
    assert stop.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err.splitlines()[-1]


def test_a_picture_is_not_written_over_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "folder.png"
    folder.mkdir()
    with pytest.raises(SystemExit):
        digits.main(["--output", str(folder)])
    assert "is a folder" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("package", "command"),
    [
        ("wengert", "pip install 'wengert[numpy]'"),
        ("rich", "pip install rich"),
        ("sklearn", "pip install scikit-learn"),
        ("matplotlib", "pip install matplotlib"),
    ],
)
def test_a_missing_package_ends_with_the_pip_command(package: str, command: str) -> None:
    program = f"import sys; sys.modules[{package!r}] = None; import digits"
    finished = subprocess.run([sys.executable, "-c", program], cwd=EXAMPLES, capture_output=True, text=True)
    assert finished.returncode == 1
    assert finished.stderr == f"error: the package {package!r} is not installed. Run: {command}\n"


def test_a_disabled_backend_ends_with_the_reason_and_no_traceback(tmp_path: Path) -> None:
    arguments = ["--backend", "numpy", "--epochs", "1", "--output", str(tmp_path / "digits.png")]
    environment = {**os.environ, "WENGERT_DISABLE_BACKENDS": "numpy"}
    finished = subprocess.run(
        [sys.executable, str(EXAMPLES / "digits.py"), *arguments], env=environment, capture_output=True, text=True
    )
    assert finished.returncode == 2
    assert "argument --backend: 'numpy' cannot be used: " in finished.stderr.splitlines()[-1]
    assert "Traceback" not in finished.stderr


NO_GPU = """
import sys
from types import SimpleNamespace
runtime = SimpleNamespace(driverGetVersion=lambda: 0, runtimeGetVersion=lambda: 13020)
cuda = SimpleNamespace(runtime=runtime)
sys.modules["cupy"] = SimpleNamespace(__version__="14.2.0", is_available=lambda: False, cuda=cuda)
"""


@pytest.mark.parametrize(
    ("cupy", "reason"),
    [
        ("import sys; sys.modules['cupy'] = None", "CuPy is not installed; install it with: pip install "),
        (NO_GPU, "CuPy 14.2.0 is installed without a GPU that it can use: no CUDA driver was found"),
    ],
    ids=["no CuPy", "no GPU"],
)
@pytest.mark.parametrize("example", ["digits", "conv_digits", "charlm"])
def test_without_a_gpu_cupy_ends_with_one_line(example: str, cupy: str, reason: str) -> None:
    program = f"{cupy}\nimport {example}\n{example}.main(['--backend', 'cupy'])"
    finished = subprocess.run([sys.executable, "-c", program], cwd=EXAMPLES, capture_output=True, text=True)
    assert finished.returncode == 2
    assert finished.stdout == ""
    (line,) = finished.stderr.splitlines()
    assert "error: argument --backend: 'cupy' cannot be used: " in line
    assert reason in line


def test_parameters_begin_with_the_scale_that_a_relu_wants() -> None:
    wengert.manual_seed(0)
    layer = wengert.nn.Conv2d(10, 400, (5, 1))
    training.begin(layer)
    assert layer.weight.std().item() == pytest.approx((2 / 50) ** 0.5, rel=0.03)
    assert layer.bias.tolist() == [0.0] * 400
