"""Two channels of one report on the whole road: joined by LANJUT, carried in order with their marks, whatever dies."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.deliver import Deliver
from bot.enclosures import Enclosures
from bot.fetch import Fetcher
from bot.intake import Intake
from bot.pump import Pump
from storage import schema
from storage.engine import Store
from tests.bot.deaths import FILES, Deaths, Dying, Looker
from tests.doubles import MORNING, Crash, FakeChannel, HandClock, a_road, a_seal, an_office, payload
from tests.limits import LIMITS
from workflow.message import Address, Attachment, Message, Sender

SMS, WA = ("sms", "+6281200000001"), ("whatsapp", "+6281200000002")
FIRST, SECOND = "3574010101010001", "3574010101010002"
EVERY = 3
PHOTO = {"r": b"\xff\xd8\xff foto"}


def lane(where: tuple[str, str], office: str = "kanigaran") -> str:
    return Address(office, *where).lane


@dataclass
class Road:
    """The whole road on a store that survives the process, with the real core."""

    store: Store
    channels: list[FakeChannel]
    clock: HandClock = field(default_factory=HandClock)
    lives: itertools.count = field(default_factory=lambda: itertools.count(1))
    keys: itertools.count = field(default_factory=lambda: itertools.count(1))

    def start(self) -> None:
        offices = [an_office(), an_office("pekutatan", desk=None)]
        road = a_road(self.store, *self.channels, offices=offices, clock=self.clock, seed=next(self.lives))
        self.road, self.intake, self.pump = road, Intake(road), Pump(road)
        self.deliver = Deliver(road, Enclosures(self.store, FILES, Looker()))
        self.fetcher = Fetcher(road, FILES, Looker())

    async def say(self, where, text="", office="kanigaran", **more) -> None:
        """Bring a message, again until it's acknowledged, and work until nothing is left."""
        key = f"k{next(self.keys)}"
        chat = Address(office, *where)
        message = Message(chat=chat, id=key, sender=Sender(id=where[1]), at=self.clock.now(), text=text, **more)
        channel = next(each for each in self.channels if (each.name, each.office) == (where[0], office))
        acknowledged = False
        while True:
            try:
                if not hasattr(self, "road"):
                    self.start()
                    await self.deliver.recover(everything=True)
                if not acknowledged:
                    await self.intake.receive(channel, payload(key, message, where[1]))
                acknowledged = True
                await self._rest()
            except Crash:
                del self.road
                continue
            return

    async def _rest(self) -> None:
        for _ in range(300):
            busy = await self.pump.step() | await self.fetcher.step()
            idle_s = await self.deliver.step()
            if not busy and idle_s is None:
                return
            if idle_s and not busy:
                self.clock.pass_s(min(idle_s, 60))
        raise AssertionError("the road never came to rest")

    async def conversation(self, where, office="kanigaran"):
        name = lane(where, office)
        dying, self.store.around_commit = self.store.around_commit, None  # looking on kills nobody
        found = await self.store.read(lambda unit: unit.cases.conversations([name]))
        self.store.around_commit = dying
        return found[name].value if name in found else None

    async def code(self) -> str:
        return (await self.conversation(SMS)).draft.code


def channels(kind=FakeChannel) -> list[FakeChannel]:
    made = [kind(name=name, limits=LIMITS[name], files=PHOTO) for name in ("sms", "whatsapp")]
    return [*made, kind(name="whatsapp", office="pekutatan", limits=LIMITS["whatsapp"])]


async def join(road: Road) -> None:
    """A story by SMS; its photo by WhatsApp before it was agreed, its NIK after."""
    await road.say(SMS, "jalan di depan SD di Jalan Mawar rusak parah dan berlubang")
    code = await road.code()
    await road.say(WA, f"LANJUT {code}")
    await road.say(WA, f"ktp, NIK {FIRST}", attachments=(Attachment(kind="photo", ref="r"),))
    await road.say(SMS, f"YA {code}")
    await road.say(WA, f"tambahan: NIK saya {SECOND[:4]} {SECOND[4:8]} {SECOND[8:12]} {SECOND[12:]}")


