"""One mailbox on each kind of server, and an intake that keeps what it's given as the real one does."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

from channels.email.keeper import Keeper
from channels.email.mailbox import Mailbox, Password
from channels.email.payload import unpacked
from channels.sandbox.clock import HandClock
from channels.sandbox.mail import Person, running
from channels.sandbox.mail.front import Front
from channels.settings import EmailSettings, MailServer, Secret
from tests.dovecot import PASSWORD, Dovecot

KINDS = ("pymap", "dovecot", "dovecot over TLS")
NOW = datetime(2026, 11, 22, 1, tzinfo=UTC)


def mail(words: str, number: int = 1, size_bytes: int = 0) -> bytes:
    """A plain mail of somebody."""
    body = f"{words}\r\n" + ("x" * 70 + "\r\n") * (size_bytes // 72)
    head = (
        f"From: Sari <sari@example.test>\r\nTo: kec@aduan.test\r\nSubject: {words[:40]}\r\n"
        f"Date: Sun, 22 Nov 2026 08:00:00 +0700\r\nMessage-ID: <{number}.{abs(hash(words))}@example.test>\r\n\r\n"
    )
    return (head + body).encode()


def sorted_by_words(payload: bytes) -> str:
    """Stands for reading: where a mail belongs by what stands in it."""
    if b"BOM" in payload:
        raise RecursionError
    return "Otomatis" if b"MESIN" in payload else "Diproses"


class Box:
    """A mailbox on a server: `settings` reach it, the rest looks at it from the other side."""

    def __init__(self, kind: str, server: MailServer, deliver, folder, renumber, front: Front):
        self.kind = kind
        self.server = server
        self.deliver: Callable[..., Awaitable[None]] = deliver
        self.folder: Callable[..., Awaitable[list[bytes]]] = folder
        self.renumber: Callable[[], Awaitable[None]] = renumber
        self.front = front

    def settings(self, **further) -> EmailSettings:
        return EmailSettings(address="kec@aduan.test", imap=self.server, smtp=self.server, **further)

    def mailbox(self, *, idle_s=30.0, timeout_s=5.0, password=None, sort=sorted_by_words, **further) -> Mailbox:
        settings = self.settings(**further)
        key = Password(password or self.server.password.reveal())

        def make() -> Keeper:
            return Keeper(
                "kanigaran", settings, lambda: datetime.now(UTC), sort, key, idle_s=idle_s, timeout_s=timeout_s
            )

        return Mailbox("kanigaran", make)

    async def words(self, name: str = "INBOX") -> list[str]:
        """The first words of each mail of a folder."""
        return [words_of(raw) for raw in await self.folder(name)]


def words_of(raw: bytes) -> str:
    return raw.partition(b"\r\n\r\n")[2].partition(b"\r\n")[0].decode()


class Intake:
    """Stores payloads with the cursor, knows doublets, and asks again: what bot/intake.py does."""

    def __init__(self, mailbox: Mailbox):
        self.mailbox = mailbox
        self.cursor = ""
        self.payloads: list[bytes] = []
        self.offered = 0

    @property
    def words(self) -> list[str]:
        return list(dict.fromkeys(words_of(unpacked(payload)[1]) for payload in self.payloads))

    async def poll(self) -> list[bytes]:
        batch, self.cursor = await self.mailbox.next(self.cursor)
        self.payloads += batch
        self.offered += len(batch)
        return batch

    async def until(self, count: int, timeout_s: float = 60.0) -> float:
        """Poll until so many different mails are stored, through all failures; the seconds it took."""
        began = time.monotonic()
        async with asyncio.timeout(timeout_s):
            while len(self.words) < count:
                with contextlib.suppress(Exception):
                    await self.poll()
        return time.monotonic() - began


async def eventually(condition: Callable[[], bool], timeout_s: float = 30.0) -> None:
    """Wait until something holds that nothing tells of."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - threads and servers ring no bell
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def pymap_box() -> AsyncIterator[Box]:
    async with running(HandClock(NOW)) as servers:
        world = servers.world
        world.add(Person("kec@aduan.test", "Kecamatan"))

        async def deliver(*raws: bytes, age_s: float = 0.0) -> None:
            for raw in raws:
                await world.imap.put("kec@aduan.test", raw, datetime.now(UTC) - timedelta(seconds=age_s))

        async def folder(name: str = "INBOX") -> list[bytes]:
            return [each.raw for each in await world.imap.mails("kec@aduan.test", name)]

        async def renumber() -> None:
            servers.front.cut()
            await world.imap.renumber("kec@aduan.test")

        server = MailServer(
            host="127.0.0.1", port=servers.imap_port, tls="none", user="kec@aduan.test", password=Secret("rahasia")
        )
        yield Box("pymap", server, deliver, folder, renumber, servers.front)


@contextlib.asynccontextmanager
async def dovecot_box(dovecot: Dovecot, account: str, *, tls: bool) -> AsyncIterator[Box]:
    front = Front(dovecot.imap_port)
    async with front.listening() as port:

        async def deliver(*raws: bytes, age_s: float = 0.0) -> None:
            if age_s:
                dovecot.put(account, *raws, age_s=age_s)
            else:
                await asyncio.to_thread(dovecot.deliver, account, *raws)

        async def folder(name: str = "INBOX") -> list[bytes]:
            return dovecot.folder(account, name)

        async def renumber() -> None:
            front.cut()
            dovecot.renumber(account, 4_000_000_000)

        server = MailServer(
            host="localhost" if tls else "127.0.0.1",
            port=dovecot.imaps_port if tls else port,
            tls="tls" if tls else "none",
            ca_file=dovecot.ca_file,
            user=account,
            password=Secret(PASSWORD),
        )
        yield Box("dovecot", server, deliver, folder, renumber, front)
