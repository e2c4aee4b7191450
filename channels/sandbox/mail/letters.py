"""Writes mails as people's programs do: new ones, and answers with the program's own quotation. Pure."""

from __future__ import annotations

import html
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from importlib import resources
from typing import Any, Literal

from channels.sandbox.mail.seen import Attached, Seen

Client = Literal["gmail", "outlook", "iphone", "yahoo"]

_PREFIXES = ("re:", "bls:", "balas:", "fwd:", "fw:", "trs:")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person wants to send, before their program has its way with it."""

    sender: str
    name: str
    to: str
    message_id: str
    at: datetime
    subject: str = ""
    text: str = ""
    html: str = ""
    attached: Sequence[Attached] = ()
    answers: Seen | None = None
    client: Client = "gmail"


def written(draft: Draft) -> bytes:
    """The mail as the program sends it."""
    mail = EmailMessage(policy=SMTP)
    mail["Date"] = format_datetime(draft.at)
    mail["From"] = Address(draft.name, addr_spec=draft.sender)
    mail["To"] = Address(addr_spec=draft.to)
    mail["Subject"] = draft.subject or _again(draft)
    mail["Message-ID"] = draft.message_id
    if draft.answers is not None:
        before = draft.answers
        mail["In-Reply-To"] = before.message_id
        mail["References"] = " ".join(dict.fromkeys([*before.references, before.message_id]))
    plain, rich = _bodies(draft)
    mail.set_content(plain, cte="quoted-printable")
    if rich:
        mail.add_alternative(rich, subtype="html", cte="quoted-printable")
    for each in draft.attached:
        kind, _, sort = each.mime.partition("/")
        mail.add_attachment(each.content, maintype=kind, subtype=sort, filename=each.name)
    return mail.as_bytes()


def _again(draft: Draft) -> str:
    before = draft.answers.subject if draft.answers else ""
    if not draft.answers or before.lower().startswith(_PREFIXES):
        return before
    return f"{_programs()[draft.client]['again']}{before}"


def _bodies(draft: Draft) -> tuple[str, str]:
    """The plain text and, where the program writes one, the HTML."""
    before = draft.answers
    if before is None:
        return f"{draft.text}\n", draft.html
    program = _programs()[draft.client]
    original = before.text
    fields = _fields(before)
    quoted = "\n".join(f"> {line}".rstrip() for line in original.split("\n"))
    plain = _filled(program["text"], {**fields, "words": draft.text, "original": original, "quoted": quoted})
    safe = {name: html.escape(value) for name, value in fields.items()}
    rich = {**safe, "words": draft.html or _breaks(draft.text), "original": before.html or _breaks(original)}
    return plain, _filled(program["html"], rich) if program["html"] else ""


def _fields(before: Seen) -> dict[str, str]:
    names, at = _programs(), before.at
    day, month = at.weekday(), at.month - 1
    return {
        "day": names["days"][day],
        "day_short": names["days_short"][day],
        "date": f"{at.day} {names['months'][month]} {at.year}",
        "date_short": f"{at.day} {names['months_short'][month]} {at.year}",
        "time": f"{at:%H.%M}",
        "name": before.sender_name or before.sender,
        "address": before.sender,
        "to": before.to,
        "subject": before.subject,
    }


def _filled(template: str, fields: Mapping[str, str]) -> str:
    """The template with its fields; what stands in a field is taken as it is."""
    out, rest = [], template.strip("\n")
    while rest:
        before, brace, after = rest.partition("{")
        out.append(before)
        name, end, rest = after.partition("}")
        if brace and end:
            out.append(fields[name])
    return "".join(out) + "\n"


def _breaks(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


@cache
def _programs() -> dict[str, Any]:
    place = resources.files("channels.sandbox.mail").joinpath("clients.toml")
    return tomllib.loads(place.read_text("utf-8"))
