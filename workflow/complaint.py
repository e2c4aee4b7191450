"""What was registered: facts, files, current step, clocks and version; and what an act makes of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from workflow.conversation import Paper, Revision, Saying
from workflow.message import Address, Location, Value

Source = Literal["chat", "visit", "phone", "letter", "box", "lapor", "social"]


class Pause(Value):
    """A stretch in which the office waited for the citizen: the service clock stands, the wall clock runs."""

    reason: str
    since: datetime
    until: datetime | None = None


class Entry(Value):
    """One line of the append-only record of a complaint: who, when, from where, what. The control card is its view."""

    complaint: str  # id
    at: datetime
    act: str  # register, accept, ask, dispose, report, draft, return, approve, deliver, archive, note, viewed ...
    by: str = ""  # "citizen", "system" or "staff:ID"
    role: str = ""
    name: str = ""
    step: str = ""  # id of the standard's step
    text: str = ""  # masked
    data: dict[str, str] = {}
    version: int = 0  # of the complaint after the act


class Undo(Value):
    """The complaint before the last act that may be taken back, for the same person and 10 minutes."""

    by: str
    at: datetime
    act: str
    before: Complaint


class Complaint(Value):
    """A complaint of one office, from the citizen's YA (or the clerk's `/catat`) to the archive.

    `version` rises with every change; an act carries the version its author saw. "Open" is `closed_at is None`.
    """

    id: str
    code: str
    office: str
    standard: str  # version of the standard it began with
    received_at: datetime  # the first message
    confirmed_at: datetime  # YA
    version: int = 1
    number: str = ""  # register number, once registered
    registered_at: datetime | None = None
    citizen: Address | None = None  # where answers go; nobody's chat for a walk-in
    source: Source = "chat"
    kind: Literal["complaint", "suggestion"] = "complaint"
    statement: str = ""  # masked
    answers: dict[str, str] = {}
    private: dict[str, str] = {}  # name, address ...: sealed at rest
    papers: tuple[Paper, ...] = ()
    place: Location | None = None
    later: tuple[str, ...] = ()
    lacking: dict[str, str] = {}
    seen: tuple[str, ...] = ()  # requirements seen at the counter
    sayings: tuple[Saying, ...] = ()
    revisions: tuple[Revision, ...] = ()
    topic: str = ""
    confidential: bool = False
    notice: str = ""
    notice_at: datetime | None = None

    step: str = ""  # id of the standard's current step
    step_since: datetime | None = None
    complete: Literal["", "complete", "enough"] = ""  # the petugas's (or the rule's) word on completeness
    clock_started_at: datetime | None = None
    due_at: datetime | None = None  # the published total
    step_due_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    waiting: str = ""  # what the citizen was asked for and we wait for; "" = nothing
    assignee: str = ""  # staff id of the one responsible person
    helpers: tuple[str, ...] = ()
    disposed_note: str = ""
    report: str = ""
    draft: str = ""
    draft_by: str = ""
    correction: str = ""
    returns: int = 0
    approved_by: str = ""
    answer: str = ""  # the words that leave
    answered_at: datetime | None = None
    delivery: str = ""  # of the answer: sent, delivered, read, failed, uncertain
    referred_to: str = ""
    satisfied: Literal["", "yes", "no"] = ""
    reopened: int = 0
    closed_at: datetime | None = None
    closed_as: Literal["", "answered", "referred", "withdrawn", "refused"] = ""
    undo: Undo | None = None
    card: int = 0  # counts the cards posted; the last one carries the buttons
    extra: dict[str, str] = {}
