"""A staff group on the real road and the real core: it moves, loses topics and shuts the bot out, as Telegram tells it."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot import people
from bot.deliver import Deliver
from bot.enclosures import Enclosures
from bot.pump import Pump
from bot.ticks import Ticks
from storage.engine import Store
from storage.rows import Arrival
from tests.bot.deaths import FILES, Looker
from tests.doubles import MORNING, FakeChannel, HandClock, a_road, payload
from tests.workflow.desk_people import CITIZEN, DESK, office
from workflow.message import Address, Choice, Inbound, Message, Outbound, Press, Sender, SendError, Sent

NEW = "-1009990001"


@dataclass
class Posted:
    """A message of the bot that stands in a chat."""

    id: str
    message: Outbound
    text: str
    choices: tuple[tuple[Choice, ...], ...]
    thread: str = ""

    def data(self, label: str) -> str:
        return next(each.data for row in self.choices for each in row if each.label == label)


@dataclass
class Town(FakeChannel):
    """Telegram's side: what stands where. It outlives the process; `moment` is called around each sending."""

    stands: dict[str, dict[str, Posted]] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    shut: dict[str, SendError] = field(default_factory=dict)  # chat -> what writing there is answered with
    threads: dict[str, str] = field(default_factory=dict)  # thread -> open or closed; None: the group has no topics
    topics: bool | None = False
    may_reopen: bool = True
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(50))
    log: list[tuple[str, str, str]] = field(default_factory=list)  # chat, kind, text
    moment: Callable[[str], None] = lambda _: None

    async def send(self, parcel, key):
        self.moment("before send")
        sent = self._take(parcel)
        self.moment("after send")
        return sent

    def _take(self, parcel) -> Sent:
        message, chat = parcel.message, parcel.message.to.chat
        if message.kind == "press":
            self.log.append((chat, "press", message.text))
            return Sent()
        if chat in self.moved:
            raise SendError("moved", "group chat was upgraded to a supergroup chat", moved_to=self.moved[chat])
        if chat in self.shut:
            raise self.shut[chat]
        if message.kind == "topic":
            if not self.topics:
                raise SendError("refused", "the chat is not a forum")
            thread = str(next(self.ids))
            self.threads[thread] = "open"
            self.log.append((chat, "topic", message.text))
            return Sent(id=thread, thread=thread)
        here = self.stands.setdefault(chat, {})
        if message.kind in ("edit", "delete"):
            if parcel.target not in here:
                raise SendError("vanished", "message to edit not found")
            if message.kind == "delete":
                del here[parcel.target]
            else:
                before = here[parcel.target]
                here[parcel.target] = replace(before, text=message.text or before.text, choices=message.choices)
            return Sent(id=parcel.target)
        if parcel.thread not in ("", "1"):
            state = self.threads.get(parcel.thread)
            if state != "open":
                raise SendError("closed_topic" if state else "lost_topic", "message thread not found")
        number = str(next(self.ids))
        here[number] = Posted(number, message, message.text, message.choices, parcel.thread)
        self.log.append((chat, message.kind, message.text))
        return Sent(id=number)

    def drop_thread(self, thread: str) -> None:
        del self.threads[thread]
        for here in self.stands.values():
            for number in [number for number, each in here.items() if each.thread == thread]:
                del here[number]


class Unopened(Enclosures):
    """Every file is taken for sent along: what's in it isn't the matter here."""

    async def complete(self, parcel, now):
        return parcel


