"""Keys and files as rows: what's wrapped, what's fetched, what's erased. The sealed bytes lie in `storage/files.py`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from storage.parts import Part, among
from storage.rows import FileRow, Keys, keyring
from storage.seal import UnknownMaster, Unopenable, box, unbox
from storage.tables import files, keys, purges
from workflow.world import Fetch


@dataclass(frozen=True, slots=True)
class PurgeRow:
    """A file to be deleted at its provider."""

    file: str
    office: str
    channel: str
    ref: str  # "" where it can't be opened any more
    attempts: int


class Shelf(Part):
    """What seals the secrets, and what's known of the files."""

    # --- keys ---------------------------------------------------------------------------------------------------------

    def keys(self, names: Iterable[str]) -> Keys:
        """The keys of these names, as far as they exist and were not destroyed. Raises `UnknownMaster`."""
        return {name: key for name, key in self._known(names).items() if key is not None}

    def ensure_keys(self, names: Iterable[str], now: datetime) -> Keys:
        """The keys of these names, made now where they never existed. A destroyed one stays destroyed."""
        wanted = sorted(set(names))
        known = self._known(wanted)
        fresh = [name for name in wanted if name not in known]
        if fresh:
            rows = [
                {"name": name, "sealed": self.seal.wrap(name, self.seal.new_key()), "made_at": now} for name in fresh
            ]
            self.each(self.put(keys).on_conflict_do_nothing(), rows)
            known |= self._known(fresh)  # as stored: another process may have been first
        return {name: key for name, key in known.items() if key is not None}

    def rewrap(self, name: str) -> None:
        """Wrap a key with the first master, if another wraps it. Raises `Unopenable`."""
        wrapped = self.connection.execute(select(keys.c.sealed).where(keys.c.name == name)).scalar()
        if wrapped is None or wrapped.startswith(self.seal.head):
            return
        again = self.seal.wrap(name, self.seal.unwrap(name, wrapped))
        same = (keys.c.name == name) & (keys.c.sealed == wrapped)  # it may be destroyed at this very moment
        self.connection.execute(update(keys).where(same).values(sealed=again))

    def wrapped_by_first(self, name: str) -> bool:
        """Whether the first master wraps this key."""
        wrapped = self.connection.execute(select(keys.c.sealed).where(keys.c.name == name)).scalar()
        return wrapped is not None and wrapped.startswith(self.seal.head)

    def erase_keys(self, names: Sequence[str], now: datetime) -> None:
        """Destroy keys: what they sealed can never be opened again."""
        if names:
            self.connection.execute(
                update(keys).where(among(keys.c.name)), {"values": list(names), "sealed": None, "erased_at": now}
            )

    def _known(self, names: Iterable[str]) -> dict[str, bytes | None]:
        wanted = list(names)
        if not wanted:
            return {}
        found: dict[str, bytes | None] = {}
        for name, wrapped in self.connection.execute(_KEYS, {"values": wanted}):
            try:
                found[name] = None if wrapped is None else self.seal.unwrap(name, wrapped)
            except UnknownMaster:
                raise  # not destroyed: what it sealed must not be written anew without it
            except Unopenable:
                found[name] = None  # damaged: as good as destroyed
        return found

    # --- files --------------------------------------------------------------------------------------------------------

    def expect(self, fetches: Sequence[Fetch], now: datetime) -> None:
        """These files are to be fetched."""
        rows = [
            {
                "id": each.file,
                "office": each.lane.office,
                "channel": each.source or each.lane.channel,
                "lane": each.lane.lane,
                "keyring": each.keyring,
                "kind": each.kind,
                "state": "pending",
                "ref": self.seal.close("file", each.ref.encode()),
                "size_bytes": each.size_bytes,
                "next_at": now,
                "named_at": now,
            }
            for each in fetches
        ]
        self.each(self.put(files).on_conflict_do_nothing(), rows)

    def lease_files(self, now: datetime, until: datetime, limit: int, passing_by: Sequence[str] = ()) -> list[FileRow]:
        """Files whose fetching may be tried now; nobody else gets them before `until`.

        Those of the channels of offices named in `passing_by` ("telegram:kanigaran") wait.
        """
        statement = _FILE.where(files.c.next_at <= now).order_by(files.c.next_at).limit(limit)
        if passing_by:
            statement = statement.where((files.c.channel + ":" + files.c.office).not_in(passing_by))
        if self.postgres:
            statement = statement.with_for_update(skip_locked=True)
        rows = [self._file(row) for row in self.connection.execute(statement)]
        if rows:
            self.connection.execute(
                update(files).where(among(files.c.id)), {"values": [row.id for row in rows], "next_at": until}
            )
        return rows

    def renew_files(self, names: Sequence[str], until: datetime) -> None:
        """Whoever fetches these is alive and still at it."""
        still = update(files).where(among(files.c.id), files.c.state == "pending")
        self.connection.execute(still, {"values": list(names), "next_at": until})

    def file(self, name: str) -> FileRow | None:
        """One file, whatever its state."""
        row = self.connection.execute(_FILE.where(files.c.id == name)).one_or_none()
        return None if row is None else self._file(row)

    def settle_file(self, name: str, **columns: object) -> bool:
        """The file is ready or failed, with what's known of it. False: another worker was first, or it's erased."""
        statement = update(files).where(files.c.id == name, files.c.state == "pending")
        return self.touched(statement.values(next_at=None, **columns)) == 1

    def free_leases(self, now: datetime) -> int:
        """Whoever was fetching is dead: every pending file may be tried at once."""
        return self.touched(update(files).where(files.c.state == "pending", files.c.next_at > now).values(next_at=now))

    def fetch_later(self, name: str, attempts: int, at: datetime) -> None:
        """An attempt failed; the next one is at that time, unless another worker has it meanwhile."""
        pending = update(files).where(files.c.id == name, files.c.state == "pending")
        self.connection.execute(pending.values(attempts=attempts, next_at=at))

    def erase_files(self, names: Sequence[str]) -> None:
        """Destroy the keys of files; their bytes are noise from now on."""
        if names:
            gone = {"values": list(names), "sealed": None, "state": "erased", "next_at": None}
            self.connection.execute(update(files).where(among(files.c.id)), gone)

    # --- what providers still have ------------------------------------------------------------------------------------

    def ask_purge(self, rows: Sequence[FileRow], now: datetime) -> None:
        """These are to be deleted where they came from; each is asked for once."""
        self.each(
            self.put(purges).on_conflict_do_nothing(),
            [
                {
                    "file": row.id,
                    "office": row.office,
                    "channel": row.channel,
                    "ref": self.seal.close("file", row.ref.encode()),
                    "asked_at": now,
                    "next_at": now,
                }
                for row in rows
            ],
        )

    def lease_purges(self, now: datetime, until: datetime, limit: int) -> list[PurgeRow]:
        """Deletions that may be tried now; nobody else gets them before `until`."""
        statement = _PURGE.where(purges.c.next_at <= now).order_by(purges.c.next_at).limit(limit)
        if self.postgres:
            statement = statement.with_for_update(skip_locked=True)
        found = self.connection.execute(statement).all()
        if found:
            leased = {"values": [row.file for row in found], "next_at": until}
            self.connection.execute(update(purges).where(among(purges.c.file)), leased)
        return [PurgeRow(row.file, row.office, row.channel, self._ref(row.ref), row.attempts) for row in found]

    def settle_purge(self, file: str, outcome: str, reason: str, now: datetime) -> None:
        """It's deleted there, or given up. What's left of it is when that was and why."""
        end = {"outcome": outcome, "reason": reason[:300], "settled_at": now, "next_at": None}
        if outcome == "deleted":
            end["ref"] = b""
        statement = update(purges).where(purges.c.file == file, purges.c.settled_at.is_(None))
        self.connection.execute(statement.values(attempts=purges.c.attempts + 1, **end))

    def purge_later(self, file: str, reason: str, at: datetime) -> None:
        """An attempt failed; the next one is at that time."""
        again = {"next_at": at, "reason": reason[:300], "attempts": purges.c.attempts + 1}
        self.connection.execute(update(purges).where(purges.c.file == file).values(**again))

    def purges(self, office: str) -> list[dict[str, Any]]:
        """What was asked for and what became of it, oldest first: the proof for whoever asks."""
        columns = [
            purges.c[each] for each in ("file", "channel", "asked_at", "attempts", "outcome", "reason", "settled_at")
        ]
        statement = select(*columns).where(purges.c.office == office).order_by(purges.c.asked_at, purges.c.file)
        return [dict(row) for row in self.connection.execute(statement).mappings()]

    def purges_waiting(self) -> int:
        """How many files are still to be deleted at their providers."""
        return self.connection.execute(_PURGES_WAITING).scalar_one()

    # --- keys of files ------------------------------------------------------------------------------------------------

    def file_key(self, row: FileRow) -> bytes:
        """The key of a ready file. Raises `Unopenable` if it, or the key that wraps it, was destroyed."""
        if row.sealed is None:
            raise Unopenable(f"file {row.id}: its key was destroyed")
        if not row.keyring:
            return self.seal.unwrap(f"file {row.id}", row.sealed)
        name = keyring(row.office, row.keyring)
        outer = self.keys([name]).get(name)
        if outer is None:
            raise Unopenable(f"file {row.id}: the key of {row.keyring} was destroyed")
        return unbox(outer, row.sealed, f"file {row.id}")

    def key_to_fetch_with(self, row: FileRow, now: datetime) -> bytes | None:
        """The key that a pending file is sealed with, made now if there's none; None: it isn't pending any more.

        It's the same for whoever fetches it, so one who slept past their lease writes over nothing that can be read.
        Raises `Unopenable` as `wrap_file_key`.
        """
        fresh = self.wrap_file_key(row, self.seal.new_key(), now)
        first = update(files).where(files.c.id == row.id, files.c.state == "pending", files.c.sealed.is_(None))
        self.connection.execute(first.values(sealed=fresh))
        known = self.file(row.id)
        return self.file_key(known) if known is not None and known.state == "pending" else None

    def wrap_file_key(self, row: FileRow, key: bytes, now: datetime) -> bytes:
        """The key of a file in the form it's stored in: under the draft's or complaint's key, else under the master.

        Raises `Unopenable` if the draft's key was destroyed meanwhile: such a file isn't to be kept.
        """
        if not row.keyring:
            return self.seal.wrap(f"file {row.id}", key)
        name = keyring(row.office, row.keyring)
        outer = self.ensure_keys([name], now).get(name)
        if outer is None:
            raise Unopenable(f"file {row.id}: the key of {row.keyring} was destroyed")
        return box(outer, key, f"file {row.id}", self.seal.random_bytes)

    def _file(self, row: Any) -> FileRow:  # noqa: ANN401 - a Row of _FILE
        name, office, channel, lane, ring, kind, state, sealed_ref, *rest = row
        return FileRow(name, office, channel, lane, ring, kind, state, self._ref(sealed_ref), *rest)

    def _ref(self, sealed: bytes) -> str:
        try:
            return self.seal.open("file", sealed).decode()
        except Unopenable:
            return ""  # it can't be downloaded any more; the others shall be


_FILE = select(
    *(
        files.c[each]
        for each in (
            "id",
            "office",
            "channel",
            "lane",
            "keyring",
            "kind",
            "state",
            "ref",
            "sealed",
            "type",
            "mime",
            "sha256",
            "size_bytes",
            "attempts",
        )
    )
)
_PURGE = select(*(purges.c[each] for each in PurgeRow.__slots__))
_PURGES_WAITING = select(func.count()).select_from(purges).where(purges.c.next_at.is_not(None))
_KEYS = select(keys.c.name, keys.c.sealed).where(among(keys.c.name))
