"""The register as a workbook: a row for each complaint, dates as dates, texts that are never formulas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from workflow.books.heading import Heading
from workflow.books.line import Cell, Line
from workflow.say import say

TEXT_UNITS = 4000  # of a cell; Excel itself takes 32,767
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A text that begins so may become a formula when its cell is edited or the sheet saved as CSV (OWASP, CSV Injection):
its cell is marked as text, as Excel's own leading apostrophe does."""

_TITLE_ROWS = 4
_DAY_ZERO = date(1899, 12, 30).toordinal()  # of the serial dates of ECMA-376, 18.17.4.1 (the 1900 date system)

_Value = str | int | datetime | Cell | None
_COLUMNS: tuple[tuple[str, float, Callable[[Line], _Value]], ...] = (
    ("number", 16, lambda line: line.number),
    ("received", 16, lambda line: line.received_at),
    ("registered", 16, lambda line: line.registered_at),
    ("way", 16, lambda line: line.way),
    ("person", 30, lambda line: line.person),
    ("matter", 48, lambda line: line.matter),
    ("papers", 28, lambda line: line.papers),
    ("disposed", 26, lambda line: line.disposed),
    ("followed", 44, lambda line: line.followed),
    ("answered", 16, lambda line: line.answered_at),
    ("letter", 22, lambda line: line.letter),
    ("delivery", 26, lambda line: line.delivery),
    ("due", 16, lambda line: line.due_at),
    ("service", 9, lambda line: line.service),
    ("waiting", 10, lambda line: line.waiting),
    ("total", 11, lambda line: line.total),
    ("unit", 9, lambda line: line.unit),
    ("in_time", 14, lambda line: line.in_time),
    ("remarks", 48, lambda line: line.remarks),
)


class RegisterWorkbook:
    """Writes rows as they come; what was written is on the disk and no longer in memory."""

    def __init__(self, path: Path, heading: Heading) -> None:
        self._book = xlsxwriter.Workbook(str(path), workbook_options())
        self._book.set_properties({"title": f"{heading.title}, {heading.period}", "author": heading.office})
        self._formats = Formats(self._book)
        self._sheet = self._book.add_worksheet(say("books.register.sheet"))
        self._rows = 0
        self._begin(heading)

    def add(self, lines: Sequence[Line]) -> None:
        """The next rows."""
        sheet, formats = self._sheet, self._formats
        for line in lines:
            row = _TITLE_ROWS + 1 + self._rows
            self._rows += 1
            sheet.write_number(row, 0, self._rows, formats.number)
            for column, (_, _, value) in enumerate(_COLUMNS, 1):
                found = value(line)
                if found or found == 0:
                    write(sheet, row, column, found, formats)

    def close(self) -> int:
        """Finish the file; how many rows it has."""
        if not self._rows:
            self._sheet.write_string(_TITLE_ROWS + 1, 0, say("books.register.empty"), self._formats.plain)
        last = _TITLE_ROWS + max(self._rows, 1)
        self._sheet.autofilter(_TITLE_ROWS, 0, last, len(_COLUMNS))
        try:
            self._book.close()
        except FileCreateError as error:
            raise OSError(*error.args[0].args) from error
        return self._rows

    def _begin(self, heading: Heading) -> None:
        sheet, formats = self._sheet, self._formats
        sheet.set_landscape()
        sheet.hide_gridlines(0)  # they're printed: a border for every cell, empty ones too, would double the file
        sheet.set_paper(9)  # A4
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_TITLE_ROWS)
        sheet.freeze_panes(_TITLE_ROWS + 1, 2)
        sheet.set_footer(f"&L{_plain(heading.office)}&C{_plain(heading.period)}&R{say('books.register.page_of')}")
        sheet.set_column(0, 0, 6)
        for column, (_, width, _) in enumerate(_COLUMNS, 1):
            sheet.set_column(column, column, width)
        above = (heading.title, f"{heading.office}, {heading.government}", heading.period, heading.printed)
        for row, words in enumerate(above):
            sheet.write_string(row, 0, words, formats.title if row == 0 else formats.plain)
        sheet.set_row(_TITLE_ROWS, 32)
        sheet.write_string(_TITLE_ROWS, 0, say("books.head.count"), formats.head)
        for column, (name, _, _) in enumerate(_COLUMNS, 1):
            words = say(f"books.head.{name}")
            sheet.write_string(_TITLE_ROWS, column, words, formats.head)


class Formats:
    """How cells look."""

    def __init__(self, book: Any) -> None:  # noqa: ANN401 - xlsxwriter's
        base = {"valign": "top", "font_size": 9}
        self.text = book.add_format({**base, "text_wrap": True, "num_format": "@"})
        self.quoted = book.add_format({**base, "text_wrap": True, "num_format": "@", "quote_prefix": True})
        self.number = book.add_format({**base, "num_format": "0"})
        self.moment = book.add_format({**base, "num_format": "dd-mm-yyyy hh.mm", "align": "left"})
        self.struck = book.add_format({"font_strikeout": True, "font_size": 9})
        self.straight = book.add_format({"font_size": 9})
        self.plain = book.add_format({"font_size": 9})
        self.title = book.add_format({"font_size": 14, "bold": True})
        self.head = book.add_format(
            {"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter", "align": "center", "font_size": 9,
             "bg_color": "#E7EDE9"}
        )  # fmt: skip


def workbook_options() -> dict[str, Any]:
    """Rows leave memory as they're written, and no text is taken for a formula, a number or an address."""
    return {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
    }


def write(sheet: Any, row: int, column: int, value: str | int | datetime | Cell, formats: Formats) -> None:  # noqa: ANN401 - xlsxwriter's
    """One cell by what its value is; moments are written as the office's clock shows them."""
    if isinstance(value, str):
        _text(sheet, row, column, value, formats)
    elif isinstance(value, int):
        sheet.write_number(row, column, value, formats.number)
    elif isinstance(value, datetime):
        sheet.write_number(row, column, _serial(value), formats.moment)
    elif len(value) == 1 and not value[0].struck:
        _text(sheet, row, column, value[0].text, formats)
    else:
        _struck(sheet, row, column, value, formats)


def _serial(at: datetime) -> float:
    """A moment as the sheet keeps it: days since the last of 1899, by the office's clock, whole minutes."""
    return at.toordinal() - _DAY_ZERO + (at.hour * 60 + at.minute) / 1440


def _text(sheet: Any, row: int, column: int, text: str, formats: Formats) -> None:  # noqa: ANN401 - xlsxwriter's
    shown = text[:TEXT_UNITS]
    sheet.write_string(row, column, shown, formats.quoted if shown.startswith(RISKY) else formats.text)


def _struck(sheet: Any, row: int, column: int, cell: Cell, formats: Formats) -> None:  # noqa: ANN401 - xlsxwriter's
    """A cell whose corrected part is struck through; a cell of one stretch alone takes the look of the whole cell."""
    risky = cell[0].text.startswith(RISKY)
    around = formats.quoted if risky else formats.text
    parts: list[Any] = []
    for index, bit in enumerate(cell):
        text = bit.text[: TEXT_UNITS // len(cell)] + ("\n" if index + 1 < len(cell) else "")
        parts += [formats.struck if bit.struck else formats.straight, text]
    if len(cell) == 1:
        parts += [formats.straight, " "]
    sheet.write_rich_string(row, column, *parts, around)


def _plain(words: str) -> str:
    """Words for a sheet's footer, where & begins a code."""
    return words.replace("&", "&&")
