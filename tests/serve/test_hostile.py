"""Hostile input over real HTTP: refused clearly, harming nobody else; what can't be stored is never acknowledged."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import sqlite3
import subprocess
import zlib

import httpx
import pytest

from tests.serve.program import PATIENCE_S, SECRET, Plan, Town, town
from tests.serve.test_updates import body, message

pytestmark = pytest.mark.slow

HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
MIB = 1 << 20


def still(text: str) -> bytes:
    return text.encode()


REFUSED = [
    ("no secret", {}, still('{"update_id": 1}'), 403),
    ("another secret", {"X-Telegram-Bot-Api-Secret-Token": "tebakan"}, still('{"update_id": 1}'), 403),
    ("an empty secret", {"X-Telegram-Bot-Api-Secret-Token": ""}, still('{"update_id": 1}'), 403),
    ("half a JSON text", HEADERS, still('{"update_id": 1, "mess'), 400),
    ("nothing", HEADERS, b"", 400),
    ("no text at all", HEADERS, bytes(range(256)), 400),
    ("a list", HEADERS, still("[1, 2]"), 400),
    ("a number", HEADERS, still("7"), 400),
    ("an object without update_id", HEADERS, still("{}"), 400),
    ("an update_id that is a text", HEADERS, still('{"update_id": "7"}'), 400),
    ("an update_id beyond 64 bits", HEADERS, still('{"update_id": 9223372036854775808}'), 400),
    ("a million brackets", HEADERS, b"[" * 1_000_000, 400),
    ("over 1 MiB", HEADERS, still('{"update_id": 1, "x": "' + "a" * MIB + '"}'), 413),
]
HARMLESS = [
    ("an unknown kind of update", {"update_id": 9001, "hologram": {"id": 7}}),
    ("nothing but a number", {"update_id": 9002}),
    ("the largest update_id", {"update_id": 2**63 - 1, "poll": {}}),
    ("a message of another shape", {"update_id": 9003, "message": ["what", "is", "this"]}),
    ("a message without a chat", {"update_id": 9004, "message": {"message_id": 1, "text": "halo"}}),
    (
        "a chat whose id is a text",
        {"update_id": 9005, "message": {"message_id": 1, "chat": {"id": "x", "type": "private"}}},
    ),
    ("an edit of nothing", {"update_id": 9006, "edited_message": None}),
    ("a press without anything", {"update_id": 9007, "callback_query": {"id": "1"}}),
    (
        "an unknown chat type",
        {"update_id": 9008, "message": {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "void"}}},
    ),
]


async def test_bad_calls_are_refused_unknown_ones_harmless_and_others_are_still_served(tmp_path):
    async with (
        town(tmp_path, Plan(mode="webhook")) as here,
        httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as web,
    ):
        url = f"{here.program.url}/telegram/kanigaran"
        got = {
            what: (await web.post(url, content=content, headers=headers)).status_code
            for what, headers, content, _ in REFUSED
        }
        assert got == {what: status for what, _, _, status in REFUSED}

        async def chunks():
            for _ in range(17):
                yield b"a" * (MIB // 16)

        assert (await web.post(url, content=chunks(), headers=HEADERS)).status_code == 413
        assert (
            await web.post(f"{here.program.url}/telegram/nirgendwo", content=b"{}", headers=HEADERS)
        ).status_code == 404
        assert (await web.get(url)).status_code == 405
        for what, update in HARMLESS:
            assert (await web.post(url, content=body(update), headers=HEADERS)).status_code == 200, what
        assert here.program.rows("SELECT count(*) AS n FROM inbox WHERE key = '1'")[0]["n"] == 0
        await somebody_is_served(here)
        assert not here.program.rows("SELECT lane FROM lanes WHERE parked_at IS NOT NULL")
        assert SECRET not in here.program.log()
        assert not [line for line in here.program.lines() if line["event"].startswith("Traceback")]


async def somebody_is_served(here: Town) -> None:
    """A citizen who comes now gets an answer."""
    citizen = here.citizen("Rudi Hartono")
    citizen.says("jalan depan SD rusak parah")
    await citizen.sees("standar kami meminta")


# --- words and files --------------------------------------------------------------------------------------------------

MARKUP = '<b>Sari</b> & "Tuan" <script>alert(1)</script> [x](tg://user?id=1) _a_ *b* `c` \N{RIGHT-TO-LEFT OVERRIDE}natad\N{POP DIRECTIONAL FORMATTING}'


def bomb() -> bytes:
    """A PNG of 10,000 x 10,000 pixels in a few thousand bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = (10_000).to_bytes(4) + (10_000).to_bytes(4) + bytes([1, 0, 0, 0, 0])  # one bit a pixel
    rows = zlib.compress(bytes(1251) * 10_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


FILES = [
    ("bom.png", "image/png", bomb()),
    ("ktp.jpg", "image/jpeg", b"MZ\x90\x00" + bytes(4000)),
    ("ktp.pdf", "application/pdf", b"<html><script>alert(1)</script></html>"),
    ("kosong.jpg", "image/jpeg", b""),
    ("../../../etc/passwd\x00.jpg", "image/jpeg", b"\xff\xd8\xff" + bytes(100)),
]


async def test_strange_words_and_files_are_shown_literally_or_refused_and_never_hurt(tmp_path):
    assert len(bomb()) < 20_000
    async with town(tmp_path, Plan(mode="webhook"), Plan("pekutatan", "pekutatan")) as here:
        await asyncio.gather(strange_words(here), long_words(here), strange_files(here))
        await somebody_is_served(here)
        assert not here.program.rows("SELECT lane FROM lanes WHERE parked_at IS NOT NULL")
        assert not here.program.rows("SELECT reason FROM quarantine")


async def strange_words(here: Town) -> None:
    """Markup in a name and in a text is shown as it was typed, to the citizen and at the desk."""
    sari = here.citizen(MARKUP[:60], "pekutatan")
    matter = f"lampu jalan mati {MARKUP}"
    sari.says(matter)
    shown = await sari.sees("Apakah sudah benar?")
    assert '<b>Sari</b> & "Tuan" <script>alert(1)</script> [x](tg://user?id=1) _a_ *b* `c`' in shown
    sari.says("ya")
    card = await here.desks["pekutatan"].who("Made").sees("Langkah 2 dari 5")
    assert "<script>alert(1)</script>" in card
    stored = here.desks["pekutatan"].group.messages.values()
    assert all("script" not in str(entity) for one in stored for entity in one.content.get("entities", []))


async def long_words(here: Town) -> None:
    """4,097 characters come as two messages, a caption as long as it may be with its photo: all of it is kept."""
    budi = here.citizen("Budi", "pekutatan")
    budi.says("lampu jalan mati di banjar kami " + "x" * 4065)
    await budi.sees("Apakah sudah benar?")
    budi.says("ya")
    await budi.sees("(kode ")
    dewi = here.citizen("Dewi")
    dewi.sends("jalan", "jalan rusak " + "y" * 1012)
    await dewi.sees("standar kami meminta")


async def strange_files(here: Town) -> None:
    """What isn't a picture is said not to be one; the talk goes on."""
    eko = here.citizen("Eko")
    eko.says("jalan depan SD rusak parah")
    await eko.sees("Kartu Keluarga")
    for name, mime, content in FILES:
        eko.people.send_document(eko.user, eko.chat, content, name, mime)
    eko.people.send_document(eko.user, eko.chat, b"\xff\xd8\xff", "besar.jpg", "image/jpeg", size_bytes=3_000_000_000)
    await here.until(
        "every file is judged",
        lambda: len(here.program.rows("SELECT id FROM files WHERE state = 'failed'")) == len(FILES) + 1,
    )
    eko.sends("kk", "ini kk")
    await eko.sees("KK sudah kami terima")
    assert not here.program.rows("SELECT id FROM files WHERE state = 'pending'")


# --- the database and the disk ----------------------------------------------------------------------------------------


async def test_while_the_database_is_locked_nothing_is_acknowledged_and_afterwards_all_goes_on(tmp_path):
    async with town(tmp_path, Plan(mode="webhook")) as here:
        await somebody_is_served(here)
        with contextlib.closing(sqlite3.connect(here.program.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            answer = await here.program.post(body(message(70_001, "jalan rusak", user=888)))
            assert answer.status_code == 503
            assert int(answer.headers["Retry-After"]) > 0
            assert await here.program.is_healthy()
            other.execute("ROLLBACK")
        assert not here.program.rows("SELECT id FROM inbox WHERE key = '70001'")
        assert (await here.program.post(body(message(70_001, "jalan rusak", user=888)))).status_code == 200
        await somebody_is_served(here)


async def test_on_a_full_disk_nothing_is_acknowledged_and_afterwards_all_goes_on(tmp_path):
    with small_disk(tmp_path / "data"):
        async with town(tmp_path, Plan(mode="webhook")) as here:
            await somebody_is_served(here)
            with no_room(here):
                answers = [await call(here, 80_000 + n, "z" * 4000) for n in range(40)]
                assert await here.program.is_healthy()
            refused = [answer for answer in answers if answer.status_code != 200]
            assert refused
            assert {answer.status_code for answer in refused} == {503}
            assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
            stored = {row["key"] for row in here.program.rows("SELECT key FROM inbox")}
            for n, answer in enumerate(answers):
                assert (str(80_000 + n) in stored) == (answer.status_code == 200), n
            await somebody_is_served(here)
            again = [await call(here, 80_000 + n, "") for n in range(40)]
            assert {answer.status_code for answer in again} == {200}


async def test_while_the_folder_of_files_is_full_a_photo_waits_and_is_neither_lost_nor_refused(tmp_path):
    folder = tmp_path / "data" / "files"
    folder.parent.mkdir()
    async with town(tmp_path, Plan(mode="webhook"), start=False) as here:
        with small_disk(folder, "64k"):
            mounted = folder.is_mount()
            if not mounted:  # where this user may mount nothing, what's there is no folder
                folder.rmdir()
                folder.write_bytes(b"")
            here.program.log_name = "data/files/serve.log" if mounted else "serve.log"  # and the log is full with it
            await here.program.start()
            eko = here.citizen("Eko")
            eko.says("jalan depan SD rusak parah")
            await eko.sees("Kartu Keluarga")
            if mounted:
                (folder / "penuh").write_bytes(bytes(64 * 1024 - 4096 * 3 - 100))
            eko.sends("kk", "ini kk")
            await here.until(
                "it was tried and is to be tried again",
                lambda: (
                    here.program.rows("SELECT id FROM inbox WHERE channel = 'telegram' AND done_at IS NOT NULL")
                    and here.program.rows("SELECT id FROM files WHERE state = 'pending' AND attempts = 0")
                ),
            )
            await somebody_is_served(here)  # words need no folder
            if mounted:
                await asyncio.to_thread(subprocess.run, ["mount", "-o", "remount,size=20m", folder], check=True)
            else:
                folder.unlink()
            await eko.sees("KK sudah kami terima", within_s=120)
            assert not here.program.rows("SELECT id FROM files WHERE state = 'failed'")
            await here.program.kill()


async def call(here: Town, number: int, tail: str) -> httpx.Response:
    return await here.program.post(body(message(number, f"jalan rusak {tail}", user=889)))


@contextlib.contextmanager
def small_disk(place, size="12m"):
    """A disk of its own, where this user may mount one; else the folder as it is."""
    place.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], capture_output=True
        ).returncode
    )
    try:
        yield
    finally:
        if mounted:
            subprocess.run(["umount", "-l", place], capture_output=True)


@contextlib.contextmanager
def no_room(here: Town):
    """Nothing more can be written: the disk is filled or, where it isn't ours to fill, files may grow no more."""
    place = here.program.database.parent
    if not place.is_mount():
        size = max(each.stat().st_size for each in place.iterdir() if each.is_file())
        _, most = resource.prlimit(here.program.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(here.program.pid, resource.RLIMIT_FSIZE, (min(size, 4096), most))
        yield
        resource.prlimit(here.program.pid, resource.RLIMIT_FSIZE, (most, most))
        return
    filler = place / "penuh"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    yield
    filler.unlink()
