"""What is gone for good, carried from a newer database into an older one that was restored: it shall not come back.

A backup holds the keys that existed at its moment, so what was erased later can be opened in it. Every backup therefore
begins with a list: the keys destroyed by then, the files that still lived, what citizens had erased on request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, insert, select, update

from storage.columns import as_it_is
from storage.parts import among
from storage.tables import complaints, conversations, entries, files, keys
from storage.tables_personal import data_requests, erasures, identities
from storage.unit import Unit

AGAIN = "privacy.retention_days"  # how the rules begin whose bells are in the backup and ring again
_REQUEST = re.compile(r"\bDP-(\w+)")  # a citizen's request, as the rule of an erasure names it
_PART = 5000
# Of a complaint that was erased on request: the tables that hold something of it, and the column that says so.
_OF_A_COMPLAINT = ((complaints, "id"), (entries, "complaint"), (identities, "complaint"), (erasures, "complaint"))


@dataclass(slots=True)
class Erased:
    """What a newer backup says of what is gone."""

    made_at: str  # ISO 8601, UTC: what was made after it can't be in it
    keys: set[str] = field(default_factory=set)  # destroyed
    files: set[str] = field(default_factory=set)  # that still lived
    complaints: dict[str, dict[str, Any]] = field(default_factory=dict)  # erased on request: what is left of each
    talks: dict[str, dict[str, Any]] = field(default_factory=dict)  # cleared on request, by lane: their rows

    def take(self, body: list[Any]) -> None:
        """A frame of the list."""
        kind, *rest = body
        if kind in ("complaint", "talk"):
            {"complaint": self.complaints, "talk": self.talks}[kind][rest[0]] = rest[1]
        else:
            {"keys": self.keys, "files": self.files}[kind].update(rest[0])


def listed(unit: Unit) -> Iterator[list[Any]]:
    """The list as the frames of an archive."""
    queries = {
        "keys": select(keys.c.name).where(keys.c.sealed.is_(None)).order_by(keys.c.name),
        "files": select(files.c.id).where(files.c.state != "erased").order_by(files.c.id),
    }
    for kind, query in queries.items():
        names = list(unit.connection.execute(query).scalars())
        for at in range(0, len(names), _PART):
            yield [kind, names[at : at + _PART]]
    asked = select(erasures.c.complaint).where(~erasures.c.rule.startswith(AGAIN), erasures.c.kind != "request")
    mine = asked.where(erasures.c.complaint.in_(select(complaints.c.id))).distinct()
    for name in list(unit.connection.execute(mine.order_by(erasures.c.complaint)).scalars()):
        yield ["complaint", name, _left_of(unit, name)]
    rules = unit.connection.execute(select(erasures.c.rule).where(erasures.c.kind == "request")).scalars()
    requests = {found[1] for rule in rules if (found := _REQUEST.search(rule))}
    lanes = unit.connection.execute(select(data_requests.c.id, data_requests.c.lane)).all()
    for lane in sorted({each.lane for each in lanes if each.id in requests}):
        for row in _rows(unit, conversations, "lane", lane):
            yield ["talk", lane, row]


def _left_of(unit: Unit, name: str) -> dict[str, Any]:
    """What is left of an erased complaint, by table: rows as the database has them."""
    return {str(table.name): _rows(unit, table, column, name) for table, column in _OF_A_COMPLAINT}


def _rows(unit: Unit, table: Table, column: str, value: str) -> list[dict[str, Any]]:
    raw = as_it_is(table)
    rows = unit.connection.execute(select(*raw.c).where(raw.c[column] == value)).mappings()
    return [{str(name): each for name, each in row.items()} for row in rows]


def apply(unit: Unit, erased: Erased, now: datetime) -> tuple[int, set[str]]:
    """Destroy in a restored database what is gone by a newer list; how many keys that were, and which files."""
    living = unit.connection.execute(select(keys.c.name).where(keys.c.sealed.is_not(None))).scalars()
    doomed = sorted(erased.keys.intersection(living))
    for at in range(0, len(doomed), _PART):
        unit.shelf.erase_keys(doomed[at : at + _PART], now)
    known = unit.connection.execute(select(files.c.id).where(files.c.state != "erased")).scalars()
    gone = sorted(set(known) - erased.files)
    for at in range(0, len(gone), _PART):
        unit.shelf.erase_files(gone[at : at + _PART])
    for name, left in erased.complaints.items():
        _put_in_place(unit, name, left)
    for lane, row in erased.talks.items():
        if unit.touched(delete(conversations).where(conversations.c.lane == lane)):
            _insert(unit, conversations, [row])
    return len(doomed), set(gone)


def _put_in_place(unit: Unit, name: str, left: dict[str, Any]) -> None:
    """A complaint that was erased on request becomes what was left of it; one that isn't here needs nothing.

    What its citizen's channel was told and said stands sealed in the traffic, which is tidied away in its time.
    """
    if unit.connection.execute(select(complaints.c.id).where(complaints.c.id == name)).first() is None:
        return
    for table, column in _OF_A_COMPLAINT:
        unit.connection.execute(delete(table).where(table.c[column] == name))
        _insert(unit, table, left[table.name])


def _insert(unit: Unit, table: Table, rows: list[dict[str, Any]]) -> None:
    """Rows of a newer moment; numbers that count up are given anew, for other rows may have those."""
    fresh = {"id"} if table is entries or table is erasures else set()
    for row in rows:
        known = {key: value for key, value in row.items() if key in table.c and key not in fresh}
        unit.connection.execute(insert(as_it_is(table)).values(**known))


def erase_gone(unit: Unit, names: list[str]) -> None:
    """Files whose bytes had been erased while they were copied: their keys are as useless."""
    statement = update(files).where(among(files.c.id), files.c.state == "ready")
    for at in range(0, len(names), _PART):
        gone = {"values": names[at : at + _PART], "sealed": None, "state": "erased", "next_at": None}
        unit.connection.execute(statement, gone)
