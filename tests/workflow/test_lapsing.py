"""Silence of the citizen: told before anything lapses, at most a few times, not at night, and reversed by any message."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.workflow import desk_people, desk_scene
from tests.workflow.desk_scene import DESK, Scene
from tests.workflow.talk import Player, office, said
from workflow.conversation import Conversation
from workflow.happening import Due
from workflow.message import Attachment
from workflow.standard import standard as standards

DAY = 24 * 3600.0


def known(scene: Scene) -> Scene:
    """The citizen's talk knows of the complaint."""
    ids = tuple(scene.bench.complaints)
    scene.bench.conversations[scene.home.lane] = Conversation(address=scene.home, complaints=ids)
    return scene


def asked(channel: str = "telegram", chat: str = "501") -> Scene:
    """The petugas asked for something."""
    scene = known(Scene("kanigaran", channel=channel, chat=chat))
    scene.press("Petugas Satu", "Minta dilengkapi")
    scene.reply("Petugas Satu", "Mohon balas", "foto KK yang jelas")
    scene.press("Petugas Satu", "Ya, kirim permintaan")
    return scene


def lapsed() -> Scene:
    scene = asked()
    scene.wait_s(30 * DAY + 1)
    assert scene.complaint.lapsed_at is not None
    scene.wait_s(12 * 3600)  # not in the night
    return scene


def to_citizen(scene: Scene) -> list[str]:
    """All that the citizen was sent, in order."""
    return [each.text for each in scene.bench.sent if each.to == scene.home]


# --- what staff asked -------------------------------------------------------------------------------------------------


def test_what_was_asked_is_reminded_of_once_then_warned_of_then_it_lapses_and_each_says_how_to_keep_it():
    scene = asked()
    scene.wait_s(3 * DAY + 1)
    assert "Bila belum kami terima sampai 23 Desember 2026, laporan dianggap dicabut." in to_citizen(scene)[-1]
    scene.wait_s(26 * DAY)
    assert "akan dianggap dicabut pada 23 Desember 2026" in to_citizen(scene)[-1]
    assert "cukup balas pesan ini" in to_citizen(scene)[-1]
    assert scene.complaint.closed_at is None
    scene.wait_s(DAY)
    assert "mulai hari ini dianggap dicabut (UU 25/2009)" in to_citizen(scene)[-1]
    assert "balas pesan ini paling lambat 6 Januari 2027" in to_citizen(scene)[-1]
    complaint = scene.complaint
    assert (complaint.closed_as, complaint.lapsed_at) == ("withdrawn", complaint.closed_at)
    assert [act for act in scene.acts() if act in ("remind", "lapse", "withdraw")] == ["remind", "remind", "lapse"]
    scene.wait_s(60 * DAY)
    assert sum("dianggap dicabut" in text for text in to_citizen(scene)) == 3


def test_the_desk_is_told_that_it_lapsed_and_that_it_came_back():
    scene = lapsed()
    assert any("dianggap dicabut. Pesan pelapor membukanya kembali" in each.text for each in scene.bench.sent)
    assert "Dianggap dicabut" in scene.card()
    scene.citizen("maaf baru sempat, KK menyusul besok")
    assert "Langkah 2 dari 7" in scene.card()
    assert any("maaf baru sempat" in text for text in scene.in_group())


@pytest.mark.parametrize(
    "words", ["maaf baru sempat", "masih perlu", "nanti", "ini KK saya pak", "lampunya masih mati"]
)
def test_any_message_within_the_days_of_reopening_brings_it_back(words):
    scene = lapsed()
    before = scene.complaint
    scene.citizen(words)
    complaint = scene.complaint
    assert (complaint.closed_at, complaint.closed_as, complaint.lapsed_at) == (None, "", None)
    assert complaint.step == before.step
    assert "kami lanjutkan" in "\n".join(scene.to_citizen())
    assert "reopen" in scene.acts()


def test_a_photo_brings_it_back_too():
    scene = lapsed()
    scene.citizen("", attachments=(Attachment(kind="photo", ref="kk1"),))
    assert scene.complaint.closed_at is None


@pytest.mark.parametrize("words", ["terima kasih", "status", "makasih pak", "bantuan"])
def test_thanks_and_a_question_where_it_stands_bring_nothing_back(words):
    scene = lapsed()
    scene.citizen(words)
    assert scene.complaint.closed_at is not None


def test_the_time_in_between_was_a_pause_and_the_clock_goes_on():
    scene = asked()
    started, since = scene.complaint.clock_started_at, scene.bench.now
    scene.wait_s(30 * DAY + 1)
    scene.wait_s(2 * DAY)
    scene.citizen("masih perlu")
    (pause,) = scene.complaint.pauses
    assert scene.complaint.clock_started_at == started
    assert (pause.since, pause.until) == (since, scene.bench.now - timedelta(seconds=2))
    assert scene.complaint.due_at is None or scene.complaint.due_at > scene.bench.now


