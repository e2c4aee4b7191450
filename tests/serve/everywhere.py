"""A town whose offices are reached by WhatsApp, SMS and mail too: stand-ins for all providers, and people with phones and mailboxes."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Protocol

from channels.sandbox import cast as casting
from channels.sandbox import mail, twilio
from channels.sandbox.mail import Attached, Seen
from channels.sandbox.mail.front import Front
from channels.sandbox.mail.letters import Draft, written
from channels.sandbox.mail.world import SIGNED_BY
from channels.sandbox.stage_lines import Lines
from channels.sandbox.telegram import Clock as WorldClock
from channels.sandbox.twilio.addresses import ChannelName
from tests.dovecot import PASSWORD, Dovecot
from tests.serve.program import Desk, Plan, RealClock, Town, sample, subject, town
from workflow.say import say

TOKEN = "token-contoh-twilio"
PATIENCE_S = 90.0  # of a mail that lands as IDLE begins the stand-in says nothing: it's found at its end, after 55 s
KNOCKS = ("answer_waiting", "status_update", "reminder")
SUMMARY = re.compile("Apakah sudah benar|Benar[?] Balas YA|Bila sudah benar")
_CHOICE = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)


# --- mailboxes --------------------------------------------------------------------------------------------------------


class Box(Protocol):
    """An office's mailbox, seen from outside. `imap` is what config.toml says of it."""

    address: str
    imap: str

    async def deliver(self, raw: bytes, sender: str, *, proven: bool = True) -> None:
        """Bring a mail as a server does: with its trace above it."""
        ...

    async def folder(self, name: str = "INBOX") -> list[bytes]:
        """The mails of a folder."""
        ...


class StandInBox:
    """A mailbox at the stand-in."""

    def __init__(self, servers: mail.MailServers, address: str) -> None:
        self.address, self._servers = address, servers
        self.imap = f'host = "127.0.0.1", port = {servers.imap_port}, tls = "none", user = "{address}"'

    async def deliver(self, raw: bytes, sender: str, *, proven: bool = True) -> None:
        await self._servers.world.bring(raw, self.address, sender=sender, proven=proven)

    async def folder(self, name: str = "INBOX") -> list[bytes]:
        return [each.raw for each in await self._servers.world.imap.mails(self.address, name)]


class DovecotBox:
    """A mailbox at a real server: by TLS, or through a relay that can fail."""

    def __init__(self, dovecot: Dovecot, account: str, front_port: int = 0) -> None:
        self.address, self.dovecot = account, dovecot
        if front_port:
            self.imap = f'host = "127.0.0.1", port = {front_port}, tls = "none", user = "{account}"'
        else:
            tls = f'tls = "tls", ca_file = "{dovecot.ca_file}"'
            self.imap = f'host = "localhost", port = {dovecot.imaps_port}, {tls}, user = "{account}"'

    async def deliver(self, raw: bytes, sender: str, *, proven: bool = True) -> None:
        await asyncio.to_thread(self.dovecot.deliver, self.address, traced(raw, sender, proven=proven))

    async def folder(self, name: str = "INBOX") -> list[bytes]:
        return self.dovecot.folder(self.address, name)


def traced(raw: bytes, sender: str, *, proven: bool = True) -> bytes:
    """A mail with what our server says of its sender."""
    domain = sender.rpartition("@")[2]
    result = f"dmarc={'pass' if proven else 'fail'} header.from={domain}" if domain else "none"
    return f"Return-Path: <{sender}>\r\nAuthentication-Results: {SIGNED_BY}; {result}\r\n".encode() + raw


# --- the town ---------------------------------------------------------------------------------------------------------


@dataclass
class Everywhere:
    """A town with all channels. `front` is the relay before the stand-in's IMAP, or before the Dovecot that's used."""

    town: Town
    phones: twilio.World
    twilio: twilio.Server
    mails: mail.MailServers
    front: Front
    lines: dict[str, dict[ChannelName, twilio.Line]] = field(default_factory=dict)
    boxes: dict[str, Box] = field(default_factory=dict)
    _people: Any = field(default_factory=lambda: itertools.count(1))

    def age_messages(self, by: timedelta = timedelta(minutes=1)) -> None:
        """Let what people wrote be written longer ago: what's new in Twilio's list may still be on its way to us."""
        for message in self.phones.messages.values():
            if message.direction == "inbound":
                message.created_at -= by
                message.sent_at = message.created_at

    def phone(self, name: str, office: str = "kanigaran", channel: ChannelName = "whatsapp") -> Phone:
        """Somebody new who writes to an office by WhatsApp or SMS."""
        person = self.phones.add_person(name, f"+62812{next(self._people):08}")
        return Phone(self, self.town.desks[office], person, self.lines[office][channel])

    def writer(self, name: str, office: str = "kanigaran", client: mail.Client = "gmail") -> Writer:
        """Somebody new with a mailbox who writes to an office."""
        address = f"{name.split(maxsplit=1)[0].lower()}{next(self._people)}@warga.example"
        person = self.mails.world.add(mail.Person(address, name, client=client, shown=True))
        return Writer(self, self.town.desks[office], person)


