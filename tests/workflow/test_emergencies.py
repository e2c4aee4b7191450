"""Emergencies at every office: the right numbers in the first answer, before any form, and the desk alarmed at once."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from channels.twilio.gsm7 import fold, segments
from tests.limits import LIMITS
from tests.workflow.desk_scene import DESK, Scene
from tests.workflow.talk import Player, office
from workflow.standard.standard import shipped

OFFICES = sorted(shipped())
WITHOUT_112 = ("pegantenan", "pekutatan")  # none was found for Pamekasan and Jembrana
DANGERS = {
    "fire": ("tolong ada kebakaran di pasar, api besar", ("113",)),
    "a house on fire, in Javanese": ("omahe pak RT kobong", ("113",)),
    "accident": ("ada kecelakaan motor di depan kantor, orangnya tidak sadar", ("119", "110")),
    "ambulance": ("butuh ambulans segera bapak saya pingsan", ("119",)),
    "robbery": ("ada perampokan di toko sebelah sekarang", ("110",)),
    "stabbing": ("ada orang dibacok di terminal", ("110", "119")),
    "flood": ("banjir bandang air sudah sepinggang tolong", ("117", "115")),
    "earthquake": ("gempa rumah roboh", ("117",)),
    "drowning": ("ada anak tenggelam di sungai tolong", ("115", "119")),
    "electric shock": ("ada orang kesetrum kabel listrik putus", ("123", "119")),
    "suicide": ("saya ingin bunuh diri", ("119 ext. 8", "110")),
}


@pytest.mark.parametrize("channel", ["telegram", "sms", "whatsapp", "email"])
@pytest.mark.parametrize("danger", DANGERS)
@pytest.mark.parametrize("name", OFFICES)
def test_the_numbers_come_first_nothing_is_asked_and_the_desk_is_alarmed(name: str, danger: str, channel: str) -> None:
    text, numbers = DANGERS[danger]
    player = Player(office=office(name), channel=channel, limits=LIMITS[channel])
    player.say(text)
    assert len(player.sent) == 1
    answer = player.sent[0].text
    listed = [line.split(" (")[0].strip() for line in answer.splitlines() if line.rstrip().endswith(")")]
    assert set(numbers) <= set(listed), answer
    assert "112" not in listed, "no office has confirmed its own number yet"
    assert "24 jam" in answer
    assert "Petugas kami beri tahu" in answer
    assert not any(word in answer for word in ("KTP", "PRIVASI", "Mohon kirim", "Mohon tuliskan", "SETUJU"))
    assert not player.telling
    assert player.complaints == {}
    alarms = [each for made in player.decisions for each in made.sends if each.to.chat == player.office.desk]
    assert [("DARURAT" in each.text, each.silent) for each in alarms] == [(True, False)]
    if channel == "sms":
        assert segments(fold(answer)).parts <= 2, answer
    if danger != "suicide":
        assert "laporan" in answer


@pytest.mark.parametrize("name", OFFICES)
def test_the_offices_own_number_comes_first_once_it_is_confirmed_with_a_date(name: str) -> None:
    place = office(name)
    section = place.standard.emergency
    if name in WITHOUT_112:
        assert all(each.number != "112" for each in section.numbers)
    mine = [each.number for each in section.numbers if each.scope == "local"]
    for dated, shown in ((None, False), (date(2026, 11, 20), True)):
        confirmed = section.model_copy(update={"confirmed": True, "confirmed_on": dated})
        standard = place.standard.model_copy(update={"emergency": confirmed})
        player = Player(office=replace(place, standard=standard))
        player.say(DANGERS["fire"][0])
        lines = player.sent[0].text.splitlines()
        first = lines[1].split(" (D")[0]
        assert (first in mine) == (shown and bool(mine)), lines


def test_when_it_is_safe_an_ordinary_report_is_offered_and_begins_with_what_was_said() -> None:
    player = Player(office=office("kanigaran"))
    player.say(DANGERS["fire"][0])
    assert [each.label for row in player.sent[0].choices for each in row] == ["Buat laporan"]
    player.press("Buat laporan")
    assert player.telling
    assert player.draft.statement == (DANGERS["fire"][0],)


def test_of_somebody_who_speaks_of_dying_no_report_is_asked() -> None:
    player = Player(office=office("kanigaran"))
    player.say(DANGERS["suicide"][0])
    assert player.sent[0].choices == ()


@pytest.mark.parametrize("name", OFFICES)
def test_the_alarm_sounds_at_night_and_its_words_are_written_nowhere_else(name: str) -> None:
    scene = Scene(name, at="2026-11-22 02:10", changes={"empty": True})
    scene.citizen(DANGERS["fire"][0])
    alarm = next(each for each in scene.sent if each.to.chat == DESK)
    assert not alarm.silent
    assert alarm.mentions
    assert scene.bench.complaints == {}
    assert scene.bench.entries == []
