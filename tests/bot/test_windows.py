"""The window in which free words may go: what waits for it, what knocks, and what goes when they write."""

from collections import deque
from datetime import timedelta

import pytest

from storage.rows import Arrival, encode
from tests.bot.test_receipts import Scene as Whole
from tests.bot.test_receipts import out, receipt, wrote
from tests.doubles import MORNING, payload
from workflow.happening import Carried
from workflow.message import Address, Limits, Presence, Press, Sender, SendError
from workflow.world import Decision, Needs

TO = Address("kanigaran", "sms", "+6281234567890")


class Scene(Whole):
    """A channel that carries free words only within a day of theirs."""

    def __init__(self, store):
        super().__init__(store)
        self.channel.limits = Limits(receipts=True, window_h=24)

    async def hear(self, **more):
        """They write now."""
        await self.receive(wrote(**({"at": self.road.clock.now()} | more)))
        await self.decide()

    @property
    def texts(self):
        return [parcel.message.key for parcel, _ in self.channel.sent]


@pytest.fixture
def scene(store):
    return Scene(store)


async def test_within_the_window_everything_goes_as_ever(scene):
    await scene.hear()
    scene.road.clock.shift(timedelta(hours=23, minutes=49))
    await scene.put(out())
    await scene.go()
    assert scene.texts == ["a"]
    assert scene.news == [("a", "accepted")]


@pytest.mark.parametrize("ever", [True, False], ids=["long ago", "never"])
async def test_outside_it_is_held_told_once_and_sent_when_they_write(scene, ever):
    if ever:
        await scene.hear()
        scene.road.clock.shift(timedelta(hours=30))
    await scene.put(out(), out("question", key="", about=""))
    await scene.go(3600)
    assert scene.texts == []
    assert scene.news == [("a", "held"), ("", "held")]
    assert [state for _, state, _ in await scene.rows()] == ["held", "held"]
    assert await scene.road.store.read(lambda unit: unit.outbox.depths()) == {"held": 2}
    scene.road.clock.shift(timedelta(days=3))
    await scene.go(3600)
    assert scene.news == [("a", "held"), ("", "held")], "told once, not each time one looks"
    await scene.hear()
    await scene.go(5)
    assert scene.texts == ["a", ""]
    assert scene.news == [("a", "held"), ("", "held"), ("a", "accepted")]


async def test_the_window_closes_ten_minutes_early(scene):
    await scene.hear()
    scene.road.clock.shift(timedelta(hours=23, minutes=51))
    await scene.put(out())
    await scene.go()
    assert scene.texts == []


async def test_what_was_held_goes_before_what_is_new(scene):
    for n in range(3):
        await scene.put(out(key=f"held{n}"))
        await scene.go()
    scene.core.rule = lambda event, world: Decision(sends=(out("question", key="new"),))
    await scene.receive(wrote())
    await scene.pump.step()
    scene.core.rule = lambda event, world: Decision()
    await scene.go(30)
    assert scene.texts == ["held0", "held1", "held2", "new"]


async def test_a_knock_goes_at_any_hour_and_holds_up_nothing(scene):
    await scene.put(out(), out("knock", key="k", about="", template="answer_waiting", words=("KNG-2026-0001",)))
    await scene.go(60)
    assert scene.texts == ["k"]
    assert scene.channel.sent[0][0].message.template == "answer_waiting"


async def test_a_knock_in_answer_to_what_is_held_goes_once_for_a_stretch(scene):
    def rule(event, world):
        held = getattr(event, "state", "") == "held"
        return Decision(sends=(out("knock", key="k", about="", replaces="k"),) if held else ())

    scene.core.rule = rule
    await scene.put(out(), out(key="b"))
    await scene.go(60)
    await scene.go(60)
    assert scene.texts == ["k"]


async def test_chatter_is_not_held(scene):
    await scene.put(out("ack", key="x", about=""))
    await scene.go(60)
    await scene.hear()
    await scene.go(60)
    assert (scene.texts, scene.news) == ([], [])
    assert [state for _, state, _ in await scene.rows()] == ["dropped"]


async def test_what_is_held_can_be_taken_back(scene):
    await scene.put(out())
    await scene.go(5)
    unsent = await scene.road.store.write(lambda unit: unit.outbox.unsent([("kanigaran", "a")]))
    assert unsent == {("kanigaran", "a")}
    assert await scene.road.store.write(lambda unit: unit.outbox.cancel([("kanigaran", "a")], MORNING)) == 1
    await scene.hear()
    await scene.go(60)
    assert scene.texts == []


