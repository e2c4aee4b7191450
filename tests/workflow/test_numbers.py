"""NIK and KK in what people write: told apart, masked everywhere, doubted aloud and never refused; found by number."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcript import Line, Play
from tests.workflow.desk_scene import DESK, Scene
from workflow import identity, numbers

NIK, OTHER, KK = "3574010101900003", "3574014101900003", "3574012305150007"  # nobody's: dates and serials of examples
TODAY = date(2026, 11, 23)


def told(text: str) -> list[tuple[str, str]]:
    masked = identity.mask(text)
    return [(each.kind, each.digits) for each in numbers.told(masked.text, dict(masked.found))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"NIK saya {NIK}", [("nik", NIK)]),
        (f"nik:{NIK},kk:{KK}", [("nik", NIK), ("kk", KK)]),
        ("no. KK 3574.0123.0515.0007, KTP 3574 0101 0190 0003", [("kk", KK), ("nik", NIK)]),
        (f"Nomor Kartu Keluarga saya adalah {KK}", [("kk", KK)]),
        (f"NIK {NIK}, KK {KK}", [("nik", NIK), ("kk", KK)]),
        (f"{NIK}\n{KK}", [("nik", NIK), ("kk", KK)]),
        (f"NIK/KK: {NIK}/{KK}", [("nik", NIK), ("kk", KK)]),
        (f"No KK dan NIK saya {KK} dan {NIK}", [("kk", KK), ("nik", NIK)]),
        (f"NIK, KK {KK}", [("kk", KK)]),
        (f"*NIK* : *{NIK}*", [("nik", NIK)]),
        ("nomor induk kependudukan 357401010190003", [("nik", "357401010190003")]),
        ("NIK ３５７４０１０１０１９００００３", [("nik", NIK)]),
        (f"saya Sari {NIK} mau lapor", [("nik", NIK)]),
        (f"N.I.K. = {NIK}", [("nik", NIK)]),
        ("NIK 357401010190003", [("nik", "357401010190003")]),  # a digit too few: called a NIK all the same
        ("NIK 3574019999900003", [("nik", "3574019999900003")]),
        ("nomor rekening 3574010101900003", []),
        ("no meter PLN 3574010101900003", []),
        ("9974019999900003 itu nomor apa", []),
        ("lampu mati di RT 3 nomor 12", []),
        (f"NIK {NIK} dan no rek 3574012305150007", [("nik", NIK)]),
    ],
)
def test_a_number_is_what_it_is_called_or_looks_like(text: str, found: list[tuple[str, str]]) -> None:
    assert told(text) == found


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (f"Sari Contoh\nJl. Contoh 3\nNIK: {NIK}\nNo. KK {KK}", "Sari Contoh\nJl. Contoh 3"),
        (f"Sari Contoh, NIK {NIK}, Jl. Contoh 3", "Sari Contoh\nJl. Contoh 3"),
        (f"NIK {NIK}, KK {KK}", ""),
        (f"{NIK} Sari Contoh", "Sari Contoh"),
    ],
)
def test_what_staff_typed_is_left_without_its_numbers(text: str, rest: str) -> None:
    masked = identity.mask(text)
    assert numbers.left(masked.text, numbers.told(masked.text, dict(masked.found))) == rest


@pytest.mark.parametrize(
    ("kind", "digits", "found"),
    [
        ("nik", NIK, ()),
        ("nik", OTHER, ()),  # a woman's day
        ("nik", "3574017101900003", ()),  # the 31st of a woman
        ("nik", "3574017201900003", ("date",)),
        ("nik", "3574013102900003", ("date",)),
        ("nik", "3574012902000003", ()),  # 2000 had a 29 February
        ("nik", "3574010001900003", ("date",)),
        ("nik", "3574010101900000", ("serial",)),
        ("nik", "9974010101900003", ("region",)),
        ("nik", "3500010101900003", ("region",)),
        ("nik", "9401010101900003", ()),  # the provinces of 2022
        ("nik", "3574012411150003", ()),  # 1915 or 2015
        ("nik", "357401010190003", ("length",)),
        ("nik", "35740101019000033", ("length",)),
        ("kk", KK, ()),
        ("kk", "3574012411260007", ("future",)),  # the day after today
        ("kk", "3574012311260007", ()),
        ("kk", "3574016305150007", ("date",)),  # a card has no woman's day
        ("nik", "9900019999990000", ("serial", "date", "region")),
    ],
)
def test_what_is_doubtful_about_a_number_is_named(kind: numbers.Kind, digits: str, found: tuple[str, ...]) -> None:
    assert numbers.doubts(kind, digits, TODAY) == found


@given(st.sampled_from(numbers.KINDS), st.text(max_size=20), st.dates(min_value=date(2000, 1, 1)))
def test_any_number_at_all_is_judged_and_none_raises(kind: numbers.Kind, digits: str, today: date) -> None:
    assert set(numbers.doubts(kind, digits, today)) <= {"length", "serial", "date", "future", "region"}


@given(st.text(alphabet=f"nikKK .:0123456789*()-\n{NIK}", max_size=80))
def test_whatever_is_written_no_digits_of_a_number_are_left_in_the_text(text: str) -> None:
    masked = identity.mask(text)
    found = numbers.told(masked.text, dict(masked.found))
    rest = numbers.left(masked.text, found)
    assert all(each.digits not in rest for each in found)


def test_the_card_outweighs_what_was_said_and_both_are_kept() -> None:
    said = numbers.said({}, numbers.told(*_masked(f"NIK {NIK}")))
    assert said == {"nik": NIK, "nik_said": NIK}
    carded = {**said, **numbers.typed(numbers.told(*_masked(f"NIK {OTHER}")))}
    assert numbers.differing(carded) == {"nik": "3574**********03"}
    again = {**carded, **numbers.said(carded, numbers.told(*_masked(f"NIK {OTHER}")))}
    assert numbers.differing(again) == {}
    corrected = numbers.said(said, numbers.told(*_masked(f"NIK {OTHER}")))
    assert corrected == {"nik": OTHER, "nik_said": OTHER}
    assert numbers.kept(carded) == {("nik", NIK), ("nik", OTHER)}


def _masked(text: str) -> tuple[str, dict[str, str]]:
    found = identity.mask(text)
    return found.text, dict(found.found)


# --- at the desk ------------------------------------------------------------------------------------------------------


def typed_in(scene: Scene, text: str) -> list[str]:
    """A petugas looks at the documents and types what the card says."""
    scene.press("Petugas Satu", "Lihat dokumen")
    scene.reply("Petugas Satu", "baris kedua alamat", text, private=True)
    me = str(scene.who("Petugas Satu").id)
    return [each.text for each in scene.sent if each.to.chat == me and each.kind == "card"]


def test_staff_type_numbers_with_the_name_or_alone_and_read_them_masked() -> None:
    scene = Scene("kanigaran", changes={"linked": True})
    told = typed_in(scene, f"Sari Contoh\nJl. Contoh 3\nNIK {NIK}\nKK {KK}")[0]
    assert "Nama pelapor dicatat." in told
    assert "NIK dicatat: 3574**********03" in told
    assert "Catatan" not in told
    private = scene.complaint.private
    assert (private["name"], private["address"], private["nik"], private["kk"]) == (
        "Sari Contoh",
        "Jl. Contoh 3",
        NIK,
        KK,
    )
    told = typed_in(scene, "nik 3574013102900003")[0]
    assert "Nama pelapor" not in told
    assert "Catatan: tanggal pada NIK tidak mungkin; mohon dicocokkan dengan kartunya." in told
    assert scene.complaint.private["name"] == "Sari Contoh"
    assert scene.complaint.private["nik"] == "3574013102900003"


def test_no_message_to_anybody_ever_holds_the_digits() -> None:
    scene = Scene("kanigaran", changes={"linked": True}, channel="whatsapp", chat="+6281200000501")
    scene.citizen(f"tambahan KNG-2026-0001: NIK saya {NIK}")
    typed_in(scene, f"Sari Contoh\nNIK {OTHER}")
    scene.press("Petugas Satu", "Lihat dokumen")
    shown = "\n".join(each.text for each in scene.sent)
    assert "NIK: 3574**********03" in shown
    scene.say("Petugas Satu", f"/cari {NIK}", private=True)
    scene.say("Petugas Satu", f"/cari {NIK}")
    everything = "\n".join(repr(each.message) for each in scene.bench.posted) + repr(scene.bench.entries)
    assert NIK not in everything
    assert OTHER not in everything


def test_a_number_finds_its_complaints_in_private_and_the_look_is_recorded() -> None:
    scene = Scene("kanigaran", changes={"linked": True}, channel="whatsapp", chat="+6281200000501")
    scene.citizen(f"tambahan KNG-2026-0001: NIK saya {NIK}")
    scene.say("Petugas Satu", "/cari 3574 0101 0190 0003", private=True)
    assert "KNG-2026-0001" in scene.sent[0].text
    assert [each.data for each in scene.bench.entries if each.act == "viewed"] == [{"sought": "identity"}]
    scene.say("Petugas Satu", f"/cari {OTHER}", private=True)
    assert scene.sent[0].text == "Tidak ditemukan: 3574**********03"


def test_in_the_group_a_number_is_neither_sought_nor_repeated_and_its_message_goes() -> None:
    scene = Scene("kanigaran", changes={"linked": True}, channel="whatsapp", chat="+6281200000501")
    scene.citizen(f"tambahan KNG-2026-0001: NIK saya {NIK}")
    scene.say("Petugas Satu", f"/cari {NIK}")
    gone, answer = scene.sent
    assert (gone.kind, gone.target[:8], gone.to.chat) == ("delete", "theirs:m", DESK)
    assert answer.text.startswith("Maaf, NIK atau nomor KK tidak dicari di grup.")
    assert "3574" not in answer.text
    assert "viewed" not in scene.acts()


def test_who_asked_for_secrecy_is_found_by_number_only_by_who_may_know() -> None:
    scene = Scene("kanigaran", changes={"linked": True, "withheld": True, "private": {"nik": NIK}})
    scene.say("Petugas Satu", f"/cari {NIK}", private=True)
    assert "Tidak ditemukan" in scene.sent[0].text
    scene.say("Camat", f"/cari {NIK}", private=True)
    assert "KNG-2026-0001" in scene.sent[0].text


# --- in the talk ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["telegram", "sms"])
def test_a_number_that_a_citizen_gives_is_sealed_with_the_report(channel: str) -> None:
    play = Play({"office": ["kanigaran"], "clock": ["2026-11-23 09:00"], "staff": [], "channel": [channel]})
    for text in (f"lampu jalan di jl mawar mati, NIK saya {NIK}", "nanti semua", "ya"):
        play.act(_line(text))
    (complaint,) = play.bench.complaints.values()
    assert complaint.private["nik"] == NIK
    assert NIK not in complaint.statement


def _line(text: str):

    return Line("warga", "", text)
