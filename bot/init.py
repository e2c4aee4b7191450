"""`aduan init`: asks its way to a config.toml and a file of secrets, and says what comes next."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import typer

from bot.clock import Chance, Clock
from bot.config import ConfigProblems, parse
from workflow.standard import standard

CONFIG = "config.toml"
SECRETS = "aduan.env"
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{30,}")
_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"https://[^\s/]+(/\S*)?")

# Mail providers' own pages name these; an office on its own server is asked.
_MAIL_HOSTS = {
    "gmail.com": ("imap.gmail.com", "smtp.gmail.com"),
    "outlook.com": ("outlook.office365.com", "smtp.office365.com"),
    "yahoo.com": ("imap.mail.yahoo.com", "smtp.mail.yahoo.com"),
    "yahoo.co.id": ("imap.mail.yahoo.com", "smtp.mail.yahoo.com"),
}


@dataclass(slots=True)
class Answers:
    """What was asked for; "" where the office doesn't have it."""

    standard: str
    public_url: str = ""
    telegram_token: str = ""
    account_sid: str = ""
    twilio_token: str = ""
    whatsapp: str = ""
    sms: str = ""
    mail: str = ""
    imap_host: str = ""
    smtp_host: str = ""
    mail_password: str = ""
    key: str = ""
    secrets: dict[str, str] = field(default_factory=dict)


def run(folder: Path) -> int:
    """Ask, write both files and print the next steps. 0, or 2 where a file is there already or can't be written."""
    for name in (CONFIG, SECRETS):
        if (folder / name).exists():
            typer.echo(f"{folder / name} is there already; move it away, or change it by hand.", err=True)
            return 2
    answers = asked()
    config, secrets = written(answers)
    try:
        parse(config, place=CONFIG, folder=folder, environ=answers.secrets)
    except ConfigProblems as problems:  # a question let something pass that the reader doesn't
        for problem in problems.problems:
            typer.echo(str(problem), err=True)
        return 2
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / CONFIG).write_text(config, "utf-8")
        _write_secret(folder / SECRETS, secrets)
    except OSError as error:
        typer.echo(f"{folder} can't be written: {error.strerror}.", err=True)
        return 2
    typer.echo(_next(folder, answers), err=True)
    return 0


def asked() -> Answers:
    """Ask one thing after the other; whatever an office doesn't have is left empty by pressing Enter."""
    offices = standard.shipped()
    typer.echo("Which office? A shipped standard, or the path of your own TOML file.\n", err=True)
    for name, rules in offices.items():
        typer.echo(f"  {name:<14} {rules.office.name}", err=True)
    typer.echo("", err=True)
    found = Answers(standard=_ask("Office", "kanigaran", _is_standard, "no shipped standard and no file"))
    typer.echo("\nPress Enter for whatever the office doesn't have.\n", err=True)
    found.telegram_token = _secret(
        "Telegram bot token, from @BotFather", _TOKEN, "a token reads like 123456789:AA... (from @BotFather)"
    )
    found.account_sid = _ask("Twilio account SID (WhatsApp, SMS)", "", _matches(_ACCOUNT), "it reads AC and 32 digits")
    if found.account_sid:
        found.twilio_token = _secret("Twilio auth token", re.compile(r"\S{16,}"), "it has 32 characters")
        found.whatsapp = _ask("WhatsApp sender", "", _matches(_NUMBER), "a number like +6282225935478")
        found.sms = _ask("SMS sender", "", _matches(_NUMBER), "a number like +6282225935478")
    found.mail = _ask("Mail address of the office", "", _matches(_MAIL), "an address like kec@example.go.id")
    if found.mail:
        imap, smtp = _MAIL_HOSTS.get(found.mail.partition("@")[2].lower(), ("", ""))
        found.imap_host = _ask("IMAP server (port 993)", imap, bool, "the server's name")
        found.smtp_host = _ask("SMTP server (port 465)", smtp, bool, "the server's name")
        found.mail_password = _secret("Mail password (for Google an app password)", re.compile(r".+"), "a password")
    if found.account_sid:
        found.public_url = _ask(
            "Public address of this server, which Twilio calls", "", _must(_URL), "an address like https://aduan.go.id"
        )
    found.key = base64.b64encode(Chance(Clock()).random_bytes(32)).decode()
    found.secrets = _secrets(found)
    return found


