"""The provider of one office's bot: chats as they really stand, faults, and updates that come late, twice or again.

It stands in at the level of `channels.base.Channel`. What it records is what really arrived at each chat; the
invariants compare that with what should have.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from channels.base import Envelope, FetchError, Malformed, Parcel
from channels.text import utf16
from tests.doubles import payload
from tests.simulation.agenda import Agenda
from tests.simulation.faults import Faults
from workflow.message import (
    Address,
    BadPayload,
    Choice,
    Inbound,
    Limits,
    Message,
    Outbound,
    Press,
    SendError,
    Sent,
    TopicMade,
)

if TYPE_CHECKING:
    from tests.simulation.process import Process

CHANNEL = "telegram"
_FIELD = re.compile(r"\{[a-z_]+\}")
TRIES = 3  # so often the program tries a download
_DATA_BYTES = 64
_ALERT_CHARACTERS = 200


@dataclass
class Shown:
    """A message as it stands in a chat now."""

    id: str
    chat: str
    key: str  # the same for every attempt of one message
    message: Outbound
    at: datetime
    text: str
    choices: tuple[tuple[Choice, ...], ...]
    content: bytes = b""
    mime: str = ""
    thread: str = ""
    reply_to: str = ""
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


@dataclass
class Update:
    """Something that happened on the provider's side, and how often it still has to be told."""

    key: str
    chat: str
    body: bytes
    press: bool
    told: bool = False


