"""What waited for a chat that became another one goes on to that; what stood in a lost topic counts as gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import LargeBinary, Text, bindparam, delete, or_, select, update

from storage.columns import Moment
from storage.outcomes import OUTBOX, Outcomes, route_of
from storage.parts import among
from storage.rows import encode
from storage.tables import addresses, complaints, outbox, sent, topics
from workflow.message import Address, Outbound, Refers, address_of

GENERAL = "1"  # the topic every forum has; a channel leaves it out
_BY_KEY = "key:"
_REFERS = msgspec.json.Decoder(Refers)


@dataclass(frozen=True, slots=True)
class Said:
    """A message of ours as it stands in a chat."""

    message: Outbound
    refers: Refers
    at: datetime
    edited: bool


class Forwarding(Outcomes):
    """Addresses that moved, and topics that are no more."""

    # --- addresses ----------------------------------------------------------------------------------------------------

    def moved(self, former: Address, chat: str) -> None:
        """Whatever is written to that chat from now on goes to the other one."""
        insert = self.put(addresses).values(
            address=former.lane, office=former.office, route=route_of(former), reason="", moved_to=chat
        )
        self.connection.execute(
            insert.on_conflict_do_update(index_elements=["address"], set_={"moved_to": insert.excluded.moved_to})
        )

    def go_after(self, former: str, now: datetime) -> str:
        """What waits for a chat that moved waits for the new one, in the same order; the new lane, "" if there's none.

        What's on its way at this moment stays until it's known what became of it. Of a card that's posted in the new
        chat already a second one isn't wanted.
        """
        to = self._moved_to(former)
        if to is None:
            return ""
        self.hold(min(former, to.lane))
        self.hold(max(former, to.lane))
        o = outbox.c
        waiting = OUTBOX.where(o.address == former, o.settled_at.is_(None), o.state != "sending").order_by(o.id)
        rows = [row for found in self.connection.execute(waiting).all() if (row := self._opened(found)) is not None]
        cards = {row.message.key for row in rows if row.message.kind == "card" and row.message.key}
        there = self.standing(to, cards)
        needless = [row.id for row in rows if row.message.kind == "card" and row.message.key in there]
        if needless:
            self.drop(needless, now, "it's posted in the new chat already")
        changed = [
            {
                "number": row.id,
                "where": to.lane,
                "content": self.seal.close("outbox", encode(_readdressed(row.message, to))),
            }
            for row in rows
            if row.id not in needless
        ]
        self.each(_READDRESS, changed)
        if changed:
            self._wake({to.lane: now})
        return to.lane

    def standing(self, to: Address, keys: Iterable[str]) -> frozenset[str]:
        """Of these names those under which something stands in a chat, or waits to be sent to it."""
        wanted = sorted(set(keys))
        if not wanted:
            return frozenset()
        given = {"which": to.lane, "values": wanted}
        waits = self.connection.execute(_WAITS, given).scalars()
        return frozenset({*waits, *self.connection.execute(_STANDS, given).scalars()})

    def said_to(self, former: Address, roles: Sequence[str], since: datetime) -> list[Said]:
        """What stands in a chat since then in one of these roles (of `Refers`), oldest first."""
        s, o = sent.c, outbox.c
        statement = (
            select(s.refers, s.key, s.at, *OUTBOX.selected_columns)
            .join(outbox, o.id == s.outbox)
            .where(s.address == former.lane, s.refers != "", s.at > since, s.deleted_at.is_(None))
            .order_by(s.id)
        )
        found = []
        for row in self.connection.execute(statement).all():
            refers = _REFERS.decode(row.refers)
            if refers.role in roles and (said := self._opened(row)) is not None:
                edited = bool(row.key) and self._is_edited(former, row.key)
                found.append(Said(said.message, refers, row.at, edited))
        return found

    def _is_edited(self, where: Address, key: str) -> bool:
        o = outbox.c
        edits = select(o.id).where(o.address == where.lane, o.target == key, o.kind == "edit", o.state == "sent")
        return self.connection.execute(edits.limit(1)).scalar() is not None

    def _moved_to(self, former: str) -> Address | None:
        chat = self.connection.execute(select(addresses.c.moved_to).where(addresses.c.address == former)).scalar()
        was = address_of(former)
        return Address(was.office, was.channel, chat) if chat and chat != was.chat else None

    # --- whoever keeps us out -----------------------------------------------------------------------------------------

    def barred(self, lanes: Sequence[str], since: datetime) -> dict[str, str]:
        """Which of these chats don't let us write, as it was told since then: lane -> why."""
        a = addresses.c
        statement = select(a.address, a.reason).where(
            among(a.address), a.reason != "", a.gone_at.is_(None), a.busy_until > bindparam("since", type_=Moment)
        )
        rows = self.connection.execute(statement, {"values": list(lanes), "since": since})
        return {lane: reason for lane, reason in rows}  # noqa: C416 - a Row isn't a pair to the type checker

    def let_in(self, lane: str, now: datetime) -> None:
        """We may write there again: what waited goes at once."""
        self.hold(lane)
        self.mark(lane, busy_until=None, gone_at=None, reason="")
        self.connection.execute(_AT_ONCE, {"which": lane})
        self.go_on(lane, now)

    # --- topics -------------------------------------------------------------------------------------------------------

    def lost_topic(self, address: Address, code: str) -> Outbound | None:
        """A complaint's topic is no more: its thread is forgotten. What asks for it anew; None: that's done already."""
        self.connection.execute(
            delete(topics).where(topics.c.address == address.lane, topics.c.code == code, topics.c.thread != GENERAL)
        )
        o = outbox.c
        known = OUTBOX.where(o.address == address.lane, o.kind == "topic", o.topic == code).order_by(o.id.desc())
        found = self.connection.execute(known.limit(1)).one_or_none()
        if found is None:  # so long ago that the traffic of then is gone
            name = self.name_of_topic(address, code)
            return Outbound(to=address, kind="topic", topic=code, text=name, key=f"topic:{code}")
        if found.state in ("queued", "later", "sending", "uncertain"):  # it's asked for already
            return None
        row = self._opened(found)
        return None if row is None else row.message

    def name_of_topic(self, address: Address, code: str) -> str:
        """How a complaint is called: by its number, else its code."""
        c = complaints.c
        mine = select(c.number).where(c.office == address.office, c.code == code)
        return self.connection.execute(mine).scalar() or code

    def has_topic(self, address: Address, code: str) -> bool:
        """Whether a complaint has its topic there."""
        mine = select(topics.c.thread).where(topics.c.address == address.lane, topics.c.code == code)
        return self.connection.execute(mine).scalar() is not None

    def without_topic(self, address: Address, code: str, now: datetime) -> bool:
        """From now on what's about a complaint stands in the general topic; False where it did so already."""
        known = select(topics.c.thread).where(topics.c.address == address.lane, topics.c.code == code)
        if self.connection.execute(known).scalar() == GENERAL:
            return False
        row = {"address": address.lane, "code": code, "office": address.office, "thread": GENERAL, "at": now}
        insert = self.put(topics).values(**row)
        self.connection.execute(
            insert.on_conflict_do_update(index_elements=["address", "code"], set_={"thread": GENERAL, "at": now})
        )
        return True

    def went_with_topic(self, address: Address, code: str, now: datetime) -> str:
        """What we had posted in a topic was deleted with it; the complaint's id, "" if there's none."""
        mine = select(complaints.c.id).where(complaints.c.office == address.office, complaints.c.code == code)
        name = self.connection.execute(mine).scalar() or ""
        o, s = outbox.c, sent.c
        in_it = select(o.id).where(o.address == address.lane, o.topic == code)
        was = or_(s.outbox.in_(in_it), s.key.like(f"card:{name}:%")) if name else s.outbox.in_(in_it)
        self.connection.execute(
            update(sent).where(s.address == address.lane, s.deleted_at.is_(None), was).values(deleted_at=now)
        )
        return name

    def vanished(self, address: Address, key: str, now: datetime) -> None:
        """What we had posted under that name isn't in the chat any more: somebody deleted it."""
        s = sent.c
        self.connection.execute(
            update(sent).where(s.address == address.lane, s.key == key, s.deleted_at.is_(None)).values(deleted_at=now)
        )


def _readdressed(message: Outbound, to: Address) -> Outbound:
    """The message for the new chat, where the provider's numbers of the former one mean nothing."""
    reply_to = message.reply_to if message.reply_to.startswith(_BY_KEY) else ""
    return msgspec.structs.replace(message, to=to, reply_to=reply_to)


_READDRESS = (
    update(outbox)
    .where(outbox.c.id == bindparam("number"))
    .values(address=bindparam("where", type_=Text), payload=bindparam("content", type_=LargeBinary))
)
_WAITS = select(outbox.c.key).where(
    outbox.c.address == bindparam("which", type_=Text), among(outbox.c.key), outbox.c.settled_at.is_(None)
)
_STANDS = select(sent.c.key).where(
    sent.c.address == bindparam("which", type_=Text), among(sent.c.key), sent.c.deleted_at.is_(None)
)
_AT_ONCE = (
    update(outbox)
    .where(outbox.c.address == bindparam("which", type_=Text), outbox.c.settled_at.is_(None), outbox.c.state == "later")
    .values(ready_at=None)
)
