"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """To this shape."""
    _inbox()
    _lanes()
    _quarantine()
    _cursors()
    _conversations()
    _complaints()
    _entries()
    _counters()
    _codes()
    _standards()
    _keys()
    _files()
    _timers()
    _links()
    _linked()
    _outbox()
    _addresses()
    _sent()
    _deliveries()
    _topics()
    _leases()


def downgrade() -> None:
    """Back to nothing."""
    for name in (
        "leases",
        "topics",
        "deliveries",
        "sent",
        "addresses",
        "outbox",
        "linked",
        "links",
        "timers",
        "files",
        "keys",
        "standards",
        "codes",
        "counters",
        "entries",
        "complaints",
        "conversations",
        "cursors",
        "quarantine",
        "lanes",
        "inbox",
    ):
        op.drop_table(name)


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", _SERIAL, nullable=False, primary_key=True, autoincrement=True),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.UniqueConstraint("channel", "office", "key", name="inbox_channel_office_key_key"),
    )
    _partial("inbox_waiting", "inbox", ["lane", "id"], "done_at IS NULL")


def _lanes() -> None:
    op.create_table(
        "lanes",
        sa.Column("lane", sa.Text(), nullable=False, primary_key=True),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("rest_until", sa.BigInteger(), nullable=True),
        sa.Column("parked_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
    )
    _partial("lanes_ready", "lanes", ["next_at"], "next_at IS NOT NULL")


def _quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("id", _SERIAL, nullable=False, primary_key=True, autoincrement=True),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("inbox", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("replayed_at", sa.BigInteger(), nullable=True),
    )


def _cursors() -> None:
    op.create_table(
        "cursors",
        sa.Column("office", sa.Text(), nullable=False, primary_key=True),
        sa.Column("channel", sa.Text(), nullable=False, primary_key=True),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("lane", sa.Text(), nullable=False, primary_key=True),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_draft", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("conversations_draft", "conversations", ["office", "code"])


def _complaints() -> None:
    op.create_table(
        "complaints",
        sa.Column("id", sa.Text(), nullable=False, primary_key=True),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.UniqueConstraint("office", "code", name="complaints_office_code_key"),
    )
    op.create_index("complaints_confirmed", "complaints", ["office", "confirmed_at"])
    op.create_index(
        "complaints_number",
        "complaints",
        ["office", "number"],
        unique=True,
        sqlite_where=sa.text("number <> ''"),
        postgresql_where=sa.text("number <> ''"),
    )
    _partial("complaints_open", "complaints", ["office", "due_at"], "closed_at IS NULL")


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("id", _SERIAL, nullable=False, primary_key=True, autoincrement=True),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("complaint", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("entries_complaint", "entries", ["complaint", "id"])


def _counters() -> None:
    op.create_table(
        "counters",
        sa.Column("office", sa.Text(), nullable=False, primary_key=True),
        sa.Column("year", sa.Integer(), nullable=False, primary_key=True),
        sa.Column("last", sa.Integer(), nullable=False),
    )


def _codes() -> None:
    op.create_table(
        "codes",
        sa.Column("office", sa.Text(), nullable=False, primary_key=True),
        sa.Column("code", sa.Text(), nullable=False, primary_key=True),
        sa.Column("lane", sa.Text(), nullable=False),
    )


def _standards() -> None:
    op.create_table(
        "standards",
        sa.Column("version", sa.Text(), nullable=False, primary_key=True),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stored_at", sa.BigInteger(), nullable=False),
    )


def _keys() -> None:
    op.create_table(
        "keys",
        sa.Column("name", sa.Text(), nullable=False, primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("erased_at", sa.BigInteger(), nullable=True),
    )


def _files() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.Text(), nullable=False, primary_key=True),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("keyring", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ref", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("named_at", sa.BigInteger(), nullable=False),
    )
    _partial("files_pending", "files", ["next_at"], "next_at IS NOT NULL")


def _timers() -> None:
    op.create_table(
        "timers",
        sa.Column("office", sa.Text(), nullable=False, primary_key=True),
        sa.Column("key", sa.Text(), nullable=False, primary_key=True),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("standard", sa.Text(), nullable=False),
        sa.Column("rung_at", sa.BigInteger(), nullable=True),
    )
    _partial("timers_due", "timers", ["due_at"], "rung_at IS NULL")


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("digest", sa.Text(), nullable=False, primary_key=True),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
    )


def _linked() -> None:
    op.create_table(
        "linked",
        sa.Column("office", sa.Text(), nullable=False, primary_key=True),
        sa.Column("staff", sa.Text(), nullable=False, primary_key=True),
        sa.Column("chat", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _SERIAL, nullable=False, primary_key=True, autoincrement=True),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("replaces", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("queued_at", sa.BigInteger(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=True),
        sa.Column("ready_at", sa.BigInteger(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("doubts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    _partial("outbox_keys", "outbox", ["office", "key"], "settled_at IS NULL")
    _partial("outbox_pace", "outbox", ["address", "started_at"], "started_at IS NOT NULL")
    _partial("outbox_unsettled", "outbox", ["address", "id"], "settled_at IS NULL")


def _addresses() -> None:
    op.create_table(
        "addresses",
        sa.Column("address", sa.Text(), nullable=False, primary_key=True),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("busy_until", sa.BigInteger(), nullable=True),
        sa.Column("gone_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("moved_to", sa.Text(), nullable=False),
    )
    _partial("addresses_ready", "addresses", ["next_at"], "next_at IS NOT NULL")


def _sent() -> None:
    op.create_table(
        "sent",
        sa.Column("id", _SERIAL, nullable=False, primary_key=True, autoincrement=True),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("refers", sa.Text(), nullable=False),
        sa.Column("outbox", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
    )
    _partial("sent_key", "sent", ["address", "key"], "key <> ''")
    op.create_index("sent_message", "sent", ["address", "message"])


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", _SERIAL, nullable=False, primary_key=True, autoincrement=True),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("outbox", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_index("deliveries_outbox", "deliveries", ["outbox"])


def _topics() -> None:
    op.create_table(
        "topics",
        sa.Column("address", sa.Text(), nullable=False, primary_key=True),
        sa.Column("code", sa.Text(), nullable=False, primary_key=True),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )


def _leases() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False, primary_key=True),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
    )
