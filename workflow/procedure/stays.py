"""At which steps a complaint stood since when: kept where an office counts only while its people are there.

The control card has the same in its entries; a card is drawn from the complaint alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from workflow.message import Value
from workflow.procedure.case import Case
from workflow.record import Complaint

STAYS = "stays"
"""The key of `Complaint.extra`: step@moment step@moment ..."""
_END = "-"


class Stood(Value):
    """A stretch of time at one step; `until` is None while it lasts."""

    step: str
    since: datetime
    until: datetime | None


def remember(before: Complaint | None, case: Case) -> None:
    """Note the step that an act led to, if it led to another one or to the end."""
    complaint = case.complaint
    place = complaint.step if complaint.closed_at is None else _END
    was = (before.step if before.closed_at is None else _END) if before is not None else ""
    if not case.standard.deadline.condition or place == was:
        return
    known = complaint.extra.get(STAYS, "")
    case.set(extra={**complaint.extra, STAYS: f"{known} {place}@{case.now.isoformat()}".strip()})


def stays_of(complaint: Complaint) -> Iterator[Stood]:
    """The stretches in their order; none where they aren't kept."""
    marks = [mark.partition("@") for mark in complaint.extra.get(STAYS, "").split()]
    moments: list[tuple[str, datetime | None]] = [(step, datetime.fromisoformat(at)) for step, _, at in marks]
    for (step, since), (_, until) in pairwise([*moments, (_END, None)]):
        if since is not None and step != _END:
            yield Stood(step=step, since=since, until=until)
