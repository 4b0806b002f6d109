"""How the learning rate changes during a run: a pure function of the recipe and the place in the run."""

from __future__ import annotations

import math

from cifar_gui.recipe import Recipe


def fraction_at(recipe: Recipe, step: int, total_steps: int, steps_per_epoch: int) -> float:
    """The learning rate of optimiser step `step`, counted from 0, as a share of the largest, 0–1.

    Beyond the end it stays what it was at the end.
    """
    step = min(step, total_steps)
    done = step / max(total_steps, 1)
    epoch = step // max(steps_per_epoch, 1)
    match recipe.schedule:
        case "one_cycle" | "cosine" if done < recipe.warm_up:
            return recipe.initial_lr + (1 - recipe.initial_lr) * done / recipe.warm_up
        case "one_cycle":
            return _between(1.0, recipe.final_lr, (done - recipe.warm_up) / (1 - recipe.warm_up))
        case "cosine":
            wave = (1 - math.cos(math.pi * (done - recipe.warm_up) / (1 - recipe.warm_up))) / 2
            return _between(1.0, recipe.final_lr, wave)
        case "linear":
            return _between(1.0, recipe.final_lr, done)
        case "exponential":
            return recipe.lr_decay**epoch
        case "step":
            return recipe.lr_decay ** (epoch // recipe.lr_step_epochs)
        case _:
            return 1.0


def _between(start: float, end: float, share: float) -> float:
    return start + (end - start) * share
