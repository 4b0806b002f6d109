"""The downloader against a server that is slow, down or lying: the right state and a sentence in every case."""

from __future__ import annotations

import errno
import io
import os
import shutil
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cifar_gui.data.download import Download, DownloadProgress
from cifar_gui.data.official import BINARY
from cifar_gui.data.transport import Client
from cifar_gui.errors import Cancelled, DataError

HALF = 150_000


@pytest.fixture
def download(server: Any, tmp_path: Path) -> Iterator[Callable[..., Download]]:
    """Makes a download from the fault server that does not wait between tries."""

    def make(*, stall_seconds: float = 1.0, url: str = "", folder: str = "data", **options: int) -> Download:
        client = Client(schemes=frozenset({"http"}), connect_seconds=5.0, stall_seconds=stall_seconds)
        return Download(
            server.edition(),
            tmp_path / folder,
            url=url or server.url,
            client=client,
            sleep=lambda seconds: None,
            **options,
        )

    yield make
    for thread in threading.enumerate():
        if thread.name == "connect":  # given up; it ends by itself, later on a busy machine than the test
            thread.join()


def unwatched(state: DownloadProgress) -> None:
    """A report that nobody reads."""


def half_sent_earlier(download: Download, content: bytes) -> None:
    download.part.parent.mkdir(parents=True)
    download.part.write_bytes(content[:HALF])


# Each recovers by itself: what the server does with request number n, the others being answered properly.


def breaks_off(server: Any, request: Any) -> None:
    server.send(request, upto=HALF)
    request.close_connection = True


def resets(server: Any, request: Any) -> None:
    server.send(request, upto=HALF)
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    request.connection.close()


def stalls(server: Any, request: Any) -> None:
    server.send(request, upto=HALF)
    server.released.wait(3.0)


def stalls_before_the_headers(server: Any, request: Any) -> None:
    server.released.wait(3.0)


def drips(server: Any, request: Any) -> None:
    server.send(request, upto=100)
    for place in range(100, HALF):
        if server.released.wait(0.05):
            return
        request.wfile.write(server.content[place : place + 1])
        request.wfile.flush()


def is_busy(server: Any, request: Any) -> None:
    request.send_error(503)


def limits_the_rate(server: Any, request: Any) -> None:
    request.send_error(429)


def answers_garbage(server: Any, request: Any) -> None:
    request.wfile.write(b"\0\xff not HTTP\r\n\r\n")
    request.close_connection = True


def says_nothing(server: Any, request: Any) -> None:
    request.close_connection = True


def redirects_once(server: Any, request: Any) -> None:
    request.send_response(302)
    request.send_header("Location", "/elsewhere.tar.gz")
    request.send_header("Content-Length", "0")
    request.end_headers()


RECOVERING = [
    breaks_off,
    resets,
    stalls,
    stalls_before_the_headers,
    drips,
    is_busy,
    limits_the_rate,
    answers_garbage,
    says_nothing,
    redirects_once,
]


@pytest.mark.parametrize("trouble", RECOVERING, ids=lambda trouble: trouble.__name__)
def test_passing_trouble_is_overcome(trouble: Any, server: Any, download: Any) -> None:
    server.scenario = lambda request, number: server.send(request) if number else trouble(server, request)
    made = download()
    assert made.run(unwatched).read_bytes() == server.content
    assert len(server.requests) == 2
    assert not made.part.exists()


def test_what_has_arrived_is_not_fetched_again(server: Any, download: Any) -> None:
    server.scenario = lambda request, number: server.send(request) if number else breaks_off(server, request)
    states: list[DownloadProgress] = []
    download().run(states.append)
    assert server.requests[1]["Range"] == f"bytes={HALF}-"
    assert server.requests[1]["If-Range"] == '"one"'
    received = [state.received for state in states]
    assert received == sorted(received)
    assert {state.received for state in states if state.doing == "Trying again"} == {HALF}


def test_a_version_that_is_only_about_the_same_does_not_vouch_for_the_pieces(server: Any, download: Any) -> None:
    server.scenario = lambda request, number: server.send(request, tag='W/"one"', upto=None if number else HALF)
    assert download().run(unwatched).read_bytes() == server.content
    assert "If-Range" not in server.requests[1]


def test_pieces_of_two_versions_of_a_file_are_not_joined(server: Any, download: Any) -> None:
    old = bytes(len(server.content))
    server.scenario = lambda request, number: (
        server.send(request, tag='"two"') if number else server.send(request, content=old, upto=HALF)
    )
    assert download().run(unwatched).read_bytes() == server.content


