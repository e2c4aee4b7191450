"""The books read the store in pages by key: everything once, in order, on both databases, and names only when wanted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import event

from storage import ledger
from tests import many
from workflow.books.recap import TOLD

SINCE = datetime(2026, 11, 2, 1, tzinfo=UTC)
SPAN = (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(ledger, "PAGE", 7)


def all_pages(store, ask):
    found, after = [], None
    while True:
        page, after = store.look(lambda unit, after=after: ask(unit.ledger, after))
        found += page
        if after is None:
            return found


def test_every_numbered_complaint_of_the_span_comes_once_and_in_order(store, small_pages):
    cases = list(many.made("kanigaran", 60, since=SINCE, step_s=43_200))
    same = [(replace(each, registered_at=SINCE) if n < 20 else each, record) for n, (each, record) in enumerate(cases)]
    unnumbered = replace(same[3][0], number="", id="x", code="XXXX", registered_at=None)
    many.keep(store, [*same, (unnumbered, [])])
    many.keep(store, many.made("pekutatan", 5, since=SINCE))
    read = all_pages(store, lambda books, after: books.registered("kanigaran", SPAN, after, names=True))
    wanted = [each for each, _ in same if SPAN[0] <= each.registered_at < SPAN[1]]
    assert len(wanted) > 50
    assert [each.number for each in read] == [each.number for each in sorted(wanted, key=lambda c: (c.registered_at, c.number))]  # fmt: skip
    assert store.look(lambda unit: unit.ledger.count_registered("kanigaran", SPAN)) == len(wanted)
    assert {each.private["name"] for each in read} <= set(many.NAMES)


def test_without_names_no_key_is_touched(store, small_pages):
    many.keep(store, many.made("kanigaran", 10, since=SINCE, step_s=3600))
    asked = []
    event.listen(store.engine, "before_cursor_execute", lambda c, cur, sql, *rest: asked.append(sql))
    if store._reader is not store.engine:
        event.listen(store._reader, "before_cursor_execute", lambda c, cur, sql, *rest: asked.append(sql))
    read = all_pages(store, lambda books, after: books.registered("kanigaran", SPAN, after, names=False))
    assert [each.private for each in read] == [{}] * 10
    assert asked
    assert not any("FROM keys" in sql for sql in asked)


def test_a_recap_sees_what_was_open_in_its_span_and_nothing_that_was_over(store, small_pages):
    cases = list(many.made("kanigaran", 80, since=SINCE - timedelta(days=40), step_s=86_400))
    many.keep(store, cases)
    read = all_pages(store, lambda books, after: books.touched_by("kanigaran", SPAN, after))
    wanted = [
        each.id
        for each, _ in cases
        if each.confirmed_at < SPAN[1]
        and (each.confirmed_at >= SPAN[0] or each.closed_at is None or each.closed_at >= SPAN[0])
    ]
    assert [each.id for each in read] == wanted
    assert 0 < len(wanted) < 80
    assert store.look(lambda unit: unit.ledger.count_before("kanigaran", SPAN)) == len(wanted)


def test_records_come_whole_or_only_what_counts(store):
    cases = list(many.made("pegantenan", 40, since=SINCE, step_s=3600))
    many.keep(store, cases)
    ids = [each.id for each, _ in cases]
    whole = store.look(lambda unit: unit.ledger.records(ids))
    assert whole == {each.id: record for each, record in cases}
    few = store.look(lambda unit: unit.ledger.records(ids, TOLD))
    counted = [line for record in few.values() for line in record]
    assert {line.act for line in counted} > {"return", "withdraw"}
    assert any("standing_in" in line.data for line in counted)
    assert all(line.act in TOLD or "standing_in" in line.data for line in counted)
    assert len(counted) < sum(len(record) for record in whole.values()) / 2


ASKED = {
    "complaints_registered": lambda books, after: books.registered("kanigaran", SPAN, after, names=False),
    "complaints_confirmed": lambda books, after: books.touched_by("kanigaran", SPAN, after),
    "entries_complaint": lambda books, _: books.records(["kng00000007", "kng00000008"], TOLD),
}


@pytest.mark.parametrize("index", ASKED)
def test_pages_are_read_by_an_index_before_anybody_counted_the_rows(store, index):
    """The very statements, with what they're given: each finds its rows and their order in one index."""
    many.keep(store, many.made("kanigaran", 300, since=SINCE, step_s=3600))
    after = ledger.Mark(SINCE + timedelta(days=3), "kng00000070")
    asked = []

    def see(connection, cursor, statement, given, *_):
        if statement.startswith("SELECT"):
            asked.append((statement, given))

    def plan(unit):
        event.listen(unit.connection, "before_cursor_execute", see)
        ASKED[index](unit.ledger, after)
        event.remove(unit.connection, "before_cursor_execute", see)
        explain = "EXPLAIN " if store.postgres else "EXPLAIN QUERY PLAN "
        return " ".join(str(row) for row in unit.connection.exec_driver_sql(explain + asked[0][0], asked[0][1]))

    found = store.look(plan)
    assert index in found
    assert "TEMP B-TREE" not in found
    assert "Seq Scan" not in found
    assert "SCAN" not in found
    if index != "entries_complaint":  # what's sorted there is one page
        assert "Sort" not in found
