"""Files others hold: taken out of the payload they came in, shared by a link, and deleted where they came from."""

from datetime import timedelta

import pytest

from bot.fetch import Fetcher
from bot.intake import Intake
from bot.media import Finding, Unfit
from bot.pump import Pump
from bot.purge import Purger
from bot.tidying import Tidying
from channels.base import FetchError
from storage.files import Files
from tests.doubles import MORNING, FakeChannel, FakeCore, a_road, citizen, payload, said
from workflow.happening import FileFailed, FileReady
from workflow.message import Attachment, Message, SendError
from workflow.world import Decision, Fetch


class Looker:
    """Sees what the bytes say."""

    async def inspect(self, data):
        if data.startswith(b"bad"):
            raise Unfit("not_allowed")
        return Finding("photo", "image/jpeg", 10, 10)


class Keeping(FakeChannel):
    """A provider that keeps files until they're deleted there."""

    purges = True
    purged: list
    refusals: list

    async def purge(self, ref):
        if self.refusals:
            raise self.refusals.pop(0)
        self.purged.append(ref)


class Envelopes(FakeChannel):
    """A channel whose payloads hold their files."""

    opened: list

    def attached(self, payload, ref):
        self.opened.append(ref)
        found = self.files[ref]
        if isinstance(found, BaseException):
            raise found
        assert ref.partition("#")[0].encode() in payload
        return found


class Scene:
    def __init__(self, store, channel, tmp_path):
        self.channel = channel
        self.road = a_road(store, channel)
        self.files = Files(str(tmp_path / "files"), self.road.chance.random_bytes)
        self.core = FakeCore(rule=self.decide)
        self.source = ""
        self.intake, self.pump = Intake(self.road), Pump(self.road, self.core)
        self.fetcher, self.purger = Fetcher(self.road, self.files, Looker()), Purger(self.road)

    def decide(self, event, world):
        if not isinstance(event, Message):
            return Decision()
        fetches = tuple(
            Fetch(
                file=f"f{event.id}{n}", lane=citizen(), ref=each.ref, kind="photo", keyring="7K3F", source=self.source
            )
            for n, each in enumerate(event.attachments)
        )
        return Decision(fetches=fetches)

    async def photo(self, *refs, message="1"):
        event = said("foto", message=message, attachments=tuple(Attachment(kind="photo", ref=each) for each in refs))
        await self.intake.receive(self.channel, payload(f"k{message}", event))
        await self.decided()

    async def decided(self):
        while await self.pump.step():
            pass

    async def fetch(self, for_s=120):
        until = self.road.clock.monotonic() + for_s
        while self.road.clock.monotonic() <= until:
            if not await self.fetcher.step():
                self.road.clock.pass_s(5)
        await self.decided()

    async def purge(self, for_s=0.0):
        until = self.road.clock.monotonic() + for_s
        while await self.purger.step() or self.road.clock.monotonic() < until:
            self.road.clock.pass_s(30 if for_s else 0)

    async def proof(self):
        return await self.road.store.read(lambda unit: unit.shelf.purges("kanigaran"))

    @property
    def outcomes(self):
        return [type(each) for each in self.core.events if isinstance(each, FileReady | FileFailed)]


@pytest.fixture
def keeping(store, tmp_path):
    channel = Keeping(files={"r1": b"foto", "r2": b"bad", "r3": FetchError("gone", again=False)})
    channel.purged, channel.refusals = [], []
    return Scene(store, channel, tmp_path)


@pytest.fixture
def envelopes(store, tmp_path):
    channel = Envelopes(files={"k1#1": b"foto", "k1#2": b"bad", "k1#3": FetchError("broken", again=False)})
    channel.opened = []
    return Scene(store, channel, tmp_path)


# --- kept at the provider ---------------------------------------------------------------------------------------------


async def test_a_file_is_deleted_there_once_it_is_kept_here_and_that_is_on_record(keeping):
    await keeping.photo("r1")
    await keeping.purge()
    assert keeping.channel.purged == [], "not before it's kept"
    await keeping.fetch(0)
    await keeping.purge()
    assert keeping.channel.purged == ["r1"]
    (proof,) = await keeping.proof()
    assert (proof["file"], proof["outcome"], proof["attempts"]) == ("f10", "deleted", 1)
    assert proof["settled_at"] is not None
    await keeping.purge(3600)
    assert keeping.channel.purged == ["r1"]


