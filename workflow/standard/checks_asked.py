"""What must hold in what a standard asks of the citizen: each thing known or declared, asked once, and short enough."""

from collections.abc import Iterator, Mapping

from workflow.problems import Finding, Loc, did_you_mean, listed
from workflow.standard.rows import Data, section, tables, words, words_at
from workflow.standard.vocabulary import DOCUMENTS, FIELDS

MOST_CHARACTERS = 54  # of Telegram's 64 bytes for a button's data (Bot API, InlineKeyboardButton)


def requirements(data: Data) -> Iterator[Finding]:
    """Each requirement asks for something, once, or names a channel."""
    asked: set[str] = set()
    for index, row in tables(data, "requirements"):
        loc: Loc = ("requirements", index)
        named = [word for key in ("fields", "documents", "documents_any") for word in words(row, key)]
        optional = words(row, "documents_optional") + words(row, "forms")
        channel = row.get("channel_statement") is True
        if channel and (named or optional or row.get("required") is True):
            yield Finding(
                loc, "A channel is nothing to collect.", "Set required = false and name no field or document."
            )
        if not channel and not named and not optional:
            yield Finding(loc, "It asks for nothing.", "Name fields or documents, or set channel_statement = true.")
        for word in named:
            if word in asked and word != "statement":
                yield Finding(loc, f"{word!r} is asked a second time.", "Ask for each thing once.")
            asked.add(word)


def things(data: Data) -> Iterator[Finding]:
    """Fields and documents are shared ones or declared here; what is declared is asked for, and not shared already."""
    own = list(section(data, "things"))
    used: set[str] = set()
    for keys, shared in ((("fields",), FIELDS), (("documents", "documents_any", "documents_optional"), DOCUMENTS)):
        for key in keys:
            for loc, word in words_at(data, ("requirements", "*", key, "*")):
                used.add(word)
                if word not in shared and word not in own:
                    mend = f"Known: {listed(shared)}; or declare it: [things.{word}]."
                    yield Finding(loc, f"{word!r} isn't known here.", mend, did_you_mean(word, (*shared, *own)))
    for word in own:
        place: Loc = ("things", word)
        if word in FIELDS or word in DOCUMENTS:
            yield Finding(place, f"{word!r} is a shared name.", "Remove the table, or give the thing another name.")
        elif word not in used:
            yield Finding(place, f"No requirement asks for {word!r}.", "Name it in one, or remove it.")
    typed = {word for _, word in words_at(data, ("requirements", "*", "fields", "*"))}
    for word, thing in section(data, "things").items():
        if word in typed and isinstance(thing, Mapping) and (thing.get("identity") or thing.get("personal")):
            said = "Only name, address and signature are typed personal things."
            yield Finding(("things", word), said, "Ask for a document instead, or leave `personal` and `identity` out.")
    yield from _too_long(data)


def _too_long(data: Data) -> Iterator[Finding]:
    """A button carries the ids of what any one of several documents meets."""
    for index, row in tables(data, "requirements"):
        if sum(len(word) + 6 for word in words(row, "documents_any")) > MOST_CHARACTERS and _own_among(row):
            said = "The names of these documents are too long together for a button."
            yield Finding(
                ("requirements", index, "documents_any"), said, f"Up to {MOST_CHARACTERS - 10} letters in all."
            )


def _own_among(row: Data) -> bool:
    """Whether any one of several documents will do and one of them is the office's own."""
    return any(word not in DOCUMENTS for word in words(row, "documents_any"))
