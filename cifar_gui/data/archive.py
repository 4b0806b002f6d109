"""Reads the batch files of CIFAR-10 out of an archive or a folder. Members are read by name; nothing is unpacked."""

from __future__ import annotations

import hashlib
import itertools
import lzma
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cifar_gui.data.official import EDITIONS, Edition
from cifar_gui.errors import DataError, reason

if TYPE_CHECKING:
    from cifar_gui.data.base import Progress  # torch stays out: a download needs none of it

_CHUNK = 1 << 20
_MEMBER_LIMIT, _SIZE_LIMIT = 1000, 500_000_000
"""An official archive has ten members and 184 MB; a crafted one could take for ever to look through."""


@dataclass(frozen=True, slots=True)
class BatchFile:
    """The bytes of one batch file."""

    batch: str  # its name in the edition: "test_batch.bin"
    where: str  # what to call it in messages
    content: bytes = field(repr=False)


def sha256(path: Path, progress: Progress) -> str:
    """Hex digest of a file. Raises DataError if it cannot be read."""
    digest, done = hashlib.sha256(), 0
    try:
        total = max(path.stat().st_size, 1)
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                done += len(chunk)
                progress(min(done / total, 1.0), f"Checking {path.name}")
    except OSError as error:
        raise unreadable(path, error) from error
    return digest.hexdigest()


def packed_batches(path: Path, edition: Edition) -> Iterator[BatchFile]:
    """Every batch of an archive, in the order in which they lie there. Raises DataError naming it."""
    missing = set(edition.batches)
    try:
        with tarfile.open(path, "r:*") as archive:
            for member in _batch_members(archive, path, edition):
                batch = member.name.rpartition("/")[2]
                if batch in missing:  # of two members of one name, the first counts
                    missing.remove(batch)
                    yield _read_member(archive, member, path, edition)
                if not missing:
                    return
    except (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise DataError(f"{path.name} is damaged or cut short: {_reason(error)}. Download it again.") from error
    except OSError as error:  # gzip reports bad headers and checksums this way, too
        raise unreadable(path, error) from error
    raise DataError(f"{path.name} is partial: {min(missing)} is missing in it. Download it again.")


def edition_inside(path: Path) -> Edition:
    """Which edition an archive holds that has another name than the published ones. DataError if it holds neither."""
    try:
        with tarfile.open(path, "r:*") as archive:
            for member in itertools.islice(archive, 3):  # all of them lie in one folder, so the first will tell
                for edition in EDITIONS:
                    if member.name.removeprefix("./").startswith(edition.folder):
                        return edition
    except (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise DataError(f"{path.name} is no archive, or is damaged: {_reason(error)}. Download it again.") from error
    except OSError as error:
        raise unreadable(path, error) from error
    raise DataError(f"{path.name} is an archive, but not of CIFAR-10. Unpack it and choose the folder of its pictures.")


def _batch_members(archive: tarfile.TarFile, path: Path, edition: Edition) -> Iterator[tarfile.TarInfo]:
    """The ordinary files `folder/batch`. Links, devices and paths that lead elsewhere do not count."""
    names = {f"{edition.folder}/{batch}" for batch in edition.batches}
    for count, member in enumerate(archive):
        if count >= _MEMBER_LIMIT or member.offset_data + member.size > _SIZE_LIMIT:
            raise DataError(f"{path.name} holds far more than CIFAR-10. Choose the archive that its authors publish.")
        if member.isreg() and member.name.removeprefix("./") in names:
            yield member


def _read_member(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path, edition: Edition) -> BatchFile:
    batch = member.name.rpartition("/")[2]
    where = f"{batch} in {path.name}"
    if member.size > edition.batch_limit:
        raise DataError(f"{where} is too long to be a batch of CIFAR-10. Download the archive again.")
    file = archive.extractfile(member)
    return BatchFile(batch, where, file.read() if file else b"")


def unpacked_batches(folder: Path, edition: Edition) -> Iterator[BatchFile]:
    """Every batch of an unpacked archive. Raises DataError naming the file that is missing or unreadable."""
    for batch in edition.batches:
        path = folder / batch
        try:
            if not path.is_file():
                raise DataError(f"{folder} is partial: {batch} is missing in it. Unpack the archive again.")
            if path.stat().st_size > edition.batch_limit:
                raise DataError(f"{path} is too long to be a batch of CIFAR-10. Unpack the archive again.")
            yield BatchFile(batch, str(path), path.read_bytes())
        except OSError as error:
            raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> DataError:
    """What to say of a file that the system, or gzip, will not read."""
    return DataError(f"{path.name} cannot be read: {reason(error)}. Check the file, or download it again.")


def _reason(error: Exception) -> str:
    """Why, in one line: tarfile lists every kind of compression it has tried, which helps nobody."""
    if isinstance(error, tarfile.ReadError):
        return "it cannot be unpacked"
    return (str(error) or type(error).__name__).partition("\n")[0].rstrip(".:")
