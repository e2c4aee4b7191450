"""Conversations, complaints and their records: read for a whole batch in few statements, written back the same way."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import Select, Table, Text, bindparam, delete, func, or_, select, text, union_all, update

from storage.columns import Moment
from storage.parts import Conflict, Insert, Part, among, insert_into
from storage.rows import (
    Keys,
    complaint_row,
    conversation_keyrings,
    conversation_row,
    encode,
    has_private,
    keyring,
    lane_keyring,
    read_complaint,
    read_conversation,
    read_entry,
)
from storage.shelf import Shelf
from storage.tables import codes, complaints, conversations, counters, entries, linked, links, sent, standards
from workflow.conversation import Conversation
from workflow.message import Refers
from workflow.record import Complaint, Entry
from workflow.world import Link, Search

T = TypeVar("T")

_SEARCH_LIMIT = 50
_REFERS = msgspec.json.Decoder(Refers)


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """A state as it was read: `rev` must still be the same when it's written back."""

    value: T
    rev: int


@dataclass(frozen=True, slots=True)
class Turn:
    """What a search goes by and only the standard knows: the stage of a complaint's step and the role it waits for."""

    stage: str = ""
    role: str = ""


class Cases(Part):
    """What is known of people's reports."""

    # --- reading ------------------------------------------------------------------------------------------------------

    def conversations(self, lanes: Iterable[str]) -> dict[str, Kept[Conversation]]:
        """The conversations of these lanes, locked until the end of the transaction."""
        wanted = list(lanes)
        if not wanted:
            return {}
        rows = self.connection.execute(self.locking(_CONVERSATION), {"values": wanted}).all()
        names = [lane_keyring(row.office, row.lane) for row in rows if row.sealed is not None]
        names += [keyring(row.office, row.code) for row in rows if row.sealed_draft is not None]
        keys = self._keys(names)
        return {
            row.lane: Kept(read_conversation(row.state, row.sealed, row.sealed_draft, keys), row.rev) for row in rows
        }

    def complaints(
        self,
        office: str = "",
        *,
        ids: Iterable[str] = (),
        codes: Iterable[str] = (),
        numbers: Iterable[str] = (),
        verifications: Iterable[str] = (),
    ) -> dict[str, Kept[Complaint]]:
        """Complaints by id, code, register number or the code on their letter, locked until the transaction's end.

        All but ids are an office's own, so `office` must be named for them.
        """
        wanted = {"ids": ids, "codes": codes, "numbers": numbers, "verifications": verifications}
        given = {name: known for name, values in wanted.items() if (known := [each for each in values if each])}
        if not given:
            return {}
        return self._complaints(self.locking(_complaints_by(*given)), {"office": office, **given})

    def homes(self, office: str, codes: Iterable[str], since: datetime) -> dict[str, str]:
        """The lanes in which these codes of an office live: of a draft, or of a complaint open or closed since then."""
        wanted = list(codes)
        rows = self.connection.execute(_HOMES, {"office": office, "values": wanted, "since": since}) if wanted else ()
        return {code: lane for code, lane in rows}  # noqa: C416 - a Row isn't a pair to the type checker

    def glances(self, lanes: Iterable[str]) -> dict[str, Conversation]:
        """The conversations of these lanes to look at only: not locked, and without what's sealed in them."""
        wanted = list(lanes)
        rows = self.connection.execute(_GLANCE, {"values": wanted}).all() if wanted else ()
        return {row.lane: read_conversation(row.state, None, None, {}) for row in rows}

    def find(self, office: str, search: Search) -> tuple[Complaint, ...]:
        """The complaints a search of the desk means: the ones due soonest first, then the newest."""
        c = complaints.c
        statement = _COMPLAINT.where(c.office == office)
        if search.open_only or search.overdue_at or search.waits_for:
            statement = statement.where(c.closed_at.is_(None))
        if search.overdue_at:
            statement = statement.where(c.due_at < search.overdue_at)
        if search.waits_for.startswith("staff:"):
            statement = statement.where(c.assignee == search.waits_for.removeprefix("staff:"))
        elif search.waits_for:
            statement = statement.where(c.role == search.waits_for)
        for word in search.text.split()[:8]:
            like = f"%{_escaped(word.lower())}%"
            named = or_(
                c.words.like(like, escape="\\"), func.lower(c.number).like(like, escape="\\"), c.code == word.upper()
            )
            statement = statement.where(named)
        statement = statement.order_by(c.due_at.is_(None), c.due_at, c.confirmed_at.desc()).limit(
            min(search.limit, _SEARCH_LIMIT)
        )
        return tuple(kept.value for kept in self._complaints(statement, {}).values())

    def running(self, office: str, after: str, limit: int) -> tuple[Complaint, ...]:
        """Open complaints in the order of their ids, from the one after `after` on, without what's sealed in them."""
        c = complaints.c
        statement = _COMPLAINT.where(c.office == office, c.closed_at.is_(None), c.id > after).order_by(c.id)
        rows = self.connection.execute(statement.limit(limit)).all()
        return tuple(read_complaint(row.state, None, {}) for row in rows)

    def histories(self, ids: Iterable[str]) -> dict[str, tuple[Entry, ...]]:
        """The records of these complaints, each from its first line on."""
        wanted = list(ids)
        if not wanted:
            return {}
        statement = select(entries.c.complaint, entries.c.body).where(among(entries.c.complaint)).order_by(entries.c.id)
        found: dict[str, list[Entry]] = {each: [] for each in wanted}
        for complaint, body in self.connection.execute(statement, {"values": wanted}):
            found[complaint].append(read_entry(body))
        return {name: tuple(lines) for name, lines in found.items()}

    def refers(self, messages: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Refers]:
        """What sent messages are about, by (address lane, the provider's id)."""
        wanted = set(messages)
        if not wanted:
            return {}
        given = {"addresses": sorted({lane for lane, _ in wanted}), "messages": sorted({each for _, each in wanted})}
        rows = self.connection.execute(_REFERRED, given)
        return {(lane, message): _REFERS.decode(refers) for lane, message, refers in rows if (lane, message) in wanted}

    def numbers(self, offices: Iterable[str]) -> dict[str, dict[int, int]]:
        """The last register number of each year, by office."""
        found: dict[str, dict[int, int]] = {office: {} for office in offices}
        for office, year, last in self.connection.execute(_NUMBERS, {"values": list(found)}):
            found[office][year] = last
        return found

    def linked(self, offices: Iterable[str]) -> dict[str, dict[str, str]]:
        """The private chats of staff, by office: staff id -> chat."""
        found: dict[str, dict[str, str]] = {office: {} for office in offices}
        for office, staff, chat in self.connection.execute(_LINKED, {"values": list(found)}):
            found[office][staff] = chat
        return found

    def tokens(self, office: str, tokens: Iterable[str], now: datetime) -> dict[str, str]:
        """Of these one-time tokens those that may still be used, with the staff id they're for."""
        by_digest = {_digest(token): token for token in tokens}
        if not by_digest:
            return {}
        statement = select(links.c.digest, links.c.staff).where(
            among(links.c.digest), links.c.office == office, links.c.until > now, links.c.used_at.is_(None)
        )
        return {
            by_digest[digest]: staff
            for digest, staff in self.connection.execute(statement, {"values": list(by_digest)})
        }

    def standard_sources(self, versions: Iterable[str]) -> dict[str, str]:
        """The TOML texts of these versions of standards, as far as they were ever in force here."""
        wanted = list(versions)
        statement = select(standards.c.version, standards.c.source).where(among(standards.c.version))
        rows = self.connection.execute(statement, {"values": wanted}).all() if wanted else []
        return {version: source for version, source in rows}  # noqa: C416 - a Row isn't a pair to the type checker

    # --- writing ------------------------------------------------------------------------------------------------------

    def keep_conversations(self, changed: Sequence[tuple[Conversation, int]], now: datetime) -> None:
        """Write back conversations, each with the `rev` it was read with (0: new). Raises `Conflict`."""
        if not changed:
            return
        names = [name for conversation, _ in changed for name in conversation_keyrings(conversation)]
        keys = self._shelf.ensure_keys(names, now)
        rows = [
            {**conversation_row(conversation, keys, self.seal.random_bytes), "rev": rev + 1, "changed_at": now}
            for conversation, rev in changed
        ]
        self._put_back(conversations, "lane", rows)

    def keep_complaints(self, changed: Sequence[tuple[Complaint, int, Turn]], now: datetime) -> None:
        """Write back complaints, each with the `rev` it was read with (0: new). Raises `Conflict`."""
        if not changed:
            return
        names = [keyring(each.office, each.code) for each, _, _ in changed if has_private(each)]
        keys = self._shelf.ensure_keys(names, now)
        rows = [
            {
                **complaint_row(complaint, keys, self.seal.random_bytes),
                "rev": rev + 1,
                "stage": turn.stage,
                "role": turn.role,
            }
            for complaint, rev, turn in changed
        ]
        self._put_back(complaints, "id", rows)

    def record(self, lines: Sequence[tuple[str, Entry]]) -> None:
        """Append lines (office, entry) to the records; nothing ever changes or removes one."""
        rows = [
            {
                "office": office,
                "complaint": entry.complaint,
                "at": entry.at,
                "act": entry.act,
                "by": entry.by,
                "body": encode(entry).decode(),
            }
            for office, entry in lines
        ]
        self.each(entries.insert(), rows)

    def reserve_codes(self, wanted: Sequence[tuple[str, str, str]]) -> None:
        """Take codes (office, code, lane) that are new to a batch. Raises `Conflict` where one is taken already."""
        rows = [{"office": office, "code": code, "lane": lane} for office, code, lane in wanted]
        if rows and self.each(self.put(codes).on_conflict_do_nothing(), rows) != len(rows):
            raise Conflict("a short code is taken already")

    def count_up(self, office: str, year: int, was: int, last: int) -> None:
        """Move the register's counter on. Raises `Conflict` if another transaction gave out a number meanwhile."""
        statement = self.put(counters).values(office=office, year=year, last=last)
        statement = statement.on_conflict_do_update(
            index_elements=["office", "year"], set_={"last": statement.excluded.last}, where=counters.c.last == was
        )
        if self.touched(statement) != 1:
            raise Conflict(f"the register of {office} went on meanwhile")

    def keep_links(self, office: str, made: Sequence[Link]) -> None:
        """Store one-time tokens, as digests only."""
        rows = [
            {"digest": _digest(each.token), "office": office, "staff": each.staff, "until": each.until} for each in made
        ]
        self.each(links.insert(), rows)

    def use_tokens(self, tokens: Sequence[str], now: datetime) -> None:
        """These tokens are used up."""
        if tokens:
            digests = [_digest(token) for token in tokens]
            self.connection.execute(update(links).where(among(links.c.digest)), {"values": digests, "used_at": now})

    def link(self, office: str, pairs: Sequence[tuple[str, str]], now: datetime) -> None:
        """Tie private chats to staff: (staff id, chat). "" unties."""
        gone = [staff for staff, chat in pairs if not chat]
        if gone:
            self.connection.execute(
                delete(linked).where(linked.c.office == office, among(linked.c.staff)), {"values": gone}
            )
        insert = self.put(linked)
        self.each(
            insert.on_conflict_do_update(
                index_elements=["office", "staff"], set_={"chat": insert.excluded.chat, "at": insert.excluded.at}
            ),
            [{"office": office, "staff": staff, "chat": chat, "at": now} for staff, chat in pairs if chat],
        )

    def keep_standard(self, version: str, office: str, source: str, now: datetime) -> None:
        """Keep the text of a standard that's in force, for everything that begins with it."""
        row = {"version": version, "office": office, "source": source, "stored_at": now}
        self.connection.execute(self.put(standards).values(**row).on_conflict_do_nothing())

    # --- inside -------------------------------------------------------------------------------------------------------

    @property
    def _shelf(self) -> Shelf:
        return Shelf(self.connection, self.seal)

    def _keys(self, names: Sequence[str]) -> Keys:
        return self._shelf.keys(names) if names else {}

    def _complaints(self, statement: Select[Any], given: Mapping[str, Any]) -> dict[str, Kept[Complaint]]:
        rows = self.connection.execute(statement, given).all()
        keys = self._keys([keyring(row.office, row.code) for row in rows if row.sealed is not None])
        return {row.id: Kept(read_complaint(row.state, row.sealed, keys), row.rev) for row in rows}

    def _put_back(self, table: Table, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert or replace by primary key, each row only over the revision before it."""
        statement = _put_back(table, name, tuple(rows[0]), postgres=self.postgres)
        if self.each(statement, rows) != len(rows):
            raise Conflict(f"{table.name}: changed by another transaction")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


_COMPLAINT = select(
    complaints.c.id, complaints.c.office, complaints.c.code, complaints.c.rev, complaints.c.state, complaints.c.sealed
)


@cache
def _complaints_by(*names: str) -> Select[Any]:
    """The complaints by any of "ids", "codes", "numbers" and "verifications"; all but ids within the office."""
    c = complaints.c
    of_office = c.office == bindparam("office", type_=Text)
    conditions = {
        "ids": c.id.in_(bindparam("ids", expanding=True)),
        "codes": of_office & c.code.in_(bindparam("codes", expanding=True)),
        "numbers": of_office & c.number.in_(bindparam("numbers", expanding=True)) & (c.number != ""),
        "verifications": (
            of_office & c.verification.in_(bindparam("verifications", expanding=True)) & text("verification <> ''")
        ),
    }
    return _COMPLAINT.where(or_(*(conditions[name] for name in names))).order_by(c.id)


_CONVERSATION = select(
    *(conversations.c[each] for each in ("lane", "office", "rev", "code", "state", "sealed", "sealed_draft"))
).where(among(conversations.c.lane))
_GLANCE = select(conversations.c.lane, conversations.c.state).where(among(conversations.c.lane))
_HOMES = union_all(
    select(conversations.c.code, conversations.c.lane).where(
        conversations.c.office == bindparam("office", type_=Text), among(conversations.c.code)
    ),
    select(complaints.c.code, complaints.c.lane).where(
        complaints.c.office == bindparam("office", type_=Text),
        among(complaints.c.code),
        complaints.c.lane != "",
        or_(complaints.c.closed_at.is_(None), complaints.c.closed_at > bindparam("since", type_=Moment)),
    ),
)
_NUMBERS = select(counters.c.office, counters.c.year, counters.c.last).where(among(counters.c.office))
_LINKED = select(linked.c.office, linked.c.staff, linked.c.chat).where(among(linked.c.office))
_REFERRED = (
    select(sent.c.address, sent.c.message, sent.c.refers)
    .where(
        sent.c.address.in_(bindparam("addresses", expanding=True)),
        sent.c.message.in_(bindparam("messages", expanding=True)),
        sent.c.refers != "",
    )
    .order_by(sent.c.id)
)


@cache
def _put_back(table: Table, name: str, columns: tuple[str, ...], *, postgres: bool) -> Insert:
    """Insert or replace by primary key, each row only over the revision before it."""
    insert = insert_into(table, postgres=postgres)
    fields = {column: insert.excluded[column] for column in columns if column != name}
    return insert.on_conflict_do_update(
        index_elements=[name], set_=fields, where=table.c.rev == insert.excluded.rev - 1
    )
