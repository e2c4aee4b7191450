"""One channel of one office at its provider: chats as they really stand, faults, and updates that come late or again.

What people do goes out as the provider's own payloads, and what the program sends comes in as its requests: the wires
write and read both (`tests/simulation/wires`). What's recorded here is what really arrived at each chat; the invariants
compare that with what should have.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulation.agenda import Agenda
from tests.simulation.faults import Faults
from tests.simulation.wires.base import Asked, Hand, Wire
from workflow.message import Address, Choice, Inbound, Limits, Message, Outbound, Press, TopicMade

if TYPE_CHECKING:
    from tests.simulation.process import Crew

CHANNEL = "telegram"
_FIELD = re.compile(r"\{[a-z_]+\}")
TRIES = 3  # so often the program tries a download


@dataclass
class Shown:
    """A message as it stands in a chat now."""

    id: str
    chat: str
    key: str  # the same for every attempt of one message
    message: Outbound  # what the program meant by it
    at: datetime
    text: str
    choices: tuple[tuple[Choice, ...], ...]
    content: bytes = b""
    mime: str = ""
    thread: str = ""
    reply_to: str = ""
    silent: bool = False
    protected: bool = False
    edited_at: datetime | None = None
    deleted: bool = False

    def button(self, label: str) -> Choice | None:
        """The button of that name."""
        return next((each for row in self.choices for each in row if each.label == label), None)

    @property
    def buttons(self) -> list[Choice]:
        """All buttons, row by row."""
        return [each for row in self.choices for each in row]


@dataclass(frozen=True)
class Attempt:
    """One call of `send` that came as far as the provider."""

    at: datetime
    chat: str
    key: str
    kind: str
    text: str
    accepted: bool
    outcome: str  # ok, or the fault
    incarnation: int  # of the process that made it
    again: bool  # whether the text ends in the line of a repetition
    held: bool = False  # whether its process stood still meanwhile, perhaps for longer than its lease
    nth: int = 0  # in the order in which they were taken, which isn't that in which they ended; 0: it wasn't taken


@dataclass
class Update:
    """Something that happened on the provider's side, and how often it still has to be told."""

    key: str
    chat: str
    bodies: Callable[[], list[bytes]]
    apart: bool  # it may overtake what else happened in its chat
    told: bool = False


