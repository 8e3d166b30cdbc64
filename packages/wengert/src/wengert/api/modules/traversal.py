"""Floor 7: walking over a module's parameters, buffers and submodules, and doing something to each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Self

from wengert.api.modules.attributes import Attributes
from wengert.api.modules.parameter import Parameter
from wengert.ops.placement import device as device_class
from wengert.protocol import dtypes
from wengert.protocol.dtypes import DType
from wengert.tensor.base import TensorBase, gradient_of


class Traversal(Attributes):
    """What a module gives of the tree below it. A name is the path of attributes with dots between them."""

    def children(self) -> Iterator[Any]:
        """The submodules right below this one, each once."""
        return (module for _, module in self.named_children())

    def named_children(self) -> Iterator[tuple[str, Any]]:
        """The same with their names."""
        seen: set[int] = set()
        for name, module in self._modules.items():
            if module is not None and id(module) not in seen:
                seen.add(id(module))
                yield name, module

    def modules(self) -> Iterator[Any]:
        """This module and all below it, each once."""
        return (module for _, module in self.named_modules())

    def named_modules(
        self, memo: set[Any] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        """The same with their names; `remove_duplicate=False` gives a shared module under each of its names."""
        seen: set[Any] = set() if memo is None else memo
        if self in seen:
            return
        if remove_duplicate:
            seen.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(seen, f"{prefix}.{name}" if prefix else name, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Any]:
        """The parameters of this module and of all below it, each once: what an optimiser takes."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        """The same with their names."""
        return self._named_members("_parameters", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Any]:
        """The buffers of this module and of all below it, each once."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        """The same with their names."""
        return self._named_members("_buffers", prefix, recurse, remove_duplicate)

    def _named_members(
        self, kept: str, prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        modules = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]
        for path, module in modules:
            members: dict[str, Any] = getattr(module, kept)
            for name, tensor in members.items():
                if tensor is None or id(tensor) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(tensor))
                yield f"{path}.{name}" if path else name, tensor

    def get_submodule(self, target: str) -> Any:
        """The submodule at a path such as "encoder.0". Errors: AttributeError if there is none."""
        module: Any = self
        for name in target.split(".") if target else ():
            module = _attribute(module, name)
            if not isinstance(module, Traversal):
                raise AttributeError(f"`{name}` is not an nn.Module")
        return module

    def get_parameter(self, target: str) -> Any:
        """The parameter at a path such as "encoder.0.weight". Errors: AttributeError if there is none."""
        path, _, name = target.rpartition(".")
        found = _attribute(self.get_submodule(path), name)
        if not isinstance(found, Parameter):
            raise AttributeError(f"`{name}` is not an nn.Parameter")
        return found

    def get_buffer(self, target: str) -> Any:
        """The buffer at a path. Errors: AttributeError if there is none."""
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        found = _attribute(module, name)
        if name not in module._buffers:
            raise AttributeError(f"`{name}` is not a buffer")
        return found

    def apply(self, fn: Callable[[Any], None]) -> Self:
        """Call `fn` with each module below this one, then with this one; returns self.

        >>> net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
        >>> _ = net.apply(lambda module: print(type(module).__name__))
        Linear
        ReLU
        Sequential
        """
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Self:
        """Let this module and all below it behave as in training, or with `mode=False` as in use; returns self."""
        if not isinstance(mode, bool):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self) -> Self:
        """`train(False)`: no dropout, and batch normalisation by its running statistics."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Change whether the parameters are learnt; returns self."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters():
            clear_gradient(parameter, set_to_none)

    # conversions

    def _apply(self, fn: Callable[[Any], Any], recurse: bool = True) -> Self:
        """Replace the data of every parameter, gradient and buffer by what `fn` makes of it."""
        if recurse:
            for module in self.children():
                module._apply(fn)
        for parameter in self._parameters.values():
            if parameter is not None:
                parameter.data = fn(parameter.data)
                gradient: Any = gradient_of(parameter)
                if gradient is not None:
                    gradient.data = fn(gradient.data)
        for name, buffer in self._buffers.items():
            if buffer is not None:
                self._buffers[name] = fn(buffer)
        return self

    def to(
        self, *args: Any, device: Any = None, dtype: Any = None, backend: str | None = None, non_blocking: bool = False
    ) -> Self:
        """Move everything to a device, dtype or backend, in place; returns self. Integers keep their dtype.

        Called as `to(device)`, `to(dtype)`, `to(device, dtype)`, `to(tensor)` or with keywords.
        Errors: TypeError for a dtype of integers. Source: torch.nn.Module.to; `backend` is ours.

        >>> nn.Linear(1, 1).to(wengert.float64).weight.dtype
        wengert.float64
        """
        for word in args:
            if isinstance(word, DType):
                dtype = word
            elif isinstance(word, TensorBase):
                dtype, device, backend = word.space.dtype, word.space.device, word.space.backend.name
            elif isinstance(word, (str, int, device_class)) and not isinstance(word, bool):
                device = word
            elif word is not None and not isinstance(word, bool):
                raise TypeError(f"to() received an invalid combination of arguments - got {type(word).__name__}")
        if dtype is not None and not dtype.is_inexact:
            raise TypeError(
                f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype!r}"
            )
        return self._apply(
            lambda t: t.to(device=device, backend=backend, dtype=dtype if t.space.dtype.is_inexact else None)
        )

    def type(self, dst_type: Any) -> Self:
        """Convert every parameter and buffer to a dtype; returns self."""
        return self._apply(lambda t: t.type(dst_type))

    def _floating(self, dtype: DType) -> Self:
        return self._apply(lambda t: t.to(dtype) if t.space.dtype.is_floating_point else t)

    def float(self) -> Self:
        """Convert the floating point tensors to float32; returns self."""
        return self._floating(dtypes.float32)

    def double(self) -> Self:
        """Convert the floating point tensors to float64; returns self."""
        return self._floating(dtypes.float64)

    def half(self) -> Self:
        """Convert the floating point tensors to float16; returns self."""
        return self._floating(dtypes.float16)

    def bfloat16(self) -> Self:
        """Convert the floating point tensors to bfloat16; returns self."""
        return self._floating(dtypes.bfloat16)

    def cpu(self) -> Self:
        """Move everything to the CPU; returns self."""
        return self._apply(lambda t: t.cpu())

    def cuda(self, device: Any = None) -> Self:
        """Move everything to a CUDA device; returns self."""
        return self._apply(lambda t: t.cuda(device))


def clear_gradient(parameter: Any, set_to_none: bool) -> None:
    """Drop the gradient of a parameter, or fill it with zeros."""
    gradient: Any = gradient_of(parameter)
    if gradient is None:
        return
    if set_to_none:
        parameter.grad = None
        return
    if gradient.grad_fn is None:
        gradient.requires_grad_(False)
    else:
        gradient.detach_()
    gradient.zero_()


def _attribute(module: Any, name: str) -> Any:
    if not hasattr(module, name):
        raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
    return getattr(module, name)
