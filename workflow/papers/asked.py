"""A citizen asks for a paper by a word: TANDA TERIMA, SURAT, BUKTI, with or without the number of the report."""

from __future__ import annotations

import re
from functools import cache

from workflow.happening import Event
from workflow.message import Message, Outbound
from workflow.papers.sheet import Kind
from workflow.papers.wanted import there, wish
from workflow.procedure.telling import matter, name_of
from workflow.record import Complaint
from workflow.say import lines, say, say_for
from workflow.world import Decision, World

LISTED = 6
_KINDS: tuple[Kind, ...] = ("receipt", "answer_letter", "evidence", "complaint_letter")


def handled(event: Event, world: World) -> Decision | None:
    """What becomes of such a word; None where it's none, or nobody's here who has a report."""
    if not isinstance(event, Message) or not event.private or event.edited or event.sender.claimed:
        return None
    if event.attachments or event.location is not None or event.reply_to or world.conversation is None:
        return None
    found = _asks(event.text)
    own = [each for one in world.conversation.complaints if (each := world.complaints.get(one))]
    if found is None or not own:
        return None
    kind, name = found
    if world.conversation.draft is not None and not name:
        return None  # in the midst of a report the word may be part of it
    named = [each for each in own if name and name in (each.number.upper(), each.code)]
    if name and not named:
        return None  # the talk says what it knows of that number
    return _answered(event, kind, named or _meant(own), world)


def _asks(text: str) -> tuple[Kind, str] | None:
    """The paper that's asked for and the number or code beside it."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    match = _pattern().match(" ".join(first.lower().strip(" .!?").split()))
    if match is None:
        return None
    kind = next(kind for kind in _KINDS if match[1] in _words(kind))
    return kind, (match[2] or "").upper()


def _meant(own: list[Complaint]) -> list[Complaint]:
    """Those that are open; else the last one."""
    return [each for each in own if each.closed_at is None] or own[-1:]


def _answered(message: Message, kind: Kind, meant: list[Complaint], world: World) -> Decision:
    if not world.limits.files:
        return _said(message, say_for(world.limits, "papers.asked.no_files"))
    if len(meant) > 1:
        rows = [say("papers.asked.row", number=name_of(each), matter=matter(each)) for each in meant[-LISTED:]]
        word = say(f"papers.asked.{kind}").split(", ")[0].upper()
        return _said(message, lines(say("papers.asked.which", word=word), *rows))
    complaint = meant[0]
    if not there(kind, complaint, world) or (kind == "answer_letter" and complaint.answered_at is None):
        return _said(message, say(f"papers.none.{kind}", number=name_of(complaint)))
    return wish(kind, complaint, message.chat, world, direct=True)


def _said(message: Message, text: str) -> Decision:
    return Decision(sends=(Outbound(to=message.chat, kind="notice", text=text, priority=2),))


def _words(kind: Kind) -> list[str]:
    return say(f"papers.asked.{kind}").split(", ")


@cache
def _pattern() -> re.Pattern[str]:
    every = sorted((word for kind in _KINDS for word in _words(kind)), key=len, reverse=True)
    before = "|".join(say("papers.asked.before").split(", "))
    after = "|".join(say("papers.asked.after").split(", "))
    words = "|".join(map(re.escape, every))
    return re.compile(rf"^(?:(?:{before}) )*({words})(?: (?!(?:{after})\b)([a-z0-9-]{{4,20}}))?(?: (?:{after}))*$")
