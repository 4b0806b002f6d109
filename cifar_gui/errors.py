"""Errors meant for people: each message says what happened, why, and what to do."""

from __future__ import annotations

import errno
from pathlib import Path


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


# What the system says, in words for people.

FileTrouble = OSError | ValueError
"""What files are refused with; the latter for text in another encoding, and for names with a null character."""

_REASONS = {
    errno.ENOENT: "there is no such file or folder",
    errno.ENOTDIR: "a part of its path is no folder",
    errno.EISDIR: "it is a folder",
    errno.EACCES: "access is not allowed",
    errno.EPERM: "access is not allowed",
    errno.EROFS: "the disk can be read only",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk is full",
    errno.EFBIG: "it is too large for the disk",
    errno.ENAMETOOLONG: "its name is too long",
    errno.EEXIST: "there is something of that name already",
    errno.ENOTEMPTY: "the folder is not empty",
    errno.EXDEV: "it would be on another disk",
    errno.EBUSY: "another program is using it",
    errno.ETXTBSY: "another program is using it",
    errno.EIO: "the disk reports a fault",
    errno.ELOOP: "its links lead in a circle",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
}
_IN_USE_ON_WINDOWS = (32, 33)  # which Windows' errno calls a lack of permission

_TO_READ = {
    errno.ENOENT: "check the name and the folder",
    errno.ENOTDIR: "check the name and the folder",
    errno.EISDIR: "name a file in it",
    errno.EACCES: "ask its owner to let you read it",
    errno.EPERM: "ask its owner to let you read it",
}
_TO_WRITE = {
    errno.ENOENT: "choose a folder that is there",
    errno.ENOTDIR: "choose a folder that is there",
    errno.EISDIR: "choose another name",
    errno.ENOSPC: "make room on it or choose another place",
    errno.EDQUOT: "make room on it or choose another place",
    errno.ENAMETOOLONG: "choose a shorter one",
}


def reason(error: FileTrouble) -> str:
    """Why a file cannot be read or written, as a sentence goes on: "the disk is full"."""
    if isinstance(error, UnicodeError):
        return "it is not text in UTF-8"
    if not isinstance(error, OSError):
        return "its name has a character that no file may have"
    if getattr(error, "winerror", None) in _IN_USE_ON_WINDOWS:
        return _REASONS[errno.EBUSY]
    said = (error.strerror or str(error) or "the system does not say why").partition("\n")[0].rstrip(".: ")
    return _REASONS.get(error.errno or 0) or said[:1].lower() + said[1:]


def remedy(error: FileTrouble, *, writing: bool = False) -> str:
    """What to do about it, as a sentence goes on: "check the name and the folder"."""
    number = error.errno or 0 if isinstance(error, OSError) else 0
    if writing:
        return _TO_WRITE.get(number, "choose another place")
    if isinstance(error, UnicodeError):
        return "save it anew as UTF-8"
    return _TO_READ.get(number, "copy it to another place and try again")


def not_read(path: Path | str, error: FileTrouble) -> str:
    """What to say of a file that cannot be read: which, why, and what to do."""
    return f"{path} cannot be read: {reason(error)}. {_sentence(remedy(error))}"


def not_written(path: Path | str, error: FileTrouble) -> str:
    """What to say of a file that cannot be written: which, why, and what to do."""
    return f"{path} could not be written: {reason(error)}. {_sentence(remedy(error, writing=True))}"


def refusal(error: OSError) -> str:
    """What to say of trouble with a file of which nobody knows any more what was wanted of it."""
    if error.filename is None:
        return _sentence(reason(error))
    return f"{error.filename} cannot be used: {reason(error)}. {_sentence(remedy(error))}"


def in_words(error: BaseException) -> str:
    """What to say of an error, whatever it is."""
    if isinstance(error, CifarGuiError):
        return str(error)
    return refusal(error) if isinstance(error, OSError) else f"A fault in the app: {error!r}."


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
