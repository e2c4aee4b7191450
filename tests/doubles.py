"""What stands in for the outside in tests of the road: a clock moved by hand, a channel of lists, a core of functions."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from bot.clock import Chance, Clock
from bot.road import Road
from channels.base import Call, Envelope, Forged, Malformed, Parcel
from storage.engine import Store
from storage.seal import Seal
from workflow.conversation import Conversation
from workflow.happening import Event
from workflow.message import (
    Address,
    BadPayload,
    Inbound,
    Limits,
    Message,
    Outbound,
    Presence,
    Press,
    Sender,
    Sent,
    TopicMade,
)
from workflow.office import Office, Staff
from workflow.standard.standard import shipped
from workflow.world import Decision, Needs, World

MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, 09.00 WIB
DESK = "-100200"
MASTER = bytes(range(32))


class Crash(BaseException):
    """The process dies here."""


class HandClock(Clock):
    """Time that only passes when a test says so; whoever waits moves it."""

    def __init__(self, now: datetime = MORNING) -> None:
        super().__init__()
        self._now = now
        self._started = now

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._started).total_seconds()

    def pass_s(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    def shift(self, by: timedelta) -> None:
        self._now += by

    async def wait(self, seconds: float) -> None:
        self.pass_s(seconds)
        await asyncio.sleep(0)

    async def wait_for(self, bell: asyncio.Event, timeout_s: float) -> bool:
        rang = bell.is_set()
        bell.clear()
        if not rang:
            self.pass_s(timeout_s)
        await asyncio.sleep(0)
        return rang


def an_office(office: str = "kanigaran", desk: str | None = DESK) -> Office:
    return Office(
        id=office, standard=shipped()[office], staff=(Staff(id=900, name="Siti Rahma", roles=("petugas",)),), desk=desk
    )


def citizen(chat: str = "1", office: str = "kanigaran") -> Address:
    return Address(office, "telegram", chat)


@dataclass
class FakeChannel:
    """A channel whose payloads are our own JSON. `outcomes` are taken one per send: a `Sent`, or what is raised."""

    name: str = "telegram"
    office: str = "kanigaran"
    limits: Limits = Limits()
    secret: str = "rahasia"
    sent: list[tuple[Parcel, str]] = field(default_factory=list)
    outcomes: deque[Sent | BaseException] = field(default_factory=deque)
    outcome: Callable[[Parcel], Sent | BaseException] | None = None
    files: dict[str, bytes | BaseException] = field(default_factory=dict)
    downloads: list[str] = field(default_factory=list)
    polls: deque[tuple[Sequence[bytes], str] | BaseException] = field(default_factory=deque)
    asked_after: list[str] = field(default_factory=list)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1001))

    pause_s: float = 0.0
    polled: bool = True
    thanks: tuple[str, bytes] = ("text/plain", b"")

    @property
    def paths(self) -> tuple[str, ...]:
        return (f"{self.name}/{self.office}",)

    def accept(self, call: Call) -> bytes:
        if call.headers.get("x-secret") != self.secret:
            raise Forged
        return call.body

    def envelope(self, payload: bytes) -> Envelope:
        try:
            data = msgspec.json.decode(payload)
            return Envelope(str(data["key"]), Address(self.office, self.name, str(data["chat"])).lane)
        except (msgspec.MsgspecError, KeyError, TypeError) as error:
            raise Malformed(str(error)) from error

    def read(self, payload: bytes) -> Inbound:
        data = msgspec.json.decode(payload)
        if "value" not in data:
            raise BadPayload("no value in it")
        return msgspec.convert(data["value"], Inbound)

    async def send(self, parcel: Parcel, key: str) -> Sent:
        outcome: Sent | BaseException
        if self.outcome is not None:
            outcome = self.outcome(parcel)
        else:
            outcome = self.outcomes.popleft() if self.outcomes else Sent(id=str(next(self.numbers)))
        self.sent.append((parcel, key))
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    async def download(self, ref: str, limit_bytes: int) -> AsyncIterator[bytes]:
        self.downloads.append(ref)
        found = self.files[ref]
        if isinstance(found, BaseException):
            raise found
        for at in range(0, len(found), 65_536):
            yield found[at : at + 65_536]

    async def poll(self, after: str) -> tuple[Sequence[bytes], str]:
        self.asked_after.append(after)
        if not self.polls:
            await asyncio.Event().wait()
        found = self.polls.popleft()
        if isinstance(found, BaseException):
            raise found
        return found

    @property
    def texts(self) -> list[str]:
        return [parcel.message.text for parcel, _ in self.sent]


def payload(key: str, value: Inbound | None, chat: str = "1") -> bytes:
    body: dict[str, object] = {"key": key, "chat": chat}
    if value is not None:
        body["value"] = msgspec.to_builtins(value)
    return msgspec.json.encode(body)


def said(text: str, chat: str = "1", message: str = "1", **more: object) -> Message:
    return Message(chat=citizen(chat), id=message, sender=Sender(id=chat, name="Sari"), at=MORNING, text=text, **more)


def pressed(data: str, chat: str = "1", press: str = "p1") -> Press:
    return Press(chat=citizen(chat), id=press, sender=Sender(id=chat), at=MORNING, data=data)


def blocked(chat: str = "1", *, yes: bool = True) -> Presence:
    return Presence(chat=citizen(chat), sender=Sender(id=chat), at=MORNING, blocked=yes)


def topic_made(name: str, thread: str, chat: str = DESK) -> TopicMade:
    return TopicMade(chat=citizen(chat), at=MORNING, thread=thread, name=name, ours=True)


@dataclass
class FakeCore:
    """A core whose decision is a function; by default it counts in the conversation and echoes what was said."""

    rule: Callable[[Event, World], Decision] | None = None
    wants: Callable[[Event], Needs] | None = None
    seen: list[tuple[Event, World]] = field(default_factory=list)

    def needs(self, event: Event, office: Office, linked: frozenset[str]) -> Needs:
        return self.wants(event) if self.wants else Needs()

    def decide(self, event: Event, world: World) -> Decision:
        self.seen.append((event, world))
        return self.rule(event, world) if self.rule else echo(event, world)

    @property
    def events(self) -> list[Event]:
        return [event for event, _ in self.seen]


def echo(event: Event, world: World) -> Decision:
    if not isinstance(event, Message):
        return Decision()
    before = world.conversation or Conversation(address=event.chat)
    count = int(before.extra.get("count", "0")) + 1
    heard = f"{before.extra.get('heard', '')}|{event.text}"
    after = msgspec.structs.replace(before, extra={"count": str(count), "heard": heard}, version=before.version + 1)
    return Decision(
        conversation=after, sends=(Outbound(to=event.chat, kind="question", text=f"{count}: {event.text}"),)
    )


def a_road(
    store: Store, *channels: FakeChannel, offices: Sequence[Office] = (), clock: Clock | None = None, seed: int = 1
) -> Road:
    clock = clock or HandClock()
    known = {office.id: office for office in offices or [an_office()]}
    return Road(store, known, {(each.name, each.office): each for each in channels}, clock, Chance(clock, seed))


def a_seal(seed: int = 7) -> Seal:
    return Seal([MASTER], Chance(HandClock(), seed).random_bytes)
