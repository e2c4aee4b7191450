"""Documents in a private chat: the stamp is in the picture, on scans too; they go again; only who works there gets them."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from importlib import resources

import pytest
from PIL import Image, ImageChops

from bot.deliver import Deliver
from bot.enclosures import Enclosures
from bot.fetch import Fetcher
from bot.media import Media, Unfit
from channels.base import Parcel
from storage.engine import Store
from storage.files import Files
from tests.doubles import MORNING, FakeChannel, a_road, a_seal, an_office, citizen
from workflow.message import Enclosure, Outbound, SendError
from workflow.office import Staff
from workflow.world import Fetch

SAMPLES = resources.files("channels.sandbox.samples")
STAMP = "Hanya untuk pengaduan KNG-2026-0001, Kecamatan Kanigaran, 23-11-2026, Siti Rahma"
SITI = "901"


def sample(name: str) -> Image.Image:
    return Image.open(io.BytesIO((SAMPLES / name).read_bytes())).convert("RGB")


def scan(*names: str) -> bytes:
    """A PDF with a picture on each page, as a telephone makes it."""
    first, *more = (sample(name).resize((640, 480)) for name in names)
    out = io.BytesIO()
    first.save(out, "PDF", save_all=True, append_images=more)
    return out.getvalue()


def pictures(pdf: bytes) -> list[Image.Image]:
    """The pictures in a PDF of ours: each stands in it as it was encoded."""
    begins = [at for at in range(len(pdf)) if pdf.startswith(b"\xff\xd8\xff", at)]
    return [Image.open(io.BytesIO(pdf[at : pdf.index(b"\xff\xd9\nendstream", at) + 2])).convert("RGB") for at in begins]


def is_stamped(shown: Image.Image, plain: Image.Image) -> bool:
    """Whether every ninth of the picture differs where the pattern runs, and a white bar with words is at the foot."""
    height = shown.height
    changed = ImageChops.difference(shown, plain.resize(shown.size)).convert("L").point(lambda v: 255 * (v > 30))
    wide, tall = shown.width // 3, height // 3
    ninths = [changed.crop((x * wide, y * tall, (x + 1) * wide, (y + 1) * tall)) for x in range(3) for y in range(3)]
    marked = all(each.histogram()[255] > 0.004 * each.width * each.height for each in ninths)
    foot = shown.convert("L").crop((0, height - 4, shown.width, height))
    return marked and min(foot.getextrema()) > 240


@pytest.fixture
async def media() -> AsyncIterator[Media]:
    looker = Media()
    yield looker
    await looker.close()


@pytest.fixture
def files() -> Files:
    return Files("memory:", a_seal().random_bytes)


async def test_the_stamp_is_drawn_across_a_card_and_at_its_foot(media: Media) -> None:
    card = sample("contoh-ktp.jpg")
    data = (SAMPLES / "contoh-ktp.jpg").read_bytes()
    shown = Image.open(io.BytesIO(await media.shown(data, STAMP))).convert("RGB")
    assert is_stamped(shown, card)
    bare = Image.open(io.BytesIO(await media.shown(data))).convert("RGB")
    assert not is_stamped(bare, card)


async def test_a_scan_becomes_a_pdf_of_stamped_pictures(media: Media) -> None:
    pdf = scan("contoh-kk.jpg", "contoh-ktp.jpg")
    shown = await media.scan_shown(pdf, STAMP)
    assert shown.startswith(b"%PDF-")
    pages = pictures(shown)
    assert len(pages) == 2
    plain = [sample("contoh-kk.jpg"), sample("contoh-ktp.jpg")]
    assert all(is_stamped(page, before) for page, before in zip(pages, plain, strict=True))
    assert all(before not in shown for before in (pdf[200:260], b"/Contents 1 0 R"))


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"%PDF-1.4\nnonsense\n%%EOF", scan("contoh-kk.jpg")[:400]])
async def test_a_scan_that_can_not_be_drawn_is_unfit(media: Media, data: bytes) -> None:
    with pytest.raises(Unfit):
        await media.scan_shown(data, STAMP)


# --- on the road ------------------------------------------------------------------------------------------------------


def at_work(*, roles: tuple[str, ...] = ("petugas",)):
    return an_office().with_staff([Staff(id=int(SITI), name="Siti Rahma", roles=roles)])


async def stored(
    road, channel: FakeChannel, files: Files, media: Media, data: bytes, *, roles=("petugas",)
) -> Enclosures:
    """A document that came, and Siti's private chat linked; her roles as they are now."""
    channel.files["ref-f1"] = data
    fetch = Fetch(file="f1", lane=citizen(), ref="ref-f1", kind="document", keyring="7K3F")

    def prepare(unit) -> None:
        unit.shelf.ensure_keys(["kanigaran/7K3F"], MORNING)
        unit.shelf.expect([fetch], road.clock.now())
        unit.cases.link("kanigaran", [(SITI, SITI)], MORNING)

    await road.store.write(prepare)
    await Fetcher(road, files, media).step()
    return Enclosures(road.store, files, media, offices={"kanigaran": at_work(roles=roles)})


