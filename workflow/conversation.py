"""One citizen address in talk with one office: what was asked, what was answered, what waits to be confirmed."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from workflow.happening import FileType
from workflow.message import Address, Location, Value

PaperState = Literal["pending", "ready", "failed", "erased"]


class Paper(Value):
    """A file somebody sent, and what it is once that has been said.

    An attachment is an identity document until somebody has said what it is: `sort` stays empty until the citizen
    named it or a petugas labelled it, and only a confirmed or labelled place or supporting photo may enter the group.
    """

    file: str  # our id
    message: str  # the provider's id of the message that brought it
    at: datetime
    state: PaperState = "pending"
    type: FileType | Literal[""] = ""
    sort: str = ""  # "ktp", "kk", "location_photo", "supporting", "voice" ...; "" = nobody has said
    said_by: Literal["", "citizen", "petugas", "asked"] = ""  # asked: it came as the answer to that very question
    confirmed: bool = False  # it stood under that name in a summary answered YA, or a petugas labelled it
    album: str = ""
    sha256: str = ""
    position: Location | None = None
    look: str = ""  # what a picture looks like, see `FileReady.look`
    flaw: Literal["", "dark", "blurred", "plain", "again"] = ""  # plain: surely no photo; again: as another one
    retake_asked: bool = False
    kept: bool = False  # PAKAI: use it all the same
    gist: str = ""  # of a voice note, typed by a petugas
    caption: str = ""
    name: str = ""  # of the file, as its sender called it: a hint, masked
    failed: str = ""  # why it could not be had
    by_staff: str = ""  # sent by this staff member, not by the citizen
    forwarded: str = ""
    sorting_declined: bool = False  # the citizen was asked which it is and couldn't or wouldn't say
    replaces: str = ""  # the file this one was taken again for
    replaced: bool = False  # a better one came
    reused: str = ""  # id of the earlier complaint it was taken over from, at the citizen's word
    complaint: str = ""  # id of the registered complaint it's meant for, while it waits in the conversation


class Revision(Value):
    """An edited message: the earlier wording stays."""

    message: str
    at: datetime
    before: str
    after: str


class Saying(Value):
    """One thing the citizen wrote, where it was filed, so that an edit finds it again. Text is masked."""

    message: str
    at: datetime
    text: str
    filed_as: str = ""  # "statement", "name", "note" ...; "" = understood as a word of the dialogue
    whole: str = ""  # the whole mail, where `text` is only the new words in it


Awaiting = Literal[
    "",  # the answer to `Draft.asked`, or nothing
    "consent",  # SETUJU
    "reason",  # why something is TIDAK ADA
    "sorting",  # which photo is which
    "summary",  # YA or UBAH
    "change",  # what to change
    "cancel",  # "Batalkan laporan?" YA/TIDAK
    "restart",  # MULAI BARU: YA/TIDAK
    "gist",  # is the gist of the voice note right?
    "retake",  # a better photo, or PAKAI
    "same_person",  # "Masih atas nama Bu Sari?"
    "which",  # which complaint is meant
    "unclear",  # one question with four choices
    "question",  # is this one of the questions the office has answered?
    "addition",  # an addition to the registered complaint, or a new one?
    "about_head",  # is a confidential report about the very person it would go to?
    "place",  # where it is, in words, where no pin and no photo can be sent
    "behalf",  # for whom it is, by name
    "behalf_own",  # is the name given their own?
    "behalf_relation",  # what they are to each other
    "document_of",  # whose the identity document is
    "details",  # what, where, when and evidence of a confidential report
    "words",  # what a voice note of a registered complaint should have said
    "withdraw",  # withdrawal after registration: YA/TIDAK
    "satisfied",  # SUDAH / BELUM
    "unsatisfied_reason",
]


class Draft(Value):
    """A report that's being told and not yet confirmed. Its key, code and standard stay with it to the end."""

    code: str  # the short code, by which it's joined from another channel and STATUS works
    standard: str  # version (content hash) it began with
    began_at: datetime
    last_at: datetime
    statement: tuple[str, ...] = ()  # the citizen's words, masked, in order
    answers: dict[str, str] = {}  # requirement id -> answer, masked; identity answers are in `private`
    private: dict[str, str] = {}  # name, address, masked numbers' values ...: sealed at rest
    papers: tuple[Paper, ...] = ()
    place: Location | None = None
    later: tuple[str, ...] = ()  # NANTI: requirement ids that come later
    lacking: dict[str, str] = {}  # TIDAK ADA: requirement id -> reason
    asked: str = ""  # requirement id of the open question
    asked_at: datetime | None = None  # when it was asked: what was received before can't be its answer
    awaiting: Awaiting = ""
    awaiting_for: str = ""  # what `awaiting` is about: requirement id, file id ...
    notice: str = ""  # version of the notice shown
    notice_at: datetime | None = None
    sayings: tuple[Saying, ...] = ()
    revisions: tuple[Revision, ...] = ()
    topic: str = ""  # a guess that only suggests whom to name
    kind: Literal["complaint", "suggestion"] = "complaint"
    confidential: bool = False
    withheld: bool = False  # they ask that the desk doesn't learn who they are; see `procedure.secrecy`
    place_last: Location | None = None  # of a position that moved
    summaries: int = 0  # how many were shown; a button carries the number of its own
    shown: tuple[str, ...] = ()  # files that stood in the last summary
    changing: str = ""  # requirement id that the citizen is changing from the summary
    resume: Awaiting = ""  # what was awaited before a question in between ("Batalkan laporan?")
    resume_for: str = ""
    behalf: str = ""  # for somebody else: what they are to the reporter
    reminded_at: datetime | None = None
    forwarded: bool = False
    extra: dict[str, str] = {}  # small things of the dialogue's own