async def test_what_is_held_gives_way_to_what_replaces_it(scene):
    await scene.put(out("notice", key="old"))
    await scene.go(5)
    await scene.put(out("notice", key="new", replaces="old"))
    await scene.go(5)
    await scene.hear()
    await scene.go(60)
    assert scene.texts == ["new"]


async def test_what_is_held_wakes_nobody(scene):
    await scene.put(out())
    await scene.go(5)
    look = await scene.road.store.read(lambda unit: unit.outbox.next_at(["sms:kanigaran"]))
    assert look is None
    later = MORNING + timedelta(days=9)
    assert await scene.road.store.write(lambda unit: unit.outbox.sweep(later, timedelta(0))) == 0


async def test_more_than_is_looked_at_once_is_held_all_the_same(scene):
    await scene.put(*(out("question", key=f"{n}", about="") for n in range(300)))
    await scene.go(5)
    assert {state for _, state, _ in await scene.rows()} == {"held"}
    assert len(scene.news) == 300


async def test_what_is_due_later_is_held_when_it_is_due(scene):
    await scene.put(out(not_before=MORNING + timedelta(hours=2)))
    await scene.go(5)
    assert scene.news == []
    await scene.go(2 * 3600)
    assert scene.news == [("a", "held")]


# --- when the provider says so ----------------------------------------------------------------------------------------


async def test_the_providers_word_counts_more_than_ours(scene):
    await scene.hear()
    scene.channel.outcomes = deque([SendError("window", "63016")])
    await scene.put(out(), out(key="b"))
    await scene.go(60)
    assert scene.texts == ["a"], "the second isn't even tried"
    assert scene.news == [("a", "held"), ("b", "held")]
    scene.road.clock.pass_s(60)
    await scene.hear()
    await scene.go(60)
    assert scene.texts == ["a", "a", "b"]


@pytest.mark.parametrize(("kind", "state", "told"), [("ack", "dropped", []), ("knock", "refused", [("a", "failed")])])
async def test_what_can_not_be_held_ends_there(scene, kind, state, told):
    await scene.hear()
    scene.channel.outcomes = deque([SendError("window", "63016")])
    await scene.put(out(kind))
    await scene.go(60)
    assert [each for _, each, _ in await scene.rows()] == [state]
    assert scene.news == told


async def test_the_provider_may_say_so_after_it_took_the_message(scene):
    await scene.hear()
    scene.road.clock.pass_s(60)
    await scene.put(out(), out("ack", key="x", about=""))
    await scene.go(60)
    refused = {"fact": "window", "reason": "63016"}
    await scene.told(receipt("failed", **refused), receipt("failed", 2, message="1002", **refused))
    assert scene.news == [("a", "accepted"), ("a", "held")]
    assert [state for _, state, _ in await scene.rows()] == ["held", "refused"]
    await scene.hear()
    await scene.go(60)
    await scene.told(receipt("sent", message="1003"))
    assert scene.texts == ["a", "x", "a"]
    assert scene.news == [("a", "accepted"), ("a", "held"), ("a", "sent")]


async def test_each_stretch_of_silence_is_told_of(scene):
    await scene.put(out())
    await scene.go(5)
    await scene.hear()
    scene.channel.outcomes = deque([SendError("window", "63016")])
    scene.road.clock.pass_s(1)
    await scene.hear(message="m2")
    scene.road.clock.pass_s(1)
    await scene.go(60)
    assert scene.news.count(("a", "held")) == 2


async def test_whoever_wrote_meanwhile_gets_it_at_once(scene):
    await scene.hear()
    scene.road.clock.pass_s(1)
    await scene.put(out())
    await scene.go()
    scene.road.clock.pass_s(5)
    await scene.hear(message="m2")
    await scene.told(receipt("failed", fact="window", reason="63016"))
    await scene.go(60)
    assert scene.texts == ["a", "a"]
    assert ("a", "held") not in scene.news


