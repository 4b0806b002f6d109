"""What the system says of files, in words: never a number, never Python's own."""

from __future__ import annotations

import errno
import os

import pytest

from cifar_gui.errors import DataError, in_words, not_read, not_written, reason, remedy

UNREADABLE = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")


def system_error(code: int, name: str | None = None) -> OSError:
    return OSError(code, os.strerror(code), name)


@pytest.mark.parametrize(
    ("error", "why", "to_read", "to_write"),
    [
        (
            system_error(errno.ENOENT),
            "there is no such file or folder",
            "check the name and the folder",
            "choose a folder that is there",
        ),
        (
            system_error(errno.EACCES),
            "access is not allowed",
            "ask its owner to let you read it",
            "choose another place",
        ),
        (system_error(errno.EISDIR), "it is a folder", "name a file in it", "choose another name"),
        (
            system_error(errno.ENOSPC),
            "the disk is full",
            "copy it to another place and try again",
            "make room on it or choose another place",
        ),
        (UNREADABLE, "it is not text in UTF-8", "save it anew as UTF-8", "choose another place"),
        (
            ValueError("embedded null byte"),
            "its name has a character that no file may have",
            "copy it to another place and try again",
            "choose another place",
        ),
    ],
)
def test_trouble_with_a_file_is_told_with_its_reason_and_a_way_out(error, why, to_read, to_write):
    assert (reason(error), remedy(error), remedy(error, writing=True)) == (why, to_read, to_write)


@pytest.mark.parametrize("code", sorted(errno.errorcode))
def test_no_reason_has_a_number_of_the_system_or_ends_a_sentence(code):
    words = reason(system_error(code, "/some/file"))
    assert words
    assert (words[0].isupper(), words[-1] in ".:", "Errno" in words, "/some/file" in words) == (False,) * 4


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (OSError("The share is gone."), "the share is gone"),
        (OSError(), "the system does not say why"),
        (OSError(99999, "Strange things\nin two lines"), "strange things"),
    ],
)
def test_what_is_not_known_is_told_in_the_words_of_the_system(error, why):
    assert reason(error) == why


def test_a_file_that_another_program_uses_is_not_taken_for_a_forbidden_one_on_windows():
    error = system_error(errno.EACCES)
    error.winerror = 32
    assert reason(error) == "another program is using it"


def test_the_sentences_name_the_file_why_and_what_to_do():
    gone = system_error(errno.ENOENT, "/a/b.toml")
    assert not_read("/a/b.toml", gone) == (
        "/a/b.toml cannot be read: there is no such file or folder. Check the name and the folder."
    )
    assert not_written("b.png", system_error(errno.ENOSPC)) == (
        "b.png could not be written: the disk is full. Make room on it or choose another place."
    )


def test_any_error_has_words():
    assert in_words(DataError("It is gone.")) == "It is gone."
    assert in_words(system_error(errno.EACCES, "/secret")) == (
        "/secret cannot be used: access is not allowed. Ask its owner to let you read it."
    )
    assert in_words(system_error(errno.ENOSPC)) == "The disk is full."
    assert in_words(KeyError("x")) == "A fault in the app: KeyError('x')."
