"""Finds what a mail says among its parts: the text people see, what else can be read in it, and what are files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.email.charsets import Decoded, decode
from channels.email.cleaning import clean
from channels.email.markup import Converted, converted, marks_quotation
from channels.email.mime import Part

LONGEST_BYTES = 2_000_000  # of one text; what's longer is no mail that a person wrote, and stays in the stored mail

_POINTS_TO_HTML = re.compile(
    r"\bhtml\b.{0,120}\b(?:view|viewer|enable|support|display|browser|client|lihat|tampil\w*|buka|mendukung)\b"
    r"|\b(?:view|enable|support|display|lihat|tampil\w*|buka|mendukung)\b.{0,120}\bhtml\b",
    re.IGNORECASE | re.DOTALL,
)
_POINTS_LONGEST = 400
_FRAGMENT = re.compile(r"ATT\d{3,}\.(?:htm|html|txt)", re.IGNORECASE)  # what Exchange makes of text between files
_SHOWN = re.compile(r"cid:([^\"'\s>)]{1,200})", re.IGNORECASE)
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_ENCRYPTED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_ELSEWHERE = frozenset({"message/partial", "message/external-body"})
_READ_ALONG = frozenset({"text/rfc822-headers", "message/delivery-status", "message/disposition-notification"})
_BINARY = re.compile(rb"\A(?:\xff\xd8\xff|\x89PNG|GIF8|%PDF-|PK\x03\x04)|\x00")


@dataclass(slots=True)
class Body:
    """What stands in a mail."""

    texts: list[str] = field(default_factory=list)  # as people see them, one below the other
    unquoted: list[str] = field(default_factory=list)  # the same without what HTML marks as quoted
    besides: list[tuple[str, str]] = field(default_factory=list)  # (name, text) of what isn't shown as text
    files: list[Part] = field(default_factory=list)
    mails: list[Part] = field(default_factory=list)  # those among the files that are mails
    rich: list[Part] = field(default_factory=list)  # HTML that says the same as a text taken
    shown: set[str] = field(default_factory=set)  # content ids that HTML shows
    sure: bool = True  # every character surely is what was written
    unsupported: str = ""

    def marked(self) -> str:
        """What remains of the HTML alternative without what a client marked as quoted; "" if nothing was marked."""
        for part in self.rich:
            html = _text_of(part).text
            if marks_quotation(html):
                return converted(html).new
        return ""


def body_of(mail: Part) -> Body:
    """All that is in a mail. Nothing is left out but control parts and second versions of the same text."""
    body = Body()
    _collect(mail, body)
    for part in mail.walk():
        left_over = clean(part.after).strip()
        if left_over:
            body.besides.append(("", left_over))
    return body


def _collect(part: Part, body: Body) -> None:
    match part.type:
        case "multipart/alternative":
            _choose(part, body)
        case "multipart/related":
            _collect_related(part, body)
        case "multipart/encrypted":
            body.unsupported = "encrypted"
        case _ if part.children:
            for child in part.children:
                _collect(child, body)
        case _:
            _collect_leaf(part, body)


def _collect_related(part: Part, body: Body) -> None:
    """The first part, or the one it calls its start, is the text; the others are what it shows."""
    start = part.parameters.get("start", "").strip("<> ")
    root = next((each for each in part.children if start and each.content_id == start), None)
    for child in sorted(part.children, key=lambda each: each is not root) if root is not None else part.children:
        _collect(child, body)


def _choose(part: Part, body: Body) -> None:
    """The plain version, unless it's empty or only points to the other; of the other its files, whichever is taken."""
    plain = [each for each in part.children if each.type == "text/plain" and not _is_file(each)]
    rich = [each for each in part.children if _holds_html(each)]
    others = [each for each in part.children if each not in plain and each not in rich]
    taken = next((each for each in plain if _is_enough(each)), None) if rich else (plain[0] if plain else None)
    if taken is not None:
        _add_text(taken, body)
        for each in rich:
            _collect_files(each, body)
    else:
        for each in rich:
            _collect(each, body)
    for each in plain:
        text = _text_of(each).text
        if each is not taken and text.strip():
            body.besides.append(("", _plain_text(each, text)))
    for each in others:
        if not (each.type.startswith("text/") and not _is_file(each)):
            _collect(each, body)  # a calendar says the same a third time


