"""Turns a parcel into the bytes of a mail. Pure: the same parcel gives the same bytes at every attempt."""

from __future__ import annotations

import hashlib
import html
import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any

import msgspec

from channels.base import Parcel, Piece
from channels.email import subjects
from channels.email.tokens import LOOP_HEADER, Tokens
from channels.text import numbered
from workflow.message import Kind, Outbound, SendError
from workflow.say import say

REFERENCES = 21  # the first, and the last twenty
SUBJECT_CHARACTERS = 150
_LONGEST_ID = 900  # a line has at most 998 octets (RFC 5322, 2.1.1)
_ID_FIELDS = frozenset({"message-id", "in-reply-to", "references"})
_MESSAGE_ID = re.compile(r"<[!-;=?-~]+>")
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")
_PLAIN_TYPES = frozenset({"image", "application", "audio", "video"})
_BY_PEOPLE: frozenset[Kind] = frozenset({"answer"})
_NOTHING_TO_SAY: frozenset[Kind] = frozenset({"edit", "delete", "topic", "press"})


class Route(msgspec.Struct, frozen=True, omit_defaults=True):
    """What `Message.route` holds of a mail, for the answer to go on in its thread."""

    message_id: str = ""
    references: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail ready to be sent."""

    message_id: str
    sender: str  # of the envelope
    recipient: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes: the office's mailbox."""

    tokens: Tokens
    name: str = ""
    plus: bool = False  # answers may go to an address that carries a token


class WirePolicy(EmailPolicy):
    """The standard library's, and ids that reach the wire as they are.

    Beyond 78 columns it would write them as encoded words, and Outlook and Exchange lose the thread (python/cpython
    #100991); a larger `max_line_length` gives encoded words that are too long instead (#85725).
    """

    def fold(self, name: str, value: Any) -> str:  # noqa: ANN401 - as the library has it
        """The field in lines, one id a line."""
        if name.lower() in _ID_FIELDS:
            return f"{name}: " + f"{self.linesep} ".join(str(value).split()) + self.linesep
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:  # noqa: ANN401 - as the library has it
        """The field as it's sent."""
        return self.fold(name, value).encode("ascii")


# Lines of quoted-printable have at most 76 characters (RFC 2045, 6.7), and the library takes the limit from here.
_POLICY = WirePolicy(linesep="\r\n", cte_type="7bit", max_line_length=76)


def composed(parcel: Parcel, head: Letterhead) -> Letter:
    """The mail. Raises `SendError` ("refused") for what can't be said in one."""
    message = parcel.message
    if message.kind in _NOTHING_TO_SAY:
        raise SendError("refused", "a mail that is sent can't be changed")
    if not parcel.number or parcel.queued_at is None:
        raise SendError("refused", "a mail needs the number and the time of its parcel, to be the same at each attempt")
    words = _words(message)
    if not words and not parcel.content:
        raise SendError("refused", "the message is empty")
    recipient = _address(message.to.chat)
    message_id = head.tokens.message_id(parcel.number, message.to.chat)
    mail = EmailMessage(policy=_POLICY)
    route = _route(parcel.route)
    try:
        mail["Date"] = format_datetime(parcel.queued_at)
        mail["From"] = Address(_line(head.name), addr_spec=_address(head.tokens.address))
        mail["To"] = Address(addr_spec=recipient)
        if head.plus:
            mail["Reply-To"] = Address(addr_spec=_address(head.tokens.reply_address(parcel.number, message.to.chat)))
        mail["Subject"] = subject(route.subject, message.label)
        mail["Message-ID"] = message_id
        _go_on(mail, route)
        _say_who_wrote(mail, message, head)
        _fill(mail, parcel, words)
        _bound(mail, message_id)
        content = mail.as_bytes(policy=_POLICY)
    except (ValueError, IndexError, LookupError) as error:  # what the library says to an impossible address
        raise SendError("refused", f"no mail can be made of this: {type(error).__name__}") from None
    return Letter(message_id, _address(head.tokens.address), recipient, content)


def subject(theirs: str, label: str) -> str:
    """Theirs, with one "Re:" and one label, the newest; ours where there's none to go on from."""
    line = _line(theirs)
    rest, newest = subjects.bare(line), _line(label) or subjects.label_in(line)
    begun = f"Re: {rest}" if rest else say("mail.subject_about" if newest else "mail.subject")
    begun = begun[:SUBJECT_CHARACTERS].rstrip()
    return f"{begun} [{newest}]" if newest else begun


