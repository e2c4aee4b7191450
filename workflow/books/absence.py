"""When nobody was there for a role: what an office that promises "bila pejabat ada ditempat" tells beside its times.

The published total keeps running all the while; the figure less absence stands beside the raw one, never in its place.
Who holds a role is known as it is today; who was away and who stood in, as it was recorded for each moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from workflow.books.trail import Stay
from workflow.clocks.office_time import Pause
from workflow.message import Value
from workflow.office import Office
from workflow.standard.standard import Standard

Gaps = Mapping[str, tuple[Pause, ...]]
"""By role: the stretches in which nobody who holds it, or stands in for it, was there."""


_LAST = timedelta(microseconds=1)


class Absence(Value):
    """Somebody of the office was away, as it was recorded; `afterwards`: it was recorded only when it had begun."""

    name: str
    since: datetime
    until: datetime | None
    afterwards: bool


def counts_absence(standard: Standard) -> bool:
    """Whether the office published its total for when its officials are there."""
    return bool(standard.deadline.condition)


def gaps_of(office: Office, now: datetime) -> Gaps:
    """The stretches without anybody for a role, up to now; {} where the standard doesn't speak of it."""
    if not counts_absence(office.standard):
        return {}
    return {role: _gaps(office, role, now) for role in office.standard.roles if office.with_role(role)}


def _gaps(office: Office, role: str, now: datetime) -> tuple[Pause, ...]:
    people = {person.id for person in office.staff if person.has_role(role)}
    bounds = {now}
    for duty in office.duties:
        if (duty.kind == "away" and (duty.person in people or duty.holder)) or duty.role == role:
            bounds |= {moment for moment in (duty.since, duty.until) if moment is not None and moment < now}
    ordered = sorted(bounds)
    found: list[Pause] = []
    for since, until in pairwise(ordered):
        if any(office.is_there(person, since) for person in office.with_role_at(role, since)):
            continue
        if found and found[-1].until == since:
            found[-1] = Pause(found[-1].since, until)
        else:
            found.append(Pause(since, until))
    return tuple(found)


def absent_while(stays: Sequence[Stay], standard: Standard, gaps: Gaps, until: datetime) -> list[Pause]:
    """The stretches in which a file lay with a role that nobody was there for.

    Who was away up to a midnight was there on the day that begins with it: the stretch ends in the day before.
    """
    actors = {step.id: step.actor for step in standard.steps}
    return [
        Pause(max(gap.since, stay.since), min(gap.until, stay.until or until) - _LAST)
        for stay in stays
        for gap in gaps.get(actors.get(stay.step, ""), ())
        if max(gap.since, stay.since) + _LAST < min(gap.until, stay.until or until)
    ]


def absences(office: Office, first: datetime, end: datetime) -> tuple[Absence, ...]:
    """Who was away within a span, in the order in which it began. Why, the books don't say."""
    found = []
    for duty in office.duties:
        person = office.staff_by_id(duty.person)
        if duty.kind != "away" or person is None or duty.is_over(duty.since):
            continue
        if duty.since < end and (duty.until is None or duty.until > first):
            found.append(Absence(name=person.name, since=duty.since, until=duty.until, afterwards=duty.afterwards))
    return tuple(sorted(found, key=lambda each: (each.since, each.name)))
