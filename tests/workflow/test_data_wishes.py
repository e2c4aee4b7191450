"""A wish about one's own data, in the many ways people write it; and what sounds like one and is something else."""

from __future__ import annotations

import pytest

from tests.workflow.talk import Player, office
from workflow.heard import intent
from workflow.privacy import requests

WISHES = {
    "erase": ("data saya dihapus aja", "jangan simpan ktp saya", "tolong hapus foto kk", "buang foto ktp saya", "nomor saya jangan disimpan",
              "apus foto ktp sy min", "hps data sy", "tolong delete semua data sy", "saya gak mau foto ktp saya disimpan di sini",
              "saya tidak mau data saya disimpan", "data saya mau dihapus gimana caranya", "hapus akun saya"),
    "restrict": ("ktp saya jangan disebarkan", "jangan pakai data saya buat yang lain", "saya keberatan ktp saya disimpan", "batalkan izin data saya"),
    "copy": ("minta salinan data saya", "data apa saja yang disimpan tentang saya", "siapa yang bisa lihat ktp saya", "mau lihat data saya"),
    "correct": ("perbaiki data saya",),
    "other": ("kok ktp saya disimpan?", "kenapa ktp saya masih disimpan"),
}  # fmt: skip
WRONG = (
    "nama saya salah tulis, mohon diperbaiki",
    "nama saya salah, harusnya Sari Wulandari",
    "alamat saya salah tulis pak",
    "nik saya salah ketik",
)
OTHERWISE = (
    "nama saya di KK salah tulis, mohon diperbaiki",
    "nama saya di ktp salah, bagaimana mengurusnya",
    "data bansos saya dihapus padahal saya miskin",
    "nama saya dihapus dari daftar pkh",
    "ktp saya hilang",
    "nama anak saya di akta salah tulis",
    "nama jalan di depan kantor salah tulis",
)
STORY = ("lampu jalan di jl mawar mati sudah seminggu", "nanti semua", "ya")


def registered() -> Player:
    player = Player(office=office("kanigaran"))
    for text in STORY:
        player.say(text)
    return player


@pytest.mark.parametrize(("wish", "text"), [(wish, text) for wish, texts in WISHES.items() for text in texts])
def test_it_is_heard_before_and_after_a_report_and_in_its_midst(wish: str, text: str) -> None:
    assert (intent.guess(text).intent, requests.wish_of(text)) == ("privacy_request", wish)
    before, amid, after = Player(office=office("kanigaran")), Player(office=office("kanigaran")), registered()
    amid.say(STORY[0])
    declines = "mau data" in text or "mau foto" in text or "keberatan" in text  # the photo that's being asked for
    for player in (before, after) if declines else (before, amid, after):
        player.say(text)
        assert any("DP-" in each.text for each in player.sent), [each.text for each in player.sent]
        assert len(player.decisions[-1].requests) == 1
    assert amid.draft.statement == (STORY[0],)
    assert all(text not in each.text for made in after.decisions for each in made.sends if each.to != after.chat)


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_name_in_a_registered_report_is_a_correction_and_no_new_report(text: str) -> None:
    player = registered()
    player.say(text)
    assert "Permintaan perbaikan data sudah kami catat" in player.sent[-1].text
    assert (len(player.complaints), player.telling) == (1, False)
    assert player.complaint.sayings[-1].text != text


@pytest.mark.parametrize("text", OTHERWISE)
def test_what_stands_wrong_in_a_paper_or_a_list_is_a_matter_of_its_own(text: str) -> None:
    player = registered()
    player.say(text)
    assert not any("DP-" in each.text for each in player.sent)
    assert player.decisions[-1].requests == ()
