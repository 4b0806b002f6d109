"""Fixtures for data sources: small editions of CIFAR-10, image folders, and a server that misbehaves on request."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import io
import tarfile
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from cifar_gui.data import archive, cifar10
from cifar_gui.data.base import assemble
from cifar_gui.data.official import BINARY, CLASS_NAMES, PICKLED, Edition

PER_BATCH = 20


def pickled_as_by_python_2(images: np.ndarray, labels: np.ndarray) -> bytes:
    """A batch as the official ones are written, byte for byte: protocol 2, numpy 1, strings of bytes."""

    def text(value: bytes) -> bytes:
        return b"U" + bytes([len(value)]) + value

    pixels = images.tobytes()
    return b"".join(
        [
            b"\x80\x02}q\x01(" + text(b"batch_label") + b"q\x02" + text(b"training batch 1 of 5") + b"q\x03",
            text(b"labels") + b"q\x04]q\x05(" + b"".join(b"K" + bytes([label]) for label in labels) + b"e",
            text(b"data") + b"q\x06cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\x00\x85",
            b"U\x01b\x87Rq\x09(K\x01M" + len(labels).to_bytes(2, "little") + b"M\x00\x0c\x86cnumpy\ndtype\nq\x0a",
            b"U\x02u1K\x00K\x01\x87Rq\x0b(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89",
            b"T" + len(pixels).to_bytes(4, "little") + pixels + b"tb",
            text(b"filenames") + b"q\x0c]q\x0d(" + b"".join(text(b"a.png") for _ in labels) + b"eu.",
        ]
    )


class Published:
    """CIFAR-10 as published, but with 20 pictures in each batch, in both editions, packed and unpacked."""

    def __init__(self) -> None:
        random = np.random.RandomState(3)
        self.images = random.randint(0, 256, (6 * PER_BATCH, 3, 32, 32), dtype=np.uint8)
        self.labels = np.arange(6 * PER_BATCH) % 10
        self.binary, self.pickled = (self._edition(edition) for edition in (BINARY, PICKLED))
        is_test = torch.arange(6 * PER_BATCH) >= 5 * PER_BATCH
        whole = assemble(
            "CIFAR-10", torch.from_numpy(self.images), torch.from_numpy(self.labels), CLASS_NAMES, test=is_test
        )
        self.data = whole
        self.content = (whole.fingerprints[3], whole.fingerprints[2])

    def files(self, edition: Edition) -> dict[str, bytes]:
        """Batch file → its bytes."""
        return {batch: self._batch(edition, number) for number, batch in enumerate(edition.batches)}

    def folder(self, edition: Edition, where: Path, **changed: bytes) -> Path:
        """An unpacked edition below `where`; `changed` are batches with other bytes, dots written as __."""
        folder = where / edition.folder
        folder.mkdir(parents=True)
        for name, content in self._with(edition, changed).items():
            (folder / name).write_bytes(content)
        return folder

    def archive(self, edition: Edition, where: Path, name: str = "", **changed: bytes) -> Path:
        """A packed edition in `where`."""
        where.mkdir(parents=True, exist_ok=True)
        path = where / (name or edition.file_name)
        path.write_bytes(packed_files({f"{edition.folder}/{n}": c for n, c in self._with(edition, changed).items()}))
        return path

    def _with(self, edition: Edition, changed: dict[str, bytes]) -> dict[str, bytes]:
        return self.files(edition) | {name.replace("__", "."): content for name, content in changed.items()}

    def _edition(self, edition: Edition) -> Edition:
        small = dataclasses.replace(edition, pictures=PER_BATCH)
        content = packed_files({f"{edition.folder}/{name}": content for name, content in self.files(small).items()})
        return dataclasses.replace(small, size=len(content), sha256=hashlib.sha256(content).hexdigest())

    def _batch(self, edition: Edition, number: int) -> bytes:
        place = slice(number * PER_BATCH, (number + 1) * PER_BATCH)
        images, labels = self.images[place], self.labels[place]
        if edition.name == "pickled":
            return pickled_as_by_python_2(images, labels)
        return np.hstack([labels[:, None].astype(np.uint8), images.reshape(PER_BATCH, -1)]).tobytes()


def packed_files(files: dict[str, bytes]) -> bytes:
    """A .tar.gz of these files, the same bytes every time."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return gzip.compress(plain.getvalue(), compresslevel=1, mtime=0)


@pytest.fixture(scope="session")
def _published() -> Published:
    return Published()


@pytest.fixture
def published(_published: Published, monkeypatch: pytest.MonkeyPatch) -> Published:
    """Small editions, which the code takes for the official ones as long as the test lasts."""
    editions = (_published.binary, _published.pickled)
    monkeypatch.setattr(archive, "EDITIONS", editions)
    monkeypatch.setattr(cifar10, "EDITIONS", editions)
    monkeypatch.setattr(cifar10, "CONTENT", _published.content)
    return _published


@pytest.fixture
def image_folder(tmp_path: Path) -> Callable[..., Path]:
    """Makes an image folder: {"train/cat": 3} gives three small pictures there. Equal calls give equal pictures."""

    def make(counts: dict[str, int], name: str = "pictures", size: tuple[int, int] = (32, 32)) -> Path:
        root = tmp_path / name
        random = np.random.RandomState(5)
        for place, count in counts.items():
            (root / place).mkdir(parents=True)
            for number in range(count):
                pixels = random.randint(0, 256, (size[1], size[0], 3), dtype=np.uint8)
                Image.fromarray(pixels).save(root / place / f"{number}.png")
        return root

    return make


Scenario = Callable[[BaseHTTPRequestHandler, int], None]
"""Answers one request; the number counts requests from 0."""


class FaultServer:
    """A web server on this machine that gives one file, or does whatever its scenario says."""

    def __init__(self) -> None:
        self.content = np.random.RandomState(11).bytes(300_000)
        self.scenario: Scenario = lambda request, number: self.send(request)
        self.requests: list[dict[str, str]] = []
        self.released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False  # so that closing waits for them
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/data.tar.gz"

    def edition(self) -> Edition:
        digest = hashlib.sha256(self.content).hexdigest()
        return dataclasses.replace(BINARY, file_name="data.tar.gz", size=len(self.content), sha256=digest)

    def send(
        self,
        request: BaseHTTPRequestHandler,
        *,
        content: bytes | None = None,
        upto: int | None = None,
        ranges: bool = True,
        tag: str = '"one"',
        **headers: str,
    ) -> None:
        """A proper answer to a request, resumed where it asks for that; `upto` cuts the body short there."""
        content = self.content if content is None else content
        start = int(request.headers["Range"][6:-1]) if ranges and "Range" in request.headers else 0
        if request.headers.get("If-Range", tag) != tag:
            start = 0
        fields = {"Content-Length": str(len(content) - start), "ETag": tag, "Content-Type": "application/x-gzip"}
        if start:
            fields["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        request.send_response(206 if start else 200)
        for name, value in fields.items():
            if value:
                request.send_header(name, value)
        request.end_headers()
        request.wfile.write(content[start:upto])
        request.wfile.flush()

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                owner.requests.append(dict(self.headers))
                try:
                    owner.scenario(self, len(owner.requests) - 1)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True  # the client has given up

            def log_message(self, format: str, *arguments: Any) -> None:
                """Nothing on stderr."""

        return Handler


@pytest.fixture
def server() -> Iterator[FaultServer]:
    made = FaultServer()
    yield made
    made.close()
