"""How much `aduan serve` takes: memory, time to the first answer, what's never imported; a second one on its database."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from pathlib import Path

import pytest

from tests.serve.program import ROOT, Plan, Program, Town, free_port, town

pytestmark = pytest.mark.slow

MOST_MB = 90
FIRST_ANSWER_S = 2.0
SETTLED_S = 5.0


def compiled(here: Town, cache: Path) -> None:
    """Byte code is kept, as after a set-up by start.py."""
    here.program.environ["PYTHONPYCACHEPREFIX"] = str(cache)
    here.program.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):  # a thread that has just ended
            for child in (task / "children").read_text().split():
                found += tree(int(child))
    return found


def memory_mb(pid: int) -> dict[str, float]:
    """Rss and Pss of the whole tree, in MB."""
    total = {"Rss": 0.0, "Pss": 0.0}
    for each in tree(pid):
        for line in Path(f"/proc/{each}/smaps_rollup").read_text().splitlines():
            name, _, value = line.partition(":")
            if name in total:
                total[name] += int(value.split()[0]) / 1024
    return total


def busy_s(pid: int) -> float:
    """The seconds of processor time the tree has used: what a machine that does nothing else would take at most."""
    ticks = 0
    for each in tree(pid):
        fields = Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


async def test_serve_on_telegram_alone_is_small_soon_ready_and_imports_nothing_of_others(tmp_path, capsys):
    cache = tmp_path / "cache"
    (tmp_path / "first").mkdir()
    async with town(tmp_path / "first", Plan(), own_standards=False, start=False) as here:
        compiled(here, cache)  # the first start writes it
        here.program.environ["PYTHONPROFILEIMPORTTIME"] = "1"
        await here.program.start()
        sari = here.citizen("Sari")
        sari.says("jalan depan SD rusak parah")
        await sari.sees("standar kami meminta")
        assert await here.program.stop() == 0
        imported = {line.rsplit("|", 1)[1].strip() for line in here.program.log().splitlines() if "|" in line}
    assert {"telegram", "aiohttp", "sqlalchemy"} <= imported
    assert not {"aiogram", "alembic", "psycopg", "PIL", "twilio", "typst", "channels.sandbox"} & imported
    (tmp_path / "second").mkdir()
    async with town(tmp_path / "second", Plan(), own_standards=False, start=False) as here:
        compiled(here, cache)
        await here.program.start()
        await asyncio.sleep(SETTLED_S)  # the limit is for 5 s after the start
        idle = memory_mb(here.program.pid)
        await here.program.kill()
        # And once more, until the first message is answered.
        rudi = here.citizen("Rudi")
        rudi.says("jalan depan SD rusak parah")
        began = time.monotonic()
        await here.program.spawn()
        await rudi.sees("standar kami meminta")
        answered_s, used_s = time.monotonic() - began, busy_s(here.program.pid)
        with capsys.disabled():
            print(  # noqa: T201 - the figures are what one wants to see
                f"\naduan serve, Telegram only: {idle['Rss']:.1f} MB resident ({idle['Pss']:.1f} proportional) after 5 s; "
                f"first answer after {answered_s:.2f} s, of them {used_s:.2f} s of one processor"
            )
        assert idle["Rss"] < MOST_MB
        # Tests run beside each other: what counts on a machine of its own is the work.
        assert min(answered_s, used_s) < FIRST_ANSWER_S


async def test_a_second_serve_on_the_same_database_ends_with_3_and_a_sentence(tmp_path):
    async with town(tmp_path, Plan()) as here:
        config = str(tmp_path / "config.toml")
        second = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.cli", "serve", "--config", config,
            cwd=tmp_path, env=here.program.environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said, complained = await asyncio.wait_for(second.communicate(), 30)
        assert second.returncode == 3
        assert said == b""
        assert b"Stop it first" in complained
        assert b"Traceback" not in complained
        sari = here.citizen("Sari")
        sari.says("jalan depan SD rusak parah")
        await sari.sees("standar kami meminta")  # the first one goes on


async def test_the_demo_answers_within_3_s(tmp_path):
    port = free_port()
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(tmp_path / "cache")}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for _ in ("writing the byte code", "once set up"):
        demo = Program(tmp_path, port, environ, command=("demo", "--port", str(port)), config=())
        began = time.monotonic()
        await demo.spawn()
        await demo.ready()
        took_s, used_s = time.monotonic() - began, busy_s(demo.pid)
        assert await demo.stop() == 0
    assert min(took_s, used_s) < 3.0
