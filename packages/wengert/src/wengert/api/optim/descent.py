"""Floor 7: stochastic gradient descent and the methods that scale each element by its usual size.

Each `update` writes in place, in torch's order of operations, so that values agree to the last bits and versions count
as torch's do. `foreach` and `fused` choose between torch's implementations; here they have no effect, and on the CPU
`capturable` has none.
"""

from __future__ import annotations

from typing import Any, cast

from wengert.api.optim import capturing, stepping
from wengert.api.optim.optimizer import Optimizer, check
from wengert.ops.arithmetic import maximum
from wengert.ops.complex import view_as_real
from wengert.ops.creation import full_like, tensor, zeros_like
from wengert.protocol.errors import NoBackendError
from wengert.tensor.base import TensorBase

Group = dict[str, Any]
State = dict[str, Any]


def _decayed(group: Group, parameter: Any, gradient: Any) -> Any:
    """The gradient with that of the penalty on the parameter's square."""
    decay = group["weight_decay"]
    return gradient.add(parameter, alpha=decay) if decay else gradient


def _real(*tensors: Any) -> tuple[Any, ...]:
    """Complex tensors as pairs of real numbers, in the same memory."""
    return tuple(view_as_real(one) if one is not None and one.is_complex() else one for one in tensors)


def _number(rate: Any) -> float:
    """A learning rate, which may be a tensor."""
    return cast(Any, rate).item() if isinstance(rate, TensorBase) else rate


def _no_steps(parameter: Any, group: Group) -> Any:
    """The count of steps at the beginning: a tensor on the CPU, which can be read without waiting for a device; beside
    the parameter where a graph is to count."""
    if capturing.is_on_device(group, parameter):
        return capturing.no_steps_on_device(parameter)
    if not parameter.space.is_readable:
        try:
            return tensor(0.0, device="cpu")
        except (RuntimeError, NoBackendError):  # there is no library for the CPU here
            pass
    return tensor(0.0, device=parameter.space.device, backend=parameter.space.backend.name)


def _count(state: State) -> float:
    """One more step."""
    state["step"].add_(1)
    return state["step"].item()


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if wanted. Source: torch.optim.SGD.

    >>> x = tensor([4.], requires_grad=True)
    >>> optimizer = wengert.optim.SGD([x], lr=0.1)
    >>> (x * x).sum().backward()
    >>> optimizer.step()
    >>> x
    tensor([3.2000], requires_grad=True)
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: Any = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check("learning rate", lr, lr >= 0.0)
        check("momentum value", momentum, momentum >= 0.0)
        check("weight_decay value", weight_decay, weight_decay >= 0.0)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        super().__init__(
            params,
            {
                "lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay,
                "nesterov": nesterov, "maximize": maximize, "foreach": foreach, "differentiable": differentiable,
                "fused": fused,
            },
        )  # fmt: skip

    def update(self, group: Group, parameter: Any, gradient: Any, state: State) -> None:
        if parameter.space.fuses and self._updated_in_one(group, parameter, gradient, state):
            return
        step, momentum = _decayed(group, parameter, gradient), group["momentum"]
        if momentum:
            buffer = state.get("momentum_buffer")
            if buffer is None:
                buffer = state["momentum_buffer"] = step.detach().clone()
            else:
                buffer.mul_(momentum).add_(step, alpha=1 - group["dampening"])
            step = step.add(buffer, alpha=momentum) if group["nesterov"] else buffer
        parameter.add_(step, alpha=-_number(group["lr"]))

    def _updated_in_one(self, group: Group, parameter: Any, gradient: Any, state: State) -> bool:
        decay, momentum = float(_number(group["weight_decay"])), float(group["momentum"])
        numbers: dict[str, Any] = {"rate": float(_number(group["lr"])), "decay": decay}
        numbers["kind"] = "coupled" if decay else "none"
        if not momentum:
            return stepping.in_one(stepping.descent, [parameter], gradient, **numbers)
        numbers |= {"momentum": momentum, "share": 1.0 - group["dampening"], "nesterov": bool(group["nesterov"])}
        buffer = state.get("momentum_buffer")  # none yet at the first step
        return stepping.in_one(stepping.momentum, [parameter, buffer], gradient, **numbers)


