"""The process dies at every commit and every send, one after the other; what comes after finds nothing lost or doubled.

Each case runs the whole road for one citizen on a store that survives, and lets the process die at the n-th moment it
passes. Then everything but the store is built anew, recovers as the program does at its start, and goes on to the end.
"""

import pytest

from bot.deliver import Deliver
from bot.enclosures import Enclosures
from bot.fetch import Fetcher
from bot.intake import Intake
from bot.pump import Pump
from bot.ticks import Ticks
from storage import schema
from storage.engine import Store
from tests.bot.deaths import FILES, MARK, Deaths, Dying, Looker, lives
from tests.doubles import FakeCore, HandClock, a_road, a_seal, citizen, payload, said
from workflow.conversation import Conversation
from workflow.happening import Due, FileReady
from workflow.message import Attachment, Message, Outbound
from workflow.world import Decision, Fetch, Timer

SAID = [
    said("jalan rusak"),
    said("foto", message="2", attachments=(Attachment(kind="photo", ref="r"),)),
    said("YA", message="3"),
]


def core():
    """Statement, photo, YA: a number and a receipt; a timer asks once whether all is well."""

    def decide(event, world):
        before = world.conversation or Conversation(address=citizen())
        extra = dict(before.extra)

        def answer(kind, text, **more):
            sends = (Outbound(to=citizen(), kind=kind, text=text, key=text, about="id1" if kind == "receipt" else ""),)
            after = Conversation(address=citizen(), extra=extra)
            return Decision(conversation=after, sends=sends, **more)

        match event:
            case Message(text="jalan rusak"):
                extra["statement"] = event.text
                return answer("question", "foto?")
            case Message(text="foto"):
                return answer("ack", "tunggu", fetches=(Fetch(file="f1", lane=citizen(), ref="r", kind="photo"),))
            case FileReady():
                extra["file"] = event.file
                return answer("question", "benar?")
            case Message(text="YA"):
                extra["number"] = str(world.supply.number(2026))
                timer = Timer(key="t", lane=citizen(), due_at=world.now, kind="remind_draft")
                return answer("receipt", f"nomor {extra['number']}", timers=(timer,))
            case Due():
                return answer("notice", "masih diproses")
        return Decision()

    return FakeCore(rule=decide)


class Process:
    """One life of the program."""

    def __init__(self, store, channel, clock, seed):
        self.road = a_road(store, channel, clock=clock, seed=seed)
        self.channel, self.clock = channel, clock
        self.intake, self.pump = Intake(self.road), Pump(self.road, core())
        self.deliver = Deliver(self.road, Enclosures(store, FILES, Looker()))
        self.fetcher, self.ticks = Fetcher(self.road, FILES, Looker()), Ticks(self.road, self.deliver)

    async def live(self, unacknowledged):
        """Start, take in what's still to come, and work until nothing is left."""
        await self.deliver.recover(everything=True)
        for _ in range(200):
            if unacknowledged:
                await self.intake.receive(self.channel, unacknowledged[0])
                unacknowledged.pop(0)  # the provider has its 200
            busy = await self.pump.step()
            busy |= await self.fetcher.step()
            await self.ticks.step()
            idle_s = await self.deliver.step()
            if idle_s and not busy:
                self.clock.pass_s(min(idle_s, 60))
            if idle_s is None and not busy and not unacknowledged and not await self.pump.step():
                return
        raise AssertionError("the road never came to rest")


async def run(store, at):
    """Everything that left, and where the process died."""
    clock, deaths = HandClock(), Deaths(at)
    channel = Dying(files={"r": b"\xff\xd8\xff foto"})
    channel.moment = deaths.moment
    unacknowledged = [payload(str(nth), each) for nth, each in enumerate(SAID)]
    await lives(store, deaths, lambda life: Process(store, channel, clock, life).live(unacknowledged))
    return channel, deaths


async def check(store, channel, deaths):
    texts = channel.texts
    unmarked = [text.removesuffix(MARK) for text in texts]
    for wanted in ("foto?", "benar?", "nomor 1", "masih diproses"):
        assert unmarked.count(wanted) >= 1, f"{wanted} never left (died {deaths.died_at})"
        assert texts.count(wanted) <= 1, f"{wanted} left twice without saying so (died {deaths.died_at})"
    doubled = [text for text in set(unmarked) if unmarked.count(text) > 1]
    assert not doubled or deaths.died_at in ("after send", "before commit", "after commit"), (
        f"{doubled} died {deaths.died_at}"
    )
    assert unmarked.count("tunggu") <= 1, "chatter is never doubled"
    found = await store.write(lambda unit: unit.cases.conversations([citizen().lane]))
    assert found[citizen().lane].value.extra == {"statement": "jalan rusak", "file": "f1", "number": "1"}
    assert await store.write(lambda unit: unit.cases.numbers(["kanigaran"])) == {"kanigaran": {2026: 1}}
    depths = await store.write(lambda unit: (unit.inbox.depths(), unit.outbox.depths()))
    assert depths == ({"waiting": 0, "parked": 0, "quarantine": 0}, {})


async def test_without_any_death_each_thing_happens_once(memory):
    channel, deaths = await run(memory, at=0)
    assert sorted(channel.texts) == ["benar?", "foto?", "masih diproses", "nomor 1", "tunggu"]
    assert deaths.passed > 40


@pytest.mark.parametrize("first", range(1, 160, 20))
async def test_a_death_at_any_moment_loses_nothing_and_doubles_nothing_unmarked(first):
    died = 0
    for at in range(first, first + 20):
        store = Store("sqlite://", a_seal(at), inline=True)
        schema.create(store)
        channel, deaths = await run(store, at)
        died += bool(deaths.died_at)
        await check(store, channel, deaths)
        store.close()
    if first == 1:
        assert died == 20
