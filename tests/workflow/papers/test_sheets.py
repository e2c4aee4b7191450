"""Every paper as plain data: what stands on it, whose signature, and that the answer's words are the chat's."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from workflow.conversation import Paper
from workflow.message import Address
from workflow.papers import control, signing
from workflow.papers.making import MAKERS
from workflow.papers.sample import sample
from workflow.papers.sheet import Sheet, ref
from workflow.procedure import telling
from workflow.procedure.stages import ACTS
from workflow.record import Entry, Pause
from workflow.standard.standard import shipped

AT = datetime(2026, 11, 25, 3, 12, tzinfo=UTC)
OFFICES = tuple(shipped())
SIGNED = {"kedopok": "Camat Kedopok,", "pegantenan": "Camat Pegantenan,", "pekutatan": "Camat Pekutatan,"}


def whole(name: str):
    return sample(shipped()[name], AT)


def made(kind: str, name: str = "pegantenan", **changes) -> Sheet | None:
    complaint, entries, world = whole(name)
    return MAKERS[kind](replace(complaint, **changes), entries, world)


def rows(sheet: Sheet) -> dict[str, str]:
    return {row.label: row.value for row in sheet.rows}


def words_of(sheet: Sheet) -> str:
    return ref(sheet)


# --- the letter -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OFFICES)
@pytest.mark.parametrize(
    "text", ["Sudah diperbaiki.", "Sudah.\n\nMohon ditunggu:\n1. satu\n2. dua", "  # $x$ *tebal* #panic()  "]
)
def test_the_letter_and_the_chat_say_the_same_words(name, text):
    complaint, entries, world = whole(name)
    complaint = replace(complaint, answer=text, draft=text, report=text)
    entries = [
        replace(each, text=text) if each.act in (*signing.WRITING, *signing.LEAVING) else each for each in entries
    ]
    sheet = MAKERS["answer_letter"](complaint, entries, world)
    chat = telling.answer(complaint, world)
    assert text in chat
    assert [line.strip() for line in text.splitlines() if line.strip()] == list(sheet.body)
    assert all(line in chat for line in sheet.body)


def test_the_letter_says_what_left_even_if_the_case_went_on():
    """BELUM came before it was drawn: the words are those of the record."""
    complaint, entries, world = whole("pegantenan")
    sheet = MAKERS["answer_letter"](replace(complaint, answer="lain", draft="lain"), entries, world)
    assert " ".join(sheet.body).startswith("Petugas kami telah memeriksa")


@pytest.mark.parametrize("name", OFFICES)
def test_a_signature_stands_only_where_somebody_is_published_to_sign(name):
    (sign,) = made("answer_letter", name).signs
    if name in SIGNED:
        assert sign.role == (SIGNED[name],)
        assert sign.how.startswith("disetujui secara elektronik pada ")
        assert sign.name.endswith("CONTOH, S.Sos.")
        assert sign.below == ("Penata Tingkat I (III/d)", "NIP 190000000000000000")
    else:
        label = shipped()[name].role(shipped()[name].delivers_at().actor).label
        assert sign.role == ("Disampaikan oleh", label, shipped()[name].office.name)
        assert not sign.name


def test_the_block_of_who_received_an_answer_names_them_and_nobody_else():
    complaint, entries, world = whole("pegantenan")
    by_hand = replace(complaint, citizen=None)
    for taken, name in (("Budi (suami)", "Budi (suami)"), ("", "Sari CONTOH")):
        handed = [
            replace(each, act="hand_over", data={"received_by": taken, "proof": "a b", "shared": "Wati"})
            if each.act == "deliver" else each
            for each in entries
        ]  # fmt: skip
        sheet = MAKERS["sending"](by_hand, handed, world)
        assert sheet.signs[0].name == name
        assert rows(sheet)["Bukti penerimaan"] == "foto bukti (2)"
        assert rows(sheet)["Diserahkan oleh"] == sheet.signs[1].name == "Wati"
        assert sheet.signs[1].role == ("Staf,",)


def test_proof_of_complaining_bears_the_letters_code_only_once_there_is_a_letter():
    complaint, entries, world = whole("pegantenan")
    begun = replace(complaint, answered_at=None, closed_at=None, closed_as="")
    assert MAKERS["evidence"](begun, entries[:5], world).verify is None
    assert MAKERS["evidence"](complaint, entries, world).verify is not None


@pytest.mark.parametrize("name", OFFICES)
def test_the_sample_reports_once_and_is_registered_when_its_record_says_so(name):
    complaint, entries, _ = whole(name)
    assert [each.act for each in entries].count("submit") == 1
    assert {each.at for each in entries if each.act == "register"} <= {complaint.registered_at}


def test_a_disposition_is_disposed_and_not_approved():
    (sign,) = made("disposition").signs
    assert sign.how.startswith("didisposisikan secara elektronik pada ")


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("kind", ["receipt", "answer_letter", "evidence", "sending", "control"])
def test_a_suggestion_is_never_called_a_complaint(kind, closed):
    standard = shipped()["kedopok"]
    end = {} if closed or kind == "sending" else {"closed_at": None, "closed_as": "", "answered_at": None}
    complaint, entries, world = whole("kedopok")
    told = replace(complaint, kind="suggestion", private={}, letter_number="", numbered_at=None, **end)
    sheet = MAKERS[kind](told, entries, world)
    said = words_of(replace(sheet, subtitle="")).replace(standard.service.name, "").replace("layanan pengaduan", "")
    assert "engadu" not in said
    if kind == "answer_letter":
        assert rows(sheet)["Nomor"] == "KDP-2026-0001 (nomor register)"
        assert rows(sheet)["Hal"] == "Tanggapan atas Saran"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pegantenan", "Diperiksa dan diparaf"),
        ("pekutatan", "Diperiksa dan disetujui"),
        ("kedopok", "Jawaban ditulis dan disetujui"),
    ],
)
def test_a_check_is_called_a_paraf_only_where_a_signature_follows(name, said):
    assert said in [line[2] for line in made("control", name).table]
    told = [line[1] for line in made("evidence", name).table]
    assert said in told or name == "kedopok", "who complained isn't told of drafts"


def signed_by(*changes) -> list[Entry]:
    """Pegantenan's record with other things in it."""
    _, entries, _ = whole("pegantenan")
    found = []
    for entry in entries:
        found.append(entry)
        for act, after in changes:
            if entry.act == act:
                found[-1:] = after(entry)
    return found


