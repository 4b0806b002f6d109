"""Zoom for what a stylesheet does not reach: sizes, margins and gaps that widgets and layouts were given in pixels."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QLayout,
    QLineEdit,
    QProgressBar,
    QSlider,
    QStatusBar,
    QToolButton,
    QWidget,
)

_STYLED = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QProgressBar, QSlider, QStatusBar)
"""Their heights come from the stylesheet, which scales by itself; tool buttons' widths too."""

_NO_LIMIT = (1 << 24) - 1
_EXACT = "unscaled"


def scale_sizes(root: QWidget, ratio: float) -> None:
    """Multiply the explicit sizes, margins and spacings of a widget and all within by `ratio`.

    What a widget was given at first is remembered in a property, so that zooming in and out again changes nothing.
    """
    for widget in [root, *root.findChildren(QWidget)]:
        _scale_limits(widget, ratio)
    for layout in root.findChildren(QLayout):  # those within other layouts are children too
        _scale_layout(layout, ratio)


def _scale_limits(widget: QWidget, ratio: float) -> None:
    if sized_by_its_layout(widget):
        return
    low, high = widget.minimumSize(), widget.maximumSize()
    names = ("minimum width", "minimum height", "maximum width", "maximum height")
    old = (low.width(), low.height(), high.width(), high.height())
    styled = "width height" if isinstance(widget, QToolButton) else "height" if isinstance(widget, _STYLED) else ""
    new = [
        value if styled and name.split()[1] in styled else _scaled(widget, name, value, ratio)
        for name, value in zip(names, old, strict=True)
    ]
    if list(old) != new:
        widget.setMinimumSize(new[0], new[1])
        widget.setMaximumSize(new[2], new[3])


def sized_by_its_layout(widget: QWidget) -> bool:
    """Whether its layout sets the widget's limits anew each time it is activated, as those around scroll bars do."""
    layout = widget.layout()
    return layout is not None and layout.sizeConstraint() != QLayout.SizeConstraint.SetDefaultConstraint


def _scale_layout(layout: QLayout, ratio: float) -> None:
    margins = layout.contentsMargins()
    sides = (margins.left(), margins.top(), margins.right(), margins.bottom())
    layout.setContentsMargins(*(_scaled(layout, f"margin {i}", side, ratio) for i, side in enumerate(sides)))
    if layout.spacing() > 0:
        layout.setSpacing(_scaled(layout, "spacing", layout.spacing(), ratio))


def _scaled(target: QWidget | QLayout, name: str, value: int, ratio: float) -> int:
    """The new value. The exact one, before rounding, stays in a property for as long as nobody else sets another."""
    if value <= 0 or value >= _NO_LIMIT:
        return value
    key = f"_{_EXACT} {name}"
    exact = target.property(key)
    if not isinstance(exact, float) or round(exact) != value:
        exact = float(value)
    target.setProperty(key, exact * ratio)
    return round(exact * ratio)
