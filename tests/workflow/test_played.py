"""Whole talks, citizen and desk together, that once came out wrong when somebody played them by hand."""

from __future__ import annotations

from tests.transcript import DESK, Play, parse
from workflow.message import Outbound

KANIGARAN = """office: kanigaran
clock: 2026-11-23 09:00
staff: Siti Rahma | Petugas Pengaduan | petugas
staff: Rina Ayu | Petugas Loket | petugas
staff: Budi Santoso | Sekretaris Camat | sekcam
staff: Agus Wijaya | Camat | camat
staff: Dewi Lestari | Kasi Pembangunan | kasi
staff: Eko Prasetyo | Kasi Trantib | kasi
"""
FILED = """warga: jalan depan pasar kanigaran berlubang besar dan berbahaya
warga: (foto)
warga: (foto)
warga: (foto)
warga: ya
"""
ONLY_KTP = """warga: jalan depan pasar kanigaran berlubang besar dan berbahaya
warga: nanti
warga: (foto)
warga: nanti
warga: ya
"""
SECRET = """warga: saya dimintai uang 200 ribu oleh staf kecamatan waktu urus KTP
warga: kemarin jam 10 di loket 2
warga: ya
"""


class Stage:
    """A play that remembers what was sent by the last line."""

    def __init__(self, *scripts: str) -> None:
        head, _, _ = parse(KANIGARAN)
        self.game = Play(head)
        self.sent: list[Outbound] = []
        for script in scripts:
            self.play(script)

    def play(self, script: str) -> list[Outbound]:
        """Play lines; what the last one brought."""
        for line in parse(script)[2]:
            self.sent = self.game.act(line)
        return self.sent

    def said(self, chat: str = "501") -> str:
        """What the last line brought into a chat."""
        return "\n".join(each.text for each in self.sent if each.to.chat == chat and each.kind != "press")

    def enclosed(self, chat: str = DESK) -> list[str]:
        """The files the last line brought into a chat."""
        return [each.enclosure.file for each in self.sent if each.to.chat == chat and each.enclosure]

    @property
    def group(self) -> str:
        """All that ever stood in the group."""
        return "\n".join(each.text for each in self.game.bench.sent if each.to.chat == DESK)


# --- nothing leaks ----------------------------------------------------------------------------------------------------


def test_a_story_over_an_album_names_none_of_its_photos() -> None:
    stage = Stage("warga: (album 3) jalan rusak depan pasar\n")
    assert "Foto 1-3" in stage.said()
    assert "foto lokasi sudah kami terima" not in stage.said()
    assert [paper.sort for paper in stage.game.bench.conversations[_lane(stage)].draft.papers] == ["", "", ""]


def test_a_voice_note_to_a_confidential_report_is_played_only_to_those_trusted() -> None:
    stage = Stage(SECRET, "Agus: [Hubungkan chat pribadi]\nAgus: [Buka chat pribadi]\nwarga: (suara)\n")
    assert stage.enclosed() == []
    assert len(stage.enclosed("904")) == 1
    stage.play("Agus (pribadi, balas: Pesan suara): Ada saksi bernama Pak Tono.\n")
    assert "Apakah sudah benar?" in stage.said()
    stage.play("warga: ya\n")
    assert "Tono" in stage.said("904")
    assert "Tono" not in stage.group


def test_a_question_beside_a_confidential_report_stays_with_those_trusted() -> None:
    stage = Stage(SECRET, "Agus: [Hubungkan chat pribadi]\nAgus: [Buka chat pribadi]\n")
    stage.play("warga: apakah staf di loket 2 itu sudah diperiksa?\n")
    assert "loket 2" in stage.said("904")
    assert "loket 2" not in stage.group


def test_a_call_for_a_person_while_a_confidential_report_is_told_is_known_even_if_nobody_trusted_is_linked() -> None:
    stage = Stage("warga: saya dimintai uang 200 ribu oleh staf kecamatan waktu urus KTP\nwarga: petugas\n")
    assert "Warga meminta petugas" in stage.said(DESK)
    assert "200 ribu" not in stage.group


# --- nobody is stuck --------------------------------------------------------------------------------------------------


def test_who_links_a_private_chat_gets_the_cards_that_wait_for_them() -> None:
    stage = Stage(SECRET, "Agus: [Hubungkan chat pribadi]\nAgus: [Buka chat pribadi]\n")
    assert "RAHASIA" in stage.said("904")
    stage.play("Agus (pribadi): [Lengkap]\n")
    assert "Langkah 3 dari 7" in stage.said("904")
    assert "200 ribu" not in stage.group


