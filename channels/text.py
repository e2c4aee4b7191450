"""Fits texts into messages: lengths in UTF-16 units, splitting with numbers, numbered choices, and HTML escaping."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

from workflow.message import Choice, Mention

_JOINERS = ("\u200d", "\ufe0f", "\ufe0e")  # hold an emoji together
_CHOSEN = re.compile(r"\s*[\[(]?(\d{1,2})[\])]?\s*[.)]?\s*")


def utf16(text: str) -> int:
    """The length as Telegram, Twilio and JavaScript count it: characters beyond U+FFFF are two units."""
    return len(text) + sum(character > "\uffff" for character in text)


def split(text: str, units: int, measure: Callable[[str], int] = utf16) -> tuple[str, ...]:
    """The text in parts of at most `units`, numbered "(1/3)" on a last line of their own when there are several.

    Parts end at a paragraph, else a line, a word, or between two characters; never inside a character. `measure` counts
    units and must grow with the text. Raises `ValueError` when the numbers alone wouldn't fit.
    """
    if measure(text) <= units:
        return (text,)
    for digits in range(1, 7):
        room = units - measure(f"\n({'9' * digits}/{'9' * digits})")
        if room < 2:  # a character beyond U+FFFF has to fit
            break
        parts = _cut_up(text, room, measure)
        if len(str(len(parts))) <= digits:
            count = len(parts)
            return tuple(f"{part}\n({number}/{count})" for number, part in enumerate(parts, 1)) if count > 1 else parts
    raise ValueError(f"{units} units are too few for a numbered part")


def shorten(text: str, units: int, measure: Callable[[str], int] = utf16) -> str:
    """The text, or its beginning with an ellipsis, in at most `units`."""
    if measure(text) <= units:
        return text
    return text[: _longest_prefix(text, units - measure("…"), measure)].rstrip() + "…"


def numbered(choices: Iterable[Choice]) -> str:
    """Choices for a channel without buttons: one a line, "1. Ya"; a link shows its address."""
    return "\n".join(
        f"{number}. {choice.label}" + (f": {choice.url}" if choice.url else "")
        for number, choice in enumerate(choices, 1)
    )


def chosen(text: str, choices: Sequence[Choice]) -> Choice | None:
    """The choice somebody typed: its number ("2", "2.", "(2)") or its label; None when it's neither."""
    number = _CHOSEN.fullmatch(text)
    if number is not None:
        index = int(number[1]) - 1
        return choices[index] if 0 <= index < len(choices) and choices[index].data else None
    wanted = " ".join(text.casefold().split())
    return next((each for each in choices if each.data and " ".join(each.label.casefold().split()) == wanted), None)


def as_html(text: str, mentions: Iterable[Mention] = ()) -> str:
    """The text for Telegram's HTML mode: all escaped, each mentioned name a link at its first free occurrence."""
    links: list[tuple[int, int, str]] = []
    for mention in mentions:
        at = _free_place(text, mention.name, links) if mention.name and mention.id.isdecimal() else -1
        if at >= 0:
            links.append((at, at + len(mention.name), mention.id))
    done, out = 0, []
    for start, end, person in sorted(links):
        name = html.escape(text[start:end], quote=False)
        out += [html.escape(text[done:start], quote=False), f'<a href="tg://user?id={person}">{name}</a>']
        done = end
    return "".join([*out, html.escape(text[done:], quote=False)])


def _free_place(text: str, name: str, taken: Sequence[tuple[int, int, str]]) -> int:
    """Where `name` first stands as a word outside the places already taken; -1 when it doesn't."""
    for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
        if all(match.end() <= start or end <= match.start() for start, end, _ in taken):
            return match.start()
    return -1


def _cut_up(text: str, room: int, measure: Callable[[str], int]) -> tuple[str, ...]:
    parts = []
    rest = text.strip()
    while measure(rest) > room:
        end = _end_of_part(rest, _longest_prefix(rest, room, measure))
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return (*parts, rest) if rest else tuple(parts)


def _longest_prefix(text: str, units: int, measure: Callable[[str], int]) -> int:
    """How many characters fit, found by halving: `measure` grows with the text."""
    low, high = 0, min(len(text), max(units, 0))
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle]) <= units:
            low = middle
        else:
            high = middle - 1
    return low


def _end_of_part(text: str, longest: int) -> int:
    """Where to end: the last paragraph, line or word that leaves the part half full or more, else a character's end."""
    for boundary in ("\n\n", "\n", " "):
        at = text.rfind(boundary, longest // 2, longest + len(boundary))
        if at > 0 and text[:at].strip():
            return at
    end = longest
    while end > 1 and _belongs_to_the_one_before(text[end], text[end - 1]):
        end -= 1
    return end if end > 1 else longest


def _belongs_to_the_one_before(character: str, before: str) -> bool:
    return character in _JOINERS or before == "\u200d" or unicodedata.combining(character) != 0
