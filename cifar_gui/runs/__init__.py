"""Run folders: recorded from a training's events, continued, listed, exported, trashed. No Qt; no torch to list."""

from cifar_gui.runs.run import Run
from cifar_gui.runs.summary import RunSummary, list_runs, summarise
from cifar_gui.runs.transfer import pack, unpack
from cifar_gui.runs.trash import empty_old, is_trash_empty, list_trash, move_to_trash, restore

__all__ = [
    "Run",
    "RunSummary",
    "empty_old",
    "is_trash_empty",
    "list_runs",
    "list_trash",
    "move_to_trash",
    "pack",
    "restore",
    "summarise",
    "unpack",
]
