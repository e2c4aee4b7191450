"""RAHASIA: the desk works on a report without learning whose it is; the citizen's own papers name them all the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.bench import Bench
from tests.workflow.desk_scene import DESK, Scene
from tests.workflow.talk import Player, office
from workflow.books.line import Rules, line_of
from workflow.heard import hearing, intent
from workflow.message import Attachment, Location, Message, Sender
from workflow.procedure import secrecy
from workflow.record import Complaint, Entry
from workflow.standard.standard import shipped

NAME, NUMBER, STREET = "Sari Contoh", "+6281200000501", "Jl. Contoh 3"
PRIVATE = {"name": NAME, "address": STREET, "phone": NUMBER}


def withheld(name: str = "kanigaran", **changes) -> Scene:
    """A complaint of who asked for secrecy, by WhatsApp; all staff have linked their private chats."""
    told = {"withheld": True, "private": PRIVATE, "linked": True, **changes}
    return Scene(name, changes=told, channel="whatsapp", chat=NUMBER)


def desk(bench: Bench, *, but: tuple[str, ...] = ()) -> str:
    """Everything the staff were ever shown, papers too, but for those who may know."""
    chats = {DESK, *(str(person.id) for person in bench.office.staff)} - set(but)
    shown = [each.message for each in bench.posted if each.message.to.chat in chats]
    said = [
        part
        for each in shown
        for part in (each.text, *each.words, each.refers.words if each.refers else "", *(p.name for p in each.along))
    ]
    return "\n".join(said)


def tells(text: str) -> list[str]:
    """What in a text tells who somebody is."""
    digits = "".join(sign for sign in text if sign.isdigit())
    return [each for each in ("Sari", STREET, "berakhir 01") if each in text] + (
        [NUMBER] if "81200000501" in digits else []
    )


# --- hearing it -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "rahasia", "Rahasiakan nama saya", "RAHASIAKAN", "anonim", "tolong identitas saya dirahasiakan ya pak",
        "jangan sebut nama saya", "nama saya jgn disebut ya min", "mohon kerahasiaan saya dijaga", "saya lapor tp anonim ya",
        "jangan sampai tetangga tahu saya yang lapor", "pak kalau lapor nama saya bisa dirahasiakan?",
    ],
)  # fmt: skip
def test_a_wish_for_secrecy_is_heard(text: str) -> None:
    assert hearing.means(text, "withhold") or intent.says(text, "withhold")
    assert not hearing.means(text, "unwithhold")


@pytest.mark.parametrize(
    "text",
    [
        "sudah rahasia umum lurah minta uang 50rb", "data anggaran desa dirahasiakan dari warga",
        "nama penerima bansos dirahasiakan perangkat desa", "surat tanpa identitas pengirim ditempel di balai desa",
        "identitas pemilik warung tidak jelas", "jangan sampai banjir lagi", "proyek tanpa papan nama",
    ],
)  # fmt: skip
def test_a_story_about_secrets_is_no_wish(text: str) -> None:
    assert not hearing.means(text, "withhold", "unwithhold")
    assert not intent.says(text, "withhold")


@pytest.mark.parametrize(
    "text", ["tidak usah rahasia", "gak usah dirahasiakan", "nama saya boleh disebut", "batal rahasia"]
)
def test_it_is_taken_back_in_many_words(text: str) -> None:
    assert hearing.means(text, "unwithhold") or intent.says(text, "unwithhold")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("saya SARI contoh, jl. contoh 3", "saya (dirahasiakan), (dirahasiakan)"),
        ("WA 0812-0000-0501 atau +62 812 0000 0501", "WA (dirahasiakan) atau (dirahasiakan)"),
        ("nomor dia 0813 1111 2222", "nomor dia 0813 1111 2222"),
        ("Pasar Sarimulyo", "Pasar Sarimulyo"),
        ("", ""),
    ],
)
def test_only_the_person_is_taken_out_of_a_text(text: str, left: str) -> None:
    assert secrecy.without(text, PRIVATE, NUMBER) == left
    assert secrecy.without(left, PRIVATE, NUMBER) == left


# --- the desk ---------------------------------------------------------------------------------------------------------


def test_nothing_at_the_desk_tells_who_it_is_from_the_first_card_to_the_answer() -> None:
    scene = withheld(statement=("jalan depan rumah Sari Contoh rusak, hubungi 081200000501",))
    scene.citizen("tambahan KNG-2026-0001: saya Sari Contoh, nomor saya 0812-0000-0501")
    scene.citizen("apa syarat KTP hilang? balas ke 081200000501")
    scene.citizen("petugas")
    scene.answer()
    for command in ("/cari jalan", "/antrean", "/tugas", "/kartu KNG-2026-0001", "/surat KNG-2026-0001"):
        scene.say("Petugas Satu", command)
        scene.say("Camat", command)
    assert tells(desk(scene.bench)) == []
    scene.say("Petugas Satu", "/cari Sari")
    assert "tidak ditemukan" in scene.in_group()[0].lower()
    assert "(dirahasiakan)" in desk(scene.bench)
    assert "Pelapor minta dirahasiakan" in scene.card()
    assert "Masuk: WhatsApp, Senin" in scene.card()


@pytest.mark.parametrize(("channel", "chat"), [("email", "s.c@contoh.id"), ("whatsapp", NUMBER)])
def test_the_name_of_their_account_is_hidden_where_they_sign_with_it(channel: str, chat: str) -> None:
    scene = Scene("kanigaran", changes={"linked": True}, channel=channel, chat=chat)

    def write(text: str) -> None:
        sender = Sender(id=chat, name=NAME)
        scene.bench.feed(Message(chat=scene.home, id=f"x{len(scene.bench.posted)}", sender=sender, at=scene.bench.now,
                                 text=text))  # fmt: skip
        scene.bench.pass_s(2)

    write("rahasia")
    for text in ("tambahan: tiangnya juga miring.\n\nSalam,\nSari Contoh", "apa syarat KTP hilang? Sari Contoh"):
        write(text)
    write("laporan baru")
    write("sampah menumpuk di Jalan Melati, lapor Sari Contoh")
    write("PETUGAS")
    shown = desk(scene.bench, but=(str(scene.who("Camat").id),))
    assert "tiangnya juga miring" in shown
    assert "sampah menumpuk di Jalan Melati, lapor (dirahasiakan)" in shown
    assert "Sari" not in shown


def test_reasons_and_emergencies_do_not_name_them_either() -> None:
    scene = withheld("kedopok", lacking={"ktp": "hilang, atas nama Sari Contoh", "location_photo": "-"}, papers=())
    assert "tidak ada: hilang, atas nama (dirahasiakan)" in scene.card()
    scene.citizen("kebakaran di Jl. Contoh 3, saya Sari Contoh 0812-0000-0501")
    assert "DARURAT" in scene.in_group()[0]
    assert tells(scene.in_group()[0]) == [STREET]  # help has to find it
    late = Scene("kedopok", channel="whatsapp", chat=NUMBER, changes={
        "linked": True, "private": PRIVATE, "lacking": {"ktp": "dibawa Sari Contoh", "location_photo": "-"}, "papers": (),
    })  # fmt: skip
    assert "dibawa Sari Contoh" in late.card()
    late.citizen("rahasia")
    assert tells(late.card()) == []


def test_papers_in_the_office_hide_them_and_their_own_name_them() -> None:
    scene = withheld()
    scene.answer()
    for command in ("/kartu", "/surat", "/bukti"):
        scene.say("Petugas Satu", f"{command} {scene.complaint.number}", private=True)
    fetched = {each.file: each.ref for each in scene.bench.fetched}
    sheets = {"staff": [], "citizen": []}
    for each in scene.bench.posted:
        if each.message.enclosure and each.message.enclosure.file in fetched:
            whose = "citizen" if each.message.to == scene.home else "staff"
            sheets[whose].append(fetched[each.message.enclosure.file])
    assert len(sheets["staff"]) >= 3
    assert all(tells(sheet) == [] for sheet in sheets["staff"])
    assert any("Pelapor (dirahasiakan)" in sheet for sheet in sheets["staff"])
    assert sheets["citizen"]
    assert all(NAME in sheet for sheet in sheets["citizen"])


def test_only_who_may_know_of_confidential_reports_opens_it_and_each_look_is_recorded() -> None:
    scene = withheld()
    scene.press("Petugas Satu", "Lihat dokumen")
    assert scene.alert() == "Maaf, pelapor minta dirahasiakan. Datanya hanya dapat dibuka Camat."
    assert "viewed" not in scene.acts()
    scene.press("Camat", "Lihat dokumen")
    camat = str(scene.who("Camat").id)
    assert any(NAME in each.text for each in scene.sent if each.to.chat == camat)
    assert all(each.to.chat == camat for each in scene.sent if each.kind == "card")
    (entry,) = [each for each in scene.bench.entries if each.act == "viewed"]
    assert entry.by == f"staff:{camat}"


def test_a_voice_note_of_theirs_is_heard_only_by_who_may_know() -> None:
    scene = withheld()
    scene.citizen("", attachments=(Attachment(kind="voice", ref="r1"),))
    voices = [each for each in scene.bench.sent if each.enclosure and each.enclosure.shown_as == "voice"]
    assert {each.to.chat for each in voices} == {str(scene.who("Camat").id)}


def test_asked_after_registration_the_cards_change_and_the_texts_lose_the_name() -> None:
    player = Scene("kanigaran", channel="whatsapp", chat=NUMBER, changes={"linked": True})
    player.citizen("tambahan KNG-2026-0001: nama saya Sari Contoh, lampunya juga mati")
    assert "berakhir 01" in player.card()
    player.citizen("tolong rahasiakan identitas saya pak, saya Sari Contoh, alamat Jl. Contoh 3")
    assert player.complaint.withheld
    assert tells(player.card()) == []
    assert any("minta dirahasiakan" in text for text in player.in_group())
    assert any("tidak dapat kami tarik" in text for text in player.to_citizen())
    player.citizen("tidak usah rahasia")
    assert not player.complaint.withheld
    assert "berakhir 01" in player.card()


def test_an_act_that_is_taken_back_does_not_uncover_them() -> None:
    scene = Scene("kanigaran", channel="whatsapp", chat=NUMBER, changes={"linked": True})
    scene.press("Petugas Satu", "Lengkap")
    scene.citizen("rahasia")
    scene.press("Petugas Satu", "Tarik kembali")
    assert scene.complaint.withheld
    assert tells(scene.card()) == []


def test_at_the_counter_a_petugas_asks_for_it_and_only_there_takes_it_back() -> None:
    scene = Scene("kanigaran", changes={"empty": True, "linked": True})
    scene.say("Petugas Satu", "/catat Pohon tumbang di Jalan Melati.")
    scene.press("Petugas Satu", "Lainnya")
    scene.press("Petugas Satu", "Rahasiakan pelapor")
    assert scene.complaint.withheld
    scene.press("Petugas Satu", "Lainnya")
    scene.press("Petugas Satu", "Cabut kerahasiaan pelapor")
    assert not scene.complaint.withheld
    by_chat = withheld()
    by_chat.press("Petugas Satu", "", data=f"d:unwithhold:{by_chat.complaint.code}:{by_chat.complaint.version}")
    assert by_chat.complaint.withheld
    assert by_chat.alert().startswith("Maaf")


# --- the talk ---------------------------------------------------------------------------------------------------------


def test_before_any_report_it_is_promised_and_kept() -> None:
    player = Player(office=office("kanigaran"))
    player.say("kalau lapor nama saya bisa dirahasiakan?")
    assert not player.telling
    player.say("lampu jalan di jl mawar mati sudah seminggu")
    assert player.draft.withheld
    assert "kami rahasiakan" not in player.sent[-1].text  # it was told


def test_it_is_told_once_and_stands_in_the_summary_of_a_later_report_too() -> None:
    player = Player(office=office("kanigaran"))
    player.say("lampu jalan di jl mawar mati, tolong nama saya jangan disebutkan. nama saya Sari Contoh")
    player.say("nanti semua")
    summary = player.sent[-1].text
    assert "Identitas: dirahasiakan dari petugas" in summary
    assert "kami rahasiakan" not in summary
    assert player.draft.private["name"] == NAME
    assert all(NAME not in text for text in player.draft.statement)
    player.say("ya")
    assert player.complaint.withheld
    assert NAME not in player.complaint.statement
    player.say("laporan baru")
    assert player.draft.withheld


def test_a_place_and_photos_are_still_shown() -> None:
    scene = withheld(place=Location(latitude=-7.75, longitude=113.2))
    assert any(each.location for each in scene.sent if each.to.chat == DESK)
    assert any(each.enclosure for each in scene.sent if each.to.chat == DESK)


# --- the books --------------------------------------------------------------------------------------------------------


def test_the_register_names_nobody_even_with_names_and_remarks_why() -> None:
    standard = shipped()["kanigaran"]
    now = datetime(2026, 11, 23, 2, tzinfo=UTC)
    complaint = Complaint(
        id="c1", code="7K3F", office="kanigaran", standard=standard.version, received_at=now, confirmed_at=now,
        number="KNG-2026-0001", registered_at=now, statement="Jalan rusak", private=PRIVATE, withheld=True,
    )  # fmt: skip
    history = [
        Entry(complaint="c1", at=now, act="edited", by="citizen", text="Jalan", data={"before": f"Saya {NAME}, jalan"}),
        Entry(complaint="c1", at=now, act="hand_over", by="staff:1", text="ya", data={"received_by": NAME}),
    ]
    line = line_of(complaint, history, Rules(standard=standard, calendar=standard.calendar, now=now, names=True))
    assert tells(repr(line)) == []
    assert "".join(bit.text for bit in line.person) == "(pelapor minta dirahasiakan)"
    assert "pelapor minta dirahasiakan" in line.remarks
    assert "Jalan rusak" in repr(line.matter)
