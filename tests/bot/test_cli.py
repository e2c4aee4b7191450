"""The `aduan` command as a person or a script meets it: words, data and exit codes."""

from __future__ import annotations

import base64
import dataclasses
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.beside import opened
from bot.cli import app
from bot.config import load
from storage.rows import Arrival
from workflow.standard import standard
from workflow.world import Erasure, Shown

RUNNER = CliRunner()
KEY = base64.b64encode(bytes(32)).decode()
CONFIG = """
[service]
database_url = "sqlite:///data/aduan.db"
files = "data/files"
key = { env = "ADUAN_KEY" }
[[offices]]
id = "kanigaran"
standard = "kanigaran"
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADUAN_KEY", KEY)
    path = tmp_path / "config.toml"
    path.write_text(CONFIG, "utf-8")
    return path


@pytest.mark.parametrize(
    "command",
    [
        "demo",
        "chat",
        "serve",
        "web",
        "worker",
        "migrate",
        "check",
        "key",
        "offices",
        "inbox",
        "register",
        "recap",
        "retention",
        "notice",
    ],
)
def test_every_command_explains_itself(command: str) -> None:
    assert command in RUNNER.invoke(app, ["--help"]).output
    result = RUNNER.invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert len(result.output.split()) > 10


def test_a_new_key_is_32_bytes_and_another_each_time() -> None:
    first, second = (RUNNER.invoke(app, ["key", "new"]).stdout.strip() for _ in range(2))
    assert first != second
    assert len(base64.b64decode(first, validate=True)) == 32


def test_the_shipped_standards_are_right() -> None:
    result = RUNNER.invoke(app, ["offices", "check"])
    assert result.exit_code == 0
    for name in standard.shipped():
        assert f"{name}.toml: " in result.stdout
    assert "asks for statement, kk, ktp, location_photo" in result.stdout


def test_a_broken_standard_is_told_with_place_and_mend(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(standard.shipped_text("kanigaran").replace('actor = "camat"', 'actor = "camt"'), "utf-8")
    result = RUNNER.invoke(app, ["offices", "check", str(file)])
    assert result.exit_code == 1
    assert "mine.toml: steps[3].actor (line " in result.stderr
    assert "Did you mean 'camat'?" in result.stderr


@pytest.mark.parametrize("command", ["serve", "check", "migrate"])
def test_a_missing_configuration_is_said_with_the_next_step(command: str, tmp_path: Path) -> None:
    result = RUNNER.invoke(app, [command, "--config", str(tmp_path / "none.toml")])
    assert result.exit_code == 2
    assert "aduan init" in result.stderr


@pytest.fixture(autouse=True)
def this_process_stays_whole(monkeypatch):
    """A command that serves leaves libraries out of its process for good; here that's the tests' own."""
    monkeypatch.setattr("bot.lean.slim", lambda: None)


def test_a_broken_configuration_is_told_whole(config: Path) -> None:
    config.write_text(CONFIG.replace("standard =", "standrad =").replace("files =", "fles ="), "utf-8")
    result = RUNNER.invoke(app, ["serve", "--config", str(config)])
    assert result.exit_code == 2
    assert "Did you mean 'standard'?" in result.stderr
    assert "Did you mean 'files'?" in result.stderr


def test_a_role_alone_asks_for_the_migration_that_migrate_makes(config: Path) -> None:
    refused = RUNNER.invoke(app, ["inbox", "list", "--config", str(config)])
    assert refused.exit_code == 3
    assert "aduan migrate" in refused.stderr
    assert RUNNER.invoke(app, ["migrate", "--config", str(config)]).exit_code == 0
    again = RUNNER.invoke(app, ["migrate", "--config", str(config)])
    assert again.exit_code == 0
    assert "already" in again.stderr
    listed = RUNNER.invoke(app, ["inbox", "list", "--config", str(config)])
    assert (listed.exit_code, listed.stdout) == (0, "")
    assert RUNNER.invoke(app, ["inbox", "replay", "all", "--config", str(config)]).exit_code == 1


def test_a_talk_in_the_terminal_goes_to_the_receipt() -> None:
    said = "selamat pagi, lampu jalan di gang mawar mati\nnanti\nnanti\nnanti\nya\nstatus\n/keluar\n"
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "chat"],
        input=said,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == 0, done.stderr
    order = ["Mohon kirim foto Kartu Keluarga", "Berikut ringkasan", "KNG-", "Langkah 2 dari 7"]
    places = [done.stdout.find(words) for words in order]
    assert places == sorted(places), done.stdout
    assert -1 not in places, done.stdout


def test_what_stands_still_is_listed_without_a_citizens_number_and_goes_on_by_the_id_shown(config: Path) -> None:
    assert RUNNER.invoke(app, ["migrate", "--config", str(config)]).exit_code == 0
    lane = "whatsapp:kanigaran:+6281200000001"
    arrival = Arrival("kanigaran", "whatsapp", "SM1", lane, b"{}")
    now = datetime(2026, 11, 23, tzinfo=UTC)
    with opened(load(config)) as store:
        store.now(lambda unit: unit.inbox.take_in([arrival, dataclasses.replace(arrival, key="SM2")], now))
        store.now(lambda unit: unit.inbox.park(unit.inbox.head(lane), now, "ValueError in x.py:1"))
    listed = RUNNER.invoke(app, ["inbox", "list", "--config", str(config)]).stdout
    assert "62812" not in listed
    name, *rest = listed.strip().split("\t")
    assert rest == ["kanigaran", "2026-11-23T00:00Z", "whatsapp: parked, 2 wait", "ValueError in x.py:1"]
    assert RUNNER.invoke(app, ["inbox", "replay", "lane-999", "--config", str(config)]).exit_code == 1
    assert RUNNER.invoke(app, ["inbox", "replay", name, "--config", str(config)]).exit_code == 0
    assert RUNNER.invoke(app, ["inbox", "list", "--config", str(config)]).stdout == ""


def test_what_was_erased_and_the_notices_that_were_shown_are_printed_as_columns(config: Path) -> None:
    assert RUNNER.invoke(app, ["migrate", "--config", str(config)]).exit_code == 0
    at = datetime.now(UTC)
    line = Erasure(complaint="c1", kind="identity", rule="privacy.retention_days.identity = 30", files=2, at=at)
    words = Shown(version="0dea4a0cdd0f", channel="telegram", text="Data Bapak/Ibu diolah")
    with opened(load(config)) as store:
        store.now(lambda unit: unit.privacy.record([("kanigaran", line)]))
        store.now(lambda unit: unit.privacy.keep_notices([("kanigaran", words)], at))
    head, row = RUNNER.invoke(app, ["retention", "--config", str(config)]).stdout.splitlines()
    assert head.split("\t") == ["what", "when", "kind", "complaint", "files", "rule"]
    assert row.split("\t")[2:] == ["identity", "c1", "2", "privacy.retention_days.identity = 30"]
    listed = RUNNER.invoke(app, ["notice", "--config", str(config)]).stdout.split("\t")
    assert listed[:3] == ["kanigaran", "0dea4a0cdd0f", "telegram"]
    printed = RUNNER.invoke(app, ["notice", "0dea4a0cdd0f", "--config", str(config)])
    assert printed.stdout.rstrip().endswith("Data Bapak/Ibu diolah")
    assert RUNNER.invoke(app, ["notice", "ffffffffffff", "--config", str(config)]).exit_code == 1
