"""The bells of a complaint: by what is stored and by the office's calendar of today, which are set and for when.

Theory of operation. A complaint has two clocks, the published total and its step's own norm. Each of them has a bell
at its end and one before it, when the desk is asked for a word to the citizen. When the total has passed, a ladder of
roles and the messages to the citizen follow; the national limits are a second alarm. `reckon` sets all of them anew
whenever something changed: it may be called any number of times. A bell rings in the inbox like everything else, and
what rings looks again whether there's still a reason for it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from workflow.clocks import deadline
from workflow.clocks.office_time import Calendar, Unit
from workflow.record import Complaint
from workflow.standard.standard import Standard
from workflow.world import Timer

if TYPE_CHECKING:
    from workflow.procedure.case import Case

Which = Literal["total", "step"]
NATIONAL = ("reply", "decision")

ASKED = "asked_"
"""`Complaint.extra`, with "total" or "step": the clock for which the desk was asked for a word, and its end."""
WORDED = "worded"
"""In the place of that end: the desk has given its word, and isn't asked again while this clock runs."""
PEOPLE, WORDS, LAST_WORD, RESPONDED = "late_people", "late_words", "late_word_at", "responded_at"
"""`Complaint.extra`: who was told of this lateness (ids), how many messages said it, when the last one did, and when
the office last told the citizen something of its own."""


class Clock(NamedTuple):
    """One of the two clocks as it runs now."""

    which: Which
    since: datetime
    due_at: datetime
    norm: int
    unit: Unit


def due_dates(
    complaint: Complaint, standard: Standard, calendar: Calendar, at: datetime
) -> tuple[datetime | None, datetime | None]:
    """When the total and the step's norm are over as things stand at an instant; None where no such clock runs."""
    pauses = deadline.closed_pauses(complaint.pauses, at)
    total = step_due = None
    if complaint.clock_started_at is not None:
        total = deadline.promise(standard, complaint.clock_started_at, pauses, calendar).due_at
    if complaint.answered_at is not None:
        total = complaint.due_at
    if complaint.step_since is not None:
        own = [pause for pause in pauses if pause.until > complaint.step_since]
        step_due = deadline.step_due(standard, standard.step(complaint.step), complaint.step_since, own, calendar)
    return total, step_due


def clocks(complaint: Complaint, standard: Standard) -> tuple[Clock, ...]:
    """The clocks that run: none while the citizen is waited for or after the end, no total after the answer."""
    if complaint.waiting or complaint.closed_at is not None:
        return ()
    found = []
    if complaint.due_at is not None and complaint.clock_started_at is not None and complaint.answered_at is None:
        total = standard.deadline
        found.append(Clock("total", complaint.clock_started_at, complaint.due_at, total.value, total.unit))
    step = standard.step(complaint.step)
    if complaint.step_due_at is not None and complaint.step_since is not None and step.norm and step.unit:
        found.append(Clock("step", complaint.step_since, complaint.step_due_at, step.norm, step.unit))
    return tuple(found)


def latest(complaint: Complaint) -> datetime:
    """The last moment the complaint knows of: an act that follows isn't before it."""
    moments = [complaint.confirmed_at, complaint.step_since, complaint.answered_at, complaint.closed_at]
    moments += [each for pause in complaint.pauses[-1:] for each in (pause.since, pause.until)]
    return max(each for each in moments if each is not None)


def reckon(case: Case) -> None:
    """Both deadlines and every bell, from what is stored."""
    complaint, calendar = case.complaint, case.world.office.calendar
    total, step_due = due_dates(complaint, case.standard, calendar, case.now)
    case.set(due_at=total, step_due_at=step_due, late=_still_late(complaint, total, step_due, case.world.now))
    if "total" not in case.complaint.late:
        later = {name: value for name, value in case.complaint.extra.items() if name not in (PEOPLE, WORDS, LAST_WORD)}
        case.set(extra=later)
    running = {clock.which: clock for clock in clocks(case.complaint, case.standard)}
    for which in ("total", "step"):
        _ends(case, which, running.get(which))
        _warns(case, which, running.get(which))
    late = "total" in running and "total" in case.complaint.late
    ever = late or "total" in complaint.late
    _bell(case, "ladder", next_rung_at(case) if late else None, known=ever)
    _bell(case, "late", next_word_at(case) if late else None, known=ever)
    _bell(case, "national", next_national_at(case) if "total" in running else None)


def _still_late(
    complaint: Complaint, total: datetime | None, step_due: datetime | None, now: datetime
) -> tuple[str, ...]:
    """Of what was told as passed, that which still is: a deadline that moved on, or a new step's, isn't."""
    passed = {
        "total": total is not None and total <= now,
        "step": step_due is not None and step_due <= now,
        "national": True,
    }
    return tuple(each for each in complaint.late if passed.get(_group(each), False))


def _group(late: str) -> str:
    """What a mark of `Complaint.late` hangs on: "rung:sekcam" on the total."""
    name = late.partition(":")[0]
    return "total" if name == "rung" else name


# --- the bells --------------------------------------------------------------------------------------------------------


def _ends(case: Case, which: Which, clock: Clock | None) -> None:
    """At the end; one that is over and wasn't told yet rings at once."""
    at = None
    if clock is not None and which not in case.complaint.late:
        at = max(clock.due_at, case.world.now)
    _bell(case, which, at, kind=f"{which}_due", clock=clock)


