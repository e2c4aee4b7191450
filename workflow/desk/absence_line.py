"""The line of a card that tells the time without those stretches in which nobody was there for the step's role."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from workflow.books.absence import absent_while, counts_absence, gaps_of
from workflow.books.timing import timing
from workflow.books.trail import Stay
from workflow.clocks.office_time import Pause
from workflow.duty import Duty
from workflow.procedure.lateness import amount
from workflow.procedure.stays import stays_of
from workflow.record import Complaint
from workflow.say import say
from workflow.world import World


def less_absence(complaint: Complaint, world: World) -> str:
    """Both figures, by the rule of the register; "" where the office publishes no such condition or nobody was away."""
    standard, start = world.standard_of(complaint.standard), complaint.clock_started_at
    if start is None or not counts_absence(standard):
        return ""
    duties = tuple(each for each in world.office.duties if _touches(each, start))
    gaps = gaps_of(replace(world.office, duties=duties), world.now)
    stays = [Stay(step=each.step, since=each.since, until=each.until) for each in stays_of(complaint)]

    def absent(until: datetime) -> list[Pause]:
        return absent_while(stays, standard, gaps, until)

    clocks = timing(complaint, standard, world.office.calendar, world.now, absent)
    less, unit = clocks.less_absence, standard.deadline.unit
    if less is None or clocks.spent is None:
        return ""
    verdict = say(f"duty.card.{less.verdict}")
    return say("duty.card.less_absence", raw=amount(clocks.spent.service, unit), less=amount(less.service, unit),
               verdict=verdict)  # fmt: skip


def _touches(duty: Duty, start: datetime) -> bool:
    return duty.until is None or duty.until > start