def brought(entries) -> bool:
    complaint, _, world = whole("pegantenan")
    (sign,) = MAKERS["answer_letter"](complaint, entries, world).signs
    return sign.role[0] == "Disampaikan oleh"


@pytest.mark.parametrize(
    ("label", "entries", "unsigned"),
    [
        ("as it went", signed_by(), False),
        ("nobody signed", signed_by(("sign", lambda _: [])), True),
        (
            "only the paraf",
            signed_by(("sign", lambda e: [replace(e, act="approve", by="staff:103", role="sekcam")])),
            True,
        ),
        ("another person's press", signed_by(("sign", lambda e: [replace(e, by="staff:101", role="petugas")])), True),
        (
            "objected to",
            signed_by(
                ("sign", lambda e: [replace(e, version=7), replace(e, act="objected", data={"to_version": "7"})])
            ),
            True,
        ),
        (
            "somebody else objected to their own paraf",
            signed_by(("sign", lambda e: [e, replace(e, act="objected", by="staff:103", data={"to_act": "approve"})])),
            False,
        ),
        ("returned after it", signed_by(("sign", lambda e: [e, replace(e, act="return")])), True),
        ("taken back", signed_by(("sign", lambda e: [e, replace(e, act="koreksi", data={"undone": "sign"})])), True),
        ("other words left", signed_by(("deliver", lambda e: [replace(e, text="Lain sama sekali.")])), True),
        ("signed before it was reopened", signed_by(("sign", lambda e: [e, replace(e, act="reopen")])), True),
        (
            "rewritten after it",
            signed_by(("sign", lambda e: [e, replace(e, act="draft", by="staff:101", role="petugas")])),
            True,
        ),
    ],
)
def test_changed_or_unapproved_words_are_nobodys(label, entries, unsigned):
    assert brought(entries) is unsigned, label


