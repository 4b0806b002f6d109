"""The device for a command, and a word to the user when it is not the one that could be expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cifar_gui.cli.console import say

if TYPE_CHECKING:
    import torch


def usable_device(wanted: str) -> torch.device:
    """What "auto", "cpu", "cuda", "cuda:1" or "mps" stands for here. Raises DeviceError; says so on stderr if a GPU
    that is there had to be passed over."""
    from cifar_gui.compute.device import choose_device, devices

    chosen = choose_device(wanted)
    if wanted == "auto" and any(each.present and not each.usable for each in devices()):
        say(chosen.reason)
    return chosen.device
