"""What stands for a place in a model where Qt hands one over or asks for one."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex

AnyIndex = QModelIndex | QPersistentModelIndex

ROOT = QModelIndex()
"""The parent of every row of a table."""
