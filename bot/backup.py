"""What `aduan backup` does: one encrypted file with everything, while the service runs; or it proves such a file."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

import msgspec
from sqlalchemy import select

from bot.bar import Progress, shown
from bot.beside import opened
from bot.clock import Chance, Clock
from bot.config import Settings
from bot.foundation import KEPT_AS, KEY_CHECK, CannotStart, seal_of
from storage import dump, erased, schema
from storage.archive import Damaged, Writer
from storage.dump import FORMAT, Head, Tallies
from storage.engine import Store, Unavailable
from storage.files import Files, NotThere
from storage.seal import UnknownMaster
from storage.tables import files
from storage.unit import Unit

_NAME = "aduan-%Y%m%d-%H%M%S.backup"
_UNFINISHED = timedelta(hours=12)  # a file that wasn't written to for so long is nobody's


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was written, or looked at."""

    path: Path
    head: Head
    tallies: Tallies

    def __str__(self) -> str:
        """As the operator reads it."""
        said = f"{self.tallies.total()} rows, {self.tallies.files.count} files ({self.tallies.size_bytes / 1e6:.1f} MB)"
        when = datetime.fromisoformat(self.head.made_at)
        return f"{self.path.name}: as of {when:%Y-%m-%d %H:%M:%S} UTC, Aduan {self.head.version}, {said}"


def backup(settings: Settings, out: Path | None) -> Made:
    """Write everything into one file; the service may run meanwhile. Raises `CannotStart`."""
    clock = Clock()
    target = out or Path(f"{clock.now():{_NAME}}")
    with opened(settings) as store:
        store.look(lambda unit: unit.shelf.keys([KEY_CHECK]))  # no backup under a key that fits nothing
        with _unfinished(target) as file, shown("backup") as progress:
            made = _written(settings, store, file, clock, progress, target)
        with contextlib.suppress(Unavailable):  # busy: the backup is good, only its date isn't noted
            store.now(lambda unit: unit.times.move_cursor(*KEPT_AS, target.name, clock.now()))
    return made


def _written(settings: Settings, store: Store, file: BinaryIO, clock: Clock, progress: Progress, target: Path) -> Made:
    archive, tallies = Writer(file, store.seal), Tallies()

    def read(unit: Unit) -> tuple[Head, list[str]]:
        dump.begin_snapshot(unit.connection)
        head = _head(unit, clock.now())
        archive.put("h", msgspec.to_builtins(head))
        for part in erased.listed(unit):
            archive.put("E", part)
        total = dump.counts(unit.connection)
        for name, rows in dump.read_all(unit.connection):
            archive.put("R", [name, rows])
            tallies.rows(name, rows)
            progress(tallies.total(), total)
        return head, list(unit.connection.execute(select(files.c.id).where(files.c.state == "ready")).scalars())

    head, names = store.look(read)
    _copied(settings, store, archive, tallies, names, progress)
    archive.put("z", tallies.plain())
    archive.close()
    return Made(target, head, tallies)


def _head(unit: Unit, now: datetime) -> Head:
    engine, shape = unit.connection.dialect.name, schema.revision(unit.connection)
    return Head(FORMAT, now.isoformat(), version("aduan"), shape, engine, dump.columns())


def _copied(
    settings: Settings,
    store: Store,
    archive: Writer,
    tallies: Tallies,
    names: Sequence[str],
    progress: Progress,
) -> None:
    """Copy the files' sealed bytes; one that isn't there was erased since the snapshot, or its disk lost it."""
    shelf = Files(settings.files, Chance(Clock()).random_bytes)
    for done, name in enumerate(names, 1):
        try:
            content = shelf.sealed(name)
        except NotThere:
            if store.look(lambda unit, name=name: _is_ready(unit, name)):  # type: ignore[misc] # its default binds the name
                archive.put("m", name)
                tallies.missing += 1
            else:
                archive.put("g", name)
                tallies.gone += 1
        else:
            archive.put("f", [name, content])
            tallies.file(name, content)
        progress(done, len(names))


def _is_ready(unit: Unit, name: str) -> bool:
    row = unit.shelf.file(name)
    return row is not None and row.state == "ready"


@contextlib.contextmanager
def _unfinished(target: Path) -> Iterator[BinaryIO]:
    """A file that takes the target's place once it's whole and safe on the disk; otherwise nothing is left of it.

    Only its owner may read it.
    """
    clock = Clock()
    path = target.with_name(f".{target.name}.{Chance(clock).id()}.part")
    try:
        _swept(target, clock)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            path.replace(target)
            _sync(target.parent)
        finally:
            path.unlink(missing_ok=True)
    except OSError as error:
        what = error.strerror or str(error)
        raise CannotStart(f"The backup can't be written or a file can't be read: {what} ({target}).") from None


def _swept(target: Path, clock: Clock) -> None:
    """Take away what backups that were killed have left, once no backup can still be at it."""
    for path in target.parent.glob(f".{target.name}.*.part"):
        if datetime.fromtimestamp(path.stat().st_mtime, UTC) < clock.now() - _UNFINISHED:
            path.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# --- looking at one ---------------------------------------------------------------------------------------------------


def looked_at(settings: Settings, path: Path) -> Made:
    """Read a backup from its beginning to its end and prove all of it; no database is asked. Raises `CannotStart`."""
    seal = seal_of(settings, Chance(Clock()))
    with readable(path) as file, shown("check") as progress:
        size = path.stat().st_size
        head = dump.head_of(file, seal)
        file.seek(0)
        tallies = Tallies()
        for kind, body in dump.contents(file, seal):
            progress(file.tell(), size)
            if kind == "z":
                tallies = body
        return Made(path, head, tallies)


@contextlib.contextmanager
def readable(path: Path) -> Iterator[BinaryIO]:
    """A backup, open; what's wrong with it is told in a sentence."""
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise CannotStart(f"{error.filename or path}: {error.strerror or error}.") from None
    except UnknownMaster:
        mend = "Give ADUAN_KEY the value it had then, or name that key in [service] former_keys."
        raise CannotStart(f"{path.name} was made with another master key. {mend}", 2) from None
    except Damaged as error:
        raise CannotStart(f"{path.name} can't be used: {error}.") from None
