"""The window with the help: contents and search on the left, a page on the right, links, back and forth."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QCloseEvent, QDesktopServices, QFont, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cifar_gui.ui.help.page_view import PageView
from cifar_gui.ui.help.topics import (
    INDEX,
    Place,
    Topic,
    Trail,
    grouped,
    matching,
    place_of,
    text_of,
    topics,
)
from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import px, theme, tokens
from cifar_gui.ui.widgets.text import muted

_NAME = Qt.ItemDataRole.UserRole


class HelpWindow(QWidget):
    """One for the app; it stays beside the main window and closes with it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("help")
        self.setWindowTitle("Help – CIFAR GUI")
        self.trail = Trail()
        self.search = QLineEdit()
        self.contents = QListWidget()
        self.nothing = muted("No page has all of these words.")
        self.text = PageView()
        self.back, self.forth, self.home = (
            _button("chevron-left", "Back (Alt+Left)"),
            _button("chevron-right", "Forward (Alt+Right)"),
            _button("table", "Contents"),
        )
        self._shown = Place(INDEX)
        self._lay_out()
        self._wire()
        self._list(topics())
        self.resize(px(940), px(680))

    def show_topic(self, topic: str) -> None:
        """Bring the page to the front: "loss", or "loss#on-the-plot"; the contents for one that there is not."""
        self._go(place_of(topic, INDEX) or Place(INDEX))
        self.show()
        self.raise_()
        self.activateWindow()
        self.text.setFocus()  # the arrow keys scroll

    @property
    def shown(self) -> str:
        """The name of the page that is shown."""
        return self._shown.name

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()  # and stays, to be shown again where it was

    # --- going

    def _go(self, place: Place) -> None:
        self.trail.visit(place)
        self._show(place)

    def _step(self, by: int) -> None:
        self._show(self.trail.step(by))

    def _show(self, place: Place) -> None:
        try:
            text = text_of(place.name)
        except KeyError:
            place, text = Place(INDEX), text_of(INDEX)
        self._shown = place
        self.text.show_page(text, place.anchor)
        self.text.setAccessibleName(f"Help: {place.name}")
        self.back.setEnabled(self.trail.can_go_back)
        self.forth.setEnabled(self.trail.can_go_on)
        self._choose(place.name)

    def _choose(self, name: str) -> None:
        """Mark the page in the contents, if it is listed."""
        self.contents.blockSignals(True)
        rows = (row for row in range(self.contents.count()) if self.contents.item(row).data(_NAME) == name)
        self.contents.setCurrentRow(next(rows, -1))
        self.contents.blockSignals(False)

    def _on_link(self, link: QUrl) -> None:
        place = place_of(link.toString(), self.shown)
        if place is None:
            QDesktopServices.openUrl(link)
        else:
            self._go(place)

    # --- contents

    def _list(self, shown: tuple[Topic, ...] | list[Topic]) -> None:
        self.contents.blockSignals(True)  # what is chosen while lines come and go, nobody has chosen
        self.contents.clear()
        for group, members in grouped(shown):
            self.contents.addItem(_group(group))
            for each in members:
                item = QListWidgetItem(each.title)
                item.setData(_NAME, each.name)
                self.contents.addItem(item)
        self.contents.blockSignals(False)
        self.nothing.setVisible(not shown)
        self._choose(self.shown)

    def _on_search(self, words: str) -> None:
        self._list(matching(words) if words.strip() else topics())

    def _open_first(self) -> None:
        found = matching(self.search.text())
        if found and self.search.text().strip():
            self._go(Place(found[0].name))

    def _on_chosen(self, row: int) -> None:
        if row >= 0 and (name := self.contents.item(row).data(_NAME)):
            self._go(Place(name))

    # --- building

    def _lay_out(self) -> None:
        self.search.setPlaceholderText("Search the help")
        self.search.setAccessibleName("Search the help")
        self.search.setClearButtonEnabled(True)
        self.contents.setAccessibleName("Contents")
        self.contents.setObjectName("help_contents")
        self.contents.setFrameShape(QFrame.Shape.NoFrame)
        self.contents.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(px(12), px(12), px(8), px(12))
        column.addWidget(self.search)
        column.addWidget(self.nothing)
        column.addWidget(self.contents, 1)
        right = QWidget()
        body = QVBoxLayout(right)
        body.setContentsMargins(0, px(12), px(12), px(12))
        bar = QHBoxLayout()
        for button in (self.back, self.forth, self.home):
            bar.addWidget(button)
        bar.addStretch(1)
        body.addLayout(bar)
        body.addWidget(self.text, 1)
        splitter = QSplitter()
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(side)
        splitter.addWidget(right)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([px(252), px(684)])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)
        self.setMinimumSize(px(520), px(360))

    def _wire(self) -> None:
        self.search.textChanged.connect(self._on_search)
        self.search.returnPressed.connect(self._open_first)
        self.contents.currentRowChanged.connect(self._on_chosen)
        self.text.anchorClicked.connect(self._on_link)
        self.back.clicked.connect(lambda: self._step(-1))
        self.forth.clicked.connect(lambda: self._step(1))
        self.home.clicked.connect(lambda: self._go(Place(INDEX)))
        for keys, do in (
            (QKeySequence.StandardKey.Back, self.back.click),
            (QKeySequence.StandardKey.Forward, self.forth.click),
            (QKeySequence.StandardKey.Find, self.search.setFocus),
            ("Escape", self.close),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(do)
        theme().changed.connect(self._on_theme)

    def _on_theme(self) -> None:
        self.text.draw_again()
        self._on_search(self.search.text())  # groups have a size and a colour of their own


def _group(name: str) -> QListWidgetItem:
    """A heading in the contents."""
    item = QListWidgetItem(name.upper())
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    item.setForeground(tokens().muted)
    font = QFont(QApplication.font())
    font.setPixelSize(px(11))
    font.setWeight(QFont.Weight.DemiBold)
    item.setFont(font)
    item.setSizeHint(QSize(0, px(34)))
    item.setTextAlignment(Qt.AlignmentFlag.AlignBottom)
    return item


def _button(symbol: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setProperty("flat", True)
    button.setIcon(icon(symbol))
    button.setToolTip(tip)
    button.setAccessibleName(tip.partition(" (")[0])
    return button