@contextlib.asynccontextmanager
async def everywhere(
    folder: Path,
    *plans: Plan,
    start: bool = True,
    clock: WorldClock | None = None,
    dovecot: Dovecot | None = None,
    accounts: Sequence[str] = (),
    tls: bool = True,
    postgres: str = "",
) -> AsyncIterator[Everywhere]:
    """A town as `tests.serve.program.town` makes it, with all channels for each office.

    With `dovecot` the offices' mailboxes are these `accounts` there; without `tls` they're reached through `front`.
    """
    clock = clock or RealClock()
    phones = twilio.World(clock.now)
    account = phones.add_account(TOKEN)
    templates = casting.templates(Lines(phones, {}), {name: say(f"knock.{name}", name="{{1}}") for name in KNOCKS})
    async with contextlib.AsyncExitStack() as stack:
        lines_server = await stack.enter_async_context(twilio.serve(phones, clock))
        mails = await stack.enter_async_context(mail.running(clock))
        front, front_port = mails.front, 0
        if dovecot and not tls:
            front = Front(dovecot.imap_port)
            front_port = await stack.enter_async_context(front.listening())
        lines: dict[str, dict[ChannelName, twilio.Line]] = {}
        boxes: dict[str, Box] = {}

        def tables(desk: Desk) -> str:
            plan, program = desk.plan, desk.town.program
            url = f"{program.url}/twilio/{plan.id}/message#rc=2&rp=all"
            numbers: dict[ChannelName, str] = {
                "whatsapp": f"whatsapp:+62811{plan.number:05}1",
                "sms": f"+62811{plan.number:05}2",
            }
            lines[plan.id] = {name: phones.add_line(account, number, url=url) for name, number in numbers.items()}
            address = f"pengaduan@{plan.id}.example" if dovecot is None else accounts[len(boxes)]
            mails.world.add(mail.Person(address, plan.id, PASSWORD))
            box: Box = StandInBox(mails, address) if dovecot is None else DovecotBox(dovecot, address, front_port)
            boxes[plan.id] = box
            program.environ |= {"TWILIO_TOKEN": TOKEN, "MAIL_PASSWORD": PASSWORD}
            return _tables(plan, account.sid, lines_server.url, templates, box, mails.smtp_port, numbers, clock)

        here = await stack.enter_async_context(
            town(folder, *plans, start=False, clock=clock, tables=tables, postgres=postgres)
        )
        here.patience_s = PATIENCE_S
        for feed in (phones.feed, mails.world.feed):
            feed.subscribe(here.ring)
            here.further.append(feed)
        if start:
            await here.program.start()
        yield Everywhere(here, phones, lines_server, mails, front, lines, boxes)


def _tables(plan, account, url, templates, box, smtp_port, numbers, clock) -> str:
    # Kanigaran has the templates for buttons, Pekutatan hasn't: its choices are numbered.
    has_buttons = plan.standard == "kanigaran"
    named = ", ".join(f'{name} = "{sid}"' for name, sid in templates.items() if has_buttons or name in KNOCKS)
    since = (clock.now() - timedelta(days=2)).date().isoformat()
    return f"""
[offices.twilio]
account_sid = "{account}"
auth_token = {{ env = "TWILIO_TOKEN" }}
api_url = "{url}"
whatsapp = "{numbers["whatsapp"]}"
sms = "{numbers["sms"]}"
templates = {{ {named} }}
sends_per_second = 100
[offices.email]
address = "{box.address}"
imap = {{ {box.imap}, password = {{ env = "MAIL_PASSWORD" }} }}
smtp = {{ host = "127.0.0.1", port = {smtp_port}, tls = "none", user = "{box.address}", password = {{ env = "MAIL_PASSWORD" }} }}
plus = true
authserv_id = "{SIGNED_BY}"
since = "{since}"
sends_per_second = 100
"""


# --- people -----------------------------------------------------------------------------------------------------------


