"""The signature under the summary: the full name typed, or another word of assent with the name given before."""

from __future__ import annotations

import re
from functools import cache

from workflow.clocks.when import say_brief, say_moment
from workflow.dialogue import fields, wanted
from workflow.dialogue.talk import Talk
from workflow.heard import hearing, table
from workflow.procedure import signature

_ITEM = "signature"


def is_wanted(talk: Talk) -> bool:
    """Whether the summary is to be signed: the standard asks for it, and it isn't there yet."""
    asked = any(each.kind == _ITEM for each in wanted.things(talk.draft, talk.standard))
    return asked and not talk.draft.private.get(_ITEM) and _ITEM not in talk.draft.lacking


def read(talk: Talk, text: str) -> str:
    """The name a message signs the summary with: "Sari Contoh", "setuju, Sari Contoh", "ttd Sari"; "" if it doesn't.

    Without a word of assent before it, a name that nobody gave before has to look like one.
    """
    if not is_wanted(talk) or "\n" in text.strip():
        return ""
    words = text.strip().strip(".,")
    bare = _openers().sub("", words).strip(" ,.:-")
    if not fields.is_name(bare) or hearing.meanings(bare):
        return ""
    known = set(hearing.folded(talk.draft.private.get("name", "")))
    if known & set(hearing.folded(bare)) and len(bare.split()) <= len(known) + 1:
        return bare
    capitals = all(word[:1].isupper() for word in bare.split())
    return bare if bare != words or (capitals and len(bare.split()) > 1) else ""


@cache
def _openers() -> re.Pattern[str]:
    words = sorted(table("fields")["assent"]["openers"], key=len, reverse=True)
    return re.compile(rf"^(?:(?:{'|'.join(map(re.escape, words))})\b[\s,.:;-]*)+", re.IGNORECASE)


def sign(talk: Talk) -> None:
    """A word of assent signs with the name given before; without any name the signature comes later."""
    if not is_wanted(talk):
        return
    draft = talk.draft
    if name := draft.private.get("name", ""):
        talk.edit(private={**draft.private, _ITEM: name})
    else:
        talk.edit(later=tuple(dict.fromkeys((*draft.later, _ITEM))))


def place_and_time(talk: Talk) -> str:
    """The line of the summary that says where and when it's submitted; "" where the standard names neither."""
    derived = {each.id for each in talk.standard.derived()}
    if not derived or talk.draft.confidential or talk.foreign:
        return ""
    address = talk.draft.private.get("address", "")
    place = signature.place_of(address) or (talk.words("summary.submitted_as_address") if address else "")
    zone = talk.world.office.calendar.zone
    moment = say_brief(talk.world.now, zone) if talk.limits.short else say_moment(talk.world.now, zone)
    return talk.words("summary.submitted" if place else "summary.submitted_time", place=place, moment=moment)
