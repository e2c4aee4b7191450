"""People with mailboxes, and the office's: who writes to whom, and what they see of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from email.utils import format_datetime

from channels.sandbox.clock import Clock
from channels.sandbox.feed import Feed
from channels.sandbox.mail.imap import INBOX, Imap
from channels.sandbox.mail.letters import Client, Draft, written
from channels.sandbox.mail.seen import Attached, Kept, Seen, kept_json, seen, threads
from channels.sandbox.mail.smtp import Handed, Smtp

SIGNED_BY = "mx.sandbox.test"  # the name that Authentication-Results are signed with


@dataclass(slots=True, eq=False)
class Person:
    """Somebody with a mailbox here. `client` is the program they write with."""

    address: str
    name: str = ""
    password: str = "rahasia"  # noqa: S105 - of a stand-in
    client: Client = "gmail"
    shown: bool = False  # on a page: what they get and send is told in the feed and kept in `box`
    sent: list[Seen] = field(default_factory=list)
    box: list[Kept] = field(default_factory=list)


@dataclass(slots=True)
class MailWorld:
    """Everybody's mail. It's delivered at once and kept in memory.

    `feed` tells what people who are `shown` get and send: kind "mail", chat "mail:" and their address, data as
    `kept_json` writes it. `count` numbers the mails that are written here: a world that begins anew after another one
    begins it higher, so that no name is used twice.
    """

    clock: Clock
    imap: Imap
    people: dict[str, Person] = field(default_factory=dict)
    smtp: Smtp = field(init=False)
    feed: Feed = field(default_factory=Feed)
    count: int = 0

    def __post_init__(self) -> None:
        """Let the people's passwords open the SMTP side too."""
        self.smtp = Smtp({}, lambda address: _without_detail(address) in self.people, self._handed)

    def add(self, person: Person) -> Person:
        """Give somebody a mailbox. The office is one of them."""
        self.people[person.address] = person
        self.smtp.passwords[person.address] = person.password
        self.imap.add(person.address, person.password)
        return person

    async def person_mails(
        self,
        person: Person,
        text: str,
        *,
        to: str = "",
        subject: str = "",
        html: str = "",
        attached: Sequence[Attached] = (),
        answers: Seen | None = None,
        proven: bool = True,
    ) -> Seen:
        """Let somebody write a mail, or answer one; what they sent. Not `proven`: nobody vouches for their From."""
        self.count += 1
        draft = Draft(
            sender=person.address,
            name=person.name,
            to=to or (answers.answer_to if answers else ""),
            message_id=f"<{self.count:06d}.{person.client}@{person.address.rpartition('@')[2]}>",
            at=self.clock.now(),
            subject=subject,
            text=text,
            html=html,
            attached=attached,
            answers=answers,
            client=person.client,
        )
        raw = written(draft)
        sent = seen(raw, draft.at, mine=True, read=True)
        person.sent.append(sent)
        self._show(person, Kept(sent, text))
        await self.bring(raw, draft.to, sender=person.address, proven=proven)
        return sent

    async def bring(self, raw: bytes, to: str, *, sender: str, proven: bool = False, folder: str = INBOX) -> int:
        """Deliver any bytes at all to somebody, as a server does: with its trace above them. The UID there.

        Raises `LookupError` if nobody has that address.
        """
        owner = self.people[_without_detail(to)]
        now = self.clock.now()
        domain = sender.rpartition("@")[2]
        result = f"dmarc={'pass' if proven else 'fail'} header.from={domain}" if domain else "none"
        trace = [
            f"Return-Path: <{sender}>",
            f"Delivered-To: {to}",
            f"Received: from {domain or 'localhost'} by {SIGNED_BY}; {format_datetime(now)}",
            f"Authentication-Results: {SIGNED_BY}; {result}",
        ]
        head = "".join(f"{line}\r\n" for line in trace).encode("utf-8", "replace")
        uid = await self.imap.put(owner.address, head + raw, now, folder)
        if owner.shown:
            self._show(owner, Kept(seen(raw, now, uid=uid)))
        return uid

    async def bounce(self, handed: Handed, why: str = "550 5.1.1 The email account does not exist") -> int:
        """Send a mail of the office back to it, as the server of who was meant does (RFC 3464)."""
        said = BytesHeaderParser().parsebytes(handed.content)
        recipient, self.count = handed.recipients[0], self.count + 1
        boundary = f"bounce-{self.count}"
        status = next((word for word in why.split() if word.count(".") == 2), "5.0.0")
        head = handed.content.partition(b"\r\n\r\n")[0]
        parts = [
            ("text/plain", f"{recipient}: {why}".encode()),
            (
                "message/delivery-status",
                f"Reporting-MTA: dns; mx.other.test\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\nAction: failed\r\n"
                f"Status: {status}\r\nDiagnostic-Code: smtp; {why}".encode(),
            ),
            ("text/rfc822-headers", head),
        ]
        body = b"".join(
            f"--{boundary}\r\nContent-Type: {kind}\r\n\r\n".encode() + content + b"\r\n" for kind, content in parts
        )
        raw = (
            f"Date: {format_datetime(self.clock.now())}\r\nFrom: Mail Delivery System <mailer-daemon@mx.other.test>\r\n"
            f"To: {handed.sender}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
            f"Message-ID: <{boundary}@mx.other.test>\r\nIn-Reply-To: {said['Message-ID']}\r\n"
            f"Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
            f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"\r\n\r\n'
        ).encode()
        return await self.bring(raw + body + f"--{boundary}--\r\n".encode(), handed.sender, sender="")

    async def inbox(self, person: Person, folder: str = INBOX) -> list[Seen]:
        """What lies in a folder of theirs."""
        stored = await self.imap.mails(person.address, folder)
        return [seen(each.raw, each.at, uid=each.uid, read=each.read) for each in stored]

    async def threads(self, person: Person) -> list[list[Seen]]:
        """Their mails, received and sent, as their program shows them: the newest thread first."""
        return threads([*await self.inbox(person), *person.sent])

    def _show(self, person: Person, kept: Kept) -> None:
        if person.shown:
            person.box.append(kept)
            data = kept_json(len(person.box) - 1, kept)
            self.feed.add(self.clock.now(), "mail", f"mail:{person.address}", data)

    async def _handed(self, handed: Handed) -> None:
        for recipient in handed.recipients:
            await self.bring(handed.content, recipient, sender=handed.sender, proven=True)


def _without_detail(address: str) -> str:
    """The mailbox that an address with a detail belongs to: a+b@c is a's."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
