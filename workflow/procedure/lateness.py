"""A promise that may not be kept, told honestly: plans and words before the end, the message after it, other routes.

Nothing here closes, stretches or hides anything: a late complaint stays at its step with its dates as they were.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from workflow.clocks import deadline
from workflow.clocks.when import say_brief, say_day, say_moment, say_near
from workflow.message import Limits
from workflow.office import Staff
from workflow.procedure import bells
from workflow.procedure.case import Case, Refused, limits_of
from workflow.procedure.rights import has_turn, is_officer
from workflow.procedure.telling import name_of, shortened, tell, who_handles
from workflow.record import Act, Complaint
from workflow.say import lines, listing, say, say_for
from workflow.standard.standard import Standard
from workflow.world import World

ONE_SMS = 160
PLAN_CHARACTERS = 300
LEAST_PLAN = 16
"""Less room than this in an SMS holds no plan that says anything."""

MANY_MINUTES = 120

SENT = "responded_plan"
"""`Complaint.extra`: the mark of the plan that went out last."""
SAID_BY = "planned_by"
"""And who wrote the plan: it goes out as their role's word."""


def norm_words(standard: Standard) -> str:
    """The published total: "60 menit"; where its unit can be read in two ways, as published: "3 hari"."""
    total = standard.deadline
    unit = "calendar_day" if total.strict_unit is not None else total.unit
    return say(f"late.norm_{unit}", n=total.value)


# --- outside ----------------------------------------------------------------------------------------------------------


def routes(standard: Standard, limits: Limits, *, every: bool) -> str:
    """Where else one may complain: the first of the office's list, or every one for any complaint; "" for none."""
    listed = [route for route in standard.escalation.external if "any" in route.kinds]
    named = []
    for route in listed if every else listed[:1]:
        contact = route.contact.split(",")[0].strip() if limits.short or not every else route.contact
        named.append(say_for(limits, "late.route", name=route.name, contact=contact) if contact else route.name)
    return listing(named)


def elsewhere(standard: Standard, limits: Limits) -> str:
    """The answer to "kemana lagi saya bisa lapor": every route, with its address."""
    if limits.short:
        named = routes(standard, limits, every=True)
        return say("late.asked.short", routes=named) if named else say("late.none")
    rows = [
        say("late.line" if route.contact else "late.bare", name=route.name, contact=route.contact)
        for route in standard.escalation.external
        if "any" in route.kinds
    ]
    return say("late.asked", routes=lines(*rows)) if rows else say("late.none")


def still(case: Case) -> list[str]:
    """After BELUM: that the work goes on here, and where else one may go. By SMS the asking is left to the citizen."""
    outside = routes(case.standard, case.limits, every=True)
    return [say("late.still", routes=outside)] if outside and not case.limits.short else []


# --- the message to the citizen ---------------------------------------------------------------------------------------


def word(case: Case, *, limit_reached: bool = False) -> None:
    """Tell the citizen that it's late, and count it; at the national limit every other route is named."""
    complaint = case.complaint
    nth = int(complaint.extra.get(bells.WORDS, "0")) + 1
    wide = limit_reached or "national:decision" in complaint.late
    text = late_text(complaint, case.world, nth=nth, wide=wide)
    extra = {**complaint.extra, bells.WORDS: str(nth), bells.LAST_WORD: case.now.isoformat()}
    case.set(told_late=complaint.told_late + 1, extra=extra)
    case.record("told_late", text=text, nth=str(nth))
    tell(case, "notice", text)


def late_text(complaint: Complaint, world: World, *, nth: int, wide: bool) -> str:
    """The honest message: the promise, whose role has it since when, what's planned, and from the second on where else.

    By SMS in one part: the plan gets the room that's left.
    """
    standard, limits = world.standard_of(complaint.standard), limits_of(complaint, world)
    outside = routes(standard, limits, every=wide) if nth > 1 or wide else ""
    fields = {
        "number": name_of(complaint),
        "norm": norm_words(standard),
        "due": _near(complaint.due_at or world.now, world, limits),
        "who": who_handles(complaint, world),
        "since": _near(complaint.step_since or world.now, world, limits),
        "routes": say_for(limits, "late.routes", routes=outside) if outside else "",
    }
    key = "late.first" if nth == 1 else "late.again"
    if not limits.short:
        return say(key, plan=_plan(complaint, PLAN_CHARACTERS), **fields)
    bare = say_for(limits, key, plan="", **fields)
    if len(bare) > ONE_SMS:
        fields["who"] = say("late.petugas")
        bare = say_for(limits, key, plan="", **fields)
    return say_for(limits, key, plan=_plan(complaint, ONE_SMS - len(bare)), **fields)


