"""Threads of mails: an answer goes on where its complaint was spoken of; and asking before a message is repeated."""

from collections import deque

import pytest

from tests.bot.test_receipts import Scene as Whole
from tests.bot.test_receipts import out, wrote
from tests.doubles import FakeChannel
from workflow.message import Address, Limits, SendError, Sent
from workflow.world import Decision

TO = Address("kanigaran", "sms", "+6281234567890")
MARK = "\n(kirim ulang)"


class Scene(Whole):
    """A channel of mails."""

    def __init__(self, store):
        super().__init__(store)
        self.channel.limits = Limits(threads=True, same_again=True)

    async def hear(self, *answers, **more):
        self.core.rule = lambda event, world: Decision(sends=answers)
        self.road.clock.pass_s(1)
        await self.receive(wrote(**({"at": self.road.clock.now()} | more)))
        await self.decide()
        self.core.rule = lambda event, world: Decision()

    @property
    def routes(self):
        return [(parcel.message.key, parcel.route) for parcel, _ in self.channel.sent]


@pytest.fixture
def scene(store):
    return Scene(store)


async def test_an_answer_goes_on_in_the_thread_its_complaint_was_begun_in(scene):
    await scene.hear(out("receipt", key="r"), route="thread 1")
    await scene.hear(out("question", key="q", about=""), route="thread 2", message="m2")
    await scene.put(out(key="answer"))
    await scene.go(10)
    assert scene.routes == [("r", "thread 1"), ("q", "thread 2"), ("answer", "thread 1")]


async def test_whoever_goes_on_in_another_thread_is_answered_there(scene):
    await scene.hear(out("receipt", key="r"), route="thread 1")
    await scene.go(10)
    await scene.hear(route="thread 2", message="m2", reply_to="1001")
    await scene.hear(route="thread 3", message="m3")
    await scene.put(out(key="answer"))
    await scene.go(10)
    assert scene.routes == [("r", "thread 1"), ("answer", "thread 2")]


async def test_a_reply_to_something_else_moves_no_thread(scene):
    await scene.hear(out("receipt", key="r"), out("question", key="q", about=""), route="thread 1")
    await scene.go(10)
    await scene.hear(route="thread 2", message="m2", reply_to="1002")
    await scene.put(out(key="answer"), out(key="other", about="id2"))
    await scene.go(10)
    assert scene.routes[2:] == [("answer", "thread 1"), ("other", "thread 2")]


async def test_what_is_written_first_by_us_stays_in_the_thread_it_was_put_into(scene):
    await scene.hear(route="thread 1")
    await scene.put(out(key="a", about="id2"))
    await scene.go(10)
    await scene.hear(route="thread 2", message="m2")
    await scene.put(out(key="b", about="id2"))
    await scene.go(10)
    assert scene.routes == [("a", "thread 1"), ("b", "thread 1")]


async def test_whoever_never_wrote_gets_a_thread_of_its_own(scene):
    await scene.put(out())
    await scene.go()
    assert scene.routes == [("a", "")]
    await scene.hear(route="thread 1")
    await scene.put(out(key="b"))
    await scene.go(5)
    assert scene.routes == [("a", ""), ("b", "thread 1")]


async def test_two_mails_of_one_batch_keep_their_own_threads(scene):
    answers = {"m1": out("receipt", key="r1", about="id1"), "m2": out("receipt", key="r2", about="id2")}
    scene.core.rule = lambda event, world: Decision(sends=(answers[event.id],) if hasattr(event, "id") else ())
    await scene.receive(wrote(route="thread 1"), wrote(route="thread 2", message="m2"))
    await scene.decide()
    await scene.go(5)
    assert scene.routes == [("r1", "thread 1"), ("r2", "thread 2")]


async def test_a_channel_without_threads_is_handed_none(scene):
    scene.channel.limits = Limits(window_h=24)
    await scene.hear(out("receipt", key="r"), route="thread 1")
    await scene.go()
    assert scene.routes == [("r", "")]


async def test_routes_are_sealed(scene):
    await scene.hear(out("receipt", key="r"), route="subject: KTP 3574010101900001")
    stored = await scene.road.store.read(
        lambda unit: [
            *unit.connection.exec_driver_sql("SELECT thread FROM addresses").scalars(),
            *unit.connection.exec_driver_sql("SELECT sealed FROM threads").scalars(),
        ]
    )
    assert len(stored) == 2
    assert all(b"3574" not in bytes(each) for each in stored)


# --- the same again ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("limits", "again"), [(Limits(same_again=True), "halo"), (Limits(), "halo" + MARK)])
async def test_a_mail_that_is_repeated_is_the_very_same(scene, limits, again):
    scene.channel.limits = limits
    scene.channel.outcomes = deque([SendError("uncertain", "reset")])
    await scene.put(out())
    await scene.go(60)
    assert scene.channel.texts == ["halo", again]