class Adam(Optimizer):
    """Descent by running means of the gradient and of its square. Source: torch.optim.Adam; Kingma, Ba, 2015.

    >>> x = tensor([4.], requires_grad=True)
    >>> optimizer = wengert.optim.Adam([x], lr=0.1)
    >>> (x * x).sum().backward()
    >>> optimizer.step()
    >>> x
    tensor([3.9000], requires_grad=True)
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        check("learning rate", lr, lr >= 0.0)
        check("epsilon value", eps, eps >= 0.0)
        check("beta parameter at index 0", betas[0], 0.0 <= betas[0] < 1.0)
        check("beta parameter at index 1", betas[1], 0.0 <= betas[1] < 1.0)
        check("weight_decay value", weight_decay, weight_decay >= 0.0)
        super().__init__(
            params,
            {
                "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad,
                "maximize": maximize, "foreach": foreach, "capturable": capturable, "differentiable": differentiable,
                "fused": fused, "decoupled_weight_decay": decoupled_weight_decay,
            },
        )  # fmt: skip

    def begin(self, group: Group, parameter: Any) -> State:
        names = ["exp_avg", "exp_avg_sq", *(["max_exp_avg_sq"] if group["amsgrad"] else [])]
        return {"step": _no_steps(parameter, group), **{name: zeros_like(parameter) for name in names}}

    def update(self, group: Group, parameter: Any, gradient: Any, state: State) -> None:
        is_on_device = capturing.is_on_device(group, parameter)
        rate, (mean_decay, square_decay) = group["lr"] if is_on_device else _number(group["lr"]), group["betas"]
        count = state["step"].add_(1) if is_on_device else _count(state)
        one_kernel = parameter.space.fuses and not is_on_device  # which takes the count as a number
        if one_kernel and self._updated_in_one(group, parameter, gradient, state, count):
            return
        if group["decoupled_weight_decay"]:
            if group["weight_decay"]:
                parameter.mul_(1 - rate * group["weight_decay"])
        else:
            gradient = _decayed(group, parameter, gradient)
        largest = state.get("max_exp_avg_sq")
        parameter, gradient, mean, square, largest = _real(
            parameter, gradient, state["exp_avg"], state["exp_avg_sq"], largest
        )
        mean.lerp_(gradient, 1 - mean_decay)
        square.mul_(square_decay).addcmul_(gradient, gradient, value=1 - square_decay)
        if largest is not None:
            square = largest.copy_(maximum(largest, square))
        if is_on_device:
            capturing.adam_step(group, parameter, mean, square, count)
            return
        # Both means began at zero; these weights undo their bias towards it.
        mean_weight, square_weight = 1 - mean_decay**count, 1 - square_decay**count
        size = (square.sqrt() / square_weight**0.5).add_(group["eps"])
        parameter.addcdiv_(mean, size, value=-(rate / mean_weight))

    def _updated_in_one(self, group: Group, parameter: Any, gradient: Any, state: State, count: float) -> bool:
        rate, decay = float(_number(group["lr"])), float(group["weight_decay"])
        decoupled, (mean_decay, square_decay) = group["decoupled_weight_decay"], group["betas"]
        names = ["exp_avg", "exp_avg_sq", *(["max_exp_avg_sq"] if "max_exp_avg_sq" in state else [])]
        return stepping.in_one(
            stepping.adam,
            [parameter, *(state[name] for name in names)],
            gradient,
            rate=rate / (1 - mean_decay**count),
            decay=1 - rate * decay if decoupled else decay,
            mean_share=1.0 - mean_decay,
            square_decay=float(square_decay),
            square_share=1.0 - square_decay,
            eps=float(group["eps"]),
            correction=(1 - square_decay**count) ** 0.5,
            kind="none" if not decay else "decoupled" if decoupled else "coupled",
        )


class AdamW(Adam):
    """Adam whose decay of the weights stays out of the means. Source: torch.optim.AdamW; Loshchilov, Hutter, 2019."""

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params, lr, betas, eps, weight_decay, amsgrad, foreach=foreach, maximize=maximize, capturable=capturable,
            differentiable=differentiable, fused=fused, decoupled_weight_decay=True,
        )  # fmt: skip


class Adagrad(Optimizer):
    """Descent scaled by the sum of all squared gradients. Source: torch.optim.Adagrad; Duchi, Hazan, Singer, 2011."""

    begins_early = True

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check("learning rate", lr, lr >= 0.0)
        check("lr_decay value", lr_decay, lr_decay >= 0.0)
        check("weight_decay value", weight_decay, weight_decay >= 0.0)
        check("initial_accumulator_value value", initial_accumulator_value, initial_accumulator_value >= 0.0)
        check("epsilon value", eps, eps >= 0.0)
        super().__init__(
            params,
            {
                "lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value, "foreach": foreach, "maximize": maximize,
                "differentiable": differentiable, "fused": fused,
            },
        )  # fmt: skip

    def begin(self, group: Group, parameter: Any) -> State:
        first = group["initial_accumulator_value"]
        value = complex(first, first) if parameter.is_complex() else first
        return {"step": _no_steps(parameter, group), "sum": full_like(parameter, value)}

    def update(self, group: Group, parameter: Any, gradient: Any, state: State) -> None:
        count = _count(state)
        gradient = _decayed(group, parameter, gradient)
        rate = _number(group["lr"]) / (1 + (count - 1) * group["lr_decay"])
        parameter, gradient, total = _real(parameter, gradient, state["sum"])
        total.addcmul_(gradient, gradient, value=1)
        parameter.addcdiv_(gradient, total.sqrt().add_(group["eps"]), value=-rate)


class RMSprop(Optimizer):
    """Descent scaled by a running mean of squared gradients. Source: torch.optim.RMSprop; Hinton, 2012."""

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check("learning rate", lr, lr >= 0.0)
        check("epsilon value", eps, eps >= 0.0)
        check("momentum value", momentum, momentum >= 0.0)
        check("weight_decay value", weight_decay, weight_decay >= 0.0)
        check("alpha value", alpha, alpha >= 0.0)
        super().__init__(
            params,
            {
                "lr": lr, "momentum": momentum, "alpha": alpha, "eps": eps, "centered": centered,
                "weight_decay": weight_decay, "capturable": capturable, "foreach": foreach, "maximize": maximize,
                "differentiable": differentiable,
            },
        )  # fmt: skip

    def begin(self, group: Group, parameter: Any) -> State:
        names = [
            "square_avg", *(["momentum_buffer"] if group["momentum"] > 0 else []),
            *(["grad_avg"] if group["centered"] else []),
        ]  # fmt: skip
        return {"step": _no_steps(parameter, group), **{name: zeros_like(parameter) for name in names}}

    def update(self, group: Group, parameter: Any, gradient: Any, state: State) -> None:
        state["step"].add_(1)
        gradient = _decayed(group, parameter, gradient)
        parameter, gradient, square, mean, buffer = _real(
            parameter, gradient, state["square_avg"], state.get("grad_avg"), state.get("momentum_buffer")
        )
        alpha, rate = group["alpha"], _number(group["lr"])
        square.mul_(alpha).addcmul_(gradient, gradient, value=1 - alpha)
        if mean is not None:
            mean.lerp_(gradient, 1 - alpha)
            square = square.addcmul(mean, mean, value=-1)
        size = square.sqrt().add_(group["eps"])
        if buffer is None:
            parameter.addcdiv_(gradient, size, value=-rate)
        else:
            buffer.mul_(group["momentum"]).addcdiv_(gradient, size)
            parameter.add_(buffer, alpha=-rate)
