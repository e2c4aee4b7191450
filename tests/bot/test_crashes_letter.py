"""The process dies around sign, number, archive and send: afterwards it's beyond doubt which of them happened.

Pegantenan's rows 10 to 12 on the whole road: the Camat signs, a petugas types the number and files with the same
reply, then sends. Each is one fact with its own moment and its own line, and the citizen has the answer once.
"""

import itertools

import pytest
from sqlalchemy import select

from bot.deliver import Deliver
from bot.enclosures import Enclosures
from bot.fetch import Fetcher
from bot.intake import Intake
from bot.pump import Pump
from storage import schema
from storage.cases import Turn
from storage.engine import Store
from storage.tables import sent
from tests.bot.deaths import FILES, Deaths, Dying, Looker
from tests.doubles import DESK, MORNING, Crash, HandClock, a_road, a_seal, payload
from workflow.message import Address, Message, Press, Sender
from workflow.office import Office, Staff
from workflow.record import Complaint
from workflow.standard.standard import shipped

CAMAT, PETUGAS = 21, 22
RULES = shipped()["pegantenan"]
OFFICE = Office(
    id="pegantenan",
    standard=RULES,
    desk=DESK,
    staff=(
        Staff(id=CAMAT, name="Camat", roles=("camat",)),
        Staff(id=PETUGAS, name="Petugas", roles=("petugas",)),
    ),
)
CITIZEN = Address("pegantenan", "telegram", "501")
EVERY, MOMENTS = 6, 84
"""Every sixth moment is tried at once, the ones between among the longer runs."""
FACTS = {"sign": "signed_at", "number": "numbered_at", "archive": "archived_at", "deliver": "answered_at"}


class Desk:
    """The office and its staff, who look at the complaint again after every death and do what is to be done then."""

    def __init__(self, at):
        self.store = Store("sqlite://", a_seal(at), inline=True)
        schema.create(self.store)
        self.clock, self.deaths = HandClock(), Deaths(at)
        self.channel = Dying(office="pegantenan")
        self.channel.moment = self.deaths.moment
        self.lives, self.names = itertools.count(1), itertools.count(1)
        complaint = Complaint(
            id="id1",
            code="7K3F",
            office="pegantenan",
            standard=RULES.version,
            received_at=MORNING,
            confirmed_at=MORNING,
            clock_started_at=MORNING,
            number="PGT-2026-0001",
            statement="lampu jalan mati",
            step="s10",
            step_since=MORNING,
            draft="Lampu sudah diganti.",
            draft_by=str(PETUGAS),
            citizen=CITIZEN,
            card=1,
        )

        def put(unit):
            unit.cases.keep_complaints([(complaint, 0, Turn())], MORNING)
            unit.cases.link("pegantenan", [(str(each), str(each)) for each in (CAMAT, PETUGAS)], MORNING)

        self.put = put

    async def begin(self):
        await self.store.write(self.put)
        self.store.around_commit = lambda moment: self.deaths.moment(f"{moment} commit")

    async def look(self):
        """The complaint and its record as anybody finds them now; looking kills nobody."""
        dying, self.store.around_commit = self.store.around_commit, None
        found = await self.store.read(
            lambda unit: (unit.cases.complaints(ids=["id1"])["id1"].value, unit.cases.histories(["id1"])["id1"])
        )
        self.store.around_commit = dying
        return found

    def start(self):
        self.road = a_road(self.store, self.channel, offices=[OFFICE], clock=self.clock, seed=next(self.lives))
        self.pump, self.intake = Pump(self.road), Intake(self.road)
        self.deliver = Deliver(self.road, Enclosures(self.store, FILES, Looker()))
        self.fetcher = Fetcher(self.road, FILES, Looker())

    async def rest(self):
        for _ in range(300):
            busy = await self.pump.step() | await self.fetcher.step()
            idle_s = await self.deliver.step()
            if not busy and idle_s is None:
                return
            if idle_s and not busy:
                self.clock.pass_s(min(idle_s, 60))
        raise AssertionError("the road never came to rest")

    async def do(self, value, check):
        """Bring what somebody did until it's acknowledged; after every death look what has happened."""
        acknowledged = False
        while True:
            try:
                if not hasattr(self, "road"):
                    self.start()
                    await self.deliver.recover(everything=True)
                if not acknowledged:
                    await self.intake.receive(self.channel, payload(value.id, value, value.chat.chat))
                    acknowledged = True
                await self.rest()
            except Crash:
                del self.road
                await check(*await self.look())
                continue
            await check(*await self.look())
            return

    async def press(self, who, act, check, arg=""):
        complaint, _ = await self.look()
        data = f"d:{act}:7K3F:{complaint.version}" + (f":{arg}" if arg else "")
        await self.do(
            Press(chat=self.chat(who), id=f"p{next(self.names)}", sender=Sender(id=str(who)), at=self.clock.now(),
                  data=data, private=True), check
        )  # fmt: skip

    async def reply(self, who, text, check):
        """To the newest card in their private chat."""
        dying, self.store.around_commit = self.store.around_commit, None
        cards = select(sent.c.message).where(sent.c.address == self.chat(who).lane, sent.c.key.like("card:id1:%"))
        ours = await self.store.read(lambda unit: unit.connection.execute(cards.order_by(sent.c.id)).scalars().all())
        self.store.around_commit = dying
        said = Message(
            chat=self.chat(who),
            id=f"m{next(self.names)}",
            sender=Sender(id=str(who)),
            at=self.clock.now(),
            text=text,
            reply_to=ours[-1],
            private=True,
        )
        await self.do(said, check)

    @staticmethod
    def chat(who):
        return Address("pegantenan", "telegram", str(who))


