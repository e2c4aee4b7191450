"""What the desk promises: who is heard, what reaches a citizen, what stays, and what nobody may see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.bench import Bench
from tests.workflow.desk_people import draft, moment, office
from tests.workflow.desk_scene import CITIZEN, DESK, Scene
from workflow.conversation import Conversation, Draft, Paper, Question
from workflow.desk import desk
from workflow.desk.show import show
from workflow.happening import Delivery, Due, GistTyped, QuestionBecomesComplaint
from workflow.message import Address, Location, Press, Sender
from workflow.procedure.complaint import Act, apply


def scene_with_words(name: str = "kanigaran", text: str = "apakah sudah diperiksa?", **more) -> Scene:
    """A complaint whose citizen wrote something after the receipt."""
    scene = Scene(name, **more)
    citizen_says(scene, Act(kind="said", text=text, data={"message": "c9"}))
    return scene


def citizen_says(scene: Scene, act: Act) -> None:
    """What the dialogue does on a citizen's behalf."""
    world = scene.bench.world_for(Due(chat=scene.group, at=scene.bench.now, timer="x", kind="opening_list"))
    done = apply(scene.complaint, act, world)
    shown = show(world.complaints, done.complaints, done, world)
    before = len(scene.bench.sent)
    scene.bench._apply(None, done + shown)
    scene.sent = scene.bench.sent[before:]


# --- presses ----------------------------------------------------------------------------------------------------------


def test_a_stale_press_is_refused_with_who_did_it() -> None:
    scene = Scene("kanigaran")
    posted, data = scene.bench.button(DESK, "Lengkap")
    scene.press("Petugas Satu", "Lengkap")
    scene.press_data(str(scene.who("Petugas Dua").id), data, posted)
    assert scene.alert() == "Maaf, langkah ini sudah dikerjakan oleh Petugas Satu. Gunakan kartu terbaru."
    scene.press_data(str(scene.who("Petugas Satu").id), data, posted)
    assert scene.alert().startswith("Maaf, langkah ini sudah dikerjakan.")
    assert scene.acts().count("complete") == 1


def test_a_citizens_word_meanwhile_makes_no_button_stale() -> None:
    scene = scene_with_words()
    posted, _ = scene.bench.button(DESK, "Lengkap")
    scene.press_data(str(scene.who("Petugas Satu").id), "d:complete:7K3F:1", posted)
    assert scene.complaint.step == "report_up"


@pytest.mark.parametrize(
    ("who", "sender", "alert"),
    [
        ("4711", {}, "Maaf, hanya petugas yang terdaftar yang dapat melakukan ini."),
        ("904", {}, "Maaf, langkah ini tugas Petugas Pelayanan Pengaduan Masyarakat."),
        (
            "901",
            {"anonymous": True},
            "Maaf, admin anonim tidak dapat dilayani. Mohon matikan mode anonim, lalu ulangi.",
        ),
    ],
)
def test_being_in_the_group_gives_no_right(who: str, sender: dict, alert: str) -> None:
    scene = Scene("kanigaran")
    posted, data = scene.bench.button(DESK, "Lengkap")
    scene.press_data(who, data, posted, **sender)
    assert scene.alert() == alert
    assert scene.complaint.step == "verify"


@pytest.mark.parametrize(
    "data",
    ["d:", "d", "d:complete", "d:complete:NONE:1", "d:nonsense:7K3F:1", "d:complete:7K3F:abc", "d:seen:7K3F:1:kk",
     "d:dispose:7K3F:1:902", "d:label:7K3F:1:9:ktp", "d:label:7K3F:1:0:paspor", "d:source:7K3F:1:phone", "d:stop:-:0:m1",
     "d:complain", "d:undo:7K3F:1", "d:refuse:7K3F:1:ya", "d:deliver:7K3F:1:ya", "d:branch:7K3F:1:7", "d:note:7K3F:1",
     "d:write:7K3F:1", "d:identify:7K3F:1", "d:help:7K3F:1", "d:" + "9" * 60, "d:complete:7K3F:99999999999999999999"],
)  # fmt: skip
def test_crafted_button_data_does_nothing(data: str) -> None:
    scene = Scene("kanigaran")
    before = scene.complaint
    scene.press("Petugas Satu", "", data=data)
    assert scene.alert().startswith("Maaf"), data
    assert scene.complaint == before


def test_only_the_named_person_does_what_was_disposed() -> None:
    scene = Scene("pekutatan")
    scene.press("Sekcam", "Kasi Satu")
    scene.reply("Kasi Dua", "Langkah 3", "Draf dari orang lain.")
    assert scene.complaint.draft == ""
    assert scene.in_group() == ["Dicatat sebagai catatan. Tidak dikirim ke pelapor."]
    scene.press("Kasi Satu", "Serahkan")
    scene.press("Kasi Satu", "Kasi Dua, Kasi Trantib")
    assert scene.complaint.assignee == str(scene.who("Kasi Dua").id)
    scene.reply("Kasi Satu", "giliran Kasi Dua", "Draf terlambat.")
    assert scene.complaint.draft == ""
    scene.reply("Kasi Dua", "giliran Kasi Dua", "Draf dari yang baru.")
    assert scene.complaint.draft == "Draf dari yang baru."


