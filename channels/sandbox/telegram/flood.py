"""Flood control: how much a bot may send before Telegram answers 429 (docs/telegram.md O4)."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import datetime

from channels.sandbox.telegram.errors import too_many
from channels.sandbox.telegram.model import BotAccount, Chat


@dataclass(slots=True, frozen=True)
class FloodLimits:
    """The limits; edits and new topics count like messages, an album counts its items."""

    private_per_s: float = 1.0
    private_burst: int = 3
    group_messages: int = 20
    group_window_s: float = 60.0
    overall_messages: int = 30
    overall_window_s: float = 1.0
    webhook_changes_per_s: float = 1.0


class Flood:
    """Counts what each bot sent where. With `limits` None nothing is refused; they may be changed at any time."""

    def __init__(self, limits: FloodLimits | None) -> None:
        """Begin with nothing sent."""
        self.limits = limits
        self._sent: dict[str, deque[float]] = defaultdict(deque)
        self._tokens: dict[str, tuple[float, float]] = {}

    def admit(self, bot: BotAccount, chat: Chat, now: datetime, cost: int = 1) -> None:
        """Count `cost` messages, or raise 429 with the time to wait and count nothing."""
        limits = self.limits
        if limits is None:
            return
        at = now.timestamp()
        overall, here = f"all:{bot.id}", f"{bot.id}:{chat.key}"
        waits = [self._window_wait(overall, at, cost, limits.overall_messages, limits.overall_window_s)]
        if chat.kind == "private":
            waits.append(self._bucket_wait(here, at, cost, limits))
        else:
            waits.append(self._window_wait(here, at, cost, limits.group_messages, limits.group_window_s))
        if max(waits) > 0:
            raise too_many(max(1, math.ceil(max(waits))))
        self._sent[overall].extend([at] * cost)
        if chat.kind == "private":
            tokens, _ = self._level(here, at, limits)
            self._tokens[here] = (tokens - cost, at)
        else:
            self._sent[here].extend([at] * cost)

    def admit_webhook_change(self, bot: BotAccount, now: datetime) -> None:
        """Allow setWebhook at most once a second (I12)."""
        limits = self.limits
        if limits is None or bot.webhook_set_at is None:
            return
        if (now - bot.webhook_set_at).total_seconds() < 1 / limits.webhook_changes_per_s:
            raise too_many(1)

    def _window_wait(self, name: str, at: float, cost: int, messages: int, window_s: float) -> float:
        sent = self._sent[name]
        while sent and sent[0] <= at - window_s:
            sent.popleft()
        excess = len(sent) + min(cost, messages) - messages
        return sent[excess - 1] + window_s - at if excess > 0 else 0.0

    def _level(self, name: str, at: float, limits: FloodLimits) -> tuple[float, float]:
        tokens, since = self._tokens.get(name, (float(limits.private_burst), at))
        return min(float(limits.private_burst), tokens + (at - since) * limits.private_per_s), at

    def _bucket_wait(self, name: str, at: float, cost: int, limits: FloodLimits) -> float:
        # An album may be larger than the burst: it then needs a full bucket and leaves it in debt.
        needed = min(cost, limits.private_burst)
        tokens, _ = self._level(name, at, limits)
        return max(0.0, (needed - tokens) / limits.private_per_s - 1e-9)
