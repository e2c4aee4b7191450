"""`aduan init` asks its way to a configuration that can be read, and keeps secrets out of it."""

from __future__ import annotations

import asyncio
import contextlib
import stat
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.check_machine import looked_at
from bot.cli import app
from bot.config import ConfigProblems, load
from channels.sandbox.telegram import HandClock, World, serve

TOKEN = "123456789:" + "A" * 35
ACCOUNT, API_KEY = "AC" + "0" * 32, "SK" + "0" * 32
NOWHERE = "http://127.0.0.1:1"

# What's typed, line by line: office, telegram, account [, token, api key [, secret], whatsapp, sms],
# mail [, imap, smtp, login, password] [, public address]
TALKS = {
    "Telegram alone": (["kanigaran", TOKEN, "", ""], {"telegram"}),
    "everything": (
        ["pekutatan", TOKEN, ACCOUNT, "4f1c" * 7 + "90ab", API_KEY, "kunci api", "0822-2593-5478", "+62 822 2593 5478", "kec@example.go.id",
         "imap.example.go.id", "smtp.example.go.id", "", "kata 'sandi\"", "https://aduan.example.go.id"],
        {"telegram", "twilio", "email"},
    ),
    "by its number in the list": (["2", TOKEN, "", ""], {"telegram"}),
    "mail at a provider that's known": (["kedopok", "", "", "kec.kedopok@gmail.com", "", "", "", "kata sandi"], {"email"}),
    "mistakes are asked again": (
        ["", "9", "kedopk", "kedopok", "12", TOKEN, "AC1", ACCOUNT, "", "4f1c" * 7 + "90ab", "", "12", "", "TERLALU-PANJANG", "KECKDP", "tanpa-at", "", "http://x", "https://aduan.go.id"],
        {"telegram", "twilio"},
    ),
}  # fmt: skip


def typed(folder: Path, lines: list[str], telegram_url: str = NOWHERE):
    words = ["init", str(folder), "--telegram-url", telegram_url]
    return CliRunner().invoke(app, words, input="\n".join(lines) + "\n")


@pytest.mark.parametrize("talk", TALKS)
def test_the_answers_make_a_configuration_that_can_be_read(talk, tmp_path):
    lines, channels = TALKS[talk]
    done = typed(tmp_path, lines)
    assert done.exit_code == 0, done.output
    (office,) = load(tmp_path / "config.toml").offices
    assert {name for name in ("telegram", "twilio", "email") if getattr(office, name)} == channels


def test_every_office_is_offered_with_its_name(tmp_path):
    shown = typed(tmp_path, TALKS["Telegram alone"][0]).output
    assert "Kecamatan Kanigaran" in shown
    assert "Dinas Pemberdayaan Masyarakat dan Desa" in shown


def test_numbers_are_taken_in_every_spelling(tmp_path):
    typed(tmp_path, TALKS["everything"][0])
    twilio = load(tmp_path / "config.toml").offices[0].twilio
    assert (twilio.whatsapp, twilio.sms, twilio.sms_receives) == ("whatsapp:+6282225935478", "+6282225935478", True)
    assert (twilio.api_key, twilio.api_secret.reveal()) == (API_KEY, "kunci api")


def test_a_senders_name_receives_nothing_and_what_sms_can_do_is_said(tmp_path):
    done = typed(tmp_path, TALKS["mistakes are asked again"][0])
    twilio = load(tmp_path / "config.toml").offices[0].twilio
    assert (twilio.sms, twilio.sms_receives) == ("KECKDP", False)
    assert "two-way SMS supported: No" in done.output


SERVERS = {
    "mail.example.go.id": ("mail.example.go.id", 465, "tls"),
    "mail.example.go.id:587": ("mail.example.go.id", 587, "starttls"),
    "mail.example.go.id:465": ("mail.example.go.id", 465, "tls"),
}


@pytest.mark.parametrize("named", SERVERS)
def test_a_mail_server_is_named_with_its_port_where_that_is_unusual(named, tmp_path):
    typed(tmp_path, ["kedopok", "", "", "kec@example.go.id", "imap.example.go.id", named, "kec", "sandi"])
    email = load(tmp_path / "config.toml").offices[0].email
    assert (email.smtp.host, email.smtp.port, email.smtp.tls) == SERVERS[named]
    assert (email.imap.port, email.imap.tls, email.imap.user) == (993, "tls", "kec")


def test_secrets_lie_in_a_file_of_their_own_that_only_its_owner_reads(tmp_path):
    done = typed(tmp_path, TALKS["everything"][0])
    config = (tmp_path / "config.toml").read_text("utf-8")
    settings = load(tmp_path / "config.toml")
    office = settings.offices[0]
    secrets = [settings.service.key, office.telegram.token, office.twilio.auth_token, office.email.imap.password]
    assert secrets[3].reveal() == "kata 'sandi\""
    for secret in secrets:
        assert secret.source
        assert secret.reveal() not in config
        assert secret.reveal() not in done.output
    assert stat.S_IMODE((tmp_path / "aduan.env").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "config.toml").stat().st_mode) & stat.S_IRWXO == 0
    assert [line.mark for line in looked_at(settings).lines[:2]] == ["ok", "ok"]


