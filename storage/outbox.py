"""The outbox: what waits to be sent, in which order, what became of it, and what a sent message was about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import BigInteger, Integer, LargeBinary, and_, bindparam, case, func, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from storage.columns import Moment
from storage.forwarding import Forwarding
from storage.outcomes import OUTBOX
from storage.parts import among
from storage.rows import OutboxRow, encode
from storage.tables import addresses, deliveries, outbox, sent, topics
from workflow.message import Address, Outbound, address_of

# So many waiting rows of an address are looked at when the next one is chosen, answers to presses first of all. Behind
# more than these even a citizen's words wait for their turn.
PER_ADDRESS = 256
_UNSENT = ("queued", "later", "held")  # surely not sent yet


@dataclass(frozen=True, slots=True)
class AddressRow:
    """Where something waits to go, and what's known of the way there."""

    address: str
    busy_until: datetime | None
    gone_at: datetime | None
    reason: str
    moved_to: str
    heard_at: datetime | None = None  # when they wrote last; this and the next two are kept where a channel asks for it
    recent: str = ""  # the provider's id of that
    thread: bytes | None = None  # its route, sealed

    @property
    def to(self) -> Address:
        """As a reply route."""
        return address_of(self.address)


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A message that isn't settled, without its content: enough to choose the next one."""

    id: int
    address: str
    kind: str
    key: str
    target: str
    topic: str
    priority: int
    state: str
    not_before: datetime | None
    ready_at: datetime | None
    lease_until: datetime | None
    attempts: int
    doubts: int


@dataclass(frozen=True, slots=True)
class SentPart:
    """A message of ours as the provider knows it."""

    message: str
    part: int
    deleted: bool


