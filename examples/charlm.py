"""Train a small character-level transformer on the help texts that ship with Python, then let it write.

    python charlm.py --backend torch --steps 2000

The loss on held-out text is compared with that of a unigram model, which knows only how often each character occurs.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pydoc_data.topics import topics
from typing import NamedTuple

from training import argument_parser, begin, chosen_backend, pip_command_if_missing, progress_bar, whole_number

with pip_command_if_missing():
    import wengert
    import wengert.nn.functional as F
    from wengert import nn, optim

CONTEXT = 32  # characters that the model sees
WIDTH = 64  # numbers that describe one character
HEADS = 4
BLOCKS = 2
BATCH_SIZE = 16
LEARNING_RATE = 5e-3
CLEAR_MARGIN = 0.5  # nats per character by which the unigram model must be beaten

Tensor = wengert.Tensor


class Result(NamedTuple):
    losses: list[float]
    validation_loss: float
    unigram_loss: float
    sample: str


class Block(nn.Module):
    """Attention, then a layer of its own for each character; both add to their input.

    At first they add nothing: that learns faster than beginning with noise.
    """

    def __init__(self) -> None:
        super().__init__()
        self.before_attention, self.before_hidden = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.query_key_value = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.gathered = nn.Linear(WIDTH, WIDTH, bias=False)
        self.hidden = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH))
        self.apply(begin)
        nn.init.zeros_(self.gathered.weight)
        nn.init.zeros_(self.hidden[2].weight)

    def attention(self, x: Tensor) -> Tensor:
        """Each character gathers what it needs from itself and those before it."""
        batch, length, _ = x.shape
        heads = self.query_key_value(x).reshape(batch, length, 3, HEADS, WIDTH // HEADS)
        query, key, value = heads.permute(2, 0, 3, 1, 4).unbind(0)  # each (batch, head, length, width of a head)
        found = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        return self.gathered(found.transpose(1, 2).reshape(batch, length, WIDTH))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.before_attention(x))
        return x + self.hidden(self.before_hidden(x))


class Transformer(nn.Module):
    """Integers (batch, length) -> a score for each possible next character (batch, length, alphabet)."""

    def __init__(self, alphabet_size: int) -> None:
        super().__init__()
        self.characters, self.positions = nn.Embedding(alphabet_size, WIDTH), nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.Sequential(*(Block() for _ in range(BLOCKS)))
        self.scores = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, alphabet_size, bias=False))
        self.scores.apply(begin)
        for embedding in (self.characters, self.positions):
            nn.init.kaiming_normal_(embedding.weight, nonlinearity="relu")

    def forward(self, text: Tensor) -> Tensor:
        x = self.characters(text) + self.positions(wengert.arange(text.shape[1]))
        return self.scores(self.blocks(x))


def loss_at(model: Transformer, text: Tensor, starts: Tensor) -> Tensor:
    """Mean cross entropy, in nats per character, over the windows of `text` that begin at `starts`."""
    windows = text[starts.unsqueeze(1) + wengert.arange(CONTEXT + 1)]
    scores = model(windows[:, :-1])
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
            scores = model(wengert.tensor([written[-CONTEXT:]]))[0, -1]
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

    model = Transformer(len(alphabet))
    optimizer = optim.Adam(model.parameters(), LEARNING_RATE)
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    losses: list[float] = []
    with progress_bar("training", steps) as advance:
        for _ in range(steps):
            starts = wengert.randint(0, len(text) - CONTEXT, (BATCH_SIZE,))
            loss = loss_at(model, text, starts)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
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
