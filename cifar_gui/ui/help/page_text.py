"""A page of Markdown in the window's type and colours: Qt's own rendering knows no style sheet."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtGui import (
    QFont,
    QFontDatabase,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import QApplication

from cifar_gui.ui.help.topics import anchor_of
from cifar_gui.ui.theme import px, tokens

_SIZES = {1: 26, 2: 17, 3: 14}
"""Of headings by their level, in pixels at zoom 1."""
_TEXT = 14
_CODE = 13
_COLUMN = 680
"""The width of the text: longer lines are hard to follow."""


def page(markdown: str, width: int) -> QTextDocument:
    """The page, laid out for a view of so many pixels."""
    document = QTextDocument()
    font = QFont(QApplication.font())
    font.setPixelSize(px(_TEXT))
    document.setDefaultFont(font)
    document.setMarkdown(markdown)
    for table in _tables(document):
        _style_table(table)
    for block in blocks(document):
        _style_block(block)
    centre(document, width)
    return document


def centre(document: QTextDocument, width: int) -> None:
    """Keep the column of text in the middle of a view of so many pixels."""
    side = max(px(24), (width - px(_COLUMN)) // 2)
    frame = document.rootFrame()
    shape = QTextFrameFormat(frame.frameFormat())
    shape.setLeftMargin(side)
    shape.setRightMargin(side)
    shape.setTopMargin(px(16))
    shape.setBottomMargin(px(40))
    frame.setFrameFormat(shape)


def heading_block(document: QTextDocument, anchor: str) -> QTextBlock | None:
    """The heading that links call `anchor`; None if there is none."""
    named = (each for each in blocks(document) if each.blockFormat().headingLevel())
    return next((each for each in named if anchor_of(each.text()) == anchor), None)


def blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    """Every paragraph, heading, cell."""
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def _style_block(block: QTextBlock) -> None:
    shape = QTextBlockFormat(block.blockFormat())
    level = shape.headingLevel()
    in_table = QTextCursor(block).currentTable() is not None
    if level:
        _style_words(block, _heading(level))
        shape.setTopMargin(0 if level == 1 else px(20))
        shape.setBottomMargin(px(14) if level == 1 else px(6))
    elif _is_code(block):
        _style_words(block, _code())
        shape.setBackground(tokens().raised)
        shape.setTextIndent(px(10))
        shape.setBottomMargin(0 if _is_code(block.next()) else px(12))
    else:
        _style_words(block, _plain())
        shape.setLineHeight(140, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        shape.setTopMargin(0)
        shape.setBottomMargin(0 if in_table else px(4) if block.textList() else px(10))
    QTextCursor(block).setBlockFormat(shape)


def _is_code(block: QTextBlock) -> bool:
    return block.isValid() and block.blockFormat().hasProperty(QTextFormat.Property.BlockCodeFence)


def _style_words(block: QTextBlock, style: QTextCharFormat) -> None:
    """All words of a block so; code and links in between as such."""
    pieces = []
    at = block.begin()
    while not at.atEnd():
        piece = at.fragment()
        pieces.append((piece.position(), piece.length(), piece.charFormat()))
        at += 1
    for start, length, own in pieces:
        words = QTextCharFormat(own)
        words.clearProperty(QTextFormat.Property.FontSizeAdjustment)  # Markdown's steps, which go before any size
        words.merge(_code() if own.fontFixedPitch() else style)
        if own.fontFixedPitch() and not _is_code(block):
            words.setBackground(tokens().raised)
        if own.isAnchor():
            words.setForeground(tokens().accent)
            words.setFontUnderline(False)
        cursor = QTextCursor(block)
        cursor.setPosition(start)
        cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.setCharFormat(words)


def _style_table(table: QTextTable) -> None:
    shape = table.format()
    shape.setBorder(1)
    shape.setBorderBrush(tokens().panel_line)
    shape.setBorderCollapse(True)
    shape.setCellPadding(px(6))
    shape.setCellSpacing(0)
    shape.setTopMargin(px(4))
    shape.setBottomMargin(px(12))
    shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    shape.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    table.setFormat(shape)
    first = table.cellAt(0, 0).firstCursorPosition()
    if not first.block().text() and first.block() != table.cellAt(0, 0).lastCursorPosition().block():
        first.deleteChar()  # Qt puts an empty line before the first word of some tables
    bold = QTextCharFormat()
    bold.setFontWeight(QFont.Weight.DemiBold)
    for column in range(table.columns()):
        title = table.cellAt(0, column).firstCursorPosition()
        title.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        title.mergeCharFormat(bold)


def _tables(document: QTextDocument) -> list[QTextTable]:
    return [frame for frame in document.rootFrame().childFrames() if isinstance(frame, QTextTable)]


def _plain() -> QTextCharFormat:
    style = QTextCharFormat()
    style.setForeground(tokens().text)
    return style


def _heading(level: int) -> QTextCharFormat:
    style = QTextCharFormat()
    style.setProperty(QTextFormat.Property.FontPixelSize, px(_SIZES.get(level, _TEXT)))
    style.setFontWeight(QFont.Weight.Bold if level == 1 else QFont.Weight.DemiBold)
    style.setForeground(tokens().text)
    return style


def _code() -> QTextCharFormat:
    style = QTextCharFormat()
    family = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    style.setFontFamilies([family, "monospace"])
    style.setProperty(QTextFormat.Property.FontPixelSize, px(_CODE))
    style.setForeground(tokens().text)
    return style
