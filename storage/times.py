"""What is to happen when: timers, polling cursors, and which process holds a role."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from storage.parts import Part
from storage.tables import cursors, leases, timers
from workflow.message import address_of
from workflow.world import Timer


class Times(Part):
    """Rows with a time. Nothing here rings by itself: `bot/ticks.py` asks."""

    def set(self, wanted: Sequence[Timer]) -> None:
        """Set timers; one that exists is moved, one that rang is wound up again."""
        insert = self.put(timers)
        fields = ("lane", "due_at", "kind", "subject", "rule", "standard", "rung_at")
        self.each(
            insert.on_conflict_do_update(
                index_elements=["office", "key"], set_={each: insert.excluded[each] for each in fields}
            ),
            [
                {
                    "office": each.lane.office,
                    "key": each.key,
                    "lane": each.lane.lane,
                    "due_at": each.due_at,
                    "kind": each.kind,
                    "subject": each.subject,
                    "rule": each.rule,
                    "standard": each.standard,
                    "rung_at": None,
                }
                for each in wanted
            ],
        )

    def unset(self, pairs: Sequence[tuple[str, str]], now: datetime) -> None:
        """Timers (office, key) that shall not ring any more."""
        statement = update(timers).where(
            timers.c.office == bindparam("at_office"), timers.c.key == bindparam("at_key"), timers.c.rung_at.is_(None)
        )
        self.each(
            statement.values(rung_at=bindparam("now")),
            [{"at_office": office, "at_key": key, "now": now} for office, key in sorted(pairs)],
        )

    def due(self, now: datetime, limit: int) -> list[Timer]:
        """Timers whose time has come, earliest first, marked as rung.

        Two processes may ask at once: each timer goes to one of them.
        """
        statement = select(timers).where(timers.c.rung_at.is_(None), timers.c.due_at <= now).order_by(timers.c.due_at)
        if self.postgres:
            statement = statement.with_for_update(skip_locked=True)
        found = [_timer(row) for row in self.connection.execute(statement.limit(limit))]
        marks = [{"at_office": each.lane.office, "at_key": each.key, "now": now} for each in found]
        rung = update(timers).where(timers.c.office == bindparam("at_office"), timers.c.key == bindparam("at_key"))
        self.each(rung.values(rung_at=bindparam("now")), marks)
        return found

    def next_due(self) -> datetime | None:
        """When the next timer rings; None: none is set."""
        statement = select(timers.c.due_at).where(timers.c.rung_at.is_(None)).order_by(timers.c.due_at).limit(1)
        return self.connection.execute(statement).scalar()

    def open_timers(self, office: str) -> list[Timer]:
        """What is set in an office, earliest first, with the rules that made the times."""
        statement = (
            select(timers).where(timers.c.office == office, timers.c.rung_at.is_(None)).order_by(timers.c.due_at)
        )
        return [_timer(row) for row in self.connection.execute(statement)]

    def cursor(self, office: str, channel: str) -> str:
        """How far a channel was polled; "" at first."""
        found = self.connection.execute(
            select(cursors.c.cursor).where(cursors.c.office == office, cursors.c.channel == channel)
        ).scalar()
        return found or ""

    def last(self, office: str, channel: str) -> tuple[str, datetime | None]:
        """A cursor and when it was moved."""
        where = (cursors.c.office == office, cursors.c.channel == channel)
        row = self.connection.execute(select(cursors.c.cursor, cursors.c.at).where(*where)).one_or_none()
        return ("", None) if row is None else (row.cursor, row.at)

    def move_cursor(self, office: str, channel: str, cursor: str, now: datetime) -> None:
        """The channel was polled up to here."""
        insert = self.put(cursors).values(office=office, channel=channel, cursor=cursor, at=now)
        self.connection.execute(
            insert.on_conflict_do_update(
                index_elements=["office", "channel"], set_={"cursor": insert.excluded.cursor, "at": insert.excluded.at}
            )
        )

    def hold(self, role: str, holder: str, now: datetime, seconds: float) -> bool:
        """Take or keep a role (such as polling a mailbox) for so long. False: another process has it."""
        insert = self.put(leases).values(name=role, holder=holder, until=now + timedelta(seconds=seconds))
        taken = insert.on_conflict_do_update(
            index_elements=["name"],
            set_={"holder": insert.excluded.holder, "until": insert.excluded.until},
            where=(leases.c.holder == holder) | (leases.c.until < now),
        )
        return self.touched(taken) == 1


def _timer(row: Row[Any]) -> Timer:
    return Timer(
        key=row.key,
        lane=address_of(row.lane),
        due_at=row.due_at,
        kind=row.kind,
        subject=row.subject,
        rule=row.rule,
        standard=row.standard,
    )
