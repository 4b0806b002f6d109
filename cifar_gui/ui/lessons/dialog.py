"""*Save lesson*: title and text, which pages and groups of controls are shown, what is set up."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cifar_gui.errors import CifarGuiError
from cifar_gui.paths import file_stem
from cifar_gui.recipe import Recipe
from cifar_gui.ui.context import Context
from cifar_gui.ui.icons import icon
from cifar_gui.ui.lessons.lesson import LONGEST_TITLE, SUFFIX, Lesson, networks
from cifar_gui.ui.lessons.parts import PARTS
from cifar_gui.ui.page import PAGES
from cifar_gui.ui.theme import px
from cifar_gui.ui.widgets.fields import ChoiceField
from cifar_gui.ui.widgets.help_button import HelpButton, explained_by
from cifar_gui.ui.widgets.question import Role, ask
from cifar_gui.ui.widgets.save_dialog import ask_where_to_save
from cifar_gui.ui.widgets.scroll import VerticalScroll
from cifar_gui.ui.widgets.text import WrappedLabel, heading, muted, title

_MARKS = "Markdown: # heading, **bold**, 1. list, [words](loss.md) for a page of the help."
_HINT = "# What to try\n\n1. …"


class LessonDialog(QDialog):
    """Open it with `open`. Signals: save_wanted()."""

    save_wanted = Signal()

    def __init__(self, begun: Lesson | None, page: str, network: str, parent: QWidget, called: str = "") -> None:
        """`begun`: the lesson to change, None for a new one; `page`: in front now; `network`: the shipped one that is
        chosen, "" if it is another; `called`: what people know it by."""
        super().__init__(parent)
        self._network, self._called = network, called or network
        self.setObjectName("lesson.dialog")
        self.setWindowTitle("Save a lesson")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        explained_by(self, "lessons#making-one")
        self.title, self.text = QLineEdit(), QPlainTextEdit()
        self.pages = {entry.name: QCheckBox(entry.label) for entry in PAGES}
        self.parts = {part.name: QCheckBox(part.label) for part in PARTS}
        self.first = ChoiceField([])
        self.recipe, self.network = QCheckBox("The recipe on Train, as it is now"), QCheckBox()
        self.problem = WrappedLabel()
        self.problem.setProperty("doubt", True)
        self.problem.hide()
        self.save, self.cancel = QPushButton("Save…"), QPushButton("Cancel")
        self._lay_out(parent)
        self._fill(begun, page)
        self._before = self._words_written()
        self._connect()
        self._follow_pages()
        self.title.setFocus()

    def lesson(self, recipe: Recipe) -> Lesson:
        """What has been chosen. Raises LessonError."""
        pages = tuple(name for name, box in self.pages.items() if box.isChecked())
        hidden = (part.name for part in PARTS if part.page in pages and not self.parts[part.name].isChecked())
        return Lesson(
            title=self.title.text().strip(),
            text=self.text.toPlainText(),
            pages=pages,
            first_page=self.first.raw() if pages else "",
            hidden=frozenset(hidden),
            recipe=recipe if self.recipe.isChecked() else None,
            network=self._network if self.network.isChecked() else "",
        )

    def say(self, problem: str) -> None:
        """Why it cannot be saved."""
        self.problem.setText(problem)
        self.problem.show()

    def reject(self) -> None:
        """Not without a question where it would take away what somebody has written."""
        answers = {"discard": ("Discard", Role.DestructiveRole), "stay": ("Go on writing", Role.RejectRole)}
        title, question = "The lesson is not saved", "Discard this lesson?"
        details = "What you have written will be lost."
        if self._words_written() == self._before or (
            ask(self, "lesson.discard", title, question, details, answers, usual="stay") == "discard"
        ):
            super().reject()

    def _words_written(self) -> tuple[str, str]:
        return self.title.text().strip(), self.text.toPlainText().strip()

    def _fill(self, begun: Lesson | None, page: str) -> None:
        if begun is not None:
            self.title.setText(begun.title)
            self.text.setPlainText(begun.text)
        for name, box in self.pages.items():
            box.setChecked(name in begun.pages if begun is not None else True)
        for name, box in self.parts.items():
            box.setChecked(begun is None or name not in begun.hidden)
        self.recipe.setChecked(begun is not None and begun.recipe is not None)
        known = self._network in networks()
        self.network.setText(f"The network: {self._called}" if known else "The network")
        self.network.setEnabled(known)
        self.network.setChecked(known and begun is not None and bool(begun.network))
        if not known:
            self.network.setToolTip("Only networks that come with the app can be chosen: not everybody has the others")
        self.first.set_options([(entry.name, entry.label) for entry in PAGES])
        self.first.put(begun.first_page if begun is not None else page)

    def _follow_pages(self) -> None:
        """Offer what belongs to the pages that are shown."""
        shown = [entry for entry in PAGES if self.pages[entry.name].isChecked()]
        first = self.first.raw()
        self.first.set_options([(entry.name, entry.label) for entry in shown])
        if shown:
            self.first.put(first if first in [entry.name for entry in shown] else shown[0].name)
        for part in PARTS:
            self.parts[part.name].setVisible(self.pages[part.page].isChecked())

    def _connect(self) -> None:
        for box in self.pages.values():
            box.toggled.connect(self._follow_pages)
        edited = (self.title.textEdited, self.text.textChanged, *(box.toggled for box in self.pages.values()))
        for change in edited:
            change.connect(self.problem.hide)  # it was of what stood there before
        self.save.clicked.connect(self.save_wanted)
        self.cancel.clicked.connect(self.reject)

    def _lay_out(self, parent: QWidget) -> None:
        above = QHBoxLayout()
        above.addWidget(title("Save a lesson"), 1)
        above.addWidget(HelpButton("lessons#making-one", "how lessons are made"))
        body = QHBoxLayout()
        body.setSpacing(px(24))
        body.addLayout(self._words(), 3)
        body.addLayout(self._choices(), 2)
        self.save.setProperty("primary", True)
        self.save.setIcon(icon("save", "on_accent"))
        self.save.setDefault(True)
        buttons = QHBoxLayout()
        buttons.addWidget(self.problem, 1)
        buttons.addStretch(0)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(20), px(16), px(20), px(16))
        column.setSpacing(px(12))
        column.addLayout(above)
        column.addLayout(body, 1)
        column.addLayout(buttons)
        room = parent.size()
        self.resize(min(px(840), room.width() - px(40)), min(px(600), room.height() - px(40)))

    def _words(self) -> QVBoxLayout:
        self.title.setMaxLength(LONGEST_TITLE)
        self.title.setAccessibleName("Title")
        self.title.setPlaceholderText("What is to be learned?")
        self.text.setAccessibleName("Text")
        self.text.setPlaceholderText(_HINT)
        self.text.setTabChangesFocus(True)
        column = QVBoxLayout()
        column.setSpacing(px(8))
        for widget in (heading("Title"), self.title, heading("Text")):
            column.addWidget(widget)
        column.addWidget(self.text, 1)
        column.addWidget(muted(_MARKS, wrap=True))
        return column

    def _choices(self) -> QVBoxLayout:
        inner = QWidget()
        boxes = QVBoxLayout(inner)
        boxes.setContentsMargins(0, 0, 0, 0)
        boxes.setSpacing(px(6))
        for page, box in self.pages.items():
            boxes.addWidget(box)
            for part in PARTS:
                if part.page == page:
                    row = QHBoxLayout()
                    row.addSpacing(px(24))
                    row.addWidget(self.parts[part.name], 1)
                    boxes.addLayout(row)
        boxes.addStretch(1)
        self.first.setAccessibleName("Page in front")
        column = QVBoxLayout()
        column.setSpacing(px(8))
        column.addWidget(heading("What is shown"))
        column.addWidget(VerticalScroll(inner), 1)
        column.addWidget(heading("It begins with"))
        column.addWidget(self.first)
        column.addWidget(heading("Set up for it"))
        column.addWidget(self.recipe)
        column.addWidget(self.network)
        return column


def save(dialog: LessonDialog, recipe: Recipe, context: Context) -> bool:
    """Ask where, and write it. Whether that was done; if not, the dialog says why, unless nobody chose a file."""
    if not dialog.title.text().strip():
        dialog.say("Give the lesson a title first: it is what students see above it.")
        dialog.title.setFocus()
        return False
    try:
        lesson = dialog.lesson(recipe)
        path = ask_where_to_save(dialog, "Save the lesson", f"{file_stem(lesson.title)}{SUFFIX}", {"Lessons": SUFFIX})
        if path is None:
            return False
        lesson.save(path)
    except CifarGuiError as error:
        dialog.say(str(error))
        return False
    context.messages.info(f"The lesson was saved as {path.name}.")
    return True
