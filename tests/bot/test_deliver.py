"""Deliver: what becomes of a message by the fact of its sending; the table of the design, and what a crash leaves."""

import asyncio
from collections import deque
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.clock import Clock
from bot.deliver import Deliver
from bot.enclosures import Enclosures
from bot.media import Media
from storage.engine import Store, Unavailable
from storage.files import Files
from storage.rows import read_event
from storage.tables import outbox, sent
from storage.unit import Conflict
from tests.doubles import DESK, FakeChannel, HandClock, a_road, a_seal, an_office, citizen, topic_made
from tests.stores import until
from workflow.happening import Delivery
from workflow.message import Address, Choice, Enclosure, Outbound, Refers, SendError, Sent

LANE = citizen().lane


def enclosures(store):
    return Enclosures(store, Files("memory:", a_seal().random_bytes), Media())


@pytest.fixture
def deliver(road):
    return Deliver(road, enclosures(road.store))


def out(kind="question", text="halo", **more) -> Outbound:
    return Outbound(**({"to": citizen(), "kind": kind, "text": text} | more))


async def put(road, *messages):
    await road.store.write(lambda unit: unit.outbox.put_in([(each, 0) for each in messages], road.clock.now()))


async def rows(road):
    return await road.store.read(lambda unit: unit.outbox.rows("kanigaran"))


async def news(road):
    """What was put into lanes about deliveries."""
    found, _ = await road.store.read(lambda unit: unit.inbox.waiting([LANE, citizen(DESK).lane]))
    events = [await road.store.read(lambda unit, row=row: read_event(unit.inbox.opened(row))) for row in found]
    return [(each.key, each.state) for each in events if isinstance(each, Delivery)]


async def carry_on(road, deliver, for_s=0.0, most=500):
    """Deliver until nothing is due within so many seconds."""
    until = road.clock.monotonic() + for_s
    for _ in range(most):
        idle_s = await deliver.step()
        if idle_s == 0.0:
            continue
        if idle_s is None or road.clock.monotonic() + idle_s > until:
            road.clock.pass_s(max(0, until - road.clock.monotonic()))
            return
        road.clock.pass_s(idle_s)
    raise AssertionError("deliver never came to rest")


# --- the table of the design ------------------------------------------------------------------------------------------

MARK = "(kirim ulang)"
AGAIN_MARKED = ("halo", f"halo\n{MARK}")
AGAIN = ("halo", "halo")
ONCE = ("halo",)

CASES = [
    # fact, kind, texts that left within an hour, state at the end, news
    ("uncertain", "answer", AGAIN_MARKED, "sent", ["sent"]),
    ("uncertain", "receipt", AGAIN_MARKED, "sent", ["sent"]),
    ("uncertain", "question", AGAIN_MARKED, "sent", ["sent"]),
    ("uncertain", "summary", AGAIN_MARKED, "sent", ["sent"]),
    ("uncertain", "notice", AGAIN_MARKED, "sent", ["sent"]),
    ("uncertain", "ack", ONCE, "dropped", []),
    ("uncertain", "press", ONCE, "dropped", []),
    ("uncertain", "card", AGAIN, "sent", ["sent"]),
    ("down", "answer", AGAIN, "sent", ["sent"]),
    ("down", "ack", AGAIN, "sent", ["sent"]),
    ("down", "card", AGAIN, "sent", ["sent"]),
    ("busy", "answer", AGAIN, "sent", ["sent"]),
    ("busy", "ack", AGAIN, "sent", ["sent"]),
    ("misconfigured", "answer", AGAIN, "sent", ["sent"]),
    ("moved", "answer", AGAIN, "sent", []),  # its news is in the lane of the new chat
    ("barred", "answer", ONCE, "refused", ["failed"]),  # that waits at a desk alone
    ("lost_topic", "answer", ONCE, "refused", ["failed"]),  # it stands in no topic
    ("refused", "answer", ONCE, "refused", ["failed"]),
    ("refused", "ack", ONCE, "refused", ["failed"]),
    ("gone", "answer", ONCE, "refused", ["failed"]),
]