async def check(road: Road) -> None:
    home, joined = await road.conversation(SMS), await road.conversation(WA)
    draft = home.draft
    assert [each.sort for each in draft.papers] == ["ktp"]
    assert draft.papers[0].state == "ready"
    assert sum("tambahan" in each for each in draft.statement) == 1
    kept = [digits for name, digits in draft.private.items() if name.startswith("mark:")]
    assert sorted(kept) == [FIRST, SECOND]
    assert joined.joined.home == home.address
    assert not [name for name in joined.private if name.startswith(("mark:", "held:"))]
    assert joined.draft is None
    rows = await road.store.read(lambda unit: unit.shelf.file(draft.papers[0].file))
    assert (rows.channel, rows.lane) == ("whatsapp", lane(SMS))
    depths = await road.store.write(lambda unit: (unit.inbox.depths(), unit.outbox.depths()))
    assert depths == ({"waiting": 0, "parked": 0, "quarantine": 0}, {})


def said(channel: FakeChannel, words: str) -> int:
    return sum(words in text for text in channel.texts)


async def test_a_report_is_told_on_two_channels_and_its_marks_travel_sealed(tmp_path):
    path = tmp_path / "aduan.db"
    store = Store(f"sqlite:///{path}", a_seal())
    schema.create(store)
    road = Road(store, channels())
    await join(road)
    await check(road)
    sms, wa, _ = road.channels
    assert said(sms, "Ada permintaan melanjutkan laporan") == 1
    assert said(wa, "sekarang tersambung dengan laporan") == 1
    assert said(wa, "KTP sudah kami terima") == 1
    assert not said(wa, "Mawar")
    store.close()
    stored = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert FIRST.encode() not in stored
    assert SECOND.encode() not in stored


async def test_a_code_of_one_office_leads_nowhere_in_another(memory):
    road = Road(memory, channels())
    await road.say(SMS, "jalan di depan SD rusak parah dan berlubang")
    await road.say(WA, f"LANJUT {await road.code()}", office="pekutatan")
    assert (await road.conversation(SMS)).requests == ()
    assert said(road.channels[2], "tidak kami temukan atau sudah tidak berlaku") == 1


async def test_wrong_codes_are_logged(memory, capsys):
    road = Road(memory, channels())
    for n in range(2, 8):
        await road.say(WA, f"LANJUT {n}X{n}X")
        road.clock.shift(timedelta(seconds=5))
    logged = capsys.readouterr().out
    assert logged.count("a code that leads nowhere") == 4
    assert logged.count("codes are guessed") == 2
    assert WA[1] not in logged


async def test_a_message_with_only_the_other_id_of_an_account_continues_its_conversation(memory):
    road = Road(memory, channels())
    hidden = ("whatsapp", "ID.123")
    await road.say(WA, "jalan di depan SD rusak parah dan berlubang")
    home = await road.conversation(WA)
    message = Message(
        chat=home.address, id="m1", sender=Sender(id=WA[1], also=(hidden[1],)), at=MORNING, text="dekat pos kamling"
    )
    await road.intake.receive(road.channels[1], payload("m1", message, WA[1]))
    await road._rest()
    await road.say(hidden, "lubangnya dua meter")
    assert (await road.conversation(WA)).draft.statement[1:] == ("dekat pos kamling", "lubangnya dua meter")
    assert [parcel.message.to.chat for parcel, _ in road.channels[1].sent][-1] == hidden[1]


@pytest.mark.parametrize("first", range(40, 190, 30))
async def test_a_death_at_any_moment_loses_nothing_that_was_carried(first):
    """From the second message on, every third moment; what comes before is every citizen's, and tested elsewhere."""
    died = 0
    for at in range(first, first + 30, EVERY):
        store = Store("sqlite://", a_seal(at), inline=True)
        schema.create(store)
        deaths = Deaths(at)
        road = Road(store, channels(Dying))
        for each in road.channels:
            each.moment = deaths.moment
        store.around_commit = lambda moment, deaths=deaths: deaths.moment(f"{moment} commit")
        await join(road)
        store.around_commit = None
        await check(road)
        died += bool(deaths.died_at)
        assert said(road.channels[1], "sekarang tersambung dengan laporan") <= 2, "once, and again at most if in doubt"
        store.close()
    if first == 40:
        assert died == 30 // EVERY
