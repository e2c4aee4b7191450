"""Draws the pictures of the operator's guide from the real thing: `python -m tests.page.draw_guide` (needs Chromium).

Terminals are recorded from the real commands against the stand-in for Telegram; phones and desk are those of the demo.
"""

from __future__ import annotations

import asyncio
import fcntl
import io
import os
import pty
import re
import struct
import sys
import tempfile
import termios
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Locator, Page
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from channels.sandbox.telegram import World, serve
from tests.page.play import speak_as, turn_to
from tests.page.test_channels import app, heard, write
from tests.page.test_play import choose_office, demo
from tests.page.theatre import WIDE, browser, opened
from tests.serve.guide import HOME, plain_environ
from tests.serve.program import RealClock

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
ROOT = FOLDER.parents[1]
TOKEN = "700100200:" + "c" * 35
COLUMNS, COLOURS = 118, 96
COMPLAINT = "lampu jalan di depan balai banjar mati sudah seminggu"
PAPER = TerminalTheme(
    (255, 255, 255),
    (36, 41, 47),
    [(36, 41, 47), (190, 30, 45), (20, 120, 60), (150, 100, 0), (20, 80, 160), (120, 40, 140), (0, 110, 120), (90, 90, 90)],
)  # fmt: skip


async def main() -> None:
    """Draw them all."""
    FOLDER.mkdir(exist_ok=True)
    async with browser() as chromium:
        await terminals(chromium)
        async with demo("guide") as url:
            await phones_and_desk(chromium, url)


# --- terminals --------------------------------------------------------------------------------------------------------


async def terminals(chromium: Browser) -> None:
    """`aduan init` as it's answered, and the first `aduan check` after it."""
    world = World(RealClock().now)
    world.add_bot(TOKEN, username="pekutatan_aduan_bot", name="Pengaduan Kecamatan Pekutatan")
    with tempfile.TemporaryDirectory() as folder:
        async with serve(world, RealClock()) as server:
            words = ["init", folder, "--telegram-url", server.url]
            answers = ["5", TOKEN, "", ""]
            init = await asyncio.to_thread(recorded, words, answers)
            check = await asyncio.to_thread(recorded, ["check", "--config", f"{folder}/config.toml"], [])
        for name, typed, said in (
            ("init", f"aduan init {HOME}", init),
            ("check", f"aduan check --config {HOME}/config.toml", check),
        ):
            await terminal(chromium, name, f"$ sudo -u aduan {typed}\r\n{said.replace(folder, HOME)}")


def recorded(words: list[str], answers: list[str]) -> str:
    """What a person at a terminal sees of a command that they answer, with the codes for colours."""
    process, screen = pty.fork()
    if not process:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
        os.chdir(ROOT)
        os.execve(
            sys.executable, [sys.executable, "-m", "bot.cli", *words], plain_environ() | {"TERM": "xterm-256color"}
        )
    seen, waiting = "", list(answers)
    while True:
        try:
            piece = os.read(screen, 4096)
        except OSError:  # how Linux says that the other side is closed
            break
        if not piece:
            break
        seen += piece.decode()
        if waiting and seen.endswith(": "):
            os.write(screen, f"{waiting.pop(0)}\n".encode())
    os.waitpid(process, 0)
    return seen


async def terminal(chromium: Browser, name: str, said: str) -> None:
    """A picture of a terminal with this in it."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    text = Text.from_ansi(said.replace("\r\n", "\n").rstrip())
    console.print(text)
    page = await chromium.new_page(viewport={"width": 1200, "height": 800})
    await page.set_content(console.export_html(theme=PAPER, inline_styles=True))
    await page.add_style_tag(content="body { margin: 18px } pre { font: 14px/1.4 monospace; width: max-content }")
    kept(await page.locator("pre").screenshot(), name)
    await page.close()


# --- phones and desk --------------------------------------------------------------------------------------------------


async def phones_and_desk(chromium: Browser, url: str) -> None:
    """The demo's own page: a first complaint, who has which role, and the same words on four channels."""
    page = await opened(chromium, url, WIDE)
    await choose_office(page, "pekutatan")
    phone = page.locator(".phone").first
    await app(phone, "telegram")
    await write(phone, COMPLAINT)
    await phone.get_by_role("button", name="YA, benar").last.click()
    await heard(phone, re.compile(r"PKT-\d{4}-0001"))
    await page.locator("#desk article", has_text="Langkah 2 dari 5").last.wait_for()
    kept(await page.screenshot(animations="disabled"), "telegram")
    drawn = [await shown(phone)]
    for name in ("whatsapp", "sms"):
        await app(phone, name)
        await write(phone, COMPLAINT)
        await heard(phone, re.compile("Balas YA|sudah benar"))
        drawn.append(await shown(phone))
    drawn.append(await mailed(phone))
    kept(beside_each_other(drawn), "channels")
    await roles(page)


async def shown(phone: Locator) -> bytes:
    return await phone.screenshot(animations="disabled")


async def mailed(phone: Locator) -> bytes:
    await app(phone, "mail")
    await phone.get_by_role("button", name="Tulis surel").click()
    await phone.get_by_label("Perihal").fill("Lampu jalan mati")
    await phone.locator("textarea").fill(f"Om Swastyastu,\n{COMPLAINT}.")
    await phone.get_by_role("button", name="Kirim").click()
    await phone.locator(".mail.theirs", has_text="ringkasan").wait_for(timeout=60_000)
    return await shown(phone)


async def roles(page: Page) -> None:
    """Who has which role, as the group sees it."""
    await turn_to(page, "desk")
    await speak_as(page, "Made")
    field = page.locator("#desk textarea").first
    await field.fill("/peran")
    await field.press("Enter")
    await page.locator("#desk article", has_text="Peran di kantor ini").last.wait_for()
    kept(await page.locator("#desk").screenshot(animations="disabled"), "peran")


# --- files ------------------------------------------------------------------------------------------------------------


def beside_each_other(drawn: list[bytes]) -> bytes:
    images = [Image.open(io.BytesIO(each)) for each in drawn]
    gap, height = 16, max(image.height for image in images)
    width = sum(image.width for image in images) + gap * (len(images) - 1)
    whole, left = Image.new("RGB", (width, height), "white"), 0
    for image in images:
        whole.paste(image, (left, 0))
        left += image.width + gap
    made = io.BytesIO()
    whole.save(made, "PNG")
    return made.getvalue()


def kept(png: bytes, name: str) -> None:
    """Written small: few colours are enough for words."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    asyncio.run(main())
