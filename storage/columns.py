"""What columns are made of: moments, texts and counts, and the indexes that cover a part of a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    Integer,
    MetaData,
    Table,
    TableClause,
    Text,
    TypeDecorator,
)
from sqlalchemy import column as plain_column
from sqlalchemy import table as plain_table
from sqlalchemy import text as sql

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """A moment as it's stored."""
    return (moment - _EPOCH) // _MICROSECOND


class Moment(TypeDecorator[datetime]):
    """An aware datetime, stored as whole microseconds since 1970 in UTC. A naive one is an error."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's
        """To the database."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """From the database."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


metadata = MetaData(
    naming_convention={"ix": "%(table_name)s_%(column_0_N_name)s", "uq": "%(table_name)s_%(column_0_N_name)s_key"}
)
_Serial = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up an INTEGER primary key only


def as_it_is(table: Table) -> TableClause:
    """The same table as the database sees it: numbers and texts, no type of ours between."""
    return plain_table(str(table.name), *(plain_column(str(each.name), _plain(each.type)) for each in table.columns))


def _plain(kind: Any) -> Any:  # noqa: ANN401 - a type of SQLAlchemy
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


def serial() -> Column[int]:
    """A number that counts up, as the primary key."""
    return Column("id", _Serial, primary_key=True, autoincrement=True)


def only(condition: str) -> dict[str, Any]:
    """An index over these rows only; on PostgreSQL see `tell_postgres`."""
    return {"sqlite_where": sql(condition)}


def tell_postgres() -> None:
    """Give PostgreSQL the same conditions of indexes, before it's asked to create them.

    Naming one of its options makes SQLAlchemy load that dialect, 3 MB: only a process that uses it should.
    """
    for table in metadata.tables.values():
        for index in table.indexes:
            condition = index.dialect_options["sqlite"]["where"]
            if condition is not None:
                index.dialect_options["postgresql"]["where"] = condition


def text(name: str, **more: Any) -> Column[str]:  # noqa: ANN401 - Column's own keywords
    """A text that's never NULL."""
    return Column(name, Text, nullable=False, **more)


def count(name: str) -> Column[int]:
    """A number that begins at 0."""
    return Column(name, Integer, nullable=False, default=0)


def later_text(name: str) -> Column[str]:
    """A text that a migration added: with a default of the database's own no table has to be copied for it."""
    return Column(name, Text, nullable=False, default="", server_default="")


def later_count(name: str) -> Column[int]:
    """A number that a migration added."""
    return Column(name, Integer, nullable=False, default=0, server_default="0")


def when(name: str) -> Column[datetime]:
    """A moment."""
    return Column(name, Moment, nullable=False)


def maybe_when(name: str) -> Column[datetime | None]:
    """A moment, or NULL."""
    return Column(name, Moment, nullable=True)