def test_a_card_that_came_with_the_link_loses_its_buttons_when_the_step_is_done() -> None:
    stage = Stage(FILED, "Siti: [Lihat dokumen]\nSiti: [Buka chat pribadi]\n")
    assert "Langkah 2 dari 7" in stage.said("901")
    stage.play("Rina: [Lengkap]\n")
    assert any(each.kind == "edit" and each.to.chat == "901" and not each.choices for each in stage.sent)


def test_a_photo_that_the_citizen_named_later_can_still_be_labelled() -> None:
    stage = Stage(ONLY_KTP, "Siti: [Lihat dokumen]\nSiti: [Buka chat pribadi]\nwarga: (foto)\nwarga: [lokasi]\n")
    assert stage.enclosed() == []
    stage.play("Siti: [Lihat dokumen]\nSiti (pribadi): [Foto lokasi]\n")
    assert len(stage.enclosed()) == 1


# --- nothing is lost --------------------------------------------------------------------------------------------------


def test_an_edited_reason_is_the_reason() -> None:
    stage = Stage("warga: jalan rusak depan SD\nwarga: nanti\nwarga: nanti\nwarga: tidak ada\nwarga: takut ke sana\n")
    stage.play("warga: (ubah) rumah saya jauh\n")
    assert "Tidak ada: foto lokasi (rumah saya jauh)" in stage.said()


def test_an_edit_of_words_that_wait_for_a_choice_counts() -> None:
    stage = Stage(FILED, "warga: ada motor jatuh tadi\nwarga: (ubah) ada dua motor jatuh tadi\n")
    assert "sudah kami perbarui" in stage.said()
    stage.play("warga: [Tambahan KNG-2026-0001]\n")
    assert "ada dua motor jatuh tadi" in stage.said(DESK)


def test_a_petugas_is_told_that_a_photo_beside_held_words_does_not_leave() -> None:
    stage = Stage(FILED, "warga: tambahan: airnya juga menggenang\nSiti (balas: menggenang): (foto) ini fotonya\n")
    assert "hanya teks" in stage.said(DESK).lower()


def test_numbers_of_photos_that_were_sorted_meanwhile_are_no_part_of_the_story() -> None:
    stage = Stage("warga: (album 3)\nwarga: 1 lokasi\nwarga: 1 ktp, 2 kk, 3 lokasi\n")
    assert "tambahkan pada laporan" not in stage.said()
    assert "Foto 1-2" in stage.said()


def test_what_comes_later_is_heard_in_the_first_message_too() -> None:
    stage = Stage("warga: jalan depan SD Kanigaran 2 rusak parah, ktp nyusul, kk tidak ada karena hilang\n")
    assert "foto lokasi yang dilaporkan" in stage.said()
    draft = stage.game.bench.conversations[_lane(stage)].draft
    assert draft.later == ("ktp",)
    assert draft.lacking == {"kk": "hilang"}
    assert draft.statement == ("jalan depan SD Kanigaran 2 rusak parah",)


# --- what is said is true ---------------------------------------------------------------------------------------------


def test_a_file_that_a_petugas_called_complete_lacks_nothing_any_more() -> None:
    stage = Stage(ONLY_KTP, "warga: (foto) kk\nwarga: (foto)\nSiti: [Lengkap]\n")
    assert "Belum lengkap" not in stage.said(DESK)
    stage.play("warga: status\n")
    assert "Belum lengkap" not in stage.said()


def test_the_confidential_notice_is_given_once() -> None:
    stage = Stage("warga: saya dimintai uang 200 ribu oleh staf kecamatan waktu urus KTP\nwarga: kemarin di loket 2\n")
    assert "rahasia: tidak masuk grup" not in stage.said()


def test_a_helper_to_whom_the_step_is_handed_helps_no_longer() -> None:
    stage = Stage(FILED, "Siti: [Lengkap]\nBudi: [Teruskan]\nAgus: [Dewi Lestari]\n")
    stage.play("Dewi: [Minta bantuan]\nDewi: [Eko Prasetyo, Kasi Trantib]\n")
    stage.play("Dewi: [Serahkan]\nDewi: [Eko Prasetyo, Kasi Trantib]\n")
    assert "Penanggung jawab: Eko Prasetyo" in stage.said(DESK)
    assert "Membantu" not in stage.said(DESK)


