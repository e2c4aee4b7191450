"""One complaint on several channels, a mail with a file, and an answer after WhatsApp's day: the demo in Chromium."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.page.play import Move, attach, play, turn_to
from tests.page.test_play import KANIGARAN, REPORT, choose_office, demo
from tests.page.theatre import PHONE, WIDE, browser, opened, shot

pytestmark = [pytest.mark.needs_system("chromium", "libatomic.so.1"), pytest.mark.slow]

PATIENCE_MS = 30_000
ANSWER = "Sampah di pantai sudah kami angkut pagi ini bersama desa adat."
PEKUTATAN = [
    Move("Langkah 2 dari 5", buttons=("Ketut Arya",)),
    Move("Langkah 3 dari 5", reply=ANSWER, buttons=("Ajukan ke Camat",)),
    Move("Langkah 4 dari 5", buttons=("Setujui",)),
    Move("Langkah 5 dari 5", buttons=("Kirim", "Ya, kirim")),
]


async def both(page: Page, name: str, part: str = "citizens") -> None:
    """A picture in each size of window, of this part of the page."""
    size = page.viewport_size
    for each, word in ((WIDE, "wide"), (PHONE, "phone")):
        await page.set_viewport_size(each)
        await turn_to(page, part)
        await shot(page, f"{name}-{word}")
    await page.set_viewport_size(size)


async def app(phone: Locator, name: str) -> None:
    """Open one of the phone's apps."""
    await phone.locator(f".apps [data-app={name}]").click()
    await expect(phone.locator(f".app-{name}")).to_be_visible()


async def write(phone: Locator, text: str) -> None:
    field = phone.locator("textarea")
    await field.fill(text)
    await field.press("Enter")
    await expect(phone.locator(".message.mine", has_text=text).last).to_be_visible()


async def heard(phone: Locator, words: str | re.Pattern[str]) -> Locator:
    """The newest message of the office that says this."""
    message = phone.locator(".message.theirs", has_text=words).last
    await expect(message).to_be_visible(timeout=PATIENCE_MS)
    return message


async def settled(page: Page) -> None:
    """The answer has left and the card is archived."""
    await expect(page.locator("#desk", has_text="Selesai, diarsipkan")).to_be_visible(timeout=PATIENCE_MS)


async def test_a_complaint_begun_by_sms_goes_on_by_whatsapp_and_telegram_and_is_answered_by_sms():
    name = "play-lanjut"
    async with demo(name) as url, browser() as chromium:
        page = await opened(chromium, url, WIDE)
        phone = page.locator(".phone").first
        await app(phone, "sms")
        await phone.locator("textarea").fill("jalan di depan SDN Kanigaran 1 rusak parah “berlubang”")
        await expect(phone.locator(".counter")).to_contain_text("UCS-2")
        await write(phone, "jalan di depan SDN Kanigaran 1 rusak parah dan berlubang")
        told = await heard(phone, re.compile("kode [A-Z0-9]{4}"))
        await expect(told).to_contain_text("2 SMS")
        await expect(phone.get_by_role("button", name="Lampirkan")).to_be_hidden()
        code = re.search("LANJUT ([A-Z0-9]{4})", await told.inner_text())[1]
        await both(page, f"{name}-1-sms")

        await app(phone, "whatsapp")
        await write(phone, f"LANJUT {code}")
        await heard(phone, "Mohon kirim foto Kartu Keluarga")
        await attach(page, phone, "Foto KK")
        await heard(phone, "Terima kasih, KK sudah kami terima")
        await attach(page, phone, "Foto KTP")
        await heard(phone, "Terima kasih, KTP sudah kami terima")
        await expect(phone.locator(".message.mine .ticks").first).to_be_visible()
        await both(page, f"{name}-2-whatsapp")

        await app(phone, "telegram")
        await write(phone, f"LANJUT {code}")
        await heard(phone, "sudah kami tanyakan di tempat pelapornya terakhir menulis")
        # It's asked where she surely wrote last: on WhatsApp, with the number that the report was begun with.
        await expect(phone.locator(".apps [data-app=whatsapp] .dot")).to_be_visible(timeout=PATIENCE_MS)
        await app(phone, "whatsapp")
        await heard(phone, f"Ada permintaan melanjutkan laporan {code} dari Telegram")
        await write(phone, f"YA {code}")
        await app(phone, "telegram")
        await heard(phone, "tersambung dengan laporan")
        await attach(page, phone, "Titik lokasi")
        await heard(phone, "titik lokasi sudah kami terima")
        await attach(page, phone, "Foto jalan")
        await heard(phone, "Berikut ringkasan laporan")
        await phone.get_by_role("button", name="YA, benar").last.click()
        await both(page, f"{name}-3-telegram")

        await app(phone, "sms")
        await heard(phone, re.compile(r"Diterima: KNG-\d{4}-0001"))
        await turn_to(page, "desk")
        await play(page, KANIGARAN)
        await settled(page)
        await turn_to(page, "citizens")
        await app(phone, "sms")
        await heard(phone, REPORT)
        await both(page, f"{name}-4-answer")
        for other in ("whatsapp", "telegram"):
            await app(phone, other)
            await expect(phone.locator(".message.theirs", has_text=REPORT)).to_have_count(0)
        assert page.said == []


