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
from workflow.message import Outbound, SendError, Sent


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