def test_a_stand_in_signs_in_their_own_form():
    entries = signed_by(
        (
            "sign",
            lambda e: [
                replace(e, by="staff:103", name="Pegawai C CONTOH, S.Sos.", data={**e.data, "standing_in": "plh:camat"})
            ],
        )
    )
    complaint, _, world = whole("pegantenan")
    (sign,) = MAKERS["answer_letter"](complaint, entries, world).signs
    assert sign.role == ("Plh. Camat Pegantenan,", "Sekcam")
    assert sign.name == "Pegawai C CONTOH, S.Sos."


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("phone", "disetujui lewat telepon"),
        ("sheet", "disetujui pada lembar naskah"),
        ("said", "disetujui secara lisan"),
    ],
)
def test_an_approval_that_was_entered_for_somebody_is_printed_so(how, words):
    data = {"entered_for": "104", "entered_name": "Pegawai D CONTOH, S.Sos.", "how": how}
    entries = signed_by(("sign", lambda e: [replace(e, by="staff:101", name="Siti CONTOH", data={**e.data, **data})]))
    complaint, _, world = whole("pegantenan")
    (sign,) = MAKERS["answer_letter"](complaint, entries, world).signs
    assert sign.how.startswith(words)
    assert "Siti CONTOH" in sign.how
    assert sign.name == "Pegawai D CONTOH, S.Sos."


@pytest.mark.parametrize("kind", ["photo", "pdf"])
def test_no_letter_is_drawn_beside_the_paper_that_staff_gave(kind):
    paper = Paper(file="k.1", message="1", at=AT, state="ready", type=kind, sort="answer")
    assert made("answer_letter", papers=(paper,)) is None
    assert made("answer_letter", papers=(replace(paper, sort="supporting"),)) is not None


def test_a_draft_is_marked_and_bears_neither_signature_nor_code():
    sheet = made("answer_letter", answered_at=None, closed_at=None, step="s08", part=0)
    assert sheet.draft == "DRAF"
    assert sheet.verify is None
    (sign,) = sheet.signs
    assert (sign.role, sign.how, sign.name) == (("Camat Pegantenan,",), "", "")


def test_the_head_of_a_letter_has_number_urgency_enclosures_and_subject():
    sheet = made("answer_letter")
    assert rows(sheet) == {
        "Nomor": "000/012/CONTOH/2026", "Sifat": "Biasa", "Lampiran": "-", "Hal": "Tanggapan Pengaduan",
    }  # fmt: skip
    assert sheet.dated == "Pegantenan, 25 November 2026"
    assert sheet.kop.government == "PEMERINTAH KABUPATEN PAMEKASAN"
    assert sheet.kop.contact == ("Jalan Raya Pegantenan 69361", "Telepon (0324) 7710982, HP 087750014595")


def test_where_no_step_numbers_letters_the_register_number_stands_for_it():
    assert rows(made("answer_letter", "kanigaran"))["Nomor"] == "KNG-2026-0001 (nomor register)"
    assert rows(made("answer_letter", letter_number=""))["Nomor"].startswith("....")


# --- the others -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OFFICES)
def test_the_receipt_has_what_the_law_wants(name):
    """UU 25/2009, Pasal 44: identity, short description, place and time, the officer's name and signature."""
    sheet = made("receipt", name)
    found = rows(sheet)
    assert found["Nomor register"].endswith("-2026-0001")
    assert found["Nama"] == ("Pelapor" if name == "pekutatan" else "Sari CONTOH")
    assert found["Isi pengaduan"].startswith("Lampu penerangan")
    letters = "WITA" if name == "pekutatan" else "WIB"
    assert letters in found["Diterima"]
    assert letters in found["Batas waktu"]
    assert found["Biaya"] == "Tidak dipungut biaya"
    assert sheet.dated.startswith(shipped()[name].letter.place)
    (sign,) = sheet.signs
    assert sign.how


