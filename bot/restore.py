"""What `aduan restore` does: puts a backup into an empty database and a file store, all of it or nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from sqlalchemy.exc import DBAPIError

from bot.backup import Made, looked_at, readable
from bot.bar import Progress, shown
from bot.clock import Chance, Clock
from bot.config import Settings
from bot.foundation import KEY_CHECK, CannotStart, locked, open_store, seal_of
from storage import dump, erased, rotation, schema
from storage.archive import Damaged, frames
from storage.dump import Head, Loader, Tallies
from storage.engine import Unavailable
from storage.erased import Erased
from storage.files import Files, NotThere
from storage.tables import REVISION
from storage.unit import Unit


@dataclass(slots=True)
class Restored:
    """What was done."""

    made: Made
    keys: int = 0  # destroyed again, by the newer list
    files: int = 0  # not put back, by the newer list
    complaints: int = 0  # left as the newer list has them, since citizens asked for it


def restore(settings: Settings, path: Path, newer: Path | None) -> Restored:
    """Put a backup into the empty database of the configuration. Raises `CannotStart`, and nothing is changed then."""
    made = looked_at(settings, path)
    if not schema.is_known(made.head.revision):
        what = f"{path.name} was made by Aduan {made.head.version}, which is newer (shape {made.head.revision})."
        raise CannotStart(f"{what} Install that version or a later one, and restore with it.", 3)
    gone = None if newer is None else _list_of(settings, newer, made.head)
    with locked(settings), _database_unmade(settings):
        store = open_store(settings, Chance(Clock()))
        files = Files(settings.files, Chance(Clock()).random_bytes)
        with contextlib.closing(store), _Kept(files) as kept, shown("restore") as progress, _told():
            return store.now(lambda unit: _Work(unit, made, gone, kept, progress).done())


class _Kept:
    """The files that were put into the store; they go again if the work fails."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._put: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            for each in self._put:
                self._files.remove(each)

    def keep(self, name: str, content: bytes) -> None:
        """Put a file where it belongs, and read it again. Raises `OSError`."""
        try:
            if self._files.sealed(name) == content:
                return  # it lay there before, and stays whatever happens
        except NotThere:
            self._put.append(name)
        self._files.put_sealed(name, content)
        if self._files.sealed(name) != content:
            raise OSError(f"{name} reads otherwise than it was written")


class _Work:
    """The restoring, within one transaction."""

    def __init__(self, unit: Unit, made: Made, gone: Erased | None, kept: _Kept, progress: Progress) -> None:
        self.unit = unit
        self.made = made
        self.gone = gone
        self.kept = kept
        self.progress = progress
        self.result = Restored(made)
        self.dead: set[str] = set()

    def done(self) -> Restored:
        """Rows first, looked at once more as they stand there; then the files."""
        rows_are_in, lost = False, []
        with readable(self.made.path) as file:
            loader = self._prepared()
            size = self.made.path.stat().st_size
            for kind, body in dump.contents(file, self.unit.seal):
                self.progress(file.tell(), size)
                if kind == "R":
                    loader.put(body[0], body[1])
                    continue
                if kind != "E" and not rows_are_in:
                    self._rows_are_in(loader)
                    rows_are_in = True
                if kind == "f" and body[0] not in self.dead:
                    self.kept.keep(body[0], body[1])
                elif kind == "g":
                    lost.append(body)
        erased.erase_gone(self.unit, lost)
        return self.result

    def _prepared(self) -> Loader:
        connection, head = self.unit.connection, self.made.head
        if not dump.is_empty(connection, KEY_CHECK):
            mend = "Name a new database in [service] database_url, or move the present one away."
            raise CannotStart(f"The database isn't empty, and nothing is ever written over. {mend}")
        dump.remove_tables(connection)
        schema.begin_at(connection, head.revision)
        return Loader(connection, head.tables)

    def _rows_are_in(self, loader: Loader) -> None:
        tallies = Tallies()
        for name, rows in loader.read_back():
            tallies.rows(name, rows)
        if tallies.plain()["tables"] != self.made.tallies.plain()["tables"]:
            raise CannotStart("What stands in the database isn't what the backup holds: nothing was kept.")
        loader.count_on()
        if self.made.head.revision != REVISION:
            schema.upgrade_to(self.unit.connection)
        if count := rotation.unknown(self.unit):
            mend = "Name it in [service] former_keys."
            raise CannotStart(f"{count} values in it are sealed under a former master key. {mend}", 2)
        if self.gone is not None:
            destroyed, dead = erased.apply(self.unit, self.gone, Clock().now())
            self.dead, self.result.keys, self.result.files = dead, destroyed, len(dead)
            self.result.complaints = len(self.gone.complaints)


def _list_of(settings: Settings, path: Path, head: Head) -> Erased:
    """What is gone by a newer backup. Its beginning is enough, and proven by itself."""
    seal = seal_of(settings, Chance(Clock()))
    with readable(path) as file:
        newer = dump.head_of(file, seal)
        if datetime.fromisoformat(newer.made_at) < datetime.fromisoformat(head.made_at):
            raise CannotStart(f"{path.name} is older than the backup that is to be restored: give the newest one.", 2)
        file.seek(0)
        found = Erased(newer.made_at)
        for kind, body in frames(file, seal):
            if kind == "E":
                found.take(body)
            elif kind != "h":
                return found
        raise Damaged("it ends before its rows")


@contextlib.contextmanager
def _database_unmade(settings: Settings) -> Iterator[None]:
    """A SQLite file that wasn't there before isn't there after a failure either."""
    _, mark, name = settings.database_url.partition("sqlite:///")
    was_there = not mark or Path(name).exists()
    try:
        yield
    except BaseException:
        if not was_there:
            for ending in ("", "-wal", "-shm"):
                Path(name + ending).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What the database or the disk refuses, in a sentence."""
    try:
        yield
    except Unavailable as error:
        raise CannotStart(f"The database can't be used: {error}") from None
    except DBAPIError as error:
        what = str(error.orig).split("\n", 1)[0]
        raise CannotStart(f"The database refuses a row, and nothing was kept: {what}") from None
    except OSError as error:
        raise CannotStart(f"A file can't be kept: {error.strerror or error}.") from None
