"""digits.py and conv_digits.py: accuracy, the split, repeatability and the picture."""

from collections import Counter
from pathlib import Path

import conv_digits
import digits
import pytest
import wengert


def backend_works(name: str) -> bool:
    try:
        with wengert.use_backend(name):
            wengert.zeros(1)
    except (RuntimeError, ImportError):
        return False
    return True


BACKENDS = ["numpy", *(name for name in ("torch", "cupy") if backend_works(name))]


@pytest.mark.parametrize("seed", range(5))
def test_the_perceptron_reads_97_of_100_digits_for_each_seed(seed: int, tmp_path: Path) -> None:
    result = digits.main(["--seed", str(seed), "--output", str(tmp_path / "digits.png")])
    assert result.accuracy >= 0.97


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_perceptron_reads_97_of_100_digits_on_each_backend(
    backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = digits.main(["--backend", backend, "--seed", "5", "--output", str(tmp_path / "digits.png")])
    assert result.accuracy >= 0.97
    assert f"test accuracy {result.accuracy:.2%}" in capsys.readouterr().out


def test_the_convolutional_net_reads_97_of_100_digits(tmp_path: Path) -> None:
    assert conv_digits.main(["--output", str(tmp_path / "conv.png")]).accuracy >= 0.97


@pytest.mark.parametrize("example", [digits, conv_digits])
@pytest.mark.parametrize("backend", BACKENDS)
def test_the_same_seed_gives_the_same_result(example, backend: str, tmp_path: Path) -> None:
    def result(seed: int) -> digits.Result:
        picture = tmp_path / "picture.png"
        arguments = ["--epochs", "1", "--backend", backend, "--seed", str(seed), "--output", str(picture)]
        return example.main(arguments)

    first, again, other = result(3), result(3), result(4)
    assert first == again
    assert first.losses != other.losses


def test_the_split_holds_out_a_fifth_of_every_digit_whatever_the_seed() -> None:
    wengert.manual_seed(0)
    split = digits.load_split()
    wengert.manual_seed(1)
    again = digits.load_split()
    assert split.test_images.tolist() == again.test_images.tolist()
    assert split.test_labels.tolist() == again.test_labels.tolist()

    assert tuple(split.train_images.shape) == (1437, 64)
    assert tuple(split.test_images.shape) == (360, 64)
    train = Counter(split.train_labels.tolist())
    test = Counter(split.test_labels.tolist())
    for digit in range(10):
        assert abs(test[digit] - (train[digit] + test[digit]) / 5) < 1

    seen = {tuple(image) for image in split.train_images.tolist()}
    assert not any(tuple(image) in seen for image in split.test_images.tolist())


def test_the_picture_is_a_png_file_of_the_asked_name(tmp_path: Path) -> None:
    picture = tmp_path / "a name.png"
    result = digits.main(["--epochs", "1", "--output", str(picture)])
    content = picture.read_bytes()
    assert content.startswith(b"\x89PNG\r\n")
    width, height = (int.from_bytes(content[start : start + 4], "big") for start in (16, 20))
    assert (width, height) == (1320, 576)
    assert len(result.losses) == 23
    assert result.epoch_losses == [sum(result.losses) / 23]


def test_a_picture_without_wrong_digits_can_be_drawn(tmp_path: Path) -> None:
    split = digits.load_split()
    perfect = digits.Result(1.0, [1.0, 0.5], [0.75], split.test_labels.tolist())
    digits.save_picture(tmp_path / "perfect.png", "A perfect reader", perfect, split)
    assert (tmp_path / "perfect.png").stat().st_size > 0


def test_the_picture_lies_beside_the_script_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        digits.main(["--help"])
    assert stop.value.code == 0
    beside = Path(digits.__file__).with_suffix(".png")
    assert str(beside) in "".join(capsys.readouterr().out.split())
