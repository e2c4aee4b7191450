"""An answer signed long after the citizen's last WhatsApp message: nobody is told that it's sent before it is.

The program runs in this process, on a clock that is put forward.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot import app, running
from bot.clock import Clock
from bot.config import load
from channels.sandbox.twilio import Mishap
from tests.serve import stories
from tests.serve.everywhere import Everywhere, Phone, everywhere
from tests.serve.program import Desk, Plan, seen

pytestmark = pytest.mark.slow

LATE = timedelta(hours=30)


@contextlib.asynccontextmanager
async def inside(here: Everywhere, clock: Clock) -> AsyncIterator[None]:
    """What `aduan serve` runs, here."""
    program = here.town.program
    settings = load(program.folder / "config.toml", program.environ)
    async with app.service(settings, migrate_first=True, clock=clock) as whole:
        stop = asyncio.Event()
        site = asyncio.create_task(running.serve_site(whole.site(), *settings.listen, stop=stop))
        worker = asyncio.create_task(whole.work(stop))
        await program_ready(here)
        try:
            yield
        finally:
            stop.set()
            await site
            assert await worker == 0


async def program_ready(here: Everywhere) -> None:
    async with asyncio.timeout(20):
        while not await here.town.program.is_healthy():  # noqa: ASYNC110 - a port rings no bell
            await asyncio.sleep(0.02)


async def test_an_answer_after_thirty_hours_is_announced_by_a_template_and_follows_their_next_words(tmp_path):
    clock = Clock()
    async with (
        everywhere(tmp_path, Plan(), Plan("kanigaran-diam"), start=False, clock=clock) as here,
        inside(here, clock),
    ):
        sari, budi = here.phone("Sari Wulandari"), here.phone("Budi", "kanigaran-diam")
        desks = here.town.desks["kanigaran"], here.town.desks["kanigaran-diam"]
        await asyncio.gather(*(until_the_answer(phone, desk) for phone, desk in zip((sari, budi), desks, strict=True)))
        clock.shift(LATE)
        for phone in (sari, budi):
            phone.looked = len(phone.chat.bubbles)
        budi.person.online = False  # his phone is off: not even the template arrives
        await asyncio.gather(*(stories.sent_at_kanigaran(desk) for desk in desks))
        await the_template_goes_first(here, sari)
        await shown(desks[0], "warga sudah diminta membalas OK")
        await shown(desks[1], "menunggu: 24 jam lewat")
        # The provider's news of the answer come late and in disorder.
        here.phones.mishaps.add(
            Mishap("hold", of="status", status="sent"), Mishap("hold", of="status", status="delivered")
        )
        asked_at = clock.now()
        sari.says("OK")
        await sari.sees("Jawaban Kecamatan Kanigaran", stories.REPORT)
        await shown(desks[0], "Jawaban: diserahkan ke WhatsApp, menunggu kabar")
        arrived = [text for text in sari.received if stories.REPORT in text]
        assert len(arrived) == 1
        known_at = clock.now()
        here.phones.release()
        await shown(desks[0], "Jawaban: (sampai|dibaca)")
        never_shown_as_sent_before(desks[0], known_at)
        # Nothing at all has reached him, and nothing says so.
        never_shown_as_sent_before(desks[1], clock.now())
        assert not [text for text in budi.received if stories.REPORT in text]
        assert asked_at <= known_at
        assert not here.phones.breaches


async def until_the_answer(phone: Phone, desk: Desk) -> None:
    """A complaint as far as the answer's words are ready, in the hour it was told."""
    phone.says("assalamualaikum, jalan depan SD rusak parah")
    await phone.gives(kk="kk", ktp="ktp", location_photo="jalan")
    await phone.presses("YA, benar")
    await phone.sees("sudah kami terima (kode ")
    await stories.handled_at_kanigaran(desk, until_signed=True)
    await desk.who("Siti").sees("Langkah 6 dari 7", stories.REPORT)


async def the_template_goes_first(here: Everywhere, phone: Phone) -> None:
    """One approved template and no word of the answer; nothing that Twilio would refuse was even tried."""
    await phone.sees("Ada jawaban untuk laporan KNG-", "Balas OK")
    new = phone.chat.bubbles[-1]
    assert new.template
    assert not [each for each in phone.chat.bubbles if stories.REPORT in each.text]
    late = [
        call
        for call in here.phones.calls_of("messages.create")
        if call.params["To"] == f"whatsapp:{phone.person.number}"
    ]
    assert [bool(call.params.get("ContentSid")) for call in late[-1:]] == [True]
    assert not [each for each in here.phones.messages.values() if each.error_code == 63016]


async def shown(desk: Desk, what: str) -> None:
    await desk.town.until(f"the desk shows {what}", lambda: any(re.search(what, text) for _, text in at_the_desk(desk)))


def at_the_desk(desk: Desk) -> list[tuple]:
    """Every text that ever stood at the desk, or in a private chat of the staff, with its moment."""
    keys = {desk.group.key, *(desk.town.world.private(user, desk.bot).key for user in desk.staff.values())}
    return [
        (item.at, seen(item.data))
        for item in desk.town.world.feed.after(0)
        if item.chat in keys and item.kind in {"message", "edited", "alert"}
    ]


def never_shown_as_sent_before(desk: Desk, moment) -> None:
    """Look at all of it: what speaks of the answer says that it waits, until the provider had said otherwise."""
    early = [text for at, text in at_the_desk(desk) if at < moment and "Langkah 7 dari 7" in text]
    assert early
    for text in early:
        answer = next(line for line in text.splitlines() if line.startswith("Jawaban:"))
        assert re.search("menunggu", answer), text
        assert not re.search("terkirim|sampai|dibaca", answer), text
        assert "sudah dijawab" not in text
    others = [text for at, text in at_the_desk(desk) if at < moment and "Langkah " not in text]
    assert not [text for text in others if re.search("jawaban.*(terkirim|sampai|dibaca)", text, re.IGNORECASE)]