async def beyond_doubt(complaint, entries):
    """Every fact has its moment and its one line, or neither; and they come in the published order."""
    acts = [entry.act for entry in entries]
    for act, fact in FACTS.items():
        moment = getattr(complaint, fact)
        lines = [entry.at for entry in entries if entry.act == act]
        assert lines == ([moment] if moment else []), f"{act}: {moment}, {lines}"
    done = [act for act in acts if act in FACTS]
    assert done == ["sign", "number", "archive", "deliver"][: len(done)]
    assert bool(complaint.signed_by) == bool(complaint.signed_at)
    assert bool(complaint.letter_number) == bool(complaint.numbered_at)
    assert (complaint.step, complaint.part) == {0: ("s10", 0), 1: ("s11", 0), 3: ("s12", 0), 4: ("s12", 0)}[len(done)]
    assert complaint.answered_at or not complaint.delivery, "nothing is said of an answer that didn't leave"


@pytest.mark.parametrize("first", [1, *(pytest.param(each, marks=pytest.mark.slow) for each in range(2, EVERY + 1))])
async def test_a_death_between_sign_number_archive_and_send_leaves_no_doubt(first):
    died = 0
    for at in range(first, MOMENTS, EVERY):
        desk = Desk(at)
        await desk.begin()
        await desk.press(CAMAT, "sign", beyond_doubt)
        desk.clock.pass_s(60)
        await desk.reply(PETUGAS, "470/015/432.512/2026", beyond_doubt)
        desk.clock.pass_s(60)
        await desk.press(PETUGAS, "deliver", beyond_doubt, "ya")
        died += bool(desk.deaths.died_at)
        complaint, entries = await desk.look()
        where = f"(died {desk.deaths.died_at})"
        assert complaint.signed_at < complaint.numbered_at <= complaint.archived_at < complaint.answered_at, where
        assert complaint.closed_as == "answered", where
        assert complaint.delivery == "sent", where
        assert [entry.data["state"] for entry in entries if entry.act == "delivery"][-1:] == ["sent"], where
        texts = [parcel.message.text for parcel, _ in desk.channel.sent if parcel.message.to == CITIZEN]
        answers = [text for text in texts if text.startswith("Nomor surat: 470/015/432.512/2026")]
        assert len(answers) - sum(text.endswith("(kirim ulang)") for text in answers) == 1, where
        desk.store.close()
    assert died > MOMENTS // EVERY // 2, "the process hardly ever died"
