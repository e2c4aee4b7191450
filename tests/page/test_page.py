"""Chromium on the page, with scripted offices behind it: complaints played to the end, by mouse, by finger and by keys."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from channels.sandbox.twilio import measure
from tests.page.theatre import PHONE, WIDE, browser, opened, shot, theatre

pytestmark = [pytest.mark.needs_system("chromium", "libatomic.so.1"), pytest.mark.slow]
expect.set_options(timeout=10_000)

ROAD = re.compile("jalan depan SD")
WINDOWS = [pytest.param(WIDE, id="wide"), pytest.param(PHONE, id="phone")]


async def turn_to(page: Page, tab: str) -> None:
    """On a phone-sized window one part is shown at a time."""
    button = page.locator(f".tabs [data-tab={tab}]")
    if await button.is_visible():
        await button.click()


async def attach(page: Page, room, what: str) -> None:
    await room.get_by_role("button", name="Lampirkan").click()
    await page.get_by_role("menuitem", name=what, exact=False).first.click()


async def speak_as(page: Page, name: str) -> None:
    await page.locator(".speakers").get_by_role("button", name=name).click()
    await expect(page.locator("#desk").get_by_label(f"Tulis sebagai {name}")).to_be_visible()


async def press(page: Page, button: str) -> None:
    card = page.locator("#desk article", has=page.get_by_role("button", name=button, exact=True)).last
    await card.get_by_role("button", name=button, exact=True).click()


async def answer_card(page: Page, text: str, start: str) -> None:
    """Reply to the newest card with its own text, by the card's menu."""
    card = page.locator("#desk article.card", has_text=start).last
    await card.hover()
    await card.get_by_role("button", name="Tindakan untuk pesan ini").click()
    await page.get_by_role("menuitem", name="Balas").click()
    field = page.locator("#desk").get_by_label(re.compile("Tulis sebagai"))
    await expect(field).to_be_focused()
    await field.fill(text)
    await page.keyboard.press("Enter")
    await expect(page.locator("#desk .message.mine", has_text=text)).to_be_visible()


async def slipped(page: Page) -> list[str]:
    """The parts whose content was scrolled out of place; only logs and bars may scroll."""
    return await page.evaluate(
        "[...document.querySelectorAll('body, main, section, .phone-body, .desk-room')]"
        ".filter(part => part.scrollTop).map(part => part.id || part.className || part.tagName)"
    )


@pytest.mark.parametrize("size", WINDOWS)
async def test_a_road_in_kanigaran_goes_from_the_first_words_to_the_answer(size):
    name = "wide" if size == WIDE else "phone"
    async with theatre() as house, browser() as chromium:
        page = await opened(chromium, house.url, size)
        await shot(page, f"page-{name}-1-start")
        phone = page.locator(".phone").first
        await phone.get_by_role("button", name=ROAD).click()
        await expect(phone.get_by_text("Silakan kirim foto KTP")).to_be_visible()
        await attach(page, phone, "Foto KTP")
        await attach(page, phone, "Foto KK")
        await attach(page, phone, "Foto jalan")
        await phone.get_by_role("button", name="Kirim titik lokasi").click()
        await expect(phone.get_by_text("-7.77010, 113.21470")).to_be_visible()
        await phone.get_by_role("button", name="Ya, kirim").click()
        await expect(phone.get_by_text("Nomor register: KNG-2026-0001")).to_be_visible()
        await shot(page, f"page-{name}-2-receipt")

        await turn_to(page, "desk")
        await expect(page.locator("#desk .mention-me", has_text="Siti Rahma")).to_be_visible()
        await press(page, "Lengkap")
        await press(page, "Laporkan")  # still as the petugas: not her turn
        await expect(page.get_by_role("alert")).to_contain_text("Maaf, langkah ini giliran Sekcam")
        await shot(page, f"page-{name}-3-desk")
        await page.get_by_role("alert").get_by_role("button", name="Tutup").click()
        await page.locator("#desk button.mention", has_text="Bambang Irawan").click()
        await press(page, "Laporkan")
        await speak_as(page, "Ratna Dewi")
        await press(page, "Disposisi ke Kasi")
        await speak_as(page, "Eko Wahyudi")
        await expect(page.locator("#desk .card", has_text="Tindak lanjut")).to_be_visible()
        await answer_card(page, "Lubang sudah ditambal hari ini.", "Tindak lanjut")
        await press(page, "Selesai ditindaklanjuti")
        await speak_as(page, "Siti Rahma")
        await press(page, "Kirim")
        await press(page, "Arsipkan")
        await expect(page.locator("#desk .message", has_text="Selesai, diarsipkan")).to_be_visible()
        await turn_to(page, "steps")
        await expect(page.locator(".step.done")).to_have_count(7)
        await shot(page, f"page-{name}-4-steps")
        await turn_to(page, "citizens")
        await expect(phone.locator(".message", has_text="Lubang sudah ditambal hari ini.")).to_be_visible()
        await shot(page, f"page-{name}-5-answer")
        await turn_to(page, "desk")
        assert await slipped(page) == []
        assert page.said == []


