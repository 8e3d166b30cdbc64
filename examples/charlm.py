"""Train a small character-level transformer on the help texts that ship with Python, then let it write.

    python charlm.py --backend torch --steps 2000

The loss on held-out text is compared with that of a unigram model, which knows only how often each character occurs.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pydoc_data.topics import topics
from typing import NamedTuple

from training import (
    Adam,
    argument_parser,
    chosen_backend,
    cosine_decay,
    pip_command_if_missing,
    progress_bar,
    random_parameter,
    whole_number,
    zero_parameter,
)

with pip_command_if_missing():
    import wengert
    import wengert.nn.functional as F

CONTEXT = 32  # characters that the model sees
WIDTH = 64  # numbers that describe one character
HEADS = 4
BLOCKS = 2
BATCH_SIZE = 16
LEARNING_RATE = 5e-3
CLEAR_MARGIN = 0.5  # nats per character by which the unigram model must be beaten

Tensor = wengert.Tensor


class Block(NamedTuple):
    attention_scale: Tensor
    attention_shift: Tensor
    query_key_value: Tensor
    attention_output: Tensor
    hidden_scale: Tensor
    hidden_shift: Tensor
    hidden_weight: Tensor
    hidden_bias: Tensor
    output_weight: Tensor
    output_bias: Tensor


class Transformer(NamedTuple):
    characters: Tensor
    positions: Tensor
    blocks: list[Block]
    score_scale: Tensor
    score_shift: Tensor
    score_weight: Tensor

    def parameters(self) -> list[Tensor]:
        in_blocks = [parameter for block in self.blocks for parameter in block]
        return [self.characters, self.positions, *in_blocks, self.score_scale, self.score_shift, self.score_weight]


class Result(NamedTuple):
    losses: list[float]
    validation_loss: float
    unigram_loss: float
    sample: str


def unit_scale() -> Tensor:
    return wengert.ones(WIDTH, requires_grad=True)


def initial_block() -> Block:
    """A block that adds nothing to its input yet: it learns faster than one that begins with noise."""
    return Block(
        unit_scale(), zero_parameter(WIDTH), random_parameter(3 * WIDTH, WIDTH), zero_parameter(WIDTH, WIDTH),
        unit_scale(), zero_parameter(WIDTH), random_parameter(4 * WIDTH, WIDTH), zero_parameter(4 * WIDTH),
        zero_parameter(WIDTH, 4 * WIDTH), zero_parameter(WIDTH),
    )  # fmt: skip


def initial_transformer(alphabet_size: int) -> Transformer:
    return Transformer(
        random_parameter(alphabet_size, WIDTH),
        random_parameter(CONTEXT, WIDTH),
        [initial_block() for _ in range(BLOCKS)],
        unit_scale(),
        zero_parameter(WIDTH),
        random_parameter(alphabet_size, WIDTH),
    )


def attention(block: Block, x: Tensor) -> Tensor:
    """Each character gathers what it needs from itself and those before it."""
    batch, length, _ = x.shape
    x = F.layer_norm(x, (WIDTH,), block.attention_scale, block.attention_shift)
    heads = F.linear(x, block.query_key_value).reshape(batch, length, 3, HEADS, WIDTH // HEADS)
    query, key, value = heads.permute(2, 0, 3, 1, 4).unbind(0)  # each (batch, head, length, width of a head)
    scores = query @ key.transpose(-2, -1) / math.sqrt(WIDTH // HEADS)
    position = wengert.arange(length)
    later = position > position.unsqueeze(1)
    weights = F.softmax(scores.masked_fill(later, -math.inf), dim=-1)
    gathered = (weights @ value).transpose(1, 2).reshape(batch, length, WIDTH)
    return F.linear(gathered, block.attention_output)


def hidden_layer(block: Block, x: Tensor) -> Tensor:
    x = F.layer_norm(x, (WIDTH,), block.hidden_scale, block.hidden_shift)
    hidden = F.gelu(F.linear(x, block.hidden_weight, block.hidden_bias))
    return F.linear(hidden, block.output_weight, block.output_bias)


def next_scores(model: Transformer, text: Tensor) -> Tensor:
    """Integers (batch, length) -> a score for each possible next character (batch, length, alphabet)."""
    x = F.embedding(text, model.characters) + model.positions[: text.shape[1]]
    for block in model.blocks:
        x = x + attention(block, x)
        x = x + hidden_layer(block, x)
    return F.linear(F.layer_norm(x, (WIDTH,), model.score_scale, model.score_shift), model.score_weight)


def loss_at(model: Transformer, text: Tensor, starts: Tensor) -> Tensor:
    """Mean cross entropy, in nats per character, over the windows of `text` that begin at `starts`."""
    windows = text[starts.unsqueeze(1) + wengert.arange(CONTEXT + 1)]
    scores = next_scores(model, windows[:, :-1])
    return F.cross_entropy(scores.reshape(-1, scores.shape[-1]), windows[:, 1:].reshape(-1))


def unigram_loss(text: Tensor, validation_text: Tensor, alphabet_size: int) -> float:
    """Cross entropy of the held-out text under the character frequencies of the training text."""
    counts = wengert.ones(alphabet_size).index_add(0, text, wengert.ones(len(text)))  # one extra: none is impossible
    return -(counts / counts.sum()).log()[validation_text].mean().item()


def write(model: Transformer, alphabet: str, beginning: str, length: int) -> str:
    """`beginning` and `length` more characters, each drawn with the probability that the model gives it."""
    written = [alphabet.index(character) for character in beginning]
    with wengert.no_grad():
        for _ in range(length):
            scores = next_scores(model, wengert.tensor([written[-CONTEXT:]]))[0, -1]
            cumulative = F.softmax(scores, dim=0).cumsum(0)
            drawn = int((cumulative < wengert.rand(1)).sum())
            written.append(min(drawn, len(alphabet) - 1))  # rounding may leave the last sum below 1
    return "".join(alphabet[index] for index in written)


def train(steps: int) -> Result:
    whole = "\n".join(topics[name] for name in sorted(topics))
    alphabet = "".join(sorted(set(whole)))
    encoded = wengert.tensor([alphabet.index(character) for character in whole])
    boundary = len(whole) * 9 // 10
    text, validation_text = encoded[:boundary], encoded[boundary:]

    model = initial_transformer(len(alphabet))
    optimizer = Adam(model.parameters())
    losses: list[float] = []
    with progress_bar("training", steps) as advance:
        for step in range(steps):
            starts = wengert.randint(0, len(text) - CONTEXT, (BATCH_SIZE,))
            loss = loss_at(model, text, starts)
            loss.backward()
            optimizer.step(LEARNING_RATE * cosine_decay(step, steps))
            losses.append(loss.item())
            advance(f"loss {losses[-1]:.3f}")
    with wengert.no_grad():
        every_fourth_window = wengert.arange(0, len(validation_text) - CONTEXT, 4 * CONTEXT)
        validation_loss = loss_at(model, validation_text, every_fourth_window).item()
    unigram = unigram_loss(text, validation_text, len(alphabet))
    return Result(losses, validation_loss, unigram, write(model, alphabet, "The ", 300))


def main(arguments: Sequence[str] | None = None) -> Result:
    started = time.perf_counter()
    parser = argument_parser("A character-level transformer on Python's help texts")
    parser.add_argument("--steps", type=whole_number(1, 1_000_000), default=1000, help="batches to train on")
    options = parser.parse_args(arguments)
    with chosen_backend(parser, options.backend):
        wengert.manual_seed(options.seed)
        result = train(options.steps)
    seconds = time.perf_counter() - started
    print(f"\n{result.sample}\n")
    print(f"training loss {result.losses[0]:.2f} -> {result.losses[-1]:.2f} nats per character, {seconds:.1f} s")
    print(f"validation loss {result.validation_loss:.3f}, unigram model {result.unigram_loss:.3f}")
    if result.validation_loss > result.unigram_loss - CLEAR_MARGIN:
        raise SystemExit(f"error: {options.steps} steps did not bring it {CLEAR_MARGIN} below: give more with --steps")
    return result


if __name__ == "__main__":
    main()
