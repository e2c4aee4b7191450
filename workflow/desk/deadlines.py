"""What the desk hears of time: the question before the end, who is told at it and after it, and the citizen's message.

A bell reminds and records. Nothing is closed, no status and no date changes because of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec.structs import replace

from workflow.clocks.when import say_moment, say_near
from workflow.desk.cards import whose_turn
from workflow.desk.posting import Rows, button, names, post, rooms, said_back, trusted
from workflow.happening import Due
from workflow.message import Message, Refers
from workflow.office import Staff
from workflow.procedure import bells, lapsing, lateness
from workflow.procedure import complaint as complaints
from workflow.procedure.case import Case, Refused, desk_of, private_of
from workflow.procedure.progress import turn
from workflow.procedure.telling import name_of
from workflow.record import Act, Complaint
from workflow.say import say
from workflow.world import Decision, World

ROLE = "deadline"
"""What a reply to the question before the end is about."""


def due(event: Due, complaint: Complaint, world: World) -> Decision:
    """A bell of an open complaint rang."""
    return BELLS[event.kind](event, complaint, world)


def _begin(complaint: Complaint, world: World) -> Case:
    return Case(world, replace(complaint, version=complaint.version + 1), "system")


def _clock(event: Due, complaint: Complaint, world: World) -> bells.Clock | None:
    """The clock that the bell is about, as it runs now."""
    running = bells.clocks(complaint, world.standard_of(complaint.standard))
    return next((clock for clock in running if event.kind.startswith(clock.which)), None)


# --- before -----------------------------------------------------------------------------------------------------------


def _asked(event: Due, complaint: Complaint, world: World) -> Decision:
    """Shortly before the end: the one whose turn it is gets asked for a word to the citizen, once."""
    clock = _clock(event, complaint, world)
    if clock is None or clock.due_at <= world.now or bells.is_asked(complaint, clock):
        return Decision(ignored="a bell for a word that isn't wanted now")
    case = _begin(complaint, world)
    case.set(extra={**complaint.extra, bells.ASKED + clock.which: bells.asked_mark(clock)})
    case.record("asked_word", which=clock.which, due=clock.due_at.isoformat())
    case.reckon()
    text = say(f"late.desk.ask_{clock.which}", **_fields(complaint, clock, world))
    return case.decision() + _told(case.complaint, text, turn(complaint, world).people, world, role=ROLE)


def _fields(complaint: Complaint, clock: bells.Clock, world: World) -> dict[str, object]:
    zone = world.office.calendar.zone
    standard = world.standard_of(complaint.standard)
    due_at = complaint.due_at
    return {
        "number": name_of(complaint),
        "n": standard.position(standard.step(complaint.step))[0],
        "moment": say_near(clock.due_at, world.now, zone),
        "due": say_near(due_at, world.now, zone) if due_at else "",
        "who": whose_turn(complaint, world),
        "since": say_near(complaint.step_since or world.now, world.now, zone),
        "word": say("late.desk.word") if complaint.citizen is not None else say("late.desk.no_chat"),
    }


def _told(
    complaint: Complaint, text: str, people: Iterable[Staff], world: World, *, role: str = "handover"
) -> Decision:
    """One message where the complaint is spoken of, mentioning these people."""
    people = tuple(people)
    refers = Refers(role=role, complaint=complaint.id, version=complaint.version, detail=str(complaint.card))
    sends = [post(world, to, text, about=complaint, people=people, refers=refers) for to in rooms(complaint, world)]
    return Decision(sends=tuple(sends))


def written(message: Message, person: Staff, complaint: Complaint | None, world: World) -> Decision:
    """The word that was asked for: it's the plan, and the reply shows how it would go out now. Raises `Refused`."""
    if complaint is None:
        raise Refused("desk.refused.gone")
    done = complaints.apply(complaint, Act(kind="plan", by=f"staff:{person.id}", text=message.text), world)
    planned = next(each for each in done.complaints if each.id == complaint.id)
    if planned.citizen is None or planned.answered_at is not None:
        return done + said_back(world, message.chat, message.id, "late.desk.planned_only")
    mark = lateness.plan_mark(planned)
    text = say("late.desk.planned", text=lateness.response_text(planned, world))
    choices: Rows = ((button(say("late.button.respond"), "respond", planned.code, planned.version, mark),),)
    refers = Refers(role="handover", complaint=planned.id, version=planned.version, detail=str(planned.card))
    key = plan_key(planned)
    shown = post(world, message.chat, text, about=planned, choices=choices, refers=refers, key=key, reply_to=message.id)
    return done + Decision(sends=(shown,))