def test_kedopoks_receipt_is_a_claim_slip_with_the_condition_beside_the_date():
    sheet = made("receipt", "kedopok")
    assert sheet.claim
    assert sheet.title == "tanda terima pengambilan pengaduan"
    assert "Naskah jawaban diambil dengan menunjukkan tanda terima ini." in sheet.notes
    assert "(bila pejabat ada di tempat)" in rows(sheet)["Batas waktu"]
    assert not any(made("receipt", name).claim for name in OFFICES if name != "kedopok")


def test_the_receipt_counts_what_came_and_names_what_is_lacking():
    sorts = ("ktp", "location_photo", "location_photo", "", "voice")
    papers = tuple(
        Paper(file=f"k.{n}", message="1", at=AT, state="ready", type="photo", sort=sort) for n, sort in enumerate(sorts)
    )
    found = rows(made("receipt", "kanigaran", papers=papers, complete=""))
    assert found["Berkas diterima"] == "KTP, foto lokasi (2), berkas lain, dan pesan suara"
    assert found["Belum lengkap"] == "KK"


def test_for_somebody_at_the_counter_there_is_room_for_a_pen():
    assert made("receipt", citizen=None, source="visit").signs[0].how == ""
    assert made("receipt").signs[0].how != ""


def test_the_control_card_shows_who_when_norm_stand_in_entering_and_pauses():
    complaint, entries, world = whole("pegantenan")
    pauses = (Pause(reason="Foto KTP", since=AT - timedelta(hours=1), until=AT),)
    changed = []
    for entry in entries:
        if entry.act == "sign":
            data = {**entry.data, "standing_in": "plt:camat", "why_both": "Camat cuti"}
            entry = replace(entry, data=data)  # noqa: PLW2901
        if entry.act == "approve":
            data = {**entry.data, "entered_for": "103", "entered_name": "Sekcam CONTOH", "how": "phone"}
            entry = replace(entry, data=data)  # noqa: PLW2901
        changed.append(entry)
    sheet = MAKERS["control"](replace(complaint, pauses=pauses, returns=2), changed, world)
    text = words_of(sheet)
    assert "Plt. Camat" in text
    assert "menyusun dan menyetujui sebagai pengganti: Camat cuti" in text
    assert "lewat telepon, dicatat Pegawai C CONTOH" in text
    assert "15 Menit: tepat" in text
    assert "Foto KTP" in text
    assert rows(sheet)["Dikembalikan"] == "2 kali"
    assert "Sari CONTOH" not in text
    assert "Mawar" not in text


@pytest.mark.parametrize("act", sorted(ACTS))
def test_every_act_of_the_staff_has_a_word_or_is_left_out_on_purpose(act):
    assert act in control._NOT_SHOWN or control.act_name(act, shipped()["kanigaran"]) != act


def test_a_norm_that_was_passed_is_said_so():
    complaint, entries, world = whole("pegantenan")
    late = [replace(each, at=each.at + timedelta(days=9)) if each.act == "sign" else each for each in entries]
    sheet = MAKERS["control"](complaint, late, world)
    assert any("2 Hari: lewat" in cell for row in sheet.table for cell in row)


def test_the_evidence_names_roles_and_no_member_of_staff():
    for name in OFFICES:
        _, _, world = whole(name)
        text = words_of(made("evidence", name))
        assert not any(person.name in text for person in world.office.staff)
        assert "Petugas kami telah memeriksa lokasi" in text
    late = made("evidence", answered_at=None, closed_at=None, due_at=AT - timedelta(days=1))
    assert "sudah lewat" in late.closing[0]


