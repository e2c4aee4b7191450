"""Reporting for somebody else: asked once, whose report and whose document, and never where no identity is asked."""

from __future__ import annotations

import pytest

from tests.workflow.talk import Player, office, said, talk
from workflow.dialogue import behalf
from workflow.message import Limits, Message, Sender
from workflow.office import Office
from workflow.procedure import reporter


class Named(Player):
    """A citizen whose account bears a name."""

    account = "Budi Hartono"

    def say(self, text: str = "", **more):
        more.setdefault("id", next(self.messages))
        return self.feed(
            Message(chat=self.chat, sender=Sender(id="501", name=self.account), at=self.now, text=text, **more)
        )


@pytest.mark.parametrize(
    ("words", "relation"),
    [
        ("saya mewakili tetangga, lampu jalan depan rumahnya mati", "tetangga"),
        ("mau lapor untuk ibu saya, bantuannya belum cair", "ibu"),
        ("KTP atas nama suami", "suami"),
        ("ini untuk nenek saya", "nenek"),
        ("untuk mertua, BLT dicoret", "mertua"),
        ("disuruh bapak saya lapor, jalan rusak", "ayah"),
        ("atas nama Ibu Sari Contoh", ""),
        ("mohon disampaikan kepada bapak camat", ""),
        ("jalan rusak, bahaya untuk anak sekolah", ""),
        ("sampah dibuang tetangga ke sungai", ""),
        ("untuk jalan di depan SD mohon diperbaiki", ""),
    ],
)
def test_what_people_say_of_whom_they_report_for(words, relation):
    assert behalf.relation_in(words) == relation


def test_who_reports_for_their_mother_is_asked_her_name_once_and_both_names_stand_everywhere():
    game = talk(
        """
        warga: saya lapor untuk ibu saya, bantuan beliau belum cair sejak juli
        aduan: Apakah laporan ini Bapak/Ibu sampaikan untuk ibu?
        warga: Sutinah
        aduan: Mohon tuliskan nama lengkap Bapak/Ibu.
        warga: Sari Wulandari
        aduan: alamat
        warga: Jl. Mawar 3 RT 2
        aduan: KTP-el
        warga: (foto)
        aduan: KTP yang dikirim atas nama siapa
        warga: [Ibu]
        aduan: Disampaikan untuk: Sutinah (ibu) Dokumen identitas atas nama: ibu
        warga: ya
        aduan: sudah kami terima
        """,
        Player(office=office("kedopok")),
    )
    complaint = game.complaint
    assert (complaint.behalf, complaint.private["behalf_name"], complaint.private["name"]) == (
        "ibu",
        "Sutinah",
        "Sari Wulandari",
    )
    assert complaint.private["document_of"] == "behalf"
    assert "Sutinah" not in str(complaint.sayings)
    assert "(ibu)" in reporter.behalf(complaint)


def test_the_receipt_names_both_and_by_sms_stays_one_part():
    for limits in (Limits(), Limits(short=True, photos=False, choices=False)):
        game = Player(office=office("dpmd-pasuruan"), limits=limits)
        game.say("melapor untuk ibu saya, BLT dari dana desa belum cair")
        for words in ("Sutinah", "Sari Wulandari", "Desa Beji RT 1", "tidak ada", "mohon dicairkan"):
            game.say(words)
        receipt = said(game.say("setuju"))
        assert "Sutinah" in receipt
        assert "Sari Wulandari" in receipt or limits.short
        assert not limits.short or len(receipt) <= 160


@pytest.mark.parametrize("words", ["saya sendiri", "bukan", "untuk diri sendiri", "tidak"])
def test_who_reports_for_themselves_after_all_is_not_asked_again(words):
    game = Player(office=office("kedopok"))
    game.say("atas nama suami, lampu jalan mati di gang mawar")
    assert "nama lengkap Bapak/Ibu" in said(game.say(words))
    for given in ("Sari Wulandari", "Jl. Mawar 3"):
        game.say(given)
    assert "Berikut ringkasan" in said(game.photo())
    assert behalf.of(game.draft) == ""


