"""Extortion told beside an ordinary report never enters the group, where the accused may read it."""

from __future__ import annotations

import pytest

from tests.workflow.desk_scene import DESK, Scene
from tests.workflow.talk import Player, office
from workflow.message import Attachment

NUMBER = "+6281200000501"
TOLD = "Pak Lurah minta uang 500 ribu supaya diproses"


def reported() -> Scene:
    return Scene("kanigaran", changes={"linked": True}, channel="whatsapp", chat=NUMBER)


def in_group(scene: Scene) -> str:
    """All that the group was ever shown."""
    shown = [each for each in scene.bench.posted if each.message.to.chat == DESK]
    return "\n".join(
        part for each in shown for part in (each.text, each.message.refers.words if each.message.refers else "")
    )


@pytest.mark.parametrize(
    "text", [TOLD, f"tambahan KNG-2026-0001: {TOLD}", f"KNG-2026-0001 {TOLD}", f"{TOLD}. saya mau cabut laporan saja"]
)
def test_it_becomes_a_report_of_its_own_that_only_those_trusted_read(text: str) -> None:
    scene = reported()
    scene.citizen(text)
    assert "500 ribu" not in in_group(scene)
    assert scene.talk.draft is not None
    assert scene.talk.draft.confidential
    assert "500 ribu" in "".join(scene.talk.draft.statement)
    assert "tidak kami gabungkan dengan laporan KNG-2026-0001" in " ".join(scene.to_citizen())


def test_an_answer_to_the_office_an_edit_a_caption_and_an_unproven_mail_go_the_same_way() -> None:
    asked = reported()
    asked.press("Petugas Satu", "Minta dilengkapi")
    asked.reply("Petugas Satu", "KNG-2026-0001", "foto rumah")
    asked.citizen(TOLD)
    edited = reported()
    edited.citizen("tambahan KNG-2026-0001: tiangnya miring", id="e1")
    edited.citizen(TOLD, id="e1", edited=True)
    captioned = reported()
    captioned.citizen(TOLD, attachments=(Attachment(kind="photo", ref="r8"),))
    for scene in (asked, edited, captioned):
        assert "500 ribu" not in in_group(scene)
        assert scene.talk.draft is not None
        assert scene.talk.draft.confidential
    assert captioned.talk.draft is not None
    assert len(captioned.talk.draft.papers) == 1
    unproven = reported()
    unproven.citizen(TOLD, claimed=True)
    assert "500 ribu" not in in_group(unproven)
    camat = str(unproven.who("Camat").id)
    assert any("500 ribu" in each.text for each in unproven.bench.sent if each.to.chat == camat)


def test_an_unproven_mail_of_it_is_shown_without_its_words_where_nobody_trusted_can_be_reached() -> None:
    scene = Scene("kanigaran", channel="whatsapp", chat=NUMBER)
    scene.citizen(TOLD, claimed=True)
    assert "500 ribu" not in in_group(scene)
    assert "(dirahasiakan)" in in_group(scene)


def test_a_belum_beside_it_counts_and_says_no_more() -> None:
    scene = reported()
    scene.answer()
    scene.citizen("belum selesai, petugas minta uang 500 ribu baru mau kerja, pungli")
    assert scene.complaint.reopened == 1
    assert "500 ribu" not in in_group(scene)
    later = reported()
    later.answer()
    later.citizen("BELUM")
    later.citizen("petugas minta uang 500 ribu, pungli")
    assert later.complaint.reopened == 1
    assert "500 ribu" not in in_group(later)
    assert later.talk.draft is not None


def test_who_has_a_confidential_report_is_asked_whether_it_is_more_of_that() -> None:
    scene = Scene(
        "kanigaran", channel="whatsapp", chat=NUMBER,
        changes={"linked": True, "confidential": True, "statement": ("Pak Lurah minta uang",)},
    )  # fmt: skip
    scene.citizen(TOLD)
    assert scene.talk.awaiting == "addition"
    scene.citizen("tambahan")
    assert "500 ribu" not in in_group(scene)
    assert scene.talk.draft is None
    assert "said" in scene.acts()


def test_what_waited_for_a_choice_is_not_lost() -> None:
    scene = reported()
    scene.citizen("sampah di pasar menumpuk sudah seminggu bau sekali")
    assert scene.talk.awaiting == "addition"
    scene.citizen(TOLD)
    assert "sampah di pasar" in in_group(scene)
    assert "500 ribu" not in in_group(scene)


ORDINARY = "lampu jalan di jl mawar rt 3 mati sudah seminggu"


@pytest.mark.parametrize(
    "said",
    [
        (("edit", TOLD),),
        (("", "TIDAK ADA"), ("", "petugas minta uang 500 ribu baru mau urus, pungli")),
        (("", "nanti semua"), ("", "UBAH"), ("", "isi laporan"), ("", TOLD)),
        (("", TOLD),),
    ],
)
@pytest.mark.parametrize("name", ["kanigaran", "kedopok"])
def test_a_report_becomes_confidential_by_whatever_tells_of_it_before_the_ya(
    name: str, said: tuple[tuple[str, str], ...]
) -> None:
    player = Player(office=office(name))
    player.say(ORDINARY)
    first = player.last_id
    for how, text in said:
        player.say(text, **({"id": first, "edited": True} if how else {}))
    assert player.draft.confidential
