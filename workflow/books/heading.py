"""What stands above a book: the office, its own name for the book, the period, when it was drawn."""

from __future__ import annotations

from datetime import datetime

from workflow.books.period import Period
from workflow.clocks.when import letters, say_moment
from workflow.message import Value
from workflow.papers.sheet import government_of
from workflow.say import say
from workflow.standard.standard import Standard


class Heading(Value):
    """The words above and below a book."""

    title: str
    office: str
    government: str
    address: str
    period: str
    printed: str
    notes: tuple[str, ...]
    zone: str


def heading(standard: Standard, period: Period, now: datetime, *, register: bool, names: bool = False) -> Heading:
    """The heading of a register, or of a recap; a register goes by the office's own name for it."""
    zone = standard.calendar.zone
    own = standard.prints.labels.get("buku_register", "") or say("books.name.register")
    notes = [say("books.register.clock", zone=letters(zone))]
    if register:
        notes += [say("books.register.struck"), say("books.register.hidden")]
        notes += [] if names else [say("books.register.without_names")]
    return Heading(
        title=titled(own) if register else titled(say("books.name.recap")),
        office=standard.office.name,
        government=government_of(standard),
        address=standard.office.address,
        period=say("books.register.period", period=period.words()),
        printed=say("books.register.printed", moment=say_moment(now, zone)),
        notes=tuple(notes),
        zone=letters(zone),
    )


def titled(name: str) -> str:
    """A name as a title: "BUKU REGISTER PENGADUAN"."""
    return name.upper()
