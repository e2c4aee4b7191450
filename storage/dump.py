"""A whole database as the frames of an archive and back, on any engine: every table, every row, a few at a time.

Values go as the database has them: numbers, texts, bytes, nothing. So a row has the same digest on SQLite and on
PostgreSQL, and what was written can be read back and compared before anybody relies on it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import msgspec
from sqlalchemy import (
    Connection,
    LargeBinary,
    MetaData,
    Select,
    Table,
    func,
    insert,
    inspect,
    literal_column,
    select,
    text,
    tuple_,
)
from sqlalchemy import column as plain_column
from sqlalchemy import table as plain_table
from sqlalchemy.sql.expression import ColumnElement

from storage.archive import Damaged, frames
from storage.columns import as_it_is, metadata
from storage.seal import Seal

FORMAT = 1
Row = tuple[Any, ...]

_PAGE = 500
_PAGE_BYTES = 4 * 2**20  # of rows that may be large: no more than this at once, or one
_RING = 2**256


class Head(msgspec.Struct, frozen=True):
    """What an archive says of itself before anything else."""

    format: int
    made_at: str  # ISO 8601, UTC: the moment of the snapshot
    version: str  # of the program
    revision: str  # of the database's shape
    engine: str
    tables: dict[str, list[str]]  # their columns, in the order of the rows


@dataclass(slots=True)
class Tally:
    """How many, and a digest of all of them in any order: the sum of theirs."""

    count: int = 0
    digest: int = 0

    def add(self, content: bytes) -> None:
        """One more."""
        self.count += 1
        self.digest = (self.digest + int.from_bytes(hashlib.sha256(content).digest(), "big")) % _RING


@dataclass(slots=True)
class Tallies:
    """What an archive holds, or a database: equal on both sides, or something differs."""

    tables: dict[str, Tally] = field(default_factory=dict)
    files: Tally = field(default_factory=Tally)
    size_bytes: int = 0  # of files
    gone: int = 0  # files that were erased between the snapshot and the copying
    missing: int = 0  # files that the database names and the store had lost

    def rows(self, name: str, rows: Iterable[Row]) -> None:
        """Some rows of a table."""
        tally = self.tables.setdefault(name, Tally())
        for row in rows:
            tally.add(_ENCODER.encode(row))

    def file(self, name: str, content: bytes) -> None:
        """A file's sealed bytes."""
        self.files.add(name.encode() + b"\0" + content)
        self.size_bytes += len(content)

    def total(self) -> int:
        """Rows of all tables."""
        return sum(each.count for each in self.tables.values())

    def plain(self) -> dict[str, Any]:
        """As it stands at the end of an archive. Empty tables aren't named."""
        found = {name: [each.count, f"{each.digest:x}"] for name, each in self.tables.items() if each.count}
        return {
            "tables": found,
            "files": [self.files.count, f"{self.files.digest:x}"],
            "not": [self.gone, self.missing],
        }


_ENCODER = msgspec.msgpack.Encoder()


# --- out of a database ------------------------------------------------------------------------------------------------


def begin_snapshot(connection: Connection) -> None:
    """Make this transaction see one moment, however long it reads; to be called before anything is read in it.

    On SQLite a transaction that reads does so anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def columns() -> dict[str, list[str]]:
    """Every table this program knows, with its columns."""
    return {str(table.name): [str(column.name) for column in table.columns] for table in metadata.sorted_tables}


def counts(connection: Connection) -> int:
    """How many rows there are in all."""
    known = metadata.sorted_tables
    return sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in known)


def read_all(connection: Connection) -> Iterator[tuple[str, list[Row]]]:
    """Every row of every table, a few of one table at a time, in the order of its key."""
    for table in metadata.sorted_tables:
        for rows in _pages(connection, table):
            yield str(table.name), rows


def _pages(connection: Connection, table: Table) -> Iterator[list[Row]]:
    """A table's rows by their key; of large ones as many at once as memory has room for."""
    raw = as_it_is(table)
    key = [raw.c[each.name] for each in table.primary_key.columns]
    places = [list(raw.c.keys()).index(each.name) for each in key]
    large = [raw.c[each.name] for each in table.columns if isinstance(each.type, LargeBinary)]
    after: Row | None = None
    while True:
        last = _room(connection, key, large, after) if large else None
        statement = select(*raw.c).order_by(*key).limit(_PAGE)
        if after is not None:
            statement = statement.where(tuple_(*key) > tuple_(*after))
        if last is not None:
            statement = statement.where(tuple_(*key) <= tuple_(*last))
        rows = [tuple(row) for row in connection.execute(statement)]
        if not rows:
            return
        yield rows
        after = tuple(rows[-1][place] for place in places)


def _room(
    connection: Connection, key: Sequence[ColumnElement[Any]], large: Sequence[ColumnElement[Any]], after: Row | None
) -> Row | None:
    """The key of the last of the next rows that together aren't too large; None where no row is left."""
    size: ColumnElement[Any] = sum((func.coalesce(func.length(each), 0) for each in large), literal_column("0"))
    statement = select(*key, size).order_by(*key).limit(_PAGE)
    if after is not None:
        statement = statement.where(tuple_(*key) > tuple_(*after))
    room, last = _PAGE_BYTES, None
    for row in connection.execute(statement):
        room -= row[-1]
        if last is not None and room < 0:
            break
        last = tuple(row)[:-1]
    return last


