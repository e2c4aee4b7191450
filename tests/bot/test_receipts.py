"""Receipts: what a provider tells later of a message, in whatever order it comes, and what follows from it."""

import itertools
from collections import deque
from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.deliver import Deliver
from bot.enclosures import Enclosures
from bot.intake import Intake
from bot.media import Media
from bot.pump import Pump
from storage.files import Files
from tests.doubles import MORNING, FakeChannel, FakeCore, a_road, a_seal, payload
from workflow.happening import Delivery
from workflow.message import Address, Limits, Message, Outbound, Receipt, Sender, SendError, Sent
from workflow.world import Decision

TO = Address("kanigaran", "sms", "+6281234567890")
OTHER = Address("kanigaran", "sms", "+6281234567891")


class Scene:
    """One office with a channel that tells later what became of its messages."""

    def __init__(self, store, **limits):
        self.channel = FakeChannel(name="sms", limits=Limits(receipts=True, **limits))
        self.road = a_road(store, self.channel)
        self.core = FakeCore(rule=lambda event, world: Decision())
        self.pump, self.intake = Pump(self.road, self.core), Intake(self.road)
        self.deliver = Deliver(
            self.road, Enclosures(store, Files("memory:", a_seal().random_bytes), Media()), {("sms", "kanigaran"): 1e6}
        )
        self.keys = itertools.count()

    async def put(self, *messages):
        now = self.road.clock.now()
        await self.road.store.write(lambda unit: unit.outbox.put_in([(each, 0) for each in messages], now))

    async def receive(self, *values, chat=TO):
        for value in values:
            await self.intake.receive(self.channel, payload(f"k{next(self.keys)}", value, chat.chat))

    async def told(self, *receipts):
        """These receipts come, and are worked off."""
        await self.receive(*receipts)
        await self.decide()

    async def decide(self):
        while await self.pump.step():
            pass

    async def go(self, for_s=0.0):
        """Deliver until nothing is due within so many seconds."""
        until = self.road.clock.monotonic() + for_s
        while True:
            idle_s = await self.deliver.step()
            if idle_s == 0.0:
                continue
            if idle_s is None or self.road.clock.monotonic() + idle_s > until:
                self.road.clock.pass_s(max(0, until - self.road.clock.monotonic()))
                break
            self.road.clock.pass_s(idle_s)
        await self.decide()

    @property
    def news(self):
        return [(each.key, each.state) for each in self.core.events if isinstance(each, Delivery)]

    async def rows(self):
        found = await self.road.store.read(lambda unit: unit.outbox.rows("kanigaran"))
        traced = await self.road.store.read(lambda unit: unit.receipts.traced([each.id for each in found]))
        return [(each.message.key, each.state, traced[each.id].receipt) for each in found]

    def metric(self, what):
        value = self.road.metrics.registry.get_sample_value("aduan_receipts_total", {"channel": "sms", "what": what})
        return int(value or 0)


def out(kind="answer", key="a", about="id1", to=TO, **more) -> Outbound:
    return Outbound(to=to, kind=kind, text="halo", key=key, about=about, **more)


def receipt(state, ours=1, *, at=None, to=TO, message="1001", fact="", reason="") -> Receipt:
    return Receipt(chat=to, at=at or MORNING, state=state, message=message, ours=ours, fact=fact, reason=reason)


def wrote(text="halo", to=TO, message="m1", **more) -> Message:
    return Message(**({"chat": to, "id": message, "sender": Sender(id=to.chat), "at": MORNING, "text": text} | more))


@pytest.fixture
def scene(store):
    """On both databases."""
    return Scene(store)


async def test_what_a_provider_took_is_accepted_and_no_more(scene):
    await scene.put(out())
    await scene.go()
    assert scene.news == [("a", "accepted")]
    assert await scene.rows() == [("a", "sent", "")]


async def test_a_channel_without_receipts_has_sent_at_once(store):
    scene = Scene(store)
    scene.channel.limits = Limits()
    await scene.put(out())
    await scene.go()
    assert scene.news == [("a", "sent")]


