"""What is gone for good, carried from a newer database into an older one that was restored: it shall not come back.

A backup holds the keys that existed at its moment, so what was erased later can be opened in it. Every backup therefore
begins with a list: the keys destroyed by then, the files that still lived, what citizens had erased on request.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from storage.parts import among
from storage.tables import files, keys
from storage.unit import Unit

_PART = 5000


@dataclass(slots=True)
class Erased:
    """What a newer backup says of what is gone."""

    made_at: str  # ISO 8601, UTC: what was made after it can't be in it
    keys: set[str] = field(default_factory=set)  # destroyed
    files: set[str] = field(default_factory=set)  # that still lived

    def take(self, body: list[Any]) -> None:
        """A frame of the list."""
        kind, names = body
        {"keys": self.keys, "files": self.files}[kind].update(names)


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
    return len(doomed), set(gone)


def erase_gone(unit: Unit, names: list[str]) -> None:
    """Files whose bytes had been erased while they were copied: their keys are as useless."""
    statement = update(files).where(among(files.c.id), files.c.state == "ready")
    for at in range(0, len(names), _PART):
        gone = {"values": names[at : at + _PART], "sealed": None, "state": "erased", "next_at": None}
        unit.connection.execute(statement, gone)
