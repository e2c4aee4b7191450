"""What is recorded of absence and stand-ins, and told to the desk: facts that begin, end, and are shown in /peran."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from msgspec.structs import replace

from workflow.desk.duty import words as duty_words
from workflow.desk.duty.typed_dates import Days
from workflow.desk.posting import LABEL_CHARACTERS, Rows, answered, button, names, post
from workflow.duty import STANDING_IN, Duty
from workflow.happening import Due
from workflow.message import Address, Outbound, Press, Refers, Value
from workflow.office import Staff
from workflow.procedure.capacity import label_of
from workflow.procedure.case import UNDO, Refused, desk_of
from workflow.procedure.telling import shortened
from workflow.say import lines, say
from workflow.world import Decision, Timer, World

BUTTON = "duty"
CHANGED = "duty_changed"
"""The kind of a bell: a fact begins or ends, and whatever shows whose turn it is has to show it."""
REASON_CHARACTERS = 120
ENDS_SHOWN = 8
_DAY = timedelta(days=1)


class Plan(Value):
    """What is being recorded while it's asked for, piece by piece: carried by the message that asks."""

    kind: Literal["away", "plt", "plh"]
    person: int
    role: str = ""
    holder: int = 0
    words: str = ""  # the days, where they were typed before the place was known

    def packed(self) -> str:
        """As the detail of a message."""
        return f"{self.kind}:{self.person}:{self.role}:{self.holder}:{self.words}"


# --- who may ----------------------------------------------------------------------------------------------------------


def may_appoint(person: Staff, world: World) -> bool:
    """Admins, and the head himself."""
    standard = world.office.standard
    heads = [name for name, role in standard.roles.items() if role.kind == "head"]
    return not person.shared and (person.admin or any(person.has_role(each) for each in heads))


def who_appoints(world: World) -> tuple[Staff, ...]:
    """Those who can record that somebody is away or stands in for somebody else."""
    return tuple(each for each in world.office.staff if may_appoint(each, world))


def appointers(world: World) -> str:
    """Their names, or where else to turn."""
    return names(who_appoints(world)) or say("duty.ask.nobody")


def label_for(plan: Plan, world: World) -> str:
    """What somebody would be called who stands in: "Plh. Camat"."""
    return say(f"duty.label.{plan.kind}", role=world.office.standard.role(plan.role).label)


# --- recording --------------------------------------------------------------------------------------------------------


def recorded(plan: Plan, days: Days | None, person: Staff, to: Address, reply_to: str, world: World) -> Decision:
    """The facts, told to the desk; a Plh. whose holder wasn't recorded as away brings that fact along."""
    since, until = _stretch(days, world)
    reason = shortened(days.rest, REASON_CHARACTERS) if days else ""
    base = Duty(id="", kind=plan.kind, person=plan.person, since=since, until=until, reason=reason,
                by=f"staff:{person.id}", at=world.now)  # fmt: skip
    fact = replace(base, id=world.supply.id(), role=plan.role, holder=plan.holder)
    if any(_covers(each, fact) for each in world.office.duties):
        raise Refused("duty.refused.already")
    if plan.kind != "away" and (busy := world.office.away(plan.person, since)) is not None:
        name, busy_days = person_name(plan.person, world), duty_words.days_of(busy, world)
        raise Refused("duty.refused.away_too", name=name, days=busy_days)
    facts = [fact]
    if plan.kind == "plh" and plan.holder:
        away = replace(base, id=world.supply.id(), kind="away", person=plan.holder)
        if not any(_covers(each, away) for each in world.office.duties):
            facts.append(away)
    said = lines(*(duty_words.duty_line(each, world) for each in facts), _unreplaced(facts, world))
    buttons = ((button(say("duty.button.undo"), BUTTON, arg=f"undo:{fact.id}"),),)
    return changed(facts, world) + _announced(said, facts, to, reply_to, buttons, world)


def _stretch(days: Days | None, world: World) -> tuple[datetime, datetime | None]:
    """From when until when: of today from now on, of any other day from its beginning; up to the end of the last."""
    if days is None:
        return world.now, None
    today = world.office.calendar.local_date(world.now)
    since = world.now if days.first == today else midnight(days.first, world)
    return since, midnight(days.last + _DAY, world)


