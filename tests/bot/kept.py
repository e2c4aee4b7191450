"""Databases with something in them, their backups, and a look at what differs between two of them."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import random
from pathlib import Path

from sqlalchemy import Connection, LargeBinary, select

from bot.config import Settings, parse
from bot.foundation import KEY_CHECK
from storage import rotation, schema
from storage.columns import metadata
from storage.engine import Store
from storage.files import Files
from storage.privacy import request_keyring
from storage.rows import keyring, lane_keyring
from storage.seal import Seal, unbox
from storage.tables import files
from tests.doubles import MORNING
from tests.many import keep, made
from workflow.message import Address
from workflow.world import Fetch

OLD, NEW = bytes(range(1, 33)), bytes(range(101, 133))
NOISE = random.Random(11).randbytes


def text_of(key: bytes) -> str:
    return base64.b64encode(key).decode()


def settings(folder: Path, url: str = "sqlite:///data/aduan.db", key: bytes = OLD, *former: bytes) -> Settings:
    """The configuration of a machine whose folder this is."""
    folder.mkdir(parents=True, exist_ok=True)
    before = ", ".join(f'"{text_of(each)}"' for each in former)
    content = f"""
[service]
database_url = "{url}"
files = "data/files"
key = "{text_of(key)}"
former_keys = [{before}]
[[offices]]
id = "kanigaran"
standard = "kanigaran"
"""
    path = folder / "config.toml"
    path.write_text(content, "utf-8")
    path.chmod(0o600)
    return parse(content, place="config.toml", folder=folder)


def store_of(here: Settings) -> Store:
    """The database of a configuration."""
    return Store(here.database_url, Seal(here.masters, NOISE))


def filled(here: Settings, fill, *, complaints: int = 40, photos: int = 5) -> None:
    """Complaints with their records, something in every column of bytes, and files whose bytes lie in the store."""
    store = store_of(here)
    schema.migrate(store)
    keep(store, made("kanigaran", complaints))
    fill(store)
    store.now(lambda unit: unit.shelf.ensure_keys([KEY_CHECK], MORNING))
    shelf = Files(here.files, NOISE)
    for n in range(7):  # of the files that `fill` made
        asyncio.run(shelf.write(f"f{n}", b"isi %d" % n, bytes([n] * 32)))
    for n in range(photos):
        _photo(store, shelf, f"photo{n}", bytes([n]) * (1000 * n), "0001" if n % 2 else "")
    store.close()


def _photo(store: Store, shelf: Files, name: str, content: bytes, ring: str) -> None:
    lane, key = Address("kanigaran", "telegram", "1"), store.seal.new_key()
    store.now(
        lambda unit: unit.shelf.expect([Fetch(file=name, lane=lane, ref="r", kind="photo", keyring=ring)], MORNING)
    )
    asyncio.run(shelf.write(name, content, key))

    def ready(unit) -> None:
        row = unit.shelf.file(name)
        sealed = unit.shelf.wrap_file_key(row, key, MORNING)
        assert unit.shelf.settle_file(name, state="ready", sealed=sealed, size_bytes=len(content))

    store.now(ready)


def everything(here: Settings) -> dict[str, object]:
    """Every row of every table as the database has it, and every file's bytes: equal where nothing differs."""
    shelf = Files(here.files, NOISE)
    with contextlib.closing(store_of(here)) as store, store.engine.connect() as connection:
        found = rows_of(connection)
        names = connection.execute(select(files.c.id).where(files.c.state == "ready")).scalars()
        return found | {f"file {name}": _bytes_of(shelf, name) for name in names}


def rows_of(connection: Connection) -> dict[str, object]:
    """Every row of every table, each table in one go."""
    found: dict[str, object] = {}
    for table in metadata.sorted_tables:
        found[table.name] = sorted((tuple(row) for row in connection.execute(select(table)).all()), key=repr)
    return found


def _bytes_of(shelf: Files, name: str) -> bytes | None:
    try:
        return shelf.sealed(name)
    except LookupError:
        return None


def all_opened(here: Settings) -> dict[str, int]:
    """Open every sealed value of the database and every file with the keys of a configuration; how many of each.

    Raises `Unopenable`. Every column of bytes is looked at, so that a new one can't be forgotten.
    """
    shelf, counted = Files(here.files, NOISE), {}
    with contextlib.closing(store_of(here)) as store:
        with store.engine.connect() as connection:
            for table in metadata.sorted_tables:
                for column in table.columns:
                    if isinstance(column.type, LargeBinary):
                        place = f"{table.name}.{column.name}"
                        rows = connection.execute(select(table).where(column.is_not(None))).mappings()
                        counted[place] = sum(_opens(store, place, column.name, row) for row in rows)
            names = list(connection.execute(select(files.c.id).where(files.c.sealed.is_not(None))).scalars())
        counted["files on the disk"] = sum(_file_opens(store, shelf, name) for name in names)
    return counted


def _file_opens(store: Store, shelf: Files, name: str) -> bool:
    row = store.look(lambda unit: unit.shelf.file(name))
    key = store.look(lambda unit: unit.shelf.file_key(row))
    if (content := _bytes_of(shelf, name)) is None:
        return False
    unbox(key, content, f"file {name}")
    return True


def _opens(store: Store, place: str, column: str, row) -> bool:
    value = row[column]
    if not value:
        return False  # emptied
    if place in rotation.UNDER_A_MASTER and not (place == "files.sealed" and row["keyring"]):
        purpose = rotation.UNDER_A_MASTER[place]
        store.seal.open(
            purpose if isinstance(purpose, str) else purpose(row["name" if place == "keys.sealed" else "id"]), value
        )
        return True
    name, about = RINGS[place](row)
    (key,) = store.look(lambda unit: unit.shelf.keys([name])).values() or (None,)
    unbox(key, value, about)
    return True


def _of(name: str) -> tuple[str, str]:
    return name, name


# Of each column under a key of its own: the name of that key, and what the value was sealed about.
RINGS = {
    "complaints.sealed": lambda row: _of(keyring(row["office"], row["code"])),
    "conversations.sealed": lambda row: _of(lane_keyring(row["office"], row["lane"])),
    "conversations.sealed_draft": lambda row: _of(keyring(row["office"], row["code"])),
    "files.sealed": lambda row: (keyring(row["office"], row["keyring"]), f"file {row['id']}"),
    "data_requests.sealed": lambda row: _of(request_keyring(row["office"], row["id"])),
}
