from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cifar_gui.errors import PictureError
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


REPLIES: dict[str, Reply] = {
    "/picture.png": send(200, "image/png", b"bytes of a picture"),
    "/page": send(200, "text/html; charset=utf-8", b"<html>"),
    "/gone.png": send(404, "text/plain", b""),
    "/huge.png": send(200, "image/png", b"x" * 3000),
    "/moved.png": send(302, "text/plain", b"", Location="/picture.png"),
    "/out.png": send(302, "text/plain", b"", Location="ftp://127.0.0.1/x.png"),
    "/dead.png": hang_up,
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        REPLIES[self.path](self)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("path", ["/picture.png", "/moved.png"])
def test_a_picture_is_fetched_also_from_where_it_has_moved_to(host, path):
    source = fetch_picture(host + path, "picture.png")
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
        fetch_picture(host + path, "it.png")


def test_what_is_too_large_is_given_up(host, monkeypatch):
    monkeypatch.setattr(fetch, "SIZE_LIMIT", 1000)
    with pytest.raises(PictureError, match="larger than"):
        fetch_picture(host + "/huge.png", "huge.png")


def test_a_server_that_is_not_there_is_named():
    with pytest.raises(PictureError, match=r"127\.0\.0\.1:9"):
        fetch_picture("http://127.0.0.1:9/cat.png", "cat.png")
