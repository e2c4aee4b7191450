"""Who gets which paper and when: the citizen, who prints for them, who disposes; on request; never the group."""

import msgspec
import pytest
from msgspec.structs import replace

from tests.workflow.desk_people import DESK, OFFICES, office, opened, world
from tests.workflow.desk_scene import Scene
from workflow import decide
from workflow.conversation import Conversation
from workflow.happening import Due, FileFailed, FileReady
from workflow.message import Address, Limits, Message, Outbound, Sender
from workflow.papers import issuing, verification
from workflow.papers.asked import handled
from workflow.papers.wanted import KINDS, may_print
from workflow.record import Entry

SMS = Limits(files=False, photos=False, short=True)


def wished(decision) -> list[tuple[str, str]]:
    """(paper, chat) of every wish."""
    return [(event.kind.removeprefix("paper:"), lane.chat) for lane, event in decision.posts if isinstance(event, Due)]


def papers(sent: list[Outbound]) -> list[tuple[str, str]]:
    """(chat, name of the file) of what was sent along."""
    return [(each.to.chat, each.enclosure.name) for each in sent if each.enclosure and ".paper-" in each.enclosure.file]


@pytest.fixture
def scene():
    """Kanigaran with everybody's private chat linked."""
    made = Scene("kanigaran", changes={"linked": True})
    made.bench.conversations[made.home.lane] = Conversation(address=made.home, complaints=(made.complaint.id,))
    return made


# --- the citizen ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("kanigaran", ["receipt"]),
        ("pekutatan", ["receipt"]),
        ("dpmd-pasuruan", ["complaint_letter", "receipt"]),
        ("kedopok", []),
        ("pegantenan", []),
    ],
)
def test_at_ya_the_citizen_gets_the_receipt_where_it_is_due_and_what_is_to_be_signed(name, expected):
    decision, here = opened(office(name))
    issued = issuing.issue({}, decision, here)
    assert [kind for kind, _ in wished(issued)] == expected


def test_over_sms_nothing_is_sent_along():
    place = office("kanigaran")
    decision, here = opened(place, limits_of={"telegram": SMS})
    assert wished(issuing.issue({}, decision, here)) == []


def test_with_the_answer_goes_the_letter_with_the_same_words(scene):
    scene.answer()
    (_, name), *_ = [each for each in papers(scene.sent) if each[0] == scene.chat]
    assert name == "Surat jawaban KNG-2026-0001"
    fetch = [each for each in scene.bench.entries if each.act == "printed"]
    assert [each.data["paper"] for each in fetch if each.by == "system"][-1] == "answer_letter"


def test_a_letter_is_drawn_from_a_sealed_reference_in_the_complaints_own_keyring(scene):
    here = scene.bench.world_for(Due(chat=scene.home, at=scene.bench.now, timer="", kind="paper:receipt", subject=scene.complaint.id))  # fmt: skip
    decision = decide.decide(
        Due(chat=scene.home, at=scene.bench.now, timer="", kind="paper:receipt", subject=scene.complaint.id), here
    )
    (fetch,) = decision.fetches
    assert (fetch.source, fetch.keyring, fetch.kind) == ("press", scene.complaint.code, "document")
    assert fetch.ref.startswith('{"paper":"receipt"')
    assert fetch.lane.chat == DESK
    (sent,) = decision.sends
    assert sent.enclosure.file == fetch.file
    assert (sent.key, sent.about) == ("", ""), "whether the paper arrived is no news of the answer"


def test_the_paper_staff_replied_with_goes_and_no_letter_beside_it():
    scene = Scene("kanigaran", changes={"linked": True})
    for who, label in (("Petugas Satu", "Lengkap"), ("Sekcam", "Teruskan"), ("Camat", "Kasi Satu")):
        scene.press(who, label)
    scene.reply("Kasi Satu", "Langkah 5", "Sudah ditambal.")
    scene.press("Kasi Satu", "Kirim laporan")
    scene.reply("Petugas Satu", "Langkah 6", "surat terlampir", files=1)
    complaint = scene.complaint
    given = replace(complaint.papers[-1], sort="answer", state="ready")
    scene.bench.complaints[complaint.id] = replace(complaint, papers=(*complaint.papers[:-1], given))
    scene.press("Petugas Satu", "Kirim")
    scene.press("Petugas Satu", "Ya, kirim")
    assert scene.complaint.answered_at is not None
    assert not any("Surat jawaban" in name for _, name in papers(scene.sent))