@dataclass
class Life:
    """One process on the store."""

    store: Store
    town: Town
    clock: HandClock = field(default_factory=lambda: HandClock(MORNING))

    name: str = "pekutatan"
    fixed: bool = True
    seed: int = 1

    def __post_init__(self) -> None:
        configured = replace_office(office(self.name), fixed=self.fixed)
        self.configured = {self.name: configured}
        self.road = a_road(self.store, self.town, offices=[configured], clock=self.clock, seed=self.seed)
        self.deliver = Deliver(self.road, Unopened(self.store, FILES, Looker(), self.clock.now()))
        self.pump = Pump(self.road)
        self.ticks = Ticks(self.road, self.deliver)

    async def start(self) -> None:
        """As the program begins: desks as they're stored, and what a dead process was sending."""
        await people.look(self.road, self.configured)
        await self.deliver.recover(everything=True)

    @property
    def office(self):
        return self.road.offices[self.name]

    @property
    def desk(self) -> str:
        return self.office.desk

    async def rest(self, for_s: float = 30.0) -> None:
        """Until nothing is left to do within so many seconds."""
        until = self.clock.monotonic() + for_s
        for _ in range(3000):
            if await self.pump.step() or await self.ticks.step():
                continue
            idle_s = await self.deliver.step()
            if idle_s == 0.0 or await self.pump.step():
                continue
            idle_s = min(idle_s or 5.0, 5.0)
            if self.clock.monotonic() + idle_s > until:
                return
            self.clock.pass_s(idle_s)
        raise AssertionError("it never came to rest")

    # --- what people do -----------------------------------------------------------------------------------------------

    async def told(self, event: Inbound, key: str = "") -> None:
        """An update comes in."""
        key = key or f"u{next(self.town.ids)}"
        raw = payload(key, event, event.chat.chat)
        lane = event.chat.lane
        await self.store.write(
            lambda unit: unit.inbox.take_in([Arrival(self.name, "telegram", key, lane, raw)], self.clock.now())
        )

    def at(self, chat: str) -> Address:
        return Address(self.name, "telegram", chat)

    async def citizen(self, text: str, chat: str = CITIZEN, key: str = "") -> None:
        number = str(next(self.town.ids))
        sender = Sender(id=chat, name="Luh Sari")
        await self.told(Message(chat=self.at(chat), id=number, sender=sender, at=self.clock.now(), text=text), key)

    async def press(self, name: str, posted: Posted, label: str, chat: str, key: str = "") -> None:
        who = next(each for each in self.office.staff if each.name.startswith(name))
        event = Press(
            chat=self.at(chat), id=key or f"p{next(self.town.ids)}", sender=Sender(id=str(who.id), name=who.name),
            at=self.clock.now(), data=posted.data(label), message_id=posted.id, private=False,
        )  # fmt: skip
        await self.told(event, key)

    async def says(self, name: str, text: str, chat: str, key: str = "", **more) -> None:
        who = next(each for each in self.office.staff if each.name.startswith(name))
        number = str(next(self.town.ids))
        event = Message(
            chat=self.at(chat), id=number, sender=Sender(id=str(who.id), name=who.name), at=self.clock.now(),
            text=text, private=False, **more,
        )  # fmt: skip
        await self.told(event, key)

    # --- what stands --------------------------------------------------------------------------------------------------

    def card(self, chat: str, snippet: str = "") -> Posted:
        """The newest card with buttons."""
        return self.cards(chat, snippet)[-1]

    def cards(self, chat: str, snippet: str = "") -> list[Posted]:
        found = self.town.stands.get(chat, {}).values()
        return [
            each
            for each in found
            if each.message.refers and each.message.refers.role == "card" and each.choices and snippet in each.text
        ]

    def texts(self, chat: str) -> list[str]:
        return [each.text for each in self.town.stands.get(chat, {}).values()]

    async def complaints(self):
        return await self.store.read(lambda unit: unit.cases.running(self.name, "", 50))


def replace_office(place, *, fixed: bool):
    from msgspec.structs import replace as changed

    return changed(place, desk_fixed=fixed)


def a_town(**more) -> Town:
    return Town(office="pekutatan", outcomes=deque(), **more)


async def add(life: Life, text: str, chat: str = CITIZEN) -> None:
    """The citizen adds something to the report they have."""
    await life.citizen(text, chat, key=f"{chat}-{text}")
    await life.rest(5)
    asked = [each for each in life.town.stands[chat].values() if "tambahan untuk laporan" in each.text]
    if asked and asked[-1].choices:
        await life.told(Press(chat=life.at(chat), id=f"{text}-p", sender=Sender(id=chat), at=life.clock.now(),
                              data=asked[-1].choices[0][0].data, message_id=asked[-1].id), f"{chat}-{text}-p")  # fmt: skip


async def complain(
    life: Life, text: str = "lampu jalan di depan balai banjar mati sudah seminggu", chat=CITIZEN
) -> None:
    """A complaint at Pekutatan, confirmed."""
    await life.citizen(text, chat, key=f"{chat}-a")
    await life.rest(5)
    await life.citizen("ya", chat, key=f"{chat}-b")
    await life.rest(20)


__all__ = ["CITIZEN", "DESK", "NEW", "Life", "Posted", "Town", "a_town", "add", "complain", "datetime"]