def test_without_her_name_the_relation_stands_and_the_report_goes_in():
    game = Player(office=office("kedopok"))
    game.say("mewakili ibu saya, lampu jalan mati di gang mawar")
    for words in ("nanti", "Sari Wulandari", "Jl. Mawar 3"):
        game.say(words)
    assert "Disampaikan untuk: ibu Bapak/Ibu" in said(game.say("nanti"))
    game.say("ya")
    assert game.complaint.behalf == "ibu"


def test_a_name_that_is_not_the_accounts_is_asked_about_once():
    game = Named(office=office("kedopok"))
    game.say("lampu jalan mati di gang mawar")
    assert "Apakah Sari Wulandari nama Bapak/Ibu sendiri" in said(game.say("Sari Wulandari"))
    assert "Apa hubungan Sari Wulandari" in said(game.press("Saya mewakili"))
    game.say("istri saya")
    game.say("Jl. Mawar 3")
    summary = said(game.say("nanti"))
    assert "Nama: Budi Hartono" in summary
    assert "Disampaikan untuk: Sari Wulandari (istri)" in summary
    game.say("ya")
    assert (game.complaint.private["name"], game.complaint.behalf) == ("Budi Hartono", "istri")


@pytest.mark.parametrize("words", ["sendiri", "itu nama saya", "ya", "[Nama saya sendiri]"])
def test_their_own_name_after_all(words):
    game = Named(office=office("kedopok"))
    game.say("lampu jalan mati di gang mawar")
    game.say("Sari Wulandari")
    answer = said(game.press(words[1:-1]) if words.startswith("[") else game.say(words))
    assert "alamat" in answer
    assert game.draft.private["name"] == "Sari Wulandari"


@pytest.mark.parametrize(
    ("name", "other", "matters"),
    [
        ("Sari Wulandari", "Budi Hartono", True),
        ("Sari Wulandari", "Sari", False),
        ("Sari Wulandari", "Wulan D", False),
        ("Sari Wulandari", "Mama Zidan", False),
        ("Sari Wulandari", "Toko Berkah Abadi", False),
        ("Sari Wulandari", "Gembul 88", False),
        ("Sari Wulandari", "budi", False),
        ("Muhammad Ali", "Moh Ali", False),
    ],
)
def test_only_a_full_name_without_any_likeness_matters(name, other, matters):
    assert behalf.differs(name, other) is matters


def test_pekutatan_never_asks_for_whom_it_is():
    game = Named(office=office("pekutatan"))
    assert "Berikut ringkasan" in said(game.say("mewakili ibu saya, sampah menumpuk di pantai"))


def test_a_signature_with_another_name_is_asked_about_too():
    game = Player(office=office("dpmd-pasuruan"))
    for words in ("dana desa kami belum cair sejak agustus", "Sari Wulandari", "Desa Beji", "tidak ada", "dicairkan"):
        game.say(words)
    assert "Apakah Sari Wulandari nama Bapak/Ibu sendiri" in said(game.say("Budi Hartono"))
    game.say("mewakili")
    game.say("ibu")
    game.say("ya")
    complaint = game.complaint
    assert (complaint.private["name"], complaint.private["signature"]) == ("Budi Hartono", "Budi Hartono")
    assert (complaint.private["behalf_name"], complaint.behalf) == ("Sari Wulandari", "ibu")


def test_the_relation_alone_is_nobodys_name():
    game = Player(office=office("kedopok"))
    game.say("lampu jalan mati di gang mawar")
    game.say("atas nama suami")
    assert "name" not in game.draft.private


def test_a_surat_kuasa_is_hinted_at_only_where_the_office_asks_for_one():
    plain = office("kedopok")
    asks = plain.standard.model_copy(update={"asking": plain.standard.asking.model_copy(update={"proxy_letter": True})})
    for standard, hinted in ((plain.standard, False), (asks, True)):
        game = Player(office=Office(id="kedopok", standard=standard, desk="-100777"))
        game.say("mewakili ibu saya, lampu jalan mati di gang mawar")
        assert ("surat kuasa boleh dikirim menyusul" in said(game.say("Sutinah"))) is hinted