@pytest.mark.parametrize(
    ("fact", "kind", "texts", "state", "told"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES]
)
async def test_what_follows_from_a_fact(road, channel, deliver, fact, kind, texts, state, told):
    channel.outcomes = deque([SendError(fact, "as the table says", retry_after_s=7, moved_to="99")])
    await put(road, out(kind, about="id1", key="k"))
    await carry_on(road, deliver, for_s=3600)
    assert tuple(channel.texts) == texts
    (row,) = await rows(road)
    assert row.state == state
    assert [each for _, each in await news(road)] == told


async def test_edits_and_deletions_are_repeated_without_a_mark(road, channel, deliver):
    await put(road, out("card", key="c"))
    await carry_on(road, deliver)
    channel.outcomes = deque([SendError("uncertain", "reset"), Sent(), SendError("uncertain", "reset"), Sent()])
    await put(road, out("edit", "baru", target="c"), out("delete", "", target="c"))
    await carry_on(road, deliver, for_s=60)
    assert [(parcel.message.kind, parcel.message.text, parcel.target) for parcel, _ in channel.sent[1:]] == [
        ("edit", "baru", "1001"),
        ("edit", "baru", "1001"),
        ("delete", "", "1001"),
        ("delete", "", "1001"),
    ]


async def test_a_provider_that_is_busy_is_obeyed_to_the_second_in_that_chat_alone(road, channel, deliver):
    channel.outcomes = deque([SendError("busy", "429", retry_after_s=30)])
    await put(road, out(), out(text="dua"), out(text="lain", to=citizen("2")))
    await carry_on(road, deliver, for_s=29)
    assert channel.texts == ["halo", "lain"]
    await carry_on(road, deliver, for_s=20)
    assert channel.texts == ["halo", "lain", "halo", "dua"]
    assert (await rows(road))[0].attempts == 1, "being told to wait is no attempt"


async def test_a_channel_that_is_down_is_left_alone_and_nothing_is_lost(road, channel, deliver):
    channel.outcome = lambda parcel: SendError("down", "refused")
    await put(road, *(out(text=str(n), to=citizen(str(n))) for n in range(5)))
    await carry_on(road, deliver, for_s=1)
    assert len(channel.sent) == 1, "one attempt tells that the way is closed"
    assert deliver.channels()["telegram:kanigaran"] == "refused"
    await carry_on(road, deliver, for_s=300)
    assert 3 <= len(channel.sent) <= 40
    channel.outcome = None
    before = len(channel.sent)
    await carry_on(road, deliver, for_s=120)
    assert sorted(channel.texts[before:]) == ["0", "1", "2", "3", "4"]
    assert deliver.channels()["telegram:kanigaran"] == "ok"


async def test_a_misconfigured_channel_stops_and_says_so(road, channel, deliver):
    channel.outcome = lambda parcel: SendError("misconfigured", "401 bad token")
    await put(road, out(), out(to=citizen("2")))
    await carry_on(road, deliver, for_s=500)
    assert len(channel.sent) == 1
    assert "401" in deliver.channels()["telegram:kanigaran"]


async def test_nothing_more_is_sent_to_an_address_that_is_gone_and_the_staff_learn_of_each_answer(
    road, channel, deliver
):
    channel.outcomes = deque([SendError("gone", "blocked")])
    await put(road, out(), out("answer", key="a", about="id1"))
    await carry_on(road, deliver, for_s=10)
    await put(road, out("answer", key="b", about="id1"))
    await carry_on(road, deliver, for_s=10)
    assert len(channel.sent) == 1
    assert await news(road) == [("a", "failed"), ("b", "failed")]


async def test_a_group_that_moved_is_written_to_under_its_new_address(road, channel, deliver):
    channel.outcomes = deque([SendError("moved", "supergroup", moved_to="-100999")])
    await put(road, out("card", to=citizen(DESK), key="c"))
    await carry_on(road, deliver)
    assert [parcel.message.to.chat for parcel, _ in channel.sent] == [DESK, "-100999"]
    await put(road, out("edit", "baru", to=citizen(DESK), target="c"))
    await carry_on(road, deliver, for_s=10)
    assert (channel.sent[-1][0].message.to.chat, channel.sent[-1][0].target) == ("-100999", "1001")


