"""What leaves next, as a table and on a clock moved by hand: order, pace, and what waits for another message."""

from datetime import timedelta

import pytest

from bot.choosing import Choice, choose
from storage.outbox import WaitingRow
from tests.doubles import MORNING


def at(seconds: float):
    return MORNING + timedelta(seconds=seconds)


def row(number, kind="question", **more) -> WaitingRow:
    fields = {
        "id": number, "address": "a", "kind": kind, "key": "", "target": "", "topic": "", "priority": 5, "state": "queued",
        "not_before": None, "ready_at": None, "lease_until": None, "attempts": 0, "doubts": 0,
    }  # fmt: skip
    return WaitingRow(**(fields | more))


def pick(*rows, group=False, started=(), now=0.0, **more):
    return choose(
        rows,
        [(at(each), "") if isinstance(each, float | int) else (at(each[0]), each[1]) for each in started],
        at(now),
        group=group,
        **more,
    )


def test_nothing_waits():
    assert pick() == Choice()


@pytest.mark.parametrize(
    ("label", "rows", "group", "more", "expected"),
    [
        ("a talk of two keeps its order whatever the priority", [row(1), row(2, priority=1)], False, {}, (1,)),
        ("a group takes the urgent first", [row(1), row(2, priority=1)], True, {}, (2,)),
        ("equally urgent in order", [row(1, priority=1), row(2, priority=1)], True, {}, (1,)),
        ("one message at a time", [row(1), row(2), row(3)], False, {}, (1,)),
        ("every answer to a press at once", [row(1), row(2, "press"), row(3, "press")], False, {}, (2, 3, 1)),
        ("while one is on its way only presses leave", [row(1, state="sending", lease_until=at(15)), row(2), row(3, "press")], False, {}, (3,)),
        ("a message that failed holds up those behind it", [row(1, state="later", ready_at=at(5)), row(2)], False, {}, ()),
        ("a message that failed is tried when its time has come", [row(1, state="later", ready_at=at(0)), row(2)], False, {}, (1,)),
        ("an uncertain one too", [row(1, state="uncertain", ready_at=at(0)), row(2)], False, {}, (1,)),
        ("a failed card does not hold up what's more urgent", [row(1, state="later", ready_at=at(5)), row(2, priority=1)], True, {}, (2,)),
        ("a busy chat waits", [row(1)], False, {"busy_until": at(3)}, ()),
        ("but presses in it do not", [row(1), row(2, "press")], False, {"busy_until": at(3)}, (2,)),
        ("a card waits for its topic", [row(1, "topic", topic="A"), row(2, "card", topic="A", priority=1)], True, {}, (1,)),
        ("a card of another topic does not", [row(1, "topic", topic="A", state="uncertain", ready_at=at(60)), row(2, "card", topic="A"), row(3, "card", topic="B")], True, {}, (3,)),
        ("a topic that exists keeps nobody waiting", [row(1, "topic", topic="A", state="uncertain", ready_at=at(60)), row(2, "card", topic="A")], True, {"threads": frozenset("A")}, (2,)),
        ("without any topic to come a card just goes", [row(2, "card", topic="A")], True, {}, (2,)),
        ("an edit waits for the message it changes", [row(1, "card", key="c", priority=9), row(2, "edit", target="c", priority=1)], True, {}, (1,)),
        ("an edit of what's sent goes", [row(2, "edit", target="c")], True, {}, (2,)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_order(label, rows, group, more, expected):
    assert pick(*rows, group=group, **more).ids == expected


@pytest.mark.parametrize(
    ("label", "rows", "group", "started", "more", "expected"),
    [
        ("a burst of three", [row(1)], False, [-0.2, -0.1], {}, 0),
        ("then one a second", [row(1)], False, [-0.3, -0.2, -0.1], {}, 0.7),
        ("a bucket fills up with time", [row(1)], False, [-3, -3, -3], {}, 0),
        ("steady at one a second", [row(1)], False, [-2.1, -2.1, -2.1, -1.1, -0.1], {}, 0.9),
        ("a group of twenty a minute", [row(1, priority=1)], True, [-59.0 + 2 * n for n in range(20)], {}, 1.0),
        ("below twenty the urgent goes", [row(1, priority=1)], True, [-59.0 + 2 * n for n in range(19)], {}, 0),
        ("cards leave six of the twenty", [row(1)], True, [-59.0 + 2 * n for n in range(14)], {}, 1.0),
        ("thirteen cards are fine", [row(1)], True, [-59.0 + 2 * n for n in range(13)], {}, 0),
        ("a talk of two has no such limit", [row(1)], False, [-59.0 + 2 * n for n in range(20)], {}, 0),
        ("presses are never paced", [row(1, "press")], False, [-0.3, -0.2, -0.1], {}, 0),
        ("edits of one message three seconds apart", [row(1, "edit", target="c")], True, [(-1.0, "c")], {}, 2.0),
        ("edits of another message at once", [row(1, "edit", target="c")], True, [(-1.0, "d")], {}, 0),
        ("what is held back has its time", [], False, [], {"held_until": at(30)}, 30),
        ("a failed one too", [row(1, state="later", ready_at=at(7))], False, [], {"held_until": at(30)}, 7),
        ("the lease of what is on its way", [row(1, state="sending", lease_until=at(15))], False, [], {}, 15),
        ("the provider's word", [row(1)], False, [], {"busy_until": at(9)}, 9),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_pace(label, rows, group, started, more, expected):
    found = pick(*rows, group=group, started=started, **more)
    if expected == 0:
        assert found.ids == (1,)
    else:
        assert found.ids == ()
        assert (found.again_at - MORNING).total_seconds() == pytest.approx(expected)


def test_an_edit_that_is_too_soon_holds_up_nobody():
    assert pick(row(1, "edit", target="c"), row(2, "card"), group=True, started=[(-1.0, "c")]).ids == (2,)


def test_fifty_messages_to_a_group_keep_every_limit_in_any_window():
    """Driven on a clock moved by hand: never more than 20 in 60 s, never more than a burst of three at once."""
    waiting = [row(n, priority=1) for n in range(50)]
    began: list[float] = []
    now = 0.0
    while waiting:
        found = pick(*waiting, group=True, started=[each for each in began if each > now - 60], now=now)
        if found.ids:
            waiting = [each for each in waiting if each.id not in found.ids]
            began.append(now)
        else:
            now = max(now + 0.001, (found.again_at - MORNING).total_seconds())
    assert all(sum(start <= each < start + 60 for each in began) <= 20 for start in began)
    assert all(sum(start <= each < start + 0.99 for each in began) <= 3 for start in began)
    assert now < 160, "and no slower than that"
