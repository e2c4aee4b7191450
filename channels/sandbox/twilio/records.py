"""Who and what exists in the stand-in's world, and the books it keeps."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from channels.sandbox.feed import Feed
from channels.sandbox.twilio import templates
from channels.sandbox.twilio.addresses import can_send, channel_of, is_number, is_scoped_id
from channels.sandbox.twilio.faults import Faults, Mishaps
from channels.sandbox.twilio.model import (
    Account,
    Alert,
    ApiKey,
    Approval,
    Breach,
    Call,
    Chat,
    Content,
    Deletion,
    Line,
    Media,
    Message,
    Person,
    Service,
    SharedKey,
)

CALLS_MAX = 100_000
LINK_LIFETIME = timedelta(hours=4)


@dataclass(slots=True, frozen=True)
class Link:
    """Where a file lies on the second origin, for a while."""

    media: Media
    until: datetime


class Records:
    """The state of a world. No clock, no chance, no waiting: `now` is passed in, ids count up.

    Attributes: `accounts`, `contents`, `messages`, `media` and `services` (by sid), `lines` (by address), `people`,
    `calls`, `breaches`, `alerts`, `deletions`, `feed`, `faults`, `mishaps`; `tunnels` maps a public origin that
    webhooks are configured with to the one that is really called; `media_redirects` are the statuses that lead from
    a media URL to the file, one hop each.
    """

    def __init__(self, now: Callable[[], datetime], *, seed: str = "") -> None:
        """Begin empty. `seed`: another word makes other ids, so that a world that is built anew repeats none."""
        self.now = now
        self.accounts: dict[str, Account] = {}
        self.services: dict[str, Service] = {}
        self.lines: dict[str, Line] = {}
        self.contents: dict[str, Content] = {}
        self.people: list[Person] = []
        self.messages: dict[str, Message] = {}
        self.media: dict[str, Media] = {}
        self.links: dict[str, Link] = {}
        self.calls: list[Call] = []
        self.breaches: list[Breach] = []
        self.alerts: list[Alert] = []
        self.deletions: list[Deletion] = []
        self.feed = Feed()
        self.faults = Faults()
        self.mishaps = Mishaps()
        self.tunnels: dict[str, str] = {}
        self.api_url = "https://api.twilio.com"
        self.media_url = "https://mms.twiliocdn.com"
        self.media_redirects: tuple[int, ...] = (307,)
        self.burnt_names: set[str] = set()
        self.wakers: set[Callable[[], None]] = set()
        self._chats: dict[tuple[str, int], Chat] = {}
        self._seed = seed
        self._made = 0
        self._called = 0

    def sid(self, prefix: str) -> str:
        """Return a fresh id: the prefix and 32 hexadecimal digits."""
        self._made += 1
        return prefix + hashlib.sha256(f"{self._seed}/{prefix}/{self._made}".encode()).hexdigest()[:32]

    # Who exists

    def add_account(
        self,
        auth_token: str,
        *,
        name: str = "",
        sid: str = "",
        keys: Iterable[tuple[str, str]] = (),
        shared_key: tuple[str, str] | None = None,
    ) -> Account:
        """Add an account. `keys` are pairs of SK sid and secret; `shared_key` a pair of id and secret."""
        account = Account(sid or self.sid("AC"), auth_token, name or "Akun contoh", self.now())
        account.keys = {key: ApiKey(key, secret) for key, secret in keys}
        account.shared_key = SharedKey(*shared_key) if shared_key else None
        self.accounts[account.sid] = account
        return account

    def add_service(
        self, account: Account, name: str, *, url: str = "", fallback_url: str = "", status_url: str = ""
    ) -> Service:
        """Add a Messaging Service; lines join it by `add_line(..., service=...)`."""
        service = Service(self.sid("MG"), account, name, url, fallback_url, status_url)
        self.services[service.sid] = service
        return service

    def add_line(
        self,
        account: Account,
        address: str,
        *,
        name: str = "",
        url: str = "",
        fallback_url: str = "",
        status_url: str = "",
        service: Service | None = None,
    ) -> Line:
        """Add a sender: `whatsapp:+62...`, a number, or a sender id of letters, which nobody can answer."""
        if not can_send(address) or address in self.lines:
            raise ValueError(f"{address!r} can't be a sender")
        channel = channel_of(address)
        line = Line(
            sid=self.sid("XE" if channel == "whatsapp" else "PN"),
            account=account,
            channel=channel,
            address=address,
            name=name or account.name,
            created_at=self.now(),
            url=url,
            fallback_url=fallback_url,
            status_url=status_url,
            receives=channel == "whatsapp" or is_number(address),
            service=service,
        )
        self.lines[address] = line
        if service:
            service.lines.append(line)
        return line

    def add_person(
        self,
        name: str,
        number: str,
        *,
        scoped_id: str = "",
        username: str = "",
        hides_number: bool = False,
        whatsapp: bool = True,
        mobile: bool = True,
    ) -> Person:
        """Add somebody with a phone: a number in E.164, perhaps a business-scoped id ("ID.1234567890123456")."""
        if not is_number(number) or (scoped_id and not is_scoped_id(scoped_id)) or (hides_number and not scoped_id):
            raise ValueError(f"{number!r} {scoped_id!r} is nobody's address")
        if any(person.number == number for person in self.people):
            raise ValueError(f"{number} has somebody else")
        place = len(self.people) + 1
        person = Person(place, name, number, scoped_id, username, hides_number, whatsapp=whatsapp, mobile=mobile)
        self.people.append(person)
        return person

    def add_content(
        self,
        account: Account,
        name: str,
        types: dict[str, dict[str, Any]],
        *,
        variables: dict[str, str] | None = None,
        language: str = "id",
        approved: bool = False,
    ) -> Content:
        """Add a template. With `approved`, WhatsApp's rules are applied: a template it would reject is refused."""
        templates.check(types, variables or {})
        content = Content(self.sid("HX"), account, name, language, types, variables or {}, self.now())
        if approved:
            problem = templates.objection(content)
            if problem:
                raise ValueError(f"WhatsApp wouldn't approve {name}: {problem}")
            content.approval = Approval("approved", name, "UTILITY")
        self.contents[content.sid] = content
        return content

    def review(self, content: Content, *, status: Literal["approved", "rejected", ""] = "") -> Approval:
        """Let WhatsApp decide on a template that was handed in: by its rules, or as told."""
        approval = content.approval
        problem = templates.objection(content) if status != "approved" else ""
        rejected = status == "rejected" or bool(problem)
        approval.status, approval.reason = ("rejected", problem or "INVALID_FORMAT") if rejected else ("approved", "")
        if rejected:
            self.burnt_names.add(approval.name)
        return approval

    # Looking up

    def person_at(self, address: str) -> Person | None:
        """Return who is reached at an address."""
        return next((person for person in self.people if person.answers_to(address)), None)

    def line_of(self, account: Account, address: str) -> Line | None:
        """Return the sender if it's this account's."""
        line = self.lines.get(address)
        return line if line and line.account is account else None

    def chat(self, person: Person, line: Line) -> Chat:
        """Return a person's chat with a line, as their phone has it."""
        key = (line.sid, person.id)
        if key not in self._chats:
            self._chats[key] = Chat(person, line)
        return self._chats[key]

    @property
    def chats(self) -> list[Chat]:
        """Return every chat in which something was written or could have been."""
        return list(self._chats.values())

    def chat_by_key(self, key: str) -> Chat | None:
        """Return the chat with that key (see `Chat.key`)."""
        return next((chat for chat in self._chats.values() if chat.key == key), None)

    def media_kept(self, account: Account | None = None) -> list[Media]:
        """Return the files of people's messages that still lie at Twilio."""
        return [
            media
            for media in self.media.values()
            if media.deleted_at is None
            and account in {None, media.account}
            and self.messages[media.message_sid].direction == "inbound"
        ]

    # The books

    def log(self, line: Callable[[int], Call]) -> Call:
        """Append to the call log; `line` makes the entry from its number."""
        self._called += 1
        call = line(self._called)
        self.calls.append(call)
        del self.calls[: max(0, len(self.calls) - CALLS_MAX)]
        return call

    def calls_of(self, method: str) -> list[Call]:
        """Return the calls of one method ("messages.create"), oldest first."""
        return [call for call in self.calls if call.method == method]

    def breach(self, kind: Literal["credential_elsewhere", "credential_in_url", "twiml_reply"], detail: str) -> None:
        """Write down what must never happen."""
        self.breaches.append(Breach(self.now(), kind, detail))

    def alert(self, code: int, sid: str, url: str, detail: str = "") -> None:
        """Write into Twilio's debugger."""
        self.alerts.append(Alert(self.now(), code, sid, url, detail))

    def link(self, media: Media) -> str:
        """Return where a file lies on the second origin; the address is good for four hours."""
        key = hashlib.sha256(f"{self._seed}/{media.sid}/{len(self.links)}".encode()).hexdigest()
        self.links[key] = Link(media, self.now() + LINK_LIFETIME)
        return f"{self.media_url}/{media.account.sid}/{key}"

    def public_media_url(self, media: Media) -> str:
        """Return the address a webhook names for a file: credentials belong to this one and to no other."""
        root = f"{self.api_url}/2010-04-01/Accounts/{media.account.sid}"
        return f"{root}/Messages/{media.message_sid}/Media/{media.sid}"

    def wake(self) -> None:
        """Tell whoever waits that something changed."""
        for waker in tuple(self.wakers):
            waker()
