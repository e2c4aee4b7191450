"""The pump: order, batches, one transaction, and failures that harm their own lane only."""

import asyncio
import itertools
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.intake import Intake
from bot.pump import Pump
from storage.cases import Turn
from storage.engine import Store
from storage.rows import Arrival, encode
from storage.unit import Conflict
from tests.doubles import (
    DESK,
    MORNING,
    FakeChannel,
    FakeCore,
    HandClock,
    a_road,
    a_seal,
    an_office,
    blocked,
    citizen,
    echo,
    payload,
    pressed,
    said,
    topic_made,
)
from workflow.conversation import Conversation, Draft
from workflow.happening import Delivery, Due
from workflow.message import Attachment, Location, Outbound, Refers
from workflow.office import Staff
from workflow.record import Complaint, Entry
from workflow.world import Decision, Fetch, Link, Needs, Search, Timer

TURN = Turn()


@pytest.fixture
def road(store, channel):
    """On both databases."""
    return a_road(store, channel)


@pytest.fixture
def pump(road, core):
    return Pump(road, core)


async def arrive(road, *values, start=0):
    intake = Intake(road)
    (channel,) = road.channels.values()
    for nth, value in enumerate(values, start):
        await intake.receive(channel, payload(f"k{nth}", value, value.chat.chat))


async def post(road, *events, start=0):
    rows = [
        Arrival("kanigaran", "post", f"p{nth}", each.chat.lane, encode(each), "event")
        for nth, each in enumerate(events, start)
    ]
    await road.store.write(lambda unit: unit.inbox.take_in(rows, road.clock.now()))


async def until_idle(pump, most=50):
    for _ in range(most):
        if not await pump.step():
            return
    raise AssertionError("the pump never came to rest")


async def conversation(road, chat="1"):
    lane = citizen(chat).lane
    found = await road.store.read(lambda unit: unit.cases.conversations([lane]))
    return found[lane].value if lane in found else None


async def queued(road):
    return [row.message for row in await road.store.read(lambda unit: unit.outbox.rows("kanigaran"))]


def a_complaint(name="id1", code="7K3F", **more):
    fields = {
        "id": name,
        "code": code,
        "office": "kanigaran",
        "standard": an_office().standard.version,
        "received_at": MORNING,
        "confirmed_at": MORNING,
        "citizen": citizen(),
        "step": "verify",
    }
    return Complaint(**(fields | more))


async def test_events_of_a_lane_are_decided_in_the_order_they_came(road, pump):
    await arrive(road, *(said(str(n), message=str(n)) for n in range(5)))
    await until_idle(pump)
    assert (await conversation(road)).extra == {"count": "5", "heard": "|0|1|2|3|4"}
    assert [each.text for each in await queued(road)] == ["1: 0", "2: 1", "3: 2", "4: 3", "5: 4"]


async def test_many_lanes_are_worked_off_in_one_batch(road, pump, core):
    await arrive(road, *(said("halo", chat=str(n)) for n in range(30)))
    assert await pump.step()
    assert len(core.seen) == 30
    assert not await pump.step()


async def test_a_flood_in_one_lane_is_worked_off_in_its_order_over_several_batches(road, pump):
    await arrive(road, *(said(str(n), message=str(n)) for n in range(40)))
    await until_idle(pump)
    assert (await conversation(road)).extra["heard"] == "".join(f"|{n}" for n in range(40))


async def test_long_numbers_are_hidden_before_the_core_sees_them_and_kept_sealed(road, pump, core):
    message = said(
        "NIK saya 3574 0101 0101 0001",
        attachments=(Attachment(kind="document", ref="r", name="KTP 3574010101010001.jpg"),),
        location=Location(latitude=-7.7, longitude=113.2, title="rumah 3574010101010001"),
    )
    await arrive(road, message)
    await until_idle(pump)
    assert b"3574010101010001" not in encode(core.events[0])
    assert "0101 0101" not in core.events[0].text
    found = await conversation(road)
    assert list(found.private.values()) == ["3574010101010001"]
    assert next(iter(found.private)).startswith("mark:")


