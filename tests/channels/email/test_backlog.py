"""A backlog of 2,000 mails: taken in a few at a time, memory flat, the loop free, and one sees how far it is."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from pathlib import Path

import pytest

from channels.email.payload import unpacked
from tests.channels.email.boxes import Intake, dovecot_box, mail

COUNT = 2_000


def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def hold_ups(stop: asyncio.Event) -> list[float]:
    """The times, in seconds, that the loop didn't get to somebody else who asked every 5 ms; longest first."""
    found, before = [], time.monotonic()
    while not stop.is_set():
        await asyncio.sleep(0.005)
        found.append(time.monotonic() - before)
        before = time.monotonic()
    return sorted(found, reverse=True)


@pytest.mark.slow
@pytest.mark.needs_system("dovecot", "openssl")
async def test_a_backlog_of_2000_mails_is_taken_in_with_flat_memory(server, account, capsys):
    async with dovecot_box(server, account, tls=False) as box:
        intake = Intake(box.mailbox(idle_s=0.1))
        await intake.poll()
        server.put(account, *(mail(f"surat {n}", n, 20_000) for n in range(COUNT)))
        seen, waiting, high = set(), [], []
        stop = asyncio.Event()
        waited = asyncio.create_task(hold_ups(stop))
        while len(seen) < COUNT:
            batch, intake.cursor = await intake.mailbox.next(intake.cursor)
            assert len(batch) <= 8
            seen.update(unpacked(payload)[0].uid for payload in batch)
            waiting.append(intake.mailbox.waiting)
            high.append(resident_bytes())
        stop.set()
        assert sorted(waiting, reverse=True) == waiting
        assert waiting[-1] == 0
        gc.collect()
        growth = max(high) - high[5]
        assert growth < 25_000_000  # they are 40 MB
        told = [line for line in capsys.readouterr().out.splitlines() if "mail is taken in" in line]
        # What reads mails in the loop holds it up with each of the 250 batches, a busy machine only now and then.
        assert (await waited)[COUNT // 100] < 0.5  # 0.03 s where nothing else runs
        assert len(told) == COUNT // 100
        while await intake.poll() or len(await box.folder("Diproses")) < COUNT:
            pass
        assert await box.folder() == []
        intake.mailbox.hang_up()
