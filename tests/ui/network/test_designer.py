"""The designer: its list, fields, keys, drags, buttons and totals."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QDrag, QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QWidget

from cifar_gui.networks.custom import START
from cifar_gui.networks.design import KINDS, Activation, Convolution, Design
from cifar_gui.ui.actions import Actions
from cifar_gui.ui.network.designer import Designer
from cifar_gui.ui.network.layer_painter import figure_widths, least_width
from cifar_gui.ui.network.layer_rows import dragged
from cifar_gui.ui.theme import theme
from cifar_gui.ui.widgets.fields import ChoiceField, NumberField, OpenChoiceField, SwitchField

WORDS = "convolution depth=12; activation; max_pooling; flatten; dense"


@pytest.fixture
def designer(qtbot) -> Designer:
    actions = Actions()
    made = Designer(Design.from_text(WORDS), actions)
    actions.on("undo", made.undo)  # in the window by way of the page
    actions.on("redo", made.redo)
    qtbot.addWidget(made)
    made.resize(880, 640)
    made.show()
    made.activateWindow()
    qtbot.waitExposed(made)
    made.rows.setFocus()
    qtbot.waitUntil(made.rows.hasFocus)
    return made


def text(designer: Designer) -> str:
    return designer.model.design.to_text()


def field(designer: Designer, name: str) -> QWidget:
    return designer.rows.form.fields[name]


def labels(designer: Designer) -> list[str]:
    return [line.label for line in designer.rows.lines()]


def type_into(qtbot, line: QWidget, words: str) -> None:
    line.setFocus()
    line.selectAll()
    if not words:
        qtbot.keyClick(line, Qt.Key.Key_Delete)
    qtbot.keyClicks(line, words)


def test_it_lists_every_layer_and_opens_the_fields_of_the_first(designer):
    assert labels(designer) == ["Convolution", "Activation", "Max pooling", "Flatten", "Dense"]
    form = designer.rows.form
    assert {name: each.raw() for name, each in form.fields.items()} == {
        "depth": "12", "height": "3", "width": "3", "stride": "1", "padding": "same", "bias": True,
    }  # fmt: skip
    assert form.isVisible()
    row = designer.rows.visualItemRect(designer.rows.item(0))
    assert row.contains(form.geometry())
    assert field(designer, "depth").accessibleName() == "Depth of layer 1"
    assert "From 1 to 4,096" in field(designer, "depth").toolTip()


def test_numbers_are_told_anew_while_one_types(designer, qtbot):
    heard = []
    designer.changed.connect(lambda: heard.append(text(designer)))
    type_into(qtbot, field(designer, "depth"), "64")
    assert [each.split(";")[0] for each in heard] == ["convolution depth=6", "convolution depth=64"]
    assert designer.rows.lines()[0].figures == ("64 × 32 × 32", "1,792", "1.77 M", "3")
    assert designer.parameters.text() == f"{1792 + 64 * 16 * 16 * 10 + 10:,}"
    assert designer.multiply_adds.toolTip() == f"{1_769_472 + 163_840:,} multiply-adds for one picture"
    assert (designer.field.text(), designer.field.toolTip()) == (
        "34 px", "The scores see all of the 32 × 32 pixels and the padding around them",
    )  # fmt: skip
    assert "each of its 64 filters has 27" in designer.comparison.text()


def test_a_wrong_value_is_marked_with_the_reason_and_stays_out_of_the_design(designer, qtbot):
    depth = field(designer, "depth")
    before = designer.rows.visualItemRect(designer.rows.item(0)).height()
    type_into(qtbot, depth, "")
    assert text(designer) == WORDS
    said = "Convolution: depth is empty: it must be a whole number from 1 to 4,096."
    assert designer.rows.lines()[0].problems == (said,)
    assert (depth.property("wrong"), depth.accessibleDescription()) == (True, said)
    assert designer.misfit.text() == f"Layer 1: {said}"
    assert designer.misfit.isVisible()
    designer.rows.doItemsLayout()
    assert designer.rows.visualItemRect(designer.rows.item(0)).height() > before, "room for the reason"
    qtbot.keyClicks(depth, "5")
    assert (designer.rows.lines()[0].problems, depth.property("wrong")) == ((), False)
    assert not designer.misfit.isVisible()


def test_what_is_half_typed_is_there_again_when_one_comes_back(designer, qtbot):
    type_into(qtbot, field(designer, "depth"), "1e")
    designer.rows.setCurrentRow(2)
    assert field(designer, "size").raw() == "2"
    designer.rows.setCurrentRow(0)
    assert field(designer, "depth").raw() == "1e"


def test_a_value_is_not_rewritten_while_it_is_typed(designer, qtbot):
    type_into(qtbot, field(designer, "depth"), "007")
    assert field(designer, "depth").text() == "007"
    assert designer.model.rows[0].layer == Convolution(depth=7)
    designer.rows.setCurrentRow(1)
    designer.rows.setCurrentRow(0)
    assert designer.model.design.layers[0] == Convolution(depth=7)


def test_padding_is_chosen_or_typed(designer, qtbot):
    padding = field(designer, "padding")
    assert isinstance(padding, OpenChoiceField)
    padding.setCurrentIndex(1)
    padding.activated.emit(1)
    assert designer.model.design.layers[0] == Convolution(depth=12, padding="valid")
    type_into(qtbot, padding.line, "2")
    assert designer.model.design.layers[0] == Convolution(depth=12, padding=2)
    type_into(qtbot, padding.line, "sane")
    assert padding.property("wrong")
    assert designer.model.design.layers[0] == Convolution(depth=12, padding="valid"), "as it was before one typed"


def test_a_choice_and_a_switch_change_the_design_at_once(designer, qtbot):
    qtbot.mouseClick(field(designer, "bias"), Qt.MouseButton.LeftButton, pos=QPoint(9, 10))
    assert designer.model.design.layers[0] == Convolution(depth=12, bias=False)
    designer.rows.setCurrentRow(1)
    function = field(designer, "function")
    assert isinstance(function, ChoiceField)
    function.setCurrentIndex(function.findData("gelu"))
    assert designer.model.design.layers[1] == Activation("gelu")
    assert designer.rows.lines()[1].settings == "GELU"


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_setting_of_every_kind_has_a_field_that_shows_it(designer, kind):
    designer.replace(Design((kind(),)), "look")
    fields = designer.rows.form.fields if designer.rows.form is not None else {}
    assert {name: each.raw() for name, each in fields.items()} == designer.model.rows[0].raws()
    wanted = {bool: SwitchField, int: NumberField, float: NumberField}
    for name, each in fields.items():
        assert isinstance(each, wanted.get(type(getattr(kind(), name)), ChoiceField | OpenChoiceField))


def test_a_layer_without_settings_has_no_fields(designer):
    designer.rows.setCurrentRow(0)
    form = designer.rows.form
    designer.rows.setCurrentRow(3)
    assert designer.rows.form is None
    assert not form.isVisible()
    designer.rows.setCurrentRow(0)
    assert form.isVisible()


def test_the_menu_adds_every_kind_after_the_selected_layer(designer):
    assert [action.text() for action in designer.commands.menu.actions()] == [kind.label for kind in KINDS.values()]
    assert all(action.toolTip().endswith(".") for action in designer.commands.menu.actions())
    designer.rows.setCurrentRow(1)
    designer.commands.menu.actions()[list(KINDS).index("dropout")].trigger()
    assert labels(designer)[1:4] == ["Activation", "Dropout", "Max pooling"]
    assert (designer.rows.currentRow(), designer.rows.hasFocus()) == (2, True)


@pytest.mark.parametrize(
    ("keys", "place", "order", "selected"),
    [
        (["Del"], 1, "CMFD", 1),
        (["Ctrl+D"], 1, "CAAMFD", 2),
        (["Alt+Up"], 1, "ACMFD", 0),
        (["Alt+Down"], 1, "CMAFD", 2),
        (["Del", "Ctrl+Z"], 1, "CAMFD", 1),
        (["Del", "Ctrl+Z", "Ctrl+Shift+Z"], 1, "CMFD", 1),
        (["Del", "Del", "Ctrl+Z", "Ctrl+Z", "Ctrl+Y"], 1, "CMFD", 1),
        (["Down", "Del"], 1, "CAFD", 2),
    ],
)
def test_everything_can_be_done_with_keys(designer, qtbot, keys, place, order, selected):
    designer.rows.setCurrentRow(place)
    for each in keys:
        press(qtbot, designer.rows, each)
    assert "".join(label[0] for label in labels(designer)) == order
    assert designer.rows.currentRow() == designer.model.selected == selected


def press(qtbot, widget: QWidget, keys: str) -> None:
    combination = QKeySequence(keys)[0]
    qtbot.keyClick(widget, combination.key(), combination.keyboardModifiers())


def test_keys_work_from_within_a_field_and_undo_is_that_of_the_design(designer, qtbot):
    depth = field(designer, "depth")
    type_into(qtbot, depth, "30")
    press(qtbot, depth, "Alt+Down")
    assert labels(designer)[:2] == ["Activation", "Convolution"]
    assert field(designer, "depth") is depth
    assert depth.hasFocus()
    for _ in range(2):
        press(qtbot, depth, "Ctrl+Z")
    assert (text(designer), depth.text()) == (WORDS, "12")
    press(qtbot, depth, "Ctrl+Y")
    assert depth.text() == "30"
    designer.rows.setCurrentRow(0)
    padding = field(designer, "padding")
    padding.setFocus()
    press(qtbot, padding, "Ctrl+Z")
    assert (text(designer), padding.hasFocus()) == (WORDS, True)


def test_keys_work_from_the_buttons_too(designer, qtbot):
    designer.train.setFocus()
    press(qtbot, designer.train, "Ctrl+D")
    assert len(designer.model.rows) == 6


def test_delete_in_a_field_deletes_what_is_typed_and_no_layer(designer, qtbot):
    type_into(qtbot, field(designer, "depth"), "12")
    press(qtbot, field(designer, "depth"), "Home")
    press(qtbot, field(designer, "depth"), "Del")
    assert (len(designer.model.rows), field(designer, "depth").text()) == (5, "2")


def test_a_field_that_has_been_left_ends_a_change(designer, qtbot):
    depth = field(designer, "depth")
    for number in ("20", "21"):
        type_into(qtbot, depth, number)
        qtbot.keyClick(depth, Qt.Key.Key_Return)
    press(qtbot, depth, "Ctrl+Z")
    assert depth.text() == "20"


@pytest.mark.parametrize(("place", "names"), [(0, ("depth", "height", "width")), (2, ("size", "stride", "padding"))])
def test_the_tab_key_goes_from_the_list_through_the_fields(designer, qtbot, place, names):
    designer.rows.setCurrentRow(place)
    order = [designer.rows]
    for _ in names:
        qtbot.keyClick(order[-1], Qt.Key.Key_Tab)
        order.append(QApplication.focusWidget())
    assert order[1:] == [field(designer, name) for name in names]


def test_fields_break_into_two_rows_and_columns_go_where_there_is_no_room(designer, qtbot):
    rows = designer.rows
    lines = rows.lines()
    full = figure_widths(lines, 2000)
    assert all(full)
    narrow = least_width(lines)
    assert figure_widths(lines, narrow) == [*full[:2], 0, 0]
    assert figure_widths(lines, narrow + full[3]) == [*full[:2], 0, full[3]]
    height = rows.form.height()
    designer.setMinimumWidth(1)
    designer.resize(rows.needed_width() + 60, 640)
    qtbot.waitUntil(lambda: rows.form.height() > height)
    qtbot.waitUntil(lambda: rows.visualItemRect(rows.item(0)).contains(rows.form.geometry()))


def test_a_line_has_room_for_fields_that_break_as_soon_as_they_are_shown(designer, qtbot):
    designer.replace(Design.from_text("flatten; convolution; dense"), "begin")
    rows = designer.rows
    designer.setMinimumWidth(1)
    designer.resize(rows.needed_width() + 60, 640)
    qtbot.waitUntil(lambda: rows.viewport().width() < 400)
    rows.setCurrentRow(1)
    qtbot.waitUntil(lambda: rows.form.height() > 2 * field(designer, "depth").height())  # two rows
    qtbot.waitUntil(lambda: rows.visualItemRect(rows.item(1)).contains(rows.form.geometry()))


def test_the_buttons_say_what_they_would_do_or_why_they_cannot(designer, qtbot):
    buttons = {name: designer.findChild(QWidget, f"network.designer.{name}") for name in ("undo", "redo", "up", "down")}
    assert {name: each.isEnabled() for name, each in buttons.items()} == {
        "undo": False, "redo": False, "up": False, "down": True,
    }  # fmt: skip
    assert buttons["undo"].toolTip() == "Undo: Nothing has been changed yet."
    assert buttons["up"].toolTip() == "Move layer up: It is the first layer."
    qtbot.mouseClick(buttons["down"], Qt.MouseButton.LeftButton)
    assert buttons["undo"].toolTip() == "Undo: move layer 1, Convolution to place 2"
    assert buttons["up"].isEnabled()
    qtbot.mouseClick(buttons["undo"], Qt.MouseButton.LeftButton)
    assert buttons["redo"].toolTip() == "Redo: move layer 1, Convolution to place 2"
    designer.rows.setCurrentRow(4)
    assert buttons["down"].toolTip() == "Move layer down: It is the last layer."
    designer.replace(Design(), "nothing")
    assert "There is no layer yet." in buttons["up"].toolTip()


def test_every_action_is_in_the_context_menu_of_the_list(designer):
    names = {action.objectName() for action in designer.rows.actions()}
    own = {f"action.network.{name}" for name in ("add", "duplicate", "remove", "up", "down")}
    assert names == {*own, "action.undo", "action.redo"}
    assert all(isinstance(action, QAction) and action.shortcuts() for action in designer.rows.actions())


def test_the_insert_key_opens_the_menu_of_layers(designer, qtbot, monkeypatch):
    opened = []
    monkeypatch.setattr(designer.commands.add, "showMenu", lambda: opened.append(True))
    press(qtbot, designer.rows, "Ins")
    assert opened == [True]


def test_a_layer_that_does_not_fit_is_told_where_it_stands_and_totals_are_unknown(designer):
    designer.rows.setCurrentRow(3)
    designer.commands.action("remove").trigger()
    assert designer.rows.lines()[3].problems[0].startswith("It needs a row of values")
    spoken = designer.rows.item(3).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "Does not fit: It needs a row of values" in spoken
    assert [each.text() for each in (designer.parameters, designer.multiply_adds, designer.field)] == ["?"] * 3
    assert designer.multiply_adds.toolTip() == ""
    assert designer.misfit.text().startswith("Layer 4 (Dense) does not fit")
    assert not designer.comparison.isVisible()
    assert not designer.rows.viewport().grab().isNull()


def test_an_empty_design_says_what_is_missing(designer):
    designer.replace(Design(), "nothing")
    assert designer.misfit.text().startswith("There is no layer yet")
    assert (designer.rows.count(), designer.rows.form) == (0, None)
    assert "Add layer" in designer.rows.accessibleDescription()
    sheet = designer.rows.viewport().grab().toImage()
    middle = [sheet.pixelColor(x, sheet.height() // 2 - 8).name() for x in range(sheet.width())]
    assert len(set(middle)) > 1, "and how to begin"
    designer.go_to(-1)
    assert designer.parameters.text() == "?"


# Dragging


def drop_on_rows(designer: Designer, place: int, height: Callable[[], int]) -> QDropEvent:
    at, mime = QPointF(60, height()), dragged(place)
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    rows, move = designer.rows, Qt.DropAction.MoveAction
    for event in (
        QDragEnterEvent(at.toPoint(), move, mime, left, none),
        QDragMoveEvent(at.toPoint(), move, mime, left, none),
        QDropEvent(at, move, mime, left, none),
    ):
        QApplication.sendEvent(rows.viewport(), event)
        assert event.isAccepted()
    return event


@pytest.mark.parametrize(
    ("place", "target", "below", "order"),
    [
        (0, 2, True, "AMCFD"),
        (0, 2, False, "ACMFD"),
        (4, 0, False, "DCAMF"),
        (1, 4, True, "CMFDA"),
        (2, 2, True, "CAMFD"),
    ],
)
def test_a_layer_is_dragged_to_another_place(designer, place, target, below, order):
    designer.rows.setCurrentRow(place)
    rect = designer.rows.visualItemRect(designer.rows.item(target))
    drop_on_rows(designer, place, lambda: rect.bottom() - 1 if below else rect.top() + 1)
    assert "".join(label[0] for label in labels(designer)) == order
    assert labels(designer)[designer.rows.currentRow()][0] == "CAMFD"[place]


def test_while_it_is_dragged_a_line_shows_where_it_would_go(designer):
    rows, mime, nothing = designer.rows, dragged(0), QMimeData()
    left, none, move = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.MoveAction
    usual = rows.viewport().grab().toImage()
    rows.dragMoveEvent(QDragMoveEvent(QPoint(60, rows.viewport().height() - 2), move, mime, left, none))
    assert rows.drop_gap == 5
    assert rows.viewport().grab().toImage() != usual
    rows.dropEvent(QDropEvent(QPointF(60, 2), move, nothing, left, none))
    assert (rows.drop_gap, text(designer)) == (None, WORDS)


def test_a_drag_carries_the_selected_layer(designer, monkeypatch):
    carried = []
    monkeypatch.setattr(
        QDrag, "exec", lambda drag, _actions: carried.append(drag.mimeData().data(drag.mimeData().formats()[0]))
    )
    designer.rows.setCurrentRow(3)
    designer.rows.startDrag(Qt.DropAction.MoveAction)
    assert carried == [b"3"]
    assert text(designer) == WORDS


def test_a_line_that_is_dragged_stays_in_its_column(designer, qtbot, monkeypatch):
    spots = []
    monkeypatch.setattr(QDrag, "exec", lambda drag, _actions: spots.append(drag.hotSpot().x()))
    rows = designer.rows
    place = QPoint(300, rows.visualItemRect(rows.item(2)).center().y())
    qtbot.mousePress(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    rows.startDrag(Qt.DropAction.MoveAction)
    assert spots == [300 - rows.visualItemRect(rows.item(2)).left()]


def test_the_slope_has_a_field_where_it_does_something_or_is_wrong(designer, qtbot):
    designer.rows.setCurrentRow(labels(designer).index("Activation"))
    slope, function = field(designer, "slope"), field(designer, "function")
    assert not slope.isVisible()
    function.setCurrentIndex(function.findData("leaky_relu"))
    assert slope.isVisible()
    type_into(qtbot, slope, "7")
    function.setCurrentIndex(function.findData("relu"))
    assert slope.isVisible(), "what is wrong has to be seen to be corrected"


def test_a_line_opens_its_fields_when_the_button_is_let_go_so_that_none_jumps_before(designer, qtbot):
    rows = designer.rows
    place = rows.visualItemRect(rows.item(2)).center()
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(rows.viewport(), left, pos=place)
    rows.doItemsLayout()
    assert (rows.currentRow(), designer.model.selected) == (2, 0)
    assert rows.visualItemRect(rows.item(2)).center() == place
    qtbot.mouseRelease(rows.viewport(), left, pos=place)
    rows.doItemsLayout()
    assert (designer.model.selected, set(rows.form.fields)) == (2, {"size", "stride", "padding"})
    assert rows.visualItemRect(rows.item(2)).contains(rows.form.geometry())


def test_the_right_button_opens_the_fields_at_once_as_it_is_let_go_in_a_menu(designer, qtbot):
    rows = designer.rows
    place = rows.visualItemRect(rows.item(2)).center()
    qtbot.mousePress(rows.viewport(), Qt.MouseButton.RightButton, pos=place)
    assert designer.model.selected == 2
    qtbot.mouseRelease(rows.viewport(), Qt.MouseButton.RightButton, pos=place)


def test_a_drag_that_is_dropped_nowhere_leaves_the_layer_selected(designer, qtbot, monkeypatch):
    monkeypatch.setattr(QDrag, "exec", lambda _drag, _actions: Qt.DropAction.IgnoreAction)
    rows = designer.rows
    qtbot.mousePress(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualItemRect(rows.item(4)).center())
    rows.startDrag(Qt.DropAction.MoveAction)
    assert (designer.model.selected, text(designer)) == (4, WORDS)


# As a whole


def test_a_template_replaces_the_design_and_can_be_undone(designer):
    designer.offer_templates([("A & B", START), ("Nothing", Design())])
    first, _ = designer.templates.menu().actions()
    assert first.text() == "A && B"
    first.trigger()
    assert designer.model.design == START
    assert designer.commands.action("undo").toolTip() == "start from A & B"
    designer.commands.action("undo").trigger()
    assert text(designer) == WORDS


def test_fields_stay_in_their_line_when_the_list_is_scrolled_and_zoomed(designer, qtbot):
    designer.replace(START, "begin")
    designer.resize(880, 420)
    designer.go_to(4)
    qtbot.waitUntil(lambda: designer.rows.verticalScrollBar().maximum() > 0)
    for zoom in (1.0, 1.5):
        theme().set_look(zoom=zoom)
        for where in (0, designer.rows.verticalScrollBar().maximum()):
            designer.rows.verticalScrollBar().setValue(where)
            qtbot.waitUntil(
                lambda: designer.rows.visualItemRect(designer.rows.item(4)).contains(designer.rows.form.geometry())
            )


def test_lines_and_their_heads_are_drawn(designer):
    for scheme in ("light", "dark"):
        theme().set_look(scheme=scheme)
        empty = designer.rows.grab().toImage()
        designer.commands.action("duplicate").trigger()
        assert designer.rows.grab().toImage() != empty
