"""Somebody is away and somebody stands in: recorded in the chat, shown on cards, and by whom a step is done meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflow.desk_people import DESK, moment, office, opened, straight
from tests.workflow.desk_scene import Scene
from workflow.desk.show import show
from workflow.happening import Due
from workflow.message import Sender
from workflow.office import Duty, Staff
from workflow.procedure.capacity import capacity, signs_as
from workflow.procedure.complaint import apply
from workflow.procedure.progress import turn
from workflow.standard import standard as standards


def scene(name: str = "kanigaran", **more) -> Scene:
    """A desk with Petugas Satu as its admin."""
    made = Scene(name, **more)
    admin = msgspec.structs.replace(made.who("Petugas Satu"), admin=True)
    made.bench.office = made.bench.office.with_staff([admin])
    return made


def as_sender(made: Scene, name: str) -> Sender:
    person = made.who(name)
    return Sender(id=str(person.id), name=person.name)


def says(made: Scene, who: str, text: str, *, about: str = "") -> str:
    """Write in the group, perhaps in reply to something that another person wrote."""
    more = {"reply_to": "555", "replied_to": as_sender(made, about)} if about else {}
    return "\n".join(each.text for each in made.say(who, text, **more))


def turns(made: Scene) -> list[str]:
    return [each.name for each in turn(made.complaint, made.bench.world_for(_due(made))).people]


def _due(made: Scene) -> Due:
    return Due(chat=made.group, at=made.bench.now, timer="x", kind="opening_list")


def to_the_camat(made: Scene) -> None:
    """Kanigaran: complete, passed on; now the camat disposes."""
    made.press("Petugas Satu", "Lengkap")
    made.press("Sekcam", "Teruskan")


def draft_at_the_camat(made: Scene, author: str = "Kasi Satu") -> None:
    """Pekutatan: a draft that the camat corrects."""
    made.press("Petugas Satu", "Catat di register") if "Catat di register" in made.labels() else None
    made.press("Sekcam", author)
    made.reply(author, "Langkah 3", "Sudah kami tangani.")
    made.press(author, "Ajukan ke Camat")


# --- away -------------------------------------------------------------------------------------------------------------


def test_whoever_is_away_says_so_with_one_press():
    made = scene()
    assert "Camat Satu tidak di tempat sampai kapan?" in says(made, "Camat", "/absen")
    made.press("Camat", "Hari ini")
    assert made.alert() == "Dicatat."
    assert "Camat Satu tidak di tempat hari ini." in made.in_group()[0]
    assert "Belum ada yang mewakili Camat" in made.in_group()[0]
    assert made.bench.office.away(made.who("Camat").id, made.bench.now)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("24-26 nov", "Selasa, 24 November 2026 s.d. Kamis, 26 November 2026"),
        ("s.d. Jumat", "s.d. Jumat, 27 November 2026"),
        ("hari ini", "hari ini"),
        ("besok dinas luar", "Selasa, 24 November 2026. Keterangan: dinas luar."),
        ("16-17 nov", "Senin, 16 November 2026 s.d. Selasa, 17 November 2026 (dicatat kemudian)"),
    ],
)
def test_days_are_typed_after_the_command_or_in_reply(typed, said):
    made = scene()
    assert said in says(made, "Camat", f"/absen {typed}")
    made = scene()
    says(made, "Camat", "/absen")
    made.press("Camat", "Sampai tanggal ...")
    assert said in made.reply("Camat", "tanggalnya", typed)[0].text


def test_days_typed_with_the_command_are_kept_while_the_place_is_asked():
    made = scene("pegantenan")
    assert "untuk siapa?" in says(made, "Petugas Satu", "/plh hari ini sampai besok dinas luar", about="Sekcam")
    made.wait_s(3600 * 16)
    made.press("Petugas Satu", "Plh. Camat (Camat Satu)")
    plh, away = made.bench.office.duties
    assert (plh.kind, plh.role, away.kind) == ("plh", "camat", "away")
    assert [each.until for each in (plh, away)] == [moment(made.bench.office, "2026-11-25 00:00")] * 2, (
        "as it was typed"
    )
    assert plh.reason == "dinas luar"


def test_days_that_cant_be_read_are_refused_before_the_place_is_asked():
    made = scene("pegantenan")
    assert says(made, "Petugas Satu", "/plh entah kapan", about="Sekcam").startswith("Maaf")


def test_a_place_whose_role_has_a_long_id_fits_on_a_button():
    made = scene()
    long = "kepala_seksi_pemberdayaan_masyarakat"
    text = standards.shipped_text("kanigaran")
    import re

    rules = standards.load(re.sub(r"\bcamat\b(?=[\"\]\s=,])", long, text), place="kanigaran")
    assert long in rules.roles
    people = [msgspec.structs.replace(each, id=each.id + 8_000_000_000_000,
                                      roles=tuple(long if role == "camat" else role for role in each.roles))
              for each in made.bench.office.staff]  # fmt: skip
    made.bench.office = msgspec.structs.replace(made.bench.office, standard=rules, staff=tuple(people))
    says(made, "Petugas Satu", "/plh", about="Sekcam")
    made.press("Petugas Satu", "Plh. Camat (Camat Satu)")
    made.press("Petugas Satu", "Hari ini")
    assert made.bench.office.duties[0].role == long


def test_days_that_cant_be_read_are_asked_for_again_and_nothing_is_recorded():
    made = scene()
    assert "tanggalnya belum terbaca" in says(made, "Camat", "/absen kapan-kapan")
    assert made.bench.office.duties == ()


def test_an_admin_records_it_for_somebody_else_and_nobody_else_does():
    made = scene()
    assert "dicatat oleh admin atau pimpinan" in says(made, "Kasi Satu", "/absen besok", about="Camat")
    assert made.bench.office.duties == ()
    assert "Camat Satu tidak di tempat" in says(made, "Petugas Satu", "/absen besok", about="Camat")
    assert made.bench.office.duties[0].by == f"staff:{made.who('Petugas Satu').id}"


def test_who_is_back_says_so_and_is_there_again():
    made = scene()
    says(made, "Camat", "/absen s.d. Jumat")
    says(made, "Camat", "/absen")
    made.press("Camat", "Saya sudah kembali")
    assert made.in_group() == ["Camat Satu kembali di tempat."]
    assert made.bench.office.away(made.who("Camat").id, made.bench.now) is None
    assert "sudah berakhir" in refused(made, "Camat", f"d:duty:-:0:end:{made.bench.office.duties[0].id}")


def refused(made: Scene, who: str, data: str) -> str:
    made.press_data(str(made.who(who).id), data, made.bench.posted[-1])
    return made.alert()


def test_only_who_asked_answers_the_question_and_a_made_up_button_means_nothing():
    made = scene()
    says(made, "Camat", "/absen")
    made.press("Kasi Satu", "Hari ini")
    assert "isian ini untuk Camat Satu" in made.alert()
    assert "tidak ditemukan" in refused(made, "Kasi Satu", "d:duty:-:0:end:none")
    card = made.bench.find(DESK, "Langkah")
    made.press_data(str(made.who("Kasi Satu").id), "d:duty:-:0:today", card)
    assert "tidak ditemukan" in made.alert()
    assert made.bench.office.duties == ()


def test_two_presses_at_once_record_one_absence():
    made = scene()
    says(made, "Camat", "/absen")
    posted, data = made.bench.button(DESK, "Hari ini")
    for _ in range(2):
        made.press_data(str(made.who("Camat").id), data, posted)
    assert made.alert() == "Maaf, hal ini sudah dicatat."
    assert len(made.bench.office.duties) == 1


# --- stand-ins --------------------------------------------------------------------------------------------------------


def test_the_step_goes_to_the_plh_while_its_holder_is_away_and_comes_back():
    made = scene()
    to_the_camat(made)
    assert turns(made) == ["Camat Satu"]
    said = says(made, "Petugas Satu", "/plh camat s.d. Rabu", about="Sekcam")
    assert "Plh. Camat: Sekcam Satu, s.d. Rabu, 25 November 2026." in said
    assert "Camat Satu tidak di tempat s.d. Rabu, 25 November 2026." in said
    assert "Sekcam Satu, sekarang Plh. Camat. Yang menunggu:\n- KNG-2026-0001" in said
    assert turns(made) == ["Sekcam Satu"]
    assert "Giliran: Plh. Camat (Sekcam Satu)\nCamat tidak di tempat s.d. Rabu, 25 November 2026." in made.card()
    made.bench.pass_time(moment(made.bench.office, "2026-11-26 08:00"))
    assert turns(made) == ["Camat Satu"]
    assert "Giliran: Camat (Camat Satu)" in made.card()
    assert made.bench.find(DESK, "Plh. Camat (Sekcam Satu) berakhir.")


def test_what_the_stand_in_does_is_recorded_and_told_so_and_the_holder_may_act_all_the_same():
    made = scene()
    to_the_camat(made)
    says(made, "Petugas Satu", "/plh camat s.d. Rabu", about="Sekcam")
    made.press("Sekcam", "Kasi Satu")
    entry = made.bench.entries[-1]
    assert (entry.act, entry.name, entry.data["standing_in"]) == ("dispose", "Sekcam Satu", "plh:camat")
    assert "Sekcam Satu (Plh. Camat): didisposisikan." in made.in_group()[-1]
    other = scene()
    to_the_camat(other)
    says(other, "Petugas Satu", "/plh camat s.d. Rabu", about="Sekcam")
    other.press("Camat", "Kasi Satu")
    assert (other.alert(), "standing_in" in other.bench.entries[-1].data) == ("Dicatat.", False)


def test_a_hand_over_says_who_is_away_and_who_stands_in():
    made = scene()
    says(made, "Petugas Satu", "/plh camat s.d. Rabu", about="Sekcam")
    to_the_camat(made)
    said = made.in_group()[-1]
    assert "giliran Sekcam Satu (Plh. Camat)" in said
    assert "Camat tidak di tempat s.d. Rabu, 25 November 2026." in said


def test_a_stand_in_that_begins_later_takes_over_on_that_morning():
    made = scene()
    to_the_camat(made)
    says(made, "Petugas Satu", "/plh camat 24-26 nov", about="Sekcam")
    assert turns(made) == ["Camat Satu"]
    made.bench.pass_time(moment(made.bench.office, "2026-11-24 08:00"))
    assert turns(made) == ["Sekcam Satu"]
    assert made.bench.find(DESK, "Sekcam Satu, sekarang Plh. Camat.")
    assert "Giliran: Plh. Camat (Sekcam Satu)" in made.card()


def test_a_plt_takes_the_role_over_until_it_is_ended():
    made = scene()
    to_the_camat(made)
    says(made, "Petugas Satu", "/plt", about="Sekcam")
    made.press("Petugas Satu", "Plt. Camat")
    made.press("Petugas Satu", "Sampai ada pejabat baru")
    assert "Plt. Camat: Sekcam Satu, sampai ada ketetapan baru." in made.in_group()[0]
    assert turns(made) == ["Sekcam Satu"]
    assert "Akhiri Plt. Camat" in [
        c.label for each in made.say("Kasi Satu", "/peran") for row in each.choices for c in row
    ]
    made.press("Kasi Satu", "Akhiri Plt. Camat")
    assert "admin atau pimpinan" in made.alert()
    made.press("Petugas Satu", "Akhiri Plt. Camat")
    assert turns(made) == ["Camat Satu"]


def test_only_admins_and_the_head_appoint_and_nobody_stands_in_for_themselves():
    made = scene()
    assert "admin atau pimpinan" in says(made, "Kasi Satu", "/plh camat besok", about="Sekcam")
    assert "Plh. Camat: Sekcam Satu" in says(made, "Camat", "/plh camat besok", about="Sekcam")
    says(made, "Camat", "/plh", about="Camat")
    assert "Plh. Camat (Camat Satu)" not in made.sent[-1].text
    assert not [c.label for row in made.sent[-1].choices for c in row if "Camat Satu" in c.label]
    assert "balas pesan orang" in says(made, "Camat", "/plh")
    made.say("Camat", "/plh camat besok", reply_to="5", replied_to=Sender(id="4711", name="Tamu"))
    assert "bukan dari orang yang mempunyai peran" in made.sent[-1].text


def test_who_is_away_does_not_stand_in():
    made = scene()
    says(made, "Sekcam", "/absen s.d. Jumat")
    assert "Sekcam Satu sendiri tidak di tempat" in says(made, "Camat", "/plh camat besok", about="Sekcam")


def test_who_left_the_office_stands_in_no_more():
    made = scene()
    to_the_camat(made)
    says(made, "Petugas Satu", "/plh camat s.d. Rabu", about="Sekcam")
    gone = msgspec.structs.replace(made.who("Sekcam"), roles=())
    made.bench.office = made.bench.office.with_staff([gone])
    assert turns(made) == ["Camat Satu"]
    made.press("Camat", "Kasi Satu")
    assert made.alert() == "Dicatat."


def test_work_named_to_one_kasi_is_the_plhs_of_that_kasi_alone():
    made = scene()
    to_the_camat(made)
    made.press("Camat", "Kasi Satu")
    says(made, "Petugas Satu", "/plh", about="Petugas Dua")
    labels = [c.label for each in made.sent for row in each.choices for c in row]
    kasi = next(label for label in labels if "Kasi Satu" in label)
    made.press("Petugas Satu", kasi)
    made.press("Petugas Satu", "Hari ini")
    assert turns(made) == ["Petugas Dua"]
    made.reply("Petugas Dua", "Langkah 5", "Sudah ditambal.")
    made.press("Petugas Dua", "Kirim laporan")
    assert next(each for each in made.bench.entries if each.act == "report").data["standing_in"] == "plh:kasi"
    assert "Kasi Dua" not in turns(made)


def test_peran_shows_who_is_away_and_who_stands_in():
    made = scene()
    says(made, "Petugas Satu", "/plh camat s.d. Rabu", about="Sekcam")
    said = says(made, "Kasi Satu", "/peran")
    assert "Plh. Camat: Sekcam Satu, s.d. Rabu, 25 November 2026." in said
    assert "Camat Satu tidak di tempat s.d. Rabu, 25 November 2026." in said


# --- nobody is there --------------------------------------------------------------------------------------------------


def test_that_nobody_is_there_is_told_once_a_day_with_who_can_mend_it():
    made = scene()
    says(made, "Camat", "/absen 23-25 nov")
    to_the_camat(made)
    told = [each for each in made.in_group() if "belum ada yang mewakili; KNG-2026-0001 menunggu" in each]
    assert len(told) == 1
    assert "Petugas Satu, Camat Satu dapat menunjuk" in told[0]
    made.press("Camat", "Kasi Satu")
    made.press("Camat", "Tarik kembali")
    assert not [each for each in made.in_group() if "belum ada yang mewakili; " in each], "once a day"
    tomorrow = made.bench.pass_time(moment(made.bench.office, "2026-11-24 08:00"))
    assert len([each for each in tomorrow if "belum ada yang mewakili; " in each.text]) == 1


# --- drafts ------------------------------------------------------------------------------------------------------------


def test_who_drafted_and_approves_as_a_stand_in_is_stopped_once_and_says_why():
    made = scene("pekutatan")
    says(made, "Petugas Satu", "/plh camat s.d. Rabu", about="Kasi Satu")
    draft_at_the_camat(made)
    made.press("Kasi Satu", "Setujui")
    assert made.alert() == "Silakan tulis dengan membalas pesan."
    assert made.complaint.approved_by == ""
    made.reply("Kasi Satu", "alasan menyusun dan menyetujui", "Camat umrah, warga menunggu.")
    entry = next(each for each in made.bench.entries if each.act == "approve")
    assert (entry.data["why_both"], entry.data["standing_in"]) == ("Camat umrah, warga menunggu.", "plh:camat")
    said = "\n".join(made.in_group())
    assert "Kasi Satu (Plh. Camat): draf disetujui." in said
    assert "Alasan Kasi Satu menyusun dan menyetujui sekaligus: Camat umrah, warga menunggu." in said
    assert "Menyusun dan menyetujui sekaligus karena mewakili: Camat umrah" in made.card()


def test_without_standing_in_nobody_approves_their_own_draft():
    made = scene("pekutatan")
    both = msgspec.structs.replace(made.who("Kasi Satu"), roles=("kasi", "camat"))
    made.bench.office = made.bench.office.with_staff([both])
    draft_at_the_camat(made)
    made.press("Kasi Satu", "Setujui")
    assert made.alert() == "Maaf, draf sendiri tidak dapat disetujui sendiri."


def test_a_stand_in_approves_what_others_drafted_without_any_question():
    made = scene("pekutatan")
    says(made, "Petugas Satu", "/plh camat s.d. Rabu", about="Sekcam")
    draft_at_the_camat(made)
    made.press("Sekcam", "Setujui")
    assert made.alert() == "Dicatat."
    assert "why_both" not in next(each for each in made.bench.entries if each.act == "approve").data


def test_the_signature_reads_in_which_capacity_it_was_given_even_after_the_holder_is_back():
    made = scene("pekutatan")
    says(made, "Petugas Satu", "/plh camat hari ini", about="Sekcam")
    draft_at_the_camat(made)
    made.press("Sekcam", "Setujui")
    made.bench.now = moment(made.bench.office, "2026-11-24 09:00")
    assert signs_as(made.complaint, "camat", made.bench.world_for(_due(made))) == "Plh. Camat"
    made.press("Petugas Satu", "Kirim")
    made.press("Petugas Satu", "Ya, kirim")
    assert "Plh. Camat Pekutatan" in made.to_citizen()[0]


def test_a_capacity_is_a_label_and_a_title_of_ones_own():
    made = scene()
    says(made, "Petugas Satu", "/plh camat hari ini", about="Sekcam")
    place, now = made.bench.office, made.bench.now
    sekcam = made.who("Sekcam")
    assert capacity(sekcam, "camat", place, now).label == "Plh. Camat"
    assert capacity(sekcam, "sekcam", place, now).standing_in == ""
    assert capacity(Staff(id=1, name="x", title="Camat"), "camat", place, now).label == "Camat"


# --- confidential -----------------------------------------------------------------------------------------------------


def confidential() -> Scene:
    made = scene(changes={"confidential": True, "linked": True})
    made.bench.linked.update({str(each.id): str(each.id) for each in made.bench.office.staff})
    return made


def test_a_plh_learns_nothing_of_a_confidential_report_and_the_group_neither():
    made = confidential()
    said = says(made, "Petugas Satu", "/plh camat hari ini", about="Sekcam")
    assert "Belum ada yang menunggu" in said
    assert made.complaint.code not in said
    assert turns(made) == ["Camat Satu"]
    assert not [each for each in made.bench.posted if each.message.to.chat == str(made.who("Sekcam").id)
                and made.complaint.code in each.text]  # fmt: skip


def test_a_plt_takes_over_the_confidential_ones_in_private():
    made = confidential()
    says(made, "Petugas Satu", "/plt camat hari ini", about="Sekcam")
    assert "Sekcam Satu" in turns(made)
    assert made.bench.find(str(made.who("Sekcam").id), "RAHASIA")
    assert not [each for each in made.bench.posted if each.message.to.chat == DESK and made.complaint.code in each.text]


def test_what_was_recorded_by_mistake_is_taken_back_with_all_that_came_with_it():
    made = scene()
    to_the_camat(made)
    says(made, "Petugas Satu", "/plh camat s.d. Rabu", about="Sekcam")
    made.press("Kasi Satu", "Batalkan")
    assert "hanya dapat ditarik kembali oleh yang melakukannya" in made.alert()
    made.press("Petugas Satu", "Batalkan")
    assert made.in_group()[0].startswith("Dibatalkan: Plh. Camat: Sekcam Satu")
    assert turns(made) == ["Camat Satu"]
    assert made.bench.office.away(made.who("Camat").id, made.bench.now) is None
    later = made.bench.pass_time(moment(made.bench.office, "2026-11-27 08:00"))
    assert not [each for each in later if "Plh. Camat" in each.text]


def test_the_days_may_be_typed_in_reply_to_the_question_itself():
    made = scene()
    says(made, "Camat", "/absen")
    made.reply("Kasi Satu", "sampai kapan", "s.d. Jumat")
    assert "isian ini untuk Camat Satu" in made.sent[0].text
    made.reply("Camat", "sampai kapan", "s.d. Jumat, rapat di Probolinggo")
    assert "s.d. Jumat, 27 November 2026. Keterangan: rapat di Probolinggo." in made.sent[0].text


def test_what_was_named_to_a_plt_is_the_roles_again_once_they_stand_in_no_more():
    made = scene()
    to_the_camat(made)
    says(made, "Petugas Satu", "/plt", about="Petugas Dua")
    made.press("Petugas Satu", next(c.label for row in made.sent[-1].choices for c in row if "Kasi" in c.label))
    made.press("Petugas Satu", "Sampai ada pejabat baru")
    made.press("Camat", "Petugas Dua")
    assert turns(made) == ["Petugas Dua"]
    made.say("Petugas Satu", "/peran")
    made.press(
        "Petugas Satu", next(c.label for row in made.sent[-1].choices for c in row if c.label.startswith("Akhiri"))
    )
    assert turns(made) == ["Kasi Satu", "Kasi Dua"]


# --- whatever is recorded ------------------------------------------------------------------------------------------------

PEOPLE = (901, 902, 903, 904, 951, 952)
FACTS = st.lists(
    st.builds(
        lambda kind, person, role, holder, begins, lasts: (kind, person, role, holder, begins, lasts),
        st.sampled_from(["away", "plt", "plh"]),
        st.sampled_from(PEOPLE),
        st.sampled_from(["petugas", "kasi", "sekcam", "camat"]),
        st.sampled_from((0, *PEOPLE)),
        st.integers(-3, 3),
        st.integers(0, 5) | st.none(),
    ),
    max_size=8,
)


@given(facts=FACTS, steps=st.integers(0, 4))
@settings(max_examples=150, deadline=None)
def test_whatever_is_recorded_somebody_has_the_turn_and_only_who_holds_the_role_or_stands_in(facts, steps):
    place = office("kanigaran")
    done, at = opened(place)
    complaint = done.complaints[0]
    for _ in range(steps):
        complaint = apply(complaint, straight(complaint, at), at).complaints[0]
    day = timedelta(days=1)
    duties = [
        Duty(id=str(n), kind=kind, person=person, role="" if kind == "away" else role, holder=holder,
             since=at.now + begins * day, until=None if lasts is None else at.now + (begins + lasts) * day, at=at.now)
        for n, (kind, person, role, holder, begins, lasts) in enumerate(facts)
    ]  # fmt: skip
    here = replace(at, office=place.with_duties(duties))
    before, now = turn(complaint, at), turn(complaint, here)
    everybody = (*now.people, *now.also)
    assert now.people
    assert set(before.people) <= set(everybody), "a holder may always act"
    assert now.nobody_there == all(here.office.away(each.id, at.now) for each in now.people)
    for each in everybody:
        by = here.office.stands_in(each, now.role, at.now, complaint.assignee if now.named else "")
        assert each.has_role(now.role) or by is not None
        if by is not None and by.kind == "plh" and by.holder:
            assert here.office.away(by.holder, at.now), "a Plh. acts while the holder is away"


def with_rules(made: Scene, was: str, reads: str) -> Scene:
    """The office's own file reads otherwise in one place."""
    text = standards.shipped_text(made.name)
    assert was in text
    rules = standards.load(text.replace(was, reads, 1), place=made.name)
    made.bench.office = msgspec.structs.replace(made.bench.office, standard=rules)
    (complaint,) = made.bench.complaints.values()
    made.bench.complaints[complaint.id] = msgspec.structs.replace(complaint, standard=rules.version)
    return made


