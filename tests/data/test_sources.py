"""One way to every data set, run over the registry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from cifar_gui.data import shapes, sources
from cifar_gui.data.base import DATASETS
from cifar_gui.errors import Cancelled, CifarGuiError, DataError

MakeFolder = Callable[..., Path]


@pytest.mark.parametrize("entry", list(DATASETS), ids=lambda entry: entry.name)
def test_every_source_has_a_label_and_says_how_it_is_found(entry: Any) -> None:
    assert entry.label[0].isupper()
    assert {"class_names"} <= set(entry.details) <= {"class_names", "recognise", "locate", "missing", "needs_path"}
    assert ("locate" in entry.details) == ("missing" in entry.details)


@pytest.mark.parametrize("entry", list(DATASETS), ids=lambda entry: entry.name)
def test_every_source_leaves_what_it_does_not_know_to_others(entry: Any, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    ask = entry.details.get("recognise", lambda path: None)
    assert ask(tmp_path / "notes.txt") is None
    assert ask(tmp_path) is None


def test_what_can_be_asked_for_by_name() -> None:
    assert sources.built_in() == [("cifar10", "CIFAR-10"), ("shapes", "Shapes (built in)")]


def test_cifar10_is_missing_until_it_is_there(published: Any, home: Path) -> None:
    assert not sources.is_available("cifar10")
    with pytest.raises(sources.DataMissing, match="not on this machine yet"):
        sources.load("cifar10")
    published.archive(published.binary, home / "data")
    assert sources.is_available("cifar10")
    assert sources.load("cifar10").fingerprints == published.data.fingerprints


@pytest.mark.parametrize("form", ["archive", "folder"])
@pytest.mark.parametrize("name", ["binary", "pickled"])
def test_cifar10_may_be_put_there_in_any_form(name: str, form: str, published: Any, home: Path) -> None:
    getattr(published, form)(getattr(published, name), home / "data")
    found = sources.find("cifar10")
    assert not isinstance(found, str)
    assert found.kind == f"CIFAR-10, {name} edition, {'packed' if form == 'archive' else 'unpacked'}"


def test_the_classes_are_known_before_any_picture_is_read(
    published: Any, home: Path, image_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    pets = image_folder({"train/dog": 2, "train/cat": 2, "test/dog": 1, "test/cat": 1})
    with pytest.raises(sources.DataMissing, match="not on this machine yet"):
        sources.class_names("cifar10")
    published.archive(published.binary, home / "data")
    monkeypatch.setattr(sources.cache, "remembered", None)  # which all loading goes through
    assert sources.class_names("cifar10") == published.data.class_names
    assert sources.class_names("shapes") == tuple(shapes.SHAPES)
    assert sources.class_names(pets) == ("cat", "dog")
    (pets / "test" / "dog").rename(pets / "test" / "hen")
    with pytest.raises(DataError, match="Give both the same classes"):
        sources.class_names(str(pets))


def test_an_interrupted_download_is_not_taken_for_the_data(home: Path) -> None:
    (home / "data").mkdir(parents=True)
    (home / "data" / "cifar-10-binary.tar.gz.part").write_bytes(b"half")
    assert not sources.is_available("cifar10")


@pytest.mark.parametrize("as_text", [True, False])
def test_a_path_is_loaded_and_then_comes_from_the_cache(
    as_text: bool, image_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = image_folder({"cat": 9, "dog": 9})
    source = str(path) if as_text else path
    first = sources.load(source).images.clone()  # nothing of it stays in memory

    def not_needed(*_: Any) -> None:
        raise AssertionError("imported again")

    monkeypatch.setattr("cifar_gui.data.folder.read_pictures", not_needed)
    said: list[tuple[float, str]] = []
    assert torch.equal(sources.load(source, lambda *progress: said.append(progress)).images, first)
    assert said[-1] == (1.0, "pictures")


def test_a_folder_called_like_a_source_is_reached_by_its_path(
    image_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = image_folder({"cat": 4, "dog": 4}, name="folder")
    monkeypatch.chdir(path.parent)
    assert sources.load("folder").class_names == ("cat", "dog")


def test_a_folder_called_like_a_built_in_source_is_reached_as_a_path(
    image_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(image_folder({"cat": 4, "dog": 4}, name="shapes").parent)
    assert sources.load(Path("shapes")).class_names == ("cat", "dog")


def test_a_path_may_begin_at_home(image_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = image_folder({"cat": 4, "dog": 4})
    monkeypatch.setenv("HOME", str(path.parent))
    monkeypatch.setenv("USERPROFILE", str(path.parent))
    assert sources.load("~/pictures").name == "pictures"


def test_one_data_set_reached_by_several_paths_is_one(published: Any, tmp_path: Path) -> None:
    folder = published.folder(published.binary, tmp_path)
    first = sources.load(tmp_path)
    assert sources.load(folder) is first
    assert sources.load(folder / "test_batch.bin") is first


def test_what_is_drawn_is_watched_the_first_time_and_kept_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "PER_CLASS", 3)
    monkeypatch.setattr(shapes, "TEST_PER_CLASS", 1)
    said: list[str] = []
    assert len(sources.load("shapes", lambda share, doing: said.append(doing)).labels) == 40  # kept by nobody
    assert "Drawing stars" in said
    said.clear()
    sources.load("shapes", lambda share, doing: said.append(doing))
    assert not any(doing.startswith("Drawing") for doing in said)


@pytest.mark.parametrize("path", ["no/such/folder", "x" * 5000, "a\0b", ""])
def test_nothing_at_a_path_is_a_missing_data_set(path: str) -> None:
    assert not sources.is_available(path)
    with pytest.raises(sources.DataMissing):
        sources.load(path)


@pytest.mark.parametrize(
    ("name", "words"),
    [("a.txt", "is not a data set"), ("photos.zip", "Unpack it"), ("P.ZIP", "Unpack it"), ("a", "is not a data set")],
)
def test_a_file_that_is_no_data_set_gets_a_sentence(name: str, words: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(DataError, match=words):
        sources.recognise(tmp_path / name)
    assert not sources.is_available(tmp_path / name)


def test_an_empty_folder_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="not one of pictures"):
        sources.recognise(tmp_path / "empty")


def test_a_failed_import_leaves_nothing_behind(image_folder: Callable[..., Path], home: Path) -> None:
    path = image_folder({"cat": 4, "dog": 4})
    (path / "dog" / "2.png").write_bytes(b"rotten")
    with pytest.raises(CifarGuiError, match=r"dog/2\.png"):
        sources.load(path)
    assert not list(home.rglob("*.images"))


def test_cancelling_an_import_leaves_nothing_behind(image_folder: Callable[..., Path], home: Path) -> None:
    def cancel(share: float, doing: str) -> None:
        if doing.startswith("Reading"):
            raise Cancelled

    with pytest.raises(Cancelled):
        sources.load(image_folder({"cat": 4, "dog": 4}), cancel)
    assert not list(home.rglob("*.images"))


def test_pictures_replaced_behind_a_linked_class_folder_are_read_anew(image_folder: Any) -> None:
    root, elsewhere = image_folder({"cat": 4}), image_folder({"dog": 4, "eel": 2}, name="elsewhere")
    try:
        (root / "dog").symlink_to(elsewhere / "dog", target_is_directory=True)
    except OSError:
        pytest.skip("links are not allowed here")
    before = sources.load(str(root))
    assert sources.load(str(root)) is before
    (elsewhere / "eel" / "0.png").rename(elsewhere / "dog" / "4.png")
    (elsewhere / "dog" / "0.png").unlink()
    after = sources.load(str(root))
    assert after.counts == before.counts
    assert after.fingerprints[3] != before.fingerprints[3]
