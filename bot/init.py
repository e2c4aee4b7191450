"""`aduan init`: asks its way to a config.toml and a file of secrets, and says what comes next."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
from pathlib import Path

from bot.clock import Chance, Clock
from bot.config import SECRETS, ConfigProblems, parse
from bot.questions import TELEGRAM, Answers, asked, tell
from channels.twilio.lines import is_number

CONFIG = "config.toml"
_TEMPLATES = ("answer_waiting", "status_update", "reminder")


def run(folder: Path, telegram_url: str = TELEGRAM) -> int:
    """Ask, write both files and print the next steps. 0, or 2 where a file is there already or can't be written."""
    for name in (CONFIG, SECRETS):
        if (folder / name).exists():
            tell(f"{folder / name} is there already and stays as it is; move it away, or change it by hand.")
            return 2
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return _cannot(folder, error)
    if not os.access(folder, os.W_OK):
        tell(f"{folder} can't be written by you.")
        return 2
    answers = asked(telegram_url)
    secrets = secrets_of(answers, base64.b64encode(Chance(Clock()).random_bytes(32)).decode())
    config = written(answers, telegram_url)
    try:
        parse(config, place=CONFIG, folder=folder, environ=secrets)
    except ConfigProblems as problems:  # a question let something pass that the reader doesn't
        for problem in problems.problems:
            tell(str(problem))
        return 2
    try:
        _write(folder / SECRETS, _environment(secrets), 0o600)
        _write(folder / CONFIG, config, 0o640)
    except OSError as error:
        return _cannot(folder, error)
    tell(_next(folder, answers))
    return 0


def secrets_of(answers: Answers, key: str) -> dict[str, str]:
    """What goes into the file of secrets, by the names that config.toml uses."""
    every = {
        "ADUAN_KEY": key,
        "ADUAN_TELEGRAM_TOKEN": answers.telegram_token,
        "ADUAN_TWILIO_TOKEN": answers.twilio_token,
        "ADUAN_TWILIO_SECRET": answers.api_secret,
        "ADUAN_MAIL_PASSWORD": answers.mail_password,
    }
    return {name: value for name, value in every.items() if value}


def written(answers: Answers, telegram_url: str = TELEGRAM) -> str:
    """The text of config.toml."""
    rows = [
        "# Made by `aduan init`; config.example.toml explains every key. Try it with `aduan check`.",
        "[service]",
        'database_url = "sqlite:///data/aduan.db"',
        'files = "data/files"',
        'listen = "127.0.0.1:8080"',
        *([f"public_url = {_text(answers.public_url)}"] if answers.public_url else []),
        'key = { env = "ADUAN_KEY" }',
        "",
        "[[offices]]",
        f'id = "{_id(answers.standard)}"',
        f"standard = {_text(answers.standard)}",
    ]
    if answers.telegram_token:
        rows += ["", "[offices.telegram]", 'token = { env = "ADUAN_TELEGRAM_TOKEN" }', 'mode = "polling"']
        rows += [f"api_url = {_text(telegram_url)}"] if telegram_url != TELEGRAM else []
    if answers.account_sid:
        rows += ["", "[offices.twilio]", *_twilio(answers)]
    if answers.mail:
        rows += ["", "[offices.email]", *_email(answers)]
    return "\n".join(rows) + "\n"


def _twilio(answers: Answers) -> list[str]:
    rows = [f'account_sid = "{answers.account_sid}"', 'auth_token = { env = "ADUAN_TWILIO_TOKEN" }']
    if answers.api_key:
        rows += [f'api_key = "{answers.api_key}"', 'api_secret = { env = "ADUAN_TWILIO_SECRET" }']
    if answers.whatsapp:
        names = ", ".join(f'{name} = "HX..."' for name in _TEMPLATES)
        rows += [f'whatsapp = "whatsapp:{answers.whatsapp}"', "# Once WhatsApp has approved them:"]
        rows += [f"# templates = {{ {names} }}"]
    if answers.sms:
        rows += [f'sms = "{answers.sms}"']
        rows += [] if is_number(answers.sms) else ["sms_receives = false"]
    return rows


def _email(answers: Answers) -> list[str]:
    imap = _server(answers.imap, 993, answers.mail_user)
    smtp = _server(answers.smtp, 465, answers.mail_user)
    return [f"address = {_text(answers.mail)}", f"imap = {imap}", f"smtp = {smtp}"]


def _server(named: str, usual: int, user: str) -> str:
    """A mail server as a table; every port but the usual one begins without TLS and then asks for it."""
    host, _, port = named.partition(":")
    tls = "tls" if not port or int(port) == usual else "starttls"
    return (
        f'{{ host = "{host}", port = {port or usual}, tls = "{tls}", user = {_text(user)}, '
        f'password = {{ env = "ADUAN_MAIL_PASSWORD" }} }}'
    )


def _environment(secrets: dict[str, str]) -> str:
    """The file of secrets, as a shell and systemd read it too."""
    rows = [
        "# Secrets of Aduan: readable by its user alone. Keep a copy of ADUAN_KEY in a safe place: without it photos",
        "# and identity data can't be read again.",
        *(f"{name}={shlex.quote(value)}" for name, value in secrets.items()),
    ]
    return "\n".join(rows) + "\n"


def _text(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


def _id(name: str) -> str:
    """The office's id: a shipped standard's own, else made of the file's name."""
    word = re.sub(r"[^a-z0-9]+", "-", Path(name).stem.lower()).strip("-")
    return word[:40] if word[:1].isalpha() else f"o-{word}"[:40]


def _write(file: Path, text: str, mode: int) -> None:
    """Made anew, and readable by nobody else from the first byte on."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)


def _cannot(folder: Path, error: OSError) -> int:
    tell(f"{folder} can't be written: {error.strerror}.")
    return 2


def _next(folder: Path, answers: Answers) -> str:
    office, config = _id(answers.standard), shlex.quote(str(folder / CONFIG))
    steps = [
        ("See what is right and what is still to do:", f"aduan check --config {config}"),
        ("Start it:", f"aduan serve --config {config}"),
    ]
    if answers.telegram_token:
        bot = f"@{answers.telegram_name}" if answers.telegram_name else "the bot"
        what = f"Put {bot} into the staff's group as an administrator; send there the code that this prints:"
        steps.append((what, f"aduan link {office} --config {config}"))
    else:
        what = "The staff work in a Telegram group: get a token from @BotFather, and add it to config.toml as"
        steps.append((what, 'token = { env = "ADUAN_TELEGRAM_TOKEN" }, below [offices.telegram]'))
    lines = "\n".join(f"\n  {number}. {what}\n     {step}" for number, (what, step) in enumerate(steps, start=1))
    kept = f"Written: {folder / CONFIG}, and {folder / SECRETS} with the secrets, for this user alone."
    warning = "Keep a copy of ADUAN_KEY, which stands there, outside of this machine."
    return f"\n{kept}\n{warning}\n\nNext:\n{lines}\n"