@pytest.mark.parametrize("size", WINDOWS)
async def test_a_draft_in_pekutatan_is_returned_and_then_delivered(size):
    name = "wide" if size == WIDE else "phone"
    async with theatre() as house, browser() as chromium:
        page = await opened(chromium, house.url, size)
        if size == PHONE:
            await page.locator("#office-select").select_option("pekutatan")
        else:
            await page.locator(".office", has_text="Pekutatan").click()
        await expect(page.locator(".clock-time")).to_contain_text("WITA")
        phone = page.locator(".phone").first
        field = phone.get_by_label("Tulis sebagai Sari Wulandari")
        await field.fill("Lampu jalan di depan balai banjar mati.\nSudah seminggu.")
        await page.keyboard.press("Enter")
        await phone.get_by_role("button", name="Ya, kirim").click()
        await expect(phone.get_by_text("PKT-2026-0001")).to_be_visible()
        await turn_to(page, "desk")
        await speak_as(page, "Ratna Dewi")
        await press(page, "Disposisi ke Kasi")
        await speak_as(page, "Eko Wahyudi")
        await answer_card(page, "Akan dicek.", "Draf tanggapan")
        await press(page, "Ajukan draf")
        await speak_as(page, "Ratna Dewi")
        await press(page, "Kembalikan")
        await expect(page.locator("#desk .card", has_text="Dikembalikan untuk diperbaiki")).to_be_visible()
        await shot(page, f"page-{name}-6-returned")
        await turn_to(page, "steps")
        await expect(page.locator(".step[aria-current=step]")).to_contain_text("Draf tanggapan")
        await turn_to(page, "desk")
        await speak_as(page, "Eko Wahyudi")
        await answer_card(page, "Lampu sudah kami ganti kemarin sore.", "Dikembalikan")
        await press(page, "Ajukan draf")
        await speak_as(page, "Ratna Dewi")
        await press(page, "Setujui")
        await speak_as(page, "Siti Rahma")
        await press(page, "Kirim")
        await turn_to(page, "citizens")
        await expect(phone.locator(".message", has_text="Lampu sudah kami ganti kemarin sore.")).to_be_visible()
        assert house.bots["pekutatan"].case.returned == 1
        assert page.said == []


async def test_everything_can_be_done_by_keys():
    async with theatre() as house, browser() as chromium:
        page = await opened(chromium, house.url, WIDE)
        keys = page.keyboard
        await keys.press("Tab")
        await expect(page.locator(".skip")).to_be_focused()
        await keys.press("Enter")
        phone = page.locator(".phone").first
        for _ in range(12):
            await keys.press("Tab")
            if await phone.locator("textarea").evaluate("field => field === document.activeElement"):
                break
        await expect(phone.locator("textarea")).to_be_focused()
        await keys.type("jalan rusak")
        await keys.press("Shift+Enter")
        await keys.type("parah")
        await keys.press("Enter")
        await expect(phone.locator(".message.mine .text")).to_have_text("jalan rusak\nparah")

        opener = phone.get_by_role("button", name="Lampirkan")
        await opener.focus()
        await keys.press("Enter")
        items = page.get_by_role("menuitem")
        await expect(items.first).to_be_focused()
        await keys.press("ArrowUp")
        await expect(items.last).to_be_focused()
        await keys.press("Escape")
        await expect(items).to_have_count(0)
        await expect(opener).to_be_focused()

        await phone.locator(".log").focus()
        await keys.press("ArrowUp")
        await keys.press("ArrowUp")
        await expect(phone.locator(".message.mine")).to_be_focused()
        await keys.press("Enter")
        await keys.press("ArrowDown")
        await keys.press("Enter")  # Ubah
        await expect(phone.locator("textarea")).to_have_value("jalan rusak\nparah")
        await keys.press("Control+A")
        await keys.type("jalan rusak berat")
        await keys.press("Enter")
        await expect(phone.locator(".message.mine .text")).to_have_text("jalan rusak berat")
        await expect(phone.locator(".message.mine .foot")).to_contain_text("diubah")
        assert page.said == []