def test_a_helper_is_asked_and_mentioned() -> None:
    scene = Scene("pekutatan")
    scene.press("Sekcam", "Kasi Satu")
    scene.press("Kasi Satu", "Minta bantuan")
    scene.press("Kasi Satu", "Kasi Dua, Kasi Trantib")
    assert "PKT-2026-0001: Kasi Dua, mohon bantuannya." in scene.in_group()
    assert "Membantu: Kasi Dua" in scene.card()


def test_nobody_approves_their_own_draft() -> None:
    scene = Scene("pekutatan")
    camat = scene.who("Camat")
    both = replace(camat, roles=("camat", "kasi"))
    staff = tuple(both if person == camat else person for person in scene.bench.office.staff)
    scene.bench.office = replace(scene.bench.office, staff=staff)
    scene.press("Sekcam", "", data=f"d:dispose:7K3F:1:{camat.id}")
    scene.reply("Camat", "Langkah 3", "Draf Camat sendiri.")
    scene.press("Camat", "Ajukan ke Camat")
    scene.press("Camat", "Setujui")
    assert scene.alert() == "Maaf, draf sendiri tidak dapat disetujui sendiri."
    assert scene.complaint.step == "correct"


def test_a_second_question_can_be_answered_with_no() -> None:
    scene = Scene("kanigaran")
    world = scene.bench.world_for(Press(chat=scene.group, id="x", sender=Sender(id="0"), at=scene.bench.now, data="-"))
    assert world.complaints
    for who, label in (("Petugas Satu", "Lengkap"), ("Sekcam", "Teruskan"), ("Camat", "Kasi Satu")):
        scene.press(who, label)
    scene.reply("Kasi Satu", "Langkah 5", "Sudah.")
    scene.press("Kasi Satu", "Kirim laporan")
    scene.press("Petugas Satu", "Kirim")
    scene.press("Petugas Satu", "Kembali")
    assert scene.labels()[:2] == ["Kirim", "Ubah kata"]
    scene.press("Petugas Satu", "Ubah kata")
    scene.reply("Petugas Satu", "Mohon balas", "Lubang sudah ditambal. Terima kasih atas laporannya.")
    assert "Terima kasih atas laporannya." in scene.card()
    scene.reply("Petugas Satu", "Langkah 6", "Lubang sudah ditambal kemarin.")
    scene.press("Petugas Satu", "Kirim")
    scene.press("Petugas Satu", "Ya, kirim")
    assert "Lubang sudah ditambal kemarin." in scene.to_citizen()[0]


def test_changed_words_no_longer_stand_under_the_signature_and_the_signer_is_told() -> None:
    scene = Scene("pekutatan")
    scene.press("Sekcam", "Kasi Satu")
    scene.reply("Kasi Satu", "Langkah 3", "Akan diangkut.")
    scene.press("Kasi Satu", "Ajukan ke Camat")
    scene.press("Camat", "Setujui")
    assert "\nCamat Pekutatan" in scene.card()
    scene.reply("Petugas Satu", "Langkah 5", "Akan diangkut besok.")
    told = next(text for text in scene.in_group() if text.startswith("Untuk diketahui Camat Satu"))
    assert "Akan diangkut besok." in told
    assert "Disampaikan oleh Petugas pengaduan" in scene.card()
    assert "\nCamat Pekutatan" not in scene.card()


def test_an_act_can_be_taken_back_within_ten_minutes_by_who_did_it() -> None:
    scene = Scene("kanigaran")
    scene.press("Petugas Satu", "Lengkap")
    posted, data = scene.bench.button(DESK, "Tarik kembali")
    scene.press("Sekcam", "Tarik kembali")
    assert scene.alert().startswith("Maaf, tindakan ini hanya dapat ditarik kembali oleh yang melakukannya")
    citizen_says(scene, Act(kind="said", text="tambahan", data={"message": "c1"}))
    scene.wait_s(600)
    scene.press("Petugas Satu", "Tarik kembali")
    assert scene.alert() == "Ditarik kembali."
    assert (scene.complaint.step, scene.complaint.complete) == ("verify", "complete")
    assert scene.complaint.sayings[-1].text == "tambahan"
    assert scene.acts()[-1] == "koreksi"
    assert "complete" in scene.acts(), "nothing is erased"
    assert "Langkah 2 dari 7" in scene.card()
    scene.press_data(str(scene.who("Petugas Satu").id), data, posted)
    assert scene.alert().startswith("Maaf")


def test_a_take_back_comes_too_late_after_ten_minutes_or_another_act() -> None:
    scene = Scene("kanigaran")
    scene.press("Petugas Satu", "Lengkap")
    scene.wait_s(601)
    scene.press("Petugas Satu", "Tarik kembali")
    assert scene.alert() == "Maaf, sudah lewat 10 menit."
    posted, data = scene.bench.button(DESK, "Tarik kembali")
    scene.press("Sekcam", "Teruskan")
    scene.press_data(str(scene.who("Petugas Satu").id), data, posted)
    assert scene.complaint.step == "disposition"


# --- completeness -----------------------------------------------------------------------------------------------------


