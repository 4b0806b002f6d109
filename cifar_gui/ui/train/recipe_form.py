"""The recipe to be trained, as fields made from what the recipe says about its own settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from cifar_gui.networks.base import NETWORKS, network_settings, presets
from cifar_gui.networks.custom import START
from cifar_gui.networks.design import Design
from cifar_gui.recipe import PROMISES, Recipe, settings
from cifar_gui.ui.data_library import BUILT_IN
from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import px
from cifar_gui.ui.train.field_grid import FieldGrid
from cifar_gui.ui.train.form_model import (
    EDITABLE_WHILE_RUNNING,
    NETWORK_PREFIX,
    assembled,
    field_names,
    help_text,
    help_topic,
    kind_of,
    plain,
    preset_of,
    refused,
    with_preset,
)
from cifar_gui.ui.train.run_state import Look
from cifar_gui.ui.typed import written
from cifar_gui.ui.widgets.fields import ChoiceField, Field, NumberField, SwitchField, TextField
from cifar_gui.ui.widgets.help_button import explained_by
from cifar_gui.words import choice_words

GET_DATA = "get-data"
"""The entry at the end of the data sets that leads to more of them."""

_LOCKED = "\nThis cannot be changed while the network trains. “Edit a copy” makes a recipe for the next run."


class RecipeForm(QWidget):
    """Fields for every setting, seldom-used ones folded away; what does not fit is told at the field.

    Signals: edited() after any change of the recipe, also to an invalid one; data_wanted() when the user asks for more
    data, minutes_wanted() for a recipe for the time there is, lr_wanted() when a learning rate is to be found;
    lr_committed(float) and epochs_committed(int) when these are changed in a locked form.
    """

    edited = Signal()
    data_wanted = Signal()
    minutes_wanted = Signal()
    lr_wanted = Signal()
    lr_committed = Signal(float)
    epochs_committed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._recipe = self._settled = Recipe()  # as of now, and when the last field was left with something that fits
        self._valid = True
        self._locked = False
        self._source = self._recipe.data
        self._promised: Recipe | None = None  # the last that was made for the time there is
        self.own_design: Callable[[], Design] = lambda: START  # what is trained where one's own design is chosen
        self.basic, self.advanced = FieldGrid(), FieldGrid()
        self.find_lr = QToolButton()
        self._make_find_lr()
        shown, folded = field_names()
        for grid, names in ((self.basic, shown), (self.advanced, folded)):
            for name in names:
                beside = self.find_lr if name == "lr" else None
                field = self._make(name)
                explained_by(field, help_topic(name))
                grid.add(name, settings()[name].label, help_text(name), field, beside)
            grid.edited.connect(self._on_edited)
        self.more = QToolButton()
        self._make_more()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(px(4))
        self.folded = QWidget()  # the fold and what it hides
        below = QVBoxLayout(self.folded)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(px(4))
        below.addWidget(self.more)
        below.addWidget(self.advanced)
        layout.addWidget(self.basic)
        layout.addWidget(self.folded)
        self._connect_committed()
        self.set_recipe(presets("airnet")["best"])

    # The recipe

    @property
    def recipe(self) -> Recipe | None:
        """The recipe in the fields; None while something does not fit."""
        return self._recipe if self._valid else None

    @property
    def last_valid(self) -> Recipe:
        """The recipe in the fields; while something does not fit, as it was before that was begun: half a number is no
        setting that anybody has chosen."""
        return self._recipe if self._valid else self._settled

    def set_recipe(self, recipe: Recipe) -> None:
        """Show a recipe, without emitting `edited`."""
        if recipe.preset == "minutes":
            self._promised = recipe
        self._offer_network_settings(recipe.network)
        own = network_settings(recipe.network) | dict(recipe.network_settings)
        raws = {name: written(getattr(recipe, name)) for name in settings() if name != "network_settings"}
        raws |= {NETWORK_PREFIX + key: written(value) for key, value in own.items()}
        raws["preset"] = preset_of(recipe, presets(recipe.network), self._promised)
        self.basic.put(raws)
        self.advanced.put(raws)
        self._source = recipe.data
        self._read()
        self._settle()

    def set_sources(self, sources: Sequence[tuple[str, str]]) -> None:
        """The (source, label) pairs to choose data from."""
        self._choice("data").set_options([*sources, (GET_DATA, "Get data…")])
        self._choice("data").put(self._source)

    def set_devices(self, devices: Sequence[tuple[str, str]]) -> None:
        """The (name, label) pairs to choose a device from, besides "auto"."""
        self._choice("device").set_options([("auto", choice_words("auto")), *devices])

    def set_locked(self, *, locked: bool) -> None:
        """While a network trains only learning rate and number of epochs can be changed."""
        self._locked = locked
        for grid in (self.basic, self.advanced):
            for name, field in grid.fields.items():
                fixed = locked and name not in EDITABLE_WHILE_RUNNING
                field.setEnabled(not fixed)
                if not name.startswith(NETWORK_PREFIX):
                    grid.set_tip(name, help_text(name) + (_LOCKED if fixed else ""))

    def show_find_lr(self, look: Look) -> None:
        """Allow and explain the button that finds a learning rate."""
        self.find_lr.setAccessibleName(look.text)
        self.find_lr.setAccessibleDescription(look.tip)
        self.find_lr.setToolTip(look.tip)
        self.find_lr.setStatusTip(look.tip)
        self.find_lr.setEnabled(look.enabled)

    # Making the fields

    def _make(self, name: str) -> Field:
        setting = settings()[name]
        if name == "network":
            return ChoiceField(((entry.name, entry.label) for entry in NETWORKS), whole=True)
        if setting.choices:
            return ChoiceField(((choice, choice_words(choice)) for choice in setting.choices), whole=True)
        if name == "data":
            return ChoiceField([*BUILT_IN, (GET_DATA, "Get data…")])
        if name == "device":
            return ChoiceField([("auto", choice_words("auto")), ("cpu", choice_words("cpu"))])
        kind = kind_of(name)
        if kind == "bool":
            return SwitchField()
        return TextField() if kind == "str" else self._number_field(whole=kind == "int")

    def _number_field(self, *, whole: bool) -> NumberField:
        field = NumberField(whole=whole)
        field.committed.connect(self._settle)
        return field

    def _offer_network_settings(self, network: str) -> None:
        """Fields for what this network lets one choose, in place of those of the network before."""
        wanted = {NETWORK_PREFIX + key: default for key, default in network_settings(network).items()}
        there = [name for name in self.advanced.fields if name.startswith(NETWORK_PREFIX)]
        if there == list(wanted):
            return
        self.advanced.remove(there)
        label = NETWORKS.entry(network).label
        for name, default in wanted.items():
            field: Field
            if isinstance(default, bool):
                field = SwitchField()
            elif isinstance(default, int | float):
                field = self._number_field(whole=isinstance(default, int))
            else:
                field = TextField()
            key = name.removeprefix(NETWORK_PREFIX)
            self.advanced.add(name, plain(key), f"A setting of {label}. Usually {written(default)}.", field)

    def _make_find_lr(self) -> None:
        self.find_lr.setObjectName("train.find_lr")
        self.find_lr.setIcon(icon("find-rate"))
        self.find_lr.clicked.connect(self.lr_wanted)

    def _make_more(self) -> None:
        self.more.setText("More settings")
        self.more.setProperty("flat", True)
        self.more.setCheckable(True)
        self.more.setStyleSheet("QToolButton { padding-left: 0; padding-right: 4px; background: transparent; }")
        self.more.setToolButtonStyle(self.more.toolButtonStyle().ToolButtonTextBesideIcon)
        self.more.toggled.connect(self._on_more)
        self._on_more(shown=False)

    def _on_more(self, shown: bool) -> None:
        self.more.setIcon(icon("chevron-down" if shown else "chevron-right"))
        self.advanced.setVisible(shown)

    def _count_folded(self, problems: int) -> None:
        """Say on the fold how many of its fields do not fit, as they cannot be seen when it is closed."""
        self.more.setText(f"More settings · {problems} to correct" if problems else "More settings")
        if bool(self.more.property("bad")) != bool(problems):
            self.more.setProperty("bad", bool(problems))
            self.more.style().unpolish(self.more)
            self.more.style().polish(self.more)

    def _choice(self, name: str) -> ChoiceField:
        field = self.basic.fields[name]
        if not isinstance(field, ChoiceField):
            raise TypeError(f"{name} is no choice")
        return field

    def _connect_committed(self) -> None:
        for name in EDITABLE_WHILE_RUNNING:
            field = self.basic.fields[name]
            if isinstance(field, NumberField):
                field.committed.connect(lambda name=name: self._on_committed(name))

    # Editing

    def _on_edited(self, name: str) -> None:
        if name == "data" and self._choice("data").raw() == GET_DATA:
            self._choice("data").put(self._source)
            self.data_wanted.emit()
            return
        if name == "preset" and self._choice("preset").raw() == "minutes":
            self._choice("preset").put(self._recipe.preset)
            self.minutes_wanted.emit()
            return
        if name in ("network", "preset"):
            self._follow_preset(name)
        self._read()
        grid = self.basic if name in self.basic.fields else self.advanced
        if not isinstance(grid.fields.get(name), NumberField):
            self._settle()
        self.edited.emit()

    def focus_problem(self) -> None:
        """Go to the first field that is wrong, unfolding what hides it."""
        for grid in (self.basic, self.advanced):
            if (field := grid.first_problem()) is not None:
                self.more.setChecked(self.more.isChecked() or grid is self.advanced)
                field.setFocus()
                return

    def _follow_preset(self, name: str) -> None:
        """Another network starts from its own preset; a preset replaces everything but data, seed and device."""
        network, preset = self._choice("network").raw(), self._choice("preset").raw()
        known = presets(network)
        if name == "preset" and preset not in known:
            return
        chosen = known.get(preset, known["best"])
        self.set_recipe(with_preset(self.last_valid, chosen, self.own_design().to_text()))

    def _read(self) -> None:
        """Take the fields' contents, tell problems, and say which preset they are."""
        defaults = network_settings(self._choice("network").raw())
        recipe, problems = assembled(self.basic.raws() | self.advanced.raws(), defaults)
        if recipe is not None and (problems := refused(recipe)):
            recipe = None
        self.basic.show_problems(problems)
        self.advanced.show_problems(problems)
        folded = sum(name in self.advanced.fields for name in problems)
        if folded:
            self.more.setChecked(True)
        self._count_folded(folded)
        self._valid = recipe is not None
        if recipe is not None:
            preset = preset_of(recipe, presets(recipe.network), self._promised)
            promises = {name: getattr(self._promised, name) for name in PROMISES} if preset == "minutes" else {}
            self._recipe = recipe.changed(preset=preset, **promises)
            self._source = recipe.data
            self._choice("preset").put(preset)

    def _settle(self) -> None:
        if self._valid:
            self._settled = self._recipe

    def _on_committed(self, name: str) -> None:
        if not self._locked or not self._valid:
            return
        if name == "lr":
            self.lr_committed.emit(self._recipe.lr)
        else:
            self.epochs_committed.emit(self._recipe.epochs)
