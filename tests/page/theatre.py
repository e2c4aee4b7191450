"""The page on a real port with invented offices, and a browser to look at it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from playwright.async_api import Page, async_playwright
from starlette.applications import Starlette

from channels.sandbox import stage
from channels.sandbox.stage import ClockHands, OfficeStage, StaffMember
from channels.sandbox.telegram import World, serve
from tests.page.scripted_bot import ScriptedBot, Turn, playing
from tests.system import CHROMIUM_FLAGS, program

ARTIFACTS = Path(__file__).resolve().parents[2] / "artifacts"
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

KANIGARAN = [
    Turn("Verifikasi kelengkapan", "Petugas Pelayanan Pengaduan", "Lengkap", 0),
    Turn("Laporan kepada Camat", "Sekretaris Camat", "Laporkan", 1),
    Turn("Disposisi", "Camat", "Disposisi ke Kasi", 2),
    Turn("Tindak lanjut", "Kasi / Kasubbag", "Selesai ditindaklanjuti", 3),
    Turn("Penyampaian jawaban", "Petugas Pelayanan Pengaduan", "Kirim", 0),
    Turn("Pengarsipan", "Petugas Pelayanan Pengaduan", "Arsipkan", 0),
]
PEKUTATAN = [
    Turn("Pencatatan dan disposisi", "Camat", "Disposisi ke Kasi", 2),
    Turn("Draf tanggapan", "Kasi", "Ajukan draf", 3),
    Turn("Koreksi draf", "Camat", "Setujui", 2, back=1),
    Turn("Penyampaian tanggapan", "Petugas pengaduan", "Kirim", 0),
]
PEOPLE = [
    ("Siti", "Rahma", "Petugas pengaduan"),
    ("Bambang", "Irawan", "Sekcam"),
    ("Ratna", "Dewi", "Camat"),
    ("Eko", "Wahyudi", "Kasi Pembangunan"),
]
OFFICES = [
    ("kanigaran", "Kecamatan Kanigaran", "Kanigaran", "Pemerintah Kota Probolinggo", "Asia/Jakarta"),
    ("kedopok", "Kecamatan Kedopok", "Kedopok", "Pemerintah Kota Probolinggo", "Asia/Jakarta"),
    ("pegantenan", "Kecamatan Pegantenan", "Pegantenan", "Pemerintah Kab. Pamekasan", "Asia/Jakarta"),
    (
        "dpmd-pasuruan",
        "Dinas Pemberdayaan Masyarakat dan Desa",
        "DPMD Pasuruan",
        "Pemerintah Kab. Pasuruan",
        "Asia/Jakarta",
    ),
    ("pekutatan", "Kecamatan Pekutatan", "Pekutatan", "Pemerintah Kab. Jembrana", "Asia/Makassar"),
]


@dataclass
class ShiftedClock:
    """Real time, moved: the stand-in's clock in these tests."""

    start: datetime
    shift_s: float = 0.0

    def now(self) -> datetime:
        return self.start + timedelta(seconds=asyncio.get_event_loop().time() - self.began + self.shift_s)

    def __post_init__(self) -> None:
        self.began = asyncio.get_event_loop().time()

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def move(self, seconds: float) -> None:
        self.shift_s += seconds

    def next_day(self, _office: str) -> None:
        self.shift_s += 86_400


@dataclass
class Theatre:
    """Everything a test may reach."""

    url: str
    world: World
    offices: dict[str, OfficeStage]
    bots: dict[str, ScriptedBot]
    clock: ShiftedClock


def offices_in(world: World) -> dict[str, OfficeStage]:
    made = {}
    for number, (office, name, short, government, timezone) in enumerate(OFFICES):
        bot = world.add_bot(f"{1000 + number}:contoh", username=f"{office.replace('-', '_')}_contoh_bot", name=name)
        staff = [StaffMember(world.add_user(first, last_name=last), title) for first, last, title in PEOPLE]
        desk = world.add_group(f"Meja {short}", members=[member.user for member in staff], bots=[bot])
        made[office] = OfficeStage(office, name, short, timezone, bot, desk, staff, government)
    return made


@contextlib.asynccontextmanager
async def theatre():
    """The stand-in, two scripted bots and the page's server, on free ports."""
    clock = ShiftedClock(datetime(2026, 11, 23, 2, 12, tzinfo=UTC))
    world = World(clock.now)
    offices = offices_in(world)
    async with serve(world, clock) as telegram:
        bots = {
            "kanigaran": ScriptedBot(
                telegram.url, offices["kanigaran"], "KNG-2026-0001", "7K3F", KANIGARAN, asks_files=3
            ),
            "pekutatan": ScriptedBot(
                telegram.url, offices["pekutatan"], "PKT-2026-0001", "2M8C", PEKUTATAN, asks_files=0
            ),
        }
        made = stage.build(
            world,
            offices,
            citizens=[world.add_user("Sari", last_name="Wulandari")],
            hands=ClockHands(clock.now, clock.move, clock.next_day, lambda _office: clock.now().hour < 9),
            strip=lambda: [row for bot in bots.values() for row in bot.strip()],
            run="test",
        )
        async with playing(list(bots.values())), serving(made) as url:
            yield Theatre(url, world, offices, bots, clock)


@contextlib.asynccontextmanager
async def serving(made: stage.Stage):
    """The stage on a free port of this machine."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        Starlette(routes=made.routes()), log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        made.close()
        server.should_exit = True
        await running
        sock.close()


@contextlib.asynccontextmanager
async def browser():
    """Chromium of the system, without a network of its own."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=program("chromium"), args=list(CHROMIUM_FLAGS))
        try:
            yield chromium
        finally:
            await chromium.close()


async def opened(chromium, url: str, size: dict, **how) -> Page:
    """The page in a window; whatever it says on its console is kept in `page.said`."""
    context = await chromium.new_context(viewport=size, locale="id-ID", has_touch=size == PHONE, **how)
    page = await context.new_page()
    page.set_default_timeout(15_000)
    page.said = []
    page.on("console", lambda line: page.said.append(f"{line.type}: {line.text}"))
    page.on("pageerror", lambda error: page.said.append(f"error: {error}"))
    await page.goto(url)
    await page.wait_for_selector("body[data-ready]")
    return page


async def shot(page: Page, name: str) -> None:
    """A picture of the window in artifacts/."""
    ARTIFACTS.mkdir(exist_ok=True)
    await page.screenshot(path=ARTIFACTS / f"{name}.png", animations="disabled")
