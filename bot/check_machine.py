"""The part of `aduan check` that asks nobody else: the configuration's readers, the key, the database, the disk."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bot import people, secrecy
from bot.alerts import disk_trouble
from bot.clock import Chance, Clock
from bot.config import Settings
from bot.foundation import KEPT_AS, key_opens, open_store
from storage import rotation
from storage.engine import Unavailable
from storage.files import Files
from storage.schema import is_current
from storage.unit import Conflict, Unit

if TYPE_CHECKING:
    from workflow.office import Office

_ROOM = "make room: what can't be stored isn't acknowledged"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at. `mend` says what to do: then it's wrong. A note is only worth knowing."""

    where: str
    what: str
    mend: str = ""
    note: bool = False

    @property
    def good(self) -> bool:
        """Whether there's nothing to mend."""
        return not self.mend

    @property
    def mark(self) -> str:
        """The first word of the line, by which scripts sort lines."""
        return "MEND" if self.mend else "note" if self.note else "ok"

    def __str__(self) -> str:
        """As the operator reads it."""
        return f"{self.mark:<4}  {self.where:<24} {self.what}" + (
            f"\n{'':6}{'':24} -> {self.mend}" if self.mend else ""
        )


@dataclass(slots=True)
class Found:
    """What was found: lines, and the offices with what was linked and given in the chat."""

    offices: Mapping[str, Office]
    lines: list[Line] = field(default_factory=list)

    def right(self, where: str, what: str) -> None:
        """One more thing that's right."""
        self.lines.append(Line(where, what))

    def note(self, where: str, what: str) -> None:
        """One more thing worth knowing."""
        self.lines.append(Line(where, what, note=True))

    def wrong(self, where: str, what: str, mend: str) -> None:
        """One more thing to mend."""
        self.lines.append(Line(where, what, mend))


def looked_at(settings: Settings) -> Found:
    """Configuration, key, database and disk. Raises nothing."""
    clock = Clock()
    found = Found({each.id: settings.office(each) for each in settings.offices})
    _readers(settings, found)
    found.right("key", "32 bytes; a copy of it must lie elsewhere, or photos are lost with this machine")
    try:
        if _has_room(settings, found):
            _database(settings, clock, found)
    except (Unavailable, Conflict, OSError) as error:
        found.wrong("database", _said(error), "see [service] database_url, and the rights on its folder")
    _files(settings, clock, found)
    return found


# --- who can read it --------------------------------------------------------------------------------------------------


def _readers(settings: Settings, found: Found) -> None:
    """Whether the secrets are secret: no examples, and nobody else on this machine can read them."""
    if settings.path is None:
        return
    troubles = secrecy.troubles(settings)
    for problem in troubles:
        found.wrong(problem.place, problem.sentence, problem.mend)
    if any(problem.place == settings.path.name for problem in troubles):
        return
    own = ", ".join(secrecy.written(settings))
    if own and secrecy.is_open(settings.path):
        what = f"everybody on this machine can read it, and {own} stand in it"
        found.wrong(settings.path.name, what, f'chmod 640 {settings.path}, and write secrets as {{ env = "NAME" }}')
    elif own:
        found.note(settings.path.name, f'holds {own} itself; {{ env = "NAME" }} keeps secrets out of it')
    else:
        found.right(settings.path.name, "can be read, and holds no secret itself")


# --- the database -----------------------------------------------------------------------------------------------------


def _has_room(settings: Settings, found: Found) -> bool:
    """Whether a SQLite database can be worked with where it lies; elsewhere that's the server's affair."""
    _, mark, name = settings.database_url.partition("sqlite:///")
    if not mark:
        return True
    path = Path(name)
    folder = path.parent
    folder.mkdir(parents=True, exist_ok=True)
    for each in (folder, path):
        if each.exists() and not os.access(each, os.W_OK):
            mend = f"give {each} to the user that runs Aduan, and see that its disk isn't read-only"
            found.wrong("database", f"{each} can't be written", mend)
            return False
    if why := disk_trouble(str(folder)):
        found.wrong("disk", f"{folder}: {why}", _ROOM)
    if not path.exists():
        found.note("database", f"{path} will be made at the first start")
        return False
    return True


def _database(settings: Settings, clock: Clock, found: Found) -> None:
    store = open_store(settings, Chance(clock))
    try:
        if not is_current(store):
            mend = "run `aduan migrate` while nothing else runs; `aduan serve` does it by itself at its start"
            found.wrong("database", "has another shape than this version", mend)
            return
        if not key_opens(store, clock):
            mend = "give ADUAN_KEY the value it had when this database was begun, or name that in former_keys"
            found.wrong("key", "doesn't open what was sealed before", mend)
            return
        found.right("database", "reachable, and of this version's shape")
        store.look(lambda unit: _kept(unit, settings, clock, found))
        found.offices = store.now(lambda unit: people.read(unit, found.offices))
        if not store.now(lambda unit: unit.people.operators()):
            first = settings.offices[0].id
            found.note("operator", f"nobody is told of troubles in a chat yet: `aduan link {first} operator`")
        stuck = len(store.now(lambda unit: unit.inbox.parked()))
        if stuck:
            mend = "`aduan inbox list` says which and why; mend it, then `aduan inbox replay`"
            found.wrong("inbox", f"conversations that stand still: {stuck}", mend)
    finally:
        store.close()


def _kept(unit: Unit, settings: Settings, clock: Clock, found: Found) -> None:
    """Whether a former key is still needed, and how old the last backup is."""
    former = len(settings.service.former_keys)
    if former and (count := sum(rotation.left(unit).values())):
        found.note("key", f"values that still need a former key: {count}; `aduan key rotate` seals them anew")
    elif former:
        found.note("key", "no former key is needed any more: remove them from [service] former_keys")
    name, at = unit.times.last(*KEPT_AS)
    if at is None:
        found.note("backup", "no backup was made yet: `aduan backup`, every night (docs/backup.md)")
    else:
        found.note("backup", f"the last one was made {(clock.now() - at).days} days ago: {name}")


# --- the disk ---------------------------------------------------------------------------------------------------------


def _files(settings: Settings, clock: Clock, found: Found) -> None:
    try:
        if "://" not in settings.files:
            Path(settings.files).mkdir(parents=True, exist_ok=True)
            if why := disk_trouble(settings.files):
                found.wrong("disk", f"{settings.files}: {why}", _ROOM)
        Files(settings.files, Chance(clock).random_bytes).probe()
    except OSError as error:
        mend = "see [service] files: the folder must be writable by the user that runs Aduan"
        found.wrong("files", f"{settings.files}: {_said(error)}", mend)
    else:
        found.right("files", f"{settings.files} can be written")


def _said(error: Exception) -> str:
    """An error in words, without Python's number in front."""
    return (isinstance(error, OSError) and error.strerror) or str(error)
