"""What a decision may look at, and what it may change: `World` goes in, `Decision` comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from workflow.conversation import Conversation
from workflow.duty import Duty
from workflow.happening import Event
from workflow.message import Address, Limits, Outbound, Refers, Value
from workflow.office import Office, Staff
from workflow.privacy.asked import DataRequest
from workflow.record import Complaint, Entry
from workflow.standard.standard import Standard

OPEN_AFTER = timedelta(days=30)
"""So long after it was closed a complaint may still be gone on with from another lane."""


class Search(Value):
    """A question the desk asks of the register; answered with at most `limit` complaints."""

    text: str = ""  # words to find in the masked text, a number or a code
    open_only: bool = False
    overdue_at: datetime | None = None  # due before this moment
    waits_for: str = ""  # a role or "staff:ID"
    identity: str = ""  # the mark of an identity number in what was typed: the complaints that hold that number
    limit: int = 20
    to_change: bool = False  # what is found is going to be changed: it's loaded whole, as if it had been named


class Sought(Value):
    """A letter's number that somebody may be giving: whether it has been used, and how far its series is counted."""

    series: str
    number: str = ""  # as typed; "": the next one is to be counted
    urut: int | None = None  # the running number in it, where the office's template shows one


class Needs(Value):
    """What must be loaded before an event can be decided."""

    complaints: tuple[str, ...] = ()  # by id
    codes: tuple[str, ...] = ()  # by short code (a complaint's or a draft's)
    numbers: tuple[str, ...] = ()  # by register number
    messages: tuple[tuple[Address, str], ...] = ()  # what a message of ours is about: (chat, provider's id)
    keys: tuple[str, ...] = ()  # are these outbox rows still unsent?
    searches: tuple[Search, ...] = ()
    histories: tuple[str, ...] = ()  # the events of these complaints (ids)
    tokens: tuple[str, ...] = ()  # one-time codes: whom are they for?
    verifications: tuple[str, ...] = ()  # codes printed on letters: whose are they? They stand in by_code as "cek_CODE"
    elsewhere: tuple[str, ...] = ()  # short codes: whose are they, if they may be gone on with from another lane?
    others: tuple[Address, ...] = ()  # other lanes' conversations, to look at only
    letters: tuple[Sought, ...] = ()  # numbers of letters
    requests: tuple[str, ...] = ()  # what citizens asked about their own data, by id

    def __add__(self, other: Needs) -> Needs:
        """Both; the answers to the first one's searches come first."""
        return Needs(**{name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__})


class Way(Value):
    """A channel on which citizens can write to the office."""

    channel: str
    reach: str  # what a person writes to: a number, @bot or a mail address
    limits: Limits = Limits()


class Lettered(Value):
    """A letter's number and what it was given to. Its series is the office's template without what counts."""

    series: str
    year: int
    number: str
    complaint: str  # id
    urut: int | None = None  # the running number; None where a typed one shows none
    name: str = ""  # of the complaint, as people know it; "" of a confidential report


class Supply:
    """Fresh names and numbers, drawn by the shell beforehand, so that a decision draws no chance of its own."""

    def __init__(
        self, ids: Iterator[str], codes: Iterator[str], tokens: Iterator[str], numbers: Mapping[int, int]
    ) -> None:
        self._ids, self._codes, self._tokens = ids, codes, tokens
        self.numbers = dict(numbers)  # year -> the last register number given out in this office
        self.letters: dict[tuple[str, int], int] = {}  # (series, year) -> the last letter's running number

    def id(self) -> str:
        """A fresh id for a complaint, file, question: short, sortable, never reused."""
        return next(self._ids)

    def code(self) -> str:
        """A fresh short code such as 7K3F, unused in this office."""
        return next(self._codes)

    def token(self) -> str:
        """A fresh secret for a one-time link."""
        return next(self._tokens)

    def number(self, year: int) -> int:
        """The next register number of the year: gapless, because it's stored with what used it or not at all."""
        self.numbers[year] = self.numbers.get(year, 0) + 1
        return self.numbers[year]

    def letter(self, series: str, year: int) -> int:
        """The next running number of a series of letters, gapless as the register's; `Needs.letters` asks for it."""
        self.letters[series, year] = self.letters.get((series, year), 0) + 1
        return self.letters[series, year]


