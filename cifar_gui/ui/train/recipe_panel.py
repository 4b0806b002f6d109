"""The left side of the Train page: the recipe, how its learning rate goes, and what the network should reach."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cifar_gui.recipe import Recipe
from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import SPACING, px
from cifar_gui.ui.train.network_note import network_note
from cifar_gui.ui.train.recipe_form import RecipeForm
from cifar_gui.ui.train.run_state import Look
from cifar_gui.ui.train.schedule_preview import SchedulePreview
from cifar_gui.ui.widgets.help_button import HelpButton, explained_by
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.scroll import VerticalScroll
from cifar_gui.ui.widgets.text import caption, heading, line

_LEAST_WIDTH = 198
_SCHEDULE = "learning-rate#why-it-changes-during-a-run"


class RecipePanel(Panel):
    """Signals: copy_toggled() when *Edit a copy* is pressed; look_wanted() for *Look at the data*; sweep_wanted() for
    *Sweep over this*."""

    copy_toggled = Signal()
    look_wanted = Signal()
    sweep_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("Recipe")
        self.form = RecipeForm()
        self.schedule = SchedulePreview()
        self.about = caption(wrap=True)
        self.about.setObjectName("train.about")
        self.copy = QPushButton("Edit a copy")
        self.copy.setObjectName("train.edit_copy")
        self.copy.setProperty("flat", True)
        self.copy.setIcon(icon("edit"))
        self.copy.clicked.connect(self.copy_toggled)
        self.look = QPushButton("Look at data")
        self.look.setProperty("flat", True)
        self.look.setObjectName("train.look_at_data")
        self.look.setIcon(icon("eye"))
        self.look.setToolTip(
            "How many pictures of each class there are, some of them, and what augmentation makes of them"
        )
        self.look.clicked.connect(self.look_wanted)
        self.look.setAccessibleName("Look at the data")
        self.sweep = QPushButton("Sweep over this recipe…")
        self.sweep.setProperty("flat", True)
        self.sweep.setObjectName("train.sweep")
        self.sweep.setIcon(icon("samples"))
        self.sweep.setToolTip("Train this recipe with many values of some of its settings, and see which are best")
        self.sweep.clicked.connect(self.sweep_wanted)
        self.header.addWidget(self.look)
        self.header.addWidget(self.copy)
        self._lay_out()
        self.form.edited.connect(self.refresh)
        self.refresh()

    def show_recipe(self, recipe: Recipe) -> None:
        """Put a recipe into the fields."""
        self.form.set_recipe(recipe)
        self.refresh()

    def show_copy(self, look: Look) -> None:
        """Name, explain and show *Edit a copy*; while it is there, *Look at the data* makes room."""
        self.copy.setText(look.text)
        self.copy.setToolTip(look.tip)
        self.copy.setVisible(look.visible)
        self.look.setText("" if look.visible else "Look at data")

    def refresh(self) -> None:
        """Draw what depends on the recipe."""
        recipe = self.form.recipe
        self.schedule.show_recipe(recipe)
        self.sweep.setEnabled(recipe is not None)
        if recipe is not None:
            self.about.setText(network_note(recipe, self.form.own_design()))

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        column.addWidget(self.form)
        above = QHBoxLayout()
        above.addWidget(heading("Learning rate"), 1)
        above.addWidget(HelpButton(_SCHEDULE, "how the learning rate goes"))
        column.addLayout(above)
        explained_by(self.schedule, _SCHEDULE)
        for widget in (self.schedule, self.sweep, line(), self.about):
            column.addWidget(widget)
        column.addStretch(1)
        inner.setMinimumWidth(px(_LEAST_WIDTH))
        self.body.addWidget(VerticalScroll(inner))