def plan_key(complaint: Complaint) -> str:
    """Our name for what's shown of the plan as it's now written."""
    return f"plan:{complaint.id}:{lateness.plan_mark(complaint)}"


# --- at the end -------------------------------------------------------------------------------------------------------


def _passed(event: Due, complaint: Complaint, world: World) -> Decision:
    """The end: who has it is told once; of the total the citizen hears too, and the ladder begins."""
    clock = _clock(event, complaint, world)
    if clock is None or clock.due_at > world.now:
        return Decision(ignored="a bell for a clock that stands, or for a deadline that was moved")
    if clock.which in complaint.late:
        return Decision(ignored="told already")
    people = turn(complaint, world).people
    case = _begin(complaint, world)
    case.set(late=(*complaint.late, clock.which))
    _remember(case, people)
    case.record("overdue", which=clock.which, who=" ".join(str(person.id) for person in people))
    key = "step_plain" if clock.which == "step" and complaint.due_at is None else clock.which
    text = say(f"late.desk.{key}", **_fields(complaint, clock, world))
    if clock.which == "total" and complaint.citizen is not None and world.office.quiet_until(world.now) is None:
        lateness.word(case)
    case.reckon()
    return case.decision() + _told(case.complaint, text, people, world, role=ROLE)


def _remember(case: Case, people: Iterable[Staff]) -> None:
    """Who was told of this lateness: the ladder tells nobody twice."""
    known = case.complaint.extra.get(bells.PEOPLE, "").split()
    ids = dict.fromkeys((*known, *(str(person.id) for person in people)))
    case.set(extra={**case.complaint.extra, bells.PEOPLE: " ".join(ids)})


def _waited_out(_: Due, complaint: Complaint, world: World) -> Decision:
    """What the citizen was asked for hasn't come by the day that was named: it counts as withdrawn."""
    if not complaint.waiting:
        return Decision(ignored="the citizen has answered")
    people = turn(complaint, world).people
    case = _begin(complaint, world)
    lapsing.lapse(case)
    moment = say_near(world.now, world.now, world.office.calendar.zone)
    text = say("late.desk.complete", number=name_of(complaint), moment=moment, text=complaint.waiting)
    return case.decision() + _told(case.complaint, text, people, world)


# --- after it ---------------------------------------------------------------------------------------------------------


def _is_late(complaint: Complaint, world: World) -> bool:
    running = bells.clocks(complaint, world.standard_of(complaint.standard))
    return any(clock.which == "total" and clock.due_at <= world.now for clock in running) and "total" in complaint.late


def _rung(_: Due, complaint: Complaint, world: World) -> Decision:
    """The next one up the ladder, if they haven't heard of it already."""
    standard = world.standard_of(complaint.standard)
    left = bells.rungs(standard, complaint)
    if not _is_late(complaint, world) or not left:
        return Decision(ignored="a bell of a ladder that isn't climbed")
    case = _begin(complaint, world)
    at = bells.next_rung_at(case)
    if at is None or at > world.now:
        case.reckon()
        return Decision(timers=tuple(case.timers))  # the deadline moved: it rings again when it's time
    role = left[0]
    known = complaint.extra.get(bells.PEOPLE, "").split()
    people = [person for person in world.office.with_role_at(role, world.now) if str(person.id) not in known]
    case.set(late=(*complaint.late, f"rung:{role}"))
    _remember(case, people)
    if people:
        case.record("overdue", which=f"rung:{role}", who=" ".join(str(person.id) for person in people))
    case.reckon()
    if not people:
        return case.decision()
    clock = next(clock for clock in bells.clocks(complaint, standard) if clock.which == "total")
    fields = {**_fields(complaint, clock, world), "role": standard.role(role).label, "names": names(people)}
    return case.decision() + _upwards(case.complaint, say("late.desk.rung", **fields), people, world)


