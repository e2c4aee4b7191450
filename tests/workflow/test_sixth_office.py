"""A sixth office, invented: other kind, steps, roles, requirements, hours and zone. It runs from its file alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.transcript import DESK, Play, parse
from workflow.message import Outbound
from workflow.offices import ids, text
from workflow.procedure.stages import ACTS
from workflow.standard.assumptions import assumptions
from workflow.standard.flow import flow
from workflow.standard.standard import load

FILE = Path(__file__).parents[1] / "offices" / "pantai-contoh.toml"
STANDARD = load(FILE.read_text("utf-8"), place=FILE.name)
HEAD = """office: pantai-contoh.toml
clock: 2026-11-23 09:00
staff: Yosep Loket | Staf Loket | staf_loket
staff: Maria Dermaga | Kepala Seksi Prasarana | kepala_seksi
staff: Daniel Pasar | Kepala Seksi Ketertiban | kepala_seksi
staff: Ruth Surat | Sekretaris Kelurahan | sekretaris_lurah
staff: Agus Lurah | Lurah | lurah
"""
TOLD = """warga: lampu jalan di dermaga mati sudah seminggu
warga: perahu Cahaya Contoh
warga: (foto) kartu nelayan
warga: ya
"""
TO_DRAFT = """Yosep: [Lengkap]
Agus: [Maria Dermaga]
Maria (balas: Langkah 4): Lampu dermaga sudah diganti hari ini.
Maria: [Ajukan ke Sekretaris Lurah]
"""
TO_END = """Ruth: [Setujui]
Agus: [Setujui]
Yosep: [Kirim]
Yosep: [Ya, kirim]
"""


class Stage:
    """The office in play; what each line brought."""

    def __init__(self, *scripts: str, head: str = HEAD) -> None:
        self.game = Play(parse(head)[0])
        self.sent: list[Outbound] = []
        for script in scripts:
            self.play(script)

    def play(self, script: str) -> Stage:
        for line in parse(script)[2]:
            self.sent = self.game.act(line)
        return self

    def said(self, chat: str) -> str:
        """What the last line brought into a chat."""
        return "\n".join(each.text for each in self.sent if each.to.chat == chat and each.kind != "press")

    @property
    def citizen(self) -> str:
        return self.said(self.game.chat_of("warga").chat)

    @property
    def complaint(self):
        return list(self.game.bench.complaints.values())[-1]

    @property
    def acts(self) -> list[str]:
        known = {*ACTS, "submit"}
        return [f"{each.step}:{each.act}" for each in self.game.bench.entries if each.act in known]


def test_it_is_none_of_the_shipped_ones_and_nothing_shipped_knows_its_words():
    assert STANDARD.id not in ids()
    shipped = "\n".join(text(each) for each in ids())
    roles = set(STANDARD.roles) - {"pelapor"}
    assert [role for role in roles if f"[roles.{role}]" in shipped] == []
    assert [thing for thing in STANDARD.things if thing in shipped] == []
    assert {role.kind for role in STANDARD.roles.values()} == {"citizen", "officer", "section", "secretary", "head"}


def test_no_code_knows_the_words_of_an_office():
    """Ids of roles, of the sixth office's things and of offices stand in data, and nowhere in the four packages."""
    root = Path(__file__).parents[2]
    words = {*STANDARD.roles, *STANDARD.things, *ids(), STANDARD.id}
    words |= {role for each in ids() for role in re.findall(r"(?m)^\[roles\.(\w+)\]", text(each))}
    words -= {"petugas"}  # also says who named a paper, beside "citizen"
    quoted = re.compile(rf"""["'](?:{"|".join(sorted(words))})["']""")
    left = [
        f"{path.relative_to(root)}: {line.strip()}"
        for package in ("workflow", "storage", "channels", "bot")
        for path in (root / package).rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if quoted.search(line)
    ]
    defaults = ('help="The office shown first.', 'help="Which office to talk to.', "in the order of the switch")
    assert [each for each in left if not any(word in each for word in defaults)] == []


# --- from the first message to the archive ----------------------------------------------------------------------------


def test_it_goes_from_talk_to_archive_on_telegram():
    stage = Stage(TOLD, TO_DRAFT, TO_END)
    assert stage.complaint.closed_as == "answered"
    assert stage.complaint.number == "PCT-2026-0001"
    assert stage.acts == [
        "terima:submit", "catat:complete", "catat:register", "catat:receipt", "arahkan:dispose", "kerjakan:write",
        "kerjakan:draft", "periksa_bahasa:approve", "periksa_isi:approve", "sampaikan:deliver", "simpan:archive",
    ]  # fmt: skip
    assert "Lampu dermaga sudah diganti hari ini." in stage.citizen
    assert "Lurah" in stage.citizen
    assert "Terima kasih" in stage.play("warga: sudah\n").citizen


def test_it_goes_from_talk_to_archive_by_sms_where_no_photo_can_be_sent():
    stage = Stage("warga: lampu jalan di dermaga mati sudah seminggu\n", head=HEAD + "channel: sms\n")
    assert "nomor rumah" in stage.citizen.casefold()
    stage.play("warga: perahu Cahaya Contoh\n")
    assert "surat pengantar RT atau kartu nelayan" in stage.citizen
    stage.play("warga: nanti\nwarga: ya\n")
    assert "surat pengantar RT atau kartu nelayan" in stage.said(DESK)
    assert stage.complaint.later == ("surat_pengantar_RT_atau_kartu_nelayan",)
    stage.play("Yosep: [Sudah dilihat di loket]\nYosep: [Surat pengantar RT atau kartu nelayan]\n")
    assert stage.complaint.seen == ("surat_pengantar_RT_atau_kartu_nelayan",)
    stage.play(TO_DRAFT)
    stage.play(TO_END)
    assert stage.complaint.closed_as == "answered"
    assert "Lampu dermaga sudah diganti hari ini." in stage.citizen
    assert all(each.to.channel == "sms" for each in stage.sent if each.to == stage.game.chat_of("warga"))


