"""Faults on order: what goes wrong between a bot and Telegram, before or after the call took effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FaultKind = Literal["refuse", "reset", "timeout", "502", "500", "413", "429", "garbled", "odd", "error"]


@dataclass(slots=True, frozen=True)
class Fault:
    """Something that shall go wrong `count` times.

    method: a Bot API method in any case, "download" for files, or None for the next call whatever it is
    when:   "before" the call takes effect (nothing happened) or "after" it (it did, and the bot doesn't know)
    kind:   refuse   the connection is closed at once, without a byte. (A port that refuses connections is
                     `Server.offline()`: a single call can't be refused once its connection stands.)
            reset    the connection is reset
            timeout  no answer, until the client gives up
            502, 413 a proxy's HTML page;  500  Telegram's JSON error
            429      flood control with `retry_after_s`
            garbled  200 with half a JSON text;  odd  200, ok, and a result of the wrong type
            error    `code` and `description` as given
    chat_id: strike only calls for this chat
    """

    kind: FaultKind
    method: str | None = None
    when: Literal["before", "after"] = "before"
    count: int = 1
    retry_after_s: int = 3
    code: int = 400
    description: str = "Bad Request"
    chat_id: int | None = None

    def fits(self, method: str, chat_id: object) -> bool:
        """Return whether this call is meant."""
        if self.chat_id is not None and str(self.chat_id) != str(chat_id):
            return False
        return self.method is None or self.method.lower() == method.lower()


@dataclass(slots=True)
class _Order:
    fault: Fault
    left: int


class Faults:
    """The faults still to come, first ordered first struck."""

    def __init__(self) -> None:
        """Begin with none."""
        self._orders: list[_Order] = []

    def add(self, *faults: Fault) -> None:
        """Order faults."""
        self._orders.extend(_Order(fault, fault.count) for fault in faults)

    def clear(self) -> None:
        """Let everything go well again."""
        self._orders.clear()

    def strike(self, method: str, chat_id: object = None) -> Fault | None:
        """Return the fault that hits this call, if any, and count it."""
        for order in self._orders:
            if order.fault.fits(method, chat_id):
                order.left -= 1
                if order.left <= 0:
                    self._orders.remove(order)
                return order.fault
        return None

    def __len__(self) -> int:
        """Return how many orders are open."""
        return len(self._orders)
