"""The tables, their indexes, and nothing else; `storage/migrations` brings a database to this shape.

Every row of an office carries its id. Moments are whole microseconds since 1970 in UTC, so that both databases compare
and index them alike. "Waiting" and "open" are predicates without values (`done_at IS NULL`), because a partial index
serves a query only when its condition stands in the query's text. Columns named `sealed` or `payload` are encrypted.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, UniqueConstraint

import storage.tables_desks
import storage.tables_personal  # noqa: F401 - on the same metadata
from storage.columns import count as _count
from storage.columns import later_count as _later_count
from storage.columns import later_text as _later_text
from storage.columns import maybe_when as _maybe_when
from storage.columns import metadata
from storage.columns import only as _only
from storage.columns import serial as _serial
from storage.columns import text as _text
from storage.columns import when as _when

REVISION = "0005"  # the newest migration; a test holds the two together, so that a start needs no alembic to compare

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
Index("conversations_changed", conversations.c.office, conversations.c.changed_at)

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
    _later_text("verification"),  # the code printed on its letter
    UniqueConstraint("office", "code"),
)
Index("complaints_number", complaints.c.office, complaints.c.number, unique=True, **_only("number <> ''"))
Index(
    "complaints_verification",
    complaints.c.office,
    complaints.c.verification,
    unique=True,
    **_only("verification <> ''"),
)
Index("complaints_open", complaints.c.office, complaints.c.due_at, **_only("closed_at IS NULL"))
Index("complaints_confirmed", complaints.c.office, complaints.c.confirmed_at, complaints.c.id)
Index("complaints_registered", complaints.c.office, complaints.c.registered_at, complaints.c.number)

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
    # queued, sending, later, uncertain, held (until they write); settled: sent, refused, cancelled, dropped, uncertain
    _text("state"),
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
    _later_text("receipt"),  # the provider's later news, which only gets better: sent, delivered, read; or failed
    _later_count("returned"),  # how often it was put back after such news
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
    _maybe_when("heard_at"),  # when they last wrote; this and the next two are kept only where a channel asks for it
    _later_text("recent"),  # the provider's id of what they wrote last
    Column("thread", LargeBinary, nullable=True),  # sealed: the `Message.route` of it
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
    _later_text("about"),
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
    _text("outcome"),  # the fact of an attempt that failed; "told sent" and so on: what the provider said later
    _text("reason", default=""),
    _later_text("message"),  # the provider's id of what it told about
    _later_text("fact"),  # of a failure it told about
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
threads = Table(  # of mails: what goes on about a complaint goes on in the thread it was in
    "threads",
    metadata,
    _text("address", primary_key=True),
    _text("about", primary_key=True),
    _text("office"),
    Column("sealed", LargeBinary, nullable=False),  # the `Message.route`
    _when("at"),
)

# --- what others still have -------------------------------------------------------------------------------------------

purges = Table(  # files that a provider keeps until they're deleted there; what's done stays as the proof of it
    "purges",
    metadata,
    _text("file", primary_key=True),
    _text("office"),
    _text("channel"),
    Column("ref", LargeBinary, nullable=False),  # sealed: what the channel needs to delete it
    _when("asked_at"),
    _maybe_when("next_at"),  # of the next try; NULL: it's done, or given up
    _count("attempts"),
    _text("outcome", default=""),  # deleted, or failed for good
    _text("reason", default=""),
    _maybe_when("settled_at"),
)
Index("purges_due", purges.c.next_at, **_only("next_at IS NOT NULL"))

leases = Table("leases", metadata, _text("name", primary_key=True), _text("holder"), _when("until"))

# --- people of the offices, and what an operator must know ------------------------------------------------------------

desks = Table("desks", metadata, _text("office", primary_key=True), _text("chat"), _when("at"))  # linked in the chat
staffing = Table(  # who was given which roles in the chat; the newest row of a person counts
    "staffing",
    metadata,
    _serial(),
    _text("office"),
    Column("staff", BigInteger, nullable=False),
    _text("name"),
    _text("title"),
    _text("roles"),  # a JSON list of the standard's ids
    _count("admin"),
    _when("at"),
    _later_count("shared"),
)
operators = Table(
    "operators", metadata, _text("office", primary_key=True), _text("chat", primary_key=True), _when("at")
)
alerts = Table(  # what is wrong now, each told once
    "alerts", metadata, _text("key", primary_key=True), _text("what"), _text("mend"), _when("since")
)
duties = Table(  # who is away and who stands in, as recorded in the chat; nothing is changed, the newest row counts
    "duties",
    metadata,
    _serial(),
    _text("office"),
    _text("body"),  # JSON
    _when("at"),
)

# --- letters ----------------------------------------------------------------------------------------------------------

letters = Table(  # numbers given to letters: none twice, and those that are counted without a gap
    "letters",
    metadata,
    _serial(),
    _text("office"),
    _text("series"),
    Column("year", Integer, nullable=False),
    Column("urut", Integer, nullable=True),  # the running number; NULL where a typed one shows none
    _text("number"),
    _text("complaint"),
    _when("at"),
    UniqueConstraint("office", "year", "number"),
    UniqueConstraint("office", "series", "year", "urut"),
)