def written(answers: Answers) -> tuple[str, str]:
    """The texts of config.toml and of the file of secrets."""
    office = _id(answers.standard)
    rows = [
        "# Made by `aduan init`; config.example.toml explains every key. Try it with `aduan check`.",
        "[service]",
        'database_url = "sqlite:///data/aduan.db"',
        'files = "data/files"',
        'listen = "127.0.0.1:8080"',
        *([f"public_url = {json.dumps(answers.public_url)}"] if answers.public_url else []),
        'key = { env = "ADUAN_KEY" }',
        "",
        "[[offices]]",
        f'id = "{office}"',
        f"standard = {json.dumps(answers.standard, ensure_ascii=False)}",
    ]
    if answers.telegram_token:
        rows += ["", "[offices.telegram]", 'token = { env = "ADUAN_TELEGRAM_TOKEN" }', 'mode = "polling"']
    if answers.account_sid:
        rows += ["", "[offices.twilio]", f'account_sid = "{answers.account_sid}"']
        rows += ['auth_token = { env = "ADUAN_TWILIO_TOKEN" }']
        rows += [f'whatsapp = "whatsapp:{answers.whatsapp}"'] if answers.whatsapp else []
        rows += [f'sms = "{answers.sms}"'] if answers.sms else []
    if answers.mail:
        server = '{{ host = "{}", port = {}, tls = "tls", user = "{}", password = {{ env = "ADUAN_MAIL_PASSWORD" }} }}'
        rows += ["", "[offices.email]", f'address = "{answers.mail}"']
        rows += ["imap = " + server.format(answers.imap_host, 993, answers.mail)]
        rows += ["smtp = " + server.format(answers.smtp_host, 465, answers.mail)]
    secrets = [
        "# Secrets of Aduan: readable by its user alone. Keep a copy of ADUAN_KEY in a safe place: without it photos",
        "# and identity data can't be read again.",
        *(f"{name}={shlex.quote(value)}" for name, value in answers.secrets.items()),  # for `.` and for systemd alike
    ]
    return "\n".join(rows) + "\n", "\n".join(secrets) + "\n"


def _secrets(answers: Answers) -> dict[str, str]:
    every: Mapping[str, str] = {
        "ADUAN_KEY": answers.key,
        "ADUAN_TELEGRAM_TOKEN": answers.telegram_token,
        "ADUAN_TWILIO_TOKEN": answers.twilio_token,
        "ADUAN_MAIL_PASSWORD": answers.mail_password,
    }
    return {name: value for name, value in every.items() if value}


def _id(name: str) -> str:
    """The office's id: a shipped standard's own, else made of the file's name."""
    word = re.sub(r"[^a-z0-9]+", "-", Path(name).stem.lower()).strip("-")
    return word[:40] if word[:1].isalpha() else f"o-{word}"[:40]


def _write_secret(file: Path, text: str) -> None:
    """Readable by its owner from the first byte on."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)


def _next(folder: Path, answers: Answers) -> str:
    office = _id(answers.standard)
    steps = [
        f"set -a; . {folder / SECRETS}; set +a",
        f"aduan check --config {folder / CONFIG}",
        f"aduan serve --config {folder / CONFIG}",
    ]
    if answers.telegram_token:
        steps.append(f"aduan link {office} desk --config {folder / CONFIG}    (then send the code in the staff group)")
    lines = "\n".join(f"  {step}" for step in steps)
    return f"\nWritten: {folder / CONFIG} and {folder / SECRETS} (secrets, for you alone).\nNext:\n{lines}\n"


# --- asking -----------------------------------------------------------------------------------------------------------


def _ask(question: str, default: str, fits: Callable[[str], bool], hint: str) -> str:
    """Ask until the answer fits."""
    while True:
        answer = str(typer.prompt(question, default=default, show_default=bool(default), err=True)).strip()
        if fits(answer):
            return answer
        typer.echo(f"  Not that: {hint}.", err=True)


def _secret(question: str, shape: re.Pattern[str], hint: str) -> str:
    """Ask for what isn't shown while it's typed; Enter leaves it out."""
    while True:
        answer = str(typer.prompt(question, default="", show_default=False, hide_input=True, err=True)).strip()
        if not answer or shape.fullmatch(answer):
            return answer
        typer.echo(f"  Not that: {hint}.", err=True)


def _matches(shape: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda answer: not answer or shape.fullmatch(answer) is not None


def _must(shape: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda answer: shape.fullmatch(answer) is not None


def _is_standard(answer: str) -> bool:
    return answer in standard.shipped() or Path(answer).is_file()
