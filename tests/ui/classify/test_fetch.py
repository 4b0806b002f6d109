from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import pytest

from cifar_gui.errors import Cancelled, PictureError
from cifar_gui.ui.classify import fetch
from cifar_gui.ui.classify.fetch import fetch_picture

Reply = Callable[[BaseHTTPRequestHandler], None]


def send(status: int, kind: str, body: bytes, **headers: str) -> Reply:
    def reply(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Type": kind, **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return reply


def hang_up(request: BaseHTTPRequestHandler) -> None:
    request.connection.close()


def drip(request: BaseHTTPRequestHandler) -> None:
    send(200, "image/png", b"")(request)
    with suppress(ConnectionError):
        while not request.server.closing.wait(0.02):
            request.wfile.write(b"x")


def say_nothing(request: BaseHTTPRequestHandler) -> None:
    request.server.closing.wait()


REPLIES: dict[str, Reply] = {
    "/picture.png": send(200, "image/png", b"bytes of a picture"),
    "/page": send(200, "text/html; charset=utf-8", b"<html>"),
    "/gone.png": send(404, "text/plain", b""),
    "/huge.png": send(200, "image/png", b"x" * 3000),
    "/moved.png": send(302, "text/plain", b"", Location="/picture.png"),
    "/out.png": send(302, "text/plain", b"", Location="ftp://127.0.0.1/x.png"),
    "/dead.png": hang_up,
    "/gr%C3%BCn%20(2).png": send(200, "image/png", b"bytes of a picture"),
    "/greened.png": send(302, "text/plain", b"", Location="/grün (2).png".encode().decode("latin-1")),
    "/dripping.png": drip,
    "/silent.png": say_nothing,
}


class Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for them

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.closing = threading.Event()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        REPLIES[self.path](self)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def host() -> Iterator[str]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.closing.set()
    server.shutdown()
    server.server_close()
    thread.join()


def no_tick() -> None:
    """Never gives up."""


@pytest.mark.parametrize("path", ["/picture.png", "/moved.png", "/grün (2).png", "/greened.png"])
def test_a_picture_is_fetched_also_from_where_it_has_moved_to_whatever_its_name(host, path):
    source = fetch_picture(host + path, "picture.png", no_tick)
    assert (source.name, source.content) == ("picture.png", b"bytes of a picture")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/page", "not a picture"),
        ("/gone.png", "404"),
        ("/dead.png", "cannot be fetched"),
        ("/out.png", "which is not fetched"),
    ],
)
def test_what_cannot_be_fetched_is_told_in_a_sentence(host, path, reason):
    with pytest.raises(PictureError, match=reason):
        fetch_picture(host + path, "it.png", no_tick)


def test_what_is_too_large_is_given_up(host, monkeypatch):
    monkeypatch.setattr(fetch, "SIZE_LIMIT", 1000)
    with pytest.raises(PictureError, match="larger than"):
        fetch_picture(host + "/huge.png", "huge.png", no_tick)


def test_how_large_a_picture_may_be_is_said_and_one_of_just_that_size_is_read_whole(monkeypatch):
    monkeypatch.setattr(fetch, "SIZE_LIMIT", 2_000_000)

    def reply(size: int):
        content = BytesIO(bytes(range(250)) * (size // 250) + b"!" * (size % 250))
        return content, content.getvalue()

    whole, expected = reply(2_000_000)
    assert fetch._read(whole, "it.png") == expected
    with pytest.raises(PictureError, match=r"^it.png is not fetched: it is larger than 2 MB\.$"):
        fetch._read(reply(2_000_001)[0], "it.png")


def test_what_takes_too_long_is_given_up_however_slowly_it_drips(host, monkeypatch):
    monkeypatch.setattr(fetch, "TOTAL_SECONDS", 0.5)
    with pytest.raises(PictureError, match="needs more than"):
        fetch_picture(host + "/dripping.png", "it.png", no_tick)


def test_a_server_that_says_nothing_is_given_up(host, monkeypatch):
    monkeypatch.setattr(fetch, "STALL_SECONDS", 0.5)
    with pytest.raises(PictureError, match="not answered for a while"):
        fetch_picture(host + "/silent.png", "it.png", no_tick)


@pytest.mark.parametrize("path", ["/dripping.png", "/silent.png"])
def test_nobody_waits_for_a_slow_server_at_the_end_of_the_app(host, path):
    ticks = iter(range(5))

    def cancel() -> None:
        if next(ticks, None) is None:
            raise Cancelled

    with pytest.raises(Cancelled):
        fetch_picture(host + path, "it.png", cancel)


def test_a_server_that_is_not_there_is_named():
    with pytest.raises(PictureError, match=r"127\.0\.0\.1:9"):
        fetch_picture("http://127.0.0.1:9/cat.png", "cat.png", no_tick)


@pytest.mark.parametrize("host", ["a" * 70, "a..b", "a b"])
def test_what_no_server_can_be_called_is_refused(host):
    with pytest.raises(PictureError, match="cannot be found"):
        fetch_picture(f"http://{host}/cat.png", "cat.png", no_tick)
