"""What providers tell later of messages they took: which row of the outbox it is, and what's known of it now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import BigInteger, Text, bindparam, or_, select, union_all, update

from storage.columns import Moment
from storage.parts import Part, among
from storage.tables import addresses, deliveries, outbox, sent
from workflow.message import Fact

_TOLD = "told "  # before a state in `deliveries.outcome`: an attempt's own facts stand there too


@dataclass(frozen=True, slots=True)
class Traced:
    """A message on its way or gone, without its content: what news of it is judged by."""

    id: int
    office: str
    address: str
    kind: str
    key: str
    about: str
    part: int
    state: str
    receipt: str  # "" until the provider told something
    returned: int
    attempts: int
    doubts: int
    started_at: datetime | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """One thing a provider told, as it's kept."""

    outbox: int
    state: str
    message: str
    fact: Fact | Literal[""]
    reason: str


class Receipts(Part):
    """The news of sent messages. What came is only ever added to; what's known of a message only gets better."""

    def traced(self, ids: Iterable[int]) -> dict[int, Traced]:
        """Messages by our own number, locked until the end of the transaction, after the addresses they're for."""
        wanted = sorted(set(ids))
        if not wanted:
            return {}
        if self.postgres:  # whoever sends locks the address before its rows; so do we
            lanes = select(outbox.c.address).where(among(outbox.c.id))
            lock = select(addresses.c.address).where(addresses.c.address.in_(lanes)).order_by(addresses.c.address)
            self.connection.execute(lock.with_for_update(), {"values": wanted}).all()
        rows = self.connection.execute(self.locking(_TRACED), {"values": wanted})
        return {row.id: Traced(*row) for row in rows}

    def known_by(self, messages: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Our numbers of messages that only the provider's id is known of: (address, id) -> number."""
        wanted = {pair for pair in messages if pair[1]}
        if not wanted:
            return {}
        given = {"addresses": sorted({lane for lane, _ in wanted}), "messages": sorted({each for _, each in wanted})}
        rows = self.connection.execute(_KNOWN_BY, given)
        return {(lane, message): number for lane, message, number in rows if (lane, message) in wanted}

    def note(self, lot: Sequence[tuple[Traced, Told]], at: datetime) -> None:
        """Add what was told to the record of each message."""
        self.each(
            deliveries.insert(),
            [
                {
                    "office": row.office,
                    "outbox": row.id,
                    "at": at,
                    "outcome": _TOLD + told.state,
                    "reason": told.reason[:300],
                    "message": told.message,
                    "fact": told.fact,
                }
                for row, told in lot
            ],
        )

    def told(self, ids: Sequence[int]) -> list[Told]:
        """Everything that providers told of these messages so far, in the order it came."""
        rows = self.connection.execute(_TOLD_OF, {"values": list(ids)})
        return [Told(row.outbox, row.outcome.removeprefix(_TOLD), row.message, row.fact, row.reason) for row in rows]

    def named(self, rows: Sequence[Traced]) -> set[tuple[int, str]]:
        """What the provider calls these messages since they were sent last: (our number, its id)."""
        if not rows:
            return set()
        given = {"values": [row.id for row in rows], "addresses": sorted({row.address for row in rows})}
        return set({number: (number, message) for number, message in self.connection.execute(_NAMED, given)}.values())

    def mark(self, receipts: Mapping[int, str]) -> None:
        """What's known of these messages now: sent, delivered, read, failed."""
        self.each(_MARK, [{"number": number, "news": receipts[number]} for number in sorted(receipts)])

    def got_there(self, ids: Sequence[int], now: datetime) -> None:
        """These did reach the provider, whatever we thought of the attempt: they aren't sent again."""
        if ids:
            self.connection.execute(_GOT_THERE, {"values": list(ids), "now": now})

    def give_up(self, number: int, now: datetime, reason: str) -> None:
        """It never arrived, and won't."""
        self.connection.execute(_GIVE_UP, {"number": number, "now": now, "why": reason[:300]})

    def put_back(self, number: int, at: datetime, reason: str) -> None:
        """It never arrived and is sent once more at that time; what's behind it needn't wait for it."""
        self.connection.execute(_PUT_BACK, {"number": number, "at": at, "why": reason[:300]})

    def forget_receipt(self, number: int) -> None:
        """It's to be sent anew: what's told from now on is about the next attempt."""
        self.connection.execute(_ANEW, {"number": number})

    def about(self, row: Traced) -> str:
        """Which complaint a message is about; of one in parts only the last says it itself."""
        if row.about or not row.part or not row.key:
            return row.about
        given = {"office": row.office, "address": row.address, "key": row.key}
        return self.connection.execute(_ABOUT, given).scalar() or ""


_TRACED = select(*(outbox.c[each] for each in Traced.__slots__)).where(among(outbox.c.id)).order_by(outbox.c.id)
_KNOWN_BY = (
    select(sent.c.address, sent.c.message, sent.c.outbox)
    .where(
        sent.c.address.in_(bindparam("addresses", expanding=True)),
        sent.c.message.in_(bindparam("messages", expanding=True)),
    )
    .order_by(sent.c.id)
)
_TOLD_OF = (
    select(deliveries.c.outbox, deliveries.c.outcome, deliveries.c.message, deliveries.c.fact, deliveries.c.reason)
    .where(among(deliveries.c.outbox), deliveries.c.outcome.startswith(_TOLD))
    .order_by(deliveries.c.id)
)
_NAMED = (
    select(sent.c.outbox, sent.c.message)
    .where(sent.c.address.in_(bindparam("addresses", expanding=True)), among(sent.c.outbox))
    .order_by(sent.c.id)
)
_ONE = outbox.c.id == bindparam("number", type_=BigInteger)
_MARK = update(outbox).where(_ONE).values(receipt=bindparam("news", type_=Text))
_ANEW = update(outbox).where(_ONE).values(receipt="", returned=outbox.c.returned + 1)
_GOT_THERE = (
    update(outbox)
    .where(
        among(outbox.c.id),
        or_(outbox.c.settled_at.is_(None), outbox.c.state == "uncertain", outbox.c.state == "refused"),
    )
    .values(
        state="sent",
        settled_at=bindparam("now", type_=Moment),
        lease_until=None,
        ready_at=None,
        not_before=None,
    )
)
_GIVE_UP = (
    update(outbox)
    .where(_ONE)
    .values(
        state="refused",
        settled_at=bindparam("now", type_=Moment),
        lease_until=None,
        ready_at=None,
        reason=bindparam("why", type_=Text),
    )
)
_PUT_BACK = (
    update(outbox)
    .where(_ONE)
    .values(
        state="later",
        settled_at=None,
        lease_until=None,
        ready_at=None,
        not_before=bindparam("at", type_=Moment),
        reason=bindparam("why", type_=Text),
    )
)
_OF_ITS_NAME = select(outbox.c.about).where(
    outbox.c.office == bindparam("office", type_=Text),
    outbox.c.address == bindparam("address", type_=Text),
    outbox.c.key == bindparam("key", type_=Text),
    outbox.c.about != "",
)
# An index for each: what still waits, and what was tried.
_ABOUT = union_all(
    _OF_ITS_NAME.where(outbox.c.settled_at.is_(None)), _OF_ITS_NAME.where(outbox.c.started_at.is_not(None))
)
