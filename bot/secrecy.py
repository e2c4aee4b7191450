"""Whether the secrets are secret: none that stands in documentation, none in a file that everybody can read."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel

from bot.config import SECRETS, Secret, Settings
from workflow.problems import Problem

OTHERS = stat.S_IROTH | stat.S_IWOTH
KEY, FORMER = "service.key", "service.former_keys"
_ON_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})
# What people leave in place of a secret, and the tokens of Telegram's own documentation (core.telegram.org/bots/api and
# /bots/features), which everybody has read.
_PLACEHOLDER = re.compile(
    r"(\.\.\.|(your[-_ ])?(secret|token|password)|change-?me|ganti(-ini)?|isi-di-sini|example|contoh|rahasia|todo|name"
    r"|value|passwd|admin|abc123|123456(78)?)",
    re.IGNORECASE,
)
_DOCUMENTED = frozenset(
    {
        "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11",
        "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
        "4839574812:AAFD39kkdpWt3ywyRZergyOLMaJhac60qcQ",
    }
)


def secrets(part: object, place: str = "") -> Iterator[tuple[str, Secret]]:
    """Every secret of the configuration with its place in it."""
    if isinstance(part, Secret):
        yield place, part
    elif isinstance(part, BaseModel):
        for name, value in part:
            yield from secrets(value, f"{place}.{name}" if place else name)
    elif isinstance(part, Mapping):
        for name, value in part.items():
            yield from secrets(value, f"{place}.{name}")
    elif isinstance(part, list):
        for value in part:
            yield from secrets(value, place)


def is_open(path: Path) -> bool:
    """Whether everybody on this machine can read a file, or write it."""
    return os.name == "posix" and path.exists() and bool(path.stat().st_mode & OTHERS)


def written(settings: Settings) -> list[str]:
    """Places of the secrets that stand in the configuration itself, and not in the environment."""
    return [place for place, secret in secrets(settings.file) if not secret.source]


def troubles(settings: Settings) -> list[Problem]:
    """What keeps the program from starting: secrets that others know or can read. Never says a secret."""
    return [*_examples(settings), *_open_files(settings)]


def _open_files(settings: Settings) -> Iterator[Problem]:
    if settings.path is None:
        return
    if {KEY, FORMER} & set(written(settings)) and is_open(settings.path):
        mend = f'chmod 640 {settings.path}, and write it as {{ env = "ADUAN_KEY" }}.'
        yield Problem(settings.path.name, "Everybody on this machine can read the master key in it.", mend)
    beside = settings.path.with_name(SECRETS)
    if is_open(beside):
        yield Problem(SECRETS, "Everybody on this machine can read the secrets in it.", f"chmod 600 {beside}.")


def _examples(settings: Settings) -> Iterator[Problem]:
    """Secrets that were never changed. Towards a stand-in on this machine anything will do."""
    place = settings.path.name if settings.path else "the configuration"
    if not any(settings.master_key):
        yield Problem(place, f"{KEY} is no secret: it's all zeros.", "Print one with `aduan key new` and keep it safe.")
    for office in settings.offices:
        mail = [office.email.imap, office.email.smtp] if office.email else []
        for table in (office.telegram, office.twilio, *mail):
            if table is None or _is_here(getattr(table, "api_url", "") or getattr(table, "host", "")):
                continue
            for name, secret in secrets(table):
                if _is_example(secret):
                    what = f"{name} of {office.id} is an example, not a secret."
                    yield Problem(place, what, "Put the one your provider gave you into the environment.")


def _is_example(secret: Secret) -> bool:
    value = secret.reveal().strip()
    plain = value.strip("<>\"'")
    return (
        value in _DOCUMENTED
        or _PLACEHOLDER.fullmatch(plain) is not None
        or value == secret.source
        or len(set(plain)) <= 1
    )


def _is_here(address: str) -> bool:
    host = urlsplit(address).hostname if "://" in address else address
    return host in _ON_THIS_MACHINE
