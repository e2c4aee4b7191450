"""What is kept of a registered complaint: its facts and files, current step, clocks and version, and its record."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec.structs import replace

from workflow.conversation import Paper, Revision, Saying
from workflow.message import Address, Location, Value

Source = Literal["chat", "visit", "phone", "letter", "box", "lapor", "social"]


class Pause(Value):
    """A stretch in which the office waited for the citizen: the service clock stands, the wall clock runs."""

    reason: str
    since: datetime
    until: datetime | None = None

    def ended(self, at: datetime) -> Pause:
        """The same, over at that moment; where a clock was set back meanwhile it took no time."""
        return replace(self, until=max(self.since, at))


class Entry(Value, gc=False):  # plain values only, and books read a million of them
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


class Pending(Value):
    """An act whose words are typed and which is asked once more before it's done."""

    act: str
    by: str  # "staff:ID"
    at: datetime
    text: str
    arg: str = ""


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
    edited: int = 0  # messages the citizen changed after YA
    topic: str = ""
    confidential: bool = False
    withheld: bool = False  # name and contact are hidden from the desk, at their wish; see `procedure.secrecy`
    notice: str = ""
    notice_at: datetime | None = None

    step: str = ""  # id of the standard's current step
    part: int = 0  # which of the acts inside the step is next; see `stages.parts`
    step_since: datetime | None = None
    complete: Literal["", "complete", "checked", "enough"] = ""  # by the rule, or at a petugas's word
    clock_started_at: datetime | None = None
    due_at: datetime | None = None  # the published total
    step_due_at: datetime | None = None
    late: tuple[str, ...] = ()  # deadlines that have passed and were told: "total", "step", "complete"
    pauses: tuple[Pause, ...] = ()
    waiting: str = ""  # what the citizen was asked for and we wait for; "" = nothing
    assignee: str = ""  # staff id of the one responsible person
    assignee_role: str = ""  # the role in which that person was named
    waits_for: str = ""  # whose turn it is: a role, or "staff:ID" where one person was named; "" when closed
    helpers: tuple[str, ...] = ()
    disposed_note: str = ""
    report: str = ""
    draft: str = ""
    draft_by: str = ""
    correction: str = ""
    returns: int = 0
    approved_by: str = ""
    letter_number: str = ""
    answer: str = ""  # the words that leave
    answered_at: datetime | None = None
    delivery: str = ""  # of the answer: sent, delivered, read, failed, uncertain
    referred_to: str = ""
    satisfied: Literal["", "yes", "no"] = ""
    reopened: int = 0
    closed_at: datetime | None = None
    closed_as: Literal["", "answered", "referred", "withdrawn", "refused"] = ""
    receipt_at: datetime | None = None  # when the tanda terima went out
    behalf: str = ""  # reported for somebody else: their relation ("ibu"); their name is private["behalf_name"]
    tracking: str = ""  # the SP4N-LAPOR! tracking id it came with
    referred_tracking: str = ""  # and the one it got where it was referred to
    plan: str = ""  # what is planned, as staff wrote it for the citizen
    signed_by: str = ""  # staff id of who signed
    signed_at: datetime | None = None
    numbered_at: datetime | None = None  # when the letter got its number
    archived_at: datetime | None = None
    verification: str = ""  # printed as a QR code on what leaves on paper; the bot itself answers it
    lapsed_at: datetime | None = None  # counted as withdrawn, because what was asked for never came
    told_late: int = 0  # how many messages said that a promise is late
    fresh: int = 0  # buttons that carry this version or a later one still hold
    acted_by: str = ""  # "staff:ID" of whoever acted last at the desk
    pending: Pending | None = None
    undo: Undo | None = None
    card: int = 0  # counts the cards posted; the last one carries the buttons
    shown: tuple[str, ...] = ()  # keys of the cards that carry buttons now: the group's and private ones
    erased: dict[str, str] = {}  # kind of data -> when it was erased: see `privacy/retention.py`
    hold: str = ""  # why nothing of it is erased though its time is over
    erase_asked: str = ""  # the citizen's request for deletion that came while it was open
    extra: dict[str, str] = {}


class Act(Value):
    """What somebody does to a complaint. `version` is the one its author saw; None: whatever it is now."""

    kind: str
    by: str = "citizen"  # "citizen", "system" or "staff:ID"
    text: str = ""  # masked
    data: dict[str, str] = {}
    version: int | None = None
    private: dict[str, str] = {}  # what is sealed and stands in no text
    papers: tuple[Paper, ...] = ()
