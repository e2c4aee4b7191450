"""How long a complaint took and whether it was in time, by both clocks and every reading of the published total."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Literal, NamedTuple

from workflow.books.trail import Stay
from workflow.clocks.deadline import Spent, closed_pauses, spent
from workflow.clocks.office_time import Calendar, Pause, Unit
from workflow.message import Value
from workflow.record import Complaint
from workflow.standard.standard import Standard

Verdict = Literal["yes", "no", "open", "over", "none"]
"""In time; late; still running; not answered and past its time; no clock ever ran for it."""


class Judged(Value):
    """One reading of the published total and what became of it."""

    unit: Unit
    verdict: Verdict


class LessAbsence(Value):
    """The same without the stretches in which nobody was there: shown beside the raw figures."""

    service: int
    verdict: Verdict


class Timing(Value):
    """The clocks of one complaint up to its answer, or up to now."""

    verdict: Verdict
    due_at: datetime | None = None
    spent: Spent | None = None
    readings: tuple[Judged, ...] = ()  # two where the published word can be read in two ways
    less_absence: LessAbsence | None = None  # where the office published its total for when its officials are there


class Norm(NamedTuple):
    """A step's published norm; what lasted no longer than `surely` kept it, and no calendar need be asked."""

    value: int
    unit: Unit
    surely: timedelta


@dataclass(slots=True)
class StepKept:
    """How often one published step was done within its own norm."""

    kept: int = 0
    missed: int = 0


def ended_at(complaint: Complaint) -> datetime | None:
    """When the office was done with it: the answer left, or it ended without one. None: it's open."""
    return complaint.answered_at or complaint.closed_at


def timing(
    complaint: Complaint,
    standard: Standard,
    calendar: Calendar,
    now: datetime,
    absent: Callable[[datetime], Sequence[Pause]] | None = None,
) -> Timing:
    """The clocks of a complaint; `calendar` is the standard's, with a memory where many are asked for.

    `absent` gives the stretches up to a moment in which nobody was there for the role that had the file.
    """
    start = complaint.clock_started_at
    end = ended_at(complaint)
    if start is None or complaint.due_at is None:
        return Timing(verdict="none")
    until = max(end or now, start)
    pauses = closed_pauses(complaint.pauses, until)
    took = spent(calendar, start, until, standard.deadline.unit, pauses)
    answered = complaint.answered_at
    if end is not None and answered is None:
        return Timing(verdict="none", due_at=complaint.due_at, spent=took)
    verdict = _verdict(complaint, complaint.due_at, now)
    less = None
    if absent is not None and (gone := absent(until)):
        rule = standard.deadline
        without = [*pauses, *gone]
        service = spent(calendar, start, until, rule.unit, without).service
        less = LessAbsence(
            service=service, verdict=_verdict(complaint, calendar.due(start, rule.value, rule.unit, without), now)
        )
    strict = standard.deadline.strict_unit
    if strict is None:
        return Timing(verdict=verdict, due_at=complaint.due_at, spent=took, less_absence=less)
    readings = tuple(
        Judged(unit=unit, verdict=_verdict(complaint, calendar.due(start, standard.deadline.value, unit, pauses), now))
        for unit in (standard.deadline.unit, strict)
    )
    return Timing(verdict=verdict, due_at=complaint.due_at, spent=took, readings=readings, less_absence=less)


def _verdict(complaint: Complaint, due_at: datetime, now: datetime) -> Verdict:
    if complaint.answered_at is not None:
        return "yes" if complaint.answered_at <= due_at else "no"
    return "over" if due_at < now and not complaint.waiting else "open"


@cache
def norms_of(standard: Standard) -> Mapping[str, Norm]:
    """The published norms of single steps, by the step's id; {} where the office publishes none."""
    return {
        step.id: Norm(step.norm, step.unit, _surely(step.norm, step.unit))
        for step in standard.steps
        if step.norm and step.unit
    }


def _surely(value: int, unit: Unit) -> timedelta:
    """So long a stay keeps the norm whenever it began: a norm in days ends on the n-th day after, at its closing."""
    return timedelta(minutes=value) if unit == "office_minute" else timedelta(days=value - 1)


def keep_steps(
    stays: Sequence[Stay],
    complaint: Complaint,
    standard: Standard,
    calendar: Calendar,
    kept: dict[str, StepKept],
) -> None:
    """Count, for each finished stay at a step with a published norm, whether the norm was kept."""
    norms = norms_of(standard)
    for stay in stays:
        found = norms.get(stay.step)
        if found is None or stay.until is None:
            continue
        row = kept.get(stay.step)
        if row is None:
            row = kept[stay.step] = StepKept()
        if stay.until - stay.since <= found.surely:
            row.kept += 1
            continue
        waits = closed_pauses(complaint.pauses, stay.until) if complaint.pauses else []
        own: list[Pause] = [pause for pause in waits if pause.until > stay.since]
        if stay.until <= calendar.due(stay.since, found.value, found.unit, own):
            row.kept += 1
        else:
            row.missed += 1
