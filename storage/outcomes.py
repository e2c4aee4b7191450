"""What became of messages on their way out, what was learned of addresses and topics, and what a crash left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Integer, Row, Text, bindparam, case, func, null, select, update

from storage.columns import Moment
from storage.held import Held
from storage.parts import Insert, among, insert_into
from storage.rows import OutboxRow, encode, read_outbound
from storage.seal import Unopenable
from storage.tables import addresses, deliveries, outbox, sent, topics
from workflow.message import Address, Outbound, Refers, address_of

TAKEN_OVER = "whoever was sending it hasn't renewed its lease"
"""Why a message is uncertain whose sender may be gone, or may only be slow and send it yet."""


class Outcomes(Held):
    """The second half of the road out."""

    def hold(self, address: str) -> None:
        """Lock an address before its rows change, so that `next_up` sees everything that was queued for it."""
        if self.postgres:
            self.connection.execute(select(addresses.c.address).where(addresses.c.address == address).with_for_update())

    def taken_over(self, row: OutboxRow) -> str:
        """What became of a message while whoever took `row` was sending it, if their lease ran out: its state now.

        "": it's still theirs. "sending": another sends it.
        """
        if not self.postgres:  # one process, which knows what it's sending
            return ""
        now = select(outbox.c.state, outbox.c.attempts, outbox.c.doubts).where(outbox.c.id == row.id)
        state, attempts, doubts = self.connection.execute(now).one()
        return "" if (state, attempts, doubts) == (row.state, row.attempts, row.doubts) else str(state)

    def may_go_yet(self, row: OutboxRow) -> bool:
        """Whether an earlier attempt was taken from a process that may still carry it out, however late."""
        d = deliveries.c
        of_others = select(d.id).where(d.outbox == row.id, d.outcome == "uncertain", d.reason == TAKEN_OVER)
        return self.connection.execute(of_others.limit(1)).scalar() is not None

    def newest_edit(self, row: OutboxRow) -> Outbound | None:
        """What a message really says, once an older edit of it may have come after a newer one: that newer edit.

        None: there's none, or it's still to go.
        """
        o = outbox.c
        same = OUTBOX.where(o.address == row.address, o.target == row.message.target, o.kind == "edit", o.id > row.id)
        found = self.connection.execute(same.where(o.state != "cancelled").order_by(o.id.desc()).limit(1)).one_or_none()
        newer = self._opened(found) if found is not None and found.state == "sent" else None
        return None if newer is None else newer.message

    def sent_as(self, row: OutboxRow, address: str, message_id: str, now: datetime) -> None:
        """The provider took it at this address under this id."""
        message = row.message
        self.connection.execute(
            sent.insert().values(
                office=row.office,
                address=address,
                message=message_id,
                key=message.key,
                part=row.part,
                refers=encode(message.refers).decode() if message.refers else "",
                outbox=row.id,
                at=now,
                about=message.about,
            )
        )

    def refer_anew(self, address: str, message_id: str, refers: Refers) -> None:
        """An edit changed what a message is about."""
        self.connection.execute(
            update(sent)
            .where(sent.c.address == address, sent.c.message == message_id)
            .values(refers=encode(refers).decode())
        )

    def deleted(self, address: str, message_id: str, now: datetime) -> None:
        """The message is gone from the chat."""
        self.connection.execute(
            update(sent).where(sent.c.address == address, sent.c.message == message_id).values(deleted_at=now)
        )

    def settle(self, row: OutboxRow, state: str, now: datetime, reason: str = "") -> None:
        """The end of a message: sent, refused, cancelled, dropped, or uncertain for good."""
        given = {"number": row.id, "to": state, "now": now, "tries": row.attempts + 1, "why": reason[:300]}
        self.connection.execute(_SETTLE, given)

    def drop(self, ids: Sequence[int], now: datetime, why: str) -> None:
        """These needn't be sent after all."""
        self.connection.execute(_DROP, {"values": list(ids), "now": now, "why": why})

    def is_over(self, row: OutboxRow) -> bool:
        """Whether what became of this message has been written down for good."""
        return self.connection.execute(select(outbox.c.settled_at).where(outbox.c.id == row.id)).scalar() is not None

    def again(self, row: OutboxRow, state: str, ready_at: datetime, *, attempts: int, doubts: int, reason: str) -> None:
        """Not the end: `later`, `uncertain` or `queued`, to be looked at again at that time."""
        self.connection.execute(
            update(outbox)
            .where(outbox.c.id == row.id)
            .values(
                state=state, ready_at=ready_at, lease_until=None, attempts=attempts, doubts=doubts, reason=reason[:300]
            )
        )

    def step_aside(self, row: OutboxRow, until: datetime) -> None:
        """It can't go yet and nothing was tried: until then those behind it go first."""
        again = {"state": "queued" if not row.doubts else "uncertain", "not_before": until, "lease_until": None}
        self.connection.execute(update(outbox).where(outbox.c.id == row.id).values(started_at=None, **again))

    def note(self, row: OutboxRow, outcome: str, now: datetime, reason: str) -> None:
        """Record an attempt that didn't simply succeed."""
        self.connection.execute(
            deliveries.insert().values(office=row.office, outbox=row.id, at=now, outcome=outcome, reason=reason[:300])
        )

    def next_up(self, plan: Mapping[str, datetime | None]) -> None:
        """When each address is to be looked at next; None: nothing waits there. Only for addresses held by us."""
        self.each(_NEXT_UP, [{"which": address, "at": at} for address, at in sorted(plan.items())])

    def go_on(self, address: str, now: datetime) -> None:
        """Look at a held address again at once, if anything is left for it."""
        self.connection.execute(_GO_ON, {"which": address, "now": now})

    def mark(self, address: str, **columns: object) -> None:
        """What was learned of an address: `busy_until`, `gone_at`, `reason`, `moved_to`."""
        self.connection.execute(update(addresses).where(addresses.c.address == address).values(**columns))

    def heard_from(self, lanes: Sequence[str]) -> None:
        """Somebody wrote from there: whatever made the address unreachable is over."""
        if lanes:
            self.connection.execute(_HEARD, {"values": list(lanes)})

    def gone(self, address: Address, now: datetime, reason: str) -> None:
        """Nothing can be sent there until somebody writes from it again."""
        row = {"address": address.lane, "office": address.office, "route": route_of(address)}
        insert = self.put(addresses).values(**row, gone_at=now, reason=reason, moved_to="")
        self.connection.execute(
            insert.on_conflict_do_update(
                index_elements=["address"], set_={"gone_at": insert.excluded.gone_at, "reason": insert.excluded.reason}
            )
        )

    # --- after a crash, and watching ----------------------------------------------------------------------------------

    def left_sending(self, now: datetime | None, ours: Sequence[int] = ()) -> list[OutboxRow]:
        """Messages whose sender died: with an expired lease, or all (`now` None) when the only process starts.

        `ours` are on their way in this very process, which knows better than a lease that it's alive.
        """
        statement = OUTBOX.where(outbox.c.settled_at.is_(None), outbox.c.state == "sending")
        if now is not None:
            statement = statement.where(outbox.c.lease_until < now, outbox.c.id.not_in(ours))
        if self.postgres:
            statement = statement.with_for_update(skip_locked=True)
        return self._legible(self.connection.execute(statement.order_by(outbox.c.id)).all(), now)

    def renew(self, ids: Sequence[int], until: datetime) -> None:
        """Their sender is alive and still at it."""
        if ids:
            still = update(outbox).where(among(outbox.c.id), outbox.c.state == "sending")
            self.connection.execute(still, {"values": list(ids), "lease_until": until})

    def sweep(self, now: datetime, older: timedelta) -> int:
        """Look at addresses that sleep over unsettled messages, whatever the cause. Always 0, or it's a bug."""
        left = (
            select(outbox.c.id)
            .where(
                outbox.c.address == addresses.c.address,
                outbox.c.settled_at.is_(None),
                outbox.c.state != "held",
                outbox.c.queued_at < now - older,
            )
            .exists()
        )
        return self.touched(update(addresses).where(addresses.c.next_at.is_(None), left).values(next_at=now))

    def next_at(self, routes: Sequence[str]) -> datetime | None:
        """When the next address on these routes is to be looked at; None: nothing waits."""
        statement = select(addresses.c.next_at).where(
            addresses.c.next_at.is_not(None), addresses.c.route.in_(bindparam("routes", list(routes), expanding=True))
        )
        return self.connection.execute(statement.order_by(addresses.c.next_at).limit(1)).scalar()

    def depths(self) -> dict[str, int]:
        """How many unsettled messages there are by state: for /metrics."""
        statement = select(outbox.c.state, func.count()).where(outbox.c.settled_at.is_(None)).group_by(outbox.c.state)
        return {state: count for state, count in self.connection.execute(statement)}  # noqa: C416 - a Result isn't pairs

    # --- topics -------------------------------------------------------------------------------------------------------

    def made_topic(self, address: Address, code: str, thread: str, now: datetime) -> None:
        """Keep the thread of a complaint; the first one that is known stays."""
        row = {"address": address.lane, "code": code, "office": address.office, "thread": thread, "at": now}
        self.connection.execute(self.put(topics).values(**row).on_conflict_do_nothing())

    def adopt_topic(self, address: Address, name: str, thread: str, now: datetime) -> Outbound | None:
        """The provider's echo of a topic: if we asked for one of that name, it's ours: what asked, where it's new."""
        o = outbox.c
        statement = OUTBOX.where(o.address == address.lane, o.kind == "topic").order_by(o.id.desc()).limit(50)
        for found in self.connection.execute(statement).all():
            row = self._opened(found)
            if row is not None and row.message.text == name and row.message.topic:
                self.made_topic(address, row.message.topic, thread, now)
                if row.state not in ("uncertain", "later", "dropped"):
                    return None
                self.settle(row, "sent", now, "known by its echo")
                self._wake({address.lane: now})
                return row.message
        return None

    # --- inside -------------------------------------------------------------------------------------------------------

    def _wake(self, soonest: Mapping[str, datetime]) -> None:
        rows = []
        for lane in sorted(soonest):
            to = address_of(lane)
            rows.append(
                {
                    "address": lane,
                    "office": to.office,
                    "route": route_of(to),
                    "next_at": soonest[lane],
                    "reason": "",
                    "moved_to": "",
                }
            )
        self.each(_wake(postgres=self.postgres), rows)

    def _legible(self, rows: Sequence[Row[Any]], now: datetime | None) -> list[OutboxRow]:
        """The rows whose content can be read. The others are given up: nobody waits behind them."""
        opened = []
        for row in rows:
            found = self._opened(row)
            if found is None:
                self._give_up(row.id, now or row.queued_at)
            else:
                opened.append(found)
        return opened

    def _give_up(self, number: int, now: datetime) -> None:
        given = {"number": number, "to": "refused", "now": now, "tries": 1, "why": "its content can't be opened"}
        self.connection.execute(_SETTLE, given)

    def _opened(self, row: Row[Any]) -> OutboxRow | None:
        try:
            return self._read(row)
        except (Unopenable, msgspec.MsgspecError):
            return None

    def _read(self, row: Row[Any]) -> OutboxRow:
        return OutboxRow(
            id=row.id,
            office=row.office,
            address=row.address,
            state=row.state,
            message=read_outbound(self.seal.open("outbox", row.payload)),
            attempts=row.attempts,
            doubts=row.doubts,
            part=row.part,
            queued_at=row.queued_at,
            not_before=row.not_before,
            ready_at=row.ready_at,
            lease_until=row.lease_until,
        )