class Phone:
    """Somebody who writes to one line of an office. What they wait for is what came after they last looked."""

    def __init__(self, here: Everywhere, desk: Desk, person: twilio.Person, line: twilio.Line) -> None:
        self.here, self.desk, self.person, self.line = here, desk, person, line
        self.world = here.phones
        self.chat = here.phones.chat(person, line)
        self.looked = len(self.chat.bubbles)

    def on(self, channel: ChannelName) -> Phone:
        """The same person on the office's other line."""
        return Phone(self.here, self.desk, self.person, self.here.lines[self.desk.plan.id][channel])

    def says(self, text: str) -> twilio.Bubble:
        return self.world.person_writes(self.person, self.line, text)

    def sends(self, name: str, caption: str = "") -> twilio.Bubble:
        return self.world.person_sends_photo(self.person, self.line, sample(name), caption=caption)

    def pins(self, latitude: float, longitude: float) -> twilio.Bubble:
        return self.world.person_pins(self.person, self.line, latitude, longitude)

    @property
    def received(self) -> list[str]:
        return self.chat.texts

    def _find(self, fits: Callable[[twilio.Bubble], bool]) -> twilio.Bubble | None:
        new = self.chat.bubbles[self.looked :]
        return next((each for each in new if not each.mine and not each.automatic and fits(each)), None)

    async def _next(self, what: str, fits: Callable[[twilio.Bubble], bool], within_s: float = 0.0) -> twilio.Bubble:
        found = await self.here.town.until(f"{self.person.name} {what}", lambda: self._find(fits), within_s=within_s)
        self.looked = max(self.looked, found.number)
        return found

    async def sees(self, *snippets: str, within_s: float = 0.0) -> str:
        """Wait for a message of the office with all these words; its text. Looks there."""
        found = await self._next(f"sees {snippets}", lambda each: all(one in each.text for one in snippets), within_s)
        return str(found.text)

    async def presses(self, label: str) -> None:
        """Press the newest such button, or write the number that stands before those words."""

        def offered() -> twilio.Bubble | str | None:
            for bubble in reversed(self.chat.bubbles):
                if bubble.mine:
                    continue
                if any(each.title == label for each in bubble.buttons) and not bubble.pressed:
                    return bubble
                if number := next((nth for nth, words in _CHOICE.findall(bubble.text) if words == label), None):
                    return number
            return None

        found = await self.here.town.until(f"{self.person.name} can choose {label!r}", offered)
        if isinstance(found, str):
            self.says(found)
        else:
            self.world.person_presses(found, label)

    async def gives(self, **answers: str) -> list[str]:
        """Answer what is asked with the photos or words given, until the summary; what was asked."""
        asked: list[str] = []
        while True:
            bubble = await self._next("is asked", lambda each: bool(SUMMARY.search(each.text) or _asks(each.text)))
            if SUMMARY.search(bubble.text):
                return asked
            thing = _asks(bubble.text)
            asked.append(thing)
            assert thing in answers, f"asked for {thing}: {bubble.text}"
            if answers[thing] == "nanti":
                self.says("nanti")
            else:
                self.sends(answers[thing])


def _asks(text: str) -> str:
    """What a message asks for, without the choices below it."""
    return subject(_CHOICE.sub("", text).strip())


class Writer:
    """Somebody who writes mails to an office."""

    def __init__(self, here: Everywhere, desk: Desk, person: mail.Person) -> None:
        self.here, self.desk, self.person = here, desk, person
        self.looked = 0
        self.last: Seen | None = None  # what they answer
        self._count = 0

    async def writes(
        self, text: str, title: str = "", *, photos: Sequence[str] = (), proven: bool = True, fresh: bool = False
    ) -> bytes:
        """Write a mail, or answer the last one that was seen unless it's `fresh`; its bytes."""
        box, self._count = self.here.boxes[self.desk.plan.id], self._count + 1
        draft = Draft(
            sender=self.person.address, name=self.person.name, to=box.address,
            message_id=f"<{self._count}.{self.person.address}>", at=self.here.mails.world.clock.now(), subject=title,
            text=text, answers=None if fresh else self.last, client=self.person.client,
            attached=[Attached(f"{name}.jpg", "image/jpeg", sample(name)) for name in photos],
        )  # fmt: skip
        raw = written(draft)
        await box.deliver(raw, self.person.address, proven=proven)
        return raw

    @property
    def mails(self) -> list[Seen]:
        """What the office sent, oldest first."""
        return [kept.mail for kept in self.person.box if not kept.mail.mine]

    @property
    def received(self) -> list[str]:
        return [each.text for each in self.mails]

    async def sees(self, *snippets: str, within_s: float = 0.0) -> Seen:
        """Wait for a mail with all these words that came since one looked."""

        def found() -> tuple[int, Seen] | None:
            new = enumerate(self.mails[self.looked :], self.looked + 1)
            return next(((nth, each) for nth, each in new if all(one in each.text for one in snippets)), None)

        self.looked, self.last = await self.here.town.until(
            f"{self.person.address} sees {snippets}", found, within_s=within_s
        )
        return self.last


def plain_mail(sender: str, to: str, words: str, title: str = "Laporan", *, number: int = 1, **fields: str) -> bytes:
    """A mail by hand; further fields of the head by name."""
    head = {
        "Date": format_datetime(RealClock().now()), "From": sender, "To": to, "Subject": title,
        "Message-ID": f"<{number}.{abs(hash((sender, words)))}@warga.example>",
        "MIME-Version": "1.0", "Content-Type": "text/plain; charset=utf-8",
    } | {name.replace("_", "-"): value for name, value in fields.items()}  # fmt: skip
    return "".join(f"{name}: {value}\r\n" for name, value in head.items()).encode() + b"\r\n" + words.encode() + b"\r\n"
