"""The demo's strict Twilio without its network and its books: rules, window, segments and webhooks on a given clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from channels.sandbox.twilio.addresses import bare
from channels.sandbox.twilio.model import Account, Bubble, Chat, Line, Message, Person
from channels.sandbox.twilio.webhooks import Delivery
from channels.sandbox.twilio.world import World

KEPT = timedelta(hours=30)  # so long a message stays in the lists: further back nobody asks
_FORGETS_EVERY = timedelta(hours=1)


class _Nowhere:
    """No page draws these phones."""

    def add(self, *_: object) -> None:
        """Nobody looks."""


class Phones(World):
    """People with telephones. What happens is told at once: a webhook to `tells`, what a phone shows to `shows`."""

    def __init__(self, now: Callable[[], datetime], seed: str) -> None:
        super().__init__(now, seed=seed)
        self.feed: Any = _Nowhere()
        self.tells: Callable[[Delivery], None] = lambda delivery: None
        self.shows: Callable[[Bubble], None] = lambda bubble: None
        self.fails: Callable[[Message], int] = lambda message: 0  # a code by which an accepted message fails later
        self.bubbles: dict[str, Bubble] = {}  # by the message's name
        self._by_number: dict[str, Person] = {}
        self._forgot_at = now()

    # --- who there is -------------------------------------------------------------------------------------------------

    def person(self, number: str, name: str) -> Person:
        """Whose number it is; they're there from their first word on."""
        found = self._by_number.get(number)
        if found is None:
            found = self._by_number[number] = Person(len(self._by_number) + 1, name, number)
        elif name:
            found.name = name
        return found

    def person_at(self, address: str) -> Person | None:
        """Who is reached at an address, found at once however many there are."""
        return self._by_number.get(bare(address))

    def line(self, account: Account, address: str, url: str, status_url: str) -> Line:
        """A sender of the office."""
        return self.add_line(account, address, url=url, status_url=status_url)

    # --- what isn't kept ----------------------------------------------------------------------------------------------

    def log(self, line: Callable[[int], Any]) -> Any:
        """No book of calls."""
        return None

    def _put(self, delivery: Delivery) -> None:
        self.tells(delivery)

    def forget(self) -> None:
        """Let go of what no list is asked for any more."""
        now = self.now()
        if now - self._forgot_at < _FORGETS_EVERY:
            return
        self._forgot_at = now
        for sid, message in list(self.messages.items()):
            if now - message.created_at < KEPT:
                break  # they're in the order they were made
            if message.status != "sent":  # one that waits for a phone that's off still has its way to go
                del self.messages[sid]
        for key, link in list(self.links.items()):
            if link.until > now:
                break
            del self.links[key]

    # --- what is seen -------------------------------------------------------------------------------------------------

    def show(self, chat: Chat, **what: Any) -> Bubble:
        """Put a message onto a phone, and say so."""
        bubble = super().show(chat, **what)
        self.bubbles[bubble.sid] = bubble
        if not bubble.mine and not bubble.automatic:
            self.shows(bubble)
        return bubble

    def _failure(self, message: Message) -> Any:
        code, status = super()._failure(message)
        if code:
            return code, status
        drawn = self.fails(message)
        return (drawn, "undelivered") if drawn else (0, "failed")
