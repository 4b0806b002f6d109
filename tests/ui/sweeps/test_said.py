"""What sweeps say, word for word: on their page, in one situation after another, and while one is set up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import ndiff
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget

from cifar_gui.errors import RecipeError
from cifar_gui.networks.base import presets
from cifar_gui.runs import Run, list_runs
from cifar_gui.runs.axis import Axis
from cifar_gui.runs.sweep import Sweep
from cifar_gui.runs.sweep_files import FILE, create_sweep, list_sweeps
from cifar_gui.ui.runs.commands import VIEWS
from cifar_gui.ui.sweeps.dialog import SweepDialog
from cifar_gui.ui.sweeps.view import SweepsView
from cifar_gui.ui.widgets.fields import NumberField, TextField
from cifar_gui.ui.widgets.segmented import Segmented

from ..in_words import in_words

BEST = presets("simple")["best"].changed(data="shapes", epochs=3)


def test_a_sweep_of_which_half_has_been_trained(half_swept, window, qtbot, stays_said) -> None:
    window.resize(1500, 1000)
    page = window.show_page("runs")
    page.commands.view.button("sweeps").click()
    qtbot.waitUntil(lambda: bool(page.sweeps.view.sweeps.rows) and window.context.jobs.idle)
    page.sweeps.view.results.selectRow(1)
    stays_said(page, "half-trained")


def test_the_dialog_of_a_sweep(make_run, window, qtbot, stays_said) -> None:
    make_run((0.3,))
    page = window.show_page("runs")
    qtbot.waitUntil(lambda: window.context.jobs.idle)
    page.sweep_over(BEST)
    dialog = page.sweeps.dialog
    qtbot.waitUntil(lambda: window.context.jobs.idle)
    stays_said(dialog, "dialog-opened")
    dialog.close()


class Told:
    """What a widget says, and what of that is another in one situation after another."""

    def __init__(self, widget: QWidget) -> None:
        self.widget, self.text = widget, ""
        self.said: list[str] = []

    def tell(self, when: str) -> None:
        for _ in range(6):
            QApplication.sendPostedEvents()
            QApplication.processEvents()
        framed = [
            field.accessibleName()
            for kind in (TextField, NumberField)
            for field in self.widget.findChildren(kind)
            if field.property("wrong")
        ]
        before, self.said = self.said, [*in_words(self.widget).splitlines(), *(f"red frame: {name}" for name in framed)]
        changed = [line for line in ndiff(before, self.said) if line[0] in "+-"]
        self.text += f"== {when}\n" + "".join(f"{line}\n" for line in changed)


def test_what_can_be_done_with_a_sweep_and_why_not(half_swept, make_run, qtbot, monkeypatch, stays_as_kept) -> None:
    sweeps = SimpleNamespace(path=None, why_not=str, stop=lambda: None)
    session = SimpleNamespace(state="idle")
    view = SweepsView(SimpleNamespace(sweeps=sweeps, session=session), Segmented(VIEWS.items()))  # type: ignore[arg-type]
    qtbot.addWidget(view)
    told = Told(view)
    told.tell("no sweep")
    view.show_states(list_sweeps())
    view.results.selectRow(3)
    told.tell("half of it trained")
    sweeps.why_not = lambda: "A run is under way: stop it first."
    view.show_buttons()
    told.tell("a run is under way")
    sweeps.path, sweeps.why_not = half_swept, lambda: "A sweep is under way: stop it first."
    for session.state in ("starting", "running", "paused"):
        view.show_buttons()
        told.tell(f"under way, {session.state}")
    sweeps.path, sweeps.why_not, session.state = None, str, "idle"
    newer = create_sweep(Sweep(BEST, (Axis("epochs", (3, 4)),)), "newer")
    view.choose(newer)
    view.show_states(list_sweeps())
    told.tell("nothing of it trained")
    create = Run.create
    with monkeypatch.context() as patch:
        patch.setattr(Run, "create", lambda recipe: create(recipe, sweep="newer"))
        make_run((0.2, 0.4, 0.3), preset="custom")
        make_run((), "diverged", preset="custom", epochs=4)
    view.show_states(list_sweeps())
    told.tell("all of it trained")
    (newer / FILE).write_text("axes = 1", encoding="utf-8")
    view.show_states(list_sweeps())
    told.tell("its file is damaged")
    view.show_states([])
    told.tell("none is left")
    stays_as_kept(told.text, "view")


@pytest.fixture
def alone(make_run, qtbot) -> Iterator[tuple[SweepDialog, list[Callable[[], None]]]]:
    """The dialog of a sweep over the recipe of a run, and what comes back from the work it has had done, to be
    called: at first all runs, then the start, the refusal and the fault of each start."""
    make_run((0.3,))
    answers: list[Callable[[], None]] = []

    def run(work, done, failed=None, *, key="", broken=None) -> None:
        if key == "sweep.pace":
            answers.append(lambda: done(list_runs()))
        else:
            refusal = RecipeError("kernel must be odd, not 4.", "lr")
            answers.extend([lambda: done(None), lambda: failed(refusal), broken])

    sweeps = SimpleNamespace(why_not=str, begin=lambda *given: answers.append(given))
    context = SimpleNamespace(jobs=SimpleNamespace(run=run), sweeps=sweeps)
    parent = QWidget()
    qtbot.addWidget(parent)
    yield SweepDialog(context, BEST, "Simple CNN on Shapes", parent, pytest.fail), answers  # type: ignore[arg-type]
    parent.close()


def test_what_is_wrong_in_the_dialog_of_a_sweep_and_that_it_is_right_again(alone, stays_as_kept) -> None:
    dialog, answers = alone
    told = Told(dialog)
    told.tell("how long it takes is not known yet")
    answers[0]()
    told.tell("it is")
    dialog.search.button("random").click()
    dialog.runs.put("1")
    dialog.add.click()
    dialog.assemble()
    told.tell("at random, two settings")
    dialog.rows[1].remove.click()
    for field, wrong, right in (
        (dialog.runs, "many", "2"),
        (dialog.seed, "-1", "7"),
        (dialog.rows[0].low, "x", "0.01"),
    ):
        field.put(wrong)
        dialog.assemble()
        told.tell(f"{field.accessibleName()}: {wrong}")
        field.put(right)
        dialog.assemble()
    told.tell("all is right")
    dialog.search.button("grid").click()
    dialog.rows[0].values.put("0.1, 0.1")
    dialog.assemble()
    told.tell("twice the same")
    dialog.rows[0].values.put("0.1, 0.2")
    dialog.start.click()
    told.tell("it is looked at whether it can be built")
    answers[-2]()
    told.tell("it cannot")
    dialog.start.click()
    answers[-1]()
    told.tell("a fault of the app, it can be tried again")
    for _ in range(5):
        dialog.add.click()
    told.tell("as many settings as can be")
    dialog._context.sweeps.why_not = lambda: "A run is under way: stop it first."
    dialog.assemble()
    told.tell("something else is under way")
    stays_as_kept(told.text, "dialog")


def test_what_is_typed_while_networks_are_looked_at_is_not_started_as_it_was_before(alone) -> None:
    dialog, answers = alone
    dialog.start.click()
    dialog.rows[0].values.put("0.1, 0.2")
    dialog.assemble()
    known = len(answers)
    answers[-3]()
    assert len(answers) == known, "that was asked of other values"
    dialog.start.click()
    answers[-3]()
    sweep, _name, _begun = answers[-1]
    assert sweep.axes[0].values == (0.1, 0.2)


def test_the_keyboard_in_the_dialog_of_a_sweep_stands_where_one_types_next(alone, qtbot) -> None:
    dialog, _answers = alone
    assert dialog.focusWidget() is dialog.rows[0].values
    dialog.open()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.rows[0].values.hasFocus)
    for place in (1, 2):
        dialog.add.click()
        assert dialog.rows[place].setting.hasFocus()
    for place, then in ((1, 1), (1, 0)):  # what has come in its place, or what is last then
        dialog.rows[place].remove.setFocus()
        dialog.rows[place].remove.click()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # type: ignore[call-overload]
        assert dialog.rows[then].setting.hasFocus()
    dialog.add.click()
    dialog.name.setFocus()
    dialog.rows[1].remove.click()
    assert dialog.name.hasFocus(), "where it stood anyway"
    dialog.close()


def test_what_comes_late_is_nothing_to_a_dialog_that_has_been_closed(alone) -> None:
    dialog, answers = alone
    dialog.start.click()
    before = in_words(dialog)
    dialog.done(0)
    for answer in tuple(answers):
        answer()
    assert len(answers) == 4, "nothing has been begun"
    assert in_words(dialog) == before


@pytest.mark.parametrize(("typed", "called"), [("  my rates ", "my rates"), ("  ", "learning-rate")])
def test_what_is_started_is_what_stands_in_the_dialog_at_that_moment(alone, typed, called) -> None:
    dialog, answers = alone
    dialog.rows[0].values.put("0.5, 0.6")  # and not yet looked at
    dialog.name.put(typed)
    dialog.start.click()
    answers[1]()
    sweep, name, _begun = answers[-1]
    assert (sweep.axes, sweep.recipe, name) == ((Axis("lr", (0.5, 0.6)),), BEST, called)