# --- the staff --------------------------------------------------------------------------------------------------------


def test_the_disposition_sheet_goes_to_who_disposes_and_who_was_named_in_private(scene):
    scene.press("Petugas Satu", "Lengkap")
    scene.press("Sekcam", "Teruskan")
    scene.press("Camat", "Kasi Satu")
    sheets = [chat for chat, name in papers(scene.sent) if name.startswith("Lembar disposisi")]
    assert sheets == [str(scene.who("Camat").id), str(scene.who("Kasi Satu").id)]
    assert DESK not in sheets


def test_for_people_without_a_chat_the_petugas_gets_what_is_to_be_printed():
    scene = Scene("kanigaran", changes={"linked": True, "empty": True})
    scene.bench.linked.update({str(person.id): str(person.id) for person in scene.bench.office.staff})
    sent = scene.say("Petugas Satu", "/catat jalan depan pasar rusak parah", private=True)
    mine = str(scene.who("Petugas Satu").id)
    assert (mine, "Tanda terima KNG-2026-0001") in papers(sent)


def test_papers_are_a_row_of_the_menu_and_come_in_private(scene):
    scene.press("Petugas Satu", "Lainnya")
    scene.press("Petugas Satu", "Naskah (PDF)")
    scene.press("Petugas Satu", "Kartu Kendali")
    assert scene.alert() == "Dikirim ke chat pribadi Bapak/Ibu."
    assert papers(scene.sent) == [(str(scene.who("Petugas Satu").id), "Kartu kendali KNG-2026-0001")]


@pytest.mark.parametrize(("command", "name"), [("kartu", "Kartu kendali"), ("bukti", "Bukti pengaduan")])
@pytest.mark.parametrize("private", [True, False])
def test_papers_are_asked_for_by_command_and_come_in_private(scene, command, name, private):
    sent = scene.say("Petugas Satu", f"/{command} KNG-2026-0001", private=private)
    assert papers(sent) == [(str(scene.who("Petugas Satu").id), f"{name} KNG-2026-0001")]
    assert ("Dikirim ke chat pribadi" in " ".join(each.text for each in sent)) is not private


def test_a_command_without_a_number_says_how(scene):
    (told,) = scene.say("Petugas Satu", "/kartu")
    assert "misalnya /kartu" in told.text


def test_a_draft_is_seen_by_who_checks_it_marked_as_such():
    scene = Scene("pekutatan", changes={"linked": True})
    scene.press("Sekcam", "Kasi Satu")
    scene.reply("Kasi Satu", "Langkah 3", "Sudah kami angkut.")
    scene.press("Kasi Satu", "Ajukan ke Camat")
    sent = scene.say("Camat", f"/surat {scene.complaint.number}", private=True)
    assert papers(sent) == [(str(scene.who("Camat").id), f"Surat jawaban {scene.complaint.number}")]
    assert any("draf surat jawaban, belum berlaku" in each.text for each in sent)


def test_papers_with_names_are_not_for_everybody():
    scene = Scene("kanigaran", changes={"linked": True})
    here = scene.bench.world_for(Due(chat=scene.home, at=scene.bench.now, timer="", kind="x"))
    other = scene.who("Kasi Dua")
    assert not may_print("evidence", other, scene.complaint, here)
    assert may_print("control", other, scene.complaint, here)
    assert may_print("evidence", scene.who("Camat"), scene.complaint, here)
    secret = replace(scene.complaint, confidential=True)
    assert not any(may_print(kind, scene.who("Petugas Satu"), secret, here) for kind in KINDS.values())
    assert may_print("evidence", scene.who("Camat"), secret, here)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_paper_ever_goes_into_the_group(scene, kind):
    event = Due(chat=scene.group, at=scene.bench.now, timer="direct", kind=f"paper:{kind}", subject=scene.complaint.id)
    assert scene.bench.feed(event) == []


