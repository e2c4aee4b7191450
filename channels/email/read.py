"""Turns a stored mail into the words every channel speaks. Pure; nothing that a mail says is trusted."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import msgspec

from channels.base import Envelope, FetchError, Malformed
from channels.email import machines, reports, subjects
from channels.email.attachments import File, files_of, opened
from channels.email.bodies import Body, body_of
from channels.email.cleaning import clean, clean_line
from channels.email.headers import Field, Head, split_head
from channels.email.identity import answered, verdict
from channels.email.machines import Facts
from channels.email.mime import Part, taken_apart
from channels.email.payload import Taken, unpacked
from channels.email.quoting import MOST_CHARACTERS, new_words
from channels.email.senders import NOBODY, Mailbox, sender_of
from channels.email.tokens import Tokens
from workflow.message import Address, BadPayload, Ignored, Inbound, Message, Receipt, Sender
from workflow.say import say

if TYPE_CHECKING:
    from channels.settings import EmailSettings

CHANNEL = "email"

_WHOLE_CHARACTERS = 2 * MOST_CHARACTERS
_REFERENCES = 21  # the first and the last twenty
_SUBJECT_CHARACTERS = 300
_ID = re.compile(r"<[^<>\s]{1,900}>")
_INNER_CHARACTERS = 20_000  # of a mail that lies in another
_INNER_MAILS = 5
_INNER_DEEP = 2
_WORD = re.compile(r"\w")

# Fields that servers add or change on the way: the same mail has others when it comes a second time.
_TRACES = frozenset({
    "received", "received-spf", "delivered-to", "return-path", "authentication-results", "dkim-signature",
    "domainkey-signature", "envelope-to", "original-recipient",
})  # fmt: skip


class Reader:
    """Reads the mails of one office's mailbox."""

    def __init__(self, office: str, settings: EmailSettings, tokens: Tokens) -> None:
        self._office = office
        self._authserv_id = settings.authserv_id
        self._tokens = tokens

    def envelope(self, payload: bytes) -> Envelope:
        """See `envelope`."""
        return envelope(payload, self._office)

    def read(self, payload: bytes) -> Inbound:
        """See `read`."""
        return read(payload, self._office, self._tokens, self._authserv_id)

    def attached(self, payload: bytes, ref: str) -> bytes:
        """See `attached`."""
        return attached(payload, ref)


def envelope(payload: bytes, office: str) -> Envelope:
    """The mail's key, by its content, and its sender's lane. Reads the head alone. Raises `Malformed`."""
    try:
        _, mail = unpacked(payload)
    except ValueError as error:
        raise Malformed(str(error)) from None
    fields, end = split_head(mail)
    sender = sender_of(_head(fields))
    return Envelope(key=_key(fields, mail, end), lane=Address(office, CHANNEL, sender.address).lane)


def read(payload: bytes, office: str, tokens: Tokens, authserv_id: str = "") -> Inbound:
    """The mail as a value. Raises `BadPayload` for one that can't be read safely, or whose sender nobody could answer.

    `authserv_id` is the name by which the office's own server signs its word on senders; "" trusts none.
    """
    try:
        taken, mail = unpacked(payload)
    except ValueError as error:
        raise BadPayload(str(error)) from None
    fields, end = split_head(mail)
    head = _head(fields)
    sender = sender_of(head)
    chat = Address(office, CHANNEL, sender.address)
    facts = Facts(head, tokens, taken.folder)
    if machines.is_our_own(facts):
        return Ignored(chat=chat, at=taken.at, reason="our own mail coming back")
    if machines.may_be_report(facts) and (said := _reported(mail, chat, taken, tokens)) is not None:
        return said
    ours = list(answered(head, tokens))
    known = any(tokens.was_sent_to(each, sender.address) for each in ours)
    word = verdict(fields, sender.address, authserv_id)
    reason, doubtful = machines.machine(facts), machines.may_be_member(facts)
    if not reason and not known:
        reason = machines.spam(facts) or ("forged: its domain asks to reject it" if word.forged else "")
        doubtful = bool(reason)
    if reason:
        return Ignored(chat=chat, at=taken.at, reason=reason, doubtful=doubtful)
    if sender.address == NOBODY:
        raise BadPayload("no sender who could be answered")
    return _Letter(
        head=head,
        chat=chat,
        sender=Sender(id=sender.address, name=sender.name, claimed=not (known or word.passed)),
        taken=taken,
        key=_key(fields, mail, end),
        answers=ours[0].message_id if ours else "",
    ).message(mail)


