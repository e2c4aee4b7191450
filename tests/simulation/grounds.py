"""What a simulated world stands on: a database in memory, a real SQLite file, or one on a real PostgreSQL server."""

from __future__ import annotations

import atexit
import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from storage import schema
from storage.engine import Store
from tests.doubles import a_seal
from tests.postgres import running

STORES = ("memory", "sqlite", "postgres")

_numbers = itertools.count(1)
_servers: dict[str, str] = {}  # the folder of the server that was started for this process


@contextmanager
def ground(store: str, folder: str = "") -> Iterator[str]:
    """The address of an empty, current database. `folder`: of a PostgreSQL server's socket, else one is started."""
    if store == "memory":
        yield "sqlite://"
    elif store == "sqlite":
        memory = Path("/dev/shm")
        where = memory if os.access(memory, os.W_OK) else None
        with tempfile.TemporaryDirectory(prefix="aduan-simulation-", dir=where) as place:
            yield f"sqlite:///{Path(place) / 'aduan.db'}"
    else:
        yield from _on_the_server(folder or _server())


def _server() -> str:
    """A server that ends with this process."""
    if "folder" not in _servers:
        stack = ExitStack()
        _servers["folder"] = stack.enter_context(running())
        atexit.register(stack.close)
    return _servers["folder"]


def _on_the_server(folder: str) -> Iterator[str]:
    name = f"simulation_{os.getpid()}_{next(_numbers)}"
    _run(folder, f"CREATE DATABASE {name}")
    url = _url(folder, name)
    migrated = Store(url, a_seal())
    schema.migrate(migrated)
    migrated.close()
    try:
        yield url
    finally:
        _run(folder, f"DROP DATABASE {name} WITH (FORCE)")


def _url(folder: str, database: str) -> str:
    return f"postgresql+psycopg://aduan@/{database}?host={folder}"


def _run(folder: str, command: str) -> None:
    engine = create_engine(_url(folder, "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(command))
    engine.dispose()
