"""The tables of personal data: identity numbers by a blind index, requests about one's own data, what was erased."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Table

from storage.columns import count as _count
from storage.columns import maybe_when as _maybe_when
from storage.columns import metadata
from storage.columns import serial as _serial
from storage.columns import text as _text
from storage.columns import when as _when

identities = Table(  # which complaints an identity number stands in, without the number
    "identities",
    metadata,
    _text("office", primary_key=True),
    _text("digest", primary_key=True),  # keyed: nobody without the master key can count numbers through
    _text("complaint", primary_key=True),
    _text("kind"),  # nik or kk
    _when("at"),
)
Index("identities_complaint", identities.c.complaint)
data_requests = Table(  # what citizens asked about their own data
    "data_requests",
    metadata,
    _text("id", primary_key=True),
    _text("office"),
    _text("lane"),
    _when("asked_at"),
    _when("due_at"),
    _maybe_when("closed_at"),
    _count("rev"),
    Column("sealed", LargeBinary, nullable=False),
)
Index("data_requests_lane", data_requests.c.office, data_requests.c.lane)
notices = Table(  # every version of the long notice that somebody was shown
    "notices",
    metadata,
    _text("office", primary_key=True),
    _text("version", primary_key=True),  # a hash of the words
    _text("channel"),
    _text("words"),
    _when("at"),  # first shown
)
erasures = Table(  # what was erased, when and by which rule: the report of it, and its proof
    "erasures",
    metadata,
    _serial(),
    _text("office"),
    _text("complaint"),
    _text("kind"),  # identity, media, messages, or request
    _text("rule"),
    _count("files"),
    _when("at"),
)
Index("erasures_at", erasures.c.office, erasures.c.at)