def test_what_is_lacking_is_decided_by_a_petugas() -> None:
    scene = Scene("kanigaran", without=("kk",))
    assert "belum lengkap: KK" in scene.to_citizen()[0]
    assert "Belum lengkap: KK. Batas waktu dihitung setelah lengkap." in scene.to_citizen()[0]
    assert "Belum lengkap: KK (menyusul)" in scene.card()
    assert "\nBatas: dihitung setelah berkas lengkap\n" in scene.card()
    assert scene.labels() == ["Cukup", "Sudah dilihat di loket", "Tolak", "Minta dilengkapi", "Lihat dokumen",
                              "Lainnya"]  # fmt: skip
    scene.press("Petugas Satu", "Cukup")
    scene.reply("Petugas Dua", "Mohon balas", "KTP sudah cukup.")
    assert scene.in_group() == ["Maaf, isian ini untuk Petugas Satu."]
    scene.reply("Petugas Satu", "Mohon balas", "")
    assert scene.in_group() == ["Maaf, mohon ditulis dengan kata-kata."]
    scene.reply("Petugas Satu", "Mohon balas", "Alamat sudah jelas dari KTP.")
    assert scene.to_citizen() == [
        (
            "Berkas Bapak/Ibu kami nyatakan cukup; KK tidak perlu dikirim.\n"
            "Batas waktu menurut standar pelayanan: Senin, 23 November 2026 pukul 10.12 WIB."
        )
    ]
    assert scene.complaint.due_at == moment(scene.bench.office, "2026-11-23 10:12")
    assert scene.complaint.step == "report_up"


def test_a_document_seen_at_the_counter_completes_the_file_and_starts_the_clock() -> None:
    scene = Scene("kanigaran", without=("kk", "ktp"))
    scene.press("Petugas Satu", "Sudah dilihat di loket")
    assert scene.labels() == ["KK", "KTP", "Kembali"]
    scene.press("Petugas Satu", "KK")
    assert scene.to_citizen() == ["KK sudah dilihat petugas di loket; fotonya tidak perlu dikirim."]
    assert scene.complaint.clock_started_at is None
    scene.press("Petugas Satu", "Sudah dilihat di loket")
    scene.press("Petugas Satu", "KTP")
    assert scene.complaint.clock_started_at == scene.bench.now
    scene.press("Petugas Satu", "Lengkap")
    assert scene.complaint.step == "report_up"


def test_the_citizen_is_asked_the_clock_stands_and_runs_on_with_the_answer() -> None:
    scene = Scene("kanigaran")
    scene.press("Petugas Satu", "Minta dilengkapi")
    scene.reply("Petugas Satu", "Mohon balas", "foto KK yang lebih jelas")
    assert scene.to_citizen() == []
    (shown,) = scene.in_group()
    scene.press("Petugas Satu", "Ya, kirim permintaan")
    (asked,) = scene.to_citizen()
    assert shown == f"KNG-2026-0001: akan dikirim kepada pelapor:\n«{asked}»"
    assert "mohon dilengkapi:\nfoto KK yang lebih jelas\nPaling lambat 23 Desember 2026." in asked
    assert "waktu layanan berhenti" in scene.card()
    assert not [key for key in scene.bench.timers if key.startswith("total")]
    scene.wait_s(1800)
    citizen_says(scene, Act(kind="said", text="ini fotonya", data={"message": "c2"}))
    assert "Pelapor KNG-2026-0001 sudah menjawab; waktu layanan berjalan lagi." in scene.in_group()
    assert scene.complaint.waiting == ""
    assert scene.complaint.due_at == moment(scene.bench.office, "2026-11-23 10:42")
    assert scene.bench.timers["total:id0001"].due_at == scene.complaint.due_at
    assert "waiting:id0001" not in scene.bench.timers


def test_the_second_question_about_typed_words_can_be_refused_and_is_nobody_elses() -> None:
    scene = Scene("kanigaran")
    scene.press("Petugas Satu", "Tolak")
    scene.reply("Petugas Satu", "Mohon balas", "Laporan berisi iklan.")
    scene.press("Petugas Dua", "Ya, tolak")
    assert scene.alert().startswith("Maaf")
    scene.press("Petugas Satu", "Kembali")
    assert scene.complaint.closed_at is None
    scene.press("Petugas Satu", "Tolak")
    scene.reply("Petugas Satu", "Mohon balas", "Laporan berisi iklan.")
    scene.press("Petugas Satu", "Ya, tolak")
    assert scene.complaint.closed_as == "refused"
    assert "Laporan berisi iklan." in scene.to_citizen()[0]
    assert scene.card().endswith("Tidak diproses. Selesai, diarsipkan")


@pytest.mark.parametrize(
    ("label", "yes", "said"),
    [
        ("Sudah kami teruskan", "Ya, sudah diteruskan", "telah kami teruskan ke Dinas PUPR pada 23 November 2026."),
        ("Pelapor menyampaikan sendiri", "Ya, beri tahu pelapor", "Mohon berkenan menyampaikannya ke Dinas PUPR;"),
    ],
)
def test_what_is_another_offices_matter_is_referred(label: str, yes: str, said: str) -> None:
    scene = Scene("kanigaran")
    scene.press("Petugas Satu", "Lengkap")
    scene.press("Sekcam", "Bukan wewenang")
    scene.press("Sekcam", label)
    scene.reply("Sekcam", "Mohon balas", "Dinas PUPR")
    scene.press("Sekcam", yes)
    assert said in scene.to_citizen()[0]
    assert scene.complaint.closed_as == "referred"
    assert scene.card().endswith("Bukan wewenang, diarahkan ke Dinas PUPR. Selesai, diarsipkan")


# --- replies ----------------------------------------------------------------------------------------------------------


