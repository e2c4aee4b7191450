"""How what came in is cut into lots that each make a short transaction. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from storage.rows import Arrival

MOST = 256  # at most so many payloads in one transaction
MOST_BYTES = 1_000_000  # and about so much; a longer one goes alone


def together(waiting: Sequence[tuple[Arrival, object]]) -> int:
    """How many of those that wait make a short transaction; at least one."""
    size = 0
    for count, (arrival, _) in enumerate(waiting[:MOST]):
        size += len(arrival.payload)
        if count and size > MOST_BYTES:
            return count
    return min(len(waiting), MOST)


def lots(payloads: Sequence[bytes]) -> list[list[bytes]]:
    """The payloads in lots that each make a short transaction; at least one, which may be empty."""
    lots: list[list[bytes]] = [[]]
    size = 0
    for payload in payloads:
        if lots[-1] and (len(lots[-1]) >= MOST or size + len(payload) > MOST_BYTES):
            lots.append([])
            size = 0
        lots[-1].append(payload)
        size += len(payload)
    return lots
