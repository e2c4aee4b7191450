"""Finds who a mail says it's from: addresses as real programs write them, never inside a name or a comment."""

from __future__ import annotations

import re
from typing import NamedTuple

from channels.email.cleaning import clean_line
from channels.email.headers import Head, decoded

NOBODY = "?"  # where no usable sender is named

_LONGEST_HEADER = 8_000
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"]{1,190}")
_LABEL = re.compile(r"[\w](?:[\w-]{0,61}[\w])?")
_NAME_CHARACTERS = 80
_QUOTED_AT = "\ue000"  # stands for an @ in a name while addresses are looked for


class Mailbox(NamedTuple):
    """A name and an address, the address in its one spelling."""

    name: str
    address: str


def canonical(address: str) -> str:
    """The address in its one spelling: lower case, the domain in ASCII; "" if nobody can write to it."""
    bare = address.strip().strip("<>'\"").strip().lower()
    if _ADDRESS.fullmatch(bare) is None or not bare.isprintable():
        return ""
    local, _, domain = bare.partition("@")
    domain = domain.rstrip(".")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    if not all(_LABEL.fullmatch(label) for label in domain.split(".")):
        return ""
    return f"{local}@{domain}"


def mailboxes(value: str) -> tuple[Mailbox, ...]:
    """The people a field names, in order. What stands in quotes, comments and encoded words is never an address."""
    found = []
    for raw_name, raw_address in _entries(value[:_LONGEST_HEADER]):
        address = canonical(decoded(raw_address).text)
        if address:
            name = decoded(raw_name).text.replace(_QUOTED_AT, "@").strip("\"' ")
            found.append(Mailbox(clean_line(name, _NAME_CHARACTERS), address))
    return tuple(found)


def addresses(head: Head, *names: str) -> tuple[str, ...]:
    """The addresses in all fields of these names."""
    return tuple(box.address for value in head.all(*names) for box in mailboxes(value))


def sender_of(head: Head) -> Mailbox:
    """Whom the mail says it's from: the first usable address in From. `NOBODY` without one, or with two From fields."""
    lines = list(head.all("from"))
    boxes = mailboxes(lines[0]) if len(lines) == 1 else ()
    return boxes[0] if boxes else Mailbox("", NOBODY)


def _entries(value: str) -> list[tuple[str, str]]:
    """(name, address) of each entry as written, by one walk over the characters."""
    found: list[tuple[str, str]] = []
    name: list[str] = []
    comment: list[str] = []
    angle = ""
    at = 0

    def end() -> None:
        nonlocal angle
        written = "".join(name).strip()
        if angle:
            found.append((written or "".join(comment), angle))
        elif written:
            bare = next((word for word in written.split() if canonical(word)), "")
            if bare:
                found.append(("".join(comment), bare))
        name.clear()
        comment.clear()
        angle = ""

    while at < len(value):
        sign = value[at]
        if sign == '"':
            close = _closing_quote(value, at)
            text = value[at + 1 : close]
            # A quoted local part belongs to its address; anything else in quotes is a name.
            name.append(value[at : close + 1] if value[close + 1 : close + 2] == "@" else _without_at(text))
            at = close
        elif sign == "(":
            close = _closing_bracket(value, at)
            comment.append(value[at + 1 : close])
            at = close
        elif sign == "<":
            close = value.find(">", at)
            close = len(value) if close < 0 else close
            inside = value[at + 1 : close]
            angle = inside.rpartition(":")[2] if inside.startswith("@") else inside  # an old route
            at = close
        elif sign == ":" and not angle:
            name.clear()  # a group's name
        elif sign in ",;":
            end()
        else:
            name.append(sign)
        at += 1
    end()
    return found


def _without_at(text: str) -> str:
    return text.replace("@", _QUOTED_AT).replace('\\"', '"')


def _closing_quote(value: str, at: int) -> int:
    here = at + 1
    while here < len(value) and value[here] != '"':
        here += 2 if value[here] == "\\" else 1
    return min(here, len(value))


def _closing_bracket(value: str, at: int) -> int:
    depth, here = 0, at
    while here < len(value):
        depth += {"(": 1, ")": -1}.get(value[here], 0)
        if depth == 0:
            return here
        here += 2 if value[here] == "\\" else 1
    return len(value)
