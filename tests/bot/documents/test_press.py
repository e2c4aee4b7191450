"""The press: a paper that was asked for is drawn, sealed and sent; a broken template hangs nobody and loses nothing."""

import json
from datetime import UTC, datetime

import pytest

from bot.deliver import Deliver
from bot.documents.press import Press
from bot.documents.typesetting import Job, Typesetter, Unprintable
from bot.enclosures import Enclosures
from bot.fetch import Fetcher
from bot.media import Media
from storage.files import Files
from storage.rows import read_event
from tests.doubles import MORNING, a_seal, citizen
from workflow.happening import Delivery, FileFailed, FileReady
from workflow.message import Enclosure, Outbound
from workflow.world import PRESS, Fetch

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PAGE = b"#let data = json(bytes(sys.inputs.data))\n#data.words"
HANGS = b"#let n = range(100000)\n#for a in n { for b in n { let c = calc.rem(a * b, 7) } }"


@pytest.fixture
async def typesetter():
    made = Typesetter()
    yield made
    await made.close()


def job(source=PAGE, words="halo", **more):
    return Job("a.typ", {"a.typ": source}, {"data": json.dumps({"words": words})}, AT, **more)


async def test_the_same_job_gives_the_same_bytes_whenever_it_is_done(typesetter):
    (first,) = await typesetter.pages(job())
    (again,) = await typesetter.pages(job())
    assert first == again
    assert first.startswith(b"%PDF-")
    (other,) = await typesetter.pages(job(words="lain"))
    assert other != first


async def test_what_people_wrote_is_only_ever_data(typesetter):
    (page,) = await typesetter.pages(job(words='#panic("x") $x$ *b* @ref \\ "'))
    assert page.startswith(b"%PDF-")


async def test_pictures_come_page_by_page(typesetter):
    pages = await typesetter.pages(job(b"a #pagebreak() b", format="png"))
    assert len(pages) == 2
    assert all(page.startswith(b"\x89PNG") for page in pages)


async def test_a_broken_template_is_told_with_its_file_and_line_and_the_next_one_is_drawn(typesetter):
    with pytest.raises(Unprintable) as told:
        await typesetter.pages(job(b"halo\n\n#salah"))
    assert (told.value.file, told.value.line, told.value.timeout) == ("a.typ", 3, False)
    assert "salah" in told.value.wrong
    assert await typesetter.pages(job())


async def test_a_template_reads_no_file_of_ours(typesetter):
    with pytest.raises(Unprintable):
        await typesetter.pages(job(b'#read("/etc/hostname")'))
    with pytest.raises(Unprintable):
        await typesetter.pages(job(b'#read("../../../etc/hostname")'))


async def test_a_template_that_never_ends_hangs_nobody():
    impatient = Typesetter(longest_s=1.0)
    with pytest.raises(Unprintable) as told:
        await impatient.pages(job(HANGS))
    assert told.value.timeout
    assert await impatient.pages(job())
    await impatient.close()


# --- on the road ------------------------------------------------------------------------------------------------------


class Line:
    """The roles a paper passes: the press behind the fetcher, and the delivery."""

    def __init__(self, road, drawers):
        files = Files("memory:", a_seal().random_bytes)
        self.road, self.media = road, Media()
        self.fetcher = Fetcher(road, files, self.media, {PRESS: Press(drawers)})
        self.deliver = Deliver(road, Enclosures(road.store, files, self.media))

    async def ask(self, *messages, ref='{"paper": "receipt"}'):
        """One decision: a paper is asked for and enclosed, other messages follow it."""
        now = self.road.clock.now()
        fetch = Fetch(file="k1.receipt", lane=citizen(), ref=ref, kind="document", keyring="7K3F", source=PRESS)

        def put(unit):
            unit.shelf.expect([fetch], now)
            unit.outbox.put_in([(each, 0) for each in messages], now)

        await self.road.store.write(put)

    async def send(self, for_s=0.0):
        until = self.road.clock.monotonic() + for_s
        while (idle_s := await self.deliver.step()) is not None:
            if idle_s and self.road.clock.monotonic() + idle_s > until:
                return
            self.road.clock.pass_s(idle_s)

    async def events(self):
        rows, _ = await self.road.store.read(lambda unit: unit.inbox.waiting([citizen().lane]))
        return [await self.road.store.read(lambda unit, row=row: read_event(unit.inbox.opened(row))) for row in rows]


