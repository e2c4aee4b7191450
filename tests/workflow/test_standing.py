"""STATUS as the citizen reads it: plain words, roles and dates, never a name, in one SMS, and only for its owner."""

from __future__ import annotations

from dataclasses import replace as with_world
from datetime import timedelta

import pytest
from msgspec.structs import replace

from channels.twilio.gsm7 import fold, is_gsm
from tests.limits import LIMITS
from tests.workflow.desk_people import office as staffed
from tests.workflow.desk_scene import Scene
from tests.workflow.talk import Player, office, said
from workflow.conversation import Question
from workflow.procedure import standing
from workflow.procedure.stages import ACTS, parts
from workflow.standard.standard import shipped

OFFICES = ("kedopok", "kanigaran", "pegantenan", "dpmd-pasuruan", "pekutatan")
PLACES = [
    (name, step.id, part) for name in OFFICES for step in shipped()[name].steps[1:] for part in range(len(parts(step)))
]


def at(name: str, step: str, part: int = 0, **changes):
    """A complaint that stands there, and the world that sees it."""
    scene = Scene(name)
    world = scene.bench.world_for(_press(scene))
    complaint = replace(scene.complaint, step=step, part=part, step_since=world.now, **changes)
    return complaint, with_world(world, now=world.now + timedelta(minutes=30))


def _press(scene: Scene):
    from workflow.message import Press, Sender

    return Press(chat=scene.group, id="x", sender=Sender(id="0"), at=scene.bench.now, data="-")


@pytest.mark.parametrize(("name", "step", "part"), PLACES)
def test_every_place_of_every_office_is_said_in_plain_words_without_a_name(name, step, part):
    complaint, world = at(name, step, part)
    text = standing.status(complaint, world)
    rows = text.splitlines()
    assert rows[0].startswith("Laporan ")
    assert rows[1].startswith("Langkah ")
    assert rows[1].endswith(".")
    assert rows[1].count(": ") == 1, "what's being done has words of its own"
    assert "Saat ini pada " in text
    assert "sejak pukul 09.12" in text
    assert "Batas waktu" in text
    assert "Terakhir: " in text
    assert not [person.name for person in staffed(name).staff if person.name in text]


@pytest.mark.parametrize(("name", "step", "part"), PLACES)
@pytest.mark.parametrize("changes", [{}, {"waiting": "foto KK yang jelas dan nomor tiang lampunya, mohon segera"}, {"plan": "lampu diganti Kamis pagi oleh Dinas Perhubungan setelah suku cadang datang"}])  # fmt: skip
def test_by_sms_it_is_one_part_and_says_step_and_date_first(name, step, part, changes):
    complaint, world = at(name, step, part, **changes)
    text = standing.status(complaint, world, LIMITS["sms"])
    assert len(fold(text)) <= 160, text
    assert is_gsm(fold(text))
    assert "Langkah " in text


def test_every_act_that_finishes_a_part_has_words_for_while_and_after():
    from workflow.words import texts

    finishing = {part.act for name in OFFICES for step in shipped()[name].steps for part in parts(step)}
    assert {act for act in finishing if f"telling.at.{act}" not in texts()} == set()
    assert {act for act in finishing - {"deliver", "archive"} if f"telling.did.{act}" not in texts()} == set()
    assert finishing <= set(ACTS)


def test_what_is_planned_lacking_and_last_done_is_told():
    complaint, world = at("pekutatan", "correct", plan="tim turun Kamis", returns=1)
    text = standing.status(complaint, world)
    assert "Rencana: tim turun Kamis" in text
    back, world = at("pekutatan", "draft", correction="kurang jelas")
    assert "dikembalikan untuk diperbaiki" in standing.status(back, world)


def test_what_was_referred_names_where_with_its_tracking_number():
    complaint, world = at("kanigaran", "verify", closed_as="referred", referred_to="Dinas PUPR", referred_tracking="8412345")  # fmt: skip
    complaint = replace(complaint, closed_at=world.now)
    text = standing.status(complaint, world)
    assert "kewenangan Dinas PUPR" in text
    assert "Nomor pelacakan SP4N-LAPOR!: 8412345." in text


