"""What stands in a standard and wasn't published: read from the marks in its file, with line and value.

A file marks it in a comment: `the office confirms` behind a value, or behind a section's heading ("every value in this
section", "every entry"). A section or row with `confirmed = true` is settled; so is a value whose mark was taken away.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import msgspec

from workflow.problems import Loc, key_of
from workflow.standard.toml_lines import lines_of

MARK = "the office confirms"
_SETTLED = ("confirmed", "confirmed_on", "basis")
_PUBLISHED = re.compile(r"^(#\s*)?published\b")


class Assumption(msgspec.Struct, frozen=True):
    """One value to be confirmed: `place` as people write it, its line, and the value as the file has it."""

    place: str
    line: int
    value: str

    @property
    def section(self) -> str:
        """The table it stands in: "hours", "steps[2]"."""
        return self.place.rpartition(".")[0] or self.place


def assumptions(text: str) -> tuple[Assumption, ...]:
    """Every value of a sound file that carries our mark and isn't confirmed yet, in the order of the lines."""
    return tuple(_marked(text, tomllib.loads(text)))


def comment_of(line: str) -> tuple[str, str]:
    """(what stands before the comment, the comment without its sign); a "#" inside quotes begins none."""
    quote = ""
    for at, sign in enumerate(line):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign == "#":
            return line[:at].rstrip(), line[at + 1 :].strip()
    return line.rstrip(), ""


def _marked(text: str, data: dict[str, Any]) -> Iterator[Assumption]:
    lines = text.splitlines()
    whole: set[str] = set()  # tables whose headings carry the mark: "hours", "topics"
    for loc, number in sorted(lines_of(text).items(), key=lambda each: each[1]):
        code, comment = comment_of(lines[number - 1])
        if code.lstrip().startswith("["):
            if MARK in comment:
                whole.add(_name(loc))
            continue
        table = _name(loc[:-1])
        ours = MARK in comment or (
            any(table == each or table.startswith(f"{each}.") for each in whole) and not _PUBLISHED.match(comment)
        )
        if ours and loc[-1] not in _SETTLED and not _is_settled(data, loc):
            yield Assumption(key_of(loc), number, code.partition("=")[2].strip())


def _name(loc: Loc) -> str:
    """A table's name without the numbers of its rows."""
    return ".".join(str(part) for part in loc if isinstance(part, str))


def _is_settled(data: dict[str, Any], loc: Loc) -> bool:
    """Whether the nearest table around it that says so is confirmed."""
    here: Any = data
    settled = False
    for part in loc:
        if isinstance(here, dict) and isinstance(here.get("confirmed"), bool):
            settled = here["confirmed"]
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            return settled
    return settled
