"""The SMTP side of the stand-in: takes mail from who logs in, is strict about it, and fails on order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from channels.sandbox.mail.strict import complaints

LARGEST_BYTES = 25_000_000

# What a fault says instead of an answer: the connection is ended with the mail taken or not, or nothing comes at all.
TAKEN_THEN_DROPPED = "taken, then dropped"
DROPPED = "dropped"
SILENCE = "silence"


@dataclass(slots=True)
class SmtpFaults:
    """Answers on order, each given once, in order: "451 4.7.1 Later", or one of the words above."""

    login: list[str] = field(default_factory=list)
    mail: list[str] = field(default_factory=list)
    rcpt: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    quit: list[str] = field(default_factory=list)
    slow: Callable[[], Awaitable[None]] | None = None  # awaited before each mail is taken


@dataclass(frozen=True, slots=True)
class Handed:
    """A mail as it came over the wire."""

    user: str
    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass  # without slots: Python 3.11.2 leaves a broken `__weakref__` in such a class, and aiosmtpd reads every name
class Smtp:
    """Takes mail for `deliver`, which raises `LookupError` for who has no mailbox here (asked at RCPT)."""

    passwords: dict[str, str]
    knows: Callable[[str], bool]
    deliver: Callable[[Handed], Awaitable[None]]
    faults: SmtpFaults = field(default_factory=SmtpFaults)
    handed: list[Handed] = field(default_factory=list)
    connections: int = 0  # how many there were
    port: int = 0
    starttls: ssl.SSLContext | None = None  # offered, and then nothing goes without
    _open: set[asyncio.BaseTransport] = field(default_factory=set)

    @contextlib.asynccontextmanager
    async def listening(self, port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
        """Serve on this port of loopback, with TLS from the first byte if there's a context for it; the port."""
        logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd's own: it warns of each connection without TLS
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._protocol, "127.0.0.1", port, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self.port
        finally:
            server.close()
            for transport in list(self._open):
                if isinstance(transport, asyncio.Transport):
                    transport.abort()

    def _protocol(self) -> SMTP:
        loop = asyncio.get_running_loop()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of passwords without TLS: we're on loopback, and they are made up
            return _Conversation(
                self,
                hostname="mx.sandbox.test",
                ident="stand-in",
                loop=loop,
                data_size_limit=LARGEST_BYTES,
                auth_required=True,
                auth_require_tls=self.starttls is not None,
                tls_context=self.starttls,
                require_starttls=self.starttls is not None,
                authenticator=self._authenticated,
            )

    def _authenticated(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        if self.faults.login:
            return AuthResult(success=False, handled=False, message=self.faults.login.pop(0))
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        user, password = data.login.decode(), data.password.decode()
        good = self.passwords.get(user) == password
        return AuthResult(success=good, handled=False, auth_data=user)

    # --- what aiosmtpd asks -------------------------------------------------------------------------------------------

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's own name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Only one's own address may be written as."""
        if self.faults.mail and (answer := await self._fault(server, self.faults.mail)):
            return answer
        if address.lower() != str(session.auth_data).lower():
            return "553 5.7.1 Sender address rejected: not owned by user"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's own name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Only who has a mailbox here can be written to."""
        if self.faults.rcpt and (answer := await self._fault(server, self.faults.rcpt)):
            return answer
        if not self.knows(address.lower()):
            return "550 5.1.1 The email account that you tried to reach does not exist"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - see above
        """Take the mail, if nothing is wrong with it."""
        if self.faults.slow is not None:
            await self.faults.slow()
        content = bytes(envelope.original_content or b"")
        eight_bit = any(each.upper() == "BODY=8BITMIME" for each in envelope.mail_options)
        if wrong := complaints(content, eight_bit=eight_bit):
            return f"554 5.6.0 {'; '.join(wrong)}"
        user = str(session.auth_data)
        handed = Handed(user, str(envelope.mail_from), tuple(each.lower() for each in envelope.rcpt_tos), content)
        fault = self.faults.data.pop(0) if self.faults.data else ""
        if fault in {"", TAKEN_THEN_DROPPED, SILENCE}:
            self.handed.append(handed)
            await self.deliver(handed)
        return await self._answer(server, fault) or "250 2.0.0 Ok: queued"

    async def handle_QUIT(self, server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802 - see above
        """Say goodbye, or don't."""
        return (await self._fault(server, self.faults.quit) if self.faults.quit else "") or "221 2.0.0 Bye"

    async def _fault(self, server: SMTP, orders: list[str]) -> str:
        return await self._answer(server, orders.pop(0))

    async def _answer(self, server: SMTP, fault: str) -> str:
        if fault == SILENCE:
            await asyncio.Event().wait()
        if fault in {DROPPED, TAKEN_THEN_DROPPED}:
            if isinstance(server.transport, asyncio.Transport):
                server.transport.abort()
            raise ConnectionAbortedError
        return fault


class _Conversation(SMTP):
    """A conversation that's counted, and ended with the server."""

    def __init__(self, smtp: Smtp, **settings: Any) -> None:  # noqa: ANN401 - aiosmtpd's own
        super().__init__(smtp, **settings)
        self._smtp = smtp

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it."""
        self._smtp.connections += 1
        self._smtp._open.add(transport)  # noqa: SLF001 - one's own server
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget it."""
        if self.transport is not None:
            self._smtp._open.discard(self.transport)  # noqa: SLF001 - one's own server
        super().connection_lost(error)