def _is_enough(plain: Part) -> bool:
    text = _text_of(plain).text.strip()
    return bool(text) and (len(text) > _POINTS_LONGEST or _POINTS_TO_HTML.search(text) is None)


def _holds_html(part: Part) -> bool:
    return any(each.type == "text/html" and not _is_file(each) for each in part.walk())


def _collect_files(part: Part, body: Body) -> None:
    """The files in the version of the text that isn't taken, and which of them it shows."""
    for each in part.walk():
        if each.children:
            continue
        if each.type == "text/html" and not _is_file(each):
            body.rich.append(each)
            body.shown.update(_SHOWN.findall(_text_of(each).text))
        elif not (each.type == "text/plain" and not _is_file(each)):
            _collect_leaf(each, body)


def _collect_leaf(part: Part, body: Body) -> None:
    if part.type in _ENCRYPTED:
        body.unsupported = "encrypted"
    elif part.type in _ELSEWHERE:
        body.unsupported = "partial"
    elif is_mail(part):
        body.files.append(part)
        body.mails.append(part)
    elif part.type == "text/html" and not _is_file(part):
        _add_html(part, body)
    elif part.type in ("text/plain", "text/enriched", "text/richtext") and not _is_file(part):
        _add_text(part, body)
    elif part.type in _READ_ALONG or (part.type == "text/plain" and _reads_as_text(part)):
        text, sure = _text_of(part)
        body.besides.append((part.name, clean(text)))
        body.sure = body.sure and sure
    else:
        body.files.append(part)


def is_mail(part: Part) -> bool:
    """Whether it's another mail, sent along as a whole."""
    return part.type == "message/rfc822" or (part.type != "text/plain" and part.name.lower().endswith(".eml"))


def _is_file(part: Part) -> bool:
    """Whether its sender made it a file and not part of the text."""
    name = part.name
    return bool(part.is_attachment or name) and _FRAGMENT.fullmatch(name) is None


def _reads_as_text(part: Part) -> bool:
    """Whether a file that says it's plain text is; then it's read along, since nobody could open it in a chat."""
    return _BINARY.search(part.data()[:LONGEST_BYTES]) is None


def _add_text(part: Part, body: Body) -> None:
    data = part.data()
    if _BINARY.match(data) is not None:
        body.files.append(part)
        return
    text, sure = _text_of(part)
    lines = _plain_text(part, text)
    body.texts.append(lines)
    body.unquoted.append(lines)
    body.sure = body.sure and sure


def _add_html(part: Part, body: Body) -> None:
    text, sure = _text_of(part)
    said: Converted = converted(text)
    body.texts.append(said.whole)
    body.unquoted.append(said.new)
    body.shown.update(_SHOWN.findall(text))
    body.sure = body.sure and sure


def _text_of(part: Part) -> Decoded:
    data = part.data()[:LONGEST_BYTES]
    label = part.parameters.get("charset", "")
    if not label and part.type == "text/html" and (found := _CHARSET.search(data[:2_000])) is not None:
        label = found[1].decode("ascii")
    return decode(data, label)


def _plain_text(part: Part, text: str) -> str:
    said = part.parameters
    if said.get("format", "").strip().lower() == "flowed":
        return flowed(clean(text), deletes_blank=said.get("delsp", "").strip().lower() == "yes")
    return clean(text)


def flowed(text: str, *, deletes_blank: bool) -> str:
    """The paragraphs of a format=flowed text, whose lines go on where they end in a blank (RFC 3676, 4)."""
    out: list[list[str]] = []
    open_depth = -1  # of the paragraph that goes on, -1 while none does
    for line in _unstuffed(text):
        depth, words = line
        goes_on = words.endswith(" ") and words != "-- "
        shown = words[:-1] if goes_on and deletes_blank else words
        if open_depth == depth and words != "-- ":
            out[-1].append(shown)
        else:
            out.append([f"{'>' * depth} {shown}" if depth else shown])
        open_depth = depth if goes_on else -1
    return "\n".join("".join(pieces) for pieces in out)


def _unstuffed(text: str) -> Iterator[tuple[int, str]]:
    """Quoting depth and words of each line."""
    for line in text.split("\n"):
        words = line.lstrip(">")
        yield len(line) - len(words), words.removeprefix(" ")
