"""The rules that turn gradients into steps: torch's arithmetic, Muon for convolution filters, Lookahead around any.

torch's functions are used, not its Optimizer classes: the first of these that is made, and its first step, import
torch's compiler, which takes four seconds and 100 MB and does nothing here.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim.adam import adam
from torch.optim.adamax import adamax
from torch.optim.sgd import sgd

from cifar_gui.recipe import Recipe

_BETA1, _BETA2, _EPSILON = 0.9, 0.999, 1e-8


@dataclass(frozen=True, slots=True)
class Group:
    """Parameters that share their settings."""

    parameters: list[nn.Parameter]
    lr: float  # the largest of the schedule
    weight_decay: float = 0.0
    gain: float = 1.0  # what Muon brings filters to: their norm, as a root mean square over a bank


class Rule(ABC):
    """One way to step. `state` holds named tensors for each parameter, by its number over all groups."""

    def __init__(self, groups: list[Group]) -> None:
        self.groups = groups
        self.parameters: list[Tensor] = [each for group in groups for each in group.parameters]
        self.state: list[dict[str, Tensor]] = [{} for _ in self.parameters]
        self._number = {parameter: number for number, parameter in enumerate(self.parameters)}

    @torch.no_grad()
    def step(self, fraction: float) -> None:
        """One step with every learning rate at `fraction` of its largest, for parameters that have gradients."""
        for group in self.groups:
            pairs = [(each, each.grad) for each in group.parameters if each.grad is not None]
            if pairs:
                self._update([each for each, _ in pairs], [grad for _, grad in pairs], group, group.lr * fraction)

    @abstractmethod
    def _update(self, weights: list[Tensor], gradients: list[Tensor], group: Group, lr: float) -> None:
        """Move `weights` in place."""

    def _states(self, weights: list[Tensor]) -> list[dict[str, Tensor]]:
        return [self.state[self._number[each]] for each in weights]


class SGD(Rule):
    """Stochastic gradient descent with momentum, one kernel for all weights where the device has one."""

    def __init__(self, groups: list[Group], momentum: float, *, nesterov: bool) -> None:
        super().__init__(groups)
        self._momentum, self._nesterov = momentum, nesterov and momentum > 0

    def _update(self, weights: list[Tensor], gradients: list[Tensor], group: Group, lr: float) -> None:
        states = self._states(weights)
        buffers = [state.get("momentum_buffer") for state in states]
        sgd(
            weights, gradients, buffers, fused=_can_fuse(weights[0].device), weight_decay=group.weight_decay,
            momentum=self._momentum, lr=lr, dampening=0.0, nesterov=self._nesterov, maximize=False,
        )  # fmt: skip
        for state, buffer in zip(states, buffers, strict=True):
            if buffer is not None:
                state["momentum_buffer"] = buffer


class Adam(Rule):
    """Adam (Kingma and Ba, arXiv 1412.6980); `decoupled`: AdamW (Loshchilov and Hutter, arXiv 1711.05101)."""

    def __init__(self, groups: list[Group], *, decoupled: bool) -> None:
        super().__init__(groups)
        self._decoupled = decoupled

    def _update(self, weights: list[Tensor], gradients: list[Tensor], group: Group, lr: float) -> None:
        fused = _can_fuse(weights[0].device)
        counts, means, squares = _moments(weights, self._states(weights), "exp_avg_sq", count_beside_weight=fused)
        adam(
            weights, gradients, means, squares, [], counts, fused=fused, amsgrad=False,
            decoupled_weight_decay=self._decoupled, lr=lr, weight_decay=group.weight_decay,
            eps=_EPSILON, beta1=_BETA1, beta2=_BETA2, maximize=False,
        )  # fmt: skip


class Adamax(Rule):
    """Adam with the largest gradient in place of their mean square (arXiv 1412.6980, section 7.1)."""

    def _update(self, weights: list[Tensor], gradients: list[Tensor], group: Group, lr: float) -> None:
        counts, means, largest = _moments(weights, self._states(weights), "exp_inf", count_beside_weight=False)
        adamax(
            weights, gradients, means, largest, counts,
            eps=_EPSILON, lr=lr, weight_decay=group.weight_decay, beta1=_BETA1, beta2=_BETA2,
        )  # fmt: skip


class Muon(Rule):
    """Momentum whose step is the nearest matrix with equal singular values (Jordan et al. 2024, "Muon").

    For convolution filters, seen as (C_out, C_in·k·k) matrices; before each step every filter bank is brought to norm
    gain · sqrt(C_out), in airbench with a gain of 1. torch.optim.Muon takes matrices only and does not renormalise."""

    def __init__(self, groups: list[Group], momentum: float, *, nesterov: bool = True) -> None:
        super().__init__(groups)
        self._momentum, self._nesterov = momentum, nesterov

    def _update(self, weights: list[Tensor], gradients: list[Tensor], group: Group, lr: float) -> None:
        for weight, gradient, state in zip(weights, gradients, self._states(weights), strict=True):
            if "momentum_buffer" not in state:
                state["momentum_buffer"] = torch.zeros_like(weight)
            buffer = state["momentum_buffer"].mul_(self._momentum).add_(gradient)
            direction = gradient.add(buffer, alpha=self._momentum) if self._nesterov else buffer
            weight.mul_(group.gain * len(weight) ** 0.5 / weight.norm())
            update = orthogonalised(direction.reshape(len(weight), -1)).view_as(weight)
            weight.add_(update, alpha=-lr)


def orthogonalised(matrix: Tensor, steps: int = 3) -> Tensor:
    """Bring the singular values of a (rows, columns) matrix near 1 without computing them.

    A quintic Newton–Schulz iteration with the coefficients (3.4445, −4.7750, 2.0315) of Jordan et al. 2024."""
    a, b, c = 3.4445, -4.7750, 2.0315
    tall = matrix.shape[0] > matrix.shape[1]
    result = matrix.T if tall else matrix
    result = result / (result.norm() + 1e-7)
    for _ in range(steps):
        gram = result @ result.T
        result = torch.addmm(result, torch.addmm(gram, gram, gram, beta=b, alpha=c), result, beta=a)
    return result.T if tall else result


class Optimiser:
    """One or two rules that step together; learning rates are set as a share of their largest."""

    def __init__(self, model: nn.Module, recipe: Recipe) -> None:
        self.parts = _parts(model, recipe)

    def step(self, fraction: float) -> None:
        """One step with every learning rate at `fraction` of its largest; then gradients are cleared."""
        for part in self.parts:
            part.step(fraction)
            for parameter in part.parameters:
                parameter.grad = None

    def state(self) -> dict[str, Tensor]:
        """Momentum and moments as named tensors, on the CPU."""
        return {
            f"{which}.{number}.{key}": value.detach().to("cpu", copy=True)
            for which, part in enumerate(self.parts)
            for number, state in enumerate(part.state)
            for key, value in state.items()
        }

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """The reverse of `state`."""
        for name, tensor in tensors.items():
            which, number, key = name.split(".", 2)
            part = self.parts[int(which)]
            device = part.parameters[int(number)].device
            part.state[int(number)][key] = tensor.to(device, copy=True)


class Lookahead:
    """Averages the weights every few steps and goes on from the average (Zhang et al., arXiv 1907.08610).

    The decay grows with the cube of the progress, 0.95^5 · (t/T)^3, as in airbench: much averaging late only."""

    def __init__(self, model: nn.Module, every: int) -> None:
        self.every = every
        self._live = {name: value for name, value in model.state_dict().items() if value.is_floating_point()}
        self.slow = {name: value.clone() for name, value in self._live.items()}

    @torch.no_grad()
    def after_step(self, step: int, total_steps: int) -> None:
        """Called after optimiser step `step`, from 1."""
        if step >= total_steps:
            self._blend(1.0)
        elif step % self.every == 0:
            self._blend(0.95**5 * (step / total_steps) ** 3)

    def _blend(self, decay: float) -> None:
        for name, live in self._live.items():
            self.slow[name].lerp_(live, 1 - decay)
            live.copy_(self.slow[name])


def _parts(model: nn.Module, recipe: Recipe) -> list[Rule]:
    filters, matrices, vectors = _by_role(model)
    if recipe.optimiser == "muon":
        # The rest is for SGD, whose own habits (airbench) do not follow the momentum that Muon likes.
        rest = _groups(recipe, [(matrices, recipe.head_lr), (vectors, recipe.bias_lr)])
        parts: list[Rule] = []
        if filters:
            parts.append(Muon(_by_gain(model, filters, recipe.lr), recipe.momentum, nesterov=recipe.nesterov))
        if rest:
            parts.append(SGD(rest, 0.85, nesterov=True))
        return parts
    groups = _groups(recipe, [(filters, None), (matrices, recipe.head_lr), (vectors, recipe.bias_lr)])
    match recipe.optimiser:
        case "adam" | "adamw":
            return [Adam(groups, decoupled=recipe.optimiser == "adamw")]
        case "adamax":
            return [Adamax(groups)]
        case _:
            return [SGD(groups, recipe.momentum, nesterov=recipe.nesterov)]


def _by_gain(model: nn.Module, filters: list[nn.Parameter], lr: float) -> list[Group]:
    """For Muon. A bias tells that no norm follows: √2 then keeps variances through ReLUs (He et al. 2015, arXiv
    1502.01852). With 1, what tells two pictures apart behind Inception V1's 22 layers is 0.0005 at first, not 0.12."""
    bare = {id(each.weight) for each in model.modules() if isinstance(each, nn.Conv2d) and each.bias is not None}
    split = [each for each in filters if id(each) not in bare], [each for each in filters if id(each) in bare]
    return [Group(each, lr, gain=gain) for each, gain in zip(split, (1.0, math.sqrt(2)), strict=True) if each]