async def test_the_marks_go_with_the_draft_if_there_is_one(road, pump, core):
    def begin(event, world):
        draft = Draft(code="7K3F", standard="v", began_at=MORNING, last_at=MORNING, private={"name": "Sari"})
        return Decision(conversation=Conversation(address=event.chat, draft=draft))

    core.rule = begin
    await arrive(road, said("3574010101010001"))
    await until_idle(pump)
    found = await conversation(road)
    assert found.private == {}
    assert sorted(found.draft.private.values()) == ["3574010101010001", "Sari"]


async def test_what_a_desk_writes_keeps_no_marks(road, pump, core):
    core.rule = lambda event, world: Decision()
    await arrive(road, said("3574010101010001", chat=DESK))
    await until_idle(pump)
    assert await conversation(road, DESK) is None


async def test_everything_a_decision_holds_is_written(road, pump, core):
    def decide(event, world):
        if not isinstance(event, type(said("x"))):
            return Decision()
        number = world.supply.number(2026)
        complaint = a_complaint(world.supply.id(), world.supply.code(), number=f"KNG-2026-{number:04}")
        return Decision(
            conversation=Conversation(address=event.chat, complaints=(complaint.id,)),
            complaints=(complaint,),
            entries=(Entry(complaint=complaint.id, at=world.now, act="register"),),
            sends=(Outbound(to=event.chat, kind="receipt", text=complaint.number, key="r"),),
            fetches=(Fetch(file="f1", lane=event.chat, ref="ref", kind="photo"),),
            timers=(Timer(key="t1", lane=event.chat, due_at=MORNING + timedelta(hours=1), kind="step_due"),),
            posts=((citizen("2"), Due(chat=citizen("2"), at=world.now, timer="x", kind="step_due")),),
            links=(Link(token="abc", staff="900", until=MORNING + timedelta(hours=1)),),
            linked=(("900", "55"),),
        )

    core.rule = decide
    await arrive(road, said("halo"))
    await until_idle(pump)
    store = road.store
    (sent,) = await queued(road)
    assert sent.text == "KNG-2026-0001"
    found = await store.read(lambda unit: unit.cases.complaints("kanigaran", numbers=["KNG-2026-0001"]))
    (complaint,) = [kept.value for kept in found.values()]
    history = await store.read(lambda unit: unit.cases.histories([complaint.id]))
    assert [each.act for each in history[complaint.id]] == ["register"]
    assert [each.timer for each in core.events if isinstance(each, Due)] == ["x"]
    assert (await store.read(lambda unit: unit.shelf.file("f1"))).state == "pending"
    assert await store.read(lambda unit: unit.times.next_due()) == MORNING + timedelta(hours=1)
    assert await store.read(lambda unit: unit.cases.linked(["kanigaran"])) == {"kanigaran": {"900": "55"}}
    assert await store.read(lambda unit: unit.cases.tokens("kanigaran", ["abc"], MORNING)) == {"abc": "900"}
    waits = await store.read(lambda unit: unit.cases.find("kanigaran", Search(waits_for="petugas")))
    assert [each.id for each in waits] == [complaint.id], "the role of the step, by the standard it began with"
    with pytest.raises(Conflict):
        await store.write(lambda unit: unit.cases.reserve_codes([("kanigaran", complaint.code, "")]))


async def test_later_events_of_a_batch_see_the_decisions_before_them(road, pump, core):
    """Two citizens in one batch get two numbers; what one queued another can still take back."""

    def decide(event, world):
        if event.text == "tahan":
            return Decision(
                sends=(
                    Outbound(
                        to=event.chat, kind="notice", text="x", key="hold", not_before=MORNING + timedelta(hours=1)
                    ),
                )
            )
        if event.text == "batal":
            assert world.unsent == {"hold"}
            return Decision(cancels=("hold",))
        return Decision(sends=(Outbound(to=event.chat, kind="receipt", text=str(world.supply.number(2026))),))

    core.rule, core.wants = decide, lambda event: Needs(keys=("hold",))
    await arrive(road, said("a"), said("b", chat="2"), said("tahan", message="2"), said("batal", message="3"))
    assert await pump.step()
    assert sorted(each.text for each in await queued(road)) == ["1", "2"]
    numbers = await road.store.read(lambda unit: unit.cases.numbers(["kanigaran"]))
    assert numbers == {"kanigaran": {2026: 2}}


