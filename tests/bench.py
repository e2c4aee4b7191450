"""The pure core on a bench: everything the shell would remember is held in plain dictionaries, time is moved by hand.

It feeds events to `workflow.decide` as the pump does, and "sends" what leaves at once. Transcripts and talk-like
tests stand on it; storage, crashes and channels are tested elsewhere.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import msgspec

from tests.limits import LIMITS
from workflow import decide
from workflow.conversation import Conversation
from workflow.happening import Delivery, Due, Event, FileReady
from workflow.identity import mask
from workflow.message import Address, Limits, Message, Outbound, Press, Refers
from workflow.numbers import kept
from workflow.office import Office
from workflow.privacy.asked import DataRequest
from workflow.procedure.complaint import Complaint, Entry
from workflow.world import OPEN_AFTER, Decision, Erasure, Fetch, Lettered, Search, Sought, Supply, Timer, Way, World


@dataclass(slots=True)
class Posted:
    """A message of ours as it stands in a chat now."""

    id: str
    message: Outbound
    at: datetime
    text: str
    deleted: bool = False


@dataclass(slots=True)
class Arrival:
    """What the fetcher will find when a file is downloaded."""

    type: str = "photo"
    mime: str = "image/jpeg"
    flaw: str = ""
    same_as: str = ""  # the ref of another one of the very same bytes


@dataclass(slots=True)
class Bench:
    """One office, its store in memory and a clock moved by hand."""

    office: Office
    now: datetime
    limits: Mapping[str, Limits] = field(default_factory=lambda: LIMITS)
    ways: tuple[Way, ...] = ()
    conversations: dict[str, Conversation] = field(default_factory=dict)
    complaints: dict[str, Complaint] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    posted: list[Posted] = field(default_factory=list)
    held: list[Outbound] = field(default_factory=list)
    timers: dict[str, Timer] = field(default_factory=dict)
    linked: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    arrivals: dict[str, Arrival] = field(default_factory=dict)
    sent: list[Outbound] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    topics: set[str] = field(default_factory=set)
    heard: dict[str, datetime] = field(default_factory=dict)  # lane -> when they wrote last
    waiting: list[Outbound] = field(default_factory=list)  # outside the window: until they write again
    forum: bool = False
    letters: list[Lettered] = field(default_factory=list)
    fetched: list[Fetch] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)  # what was hidden in what is being handled
    erased: list[str] = field(default_factory=list)  # files whose key was destroyed
    erasures: list[Erasure] = field(default_factory=list)
    requests: dict[str, DataRequest] = field(default_factory=dict)
    _counter: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _message_ids: Iterator[int] = field(default_factory=lambda: itertools.count(1001))
    _supply: Supply = field(init=False)

    def __post_init__(self) -> None:
        """Draw names in order, so that a talk reads the same each time."""
        letters = "23456789ACDEFHJKLMNPQRTUVWXY"
        codes = ("".join(letters[(n * k + 5 * k) % 28] for k in (7, 11, 13, 17)) for n in itertools.count(1))
        ids = (f"id{n:04}" for n in itertools.count(1))
        tokens = (f"token{n:04}" for n in itertools.count(1))
        self._supply = Supply(ids, codes, tokens, {})

    def feed(self, event: Event) -> list[Outbound]:
        """Handle an event and all that follows from it at this moment; what was sent, in order."""
        before = len(self.sent)
        queue: deque[Event] = deque([event])
        spoke = isinstance(event, Message | Press)
        if spoke:
            self.heard[event.chat.lane] = self.now
        while queue:
            following = self._decide(queue.popleft())
            queue.extend(following)
            if spoke and not queue:  # what waited for them follows
                spoke = False
                ready = [m for m in self.waiting if m.to == event.chat]
                self.waiting = [m for m in self.waiting if m.to != event.chat]
                queue.extend(news for m in ready for news in self._send(m))
        return self.sent[before:]

    def news(self, state: str, snippet: str = "", fact: str = "", reason: str = "") -> list[Outbound]:
        """A provider's later news of the newest message to a citizen that contains the snippet."""
        desks = {self.office.desk, *self.linked.values()}
        mine = (p.message for p in reversed(self.posted) if p.message.to.chat not in desks)
        message = next((m for m in mine if (m.about or m.key) and snippet in m.text), None)
        assert message is not None, f"no message to a citizen with {snippet!r}"
        if state == "held":
            self.waiting.append(message)
        return self.feed(self._news_of(message, state, fact, reason))

    def _news_of(self, message: Outbound, state: str, fact: str = "", reason: str = "") -> Delivery:
        return Delivery(
            chat=message.to, at=self.now, key=message.key, state=state, about=message.about, kind=message.kind,
            fact=fact, reason=reason,
        )  # type: ignore[arg-type]  # fmt: skip

    def pass_time(self, until: datetime) -> list[Outbound]:
        """Move the clock; timers ring and held messages leave in their order."""
        before = len(self.sent)
        while (moment := self._next_moment(until)) is not None:
            self.now = max(self.now, moment)
            queue: deque[Event] = deque()
            for timer in sorted(
                (t for t in self.timers.values() if t.due_at <= self.now), key=lambda t: (t.due_at, t.key)
            ):
                del self.timers[timer.key]
                queue.append(Due(chat=timer.lane, at=self.now, timer=timer.key, kind=timer.kind, subject=timer.subject))
            ready = [m for m in self.held if (m.not_before or self.now) <= self.now]
            self.held = [m for m in self.held if m not in ready]
            for message in ready:
                queue.extend(self._send(message))
            while queue:
                queue.extend(self._decide(queue.popleft()))
        self.now = max(self.now, until)
        return self.sent[before:]

    def _next_moment(self, until: datetime) -> datetime | None:
        moments = [t.due_at for t in self.timers.values()] + [m.not_before or self.now for m in self.held]
        due = [m for m in moments if m <= until]
        return min(due) if due else None

    def world_for(self, event: Event) -> World:
        """What the pump would load for this event."""
        wanted = decide.needs(event, self.office, frozenset(self.linked.values()))
        conversation = self.conversations.get(event.chat.lane)
        return World(
            office=self.office,
            now=self.now,
            supply=self._supply,
            limits=self.limits[event.chat.channel],
            limits_of=self.limits,
            ways=self.ways,
            standards={self.office.standard.version: self.office.standard},
            conversation=conversation,
            complaints=dict(self.complaints),
            by_code={c.code: c.id for c in self.complaints.values()}
            | {c.number: c.id for c in self.complaints.values() if c.number}
            | {
                f"cek_{c.verification}": c.id
                for c in self.complaints.values()
                if c.verification in wanted.verifications
            },
            refers={(p.message.to.chat, p.id): p.message.refers for p in self.posted if p.message.refers},
            elsewhere={code: lane for code in wanted.elsewhere if (lane := self._home_of(code))},
            others={
                each.lane: replace_private(self.conversations[each.lane])
                for each in wanted.others
                if each.lane in self.conversations
            },
            unsent=frozenset(m.key for m in (*self.held, *self.waiting) if m.key in wanted.keys),
            linked=dict(self.linked),
            found=tuple(self._search(search) for search in wanted.searches),
            histories={c: tuple(e for e in self.entries if e.complaint == c) for c in wanted.histories},
            tokens=dict(self.tokens),
            bot_name="aduan_contoh_bot",
            requests=dict(self.requests),
            lettered=self._lettered(wanted.letters),
            marks=self.marks,
        )

    def _lettered(self, sought: Sequence[Sought]) -> tuple[Lettered, ...]:
        """The letters whose numbers are among these or count like them, as the store would find them."""
        for each in self.letters:
            last = self._supply.letters.get((each.series, each.year), 0)
            if sought and each.urut:
                self._supply.letters[each.series, each.year] = max(last, each.urut)

        def fits(each: Lettered, one: Sought) -> bool:
            if not one.number:
                return each.series != one.series or each.urut is None
            same = one.urut is not None and (each.urut, each.series) == (one.urut, one.series)
            return same or each.number.lower() == one.number.lower()

        return tuple(
            msgspec.structs.replace(each, name=self.complaints[each.complaint].number)
            for each in self.letters
            for one in sought
            if fits(each, one)
        )

    def _home_of(self, code: str) -> Address | None:
        """Where the draft or complaint of this code is told, as the store would find it."""
        for conversation in self.conversations.values():
            if conversation.draft is not None and conversation.draft.code == code:
                return conversation.address
        for each in self.complaints.values():
            if each.code == code and (each.closed_at is None or self.now - each.closed_at < OPEN_AFTER):
                return each.citizen
        return None

    def _search(self, search: Search) -> tuple[Complaint, ...]:
        if search.identity:
            digits = self.marks.get(search.identity, "")
            holding = (each for each in self.complaints.values() if digits in {d for _, d in kept(each.private)})
            return tuple(holding)[: search.limit] if digits else ()
        found = []
        for complaint in self.complaints.values():
            if search.open_only and complaint.closed_at is not None:
                continue
            if search.overdue_at and not (complaint.due_at and complaint.due_at < search.overdue_at):
                continue
            hay = f"{complaint.number} {complaint.code} {complaint.statement}".lower()
            if all(word in hay for word in search.text.lower().split()):
                found.append(complaint)
        return tuple(found[: search.limit])

    def _decide(self, event: Event) -> list[Event]:
        self.marks = {}
        if isinstance(event, Message):
            self.marks = dict(mask(event.text).found)
            event = masked(event)
        decision = decide.decide(event, self.world_for(event))
        return self._apply(event, decision)

    def _apply(self, event: Event, decision: Decision) -> list[Event]:
        following: list[Event] = []
        if decision.conversation is not None:
            self.conversations[decision.conversation.address.lane] = decision.conversation
        for complaint in decision.complaints:
            known = self.complaints.get(complaint.id)
            assert known is None or complaint.version > known.version, f"{complaint.code} changed without a new version"
            self.complaints[complaint.id] = complaint
        self.entries.extend(decision.entries)
        self.erased.extend(decision.erased)
        self.erasures.extend(decision.erasures)
        self.requests |= {each.id: each for each in decision.requests}
        for complaint_id, acts in decision.blanked:
            self.entries = [
                msgspec.structs.replace(each, text="") if each.complaint == complaint_id and each.act in acts else each
                for each in self.entries
            ]
        for key in decision.unset:
            self.timers.pop(key, None)
        for timer in decision.timers:
            self.timers[timer.key] = timer
        self.held = [m for m in self.held if m.key not in decision.cancels]
        self.waiting = [m for m in self.waiting if m.key not in decision.cancels]
        self.letters = [each for each in self.letters if (each.complaint, each.number) not in decision.unlettered]
        self.letters += decision.letters
        for link in decision.links:
            self.tokens[link.token] = link.staff
        for token in decision.used_tokens:
            self.tokens.pop(token, None)
        self.linked.update(decision.linked)
        self.office = self.office.with_staff(decision.staff).with_duties(decision.duties)
        if decision.desk:
            self.office = msgspec.structs.replace(self.office, desk=decision.desk)
        following.extend(posted for _, posted in decision.posts)
        for message in decision.sends:
            if message.not_before and message.not_before > self.now:
                self.held = [m for m in self.held if not (message.replaces and m.replaces == message.replaces)]
                self.held.append(message)
            else:
                following.extend(self._send(message))
        self.fetched.extend(decision.fetches)
        following.extend(self._arrive(fetch) for fetch in decision.fetches)
        if decision.ignored:
            self.ignored.append(decision.ignored)
        return following

    def _send(self, message: Outbound) -> list[Event]:
        if message.kind == "topic":
            self.topics.add(message.topic)
            if not self.forum:
                return []
        limits = self.limits.get(message.to.channel, Limits())
        if limits.window_h and message.kind != "knock" and self._is_silent(message.to, limits):
            self.waiting = [m for m in self.waiting if not (message.replaces and m.replaces == message.replaces)]
            self.waiting.append(message)
            return [self._news_of(message, "held")] if message.about or message.key else []
        self.sent.append(message)
        target = next((p for p in reversed(self.posted) if message.target and p.message.key == message.target), None)
        if message.kind == "edit" and target:
            target.text, target.message = message.text, replace_message(target.message, message)
        elif message.kind == "delete" and target:
            target.deleted = True
        elif message.kind not in ("press", "edit", "delete"):
            self.posted.append(Posted(str(next(self._message_ids)), message, self.now, message.text))
        if not message.about:
            return []
        return [self._news_of(message, "accepted" if limits.receipts else "sent")]

    def _is_silent(self, to: Address, limits: Limits) -> bool:
        """Whether they last wrote too long ago for free words."""
        last = self.heard.get(to.lane)
        return last is None or self.now >= last + timedelta(hours=limits.window_h) - timedelta(minutes=10)

    def _arrive(self, fetch: Fetch) -> Event:
        found = self.arrivals.get(fetch.ref, Arrival())
        return FileReady(
            chat=fetch.lane, at=self.now, file=fetch.file, type=found.type, mime=found.mime,  # type: ignore[arg-type]
            size_bytes=250_000, sha256=f"sha-{found.same_as or fetch.ref}", width_px=1280, height_px=960,
            dark=found.flaw == "dark", blurred=found.flaw == "blurred",
            plain=found.flaw == "plain",
        )  # fmt: skip

    def button(self, chat: str, label: str) -> tuple[Posted, str]:
        """The newest visible button with this label in a chat: its message and its data."""
        for posted in reversed(self.posted):
            if posted.message.to.chat != chat or posted.deleted:
                continue
            for row in posted.message.choices:
                for choice in row:
                    if choice.label == label:
                        return posted, choice.data or choice.url
        visible = [c.label for p in self.posted if p.message.to.chat == chat for r in p.message.choices for c in r]
        raise AssertionError(f"no button [{label}] in chat {chat}; visible: {visible}")

    def find(self, chat: str, snippet: str) -> Posted:
        """The newest message of ours in a chat that contains the snippet."""
        for posted in reversed(self.posted):
            if posted.message.to.chat == chat and not posted.deleted and snippet in posted.text:
                return posted
        raise AssertionError(f"no message with {snippet!r} in chat {chat}")

    def pass_s(self, seconds: float) -> list[Outbound]:
        """Move the clock by seconds."""
        return self.pass_time(self.now + timedelta(seconds=seconds))


def replace_message(old: Outbound, new: Outbound) -> Outbound:
    """The posted message after an edit: new text and buttons, the old key and meaning unless new ones are given."""
    return msgspec.structs.replace(old, text=new.text, choices=new.choices, refers=new.refers or old.refers)


def replace_private(conversation: Conversation) -> Conversation:
    """As another lane may look at it."""
    import msgspec

    return msgspec.structs.replace(conversation, private={})


def masked(message: Message) -> Message:
    """As the pump does before the core sees a text."""
    return msgspec.structs.replace(message, text=mask(message.text).text, whole=mask(message.whole).text)


__all__ = ["Address", "Arrival", "Bench", "Posted", "Refers", "replace"]
