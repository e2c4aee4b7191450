"""The IMAP side of the stand-in: pymap in this process, with mailboxes that mail is put into directly."""

from __future__ import annotations

import asyncio
import contextlib
from argparse import Namespace
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Seen
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

INBOX = "INBOX"


@dataclass(frozen=True, slots=True)
class Stored:
    """A mail in a folder."""

    uid: int
    at: datetime
    raw: bytes
    read: bool


def _config() -> Config:
    """Pymap without TLS and without slow hashes: its passwords are made up."""
    inline: Any = Subsystem.for_asyncio()
    return Config(
        Namespace(passlib_cfg=None, proxy_protocol="noop"),
        demo_data=False,
        demo_user="",
        demo_password="",
        host="127.0.0.1",
        port=0,
        tls_enabled=False,
        subsystem=inline,
        cpu_subsystem=inline,
        hash_context=Cleartext(),
        invalid_user_sleep=0.0,
        admin_key=b"stand-in",
        max_append_len=64 * 1024 * 1024,
    )


@dataclass(slots=True)
class Imap:
    """The mailboxes. Everything here runs on one loop."""

    port: int = 0
    _config: Config = field(default_factory=_config)
    _login: Login | None = None

    @property
    def login(self) -> Login:
        """Who may come in."""
        if self._login is None:
            self._config.apply_context()
            self._login = Login(self._config)
        return self._login

    def add(self, name: str, password: str) -> None:
        """A new account with an empty inbox."""
        self._config.apply_context()
        self.login.users_dict[name] = UserMetadata(self._config, name, password=password)
        self._config.set_cache[name] = (MailboxSet(), FilterSet())

    async def put(self, name: str, raw: bytes, at: datetime, folder: str = INBOX, *, read: bool = False) -> int:
        """Deliver a mail into a folder; its UID. Who idles there hears of it."""
        self._config.apply_context()
        box = await self._box(name, folder)
        flags = frozenset({Seen}) if read else frozenset()
        return (await box.append(AppendMessage(raw, at, flags), recent=True)).uid

    async def mails(self, name: str, folder: str = INBOX) -> list[Stored]:
        """What lies in a folder, in the order of its UIDs; nothing if there's no such folder."""
        self._config.apply_context()
        try:
            box = await self._box(name, folder, make=False)
        except KeyError:
            return []
        return [
            Stored(each.uid, each.internal_date, bytes(each._content), Seen in each.permanent_flags)  # noqa: SLF001
            async for each in box.messages()
            if each._content is not None  # noqa: SLF001 - pymap hands content out only to a session
        ]

    async def remove(self, name: str, uids: list[int], folder: str = INBOX) -> None:
        """Delete mails, as the owner would in another program."""
        self._config.apply_context()
        await (await self._box(name, folder)).delete(uids)

    async def renumber(self, name: str) -> int:
        """Make the inbox anew, as a restored or moved one is: the same mails, a new UIDVALIDITY; the new one."""
        self._config.apply_context()
        boxes = self._config.set_cache[name][0]
        before = await boxes.get_mailbox(INBOX)
        stored = await self.mails(name)
        after = MailboxData(before._content_cache, before._thread_cache)  # noqa: SLF001 - pymap never does this itself
        after._uid_validity = before.uid_validity + 1  # noqa: SLF001
        after._max_uid = 0  # noqa: SLF001
        boxes._inbox = after  # noqa: SLF001
        for each in stored:
            await self.put(name, each.raw, each.at, read=each.read)
        return after.uid_validity

    @contextlib.asynccontextmanager
    async def listening(self, port: int = 0) -> AsyncIterator[int]:
        """Serve on this port of loopback; the value is the port."""
        served = IMAPServer(self.login, self._config)
        talks: set[asyncio.Task[None]] = set()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._config.apply_context()  # a loop may begin a connection in a context of its own
            task = asyncio.current_task()
            assert task is not None
            talks.add(task)
            try:
                with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                    await served(reader, writer, SocketInfo.get(writer, None, unique_id=b"stand-in"))
            finally:
                talks.discard(task)
                writer.close()

        server = await asyncio.start_server(connected, "127.0.0.1", port, limit=64 * 1024 * 1024)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self.port
        finally:
            server.close()
            for task in list(talks):
                task.cancel()
            await asyncio.gather(*talks, return_exceptions=True)

    async def _box(self, name: str, folder: str, *, make: bool = True) -> MailboxData:
        boxes = self._config.set_cache[name][0]
        try:
            return await boxes.get_mailbox(folder)
        except KeyError:
            if not make:
                raise
        await boxes.add_mailbox(folder)
        return await boxes.get_mailbox(folder)