# --- into a database --------------------------------------------------------------------------------------------------


def is_empty(connection: Connection, allowed: str = "") -> bool:
    """Whether there's no table, or none with a row in it; a key of the name `allowed` doesn't count."""
    found = set(inspect(connection).get_table_names()) - {"alembic_version"}
    if found - set(metadata.tables):
        return False
    for name in found:
        raw = plain_table(name, plain_column("name"))
        statement: Select[Any] = select(literal_column("1")).select_from(raw).limit(1)
        if name == "keys":
            statement = statement.where(raw.c.name != allowed)
        if connection.execute(statement).first() is not None:
            return False
    return True


def remove_tables(connection: Connection) -> None:
    """Take away what `is_empty` allowed."""
    for name in inspect(connection).get_table_names():
        Table(name, MetaData()).drop(connection)


class Loader:
    """Puts rows into tables that are there already. `tables` are those of the archive's head."""

    def __init__(self, connection: Connection, tables: Mapping[str, list[str]]) -> None:
        """Raises `Damaged` where the database's tables aren't those that the archive speaks of."""
        self._connection = connection
        found = set(inspect(connection).get_table_names()) - {"alembic_version"}
        self._tables = {name: Table(name, MetaData(), autoload_with=connection) for name in found}
        here = {name: {each.name for each in table.columns} for name, table in self._tables.items()}
        if here != {name: set(each) for name, each in tables.items()}:
            raise Damaged("its tables aren't those of the shape that it names")
        self._columns = {name: list(each) for name, each in tables.items()}
        self._inserts = {name: insert(table) for name, table in self._tables.items()}

    def put(self, name: str, rows: Sequence[Row]) -> None:
        """Insert rows of one table."""
        names = self._columns[name]
        self._connection.execute(self._inserts[name], [dict(zip(names, row, strict=True)) for row in rows])

    def read_back(self) -> Iterator[tuple[str, list[Row]]]:
        """Every row as it stands there now, as the archive has it."""
        for name, table in self._tables.items():
            places = [list(table.columns.keys()).index(each) for each in self._columns[name]]
            for rows in _pages(self._connection, table):
                yield name, [tuple(row[place] for place in places) for row in rows]

    def count_on(self) -> None:
        """Let numbers that count up go on after the highest that's there; SQLite does so by itself."""
        if self._connection.dialect.name != "postgresql":
            return
        for name, table in self._tables.items():
            if "id" not in table.columns or table.c.id.type.python_type is not int:
                continue
            given = {"table": name}
            sequence = self._connection.execute(text("SELECT pg_get_serial_sequence(:table, 'id')"), given).scalar()
            highest = self._connection.execute(select(func.max(table.c.id))).scalar()
            if sequence and highest:
                self._connection.execute(text("SELECT setval(:of, :to)"), {"of": sequence, "to": highest})


# --- an archive -------------------------------------------------------------------------------------------------------


def head_of(file: BinaryIO, seal: Seal) -> Head:
    """What an archive says of itself. Raises `Damaged`, `UnknownMaster`."""
    for kind, body in frames(file, seal):
        return _head(kind, body)
    raise Damaged("there's nothing in it")


def contents(file: BinaryIO, seal: Seal) -> Iterator[tuple[str, Any]]:
    """An archive's frames after its head, its counts and digests proven at the end. Raises `Damaged`, `UnknownMaster`.

    The kinds: E what was erased by then, R rows, f a file, g one erased meanwhile, m one lost; at the end z, `Tallies`.
    """
    head: Head | None = None
    tallies, over = Tallies(), False
    for kind, body in frames(file, seal):
        if head is None:
            head = _head(kind, body)
            continue
        if over:
            raise Damaged("it goes on after its end")
        take = _TAKEN.get(kind)
        if take is not None:
            take(tallies, body)
        elif kind == "z":
            over = True
            if body != tallies.plain():
                raise Damaged("its counts aren't those at its end")
            yield "z", tallies
            continue
        yield kind, body
    if not over:
        raise Damaged("it has no end")


def _head(kind: str, body: Any) -> Head:  # noqa: ANN401 - as read
    try:
        head = msgspec.convert(body, Head)
    except msgspec.ValidationError:
        raise Damaged("it has no beginning") from None
    if kind != "h" or head.format != FORMAT:
        raise Damaged(f"a newer Aduan made it (form {head.format}): restore it with that one")
    return head


def _gone(tallies: Tallies, _name: str) -> None:
    tallies.gone += 1


def _missing(tallies: Tallies, _name: str) -> None:
    tallies.missing += 1


_TAKEN: dict[str, Callable[[Tallies, Any], None]] = {
    "R": lambda tallies, body: tallies.rows(body[0], body[1]),
    "f": lambda tallies, body: tallies.file(body[0], body[1]),
    "g": _gone,
    "m": _missing,
}
