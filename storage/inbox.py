"""The inbox and its lanes: what came in, in which order it's worked off, what can't be read, what is parked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Integer, Text, bindparam, case, func, null, select, update

from storage.columns import Moment
from storage.parts import Insert, Part, among, insert_into
from storage.rows import Arrival, InboxRow
from storage.tables import inbox, lanes, quarantine

PER_LANE = 16  # at most so many events of one lane in one batch, so that nobody's flood holds up the others
PER_BATCH_BYTES = 512_000  # at most about so much to read in one batch: others wait for its transaction
LARGE_BYTES = 256_000  # what's longer is one at most in a batch, beside what's shorter


@dataclass(frozen=True, slots=True)
class ParkedLane:
    """A lane that stands still until an operator has looked at it. `head` is the number of the row it stands at."""

    lane: str
    office: str
    parked_at: datetime
    error: str
    waiting: int
    head: int


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A payload that could not be read, or an event set aside."""

    id: int
    office: str
    channel: str
    lane: str
    reason: str
    at: datetime
    replayed_at: datetime | None


class Inbox(Part):
    """The road in."""

    def take_in(self, arrivals: Sequence[Arrival], now: datetime) -> int:
        """Store what arrived and wake its lanes; what's known by its key already is let go. How many were new.

        The lanes are touched after the rows and even for doublets: a lane that's being released waits for this
        transaction or this one for it, so no arrival is ever left asleep.
        """
        if not arrivals:
            return 0
        new = self.each(
            _take_in(postgres=self.postgres),
            [
                {
                    "office": each.office,
                    "channel": each.channel,
                    "key": each.key,
                    "lane": each.lane,
                    "form": each.form,
                    "payload": self.seal.close("inbox", each.payload),
                    "received_at": now,
                    "attempts": 0,
                    "error": "",
                }
                for each in arrivals
            ],
        )
        self.wake({each.lane: each.office for each in arrivals}, now)
        return new

    def wake(self, offices: dict[str, str], now: datetime) -> None:
        """Make these lanes (with their office) ready, unless they're parked or rest after a failure."""
        self.each(
            _wake(postgres=self.postgres),
            [{"lane": lane, "office": offices[lane], "next_at": now, "error": ""} for lane in sorted(offices)],
        )

    def lease(self, now: datetime, limit: int, only: str = "") -> list[str]:
        """Up to `limit` ready lanes, locked until the end of this transaction; others pass them by."""
        if only:
            given = {"now": now, "only": only}
            return list(self.connection.execute(self.leasing(_READY_ONE), given).scalars())
        given = {"now": now, "most": limit}
        return list(self.connection.execute(self.leasing(_READY), given).scalars())

    def ready(self, now: datetime, limit: int) -> list[str]:
        """Lanes that could be leased, the one that waits longest first; nothing is locked."""
        return list(self.connection.execute(_READY, {"now": now, "most": limit}).scalars())

    def waiting(self, leased: Sequence[str], per_lane: int = PER_LANE) -> tuple[list[InboxRow], set[str]]:
        """The first waiting rows of each leased lane in their order, and the lanes that have more than those.

        Not more than can be read in a moment, but always one of them.
        """
        chosen: list[int] = []
        more: set[str] = set()
        left, large = PER_BATCH_BYTES, 1
        for number, lane, size, nth in self.connection.execute(_SIZES, {"values": list(leased), "most": per_lane + 1}):
            is_large = size > LARGE_BYTES
            if nth > per_lane or lane in more or (large if is_large else left) <= 0:
                more.add(lane)
                continue
            chosen.append(number)
            left, large = (left, 0) if is_large else (left - size, large)
        rows = self.connection.execute(_ROWS, {"values": chosen}) if chosen else ()
        return [InboxRow(*row) for row in rows], more

    def opened(self, row: InboxRow) -> bytes:
        """The payload of a row. Raises `Unopenable`."""
        return self.seal.open("inbox", row.payload)

    def payload(self, office: str, channel: str, key: str) -> bytes | None:
        """What came under this key, still sealed; None once it was let go."""
        of_channel = (inbox.c.channel == channel) & (inbox.c.office == office)
        found = select(inbox.c.payload).where(of_channel, inbox.c.key == key, inbox.c.form == "raw")
        sealed: bytes | None = self.connection.execute(found).scalar()
        return sealed

    def done(self, ids: Sequence[int], now: datetime) -> None:
        """These rows have had their effect."""
        if ids:
            self.connection.execute(_DONE, {"values": list(ids), "now": now})

    def release(self, rested: Sequence[str], awake: Iterable[str], now: datetime) -> None:
        """Let leased lanes go: to sleep, or to be taken again at once. Their rows are locked since the lease."""
        for names, at in ((list(rested), None), (list(awake), now)):
            if names:
                self.connection.execute(_RELEASE, {"values": names, "at": at})

    # --- failures -----------------------------------------------------------------------------------------------------

    def head(self, lane: str) -> InboxRow | None:
        """The first waiting row of a lane that this transaction now holds."""
        if self.postgres:
            self.connection.execute(select(lanes.c.lane).where(lanes.c.lane == lane).with_for_update()).all()
        statement = select(*_INBOX_COLUMNS).where(inbox.c.lane == lane, inbox.c.done_at.is_(None))
        row = self.connection.execute(statement.order_by(inbox.c.id).limit(1)).one_or_none()
        return None if row is None else InboxRow(*row)

    def rest(self, row: InboxRow, until: datetime, error: str) -> None:
        """The head of a lane failed: count it, and leave the lane alone until then."""
        self.connection.execute(
            update(inbox).where(inbox.c.id == row.id).values(attempts=row.attempts + 1, error=error[:500])
        )
        self.connection.execute(
            update(lanes).where(lanes.c.lane == row.lane).values(next_at=until, rest_until=until, error=error[:500])
        )

    def park(self, row: InboxRow, now: datetime, error: str) -> None:
        """The head failed too often: the lane stands still, with everything in it, until an operator releases it."""
        self.connection.execute(
            update(inbox).where(inbox.c.id == row.id).values(attempts=row.attempts + 1, error=error[:500])
        )
        self.connection.execute(
            update(lanes)
            .where(lanes.c.lane == row.lane)
            .values(next_at=None, rest_until=None, parked_at=now, error=error[:500])
        )

    def set_aside(self, row: InboxRow, now: datetime, reason: str) -> None:
        """Put a row into quarantine, where it blocks nobody, and count it as done."""
        self.connection.execute(
            quarantine.insert().values(
                office=row.office,
                channel=row.channel,
                lane=row.lane,
                inbox=row.id,
                payload=row.payload,  # sealed as it came
                form=row.form,
                reason=reason[:500],
                at=now,
            )
        )
        self.connection.execute(update(inbox).where(inbox.c.id == row.id).values(done_at=now, error=reason[:500]))

    def aside(self) -> list[Quarantined]:
        """What lies in quarantine, oldest first."""
        columns = [quarantine.c[each] for each in ("id", "office", "channel", "lane", "reason", "at", "replayed_at")]
        return [Quarantined(*row) for row in self.connection.execute(select(*columns).order_by(quarantine.c.id))]

    def aside_payload(self, number: int) -> bytes | None:
        """The payload of a quarantined row, for the operator. Raises `Unopenable`."""
        sealed = self.connection.execute(select(quarantine.c.payload).where(quarantine.c.id == number)).scalar()
        return None if sealed is None else self.seal.open("inbox", sealed)

    def replay(self, number: int, now: datetime) -> bool:
        """Put a quarantined row back at the end of its lane. False: there is none, or it was replayed before."""
        row = self.connection.execute(
            select(quarantine).where(quarantine.c.id == number, quarantine.c.replayed_at.is_(None))
        ).one_or_none()
        if row is None:
            return False
        again = Arrival(
            office=row.office,
            channel=row.channel,
            key=f"replay:{row.id}",
            lane=row.lane,
            payload=self.seal.open("inbox", row.payload),
            form=row.form,
        )
        self.take_in([again], now)
        self.connection.execute(update(quarantine).where(quarantine.c.id == number).values(replayed_at=now))
        return True

    def parked(self) -> list[ParkedLane]:
        """The lanes that stand still."""
        its = (inbox.c.lane == lanes.c.lane, inbox.c.done_at.is_(None))
        count = select(func.count()).where(*its).scalar_subquery()
        head = select(func.coalesce(func.min(inbox.c.id), 0)).where(*its).scalar_subquery()
        statement = select(lanes.c.lane, lanes.c.office, lanes.c.parked_at, lanes.c.error, count, head)
        return [
            ParkedLane(*row)
            for row in self.connection.execute(
                statement.where(lanes.c.parked_at.is_not(None)).order_by(lanes.c.parked_at)
            )
        ]

    def unread(self) -> list[tuple[str, str, int, int]]:
        """What lies in quarantine and wasn't tried again: (office, channel, how many, the newest one's id)."""
        q = quarantine.c
        statement = select(q.office, q.channel, func.count(), func.max(q.id)).where(q.replayed_at.is_(None))
        return [tuple(row) for row in self.connection.execute(statement.group_by(q.office, q.channel))]

    def unpark(self, lane: str, now: datetime) -> bool:
        """Let a parked lane go on, with its head tried anew. False: it isn't parked."""
        row = self.head(lane)
        if row is not None:
            self.connection.execute(update(inbox).where(inbox.c.id == row.id).values(attempts=0))
        changed = self.touched(
            update(lanes)
            .where(lanes.c.lane == lane, lanes.c.parked_at.is_not(None))
            .values(parked_at=None, next_at=now, error="")
        )
        return changed == 1

    # --- watching -----------------------------------------------------------------------------------------------------

    def sweep(self, now: datetime, older: timedelta) -> int:
        """Wake lanes that sleep over waiting rows, whatever the cause. How many there were: always 0, or it's a bug."""
        asleep = (
            select(inbox.c.lane)
            .where(inbox.c.done_at.is_(None), inbox.c.received_at < now - older, lanes.c.lane == inbox.c.lane)
            .exists()
        )
        found = update(lanes).where(lanes.c.next_at.is_(None), lanes.c.parked_at.is_(None), asleep).values(next_at=now)
        return self.touched(found)

    def next_at(self) -> datetime | None:
        """When the next lane is ready; None: all sleep."""
        return self.connection.execute(
            select(lanes.c.next_at).where(lanes.c.next_at.is_not(None)).order_by(lanes.c.next_at).limit(1)
        ).scalar()

    def ready_lanes(self, prefix: str, now: datetime) -> int:
        """How many lanes whose name begins so could be leased."""
        return self._count(
            select(func.count()).where(
                lanes.c.next_at.is_not(None), lanes.c.next_at <= now, lanes.c.lane.startswith(prefix, autoescape=True)
            )
        )

    def depths(self) -> dict[str, int]:
        """How much waits, is parked, lies in quarantine: for /metrics."""
        return {
            "waiting": self._count(select(func.count()).where(inbox.c.done_at.is_(None))),
            "parked": self._count(select(func.count()).where(lanes.c.parked_at.is_not(None))),
            "quarantine": self._count(select(func.count()).where(quarantine.c.replayed_at.is_(None))),
        }

    def _count(self, statement: object) -> int:
        return int(self.connection.execute(statement).scalar_one())  # type: ignore[call-overload]


