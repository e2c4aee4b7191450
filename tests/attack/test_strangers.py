"""Who isn't entitled: people in the group without a role, citizens with somebody else's code, guesses of codes and presses."""

from __future__ import annotations

import itertools
import random
import string

import pytest
from msgspec.structs import replace

from tests.attack.test_isolation import (
    CODE,
    NUMBER,
    SECRET,
    THEIR_CITIZEN,
    THEIR_DESK,
    THEIRS,
    channels,
    decided,
    memory,
    road,
    unchanged,
)
from tests.doubles import pressed, said
from workflow.desk import press
from workflow.procedure.staff_acts import STAFF_ACTS

__all__ = ["channels", "memory", "road"]

STRANGER = replace(said("x").sender, id="999", name="Orang Lewat")
_MESSAGES = itertools.count(1000)


def in_the_group(text: str, **more: object):
    return replace(said(text, chat=THEIR_DESK, message=str(next(_MESSAGES))), sender=STRANGER, **more)


ACTS = sorted({*STAFF_ACTS, *press._OF_ITS_OWN, *press._WITHOUT_COMPLAINT})


@pytest.mark.parametrize("act", ACTS)
async def test_somebody_in_the_group_without_a_role_presses_in_vain(road, act):
    for data in (f"d:{act}:{CODE}:1", f"d:{act}:{CODE}:1:901", f"d:{act}:{CODE}:1:ya"):
        sent = await decided(road, replace(pressed(data, chat=THEIR_DESK, press=data), sender=STRANGER), THEIRS)
        assert [each for each in sent if each.kind == "press"], "a press is always answered"
        assert not [each for each in sent if each.kind != "press" and SECRET in repr(each)]
    assert await unchanged(road)


COMMANDS = [
    "/cari jalan", "/antrean", "/tugas", f"/kartu {NUMBER}", f"/surat {NUMBER}", f"/bukti {NUMBER}", "/register", "/rekap",
    "/peran", "/absen", "/plh", "/plt", "/serahkan", "/catat", "/panduan", "/hubungkan AAAA-BBBB",
]  # fmt: skip


@pytest.mark.parametrize("text", COMMANDS)
async def test_and_asks_in_vain(road, text):
    sent = await decided(road, in_the_group(text), THEIRS)
    assert not [each for each in sent if SECRET in repr(each) or each.enclosure is not None]
    assert await unchanged(road)


async def test_and_what_they_reply_to_a_card_changes_nothing(road):
    sent = await decided(road, in_the_group("sudah selesai", reply_to="1001"), THEIRS)
    assert not [each for each in sent if each.to == THEIR_CITIZEN]
    assert await unchanged(road)


# --- somebody else's code -----------------------------------------------------------------------------------------------

TRIED = [
    f"STATUS {CODE}", f"status {NUMBER}", f"BATAL {NUMBER}", f"tambahan {NUMBER}: di sana juga", f"BUKTI {NUMBER}",
    f"TANDA TERIMA {NUMBER}", f"BELUM {NUMBER}", f"SUDAH {NUMBER}", f"cabut laporan {NUMBER}", f"hapus data {NUMBER}",
]  # fmt: skip


@pytest.mark.parametrize("text", TRIED)
async def test_a_citizen_with_somebody_elses_number_learns_and_changes_nothing(road, text):
    sent = await decided(road, said(text, chat="77", message=str(next(_MESSAGES))), THEIRS)
    assert sent
    assert not [each for each in sent if SECRET in repr(each) or each.to == THEIR_CITIZEN]
    assert await unchanged(road)


async def test_a_number_that_exists_is_answered_as_one_that_does_not(road):
    """Or numbers could be counted through to learn which are open."""
    known = await decided(road, said(f"STATUS {NUMBER}", chat="77", message="1"), THEIRS)
    unknown = await decided(road, said("STATUS KDP-2026-0999", chat="78", message="1"), THEIRS)
    assert [each.text.replace(NUMBER, "N") for each in known] == [
        each.text.replace("KDP-2026-0999", "N") for each in unknown
    ]


async def test_codes_cant_be_guessed_one_after_the_other(road):
    """The right code comes as the last of a row of guesses: by then nobody is asked any more."""
    chance = random.Random(5)
    for _ in range(12):
        guess = "".join(chance.choices(string.ascii_uppercase + "23456789", k=4))
        await decided(road, said(f"LANJUT {guess}", chat="77", message=str(next(_MESSAGES))), THEIRS)
    sent = await decided(road, said(f"LANJUT {CODE}", chat="77", message=str(next(_MESSAGES))), THEIRS)
    assert not [each for each in sent if each.to == THEIR_CITIZEN], "its citizen isn't even asked"
    assert await unchanged(road)


@pytest.mark.parametrize(
    "data",
    [
        "", ":", "d", "d:", "d::::::", "d:accept", f"d:accept:{CODE}:-1", f"d:accept:{CODE}:99999999999999999999", "d:accept:%s:1",
        f"d:__class__:{CODE}:1", f"d:accept:{CODE.lower()}:1", f"c:yes:{CODE}:1", "want:report", f"skip:{CODE}", "p:" + "x" * 60,
        f"d:dispose:{CODE}:1:../../901", f"d:label:{CODE}:1:999:ktp", f"d:label:{CODE}:1:-1:ktp", f"d:label:{CODE}:1:x:y:z", "\x00\x1b[2J",
    ],
)  # fmt: skip
@pytest.mark.parametrize("person", ["901", "999"])
async def test_made_up_buttons_are_answered_and_do_nothing(road, data, person):
    event = replace(pressed(data, chat=THEIR_DESK), sender=replace(STRANGER, id=person))
    sent = await decided(road, event, THEIRS)
    assert [each for each in sent if each.kind == "press"]
    assert await unchanged(road)
    parked = await road.store.read(lambda unit: unit.inbox.parked())
    assert not parked