async def test_a_mail_that_is_repeated_stays_in_its_thread_though_they_wrote_in_between(scene):
    scene.channel.outcomes = deque([SendError("uncertain", "reset")])
    await scene.hear(out("question", key="q", about=""), route="thread 1")
    await scene.go(1)
    await scene.hear(out("question", key="later", about=""), route="thread 2", message="m2")
    await scene.go(60)
    assert scene.routes == [("q", "thread 1"), ("q", "thread 1"), ("later", "thread 2")]


async def test_a_mail_that_is_repeated_has_no_thread_if_it_had_none(scene):
    scene.channel.outcomes = deque([SendError("uncertain", "reset")])
    await scene.put(out())
    await scene.go(1)
    await scene.hear(route="thread 1")
    await scene.go(60)
    assert scene.routes == [("a", ""), ("a", "")]


# --- asked before -----------------------------------------------------------------------------------------------------


class Asked(FakeChannel):
    """A provider that can be asked what it has."""

    answers: deque
    questions: list

    async def find(self, parcel, key, since):
        self.questions.append((parcel.message.text, key, since, parcel.number))
        answer = self.answers.popleft()
        if isinstance(answer, BaseException):
            raise answer
        return answer


@pytest.fixture
def asked(store):
    scene = Whole(store)
    channel = Asked(name="sms", limits=Limits(receipts=True))
    channel.answers, channel.questions = deque(), []
    scene.road.channels["sms", "kanigaran"] = scene.channel = channel
    channel.outcomes = deque([SendError("uncertain", "reset")])
    return scene


CANT_SAY = [SendError("down", "refused"), SendError("busy", "429"), ValueError("odd"), TimeoutError()]


@pytest.mark.parametrize("kind", ["answer", "card", "knock"])
async def test_what_the_provider_has_is_not_sent_again(asked, kind):
    asked.channel.answers.append(Sent(id="SM1"))
    await asked.put(out(kind))
    begun = asked.road.clock.now()
    await asked.go(60)
    assert len(asked.channel.sent) == 1
    assert asked.channel.questions == [("halo", "kanigaran:1", begun, 1)]
    assert asked.news == [("a", "accepted")]
    known = await asked.road.store.read(lambda unit: unit.receipts.known_by([(TO.lane, "SM1")]))
    assert known == {(TO.lane, "SM1"): 1}


async def test_what_the_provider_surely_has_not_is_sent_as_if_for_the_first_time(asked):
    asked.channel.answers.append(None)
    await asked.put(out())
    await asked.go(60)
    assert asked.channel.texts == ["halo", "halo"]


@pytest.mark.parametrize(("slept_s", "again"), [(1, "halo"), (20, "halo\n(kirim ulang)")])
async def test_what_the_provider_had_not_before_a_long_sleep_it_may_have_by_now(asked, slept_s, again):
    """Whoever was sending it may have gone on while this process stood still between asking and sending."""
    find = asked.channel.find

    async def slowly(parcel, key, since):
        asked.road.clock.pass_s(slept_s)
        return await find(parcel, key, since)

    asked.channel.find = slowly
    asked.channel.answers.append(None)
    await asked.put(out())
    await asked.go(60)
    assert asked.channel.texts == ["halo", again]


@pytest.mark.parametrize("answer", CANT_SAY, ids=[type(each).__name__ + str(each)[:4] for each in CANT_SAY])
async def test_where_nobody_can_say_it_goes_on_by_its_kind(asked, answer):
    asked.channel.answers.append(answer)
    await asked.put(out())
    await asked.go(60)
    assert asked.channel.texts == ["halo", "halo" + MARK]
    assert asked.news == [("a", "accepted")]


async def test_another_message_of_the_same_words_is_not_taken_for_it(asked):
    asked.channel.outcomes = deque([Sent(id="SM1"), SendError("uncertain", "reset")])
    asked.channel.answers.append(Sent(id="SM1"))
    await asked.put(out(), out(key="b"))
    await asked.go(60)
    assert asked.channel.texts == ["halo", "halo", "halo" + MARK], "twice perhaps, but never zero times"
    assert [state for _, state, _ in await asked.rows()] == ["sent", "sent"]


async def test_a_repeated_one_is_looked_for_as_it_was_repeated(asked):
    asked.channel.outcomes = deque([SendError("uncertain", "reset")] * 2)
    asked.channel.answers = deque([SendError("down", "refused"), None, Sent(id="SM2")])
    await asked.put(out())
    await asked.go(60)
    assert [text for text, *_ in asked.channel.questions] == ["halo", "halo", "halo" + MARK]
    assert asked.channel.texts == ["halo", "halo" + MARK]
    assert asked.news == [("a", "accepted")]


async def test_the_first_attempt_asks_nobody(asked):
    asked.channel.outcomes = deque()
    await asked.put(out())
    await asked.go(60)
    assert asked.channel.questions == []
