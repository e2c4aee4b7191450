"""The tables of desks that moved: a group that became a supergroup, and with it another chat."""

from __future__ import annotations

from sqlalchemy import Table

from storage.columns import metadata
from storage.columns import text as _text
from storage.columns import when as _when

moves = Table(  # each chat that was a desk, and which one it became: what refers to the former finds its way
    "moves",
    metadata,
    _text("office", primary_key=True),
    _text("former", primary_key=True),
    _text("chat"),
    _when("at"),
)
