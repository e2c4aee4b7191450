"""Facts about the citizen inside a message: name, address and other typed answers, cut out of the story."""

from __future__ import annotations

import re

from workflow.conversation import Draft
from workflow.dialogue.talk import Talk
from workflow.heard import hearing, intent, table
from workflow.record import Complaint
from workflow.say import say
from workflow.standard.standard import Asked, Standard

PRIVATE = frozenset({"name", "address", "signature"})
NAME_WORDS = 6
LETTERS = 2
"""A name and an address have at least so many."""
_INSIDE = {"rw", "nomor", "no"}
"""Words inside an address, beside those that begin one."""
_SURE_POINTS = 4
"""So many points for a complaint in what begins as a street does: "jalan depan rumah saya rusak"."""
_LOOSE = re.IGNORECASE | re.DOTALL
_NO_FACTS = ("ends", "salutation", "assent")
_SELF = re.compile(
    r"(?:^|(?<=[\s,.]))[Ss]aya\s+((?:[A-Z][\w.'\u2019-]*\s+){0,4}[A-Z][\w'\u2019-]*)\s*[,;\n]\s*(?=(\w+))"
)
"""`saya Ahmad Fauzi, alamat ...`: a name in capitals before whatever says where they live."""


def looked_for(report: Draft | Complaint, standard: Standard) -> tuple[str, ...]:
    """Which facts are looked for: what the office asks in words, and the name where it asks who somebody is.

    Where the standard asks no identity none is filed: what a citizen says of themselves stays in their own words.
    """
    if report.confidential:
        return ()
    asked = [each for each in standard.asked() if each.kind == "text" and each.id != "statement"]
    names = [each.id for each in asked]
    if report.withheld:  # what they tell of themselves all the same is sealed, whatever the office asks
        names += [each for each in ("name", "address") if each not in names]
    if any(each.identity for each in standard.asked()) and "name" not in names:
        names.append("name")
    return tuple(name for name in names if name in table("fields"))


def known(filed_as: str) -> tuple[str, ...]:
    """The facts among the places a saying was filed in."""
    return tuple(name for name in filed_as.split(",") if name in table("fields") and name not in _NO_FACTS)


def read(text: str, names: tuple[str, ...]) -> tuple[dict[str, str], str, str]:
    """(what is said by field, the rest of the text, the whole text with what's private hidden).

    "Nama saya Sari, alamat Jl. Mawar 3. Lampu mati" gives both facts and leaves "Lampu mati".
    """
    found: dict[str, str] = {}
    rest, shown = text, text
    for name in names:
        cut = _cut(rest, name)
        if cut is None:
            continue
        value, begins, ends = cut
        piece = rest[begins:ends]
        found[name] = value
        rest = _joined(rest[:begins], rest[ends:])
        if name in PRIVATE:
            shown = shown.replace(piece, say("hidden", what=say(f"label.{name}")), 1)
    return found, rest, shown


def hidden(asked: Asked) -> str | None:
    """What is kept in the sayings in place of a private answer; None where the answer itself may stand."""
    return say("hidden", what=say(f"label.{asked.id}")) if asked.id in PRIVATE else None


def with_hidden(name: str) -> str:
    """What stands among the sayings for a private fact."""
    return say("hidden", what=say(f"label.{name}"))


def is_none_of(name: str, text: str) -> bool:
    """Whether words can't be this fact: a relation for a name or an address, a number that chooses nothing."""
    letters = sum(map(str.isalpha, text))
    nothing = letters < LETTERS or is_relation(text.strip(" .,!")) or hearing.is_unknown(text)
    return name in PRIVATE and nothing


def address_now(text: str, draft: Draft) -> str:
    """An address that comes after words which were none: "ibu saya", then "Jl. Mastrip 2 RT 1"; "" for all else."""
    before = draft.private.get("address", "")
    begins = {word for each in table("fields")["address"]["begins"] for word in hearing.folded(each)} | _INSIDE
    words, known = hearing.folded(text), hearing.folded(before)
    told = not words or words[0] not in begins or intent.guess(text).points.get("complaint", 0) >= _SURE_POINTS
    if not before or told or begins & set(known) or any(map(str.isdigit, before)):
        return ""
    return " ".join(text.split())


def is_relation(words: str) -> bool:
    """Whether words that stand where a name would say whose it is: "suami", "ibu saya", "suami saya Budi".

    "Ibu Sari" is a name with its form of address.
    """
    said = table("behalf")
    known = {hearing.folded(each) for names in said["relation"].values() for each in names}
    folded = hearing.folded(words)
    first, owned = folded[:1], folded[1:2]
    if folded in known or folded[:2] in known:
        return True
    if first and first[0] in said["said"]["titles"]:
        return bool(owned) and owned[0] in said["said"]["possessive"]
    return first in known


def may_be_nothing(name: str) -> bool:
    """Whether "tidak ada" is a full answer to it: nobody needs to have had a loss."""
    return bool(table("fields").get(name, {}).get("may_be_nothing"))


def without_private(text: str, found: dict[str, str]) -> str:
    """A text as it may be kept, with what is private in it hidden."""
    for name, value in found.items():
        if name in PRIVATE:
            text = text.replace(value, say("hidden", what=say(f"label.{name}")))
    return text


