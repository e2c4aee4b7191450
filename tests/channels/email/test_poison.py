"""Mails built to hurt: refused or read within a bounded time, never with another exception than our own."""

from __future__ import annotations

import contextlib
import re
import sys
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels.base import FetchError, Malformed
from channels.email.read import attached, envelope, read
from tests.channels.email.letters import (
    OFFICE,
    SARI,
    SERVER,
    TOKENS,
    inside,
    jpeg,
    letter,
    part,
    several,
    stored,
    understood,
)
from workflow.message import BadPayload, Ignored, Inbound, Message, Receipt

HEAD = f"From: {SARI}\r\nMIME-Version: 1.0\r\n".encode()


def opened(count, boundary=b"%d"):
    return b"".join(
        b'Content-Type: multipart/mixed; boundary="' + boundary % n + b'"\r\n\r\n--' + boundary % n + b"\r\n"
        for n in range(count)
    )


POISON = {
    "an id with bytes that are no text": HEAD + b"Message-ID: <a\xaa\xff@x>\r\nReferences: <\xfe@y> <b@z>\r\n\r\nlampu mati",
    "1,200 mails in each other": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 1_200,
    "1,200 multiparts in each other": HEAD + opened(1_200),
    "30 multiparts in each other": HEAD + opened(30),
    "100,000 empty parts": HEAD + b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n' + b"--x\r\n\r\n" * 100_000,
    "4,000 empty parts": HEAD + b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n' + b"--x\r\n\r\n" * 4_000,
    "80,000 encoded words": HEAD + b"Subject: " + b"=?utf-8?Q?a?= " * 80_000 + b"\r\n\r\nx",
    "encoded words never closed": HEAD + b"Subject: " + b"=?utf-8?Q?" * 6_000 + b"\r\n\r\nx",
    "a sender of brackets": b"From: " + b"(" * 20_000 + b"<" * 20_000 + b"\r\n\r\nx",
    "a sender of quotes": b"From: " + b'"\\' * 20_000 + b"\r\n\r\nx",
    "a head without an end": HEAD + b"X-A: b\r\n" * 200_000,
    "a field without an end": HEAD + b"X-A: b\r\n" + b" x\r\n" * 200_000,
    "a type of quotes": HEAD + b"Content-Type: multipart/mixed" + b';"' * 20_000 + b"\r\n\r\nx",
    "a type of parameters": HEAD + b"Content-Type: text/plain" + b";a=" * 2_000 + b"\r\n\r\nx",
    "numbered parameters": HEAD + b"Content-Type: text/plain" + b";a*999=x" * 900 + b"\r\n\r\nx",
    "a million empty lines": HEAD + b"\r\n" + b"\n" * 1_000_000,
    "blanks in quoted-printable": HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b" " * 300_000 + b"x",
    "brackets in HTML": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<" * 300_000,
    "comments in HTML": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<!--" * 80_000,
    "levels in HTML": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 40_000,
    "quotations in HTML": HEAD + b"Subject: Re: x\r\nContent-Type: text/html\r\n\r\n" + b"<blockquote type=cite>" * 9_000,
    "punycode": HEAD + b"Content-Type: text/plain; charset=punycode\r\n\r\n" + b"a" * 300_000 + b"-" + b"b" * 50_000,
    "blanks in a flowed text": HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"a \r\n" * 80_000,
    "marks of quotation": HEAD + b"Subject: Re: x\r\n\r\n" + b">" * 300_000,
    "many openings": HEAD + b"Subject: Re: x\r\n\r\n" + b"On " * 8_000 + b"\n" * 20_000 + b"From: a\n" * 3_000,
    "a word on the sender of brackets": HEAD + b"Authentication-Results: mx.contoh.go.id; " + b"(" * 30_000 + b"\r\n\r\nx",
}  # fmt: skip


@pytest.mark.parametrize("raw", POISON.values(), ids=POISON)
def test_poison_is_refused_or_read_in_time(raw):
    depth, payload = sys.getrecursionlimit(), stored(raw)
    began = time.thread_time()
    envelope(payload, OFFICE)
    named = time.thread_time() - began
    try:
        found = understood(raw)
    except BadPayload as refusal:
        found = refusal
    took = time.thread_time() - began
    assert isinstance(found, Inbound | BadPayload)
    assert sys.getrecursionlimit() == depth
    assert named < 0.2  # 1 ms here
    assert took < 1.0  # below 100 ms here


def test_a_mail_of_the_largest_size_is_read_in_seconds():
    raw = letter(
        several("mixed", part("Foto."), part(jpeg(size_bytes=18_000_000), "image/jpeg"))[1],
        kind=several("mixed", part("Foto."), part(jpeg(size_bytes=18_000_000), "image/jpeg"))[0],
    )
    began = time.thread_time()
    assert understood(raw).attachments[0].size_bytes > 18_000_000
    assert time.thread_time() - began < 10  # 1 s here


def attempt(payload):
    """What reading gives for any bytes; anything but our own refusals goes through and fails the test."""
    try:
        place = envelope(payload, OFFICE)
    except Malformed:
        return None
    assert re.fullmatch(r"mail:[0-9a-f]{64}", place.key)
    try:
        return read(payload, OFFICE, TOKENS, SERVER)
    except BadPayload:
        return None