async def test_a_mail_with_a_photo_is_answered_in_its_own_thread():
    name = "play-surel"
    async with demo(name) as url, browser() as chromium:
        page = await opened(chromium, url, PHONE)
        await choose_office(page, "pekutatan")
        phone = page.locator(".phone").first
        await app(phone, "mail")
        await phone.get_by_role("button", name="Tulis surel").click()
        await phone.get_by_label("Perihal").fill("Sampah di Pantai Pekutatan")
        await phone.locator("textarea").fill("Om Swastyastu,\nsampah menumpuk di pantai, belum diangkut seminggu.")
        await attach(page, phone, "Foto jalan")
        await both(page, f"{name}-1-new")
        await phone.get_by_role("button", name="Kirim").click()
        mails = phone.locator(".mail.theirs")
        await expect(mails.filter(has_text="ringkasan")).to_be_visible(timeout=PATIENCE_MS)
        await expect(phone.locator(".mail.mine a.fact", has_text="contoh-jalan.jpg")).to_be_attached()
        await both(page, f"{name}-2-thread")
        await phone.locator("textarea").fill("ya")
        await phone.get_by_role("button", name="Kirim").click()
        await expect(mails.filter(has_text=re.compile(r"PKT-\d{4}-0001")).first).to_be_visible(timeout=PATIENCE_MS)
        mine = phone.locator(".mail.mine").last
        await expect(mine.locator(".text")).to_have_text("ya")
        await mine.get_by_role("button", name="Tampilkan kutipan").click()
        await expect(mine.locator(".text")).to_contain_text("menulis:")
        await turn_to(page, "desk")
        await play(page, PEKUTATAN)
        await settled(page)
        await turn_to(page, "citizens")
        answer = mails.filter(has_text=ANSWER)
        await expect(answer).to_be_visible(timeout=PATIENCE_MS)
        await both(page, f"{name}-3-answer")
        await phone.get_by_role("button", name="Kembali ke daftar").click()
        await expect(phone.locator(".mail-row")).to_have_count(1)
        await both(page, f"{name}-4-list")
        assert page.said == []


async def test_an_answer_after_whatsapp_s_day_comes_as_a_template_first_and_in_full_after_ok():
    name = "play-24-jam"
    async with demo(name) as url, browser() as chromium:
        page = await opened(chromium, url, WIDE)
        await choose_office(page, "pekutatan")
        phone = page.locator(".phone").first
        await app(phone, "whatsapp")
        await write(phone, "sampah menumpuk di Pantai Pekutatan, belum diangkut seminggu")
        await phone.get_by_role("button", name="YA, benar").click(timeout=PATIENCE_MS)
        await heard(phone, re.compile(r"Nomor: PKT-\d{4}-0001"))
        await expect(phone.locator(".window-hint")).to_be_hidden()
        await turn_to(page, "desk")
        await play(page, PEKUTATAN[:2])
        await page.get_by_role("button", name="+1 hari").click()
        await page.get_by_role("button", name="Hari kerja berikutnya").click()
        await play(page, PEKUTATAN[2:])
        waiting = page.locator("#desk article", has_text="warga sudah diminta membalas OK")
        await expect(waiting.first).to_be_visible(timeout=PATIENCE_MS)
        await both(page, f"{name}-1-desk", "desk")
        await turn_to(page, "citizens")
        knock = await heard(phone, "Ada jawaban untuk laporan PKT-")
        await expect(knock.locator(".tag")).to_have_text("templat")
        await expect(phone.locator(".window-hint")).to_be_visible()
        await expect(phone.locator(".message.theirs", has_text=ANSWER)).to_have_count(0)
        await both(page, f"{name}-2-template")
        await write(phone, "OK")
        await heard(phone, ANSWER)
        await expect(phone.locator(".window-hint")).to_be_hidden()
        await both(page, f"{name}-3-answer")
        await turn_to(page, "desk")
        await expect(page.locator("#desk article", has_text="Jawaban: dibaca")).to_be_visible(timeout=PATIENCE_MS)
        assert page.said == []
