"""On which line of a TOML text a key stands, so that a problem can be shown in the editor."""

import re

from workflow.problems import Loc

_HEADER = re.compile(r"^\s*(\[\[|\[)\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


def lines_of(text: str) -> dict[Loc, int]:
    """The line (from 1) of every table and key that begins a line.

    What stands inside inline tables and arrays has no entry of its own: ask `line_of`, which takes the nearest
    enclosing key.
    """
    found: dict[Loc, int] = {}
    counts: dict[Loc, int] = {}
    table: Loc = ()
    quote = ""
    for number, line in enumerate(text.splitlines(), start=1):
        inside, quote = quote, _open_quote(line, quote)
        if inside:
            continue
        if header := _HEADER.match(line):
            table = _indexed(_parts(header[2]), counts, header[1])
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault(table + _parts(key[1]), number)
    return found


def line_of(lines: dict[Loc, int], loc: Loc) -> int | None:
    """The line of a place, or of the nearest thing around it; None when not even that begins a line."""
    for end in range(len(loc), 0, -1):
        if loc[:end] in lines:
            return lines[loc[:end]]
    return None


def _parts(dotted: str) -> Loc:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _indexed(parts: Loc, counts: dict[Loc, int], bracket: str) -> Loc:
    """The header's path with the index of the array element it opens or lies in."""
    loc: Loc = ()
    for depth, part in enumerate(parts):
        loc += (part,)
        if depth == len(parts) - 1 and bracket == "[[":
            counts[loc] = counts.get(loc, -1) + 1
        if loc in counts:
            loc += (counts[loc],)
    return loc


def _open_quote(line: str, quote: str) -> str:
    """Which multi-line quote is still open after this line, if any."""
    rest = line
    while True:
        if quote:
            _, closed, rest = rest.partition(quote)
            if not closed:
                return quote
            quote = ""
        opening = re.search(r'"""|\'\'\'', rest)
        if opening is None:
            return ""
        quote, rest = opening[0], rest[opening.end() :]