def _near(at: datetime, world: World, limits: Limits) -> str:
    """A moment, of today only its time; by SMS in as few signs as it can be."""
    zone = world.office.calendar.zone
    near = say_near(at, world.now, zone)
    return say_brief(at, zone) if limits.short and near == say_moment(at, zone) else near


def moved(case: Case, before: datetime, after: datetime) -> None:
    """Tell the citizen that the promised day is another one, because the office's calendar is."""
    zone = case.world.office.calendar.zone
    said = say_brief if case.limits.short else say_moment
    key = "late.moved_late" if after > before else "late.moved"
    text = say_for(case.limits, key, number=name_of(case.complaint), before=said(before, zone), due=said(after, zone))
    tell(case, "notice", text)


def _plan(complaint: Complaint, room: int) -> str:
    words = " ".join(complaint.plan.split()).rstrip(".")
    room -= len(say("late.plan", text=""))
    if not words or room < LEAST_PLAN:
        return ""
    text = shortened(words, room)
    if len(text) < len(words):
        text = shortened(words, room - 2).replace("…", "..")
    return say("late.plan", text=text).replace("...", "..")


# --- what staff say before and after ----------------------------------------------------------------------------------


def may_word(person: Staff | None, complaint: Complaint, world: World) -> bool:
    """Who may give the citizen a word: whose turn it is, who deals with citizens, and who is told of lateness."""
    if person is None:
        return False
    standard = world.standard_of(complaint.standard)
    if complaint.confidential:
        return has_turn(person, complaint, world) or person in world.office.may_know(world.now)
    above = any(person in world.office.with_role_at(role, world.now) for role in standard.escalation.overdue)
    return above or is_officer(person, standard) or has_turn(person, complaint, world)


def _check(case: Case) -> None:
    if not may_word(case.person, case.complaint, case.world):
        raise Refused("desk.refused.not_officer")


def _plan_written(case: Case, act: Act) -> None:
    """What's planned, for the citizen's eyes: it stands on the card and in STATUS, and the bell asks no more."""
    _check(case)
    text = act.text.strip()
    if not text:
        raise Refused("desk.refused.no_text")
    if case.complaint.closed_at is not None:
        raise Refused("desk.refused.closed")
    case.set(plan=text, extra={**case.complaint.extra, SAID_BY: str(case.person.id) if case.person else ""})
    case.record("plan", text=text, role=case.part.role)
    _worded(case)


def _respond(case: Case, act: Act) -> None:
    """The office's word goes out now, as it was shown: *ditanggapi*, a fact of its own and never the answer."""
    _check(case)
    complaint = case.complaint
    mark = plan_mark(complaint)
    if not complaint.plan or act.data.get("arg") != mark or complaint.extra.get(SENT) == mark:
        raise Refused("desk.refused.already")
    if complaint.citizen is None:
        raise Refused("desk.refused.no_chat")
    if complaint.closed_at is not None or complaint.answered_at is not None:
        raise Refused("desk.refused.closed")
    case.set(extra={**complaint.extra, bells.RESPONDED: case.now.isoformat(), SENT: mark})
    case.record("respond", text=complaint.plan, role=case.part.role)
    tell(case, "notice", response_text(complaint, case.world))
    _worded(case)


def plan_mark(complaint: Complaint) -> str:
    """By this a button knows the wording of the plan that it was shown under."""
    return f"{zlib.crc32(complaint.plan.encode()):x}"


def _worded(case: Case) -> None:
    """The desk has given its word for every clock that runs now."""
    running = bells.clocks(case.complaint, case.standard)
    marks = {bells.ASKED + clock.which: bells.asked_mark(clock, bells.WORDED) for clock in running}
    case.set(extra={**case.complaint.extra, **marks})
    case.reckon()


def response_text(complaint: Complaint, world: World) -> str:
    """The office's word as it goes to the citizen, by role."""
    limits, who = limits_of(complaint, world), _who_says(complaint, world)
    return say_for(limits, "late.respond", who=who, number=name_of(complaint), text=complaint.plan)


def _who_says(complaint: Complaint, world: World) -> str:
    """Whose word it is, by role: who has the complaint, else one who is told of lateness, or a petugas."""
    person = world.office.staff_by_id(complaint.extra.get(SAID_BY, ""))
    if person is None or has_turn(person, complaint, world):
        return who_handles(complaint, world)
    standard = world.standard_of(complaint.standard)
    told = (role for role in standard.escalation.overdue if person in world.office.with_role_at(role, world.now))
    above = next(told, "")
    return standard.role(above).label if above else say("late.petugas")


