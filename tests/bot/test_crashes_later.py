"""The process dies at every moment of a long way: held, knocked for, freed, accepted, told of; nothing is lost or lied.

A citizen reports and falls silent. Thirty hours later the answer is signed. The provider keeps to its window, tells by
calls what became of each message, in any order and twice, and calls again until it's heard.
"""

import itertools
import random
from dataclasses import dataclass, field

import pytest

from bot.deliver import Deliver
from bot.enclosures import Enclosures
from bot.intake import Intake
from bot.pump import Pump
from bot.ticks import Ticks
from storage import schema
from storage.engine import Store
from tests.bot.deaths import FILES, MARK, Deaths, Dying, Looker, lives
from tests.doubles import FakeCore, HandClock, a_road, a_seal, payload
from workflow.conversation import Conversation
from workflow.happening import Delivery, Due
from workflow.message import Address, Limits, Message, Outbound, Receipt, Sender, SendError, Sent
from workflow.world import Decision, Timer

TO = Address("kanigaran", "whatsapp", "+6281234567890")
HOUR_S = 3600.0


@dataclass
class Provider:
    """Keeps to its window, and calls us: `calls` are what it still has to tell, each until it was stored."""

    clock: HandClock
    random: random.Random
    heard_s: float = -1e9
    calls: list[tuple[str, bytes]] = field(default_factory=list)
    arrived: list[tuple[float, str]] = field(default_factory=list)
    by_call: bool = False  # whether it says only afterwards that the window is closed
    numbers: itertools.count = field(default_factory=lambda: itertools.count(1))

    def write(self, text: str) -> None:
        """The citizen writes."""
        self.heard_s = self.clock.monotonic()
        name = f"in{next(self.numbers)}"
        said = Message(chat=TO, id=name, sender=Sender(id=TO.chat), at=self.clock.now(), text=text)
        self.calls.append((name, payload(name, said, TO.chat)))

    def take(self, parcel) -> Sent:
        name = f"SM{next(self.numbers)}"
        if self.clock.monotonic() - self.heard_s > 24 * HOUR_S and parcel.message.kind != "knock":
            if not self.by_call:
                raise SendError("window", "63016")
            self._tell(name, parcel.number, "failed", fact="window", reason="63016")
            return Sent(id=name)
        self.arrived.append((self.clock.monotonic(), parcel.message.text))
        states = ["sent", "delivered", "read"]
        self.random.shuffle(states)
        for state in states:
            for _ in range(self.random.choice((1, 1, 2))):
                self._tell(name, parcel.number, state)
        if parcel.message.kind == "knock" and "OK" not in [text for _, text in self.arrived]:
            self.arrived.append((self.clock.monotonic(), "OK"))
            self.write("OK")
        return Sent(id=name)

    def _tell(self, name, ours, state, **more):
        news = Receipt(chat=TO, at=self.clock.now(), state=state, message=name, ours=ours, **more)
        self.calls.append((f"{name}:{state}", payload(f"{name}:{state}", news, TO.chat)))


class ByProvider(Dying):
    """A channel that hands everything to that provider."""

    async def leave(self, parcel, key):
        return self.provider.take(parcel)


def core():
    """Report, receipt; an answer a good day later; a knock where it's held; what was told of it is remembered."""

    def decide(event, world):
        conversation = world.conversation or Conversation(address=TO)
        extra = dict(conversation.extra)

        def answer(*sends, **more):
            return Decision(conversation=Conversation(address=TO, extra=extra), sends=sends, **more)

        match event:
            case Message(text="lapor"):
                timer = Timer(key="t", lane=TO, due_at=world.now.replace(day=world.now.day + 1, hour=8), kind="sign")
                extra["told"] = ""
                return answer(Outbound(to=TO, kind="receipt", text="nomor 1", about="id1", key="r"), timers=(timer,))
            case Due():
                return answer(Outbound(to=TO, kind="answer", text="jawaban", about="id1", key="answer"))
            case Delivery(state="held", key="answer"):
                extra["told"] += " held"
                return answer(Outbound(to=TO, kind="knock", text="ada jawaban", key="knock", replaces="knock"))
            case Delivery(key="answer"):
                extra["told"] += f" {event.state}"
                return answer()
        return Decision()

    return FakeCore(rule=decide)


