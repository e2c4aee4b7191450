"""How it reads at the desk that somebody is away, stands in, or did something for somebody else."""

from __future__ import annotations

from datetime import timedelta

from workflow.clocks.when import say_day
from workflow.duty import Duty
from workflow.office import Staff
from workflow.procedure.capacity import STANDING_IN, WHY_BOTH, capacity, label_of
from workflow.procedure.progress import Turn, turn
from workflow.record import Complaint, Entry
from workflow.say import say
from workflow.standard.standard import Standard
from workflow.world import World


def people_of(complaint: Complaint, world: World) -> str:
    """Whose turn it is, by role and names: "Camat (Budi)", "Plh. Camat (Siti)", "Kasi (Ani), Plh. Kasi (Siti)"."""
    now = turn(complaint, world)
    if not now.people:
        return say("desk.card.nobody", role=world.standard_of(complaint.standard).role(now.role).label)
    groups: dict[str, list[str]] = {}
    for person in now.people:
        groups.setdefault(_label(person, now, complaint, world), []).append(person.name)
    parts = [say("desk.card.role_and_names", role=label, names=", ".join(names)) for label, names in groups.items()]
    return ", ".join(parts)


def role_of(complaint: Complaint, world: World) -> str:
    """The role in which those whose turn it is act: "Camat", or "Plh. Camat" where only who stands in is there."""
    now = turn(complaint, world)
    labels = {_label(person, now, complaint, world) for person in now.people}
    return labels.pop() if len(labels) == 1 else world.standard_of(complaint.standard).role(now.role).label


def absences(complaint: Complaint, world: World) -> str:
    """Who of those whose turn it would be is away, and until when; "" where nobody is."""
    now = turn(complaint, world)
    role = world.standard_of(complaint.standard).role(now.role).label
    alone = len(world.office.with_role(now.role)) == 1 and not now.named
    said = []
    for person in (*now.also, *(now.people if now.nobody_there else ())):
        duty = world.office.away(person.id, world.now)
        if duty is not None and not complaint.confidential:
            who = role if alone else say("desk.card.role_and_names", role=role, names=person.name)
            said.append(say("duty.away.line", who=who, days=days_of(duty, world)))
    if said and now.nobody_there:
        said.append(say("duty.away.nobody"))
    return " ".join(said)


def days_of(duty: Duty, world: World) -> str:
    """From when until when a fact holds, as it's said today: "hari ini", "s.d. Jumat, 27 November 2026"."""
    calendar = world.office.calendar
    today, first = calendar.local_date(world.now), calendar.local_date(duty.since)
    last = calendar.local_date(duty.until - timedelta(microseconds=1)) if duty.until else None
    if last is None:
        words = say("duty.days.open" if first <= today else "duty.days.open_from", first=say_day(first))
    elif first == last:
        words = say("duty.days.today") if first == today else say_day(first)
    elif first <= today <= last and duty.at >= duty.since - timedelta(days=1):
        words = say("duty.days.until", last=say_day(last))
    else:
        words = say("duty.days.from_until", first=say_day(first), last=say_day(last))
    return words + (say("duty.days.afterwards") if first < calendar.local_date(duty.at) else "")


def duty_line(duty: Duty, world: World) -> str:
    """A fact as one line: who is away, or who stands in."""
    person = world.office.staff_by_id(duty.person)
    name, days = person.name if person else "", days_of(duty, world)
    if duty.kind == "away":
        return say("duty.line.away", name=name, days=days, reason=_reason(duty))
    label = label_of(f"{duty.kind}:{duty.role}", world.office.standard)
    return say("duty.line.stands_in", name=name, role=label, days=days)


def doer(entry: Entry, standard: Standard) -> str:
    """Who did it, for the desk: "Siti (Plh. Camat)", "Ani untuk Budi (telepon)"."""
    name = entry.name
    if entry.data.get("entered_for"):
        how = say(f"duty.how.{entry.data.get('how', 'said')}")
        name = say("duty.entered.doer", name=name, who=entry.data.get("entered_name", ""), how=how)
    label = label_of(entry.data.get(STANDING_IN, ""), standard)
    return say("duty.label.person", name=name, role=label) if label else name


def why_both(entries: list[Entry]) -> str:
    """The reason why one person drafted and approves, told with what they did."""
    said = next((entry for entry in entries if entry.data.get(WHY_BOTH)), None)
    return say("duty.both.told", name=said.name, text=said.data[WHY_BOTH]) if said else ""


def _label(person: Staff, now: Turn, complaint: Complaint, world: World) -> str:
    if complaint.confidential and not person.has_role(now.role):
        return world.standard_of(complaint.standard).role(now.role).label
    holder = complaint.assignee if now.named else ""
    return capacity(person, now.role, world.office, world.now, holder).label


def _reason(duty: Duty) -> str:
    return say("duty.line.reason", text=duty.reason) if duty.reason else ""