# --- what counts as theirs --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said_at", "open_for_h"),
    [
        (MORNING - timedelta(hours=3), 20),  # it was lost and found again: the provider's own time counts
        (MORNING + timedelta(hours=5), 23),  # a clock that's ahead of ours
        (MORNING - timedelta(days=400), 23),  # no time at all
    ],
)
async def test_the_window_is_counted_from_when_they_wrote(scene, said_at, open_for_h):
    await scene.hear(at=said_at)
    scene.road.clock.shift(timedelta(hours=open_for_h))
    await scene.put(out())
    await scene.go()
    assert scene.texts == ["a"]
    scene.road.clock.shift(timedelta(hours=1))
    await scene.put(out(key="b"))
    await scene.go()
    assert scene.texts == ["a"]


@pytest.mark.parametrize(
    ("vouched", "elsewhere", "sent"), [(True, "sms", ["a"]), (False, "sms", []), (True, "email", [])]
)
async def test_whoever_writes_under_another_id_of_the_account_opens_its_window(scene, vouched, elsewhere, sent):
    await scene.put(out())
    await scene.go()
    assert scene.texts == []
    said = wrote("OK", to=Address("kanigaran", elsewhere, "ID.1234567890"))
    carried = Carried(chat=TO, at=scene.road.clock.now(), by=said.chat, message=said, vouched=vouched)
    row = Arrival("kanigaran", "post", "1", TO.lane, encode(carried), "event")
    await scene.road.store.write(lambda unit: unit.inbox.take_in([row], scene.road.clock.now()))
    await scene.decide()
    await scene.go()
    assert scene.texts == sent


async def test_an_older_message_that_comes_late_closes_nothing(scene):
    await scene.hear()
    await scene.hear(message="m0", at=MORNING - timedelta(hours=20))
    scene.road.clock.shift(timedelta(hours=20))
    await scene.put(out())
    await scene.go()
    assert scene.texts == ["a"]
    assert scene.channel.sent[0][0].recent == "m1"


async def test_coming_back_is_no_message(scene):
    await scene.receive(Presence(chat=TO, sender=Sender(id="1"), at=MORNING, blocked=False))
    await scene.decide()
    await scene.put(out())
    await scene.go()
    assert scene.texts == []


async def test_whoever_blocked_us_gets_it_when_they_write_again(scene):
    await scene.put(out())
    await scene.go()
    await scene.receive(Presence(chat=TO, sender=Sender(id="1"), at=MORNING, blocked=True))
    await scene.decide()
    await scene.go(60)
    assert scene.news == [("a", "held")]
    await scene.hear()
    await scene.go(60)
    assert scene.texts == ["a"]


async def test_the_parcel_says_which_message_is_theirs_and_what_is_ours(scene):
    await scene.hear(message="SM77")
    await scene.put(out())
    scene.channel.outcomes = deque([SendError("busy", "429", retry_after_s=30)])
    await scene.go(60)
    parcels = [parcel for parcel, _ in scene.channel.sent]
    assert [(each.recent, each.number, each.queued_at) for each in parcels] == [("SM77", 1, MORNING)] * 2


async def test_held_words_do_not_pass_to_another_office_or_channel(store):
    """One address is one lane: the same number on another channel opens nothing here."""
    scene = Scene(store)
    await scene.put(out())
    await scene.go()
    there = Address("kanigaran", "whatsapp", TO.chat)
    elsewhere = payload("w1", wrote(to=there), TO.chat)
    other = type(scene.channel)(name="whatsapp", limits=Limits(window_h=24))
    scene.road.channels["whatsapp", "kanigaran"] = other
    await scene.intake.receive(other, elsewhere)
    await scene.decide()
    await scene.go(60)
    assert scene.texts == []


async def test_pressing_a_button_opens_the_window(scene):
    await scene.put(out())
    await scene.go()
    await scene.receive(Press(chat=TO, id="SM5", sender=Sender(id="1"), at=MORNING, data="x"))
    await scene.decide()
    await scene.go()
    assert scene.texts == ["a"]


async def test_the_desk_may_take_back_what_is_held_in_the_decision_itself(scene):
    await scene.put(out())
    await scene.go()
    scene.core.wants = lambda event: Needs(keys=("a",))
    seen = []
    scene.core.rule = lambda event, world: (seen.append(world.unsent), Decision(cancels=("a",)))[1]
    await scene.receive(wrote())
    await scene.decide()
    await scene.go(60)
    assert seen == [frozenset({"a"})]
    assert scene.texts == []
