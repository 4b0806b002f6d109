"""CIFAR-10 as published: either edition, packed or unpacked; what is partial, damaged or hostile is refused."""

from __future__ import annotations

import dataclasses
import io
import os
import pickle
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from cifar_gui.data import archive, cifar10, folder
from cifar_gui.data.base import ImageData, no_progress
from cifar_gui.data.official import BINARY, CLASS_NAMES, CONTENT, EDITIONS, PICKLED
from cifar_gui.errors import Cancelled, DataError


def load(path: Path) -> ImageData:
    return cifar10.load(path, no_progress)


def edition_called(published: Any, name: str) -> Any:
    return published.binary if name == "binary" else published.pickled


EDITION_NAMES = [edition.name for edition in EDITIONS]


@pytest.mark.parametrize("name", EDITION_NAMES)
@pytest.mark.parametrize("form", ["archive", "folder"])
def test_every_form_of_every_edition_gives_the_same_data(name: str, form: str, published: Any, tmp_path: Path) -> None:
    data = load(getattr(published, form)(edition_called(published, name), tmp_path))
    assert data.name == "CIFAR-10"
    assert data.class_names == CLASS_NAMES
    assert data.counts == (90, 10, 20)
    assert data.fingerprints == published.data.fingerprints
    assert data.stats == published.data.stats
    assert torch.equal(data.images, published.data.images)
    assert torch.equal(data.labels, published.data.labels)


def test_a_folder_of_the_same_pictures_gives_the_same_data(published: Any, tmp_path: Path) -> None:
    for number in reversed(range(120)):  # another order, other names
        place = tmp_path / ("train" if number < 100 else "test") / CLASS_NAMES[published.labels[number]]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(published.images[number].transpose(1, 2, 0)).save(place / f"{97 * number % 120}.png")
    data = folder.load(tmp_path, no_progress)
    assert data.fingerprints == published.data.fingerprints
    assert torch.equal(data.images, published.data.images)
    assert data.name == tmp_path.name, "only all 60,000 are CIFAR-10"


@pytest.mark.parametrize("inside", ["", "cifar-10-batches-bin", "cifar-10-batches-bin/test_batch.bin"])
def test_an_unpacked_edition_is_found_around_and_inside(inside: str, published: Any, tmp_path: Path) -> None:
    published.folder(published.binary, tmp_path)
    assert load(tmp_path / inside).fingerprints == published.data.fingerprints


@pytest.mark.parametrize("name", ["cifar-10-python (1).tar.gz", "CIFAR.TAR.GZ", "cifar.tgz"])
def test_an_archive_is_recognised_under_another_name(name: str, published: Any, tmp_path: Path) -> None:
    path = published.archive(published.pickled, tmp_path, name=name)
    found = cifar10.recognise(path)
    assert found
    assert found.variant == "pickled"
    assert load(path).fingerprints == published.data.fingerprints


def test_a_repacked_archive_of_the_same_pictures_is_accepted(published: Any, tmp_path: Path) -> None:
    path = published.archive(published.binary, tmp_path, readme__html=b"another readme")
    assert load(path).name == "CIFAR-10"


