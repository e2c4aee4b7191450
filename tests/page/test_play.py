"""The whole program behind the page: `aduan demo`, played in Chromium from the first words to the delivered answer."""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import socket
import sys
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.page.play import Move, complain, play, turn_to
from tests.page.theatre import ARTIFACTS, PHONE, WIDE, browser, opened, shot

ROOT = Path(__file__).resolve().parents[2]
WINDOWS = [pytest.param(WIDE, id="wide"), pytest.param(PHONE, id="phone")]

pytestmark = [pytest.mark.needs_system("chromium", "libatomic.so.1"), pytest.mark.slow]

REPORT = "Lubang sudah ditambal hari ini oleh tim kecamatan."
FIRST_DRAFT = "Akan kami cek."
CORRECTION = "Mohon ditulis apa yang sudah dikerjakan dan kapan."
SECOND_DRAFT = "Lampu jalan di depan balai banjar sudah kami ganti pada hari ini."

KANIGARAN = [
    Move("Langkah 2 dari 7", buttons=("Lengkap",)),
    Move("Langkah 3 dari 7", buttons=("Teruskan",)),
    Move("Langkah 4 dari 7", buttons=("Eko Wahyudi",)),
    Move("Langkah 5 dari 7", reply=REPORT, buttons=("Kirim laporan",)),
    Move("Langkah 6 dari 7", buttons=("Kirim", "Ya, kirim")),
]
PEKUTATAN = [
    Move("Langkah 2 dari 5", buttons=("Ketut Arya",)),
    Move("Langkah 3 dari 5", reply=FIRST_DRAFT, buttons=("Ajukan ke Camat",)),
    Move("Langkah 4 dari 5", buttons=("Kembalikan",), answers_prompt=CORRECTION),
    Move("Langkah 3 dari 5", reply=SECOND_DRAFT, buttons=("Ajukan ke Camat",)),
    Move("Langkah 4 dari 5", buttons=("Setujui",)),
    Move("Langkah 5 dari 5", buttons=("Kirim", "Ya, kirim")),
]


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@contextlib.asynccontextmanager
async def demo(name: str):
    """`aduan demo` on a free port, until it answers; yields its address. What it says is kept in artifacts/."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    ARTIFACTS.mkdir(exist_ok=True)
    with (ARTIFACTS / f"{name}.log").open("wb") as log:
        program = await asyncio.create_subprocess_exec(
            *demo_command(port), cwd=ROOT, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            await ready(url, program)
            yield url
        finally:
            await ended(program)


async def ended(program) -> None:
    if program.returncode is None:
        program.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(program.wait(), 20)
    except TimeoutError:
        program.kill()
        await program.wait()
        raise


def demo_command(port: int) -> list[str]:
    return [sys.executable, "-c", "from bot.cli import main; main()", "demo", "--port", str(port)]


async def ready(url: str, program) -> None:
    async with asyncio.timeout(60), httpx.AsyncClient(trust_env=False) as client:
        while True:
            assert program.returncode is None, f"the demo ended with {program.returncode}"
            with contextlib.suppress(httpx.TransportError):
                if (await client.get(f"{url}/healthz")).status_code == 200:
                    return
            await asyncio.sleep(0.2)


async def choose_office(page: Page, office: str) -> None:
    select = page.locator("#office-select")
    if await select.is_visible():
        await select.select_option(office)
    else:
        await page.locator(f".office[data-office={office}]").click()


@pytest.mark.parametrize("size", WINDOWS)
async def test_a_kanigaran_complaint_with_photos_and_a_pin_is_answered(size):
    name = f"play-kanigaran-{'wide' if size == WIDE else 'phone'}"
    async with demo(name) as url, browser() as chromium:
        page = await opened(chromium, url, size)
        phone = page.locator(".phone").first
        await complain(page, "assalamualaikum, jalan depan SD rusak parah", with_pin=True)
        receipt = phone.locator(".message.theirs", has_text=re.compile(r"KNG-\d{4}-0001"))
        await expect(receipt.first).to_be_visible(timeout=30_000)
        await shot(page, f"{name}-1-receipt")
        await turn_to(page, "desk")
        await play(page, KANIGARAN[:2])
        await shot(page, f"{name}-2-desk")
        await play(page, KANIGARAN[2:])
        await expect(page.locator("#desk", has_text="Selesai, diarsipkan")).to_be_visible(timeout=30_000)
        await shot(page, f"{name}-3-archived")
        await turn_to(page, "citizens")
        await expect(phone.locator(".message.theirs", has_text=REPORT)).to_be_visible(timeout=30_000)
        await shot(page, f"{name}-4-answer")
        await turn_to(page, "steps")
        await expect(page.locator(".step.done")).to_have_count(7, timeout=30_000)
        await shot(page, f"{name}-5-steps")
        assert page.said == []


@pytest.mark.parametrize("size", WINDOWS)
async def test_a_pekutatan_draft_is_returned_and_its_second_wording_is_delivered(size):
    name = f"play-pekutatan-{'wide' if size == WIDE else 'phone'}"
    async with demo(name) as url, browser() as chromium:
        page = await opened(chromium, url, size)
        await choose_office(page, "pekutatan")
        phone = page.locator(".phone").first
        await complain(page, "Om Swastyastu, lampu jalan di depan balai banjar mati sudah seminggu", with_pin=False)
        await turn_to(page, "desk")
        await play(page, PEKUTATAN[:3])
        await shot(page, f"{name}-1-returned")
        await play(page, PEKUTATAN[3:])
        await expect(page.locator("#desk", has_text="Selesai, diarsipkan")).to_be_visible(timeout=30_000)
        await turn_to(page, "citizens")
        answer = phone.locator(".message.theirs", has_text=SECOND_DRAFT)
        await expect(answer).to_be_visible(timeout=30_000)
        await expect(phone.locator(".message.theirs", has_text=FIRST_DRAFT)).to_have_count(0)
        await expect(phone.get_by_text("KTP")).to_have_count(0)  # Pekutatan asks for no identity
        await shot(page, f"{name}-2-answer")
        assert page.said == []
