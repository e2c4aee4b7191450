"""What can't be given now, in the citizen's words: "KTP nyusul, KK tidak ada, hilang", alone or beside a story."""

from __future__ import annotations

import re

from msgspec.structs import replace

from workflow.dialogue import sorting, wanted
from workflow.dialogue.talk import Talk
from workflow.heard import hearing
from workflow.message import Message, Value

LONGEST_WORDS = 8
"""A clause of more words tells a story, whatever document it names."""

LONGEST_REASON_WORDS = 20
_LATER = frozenset({"nanti", "nyusul", "menyusul", "susul", "susulan", "besok"})
_WHY = frozenset({"hilang", "karena", "soalnya", "sebab", "dicuri", "terbakar"})
_COUNTER = frozenset({"loket"})
_NONE = ("tidak ada", "tidak punya")
_CLAUSES = re.compile(r"(?<=[,.;\n])\s*|\s+(?=(?:tapi|tetapi|sedangkan)\b)", re.IGNORECASE)


class PutOff(Value):
    """One clause: what it's about, NANTI or TIDAK ADA, and the reason if one is given."""

    items: tuple[str, ...]
    later: bool
    reason: str = ""
    counter: bool = False  # later, at the office's counter


def read(talk: Talk, text: str) -> tuple[tuple[PutOff, ...], str]:
    """The clauses that put a document off, and the text without them.

    Only plain words count: "KTP belum jadi" may be the very complaint.
    """
    found: list[PutOff] = []
    kept: list[str] = []
    for clause in _CLAUSES.split(text):
        put_off = _read_clause(talk, re.sub(r"^(?:tapi|tetapi|sedangkan)\s+", "", clause, flags=re.IGNORECASE))
        if put_off is None and found and not kept and _is_reason(clause, found[-1]):
            found[-1] = replace(found[-1], reason=clause.strip(" ,.;"))
        elif put_off is None:
            kept.append(clause)
        else:
            found.append(put_off)
    return tuple(found), " ".join(kept).strip(" ,;") if found else text


def _is_reason(clause: str, before: PutOff) -> bool:
    """Whether a clause goes on saying why: "KK tidak ada, hilang"."""
    words = hearing.folded(clause)
    return not before.later and not before.reason and bool(words) and words[0] in _WHY


def with_reason(found: tuple[PutOff, ...], left: str, line: str) -> tuple[tuple[PutOff, ...], str]:
    """As `read`, of a line that answers our request for it: what follows TIDAK ADA there is the reason."""
    if not (found and left) or found[-1].later or found[-1].reason or len(left.split()) > LONGEST_REASON_WORDS:
        return found, left
    if not line.strip(" ,.;").endswith(left.strip(" ,.;")):
        return found, left  # it stands before
    return (*found[:-1], replace(found[-1], reason=left.strip(" ,.;"))), ""


def file(talk: Talk, put_off: tuple[PutOff, ...]) -> None:
    """Keep what comes later and what there's none of, of the things that are still wanted."""
    open_ = {item.id for item in wanted.missing(talk.draft, talk.standard)}
    for each in put_off:
        items = tuple(item for item in each.items if item in open_)
        if each.later:
            talk.edit(later=tuple(dict.fromkeys((*talk.draft.later, *items))))
        else:
            talk.edit(lacking={**talk.draft.lacking, **dict.fromkeys(items, each.reason)})


def taken(talk: Talk, message: Message) -> bool:
    """File what a message puts off by its name, be anything else awaited: "kk nanti" while a photo is to be named."""
    found, left = read(talk, message.text)
    if not found or left:
        return False
    talk.heard(message, "note")
    file(talk, found)
    for each in found:
        talk.tell("later.filed" if each.later else "none.filed", things=wanted.labels(each.items))
    return True


def _read_clause(talk: Talk, clause: str) -> PutOff | None:
    words = hearing.folded(clause)
    plain = bool((_LATER | _COUNTER) & set(words)) or any(phrase in " ".join(words) for phrase in _NONE)
    if not plain or len(words) > LONGEST_WORDS:
        return None
    items, rest = named_items(talk, clause.strip(" ,.;"))
    word, reason = word_of(rest)
    if not items or not word:
        return None
    return PutOff(items=tuple(items), later=word in ("later", "counter"), reason=reason, counter=word == "counter")


def word_of(text: str) -> tuple[str, str]:
    """("later", "counter" or "none", the reason after it); ("", "") if the text says nothing of the kind."""
    word = hearing.means(text, "later", "counter", "none")
    if word:
        return word, ""
    for name in ("none", "later"):
        rest = hearing.begins_with(text, name)
        if rest and len(rest.split()) <= LONGEST_REASON_WORDS:
            reason = re.sub(r"^(karena|krn|krna|soalnya|sebab|jadi|makanya)\s+", "", rest, flags=re.IGNORECASE)
            if "mau" in hearing.folded(text[: -len(rest)]):
                return name, text.strip(" ,.")  # "gak mau kasih alamat": the refusal is the reason
            said_again = hearing.folded(reason)[:2] in (("tidak", "ada"), ("tidak", "punya"))
            before = re.sub(r"^saya\s+", "", text[: -len(rest)].strip(" ,."), flags=re.IGNORECASE)
            return name, before if said_again else reason  # "hilang, jadi tidak ada"
    return "", ""


def named_items(talk: Talk, text: str) -> tuple[list[str], str]:
    """The documents a text names, and what's left of it without them."""
    asked = {sort: item.id for item in wanted.things(talk.draft, talk.standard) for sort in wanted.sorts_of(item)}
    names = sorting.named_as(tuple(asked))
    known = {name: asked[sort] for sort, each in names.items() if sort in asked for name in each}
    words = text.split() if len(text.split()) <= LONGEST_WORDS else []
    found: list[str] = []
    kept: list[str] = [] if words else text.split()
    while words:
        named, size = _first_named(words, known)
        if named:
            found.append(named)
        elif " ".join(hearing.folded(words[0])) not in ("foto", "dan", "untuk", "fotonya", "sama", "kalau", "nya"):
            kept.append(words[0])
        words = words[size:]
    return list(dict.fromkeys(found)), " ".join(kept)


def _first_named(words: list[str], known: dict[str, str]) -> tuple[str, int]:
    """(what the first words name, how many of them); ("", 1) if nothing. The longest name counts."""
    longest = max((len(name.split()) for name in known), default=1)
    for size in range(min(longest, len(words)), 0, -1):
        piece = " ".join(hearing.folded(" ".join(words[:size])))
        if piece in known:
            return known[piece], size
    return "", 1
