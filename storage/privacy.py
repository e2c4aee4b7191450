"""What was erased and by which rule, what is still due, and whose time may have come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import delete, func, select, update

from storage.parts import Conflict, Part, among
from storage.rows import encode, read_complaint, read_entry
from storage.seal import box, unbox
from storage.shelf import Shelf
from storage.tables import complaints, conversations, entries, quarantine, sent
from storage.tables_personal import data_requests, erasures, identities, notices
from workflow.privacy.asked import DataRequest
from workflow.record import Complaint
from workflow.world import Erasure, Shown


@dataclass(frozen=True, slots=True)
class ErasedRow:
    """A line of the report."""

    at: datetime
    kind: str
    rule: str
    complaint: str  # id; "" for what stood outside any
    name: str  # its number or code
    files: int


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request about one's own data by its times."""

    id: str
    asked_at: datetime
    due_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A version of the long notice."""

    office: str
    version: str
    channel: str
    at: datetime  # first shown
    words: str


def request_keyring(office: str, name: str) -> str:
    """The name of the key of a request."""
    return f"{office}/request/{name}"


_REQUEST = msgspec.json.Decoder(DataRequest)


class Privacy(Part):
    """Rows of personal data, by their time."""

    # --- requests -----------------------------------------------------------------------------------------------------

    def requests(self, ids: Sequence[str]) -> dict[str, tuple[DataRequest, int]]:
        """What citizens asked about their own data, by id, each with the `rev` it was read with; locked.

        One whose key was destroyed is left out.
        """
        if not ids:
            return {}
        r = data_requests.c
        statement = self.locking(select(r.id, r.office, r.rev, r.sealed).where(among(r.id)))
        rows = self.connection.execute(statement, {"values": list(ids)}).all()
        shelf = Shelf(self.connection, self.seal)
        keys = shelf.keys(request_keyring(row.office, row.id) for row in rows)
        found = {}
        for row in rows:
            name = request_keyring(row.office, row.id)
            if (key := keys.get(name)) is not None:
                found[row.id] = _REQUEST.decode(unbox(key, row.sealed, name)), row.rev
        return found

    def keep_requests(self, changed: Sequence[tuple[DataRequest, int]], now: datetime) -> None:
        """Write requests back, each with the `rev` it was read with (0: new). Raises `Conflict`."""
        keys = Shelf(self.connection, self.seal).ensure_keys(
            (request_keyring(each.office, each.id) for each, _ in changed), now
        )
        for each, rev in changed:
            name = request_keyring(each.office, each.id)
            row = {
                "id": each.id,
                "office": each.office,
                "lane": each.lane.lane,
                "asked_at": each.asked_at,
                "due_at": each.due_at,
                "closed_at": each.closed_at,
                "rev": rev + 1,
                "sealed": box(keys[name], encode(each), name, self.seal.random_bytes),
            }
            insert = self.put(data_requests).values(**row)
            kept = {column: insert.excluded[column] for column in row if column != "id"}
            statement = insert.on_conflict_do_update(index_elements=["id"], set_=kept, where=data_requests.c.rev == rev)
            if self.touched(statement) != 1:
                raise Conflict("a data request was changed by another transaction")

    def request_times(self, office: str) -> list[RequestRow]:
        """When each request of an office was made, is due and was answered, oldest first: the proof of the 72 hours."""
        r = data_requests.c
        statement = select(r.id, r.asked_at, r.due_at, r.closed_at).where(r.office == office)
        return [RequestRow(*row) for row in self.connection.execute(statement.order_by(r.asked_at, r.id))]

    def requests_late(self, now: datetime) -> dict[str, int]:
        """How many requests of each office are past their time and not answered."""
        r = data_requests.c
        statement = select(r.office, func.count()).where(r.due_at < now, r.closed_at.is_(None)).group_by(r.office)
        return {office: count for office, count in self.connection.execute(statement)}  # noqa: C416 - a Row is no pair

    def secret_open(self, office: str) -> int:
        """How many confidential reports of an office are open; it reads the states of all that are."""
        c = complaints.c
        mine = (c.office == office) & c.closed_at.is_(None) & c.state.contains('"confidential":true')
        return self.connection.execute(select(func.count()).where(mine)).scalar_one()

    # --- the notice ---------------------------------------------------------------------------------------------------

    def keep_notices(self, shown: Sequence[tuple[str, Shown]], now: datetime) -> None:
        """Keep the words of versions that were shown, once."""
        rows = [
            {"office": office, "version": each.version, "channel": each.channel, "words": each.text, "at": now}
            for office, each in shown
        ]
        self.each(self.put(notices).on_conflict_do_nothing(), rows)

    def notice(self, version: str) -> list[NoticeRow]:
        """The words of a version as each office showed them; of "" all versions, the first shown first."""
        n = notices.c
        statement = select(n.office, n.version, n.channel, n.at, n.words).order_by(n.at, n.office, n.version)
        if version:
            statement = statement.where(n.version == version)
        return [NoticeRow(*row) for row in self.connection.execute(statement)]

    # --- erasing ------------------------------------------------------------------------------------------------------

    def record(self, lines: Sequence[tuple[str, Erasure]]) -> None:
        """Note what was erased in an office. With a complaint's identity goes what it could be found by."""
        rows = [
            {
                "office": office,
                "complaint": each.complaint,
                "kind": each.kind,
                "rule": each.rule,
                "files": each.files,
                "at": each.at,
            }
            for office, each in lines
        ]
        self.each(erasures.insert(), rows)
        known = [each.complaint for _, each in lines if each.kind == "identity" and each.complaint]
        if known:
            self.connection.execute(delete(identities).where(among(identities.c.complaint)), {"values": known})

    def blank(self, complaint: str, acts: Sequence[str]) -> int:
        """Take the words out of these lines of a record; how many lines had any. That something was said stays."""
        statement = select(entries.c.id, entries.c.body).where(entries.c.complaint == complaint, among(entries.c.act))
        count = 0
        for number, body in self.connection.execute(statement, {"values": list(acts)}).all():
            line = read_entry(body)
            data = {name: value for name, value in line.data.items() if name not in ("before", "after")}
            bare = msgspec.structs.replace(line, text="", data=data)
            if bare != line:
                changed = update(entries).where(entries.c.id == number).values(body=encode(bare).decode())
                count += self.touched(changed)
        return count

    # --- whose time may have come -------------------------------------------------------------------------------------

    def closed(self, office: str, after: str, limit: int) -> tuple[Complaint, ...]:
        """Closed complaints in the order of their ids, from the one after `after` on, with what's sealed named only.

        What is private isn't opened: each of its names stands there without its value.
        """
        c = complaints.c
        statement = select(c.id, c.state, c.sealed).where(c.office == office, c.closed_at.is_not(None), c.id > after)
        found = []
        for row in self.connection.execute(statement.order_by(c.id).limit(limit)):
            known = read_complaint(row.state, None, {})
            sealed = {"sealed": ""} if row.sealed is not None else {}
            found.append(msgspec.structs.replace(known, private=sealed))
        return tuple(found)

    def silent_lanes(self, office: str, before: datetime, after: str, limit: int) -> list[str]:
        """Lanes of an office in which nothing has changed since then, in their order, from the one after `after` on."""
        c = conversations.c
        statement = select(c.lane).where(c.office == office, c.changed_at < before, c.lane > after)
        return list(self.connection.execute(statement.order_by(c.lane).limit(limit)).scalars())

    def old_refers(self, office: str, before: datetime, limit: int) -> list[int]:
        """Messages sent before then of which it's still kept what a reply to them would be about, words and all."""
        s = sent.c
        statement = select(s.id).where(s.office == office, s.refers != "", s.at < before)
        return list(self.connection.execute(statement.order_by(s.id).limit(limit)).scalars())

    def forget_refers(self, ids: Sequence[int]) -> None:
        """A reply to these messages means nothing any more."""
        self.connection.execute(update(sent).where(among(sent.c.id)), {"values": list(ids), "refers": ""})

    def unread_before(self, before: datetime) -> list[tuple[str, str, int]]:
        """What lies in quarantine since before then and was never brought back: (office, channel, how many)."""
        q = quarantine.c
        statement = select(q.office, q.channel, func.count()).where(q.at < before, q.replayed_at.is_(None))
        return [tuple(row) for row in self.connection.execute(statement.group_by(q.office, q.channel))]

    def let_go_unread(self, before: datetime, now: datetime) -> int:
        """Of what lay in quarantine since before then only that it did stays, and that as long as of a replayed one."""
        statement = update(quarantine).where(quarantine.c.at < before, quarantine.c.replayed_at.is_(None))
        return self.touched(statement.values(payload=b"", lane="", replayed_at=now))

    # --- the report ---------------------------------------------------------------------------------------------------

    def erased(self, office: str, since: datetime, until: datetime) -> list[ErasedRow]:
        """What was erased in an office in that time, oldest first."""
        e, c = erasures.c, complaints.c
        statement = (
            select(e.at, e.kind, e.rule, e.complaint, c.number, c.code, e.files)
            .select_from(erasures.outerjoin(complaints, e.complaint == c.id))
            .where(e.office == office, e.at >= since, e.at < until)
            .order_by(e.at, e.id)
        )
        return [
            ErasedRow(row.at, row.kind, row.rule, row.complaint, row.number or row.code or row.complaint, row.files)
            for row in self.connection.execute(statement)
        ]

    def names(self, ids: Sequence[str]) -> dict[str, str]:
        """The numbers, or where there is none the codes, of complaints by their ids."""
        c = complaints.c
        statement = select(c.id, c.number, c.code).where(among(c.id))
        rows = self.connection.execute(statement, {"values": list(ids)}) if ids else ()
        return {row.id: row.number or row.code for row in rows}
