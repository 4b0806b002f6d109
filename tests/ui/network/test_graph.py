"""The graph on the Network page: its words, its looks, folding, walking, choosing, and what comes out of it."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from functools import cache
from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QHelpEvent, QImage, QPainter
from PySide6.QtWidgets import QApplication, QMenu, QToolButton, QToolTip
from torch import nn

from cifar_gui.errors import CifarGuiError
from cifar_gui.explain.names import readable_names
from cifar_gui.networks.base import NETWORKS
from cifar_gui.networks.blocks import Residual
from cifar_gui.networks.graph import Graph, folded, network_graph
from cifar_gui.ui.network import graph_paint
from cifar_gui.ui.network.graph_paint import Marks, draw_scene, header_of, make_scene
from cifar_gui.ui.network.graph_view import GraphView
from cifar_gui.ui.network.graph_words import Name, names_of
from cifar_gui.ui.network.layers import Layers
from cifar_gui.ui.network.overview import NetworkOverview, overview
from cifar_gui.ui.theme import theme, tokens

Key = Qt.Key
ROOM = 16


@cache
def network(name: str) -> NetworkOverview:
    return overview(name, NETWORKS.entry(name).label, [])


def names(name: str) -> dict[str, str]:
    """Short names by the path of a layer or a block."""
    return named(network(name).graph)


def named(graph: Graph) -> dict[str, str]:
    paths = {node.key: node.row.name for node in graph.nodes} | {block.key: block.path for block in graph.blocks}
    layers = readable_names([row.name for row in graph.rows], [row.kind for row in graph.rows])
    return {paths[key] or key: each.short for key, each in names_of(graph, layers).items()}


@pytest.fixture
def new_view(qtbot):
    def make(name: str) -> GraphView:
        made = GraphView()
        qtbot.addWidget(made)
        made.resize(900, 400)
        made.show()
        found = network(name)
        made.show_graph(found.label, found.graph, found.layers)
        made.told, made.wanted = [], []
        made.layers_chosen.connect(made.told.append)
        made.filters_wanted.connect(made.wanted.append)
        return made

    return make


@pytest.fixture
def view(new_view) -> GraphView:
    return new_view("resnet18")


def key_of(view: GraphView, path: str) -> str:
    return next(node.key for node in view.graph.nodes if node.row.name == path)


def middle(view: GraphView, key: str) -> QPoint:
    """Of a node, or of the name of an unfolded block."""
    place = view.place_of(key)
    if key in view.unfolded:
        place.setHeight(20)
    return view.to_viewport(place.center()).toPoint()


def click(qtbot, view: GraphView, key: str) -> None:
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle(view, key))


# Words


def test_a_block_is_called_by_its_path_and_by_its_class_where_that_is_a_number():
    assert names("airnet")["blocks.1"] == "block 2"
    assert names("resnet18")["stage2.0"] == "stage 2.1"
    assert names("inception_v1")["4a"] == "4a"
    assert names("vgg16")["conv3.1"] == "conv 3.2"
    inside = named(network_graph(nn.Sequential(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), Residual(4, 4, 1))))
    assert (inside["0"], inside["1"]) == ("0 · conv", "1 · residual")


def test_what_the_frame_around_says_is_not_said_again():
    short = names("inception_v1")
    assert (short["3a.3x3.conv"], short["3a.pool"], short["3a.pool.project"]) == ("3x3 · conv", "pool", "project")
    assert (short["3a.3x3.conv.conv"], short["3a.3x3.conv.act"]) == ("conv", "act")
    assert names("airnet")["blocks.0.conv2"] == "conv 2"
    assert names("resnet18")["stage2.0.first.conv"] == "conv"
    assert names("lenet")["3"] == "conv 2"


def test_operations_are_written_as_signs_or_words():
    assert {names("handmade")[key] for key in ("clamp", "neg", "cat")} == {"clamp", "negate", "concat"}
    assert names("resnet18")["add"] == "+"
    assert names("airnet")["mul"] == "× constant"


def test_a_tip_says_all_that_is_known(view):
    view.toggle("stage2.0.")
    assert view.tip_of("stage1.0.") == (
        "stage 1.1: Residual, 7 layers\nOutput 64 × 32 × 32\n73,984 parameters\n75,497,472 multiply-adds\n"
        "Receptive field 7 px"
    )
    assert view.tip_of("stage2.0.").startswith(
        "stage 2.1: Residual, 8 layers\nOutput 128 × 16 × 16\n230,144 parameters"
    )
    assert view.tip_of(key_of(view, "head")) == (
        "head: Linear\nOutput 10\n5,130 parameters\n5,120 multiply-adds\nReceptive field 133 px"
    )
    addition = next(node.key for node in view.graph.nodes if node.row.kind == "add")
    assert view.tip_of(addition) == "+: Sum of 2 paths\nOutput 128 × 16 × 16\nReceptive field 17 px"
    assert view.tip_of(view.graph.nodes[0].key) == "picture: 3 × 32 × 32, one picture"
    assert view.tip_of("nothing") == ""


def test_the_graph_is_told_in_words(view):
    assert view.accessibleName() == "Graph of ResNet-18"
    told = view.accessibleDescription()
    assert told.startswith(
        "14 boxes, 9 of them folded blocks: picture 3 × 32 × 32, then stem 64 × 32 × 32, then stage 1.1"
    )
    view.toggle("stage1.0.")
    told = view.accessibleDescription()
    assert told.startswith("18 boxes, 10 of them folded blocks, 1 block unfolded: ")
    assert "then stage 1.1 · first 64 × 32 × 32, then" in told
    view.choose("stage1.1.")
    assert view.accessibleDescription() == view.tip_of("stage1.1.")


# Painting


@pytest.mark.parametrize("zoom", [0.8, 1.0, 2.5])
@pytest.mark.parametrize("name", NETWORKS.names())
def test_no_word_is_cut_off_or_shortened(qapp, name, zoom):
    theme().set_look(zoom=zoom)
    found = network(name)
    problems: list[str] = []

    class Painter(QPainter):
        def drawText(self, place, flags, text):
            if self.fontMetrics().horizontalAdvance(text) > place.width() or "…" in text or not text:
                problems.append(text)
            super().drawText(place, flags, text)

    image = QImage(10, 10, QImage.Format.Format_RGB32)
    everything = {block.key for block in found.graph.blocks}
    for unfolded in (set(), everything):
        scene = make_scene(folded(found.graph, unfolded), names_of(found.graph, found.layers))
        painter = Painter(image)
        draw_scene(painter, scene)
        painter.end()
    assert problems == []


def test_a_name_that_is_too_long_is_shortened_with_dots(qapp):
    found = network("mlp")
    long = {key: Name(each.full, 20 * each.short) for key, each in names_of(found.graph, found.layers).items()}
    written = []

    class Painter(QPainter):
        def drawText(self, place, flags, text):
            written.append((text, self.fontMetrics().horizontalAdvance(text) <= place.width()))
            super().drawText(place, flags, text)

    image = QImage(10, 10, QImage.Format.Format_RGB32)
    painter = Painter(image)
    draw_scene(painter, make_scene(found.graph, long))
    painter.end()
    assert all(fits for _, fits in written)
    assert sum(text.startswith("dense 1dense") and text.endswith("…") for text, _ in written) == 1


def pixels(view: GraphView, **marks) -> QImage:
    image = QImage(view.image(1).size(), QImage.Format.Format_RGB32)
    image.fill(tokens().panel)
    with QPainter(image) as painter:
        painter.translate(ROOM, ROOM)
        draw_scene(painter, view._scene, Marks(**marks))
    return image


def test_folded_blocks_look_like_stacks_and_what_is_marked_looks_different(view):
    plain = pixels(view)
    scene = view._scene
    block, layer = scene.layout.nodes["stem."], scene.layout.nodes[key_of(view, "head")]
    tops = [(round(box.centre[0]) + ROOM, round(box.top) + ROOM) for box in (block, layer)]
    above = [plain.pixelColor(x, y - 4) for x, y in tops]
    assert above[0] != tokens().panel
    assert above[1] == tokens().panel
    key = "stage1.0."
    looks = [
        pixels(view, **marks) for marks in ({}, {"chosen": key}, {"chosen": key, "focused": True}, {"hovered": key})
    ]
    assert all(one != other for place, one in enumerate(looks) for other in looks[:place])


def test_what_is_out_of_sight_is_not_painted(view, monkeypatch):
    drawn = []
    monkeypatch.setattr(graph_paint, "_draw_node", lambda _painter, node, *_rest: drawn.append(node.key))
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        draw_scene(painter, view._scene, Marks(), QRectF(0, 0, 190, 60))
    assert drawn == [node.key for node in view.graph.nodes[:2]]


def test_the_looks_follow_theme_and_zoom(view):
    width, light = view.place_of("stem.").width(), view.image(1)
    theme().set_look(scheme="dark", zoom=2.0)
    assert view.place_of("stem.").width() == pytest.approx(2 * width, rel=0.1)
    assert view.image(1).pixelColor(1, 1) == tokens().panel != light.pixelColor(1, 1)


# Folding


def test_a_click_unfolds_a_block_and_a_click_on_its_name_folds_it(view, qtbot):
    assert view.graph == folded(network("resnet18").graph)
    click(qtbot, view, "stage1.0.")
    assert view.unfolded == {"stage1.0."}
    assert view.chosen == "stage1.0."
    assert view.graph == folded(network("resnet18").graph, {"stage1.0."})
    click(qtbot, view, "stage1.0.")
    assert view.unfolded == set()
    assert view.chosen == "stage1.0."


def test_a_block_unfolds_where_it_stands(view):
    view.zoom_to(1.5)
    view.choose("stage2.1.")
    before = view.to_viewport(view.place_of("stage2.1.").topLeft()).x()
    view.toggle("stage2.1.")
    assert view.to_viewport(view.place_of("stage2.1.").topLeft()).x() == pytest.approx(before, abs=2)


def test_everything_is_folded_and_unfolded_at_once(view, qtbot):
    with qtbot.waitSignal(view.folding_changed):
        view.unfold_all()
    assert view.graph == network("resnet18").graph
    view.choose(key_of(view, "stage1.0.first.conv"))
    view.fold_all()
    assert view.unfolded == set()
    assert view.chosen == "", "what is folded away is no longer chosen"


def test_another_network_begins_folded_and_with_nothing_chosen(view):
    view.toggle("stage1.0.")
    view.choose("stage1.0.")
    found = network("airnet")
    view.show_graph(found.label, found.graph, found.layers)
    assert (view.unfolded, view.chosen, view.accessibleName()) == (set(), "", "Graph of AirNet")


def rows(view: GraphView) -> int:
    """How many times it begins at the left."""
    lefts = [view.place_of(node.key).left() for node in view.graph.nodes]
    return 1 + sum(other < one for one, other in pairwise(lefts))


def hidden(view: GraphView) -> tuple[int, int]:
    """How far it can be scrolled across and down."""
    return view.horizontalScrollBar().maximum(), view.verticalScrollBar().maximum()


def test_a_graph_is_all_in_sight_in_as_many_rows_as_that_takes(new_view):
    small, large = new_view("mlp"), new_view("inception_v1")
    assert (rows(small), hidden(small)) == (1, (0, 0))
    assert (rows(large), hidden(large)) == (3, (0, 0))
    assert large.zoom >= 0.8
    large.resize(1400, 500)
    assert (rows(large), hidden(large)) == (2, (0, 0))


def test_what_is_fitted_in_stays_so_until_one_zooms(view):
    view.resize(1100, 500)
    assert view.zoom == 1
    view.zoom_to(0.5)
    view.resize(900, 400)
    assert view.zoom == 0.5, "what the user has chosen stays"
    view.fit()
    for width in (700, 1000):
        view.resize(width, 420)
        assert hidden(view) == (0, 0)
        assert view.zoom >= 0.8


def test_nothing_is_fitted_in_so_small_that_it_cannot_be_read(new_view):
    view = new_view("inception_v1")
    view.unfold_all()
    view.fit()
    assert view.zoom == 0.8
    assert hidden(view)[0] == 0, "it is read from top to bottom"
    assert hidden(view)[1] > 1000
    assert view.verticalScrollBar().value() == 0
    view.resize(800, 400)
    assert view.zoom == 0.8


# Keys


def test_the_keyboard_walks_unfolds_and_comes_out_again(view, qtbot):
    def press(*keys: Key) -> str:
        for key in keys:
            qtbot.keyClick(view, key)
        return view.chosen

    first = view.graph.nodes[0].key
    assert press(Key.Key_Right) == first
    assert press(Key.Key_Right, Key.Key_Right) == "stage1.0."
    assert press(Key.Key_Return) == "stage1.0."
    assert view.unfolded == {"stage1.0."}
    assert press(Key.Key_Right) == "stage1.0.first."
    assert press(Key.Key_Down) == key_of(view, "stage1.0.shortcut")
    assert press(Key.Key_Up, Key.Key_Right) == "stage1.0.second."
    assert press(Key.Key_Escape) == "stage1.0."
    assert press(Key.Key_Left) == "stem."
    assert press(Key.Key_Right, Key.Key_Escape, Key.Key_Space) == "stage1.0."
    assert view.unfolded == set()
    assert press(Key.Key_End) == view.graph.nodes[-1].key
    assert press(Key.Key_Home) == first
    assert press(Key.Key_Escape) == ""


def test_what_is_walked_to_is_in_sight(new_view, qtbot):
    view = new_view("inception_v1")
    for _ in range(12):
        qtbot.keyClick(view, Key.Key_Right)
    assert view.seen().contains(view.place_of(view.chosen))


# Choosing


def test_choosing_a_node_tells_its_layers(view, qtbot):
    click(qtbot, view, view.graph.nodes[0].key)
    assert view.told[-1] == ()
    qtbot.keyClick(view, Key.Key_Right)
    assert view.told[-1] == (0, 1, 2)
    qtbot.keyClick(view, Key.Key_Return)
    qtbot.keyClick(view, Key.Key_Right)
    assert view.told[-1] == (0,)
    qtbot.keyClick(view, Key.Key_Escape)
    assert view.told[-1] == (0, 1, 2)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert (view.chosen, view.told[-1]) == ("", ())


def test_a_layer_chosen_elsewhere_is_found_wherever_it_is_folded_away(view):
    place = [row.name for row in view._whole.rows].index("stage3.0.shortcut.conv")
    view.choose_layer(place)
    assert view.chosen == "stage3.0."
    assert view.seen().contains(view.place_of("stage3.0."))
    view.unfold_all()
    view.choose_layer(place)
    assert view.chosen == key_of(view, "stage3.0.shortcut.conv")
    view.choose_layer(-1)
    assert view.chosen == ""
    assert view.told == [], "who told it knows"


def test_a_double_click_or_enter_on_a_convolution_asks_for_its_filters(new_view, qtbot):
    view = new_view("airnet")
    conv = key_of(view, "stem")
    left = Qt.MouseButton.LeftButton
    click(qtbot, view, conv)
    qtbot.mouseDClick(view.viewport(), left, pos=middle(view, conv))
    assert view.wanted == [], "the chosen model is of another network"
    view.offer_filters(possible=True)
    qtbot.mouseDClick(view.viewport(), left, pos=middle(view, conv))
    assert view.wanted == ["stem"]
    qtbot.keyClick(view, Key.Key_Return)
    assert view.wanted == ["stem", "stem"]
    head = key_of(view, "head")
    click(qtbot, view, head)
    qtbot.mouseDClick(view.viewport(), left, pos=middle(view, head))
    assert view.wanted == ["stem", "stem"], "a dense layer has no filters to show"


def test_a_double_click_on_a_block_does_not_open_what_the_first_click_has_put_there(new_view, qtbot):
    view = new_view("vgg16")
    view.offer_filters(possible=True)
    place = middle(view, "conv1.0.")
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert (view.unfolded, view.wanted) == ({"conv1.0."}, [])


def test_the_menu_offers_what_can_be_done_and_says_why_not(new_view):
    view = new_view("airnet")

    def offered(key: str) -> dict[str, bool]:
        return {each.text(): each.isEnabled() for each in view.menu(key).actions() if not each.isSeparator()}

    assert offered("blocks.0.") == {"&Unfold": True}
    view.menu("blocks.0.").actions()[0].trigger()
    assert offered("blocks.0.") == {"&Fold": True}
    assert offered(key_of(view, "stem")) == {"Show its &filters": False}
    assert "Choose a model of this network" in view.menu(key_of(view, "stem")).actions()[0].toolTip()
    view.offer_filters(possible=True)
    view.menu(key_of(view, "stem")).actions()[0].trigger()
    assert view.wanted == ["stem"]
    assert offered("") == {}


def test_the_menu_is_for_what_is_under_the_mouse_or_by_keyboard_for_what_is_chosen(view, monkeypatch):
    asked = []
    menu = view.menu
    monkeypatch.setattr(view, "menu", lambda key: asked.append(key) or menu(key))
    monkeypatch.setattr(QMenu, "popup", lambda _menu, _place: None)
    view.choose("stage1.0.")
    place = middle(view, "stem.")
    for reason in (QContextMenuEvent.Reason.Mouse, QContextMenuEvent.Reason.Keyboard):
        QApplication.sendEvent(view.viewport(), QContextMenuEvent(reason, place, view.mapToGlobal(place)))
    assert asked == ["stem.", "stage1.0."]


def test_pointing_names_the_node_and_shows_what_can_be_pressed(view, qtbot, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _place, text, _widget: said.append(text))
    view.toggle("stage1.0.")
    shapes = []
    for key in ("stem.", "stage1.0.", view.graph.nodes[0].key):
        place = middle(view, key)
        QApplication.sendEvent(view.viewport(), QHelpEvent(QEvent.Type.ToolTip, place, place))
        qtbot.mouseMove(view.viewport(), place)
        shapes.append(view.viewport().cursor().shape())
    assert [text.partition(":")[0] for text in said] == ["stem", "stage 1.1", "picture"]
    assert shapes == [Qt.CursorShape.PointingHandCursor] * 2 + [Qt.CursorShape.ArrowCursor]


# Out of it


def test_the_whole_graph_is_copied_as_a_picture_and_in_words(view):
    view.zoom_to(2)
    view.copy()
    mime = QGuiApplication.clipboard().mimeData()
    assert mime.text().startswith("14 boxes")
    picture = QGuiApplication.clipboard().image()
    last = view.place_of(view.graph.nodes[-1].key)
    assert picture.width() > 2 * last.right()
    assert picture.pixelColor(picture.width() - 2, 1) == tokens().panel


def test_the_whole_graph_is_saved_as_png_or_svg(view, tmp_path):
    view.save(tmp_path / "graph.png")
    assert QImage(str(tmp_path / "graph.png")) == view.image().convertToFormat(
        QImage(str(tmp_path / "graph.png")).format()
    )
    view.save(tmp_path / "graph.SVG")
    drawing = ElementTree.parse(tmp_path / "graph.SVG").getroot()
    words = " ".join(drawing.itertext())
    assert "stage 4.2" in words
    assert "Graph of ResNet-18" in words
    with pytest.raises(CifarGuiError, match=r"graph\.txt cannot be saved: a graph is saved as \.png or \.svg\."):
        view.save(tmp_path / "graph.txt")


def test_a_picture_of_the_longest_graph_can_still_be_painted(new_view):
    view = new_view("inception_v2")
    view.unfold_all()
    image = view.image(8)
    assert image.height() == 16_000
    end = image.copy(0, 15_000, image.width(), 1_000)
    colours = {end.pixelColor(x, y).name() for x in range(end.width()) for y in range(end.height())}
    assert len(colours) > 2, "its end is drawn, too"


# Beside the table


@pytest.fixture
def layers(qtbot) -> Layers:
    made = Layers()
    qtbot.addWidget(made)
    made.resize(900, 500)
    qtbot.addWidget(made.choice)
    made.show()
    made.show_network(network("resnet18"))
    return made


def test_a_node_chosen_in_the_graph_is_selected_in_the_table_and_the_other_way_round(layers, qtbot):
    layers.show_view("graph")
    layers.graph.choose("stem.")
    qtbot.keyClick(layers.graph, Key.Key_Right)
    assert layers.graph.chosen == "stage1.0."
    rows = [row.name for row in layers.graph._whole.rows]
    assert [rows[row].startswith("stage1.0.") for row in layers.table.chosen_rows] == [True] * 7
    layers.show_view("table")
    layers.table.selectRow(rows.index("stage4.0.act"))
    assert layers.graph.chosen == "stage4.0."
    assert layers.table.chosen_rows == (rows.index("stage4.0.act"),)
    layers.table.clearSelection()
    assert layers.graph.chosen == ""
    layers.table.selectRow(0)
    layers.table.selectRow(len(rows))
    assert layers.graph.chosen == "", "the total is no layer"


def test_buttons_of_the_graph_are_there_with_the_graph_only_and_do_what_they_say(layers, qtbot):
    buttons = layers.buttons.findChildren(QToolButton)
    assert not any(button.isVisible() for button in buttons)
    with qtbot.waitSignal(layers.view_changed):
        layers.choice.button("graph").click()
    fold, unfold, smaller, larger, whole = buttons
    assert all(button.isVisible() for button in buttons)
    assert (fold.isEnabled(), unfold.isEnabled()) == (False, True)
    unfold.click()
    assert (fold.isEnabled(), unfold.isEnabled()) == (True, False)
    fold.click()
    assert layers.graph.unfolded == set()
    before = layers.graph.zoom
    larger.click()
    assert layers.graph.zoom > before
    smaller.click()
    smaller.click()
    assert layers.graph.zoom < before
    whole.click()
    assert layers.graph.zoom == pytest.approx(min(layers.graph.fitting_zoom(), 1))
    assert all(button.accessibleName() and not button.icon().isNull() for button in buttons)


def test_the_buttons_lie_in_the_corner_of_the_graph_at_any_size_and_zoom(layers, qtbot):
    layers.show_view("graph")
    first = layers.graph._scene.layout.nodes[layers.graph.graph.nodes[0].key]
    for zoom, width in ((1.0, 900), (2.0, 1400), (1.0, 500)):
        theme().set_look(zoom=zoom)
        layers.resize(width, 500)
        area, buttons = layers.graph, layers.buttons
        qtbot.waitUntil(lambda: buttons.geometry().right() == area.viewport().geometry().right())  # noqa: B023
        assert buttons.width() >= buttons.minimumSizeHint().width()
        assert buttons.y() == area.viewport().y()
        area.verticalScrollBar().setValue(0)
        assert area.to_viewport(area.place_of(area.graph.nodes[0].key).topLeft()).y() > buttons.height()
    assert first == layers.graph._scene.layout.nodes[layers.graph.graph.nodes[0].key]


def test_a_network_without_blocks_says_that_there_is_nothing_to_fold(layers):
    layers.show_network(network("lenet"))
    assert not layers.unfold_all.isEnabled()
    assert layers.unfold_all.toolTip() == "Unfold all blocks: this network has no blocks"
    layers.show_network(network("airnet"))
    assert layers.unfold_all.isEnabled()
    assert layers.unfold_all.toolTip() == "Unfold all blocks"


def test_the_menu_of_the_graph_has_all_that_the_buttons_do_and_more(layers, qtbot):
    words = [action.text() for action in layers.graph.menu("").actions() if not action.isSeparator()]
    assert words == [
        "Fold all blocks", "Unfold all blocks", "Smaller (−)", "Larger (+)", "Everything in sight (0)",
        "Copy the graph", "Save the graph as PNG or SVG…",
    ]  # fmt: skip
    with qtbot.waitSignal(layers.save_requested):
        layers.graph.actions()[-1].trigger()


def test_an_unknown_view_is_ignored(layers):
    layers.show_view("graph")
    layers.show_view("sculpture")
    assert layers.view == "graph"


def test_the_name_of_an_unfolded_block_can_be_pressed_all_along_its_frame(view):
    view.toggle("stage1.0.")
    strip = header_of(view._scene.layout.frames["stage1.0."])
    corner = view.place_of("stage1.0.").topLeft()
    assert view.key_at(corner + QPointF(strip.width - 2, strip.height - 2)) == "stage1.0."
    assert view.key_at(corner + QPointF(strip.width - 2, strip.height + 2)) == ""
