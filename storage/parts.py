"""What the parts of a transaction share: its connection, the seal, and the few words both databases say differently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Executable, Select, Table, bindparam
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.elements import ColumnElement

from storage.seal import Seal

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

    Insert = postgresql.Insert | sqlite.Insert
else:
    Insert = sqlite.Insert


class Conflict(Exception):
    """Somebody else wrote first: nothing is stored, and the work is to be done again on fresh data."""


class Part:
    """A connection inside a transaction, and the seal."""

    def __init__(self, connection: Connection, seal: Seal) -> None:
        self.connection = connection
        self.seal = seal

    @cached_property
    def postgres(self) -> bool:
        """Whether rows are locked one by one; SQLite has a single writer and needs none of that."""
        return self.connection.dialect.name == "postgresql"

    def locking(self, statement: Select[Any]) -> Select[Any]:
        """The statement, keeping the rows it finds for this transaction."""
        return _locking(statement, False) if self.postgres else statement  # noqa: FBT003 - cached by position

    def leasing(self, statement: Select[Any]) -> Select[Any]:
        """As `locking`, passing by the rows that others keep."""
        return _locking(statement, True) if self.postgres else statement  # noqa: FBT003 - cached by position

    def put(self, table: Table) -> Insert:
        """An INSERT that knows ON CONFLICT, in this database's dialect."""
        return insert_into(table, postgres=self.postgres)

    def touched(self, statement: Executable) -> int:
        """Execute; how many rows it touched, which PostgreSQL's driver tells only who asks beforehand."""
        return self.connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount

    def each(self, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> int:
        """Execute once per row, in one go; how many rows of the table it touched."""
        if not rows:
            return 0
        return self.connection.execute(statement, list(rows), execution_options={"preserve_rowcount": True}).rowcount


def insert_into(table: Table, *, postgres: bool) -> Insert:
    """An INSERT that knows ON CONFLICT. Building a statement costs more than running it: the hot ones are kept."""
    if not postgres:
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # 2 MB that a process on SQLite does without

    return postgresql.insert(table)


def among(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """`column IN values`, where `values` is given when the statement is executed."""
    return column.in_(bindparam("values", expanding=True))


@cache
def _locking(statement: Select[Any], passing_by: bool) -> Select[Any]:  # noqa: FBT001 - cached by position
    return statement.with_for_update(skip_locked=passing_by)
