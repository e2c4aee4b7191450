"""What can't be sent where somebody writes: photos go another way, to the counter or come later; a place is told."""

from __future__ import annotations

import re

from workflow.dialogue import wanted
from workflow.dialogue.talk import Talk
from workflow.heard import hearing, table
from workflow.message import Message
from workflow.say import say
from workflow.standard.standard import Asked
from workflow.world import Way

MOST_WAYS = 2
"""So many other ways are named: one message has to hold them."""


def in_order(talk: Talk, open_: tuple[Asked, ...]) -> tuple[Asked, ...]:
    """What's missing in the order it's asked: without photos, what can be typed stands first."""
    if talk.limits.photos:
        return open_
    return tuple(sorted(open_, key=lambda each: each.kind not in wanted.TEXT))


def asks_documents(talk: Talk, open_: tuple[Asked, ...], *, noticed: bool) -> bool:
    """Where no photo can be sent: say once, for all documents together, how else they come. False: nothing to say.

    `noticed` says that the short notice, which names them, stands in the same message.
    """
    if talk.limits.photos or not open_ or open_[0].kind in wanted.TEXT:
        return False
    things = tuple(each.id for each in open_)
    if wants_place(talk, things):
        talk.edit(extra={**talk.draft.extra, "place": "asked"}, asked="", awaiting="place", awaiting_for="")
        talk.ask("place.ask")
        return True
    first = "elsewhere" not in talk.draft.extra
    talk.edit(extra={**talk.draft.extra, "elsewhere": "told"}, asked=things[0], awaiting="", awaiting_for="")
    put_together(talk, things)
    how = ways(talk)
    key = "again" if not first else "counter_only" if not how else "how" if noticed else "ask"
    talk.ask(f"elsewhere.{key}", things=wanted.labels(things), ways=how, code=talk.draft.code)
    return True


def ways(talk: Talk) -> str:
    """The channels by which photos can be sent, in words: "WhatsApp 0811-0000-1111 atau Telegram @kanigaran_bot"."""
    fitting = [way for way in talk.world.ways if way.limits.photos and way.channel != talk.to.channel]
    named = [_way(talk, way) for way in fitting[:MOST_WAYS]]
    return say("list.or_two", first=named[0], last=named[1]) if len(named) > 1 else "".join(named)


def _way(talk: Talk, way: Way) -> str:
    name = talk.words(f"channel.{way.channel}")
    return say("elsewhere.way", channel=name, reach=way.reach)


# --- several things asked at once -------------------------------------------------------------------------------------


def put_together(talk: Talk, things: tuple[str, ...]) -> None:
    """Remember that all of these were asked in one message: NANTI speaks of all of them."""
    talk.edit(extra={**talk.draft.extra, "together": ",".join(things)})


def asked_together(talk: Talk) -> tuple[str, ...]:
    """What the open question asks for: several things at once, or the one, where they're asked one after the other."""
    draft = talk.draft
    if talk.limits.photos and talk.limits.one_thing_at_a_time:
        return (draft.asked,) if draft.asked else ()
    together = tuple(draft.extra.get("together", "").split(","))
    return together if draft.asked and draft.asked in together else (draft.asked,) if draft.asked else ()


# --- the place in words -----------------------------------------------------------------------------------------------


def wants_place(talk: Talk, things: tuple[str, ...]) -> bool:
    """Whether the place has to be told in words: a photo of it is asked, none can be sent, and nobody named it yet."""
    draft = talk.draft
    if talk.limits.pins or "location_photo" not in things or draft.place is not None or "place" in draft.extra:
        return False
    return not names_place(" ".join(draft.statement))


def names_place(text: str) -> bool:
    """Whether a text says where something is: a street by name, RT/RW, a village, or what it lies beside."""
    places = table("papers")["place"]
    if set(places["words"]) & set(hearing.folded(text)):
        return True
    streets = "|".join(places["streets"])
    return bool(re.search(rf"\b(?:{streets})\b\.?\s+(?!{'|'.join(places['states'])})\w", text, re.IGNORECASE))


def tell_place(talk: Talk, message: Message) -> None:
    """The answer to where it is: it stands in the report under a line of its own."""
    talk.edit(awaiting="", awaiting_for="")
    if hearing.means(message.text, "later", "none", "no", "wait"):
        talk.heard(message, "")
    else:
        line = say("place.line", text=message.text.strip())
        talk.heard(message, "statement", line)
        talk.edit(statement=(*talk.draft.statement, line))


# --- the counter ------------------------------------------------------------------------------------------------------


def to_the_counter(talk: Talk, things: tuple[str, ...]) -> None:
    """LOKET: these are brought to the office."""
    lacking = {item: why for item, why in talk.draft.lacking.items() if item not in things}
    later = tuple(dict.fromkeys((*talk.draft.later, *things)))
    talk.edit(later=later, lacking=lacking, changing="")
    talk.tell("counter.filed", things=wanted.labels(things), code=talk.draft.code)