def test_a_question_says_which_report_its_author_has() -> None:
    stage = Stage(FILED, "warga: bagaimana cara mengurus akta kelahiran?\n")
    assert "KNG-2026-0001" in stage.said(DESK)


# --- the answer to a question is held too -----------------------------------------------------------------------------


def test_an_answer_to_a_question_leaves_after_ten_seconds_and_gets_its_mark() -> None:
    stage = Stage("warga: syarat KTP hilang apa?\nSiti (balas: Pertanyaan): Surat kehilangan dari polisi dan KK.\n")
    assert stage.said() == ""
    assert "Akan dikirim" in stage.said(DESK)
    stage.play(">> 12 detik\n")
    assert "Surat kehilangan dari polisi dan KK." in stage.said()
    assert "Terkirim" in stage.said(DESK)


def test_an_answer_to_a_question_can_be_stopped_and_written_anew() -> None:
    stage = Stage("warga: syarat KTP hilang apa?\nSiti (balas: Pertanyaan): Salah jawab.\nSiti: [Batalkan]\n")
    stage.play(">> 12 detik\n")
    assert stage.said() == ""
    stage.play("Siti (balas: Pertanyaan): Surat kehilangan dan KK.\n>> 12 detik\n")
    assert "Surat kehilangan dan KK." in stage.said()


def _lane(stage: Stage) -> str:
    return next(lane for lane in stage.game.bench.conversations if lane.endswith("501"))


# --- edits after YA ---------------------------------------------------------------------------------------------------


def test_an_edit_after_registration_shows_both_wordings_and_marks_the_card() -> None:
    stage = Stage(FILED, "warga: tambahan: airnya juga menggenang\nwarga: (ubah) tambahan: airnya tidak menggenang\n")
    assert "Semula: tambahan: airnya juga menggenang" in stage.said(DESK)
    assert "Menjadi: tambahan: airnya tidak menggenang" in stage.said(DESK)
    assert "Diubah pelapor" in stage.said(DESK)
    assert stage.play("warga: (ubah) tambahan: airnya tidak menggenang\n") == []


def test_an_edit_of_a_yes_is_nobodys_business() -> None:
    stage = Stage(FILED)
    assert stage.play("warga: (ubah) ya betul\n") == []


def test_a_name_in_an_edited_message_stays_out_of_the_group() -> None:
    stage = Stage("warga: nama saya Sari Wulandari, jalan depan pasar berlubang besar\n")
    game = stage.game
    first = game.last_message["501"]
    stage.play("warga: (foto)\nwarga: (foto)\nwarga: (foto)\nwarga: ya\n")
    game.last_message["501"] = first
    stage.play("warga: (ubah) nama saya Sari Wulan, jalan depan pasar berlubang sangat besar\n")
    assert "berlubang sangat besar" in stage.said(DESK)
    assert "Sari" not in stage.group
    assert next(iter(game.bench.complaints.values())).private["name"] == "Sari Wulan"


# --- all that is written can be read ----------------------------------------------------------------------------------


def test_a_story_too_long_for_the_card_is_posted_whole_beside_it() -> None:
    story = (
        "jalan depan pasar berlubang besar " + " ".join(f"lubang nomor {n} dalam sekali" for n in range(60)) + " TAMAT"
    )
    stage = Stage(f"warga: {story}\nwarga: (foto)\nwarga: (foto)\nwarga: (foto)\nwarga: ya\n")
    assert "TAMAT" in stage.said(DESK)


def test_an_answer_too_long_for_the_card_is_shown_whole_before_it_leaves() -> None:
    words = " ".join(f"titik {n} sudah ditambal," for n in range(120)) + " SELESAI."
    stage = Stage(FILED, "Siti: [Lengkap]\nBudi: [Teruskan]\nAgus: [Dewi Lestari]\n")
    stage.play(f"Dewi (balas: Langkah): {words}\nDewi: [Kirim laporan]\n")
    assert "SELESAI." in stage.said(DESK)


# --- words and photos that wait for a choice --------------------------------------------------------------------------

SECOND = """warga: laporan baru
warga: sampah menumpuk di gang melati sudah seminggu
warga: [Orang lain]
warga: nanti
warga: nanti
warga: nanti
warga: ya
"""


def test_a_photo_with_two_reports_open_is_asked_about_together_with_the_words_before_it() -> None:
    stage = Stage(FILED, SECOND, "warga: tolong segera ya\nwarga: (foto)\n")
    assert "Untuk laporan yang mana" in stage.said()
    stage.play("warga: KNG-2026-0001\n")
    assert "tolong segera ya" in stage.said(DESK)
    assert "mengirim 1 berkas" in stage.said(DESK)


