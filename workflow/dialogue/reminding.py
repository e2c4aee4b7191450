"""Bells in a citizen's lane: the unfinished report that waits to be finished, and what is to come after YA."""

from __future__ import annotations

from datetime import timedelta

from workflow.clocks.when import say_day
from workflow.desk.knocking import REMIND
from workflow.dialogue import asking, beginning, joining
from workflow.dialogue.talk import Talk, replace_conversation
from workflow.happening import Due
from workflow.procedure import complaint, lapsing
from workflow.record import Act

OF_COMPLAINTS = (lapsing.DOCUMENTS, lapsing.ASKED, lapsing.WARN)


def due(talk: Talk, event: Due) -> str:
    """A bell rang. Returns why nothing was done, or ""."""
    if event.kind == joining.BELL:
        return joining.unanswered(talk, event)
    if event.kind in OF_COMPLAINTS:
        return _of_complaint(talk, event)
    if not talk.telling or talk.draft.code != event.subject:
        return "a bell of a report that's no longer told"
    does = {"remind_draft": _remind, "warn_draft": _warn, "forget_draft": _forget}.get(event.kind)
    return does(talk) if does is not None else "a bell nobody set"


def _of_complaint(talk: Talk, event: Due) -> str:
    """What is to come for a registered report; to an address where nothing arrives nothing is sent."""
    if event.subject not in talk.world.complaints or _unreachable(talk):
        return "a reminder that reaches nobody"
    about = talk.world.complaints[event.subject]
    try:
        reminded = complaint.apply(about, Act(kind="remind", by="system", data={"kind": event.kind}), talk.world)
    except complaint.Refused:
        return "a reminder of what isn't waited for any more"
    talk.more = talk.more + replace_conversation(reminded, None)
    return ""


def _unreachable(talk: Talk) -> bool:
    return talk.conversation.blocked or talk.conversation.bounced


# --- the unfinished report --------------------------------------------------------------------------------------------


def _remind(talk: Talk) -> str:
    """One reminder, with the open question once more."""
    draft = talk.draft
    if draft.reminded_at is not None or _unreachable(talk):
        return "reminded already"
    talk.edit(reminded_at=talk.world.now)
    zone = talk.world.office.calendar.zone
    until = (draft.last_at + timedelta(days=talk.standard.asking.draft_days)).astimezone(zone).date()
    talk.tell("remind", until=say_day(until))
    last = draft.last_at
    asking.again(talk)
    talk.edit(last_at=last)
    _named(talk)
    return ""


def _warn(talk: Talk) -> str:
    """The day before it's deleted: what will be, when, and that any message keeps it."""
    if _unreachable(talk):
        return "a warning that reaches nobody"
    zone = talk.world.office.calendar.zone
    at = (talk.draft.last_at + timedelta(days=talk.standard.asking.draft_days)).astimezone(zone).date()
    talk.tell("forget.soon", code=talk.draft.code, date=say_day(at))
    _named(talk)
    return ""


def _named(talk: Talk) -> None:
    """A reminder sets no bells, and goes under the name by which it's asked for where free words may not go."""
    talk.timers = []
    talk.name = f"{REMIND}:{talk.draft.code}"
    if talk.kind == "ack":
        talk.raise_to("notice")


def _forget(talk: Talk) -> str:
    """In the end it's forgotten with its photos, as was told."""
    code = talk.draft.code
    beginning.drop(talk, f"asking.draft_days = {talk.standard.asking.draft_days}")
    talk.tell("forget.done", code=code)
    talk.raise_to("notice")
    return ""