class Question(Value):
    """A question about a service that went to the desk: no number, no clock, no identity."""

    id: str
    at: datetime
    text: str


class Joined(Value):
    """A lane that speaks for the conversation of another one: what's said on it is carried there."""

    home: Address
    code: str = ""  # by which it was joined; "" where the provider vouches that both are one account
    until: datetime | None = None  # after so long a silence it's over; None: for good
    vouched: bool = False  # it's the same person, as far as a provider can know: what is personal may be shown here


class Voice(Value):
    """A lane that speaks for this conversation."""

    lane: Address
    code: str = ""
    vouched: bool = False  # see `Joined`
    for_good: bool = False  # another id of the same account


class Joining(Value):
    """What this lane asked for: to go on with a report that was begun elsewhere. What's said meanwhile is held."""

    request: str  # our id of it
    code: str
    home: Address
    at: datetime


class JoinRequest(Value):
    """Somebody asked to go on with a report of this conversation from another lane; its citizen says YA or TIDAK."""

    request: str
    by: Address
    code: str
    shown: str  # who asks, masked
    at: datetime
    asked_at: datetime | None = None  # when the question was put here; None: another one stands before it
    latest: bool = False  # nothing else was asked since, so that a bare YA is its answer


class Knock(Value):
    """They were asked to write again, because what we have for them may only go once they do; one for each silence."""

    key: str  # of the message that asks
    at: datetime
    template: str  # what it says that there is: answer_waiting, status_update or reminder
    name: str = ""  # the number or code in it
    about: str = ""  # id of the complaint, where it's about one
    held: tuple[str, ...] = ()  # the keys of what waits
    state: Literal["asking", "asked", "by_sms", "unasked"] = "asking"  # unasked: they couldn't be told
    left: bool = False  # a request of this stretch has left, so that an OK is its answer


class Conversation(Value):
    """The state of one lane of a citizen. `version` counts its changes."""

    address: Address
    version: int = 0
    draft: Draft | None = None
    complaints: tuple[str, ...] = ()  # ids, oldest first
    questions: tuple[Question, ...] = ()
    awaiting: Awaiting = ""  # a question not about the draft
    awaiting_for: str = ""
    unclear: int = 0  # how often in a row we did not understand
    sayings: tuple[Saying, ...] = ()  # what was said outside any report
    papers: tuple[Paper, ...] = ()  # files that came outside a report, or wait to be named for a registered one
    offered: tuple[str, ...] = ()  # the data of the choices shown last, for people who type a choice's number
    recent: tuple[str, ...] = ()  # ids of messages and presses seen last, so that none counts twice
    staff_wanted_at: datetime | None = None  # PETUGAS was asked for
    greeted_at: datetime | None = None
    last_at: datetime | None = None
    blocked: bool = False
    private: dict[str, str] = {}  # the name the account gives itself, and the like: sealed at rest
    extra: dict[str, str] = {}
    knock: Knock | None = None
    heard_at: datetime | None = None  # when they wrote last on this very lane, where free words have their time
    marks: dict[str, str] = {}  # key of a message of ours -> "state time" of the last news of it; the newest ones
    bounced: bool = False  # the last news from this address is that nothing arrives there
    replied: tuple[datetime, ...] = ()  # our replies of the last 24 hours, where a channel limits them
    said_last: str = ""  # the words that came last, and how often in a row: a machine repeats itself
    said_times: int = 0
    braked_at: datetime | None = None  # the desk was told that this may be a machine
    doubted_at: datetime | None = None  # the last time an unproven mail was answered
    joined: Joined | None = None  # this lane speaks for another one
    joining: Joining | None = None  # it asked to
    guesses: tuple[datetime, ...] = ()  # when codes were named here that lead nowhere
    voices: tuple[Voice, ...] = ()  # the lanes that speak for this one
    speaks_at: Address | None = None  # where its citizen writes now, if that's another lane
    requests: tuple[JoinRequest, ...] = ()  # who else asks to, in order

    def voice(self, lane: Address) -> Voice | None:
        """The lane as one that speaks for this conversation."""
        return next((each for each in self.voices if each.lane == lane), None)