def midnight(day: date, world: World) -> datetime:
    """The beginning of a day at the office, in UTC."""
    return datetime.combine(day, time(), world.office.calendar.zone).astimezone(UTC)


def _covers(known: Duty, fact: Duty) -> bool:
    """Whether the same is recorded already for the whole of the time."""
    same = (known.kind, known.person, known.role, known.holder) == (fact.kind, fact.person, fact.role, fact.holder)
    begins = known.since <= fact.since
    return same and begins and (known.until is None or (fact.until is not None and fact.until <= known.until))


def _unreplaced(facts: list[Duty], world: World) -> str:
    """Which role of who is away nobody else holds or stands in for, and how that's mended."""
    office, fact = world.office.with_duties(facts), facts[0]
    whose = office.staff_by_id(fact.person)
    if fact.kind != "away" or whose is None:
        return ""
    at = max(fact.since, world.now)
    empty = [role for role in whose.roles if role in office.standard.roles
             and not office.stand_ins(role, at, whose.id if len(office.with_role(role)) > 1 else 0)
             and not any(office.is_there(each, at) for each in office.with_role(role))]  # fmt: skip
    labels = ", ".join(office.standard.role(role).label for role in empty)
    return say("duty.away.mend", role=labels, who=appointers(world)) if empty else ""


def changed(facts: Iterable[Duty], world: World) -> Decision:
    """The facts to be stored, with the bells at which what the desk shows has to follow them."""
    facts = tuple(facts)
    desk = desk_of(world)
    if desk is None:
        return Decision(duties=facts)
    timers: list[Timer] = []
    posts, unset = [], []
    for fact in facts:
        if fact.kind in ("away", *STANDING_IN):
            moments = {"since": fact.since, "until": fact.until}
            timers += [Timer(key=f"duty:{fact.id}:{name}", lane=desk, due_at=moment, kind=CHANGED, subject=fact.id)
                       for name, moment in moments.items() if moment is not None and moment > world.now]  # fmt: skip
            unset += [f"duty:{fact.id}:{name}" for name, moment in moments.items() if moment and moment <= world.now]
            posts.append((desk, Due(chat=desk, at=world.now, timer="", kind=CHANGED, subject=fact.id)))
    return Decision(duties=facts, timers=tuple(timers), unset=tuple(unset), posts=tuple(posts))


def _announced(text: str, facts: Iterable[Duty], to: Address, reply_to: str, buttons: Rows, world: World) -> Decision:
    """Told to the desk, whose work it changes, and to whoever said it in private."""
    desk = desk_of(world)
    people = [each for fact in facts if (each := world.office.staff_by_id(fact.person))]
    refers = Refers(role="duty")
    sends: list[Outbound] = []
    if desk is not None:
        again = reply_to if to == desk else ""
        sends.append(post(world, desk, text, people=people, choices=buttons, refers=refers, reply_to=again))
    if to != desk:
        sends.append(post(world, to, text, refers=refers, reply_to=reply_to))
    return Decision(sends=tuple(sends))


# --- ending -----------------------------------------------------------------------------------------------------------


def end_buttons(world: World) -> Rows:
    """A button for each fact that holds or is still to come, to end it; as `/peran` shows them."""
    rows = []
    for fact in _open(world)[:ENDS_SHOWN]:
        name = person_name(fact.person, world)
        if fact.kind == "away":
            label = say("duty.button.end_away", name=name)
        else:
            label = say("duty.button.end_stands_in", role=_label_of(fact, world))
        rows.append((button(shortened(label, LABEL_CHARACTERS), BUTTON, arg=f"end:{fact.id}"),))
    return tuple(rows)


def overview(world: World) -> str:
    """Who is away and who stands in, now or soon; "" where nobody is and nobody does."""
    rows = [duty_words.duty_line(fact, world) for fact in _open(world)]
    return lines(say("duty.line.head"), *rows) if rows else ""