def test_a_reply_to_the_citizens_words_is_held_and_reaches_them_as_petugas() -> None:
    scene = scene_with_words()
    assert scene.in_group() == ["Pelapor KNG-2026-0001: apakah sudah diperiksa?"]
    scene.reply("Petugas Satu", "Pelapor KNG", "Sedang diperiksa, Bu.")
    assert scene.to_citizen() == []
    assert scene.in_group() == ["Akan dikirim ke pelapor 10 detik lagi."]
    scene.wait_s(9)
    assert scene.to_citizen() == []
    scene.wait_s(1)
    assert scene.to_citizen() == ["Petugas: Sedang diperiksa, Bu."]
    assert scene.bench.find(DESK, "Terkirim ke pelapor.")
    scene.bench.feed(Delivery(chat=Address("kanigaran", "telegram", CITIZEN), at=scene.bench.now,
                              key=f"say:{DESK}:m0", state="read", about="id0001", kind="notice"))  # fmt: skip
    assert scene.bench.find(DESK, "Dibaca pelapor.")


def test_a_held_reply_can_be_stopped_by_its_author() -> None:
    scene = scene_with_words()
    scene.reply("Petugas Satu", "Pelapor KNG", "Salah kirim.")
    scene.press("Petugas Satu", "Batalkan")
    assert scene.alert() == "Dibatalkan."
    scene.wait_s(60)
    assert scene.to_citizen() == []
    scene.reply("Petugas Satu", "Pelapor KNG", "Benar.")
    posted, data = scene.bench.button(DESK, "Batalkan")
    scene.press("Sekcam", "Batalkan")
    assert scene.alert() == "Maaf, hanya penulisnya atau petugas yang dapat membatalkan."
    scene.wait_s(11)
    scene.press_data(str(scene.who("Petugas Satu").id), data, posted)
    assert scene.alert() == "Maaf, sudah terkirim."


def test_others_replies_and_notes_stay_in_the_group() -> None:
    scene = scene_with_words()
    scene.reply("Kasi Satu", "Pelapor KNG", "Saya kenal orangnya.")
    assert scene.in_group() == ["Tidak dikirim ke pelapor."]
    scene.reply("Petugas Satu", "Pelapor KNG", ".hati-hati, pelapor marah")
    assert scene.in_group() == ["Dicatat sebagai catatan. Tidak dikirim ke pelapor."]
    assert scene.bench.entries[-1].text == "hati-hati, pelapor marah"
    scene.reply("Petugas Satu", "Pelapor KNG", "Sudah diubah.", edited=True)
    assert scene.in_group() == ["Perubahan tidak ikut dikirim. Bila perlu, tulis balasan baru."]
    scene.reply("Petugas Satu", "Pelapor KNG", "", files=1)
    assert scene.in_group() == ["Maaf, hanya teks yang dapat diteruskan kepada pelapor."]
    scene.wait_s(60)
    assert scene.to_citizen() == []


def test_whose_turn_it_is_may_answer_the_citizen_too() -> None:
    scene = Scene("pekutatan")
    scene.press("Sekcam", "Kasi Satu")
    citizen_says(scene, Act(kind="said", text="kapan diangkut?", data={"message": "c1"}))
    scene.reply("Kasi Dua", "Pelapor PKT", "Besok.")
    assert scene.in_group() == ["Tidak dikirim ke pelapor."]
    scene.reply("Kasi Satu", "Pelapor PKT", "Besok pagi.")
    scene.wait_s(10)
    assert scene.to_citizen() == ["Petugas: Besok pagi."]


@pytest.mark.parametrize("more", [{}, {"reply_to": "77"}, {"thread": "12"}, {"thread": "12", "reply_to": "12"}])
def test_chatter_stays_where_it_is(more: dict) -> None:
    scene = scene_with_words()
    scene.say("Petugas Satu", "makan siang di mana?", **more)
    assert scene.sent == []
    assert scene.bench.ignored[-1] == "chatter of the staff"


def test_an_anonymous_or_unknown_author_is_refused_politely_and_only_when_they_reply() -> None:
    scene = scene_with_words()
    scene.reply("Petugas Satu", "Pelapor KNG", "Halo.", anonymous=True)
    assert scene.in_group()[0].startswith("Maaf, admin anonim")
    scene.reply("Petugas Satu", "Pelapor KNG", "Halo.", user="4711")
    assert scene.in_group()[0].startswith("Maaf, hanya petugas")
    scene.wait_s(60)
    assert scene.to_citizen() == []


def test_a_reply_to_a_card_that_is_over_is_refused_instead_of_ending_another_step() -> None:
    scene = Scene("pekutatan")
    scene.press("Sekcam", "Kasi Satu")
    old = scene.bench.find(DESK, "Langkah 3").id
    scene.reply("Kasi Satu", "Langkah 3", "Draf satu.")
    scene.press("Kasi Satu", "Ajukan ke Camat")
    scene.press("Camat", "Kembalikan")
    scene.reply("Camat", "Mohon balas", "Lengkapi.")
    scene.say("Kasi Satu", "Draf dua.", reply_to=old)
    assert scene.in_group() == ["Maaf, langkah ini sudah dikerjakan. Gunakan kartu terbaru."]


# --- documents --------------------------------------------------------------------------------------------------------


