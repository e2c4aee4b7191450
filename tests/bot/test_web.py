"""Webhooks over real HTTP: 200 only for what's stored; forged, too big, malformed and overloaded each have their word."""

import asyncio
import io
import sqlite3

import aiohttp
import pytest
from PIL import Image

from bot import web
from bot.deliver import Deliver
from bot.enclosures import Enclosures
from bot.intake import Intake
from bot.media import Media
from bot.web import MOST_BYTES, Health, Web, listen, server
from channels.base import Forged
from storage import schema
from storage.files import Files
from tests.bot.test_fetch import picture
from tests.doubles import a_road, a_seal, payload, said
from tests.stores import until
from workflow.message import Enclosure, Limits, Outbound, SendError
from workflow.world import Fetch

GOOD = {"x-secret": "rahasia"}
EXIF = Image.Exif()
EXIF[0x010E] = "secret place"
PATH = "/telegram/kanigaran"


@pytest.fixture
async def site(sqlite, channel, tmp_path):
    """Run a server; the value asks it for a status, headers and a body."""
    with sqlite.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS alembic_version (version_num TEXT)")
        connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{schema.REVISION}')")
    road = a_road(sqlite, channel)
    files = Files(str(tmp_path / "files"), a_seal().random_bytes)
    deliver = Deliver(road, Enclosures(sqlite, files, Media()))
    site = Web(road, Intake(road), Health(road, files, str(tmp_path), deliver.channels), deliver.enclosures)
    socket = listen("127.0.0.1", 0)
    running = server(site.app())
    task = asyncio.create_task(running.serve(sockets=[socket]))
    base = f"http://127.0.0.1:{socket.getsockname()[1]}"
    async with aiohttp.ClientSession() as session:

        async def ask(method, path, data=None, **more):
            more["data"] = io.BytesIO(data) if isinstance(data, bytes) else data
            async with session.request(method, base + path, **more) as answer:
                return answer.status, answer.headers, await answer.read()

        ask.road, ask.deliver, ask.files = road, deliver, files
        await until(lambda: running.started)
        yield ask
    running.should_exit = True
    await task
    socket.close()


async def stored(site):
    return (await site.road.store.read(lambda unit: unit.inbox.depths()))["waiting"]


async def test_a_good_call_is_stored_and_acknowledged(site):
    status, _, body = await site("POST", PATH, data=payload("1", said("halo")), headers=GOOD)
    assert (status, body, await stored(site)) == (200, b"", 1)


