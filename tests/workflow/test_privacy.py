"""Personal data by the core alone: the notice, who may answer a request, what goes and what stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.limits import LIMITS
from tests.workflow.desk_scene import Scene
from tests.workflow.talk import Player, talk
from workflow.conversation import Paper
from workflow.message import Press, Sender
from workflow.office import Office
from workflow.privacy import notice, requests, retention
from workflow.standard import standard

CHANNELS = ("telegram", "whatsapp", "sms", "email")


NUMBER = "+6281234567801"


def reported(office="kanigaran", **changes):
    """A desk, and a citizen on WhatsApp who knows of their report."""
    return Scene(office, channel="whatsapp", chat=NUMBER, changes=changes)


def only(scene):
    (request,) = scene.bench.requests.values()
    return request


# --- the notice -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("office", sorted(standard.shipped()))
@pytest.mark.parametrize("channel", CHANNELS)
def test_the_long_notice_holds_all_that_the_law_names(office, channel):
    rules = standard.shipped()[office]
    words = notice.shown(rules, channel, LIMITS[channel], ["KTP", "KK"]).text
    law, purpose, kinds = "UU 27/2022", "menangani laporan", "isi"
    retention_, rights, time = "30 hari", "alinan", "3 x 24 jam"
    for part in (rules.office.name, law, purpose, kinds, retention_, rights, time, "365", "730", "hapus", "PETUGAS"):
        assert part in words, part
    if channel != "email":
        assert "luar negeri" in words
    if channel != "sms":
        for part in ("Pasal 20 ayat (2) huruf e", "KTP, KK", "setiap pembukaan dicatat", "menarik persetujuan"):
            assert part in words, part


def test_other_words_are_another_version_and_the_same_words_the_same():
    rules = standard.shipped()["kanigaran"]
    one = notice.shown(rules, "telegram", LIMITS["telegram"], ["KTP"])
    assert one == notice.shown(rules, "telegram", LIMITS["telegram"], ["KTP"])
    others = [
        notice.shown(rules, "whatsapp", LIMITS["whatsapp"], ["KTP"]),
        notice.shown(rules, "telegram", LIMITS["telegram"], ["KTP", "KK"]),
        notice.shown(standard.shipped()["kedopok"], "telegram", LIMITS["telegram"], ["KTP"]),
    ]
    assert len({one.version, *(each.version for each in others)}) == 4


@pytest.mark.parametrize(("word", "followed"), [("setuju", "agreed"), ("tidak setuju", "declined")])
def test_what_followed_the_notice_is_recorded_with_its_version(word, followed):
    rules = standard.shipped()["kanigaran"]
    strict = rules.model_copy(update={"privacy": rules.privacy.model_copy(update={"consent": "explicit"})})
    game = Player(office=Office(id="kanigaran", standard=strict, desk="-1"))
    talk(f"warga: jalan rusak depan SD di gg mawar\naduan: Bila setuju, balas SETUJU.\nwarga: {word}", game)
    shown = game.draft.notice
    assert len(shown) == 12
    game.say("privasi")
    assert game.draft.notice == shown, "the long words are those that the short ones named"
    for _ in range(3):
        game.say("nanti")
    game.say("ya")
    entries = [entry for decision in game.decisions for entry in decision.entries]
    (line,) = [each for each in entries if each.act == "notice"]
    assert (line.data["version"], line.data["followed"], line.data["on"]) == (shown, followed, "telegram")
    assert "read_at" in line.data


# --- requests ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("minta salinan data saya", "copy"),
        ("data apa saja yang disimpan tentang saya", "copy"),
        ("siapa saja yang sudah melihat ktp saya?", "copy"),
        ("tolong hapus foto ktp saya", "erase"),
        ("perbaiki data saya, alamat saya salah", "correct"),
        ("data saya jangan disebar", "restrict"),
        ("saya tarik persetujuan saya", "restrict"),
    ],
)
def test_what_is_wished_is_read_from_the_words(text, wish):
    scene = Scene("kanigaran")
    scene.citizen(text)
    assert only(scene).wish == wish
    assert only(scene).due_at - only(scene).asked_at == timedelta(hours=72)
    assert [text for text in scene.in_group() if "data pribadi" in text]


def test_who_has_no_part_in_it_may_not_answer_and_a_colleague_comes_too_late():
    scene = Scene("kanigaran")
    scene.citizen("minta salinan data saya")
    scene.press("Kasi Satu", "Kirim salinan data")
    assert "dijawab petugas" in scene.alert()
    scene.press("Petugas Satu", "Kirim salinan data")
    posted, data = scene.bench.button(scene.group.chat, "Ya, kirim salinan data")
    scene.press_data(str(scene.who("Petugas Satu").id), data, posted)
    assert any(each.startswith("Salinan data") for each in scene.to_citizen())
    scene.press_data(str(scene.who("Petugas Dua").id), data, posted)
    assert scene.alert() == "Maaf, permintaan ini sudah dijawab."
    scene.press_data(str(scene.who("Petugas Dua").id), "d:dreq:ZZZZ:0:copy!", posted)
    assert scene.alert() == "Maaf, permintaan ini tidak ditemukan."


def test_a_second_wish_for_the_same_is_the_same_request():
    scene = Scene("kanigaran")
    scene.citizen("minta salinan data saya")
    scene.citizen("mana salinan data saya?")
    assert len(scene.bench.requests) == 1
    scene.citizen("tolong hapus data saya")
    assert len(scene.bench.requests) == 2


def test_of_a_withheld_report_only_those_who_may_know_hear_and_in_private():
    scene = reported(withheld=True, linked=True)
    scene.citizen("minta salinan data saya")
    cards = [each for each in scene.sent if each.key == requests.key(only(scene))]
    trusted = {str(each.id) for each in scene.bench.office.may_know(scene.bench.now)}
    assert {each.to.chat for each in cards} == trusted
    assert scene.in_group() == []
    card = scene.bench.button(next(iter(trusted)), "Kirim salinan data")
    scene.press_data(str(scene.who("Petugas Satu").id), card[1], card[0])
    assert "dijawab petugas" in scene.alert()
    scene.bench.pass_s(73 * 3600)
    assert not [each for each in scene.bench.sent if each.to.chat == scene.group.chat and "DP-" in each.text]


def test_an_answer_outside_the_window_waits_and_asks_to_write_again():
    scene = reported()
    scene.citizen("minta salinan data saya")
    scene.bench.pass_s(30 * 3600)
    scene.press("Petugas Satu", "Kirim salinan data")
    scene.press("Petugas Satu", "Ya, kirim salinan data")
    knocks = [each for each in scene.bench.sent if each.kind == "knock"]
    assert [each.template for each in knocks] == ["answer_waiting"]
    scene.citizen("ok")
    assert any(each.startswith("Salinan data") for each in scene.to_citizen())


def test_nothing_is_corrected_where_there_is_no_report():
    scene = Scene("kanigaran", changes={"empty": True})
    scene.citizen("tolong perbaiki data saya")
    scene.press("Petugas Satu", "Perbaiki")
    assert "belum mempunyai laporan" in scene.alert()


def test_what_was_wrong_stays_sealed_beside_what_is_right_until_the_identity_goes():
    scene = reported("pegantenan", linked=True)
    scene.citizen("perbaiki data saya, nama saya salah")
    scene.press("Petugas Satu", "Perbaiki")
    scene.reply(
        "Petugas Satu", "tulis yang benar", "nama: Bu Sutinah CONTOH\nisi: jalan depan SD 2 rusak", private=True
    )
    scene.press("Petugas Satu", "Ya, perbaiki", private=True)
    after = scene.complaint
    assert (after.private["name"], after.private["former_name"]) == ("Bu Sutinah CONTOH", "Bu CONTOH")
    assert (after.statement, after.revisions[-1].before) == ("jalan depan SD 2 rusak", "jalan depan SD rusak parah")
    assert not [each for each in scene.bench.entries if "Sutinah" in each.text + str(each.data)]
    assert "former_name" not in retention.ON_REGISTER


# --- what goes --------------------------------------------------------------------------------------------------------


def test_a_report_that_is_opened_again_silences_its_bells():
    scene = reported()
    scene.answer()
    assert {each for each in scene.bench.timers if each.startswith("keep_")}
    scene.citizen("belum")
    assert scene.complaint.closed_at is None
    assert not {each for each in scene.bench.timers if each.startswith("keep_")}


def test_papers_of_the_procedure_and_the_register_stay():
    scene = reported()
    scene.answer()
    before = scene.complaint
    scene.bench.pass_s(800 * 24 * 3600)
    after = scene.complaint
    assert set(after.erased) == set(retention.KINDS)
    for name in ("number", "statement", "answer", "report", "answers", "letter_number", "signed_by"):
        assert getattr(after, name) == getattr(before, name)
    assert all(each.state == "erased" for each in after.papers)
    assert set(scene.bench.erased) == {each.file for each in before.papers}


def test_the_times_hang_on_closing_and_on_nothing_else():
    scene = reported()
    assert not any(retention.due_at(kind, scene.complaint, scene.bench.office) for kind in retention.KINDS)
    scene.citizen("batal")
    scene.citizen("ya")
    closed = scene.complaint.closed_at
    due = [retention.due_at(kind, scene.complaint, scene.bench.office) for kind in retention.KINDS]
    assert due == [closed + timedelta(days=days) for days in (30, 365, 730)]


def test_a_copy_names_what_is_held_once_and_nothing_that_is_not_known_to_be_theirs():
    nik = "3574010101900003"
    private = {
        "name": "Sari Contoh",
        "nik": nik,
        "nik_said": nik,
        "mark:3574**********03": nik,
        "behalf_name": "Bu Tua",
    }
    scene = reported(private=private, linked=True)
    lane = scene.home.lane
    own = {"claimed:01": '{"text":"kata orang lain"}', "held:01": '{"text":"menunggu"}', "phone": "+6281200000501"}
    scene.citizen("minta salinan data saya")
    scene.bench.conversations[lane] = replace(scene.talk, private=own)
    scene.press("Petugas Satu", "Kirim salinan data")
    scene.press("Petugas Satu", "Ya, kirim salinan data")
    (copy,) = [text for text in scene.to_citizen() if "LAPORAN KNG-2026-0001" in text]
    assert copy.count(nik) == 1
    assert f"NIK: {nik}" in copy
    assert "Nama yang diwakili: Bu Tua" in copy
    assert "Nomor telepon: +6281200000501" in copy
    assert all(part not in copy for part in ("kata orang lain", "menunggu", "{", "Claimed", "Held", "Petugas Satu"))


@pytest.mark.parametrize(("statement", "stays"), [(("jalan rusak",), False), ((), True)])
def test_what_was_typed_of_voice_notes_goes_with_the_words_unless_it_is_what_was_registered(statement, stays):
    scene = reported(statement=statement)
    before, after = (
        scene.complaint.confirmed_at - timedelta(minutes=1),
        scene.complaint.confirmed_at + timedelta(days=1),
    )
    voices = tuple(
        Paper(
            file=f"v{n}", message=str(n), at=at, state="ready", type="voice", sort="voice", gist=f"isi {n}", caption="x"
        )
        for n, at in enumerate((before, after))
    )
    closed = replace(scene.complaint, papers=voices, closed_at=after)
    world = scene.bench.world_for(Press(chat=scene.group, id="x", sender=Sender(id="0"), at=scene.bench.now, data="-"))
    done = retention.erase(closed, (retention.MESSAGES,), "contoh", world)
    assert [each.gist for each in done.complaints[-1].papers] == (["isi 0", ""] if stays else ["", ""])