def attached(payload: bytes, ref: str) -> bytes:
    """A file out of the mail that named it. Raises `FetchError`. Takes a second for the largest mails."""
    _, _, place = ref.rpartition("#")
    try:
        _, mail = unpacked(payload)
        parts = taken_apart(mail).walk()
    except (ValueError, BadPayload):
        raise FetchError("broken", again=False) from None
    number = place.partition(".")[0]
    for part in parts:
        if str(part.number) == number:
            for file in opened(part):
                if file.place == place:
                    return file.data
    raise FetchError("gone", again=False)


def _head(fields: tuple[Field, ...]) -> Head:
    return Head((field.name, field.value) for field in fields)


def _key(fields: tuple[Field, ...], mail: bytes, end: int) -> str:
    """The name of this content: what was added on its way is left out of it, see `_TRACES`."""
    digest = hashlib.sha256()
    for field in fields:
        if field.name not in _TRACES and not field.name.startswith(("x-", "arc-")):
            digest.update(field.raw)
    digest.update(memoryview(mail)[end:])
    return f"mail:{digest.hexdigest()}"


def _reported(mail: bytes, chat: Address, taken: Taken, tokens: Tokens) -> Receipt | Ignored | None:
    report = reports.report_in(taken_apart(mail), tokens)
    if report is None:
        return None
    if report.ours is None:
        return Ignored(chat=chat, at=taken.at, reason="a report on no mail of ours")
    if report.state == "later":
        return Ignored(chat=chat, at=taken.at, reason="a report that a mail is late")
    if report.state == "":
        return Ignored(chat=chat, at=taken.at, reason="a report we don't wait for")
    return Receipt(
        chat=Address(chat.office, CHANNEL, report.recipient),
        at=taken.at,
        state=report.state,
        message=report.ours.message_id,
        ours=report.ours.number,
        fact=report.fact,
        reason=report.reason,
    )


