"""The https client: who the server is gets checked, and even a handshake that never ends can be cancelled."""

from __future__ import annotations

import http.client
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest

from cifar_gui.data import transport
from cifar_gui.data.transport import Client, Reply, TransferError
from cifar_gui.errors import Cancelled

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")


def no_tick() -> None:
    """Never gives up."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificate and key, signed by itself, of a server called localhost."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    extra = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(path), "-out", f"{path}.crt"]
    subprocess.run([*command.split(), *extra], check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


@pytest.fixture
def secure_url(certificate: Path) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/plain":
                self.send_response(302)
                self.send_header("Location", "http://localhost/elsewhere")
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, format: str, *arguments: Any) -> None:
            """Nothing on stderr."""

    class Quiet(HTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that hangs up is what some of these tests are about."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = Quiet(("localhost", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"https://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def trusting(certificate: Path) -> Client:
    return Client(context=ssl.create_default_context(cafile=str(certificate)))


@needs_openssl
def test_a_server_that_proves_who_it_is_is_read(secure_url: str, certificate: Path) -> None:
    with trusting(certificate).get(f"{secure_url}/file?a=b", {}, no_tick) as reply:
        assert (reply.status, reply.length) == (200, 5)
        assert reply.read(100) == b"hello"
        assert reply.read(100) == b""


@needs_openssl
def test_a_server_that_cannot_prove_who_it_is_is_refused(secure_url: str) -> None:
    with (
        pytest.raises(TransferError, match="could not prove who it is") as caught,
        Client().get(secure_url, {}, no_tick),
    ):
        pass
    assert not caught.value.passing


@needs_openssl
def test_a_redirection_from_https_to_http_is_refused(secure_url: str, certificate: Path) -> None:
    with (
        pytest.raises(TransferError, match="not a safe address"),
        trusting(certificate).get(f"{secure_url}/plain", {}, no_tick),
    ):
        pass


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        before = set(threading.enumerate())
        yield listening.getsockname()[1]
    for thread in set(threading.enumerate()) - before:  # the handshake ends now that the socket is closed
        thread.join()


def test_a_handshake_that_never_ends_is_given_up(silent_port: int) -> None:
    client = Client(connect_seconds=0.3)
    url = f"https://127.0.0.1:{silent_port}/"
    with pytest.raises(TransferError, match="for a while") as caught, client.get(url, {}, no_tick):
        pass
    assert caught.value.passing


def test_a_handshake_that_never_ends_can_be_cancelled(silent_port: int) -> None:
    ticks = iter(range(3))

    def cancel() -> None:
        if next(ticks, None) == 2:
            raise Cancelled

    with (
        pytest.raises(Cancelled),
        Client(connect_seconds=10_000.0).get(f"https://127.0.0.1:{silent_port}/", {}, cancel),
    ):
        pass


@contextmanager
def proxy(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Host and port of a proxy that answers once, and what it has been asked."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                heard.append(connection.recv(1000))
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}", heard
        thread.join()


@pytest.mark.parametrize(
    ("host", "asked"), [("example.org", b"example.org:443"), ("example.org:8443", b"example.org:8443")]
)
def test_a_proxy_is_asked_instead_of_the_server(host: str, asked: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy(b"HTTP/1.1 403 Forbidden\r\n\r\n") as (place, heard):
        monkeypatch.setenv("https_proxy", f"http://me:word@{place}")
        with pytest.raises(TransferError), Client(connect_seconds=30.0).get(f"https://{host}/a", {}, no_tick):
            pass
    assert heard[0].startswith(b"CONNECT " + asked)
    assert b"\r\nProxy-Authorization: Basic bWU6d29yZA==\r\n" in heard[0]  # me:word


@pytest.mark.parametrize("form", ["http://me:a%20word@{}", "me:a%20word@{}"])
def test_a_proxy_is_told_the_whole_address_and_who_asks(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello") as (place, heard):
        monkeypatch.setenv("http_proxy", form.format(place))
        with Client(schemes=frozenset({"http"})).get("http://you@example.org/a?b=c", {}, no_tick) as reply:
            assert reply.read(100) == b"hello"
    assert heard[0].startswith(b"GET http://example.org/a?b=c HTTP/1.1\r\nHost: example.org\r\n")
    assert b"\r\nProxy-Authorization: Basic bWU6YSB3b3Jk\r\n" in heard[0]  # me:a word


def test_only_the_proxy_is_told_who_asks(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def tunnel(connection: http.client.HTTPSConnection) -> None:
        connection.sock = socket.create_connection(("127.0.0.1", urlsplit(server.url).port or 0))

    monkeypatch.setenv("https_proxy", "http://me:word@127.0.0.1:1")
    monkeypatch.setattr(http.client.HTTPSConnection, "connect", tunnel)
    with Client().get("https://example.org/a", {}, no_tick) as reply:
        assert reply.status == 200
    assert "Proxy-Authorization" not in server.requests[0]


def test_no_proxy_is_asked_for_what_the_system_wants_to_be_asked_directly(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with PLAIN.get(server.url, {}, no_tick) as reply:
        assert reply.status == 200


# What servers answer

PLAIN = Client(schemes=frozenset({"http"}))


def test_a_server_is_told_who_asks_and_to_send_the_bytes_as_they_are(server: Any) -> None:
    with PLAIN.get(server.url, {"Accept": "image/*"}, no_tick):
        heard = server.requests[0]
    assert heard["User-Agent"].startswith("cifar-gui/")
    assert (heard["Accept-Encoding"], heard["Accept"]) == ("identity", "image/*")


def redirecting(server: Any, times: int, *, status: int = 302, to: str = "/elsewhere") -> list[str]:
    """Makes the server redirect so many times before it gives the file. Returns the list of what it is asked for."""
    asked: list[str] = []

    def answer(request: BaseHTTPRequestHandler, number: int) -> None:
        asked.append(request.path)
        if number == times:
            server.send(request)
            return
        request.send_response(status)
        request.send_header("Location", to)
        request.end_headers()

    server.scenario = answer
    return asked


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_every_kind_of_redirection_is_followed(status: int, server: Any) -> None:
    asked = redirecting(server, 1, status=status)
    with PLAIN.get(server.url, {}, no_tick) as reply:
        assert reply.status == 200
    assert asked == ["/data.tar.gz", "/elsewhere"]


def test_five_redirections_are_followed_and_no_more(server: Any) -> None:
    redirecting(server, 5)
    with PLAIN.get(server.url, {}, no_tick) as reply:
        assert reply.status == 200
    server.requests.clear()
    redirecting(server, 6)
    with pytest.raises(TransferError, match="in circles") as caught, PLAIN.get(server.url, {}, no_tick):
        pass
    assert not caught.value.passing
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    ("location", "asked"),
    [("b.png?size=1&x=%20", "/b.png?size=1&x=%20"), ("/K\u00c3\u00b6ln a.png", "/K%C3%B6ln%20a.png")],
)
def test_a_redirection_leads_to_the_address_as_it_was_meant(location: str, asked: str, server: Any) -> None:
    """Headers are decoded as Latin-1, but what servers write there is UTF-8."""
    heard = redirecting(server, 1, to=location)
    with PLAIN.get(server.url, {}, no_tick):
        assert heard[1] == asked


@pytest.mark.parametrize(
    ("status", "words", "passing"),
    [
        *((status, "no longer has the file", False) for status in (404, 410)),
        *((status, "refuses to give the file", False) for status in (204, 400, 401, 403, 499)),
        *((status, "is in trouble or too busy", True) for status in (408, 425, 429, 500, 502, 503)),
    ],
)
def test_a_status_says_whether_it_may_go_better_next_time(status: int, words: str, passing: bool, server: Any) -> None:
    server.scenario = lambda request, number: request.send_error(status)
    with (
        pytest.raises(TransferError, match=rf"{words} \(error {status}\)") as caught,
        PLAIN.get(server.url, {}, no_tick),
    ):
        pass
    assert caught.value.passing is passing


@pytest.mark.parametrize("host", ["example.invalid", "x" * 70 + ".org", "exa mple.org"])
def test_a_host_that_cannot_be_found_may_be_found_later(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_found(*_: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    if host == "example.invalid":  # the others are refused before anybody is asked
        monkeypatch.setattr(socket, "getaddrinfo", not_found)
    with pytest.raises(TransferError, match="cannot be found") as caught, PLAIN.get(f"http://{host}/", {}, no_tick):
        pass
    assert caught.value.passing


def test_a_redirection_without_a_safe_address_is_not_tried_again(server: Any) -> None:
    redirecting(server, 9, to="file:///etc/passwd")
    with pytest.raises(TransferError, match="not a safe address") as caught, PLAIN.get(server.url, {}, no_tick):
        pass
    assert not caught.value.passing


# How long is waited


class Seconds:
    """A clock that goes on by a second with every tick, once started; gives up after a hundred."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.started = 0, False
        monkeypatch.setattr(transport, "time", SimpleNamespace(monotonic=lambda: self.now))
        monkeypatch.setattr(transport, "_POLL_SECONDS", 0.002)

    def tick(self) -> None:
        self.now += self.started
        assert self.now < 100, "waits for ever"


