"""The desk at its edges: nobody there, no group, wrong files, late news, and staff who are citizens in private."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.bench import Arrival
from tests.workflow.desk_people import citizen, draft, office, opened, straight, world
from tests.workflow.desk_scene import CITIZEN, DESK, Scene
from workflow.conversation import Paper
from workflow.desk import desk, press
from workflow.desk.cards import card_text
from workflow.happening import Delivery, Due, FileFailed, FileReady
from workflow.message import Address, Message, Press, Refers, Sender, TopicMade
from workflow.office import Office
from workflow.procedure.complaint import Act, apply
from workflow.procedure.progress import is_voice
from workflow.procedure.rights import available


def without(place: Office, role: str) -> Office:
    return replace(place, staff=tuple(person for person in place.staff if role not in person.roles))


def shown(place: Office, **changes) -> list[str]:
    here = world(place)
    from workflow.procedure.complaint import open_from

    decision = open_from(replace(draft(place), **changes), citizen(place), here)
    return [each.text for each in desk.show({}, decision.complaints, decision, here).sends]


def test_a_role_that_nobody_holds_is_named_as_such() -> None:
    texts = shown(without(office("pekutatan"), "sekcam"))
    assert "Giliran: Sekcam (belum ada petugasnya)" in texts[1]
    assert texts[2].startswith("PKT-2026-0001: giliran Sekcam, tetapi belum ada petugasnya.")


def test_a_confidential_report_for_which_nobody_is_named_is_at_least_known_to_exist() -> None:
    texts = shown(without(office("pekutatan"), "camat"), confidential=True)
    (text,) = texts
    assert text.startswith("Ada satu laporan rahasia, tetapi belum ada Camat yang dapat membukanya.")
    assert "/peran" in text


def test_the_person_a_confidential_report_is_given_to_is_asked_for_in_the_group_without_a_word_of_it() -> None:
    scene = Scene("pekutatan", changes={"confidential": True, "linked": True, "statement": ("pungli",)})
    kasi = scene.who("Kasi Satu")
    del scene.bench.linked[str(kasi.id)]
    scene.press("Camat", "Kasi Satu", private=True)
    assert scene.in_group() == ["Ada satu laporan rahasia. Kasi Satu: mohon hubungkan chat pribadi untuk membukanya."]


def test_without_a_group_nothing_is_posted_and_nothing_breaks() -> None:
    assert shown(office("kanigaran", desk=None)) == []
    assert shown(office("kanigaran", desk=None), confidential=True) == []


def test_a_suggestion_and_a_confidential_report_lack_nothing() -> None:
    place = office("kanigaran")
    card = shown(place, kind="suggestion", papers=(), later=())[1]
    assert "Saran, bukan pengaduan." in card
    assert "Belum lengkap" not in card
    from workflow.procedure.complaint import open_from

    decision = open_from(replace(draft(place), confidential=True, papers=(), later=()), citizen(place), world(place))
    assert decision.complaints[0].due_at is not None
    assert not any("elum lengkap" in each.text for each in decision.sends)


def test_a_failed_file_and_a_reason_stand_on_the_card() -> None:
    place = office("kanigaran")
    papers = tuple(replace(paper, state="failed") if paper.sort == "kk" else paper for paper in draft(place).papers)
    card = shown(place, papers=papers, lacking={"kk": "hilang"}, later=())[1]
    assert "KK gagal diterima" in card
    assert "Belum lengkap: KK (tidak ada: hilang)" in card


def test_a_card_is_one_message_however_much_was_said() -> None:
    decision, here = opened(office("dpmd-pasuruan"))
    long = "kata " * 900
    complaint = replace(decision.complaints[0], statement=long, answers={"loss": long, "remedy_requested": long},
                        disposed_note=long, report=long, draft=long, correction=long)  # fmt: skip
    assert len(card_text(complaint, here)) <= 4000
    assert card_text(complaint, here).startswith("DPMD-2026-0001")


def test_kedopok_says_through_whom_the_file_goes() -> None:
    scene = Scene("kedopok")
    scene.press("Petugas Satu", "Lengkap")
    scene.press("Kasi Satu", "Teruskan")
    assert "Melalui Sekretaris Kecamatan (Sekcam Satu)." in scene.in_group()[-1]
    assert {m.name for each in scene.sent for m in each.mentions} >= {"Sekcam Satu", "Camat Satu"}


def test_the_letter_number_is_typed_by_replying() -> None:
    scene = Scene("kedopok")
    scene.press("Petugas Satu", "Lengkap")
    scene.press("Kasi Satu", "Teruskan")
    scene.reply("Camat", "Langkah 6", "Lampu sudah menyala.")
    scene.press("Camat", "Setujui jawaban")
    scene.reply("Petugas Satu", "Langkah 7", "060/017/2026")
    assert scene.complaint.letter_number == "060/017/2026"
    assert "«Nomor surat: 060/017/2026" in scene.card()
    assert "\nCamat Kedopok" in scene.card()


def test_a_branch_is_pressed_and_its_result_typed() -> None:
    scene = Scene("dpmd-pasuruan")
    scene.press("Petugas Satu", "Selesai di tingkat petugas")
    scene.reply("Petugas Satu", "Mohon balas", "Sudah kami jelaskan.")
    assert "«Jawaban Dinas" in scene.card()
    scene.bench.complaints["id0001"] = replace(scene.complaint, answer="", report="")
    scene.press("Petugas Satu", "Kirim")
    assert scene.alert() == "Maaf, belum ada kata-kata jawaban. Silakan tulis dengan membalas kartu."


def test_documents_of_a_walk_in_are_taken_in_private_and_labelled() -> None:
    scene = Scene("kanigaran", changes={"empty": True, "linked": True})
    scene.say("Petugas Satu", "/catat Pohon tumbang di Jl. Melati.")
    scene.reply("Petugas Satu", "Langkah 2", "ini KTP-nya", files=1)
    assert scene.in_group() == ["Maaf, ini hanya di chat pribadi."]
    scene.reply("Petugas Satu", "Langkah 2", "", files=1, private=True)
    assert scene.complaint.papers[0].state == "ready"
    scene.press("Petugas Satu", "Lihat dokumen")
    scene.press("Petugas Satu", "KTP", private=True)
    assert scene.alert() == "Diberi nama: KTP."
    assert "KTP diterima" in scene.card()
    assert not [each for each in scene.bench.sent if each.enclosure and each.to.chat == DESK]


def test_a_staff_file_that_cannot_be_had_is_said_on_the_card() -> None:
    scene = Scene("pekutatan")
    scene.press("Sekcam", "Kasi Satu")
    scene.bench.arrivals["r0"] = Arrival()
    scene.reply("Kasi Satu", "Langkah 3", "", files=1)
    assert scene.complaint.draft == "Jawaban terlampir."
    file = scene.complaint.papers[-1].file
    scene.bench.feed(FileFailed(chat=scene.group, at=scene.bench.now, file=file, reason="broken"))
    assert "naskah jawaban gagal diterima" in scene.card()
    scene.bench.feed(FileReady(chat=scene.group, at=scene.bench.now, file="zz", type="photo", mime="image/jpeg",
                               size_bytes=1, sha256="x"))  # fmt: skip
    assert scene.bench.ignored[-1] == "a file of no complaint"


def test_only_photos_and_documents_are_taken_as_papers() -> None:
    from workflow.message import Attachment

    scene = Scene("pekutatan")
    scene.press("Sekcam", "Kasi Satu")
    card = scene.bench.find(DESK, "Langkah 3").id
    scene.say("Kasi Satu", "Draf.", reply_to=card, attachments=(Attachment(kind="sticker", ref="s"),))
    assert scene.complaint.papers == ()


@pytest.mark.parametrize("kind", ["step_due", "total_due", "complete_due"])
def test_a_bell_that_came_too_late_does_nothing(kind: str) -> None:
    scene = Scene("kanigaran")
    scene.press("Petugas Satu", "Minta dilengkapi")
    scene.reply("Petugas Satu", "Mohon balas", "foto KK")
    if kind != "complete_due":
        scene.press("Petugas Satu", "Ya, kirim permintaan")
    before = scene.complaint
    scene.bench.feed(Due(chat=scene.group, at=scene.bench.now, timer="x", kind=kind, subject="id0001"))
    assert scene.complaint == before
    assert scene.bench.ignored


def test_news_of_nothing_we_know_is_ignored() -> None:
    scene = Scene("kanigaran")
    lane = Address("kanigaran", "telegram", CITIZEN)
    scene.bench.feed(Delivery(chat=lane, at=scene.bench.now, key="notice:zz:1", state="failed", about="zz"))
    assert scene.bench.ignored[-1] == "delivery news of no complaint"
    scene.bench.feed(TopicMade(chat=scene.group, at=scene.bench.now, thread="9", name="7K3F", ours=True))
    assert scene.bench.ignored[-1] == "nothing at the desk to act on"
    scene.bench.feed(Delivery(chat=lane, at=scene.bench.now, key="notice:id0001:1", state="failed", about="id0001",
                              kind="notice", reason="diblokir"))  # fmt: skip
    assert scene.bench.find(DESK, "gagal dikirim (diblokir)")


def test_staff_are_citizens_in_private_until_they_act_for_the_office() -> None:
    place = office("kanigaran")
    chat = Address("kanigaran", "telegram", "901")
    sender = Sender(id="901")
    now = world(place).now

    def message(text: str, **more) -> Message:
        return Message(chat=chat, id="1", sender=sender, at=now, text=text, **more)

    unlinked, linked = world(place), world(place, linked={"901": "901"})
    about = world(
        place, linked={"901": "901"}, refers={("901", "5"): Refers(role="card"), ("901", "6"): Refers(role="ack")}
    )
    assert not desk.concerns(message("jalan rusak"), unlinked)
    assert not desk.concerns(message("jalan rusak"), linked)
    assert not desk.concerns(message("/tugas"), unlinked)
    assert desk.concerns(message("/tugas"), linked)
    assert not desk.concerns(message("/status"), linked)
    assert desk.concerns(message("ya", reply_to="5"), about)
    assert not desk.concerns(message("ya", reply_to="6"), about)
    assert desk.concerns(message("/start staff-x", start="staff-x"), unlinked)
    assert desk.concerns(Press(chat=chat, id="1", sender=sender, at=now, data="d:link"), unlinked)
    assert not desk.concerns(Press(chat=chat, id="1", sender=sender, at=now, data="c:ya"), unlinked)
    assert desk.needs(Press(chat=chat, id="1", sender=sender, at=now, data="c:ya"), place) == desk.Needs()
    assert desk.needs(TopicMade(chat=chat, at=now, thread="1", name="x", ours=True), place) == desk.Needs()
    assert desk.needs(message("jalan rusak"), place) == desk.Needs()
    assert desk.needs(message("/tugas"), place).searches[0].open_only
    assert press.needs(
        Press(chat=chat, id="1", sender=sender, at=now, data="d:stop:-:0:m7", message_id="5"), place
    ).keys == ("say:901:m7",)


def test_a_bot_whose_name_is_not_known_cannot_link_and_says_so() -> None:
    place = office("kanigaran")
    here = world(place)
    press = Press(
        chat=Address("kanigaran", "telegram", DESK), id="p", sender=Sender(id="901"), at=here.now, data="d:link"
    )
    decision = desk.handle(press, here)
    assert decision.links == ()
    assert any("nama bot belum diketahui" in each.text for each in decision.sends)


def test_replies_to_what_is_gone_are_refused_and_to_what_means_nothing_are_left_alone() -> None:
    place = office("kanigaran")
    roles = ("card", "prompt", "relay", "held", "handover")
    here = world(place, refers={(DESK, role): Refers(role=role, complaint="gone", detail="ask") for role in roles})
    for role in roles:
        message = Message(chat=Address("kanigaran", "telegram", DESK), id="1", sender=Sender(id="901"), at=here.now,
                          private=False, text="halo", reply_to=role)  # fmt: skip
        decision = desk.handle(message, here)
        if role == "held":
            assert decision.ignored
        else:
            assert decision.sends[0].text.startswith("Maaf"), role
        assert desk.handle(replace(message, edited=True), here).sends == () or role == "relay"


def test_a_voice_note_is_words_and_no_document() -> None:
    decision, here = opened(office("kanigaran"))
    voice = Paper(file="v", message="1", at=here.now, sort="voice", state="ready", type="voice", gist="lampu mati")
    assert is_voice(voice)
    complaint = replace(decision.complaints[0], papers=(*decision.complaints[0].papers, voice), statement="")
    assert "Laporan: lampu mati" in card_text(complaint, here)
    assert "belum diberi nama" not in card_text(complaint, here)
    assert available(complaint, here.office.standard)[0] == "complete"


def test_an_act_by_hand_or_help_that_changes_nothing_is_refused() -> None:
    scene = Scene("pekutatan")
    scene.press("Sekcam", "Kasi Satu")
    for kind in ("hand", "help"):
        me = str(scene.who("Kasi Satu").id)
        scene.press("Kasi Satu", "", data=f"d:{kind}:7K3F:{scene.complaint.version}:{me}")
        assert scene.alert().startswith("Maaf")
    helpers = scene.complaint
    done = apply(helpers, straight(helpers, scene.bench.world_for(
        Due(chat=scene.group, at=scene.bench.now, timer="x", kind="opening_list"))),
        scene.bench.world_for(Due(chat=scene.group, at=scene.bench.now, timer="x", kind="opening_list")))  # fmt: skip
    assert done.entries[0].act == "write"
    with pytest.raises(Exception, match="no_text"):
        apply(helpers, Act(kind="write", by=f"staff:{scene.who('Kasi Satu').id}"), world(office("pekutatan")))