@dataclass
class Provider:
    """One office's bot at its provider, and every chat it's in."""

    office: str
    desk: str
    forum: bool
    polled: bool
    agenda: Agenda
    faults: Faults
    trace: Callable[[str], None]
    again_mark: str
    arrived: Callable[[Provider, Shown], None] = lambda provider, shown: None
    answered: Callable[[Provider, Outbound], None] = lambda provider, message: None
    chats: dict[str, list[Shown]] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    answers: dict[str, list[Outbound]] = field(default_factory=dict)  # of presses, by their id
    presses: list[Press] = field(default_factory=list)
    said: dict[str, list[datetime]] = field(default_factory=dict)  # when the program was told of each chat's news
    wrong: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    lost_files: set[str] = field(default_factory=set)
    downloaded: set[str] = field(default_factory=set)
    failed_downloads: Counter[str] = field(default_factory=Counter)
    busy_until: dict[str, tuple[datetime, int]] = field(default_factory=dict)  # and which process was told so
    threads: dict[str, str] = field(default_factory=dict)  # topic's name -> thread
    process: Process | None = None
    _updates: Sequence[int] = field(default_factory=lambda: itertools.count(1))  # type: ignore[assignment]
    _ids: Sequence[int] = field(default_factory=lambda: itertools.count(1001))  # type: ignore[assignment]
    _queues: dict[tuple[str, bool], deque[Update]] = field(default_factory=dict)
    _polled: list[Update] = field(default_factory=list)

    # --- what people do -----------------------------------------------------------------------------------------------

    def next_id(self) -> str:
        """An id for a message, counted in all chats of this bot."""
        return str(next(self._ids))  # type: ignore[call-overload]

    def tell(self, value: Inbound) -> None:
        """A person did something: the program is to be told, in each chat in order, presses apart from messages."""
        if isinstance(value, Press):
            self.presses.append(value)
        chat = value.chat.chat
        number = next(self._updates)  # type: ignore[call-overload]
        update = Update(f"u{number}", chat, payload(f"u{number}", value, chat), isinstance(value, Press))
        self.trace(f"{self.office} update {update.key} {type(value).__name__} {chat} {_short(value)}")
        if self.polled:
            self._poll_later(update)
            return
        queue = self._queues.setdefault((chat, update.press), deque())
        queue.append(update)
        if len(queue) == 1:
            self._post_later(update, self._lag())

    def _lag(self, most_s: float = 0.5) -> float:
        late = self.faults.strikes("late")
        return self.faults.random.uniform(5, 60) if late else self.faults.random.uniform(0, most_s)

    # --- by webhook ---------------------------------------------------------------------------------------------------

    def _post_later(self, update: Update, seconds: float) -> None:
        async def post() -> None:
            await self._post(update)

        self.agenda.after(seconds, f"{self.office}: update {update.key}", post)

    async def _post(self, update: Update) -> None:
        assert self.process is not None
        if self.process.up:  # it may have been stored even where no 200 comes back
            self.said.setdefault(update.chat, []).append(self.agenda.now)
        if not await self.process.receive(self, update.body):
            self._post_later(update, self.faults.random.uniform(1, 30))
            return
        if not update.told:
            update.told = True
            queue = self._queues[update.chat, update.press]
            queue.popleft()
            if queue:
                self._post_later(queue[0], self._lag(0.05))
            for _ in range(self._doublets()):
                self._post_later(update, self.faults.random.choice((0.1, 3, 90, 7200)))

    def _doublets(self) -> int:
        return 9 if self.faults.strikes("many") else int(self.faults.strikes("doublet"))

    # --- by polling ---------------------------------------------------------------------------------------------------

    def _poll_later(self, update: Update) -> None:
        queue = self._queues.setdefault((update.chat, update.press), deque())
        queue.append(update)
        if len(queue) == 1:
            self._put_up_later(update, self._lag())

    def _put_up_later(self, update: Update, seconds: float) -> None:
        async def put_up() -> None:
            self._polled.append(update)
            if not update.told:
                update.told = True
                queue = self._queues[update.chat, update.press]
                queue.popleft()
                if queue:
                    self._put_up_later(queue[0], self._lag(0.05))
                for _ in range(self._doublets()):
                    self._put_up_later(update, self.faults.random.choice((0.1, 3, 90)))
            if self.process is not None:
                self.process.wake(f"poll {self.office}")

        self.agenda.after(seconds, f"{self.office}: update {update.key}", put_up)

    def poll(self, after: str) -> tuple[list[bytes], str]:
        """What came after the cursor."""
        if self.faults.strikes("poll"):
            raise OSError("the provider hung up")
        at = int(after or 0)
        found = self._polled[at : at + 20]
        for update in found:
            self.said.setdefault(update.chat, []).append(self.agenda.now)
        return [update.body for update in found], str(at + len(found))

    def is_hopeless(self, ref: str) -> bool:
        """Whether a file could never be had, however often it was tried."""
        return self.failed_downloads[ref] >= TRIES and ref not in self.downloaded

    def has_news(self, cursor: str) -> bool:
        """Whether a poll would find anything."""
        return len(self._polled) > int(cursor or 0)

    # --- what the program sends ---------------------------------------------------------------------------------------

    async def send(self, parcel: Parcel, key: str) -> Sent:
        """One attempt, with whatever goes wrong before or after the provider takes it."""
        self.faults.may_crash("before send")
        message = parcel.message
        if message.to.office != self.office:
            self.wrong.append(f"a message of {message.to.office} was sent by {self.office}'s bot")
        is_press = message.kind == "press"
        until, incarnation = self.busy_until.get(message.to.chat, (self.agenda.now, 0))
        if self.agenda.now < until and incarnation == self.faults.incarnation and not is_press:
            self.wrong.append(f"{self.office}: chat {message.to.chat} was written to before its retry_after was over")
        if self.faults.strikes("refused"):
            raise self._note(parcel, key, accepted=False, fact="down", outcome="refused")
        if not is_press and self.faults.strikes("busy"):
            retry_s = float(self.faults.random.randint(2, 40))
            until = self.agenda.now + timedelta(seconds=retry_s)
            self.busy_until[message.to.chat] = until, self.faults.incarnation
            raise self._note(parcel, key, accepted=False, fact="busy", outcome="busy", retry_s=retry_s)
        if self.faults.strikes("lost"):
            raise self._note(parcel, key, accepted=False, fact="uncertain", outcome="lost")
        sent = self._take(parcel, key)
        for fault in ("timeout", "broken"):
            if self.faults.strikes(fault):
                raise self._note(parcel, key, accepted=True, fact="uncertain", outcome=fault)
        self._note(parcel, key, accepted=True, fact="uncertain", outcome="ok")
        self.faults.may_crash("after send")
        return sent

    def _note(
        self, parcel: Parcel, key: str, *, accepted: bool, fact: str, outcome: str, retry_s: float = 0.0
    ) -> SendError:
        text = parcel.message.text
        self.attempts.append(
            Attempt(
                self.agenda.now,
                parcel.message.to.chat,
                key,
                parcel.message.kind,
                text,
                accepted,
                outcome,
                self.faults.incarnation,
                text.endswith(self.again_mark),
            )
        )
        self.trace(f"{self.office} send {key} {parcel.message.kind} to {parcel.message.to.chat}: {outcome} {text!r}")
        return SendError(fact, outcome, retry_after_s=retry_s)  # type: ignore[arg-type]

    def _take(self, parcel: Parcel, key: str) -> Sent:
        """The provider has it: the chat changes."""
        message, chat = parcel.message, self.chats.setdefault(parcel.message.to.chat, [])
        self._judge(parcel)
        if message.kind == "press":
            self.answers.setdefault(message.press, []).append(message)
            self.answered(self, message)
            return Sent()
        if message.kind == "topic":
            return self._topic(message)
        if message.kind in ("edit", "delete"):
            shown = next((each for each in chat if each.id == parcel.target), None)
            if shown is None or (shown.deleted and message.kind == "edit"):
                self.wrong.append(
                    f"{self.office}: {message.kind} of {parcel.target!r}, which isn't in {message.to.chat}"
                )
                return Sent()
            if message.kind == "delete":
                shown.deleted = True
                return Sent(id=shown.id)
            shown.text, shown.choices = message.text or shown.text, message.choices
            shown.edited_at = self.agenda.now
            self.arrived(self, shown)
            return Sent(id=shown.id)
        thread = parcel.thread if self.forum else ""
        shown = Shown(
            self.next_id(),
            message.to.chat,
            key,
            message,
            self.agenda.now,
            message.text,
            message.choices,
            parcel.content,
            parcel.mime,
            thread,
            parcel.reply_to,
        )
        chat.append(shown)
        self.arrived(self, shown)
        return Sent(id=shown.id)

    def _topic(self, message: Outbound) -> Sent:
        if not self.forum:
            return Sent()
        thread = self.next_id()
        self.threads[thread] = message.text
        self.tell(
            TopicMade(
                chat=Address(self.office, CHANNEL, message.to.chat),
                at=self.agenda.now,
                thread=thread,
                name=message.text,
                ours=True,
            )
        )
        return Sent(id=thread, thread=thread)

    def _judge(self, parcel: Parcel) -> None:
        """What no message may be, whoever sends it."""
        message = parcel.message
        where = f"{self.office}, {message.kind} to {message.to.chat}"
        if found := _FIELD.search(message.text):
            self.wrong.append(f"{where}: the field {found[0]} isn't filled in: {message.text!r}")
        limit = LIMITS.caption_units if parcel.content or message.location else LIMITS.text_units
        if utf16(message.text) > limit:
            self.wrong.append(f"{where}: {utf16(message.text)} units of text, {limit} are allowed")
        if message.kind == "press" and len(message.text) > _ALERT_CHARACTERS:
            self.wrong.append(f"{where}: an alert of {len(message.text)} characters")
        if message.kind not in ("edit", "delete", "press") and not (message.text or parcel.content or message.location):
            self.wrong.append(f"{where}: a message without anything in it")
        for choice in (each for row in message.choices for each in row):
            if not choice.label or len(choice.data.encode()) > _DATA_BYTES or not (choice.data or choice.url):
                self.wrong.append(f"{where}: a button that can't be: {choice}")

    # --- files --------------------------------------------------------------------------------------------------------

    async def download(self, ref: str) -> AsyncIterator[bytes]:
        """The bytes of a file, or a failure that may pass, or one that won't."""
        self.faults.may_crash("in a download")
        if ref in self.lost_files:
            raise FetchError("gone", again=False)
        if self.faults.strikes("download"):
            self.failed_downloads[ref] += 1
            raise FetchError("timeout", again=True)
        self.downloaded.add(ref)
        yield self.files[ref]