def test_a_download_is_resumed_after_a_restart(server: Any, download: Any) -> None:
    made = download()
    half_sent_earlier(made, server.content)
    states: list[DownloadProgress] = []
    assert made.run(states.append).read_bytes() == server.content
    assert server.requests[0]["Range"] == f"bytes={HALF}-"
    assert "If-Range" not in server.requests[0]
    assert min(state.received for state in states) >= HALF


@pytest.mark.parametrize(
    "what", ["ignores ranges", "cannot resume", "sends another piece", "says nothing of the piece"]
)
def test_a_server_that_cannot_resume_gives_the_whole_file(what: str, server: Any, download: Any) -> None:
    def answer(request: Any, number: int) -> None:
        if "Range" not in request.headers or what == "ignores ranges":
            server.send(request, ranges=False)
        elif what == "cannot resume":
            request.send_error(416)
        else:
            piece = {"sends another piece": "bytes 7-299999/300000", "says nothing of the piece": "nonsense"}[what]
            server.send(request, Content_Range=piece)

    server.scenario = answer
    made = download()
    half_sent_earlier(made, server.content)
    assert made.run(unwatched).read_bytes() == server.content
    assert len(server.requests) == (1 if what == "ignores ranges" else 2)


def test_a_wrong_earlier_piece_is_replaced(server: Any, download: Any) -> None:
    made = download()
    half_sent_earlier(made, bytes(HALF))
    assert made.run(unwatched).read_bytes() == server.content
    assert len(server.requests) == 2


def test_pieces_that_do_not_belong_together_are_fetched_again_as_one(server: Any, download: Any) -> None:
    def lie_at_first(request: Any, number: int) -> None:
        server.send(request, content=None if number else bytes(300_000), upto=None if number else HALF)
        request.close_connection = True

    server.scenario = lie_at_first
    assert download().run(unwatched).read_bytes() == server.content
    assert [request.get("Range") for request in server.requests] == [None, f"bytes={HALF}-", None]


def test_a_part_that_is_too_long_is_replaced(server: Any, download: Any) -> None:
    made = download()
    made.part.parent.mkdir(parents=True)
    made.part.write_bytes(server.content + b"more")
    assert made.run(unwatched).read_bytes() == server.content


def test_a_right_file_is_not_fetched_again(server: Any, download: Any) -> None:
    made = download()
    made.run(unwatched)
    server.requests.clear()
    assert made.run(unwatched).read_bytes() == server.content
    assert not server.requests


def test_a_wrong_file_in_the_place_is_replaced(server: Any, download: Any) -> None:
    made = download()
    made.target.parent.mkdir(parents=True)
    made.target.write_bytes(bytes(len(server.content)))
    assert made.run(unwatched).read_bytes() == server.content


# Each ends in a sentence, with no file in place: what the server does with every request.


def is_gone(server: Any, request: Any) -> None:
    request.send_error(404)


def forbids(server: Any, request: Any) -> None:
    request.send_error(403)


def wants_a_sign_in(server: Any, request: Any) -> None:
    server.send(request, content=b"<html>Welcome to the hotel</html>", Content_Type="text/html; charset=utf-8")


def redirects_in_circles(server: Any, request: Any) -> None:
    redirects_once(server, request)


def redirects_to_a_local_file(server: Any, request: Any) -> None:
    request.send_response(302)
    request.send_header("Location", "file:///etc/passwd")
    request.end_headers()


def redirects_nowhere(server: Any, request: Any) -> None:
    request.send_response(302)
    request.send_header("Location", "http://[bad/")
    request.end_headers()


def offers_another_length(server: Any, request: Any) -> None:
    server.send(request, content=server.content[:-1])


def never_ends(server: Any, request: Any) -> None:
    server.send(request, content=server.content + b"more", Content_Length="")
    request.close_connection = True


def sends_other_bytes(server: Any, request: Any) -> None:
    server.send(request, content=bytes(len(server.content)))


def fails_always(server: Any, request: Any) -> None:
    request.send_error(500)


FAILING = [  # what happens, what is said, and how often the server is asked
    (is_gone, "no longer has the file", 1),
    (forbids, "refuses to give the file", 1),
    (wants_a_sign_in, "sign in", 1),
    (redirects_in_circles, "in circles", 6),
    (redirects_to_a_local_file, "not a safe address", 1),
    (redirects_nowhere, "not a safe address", 1),
    (offers_another_length, "offers another file", 1),
    (never_ends, "sends more", 1),
    (sends_other_bytes, "not the published bytes", 1),
    (fails_always, "in trouble", 3),
    (is_busy, "too busy", 3),
    (answers_garbage, "something else than a file", 3),
]