def shown_to(chat: str = SITI) -> Outbound:
    return Outbound(
        to=citizen(chat), kind="card", text="KNG-2026-0001: KK", protect=True, delete_after_s=600,
        enclosure=Enclosure(file="f1", shown_as="document", stamp=STAMP, name="KK"),
    )  # fmt: skip


async def test_a_scanned_card_leaves_stamped_and_never_as_it_came(road, channel, files, media) -> None:
    pdf = scan("contoh-kk.jpg")
    enclosures = await stored(road, channel, files, media, pdf)
    parcel = await enclosures.complete(Parcel(shown_to()), road.clock.now())
    assert (parcel.mime, parcel.file_name) == ("application/pdf", "KK.pdf")
    assert parcel.content != pdf
    assert is_stamped(pictures(parcel.content)[0], sample("contoh-kk.jpg"))


async def test_a_scan_that_can_not_be_stamped_is_not_shown_and_its_words_say_so(road, channel, files, media) -> None:
    pdf = b"%PDF-1.7\n1 0 obj <</Encrypt 2 0 R>> endobj\n" + b"x" * 2000 + b"\n%%EOF\n"
    enclosures = await stored(road, channel, files, media, pdf)
    parcel = await enclosures.complete(Parcel(shown_to()), road.clock.now())
    assert parcel.content == b""
    assert parcel.message.enclosure is None
    assert "tidak dapat dibuka untuk diberi tanda air" in parcel.message.text


@pytest.mark.parametrize(("chat", "roles"), [(SITI, ()), ("902", ("petugas",))])
async def test_what_waits_for_somebody_who_lost_their_part_is_refused(road, channel, files, media, chat, roles) -> None:
    enclosures = await stored(road, channel, files, media, (SAMPLES / "contoh-ktp.jpg").read_bytes(), roles=roles)
    with pytest.raises(SendError, match="no part in the work"):
        await enclosures.complete(Parcel(shown_to(chat)), road.clock.now())


async def carried(road, deliver: Deliver, for_s: float) -> None:
    until = road.clock.now() + timedelta(seconds=for_s)
    while road.clock.now() < until:
        idle_s = await deliver.step()
        road.clock.pass_s(min(idle_s or 1.0, (until - road.clock.now()).total_seconds()) or 0.1)


async def test_a_document_goes_again_though_the_program_died_after_showing_it(tmp_path, media) -> None:
    place, files = f"sqlite:///{tmp_path}/aduan.db", Files("memory:", a_seal().random_bytes)
    from storage import schema

    store = Store(place, a_seal())
    schema.create(store)
    channel = FakeChannel()
    road = a_road(store, channel)
    enclosures = await stored(road, channel, files, media, (SAMPLES / "contoh-ktp.jpg").read_bytes())
    await store.write(lambda unit: unit.outbox.put_in([(shown_to(), 0)], road.clock.now()))
    await carried(road, Deliver(road, enclosures), for_s=30)
    (shown,) = [parcel for parcel, _ in channel.sent]
    assert shown.message.protect
    assert is_stamped(Image.open(io.BytesIO(shown.content)).convert("RGB"), sample("contoh-ktp.jpg"))
    store.close()  # it dies with the deletion ahead, and comes back an hour later

    again = Store(place, a_seal())
    later = FakeChannel()
    later.outcomes.append(SendError("down", "no way to the provider"))
    back = a_road(again, later)
    back.clock.pass_s(3600)
    deliver = Deliver(back, Enclosures(again, files, media))
    await deliver.recover(everything=True)
    await carried(back, deliver, for_s=120)
    again.close()
    gone = [(parcel.message.kind, parcel.target) for parcel, _ in later.sent]
    assert gone[-1] == ("delete", "1001")