def test_of_a_confidential_complaint_nothing_about_papers_stands_in_the_group():
    scene = Scene("kanigaran", changes={"linked": True, "confidential": True})
    sent = scene.say("Petugas Satu", f"/kartu {scene.complaint.number}")
    assert papers(sent) == []
    failed = FileFailed(chat=scene.group, at=scene.bench.now, file=f"{scene.complaint.id}.paper-receipt-x", reason="broken")  # fmt: skip
    assert {each.to.chat for each in scene.bench.feed(failed)} == {str(scene.who("Camat").id)}


# --- when it can't be drawn -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("reason", "why"), [("broken", "templatnya perlu"), ("timeout", "terlalu lama")])
def test_a_paper_that_fails_is_told_in_words_and_can_be_asked_for_again(scene, reason, why):
    before = scene.complaint
    (told,) = scene.bench.feed(
        FileFailed(chat=scene.group, at=scene.bench.now, file=f"{before.id}.paper-receipt-x", reason=reason)
    )
    assert told.text.startswith("Tanda Terima Pengaduan KNG-2026-0001 belum dapat dicetak")
    assert why in told.text
    assert scene.complaint == before
    assert papers(scene.say("Petugas Satu", "/bukti KNG-2026-0001", private=True))


def test_one_that_was_drawn_is_no_news(scene):
    ready = FileReady(chat=scene.group, at=scene.bench.now, file=f"{scene.complaint.id}.paper-receipt-x", type="pdf",
                      mime="application/pdf", size_bytes=1, sha256="x")  # fmt: skip
    assert scene.bench.feed(ready) == []


# --- asked for by the citizen -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("TANDA TERIMA", "Tanda terima"), ("minta tanda terima ya", "Tanda terima"), ("Resi", "Tanda terima"),
        ("BUKTI", "Bukti pengaduan"), ("minta bukti sudah mengadu", "Bukti pengaduan"), ("bukti KNG-2026-0001", "Bukti pengaduan"),
        ("Bukti 7K3F pak", "Bukti pengaduan"),
    ],
)  # fmt: skip
def test_the_citizen_asks_for_a_paper_by_a_word(scene, words, name):
    assert papers(scene.citizen(words)) == [(scene.chat, f"{name} KNG-2026-0001")]


@pytest.mark.parametrize("words", ["surat", "SURAT JAWABAN"])
def test_a_letter_that_is_not_there_yet_is_said_so(scene, words):
    (told,) = scene.citizen(words)
    assert told.text.startswith("Surat jawaban KNG-2026-0001 belum ada")


@pytest.mark.parametrize(
    "words",
    [
        "bukti fotonya sudah saya kirim",
        "surat pengantar saya hilang",
        "ini buktinya pak, jalan rusak",
        "bukti KNG-2026-0099",
        "halo",
    ],
)
def test_other_words_with_these_in_them_are_heard_as_ever(scene, words):
    assert papers(scene.citizen(words)) == []


def test_a_word_that_nobody_proves_or_that_stands_in_a_report_gives_nothing(scene):
    assert papers(scene.citizen("BUKTI", claimed=True)) == []
    here = scene.bench.world_for(Due(chat=scene.home, at=scene.bench.now, timer="", kind="x"))
    said = Message(
        chat=scene.home, id="1", sender=Sender(id=scene.chat), at=scene.bench.now, text="BUKTI", reply_to="5"
    )
    assert handled(said, here) is None


def test_of_several_reports_the_number_is_asked_for(scene):
    first = scene.complaint
    second = replace(first, id="k2", code="2P2P", number="KNG-2026-0002", statement="lampu mati di depan pasar")
    scene.bench.complaints["k2"] = second
    talk = scene.bench.conversations.get(scene.home.lane) or Conversation(address=scene.home)
    scene.bench.conversations[scene.home.lane] = replace(talk, complaints=(first.id, "k2"))
    (asked,) = scene.citizen("BUKTI")
    assert asked.text.splitlines()[1:] == [
        "KNG-2026-0001: jalan depan SD rusak parah",
        "KNG-2026-0002: lampu mati di depan pasar",
    ]
    assert papers(scene.citizen("BUKTI KNG-2026-0002")) == [(scene.chat, "Bukti pengaduan KNG-2026-0002")]


# --- the code ---------------------------------------------------------------------------------------------------------