async def test_a_file_that_can_not_be_had_is_deleted_there_all_the_same(keeping):
    await keeping.photo("r2", "r3")
    await keeping.fetch()
    await keeping.purge()
    assert sorted(keeping.channel.purged) == ["r2", "r3"]
    assert keeping.outcomes == [FileFailed, FileFailed]


async def test_a_provider_that_refuses_is_asked_again_for_days_and_then_an_operator_is_told(keeping):
    keeping.channel.refusals = [SendError("down", "refused")] * 99
    await keeping.photo("r1")
    await keeping.fetch(0)
    await keeping.purge(3600)
    (proof,) = await keeping.proof()
    assert (proof["outcome"], proof["reason"]) == ("", "down: refused")
    assert 2 <= proof["attempts"] <= 4
    assert await keeping.road.store.read(lambda unit: unit.shelf.purges_waiting()) == 1
    for _ in range(20):
        keeping.road.clock.shift(timedelta(days=1))
        await keeping.purge()
    (proof,) = await keeping.proof()
    assert (proof["outcome"], proof["attempts"]) == ("failed", 14)
    registry = keeping.road.metrics.registry
    labels = {"channel": "telegram", "outcome": "failed"}
    assert registry.get_sample_value("aduan_purges_total", labels) == 1


async def test_what_was_refused_once_is_deleted_later(keeping):
    keeping.channel.refusals = [SendError("busy", "429"), ValueError("odd")]
    await keeping.photo("r1")
    await keeping.fetch(0)
    await keeping.purge(3600)
    assert keeping.channel.purged == ["r1"]


async def test_an_operator_may_not_want_it(keeping):
    keeping.channel.purges = False
    await keeping.photo("r1")
    await keeping.fetch(0)
    await keeping.purge()
    assert (keeping.channel.purged, await keeping.proof()) == ([], [])


async def test_what_is_erased_before_it_was_fetched_is_deleted_there_too(keeping):
    await keeping.photo("r1")
    await keeping.road.store.write(lambda unit: unit.shelf.erase_files(["f10"]))
    await keeping.fetch(0)
    await Tidying(keeping.road, keeping.files).step()
    await keeping.purge()
    assert keeping.channel.purged == ["r1"]


async def test_what_names_a_file_there_is_sealed_and_let_go_at_the_end(keeping):
    async def stored():
        statement = "SELECT ref FROM purges"
        return await keeping.road.store.read(
            lambda unit: [bytes(each) for each in unit.connection.exec_driver_sql(statement).scalars()]
        )

    await keeping.photo("r1")
    await keeping.fetch(0)
    assert all(b"r1" not in each for each in await stored())
    await keeping.purge()
    assert await stored() == [b""]


# --- inside the payload -----------------------------------------------------------------------------------------------


async def test_a_file_is_taken_out_of_the_payload_that_named_it(envelopes):
    await envelopes.photo("k1#1", "k1#2", "k1#3")
    await envelopes.fetch()
    assert sorted(envelopes.channel.opened) == ["k1#1", "k1#2", "k1#3"]
    assert envelopes.outcomes.count(FileReady) == 1
    reasons = sorted(each.reason for each in envelopes.core.events if isinstance(each, FileFailed))
    assert reasons == ["broken", "not_allowed"]
    assert await envelopes.proof() == []


async def test_a_payload_that_was_let_go_takes_its_files_along(envelopes):
    await envelopes.photo("k1#1")
    await envelopes.road.store.write(lambda unit: unit.connection.exec_driver_sql("DELETE FROM inbox"))
    await envelopes.fetch(0)
    assert [each.reason for each in envelopes.core.events if isinstance(each, FileFailed)] == ["gone"]


async def test_a_file_may_lie_with_another_channel_than_the_lane_it_is_for(store, tmp_path, envelopes):
    other = Keeping(name="whatsapp", files={"r9": b"foto"})
    other.purged, other.refusals = [], []
    envelopes.road.channels["whatsapp", "kanigaran"] = other
    envelopes.source = "whatsapp"
    await envelopes.photo("r9")
    await envelopes.fetch(0)
    (event,) = [each for each in envelopes.core.events if isinstance(each, FileReady)]
    assert event.chat == citizen()
    await envelopes.purge()
    assert other.purged == ["r9"]
    assert event.at >= MORNING
