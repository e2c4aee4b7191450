"""Time that runs out at the desk: the question before the end, the ladder after it, and what the citizen is told."""

from __future__ import annotations

import random

import pytest
from msgspec.structs import replace

from channels.twilio.gsm7 import fold
from tests.limits import LIMITS
from tests.workflow.desk_people import DESK, OFFICES, moment, office
from tests.workflow.desk_people import world as plain_world
from tests.workflow.desk_scene import Scene
from tests.workflow.test_office_time import WIB
from workflow.conversation import Conversation
from workflow.happening import Due
from workflow.message import Address
from workflow.procedure import bells, lateness
from workflow.procedure.telling import who_handles
from workflow.record import Complaint
from workflow.standard.standard import Standard


def until(scene: Scene, when: str) -> list[str]:
    """What the desk read until a local time."""
    scene.sent = scene.bench.pass_time(moment(scene.bench.office, when))
    return [each.text for each in scene.sent if each.to.chat == DESK and each.kind == "card"]


def with_kasi(**more) -> Scene:
    """Kanigaran on a Monday at 09.12, at Kasi Satu's."""
    scene = Scene("kanigaran", **more)
    scene.bench.conversations[scene.home.lane] = Conversation(address=scene.home, complaints=(scene.complaint.id,))
    for who, label in (("Petugas Satu", "Lengkap"), ("Sekcam", "Teruskan"), ("Camat", "Kasi Satu")):
        scene.press(who, label)
    return scene


# --- before the end ---------------------------------------------------------------------------------------------------


def test_fifteen_minutes_before_whose_turn_it_is_gets_asked_for_a_word() -> None:
    scene = with_kasi()
    assert until(scene, "2026-11-23 09:56") == []
    asked = until(scene, "2026-11-23 09:57")
    assert asked == [
        (
            "KNG-2026-0001 jatuh tempo pukul 10.12 WIB, ada pada Kasi / Kasubbag (Kasi Satu). "
            "Tulis kabar untuk pelapor dengan membalas pesan ini."
        )
    ]
    (message,) = [each for each in scene.sent if each.text in asked]
    assert [each.name for each in message.mentions] == ["Kasi Satu"]
    assert not any("jatuh tempo" in text for text in until(scene, "2026-11-23 10:11"))


def test_the_word_becomes_the_plan_on_the_card_and_in_status_and_is_asked_for_no_more() -> None:
    scene = with_kasi()
    until(scene, "2026-11-23 09:57")
    scene.reply("Kasi Satu", "jatuh tempo", "lubang ditambal Selasa pagi")
    assert scene.complaint.plan == "lubang ditambal Selasa pagi"
    assert scene.acts()[-1] == "plan"
    assert "Rencana: lubang ditambal Selasa pagi" in scene.card()
    assert "Kabar dari Kasi Pembangunan mengenai laporan Bapak/Ibu KNG-2026-0001:" in scene.in_group()[-1]
    assert scene.to_citizen() == []  # nothing leaves without a press
    assert "Rencana: lubang ditambal Selasa pagi" in scene.citizen("status")[-1].text
    scene.press("Kasi Satu", "Minta dilengkapi")
    scene.reply("Kasi Satu", "Mohon balas", "Sisi utara atau selatan?")
    scene.press("Kasi Satu", "Ya, kirim permintaan")
    scene.wait_s(600)
    scene.citizen("utara")  # the deadline moved, and the desk has given its word all the same
    assert not any("jatuh tempo" in text for text in until(scene, "2026-11-23 10:21"))


def test_a_press_sends_the_word_now_as_a_fact_of_its_own_and_never_as_the_answer() -> None:
    scene = with_kasi()
    until(scene, "2026-11-23 09:57")
    scene.reply("Kasi Satu", "jatuh tempo", "lubang ditambal Selasa pagi")
    scene.press("Kasi Satu", "Kirim ke pelapor sekarang")
    (told,) = scene.to_citizen()
    assert told.startswith("Kabar dari Kasi Pembangunan mengenai laporan Bapak/Ibu KNG-2026-0001:\nlubang ditambal")
    assert "Ini belum jawaban akhir" in told
    assert [each.kind for each in scene.sent if each.text == told] == ["notice"]
    assert scene.acts()[-1] == "respond"
    assert scene.complaint.answered_at is None
    assert scene.complaint.step == "follow_up"
    assert "Ditanggapi: Senin, 23 November 2026 pukul 09.57 WIB" in scene.card()
    again = scene.bench.find(DESK, "Kabar dikirim kepada pelapor. Ini tercatat sebagai tanggapan, bukan jawaban.")
    mark = lateness.plan_mark(scene.complaint)
    scene.press_data(str(scene.who("Kasi Satu").id), f"d:respond:{scene.complaint.code}:1:{mark}", again)
    assert scene.to_citizen() == []
    assert scene.alert().startswith("Maaf")


