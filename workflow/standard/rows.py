"""Reads a standard's file as TOML gives it: its tables, sections and words, whatever else may be wrong in it."""

from collections.abc import Iterator, Mapping
from typing import Any

from workflow.problems import Loc

Data = Mapping[str, Any]


def words_at(data: object, path: Loc) -> Iterator[tuple[Loc, str]]:
    """The texts at a path with "*" for every item, each with its place; what is missing or no text is passed over."""
    if not path:
        if isinstance(data, str):
            yield (), data
        return
    head, *rest = path
    items: list[tuple[str | int, object]] = []
    if head == "*" and isinstance(data, list | tuple):
        items = list(enumerate(data))
    elif isinstance(data, Mapping):
        items = list(data.items()) if head == "*" else [(head, data.get(head))]
    for key, value in items:
        for loc, word in words_at(value, tuple(rest)):
            yield (key, *loc), word


def tables(data: Data, key: str) -> list[tuple[int, Data]]:
    """The rows of an array of tables, each with its number."""
    rows = data.get(key)
    if not isinstance(rows, list | tuple):
        return []
    return [(index, row) for index, row in enumerate(rows) if isinstance(row, Mapping)]


def section(data: Data, key: str) -> Data:
    """A table; an empty one where there is none."""
    found = data.get(key)
    return found if isinstance(found, Mapping) else {}


def words(table: Data, key: str) -> list[str]:
    """The texts of a list."""
    return [word for _, word in words_at(table, (key, "*"))]
