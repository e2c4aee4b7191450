"""What the parts of a transaction share: its connection, the seal, and the few words both databases say differently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.seal import Seal


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

    def put(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """An INSERT that knows ON CONFLICT, in this database's dialect."""
        return postgresql.insert(table) if self.postgres else sqlite.insert(table)

    def each(self, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> int:
        """Execute once per row, in one go; how many rows of the table it touched."""
        if not rows:
            return 0
        return self.connection.execute(statement, list(rows)).rowcount