def test_what_was_done_is_told_to_who_stands_in_for_those_who_want_to_know():
    made = scene()
    to_the_camat(made)
    made.press("Camat", "Kasi Satu")
    says(made, "Petugas Satu", "/plh camat hari ini", about="Sekcam")
    made.reply("Kasi Satu", "Langkah 5", "Sudah ditambal.")
    made.press("Kasi Satu", "Kirim laporan")
    (told,) = [each for each in made.sent if "Untuk diketahui" in each.text]
    assert {each.name for each in told.mentions} == {"Camat Satu", "Sekcam Satu"}


def test_of_a_confidential_report_only_who_may_know_is_told_what_was_done():
    made = with_rules(confidential(), 'informs = ["camat"]', 'informs = ["sekcam", "camat"]')
    while not any(each.act == "inform" for each in made.bench.entries):
        act = straight(made.complaint, made.bench.world_for(_due(made)))
        done = apply(made.complaint, act, made.bench.world_for(_due(made)))
        told = show(made.bench.complaints, done.complaints, done, made.bench.world_for(_due(made)))
        made.bench._apply(None, done + told)
    sekcam = str(made.who("Sekcam").id)
    assert [each for each in made.bench.sent if "Untuk diketahui" in each.text]
    assert not [each for each in made.bench.sent if each.to.chat == sekcam and "Untuk diketahui" in each.text]


