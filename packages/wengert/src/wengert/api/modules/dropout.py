"""Floor 7: dropout as a module."""

from __future__ import annotations

from typing import Any

from wengert.api.modules.thin import Thin
from wengert.ops.attention import dropout


class Dropout(Thin):
    """In training, elements set to zero with probability `p`, the others divided by 1 - p. Source: torch.nn.Dropout.

    >>> nn.Dropout().eval()(ones(3))
    tensor([1., 1., 1.])
    """

    function = staticmethod(dropout)
    p: float = 0.5
    inplace: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.p <= 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {self.p}")
        super().__post_init__()

    def forward(self, *args: Any) -> Any:
        return self.function(*args, self.p, self.training, self.inplace)

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"
