"""Fetches a picture from the web, after the user has said yes. Bounded in size and time; http and https only. No Qt."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from cifar_gui.data.picture import PictureSource
from cifar_gui.data.transport import Client, Reply, Tick, TransferError
from cifar_gui.errors import PictureError

SIZE_LIMIT = 50_000_000
"""Bytes. Larger answers are refused."""
STALL_SECONDS = 10.0
"""How long the server may stay silent, or next to silent."""
TOTAL_SECONDS = 60.0
"""How long the whole picture may take."""

_BLOCK = 64 * 1024


def fetch_picture(address: str, name: str, tick: Tick) -> PictureSource:
    """The bytes at an http or https `address`. Whether they are a picture shows when they are opened.

    `tick` is called about five times a second, and may give up by raising. Raises that, and PictureError, naming host
    and reason.
    """
    host = urlsplit(address).netloc
    deadline = time.monotonic() + TOTAL_SECONDS

    def tick_in_time() -> None:
        tick()
        if time.monotonic() > deadline:
            raise PictureError(f"{name} is not fetched: {host} needs more than {TOTAL_SECONDS:.0f} seconds for it.")

    client = Client(schemes=frozenset({"http", "https"}), connect_seconds=STALL_SECONDS, stall_seconds=STALL_SECONDS)
    try:
        with client.get(address, {"Accept": "image/*"}, tick_in_time) as reply:
            _check_kind(reply.headers.get_content_type(), host, name)
            return PictureSource.from_bytes(_read(reply, name), name)
    except TransferError as error:
        raise PictureError(
            f"{name} cannot be fetched from {host}: {error} Save the picture in the browser and drop the file."
        ) from error


def _check_kind(kind: str, host: str, name: str) -> None:
    if kind.startswith("text/"):
        raise PictureError(f"{name} is not a picture: {host} answers with a page ({kind}). Save the picture itself.")


def _read(reply: Reply, name: str) -> bytes:
    """All of an answer, as long as it stays within the limit."""
    content = bytearray()
    while block := reply.read(_BLOCK):
        content += block
        if len(content) > SIZE_LIMIT:
            raise PictureError(f"{name} is not fetched: it is larger than {SIZE_LIMIT // 1_000_000} MB.")
    return bytes(content)
