"""Fetch: a file named in a message is sealed, or its loss is told with the right reason; nothing else waits for it."""

import asyncio
import io
from datetime import timedelta

import pytest
from PIL import Image

from bot.clock import Clock
from bot.contents import LIMIT_BYTES
from bot.enclosures import Enclosures
from bot.fetch import Fetcher
from bot.media import Media
from channels.base import FetchError, Parcel
from storage.files import Files
from storage.rows import keyring, read_event
from tests.doubles import MORNING, FakeChannel, a_road, an_office, citizen
from tests.stores import until
from workflow.happening import FileFailed, FileReady
from workflow.message import Address, Enclosure, Outbound, SendError
from workflow.world import Fetch


def picture(size=(640, 480), kind="JPEG", **more) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, kind, **more)
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(out, "PNG", optimize=True)
    return out.getvalue()


@pytest.fixture
async def media():
    made = Media()
    yield made
    await made.close()


@pytest.fixture
def road(store, channel):
    """On both databases."""
    return a_road(store, channel)


@pytest.fixture
def files(road, tmp_path):
    return Files(str(tmp_path / "files"), road.chance.random_bytes)


@pytest.fixture
def files_of(tmp_path):
    return lambda road: Files(str(tmp_path / "files"), road.chance.random_bytes)


@pytest.fixture
def fetcher(road, files, media):
    return Fetcher(road, files, media)


async def expect(road, *names, ring="7K3F", **more):
    wanted = [Fetch(file=name, lane=citizen(), ref=f"ref-{name}", kind="photo", keyring=ring, **more) for name in names]
    await road.store.write(lambda unit: unit.shelf.expect(wanted, road.clock.now()))


async def told(road):
    rows, _ = await road.store.read(lambda unit: unit.inbox.waiting([citizen().lane]))
    return [await road.store.read(lambda unit, row=row: read_event(unit.inbox.opened(row))) for row in rows]


async def fetch_all(road, fetcher, for_s=200):
    until = road.clock.monotonic() + for_s
    while road.clock.monotonic() <= until:
        if not await fetcher.step():
            road.clock.pass_s(5)


async def are_ready(road, *names):
    states = {}
    for _ in range(1000):
        for name in names:
            states[name] = (await road.store.read(lambda unit, name=name: unit.shelf.file(name))).state
        if set(states.values()) == {"ready"}:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"never ready: {states}")


async def test_a_photo_is_sealed_and_told_of(road, channel, fetcher, files, tmp_path):
    content = picture()
    channel.files["ref-f1"] = content
    await expect(road, "f1")
    assert await fetcher.step()
    (event,) = await told(road)
    assert isinstance(event, FileReady)
    assert (event.file, event.type, event.mime, event.width_px, event.size_bytes) == (
        "f1",
        "photo",
        "image/jpeg",
        640,
        len(content),
    )
    (path,) = [each for each in (tmp_path / "files").rglob("*") if each.is_file()]
    assert content[:64] not in path.read_bytes()
    row = await road.store.read(lambda unit: unit.shelf.file("f1"))
    key = await road.store.read(lambda unit: unit.shelf.file_key(row))
    assert await files.read("f1", key) == content
    assert not await fetcher.step()


