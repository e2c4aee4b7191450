"""All twelve steps of Pegantenan at the desk of `aduan demo`, in Chromium: five people, a hand-over, a return, a Plh."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.page.play import Move, complain, play, reply_to, seen, speak_as, turn_to
from tests.page.test_play import choose_office, demo
from tests.page.theatre import WIDE, browser, opened, shot

pytestmark = [pytest.mark.needs_system("chromium", "libatomic.so.1"), pytest.mark.slow]

REPORT = "Jalan Desa Bulangan Barat sudah kami periksa bersama pemerintah desa; ada tujuh lubang."
FIRST_DRAFT = "Laporan sudah kami periksa."
CORRECTION = "Mohon ditulis apa yang dikerjakan dan kapan."
SECOND_DRAFT = "Tujuh lubang di Jalan Desa Bulangan Barat ditutup oleh pemerintah desa pada minggu ini."
NUMBER = "400.14.5/127/432.508/2026"

TO_THE_DRAFT = [
    Move("Langkah 1 dari 12", buttons=("Terima",)),
    Move("Langkah 2 dari 12", buttons=("Identitas jelas",)),
    Move("Langkah 4 dari 12", buttons=("Abdul Karim",)),
    Move("Giliran: Kasi/Kasubag (Abdul Karim)", buttons=("Serahkan", "Siti Maryam, Kasi Pelayanan")),
    Move("Giliran: Kasi/Kasubag (Siti Maryam)", reply=REPORT, buttons=("Kirim laporan",)),
    Move("Langkah 6 dari 12", buttons=("Nur Aini",)),
    Move("Langkah 7 dari 12", reply=FIRST_DRAFT, buttons=("Ajukan ke Sekcam",)),
]
A_RETURN = [
    Move("Langkah 8 dari 12", buttons=("Kembalikan",), answers_prompt=CORRECTION),
    Move("Langkah 7 dari 12", reply=SECOND_DRAFT, buttons=("Ajukan ke Sekcam",)),
    Move("Langkah 8 dari 12", buttons=("Paraf",)),
]
SIGNED = [
    Move("Langkah 9 dari 12", buttons=("Sudah digandakan",)),
    Move("Giliran: Plh. Camat (Mohammad Hasan)", buttons=("Tanda tangani",)),
]
SENT = [
    Move("Langkah 11 dari 12", reply=NUMBER),
    Move("Langkah 12 dari 12", buttons=("Ya, kirim",)),
]


async def say_as(page: Page, name: str, text: str) -> None:
    """Write in the group, to nobody in particular."""
    await speak_as(page, name)
    field = page.locator("#desk textarea")
    await field.fill(text)
    await field.press("Enter")


async def leave_it_to_the_sekcam(page: Page) -> None:
    """The Camat is away today, and names who stands in by replying to a message of theirs."""
    await say_as(page, "Fatimah Zahra", "/absen hari ini rapat di kabupaten")
    await seen(page, page.locator("#desk article.bot", has_text="Fatimah Zahra tidak di tempat"))
    await say_as(page, "Mohammad Hasan", "Siap, Bu Camat.")
    await speak_as(page, "Fatimah Zahra")
    await reply_to(page, page.locator("#desk article", has_text="Siap, Bu Camat.").last, "/plh camat hari ini")
    await seen(page, page.locator("#desk article.bot", has_text="Plh. Camat: Mohammad Hasan, hari ini"))


async def test_pegantenan_is_played_to_the_archive_by_five_people_with_a_return_and_a_stand_in():
    async with demo("play-pegantenan") as url, browser() as chromium:
        page = await opened(chromium, url, WIDE)
        await choose_office(page, "pegantenan")
        phone = page.locator(".phone").first
        await complain(page, "assalamualaikum, jhalan ka disa Bulangan Barat rosak, banyak lubang", with_pin=False)
        await turn_to(page, "desk")
        await play(page, TO_THE_DRAFT)
        await shot(page, "play-pegantenan-1-draft")
        await play(page, A_RETURN)
        await shot(page, "play-pegantenan-2-paraf")
        await leave_it_to_the_sekcam(page)
        await play(page, SIGNED)
        await shot(page, "play-pegantenan-3-signed")
        await play(page, SENT)
        await seen(page, page.locator("#desk article.card", has_text="Selesai, diarsipkan"))
        await shot(page, "play-pegantenan-4-archived")
        await turn_to(page, "citizens")
        answer = phone.locator(".message.theirs", has_text=SECOND_DRAFT)
        await expect(answer.first).to_be_visible(timeout=30_000)
        await expect(answer.first).to_contain_text("Plh. Camat")
        await expect(answer.first).to_contain_text(NUMBER)
        await expect(phone.locator(".message.theirs", has_text=FIRST_DRAFT)).to_have_count(0)
        await expect(phone.locator(".message.theirs", has_text=re.compile("Mohammad|Fatimah"))).to_have_count(0)
        await shot(page, "play-pegantenan-5-answer")
        await turn_to(page, "steps")
        await expect(page.locator(".step.done")).to_have_count(12, timeout=30_000)
        assert page.said == []
