"""Fills the sentences people read: `say("receipt.number", number=...)`; a missing word is an error, never a gap."""

from __future__ import annotations

import re

from workflow.message import Limits
from workflow.words import texts

_FIELD = re.compile(r"\{([a-z_]+)\}")


class UnknownWords(LookupError):
    """A sentence or a field of it that doesn't exist: our bug, found by the test that reads every use."""


def say(key: str, **fields: object) -> str:
    """The sentence `key` of workflow/words/*.toml with its `{fields}` filled in.

    Values are taken literally: braces in a citizen's words are never read as fields.
    """
    try:
        template = texts()[key]
    except KeyError:
        raise UnknownWords(f"no sentence {key!r} in workflow/words") from None

    def fill(match: re.Match[str]) -> str:
        try:
            return str(fields[match[1]])
        except KeyError:
            raise UnknownWords(f"the sentence {key!r} wants {{{match[1]}}}") from None

    return _FIELD.sub(fill, template)


def worded(key: str, limits: Limits) -> str:
    """The key of the sentence as it's worded for a channel: "ask.kk.short" where every unit costs, if there is one.

    Beside the ordinary wording a sentence may have a `.short` one (SMS) and a `.letter` one (mail: everything at once).
    """
    style = "short" if limits.short else "" if limits.one_thing_at_a_time else "letter"
    own = f"{key}.{style}"
    return own if style and own in texts() else key


def say_for(limits: Limits, key: str, **fields: object) -> str:
    """As `say`, in the wording for a channel with these limits."""
    return say(worded(key, limits), **fields)


def short_office(name: str, kind: str, otherwise: str) -> str:
    """An office's name where every unit costs: "Kec. Kanigaran"; `otherwise` where its kind has no short word."""
    known = texts().get(f"office.{kind}")
    if known is None or not name.casefold().startswith(f"{kind} "):
        return otherwise
    return say(f"office.{kind}", name=name[len(kind) + 1 :])


def units(text: str) -> int:
    """The length of a text in UTF-16 units, in which chat providers count."""
    return len(text.encode("utf-16-le")) // 2


def first_units(text: str, limit: int) -> str:
    """The beginning of a text, of at most so many UTF-16 units and no broken sign."""
    return text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore")


def lines(*parts: str) -> str:
    """The parts that say something, one below the other."""
    return "\n".join(part for part in parts if part)


def listing(parts: list[str] | tuple[str, ...]) -> str:
    """An Indonesian list: "KTP", "KTP dan KK", "KTP, KK, dan foto lokasi"."""
    if len(parts) <= 1:
        return "".join(parts)
    if len(parts) == 2:
        return say("list.two", first=parts[0], last=parts[1])
    return say("list.many", first=", ".join(parts[:-1]), last=parts[-1])


def own_name(item: str) -> str:
    """What an office calls a thing of its own: its id, read as words, such as "surat pengantar RT"."""
    return item.replace("_", " ")


def channel_name(channel: str) -> str:
    """What people call a channel; its own name where there's no word for it."""
    try:
        return say(f"channel.{channel}")
    except UnknownWords:
        return channel


def masked_address(chat: str) -> str:
    """As much of where somebody writes from as a group may see: the end of a number, the beginning of a mail address.

    "" for what only a machine can read.
    """
    if chat.startswith("+") and chat[1:].isdecimal():
        return say("address.number", ending=chat[-2:])
    name, at, host = chat.partition("@")
    return say("address.mail", beginning=name[:1], host=host) if at and name and host else ""
