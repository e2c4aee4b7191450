"""What a process stands on: the database with its lock, shape and key, the channels, the standards in force."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.clock import Chance, Clock
from channels import REGISTRY
from channels.base import Ground
from channels.http import Http
from storage.engine import Store, Unavailable
from storage.lock import DatabaseLock, Taken
from storage.schema import is_current, migrate
from storage.seal import Seal, UnknownMaster
from storage.unit import Unit

if TYPE_CHECKING:
    from bot.config import OfficeSettings, Settings
    from channels.base import Channel
    from workflow.office import Office

KEY_CHECK = "key check"  # a key made at the first start, by which a wrong master key is recognised
KEPT_AS = ("", "backup")  # the cursor that says when the last backup was made


class CannotStart(Exception):
    """Why the program can't start, and the next step; `code` is the process's exit code."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


def migrate_database(settings: Settings) -> str:
    """Migrate the database; what to tell the operator."""
    clock = Clock()
    with locked(settings):
        store = open_store(settings, Chance(clock))
        try:
            if is_current(store):
                return "The database has this version's shape already."
            migrate(store)
        except Unavailable as error:
            raise CannotStart(f"The database can't be reached: {error}") from None
        finally:
            store.close()
    return "The database was brought to this version's shape."


@contextlib.contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """On SQLite one process has the database, from before the first look until the end."""
    _, mark, path = settings.database_url.partition("sqlite:///")
    if not mark:
        yield
        return
    lock = DatabaseLock(Path(path))
    try:
        lock.take()
    except Taken as error:
        raise CannotStart(f"{error}. Stop it first; `aduan serve` needs a SQLite database for itself.", 3) from None
    except OSError as error:
        where = lock.path.parent
        raise CannotStart(f"{where} can't be written: {error.strerror}. See [service] database_url.") from None
    try:
        yield
    finally:
        lock.release()


def open_store(settings: Settings, chance: Chance) -> Store:
    """The database, not looked at yet."""
    return Store(settings.database_url, seal_of(settings, chance))


def seal_of(settings: Settings, chance: Chance) -> Seal:
    """The master keys at work: the first seals, all of them open."""
    return Seal(settings.masters, chance.random_bytes)


def store_of(settings: Settings, chance: Chance, *, migrate_first: bool) -> Store:
    """The database in this version's shape. Raises `CannotStart`."""
    store = open_store(settings, chance)
    try:
        current = is_current(store)
        if not current and migrate_first:
            migrate(store)
            current = True
    except Unavailable as error:
        store.close()
        raise CannotStart(f"The database can't be reached: {error}") from None
    if not current:
        store.close()
        raise CannotStart("The database has another shape than this version. Run `aduan migrate` first.", 3)
    return store


def check_key(store: Store, clock: Clock) -> None:
    """Recognise a wrong master key before anything is sealed with it; say by the check that the first one is in use."""
    if not key_opens(store, clock):
        raise CannotStart(
            "The master key isn't the one this database was begun with: what was sealed can't be opened. "
            "Give ADUAN_KEY its former value; or, where the key was changed, name the former one in "
            "[service] former_keys.",
            2,
        )
    store.now(lambda unit: unit.shelf.rewrap(KEY_CHECK))


def key_opens(store: Store, clock: Clock) -> bool:
    """Whether the master keys open what this database was begun with; a new database is begun with them."""
    try:
        return bool(store.now(lambda unit: unit.shelf.ensure_keys([KEY_CHECK], clock.now())))
    except UnknownMaster:
        return False


def channels_of(
    settings: Settings, http: Http, seal: Seal, clock: Clock
) -> tuple[dict[tuple[str, str], Channel], dict[tuple[str, str], Any]]:
    """Every configured channel by (name, office), and beside it the table that it was built from."""
    channels, tables = {}, {}
    for office in settings.offices:
        for name in REGISTRY:
            for channel in channels_of_table(settings, office, name, http, seal, clock):
                channels[channel.name, office.id] = channel
                tables[channel.name, office.id] = getattr(office, name)
    return channels, tables


def channels_of_table(
    settings: Settings, office: OfficeSettings, table: str, http: Http, seal: Seal, clock: Clock
) -> tuple[Channel, ...]:
    """The channels of one table of an office ("telegram", "twilio" ...); none where the office doesn't have it."""
    chosen = getattr(office, table)
    if chosen is None:
        return ()
    (secret, *former), name = seal.secrets(f"tokens of {office.id}"), settings.office(office).standard.office.name
    ground = Ground(http, settings.service.public_url or "", secret, clock.now, name, tuple(former))
    return REGISTRY[table](office.id, chosen, ground)


def keep_standards(settings: Settings, offices: Mapping[str, Office], store: Store, clock: Clock) -> None:
    """Store the text of every standard in force by its content hash: complaints are pinned to it."""

    def keep(unit: Unit) -> None:
        for name, office in offices.items():
            unit.cases.keep_standard(office.standard.version, name, settings.standard_texts[name], clock.now())

    store.now(keep)