def test_what_lapsed_says_so_and_until_when_a_message_reverses_it():
    complaint, world = at("kanigaran", "verify", closed_as="withdrawn")
    complaint = replace(complaint, closed_at=world.now, lapsed_at=world.now)
    assert "dianggap dicabut sejak Senin, 23 November 2026" in standing.status(complaint, world)
    assert "paling lambat Senin, 7 Desember 2026" in standing.status(complaint, world)
    later = with_world(world, now=world.now + timedelta(days=15))
    assert "paling lambat" not in standing.status(complaint, later)


def test_a_suggestion_is_called_one():
    complaint, world = at("kedopok", "check", kind="suggestion")
    assert standing.status(complaint, world).startswith("Saran ")


def test_what_can_no_longer_be_reopened_offers_no_belum():
    complaint, world = at("kanigaran", "archive", closed_as="answered", answer="Sudah.", delivery="sent")
    complaint = replace(complaint, closed_at=world.now, answered_at=world.now)
    assert "balas BELUM" in standing.status(complaint, world)
    assert "balas BELUM" not in standing.status(complaint, with_world(world, now=world.now + timedelta(days=20)))
    assert "balas BELUM" not in standing.status(replace(complaint, satisfied="yes"), world)


# --- several ----------------------------------------------------------------------------------------------------------


def two(**player) -> Player:
    game = Player(office=office("pekutatan"), **player)
    for words in ("sampah menumpuk di pantai", "ya", "laporan baru", "jalan ke pura berlubang", "ya"):
        game.say(words)
    assert len(game.complaints) == 2
    return game


def test_several_are_a_short_list_and_one_is_chosen_by_button_number_or_name():
    game = two()
    answer = said(game.say("status"))
    assert "Bapak/Ibu memiliki 2 laporan:" in answer
    assert "- PKT-2026-0001: sampah menumpuk di pantai (langkah 2 dari 5)" in answer
    assert "Saat ini pada" not in answer
    assert "Laporan PKT-2026-0002: jalan ke pura berlubang" in said(
        game.press("PKT-2026-0002: jalan ke pura berlubang")
    )
    game.say("status")
    assert "Laporan PKT-2026-0001" in said(game.say("1"))
    second = list(game.complaints.values())[1]
    for name in (second.number, "pkt 2026 2", second.code, second.code.lower()):
        answer = said(game.say(name))
        assert answer.startswith("Laporan PKT-2026-0002")
        assert "Langkah 2 dari 5" in answer


def test_by_sms_the_list_is_numbered():
    game = two(limits=LIMITS["sms"], channel="sms")
    answer = said(game.say("status"))
    assert "1 PKT-2026-0001" in answer
    assert "PKT-2026-0002." in said(game.say("2"))


def test_a_bare_number_while_another_report_is_told_is_answered_and_the_report_goes_on():
    game = two()
    game.say("laporan baru")
    assert "Langkah 2 dari 5" in said(game.say("PKT-2026-0001"))
    assert game.telling


@pytest.mark.parametrize("words", ["PKT-2026-0001", "status PKT-2026-0001", "7K3F", "cek 7K3F"])
def test_a_stranger_learns_only_that_it_is_not_shown_here(words):
    owner = two()
    first = next(iter(owner.complaints.values()))
    stranger = Player(office=office("pekutatan"))
    stranger.complaints = {first.id: first}
    answer = said(stranger.say(words.replace("7K3F", first.code)))
    assert "tidak kami temukan pada percakapan ini" in answer
    assert "sampah" not in answer
    assert "Langkah" not in answer


def test_a_question_in_work_is_told_of_until_a_petugas_answered():
    game = Player(office=office("pekutatan"))
    game.say("bagaimana syarat mengurus surat domisili usaha?")
    assert game.conversation.questions
    assert "sudah kami teruskan kepada petugas pada Senin, 23 November 2026" in said(game.say("status"))
    marks = {"say:x": f"sent {(game.now + timedelta(minutes=5)).isoformat()}"}
    game.conversation = replace(game.conversation, marks=marks)
    assert "Belum ada laporan" in said(game.say("status"))
    assert isinstance(game.conversation.questions[0], Question)