LATE_ACTS: Mapping[str, Callable[[Case, Act], None]] = {"plan": _plan_written, "respond": _respond}
"""The acts by which staff give a word to the citizen before the answer."""


# --- shown ------------------------------------------------------------------------------------------------------------


def status_lines(complaint: Complaint, world: World, limits: Limits) -> Iterator[str]:
    """STATUS: what's planned, and when the office last said something."""
    if complaint.answered_at is not None or complaint.closed_at is not None:
        return
    if complaint.plan:
        room = 60 if limits.short else PLAN_CHARACTERS
        yield say_for(limits, "late.status.plan", text=shortened(complaint.plan, room).replace("…", ".."))
    told = complaint.extra.get(bells.RESPONDED, "")
    if told and not limits.short:
        moment = say_near(datetime.fromisoformat(told), world.now, world.office.calendar.zone)
        yield say("late.status.responded", moment=moment)


def card_lines(complaint: Complaint, world: World) -> Iterator[str]:
    """The card: the readings of the total, every wait with its reason, both figures, the plan and the word given."""
    standard, zone = world.standard_of(complaint.standard), world.office.calendar.zone
    open_ = complaint.closed_at is None and complaint.answered_at is None
    if open_ and (readings := reading_words(complaint, world)):
        yield readings
    for pause in complaint.pauses:
        if pause.until is not None:
            since, until = say_moment(pause.since, zone), say_moment(pause.until, zone)
            yield say("late.card.waited", since=since, until=until, text=shortened(pause.reason, 100))
    if figures := spent_words(complaint, standard, world, "late.card.spent"):
        yield figures
    if complaint.plan and open_:
        yield say("late.card.plan", text=shortened(complaint.plan, PLAN_CHARACTERS))
    if (told := complaint.extra.get(bells.RESPONDED, "")) and open_:
        yield say("late.card.responded", moment=say_moment(datetime.fromisoformat(told), zone))


def reading_words(complaint: Complaint, world: World) -> str:
    """Where the published total can be read in two ways: both, and which one is promised; else ""."""
    standard, calendar = world.standard_of(complaint.standard), world.office.calendar
    if standard.deadline.strict_unit is None or complaint.clock_started_at is None or complaint.due_at is None:
        return ""
    pauses = deadline.closed_pauses(complaint.pauses, world.now)
    made = deadline.promise(standard, complaint.clock_started_at, pauses, calendar)
    words, norms = [], []
    for reading in made.readings:
        key = "late.card.calendar_day" if reading.unit == "calendar_day" else f"late.norm_{reading.unit}"
        norm = say(key, n=reading.value)
        norms.append(norm)
        moved = calendar.local_date(reading.due_at) != reading.falls_on
        due = say_moment(reading.due_at, calendar.zone)
        day = say_day(reading.falls_on)
        words.append(say("late.card.reading_moved" if moved else "late.card.reading", norm=norm, day=day, due=due))
    promised = say_moment(complaint.due_at, calendar.zone)
    if len({reading.due_at for reading in made.readings}) == 1:
        return say("late.card.readings_same", norms=listing(norms), due=promised)
    return say("late.card.readings", readings="; ".join(words), due=promised)


def spent_words(complaint: Complaint, standard: Standard, world: World, key: str) -> str:
    """The service clock beside the waiting and the wall clock, once the office has waited; "" before."""
    if not complaint.pauses or complaint.clock_started_at is None:
        return ""
    end = complaint.answered_at or complaint.closed_at or world.now
    pauses = deadline.closed_pauses(complaint.pauses, end)
    unit = standard.deadline.unit
    spent = deadline.spent(world.office.calendar, complaint.clock_started_at, end, unit, pauses)
    if not spent.waiting:
        return ""
    words = {name: amount(getattr(spent, name), unit) for name in ("service", "waiting", "total")}
    return say(key, **words)


def amount(n: int, unit: str) -> str:
    """A stretch of office time; many minutes as hours: "187 jam 40 menit"."""
    if unit != "office_minute" or n < MANY_MINUTES:
        return say(f"late.norm_{unit}", n=n)
    hours, minutes = divmod(n, 60)
    return say("late.hours_minutes" if minutes else "late.hours", hours=hours, minutes=minutes)