def _open(world: World) -> list[Duty]:
    """What holds or is still to come, as far as the standard still has the role and the person is known."""
    known = world.office.standard.roles
    return [each for each in world.office.duties
            if each.kind in ("away", *STANDING_IN) and not each.is_over(world.now)
            and (each.kind == "away" or each.role in known) and world.office.staff_by_id(each.person)]  # fmt: skip


def ended_by_press(press: Press, name: str, person: Staff, world: World) -> Decision:
    """The fact of that id is over, at the wish of its person or of those who appoint. Raises `Refused`."""
    fact = world.office.duty(name)
    if fact is None or fact.kind not in ("away", *STANDING_IN):
        raise Refused("desk.refused.gone")
    if person.id not in (fact.person, fact.holder) and not may_appoint(person, world):
        raise Refused("duty.refused.not_you", who=appointers(world))
    if fact.is_over(world.now):
        raise Refused("duty.refused.over")
    done = _ended([fact], person, press.chat, world)
    return done + Decision(sends=(answered(press, "desk.done.plain"),))


def undone_by_press(press: Press, name: str, person: Staff, world: World) -> Decision:
    """What was recorded by mistake never was, with all that was recorded along with it. Raises `Refused`."""
    fact = world.office.duty(name)
    if fact is None:
        raise Refused("desk.refused.gone")
    if fact.by != f"staff:{person.id}" and not may_appoint(person, world):
        raise Refused("desk.refused.not_your_act")
    if fact.ended_by:
        raise Refused("duty.refused.over")
    if world.now > fact.at + UNDO:
        raise Refused("desk.refused.undo_too_late")
    along = [each for each in world.office.duties if (each.at, each.by, each.since) == (fact.at, fact.by, fact.since)]
    void = [replace(each, until=each.since, ended_by=f"staff:{person.id}", ended_at=world.now) for each in along]
    text = say("duty.ended.undone", line=duty_words.duty_line(fact, world))
    done = changed(void, world) + _announced(text, void, press.chat, "", (), world)
    return done + Decision(sends=(answered(press, "desk.done.undone"),))


def _label_of(fact: Duty, world: World) -> str:
    return label_of(f"{fact.kind}:{fact.role}", world.office.standard)


def back(plan: Plan, person: Staff, to: Address, world: World) -> Decision:
    """Somebody is there again: their absence ends now, and so does every Plh. in their stead."""
    facts = [each for each in world.office.duties if each.kind == "away" and each.person == plan.person
             and each.holds(world.now)]  # fmt: skip
    if not facts:
        raise Refused("duty.refused.over")
    return _ended(facts, person, to, world)


def _ended(facts: list[Duty], person: Staff, to: Address, world: World) -> Decision:
    """Over from now on; what hadn't begun never was. Whose absence ends, ends who had their place meanwhile."""
    backs = {each.person for each in facts if each.kind == "away"}
    replaced = [each for each in world.office.duties if each.kind == "plh" and each.holder in backs
                and each.holds(world.now)]  # fmt: skip
    over = [
        replace(each, until=max(world.now, each.since), ended_by=f"staff:{person.id}", ended_at=world.now)
        for each in dict.fromkeys((*facts, *replaced))
    ]
    said = []
    for each in over:
        name = person_name(each.person, world)
        if each.kind == "away":
            said.append(say("duty.ended.away", name=name))
        else:
            said.append(say("duty.ended.stands_in", name=name, role=_label_of(each, world)))
    return changed(over, world) + _announced(lines(*said), over, to, "", (), world)


def given_up(person: Staff, world: World) -> tuple[str, Decision]:
    """Who has no part in the work any more stands in for nobody, now or later: in words, and as facts that are over."""
    mine = [each for each in world.office.duties
            if each.kind in STANDING_IN and each.person == person.id and not each.is_over(world.now)]  # fmt: skip
    over = [replace(each, until=max(world.now, each.since), ended_at=world.now) for each in mine]
    said = [
        say("duty.ended.stands_in", name=person.name, role=label) for each in mine if (label := _label_of(each, world))
    ]
    return lines(*said), changed(over, world)


def person_name(person: int, world: World) -> str:
    """The name of somebody by their staff id; "" for nobody."""
    known = world.office.staff_by_id(person)
    return known.name if known else ""