async def test_an_answer_that_stays_uncertain_is_given_up_at_last_and_the_staff_are_told(road, channel, deliver):
    channel.outcome = lambda parcel: SendError("uncertain", "timeout")
    await put(road, out("answer", about="id1", key="a"))
    await carry_on(road, deliver, for_s=24 * 3600)
    assert 2 <= len(channel.sent) <= 10
    assert await news(road) == [("a", "uncertain")]


@pytest.mark.parametrize("error", [ValueError("kaboom"), TypeError("odd result")])
async def test_what_a_channel_should_not_raise_counts_as_maybe_sent(road, channel, deliver, error):
    channel.outcomes = deque([error])
    await put(road, out("answer"))
    await carry_on(road, deliver, for_s=60)
    assert channel.texts == ["halo", f"halo\n{MARK}"]


async def test_a_group_that_moves_for_ever_is_not_written_to_for_ever(road, channel, deliver):
    channel.outcome = lambda parcel: SendError("moved", "supergroup", moved_to="-100999")
    await put(road, out("card", to=citizen(DESK)))
    await carry_on(road, deliver, for_s=10)
    assert 2 <= len(channel.sent) <= 5


async def test_cards_wait_while_the_bot_is_shut_out_of_the_desk(road, channel, deliver):
    channel.outcomes = deque([SendError("gone", "bot was kicked from the supergroup chat")] * 3)
    await put(road, out("card", text="satu", to=citizen(DESK)), out("card", text="dua", to=citizen(DESK)))
    await carry_on(road, deliver, for_s=600)
    assert channel.texts == ["satu", "satu", "satu", "satu", "dua"]


async def test_what_can_not_be_opened_any_more_holds_up_nobody(road, channel, deliver):
    await put(road, out(text="rusak"), out(text="rusak juga"), out(text="lain", to=citizen("2")), out(text="nanti"))
    spoilt = update(outbox).where(outbox.c.id <= 2).values(payload=b"spoilt")
    await road.store.write(lambda unit: unit.connection.execute(spoilt))
    await road.store.write(
        lambda unit: unit.connection.execute(update(outbox).where(outbox.c.id == 2).values(state="sending"))
    )
    assert await deliver.recover(everything=True) == 0
    await carry_on(road, deliver, for_s=60)
    assert channel.texts == ["lain", "nanti"]


async def test_behind_a_backlog_presses_are_answered_at_once_and_citizens_words_come_next(road, channel, deliver):
    await put(road, *(out("card", str(n), to=citizen(DESK)) for n in range(120)))
    await carry_on(road, deliver, for_s=5)
    before = len(channel.sent)
    await put(road, out("press", "", to=citizen(DESK), press="p"), out(text="warga", to=citizen(DESK), priority=1))
    await carry_on(road, deliver, for_s=0.5)
    assert [parcel.message.kind for parcel, _ in channel.sent[before:]][:1] == ["press"]
    await carry_on(road, deliver, for_s=1.5)
    assert "warga" in channel.texts


# --- topics -----------------------------------------------------------------------------------------------------------


async def test_a_card_goes_into_its_topic_once_that_is_made(road, channel, deliver):
    channel.outcome = lambda parcel: Sent(thread="77") if parcel.message.kind == "topic" else Sent(id="5")
    await put(
        road,
        out("topic", "KNG-1", to=citizen(DESK), topic="7K3F"),
        out("card", to=citizen(DESK), topic="7K3F", priority=1),
    )
    await carry_on(road, deliver, for_s=5)
    assert [(parcel.message.kind, parcel.thread) for parcel, _ in channel.sent] == [("topic", ""), ("card", "77")]


async def test_a_topic_that_may_have_been_made_waits_for_its_echo_and_is_not_made_again(road, channel, deliver):
    channel.outcomes = deque([SendError("uncertain", "timeout")])
    await put(road, out("topic", "KNG-1", to=citizen(DESK), topic="7K3F"), out("card", to=citizen(DESK), topic="7K3F"))
    await carry_on(road, deliver, for_s=50)
    assert len(channel.sent) == 1
    echoed = topic_made("KNG-1", "77")
    await road.store.write(
        lambda unit: unit.outbox.adopt_topic(echoed.chat, echoed.name, echoed.thread, road.clock.now())
    )
    await carry_on(road, deliver, for_s=600)
    assert [(parcel.message.kind, parcel.thread) for parcel, _ in channel.sent] == [("topic", ""), ("card", "77")]


