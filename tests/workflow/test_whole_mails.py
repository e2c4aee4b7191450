"""The whole text of a mail beside its new words: kept, masked, bounded, and shown to who may see it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from tests.workflow.desk_scene import DESK, Scene
from workflow.conversation import Saying
from workflow.happening import Due
from workflow.message import Address, Attachment, Message, Sender
from workflow.procedure import wholes

WHOLE = "Mohon segera dicek.\n\nSari, Jalan Mawar 3, 0812-0000-0000\n\n> Pada Sen, 23 Nov 2026 Kecamatan menulis:\n> Terima kasih."


def mailing(linked: bool = True, **more) -> Scene:
    changes = {**more.pop("changes", {}), **({"linked": True} if linked else {})}
    return Scene("kanigaran", channel="email", chat="sari@contoh.id", changes=changes, **more)


def whole_mails(scene: Scene) -> list[str]:
    return [entry.text for entry in scene.bench.entries if entry.act == wholes.MAIL]


def test_the_whole_mail_goes_into_the_record_of_the_complaint_it_is_about() -> None:
    scene = mailing()
    scene.citizen("KNG-2026-0001 mohon segera dicek.", whole=WHOLE)
    assert whole_mails(scene) == [WHOLE]
    assert all(not each.whole for each in scene.complaint.sayings), "no act has to read it"
    assert "Lihat surel" in scene.labels()


def test_mails_of_a_report_that_is_being_told_go_into_the_record_with_its_ya() -> None:
    scene = mailing(changes={"empty": True})
    names = ("kk.jpg", "ktp.jpg", "lokasi.jpg")
    files = tuple(Attachment(kind="photo", ref=f"r{n}", name=name) for n, name in enumerate(names))
    scene.citizen("jalan depan SD rusak parah, sudah ada yang jatuh", whole="panjang\n" + WHOLE, attachments=files)
    assert scene.talk.draft is not None
    assert [bool(each.whole) for each in scene.talk.draft.sayings].count(True) == 1
    scene.citizen("ya")
    assert whole_mails(scene) == ["panjang\n" + WHOLE]
    assert all(not each.whole for each in scene.complaint.sayings)


def test_a_mail_that_is_no_more_than_its_words_is_not_kept_twice() -> None:
    scene = mailing()
    scene.citizen("KNG-2026-0001 mohon segera dicek.", whole="KNG-2026-0001 mohon segera dicek.\n")
    assert whole_mails(scene) == []
    assert "Lihat surel" not in scene.labels()


def test_long_numbers_in_it_are_masked_wherever_they_stand() -> None:
    message = Message(
        chat=Address("kanigaran", "email", "a@contoh.id"), id="1", sender=Sender(id="a"), at=datetime(2026, 11, 23, tzinfo=UTC),
        text="halo", whole="halo\n> NIK saya 3578 1234 1234 1234",
    )  # fmt: skip
    assert "1234 1234" not in wholes.of(message)


def test_it_is_cut_at_twenty_kilobytes_without_a_broken_sign() -> None:
    scene = mailing()
    scene.citizen("KNG-2026-0001 mohon segera dicek.", whole="é" * 30_000)
    (kept,) = whole_mails(scene)
    assert len(kept.encode()) == wholes.WHOLE_BYTES
    assert set(kept) == {"é"}


def test_outside_a_complaint_only_the_newest_few_keep_it_and_each_mail_once() -> None:
    sayings = tuple(Saying(message=str(n // 2), at=None, text="x", whole=f"w{n // 2}") for n in range(40))  # type: ignore[arg-type]
    kept = [each.whole for each in wholes.bounded(sayings) if each.whole]
    assert kept == ["w15", "w16", "w17", "w18", "w19"]
    assert len(wholes.bounded(sayings)) == 40


@pytest.mark.parametrize("way", ["button", "command"])
def test_who_may_see_documents_reads_it_in_private_and_the_look_is_recorded(way: str) -> None:
    scene = mailing()
    scene.citizen("KNG-2026-0001 mohon segera dicek.", whole=WHOLE)
    if way == "button":
        scene.press("Petugas Satu", "Lihat surel")
        assert scene.alert() == "Dikirim ke chat pribadi Bapak/Ibu."
    else:
        scene.say("Petugas Satu", "/surel kng-2026-0001")
    officer = str(scene.who("Petugas Satu").id)
    (shown,) = [each for each in scene.sent if each.to.chat == officer]
    assert shown.text == f"KNG-2026-0001, surel selengkapnya (Senin, 23 November 2026 pukul 09.12 WIB):\n{WHOLE}"
    assert shown.protect
    assert shown.delete_after_s > 0
    assert not any("Mawar" in each.text for each in scene.sent if each.to.chat == DESK)
    assert scene.bench.entries[-1].act == "viewed"


def test_who_may_not_sees_nothing() -> None:
    scene = mailing()
    scene.citizen("KNG-2026-0001 mohon segera dicek.", whole=WHOLE)
    scene.press("Sekcam", "Lihat surel")
    assert scene.alert().startswith("Maaf")
    scene.say("Sekcam", "/surel KNG-2026-0001")
    assert not any("Mawar" in each.text for each in scene.sent)
    bell = Due(chat=replace(scene.group, chat=str(scene.who("Sekcam").id)), at=scene.bench.now, timer="", kind="mails_wanted",
               subject=scene.complaint.id)  # fmt: skip
    assert scene.bench.feed(bell) == []


@pytest.mark.parametrize("text", ["/surel", "/surel TIDAKADA", "/surel KNG-2026-0099"])
def test_the_command_says_how_it_is_used(text: str) -> None:
    scene = mailing()
    scene.say("Petugas Satu", text)
    assert scene.in_group() == ["Tulis /surel diikuti nomor atau kode pengaduan."]


def test_without_any_it_says_so_and_without_a_private_chat_it_offers_the_link() -> None:
    scene = mailing(linked=False)
    scene.say("Petugas Satu", "/surel KNG-2026-0001")
    assert scene.in_group()[0].startswith("Maaf, untuk pengaduan ini tidak ada surel")
    scene.citizen("KNG-2026-0001 mohon segera dicek.", whole=WHOLE)
    scene.press("Petugas Satu", "Lihat surel")
    assert scene.alert().startswith("Maaf, hubungkan chat pribadi lebih dahulu")
    assert any("buka chat pribadi" in text for text in scene.in_group())
    assert not any("Mawar" in each.text for each in scene.sent)


def test_a_closed_complaint_still_shows_its_mails() -> None:
    scene = mailing()
    scene.citizen("KNG-2026-0001 mohon segera dicek.", whole=WHOLE)
    scene.answer()
    assert scene.complaint.closed_at is not None
    scene.say("Petugas Satu", "/surel 7K3F")
    assert any("Mawar" in each.text for each in scene.sent)


def test_a_crafted_button_shows_nothing() -> None:
    scene = mailing()
    scene.citizen("KNG-2026-0001 mohon segera dicek.", whole=WHOLE)
    posted = scene.bench.posted[-1]
    for data in ("d:mails", "d:mails:NONE:1", "d:mails:7K3F:abc", "d:mails:7K3F:0:x"):
        scene.press_data("4711", data, posted)
        assert isinstance(scene.alert(), str)
        assert not any("Mawar" in each.text for each in scene.sent if each.to.chat == DESK)
