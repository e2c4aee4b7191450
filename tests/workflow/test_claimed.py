"""Mail that nothing proves to be the citizen's: nothing that exists is shown or changed for it, whatever it wants."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.workflow.desk_scene import DESK, Scene
from workflow.message import Attachment, Location, Message, Press, Sender

SARI = "sari@contoh.id"

EVERYTHING = {
    "complaint": "Lampu jalan di RT 3 mati sudah seminggu, mohon diperbaiki",
    "suggestion": "Saran saya sebaiknya ada tempat sampah di taman",
    "announcement": "saya mau lapor",
    "greeting": "selamat pagi",
    "question": "apa syarat membuat KTP yang hilang?",
    "status_check": "bagaimana perkembangan laporan saya",
    "thanks": "terima kasih banyak",
    "human_request": "saya ingin bicara dengan petugas",
    "privacy_request": "saya minta salinan data pribadi saya",
    "out_of_scope": "berapa harga cabai hari ini",
    "spam": "Pinjaman dana cepat cair klik https://contoh.id/pinjam",
    "unclear": "hmm begitu",
    "YA": "YA",
    "UBAH": "UBAH",
    "NANTI": "NANTI",
    "TIDAK ADA": "TIDAK ADA",
    "PAKAI": "PAKAI",
    "SETUJU": "SETUJU",
    "STATUS": "STATUS KNG-2026-0001",
    "STATUS kode": "STATUS 7K3F",
    "BATAL": "BATAL",
    "cabut": "saya cabut laporan saya",
    "ULANG": "ULANG",
    "MULAI BARU": "MULAI BARU",
    "LANJUT": "LANJUT 7K3F",
    "LANJUT fremd": "LANJUT 9Q2X",
    "PETUGAS": "PETUGAS",
    "BANTUAN": "BANTUAN",
    "PRIVASI": "PRIVASI",
    "SUDAH": "SUDAH",
    "BELUM": "BELUM",
    "OK": "OK",
    "MASUKKAN": "MASUKKAN",
    "ABAIKAN": "ABAIKAN",
    "nomor": "1",
    "tambahan": "tambahan untuk KNG-2026-0001: lubangnya makin dalam",
    "nama": "Nama saya Sari, alamat Jalan Mawar 3",
    "ralat": "eh salah, yang benar RT 3",
    "/status": "/status",
    "/start": "/start",
    "": "",
}


def mailing(**more) -> Scene:
    return Scene("kanigaran", channel="email", chat=SARI, **more)


def unchanged(scene: Scene) -> tuple[object, ...]:
    """All that an unproven mail must leave as it was."""
    talk = scene.bench.conversations.get(scene.home.lane)
    mine = tuple(sorted(scene.bench.complaints.items()))
    names = ("draft", "complaints", "awaiting", "awaiting_for", "questions", "papers", "offered", "extra", "requests")
    kept = tuple(getattr(talk, name) for name in names) if talk else ()
    return mine, kept


def asked_for_proof(scene: Scene) -> list[str]:
    return [text for text in scene.to_citizen() if "balas langsung dari surel kami" in text]


@pytest.mark.parametrize("text", EVERYTHING.values(), ids=EVERYTHING.keys())
@pytest.mark.parametrize("files", [0, 2])
def test_nothing_registered_is_shown_or_changed(text: str, files: int) -> None:
    scene = mailing()
    before = unchanged(scene)
    attachments = tuple(Attachment(kind="photo", ref=f"x{n}") for n in range(files))
    scene.citizen(text, claimed=True, attachments=attachments, location=Location(latitude=1.0, longitude=2.0))
    assert unchanged(scene) == before
    assert len(scene.to_citizen()) == len(asked_for_proof(scene)) == 1
    assert not any(secret in scene.to_citizen()[0] for secret in ("KNG-2026-0001", "7K3F", "jalan depan SD"))
    assert [each.label for each in scene.sent if each.to == scene.home] == [""], "the subject shows no number either"
    assert [each.filed_as for each in scene.talk.sayings] == ["claimed"]


@pytest.mark.parametrize("text", EVERYTHING.values(), ids=EVERYTHING.keys())
def test_nothing_that_is_being_told_is_shown_or_changed(text: str) -> None:
    scene = mailing(changes={"empty": True})
    scene.citizen("jalan depan SD rusak parah, sudah ada yang jatuh")
    before = unchanged(scene)
    assert scene.talk.draft is not None
    scene.citizen(text, claimed=True)
    assert unchanged(scene) == before
    assert len(scene.to_citizen()) == len(asked_for_proof(scene)) == 1
    assert scene.talk.draft.code not in scene.to_citizen()[0]


@pytest.mark.parametrize("text", ["YA", "ya benar"])
def test_a_summary_is_not_confirmed_by_it(text: str) -> None:
    scene = mailing(changes={"empty": True})
    files = tuple(
        Attachment(kind="photo", ref=f"r{n}", name=name) for n, name in enumerate(("kk.jpg", "ktp.jpg", "lokasi.jpg"))
    )
    scene.citizen("jalan depan SD rusak parah, sudah ada yang jatuh", attachments=files)
    assert scene.talk.draft is not None
    assert scene.talk.draft.awaiting == "summary"
    before = unchanged(scene)
    scene.citizen(text, claimed=True)
    assert unchanged(scene) == before
    assert scene.bench.complaints == {}
    scene.citizen(text)
    assert len(scene.bench.complaints) == 1, "the proven one does"


@pytest.mark.parametrize("claimed", [True, False])
def test_a_withdrawal_that_was_asked_about_is_not_confirmed_by_it(claimed: bool) -> None:
    scene = mailing()
    scene.citizen("BATAL")
    scene.citizen("YA", claimed=claimed)
    assert (scene.complaint.closed_as == "") == claimed


def test_an_edit_or_a_press_of_an_unproven_sender_does_nothing() -> None:
    scene = mailing()
    scene.citizen("KNG-2026-0001 tolong segera dicek", id="c1")
    before = unchanged(scene)
    scene.citizen("sudah tidak usah", id="c1", edited=True, claimed=True)
    press = Press(
        chat=scene.home, id="p1", sender=Sender(id=SARI, claimed=True), at=scene.bench.now, data="c:sudah:7K3F"
    )
    scene.bench.feed(press)
    assert unchanged(scene) == before


@pytest.mark.parametrize("text", ["tolong ada kebakaran di pasar sekarang", "saya dipukuli suami saya"])
def test_danger_is_answered_whoever_writes(text: str) -> None:
    scene = mailing()
    scene.citizen("BATAL")
    before = unchanged(scene)
    scene.citizen(text, claimed=True)
    assert unchanged(scene) == before
    assert any("11" in each for each in scene.to_citizen())
    assert not any("KNG-2026-0001" in each for each in scene.to_citizen())


def test_the_first_contact_tells_its_complaint_as_any_other() -> None:
    scene = mailing(changes={"empty": True})
    scene.citizen("jalan depan SD rusak parah, sudah ada yang jatuh", claimed=True)
    assert scene.talk.draft is not None
    assert scene.talk.draft.statement == ("jalan depan SD rusak parah, sudah ada yang jatuh",)
    assert "sudah kami catat" in scene.to_citizen()[0]
    scene.citizen("foto menyusul, NANTI")
    assert scene.talk.draft is not None, "the answer to our mail goes on with it"


@pytest.mark.parametrize("text", [text for text in EVERYTHING.values() if text])
def test_a_first_contact_shows_nothing_of_anybody(text: str) -> None:
    scene = mailing()
    stranger = Message(
        chat=scene.home.__class__("kanigaran", "email", "lain@contoh.id"), id="s1",
        sender=Sender(id="lain@contoh.id", claimed=True), at=scene.bench.now, text=text,
    )  # fmt: skip
    before = scene.complaint
    sent = scene.bench.feed(stranger) + scene.bench.pass_s(2)
    assert scene.complaint == before
    assert not any("jalan depan SD" in each.text for each in sent)


def test_one_sentence_a_day_and_no_more() -> None:
    scene = mailing()
    said = []
    for n in range(30):
        scene.citizen(f"tolong jawab {n}", claimed=True)
        said += scene.to_citizen()
        scene.bench.pass_s(timedelta(hours=2).total_seconds())
    assert len(said) == 3


def test_the_desk_sees_it_once_as_unproven_and_a_reply_goes_to_the_citizens_own_address() -> None:
    scene = mailing()
    scene.citizen(
        "Rumah saya pindah, catat nomor 3578123412341234",
        claimed=True,
        attachments=(Attachment(kind="photo", ref="x"),),
    )
    (shown,) = scene.in_group()
    assert shown.startswith(
        "Surel BELUM TERBUKTI atas nama s… di contoh.id (pemilik laporan KNG-2026-0001): Rumah saya pindah"
    )
    assert "3578123412341234" not in shown
    assert "Lampiran yang belum diambil: 1." in shown
    scene.reply("Petugas Satu", "BELUM TERBUKTI", "Mohon balas surel kami.")
    scene.wait_s(10)
    assert scene.to_citizen() == ["Petugas: Mohon balas surel kami."]


def test_a_flood_of_them_fills_neither_the_desk_nor_the_store() -> None:
    scene = mailing()
    for n in range(300):
        scene.citizen(f"surel palsu {n}", claimed=True)
    posted = [each for each in scene.bench.posted if "BELUM TERBUKTI" in each.text]
    assert len(posted) == 5
    assert len(scene.talk.sayings) <= 200
    assert len([name for name in scene.talk.private if name.startswith("claimed:")]) == 5


def test_beside_a_confidential_report_the_group_sees_nothing_of_it() -> None:
    scene = mailing(changes={"confidential": True})
    scene.citizen("Pak Kasi minta uang lagi", claimed=True)
    assert not any("minta uang" in text for text in scene.in_group())


def test_a_proven_answer_is_asked_whether_they_are_theirs_and_takes_them_over() -> None:
    scene = mailing()
    scene.citizen("Tambahan: lubangnya makin dalam", claimed=True)
    scene.citizen("terima kasih")
    asked = [text for text in scene.to_citizen() if "MASUKKAN" in text]
    assert len(asked) == 1
    assert "- 23 November 2026: «Tambahan: lubangnya makin dalam»" in asked[0]
    scene.citizen("terima kasih lagi")
    assert not any("MASUKKAN" in text for text in scene.to_citizen()), "asked once"
    scene.citizen("MASUKKAN")
    assert scene.complaint.sayings[-1].text == "Tambahan: lubangnya makin dalam"
    assert scene.in_group() == ["Pelapor KNG-2026-0001: Tambahan: lubangnya makin dalam"]
    assert not any(name.startswith("claimed:") for name in scene.talk.private)


def test_a_proven_abaikan_drops_them() -> None:
    scene = mailing()
    scene.citizen("saya cabut laporan saya", claimed=True)
    scene.citizen("apa kabar laporan saya")
    before = scene.complaint
    scene.citizen("ABAIKAN")
    assert scene.to_citizen() == ["Baik, surel itu kami abaikan."]
    assert scene.complaint == before
    scene.citizen("MASUKKAN")
    assert not any("cabut" in each.text for each in scene.complaint.sayings)


def test_their_files_are_fetched_only_when_they_are_taken_over() -> None:
    scene = mailing(changes={"empty": True})
    scene.citizen("jalan depan SD rusak parah, sudah ada yang jatuh")
    scene.citizen("ini ktp", claimed=True, attachments=(Attachment(kind="photo", ref="x", name="ktp.jpg"),))
    assert scene.talk.draft is not None
    assert scene.talk.draft.papers == ()
    scene.citizen("MASUKKAN")
    assert [paper.sort for paper in scene.talk.draft.papers] == ["ktp"]


def test_after_a_month_they_are_offered_no_more() -> None:
    scene = mailing()
    scene.citizen("Tambahan: lubangnya makin dalam", claimed=True)
    scene.bench.pass_s(timedelta(days=31).total_seconds())
    scene.citizen("terima kasih")
    assert not any("MASUKKAN" in text for text in scene.to_citizen())
    assert scene.bench.find(DESK, "BELUM TERBUKTI")
