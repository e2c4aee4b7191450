"""Violence, wherever a talk stands: the help line at once; no form, no photo, no word of it kept or at the desk."""

from __future__ import annotations

import re
from importlib import resources

import msgspec
import pytest

from tests.limits import LIMITS
from tests.workflow.desk_scene import DESK, Scene
from tests.workflow.talk import Player, office
from workflow.message import Attachment
from workflow.standard.standard import shipped
from workflow.words import texts

TOLD = "suami saya memukul saya tadi malam, anak saya juga ditendang"
STATES: dict[str, tuple[str, ...]] = {
    "opening": (),
    "unclear": ("hmm anu",),
    "a document is asked": ("lampu jalan di jl mawar mati sudah seminggu",),
    "a reason is asked": ("lampu jalan di jl mawar mati sudah seminggu", "tidak ada"),
    "the summary": ("lampu jalan di jl mawar mati sudah seminggu", "nanti semua"),
    "what to change": ("lampu jalan di jl mawar mati sudah seminggu", "nanti semua", "ubah"),
    "cancelling": ("lampu jalan di jl mawar mati sudah seminggu", "batal"),
    "confidential details": ("saya diminta uang 150 ribu waktu urus surat di kantor kecamatan",),
    "registered": ("lampu jalan di jl mawar mati sudah seminggu", "nanti semua", "ya"),
    "withdrawing": ("lampu jalan di jl mawar mati sudah seminggu", "nanti semua", "ya", "batal"),
    "addition or new": ("lampu jalan di jl mawar mati sudah seminggu", "nanti semua", "ya", "sampah menumpuk di pasar"),
}


def kept(player: Player) -> str:
    return msgspec.json.encode([player.conversation, list(player.complaints.values())]).decode()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("files", [0, 1])
def test_the_help_line_comes_first_and_nothing_of_it_is_kept(state: str, files: int) -> None:
    player = Player(office=office("kanigaran"))
    for text in STATES[state]:
        player.say(text)
    draft = player.conversation.draft if player.conversation else None
    before = len(player.decisions)
    player.say(TOLD, attachments=tuple(Attachment(kind="photo", ref=f"v{n}") for n in range(files)))
    assert "129" in player.sent[-1].text
    assert "110" in player.sent[-1].text
    assert not any(each.choices for each in player.sent[-1:])
    mine = player.decisions[before:]
    assert [each for decision in mine for each in decision.sends if each.to != player.chat] == []
    assert [each for decision in mine for each in decision.fetches] == []
    assert "memukul" not in kept(player)
    if draft is not None:
        assert player.draft.statement == draft.statement
        assert player.draft.awaiting == draft.awaiting


def test_a_complaint_that_waits_for_an_answer_is_not_told_of_it() -> None:
    scene = Scene("kanigaran", changes={"linked": True}, channel="whatsapp", chat="+6281200000501")
    scene.press("Petugas Satu", "Minta dilengkapi")
    scene.reply("Petugas Satu", "apa yang diminta dari pelapor", "Mohon tulis alamat lengkapnya.")
    scene.press("Petugas Satu", "Ya, kirim permintaan")
    assert scene.complaint.waiting
    scene.citizen(TOLD)
    assert "129" in scene.to_citizen()[0]
    assert scene.complaint.waiting
    assert all("memukul" not in each.text for each in scene.bench.sent)
    scene.citizen("kebakaran di rumah saya tolong cepat")
    assert any("113" in text for text in scene.to_citizen())
    assert any("DARURAT" in text for text in scene.in_group())


def test_an_unproven_mail_of_it_is_answered_and_shown_to_nobody() -> None:
    scene = Scene("kanigaran", changes={"linked": True}, channel="email", chat="sari@contoh.id")
    scene.citizen(TOLD, claimed=True)
    assert any("129" in text for text in scene.to_citizen())
    assert all("memukul" not in each.text for each in scene.bench.sent)
    assert [each for each in scene.sent if each.to.chat == DESK] == []


def test_an_edit_that_tells_of_it_is_answered_the_same_way() -> None:
    player = Player(office=office("kanigaran"))
    player.say("halo min")
    player.say(TOLD, id=player.last_id, edited=True)
    assert "129" in player.sent[-1].text
    assert "memukul" not in kept(player)


def test_of_a_mail_neither_its_words_nor_its_whole_text_is_kept() -> None:
    player = Player(office=office("kanigaran"), channel="email", limits=LIMITS["email"])
    player.say(TOLD, whole=f"{TOLD}\n\nSari Contoh, dipukul tiga kali")
    assert "129" in player.sent[-1].text
    assert player.decisions[-1].hushed
    assert "memukul" not in msgspec.json.encode(player.conversation).decode()
    assert "dipukul" not in msgspec.json.encode(player.conversation).decode()
    for _ in range(3):
        player.say(TOLD)  # a machine repeats itself; the desk learns that, and none of the words
    everything = msgspec.json.encode([player.conversation, [made.sends for made in player.decisions]]).decode()
    assert "memukul" not in everything
    assert all(made.hushed for made in player.decisions)


@pytest.mark.parametrize(
    "told", ["saya 13 tahun, dipukul ayah", "aku umur 12 dipukul bapak terus", "aku kelas 6, om ku megang megang aku"]
)
@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_child_is_asked_for_nothing_and_sent_straight_to_those_who_help(name: str, told: str) -> None:
    player = Player(office=office(name))
    player.say(told)
    assert len(player.sent) == 1
    answer = player.sent[0]
    assert (answer.choices, player.telling) == ((), False)
    assert "129" in answer.text
    assert "08111-129-129" in answer.text
    assert "110" in answer.text
    assert not any(word in answer.text for word in ("SETUJU", "PRIVASI", "KTP", "Bapak/Ibu alami"))
    assert [each for made in player.decisions for each in made.sends if each.to != player.chat] == []


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_office_names_sapa_and_nobody_names_what_was_dissolved(name: str) -> None:
    numbers = shipped()[name].emergency_numbers()
    assert any(each.number == "129" and "08111-129-129" in each.label for each in numbers)
    source = (resources.files("workflow.offices") / f"{name}.toml").read_text("utf-8")
    everything = "\n".join((source, *texts().values()))
    assert not re.search(r"\b1?193\b|saber\s*pungli", everything, re.IGNORECASE)
