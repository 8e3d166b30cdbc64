"""Floor 7: the class Tensor: the methods of all families and the autograd attributes."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from wengert.api.autograd import called, run_backward
from wengert.graph.hooks import Hooks, RemovableHandle
from wengert.graph.modes import InferenceCell, current_mode
from wengert.graph.node import Node
from wengert.graph.saved import version_of
from wengert.ops.activation import ActivationMethods
from wengert.ops.arithmetic import ArithmeticMethods
from wengert.ops.classification import ClassificationMethods
from wengert.ops.comparison import ComparisonMethods
from wengert.ops.complex import ComplexMethods
from wengert.ops.conversion import ConversionMethods
from wengert.ops.creation import CreationMethods
from wengert.ops.exponential import ExponentialMethods
from wengert.ops.forms import check_methods
from wengert.ops.indexing import IndexingMethods
from wengert.ops.inplace import InplaceMethods
from wengert.ops.linalg import LinalgMethods
from wengert.ops.movement import MovementMethods
from wengert.ops.normalization import NormalizationMethods
from wengert.ops.random import RandomMethods
from wengert.ops.reduction import ReductionMethods
from wengert.ops.special import SpecialMethods
from wengert.ops.trigonometric import TrigonometricMethods
from wengert.ops.ufuncs import UfuncMethods
from wengert.protocol.backend import Space
from wengert.protocol.errors import BackendError
from wengert.tensor.base import (
    SEVERED,
    STALE,
    UNUSED_LEAF,
    TensorBase,
    edge_of,
    gradient_of,
    is_leaf,
    make,
    require_inexact,
    was_leaf,
)
from wengert.tensor.level import running
from wengert.tensor.retain import retain, retains
from wengert.tensor.view import as_alias, require_grad_of_views, view_of

if TYPE_CHECKING:
    pass


class Tensor(
    ArithmeticMethods,
    ExponentialMethods,
    TrigonometricMethods,
    ActivationMethods,
    ComparisonMethods,
    ClassificationMethods,
    ComplexMethods,
    ReductionMethods,
    LinalgMethods,
    MovementMethods,
    IndexingMethods,
    NormalizationMethods,
    SpecialMethods,
    CreationMethods,
    RandomMethods,
    ConversionMethods,
    InplaceMethods,
    UfuncMethods,
):
    """An array that records what is done with it. Made by `wengert.tensor` and its kin, never by calling the class.

    >>> x = tensor([1., 2.], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4.])
    """

    __slots__ = ()

    # what needs a gradient, and where it goes

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this tensor are recorded."""
        return self.node is not None

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if not isinstance(value, bool):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
            raise RuntimeError(f"requires_grad must be a bool; got {type(value).__name__}")
        if value and not is_leaf(self):
            raise RuntimeError("you can only change requires_grad flags of leaf variables.")
        if value:
            require_inexact(self.space.dtype, "only Tensors of floating point and complex dtype")
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Change in place whether operations on this leaf are recorded; returns self."""
        if not isinstance(requires_grad, bool):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
            kind = type(requires_grad).__name__
            raise TypeError(f"requires_grad_(): argument 'requires_grad' (position 1) must be bool, not {kind}")
        if running.get():
            raise RuntimeError(
                "You are attempting to call Tensor.requires_grad_() (or perhaps using autograd.functional.* APIs) "
                "inside of a function being transformed by a functorch transform. This is unsupported, please attempt "
                "to use the functorch transforms (e.g. grad, vjp, jacrev, jacfwd, hessian) or call requires_grad_() "
                "outside of a function being transformed instead."
            )
        if not was_leaf(self):
            if not requires_grad:
                raise RuntimeError(
                    "you can only change requires_grad flags of leaf variables. If you want to use a computed "
                    "variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
                )
            return self
        view = view_of(self)
        if self.node is STALE:
            return self  # follows its base
        if not requires_grad:
            self.node = None if view is None or view.base.node is None else SEVERED
        elif self.node is None or self.node is SEVERED:
            require_inexact(self.space.dtype, "only Tensors of floating point dtype")
            if self.is_inference() and not current_mode().inference:
                raise RuntimeError(
                    "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed. "
                    "Make a clone, which is a normal tensor."
                )
            self.node = UNUSED_LEAF
        require_grad_of_views(self)
        return self

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded operation made this tensor."""
        return is_leaf(self)

    @property
    def grad_fn(self) -> Node | None:
        """The node of the operation that made this tensor; None for a leaf."""
        return None if is_leaf(self) else self.node.destination()[0]

    @property
    def output_nr(self) -> int:
        """Which output of its `grad_fn` this tensor is."""
        return 0 if is_leaf(self) else self.node.destination()[1]

    @property
    def grad(self) -> Tensor | None:
        """The gradient that backward has accumulated, None before. May be set and deleted."""
        found = gradient_of(self)
        if found is None and not is_leaf(self) and not retains(self):
            warnings.warn(
                "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute "
                "won't be populated during autograd.backward(). If you indeed want the .grad field to be populated for "
                "a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by "
                "mistake, make sure you access the leaf Tensor instead.",
                UserWarning,
                stacklevel=2,
            )
        return found  # pyright: ignore[reportReturnType]  # only Tensors are put there

    @grad.setter
    def grad(self, value: Any) -> None:
        if value is not None:
            self._check_gradient(value)
        self._grad = value

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    def _check_gradient(self, value: Any) -> None:
        if not isinstance(value, TensorBase):
            raise TypeError(
                f"assigned grad expected to be a Tensor or None but got grad of type {type(value).__name__}"
            )
        if value is self:
            raise RuntimeError("can't assign Variable as its own grad")
        if value.shape != self.shape:
            raise RuntimeError(
                f"attempting to assign a gradient of size '{list(value.shape)}' to a tensor of size "
                f"'{list(self.shape)}'. Please ensure that the gradient and the tensor are the same size"
            )
        if value.space.dtype is not self.space.dtype:
            raise RuntimeError(
                f"attempting to assign a gradient with dtype '{value.space.dtype.name}' to a tensor with grad_dtype "
                f"'{self.space.dtype.spoken}'. The gradient must match the tensor's grad_dtype (defaults to the "
                f"tensor's dtype). Convert it first: g.to({self.space.dtype!r})."
            )
        if value.space.backend is not self.space.backend:
            raise BackendError(
                f"assigned grad has data on another backend: {value.space.backend.name!r} for a tensor on "
                f"{self.space.backend.name!r}"
            )
        if value.space is not self.space:
            raise RuntimeError(
                f"assigned grad has data located on a different device: {value.space.device} for a tensor on "
                f"{self.space.device}"
            )

    def retain_grad(self) -> None:
        """Keep the gradient of this non-leaf tensor in its `.grad` during backward."""
        if self.node is None:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if not is_leaf(self):
            retain(self)

    @property
    def retains_grad(self) -> bool:
        """Whether this non-leaf tensor keeps its gradient."""
        return retains(self)

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Tensor | Sequence[Tensor] | None = None,
    ) -> None:
        """Add the gradient of this tensor to the `.grad` of the leaves that it came from; see `autograd.backward`."""
        run_backward(self, gradient, retain_graph, create_graph, inputs)

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
        """Call `hook` with the gradient of this tensor whenever it is computed; what it returns takes its place.

        Errors: RuntimeError if this tensor does not require grad.
        """
        if self.node is None:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if is_leaf(self):
            hooks = self.tensor_hooks()
            if hooks is None:
                hooks = self._hooks = Hooks()
        else:
            node, index = self.node.destination()
            hooks = node.extras().tensor_hooks.setdefault(index, Hooks())
        return RemovableHandle.of(hooks, hook)

    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], None]) -> RemovableHandle:
        """Call `hook` with this leaf whenever its `.grad` has been added to."""
        if self.node is None:
            raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
        if not is_leaf(self):
            raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
        hooks = self.post_accumulate_hooks()
        if hooks is None:
            hooks = self._post_accumulate_hooks = Hooks()
        return RemovableHandle.of(hooks, hook)

    # the same memory without the history

    def detach(self) -> Tensor:
        """A tensor on the same memory that does not require grad; writes to either are seen, and counted, by both."""
        return as_alias(make(self.space.plain, self.array), self)

    def detach_(self) -> Tensor:
        """Leave the history, in place; returns self."""
        if view_of(self) is not None:
            raise RuntimeError(
                "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) "
                "for training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and "
                "hence detach_() cannot be called on these gradients. To fix this error, please refer to the "
                "Optimizer.zero_grad() function in torch/optim/optimizer.py as the solution."
            )
        self.node = None
        return self

    @property
    def data(self) -> Tensor:
        """A tensor on the same memory without the history; writes to it are not counted. May be set."""
        if self.space.plain.__class__ is not Space:
            raise RuntimeError("accessing `data` under vmap transform is not allowed. Use detach() instead.")
        return make(self.space, self.array)

    @data.setter
    def data(self, value: Tensor) -> None:
        if not isinstance(value, TensorBase):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers need not be typed
            raise TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")
        space = value.space.plain
        if self.node is not None and not space.dtype.is_inexact:
            raise RuntimeError(
                "data set to a tensor that requires gradients must be floating point or complex dtype; got "
                f"{space.dtype!r}"
            )
        if space is not self.space:
            if self.space is not self.space.plain:
                raise RuntimeError(
                    "Attempted to call `variable.set_data(tensor)`, but `variable` and `tensor` have incompatible "
                    f"tensor type: {self.space} inside a transform, {space}."
                )
            self.space = space
            if self.node is not None and is_leaf(self):
                self.node = UNUSED_LEAF  # the end node in use leads to the dtype and device from before
        self.array, self.shape = value.array, value.shape

    @property
    def _version(self) -> int:
        """How often the memory of this tensor was written in place."""
        if self.version.__class__ is InferenceCell:
            raise RuntimeError("Inference tensors do not track version counter.")
        return version_of(self)

    def is_inference(self) -> bool:
        """Whether this tensor was made in inference mode, so that it can have no part in what is recorded."""
        return self.version.__class__ is InferenceCell

    @property
    def _base(self) -> Tensor | None:
        """The tensor that this one is a view of; None if it is no view."""
        view = view_of(self)
        return None if view is None else view.base

    def _is_view(self) -> bool:
        return view_of(self) is not None

    def passed_through(self, node: Node, gradients: tuple[Tensor | None, ...]) -> Any:
        """What `node`, called by hand with `gradients`, returns."""
        return called(node, gradients)

    def edge(self) -> Node | None:
        """The node that a gradient of this tensor goes to."""
        return edge_of(self)


#: Methods that look at the classes of their arguments themselves: views, products, reductions and what makes losses,
#: which are called often, and two with words of their own.
_HOT = """
    amax amin bmm chunk clamp clone contiguous cumsum detach dot expand expand_as flatten float item log_softmax matmul
    max mean min mm mv narrow norm numpy permute prod reshape reshape_as select softmax split squeeze std sum swapaxes
    swapdims t to to_device tolist transpose unbind unsqueeze var view view_as where
"""
check_methods(Tensor, frozenset(_HOT.split()))
