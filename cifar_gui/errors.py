"""Errors meant for people: each message says what happened, why, and what to do."""

from __future__ import annotations


class CifarGuiError(Exception):
    """Something the user can understand and act on. `str(error)` is one or two whole sentences."""


class DataError(CifarGuiError):
    """A data set is missing, partial, damaged or not what it claims to be. The message names the file."""


class DataMissing(DataError):
    """The data set is not on this machine, or there is nothing at its path. The message says how to get it."""


class PictureError(CifarGuiError):
    """A single picture cannot be read. The message names the picture."""


class CheckpointError(CifarGuiError):
    """A model or run file is damaged, hostile, or of another version. The message names the file."""


class WriteError(CifarGuiError):
    """A file cannot be written: the disk is full, the folder forbidden or gone. The message names the file."""


class RecipeError(CifarGuiError):
    """A setting is out of range or misspelt. `setting` is its name in the recipe, "" if none in particular."""

    def __init__(self, message: str, setting: str = "") -> None:
        super().__init__(message)
        self.setting = setting


class TrainingError(CifarGuiError):
    """The training cannot go on: the loss is no longer a number, memory ran out, a device was lost."""


class MemoryShortage(TrainingError):
    """The memory of the device, "the GPU" or "this computer", is too small. `micro_batch` is a size that may fit, 0 if
    nothing smaller is left."""

    def __init__(self, tried: int, device: str) -> None:
        self.micro_batch = tried // 2
        way_out = (
            f"Go on with micro-batches of {self.micro_batch}: batches stay as large as they are, and batch norm looks "
            "at fewer pictures at once."
            if self.micro_batch
            else "Close other programs that use it, or choose a smaller network."
        )
        super().__init__(f"The memory of {device} is not enough for micro-batches of {tried}. {way_out}")


class DeviceError(CifarGuiError):
    """The device asked for cannot be used here. The message says why and names one that can."""


class Cancelled(Exception):
    """No error: raised by a progress callback when the user has cancelled. Nothing half-done is kept."""