def test_the_button_of_an_older_wording_sends_nothing() -> None:
    scene = with_kasi()
    until(scene, "2026-11-23 09:57")
    scene.reply("Kasi Satu", "jatuh tempo", "lubang ditambal Selasa")
    posted, old = scene.bench.button(DESK, "Kirim ke pelapor sekarang")
    scene.reply("Petugas Satu", "jatuh tempo", "lubang ditambal Rabu")
    scene.press_data(str(scene.who("Kasi Satu").id), old, posted)
    assert scene.to_citizen() == []
    assert scene.alert().startswith("Maaf")


def test_only_an_officer_or_whose_turn_it_is_may_write_it_and_a_dot_makes_a_note() -> None:
    scene = with_kasi()
    until(scene, "2026-11-23 09:57")
    scene.reply("Kasi Dua", "jatuh tempo", "besok")
    assert scene.complaint.plan == ""
    assert scene.in_group()[-1].startswith("Maaf")
    scene.reply("Kasi Satu", "jatuh tempo", "lusa")
    posted, send = scene.bench.button(DESK, "Kirim ke pelapor sekarang")
    scene.press_data(str(scene.who("Kasi Dua").id), send, posted)
    assert (scene.to_citizen(), scene.alert()[:4]) == ([], "Maaf")
    scene = with_kasi()
    until(scene, "2026-11-23 09:57")
    scene.reply("Kasi Satu", "jatuh tempo", ". belum tahu")
    assert (scene.complaint.plan, scene.acts()[-1]) == ("", "note")


def test_a_total_in_days_is_asked_about_at_the_opening_of_its_last_day() -> None:
    scene = Scene("kedopok", at="2026-11-23 09:12")
    asked = [text for text in until(scene, "2026-11-24 07:31") if "jatuh tempo" in text]
    assert len(asked) == 1
    assert "jatuh tempo pukul 16.00 WIB" in asked[0]


def test_a_step_of_fifteen_minutes_is_asked_about_in_its_last_quarter() -> None:
    scene = Scene("pegantenan")
    assert until(scene, "2026-11-23 09:23") == []
    (asked,) = until(scene, "2026-11-23 09:24")
    assert (
        asked.startswith("PGT-2026-0001: langkah 1 jatuh tempo pukul 09.27 WIB") or "jatuh tempo pukul 09.27" in asked
    )
    (told, *_) = until(scene, "2026-11-23 09:28")
    assert "lewat batas langkah ini" in told
    assert "batas standar Rabu, 9 Desember 2026 pukul 16.00 WIB" in told  # the total is another matter
    assert scene.complaint.late == ("step",)
    assert scene.to_citizen() == []  # a step's norm is no promise to the citizen
    assert scene.complaint.told_late == 0


# --- after the end ----------------------------------------------------------------------------------------------------


def test_at_the_end_whose_turn_it_is_then_the_ladder_each_once_in_working_time() -> None:
    scene = with_kasi()
    until(scene, "2026-11-23 10:00")
    (told,) = [text for text in until(scene, "2026-11-23 10:12") if "lewat" in text and "Langkah" not in text]
    assert told == (
        "KNG-2026-0001 lewat batas standar (pukul 10.12 WIB). Ada pada Kasi / Kasubbag (Kasi Satu) sejak pukul 09.12 WIB. "
        "Balas pesan ini untuk menulis kabar bagi pelapor."
    )
    rungs = [
        (
            scene.bench.now.astimezone(WIB).strftime("%H:%M"),
            each.text.split(":")[0],
            [who.name for who in each.mentions],
        )
        for minute in range(13, 60 + 60)
        for _ in [until(scene, f"2026-11-23 {10 + minute // 60}:{minute % 60:02}")]
        for each in scene.sent
        if "Untuk perhatian" in each.text
    ]
    assert rungs == [
        ("10:42", "Untuk perhatian Sekretaris Camat (Sekcam Satu)", ["Sekcam Satu"]),
        ("11:12", "Untuk perhatian Camat (Camat Satu)", ["Camat Satu"]),
    ]
    assert not any("Untuk perhatian" in text for text in until(scene, "2026-12-23 16:00"))
    assert [entry.data["which"] for entry in scene.bench.entries if entry.act == "overdue"][:3] == [
        *("total", "rung:sekcam", "rung:camat")
    ]