class Process:
    """One life of the program."""

    def __init__(self, store, channel, clock, seed):
        self.road = a_road(store, channel, clock=clock, seed=seed)
        self.channel, self.clock = channel, clock
        self.intake, self.pump = Intake(self.road), Pump(self.road, core())
        self.deliver = Deliver(self.road, Enclosures(store, FILES, Looker()))
        self.ticks = Ticks(self.road, self.deliver)

    async def live(self):
        """Start, hear what's called, and work until nothing is left for two days."""
        await self.deliver.recover(everything=True)
        provider, until = self.channel.provider, None
        for _ in range(2000):
            if provider.calls:
                _, call = provider.calls[0]
                await self.intake.receive(self.channel, call)
                provider.calls.pop(0)
            await self.ticks.step()
            busy = await self.pump.step()
            idle_s = await self.deliver.step()
            if busy or provider.calls or idle_s == 0.0:
                until = None
                continue
            until = until or self.clock.monotonic() + 48 * HOUR_S
            if self.clock.monotonic() > until:
                assert await self.ticks.sweep() == 0, "something slept over work"
                return
            self.clock.pass_s(min(idle_s or 12 * HOUR_S, 12 * HOUR_S))
        raise AssertionError("the road never came to rest")


async def run(store, at, *, by_call):
    clock, deaths = HandClock(), Deaths(at)
    provider = Provider(clock, random.Random(at), by_call=by_call)
    channel = ByProvider(name="whatsapp", limits=Limits(window_h=48 if by_call else 24, receipts=True))
    channel.provider, channel.moment = provider, deaths.moment
    provider.write("lapor")
    await lives(store, deaths, lambda life: Process(store, channel, clock, life).live())
    return provider, deaths


async def check(store, provider, deaths):
    at = f"(died {deaths.died_at})"
    texts = [text for _, text in provider.arrived]
    unmarked = [text.removesuffix(MARK) for text in texts]
    for wanted in ("nomor 1", "jawaban"):
        assert wanted in unmarked, f"{wanted} never arrived {at}"
        assert texts.count(wanted) <= 1, f"{wanted} arrived twice without saying so {at}"
    assert "OK" in texts, f"nobody knocked {at}"
    assert texts.index("OK") < unmarked.index("jawaban"), f"free words went before they wrote {at}"
    if deaths.died_at != "after send":
        assert len(texts) == len(set(unmarked)), f"{texts} {at}"
    found = await store.write(lambda unit: unit.cases.conversations([TO.lane]))
    told = found[TO.lane].value.extra["told"].split()
    assert told.count("held") == 1, f"{told} {at}"
    assert told[-1] == "read", f"{told} {at}"
    ranks = [("accepted", "sent", "delivered", "read").index(each) for each in told if each != "held"]
    assert ranks == sorted(ranks), f"{told} {at}"
    assert told[0] == "held" or provider.by_call, f"{told} {at}"
    rows = await store.write(lambda unit: unit.outbox.rows("kanigaran"))
    traced = await store.write(lambda unit: unit.receipts.traced([row.id for row in rows]))
    assert {(row.kind, row.state, row.receipt) for row in traced.values()} == {
        ("receipt", "sent", "read"),
        ("answer", "sent", "read"),
        ("knock", "sent", "read"),
    }, at
    depths = await store.write(lambda unit: (unit.inbox.depths(), unit.outbox.depths()))
    assert depths == ({"waiting": 0, "parked": 0, "quarantine": 0}, {}), at


@pytest.mark.slow
@pytest.mark.parametrize("by_call", [False, True], ids=["by our count", "by the provider's"])
@pytest.mark.parametrize("first", range(0, 240, 40))
async def test_a_death_at_any_moment_of_a_long_way_loses_nothing_and_tells_no_lie(first, by_call):
    died = 0
    for at in range(first, first + 40):
        store = Store("sqlite://", a_seal(at), inline=True)
        schema.create(store)
        provider, deaths = await run(store, at, by_call=by_call)
        died += bool(deaths.died_at)
        await check(store, provider, deaths)
        store.close()
    assert died >= (39 if first == 0 else 0)
