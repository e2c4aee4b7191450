"""Mails as bytes: what people's programs write, what a server adds, what comes back, and ours as they're read."""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from channels.sandbox.mail.letters import Client, _fields, _filled, _programs
from channels.sandbox.mail.seen import Attached, Seen

SIGNED_BY = "mx.simulasi.example"
CLIENTS: tuple[Client, ...] = ("gmail", "outlook", "iphone", "yahoo")
_HEAD = re.compile(rb"^([!-9;-~]+):[ \t]*((?:[^\r\n]|\r\n[ \t])*)", re.MULTILINE)
_BOUNDARY = re.compile(rb'boundary="?([^";\r\n]+)"?')
_WORD = re.compile(r"=\?utf-8\?([bq])\?([^?]*)\?=\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Written:
    """What somebody writes with their program."""

    sender: str
    name: str
    to: str
    message_id: str
    at: datetime
    text: str
    subject: str = ""
    attached: Sequence[Attached] = ()
    answers: Seen | None = None
    client: Client = "gmail"


def bytes_of(letter: Written) -> bytes:
    """The mail as the program hands it in: plain words, where the program writes it HTML too, and the files."""
    plain, rich = _bodies(letter)
    content = _part("text/plain", plain)
    if rich:
        content = _several("alternative", letter.message_id, content, _part("text/html", rich))
    if letter.attached:
        content = _several("mixed", letter.message_id, content, *map(_file, letter.attached))
    head = [
        ("Date", format_datetime(letter.at)),
        ("From", f"{_encoded(letter.name)} <{letter.sender}>"),
        ("To", letter.to),
        ("Subject", _encoded(letter.subject or _again(letter))),
        ("Message-ID", letter.message_id),
        ("MIME-Version", "1.0"),
    ]
    if (before := letter.answers) is not None:
        named = dict.fromkeys([*before.references, before.message_id])
        head += [("In-Reply-To", before.message_id), ("References", "\r\n ".join(named))]
    return "".join(f"{name}: {value}\r\n" for name, value in head).encode() + content


def brought(raw: bytes, to: str, sender: str, at: datetime, *, proven: bool = True) -> bytes:
    """The mail as the office's server keeps it: with its trace above."""
    domain = sender.rpartition("@")[2]
    word = f"dmarc={'pass' if proven else 'none'} header.from={domain}" if domain else "none"
    trace = (
        f"Return-Path: <{sender}>\r\nDelivered-To: {to}\r\n"
        f"Received: from {domain or 'localhost'} by {SIGNED_BY}; {format_datetime(at)}\r\n"
        f"Authentication-Results: {SIGNED_BY}; {word}\r\n"
    )
    return trace.encode() + raw


def reported(ours: Seen, action: str, status: str, said: str, at: datetime, nth: int) -> bytes:
    """A server's report on a mail of ours (RFC 3464); `action` is failed, delayed or delivered."""
    boundary = f"laporan-{nth}"
    named = f"Message-ID: {ours.message_id}\r\nTo: {ours.to}\r\nSubject: {_encoded(ours.subject)}\r\n"
    about = (
        f"Reporting-MTA: dns; mx.other.example\r\n\r\nFinal-Recipient: rfc822; {ours.to}\r\nAction: {action}\r\n"
        f"Status: {status}\r\nDiagnostic-Code: smtp; {said}\r\n"
    )
    parts = (
        ("text/plain", f"{ours.to}: {said}\r\n"),
        ("message/delivery-status", about),
        ("text/rfc822-headers", named),
    )
    body = "".join(f"--{boundary}\r\nContent-Type: {kind}\r\n\r\n{text}\r\n" for kind, text in parts)
    head = (
        f"Date: {format_datetime(at)}\r\nFrom: Mail Delivery System <mailer-daemon@mx.other.example>\r\n"
        f"To: {ours.sender}\r\nSubject: Delivery report\r\nMessage-ID: <{boundary}@mx.other.example>\r\n"
        f"In-Reply-To: {ours.message_id}\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"\r\n\r\n'
    )
    return f"{head}{body}--{boundary}--\r\n".encode()


def read(raw: bytes, at: datetime) -> Seen:
    """A mail of ours as its reader's program shows it."""
    head = {name.decode().lower(): _value(value) for name, value in _HEAD.findall(raw[: raw.index(b"\r\n\r\n")])}
    parts = list(_parts(raw))
    texts = {kind: content for kind, name, content in parts if not name}
    name, _, sender = head["from"].rpartition("<")
    return Seen(
        uid=0,
        at=at,
        mine=False,
        sender=sender.rstrip("> "),
        sender_name=name.strip(' "'),
        to=head["to"].strip("<> "),
        answer_to=head.get("reply-to", sender).strip("<> "),
        subject=head["subject"],
        text=texts.get("text/plain", b"").decode().replace("\r\n", "\n").rstrip("\n"),
        html=texts.get("text/html", b"").decode().replace("\r\n", "\n"),
        attached=tuple(Attached(name, kind, content) for kind, name, content in parts if name),
        message_id=head["message-id"],
        references=tuple(head.get("references", "").split()),
        in_reply_to=head.get("in-reply-to", ""),
        raw=raw,
    )


def _parts(raw: bytes) -> Iterator[tuple[str, str, bytes]]:
    """Type, file name ("" of a text) and content of each part."""
    head, _, body = raw.partition(b"\r\n\r\n")
    fields = {name.lower(): value for name, value in _HEAD.findall(head)}
    kind = fields.get(b"content-type", b"text/plain")
    if kind.startswith(b"multipart/") and (found := _BOUNDARY.search(kind)):
        for each in body.split(b"--" + found[1])[1:-1]:
            yield from _parts(each.removeprefix(b"\r\n").removesuffix(b"\r\n"))
        return
    how = fields.get(b"content-transfer-encoding", b"7bit").strip().lower()
    if how == b"quoted-printable":
        body = binascii.a2b_qp(body)
    elif how == b"base64":
        body = binascii.a2b_base64(body)
    named = re.search(rb'filename\*?\d*\*?="?([^";\r\n]+)', fields.get(b"content-disposition", b""))
    yield kind.split(b";")[0].decode(), named[1].decode() if named else "", body


def _value(raw: bytes) -> str:
    text = re.sub(r"\r\n[ \t]+", " ", raw.decode())
    return _WORD.sub(_decoded, text)


def _decoded(word: re.Match[str]) -> str:
    data = word[2].encode()
    plain = binascii.a2b_base64(data) if word[1].lower() == "b" else binascii.a2b_qp(data, header=True)
    return plain.decode()


def _encoded(text: str) -> str:
    return text if text.isascii() else f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="


def _again(letter: Written) -> str:
    before = letter.answers.subject if letter.answers else ""
    if not letter.answers or before.lower().startswith(("re:", "bls:")):
        return before
    return f"{_programs()[letter.client]['again']}{before}"


def _bodies(letter: Written) -> tuple[str, str]:
    """What the program makes of the words: below them the mail it answers, in its own way."""
    before = letter.answers
    if before is None:
        return f"{letter.text}\n", ""
    program, fields = _programs()[letter.client], _fields(before)
    quoted = "\n".join(f"> {line}".rstrip() for line in before.text.split("\n"))
    plain = _filled(program["text"], {**fields, "words": letter.text, "original": before.text, "quoted": quoted})
    safe = {name: html.escape(value) for name, value in fields.items()}
    words = html.escape(letter.text).replace("\n", "<br>")
    rich = {**safe, "words": words, "original": before.html}
    return plain, _filled(program["html"], rich) if program["html"] else ""


def _part(kind: str, text: str) -> bytes:
    body = binascii.b2a_qp(text.replace("\n", "\r\n").encode(), istext=True)
    head = f"Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    return head.encode() + body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _file(each: Attached) -> bytes:
    head = (
        f'Content-Type: {each.mime}; name="{each.name}"\r\nContent-Transfer-Encoding: base64\r\n'
        f'Content-Disposition: attachment; filename="{each.name}"\r\n\r\n'
    )
    return head.encode() + base64.encodebytes(each.content).replace(b"\n", b"\r\n")


def _several(kind: str, name: str, *parts: bytes) -> bytes:
    boundary = f"=_{kind}_{binascii.crc32(name.encode()):08x}"
    body = b"".join(b"--%b\r\n%b\r\n" % (boundary.encode(), each) for each in parts)
    return (
        f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
        + body
        + f"--{boundary}--\r\n".encode()
    )