def test_a_reply_to_what_is_told_at_the_end_is_a_word_for_the_citizen_and_no_report() -> None:
    scene = with_kasi()
    until(scene, "2026-11-23 10:42")
    scene.reply("Kasi Satu", "lewat batas standar (", "ditambal besok")
    assert (scene.complaint.plan, scene.complaint.report) == ("ditambal besok", "")
    scene.reply("Petugas Satu", "Untuk perhatian", "ditambal lusa")
    assert scene.complaint.plan == "ditambal lusa"
    scene.reply("Camat", "Untuk perhatian Sekretaris", "ditambal Kamis")  # who is told of it may speak too
    scene.press("Sekcam", "Kirim ke pelapor sekarang")
    assert "ditambal Kamis" in scene.to_citizen()[0]


def test_of_a_citizen_without_a_chat_the_desk_is_told_to_tell_them_itself() -> None:
    scene = Scene("pekutatan", changes={"empty": True})
    scene.say("Petugas Satu", "/catat air PDAM mati di banjar pasar")
    texts = until(scene, "2026-11-23 11:00")
    (told,) = [text for text in texts if "lewat batas standar (" in text]
    assert told.endswith("Pelapor tidak memakai chat; mohon diberi kabar langsung.")
    assert scene.complaint.told_late == 0
    scene.reply("Sekcam", "lewat batas standar (", "dihubungi lewat telepon siang ini")
    assert scene.in_group()[0] == "Rencana dicatat pada kartu."
    until(scene, "2027-01-30 11:00")
    assert scene.complaint.told_late == 0


def test_who_was_told_at_the_end_is_not_told_again_by_the_ladder() -> None:
    scene = Scene("kanigaran")
    scene.press("Petugas Satu", "Lengkap")  # now it's Sekcam's, who is also the first rung
    texts = until(scene, "2026-11-23 11:30")
    assert sum("lewat batas standar (" in text for text in texts) >= 1
    assert [text.split(":")[0] for text in texts if "Untuk perhatian" in text] == ["Untuk perhatian Camat (Camat Satu)"]


def test_the_ladder_waits_for_the_next_working_morning() -> None:
    scene = Scene("kanigaran", at="2026-12-23 14:30")
    texts = until(scene, "2026-12-23 16:00")
    assert sum("Untuk perhatian" in text for text in texts) == 1  # at 16.00, half an hour after 15.30
    texts = until(scene, "2026-12-28 07:59")  # 24th and 25th are days off, then a weekend
    assert not any("Untuk perhatian" in text for text in texts)
    assert any("Untuk perhatian Camat" in text for text in until(scene, "2026-12-28 08:00"))


def test_a_confidential_report_is_told_upwards_only_to_who_may_know_of_it() -> None:
    scene = Scene("kanigaran", changes={"confidential": True})
    for person in scene.bench.office.staff:
        scene.bench.linked[str(person.id)] = str(person.id)
    scene.bench.pass_time(moment(scene.bench.office, "2026-11-23 12:00"))
    group = [each.text for each in scene.bench.sent if each.to.chat == DESK]
    assert not any("KNG-2026-0001" in text for text in group)
    reached = {each.to.chat for each in scene.bench.sent if "lewat batas" in each.text}
    assert reached == {str(scene.who("Camat").id)}


# --- the citizen ------------------------------------------------------------------------------------------------------