def _moments(
    weights: list[Tensor], states: list[dict[str, Tensor]], second: str, *, count_beside_weight: bool
) -> tuple[list[Tensor], list[Tensor], list[Tensor]]:
    """Steps so far, running means of the gradients, and what `second` names; zeros at first."""
    for weight, state in zip(weights, states, strict=True):
        if not state:
            state["step"] = torch.zeros((), device=weight.device if count_beside_weight else "cpu")
            state["exp_avg"], state[second] = torch.zeros_like(weight), torch.zeros_like(weight)
    return [each["step"] for each in states], [each["exp_avg"] for each in states], [each[second] for each in states]


def _by_role(model: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter], list[nn.Parameter]]:
    """Convolution filters, matrices of dense layers, and biases and norms; permanently frozen ones left out."""
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return (
        [each for each in trained if each.dim() == 4],
        [each for each in trained if each.dim() in (2, 3)],
        [each for each in trained if each.dim() <= 1],
    )


def _groups(recipe: Recipe, roles: list[tuple[list[nn.Parameter], float | None]]) -> list[Group]:
    groups = []
    for parameters, own_lr in roles:
        lr = own_lr or recipe.lr
        decay = recipe.weight_decay / lr if recipe.decoupled_decay else recipe.weight_decay
        if parameters:
            groups.append(Group(parameters, lr, decay))
    return groups


def _can_fuse(device: torch.device) -> bool:
    """One kernel for all weights instead of several for each."""
    return device.type in ("cpu", "cuda")
