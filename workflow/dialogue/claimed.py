"""Mail whose sender nothing proves: nothing that exists is shown or changed for it; a proven answer takes it over."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from msgspec.structs import replace

from workflow.clocks.when import say_date
from workflow.conversation import Saying
from workflow.desk import posting, talks
from workflow.dialogue import asides
from workflow.dialogue.talk import OUTSIDE, Talk
from workflow.heard import hearing, intent
from workflow.message import Message, Outbound
from workflow.procedure.telling import shortened
from workflow.record import Complaint
from workflow.say import say
from workflow.world import Decision

AGAIN = timedelta(hours=24)
"""So long after a sentence to an unproven sender none is said again."""
KEPT = 5
"""So many unproven mails are shown to the desk and kept to be taken over; of more only the words are kept."""
LASTS = timedelta(days=30)
SHOWN_CHARACTERS = 300
_KEY = "claimed:"
_ASKED = "claimed_asked"
_DANGER = ("emergency", "violence_report")


# --- unproven ---------------------------------------------------------------------------------------------------------


def kept_apart(talk: Talk, message: Message) -> bool:
    """Keep an unproven mail away from what exists; False where nothing does: then it begins a talk as any other."""
    heard = intent.guess(message.text)
    if not _something_exists(talk):
        return False
    talk.apart = True
    if asides.violence(talk, message):  # nobody at the desk reads of it, proven or not
        return True
    _keep(talk, message)
    if heard.intent in _DANGER:
        before = talk.conversation
        asides.danger(talk, message, heard)
        talk.set(awaiting=before.awaiting, awaiting_for=before.awaiting_for, unclear=before.unclear)
        talk.rows = ()
        return True
    told = talk.conversation.doubted_at
    if told is None or talk.world.now - told >= AGAIN:
        talk.set(doubted_at=talk.world.now)
        talk.tell("claimed.answer_ours", office=talk.standard.office.name)
        talk.raise_to("notice")
    return True


def _something_exists(talk: Talk) -> bool:
    """Whether there's anything here that somebody else's mail could learn of or change."""
    mine = talk.conversation
    reports = mine.draft or mine.complaints or mine.questions or mine.awaiting
    return bool(reports or mine.joined or mine.joining or mine.voices or mine.requests)


def _keep(talk: Talk, message: Message) -> None:
    said = Saying(message=message.id, at=message.at, text=message.text, filed_as="claimed")
    talk.set(sayings=(*talk.conversation.sayings, said)[-OUTSIDE:])
    kept = _kept(talk)
    if len(kept) >= KEPT:
        return
    number = max((int(name.removeprefix(_KEY)) for name in kept), default=0) + 1
    words = msgspec.json.encode(replace(message, whole="")).decode()
    talk.set(private={**talk.conversation.private, f"{_KEY}{number:02}": words})
    talk.more = talk.more + talks.unproven(message, _about(talk), talk.conversation, talk.world)


def _about(talk: Talk) -> Complaint | None:
    """Which complaint it may be about: a confidential one first, so that nothing of it enters the group."""
    hidden = posting.secret(talk.conversation, talk.world)
    open_ = [each for each in talk.complaints() if each.closed_at is None]
    return hidden or (open_[-1] if open_ else None)


def _kept(talk: Talk) -> dict[str, Message]:
    """What waits for a proven word, oldest first."""
    return {
        name: msgspec.json.decode(words, type=Message)
        for name, words in sorted(talk.conversation.private.items())
        if name.startswith(_KEY)
    }


# --- a proven word follows --------------------------------------------------------------------------------------------


def vouched_for(talk: Talk, message: Message) -> tuple[Message, ...]:
    """What is to be heard of a proven message: itself, or at its word the unproven ones that were kept."""
    if talk.event.chat != talk.conversation.address:
        return (message,)
    kept = {name: each for name, each in _kept(talk).items() if talk.world.now - each.at < LASTS}
    word = hearing.means(message.text, "take_over", "pass_over") if kept else ""
    if word:
        _forget(talk)
        talk.heard(message, "")
        if word == "pass_over":
            talk.tell("claimed.passed_over")
            return ()
        return tuple(replace(each, sender=message.sender, reply_to="") for each in kept.values())
    if kept and talk.conversation.extra.get(_ASKED) != str(len(kept)):
        _ask(talk, list(kept.values()))
    return (message,)


def _ask(talk: Talk, kept: list[Message]) -> None:
    """Whether the unproven mails are theirs too: a mail of its own, beside the answer to what they wrote now."""
    talk.set(extra={**talk.conversation.extra, _ASKED: str(len(kept))})
    zone = talk.world.office.calendar.zone
    rows = [
        say(
            "claimed.row",
            date=say_date(each.at.astimezone(zone).date()),
            text=shortened(" ".join(each.text.split()), SHOWN_CHARACTERS),
        )
        for each in kept
    ]
    asked = Outbound(to=talk.event.chat, kind="question", text=say("claimed.ask", list="\n".join(rows)), priority=1)
    talk.more = talk.more + Decision(sends=(asked,))


def _forget(talk: Talk) -> None:
    private = {name: text for name, text in talk.conversation.private.items() if not name.startswith(_KEY)}
    extra = {name: text for name, text in talk.conversation.extra.items() if name != _ASKED}
    talk.set(private=private, extra=extra)
