"""Downloads an archive of CIFAR-10: resumes where it left off, and accepts nothing but the published bytes."""

from __future__ import annotations

import errno
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from cifar_gui import paths
from cifar_gui.data.archive import sha256
from cifar_gui.data.download_progress import DownloadProgress, Report, Watch
from cifar_gui.data.official import BINARY, Edition
from cifar_gui.data.transport import Client, Reply, TransferError
from cifar_gui.errors import DataError, reason

__all__ = ["Download", "DownloadProgress", "Report"]

_CHUNK = 1 << 16
_MARGIN = 50_000_000
"""Free space that is left alone, in bytes."""


class Download:
    """One archive on its way into a folder. `run` may be called again after any failure and goes on from there."""

    def __init__(
        self,
        edition: Edition = BINARY,
        folder: Path | None = None,
        *,
        url: str = "",
        client: Client | None = None,
        attempts: int = 5,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.edition = edition
        self.target = (folder or paths.data_sets()) / edition.file_name
        self.part = self.target.with_name(f"{edition.file_name}.part")
        self._url = url or edition.url
        self.host = urlsplit(self._url).hostname or ""
        self._client = client or Client()
        self._attempts = attempts
        self._sleep = sleep

    @property
    def received(self) -> int:
        """Bytes that have arrived already, in this session or an earlier one."""
        try:
            return self.part.stat().st_size
        except OSError:
            return 0

    def free_bytes(self) -> int:
        """Free space where the archive will lie, in the nearest folder that exists yet."""
        folder = next(each for each in self.target.absolute().parents if each.is_dir())
        return shutil.disk_usage(folder).free

    def run(self, report: Report) -> Path:
        """Fetch what is missing, check it and put it in place. Returns the archive's path; raises DataError."""
        watch = Watch(self.edition.size, report)
        with self._storing():
            if self._is_right(self.target, watch):
                return self.target
            self.target.parent.mkdir(parents=True, exist_ok=True)
            self._check_space()
            if not self._fetch_all(watch) and not self._is_right(self.part, watch):
                self.part.unlink()  # the pieces, some perhaps of an earlier session, were not of one file
                self._fetch_all(watch)
            self._accept(watch)
        return self.target

    def _fetch_all(self, watch: Watch) -> bool:
        """Fetch what is missing, trying again after passing trouble. Returns whether all came in one piece now."""
        failures, validator = 0, _Validator()
        fetches, from_the_start = 0, not self.received
        while self.received < self.edition.size:
            before = self.received
            fetches += 1
            try:
                self._fetch(watch, validator)
            except TransferError as error:
                gained = self.received - before > self.edition.size // 100
                failures = 1 if gained else failures + 1
                if not error.passing or failures >= self._attempts:
                    raise DataError(f"The download of {self.target.name} failed: {error} {self._remedy()}") from error
                watch.start("Trying again", self.received)
                for _ in range(5 * 2**failures // 2):  # 1, 2, 4, 8 seconds
                    watch.tick()
                    self._sleep(0.2)
        return from_the_start and fetches == 1

    def _fetch(self, watch: Watch, validator: _Validator) -> None:
        """Ask for what is missing and add it to the partial file."""
        have = self.received
        watch.start("Connecting", have)
        with self._client.get(self._url, validator.headers(have), watch.tick) as reply:
            start = self._start_of(reply, have)
            validator.take(reply)
            watch.start("Downloading", start)
            with self.part.open("r+b" if start else "wb") as file:
                file.seek(start)
                self._receive(reply, file, watch)
        if self.received < self.edition.size:
            raise TransferError(f"{self.host} broke off early.", passing=True)

    def _start_of(self, reply: Reply, have: int) -> int:
        """Where in the file the body of a response belongs. Raises TransferError if it is of another file."""
        if reply.status == 416:
            self.part.unlink(missing_ok=True)
            raise TransferError(f"{self.host} could not resume.", passing=True)
        if reply.headers.get_content_type() == "text/html":
            reason = f"{self.host} answered with a web page; perhaps this network wants you to sign in first."
            raise TransferError(reason, passing=False)
        start, total = 0, reply.length
        if reply.status == 206:
            found = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", reply.headers.get("Content-Range", ""))
            start, total = (int(found[1]), int(found[2])) if found else (-1, -1)
        if start not in (0, have):
            self.part.unlink(missing_ok=True)
            raise TransferError(
                f"{self.host} answered with another piece of the file than was asked for.", passing=True
            )
        if total is not None and total != self.edition.size:
            size = f"{total:,} bytes where {self.edition.size:,} were published"
            raise TransferError(f"{self.host} offers another file, of {size}.", passing=False)
        return start

    def _receive(self, reply: Reply, file: BinaryIO, watch: Watch) -> None:
        while chunk := reply.read(_CHUNK):
            if watch.received + len(chunk) > self.edition.size:
                raise TransferError(
                    f"{self.host} sends more than the {self.edition.size:,} bytes published.", passing=False
                )
            file.write(chunk)
            watch.count(len(chunk))
        file.flush()
        os.fsync(file.fileno())

    def _is_right(self, path: Path, watch: Watch) -> bool:
        """Whether a file has the published size and checksum."""
        if not path.is_file() or path.stat().st_size != self.edition.size:
            return False
        watch.start("Checking", self.edition.size)
        return sha256(path, lambda share, doing: watch.tick()) == self.edition.sha256

    def _accept(self, watch: Watch) -> None:
        if not self._is_right(self.part, watch):
            self.part.unlink(missing_ok=True)
            raise DataError(
                f"What {self.host} sent as {self.target.name} are not the published bytes, so it was deleted. "
                "Try again, or use another network."
            )
        self.part.replace(self.target)

    def _check_space(self) -> None:
        needed, free = self.edition.size - self.received + _MARGIN, self.free_bytes()
        if free < needed:
            raise DataError(
                f"There are {free / 1e6:,.0f} MB free in {self.target.parent}, and {self.target.name} needs "
                f"{needed / 1e6:,.0f} MB. Free some space, or choose another folder."
            )

    @contextmanager
    def _storing(self) -> Iterator[None]:
        """Turns what goes wrong with files into sentences."""
        try:
            yield
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                way_out = "Free some space and start again; what has arrived is kept."
            else:
                way_out = "Check that you may write there, or choose another folder."
            raise DataError(
                f"{self.target.name} cannot be stored in {self.target.parent}: {reason(error)}. {way_out}"
            ) from error

    def _remedy(self) -> str:
        kept = "What has arrived is kept, and the next try goes on from there. " if self.received else ""
        return f"{kept}Try again later, or get the archive in another way and choose it here."


class _Validator:
    """Remembers which version of the file the server sent, so that pieces of two are never joined."""

    def __init__(self) -> None:
        self._version = ""

    def headers(self, have: int) -> dict[str, str]:
        """Ask for everything from byte `have` on."""
        if not have:
            return {}
        return {"Range": f"bytes={have}-"} | ({"If-Range": self._version} if self._version else {})

    def take(self, reply: Reply) -> None:
        tag = reply.headers.get("ETag", "")
        self._version = tag if not tag.startswith("W/") else ""