@pytest.mark.parametrize(
    ("label", "content", "more", "reason", "downloads"),
    [
        ("a bomb of 10,000 x 10,000 pixels", bomb(), {}, "too_big", 1),
        ("a page that calls itself a photo", b"<html><body>halo</body></html>", {}, "not_allowed", 1),
        ("a program", b"MZ" + bytes(500), {}, "not_allowed", 1),
        ("half a photo", picture()[:2000], {}, "broken", 1),
        ("more bytes than allowed", bytes(LIMIT_BYTES + 1), {}, "too_big", 1),
        ("more bytes than allowed, as announced", b"", {"size_bytes": LIMIT_BYTES + 1}, "too_big", 0),
        ("gone for good", FetchError("gone", again=False), {}, "gone", 1),
        ("a provider that never answers", FetchError("timeout", again=True), {}, "timeout", 3),
        ("a connection that breaks", OSError("reset"), {}, "timeout", 3),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
async def test_a_file_that_can_not_be_had_is_told_with_its_reason(
    road, channel, fetcher, label, content, more, reason, downloads
):
    channel.files["ref-f1"] = content
    await expect(road, "f1", **more)
    await fetch_all(road, fetcher)
    (event,) = await told(road)
    assert isinstance(event, FileFailed), label
    assert (event.reason, len(channel.downloads)) == (reason, downloads)


async def test_a_download_that_fails_twice_and_then_works_is_ready(road, channel, fetcher):
    tries = []

    async def download(ref, limit_bytes):
        tries.append(road.clock.monotonic())
        if len(tries) < 3:
            raise FetchError("timeout", again=True)
        yield picture()

    channel.download = download
    await expect(road, "f1")
    await fetch_all(road, fetcher)
    assert [type(each) for each in await told(road)] == [FileReady]
    assert tries[1] - tries[0] >= 4
    assert tries[2] - tries[1] >= 24


async def test_one_bad_file_harms_no_other(road, channel, fetcher):
    channel.files = {"ref-f1": bomb(), "ref-f2": picture(), "ref-f3": OSError("x"), "ref-f4": picture(kind="PNG")}
    await expect(road, "f1", "f2", "f3", "f4")
    await fetcher.step()
    events = {each.file: type(each) for each in await told(road)}
    assert events == {"f1": FileFailed, "f2": FileReady, "f4": FileReady}


async def test_a_file_that_is_erased_while_it_is_fetched_is_not_kept(road, channel, fetcher, tmp_path):
    async def download(ref, limit_bytes):
        await road.store.write(lambda unit: unit.shelf.erase_files(["f1"]))
        yield picture()

    channel.download = download
    await expect(road, "f1")
    await fetcher.step()
    assert await told(road) == []
    assert [each for each in (tmp_path / "files").rglob("*") if each.is_file()] == []


async def test_a_full_disk_is_tried_again(road, channel, fetcher, files, monkeypatch):
    real, refused = files.write, []

    async def write(name, plain, key):
        if not refused:
            refused.append(1)
            raise OSError(28, "No space left on device")
        await real(name, plain, key)

    monkeypatch.setattr(files, "write", write)
    channel.files["ref-f1"] = picture()
    await expect(road, "f1")
    await fetch_all(road, fetcher, 60)
    assert [type(each) for each in await told(road)] == [FileReady]


async def test_while_our_disk_takes_nothing_a_file_waits_and_is_no_failure(road, channel, fetcher, files, monkeypatch):
    channel.files["ref-f1"] = picture()
    real = files.write

    async def full(name, plain, key):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "write", full)
    await expect(road, "f1")
    await fetch_all(road, fetcher, 600)
    assert await told(road) == []
    monkeypatch.setattr(files, "write", real)
    await fetch_all(road, fetcher, 60)
    assert [type(each) for each in await told(road)] == [FileReady]


async def test_a_provider_that_hangs_keeps_nobody_elses_files_waiting(store, files_of, media):
    hanging = asyncio.Event()

    class Hangs(FakeChannel):
        async def download(self, ref, limit_bytes):
            await hanging.wait()
            async for piece in super().download(ref, limit_bytes):
                yield piece

    stuck, telegram = Hangs(), FakeChannel(office="kedopok")
    whatsapp = FakeChannel(name="whatsapp")
    road = a_road(store, stuck, telegram, whatsapp, offices=[an_office(), an_office("kedopok")], clock=Clock())
    for each in (stuck, telegram, whatsapp):
        each.files |= {f"ref-f{n}": picture((64, 48)) for n in range(40)}
    fetcher = Fetcher(road, files_of(road), media)
    await expect(road, *(f"f{n}" for n in range(20)))
    loop = asyncio.create_task(fetcher.run())
    await until(lambda: fetcher._busy["telegram:kanigaran"] >= 2)
    others = (Address("kedopok", "telegram", "7"), Address("kanigaran", "whatsapp", "+628"))
    fetches = [Fetch(file=f"f{30 + n}", lane=to, ref=f"ref-f{30 + n}", kind="photo") for n, to in enumerate(others)]
    await road.store.write(lambda unit: unit.shelf.expect(fetches, road.clock.now()))
    road.bells.files.set()
    await are_ready(road, "f30", "f31")
    assert fetcher._busy["telegram:kanigaran"] == 2
    hanging.set()
    await are_ready(road, *(f"f{n}" for n in range(20)))
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)


async def test_a_worker_that_died_while_fetching_is_taken_over(road, channel, fetcher):
    channel.files["ref-f1"] = picture()
    await expect(road, "f1")
    now = road.clock.now()
    await road.store.write(lambda unit: unit.shelf.lease_files(now, now + timedelta(seconds=180), 4))
    assert not await fetcher.step()
    road.clock.pass_s(181)
    assert await fetcher.step()
    assert [type(each) for each in await told(road)] == [FileReady]


class Sleepy(Files):
    """Files of a worker that stands still right before it writes."""

    def __init__(self, *where):
        super().__init__(*where)
        self.reached, self.wakes = asyncio.Event(), asyncio.Event()

    async def write(self, name, plain, key):
        self.reached.set()
        await self.wakes.wait()
        await super().write(name, plain, key)


