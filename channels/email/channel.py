"""The email channel of one office: its mailbox, watched by a thread of its own, and its way out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from channels.base import Envelope, Parcel, Report
from channels.email.mailbox import Mailbox, Password, Token
from channels.email.oauth import Tokens as AccessTokens
from channels.email.tokens import Tokens
from channels.http import Http
from channels.settings import EmailSettings, MailServer
from workflow.message import BadPayload, Ignored, Inbound, Limits, Receipt, Sent

if TYPE_CHECKING:
    from channels.email.keeper import Keeper, Key
    from channels.email.sending import Sending

TEXT_UNITS = 100_000


class Reading(Protocol):
    """What a payload says; pure."""

    def envelope(self, payload: bytes) -> Envelope:
        """Key and lane. Raises `Malformed`."""
        ...

    def read(self, payload: bytes) -> Inbound:
        """The mail as a value. Raises `BadPayload`."""
        ...

    def attached(self, payload: bytes, ref: str) -> bytes:
        """A file of the mail. Raises `FetchError`."""
        ...


class Email:
    """One mailbox. The libraries are loaded at the first poll and the first sending: a web role does without them."""

    name = "email"
    limits = Limits(
        text_units=TEXT_UNITS,
        caption_units=TEXT_UNITS,
        rows=False,
        pins=False,
        place_button=False,
        edits=False,
        one_thing_at_a_time=False,
        same_again=True,
        joined=True,
        threads=True,
        replies_per_day=20,
    )
    polled = True
    pause_s = 0.0  # a poll waits for mail

    def __init__(
        self,
        office: str,
        settings: EmailSettings,
        reading: Reading,
        *,
        http: Http,
        tokens: Tokens,
        now: Callable[[], datetime],
    ) -> None:
        self.office = office
        self._settings = settings
        self._reading = reading
        self._http = http
        self._tokens = tokens
        self._now = now
        self._mailbox = Mailbox(office, self._keeper)
        self._sending: Sending | None = None

    def __repr__(self) -> str:
        return f"Email({self.office!r})"

    @property
    def reach(self) -> str:
        """The address a person writes to."""
        return self._settings.address

    @property
    def waiting(self) -> int:
        """How many mails lie in the mailbox that aren't taken in yet."""
        return self._mailbox.waiting

    @property
    def trouble(self) -> str:
        """What keeps mail from being taken in or moved away now; "" where all is well."""
        return self._mailbox.trouble

    # --- receiving ----------------------------------------------------------------------------------------------------

    def envelope(self, payload: bytes) -> Envelope:
        """The mail's own key and its sender's lane. Raises `Malformed`."""
        return self._reading.envelope(payload)

    def read(self, payload: bytes) -> Inbound:
        """The mail as a value. Raises `BadPayload`."""
        return self._reading.read(payload)

    def attached(self, payload: bytes, ref: str) -> bytes:
        """A file of the mail. Raises `FetchError`."""
        return self._reading.attached(payload, ref)

    async def poll(self, after: str) -> tuple[Sequence[bytes], str]:
        """Wait up to a minute for mail: at most 8 mails or about 2 MB. Raises `SendError`.

        That this is called with the cursor of the mails before means that they're stored: only then they're moved out
        of the inbox. When it's cancelled the connection ends at once.
        """
        return await self._mailbox.next(after)

    def folder_of(self, payload: bytes) -> str:
        """Where a mail belongs once it's stored."""
        try:
            inbound = self.read(payload)
        except BadPayload:
            return self._settings.failed
        if isinstance(inbound, Ignored) and inbound.doubtful:
            return self._settings.doubtful
        by_a_machine = isinstance(inbound, Ignored | Receipt)
        return self._settings.machines if by_a_machine else self._settings.handled

    def _keeper(self) -> Keeper:
        from channels.email.keeper import Keeper

        return Keeper(self.office, self._settings, self._now, self.folder_of, self._key(self._settings.imap))

    def _key(self, server: MailServer) -> Key:
        import asyncio

        if server.oauth is not None:
            access = AccessTokens(self._http, server.oauth, self._now)
            return Token(asyncio.get_running_loop(), access.get, access.forget)
        return Password(server.password.reveal() if server.password else "")

    # --- sending ------------------------------------------------------------------------------------------------------

    async def send(self, parcel: Parcel, key: str) -> Sent:  # noqa: ARG002 - the Message-ID is what a mail is known by
        """One attempt; the mail is the same at each. Raises `SendError`. `Sent.id` is the mail's Message-ID."""
        from channels.email.compose import Letterhead, composed

        head = Letterhead(self._tokens, self._settings.name, self._settings.plus)
        letter = composed(parcel, head)
        age = self._now() - parcel.queued_at if parcel.queued_at else timedelta()
        await self._way_out().send(letter, max(age, timedelta()))
        return Sent(id=letter.message_id)

    def _way_out(self) -> Sending:
        from channels.email.sending import Sending

        if self._sending is None:
            server = self._settings.smtp
            domain = self._settings.address.rpartition("@")[2].encode("idna").decode("ascii")
            password = server.password.reveal() if server.password else ""
            access = AccessTokens(self._http, server.oauth, self._now) if server.oauth else None

            async def secret() -> str:
                return password if access is None else await access.get()

            def refused() -> None:
                if access is not None:
                    access.forget()

            self._sending = Sending(server, domain, secret, refused)
        return self._sending

    # --- the account --------------------------------------------------------------------------------------------------

    async def describe(self) -> Report:
        """What both servers say about the account; changes nothing there, and raises nothing."""
        from channels.email import setup

        return await setup.describe(self._settings, self._key(self._settings.imap), self._way_out())

    async def set_up(self) -> Report:
        """As `describe`: the folders are made when the first mail is moved. Raises nothing."""
        return await self.describe()

    async def close(self) -> None:
        """Let both connections go."""
        self._mailbox.hang_up()
        if self._sending is not None:
            await self._sending.close()
