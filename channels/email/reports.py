"""Reads what mail servers and mail programs report on a mail of ours: bounces, deliveries, and that it was read.

RFC 3464 (delivery), RFC 8098 (reading), and what servers write instead (docs/email.md B1). A report that names no mail
of ours means nothing: anybody can write one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Literal, NamedTuple

from channels.email.answers import meaning
from channels.email.cleaning import clean_line
from channels.email.headers import Head, split_head
from channels.email.mime import Part
from channels.email.senders import NOBODY, canonical, mailboxes
from channels.email.tokens import Ours, Tokens
from workflow.message import Fact

State = Literal["sent", "delivered", "read", "failed", "later", ""]

_LONGEST_BYTES = 200_000
_REASON_CHARACTERS = 200
_BLOCKS = 50
_STATES: dict[str, State] = {
    "failed": "failed",
    "delayed": "later",
    "delivered": "delivered",
    "relayed": "sent",  # handed on to a server that reports nothing
    "expanded": "sent",
}
_STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")
_CODE = re.compile(r"\b([45]\d\d)\b")
_DELAY = re.compile(
    r"\b(?:delay(?:ed)?|warning|not yet|will (?:be )?retr\w*|still trying|tertunda|ditunda)\b", re.IGNORECASE
)
_RETURNED = (
    "message/rfc822",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global",
    "message/global-headers",
)


class Report(NamedTuple):
    """What became of a mail of ours, as somebody says. `state` "later": still tried; "": nothing we wait for."""

    state: State
    ours: Ours | None
    recipient: str
    fact: Fact | Literal[""] = ""
    reason: str = ""


def report_in(mail: Part, tokens: Tokens) -> Report | None:
    """The report that a mail is; None if it doesn't look like one."""
    parts = {part.type: part for part in reversed(list(mail.walk()))}
    told = mail.parameters.get("report-type", "").lower()
    delivery = parts.get("message/delivery-status") or parts.get("message/global-delivery-status")
    reading = parts.get("message/disposition-notification")
    if delivery is not None:
        return _on_delivery(mail, list(_blocks(delivery)), tokens)
    if reading is not None:
        return _on_reading(next(_blocks(reading), Head(())), tokens)
    if told == "feedback-report" or "message/feedback-report" in parts:
        return Report("", None, NOBODY)
    return _in_words(mail, tokens)


def _blocks(part: Part) -> Iterator[Head]:
    """The groups of fields of a machine-readable part."""
    rest = part.data()[:_LONGEST_BYTES].lstrip()
    for _ in range(_BLOCKS):
        if not rest:
            return
        fields, end = split_head(rest)
        yield Head((field.name, field.value) for field in fields)
        rest = rest[end or 1 :].lstrip()


def _on_delivery(mail: Part, blocks: list[Head], tokens: Tokens) -> Report:
    about = [block for block in blocks if "final-recipient" in block or "action" in block or "status" in block]
    # A mail of ours has one recipient; where lists made several of it, the failure is what counts.
    block = min(about, key=_weight, default=Head(()))
    status = _STATUS.search(block.first("status"))
    said = block.text("diagnostic-code").text
    recipient = _recipient(mail, block.first("original-recipient") or block.first("final-recipient"))
    return _report(_state(block), _ours(mail, tokens), recipient, f"{status[0] if status else ''} {said}")


def _weight(block: Head) -> int:
    return ("failed", "later", "delivered", "sent", "").index(_state(block))


def _state(block: Head) -> State:
    action = block.first("action").strip().lower()
    if action in _STATES:
        return _STATES[action]
    status = _STATUS.search(block.first("status"))
    by_class: dict[str, State] = {"5": "failed", "4": "later", "2": "delivered"}
    return by_class[status[1]] if status is not None else ""


def _on_reading(block: Head, tokens: Tokens) -> Report:
    shown = re.search(r";\s*displayed\b", block.first("disposition"), re.IGNORECASE) is not None
    ours = next(tokens.in_ids(block.first("original-message-id")), None)
    return Report("read" if shown else "", ours, _address(block.first("final-recipient")))


def _in_words(mail: Part, tokens: Tokens) -> Report | None:
    """A report that only people can read, if it gives back a mail of ours or says whom it couldn't reach."""
    failed = mail.head.first("x-failed-recipients")
    returned = next((part for part in mail.walk() if part.type in _RETURNED), None)
    ours = _ours(mail, tokens)
    if not failed and returned is None and (ours is None or not _speaks_of_failure(mail)):
        return None
    words = _words(mail)
    if ours is None or (not failed and _DELAY.search(f"{mail.head.text('subject').text} {words[:2_000]}")):
        return Report("later" if ours is not None else "", ours, _recipient(mail, failed))
    return _report("failed", ours, _recipient(mail, failed), _line_with_code(words))


def _speaks_of_failure(mail: Part) -> bool:
    subject, words = mail.head.text("subject").text, _words(mail)[:4_000]
    return re.search(
        r"(?i)undeliver|delivery|failure|failed|returned mail|permanent|tidak (?:dapat|bisa) (?:di)?kirim|gagal|delay",
        f"{subject} {words}",
    ) is not None and (
        _STATUS.search(words) is not None or _CODE.search(words) is not None or "deliver" in words.lower()
    )


def _words(mail: Part) -> str:
    texts = (part.data()[:_LONGEST_BYTES] for part in mail.walk() if part.type == "text/plain")
    return "\n".join(text.decode("utf-8", "replace") for text in texts)


def _line_with_code(words: str) -> str:
    lines = (line for line in words.split("\n") if _STATUS.search(line) or _CODE.search(line))
    return next(lines, "")


def _report(state: State, ours: Ours | None, recipient: str, said: str) -> Report:
    reason = clean_line(re.sub(r"\b(?:smtp|x400|unix)\s*;", "", said, flags=re.IGNORECASE), _REASON_CHARACTERS)
    return Report(state, ours, recipient, _fact(reason) if state == "failed" else "", reason)


def _fact(reason: str) -> Fact:
    """What a failure means for the next mail to that address."""
    code = _CODE.search(reason)
    error = meaning("recipient", int(code[1]) if code is not None else 550, reason, timedelta())
    return "gone" if error.fact == "gone" else "refused"


def _ours(mail: Part, tokens: Tokens) -> Ours | None:
    """The mail it's about: by the id of the mail it returns, else by any id of ours in it."""
    for part in mail.walk():
        if part.type in _RETURNED:
            fields, _ = split_head(part.data()[:_LONGEST_BYTES].lstrip())
            named = (field.value for field in fields if field.name == "message-id")
            if (found := next(tokens.in_ids(next(named, "")), None)) is not None:
                return found
    for value in mail.head.all("in-reply-to", "references"):
        if (found := next(tokens.in_ids(value), None)) is not None:
            return found
    texts = (part.data()[:_LONGEST_BYTES].decode("ascii", "replace") for part in mail.walk() if not part.children)
    return next((found for text in texts for found in tokens.in_ids(text)), None)


def _recipient(mail: Part, said: str) -> str:
    """Whom we wrote to: To of the mail that came back, else whom the report names."""
    for part in mail.walk():
        if part.type in _RETURNED:
            fields, _ = split_head(part.data()[:_LONGEST_BYTES].lstrip())
            boxes = [box.address for field in fields if field.name == "to" for box in mailboxes(field.value)]
            if boxes:
                return boxes[0]
    return _address(said)


def _address(said: str) -> str:
    """The address in "rfc822; a@b", or the first of a list."""
    return canonical(said.rpartition(";")[2].split(",")[0]) or NOBODY