def test_by_mail_its_papers_are_called_by_their_names_and_may_come_later():
    stage = Stage("warga: Lampu dermaga | lampu jalan di dermaga mati sudah seminggu\n", head=HEAD + "channel: email\n")
    assert "Nomor rumah:" in stage.citizen
    assert 'misalnya "surat pengantar RT NANTI"' in stage.citizen
    stage.play("warga: nomor rumah: perahu Cahaya Contoh\n  surat pengantar RT NANTI\n")
    assert "Menyusul: surat pengantar RT atau kartu nelayan" in stage.citizen
    stage.play("warga: ya\n")
    assert stage.complaint.answers["nomor_rumah"] == "perahu Cahaya Contoh"


def test_each_step_is_its_offices_own_role_and_label():
    stage = Stage(TOLD)
    assert "Giliran: Staf Loket (Yosep Loket)" in stage.said(DESK)
    stage.play("Yosep: [Lengkap]\n")
    assert "Giliran: Lurah (Agus Lurah)" in stage.said(DESK)
    assert "Gratis." in stage.citizen


# --- its own requirements ---------------------------------------------------------------------------------------------


def test_it_asks_for_its_own_things_in_its_own_words_and_no_identity():
    stage = Stage("warga: lampu jalan di dermaga mati sudah seminggu\n")
    assert "Mohon tuliskan nomor rumah atau nama perahu Bapak/Ibu." in stage.citizen
    stage.play("warga: perahu Cahaya Contoh\n")
    assert "Mohon kirim foto surat pengantar RT atau kartu nelayan." in stage.citizen
    summary = stage.play("warga: (foto)\nwarga: [surat pengantar RT]\n").citizen
    assert "Nomor rumah: perahu Cahaya Contoh" in summary
    assert "Dokumen: surat pengantar RT" in summary
    assert not [word for word in ("KTP", "KK", "identitas", "nama lengkap") if word in summary]


def test_its_documents_never_enter_the_group_and_what_is_optional_is_taken():
    stage = Stage(TOLD.replace("warga: ya\n", "warga: (foto) ini bukti pendukung\nwarga: ya\n"))
    sorts = {paper.file: paper.sort for paper in stage.complaint.papers}
    assert sorted(sorts.values()) == ["kartu_nelayan", "supporting"]
    shown = [each.enclosure.file for each in stage.game.bench.sent if each.enclosure and each.to.chat == DESK]
    assert [sorts[file] for file in shown] == ["supporting"]


def test_a_petugas_may_name_a_photo_as_one_of_its_own_papers():
    stage = Stage(
        TOLD.replace("(foto) kartu nelayan", "(foto)").replace(
            "warga: ya\n", "warga: tidak tahu\nwarga: nanti\nwarga: ya\n"
        )
    )
    assert stage.complaint.papers[0].sort == ""
    stage.play("Yosep: [Lihat dokumen]\nYosep: [Buka chat pribadi]\nYosep: [Lihat dokumen]\n")
    stage.play("Yosep (pribadi): [Surat pengantar RT]\n")
    assert stage.complaint.papers[0].sort == "surat_pengantar_RT"


# --- its own loops ----------------------------------------------------------------------------------------------------


def test_the_second_check_may_send_it_back_to_be_given_to_another_section():
    stage = Stage(
        TOLD, TO_DRAFT, "Ruth: [Setujui]\nAgus: [Kembalikan]\nAgus (balas: koreksi): Ini urusan ketertiban.\n"
    )
    assert stage.complaint.step == "arahkan"
    stage.play(
        "Agus: [Daniel Pasar]\nDaniel (balas: Langkah 4): Sudah ditertibkan.\nDaniel: [Ajukan ke Sekretaris Lurah]\n"
    )
    stage.play(TO_END)
    assert stage.complaint.closed_as == "answered"
    assert "Sudah ditertibkan." in stage.citizen
    assert stage.acts.count("arahkan:dispose") == 2


# --- its own hours ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "due"),
    [
        ("2026-11-23 09:00", "Kamis, 26 November 2026 pukul 14.30 WIT"),  # its own closed day on the 25th
        ("2026-11-26 10:00", "Sabtu, 28 November 2026 pukul 12.00 WIT"),  # Saturday is a working day here
        ("2026-12-23 15:00", "Senin, 28 Desember 2026 pukul 14.30 WIT"),  # cuti bersama and Natal, then Saturday
    ],
)
def test_deadlines_are_of_its_own_hours_days_and_zone(clock, due):
    stage = Stage(TOLD, "Yosep: [Lengkap]\n", head=HEAD.replace("2026-11-23 09:00", clock))
    assert f"Batas waktu menurut standar pelayanan: {due}" in stage.citizen.replace("\n", " ")


def test_its_picture_and_its_list_for_the_office_need_nothing_of_the_five():
    boxes = flow(STANDARD)["boxes"]
    assert [box["back"] for box in boxes] == [-1, -1, -1, -1, 3, 2, -1, -1]
    assert boxes[0]["citizen"]
    assert assumptions(FILE.read_text("utf-8")) == ()