@dataclass
class Provider:
    """One channel of one office, and every chat it's in. `polled`: it's asked for news instead of calling."""

    office: str
    desk: str
    forum: bool
    polled: bool
    agenda: Agenda
    faults: Faults
    trace: Callable[[str], None]
    again_mark: str
    wire: Wire
    channel: str = CHANNEL
    limits: Limits = Limits()
    arrived: Callable[[Provider, Shown], None] = lambda provider, shown: None
    answered: Callable[[Provider, Outbound], None] = lambda provider, message: None
    holds: Callable[[], bool] = lambda: False  # whether a box of the provider's own has something in it
    chats: dict[str, list[Shown]] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    answers: dict[str, list[Outbound]] = field(default_factory=dict)  # of presses, by their id
    presses: list[Press] = field(default_factory=list)
    named: dict[str, str] = field(default_factory=dict)  # presses the provider calls something else; "": none left
    said: dict[str, list[datetime]] = field(default_factory=dict)  # when the program was told of each chat's news
    wrong: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    lost_files: set[str] = field(default_factory=set)
    downloaded: set[str] = field(default_factory=set)
    failed_downloads: Counter[str] = field(default_factory=Counter)
    busy_until: dict[str, tuple[datetime, int]] = field(default_factory=dict)  # and which process was told so
    retry_s: float = 0.0  # of the last refusal that asked for a pause
    threads: dict[str, str] = field(default_factory=dict)  # topic's name by its thread
    blocked: set[str] = field(default_factory=set)  # chats whose people let nothing in
    migrated: dict[str, str] = field(default_factory=dict)  # groups that became others
    process: Crew | None = None
    _updates: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1001))
    _queues: dict[tuple[str, bool], deque[Update]] = field(default_factory=dict)
    _waiting: deque[tuple[int, str, bytes]] = field(default_factory=deque)  # to be fetched: number, chat, payload
    _last: int = 0  # number of what can be fetched
    _repeated: list[tuple[str, bytes]] = field(default_factory=list)
    _known: dict[tuple[str, str], Shown] = field(default_factory=dict)
    _askers: dict[str, str] = field(default_factory=dict)

    # --- what people do -----------------------------------------------------------------------------------------------

    def next_id(self) -> str:
        """An id for a message, counted in all chats of this account."""
        return str(next(self._ids))

    def tell(self, value: Inbound) -> None:
        """A person did something: the program is to be told, in each chat in order, presses apart from messages."""
        if isinstance(value, Press):
            self.presses.append(value)
            self._askers[value.id] = value.chat.chat
        number = next(self._updates)
        self.trace(f"{self.office} update u{number} {type(value).__name__} {value.chat.chat} {_short(value)}")

        def payloads() -> list[bytes]:  # what's fetched is numbered in the order it can be fetched in
            return self.wire.payloads(self, value, self._last + 1 if self.polled else number)

        self._queue(number, value.chat.chat, payloads, isinstance(value, Press))

    def bring(self, body: bytes, chat: str, seconds: float = 0.0, *, apart: bool = True) -> None:
        """The provider has news of its own (what became of a message), to be told in so many seconds at the earliest."""
        number = next(self._updates)

        async def tell() -> None:
            self.trace(f"{self.office} update u{number} news {chat}")
            self._queue(number, chat, lambda: [body], apart)

        self.agenda.after(seconds, f"{self.office}: news {number}", tell)

    def asker(self, press: str) -> str:
        """The chat that a press was made in."""
        return self._askers[press]

    def _queue(self, number: int, chat: str, bodies: Callable[[], list[bytes]], apart: bool) -> None:
        made: list[bytes] = []

        def once() -> list[bytes]:
            if not made:
                made.extend(bodies())
            return made

        update = Update(f"u{number}", chat, once, apart)
        queue = self._queues.setdefault((chat, apart), deque())
        queue.append(update)
        if len(queue) == 1:
            self._later(update, self._lag())

    def _later(self, update: Update, seconds: float) -> None:
        bring = self._put_up if self.polled else self._post

        async def come() -> None:
            await bring(update)

        self.agenda.after(seconds, f"{self.office}: update {update.key}", come)

    def _lag(self, most_s: float = 0.5) -> float:
        late = self.faults.strikes("late")
        return self.faults.random.uniform(5, 60) if late else self.faults.random.uniform(0, most_s)

    def _is_told(self, update: Update, pauses_s: tuple[float, ...]) -> None:
        """The next one of this chat may come; and this one again, if the provider likes to repeat itself."""
        if update.told:
            return
        update.told = True
        queue = self._queues[update.chat, update.apart]
        queue.popleft()
        if queue:
            self._later(queue[0], self._lag(0.05))
        else:
            del self._queues[update.chat, update.apart]
        for _ in range(9 if self.faults.strikes("many") else int(self.faults.strikes("doublet"))):
            self._later(update, self.faults.random.choice(pauses_s))

    # --- by webhook ---------------------------------------------------------------------------------------------------

    async def _post(self, update: Update) -> None:
        assert self.process is not None
        if self.process.up:  # it may have been stored even where no 200 comes back
            self.said.setdefault(update.chat, []).append(self.agenda.now)
        for body in update.bodies():
            call = self.wire.call(self, body)
            assert call is not None
            if self.faults.strikes("forged") and await self.process.is_fooled(call):
                self.wrong.append(f"{self.office}: a forged call was taken in")
            if not await self.process.receive(call):
                self._later(update, self.faults.random.uniform(1, 30))
                return
        self._is_told(update, (0.1, 3, 90, 7200))

    # --- by polling ---------------------------------------------------------------------------------------------------

    async def _put_up(self, update: Update) -> None:
        for body in update.bodies():
            if update.told:
                self._repeated.append((update.chat, body))
            else:
                self._last += 1
                self._waiting.append((self._last, update.chat, body))
        self._is_told(update, (0.1, 3, 90))
        if self.process is not None:
            self.process.wake(f"poll {self.channel} {self.office}")

    def polled_from(self, offset: int, most: int) -> list[bytes]:
        """What wasn't fetched yet; what's before `offset` is forgotten. Now and then something comes once more."""
        while self._waiting and self._waiting[0][0] < offset:
            self._waiting.popleft()
        fresh = [(chat, body) for _, chat, body in itertools.islice(self._waiting, most)]
        found = [each for each in self._repeated if each not in fresh] + fresh  # nothing comes again before it came
        self._repeated = []
        for chat, _ in found:
            self.said.setdefault(chat, []).append(self.agenda.now)
        return [body for _, body in found]

    def drained(self) -> list[bytes]:
        """All that came, for a provider that keeps it in a box of its own."""
        found = [(chat, body) for _, chat, body in self._waiting] + self._repeated
        self._waiting.clear()
        self._repeated = []
        for chat, _ in found:
            self.said.setdefault(chat, []).append(self.agenda.now)
        return [body for _, body in found]

    @property
    def has_news(self) -> bool:
        """Whether a poll would find anything that no earlier one has found."""
        return bool(self._waiting or self._repeated) or self.holds()

    # --- faults -------------------------------------------------------------------------------------------------------

    def trouble(self, asked: Asked) -> str:
        """What keeps the program from its news or from a file: "", "refused", "broken" or "lost"."""
        if asked.what == "file":
            ref = asked.fields["ref"]
            if asked.method != "getFile" or ref in self.lost_files or self.faults.random.random() < 0.5:
                return ""
            if not self.faults.strikes("download"):
                return ""
            self.failed_downloads[ref] += 1
        elif not self.faults.strikes("poll"):
            return ""
        return self.faults.random.choice(("refused", "broken", "lost"))

    def breaks_off(self, ref: str) -> bool:
        """Whether a download ends in its middle."""
        if self.faults.strikes("download"):
            self.failed_downloads[ref] += 1
            return True
        self.downloaded.add(ref)
        return False

    def is_hopeless(self, ref: str) -> bool:
        """Whether a file could never be had, however often it was tried."""
        return self.failed_downloads[ref] >= TRIES and ref not in self.downloaded

    def file(self, ref: str) -> bytes:
        """The bytes of a file."""
        return self.files[ref]

    def strikes_before(self, hand: Hand, chat: str, *, press: bool = False) -> str:
        """What happens before the provider takes a message: "", "refused", "busy" or "lost"."""
        hand.life.may_crash("before send")
        message = hand.parcel.message
        if message.to.office != self.office or message.to.channel != self.channel:
            self.wrong.append(f"a message of {message.to.lane} was sent by {self.channel} of {self.office}")
        until, incarnation = self.busy_until.get(chat, (self.agenda.now, 0))
        if self.agenda.now < until and incarnation == hand.life.incarnation and not press and not hand.held:
            self.wrong.append(
                f"{self.office}: chat {chat} was written to ({hand.key}) before its retry_after was over ({until})"
            )
        if self.faults.strikes("refused"):
            hand.outcome = "refused"
        elif not press and self.faults.strikes("busy"):
            hand.outcome = "busy"
            self.retry_s = float(self.faults.random.randint(2, 40))
            self.busy_until[chat] = self.agenda.now + timedelta(seconds=self.retry_s), hand.life.incarnation
        elif self.faults.strikes("lost"):
            hand.outcome = "lost"
        return hand.outcome

    def strikes_after(self, hand: Hand) -> str:
        """What happens once the provider has taken a message: "", "timeout", "broken" or "garbled"."""
        for fault in ("timeout", "broken", "garbled"):
            if self.faults.strikes(fault):
                hand.outcome = fault
                return fault
        hand.life.may_crash("after send")
        return ""

    def note(self, hand: Hand) -> None:
        """An attempt is over, however it ended."""
        message = hand.parcel.message
        outcome = hand.outcome or ("ok" if hand.accepted else "no")
        self.attempts.append(
            Attempt(
                self.agenda.now,
                message.to.chat,
                hand.key,
                message.kind,
                message.text,
                hand.accepted,
                outcome,
                hand.life.incarnation,
                message.text.endswith(self.again_mark),
                hand.held,
                hand.nth,
            )
        )
        self.trace(f"{self.office} send {hand.key} {message.kind} to {message.to.chat}: {outcome} {message.text!r}")

    # --- what stands in the chats -------------------------------------------------------------------------------------

    def find(self, chat: str, message_id: str) -> Shown | None:
        """A message of the program's."""
        return self._known.get((chat, message_id))

    def show(
        self,
        hand: Hand,
        *,
        chat: str,
        text: str,
        choices: tuple[tuple[Choice, ...], ...] = (),
        content: bytes = b"",
        mime: str = "",
        thread: str = "",
        reply_to: str = "",
        message_id: str = "",
    ) -> Shown:
        """A new message stands in a chat."""
        if found := _FIELD.search(text):
            self.wrong.append(f"{self.office}, to {chat}: the field {found[0]} isn't filled in: {text!r}")
        shown = Shown(
            message_id or self.next_id(),
            chat,
            hand.key,
            hand.parcel.message,
            self.agenda.now,
            text,
            choices,
            content,
            mime,
            thread,
            reply_to,
        )
        self.chats.setdefault(chat, []).append(shown)
        self._known[chat, shown.id] = shown
        self.arrived(self, shown)
        return shown

    def change(self, shown: Shown, text: str, choices: tuple[tuple[Choice, ...], ...]) -> None:
        """A message has other words and buttons now."""
        shown.text, shown.choices, shown.edited_at = text, choices, self.agenda.now
        self.arrived(self, shown)

    def answer(self, hand: Hand, text: str, *, alert: bool) -> None:
        """Whoever pressed reads this."""
        message = hand.parcel.message
        self.answers.setdefault(message.press, []).append(message)
        self.answered(self, message)

    def open_topic(self, chat: str, name: str) -> str:
        """A topic of the group; the program is told of it. Its thread."""
        thread = self.next_id()
        self.threads[thread] = name
        where = Address(self.office, self.channel, chat)
        self.tell(TopicMade(chat=where, at=self.agenda.now, thread=thread, name=name, ours=True))
        return thread


def _short(value: Inbound) -> str:
    if isinstance(value, Message):
        return repr(value.text or [each.ref for each in value.attachments] or "place")
    return repr(value.data) if isinstance(value, Press) else ""