class _Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A mail that a person wrote, all but its body read."""

    head: Head
    chat: Address
    sender: Sender
    taken: Taken
    key: str
    answers: str  # the Message-ID of the mail of ours that it answers

    def message(self, mail: bytes) -> Message:
        """It and its body as a value."""
        tree = taken_apart(mail)
        body = body_of(tree)
        files = self._files(tree, body)
        subject = self.head.text("subject")
        line = clean_line(subject.text, _SUBJECT_CHARACTERS)
        text = self._text(line, body, has_files=bool(files))
        whole = self._whole(line, body, sure=body.sure and subject.sure)
        return Message(
            chat=self.chat,
            id=self.key,  # by the content: two mails of one Message-ID are two messages
            sender=self.sender,
            at=self.taken.at,
            reached_at=self.taken.at,
            text=text,
            attachments=tuple(file.attachment(self.key) for file in files),
            reply_to=self.answers,
            forwarded=NOBODY if subjects.is_forward(line) else "",
            unsupported=body.unsupported if self.taken.whole else "too_big",
            whole="" if _same(whole, text) else whole,
            route=self._route(line),
        )

    def _files(self, tree: Part, body: Body) -> tuple[File, ...]:
        parts = body.files
        if not self.taken.whole:  # the last part breaks off
            last = max(part.number for part in tree.walk())
            parts = [part for part in parts if part.number != last]
        files = files_of(parts, frozenset(body.shown))
        return tuple(self._named(file, body) for file in files)

    @staticmethod
    def _named(file: File, body: Body) -> File:
        """A mail in a mail is called by its subject."""
        inner = next((part for part in body.mails if str(part.number) == file.place), None)
        if file.name or inner is None:
            return file
        title = clean_line(_head(split_head(inner.data())[0]).text("subject").text, 80)
        return file._replace(name=f"{re.sub(r'[/:]', '-', title)}.eml" if title else "")

    # --- words --------------------------------------------------------------------------------------------------------

    def _text(self, subject: str, body: Body, *, has_files: bool) -> str:
        """What they newly say, beginning with a subject that says more, or with the number it names."""
        forward = subjects.is_forward(subject)
        words = _new(body, reply=self._is_reply(subject) and not forward)
        if not _WORD.search(words) and not has_files:
            words = _joined(body.texts) or _joined([*_read_along(body), *map(_inner, body.mails[:_INNER_MAILS])])
        own = subjects.bare(subject) if self._is_fresh(subject) else ""
        if not _WORD.search(words):
            words = own
        elif own and subjects.says_more(own, words):
            words = f"{own}\n{words}"
        label = "" if self.answers else subjects.label_in(subject)
        if label and label not in words:
            words = f"[{label}]\n{words}"
        return words[:MOST_CHARACTERS].strip("\n").rstrip()

    def _whole(self, subject: str, body: Body, *, sure: bool) -> str:
        """All that can be read in it, for the staff."""
        texts = _joined(body.texts)
        own = subjects.bare(subject) if self._is_fresh(subject) or subjects.is_forward(subject) else ""
        parts = ["" if sure else say("mail.lossy"), own if subjects.says_more(own, texts) else "", texts]
        for name, text in body.besides:
            title = clean_line(name, 100)
            parts.append(f"{say('mail.besides', name=title)}\n{text}" if title else text)
        parts += [_inner(part) for part in body.mails[:_INNER_MAILS]]
        return "\n\n".join(text for part in parts if (text := part.strip("\n").rstrip()))[:_WHOLE_CHARACTERS]

    def _is_reply(self, subject: str) -> bool:
        named = "in-reply-to" in self.head or "references" in self.head
        return named or bool(self.answers) or subjects.is_reply(subject)

    def _is_fresh(self, subject: str) -> bool:
        """Whether its subject is its writer's own: it answers nothing and names no number of ours."""
        passed_on = subjects.is_reply(subject) or subjects.is_forward(subject)
        return not (passed_on or self.answers or subjects.label_in(subject))

    def _route(self, subject: str) -> str:
        """What an answer needs to stand below it (RFC 5322, 3.6.4)."""
        ids = _ids(self.head.text("references").text) or _ids(self.head.text("in-reply-to").text)
        kept = ids if len(ids) <= _REFERENCES else [ids[0], *ids[1 - _REFERENCES :]]
        its = _ids(self.head.first("message-id"))[:1]
        route = {"message_id": "".join(its), "references": " ".join(kept), "subject": subject}
        return msgspec.json.encode(route).decode()


def _ids(words: str) -> list[str]:
    """The ids of mails in a field; one with bytes that are no text can stand in no mail of ours."""
    return [each for each in _ID.findall(words) if each.isprintable()]


def _new(body: Body, *, reply: bool) -> str:
    """The words that are neither quoted nor a signature."""
    if not reply:
        return new_words(_joined(body.texts), reply=False)
    words = new_words(_joined(body.unquoted), reply=True)
    if words == new_words(_joined(body.texts), reply=False) and (marked := body.marked()):
        better = new_words(marked, reply=True)  # in a language whose quotation we don't know
        if _WORD.search(better) and len(better) < len(words):
            return better
    return words


def _read_along(body: Body) -> list[str]:
    """What stands in files of plain text."""
    return [text for name, text in body.besides if name]


def _joined(texts: list[str]) -> str:
    return "\n\n".join(text for each in texts if (text := each.strip("\n").rstrip()))


def _same(whole: str, text: str) -> bool:
    return whole == text or " ".join(whole.split()) == " ".join(text.split())


def _inner(part: Part, deep: int = _INNER_DEEP) -> str:
    """What a mail that lies in this one says, as far as it can be read, and those in it."""
    try:
        tree = taken_apart(part.data())
    except BadPayload:
        return ""
    subject = clean_line(tree.head.text("subject").text, _SUBJECT_CHARACTERS)
    sender: Mailbox = sender_of(tree.head)
    title = say("mail.inner", sender=" ".join(each for each in (sender.name, sender.address) if each), subject=subject)
    body = body_of(tree)
    further = [_inner(each, deep - 1) for each in body.mails[:_INNER_MAILS]] if deep else []
    return clean(f"{title}\n{_joined([*body.texts, *_read_along(body), *further])}")[:_INNER_CHARACTERS]
