"""Rows of a sheet written straight into xlsxwriter's stream: for books of a hundred thousand rows, five times as fast.

xlsxwriter in its constant-memory mode appends each finished row as XML to a file of its own and copies that into the
sheet at the end (worksheet.py, `_write_single_row` and `_write_optimized_sheet_data`). Head, widths, styles and page
set-up are its work as ever; only the plain rows below the head are put together here (ECMA-376, part 1, 18.3.1.4 and
18.4: cells with inline strings). A test reads the finished file back, so that a version that does it otherwise is seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what XML 1.0 can't hold at all


class SheetRows:
    """Appends rows below those that were written through xlsxwriter itself; each row once and in order."""

    def __init__(self, sheet: Any, first_row: int, columns: int, struck: str) -> None:  # noqa: ANN401 - xlsxwriter's
        self._sheet, self._row, self._struck = sheet, first_row, struck
        self._letters = [_letters(column) for column in range(columns)]
        sheet._write_single_row(first_row)  # noqa: SLF001 - what it still holds comes first
        self._write = sheet.row_data_fh.write

    def put(self, cells: Iterable[str]) -> None:
        """One row of cells as `text`, `number` and `rich` make them."""
        self._row += 1
        self._write(f'<row r="{self._row}">{"".join(cells)}</row>')

    def text(self, column: int, words: str, style: int) -> str:
        """A cell that is text, whatever it begins with."""
        return (
            f'<c r="{self._letters[column]}{self._row + 1}" s="{style}" t="inlineStr">'
            f'<is><t xml:space="preserve">{_escaped(words)}</t></is></c>'
        )

    def number(self, column: int, value: float, style: int) -> str:
        """A cell that is a number, a date by its style."""
        return f'<c r="{self._letters[column]}{self._row + 1}" s="{style}"><v>{value:.15g}</v></c>'

    def rich(self, column: int, stretches: Sequence[tuple[str, bool]], style: int) -> str:
        """A cell of (text, struck through) one below the other."""
        runs = "".join(
            f"<r>{self._struck if struck else ''}"
            f'<t xml:space="preserve">{_escaped(words)}{chr(10) if n < len(stretches) else ""}</t></r>'
            for n, (words, struck) in enumerate(stretches, 1)
        )
        return f'<c r="{self._letters[column]}{self._row + 1}" s="{style}" t="inlineStr"><is>{runs}</is></c>'

    def close(self) -> None:
        """Tell the sheet how far it reaches now."""
        self._sheet._check_dimensions(max(self._row - 1, 0), len(self._letters) - 1)  # noqa: SLF001 - see above
        self._sheet.previous_row = self._row


def style_of(look: Any) -> int:  # noqa: ANN401 - xlsxwriter's
    """The number by which cells name a format."""
    return int(look._get_xf_index())  # noqa: SLF001 - as xlsxwriter writes each cell itself


def _letters(column: int) -> str:
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _escaped(words: str) -> str:
    if _CONTROL.search(words):
        words = _CONTROL.sub(" ", words)
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