async def test_a_focused_part_can_be_seen():
    async with theatre() as house, browser() as chromium:
        page = await opened(chromium, house.url, WIDE)
        for _ in range(14):
            await page.keyboard.press("Tab")
            width = await page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
            assert width >= 2, await page.evaluate("document.activeElement.outerHTML")


async def test_hostile_words_and_names_stay_words():
    hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script> &lt;b&gt;'
    async with theatre() as house, browser() as chromium:
        page = await opened(chromium, house.url, WIDE)
        await page.get_by_role("button", name="Tambah warga").click()
        await page.get_by_label("Nama warga").fill(hostile[:64])
        await page.keyboard.press("Enter")
        phone = page.locator(".phone").nth(1)
        field = phone.locator("textarea")
        await expect(field).to_be_focused()
        await field.fill(hostile)
        await page.keyboard.press("Enter")
        await expect(phone.locator(".message.mine .text")).to_have_text(hostile)
        assert await page.title() == "Aduan"
        assert await page.locator("main img[src=x], main script").count() == 0
        assert page.said == []


async def test_a_group_with_topics_shows_one_topic_or_all():
    async with theatre() as house, browser() as chromium:
        page = await opened(chromium, house.url, WIDE)
        await page.get_by_label("Topik", exact=True).check()
        await expect(page.locator(".topics")).to_be_visible()
        await start_complaint(house, page)
        desk = page.locator("#desk")
        await expect(desk.locator(".card")).to_be_visible()
        await desk.get_by_role("button", name="Umum").click()
        await expect(desk.locator(".card")).to_have_count(0)
        await desk.locator(".topics button", has_text="KNG-2026-0001").click()
        await expect(desk.locator(".card")).to_have_count(1)
        field = desk.get_by_label("Tulis sebagai Siti Rahma")
        await field.fill("saya cek dulu")
        await page.keyboard.press("Enter")
        await expect(desk.locator(".message.mine", has_text="saya cek dulu")).to_be_visible()
        message = list(house.offices["kanigaran"].desk.messages.values())[-1]
        assert message.content["text"] == "saya cek dulu"
        assert message.thread_id == house.bots["kanigaran"].case.thread["message_thread_id"]
        await shot(page, "page-wide-7-topics")
        assert page.said == []


async def start_complaint(house, page: Page) -> None:
    phone = page.locator(".phone").first
    await phone.get_by_role("button", name=ROAD).click()
    await expect(phone.get_by_text("Silakan kirim foto KTP")).to_be_visible()
    await attach(page, phone, "Album")
    await phone.get_by_role("button", name="Kirim titik lokasi").click()
    await phone.get_by_role("button", name="Ya, kirim").click()


async def test_every_kind_of_message_is_drawn_and_blocking_works():
    async with theatre() as house, browser() as chromium:
        page = await opened(chromium, house.url, WIDE, color_scheme="dark")
        phone = page.locator(".phone").first
        await phone.get_by_role("button", name="Mulai").click()
        for what in (
            "Foto jalan sebagai berkas",
            "Pesan suara",
            "Stiker",
            "Titik lokasi",
            "Nomor telepon sendiri",
            "Foto KTP, buram",
        ):
            await attach(page, phone, what)
        await expect(phone.locator("a.fact", has_text="contoh-jalan.jpg")).to_be_visible()
        await expect(phone.locator("audio")).to_have_count(1)
        await expect(phone.locator("img.sticker")).to_be_visible()
        await expect(phone.locator(".picture img")).to_be_visible()
        await phone.locator(".picture").click()
        await expect(page.locator("dialog.lightbox img")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator("dialog.lightbox")).to_have_count(0)
        async with page.expect_file_chooser() as chooser:
            await attach(page, phone, "Foto atau berkas sendiri")
        await (await chooser.value).set_files(
            {"name": "surat.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 surat"}
        )
        await expect(phone.locator("a.fact", has_text="surat.pdf")).to_be_visible()
        await phone.get_by_role("button", name="Menu", exact=True).click()
        await page.get_by_role("menuitem", name="Blokir kantor ini").click()
        await expect(phone.get_by_text("memblokir kantor ini")).to_be_visible()
        await expect(phone.locator("textarea")).to_be_hidden()
        await shot(page, "page-wide-8-kinds-dark")
        await phone.get_by_role("button", name="Buka blokir").click()
        await expect(phone.locator("textarea")).to_be_visible()
        assert page.said == []


