"""The register as a workbook: a row for each complaint, dates as dates, texts that are never formulas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from bot.documents.sheet_rows import SheetRows, style_of
from workflow.books.heading import Heading
from workflow.books.line import Cell, Line
from workflow.say import say

TEXT_UNITS = 4000  # of a cell; Excel itself takes 32,767
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A text that begins so may become a formula when its cell is edited or the sheet saved as CSV (OWASP, CSV Injection):
its cell is marked as text, as Excel's own leading apostrophe does."""

_TITLE_ROWS = 4
STRUCK = '<rPr><strike/><sz val="9"/><color rgb="FF7A3030"/><rFont val="Calibri"/></rPr>'
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
        self._looks = _Looks(self._formats)
        self._put = SheetRows(self._sheet, _TITLE_ROWS + 1, len(_COLUMNS) + 1, STRUCK)

    def add(self, lines: Sequence[Line]) -> None:
        """The next rows."""
        rows, looks = self._put, self._looks
        for line in lines:
            self._rows += 1
            cells = [rows.number(0, self._rows, looks.number)]
            for column, (_, _, value) in enumerate(_COLUMNS, 1):
                found = value(line)
                if found or found == 0:
                    cells.append(_cell(rows, column, found, looks))
            rows.put(cells)

    def close(self) -> int:
        """Finish the file; how many rows it has."""
        self._put.close()
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


class _Looks:
    """The formats of the rows by the numbers that cells name them by."""

    def __init__(self, formats: Formats) -> None:
        self.text, self.quoted = style_of(formats.text), style_of(formats.quoted)
        self.number, self.moment = style_of(formats.number), style_of(formats.moment)


def _cell(rows: SheetRows, column: int, value: str | int | datetime | Cell, looks: _Looks) -> str:
    """One cell by what its value is; moments as the office's clock shows them."""
    if isinstance(value, str):
        return rows.text(column, value[:TEXT_UNITS], looks.quoted if value.startswith(RISKY) else looks.text)
    if isinstance(value, int):
        return rows.number(column, value, looks.number)
    if isinstance(value, datetime):
        return rows.number(column, _serial(value), looks.moment)
    style = looks.quoted if value[0].text.startswith(RISKY) else looks.text
    if len(value) == 1 and not value[0].struck:
        return rows.text(column, value[0].text[:TEXT_UNITS], style)
    most = TEXT_UNITS // len(value)
    return rows.rich(column, [(bit.text[:most], bit.struck) for bit in value], style)


def _serial(at: datetime) -> float:
    """A moment as the sheet keeps it: days since the last of 1899, by the office's clock, whole minutes."""
    return at.toordinal() - _DAY_ZERO + (at.hour * 60 + at.minute) / 1440


def _plain(words: str) -> str:
    """Words for a sheet's footer, where & begins a code."""
    return words.replace("&", "&&")