async def test_a_worker_that_slept_past_its_lease_spoils_no_file_that_another_one_kept(
    road, channel, fetcher, files, media, tmp_path
):
    content = channel.files["ref-f1"] = picture()
    await expect(road, "f1")
    sleepy = Sleepy(str(tmp_path / "files"), road.chance.random_bytes)
    sleeper = asyncio.create_task(Fetcher(road, sleepy, media).step())
    await sleepy.reached.wait()
    road.clock.pass_s(200)
    assert await fetcher.step()
    sleepy.wakes.set()
    await sleeper
    assert [type(each) for each in await told(road)] == [FileReady]
    row = await road.store.read(lambda unit: unit.shelf.file("f1"))
    assert await files.read("f1", await road.store.read(lambda unit: unit.shelf.file_key(row))) == content


async def test_a_worker_that_slept_past_its_lease_and_failed_has_no_file_fetched_again(road, channel, fetcher):
    channel.files["ref-f1"] = picture()
    await expect(road, "f1")
    now = road.clock.now()
    (row,) = await road.store.write(lambda unit: unit.shelf.lease_files(now, now + timedelta(seconds=20), 1))
    road.clock.pass_s(200)
    assert await fetcher.step()
    await road.store.write(lambda unit: unit.shelf.fetch_later(row.id, 1, road.clock.now()))
    assert not await fetcher.step()


# --- shown again ------------------------------------------------------------------------------------------------------


async def test_a_shown_copy_is_stamped_and_bare_of_exif(road, channel, fetcher, files, media):
    exif = Image.Exif()
    exif[0x010F] = "Kamera CONTOH"
    channel.files["ref-f1"] = picture(exif=exif)
    await expect(road, "f1")
    await fetcher.step()
    enclosures = Enclosures(road.store, files, media)
    message = Outbound(to=citizen(), kind="notice")
    plain = await enclosures.enclosed(Parcel(message), Enclosure(file="f1", name="KTP"))
    stamped = await enclosures.enclosed(Parcel(message), Enclosure(file="f1", stamp="Siti Rahma 23-11-2026"))
    assert (plain.mime, plain.file_name) == ("image/jpeg", "KTP.jpg")
    assert b"CONTOH" not in plain.content
    assert stamped.content != plain.content


async def test_a_file_whose_complaint_was_erased_can_not_be_shown(road, channel, fetcher, files, media):
    channel.files["ref-f1"] = picture()
    await expect(road, "f1")
    await fetcher.step()
    await road.store.write(lambda unit: unit.shelf.erase_keys([keyring("kanigaran", "7K3F")], MORNING))
    with pytest.raises(SendError, match="refused"):
        await Enclosures(road.store, files, media).enclosed(
            Parcel(Outbound(to=citizen(), kind="notice")), Enclosure(file="f1")
        )


# --- beside the words of one message ----------------------------------------------------------------------------------


def mail_with(*names, queued_at=MORNING):
    along = tuple(Enclosure(file=name, name=f"Foto {name}") for name in names)
    return Parcel(Outbound(to=citizen(), kind="answer", text="Sudah ditambal.", along=along), queued_at=queued_at)


async def test_words_wait_for_the_files_beside_them_and_go_with_all(road, channel, fetcher, files, media):
    channel.files["ref-f1"] = channel.files["ref-f2"] = picture()
    enclosures = Enclosures(road.store, files, media)
    with pytest.raises(SendError, match="unready"):
        await enclosures.complete(mail_with("f1", "f2"), road.clock.now())  # promised, and not asked for yet
    await expect(road, "f1", "f2")
    with pytest.raises(SendError, match="unready"):
        await enclosures.complete(mail_with("f1", "f2"), road.clock.now())
    await fetcher.step()
    parcel = await enclosures.complete(mail_with("f1", "f2"), road.clock.now())
    assert [(each.mime, each.file_name) for each in parcel.along] == [("image/jpeg", f"Foto f{n}.jpg") for n in (1, 2)]
    assert parcel.content == b""


async def test_words_go_without_a_file_that_is_lost_or_never_comes(road, channel, fetcher, files, media):
    channel.files["ref-f1"], channel.files["ref-f2"] = b"no picture", picture()
    await expect(road, "f1", "f2")
    await fetcher.step()
    enclosures = Enclosures(road.store, files, media)
    parcel = await enclosures.complete(mail_with("f1", "f2"), road.clock.now())
    assert [each.file_name for each in parcel.along] == ["Foto f2.jpg"], "the broken one is left out at once"
    never = mail_with("f2", "f9")
    with pytest.raises(SendError, match="unready"):
        await enclosures.complete(never, MORNING + timedelta(seconds=599))
    parcel = await enclosures.complete(never, MORNING + timedelta(seconds=600))
    assert [each.file_name for each in parcel.along] == ["Foto f2.jpg"]
    restarted = Enclosures(road.store, files, media, MORNING + timedelta(hours=5))
    with pytest.raises(SendError, match="unready"):
        await restarted.complete(never, MORNING + timedelta(hours=5, seconds=1))