def route_of(address: Address) -> str:
    """The channel of the office by which an address is reached."""
    return f"{address.channel}:{address.office}"


OUTBOX = select(
    *(
        outbox.c[each]
        for each in (
            "id",
            "office",
            "address",
            "state",
            "payload",
            "attempts",
            "doubts",
            "part",
            "queued_at",
            "not_before",
            "ready_at",
            "lease_until",
        )
    )
)
_SETTLE = (
    update(outbox)
    .where(outbox.c.id == bindparam("number", type_=BigInteger))
    .values(
        state=bindparam("to", type_=Text),
        settled_at=bindparam("now", type_=Moment),
        attempts=bindparam("tries", type_=Integer),
        reason=bindparam("why", type_=Text),
        lease_until=None,
        ready_at=None,
    )
)
_DROP = (
    update(outbox)
    .where(among(outbox.c.id), outbox.c.settled_at.is_(None))
    .values(state="dropped", settled_at=bindparam("now", type_=Moment), reason=bindparam("why", type_=Text))
)
_NEXT_UP = (
    update(addresses)
    .where(addresses.c.address == bindparam("which", type_=Text))
    .values(next_at=bindparam("at", type_=Moment))
)
_LEFT = (
    select(outbox.c.id)
    .where(outbox.c.address == addresses.c.address, outbox.c.settled_at.is_(None), outbox.c.state != "held")
    .exists()
)
_GO_ON = (
    update(addresses)
    .where(addresses.c.address == bindparam("which", type_=Text))
    .values(next_at=case((_LEFT, bindparam("now", type_=Moment)), else_=null()))
)
_HEARD = (
    update(addresses)
    .where(among(addresses.c.address), addresses.c.gone_at.is_not(None))
    .values(gone_at=None, reason="")
)


@cache
def _wake(*, postgres: bool) -> Insert:
    insert = insert_into(addresses, postgres=postgres)
    told = insert.excluded.next_at
    earlier = case((addresses.c.next_at < told, addresses.c.next_at), else_=told)
    return insert.on_conflict_do_update(index_elements=["address"], set_={"next_at": earlier})
