"""The tables, their indexes, and nothing else; `storage/migrations` brings a database to this shape.

Every row of an office carries its id. Moments are whole microseconds since 1970 in UTC, so that both databases compare
and index them alike. "Waiting" and "open" are predicates without values (`done_at IS NULL`), because a partial index
serves a query only when its condition stands in the query's text. Columns named `sealed` or `payload` are encrypted.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

REVISION = "0001"  # the newest migration; a test holds the two together, so that a start needs no alembic to compare

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """A moment as it's stored."""
    return (moment - _EPOCH) // _MICROSECOND


class Moment(TypeDecorator[datetime]):
    """An aware datetime, stored as whole microseconds since 1970 in UTC. A naive one is an error."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's
        """To the database."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """From the database."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


metadata = MetaData(
    naming_convention={"ix": "%(table_name)s_%(column_0_N_name)s", "uq": "%(table_name)s_%(column_0_N_name)s_key"}
)
_Serial = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up an INTEGER primary key only


def _serial() -> Column[int]:
    return Column("id", _Serial, primary_key=True, autoincrement=True)


def _only(condition: str) -> dict[str, Any]:
    """An index over these rows only; on PostgreSQL see `tell_postgres`."""
    return {"sqlite_where": text(condition)}


def tell_postgres() -> None:
    """Give PostgreSQL the same conditions of indexes, before it's asked to create them.

    Naming one of its options makes SQLAlchemy load that dialect, 3 MB: only a process that uses it should.
    """
    for table in metadata.tables.values():
        for index in table.indexes:
            condition = index.dialect_options["sqlite"]["where"]
            if condition is not None:
                index.dialect_options["postgresql"]["where"] = condition


def _text(name: str, **more: Any) -> Column[str]:  # noqa: ANN401 - Column's own keywords
    return Column(name, Text, nullable=False, **more)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, default=0)


def _when(name: str) -> Column[datetime]:
    return Column(name, Moment, nullable=False)


def _maybe_when(name: str) -> Column[datetime | None]:
    return Column(name, Moment, nullable=True)


# --- the road in ------------------------------------------------------------------------------------------------------

inbox = Table(
    "inbox",
    metadata,
    _serial(),
    _text("office"),
    _text("channel"),  # the channel's name, or "timer", "file", "delivery", "post" for what happens to us
    _text("key"),
    _text("lane"),
    _text("form"),  # raw: the provider's bytes; event: our own JSON
    Column("payload", LargeBinary, nullable=False),
    _when("received_at"),
    _maybe_when("done_at"),
    _count("attempts"),
    _text("error", default=""),
    UniqueConstraint("channel", "office", "key"),
)
Index("inbox_waiting", inbox.c.lane, inbox.c.id, **_only("done_at IS NULL"))

lanes = Table(
    "lanes",
    metadata,
    _text("lane", primary_key=True),
    _text("office"),
    _maybe_when("next_at"),  # when there's work; NULL: the lane sleeps
    _maybe_when("rest_until"),  # after a failure, nothing wakes it before this
    _maybe_when("parked_at"),
    _text("error", default=""),
)
Index("lanes_ready", lanes.c.next_at, **_only("next_at IS NOT NULL"))

