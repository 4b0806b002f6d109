"""No page squeezes, covers or cuts off what it shows, whatever the window's size and zoom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontDatabase, QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QLabel,
    QPushButton,
    QScrollArea,
    QTableView,
    QToolButton,
    QWidget,
)

from cifar_gui import paths
from cifar_gui.data.corruptions import CORRUPTIONS
from cifar_gui.data.duplicates import Twins
from cifar_gui.data.picture import PictureSource
from cifar_gui.inference.robustness import Robustness
from cifar_gui.networks.base import presets
from cifar_gui.ui.classify.samples import SampleButton
from cifar_gui.ui.convolution.lessons import TOUR
from cifar_gui.ui.evaluate.game import Round
from cifar_gui.ui.evaluate.robust import Measured
from cifar_gui.ui.evaluate.twins import Found, Search, found_words
from cifar_gui.ui.evaluate.twins import accuracy_words as twins_accuracy
from cifar_gui.ui.evaluate.views_panel import VIEWS
from cifar_gui.ui.theme import SPACING, Theme, font, px, theme
from cifar_gui.ui.widgets.bar import ControlBar, ShyButton
from cifar_gui.ui.widgets.elided import ElidedLabel
from cifar_gui.ui.widgets.fields import ChoiceField
from cifar_gui.ui.widgets.painted_list import PaintedList
from cifar_gui.ui.widgets.segmented import Segmented

SIZES = {
    "at its best": (1280, 800, 1.0),
    "small": (1024, 640, 1.0),
    "smallest": (720, 480, 1.0),
    "on a projector": (1280, 800, 1.5),
    "twice as large": (1280, 800, 2.0),
    "as large as it gets": (1280, 800, 2.5),
    "on a large screen": (3840, 2160, 2.0),
}
PAGES = (
    *("classify", "paint", "why", "resembles"),
    *("train", "ways to data", "a rate found"),
    "filters",
    "evaluate",
    *("network", "graph", "own design"),
    *("convolution", "colours and a tour", "whole network", "fully connected", "loss"),
    "runs",
)
"""And what else can stand on Classify, in the middle of Train, Convolution, and on the right of Network."""
STANDS_ON = {
    **dict.fromkeys(("paint", "why", "resembles"), "classify"),
    **dict.fromkeys(("ways to data", "a rate found"), "train"),
    **dict.fromkeys(("graph", "own design"), "network"),
    **dict.fromkeys(("colours and a tour", "whole network", "fully connected", "loss"), "convolution"),
}


CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


@pytest.fixture
def crowded(make_run, tiny_data, monkeypatch, window, qtbot):
    """The window with something on every page: a picture, networks, runs, and the curves of an unfinished one."""
    monkeypatch.setattr("cifar_gui.data.sources.load", lambda _source, _progress: tiny_data)
    make_run((0.3, 0.5, 0.4))
    make_run((0.2, 0.7), "stopped", lr=0.5)
    qtbot.waitUntil(lambda: window.context.models.snapshot is not None)
    return window


def settle() -> None:
    """Until every layout has been asked: a label that breaks into more lines makes those around it ask again."""
    for _ in range(12):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def show(window, qtbot, name: str) -> QWidget:
    on = STANDS_ON.get(name, name)
    page = window.show_page(on)
    bring = {"classify": show_classify, "train": show_train, "network": show_network, "convolution": show_convolution}
    if on in bring:
        bring[on](page, qtbot, name)
    elif name == "filters":
        qtbot.waitUntil(lambda: page.grid_panel.grid.grid is not None)
    elif on == "evaluate":
        show_evaluate(window, page, qtbot)
    elif name == "runs":
        qtbot.waitUntil(lambda: len(page.model.rows) == 2)
    qtbot.waitUntil(lambda: window.context.jobs.idle)
    settle()
    return page


def show_classify(page, qtbot, name: str) -> None:
    page.open_pictures([PictureSource("dog.png", paths.resources() / "samples" / "dog.png")])
    qtbot.waitUntil(lambda: bool(page.single.verdict_panel.verdict.text()))
    if name != "classify":
        page.single.picture_panel.views.button(name).click()


def show_train(page, qtbot, name: str) -> None:
    if name == "train":
        qtbot.waitUntil(lambda: "not finished" in page.controls.subtitle.text())
    elif name == "ways to data":
        page.get_data()
    else:
        quick = presets("mlp")["quick"].changed(data=page.form.last_valid.data, batch_size=50)
        page.form.set_recipe(quick)  # what it is found for makes no difference to its looks, only to the time
        qtbot.waitUntil(lambda: page.form.find_lr.isEnabled())
        page.press("find_lr")
        qtbot.waitUntil(lambda: page.middle.rates.suggestion is not None)


def show_evaluate(window, page, qtbot) -> None:
    ten = replace(window.context.data.load("", lambda _share, _what: None), class_names=CLASSES)
    window.context.data.adopt("ten", ten)
    page.controls.run.click()
    qtbot.waitUntil(lambda: page.outcome is not None)
    page.views.confusion.table.open_cell(0, 0)
    page.views.choose("confusion")


def states(page, qtbot, name: str) -> dict[str, Callable[[], object]]:
    """What is to be seen of a page → how it is brought to the front."""
    if name != "evaluate":
        return {name: lambda: None}
    page.context.models.choose("runs/0001/epoch/2")
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    page.views.compare.button.click()
    qtbot.waitUntil(lambda: page.second.found is not None)
    rows = {each.name: (0.9, 0.8, 0.7, 0.4, 0.1) for each in CORRUPTIONS}
    measured = [Measured(("", ""), f"Network {each} · shipped", Robustness(1000, 0.93, rows)) for each in (1, 2)]
    page.views.robustness.show_measured(measured, "On 1,000 of the 5,000 validation pictures, always the same.")
    data = page.outcome.question.data
    found = Found(Search(data, "validation"), [Twins(each, each, 0.9, False, each > 5) for each in range(20)])
    page.views.twins.show_found(found, found_words(found), twins_accuracy(found, page.outcome))
    page.controls.game.click()
    qtbot.waitUntil(lambda: page.game.round is not None)
    page.game.leave()
    asked = page.game.round.answered(3)
    ended = replace(asked, yours=(3,) * len(asked))

    def show_view(view: str) -> None:
        page.game.leave()
        page.views.choose(view)

    def show_round(played: Round) -> None:
        page.game.round = played
        page.game.open()

    views = {view: partial(show_view, view) for view in VIEWS}
    return {**views, "a game": partial(show_round, asked), "a game's end": partial(show_round, ended)}


def show_network(page, qtbot, name: str) -> None:
    qtbot.waitUntil(lambda: page.gallery.count() > 0)
    if name == "own design":
        page.gallery.choose("custom")
        page.designer.commands.action("duplicate").trigger()
        page.designer.rows.typed.emit("depth", "4096")
        page.designer.rows.typed.emit("padding", "none of this")
        return
    qtbot.waitUntil(lambda: page.summary.network is not None)
    page.summary.layers.show_view("graph" if name == "graph" else "table")


def show_convolution(page, qtbot, name: str) -> None:
    if name == "convolution":
        return
    if name == "colours and a tour":
        page.begin_tour()
        page.set_up(TOUR[-1])
        page.settings.kernel.cells[0][0].textEdited.emit("none of this")
        return
    page.views.button("network").click()
    qtbot.waitUntil(lambda: page.network.walk is not None)
    page.network.show_stage({"whole network": "pool", "fully connected": "dense"}.get(name, "loss"))


def fit(window, size: tuple[int, int, float]) -> None:
    width, height, zoom = size
    theme().set_look(zoom=zoom)
    window.resize(width, height)
    settle()


def seen(page: QWidget) -> list[QWidget]:
    return [each for each in page.findChildren(QWidget) if each.isVisibleTo(page) and each.width() and each.height()]


def named(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QLabel | QAbstractButton) else ""
    return f"{type(widget).__name__} {text or widget.objectName() or widget.accessibleName()!r} {widget.geometry()}"


def overlapping(page: QWidget) -> list[str]:
    """Siblings that cover each other; what lies in a stack, a tab or a scroll area is placed by Qt."""
    families = defaultdict(list)
    for widget in seen(page):
        if not isinstance(widget.parentWidget(), QAbstractScrollArea | QComboBox):
            families[widget.parentWidget()].append(widget)
    pairs = (pair for children in families.values() for pair in combinations(children, 2))
    return [f"{named(one)} and {named(other)}" for one, other in pairs if one.geometry().intersects(other.geometry())]


def cut_off(page: QWidget) -> list[str]:
    """Labels and buttons with less room than their text needs, and what sticks out of what holds it."""
    found = []
    for widget in seen(page):
        if isinstance(widget, ElidedLabel) or not isinstance(widget, QLabel | QPushButton | QToolButton):
            continue
        if isinstance(widget, QLabel) and not widget.text() and widget.pixmap().isNull():
            continue
        needed = widget.minimumSizeHint()
        if isinstance(widget, QLabel) and widget.wordWrap():
            needed.setHeight(widget.heightForWidth(widget.width()))
        needed = needed.boundedTo(widget.maximumSize())
        if needed.width() > widget.width() or needed.height() > widget.height():
            found.append(f"{named(widget)} needs {needed}")
        parent = widget.parentWidget()
        if parent is not None and not parent.rect().contains(widget.geometry()):
            found.append(f"{named(widget)} sticks out of {named(parent)}")
    return found


def short_of_room(page: QWidget) -> list[str]:
    """What paints its own words and has too little room for them: segments in bold, choices, lists, numbers."""
    found = []
    for widget in seen(page):
        if isinstance(widget, QPushButton) and isinstance(widget.parentWidget(), Segmented):
            needed = QFontMetrics(font(bold=True)).horizontalAdvance(widget.text()) + 2 * px(10)
            found += [f"{named(widget)} needs {needed} in bold"] if widget.width() < needed else []
        elif isinstance(widget, ChoiceField) and widget.shown_text() != widget.currentText():
            found.append(f"{named(widget)} shows {widget.shown_text()}")
        elif isinstance(widget, PaintedList) and widget.viewport().width() < widget.needed_width():
            found.append(f"{named(widget)} needs {widget.needed_width()}")
        elif isinstance(widget, QTableView):
            found += numbers_cut_off(widget)
    return found


def numbers_cut_off(table: QTableView) -> list[str]:
    found = []
    model = table.model()
    for column in range(model.columnCount()):
        for row in range(0 if table.isColumnHidden(column) else model.rowCount()):
            index = model.index(row, column)
            is_number = index.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
            if is_number and table.columnWidth(column) < table.sizeHintForIndex(index).width():
                found.append(f"{named(table)} cuts off {index.data()}")
    return found


@pytest.fixture
def wide_font(monkeypatch):
    """The font of a bare Linux, which is wider than the one that these pages were drawn in."""
    usual = Theme._font

    def wide(self: Theme):
        made = usual(self)
        if "DejaVu Sans" in QFontDatabase.families():
            made.setFamily("DejaVu Sans")
        else:
            made.setStretch(115)
        return made

    monkeypatch.setattr(Theme, "_font", wide)
    theme()._applied = None
    theme().apply()
    yield
    monkeypatch.undo()
    theme()._applied = None
    theme().apply()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_cut_off_in_a_wide_font(crowded, qtbot, wide_font, name) -> None:
    page = show(crowded, qtbot, name)
    if name == "train":
        page.recipe_panel.form.more.setChecked(True)
    problems = []
    shown = states(page, qtbot, name)
    for words in ("at its best", "small", "smallest", "on a projector"):
        fit(crowded, SIZES[words])
        for state, bring in shown.items():
            bring()
            settle()
            found = (*overlapping(page), *cut_off(page), *short_of_room(page))
            problems += [f"{state}, {words}: {each}" for each in found]
    assert problems == []


def test_every_choice_of_a_setting_can_be_read_whole(crowded, qtbot, wide_font) -> None:
    page = show(crowded, qtbot, "train")
    fit(crowded, SIZES["at its best"])
    page.recipe_panel.form.more.setChecked(True)
    settle()
    names_of_any_length = {"train.dataset", "train.device"}
    fields = page.findChildren(ChoiceField)
    for field in (each for each in fields if each.objectName() not in names_of_any_length):
        for place in range(field.count()):
            field.blockSignals(True)
            field.setCurrentIndex(place)
            field.blockSignals(False)
            assert field.shown_text() == field.currentText(), (field.objectName(), field.width())


def sideways(page: QWidget) -> list[str]:
    """A page may scroll down, never sideways, and is never squeezed."""
    area = page.parentWidget().parentWidget()
    assert isinstance(area, QScrollArea)
    least = max(page.minimumSizeHint().height(), area.viewport().height())
    fits = page.width() == area.viewport().width() and page.height() >= least
    return [] if fits else [f"{page.size()} in {area.viewport().size()}, at least {least} high"]


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_covered_or_cut_off_or_off_the_side_at_any_size(crowded, qtbot, name) -> None:
    page = show(crowded, qtbot, name)
    problems = []
    shown = states(page, qtbot, name)
    for words, size in SIZES.items():
        fit(crowded, size)
        for state, bring in shown.items():
            bring()
            settle()
            problems += [f"{state}, {words}: {each}" for each in (*overlapping(page), *cut_off(page), *sideways(page))]
    assert problems == []


@pytest.mark.parametrize("name", ["classify", "filters", "evaluate", "network", "graph", "runs"])
def test_a_projector_shows_the_whole_page_at_once(crowded, qtbot, name) -> None:
    page = show(crowded, qtbot, name)
    fit(crowded, SIZES["on a projector"])
    assert page.height() == page.parentWidget().height()


def test_the_drawings_stay_square_and_inside(crowded) -> None:
    page = crowded.show_page("classify")
    for size in SIZES.values():
        fit(crowded, size)
        area = page.single.picture_panel.drop_area
        for button in area.findChildren(SampleButton):
            assert button.width() == button.height(), size
            assert QRect(area.rect()).contains(QRect(button.mapTo(area, button.rect().topLeft()), button.size())), size


def test_what_the_network_sees_shrinks_again_and_the_hint_gives_way(crowded, qtbot) -> None:
    page = show(crowded, qtbot, "classify")
    side = page.single.picture_panel.side
    fit(crowded, SIZES["at its best"])
    large, hinted = side.view.width(), side._hint.isVisibleTo(side)
    fit(crowded, SIZES["smallest"])
    assert side.view.width() == 96 < large
    assert hinted
    assert not side._hint.isVisibleTo(side)
    fit(crowded, SIZES["at its best"])
    assert (side.view.width(), side._hint.isVisibleTo(side)) == (large, True)


def test_the_history_takes_little_of_a_page_that_has_little(crowded, qtbot) -> None:
    page = crowded.show_page("classify")
    settle()
    assert page.history_panel.height() < page.height() / 10  # nothing in it yet
    show(crowded, qtbot, "classify")
    heights = []
    for size in ("at its best", "small", "smallest"):
        fit(crowded, SIZES[size])
        heights.append(page.history_panel.height())
    assert heights == sorted(set(heights), reverse=True)


def test_a_page_first_opened_when_zoomed_looks_like_one_zoomed_later(crowded, qtbot) -> None:
    fit(crowded, SIZES["on a projector"])
    page = show(crowded, qtbot, "network")
    opened = (page.summary.table.font().pixelSize(), page.summary.table.rowHeight(0), page.gallery.width())
    fit(crowded, SIZES["at its best"])
    fit(crowded, SIZES["on a projector"])
    assert opened == (page.summary.table.font().pixelSize(), page.summary.table.rowHeight(0), page.gallery.width())


def test_the_plots_ask_for_all_lines_of_the_diagnosis(qtbot) -> None:
    from cifar_gui.ui.train.plots import TrainingPlots

    plots = TrainingPlots()
    qtbot.addWidget(plots)
    plots.show()
    label = plots.diagnosis.label
    label.setText("<b>Learning well.</b> " + "Validation is better than training: normal. " * 9)
    for _ in range(3):  # the height it needs is known when it has been given its width
        plots.resize(320, plots.minimumSizeHint().height())
        settle()
    assert label.height() >= label.heightForWidth(label.width()) > 100


@pytest.fixture
def bar(qtbot) -> ControlBar:
    from cifar_gui.ui.icons import icon

    buttons = [ShyButton(words) for words in ("Open pictures", "Whole folders", "Anything else")]
    for button in buttons[:2]:
        button.setIcon(icon("open"))
    window = QWidget()  # without a layout: the bar is as wide as a test makes it
    qtbot.addWidget(window)
    made = ControlBar(buttons[:1], buttons[1:], breaks=True, parent=window)
    made.window_around, made.buttons = window, buttons
    window.show()
    return made


def test_buttons_lose_their_words_before_the_row_breaks(bar) -> None:
    bar.resize(bar.sizeHint().width(), 40)
    assert [button.is_wordless for button in bar.buttons] == [False, False, False]
    bar.resize(bar.sizeHint().width() - 1, 40)
    assert [button.is_wordless for button in bar.buttons] == [False, True, False]  # the last one has no icon
    assert bar.buttons[1].text() == bar.buttons[1].toolTip() == "Whole folders"
    bar.resize(bar.minimumSizeHint().width(), 40)
    settle()
    assert bar.is_broken
    bar.resize(1000, 40)
    assert not bar.is_broken
    assert not any(button.is_wordless for button in bar.buttons)


def test_a_bar_asks_for_what_is_to_be_seen_in_it_and_no_more(bar) -> None:
    full = [button.full_width() for button in bar.buttons]
    least = [button.least_width() for button in bar.buttons]
    assert bar.sizeHint().width() == sum(full) + 2 * SPACING
    assert bar.minimumSizeHint().width() == least[1] + SPACING + least[2]  # the wider row
    bar.buttons[2].hide()
    assert bar.sizeHint().width() == full[0] + SPACING + full[1]
    bar.buttons[1].hide()
    assert bar.sizeHint().width() == full[0]


def test_a_bar_breaks_when_it_is_a_pixel_too_narrow_and_not_before(bar) -> None:
    least = sum(button.least_width() for button in bar.buttons) + 2 * SPACING
    bar.resize(least, 40)
    assert not bar.is_broken
    bar.resize(least - 1, 40)
    assert bar.is_broken


def test_a_bar_that_does_not_break_asks_for_one_row(qtbot) -> None:
    buttons = [ShyButton(words) for words in ("Open pictures", "Whole folders")]
    window = QWidget()
    qtbot.addWidget(window)
    made = ControlBar(buttons[:1], buttons[1:], parent=window)
    window.show()
    made.resize(40, 40)
    assert not made.is_broken
    assert made.minimumSizeHint().width() == sum(button.full_width() for button in buttons) + SPACING


def test_a_button_explains_itself_only_where_its_words_do_not(bar) -> None:
    bar.buttons[0].setToolTip("Pictures of any kind")
    bar.resize(1000, 40)
    assert [button.toolTip() for button in bar.buttons] == ["Pictures of any kind", "", ""]
    for button in bar.buttons:
        button.show_words(words=False)
    assert [button.toolTip() for button in bar.buttons] == ["Pictures of any kind", "Whole folders", ""]
    assert [button.is_wordless for button in bar.buttons] == [True, True, False]


def test_a_bar_hears_of_longer_words(bar) -> None:
    bar.resize(bar.sizeHint().width(), 40)
    bar.buttons[0].setText("Open pictures of any kind")
    settle()
    assert bar.buttons[1].is_wordless


def test_a_long_download_folder_is_not_cut_off(crowded, tmp_path: Path) -> None:
    """Of the folder that a download would go to."""
    page = crowded.show_page("train")
    page.get_data()
    page.middle.cards.download.facts.setText(f"170 MB from a host into {tmp_path / ('x' * 30) / ('y' * 40)}.")
    for size in SIZES.values():
        fit(crowded, size)
        assert cut_off(page.middle.cards) == [], size


def test_the_primary_button_keeps_its_words_longest(qtbot) -> None:
    from cifar_gui.ui.icons import icon

    window, buttons = QWidget(), [ShyButton(words) for words in ("Open pictures", "Whole folders", "Train this")]
    qtbot.addWidget(window)
    for button in buttons:
        button.setIcon(icon("open"))
    buttons[1].setProperty("primary", True)
    made = ControlBar(buttons[:1], buttons[1:], parent=window)
    window.show()
    spoken = []
    for width in range(made.sizeHint().width(), made.minimumSizeHint().width() - 1, -1):
        made.resize(width, 40)
        words = [not button.is_wordless for button in buttons]
        if not spoken or spoken[-1] != words:
            spoken.append(words)
    assert spoken == [[True, True, True], [True, True, False], [False, True, False], [False, False, False]]