_INBOX_COLUMNS = [
    inbox.c[each] for each in ("id", "office", "channel", "key", "lane", "form", "payload", "received_at", "attempts")
]

_READY = (
    select(lanes.c.lane)
    .where(lanes.c.next_at <= bindparam("now", type_=Moment))
    .order_by(lanes.c.next_at)
    .limit(bindparam("most", type_=Integer))
)
_READY_ONE = select(lanes.c.lane).where(
    lanes.c.next_at <= bindparam("now", type_=Moment), lanes.c.lane == bindparam("only", type_=Text)
)
_RANKED = (
    select(inbox.c.id, func.row_number().over(partition_by=inbox.c.lane, order_by=inbox.c.id).label("place"))
    .where(among(inbox.c.lane), inbox.c.done_at.is_(None))
    .subquery()
)
_SIZES = (
    select(inbox.c.id, inbox.c.lane, func.length(inbox.c.payload), _RANKED.c.place)
    .join(_RANKED, _RANKED.c.id == inbox.c.id)
    .where(_RANKED.c.place <= bindparam("most", type_=Integer))
    .order_by(inbox.c.id)
)
_ROWS = select(*_INBOX_COLUMNS).where(among(inbox.c.id)).order_by(inbox.c.id)
_DONE = update(inbox).where(among(inbox.c.id)).values(done_at=bindparam("now", type_=Moment))
_RELEASE = (
    update(lanes).where(among(lanes.c.lane)).values(next_at=bindparam("at", type_=Moment), rest_until=None, error="")
)


@cache
def _take_in(*, postgres: bool) -> Insert:
    return insert_into(inbox, postgres=postgres).on_conflict_do_nothing(index_elements=["channel", "office", "key"])


@cache
def _wake(*, postgres: bool) -> Insert:
    insert = insert_into(lanes, postgres=postgres)
    told = insert.excluded.next_at
    at = case(
        (lanes.c.parked_at.is_not(None), null()),
        (lanes.c.rest_until > told, lanes.c.rest_until),
        (lanes.c.next_at < told, lanes.c.next_at),
        else_=told,
    )
    return insert.on_conflict_do_update(index_elements=["lane"], set_={"next_at": at})