ORDERS = [
    (["sent", "delivered", "read"], ["sent", "delivered", "read"], "read"),
    (["read", "delivered", "sent"], ["read"], "read"),
    (["delivered", "sent", "delivered"], ["delivered"], "delivered"),
    (["sent", "sent"], ["sent"], "sent"),
    (["sent", "failed"], ["sent", "failed"], "failed"),
    (["failed", "sent"], ["failed"], "failed"),
    (["failed", "failed"], ["failed"], "failed"),
    (["failed", "delivered"], ["failed", "delivered"], "delivered"),
    (["delivered", "failed"], ["delivered"], "delivered"),
    (["failed", "read", "delivered", "failed"], ["failed", "read"], "read"),
]


@pytest.mark.parametrize("together", [False, True], ids=["one by one", "in one batch"])
@pytest.mark.parametrize(("said", "told", "known"), ORDERS, ids=[" ".join(case[0]) for case in ORDERS])
async def test_news_in_any_order_only_gets_better(scene, said, told, known, together):
    await scene.put(out())
    await scene.go()
    for each in said:
        await (scene.receive if together else scene.told)(receipt(each, reason="30007"))
    await scene.decide()
    states = [state for _, state in scene.news[1:]]
    if together and told[0] == "failed" and known != "failed":
        told = told[1:]  # it was known to have arrived before anybody was told otherwise
    assert states == told
    ((_, state, receipt_known),) = await scene.rows()
    assert receipt_known == known
    assert state == ("refused" if known == "failed" else "sent")
    kept = await scene.road.store.read(lambda unit: [each.state for each in unit.receipts.told([1])])
    assert kept == said, "whatever was told stays on record"


@pytest.mark.parametrize(
    ("ours", "message", "to"),
    [
        (99, "1001", TO),  # no such row
        (2, "", TO),  # of another address
        (2, "1001", TO),
        (0, "9999", TO),
        (0, "", TO),
        (0, "1001", OTHER),
    ],
)
async def test_news_for_strangers_is_counted_and_touches_nothing(scene, ours, message, to):
    await scene.put(out(), out(to=OTHER, key="b"))
    await scene.go()
    before = await scene.rows(), list(scene.news)
    await scene.told(receipt("read", ours, message=message, to=to))
    assert (await scene.rows(), scene.news) == before
    assert scene.metric("stranger") == 1


async def test_news_of_another_offices_or_channels_message_is_a_strangers(scene):
    await scene.put(out(to=Address("kanigaran", "whatsapp", TO.chat)), out(to=Address("kedopok", "sms", TO.chat)))
    await scene.told(receipt("read", 1), receipt("read", 2))
    assert scene.metric("stranger") == 2
    assert scene.news == []


@pytest.mark.parametrize("chat", ["", "ID.1234567890123456"])
async def test_news_is_found_by_the_providers_id_where_it_names_the_address_otherwise(scene, chat):
    await scene.put(out())
    await scene.go()
    elsewhere = Address("kanigaran", "sms", chat)
    await scene.told(receipt("delivered", 1, to=elsewhere))
    assert scene.news == [("a", "accepted"), ("a", "delivered")]


async def test_news_without_our_number_is_found_by_the_providers(scene):
    await scene.put(out(key=""))  # about a complaint, with no name of its own
    await scene.go()
    await scene.told(receipt("delivered", 0))
    assert scene.news == [("", "accepted"), ("", "delivered")]


async def test_nobody_is_told_of_what_nobody_waits_for(scene):
    await scene.put(out(kind="question", key="", about=""), out(kind="question", key="q", about=""))
    await scene.go(5)
    await scene.told(receipt("sent", 1), receipt("read", 1), receipt("sent", 2, message="1002"))
    assert scene.news == []
    assert [known for *_, known in await scene.rows()] == ["read", "sent"]
    await scene.told(receipt("failed", 2, message="1002", fact="refused"))
    assert scene.news == [("q", "failed")]
    assert scene.core.events[-1].fact == "refused", "by it the staff are told why, in their own language"