def test_documents_go_stamped_and_protected_into_a_private_chat_only() -> None:
    scene = Scene("kanigaran", changes={"linked": True})
    in_group = [each.enclosure.file for each in scene.sent if each.enclosure and each.to.chat == DESK]
    assert in_group == [paper.file for paper in scene.complaint.papers if paper.sort == "location_photo"]
    scene.press("Petugas Satu", "Lihat dokumen")
    files = [each for each in scene.sent if each.enclosure]
    assert len(files) == 3
    assert {each.to.chat for each in files} == {"901"}
    assert all(each.protect and each.delete_after_s and each.enclosure.stamp for each in files)
    assert files[0].enclosure.stamp == (
        "Hanya untuk pengaduan KNG-2026-0001, Kecamatan Kanigaran, 23-11-2026, dilihat Petugas Satu"
    )
    assert scene.acts()[-1] == "viewed"
    scene.press("Kasi Satu", "Lihat dokumen")
    assert scene.alert().startswith("Maaf, ini hanya untuk petugas")


def test_who_has_no_private_chat_gets_a_link_that_works_once_and_for_them_only() -> None:
    scene = Scene("kanigaran")
    scene.press("Petugas Satu", "Lihat dokumen")
    assert scene.alert().startswith("Maaf, hubungkan chat pribadi")
    _, url = scene.bench.button(DESK, "Buka chat pribadi")
    token = url.removeprefix("https://t.me/aduan_contoh_bot?start=")
    scene.say("Kasi Satu", f"/start {token}", private=True, start=token)
    assert scene.bench.linked == {}
    scene.say("Petugas Satu", f"/start {token}", private=True, start=token)
    assert scene.bench.linked == {"901": "901"}
    scene.say("Petugas Dua", f"/start {token}", private=True, start=token)
    assert "sudah tidak berlaku" in scene.sent[0].text
    scene.press("Petugas Satu", "Lihat dokumen")
    assert [each.to.chat for each in scene.sent if each.enclosure] == ["901"] * 3


def test_the_petugas_types_the_name_in_private_and_labels_what_nobody_named() -> None:
    scene = Scene("kanigaran", changes={"linked": True})
    world_paper = Paper(file="fx", message="9", at=scene.bench.now, state="ready", type="photo")
    citizen_says(scene, Act(kind="evidence", papers=(world_paper,), data={"message": "9"}))
    assert not [each for each in scene.sent if each.enclosure]
    assert "Berkas belum diberi nama: 1" in scene.card()
    scene.press("Petugas Satu", "Lihat dokumen")
    scene.press("Petugas Satu", "Berkas pendukung", private=True)
    assert [(each.to.chat, each.enclosure.file) for each in scene.sent if each.enclosure] == [(DESK, "fx")]
    scene.reply("Petugas Satu", "baris kedua alamat", "Sari CONTOH\nJl. Mawar 1", private=True)
    assert scene.complaint.private["name"] == "Sari CONTOH"
    assert scene.complaint.private["address"] == "Jl. Mawar 1"
    assert all("Sari" not in each.text for each in scene.bench.sent if each.to.chat == DESK)
    assert all("Sari" not in entry.text for entry in scene.bench.entries)


def test_a_file_the_citizen_named_afterwards_stays_out_of_the_group() -> None:
    scene = Scene("kanigaran")
    paper = Paper(file="fx", message="9", at=scene.bench.now, state="ready", type="photo", sort="supporting",
                  said_by="citizen", confirmed=True)  # fmt: skip
    citizen_says(scene, Act(kind="evidence", papers=(paper,), data={"message": "9"}))
    assert not [each for each in scene.sent if each.enclosure]
    assert scene.in_group() == ["Pelapor KNG-2026-0001 mengirim 1 berkas. Tekan Lihat dokumen pada kartu."]


def test_a_photo_that_was_on_its_way_enters_the_group_when_it_is_there() -> None:
    told = draft(office("kanigaran"))
    papers = tuple(replace(paper, state="pending") for paper in told.papers)
    scene = Scene("kanigaran", changes={"papers": papers, "place": Location(latitude=-7.77, longitude=113.21)})
    assert "foto lokasi sedang diterima" in scene.card()
    assert [each.location.latitude for each in scene.sent if each.location] == [-7.77]
    ready = replace(next(paper for paper in papers if paper.sort == "location_photo"), state="ready")
    citizen_says(scene, Act(kind="file", papers=(ready,)))
    assert [each.enclosure.file for each in scene.sent if each.enclosure] == [ready.file]
    assert "foto lokasi diterima" in scene.card()


def test_a_paper_the_staff_replied_with_goes_along_with_the_answer() -> None:
    scene = Scene("pekutatan")
    scene.press("Sekcam", "Kasi Satu")
    scene.reply("Kasi Satu", "Langkah 3", "Surat kami lampirkan.", files=1)
    assert scene.complaint.papers[-1].sort == "answer"
    assert scene.complaint.papers[-1].state == "ready"
    scene.press("Kasi Satu", "Ajukan ke Camat")
    scene.press("Camat", "Setujui")
    scene.press("Petugas Satu", "Kirim")
    scene.press("Petugas Satu", "Ya, kirim")
    (sent,) = [each for each in scene.sent if each.enclosure]
    assert (sent.to.chat, sent.kind, sent.enclosure.file) == (CITIZEN, "answer", scene.complaint.papers[-1].file)


# --- confidential -----------------------------------------------------------------------------------------------------


