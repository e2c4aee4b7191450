"""`aduan check` names what is wrong and how to mend it; of a right set-up it says that everything is right."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import sqlite3
import sys
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from bot.check import _office, _show
from bot.check_machine import Line
from channels.sandbox.telegram import People
from channels.sandbox.telegram.model import Webhook
from tests.bot.accounts import Accounts, accounts, behind_tls, free_port, relay, reverse_proxy, self_signed
from tests.doubles import an_office
from workflow.office import Office, Staff
from workflow.standard import standard

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
async def it(tmp_path):
    async with accounts(tmp_path) as made:
        yield made


def wrong(found: list[Line]) -> list[str]:
    return [f"{line.where}: {line.what} -> {line.mend}" for line in found if not line.good]


def said(found: list[Line], mark: str) -> str:
    return "\n".join(f"{line.where}: {line.what}" for line in found if line.mark == mark)


async def test_a_right_set_up_with_four_channels_has_nothing_to_mend(it):
    async with it.serving():
        found = await it.check()
    assert wrong(found) == []
    right = said(found, "ok")
    for words in (
        "public_url: ",
        "@contoh_bot answers",
        "its desk is 'Meja Kanigaran', with topics",
        "the sender whatsapp:+6281100000001 is online",
        "the template answer_waiting is approved",
        "kanigaran/whatsapp: a signed call through the public address holds",
        "kanigaran/sms: a signed call through the public address holds",
        "IMAP: 127.0.0.1 lets us in",
        "(IDLE)",
        "(MOVE)",
        "SMTP: 127.0.0.1 lets us in",
        "public holidays known for",
        "holds no secret itself",
    ):
        assert words in right


async def test_what_nobody_can_mend_is_worth_knowing_and_not_wrong(it):
    it.only("twilio", "email")
    notes = said(await it.check(), "note")
    assert "two-way SMS supported: No" in notes
    assert "registered beforehand" in notes
    assert "dig +short TXT aduan.test" in notes
    assert "_dmarc.aduan.test" in notes
    assert "`aduan link kanigaran operator`" not in notes, "there's no database to ask yet"
    assert "kanigaran/telegram: not used" in notes


# --- accounts ---------------------------------------------------------------------------------------------------------


def telegram(it: Accounts) -> dict:
    it.only("telegram")
    return it.office["telegram"]


def twilio(it: Accounts) -> dict:
    it.only("twilio")
    it.config["service"]["public_url"] = f"http://127.0.0.1:{it.port}"
    return it.office["twilio"]


def template(it: Accounts, status: str) -> None:
    content = it.twilio.contents[twilio(it)["templates"]["reminder"]]
    content.approval.status = status


def away(it: Accounts) -> None:
    People(it.telegram).remove_bot(it.telegram.users[50], it.desk, it.bot)


def no_rights(it: Accounts) -> None:
    People(it.telegram).set_bot_rights(it.telegram.users[50], it.desk, it.bot, frozenset({"can_pin_messages"}))


# What's broken -> how, where it shows, what is said, and the mend.
ACCOUNTS = {
    "a wrong Telegram token": (lambda it: (telegram(it), it.environ.update(TELEGRAM="1:salah")), "kanigaran/telegram", "getMe", "@BotFather"),
    "no Telegram at that address": (lambda it: telegram(it).update(api_url="http://127.0.0.1:1"), "kanigaran/telegram", "getMe", "api_url"),
    "no group": (lambda it: telegram(it).pop("desk"), "kanigaran", "no staff group is linked", "aduan link kanigaran"),
    "a group without the bot": (lambda it: (telegram(it), away(it)), "kanigaran/telegram", "bot was kicked", "Add the bot to the staff group"),
    "a group where it may not make topics": (lambda it: (telegram(it), no_rights(it)), "kanigaran/telegram", "may not make any", "right to manage topics"),
    "a webhook elsewhere": (lambda it: (telegram(it), it.bot.__setattr__("webhook", Webhook("https://lain.example/x"))), "kanigaran/telegram", "Telegram calls another address: https://lain.example/x", "another program"),
    "nobody with a role": (lambda it: (telegram(it), it.office.update(staff=it.office["staff"][1:])), "kanigaran", "nobody holds: Petugas", "/peran"),
    "wrong Twilio credentials": (lambda it: (twilio(it), it.environ.update(TWILIO="salah")), "kanigaran/whatsapp", "20003", "account_sid, auth_token"),
    "no such WhatsApp sender": (lambda it: twilio(it).update(whatsapp="whatsapp:+6281100000009"), "kanigaran/whatsapp", "is no WhatsApp sender of this account", "Register it"),
    "a sender that isn't online": (lambda it: (twilio(it), it.whatsapp.__setattr__("online", False)), "kanigaran/whatsapp", "is OFFLINE", "Meta"),
    "a WhatsApp webhook elsewhere": (lambda it: (twilio(it), it.whatsapp.__setattr__("url", "https://lain.example/x")), "kanigaran/whatsapp", "webhook is https://lain.example/x", "/twilio/kanigaran/message#rc=2&rp=all"),
    "an SMS webhook that isn't set": (lambda it: (twilio(it), it.sms.__setattr__("url", "")), "kanigaran/sms", "webhook for messages is not set", "/twilio/kanigaran/message#rc=2&rp=all"),
    "a template that's missing": (lambda it: twilio(it)["templates"].pop("reminder"), "kanigaran/whatsapp", "no template reminder", "operator's guide"),
    "a template that isn't there": (lambda it: twilio(it)["templates"].update(reminder="HX" + "0" * 32), "kanigaran/whatsapp", "the template reminder", "templates.reminder"),
    "a template that isn't approved": (lambda it: template(it, "pending"), "kanigaran/whatsapp", "the template reminder is pending", "approval"),
    "a template that was rejected": (lambda it: template(it, "rejected"), "kanigaran/whatsapp", "the template reminder is rejected", "take a new one"),
    "a wrong IMAP password": (lambda it: (it.only("email"), it.office["email"]["imap"].update(password="salah")), "kanigaran/email", "IMAP: login refused", "[offices.email] imap"),
    "a wrong SMTP password": (lambda it: (it.only("email"), it.office["email"]["smtp"].update(password="salah")), "kanigaran/email", "SMTP login 535", "[offices.email] smtp"),
    "IMAP without TLS beyond this machine": (lambda it: (it.only("email"), it.office["email"]["imap"].update(host="mail.example")), "kanigaran/email", "would show the password", "tls"),
    "a folder that isn't there": (lambda it: (it.only("email"), it.office["email"].update(inbox="Aduan")), "kanigaran/email", "IMAP", "'Aduan'"),
}  # fmt: skip


@pytest.mark.parametrize("case", ACCOUNTS)
async def test_a_broken_account_is_named_with_its_mend(it, case):
    broken, where, what, mend = ACCOUNTS[case]
    broken(it)
    found = wrong(await it.check())
    assert any(
        each.startswith(f"{where}: ") and what in each and mend in each.partition(" -> ")[2] for each in found
    ), found
    assert not any("salah" in each for each in found), "no secret shows"


async def test_a_bot_that_is_no_administrator_is_worth_knowing(it):
    telegram(it)
    it.desk.members[it.bot.id].status = "member"
    it.desk.is_forum = False
    found = await it.check()
    assert wrong(found) == []
    assert "may not learn who leaves" in said(found, "note")


async def test_a_certificate_that_nobody_signed_is_named_on_both_sides_and_taken_where_it_is_trusted(it, tmp_path):
    it.only("email")
    sides = [it.office["email"][side] for side in ("imap", "smtp")]
    certificate = self_signed(tmp_path)

    async def found() -> list[str]:
        return [each for each in wrong(await it.check()) if each.startswith("kanigaran/email")]

    async with behind_tls(it.mail.imap_port, certificate) as imap, behind_tls(it.mail.smtp_port, certificate) as smtp:
        for side, port in zip(sides, (imap, smtp), strict=True):
            side.update(tls="tls", port=port)
        told = await found()
        assert len(told) == 2
        assert all("its certificate isn't good" in each and "ca_file" in each for each in told)
        for side in sides:
            side.update(ca_file=str(certificate))
        assert await found() == []


async def test_a_mailbox_without_move_and_idle_is_told_so(it):
    it.only("email")
    async with relay(it.mail.imap_port, hides=b" MOVE") as without_move:
        it.office["email"]["imap"].update(port=without_move)
        assert "no MOVE" in said(await it.check(), "ok")
    async with relay(it.mail.imap_port, hides=b" IDLE") as without_idle:
        it.office["email"]["imap"].update(port=without_idle)
        assert "no IDLE" in said(await it.check(), "ok")


# --- the way in -------------------------------------------------------------------------------------------------------


async def test_a_public_address_that_is_dead_is_named(it):
    it.config["service"]["public_url"] = f"http://127.0.0.1:{free_port()}"
    found = wrong(await it.check())
    assert any("public_url" in each and "gives no answer" in each and "aduan serve" in each for each in found)
    assert sum("a signed call through the public address failed" in each for each in found) == 2


PROXIES = {
    "another path": lambda path, body: (path.replace("/twilio/", "/hook/twilio/"), body),
    "another body": lambda path, body: (path, body.replace(b"To=", b"to=")),
    "a path that gains a query": lambda path, body: (path + "?x=1", body),
}


@pytest.mark.parametrize("case", PROXIES)
async def test_a_server_in_front_that_changes_calls_is_found_out(it, case):
    async with it.serving(), reverse_proxy(it.port, PROXIES[case]) as outside:
        it.config["service"]["public_url"] = outside
        for line in (it.whatsapp, it.sms):
            line.url = f"{outside}/twilio/kanigaran/message#rc=2&rp=all"
        found = wrong(await it.check())
    assert len(found) == 2
    assert all("a signed call through the public address got 40" in each and "change nothing" in each for each in found)


async def test_a_server_in_front_that_changes_nothing_is_no_trouble(it):
    async with reverse_proxy(it.port, lambda path, body: (path, body)) as outside:
        it.config["service"]["public_url"] = outside
        for line in (it.whatsapp, it.sms):
            line.url = f"{outside}/twilio/kanigaran/message#rc=2&rp=all"
        async with it.serving():
            assert wrong(await it.check()) == []


async def test_a_webhook_of_telegram_is_tried_with_its_secret(it):
    telegram(it).update(mode="webhook", secret="rahasia-contoh")
    it.config["service"]["public_url"] = f"http://127.0.0.1:{it.port}"
    async with it.serving():
        it.bot.webhook = Webhook(f"http://127.0.0.1:{it.port}/telegram/kanigaran")
        assert wrong(await it.check()) == []
        it.office["telegram"]["secret"] = "yang-lain"
        (found,) = wrong(await it.check())
    assert "a signed call through the public address got 403" in found


# --- the machine ------------------------------------------------------------------------------------------------------


async def test_a_first_start_is_told_of_and_is_not_wrong(it):
    it.only("telegram")
    found = await it.check()
    assert wrong(found) == []
    assert "will be made at the first start" in said(found, "note")
    assert not (it.folder / "data" / "aduan.db").exists()


@pytest.mark.parametrize("what", ["database", "files"])
async def test_a_disk_that_cannot_be_written_is_named(it, what):
    it.only("telegram")
    place = "/proc/aduan"  # nobody can make anything there, not even root
    it.config["service"].update(
        {"files": place} if what == "files" else {"database_url": f"sqlite:///{place}/aduan.db"}
    )
    (found,) = wrong(await it.check())
    assert found.startswith(f"{what}: ")
    assert f"[service] {'files' if what == 'files' else 'database_url'}" in found


async def test_a_database_that_may_only_be_read_is_named(it, monkeypatch):
    it.only("telegram")
    async with it.serving():
        pass
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).endswith("aduan.db") and real(path, mode))
    (found,) = wrong(await it.check())
    assert found.startswith("database: ")
    assert "can't be written" in found
    assert "read-only" in found


async def test_a_file_where_the_folder_should_be_is_named(it):
    it.only("telegram")
    (it.folder / "data").mkdir()
    (it.folder / "data" / "files").write_text("in the way")
    (found,) = wrong(await it.check())
    assert found.startswith("files: ")


async def test_a_full_disk_is_named(it, monkeypatch):
    it.only("telegram")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000))
    found = wrong(await it.check())
    assert found
    assert all("only 1 MB are free" in each and "make room" in each for each in found)


async def test_a_key_that_is_not_the_databases_is_named(it):
    it.only("telegram")
    async with it.serving():
        pass
    it.environ["KUNCI"] = "Q" * 43 + "="
    (found,) = wrong(await it.check())
    assert found.startswith("key: doesn't open what was sealed before")
    assert "ADUAN_KEY" in found


async def test_a_database_of_another_version_is_named(it):
    it.only("telegram")
    async with it.serving():
        pass
    with contextlib.closing(sqlite3.connect(it.folder / "data" / "aduan.db")) as base:
        base.execute("UPDATE alembic_version SET version_num = '0001'")
        base.commit()
    (found,) = wrong(await it.check())
    assert "another shape" in found
    assert "aduan migrate" in found


async def test_secrets_that_everybody_can_read_are_named(it, monkeypatch):
    it.only("telegram")
    it.office["telegram"]["token"] = it.bot.token
    assert "offices.telegram.token itself" in said(await it.check(), "note")
    monkeypatch.setattr(it, "write", lambda: it.path.chmod(0o644))
    (found,) = wrong(await it.check())
    assert "everybody on this machine can read it, and offices.telegram.token stand in it" in found
    assert "chmod 640" in found
    assert it.bot.token not in found


async def test_a_file_of_secrets_that_everybody_can_read_is_named(it):
    it.only("telegram")
    (it.folder / "aduan.env").write_text("ADUAN_KEY=x")
    (it.folder / "aduan.env").chmod(0o644)
    (found,) = wrong(await it.check())
    assert "chmod 600" in found


async def test_conversations_that_stand_still_are_named(it):
    it.only("telegram")
    async with it.serving():
        pass
    with contextlib.closing(sqlite3.connect(it.folder / "data" / "aduan.db")) as base:
        base.execute(
            "INSERT INTO lanes (lane, office, parked_at, error) VALUES ('telegram:kanigaran:1', 'kanigaran', 1, 'broken')"
        )
        base.commit()
    (found,) = wrong(await it.check())
    assert "conversations that stand still: 1" in found


# --- the command ------------------------------------------------------------------------------------------------------


async def command(it: Accounts) -> tuple[int, str, str]:
    """`aduan check` as a process: exit code, what it says to scripts, what it says to people."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "check", "--config", str(it.path),
        cwd=ROOT, env={**os.environ, **it.environ}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_the_command_prints_a_table_and_ends_with_0_if_all_is_right_and_with_1_if_not(it):
    async with it.serving():
        code, table, words = await command(it)
        assert (code, words) == (0, "Everything is right.\n"), table
        rows = table.splitlines()
        assert len(rows) > 25
        assert {row[:6].strip() for row in rows} == {"ok", "note"}
        assert all(row[30] == " " and row[31] != " " for row in rows), "columns stand below each other"
        it.office["telegram"]["token"] = "1:salah"
        it.write()
        code, table, words = await command(it)
    assert (code, words) == (1, "1 to mend.\n")
    (at,) = (n for n, row in enumerate(table.splitlines()) if row.startswith("MEND"))
    assert table.splitlines()[at + 1].strip().startswith("-> ")
    assert "salah" not in table


