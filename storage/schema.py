"""Brings a database to the shape of `storage/tables.py`, and says whether it has it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from storage.columns import metadata, tell_postgres
from storage.engine import Store
from storage.tables import REVISION

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"

# As alembic makes it (alembic.ddl.impl, DefaultImpl.version_table_impl).
_VERSIONS = text(
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)


def create(store: Store) -> None:
    """All tables at once, without migrations: for a database that's forgotten at the end."""
    with store.engine.begin() as connection:
        _create(connection)


def _create(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        tell_postgres()
    metadata.create_all(connection)


def is_current(store: Store) -> bool:
    """Whether the database has this program's shape; asks without loading alembic. Raises `Unavailable`."""
    return store.now(lambda unit: revision(unit.connection)) == REVISION


def revision(connection: Connection) -> str:
    """The migration the database is at; "" before the first one."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def migrate(store: Store) -> None:
    """Bring the database to this program's shape: an empty one at once, another by the migrations it lacks."""
    if not _begin(store):
        upgrade(store)


def _begin(store: Store) -> bool:
    """Give an empty database all tables and say which migration that is; False if it isn't empty.

    A test holds tables and migrations together, so a first start needs no alembic: 8 MB that would stay until the end.
    """
    with store.engine.begin() as connection:
        if inspect(connection).get_table_names():
            return False
        begin_at(connection, REVISION)
    return True


def begin_at(connection: Connection, revision: str) -> None:
    """Give an empty database the shape it had at that migration, within the transaction at hand."""
    if revision != REVISION:
        upgrade_to(connection, revision)
        return
    _create(connection)
    connection.execute(_VERSIONS)
    connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:newest)"), {"newest": REVISION})


def is_known(revision: str) -> bool:
    """Whether this program has that migration."""
    return any(path.name.startswith(f"{revision}_") for path in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def upgrade(store: Store, to: str = "head") -> None:
    """Run the migrations that are missing, in one transaction."""
    with store.engine.begin() as connection:
        upgrade_to(connection, to)


def upgrade_to(connection: Connection, to: str = "head") -> None:
    """The same within the transaction at hand."""
    from alembic import command

    settings = config()
    settings.attributes["connection"] = connection
    command.upgrade(settings, to)


def config() -> Config:
    """Alembic's settings, without a file."""
    from alembic.config import Config as Settings

    settings = Settings()
    settings.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return settings
