"""The register as the paper book: volumes of rows, each set by itself, so that a long book takes no more memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from bot.documents.typesetting import SHIPPED, Job
from workflow.books.heading import Heading
from workflow.books.line import Bit, Cell, Line, took_words
from workflow.clocks.when import say_clock, say_short_date
from workflow.say import say

TEMPLATE = "register.typ"
_HEADS = (
    "count", "number", "received", "way", "person", "matter", "papers", "disposed", "followed", "answer", "delivery",
    "took", "in_time", "remarks",
)  # fmt: skip
FONT_NAMES = ["Arimo", "Libertinus Serif"]
_Printed = str | list[tuple[str, bool]]


class RegisterPaper:
    """Gathers rows into volumes. `ready` is what's to be set next, as soon as a volume is full."""

    def __init__(self, heading: Heading, count: int, now: datetime, volume_rows: int) -> None:
        self._heading, self._now, self._full = heading, now, volume_rows
        self._volumes = max(1, -(-count // volume_rows))
        self._rows: list[list[_Printed]] = []
        self._done = 0  # rows in the volumes before
        self._volume = 0

    def add(self, lines: Sequence[Line]) -> Job | None:
        """The next rows; a volume, where they filled one."""
        for n, line in enumerate(lines, 1 + self._done + len(self._rows)):
            self._rows.append(_row(n, line))
        return self._set(self._full) if len(self._rows) >= self._full else None

    def close(self) -> Job | None:
        """The last volume; the only one of an empty book says that it's empty."""
        return self._set(min(self._full, len(self._rows))) if self._rows or not self._volume else None

    @property
    def volumes(self) -> int:
        """How many volumes there will be, by the count of rows as it was at the beginning."""
        return self._volumes

    def _set(self, count: int) -> Job:
        rows, self._rows = self._rows[:count], self._rows[count:]
        first = self._done + 1
        self._done += len(rows)
        self._volume += 1
        several = self._volumes > 1
        data = {
            "heading": self._heading,
            "heads": [say(f"books.head.{name}") for name in _HEADS],
            "rows": rows,
            "volume": say("books.register.volume", n=self._volume, m=self._volumes) if several else "",
            "range": say("books.register.range", first=first, last=self._done) if several else "",
            "words": {"page": say("books.register.page"), "empty": say("books.register.empty")},
            "fonts": FONT_NAMES,
        }
        return Job(
            main=TEMPLATE,
            files={TEMPLATE: (SHIPPED / TEMPLATE).read_bytes()},
            inputs={"data": msgspec.json.encode(data).decode()},
            at=self._now,
            tags=False,
        )


def _row(n: int, line: Line) -> list[_Printed]:
    answered = _moment(line.answered_at)
    letter = _cell(line.letter)
    return [
        str(n),
        line.number,
        _moment(line.received_at),
        line.way,
        _cell(line.person),
        _cell(line.matter),
        line.papers,
        _cell(line.disposed),
        _cell(line.followed),
        [*([(answered, False)] if answered else []), *_bits(line.letter)] if letter else answered,
        line.delivery,
        took_words(line),
        line.in_time,
        line.remarks,
    ]


def _moment(at: datetime | None) -> str:
    """A moment in a narrow column: the day above the time."""
    return "" if at is None else f"{say_short_date(at.date())}\n{say_clock(at.time())}"


def _cell(cell: Cell) -> _Printed:
    """A text where nothing in it is struck."""
    if any(bit.struck for bit in cell):
        return _bits(cell)
    return "\n".join(bit.text for bit in cell)


def _bits(cell: Sequence[Bit]) -> list[tuple[str, bool]]:
    return [(bit.text, bit.struck) for bit in cell]