def test_on_a_terminal_marks_are_in_colour_and_lines_stay_in_their_column(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in {"COLUMNS": "60", "TERM": "xterm", "FORCE_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    _show(Line("kanigaran", "nobody holds: Petugas", "add [[offices.staff]], or give the roles with /peran"))
    shown = capsys.readouterr().out
    assert "\x1b[1;31mMEND" in shown
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    rows = plain.splitlines()
    assert len(rows) > 2
    assert all(row.startswith(" " * 31) for row in rows[1:])
    assert "[[offices.staff]]" in " ".join(row.strip() for row in rows)


UNREADABLE = {
    "no key": (lambda it: it.environ.pop("KUNCI"), "environment variable KUNCI is not set"),
    "a key that's none": (lambda it: it.environ.update(KUNCI="pendek"), "32 bytes in base64"),
    "a time zone that isn't": (lambda it: own_standard(it, "Asia/Jakarta", "Asia/Jakrta"), "Asia/Jakrta"),
    "a role that isn't": (lambda it: it.office["staff"][0].update(roles=["kepala"]), "is no role of this office"),
}


def own_standard(it: Accounts, old: str, new: str) -> None:
    from workflow.standard import standard

    text = standard.shipped_text("kanigaran")
    assert old in text
    (it.folder / "sendiri.toml").write_text(text.replace(old, new), "utf-8")
    it.office["standard"] = "sendiri.toml"


@pytest.mark.parametrize("case", UNREADABLE)
async def test_a_configuration_that_cannot_be_read_ends_with_2_and_says_where(it, case):
    broken, words = UNREADABLE[case]
    broken(it)
    it.write()
    code, table, told = await command(it)
    assert (code, table) == (2, "")
    assert words in told
    assert "toml:" in told
    assert "Traceback" not in told


def test_who_would_have_to_approve_their_own_draft_is_to_mend() -> None:
    people = (Staff(id=1, name="Sari", roles=("petugas", "sekcam")), Staff(id=2, name="Rai", roles=("kasi", "camat")))
    found = _office(Office(id="kantor", standard=standard.shipped()["pekutatan"], staff=people, desk="-1"))
    assert [line.what for line in found if line.mend] == [
        "Rai alone writes the answer and alone would approve it as Camat (step 4)."
    ]


def test_the_number_of_a_desk_that_moved_is_named_until_it_is_written():
    place = msgspec.structs.replace(an_office(desk="-1009990001"), written="-4001", former=("-4001",))
    (line,) = [each for each in _office(place) if "supergroup" in each.what]
    assert not line.good
    assert line.mend.startswith("write desk = -1009990001 in [offices.telegram] of config.toml, in place of -4001")
    assert not [each for each in _office(an_office()) if "supergroup" in each.what]