async def test_what_an_event_names_is_loaded_and_nothing_of_another_office(road, pump, core):
    refers = Refers(role="card", complaint="id1", version=1)
    history = (Entry(complaint="id1", at=MORNING, act="register"),)

    def prepare(unit):
        cases = [
            (a_complaint(), 0, TURN),
            (a_complaint("id9", "9999", office="kedopok", number="KDP-2026-0001"), 0, TURN),
        ]
        unit.cases.keep_complaints([*cases, (a_complaint("id2", "2A2A", number="KNG-2026-0007"), 0, TURN)], MORNING)
        unit.cases.record([("kanigaran", history[0])])
        unit.outbox.put_in([(Outbound(to=citizen(DESK), kind="card", key="card:id1:1", refers=refers), 0)], MORNING)
        (row,) = unit.outbox.start([1], MORNING, MORNING)
        unit.outbox.sent_as(row, row.address, "1001", MORNING)

    await road.store.write(prepare)
    core.rule = lambda event, world: Decision()
    core.wants = lambda event: Needs(
        messages=((citizen(DESK), "1001"),),
        numbers=("KNG-2026-0007", "KDP-2026-0001"),
        complaints=("id9",),
        histories=("id1",),
        searches=(Search(text="2A2A"),),
    )
    await arrive(road, said("terima", chat=DESK))
    await until_idle(pump)
    ((_, world),) = core.seen
    assert world.refers == {(DESK, "1001"): refers}
    assert sorted(world.complaints) == ["id1", "id2"]
    assert world.by_code == {"7K3F": "id1", "2A2A": "id2", "KNG-2026-0007": "id2"}
    assert world.histories == {"id1": history}
    assert [[each.id for each in found] for found in world.found] == [["id2"]]
    assert world.limits == road.channels["telegram", "kanigaran"].limits


async def test_a_conversation_brings_its_complaints_along(road, pump, core):
    def decide(event, world):
        if event.text == "ya":
            return Decision(
                conversation=Conversation(address=event.chat, complaints=("id1",)), complaints=(a_complaint(),)
            )
        return Decision(sends=(Outbound(to=event.chat, kind="notice", text=",".join(world.complaints)),))

    core.rule = decide
    await arrive(road, said("ya"), said("status", message="2"))
    await until_idle(pump)
    await arrive(road, said("status", message="3"), start=5)
    await until_idle(pump)
    assert [each.text for each in await queued(road)] == ["id1", "id1"]


async def test_a_payload_that_can_not_be_read_goes_aside_and_blocks_nobody(road, pump):
    intake = Intake(road)
    (channel,) = road.channels.values()
    await intake.receive(channel, payload("bad", None))
    await arrive(road, said("halo"))
    await until_idle(pump)
    assert (await conversation(road)).extra["count"] == "1"
    (aside,) = await road.store.read(lambda unit: unit.inbox.aside())
    assert aside.reason == "no value in it"


@pytest.mark.parametrize(("office", "channel_name"), [("pekutatan", "telegram"), ("kanigaran", "twilio")])
async def test_what_came_for_an_office_or_channel_that_is_not_configured_any_more_goes_aside(
    road, pump, office, channel_name
):
    row = Arrival(office, channel_name, "1", f"{channel_name}:{office}:1", b"{}")
    await road.store.write(lambda unit: unit.inbox.take_in([row], MORNING))
    await until_idle(pump)
    (aside,) = await road.store.read(lambda unit: unit.inbox.aside())
    assert channel_name in aside.reason or office in aside.reason


