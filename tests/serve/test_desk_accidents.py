"""The real program while people turn their group upside down: it becomes a supergroup, topics go, the bot is put out."""

from __future__ import annotations

import asyncio

import pytest

from tests.serve.program import Citizen, Desk, Plan, Town, town

pytestmark = pytest.mark.slow

PLAN = Plan("pekutatan", "pekutatan", basic=True)
UNSETTLED = "SELECT id FROM outbox WHERE settled_at IS NULL"
FIRST = "lampu jalan di depan balai banjar mati sudah seminggu"
SECOND = "jalan di depan pasar berlubang dan bahaya sekali"


async def reports(here: Town, name: str, text: str) -> Citizen:
    """Somebody reports something, to the acknowledgement."""
    citizen = here.citizen(name, PLAN.id)
    citizen.says(text)
    await citizen.gives()
    citizen.says("ya")
    await citizen.sees("sudah kami terima (kode ")
    return citizen


def cards(desk: Desk, snippet: str) -> list[str]:
    """The texts of the cards with buttons that stand in the group now."""
    return [
        str(message.content.get("text"))
        for message in desk.group.messages.values()
        if message.author is desk.bot.user
        and message.markup
        and "Langkah" in str(message.content.get("text"))
        and snippet in str(message.content.get("text"))
    ]


async def test_the_group_becomes_a_supergroup_and_the_program_is_killed_in_between(tmp_path):
    async with town(tmp_path, PLAN) as here:
        desk = here.desks[PLAN.id]
        await reports(here, "Luh Sari", FIRST)
        made = desk.who("Made")
        await made.sees("Langkah 2 dari 5", FIRST)
        old_card = made.newest("Langkah 2 dari 5", button="Ketut Arya")
        former = desk.group
        await here.program.kill()
        desk.group = here.people.upgrade(made.user, former, forum=True)
        here.people.press(made.user, old_card, "Ketut Arya")  # on the card that stands in the former group
        await here.program.start()
        await here.until("the desk moved", lambda: here.program.rows("SELECT chat FROM moves"))
        ketut = desk.who("Ketut")
        await ketut.sees("Langkah 3 dari 5", FIRST)
        await here.until("nothing is on its way", lambda: not here.program.rows(UNSETTLED))
        await here.program.kill()
        await here.program.start()
        await reports(here, "Wayan Contoh", SECOND)
        await here.until("the second card", lambda: cards(desk, SECOND))
        await here.until("nothing is on its way", lambda: not here.program.rows(UNSETTLED))
        assert [len(cards(desk, text)) for text in (FIRST, SECOND)] == [1, 1], here.story()
        assert here.program.rows("SELECT former, chat FROM moves")[0]["chat"] == str(desk.group.id)
        topics = {topic.name.partition(" ")[0] for topic in desk.group.topics.values()}
        assert len(topics) == 2, "the new group has topics: each complaint has its own"
        await ketut.replies("Akan kami cek.", "Langkah 3 dari 5")
        await ketut.presses("Ajukan ke Camat", "Akan kami cek.")
        await desk.who("Wayan").sees("Langkah 4 dari 5")


async def test_a_topic_is_deleted_and_the_bot_is_put_out_and_let_in_again(tmp_path):
    plan = Plan("pekutatan", "pekutatan", forum=True)
    async with town(tmp_path, plan) as here:
        desk = here.desks[plan.id]
        luh = await reports(here, "Luh Sari", FIRST)
        made, ayu = desk.who("Made"), desk.who("Ayu")
        await made.sees("Langkah 2 dari 5")
        (topic,) = desk.group.topics.values()
        here.people.delete_topic(made.user, desk.group, topic)
        luh.says("mohon segera, gelap sekali")
        await luh.presses("Tambahan PKT-2026-0001")
        await ayu.sees("gelap sekali")
        await here.until("the card stands in a topic again", lambda: cards(desk, FIRST))
        (again,) = desk.group.topics.values()
        assert again.id != topic.id
        here.people.remove_bot(made.user, desk.group, desk.bot)
        wayan = await reports(here, "Wayan Contoh", SECOND)
        wayan.says("status")
        await wayan.sees("PKT-2026-0002")
        await asyncio.sleep(1)
        assert cards(desk, SECOND) == []
        here.people.add_bot(made.user, desk.group, desk.bot, admin=True)
        await here.until("what waited", lambda: cards(desk, SECOND), within_s=20)
        await made.presses("Ketut Arya", FIRST)
        await desk.who("Ketut").sees("Langkah 3 dari 5", FIRST)
        assert "Traceback" not in here.program.log()
