"""The recap of a period: what was waiting, came in, was done and is left, counted so that everything adds up.

A complaint is open from its confirmation until the office's answer leaves or it ends without one; one that was reopened
counts as open all the while, since its earlier answer didn't end it. So the rest at the end is always what was carried
over and what came in, less what was ended. Silence after an answer is counted as silence, never as contentment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappush, heapreplace

from workflow.books.absence import Absence
from workflow.books.line import absent_in, way_in
from workflow.books.timing import StepKept, Timing, Verdict, ended_at, keep_steps, norms_of, timing
from workflow.books.trail import Trail, trail_of
from workflow.clocks.office_time import Calendar, Pause, Unit
from workflow.procedure.stages import ACTS
from workflow.record import Complaint, Entry
from workflow.standard.standard import Standard

SLOWEST = 5

ENDINGS = ("answered", "referred", "withdrawn", "lapsed", "refused")
REST = ("open", "over", "waiting", "none")
"""What's left at the end: within its time, past it, waiting for the citizen, not begun yet."""

TOLD = frozenset({"return", "reopen", "koreksi", "withdraw", "lapse"})
"""The acts a recap counts by; beside them those in whose data somebody acted for another."""
MOVES = (
    TOLD | {"submit", "refuse", "refer", "refer_sent", "refer_self"} | {a for a, rule in ACTS.items() if rule.finishes}
)
"""And those by which a file goes from step to step, where it's counted how long it lay at each."""