def test_the_citizen_hears_at_the_end_by_role_and_with_the_plan_if_there_is_one() -> None:
    scene = with_kasi()
    until(scene, "2026-11-23 10:12")
    assert scene.to_citizen() == [
        (
            "Mohon maaf, laporan Bapak/Ibu KNG-2026-0001 belum selesai dalam 60 menit sesuai standar kami. "
            "Saat ini ditangani Kasi Pembangunan sejak pukul 09.12 WIB. Ketik STATUS kapan saja."
        )
    ]
    assert not any(person.name in scene.to_citizen()[0] for person in scene.bench.office.staff)
    assert scene.complaint.told_late == 1
    assert [entry.act for entry in scene.bench.entries if entry.act == "told_late"] == ["told_late"]
    planned = with_kasi()
    until(planned, "2026-11-23 09:57")
    planned.reply("Kasi Satu", "jatuh tempo", "lubang ditambal Selasa pagi.")
    until(planned, "2026-11-23 10:12")
    assert "sejak pukul 09.12 WIB. Rencana: lubang ditambal Selasa pagi. Ketik STATUS" in planned.to_citizen()[0]


def test_while_nothing_happens_it_is_told_again_and_from_the_second_time_with_the_national_complaint_site() -> None:
    scene = with_kasi()
    until(scene, "2026-11-23 10:12")
    days = []
    for day in range(23, 31):
        until(scene, f"2026-11-{day} 18:00")
        days += [(day, text) for text in scene.to_citizen()]
    assert [day for day, _ in days] == [24, 27]  # one working day later, then three
    assert "masih belum selesai" in days[0][1]
    assert "Bapak/Ibu juga dapat menyampaikannya melalui SP4N-LAPOR! (www.lapor.go.id)." in days[0][1]
    assert "Ombudsman" not in days[0][1]
    assert scene.complaint.told_late == 3


def test_what_happens_meanwhile_puts_the_next_message_off() -> None:
    scene = with_kasi()
    until(scene, "2026-11-23 10:12")
    scene.bench.pass_time(moment(scene.bench.office, "2026-11-23 15:00"))
    scene.say("Kasi Satu", "Kasi tahu warga", reply_to=scene.bench.find(DESK, "jatuh tempo").id)
    scene.press("Kasi Satu", "Kirim ke pelapor sekarang")
    until(scene, "2026-11-24 16:00")
    assert len(scene.to_citizen()) == 1  # from the word of the 23rd it's one working day to the 24th's opening
    assert "masih belum selesai" in scene.to_citizen()[0]
    scene.bench.pass_time(moment(scene.bench.office, "2026-11-26 09:00"))
    scene.reply("Kasi Satu", "jatuh tempo", "Besok")
    scene.press("Kasi Satu", "Kirim ke pelapor sekarang")
    until(scene, "2026-11-30 16:00")
    assert scene.to_citizen() == []  # three working days after the word, not after the message before it
    until(scene, "2026-12-01 08:00")
    assert len(scene.to_citizen()) == 1


def test_at_the_national_limit_the_desk_has_a_second_alarm_and_the_citizen_every_route() -> None:
    scene = Scene("kanigaran")  # nobody has said whether the file is complete
    texts = until(scene, "2026-12-07 08:00")
    assert any("batas nasional 14 hari untuk menanggapi kelengkapan" in text for text in texts)
    texts = until(scene, "2027-01-22 08:00")
    assert any("batas nasional 60 hari untuk memutuskan pengaduan" in text for text in texts)
    assert "Ombudsman RI (137, WA 082137373737, pengaduan@ombudsman.go.id)" in scene.to_citizen()[-1]
    which = [entry.data["which"] for entry in scene.bench.entries if entry.act == "overdue"]
    assert which.count("national:reply") == which.count("national:decision") == 1


def test_the_national_alarm_about_completeness_is_silent_where_a_petugas_has_told_it() -> None:
    scene = with_kasi()
    texts = until(scene, "2027-01-22 08:00")
    assert not any("untuk menanggapi kelengkapan" in text for text in texts)
    assert any("batas nasional 60 hari untuk memutuskan pengaduan" in text for text in texts)


def test_no_message_of_lateness_breaks_the_quiet_hours() -> None:
    scene = Scene("kanigaran")
    late = [
        each
        for each in scene.bench.pass_time(moment(scene.bench.office, "2026-12-20 12:00"))
        if each.text.startswith("Mohon maaf, laporan")
    ]
    assert len(late) >= 4
    for posted in scene.bench.posted:
        if posted.message in late:
            local = posted.at.astimezone(scene.bench.office.calendar.zone)
            assert 7 <= local.hour < 20, local


