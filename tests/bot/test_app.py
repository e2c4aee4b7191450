"""Which channels are asked for news: those that are only polled, and those whose calls may get lost."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from bot import app
from bot.config import parse
from bot.running import until_stopped
from tests.stores import until

CONFIG = """
[service]
database_url = "sqlite:///{folder}/aduan.db"
files = "{folder}/files"
public_url = "https://aduan.example.go.id"
key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

[[offices]]
id = "kanigaran"
standard = "kanigaran"

[offices.telegram]
token = "1:token"
mode = "{mode}"
secret = "rahasia"

[offices.twilio]
account_sid = "AC00000000000000000000000000000000"
auth_token = "contoh"
whatsapp = "whatsapp:+6281100000001"
sms = "+6281100000002"
"""


async def polled(tmp_path: Path, monkeypatch, mode: str) -> set[str]:
    """The channels that the worker asks, once each was prepared."""
    asked = set()

    async def run_polling(self, channel, holder):
        asked.add(channel.name)
        await asyncio.Event().wait()

    async def prepare(self, channel):
        return

    monkeypatch.setattr("bot.intake.Intake.run_polling", run_polling)
    monkeypatch.setattr("bot.app.Service._prepare", prepare)
    text = CONFIG.format(folder=tmp_path, mode=mode)
    settings = parse(text, place="config.toml", folder=tmp_path, environ={})
    async with app.service(settings, migrate_first=True) as whole:
        jobs = [asyncio.create_task(whole._prepare_and_poll(each)) for each in whole.channels.values()]
        with contextlib.suppress(AssertionError):
            await until(lambda: len(asked) == len(whole.channels), tries=20)
        for job in jobs:
            job.cancel()
    return asked


async def test_what_calls_may_lose_is_asked_for_beside_them(tmp_path, monkeypatch):
    assert await polled(tmp_path, monkeypatch, "polling") == {"telegram", "whatsapp", "sms"}


async def test_a_provider_that_calls_and_keeps_what_we_missed_is_not_asked(tmp_path, monkeypatch):
    assert await polled(tmp_path, monkeypatch, "webhook") == {"whatsapp", "sms"}


@pytest.mark.parametrize("turns", range(4))
async def test_whoever_stops_waits_for_the_jobs_of_its_jobs(turns):
    """The roles of a process have jobs of their own; nothing below them is taken down while these still end."""
    ended = []

    async def job() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            for _ in range(5):
                await asyncio.sleep(0)
            ended.append("job")

    stop = asyncio.Event()

    async def role() -> int:
        for _ in range(turns):  # whichever of the two notices first
            await asyncio.sleep(0)
        return await until_stopped({"job": job()}, stop)

    async def stopping() -> None:
        for _ in range(8):
            await asyncio.sleep(0)
        stop.set()

    task = asyncio.create_task(stopping())
    assert await until_stopped({"role": role()}, stop) == 0
    assert ended == ["job"]
    await task