LIMITS = Limits()


@dataclass
class SimChannel:
    """The program's side of the provider: what `channels.base` asks of an adapter."""

    provider: Provider
    name: str = CHANNEL
    limits: Limits = LIMITS
    pause_s: float = 0.0
    polled: bool = True

    @property
    def office(self) -> str:
        """Whose bot it is."""
        return self.provider.office

    def envelope(self, body: bytes) -> Envelope:
        """Key and lane."""
        try:
            data = msgspec.json.decode(body)
            return Envelope(data["key"], Address(self.office, self.name, data["chat"]).lane)
        except (msgspec.MsgspecError, KeyError, TypeError) as error:
            raise Malformed(str(error)) from error

    def read(self, body: bytes) -> Inbound:
        """The value that was put in."""
        try:
            return msgspec.convert(msgspec.json.decode(body)["value"], Inbound)
        except (msgspec.MsgspecError, KeyError) as error:
            raise BadPayload(str(error)) from error

    async def send(self, parcel: Parcel, key: str) -> Sent:
        """One attempt."""
        return await self.provider.send(parcel, key)

    def download(self, ref: str, limit_bytes: int) -> AsyncIterator[bytes]:
        """The file in one piece."""
        return self.provider.download(ref)

    async def poll(self, after: str) -> tuple[Sequence[bytes], str]:
        """What came; it never waits."""
        return self.provider.poll(after)


class WebhookChannel(SimChannel):
    """The same without polling: its provider calls."""

    poll = None  # type: ignore[assignment]


def _short(value: Inbound) -> str:
    if isinstance(value, Message):
        return repr(value.text or [each.ref for each in value.attachments] or "place")
    return repr(value.data) if isinstance(value, Press) else ""
