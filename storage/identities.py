"""Which complaints an identity number stands in, by a blind index: the table knows neither the number nor whose it is.

A row is keyed with a random key per office (`index/OFFICE` among the wrapped keys), so nobody without the master key
can count numbers through, and a number has another row in another office. Turning the master key re-wraps that key.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime

from sqlalchemy import delete, select

from storage.parts import Part, among
from storage.shelf import Shelf
from storage.tables_personal import identities
from workflow.numbers import KINDS

Numbers = AbstractSet[tuple[str, str]]
"""(kind, digits)."""


def index_key(office: str) -> str:
    """The name of the key that an office's index is made with."""
    return f"index/{office}"


class Identities(Part):
    """Rows that follow what complaints hold: written with them, gone with their numbers."""

    def keep(self, office: str, complaint: str, numbers: Numbers, now: datetime) -> None:
        """From now on a complaint (its id) is found by these numbers and by no others."""
        self.forget((complaint,))
        key = self._key(office, now) if numbers else None
        if key is None:
            return
        rows = [
            {"office": office, "digest": _digest(key, kind, digits), "complaint": complaint, "kind": kind, "at": now}
            for kind, digits in sorted(numbers)
        ]
        self.each(self.put(identities).on_conflict_do_nothing(), rows)

    def find(self, office: str, digits: str, now: datetime) -> tuple[str, ...]:
        """The ids of the office's complaints that hold this number, the newest first."""
        key = self._key(office, now)
        if key is None:
            return ()
        digests = [_digest(key, kind, digits) for kind in KINDS]
        statement = (
            select(identities.c.complaint, identities.c.at)
            .where(identities.c.office == office, among(identities.c.digest))
            .order_by(identities.c.at.desc(), identities.c.complaint.desc())
        )
        return tuple(dict.fromkeys(row.complaint for row in self.connection.execute(statement, {"values": digests})))

    def forget(self, complaints: Iterable[str]) -> None:
        """These complaints are found by no number any more."""
        known = list(complaints)
        if known:
            self.connection.execute(delete(identities).where(among(identities.c.complaint)), {"values": known})

    def _key(self, office: str, now: datetime) -> bytes | None:
        """The office's key; None where it was destroyed, which ends its index for good."""
        name = index_key(office)
        return Shelf(self.connection, self.seal).ensure_keys((name,), now).get(name)


def _digest(key: bytes, kind: str, digits: str) -> str:
    return hmac.new(key, f"{kind}{digits}".encode(), hashlib.sha256).hexdigest()