def test_while_a_plt_is_away_those_of_the_role_who_are_there_have_the_turn():
    made = scene()
    says(made, "Petugas Satu", "/plt petugas hari ini", about="Kasi Satu")
    assert turns(made) == ["Kasi Satu"]
    says(made, "Kasi Satu", "/absen hari ini")
    assert turns(made) == ["Petugas Satu", "Petugas Dua"]
    assert "belum ada yang mewakili" not in made.card()


def test_kedopoks_card_tells_the_time_without_that_in_which_nobody_was_there():
    made = scene("kedopok", at="2026-11-23 09:12")
    made.press("Petugas Satu", "Lengkap")
    made.press("Kasi Satu", "Teruskan")
    assert "tanpa masa pejabat" not in made.card()
    says(made, "Camat", "/absen s.d. Rabu dinas luar")
    made.wait_s(3 * 86400)
    made.reply("Camat", "Langkah 6", "Lampu sudah diganti.")
    assert "Waktu layanan 3 hari kerja; tanpa masa pejabat tidak di tempat 1 hari kerja (dalam batas)" in made.card()
    other = scene("kanigaran")
    to_the_camat(other)
    says(other, "Camat", "/absen s.d. Rabu")
    other.wait_s(3 * 86400)
    other.reply("Camat", "Langkah 4", "Mohon segera.")
    assert "tanpa masa pejabat" not in other.card(), "only where it's published"