async def chunks(total):
    for _ in range(total // 65_536 + 1):
        yield bytes(65_536)


@pytest.mark.parametrize(
    ("label", "path", "body", "headers", "status"),
    [
        ("no secret", PATH, payload("1", said("x")), {}, 403),
        ("a wrong secret", PATH, payload("1", said("x")), {"x-secret": "lain"}, 403),
        ("a wrong secret on broken JSON", PATH, b"{", {"x-secret": "lain"}, 403),
        ("broken JSON", PATH, b"{", GOOD, 400),
        ("no key", PATH, b"{}", GOOD, 400),
        ("nothing", PATH, b"", GOOD, 400),
        ("too big", PATH, bytes(MOST_BYTES + 1), GOOD, 413),
        ("too big without a secret", PATH, bytes(MOST_BYTES + 1), {}, 413),
        ("another office", "/telegram/kedopok", b"{}", GOOD, 404),
        ("another channel", "/fax/kanigaran", b"{}", GOOD, 404),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
async def test_what_is_wrong_is_refused_with_its_word_and_not_stored(site, label, path, body, headers, status):
    assert (await site("POST", path, data=body, headers=headers))[0] == status, label
    assert await stored(site) == 0


async def test_a_body_of_unknown_length_is_cut_off_too(site):
    assert (await site("POST", PATH, data=chunks(3 * MOST_BYTES), headers=GOOD))[0] == 413


async def test_a_body_of_just_the_allowed_size_is_read(site):
    body = payload("1", said("halo"))
    assert (await site("POST", PATH, data=body + b" " * (MOST_BYTES - len(body)), headers=GOOD))[0] == 200


async def test_a_body_that_never_ends_is_given_up_and_nothing_of_it_stored(site, monkeypatch):
    monkeypatch.setattr(web, "LONGEST_BODY_S", 0.05)

    async def for_ever():
        yield b"{"
        await asyncio.sleep(5)
        yield b"}"

    status, _, _ = await site("POST", PATH, data=for_ever(), headers=GOOD)
    assert (status, await stored(site)) == (408, 0)


async def test_a_locked_database_is_503_and_nothing_is_acknowledged(site, tmp_path):
    holder = sqlite3.connect(tmp_path / "aduan.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    status, headers, _ = await site("POST", PATH, data=payload("1", said("halo")), headers=GOOD)
    assert (status, headers["Retry-After"]) == (503, "5")
    holder.execute("ROLLBACK")
    holder.close()
    assert await stored(site) == 0
    assert (await site("POST", PATH, data=payload("1", said("halo")), headers=GOOD))[0] == 200
    assert await stored(site) == 1


async def test_ten_at_once_of_the_same_are_all_acknowledged_and_stored_once(site):
    answers = await asyncio.gather(
        *(site("POST", PATH, data=payload("1", said("halo")), headers=GOOD) for _ in range(10))
    )
    assert [status for status, _, _ in answers] == [200] * 10
    assert await stored(site) == 1


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("GET", PATH, 405, "POST"),
        ("HEAD", PATH, 405, "POST"),
        ("PUT", PATH, 405, "POST"),
        ("GET", "/", 404, None),
        ("GET", "/telegram", 404, None),
        ("GET", "/telegram/kanigaran/", 404, None),
        ("GET", "/wp-login.php", 404, None),
        ("HEAD", "/wp-login.php", 404, None),
        ("DELETE", "/telegram/kedopok", 404, None),
        ("POST", "/", 404, None),
        ("POST", "/telegram/kanigaran/x", 404, None),
        ("POST", "/healthz", 404, None),
        ("HEAD", "/healthz", 200, None),
        ("POST", "/shares/kanigaran/token", 404, None),
        ("DELETE", "/shares/kanigaran/token", 405, "GET"),
    ],
)
async def test_other_ways_of_asking_have_their_word(site, channel, method, path, status, allowed):
    channel.shares, channel.shared = "shares/kanigaran", lambda token: Enclosure(file="f1")
    found, headers, _ = await site(method, path)
    assert (found, headers.get("Allow")) == (status, allowed)


@pytest.fixture
async def shares(site, channel):
    """A channel whose provider fetches the office's photo f1 and paper f2 by a token."""
    channel.shares = "shares/kanigaran"
    kept = {"f1": (picture(exif=EXIF), "photo", "image/jpeg"), "f2": (b"%PDF-1.4 surat", "pdf", "application/pdf")}

    def shared(token):
        if not token.startswith("good"):
            raise Forged
        return Enclosure(file=token.partition(".")[2], name='surat "jawaban".pdf')

    channel.shared = shared
    assert b"secret place" in kept["f1"][0]
    store = site.road.store
    for name, (content, kind, mime) in kept.items():
        key = store.seal.new_key()
        await site.files.write(name, content, key)

        def keep(unit, name=name, kind=kind, mime=mime, key=key):
            unit.shelf.expect([Fetch(file=name, lane=said("x").chat, ref="r", kind="photo")], site.road.clock.now())
            sealed = unit.shelf.wrap_file_key(unit.shelf.file(name), key, site.road.clock.now())
            unit.shelf.settle_file(name, state="ready", type=kind, mime=mime, sealed=sealed)

        await store.write(keep)
    return site


async def test_a_provider_fetches_a_photo_as_it_would_be_sent_and_keeps_no_copy(shares):
    status, headers, body = await shares("GET", "/shares/kanigaran/good.f1")
    assert (status, headers["Content-Type"]) == (200, "image/jpeg")
    assert "no-store" in headers["Cache-Control"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert body.startswith(b"\xff\xd8")
    assert b"secret place" not in body, "re-encoded: nothing hides in it"


async def test_a_provider_fetches_a_paper_with_its_name(shares):
    status, headers, body = await shares("GET", "/shares/kanigaran/good.f2")
    assert (status, body) == (200, b"%PDF-1.4 surat")
    assert headers["Content-Disposition"] == 'inline; filename="surat jawaban.pdf"'
    status, headers, body = await shares("HEAD", "/shares/kanigaran/good.f2")
    assert (status, headers["Content-Length"], body) == (200, "14", b"")


@pytest.mark.parametrize(
    ("token", "status"), [("bad.f1", 403), ("good.f9", 404), ("good.f3", 404), ("good.f1/x", 404), ("", 404)]
)
async def test_other_tokens_open_nothing(shares, token, status):
    assert (await shares("GET", f"/shares/kanigaran/{token}"))[::2] == (status, b"")


async def test_a_file_that_was_erased_is_not_shown(shares):
    await shares.road.store.write(lambda unit: unit.shelf.erase_files(["f1"]))
    assert (await shares("GET", "/shares/kanigaran/good.f1"))[0] == 404


async def test_a_file_of_another_office_is_not_shown(shares):
    statement = "UPDATE files SET office = 'kedopok' WHERE id = 'f2'"
    await shares.road.store.write(lambda unit: unit.connection.exec_driver_sql(statement))
    assert (await shares("GET", "/shares/kanigaran/good.f2"))[0] == 404


async def test_it_is_alive(site):
    assert (await site("GET", "/healthz"))[::2] == (200, b"ok")


async def test_it_is_ready_and_lists_its_channels(site):
    status, _, body = await site("GET", "/readyz")
    assert status == 200
    for part in (
        b'"ready":true',
        b'"database":"ok"',
        b'"schema":"ok"',
        b'"key":"ok"',
        b'"disk":"ok"',
        b'"telegram:kanigaran":"ok"',
    ):
        assert part in body


async def test_a_channel_that_is_closed_is_listed_and_does_not_change_the_status(site, channel):
    channel.outcome = lambda parcel: SendError("misconfigured", "401")
    message = Outbound(to=said("x").chat, kind="answer", text="halo")
    await site.road.store.write(lambda unit: unit.outbox.put_in([(message, 0)], site.road.clock.now()))
    await site.deliver.step()
    status, _, body = await site("GET", "/readyz")
    assert (status, b'"telegram:kanigaran":"401"' in body) == (200, True)


async def test_what_is_held_is_told(site, channel):
    channel.limits = Limits(window_h=24)
    message = Outbound(to=said("x").chat, kind="answer", text="halo")
    await site.road.store.write(lambda unit: unit.outbox.put_in([(message, 0)], site.road.clock.now()))
    await site.deliver.step()
    assert b'"outbox":{"held":1}' in (await site("GET", "/readyz"))[2]
    assert b'aduan_waiting{queue="outbox_held"} 1.0' in (await site("GET", "/metrics"))[2]


async def test_a_database_of_another_shape_is_not_ready(site):
    await site.road.store.write(
        lambda unit: unit.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0'")
    )
    status, _, body = await site("GET", "/readyz")
    assert (status, b"aduan migrate" in body) == (503, True)


async def test_metrics_tell_what_waits(site):
    await site("POST", PATH, data=payload("1", said("halo")), headers=GOOD)
    await site("POST", PATH, data=b"{", headers=GOOD)
    status, _, body = await site("GET", "/metrics")
    assert status == 200
    for line in (
        b'aduan_waiting{queue="inbox_waiting"} 1.0',
        b'aduan_refused_total{channel="telegram",status="400"} 1.0',
        b'known="new"} 1.0',
    ):
        assert line in body


async def test_no_secret_and_no_words_reach_the_log(site, capsys):
    await site("POST", PATH, data=b'{"text": "NIK 3574010101010001"', headers=GOOD)
    await site("POST", PATH, data=payload("1", said("3574010101010001")), headers={"x-secret": "salah-sekali"})
    said_aloud = "".join(capsys.readouterr())
    assert "a malformed call" in said_aloud
    for secret in ("3574010101010001", "rahasia", "salah-sekali"):
        assert secret not in said_aloud


def test_a_port_that_is_taken_is_an_error():
    socket = listen("127.0.0.1", 0)
    socket.listen()
    with pytest.raises(OSError, match="use"):
        listen("127.0.0.1", socket.getsockname()[1])
    socket.close()
