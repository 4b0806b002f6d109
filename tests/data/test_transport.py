"""The https client: who the server is gets checked, and even a handshake that never ends can be cancelled."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from cifar_gui.data.transport import Client, TransferError
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


def test_a_proxy_is_asked_instead_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy(b"HTTP/1.1 403 Forbidden\r\n\r\n") as (place, heard):
        monkeypatch.setenv("https_proxy", f"http://{place}")
        with pytest.raises(TransferError), Client(connect_seconds=30.0).get("https://example.org/a", {}, no_tick):
            pass
    assert heard[0].startswith(b"CONNECT example.org:443")


@pytest.mark.parametrize("form", ["http://me:a%20word@{}", "me:a%20word@{}"])
def test_a_proxy_is_told_the_whole_address_and_who_asks(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello") as (place, heard):
        monkeypatch.setenv("http_proxy", form.format(place))
        with Client(schemes=frozenset({"http"})).get("http://example.org/a?b=c", {}, no_tick) as reply:
            assert reply.read(100) == b"hello"
    assert heard[0].startswith(b"GET http://example.org/a?b=c HTTP/1.1\r\nHost: example.org\r\n")
    assert b"\r\nProxy-Authorization: Basic bWU6YSB3b3Jk\r\n" in heard[0]  # me:a word
