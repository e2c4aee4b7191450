"""Lays a backlog of mails into a mailbox while WhatsApp's calls come at a steady rate, and measures what each notices of the other.

`python -m tests.serve.backlog --mails 2000` does it in full, on a Dovecot, and prints the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import io
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from PIL import Image

from channels.sandbox.mail.smtp import Handed
from channels.sandbox.twilio import Mishap
from tests import dovecot as dovecots
from tests.dovecot import Dovecot
from tests.serve.everywhere import Everywhere, everywhere, plain_mail, traced
from tests.serve.program import Plan
from tests.serve.test_limits import memory_mb

OFFICE = "pekutatan"
MATTERS = ("lampu jalan di depan balai banjar mati", "jalan di depan pasar rusak parah", "sampah menumpuk di pantai")
PHOTO_EVERY = 20  # mails; photos weigh up to 2 MB
LONGEST_S = 900.0
SLOWER_MS = 1000.0  # 0.1 s where nothing else runs
WARMTH_MB = 150.0  # what the first mails load and take, the largest ones
GROWTH_MB = 40.0  # from half way on; 2,000 mails are 150 MB


@dataclass
class Figures:
    """What was measured; times in ms, memory in MB."""

    mails: int = 0
    mail_mb: float = 0.0
    taken_s: float = 0.0
    answered_s: float = 0.0
    alone: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    replied_alone: list[float] = field(default_factory=list)
    replied_beside: list[float] = field(default_factory=list)
    rss: list[float] = field(default_factory=list)  # of the program and its children: before, then during
    own_rss: list[float] = field(default_factory=list)  # of the program alone
    told: list[tuple[int, int]] = field(default_factory=list)  # progress in the log: taken, waiting
    ready: set[int] = field(default_factory=set)  # how /readyz answered meanwhile

    def __str__(self) -> str:
        """As lines for people."""
        rate = self.mails / self.taken_s if self.taken_s else 0
        own, most = self.own_rss, max(self.rss)
        middle = own[len(own) // 2]
        lines = [
            f"{self.mails} mails, {self.mail_mb:.0f} MB: taken in after {self.taken_s:.1f} s ({rate:.0f}/s),",
            f"  all answered after {self.answered_s:.1f} s",
            f"a call is answered with 200: alone {_spread(self.alone)}; beside the backlog {_spread(self.beside)}",
            f"its citizen has a reply: alone {_spread(self.replied_alone)}; beside {_spread(self.replied_beside)}",
            f"resident: before {own[0]:.0f} MB, half way {middle:.0f} MB, at most {max(own):.0f} MB, at the end {own[-1]:.0f} MB;",
            f"  with the decoder at most {most:.0f} MB",
            f"progress in the log: {len(self.told)} lines, the first {self.told[:1]}, the last {self.told[-1:]};",
            f"  /readyz said {sorted(self.ready)}",
        ]
        return "\n".join(lines)

    def check(self) -> None:
        """Calls hardly notice it, memory is flat once it's warm, and one sees how far it is."""
        assert percentile(self.beside, 0.99) < percentile(self.alone, 0.99) + SLOWER_MS, str(self)
        assert max(self.own_rss) - self.own_rss[0] < WARMTH_MB, str(self)
        assert max(self.own_rss) - self.own_rss[len(self.own_rss) // 2] < GROWTH_MB, str(self)
        assert self.ready == {200}, str(self)
        assert self.told == sorted(self.told), str(self)
        assert len(self.told) >= self.mails // 100, str(self)


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


def _spread(values: list[float]) -> str:
    return f"p50 {percentile(values, 0.5):.0f} ms, p99 {percentile(values, 0.99):.0f} ms of {len(values)}"


# --- the mails --------------------------------------------------------------------------------------------------------


def backlog(count: int, to: str, chance: random.Random) -> Iterator[bytes]:
    """Mails of as many people, of 4 to 60 kB, every twentieth with a photo of up to 2 MB."""
    photos = [_photo(chance, side) for side in (600, 900, 1200, 1600)]
    for number in range(count):
        sender = f"warga{number}@warga.example"
        words = f"Om Swastyastu,\n{MATTERS[number % len(MATTERS)]} nomor {number}, sudah seminggu.\n"
        rich = _rich(words, chance.randrange(3_000, 45_000), chance)
        photo = chance.choice(photos) if number % PHOTO_EVERY == 0 else b""
        kind, body = _body(words, rich, photo)
        raw = plain_mail(f"Warga {number} <{sender}>", to, body, f"Laporan {number}", number=number, Content_Type=kind)
        yield traced(raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), sender)


