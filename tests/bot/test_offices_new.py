"""`aduan offices new`, answered line by line: what it writes is accepted, runs, and loses nothing that was said."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from itertools import repeat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from tests.serve.program import ROOT
from tests.workflow.desk_people import opened, straight
from workflow.office import Office, Staff
from workflow.procedure.complaint import apply
from workflow.standard.assumptions import assumptions
from workflow.standard.standard import Standard, load, shipped

RUNNER = CliRunner()
ENTER = ""
WHO = ["Kelurahan Pantai Contoh", "kelurahan", "Pemerintah Kota Contoh", "Jalan Contoh 1, Contoh", "WIT", "PCT", "Layanan Aduan Warga"]  # fmt: skip
WHEN = ["2 hari kerja", "08:00-14:30", "08:00-11:30", "08:00-12:00"]
ROLES = ["Warga", "Staf Loket", "Kepala Seksi", "-", "Lurah"]
ASKED = [
    "Uraian masalah dan nomor rumah", "statement, nomor rumah", "w",
    "Surat pengantar RT atau kartu nelayan", "surat_pengantar_RT / kartu_nelayan",
    "Melalui SMS, WA, atau datang", "-",
    "-",
]  # fmt: skip
STEPS = [
    "Warga menyampaikan aduan", "1", "intake", "-",
    "Loket memeriksa dan mencatat", "2", "completeness+register", "30 menit",
    "Lurah menunjuk kepala seksi", "4", "disposition", "n", "-",
    "Kepala seksi menangani dan menjawab", "3?", "follow_up+draft", "1 hari kerja",
    "Lurah memeriksa jawaban", "4", "check", "-", "4",
    "Jawaban disampaikan dan disimpan", "2", "deliver+archive", "-",
    "-",
]  # fmt: skip
ALL = [*WHO, *WHEN, *ROLES, *ASKED, *STEPS]


def answered(file: Path, lines: list[str], *options: str):
    return RUNNER.invoke(app, ["offices", "new", str(file), *options], input="".join(f"{line}\n" for line in lines))


def made(file: Path) -> Standard:
    return load(file.read_text("utf-8"), place=file.name)


def test_an_office_is_made_by_answers_alone_and_the_check_accepts_it(tmp_path: Path) -> None:
    file = tmp_path / "kantor.toml"
    result = answered(file, ALL)
    assert result.exit_code == 0, result.stderr
    rules = made(file)
    assert (rules.id, rules.office.kind, rules.office.timezone) == ("pantai-contoh", "kelurahan", "Asia/Jayapura")
    assert [each.id for each in rules.asked()] == ["statement", "nomor_rumah", "surat_pengantar_RT_atau_kartu_nelayan"]
    assert [row.channel_statement for row in rules.requirements] == [False, False, True]
    assert [step.stages for step in rules.steps][1] == ("completeness", "register")
    assert [(step.norm, step.unit) for step in rules.steps][1] == (30, "office_minute")
    assert rules.step("check").returns_to == "follow_up"
    assert [why for place, why in rules.inferred() if "actor" in place] == ["the page doesn't say who"]
    assert rules.roles_of("secretary") == ()
    assert rules.letter.signer == "lurah"
    checked = RUNNER.invoke(app, ["offices", "check", str(file), "--picture", str(tmp_path / "alur.png")])
    assert checked.exit_code == 0, checked.stderr
    assert (tmp_path / "alur.png").stat().st_size > 10_000


def test_what_was_not_asked_is_complete_and_marked(tmp_path: Path) -> None:
    file = tmp_path / "kantor.toml"
    answered(file, ALL)
    marked = {each.place.partition(".")[0].partition("[")[0] for each in assumptions(file.read_text("utf-8"))}
    assert {
        "hours",
        "emergency",
        "escalation",
        "letter",
        "quiet",
        "asking",
        "after",
        "privacy",
        "exits",
        "office",
    } <= marked
    rules = made(file)
    assert not rules.hours.confirmed
    assert {number.scope for number in rules.emergency.numbers} == {"national"}
    assert rules.escalation.overdue == ("lurah",)


def test_a_complaint_walks_the_new_procedure_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "kantor.toml"
    answered(file, ALL)
    rules = made(file)
    staff = tuple(
        Staff(id=n, name=f"Orang {n}", roles=(role,))
        for n, role in enumerate(rules.roles, 900)
        if not rules.is_citizen(role)
    )
    decision, here = opened(Office(id=rules.id, standard=rules, staff=staff, desk="-1"))
    complaint = decision.complaints[0]
    for _ in range(20):
        if complaint.closed_at:
            break
        complaint = apply(complaint, straight(complaint, here), here).complaints[0]
    assert complaint.closed_as == "answered"
    assert complaint.number == "PCT-2026-0001"


@pytest.mark.parametrize("like", list(shipped()))
def test_it_may_begin_like_a_shipped_one_and_enter_takes_its_answers(like: str, tmp_path: Path) -> None:
    file = tmp_path / "kantor.toml"
    result = answered(file, ["Kecamatan Contoh", ENTER, ENTER, "Jalan Contoh 1", *repeat(ENTER, 200)], "--like", like)
    assert result.exit_code == 0, result.stderr
    mine, theirs = made(file), shipped()[like]
    assert [step.text for step in mine.steps] == [step.text for step in theirs.steps]
    assert [step.stages for step in mine.steps] == [step.stages for step in theirs.steps]
    assert {each.id for each in mine.asked()} == {each.id for each in theirs.asked()}
    assert [(step.norm, step.unit) for step in mine.steps] == [(step.norm, step.unit) for step in theirs.steps]
    assert RUNNER.invoke(app, ["offices", "check", str(file)]).exit_code == 0


def test_what_does_not_fit_is_asked_again_with_what_is_expected(tmp_path: Path) -> None:
    file = tmp_path / "kantor.toml"
    wrong = [*WHO[:4], "WIX", *WHO[4:], "dua hari", *ALL[len(WHO) :]]
    assert answered(file, wrong).exit_code == 0
    result = answered(
        tmp_path / "b.toml", [*WHO, *WHEN, *ROLES, *ASKED, "Langkah", "9", "1", "intak", "intake", "-", "-"]
    )
    assert "Not that: a number from 1 to 4." in result.stderr
    assert "perhaps intake" in result.stderr
    assert "one must be of the kind `deliver`" in result.stderr


def test_every_answer_can_be_gone_back_to(tmp_path: Path) -> None:
    file = tmp_path / "kantor.toml"
    lines = ["Kelurahan Salah", "kelurahan", "<", "<", *ALL]
    lines.insert(lines.index("check") + 1, "<")  # the kind of a step, put again
    lines.insert(lines.index("<", 4) + 1, "check")
    assert answered(file, lines).exit_code == 0
    assert made(file).office.name == "Kelurahan Pantai Contoh"
    assert made(file).step("check").returns_to == "follow_up"


@pytest.mark.parametrize("stop", [1, 9, 20, len(ALL) - 1])
def test_the_end_of_input_loses_nothing_and_the_same_command_goes_on(stop: int, tmp_path: Path) -> None:
    file, kept = tmp_path / "kantor.toml", tmp_path / "kantor.toml.partial.json"
    first = answered(file, ALL[:stop])
    assert first.exit_code == 1
    assert not file.exists()
    assert json.loads(kept.read_text("utf-8"))["answers"] == ALL[:stop]
    second = answered(file, ALL[stop:])
    assert second.exit_code == 0
    assert f"Going on after {stop} answers" in second.stderr
    assert not kept.exists()
    assert len(made(file).steps) == 6


async def test_an_interrupt_loses_nothing_either(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "offices", "new", str(tmp_path / "kantor.toml"), cwd=ROOT,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        # Whoever is started in the background of a shell ignores SIGINT, and hands that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert process.stdin
    assert process.stderr
    process.stdin.write("".join(f"{line}\n" for line in WHO).encode())
    await process.stdin.drain()
    await asyncio.wait_for(process.stderr.readuntil(b"published total"), 30)
    process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(process.wait(), 30) == 1
    assert json.loads((tmp_path / "kantor.toml.partial.json").read_text("utf-8"))["answers"] == WHO


def test_a_file_that_is_there_stays_and_a_changed_partial_is_not_guessed_at(tmp_path: Path) -> None:
    file = tmp_path / "kantor.toml"
    file.write_text("x", "utf-8")
    assert answered(file, ALL).exit_code == 2
    assert file.read_text("utf-8") == "x"
    (tmp_path / "b.toml.partial.json").write_text("[1, 2]", "utf-8")
    assert answered(tmp_path / "b.toml", ALL).exit_code == 2
    assert answered(tmp_path / "c.toml", ALL, "--like", "bangil").exit_code == 2
