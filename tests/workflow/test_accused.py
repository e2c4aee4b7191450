"""Extortion and corruption: what its author is told, what is asked, and what if it's about the person it would go to."""

from __future__ import annotations

import pytest

from channels.twilio.gsm7 import fold, segments
from tests.limits import LIMITS
from tests.workflow.desk_people import office as staffed
from tests.workflow.desk_scene import DESK, Scene
from tests.workflow.talk import Player, office
from workflow.message import Attachment
from workflow.standard.standard import shipped

OFFICES = sorted(shipped())
BRIBE = "saya diminta uang 150 ribu waktu urus surat di loket"
HEAD = {name: "kadis" if name.startswith("dpmd") else "camat" for name in OFFICES}


def outward(player: Player) -> list[str]:
    """What the talk said to anybody but its citizen."""
    return [each.text for made in player.decisions for each in made.sends if each.to != player.chat]


@pytest.mark.parametrize("channel", ["telegram", "sms"])
@pytest.mark.parametrize("name", OFFICES)
def test_its_author_is_told_who_reads_it_and_where_else_it_can_go_and_is_asked_for_nothing_of_themselves(
    name: str, channel: str
) -> None:
    player = Player(office=office(name), channel=channel, limits=LIMITS[channel])
    player.say(BRIBE)
    told = player.sent[-1].text
    assert "rahasia" in told
    for route in ("SP4N-LAPOR!", "Ombudsman RI", "137", "KPK", "198", "Inspektorat"):
        assert route in told
    if channel == "sms":
        assert segments(fold(told)).parts <= 2, told
    player.say("kemarin jam 10")
    assert "Sifat: rahasia" in player.sent[-1].text
    player.say("ya")
    assert player.complaint.confidential
    asked = " ".join(each.text for each in player.sent)
    assert not any(word in asked for word in ("KTP", "KK,", "nama lengkap", "alamat Bapak/Ibu", "foto"))
    assert not any("loket" in text for text in outward(player))


@pytest.mark.parametrize("channel", ["telegram", "sms"])
@pytest.mark.parametrize("name", OFFICES)
@pytest.mark.parametrize("later", [False, True])
def test_one_about_the_head_goes_outside_only_whenever_the_head_is_named(
    name: str, channel: str, *, later: bool
) -> None:
    player = Player(office=office(name), channel=channel, limits=LIMITS[channel])
    if later:
        player.say(BRIBE)
        player.say(f"yang minta {HEAD[name]}nya sendiri")
    else:
        player.say(f"pak {HEAD[name]} minta uang 500 ribu untuk tanda tangan surat tanah")
    assert "sendiri?" in player.sent[-1].text
    player.say("ya")
    told = player.sent[-1].text
    for route in ("SP4N-LAPOR!", "Ombudsman RI: 137", "KPK: 198", "Inspektorat"):
        assert route in told
    if channel == "sms":
        assert segments(fold(told)).parts <= 2, told
    assert player.complaints == {}
    assert not player.telling
    assert outward(player) == []


@pytest.mark.parametrize("words", ["pak {first} minta uang 500 ribu di loket", "{name} minta uang 500 ribu di loket"])
def test_the_head_is_known_by_name_too(words: str) -> None:
    place = staffed("kanigaran")
    head = next(person for person in place.staff if person.has_role("camat"))
    player = Player(office=place)
    player.say(words.format(first=head.name.split()[0], name=head.name))
    assert "mengenai Camat sendiri?" in player.sent[-1].text


def test_asked_once_a_no_stands() -> None:
    player = Player(office=office("kanigaran"))
    player.say("staf pak camat minta uang 500 ribu di loket")
    player.say("bukan")
    player.say("stafnya bilang pak camat tidak tahu")
    assert "Sifat: rahasia" in player.sent[-1].text
    player.say("ya")
    assert player.complaint.confidential
    assert all(each.to.chat != DESK or "rahasia" in each.text for made in player.decisions for each in made.sends)


WEEKS = 21 * 86_400


@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize("name", OFFICES)
def test_in_weeks_of_delay_lists_and_books_the_group_reads_no_word_of_it(name: str, *, linked: bool) -> None:
    told = ("dimintai uang 200 ribu di loket dua oleh oknum",)
    changes = {"confidential": True, "statement": told, "private": {}, "linked": linked or {}}
    scene = Scene(name, changes=changes, channel="whatsapp", chat="+6281200000501")
    boss = scene.bench.office.may_know(scene.bench.now)[0]
    scene.citizen("tambahan: buktinya rekaman di hape saya")
    scene.citizen("", attachments=(Attachment(kind="photo", ref="bukti"),))
    scene.citizen("apakah oknum itu sudah diperiksa?")
    scene.wait_s(WEEKS)
    for command in ("/antrean", "/tugas", "/cari loket", "/rekap", "/register"):
        scene.say(boss.name, command)
    group = [each for each in scene.bench.sent if each.to.chat == DESK]
    assert any("rahasia" in each.text for each in group) != linked
    for each in group:
        words = f"{each.text} {each.choices}".casefold()
        assert not any(word in words for word in ("oknum", "loket dua", "200 ribu", "rekaman", "hape")), each.text
        assert each.topic == ""
    if linked:
        private = [each.text for each in scene.bench.sent if each.to.chat == str(boss.id)]
        assert any("RAHASIA" in text and "oknum" in text for text in private)
        assert any("rekaman" in text for text in private)