async def test_a_group_without_topics_takes_the_card_as_it_is(road, channel, deliver):
    channel.outcome = lambda parcel: Sent()
    await put(road, out("topic", "KNG-1", to=citizen(DESK), topic="7K3F"), out("card", to=citizen(DESK), topic="7K3F"))
    await carry_on(road, deliver, for_s=5)
    assert [(parcel.message.kind, parcel.thread) for parcel, _ in channel.sent] == [("topic", ""), ("card", "")]


async def test_a_group_that_has_no_topics_is_not_asked_for_one(road, channel, deliver):
    channel.topics = False
    cards = [
        each
        for n in range(3)
        for each in (
            out("topic", "KNG-1", to=citizen(DESK), topic=f"7K3{n}"),
            out("card", str(n), to=citizen(DESK), topic=f"7K3{n}"),
        )
    ]
    await put(road, *cards)
    await carry_on(road, deliver, for_s=0.5)
    assert channel.texts == ["0", "1", "2"], "nor do topics count as messages"
    assert [row.state for row in await rows(road)] == ["dropped", "sent"] * 3


# --- names ------------------------------------------------------------------------------------------------------------


async def test_a_reply_finds_the_message_by_our_name_or_the_providers(road, channel, deliver):
    await put(
        road,
        out(key="q"),
        out(text="dua", reply_to="key:q"),
        out(text="tiga", reply_to="55"),
        out(text="empat", reply_to="key:none"),
    )
    await carry_on(road, deliver, for_s=10)
    assert [parcel.reply_to for parcel, _ in channel.sent] == ["", "1001", "55", ""]


async def test_an_edit_of_what_was_never_sent_is_dropped(road, channel, deliver):
    channel.outcomes = deque([SendError("refused", "no")])
    await put(road, out("card", key="c"), out("edit", "baru", target="c"), out("delete", "", target="zzz"))
    await carry_on(road, deliver, for_s=10)
    assert [row.state for row in await rows(road)] == ["refused", "dropped", "dropped"]


async def test_a_message_in_parts_is_edited_at_its_last_and_deleted_as_a_whole(road, channel, deliver):
    parts = [(out(text=f"bagian {n}", key="long"), n) for n in (1, 2, 3)]
    await road.store.write(lambda unit: unit.outbox.put_in(parts, road.clock.now()))
    await carry_on(road, deliver, for_s=10)
    await put(road, out("edit", "baru", target="long"), out("delete", "", target="long"))
    await carry_on(road, deliver, for_s=60)
    changes = [(parcel.message.kind, parcel.target) for parcel, _ in channel.sent[3:]]
    assert changes == [("edit", "1003"), ("delete", "1001"), ("delete", "1002"), ("delete", "1003")]


async def test_a_message_is_deleted_again_after_its_time(road, channel, deliver):
    await put(road, out("notice", delete_after_s=60))
    await carry_on(road, deliver, for_s=59)
    assert len(channel.sent) == 1
    await carry_on(road, deliver, for_s=5)
    assert [(parcel.message.kind, parcel.target) for parcel, _ in channel.sent[1:]] == [("delete", "1001")]


async def test_what_a_message_is_about_is_kept_and_an_edit_may_change_it(road, channel, deliver):
    await put(road, out("card", key="c", refers=Refers(role="card", complaint="id1", version=1)))
    await carry_on(road, deliver)
    await put(road, out("edit", target="c", refers=Refers(role="card", complaint="id1", version=2)))
    await carry_on(road, deliver, for_s=10)
    found = await road.store.read(lambda unit: unit.cases.refers([(LANE, "1001")]))
    assert found == {(LANE, "1001"): Refers(role="card", complaint="id1", version=2)}