def test_words_nobody_said_the_report_of_reach_the_desk_all_the_same() -> None:
    stage = Stage(FILED, SECOND, "warga: tolong segera ya\nwarga: status\n")
    assert "tolong segera ya" in stage.group


def test_the_right_words_for_a_voice_note_are_not_asked_about_again() -> None:
    stage = Stage(FILED, "warga: (suara)\nSiti (balas: Pesan suara): Ada lubang baru.\nwarga: ubah\n")
    stage.play("warga: ada dua lubang baru di depan pasar\n")
    assert "tambahkan pada laporan KNG-2026-0001" in stage.said()
    assert "ada dua lubang baru" in stage.said(DESK)


def test_a_story_that_mentions_a_hole_names_no_photo() -> None:
    stage = Stage("warga: (foto)\nwarga: bukan itu maksud saya, lubangnya masih ada dan makin dalam\n")
    draft = stage.game.bench.conversations[_lane(stage)].draft
    assert draft.papers[0].sort == ""
    assert "lubangnya masih ada" in draft.statement[0]


def test_a_story_with_numbers_names_no_photos() -> None:
    stage = Stage("warga: (album 3)\nwarga: ada 2 lubang di jalan depan pasar dan 1 pohon tumbang menutup got\n")
    draft = stage.game.bench.conversations[_lane(stage)].draft
    assert {paper.sort for paper in draft.papers} == {""}
    assert draft.statement


def test_a_block_is_told_at_the_desk_once() -> None:
    from workflow.message import Address, Presence, Sender

    stage = Stage(FILED)
    bench = stage.game.bench
    event = Presence(chat=Address("kanigaran", "telegram", "501"), at=bench.now, sender=Sender(id="501"), blocked=True)
    assert ["KNG-2026-0001: pelapor memblokir" in each.text for each in bench.feed(event)] == [True]
    assert bench.feed(event) == []


def test_an_act_on_a_confidential_report_can_be_taken_back_in_private() -> None:
    stage = Stage(SECRET, "Agus: [Hubungkan chat pribadi]\nAgus: [Buka chat pribadi]\nAgus (pribadi): [Lengkap]\n")
    stage.play("Agus (pribadi): [Tarik kembali]\n")
    assert "Langkah 2 dari 7" in stage.said("904")
    assert "Langkah" not in stage.group


def test_words_that_call_themselves_an_addition_are_one() -> None:
    stage = Stage(FILED, "warga: tambahan: hari ini ada dua motor jatuh\n")
    assert "kami tambahkan pada laporan KNG-2026-0001" in stage.said()


def test_a_wish_to_withdraw_inside_a_sentence_is_asked_about_and_its_words_are_passed_on() -> None:
    stage = Stage(FILED, "warga: sudah ditambal pak, batalkan saja laporannya\n")
    assert "Cabut laporan KNG-2026-0001?" in stage.said()
    assert "sudah ditambal pak" in stage.said(DESK)


def test_a_greeting_in_an_edited_story_is_no_part_of_it() -> None:
    stage = Stage(
        "warga: selamat pagi, jalan depan SD berlubang\nwarga: (ubah) selamat pagi, jalan depan SMP berlubang\n"
    )
    assert stage.game.bench.conversations[_lane(stage)].draft.statement == ("jalan depan SMP berlubang",)


def test_words_to_a_confidential_report_reach_somebody_even_if_whose_turn_it_is_has_no_private_chat() -> None:
    stage = Stage(SECRET, "Agus: [Hubungkan chat pribadi]\nAgus: [Buka chat pribadi]\n")
    stage.play("Agus (pribadi): [Lengkap]\nAgus (pribadi): [Teruskan]\nAgus (pribadi): [Dewi Lestari]\n")
    stage.play("warga: tetangga saya juga diminta uang oleh orang itu\nwarga: [Tambahan KNG-2026-0001]\n")
    assert "tetangga saya juga" in stage.said("904")


def test_words_that_came_before_anybody_was_linked_come_with_the_card() -> None:
    stage = Stage(SECRET, "warga: tambahan: tetangga saya juga diminta uang\n")
    stage.play("Agus: [Hubungkan chat pribadi]\nAgus: [Buka chat pribadi]\n")
    assert "tetangga saya juga" in stage.said("904")
    assert "tetangga" not in stage.group


