from __future__ import annotations

import threading

import pytest

from cifar_gui.errors import PictureError, WriteError
from cifar_gui.ui.background import Background


@pytest.fixture
def told() -> list[BaseException]:
    return []


@pytest.fixture
def jobs(qtbot, told):
    made = Background(told.append)
    yield made
    made.shutdown()


def test_a_result_comes_back_on_the_gui_thread(qtbot, jobs) -> None:
    answers = []
    jobs.run(threading.current_thread, lambda worker: answers.append((worker, threading.current_thread())))
    qtbot.waitUntil(lambda: bool(answers))
    worker, here = answers[0]
    assert here is threading.main_thread()
    assert worker is not here
    assert not worker.daemon


def test_a_newer_call_with_the_same_key_makes_the_older_answer_stale(qtbot, jobs) -> None:
    gate, answers = threading.Event(), []
    jobs.run(lambda: gate.wait(10) and "old", answers.append, key="classify")
    jobs.run(lambda: "new", answers.append, key="classify")
    jobs.run(lambda: "other", answers.append, key="explain")
    qtbot.waitUntil(lambda: len(answers) == 2)
    gate.set()
    qtbot.waitUntil(lambda: jobs.idle)
    assert sorted(answers) == ["new", "other"]


def test_errors_for_people_go_to_whoever_asked(qtbot, jobs, told) -> None:
    def fail() -> None:
        raise PictureError("The picture is torn.")

    failures = []
    jobs.run(fail, pytest.fail, failures.append)
    qtbot.waitUntil(lambda: bool(failures))
    assert str(failures[0]) == "The picture is torn."
    assert told == []


@pytest.mark.parametrize("error", [PictureError("The picture is torn."), ZeroDivisionError("oops")])
def test_what_nobody_asked_for_surfaces_once(qtbot, jobs, told, error) -> None:
    def fail() -> None:
        raise error

    jobs.run(fail, pytest.fail)
    qtbot.waitUntil(lambda: jobs.idle)
    assert told == [error]


def test_a_cancelled_job_is_nobodys_error(qtbot, jobs, told) -> None:
    from cifar_gui.errors import Cancelled

    def give_up() -> None:
        raise Cancelled

    jobs.run(give_up, pytest.fail)
    qtbot.waitUntil(lambda: jobs.idle)
    assert told == []


def test_a_cancelled_key_drops_the_answer(qtbot, jobs) -> None:
    gate, answers = threading.Event(), []
    jobs.run(lambda: gate.wait(10), answers.append, key="load")
    jobs.cancel("load")
    gate.set()
    qtbot.waitUntil(lambda: jobs.idle)
    assert answers == []


def test_what_is_not_wanted_any_more_is_not_begun(qtbot, jobs) -> None:
    gate, begun = threading.Event(), []
    for _ in range(3):  # as many as there are workers
        jobs.run(lambda: gate.wait(10), lambda _answer: None)
    for name in ("given up", "replaced", "wanted"):
        key = "give up" if name == "given up" else "look"
        jobs.run(lambda name=name: begun.append(name), lambda _answer: None, key=key)
    jobs.cancel("give up")
    gate.set()
    qtbot.waitUntil(lambda: jobs.idle)
    assert begun == ["wanted"]


def test_shutdown_waits_for_what_has_begun_and_drops_the_rest(qtbot, told) -> None:
    jobs = Background(told.append)
    begun, finished, answers = threading.Event(), threading.Event(), []

    def work() -> None:
        begun.set()
        while not jobs.closing:
            threading.Event().wait(0.001)
        finished.set()

    for _ in range(5):
        jobs.run(work, answers.append)
    assert begun.wait(10)
    jobs.shutdown()
    assert finished.is_set()
    jobs.run(lambda: 1, answers.append)
    jobs.post(lambda: answers.append("late"))
    qtbot.wait(1)
    assert answers == []


def test_shutdown_waits_for_what_is_owed_and_logs_what_goes_wrong_with_it(qtbot, told, caplog) -> None:
    jobs = Background(told.append)
    begun, done = [], []

    def fail(error: Exception) -> None:
        raise error

    for _ in range(3):  # as many as there are workers
        jobs.run(lambda: (begun.append(None), jobs._closing.wait(60)), lambda _answer: None)
    qtbot.waitUntil(lambda: len(begun) == 3)
    jobs.run(lambda: fail(WriteError("The disk is full.")), pytest.fail, owed=True)
    jobs.run(lambda: fail(ZeroDivisionError("oops")), pytest.fail, owed=True)
    jobs.run(lambda: done.append("dropped"), pytest.fail)
    jobs.run(lambda: done.append("owed"), pytest.fail, owed=True)
    jobs.shutdown()
    assert (done, told) == (["owed"], [])
    assert "The disk is full." in caplog.text
    assert "ZeroDivisionError: oops" in caplog.text


