"""Fetches from the web without ever hanging: everything that waits does so in short pieces and can be cancelled."""

from __future__ import annotations

import base64
import http.client
import io
import queue
import socket
import ssl
import string
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from cifar_gui import __version__
from cifar_gui.errors import reason

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Tick = Callable[[], None]
"""Called about five times a second while waiting; gives up by raising."""

_POLL_SECONDS = 0.2
_REDIRECTS = 5
_LEAST_RATE = 1024
"""Bytes per second below which a transfer counts as stalled: a server may drip for hours without ever timing out."""


class TransferError(Exception):
    """A transfer failed; `str(error)` is a sentence. `passing` if it may well go better next time."""

    def __init__(self, message: str, *, passing: bool) -> None:
        super().__init__(message)
        self.passing = passing


class Client:
    """Asks for one address at a time. Only `schemes` are followed, redirections included."""

    def __init__(
        self,
        *,
        schemes: frozenset[str] = frozenset({"https"}),
        connect_seconds: float = 15.0,
        stall_seconds: float = 30.0,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._schemes = schemes
        self._connect_seconds = connect_seconds
        self._stall_seconds = stall_seconds
        self._context = context

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str], tick: Tick) -> Iterator[Reply]:
        """The reply to a GET, its status 200, 206 or 416. Raises TransferError for all else, and what `tick` raises."""
        for _ in range(_REDIRECTS + 1):
            parts = self._checked(url)
            with self._asked(parts, headers, tick) as response:
                if response.status in (301, 302, 303, 307, 308):
                    url = _joined(url, response.headers.get("Location", ""))
                    continue
                _check_status(response.status, parts.hostname or "")
                yield Reply(response, parts.hostname or "")
                return
        raise TransferError(f"{parts.hostname} redirects in circles.", passing=False)

    def _checked(self, url: str) -> SplitResult:
        try:
            parts = urlsplit(url)
            usable = parts.scheme in self._schemes and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            usable = False
        if not usable:
            reason = f"The server leads to {url[:200]!r}, which is not fetched: it is not a safe address."
            raise TransferError(reason, passing=False)
        return parts

    @contextmanager
    def _asked(self, parts: SplitResult, headers: Mapping[str, str], tick: Tick) -> Iterator[http.client.HTTPResponse]:
        """Connect, send the request, read the headers."""
        host = parts.hostname or ""
        via = _proxy_for(parts)
        with _named_failures(host):
            connection = self._connection(parts, via)
        try:
            with _named_failures(host):
                self._connect(connection, tick)
                extra = _credentials(via) if parts.scheme == "http" else {}
                connection.request("GET", _target(parts, via), headers={**_HEADERS, **extra, **headers})
                response = _PatientResponse(connection.sock, tick, self._stall_seconds)
                response.begin()
            try:
                yield response
            finally:
                response.close()
        finally:
            connection.close()

    def _connection(self, parts: SplitResult, via: SplitResult | None) -> http.client.HTTPConnection:
        host, timeout = parts.hostname or "", self._connect_seconds
        place, port = (via.hostname or "", via.port) if via else (host, parts.port)
        if parts.scheme == "http":
            return http.client.HTTPConnection(place, port, timeout=timeout)
        context = self._context or ssl.create_default_context()
        connection = http.client.HTTPSConnection(place, port, timeout=timeout, context=context)
        if via:
            connection.set_tunnel(host, parts.port or 443, _credentials(via))
        return connection

    def _connect(self, connection: http.client.HTTPConnection, tick: Tick) -> None:
        """Look up the name, connect, shake hands: in a thread, as none of it can be interrupted. It ends by itself."""
        outcome: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()
        abandoned = threading.Event()

        def connect() -> None:
            try:
                connection.connect()
                outcome.put(None)
            except (OSError, http.client.HTTPException, UnicodeError) as error:
                outcome.put(error)
            if abandoned.is_set():
                connection.close()

        threading.Thread(target=connect, name="connect", daemon=True).start()
        deadline = time.monotonic() + self._connect_seconds + _POLL_SECONDS
        try:
            error = _awaited(outcome, deadline, tick)
        except BaseException:
            abandoned.set()
            raise
        if error is not None:
            raise error
        connection.sock.settimeout(_POLL_SECONDS)