@dataclass(slots=True)
class Recap:
    """The counts of one office and period, from `first` up to and without `end`."""

    first: datetime
    end: datetime
    unit: Unit
    carried: int = 0
    received: int = 0
    by_way: Counter[str] = field(default_factory=Counter)
    by_topic: Counter[str] = field(default_factory=Counter)
    by_kind: Counter[str] = field(default_factory=Counter)
    unregistered: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    rest: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[Verdict] = field(default_factory=Counter)  # of those answered
    readings: dict[Unit, Counter[Verdict]] = field(default_factory=dict)
    contentment: Counter[str] = field(default_factory=Counter)  # of those answered: yes, no, silent
    delivery: Counter[str] = field(default_factory=Counter)
    service: Counter[int] = field(default_factory=Counter)  # how many took how long
    total: Counter[int] = field(default_factory=Counter)
    slowest: list[tuple[int, str]] = field(default_factory=list)
    returns: int = 0
    returned: int = 0  # complaints that were returned at least once
    reopened: int = 0
    corrections: int = 0
    told_late: int = 0
    stood_in: Counter[tuple[str, str]] = field(default_factory=Counter)  # (name, "plt:camat")
    entered: Counter[tuple[str, str]] = field(default_factory=Counter)  # (for whom, by whom)
    both: Counter[str] = field(default_factory=Counter)
    shared: Counter[str] = field(default_factory=Counter)
    steps: dict[str, StepKept] = field(default_factory=dict)
    gaps: dict[str, tuple[Pause, ...]] = field(default_factory=dict)  # by role: when nobody was there
    absences: tuple[Absence, ...] = ()
    less_absence: Counter[Verdict] = field(default_factory=Counter)  # of those answered, where it's told
    service_less: Counter[int] = field(default_factory=Counter)

    def add(
        self, complaint: Complaint, history: Sequence[Entry], standard: Standard, calendar: Calendar, now: datetime
    ) -> None:
        """Count one complaint; each is given once, and one that the period doesn't touch counts nowhere."""
        ended = ended_at(complaint)
        if complaint.confirmed_at >= self.end:
            return
        if ended is not None and ended < self.first:
            return
        if complaint.confirmed_at < self.first:
            self.carried += 1
        else:
            self._received(complaint)
        trail = trail_of(history)
        if ended is not None and ended < self.end:
            clocks = timing(complaint, standard, calendar, now, absent_in(trail, standard, self.gaps))
            self._ended(complaint, clocks)
            if self.gaps and complaint.answered_at is not None:
                self._less(clocks)
        else:
            self.rest[self._left(complaint, min(now, self.end))] += 1
        self._events(trail, history)
        if norms_of(standard):
            stays = [stay for stay in trail.stays if stay.until is not None and self._inside(stay.until)]
            keep_steps(stays, complaint, standard, calendar, self.steps)

    @property
    def ended_count(self) -> int:
        """All that was ended in the period, in whatever way."""
        return self.ended.total()

    @property
    def rest_count(self) -> int:
        """All that was open at its end."""
        return self.rest.total()

    @property
    def answered(self) -> int:
        """All that was answered in it."""
        return self.ended["answered"]

    # --- inside -------------------------------------------------------------------------------------------------------

    def _received(self, complaint: Complaint) -> None:
        self.received += 1
        self.by_way[way_in(complaint) if not complaint.tracking else "SP4N-LAPOR!"] += 1
        self.by_topic["" if complaint.confidential else complaint.topic] += 1
        self.by_kind["confidential" if complaint.confidential else complaint.kind] += 1
        self.unregistered += not complaint.number

    def _ended(self, complaint: Complaint, clocks: Timing) -> None:
        how: str = "answered" if complaint.answered_at is not None else complaint.closed_as or "answered"
        if how == "withdrawn" and complaint.lapsed_at is not None:
            how = "lapsed"
        self.ended[how] += 1
        if complaint.answered_at is None:
            return
        self.verdicts[clocks.verdict] += 1
        for each in clocks.readings:
            self.readings.setdefault(each.unit, Counter())[each.verdict] += 1
        self.contentment[complaint.satisfied or "silent"] += 1
        self.delivery[complaint.delivery] += 1
        self.told_late += bool(complaint.told_late)
        if clocks.spent is not None:
            self.service[clocks.spent.service] += 1
            self.total[clocks.spent.total] += 1
            self._slow(clocks.spent.service, complaint.number or complaint.code)

    def _less(self, clocks: Timing) -> None:
        """The figures less absence, of all that were answered: those nobody's absence touched count as they are."""
        less = clocks.less_absence
        self.less_absence[less.verdict if less else clocks.verdict] += 1
        if clocks.spent is not None:
            self.service_less[less.service if less else clocks.spent.service] += 1

    def _slow(self, service: int, name: str) -> None:
        if len(self.slowest) < SLOWEST:
            heappush(self.slowest, (service, name))
        elif (service, name) > self.slowest[0]:
            heapreplace(self.slowest, (service, name))

    def _left(self, complaint: Complaint, at: datetime) -> str:
        if any(wait.since <= at and (wait.until is None or wait.until > at) for wait in complaint.pauses):
            return "waiting"
        if complaint.clock_started_at is None or complaint.due_at is None:
            return "none"
        return "over" if complaint.due_at < at else "open"

    def _inside(self, at: datetime) -> bool:
        return self.first <= at < self.end

    def _events(self, trail: Trail, history: Sequence[Entry]) -> None:
        """What was done in the period, whatever became of the complaint."""
        back = sum(entry.act == "return" and self._inside(entry.at) for entry in history)
        self.returns += back
        self.returned += bool(back)
        self.reopened += sum(self._inside(at) for at in trail.reopened)
        self.corrections += sum(self._inside(at) for at, _ in trail.undone)
        for entry in trail.stood_in:
            if self._inside(entry.at):
                self.stood_in[entry.name, entry.data["standing_in"]] += 1
        for entry in trail.entered:
            if self._inside(entry.at):
                self.entered[entry.data.get("entered_name", ""), entry.name] += 1
        for entry in trail.shared:
            if self._inside(entry.at):
                self.shared[entry.data["shared"]] += 1
        if trail.both is not None and self._inside(trail.both.at):
            self.both[trail.both.name] += 1


def median(counts: Counter[int]) -> int | None:
    """The middle one of all that were counted, the lower of two middle ones; None of nothing."""
    middle, seen = (counts.total() + 1) // 2, 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= middle > 0:
            return value
    return None
