"""Plays a citizen and a whole office on the page of the real demo, going by what the office itself asks for."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

PATIENCE_S = 90.0
LOOK_S = 0.15
QUEUED_S = 5.0  # nothing for so long: the group has had its messages of this minute

# What the office asks for, and what is written or sent then.
WORDS = [
    (re.compile(r"nama lengkap"), "Sari Wulandari"),
    (re.compile(r"alamat"), "Dusun Krajan RT 2 RW 1, Desa Bulangan Barat"),
]
FILES = [
    (re.compile(r"foto KTP|salah satu: KTP"), "Foto KTP"),
    (re.compile(r"foto Kartu Keluarga|^(?!.*salah satu).*\bKK\b"), "Foto KK"),
    (re.compile(r"foto lokasi"), "Foto jalan"),
]


@dataclass(frozen=True)
class Move:
    """What somebody does when a card of their turn says `when`: reply with `reply`, then press `buttons`, one by one."""

    when: str
    buttons: tuple[str, ...] = ()
    reply: str = ""
    answers_prompt: str = ""  # the reply to the prompt that a button brings


async def until(what: str, check, *, turning: Page | None = None):
    """The first true thing that `check` finds; fails with `what` when it takes too long.

    A group may be sent twenty messages a minute. Where `turning` is given its clock is moved when nothing comes.
    """
    clock = asyncio.get_running_loop().time
    deadline, turn_at = clock() + PATIENCE_S, clock() + QUEUED_S
    while True:
        if found := await check():
            return found
        assert clock() < deadline, f"waited {PATIENCE_S:.0f} s for {what}"
        if turning is not None and clock() > turn_at:
            await turning.get_by_role("button", name="+10 menit").click()
            turn_at = clock() + QUEUED_S
        await asyncio.sleep(LOOK_S)


async def seen(page: Page, what: Locator) -> Locator:
    """The last of these, once there is one at the desk."""
    await until(f"{what}", what.count, turning=page)
    return what.last


async def turn_to(page: Page, tab: str) -> None:
    """On a phone-sized window one part is shown at a time."""
    button = page.locator(f".tabs [data-tab={tab}]")
    if await button.is_visible():
        await button.click()


async def attach(page: Page, room: Locator, what: str) -> None:
    """Choose something from the room's menu of what can be attached."""
    await room.get_by_role("button", name="Lampirkan").click()
    await page.get_by_role("menuitem", name=what).first.click()


async def speak_as(page: Page, name: str) -> None:
    """Let a person of the office speak."""
    await page.locator(".speakers").get_by_role("button", name=name).click()
    await expect(page.locator("#desk").get_by_label(f"Tulis sebagai {name}")).to_be_attached()


async def complain(page: Page, words: str, *, with_pin: bool) -> None:
    """Write as the citizen, give what is asked for until the summary comes, and confirm it."""
    phone = page.locator(".phone").first
    await phone.locator("textarea").fill(words)
    await phone.locator("textarea").press("Enter")
    sent: set[str] = set()
    yes = phone.get_by_role("button", name="YA, benar")
    pin = with_pin

    async def confirmed() -> bool:
        nonlocal pin
        if await yes.count() and await yes.last.is_visible():
            if pin:
                await attach(page, phone, "Titik lokasi")
                pin = False
                await expect(phone.locator(".theirs", has_text="titik lokasi sudah").last).to_be_visible(timeout=20_000)
            await yes.last.click()
            return True
        theirs = phone.locator(".message.theirs .text")
        asked = await theirs.last.inner_text() if await theirs.count() else ""
        last = asked.strip().split("\n")[-1]
        if "Ini foto apa?" in last and "which" not in sent:
            sent.add("which")
            await phone.get_by_role("button", name="KTP", exact=True).last.click()
        for pattern, what in WORDS:
            if pattern.search(last) and what not in sent:
                sent.add(what)
                await phone.locator("textarea").fill(what)
                await phone.locator("textarea").press("Enter")
                return False
        for pattern, what in FILES:
            if pattern.search(last) and what not in sent:
                sent.add(what)
                await attach(page, phone, what)
                break
        return False

    await until("the summary to confirm", confirmed)


async def newest_card(page: Page) -> Locator:
    """The card at the desk that has buttons now."""
    cards = page.locator("#desk article.card:not(.spent)", has_text="Giliran:")
    await until("a card with buttons", cards.count, turning=page)
    return cards.last


async def reply_to(page: Page, message: Locator, text: str) -> None:
    """Reply to a message by its menu."""
    await message.scroll_into_view_if_needed()
    await message.hover()
    await message.get_by_role("button", name="Tindakan untuk pesan ini").click()
    await page.get_by_role("menuitem", name="Balas").click()
    field = page.locator("#desk textarea")
    await field.fill(text)
    await field.press("Enter")
    await expect(page.locator("#desk .message.mine", has_text=text).last).to_be_visible()


async def act(page: Page, move: Move) -> None:
    """Do one move as the person whose turn the newest card names."""

    async def turn() -> str | None:
        card = await newest_card(page)
        text = await card.inner_text()
        return text if move.when in text else None

    text = await until(f"a card that says {move.when!r}", turn, turning=page)
    named = re.search(r"^Giliran: .*\(([^)\n]+)\)$", text, re.MULTILINE)
    assert named, text
    await speak_as(page, named[1].split(", ")[0].split(" dan ")[0])
    if move.reply:
        await reply_to(page, await newest_card(page), move.reply)
        # Buttons carry the version their card was drawn with: press none before the card shows the reply.
        await seen(
            page, page.locator("#desk article.card:not(.spent)", has_text="Giliran:").filter(has_text=move.reply)
        )
    for name in move.buttons:
        button = page.locator("#desk .choice").filter(has_text=re.compile(f"^{re.escape(name)}(,|$)"))
        await until(f"the button {name!r}", button.count, turning=page)
        await button.last.click()
    if move.answers_prompt:
        prompt = await seen(page, page.locator("#desk article.bot", has_text="Mohon balas pesan ini"))
        await reply_to(page, prompt, move.answers_prompt)


async def play(page: Page, moves: Sequence[Move]) -> None:
    """Do the moves, one after the other."""
    for move in moves:
        await act(page, move)
