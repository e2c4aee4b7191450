"""What acts make of a complaint: its clocks, what was lacking, BELUM, ways out, and what its citizen is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.workflow.desk_people import citizen, draft, moment, office, opened, straight, world
from workflow.conversation import Paper
from workflow.message import Address
from workflow.procedure import standing, telling
from workflow.procedure.complaint import Act, Complaint, Refused, apply, open_from
from workflow.standard import standard as standards
from workflow.standard.standard import load, shipped_text
from workflow.world import Decision, World


def later(here: World, text: str = "", **more) -> World:
    """The same world at another moment: "2026-11-23 10:00", or so much later."""
    from dataclasses import replace as changed

    now = moment(here.office, text) if text else here.now + timedelta(**more)
    return changed(here, now=now)


def go(complaint: Complaint, here: World, upto: str) -> Complaint:
    """Walk straight on to a step."""
    while complaint.step != upto:
        complaint = apply(complaint, straight(complaint, here), here).complaints[0]
    return complaint


def said(decision: Decision) -> list[str]:
    return [each.text for each in decision.sends]


def by(here: World, role: str, kind: str, **more) -> Act:
    return Act(kind=kind, by=f"staff:{here.office.with_role(role)[0].id}", **more)


# --- the citizen's YA -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "numbered"),
    [("kanigaran", True), ("pekutatan", True), ("dpmd-pasuruan", True), ("kedopok", False), ("pegantenan", False)],
)
def test_everybody_gets_an_acknowledgement_and_a_number_where_registering_is_clerical(
    name: str, numbered: bool
) -> None:
    decision, _ = opened(office(name))
    (text,) = said(decision)
    assert "(kode 7K3F)" in text
    assert ("Nomor register menyusul." in text) is not numbered
    assert ("Nomor: " in text) is numbered
    assert decision.sends[0].kind == "receipt"
    assert decision.complaints[0].version == 1


def test_numbers_are_gapless_per_year_of_the_office() -> None:
    place = office("kanigaran")
    here = world(place, "2026-12-31 23:59")
    numbers = [open_from(draft(place), citizen(place), here).complaints[0].number for _ in range(2)]
    new_year = later(here, minutes=2)
    numbers.append(open_from(draft(place), citizen(place), new_year).complaints[0].number)
    assert numbers == ["KNG-2026-0001", "KNG-2026-0002", "KNG-2027-0001"]


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2026-11-28 22:10", "Waktu penyelesaian dihitung mulai Senin pukul 07.30 WITA."),
        ("2026-11-23 09:00", ""),
        ("2026-12-23 15:00", ""),
    ],
)
def test_outside_hours_the_citizen_is_told_from_when_the_minutes_run(at: str, words: str) -> None:
    decision, _ = opened(office("pekutatan"), at)
    assert (words in said(decision)[0]) if words else ("dihitung mulai" not in said(decision)[0])


def test_a_closure_of_more_than_a_week_is_told_with_its_date() -> None:
    text = shipped_text("pekutatan").replace("[[closures]]", "[old]", 1)
    days = "".join(f'[[closures]]\ndate = 2026-11-{day}\nname = "tutup"\nconfirmed = true\n' for day in range(23, 31))
    head, _, rest = text.partition("[old]")
    rest = rest[rest.index("[emergency]") :]
    place = replace(office("pekutatan"), standard=load(head + days + rest, place="x"))
    decision, _ = opened(place, "2026-11-21 10:00")
    assert "dihitung mulai Selasa, 1 Desember 2026 pukul 07.30 WITA." in said(decision)[0]


def test_an_office_without_a_desk_still_takes_complaints_and_rings_in_the_citizens_lane() -> None:
    decision, _ = opened(office("kanigaran", desk=None))
    assert {timer.lane for timer in decision.timers} == {Address("kanigaran", "telegram", "501")}


# --- what was lacking -------------------------------------------------------------------------------------------------


def test_with_the_last_lacking_document_the_clock_starts_and_the_citizen_is_told() -> None:
    decision, here = opened(office("kanigaran"), without=("kk",))
    complaint = decision.complaints[0]
    assert complaint.clock_started_at is None
    assert [timer.kind for timer in decision.timers] == ["remind_document"]
    paper = Paper(file="k", message="5", at=here.now, sort="kk", said_by="citizen", state="ready", type="photo")
    done = apply(complaint, Act(kind="supply", papers=(paper,), data={"for": "kk"}), later(here, minutes=30))
    after = done.complaints[0]
    assert after.clock_started_at == here.now + timedelta(minutes=30)
    assert after.later == ()
    assert "Berkas laporan KNG-2026-0001 sudah kami terima lengkap." in said(done)[0]
    assert "pukul 10.42 WIB" in said(done)[0]


def test_a_failed_file_is_lacking_again() -> None:
    from workflow.procedure.progress import lacking

    decision, here = opened(office("kanigaran"))
    complaint = decision.complaints[0]
    paper = replace(next(each for each in complaint.papers if each.sort == "kk"), state="failed", failed="broken")
    after = apply(complaint, Act(kind="file", papers=(paper,)), here).complaints[0]
    assert [asked.id for asked in lacking(after, here.office.standard)] == ["kk"]


@pytest.mark.parametrize(("field", "where"), [("loss", "answers"), ("name", "private")])
def test_words_that_were_lacking_are_filed_where_they_belong(field: str, where: str) -> None:
    decision, here = opened(office("dpmd-pasuruan"), without=(field,))
    done = apply(decision.complaints[0], Act(kind="supply", text="Rp100.000", data={"for": field}), here)
    assert getattr(done.complaints[0], where)[field] == "Rp100.000"
    assert done.complaints[0].clock_started_at == here.now
    recorded = [entry.text for entry in done.entries]
    assert ("Rp100.000" in recorded) is (where == "answers")
    with pytest.raises(Refused, match="unknown"):
        apply(decision.complaints[0], Act(kind="supply", text="x", data={"for": "nothing"}), here)


def test_where_no_step_checks_completeness_the_first_act_of_judgement_accepts_the_file() -> None:
    decision, here = opened(office("dpmd-pasuruan"), without=("loss",))
    assert "Batas waktu dihitung setelah lengkap." in said(decision)[0]
    after = apply(decision.complaints[0], by(here, "petugas", "pass_on"), later(here, minutes=5)).complaints[0]
    assert (after.complete, after.clock_started_at) == ("enough", here.now + timedelta(minutes=5))


# --- later words of the citizen ---------------------------------------------------------------------------------------


def test_a_file_named_later_by_its_sender_is_not_thereby_confirmed() -> None:
    decision, here = opened(office("kanigaran"))
    paper = Paper(file="n", message="5", at=here.now, sort="supporting", said_by="citizen", confirmed=True)
    done = apply(decision.complaints[0], Act(kind="evidence", papers=(paper,)), here)
    assert not done.complaints[0].papers[-1].confirmed
    again = apply(done.complaints[0], Act(kind="file", papers=(replace(paper, state="ready"),)), here)
    assert (again.complaints[0].papers[-1].state, again.complaints[0].papers[-1].confirmed) == ("ready", False)
    empty = apply(done.complaints[0], Act(kind="said"), here)
    assert empty.entries == ()


def test_an_edit_is_recorded_with_both_wordings() -> None:
    decision, here = opened(office("kanigaran"))
    done = apply(decision.complaints[0], Act(kind="edited", text="RT 3", data={"before": "RT 2", "message": "1"}), here)
    assert (done.entries[0].text, done.entries[0].data["before"]) == ("RT 3", "RT 2")


def test_a_withdrawn_complaint_is_over_and_cannot_be_withdrawn_again() -> None:
    decision, here = opened(office("kanigaran"))
    done = apply(decision.complaints[0], Act(kind="withdraw"), here)
    assert done.complaints[0].closed_as == "withdrawn"
    assert "kami catat sebagai dicabut" in said(done)[0]
    assert {"total:id0001", "step:id0001"} <= set(done.unset)
    with pytest.raises(Refused, match="closed"):
        apply(done.complaints[0], Act(kind="withdraw"), here)
    with pytest.raises(Refused, match="closed"):
        apply(done.complaints[0], by(here, "petugas", "complete"), here)


def test_belum_reopens_within_the_offices_days_and_is_refused_later() -> None:
    decision, here = opened(office("pekutatan"))
    complaint = decision.complaints[0]
    with pytest.raises(Refused, match="not_answered"):
        apply(complaint, Act(kind="unsatisfied"), here)
    complaint = go(complaint, here, "deliver")
    complaint = apply(complaint, straight(complaint, here), here).complaints[0]
    assert complaint.closed_at == here.now
    with pytest.raises(Refused, match="not_answered"):
        apply(complaint, Act(kind="unsatisfied"), here)  # signed isn't sent
    complaint = replace(complaint, delivery="sent")
    with pytest.raises(Refused, match="too_late"):
        apply(complaint, Act(kind="unsatisfied"), later(here, days=15))
    again = apply(complaint, Act(kind="unsatisfied", text="masih kotor"), later(here, days=1))
    after = again.complaints[0]
    assert (after.step, after.reopened, after.answer, after.number) == ("draft", 1, "", complaint.number)
    assert after.due_at == moment(here.office, "2026-11-24 10:47")
    assert [entry.act for entry in again.entries] == ["unsatisfied", "reopen"]
    assert "kami buka kembali" in said(again)[0]


def test_an_act_just_after_the_deadline_does_not_silence_its_bell() -> None:
    opening, here = opened(office("kanigaran"))
    complaint = opening.complaints[0]
    assert complaint.due_at is not None
    late = later(here, minutes=60, seconds=5)
    decision = apply(complaint, straight(complaint, late), late)
    assert f"total:{complaint.id}" not in decision.unset
    assert [timer.due_at for timer in decision.timers if timer.key == f"total:{complaint.id}"] == [late.now]


def test_an_unknown_act_is_refused() -> None:
    decision, here = opened(office("pekutatan"))
    for act in (Act(kind="dance"), by(here, "petugas", "dance"), Act(kind="note", by="staff:4711", text="x")):
        with pytest.raises(Refused):
            apply(decision.complaints[0], act, here)


# --- acts of the staff ------------------------------------------------------------------------------------------------


def test_what_ends_at_the_petugas_level_skips_the_distribution_as_published() -> None:
    decision, here = opened(office("dpmd-pasuruan"))
    complaint = decision.complaints[0]
    done = apply(complaint, by(here, "petugas", "branch", text="Sudah kami jelaskan.", data={"arg": "0"}), here)
    assert (done.complaints[0].step, done.complaints[0].answer) == ("respond", "Sudah kami jelaskan.")
    assert done.entries[-1].data["when"] == "selesai di tingkat petugas"
    with pytest.raises(Refused):
        apply(complaint, by(here, "petugas", "branch", text="x", data={"arg": "7"}), here)


def test_a_press_that_gives_a_number_is_not_taken_back() -> None:
    decision, here = opened(office("kedopok"))
    done = apply(decision.complaints[0], by(here, "petugas", "complete"), here)
    assert done.complaints[0].number == "KDP-2026-0001"
    assert [entry.act for entry in done.entries] == ["complete", "receipt", "register"]
    (receipt,) = said(done)
    assert "(bila pejabat ada di tempat)" in receipt
    assert receipt.startswith("Berkas Bapak/Ibu sudah lengkap."), "first that, as the published steps have it"
    with pytest.raises(Refused, match="not_your_act"):
        apply(done.complaints[0], by(here, "petugas", "undo"), here)


def test_a_disposition_names_somebody_of_the_right_role() -> None:
    decision, here = opened(office("pekutatan"))
    for arg in ("904", "4711", ""):
        with pytest.raises(Refused, match="no_person"):
            apply(decision.complaints[0], by(here, "sekcam", "dispose", data={"arg": arg}), here)


def test_nothing_leaves_without_words_or_while_its_paper_is_on_the_way() -> None:
    decision, here = opened(office("pekutatan"))
    complaint = go(decision.complaints[0], here, "deliver")
    with pytest.raises(Refused, match="no_answer"):
        apply(replace(complaint, answer=" "), by(here, "petugas", "deliver"), here)
    paper = Paper(file="p", message="1", at=here.now, sort="answer")
    with pytest.raises(Refused, match="file_arriving"):
        apply(replace(complaint, papers=(paper,)), by(here, "petugas", "deliver"), here)


def test_a_paper_at_the_signing_step_is_enclosed_by_whose_turn_it_is_only() -> None:
    decision, here = opened(office("pegantenan"))
    complaint = go(decision.complaints[0], here, "s10")
    paper = Paper(file="p", message="1", at=here.now, sort="answer")
    done = apply(complaint, by(here, "camat", "enclose", papers=(paper,)), here)
    assert done.complaints[0].papers[-1] == paper
    with pytest.raises(Refused, match="not_officer"):
        apply(complaint, by(here, "sekcam", "enclose", papers=(paper,)), here)


def test_the_office_may_go_on_without_waiting_for_the_citizen() -> None:
    decision, here = opened(office("kanigaran"))
    asked = apply(decision.complaints[0], by(here, "petugas", "ask", text="foto lain"), here).complaints[0]
    again = apply(asked, by(here, "petugas", "ask", text="foto lagi"), later(here, minutes=5)).complaints[0]
    assert len(again.pauses) == 1
    on = apply(again, by(here, "petugas", "complete"), later(here, minutes=20)).complaints[0]
    assert (on.waiting, on.pauses[0].until) == ("", here.now + timedelta(minutes=20))
    assert on.due_at == moment(here.office, "2026-11-23 10:32")


# --- STATUS -----------------------------------------------------------------------------------------------------------


def test_status_says_where_it_stands_in_steps_roles_and_dates() -> None:
    decision, here = opened(office("kanigaran"))
    complaint = decision.complaints[0]
    assert standing.status(complaint, here).splitlines()[0] == "Laporan KNG-2026-0001: jalan depan SD rusak parah"
    assert "Langkah 2 dari 7: " in standing.status(complaint, here)
    assert "Saat ini pada Petugas Pelayanan Pengaduan Masyarakat sejak pukul 09.12 WIB." in standing.status(
        complaint, here
    )
    assert "pukul 10.12 WIB, sudah lewat. Mohon maaf" in standing.status(complaint, later(here, hours=2))
    asked = apply(complaint, by(here, "petugas", "ask", text="foto KK"), here).complaints[0]
    assert "Kami menunggu dari Bapak/Ibu sampai Rabu, 23 Desember 2026: foto KK" in standing.status(asked, here)
    answered = apply(asked, Act(kind="said", text="ini"), later(here, minutes=30)).complaints[0]
    text = standing.status(answered, later(here, minutes=40))
    assert "Waktu layanan 10 menit; menunggu Bapak/Ibu 30 menit; total 40 menit." in text


def test_status_counts_days_where_the_standard_does() -> None:
    decision, here = opened(office("kedopok"))
    asked = apply(decision.complaints[0], by(here, "petugas", "ask", text="KTP"), here).complaints[0]
    answered = apply(asked, Act(kind="said", text="ini"), later(here, days=2)).complaints[0]
    assert "total 2 hari kerja." in standing.status(answered, later(here, days=2))


def test_status_of_pegantenan_shows_its_four_lines() -> None:
    decision, here = opened(office("pegantenan"))
    complaint = decision.complaints[0]
    assert "Langkah 1 dari 4: laporan sedang diterima petugas." in standing.status(
        complaint, here
    )  # no form to fill in
    assert standing.status(complaint, here).startswith("Laporan kode 7K3F: ")
    complaint = go(complaint, here, "s09")
    assert "Langkah 4 dari 4 (Jawaban dari Camat kepada pengadu): surat jawaban sedang digandakan." in standing.status(
        complaint, here
    )


def test_status_of_an_incomplete_and_of_an_answered_one() -> None:
    decision, here = opened(office("kanigaran"), without=("kk",))
    text = standing.status(decision.complaints[0], here)
    assert "Batas waktu dihitung setelah berkas lengkap." in text
    assert "Belum lengkap: KK." in text
    decision, here = opened(office("dpmd-pasuruan"))
    complaint = go(decision.complaints[0], here, "archive")
    assert "sedang kami kirim melalui Telegram." in standing.status(complaint, here)
    there = standing.status(replace(complaint, delivery="sent"), here)
    assert "Jawaban kami sampaikan pada Senin, 23 November 2026 pukul 09.12 WIB." in there


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("answered", "Bila masalahnya belum selesai, balas BELUM."),
        ("referred", "kewenangan Dinas PUPR"),
        ("withdrawn", "dicabut"),
        ("refused", "tidak kami proses"),
    ],
)
def test_status_of_what_is_over(how: str, words: str) -> None:
    decision, here = opened(office("kanigaran"))
    over = replace(decision.complaints[0], closed_at=here.now, closed_as=how, referred_to="Dinas PUPR")
    assert words in standing.status(over, here)


def test_an_office_that_asks_for_no_judgement_puts_no_question_under_its_answer() -> None:
    text = shipped_text("pekutatan").replace("ask_satisfaction = true", "ask_satisfaction = false")
    place = replace(office("pekutatan"), standard=load(text, place="x"))
    decision, here = opened(place)
    complaint = go(decision.complaints[0], here, "deliver")
    done = apply(complaint, straight(complaint, here), here)
    assert done.sends[-1].choices == ()
    assert "SUDAH" not in done.sends[-1].text


def test_the_matter_is_in_the_citizens_own_words_and_short() -> None:
    decision, _ = opened(office("kanigaran"))
    complaint = decision.complaints[0]
    assert (
        telling.matter(replace(complaint, statement="lampu\njalan mati di gg mawar")) == "lampu jalan mati di gg mawar"
    )
    assert telling.matter(replace(complaint, statement="")) == "pesan suara"
    assert telling.matter(replace(complaint, statement="jalan " * 40)).endswith("…")
    assert telling.sort_name("paspor") == "paspor"
    assert set(standards.shipped()) >= {"kanigaran"}
