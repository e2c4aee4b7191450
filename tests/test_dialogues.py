"""Every transcript in tests/dialogues reads exactly as written, and none is missing."""

import re
from pathlib import Path

import pytest

from tests.transcript import play
from workflow.standard.standard import shipped

DIALOGUES = Path(__file__).parent / "dialogues"
TRANSCRIPTS = sorted(DIALOGUES.glob("*.txt"))
CHANNELS = ("telegram", "whatsapp", "sms", "email")

SPECIAL = {
    "dikembalikan": r"Dikembalikan \(1 kali\)|mohon dilengkapi",
    "terlambat": r"(?m)^aduan.*Mohon maaf, laporan .*belum selesai",
    "bukan-wewenang": r"(?m)^aduan.*merupakan kewenangan",
    "dicabut": r"(?m)^aduan.*sudah kami catat sebagai dicabut",
    "dibuka-kembali": r"(?m)^aduan.*kami buka kembali",
}
"""What each office's special talks must come to, beside the archive."""
ARCHIVED = "Selesai, diarsipkan"


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_a_talk_reads_as_written(path: Path) -> None:
    play(path)


@pytest.mark.parametrize("office", sorted(shipped()))
@pytest.mark.parametrize("channel", CHANNELS)
def test_every_office_is_played_on_every_channel_from_the_first_message_to_the_archive(
    office: str, channel: str
) -> None:
    text = (DIALOGUES / f"{office}-{channel}.txt").read_text("utf-8")
    head = text.partition("\n\n")[0]
    assert re.search(rf"^office: {office}$", head, re.MULTILINE)
    written_on = re.search(r"^channel: (\w+)$", head, re.MULTILINE)
    assert (written_on[1] if written_on else "telegram") == channel
    assert re.search(r"(?m)^warga: ", text), "the citizen begins it"
    assert ARCHIVED in text


@pytest.mark.parametrize("office", sorted(shipped()))
@pytest.mark.parametrize("name", SPECIAL)
def test_every_office_is_played_with_a_return_late_referred_withdrawn_and_reopened(office: str, name: str) -> None:
    text = (DIALOGUES / f"{office}-{name}.txt").read_text("utf-8")
    assert re.search(rf"^office: {office}$", text, re.MULTILINE)
    assert re.search(SPECIAL[name], text), f"nothing in it says that it was {name}"
    assert ARCHIVED in text
    if name == "dibuka-kembali":
        last = text.rindex(ARCHIVED)
        assert last > re.search(SPECIAL[name], text).start(), "it's answered again"  # type: ignore[union-attr]


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_no_citizen_reads_the_name_of_somebody_who_works_there(path: Path) -> None:
    text = path.read_text("utf-8")
    names = [line.partition("|")[0].strip() for line in re.findall(r"(?m)^staff: (.*)$", text)]
    told = re.findall(r"(?ms)^aduan[^\n]*(?:\n  [^\n]*)*", text)
    assert [(name, said) for said in told for name in names if name in said] == []