def test_the_environment_wins_over_the_file_of_secrets(tmp_path, monkeypatch):
    typed(tmp_path, TALKS["Telegram alone"][0])
    monkeypatch.setenv("ADUAN_TELEGRAM_TOKEN", "2:lain")
    assert load(tmp_path / "config.toml").offices[0].telegram.token.reveal() == "2:lain"


def test_a_file_of_secrets_that_cannot_be_read_is_named(tmp_path):
    typed(tmp_path, TALKS["Telegram alone"][0])
    (tmp_path / "aduan.env").write_text("ADUAN_KEY='x")
    with pytest.raises(ConfigProblems, match=r"aduan\.env"):
        load(tmp_path / "config.toml")


@pytest.mark.parametrize("name", ["config.toml", "aduan.env"])
def test_what_is_there_already_is_never_written_over_and_nothing_is_asked(name, tmp_path):
    (tmp_path / name).write_text("mine", "utf-8")
    done = typed(tmp_path, TALKS["Telegram alone"][0])
    assert done.exit_code == 2
    assert "stays as it is" in done.output
    assert "Which office" not in done.output
    assert (tmp_path / name).read_text("utf-8") == "mine"


def test_a_second_run_changes_nothing(tmp_path):
    typed(tmp_path, TALKS["everything"][0])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert typed(tmp_path, TALKS["Telegram alone"][0]).exit_code == 2
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_asked(tmp_path):
    (tmp_path / "file").write_text("")
    done = typed(tmp_path / "file" / "aduan", [])
    assert done.exit_code == 2
    assert "can't be written" in done.output
    assert "Which office" not in done.output


def test_an_own_standard_is_taken_by_its_path_from_wherever_one_stands(tmp_path, monkeypatch):
    from workflow.standard import standard

    own = tmp_path / "Kecamatan Contoh.toml"
    own.write_text(standard.shipped_text("kanigaran"), "utf-8")
    monkeypatch.chdir(tmp_path)
    done = typed(tmp_path / "etc", [own.name, TOKEN, "", ""])
    assert done.exit_code == 0, done.output
    assert load(tmp_path / "etc" / "config.toml").offices[0].id == "kecamatan-contoh"


def test_a_broken_standard_is_told_at_once_and_another_one_asked_for(tmp_path):
    from workflow.standard import standard

    own = tmp_path / "contoh.toml"
    own.write_text(standard.shipped_text("kanigaran").replace("Asia/Jakarta", "Asia/Jakrta"), "utf-8")
    done = typed(tmp_path / "etc", [str(own), "kanigaran", TOKEN, "", ""])
    assert done.exit_code == 0, done.output
    assert "Asia/Jakrta" in done.output
    assert "timezone" in done.output


def test_it_ends_with_the_next_commands_word_for_word(tmp_path):
    shown = typed(tmp_path, TALKS["Telegram alone"][0]).output
    config = tmp_path / "config.toml"
    for command in ("aduan check", "aduan serve", "aduan link kanigaran"):
        assert f"{command} --config {config}" in shown
    assert "ADUAN_KEY" in shown


# --- the token --------------------------------------------------------------------------------------------------------


@pytest.fixture
def telegram():
    """A Bot API on a loop of its own, that knows one token; its address."""
    ready, loop, address = threading.Event(), asyncio.new_event_loop(), []

    async def run() -> None:
        world = World(HandClock().now)
        world.add_bot(TOKEN, username="kanigaran_bot", name="Kecamatan Kanigaran")
        async with serve(world, HandClock()) as server:
            address.append(server.url)
            ready.set()
            await stopped.wait()

    stopped = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    ready.wait(20)
    yield address[0]
    loop.call_soon_threadsafe(stopped.set)
    thread.join()
    loop.close()


def test_telegram_is_asked_for_the_bots_name_and_a_token_it_does_not_know_is_asked_for_again(tmp_path, telegram):
    done = typed(tmp_path, ["kanigaran", "987654321:" + "B" * 35, TOKEN, "", ""], telegram)
    assert done.exit_code == 0, done.output
    assert "Telegram doesn't know this token" in done.output
    assert "That's @kanigaran_bot" in done.output
    assert "Put @kanigaran_bot into" in done.output
    assert load(tmp_path / "config.toml").offices[0].telegram.api_url == telegram


def test_a_telegram_that_cannot_be_reached_is_no_reason_to_stop(tmp_path):
    done = typed(tmp_path, TALKS["Telegram alone"][0])
    assert done.exit_code == 0
    assert "can't be reached from here now" in done.output


def test_what_init_writes_keeps_no_loop_and_no_folder_behind(tmp_path):
    with contextlib.chdir(tmp_path):
        assert typed(Path(), TALKS["Telegram alone"][0]).exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["aduan.env", "config.toml"]
