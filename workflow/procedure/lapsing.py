"""Silence of the citizen: reminders of what is to come, the warning before a complaint lapses, and how it comes back.

What staff asked for and what never comes within the office's days counts as withdrawn (UU 25/2009, Pasal 44). It's told
before and after, and for the office's days of reopening any message of the citizen's reverses it. What is to come after
YA ("menyusul") is only reminded of: nothing lapses by it, since staff may accept the file without.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from workflow.clocks.when import say_date
from workflow.procedure import telling
from workflow.procedure.case import Case
from workflow.procedure.progress import close, lacking, waits_for
from workflow.record import Complaint
from workflow.say import listing, say_for
from workflow.standard.standard import Asked, Standard
from workflow.world import Timer

DOCUMENTS, ASKED, WARN = "remind_document", "remind_asked", "warn_lapse"
"""The kinds of the citizen's bells."""
_COUNT = "reminders"  # Complaint.extra: how many went out of what is to come
_LAST = "reminder"  # Complaint.extra: the name of the last one
_ASKED_AT = "asked_citizen"  # Complaint.extra: when staff asked last, from when the days run
REMIND = "remind"
"""How the names of reminders begin: where free words may not go, they're asked for by the template of that name."""


# --- bells ------------------------------------------------------------------------------------------------------------


def watch(before: Complaint | None, case: Case) -> None:
    """Set and silence the citizen's bells where an act changed what they wait for; nobody writes in vain.

    An answer, an addition to the file, the end of the case: each silences them or sets them anew.
    """
    complaint = case.complaint
    if complaint.citizen is None or (before is not None and _awaited(before) == _awaited(complaint)):
        return
    for kind in (DOCUMENTS, ASKED, WARN):
        if before is not None:
            case.silence(_key(kind, complaint))
    if before is not None and before.closed_at == complaint.closed_at:
        _take_back(case)
    if complaint.closed_at is not None or complaint.answered_at is not None:
        return
    if complaint.waiting:
        asking = case.standard.asking
        case.set(extra={**complaint.extra, _ASKED_AT: case.now.isoformat()})
        until = case.now + timedelta(days=asking.complete_days)
        remind = case.now + timedelta(hours=asking.remind_document_hours)
        warn = until - timedelta(days=asking.warn_days)
        if remind < warn:
            _ring(case, ASKED, remind)
        _ring(case, WARN, warn)
    elif _coming(complaint, case.standard):
        _next_reminder(case)


def await_answer(case: Case) -> None:
    """From now on the office's days run within which the citizen is to answer; at their end it lapses."""
    complaint, days = case.complaint, case.standard.asking.complete_days
    if complaint.citizen is None:
        return
    case.ring_at(
        Timer(
            key=f"waiting:{complaint.id}",
            lane=complaint.citizen,
            due_at=case.now + timedelta(days=days),
            kind="complete_due",
            subject=complaint.id,
            rule=f"{days} calendar_day from {case.now.isoformat()}",
            standard=complaint.standard,
        )
    )


def _awaited(complaint: Complaint) -> tuple[object, ...]:
    over = complaint.closed_at is not None or complaint.answered_at is not None
    sent = len(complaint.papers)
    return over, complaint.waiting, complaint.later, complaint.complete, sent


def _coming(complaint: Complaint, standard: Standard) -> tuple[Asked, ...]:
    """What the citizen said would come later and nobody did without."""
    return tuple(each for each in lacking(complaint, standard) if each.id in complaint.later)


def _next_reminder(case: Case) -> None:
    count = int(case.complaint.extra.get(_COUNT, "0"))
    asking = case.standard.asking
    if count < asking.remind_documents:
        _ring(case, DOCUMENTS, case.now + timedelta(hours=asking.remind_document_hours * (count + 1)))


def _key(kind: str, complaint: Complaint) -> str:
    return f"{kind}:{complaint.id}"


def _ring(case: Case, kind: str, due_at: datetime) -> None:
    """A bell in the citizen's lane; none while they sleep."""
    complaint = case.complaint
    if complaint.citizen is None or due_at <= case.now:
        return
    case.ring_at(
        Timer(
            key=_key(kind, complaint),
            lane=complaint.citizen,
            due_at=case.world.office.quiet_until(due_at) or due_at,
            kind=kind,
            subject=complaint.id,
            rule=f"{kind} from {case.now.isoformat()}",
            standard=complaint.standard,
        )
    )