def test_an_archive_packed_from_inside_its_folder_is_read(published: Any, tmp_path: Path) -> None:
    """As `tar -cf cifar.tar .` packs it: the folders are members, too, and every name begins with a dot."""
    path = tmp_path / "cifar.tar"
    with tarfile.open(path, "w") as tar:
        for name in (".", "./cifar-10-batches-bin"):
            member = tarfile.TarInfo(name)
            member.type = tarfile.DIRTYPE
            tar.addfile(member)
        for name, content in published.files(published.binary).items():
            member = tarfile.TarInfo(f"./cifar-10-batches-bin/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    assert load(path).fingerprints == published.data.fingerprints


def test_of_two_members_of_one_name_the_first_counts(published: Any, tmp_path: Path) -> None:
    path, files = tmp_path / "cifar-10-binary.tar.gz", list(published.files(published.binary).items())
    with tarfile.open(path, "w:gz", compresslevel=1) as tar:
        for name, content in (files[0], (files[0][0], files[1][1]), *files[1:]):
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    assert load(path).fingerprints == published.data.fingerprints


@pytest.mark.parametrize("name", EDITION_NAMES)
@pytest.mark.parametrize(
    ("more", "words"),
    [
        (0, "does not have the checksum of the published archive"),
        (1, r"has [\d,]+ bytes where the published archive has"),
    ],
)
def test_an_archive_with_other_pictures_is_refused(
    more: int, words: str, name: str, published: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = edition_called(published, name)
    swapped = published.files(edition)[edition.train_batches[0]]
    path = published.archive(edition, tmp_path, **{edition.train_batches[1].replace(".", "__"): swapped})
    monkeypatch.setattr(cifar10, "EDITIONS", (dataclasses.replace(edition, size=path.stat().st_size + more),))
    with pytest.raises(DataError, match=rf"{words}.* and the pictures in it are not those of CIFAR-10"):
        load(path)


@pytest.mark.parametrize("batch", ["data_batch_2__bin", "test_batch__bin"])
def test_an_unpacked_edition_with_other_pictures_is_not_called_cifar_10(
    batch: str, published: Any, tmp_path: Path
) -> None:
    swapped = published.files(published.binary)["data_batch_1.bin"]
    data = load(published.folder(published.binary, tmp_path, **{batch: swapped}))
    assert data.name == "cifar-10-batches-bin (not the original pictures)"


@pytest.mark.parametrize("form", ["archive", "folder"])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda content: b"", "empty"),
        (lambda content: content[:-1], "cut short"),
        (lambda content: content + b"\0", "too long"),
        (lambda content: b"\x0a" + content[1:], "mislabelled: picture 1 has the label 10"),
        (lambda content: content[: 3073 * 4] + b"\xff" + content[3073 * 4 + 1 :], "picture 5 has the label 255"),
        (lambda content: content + bytes(40_000_000), "too long to be a batch"),
    ],
)
def test_a_wrong_batch_is_named(
    change: Callable[[bytes], bytes], words: str, form: str, published: Any, tmp_path: Path
) -> None:
    wrong = change(published.files(published.binary)["data_batch_3.bin"])
    path = getattr(published, form)(published.binary, tmp_path, data_batch_3__bin=wrong)
    with pytest.raises(DataError, match=words) as caught:
        load(path)
    assert "data_batch_3.bin" in str(caught.value)


@pytest.mark.parametrize("labels", [[10] * 20, [-1] * 20, [0] * 19, [0.5] * 20, ["cat"] * 20, [True] * 20, "cat", None])
def test_wrong_labels_in_a_pickled_batch_are_refused(labels: Any, published: Any, tmp_path: Path) -> None:
    batch = pickle.dumps({"data": published.images[:20].reshape(20, -1), "labels": labels}, 2)
    with pytest.raises(DataError, match="data_batch_4"):
        load(published.folder(published.pickled, tmp_path, data_batch_4=batch))


@pytest.mark.parametrize("shape", [(20, 3071), (19, 3072), (20 * 3072,)])
def test_wrong_pictures_in_a_pickled_batch_are_refused(shape: tuple[int, ...], published: Any, tmp_path: Path) -> None:
    batch = pickle.dumps({"data": np.zeros(shape, np.uint8), "labels": [0] * 20}, 2)
    with pytest.raises(DataError, match=r"data_batch_4.* is not a CIFAR-10 batch"):
        load(published.folder(published.pickled, tmp_path, data_batch_4=batch))


@pytest.mark.parametrize("name", EDITION_NAMES)
def test_a_missing_batch_is_named(name: str, published: Any, tmp_path: Path) -> None:
    edition = edition_called(published, name)
    unpacked = published.folder(edition, tmp_path)
    (unpacked / edition.test_batch).unlink()
    with pytest.raises(DataError, match=f"partial: {edition.test_batch} is missing"):
        load(unpacked)


