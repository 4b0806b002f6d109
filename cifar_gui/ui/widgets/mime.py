"""What a drop or a paste holds, read in one order: files, picture bytes, web addresses, text that is a path."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, Qt, QUrl
from PySide6.QtGui import QDragMoveEvent, QDropEvent, QImage, QImageWriter

from cifar_gui import paths
from cifar_gui.data.picture import PictureSource

PICTURE_FORMATS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/bmp": "bmp",
    "image/tiff": "tiff",
    "image/avif": "avif",
    "image/heic": "heic",
    "image/heif": "heif",
}
"""Formats that are passed on as they are, without a detour through Qt, best first."""

_IMAGE_TAG = re.compile(r"<img\b[^>]*?\bsrc\s*=\s*[\"']([^\"']+)[\"']", re.IGNORECASE)
_DATA_ADDRESS = re.compile(r"data:(image/[\w.+-]+);base64,(.+)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Dropped:
    """The pictures in a drop or paste. `sources` may name folders: whoever opens them looks inside."""

    sources: tuple[PictureSource, ...] = ()
    links: tuple[str, ...] = ()  # web addresses: fetched only after a visible yes
    refusals: tuple[str, ...] = ()  # whole sentences for people

    def __bool__(self) -> bool:
        return bool(self.sources or self.links)


def picture_sources(mime: QMimeData) -> Dropped:
    """Read `mime`; the first kind that is there wins. When there is nothing to use, the refusals say why."""
    for read in (_local_files, _picture_bytes, _web_addresses, _text_paths):
        found = read(mime)
        if found.sources or found.links or found.refusals:
            return found
    kinds = ", ".join(mime.formats()[:3])
    return Dropped(refusals=(f"There is no picture in this: it holds {kinds or 'nothing'}.",))


def accept_copy(event: QDragMoveEvent | QDropEvent) -> None:
    """Take a drag as a copy: what is dropped stays where it came from. Also what turns out to hold no picture is
    taken, because only then can the refusal be shown."""
    if event.possibleActions() & Qt.DropAction.CopyAction:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
    else:
        event.acceptProposedAction()


def link_name(address: str) -> str:
    """What a picture fetched from `address` is called: the last part of its path, or its host."""
    parts = urlsplit(address)
    return unquote(Path(parts.path).name) or parts.netloc


def encoded(image: QImage, name: str) -> PictureSource:
    """A picture that exists only in memory, as the lossless bytes of a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return PictureSource(name=name, path=None, content=bytes(buffer.data().data()))


def _local_files(mime: QMimeData) -> Dropped:
    return _existing(Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())


def _existing(wanted: Iterable[Path]) -> Dropped:
    sources, refusals = [], []
    for path in dict.fromkeys(wanted):
        if paths.exists(path):
            sources.append(PictureSource(name=path.name or str(path), path=path, content=None))
        else:
            refusals.append(f"{path} cannot be opened: there is no such file.")
    return Dropped(sources=tuple(sources), refusals=tuple(refusals))


def _picture_bytes(mime: QMimeData) -> Dropped:
    for kind, suffix in PICTURE_FORMATS.items():
        if mime.hasFormat(kind) and (content := bytes(mime.data(kind).data())):
            return Dropped(sources=(PictureSource(name=f"picture.{suffix}", path=None, content=content),))
    image = mime.imageData() if mime.hasImage() else None
    if isinstance(image, QImage) and not image.isNull():
        return Dropped(sources=(encoded(image, "picture.png"),))
    return Dropped()


def _web_addresses(mime: QMimeData) -> Dropped:
    """Addresses of pictures: first what the page's markup shows, as a linked picture's address is that of its link."""
    from html import unescape  # a table of 2,000 entities, needed by few drops

    in_markup = [unescape(each) for each in _IMAGE_TAG.findall(mime.html())] if mime.hasHtml() else []
    addresses = in_markup or [url.toString(QUrl.ComponentFormattingOption.FullyEncoded) for url in mime.urls()]
    if not addresses and mime.hasText() and _is_address(mime.text().strip()):
        addresses = [mime.text().strip()]
    return _sorted_out(addresses)


def _is_address(text: str) -> bool:
    return text.lower().startswith(("http://", "https://", "data:image/")) and len(text.split()) == 1


def _sorted_out(addresses: Iterable[str]) -> Dropped:
    sources: list[PictureSource] = []
    links: list[str] = []
    refusals: list[str] = []
    for address in dict.fromkeys(addresses):
        if match := _DATA_ADDRESS.match(address):
            _decode(match, sources, refusals)
        elif (scheme := _scheme(address)) and address.lower().startswith(("http://", "https://")):
            links.append(address)
        else:
            what = f"{scheme} addresses" if scheme else "This address"
            refusals.append(f"{what} cannot be opened: drop a file, or a picture from a web page.")
    return Dropped(tuple(sources), tuple(links), tuple(refusals))


def _scheme(address: str) -> str:
    """In lower case; "" if the address has none, or cannot be read."""
    try:
        return urlsplit(address).scheme
    except ValueError:  # a host that begins like one of IPv6 and is none
        return ""


def _decode(match: re.Match[str], sources: list[PictureSource], refusals: list[str]) -> None:
    kind, text = match[1].lower(), unquote(match[2])
    try:
        content = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        refusals.append("The picture inside the dropped address is damaged: its base64 text cannot be decoded.")
        return
    sources.append(PictureSource(name=f"picture.{PICTURE_FORMATS.get(kind, 'image')}", path=None, content=content))


def _text_paths(mime: QMimeData) -> Dropped:
    """Paths typed or copied as text, one to a line, quoted or as file:// addresses."""
    if not mime.hasText():
        return Dropped()
    lines = [line.strip().strip("\"'") for line in mime.text().splitlines() if line.strip()]
    wanted = [path for line in lines if (path := _path_of(line))]
    if not wanted:
        start = " ".join(mime.text().split())[:40]
        return Dropped(refusals=(f"“{start}” is neither a picture nor the path of one.",)) if start else Dropped()
    return _existing(wanted)


def _path_of(line: str) -> Path | None:
    """The absolute path that `line` is, or None. Relative ones are refused: nobody could say relative to what."""
    if line.startswith("file://"):
        return Path(QUrl(line).toLocalFile())
    try:
        path = Path(line).expanduser()
    except RuntimeError:  # ~somebody who does not exist
        return None
    return path if path.is_absolute() and len(line) < 4096 and "\0" not in line else None
