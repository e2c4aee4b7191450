"""CEK and a code: anybody learns on any channel whether a letter is genuine, nothing personal; guesses are braked."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from msgspec.structs import replace

from workflow.conversation import Conversation
from workflow.happening import Event
from workflow.heard import hearing
from workflow.message import Limits, Message, Outbound
from workflow.papers.issuing import Printed, printed
from workflow.papers.verification import COMMAND, LENGTH, START
from workflow.record import Complaint
from workflow.say import lines, say_for
from workflow.world import Decision, Needs, World

GUESSES = 5
WITHIN = timedelta(hours=1)
"""After so many codes that nobody gave out within this time none is looked up for as long again."""
DAY = timedelta(hours=24)
_REGISTER = re.compile(r"\s*[a-z]{2,6}[\s./-]*\d{4}[\s./-]+\d{1,6}\b", re.IGNORECASE)
_ASKED = re.compile(rf"^\s*{COMMAND}[\s.:-]+([A-Z0-9][A-Z0-9 .-]{{0,30}})\s*$", re.IGNORECASE)


def code_in(event: Event) -> str:
    """The code that somebody asks about in private; "" for everything else. What can't be a code is one nobody has."""
    if not isinstance(event, Message) or not event.private or event.edited:
        return ""
    if event.start.startswith(START):
        return _clean(event.start.removeprefix(START))
    first = next((line for line in event.text.splitlines() if line.strip()), "")
    found = _ASKED.match(first)
    if found is None or not any(sign.isdigit() for sign in found[1]) or _is_report(found[1]):
        return ""  # of a report it's the state that's asked: "CEK KNG-2026-0017", "cek 7K3F"
    return _clean(found[1])


def _is_report(text: str) -> bool:
    """Whether it's the number or short code of a report, however it's typed: "PKT-2026-0001", "pkt 2026 1", "7K3F"."""
    return hearing.names_a_report(text) or _REGISTER.match(text) is not None


def needs(code: str) -> Needs:
    """The complaint whose letter bears the code."""
    return Needs(verifications=(code,))


def handle(message: Message, code: str, world: World) -> Decision:
    """Genuine with number, date, subject and office; or unknown; or not looked up after too many wrong ones."""
    before = world.conversation or Conversation(address=message.chat)
    if _silent(before, world):
        return Decision(ignored="a machine's limit of replies is reached")
    after = replace(before, replied=(*before.replied, world.now)) if world.limits.replies_per_day else before
    if _waits(before, world.now):
        text = say_for(world.limits, "papers.check.too_often")
        return _told(message, text, before, after)
    complaint = world.complaints.get(world.by_code.get(f"{START}{code}", ""))
    if complaint is None or len(code) != LENGTH:
        after = replace(after, guesses=(*before.guesses, world.now)[-GUESSES:])
        return _told(message, say_for(world.limits, "papers.check.unknown", code=code[:LENGTH]), before, after)
    return _told(message, _genuine(complaint, world), before, after)


def _genuine(complaint: Complaint, world: World) -> str:
    """What the printed letters say of themselves, the last one last; before it left only that the code is ours."""
    office = world.standard_of(complaint.standard).office.name
    letters = printed(complaint)
    if not letters:
        return say_for(world.limits, "papers.check.not_yet", office=office)
    rows = [_row(letter, world.limits, latest=letter is letters[-1]) for letter in letters]
    head = say_for(world.limits, "papers.check.genuine", office=office)
    return lines(head, *rows, say_for(world.limits, "papers.check.compare"))


def _row(letter: Printed, limits: Limits, *, latest: bool) -> str:
    key = "papers.check.row" if latest else "papers.check.row_before"
    return say_for(limits, key, number=letter.number, date=letter.date, subject=letter.subject)


def _told(message: Message, text: str, before: Conversation, after: Conversation) -> Decision:
    sent = Outbound(to=message.chat, kind="notice", text=text, priority=2, reply_to=message.id)
    if after == before:
        return Decision(sends=(sent,))
    return Decision(conversation=replace(after, version=before.version + 1), sends=(sent,))


def _waits(conversation: Conversation, now: datetime) -> bool:
    guesses = conversation.guesses
    if len(guesses) < GUESSES or guesses[-1] - guesses[-GUESSES] >= WITHIN:
        return False
    return now - guesses[-1] < WITHIN


def _silent(conversation: Conversation, world: World) -> bool:
    limit = world.limits.replies_per_day
    return bool(limit) and len([at for at in conversation.replied if world.now - at < DAY]) >= limit


def _clean(text: str) -> str:
    """As it's kept: capitals without what people put between."""
    return "".join(sign for sign in text.upper() if sign.isalnum())[: 2 * LENGTH]