def test_after_the_days_of_reopening_a_message_is_no_way_back():
    scene = lapsed()
    scene.wait_s(15 * DAY)
    scene.citizen("masih perlu")
    assert scene.complaint.closed_at is not None


@pytest.mark.parametrize("words", ["KK menyusul besok", "sudah saya kirim kemarin"])
def test_after_an_answer_nobody_is_reminded_and_nothing_lapses(words):
    scene = asked()
    scene.citizen(words)
    said_before = len(to_citizen(scene))
    scene.wait_s(40 * DAY)
    assert not [text for text in to_citizen(scene)[said_before:] if "dicabut" in text or "menunggu dari" in text]
    assert scene.complaint.lapsed_at is None


def test_after_a_withdrawal_nobody_is_reminded():
    scene = asked()
    scene.citizen("batal")
    scene.citizen("ya")
    assert scene.complaint.closed_as == "withdrawn"
    assert not [key for key in scene.bench.timers if key.startswith(("remind", "warn", "waiting"))]


def test_nothing_is_said_in_the_night():
    scene = Scene("kanigaran", at="2026-11-23 15:55")
    scene.press("Petugas Satu", "Minta dilengkapi")
    scene.wait_s(5 * 3600)
    scene.reply("Petugas Satu", "Mohon balas", "foto KK")
    scene.press("Petugas Satu", "Ya, kirim permintaan")
    for key, timer in scene.bench.timers.items():
        if key.startswith(("remind", "warn")):
            assert scene.bench.office.quiet_until(timer.due_at) is None


def test_on_whatsapp_after_a_day_the_reminder_template_knocks_and_the_words_follow():
    scene = Scene("kanigaran", channel="whatsapp", chat="+6281200000501")
    scene.press("Petugas Satu", "Minta dilengkapi")
    scene.reply("Petugas Satu", "Mohon balas", "foto KK")
    scene.press("Petugas Satu", "Ya, kirim permintaan")
    scene.wait_s(3 * DAY + 1)
    knocks = [each for each in scene.bench.sent if each.kind == "knock"]
    assert [each.template for each in knocks] == ["reminder"]
    scene.citizen("OK")
    assert "Bila belum kami terima" in "\n".join(scene.to_citizen())


# --- what is to come after YA -----------------------------------------------------------------------------------------


def later_kk() -> Scene:
    return known(Scene("kanigaran", without=("kk",)))


def test_what_is_to_come_is_reminded_of_twice_and_nothing_lapses():
    scene = later_kk()
    scene.wait_s(30 * DAY)
    reminders = [text for text in to_citizen(scene) if "kami masih menunggu KK" in text]
    assert len(reminders) == 2
    assert scene.complaint.closed_at is None


@pytest.mark.parametrize("times", [0, 1, 3])
def test_how_often_is_the_offices_own(times):
    text = standards.shipped_text("kanigaran")
    rules = standards.load(text.replace("remind_documents = 2", f"remind_documents = {times}"), place="kanigaran")
    place = replace(desk_people.office("kanigaran"), standard=rules)
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(desk_scene, "office", lambda _: place)
        scene = later_kk()
    scene.wait_s(40 * DAY)
    assert len([text for text in to_citizen(scene) if "kami masih menunggu KK" in text]) == times


@pytest.mark.parametrize("act", ["Cukup", "supplied"])
def test_once_it_came_or_staff_do_without_it_nobody_is_reminded(act):
    scene = later_kk()
    if act == "supplied":
        scene.citizen("ini KK saya", attachments=(Attachment(kind="photo", ref="kk1"),))
    else:
        scene.press("Petugas Satu", "Cukup")
        scene.reply("Petugas Satu", "Mohon balas", "dikenal")
    before = len(to_citizen(scene))
    scene.wait_s(10 * DAY)
    assert not [text for text in to_citizen(scene)[before:] if "menunggu KK" in text]


# --- the unfinished report --------------------------------------------------------------------------------------------


def test_an_unfinished_report_is_reminded_of_and_warned_of_the_day_before_it_is_deleted():
    game = Player()
    game.say("jalan depan SD rusak parah")
    game.pass_time(days=12)
    assert "akan kami hapus" not in said(game.sent)
    warned = said(game.pass_time(days=1, hours=2))
    assert "akan kami hapus beserta fotonya pada Senin, 7 Desember 2026" in warned
    assert game.telling
    assert "sudah kami hapus" in said(game.pass_time(days=1))
    assert not game.telling