@pytest.mark.parametrize(("trouble", "words", "asked"), FAILING, ids=lambda value: getattr(value, "__name__", ""))
def test_lasting_trouble_ends_in_a_sentence(trouble: Any, words: str, asked: int, server: Any, download: Any) -> None:
    server.scenario = lambda request, number: trouble(server, request)
    made = download(attempts=3)
    with pytest.raises(DataError, match=words) as caught:
        made.run(unwatched)
    assert str(caught.value).endswith(".")
    assert len(server.requests) == asked
    assert ("What has arrived is kept" in str(caught.value)) == bool(made.received)
    assert not made.target.exists()


def test_wrong_bytes_are_deleted(server: Any, download: Any) -> None:
    server.scenario = lambda request, number: sends_other_bytes(server, request)
    made = download()
    with pytest.raises(DataError, match=r"data\.tar\.gz"):
        made.run(unwatched)
    assert not made.part.exists()


def test_tries_are_counted_as_long_as_next_to_nothing_arrives(server: Any, download: Any) -> None:
    def a_byte_at_a_time(request: Any, number: int) -> None:
        start = int(request.headers.get("Range", "bytes=0-")[6:-1])
        server.send(request, upto=start + 1)
        request.close_connection = True

    server.scenario = a_byte_at_a_time
    with pytest.raises(DataError, match="kept"):
        download(attempts=4).run(unwatched)
    assert len(server.requests) == 4


