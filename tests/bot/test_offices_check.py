"""`aduan offices check`, as it's typed: what it prints, with which exit code, and the picture it draws."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from bot.cli import app
from tests.page import draw_procedures
from workflow.standard import standard

RUNNER = CliRunner()
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
CONFIG = """[service]
database_url = "sqlite:///aduan.db"
files = "files"
listen = "127.0.0.1:0"
key = { env = "ADUAN_KEY" }

[[offices]]
id = "kantor"
standard = "pekutatan"

[[offices.staff]]
telegram_id = 1
name = "Sari CONTOH"
roles = ["petugas", "sekcam"]

[[offices.staff]]
telegram_id = 2
name = "Rai CONTOH"
roles = ["kasi", "camat"]
"""


def checked(*words: object):
    return RUNNER.invoke(app, ["offices", "check", *map(str, words)])


def test_one_standard_is_told_whole_with_line_and_mend() -> None:
    result = checked("pegantenan")
    assert result.exit_code == 0
    assert "5 h 45 min to spare" in result.stdout
    assert "returns: s02 -> s01, s08 -> s07" in result.stdout
    line = re.search(r"steps\[9\]\.actor \(s10\) \(line (\d+)\): the published summary says", result.stdout)
    assert line
    assert "actor_basis" in standard.shipped_text("pegantenan").splitlines()[int(line[1]) - 1]
    assert "letter.klasifikasi (line " in result.stdout
    assert "[hours]\n    line " in result.stdout


def test_a_file_of_ones_own_that_fails_somebody_ends_with_one(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(standard.shipped_text("kanigaran").replace("{urut:03}", "7"), "utf-8")
    result = checked(file)
    assert result.exit_code == 1
    assert "mine.toml: letter.number_template (line " in result.stderr
    assert "Put {urut:03} into it." in result.stderr
    assert "1 to mend." in result.stderr


def test_a_file_that_is_not_there_ends_with_two(tmp_path: Path) -> None:
    assert checked(tmp_path / "none.toml").exit_code == 2


def test_with_a_configuration_the_people_are_looked_at_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADUAN_KEY", KEY)
    config = tmp_path / "config.toml"
    config.write_text(CONFIG, "utf-8")
    result = checked("--config", config)
    assert result.exit_code == 1
    assert "Rai CONTOH alone writes the answer and alone would approve it as Camat (step 4)." in result.stderr
    config.write_text(
        CONFIG + '\n[[offices.staff]]\ntelegram_id = 3\nname = "Arya CONTOH"\nroles = ["kasi"]\n', "utf-8"
    )
    better = checked("pekutatan", "--config", config)
    assert better.exit_code == 0
    assert "Rai CONTOH may write the answer" in better.stdout
    other = checked("kedopok", "--config", config)
    assert other.exit_code == 2
    assert "kantor (pekutatan)" in other.stderr


@pytest.mark.parametrize(("kind", "begins"), [("png", b"\x89PNG"), ("svg", b"<svg"), ("pdf", b"%PDF")])
def test_the_procedure_is_drawn(kind: str, begins: bytes, tmp_path: Path) -> None:
    picture = tmp_path / f"alur.{kind}"
    assert checked("pegantenan", "--picture", picture).exit_code == 0
    assert picture.read_bytes().startswith(begins)


@pytest.mark.parametrize("words", [["--picture", "x.png"], ["kedopok", "--picture", "x.gif"]])
def test_a_picture_that_cannot_be_is_refused_with_the_reason(words: list[str]) -> None:
    result = checked(*words)
    assert result.exit_code == 2
    assert "A picture shows one standard" in result.stderr


@pytest.mark.parametrize("office", list(standard.shipped()))
def test_the_pictures_in_the_guides_show_the_procedures_as_they_are(office: str) -> None:
    """When one doesn't: `python -m tests.page.draw_procedures` draws them anew. Look at them before committing."""
    rules = standard.shipped()[office]
    with Image.open(draw_procedures.place(rules)) as picture:
        assert picture.info["procedure"] == draw_procedures.mark(rules)
        assert picture.width < picture.height
