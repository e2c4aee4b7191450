"""Sends mails: one connection, one mail at a time, and of every failure it's known whether the mail can have left."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import aiosmtplib
from aiosmtplib import SMTPException, SMTPResponseException, SMTPServerDisconnected, SMTPTimeoutError

from channels.email.answers import Step, meaning
from channels.email.servers import tls_context, unreachable
from channels.settings import MailServer
from workflow.message import SendError

if TYPE_CHECKING:
    from channels.email.compose import Letter

# Whoever calls us waits 60 s in all, and takes a longer silence for "maybe sent": so everything before the mail itself
# leaves must have ended by then.
QUEUE_S = 8.0  # for the connection, while other mails use it
OPEN_S = 20.0  # for everything up to DATA
DATA_S = 30.0
_IDLE_S = 30.0  # a connection that nobody uses is given back
_MAILS_EACH = 50  # some servers end a connection after so many mails
_AGAIN_S = 5.0
_QUIT_S = 2.0

_SILENT = "SMTP: no answer in time"
_BROKEN = frozenset({"down", "uncertain"})

_T = TypeVar("_T")


@dataclass(slots=True)
class Sending:
    """The way out of a mailbox. `secret` gives the password or a token; `refused` hears that the server said no."""

    server: MailServer
    domain: str  # we say EHLO with it: our host's own name is nobody's business
    secret: Callable[[], Awaitable[str]]
    refused: Callable[[], None]
    open_s: float = OPEN_S
    data_s: float = DATA_S
    idle_s: float = _IDLE_S
    mails_each: int = _MAILS_EACH
    _smtp: aiosmtplib.SMTP | None = None
    _sent: int = 0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _leaving: asyncio.Task[None] | None = None
    _going: asyncio.TimerHandle | None = None

    async def send(self, letter: Letter, age: timedelta) -> None:
        """One attempt with a mail that was decided so long ago. Raises `SendError`."""
        try:
            async with asyncio.timeout(QUEUE_S):
                await self._lock.acquire()
        except TimeoutError:
            raise SendError("busy", "SMTP: other mails are being sent", retry_after_s=_AGAIN_S) from None
        try:
            smtp = await self._opened(letter, age)
            await self._deliver(smtp, letter, age)
        except SendError as error:
            if error.fact in _BROKEN:
                self._drop()
            raise
        except BaseException:
            self._drop()
            raise
        finally:
            self._lock.release()

    async def try_out(self, sender: str) -> dict[str, str]:
        """Log in and begin a mail that's never sent; what the server can do (EHLO). Raises `SendError`."""
        async with self._lock:
            try:
                async with asyncio.timeout(self.open_s):
                    smtp = await self._ready(timedelta())
                    await _answered("sender", timedelta(), smtp.mail(sender))
                return dict(smtp.esmtp_extensions)
            except TimeoutError:
                raise SendError("down", _SILENT) from None
            finally:
                await self.close()

    async def close(self) -> None:
        """Say goodbye and let the connection go; nothing depends on what the server says to that."""
        await _part(self._taken_away())

    # --- one mail -----------------------------------------------------------------------------------------------------

    async def _opened(self, letter: Letter, age: timedelta) -> aiosmtplib.SMTP:
        """A connection that waits for the mail. Raises `SendError`: nothing has left yet."""
        try:
            async with asyncio.timeout(self.open_s):
                smtp = await self._ready(age)
                await self._envelope(smtp, letter, age)
                return smtp
        except TimeoutError:
            raise SendError("down", _SILENT) from None

    async def _envelope(self, smtp: aiosmtplib.SMTP, letter: Letter, age: timedelta) -> None:
        size_bytes = len(letter.content)
        options = []
        if (limit := smtp.esmtp_extensions.get("size")) is not None:
            if limit.isdecimal() and 0 < int(limit) < size_bytes:
                raise SendError("refused", f"SMTP: the mail has {size_bytes} bytes, the server takes {limit}")
            options.append(f"SIZE={size_bytes}")
        await _answered("sender", age, smtp.mail(letter.sender, options=options))
        await _answered("recipient", age, smtp.rcpt(letter.recipient))

    async def _deliver(self, smtp: aiosmtplib.SMTP, letter: Letter, age: timedelta) -> None:
        """The mail itself; from here on only a clear no says that it wasn't taken."""
        try:
            async with asyncio.timeout(self.data_s):
                await smtp.data(letter.content, timeout=self.data_s)
        except SMTPResponseException as error:
            raise meaning("content", error.code, error.message, age) from None
        except SMTPServerDisconnected:
            raise SendError("uncertain", "SMTP: the connection broke while the mail was sent") from None
        except (TimeoutError, OSError, SMTPException):
            raise SendError("uncertain", "SMTP: no answer to the mail") from None
        self._sent += 1
        if self._sent >= self.mails_each:
            self._leave()
        else:
            self._going = asyncio.get_running_loop().call_later(self.idle_s, self._give_back)

    # --- the connection -----------------------------------------------------------------------------------------------

    async def _ready(self, age: timedelta) -> aiosmtplib.SMTP:
        """The connection at hand if it still lives, else a new one that's logged in. Raises `SendError`."""
        smtp = self._taken_away()
        if smtp is not None:
            with contextlib.suppress(SMTPException, OSError):  # it may have died meanwhile: that's no failure
                await smtp.rset(timeout=_QUIT_S)
                self._smtp = smtp
                return smtp
            smtp.close()
        context = tls_context(self.server)
        smtp = aiosmtplib.SMTP(
            hostname=self.server.host,
            port=self.server.port,
            use_tls=self.server.tls == "tls",
            start_tls=self.server.tls == "starttls",  # None, its default, would go on without
            tls_context=context,
            local_hostname=self.domain,
            timeout=self.open_s,
        )
        try:
            await self._log_in(smtp, age)
        except BaseException:
            smtp.close()
            raise
        self._smtp, self._sent = smtp, 0
        return smtp

    async def _log_in(self, smtp: aiosmtplib.SMTP, age: timedelta) -> None:
        try:
            await smtp.connect()
        except SMTPResponseException as error:
            raise meaning("greeting", error.code, error.message, age) from None
        except (OSError, TimeoutError) as error:
            raise unreachable(self.server, error) from None
        except SMTPException as error:  # no STARTTLS
            raise SendError("misconfigured", f"SMTP: {error.message}") from None
        await _answered("greeting", age, smtp.ehlo())
        if not self.server.user:
            return
        secret = await self.secret()
        try:
            await _answered("login", age, self._authenticated(smtp, secret))
        except SendError as error:
            if error.fact == "misconfigured":
                self.refused()
            raise

    async def _authenticated(self, smtp: aiosmtplib.SMTP, secret: str) -> object:
        """One attempt in one way: a library that tries them all locks the account sooner."""
        user, offered = self.server.user, smtp.server_auth_methods
        if self.server.oauth is not None:
            return await smtp.auth_xoauth2(user, secret)
        if "plain" in offered:
            return await smtp.auth_plain(user, secret)
        if "login" in offered:
            return await smtp.auth_login(user, secret)
        if "cram-md5" in offered:
            return await smtp.auth_crammd5(user, secret)
        raise SendError("misconfigured", "SMTP: the server offers no login that we know; perhaps only with TLS")

    def _give_back(self) -> None:
        if not self._lock.locked():
            self._leave()

    def _leave(self) -> None:
        self._leaving = asyncio.ensure_future(_part(self._taken_away()))

    def _taken_away(self) -> aiosmtplib.SMTP | None:
        """The connection, which from now on nobody else gets."""
        smtp, self._smtp = self._smtp, None
        if self._going is not None:
            self._going.cancel()
            self._going = None
        return smtp

    def _drop(self) -> None:
        if (smtp := self._taken_away()) is not None:
            smtp.close()


async def _part(smtp: aiosmtplib.SMTP | None) -> None:
    """Say goodbye. A mail that was taken before is sent, whatever the server says now."""
    if smtp is not None:
        with contextlib.suppress(SMTPException, OSError):
            await smtp.quit(timeout=_QUIT_S)
        smtp.close()


async def _answered(step: Step, age: timedelta, work: Awaitable[_T]) -> _T:
    """The work's result. Raises `SendError`; nothing of a mail has left yet."""
    try:
        return await work
    except SMTPResponseException as error:
        raise meaning(step, error.code, error.message, age) from None
    except (SMTPServerDisconnected, SMTPTimeoutError, OSError) as error:
        raise SendError("down", f"SMTP {step}: {type(error).__name__}") from None
    except SMTPException as error:
        raise SendError("misconfigured", f"SMTP {step}: {error.message}") from None
