"""A server that never falls silent and never gets anywhere: every step with it ends, and what's left to do goes on."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time

import pytest

from channels.email import patience
from channels.email.mailbox import in_thread
from channels.email.patience import Patience
from channels.email.session import connected
from channels.settings import MailServer, Secret
from tests.channels.email.boxes import Intake, mail, pymap_box
from workflow.message import SendError

GREETING = b"* OK [CAPABILITY IMAP4rev1] hello and welcome to a very slow server, where every byte takes its time\r\n"


@contextlib.asynccontextmanager
async def trickling(text: bytes, pause_s: float = 0.05):
    """A server that says one byte after the other and hears nothing; its port."""

    async def serve(reader, writer):
        async def say():
            for at in range(len(text)):
                writer.write(text[at : at + 1])
                await writer.drain()
                await asyncio.sleep(pause_s)

        saying = asyncio.create_task(say())
        with contextlib.suppress(OSError):
            while await reader.read(9999):
                continue
        saying.cancel()
        await asyncio.gather(saying, return_exceptions=True)
        writer.close()
        ended.set()

    ended = asyncio.Event()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
        await ended.wait()  # whoever was there hung up, too
    finally:
        server.close()


@pytest.mark.parametrize(
    ("tls", "text"),
    [
        ("none", GREETING),
        ("none", b"* " + b"x" * 10_000),
        ("starttls", GREETING),
        ("tls", b"\x16\x03\x03\x40\x00" * 99),
    ],
    ids=["a slow greeting", "a greeting without end", "STARTTLS never comes", "a TLS handshake that never ends"],
)
async def test_who_trickles_at_the_door_is_left(tls, text):
    async with trickling(text) as port:
        server = MailServer(host="127.0.0.1", port=port, tls=tls, user="a", password=Secret("b"))
        began = time.monotonic()
        with pytest.raises(SendError) as caught:
            await in_thread(lambda: connected(server, "INBOX", secret="b", patience=Patience(0.4)))
        assert caught.value.fact == "down"
        assert time.monotonic() - began < 20  # 1.2 s where nothing else runs


async def test_a_mail_that_comes_byte_by_byte_is_left_and_the_others_are_taken(monkeypatch):
    monkeypatch.setattr(patience, "SLOWEST_BYTES_PER_S", 1_000_000)
    async with pymap_box() as box:
        intake = Intake(box.mailbox(timeout_s=0.4, idle_s=1.0))
        await intake.poll()
        try:
            await box.deliver(mail("lambat", size_bytes=1_000_000), mail("satu", 2), mail("dua", 3))
            box.front.trickles, box.front.dripping = lambda piece: b"lambat" in piece, lambda: asyncio.sleep(0.02)
            took_s = await intake.until(2, timeout_s=180)
            assert set(intake.words) == {"satu", "dua"}
            assert took_s < 120
        finally:
            intake.mailbox.hang_up()


def test_a_step_in_time_leaves_no_timer_behind():
    before = threading.active_count()
    steps = Patience(1.0)
    one, other = socket.socketpair()
    steps.opened(one)
    for _ in range(50):
        with steps.lasting():
            pass
    steps.let_go()
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= before
    one.close()
    other.close()