async def test_a_failure_names_its_complaint_though_only_the_last_part_says_it(scene):
    now = scene.road.clock.now()
    parts = [(out(about="" if n == 1 else "id1"), n) for n in (1, 2)]
    await scene.road.store.write(lambda unit: unit.outbox.put_in(parts, now))
    await scene.go(5)
    await scene.told(receipt("failed", 1, fact="refused"))
    assert [(each.state, each.about) for each in scene.core.events] == [("accepted", "id1"), ("failed", "id1")]


# --- before we know ourselves -----------------------------------------------------------------------------------------


async def sending(scene, outcome, *receipts):
    """Send one message; the receipts come while the request is still open."""
    await scene.put(out())

    async def send(parcel, key):
        await scene.told(*receipts)
        if isinstance(outcome, SendError):
            raise outcome
        return outcome

    scene.channel.send = send
    await scene.go()


async def test_news_may_come_before_the_provider_has_answered_us(scene):
    await sending(scene, Sent(id="1001"), receipt("sent"), receipt("delivered"))
    assert scene.news == [("a", "sent"), ("a", "delivered")], "nothing is told after it that's less"
    assert await scene.rows() == [("a", "sent", "delivered")]


async def test_a_failure_may_come_before_the_provider_has_answered_us(scene):
    await sending(scene, Sent(id="1001"), receipt("failed", fact="refused", reason="filtered"))
    assert scene.news == [("a", "failed")]
    assert await scene.rows() == [("a", "refused", "failed")]


async def test_a_sending_that_ended_in_doubt_is_known_by_its_news_and_not_repeated(scene):
    await sending(scene, SendError("uncertain", "reset"), receipt("sent"))
    assert await scene.rows() == [("a", "sent", "sent")]
    await scene.go(3600)
    assert scene.news == [("a", "sent")]
    await scene.told(receipt("read", 0))
    assert scene.news[-1] == ("a", "read"), "and the provider's id is known"


async def test_what_a_crash_left_in_doubt_is_known_by_its_news(scene):
    await scene.put(out())
    await scene.road.store.write(lambda unit: unit.outbox.start([1], scene.road.clock.now(), scene.road.clock.now()))
    await scene.told(receipt("delivered"))
    assert await scene.deliver.recover(everything=True) == 1
    await scene.go(3600)
    assert scene.channel.sent == []
    assert await scene.rows() == [("a", "sent", "delivered")]


async def test_news_of_a_message_in_doubt_ends_the_doubt_before_it_is_repeated(scene):
    scene.channel.outcomes = deque([SendError("uncertain", "reset")])
    await scene.put(out())
    await scene.go()
    assert await scene.rows() == [("a", "uncertain", "")]
    await scene.told(receipt("sent"))
    await scene.go(3600)
    assert len(scene.channel.sent) == 1
    assert await scene.rows() == [("a", "sent", "sent")]


# --- failures ---------------------------------------------------------------------------------------------------------

PASSING = [
    ("down", "answer", 4),
    ("busy", "receipt", 4),
    ("misconfigured", "answer", 4),
    ("down", "knock", 4),
    ("down", "question", 1),
    ("down", "ack", 1),
    ("refused", "answer", 1),
    ("", "answer", 1),
    ("moved", "answer", 1),
]


@pytest.mark.parametrize(("fact", "kind", "attempts"), PASSING)
async def test_what_could_not_be_delivered_is_tried_again_if_it_may_help_and_is_worth_it(scene, fact, kind, attempts):
    await scene.put(out(kind))
    for n in range(1, 10):
        await scene.go(8 * 3600)
        if len(scene.channel.sent) < n:
            break
        await scene.told(receipt("failed", message=str(1000 + n), fact=fact, reason="30003"))
    assert len(scene.channel.sent) == attempts
    assert len({parcel.number for parcel, _ in scene.channel.sent}) == 1
    assert [each.message.text for each, _ in scene.channel.sent] == ["halo"] * attempts, "it surely isn't there yet"
    assert scene.news == [("a", "accepted"), ("a", "failed")]
    assert [state for _, state, _ in await scene.rows()] == ["refused"]