async def test_the_clock_moves_and_the_page_speaks_english():
    async with theatre() as house, browser() as chromium:
        page = await opened(chromium, house.url, WIDE)
        await expect(page.locator(".clock-time")).to_have_text("09.12 WIB")
        await page.get_by_role("button", name="+10 menit").click()
        await expect(page.locator(".clock-time")).to_have_text("09.22 WIB")
        await page.get_by_role("button", name="+1 jam").click()
        await expect(page.locator(".clock-time")).to_have_text("10.22 WIB")
        await page.get_by_role("button", name="Hari kerja berikutnya").click()
        await expect(page.locator(".clock-date")).to_have_text("Selasa, 24 November 2026")
        await page.get_by_role("button", name="English", exact=True).click()
        await expect(page.get_by_role("button", name="+10 minutes")).to_be_visible()
        assert await page.evaluate("document.documentElement.lang") == "en"
        await page.reload()
        await expect(page.get_by_role("button", name="Add a citizen")).to_be_visible()
        assert page.said == []


async def test_what_was_said_is_there_again_and_goes_on_after_a_reload():
    async with theatre() as house, browser() as chromium:
        first = await opened(chromium, house.url, WIDE)
        second = await opened(chromium, house.url, PHONE)
        await start_complaint(house, first)
        await expect(second.locator(".phone").first.get_by_text("Nomor register")).to_be_visible()
        await first.reload()
        await expect(first.locator(".phone").first.get_by_text("Nomor register")).to_be_visible()
        await expect(first.locator(".phone .message.mine")).to_have_count(5)
        await press(first, "Lengkap")
        await expect(first.locator(".step[aria-current=step]")).to_contain_text("Laporan kepada Camat")
        assert first.said == second.said == []


async def test_nothing_moves_for_those_who_asked_for_calm():
    async with theatre() as house, browser() as chromium:
        page = await opened(chromium, house.url, WIDE, reduced_motion="reduce")
        phone = page.locator(".phone").first
        await phone.get_by_role("button", name=ROAD).click()
        await expect(phone.locator(".message")).to_have_count(2)
        assert await page.evaluate("document.getAnimations().length") == 0


@pytest.mark.parametrize("size", [WIDE, PHONE, {"width": 1000, "height": 700}, {"width": 320, "height": 640}])
async def test_no_window_scrolls_sideways(size):
    async with theatre() as house, browser() as chromium:
        page = await opened(chromium, house.url, size)
        for tab in ("citizens", "desk", "steps"):
            await turn_to(page, tab)
            wide = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert wide[0] <= wide[1], tab


SMS = [
    "",
    "a" * 160,
    "a" * 161,
    "€" * 80,
    "€" * 81,
    "a" * 152 + "€" + "b" * 20,
    "“" * 70,
    "“" * 71,
    "😀" * 36,
    "Ç{\n}à",
    "a" * 459,
]


async def test_the_page_counts_sms_as_the_network_does():
    counted = """async (texts) => {
        const { measure } = await import("/page/segments.js");
        return texts.map((text) => Object.values(measure(text)));
    }"""
    async with theatre() as house, browser() as chromium:
        page = await opened(chromium, house.url, WIDE)
        found = await page.evaluate(counted, SMS)
    sizes = [measure(text) for text in SMS]
    assert found == [[size.encoding, size.units, size.count, size.room] for size in sizes]
    assert {size.count for size in sizes} >= {1, 2, 3}


async def test_mails_that_name_each_other_stand_together():
    grouped = """async (mails) => {
        const { threads } = await import("/page/mail.js");
        return threads(mails.map((names, id) => ({ id, names }))).map((thread) => thread.map((mail) => mail.id));
    }"""
    async with theatre() as house, browser() as chromium:
        page = await opened(chromium, house.url, WIDE)
        assert await page.evaluate(grouped, [["a"], ["b"], ["c", "a"], ["d"], ["e", "b", "d"]]) == [[1, 3, 4], [0, 2]]
