"""The list of layers that is being edited: rows, selection, what has been typed, undo. Free of Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cifar_gui.errors import RecipeError
from cifar_gui.networks.design import Design, DesignError, Layer, Step, fields_of, value_of
from cifar_gui.ui.typed import Raw, written

_MOST_STEPS = 500
"""So many changes can be undone."""


@dataclass(frozen=True, slots=True)
class Row:
    """A layer, and what has been typed into its fields that it cannot take."""

    layer: Layer
    typed: tuple[tuple[str, Raw], ...] = ()

    def raws(self) -> dict[str, Raw]:
        """What each field is to show."""
        return {name: written(getattr(self.layer, name)) for name in fields_of(type(self.layer))} | dict(self.typed)

    def problems(self) -> dict[str, str]:
        """Setting → why the layer cannot take what has been typed, a sentence."""
        return {name: _changed(self.layer, name, raw)[1] for name, raw in self.typed}

    def with_typed(self, name: str, raw: Raw) -> Row:
        """The row when a field holds this."""
        layer, problem = _changed(self.layer, name, raw)
        others = tuple(each for each in self.typed if each[0] != name)
        return Row(layer, (*others, (name, raw)) if problem else others)


@dataclass(frozen=True, slots=True)
class _State:
    rows: tuple[Row, ...]
    selected: int  # -1: there is no row


@dataclass(frozen=True, slots=True)
class _Change:
    """What there was before something was done, or will be again after it has been undone."""

    words: str  # what was done
    state: _State
    key: object = field(default=None, compare=False)  # further changes with the same key belong to it


class DesignModel:
    """A design and one selected layer. Whatever changes the rows can be undone."""

    def __init__(self, design: Design) -> None:
        self._past: list[_Change] = []
        self._future: list[_Change] = []
        rows = tuple(map(Row, design.layers))
        self._state = _State(rows, _within(0, rows))
        self._steps = _steps_of(rows)

    @property
    def rows(self) -> tuple[Row, ...]:
        return self._state.rows

    @property
    def selected(self) -> int:
        """The place of the selected row, -1 if there is none."""
        return self._state.selected

    @property
    def design(self) -> Design:
        """Without what has been typed and does not fit: a field that holds such counts as before it was typed into."""
        return Design(tuple(row.layer for row in self.rows))

    @property
    def steps(self) -> list[Step]:
        """What each layer gives and costs, as far as they fit: not from a field on that holds what it cannot take."""
        return self._steps

    @property
    def undo_words(self) -> str:
        """What would be undone, "" if there is nothing."""
        return self._past[-1].words if self._past else ""

    @property
    def redo_words(self) -> str:
        """What would be done again, "" if there is nothing."""
        return self._future[-1].words if self._future else ""

    def mistyped(self) -> tuple[int, str] | None:
        """The first row with a field that holds what it cannot take, and why, a sentence; None if there is none."""
        for place, row in enumerate(self.rows):
            for problem in row.problems().values():
                return place, f"Layer {place + 1}: {problem}"
        return None

    def misfit(self) -> tuple[int, str]:
        """The first row that does not fit and why, a sentence; (-1, "") if the design can be trained as it stands."""
        mistyped = self.mistyped()
        try:
            self.design.check()
        except DesignError as error:
            if mistyped is None or error.layer < mistyped[0]:
                return error.layer, str(error)
        return mistyped or (-1, "")

    def select(self, place: int) -> None:
        """Another row; no change that could be undone."""
        if place != self.selected:
            self.settle()
            self._state = replace(self._state, selected=_within(place, self.rows))

    # What can be undone

    def add(self, kind: type[Layer]) -> None:
        """A layer with its usual settings after the selected one."""
        self._insert(f"add {kind.label}", Row(kind()))

    def duplicate(self) -> None:
        """The selected layer once more, after it."""
        if self.rows:
            self._insert(f"duplicate {self._name()}", self.rows[self.selected])

    def remove(self) -> None:
        """The selected layer."""
        if self.rows:
            rows, place = list(self.rows), self.selected
            del rows[place]
            self._do(f"remove {self._name()}", rows, place)

    def move(self, place: int, gap: int) -> None:
        """The row at `place` to the gap before row `gap`, or after the last. It is selected then."""
        goal = gap - (gap > place)
        if 0 <= place < len(self.rows) and 0 <= goal < len(self.rows) and goal != place:
            rows = list(self.rows)
            rows.insert(goal, rows.pop(place))
            self._do(f"move {self._name(place)} to place {goal + 1}", rows, goal)

    def move_up(self) -> None:
        """The selected layer before the one before it."""
        self.move(self.selected, self.selected - 1)

    def move_down(self) -> None:
        """The selected layer behind the one behind it."""
        self.move(self.selected, self.selected + 2)

    def replace(self, design: Design, words: str) -> None:
        """Another design in place of this one. `words`: what is being done, as "open mine.toml"."""
        if design != self.design or any(row.typed for row in self.rows):
            self._do(words, [Row(layer) for layer in design.layers], 0)

    def enter(self, name: str, raw: Raw) -> None:
        """A field of the selected layer now holds this. All that is typed into it before `settle` is one change."""
        place = self.selected
        rows = list(self.rows)
        goes_on = bool(self._past) and self._past[-1].key == name
        before = self._past[-1].state.rows if goes_on else self.rows  # no half of a number is what anybody meant
        rows[place] = before[place].with_typed(name, raw)
        if rows[place] != self.rows[place]:
            label = fields_of(type(rows[place].layer))[name].label.lower()
            self._do(f"change the {label} of {self._name()}", rows, place, key=name)

    def settle(self) -> None:
        """A field has been left: what is typed from now on is a change of its own."""
        if self._past:
            self._past[-1] = replace(self._past[-1], key=None)

    def undo(self) -> None:
        """Go back by one change."""
        self._travel(self._past, self._future)

    def redo(self) -> None:
        """Do again what has been undone last."""
        self._travel(self._future, self._past)

    def _insert(self, words: str, row: Row) -> None:
        place = self.selected + 1
        self._do(words, [*self.rows[:place], row, *self.rows[place:]], place)

    def _do(self, words: str, rows: Sequence[Row], selected: int, key: object = None) -> None:
        if key is None or not self._past or self._past[-1].key != key:
            self._past.append(_Change(words, self._state, key))
            del self._past[:-_MOST_STEPS]
        self._future.clear()
        if key is not None and tuple(rows) == self._past[-1].state.rows:
            self._past.pop()  # typed back to what it was
        self._show(_State(tuple(rows), _within(selected, rows)))

    def _travel(self, source: list[_Change], other: list[_Change]) -> None:
        if source:
            change = source.pop()
            other.append(_Change(change.words, self._state))
            self._show(change.state)

    def _show(self, state: _State) -> None:
        self._state = state
        self._steps = _steps_of(state.rows)

    def _name(self, place: int | None = None) -> str:
        place = self.selected if place is None else place
        return f"layer {place + 1}, {self.rows[place].layer.label}"


def _steps_of(rows: Sequence[Row]) -> list[Step]:
    steps = Design(tuple(row.layer for row in rows)).steps()
    known = next((place for place, row in enumerate(rows) if row.typed), len(rows))
    return [*steps[:known], *(Step(row.layer, None) for row in rows[known:])]


def _within(place: int, rows: Sequence[Any]) -> int:
    """The nearest place that there is, -1 where there is none."""
    return min(max(place, 0), len(rows) - 1)


def _changed(layer: Layer, name: str, raw: Raw) -> tuple[Layer, str]:
    """The layer with what has been typed into a field, and "", or as it was, and why it cannot take it."""
    try:
        return replace(layer, **{name: value_of(raw) if isinstance(raw, str) else raw}), ""
    except RecipeError as error:
        return layer, str(error)