@dataclass(frozen=True, slots=True)
class World:
    """Everything a decision may look at. Mappings hold what `Needs` asked for and the lane's own state."""

    office: Office  # with the standard in force today
    now: datetime
    supply: Supply
    received_at: datetime | None = None  # when the event was taken in; None: now
    reached_at: datetime | None = None  # when it reached the office: then what it says is said; None: as taken in
    limits: Limits = Limits()  # of the channel the event came by
    limits_of: Mapping[str, Limits] = field(default_factory=dict)  # of each channel of the office, by its name
    standards: Mapping[str, Standard] = field(default_factory=dict)  # pinned versions by content hash
    conversation: Conversation | None = None  # of the lane, if one exists
    complaints: Mapping[str, Complaint] = field(default_factory=dict)  # by id: the conversation's and the needed ones
    by_code: Mapping[str, str] = field(default_factory=dict)  # code, number or printed code -> complaint id
    refers: Mapping[tuple[str, str], Refers] = field(default_factory=dict)  # (chat, message id) -> what it's about
    unsent: frozenset[str] = frozenset()  # of Needs.keys: still unsent and locked for us
    linked: Mapping[str, str] = field(default_factory=dict)  # staff id -> private chat that was linked
    found: tuple[tuple[Complaint, ...], ...] = ()  # one answer for each of Needs.searches
    histories: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict)  # one-time link token -> staff id it's for
    bot_name: str = ""  # the desk's bot, as t.me/NAME leads to it; "" where it isn't known
    ways: tuple[Way, ...] = ()  # how the office can be written to, as far as the addresses are known
    # code -> home lane of a live draft, or of a complaint that's open or was closed less than 30 days ago
    elsewhere: Mapping[str, Address] = field(default_factory=dict)
    others: Mapping[str, Conversation] = field(default_factory=dict)  # by lane, without what's sealed in them
    requests: Mapping[str, DataRequest] = field(default_factory=dict)  # by id: Needs.requests and what's replied to
    lettered: tuple[Lettered, ...] = ()  # the numbers of letters that are one of Needs.letters, or count like it
    marks: Mapping[str, str] = field(default_factory=dict)  # mark -> digits: the numbers hidden in what was just said

    @property
    def moment(self) -> datetime:
        """The moment of what is said or pressed: when it reached us, however late it's handled; never in the future."""
        return min(self.reached_at or self.received_at or self.now, self.now)

    def limits_at(self, to: Address) -> Limits:
        """What can be carried to this address; the event's own limits where its channel isn't known."""
        return self.limits_of.get(to.channel, self.limits)

    def standard_of(self, version: str) -> Standard:
        """The standard a complaint or draft began with; today's if that version was never stored."""
        return self.standards.get(version, self.office.standard)


PRESS = "press"
"""As `Fetch.source`: nothing is downloaded, it's drawn from what `ref` says."""


class Fetch(Value):
    """Download this file and put `FileReady` or `FileFailed` into the lane."""

    file: str  # our id, drawn from the supply
    lane: Address
    ref: str
    kind: str
    size_bytes: int = 0
    keyring: str = ""  # code of the draft or complaint whose key seals it
    source: str = ""  # the channel that has it; "": the lane's own


class Timer(Value):
    """Ring at `due_at`: a `Due` enters the lane. Setting a key again moves it."""

    key: str
    lane: Address
    due_at: datetime
    kind: str
    subject: str = ""
    rule: str = ""  # the rule that made the time, such as "60 office_minute from 2026-11-23T02:12Z"
    standard: str = ""


