"""Everyday messages, as people in these five places write them: each once went wrong in a played talk."""

from __future__ import annotations

import pytest

from tests.workflow.talk import Player, office, said
from workflow.dialogue import fields
from workflow.message import Message, Sender
from workflow.papers import checking, verification

LAMP = "lampu jalan mati sudah 2 minggu depan mushola, tolong diperbaiki"


# --- everything in one message ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "address", "story"),
    [
        (f"nama saya Supriyadi, alamat Jl Mastrip gang 5 RT 2 RW 3 Jrebeng Lor, {LAMP}", "Supriyadi",
         "Jl Mastrip gang 5 RT 2 RW 3 Jrebeng Lor", LAMP),
        ("nama Sari alamat Jl. Mawar 3, Desa Sukorejo, Kec. Sukorejo, jalan depan rumah saya rusak parah", "Sari",
         "Jl. Mawar 3, Desa Sukorejo, Kec. Sukorejo", "jalan depan rumah saya rusak parah"),
        ("alamat jl brantas rt 3 got mampet banjir terus tolong pak", "", "jl brantas rt 3",
         "got mampet banjir terus tolong pak"),
        ("saya Ahmad Fauzi, alamat Dusun Krajan RT 2 RW 1 Desa Sukorejo. Kepala desa tidak pernah ada", "Ahmad Fauzi",
         "Dusun Krajan RT 2 RW 1 Desa Sukorejo", "Kepala desa tidak pernah ada"),
        ("alamat dusun krajan rt 2, desa ambender, kec pegantenan, kab pamekasan", "",
         "dusun krajan rt 2, desa ambender, kec pegantenan, kab pamekasan", ""),
        ("alamat Jl. Rusak Parah 3, RT 2, Kedopok", "", "Jl. Rusak Parah 3, RT 2, Kedopok", ""),
        ("Saya Kecewa Berat, pelayanan buruk", "", "", "Saya Kecewa Berat, pelayanan buruk"),
    ],
)  # fmt: skip
def test_an_address_ends_where_the_story_begins(text, name, address, story):
    found, rest, _ = fields.read(text, ("name", "address"))
    assert (found.get("name", ""), found.get("address", ""), rest) == (name, address, story)


def test_a_salam_with_name_and_address_is_no_story():
    game = Player(office("kedopok"))
    game.say("Assalamualaikum, nama saya Supriyadi, alamat jl mastrip lampu jalan mati terus")
    assert game.draft.statement == ()
    assert game.draft.asked == "statement"


# --- CEK --------------------------------------------------------------------------------------------------------------


def test_a_code_on_a_letter_can_always_be_asked_for():
    tokens = (f"{n:020b}".replace("1", "t") for n in range(4000))
    assert all(any(sign.isdigit() for sign in verification.drawn(token)) for token in tokens)


@pytest.mark.parametrize("text", ["CEK PKT-2026-0001", "cek 2KAF", "CEK pkt 2026 1", "CEK JDTN"])
def test_cek_with_the_number_of_a_report_is_no_code_of_a_letter(text):
    game = Player(office("pekutatan"))
    chat, sender = game.chat, Sender(id="501")
    assert checking.code_in(Message(chat=chat, id="1", sender=sender, at=game.now, text=text, private=True)) == ""
    assert checking.code_in(Message(chat=chat, id="2", sender=sender, at=game.now, text="cek 7k3fm-2qxda", private=True))


# --- confidential -----------------------------------------------------------------------------------------------------


def test_a_confidential_report_stands_with_those_who_were_promised_to_read_it_alone():
    game = Player(office("kedopok"))
    assert "hanya disampaikan kepada Camat" in said(game.say("petugas loket minta uang 50rb buat ngurus KK"))
    game.say("hari senin jam 9 di loket")
    game.say("cukup")
    game.say("ya")
    assert "Saat ini pada Camat sejak" in said(game.say("status"))