async def test_a_held_message_leaves_at_its_time_and_holds_up_nobody(road, channel, deliver):
    await put(road, out(text="nanti", not_before=road.clock.now() + timedelta(seconds=10)), out(text="sekarang"))
    await carry_on(road, deliver, for_s=9)
    assert channel.texts == ["sekarang"]
    await carry_on(road, deliver, for_s=2)
    assert channel.texts == ["sekarang", "nanti"]


async def test_buttons_and_words_reach_the_channel_as_they_were(road, channel, deliver):
    message = out(choices=((Choice(label="Ya", data="c:ya"),),), silent=True)
    await put(road, message)
    await carry_on(road, deliver)
    ((parcel, key),) = channel.sent
    assert parcel.message == message
    assert key == "kanigaran:1"


async def test_a_file_that_was_erased_is_refused_and_the_staff_are_told(road, channel, deliver):
    await put(road, out("notice", enclosure=Enclosure(file="f9"), key="k", about="id1"))
    await carry_on(road, deliver)
    assert channel.sent == []
    assert await news(road) == [("k", "failed")]


@pytest.mark.parametrize(
    ("error", "state"), [(Unavailable("locked"), "sent"), (OSError("disk"), "sent"), (ValueError("a bug"), "refused")]
)
async def test_what_fails_before_a_message_leaves_is_never_uncertain(road, channel, deliver, monkeypatch, error, state):
    errors = [error]

    async def enclosed(self, parcel, enclosure):
        if errors:
            raise errors.pop()
        return parcel

    monkeypatch.setattr(Enclosures, "enclosed", enclosed)
    await put(road, out("answer", enclosure=Enclosure(file="f1")))
    await carry_on(road, deliver, for_s=60)
    assert [row.state for row in await rows(road)] == [state]
    assert channel.texts == (["halo"] if state == "sent" else [])


# --- pace -------------------------------------------------------------------------------------------------------------


async def test_a_citizen_gets_a_burst_of_three_then_one_a_second(road, channel, deliver):
    left = []
    channel.outcome = lambda parcel: left.append(road.clock.monotonic()) or Sent(id="1")
    await put(road, *(out(text=str(n)) for n in range(6)))
    await carry_on(road, deliver, for_s=10)
    assert channel.texts == [str(n) for n in range(6)]
    assert [round(each, 1) for each in left] == pytest.approx([0, 0, 0, 1, 2, 3], abs=0.1)


async def test_the_whole_bot_keeps_its_rate(road, channel):
    deliver = Deliver(road, enclosures(road.store), rates={("telegram", "kanigaran"): 5.0})
    left = []
    channel.outcome = lambda parcel: left.append(road.clock.monotonic()) or Sent(id="1")
    await put(road, *(out(to=citizen(str(n))) for n in range(20)))
    await carry_on(road, deliver, for_s=30)
    assert len(left) == 20
    assert all(sum(start <= each < start + 1 for each in left) <= 5 for start in left)


async def test_what_is_repeated_counts_each_time(road, channel, deliver):
    """The provider may have taken the first attempts too, and it counts what it took."""
    left = []

    def often_lost(parcel):
        left.append(road.clock.monotonic())
        return SendError("uncertain", "reset") if len(left) % 2 else Sent(id=str(len(left)))

    channel.outcome = often_lost
    await put(road, *(out("card", str(n), to=citizen(DESK), priority=1) for n in range(30)))
    await carry_on(road, deliver, for_s=400)
    assert len(left) == 60
    assert max(sum(start <= each < start + 59.999 for each in left) for start in left) == 20


async def test_a_new_process_remembers_the_pace_of_the_last_one(road, channel, deliver):
    await put(road, out(), out(text="dua"), out(text="tiga"))
    await carry_on(road, deliver)
    await put(road, out(text="empat"))
    successor = Deliver(road, enclosures(road.store))
    assert await successor.step() == pytest.approx(1.0)


# --- after a crash ----------------------------------------------------------------------------------------------------


