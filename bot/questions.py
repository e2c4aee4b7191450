"""What `aduan init` asks, one thing after the other, and how an answer is put right or asked for again."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer

from channels.http import Http
from channels.telegram.api import Api
from channels.telegram.shapes import Me
from channels.twilio.lines import chat_of, is_number
from workflow.message import SendError
from workflow.standard import standard

TELEGRAM = "https://api.telegram.org"
_ANSWER_S = 8.0
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{30,}")
_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")
_API_KEY = re.compile(r"SK[0-9a-fA-F]{32}")
_SENDER_NAME = re.compile(r"[A-Za-z0-9 ]{1,11}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SERVER = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?")
_URL = re.compile(r"https://[^\s/]+(/\S*)?")
_ANY = re.compile(r".+")

# Mail providers' own pages name these; an office on its own server is asked.
_MAIL_HOSTS = {
    "gmail.com": ("imap.gmail.com", "smtp.gmail.com"),
    "outlook.com": ("outlook.office365.com", "smtp.office365.com:587"),
    "yahoo.com": ("imap.mail.yahoo.com", "smtp.mail.yahoo.com"),
    "yahoo.co.id": ("imap.mail.yahoo.com", "smtp.mail.yahoo.com"),
}

_LATER = "Press Enter for whatever the office doesn't have, or not yet: config.toml can be changed at any time."
_SMS = (
    "  Twilio's guidelines for Indonesia say: two-way SMS supported: No. Notices go out by a sender's name that was\n"
    "  registered beforehand; what people send to a number may never arrive. The guide says what can be expected."
)
_PASSWORDS = (
    "  Google wants an app password; Microsoft 365 takes no password for IMAP any more: give any word here and see\n"
    "  the guide for `oauth`."
)


@dataclass(slots=True)
class Answers:
    """What was asked for; "" where the office doesn't have it."""

    standard: str = ""
    telegram_token: str = ""
    telegram_name: str = ""  # of the bot, without the @, if Telegram could be asked
    account_sid: str = ""
    twilio_token: str = ""
    api_key: str = ""
    api_secret: str = ""
    whatsapp: str = ""
    sms: str = ""
    mail: str = ""
    mail_user: str = ""
    imap: str = ""
    smtp: str = ""
    mail_password: str = ""
    public_url: str = ""


def asked(telegram_url: str) -> Answers:
    """Ask everything. Whatever an office doesn't have is left empty by pressing Enter."""
    found = Answers(standard=_office())
    tell(f"\n{_LATER}\n")
    found.telegram_token, found.telegram_name = _bot(telegram_url)
    _twilio(found)
    _mail(found)
    if found.account_sid:
        hint = "an address like https://aduan.example.go.id"
        found.public_url = _ask("Public address of this server, which Twilio calls", _fits(_URL, must=True), hint)
    return found


def tell(words: str) -> None:
    """Say something to the person at the terminal; data alone goes to stdout."""
    typer.echo(words, err=True)


# --- one matter after the other ---------------------------------------------------------------------------------------


def _office() -> str:
    """The shipped standard's id, by its number or id, or the absolute path of a file that holds one."""
    offices = standard.shipped()
    names = list(offices)
    tell("Which office? The number or id of a shipped standard, or the path of your own TOML file.\n")
    for number, (name, rules) in enumerate(offices.items(), start=1):
        tell(f"  {number}  {name:<14} {rules.office.name}, {rules.office.government}")
    tell("")
    while True:
        answer = _ask("Office", bool, "a number from the list, an id, or a path")
        if answer.isdecimal() and 0 < int(answer) <= len(names):
            return names[int(answer) - 1]
        if answer in offices:
            return answer
        if _is_standard(Path(answer)):
            return str(Path(answer).resolve())


def _is_standard(path: Path) -> bool:
    """Whether a standard can be read from there; if not, why is told."""
    try:
        standard.load(path.read_text("utf-8"), place=path.name)
    except (OSError, UnicodeDecodeError):
        tell("  Not that: no number or id of the list, and no file that can be read.")
        return False
    except standard.StandardProblems as problems:
        for problem in problems.problems:
            tell(f"  {problem}")
        return False
    return True