@pytest.mark.parametrize("name", EDITION_NAMES)
def test_an_archive_cut_short_anywhere_is_refused(name: str, published: Any, tmp_path: Path) -> None:
    edition = edition_called(published, name)
    path = published.archive(edition, tmp_path)
    content = path.read_bytes()
    for length in (0, 1, 10, 100, len(content) // 3, len(content) // 2, int(len(content) * 0.9)):
        path.write_bytes(content[:length])
        with pytest.raises(DataError, match=edition.file_name):
            load(path)


@pytest.mark.parametrize("place", [0.01, 0.2, 0.5, 0.9])
def test_a_flipped_bit_in_an_archive_is_noticed(place: float, published: Any, tmp_path: Path) -> None:
    path = published.archive(published.binary, tmp_path)
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 16
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"cifar-10-binary\.tar\.gz"):
        load(path)


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b", b"<html>Not found</html>", bytes(100_000), b"PK\x03\x04" * 50])
@pytest.mark.parametrize("name", ["cifar-10-binary.tar.gz", "something.tgz", "something.tar"])
def test_what_is_no_archive_is_refused(content: bytes, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=name):
        load(path)


def test_another_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "photos.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        tar.add(__file__, "photos/cat.txt")
    with pytest.raises(DataError, match="not of CIFAR-10"):
        load(path)


# Hostile members


def hostile_members(kind: str, outside: Path) -> list[tuple[tarfile.TarInfo, bytes]]:
    """Members that would write or read elsewhere if anything were unpacked."""
    member = tarfile.TarInfo("cifar-10-batches-bin/data_batch_1.bin")
    content = b""
    if kind == "symbolic link":
        member.type, member.linkname = tarfile.SYMTYPE, str(outside)
    elif kind == "hard link":
        member.type, member.linkname = tarfile.LNKTYPE, "../../outside"
    elif kind == "device":
        member.type, member.devmajor, member.devminor = tarfile.CHRTYPE, 1, 5
    elif kind == "pipe":
        member.type = tarfile.FIFOTYPE
    elif kind == "folder":
        member.type = tarfile.DIRTYPE
    else:
        member.name = {
            "upwards": "cifar-10-batches-bin/../../data_batch_1.bin",
            "absolute": f"{outside.parent}/data_batch_1.bin",
            "backslashes": "cifar-10-batches-bin\\data_batch_1.bin",
        }[kind]
        content = b"overwritten"
        member.size = len(content)
    return [(member, content)]


