"""The register's line and the recap: what they say of a complaint, and that the counts add up."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from tests import many
from workflow.books.absence import absences, gaps_of
from workflow.books.days import remembering
from workflow.books.heading import heading
from workflow.books.line import Rules, line_of, took_words
from workflow.books.period import Period, month, month_before, read, year
from workflow.books.recap import Recap, median
from workflow.books.recap_tables import picture, tables
from workflow.books.timing import ended_at, timing
from workflow.clocks.deadline import closed_pauses, promise, spent
from workflow.record import Complaint, Entry, Pause
from workflow.standard.standard import shipped

NOW = datetime(2026, 12, 1, 2, tzinfo=UTC)
MORNING = datetime(2026, 11, 23, 2, tzinfo=UTC)  # a Monday, 09.00 WIB


def case(office="kanigaran", **facts):
    standard = shipped()[office]
    given = {
        "id": "c1", "code": "7K3F", "office": office, "standard": standard.version, "received_at": MORNING,
        "confirmed_at": MORNING, "number": "KNG-2026-0001", "registered_at": MORNING, "statement": "Jalan rusak di RT 3",
        "private": {"name": "Siti Rahma", "address": "Jl. Mastrip 3"}, "clock_started_at": MORNING,
        "due_at": promise(standard, MORNING).due_at,
    }  # fmt: skip
    return Complaint(**(given | facts))


def entry(act, minutes=0, text="", name="Budi", step="s", **data):
    return Entry(complaint="c1", at=MORNING + timedelta(minutes=minutes), act=act, by="staff:1", name=name, step=step, text=text, data=data)  # fmt: skip


def line(complaint, *history, names=True, office=None):
    standard = shipped()[office or complaint.office]
    return line_of(complaint, history, Rules(standard=standard, calendar=standard.calendar, now=NOW, names=names))


def words(cell):
    return " | ".join(f"~{bit.text}~" if bit.struck else bit.text for bit in cell)


# --- the line ---------------------------------------------------------------------------------------------------------


def test_an_answered_complaint_reads_like_a_line_of_the_paper_book():
    answered = MORNING + timedelta(minutes=50)
    complaint = case(
        source="lapor", tracking="#8123456", answered_at=answered, answer="Sudah ditambal.", delivery="handed",
        letter_number="300.1/7/2026", report="Sudah ditambal.", closed_at=answered, closed_as="answered",
    )  # fmt: skip
    found = line(
        complaint,
        entry("dispose", 5, "Tolong ditinjau", person_name="Agus"),
        entry("write", 20, "Sudah ditambal.", name="Agus"),
        entry("sign", 40, name="Drs. Mahfud"),
        entry("number", 45, "300.1/7/2026"),
        entry("hand_over", 50, received_by="Siti Rahma", proof="f1 f2"),
    )
    assert found.way == "SP4N-LAPOR!, no. #8123456"
    assert words(found.person) == "Siti Rahma\nJl. Mastrip 3"
    assert words(found.disposed) == "Agus: Tolong ditinjau"
    assert words(found.followed) == "Sudah ditambal."
    assert words(found.letter) == "300.1/7/2026"
    assert found.delivery == "diserahkan langsung, kepada Siti Rahma, bukti: 2 berkas"
    assert (found.service, found.waiting, found.total, found.in_time) == (50, 0, 50, "ya")
    assert found.received_at.strftime("%H.%M") == "09.00"
    assert "ditandatangani Drs. Mahfud, disusun Agus" in found.remarks


def test_what_was_corrected_is_struck_through_and_stays_readable():
    complaint = case(statement="Jalan rusak RT 3", answer="Baru", report="Laporan", letter_number="8")
    found = line(
        complaint,
        entry("dispose", 1, person_name="Agus"),
        entry("koreksi", 2, undone="dispose", to="s"),
        entry("dispose", 3, person_name="Dewi"),
        entry("number", 4, "7"),
        entry("koreksi", 5, undone="number", to="s"),
        entry("number", 6, "8"),
        entry("reword", 7, "Baru", before="Lama"),
        entry("edited", 8, "Jalan rusak RT 5", before="Jalan rusak RT 3"),
    )
    assert words(found.disposed) == "~Agus~ | Dewi"
    assert words(found.letter) == "~7~ | 8"
    assert words(found.followed) == "Laporan | ~Lama~ | Baru"
    assert words(found.matter) == "~Jalan rusak RT 3~ | Jalan rusak RT 5"
    assert "koreksi 23-11-2026: disposisi dibatalkan" in found.remarks
    assert "kata-kata jawaban diubah" in found.remarks


def test_a_confidential_report_shows_neither_who_nor_what():
    complaint = case(
        confidential=True, report="Kepala desa meminta uang", answer="Ditangani", statement="Kepala desa meminta uang",
        closed_as="refused", closed_at=MORNING, referred_to="Inspektorat",
    )  # fmt: skip
    found = line(complaint, entry("dispose", 1, "soal uang itu", person_name="Camat"), entry("refuse", 2, "soal uang"))
    shown = str(found)
    assert "uang" not in shown
    assert "Siti" not in shown
    assert "Mastrip" not in shown
    assert words(found.matter) == "(laporan rahasia)"
    assert found.hidden


def test_a_copy_without_names_names_nobody_who_complained():
    complaint = case(behalf="ibu", private={"name": "Siti", "behalf_name": "Aminah", "address": "Jl. Melati"}, delivery="handed", answered_at=MORNING)  # fmt: skip
    shown = str(line(complaint, entry("hand_over", 1, receiver="Siti"), names=False))
    assert not any(each in shown for each in ("Siti", "Aminah", "Melati"))
    assert words(line(complaint).person) == "Siti\nJl. Melati\nuntuk ibu: Aminah"


def test_who_stood_in_and_who_acted_for_whom_is_remarked():
    found = line(
        case("pegantenan"),
        entry("approve", 1, name="Rina", standing_in="plh:sekcam"),
        entry("dispose", 2, name="Rina", entered_for="9", entered_name="Drs. Holil", how="phone", person_name="A"),
        entry("sign", 3, name="Rina", standing_in="plt:camat", why_both="Camat dinas luar"),
        entry("accept", 4, name="Loket 1", shared="Wati"),
    ).remarks
    assert "pemeriksaan oleh Rina selaku Plh. Sekcam" in found
    assert "disposisi dicatat untuk Drs. Holil (lewat telepon)" in found
    assert "Rina menyusun dan menandatangani: Camat dinas luar" in found
    assert "penerimaan di loket oleh Wati" in found


def test_whose_approval_stands_is_remarked_and_nobodys_who_did_not_give_it():
    drafted, paraf = entry("write", 1, "Sudah.", name="Agus"), entry("approve", 5, name="Rina")
    assert "disetujui Rina, disusun Agus" in line(case("pekutatan"), drafted, paraf).remarks
    assert "disetujui" not in line(case("pegantenan"), drafted, paraf).remarks, "the signature comes after the paraf"
    signed = entry("sign", 9, name="Wati", entered_for="7", entered_name="Mahfud", how="phone")
    assert "ditandatangani Mahfud" in line(case("pegantenan"), drafted, paraf, signed).remarks
    objected = entry("objected", 20, name="Mahfud", to_act="sign", to_version="9")
    for after in (objected, entry("return", 20), entry("reopen", 20), entry("koreksi", 20, undone="sign")):
        assert "ditandatangani" not in line(case("pegantenan"), drafted, paraf, signed, after).remarks, after.act
    told = line(case("pegantenan"), drafted, paraf, signed, objected).remarks
    assert "Mahfud berkeberatan atas tanda tangan yang dicatat untuknya" in told


def test_a_suggestion_is_called_so_once_and_a_book_names_its_government_in_full():
    for told in ("Saran: loket ditambah", "saran pak, loket ditambah", "loket ditambah"):
        found = line(case("kedopok", kind="suggestion", statement=told, private={}))
        assert words(found.matter).lower().count("saran") == 1, told
        assert words(found.person) == "(saran, tanpa identitas)"
    assert heading(shipped()["pegantenan"], month(2026, 11), NOW, register=True).government == "Pemerintah Kabupaten Pamekasan"  # fmt: skip


def test_what_is_missing_is_named_until_an_officer_says_enough():
    asked = case(private={}, later=("kk",), lacking={"ktp": "hilang"}, seen=("location_photo",))
    assert line(asked).papers == "dilihat di loket: foto lokasi; menyusul: KK; tidak ada: KTP (hilang)"
    assert line(replace(case(private={}), complete="checked")).papers == "dinyatakan lengkap oleh petugas"
    assert line(case(private={}), entry("enough", text="warga lanjut usia")).papers.endswith(
        "dinilai cukup: warga lanjut usia"
    )
    signed = case("dpmd-pasuruan", later=("signature",))
    assert "menyusul: tanda tangan" in line(signed).papers


def test_both_readings_of_three_days_are_judged():
    friday = datetime(2026, 11, 27, 2, tzinfo=UTC)
    monday = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
    standard = shipped()["dpmd-pasuruan"]
    complaint = case(
        "dpmd-pasuruan", confirmed_at=friday, clock_started_at=friday, due_at=promise(standard, friday).due_at,
        answered_at=monday, closed_at=monday, closed_as="answered",
    )  # fmt: skip
    assert set(line(complaint).in_time.split("; ")) == {"ya (hari kerja)", "tidak (hari kalender)"}


def test_waiting_is_told_apart_from_service():
    pause = Pause(reason="KK", since=MORNING + timedelta(minutes=10), until=MORNING + timedelta(minutes=40))
    complaint = case(pauses=(pause,), answered_at=MORNING + timedelta(minutes=60))
    found = line(complaint)
    assert (found.service, found.waiting, found.total) == (30, 30, 60)
    assert took_words(found) == "layanan 30 menit; menunggu pelapor 30 menit; seluruhnya 60 menit"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"closed_as": "referred", "closed_at": MORNING, "referred_to": "Dinas PUPR", "referred_tracking": "#9"}, "diteruskan ke Dinas PUPR (no. #9)"),
        ({"closed_as": "withdrawn", "closed_at": MORNING}, "dicabut pelapor 23-11-2026"),
        ({"closed_as": "withdrawn", "closed_at": MORNING, "lapsed_at": MORNING}, "dianggap dicabut 23-11-2026"),
        ({"satisfied": "yes"}, "pelapor menyatakan selesai"),
        ({"told_late": 2}, "pelapor diberi tahu keterlambatan 2 kali"),
    ],
)  # fmt: skip
def test_remarks_say_what_became_of_it(facts, said):
    assert said in line(case(**facts)).remarks


def test_returns_that_were_taken_back_are_none():
    history = [entry("return", 1, to="a"), entry("return", 2, to="a"), entry("koreksi", 3, undone="return", to="s")]
    assert "draf dikembalikan 1 kali" in line(case(), *history).remarks


# --- the calendar that remembers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("office", shipped())
def test_a_calendar_that_remembers_answers_as_the_ordinary_one(office):
    calendar, rng = shipped()[office].calendar, random.Random(4)
    quick = remembering(calendar)
    for _ in range(400):
        start = MORNING + timedelta(minutes=rng.randint(-90_000, 90_000))
        end = start + timedelta(minutes=rng.randint(0, 30_000))
        unit = rng.choice(("office_minute", "working_day", "calendar_day"))
        pauses = closed_pauses([Pause(reason="x", since=start, until=start + (end - start) / 3)], end) if rng.random() < 0.4 else []  # fmt: skip
        value = rng.randint(1, 14) if unit != "office_minute" else rng.randint(1, 600)
        assert quick.due(start, value, unit, pauses) == calendar.due(start, value, unit, pauses)
        assert spent(quick, start, end, unit, pauses) == spent(calendar, start, end, unit, pauses)


# --- periods ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", month(2026, 11)), ("november 2026", month(2026, 11)), ("Nov", month(2026, 11)), ("des", month(2025, 12)),
        ("11-2026", month(2026, 11)), ("2026-02", month(2026, 2)), ("2/2024", month(2024, 2)), ("2026", year(2026)),
        ("13-2026", None), ("ju", None), ("kemarin", None), ("0000", None), ("1999", None), ("agustus 2025", month(2025, 8)),
        ("nov 0000", None), ("12-9999", None), ("desember 9999", None),
    ],
)  # fmt: skip
def test_a_period_is_read_as_people_write_it(text, found):
    assert read(text, date(2026, 11, 23)) == found


def test_a_month_begins_at_midnight_of_the_office():
    span = month(2026, 11).span(shipped()["pekutatan"].calendar.zone)
    assert span == (datetime(2026, 10, 31, 16, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC))
    assert month_before(date(2027, 1, 4)) == month(2026, 12)
    assert month(2024, 2).last == date(2024, 2, 29)
    some = Period(first=date(2026, 11, 3), last=date(2026, 11, 9))
    assert (some.words(), some.slug()) == ("3 November 2026 sampai 9 November 2026", "2026-11-03-2026-11-09")


# --- the recap --------------------------------------------------------------------------------------------------------


def counted(office, cases, period):
    standard = shipped()[office]
    first, end = period.span(standard.calendar.zone)
    recap = Recap(first, end, standard.deadline.unit)
    for complaint, history in cases:
        recap.add(complaint, history, standard, standard.calendar, NOW)
    return recap


@pytest.mark.parametrize("office", shipped())
def test_the_numbers_add_up_and_agree_with_a_naive_count(office):
    cases = list(many.made(office, 400, seed=3))
    standard = shipped()[office]
    seen = Counter()
    for number in range(1, 13):
        period = month(2026, number)
        first, end = period.span(standard.calendar.zone)
        recap = counted(office, cases, period)
        inside = [each for each, _ in cases if first <= each.confirmed_at < end]
        done = [each for each, _ in cases if (at := ended_at(each)) is not None and first <= at < end]
        answered = [each for each in done if each.answered_at]
        left = [each for each, _ in cases if each.confirmed_at < end and ((at := ended_at(each)) is None or at >= end)]
        assert recap.carried + recap.received - recap.ended_count == recap.rest_count == len(left)
        assert recap.received == len(inside) == recap.by_way.total() == recap.by_topic.total() == recap.by_kind.total()
        assert recap.ended_count == len(done)
        assert recap.answered == len(answered) == recap.verdicts.total() == recap.contentment.total()
        assert recap.answered == recap.delivery.total() == recap.service.total()
        assert recap.verdicts["yes"] == sum(each.answered_at <= each.due_at for each in answered)
        assert recap.contentment["silent"] == sum(not each.satisfied for each in answered)
        took = sorted(timing(each, standard, standard.calendar, NOW).spent.service for each in answered)
        assert median(recap.service) == (took[(len(took) - 1) // 2] if took else None)
        assert recap.returns == sum(
            line.act == "return" and first <= line.at < end for _, record in cases for line in record
        )
        for table in tables(recap, standard):
            if table.adds_up:
                assert sum(row.counts[0] for row in table.rows[:-1]) == table.rows[-1].counts[0], table.title
        seen += Counter(received=recap.received, ended=recap.ended_count)
    assert seen["received"] == 400 > seen["ended"] > 200


def test_what_came_in_before_and_is_open_is_carried_over_and_what_ended_before_is_not():
    old = MORNING - timedelta(days=40)
    over = case(id="a", confirmed_at=old, closed_at=old, closed_as="withdrawn")
    left = case(id="b", confirmed_at=old)
    recap = counted("kanigaran", [(over, []), (left, [])], month(2026, 11))
    assert (recap.carried, recap.received, recap.ended_count, recap.rest_count) == (1, 0, 0, 1)


def test_both_readings_are_counted_where_the_published_word_has_two():
    recap = counted("dpmd-pasuruan", many.made("dpmd-pasuruan", 200), year(2026))
    assert set(recap.readings) == {"working_day", "calendar_day"}
    assert all(counts.total() == recap.answered for counts in recap.readings.values())
    titles = [table.title for table in tables(recap, shipped()["dpmd-pasuruan"])]
    assert {"Jawaban menurut batas waktu (hari kerja)", "Jawaban menurut batas waktu (hari kalender)"} <= set(titles)


def test_norms_of_single_steps_are_counted_where_an_office_publishes_them():
    cases = list(many.made("pegantenan", 50))
    recap = counted("pegantenan", cases, year(2026))
    steps = {step.id for step in shipped()["pegantenan"].steps if step.norm}
    assert set(recap.steps) <= steps
    walked = sum(each.answered_at is not None for each, _ in cases)
    assert recap.steps["s08"].kept + recap.steps["s08"].missed >= walked
    assert counted("kanigaran", many.made("kanigaran", 20), year(2026)).steps == {}


def test_a_norm_that_was_kept_and_one_that_was_missed():
    kept = entry("register", 0, step="s02", to="s03"), entry("register", 10, step="s03", to="s04")
    missed = entry("register", 0, step="s02", to="s03"), entry("register", 20, step="s03", to="s04")
    recap = counted("pegantenan", [(case("pegantenan"), kept), (case("pegantenan", id="d"), missed)], month(2026, 11))
    assert (recap.steps["s03"].kept, recap.steps["s03"].missed) == (1, 1)


def test_an_act_that_was_taken_back_ends_no_stay():
    back = (
        entry("verify", 0, step="s02", to="s03"),
        entry("register", 5, step="s03", to="s04"),
        entry("koreksi", 6, step="s03", undone="register", to="s03", away_from="s04"),
        entry("register", 30, step="s03", to="s04"),
    )
    recap = counted("pegantenan", [(case("pegantenan"), back)], month(2026, 11))
    assert (recap.steps["s03"].kept, recap.steps["s03"].missed) == (0, 1)


def test_standing_in_and_acting_for_somebody_is_counted_by_who_did_it():
    history = [
        entry("sign", 1, name="Rina", standing_in="plt:camat", why_both="dinas luar"),
        entry("approve", 2, name="Rina", standing_in="plt:camat"),
        entry("dispose", 3, name="Wati", entered_for="9", entered_name="Holil"),
    ]
    recap = counted("kanigaran", [(case(), history)], month(2026, 11))
    shown = {table.title: table.rows for table in tables(recap, shipped()["kanigaran"])}
    assert [(row.name, row.counts) for row in shown["Bertindak selaku Plt./Plh."]] == [
        ("Rina, selaku Plt. Camat", (2,))
    ]
    assert shown["Dicatat untuk orang lain"][0].name == "Holil, dicatat oleh Wati"
    assert shown["Menyusun dan menandatangani sendiri"][0].counts == (1,)


def test_an_empty_month_says_so():
    recap = counted("kanigaran", [], month(2026, 11))
    page = picture(recap, shipped()["kanigaran"])
    assert page.is_empty
    assert page.notes == ("Tidak ada pengaduan yang masuk, selesai, atau menunggu dalam periode ini.",)
    assert median(Counter()) is None


def test_every_topic_of_the_shipped_standards_has_a_word():
    from workflow.words import texts

    topics = {topic.id for standard in shipped().values() for topic in standard.topics}
    assert [topic for topic in topics if f"books.topic.{topic}" not in texts()] == []


# --- absence ----------------------------------------------------------------------------------------------------------


def kedopok(*duties):
    from workflow.office import Office, Staff

    staff = (
        Staff(1, "Mahfud", roles=("camat",)),
        Staff(2, "Rina", roles=("sekcam",)),
        Staff(3, "Wati", roles=("petugas",)),
    )
    return Office("kedopok", shipped()["kedopok"], staff).with_duties(duties)


def away(person, since, until, at=None, **more):
    from workflow.duty import Duty

    return Duty(id=f"d{person}{since:%d%H}", kind=more.pop("kind", "away"), person=person, since=since, until=until, at=at or since, **more)  # fmt: skip


def test_without_anybody_for_a_role_there_is_a_gap_and_a_stand_in_closes_it():
    day = timedelta(days=1)
    gone = away(1, MORNING, MORNING + 4 * day)
    assert gaps_of(kedopok(gone), NOW)["camat"] == ((MORNING, MORNING + 4 * day),)
    standing = away(2, MORNING + day, MORNING + 2 * day, kind="plh", role="camat", holder=1)
    assert gaps_of(kedopok(gone, standing), NOW)["camat"] == (
        (MORNING, MORNING + day),
        (MORNING + 2 * day, MORNING + 4 * day),
    )
    assert gaps_of(kedopok(), NOW)["camat"] == ()


def test_raw_and_less_absence_stand_beside_each_other():
    answered = MORNING + timedelta(days=3)
    office = kedopok(away(1, MORNING, answered - timedelta(hours=1), at=answered))
    complaint = case("kedopok", answered_at=answered, closed_at=answered, closed_as="answered")
    camat = next(step.id for step in office.standard.steps if step.actor == "camat")
    history = [entry("approve", 0, step="review", to=camat), entry("sign", 3 * 24 * 60, step=camat, to="deliver")]
    gaps = dict(gaps_of(office, NOW))
    found = line_of(
        complaint,
        history,
        Rules(standard=office.standard, calendar=office.calendar, now=NOW, names=True, gaps=gaps),
    )
    assert found.in_time == "tidak; tanpa masa tidak di tempat: ya"
    assert (found.service, found.less_absence) == (3, 0)
    assert took_words(found).endswith("tanpa masa pejabat tidak di tempat 0 hari kerja")
    first, end = month(2026, 11).span(office.calendar.zone)
    recap = Recap(first, end, "working_day", gaps=gaps, absences=absences(office, first, end))
    recap.add(complaint, history, office.standard, office.calendar, NOW)
    shown = {table.title: table.rows for table in tables(recap, office.standard)}
    assert [row.counts for row in shown["Jawaban menurut batas waktu"]] == [(0,), (1,), (1,)]
    assert [row.counts for row in shown["Jawaban menurut batas waktu, tanpa masa pejabat tidak di tempat"]] == [(1,), (0,), (1,)]  # fmt: skip
    assert shown["Pejabat tidak di tempat"][0].counts[2] == "dicatat kemudian"


def test_an_office_that_promises_without_condition_tells_no_absence():
    from workflow.office import Office, Staff

    office = Office("kanigaran", shipped()["kanigaran"], (Staff(1, "A", roles=("camat",)),))
    assert gaps_of(office.with_duties([away(1, MORNING, None)]), NOW) == {}


@pytest.mark.parametrize("office", shipped())
def test_what_surely_kept_a_norm_kept_it_by_the_calendar_too(office):
    from workflow.books.timing import _surely

    calendar, rng = shipped()[office].calendar, random.Random(9)
    for _ in range(300):
        start = MORNING + timedelta(minutes=rng.randint(-200_000, 200_000))
        unit = rng.choice(("office_minute", "working_day", "calendar_day"))
        value = rng.randint(1, 14) if unit != "office_minute" else rng.randint(1, 600)
        assert start + _surely(value, unit) <= calendar.due(start, value, unit)


def test_the_acts_that_move_a_file_are_all_a_recap_needs_of_a_record():
    from workflow.books.recap import MOVES

    cases = list(many.made("pegantenan", 150, seed=8))
    few = [
        (each, [line for line in record if line.act in MOVES or "standing_in" in line.data]) for each, record in cases
    ]
    assert sum(len(record) for _, record in few) < sum(len(record) for _, record in cases)
    assert counted("pegantenan", few, year(2026)) == counted("pegantenan", cases, year(2026))