class Reply:
    """What a server answered: status, headers, and a body to be read in pieces."""

    def __init__(self, response: http.client.HTTPResponse, host: str) -> None:
        self.status = response.status
        self.headers = response.headers
        self.length = response.length  # of the body in bytes, None if the server does not say
        self._response, self._host = response, host

    def read(self, limit: int) -> bytes:
        """What has arrived, `limit` bytes at most; b"" at the end. Raises TransferError, and what `tick` raises."""
        with _named_failures(self._host):
            return self._response.read1(limit)


_HEADERS = {"User-Agent": f"cifar-gui/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity"}


def _proxy_for(parts: SplitResult) -> SplitResult | None:
    """The proxy that the system wants to be asked instead."""
    proxy = urllib.request.getproxies().get(parts.scheme)
    if not proxy or urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    return urlsplit(proxy if "://" in proxy else f"//{proxy}")


def _credentials(via: SplitResult | None) -> dict[str, str]:
    """The header that tells a proxy who asks, if its address names somebody."""
    if via is None or via.username is None:
        return {}
    who = f"{unquote(via.username)}:{unquote(via.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(who.encode()).decode()}"}


def _target(parts: SplitResult, via: SplitResult | None) -> str:
    """What is asked for: the path, or for a proxy that does not tunnel, the whole address."""
    path = quote(f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/", safe=string.punctuation)
    return f"http://{parts.netloc.rpartition('@')[2]}{path}" if via and parts.scheme == "http" else path


def _awaited(outcome: queue.SimpleQueue[Exception | None], deadline: float, tick: Tick) -> Exception | None:
    while True:
        tick()
        try:
            return outcome.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            if time.monotonic() > deadline:
                raise TimeoutError from None


class _PatientResponse(http.client.HTTPResponse):
    """A response whose reads tick while they wait, and fail when too little arrives."""

    def __init__(self, sock: socket.socket, tick: Tick, stall_seconds: float) -> None:
        super().__init__(sock, method="GET")
        stream = self.fp.detach()  # keeps the socket open until the response is closed
        self.fp = io.BufferedReader(_PatientReader(sock, stream, tick, stall_seconds))


class _PatientReader(io.RawIOBase):
    def __init__(self, sock: socket.socket, stream: io.RawIOBase, tick: Tick, stall_seconds: float) -> None:
        self._socket, self._stream, self._tick = sock, stream, tick
        self._stall_seconds = stall_seconds
        self._since, self._received = time.monotonic(), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        while True:
            self._tick()
            self._check_pace()
            try:
                count = self._socket.recv_into(buffer)
            except TimeoutError:
                continue
            self._received += count
            return count

    def close(self) -> None:
        self._stream.close()
        super().close()

    def _check_pace(self) -> None:
        now = time.monotonic()
        if now - self._since > self._stall_seconds:
            if self._received < self._stall_seconds * _LEAST_RATE:
                raise TimeoutError
            self._since, self._received = now, 0


def _joined(url: str, location: str) -> str:
    """Where a redirection leads; what cannot be read is passed on as it is, to be refused."""
    try:
        return urljoin(url, quote(location, safe=string.punctuation, encoding="latin-1"))  # as headers are decoded
    except ValueError:
        return location


def _check_status(status: int, host: str) -> None:
    if status in (200, 206, 416):
        return
    if status in (404, 410):
        raise TransferError(f"{host} no longer has the file (error {status}).", passing=False)
    busy = status in (408, 425, 429) or status >= 500
    trouble = "is in trouble or too busy" if busy else "refuses to give the file"
    raise TransferError(f"{host} {trouble} (error {status}).", passing=busy)


@contextmanager
def _named_failures(host: str) -> Iterator[None]:
    """Turns what networks do into TransferErrors."""
    try:
        yield
    except TimeoutError as error:
        raise TransferError(f"{host} has not answered for a while.", passing=True) from error
    except ssl.SSLCertVerificationError as error:
        unproven = f"{host} could not prove who it is ({error.verify_message})."
        raise TransferError(f"{unproven} Check the clock, or use another network.", passing=False) from error
    except (socket.gaierror, UnicodeError, http.client.InvalidURL) as error:  # the latter: no host can be called that
        raise TransferError(f"{host} cannot be found; is this machine online?", passing=True) from error
    except http.client.HTTPException as error:
        raise TransferError(f"{host} broke off, or answered with something else than a file.", passing=True) from error
    except OSError as error:
        raise TransferError(f"The connection to {host} broke ({reason(error)}).", passing=True) from error