async def test_a_failing_event_rests_longer_each_time_and_parks_its_lane_after_five(road, pump, core):
    def fail(event, world):
        if event.chat.chat == "2":
            raise ValueError("quotes the citizen: 3574010101010001")
        return echo(event, world)

    core.rule = fail
    await arrive(road, said("a"), said("b", chat="2"), said("c", chat="2", message="2"), said("d", chat="3"))
    await until_idle(pump)
    assert (await conversation(road)).extra["count"] == "1", "the neighbours are not harmed"
    assert (await conversation(road, "3")).extra["count"] == "1"
    rests = []
    for _ in range(4):
        next_at = await road.store.read(lambda unit: unit.inbox.next_at())
        rests.append((next_at - road.clock.now()).total_seconds())
        road.clock.pass_s(rests[-1])
        await until_idle(pump)
    assert all(later > earlier * 1.2 for earlier, later in itertools.pairwise(rests))
    (parked,) = await road.store.read(lambda unit: unit.inbox.parked())
    assert (parked.lane, parked.waiting) == (citizen("2").lane, 2)
    assert parked.error.startswith("ValueError in test_pump.py")
    assert "quotes" not in parked.error
    core.rule = None
    await road.store.write(lambda unit: unit.inbox.unpark(parked.lane, road.clock.now()))
    await until_idle(pump)
    assert (await conversation(road, "2")).extra["heard"] == "|b|c"


async def test_one_bad_event_at_the_desk_is_set_aside_and_the_desk_goes_on(road, pump, core):
    def fail(event, world):
        if event.text == "rusak":
            raise ValueError
        return echo(event, world)

    core.rule = fail
    await arrive(road, said("rusak", chat=DESK), said("terima", chat=DESK, message="2"))
    for _ in range(6):
        await until_idle(pump)
        road.clock.pass_s(3600)
    assert await road.store.read(lambda unit: unit.inbox.parked()) == []
    assert (await conversation(road, DESK)).extra["heard"] == "|terima"
    (aside,) = await road.store.read(lambda unit: unit.inbox.aside())
    assert "ValueError" in aside.reason


async def test_the_good_events_before_a_bad_one_in_its_lane_are_done(road, pump, core):
    def fail(event, world):
        if event.text == "rusak":
            raise ValueError
        return echo(event, world)

    core.rule = fail
    await arrive(road, said("a"), said("b", message="2"), said("rusak", message="3"))
    await until_idle(pump)
    assert (await conversation(road)).extra["heard"] == "|a|b"


async def test_a_short_code_that_is_taken_is_drawn_again(road, pump, core, monkeypatch):
    await road.store.write(lambda unit: unit.cases.reserve_codes([("kanigaran", "7K3F", "")]))
    codes = iter(["7K3F", "2A2A", "3A3A", "4A4A"])
    monkeypatch.setattr(road.chance, "codes", lambda: codes)
    core.rule = lambda event, world: Decision(complaints=(a_complaint("id1", world.supply.code()),))
    await arrive(road, said("ya"))
    await until_idle(pump)
    found = await road.store.read(lambda unit: unit.cases.complaints(ids=["id1"]))
    assert found["id1"].value.code == "2A2A"


async def test_a_complaint_that_another_lane_changed_meanwhile_is_decided_again(road, pump, core):
    await road.store.write(lambda unit: unit.cases.keep_complaints([(a_complaint(), 0, TURN)], MORNING))
    tries = []

    def decide(event, world):
        before = world.complaints["id1"]
        if not tries:  # as the second net would say when somebody was quicker
            tries.append(before.version)
            raise Conflict("changed meanwhile")
        return Decision(complaints=(replace(before, version=before.version + 1),))

    core.rule, core.wants = decide, lambda event: Needs(complaints=("id1",))
    await arrive(road, said("terima"))
    await until_idle(pump)
    found = await road.store.read(lambda unit: unit.cases.complaints(ids=["id1"]))
    assert found["id1"].value.version == 2
    assert (await road.store.read(lambda unit: unit.inbox.parked())) == []


async def test_a_block_marks_the_address_and_a_word_heals_it(road, pump):
    routes = ["telegram:kanigaran"]
    await arrive(road, said("halo"), blocked())
    await until_idle(pump)
    (address,) = await road.store.write(lambda unit: unit.outbox.lease(MORNING, 9, routes))
    assert address.gone_at == MORNING
    await arrive(road, said("saya kembali", message="2"), start=5)
    await until_idle(pump)
    (address,) = await road.store.write(lambda unit: unit.outbox.lease(MORNING, 9, routes))
    assert address.gone_at is None