def test_what_goes_wrong_with_what_is_owed_is_told_while_there_is_a_window(qtbot, jobs) -> None:
    def fail() -> None:
        raise WriteError("The disk is full.")

    failures = []
    jobs.run(fail, pytest.fail, failures.append, owed=True)
    qtbot.waitUntil(lambda: bool(failures))
    assert str(failures[0]) == "The disk is full."


def test_many_jobs_are_all_answered_by_few_threads(qtbot, jobs) -> None:
    answers, names = [], set()
    for number in range(200):
        jobs.run(lambda n=number: (n, threading.current_thread().name), answers.append)
    qtbot.waitUntil(lambda: len(answers) == 200)
    names = {name for _, name in answers}
    assert sorted(number for number, _ in answers) == list(range(200))
    assert len(names) <= 3


def test_a_thread_that_has_nothing_to_do_is_used_before_another_is_started(qtbot, jobs) -> None:
    names: list[str] = []
    for count in range(1, 4):
        jobs.run(lambda: threading.current_thread().name, names.append)
        qtbot.waitUntil(lambda count=count: len(names) == count)
    assert names == ["background 1"] * 3


def test_an_answer_that_nobody_wants_any_more_is_not_told_when_it_is_an_error(qtbot, jobs, told) -> None:
    gate, begun, calls = threading.Event(), [], []

    def fail(error: Exception) -> None:
        begun.append(error)
        gate.wait(10)
        raise error

    jobs.run(lambda: fail(PictureError("torn")), calls.append, calls.append, key="one")
    jobs.run(lambda: fail(PictureError("torn")), calls.append, key="two")
    surprise = ZeroDivisionError("oops")
    jobs.run(lambda: fail(surprise), calls.append, key="three", broken=lambda: calls.append("broken"))
    qtbot.waitUntil(lambda: len(begun) == 3)
    for key in ("one", "two", "three"):
        jobs.cancel(key)
    gate.set()
    qtbot.waitUntil(lambda: jobs.idle)
    qtbot.wait(1)
    assert (calls, told) == ([], [surprise])  # what is no fault of the user's is told all the same


def test_without_anybody_to_tell_an_error_is_raised_where_it_is_answered(qtbot) -> None:
    jobs = Background()
    with qtbot.capture_exceptions() as raised:
        jobs.run(lambda: 1 / 0, pytest.fail)
        qtbot.waitUntil(lambda: bool(raised))
    assert raised[0][0] is ZeroDivisionError
    for _ in range(2):
        jobs.shutdown()


def test_after_an_unexpected_error_whoever_waits_can_go_on(qtbot, jobs, told) -> None:
    jobs.run(lambda: 1 / 0, told.append, told.append, broken=lambda: told.append("broken"))
    qtbot.waitUntil(lambda: len(told) == 2)
    assert [type(told[0]), told[1]] == [ZeroDivisionError, "broken"]  # in this order, whatever the telling does


def test_an_answer_that_cannot_be_shown_does_not_hold_up_the_others(qtbot, jobs) -> None:
    shown: list[int] = []

    def raising() -> None:
        raise LookupError

    with qtbot.capture_exceptions() as raised:
        for answer in (raising, lambda: shown.append(2), raising, lambda: shown.append(3)):
            jobs.post(answer)  # all before the event loop runs: the bell rings once for them
        qtbot.waitUntil(lambda: shown == [2, 3])
        qtbot.waitUntil(lambda: len(raised) == 2)
    assert raised[0][0] is LookupError


def test_it_says_what_the_newest_of_the_longer_jobs_does(qtbot, jobs) -> None:
    gates, said = [threading.Event() for _ in range(3)], []
    jobs.doing_changed.connect(lambda: said.append(jobs.doing))
    for gate, doing in zip(gates, ("Reading…", "", "Counting…"), strict=True):
        jobs.run(lambda gate=gate: gate.wait(60), lambda _done: None, doing=doing)
    assert (jobs.doing, said) == ("Counting…", ["Reading…", "Counting…"])
    gates[2].set()
    qtbot.waitUntil(lambda: jobs.doing == "Reading…")
    jobs.cancel("")
    for gate in gates:
        gate.set()
    qtbot.waitUntil(lambda: jobs.idle)
    assert (jobs.doing, said[-1]) == ("", "")


def test_what_has_gone_wrong_is_not_done_any_more(qtbot, jobs, told) -> None:
    def fail() -> None:
        raise ValueError("wrong")

    jobs.run(fail, pytest.fail, doing="Trying…")
    jobs.run(lambda: 1 / 0, pytest.fail, key="a", doing="Trying again…")
    jobs.cancel("a")
    qtbot.waitUntil(lambda: jobs.idle)
    assert jobs.doing == ""
