"""One writer for each run folder: a lock of the operating system, which dies with its process."""

from __future__ import annotations

import errno
import os
import socket
import sys
import time
from pathlib import Path
from typing import IO

from cifar_gui.errors import CheckpointError, WriteError, reason

_BUSY = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
_SIZE = 256
_TRIES, _PAUSE = 10, 0.02  # seconds


class FolderLock:
    """Held from `acquire` to `release`, or until the process ends however it ends.

    The file names its holder, for messages, and for file systems without locks (some network drives): there it counts
    as held while that process lives on this machine.
    """

    def __init__(self, path: Path, what: str = "Run") -> None:
        """`what` the folder is, as a sentence begins."""
        self.path, self._what = path, what
        self._file: IO[bytes] | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._file is not None

    def acquire(self) -> None:
        """Take the lock. Raises CheckpointError naming the holder if another process or window has it."""
        if self._file is not None:
            return
        try:
            file = self.path.open("a+b")
        except OSError as error:
            raise WriteError(f"{self.path.parent} cannot be written to: {reason(error)}.") from error
        if not _take_in_time(file):
            holder = _holder(file)
            file.close()
            raise CheckpointError(
                f"{self._what} {self.path.parent.name} is in use by another window or process ({holder}). "
                "Stop the training there first."
            )
        file.truncate(0)
        file.write(f"{os.getpid()} {_started(os.getpid())} {socket.gethostname()}".encode()[:_SIZE])
        file.flush()
        self._file = file

    def release(self) -> None:
        """Give the lock back; harmless if it is not held."""
        if self._file is None:
            return
        self._file.truncate(0)
        _give_back(self._file)
        self._file.close()
        self._file = None


def is_locked(path: Path) -> bool:
    """Whether anybody, this process included, holds the lock in the file `path`."""
    try:
        with path.open("r+b") as file:
            if not _take(file, shared=True):
                return True
            _give_back(file)
            return False
    except OSError:
        return False


def _take_in_time(file: IO[bytes]) -> bool:
    """Whether the lock could be had before long. Somebody who only looks holds it for an instant."""
    for _ in range(_TRIES - 1):
        if _take(file):
            return True
        time.sleep(_PAUSE)
    return _take(file)


def _take(file: IO[bytes], *, shared: bool = False) -> bool:
    """Whether the lock could be had at once. `shared` is what lookers take: they do not disturb each other."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(_SIZE)  # beyond the text: locked bytes cannot be read there
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _BUSY and not _holder_lives(file)
    return True


def _give_back(file: IO[bytes]) -> None:
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(_SIZE)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_UN)
    except OSError:  # a file system without locks: closing the file is all there is to do
        return


def _holder(file: IO[bytes]) -> str:
    parts = _read(file)
    return f"process {parts[0]} on {parts[2]}" if len(parts) == 3 else "which one is not known"


def _holder_lives(file: IO[bytes]) -> bool:
    """For file systems without locks: whether the process named in the file is still the one that wrote it."""
    parts = _read(file)
    if len(parts) != 3 or not parts[0].isdigit():
        return False
    process, started, host = parts
    if host != socket.gethostname():
        return True  # nobody here can know
    return _is_alive(int(process)) and started == _started(int(process))


def _read(file: IO[bytes]) -> list[str]:
    file.seek(0)
    return file.read(_SIZE).decode(errors="replace").split()


def _is_alive(process: int) -> bool:
    if sys.platform == "win32":
        return False  # Windows has locks on every file system
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _started(process: int) -> str:
    """When a process started, so that a number given to another one later is not mistaken for it; "?" if unknown."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "?"
