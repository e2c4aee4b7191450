"""Each office asks exactly its own: requirement -> the seed's sentence -> what's asked -> the act that proves it.

The table is the promise; the talks below it play it through the dialogue. Steps are held against the seed likewise:
words, order, norm and total.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest

from tests.workflow.talk import Player, office, said
from tests.workflow.test_standard_against_seeds import plain, seed_of
from workflow.standard.standard import shipped

STORY = "lampu jalan di depan balai desa mati sudah seminggu"


@dataclass(frozen=True)
class Row:
    """A published requirement, what is asked for it, and the act that shows it."""

    office: str
    no: str
    sentence: str  # verbatim, as the seed has it
    asks: tuple[str, ...]  # ids, in the order in which they're asked
    question: tuple[str, ...]  # words of each question
    act: str  # how the citizen meets it, played below


TABLE = (
    Row("kedopok", "2.1", "Nama dan alamat pemohon;", ("name", "address"), ("nama lengkap", "alamat"), "typed"),
    Row("kedopok", "2.2", "Foto copy Identitas pemohon (KTP-el);", ("ktp",), ("foto KTP-el",), "photo"),
    Row("kedopok", "2.3", "Dokumen pengaduan (surat, email/media, lisan).", ("statement",), ("Silakan tuliskan apa",), "any form"),
    Row("kanigaran", "1", "Fotocopy Kartu Keluarga (KK)", ("kk",), ("Kartu Keluarga",), "photo"),
    Row("kanigaran", "2", "Fotocopy Kartu Tanda Penduduk Elektronik (KTP_el)", ("ktp",), ("foto KTP-el",), "photo"),
    Row(
        "kanigaran",
        "3",
        "Bukti Foto Lokasi Pengaduan dan Persyaratan Pendukung Lainnya",
        ("location_photo",),
        ("foto lokasi",),
        "photo",
    ),
    Row(
        "pegantenan",
        "1",
        "Mengisi formulir yang telah disediakan.",
        ("statement", "name", "address"),
        ("Silakan tuliskan apa", "nama lengkap", "alamat"),
        "typed",
    ),
    Row("pegantenan", "2", "Melalui SMS, Email, WA, dll", (), (), "never asked"),
    Row(
        "pegantenan",
        "3",
        "Menyerahkan Fotocopy KTP/SIM/KK atau identitas pengadu",
        ("identity",),
        ("salah satu: KTP, SIM, KK, atau identitas lain",),
        "any one",
    ),
    Row("dpmd-pasuruan", "1a", "Nama dan alamat lengkap", ("name", "address"), ("nama lengkap", "alamat"), "typed"),
    Row(
        "dpmd-pasuruan",
        "1b",
        "Uraian pelayanan yang tidak sesuai dengan standar pelayanan dan uraian kerugian materiel atau immaterial yang diderita",
        ("statement", "loss"),
        ("Silakan tuliskan apa", "kerugian"),
        "typed",
    ),
    Row("dpmd-pasuruan", "1c", "Permintaan penyelesaian yang diajukan", ("remedy_requested",), ("Penyelesaian",), "typed"),
    Row("dpmd-pasuruan", "1d", "Tempat, waktu penyampaian, dan tanda tangan", ("signature",), ("tanda tangan",), "signed"),
    Row(
        "dpmd-pasuruan",
        "2",
        "Surat pengaduan diajukan kepada alamat Dinas Pemberdayaan Masyarakat dan Desa",
        (),
        (),
        "never asked",
    ),
    Row(
        "dpmd-pasuruan",
        "3",
        "Menyampaikan aduan melalui: kanal SP4N-LAPOR! a. Website: www.lapor.go.id b. Aplikasi android/iOS: SP4N-LAPOR!",
        (),
        (),
        "never asked",
    ),
    Row("pekutatan", "1", "materi yang di adukan", ("statement",), ("Silakan tuliskan apa",), "typed"),
)  # fmt: skip
OFFICES = tuple(dict.fromkeys(row.office for row in TABLE))

# In what order a chat asks, the statement given first.
ASKED = {
    "kedopok": ["name", "address", "ktp"],
    "kanigaran": ["kk", "ktp", "location_photo"],
    "pegantenan": ["name", "address", "identity"],
    "dpmd-pasuruan": ["name", "address", "loss", "remedy_requested", "signature"],
    "pekutatan": [],
}
TYPED = {
    "statement": STORY,
    "name": "Sari Wulandari",
    "address": "Jl. Melati 4 RT 2 RW 3 Desa Contoh",
    "loss": "uang lima puluh ribu rupiah",
    "remedy_requested": "lampunya mohon diganti",
    "signature": "Sari Wulandari",
}
# What a question would have to say to ask who somebody is.
IDENTITY = ("KTP", "NIK", "KK", "SIM", "identitas", "nama", "alamat", "tanda tangan", "foto")


def told(name: str, opening: str = "") -> tuple[Player, list[str], str]:
    """A whole talk in which everything asked is given: the player, what was asked in order, and all that was said."""
    player = Player(office=office(name))
    sent = player.say(opening or "halo")
    asked: list[str] = []
    words = [said(sent)]
    for _ in range(20):
        if player.telling and player.draft.awaiting == "summary":
            break
        item = player.draft.asked if player.telling else "statement"
        if item and (not asked or asked[-1] != item):
            asked.append(item)
        words.append(said(answered(player, item)))
    else:
        raise AssertionError(f"{name} goes on asking: {words[-1]}")
    if "sebagai tanda tangan" in words[-1]:
        asked.append("signature")  # under the summary: the name typed there is the signature
    return player, asked, "\n".join(words)


def answered(player: Player, item: str):
    """Give what is asked."""
    if player.telling and player.draft.awaiting == "sorting":
        return player.press("KTP")
    return player.say(TYPED[item]) if item in TYPED else player.photo()


# --- the table --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.office} {row.no}")
def test_every_row_stands_in_the_seed_and_in_the_file_and_asks_what_it_says(row):
    standard = shipped()[row.office]
    assert row.sentence in seed_of(row.office)
    (published,) = [each for each in standard.requirements if each.no == row.no]
    assert published.text == row.sentence
    assert {each.id for each in standard.asked() if each.requirement_no == row.no} == set(row.asks)
    assert bool(row.asks) is published.required
    assert published.channel_statement is (row.act == "never asked")


def test_the_table_has_every_requirement_of_the_five_and_the_inherent_statement_alone_has_no_row():
    for name in OFFICES:
        standard = shipped()[name]
        rows = [row for row in TABLE if row.office == name]
        assert [row.no for row in rows] == [each.no for each in standard.requirements]
        without = [each.id for each in standard.asked() if not each.requirement_no]
        assert without == (["statement"] if name == "kanigaran" else [])


@pytest.mark.parametrize("name", OFFICES)
def test_a_talk_asks_exactly_what_the_table_says_in_its_order_and_nothing_more(name):
    player, asked, _ = told(name, STORY)
    assert asked == ASKED[name]
    assert set(asked) | {"statement"} == {
        "statement",
        *(each for row in TABLE if row.office == name for each in row.asks),
    }
    player.say("ya")
    assert not player.telling
    assert not player.complaint.later
    assert not player.complaint.lacking


@pytest.mark.parametrize("row", [row for row in TABLE if row.asks], ids=lambda row: f"{row.office} {row.no}")
def test_each_question_reads_as_the_table_says(row):
    _, _, words = told(row.office)
    assert [each for each in row.question if each not in words] == []


@pytest.mark.parametrize("row", [row for row in TABLE if not row.asks], ids=lambda row: f"{row.office} {row.no}")
def test_a_channel_among_the_requirements_is_never_asked_for(row):
    _, _, words = told(row.office, STORY)
    assert row.sentence not in words
    assert "LAPOR" not in words


def test_who_begins_with_a_greeting_is_asked_for_the_same_after_the_story():
    for name in OFFICES:
        _, asked, _ = told(name)
        assert [each for each in asked if each != "statement"] == ASKED[name]


# --- Pekutatan: no identity, ever -------------------------------------------------------------------------------------

OPENINGS = (
    "selamat pagi", "P", "om swastyastu", "nama saya Sari, lampu jalan mati", "saya mau lapor", STORY,
    "jalan rusak parah di banjar kami", "sampah numpuk di pasar pekutatan sudah 3 hari", "permisi min mau ngadu",
    "LAMPU MATI LAGI!!!", "pelayanan di kantor camat lambat sekali", "pagi pak, air got meluap ke jalan",
)  # fmt: skip
BETWEEN = (
    "kenapa?", "untuk apa?", "sebentar ya", "tolong cepat", "di depan balai banjar", "eh salah, sudah dua minggu",
    "terima kasih", "apakah perlu ktp?", "halo?", "nama saya Sari Wulandari, alamat banjar anyar",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_pekutatan_never_asks_who_somebody_is_whatever_they_write(seed):
    chance = random.Random(seed)
    player = Player(office=office("pekutatan"))
    words = []
    for text in (chance.choice(OPENINGS), *chance.sample(BETWEEN, 3), STORY, "ya", "ya"):
        if chance.random() < 0.3:
            words.append(said(player.photo()))
        words.append(said(player.say(text)))
        assert not player.telling or player.draft.asked in ("", "statement")
    questions = [line for text in words for line in text.splitlines() if line.startswith(("Mohon", "Sebagai tanda"))]
    assert [line for line in questions if any(word in line for word in IDENTITY)] == []
    assert "standar kami meminta" not in "\n".join(words)
    for complaint in player.complaints.values():
        assert not complaint.private
        assert complaint.number.startswith("PKT-2026-")


# --- Pegantenan: any one document -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("document", "button"), [("ktp", "KTP"), ("sim", "SIM"), ("kk", "KK"), ("other_id", "identitas lain")])  # fmt: skip
def test_pegantenan_takes_any_one_of_the_four_and_asks_for_no_second(document, button):
    player = Player(office=office("pegantenan"))
    for text in (STORY, TYPED["name"], TYPED["address"]):
        player.say(text)
    assert player.draft.asked == "identity"
    player.photo()
    assert player.draft.awaiting == "sorting"
    summary = said(player.press(button))
    assert f"Dokumen: {button}" in summary
    assert player.draft.awaiting == "summary"
    player.say("ya")
    assert [paper.sort for paper in player.complaint.papers] == [document]
    assert not player.complaint.later


@pytest.mark.parametrize("caption", ["ini ktp saya", "sim", "kk", "paspor"])
def test_pegantenan_needs_no_question_where_the_photo_is_named(caption):
    player = Player(office=office("pegantenan"))
    for text in (STORY, TYPED["name"], TYPED["address"]):
        player.say(text)
    assert "ringkasan laporan" in said(player.photo(caption))


# --- Kanigaran: all three, and one is enough for a receipt ------------------------------------------------------------


@pytest.mark.parametrize(
    ("has", "others"),
    [("kk", ("KTP", "foto lokasi")), ("ktp", ("KK", "foto lokasi")), ("location_photo", ("KK", "KTP"))],
)
def test_a_citizen_of_kanigaran_with_one_document_gets_a_receipt_that_names_the_other_two(has, others):
    player = Player(office=office("kanigaran"))
    player.say(STORY)
    seen = []
    for _ in range(3):
        item = player.draft.asked
        seen.append(item)
        player.photo() if item == has else player.say("nanti")
    assert seen == ["kk", "ktp", "location_photo"]
    receipt = said(player.say("ya"))
    assert "Nomor: KNG-2026-0001" in receipt
    lacking = next(line for line in receipt.splitlines() if "elum lengkap" in line)
    assert [each for each in others if each not in lacking] == []
    assert player.complaint.clock_started_at is None  # the clock waits for the file, and the receipt says so
    assert "Batas waktu dihitung" in receipt


def test_kanigaran_takes_what_supports_a_report_and_never_demands_it():
    player, asked, words = told("kanigaran", STORY)
    assert "pendukung" not in words
    player.photo("ini bukti pendukung")
    assert "supporting" in {paper.sort for paper in player.draft.papers}
    assert asked == ASKED["kanigaran"]


# --- Kedopok: name, address, KTP, and the statement in any form -------------------------------------------------------


@pytest.mark.parametrize("form", ["typed", "voice", "photo of a letter", "mail"])
def test_kedopok_takes_the_statement_in_any_form(form):
    if form == "mail":
        from tests.limits import LIMITS

        player = Player(office=office("kedopok"), limits=LIMITS["email"], channel="email")
        words = said(player.say(STORY))
        assert player.draft.statement
        assert "Nama:" in words
        return
    player = Player(office=office("kedopok"))
    if form == "voice":
        player.photo(kind="voice")
    elif form == "photo of a letter":
        player.photo(f"surat pengaduan saya: {STORY}")
    else:
        player.say(STORY)
    assert player.draft.asked in ("name", "") or player.draft.awaiting == "sorting"
    assert "tuliskan apa" not in said(player.sent[-1:])
    assert "lisan" not in said(player.sent)


# --- DPMD: 1a to 1d ---------------------------------------------------------------------------------------------------


def test_dpmd_asks_loss_and_remedy_and_shows_place_and_time_without_asking():
    player, asked, words = told("dpmd-pasuruan", STORY)
    summary = words.split("Berikut ringkasan", 1)[1]
    assert "Kerugian: uang lima puluh ribu rupiah" in summary
    assert "lampunya mohon diganti" in summary
    assert "Tempat penyampaian: Contoh" in summary  # the desa of the address
    assert "Waktu penyampaian: Senin, 23 November 2026 pukul 09.10 WIB" in summary
    assert {"submitted_place", "submitted_at"}.isdisjoint(asked)
    player.say("ya")
    assert player.complaint.private["signature"] == "Sari Wulandari"
    assert player.complaint.answers["loss"] == "uang lima puluh ribu rupiah"


@pytest.mark.parametrize("signed", ["SETUJU", "Sari Wulandari"])
def test_at_dpmd_the_signature_is_setuju_or_the_name_typed_under_the_summary(signed):
    player = Player(office=office("dpmd-pasuruan"))
    for item in ("statement", "name", "address", "loss", "remedy_requested"):
        words = said(player.say(TYPED[item]))
    assert "sebagai tanda tangan mohon ketik nama lengkap Bapak/Ibu, atau balas SETUJU" in words
    assert "Surat pengaduan untuk ditandatangani menyusul" in words
    assert "Nomor: DPMD-2026-0001" in said(player.say(signed))
    assert player.complaint.private["signature"] == "Sari Wulandari"


def test_at_dpmd_nobody_needs_to_have_had_a_loss():
    player = Player(office=office("dpmd-pasuruan"))
    for text in (STORY, TYPED["name"], TYPED["address"]):
        player.say(text)
    assert player.draft.asked == "loss"
    player.say("tidak ada")
    assert player.draft.asked == "remedy_requested"


# --- steps and total --------------------------------------------------------------------------------------------------

# The published rows: number, what the seed prints, its time. Only Pegantenan publishes times of steps.
TOTALS = {
    "kedopok": ("1 Hari kerja", 1, "working_day"),
    "kanigaran": ("60 Menit", 60, "office_minute"),
    "pegantenan": ("12 Hari kerja", 12, "working_day"),
    "dpmd-pasuruan": ("3 Hari", 3, "working_day"),
    "pekutatan": ("95 Menit", 95, "office_minute"),
}
NUMBERS = {
    "kedopok": [f"3.{n}" for n in range(1, 10)],
    "kanigaran": [str(n) for n in range(1, 8)],
    "pegantenan": [str(n) for n in range(1, 13)],
    "dpmd-pasuruan": list("abcdef"),
    "pekutatan": [str(n) for n in range(1, 6)],
}


@pytest.mark.parametrize("name", OFFICES)
def test_every_step_carries_the_seeds_words_number_order_and_time(name):
    standard, seed = shipped()[name], seed_of(name)
    assert [step.no for step in standard.steps] == NUMBERS[name]
    places = [seed.index(plain(step.text_published or step.text)) for step in standard.steps]
    assert places == sorted(places)
    assert [step.id for step in standard.steps[1:]] == [step.next[0] for step in standard.steps[:-1]]
    timed = [step for step in standard.steps if step.norm is not None]
    assert len(timed) == (12 if name == "pegantenan" else 0)
    for step in timed:
        row = f"{plain(step.text_published or step.text)} {step.input_text} {step.norm_text} {step.output_text}"
        assert row in seed
        assert step.norm_text.startswith(f"{step.norm} ")


@pytest.mark.parametrize("name", OFFICES)
def test_the_total_is_the_published_one(name):
    deadline = shipped()[name].deadline
    assert (deadline.text, deadline.value, deadline.unit) == TOTALS[name]
    after = seed_of(name).split("Waktu Penyelesaian", 1)[1]
    assert deadline.text in after


def test_what_goes_beside_a_total_is_published_too():
    assert shipped()["kedopok"].deadline.condition in seed_of("kedopok")
    assert shipped()["dpmd-pasuruan"].deadline.strict_unit == "calendar_day"  # "Hari", not "Hari kerja": both readings
    assert "Hari kerja" not in seed_of("dpmd-pasuruan")
    assert shipped()["pekutatan"].step("correct").returns_to == "draft"
    assert [line.text for line in shipped()["pegantenan"].summary_steps if line.text not in seed_of("pegantenan")] == []
