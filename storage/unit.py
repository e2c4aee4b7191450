"""One transaction: everything that's read or written in it goes through this; it stands or falls as a whole."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from sqlalchemy import text

from storage.cases import Cases
from storage.identities import Identities
from storage.inbox import Inbox
from storage.ledger import Ledger
from storage.letters import Letters
from storage.outbox import Outbox
from storage.parts import Conflict, Part
from storage.people import People
from storage.privacy import Privacy
from storage.pruning import Pruning
from storage.receipts import Receipts
from storage.shelf import Shelf
from storage.times import Times

__all__ = ["Conflict", "Unit"]


class Unit(Part):
    """The transaction at hand. Its parts are the tables by subject; a `Unit` is never kept beyond its transaction."""

    @cached_property
    def inbox(self) -> Inbox:
        """What came in, the lanes it waits in, what could not be read."""
        return Inbox(self.connection, self.seal)

    @cached_property
    def cases(self) -> Cases:
        """Conversations, complaints and their records."""
        return Cases(self.connection, self.seal)

    @cached_property
    def letters(self) -> Letters:
        """The numbers that letters were given."""
        return Letters(self.connection, self.seal)

    @cached_property
    def ledger(self) -> Ledger:
        """Complaints in the order of a book, page by page."""
        return Ledger(self.connection, self.seal)

    @cached_property
    def outbox(self) -> Outbox:
        """What goes out, where to, and what became of it."""
        return Outbox(self.connection, self.seal)

    @cached_property
    def receipts(self) -> Receipts:
        """What providers tell later of messages they took."""
        return Receipts(self.connection, self.seal)

    @cached_property
    def shelf(self) -> Shelf:
        """Files and keys."""
        return Shelf(self.connection, self.seal)

    @cached_property
    def times(self) -> Times:
        """Timers, cursors, leases of roles."""
        return Times(self.connection, self.seal)

    @cached_property
    def people(self) -> People:
        """Who works at an office, where its desk is, and what an operator was told."""
        return People(self.connection, self.seal)

    @cached_property
    def pruning(self) -> Pruning:
        """What may go for good."""
        return Pruning(self.connection, self.seal)

    @cached_property
    def identities(self) -> Identities:
        """What complaints are found by an identity number."""
        return Identities(self.connection, self.seal)

    @cached_property
    def privacy(self) -> Privacy:
        """What was erased, and whose time may have come."""
        return Privacy(self.connection, self.seal)

    def clock(self, now: datetime) -> datetime:
        """The time by which leases are compared: the database's where several processes share it, else `now`."""
        if not self.postgres:
            return now
        moment: datetime = self.connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return moment

    def reachable(self) -> bool:
        """Ask the database for a sign of life."""
        return bool(self.connection.execute(text("SELECT 1")).scalar_one() == 1)
