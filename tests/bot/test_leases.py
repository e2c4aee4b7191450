"""Two workers on one PostgreSQL: one sleeps in its sending for longer than its lease, and another takes over."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.deliver import Deliver
from bot.enclosures import Enclosures
from bot.media import Media
from storage.engine import Store
from storage.files import Files
from storage.tables import outbox
from storage.tables import sent as sent_table
from tests.doubles import FakeChannel, HandClock, a_road, a_seal, citizen
from workflow.message import Address, Outbound, SendError, Sent


@dataclass
class Sleeper(FakeChannel):
    """A channel on which the worker sleeps at its first sending, until others have done what there was to do."""

    meanwhile: object = None
    then: Sent | SendError | None = None

    async def send(self, parcel, key):
        await self.meanwhile()
        if isinstance(self.then, SendError):
            raise self.then
        return self.then


@pytest.fixture
def workers(postgres_url):
    """A worker whose channel sleeps, and one that's awake, on one database; and the second one's channel."""
    stores = [Store(postgres_url, a_seal(), inline=True) for _ in range(2)]
    clock, sleeper, awake = HandClock(), Sleeper(), FakeChannel()
    made = [
        Deliver(
            a_road(store, channel, clock=clock), Enclosures(store, Files("memory:", a_seal().random_bytes), Media())
        )
        for store, channel in zip(stores, (sleeper, awake), strict=True)
    ]
    yield *made, sleeper, awake
    for store in stores:
        store.close()


def _over(unit):
    unit.connection.execute(
        update(outbox).where(outbox.c.state == "sending").values(lease_until=HandClock().now() - timedelta(days=1))
    )


@pytest.mark.parametrize(
    "outcome", [Sent(id="77"), SendError("uncertain", "no answer"), SendError("refused", "no"), SendError("down", "no")]
)
async def test_whoever_slept_for_longer_than_its_lease_changes_nothing_of_what_others_did(workers, outcome):
    first, second, sleeper, awake = workers

    async def meanwhile():
        await second.road.store.write(_over)
        assert await second.recover(everything=False) == 1
        for _ in range(20):
            idle_s = await second.step()
            if idle_s is None:
                return
            second.road.clock.pass_s(idle_s)

    sleeper.meanwhile, sleeper.then = meanwhile, outcome
    message = Outbound(to=citizen(), kind="answer", text="halo", key="a:1")
    await first.road.store.write(lambda unit: unit.outbox.put_in([(message, 0)], first.road.clock.now()))
    while (idle_s := await first.step()) is not None:
        first.road.clock.pass_s(idle_s)
    (row,) = await first.road.store.read(lambda unit: unit.outbox.rows("kanigaran"))
    assert row.state == "sent"
    assert awake.texts == ["halo\n(kirim ulang)"]
    names = await first.road.store.read(
        lambda unit: (
            unit.connection.execute(select(sent_table.c.message).order_by(sent_table.c.message)).scalars().all()
        )
    )
    assert list(names) == (["1001", "77"] if isinstance(outcome, Sent) else ["1001"]), "each copy is known by its name"


async def _in_turn(worker):
    """Send what there is to send, until nothing is left."""
    while (idle_s := await worker.step()) is not None:
        worker.road.clock.pass_s(idle_s)


def _desk(kind, **more):
    return Outbound(to=Address("kanigaran", "telegram", "-100777"), kind=kind, **more)


def _slept_through(first, second, sleeper, late, *messages):
    """The first worker sleeps in its first sending; meanwhile the second sends that, and then these."""

    async def meanwhile():
        await second.road.store.write(_over)
        assert await second.recover(everything=False) == 1
        await _in_turn(second)
        for each in messages:
            await second.road.store.write(
                lambda unit, each=each: unit.outbox.put_in([(each, 0)], second.road.clock.now())
            )
            await _in_turn(second)

    sleeper.meanwhile, sleeper.then = meanwhile, late


def _acts(channel):
    return [(parcel.message.kind, parcel.target, parcel.message.text) for parcel, _ in channel.sent]


@pytest.mark.parametrize("late", [Sent(), SendError("uncertain", "no answer")])
async def test_an_edit_that_comes_late_is_followed_by_what_the_message_really_says(workers, late):
    first, second, sleeper, awake = workers
    card = _desk("card", text="langkah 1", key="card:1")
    await second.road.store.write(lambda unit: unit.outbox.put_in([(card, 0)], second.road.clock.now()))
    await _in_turn(second)
    _slept_through(first, second, sleeper, late, _desk("edit", text="langkah 3", target="card:1"))
    old = _desk("edit", text="langkah 2", target="card:1")
    await first.road.store.write(lambda unit: unit.outbox.put_in([(old, 0)], first.road.clock.now()))
    await first.step()
    awake.sent.clear()
    await _in_turn(second)
    assert _acts(awake) == [("edit", "1001", "langkah 3")]


async def test_a_late_edit_that_is_still_the_newest_needs_no_other(workers):
    first, second, sleeper, awake = workers
    card = _desk("card", text="langkah 1", key="card:1")
    await second.road.store.write(lambda unit: unit.outbox.put_in([(card, 0)], second.road.clock.now()))
    await _in_turn(second)
    _slept_through(first, second, sleeper, Sent())
    edit = _desk("edit", text="langkah 2", target="card:1")
    await first.road.store.write(lambda unit: unit.outbox.put_in([(edit, 0)], first.road.clock.now()))
    await first.step()
    awake.sent.clear()
    await _in_turn(second)
    assert awake.sent == []


async def test_a_card_that_comes_late_beside_its_double_is_deleted_and_never_edited(workers):
    first, second, sleeper, awake = workers
    _slept_through(first, second, sleeper, Sent(id="77"), _desk("edit", text="langkah 2", target="card:1"))
    card = _desk("card", text="langkah 1", key="card:1")
    await first.road.store.write(lambda unit: unit.outbox.put_in([(card, 0)], first.road.clock.now()))
    await first.step()
    awake.sent.clear()
    await _in_turn(second)
    assert _acts(awake) == [("delete", "77", "")]
    after = _desk("edit", text="langkah 3", target="card:1")
    await second.road.store.write(lambda unit: unit.outbox.put_in([(after, 0)], second.road.clock.now()))
    await _in_turn(second)
    assert _acts(awake)[1:] == [("edit", "1001", "langkah 3")]


async def test_whoever_slept_between_claiming_and_sending_sends_nothing_that_others_sent(workers):
    first, second, sleeper, awake = workers
    message = Outbound(to=citizen(), kind="answer", text="halo", key="a:1")
    await first.road.store.write(lambda unit: unit.outbox.put_in([(message, 0)], first.road.clock.now()))
    (way,) = await first._claim(first.road.clock.now(), 1)
    await second.road.store.write(_over)
    first.road.clock.pass_s(20)
    assert await second.recover(everything=False) == 1
    while (idle_s := await second.step()) is not None:
        second.road.clock.pass_s(idle_s)

    async def meanwhile():
        raise AssertionError("it was sent again by who had slept")

    sleeper.meanwhile = meanwhile
    await first._carry(way)
    assert awake.texts == ["halo\n(kirim ulang)"]


async def test_whoever_was_only_slow_and_still_has_its_lease_sends(workers):
    first, _, sleeper, _ = workers
    message = Outbound(to=citizen(), kind="answer", text="halo", key="a:1")
    await first.road.store.write(lambda unit: unit.outbox.put_in([(message, 0)], first.road.clock.now()))
    (way,) = await first._claim(first.road.clock.now(), 1)
    first.road.clock.pass_s(12)
    sent = []

    async def meanwhile():
        sent.append(way.row.message.text)

    sleeper.meanwhile, sleeper.then = meanwhile, Sent(id="77")
    await first._carry(way)
    assert sent == ["halo"]


@dataclass
class Asked(FakeChannel):
    """A channel of a provider that can be asked, and that has nothing of what it's asked for."""

    async def find(self, parcel, key, since):
        return None


async def test_what_the_provider_has_not_yet_whoever_was_sending_it_may_send_yet(workers):
    """The first worker stands still with its request in hand; the second asks, sends, and says that it may be twice."""
    first, second, sleeper, _ = workers
    awake = second.road.channels["telegram", "kanigaran"] = Asked()
    _slept_through(first, second, sleeper, Sent(id="77"))
    message = Outbound(to=citizen(), kind="answer", text="halo", key="a:1")
    await first.road.store.write(lambda unit: unit.outbox.put_in([(message, 0)], first.road.clock.now()))
    await _in_turn(first)
    assert awake.texts == ["halo\n(kirim ulang)"]


async def test_what_the_provider_has_not_of_a_process_that_surely_died_never_gets_there(workers):
    _, second, _, _ = workers
    awake = second.road.channels["telegram", "kanigaran"] = Asked()
    message = Outbound(to=citizen(), kind="answer", text="halo", key="a:1")
    await second.road.store.write(lambda unit: unit.outbox.put_in([(message, 0)], second.road.clock.now()))
    await second._claim(second.road.clock.now(), 1)  # and it died
    assert await second.recover(everything=True) == 1
    await _in_turn(second)
    assert awake.texts == ["halo"]