async def test_what_was_being_sent_when_the_process_died_is_uncertain(road, channel, deliver):
    await put(road, out("answer"), out("ack", to=citizen("2")), out("card", to=citizen(DESK)))
    await road.store.write(lambda unit: unit.outbox.start([1, 2, 3], road.clock.now(), road.clock.now()))
    assert await deliver.recover(everything=True) == 3
    assert await deliver.recover(everything=True) == 0
    await carry_on(road, deliver, for_s=60)
    assert sorted(channel.texts) == ["halo", f"halo\n{MARK}"]
    assert [row.state for row in await rows(road)] == ["sent", "dropped", "sent"]


async def test_another_process_takes_over_only_what_is_not_renewed(store, channel):
    """On both databases: a lease that's renewed stays, an expired one is taken."""
    road = a_road(store, channel)
    deliver = Deliver(road, enclosures(store))
    await put(road, out("answer"), out("answer", to=citizen("2")))
    now = road.clock.now() if not store.postgres else None
    await store.write(lambda unit: unit.outbox.start([1, 2], road.clock.now(), at_database(unit, now, 15)))
    assert await deliver.recover(everything=False) == 0
    await store.write(lambda unit: unit.outbox.renew([1], at_database(unit, now, 60)))
    await store.write(lambda unit: unit.outbox.renew([2], at_database(unit, now, -1)))
    assert await deliver.recover(everything=False) == 1
    assert [row.state for row in await rows(road)] == ["sending", "uncertain"]


def at_database(unit, now, seconds):
    return unit.clock(now) + timedelta(seconds=seconds)


async def test_what_is_on_its_way_in_this_process_is_not_taken_for_dead(road, channel, deliver):
    """However long a send or a stalled loop takes: the lease is for the other processes."""
    await put(road, out("answer"))
    (way,) = await deliver._claim(road.clock.now(), 1)
    road.clock.pass_s(40)
    deliver._flying[way.row.id] = None
    assert await deliver.recover(everything=False) == 0
    assert await deliver._claim(road.clock.now(), 1) == []
    assert await deliver._idle_s(road.clock.now()) >= 1, "nobody asks a thousand times a second meanwhile"
    del deliver._flying[way.row.id]
    assert await deliver.recover(everything=False) == 1


async def test_what_is_on_its_way_at_the_end_arrives(sqlite, monkeypatch):
    """A process that's told to stop doesn't leave messages in doubt, nor those it has just taken out."""
    channel = FakeChannel()
    going = asyncio.Event()

    async def slowly(parcel, key, send=channel.send):
        going.set()
        await asyncio.sleep(0.2)
        return await send(parcel, key)

    channel.send = slowly
    road = a_road(sqlite, channel, clock=Clock())
    deliver = Deliver(road, enclosures(sqlite))
    await put(road, out("ack"), out("answer", to=citizen("2")))
    loop = asyncio.create_task(deliver.run())
    await going.wait()
    await put(road, out("answer", to=citizen("3")))
    claiming = Deliver._claim
    taken = asyncio.Event()

    async def claim(self, now, limit):
        ways = await claiming(self, now, limit)
        if ways:
            taken.set()
            await asyncio.sleep(0.1)
        return ways

    monkeypatch.setattr(Deliver, "_claim", claim)
    road.bells.outbox.set()
    await taken.wait()
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    assert [row.state for row in await rows(road)] == ["sent", "sent", "sent"]


@pytest.mark.parametrize("error", [Unavailable("the database was closed"), Conflict()])
async def test_a_claim_that_fails_while_it_is_told_to_stop_keeps_nobody_waiting(road, deliver, monkeypatch, error):
    begun, refused = asyncio.Event(), asyncio.Event()

    async def claim(_self, _now, _limit):
        begun.set()
        await refused.wait()
        raise error

    monkeypatch.setattr(Deliver, "_claim", claim)
    loop = asyncio.create_task(deliver.run())
    await begun.wait()
    loop.cancel()
    await asyncio.sleep(0)
    refused.set()
    done, _ = await asyncio.wait([loop], timeout=5)
    assert done, "it ends"
    assert loop.cancelled(), "and doesn't try again"