@pytest.mark.parametrize(
    "kind",
    ["symbolic link", "hard link", "device", "pipe", "folder", "upwards", "absolute", "backslashes"],
)
def test_a_hostile_member_is_not_followed(kind: str, published: Any, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(published.files(published.binary)["data_batch_1.bin"])
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "cifar-10-binary.tar.gz"
    files = published.files(published.binary)
    del files["data_batch_1.bin"]
    members = [(tarfile.TarInfo(f"cifar-10-batches-bin/{name}"), content) for name, content in files.items()]
    with tarfile.open(path, "w:gz", compresslevel=1) as tar:
        for member, content in [*members, *hostile_members(kind, outside)]:
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    before = sorted(each.name for each in tmp_path.rglob("*"))
    with pytest.raises(DataError, match=r"data_batch_1\.bin is missing"):
        load(path)
    assert sorted(each.name for each in tmp_path.rglob("*")) == before
    assert outside.read_bytes() != b"overwritten"


def test_an_archive_of_countless_members_is_given_up(published: Any, tmp_path: Path) -> None:
    path = tmp_path / "cifar-10-binary.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as tar:
        for number in range(1001):
            tar.addfile(tarfile.TarInfo(f"{number}"))
    with pytest.raises(DataError, match="far more than CIFAR-10"):
        load(path)


def test_an_archive_of_large_members_is_given_up(
    published: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_SIZE_LIMIT", 200_000)  # three of the six batches
    with pytest.raises(DataError, match="far more than CIFAR-10"):
        load(published.archive(published.binary, tmp_path))


def test_an_archive_that_unpacks_to_terabytes_is_given_up(published: Any, tmp_path: Path) -> None:
    member = tarfile.TarInfo("cifar-10-batches-bin/zeros")
    member.size = 1 << 42
    path = tmp_path / "cifar-10-binary.tar"
    path.write_bytes(member.tobuf() + bytes(1024))
    with pytest.raises(DataError, match="far more than CIFAR-10"):
        load(path)


def test_a_pickle_swapped_into_an_archive_does_not_run(published: Any, tmp_path: Path) -> None:
    marker = tmp_path / "ran"

    class Gadget:
        def __reduce__(self) -> Any:
            return os.system, (f"touch {marker}",)

    gadget = pickle.dumps({"data": Gadget(), "labels": []}, 2)
    path = published.archive(published.pickled, tmp_path / "in", data_batch_2=gadget)
    with pytest.raises(DataError, match=r"data_batch_2 in cifar-10-python\.tar\.gz is not a CIFAR-10 batch"):
        load(path)
    assert not marker.exists()


def test_cancelling_an_import_stops_it(published: Any, tmp_path: Path) -> None:
    def cancel(share: float, doing: str) -> None:
        if doing == "Reading data_batch_3.bin":
            raise Cancelled

    with pytest.raises(Cancelled):
        cifar10.load(published.archive(published.binary, tmp_path), cancel)


def test_progress_rises_to_one(published: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_CHUNK", 100_000)
    said: list[tuple[float, str]] = []
    cifar10.load(published.archive(published.binary, tmp_path), lambda *progress: said.append(progress))
    assert said == sorted(said, key=lambda each: each[0])
    assert said[-1][0] == 1.0
    checking = [share for share, doing in said if doing.startswith("Checking")]
    assert len(set(checking)) == len(checking) > 2
    assert checking[-1] == pytest.approx(0.3)


def test_what_is_known_of_the_archives_is_what_their_authors_publish() -> None:
    assert [(edition.file_name, edition.size, edition.sha256[:8], edition.sha256[-8:]) for edition in EDITIONS] == [
        ("cifar-10-binary.tar.gz", 170052171, "c4a38c50", "59bca1dd"),
        ("cifar-10-python.tar.gz", 170498071, "6d958be0", "b5c001ce"),
    ]


# The real pictures

REAL = os.environ.get("CIFAR_GUI_TEST_DATA", "")


@pytest.fixture(scope="session")
def real() -> ImageData:
    if not REAL:
        pytest.skip("CIFAR_GUI_TEST_DATA is not set")
    return folder.load(Path(REAL), no_progress)


def test_the_real_pictures_have_the_known_statistics(real: ImageData) -> None:
    assert real.name == "CIFAR-10"
    assert real.counts == (45_000, 5_000, 10_000)
    assert [f"{each:.8f}" for each in real.stats.mean] == ["125.30691805", "122.95039414", "113.86538318"]
    assert [f"{each:.8f}" for each in real.stats.std] == ["62.99321928", "62.08870764", "66.70489964"]
    assert (real.fingerprints[3], real.fingerprints[2]) == CONTENT
    assert real.split("validation").labels.bincount().tolist() == [500] * 10


@pytest.mark.soak
@pytest.mark.parametrize("edition", [BINARY, PICKLED], ids=lambda edition: edition.name)
def test_real_archives_rebuilt_from_the_pictures_give_the_same_data(
    edition: Any, real: ImageData, tmp_path: Path
) -> None:
    from numpy.random import RandomState

    order = RandomState(0).permutation(50_000)
    images, labels = real.images.numpy(), real.labels.numpy()
    with tarfile.open(tmp_path / edition.file_name, "w:gz", compresslevel=1) as tar:
        for number, batch in enumerate(edition.batches):
            chosen = order[number * 10_000 : (number + 1) * 10_000] if number < 5 else np.arange(50_000, 60_000)
            if edition.name == "binary":
                content = np.hstack(
                    [labels[chosen, None].astype(np.uint8), images[chosen].reshape(10_000, -1)]
                ).tobytes()
            else:
                table = {"data": images[chosen].reshape(10_000, -1), "labels": labels[chosen].tolist()}
                content = pickle.dumps(table, 2)
            member = tarfile.TarInfo(f"{edition.folder}/{batch}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    data = cifar10.load(tmp_path / edition.file_name, no_progress)
    assert data.name == "CIFAR-10"
    assert data.fingerprints == real.fingerprints
    assert torch.equal(data.images, real.images)
