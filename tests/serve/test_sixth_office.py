"""An office that nobody shipped, served by `aduan serve` from a path in config.toml: first message to archive."""

from __future__ import annotations

import pytest

from tests.serve.program import Plan, numbers, town

pytestmark = pytest.mark.slow

PLAN = Plan(
    "kelurahan",
    "pantai-contoh.toml",
    staff=(
        ("Yosep Loket", "Staf Loket", "staf_loket"),
        ("Maria Dermaga", "Kepala Seksi Prasarana", "kepala_seksi"),
        ("Ruth Surat", "Sekretaris Kelurahan", "sekretaris_lurah"),
        ("Agus Lurah", "Lurah", "lurah"),
    ),
)
ANSWER = "Lampu dermaga sudah diganti hari ini."


async def test_a_sixth_office_is_served_from_its_own_file(tmp_path):
    async with town(tmp_path, PLAN) as here:
        desk = here.desks[PLAN.id]
        yosep, maria, ruth, agus = (desk.who(name) for name in ("Yosep", "Maria", "Ruth", "Agus"))
        sari = here.citizen("Sari Wulandari", PLAN.id)
        sari.says("lampu jalan di dermaga mati sudah seminggu")
        await sari.sees("Mohon tuliskan nomor rumah atau nama perahu")
        sari.says("perahu Cahaya Contoh")
        await sari.sees("Mohon kirim foto surat pengantar RT atau kartu nelayan")
        sari.sends("ktp", "kartu nelayan")
        await sari.sees("Dokumen: kartu nelayan")
        await sari.presses("YA, benar")
        await yosep.presses("Lengkap", "Langkah 2 dari 8", "Giliran: Staf Loket (Yosep Loket)")
        await sari.sees("Nomor: PCT-")
        await agus.presses("Maria Dermaga", "Langkah 3 dari 8", "Giliran: Lurah")
        await maria.replies(ANSWER, "Langkah 4 dari 8", "Giliran: Kepala Seksi")
        await maria.presses("Ajukan ke Sekretaris Lurah", ANSWER)
        await ruth.presses("Setujui", "Langkah 5 dari 8")
        await agus.presses("Setujui", "Langkah 6 dari 8")
        await yosep.presses("Kirim", "Langkah 7 dari 8", ANSWER)
        await yosep.presses("Ya, kirim")
        await sari.sees("Jawaban Kelurahan Pantai Contoh", ANSWER)
        await yosep.sees("Langkah 8 dari 8", "Selesai, diarsipkan")
        assert [number[-4:] for number in numbers(sari.received, "PCT")] == ["0001"]
        assert not [text for text in sari.received if "KTP" in text]
        assert not [call for call in here.arrived(desk.group) if call.method == "sendPhoto"]