def file(talk: Talk, found: dict[str, str]) -> None:
    """Put facts where they belong: identity is sealed, the rest stands among the answers."""
    draft = talk.draft
    private = {name: value for name, value in found.items() if name in PRIVATE}
    answers = {name: value for name, value in found.items() if name not in PRIVATE}
    talk.edit(
        private={**draft.private, **private},
        answers={**draft.answers, **answers},
        later=tuple(item for item in draft.later if item not in found),
        lacking={item: why for item, why in draft.lacking.items() if item not in found},
    )


def with_address(text: str) -> tuple[str, str] | None:
    """Name and address given in one breath: "Sari Contoh, Jl. Mawar 3"; None for everything else."""
    opener = "|".join(map(re.escape, sorted(table("fields")["address"]["begins"], key=len, reverse=True)))
    match = re.fullmatch(rf"\s*([^,;\n]+?)\s*[,;\n]\s*((?:alamat\s*:?\s*)?(?:{opener})\b.+)", text, _LOOSE)
    return (match[1], " ".join(match[2].split())) if match and is_name(match[1]) else None


def is_name(text: str) -> bool:
    """Whether a text may be somebody's name: a few words of letters."""
    words = text.split()
    return (
        0 < len(words) <= NAME_WORDS and not re.search(r"[?!]|\d{3}", text) and any(word[0].isalpha() for word in words)
    )


def _cut(text: str, name: str) -> tuple[str, int, int] | None:
    """(value, begin, end) of a fact in a text."""
    rules = table("fields")[name]
    openers = sorted(rules["openers"], key=len, reverse=True)
    pattern = rf"(?:^|(?<=[\s,.;(]))(?:{'|'.join(map(re.escape, openers))})(?:\s*(?:adalah|yaitu|[:=])\s*|\s+)(?=\S)"
    matches = list(re.finditer(pattern, text, re.IGNORECASE))
    for match in matches:
        end = _end(text, match.end(), name, rules["longest_words"])
        value = text[match.end() : end].strip(" ,.;:-")
        if value and (name != "name" or _may_be_named(value)):
            return value, match.start(), end
    return None if matches or name != "name" else _named_self(text)


def _may_be_named(value: str) -> bool:
    """Whether what stands behind "nama saya" may be a name: "jangan disebutkan" and "ibu saya" are none."""
    first = hearing.folded(value)[:1]
    if first and first[0] in table("fields")["name"]["is_none"]:
        return False
    return is_name(value) and not is_relation(value) and not hearing.meanings(value)


def _named_self(text: str) -> tuple[str, int, int] | None:
    """The name of `saya Ahmad Fauzi, alamat Jl. Mawar 3`: only where what follows says where they live."""
    match = _SELF.search(text)
    if match is None or match[2].casefold() not in table("fields")["address"]["after_a_name"]:
        return None
    return (match[1], match.start(), match.end()) if is_name(match[1]) and not is_relation(match[1]) else None


def _end(text: str, start: int, name: str, longest: int) -> int:
    ends = table("fields")["ends"]
    stops = set(ends["words"]) - (set(ends["address_goes_over"]) - {"nama"} if name != "name" else set())
    for count, word in enumerate(re.finditer(r"\S+", text[start:])):
        bare = word[0].strip(",.;:").casefold()
        if count and (bare in stops or count >= longest):
            return start + word.start()
        if _closes(word[0], text[start + word.end() :], name):
            return start + word.end()
    return len(text)


def _closes(word: str, after: str, name: str) -> bool:
    """Whether a fact ends with this word: at a line's end, at a full stop, and a name at a comma too."""
    if after.startswith("\n") or after.lstrip(" ").startswith("\n"):
        return True
    if name == "name":
        return word.endswith((",", ";")) or (word.endswith(".") and len(word) > 3)
    if (word.endswith(",") or word[-1].isdigit()) and _tells(after):
        return True
    abbreviated = word.casefold() in ("jl.", "jln.", "no.", "gg.", "rt.", "rw.", "ds.", "dsn.", "kel.", "kec.", "blok.")
    return word.endswith((".", ";")) and not abbreviated


def _tells(after: str) -> bool:
    """Whether the story begins behind a comma of an address: "..., lampu jalan mati", and not "..., Desa Sukorejo"."""
    piece = re.split(r"[,;\n]|\.\s", after.strip(), maxsplit=1)[0]
    words = hearing.folded(piece)
    opens = {word for opener in table("fields")["address"]["begins"] for word in hearing.folded(opener)} | _INSIDE
    points = intent.guess(piece).points.get("complaint", 0)
    if not words or points <= 0 or (words[0] in opens - {"jalan"}) or (words[0] == "jalan" and points < _SURE_POINTS):
        return False
    return intent.guess(after).intent == "complaint"


def _joined(before: str, after: str) -> str:
    text = f"{before.rstrip(' ,;:-')} {after.lstrip(' ,.;:-')}".strip(" ,;:-\n")
    return "" if text.casefold() in ("", "dan", "saya", "dengan") else text
