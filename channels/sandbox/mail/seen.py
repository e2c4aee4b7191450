"""A mail as a mail program shows it, and mails as threads."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

_ID = re.compile(r"<[^<>\s]+>")


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a mail."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person sees of a mail, and what their program answers it by."""

    uid: int  # in the folder it lies in; 0 of one that was sent from here
    at: datetime
    mine: bool
    sender: str
    sender_name: str
    to: str
    answer_to: str
    subject: str
    text: str
    html: str
    attached: tuple[Attached, ...]
    message_id: str
    references: tuple[str, ...]
    in_reply_to: str
    raw: bytes
    read: bool = False

    def header(self, name: str) -> str:
        """A field of the head, "" without it."""
        return str(_parsed(self.raw).get(name, ""))


@dataclass(frozen=True, slots=True)
class Kept:
    """A mail in somebody's program. `words` is what they typed, without what their program put around it."""

    mail: Seen
    words: str = ""


def kept_json(place: int, kept: Kept) -> dict[str, Any]:
    """Return a mail for a page that draws a mail program; `place` is its number there."""
    mail = kept.mail
    return {
        "id": place,
        "at": mail.at.isoformat(),
        "mine": mail.mine,
        "from": mail.sender,
        "name": mail.sender_name,
        "to": mail.to,
        "subject": mail.subject,
        "text": mail.text,
        "words": kept.words,
        "attached": [{"name": each.name, "mime": each.mime, "size": len(each.content)} for each in mail.attached],
        "names": [each for each in (mail.message_id, mail.in_reply_to, *mail.references) if each],
    }


def seen(raw: bytes, at: datetime, *, uid: int = 0, mine: bool = False, read: bool = False) -> Seen:
    """The mail, read as a current mail program reads a well-formed one."""
    mail = _parsed(raw)
    sender = mail["From"].addresses[0]
    to = ", ".join(each.addr_spec for each in mail["To"].addresses) if mail["To"] else ""
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    return Seen(
        uid=uid,
        at=at,
        mine=mine,
        sender=sender.addr_spec,
        sender_name=sender.display_name,
        to=to,
        answer_to=mail["Reply-To"].addresses[0].addr_spec if mail["Reply-To"] else sender.addr_spec,
        subject=str(mail.get("Subject", "")),
        text=_text(plain),
        html=_text(rich),
        attached=tuple(
            Attached(part.get_filename() or "", part.get_content_type(), cast(bytes, part.get_payload(decode=True)))
            for part in mail.iter_attachments()
        ),
        message_id=str(mail.get("Message-ID", "")).strip(),
        references=tuple(_ID.findall(str(mail.get("References", "")))),
        in_reply_to=next(iter(_ID.findall(str(mail.get("In-Reply-To", "")))), ""),
        raw=raw,
        read=read,
    )


def threads(mails: Iterable[Seen]) -> list[list[Seen]]:
    """Mails that name each other stand together, each thread in order of time, the newest thread first."""
    groups: list[tuple[set[str], list[Seen]]] = []
    for mail in sorted(mails, key=lambda each: each.at):
        names = {mail.message_id, mail.in_reply_to, *mail.references} - {""}
        members = [mail]
        apart = []
        for known, others in groups:
            if known & names:
                names |= known
                members = others + members
            else:
                apart.append((known, others))
        groups = [*apart, (names, sorted(members, key=lambda each: each.at))]
    return sorted((members for _, members in groups), key=lambda each: each[-1].at, reverse=True)


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=default)


def _text(part: object) -> str:
    return str(part.get_content()).replace("\r\n", "\n").rstrip("\n") if isinstance(part, EmailMessage) else ""
