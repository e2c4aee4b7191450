"""Where else one may complain: named when it's asked for, in whatever words, and after BELUM."""

from __future__ import annotations

import pytest

from tests.workflow.desk_people import OFFICES, office
from tests.workflow.desk_scene import Scene
from tests.workflow.talk import talk
from workflow.message import Limits
from workflow.procedure import lateness

ASKED = [
    "LAPOR LAIN",
    "kemana lagi saya bisa lapor",
    "Kemana lagi saya bisa lapor?",
    "bisa lapor ke mana lagi pak",
    "lapor kmn lagi",
    "saya mau lapor ke ombudsman",
    "kalau tdk ditanggapi lapor kemana?",
]


@pytest.mark.parametrize("words", ASKED)
def test_whoever_asks_where_else_to_complain_is_told_every_route(words: str) -> None:
    player = talk("kanigaran")
    said = player.say(words)[-1].text
    assert "- SP4N-LAPOR!: www.lapor.go.id" in said
    assert "- Ombudsman RI: 137, WA 082137373737, pengaduan@ombudsman.go.id" in said
    assert "KPK" not in said  # that's for confidential reports
    assert player.conversation.draft is None


def test_in_the_midst_of_a_report_it_is_answered_and_the_report_goes_on() -> None:
    player = talk("kanigaran")
    player.say("lampu jalan depan balai desa mati sudah seminggu")
    said = player.say("kemana lagi saya bisa lapor?")[-1].text
    assert "Ombudsman RI" in said
    assert "Kartu Keluarga" in said


def test_after_registration_it_is_answered_too_and_files_nothing() -> None:
    scene = Scene("pekutatan", channel="whatsapp", chat="+6281234567867")
    before = scene.complaint
    scene.citizen("kemana lagi saya bisa lapor")
    assert "Ombudsman RI" in scene.to_citizen()[-1]
    assert scene.complaint == before


@pytest.mark.parametrize("name", OFFICES)
def test_by_sms_the_routes_fit_one_part(name: str) -> None:
    said = lateness.elsewhere(office(name).standard, Limits(short=True))
    assert said.startswith("Selain di sini, pengaduan dapat disampaikan ke: SP4N-LAPOR! www.lapor.go.id")
    assert "Ombudsman RI 137" in said
    assert len(said) <= 160


def test_after_belum_the_other_routes_are_named() -> None:
    scene = Scene("kanigaran", channel="whatsapp", chat="+6281234567867")
    scene.answer()
    scene.citizen("belum")
    scene.citizen("masih berlubang")
    told = [each.text for each in scene.bench.sent if "kami buka kembali" in each.text]
    assert len(told) == 1
    assert "Bila tetap belum terselesaikan, Bapak/Ibu juga dapat menyampaikannya melalui SP4N-LAPOR!" in told[0]
    assert "Ombudsman RI" in told[0]
