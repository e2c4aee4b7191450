"""The same update many times, updates out of order, two people at one button: each has one effect."""

from __future__ import annotations

import asyncio
import json
import random

import pytest

from tests.serve.program import Desk, Plan, town

pytestmark = pytest.mark.slow


def message(number: int, text: str, *, user: int = 777, at: int = 0, message_id: int = 0) -> dict:
    sender = {"id": user, "is_bot": False, "first_name": "Sari", "language_code": "id"}
    body = {"message_id": message_id or number, "from": sender, "date": at or 1_800_000_000 + number, "text": text}
    return {"update_id": number, "message": body | {"chat": {"id": user, "type": "private", "first_name": "Sari"}}}


def body(update: dict) -> bytes:
    return json.dumps(update).encode()


async def test_the_same_update_ten_times_at_once_has_one_effect(tmp_path):
    async with town(tmp_path, Plan("pekutatan", "pekutatan", mode="webhook")) as here:
        luh = here.citizen("Luh Sari", "pekutatan")
        luh.says("mohon bantuan")  # opens the chat, so that the bot may write
        await luh.sees("Bapak/Ibu")
        told = message(50_001, "lampu jalan di depan balai banjar mati sudah seminggu", user=luh.user.id)
        answers = await asyncio.gather(*(here.program.post(body(told), office="pekutatan") for _ in range(10)))
        assert {answer.status_code for answer in answers} == {200}
        await luh.sees("Apakah sudah benar?")
        yes = message(50_002, "ya", user=luh.user.id)
        answers = await asyncio.gather(*(here.program.post(body(yes), office="pekutatan") for _ in range(10)))
        assert {answer.status_code for answer in answers} == {200}
        await luh.sees("sudah kami terima (kode ")
        assert (await here.program.post(body(yes), office="pekutatan")).status_code == 200  # much later, once more
        luh.says("status")
        await luh.sees("PKT-", "Langkah 2 dari 5")
        assert len(here.program.rows("SELECT id FROM complaints")) == 1
        assert sum("Apakah sudah benar?" in text for text in luh.received) == 1
        assert sum("(kode " in text for text in luh.received) == 1


async def test_updates_out_of_order_are_all_taken_and_none_is_taken_for_old(tmp_path):
    async with town(tmp_path, Plan(mode="webhook")) as here:
        crowd = [here.citizen(f"Warga {n}") for n in range(8)]
        for citizen in crowd:
            here.people.start(citizen.user, here.desks["kanigaran"].bot)
            await citizen.sees("Bapak/Ibu")
        updates = [
            message(60_000 + n, f"jalan rusak di depan SD nomor {n}", user=citizen.user.id)
            for n, citizen in enumerate(crowd)
        ]
        random.Random(3).shuffle(updates)
        for update in updates:  # docs/telegram.md I10: numbers are sequential only inside a chat
            assert (await here.program.post(body(update))).status_code == 200
        for citizen in crowd:
            await citizen.sees("standar kami meminta")


async def test_two_people_at_one_button_have_one_effect_and_the_other_is_told(tmp_path):
    plan = Plan(mode="webhook", second_officer="Tono Widodo")
    async with town(tmp_path, plan) as here:
        desk = here.desks[plan.id]
        sari = here.citizen("Sari Wulandari")
        sari.says("jalan depan SD rusak parah")
        await sari.gives(kk="kk", ktp="ktp", location_photo="jalan")
        sari.says("ya")
        siti, tono = desk.who("Siti"), desk.who("Tono")
        card = await here.until("the first card", lambda: siti.newest("Langkah 2 dari 7", button="Lengkap"))
        for person in (siti, tono, siti):
            here.people.press(person.user, card, "Lengkap")
        await here.until("all are answered", lambda: len(alerts(desk)) == 3)
        assert sorted(text.startswith("Maaf") for text in alerts(desk)) == [False, True, True], alerts(desk)
        await desk.who("Budi").sees("Langkah 3 dari 7")
        assert here.program.rows("SELECT count(*) AS n FROM entries WHERE act = 'complete'")[0]["n"] == 1


def alerts(desk: Desk) -> list[str]:
    """What those who pressed were told."""
    calls = desk.town.world.calls_of("answerCallbackQuery")
    return [str(call.params.get("text") or "") for call in calls if call.bot_id == desk.bot.id]