class Link(Value):
    """A one-time token that ties a private chat to a staff member."""

    token: str
    staff: str
    until: datetime


class Erasure(Value):
    """What was erased: the line of the report, and the proof."""

    complaint: str  # id; "" for what stood outside any
    kind: str  # identity, media, messages, draft
    rule: str
    files: int
    at: datetime


class Move(Value):
    """A desk that became another chat."""

    former: str
    to: str


class Shown(Value):
    """The words of the long notice in one version, kept so that they can be printed years later."""

    version: str
    channel: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Everything that changes because of one event; written in one transaction."""

    conversation: Conversation | None = None  # the lane's new state, if it changed
    complaints: tuple[Complaint, ...] = ()  # new or changed
    entries: tuple[Entry, ...] = ()  # append-only records of acts
    sends: tuple[Outbound, ...] = ()
    fetches: tuple[Fetch, ...] = ()
    timers: tuple[Timer, ...] = ()
    unset: tuple[str, ...] = ()  # timers' keys
    cancels: tuple[str, ...] = ()  # keys of unsent outbox rows that shall not be sent
    posts: tuple[tuple[Address, Event], ...] = ()  # happenings for another lane
    links: tuple[Link, ...] = ()
    linked: tuple[tuple[str, str], ...] = ()  # (staff id, private chat) that was linked now
    used_tokens: tuple[str, ...] = ()
    desk: str = ""  # the chat that is the office's desk from now on
    moved: Move | None = None  # the desk's group is another chat: what waits for the former goes on to it
    staff: tuple[Staff, ...] = ()  # people of the office who are new or changed
    duties: tuple[Duty, ...] = ()  # who is away, stands in or is on duty, as it was recorded now
    operator: str = ""  # a chat in which the operator is told what's wrong
    erased: tuple[str, ...] = ()  # files whose key is destroyed
    forgotten: tuple[str, ...] = ()  # codes of drafts whose key is destroyed, and with it whatever it sealed
    requests: tuple[DataRequest, ...] = ()  # about one's own data: new or changed
    notices: tuple[Shown, ...] = ()  # versions of the notice that somebody was shown
    erasures: tuple[Erasure, ...] = ()  # what was erased by which rule
    blanked: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (complaint, acts): the words of these lines go
    letters: tuple[Lettered, ...] = ()  # numbers given to letters
    unlettered: tuple[tuple[str, str], ...] = ()  # complaint and number, taken back before the letter left
    hushed: bool = False  # nothing of what was said is kept: the event's own payload goes as soon as it had its effect
    ignored: str = ""  # why nothing was done, for the operator

    def __add__(self, other: Decision) -> Decision:
        """Both, in this order; the later state of a conversation or complaint stands."""
        newer = {complaint.id: complaint for complaint in (*self.complaints, *other.complaints)}
        return Decision(
            conversation=other.conversation or self.conversation,
            complaints=tuple(newer.values()),
            entries=self.entries + other.entries,
            sends=self.sends + other.sends,
            fetches=self.fetches + other.fetches,
            timers=self.timers + other.timers,
            unset=self.unset + other.unset,
            cancels=self.cancels + other.cancels,
            posts=self.posts + other.posts,
            links=self.links + other.links,
            linked=self.linked + other.linked,
            used_tokens=self.used_tokens + other.used_tokens,
            desk=other.desk or self.desk,
            moved=other.moved or self.moved,
            staff=self.staff + other.staff,
            duties=self.duties + other.duties,
            operator=other.operator or self.operator,
            erased=self.erased + other.erased,
            forgotten=self.forgotten + other.forgotten,
            requests=self.requests + other.requests,
            notices=self.notices + other.notices,
            erasures=self.erasures + other.erasures,
            blanked=self.blanked + other.blanked,
            letters=self.letters + other.letters,
            unlettered=self.unlettered + other.unlettered,
            hushed=self.hushed or other.hushed,
            ignored=other.ignored or self.ignored,
        )
