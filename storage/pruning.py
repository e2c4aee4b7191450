"""What has done its work and may go: rows of the road and files whose key was destroyed, a few at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, and_, delete, false, func, not_, or_, select, update

from storage.parts import Part, among
from storage.tables import deliveries, files, inbox, links, outbox, quarantine, timers

Traffic = Literal["inbox", "quarantine", "outbox"]

# When a row of each has done its work. The newest row of a table always stays, for SQLite gives the number after the
# highest one to the next row, and numbers name what follows from a row.
_SPENT = {
    "inbox": (inbox, inbox.c.done_at),
    "quarantine": (quarantine, quarantine.c.replayed_at),
    "outbox": (outbox, outbox.c.settled_at),
}


class Pruning(Part):
    """Removes for good. Nothing that waits, is parked or lies unread in quarantine is ever removed."""

    def spent(self, where: Traffic, before: datetime, limit: int, lasting: Sequence[tuple[str, str]] = ()) -> list[int]:
        """The first rows that had done their work before then; none of what came in whose key is `lasting`.

        That's named by its channel and how the key begins: see `full`.
        """
        table, moment = _SPENT[where]
        newest = select(func.max(table.c.id)).scalar_subquery()
        statement = select(table.c.id).where(moment < before, table.c.id < newest).order_by(table.c.id).limit(limit)
        if where == "inbox" and lasting:
            statement = statement.where(not_(_lasts(lasting)))
        return list(self.connection.execute(statement).scalars())

    def full(self, before: datetime, limit: int, lasting: Sequence[tuple[str, str]]) -> list[int]:
        """The first rows that had done their work before then, whose key lasts, and which hold more than that."""
        statement = select(inbox.c.id).where(
            inbox.c.done_at < before, func.length(inbox.c.payload) > 0, _lasts(lasting)
        )
        return list(self.connection.execute(statement.order_by(inbox.c.id).limit(limit)).scalars())

    def empty(self, ids: Sequence[int]) -> None:
        """Take everything but the key out of these rows."""
        nothing = {"payload": b"", "lane": "", "error": ""}
        self.connection.execute(update(inbox).where(among(inbox.c.id)), {"values": list(ids), **nothing})

    def remove(self, where: Traffic, ids: Sequence[int]) -> None:
        """Remove rows that `spent` named."""
        table, _ = _SPENT[where]
        if where == "outbox":
            self.connection.execute(delete(deliveries).where(among(deliveries.c.outbox)), {"values": list(ids)})
        self.connection.execute(delete(table).where(among(table.c.id)), {"values": list(ids)})

    def remove_bells(self, before: datetime) -> None:
        """Timers that rang and links that could be used until before then."""
        self.connection.execute(delete(timers).where(timers.c.rung_at < before))
        self.connection.execute(delete(links).where(links.c.until < before))

    def erased_files(self, limit: int) -> list[str]:
        """Files whose key was destroyed and whose bytes are noise by now."""
        statement = select(files.c.id).where(files.c.state == "erased").order_by(files.c.id).limit(limit)
        return list(self.connection.execute(statement).scalars())

    def remove_files(self, ids: Sequence[str]) -> None:
        """The rows of erased files, once their bytes are gone."""
        self.connection.execute(
            delete(files).where(among(files.c.id), files.c.state == "erased"), {"values": list(ids)}
        )


def _lasts(lasting: Sequence[tuple[str, str]]) -> ColumnElement[bool]:
    each = [and_(inbox.c.channel == channel, inbox.c.key.startswith(start)) for channel, start in lasting]
    return and_(inbox.c.form == "raw", or_(false(), *each))
