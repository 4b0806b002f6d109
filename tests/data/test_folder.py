"""Image folders: the layouts that are read, and a sentence for each that is not."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from cifar_gui.data import folder
from cifar_gui.data.base import ImageData, no_progress, picture_digests
from cifar_gui.errors import Cancelled, DataError

MakeFolder = Callable[..., Path]


def load(path: Path) -> ImageData:
    return folder.load(path, no_progress)


def test_train_and_test_folders_become_splits(image_folder: MakeFolder) -> None:
    data = load(image_folder({"train/cat": 20, "train/dog": 10, "test/cat": 4, "test/dog": 6}))
    assert data.class_names == ("cat", "dog")
    assert data.counts == (27, 3, 10)
    assert data.split("test").labels.bincount().tolist() == [4, 6]
    assert data.split("validation").labels.bincount().tolist() == [2, 1]
    assert data.name == "pictures"


@pytest.mark.skipif(sys.platform != "linux", reason="names are text there")
def test_a_class_whose_name_is_no_text_is_refused(image_folder: MakeFolder) -> None:
    root = image_folder({"cat": 2, "dog": 2})
    os.rename(os.fsencode(root / "dog"), os.fsencode(root) + b"/d\xf6g")  # noqa: PTH104  # bytes
    with pytest.raises(DataError, match=r"not UTF-8 text, 'd\\udcf6g'.*rename it"):
        load(root)


def test_folders_of_classes_alone_are_split_by_class(image_folder: MakeFolder) -> None:
    data = load(image_folder({"cat": 20, "dog": 30, "owl": 3}))
    assert data.split("test").labels.bincount().tolist() == [2, 3, 1]
    assert data.split("validation").labels.bincount(minlength=3).tolist() == [2, 3, 0]
    assert len(data.labels) == 53


def test_a_train_folder_without_a_test_folder_is_split(image_folder: MakeFolder) -> None:
    assert load(image_folder({"train/cat": 20, "train/dog": 20})).counts == (32, 4, 4)


def test_validation_pictures_are_for_training_and_validation(image_folder: MakeFolder) -> None:
    counts = {"train/cat": 8, "train/dog": 8, "val/cat": 2, "val/dog": 2, "test/cat": 3, "test/dog": 3}
    assert load(image_folder(counts)).counts == (18, 2, 6)


@pytest.mark.parametrize(
    ("train", "validation", "test"), [("training", "valid", "testing"), ("TRAIN", "Validation", "Test")]
)
def test_the_parts_have_other_names_too(train: str, validation: str, test: str, image_folder: MakeFolder) -> None:
    counts = {f"{train}/cat": 8, f"{train}/dog": 8, f"{validation}/cat": 2, f"{validation}/dog": 2}
    assert load(image_folder(counts | {f"{test}/cat": 3, f"{test}/dog": 3})).counts == (18, 2, 6)


def test_a_folder_chosen_as_this_folder_has_its_name(image_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(image_folder({"cat": 3, "dog": 3}))
    assert load(Path()).name == "pictures"


def test_the_pictures_drawn_for_testing_are_those_with_the_largest_digests(image_folder: MakeFolder) -> None:
    data = load(image_folder({"cat": 20, "dog": 20}))
    test, rest = data.split("test"), data.training(all_data=True)
    for label in range(2):
        drawn = picture_digests(test.images[test.labels == label])
        assert len(drawn) == 2
        assert min(drawn) > max(picture_digests(rest.images[rest.labels == label]))


def test_train_may_be_a_class(image_folder: MakeFolder) -> None:
    assert load(image_folder({"bus": 4, "train": 4})).class_names == ("bus", "train")


@pytest.mark.parametrize("classes", [2, 3, 25])
def test_any_number_of_classes_in_the_order_people_expect(classes: int, image_folder: MakeFolder) -> None:
    data = load(image_folder({f"kind {number}": 3 for number in range(classes)}))
    assert data.class_names == tuple(f"kind {number}" for number in range(classes))


def test_neither_names_nor_order_of_files_change_the_data(image_folder: MakeFolder, tmp_path: Path) -> None:
    first = image_folder({"cat": 20, "dog": 20})
    second = tmp_path / "renamed"
    for number, path in enumerate(sorted(first.rglob("*.png"), reverse=True)):
        place = second / path.parent.name
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place / f"{number:03} picture.png")
    one, other = load(first), load(second)
    assert one.fingerprints == other.fingerprints
    assert torch.equal(one.images, other.images)
    assert torch.equal(one.labels, other.labels)


def test_the_splits_of_a_folder_share_no_picture(image_folder: MakeFolder) -> None:
    data = load(image_folder({"cat": 40, "dog": 40}))
    assert len({picture.numpy().tobytes() for picture in data.images}) == 80
    assert all(data.counts)


def test_pictures_of_any_size_and_kind_are_read(image_folder: MakeFolder) -> None:
    root = image_folder({"cat": 5}, size=(60, 41))
    (root / "dog").mkdir()
    pixels = np.full((50, 80, 3), 90, np.uint8)
    for name in ("a.jpg", "b.WEBP", "c.bmp", "d.gif", "e.tiff"):
        Image.fromarray(pixels).save(root / "dog" / name)
    data = load(root)
    assert data.images.shape == (10, 3, 32, 32)
    assert (data.images[data.labels == 1].float() - 90).abs().max() <= 3


def test_what_is_hidden_or_no_picture_is_left_alone(image_folder: MakeFolder) -> None:
    root = image_folder({"cat": 4, "dog": 4, ".trash": 2, "__MACOSX": 1})
    (root / "cat" / ".DS_Store").write_bytes(b"x")
    (root / "cat" / "._0.png").write_bytes(b"x")
    (root / "cat" / "Thumbs.db").write_bytes(b"x")
    (root / "labels.csv").write_text("0,cat")
    data = load(root)
    assert data.class_names == ("cat", "dog")
    assert len(data.labels) == 8


def test_pictures_in_folders_below_a_class_belong_to_it(image_folder: MakeFolder) -> None:
    assert len(load(image_folder({"cat/tabby": 3, "cat/siamese": 3, "dog": 3})).labels) == 9


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"train/cat": 3, "test/cat": 3}, "one class only, cat"),
        ({"cat": 3}, "one class only, cat"),
        ({"train/cat": 3, "train/dog": 0, "test/cat": 3, "test/dog": 3}, r"train.dog holds no pictures"),
        ({"cat": 3, "dog": 0}, r"dog holds no pictures"),
        ({"train/cat": 3, "train/dog": 3, "test/cat": 3}, "train has the class dog and test has not"),
        ({"train/cat": 3, "train/dog": 3, "test/cat": 3, "test/dog": 3, "test/eel": 3}, "test has the class eel"),
        ({"train": 3, "test": 3}, "holds no class folders"),
    ],
)
def test_a_folder_that_does_not_fit_gets_a_sentence(
    counts: dict[str, int], words: str, image_folder: MakeFolder
) -> None:
    with pytest.raises(DataError, match=words) as caught:
        load(image_folder(counts, size=(1, 1)))
    assert str(caught.value).endswith(".")


def test_too_many_classes_are_refused(image_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "CLASS_LIMIT", 3)
    assert len(load(image_folder({"a": 3, "b": 3, "c": 3}, name="few")).class_names) == 3
    with pytest.raises(DataError, match="more than 3 classes are not supported"):
        load(image_folder({"a": 1, "b": 1, "c": 1, "d": 1}))


def test_a_folder_that_may_not_be_listed_gets_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(DataError, match=r"cannot be read: access is not allowed\. Choose"):
        load(tmp_path)


def test_progress_rises_to_one(image_folder: MakeFolder) -> None:
    shares: list[float] = []
    folder.load(image_folder({"cat": 3, "dog": 3}), lambda share, doing: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def broken(kind: str, path: Path) -> None:
    """Turns a good picture into a bad one."""
    good = path.read_bytes()
    content = {"empty": b"", "cut short": good[: len(good) // 2], "text": b"hello", "flipped": bytearray(good)}[kind]
    if kind == "flipped":
        content = good[:60] + bytes([good[60] ^ 255]) + good[61:]
    path.write_bytes(content)


@pytest.mark.parametrize("kind", ["empty", "cut short", "text", "flipped"])
def test_an_unreadable_picture_is_named_and_nothing_is_imported(kind: str, image_folder: MakeFolder) -> None:
    root = image_folder({"train/cat": 5, "train/dog": 5, "test/cat": 2, "test/dog": 2})
    broken(kind, root / "train" / "dog" / "3.png")
    with pytest.raises(DataError, match=r"A picture cannot be used.*dog/3\.png cannot be read"):
        load(root)


def test_of_many_unreadable_pictures_the_first_few_are_named(image_folder: MakeFolder) -> None:
    root = image_folder({"cat": 9, "dog": 3})
    for path in (root / "cat").iterdir():
        broken("text", path)
    with pytest.raises(DataError, match=r"cat/0\.png.*cat/4\.png.*And 4 more") as caught:
        load(root)
    assert "5.png" not in str(caught.value)


def test_five_unreadable_pictures_are_all_named(image_folder: MakeFolder) -> None:
    root = image_folder({"cat": 5, "dog": 3})
    for path in (root / "cat").iterdir():
        broken("text", path)
    with pytest.raises(DataError, match=r"cat/0\.png.*cat/4\.png") as caught:
        load(root)
    assert "more" not in str(caught.value)


def test_of_countless_unreadable_pictures_not_all_are_tried(image_folder: MakeFolder) -> None:
    root = image_folder({"cat": 400, "dog": 3}, size=(1, 1))
    for path in (root / "cat").iterdir():
        broken("text", path)
    with pytest.raises(DataError, match="at least"):
        load(root)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_among_the_pictures_is_not_waited_for(image_folder: MakeFolder) -> None:
    root = image_folder({"cat": 3, "dog": 3})
    os.mkfifo(root / "cat" / "pipe.png")
    with pytest.raises(DataError, match=r"pipe\.png"):
        load(root)


def test_cancelling_an_import_stops_it(image_folder: MakeFolder) -> None:
    def cancel(share: float, doing: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        folder.load(image_folder({"cat": 100, "dog": 100}), cancel)


@pytest.mark.parametrize(
    ("counts", "kind"),
    [
        ({"train/cat": 1, "test/cat": 1}, "Image folder, train and test"),
        ({"Train/cat": 1, "Val/cat": 1, "Test/cat": 1}, "Image folder, train and validation and test"),
        ({"cat": 1, "dog": 1}, "Image folder, one folder per class"),
    ],
)
def test_layouts_are_recognised(counts: dict[str, int], kind: str, image_folder: MakeFolder) -> None:
    found = folder.recognise(image_folder(counts))
    assert found
    assert found.kind == kind


def test_a_folder_without_pictures_is_not_recognised(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("a")
    assert folder.recognise(tmp_path / "texts") is None
    assert folder.recognise(tmp_path) is None