def test_a_confidential_report_never_enters_the_group() -> None:
    scene = Scene("pekutatan", changes={"confidential": True, "statement": ("pungli di kantor",)})
    assert scene.in_group() == ["Ada satu laporan rahasia. Camat Satu: mohon hubungkan chat pribadi untuk membukanya."]
    linked = Scene("pekutatan", changes={"confidential": True, "linked": True, "statement": ("pungli di kantor",)})
    assert linked.in_group() == []
    camat = str(linked.who("Camat").id)
    assert "RAHASIA" in linked.bench.find(camat, "Langkah 2").text
    linked.press("Camat", "Kasi Satu", private=True)
    linked.reply("Kasi Satu", "Langkah 3", "Sudah diperiksa.", private=True)
    linked.press("Kasi Satu", "Ajukan ke Camat", private=True)
    linked.press("Camat", "Setujui", private=True)
    linked.press("Camat", "Kirim", private=True)
    linked.press("Camat", "Ya, kirim", private=True)
    assert linked.complaint.closed_as == "answered"
    group = [each for each in linked.bench.sent if each.to.chat == DESK]
    assert group == []
    for name in ("/antrean", "/cari pungli"):
        linked.say("Petugas Satu", name)
        assert "pungli di" not in linked.in_group()[0]


def test_a_confidential_card_can_not_be_pressed_from_the_group() -> None:
    scene = Scene("pekutatan", changes={"confidential": True, "linked": True})
    scene.press("Camat", "", data=f"d:dispose:7K3F:1:{scene.who('Kasi').id}")
    assert scene.alert() == "Maaf, ini hanya di chat pribadi."
    scene.press("Petugas Satu", "", data="d:docs:7K3F:1")
    assert scene.alert() == "Maaf, ini hanya di chat pribadi."


# --- talks that are no complaints -------------------------------------------------------------------------------------


def talk_card(scene: Scene, decision) -> None:
    scene.bench._apply(None, decision)


def test_questions_voice_notes_and_calls_for_a_person_are_answered_by_replying(monkeypatch) -> None:
    scene = Scene("kanigaran", changes={"empty": True})
    lane = Address("kanigaran", "telegram", "777")
    talk = Conversation(address=lane)
    world = scene.bench.world_for(Due(chat=scene.group, at=scene.bench.now, timer="x", kind="opening_list"))
    talk_card(scene, desk.question_card(Question(id="q1", at=scene.bench.now, text="syarat KTP?"), talk, world))
    posts = []
    original = Bench._apply
    monkeypatch.setattr(Bench, "_apply", lambda bench, e, d: (posts.extend(d.posts), original(bench, e, d))[1])
    scene.reply("Kasi Satu", "Pertanyaan warga", "KK.")
    assert scene.in_group()[0] == "Tidak dikirim ke pelapor."
    scene.reply("Petugas Satu", "Pertanyaan warga", "")
    scene.reply("Petugas Satu", "Pertanyaan warga", ".catatan")
    scene.reply("Petugas Satu", "Pertanyaan warga", "Bawa KK.")
    assert scene.in_group() == ["Akan dikirim ke pelapor 10 detik lagi."]
    scene.wait_s(10)
    assert ("777", "Jawaban petugas atas pertanyaan Bapak/Ibu: Bawa KK.") in [(e.to.chat, e.text) for e in scene.sent]
    talk_card(scene, desk.question_card(Question(id="q2", at=scene.bench.now, text="jalan rusak?"), talk, world))
    scene.press("Kasi Satu", "Jadikan pengaduan")
    assert scene.alert().startswith("Maaf")
    scene.press("Petugas Satu", "Jadikan pengaduan")
    assert posts[-1][1] == QuestionBecomesComplaint(chat=lane, at=scene.bench.now, question="q2", text="jalan rusak?")
    paper = Paper(file="v1", message="1", at=scene.bench.now, state="ready", type="voice")
    talk_card(scene, desk.gist_wanted(paper, talk, world))
    for text in (".apa ini", "", "Lampu mati."):
        scene.reply("Petugas Satu", "Pesan suara", text)
    assert isinstance(posts[-1][1], GistTyped)
    assert posts[-1][1].text == "Lampu mati."
    scene.reply("Kasi Satu", "Pesan suara dari", "Lampu.")
    assert scene.in_group()[0].startswith("Maaf")
    talk_card(scene, desk.human_wanted(talk, world))
    scene.reply("Petugas Satu", "Warga meminta petugas", "Ada yang bisa kami bantu?")
    scene.wait_s(10)
    assert ("777", "Petugas: Ada yang bisa kami bantu?") in [(each.to.chat, each.text) for each in scene.sent]
    assert scene.bench.find(DESK, "Terkirim ke pelapor.")
    scene.reply("Petugas Satu", "Warga meminta petugas", ".sudah ditelepon")
    secret = Conversation(address=lane, draft=Draft(code="AAAA", standard="", began_at=scene.bench.now,
                                                    last_at=scene.bench.now, statement=("pungli",), confidential=True))  # fmt: skip
    assert "pungli" not in desk.human_wanted(secret, world).sends[0].text
    assert desk.gist_wanted(paper, secret, world).sends == ()


