"""How an office can be written to, as the core is told: the channels that say what a person writes to."""

from dataclasses import dataclass

from bot.intake import Intake
from bot.pump import Pump
from tests.doubles import FakeChannel, FakeCore, a_road, an_office, payload, said
from workflow.message import Limits
from workflow.world import Way


@dataclass
class Reached(FakeChannel):
    """A channel that says what a person writes to."""

    reach: str = ""


async def test_the_core_is_told_the_ways_of_its_own_office_only(sqlite):
    sms = Limits(photos=False)
    road = a_road(
        sqlite,
        FakeChannel(),
        Reached(name="sms", reach="+622100", limits=sms),
        Reached(name="email", reach=""),
        Reached(name="sms", office="pekutatan", reach="+623600"),
        offices=[an_office(), an_office("pekutatan", desk=None)],
    )
    core = FakeCore()
    await Intake(road).receive(road.channels["telegram", "kanigaran"], payload("k1", said("halo")))
    await Pump(road, core).step()
    (_, world), *_ = core.seen
    assert world.ways == (Way(channel="sms", reach="+622100", limits=sms),)
