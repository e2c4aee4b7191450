"""Fifty times the usual messages, and more at once than we hold: what is acknowledged is stored, the rest may come again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sqlite3
import time
from collections import Counter
from dataclasses import dataclass, field

import aiohttp
import pytest

from channels.sandbox.twilio import Mishap
from tests.serve.everywhere import Everywhere, everywhere
from tests.serve.program import PATIENCE_S, SECRET, Plan
from tests.serve.test_limits import memory_mb
from tests.serve.test_updates import body, message

pytestmark = pytest.mark.slow

OFFICE = "pekutatan"
USUAL_PER_S = 2.0  # five offices in the busiest hour of a day: some 7,000 messages
STORM_PER_S = 50 * USUAL_PER_S
LASTING_S = 8.0
NEIGHBOURS = 40  # who write in the storm beside the one who floods
LARGE_BYTES = 900_000
LARGE = 70  # of such calls at once are more than we hold
GROWTH_MB = 220.0  # beyond what it took before
SOON_S = 25.0  # 1 s and 3 s where nothing else runs
KEEP_S = 3.0


@dataclass
class Seen:
    """What came of the calls, by the key they're stored under."""

    status: dict[str, int] = field(default_factory=dict)
    unexplained: list[str] = field(default_factory=list)  # refused without a word when to come again
    slowest_s: float = 0.0

    async def call(self, http: aiohttp.ClientSession, key: str, url: str, content: bytes, headers) -> None:
        began = time.monotonic()
        async with http.post(url, data=content, headers=headers) as answer:
            await answer.read()
        self.status[key] = answer.status
        self.slowest_s = max(self.slowest_s, time.monotonic() - began)
        if answer.status == 503 and int(answer.headers.get("Retry-After", "0")) <= 0:
            self.unexplained.append(key)


async def test_in_a_storm_every_acknowledged_message_is_stored_and_everybody_is_still_served(tmp_path, capsys):
    async with (
        everywhere(tmp_path, Plan(OFFICE, "pekutatan", mode="webhook")) as here,
        aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(PATIENCE_S), connector=aiohttp.TCPConnector(limit=200)
        ) as http,
    ):
        program = here.town.program
        made = await a_card(here)
        before, most = memory_mb(program.pid)["Rss"], [0.0]
        watching = asyncio.create_task(watched(program.pid, most))
        storm, large = Seen(), Seen()
        blowing = asyncio.create_task(blow(here, http, storm))
        await asyncio.sleep(LASTING_S / 3)
        answered_s, served_s = await asyncio.gather(press_is_answered(here, made), newcomer_is_served(here))
        await blowing
        assert set(storm.status.values()) <= {200, 503}
        await all_stored(here, storm)
        await overload(here, http, large)
        await all_stored(here, large)
        again = Seen()
        for key, status in {**storm.status, **large.status}.items():
            if status == 503:  # whoever was refused comes again, as providers do
                content = body({"update_id": int(key)}) if key.isdecimal() else b""
                if content:
                    await again.call(http, key, url_of(here), content, HEADERS)
        assert set(again.status.values()) <= {200}
        await here.town.until("all of it is decided", lambda: not waiting(here), within_s=120)
        await newcomer_is_served(here)
        watching.cancel()
        with capsys.disabled():
            print(  # noqa: T201 - the figures are what one wants to see
                f"\n{len(storm.status)} calls at {STORM_PER_S:.0f}/s: {dict(Counter(storm.status.values()))}, the slowest {storm.slowest_s:.2f} s; "
                f"a press answered after {answered_s:.2f} s, a newcomer after {served_s:.2f} s; "
                f"{len(large.status)} of 0.9 MB at once: {dict(Counter(large.status.values()))}; "
                f"resident {before:.0f} MB before, {most[0]:.0f} MB at most"
            )
        assert Counter(storm.status.values())[200] > len(storm.status) / 2
        assert Counter(large.status.values())[503] > 0
        assert most[0] - before < GROWTH_MB
        assert max(answered_s, served_s) < SOON_S
        assert not program.rows("SELECT lane FROM lanes WHERE parked_at IS NOT NULL")


HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET}


def url_of(here: Everywhere) -> str:
    return f"{here.town.program.url}/telegram/{OFFICE}"