PAPER = Outbound(
    to=citizen(), kind="notice", key="paper:k1", about="k1",
    enclosure=Enclosure(file="k1.receipt", shown_as="document", name="Tanda terima"),
)  # fmt: skip
WORDS = Outbound(to=citizen(), kind="ack", text="Terima kasih.")


def drawing(*answers):
    """A drawer that draws, or raises, one after the other."""
    left = list(answers)

    async def draw(wanted):
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return draw


async def pdf(typesetter):
    (page,) = await typesetter.pages(job())
    return page


async def test_a_paper_is_sent_once_when_it_is_drawn_and_holds_up_nothing_that_follows(road, channel, typesetter):
    drawn = await pdf(typesetter)
    line = Line(road, {"paper": drawing(drawn)})
    await line.ask(PAPER, WORDS)
    await line.send(for_s=6)
    assert [parcel.message.text for parcel, _ in channel.sent] == ["Terima kasih."]
    await line.fetcher.step()
    await line.send(for_s=6)
    paper = channel.sent[1][0]
    assert (paper.content, paper.mime, paper.file_name) == (drawn, "application/pdf", "Tanda terima.pdf")
    await line.send(for_s=60)
    assert len(channel.sent) == 2
    (ready,) = [each for each in await line.events() if isinstance(each, FileReady)]
    assert (ready.type, ready.chat) == ("pdf", citizen())
    kept = await road.store.read(lambda unit: unit.shelf.file("k1.receipt"))
    assert (kept.state, kept.ref) == ("ready", ""), "what was drawn is forgotten, the paper is kept"
    (row, _) = await road.store.read(lambda unit: unit.outbox.rows("kanigaran"))
    assert (row.state, row.attempts, row.doubts) == ("sent", 1, 0)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (Unprintable("unknown variable: salah", file="letter.typ", line=3), "broken"),
        (Unprintable("it took too long", timeout=True), "timeout"),
    ],
)
async def test_a_paper_that_can_not_be_drawn_is_told_once_and_can_be_asked_for_again(
    road, channel, typesetter, wrong, reason
):
    line = Line(road, {"paper": drawing(wrong, await pdf(typesetter))})
    await line.ask(PAPER, WORDS)
    await line.fetcher.step()
    assert not await line.fetcher.step()
    await line.send(for_s=10)
    assert [parcel.message.text for parcel, _ in channel.sent] == ["Terima kasih."]
    assert (await road.store.read(lambda unit: unit.shelf.file("k1.receipt"))).ref == ""
    events = await line.events()
    assert [each.reason for each in events if isinstance(each, FileFailed)] == [reason]
    assert [each.state for each in events if isinstance(each, Delivery)] == ["failed"]


@pytest.mark.parametrize("ref", ['{"soup": 1}', "{}", "no json"])
async def test_what_nobody_draws_fails_cleanly(road, ref):
    line = Line(road, {"paper": drawing()})
    await line.ask(ref=ref)
    await line.fetcher.step()
    (event,) = await line.events()
    assert isinstance(event, FileFailed)


async def test_a_paper_that_waits_for_its_drawing_survives_the_night(road, channel, typesetter):
    """The worker that draws is away for long: the message waits beside the queue and loses nothing."""
    line = Line(road, {"paper": drawing(await pdf(typesetter))})
    await line.ask(PAPER)
    await line.send(for_s=600)
    assert channel.sent == []
    await line.fetcher.step()
    await line.send(for_s=10)
    assert len(channel.sent) == 1
    assert road.clock.now() > MORNING


async def test_a_child_that_grew_with_a_large_document_is_replaced_and_a_small_one_keeps_it():
    """What typst remembers of each volume would otherwise add up until the eleventh has no memory left."""
    large = bytearray(300_000_000)  # we hold more than the child may grow by, and it isn't to inherit that
    large[::4096] = b"1" * len(large[::4096])
    setter, began = Typesetter(), datetime(2026, 1, 1, tzinfo=UTC)

    async def child_after(words):
        await setter.pages(Job("a.typ", {"a.typ": words}, {}, began))
        return setter._child._process

    first = await child_after(b"kecil")
    assert first is not None
    assert await child_after(b"kecil juga") is first
    assert await child_after(b"#range(9000000).len()") is None
    again = await child_after(b"kecil lagi")
    assert again is not None
    assert again.pid != first.pid
    await setter.close()