def test_the_evidence_of_an_unanswered_complaint_says_so():
    complaint, entries, world = whole("kanigaran")
    fresh = [each for each in entries if each.act not in signing.LEAVING]
    sheet = MAKERS["evidence"](replace(complaint, answered_at=None, closed_at=None), fresh, world)
    assert sheet.sections == (("Belum ada jawaban.", ""),)


def test_the_disposition_sheet_ticks_who_was_named_and_is_signed_by_who_disposed():
    sheet = made("disposition", "kanigaran")
    people = dict(sheet.groups[1].boxes)
    assert people == {"Kasi / Kasubbag (Pegawai B CONTOH, S.Sos.)": True}
    (sign,) = sheet.signs
    assert sign.role == ("Camat,",)
    assert sheet.sections[0][1] == "Mohon segera ditindaklanjuti dan dilaporkan hasilnya. (CONTOH)"


def test_of_a_confidential_complaint_no_name_is_on_the_disposition_sheet():
    assert "Sari CONTOH" not in words_of(made("disposition", "kanigaran", confidential=True))


def test_only_dpmd_has_a_complaint_to_be_signed_with_place_time_and_room_for_a_pen():
    assert [name for name in OFFICES if made("complaint_letter", name)] == ["dpmd-pasuruan"]
    sheet = made("complaint_letter", "dpmd-pasuruan")
    assert sheet.dated == "Bangil, 25 November 2026"
    assert [heading for heading, _ in sheet.sections] == [
        "Uraian pelayanan yang tidak sesuai", "Kerugian yang diderita", "Permintaan penyelesaian",
    ]  # fmt: skip
    assert sheet.closing[0].startswith("Pengaduan ini disampaikan di Bangil pada Rabu, 25 November 2026 pukul")
    (sign,) = sheet.signs
    assert (sign.role, sign.how, sign.name) == (("Hormat saya,",), "", "Sari CONTOH")
    assert made("complaint_letter", "dpmd-pasuruan", confidential=True) is None


@pytest.mark.parametrize(("n", "said"), [(0, "-"), (1, "1 (satu) berkas"), (12, "12 (dua belas) berkas"), (31, "31")])
def test_enclosures_are_counted_in_words(n, said):
    papers = tuple(Paper(file=f"k.{i}", message="1", at=AT, state="ready", type="photo") for i in range(n))
    assert rows(made("complaint_letter", "dpmd-pasuruan", papers=papers))["Lampiran"] == said


def test_the_proof_of_sending_says_when_it_was_sent_arrived_and_was_read():
    found = rows(made("sending"))
    assert found["Dikirim melalui"] == "WhatsApp (nomor berakhir 01)"
    assert [label for label in ("Dikirim", "Sampai", "Dibaca") if label in found] == ["Dikirim", "Sampai", "Dibaca"]
    assert found["Keadaan"] == "dibaca penerima"
    assert made("sending", answered_at=None) is None


def test_a_code_beside_the_letter_says_that_it_is_the_letters():
    assert made("answer_letter").verify.how.startswith("Keaslian surat ini dapat diperiksa")
    assert made("sending").verify.how.startswith("Keaslian surat jawaban dapat diperiksa")
    assert made("evidence").verify.how.startswith("Keaslian surat jawaban dapat diperiksa")
    assert made("evidence", verification="").verify is None


def test_what_was_handed_over_has_room_for_who_took_it():
    sheet = made("sending", citizen=None, source="visit")
    assert [sign.role[0] for sign in sheet.signs] == ["Yang menerima,", "Staf,"]
    assert "Diserahkan" in rows(sheet)


@pytest.mark.parametrize("name", OFFICES)
def test_no_paper_carries_a_citizens_address_on_a_channel(name):
    complaint, entries, world = whole(name)
    complaint = replace(complaint, citizen=Address(name, "whatsapp", "+6281234567890"))
    for make in MAKERS.values():
        sheet = make(complaint, entries, world)
        assert sheet is None or "81234567890" not in words_of(sheet)