def _words(message: Outbound) -> str:
    """All there is to read, as plain text."""
    parts = [message.text]
    if (place := message.location) is not None:
        name = "\n".join(part for part in (place.title, place.address) if part)
        parts += [name, say("mail.place", latitude=place.latitude, longitude=place.longitude)]
    choices = [choice for row in message.choices for choice in row]
    if choices:
        parts.append(f"{say('mail.choose')}\n{numbered(choices)}")
    return "\n\n".join(stripped for part in parts if (stripped := _clean(part).strip()))


def _go_on(mail: EmailMessage, route: Route) -> None:
    """The ids by which it stands below the mail it answers (RFC 5322, 3.6.4)."""
    last = _ids(route.message_id)[:1]
    if not last:
        return
    before = [each for each in dict.fromkeys(_ids(route.references)) if each not in last]
    all_of_them = before + last
    kept = all_of_them if len(all_of_them) <= REFERENCES else [all_of_them[0], *all_of_them[1 - REFERENCES :]]
    mail["In-Reply-To"] = last[0]
    mail["References"] = " ".join(kept)


def _say_who_wrote(mail: EmailMessage, message: Outbound, head: Letterhead) -> None:
    """Machines don't answer machines: what no person wrote says so (RFC 3834, 5.2). People's answers say nothing."""
    mail[LOOP_HEADER] = head.tokens.address
    if message.kind in _BY_PEOPLE:
        return
    answers = "In-Reply-To" in mail
    mail["Auto-Submitted"] = "auto-replied" if answers else "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if message.kind == "notice" and not answers:
        mail["Precedence"] = "bulk"


def _fill(mail: EmailMessage, parcel: Parcel, words: str) -> None:
    # Non-ASCII text would be sent as 8bit, which no server was asked whether it takes it.
    mail.set_content(f"{words}\n", cte="quoted-printable")
    mail.add_alternative(_as_html(words), subtype="html", cte="quoted-printable")
    enclosed = parcel.message.enclosure
    if enclosed is not None or parcel.content:
        if not parcel.content:
            raise SendError("refused", "the file to send is missing")
        name = parcel.file_name or (enclosed.name if enclosed else "")
        _attach(mail, Piece(parcel.content, parcel.mime, name))
    for piece in parcel.along:
        _attach(mail, piece)


def _attach(mail: EmailMessage, piece: Piece) -> None:
    kind, _, sort = piece.mime.partition("/")
    if kind not in _PLAIN_TYPES or not re.fullmatch(r"[a-z0-9.+-]+", sort):
        kind, sort = "application", "octet-stream"
    name = _line(piece.file_name).replace("/", "-").replace("\\", "-") or say("mail.file")
    mail.add_attachment(piece.content, maintype=kind, subtype=sort, filename=name)


def _bound(mail: EmailMessage, message_id: str) -> None:
    """Give every multipart its boundary: left alone, the library draws one."""
    for number, part in enumerate(each for each in mail.walk() if each.is_multipart()):
        part.set_boundary("=_" + hashlib.sha256(f"{number} {message_id}".encode()).hexdigest()[:40])


def _as_html(words: str) -> str:
    """The same words, modestly set; nothing is loaded from anywhere."""
    paragraphs = [f"<p>{_linked(each)}</p>" for each in re.split(r"\n{2,}", words)]
    style = "font-family: sans-serif; font-size: 16px; line-height: 1.5; max-width: 40em"
    return "\n".join(
        ['<!DOCTYPE html><html lang="id"><body>', f'<div style="{style}">', *paragraphs, "</div></body></html>\n"]
    )


def _linked(text: str) -> str:
    done, out = 0, []
    for match in _LINK.finditer(text):
        address = html.escape(match[0])
        out += [html.escape(text[done : match.start()]), f'<a href="{address}">{address}</a>']
        done = match.end()
    return "".join([*out, html.escape(text[done:])]).replace("\n", "<br>\n")


def _route(text: str) -> Route:
    try:
        return msgspec.json.decode(text, type=Route) if text else Route()
    except msgspec.MsgspecError:
        return Route()  # the answer then begins a thread, which is better than none


def _ids(text: str) -> list[str]:
    return [each for each in _MESSAGE_ID.findall(text) if len(each) <= _LONGEST_ID]


def _address(text: str) -> str:
    """An address as it may stand in an ASCII head. Raises `SendError`."""
    local, at, domain = text.rpartition("@")
    try:
        domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        at = ""
    if not (local and at and domain) or not local.isascii() or re.search(r"[\x00-\x20<>\x7f]", text):
        raise SendError("refused", "no mail can be sent to an address of this form")
    return f"{local}@{domain}"


def _line(text: str) -> str:
    """The text as one line without anything that isn't seen."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _clean(text: str) -> str:
    """The text with its lines, and without control characters."""
    return "".join(
        each for each in text.replace("\r\n", "\n").replace("\r", "\n") if each.isprintable() or each in "\n\t"
    )