async def test_the_echo_of_a_topic_is_adopted(road, pump, core):
    core.rule = lambda event, world: Decision()
    topic = Outbound(to=citizen(DESK), kind="topic", topic="7K3F", text="KNG-2026-0001 Jalan")
    await road.store.write(lambda unit: unit.outbox.put_in([(topic, 0)], MORNING))
    await arrive(road, topic_made("KNG-2026-0001 Jalan", "77"))
    await until_idle(pump)
    lane = citizen(DESK).lane
    assert await road.store.read(lambda unit: unit.outbox.threads([lane])) == {(lane, "7K3F"): "77"}


async def test_long_texts_become_several_messages(road, pump, core):
    core.rule = lambda event, world: Decision(
        sends=(Outbound(to=event.chat, kind="answer", text="kata " * 1500, about="id1"),)
    )
    await arrive(road, said("halo"))
    await until_idle(pump)
    parts = await queued(road)
    assert len(parts) == 2
    assert all(len(each.text) <= 4096 - len("\n(kirim ulang)") for each in parts)
    assert [each.about for each in parts] == ["", "id1"]


async def test_an_event_of_ours_is_read_back(road, pump, core):
    news = Delivery(chat=citizen(), at=MORNING, key="k", state="sent", about="id1")
    await post(road, news)
    await until_idle(pump)
    assert core.events == [news]


async def test_a_press_goes_through_like_a_word(road, pump, core):
    await arrive(road, pressed("c:ya"))
    await until_idle(pump)
    assert core.events == [pressed("c:ya")]


async def test_two_pumps_on_one_postgresql_do_each_event_once_and_in_order(postgres_url):
    stores = [Store(postgres_url, a_seal(seed)) for seed in (7, 8)]
    channel, core = FakeChannel(), FakeCore()
    roads = [a_road(each, channel, clock=HandClock(), seed=seed) for seed, each in enumerate(stores, 1)]
    pumps = [Pump(each, core) for each in roads]
    await arrive(roads[0], *(said(str(n), chat=str(n % 7), message=str(n)) for n in range(70)))

    async def work(pump):
        for _ in range(60):
            await pump.step()

    await asyncio.gather(*(work(each) for each in pumps))
    for chat in range(7):
        found = await conversation(roads[0], str(chat))
        assert found.extra["heard"] == "".join(f"|{n}" for n in range(chat, 70, 7))
    for each in stores:
        each.close()


async def test_what_is_put_into_a_lane_of_the_same_batch_is_not_left_asleep(road, pump, core):
    """The lane is let go after it was written to: its new work must wake it."""
    due = Due(chat=citizen("2"), at=MORNING, timer="x", kind="step_due")
    core.rule = lambda event, world: Decision(posts=((citizen("2"), due),) if event == said("halo") else ())
    await arrive(road, said("halo"), said("hai", "2"))
    await until_idle(pump)
    assert [each for each in core.events if isinstance(each, Due)] == [due]


async def test_roles_given_through_two_processes_are_both_kept_and_one_taken_holds_at_once(postgres_url):
    stores = [Store(postgres_url, a_seal(seed)) for seed in (7, 8)]
    roads = [a_road(each, FakeChannel(), clock=HandClock(), seed=seed) for seed, each in enumerate(stores, 1)]
    siti = Staff(id=31, name="Siti", roles=("petugas",), admin=True)
    seen = []

    def rule(event, world):
        known = world.office.staff_by_id(31) or Staff(id=31, name="Siti")
        seen.append(known.roles)
        return Decision(staff=(replace(known, roles=(*known.roles, event.text)),))

    for nth, text in enumerate(("petugas", "kasi", "camat")):
        core = FakeCore()
        core.rule = rule
        road = roads[nth % 2]
        await arrive(road, said(text, chat=DESK, message=str(nth)), start=nth)
        await until_idle(Pump(road, core))
    assert seen == [(), ("petugas",), ("petugas", "kasi")]
    left = replace(siti, roles=(), admin=False)
    await roads[0].store.write(lambda unit: unit.people.keep_staff([("kanigaran", left)], MORNING))
    core = FakeCore()
    core.rule = rule
    await arrive(roads[1], said("sekcam", chat=DESK, message="9"), start=9)
    await until_idle(Pump(roads[1], core))
    assert seen[-1] == ()
    for each in stores:
        each.close()
