"""A program on a real store and a folder of files, for tests of what is kept, let go, and asked about."""

from __future__ import annotations

import io
import itertools
from datetime import timedelta

from msgspec.structs import replace
from PIL import Image

from bot.deliver import Deliver
from bot.enclosures import Enclosures
from bot.fetch import Fetcher
from bot.intake import Intake
from bot.media import Media
from bot.pump import Pump
from bot.retention_cli import rows_of
from bot.ticks import Ticks
from storage.files import Files
from tests.doubles import MORNING, a_road, a_seal, citizen, payload, said
from tests.doubles import an_office as plain_office
from workflow.message import Attachment, Press, Sender
from workflow.standard import standard

TEXT = standard.shipped_text("kanigaran")
NIK = "3574010101900003"
SECOND = timedelta(seconds=1)


def picture(seed: int) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((640, 480), 60 + seed).convert("RGB").save(out, "JPEG")
    return out.getvalue()


class Program:
    """A store, a folder of files and a clock that outlive the processes started on them."""

    def __init__(self, store, channel, folder) -> None:
        self.store, self.channel, self.folder, self.clock = store, channel, folder, None
        self.media, self.keys = Media(), itertools.count()
        self.start()

    def start(self, text: str = TEXT, desk: str | None = "-100200") -> None:
        """A fresh process, with these rules."""
        self.text = text
        office = replace(plain_office(), standard=standard.load(text, place="x.toml"), desk=desk)
        self.road = a_road(self.store, self.channel, offices=[office], clock=self.clock, seed=next(self.keys) + 1)
        self.clock, self.office = self.road.clock, office
        self.store.now(lambda unit: unit.cases.keep_standard(office.standard.version, office.id, text, self.now))
        self.files = Files(str(self.folder), a_seal().random_bytes)
        self.fetcher = Fetcher(self.road, self.files, self.media)
        self.pump = Pump(self.road)
        self.ticks = Ticks(self.road, Deliver(self.road, Enclosures(self.store, self.files, self.media)))

    @property
    def now(self):
        return self.clock.now()

    async def decide(self) -> None:
        while await self.pump.step():
            pass

    async def say(self, text: str, *files: str, chat: str = "1") -> None:
        name = f"m{next(self.keys)}"
        attached = tuple(Attachment(kind="photo", ref=each) for each in files)
        message = said(text, chat, name, attachments=attached)
        await Intake(self.road).receive(self.channel, payload(name, replace(message, at=self.now), chat))
        await self.decide()
        while await self.fetcher.step():
            pass
        await self.decide()
        self.clock.pass_s(30)

    async def order(self, text: str) -> None:
        """A command of the petugas in the group."""
        name = f"m{next(self.keys)}"
        message = replace(said(text, "-100200", name), sender=Sender(id="900"), private=False, at=self.now)
        await Intake(self.road).receive(self.channel, payload(name, message, "-100200"))
        await self.decide()

    async def write(self, text: str, reply_to: str = "", chat: str = "900") -> None:
        """What the petugas writes in their private chat."""
        name = f"m{next(self.keys)}"
        message = replace(said(text, chat, name), sender=Sender(id="900"), reply_to=reply_to, at=self.now)
        await Intake(self.road).receive(self.channel, payload(name, message, chat))
        await self.decide()

    async def press(self, data: str, chat: str = "-100200", who: str = "900") -> None:
        """A button of the desk."""
        name = f"p{next(self.keys)}"
        chat_at = citizen(chat)
        press = Press(chat=chat_at, id=name, sender=Sender(id=who), at=self.now, data=data, private=chat != "-100200")
        await Intake(self.road).receive(self.channel, payload(name, press, chat))
        await self.decide()

    async def pass_days(self, days: float) -> None:
        """Time passes; what's due rings, is decided, and what's erased is tidied up."""
        self.clock.shift(timedelta(days=days))
        await self.turn()

    async def turn(self) -> None:
        await self.ticks.tidy()
        while await self.ticks.step():
            pass
        await self.decide()
        while await self.ticks.step():
            pass
        await self.decide()
        await self.ticks.tidy()

    def complaint(self, number: str = "KNG-2026-0001"):
        found = self.store.now(lambda unit: unit.cases.complaints("kanigaran", numbers=[number]))
        (kept,) = found.values()
        return kept.value

    def talk(self, chat: str = "1"):
        return self.store.now(lambda unit: unit.cases.conversations([citizen(chat).lane]))[citizen(chat).lane].value

    def lines(self, act: str):
        name = self.complaint().id
        found = self.store.now(lambda unit: unit.cases.histories([name]))
        return [each for each in found[name] if each.act == act]

    def erased(self):
        return self.store.now(lambda unit: unit.privacy.erased("kanigaran", MORNING, self.now + SECOND))

    @property
    def soon(self):
        return self.now + SECOND

    def report(self):
        """What `aduan retention` prints below its head."""
        return self.store.now(lambda unit: rows_of(unit, "kanigaran", 4000, self.now))

    def all_timers(self):
        return self.store.now(lambda unit: unit.times.open_timers("kanigaran"))

    def timers(self):
        found = self.store.now(lambda unit: unit.times.open_timers("kanigaran"))
        return {each.kind: each for each in found if each.kind.startswith("keep_")}


async def told(program, *, then: tuple[str, ...] = ()) -> None:
    """A report with three photos, a number typed by hand, and something said after it was confirmed."""
    await program.say(f"min lampu jalan di gg mawar rt 3 mati, nik saya {NIK}")
    for name in ("ktp", "kk", "jalan"):
        await program.say("", name)
    for text in ("ya", "tambahan: tiangnya juga miring", *then):
        await program.say(text)


WITHDRAWN = ("batal", "ya")
