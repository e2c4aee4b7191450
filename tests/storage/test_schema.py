"""The migrations lead to exactly the tables, on both databases; and the hot questions are answered by an index."""

import pytest
from sqlalchemy import inspect, text

from storage import schema
from storage.columns import metadata
from storage.engine import Store
from storage.held import Heard
from storage.receipts import Traced
from storage.tables import REVISION
from tests.doubles import MORNING as NOW
from tests.doubles import a_seal, citizen
from workflow.world import Search

TRACED = Traced(1, "kanigaran", "a", "answer", "k", "", 1, "sent", "", 0, 0, 0, NOW, NOW)
OVERDUE = Search(overdue_at=NOW)


@pytest.fixture
def empty(request, tmp_path, url):
    """A database without any table."""
    made = Store(url, a_seal())
    if made.postgres:
        with made.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    yield made
    made.close()


def test_the_migrations_lead_from_nothing_to_the_tables(empty):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    assert not schema.is_current(empty)
    schema.upgrade(empty)
    assert schema.is_current(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        found = {row[0] for row in connection.execute(_indexes(empty))}
    wanted = {index.name for table in metadata.tables.values() for index in table.indexes}
    assert wanted <= found


def test_an_empty_database_is_begun_as_the_migrations_would_leave_it(empty):
    from alembic import command

    schema.migrate(empty)
    begun = _shape(empty)
    with empty.engine.begin() as connection:
        settings = schema.config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, "base")
    schema.upgrade(empty)
    assert _shape(empty) == begun
    assert "alembic_version" in begun


def _shape(store):
    """Every table with its columns, keys and indexes, as the database itself describes them."""
    look = inspect(store.engine)
    return {
        table: (
            [{name: str(value) for name, value in column.items()} for column in look.get_columns(table)],
            look.get_pk_constraint(table),
            sorted(map(str, look.get_unique_constraints(table))),
            sorted((index["name"], index["column_names"], index["unique"]) for index in look.get_indexes(table)),
        )
        for table in sorted(look.get_table_names())
    }


@pytest.mark.parametrize("make", [schema.migrate, schema.upgrade])
def test_the_partial_indexes_have_their_condition(empty, make):
    make(empty)
    with empty.engine.connect() as connection:
        said = " ".join(row[1] or "" for row in connection.execute(_indexes(empty))).replace("(", "").replace(")", "")
    for condition in (
        "done_at IS NULL",
        "settled_at IS NULL",
        "closed_at IS NULL",
        "rung_at IS NULL",
        "next_at IS NOT NULL",
    ):
        assert condition in said


def test_migrating_twice_changes_nothing_and_back_leaves_nothing(empty):
    from alembic import command

    schema.migrate(empty)
    schema.migrate(empty)
    with empty.engine.begin() as connection:
        settings = schema.config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, "base")
    assert not schema.is_current(empty)


def test_a_database_of_the_first_shape_keeps_what_it_holds(empty):
    schema.upgrade(empty, "0001")
    with empty.engine.begin() as connection:
        for each in FIRST_ROWS:
            connection.execute(text(each), {"payload": b"sealed"})
    assert not schema.is_current(empty)
    schema.migrate(empty)
    assert schema.is_current(empty)
    with empty.engine.connect() as connection:
        for table, row in KEPT.items():
            columns = ", ".join(row)
            found = connection.execute(text(f"SELECT {columns} FROM {table}")).one()
            assert dict(zip(row, found, strict=True)) == row


FIRST_ROWS = (
    """INSERT INTO outbox (office, address, kind, key, target, topic, replaces, about, priority, part, state, payload,
    queued_at, attempts, doubts, reason) VALUES ('kanigaran', 'telegram:kanigaran:1', 'answer', 'a', '', '', '',
    'id1', 5, 0, 'queued', :payload, 1, 2, 1, 'busy')""",
    """INSERT INTO addresses (address, office, route, reason, moved_to, busy_until) VALUES ('telegram:kanigaran:1',
    'kanigaran', 'telegram:kanigaran', '', '-1009', 5)""",
    """INSERT INTO sent (office, address, message, key, part, refers, outbox, at) VALUES ('kanigaran',
    'telegram:kanigaran:1', '1001', 'a', 0, '', 1, 1)""",
    "INSERT INTO deliveries (office, outbox, at, outcome, reason) VALUES ('kanigaran', 1, 1, 'busy', '429')",
)
KEPT = {
    "outbox": {"key": "a", "state": "queued", "attempts": 2, "doubts": 1, "receipt": "", "returned": 0},
    "addresses": {"moved_to": "-1009", "busy_until": 5, "heard_at": None, "recent": "", "thread": None},
    "sent": {"message": "1001", "key": "a", "about": ""},
    "deliveries": {"outcome": "busy", "reason": "429", "message": "", "fact": ""},
}