def test_the_card_of_a_confidential_report_says_what_became_of_the_answer() -> None:
    stage = Stage(SECRET, "Agus: [Hubungkan chat pribadi]\nAgus: [Buka chat pribadi]\nDewi: /bantuan\n")
    stage.play("Dewi: [Hubungkan chat pribadi]\nDewi: [Buka chat pribadi]\nAgus (pribadi): [Lengkap]\n")
    stage.play("Agus (pribadi): [Teruskan]\nAgus (pribadi): [Dewi Lestari]\nDewi (pribadi, balas: Langkah): Selesai.\n")
    stage.play("Dewi (pribadi): [Kirim laporan]\nAgus (pribadi): [Kirim]\nAgus (pribadi): [Ya, kirim]\n")
    assert "Jawaban: terkirim" in stage.said("904")


def test_a_pin_for_a_registered_report_is_shown_as_a_map_and_as_no_file() -> None:
    stage = Stage(FILED, "warga: (pin -7.75 113.21)\n")
    assert "mengirim" not in stage.said(DESK)
    assert [each.location.latitude for each in stage.sent if each.location] == [-7.75]


def test_a_call_to_the_admin_is_a_greeting_and_a_lone_sign_is_no_question() -> None:
    stage = Stage("warga: min\n")
    assert "Silakan tuliskan" in stage.said()
    assert stage.group == ""
    stage.play("warga: 🙏\n")
    assert stage.group == ""


def test_a_lone_sign_is_not_relayed() -> None:
    stage = Stage(FILED)
    before = stage.group
    stage.play("warga: 🙏\n")
    assert stage.group == before


def test_several_things_are_put_off_in_one_message() -> None:
    stage = Stage("warga: jalan depan pasar rusak\nwarga: kk nyusul, ktp gak ada hilang, foto lokasi besok\n")
    assert "Menyusul: KK dan foto lokasi" in stage.said()
    assert "Tidak ada: KTP (hilang)" in stage.said()


def test_a_photo_with_words_sent_before_the_choice_waits_with_the_story() -> None:
    stage = Stage(FILED, "warga: got di gang 3 mampet dan airnya bau\nwarga: (foto) ini gotnya\n")
    assert "tambahan untuk laporan" in stage.said()
    stage.play("warga: [Laporan baru]\n")
    draft = stage.game.bench.conversations[_lane(stage)].draft
    assert "got di gang 3 mampet" in draft.statement[0]
    assert len(draft.papers) == 1
    assert "got di gang 3" not in stage.group


def test_all_photos_named_by_an_albums_caption_are_thanked_for() -> None:
    stage = Stage("warga: (album 3) KK, KTP, lokasi\n")
    assert "KK, KTP, dan foto lokasi sudah kami terima" in stage.said()


def test_a_call_for_a_person_does_not_cut_the_details_of_a_confidential_report_short() -> None:
    stage = Stage("warga: saya dimintai uang 200 ribu oleh staf kecamatan waktu urus KTP\nwarga: petugas\n")
    assert "mohon lengkapi" in stage.said()


ANSWERED = (
    FILED
    + """Siti: [Lengkap]
Budi: [Teruskan]
Agus: [Dewi Lestari]
Dewi (balas: Langkah): Lubang sudah ditambal.
Dewi: [Kirim laporan]
Siti: [Kirim]
Siti: [Ya, kirim]
>> 16 hari
"""
)


def test_a_late_belum_with_words_is_a_new_report_that_names_the_old_one() -> None:
    stage = Stage(ANSWERED, "warga: belum selesai, lubangnya muncul lagi di sisi kiri\n")
    draft = stage.game.bench.conversations[_lane(stage)].draft
    assert draft.statement == (
        "belum selesai, lubangnya muncul lagi di sisi kiri",
        "(lanjutan laporan KNG-2026-0001)",
    )
    assert "sudah lama ditutup" in stage.said()


def test_a_late_belum_without_words_asks_for_them_and_names_the_old_report_too() -> None:
    stage = Stage(ANSWERED, "warga: belum\n")
    assert "Silakan ceritakan apa yang terjadi" in stage.said()
    stage.play("warga: lubangnya muncul lagi di sisi kiri\n")
    draft = stage.game.bench.conversations[_lane(stage)].draft
    assert draft.statement == ("lubangnya muncul lagi di sisi kiri", "(lanjutan laporan KNG-2026-0001)")
