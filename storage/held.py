"""When somebody wrote last, what waits until they write again, and in which thread a mail goes on.

Only channels that need it have it kept: see `Limits.window_h` and `Limits.threads`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Text, and_, bindparam, case, func, null, or_, select, update

from storage.columns import Moment
from storage.parts import Insert, Part, among, insert_into
from storage.seal import Unopenable
from storage.tables import addresses, outbox, sent, threads
from workflow.message import Address, address_of

_THREAD = "thread"  # what routes are sealed for


@dataclass(frozen=True, slots=True)
class Heard:
    """Somebody wrote from there."""

    address: Address
    at: datetime
    message: str = ""  # the provider's id of it
    route: str = ""  # `Message.route`


@dataclass(frozen=True, slots=True)
class Thread:
    """What's written to an address about a complaint goes on there."""

    address: str
    about: str
    route: str


class Held(Part):
    """The part of the road out that waits for others to write."""

    def heard(self, lot: Sequence[Heard], now: datetime) -> int:
        """They wrote: their windows are open, and what was held for them goes first. How many messages that were.

        At most one of each address. Its row is locked before the messages are looked for, so whoever is just putting
        one on hold is waited for.
        """
        if not lot:
            return 0
        rows = [
            {
                "address": each.address.lane,
                "office": each.address.office,
                "route": f"{each.address.channel}:{each.address.office}",
                "reason": "",
                "moved_to": "",
                "heard_at": each.at,
                "recent": each.message,
                "thread": self._sealed(each.route),
            }
            for each in sorted(lot, key=lambda each: each.address)
        ]
        self.each(_heard(postgres=self.postgres), rows)
        lanes = [row["address"] for row in rows]
        freed = self.connection.execute(
            _FREE, {"values": lanes}, execution_options={"preserve_rowcount": True}
        ).rowcount
        if freed:
            self.connection.execute(_WAKE_HELD, {"values": lanes, "now": now})
        return freed

    def put_on_hold(self, ids: Sequence[int], reason: str = "") -> None:
        """These wait until their addressee writes; their address needn't be looked at because of them."""
        if ids:
            self.connection.execute(_HOLD, {"values": list(ids), "why": reason[:300]})

    def heard_at(self, address: str) -> datetime | None:
        """When they wrote last, as far as that's kept."""
        return self.connection.execute(select(addresses.c.heard_at).where(addresses.c.address == address)).scalar()

    def shut(self, address: str) -> None:
        """The provider says that the window is closed: so it is, whatever we counted, until they write."""
        self.connection.execute(update(addresses).where(addresses.c.address == address).values(heard_at=None))

    # --- threads ------------------------------------------------------------------------------------------------------

    def route(self, sealed: bytes | None) -> str:
        """A route as it was kept with an address; "" where none is, or it can't be opened any more."""
        try:
            return self.seal.open(_THREAD, sealed).decode() if sealed else ""
        except Unopenable:
            return ""

    def routes(self, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """In which thread we write to these addresses about these complaints: (address, complaint) -> route."""
        wanted = set(pairs)
        if not wanted:
            return {}
        given = {"addresses": sorted({lane for lane, _ in wanted}), "abouts": sorted({about for _, about in wanted})}
        rows = self.connection.execute(_ROUTES, given)
        return {(lane, about): self.route(sealed) for lane, about, sealed in rows if (lane, about) in wanted}

    def begin_threads(self, lot: Sequence[Thread], now: datetime) -> None:
        """The thread in which we first write about something; where there is one already, it stays."""
        self.each(self.put(threads).on_conflict_do_nothing(), self._thread_rows(lot, now))

    def move_threads(self, lot: Sequence[Thread], now: datetime) -> None:
        """They went on about it elsewhere: so do we."""
        insert = self.put(threads)
        moved = {"sealed": insert.excluded.sealed, "at": insert.excluded.at}
        rows = self._thread_rows(lot, now)
        self.each(insert.on_conflict_do_update(index_elements=["address", "about"], set_=moved), rows)

    def abouts(self, messages: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Which complaints our messages were about: (address, the provider's id) -> complaint."""
        wanted = set(messages)
        if not wanted:
            return {}
        given = {"addresses": sorted({lane for lane, _ in wanted}), "messages": sorted({each for _, each in wanted})}
        rows = self.connection.execute(_ABOUTS, given)
        return {(lane, message): about for lane, message, about in rows if (lane, message) in wanted}

    def _thread_rows(self, lot: Sequence[Thread], now: datetime) -> list[dict[str, Any]]:
        last = {(each.address, each.about): each.route for each in lot}
        rows = []
        for (lane, about), route in sorted(last.items()):
            office, sealed = address_of(lane).office, self._sealed(route)
            rows.append({"address": lane, "about": about, "office": office, "sealed": sealed, "at": now})
        return rows

    def _sealed(self, route: str) -> bytes | None:
        return self.seal.close(_THREAD, route.encode()) if route else None


_HOLD = (
    update(outbox)
    .where(among(outbox.c.id))
    .values(
        state="held",
        settled_at=None,
        lease_until=None,
        ready_at=None,
        not_before=None,
        reason=bindparam("why", type_=Text),
    )
)
# What may have been sent before stays uncertain: it can't be taken back as surely unsent.
_FREE = (
    update(outbox)
    .where(among(outbox.c.address), outbox.c.settled_at.is_(None), outbox.c.state == "held")
    .values(state=case((outbox.c.doubts > 0, "uncertain"), else_="queued"))
)
_WAKE_HELD = (
    update(addresses)
    .where(
        among(addresses.c.address),
        or_(addresses.c.next_at.is_(None), addresses.c.next_at > bindparam("now", type_=Moment)),
        select(outbox.c.id)
        .where(outbox.c.address == addresses.c.address, outbox.c.settled_at.is_(None), outbox.c.state != "held")
        .exists(),
    )
    .values(next_at=bindparam("now", type_=Moment))
)
_ROUTES = select(threads.c.address, threads.c.about, threads.c.sealed).where(
    threads.c.address.in_(bindparam("addresses", expanding=True)),
    threads.c.about.in_(bindparam("abouts", expanding=True)),
)
_ABOUTS = (
    select(sent.c.address, sent.c.message, sent.c.about)
    .where(
        sent.c.address.in_(bindparam("addresses", expanding=True)),
        sent.c.message.in_(bindparam("messages", expanding=True)),
        sent.c.about != "",
    )
    .order_by(sent.c.id)
)


@cache
def _heard(*, postgres: bool) -> Insert:
    """They wrote: what made the address unreachable is over; the latest message counts, whatever order they come in."""
    insert = insert_into(addresses, postgres=postgres)
    new, old = insert.excluded, addresses.c
    later = or_(old.heard_at.is_(None), new.heard_at >= old.heard_at)
    return insert.on_conflict_do_update(
        index_elements=["address"],
        set_={
            "heard_at": case((later, new.heard_at), else_=old.heard_at),
            "recent": case((and_(later, new.recent != ""), new.recent), else_=old.recent),
            "thread": case((later, func.coalesce(new.thread, old.thread)), else_=old.thread),
            "reason": case((old.gone_at.is_not(None), ""), else_=old.reason),
            "gone_at": null(),
        },
    )