def test_a_connection_that_breaks_off_often_is_followed_as_long_as_much_arrives(server: Any, download: Any) -> None:
    def a_piece_at_a_time(request: Any, number: int) -> None:
        start = int(request.headers.get("Range", "bytes=0-")[6:-1])
        server.send(request, upto=start + HALF // 3)
        request.close_connection = True

    server.scenario = a_piece_at_a_time
    assert download(attempts=3).run(unwatched).read_bytes() == server.content
    assert len(server.requests) == 6


def test_after_much_has_arrived_the_tries_are_counted_anew(server: Any, download: Any) -> None:
    server.scenario = lambda request, number: (breaks_off if number == 1 else is_busy)(server, request)
    with pytest.raises(DataError, match="busy"):
        download(attempts=3).run(unwatched)
    assert len(server.requests) == 4  # the one that brought something is the first of three again


def test_each_wait_between_tries_is_twice_as_long_as_the_one_before(server: Any, download: Any) -> None:
    server.scenario = lambda request, number: is_busy(server, request)
    made, waited = download(), [0.0] * 5
    made._sleep = lambda seconds: waited.__setitem__(len(server.requests), waited[len(server.requests)] + seconds)
    with pytest.raises(DataError):
        made.run(unwatched)
    assert waited == [0, *(pytest.approx(seconds) for seconds in (1, 2, 4, 8))]


def test_no_server_at_all_ends_in_a_sentence(server: Any, download: Any) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(DataError, match="connection to 127"):
            download(url=f"http://127.0.0.1:{port}/data.tar.gz", attempts=2).run(unwatched)


@pytest.mark.parametrize(
    "url", ["http://example.org/a", "ftp://example.org/a", "file:///etc/passwd", "//x", "https://"]
)
def test_the_product_follows_https_only(url: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not a safe address"):
        Download(folder=tmp_path, url=url).run(unwatched)


def test_what_is_downloaded_by_default_is_the_binary_edition(home: Path) -> None:
    made = Download()
    assert made.target == home / "data" / "cifar-10-binary.tar.gz"
    assert BINARY.url == "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"


# The disk


class _FullDisk(io.FileIO):
    def write(self, data: Any, /) -> int:
        if self.tell() >= HALF:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


def test_a_full_disk_is_said_and_the_download_goes_on_later(
    server: Any, download: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = download()
    opened = Path.open
    with monkeypatch.context() as patched:
        patched.setattr(
            Path,
            "open",
            lambda path, mode="r", *rest: _FullDisk(path, "wb") if "w" in mode else opened(path, mode, *rest),
        )
        with pytest.raises(DataError, match=r"disk is full.*kept"):
            made.run(unwatched)
    assert made.part.read_bytes() == server.content[: made.received] != b""
    assert made.run(unwatched).read_bytes() == server.content


def test_too_little_space_is_said_before_anything_is_fetched(
    server: Any, download: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1_000_000))
    with pytest.raises(DataError, match="1 MB free"):
        download().run(unwatched)
    assert not server.requests


@pytest.mark.parametrize("spare", [0, -1])
def test_space_is_needed_for_what_is_missing_only(
    spare: int, server: Any, download: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = download()
    half_sent_earlier(made, server.content)
    free = len(server.content) - HALF + 50_000_000 + spare
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free))
    if spare < 0:
        with pytest.raises(DataError, match="50 MB free"):
            made.run(unwatched)
    else:
        assert made.run(unwatched).read_bytes() == server.content


def test_the_folder_is_made_and_free_space_is_known_before(server: Any, download: Any) -> None:
    made = download(folder="new/folder")
    assert made.free_bytes() > 0
    assert not made.target.parent.exists()
    assert made.run(unwatched).read_bytes() == server.content


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_or_a_share_of_it_that_is_used_up_is_called_full(
    number: int, server: Any, download: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(handle: int) -> None:
        raise OSError(number, "used up")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(DataError, match=r"the disk is full\. Free some space"):
        download().run(unwatched)


def test_a_folder_that_may_not_be_written_is_said(server: Any, download: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = download()
    made.target.parent.mkdir(parents=True)

    def refuse(path: Path, *rest: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match=r"cannot be stored in .*access is not allowed"):
        made.run(unwatched)


def test_a_file_where_the_folder_should_be_is_said(server: Any, download: Any) -> None:
    made = download()
    made.target.parent.write_text("in the way")
    with pytest.raises(DataError, match="cannot be stored"):
        made.run(unwatched)


# Cancelling


def cancelling_when(due: Callable[[DownloadProgress], bool]) -> Callable[[DownloadProgress], None]:
    def report(state: DownloadProgress) -> None:
        if due(state):
            raise Cancelled

    return report


def test_cancelling_while_nothing_arrives_keeps_what_has_arrived(server: Any, download: Any) -> None:
    def send_half_and_wait(request: Any, number: int) -> None:
        server.send(request, upto=HALF)
        server.released.wait()

    server.scenario = send_half_and_wait
    made = download(stall_seconds=10_000.0)  # so that only the cancelling can end it
    with pytest.raises(Cancelled):
        made.run(cancelling_when(lambda state: state.received == HALF))
    assert made.part.read_bytes() == server.content[:HALF]
    assert not made.target.exists()


def test_cancelling_before_the_server_answers(server: Any, download: Any) -> None:
    server.scenario = lambda request, number: server.released.wait()
    with pytest.raises(Cancelled):
        download(stall_seconds=10_000.0).run(cancelling_when(lambda state: bool(server.requests)))


@pytest.mark.parametrize("doing", ["Connecting", "Trying again", "Checking"])
def test_cancelling_at_any_stage(doing: str, server: Any, download: Any) -> None:
    server.scenario = lambda request, number: server.send(request) if number else is_busy(server, request)
    made = download()
    with pytest.raises(Cancelled):
        made.run(cancelling_when(lambda state: state.doing == doing))
    assert not made.target.exists()


def test_a_killed_download_is_resumed(server: Any, download: Any, tmp_path: Path) -> None:
    def send_half_and_wait(request: Any, number: int) -> None:
        server.send(request, upto=None if number else HALF)
        if not number:
            server.released.wait()

    server.scenario = send_half_and_wait
    code = """
        import sys
        from pathlib import Path
        from cifar_gui.data.download import Download
        from cifar_gui.data.official import Edition
        from cifar_gui.data.transport import Client
        url, folder, size = sys.argv[1:]
        edition = Edition("binary", "data.tar.gz", int(size), "", "", (), "", 0)
        client = Client(schemes=frozenset({"http"}))
        Download(edition, Path(folder), url=url, client=client).run(
            lambda state: print(state.received, flush=True)
        )
    """
    command = [
        sys.executable,
        "-c",
        textwrap.dedent(code),
        server.url,
        str(tmp_path / "data"),
        str(len(server.content)),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        seen = next(line for line in child.stdout if int(line) >= HALF)
        child.kill()
    made = download()
    assert int(seen) == HALF
    assert made.received <= HALF  # the last few bytes may not have reached the file
    assert made.run(unwatched).read_bytes() == server.content


# Progress


def test_progress_counts_every_byte_and_speaks_plainly(server: Any, download: Any) -> None:
    states: list[DownloadProgress] = []
    download().run(states.append)
    assert {state.total for state in states} == {len(server.content)}
    assert states[-1].doing == "Checking"
    assert states[-1].share == 1.0


def test_downloading_needs_no_torch(run_python: Any) -> None:
    code = "import sys, cifar_gui.data.download; print('torch' in sys.modules, 'numpy' in sys.modules)"
    assert run_python(code).stdout.split() == ["False", "False"]
