"""A complaint while one act is applied to it: what changes, what is recorded, what is sent and which bells are set."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from workflow.happening import Event
from workflow.message import Address, Limits, Outbound
from workflow.office import DESK_CHANNEL, Staff
from workflow.procedure import bells, capacity
from workflow.procedure.entered import Entered
from workflow.procedure.stages import Part, parts
from workflow.record import Complaint, Entry
from workflow.standard.standard import Standard, Step
from workflow.world import Decision, Lettered, Shown, Timer, World

UNDO = timedelta(minutes=10)
"""How long an act may be taken back by the same person (design, "The desk")."""


class Refused(Exception):
    """An act that isn't done; `key` names the sentence that says why, `fields` fill it."""

    def __init__(self, key: str, **fields: object) -> None:
        super().__init__(key)
        self.key = key
        self.fields = fields


def desk_of(world: World) -> Address | None:
    """The office's desk; None where no group is known yet."""
    return Address(world.office.id, DESK_CHANNEL, world.office.desk) if world.office.desk else None


def private_of(world: World, person: Staff) -> Address | None:
    """The linked private chat of a member of staff."""
    chat = world.linked.get(str(person.id))
    return Address(world.office.id, DESK_CHANNEL, chat) if chat else None


def limits_of(complaint: Complaint, world: World) -> Limits:
    """What can be carried to a complaint's citizen; all, where nobody has an address."""
    return world.limits_at(complaint.citizen) if complaint.citizen is not None else Limits()


@dataclass(slots=True)
class Case:
    """One act in progress. The complaint's version rises once, and every entry carries the new one."""

    world: World
    complaint: Complaint
    by: str  # "citizen", "system" or "staff:ID"
    entered: Entered | None = None  # whose act it is, where it's entered for somebody who phoned or wrote on the sheet
    entries: list[Entry] = field(default_factory=list)
    sends: list[Outbound] = field(default_factory=list)
    unset: list[str] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    cancels: list[str] = field(default_factory=list)  # names of what shall not be sent any more
    letters: list[Lettered] = field(default_factory=list)
    unlettered: list[tuple[str, str]] = field(default_factory=list)
    posts: list[tuple[Address, Event]] = field(default_factory=list)
    notices: list[Shown] = field(default_factory=list)  # versions of the notice that the citizen is shown
    news: list[str] = field(default_factory=list)  # what the citizen is told when all is done; see telling.NEWS

    @property
    def now(self) -> datetime:
        """The moment of the act: when it reached us, however late it's handled, but never before what it follows."""
        return min(max(self.world.moment, bells.latest(self.complaint)), self.world.now)

    @property
    def standard(self) -> Standard:
        """The standard the complaint began with."""
        return self.world.standard_of(self.complaint.standard)

    @property
    def step(self) -> Step:
        """The step the complaint stands at."""
        return self.standard.step(self.complaint.step)

    @property
    def part(self) -> Part:
        """What is to be done there."""
        return parts(self.step)[self.complaint.part]

    @property
    def limits(self) -> Limits:
        """What can be carried to the citizen."""
        return limits_of(self.complaint, self.world)

    @property
    def person(self) -> Staff | None:
        """The member of staff who acts, if one does."""
        return self.world.office.staff_by_id(self.by.removeprefix("staff:")) if self.by.startswith("staff:") else None

    @property
    def doer(self) -> Staff | None:
        """The member of staff whose act it is: who acts, or for whom somebody else enters it."""
        return self.entered.person if self.entered else self.person

    def mark(self, role: str) -> str:
        """The mark of who stands in for this role now, "" for who acts in their own; see `capacity.mark_of`."""
        person, complaint = self.doer, self.complaint
        if person is None or not role:
            return ""
        named = complaint.assignee if complaint.assignee_role == role else ""
        return capacity.mark_of(person, role, self.world.office, self.now, named)

    def set(self, **changes: Any) -> None:  # noqa: ANN401 - the fields of a complaint
        """Change fields of the complaint."""
        self.complaint = replace(self.complaint, **changes)

    def record(self, act: str, *, text: str = "", by: str = "", role: str = "", **data: str) -> None:
        """Append a line to the complaint's record."""
        author = by or self.by
        person = self.person if author == self.by else None
        if person is not None:
            mark = self.mark(role)
            data |= ({capacity.STANDING_IN: mark} if mark else {}) | (self.entered.data if self.entered else {})
            data |= capacity.on_duty_data(person, self.world.office, self.now)
        self.entries.append(
            Entry(
                complaint=self.complaint.id,
                at=self.now,
                act=act,
                by=author,
                role=role,
                name=capacity.name_of(person, self.world.office, self.now) if person else "",
                step=self.complaint.step,
                text=text,
                data=data,
                version=self.complaint.version,
            )
        )

    def decision(self) -> Decision:
        """All of it, as one decision."""
        return Decision(
            complaints=(self.complaint,),
            entries=tuple(self.entries),
            sends=tuple(self.sends),
            timers=tuple(self.timers),
            cancels=tuple(self.cancels),
            unset=tuple(self.unset),
            posts=tuple(self.posts),
            notices=tuple(self.notices),
            letters=tuple(self.letters),
            unlettered=tuple(self.unlettered),
        )

    # --- clocks -------------------------------------------------------------------------------------------------------

    @property
    def lane(self) -> Address | None:
        """Where the complaint's bells ring: at the desk or, as long as there's none, in the citizen's lane."""
        return desk_of(self.world) or self.complaint.citizen

    def start_clock(self) -> None:
        """The published total begins now, unless it runs already."""
        if self.complaint.clock_started_at is None:
            self.set(clock_started_at=self.now)
            self.reckon()

    def reckon(self) -> None:
        """Set both deadlines anew from what is stored, and all bells; while we wait for the citizen none rings."""
        bells.reckon(self)

    def ring_at(self, timer: Timer) -> None:
        """Set a bell; it takes the place of one of the same name."""
        self.silence(timer.key)
        self.unset.remove(timer.key)
        self.timers.append(timer)

    def silence(self, key: str) -> None:
        """A bell that shall not ring."""
        self.timers = [timer for timer in self.timers if timer.key != key]
        self.unset = [*(each for each in self.unset if each != key), key]