def _bot(url: str) -> tuple[str, str]:
    """A bot's token and its name; a token that Telegram doesn't know is asked for again."""
    while True:
        hint = "a token reads like 123456789:AA... (from @BotFather)"
        token = _secret("Telegram bot token, from @BotFather", _TOKEN, hint)
        if not token:
            return "", ""
        try:
            name = asyncio.run(_name_of(token, url))
        except SendError as error:
            if error.fact == "misconfigured":
                tell("  Telegram doesn't know this token: copy it again from @BotFather, the whole line.")
                continue
            tell("  Telegram can't be reached from here now; `aduan check` will try the token again.")
            return token, ""
        tell(f"  That's @{name}.")
        return token, name


async def _name_of(token: str, url: str) -> str:
    """The bot's username. Raises `SendError`."""
    async with Http(connect_timeout_s=_ANSWER_S) as http:
        return (await Api(http, url, token).ask("getMe", {}, Me, timeout_s=_ANSWER_S)).username


def _twilio(found: Answers) -> None:
    found.account_sid = _ask("Twilio account SID (WhatsApp, SMS)", _fits(_ACCOUNT), "it reads AC and 32 digits or a-f")
    if not found.account_sid:
        return
    found.twilio_token = _secret("Twilio auth token", re.compile(r"\S{16,}"), "it has 32 characters", must=True)
    found.api_key = _ask("Twilio API key SID (better than the token)", _fits(_API_KEY), "it reads SK and 32 digits")
    if found.api_key:
        found.api_secret = _secret("Secret of that API key", _ANY, "Twilio shows it once", must=True)
    number = "a number like 081234567890 or +6281234567890"
    found.whatsapp = chat_of(_ask("WhatsApp sender", lambda answer: not answer or is_number(chat_of(answer)), number))
    sender = "a number, or a registered sender's name of up to 11 letters and digits"
    found.sms = chat_of(_ask("SMS sender", lambda answer: not answer or _is_sender(answer), sender))
    if found.sms.startswith("+62") or (found.sms and not is_number(found.sms)):
        tell(_SMS)


def _is_sender(answer: str) -> bool:
    return is_number(chat_of(answer)) or _SENDER_NAME.fullmatch(answer) is not None


def _mail(found: Answers) -> None:
    found.mail = _ask("Mail address of the office", _fits(_MAIL), "an address like kec@example.go.id").lower()
    if not found.mail:
        return
    imap, smtp = _MAIL_HOSTS.get(found.mail.partition("@")[2], ("", ""))
    hint = "the server's name, with :port where it isn't {}"
    found.imap = _ask("IMAP server", _fits(_SERVER, must=True), hint.format("993"), imap)
    found.smtp = _ask("SMTP server", _fits(_SERVER, must=True), hint.format("465 (587 for STARTTLS)"), smtp)
    found.mail_user = _ask("Login name there", bool, "mostly the address itself", found.mail)
    tell(_PASSWORDS)
    found.mail_password = _secret("Mail password", _ANY, "a password", must=True)


# --- asking -----------------------------------------------------------------------------------------------------------


def _ask(question: str, fits: Callable[[str], bool], hint: str, default: str = "") -> str:
    """Ask until the answer fits."""
    while True:
        answer = str(typer.prompt(question, default=default, show_default=bool(default), err=True)).strip()
        if fits(answer):
            return answer
        tell(f"  Not that: {hint}.")


def _secret(question: str, shape: re.Pattern[str], hint: str, *, must: bool = False) -> str:
    """Ask for what isn't shown while it's typed; Enter leaves it out unless it must be."""
    while True:
        shown = f"{question} (isn't shown while you type)"
        answer = str(typer.prompt(shown, default="", show_default=False, hide_input=True, err=True)).strip()
        if shape.fullmatch(answer) or not (answer or must):
            return answer
        tell(f"  Not that: {hint}.")


def _fits(shape: re.Pattern[str], *, must: bool = False) -> Callable[[str], bool]:
    return lambda answer: shape.fullmatch(answer) is not None or not (answer or must)
