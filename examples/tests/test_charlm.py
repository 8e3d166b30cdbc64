"""charlm.py: it learns, it beats the unigram model, and it cannot see what comes later."""

import math
from collections import Counter

import charlm
import pytest
import wengert


def test_it_beats_the_unigram_model_and_writes(capsys: pytest.CaptureFixture[str]) -> None:
    result = charlm.main(["--steps", "150"])
    assert sum(result.losses[-10:]) < 0.75 * sum(result.losses[:10])
    assert result.validation_loss < result.unigram_loss - charlm.CLEAR_MARGIN
    assert result.sample.startswith("The ")
    assert len(result.sample) == len("The ") + 300
    printed = capsys.readouterr().out
    assert result.sample in printed
    assert f"validation loss {result.validation_loss:.3f}, unigram model {result.unigram_loss:.3f}" in printed


def test_the_same_seed_gives_the_same_text() -> None:
    def result(seed: int) -> charlm.Result:
        wengert.manual_seed(seed)
        return charlm.train(3)

    first, again, other = result(1), result(1), result(2)
    assert first == again
    assert first.losses != other.losses
    assert first.sample != other.sample


def test_too_few_steps_end_with_one_line_that_says_so() -> None:
    with pytest.raises(SystemExit, match=r"error: 1 steps did not bring it 0.5 below: give more with --steps"):
        charlm.main(["--steps", "1"])


def trained_a_little(alphabet_size: int) -> charlm.Transformer:
    """All blocks have an effect after a few steps, though they begin without one."""
    wengert.manual_seed(0)
    model = charlm.Transformer(alphabet_size)
    with wengert.no_grad():
        for parameter in model.parameters():
            parameter.add_(wengert.randn_like(parameter) * 0.1)
    return model


def test_a_score_depends_on_earlier_characters_only() -> None:
    model = trained_a_little(5)
    text = wengert.tensor([[0, 1, 2, 3, 4, 0]])
    changed = wengert.tensor([[0, 1, 2, 4, 4, 0]])
    difference = (model(text) - model(changed)).abs().amax((0, 2)).tolist()
    assert max(difference[:3]) == 0
    assert min(difference[3:]) > 1e-4


def test_every_parameter_gets_a_gradient() -> None:
    model = trained_a_little(5)
    model(wengert.tensor([[0, 1, 2, 3]])).square().sum().backward()
    parameters = list(model.parameters())
    assert len(parameters) == 5 + 10 * charlm.BLOCKS
    for parameter in parameters:
        assert parameter.grad is not None
        assert parameter.grad.abs().sum().item() > 0


def test_the_unigram_loss_is_the_cross_entropy_of_the_letter_counts() -> None:
    text, held_out = [0, 0, 0, 1, 2, 2], [0, 2, 2, 3]
    counts = Counter([*text, 0, 1, 2, 3])
    expected = -sum(math.log(counts[index] / 10) for index in held_out) / 4
    assert charlm.unigram_loss(wengert.tensor(text), wengert.tensor(held_out), 4) == pytest.approx(expected, rel=1e-5)