def _upwards(complaint: Complaint, text: str, people: list[Staff], world: World) -> Decision:
    """Into the group and the private chats of those told; of a confidential report only there, to who may know."""
    if complaint.confidential:
        people = [person for person in people if person in trusted(world)]
    desk = desk_of(world)
    refers = Refers(role=ROLE, complaint=complaint.id, version=complaint.version, detail=str(complaint.card))
    chats = [to for person in people if (to := private_of(world, person))]
    sends = [post(world, to, text, about=complaint, refers=refers) for to in chats]
    if desk is not None and not complaint.confidential:
        sends.insert(0, post(world, desk, text, about=complaint, people=people, refers=refers))
    return Decision(sends=tuple(sends))


def _citizen_told(_: Due, complaint: Complaint, world: World) -> Decision:
    """While nothing happens the citizen hears again that it's late, but not in the quiet hours."""
    if not _is_late(complaint, world) or complaint.citizen is None:
        return Decision(ignored="a word on a lateness that is over")
    case = _begin(complaint, world)
    at = bells.next_word_at(case)
    if at is None or at > world.now:
        case.reckon()
        return Decision(timers=tuple(case.timers))  # something happened meanwhile: later
    lateness.word(case)
    case.reckon()
    return case.decision()


def _national(_: Due, complaint: Complaint, world: World) -> Decision:
    """The second alarm: a limit that holds for every office in the country."""
    case = _begin(complaint, world)
    name, days = bells.next_national(case)
    at = bells.next_national_at(case)
    running = any(clock.which == "total" for clock in bells.clocks(complaint, case.standard))
    if not running or not name or at is None:
        return Decision(ignored="a national limit that doesn't matter any more")
    opened = world.office.calendar.opening
    start = complaint.clock_started_at
    assert start is not None
    day = world.office.calendar.local_date(world.office.calendar.due(start, days, "calendar_day"))
    if world.now < opened(day):
        case.reckon()
        return Decision(timers=tuple(case.timers))
    people = turn(complaint, world).people
    case.set(late=(*complaint.late, f"national:{name}"))
    case.record("overdue", which=f"national:{name}", who=" ".join(str(person.id) for person in people))
    told = name == "decision" and complaint.citizen is not None
    if told:
        lateness.word(case, limit_reached=True)
    case.reckon()
    fields = {
        "number": name_of(complaint),
        "days": days,
        "who": whose_turn(complaint, world),
        "word": say("late.desk.told_every_route") if told else "",
    }
    return case.decision() + _told(case.complaint, say(f"late.desk.national_{name}", **fields), people, world)


# --- another calendar -------------------------------------------------------------------------------------------------


def _recomputed(_: Due, complaint: Complaint, world: World) -> Decision:
    """Holidays, closures or hours changed: what's open is reckoned anew, once, and told where a day has changed."""
    before, case = complaint.due_at, _begin(complaint, world)
    case.reckon()
    after = case.complaint
    if complaint.waiting or (before, complaint.step_due_at) == (after.due_at, after.step_due_at):
        return Decision(timers=tuple(case.timers))  # no date moved; its bells are set all the same
    total = case.standard.deadline
    dates = {"before": before, "due": after.due_at, "step_before": complaint.step_due_at, "step_due": after.step_due_at}
    case.record(
        "recomputed",
        rule=f"{total.value} {total.unit} from {after.clock_started_at.isoformat() if after.clock_started_at else ''}",
        standard=world.office.standard.version,
        **{name: at.isoformat() for name, at in dates.items() if at is not None},
    )
    if before is None or after.due_at is None or before == after.due_at or complaint.answered_at is not None:
        return case.decision()
    day = world.office.calendar.local_date
    zone = world.office.calendar.zone
    if day(before) != day(after.due_at):
        lateness.moved(case, before, after.due_at)
    words = {"before": say_moment(before, zone), "due": say_moment(after.due_at, zone)}
    text = say("late.desk.moved", number=name_of(complaint), **words)
    return case.decision() + _told(case.complaint, text, turn(complaint, world).people, world)


BELLS: Mapping[str, Callable[[Due, Complaint, World], Decision]] = {
    "total_warn": _asked,
    "step_warn": _asked,
    "total_due": _passed,
    "step_due": _passed,
    "complete_due": _waited_out,
    "ladder_due": _rung,
    "late_due": _citizen_told,
    "national_due": _national,
    "recompute": _recomputed,
}
"""What each bell of an open complaint does."""