def _photo(chance: random.Random, side: int) -> bytes:
    noise = Image.frombytes("RGB", (side // 4, side // 4), chance.randbytes(side * side // 16 * 3))
    out = io.BytesIO()
    noise.resize((side, side * 3 // 4)).save(out, "JPEG", quality=96)
    return out.getvalue()[:2_000_000]


def _rich(words: str, size: int, chance: random.Random) -> str:
    """HTML as mail programs write it: little text, much around it."""
    styled = '<div class="MsoNormal" style="margin:0cm;font-size:11pt;font-family:Calibri,sans-serif;color:#{:06x}">&nbsp;</div>\n'
    around = "".join(styled.format(chance.randrange(1 << 24)) for _ in range(size // len(styled)))
    return f"<html><body><p>{words}</p>\n{around}</body></html>"


def _body(words: str, rich: str, photo: bytes) -> tuple[str, str]:
    parts = f"--b2\nContent-Type: text/plain; charset=utf-8\n\n{words}\n--b2\nContent-Type: text/html; charset=utf-8\n\n{rich}\n--b2--\n"
    if not photo:
        return 'multipart/alternative; boundary="b2"', parts
    file = base64.encodebytes(photo).decode()
    head = 'Content-Type: image/jpeg; name="lokasi.jpg"\nContent-Disposition: attachment; filename="lokasi.jpg"'
    inner = f'--b1\nContent-Type: multipart/alternative; boundary="b2"\n\n{parts}\n'
    return (
        'multipart/mixed; boundary="b1"',
        f"{inner}--b1\n{head}\nContent-Transfer-Encoding: base64\n\n{file}\n--b1--\n",
    )


# --- the calls --------------------------------------------------------------------------------------------------------


@dataclass
class Calls:
    """New citizens on WhatsApp, so many a second; what their calls and their replies took."""

    here: Everywhere
    per_second: float
    answered: list[float] = field(default_factory=list)
    asked: list[tuple[object, float]] = field(default_factory=list)
    _count: int = 0

    async def run(self, until: Callable[[], bool]) -> None:
        async with aiohttp.ClientSession() as http:
            while not until():
                began = time.monotonic()
                await self._one(http)
                await asyncio.sleep(max(0.0, 1 / self.per_second - (time.monotonic() - began)))

    async def _one(self, http: aiohttp.ClientSession) -> None:
        self._count += 1
        phone = self.here.phone(f"Warga WA {self._count}", OFFICE)
        self.here.phones.mishaps.add(Mishap("lose", of="message"))  # the call is made here, so that it can be timed
        bubble = phone.says(f"{MATTERS[self._count % len(MATTERS)]} sudah seminggu")
        call = self.here.phones.deliveries_of(bubble.sid)[-1]
        began = time.monotonic()
        async with http.post(call.url, data=call.body, headers=dict(call.headers)) as answer:
            assert answer.status == 200
            await answer.read()
        self.answered.append((time.monotonic() - began) * 1000)
        self.asked.append((phone, time.time()))

    def replied(self) -> list[float]:
        """How long each waited for their first reply, of those who have one."""
        found = []
        for phone, at in self.asked:
            reply = next((each for each in phone.chat.bubbles if not each.mine), None)
            if reply is not None:
                found.append((reply.at.timestamp() - at) * 1000)
        return found


# --- all of it --------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def prepared(folder: Path, dovecot: Dovecot, account: str) -> AsyncIterator[Everywhere]:
    """An office whose mailbox is there; whom it writes to takes every mail."""
    async with everywhere(folder, Plan(OFFICE, "pekutatan"), dovecot=dovecot, accounts=[account]) as here:
        smtp = here.mails.world.smtp

        async def take(_: Handed) -> None:
            """Nobody looks at them."""

        smtp.knows, smtp.deliver = (lambda _: True), take
        yield here


async def run(
    folder: Path, dovecot: Dovecot, account: str, *, mails: int, per_second: float = 10.0, alone_s: float = 8.0
) -> Figures:
    """Measure. Raises AssertionError if a mail isn't taken in, or isn't answered."""
    found = Figures(mails=mails)
    async with prepared(folder, dovecot, account) as here:
        program = here.town.program
        quiet, busy = Calls(here, per_second), Calls(here, per_second)
        begun = time.monotonic()
        await quiet.run(lambda: time.monotonic() - begun > alone_s)
        await asyncio.sleep(1)
        found.rss.append(memory_mb(program.pid)["Rss"])
        found.own_rss.append(_own_mb(program.pid))
        waiting = list(backlog(mails, account, random.Random(2)))
        found.mail_mb = sum(map(len, waiting)) / 1e6
        await asyncio.to_thread(dovecot.put, account, *waiting)
        del waiting
        begun = time.monotonic()
        taken = asyncio.Event()
        beside = asyncio.create_task(busy.run(taken.is_set))
        try:
            await _watch(here, found, begun)
        finally:
            taken.set()
            await beside
        found.alone, found.beside = quiet.answered, busy.answered
        await here.town.until("everybody on WhatsApp has a reply", lambda: len(busy.replied()) == len(busy.asked))
        found.replied_alone, found.replied_beside = quiet.replied(), busy.replied()
        found.told = [
            (line["taken"], line["waiting"]) for line in program.lines() if line["event"] == "mail is taken in"
        ]
        assert not program.rows("SELECT id FROM quarantine")
        assert len(dovecot.folder(account, "Diproses")) == mails
    return found


async def _watch(here: Everywhere, found: Figures, begun: float) -> None:
    """Look twice a second, until every mail is stored and answered, and moved."""
    program, smtp = here.town.program, here.mails.world.smtp
    count = "SELECT count(*) AS n FROM inbox WHERE channel = 'email'"
    async with asyncio.timeout(LONGEST_S), aiohttp.ClientSession() as http:
        while True:
            found.rss.append(memory_mb(program.pid)["Rss"])
            found.own_rss.append(_own_mb(program.pid))
            async with http.get(f"{program.url}/readyz") as answer:
                found.ready.add(answer.status)
            if not found.taken_s and (await asyncio.to_thread(program.rows, count))[0]["n"] == found.mails:
                found.taken_s = time.monotonic() - begun
            if len({each.recipients for each in smtp.handed}) == found.mails:
                found.answered_s = time.monotonic() - begun
                if found.taken_s and not here.boxes[OFFICE].dovecot.folder(here.boxes[OFFICE].address):
                    return
            await asyncio.sleep(0.5)


def _own_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Measure as asked and print the figures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--mails", type=int, default=2000)
    asked.add_argument("--calls-per-second", type=float, default=10.0)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="aduan-backlog-") as folder, dovecots.running() as dovecot:
        found = asyncio.run(
            run(Path(folder), dovecot, "t0@aduan.test", mails=given.mails, per_second=given.calls_per_second)
        )
    print(found, file=sys.stderr)  # noqa: T201 - for people
    found.check()


if __name__ == "__main__":
    main()