def test_a_name_that_is_looked_up_for_ever_is_given_up_and_hung_up_on(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[http.client.HTTPConnection] = []
    found, connect = threading.Event(), http.client.HTTPConnection.connect

    def connect_late(connection: http.client.HTTPConnection) -> None:
        made.append(connection)
        found.wait()
        connect(connection)

    monkeypatch.setattr(http.client.HTTPConnection, "connect", connect_late)
    clock, before = Seconds(monkeypatch), set(threading.enumerate())
    clock.started = True
    with pytest.raises(TransferError, match="for a while") as caught, PLAIN.get(server.url, {}, clock.tick):
        pass
    assert caught.value.passing
    assert 15 <= clock.now < 18
    waiting = set(threading.enumerate()) - before
    found.set()
    for thread in waiting:
        thread.join()
    hung_up = made[0].sock is None
    made[0].close()  # or the server would wait for it
    assert hung_up


@pytest.mark.parametrize(
    ("a_second", "ends"),
    [
        (lambda second: 0, 31),
        (lambda second: 900, 31),
        (lambda second: 50_000 if second == 1 else 100, 62),
        (lambda second: 50_000 if second == 25 else 0, 62),
        (lambda second: 1100, None),
    ],
)
def test_a_server_that_sends_less_than_a_kilobyte_a_second_is_given_up_after_half_a_minute(
    a_second: Callable[[int], int], ends: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Seconds(monkeypatch)
    connections: list[socket.socket] = []

    def serve() -> None:
        connections.append(listening.accept()[0])
        connections[0].sendall(b"HTTP/1.1 200 OK\r\n\r\n")

    def read_all(reply: Reply) -> None:
        clock.started = True
        while True:
            reply.read(1 << 20)

    def tick() -> None:
        clock.tick()
        if clock.started:
            connections[0].sendall(bytes(a_second(clock.now)))
        if clock.now == 80:
            raise Cancelled

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        with pytest.raises(TransferError if ends else Cancelled), PLAIN.get(url, {}, tick) as reply:
            read_all(reply)
        thread.join()
        connections[0].close()
    assert clock.now == (ends or 80)
