"""Mail: an office's mailbox and its way out, in this process; people write with their programs and read ours in them."""

from __future__ import annotations

import contextlib
import itertools
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from channels.base import Call, Channel, Ground
from channels.email.channel import Email
from channels.email.keeper import Batch, Keeper
from channels.email.sending import Sending
from channels.email.tokens import Tokens
from channels.http import Answer, Http
from channels.sandbox.mail.seen import Attached, Seen
from channels.settings import EmailSettings, MailServer, Secret
from tests.simulation.wires import imap, letters, smtp
from tests.simulation.wires.base import HAND, Asked, Hand
from workflow.message import Inbound
from workflow.message import Message as Words

if TYPE_CHECKING:
    from tests.simulation.provider import Provider

SECRET = b"simulasi kunci kantor, 32 oktet."
PASSWORD = "rahasia"
HOST = "127.0.0.1"
_NEVER_S = 1e9
_PORTS = itertools.count(70_001)  # above every real one: nobody else is meant
_TYPES = {"photo": ("jpg", "image/jpeg"), "voice": ("ogg", "audio/ogg"), "document": ("pdf", "application/pdf")}


def address_of(n: int) -> str:
    """The mail address of the n-th citizen."""
    return f"warga{n}@surat.example"


@dataclass
class MailWire:
    """One office's mailbox."""

    office: str
    now: Callable[[], datetime]
    providers: dict[str, Provider] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)  # addresses that aren't there: refused at once
    bounces: set[str] = field(default_factory=set)  # whose mails are taken and come back
    unproven: set[str] = field(default_factory=set)  # nobody vouches for their From
    read: dict[str, list[Seen]] = field(default_factory=dict)  # what lies in each citizen's mailbox
    _refs: dict[tuple[str, str], str] = field(default_factory=dict)
    _named: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        """Open the mailbox."""
        self.address = f"pengaduan@{self.office}.example"
        self.port = next(_PORTS)
        self.mailbox = imap.MAILBOXES[self.port] = imap.Mailbox(self.address, PASSWORD)
        self.mailbox.trouble, self.mailbox.before = self._trouble, self._take_in
        self.server = smtp.SERVERS[self.port] = smtp.Server(
            self.address, PASSWORD, self._begins, self._knows, self._takes, self._objects
        )

    @property
    def _provider(self) -> Provider:
        return self.providers["email"]

    # --- the program's side -------------------------------------------------------------------------------------------

    def adapters(self, http: Http, now: Callable[[], datetime]) -> tuple[Channel, ...]:
        """The real adapter, without its thread."""
        from channels.email.read import Reader

        server = MailServer(host=HOST, port=1, tls="none", user=self.address, password=Secret(PASSWORD))
        server = server.model_copy(update={"port": self.port})
        settings = EmailSettings(
            address=self.address,
            name="Kantor Simulasi",
            imap=server,
            smtp=server,
            authserv_id=letters.SIGNED_BY,
            since="2026-11-01",
        )
        ground = Ground(http, "", SECRET, now)
        tokens = Tokens(self.office, self.address, SECRET)
        reading = Reader(self.office, settings, tokens)
        return (InlineEmail(self.office, settings, reading, http=http, tokens=tokens, now=ground.now),)

    # --- what people do -----------------------------------------------------------------------------------------------

    def payloads(self, provider: Provider, value: Inbound, number: int) -> list[bytes]:
        """The mail as it lies on the office's server; nothing of a press, for which a mail has no button."""
        if not isinstance(value, Words):
            return []
        chat = value.chat.chat
        name = f"<{number}.{next(self._named)}@{chat.rpartition('@')[2]}>"
        text = value.text
        if value.location is not None:
            text += f"\nhttps://maps.google.com/?q={value.location.latitude},{value.location.longitude}"
        got = self.read.get(chat, [])
        answered = next((each for each in got if each.message_id == value.reply_to), got[-1] if got else None)
        letter = letters.Written(
            sender=chat,
            name=value.sender.name,
            to=answered.answer_to if answered else self.address,
            message_id=name,
            at=self.now(),
            text=text,
            subject="" if answered else "Pengaduan",
            attached=[self._attached(provider, *each) for each in enumerate(value.attachments, 1)],
            answers=answered,
            client=letters.CLIENTS[zlib.crc32(chat.encode()) % len(letters.CLIENTS)],
        )
        raw = letters.bytes_of(letter)
        return [letters.brought(raw, self.address, chat, self.now(), proven=chat not in self.unproven)]

    def _attached(self, provider: Provider, nth: int, each: Any) -> Attached:
        ending, mime = _TYPES.get(each.kind, ("bin", "application/octet-stream"))
        return Attached(each.name or f"IMG_{nth:04}.{ending}", mime, provider.files[each.ref])

    def call(self, provider: Provider, body: bytes) -> Call | None:
        """Nobody calls: the mailbox is looked into."""
        return None

    # --- IMAP ---------------------------------------------------------------------------------------------------------

    def _take_in(self) -> None:
        """Whatever was brought meanwhile lies in the mailbox now."""
        for body in self._provider.drained():
            self.mailbox.put(body, self.now())

    def holds(self) -> bool:
        """Whether there's anything in the inbox: mails that weren't fetched, or weren't moved away yet."""
        return bool(self.mailbox.folders["INBOX"])

    def _trouble(self) -> str:
        faults = self._provider.faults
        return faults.random.choice(("refused", "broken", "lost")) if faults.strikes("poll") else ""

    # --- SMTP ---------------------------------------------------------------------------------------------------------

    def _begins(self) -> str:
        hand = _in_hand()
        return self._provider.strikes_before(hand, hand.parcel.message.to.chat)

    def _knows(self, address: str) -> bool:
        if address in self.closed:
            _in_hand().outcome = "550"
        return address not in self.closed

    def _objects(self, why: str) -> None:
        hand = _in_hand()
        hand.outcome = "554"
        self._provider.wrong.append(f"{self.office}: a mail ({hand.parcel.message.kind}) is wrong: {why}")

    def _takes(self, recipient: str, content: bytes) -> str:
        """The mail is on its way: it lies in the citizen's mailbox, or comes back."""
        hand, now = _in_hand(), self.now()
        ours = letters.read(content, now)
        hand.accepted = True
        if recipient in self.bounces:
            hand.accepted, hand.outcome = False, "bounced"
            self._report(ours, "failed", "5.1.1", "550 5.1.1 The email account does not exist", recipient)
        else:
            self._arrives(recipient, ours, hand)
        return self._provider.strikes_after(hand)

    def _arrives(self, recipient: str, ours: Seen, hand: Hand) -> None:
        """A mail that comes a second time is the very same one to its reader's program."""
        box = self.read.setdefault(recipient, [])
        if any(each.message_id == ours.message_id for each in box):
            return
        box.append(ours)
        file = ours.attached[0] if ours.attached else None
        self._provider.show(
            hand,
            chat=recipient,
            text=ours.text,
            content=file.content if file else b"",
            mime=file.mime if file else "",
            reply_to=ours.in_reply_to,
            message_id=ours.message_id,
        )
        if self._provider.faults.strikes("doublet"):
            self._report(ours, "delayed", "4.4.1", "delayed, will retry", recipient)

    def _report(self, ours: Seen, action: str, status: str, said: str, chat: str) -> None:
        raw = letters.reported(ours, action, status, said, self.now(), next(self._named))
        brought = letters.brought(raw, self.address, "", self.now())
        self._provider.bring(brought, chat, self._provider.faults.random.uniform(1, 600))

    # --- what there is none of ----------------------------------------------------------------------------------------

    def asked(self, method: str, url: str, data: object, headers: Mapping[str, str]) -> Asked:
        """A mailbox opened by a password needs no HTTP."""
        raise AssertionError(f"{method} {url} for a mailbox")

    def take(self, asked: Asked, hand: Hand | None) -> Answer:
        """See `asked`."""
        raise AssertionError(asked)

    def busy(self, asked: Asked, retry_s: float) -> Answer:
        """See `asked`."""
        raise AssertionError(asked)


