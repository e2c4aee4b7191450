"""Cuts what's decided into what a channel can carry in one message each."""

from __future__ import annotations

from msgspec.structs import replace

from channels.text import split, utf16
from workflow.message import Limits, Outbound
from workflow.say import say

# After an uncertain sending these are sent again, saying so; see "Deliver" in the design.
MARKED = frozenset({"answer", "receipt", "question", "summary", "notice"})
_WHOLE = frozenset({"press", "edit", "delete", "topic"})  # changes of something that exists: never cut


def in_parts(message: Outbound, limits: Limits) -> list[tuple[Outbound, int]]:
    """The message as one or several, each with its number (0: whole, else 1, 2 ...).

    The first part replies, the last one carries the buttons and everything that depends on them. Every part has the
    key: deleting it deletes all of them, editing it changes the last. What's repeated after an uncertain sending leaves
    room for the line that says so, where the channel needs it.
    """
    if message.kind in _WHOLE:
        return [(message, 0)]
    mark = utf16(again_mark()) if message.kind in MARKED and not limits.same_again else 0
    captioned = message.enclosure is not None or message.location is not None
    if utf16(message.text) + mark <= (limits.caption_units if captioned else limits.text_units):
        return [(message, 0)]
    texts = split(message.text, limits.text_units - mark)
    carriers = [replace(message, text="")] if captioned else []
    carriers += [replace(message, text=text, enclosure=None, location=None) for text in texts]
    return [(_part(each, nth, len(carriers)), nth) for nth, each in enumerate(carriers, 1)]


def _part(message: Outbound, nth: int, of: int) -> Outbound:
    return replace(
        message,
        reply_to=message.reply_to if nth == 1 else "",
        replaces=message.replaces if nth == 1 else "",
        silent=message.silent or nth > 1,
        choices=message.choices if nth == of else (),
        along=message.along if nth == of else (),
        request_location=message.request_location and nth == of,
        about=message.about if nth == of else "",
        mentions=tuple(each for each in message.mentions if each.name in message.text),
    )


def again_mark() -> str:
    """The line that ends a message which may have been sent before."""
    return "\n" + say("deliver.again")


def marked_again(message: Outbound) -> Outbound:
    """The message as it's repeated after an uncertain sending."""
    return replace(message, text=message.text + again_mark()) if message.kind in MARKED else message