def test_a_bell_that_rings_at_night_tells_the_desk_and_lets_the_citizen_sleep() -> None:
    scene = with_kasi()
    scene.bench.now = moment(scene.bench.office, "2026-11-23 22:00")  # everything stood still meanwhile
    scene.wait_s(60)
    assert any("lewat batas standar" in text for text in scene.in_group())
    assert scene.to_citizen() == []
    until(scene, "2026-11-24 07:00")
    assert [text[:30] for text in scene.to_citizen()] == ["Mohon maaf, laporan Bapak/Ibu "]


def test_nothing_is_told_while_the_office_waits_for_the_citizen_and_it_goes_on_afterwards() -> None:
    scene = with_kasi()
    until(scene, "2026-11-23 10:20")
    scene.press("Kasi Satu", "Minta dilengkapi")
    scene.reply("Kasi Satu", "Mohon balas", "Sisi utara atau selatan?")
    scene.press("Kasi Satu", "Ya, kirim permintaan")
    texts = until(scene, "2026-11-26 10:00")
    assert scene.to_citizen() == []
    assert not any("Untuk perhatian" in text for text in texts)
    scene.citizen("utara")
    texts = scene.in_group() + until(scene, "2026-11-30 16:00")
    assert any("Untuk perhatian Sekretaris Camat" in text for text in texts)
    assert any("masih belum selesai" in text for text in scene.to_citizen())


def test_an_answer_ends_it() -> None:
    scene = with_kasi()
    until(scene, "2026-11-23 10:20")
    scene.reply("Kasi Satu", "Langkah 5", "Sudah ditambal.")
    scene.press("Kasi Satu", "Kirim laporan")
    scene.press("Petugas Satu", "Kirim")
    scene.press("Petugas Satu", "Ya, kirim")
    texts = until(scene, "2027-02-22 10:20")
    assert not any("KNG-2026-0001" in text for text in texts)
    assert [text[:30] for text in scene.to_citizen()] == ["Foto dan data identitas pada l"], "30 days after the end"


def test_a_reopened_complaint_has_a_new_total_and_can_be_late_anew() -> None:
    scene = with_kasi()
    until(scene, "2026-11-23 10:20")
    scene.reply("Kasi Satu", "Langkah 5", "Sudah ditambal.")
    scene.press("Kasi Satu", "Kirim laporan")
    scene.press("Petugas Satu", "Kirim")
    scene.press("Petugas Satu", "Ya, kirim")
    scene.citizen("belum")
    scene.citizen("masih berlubang")
    assert scene.complaint.reopened == 1
    assert scene.complaint.late == ()
    texts = until(scene, "2026-11-23 12:30")
    assert sum("lewat batas standar (" in text and "Langkah" not in text for text in texts) == 1
    assert any("Untuk perhatian Sekretaris Camat" in text for text in texts)
    assert "belum selesai dalam 60 menit" in scene.to_citizen()[0]


# --- one SMS ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OFFICES)
def test_by_sms_every_late_message_is_one_part_whoever_has_it(name: str) -> None:
    place = office(name)
    rules = place.standard
    here = plain_world(place, "2026-11-30 10:00", limits_of=LIMITS)
    for step in rules.steps[1:]:
        for plan in ("", "lubang ditambal Selasa pagi", "perbaikan menunggu alat dari dinas " * 6):
            for nth, wide in ((1, False), (2, False), (7, True)):
                complaint = late_one(rules, name, step.id, plan)
                text = lateness.late_text(complaint, here, nth=nth, wide=wide)
                assert len(text) <= 160, (step.id, len(text), text)
                assert fold(text) == text, text
                assert text.endswith("Cek: STATUS")
                assert who_handles(complaint, here) in text or nth > 1 or "petugas kami" in text
                assert "Ombudsman" in text or not wide
                assert (" Rencana: " in text) <= bool(plan)


def late_one(rules: Standard, name: str, step: str, plan: str) -> Complaint:
    """A complaint by SMS that stands at a step and is late."""
    place = office(name)
    at = moment(place, "2026-11-23 09:12")
    return Complaint(
        id="id1", code="7K3F", office=name, standard=rules.version, received_at=at, confirmed_at=at,
        number=f"{rules.office.ticket_prefix}-2026-1234", citizen=Address(name, "sms", "+6281234567890"), step=step,
        step_since=at, clock_started_at=at, due_at=at, plan=plan,
    )  # fmt: skip