async def test_an_outcome_is_written_down_however_long_the_database_refuses(road, channel, deliver, monkeypatch):
    await put(road, out())
    real, refused = road.store.write, []

    async def write(work, *, together=False):
        if together and len(refused) < 3:
            refused.append(1)
            raise Unavailable("disk full")
        return await real(work, together=together)

    monkeypatch.setattr(road.store, "write", write)
    await carry_on(road, deliver)
    assert len(channel.sent) == 1
    assert [row.state for row in await rows(road)] == ["sent"]


# --- the loop ---------------------------------------------------------------------------------------------------------


async def test_an_outcome_whose_commit_nobody_answered_to_is_written_down_once(road, channel, deliver):
    await put(road, out("notice", key="n", about="c1", delete_after_s=60))
    unheard = [2]  # the claim's and the outcome's

    def lose(moment):
        if moment == "after" and unheard[0]:
            unheard[0] -= 1
            if not unheard[0]:
                raise Unavailable("the connection broke in the commit")

    road.store.around_commit = lose
    await deliver.step()
    road.store.around_commit = None
    assert channel.texts == ["halo"]
    found = [(row.message.kind, row.state) for row in await rows(road)]
    assert found == [("notice", "sent"), ("delete", "queued")]
    names = await road.store.read(lambda unit: unit.connection.execute(select(sent.c.message)).all())
    assert len(names) == 1


async def test_one_slow_chat_does_not_keep_the_others_or_a_press_waiting(sqlite):
    """The endless loop, with real time: a chat whose sending hangs holds up nobody else."""
    hanging = asyncio.Event()

    class Slow(FakeChannel):
        async def send(self, parcel, key):
            if parcel.message.text == "lambat":
                await hanging.wait()
            return await super().send(parcel, key)

    channel = Slow()
    road = a_road(sqlite, channel, clock=Clock())
    deliver = Deliver(road, enclosures(sqlite))
    loop = asyncio.create_task(deliver.run())
    await put(
        road,
        out(text="lambat"),
        out("press", "", press="p1"),
        *(out(text=str(n), to=citizen(f"2{n}")) for n in range(5)),
    )
    road.bells.outbox.set()
    await until(lambda: len(channel.sent) == 6)
    assert "lambat" not in channel.texts
    hanging.set()
    await until(lambda: "lambat" in channel.texts)
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)


async def test_a_provider_that_hangs_keeps_neither_other_offices_nor_other_channels_waiting(sqlite):
    hanging = asyncio.Event()

    class Hangs(FakeChannel):
        async def send(self, parcel, key):
            await hanging.wait()
            return await super().send(parcel, key)

    stuck, telegram, mail = Hangs(), FakeChannel(office="kedopok"), FakeChannel(name="email")
    offices = [an_office(), an_office("kedopok")]
    road = a_road(sqlite, stuck, telegram, mail, offices=offices, clock=Clock())
    deliver = Deliver(road, enclosures(sqlite))
    loop = asyncio.create_task(deliver.run())
    await put(road, *(out(text=str(n), to=citizen(f"1{n}")) for n in range(200)))
    road.bells.outbox.set()
    await until(lambda: deliver._flying_on["telegram:kanigaran"] >= 16)
    later = Address("kanigaran", "email", "sari@warga.example"), Address("kedopok", "telegram", "7")
    await put(road, *(out(text="lain", to=to) for to in later))
    road.bells.outbox.set()
    await until(lambda: mail.texts == telegram.texts == ["lain"])
    assert 16 <= deliver._flying_on["telegram:kanigaran"] < 32
    hanging.set()
    await until(lambda: len(stuck.sent) > 40)  # and those that waited for room go on
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)


async def test_two_workers_on_one_postgresql_send_each_message_once(postgres_url):
    channel = FakeChannel()
    stores = [Store(postgres_url, a_seal(seed)) for seed in (7, 8)]
    roads = [a_road(each, channel, clock=HandClock(), seed=seed) for seed, each in enumerate(stores, 1)]
    await put(roads[0], *(out(text=f"{n}", to=citizen(str(n))) for n in range(30)))

    async def work(road):
        deliver = Deliver(road, enclosures(road.store))
        for _ in range(40):
            await deliver.step()

    await asyncio.gather(*(work(each) for each in roads))
    assert sorted(channel.texts, key=int) == [str(n) for n in range(30)]
    for each in stores:
        each.close()