@pytest.mark.parametrize("words", ["sebentar", "terima kasih", "halo", "status", "masih perlu", "👍"])
def test_any_message_keeps_it(words):
    game = Player()
    game.say("jalan depan SD rusak parah")
    game.pass_time(days=13, hours=2)
    game.say(words)
    game.pass_time(days=5)
    assert game.telling


def test_after_the_cancelling_no_bell_is_left():
    game = Player()
    game.say("jalan depan SD rusak parah")
    game.say("batal")
    game.say("ya")
    assert not [key for key in game.timers if game.timers[key].kind.endswith("_draft")]


def test_a_blocked_citizen_is_not_reminded():
    game = Player(office=office("kanigaran"))
    game.say("jalan depan SD rusak parah")
    game.conversation = replace(game.conversation, blocked=True)
    assert said(game.pass_time(days=13, hours=23)) == ""


def test_on_whatsapp_what_waited_to_be_read_is_taken_back_once_they_answer():
    scene = known(Scene("kanigaran", channel="whatsapp", chat="+6281200000501"))
    scene.press("Petugas Satu", "Minta dilengkapi")
    scene.reply("Petugas Satu", "Mohon balas", "foto KK")
    scene.press("Petugas Satu", "Ya, kirim permintaan")
    scene.wait_s(31 * DAY)
    assert len([each for each in scene.bench.waiting if "dianggap dicabut" in each.text]) == 1, "the newest alone waits"
    scene.citizen("KK saya menyusul besok")
    told = "\n".join(scene.to_citizen())
    assert "kami lanjutkan" in told
    assert "dianggap dicabut" not in told


@pytest.mark.parametrize("kind", ["remind_document", "remind_asked", "warn_lapse"])
def test_a_bell_that_rings_for_nothing_says_nothing(kind):
    scene = known(Scene("kanigaran"))
    before = len(to_citizen(scene))
    scene.bench.feed(Due(chat=scene.home, at=scene.bench.now, timer="x", kind=kind, subject="id0001"))
    assert len(to_citizen(scene)) == before
    assert scene.bench.ignored


# --- taken back -------------------------------------------------------------------------------------------------------


def done_without() -> Scene:
    """Something was asked for, then the petugas went on without it."""
    scene = known(Scene("kanigaran", without=("kk",)))
    scene.press("Petugas Satu", "Minta dilengkapi")
    scene.reply("Petugas Satu", "Mohon balas", "foto KK yang jelas")
    scene.press("Petugas Satu", "Ya, kirim permintaan")
    scene.press("Petugas Satu", "Cukup")
    scene.reply("Petugas Satu", "alasan", "KK ada di arsip kami.")
    assert scene.complaint.waiting == ""
    return scene


def test_who_takes_back_going_on_without_waits_again_and_it_lapses_in_its_days():
    scene = done_without()
    scene.press("Petugas Satu", "Tarik kembali")
    assert scene.complaint.waiting == "foto KK yang jelas"
    scene.wait_s(30 * DAY + 1)
    assert scene.complaint.lapsed_at is not None


def test_once_the_citizen_answered_no_act_taken_back_makes_the_office_wait_again():
    scene = done_without()
    scene.citizen("KK ada di foto yang kedua.")
    scene.press("Petugas Satu", "Tarik kembali")
    assert (scene.complaint.step, scene.complaint.waiting) == ("verify", "")
    assert all(pause.until for pause in scene.complaint.pauses)
    assert f"waiting:{scene.complaint.id}" not in scene.bench.timers


def test_words_typed_while_it_waited_are_taken_back_without_the_wait_that_is_over():
    scene = known(Scene("kanigaran"))
    for who, label in (("Petugas Satu", "Lengkap"), ("Sekcam", "Teruskan"), ("Camat", "Kasi Satu")):
        scene.press(who, label)
    scene.press("Kasi Satu", "Minta dilengkapi")
    scene.reply("Kasi Satu", "Mohon balas", "di depan rumah nomor berapa?")
    scene.press("Kasi Satu", "Ya, kirim permintaan")
    scene.reply("Kasi Satu", "Langkah 5", "Menunggu keterangan.")
    assert scene.complaint.waiting
    scene.citizen("Nomor 12.")
    undo = scene.complaint.undo
    assert undo is not None
    assert undo.act == "write"
    posted = scene.bench.find(DESK, "Langkah 5")
    scene.press_data(str(scene.who("Kasi Satu").id), f"d:undo:7K3F:{scene.complaint.version}", posted)
    assert (scene.complaint.report, scene.complaint.waiting) == ("", "")
