"""Floor 7: recurrent cells, and layers of them over a sequence."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any, ClassVar, cast

from wengert.api.modules import initialization as init
from wengert.api.modules.module import Module
from wengert.api.modules.parameter import Parameter
from wengert.ops.activation import relu
from wengert.ops.attention import dropout
from wengert.ops.creation import empty, zeros
from wengert.ops.exponential import sigmoid
from wengert.ops.linalg import linear
from wengert.ops.movement import cat, stack
from wengert.ops.trigonometric import tanh

# A step takes what the input and the state give for the gates, and the state; it gives the next state. The first
# tensor of a state is the output.
State = tuple[Any, ...]


def _tanh_step(from_input: Any, from_state: Any, state: State) -> State:
    return (tanh(from_input + from_state),)


def _relu_step(from_input: Any, from_state: Any, state: State) -> State:
    return (relu(from_input + from_state),)


def _lstm_step(from_input: Any, from_state: Any, state: State) -> State:
    inward, forget, new, outward = (from_input + from_state).chunk(4, -1)
    cell = sigmoid(forget) * state[1] + sigmoid(inward) * tanh(new)
    return sigmoid(outward) * tanh(cell), cell


def _gru_step(from_input: Any, from_state: Any, state: State) -> State:
    reset_x, update_x, new_x = from_input.chunk(3, -1)
    reset_h, update_h, new_h = from_state.chunk(3, -1)
    new = tanh(new_x + sigmoid(reset_x + reset_h) * new_h)
    return (new + sigmoid(update_x + update_h) * (state[0] - new),)


_STEPS: dict[str, Callable[[Any, Any, State], State]] = {"tanh": _tanh_step, "relu": _relu_step}


class _Recurrent(Module):
    """What cells and layers share: how many gates there are, how many tensors a state has, and the step."""

    gates: ClassVar[int] = 1
    states: ClassVar[int] = 1
    step: ClassVar[Callable[[Any, Any, State], State]]
    hidden_size: int

    def next_state(self, from_input: Any, from_state: Any, state: State) -> State:
        """One step."""
        return type(self).step(from_input, from_state, state)

    def reset_parameters(self) -> None:
        """Draw new parameters."""
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0.0
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)


class _Cell(_Recurrent):
    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = self.gates * hidden_size
        self.weight_ih = Parameter(empty(rows, input_size, device=device, dtype=dtype))
        self.weight_hh = Parameter(empty(rows, hidden_size, device=device, dtype=dtype))
        self.bias_ih: Any
        self.bias_hh: Any
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name, Parameter(empty(rows, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def forward(self, input: Any, hx: Any = None) -> Any:
        if len(input.shape) not in (1, 2):
            raise ValueError(f"{type(self).__name__}: Expected input to be 1D or 2D, got {len(input.shape)}D instead")
        given = (None,) * self.states if hx is None else hx if self.states > 1 else (hx,)
        shape = (*input.shape[:-1], self.hidden_size)
        place = {"dtype": input.dtype, "device": input.device}
        state = tuple(zeros(*shape, **place) if tensor is None else tensor for tensor in given)
        for tensor in state:
            if tensor.shape != shape:
                raise RuntimeError(f"{type(self).__name__}: got a state of shape {tensor.shape}; expected {shape}.")
        from_input = linear(input, self.weight_ih, self.bias_ih)
        after = self.next_state(from_input, linear(state[0], self.weight_hh, self.bias_hh), state)
        return after if self.states > 1 else after[0]

    def extra_repr(self) -> str:
        words = [f"{self.input_size}, {self.hidden_size}"]
        if not self.bias:
            words.append("bias=False")
        nonlinearity = self.__dict__.get("nonlinearity", "tanh")
        return ", ".join([*words, *([f"nonlinearity={nonlinearity}"] if nonlinearity != "tanh" else [])])


class RNNCell(_Cell):
    """One step of an Elman network. Source: torch.nn.RNNCell."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Any, hx: Any = None) -> Any:
        if self.nonlinearity not in _STEPS:
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        return super().forward(input, hx)

    def next_state(self, from_input: Any, from_state: Any, state: State) -> State:
        return _STEPS[self.nonlinearity](from_input, from_state, state)


class LSTMCell(_Cell):
    """One step of a long short-term memory. Source: torch.nn.LSTMCell; Hochreiter, Schmidhuber, 1997.

    >>> hidden, cell = nn.LSTMCell(2, 3)(ones(4, 2))
    >>> hidden.shape
    (4, 3)
    """

    gates, states = 4, 2
    step = staticmethod(_lstm_step)


class GRUCell(_Cell):
    """One step of a gated recurrent unit. Source: torch.nn.GRUCell; Cho et al., 2014."""

    gates = 3
    step = staticmethod(_gru_step)


