"""Questions that come faster than answers."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from cifar_gui.errors import CifarGuiError
from cifar_gui.ui.background import Background
from cifar_gui.ui.newest import Newest


@pytest.fixture
def asked(qtbot):
    """A worker that answers ten times the question once it may, refuses what is below 0, and breaks at 13; and what it
    was asked and has told."""
    jobs = Background(unexpected=lambda _error: None)
    state = SimpleNamespace(jobs=jobs, questions=[], answers=[], refused=[], go_on=threading.Event())

    def work(question: int) -> int:
        state.questions.append(question)
        state.go_on.wait(60)
        if question < 0:
            raise CifarGuiError("It is below 0.")
        if question == 13:
            raise ZeroDivisionError
        return 10 * question

    state.newest = Newest(
        jobs, work, state.answers.append, lambda error: state.refused.append(str(error)), key="newest"
    )
    yield state
    state.go_on.set()
    jobs.shutdown()


def begin(asked: SimpleNamespace, qtbot, *questions: int) -> None:
    """The first is being answered, the others come meanwhile."""
    first, *others = questions
    asked.newest.ask(first)
    qtbot.waitUntil(lambda: asked.questions == [first])
    for question in others:
        asked.newest.ask(question)


def end(asked: SimpleNamespace, qtbot) -> None:
    asked.go_on.set()
    qtbot.waitUntil(lambda: asked.jobs.idle)


def test_of_those_that_wait_only_the_newest_is_asked_and_what_was_begun_is_answered(asked, qtbot):
    begin(asked, qtbot, 1, 2, 3, 4)
    assert asked.questions == [1], "one at a time"
    end(asked, qtbot)
    assert (asked.questions, asked.answers) == ([1, 4], [10, 40])


def test_what_is_forgotten_is_neither_told_nor_asked_and_the_next_question_is(asked, qtbot):
    begin(asked, qtbot, 1, 2)
    asked.newest.forget()
    end(asked, qtbot)
    assert (asked.questions, asked.answers) == ([1], [])
    asked.newest.ask(5)
    qtbot.waitUntil(lambda: asked.jobs.idle)
    assert asked.answers == [50]


@pytest.mark.parametrize(("bad", "refused"), [(-1, ["It is below 0."]), (13, [])])
def test_after_a_question_that_has_no_answer_the_next_one_is_asked(asked, qtbot, bad, refused):
    begin(asked, qtbot, bad, 2)
    end(asked, qtbot)
    assert (asked.questions, asked.answers, asked.refused) == ([bad, 2], [20], refused)


def test_the_next_question_is_begun_before_the_last_answer_is_shown(asked, qtbot):
    under_way: list[bool] = []
    asked.newest._done = lambda _answer: under_way.append(not asked.jobs.idle)
    begin(asked, qtbot, 1, 2)
    end(asked, qtbot)
    assert under_way == [True, False]
