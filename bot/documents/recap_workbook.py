"""The recap as a workbook: one table under the other on a sheet that prints on A4, and the figures as numbers."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import xlsxwriter

from bot.documents.register_workbook import RISKY, workbook_options
from workflow.books.heading import Heading
from workflow.books.recap_tables import Table
from workflow.say import say

_WIDTHS = (58, 22, 22, 18)


def recap_workbook(heading: Heading, tables: tuple[Table, ...]) -> bytes:
    """The whole file."""
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {**workbook_options(), "constant_memory": False, "in_memory": True})
    book.set_properties({"title": f"{heading.title}, {heading.period}", "author": heading.office})
    sheet = book.add_worksheet(say("books.recap.sheet"))
    looks = _looks(book)
    _set_up(sheet, heading)
    row = _head(sheet, heading, looks)
    for table in tables:
        row = _block(sheet, row + 1, table, looks)
    if not tables:
        sheet.write_string(row + 1, 0, say("books.recap.empty"), looks["plain"])
        row += 2
    for note in heading.notes:
        row += 1
        sheet.write_string(row, 0, note, looks["small"])
    book.close()
    return content.getvalue()


def _looks(book: Any) -> dict[str, Any]:  # noqa: ANN401 - xlsxwriter's
    edged = {"border": 1, "valign": "top", "text_wrap": True, "font_size": 10}
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "plain": book.add_format({"font_size": 10}),
        "small": book.add_format({"font_size": 8, "italic": True}),
        "block": book.add_format({"bold": True, "font_size": 11}),
        "head": book.add_format({**edged, "bold": True, "bg_color": "#E7EDE9", "align": "center"}),
        "name": book.add_format({**edged, "num_format": "@"}),
        "quoted": book.add_format({**edged, "num_format": "@", "quote_prefix": True}),
        "count": book.add_format({**edged, "num_format": "#,##0"}),
        "sum": book.add_format({**edged, "bold": True, "num_format": "#,##0", "top": 2}),
        "sum_name": book.add_format({**edged, "bold": True, "num_format": "@", "top": 2}),
    }


def _set_up(sheet: Any, heading: Heading) -> None:  # noqa: ANN401 - xlsxwriter's
    sheet.set_paper(9)  # A4
    sheet.set_portrait()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.hide_gridlines(0)
    office = heading.office.replace("&", "&&")
    sheet.set_footer(f"&L{office}&C{heading.period.replace('&', '&&')}&R{say('books.register.page_of')}")
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)


def _head(sheet: Any, heading: Heading, looks: dict[str, Any]) -> int:  # noqa: ANN401 - xlsxwriter's
    words = (heading.title, f"{heading.office}, {heading.government}", heading.period, heading.printed)
    for row, line in enumerate(words):
        sheet.write_string(row, 0, line, looks["title" if row == 0 else "plain"])
    sheet.freeze_panes(len(words), 0)
    return len(words)


def _block(sheet: Any, row: int, table: Table, looks: dict[str, Any]) -> int:  # noqa: ANN401 - xlsxwriter's
    """One table from this row on; the first row below it."""
    sheet.write_string(row, 0, table.title, looks["block"])
    row += 1
    for column, name in enumerate((say("books.recap.item"), *table.heads)):
        sheet.write_string(row, column, name, looks["head"])
    for index, line in enumerate(table.rows, 1):
        last = table.adds_up and index == len(table.rows)
        name = "sum_name" if last else "quoted" if line.name.startswith(RISKY) else "name"
        sheet.write_string(row + index, 0, line.name, looks[name])
        for column, count in enumerate(line.counts, 1):
            if isinstance(count, int):
                sheet.write_number(row + index, column, count, looks["sum" if last else "count"])
            else:
                sheet.write_string(row + index, column, count or "", looks["name"])
    return row + len(table.rows) + 1
