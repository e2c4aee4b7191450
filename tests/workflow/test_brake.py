"""A duel with an answering machine that no header gives away ends in silence, and nothing of it is lost."""

from __future__ import annotations

import pytest

from tests.limits import LIMITS
from tests.workflow.desk_scene import DESK, Scene
from workflow.message import Attachment, Ignored

DAY_S = 24 * 3600
OFFICE = "Terima kasih atas surel Anda. Saya sedang cuti sampai tanggal 30 dan akan membalas sesudahnya."


def mailing(**more) -> Scene:
    return Scene("kanigaran", channel="email", chat="sari@contoh.id", **more)


def duel(scene: Scene, rounds: int, text: str = OFFICE) -> list[int]:
    """Somebody's machine answers every mail of ours; how many mails we sent in each round."""
    ours = []
    for n in range(rounds):
        scene.citizen(text.format(n=n))
        ours.append(len(scene.to_citizen()))
        scene.bench.pass_s(60)
    return ours


@pytest.mark.parametrize("changes", [{"empty": True}, {}])
def test_twenty_rounds_with_a_machine_that_repeats_itself_stop_after_two(changes: dict) -> None:
    scene = mailing(changes=changes)
    ours = duel(scene, 20)
    assert ours[2:] == [0] * 18
    assert all(count >= 1 for count in ours[:2])


@pytest.mark.parametrize("changes", [{"empty": True}, {}])
def test_a_machine_that_changes_its_words_is_answered_twenty_times_a_day(changes: dict) -> None:
    scene = mailing(changes=changes)
    ours = duel(scene, 60, "Tiket nomor {n} sudah kami terima dan akan segera diproses oleh tim kami")
    assert sum(1 for count in ours if count) <= LIMITS["email"].replies_per_day
    assert ours[20:] == [0] * 40


def test_what_comes_after_that_is_kept_and_the_desk_is_told_once_a_day() -> None:
    scene = mailing()
    duel(scene, 20)
    told = [each.text for each in scene.bench.posted if "Kemungkinan balasan otomatis" in each.text]
    assert told == [
        (
            f"Kemungkinan balasan otomatis dari surel s… di contoh.id: {OFFICE}\n"
            "Balasan otomatis kami ke alamat itu berhenti dulu; pesannya tetap disimpan. Balas pesan ini bila perlu dijawab."
        )
    ]
    assert [each.filed_as for each in scene.talk.sayings].count("braked") == 18
    assert len(scene.complaint.sayings) <= 2
    scene.bench.pass_s(DAY_S)
    duel(scene, 5)
    assert len([each for each in scene.bench.posted if "Kemungkinan balasan otomatis" in each.text]) == 2


def test_the_next_day_they_are_answered_again() -> None:
    scene = mailing()
    duel(scene, 20)
    scene.bench.pass_s(DAY_S)
    scene.citizen("status")
    assert "KNG-2026-0001" in scene.to_citizen()[0]


def test_the_same_word_on_different_days_is_no_machine() -> None:
    scene = mailing()
    for _ in range(6):
        scene.citizen("status")
        assert len(scene.to_citizen()) == 1
        scene.bench.pass_s(DAY_S + 60)


def test_photos_without_a_word_are_no_repetition() -> None:
    scene = mailing()
    for n in range(5):
        scene.citizen("", attachments=(Attachment(kind="photo", ref=f"x{n}"),))
    assert len([paper for paper in scene.complaint.papers if paper.sort == ""]) == 5


def test_the_same_words_with_other_photos_are_no_repetition() -> None:
    scene = mailing()
    for n in range(5):
        scene.citizen("Terlampir", attachments=(Attachment(kind="photo", ref=f"x{n}", unique=f"digest {n}"),))
    assert len([paper for paper in scene.complaint.papers if paper.sort == ""]) == 5
    assert not any("Kemungkinan balasan otomatis" in each.text for each in scene.bench.posted)


def test_a_machine_that_sends_its_leaflet_each_time_repeats_itself() -> None:
    scene = mailing()
    for n in range(10):
        scene.citizen(OFFICE, attachments=(Attachment(kind="document", ref=f"{n}", unique="one leaflet"),))
    assert [each.filed_as for each in scene.talk.sayings].count("braked") == 8


def test_photos_that_come_after_many_mails_of_a_day_are_taken_in_all_the_same() -> None:
    scene = mailing()
    duel(scene, 25, "Tambahan {n}: lubangnya di dekat rumah nomor {n}")
    for n in range(100):
        scene.citizen(f"foto {n}", attachments=(Attachment(kind="photo", ref=f"x{n}", unique=f"digest {n}"),))
    known = [paper for paper in scene.complaint.papers if paper.sort == ""]
    assert len(known) == LIMITS["email"].replies_per_day


def test_staffs_words_and_answers_are_never_braked() -> None:
    scene = mailing()
    duel(scene, 20)
    scene.reply("Petugas Satu", "Kemungkinan balasan otomatis", "Mohon maaf, apakah Ibu membaca ini?")
    scene.wait_s(10)
    assert scene.to_citizen() == ["Petugas: Mohon maaf, apakah Ibu membaca ini?"]
    scene.answer()
    assert any(each.kind == "answer" and each.to == scene.home for each in scene.bench.sent)


def test_an_emergency_is_heard_however_many_mails_came_before() -> None:
    scene = mailing()
    duel(scene, 30, "Tiket nomor {n} sudah kami terima dan akan segera diproses oleh tim kami")
    scene.citizen("tolong ada kebakaran di pasar sekarang")
    assert any("113" in text or "112" in text for text in scene.to_citizen())
    assert any(text.startswith("DARURAT") for text in scene.in_group())


@pytest.mark.parametrize("channel", ["telegram", "whatsapp", "sms"])
def test_where_no_channel_asks_for_it_nobody_is_braked(channel: str) -> None:
    chat = "501" if channel == "telegram" else "+6281234567867"
    scene = Scene("kanigaran", channel=channel, chat=chat)
    for _ in range(30):
        scene.citizen("status")
        assert len(scene.to_citizen()) == 1 or channel == "telegram"


def test_machine_mail_that_is_known_as_such_reaches_nobody() -> None:
    scene = mailing()
    before = (dict(scene.bench.complaints), dict(scene.bench.conversations))
    for reason in ("an automatic reply", "a list", "marked as spam", "our own mail"):
        assert scene.bench.feed(Ignored(chat=scene.home, at=scene.bench.now, reason=reason)) == []
    assert (scene.bench.complaints, scene.bench.conversations) == before


def test_of_a_confidential_report_the_group_is_shown_no_word_of_it() -> None:
    scene = mailing(changes={"confidential": True})
    duel(scene, 10, "Pak Kasi minta uang lagi")
    assert not any("minta uang" in each.text for each in scene.bench.posted if each.message.to.chat == DESK)