def _warns(case: Case, which: Which, clock: Clock | None) -> None:
    """Before the end, once for each end it may come to have, and no more when the desk has given its word."""
    at = None
    if clock is not None and clock.due_at > case.world.now and not is_asked(case.complaint, clock):
        at = deadline.warn_at(case.world.office.calendar, clock.due_at, clock.norm, clock.unit)
        at = max(at, case.world.now)
    known = which == "total" or _has_norms(case.standard)
    _bell(case, f"warn_{which}", at, kind=f"{which}_warn", clock=clock, known=known)


def is_asked(complaint: Complaint, clock: Clock) -> bool:
    """Whether the desk was asked for a word before this very end, or has given one for this clock."""
    known = complaint.extra.get(ASKED + clock.which, "")
    return known in (asked_mark(clock), asked_mark(clock, WORDED))


def asked_mark(clock: Clock, end: str = "") -> str:
    """How it's kept that the desk was asked."""
    return f"{clock.since.isoformat()} {end or clock.due_at.isoformat()}"


def _has_norms(standard: Standard) -> bool:
    return any(step.norm for step in standard.steps)


def _bell(
    case: Case, name: str, at: datetime | None, *, kind: str = "", clock: Clock | None = None, known: bool = True
) -> None:
    """Set the bell of that name, or silence it where it may be set (`known`)."""
    key = f"{name}:{case.complaint.id}"
    if at is None or case.lane is None:
        if known:
            case.silence(key)
        return
    rule = f"{clock.norm} {clock.unit} from {clock.since.isoformat()}" if clock else ""
    case.ring_at(
        Timer(
            key=key,
            lane=case.lane,
            due_at=at,
            kind=kind or f"{name}_due",
            subject=case.complaint.id,
            rule=rule,
            standard=case.complaint.standard,
        )
    )


# --- after the total has passed ---------------------------------------------------------------------------------------


def rungs(standard: Standard, complaint: Complaint) -> tuple[str, ...]:
    """The roles of the ladder that haven't been told yet, the lowest first.

    A confidential report is told to nobody who may not know of it.
    """
    escalation = standard.escalation
    allowed = escalation.confidential_to if complaint.confidential else escalation.overdue
    return tuple(role for role in escalation.overdue if role in allowed and f"rung:{role}" not in complaint.late)


def next_rung_at(case: Case) -> datetime | None:
    """When the next one up is told; None at the top."""
    left = rungs(case.standard, case.complaint)
    if not left or case.complaint.due_at is None:
        return None
    total, escalation = case.standard.deadline, case.standard.escalation
    calendar = case.world.office.calendar
    at = deadline.rung_at(
        calendar,
        case.complaint.due_at,
        total.value,
        total.unit,
        part=escalation.rung_part,
        nth=escalation.overdue.index(left[0]) + 1,
    )
    return at if at >= case.world.now else calendar.next_opening(case.world.now)


def next_word_at(case: Case) -> datetime | None:
    """When the citizen is told next that it's late: at once the first time, then while nothing happens."""
    complaint = case.complaint
    if complaint.citizen is None or complaint.due_at is None:
        return None
    last = complaint.extra.get(LAST_WORD, "")
    now = case.world.now
    at = now
    if last:
        at = deadline.days_after(case.world.office.calendar, _last_news(complaint, last), _patience(case))
    at = max(at, now)
    return case.world.office.quiet_until(at) or at


def _patience(case: Case) -> int:
    """Working days until the next message; for a long norm at least a quarter of it."""
    days, total = case.standard.escalation.tell_again_days, case.standard.deadline
    nth = int(case.complaint.extra.get(WORDS, "1"))
    quarter = -(-total.value // 4) if total.unit != "office_minute" else 1
    return max(days[min(nth, len(days)) - 1], quarter)


def _last_news(complaint: Complaint, last_word: str) -> datetime:
    """When the citizen last heard of it or was waited for, or something last went on."""
    moments = [datetime.fromisoformat(last_word), complaint.step_since, _moment(complaint.extra.get(RESPONDED, ""))]
    moments += [pause.until for pause in complaint.pauses]
    return max(each for each in moments if each is not None)


def _moment(written: str) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def next_national(case: Case) -> tuple[str, int]:
    """The next national limit that wasn't told: "reply" or "decision", and its days; ("", 0) after both.

    "reply" is to say whether the file is complete: it's kept where a petugas has said so (UU 25/2009 Pasal 44).
    """
    escalation = case.standard.escalation
    for name, days in zip(NATIONAL, (escalation.national_reply_days, escalation.national_decision_days), strict=True):
        answered = name == "reply" and case.complaint.complete in ("checked", "enough")  # the citizen was told
        if not answered and f"national:{name}" not in case.complaint.late:
            return name, days
    return "", 0


def next_national_at(case: Case) -> datetime | None:
    """When the desk hears of it, which is the opening of the day it falls on (or of the next working day)."""
    name, days = next_national(case)
    start = case.complaint.clock_started_at
    if not name or start is None:
        return None
    calendar = case.world.office.calendar
    at = calendar.opening(calendar.local_date(calendar.due(start, days, "calendar_day")))
    return at if at > case.world.now else calendar.next_opening(case.world.now)
