"""After the answer, and every way to end: one tap, one question, no rating by silence, no end without an answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.workflow.desk_scene import Scene
from tests.workflow.talk import Player, office, said
from workflow.conversation import Conversation
from workflow.procedure.complaint import Act, Refused, apply
from workflow.procedure.stages import ACTS, parts
from workflow.standard.standard import shipped

OFFICES = ("kedopok", "kanigaran", "pegantenan", "dpmd-pasuruan", "pekutatan")
PLACES = [
    (name, step.id, part) for name in OFFICES for step in shipped()[name].steps[1:] for part in range(len(parts(step)))
]


def standing_at(name: str, step: str, part: int) -> Scene:
    """A complaint of a citizen, put at a part of a step."""
    scene = Scene(name)
    scene.bench.conversations[scene.home.lane] = Conversation(
        address=scene.home, complaints=tuple(scene.bench.complaints)
    )
    first = scene.complaint
    scene.bench.complaints[first.id] = replace(first, step=step, part=part)
    return scene


def answered(name: str = "pekutatan", **player) -> Player:
    game = Player(office=office(name), **player)
    game.say("sampah menumpuk di pantai")
    game.say("ya")
    game.answer_complaint()
    return game


# --- thanks -----------------------------------------------------------------------------------------------------------

THANKS = [
    "terima kasih", "Terima kasih banyak pak", "makasih", "makasih ya min", "tks", "trims", "thanks", "matur nuwun",
    "suwun", "mator sakalangkong", "suksma", "jazakallah", "👍", "🙏🙏", "ok makasih", "baik terima kasih",
    "alhamdulillah", "terima kasih atas bantuannya", "siap terima kasih", "terimakasih bu camat",
]  # fmt: skip


@pytest.mark.parametrize("words", THANKS)
def test_thanks_in_all_their_shapes_reopen_nothing_and_judge_nothing(words):
    game = answered()
    before = game.complaint
    assert "Sama-sama" in said(game.say(words))
    assert game.complaint == before


@pytest.mark.parametrize("words", ["oke", "baik pak", "siap", "ok", "halo", "..."])
def test_a_nod_is_no_judgement(words):
    game = answered()
    game.say(words)
    assert game.complaint.satisfied == ""


def test_silence_is_silence():
    game = answered()
    assert said(game.pass_time(days=60)) == ""
    assert game.complaint.satisfied == ""


# --- SUDAH, BELUM -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["sudah", "SUDAH", "ya", "iya pak", "betul", "sudah selesai", "sudah nyala"])
def test_one_word_says_that_it_is_solved(words):
    game = answered()
    assert "Terima kasih atas tanggapan" in said(game.say(words))
    assert game.complaint.satisfied == "yes"
    assert game.complaint.closed_at is not None


@pytest.mark.parametrize("words", ["belum", "BELUM", "tidak", "masih sama saja"])
def test_belum_reopens_asks_one_short_question_and_names_the_other_routes(words):
    game = answered()
    answer = said(game.say(words))
    assert "kami buka kembali" in answer
    assert "Bila berkenan, apa yang masih kurang?" in answer
    assert "Ombudsman" in answer
    assert (game.complaint.reopened, game.complaint.closed_at) == (1, None)
    game.say("sampahnya baru diangkut separuh")
    assert game.complaint.sayings[-1].text == "sampahnya baru diangkut separuh"
    assert "Bila berkenan" not in said(game.say("sampahnya masih separuh, mohon segera"))


def test_after_the_offices_days_belum_is_a_new_complaint_that_names_the_old_one():
    game = answered()
    game.pass_time(days=15)
    game.say("belum, sampahnya menumpuk lagi")
    game.say("ya")
    old, new = game.complaints.values()
    assert old.reopened == 0
    assert f"(lanjutan laporan {old.number})" in new.statement


# --- withdrawal -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "step", "part"), PLACES)
def test_a_citizen_may_withdraw_at_every_place_of_every_office_and_is_asked_before(name, step, part):
    scene = standing_at(name, step, part)
    assert "Cabut laporan" in "\n".join(text for text in _texts(scene.citizen("batal")))
    assert scene.complaint.closed_at is None
    scene.citizen("tidak")
    assert scene.complaint.closed_at is None
    scene.citizen("cabut laporan saya")
    scene.citizen("ya")
    assert scene.complaint.closed_as == "withdrawn"
    assert "withdraw" in scene.acts()
    assert scene.complaint.answered_at is None


def _texts(sent) -> list[str]:
    return [each.text for each in sent]


# --- the office closes only with an answer ----------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "step", "part"), PLACES)
def test_no_act_of_the_staff_closes_as_answered_without_an_answer(name, step, part):
    scene = standing_at(name, step, part)
    world = scene.bench.world_for(_nothing(scene))
    for written in ({}, {"report": "Sudah.", "draft": "Sudah."}, {"answer": " "}):
        complaint = replace(scene.complaint, **written)
        for person in scene.bench.office.staff:
            for kind in ACTS:
                for arg in ("", "0", "1", str(scene.bench.office.staff[-1].id)):
                    act = Act(kind=kind, by=f"staff:{person.id}", text="kata", data={"arg": arg, "paper": "0"})
                    try:
                        after = apply(complaint, act, world).complaints[-1]
                    except Refused:
                        continue
                    assert after.closed_as != "answered" or (after.answer.strip() and after.answered_at), kind
                    assert after.closed_at is None or after.closed_as in ("answered", "refused", "referred"), kind


def _nothing(scene: Scene):
    from workflow.message import Press, Sender

    return Press(chat=scene.group, id="x", sender=Sender(id="0"), at=scene.bench.now, data="-")


def test_no_passing_of_time_closes_what_the_office_owes():
    for name in OFFICES:
        scene = Scene(name)
        scene.bench.pass_s(timedelta(days=90).total_seconds())
        assert scene.complaint.closed_at is None
