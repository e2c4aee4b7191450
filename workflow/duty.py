"""Who is away, who stands in for whom, who is on duty at a shared phone: facts that are added to and never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from workflow.message import Value

DutyKind = Literal["away", "plt", "plh", "on_duty", "told"]
STANDING_IN: tuple[DutyKind, ...] = ("plt", "plh")
"""Plt. (pelaksana tugas) takes a role over; Plh. (pelaksana harian) has it while its holder is away."""


class Duty(Value):
    """One recorded fact about a person and a stretch of time. The newest one of an `id` counts, the others stay stored.

    `away`: the person isn't there. `plt`, `plh`: the person stands in for `role`. `on_duty`: `reason` is the name of
    who sits at the shared phone `person`. `told`: the desk was told that day that nobody is there for `role`.
    """

    id: str
    kind: DutyKind
    person: int  # staff id; 0 for `told`
    since: datetime
    at: datetime  # when it was recorded; an end that was set later doesn't change it
    until: datetime | None = None  # the first moment after it; None: until further notice
    role: str = ""  # of the standard, for who stands in
    holder: int = 0  # of a Plh.: the staff id of the one who is away; 0: whoever would hold the role
    reason: str = ""  # as it was typed
    by: str = ""  # "staff:ID" of who recorded it
    ended_by: str = ""  # "staff:ID" of who ended it before its time
    ended_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it's so at that moment."""
        return self.since <= at and (self.until is None or at < self.until)

    def is_over(self, at: datetime) -> bool:
        """Whether it was so and is so no longer, or never will be."""
        return self.until is not None and (self.until <= at or self.until <= self.since)

    @property
    def afterwards(self) -> bool:
        """Whether it was recorded after the moment it begins with: shown as "dicatat kemudian"."""
        return self.at > self.since
