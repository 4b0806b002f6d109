"""Row 16: settings that are corrupt are set aside; the app always starts."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from cifar_gui.errors import WriteError
from cifar_gui.ui import settings as settings_module
from cifar_gui.ui.settings import Settings

GOOD = {
    "page": "train",
    "theme": "dark",
    "zoom": 1.25,
    "window.geometry": "AdnQywADAAAAAAAA",
    "data.recent": ["/a", "/b"],
    "page.train": {"recipe": {"epochs": 8, "lr": 0.1}, "columns": "AAAA"},
}
READS = (("page", ""), ("theme", "system"), ("zoom", 1.0), ("window.geometry", ""), ("page.train", {}))


def mutant(text: bytes, chance: random.Random) -> bytes:
    """The text with bytes flipped, cut out, doubled, or replaced by something nasty."""
    broken = bytearray(text)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(broken) + 1)
        stop = min(len(broken), start + chance.randint(0, 12))
        broken[start:stop] = chance.choice(
            [
                b"",
                b"\x00",
                b"null",
                b"1e999",
                b"[" * 50,
                b'"\\ud800"',
                b"{}",
                b"\xff\xfe",
                broken[start:stop] * 3,
                b"NaN",
            ]
        )
    return bytes(broken)


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.soak)])
def test_no_mutant_of_the_settings_is_fatal(tmp_path: Path, count: int) -> None:
    text = json.dumps(GOOD, indent=1).encode()
    chance = random.Random(16)
    readable = 0
    for number in range(count):
        file = tmp_path / f"{number}" / "window.json"
        file.parent.mkdir()
        file.write_bytes(mutant(text, chance))
        settings = Settings(file)
        for name, default in READS:
            assert isinstance(settings.get(name, default), type(default))
        settings.texts("data.recent")
        settings.set("page", "runs")
        settings.save()
        assert Settings(file).get("page", "") == "runs"
        assert (settings.set_aside is not None) == (tmp_path / f"{number}" / "window.json.bad").exists()
        readable += settings.set_aside is None
    assert 0 < readable < count


def test_a_text_that_can_be_read_but_not_written_is_set_aside(tmp_path: Path) -> None:
    file = tmp_path / "window.json"
    file.write_text('{"page": "\\ud800"}')
    settings = Settings(file)
    assert settings.set_aside is not None
    settings.set("page", "runs")
    settings.save()
    assert Settings(file).get("page", "") == "runs"


def test_what_was_set_is_there_next_time(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "window.json"
    settings = Settings(file)
    for name, value in GOOD.items():
        settings.set(name, value)
    settings.save()
    again = Settings(file)
    assert {name: again.get(name) for name in GOOD} == GOOD
    assert list(file.parent.iterdir()) == [file]  # no temporary file stays


def test_settings_that_have_not_changed_are_not_written_again(tmp_path: Path) -> None:
    file = tmp_path / "window.json"
    Settings(file).save()
    assert not file.exists()
    settings = Settings(file)
    settings.set("page", "runs")
    settings.save()
    file.unlink()
    settings.set("page", "train")
    settings.set("page", "runs")
    settings.save()
    assert not file.exists()


def test_a_value_of_the_wrong_kind_gives_the_default(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "window.json")
    settings.set("zoom", "large")
    settings.set("page", 3)
    settings.set("data.recent", ["/a", 5, None])
    assert settings.get("zoom", 1.0) == 1.0
    assert settings.get("page", "") == ""
    assert settings.texts("data.recent") == ["/a"]
    settings.set("zoom", 2)
    assert settings.get("zoom", 1.0) == 2.0


@pytest.mark.parametrize(
    ("stored", "default", "read"),
    [(True, 0, 0), (1, True, True), (2, 1.0, 2.0), (True, 1.0, 1.0), (2.5, 1, 1), ("x", None, "x"), (None, "x", "x")],
)
def test_only_a_whole_number_passes_for_another_kind(tmp_path: Path, stored, default, read) -> None:
    settings = Settings(tmp_path / "window.json")
    settings.set("value", stored)
    found = settings.get("value", default)
    assert (found, type(found)) == (read, type(read))


def test_ten_recent_values_are_kept_and_the_list_is_handed_back(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "window.json")
    lists = [settings.add_recent("recent", str(number)) for number in range(12)]
    assert lists[-1] == [str(number) for number in range(11, 1, -1)] == settings.texts("recent")


def test_settings_that_could_not_be_written_are_written_next_time(tmp_path: Path, monkeypatch) -> None:
    settings = Settings(tmp_path / "window.json")
    settings.set("page", "runs")
    with monkeypatch.context() as patch:

        def fail(*_: object) -> None:
            raise WriteError("The disk is full.")

        patch.setattr(settings_module, "write_atomically", fail)
        settings.save()
    assert not settings.file.exists()
    settings.save()
    assert Settings(settings.file).get("page") == "runs"


@pytest.mark.parametrize("text", ["[1, 2]", '{"page": "' + "x" * 2**22 + '"}', "[" * 100_000, '{"page": '])
def test_a_file_that_settings_never_are_is_set_aside(tmp_path: Path, text: str) -> None:
    file = tmp_path / "window.json"
    file.write_text(text)
    settings = Settings(file)
    assert settings.get("page", "start") == "start"
    assert settings.set_aside == tmp_path / "window.json.bad"
    assert settings.set_aside.read_text() == text
    assert not file.exists()


def test_a_file_that_can_be_neither_read_nor_set_aside_is_not_fatal(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "window.json").mkdir()

    def fail(*_: object) -> None:
        raise OSError("in use")

    monkeypatch.setattr(Path, "replace", fail)
    settings = Settings(tmp_path / "window.json")
    assert (settings.get("page", "start"), settings.set_aside) == ("start", None)


def test_recent_values_are_unique_newest_first_and_few(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "window.json")
    for value in ("a", "b", "c", "a"):
        settings.add_recent("recent", value, limit=2)
    assert settings.texts("recent") == ["a", "c"]


def test_a_folder_that_cannot_be_written_to_is_not_fatal(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("in the way")
    settings = Settings(tmp_path / "file" / "window.json")
    settings.set("page", "runs")
    settings.save()
    assert "settings not saved" in caplog.text