def check(scene, text, chat="600", **more):
    at = Address(scene.name, more.pop("channel", "telegram"), chat)
    return scene.bench.feed(Message(chat=at, id=f"k{text}{scene.bench.now}", sender=Sender(id=chat), at=scene.bench.now, text=text, **more))  # fmt: skip


def test_the_code_is_drawn_when_the_answer_leaves_and_stays_when_it_is_reopened(scene):
    assert scene.complaint.verification == ""
    scene.answer()
    code = scene.complaint.verification
    assert len(code) == verification.LENGTH
    assert set(code) <= set(verification.LETTERS)
    scene.citizen("BELUM")
    assert scene.complaint.answered_at is None
    assert scene.complaint.verification == code


@pytest.mark.parametrize("channel", ["telegram", "whatsapp", "sms", "email"])
def test_anybody_on_any_channel_learns_that_a_letter_is_genuine_and_nothing_personal(scene, channel):
    scene.answer()
    code = scene.complaint.verification
    chat = "600" if channel == "telegram" else "warga9@contoh.id" if channel == "email" else "+6281200000600"
    (told,) = check(scene, f"cek {verification.spelled(code).lower()}", chat, channel=channel)
    assert told.text.startswith("Surat ini asli dan diterbitkan oleh Kecamatan Kanigaran:")
    assert "Nomor KNG-2026-0001, tanggal 23 November 2026, hal Tanggapan Pengaduan." in told.text
    assert "jalan depan SD" not in told.text
    assert "ditambal" not in told.text


def test_the_bots_link_checks_as_well(scene):
    scene.answer()
    (told,) = check(scene, "/start", start=f"cek_{scene.complaint.verification}")
    assert told.text.startswith("Surat ini asli")


def test_an_unknown_code_is_said_so_and_guessing_is_braked(scene):
    scene.answer()
    texts = [check(scene, f"CEK 2222{n}33333")[0].text for n in range(2, 9)]
    assert all(text.startswith("Kode ") and "tidak kami kenal" in text for text in texts[:5])
    assert all(text.startswith("Terlalu banyak kode") for text in texts[5:])
    (told,) = check(scene, f"CEK {scene.complaint.verification}")
    assert told.text.startswith("Terlalu banyak kode"), "not even the right one is looked up now"
    (other,) = check(scene, f"CEK {scene.complaint.verification}", chat="601")
    assert other.text.startswith("Surat ini asli"), "others aren't braked"
    scene.bench.pass_s(3700)
    (later,) = check(scene, f"CEK {scene.complaint.verification}")
    assert later.text.startswith("Surat ini asli")


def test_after_a_second_answer_both_letters_are_told_the_first_as_replaced(scene):
    scene.answer()
    first = scene.complaint
    letters = (
        *issuing.printed(first),
        issuing.Printed(number="B-2", date="24 November 2026", subject="Tanggapan Pengaduan"),
    )
    scene.bench.complaints[first.id] = replace(
        first, extra={**first.extra, "letters": msgspec.json.encode(letters).decode()}
    )
    (told,) = check(scene, f"CEK {first.verification}")
    assert "sudah diganti dengan surat berikutnya" in told.text
    assert "Nomor B-2, tanggal 24 November 2026" in told.text


@pytest.mark.parametrize("text", ["cek", "cek lampu", "mohon dicek jalannya", "CEK sudah sampai mana"])
def test_words_that_only_begin_like_it_are_heard_as_ever(scene, text):
    assert not any("Kode" in each.text for each in check(scene, text))


def test_a_code_drawn_from_a_secret_is_long_and_without_signs_that_look_alike():
    drawn = {verification.drawn(f"{n:x}abcdefgh0123456789jkmnpqr") for n in range(2000)}
    assert len(drawn) == 2000
    assert all(len(code) == 10 and not set(code) & set("018BILOS") for code in drawn)


@pytest.mark.parametrize("name", OFFICES)
def test_every_office_can_print_every_paper_that_it_has_at_any_time(name):
    """Whatever state a complaint is in, making a paper raises nothing."""
    from workflow.papers.making import MAKERS

    place = office(name)
    decision, here = opened(place)
    (complaint,) = decision.complaints
    entry = Entry(complaint=complaint.id, at=here.now, act="something new", by="staff:1")
    for entries in ((), decision.entries, (*decision.entries, entry)):
        for make in MAKERS.values():
            make(complaint, entries, world(place))