@given(st.binary(max_size=400))
@example(b"From: a@b.id\r\nContent-Type: multipart/mixed; boundary*0*=idna''%ff; boundary*1=x\r\n\r\n--x")
@example(b'From: a@b.id\r\nContent-Type: multipart/mixed; boundary=""\r\n\r\n--\r\n\r\nx\r\n----\r\n')
@example(b"From: a@b.id\r\nContent-Transfer-Encoding: base64\r\n\r\n=\r\n")
def test_any_bytes_are_read_or_refused(raw):
    attempt(raw)
    attempt(stored(raw))
    attempt(stored(b"From: a@b.id\r\n" + raw))


NAMES = st.sampled_from([
    "From", "To", "Subject", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "In-Reply-To", "Date",
    "References", "Message-ID", "Authentication-Results", "Return-Path", "Auto-Submitted", "Content-ID", "X-Failed-Recipients",
])  # fmt: skip
VALUES = st.text(max_size=60) | st.sampled_from([
    "a@b.id", "Sari <sari@warga.example>", "text/html", "text/plain; charset=utf-16", "multipart/alternative; boundary=x",
    "multipart/report; report-type=delivery-status; boundary=x", "message/rfc822", "message/delivery-status", "base64",
    "quoted-printable", "x-uuencode", "attachment; filename*0*=x''%41; filename*1=b", "=?utf-8?b?w6k=?= =?gbk?q?=ff?=",
    "mx.contoh.go.id; dmarc=pass header.from=b.id", "<>", "multipart/related; boundary=x; start=<a>", "application/ms-tnef",
    "text/plain; format=flowed; delsp=yes", 'image/jpeg; name="', "inline", "Re: Fwd: [KNG-2026-0001]",
])  # fmt: skip
CONTENT = st.text(max_size=80) | st.sampled_from([
    "--x", "--x--", "", "<p>halo</p>", "> kutip", "SmFsYW4=", "=41=ZZ=", "begin 644 a", "#86%A", "Action: failed",
    "Final-Recipient: rfc822; a@b.id", "Content-Type: text/html", "Content-Type: message/rfc822", 'x\x9f>"',
    "Pada 5 Mar 2024 10.15 a <a@b.id> menulis:", "-- ", "<table><tr><td>", "<blockquote type=cite>",
])  # fmt: skip


@given(
    st.lists(st.tuples(NAMES, VALUES), max_size=8),
    st.lists(CONTENT, max_size=12),
    st.sampled_from(["\r\n", "\n", "\r"]),
)
def test_mails_of_odd_pieces_are_read_or_refused(fields, lines, end):
    head = end.join(f"{name}: {value}" for name, value in [*fields, ("From", "sari@warga.example")])
    raw = f"{head}{end}{end}{end.join(lines)}".encode("utf-8", "surrogatepass")
    found = attempt(stored(raw))
    assert isinstance(found, Message | Receipt | Ignored | None)
    if isinstance(found, Message):
        for each in found.attachments:
            assert len(attached(stored(raw), each.ref)) == each.size_bytes
        assert "\0" not in found.text + found.whole
        assert not re.search(r"[\ud800-\udfff\u202a-\u202e]", found.text + found.whole + found.sender.name)


WORDS = st.lists(st.text("abcdefghijklmnopqrstuvwxyzäß测试", min_size=3, max_size=12), min_size=1, max_size=30)
TEXTS = WORDS.map(" ".join)


@st.composite
def trees(draw, depth=3):
    """A part and the words that stand as text in it."""
    if depth == 0 or draw(st.booleans()):
        said = draw(TEXTS)
        shape = draw(st.sampled_from(["plain", "html", "file", "base64"]))
        if shape == "html":
            return part(f"<div>{said}</div>", "text/html; charset=utf-8"), said
        if shape == "file":
            return part(said, content_disposition='attachment; filename="a.txt"'), said
        return part(said.encode() if shape == "base64" else said), said
    below = draw(st.lists(trees(depth - 1), min_size=1, max_size=3))
    kind = draw(st.sampled_from(["mixed", "related", "signed", "digest-like"]))
    return inside(kind, *(each for each, _ in below)), " ".join(words for _, words in below)


@given(trees(), st.sampled_from(["Lampu", "Re: Lampu", "Fwd: Lampu", ""]))
def test_no_word_of_any_text_is_lost(tree, subject):
    (content, said) = tree
    kind, body = several("mixed", content)
    message = understood(letter(body, subject, kind=kind))
    there = set(f"{message.text} {message.whole}".split())
    assert set(said.split()) <= there


@given(st.binary(max_size=60), st.text(max_size=10))
def test_a_reference_to_any_file_gives_it_or_says_why_not(content, place):
    kind, body = several("mixed", part("x"), part(content, "application/octet-stream"))
    payload = stored(letter(body, kind=kind))
    with contextlib.suppress(FetchError):
        attached(payload, f"mail:x#{place}")
    if content:
        assert attached(payload, "mail:x#2") == content
