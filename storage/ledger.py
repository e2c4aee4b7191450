"""The books read the store page by page: by key, so that a hundred thousand complaints take no more memory than ten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, Text, func, literal, or_, select, text, tuple_
from sqlalchemy.sql.elements import ColumnElement

from storage.columns import Moment
from storage.parts import Part, among
from storage.rows import keyring, read_complaint, read_entry
from storage.shelf import Shelf
from storage.tables import complaints, entries
from workflow.record import Complaint, Entry

PAGE = 400
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_BY_INDEX = text("SET LOCAL enable_seqscan = off")
_INSTEAD = ("standing_in", "entered_for", "why_both", "shared")


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page ended: the next one begins after it."""

    at: datetime
    name: str


class Ledger(Part):
    """Complaints in the order of a book. Nothing is locked, nothing is changed."""

    def registered(
        self, office: str, span: tuple[datetime, datetime], after: Mark | None, *, names: bool
    ) -> tuple[list[Complaint], Mark | None]:
        """The next page of those that got their number in this span, in that order; None: it was the last one.

        With `names` what's sealed is opened; without, no key is touched.
        """
        c = complaints.c
        statement = self._between(c.registered_at, c.number, office, span, after).where(c.number != "")
        return self._page(statement, names=names)

    def touched_by(
        self, office: str, span: tuple[datetime, datetime], after: Mark | None
    ) -> tuple[list[Complaint], Mark | None]:
        """The next page of those that came before the span's end and weren't over before it began; nothing unsealed."""
        c = complaints.c
        first, end = span
        statement = self._between(c.confirmed_at, c.id, office, (_EVER, end), after)
        going = or_(c.closed_at.is_(None), c.closed_at >= first)
        return self._page(statement.where(or_(c.confirmed_at >= first, going)), names=False)

    def count_registered(self, office: str, span: tuple[datetime, datetime]) -> int:
        """How many got their number in this span."""
        c = complaints.c
        statement = select(func.count()).where(
            c.office == office, c.registered_at >= span[0], c.registered_at < span[1], c.number != ""
        )
        return int(self.connection.execute(statement).scalar_one())

    def count_before(self, office: str, span: tuple[datetime, datetime]) -> int:
        """How many came before the span's end and weren't over before it began."""
        c = complaints.c
        going = or_(c.closed_at.is_(None), c.closed_at >= span[0])
        statement = select(func.count()).where(
            c.office == office, c.confirmed_at < span[1], or_(c.confirmed_at >= span[0], going)
        )
        return int(self.connection.execute(statement).scalar_one())

    def records(self, ids: Sequence[str], acts: Iterable[str] = ()) -> dict[str, list[Entry]]:
        """The records of these complaints, each in its order.

        With `acts` only those acts, and whatever somebody did for another.
        """
        found: dict[str, list[Entry]] = {each: [] for each in ids}
        if not found:
            return found
        statement = select(entries.c.complaint, entries.c.body).where(among(entries.c.complaint))
        wanted = tuple(acts)
        if wanted:
            instead = [entries.c.body.like(f'%"{name}"%') for name in _INSTEAD]
            statement = statement.where(or_(entries.c.act.in_(wanted), *instead))
        statement = statement.order_by(entries.c.complaint, entries.c.id)
        self._by_index()
        for complaint, body in self.connection.execute(statement, {"values": list(ids)}).all():
            found[complaint].append(read_entry(body))
        return found

    # --- inside -------------------------------------------------------------------------------------------------------

    def _by_index(self) -> None:
        """A page is a small part of its table: PostgreSQL, before its statistics say so, would read it whole each time.

        It holds until the end of the transaction.
        """
        if self.postgres:
            self.connection.execute(_BY_INDEX)

    def _between(
        self,
        at: ColumnElement[Any],
        name: ColumnElement[Any],
        office: str,
        span: tuple[datetime, datetime],
        after: Mark | None,
    ) -> Select[Any]:
        c = complaints.c
        statement = select(at.label("at"), name.label("name"), c.office, c.code, c.state, c.sealed).where(
            c.office == office, at >= (after.at if after else span[0]), at < span[1]
        )
        if after is not None:
            statement = statement.where(tuple_(at, name) > tuple_(literal(after.at, Moment), literal(after.name, Text)))
        return statement.order_by(at, name).limit(PAGE)

    def _page(self, statement: Select[Any], *, names: bool) -> tuple[list[Complaint], Mark | None]:
        self._by_index()
        rows = self.connection.execute(statement).all()
        wanted = [keyring(row.office, row.code) for row in rows if row.sealed is not None] if names else []
        keys = Shelf(self.connection, self.seal).keys(wanted) if wanted else {}
        found = [read_complaint(row.state, row.sealed if names else None, keys) for row in rows]
        return found, Mark(rows[-1].at, rows[-1].name) if len(rows) == PAGE else None