def test_an_emergency_sounds_at_night() -> None:
    scene = Scene("kanigaran", at="2026-11-23 23:00", changes={"empty": True})
    world = scene.bench.world_for(Due(chat=scene.group, at=scene.bench.now, timer="x", kind="opening_list"))
    alarm = desk.emergency("ada kebakaran!", Conversation(address=Address("kanigaran", "telegram", "777")), world)
    (sent,) = alarm.sends
    assert not sent.silent
    assert {mention.name for mention in sent.mentions} == {"Petugas Satu", "Petugas Dua", "Camat Satu"}


# --- commands ---------------------------------------------------------------------------------------------------------


def test_commands_show_what_waits_what_is_open_and_what_is_found() -> None:
    scene = Scene("kanigaran")
    scene.say("Petugas Satu", "/tugas")
    assert scene.in_group()[0].startswith(
        "Menunggu Petugas Satu:\nKNG-2026-0001: jalan depan SD rusak parah\n  Langkah 2"
    )
    scene.say("Camat", "/tugas@aduan_contoh_bot")
    assert scene.in_group() == ["Tidak ada yang menunggu Camat Satu."]
    scene.say("Camat", "/antrean")
    assert scene.in_group()[0].startswith("Belum selesai: 1; lewat batas: 0.")
    scene.wait_s(3700)
    scene.say("Camat", "/antrean")
    assert scene.in_group()[0].startswith("Belum selesai: 1; lewat batas: 1.")
    scene.say("Camat", "/cari SD")
    assert scene.in_group()[0].startswith("Ditemukan 1:")
    scene.say("Camat", "/cari")
    assert scene.in_group()[0].startswith("Tulis /cari")
    scene.say("Camat", "/cari gajah")
    assert scene.in_group() == ["Tidak ditemukan: gajah"]
    scene.say("Camat", "/bantuan")
    assert "Setujui" in scene.in_group()[0]
    assert "/catat" not in scene.in_group()[0]
    scene.say("Petugas Satu", "/bantuan")
    assert "/catat" in scene.in_group()[0]
    for who, may in (("Petugas Satu", True), ("Camat", True), ("Kasi Satu", False)):  # keeping data past its time
        scene.say(who, "/bantuan")
        assert ("/tahan" in scene.in_group()[0], "/lepas" in scene.in_group()[0]) == (may, may)


@pytest.mark.parametrize("text", ["/tugas@bot_lain", "/weather", "/start", "/"])
def test_other_bots_commands_are_left_alone(text: str) -> None:
    scene = Scene("kanigaran")
    scene.say("Petugas Satu", text)
    assert scene.sent == []


@pytest.mark.parametrize(
    ("more", "said"), [({"user": "4711"}, "Maaf, hanya petugas"), ({"anonymous": True}, "Maaf, admin")]
)
def test_commands_are_for_staff(more: dict, said: str) -> None:
    scene = Scene("kanigaran")
    scene.say("Petugas Satu", "/tugas", **more)
    assert scene.in_group()[0].startswith(said)


def test_a_walk_in_is_written_down_and_answered_over_the_counter() -> None:
    scene = Scene("kanigaran", changes={"empty": True, "linked": True})
    scene.say("Kasi Satu", "/catat pohon tumbang")
    assert scene.in_group()[0].startswith("Maaf")
    scene.say("Petugas Satu", "/catat")
    scene.reply("Petugas Satu", "Mohon balas", "Pohon tumbang di Jl. Melati.")
    assert "Dicatat: KNG-2026-0001. Sumber: datang langsung." in scene.in_group()[-1] + scene.in_group()[0]
    assert scene.complaint.citizen is None
    scene.press("Petugas Satu", "Telepon")
    assert scene.complaint.source == "phone"
    assert "Masuk: telepon" in scene.card()
    scene.press("Petugas Satu", "Isi nama dan kontak")
    scene.reply("Petugas Satu", "baris kedua alamat", "Sari CONTOH", private=True)
    assert scene.complaint.private == {"name": "Sari CONTOH"}
    scene.press("Petugas Satu", "Cukup")
    scene.reply("Petugas Satu", "Mohon balas", "Melapor lewat telepon.")
    scene.press("Sekcam", "Teruskan")
    scene.press("Camat", "Kasi Satu")
    scene.reply("Kasi Satu", "Langkah 5", "Pohon sudah dipotong.")
    scene.press("Kasi Satu", "Kirim laporan")
    assert "(langsung, pelapor tidak memakai chat)" in scene.card()
    scene.press("Petugas Satu", "Sudah disampaikan")
    scene.reply("Petugas Satu", "siapa yang menerima", "Bapak CONTOH, hari ini pukul 10.00")
    scene.press("Petugas Satu", "Ya, sudah disampaikan")
    assert scene.complaint.closed_as == "answered"
    assert "Jawaban: disampaikan langsung" in scene.card()
    assert not [each for each in scene.bench.sent if each.kind in ("answer", "receipt", "notice")]


# --- quiet, deadlines, deliveries -------------------------------------------------------------------------------------


