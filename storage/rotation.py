"""Seals anew, under the first master key, what a former one sealed: a few rows at a time, to be stopped at any moment.

Every column of bytes stands in one of the two tables below, and a test holds them to the tables of the database. What
is sealed under a key of its own needs nothing: its key is wrapped anew, and so opens with the new master alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Table, and_, bindparam, func, select, tuple_, update

from storage.columns import metadata
from storage.engine import Store
from storage.seal import HEAD_BYTES, Seal, Unopenable
from storage.unit import Unit

Purpose = str | Callable[[str], str]  # what it's sealed for, or how that follows from the row's key

# Sealed under a master. Where what it's sealed for depends on the row, it depends on the row's only key.
UNDER_A_MASTER: dict[str, Purpose] = {
    "inbox.payload": "inbox",
    "quarantine.payload": "inbox",
    "outbox.payload": "outbox",
    "addresses.thread": "thread",
    "threads.sealed": "thread",
    "files.ref": "file",
    "purges.ref": "file",
    "keys.sealed": lambda name: f"key of {name}",
    "files.sealed": lambda name: f"key of file {name}",  # of those without a keyring
}
# Sealed under a key that's wrapped in `keys`, or in a value that is.
UNDER_A_KEY = frozenset(
    {"conversations.sealed", "conversations.sealed_draft", "complaints.sealed", "data_requests.sealed"}
)
# What isn't under a master though its column may be.
_ELSEWHERE: dict[str, Callable[[Table], ColumnElement[bool]]] = {"files.sealed": lambda table: table.c.keyring != ""}

_PAGE = 500  # rows looked at for one transaction
_PAGE_BYTES = 4 * 2**20  # and no more than this of them, or one


@dataclass(frozen=True, slots=True)
class Step:
    """What one small transaction did."""

    place: str  # table and column
    sealed: int  # values sealed anew
    closed: int = 0  # values that no configured key opens; they are left as they are


def left(unit: Unit) -> dict[str, int]:
    """How many values of each column aren't under the first master yet; none is named where all are."""
    found = {}
    for place in UNDER_A_MASTER:
        table, _ = _column(place)
        statement = select(func.count()).select_from(table).where(_former(place, unit.seal))
        if count := unit.connection.execute(statement).scalar_one():
            found[place] = count
    return found


def unknown(unit: Unit) -> int:
    """How many values are under a master that isn't configured at all."""
    found = 0
    for place in UNDER_A_MASTER:
        table, column = _column(place)
        head = func.substr(column, 1, HEAD_BYTES, type_=LargeBinary).label("head")
        statement = select(head, func.count()).select_from(table).where(_former(place, unit.seal)).group_by(head)
        found += sum(count for begins, count in unit.connection.execute(statement) if not unit.seal.knows(begins))
    return found


def rotate(store: Store) -> Iterator[Step]:
    """Seal everything anew, a small transaction for each step; stopped anywhere, it's gone on with by the same call.

    A row that changes meanwhile is left to whoever changed it: the running service seals with the first master already.
    """
    for place in UNDER_A_MASTER:
        after: tuple[Any, ...] | None = None
        while page := store.look(lambda unit, place=place, after=after: _page(unit, place, after)):  # type: ignore[misc] # its defaults bind the loop's values
            after = tuple(page[-1])[:-1]
            changes, closed = _sealed_anew(store.seal, place, page)
            if changes:
                store.now(lambda unit, place=place, changes=changes: _write(unit, place, changes))  # type: ignore[misc] # as above
            yield Step(place, len(changes), closed)


def _page(unit: Unit, place: str, after: tuple[Any, ...] | None) -> Sequence[Any]:
    """The next rows by their key whose value a former master sealed: the key's columns, then the value."""
    table, column = _column(place)
    key = tuple(table.primary_key.columns)
    further = _former(place, unit.seal)
    if after is not None:
        further = and_(further, tuple_(*key) > tuple_(*after))
    sizes = unit.connection.execute(select(*key, func.length(column)).where(further).order_by(*key).limit(_PAGE)).all()
    room = _PAGE_BYTES
    chosen: list[tuple[Any, ...]] = []
    for row in sizes:
        room -= row[-1]
        if chosen and room < 0:
            break
        chosen.append(tuple(row)[:-1])
    if not chosen:
        return []
    within = and_(further, tuple_(*key) <= tuple_(*chosen[-1]))
    return unit.connection.execute(select(*key, column).where(within).order_by(*key)).all()


def _sealed_anew(seal: Seal, place: str, page: Sequence[Any]) -> tuple[list[dict[str, Any]], int]:
    """The changes of a page, and how many of its values nothing opens."""
    purpose, closed = UNDER_A_MASTER[place], 0
    changes: list[dict[str, Any]] = []
    for row in page:
        key, value = tuple(row)[:-1], row[-1]
        about = purpose if isinstance(purpose, str) else purpose(key[0])
        try:
            plain = seal.open(about, value)
        except Unopenable:
            closed += 1
            continue
        changes.append(
            {f"k{n}": each for n, each in enumerate(key)} | {"before": value, "now": seal.close(about, plain)}
        )
    return changes, closed


def _write(unit: Unit, place: str, changes: list[dict[str, Any]]) -> None:
    """Each value takes the place of the very one it was made from: what was destroyed meanwhile stays destroyed."""
    table, column = _column(place)
    same = [each == bindparam(f"k{n}", type_=each.type) for n, each in enumerate(table.primary_key.columns)]
    statement = update(table).where(*same, column == bindparam("before", type_=LargeBinary))
    unit.each(statement.values({column: bindparam("now", type_=LargeBinary)}), changes)


def _former(place: str, seal: Seal) -> ColumnElement[bool]:
    """What holds for rows whose value isn't under the first master. Emptied values are nobody's."""
    table, column = _column(place)
    begins = func.substr(column, 1, HEAD_BYTES, type_=LargeBinary)
    conditions = [column.is_not(None), func.length(column) > 0, begins != seal.head]
    if place in _ELSEWHERE:
        conditions.append(~_ELSEWHERE[place](table))
    return and_(*conditions)


def _column(place: str) -> tuple[Table, ColumnElement[Any]]:
    name, _, column = place.partition(".")
    table = metadata.tables[name]
    return table, table.c[column]
