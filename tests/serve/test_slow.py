"""Whoever is slow holds up nobody: callers who speak byte by byte, a mail of 50 MB that trickles in, providers that hang."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from tests.serve.everywhere import Everywhere, everywhere, plain_mail
from tests.serve.program import SECRET, Plan, Town, town
from tests.serve.test_limits import memory_mb
from tests.serve.test_updates import body, message

pytestmark = pytest.mark.slow

SOON_S = 25.0  # 2 s where nothing else runs
MIB = 1 << 20


# --- callers ----------------------------------------------------------------------------------------------------------

SLOW = 240  # connections of each kind
MOST_GROWN_MB = 80.0  # for all of them
PATIENT_S = 60.0  # ten seconds for a head and twenty for a body, where nothing else runs


@dataclass
class Slow:
    """Somebody who says the beginning at once and the rest byte by byte."""

    port: int
    begun: bytes
    rest: bytes
    answer: bytes = b""
    lasted_s: float = 0.0

    async def speak(self) -> None:
        began = time.monotonic()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        saying = asyncio.create_task(self._say(writer))
        with contextlib.suppress(OSError):
            while piece := await reader.read(4096):
                self.answer += piece
        saying.cancel()
        self.lasted_s = time.monotonic() - began
        writer.close()

    async def _say(self, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            writer.write(self.begun)
            for at in range(len(self.rest)):
                await asyncio.sleep(1.0)
                writer.write(self.rest[at : at + 1])
                await writer.drain()


async def test_callers_who_speak_byte_by_byte_are_cut_off_and_hold_up_nobody(tmp_path, capsys):
    async with town(tmp_path, Plan("pekutatan", "pekutatan", mode="webhook")) as here:
        await newcomer(here)
        program, path = here.program, b"POST /telegram/pekutatan HTTP/1.1\r\nHost: x\r\n"
        secret = b"X-Telegram-Bot-Api-Secret-Token: " + SECRET.encode() + b"\r\n"
        told = body(message(91_001, "jalan rusak", user=777))
        heads = [Slow(program.port, path, b"X-Pelan: " + b"a" * 500) for _ in range(SLOW)]
        bodies = [Slow(program.port, path + secret + b"Content-Length: 1000000\r\n\r\n", told) for _ in range(SLOW)]
        nobody = [Slow(program.port, b"", b"") for _ in range(SLOW)]
        before, began = memory_mb(program.pid)["Rss"], time.monotonic()
        crowd = [asyncio.create_task(each.speak()) for each in (*heads, *bodies, *nobody)]
        await asyncio.sleep(1)
        served_s = await newcomer(here)
        grown = memory_mb(program.pid)["Rss"] - before
        assert await program.is_healthy()
        await asyncio.wait_for(asyncio.gather(*crowd), PATIENT_S * 2)
        lasted_s = time.monotonic() - began
        with capsys.disabled():
            print(  # noqa: T201 - the figures are what one wants to see
                f"\n{len(crowd)} slow callers: all gone after {lasted_s:.0f} s; {grown:.0f} MB for them; "
                f"a newcomer served after {served_s:.2f} s"
            )
        assert lasted_s < PATIENT_S
        assert grown < MOST_GROWN_MB
        assert served_s < SOON_S
        assert {each.answer[:12] for each in bodies} <= {b"HTTP/1.1 408", b"HTTP/1.1 503", b""}
        assert not any(each.answer.startswith(b"HTTP/1.1 200") for each in (*heads, *nobody))
        assert not program.rows("SELECT id FROM inbox WHERE key = '91001'")


LIES = [
    ("less than it says, then gone", b"Content-Length: 500\r\n\r\n", True),
    ("more than it says", b"Content-Length: 10\r\n\r\n", False),
    ("no number", b"Content-Length: banyak\r\n\r\n", False),
    ("two lengths", b"Content-Length: 10\r\nContent-Length: 99\r\n\r\n", False),
    ("a length and pieces", b"Content-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n", False),
    ("a length beyond all", b"Content-Length: 99999999999999999999999\r\n\r\n", False),
]


async def test_a_length_that_lies_stores_nothing_and_the_next_caller_is_served(tmp_path):
    async with town(tmp_path, Plan("pekutatan", "pekutatan", mode="webhook")) as here:
        head = b"POST /telegram/pekutatan HTTP/1.1\r\nHost: x\r\nX-Telegram-Bot-Api-Secret-Token: " + SECRET.encode()
        for nth, (what, length, hangs_up) in enumerate(LIES):
            told = body(message(92_000 + nth, "jalan rusak", user=777))
            reader, writer = await asyncio.open_connection("127.0.0.1", here.program.port)
            writer.write(head + b"\r\n" + length + told)
            if hangs_up:
                await writer.drain()
                writer.close()
            else:
                async with asyncio.timeout(SOON_S):
                    answer = await reader.read(4096)
                assert answer[:12] in {b"HTTP/1.1 400", b"HTTP/1.1 413"}, what
                writer.close()
        await newcomer(here)
        assert not here.program.rows("SELECT id FROM inbox WHERE key LIKE '9200%'")


async def newcomer(here: Town, office: str = "pekutatan") -> float:
    """How long somebody new waits for the first answer."""
    began = time.monotonic()
    ayu = here.citizen("Ayu", office)
    ayu.says("sampah menumpuk di pantai sudah seminggu")
    await ayu.sees("Apakah sudah benar?")
    return time.monotonic() - began


# --- a mail -----------------------------------------------------------------------------------------------------------

MAIL_BYTES = 50_000_000
TRICKLE_S = 10.0
MAIL_MB = 200.0  # what reading the beginning of it (5 MB) takes for a moment


async def test_a_mail_of_50_mb_that_comes_byte_by_byte_holds_up_nobody_and_is_told_to_be_too_big(tmp_path, capsys):
    plans = Plan("pekutatan", "pekutatan", mode="webhook"), Plan("pekutatan-lain", "pekutatan", mode="webhook")
    async with everywhere(tmp_path, *plans) as here:
        drip = Drip()
        here.mails.front.trickles, here.mails.front.dripping = (
            (lambda piece: not drip.over and len(piece) > 20_000),
            drip.wait,
        )
        komang = here.writer("Komang", "pekutatan")
        box, pid = here.boxes["pekutatan"], here.town.program.pid
        before = memory_mb(pid)["Rss"]
        await box.deliver(huge(komang.person.address, box.address), komang.person.address)
        await here.town.until("it trickles in", lambda: drip.count > 10)
        began, most = time.monotonic(), 0.0
        made = here.writer("Made", "pekutatan-lain")
        luh = here.phone("Luh Sari", "pekutatan")
        luh.says("lampu jalan di depan balai banjar mati sudah seminggu")
        await made.writes("Om Swastyastu,\njalan di depan pasar rusak parah dan berlubang.", "Jalan rusak")
        served_s = await newcomer(here.town)
        await luh.sees("Apakah sudah benar?")
        await made.sees("Berikut ringkasan laporan")
        others_s = time.monotonic() - began
        await asyncio.sleep(max(0.0, TRICKLE_S - others_s))
        most = memory_mb(pid)["Rss"]
        assert not here.town.program.rows("SELECT id FROM inbox WHERE channel = 'email' AND office = 'pekutatan'")
        drip.over = True
        watching = asyncio.create_task(_peak(pid, peak := [most]))
        await komang.sees("terlalu besar", within_s=90)
        watching.cancel()
        with capsys.disabled():
            print(  # noqa: T201 - the figures are what one wants to see
                f"\na mail of {MAIL_BYTES / 1e6:.0f} MB, {drip.count} bytes of it one by one: others served after {others_s:.1f} s "
                f"(a newcomer {served_s:.2f} s); resident {before:.0f} MB before, {most:.0f} MB meanwhile, {peak[0]:.0f} MB at most"
            )
        assert others_s < SOON_S * 2
        assert peak[0] - before < MAIL_MB


@dataclass
class Drip:
    """What stands between two bytes."""

    count: int = 0
    over: bool = False

    async def wait(self) -> None:
        if not self.over:
            self.count += 1
            await asyncio.sleep(0.01)


async def _peak(pid: int, most: list[float]) -> None:
    while True:
        with contextlib.suppress(OSError):
            most[0] = max(most[0], memory_mb(pid)["Rss"])
        await asyncio.sleep(0.1)


def huge(sender: str, to: str) -> bytes:
    """A mail with a few words and a picture of some 37 MB."""
    photo = base64.encodebytes(random.Random(7).randbytes(MAIL_BYTES * 3 // 4 - MIB)).decode().replace("\n", "\r\n")
    words = "Om Swastyastu,\r\nlampu jalan di depan balai banjar mati sudah seminggu.\r\n"
    parts = (
        f"--b1\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\n--b1\r\n"
        'Content-Type: image/jpeg; name="lokasi.jpg"\r\nContent-Disposition: attachment; filename="lokasi.jpg"\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{photo}\r\n--b1--\r\n"
    )
    return plain_mail(f"Komang <{sender}>", to, parts, Content_Type='multipart/mixed; boundary="b1"')


# --- providers that hang ----------------------------------------------------------------------------------------------


@dataclass
class Hole:
    """A server that takes every connection and never gives a whole answer. With `drops`, one byte of one each second."""

    drops: bool = False
    taken: int = 0
    _open: list[asyncio.StreamWriter] = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for writer in self._open:
                writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.taken += 1
        self._open.append(writer)
        with contextlib.suppress(OSError):
            if self.drops:
                for byte in (
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n" + b" " * 5000
                ):
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(1.0)
            await reader.read()


WAITING = 40  # people who wait for an answer there


async def test_providers_that_hang_hold_up_neither_other_offices_nor_other_channels(tmp_path, capsys):
    deaf, drops, no_tls = Hole(), Hole(drops=True), Hole()
    async with (
        deaf.listening() as first,
        drops.listening() as second,
        no_tls.listening() as third,
        everywhere(
            tmp_path,
            Plan("pekutatan", "pekutatan", mode="webhook"),
            Plan("pekutatan-tuli", "pekutatan", mode="webhook", api_url=f"http://127.0.0.1:{first}"),
            Plan("pekutatan-tetes", "pekutatan", mode="webhook", api_url=f"http://127.0.0.1:{second}"),
            Plan("pekutatan-buntu", "pekutatan", mode="webhook", api_url=f"https://127.0.0.1:{third}"),
        ) as here,
    ):
        program = here.town.program
        here.mails.front.deaf = True  # and so does every mailbox
        stuck = ("pekutatan-tuli", "pekutatan-tetes", "pekutatan-buntu")
        for nth, office in enumerate(stuck):
            for n in range(WAITING):
                told = message(93_000 + nth * 1000 + n, "jalan di depan pasar rusak parah", user=60_000 + n)
                assert (await program.post(body(told), office=office)).status_code == 200
        await here.town.until("they're stuck", lambda: states(here, "pekutatan-tuli").get("sending", 0) >= 10)
        began = time.monotonic()
        luh = here.phone("Luh Sari", "pekutatan-tuli")
        luh.says("lampu jalan di depan balai banjar mati sudah seminggu")
        served_s = await newcomer(here.town)
        await luh.sees("Apakah sudah benar?")
        others_s = time.monotonic() - began
        assert await program.is_healthy()
        await here.town.until(
            "each is let go of in its time",
            lambda: (
                states(here, "pekutatan-tuli").get("uncertain", 0)
                and states(here, "pekutatan-tetes").get("uncertain", 0)
                and states(here, "pekutatan-buntu").get("later", 0)
            ),
            within_s=120,
        )
        bound_s = time.monotonic() - began
        await newcomer(here.town)
        assert not states(here, "pekutatan-buntu").get("uncertain", 0)  # nothing can have left
        with capsys.disabled():
            print(  # noqa: T201 - the figures are what one wants to see
                f"\n{3 * WAITING} people wait for three providers that hang: others served after {others_s:.1f} s "
                f"(a newcomer {served_s:.2f} s); let go of after {bound_s:.0f} s"
            )
        assert others_s < SOON_S


def states(here: Everywhere, office: str) -> dict[str, int]:
    """How many messages of an office on Telegram are in which state."""
    query = "SELECT state, count(*) AS n FROM outbox WHERE office = ? AND address LIKE 'telegram:%' GROUP BY state"
    return {row["state"]: row["n"] for row in here.town.program.rows(query, office)}