async def test_what_is_sent_again_later_holds_up_nobody(scene):
    await scene.put(out())
    await scene.go()
    await scene.told(receipt("failed", fact="down"))
    await scene.put(out(key="b"))
    await scene.go(5)
    assert [parcel.message.key for parcel, _ in scene.channel.sent] == ["a", "b"]
    await scene.go(700)
    assert [parcel.message.key for parcel, _ in scene.channel.sent] == ["a", "b", "a"]


async def test_late_news_of_the_first_attempt_is_not_taken_for_the_second(scene):
    await scene.put(out())
    await scene.go()
    await scene.told(receipt("failed", fact="down"))
    await scene.told(receipt("sent"))  # it came too late: the first attempt was sent before it failed
    await scene.go(700)
    assert len(scene.channel.sent) == 2
    await scene.told(receipt("failed", fact="down"))  # told twice: of the first
    await scene.told(receipt("sent", message="1002"), receipt("delivered", message="1002"))
    await scene.go(8 * 3600)
    assert len(scene.channel.sent) == 2
    assert scene.news == [("a", "accepted"), ("a", "sent"), ("a", "delivered")]


async def test_a_mail_that_bounces_again_under_its_own_name_has_failed_again(scene):
    scene.channel.limits = Limits(threads=True)
    scene.channel.outcome = lambda parcel: Sent(id=f"<{parcel.number}@example.go.id>")
    await scene.put(out())
    for _ in range(4):
        await scene.go(8 * 3600)
        await scene.told(receipt("failed", message="<1@example.go.id>", fact="busy", reason="4.2.2 mailbox full"))
    assert len(scene.channel.sent) == 4
    assert scene.news[-1] == ("a", "failed")


async def test_what_was_to_be_sent_again_and_did_arrive_is_not(scene):
    await scene.put(out())
    await scene.go()
    await scene.told(receipt("failed", fact="down"))
    await scene.told(receipt("delivered"))
    await scene.go(8 * 3600)
    assert len(scene.channel.sent) == 1
    assert scene.news == [("a", "accepted"), ("a", "delivered")]


async def test_an_address_that_is_gone_gets_nothing_more_until_they_write(scene):
    await scene.put(out())
    await scene.go()
    await scene.told(receipt("failed", fact="gone", reason="21610"))
    await scene.put(out(key="b"))
    await scene.go(5)
    assert scene.news == [("a", "accepted"), ("a", "failed"), ("b", "failed")]
    await scene.receive(wrote())
    await scene.put(out(key="c"))
    await scene.decide()
    await scene.go(5)
    assert [parcel.message.key for parcel, _ in scene.channel.sent] == ["a", "c"]


async def test_a_receipt_costs_few_statements_however_many_come_together(scene):
    people = [Address("kanigaran", "sms", f"+62812{n:07}") for n in range(60)]
    await scene.put(*(out(to=each, key=each.chat) for each in people))
    await scene.go(5)
    scene.road.clock.pass_s(60)
    for n, each in enumerate(people, 1):
        await scene.receive(receipt("delivered", n, to=each, message=str(1000 + n)), chat=each)
    count = itertools.count()
    event.listen(scene.road.store.engine, "before_cursor_execute", lambda *_: next(count))
    assert await scene.pump.step()
    statements = next(count)
    assert statements <= 15, statements
    await scene.decide()
    assert [state for _, state in scene.news].count("delivered") == 60


async def test_news_long_after_its_message_was_let_go_is_a_strangers(scene):
    await scene.put(out(), out(key="b"))
    await scene.go(5)
    await scene.road.store.write(lambda unit: unit.pruning.remove("outbox", [1]))
    scene.road.clock.shift(timedelta(days=40))
    await scene.told(receipt("read"))
    assert scene.metric("stranger") == 1
