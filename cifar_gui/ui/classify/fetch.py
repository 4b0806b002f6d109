"""Fetches a picture from the web, after the user has said yes. Bounded in size and time; http and https only. No Qt."""

from __future__ import annotations

import http.client
import time
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from cifar_gui.data.picture import PictureSource
from cifar_gui.errors import PictureError

SIZE_LIMIT = 50_000_000
"""Bytes. Larger answers are refused."""
STALL_SECONDS = 10.0
"""How long the server may stay silent."""
TOTAL_SECONDS = 60.0
"""How long the whole picture may take."""

_BLOCK = 64 * 1024


class _WebRedirects(HTTPRedirectHandler):
    """Follows redirects, but never out of the web (to file: or ftp:)."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> Request | None:
        if urlsplit(newurl).scheme not in ("http", "https"):
            raise URLError(f"the server redirects to {urlsplit(newurl).scheme}:, which is not fetched")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch_picture(address: str, name: str) -> PictureSource:
    """The bytes at an http or https `address`. Whether they are a picture shows when they are opened.

    Raises PictureError, naming host and reason.
    """
    host = urlsplit(address).netloc
    request = Request(address, headers={"User-Agent": "cifar-gui", "Accept": "image/*"})
    try:
        with build_opener(_WebRedirects).open(request, timeout=STALL_SECONDS) as answer:
            _check_kind(answer.headers.get_content_type(), host, name)
            return PictureSource.from_bytes(_read(answer, host, name), name)
    except HTTPError as error:
        raise PictureError(f"{name} cannot be fetched: {host} answers {error.code} ({error.reason}).") from error
    except (OSError, http.client.HTTPException, ValueError) as error:  # URLError and time-outs are OSErrors
        reason = getattr(error, "reason", None) or error
        raise PictureError(
            f"{name} cannot be fetched from {host}: {reason}. Save the picture in the browser and drop the file."
        ) from error


def _check_kind(kind: str, host: str, name: str) -> None:
    if kind.startswith("text/"):
        raise PictureError(f"{name} is not a picture: {host} answers with a page ({kind}). Save the picture itself.")


def _read(answer: IO[bytes], host: str, name: str) -> bytes:
    """All of an answer, as long as it stays within the limits."""
    blocks: list[bytes] = []
    size, started = 0, time.monotonic()
    while block := answer.read(_BLOCK):
        blocks.append(block)
        size += len(block)
        if size > SIZE_LIMIT:
            raise PictureError(f"{name} is not fetched: it is larger than {SIZE_LIMIT // 1_000_000} MB.")
        if time.monotonic() - started > TOTAL_SECONDS:
            raise PictureError(f"{name} is not fetched: {host} needs more than {TOTAL_SECONDS:.0f} seconds for it.")
    return b"".join(blocks)