def test_the_named_revision_is_the_newest_one():
    from alembic.script import ScriptDirectory

    assert ScriptDirectory.from_config(schema.config()).get_heads() == [REVISION]


def _indexes(store):
    if store.postgres:
        return text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'")
    return text("SELECT name, sql FROM sqlite_master WHERE type = 'index'")


@pytest.mark.parametrize(
    ("question", "index"),
    [
        (lambda unit: unit.inbox.lease(NOW, 64), "lanes_ready"),
        (lambda unit: unit.inbox.waiting(["a"]), "inbox_waiting"),
        (lambda unit: unit.outbox.lease(NOW, 64, ["telegram:kanigaran"]), "addresses_ready"),
        (lambda unit: unit.outbox.waiting(["a"], NOW), "outbox_unsettled"),
        (lambda unit: unit.outbox.started(["a"], NOW), "outbox_pace"),
        (lambda unit: unit.outbox.unsent([("kanigaran", "k")]), "outbox_keys"),
        (lambda unit: unit.outbox.known_as([("a", "k")]), "sent_key"),
        (lambda unit: unit.outbox.go_on("a", NOW), "outbox_unsettled"),
        (lambda unit: unit.cases.refers([("a", "1")]), "sent_message"),
        (lambda unit: unit.cases.histories(["a"]), "entries_complaint"),
        (lambda unit: unit.cases.complaints("kanigaran", numbers=["KNG-2026-0001"]), "complaints_number"),
        (lambda unit: unit.cases.complaints("kanigaran", verifications=["2345679ACD"]), "complaints_verification"),
        (lambda unit: unit.cases.find("kanigaran", OVERDUE), "complaints_open"),
        (lambda unit: unit.times.due(NOW, 9), "timers_due"),
        (lambda unit: unit.shelf.lease_files(NOW, NOW, 9), "files_pending"),
        (lambda unit: unit.shelf.lease_purges(NOW, NOW, 9), "purges_due"),
        (lambda unit: unit.inbox.payload("kanigaran", "email", "k"), "sqlite_autoindex_inbox_1"),
        (lambda unit: unit.outbox.heard([Heard(citizen(), NOW)], NOW), "outbox_unsettled"),
        (lambda unit: unit.receipts.known_by([("a", "1")]), "sent_message"),
        (lambda unit: unit.receipts.told([1]), "deliveries_outbox"),
        (lambda unit: unit.receipts.traced([1]), "PRIMARY KEY"),
        (lambda unit: unit.receipts.named([TRACED]), "sent_message"),
        (lambda unit: unit.receipts.about(TRACED), "outbox_pace"),
        (lambda unit: unit.outbox.abouts([("a", "1")]), "sent_message"),
    ],
)
def test_a_hot_question_uses_its_index(sqlite, question, index):
    asked = []

    def ask(unit):
        unit.connection.connection.driver_connection.set_trace_callback(asked.append)
        question(unit)
        unit.connection.connection.driver_connection.set_trace_callback(None)
        plans = [
            unit.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {each}").all()
            for each in asked
            if each.startswith(("SELECT", "UPDATE"))
        ]
        return "\n".join(str(row[-1]) for plan in plans for row in plan)

    plan = sqlite.now(ask)
    assert index in plan, plan
    assert "SCAN" not in plan.replace("SCAN (subquery", "").replace("SCAN ranked", "").replace(
        f"SCAN lanes USING INDEX {index}", ""
    ).replace("SCAN anon_1", ""), plan