quarantine = Table(
    "quarantine",
    metadata,
    _serial(),
    _text("office"),
    _text("channel"),
    _text("lane"),
    Column("inbox", BigInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    _text("form"),
    _text("reason"),
    _when("at"),
    _maybe_when("replayed_at"),
)
cursors = Table(
    "cursors",
    metadata,
    _text("office", primary_key=True),
    _text("channel", primary_key=True),
    _text("cursor"),
    _when("at"),
)

# --- what is known ----------------------------------------------------------------------------------------------------

conversations = Table(
    "conversations",
    metadata,
    _text("lane", primary_key=True),
    _text("office"),
    _count("rev"),  # counts writes; the second net under the lane's lease
    _text("code", default=""),  # of the draft
    _text("state"),
    Column("sealed", LargeBinary, nullable=True),
    Column("sealed_draft", LargeBinary, nullable=True),
    _when("changed_at"),
)
Index("conversations_draft", conversations.c.office, conversations.c.code)

complaints = Table(
    "complaints",
    metadata,
    _text("id", primary_key=True),
    _text("office"),
    _count("rev"),
    _text("code"),
    _text("number", default=""),
    _text("lane", default=""),  # of the citizen
    _text("step", default=""),
    _text("stage", default=""),
    _text("role", default=""),  # whose turn it is
    _text("assignee", default=""),
    _when("confirmed_at"),
    _maybe_when("registered_at"),
    _maybe_when("due_at"),
    _maybe_when("closed_at"),
    _text("words", default=""),  # masked and in lower case, for searching
    _text("state"),
    Column("sealed", LargeBinary, nullable=True),
    UniqueConstraint("office", "code"),
)
Index("complaints_number", complaints.c.office, complaints.c.number, unique=True, **_only("number <> ''"))
Index("complaints_open", complaints.c.office, complaints.c.due_at, **_only("closed_at IS NULL"))
Index("complaints_confirmed", complaints.c.office, complaints.c.confirmed_at)

entries = Table(
    "entries",
    metadata,
    _serial(),
    _text("office"),
    _text("complaint"),
    _when("at"),
    _text("act"),
    _text("by", default=""),
    _text("body"),
)
Index("entries_complaint", entries.c.complaint, entries.c.id)

counters = Table(
    "counters",
    metadata,
    _text("office", primary_key=True),
    Column("year", Integer, primary_key=True),
    _count("last"),
)
codes = Table(
    "codes",
    metadata,
    _text("office", primary_key=True),
    _text("code", primary_key=True),
    _text("lane", default=""),
)
standards = Table(
    "standards", metadata, _text("version", primary_key=True), _text("office"), _text("source"), _when("stored_at")
)
keys = Table(
    "keys",
    metadata,
    _text("name", primary_key=True),  # office/code, or office/lane of a conversation's own
    Column("sealed", LargeBinary, nullable=True),  # the wrapped key; NULL: destroyed
    _when("made_at"),
    _maybe_when("erased_at"),
)
files = Table(
    "files",
    metadata,
    _text("id", primary_key=True),
    _text("office"),
    _text("channel"),
    _text("lane"),
    _text("keyring", default=""),
    _text("kind"),
    _text("state"),  # pending, ready, failed, erased
    Column("ref", LargeBinary, nullable=False),  # sealed: what the channel needs to download it
    Column("sealed", LargeBinary, nullable=True),  # the file's key, wrapped; NULL: none yet, or destroyed
    _text("type", default=""),
    _text("mime", default=""),
    _text("sha256", default=""),
    Column("size_bytes", BigInteger, nullable=False, default=0),
    _text("reason", default=""),
    _count("attempts"),
    _maybe_when("next_at"),  # of the next try to fetch it
    _when("named_at"),
)
Index("files_pending", files.c.next_at, **_only("next_at IS NOT NULL"))

timers = Table(
    "timers",
    metadata,
    _text("office", primary_key=True),
    _text("key", primary_key=True),
    _text("lane"),
    _when("due_at"),
    _text("kind"),
    _text("subject", default=""),
    _text("rule", default=""),
    _text("standard", default=""),
    _maybe_when("rung_at"),
)
Index("timers_due", timers.c.due_at, **_only("rung_at IS NULL"))

links = Table(
    "links",
    metadata,
    _text("digest", primary_key=True),  # of the token
    _text("office"),
    _text("staff"),
    _when("until"),
    _maybe_when("used_at"),
)
linked = Table(
    "linked", metadata, _text("office", primary_key=True), _text("staff", primary_key=True), _text("chat"), _when("at")
)

# --- the road out -----------------------------------------------------------------------------------------------------

outbox = Table(
    "outbox",
    metadata,
    _serial(),
    _text("office"),
    _text("address"),  # Address.lane of the receiver
    _text("kind"),
    _text("key", default=""),
    _text("target", default=""),
    _text("topic", default=""),
    _text("replaces", default=""),
    _text("about", default=""),
    Column("priority", Integer, nullable=False, default=5),
    Column("part", Integer, nullable=False, default=0),
    _text("state"),  # queued, sending, later, uncertain; settled: sent, refused, cancelled, dropped, uncertain
    Column("payload", LargeBinary, nullable=False),
    _when("queued_at"),
    _maybe_when("not_before"),
    _maybe_when("ready_at"),  # of the next attempt, after one that failed
    _maybe_when("lease_until"),
    _maybe_when("started_at"),
    _maybe_when("settled_at"),
    _count("attempts"),
    _count("doubts"),  # how often it may have been sent without our knowing
    _text("reason", default=""),
)
Index("outbox_unsettled", outbox.c.address, outbox.c.id, **_only("settled_at IS NULL"))
Index("outbox_keys", outbox.c.office, outbox.c.key, **_only("settled_at IS NULL"))
Index("outbox_pace", outbox.c.address, outbox.c.started_at, **_only("started_at IS NOT NULL"))

addresses = Table(
    "addresses",
    metadata,
    _text("address", primary_key=True),
    _text("office"),
    _text("route"),  # channel:office
    _maybe_when("next_at"),  # when something may leave for it; NULL: nothing waits
    _maybe_when("busy_until"),  # told by the provider
    _maybe_when("gone_at"),
    _text("reason", default=""),
    _text("moved_to", default=""),
)
Index("addresses_ready", addresses.c.next_at, **_only("next_at IS NOT NULL"))

sent = Table(
    "sent",
    metadata,
    _serial(),
    _text("office"),
    _text("address"),
    _text("message"),  # the provider's id; "" where it's unknown though surely accepted
    _text("key", default=""),
    Column("part", Integer, nullable=False, default=0),
    _text("refers", default=""),
    Column("outbox", BigInteger, nullable=False),
    _when("at"),
    _maybe_when("deleted_at"),
)
Index("sent_message", sent.c.address, sent.c.message)
Index("sent_key", sent.c.address, sent.c.key, **_only("key <> ''"))

deliveries = Table(
    "deliveries",
    metadata,
    _serial(),
    _text("office"),
    Column("outbox", BigInteger, nullable=False),
    _when("at"),
    _text("outcome"),  # every attempt that didn't simply end in `sent`
    _text("reason", default=""),
)
Index("deliveries_outbox", deliveries.c.outbox)

topics = Table(
    "topics",
    metadata,
    _text("address", primary_key=True),
    _text("code", primary_key=True),
    _text("office"),
    _text("thread"),
    _when("at"),
)
leases = Table("leases", metadata, _text("name", primary_key=True), _text("holder"), _when("until"))
