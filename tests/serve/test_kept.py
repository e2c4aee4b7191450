"""A backup of the real program under load, restored elsewhere: nothing differs from the moment it was made, and it goes on."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import shutil
from pathlib import Path

import pytest

from bot.backup import backup
from bot.config import Settings, load
from bot.restore import restore
from storage import dump
from tests.bot.kept import all_opened, everything, rows_of
from tests.serve import stories
from tests.serve.program import Desk, Plan, Town, numbers, town
from tests.stores import emptied, postgres, postgres_url

pytestmark = pytest.mark.slow
__all__ = ["postgres", "postgres_url"]
CROWD = 3


async def test_a_backup_under_load_is_one_moment_and_the_restored_program_goes_on(tmp_path, monkeypatch, postgres_url):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    async with town(first, Plan()) as here:
        desk, then = here.desks["kanigaran"], []
        sari = desk.town.citizen("Sari Wulandari")
        await registered(sari, desk)
        reading = dump.read_all
        monkeypatch.setattr(
            dump, "read_all", lambda connection: then.append(rows_of(connection)) or reading(connection)
        )
        ours = settings(here, first)
        async with a_crowd(here):
            before = len(here.program.rows("SELECT id FROM inbox"))
            made = await asyncio.to_thread(backup, ours, tmp_path / "x.backup")
            await here.until(
                "more came meanwhile", lambda: len(here.program.rows("SELECT id FROM inbox")) > before + 20
            )
        assert made.tallies.files.count >= 3 + made.tallies.gone
        assert await here.program.stop() == 0
        await nothing_differs(ours, settings(here, second), tmp_path / "x.backup", then[0], postgres_url)
        await goes_on(here, second, sari, desk)


async def registered(sari, desk: Desk) -> None:
    """A complaint with three photos that waits for the office."""
    sari.says("assalamualaikum, jalan depan SD rusak parah")
    await sari.gives(kk="kk", ktp="ktp", location_photo="jalan")
    await sari.presses("YA, benar")
    await sari.sees("sudah kami terima (kode ")
    await desk.who("Siti").sees("Langkah 2 dari 7")


@contextlib.asynccontextmanager
async def a_crowd(here: Town):
    """Citizens who write and send photos without a pause, and never come to an end."""

    async def talks(name: str) -> None:
        citizen = here.citizen(name)
        for n in range(1000):
            citizen.says(f"lampu jalan nomor {n} di gang mawar mati sudah dua minggu")
            citizen.sends("jalan")
            await asyncio.sleep(0.2)

    crowd = [asyncio.create_task(talks(f"Warga {n}")) for n in range(CROWD)]
    await here.until("they are heard", lambda: len(here.program.rows("SELECT id FROM inbox")) > 4 * CROWD)
    try:
        yield
    finally:
        for each in crowd:
            each.cancel()


def settings(here: Town, folder: Path) -> Settings:
    """The configuration of a folder, which may be a new machine: the same file, the same standard, the same key."""
    for each in here.program.folder.glob("*.toml"):
        if folder != here.program.folder:
            shutil.copy(each, folder)
    return load(folder / "config.toml", here.program.environ)


async def nothing_differs(ours: Settings, theirs: Settings, path: Path, then: dict, postgres_url: str) -> None:
    """Row by row, byte by byte, and every sealed value opens: in another folder, and on the other engine."""
    emptied(postgres_url)
    file = theirs.file.model_copy(update={"service": theirs.service.model_copy(update={"database_url": postgres_url, "files": "pg-files"})})  # fmt: skip
    on_postgres = Settings(file, theirs.standard_texts, theirs.folder)
    original = everything(ours)
    for there in (theirs, on_postgres):
        await asyncio.to_thread(restore, there, path, None)
        found = everything(there)
        assert {name: rows for name, rows in found.items() if not name.startswith("file ")} == then
        photos = {name: content for name, content in found.items() if name.startswith("file ")}
        assert len(photos) >= 3
        assert photos == {name: original[name] for name in photos}
        assert None not in photos.values()
        opened = all_opened(there)
        assert opened["files on the disk"] == len(photos)
        assert opened["inbox.payload"] > 10
    assert len(original["inbox"]) > len(then["inbox"]), "the program went on while it was copied"


async def goes_on(here: Town, folder: Path, sari, desk: Desk) -> None:
    """On the new machine the complaint of before is handled to its end, and a new one gets the next number."""
    here.program = dataclasses.replace(here.program, folder=folder, process=None)
    await here.program.start()
    await stories.handled_at_kanigaran(desk)
    await sari.sees("Jawaban Kecamatan Kanigaran", stories.REPORT)
    await sari.sees("Surat jawaban untuk pengaduan KNG-")
    rudi = here.citizen("Rudi Hartono")
    await registered(rudi, desk)
    assert [each[-4:] for each in numbers(sari.received, "KNG")] == ["0001"]
    await here.until("the next number", lambda: [each[-4:] for each in numbers(rudi.received, "KNG")] == ["0002"])
    assert await here.program.stop() == 0
    assert "error" not in {line.get("level") for line in here.program.lines()}, here.program.log()[-3000:]