class Outbox(Forwarding):
    """The road out."""

    # --- putting in ---------------------------------------------------------------------------------------------------

    def put_in(self, messages: Sequence[tuple[Outbound, int]], now: datetime) -> None:
        """Queue messages, each with the number of its part (0: whole). They take the place of those they replace."""
        kept = self._not_twice(_without_replaced(messages))
        self._give_way([message for message, _ in kept], now)
        rows = []
        for message, part in kept:
            if message.delete_after_s and not message.key:
                message = msgspec.structs.replace(message, key=f"auto:{self.seal.random_bytes(8).hex()}")  # noqa: PLW2901
            rows.append(
                {
                    "office": message.to.office,
                    "address": message.to.lane,
                    "kind": message.kind,
                    "key": message.key,
                    "target": message.target,
                    "topic": message.topic,
                    "replaces": message.replaces,
                    "about": message.about,
                    "priority": message.priority,
                    "part": part,
                    "state": "queued",
                    "payload": self.seal.close("outbox", encode(message)),
                    "queued_at": now,
                    "not_before": message.not_before,
                }
            )
        self.each(outbox.insert(), rows)
        soonest: dict[str, datetime] = {}
        for message, _ in kept:
            at = message.not_before or now
            soonest[message.to.lane] = min(at, soonest.get(message.to.lane, at))
        self._wake(soonest)

    def unsent(self, pairs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Of these (office, key) those that surely have not been sent and now can't be, until this transaction ends."""
        wanted = set(pairs)
        if not wanted:
            return frozenset()
        o = outbox.c
        statement = select(o.office, o.key, o.state, o.doubts).where(
            o.office.in_(bindparam("offices", expanding=True)),
            o.key.in_(bindparam("keys", expanding=True)),
            o.settled_at.is_(None),
        )
        if self.postgres:
            statement = statement.with_for_update()
        given = {"offices": sorted({office for office, _ in wanted}), "keys": sorted({key for _, key in wanted})}
        found: dict[tuple[str, str], bool] = {}
        for office, key, state, doubts in self.connection.execute(statement, given):
            surely = state in _UNSENT and not (state == "held" and doubts)
            found[office, key] = found.get((office, key), True) and surely
        return frozenset(pair for pair, yes in found.items() if yes and pair in wanted)

    def cancel(self, pairs: Iterable[tuple[str, str]], now: datetime) -> int:
        """Take back what's queued under these (office, key). How many rows that were."""
        return self._cancel("at_office", outbox.c.office, "at_key", outbox.c.key, sorted(set(pairs)), now)

    # --- taking out ---------------------------------------------------------------------------------------------------

    def lease(self, now: datetime, limit: int, routes: Sequence[str]) -> list[AddressRow]:
        """Up to `limit` addresses on these routes for which something may leave now, locked till the commit."""
        given = {"now": now, "most": limit, "routes": list(routes)}
        return [AddressRow(*row) for row in self.connection.execute(self.leasing(_READY), given)]

    def waiting(self, leased: Sequence[str], now: datetime) -> dict[str, list[WaitingRow]]:
        """The first messages of each address that may go by now, in the order they were queued."""
        found: dict[str, list[WaitingRow]] = {address: [] for address in leased}
        for row in self.connection.execute(_WAITING, {"values": list(found), "now": now}):
            waiting = WaitingRow(*row)
            found[waiting.address].append(waiting)
        return found

    def held_until(self, leased: Sequence[str], now: datetime) -> dict[str, datetime]:
        """When the first message that's held back may leave, for each address that has one."""
        rows = self.connection.execute(_HELD, {"values": list(leased), "now": now})
        return {address: at for address, at in rows}  # noqa: C416 - a Row isn't a pair to the type checker

    def started(self, leased: Sequence[str], since: datetime) -> dict[str, list[tuple[datetime, str]]]:
        """When attempts to each address began since then, earliest first, and what they edited: what pace goes by.

        Of a message that's repeated the earlier attempts count too, since they may have arrived.
        """
        found: dict[str, list[tuple[datetime, str]]] = {address: [] for address in leased}
        repeated = {}
        for row in self.connection.execute(_STARTED, {"values": list(found), "since": since}):
            found[row.address].append((row.started_at, row.target))
            if row.doubts:
                repeated[row.id] = row
        if repeated:
            for number, at in self.connection.execute(_DOUBTED, {"values": list(repeated), "since": since}):
                row = repeated[number]
                if at < row.started_at:  # else it's the attempt that's counted already
                    found[row.address].append((at, row.target))
                    found[row.address].sort()
        return found

    def start(self, ids: Sequence[int], now: datetime, until: datetime) -> list[OutboxRow]:
        """These messages are about to be sent: `sending`, leased until then. With their content.

        One that was taken back since it was chosen isn't among them, nor one whose content can't be read any more.
        """
        if not ids:
            return []
        self.connection.execute(_START, {"values": list(ids), "now": now, "until": until})
        return self._legible(self.connection.execute(_STARTED_NOW, {"values": list(ids)}).all(), now)

    def keep_routes(self, messages: Mapping[int, Outbound]) -> None:
        """These messages, by number, now say in which thread they go on."""
        rows = [
            {"number": number, "content": self.seal.close("outbox", encode(message))}
            for number, message in messages.items()
        ]
        self.each(_KEEP, rows)

    def row(self, number: int) -> OutboxRow | None:
        """One message, whatever its state; None also where its content can't be read any more."""
        found = self.connection.execute(OUTBOX.where(outbox.c.id == number)).one_or_none()
        return None if found is None else self._opened(found)

    def rows(self, office: str) -> list[OutboxRow]:
        """Every message of an office, oldest first: for tests and the operator."""
        return [
            self._read(row)
            for row in self.connection.execute(OUTBOX.where(outbox.c.office == office).order_by(outbox.c.id))
        ]

    # --- names and ids ------------------------------------------------------------------------------------------------

    def known_as(self, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[SentPart]]:
        """What the provider calls our messages: (address, key) -> parts in order; the latest sending of each part."""
        wanted = set(pairs)
        if not wanted:
            return {}
        given = {"addresses": sorted({address for address, _ in wanted}), "keys": sorted({key for _, key in wanted})}
        found: dict[tuple[str, str], dict[int, SentPart]] = {}
        for address, key, message, part, deleted_at in self.connection.execute(_KNOWN, given):
            if (address, key) in wanted:
                found.setdefault((address, key), {})[part] = SentPart(message, part, deleted_at is not None)
        return {pair: [parts[part] for part in sorted(parts)] for pair, parts in found.items()}

    def threads(self, leased: Iterable[str]) -> dict[tuple[str, str], str]:
        """The topics of these groups: (address, code) -> thread."""
        rows = self.connection.execute(_THREADS, {"values": list(leased)})
        return {(address, code): thread for address, code, thread in rows}

    # --- inside -------------------------------------------------------------------------------------------------------

    def _not_twice(self, messages: list[tuple[Outbound, int]]) -> list[tuple[Outbound, int]]:
        """The messages without those that are wanted once, and stand or wait where they're to go already."""
        once = [message for message, _ in messages if message.once]
        if not once:
            return messages
        there: dict[str, frozenset[str]] = {}
        for to in {message.to for message in once}:
            self.hold(to.lane)
            there[to.lane] = self.standing(to, {message.key for message in once if message.to == to})
        return [
            (message, part)
            for message, part in messages
            if not message.once or not (message.key in there[message.to.lane] or self._has_its_topic(message))
        ]

    def _has_its_topic(self, message: Outbound) -> bool:
        return message.kind == "topic" and self.has_topic(message.to, message.topic)

    def _give_way(self, messages: Sequence[Outbound], now: datetime) -> None:
        """What waits under the key that's replaced or replaces the same; edits that a later edit makes pointless."""
        replaced = sorted({(message.to.lane, message.replaces) for message in messages if message.replaces})
        self._cancel("at_address", outbox.c.address, "at_key", outbox.c.key, replaced, now)
        self._cancel("at_address", outbox.c.address, "at_key", outbox.c.replaces, replaced, now)
        edited = sorted({(message.to.lane, message.target) for message in messages if message.kind == "edit"})
        self._cancel("at_address", outbox.c.address, "at_target", outbox.c.target, edited, now, kind="edit")

    def _cancel(
        self,
        place: str,
        where: ColumnElement[str],
        name: str,
        key: ColumnElement[str],
        pairs: Sequence[tuple[str, str]],
        now: datetime,
        kind: str = "",
    ) -> int:
        if not pairs:
            return 0
        statement = update(outbox).where(
            where == bindparam(place),
            key == bindparam(name),
            outbox.c.settled_at.is_(None),
            _CAN_STAY,
        )
        if kind:
            statement = statement.where(outbox.c.kind == kind)
        statement = statement.values(state="cancelled", settled_at=bindparam("now"), lease_until=None)
        return self.each(statement, [{place: first, name: second, "now": now} for first, second in pairs])


def _without_replaced(messages: Sequence[tuple[Outbound, int]]) -> list[tuple[Outbound, int]]:
    """The messages that no later one of the same lot replaces."""
    kept: list[tuple[Outbound, int]] = []
    for message, part in messages:
        if message.replaces or message.kind == "edit":
            kept = [(each, nth) for each, nth in kept if not _gives_way(each, message)]
        kept.append((message, part))
    return kept


def _gives_way(earlier: Outbound, later: Outbound) -> bool:
    if earlier.to != later.to:
        return False
    if later.replaces and later.replaces in (earlier.key, earlier.replaces):
        return True
    return earlier.kind == later.kind == "edit" and earlier.target == later.target


_CAN_STAY = or_(
    outbox.c.state == "queued", outbox.c.state == "later", and_(outbox.c.state == "held", outbox.c.doubts == 0)
)
_READY = (
    select(*(addresses.c[each] for each in AddressRow.__slots__))
    .where(
        addresses.c.next_at <= bindparam("now", type_=Moment),
        addresses.c.route.in_(bindparam("routes", expanding=True)),
    )
    .order_by(addresses.c.next_at)
    .limit(bindparam("most", type_=Integer))
)
_RANKED = (
    select(
        *(outbox.c[each] for each in WaitingRow.__slots__),
        func.row_number()
        .over(partition_by=outbox.c.address, order_by=[case((outbox.c.kind == "press", 0), else_=1), outbox.c.id])
        .label("place"),
    )
    .where(
        among(outbox.c.address),
        outbox.c.settled_at.is_(None),
        outbox.c.state != "held",
        or_(outbox.c.not_before.is_(None), outbox.c.not_before <= bindparam("now", type_=Moment)),
    )
    .subquery()
)
_WAITING = (
    select(*(_RANKED.c[each] for each in WaitingRow.__slots__))
    .where(_RANKED.c.place <= PER_ADDRESS)
    .order_by(_RANKED.c.id)
)
_HELD = (
    select(outbox.c.address, func.min(outbox.c.not_before, type_=Moment))
    .where(
        among(outbox.c.address),
        outbox.c.settled_at.is_(None),
        outbox.c.not_before > bindparam("now", type_=Moment),
    )
    .group_by(outbox.c.address)
)
_STARTED = (
    select(outbox.c.id, outbox.c.address, outbox.c.started_at, outbox.c.target, outbox.c.doubts)
    .where(
        among(outbox.c.address),
        outbox.c.started_at.is_not(None),
        outbox.c.started_at > bindparam("since", type_=Moment),
        outbox.c.kind != "press",
    )
    .order_by(outbox.c.started_at)
)
_DOUBTED = select(deliveries.c.outbox, deliveries.c.at).where(
    among(deliveries.c.outbox),
    deliveries.c.at > bindparam("since", type_=Moment),
    deliveries.c.outcome == "uncertain",
)
_START = (
    update(outbox)
    .where(among(outbox.c.id), outbox.c.settled_at.is_(None))
    .values(
        state="sending",
        started_at=bindparam("now", type_=Moment),
        lease_until=bindparam("until", type_=Moment),
    )
)
_KEEP = (
    update(outbox)
    .where(outbox.c.id == bindparam("number", type_=BigInteger))
    .values(payload=bindparam("content", type_=LargeBinary))
)
_STARTED_NOW = OUTBOX.where(among(outbox.c.id), outbox.c.state == "sending").order_by(outbox.c.id)
_KNOWN = (
    select(sent.c.address, sent.c.key, sent.c.message, sent.c.part, sent.c.deleted_at)
    .where(
        sent.c.address.in_(bindparam("addresses", expanding=True)),
        sent.c.key.in_(bindparam("keys", expanding=True)),
        sent.c.key != "",
    )
    .order_by(sent.c.id)
)
_THREADS = select(topics.c.address, topics.c.code, topics.c.thread).where(among(topics.c.address))