def waiting(here: Everywhere) -> int:
    return here.town.program.rows("SELECT count(*) AS n FROM inbox WHERE done_at IS NULL")[0]["n"]


async def a_card(here: Everywhere):
    """A complaint at the desk, with a button for somebody to press."""
    luh = here.town.citizen("Luh Sari", OFFICE)
    luh.says("lampu jalan di depan balai banjar mati sudah seminggu")
    await luh.presses("YA, benar")
    made = here.town.desks[OFFICE].who("Made")
    await made.sees("Langkah 2 dari 5")
    return made


async def press_is_answered(here: Everywhere, made) -> float:
    """How long a press of somebody at the desk waits for its answer."""
    world, began = here.town.world, time.monotonic()
    heard = sum(call.method == "answerCallbackQuery" for call in world.calls)
    await made.presses("Ketut Arya")
    await here.town.until(
        "the press is answered",
        lambda: sum(call.method == "answerCallbackQuery" for call in world.calls) > heard,
    )
    return time.monotonic() - began


async def newcomer_is_served(here: Everywhere) -> float:
    """How long somebody new waits for the first answer."""
    began = time.monotonic()
    ayu = here.town.citizen("Ayu", OFFICE)
    ayu.says("sampah menumpuk di pantai sudah seminggu")
    await ayu.sees("Apakah sudah benar?")
    return time.monotonic() - began


async def watched(pid: int, most: list[float]) -> None:
    while True:
        with contextlib.suppress(OSError):
            most[0] = max(most[0], memory_mb(pid)["Rss"])
        await asyncio.sleep(0.2)


async def blow(here: Everywhere, http: aiohttp.ClientSession, seen: Seen) -> None:
    """Calls of Telegram and Twilio at a steady rate: half of Telegram's are of one who floods."""
    chance = random.Random(5)
    flooder, *crowd = [here.town.citizen(f"Warga {n}", OFFICE) for n in range(NEIGHBOURS + 1)]
    phones = [here.phone(f"Warga WA {n}", OFFICE) for n in range(NEIGHBOURS)]
    began, tasks = time.monotonic(), []
    for nth in range(int(STORM_PER_S * LASTING_S)):
        if nth % 3 == 2:
            phone = chance.choice(phones)
            here.phones.mishaps.add(Mishap("lose", of="message"))  # the call is made here
            sid = phone.says(f"lampu jalan nomor {nth} mati sudah seminggu").sid
            call = here.phones.deliveries_of(sid)[-1]
            made = seen.call(http, sid, call.url, call.body, dict(call.headers))
        else:
            user = (flooder if nth % 2 else chance.choice(crowd)).user
            update = message(500_000 + nth, f"jalan rusak di depan SD nomor {nth}", user=user.id)
            made = seen.call(http, str(500_000 + nth), url_of(here), body(update), HEADERS)
        tasks.append(asyncio.create_task(made))
        await asyncio.sleep(max(0.0, began + nth / STORM_PER_S - time.monotonic()))
    await asyncio.gather(*tasks)


async def overload(here: Everywhere, http: aiohttp.ClientSession, seen: Seen) -> None:
    """Large calls, while the database takes nothing for a moment: more of them than we hold."""
    with contextlib.closing(sqlite3.connect(here.town.program.database, isolation_level=None, timeout=20)) as other:
        other.execute("BEGIN IMMEDIATE")
        tasks = [
            asyncio.create_task(
                seen.call(
                    http,
                    str(700_000 + n),
                    url_of(here),
                    json.dumps({"update_id": 700_000 + n, "x": "a" * LARGE_BYTES}).encode(),
                    HEADERS,
                )
            )
            for n in range(LARGE)
        ]
        await asyncio.sleep(KEEP_S)
        assert await here.town.program.is_healthy()
        other.execute("ROLLBACK")
        await asyncio.gather(*tasks)


async def all_stored(here: Everywhere, seen: Seen) -> None:
    """What got a 200 stands in the inbox; what got none was told when to come again."""
    stored = {row["key"] for row in here.town.program.rows("SELECT key FROM inbox")}
    lost = [key for key, status in seen.status.items() if status == 200 and key not in stored]
    assert not lost, lost[:9]
    assert not seen.unexplained