# --- reminders --------------------------------------------------------------------------------------------------------


def remind(case: Case, kind: str) -> bool:
    """Tell the citizen what is waited for, and from when on it isn't any more. False: there's nothing to remind of."""
    complaint = case.complaint
    if complaint.closed_at is not None or complaint.answered_at is not None:
        return False
    if kind == DOCUMENTS:
        things = _coming(complaint, case.standard)
        if complaint.waiting or not things:
            return False
        count = int(complaint.extra.get(_COUNT, "0")) + 1
        case.set(extra={**complaint.extra, _COUNT: str(count)})
        text = _words(case, "telling.remind.documents", text=listing([telling.thing(each) for each in things]))
        case.record("remind", which="documents")
        _next_reminder(case)
    else:
        if not complaint.waiting:
            return False
        text = _words(case, f"telling.remind.{'asked' if kind == ASKED else 'lapses'}", text=complaint.waiting)
        case.record("remind", which="asked" if kind == ASKED else "lapse")
    _send(case, text)
    return True


def _send(case: Case, text: str) -> None:
    """One word on what is waited for at a time: a later one takes the place of one that couldn't go yet."""
    key = f"{REMIND}:{case.complaint.id}:{case.complaint.version}"
    telling.tell(case, "notice", text, key=key)
    if case.sends and case.sends[-1].key == key:
        case.sends[-1] = replace(case.sends[-1], replaces=f"{REMIND}:{case.complaint.id}")
        case.set(extra={**case.complaint.extra, _LAST: key})


def _take_back(case: Case) -> None:
    """What couldn't go yet isn't so any more: they answered."""
    if last := case.complaint.extra.get(_LAST, ""):
        case.cancels.append(last)
        case.set(extra={name: text for name, text in case.complaint.extra.items() if name != _LAST})


def _words(case: Case, key: str, *, text: str) -> str:
    until = lapses_at(case.complaint, case.standard)
    date = say_date(case.world.office.calendar.local_date(until)) if until else ""
    return say_for(case.limits, key, number=telling.name_of(case.complaint), text=text, date=date)


def lapses_at(complaint: Complaint, standard: Standard) -> datetime | None:
    """When what staff asked for counts as never coming; None while nothing is waited for."""
    asked = complaint.extra.get(_ASKED_AT, "")
    since = datetime.fromisoformat(asked) if asked else None
    since = since or next((pause.since for pause in complaint.pauses if pause.until is None), None)
    return since + timedelta(days=standard.asking.complete_days) if complaint.waiting and since else None


# --- the end of patience, and the way back ----------------------------------------------------------------------------


def lapse(case: Case) -> None:
    """What was asked for hasn't come: the complaint counts as withdrawn, and its citizen learns how to reverse that."""
    asked = case.complaint.waiting
    case.record("lapse", text=asked)
    close(case, "withdrawn")
    case.reckon()
    case.set(lapsed_at=case.now, waits_for="", fresh=case.complaint.version, acted_by="", undo=None)
    days = case.standard.after.reopen_days
    until = say_date(case.world.office.calendar.local_date(case.now + timedelta(days=days)))
    text = say_for(case.limits, "telling.remind.lapsed", number=telling.name_of(case.complaint), text=asked, date=until)
    _send(case, text)


def is_revivable(complaint: Complaint, standard: Standard, now: datetime) -> bool:
    """Whether a message of the citizen's still brings a lapsed complaint back."""
    at = complaint.lapsed_at
    return at is not None and complaint.closed_at is not None and now <= at + timedelta(days=standard.after.reopen_days)


def revive(case: Case) -> None:
    """The citizen wrote again: it stands where it stood, and the time between was a pause."""
    complaint = case.complaint
    pauses = complaint.pauses
    if pauses:
        pauses = (*pauses[:-1], pauses[-1].ended(case.now))
    case.set(closed_at=None, closed_as="", lapsed_at=None, pauses=pauses, fresh=complaint.version, acted_by="")
    case.record("reopen", by="citizen", why="lapsed", to=complaint.step)
    case.reckon()
    case.set(waits_for=waits_for(case.complaint, case.world))
    _take_back(case)
    case.news.append(say_for(case.limits, "telling.remind.revived", number=telling.name_of(complaint)))
