"""The rules that turn gradients into steps: torch's own, Muon for convolution filters, Lookahead around any."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from cifar_gui.recipe import Recipe


class Muon(Optimizer):
    """Momentum whose step is the nearest matrix with equal singular values (Jordan et al. 2024, "Muon").

    For convolution filters, seen as (C_out, C_in·k·k) matrices; after each step every filter bank is brought to norm
    sqrt(C_out), as in airbench. torch.optim.Muon takes matrices only and does not renormalise."""

    def __init__(self, params: Iterable[Tensor], lr: float, momentum: float, *, nesterov: bool = True) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "nesterov": nesterov})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self._update(weight, weight.grad, group)
        return closure() if closure else None

    def _update(self, weight: Tensor, gradient: Tensor, group: Mapping[str, Any]) -> None:
        state = self.state[weight]
        if "momentum_buffer" not in state:
            state["momentum_buffer"] = torch.zeros_like(weight)
        buffer = state["momentum_buffer"].mul_(group["momentum"]).add_(gradient)
        direction = gradient.add(buffer, alpha=group["momentum"]) if group["nesterov"] else buffer
        weight.mul_(len(weight) ** 0.5 / weight.norm())
        update = orthogonalised(direction.reshape(len(weight), -1)).view_as(weight)
        weight.add_(update, alpha=-group["lr"])


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
    """One or two torch optimisers that step together; learning rates are set as a share of their largest."""

    def __init__(self, model: nn.Module, recipe: Recipe) -> None:
        self.parts = _parts(model, recipe, next(model.parameters()).device)
        self._peaks = [[float(group["lr"]) for group in part.param_groups] for part in self.parts]

    def step(self, fraction: float) -> None:
        """One step with every learning rate at `fraction` of its largest; then gradients are cleared."""
        for part, peaks in zip(self.parts, self._peaks, strict=True):
            for group, peak in zip(part.param_groups, peaks, strict=True):
                group["lr"] = peak * fraction
            part.step()
            part.zero_grad(set_to_none=True)

    def state(self) -> dict[str, Tensor]:
        """Momentum and moments as named tensors, on the CPU."""
        tensors = {}
        for which, part in enumerate(self.parts):
            for index, state in part.state_dict()["state"].items():
                for key, value in state.items():
                    tensors[f"{which}.{index}.{key}"] = torch.as_tensor(value).detach().to("cpu", copy=True)
        return tensors

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """The reverse of `state`."""
        states: list[dict[int, dict[str, Tensor]]] = [{} for _ in self.parts]
        for name, tensor in tensors.items():
            which, index, key = name.split(".", 2)
            states[int(which)].setdefault(int(index), {})[key] = tensor.clone()
        for part, state in zip(self.parts, states, strict=True):
            part.load_state_dict({"state": state, "param_groups": part.state_dict()["param_groups"]})


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


def _parts(model: nn.Module, recipe: Recipe, device: torch.device) -> list[Optimizer]:
    filters, matrices, vectors = _by_role(model)
    if recipe.optimiser == "muon":
        # The rest is for SGD, whose own habits (airbench) do not follow the momentum that Muon likes.
        rest = _groups(recipe, [(matrices, recipe.head_lr), (vectors, recipe.bias_lr)])
        parts: list[Optimizer] = []
        if filters:
            parts.append(Muon(filters, recipe.lr, recipe.momentum, nesterov=recipe.nesterov))
        if rest:
            parts.append(torch.optim.SGD(rest, recipe.lr, 0.85, nesterov=True, fused=_can_fuse(device)))
        return parts
    groups = _groups(recipe, [(filters, None), (matrices, recipe.head_lr), (vectors, recipe.bias_lr)])
    return [_torch_optimiser(recipe, groups, fused=_can_fuse(device))]


def _torch_optimiser(recipe: Recipe, groups: list[dict[str, Any]], *, fused: bool) -> Optimizer:
    match recipe.optimiser:
        case "adam":
            return torch.optim.Adam(groups, recipe.lr, fused=fused)
        case "adamw":
            return torch.optim.AdamW(groups, recipe.lr, fused=fused)
        case "adamax":
            return torch.optim.Adamax(groups, recipe.lr)
        case _:
            nesterov = recipe.nesterov and recipe.momentum > 0
            return torch.optim.SGD(groups, recipe.lr, recipe.momentum, nesterov=nesterov, fused=fused)


def _by_role(model: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter], list[nn.Parameter]]:
    """Convolution filters, matrices of dense layers, and biases and norms; permanently frozen ones left out."""
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return (
        [each for each in trained if each.dim() == 4],
        [each for each in trained if each.dim() in (2, 3)],
        [each for each in trained if each.dim() <= 1],
    )


def _groups(recipe: Recipe, roles: list[tuple[list[nn.Parameter], float | None]]) -> list[dict[str, Any]]:
    groups = []
    for parameters, own_lr in roles:
        lr = own_lr or recipe.lr
        decay = recipe.weight_decay / lr if recipe.decoupled_decay else recipe.weight_decay
        if parameters:
            groups.append({"params": parameters, "lr": lr, "weight_decay": decay})
    return groups


def _can_fuse(device: torch.device) -> bool:
    """One kernel for all weights instead of several for each."""
    return device.type in ("cpu", "cuda")
