"""`aduan init` asks its way to a configuration that can be read, and keeps secrets out of it."""

from __future__ import annotations

import shlex
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.config import load

TOKEN = "123456789:" + "A" * 35
ACCOUNT = "AC" + "0" * 32

# What's typed, line by line: office, telegram, account [, token, whatsapp, sms], mail [, imap, smtp, password] [, url]
TALKS = {
    "Telegram alone": (["kanigaran", TOKEN, "", ""], {"telegram"}),
    "everything": (
        ["pekutatan", TOKEN, ACCOUNT, "f" * 32, "+6282225935478", "+6282225935478", "kec@example.go.id",
         "imap.example.go.id", "smtp.example.go.id", "kata sandi", "https://aduan.example.go.id"],
        {"telegram", "twilio", "email"},
    ),
    "mail at a provider that's known": (["kedopok", "", "", "kec.kedopok@gmail.com", "", "", "kata sandi"], {"email"}),
    "mistakes are asked again": (["kedopk", "kedopok", "12", TOKEN, "AC1", "", "tanpa-at", ""], {"telegram"}),
}  # fmt: skip


def typed(folder: Path, lines: list[str]):
    return CliRunner().invoke(app, ["init", str(folder)], input="\n".join(lines) + "\n")


def environ(folder: Path) -> dict[str, str]:
    words = shlex.split((folder / "aduan.env").read_text("utf-8"), comments=True)
    return dict(word.split("=", 1) for word in words)


@pytest.mark.parametrize("talk", TALKS)
def test_the_answers_make_a_configuration_that_can_be_read(talk, tmp_path):
    lines, channels = TALKS[talk]
    done = typed(tmp_path, lines)
    assert done.exit_code == 0, done.output
    settings = load(tmp_path / "config.toml", environ(tmp_path))
    (office,) = settings.offices
    assert {name for name in ("telegram", "twilio", "email") if getattr(office, name)} == channels
    assert "aduan check" in done.output


def test_secrets_lie_in_a_file_of_their_own_that_only_its_owner_reads(tmp_path):
    done = typed(tmp_path, TALKS["everything"][0])
    config = (tmp_path / "config.toml").read_text("utf-8")
    for secret in (TOKEN, "f" * 32, "kata sandi", environ(tmp_path)["ADUAN_KEY"]):
        assert secret not in config
        assert secret not in done.output
    assert stat.S_IMODE((tmp_path / "aduan.env").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["config.toml", "aduan.env"])
def test_what_is_there_already_is_never_written_over(name, tmp_path):
    (tmp_path / name).write_text("mine", "utf-8")
    done = typed(tmp_path, TALKS["Telegram alone"][0])
    assert done.exit_code == 2
    assert (tmp_path / name).read_text("utf-8") == "mine"


def test_an_own_standard_is_taken_by_its_path(tmp_path):
    from workflow.standard import standard

    own = tmp_path / "Kecamatan Contoh.toml"
    own.write_text(standard.shipped_text("kanigaran"), "utf-8")
    done = typed(tmp_path / "etc", [str(own), TOKEN, "", ""])
    assert done.exit_code == 0, done.output
    assert load(tmp_path / "etc" / "config.toml", environ(tmp_path / "etc")).offices[0].id == "kecamatan-contoh"
