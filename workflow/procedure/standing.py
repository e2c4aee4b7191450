"""STATUS: where a complaint stands, in the citizen's words; it says of the answer no more than is known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from workflow.clocks.when import say_brief, say_moment, say_near
from workflow.message import Limits
from workflow.procedure import lateness
from workflow.procedure.progress import summary_of
from workflow.procedure.reach import is_out, is_there, out_at
from workflow.procedure.telling import condition_of, lacking_words, matter, name_of, who_handles
from workflow.record import Complaint
from workflow.say import channel_name, lines, say, say_for
from workflow.world import World

ALL = Limits()


def status(complaint: Complaint, world: World, limits: Limits = ALL) -> str:
    """Where a complaint stands, for its citizen: steps, roles and dates; no names, nothing personal.

    `limits` are those of the channel on which it's asked.
    """
    head = say_for(limits, "telling.status.head", number=name_of(complaint), matter=matter(complaint))
    rest = _closed_status(complaint, world, limits) if complaint.closed_at else _open_status(complaint, world, limits)
    return " ".join(each for each in (head, *rest) if each) if limits.short else lines(head, *rest)


def _open_status(complaint: Complaint, world: World, limits: Limits) -> Iterator[str]:
    standard, zone = world.standard_of(complaint.standard), world.office.calendar.zone
    n, m = summary_of(standard, complaint)
    text = standard.summary_steps[n - 1].text if standard.summary_steps else standard.step(complaint.step).text
    yield say_for(limits, "telling.status.step", n=n, m=m, text=text)
    if complaint.step_since:
        since = _near(complaint.step_since, world.now, zone, limits)
        yield say_for(limits, "telling.status.with", who=who_handles(complaint, world), moment=since)
    if complaint.answered_at:
        yield _answered(complaint, world, limits)
    elif complaint.waiting:
        yield say_for(limits, "telling.status.waiting", text=complaint.waiting)
    elif complaint.due_at is None:
        yield say_for(limits, "telling.status.no_clock")
    else:
        key = "telling.status.late" if complaint.due_at < world.now else "telling.status.due"
        due = _near(complaint.due_at, world.now, zone, limits) if limits.short else say_moment(complaint.due_at, zone)
        yield say_for(limits, key, moment=due, condition=condition_of(standard))
    if things := lacking_words(complaint, standard):
        yield say_for(limits, "telling.status.lacking", things=things)
    yield lateness.spent_words(complaint, standard, world, "telling.status.spent")
    yield from lateness.status_lines(complaint, world, limits)


def _answered(complaint: Complaint, world: World, limits: Limits) -> str:
    """When the answer was brought, or that it's on its way: never more than is known."""
    assert complaint.answered_at is not None
    moment = _moment(out_at(complaint) or complaint.answered_at, world.office.calendar.zone, limits)
    if is_there(complaint) or complaint.citizen is None:
        return say_for(limits, "telling.status.answered", moment=moment)
    key = "answer_failed" if complaint.delivery == "failed" else "answer_coming"
    return say_for(limits, f"telling.status.{key}", moment=moment, channel=channel_name(complaint.citizen.channel))


def _closed_status(complaint: Complaint, world: World, limits: Limits) -> Iterator[str]:
    if complaint.answered_at:
        yield _answered(complaint, world, limits)
    if complaint.closed_as != "answered" or complaint.answered_at is None or is_out(complaint):
        yield say_for(limits, f"telling.status.closed_{complaint.closed_as}", where=complaint.referred_to)


def _moment(at: datetime, zone: ZoneInfo, limits: Limits) -> str:
    return say_brief(at, zone) if limits.short else say_moment(at, zone)


def _near(at: datetime, now: datetime, zone: ZoneInfo, limits: Limits) -> str:
    near = say_near(at, now, zone)
    return say_brief(at, zone) if limits.short and near == say_moment(at, zone) else near