def _in_hand() -> Hand:
    hand = HAND.get()
    assert hand is not None, "a mail was sent by nobody's order"
    return hand


class Unhurried:
    """`channels.email.patience.Patience` where no time goes by."""

    timeout_s = 20.0

    def opened(self, line: object) -> None:
        """No connection of an operating system's."""

    def let_go(self) -> None:
        """See `opened`."""

    def lasting(self, *_: float, **__: float) -> contextlib.AbstractContextManager[None]:
        """Nothing takes too long."""
        return contextlib.nullcontext()


class Calm(threading.Event):
    """Waits without time going by; nothing is pressing in a mailbox."""

    def wait(self, timeout: float | None = None) -> bool:
        """At once."""
        return self.is_set()


@dataclass
class InlineMailbox:
    """`channels.email.mailbox.Mailbox` without its thread: the real keeper is asked on the spot."""

    make: Callable[[], Keeper]
    _keeper: Keeper | None = None

    @property
    def waiting(self) -> int:
        """How many mails are seen and not yet handed over."""
        return self._keeper.waiting if self._keeper else 0

    @property
    def trouble(self) -> str:
        """Why it doesn't work now."""
        return self._keeper.trouble if self._keeper else ""

    async def next(self, after: str) -> Batch:
        """As `Keeper.next`."""
        if self._keeper is None:
            self._keeper = self.make()
            self._keeper.idle_s, self._keeper.stopped = 0.0, Calm()
            self._keeper._patience = Unhurried()
        return self._keeper.next(after)

    def hang_up(self) -> None:
        """Nobody waits."""
        self._keeper = None


class InlineEmail(Email):
    """The real channel on this thread and in virtual time: nothing is given back because real time went by."""

    def __init__(self, *args: Any, **further: Any) -> None:
        super().__init__(*args, **further)
        self._mailbox: Any = InlineMailbox(self._keeper)

    def _way_out(self) -> Sending:
        way = super()._way_out()
        way.idle_s = _NEVER_S
        return way

    async def send(self, parcel: Any, key: str) -> Any:
        """One attempt; whatever became of it, the server's next command begins another one."""
        try:
            return await super().send(parcel, key)
        finally:
            smtp.SERVERS[self._settings.smtp.port].over()


__all__: Sequence[str] = ("MailWire", "address_of")