def test_outside_hours_cards_are_silent_and_the_opening_brings_one_list() -> None:
    scene = Scene("kanigaran", at="2026-11-23 21:00")
    assert all(each.silent for each in scene.sent if each.to.chat == DESK and each.kind == "card")
    assert "Waktu penyelesaian dihitung mulai Selasa pukul 07.30 WIB." in scene.to_citizen()[0]
    scene.press("Petugas Satu", "Lengkap")
    (held,) = [each for each in scene.bench.held if each.to.chat == CITIZEN]
    assert held.not_before == moment(scene.bench.office, "2026-11-24 07:00")
    scene.bench.pass_time(moment(scene.bench.office, "2026-11-24 07:31"))
    lists = [each for each in scene.bench.sent if each.text.startswith("Selamat pagi. Yang menunggu hari ini:")]
    assert len(lists) == 1
    assert "Sekcam Satu:\n- KNG-2026-0001, langkah 3 dari 7" in lists[0].text
    assert not lists[0].silent
    assert scene.bench.timers["opening:kanigaran"].due_at == moment(scene.bench.office, "2026-11-25 07:30")


def test_a_passed_deadline_is_told_once_and_closes_nothing() -> None:
    scene = Scene("kanigaran")
    scene.wait_s(3600)
    told = [each for each in scene.sent if "lewat batas standar" in each.text]
    assert len(told) == 1
    assert "Ada pada Petugas Pelayanan Pengaduan Masyarakat (Petugas Satu, Petugas Dua)" in told[0].text
    assert "(LEWAT)" in scene.card()
    assert scene.complaint.step == "verify"
    assert scene.acts()[-2:] == ["overdue", "told_late"]
    for kind in ("total_due", "step_due", "complete_due"):
        scene.bench.feed(Due(chat=scene.group, at=scene.bench.now, timer="x", kind=kind, subject="nobody"))
    scene.bench.feed(Due(chat=scene.group, at=scene.bench.now, timer="x", kind="step_due", subject="id0001"))
    assert scene.acts().count("overdue") == 1


def test_a_step_with_a_norm_of_its_own_has_its_own_bell() -> None:
    scene = Scene("pegantenan")
    assert scene.bench.timers["step:id0001"].due_at == moment(scene.bench.office, "2026-11-23 09:27")
    scene.wait_s(16 * 60)
    assert any("lewat batas langkah ini" in each.text for each in scene.sent)


def test_a_complaint_whose_citizen_never_answers_lapses_after_thirty_days_and_the_desk_is_told() -> None:
    scene = Scene("kanigaran")
    scene.press("Petugas Satu", "Minta dilengkapi")
    scene.reply("Petugas Satu", "Mohon balas", "foto KK")
    scene.press("Petugas Satu", "Ya, kirim permintaan")
    scene.wait_s(timedelta(days=30).total_seconds() + 1)
    assert any("pelapor belum mengirim yang diminta" in each.text for each in scene.sent)
    assert (scene.complaint.closed_as, scene.complaint.lapsed_at is not None) == ("withdrawn", True)
    assert "Dianggap dicabut" in scene.card()


@pytest.mark.parametrize(
    ("state", "mark"),
    [("delivered", "Jawaban: sampai"), ("read", "Jawaban: dibaca"), ("failed", "Jawaban: GAGAL dikirim")],
)
def test_the_card_says_what_became_of_the_answer(state: str, mark: str) -> None:
    scene = Scene("kanigaran")
    for who, label in (("Petugas Satu", "Lengkap"), ("Sekcam", "Teruskan"), ("Camat", "Kasi Satu")):
        scene.press(who, label)
    scene.reply("Kasi Satu", "Langkah 5", "Sudah.")
    scene.press("Kasi Satu", "Kirim laporan")
    scene.press("Petugas Satu", "Kirim")
    scene.press("Petugas Satu", "Ya, kirim")
    key = next(each.key for each in scene.sent if each.kind == "answer")
    lane = Address("kanigaran", "telegram", CITIZEN)
    event = Delivery(
        chat=lane, at=scene.bench.now, key=key, state=state, about="id0001", kind="answer", reason="diblokir"
    )
    scene.bench.feed(event)
    assert mark in scene.card()
    scene.bench.feed(replace(event, state="sent"))
    assert mark in scene.card(), "a late mark takes nothing back"
    if state == "failed":
        assert scene.bench.find(DESK, "gagal dikirim (diblokir)")


def test_sudah_thanks_belum_reopens_and_withdrawal_closes() -> None:
    scene = Scene("kanigaran")
    for who, label in (("Petugas Satu", "Lengkap"), ("Sekcam", "Teruskan"), ("Camat", "Kasi Satu")):
        scene.press(who, label)
    scene.reply("Kasi Satu", "Langkah 5", "Sudah.")
    scene.press("Kasi Satu", "Kirim laporan")
    scene.press("Petugas Satu", "Kirim")
    scene.press("Petugas Satu", "Ya, kirim")
    citizen_says(scene, Act(kind="said", text="terima kasih", data={"message": "c1"}))
    assert scene.complaint.closed_at is not None
    citizen_says(scene, Act(kind="satisfied"))
    assert scene.complaint.satisfied == "yes"
    citizen_says(scene, Act(kind="unsatisfied", text="lubangnya masih ada"))
    assert (scene.complaint.step, scene.complaint.closed_at, scene.complaint.reopened) == ("follow_up", None, 1)
    assert any("kami buka kembali dan ditangani Kasi Pembangunan" in text for text in scene.to_citizen())
    assert "Giliran: Kasi / Kasubbag (Kasi Satu)" in scene.card()
    citizen_says(scene, Act(kind="withdraw"))
    assert scene.complaint.closed_as == "withdrawn"
    assert scene.card().endswith("Dicabut oleh pelapor. Selesai, diarsipkan")
    assert any("mencabut laporannya" in text for text in scene.in_group())