# --- what bells never do ----------------------------------------------------------------------------------------------

KINDS = ("total_warn", "step_warn", "total_due", "step_due", "complete_due", "ladder_due", "late_due", "national_due")


@pytest.mark.parametrize("name", OFFICES)
@pytest.mark.parametrize("seed", range(3))
def test_no_run_of_bells_closes_stretches_or_hides_anything(name: str, seed: int) -> None:
    chance = random.Random(f"{name}{seed}")
    scene = Scene(name, at="2026-12-21 10:00")
    for _ in range(chance.randrange(4)):
        person, label = next(
            ((p, c.label) for posted in reversed(scene.bench.posted) if posted.message.to.chat == DESK
             for row in posted.message.choices for c in row
             for p in scene.bench.office.staff if c.data.split(":")[1] in ("complete", "verify", "pass_on", "accept")),
            (None, ""),
        )  # fmt: skip
        if person is None:
            break
        scene.press(chance.choice(scene.bench.office.staff).name, label)
    keep = ("step", "part", "step_since", "assignee", "waits_for", "due_at", "step_due_at", "closed_at", "closed_as",
            "answered_at", "answer", "draft", "report", "pauses", "waiting", "clock_started_at", "number", "fresh",
            "satisfied", "reopened", "delivery", "referred_to", "confidential")  # fmt: skip
    before = {each: getattr(scene.complaint, each) for each in keep}
    for _ in range(60):
        scene.bench.feed(Due(chat=scene.group, at=scene.bench.now, timer="x", kind=chance.choice(KINDS),
                             subject=scene.complaint.id))  # fmt: skip
        scene.bench.pass_s(chance.choice([30, 900, 7200, 86_400, 86_400 * 9]))
        assert {each: getattr(scene.complaint, each) for each in keep} == before
    told = [entry.data["which"] for entry in scene.bench.entries if entry.act == "overdue"]
    assert len(told) == len(set(told)), "each is told once"
    assert scene.card().count("Giliran:") == 1


def test_every_bell_is_known_and_set_as_a_row() -> None:
    from workflow.desk.deadlines import BELLS

    assert {*KINDS, "recompute"} == set(BELLS)
    scene = with_kasi()
    keys = {timer.key.split(":")[0] for timer in scene.bench.timers.values()}
    assert {"total", "warn_total", "national"} <= keys
    timer = scene.bench.timers[f"total:{scene.complaint.id}"]
    assert timer.rule.startswith("60 office_minute from 2026-11-23")
    assert timer.standard == scene.bench.office.standard.version


def test_rungs_shrink_with_what_was_told() -> None:
    rules = office("kanigaran").standard
    complaint = late_one(rules, "kanigaran", "verify", "")
    assert bells.rungs(rules, complaint) == ("sekcam", "camat")
    assert bells.rungs(rules, replace(complaint, late=("total", "rung:sekcam"))) == ("camat",)
    assert bells.rungs(rules, replace(complaint, confidential=True)) == ("camat",)


def test_a_reopened_complaint_begins_without_the_words_given_before_its_first_answer() -> None:
    scene = with_kasi()
    until(scene, "2026-11-23 09:57")
    scene.reply("Kasi Satu", "jatuh tempo", "lubang ditambal Selasa pagi")
    scene.press("Kasi Satu", "Kirim ke pelapor sekarang")
    scene.reply("Kasi Satu", "Langkah 5", "Sudah ditambal.")
    scene.press("Kasi Satu", "Kirim laporan")
    scene.press("Petugas Satu", "Kirim")
    scene.press("Petugas Satu", "Ya, kirim")
    scene.news("delivered", "Sudah ditambal.")
    scene.citizen("belum")
    assert scene.complaint.reopened == 1
    assert "Ditanggapi" not in scene.card()
    until(scene, "2026-11-23 10:45")
    scene.reply("Kasi Satu", "jatuh tempo", "lubang ditambal Selasa pagi")
    scene.press("Kasi Satu", "Kirim ke pelapor sekarang")
    assert len(scene.to_citizen()) == 1, "the same words are a new word of this time"