class RNNBase(_Recurrent):
    """Layers of a recurrent step, in one or both directions over a sequence."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if isinstance(dropout, bool) or not 0 <= dropout <= 1:
            raise ValueError(
                "dropout should be a number in range [0, 1] representing the probability of an element being zeroed"
            )
        if hidden_size <= 0:
            raise ValueError("hidden_size must be greater than zero")
        if num_layers <= 0:
            raise ValueError("num_layers must be greater than zero")
        if proj_size < 0:
            raise ValueError("proj_size should be a positive integer or zero to disable projections")
        if proj_size >= hidden_size:
            raise ValueError("proj_size has to be smaller than hidden_size")
        if proj_size and self.states == 1:
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        if dropout > 0 and num_layers == 1:
            warnings.warn(
                "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects "
                f"num_layers greater than 1, but got dropout={dropout} and num_layers={num_layers}",
                UserWarning,
                stacklevel=3,
            )
        self.input_size, self.hidden_size, self.num_layers, self.bias = input_size, hidden_size, num_layers, bias
        self.batch_first, self.dropout, self.bidirectional = batch_first, float(dropout), bidirectional
        self.proj_size = proj_size
        rows, width = self.gates * hidden_size, proj_size or hidden_size
        for layer in range(num_layers):
            for suffix in self._suffixes(layer):
                shapes = {
                    "weight_ih": (rows, width * len(self._directions) if layer else input_size),
                    "weight_hh": (rows, width),
                    **({"bias_ih": (rows,), "bias_hh": (rows,)} if bias else {}),
                    **({"weight_hr": (proj_size, hidden_size)} if proj_size else {}),
                }
                for name, shape in shapes.items():
                    setattr(self, f"{name}{suffix}", Parameter(empty(*shape, device=device, dtype=dtype)))
        self.reset_parameters()

    @property
    def _directions(self) -> tuple[str, ...]:
        return ("", "_reverse") if self.bidirectional else ("",)

    def _suffixes(self, layer: int) -> list[str]:
        return [f"_l{layer}{direction}" for direction in self._directions]

    @property
    def all_weights(self) -> list[list[Any]]:
        """The parameters of each layer and direction."""
        suffixes = [suffix for layer in range(self.num_layers) for suffix in self._suffixes(layer)]
        return [[t for name, t in self._parameters.items() if name.endswith(suffix)] for suffix in suffixes]

    def flatten_parameters(self) -> None:
        """Does nothing: there is no library here that wants the parameters in one piece."""

    def forward(self, input: Any, hx: Any = None) -> Any:
        if len(input.shape) not in (2, 3):
            raise ValueError(f"{type(self).__name__}: Expected input to be 2D or 3D, got {len(input.shape)}D instead")
        if input.shape[-1] != self.input_size:
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.shape[-1]}"
            )
        batched = len(input.shape) == 3
        x: Any = (input.transpose(0, 1) if self.batch_first else input) if batched else input.unsqueeze(1)
        states = self._first_states(x, hx, batched)
        last: list[State] = []
        for layer in range(self.num_layers):
            ways: list[Any] = []
            for direction, suffix in enumerate(self._suffixes(layer)):
                place = layer * len(self._directions) + direction
                out, state = self._over(x, tuple(whole[place] for whole in states), suffix, reverse=direction == 1)
                ways.append(out)
                last.append(state)
            x = cat(ways, -1) if len(ways) > 1 else ways[0]
            if self.dropout and layer < self.num_layers - 1:
                x = dropout(x, self.dropout, self.training)
        ends: State = tuple(stack([state[number] for state in last]) for number in range(self.states))
        if not batched:
            x, ends = x.squeeze(1), tuple(end.squeeze(1) for end in ends)
        elif self.batch_first:
            x = x.transpose(0, 1)
        return x, (ends if self.states > 1 else ends[0])

    def _first_states(self, x: Any, hx: Any, batched: bool) -> State:
        count = self.num_layers * len(self._directions)
        widths = (self.proj_size or self.hidden_size, self.hidden_size)[: self.states]
        shapes = [(count, x.shape[1], width) for width in widths]
        if hx is None:
            return tuple(zeros(*shape, dtype=x.dtype, device=x.device) for shape in shapes)
        given = tuple(hx) if self.states > 1 else (hx,)
        found = given if batched else tuple(tensor.unsqueeze(1) for tensor in given)
        for tensor, shape in zip(found, shapes, strict=True):
            if tensor.shape != shape:
                raise RuntimeError(f"Expected hidden size {shape}, got {list(tensor.shape)}")
        return found

    def _over(self, x: Any, state: State, suffix: str, reverse: bool) -> tuple[Any, State]:
        """One layer in one direction: its outputs at each place, and its last state."""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
        w_ih, w_hh, b_ih, b_hh, w_hr = (self._parameters.get(f"{name}{suffix}") for name in names)
        whole: Any = linear(x, cast(Any, w_ih), b_ih)
        places: list[Any] = list(whole.unbind(0))
        outs: list[Any] = []
        for place in reversed(places) if reverse else places:
            state = self.next_state(place, linear(state[0], cast(Any, w_hh), b_hh), state)
            if w_hr is not None:
                state = (linear(state[0], w_hr), *state[1:])
            outs.append(state[0])
        return stack(outs[::-1] if reverse else outs), state

    def extra_repr(self) -> str:
        words = [f"{self.input_size}, {self.hidden_size}"]
        if self.proj_size:
            words.append(f"proj_size={self.proj_size}")
        if self.num_layers != 1:
            words.append(f"num_layers={self.num_layers}")
        if not self.bias:
            words.append("bias=False")
        if self.batch_first:
            words.append("batch_first=True")
        if self.dropout:
            words.append(f"dropout={self.dropout}")
        if self.bidirectional:
            words.append("bidirectional=True")
        return ", ".join(words)


class RNN(RNNBase):
    """An Elman network over a sequence. Source: torch.nn.RNN.

    >>> out, last = nn.RNN(2, 3)(ones(5, 4, 2))
    >>> out.shape, last.shape
    ((5, 4, 3), (1, 4, 3))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        more = {"device": device, "dtype": dtype}
        super().__init__(input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, **more)
        if nonlinearity not in _STEPS:
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        self.nonlinearity = nonlinearity

    def next_state(self, from_input: Any, from_state: Any, state: State) -> State:
        return _STEPS[self.nonlinearity](from_input, from_state, state)


class LSTM(RNNBase):
    """A long short-term memory over a sequence. Source: torch.nn.LSTM."""

    gates, states = 4, 2
    step = staticmethod(_lstm_step)


class GRU(RNNBase):
    """A gated recurrent unit over a sequence. Source: torch.nn.GRU."""

    gates = 3
    step = staticmethod(_gru_step)
